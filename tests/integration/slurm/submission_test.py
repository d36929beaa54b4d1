"""The launcher killed at each point of a submission, and resumed: no orphan and no double, counted from Slurm's own records."""

import os
import signal

from slurm_study import SlurmStudyTest, witnessed_study
from whole import main

NIGHTLY = "WEIR_NIGHTLY" in os.environ
# (point, passages): which time the launcher comes there; the server's own submission is the first of those that all jobs pass.
POINTS = {
    "launcher.before_server_intent": (1,),
    "launcher.after_server_intent": (1,),
    "launcher.after_server_submit": (1,),
    "launcher.before_intent": (1, 3),
    "launcher.after_intent": (1, 3),
    "launcher.before_job_file": (1, 2, 4),
    "launcher.after_job_file": (1, 2, 4),
    "launcher.before_sbatch": (1, 2, 4),
    "launcher.after_sbatch": (1, 2, 4),
    "launcher.after_submit": (1, 3),
    "launcher.after_submitted": (1, 3),
    "launcher.before_end_journaled": (1, 3),
    "launcher.after_end_journaled": (1, 3),
}
POOL_POINTS = {
    "launcher.after_task_file": (1, 3),
    "launcher.before_given": (1, 3),
    "launcher.after_given": (1, 3),
    "launcher.before_pilot_submit": (1, 2),
    "launcher.after_pilot_submit": (1, 2),
}


class SubmissionTest(SlurmStudyTest):
    def test_launcher_killed_at_each_point_of_a_submission_leaves_no_orphan_and_submits_nothing_twice(self):
        self.kill_at_each(POINTS, "slurm")

    def test_launcher_killed_at_each_point_of_a_pool_leaves_no_orphan_and_starts_nothing_twice(self):
        self.kill_at_each(POOL_POINTS, "slurm-pool")

    def kill_at_each(self, points, scheduler):
        kills = [(point, passage) for point, passages in points.items() for passage in (passages if NIGHTLY else passages[-1:])]
        self.side_by_side(self.kill_and_resume, [(f"{scheduler}-{number}", scheduler, *kill) for number, kill in enumerate(kills)])
        self.assertEqual(self.slurm.live_jobs(), {})
        print(f"{scheduler}: launcher killed at {len(points)} points, {len(kills)} times: 0 orphans, 0 double submissions")

    def kill_and_resume(self, name, scheduler, point, passage):
        study = witnessed_study(name, count=4, scheduler=scheduler, jobs=2, idle=5)
        directory = self.folder / name
        with self.launched(study, directory, WEIR_FAILPOINT=f"{point}:kill:{passage}") as launcher:
            self.wait_until(lambda: launcher.poll() is not None, f"{point} kills", deadline=120)
            self.assertEqual(launcher.returncode, -signal.SIGKILL, f"{point}: {launcher.output()}")
        self.complete(study, directory, "--resume")
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        self.assertEqual(set(self.starts(directory)), {(sim, 0) for sim in range(4)}, f"{point}: started again without need")
        self.assertEqual(self.submissions(study)[f"weir.{name}.server"], 1, f"{point}: another server")


if __name__ == "__main__":
    main()
