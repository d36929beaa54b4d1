"""Names that a shell would obey, in the arguments, the environment and the directory of a study that runs through Slurm."""

import hostile
from slurm_study import SlurmStudyTest, launcher
from whole import WEIR, main


class HostileNamesTest(SlurmStudyTest):
    def run_hostile(self, name, directory):
        study = hostile.hostile_study(name=name)
        study["launcher"] = launcher()
        path = self.write_study(study)
        code, output = self.run_program(WEIR, "run", path, "--output", directory)
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}\n{self.slurm.logs()}")
        hostile.check(self, directory)
        self.assert_nothing_lost(directory, simulations=2, steps=5)

    def test_names_reach_the_solver_as_they_are(self):
        self.run_hostile("hostile", self.folder / "D")

    def test_study_directory_may_have_any_name(self):
        self.run_hostile("folder", self.folder / hostile.FOLDER)


if __name__ == "__main__":
    main()
