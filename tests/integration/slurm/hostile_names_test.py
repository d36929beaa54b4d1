"""Names that a shell would obey, in the arguments, the environment and the directory of a study that runs through Slurm."""

import hostile
from slurm_study import CLIENTS, SlurmStudyTest, launcher
from whole import WEIR, main

# Every character that a resource of a study may have.
TEXT = """a; touch owned $(touch owned) `touch owned` it's "b" c\\d $HOME * %j && e | f > owned"""


class HostileNamesTest(SlurmStudyTest):
    def run_hostile(self, name, directory, launch="direct", prefix=(), env=None, **settings):
        study = hostile.hostile_study(name=name)
        study["simulation"]["launch"] = launch
        study["launcher"] = launcher(**settings)
        path = self.write_study(study)
        code, output = self.run_program(*prefix, WEIR, "run", path, "--output", directory, **(env or {}))
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}\n{self.slurm.logs()}")
        hostile.check(self, directory)
        self.assert_nothing_lost(directory, simulations=2, steps=5)

    def test_names_reach_the_solver_as_they_are(self):
        self.run_hostile("hostile", self.folder / "D")

    def test_names_reach_a_solver_under_srun_as_they_are(self):
        self.run_hostile("srun", self.folder / "D", launch="srun")

    def test_names_reach_a_solver_in_a_pilot_as_they_are(self):
        self.run_hostile("pilot", self.folder / "D", launch="srun", scheduler="slurm-pool", jobs=2, idle=5)

    def test_names_reach_a_step_as_they_are(self):
        self.run_hostile("step", self.folder / "D", launch="automatic", scheduler="slurm-steps", jobs=2,
                         prefix=("salloc", "--nodes=2", "--ntasks-per-node=4"))

    def test_study_directory_may_have_any_name(self):
        self.run_hostile("folder", self.folder / hostile.FOLDER)

    def test_resources_reach_slurm_and_the_set_up_as_they_are(self):
        # A site's `module` is a function that jobs inherit; here it tells what it was called with, each job in a file of its own.
        module = {"BASH_FUNC_module%%": f"() {{ printf '%s\\n' \"$@\" >> {self.folder}/modules.$SLURM_JOB_ID; }}"}
        clients = CLIENTS | {"account": TEXT, "options": ["--network=" + TEXT], "modules": [TEXT]}
        self.run_hostile("resources", self.folder / "D", env=module, clients=clients)
        job = next(number for number, values in self.slurm.jobs().items() if values["JobName"] == "weir.resources.0.0")
        record = self.slurm.output("scontrol", "show", "job", "--oneliner", job)
        self.assertIn(f" Account={TEXT.lower()} ", record)  # Slurm's own spelling
        self.assertIn(f" Network={TEXT} ", record)
        self.assertEqual([file.read_text() for file in self.folder.glob("modules.*")], [f"load\n{TEXT}\n"] * 2)

    def test_partition_that_only_a_shell_would_have_is_refused(self):
        study = hostile.hostile_study(name="refused")
        study["launcher"] = launcher(clients=CLIENTS | {"partition": f"cpu{TEXT}"})
        code, output = self.run_program(WEIR, "run", self.write_study(study), "--output", self.folder / "D")
        self.assertEqual(code, 2, output)
        self.assertEqual(self.submissions(study), {})
        self.assertEqual(list(self.folder.rglob("owned")), [])


if __name__ == "__main__":
    main()
