"""The quick study as it stands: generated, trained, and shown. Its surrogate is good for each field."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(os.environ["WEIR_BIN"])
EXAMPLE = pathlib.Path(__file__).resolve().parent.parent


def study(name, **changes):
    """A study of the example, whose solver is where the build has put it."""
    text = (EXAMPLE / name).read_text()
    return json.loads(re.sub(r"(?m)^//.*", "", text).replace("../../build/bin", str(BIN))) | changes


class StudyTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="weir-cavity-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def program(self, *arguments):
        result = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=150)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def write(self, content, name):
        path = self.folder / name
        path.write_text(json.dumps(content))
        return path

    def test_the_quick_study_trains_a_surrogate_of_three_fields(self):
        data, directory = self.folder / "quick.h5", self.folder / "D"
        self.program(BIN / "weir", "generate", self.write(study("validation-quick.json"), "validation.json"), "--to", data)
        quick = study("study-quick.json", validation={"dataset": str(data), "every": 200})
        self.program(BIN / "weir", "run", self.write(quick, "study.json"), "--output", directory)
        samples = json.loads((directory / "summary.json").read_text())["samples"]
        self.assertEqual(samples["unique"], quick["simulation"]["count"] * quick["simulation"]["steps"])
        output = self.program(BIN / "example_picture", directory)
        worst = {field: float(percent) for field, percent in re.findall(r"(\w): relative L2 .* worst ([\d.]+) %", output)}
        self.assertEqual(set(worst), {"u", "v", "p"}, output)
        for field, percent in worst.items():
            self.assertLess(percent, LIMITS[field], f"{field}\n{output}")
            self.assertTrue((directory / f"prediction.{field}.png").read_bytes().startswith(b"\x89PNG"))

    def test_studies_differ_from_their_validation_in_the_seed(self):
        for size in ("", "-quick"):
            training, validation = study(f"study{size}.json"), study(f"validation{size}.json")
            self.assertNotEqual(training["seed"], validation["seed"])
            self.assertEqual(training["parameters"], validation["parameters"])
            for key in ("steps", "fields", "time", "command"):
                self.assertEqual(training["simulation"][key], validation["simulation"][key])


LIMITS = {"u": 10, "v": 10, "p": 15}  # per cent, of the last step of the worst unseen simulation

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
