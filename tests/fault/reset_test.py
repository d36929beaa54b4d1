"""TCP connections that are reset in the middle of the stream: nothing is lost, nothing counts twice."""

import contextlib
import os

from reset_proxy import ResetProxy
from whole import SERVER, TOY, WholeTest, main, toy_study

NIGHTLY = os.environ.get("WEIR_NIGHTLY") == "1"
SAMPLES = 20000 if NIGHTLY else 2000
CLIENTS, RESETS = 4, 10
VALUES = 16384  # of a sample: 64 KiB
DEADLINE = 600 if NIGHTLY else 120


class ResetTest(WholeTest):
    def start_clients(self, stack, directory):
        solver = (TOY, "--size", VALUES, "--steps", SAMPLES // CLIENTS)
        return [stack.enter_context(self.started(*solver, WEIR_STUDY_DIR=directory, WEIR_SIM=sim)) for sim in range(CLIENTS)]

    def start_server(self, stack, directory):
        study = toy_study(count=CLIENTS, steps=SAMPLES // CLIENTS, size=VALUES, client={"timeout": 60},
                          server={"transport": {"kind": "tcp", "interface": "lo"}},
                          buffer={"kind": "reservoir", "capacity": 200, "watermark": 5})
        command = ("mpirun", "--oversubscribe", "-n", 2, SERVER, self.write_study(study), "--output", directory)
        server = stack.enter_context(self.started(*command))
        self.wait_until((directory / "run" / "endpoint.json").exists, "the server listens", process=server)
        return server

    def test_samples_of_64_kib_all_arrive_through_ten_forced_resets(self):
        directory = self.folder / "D"
        with contextlib.ExitStack() as stack:
            proxy = stack.enter_context(ResetProxy())
            server = self.start_server(stack, directory)
            proxy.stand_before(directory)
            clients = self.start_clients(stack, directory)
            for reset in range(RESETS):
                due = SAMPLES * VALUES * 4 * (reset + 0.5) / (RESETS + 1)
                self.wait_until(lambda: proxy.carried >= due and proxy.reset_all() > 0, "the next reset", deadline=DEADLINE, process=server)
            for process in (*clients, server):
                process.wait(DEADLINE)
                self.assertEqual(process.returncode, 0, process.output() + self.logs(directory))
        samples = self.summary(directory)["samples"]
        print(f"\n{SAMPLES} samples of 64 KiB, {RESETS} times all connections reset ({proxy.resets}): "
              f"{samples['lost']} lost, {samples['duplicate']} sent twice")
        self.assert_nothing_lost(directory, simulations=CLIENTS, steps=SAMPLES // CLIENTS)


if __name__ == "__main__":
    main()
