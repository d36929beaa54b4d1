"""heat2d with solvers of two ranks and two server ranks: through each back end the ledger is that of local jobs."""

from slurm_study import SlurmStudyTest, heat2d_study
from whole import WEIR, main


SIMULATIONS, STEPS = 4, 20


class Heat2dTest(SlurmStudyTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = [(sim, step) for sim in range(SIMULATIONS) for step in range(STEPS)]

    def study(self, name, **settings):
        return heat2d_study(SIMULATIONS, STEPS, **settings) | {"name": name}

    def run_and_compare(self, study, *prefix):
        """Runs it to its end; `prefix`: the command that the launcher runs under."""
        directory = self.folder / "D"
        code, output = self.run_program(*prefix, WEIR, "run", self.write_study(study), "--output", directory, deadline=120)
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}")
        self.assertEqual(self.ledger(directory), self.expected)
        self.assertTrue(self.summary(directory)["server"]["identical_weights"])
        self.assert_no_orphan(study)

    def test_local_jobs(self):
        self.run_and_compare(self.study("one", scheduler="local"))

    def test_batch_jobs(self):
        study = self.study("heat")
        self.run_and_compare(study)
        self.assertEqual(self.submissions(study), {"weir.heat.server": 1} | {f"weir.heat.{sim}.0": 1 for sim in range(4)})

    def test_pilots(self):
        study = self.study("pool", scheduler="slurm-pool", jobs=2, idle=5)
        self.run_and_compare(study)
        jobs = self.submissions(study)
        self.assertEqual(jobs.pop("weir.pool.server"), 1)
        self.assertLessEqual(len(jobs), 2, f"more jobs than pilots: {jobs}")

    def test_steps_of_an_allocation(self):
        study = self.study("steps", scheduler="slurm-steps", jobs=2)
        self.run_and_compare(study, "salloc", "--nodes=2", "--ntasks-per-node=4", "--job-name=allocation")
        self.assertEqual(self.submissions(study), {})


if __name__ == "__main__":
    main()
