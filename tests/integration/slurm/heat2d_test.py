"""heat2d with solvers of two ranks and two server ranks: through each back end the same ledger as on one machine."""

from slurm_study import SlurmStudyTest, heat2d_study
from whole import main


class Heat2dTest(SlurmStudyTest):
    def setUp(self):
        super().setUp()
        self.study = heat2d_study()
        self.expected = [(sim, step) for sim in range(4) for step in range(20)]

    def test_batch_jobs_send_what_local_jobs_send(self):
        local, slurm = self.folder / "local", self.folder / "slurm"
        self.complete(heat2d_study(scheduler="local"), local)
        self.complete(self.study, slurm)
        self.assertEqual(self.ledger(slurm), self.ledger(local))
        self.assertEqual(self.ledger(slurm), self.expected)
        self.assertTrue(self.summary(slurm)["server"]["identical_weights"])
        self.assertEqual(self.submissions(self.study),
                         {"weir.heat.server": 1} | {f"weir.heat.{sim}.0": 1 for sim in range(4)})
        self.assert_no_orphan(self.study)


if __name__ == "__main__":
    main()
