"""A thousand hostile connections: the server's memory grows by 64 MiB at most, and a good client is served on."""

import json
import os
import pathlib
import re
import subprocess
import threading
import time

from whole import BUILD, SERVER, TOY, WholeTest, environment, main, processes_of, toy_study

HOSTILE = BUILD / "tests" / "hostile_peers"
MIB = 1 << 20
BOUND = 64 * MIB
CONNECTIONS = 1000
NIGHTLY = os.environ.get("WEIR_NIGHTLY") == "1"
CLIENTS = 40 if NIGHTLY else 6  # good ones, one after another
DELAY_MS = 150  # of a step: the attack has time to unfold


class Memory:
    """Watches what a process holds; `most` is the largest that was seen."""

    def __init__(self, pid):
        self.status = pathlib.Path(f"/proc/{pid}/status")
        self.most = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def now(self):
        try:
            lines = self.status.read_text().splitlines()
            return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)
        except OSError:
            return 0  # ended

    def watch(self):
        while not self.over.wait(0.01):
            self.most = max(self.most, self.now())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class HostileTest(WholeTest):
    def client(self, directory, sim, steps):
        started = time.monotonic()
        code, output = self.run_program(TOY, "--steps", steps, "--delay-ms", DELAY_MS, WEIR_STUDY_DIR=directory, WEIR_SIM=sim)
        self.assertEqual(code, 0, output)
        return time.monotonic() - started

    def attack(self, endpoint, key):
        host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
        return subprocess.Popen([HOSTILE, host, port, key, str(CONNECTIONS)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, env=environment())

    def serve_under_attack(self, security):
        directory, steps = self.folder / "D", 10
        transport = {"kind": "tcp", "interface": "lo", "security": security}
        study = self.write_study(toy_study(count=CLIENTS + 1, steps=steps, server={"transport": transport}))
        with self.started("mpirun", "-n", 1, SERVER, study, "--output", directory) as server:
            path = directory / "run" / "endpoint.json"
            self.wait_until(path.exists, "the server listens", process=server)
            endpoint = json.loads(path.read_text())
            self.client(directory, 0, steps)  # what serving costs at all is no growth
            (pid,) = processes_of(directory, "weir-server")
            with Memory(pid) as memory:
                before = memory.now()
                with self.attack(endpoint["endpoints"][0], endpoint["server_key"]) as hostile:
                    self.addCleanup(hostile.kill)
                    self.assertEqual(hostile.stdout.readline(), "connected\n")
                    slowest = max(self.client(directory, sim, steps) for sim in range(1, CLIENTS + 1))
                    counts, _ = hostile.communicate()
            server.wait(60)
            self.assertEqual(server.returncode, 0, server.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=CLIENTS + 1, steps=steps)
        self.tell(security, before, memory.most, slowest, counts)
        self.assertLessEqual(memory.most - before, BOUND)
        return counts, (directory / "logs" / "server.0.log").read_text()

    def tell(self, security, before, most, slowest, counts):
        print(f"security {security}: {CONNECTIONS} hostile connections at a time; the server grew from "
              f"{before / MIB:.1f} to {most / MIB:.1f} MiB; {CLIENTS} good clients were served, the slowest in "
              f"{slowest:.1f} s\n{counts}", flush=True)

    def test_server_with_keys_serves_on(self):
        counts, log = self.serve_under_attack("curve")
        thrown_out = [int(text) for text in re.findall(r"thrown out +(\d+)", counts)]
        self.assertGreater(sum(thrown_out), CONNECTIONS)
        self.assertGreater(min(thrown_out[:-1]), 0, "each kind but ZeroMQ's own, which does not tell")
        turned_away = re.search(r"(\d+) connections were turned away", log)
        self.assertIsNotNone(turned_away, log)
        self.assertGreater(int(turned_away.group(1)), CONNECTIONS // 2)

    def test_server_without_keys_serves_on(self):
        self.serve_under_attack("none")


if __name__ == "__main__":
    main()
