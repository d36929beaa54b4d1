"""Studies through OAR, as the stub in tests/support/oar speaks it."""

import contextlib
import json
import os
import pathlib
import signal
import unittest.mock

from whole import WholeTest

STUB = pathlib.Path(__file__).with_name("oar")


class OarStudyTest(WholeTest):
    """A stub of its own for each test, whose jobs end with it."""

    def setUp(self):
        super().setUp()
        self.oar = self.folder / "oar"
        self.oar.mkdir()
        stub = {"PATH": f"{STUB}:{os.environ['PATH']}", "OAR_STUB": str(self.oar)}
        self.enterContext(unittest.mock.patch.dict(os.environ, stub))
        self.addCleanup(self.end_all_jobs)

    def end_all_jobs(self):
        for job in self.jobs():
            if job["state"] != "Terminated" and "stub_pid" in job:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(job["stub_pid"], signal.SIGKILL)

    def jobs(self):
        return sorted((json.loads(path.read_text()) for path in self.oar.glob("job.*.json")), key=lambda job: job["Job_Id"])

    def calls(self, program):
        lines = [json.loads(line) for line in (self.oar / "calls.jsonl").read_text().splitlines()]
        return [line[1:] for line in lines if line[0] == program]
