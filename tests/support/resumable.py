"""A study of toy solvers that is interrupted and resumed: what is killed, what must be true at the end."""

import collections
import json
import os
import signal

from whole import TOY, WEIR, WholeTest, processes_of, toy_study

COUNT, STEPS = 6, 20
# Says that it starts, then is the solver.
WITNESS = 'echo "$WEIR_SIM $WEIR_ATTEMPT" >> "$WEIR_STUDY_DIR/logs/starts"; exec "$0" "$@"'


def study(delay_ms=20, **sections):
    solver = ["--size", "16", "--steps", str(STEPS), "--delay-ms", str(delay_ms)]
    result = toy_study(count=COUNT, steps=STEPS, checkpoint={"every": 1}, lineage=True, **sections)
    result["simulation"]["command"] = ["sh", "-c", WITNESS, str(TOY), *solver]
    return result


class ResumableTest(WholeTest):
    def setUp(self):
        super().setUp()
        self.directory = self.folder / "D"

    # ---- what is killed
    def kill(self, program):
        for pid in processes_of(self.directory, program):
            os.kill(pid, signal.SIGKILL)

    # ---- what is looked at
    def jobs_alive(self):
        return len(processes_of(self.directory, TOY.name))

    def finished_steps(self):
        metrics = self.directory / "metrics.jsonl"
        return metrics.read_text().count('"train"') if metrics.exists() else 0

    def journal(self):
        lines = (self.directory / "run" / "journal.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def assert_nothing_submitted_twice(self):
        names = collections.Counter(
            (entry["name"], entry["job"]) for entry in self.journal() if entry["event"] == "submitted")
        jobs = collections.Counter(name for name, _ in names if not name.endswith(".server"))
        starts = collections.Counter((self.directory / "logs" / "starts").read_text().splitlines())
        self.assertEqual([job for job, times in jobs.items() if times > 1], [], "by the journal")
        self.assertEqual([start for start, times in starts.items() if times > 1], [], "by the solvers")
        return len(jobs)

    def assert_complete(self):
        summary = self.summary(self.directory)
        self.assertEqual(summary["status"], "done", summary)
        self.assert_nothing_lost(self.directory, COUNT, STEPS)
        self.assert_nothing_submitted_twice()
        code, output = self.run_program(WEIR, "ledger", self.directory, "--lineage")
        self.assertEqual(code, 0, output[-2000:])
        self.assertIn("weir: the lineage is valid", output)
        left = processes_of(self.directory, "weir-server") + processes_of(self.directory, TOY.name)
        self.assertEqual(left, [], "processes are left")

    # ---- what is done
    def launch(self, chosen=None, **env):
        return self.started(WEIR, "run", self.write_study(chosen or study()), "--output", self.directory, **env)

    def resume(self, expect=0, **env):
        code, output = self.run_program(WEIR, "run", self.folder / "study.json", "--output", self.directory, "--resume", **env)
        self.assertEqual(code, expect, f"{output}\n{self.logs(self.directory)}")
        return output

    def launch_and_kill(self, condition, what, chosen=None):
        with self.launch(chosen) as launcher:
            self.wait_until(condition, what, process=launcher)
            launcher.kill()
            launcher.wait()

    def wait_for_end(self, launcher, deadline=90):
        """Of a launcher that nobody ends."""
        launcher.wait(deadline)
        self.assertEqual(launcher.returncode, 0, launcher.output() + self.logs(self.directory))

    def has_checkpoint(self):
        folder = self.directory / "checkpoints"
        return folder.is_dir() and any(entry.name.isdigit() for entry in folder.iterdir())

    def train_a_little(self):
        return self.finished_steps() >= 3 and self.jobs_alive() > 0
