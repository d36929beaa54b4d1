"""What happens to pilots on a cluster: their time is over, their memory, and the queue is full when the server would have to wait for them."""

import contextlib
import json

from slurm_study import CLIENTS, SlurmStudyTest, witnessed_study
from whole import main

COUNT = 6
# Simulation 2, which the only pilot runs after two others, does not end by itself.
ENDLESS = """echo "$WEIR_SIM $WEIR_ATTEMPT" >> "$WEIR_STUDY_DIR/logs/starts"
[ $WEIR_SIM.$WEIR_ATTEMPT = 2.0 ] && exec "$0" "$@" --delay-ms 600000
exec "$0" "$@"
"""
GREEDY = """echo "$WEIR_SIM $WEIR_ATTEMPT" >> "$WEIR_STUDY_DIR/logs/starts"
[ $WEIR_SIM.$WEIR_ATTEMPT = 1.0 ] && exec python3 -c 'import time; x = bytearray(600 << 20); time.sleep(600)'
exec "$0" "$@"
"""


class PoolTest(SlurmStudyTest):
    def study(self, name, pilots=2, **settings):
        return witnessed_study(name, count=COUNT, scheduler="slurm-pool", jobs=pilots, idle=60, **settings)

    def assert_all_well(self, study, directory):
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)

    def test_time_limit_of_a_pilot_loses_nothing_and_blames_no_simulation_that_began_late(self):
        study = self.study("late", pilots=1, command=ENDLESS)
        study["simulation"]["restarts"] = 0
        directory = self.folder / "late"
        with self.launched(study, directory) as launcher:
            self.wait_until(lambda: self.pilot_of(directory, "weir.late.2.0"), "a pilot runs simulation 2", process=launcher)
            pilot = self.pilot_of(directory, "weir.late.2.0")
            self.slurm.end_soon(self.job_of(pilot))
            self.wait_for_end(launcher, directory)
            output = launcher.output()
        self.assert_all_well(study, directory)
        self.assertIn(f"simulation 2, attempt 0 failed: its pilot {pilot} has ended: time limit", output)
        self.assertEqual(self.starts(directory)[(2, 1)], 1)

    def test_want_of_memory_inside_a_pilot_is_named_and_ends_one_simulation_alone(self):
        study = self.study("greedy", command=GREEDY, clients=CLIENTS | {"memory_mib": 200})
        study["simulation"]["launch"] = "srun"
        directory = self.folder / "greedy"
        self.complete(study, directory)
        self.assert_all_well(study, directory)
        failed = {job["name"]: job["reason"] for job in self.summary(directory)["failed_jobs"]}
        self.assertEqual(list(failed), ["weir.greedy.1.0"], failed)
        self.assertIn("out of memory", failed["weir.greedy.1.0"])
        self.assertLessEqual(len(self.submissions(study)), 3, "the server and two pilots")

    def test_clients_first_submits_the_server_only_when_a_pilot_runs(self):
        study = self.study("first", start="clients-first")
        directory = self.folder / "first"
        full = [self.slurm.sbatch("sleep 600", "--exclusive", f"--nodelist={node}") for node in ("n1", "n2")]
        for job in full:
            self.slurm.wait_for_state(job, "RUNNING")
        with self.launched(study, directory) as launcher:
            self.wait_until(lambda: len(self.submissions(study)) == 2, "two pilots wait", process=launcher)
            self.assertEqual(set(self.submissions(study)), {"weir.first.pilot.1", "weir.first.pilot.2"})
            self.slurm.output("scancel", *full)
            self.wait_for_end(launcher, directory)
        self.assert_all_well(study, directory)
        jobs = {job["JobName"]: job for job in self.slurm.jobs().values()}
        began = min(job["StartTime"] for name, job in jobs.items() if name.startswith("weir.first.pilot."))
        self.assertLessEqual(began, jobs["weir.first.server"]["SubmitTime"])
        self.assertLess(int(jobs["weir.first.pilot.2"]["JobId"]), int(jobs["weir.first.server"]["JobId"]))

    def pilot_of(self, directory, task):
        """The pilot that has taken the task, by the files of the pool."""
        for folder in (directory / "run" / "pool").glob("*"):
            with contextlib.suppress(FileNotFoundError):  # the folder of a pilot is there before its files
                orders, state = (json.loads((folder / name).read_text()) for name in ("orders", "state"))
                if orders["name"] == task and orders["number"] == state["number"] and "end" not in state:
                    return folder.name
        return None


if __name__ == "__main__":
    main()
