"""weir check against a real Slurm: faults that were put into a study or a place, each found with its fix."""

import copy
import getpass
import os

from slurm_study import SlurmStudyTest, launcher
from whole import WEIR, main, toy_study


class CheckTest(SlurmStudyTest):
    def setUp(self):
        super().setUp()
        self.study = toy_study()
        self.study["launcher"] = copy.deepcopy(launcher())

    def check(self, **env):
        return self.run_program(WEIR, "check", self.write_study(self.study), "--output", self.folder / "D", **env)

    def assert_found(self, code, line, fix, **env):
        got, output = self.check(**env)
        self.assertEqual(got, code, output)
        found = [one for one in output.splitlines() if one.startswith(line)]
        self.assertEqual(len(found), 1, output)
        self.assertIn(fix, found[0])

    def ask(self, role, **resources):
        self.study["launcher"][role] |= resources

    def test_good_study_has_no_error(self):
        code, output = self.check()
        self.assertEqual(code, 0, output)
        self.assertIn("ok      scheduler: Slurm answers", output)
        self.assertIn("ok      launcher.clients: fits partition 'cpu'", output)

    def test_nothing_is_submitted_or_left(self):
        before = self.slurm.jobs()
        self.check()
        self.assertEqual(self.slurm.jobs(), before)
        self.assertFalse((self.folder / "D").exists())
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".weir")], [])

    def test_unknown_partition(self):
        self.ask("clients", partition="cqu")
        self.assert_found(2, "error   launcher.clients.partition: ", "there are cpu, gpu, short, urgent, down")

    def test_partition_that_is_down(self):
        self.ask("server", partition="down")
        self.assert_found(3, "error   launcher.server.partition: ", "is DOWN")

    def test_time_limit_above_the_partitions(self):
        self.ask("clients", partition="short", time_limit=120)
        self.assert_found(2, "error   launcher.clients.time_limit: ", "allows 0:01 h")

    def test_accelerators_that_no_node_has(self):
        self.ask("server", partition="gpu", accelerators="gpu:9")
        self.assert_found(2, "error   launcher.server.accelerators: ", "sinfo -o")

    def test_memory_that_no_node_has(self):
        self.ask("clients", memory_mib=10**9)
        self.assert_found(2, "error   launcher.clients.memory_mib: ", "lower it")

    def test_cores_that_no_node_has(self):
        self.ask("clients", cores_per_rank=1000)
        self.assert_found(2, "error   launcher.clients.cores_per_rank: ", "lower it")

    def test_ranks_that_would_not_find_each_other(self):
        self.study["launcher"]["server"] = {"nodes": 1}
        self.assert_found(2, "error   launcher.server.mpi: ", 'set it to "pmix", or server.launch to "mpirun"')

    def test_kind_of_start_that_slurm_does_not_have(self):
        self.ask("server", mpi="pspmi")
        self.assert_found(2, "error   launcher.server.mpi: ", "names ")

    def test_reservation_that_is_not_there_or_not_yet(self):
        self.ask("clients", reservation="ours")
        self.assert_found(2, "error   launcher.clients.reservation: ", "there is no reservation 'ours'")
        self.slurm.output("scontrol", "create", "reservation", "ReservationName=ours", "StartTime=now+1hour", "Duration=1",
                          "Users=" + getpass.getuser(), "Nodes=n2")
        self.assert_found(0, "warning launcher.clients.reservation: ", "begins at ")
        self.slurm.output("scontrol", "delete", "ReservationName=ours")

    def test_controller_that_does_not_answer(self):
        configuration = self.folder / "slurm.conf"
        configuration.write_text("ClusterName=none\nSlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort=9\nMessageTimeout=2\n"
                                 "AuthType=auth/none\nNodeName=n1\nPartitionName=p Nodes=n1 Default=YES\n")
        self.assert_found(3, "error   scheduler: ", "does not answer `scontrol ping`", SLURM_CONF=configuration)

    def test_no_slurm_in_path(self):
        folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if not os.path.exists(os.path.join(folder, "sbatch"))]
        self.assert_found(3, "error   scheduler: ", "not in PATH: sbatch", PATH=os.pathsep.join(folders))

    def test_keys_that_others_can_read(self):
        run = self.folder / "D" / "run"
        run.mkdir(parents=True, mode=0o700)
        (run / "client.key").write_text("secret")
        (run / "client.key").chmod(0o644)
        self.assert_found(3, "error   permissions: ", f"chmod 600 {run}/client.key")

    def test_study_with_an_error_is_not_started(self):
        self.ask("clients", partition="cqu")
        before = self.slurm.jobs()
        code, output = self.run_program(WEIR, "run", self.write_study(self.study), "--output", self.folder / "D")
        self.assertEqual(code, 2, output)
        self.assertIn("there is no partition 'cqu'", output)
        self.assertEqual(self.slurm.jobs(), before)
        self.assertFalse((self.folder / "D").exists())


if __name__ == "__main__":
    main()
