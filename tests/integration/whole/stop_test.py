"""A study can be looked at, stopped in order, and interrupted; what was trained is saved each time."""

import os
import signal

from whole import WEIR, WholeTest, elsewhere, main, toy_study

SLOW = dict(count=200, steps=20, solver=("--delay-ms", 20))


class StopTest(WholeTest):
    def run_slow_study(self, **sections):
        self.directory = self.folder / "D"
        return self.started(WEIR, "run", self.write_study(toy_study(**SLOW, **sections)), "--output", self.directory)

    def wait_for_training(self, process):
        metrics = self.directory / "metrics.jsonl"
        self.wait_until(lambda: metrics.exists() and '"train"' in metrics.read_text(), "a batch was trained on", process=process)

    def assert_stopped_in_order(self, process):
        process.wait(60)
        self.assertEqual(process.returncode, 130, process.output() + self.logs(self.directory))
        summary = self.summary(self.directory)
        self.assertEqual(summary["status"], "stopped")
        self.assertEqual(summary["samples"]["lost"], 0)
        self.assertTrue((self.directory / "model" / "model.pt").exists())

    def test_weir_stop_ends_a_study_in_order(self):
        with self.run_slow_study() as process:
            self.wait_for_training(process)
            code, output = self.run_program(WEIR, "stop", self.directory)
            self.assertEqual(code, 0, output)
            self.assert_stopped_in_order(process)

    def test_weir_stop_reaches_a_launcher_on_another_machine(self):
        with self.run_slow_study(server={"transport": {"kind": "tcp", "interface": "lo"}}) as process:
            self.wait_for_training(process)
            code, shown = self.run_program(*elsewhere(WEIR, "status", self.directory))
            self.assertEqual(code, 0, shown)
            self.assertIn(f"launcher    {process.pid} on ", shown)
            self.assertNotIn("gone", shown)
            code, output = self.run_program(*elsewhere(WEIR, "stop", self.directory))
            self.assertEqual((code, output), (0, "the study stops\n"))
            self.assert_stopped_in_order(process)
        self.assertIn("`weir stop` asks for the end (process ", (self.directory / "logs" / "launcher.log").read_text())
        self.assertIn("on elsewhere)", (self.directory / "logs" / "launcher.log").read_text())

    def test_asking_twice_is_no_order_to_end_at_once(self):
        with self.run_slow_study() as process:
            self.wait_for_training(process)
            for _ in range(2):
                code, output = self.run_program(WEIR, "stop", self.directory)
                self.assertEqual(code, 0, output)
            self.assert_stopped_in_order(process)
        self.assertNotIn("at once", process.output().replace("(once more: at once)", ""))
        self.assertFalse((self.directory / "run" / "stop").exists())

    def test_weir_stop_reaches_the_server_of_a_launcher_that_hangs(self):
        with self.run_slow_study() as process:
            self.wait_for_training(process)
            process.send_signal(signal.SIGSTOP)
            code, output = self.run_program(WEIR, "stop", self.directory)
            self.assertEqual((code, output), (0, "the study stops\n"))
            process.send_signal(signal.SIGCONT)
            self.assert_stopped_in_order(process)

    def test_interrupt_ends_a_study_in_order(self):
        with self.run_slow_study() as process:
            self.wait_for_training(process)
            process.send_signal(signal.SIGINT)
            self.assert_stopped_in_order(process)

    def test_no_process_is_left_behind(self):
        with self.run_slow_study() as process:
            self.wait_for_training(process)
            process.send_signal(signal.SIGTERM)
            self.assert_stopped_in_order(process)
            left = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if self.mentions(pid, str(self.directory))]
            self.assertEqual(left, [])

    @staticmethod
    def mentions(pid, text):
        """Whether a process was started for this study: its command line or its environment names the directory."""
        for name in ("cmdline", "environ"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if text.encode() in file.read():
                        return True
            except OSError:
                pass
        return False

    def test_status_is_shown_while_the_study_runs_and_after_it(self):
        with self.run_slow_study() as process:
            self.wait_for_training(process)
            self.wait_until(lambda: (self.directory / "run" / "status.json").exists(), "a status was written", process=process)
            code, running = self.run_program(WEIR, "status", self.directory)
            self.assertEqual(code, 0, running)
            self.assertIn("200", running)
            self.run_program(WEIR, "stop", self.directory)
            process.wait(60)
        code, ended = self.run_program(WEIR, "status", self.directory)
        self.assertEqual(code, 0, ended)
        self.assertIn("stopped", ended)


if __name__ == "__main__":
    main()
