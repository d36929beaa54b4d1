"""What the tests of the examples' studies share: a study of an example as it stands, generated, trained and shown."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["WEIR_BIN"])
EXAMPLES = pathlib.Path(__file__).resolve().parent.parent


class ExampleTest(unittest.TestCase):
    example = None  # its folder

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix=f"weir-{self.example}-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def study(self, name, **changes):
        """A study of the example, its solver where it is."""
        text = re.sub(r"(?m)^//.*", "", (EXAMPLES / self.example / name).read_text())
        text = text.replace("../../build/bin", str(BIN)).replace("../../examples", str(EXAMPLES))
        return json.loads(text) | changes

    def program(self, *arguments, **options):
        result = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=200, **options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def write(self, content, name):
        path = self.folder / name
        path.write_text(json.dumps(content))
        return path

    def run_quick_study(self):
        """(its directory, what the picture's program printed)."""
        data, directory = self.folder / "quick.h5", self.folder / "D"
        self.program(BIN / "weir", "generate", self.write(self.study("validation-quick.json"), "validation.json"), "--to", data)
        quick = self.study("study-quick.json", validation={"dataset": str(data), "every": 200})
        self.program(BIN / "weir", "run", self.write(quick, "study.json"), "--output", directory)
        samples = json.loads((directory / "summary.json").read_text())["samples"]
        self.assertEqual(samples["unique"], quick["simulation"]["count"] * quick["simulation"]["steps"])
        return directory, self.program(BIN / "example_picture", directory)

    def follow_readme(self, **changes):
        """Runs what its README says to do by hand, in a copy of the tree with small studies; gives the study's directory. `changes`
        are merged over the sections of both studies."""
        tree, folder = self.folder / "tree", f"examples/{self.example}"
        shutil.copytree(EXAMPLES / self.example, tree / folder)
        (tree / "build").mkdir()
        for part in ("bin", "lib", "python"):
            (tree / "build" / part).symlink_to(BIN.parent / part)
        for name, count in (("study.json", 4), ("validation.json", 2)):
            study = json.loads(re.sub(r"(?m)^//.*", "", (tree / folder / name).read_text()))
            study["simulation"]["count"] = count
            for section, values in changes.items():
                study.setdefault(section, {}).update(values)
            (tree / folder / name).write_text(json.dumps(study))
        readme = (tree / folder / "README.md").read_text()
        (commands,) = [block for block in re.findall(r"^```\n(.*?)^```", readme, re.M | re.S) if "weir generate" in block]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.program("sh", "-e", "-c", commands, cwd=tree, env=environment)
        return tree / "D"

    def assert_errors_below(self, output, limits):
        """Of the last step of the worst unseen simulation, per cent a field."""
        worst = {field: float(percent) for field, percent in re.findall(r"(\w+): relative L2 .* worst ([\d.e+-]+) %", output)}
        self.assertEqual(set(worst), set(limits), output)
        for field, percent in worst.items():
            self.assertLess(percent, limits[field], f"{field}\n{output}")

    def assert_pictures(self, directory, *names):
        for name in names:
            self.assertTrue((directory / name).read_bytes().startswith(b"\x89PNG"))

    def assert_studies_differ_from_their_validation_in_the_seed(self):
        for size in ("", "-quick"):
            training, validation = self.study(f"study{size}.json"), self.study(f"validation{size}.json")
            self.assertNotEqual(training["seed"], validation["seed"])
            self.assertEqual(training["parameters"], validation["parameters"])
            for key in ("steps", "fields", "time"):
                self.assertEqual(training["simulation"][key], validation["simulation"][key])
