"""Servers that are killed, stopped and started again: what was accepted is there once, and the study completes."""

import json
import os
import signal

from whole import SERVER, TOY, WEIR, WholeTest, main, merged, processes_of, toy_study

SIMULATIONS, STEPS = 6, 40


def study_with_cuts(**sections):
    """One whose server takes a cut every few batches, and whose solvers take their time."""
    study = toy_study(count=SIMULATIONS, steps=STEPS, solver=("--delay-ms", 5),
                      checkpoint={"batches": 8}, client={"timeout": 60})
    return merged(study, sections)


class KilledServerTest(WholeTest):
    """A launcher starts the server again."""

    def run_killed(self, failpoint, passage=2, ranks=1, at_rank=0):
        directory = self.folder / "D"
        path = self.write_study(study_with_cuts())
        once = self.folder / "killed"
        code, output = self.run_program(
            WEIR, "run", path, "--output", directory, "--ranks", ranks,
            WEIR_FAILPOINT=f"{failpoint}:kill:{passage}:{once}", WEIR_FAILPOINT_RANK=at_rank)
        self.assertEqual(code, 0, output + self.logs(directory))
        self.assertTrue(once.exists(), f"{failpoint} was not passed {passage} times")
        self.assert_nothing_lost(directory, SIMULATIONS, STEPS)
        summary = self.summary(directory)
        self.assertEqual(summary["status"], "done")
        self.assertEqual(summary["simulations"]["finished"], SIMULATIONS)
        self.assertEqual(summary["server"]["restarts"], 1, output)
        self.assertGreaterEqual(summary["samples"]["trained"], SIMULATIONS * STEPS)
        return directory

    def test_killed_as_it_cuts(self):
        self.run_killed("checkpoint.cut")

    def test_killed_with_its_part_written(self):
        self.run_killed("checkpoint.part_written")

    def test_killed_before_it_publishes(self):
        self.run_killed("checkpoint.before_publish")

    def test_killed_after_it_published(self):
        self.run_killed("checkpoint.after_publish")

    def test_killed_before_the_clients_are_told(self):
        self.run_killed("checkpoint.before_told")

    def test_killed_before_its_first_checkpoint_it_starts_from_nothing(self):
        directory = self.run_killed("checkpoint.before_publish", passage=1)
        self.assertIn("starts from nothing", self.logs(directory))

    def test_killed_in_the_middle_of_training(self):
        self.run_killed("trainer.after_step", passage=30)

    def test_killed_when_reception_is_over(self):
        self.run_killed("trainer.reception_over", passage=1)

    def test_second_of_two_ranks_killed_with_its_part_written(self):
        self.run_killed("checkpoint.part_written", ranks=2, at_rank=1)

    def test_first_of_two_ranks_killed_after_it_published(self):
        self.run_killed("checkpoint.after_publish", ranks=2)

    def test_second_of_two_ranks_killed_as_it_accepts(self):
        self.run_killed("aggregator.after_accept", passage=60, ranks=2, at_rank=1)


