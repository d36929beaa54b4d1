"""Autoregressive samples through the whole: every pair is trained on, on one rank and two, and a replay has the same bits."""

import json

from whole import WEIR, WholeTest, main, toy_study

GRID, COUNT, STEPS = [8, 8], 4, 12
MODELS = {
    "mlp": {"hidden": [16, 16]},
    "autoencoder": {"channels": [4, 8], "latent": 5, "activation": "gelu"},
    "unet": {"channels": [4, 8], "activation": "gelu"},
    "fno": {"modes": 3, "width": 6, "layers": 2},
    "deeponet": {"hidden": [16], "basis": 6, "activation": "tanh"},
}


def pairs_study(kind="mlp", lead=1, ranks=1, **sections):
    study = toy_study(count=COUNT, steps=STEPS, size=64, server={"ranks": ranks}, reproducible=True, **sections)
    study["simulation"]["fields"] = [{"name": "u", "shape": GRID}]
    study["training"] = {"batch": 4, "model": {"kind": kind, **MODELS.get(kind, {})},
                         "samples": {"kind": "autoregressive", "lead": lead}}
    return study


class AutoregressiveTest(WholeTest):
    def run_to_the_end(self, name, study):
        path, directory = self.write_study(study, f"{name}.json"), self.folder / name
        code, output = self.run_program(WEIR, "run", path, "--output", directory)
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}")
        return directory

    def assert_all_pairs(self, directory, lead):
        self.assert_nothing_lost(directory, COUNT, STEPS)
        summary = self.summary(directory)
        pairs = COUNT * (STEPS - lead)
        self.assertEqual(summary["samples"]["pairs"], pairs)
        self.assertEqual(summary["samples"]["lost"], 0)
        self.assertTrue(summary["server"]["identical_weights"])
        code, output = self.run_program(WEIR, "ledger", directory, "--lineage")
        self.assertEqual(code, 0, output)
        drawn = {tuple(map(int, line.split()[1:3])) for line in output.splitlines() if line[:1].isdigit()}
        self.assertEqual(drawn, {(sim, step) for sim in range(COUNT) for step in range(lead, STEPS)})

    def test_each_kind_trains_on_two_ranks_and_its_replay_has_the_same_bits(self):
        for kind in MODELS:
            with self.subTest(kind=kind):
                directory = self.run_to_the_end(kind, pairs_study(kind, ranks=2))
                self.assert_all_pairs(directory, lead=1)
                card = json.loads((directory / "model" / "card.json").read_text())
                self.assertEqual(card["samples"], {"kind": "autoregressive", "lead": 1, "prediction": "increment"})
                code, output = self.run_program(WEIR, "replay", directory)
                self.assertEqual(code, 0, output)

    def test_each_buffer_makes_pairs_of_another_lead(self):
        for buffer in ("fifo", "firo", "reservoir"):
            with self.subTest(buffer=buffer):
                study = pairs_study(lead=3, buffer={"kind": buffer, "capacity": 16, "watermark": 4})
                study["training"]["samples"]["prediction"] = "value"
                directory = self.run_to_the_end(buffer, study)
                self.assert_all_pairs(directory, lead=3)

    def test_data_set_of_single_steps_serves_training_and_validation(self):
        study = pairs_study(lead=2)
        data = self.folder / "data.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(study), "--to", data)
        self.assertEqual(code, 0, output)
        study["training"] |= {"source": "dataset", "dataset": str(data), "epochs": 2}
        study["validation"] = {"dataset": str(data), "every": 10}
        del study["buffer"], study["reproducible"]
        directory = self.run_to_the_end("offline", study)
        summary = self.summary(directory)
        self.assertEqual(summary["samples"]["trained"], 2 * COUNT * (STEPS - 2))
        self.assertGreater(summary["validation"]["loss"], 0)


if __name__ == "__main__":
    main()
