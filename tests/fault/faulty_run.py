"""A real study whose processes are killed while it runs, and what must hold of it afterwards.

The launcher is started again whenever it was killed, as a user does; everything else is weir's own work.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter

from whole import BUILD, WEIR, environment, processes_of

SIMULATIONS, STEPS = 6, 30
DEADLINE = 120  # seconds that a study may take with everything that is done to it
LEFT_DEADLINE = 10  # seconds within which the processes of a study that has ended must be gone
PROGRAMS = {"client": "heat2d", "server": "weir-server", "mpirun": pathlib.Path(shutil.which("mpirun")).resolve().name}
TEMPERATURES = ("initial", "west", "east", "south", "north")


class Failure(Exception):
    """What does not hold."""


def heat2d_study(seed=1, ranks=1, buffer="firo", simulations=SIMULATIONS, steps=STEPS, grid=12):
    """About two seconds when nothing is killed, with a cut about every eighth batch. The buffer is far smaller than the ensemble,
    so that solvers, trainer and cuts go on side by side."""
    return {
        "name": "campaign",
        "seed": seed,
        "simulation": {
            "count": simulations,
            "steps": steps,
            "fields": [{"name": "temperature", "shape": [grid, grid]}],
            "command": [str(BUILD / "bin" / "heat2d"), "--grid", str(grid), "--steps", str(steps), "--dt", "0.02"],
            "restarts": 50,
        },
        "parameters": [{"name": name, "bounds": [100, 500]} for name in TEMPERATURES],
        "buffer": {"kind": buffer, "capacity": 24, "watermark": 8},
        "training": {"batch": 4, "model": {"kind": "mlp", "hidden": [16]}},
        "checkpoint": {"every": 1, "batches": 8},
        "lineage": True,
        "server": {"ranks": ranks},
        "client": {"timeout": 60},
        "launcher": {"scheduler": "local", "jobs": 2, "server_restarts": 50, "watchdog": 20},
    }


class FaultyRun:
    """One study in a folder of its own. Used as a context: leaving it ends what is left of the study and removes the folder,
    which stays where it is when the environment has WEIR_KEEP."""

    def __init__(self, study, **env):
        self.study = study
        self.env = env
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-fault-"))
        self.directory = self.folder / "D"
        self.path = self.folder / "study.json"
        self.path.write_text(json.dumps(study))
        self.began = time.monotonic()
        self.end = self.began + DEADLINE
        self.process = None
        self.resumes = 0
        self.log = open(self.folder / "run.log", "wb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()
        self.log.close()
        if "WEIR_KEEP" not in os.environ:
            shutil.rmtree(self.folder, ignore_errors=True)

    def validate(self):
        """Adds a validation set to the study, before it is started."""
        data = self.folder / "validation.h5"
        small = self.folder / "small.json"
        small.write_text(json.dumps(self.study | {"simulation": self.study["simulation"] | {"count": 1}, "seed": 99}))
        self.output_of(WEIR, "generate", small, "--to", data)
        self.study["validation"] = {"dataset": str(data), "every": 5}
        self.path.write_text(json.dumps(self.study))

    def start(self, resume=False):
        """Starts the launcher, which everything else descends from."""
        command = [str(WEIR), "run", str(self.path), "--output", str(self.directory), *(["--resume"] if resume else [])]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
                                        start_new_session=True, env=environment(**self.env))

    def seconds(self):
        """Since it was made."""
        return time.monotonic() - self.began

    def has_directory(self):
        """Whether the launcher came as far as making the study directory."""
        return (self.directory / "run" / "journal.jsonl").exists()

    def start_again(self):
        """As a user does after the launcher's death; one that died before it had begun is started as if for the first time."""
        self.resumes += 1
        if not self.has_directory():
            shutil.rmtree(self.directory, ignore_errors=True)
        self.start(resume=self.has_directory())

    def finish(self):
        """Waits for the study's end, with a launcher that is started again when it was killed. The exit code."""
        while True:
            left = self.end - time.monotonic()
            try:
                code = self.process.wait(max(left, 0.1))
            except subprocess.TimeoutExpired:
                raise Failure(f"the study has not ended after {DEADLINE} s") from None
            if code != -signal.SIGKILL:
                return code
            self.start_again()

    def wait_until(self, condition, what):
        """Whether `condition` came true before the launcher ended."""
        while not condition():
            if self.process.poll() is not None:
                return False
            if time.monotonic() > self.end:
                raise Failure(f"not within {DEADLINE} s: {what}")
            time.sleep(0.005)
        return True

    def kill(self, kind, choose=min, how=signal.SIGKILL):
        """Signals one process of a kind, the launcher or one of PROGRAMS; whether there was one."""
        if kind == "launcher":
            found = [self.process.pid] if self.process.poll() is None else []
        else:
            found = processes_of(self.directory, PROGRAMS[kind])
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(choose(found), how)
        return bool(found)

    def processes(self):
        """Those whose command line or environment names this study's folder."""
        found = []
        for entry in filter(lambda entry: entry.name.isdigit(), pathlib.Path("/proc").iterdir()):
            with contextlib.suppress(OSError):
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if str(self.folder).encode() in text and int(entry.name) != os.getpid():
                    found.append(int(entry.name))
        return found

    # What must hold at the end

    def check(self):
        """Failure: the study did not complete, lost a sample, took one twice, trained on what it should not, or left a process."""
        code = self.finish()
        if code != 0:
            raise Failure(f"exit code {code}")
        summary = self.summary()
        self.check_summary(summary)
        self.check_ledger()
        self.check_lineage(summary)
        self.check_nothing_runs()
        return summary

    def expected(self):
        simulation = self.study["simulation"]
        return [(sim, step) for sim in range(simulation["count"]) for step in range(simulation["steps"])]

    def trainable(self):
        """Of autoregressive samples the first steps of a simulation are nobody's target."""
        samples = self.study["training"].get("samples", {})
        lead = samples.get("lead", 1) if samples.get("kind") == "autoregressive" else 0
        return {(sim, step) for sim, step in self.expected() if step >= lead}

    def summary(self):
        return json.loads((self.directory / "summary.json").read_text())

    def check_summary(self, summary):
        count = self.study["simulation"]["count"]
        simulations, samples = summary["simulations"], summary["samples"]
        wanted = {"status": (summary["status"], "done"), "finished": (simulations["finished"], count),
                  "failed": (simulations["failed"], 0), "unique": (samples["unique"], len(self.expected())),
                  "lost": (samples["lost"], 0), "dropped": (samples["dropped"], 0),
                  "identical weights": (summary["server"]["identical_weights"], True)}
        for name, (is_, should) in wanted.items():
            if is_ != should:
                raise Failure(f"{name}: {is_} instead of {should}")

    def output_of(self, *command):
        done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DEADLINE, check=False, env=environment())
        if done.returncode != 0:
            raise Failure(f"{' '.join(map(str, command))}: exit code {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def check_ledger(self):
        lines = [tuple(map(int, line.split())) for line in self.output_of(WEIR, "ledger", self.directory).splitlines()]
        if lines != self.expected():
            wrong = Counter(lines)
            wrong.subtract(self.expected())
            raise Failure(f"ledger: {[(sample, n) for sample, n in wrong.items() if n != 0][:5]} (0 is right)")

    def check_lineage(self, summary):
        """The trainer's own account, which went back with each server: it is valid, has as many samples as were trained on, each of
        the ensemble's at least once, and exactly once where the buffer gives each out once."""
        lines = [line.split() for line in self.output_of(WEIR, "ledger", self.directory, "--lineage").splitlines()]
        drawn = Counter((int(sim), int(step)) for _, sim, step in lines)
        if drawn.total() != summary["samples"]["trained"]:
            raise Failure(f"lineage: {drawn.total()} samples drawn, {summary['samples']['trained']} trained on by the summary")
        samples = self.trainable()
        if set(drawn) != samples:
            raise Failure(f"lineage: {len(samples - set(drawn))} samples in no batch, {len(set(drawn) - samples)} that there are not")
        if self.study["buffer"]["kind"] != "reservoir" and max(drawn.values()) > 1:
            raise Failure(f"lineage: trained on twice: {[sample for sample, n in drawn.items() if n > 1][:5]}")

    def check_nothing_runs(self):
        end = time.monotonic() + LEFT_DEADLINE
        while left := self.processes():
            if time.monotonic() > end:
                raise Failure(f"processes left: {[self.describe(pid) for pid in left]}")
            time.sleep(0.02)

    @staticmethod
    def describe(pid):
        with contextlib.suppress(OSError):
            return f"{pid} {pathlib.Path(f'/proc/{pid}/cmdline').read_bytes().replace(bytes(1), b' ').decode()}"
        return str(pid)

    def logs(self):
        """The end of each log, for people."""
        files = [self.folder / "run.log", *sorted((self.directory / "logs").glob("*"))]
        tails = ((file, file.read_text(errors="replace").splitlines()[-15:]) for file in files if file.is_file())
        return "\n".join("\n".join([f"    --- {file.name}", *(f"    {line}" for line in tail)]) for file, tail in tails if tail)
