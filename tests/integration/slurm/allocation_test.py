"""A launcher that sits in an allocation itself: nothing of that reaches the jobs it submits. And what is left of jobs that have ended."""

import re

from slurm_study import CLIENTS, SERVER, SlurmStudyTest, witnessed_study
from whole import BUILD, TOY, WEIR, main

# What srun in a job would obey, or refuse beside the job's own --mem.
ODD = ("--ntasks=3", "--cpus-per-task=1", "--mem-per-cpu=300", "--distribution=cyclic", "--threads-per-core=1", "--nodelist=n2")
TELL = 'env > "$WEIR_STUDY_DIR/logs/variables.$WEIR_SIM"; echo "$WEIR_SIM $WEIR_ATTEMPT" >> "$WEIR_STUDY_DIR/logs/starts"; exec "$0" "$@"'


class AllocationTest(SlurmStudyTest):
    def test_study_launched_inside_an_allocation_inherits_nothing_of_it(self):
        study = witnessed_study("inside", count=2, command=TELL, jobs=2, server=SERVER | {"memory_mib": 4000},
                                clients=CLIENTS | {"memory_mib": 200, "cores_per_rank": 1})
        study["server"] = study.get("server", {}) | {"ranks": 2}
        directory = self.folder / "inside"
        path = self.write_study(study, "inside.json")
        with self.started("salloc", "--quiet", *ODD, WEIR, "run", path, "--output", directory, SBATCH_WAIT="1",
                          SQUEUE_PARTITION="gpu", SCANCEL_INTERACTIVE="1") as process:
            self.wait_for_end(process, directory)
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        for sim in range(2):
            variables = (directory / "logs" / f"variables.{sim}").read_text()
            self.assertIn("SLURM_MEM_PER_NODE=200", variables)
            self.assertEqual(re.findall("^(?:SLURM_MEM_PER_CPU|SLURM_DISTRIBUTION|SLURM_THREADS_PER_CORE|SBATCH_WAIT)=.*", variables, re.M), [])
        self.assertEqual(self.left(directory), ["weir.inside.server.end", "weir.inside.server.json"], "files of jobs that have ended")

    def test_job_that_slurm_runs_again_after_its_end_starts_nothing_and_says_why(self):
        study = witnessed_study("again", count=2, steps=20, delay_ms=1000, jobs=1, clients=CLIENTS | {"options": ["--requeue"]})
        directory = self.folder / "again"
        with self.launched(study, directory) as launcher:
            self.wait_until(lambda: not list((directory / "run" / "jobs").glob("weir.again.0.0.*")) and
                            (directory / "logs" / "sim.0.0.log").exists(), "the end of the first is in the journal", process=launcher)
            first = next(job for job, values in self.slurm.jobs().items() if values["JobName"] == "weir.again.0.0")
            self.slurm.output("scontrol", "requeue", first)
            self.slurm.wait_until(lambda: "nothing is started" in (directory / "logs" / "sim.0.0.log").read_text(), "weir-job refuses")
            self.wait_for_end(launcher, directory)
        self.assert_complete(study, directory)
        self.assertEqual(set(self.starts(directory).values()), {1})

    def left(self, directory):
        """In D/run/jobs, other than what all jobs share."""
        return sorted(file.name for file in (directory / "run" / "jobs").iterdir() if file.suffix != ".sh")


if __name__ == "__main__":
    main()
