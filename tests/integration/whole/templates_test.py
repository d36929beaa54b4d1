"""A solver that knows of no parameter but what its input deck says: each attempt runs in a folder that holds its rendered files."""

import textwrap

from whole import BUILD, WEIR, WholeTest, main, toy_study

SOLVER = """
    import json, os, pathlib, sys
    sys.path.insert(0, {package!r})
    import numpy, weir

    deck = json.loads(pathlib.Path("case/deck.json").read_text())
    assert pathlib.Path.cwd() == pathlib.Path(deck["folder"]), (pathlib.Path.cwd(), deck)
    assert sorted(path.name for path in pathlib.Path.cwd().iterdir()) == ["case", "note.txt"]
    if deck["sim"] == 1 and deck["attempt"] == 0:
        sys.exit("this deck is bad")
    with weir.Client() as client:
        assert client.parameters[0] == deck["a"], "the number in the deck is not the number that was drawn"
        for step in range(4):
            client.send("u", numpy.full(16, deck["a"] + step))
"""

DECK = '{"a": {a}, "sim": {sim}, "attempt": {attempt}, "folder": "{study_dir}/run/sim/{sim}.{attempt}", "own": {}}'


class TemplatesTest(WholeTest):
    def study(self, **simulation):
        (self.folder / "solver.py").write_text(textwrap.dedent(SOLVER.format(package=str(BUILD / "python"))))
        (self.folder / "deck.json.in").write_text(DECK)
        (self.folder / "note").write_text("$(touch {study_dir}/shell) `id` {unknown}\n")
        templates = {"case/deck.json": "deck.json.in", "note.txt": "note"}
        command = ["/usr/bin/python3", str(self.folder / "solver.py")]
        return toy_study(count=3, steps=4, simulation={"command": command, "templates": templates, **simulation})

    def test_every_attempt_finds_its_own_deck_in_its_own_folder(self):
        directory, output = self.run_study(self.study())
        self.assert_nothing_lost(directory, simulations=3, steps=4)
        self.assertFalse((directory / "shell").exists())
        folders = sorted(path.name for path in (directory / "run" / "sim").iterdir())
        self.assertEqual(folders, ["1.0"], "folders of attempts that ended well are removed, those of failed ones kept")
        self.assertEqual((directory / "run/sim/1.0/note.txt").read_text(), f"$(touch {directory}/shell) `id` {{unknown}}\n")
        self.assertIn("this deck is bad", output)

    def test_pilots_run_their_tasks_in_the_same_folders(self):
        directory, _ = self.run_study(self.study() | {"launcher": {"scheduler": "local-pool", "jobs": 2}})
        self.assert_nothing_lost(directory, simulations=3, steps=4)

    def test_a_template_that_is_not_there_is_one_error_before_anything_starts(self):
        study = self.study()
        (self.folder / "note").unlink()
        path = self.write_study(study)
        for command in (("check", path), ("run", path, "--output", self.folder / "D")):
            code, output = self.run_program(WEIR, *command)
            self.assertEqual(code, 2, output)
            self.assertEqual(output.count(f"{self.folder}/note"), 1, output)
            self.assertIn("simulation.templates", output)
        self.assertFalse((self.folder / "D").exists())


if __name__ == "__main__":
    main()
