"""A server that has to go before its work is done: it makes room for the next one, and no simulation notices more than a pause."""

from slurm_study import SlurmStudyTest, witnessed_study
from whole import main


class ReliefTest(SlurmStudyTest):
    def test_server_that_is_warned_before_its_time_limit_hands_over_without_a_restarted_simulation(self):
        self.hand_over("warned", "made room for its successor", "scancel", "--batch", "--signal=USR1")

    def test_server_whose_job_somebody_cancels_hands_over_too(self):
        self.hand_over("taken", "cancelled by somebody else", "scancel")

    def hand_over(self, name, reason, *command):
        study = witnessed_study(name, steps=20, delay_ms=300, jobs=2)
        study["simulation"]["restarts"] = 0
        directory = self.folder / name
        with self.launched(study, directory) as launcher:
            server = self.job_of(f"weir.{name}.server")
            self.wait_until(lambda: list(directory.glob("checkpoints/*/manifest.json")), "a checkpoint", process=launcher)
            self.slurm.output(*command, server)
            self.wait_for_end(launcher, directory)
            output = launcher.output()
        self.assertIn(reason, output)
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        self.assertEqual(self.submissions(study)[f"weir.{name}.server"], 2)
        summary = self.summary(directory)
        self.assertEqual(summary["simulations"]["restarted"], 0, output)
        self.assertEqual(summary["server"]["restarts"], 1)


if __name__ == "__main__":
    main()
