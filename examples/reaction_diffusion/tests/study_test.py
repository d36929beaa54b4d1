"""The quick study as it stands: a surrogate that goes on from its own predictions keeps to the solver."""

import os
import re
import shutil
import sys
import unittest

from example_study import EXAMPLES, ExampleTest


class ReactionDiffusionTest(ExampleTest):
    example = "reaction_diffusion"

    def test_the_quick_study_trains_a_surrogate_that_keeps_to_the_solver_by_itself(self):
        directory, output = self.run_quick_study()
        self.assert_errors_below(output, {"u": 50, "v": 60})
        self.assert_pictures(directory, *(f"{page}.{field}.png" for page in ("prediction", "rollout") for field in "uv"))

    def test_the_readmes_commands_run(self):
        directory = self.follow_readme(buffer={"kind": "reservoir", "capacity": 100, "watermark": 20})
        self.assert_pictures(directory, "prediction.u.png", "prediction.v.png")

    def test_validation_data_are_made_again_when_any_file_of_the_solver_has_changed(self):
        tree = self.folder / "tree"
        shutil.copytree(EXAMPLES / self.example, tree / "examples" / self.example)
        weir = tree / "build" / "bin" / "weir"
        weir.parent.mkdir(parents=True)
        weir.write_text("#!/bin/sh\ntouch \"$4\"\n")
        weir.chmod(0o700)
        run = tree / "examples" / self.example / "run"
        settings = re.match(r"(?s).*?(?=usage_text=)", run.read_text())[0]
        script = f"{settings}\n. {EXAMPLES}/common/run.sh\nfolder=examples/$example data=$full validation=validation.json\nmake_validation_data"
        made = lambda: "validation data" in self.program("bash", "-c", script, cwd=tree)
        self.assertTrue(made())
        self.assertFalse(made())
        for name in ("solver.py", "gray_scott.py", "validation.json"):
            with self.subTest(changed=name):
                later = (tree / "build" / f"{self.example}-validation" / "full.h5").stat().st_mtime + 10
                os.utime(tree / "examples" / self.example / name, (later, later))
                self.assertTrue(made())
                os.utime(tree / "examples" / self.example / name, (0, 0))

    def test_studies_differ_from_their_validation_in_the_seed(self):
        self.assert_studies_differ_from_their_validation_in_the_seed()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
