"""The launcher is killed at any moment: `weir run --resume` completes the study, loses nothing, counts nothing twice and submits
nothing twice."""

import json
import os
import random
import signal
import time

from resumable import ResumableTest, study
from whole import WEIR, let_go, main, processes_of, waiting

NIGHTLY = os.environ.get("WEIR_NIGHTLY") == "1"
EVERY_COMMIT = ["launcher.after_intent", "launcher.after_submit"]
BEFORE_OR_IN_A_STUDY = EVERY_COMMIT + [
    "launcher.before_server_intent", "launcher.after_server_intent", "launcher.after_server_submit", "launcher.after_connect",
    "launcher.before_hello", "launcher.after_hello", "launcher.before_intent", "launcher.after_submitted",
    "launcher.before_end_journaled", "launcher.before_end_said", "launcher.after_end_said", "launcher.after_server_end"]


class LauncherRestartTest(ResumableTest):
    def test_killed_launcher_leaves_its_jobs_alone_and_the_next_one_finds_them(self):
        self.launch_and_kill(self.train_a_little, "a batch was trained on")
        servers = processes_of(self.directory, "weir-server")
        self.assertEqual(len(servers), 1)
        code, output = self.run_program(WEIR, "status", self.directory)
        self.assertEqual(code, 0)
        self.assertIn("no launcher is running; `weir run STUDY.json --output D --resume` continues", output)
        self.resume()
        self.assert_complete()
        self.assertIn("the server runs on as job", self.logs(self.directory))
        self.assertEqual(self.summary(self.directory)["server"]["restarts"], 0)

    def test_clients_that_end_while_no_launcher_is_there_are_not_started_again(self):
        self.launch_and_kill(self.train_a_little, "a batch was trained on")
        self.wait_until(lambda: self.jobs_alive() == 0, "the running simulations have ended")
        self.resume()
        self.assert_complete()

    def test_second_launcher_is_refused_while_the_first_one_lives(self):
        with self.launch(waiting(study())) as launcher:
            self.wait_until(lambda: self.finished_steps() >= 3, "a batch was trained on", process=launcher)
            output = self.resume(expect=3)
            self.assertIn(f"a launcher runs this study already: process {launcher.pid} on ", output)
            let_go(self.directory)
            self.wait_for_end(launcher)
        self.assert_complete()

    def test_resume_of_a_study_that_is_done_says_so(self):
        self.launch_and_finish()
        self.assertIn("the study is done already", self.resume())

    def launch_and_finish(self):
        with self.launch() as launcher:
            self.wait_for_end(launcher)

    def test_resume_of_another_study_is_refused(self):
        self.launch_and_kill(self.train_a_little, "a batch was trained on")
        self.write_study(study(training={"batch": 5}))
        self.assertIn("holds another study: /training/batch is 4 there and 5 in the study file", self.resume(expect=2))

    def test_resume_goes_on_with_other_settings_of_how_the_study_is_run(self):
        self.launch_and_kill(lambda: self.finished_steps() >= 3 and self.has_checkpoint(), "there is a checkpoint of a batch", waiting(study()))
        self.kill_jobs()
        let_go(self.directory)
        self.write_study(waiting(study(client={"timeout": 77}, training={"prefetch": "on"}, server={"progress": 99})))
        output = self.resume()
        self.assertIn("/client/timeout is 77.0 from now on, and was ", output)
        self.assertIn('/training/prefetch is "on" from now on, and was "automatic"', output)
        self.assert_complete()
        server_log = (self.directory / "logs" / "server.0.log").read_text()
        self.assertIn("goes on from checkpoint", server_log)
        resolved = json.loads((self.directory / "study.json").read_text())
        self.assertEqual(resolved["server"]["progress"], 99)

    def test_resume_without_a_study_is_refused(self):
        self.write_study(study())
        self.assertIn("holds no study", self.resume(expect=2))

    def test_launcher_killed_at_a_failpoint_is_resumed(self):
        names = BEFORE_OR_IN_A_STUDY if NIGHTLY else EVERY_COMMIT
        passages = (1, 2, 3) if NIGHTLY else (2,)
        killed = 0
        for name in names:
            for passage in passages:
                with self.subTest(failpoint=name, passage=passage):
                    self.directory = self.folder / f"{name}.{passage}"
                    killed += self.kill_at_failpoint(name, passage)
                    self.kill_jobs()
        print(f"launcher killed at {len(names)} failpoints × {len(passages)} passages: {killed} kills, 0 lost, 0 submitted twice")

    def kill_at_failpoint(self, name, passage):
        with self.launch(WEIR_FAILPOINT=f"{name}:kill:{passage}") as launcher:
            launcher.wait(90)
            killed = launcher.returncode == -signal.SIGKILL
            self.assertIn(launcher.returncode, (0, -signal.SIGKILL), launcher.output())
        if killed:
            self.resume()
        self.assert_complete()
        return killed

    def test_launcher_killed_again_and_again_at_random_times_is_resumed(self):
        for seed in range(20 if NIGHTLY else 2):
            with self.subTest(seed=seed):
                self.directory = self.folder / f"random.{seed}"
                kills = self.kill_at_random(random.Random(seed))
                self.kill_jobs()
                print(f"seed {seed}: launcher killed {kills} times, 0 lost, 0 submitted twice")

    def kill_at_random(self, chance):
        path = self.write_study(study())
        options, kills = [], 0
        while True:
            with self.started(WEIR, "run", path, "--output", self.directory, *options) as launcher:
                deadline = time.monotonic() + (chance.uniform(0.1, 1.5) if kills < 4 else 90)
                while launcher.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.01)
                if launcher.poll() is not None:
                    self.assertEqual(launcher.returncode, 0, launcher.output() + self.logs(self.directory))
                    break
            kills += 1
            if (self.directory / "study.json").exists():
                options = ["--resume"]
        self.assert_complete()
        return kills


if __name__ == "__main__":
    main()
