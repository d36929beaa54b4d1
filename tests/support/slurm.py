"""For tests against a real Slurm: a cluster in a temporary folder, its commands, its own records, and what can be done to it."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

from slurm_cluster import MAX_FOLDER, SlurmCluster

DEADLINE = 60  # seconds that a command or a change of state may take
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"}
# Waits for the end of the test, which closes its standard input; there is nothing left to end when the test did not die.
GUARD = "import sys; from slurm_cluster import SlurmCluster; sys.stdin.read(); SlurmCluster(sys.argv[1]).down()"


def short_folder():
    """Where temporary files go, or /tmp where that is too long a path for the cluster's sockets."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= MAX_FOLDER - len("/weir-slurm-12345678") else "/tmp"


class Slurm(SlurmCluster):
    """Used as a context: up inside it, all of it ended and removed after it, also when the test is killed."""

    def __init__(self, nodes=2, cores=4):
        super().__init__(tempfile.mkdtemp(prefix="weir-slurm-", dir=short_folder()), nodes, cores)

    def __enter__(self):
        self.guard = subprocess.Popen([sys.executable, "-B", "-c", GUARD, str(self.folder)], stdin=subprocess.PIPE,
                                      cwd=pathlib.Path(__file__).parent, start_new_session=True)
        try:
            self.up()
        except BaseException:
            self.end_guard()
            raise
        return self

    def __exit__(self, *_):
        self.down()
        self.end_guard()

    def end_guard(self):
        self.guard.stdin.close()
        self.guard.wait(DEADLINE)

    # ---- commands
    def call(self, *command):
        """How a command ended; its own failure is not an error."""
        return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=DEADLINE, env={**os.environ, **self.environment()}, cwd=self.folder)

    def output(self, *command):
        done = self.call(*command)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: exit code {done.returncode}: {done.stderr}")
        return done.stdout

    def sbatch(self, script, *options):
        """The number of a new job that runs the shell text; its output goes to output_of() it."""
        return self.output("sbatch", "--parsable", f"--output={self.folder}/tmp/%j.out", *options, "--wrap", script).strip()

    def output_of(self, job):
        return (self.folder / "tmp" / f"{job}.out").read_text()

    # ---- Slurm's own records
    def jobs(self):
        """Every job there ever was, as slurmctld tells it: {number: {"JobName": …, "JobState": …, …}}."""
        text = self.output("scontrol", "show", "jobs", "--oneliner")
        found = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in text.splitlines()]
        return {job["JobId"]: job for job in found if "JobId" in job}

    def completed(self):
        """What slurmctld wrote when a run of a job ended, in this order; a job that was requeued has several runs."""
        lines = (self.folder / "completed").read_text().splitlines()
        return [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines]

    def job_names(self):
        """Names of all jobs there ever were, each as often as it was submitted."""
        names = {job: values["JobName"] for job, values in self.jobs().items()}
        return sorted(({run["JobId"]: run["Name"] for run in self.completed()} | names).values())

    def live_jobs(self):
        """{number: name} of the jobs that have not ended."""
        return {job: values["JobName"] for job, values in self.jobs().items() if values["JobState"] not in ENDED}

    def state(self, job):
        return self.jobs()[job]["JobState"]

    def cancel_all(self):
        if live := self.live_jobs():
            self.output("scancel", "--quiet", *live)

    def wait_for_state(self, job, *states):
        return self.wait_until(lambda: self.state(job) in states, lambda: f"job {job} is {self.state(job)}, not {states}")

    def wait_until(self, condition, what, deadline=DEADLINE):
        end = time.monotonic() + deadline
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not within {deadline} s: {what() if callable(what) else what}")
            time.sleep(0.1)

    # ---- what is done to it
    def end_soon(self, job):
        """Lets a job that runs reach its time limit; slurmctld looks at these every 30 s."""
        self.output("scontrol", "update", f"JobId={job}", "EndTime=now+1")

    def kill_slurmd(self, node):
        """kill -9 of the daemon alone: what its jobs have started lives on."""
        self.kill(f"slurmd.{node}")

    def set_down(self, node):
        """Slurm holds the node for dead, and the jobs there for lost."""
        self.output("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")

    def resume(self, node):
        """After set_down() or kill_slurmd(): the node takes jobs again."""
        if self.pid(f"slurmd.{node}") is None:
            self.start_slurmd(node)
        with contextlib.suppress(AssertionError):  # it has come back by itself
            self.output("scontrol", "update", f"NodeName={node}", "State=RESUME")
        self.wait_until(lambda: self.node_state(node) in ("idle", "mix", "alloc"), lambda: f"{node} is {self.node_state(node)}")

    def node_state(self, node):
        return self.output("sinfo", "-h", "-p", "cpu", "-n", node, "-o", "%t").strip()

    def stop_controller(self):
        """In order: the jobs run on, and no command is answered until start_controller()."""
        self.kill("slurmctld", signal.SIGTERM)

    def restart_controller(self):
        self.stop_controller()
        self.start_controller()
        self.wait_for_controller()

    def wait_for_controller(self):
        self.wait_until(lambda: self.call("squeue", "-h").returncode == 0, "slurmctld answers")
