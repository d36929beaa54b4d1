"""Names that a shell would obey, in the arguments, the environment and the directory of a study that runs on this machine."""

import hostile
from whole import WEIR, WholeTest, main


class HostileNamesTest(WholeTest):
    def run_hostile(self, directory, **sections):
        study = self.write_study(hostile.hostile_study(**sections))
        code, output = self.run_program(WEIR, "run", study, "--output", directory)
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}")
        hostile.check(self, directory)
        self.assert_nothing_lost(directory, simulations=2, steps=5)

    def test_names_reach_the_solver_as_they_are(self):
        self.run_hostile(self.folder / "D")

    def test_names_reach_a_solver_under_mpirun_as_they_are(self):
        study = hostile.hostile_study()
        study["simulation"]["launch"] = "mpirun"
        path = self.write_study(study)
        code, output = self.run_program(WEIR, "run", path, "--output", self.folder / "D")
        self.assertEqual(code, 0, f"{output}\n{self.logs(self.folder / 'D')}")
        hostile.check(self, self.folder / "D")

    def test_study_directory_may_have_any_name(self):
        self.run_hostile(self.folder / hostile.FOLDER)


if __name__ == "__main__":
    main()
