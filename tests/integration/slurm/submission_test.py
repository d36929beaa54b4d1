"""The launcher killed at each point of a submission, and resumed: no orphan and no double, counted from Slurm's own records."""

import concurrent.futures
import os
import signal

from slurm_study import SlurmStudyTest, witnessed_study
from whole import WEIR, main

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
}
AT_A_TIME = 4  # studies that run side by side: most of their time is waiting


class SubmissionTest(SlurmStudyTest):
    def test_launcher_killed_at_each_point_of_a_submission_leaves_no_orphan_and_submits_nothing_twice(self):
        kills = [(point, passage) for point, passages in POINTS.items() for passage in (passages if NIGHTLY else passages[-1:])]
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            done = [pool.submit(self.kill_and_resume, number, *kill) for number, kill in enumerate(kills)]
            for one in done:
                one.result()
        self.assertEqual(self.slurm.live_jobs(), {})
        print(f"launcher killed at {len(POINTS)} points, {len(kills)} times: 0 orphans, 0 double submissions")

    def kill_and_resume(self, number, point, passage):
        study = witnessed_study(f"kill{number}", count=4, jobs=2)
        directory = self.folder / f"D{number}"
        with self.launched(study, directory, WEIR_FAILPOINT=f"{point}:kill:{passage}") as launcher:
            self.wait_until(lambda: launcher.poll() is not None, f"{point} kills", deadline=120)
            self.assertEqual(launcher.returncode, -signal.SIGKILL, f"{point}: {launcher.output()}")
        self.complete(study, directory, "--resume")
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        jobs = [name for name in self.submissions(study) if not name.endswith(".server")]
        self.assertEqual(len(jobs), 4, f"{point}: an attempt was repeated without need: {jobs}")
        self.assertEqual(self.submissions(study)[f"weir.{study['name']}.server"], 1, f"{point}: another server")


if __name__ == "__main__":
    main()
