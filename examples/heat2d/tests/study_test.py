"""The example's studies, made small: what the solvers stream is what they compute, and the picture is drawn."""

import json
import sys
import unittest

import h5py
import numpy
from example_study import BIN, ExampleTest

GRID, STEPS = 12, 10


class StudyTest(ExampleTest):
    example = "heat2d"

    def small_study(self, name, solver="heat2d", ranks=1, count=4, **changes):
        """A study of the example on a 12 × 12 grid."""
        study = self.study(name, **changes)
        study["simulation"].update(
            count=count, steps=STEPS, ranks=ranks, command=[str(BIN / solver), "--grid", str(GRID), "--steps", str(STEPS)]
        )
        study["simulation"]["fields"][0]["shape"] = [GRID, GRID]
        return study

    def generate(self, name, **settings):
        file = self.folder / f"{name}.h5"
        study = self.write(self.small_study("validation-quick.json", **settings), f"{name}.json")
        self.program(BIN / "weir", "generate", study, "--to", file)
        return file

    def plain_field(self, parameters):
        output = self.folder / "field.txt"
        sides = ("--initial", "--west", "--east", "--south", "--north")
        options = [word for pair in zip(sides, parameters) for word in pair]
        self.program(BIN / "heat2d_plain", "--grid", GRID, "--steps", STEPS, "--output", output, *options)
        return numpy.loadtxt(output)

    def test_every_solver_streams_what_the_plain_one_computes(self):
        for solver, ranks in (("heat2d", 1), ("heat2d", 3), ("heat2d_c", 2)):
            with self.subTest(solver=solver, ranks=ranks):
                name = f"{solver}.{ranks}"
                with h5py.File(self.generate(name, solver=solver, ranks=ranks, count=2)) as data:
                    last, parameters = data["fields/temperature"][:, -1].reshape(-1, GRID, GRID), data["parameters"][:]
                for field, own in zip(last, parameters):
                    numpy.testing.assert_allclose(field, self.plain_field(own), rtol=1e-6)

    def test_study_trains_a_model_that_the_picture_shows(self):
        data = self.generate("validation")
        buffer = {"kind": "reservoir", "capacity": 30, "watermark": 10}
        study = self.small_study("study-quick.json", buffer=buffer, validation={"dataset": str(data), "every": 20})
        study["training"]["normalisation"]["samples"] = 10
        directory = self.folder / "D"
        self.program(BIN / "weir", "run", self.write(study, "study.json"), "--output", directory)
        summary = json.loads((directory / "summary.json").read_text())
        self.assertEqual(summary["status"], "done")
        self.assertEqual(summary["samples"]["unique"], 4 * STEPS)
        output = self.program(BIN / "example_picture", directory)
        self.assertIn("40 of 40 received, 0 lost", output)
        self.assert_pictures(directory, "prediction.png")

    def test_the_readmes_commands_run(self):
        small = self.small_study("study-quick.json")["simulation"]
        directory = self.follow_readme(simulation={key: small[key] for key in ("steps", "fields", "command")},
                                       buffer={"kind": "reservoir", "capacity": 30, "watermark": 10})
        self.assert_pictures(directory, "prediction.png")

    def test_studies_differ_from_their_validation_in_the_seed(self):
        self.assert_studies_differ_from_their_validation_in_the_seed()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
