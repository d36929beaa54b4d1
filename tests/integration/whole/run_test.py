"""A study from one command: what is promised of its directory, its counts and its exit code."""

import json
import stat
import sys

from whole import WEIR, WholeTest, main, toy_study


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class RunTest(WholeTest):
    def test_reservoir_study_loses_nothing_and_leaves_all_results(self):
        directory, _ = self.run_study(toy_study(count=6, steps=10))
        self.assert_nothing_lost(directory, simulations=6, steps=10)
        summary = self.summary(directory)
        self.assertEqual(summary["status"], "done")
        self.assertEqual(summary["simulations"], {"expected": 6, "finished": 6, "failed": 0, "restarted": 0})
        self.assertGreaterEqual(summary["samples"]["trained"], 60)
        self.assertGreater(summary["batches"], 0)
        for name in ("model.safetensors", "model.pt", "model.onnx", "card.json"):
            self.assertGreater((directory / "model" / name).stat().st_size, 0, name)
        records = [json.loads(line) for line in (directory / "metrics.jsonl").read_text().splitlines()]
        self.assertIn("train", {record["kind"] for record in records})
        self.assertTrue(list((directory / "tensorboard").glob("events.out.tfevents.*")))
        self.assertEqual({file.name for file in (directory / "logs").glob("sim.*")}, {f"sim.{k}.0.log" for k in range(6)})
        card = json.loads((directory / "model" / "card.json").read_text())
        self.assertEqual(card["inputs"][0]["name"], "a")

    def test_study_directory_is_private(self):
        directory, _ = self.run_study(toy_study(count=2))
        self.assertEqual(mode(directory), 0o700)
        self.assertEqual(mode(directory / "run"), 0o700)
        self.assertEqual(mode(directory / "run" / "endpoint.json"), 0o600)

    def test_resolved_study_is_itself_a_study(self):
        directory, _ = self.run_study(toy_study(count=2))
        code, output = self.run_program(WEIR, "check", directory / "study.json")
        self.assertEqual(code, 0, output)
        self.assertIn("watermark", (directory / "study.json").read_text())

    def test_two_ranks_share_the_samples_and_end_with_the_same_weights(self):
        directory, _ = self.run_study(toy_study(count=5, steps=11, server={"ranks": 2}))
        self.assert_nothing_lost(directory, simulations=5, steps=11)
        self.assertEqual(self.summary(directory)["server"]["ranks"], 2)
        self.assertTrue(self.summary(directory)["server"]["identical_weights"])

    def test_full_rank_whose_only_client_feeds_the_other_rank_makes_progress(self):
        """The circle of section 5 of the design: even steps fill rank 0, odd ones are dropped, so rank 1 stays below its watermark;
        the client's window is one sample, so it cannot pass the step that waits for rank 0."""
        values = 262144  # 1 MiB
        study = toy_study(count=1, steps=20, size=values, solver=("--nan-odd-below", 8), server={"ranks": 2},
                          client={"window_mib": 1}, buffer={"kind": "fifo", "capacity": 4, "watermark": 4})
        study["training"]["batch"] = 2
        study["simulation"]["non_finite"] = "drop"
        directory, _ = self.run_study(study)
        samples = self.summary(directory)["samples"]
        self.assertEqual((samples["unique"], samples["dropped"], samples["lost"], samples["trained"]), (16, 4, 0, 16))

    def test_fifo_trains_on_every_sample_exactly_once(self):
        directory, _ = self.run_study(toy_study(count=4, buffer={"kind": "fifo", "capacity": 20, "watermark": 0}))
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        self.assertEqual(self.summary(directory)["samples"]["trained"], 40)

    def test_firo_trains_on_every_sample_exactly_once(self):
        directory, _ = self.run_study(toy_study(count=4, buffer={"kind": "firo", "capacity": 20, "watermark": 8}))
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        self.assertEqual(self.summary(directory)["samples"]["trained"], 40)

    def test_buffer_far_smaller_than_the_ensemble_holds_the_solvers_back_without_loss(self):
        directory, _ = self.run_study(toy_study(count=8, steps=40, jobs=3, buffer={"kind": "fifo", "capacity": 4, "watermark": 0}))
        self.assert_nothing_lost(directory, simulations=8, steps=40)

    def test_generated_data_set_trains_offline_and_validates_online(self):
        training = self.folder / "train.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(toy_study(count=5)), "--to", training)
        self.assertEqual(code, 0, output)
        validation = self.folder / "validation.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(toy_study(count=2, seed=2)), "--to", validation)
        self.assertEqual(code, 0, output)

        # Statistics that are given: measured ones would hang on which few samples come first.
        study = toy_study(count=5, validation={"dataset": str(validation), "every": 5})
        study["training"]["normalisation"] = {"kind": "given", "fields": {"u": {"mean": 0.5, "deviation": 0.5}}}
        online, _ = self.run_study(study)
        self.assertLess(self.summary(online)["validation"]["loss"], 2)
        self.assertLessEqual(self.summary(online)["validation"]["best_loss"], self.summary(online)["validation"]["loss"])

        offline = toy_study(count=5, validation={"dataset": str(validation), "every": 5})
        offline["training"].update({"source": "dataset", "dataset": str(training), "epochs": 3})
        path = self.write_study(offline, "offline.json")
        directory = self.folder / "offline"
        code, output = self.run_program(WEIR, "run", path, "--output", directory)
        self.assertEqual(code, 0, output + self.logs(directory))
        self.assertEqual(self.summary(directory)["samples"]["trained"], 5 * 10 * 3)

    def test_target_ends_the_study_early_and_in_order(self):
        validation = self.folder / "validation.h5"
        self.run_program(WEIR, "generate", self.write_study(toy_study(count=2, seed=2)), "--to", validation)
        study = toy_study(count=50, steps=10, solver=("--delay-ms", 20), validation={"dataset": str(validation), "every": 1})
        study["training"]["stop"] = {"validation_loss": 1e6}
        directory, _ = self.run_study(study)
        summary = self.summary(directory)
        self.assertEqual(summary["status"], "done")
        self.assertLess(summary["samples"]["unique"], 500)
        self.assertTrue((directory / "model" / "model.pt").exists())

    def test_same_directory_is_not_used_twice(self):
        self.run_study(toy_study(count=2))
        _, output = self.run_study(toy_study(count=2), expect=2)
        self.assertIn("--output", output)


if __name__ == "__main__":
    main()
