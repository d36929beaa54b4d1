"""A study through OAR, as the stub in tests/support/oar speaks it."""

from oar_study import STUB, OarStudyTest
from whole import WEIR, endless, let_go, main, toy_study, waiting


class OarTest(OarStudyTest):
    def study(self, **sections):
        launcher = {"scheduler": "oar", "jobs": 2, "poll": 0.2, **sections.pop("launcher", {})}
        return toy_study(count=4, steps=10, launcher=launcher, **sections)

    def test_a_study_runs_and_each_job_is_submitted_once(self):
        resources = {"partition": "production", "account": "heat", "constraint": "cluster='a b'", "time_limit": 5400}
        directory, _ = self.run_study(self.study(launcher={"clients": resources}))
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        self.assertEqual(sorted(job["name"] for job in self.jobs()),
                         ["weir.toy.0.0", "weir.toy.1.0", "weir.toy.2.0", "weir.toy.3.0", "weir.toy.server"])
        submission = next(call for call in self.calls("oarsub") if "--name=weir.toy.0.0" in call)
        self.assertIn("--resource=/core=1,walltime=1:30:00", submission)
        self.assertIn("--queue=production", submission)
        self.assertIn("--project=heat", submission)
        self.assertIn("--property=cluster='a b'", submission)
        self.assertEqual({job["exit_code"] for job in self.jobs()}, {0})

    def test_a_job_that_somebody_deletes_runs_again(self):
        path = self.write_study(endless(self.study(), sim=1))
        directory = self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as launcher:
            running = lambda: [job for job in self.jobs() if job["name"] == "weir.toy.1.0" and job["state"] == "Running"]
            self.wait_until(running, "simulation 1 runs", process=launcher)
            code, _ = self.run_program(STUB / "oardel", running()[0]["Job_Id"])
            self.assertEqual(code, 0)
            self.assertEqual(launcher.wait(90), 0, launcher.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        self.assertIn("weir.toy.1.1", [job["name"] for job in self.jobs()])
        self.assertIn("deleted with oardel", self.logs(directory))

    def test_a_later_launcher_finds_its_jobs_and_submits_none_again(self):
        path = self.write_study(waiting(self.study(solver=["--delay-ms", "100"])))
        directory = self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as launcher:
            self.wait_until(lambda: len(self.jobs()) >= 3, "two simulations are submitted", process=launcher)
            launcher.kill()
        with self.started(WEIR, "run", path, "--output", directory, "--resume") as launcher:
            self.wait_until(lambda: "the server runs on as job" in self.logs(directory), "it finds the server", process=launcher)
            let_go(directory)
            self.assertEqual(launcher.wait(90), 0, launcher.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        names = [job["name"] for job in self.jobs()]
        self.assertEqual(len(names), len(set(names)), names)
        self.assertEqual(self.summary(directory)["server"]["restarts"], 0)

    def test_a_queue_that_is_not_there_ends_the_study_with_what_oarsub_says(self):
        _, output = self.run_study(self.study(launcher={"server": {"partition": "missing"}}), expect=3)
        self.assertIn("queue missing does not exist", output)

    def test_oar_that_is_away_for_a_while_delays_the_study_and_no_more(self):
        path = self.write_study(self.study(solver=["--delay-ms", "50"]))
        directory = self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as launcher:
            self.wait_until(lambda: len(self.jobs()) >= 2, "a simulation is submitted", process=launcher)
            (self.oar / "away").touch()
            self.wait_until(lambda: "OAR does not answer" in launcher.output(), "it is noticed", process=launcher)
            (self.oar / "away").unlink()
            self.assertEqual(launcher.wait(90), 0, launcher.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=4, steps=10)

    def test_a_folder_that_a_shell_would_read_is_refused(self):
        path = self.write_study(self.study())
        code, output = self.run_program(WEIR, "run", path, "--output", self.folder / "D;touch x")
        self.assertEqual(code, 3, output)
        self.assertIn("has a character that OAR would hand to a shell", output)


if __name__ == "__main__":
    main()
