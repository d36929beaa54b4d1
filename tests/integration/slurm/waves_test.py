"""Simulations that are submitted together, as job arrays."""

import signal

from slurm_study import SlurmStudyTest, witnessed_study
from whole import main

POINTS = ("launcher.after_intent", "launcher.before_sbatch", "launcher.after_sbatch", "launcher.after_submit")


class WavesTest(SlurmStudyTest):
    def test_wave_is_one_array_and_its_simulations_start_once_each(self):
        study = witnessed_study("together", count=7, jobs=3, wave=3)
        directory = self.folder / "together"
        self.complete(study, directory)
        self.assert_all_well(study, directory)
        tasks = {name: times for name, times in self.submissions(study).items() if ".wave." in name}
        self.assertEqual(len(tasks), 2, f"two arrays of three, and the seventh alone: {tasks}\n{self.logs(directory)}")
        self.assertEqual(self.submissions(study)["weir.together.6.0"], 1)

    def test_launcher_killed_in_the_submission_of_a_wave_finds_its_tasks_again(self):
        self.side_by_side(self.kill_and_resume, [(f"killed-{number}", point) for number, point in enumerate(POINTS)])
        print(f"launcher killed at {len(POINTS)} points of a wave: 0 orphans, 0 started twice")

    def kill_and_resume(self, name, point):
        study = witnessed_study(name, count=4, delay_ms=200, jobs=2, wave=2)
        directory = self.folder / name
        passage = 2 if "sbatch" in point else 1  # the server's submission passes there first
        with self.launched(study, directory, WEIR_FAILPOINT=f"{point}:kill:{passage}") as launcher:
            self.wait_until(lambda: launcher.poll() is not None, f"{point} kills", deadline=120)
            self.assertEqual(launcher.returncode, -signal.SIGKILL, launcher.output())
        self.complete(study, directory, "--resume")
        self.assert_all_well(study, directory)

    def assert_all_well(self, study, directory):
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assertEqual([start for start, times in self.starts(directory).items() if times > 1], [], "started twice")


if __name__ == "__main__":
    main()
