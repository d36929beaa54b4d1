"""`weir predict` with the model of a study: what it writes, what it says, and how it refuses."""

import json
import shutil

import h5py
import numpy as np
from whole import WEIR, WholeTest, main, toy_study

STEPS, SIZE = 10, 16


def relative_l2(predicted, true):
    """The mean over all samples, all fields of a sample together, as in summary.json."""
    with h5py.File(predicted) as one, h5py.File(true) as other:
        fields = [(one["fields"][name][:], other["fields"][name][:]) for name in other["fields"]]
    difference, truth = (np.concatenate(parts, axis=2).astype(float) for parts in
                         ([p - t for p, t in fields], [t for _, t in fields]))
    return (np.linalg.norm(difference, axis=2) / np.linalg.norm(truth, axis=2)).mean()


class PredictTest(WholeTest):
    def setUp(self):
        super().setUp()
        self.validation = self.folder / "validation.h5"
        study = self.write_study(toy_study(count=3, steps=STEPS, size=SIZE, seed=2), "validation.json")
        code, output = self.run_program(WEIR, "generate", study, "--to", self.validation)
        self.assertEqual(code, 0, output)
        trained = toy_study(count=6, steps=STEPS, size=SIZE, validation={"dataset": str(self.validation), "every": 5})
        self.directory, _ = self.run_study(trained)
        self.to = self.folder / "p.h5"

    def predict(self, *options, model=None, expect=0):
        code, output = self.run_program(WEIR, "predict", model or self.directory, *options, "--to", self.to)
        self.assertEqual(code, expect, output)
        self.assertEqual(self.to.exists(), expect == 0, output)
        return output

    def test_predicts_and_refuses(self):
        self.simulations_of_a_data_set()
        self.parameters_by_name_and_by_file()
        self.steps_and_times()
        self.bad_input()
        self.damaged_models()
        self.assertEqual([path.name for path in self.folder.glob(".*.part")], [], "a temporary file is left")

    def test_an_autoregressive_model_rolls_out_as_the_trainer_did(self):
        samples = {"samples": {"kind": "autoregressive", "lead": 2}, "model": {"kind": "mlp", "hidden": [8]}, "batch": 4}
        study = toy_study(count=6, steps=STEPS, size=SIZE, training=samples,
                          validation={"dataset": str(self.validation), "every": 5})
        directory, model = self.folder / "R", self.write_study(study, "rollout.json")
        code, output = self.run_program(WEIR, "run", model, "--output", directory)
        self.assertEqual(code, 0, output)
        self.assertIn("autoregressive", self.predict("--parameters", "a=0.5", model=directory, expect=2))
        self.predict("--from", self.validation, model=directory)
        with h5py.File(self.to) as one, h5py.File(self.validation) as other:
            predicted, true = (file["fields/u"][:].astype(float) for file in (one, other))
        np.testing.assert_array_equal(predicted[:, :2], true[:, :2])
        difference, truth = (np.linalg.norm(part[:, 2:].reshape(len(true), -1), axis=1) for part in (predicted - true, true))
        records = [json.loads(line) for line in (directory / "metrics.jsonl").read_text().splitlines()]
        promised = [record for record in records if record["kind"] == "rollout"][-1]["relative_l2"]
        self.assertAlmostEqual((difference / truth).mean() / promised, 1, delta=1e-4)

    def simulations_of_a_data_set(self):
        output = self.predict("--from", self.validation)
        self.assertIn("3 simulations of 10 steps", output)
        self.assertNotIn("warning", output)
        with h5py.File(self.to) as one, h5py.File(self.validation) as other:
            self.assertEqual(one["simulation"][:].tolist(), other["simulation"][:].tolist())
            np.testing.assert_array_equal(one["parameters"][:], other["parameters"][:])
            self.assertEqual(one["fields/u"].shape, other["fields/u"].shape)
        promised = self.summary(self.directory)["validation"]["relative_l2"]
        self.assertAlmostEqual(relative_l2(self.to, self.validation) / promised, 1, delta=1e-4)
        # Its form is that of a data set: the study validates with it.
        study = toy_study(count=2, steps=STEPS, size=SIZE, validation={"dataset": str(self.to)})
        code, output = self.run_program(WEIR, "check", self.write_study(study, "again.json"))
        self.assertEqual(code, 0, output)
        self.to.unlink()

    def parameters_by_name_and_by_file(self):
        self.predict("--parameters", "a=0.5")
        with h5py.File(self.to) as data:
            by_name = data["fields/u"][:]
            self.assertEqual(data["parameters"][:].tolist(), [[0.5]])
        self.to.unlink()
        table = self.folder / "list.csv"
        table.write_text("a\n0.25\n0.5\n7\n")
        output = self.predict("--parameters", table, model=self.directory / "model" / "model.pt")
        self.assertIn("warning: a is 7 in simulation 2: the model was trained on 0 to 1 and extrapolates", output)
        with h5py.File(self.to) as data:
            self.assertEqual(data["fields/u"].shape, (3, STEPS, SIZE))
            np.testing.assert_allclose(data["fields/u"][1], by_name[0], rtol=1e-5, atol=1e-6)
        self.to.unlink()

    def steps_and_times(self):
        self.predict("--parameters", "a=0.5", "--steps", "0,4:8:2", model=self.directory / "model")
        with h5py.File(self.to) as data:
            some = data["fields/u"][0]
        self.to.unlink()
        output = self.predict("--parameters", "a=0.5", "--times", "4,5,100")
        self.assertIn("warning: time 100 is outside 0 to 9", output)
        with h5py.File(self.to) as data:
            np.testing.assert_allclose(data["fields/u"][0, 0], some[1], rtol=1e-5, atol=1e-6)
        self.assertEqual(some.shape, (4, SIZE))
        self.to.unlink()

    def bad_input(self):
        self.assertIn('did you mean "a"?', self.predict("--parameters", "b=1", "a=0", expect=2))
        self.assertIn("a is missing", self.predict(expect=2))
        self.assertIn("expected a number", self.predict("--parameters", "a=much", expect=2))
        self.assertIn("--steps", self.predict("--parameters", "a=1", "--steps", "9:1", expect=2))
        self.assertIn("excludes", self.predict("--parameters", "a=1", "--steps", "1", "--times", "1", expect=2))
        self.assertIn("no/such", self.predict("--parameters", "a=1", model="no/such", expect=2))
        self.assertIn("has no simulation 77", self.predict("--from", f"{self.validation}:77", expect=2))
        code, output = self.run_program(WEIR, "predict", self.directory, "--parameters", "a=1", "--to", "/proc/none/p.h5")
        self.assertEqual(code, 3, output)
        code, output = self.run_program(WEIR, "predict", "--help")
        self.assertEqual(code, 0)
        self.assertIn("weir predict [OPTIONS] MODEL", output)
        self.assertIn("predict", self.run_program(WEIR, "--help")[1])

    def damaged_models(self):
        copy = self.folder / "copy"
        shutil.copytree(self.directory / "model", copy)
        script = copy / "model.pt"
        script.write_bytes(script.read_bytes()[:-1] + b"x")
        self.assertIn("another checksum", self.predict("--parameters", "a=1", model=copy, expect=2))
        card = json.loads((copy / "card.json").read_text())
        (copy / "card.json").write_text(json.dumps({**card, "version": 9}))
        self.assertIn("has version 9", self.predict("--parameters", "a=1", model=copy, expect=2))


if __name__ == "__main__":
    main()
