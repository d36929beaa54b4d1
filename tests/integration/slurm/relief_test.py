"""Servers and pilots that have to go before their work is done: the next one goes on, and nothing is lost."""

from slurm_study import SlurmStudyTest, witnessed_study
from whole import endless, main

# slurmctld looks at time limits every 30 s, and sends a warning up to 30 s early.
NEAR_ITS_LIMIT = ("scontrol", "update", "EndTime=now+35")


class ReliefTest(SlurmStudyTest):
    def test_servers_and_pilots_that_have_to_go_lose_nothing(self):
        self.side_by_side(lambda run, *case: run(*case), [
            (self.lose_a_pilot,),
            (self.requeue_a_server,),
            (self.hand_over, "limited", 1000, "made room for its successor", *NEAR_ITS_LIMIT),
            (self.hand_over, "warned", 300, "made room for its successor", "scancel", "--batch", "--signal=USR1"),
            (self.hand_over, "taken", 300, "cancelled by somebody else", "scancel"),
        ])

    def requeue_a_server(self):
        """The same job runs again, and goes on from its checkpoint."""
        study = witnessed_study("requeued", count=2, steps=20, delay_ms=500, jobs=1)
        directory = self.folder / "requeued"
        with self.launched(study, directory) as launcher:
            server = self.job_of("weir.requeued.server")
            self.wait_until(lambda: list(directory.glob("checkpoints/*/manifest.json")), "a checkpoint", process=launcher)
            self.slurm.output("scontrol", "update", f"JobId={server}", "Requeue=1")
            self.slurm.output("scontrol", "requeue", server)
            self.wait_for_end(launcher, directory)
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        self.assertEqual(self.slurm.jobs()[server]["Restarts"], "1")
        self.assertEqual(self.submissions(study)["weir.requeued.server"], 1)
        self.assertEqual(self.summary(directory)["simulations"]["restarted"], 0)

    def lose_a_pilot(self):
        """By its time limit, in the middle of its only simulation."""
        study = endless(witnessed_study("pilots", count=1, steps=20, scheduler="slurm-pool", jobs=1, idle=60), sim=0)
        directory = self.folder / "pilots"
        with self.launched(study, directory) as launcher:
            pilot = self.job_of("weir.pilots.pilot.1")
            self.wait_until(lambda: (directory / "logs" / "starts").exists(), "the simulation runs", process=launcher)
            self.slurm.end_soon(pilot)
            self.wait_for_end(launcher, directory)
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        self.assertEqual(self.slurm.state(pilot), "TIMEOUT")
        self.assertEqual(self.submissions(study)["weir.pilots.pilot.2"], 1)
        reasons = {job["name"]: job["reason"] for job in self.summary(directory)["failed_jobs"]}
        self.assertIn("time limit", reasons["weir.pilots.0.0"])

    def hand_over(self, name, delay_ms, reason, *command):
        study = witnessed_study(name, count=2, steps=20, delay_ms=delay_ms, jobs=1)
        study["simulation"]["restarts"] = 0
        directory = self.folder / name
        with self.launched(study, directory) as launcher:
            server = self.job_of(f"weir.{name}.server")
            self.wait_until(lambda: list(directory.glob("checkpoints/*/manifest.json")), "a checkpoint", process=launcher)
            self.slurm.output(*command, f"JobId={server}" if command == NEAR_ITS_LIMIT else server)
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
