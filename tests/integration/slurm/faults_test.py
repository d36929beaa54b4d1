"""What happens to jobs on a cluster, done to a study while it runs: it completes, nothing is taken twice, and each case is named."""

import json
import os
import re
import unittest.mock

from slurm import Slurm
from slurm_study import CLIENTS, SERVER, SlurmStudyTest, witnessed_study
from whole import WEIR, endless, let_go, main, processes_of

COUNT, STEPS = 6, 10
# First attempts of simulations 0 to 4 do not end by themselves; the last of them sends on while it is held for dead.
VICTIMS = """echo "$WEIR_SIM $WEIR_ATTEMPT" >> "$WEIR_STUDY_DIR/logs/starts"
case $WEIR_SIM.$WEIR_ATTEMPT in
  [0-2].0) exec "$0" "$@" --delay-ms 600000 ;;
  3.0) exec python3 -c 'import time; x = bytearray(400 << 20); time.sleep(600)' ;;
  4.0) exec "$0" "$@" --delay-ms 4000 ;;
  5.0) until [ -e "$WEIR_STUDY_DIR/logs/go" ]; do sleep 0.1; done ;;
esac
exec "$0" "$@"
"""
REASONS = {0: "cancelled by somebody else", 1: "requeued by Slurm", 2: "time limit", 3: "out of memory", 4: "node failure"}


class FaultsTest(SlurmStudyTest):
    """Each test has a cluster of its own, which it disturbs."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        super().setUp()
        self.slurm = self.enterContext(Slurm())
        self.enterContext(unittest.mock.patch.dict(os.environ, self.slurm.environment()))
        self.directory = self.folder / "D"

    def test_each_way_that_a_job_ends_is_survived_and_named(self):
        study = witnessed_study("ends", count=COUNT, steps=STEPS, command=VICTIMS, jobs=5,
                                clients=CLIENTS | {"memory_mib": 100})
        with self.launched(study, self.directory) as launcher:
            memory = self.job_of("weir.ends.3.0", state=None)  # it ends by itself, perhaps before anybody looks
            jobs = [self.job_of(f"weir.ends.{sim}.0") for sim in (0, 1, 2, 4)]
            self.wait_until(lambda: all(self.has_started(sim) for sim in range(5)), "the first five have started")
            self.slurm.wait_for_state(memory, "FAILED", "OUT_OF_MEMORY")
            self.slurm.end_soon(jobs[2])
            self.slurm.output("scancel", jobs[0])
            self.slurm.output("scontrol", "update", f"JobId={jobs[1]}", "Requeue=1")
            self.slurm.output("scontrol", "requeue", jobs[1])
            self.lose_node_of(jobs[3])
            self.assert_shown_meanwhile(REASONS.values())
            held_for_dead = self.directory / "logs" / "sim.4.0.log"
            self.wait_until(lambda: "fenced" in held_for_dead.read_text(), "what lives on is refused", process=launcher)
            let_go(self.directory)
            self.wait_for_end(launcher, self.directory)
            output = launcher.output()
        self.assert_complete(study, self.directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, self.directory)
        self.assert_named(output)

    def assert_named(self, output):
        """By the launcher, in the summary's list and by `weir status`."""
        listed = {job["name"]: job["reason"] for job in self.summary(self.directory)["failed_jobs"]}
        code, status = self.run_program(WEIR, "status", self.directory)
        self.assertEqual(code, 0, status)
        for sim, reason in REASONS.items():
            self.assertRegex(output, f"simulation {sim}, attempt 0 failed: [^\n]*{reason}")
            self.assertIn(reason, listed[f"weir.ends.{sim}.0"])
            self.assertIn(reason, status)

    def test_jobs_that_make_room_for_others_and_a_controller_that_is_away_cost_nothing(self):
        study = witnessed_study("away", count=COUNT, steps=STEPS, delay_ms=300, jobs=2, clients=CLIENTS | {"options": ["--nodelist=n2"]})
        with self.launched(endless(study, sim=0), self.directory) as launcher:
            preempted = self.job_of("weir.away.0.0")
            urgent = self.slurm.sbatch("true", "-p", "urgent", "-w", "n2", "--exclusive")
            self.slurm.wait_for_state(urgent, "COMPLETED")
            self.assertEqual(self.slurm.state(preempted), "PREEMPTED")
            self.job_of("weir.away.0.1", state=None)
            self.slurm.stop_controller()
            self.wait_until(lambda: "does not answer" in launcher.output(), "the launcher notices", process=launcher)
            self.slurm.start_controller()
            self.wait_for_end(launcher, self.directory)
            self.assertIn("simulation 0, attempt 0 failed: preempted", launcher.output())
        self.assertIn("× preempted by another job", self.status())
        self.assert_complete(study, self.directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, self.directory)

    def test_server_whose_node_is_held_for_dead_is_replaced_and_lives_on_in_vain(self):
        study = witnessed_study("server", count=COUNT, steps=STEPS, delay_ms=500, jobs=3, server=SERVER | {"options": []})
        with self.launched(study, self.directory) as launcher:
            self.wait_for_checkpoint(epoch=0)
            old = processes_of(self.directory, "weir-server")
            self.lose_node_of(self.job_of("weir.server.server"))
            self.wait_until(lambda: self.epoch() == 1, "another server publishes", process=launcher)
            self.assertTrue(set(old) & set(self.slurm.processes()), "the first server lives on")
            self.wait_for_end(launcher, self.directory)
        self.assert_complete(study, self.directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, self.directory)
        self.assertEqual(self.submissions(study)["weir.server.server"], 2)

    def status(self):
        return self.run_program(WEIR, "status", self.directory)[1]

    def assert_shown_meanwhile(self, causes):
        """weir status and weir watch tell the causes apart while the study runs."""
        def counted(text):
            return all(re.search(f"[1-9] × .*{cause}", text) for cause in causes)
        self.wait_until(lambda: counted(self.status()), f"weir status names {causes}")
        with self.started(WEIR, "watch", self.directory) as watch:
            self.wait_until(lambda: counted(watch.output()), f"weir watch names {causes}")

    def epoch(self):
        endpoint = self.directory / "run" / "endpoint.json"
        return json.loads(endpoint.read_text())["epoch"] if endpoint.exists() else None

    def wait_for_checkpoint(self, epoch):
        """One that a server of this epoch has made."""
        def made():
            manifests = self.directory.glob("checkpoints/*/manifest.json")
            return any(json.loads(manifest.read_text())["epoch"] == epoch for manifest in manifests)
        self.wait_until(made, f"a checkpoint of epoch {epoch}")

    def has_started(self, sim):
        return (self.directory / "logs" / "starts").exists() and self.starts(self.directory)[(sim, 0)] > 0

    def lose_node_of(self, job):
        """Its daemon dies and Slurm gives up the node; the solver there lives on and sends."""
        node = self.slurm.jobs()[job]["NodeList"]
        self.slurm.kill_slurmd(node)
        self.slurm.set_down(node)
        self.slurm.wait_for_state(job, "NODE_FAIL")


if __name__ == "__main__":
    main()
