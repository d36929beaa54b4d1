"""Memory has the stated bounds: a server rank's slab + 300 MiB, a client's window + 64 MiB, also while the trainer stands still."""

import contextlib
import ctypes
import os
import pathlib
import time

from whole import SERVER, TOY, WEIR, WholeTest, let_go, main, processes_of, toy_study, waiting

MIB = 1 << 20
VALUES = 250_000  # of a step: 1 MB
CAPACITY = 60
WINDOW = 16  # MiB
HELD = 5  # seconds for which the trainer stands still
HELD_LONG = 60 if os.environ.get("WEIR_NIGHTLY") == "1" else HELD  # in the study of fifty clients

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WALL = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class StoppedThread:
    """Holds one thread of another process, as a debugger does, while the block lasts."""

    def __init__(self, tid):
        self.tid = tid

    def request(self, what):
        if libc.ptrace(what, self.tid, None, None) != 0:
            raise OSError(ctypes.get_errno(), f"ptrace request {what:#x} of thread {self.tid}")

    def __enter__(self):
        self.request(PTRACE_SEIZE)
        self.request(PTRACE_INTERRUPT)
        os.waitpid(self.tid, WALL)

    def __exit__(self, *_):
        self.request(PTRACE_DETACH)


def peak_memory(pid, which="VmHWM"):
    """Bytes that the process has held at most (VmRSS: holds now; RssShmem: shares with others); 0 when it has ended."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{which}:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def own_memory(pid):
    """Without the frames of clients that a server reads where they lie."""
    return max(0, peak_memory(pid, "VmRSS") - peak_memory(pid, "RssShmem"))


class MemoryTest(WholeTest):
    def run_watched(self, stall):
        directory = self.folder / "D"
        simulations = 6
        peaks = self.folder / "peaks"
        study = toy_study(count=simulations, steps=60, size=VALUES, jobs=3, solver=["--peak-to", peaks], client={"window_mib": WINDOW},
                          buffer={"kind": "fifo", "capacity": CAPACITY, "watermark": 4})
        server, own = 0, 0
        if stall:
            study = waiting(study, first=1)
        with self.started(WEIR, "run", self.write_study(study), "--output", directory) as process:
            if stall:
                metrics = directory / "metrics.jsonl"
                self.wait_until(lambda: metrics.exists() and '"train"' in metrics.read_text(), "training", process=process)
                (pid,) = processes_of(directory, "weir-server")
                with StoppedThread(pid):  # the trainer is the main thread
                    let_go(directory)
                    time.sleep(HELD)
                    self.assertTrue(processes_of(directory, "toy_solver"), "no solver was held up")
            end = time.monotonic() + 90
            while process.poll() is None and time.monotonic() < end:
                servers = processes_of(directory, "weir-server")
                server, own = max([server, *map(peak_memory, servers)]), max([own, *map(own_memory, servers)])
                time.sleep(0.02)
            self.assertEqual(process.wait(30), 0, process.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=simulations, steps=60)
        clients = [int(line.split()[1]) * 1024 for line in peaks.read_text().splitlines()]  # each says it as it ends
        self.assertEqual(len(clients), simulations)
        slab = CAPACITY * VALUES * 4
        print(f"\npeak: server slab + {(own - slab) / MIB:.0f} MiB, {(server - slab) / MIB:.0f} MiB with what it shares with "
              f"clients, client window + {max(clients) / MIB - WINDOW:.0f} MiB")
        self.assertGreater(own, slab)
        self.assertLessEqual(own, slab + 300 * MIB)
        self.assertLessEqual(server, slab + (300 + simulations * WINDOW) * MIB)
        self.assertLessEqual(max(clients), (WINDOW + 64) * MIB)

    def test_bounds_hold_in_a_study_whose_solvers_outrun_the_trainer(self):
        self.run_watched(stall=False)

    def test_bounds_hold_while_the_trainer_stands_still(self):
        self.run_watched(stall=True)

    def test_fifty_clients_of_a_trainer_that_stands_still_cost_no_more_than_slab_and_credit(self):
        clients, steps, values, capacity, inflight, window = 50, 60, 16384, 1000, 32, 2  # samples of 64 KiB, credit of 32 MiB
        directory = self.folder / "D"
        study = toy_study(count=clients, steps=steps, size=values, client={"window_mib": window, "timeout": 300},
                          server={"inflight_mib": inflight, "progress": 600},
                          buffer={"kind": "fifo", "capacity": capacity, "watermark": 4})
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(self.started("mpirun", "-n", 1, SERVER, self.write_study(study), "--output", directory))
            self.wait_until((directory / "run" / "endpoint.json").exists, "the server listens", process=server)
            (pid,) = processes_of(directory, "weir-server")
            before, own_before = peak_memory(pid, "VmRSS"), own_memory(pid)
            def solver(sim):
                return stack.enter_context(self.started(TOY, "--size", values, "--steps", steps, WEIR_STUDY_DIR=directory, WEIR_SIM=sim))

            solvers = [solver(0)]
            metrics = directory / "metrics.jsonl"
            self.wait_until(lambda: metrics.exists() and '"train"' in metrics.read_text(), "training", process=server)
            with StoppedThread(pid):  # the trainer is the main thread
                solvers += [solver(sim) for sim in range(1, clients)]
                self.wait_until(lambda: self.logs(directory).count("has connected") == clients, "all are connected", process=server)
                end, own = time.monotonic() + HELD_LONG, 0
                while time.monotonic() < end:  # the kernel keeps no peak of it
                    own = max(own, own_memory(pid) - own_before)
                    time.sleep(0.02)
                grown = peak_memory(pid) - before
                waiting = sum(client.poll() is None for client in solvers)
            for process in (*solvers, server):
                process.wait(90)
                self.assertEqual(process.returncode, 0, process.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=clients, steps=steps)
        slab = capacity * values * 4
        print(f"\n{waiting} clients waited {HELD_LONG} s: server + {own / MIB:.0f} MiB, {grown / MIB:.0f} MiB with what it shares with "
              f"clients, slab {slab / MIB:.0f} MiB, credit {inflight} MiB")
        self.assertGreaterEqual(waiting, clients - 1 - capacity // steps)  # there was room for all samples of the rest
        self.assertLessEqual(own, slab + (inflight + 64) * MIB)
        self.assertLessEqual(grown, slab + (inflight + 64 + clients * window) * MIB)


if __name__ == "__main__":
    main()
