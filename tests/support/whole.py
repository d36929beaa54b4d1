"""What tests of the whole share: a study of toy solvers in a temporary folder, run by the real launcher and the real server.

Every wait has a deadline, and whatever a test started is ended with it.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ["WEIR_BUILD"])
WEIR = BUILD / "bin" / "weir"
SERVER = BUILD / "bin" / "weir-server"
TOY = BUILD / "tests" / "toy_solver"
DEADLINE = 90  # seconds that one run may take


def merged(study, sections):
    """The study with the keys of `sections` laid over those of its own."""
    for section, values in sections.items():
        if isinstance(values, dict):
            study.setdefault(section, {}).update(values)
        else:
            study[section] = values
    return study


def toy_study(count=4, steps=10, size=16, jobs=2, solver=(), **sections):
    """A study of toy solvers; `sections` are merged over it, key by key."""
    study = {
        "name": "toy",
        "seed": 1,
        "simulation": {
            "count": count,
            "steps": steps,
            "fields": [{"name": "u", "shape": [size]}],
            "command": [str(TOY), "--size", str(size), "--steps", str(steps), *map(str, solver)],
            "restarts": 1,
        },
        "parameters": [{"name": "a", "bounds": [0.0, 1.0]}],
        "buffer": {"kind": "reservoir", "capacity": 20, "watermark": 5},
        "training": {"batch": 4, "model": {"kind": "mlp", "hidden": [8]}},
        "client": {"timeout": 20},
        "launcher": {"scheduler": "local", "jobs": jobs},
    }
    return merged(study, sections)


def endless(study, sim):
    """The study, in which attempt 0 of this simulation does not end by itself: it rests for ten minutes behind each step."""
    line = f'[ $WEIR_SIM.$WEIR_ATTEMPT != {sim}.0 ] || set -- "$@" --delay-ms 600000; exec "$0" "$@"'
    study["simulation"]["command"] = ["sh", "-c", line, *study["simulation"]["command"]]
    return study


def waiting(study, first=None):
    """The study, whose simulations from `first` on (the last alone) begin when the test calls let_go(), or has ended and removed it."""
    first = study["simulation"]["count"] - 1 if first is None else first
    until = 'until [ -e "$WEIR_STUDY_DIR/logs/go" ] || [ ! -d "$WEIR_STUDY_DIR" ]; do sleep 0.1; done'
    line = f'[ $WEIR_SIM -lt {first} ] || {until}; exec "$0" "$@"'
    study["simulation"]["command"] = ["sh", "-c", line, *study["simulation"]["command"]]
    return study


def let_go(directory):
    (directory / "logs" / "go").touch()


def environment(**more):
    """This process's, as the children want it."""
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1"}
    return {**os.environ, **root, **{key: str(value) for key, value in more.items()}}


def elsewhere(*command):
    """The command as on another machine that sees the same files: another host name, no process and no network of this one."""
    isolated = ["unshare", "--uts", "--pid", "--net", "--fork", "--mount-proc"]
    if subprocess.run([*isolated, "hostname", "elsewhere"], capture_output=True).returncode != 0:
        raise unittest.SkipTest("needs the right to make namespaces (root)")
    return [*isolated, "sh", "-c", 'hostname elsewhere && exec "$0" "$@"', *command]


def processes_of(directory, program):
    """Ids of the processes of this study that run `program`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "exe").endswith("/" + program):
                if str(directory).encode() in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        except OSError:
            pass  # ended meanwhile
    return found


class WholeTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-whole-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.kill_jobs)

    def kill_jobs(self):
        """Jobs of this test's studies: those of a launcher that was killed are in no process group of the test."""
        mark = f"WEIR_JOB={self.folder}/".encode()
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)

    def write_study(self, study, name="study.json"):
        path = self.folder / name
        path.write_text(json.dumps(study))
        return path

    @contextlib.contextmanager
    def started(self, *command, **env):
        """A program in its own process group, which is ended with the block; its output goes to a file beside the study."""
        log = tempfile.NamedTemporaryFile(dir=self.folder, prefix="out.", delete=False)
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, start_new_session=True, env=environment(**env))
        process.output = lambda: pathlib.Path(log.name).read_text(errors="replace")
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()

    def run_program(self, *command, deadline=DEADLINE, **env):
        """(exit code, output) of a program that must end before the deadline."""
        with self.started(*command, **env) as process:
            try:
                process.wait(deadline)
            except subprocess.TimeoutExpired:
                self.fail(f"{command[0]} has not ended after {deadline} s; it printed:\n{process.output()}")
            return process.returncode, process.output()

    def run_study(self, study, *options, expect=0, deadline=DEADLINE):
        """Runs a study and returns (its directory, what was printed); fails with every log when the exit code is another."""
        path = self.write_study(study)
        directory = self.folder / "D"
        code, output = self.run_program(WEIR, "run", path, "--output", directory, *options, deadline=deadline)
        self.assertEqual(code, expect, f"{output}\n{self.logs(directory)}")
        return directory, output

    def logs(self, directory):
        files = sorted((directory / "logs").glob("*")) if (directory / "logs").is_dir() else []
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')}" for file in files)

    def summary(self, directory):
        return json.loads((directory / "summary.json").read_text())

    def ledger(self, directory):
        code, output = self.run_program(WEIR, "ledger", directory)
        self.assertEqual(code, 0, output)
        return [tuple(map(int, line.split())) for line in output.splitlines()]

    def wait_until(self, condition, what, deadline=DEADLINE, process=None):
        end = time.monotonic() + deadline
        while not condition():
            if process is not None and process.poll() is not None:
                self.fail(f"the program ended before {what}; it printed:\n{process.output()}")
            if time.monotonic() > end:
                self.fail(f"not within {deadline} s: {what}")
            time.sleep(0.02)

    def assert_nothing_lost(self, directory, simulations, steps):
        samples = self.summary(directory)["samples"]
        self.assertEqual(samples["expected"], simulations * steps)
        self.assertEqual(samples["unique"], simulations * steps)
        self.assertEqual(samples["lost"], 0)
        self.assertEqual(self.ledger(directory), [(s, t) for s in range(simulations) for t in range(steps)])


def main():
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
