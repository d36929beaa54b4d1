"""Solvers that crash, hang, lie or send nonsense: one clear message, the right exit code, nothing hangs, what came is trained on."""

import os
import signal

from whole import SERVER, TOY, WholeTest, main, processes_of, toy_study


class SolverFaultTest(WholeTest):
    def faulty_study(self, *solver, count=3, **sections):
        return toy_study(count=count, solver=solver, **sections)

    def test_crash_is_restarted_and_nothing_is_lost_or_counted_twice(self):
        directory, output = self.run_study(self.faulty_study("--crash-at", 5, "--faulty-attempts", 1))
        self.assert_nothing_lost(directory, simulations=3, steps=10)
        self.assertEqual(self.summary(directory)["simulations"]["restarted"], 3)
        self.assertIn("signal 9", output + self.logs(directory))

    def test_exit_code_of_a_failed_solver_is_reported(self):
        _, output = self.run_study(self.faulty_study("--exit-at", 3, "--faulty-attempts", 1))
        self.assertIn("exit code 7", output)

    def test_solver_that_always_crashes_is_dropped_and_the_study_goes_on_without_it(self):
        # The delay gives the steps before the crash the time to leave the process.
        study = self.faulty_study("--crash-at", 5, "--delay-ms", 50, count=3)
        directory, _ = self.run_study(study)
        summary = self.summary(directory)
        self.assertEqual(summary["simulations"], {"expected": 3, "finished": 0, "failed": 3, "restarted": 3})
        self.assertGreater(summary["samples"]["unique"], 0)
        self.assertLessEqual(summary["samples"]["unique"], 15)
        self.assertEqual(len(self.ledger(directory)), summary["samples"]["unique"])
        self.assertEqual(summary["samples"]["lost"], 0)

    def test_failed_simulations_are_replaced_when_the_study_says_so(self):
        study = self.faulty_study("--exit-at", 0, count=2)
        study["simulation"].update({"restarts": 0, "when_exhausted": "replace"})
        directory, _ = self.run_study(study, expect=1)
        simulations = self.summary(directory)["simulations"]
        self.assertEqual(simulations, {"expected": 4, "finished": 0, "failed": 4, "restarted": 0})

    def test_study_whose_every_solver_fails_at_once_fails_with_the_place_of_the_logs(self):
        study = self.faulty_study("--exit-at", 0)
        study["simulation"]["restarts"] = 0
        directory, output = self.run_study(study, expect=1)
        self.assertIn("no sample was received", output)
        self.assertEqual(self.summary(directory)["status"], "failed")

    def test_too_few_steps_fail_the_simulation_and_its_program_is_told(self):
        study = toy_study(count=2)
        study["simulation"]["command"] = [str(TOY), "--size", "16", "--steps", "7"]
        study["simulation"]["restarts"] = 0
        directory, output = self.run_study(study)
        summary = self.summary(directory)
        self.assertEqual(summary["simulations"]["failed"], 2)
        self.assertEqual(summary["samples"]["unique"], 14)
        self.assertGreaterEqual(summary["samples"]["trained"], 14)
        self.assertEqual((directory / "logs" / "sim.0.0.log").exists(), True)

    def test_too_many_steps_are_refused_and_the_study_is_complete_all_the_same(self):
        study = toy_study(count=2)
        study["simulation"]["command"] = [str(TOY), "--size", "16", "--steps", "12"]
        directory, _ = self.run_study(study)
        self.assert_nothing_lost(directory, simulations=2, steps=10)
        self.assertIn("10 steps", (directory / "logs" / "sim.0.0.log").read_text())

    def test_wrong_field_size_names_both_sizes(self):
        study = toy_study(count=2)
        study["simulation"]["command"] = [str(TOY), "--size", "15", "--steps", "10"]
        study["simulation"]["restarts"] = 0
        directory, _ = self.run_study(study, expect=1)
        text = (directory / "logs" / "sim.0.0.log").read_text()
        self.assertIn("15", text)
        self.assertIn("16", text)

    def test_unknown_field_names_the_known_ones(self):
        study = toy_study(count=1, solver=("--field", "v"))
        study["simulation"]["restarts"] = 0
        directory, _ = self.run_study(study, expect=1)
        self.assertIn("'u'", (directory / "logs" / "sim.0.0.log").read_text())

    def test_nan_refuses_the_simulation_by_default(self):
        directory, _ = self.run_study(self.faulty_study("--nan-at", 6))
        summary = self.summary(directory)
        self.assertEqual(summary["simulations"]["failed"], 3)
        self.assertEqual(summary["simulations"]["restarted"], 0)
        self.assertIn("finite", (directory / "logs" / "sim.0.0.log").read_text())

    def test_nan_drops_the_sample_when_the_study_says_so(self):
        study = self.faulty_study("--nan-at", 6)
        study["simulation"]["non_finite"] = "drop"
        directory, _ = self.run_study(study)
        samples = self.summary(directory)["samples"]
        self.assertEqual((samples["unique"], samples["dropped"], samples["lost"]), (27, 3, 0))
        self.assertEqual(self.summary(directory)["simulations"]["finished"], 3)

    def test_values_that_cannot_be_normalised_end_the_study_without_a_restart(self):
        study = self.faulty_study("--nan-at", 0)
        study["simulation"]["non_finite"] = "accept"
        directory, output = self.run_study(study, expect=1)
        self.assertIn("cannot be normalised", output)
        self.assertEqual(self.summary(directory)["server"]["restarts"], 0)

    def test_hung_solver_is_ended_by_its_time_limit(self):
        study = self.faulty_study("--hang-at", 4, "--faulty-attempts", 1, count=2)
        # Restarts for attempts that do nothing wrong, but do not end in time on a machine that stands still for a while.
        study["simulation"] |= {"time_limit": 6, "restarts": 5}
        directory, output = self.run_study(study)
        self.assert_nothing_lost(directory, simulations=2, steps=10)
        for sim in range(2):
            self.assertRegex(output, f"simulation {sim}, attempt 0 failed: [^\n]*time limit")

    def test_study_without_progress_fails_within_the_limit_and_saves_what_was_trained(self):
        study = self.faulty_study("--hang-at", 8, count=2, server={"progress": 20})
        directory, output = self.run_study(study, expect=1)
        self.assertIn("server.progress", output)
        self.assertEqual(self.summary(directory)["samples"]["unique"], 16)
        self.assertTrue((directory / "model" / "model.pt").exists())

    def test_client_of_a_study_directory_that_is_not_there_says_so(self):
        code, output = self.run_program(TOY, WEIR_STUDY_DIR=self.folder / "nowhere", WEIR_SIM=0)
        self.assertEqual(code, 12, output)
        self.assertIn("nowhere", output)

    def test_client_whose_server_is_killed_gives_up_within_its_deadline(self):
        directory = self.folder / "D"
        study = self.write_study(toy_study(count=1, steps=3000, size=16384, client={"timeout": 3, "window_mib": 1}))
        with self.started("mpirun", "-n", 1, SERVER, study, "--output", directory) as server:
            self.wait_until((directory / "run" / "endpoint.json").exists, "the server listens", process=server)
            with self.started(TOY, "--steps", 3000, "--size", 16384, "--delay-ms", 10, WEIR_STUDY_DIR=directory, WEIR_SIM=0) as client:
                self.wait_until(lambda: "attempt 0" in self.logs(directory), "the client is connected", process=client)
                for pid in processes_of(directory, "weir-server"):
                    os.kill(pid, signal.SIGKILL)
                client.wait(60)
                self.assertEqual(client.returncode, 13, client.output())
                self.assertIn("3 s", client.output())


if __name__ == "__main__":
    main()
