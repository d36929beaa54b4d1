"""The example's studies, made small: what the solvers stream is what they compute, and the picture is drawn."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy

BIN = pathlib.Path(os.environ["WEIR_BIN"])
EXAMPLE = pathlib.Path(__file__).resolve().parent.parent
GRID, STEPS = 12, 10


def small_study(name, solver="heat2d", ranks=1, count=4, **changes):
    """A study of the example on a 12 × 12 grid, with absolute paths."""
    study = json.loads(re.sub(r"(?m)^//.*", "", (EXAMPLE / name).read_text()))
    study["simulation"].update(
        count=count, steps=STEPS, ranks=ranks, command=[str(BIN / solver), "--grid", str(GRID), "--steps", str(STEPS)]
    )
    study["simulation"]["fields"][0]["shape"] = [GRID, GRID]
    study.update(changes)
    return study


class StudyTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="weir-heat2d-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def program(self, *arguments):
        result = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=100)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def write(self, study, name):
        path = self.folder / name
        path.write_text(json.dumps(study))
        return path

    def generate(self, name, **settings):
        file = self.folder / f"{name}.h5"
        study = self.write(small_study("validation-quick.json", **settings), f"{name}.json")
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
        study = small_study("study-quick.json", buffer=buffer, validation={"dataset": str(data), "every": 20})
        study["training"]["normalisation"]["samples"] = 10
        directory = self.folder / "D"
        self.program(BIN / "weir", "run", self.write(study, "study.json"), "--output", directory)
        summary = json.loads((directory / "summary.json").read_text())
        self.assertEqual(summary["status"], "done")
        self.assertEqual(summary["samples"]["unique"], 4 * STEPS)
        output = self.program(BIN / "example_picture", directory)
        self.assertIn("40 of 40 received, 0 lost", output)
        self.assertTrue((directory / "prediction.png").read_bytes().startswith(b"\x89PNG"))

    def test_studies_of_the_example_differ_from_their_validation_in_the_seed(self):
        for size in ("", "-quick"):
            study, validation = (
                json.loads(re.sub(r"(?m)^//.*", "", (EXAMPLE / f"{kind}{size}.json").read_text()))
                for kind in ("study", "validation")
            )
            self.assertNotEqual(study["seed"], validation["seed"])
            self.assertEqual(study["parameters"], validation["parameters"])
            for key in ("steps", "fields", "time", "command"):
                self.assertEqual(study["simulation"][key], validation["simulation"][key])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
