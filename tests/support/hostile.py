"""Names that a shell, a terminal, a batch system or an option parser would obey, in a real run: each goes through as one argument."""

import json
import pathlib

from whole import TOY, toy_study

SOLVER = pathlib.Path(__file__).with_name("hostile_solver.py")
NAMES = ["a; touch owned", "$(touch owned)", "`touch owned`", "two words", "a\nb", "\n#SBATCH --wrap=id", "Größe 東京", "-rf",
         "--help", "it's", 'say "hi"', "a\\b", "$HOME", "*", "%j", "a && b | c > d", "\x1b[2J", "x\ty", "", "{not one}", "${sim", ":",
         ":x"]
FOLDER = "D;$(touch owned) `touch owned` it's \"ü\" %j"


def hostile_study(**sections):
    study = toy_study(count=2, steps=5, **sections)
    study["simulation"]["command"] = [str(SOLVER), str(TOY), "16", "5", *NAMES, "{sim}; {study_dir}"]
    study["simulation"]["environment"] = {f"HOSTILE_{k}": name for k, name in enumerate(NAMES)}
    return study


def check(test, directory):
    """What the solvers wrote down is what the study says, and nobody obeyed it."""
    for sim in range(2):
        seen = json.loads((directory / "logs" / f"seen.{sim}.json").read_text())
        test.assertEqual(seen["arguments"], [*NAMES, f"{sim}; {directory}"])
        test.assertEqual(seen["environment"], {f"HOSTILE_{k}": name for k, name in enumerate(NAMES)})
    test.assertEqual([path for path in test.folder.rglob("owned")], [], "a shell has obeyed")
    test.assertFalse(pathlib.Path("owned").exists(), "a shell has obeyed")
