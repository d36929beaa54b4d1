"""What trackers show of a training: TensorBoard's files and a run of MLflow, also of one whose server was killed, that was stopped, or
whose tracker cannot be written. Readers here are the tests' own; those of TensorBoard and MLflow judge too where they are
(WEIR_EXTRAS_PYTHON)."""

import collections
import json
import os
import pathlib
import shutil
import tempfile

from event_file import Events, pixels
from whole import WEIR, WholeTest, main, merged, toy_study

STEPS, SIZE = 20, 16
NO_SCALARS = ("kind", "batch", "seconds", "fields", "name", "counts")
READER = pathlib.Path(__file__).with_name("read_trackers.py")


class TrackersTest(WholeTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="weir-trackers-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared)

    def study(self, delay_ms=5, **sections):
        every = toy_study(count=8, steps=STEPS, size=SIZE, solver=("--delay-ms", delay_ms), validation=self.generate(),
                          checkpoint={"batches": 5}, trackers={"mlflow": {"enabled": True}}, client={"timeout": 60})
        return merged(every, sections)

    def generate(self):
        validation = self.shared / "validation.h5"
        if not validation.exists():
            path = self.write_study(toy_study(count=3, steps=STEPS, size=SIZE, seed=2), "validation.json")
            code, output = self.run_program(WEIR, "generate", path, "--to", validation)
            self.assertEqual(code, 0, output)
        return {"dataset": str(validation), "every": 5}

    def read(self, *arguments):
        """By TensorBoard and MLflow themselves."""
        python = os.environ.get("WEIR_EXTRAS_PYTHON")
        if not python:
            return
        code, output = self.run_program(python, READER, *arguments)
        self.assertEqual(code, 0, output)
        print(output, end="")

    # ---- what metrics.jsonl has, trackers have
    def recorded(self, directory):
        """{tag: [(batch, value)]} and the histograms of repeats."""
        scalars, repeats = collections.defaultdict(list), []
        for line in (directory / "metrics.jsonl").read_text().splitlines():
            record = json.loads(line)
            kind, batch = record["kind"], record["batch"]
            if kind == "histogram":
                repeats.append((batch, {k: count for k, count in enumerate(record["counts"]) if count}))
            for name, value in record.items():
                if name not in NO_SCALARS:
                    scalars[f"{kind}/{name}"].append((batch, value))
            for field, values in record.get("fields", {}).items():
                for name, value in values.items():
                    if name != "steps":
                        scalars[f"{kind}/{field}/{name}"].append((batch, value))
        return scalars, repeats

    def assert_same(self, found, expected, digits):
        self.assertEqual(set(found), set(expected))
        for tag, series in expected.items():
            if tag.startswith("checkpoint/"):  # that of the checkpoint that a server went on from is in trackers alone
                found[tag] = [entry for entry in found[tag] if entry[0] in dict(series)]
            self.assertEqual([step for step, _ in found[tag]], [step for step, _ in series], tag)
            for (_, value), (_, other) in zip(found[tag], series):
                self.assertAlmostEqual(value, other, delta=10**-digits * abs(other), msg=tag)

    def check_tensorboard(self, directory, batch=4):
        scalars, repeats = self.recorded(directory)
        events = Events(directory / "tensorboard")
        self.assert_same(events.scalars, scalars, digits=6)
        self.assertEqual([batch for batch, _ in events.histograms["repeats"]], [batch for batch, _ in repeats])
        self.assertTrue(events.histograms["repeats"] == repeats)
        self.assertGreaterEqual(len(repeats), 3)  # during the training, too
        self.assertEqual(repeats[-1][0], self.summary(directory)["batches"])
        self.assertEqual(events.settings["training/batch"], batch)
        self.assertEqual(events.settings["training/model/kind"], "mlp")
        self.assertEqual(events.settings["parameters/a/bounds"], "[0.0,1.0]")
        self.assertTrue(events.success)
        self.check_pictures(directory, events)

    def check_pictures(self, directory, events):
        shown = json.loads((directory / "evaluation.json").read_text())["pictures"]
        names = [f"evaluation/{picture['which']}/u/{what}" for picture in shown for what in ("truth", "prediction", "difference")]
        self.assertEqual(set(events.pictures), set(names))
        for picture in shown:
            (field,) = picture["fields"]
            least, most = min(field["truth"] + field["prediction"]), max(field["truth"] + field["prediction"])
            for what in ("truth", "prediction"):
                found = events.pictures[f"evaluation/{picture['which']}/u/{what}"]
                self.assertEqual((found.step, found.width, found.height), (self.summary(directory)["batches"], SIZE, SIZE // 8))
                self.assertIn(f"Simulation {picture['sim']}, step {picture['step']}, ", found.description)
                rows, palette = pixels(found.png)
                self.assertEqual(palette[1], (68, 1, 84))
                self.assertEqual(rows[0], rows[1])
                for index, value in zip(rows[0], field[what]):
                    self.assertLessEqual(abs(index - 1 - 254 * (value - least) / (most - least)), 0.6)

    def runs(self, store):
        """{study directory: folder of its run}"""
        found = collections.defaultdict(list)
        for meta in store.glob("*/*/meta.yaml"):
            found[(meta.parent / "tags" / "weir.study_directory").read_text()].append(meta.parent)
        return {study: one for study, (one,) in found.items()}

    def check_mlflow(self, directory, store, status, batch=4):
        run = self.runs(store)[str(directory)]
        scalars, _ = self.recorded(directory)
        found = {}
        for path in (run / "metrics").glob("*/*"):
            lines = [line.split() for line in path.read_text().splitlines()]
            times = [int(time) for time, _, _ in lines]
            self.assertTrue(times == sorted(times), path)
            found[f"{path.parent.name}/{path.name.replace('.', '/')}"] = [(int(step), float(value)) for _, value, step in lines]
        self.assert_same(found, scalars, digits=15)
        meta = (run / "meta.yaml").read_text()
        self.assertIn(f"\nstatus: {status}\n", meta)
        self.assertRegex(meta, r"\nend_time: \d{13}\n")
        self.assertEqual((run / "params" / "training" / "batch").read_text(), str(batch))
        for name in ("model/card.json", "model/model.pt", "summary.json", "evaluation/worst/u/difference.png"):
            self.assertGreater((run / "artifacts" / name).stat().st_size, 0, name)
        self.assertEqual(run.stat().st_mode & 0o777, 0o700)
        return run

    # ---- the tests
    def test_a_server_that_was_killed_goes_on_without_doubling_anything(self):
        path, directory, killed = self.write_study(self.study()), self.folder / "D", self.folder / "killed"
        code, output = self.run_program(WEIR, "run", path, "--output", directory, WEIR_FAILPOINT=f"checkpoint.after_publish:kill:2:{killed}")
        self.assertEqual(code, 0, output + self.logs(directory))
        self.assertTrue(killed.exists())
        self.assertEqual(self.summary(directory)["server"]["restarts"], 1)
        self.assertNotIn("starts from nothing", self.logs(directory))
        self.check_tensorboard(directory)
        self.check_mlflow(directory, directory / "mlruns", status=3)
        self.read("--tensorboard", directory, "--mlflow", directory / "mlruns", "FINISHED")

    def run_in(self, directory, study, *options, expect=0):
        code, output = self.run_program(WEIR, "run", self.write_study(study), "--output", directory, *options)
        self.assertEqual(code, expect, output + self.logs(directory))

    def test_studies_share_a_folder_and_one_that_was_stopped_goes_on_in_its_run(self):
        store, first, second = self.folder / "shared runs", self.folder / "first", self.folder / "second"
        trackers = {"mlflow": {"enabled": True, "folder": str(store), "experiment": "heat / both"}}
        self.run_in(first, self.study(trackers=trackers))
        study = self.study(delay_ms=40, trackers=trackers, training={"batch": 5})
        self.stop(second, study)
        stopped = self.runs(store)[str(second)]
        self.assertIn("\nstatus: 5\n", (stopped / "meta.yaml").read_text())
        self.assertFalse(Events(second / "tensorboard").success)
        self.run_in(second, study, "--resume")
        self.check_tensorboard(second, batch=5)
        self.assertEqual(self.check_mlflow(second, store, status=3, batch=5), stopped)
        self.check_mlflow(first, store, status=3)
        (experiment,) = [path for path in store.iterdir() if not path.name.startswith(".")]
        self.assertIn('\nname: "heat / both"\n', (experiment / "meta.yaml").read_text())
        self.read("--tensorboard", first, second, "--mlflow", store, "FINISHED", "FINISHED")

    def stop(self, directory, study):
        metrics = directory / "metrics.jsonl"
        with self.started(WEIR, "run", self.write_study(study), "--output", directory) as process:
            self.wait_until(lambda: metrics.exists() and '"validation"' in metrics.read_text(), "the model was validated", process=process)
            self.assertEqual(self.run_program(WEIR, "stop", directory)[0], 0)
            process.wait(60)
            self.assertEqual(process.returncode, 130, process.output() + self.logs(directory))

    def test_a_tracker_that_cannot_be_written_stops_nothing_on_two_ranks(self):
        (self.folder / "file").write_text("")
        trackers = {"mlflow": {"enabled": True, "folder": str(self.folder / "file" / "runs")}}
        directory, _ = self.run_study(self.study(trackers=trackers, server={"ranks": 2}))
        log = (directory / "logs" / "server.0.log").read_text()
        self.assertEqual(log.count("MLflow"), 1, log)
        self.assertIn(f"{self.folder / 'file'}", log)
        self.assertIn("/trackers/mlflow/folder", log)
        self.assertNotIn("MLflow", (directory / "logs" / "server.1.log").read_text())
        self.check_tensorboard(directory)


if __name__ == "__main__":
    main()
