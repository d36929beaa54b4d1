"""The server is killed or stopped, with or without its launcher: it goes on from its newest checkpoint, nothing is lost, nothing
counted twice."""

import os
import signal

from resumable import ResumableTest, study
from whole import WEIR, let_go, main, processes_of, waiting


class RestartByLauncherTest(ResumableTest):
    def test_server_and_launcher_killed_one_after_the_other_are_resumed(self):
        self.launch_and_kill(self.has_checkpoint, "a checkpoint was published", waiting(study()))
        self.kill("weir-server")
        self.assert_that_users_see_the_newest_checkpoint()
        let_go(self.directory)
        self.resume()
        self.assert_complete()
        self.assertGreaterEqual(self.summary(self.directory)["server"]["restarts"], 1)

    def assert_that_users_see_the_newest_checkpoint(self):
        code, output = self.run_program(WEIR, "status", self.directory)
        self.assertEqual(code, 0)
        self.assertRegex(output, r"checkpoint +\d+, of batch \d+, \d+ s ago")
        accepted = self.ledger(self.directory)
        self.assertGreater(len(accepted), 0)
        self.assertEqual(sorted(set(accepted)), accepted)

    def test_killed_server_is_started_again_by_its_launcher(self):
        with self.launch(waiting(study())) as launcher:
            self.wait_until(self.has_checkpoint, "a checkpoint was published", process=launcher)
            self.kill("weir-server")
            let_go(self.directory)
            self.wait_for_end(launcher)
            self.assertIn("it starts again from its newest checkpoint", launcher.output())
        self.assert_complete()

    def test_stopped_server_is_killed_by_the_watchdog_and_started_again(self):
        path = self.write_study(waiting(study(launcher={"watchdog": 4})))
        with self.started(WEIR, "run", path, "--output", self.directory) as launcher:
            self.wait_until(self.has_checkpoint, "a checkpoint was published", process=launcher)
            for pid in processes_of(self.directory, "weir-server"):
                os.kill(pid, signal.SIGSTOP)
            let_go(self.directory)
            self.wait_for_end(launcher)
            self.assertIn("no sign of life for 4 s (launcher.watchdog)", launcher.output())
        self.assert_complete()


if __name__ == "__main__":
    main()
