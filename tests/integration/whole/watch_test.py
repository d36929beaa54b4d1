"""weir watch: live on a terminal, lines elsewhere, and never in the way of the study."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from whole import DEADLINE, WEIR, WholeTest, elsewhere, environment, main, toy_study

ROWS, COLUMNS = 24, 80


class Terminal:
    """A program on a terminal of 80 columns; what it wrote so far is `text`."""

    def __init__(self, command, **env):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        more = environment(TERM="xterm", LC_ALL="C.UTF-8", **env)
        self.process = subprocess.Popen([str(part) for part in command], stdin=slave, stdout=slave, stderr=slave, env=more,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.text = ""

    def read(self):
        with contextlib.suppress(OSError):  # the program has ended
            while select.select([self.master], [], [], 0.05)[0]:
                data = os.read(self.master, 65536)
                if not data:
                    return
                self.text += data.decode(errors="replace")

    def press_ctrl_c(self):
        os.write(self.master, b"\x03")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


class WatchTest(WholeTest):
    def running_study(self, count=6, delay=20):
        self.directory = self.folder / "D"
        study = toy_study(count=count, steps=20, solver=("--delay-ms", delay), checkpoint={"every": 1})
        return self.started(WEIR, "run", self.write_study(study), "--output", self.directory)

    def wait_for_status(self, process):
        self.wait_until((self.directory / "run" / "status.json").exists, "a status was written", process=process)

    def wait_for_text(self, terminal, pattern):
        end = time.monotonic() + DEADLINE
        while not re.search(pattern, terminal.text):
            self.assertLess(time.monotonic(), end, f"no {pattern} in {terminal.text!r}")
            terminal.read()

    def wait_for_end(self, terminal):
        self.wait_until(lambda: terminal.read() or terminal.process.poll() is not None, "weir watch ends")
        terminal.read()
        return terminal.process.returncode

    def test_lines_come_until_the_study_has_ended(self):
        with self.running_study() as process:
            self.wait_for_status(process)
            code, output = self.run_program(WEIR, "watch", self.directory)
            self.assertEqual(code, 0, output)
            self.assertTrue(output.endswith("the study has ended: done\n"), output)
            self.assertIn("samples", output)
            self.assertNotIn("\x1b", output)
            self.assertEqual(process.wait(60), 0)

    def test_terminal_is_rewritten_in_place_within_its_columns(self):
        with self.running_study() as process:
            self.wait_for_status(process)
            with Terminal([WEIR, "watch", self.directory]) as terminal:
                self.wait_for_text(terminal, r"\x1b\[\d+A\r")
                self.assertEqual(self.wait_for_end(terminal), 0, terminal.text)
        for word in ("simulations", "samples", "training", "loss", "checkpoint", "server", "█"):
            self.assertIn(word, terminal.text)
        for line in re.sub(r"\x1b\[[0-9]*[a-zA-Z]|\r", "", terminal.text).splitlines():
            self.assertLess(len(line), COLUMNS, line)
        self.assertIn("the study has ended: done", terminal.text)

    def test_no_color_is_heeded(self):
        with self.running_study() as process:
            self.wait_for_status(process)
            with Terminal([WEIR, "watch", self.directory], NO_COLOR=1) as terminal:
                self.assertEqual(self.wait_for_end(terminal), 0, terminal.text)
        self.assertNotRegex(terminal.text, r"\x1b\[[0-9;]*m")
        self.assertIn("study", terminal.text)

    def test_ctrl_c_leaves_the_study_alone(self):
        with self.running_study(count=200) as process:
            self.wait_for_status(process)
            with Terminal([WEIR, "watch", self.directory]) as terminal:
                self.wait_for_text(terminal, "simulations")
                terminal.press_ctrl_c()
                self.assertEqual(self.wait_for_end(terminal), 0, terminal.text)
            self.assertIsNone(process.poll())
            code, output = self.run_program(WEIR, "stop", self.directory)
            self.assertEqual(code, 0, output)
            process.wait(60)

    def test_stopped_study_is_watched_to_its_end(self):
        with self.running_study(count=200) as process:
            self.wait_for_status(process)
            with self.started(WEIR, "watch", self.directory) as watch:
                self.wait_until(lambda: "samples" in watch.output(), "a line was written", process=watch)
                self.run_program(WEIR, "stop", self.directory)
                self.assertEqual(watch.wait(60), 130, watch.output())
                self.assertIn("the study has ended: stopped", watch.output())
            process.wait(60)

    def test_study_is_watched_from_another_machine(self):
        with self.running_study() as process:
            self.wait_for_status(process)
            code, output = self.run_program(*elsewhere(WEIR, "watch", self.directory))
            self.assertEqual(code, 0, output)
            self.assertIn("the study has ended: done", output)
            self.assertNotIn("no launcher", output)

    def test_ended_study_is_told_at_once(self):
        directory, _ = self.run_study(toy_study(count=1))
        code, output = self.run_program(WEIR, "watch", directory)
        self.assertEqual(code, 0, output)
        self.assertIn("the study has ended: done", output)


if __name__ == "__main__":
    main()
