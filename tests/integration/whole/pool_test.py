"""Studies whose simulations run in pilots, here children of the launcher ("local-pool")."""

import json
import os
import signal

from whole import WEIR, WholeTest, main, processes_of, toy_study


class PoolTest(WholeTest):
    def study(self, count=6, delay=20, **launcher):
        return toy_study(count=count, steps=10, solver=["--delay-ms", str(delay)],
                         launcher={"scheduler": "local-pool", "jobs": 2, "idle": 5, **launcher})

    def pilots(self, directory):
        folder = directory / "run" / "pool"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def state(self, directory, pilot):
        return json.loads((directory / "run" / "pool" / pilot / "state").read_text())

    def test_two_pilots_run_a_study_and_are_gone_with_it(self):
        directory, _ = self.run_study(self.study())
        self.assert_nothing_lost(directory, simulations=6, steps=10)
        self.assertEqual(self.pilots(directory), ["weir.toy.pilot.1", "weir.toy.pilot.2"])
        self.assertEqual(processes_of(directory, "weir-pilot"), [])
        self.assertEqual(self.summary(directory)["simulations"]["restarted"], 0)

    def test_clients_first_holds_the_server_back_until_a_pilot_runs(self):
        directory, output = self.run_study(self.study(start="clients-first"))
        self.assert_nothing_lost(directory, simulations=6, steps=10)
        self.assertIn("waiting for the resources of simulations before the server's", output)
        first = (directory / "run" / "journal.jsonl").read_text().splitlines()[0]
        self.assertIn("weir.toy.server", first)
        self.assertEqual(self.pilots(directory), ["weir.toy.pilot.1", "weir.toy.pilot.2"])

    def test_killed_pilot_costs_one_attempt(self):
        path = self.write_study(self.study(delay=100))
        directory = self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as launcher:
            self.wait_until(lambda: processes_of(directory, "toy_solver"), "a simulation runs", process=launcher)
            os.kill(processes_of(directory, "weir-pilot")[0], signal.SIGKILL)
            self.assertEqual(launcher.wait(90), 0, launcher.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=6, steps=10)
        self.assertLessEqual(self.summary(directory)["simulations"]["restarted"], 1)
        self.assertIn("weir.toy.pilot.3", self.pilots(directory))

    def test_pilots_outlive_their_launcher_and_the_next_one_goes_on_with_them(self):
        path = self.write_study(self.study(delay=100))
        directory = self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as launcher:
            self.wait_until(lambda: processes_of(directory, "toy_solver"), "a simulation runs", process=launcher)
            launcher.kill()
        self.assertEqual(len(processes_of(directory, "weir-pilot")), 2)
        code, output = self.run_program(WEIR, "run", path, "--output", directory, "--resume")
        self.assertEqual(code, 0, output + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=6, steps=10)
        self.assertEqual(self.summary(directory)["simulations"]["restarted"], 0)
        names = [json.loads(line) for line in (directory / "run" / "journal.jsonl").read_text().splitlines()]
        submitted = [entry["name"] for entry in names if entry["event"] == "submitted"]
        self.assertEqual(len(submitted), len(set(submitted)), submitted)
        self.assertEqual(self.pilots(directory), ["weir.toy.pilot.1", "weir.toy.pilot.2"])

    def test_pilots_of_a_launcher_that_never_comes_back_end(self):
        path = self.write_study(self.study(delay=10, idle=2))
        directory = self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as launcher:
            self.wait_until(lambda: processes_of(directory, "weir-pilot"), "a pilot runs", process=launcher)
            launcher.kill()
        self.wait_until(lambda: not processes_of(directory, "weir-pilot"), "the pilots have ended", deadline=30)
        for process in processes_of(directory, "weir-server") + processes_of(directory, "mpirun"):
            os.kill(process, signal.SIGKILL)


if __name__ == "__main__":
    main()
