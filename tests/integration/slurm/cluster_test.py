"""The private Slurm that the other tests here run on: what they rely on, and that nothing of it is left."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from slurm import Slurm
from slurm_cluster import ClusterError, SlurmCluster
from whole import BUILD, environment, main

MPI_SUM = BUILD / "tests" / "mpi_sum"
SCRIPT = pathlib.Path(__file__).parents[2] / "support" / "slurm-cluster"


class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ.update(environment())  # jobs inherit it
        cls.slurm = cls.enterClassContext(Slurm())

    def test_mpi_program_runs_under_srun_within_a_node(self):
        job = self.slurm.sbatch(f"srun --mpi=pmix {MPI_SUM}", "-n2", "-N1")
        self.slurm.wait_for_state(job, "COMPLETED")
        self.assertEqual(self.slurm.output_of(job), "2 ranks add up to 1\n")

    def test_mpi_program_runs_under_mpirun_inside_a_job(self):
        job = self.slurm.sbatch(f"mpirun -n 2 {MPI_SUM}", "-n2", "-N1")
        self.slurm.wait_for_state(job, "COMPLETED")
        self.assertEqual(self.slurm.output_of(job), "2 ranks add up to 1\n")

    def test_job_that_is_requeued_runs_again(self):
        job = self.slurm.sbatch("test ${SLURM_RESTART_COUNT:-0} = 1 || sleep 600", "-J", "twice")
        self.slurm.wait_for_state(job, "RUNNING")
        self.slurm.output("scontrol", "requeue", job)
        self.slurm.wait_for_state(job, "COMPLETED")
        self.assertEqual(self.slurm.jobs()[job]["Restarts"], "1")
        self.assertEqual([run["JobState"] for run in self.slurm.completed() if run["JobId"] == job][-1], "COMPLETED")
        self.assertEqual(self.slurm.job_names().count("twice"), 1)

    def test_job_that_is_cancelled_is_recorded_as_such(self):
        job = self.slurm.sbatch("sleep 600")
        self.slurm.wait_for_state(job, "RUNNING")
        self.slurm.output("scancel", job)
        self.slurm.wait_for_state(job, "CANCELLED")

    @unittest.skipUnless(os.environ.get("WEIR_NIGHTLY"), "slurmctld looks at time limits every 30 s")
    def test_job_at_its_time_limit_is_ended(self):
        job = self.slurm.sbatch("sleep 600", "-p", "short")
        self.slurm.wait_for_state(job, "RUNNING")
        self.slurm.end_soon(job)
        self.slurm.wait_for_state(job, "TIMEOUT")

    def test_job_over_its_memory_is_killed(self):
        job = self.slurm.sbatch("python3 -c 'import time; x = bytearray(200 << 20); time.sleep(600)'", "--mem=50")
        self.slurm.wait_for_state(job, "FAILED", "OUT_OF_MEMORY")
        self.assertIn("exceeded memory limit", self.slurm.output_of(job))

    def test_job_for_accelerators_gets_them_where_there_are_some(self):
        job = self.slurm.sbatch("echo $SLURM_GPUS_ON_NODE on $SLURMD_NODENAME", "--gres=gpu:2")
        self.slurm.wait_for_state(job, "COMPLETED")
        self.assertEqual(self.slurm.output_of(job), "2 on n1\n")

    def test_job_for_a_partition_that_is_down_or_not_there_does_not_run(self):
        job = self.slurm.sbatch("true", "-p", "down")
        self.assertEqual(self.slurm.jobs()[job]["JobState"], "PENDING")
        self.assertIn("invalid partition", self.slurm.call("sbatch", "-p", "none", "--wrap", "true").stderr)


class FaultTest(unittest.TestCase):
    """What disturbs the jobs of others has a cluster of its own."""

    def setUp(self):
        self.slurm = self.enterContext(Slurm())

    def witness(self):
        """A job on n1 that stays, and a way to see that its processes live."""
        job = self.slurm.sbatch("echo $$ > $TMPDIR/witness; sleep 600", "-w", "n1", "--no-requeue")
        witness = self.slurm.folder / "tmp" / "witness"
        self.slurm.wait_until(lambda: witness.exists() and witness.read_text().strip(), "the witness runs")
        return job, int(witness.read_text())

    def test_job_lives_on_while_the_controller_is_away(self):
        job, pid = self.witness()
        self.slurm.stop_controller()
        self.assertIn(pid, self.slurm.processes())
        self.slurm.start_controller()
        self.slurm.wait_for_controller()
        self.assertEqual(self.slurm.state(job), "RUNNING")

    def test_job_on_a_node_that_is_held_for_dead_is_lost_though_its_processes_live(self):
        job, pid = self.witness()
        self.slurm.kill_slurmd("n1")
        self.slurm.set_down("n1")
        self.slurm.wait_for_state(job, "NODE_FAIL")
        self.assertIn(pid, self.slurm.processes())
        self.slurm.resume("n1")
        again = self.slurm.sbatch("true", "-w", "n1")
        self.slurm.wait_for_state(again, "COMPLETED")

    def test_nothing_is_left_of_a_cluster_that_goes_down_with_its_jobs(self):
        self.witness()
        self.slurm.sbatch("trap '' TERM; env -i setsid sleep 600", "-w", "n2")
        self.slurm.wait_until(lambda: len(self.slurm.live_jobs()) == 2, "both jobs are there")
        before = self.slurm.processes()
        self.assertGreaterEqual(len(before), 6)
        self.slurm.down()
        self.assertEqual(self.slurm.processes(), set())
        self.assertFalse(self.slurm.folder.exists())

    def test_nothing_is_left_of_a_cluster_whose_test_is_killed(self):
        code = "from slurm import Slurm\nwith Slurm() as slurm: print(slurm.folder, flush=True); input()"
        test = subprocess.Popen([sys.executable, "-B", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cluster = SlurmCluster(test.stdout.readline().strip())
        self.assertGreaterEqual(len(cluster.processes()), 4)
        test.kill()
        test.communicate()
        self.slurm.wait_until(lambda: not cluster.processes() and not cluster.folder.exists(), "the cluster is gone")


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="weir-slurm-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(lambda: SlurmCluster(self.folder).down())

    def command(self, *arguments):
        return subprocess.run([str(SCRIPT), *arguments], capture_output=True, text=True, check=False, timeout=120)

    def test_cluster_goes_up_and_down_by_command(self):
        done = self.command("up", self.folder, "--nodes", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"export SLURM_CONF={self.folder}/slurm.conf\n", done.stdout)
        self.assertEqual(SlurmCluster(self.folder).idle_nodes(), {"n1", "n2", "n3"})
        self.assertEqual(self.command("up", self.folder).returncode, 3, "twice in one folder")
        self.assertEqual(self.command("down", self.folder).returncode, 0)
        self.assertEqual(SlurmCluster(self.folder).processes(), set())
        self.assertFalse(os.path.exists(self.folder))

    def test_half_a_cluster_goes_down(self):
        cluster = SlurmCluster(self.folder)
        cluster.make_folder()
        cluster.start_munge()
        self.assertEqual(len(cluster.processes()), 1)
        self.assertEqual(self.command("down", self.folder).returncode, 0)
        self.assertEqual(cluster.processes(), set())

    def test_folder_of_another_is_left_alone(self):
        mine = pathlib.Path(self.folder) / "mine"
        mine.touch()
        self.assertEqual(self.command("up", self.folder).returncode, 3)
        self.assertEqual(self.command("down", self.folder).returncode, 0)
        self.assertTrue(mine.exists())

    def test_folder_whose_sockets_would_have_too_long_names_is_refused(self):
        with self.assertRaisesRegex(ClusterError, "at most"):
            SlurmCluster("/tmp/" + 60 * "x")

    def test_tests_have_a_cluster_also_where_temporary_files_have_long_names(self):
        with unittest.mock.patch.object(tempfile, "tempdir", "/tmp/" + 60 * "x"), Slurm() as slurm:
            self.assertEqual(slurm.idle_nodes(), {"n1", "n2"})


if __name__ == "__main__":
    main()
