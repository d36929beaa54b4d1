"""Studies through a batch system's back end: on a private Slurm, and what must be true of Slurm's own records afterwards."""

import collections
import concurrent.futures
import os
import unittest.mock

from slurm import Slurm
from whole import TOY, WEIR, WholeTest, toy_study

# Debian's Open MPI and Slurm find each other through PMIx, within one node; the server is kept on the first.
SERVER = {"nodes": 1, "mpi": "pmix", "options": ["--nodelist=n1"]}
CLIENTS = {"nodes": 1, "mpi": "pmix"}
AT_A_TIME = 4  # studies that run side by side: most of their time is waiting
# Tells of each start, then is the solver.
WITNESS = 'echo "$WEIR_SIM $WEIR_ATTEMPT" >> "$WEIR_STUDY_DIR/logs/starts"; exec "$0" "$@"'


def launcher(scheduler="slurm", **settings):
    """The section of a study."""
    if scheduler == "local":
        return {"scheduler": "local", "jobs": settings.get("jobs", 2)}
    return {"scheduler": scheduler, "poll": 0.3, "server": SERVER, "clients": CLIENTS, "warning": 5, **settings}


def witnessed_study(name, count=4, steps=10, delay_ms=20, command=None, **settings):
    """Of toy solvers that tell of each start in logs/starts; `command`: a shell line in place of WITNESS."""
    study = toy_study(count=count, steps=steps, name=name, lineage=True, checkpoint={"every": 1})
    solver = [str(TOY), "--size", "16", "--steps", str(steps), "--delay-ms", str(delay_ms)]
    study["simulation"] |= {"command": ["sh", "-c", command or WITNESS, *solver], "restarts": 5}
    study["launcher"] = launcher(**settings)
    return study


class SlurmStudyTest(WholeTest):
    """One cluster for the tests of a class; each test gives its studies names of their own."""

    @classmethod
    def setUpClass(cls):
        cls.slurm = cls.enterClassContext(Slurm())
        cls.enterClassContext(unittest.mock.patch.dict(os.environ, cls.slurm.environment()))

    def tearDown(self):
        self.slurm.cancel_all()  # what a test that failed has left must not slow the next one

    def launched(self, study, directory, *options, **env):
        """A launcher, as a context."""
        path = self.write_study(study, f"{directory.name}.json")
        return self.started(WEIR, "run", path, "--output", directory, *options, **env)

    def wait_for_end(self, process, directory, deadline=120):
        self.wait_until(lambda: process.poll() is not None, f"the study {directory.name} ends", deadline=deadline)
        self.assertEqual(process.returncode, 0, f"{process.output()}\n{self.logs(directory)}\n{self.slurm.logs()}")

    def complete(self, study, directory, *options, **env):
        """Runs it to its end; what the launcher printed."""
        with self.launched(study, directory, *options, **env) as process:
            self.wait_for_end(process, directory)
            return process.output()

    def side_by_side(self, run, cases):
        """Calls `run` with each of the cases; the first failure is raised when all have ended."""
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            for one in [pool.submit(run, *case) for case in cases]:
                one.result()

    def job_of(self, name, state="RUNNING"):
        """The number of the job of this name, which is waited for until it is in this state; None: in any."""
        found = []
        def there():
            found[:] = [job for job, values in self.slurm.jobs().items() if values["JobName"] == name and state in (None, values["JobState"])]
            return found
        self.wait_until(there, f"job {name} is {state or 'there'}")
        return found[0]

    def starts(self, directory):
        """How often each (simulation, attempt) has started, as the solvers tell."""
        lines = (directory / "logs" / "starts").read_text().splitlines()
        return collections.Counter(tuple(map(int, line.split())) for line in lines)

    # ---- what must hold of a study that has ended
    def assert_complete(self, study, directory):
        """Every sample once, and the trainer's account valid."""
        self.assertEqual(self.summary(directory)["status"], "done")
        self.assert_nothing_lost(directory, study["simulation"]["count"], study["simulation"]["steps"])
        code, output = self.run_program(WEIR, "ledger", directory, "--lineage")
        self.assertEqual(code, 0, output[-2000:])

    def submissions(self, study):
        """How often each name of the study's jobs was submitted, by Slurm's own records."""
        return collections.Counter(name for name in self.slurm.job_names() if name.startswith(f"weir.{study['name']}."))

    def assert_no_orphan(self, study):
        """Jobs of the study that Slurm knows have ended, or do so very soon: pilots may outlive their launcher by a moment."""
        def left():
            return [name for name in self.slurm.live_jobs().values() if name.startswith(f"weir.{study['name']}.")]
        self.slurm.wait_until(lambda: not left(), lambda: f"no job is left: {left()}", deadline=30)

    def assert_no_double(self, study, directory):
        """No attempt was submitted twice or has started twice; servers have one name."""
        twice = [name for name, times in self.submissions(study).items() if times > 1 and not name.endswith(".server")]
        self.assertEqual(twice, [], "submitted twice, by Slurm's records")
        self.assertEqual([start for start, times in self.starts(directory).items() if times > 1], [], "started twice")
