"""heat2d's --quick study with solvers of two ranks and two server ranks: through each back end the ledger is that of local jobs."""

import json
import os
import pathlib
import re
import tempfile
import unittest
import unittest.mock

from oar_study import OarStudyTest
from slurm_study import CLIENTS, SlurmStudyTest, launcher
from whole import BUILD, WEIR, main

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples" / "heat2d"
SIMULATIONS, STEPS = 20, 50


def example(name):
    """A study of the example, which has comments, with the solver of this build."""
    study = json.loads(re.sub(r"^\s*//.*", "", (EXAMPLE / name).read_text(), flags=re.MULTILINE))
    study["simulation"]["command"][0] = str(BUILD / "bin" / "heat2d")
    return study


class Heat2d:
    """Beside a test case with a folder."""

    data = None  # the validation set, made once
    local = None  # the ledger that local jobs end with, found once

    def setUp(self):
        super().setUp()
        self.enterContext(unittest.mock.patch.dict(os.environ, OMPI_MCA_mpi_yield_when_idle="1"))
        if Heat2d.local is None:
            Heat2d.data = pathlib.Path(unittest.enterModuleContext(tempfile.TemporaryDirectory(prefix="weir-whole-")), "validation.h5")
            code, output = self.run_program(WEIR, "generate", self.write_study(example("validation-quick.json")), "--to", self.data)
            self.assertEqual(code, 0, output)
            Heat2d.local = self.ledger(self.run_to_its_end("local", {"scheduler": "local", "jobs": 2}))
            self.assertEqual(len(self.local), SIMULATIONS * STEPS)

    def run_to_its_end(self, name, settings, *prefix):
        """Its directory; `prefix`: the command that the launcher runs under."""
        study = example("study-quick.json") | {"name": name, "launcher": settings, "server": {"ranks": 2}}
        study["simulation"]["ranks"] = 2
        study["validation"]["dataset"] = str(self.data)
        directory = self.folder / name
        code, output = self.run_program(*prefix, WEIR, "run", self.write_study(study), "--output", directory, deadline=180)
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}")
        return directory

    def compare_with_local(self, name, settings, *prefix):
        directory = self.run_to_its_end(name, settings, *prefix)
        self.assertEqual(self.ledger(directory), self.local)
        server = self.summary(directory)["server"]
        self.assertEqual(server["ranks"], 2)
        self.assertTrue(server["identical_weights"])


class SlurmHeat2dTest(Heat2d, SlurmStudyTest):
    def compare(self, name, settings, *prefix):
        """How often each job was submitted."""
        self.compare_with_local(name, settings, *prefix)
        self.assert_no_orphan({"name": name})
        return self.submissions({"name": name})

    def test_batch_jobs(self):
        jobs = self.compare("batch", launcher(jobs=4))
        self.assertEqual(jobs, {"weir.batch.server": 1} | {f"weir.batch.{sim}.0": 1 for sim in range(SIMULATIONS)})

    def test_pilots_before_the_server(self):
        elsewhere = CLIENTS | {"options": ["--nodelist=n2"]}  # they leave the server its place
        jobs = self.compare("pool", launcher("slurm-pool", jobs=2, idle=60, start="clients-first", clients=elsewhere))
        self.assertEqual(jobs, {"weir.pool.server": 1, "weir.pool.pilot.1": 1, "weir.pool.pilot.2": 1})
        numbers = {values["JobName"]: int(number) for number, values in self.slurm.jobs().items()}
        self.assertLess(numbers["weir.pool.pilot.1"], numbers["weir.pool.server"])

    def test_steps_of_an_allocation(self):
        allocation = ("salloc", "--nodes=2", "--ntasks-per-node=4", "--job-name=allocation")
        self.assertEqual(self.compare("steps", launcher("slurm-steps", jobs=2), *allocation), {})


class OarHeat2dTest(Heat2d, OarStudyTest):
    def test_jobs_of_oar(self):
        self.compare_with_local("deck", {"scheduler": "oar", "jobs": 2, "poll": 0.2})
        self.assertEqual({job["exit_code"] for job in self.jobs()}, {0})
        self.assertEqual(len(self.jobs()), 1 + SIMULATIONS)


if __name__ == "__main__":
    main()
