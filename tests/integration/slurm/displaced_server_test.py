"""A server whose place another job takes: its successor goes on, and no simulation notices more than a pause."""

from slurm_study import CLIENTS, SlurmStudyTest, witnessed_study
from whole import main


class DisplacedServerTest(SlurmStudyTest):
    def test_server_whose_place_another_job_takes_has_a_successor(self):
        study = witnessed_study("displaced", steps=20, delay_ms=300, jobs=2, clients=CLIENTS | {"options": ["--nodelist=n2"]})
        study["simulation"]["restarts"] = 0
        directory = self.folder / "displaced"
        with self.launched(study, directory) as launcher:
            self.job_of("weir.displaced.server")
            self.wait_until(lambda: list(directory.glob("checkpoints/*/manifest.json")), "a checkpoint", process=launcher)
            self.slurm.sbatch("true", "-p", "urgent", "-w", "n1", "--exclusive")
            self.wait_for_end(launcher, directory)
            output = launcher.output()
        self.assertIn("preempted by another job", output)
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        self.assertEqual(self.submissions(study)["weir.displaced.server"], 2)
        summary = self.summary(directory)
        self.assertEqual(summary["simulations"]["restarted"], 0, output)
        self.assertEqual(summary["server"]["restarts"], 1)
        self.assertIn("preempted by another job", {job["reason"] for job in summary["failed_jobs"]})


if __name__ == "__main__":
    main()