class RestartedServerTest(WholeTest):
    """Servers by hand."""

    def setUp(self):
        super().setUp()
        self.directory = self.folder / "D"

    def server(self, study, *options, ranks=1, **env):
        return self.started("mpirun", "--oversubscribe", "-n", ranks, SERVER, study, "--output",
                            self.directory, *options, **env)

    def client(self, sim, attempt=0):
        return self.started(TOY, "--steps", STEPS, "--delay-ms", 5, WEIR_STUDY_DIR=self.directory,
                            WEIR_SIM=sim, WEIR_ATTEMPT=attempt)

    def checkpoints(self):
        folder = self.directory / "checkpoints"
        return sorted(int(path.name) for path in folder.glob("[0-9]*")) if folder.exists() else []

    def listening(self, server):
        endpoint = self.directory / "run" / "endpoint.json"
        self.wait_until(endpoint.exists, "the server listens", process=server)

    def served_partly(self, ranks=1):
        """A study of which two simulations are trained on, and that has checkpoints; its server was killed."""
        study = self.write_study(study_with_cuts())
        with self.server(study, ranks=ranks) as server:
            self.listening(server)
            for sim in (0, 1):
                with self.client(sim) as client:
                    client.wait(60)
                    self.assertEqual(client.returncode, 0, client.output())
            self.wait_until(lambda: len(self.checkpoints()) == 2, "two checkpoints", process=server)
            for pid in processes_of(self.directory, "weir-server"):
                os.kill(pid, signal.SIGKILL)
            server.wait(60)
        return study

    def completed(self, study, ranks=1, sims=range(SIMULATIONS)):
        """The server goes on, and clients send what is missing; what it printed."""
        with self.server(study, "--resume", ranks=ranks) as server:
            old = json.loads((self.directory / "run" / "endpoint.json").read_text())["epoch"]
            epoch = lambda: json.loads((self.directory / "run" / "endpoint.json").read_text())["epoch"]
            self.wait_until(lambda: epoch() > old or server.poll() is not None, "the next epoch")
            for sim in sims:
                with self.client(sim, attempt=1) as client:
                    client.wait(60)
            server.wait(60)
            self.assertEqual(server.returncode, 0, server.output() + self.logs(self.directory))
            return server.output()

    def test_goes_on_from_its_newest_checkpoint(self):
        self.completed(self.served_partly())
        self.assert_nothing_lost(self.directory, SIMULATIONS, STEPS)
        self.assertIn("goes on from checkpoint", self.logs(self.directory))

    def test_folder_with_checkpoints_is_refused_without_resume(self):
        study = self.served_partly()
        with self.server(study) as server:
            server.wait(60)
            self.assertEqual(server.returncode, 2, server.output())
            self.assertIn("--resume", server.output())
            self.assertIn("--output", server.output())

    def test_other_number_of_ranks_is_refused_with_both_numbers(self):
        study = self.served_partly()
        with self.server(study, "--resume", ranks=2) as server:
            server.wait(60)
            self.assertEqual(server.returncode, 2, server.output())
            self.assertIn("1 server rank", server.output())
            self.assertIn("2", server.output())

    def test_other_study_is_refused(self):
        self.served_partly()
        other = self.write_study(study_with_cuts(training={"batch": 5}), name="other.json")
        with self.server(other, "--resume") as server:
            server.wait(60)
            self.assertEqual(server.returncode, 2, server.output())
            self.assertIn("another study", server.output())

    def test_damaged_checkpoint_is_passed_over_with_a_warning_that_names_it(self):
        study = self.served_partly()
        newest = self.directory / "checkpoints" / str(self.checkpoints()[-1])
        victim = next(newest.glob("rank.0/*"))
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
        self.completed(study)
        self.assert_nothing_lost(self.directory, SIMULATIONS, STEPS)
        logs = self.logs(self.directory)
        self.assertIn(f"checkpoint {newest.name} is damaged", logs)
        self.assertIn(victim.name, logs)

    def test_starts_from_nothing_when_no_checkpoint_is_whole(self):
        study = self.served_partly()
        for number in self.checkpoints():
            (self.directory / "checkpoints" / str(number) / "manifest.json").write_text("{")
        self.completed(study)
        self.assert_nothing_lost(self.directory, SIMULATIONS, STEPS)
        self.assertIn("starts from nothing", self.logs(self.directory))

    def test_told_to_end_it_takes_a_last_checkpoint_that_holds_all_it_accepted(self):
        study = self.write_study(study_with_cuts(checkpoint={"every": 0, "batches": 100000}))
        with self.server(study) as server:
            self.listening(server)
            with self.client(0) as client:
                client.wait(60)
            for pid in processes_of(self.directory, "weir-server"):
                os.kill(pid, signal.SIGTERM)
            server.wait(60)
            self.assertEqual(server.returncode, 130, server.output() + self.logs(self.directory))
        self.assertEqual(self.checkpoints(), [1])
        self.assertEqual(self.summary(self.directory)["status"], "stopped")
        self.completed(study, sims=range(1, SIMULATIONS))
        self.assert_nothing_lost(self.directory, SIMULATIONS, STEPS)

    def test_rank_that_cannot_go_on_ends_its_peers_with_exit_code_4(self):
        study = self.write_study(study_with_cuts())
        with self.server(study, ranks=2, WEIR_FAILPOINT="trainer.after_step:error:20",
                         WEIR_FAILPOINT_RANK=1) as server:
            self.listening(server)
            with self.client(0):
                server.wait(60)
            self.assertEqual(server.returncode, 4, server.output() + self.logs(self.directory))
        self.assertEqual(processes_of(self.directory, "weir-server"), [])
        self.completed(study, ranks=2)
        self.assert_nothing_lost(self.directory, SIMULATIONS, STEPS)

    def test_former_server_that_wakes_up_publishes_nothing_more_and_ends(self):
        study = self.write_study(study_with_cuts())
        with self.server(study) as former:
            self.listening(former)
            with self.client(0) as client:
                client.wait(60)
            self.wait_until(self.checkpoints, "a checkpoint", process=former)
            [pid] = processes_of(self.directory, "weir-server")
            os.kill(pid, signal.SIGSTOP)
            self.completed(study)
            kept = self.checkpoints()
            os.kill(pid, signal.SIGCONT)
            former.wait(60)
            self.assertEqual(former.returncode, 4, former.output())
            self.assertEqual(self.checkpoints(), kept)
        self.assert_nothing_lost(self.directory, SIMULATIONS, STEPS)

    def test_has_nothing_left_to_do_once_it_was_done(self):
        study = self.served_partly()
        self.completed(study)
        with self.server(study, "--resume") as server:
            server.wait(60)
            self.assertEqual(server.returncode, 0, server.output())
        self.assert_nothing_lost(self.directory, SIMULATIONS, STEPS)


if __name__ == "__main__":
    main()
