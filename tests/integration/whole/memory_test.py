"""Memory has the stated bounds: a server rank's slab + 300 MiB, a client's window + 64 MiB, also while the trainer stands still."""

import ctypes
import os
import pathlib
import time

from whole import WEIR, WholeTest, main, processes_of, toy_study

MIB = 1 << 20
VALUES = 250_000  # of a step: 1 MB
CAPACITY = 60
WINDOW = 16  # MiB
HELD = 5  # seconds for which the trainer stands still

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


def peak_memory(pid):
    """Bytes that the process has held at most; 0 when it has ended."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class MemoryTest(WholeTest):
    def run_watched(self, stall):
        directory = self.folder / "D"
        study = toy_study(count=6, steps=60, size=VALUES, jobs=3, client={"window_mib": WINDOW},
                          buffer={"kind": "fifo", "capacity": CAPACITY, "watermark": 4})
        server, clients = 0, 0
        with self.started(WEIR, "run", self.write_study(study), "--output", directory) as process:
            metrics = directory / "metrics.jsonl"
            self.wait_until(lambda: metrics.exists() and '"train"' in metrics.read_text(), "training", process=process)
            if stall:
                (pid,) = processes_of(directory, "weir-server")
                with StoppedThread(pid):  # the trainer is the main thread
                    time.sleep(HELD)
            end = time.monotonic() + 90
            while process.poll() is None and time.monotonic() < end:
                server = max([server, *map(peak_memory, processes_of(directory, "weir-server"))])
                clients = max([clients, *map(peak_memory, processes_of(directory, "toy_solver"))])
                time.sleep(0.02)
            self.assertEqual(process.wait(30), 0, process.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=6, steps=60)
        slab = CAPACITY * VALUES * 4
        print(f"\npeak: server slab + {(server - slab) / MIB:.0f} MiB, client window + {clients / MIB - WINDOW:.0f} MiB")
        self.assertGreater(server, slab)
        self.assertGreater(clients, 0)
        self.assertLessEqual(server, slab + 300 * MIB)
        self.assertLessEqual(clients, (WINDOW + 64) * MIB)

    def test_bounds_hold_in_a_study_whose_solvers_outrun_the_trainer(self):
        self.run_watched(stall=False)

    def test_bounds_hold_while_the_trainer_stands_still(self):
        self.run_watched(stall=True)


if __name__ == "__main__":
    main()
