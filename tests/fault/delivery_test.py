"""Samples sent fast over TCP, through connections that are reset and to servers that are killed: not one is lost.

Solvers reach the server through a proxy, by an endpoint file of their own that follows the server's.
"""

import contextlib
import json
import os
import signal
import threading

from reset_proxy import ResetProxy
from whole import TOY, WEIR, WholeTest, main, processes_of, toy_study

NIGHTLY = "WEIR_NIGHTLY" in os.environ
SAMPLES, RESETS, KILLS = (20000, 10, 5) if NIGHTLY else (4000, 4, 2)
SIMULATIONS = 8
VALUES = 16384  # of a sample: 64 KiB
DEADLINE = 900 if NIGHTLY else 150


class Shadow:
    """A study directory for clients, whose endpoint file leads through the proxy, to each server of the study in turn. A context."""

    def __init__(self, directory, shadow, proxy):
        self.source = directory / "run" / "endpoint.json"
        self.copy = shadow / "run" / "endpoint.json"
        for folder in (shadow, self.copy.parent):
            folder.mkdir(mode=0o700)
        self.proxy, self.epoch = proxy, None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.follow)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def follow(self):
        while not self.over.wait(0.05):
            with contextlib.suppress(FileNotFoundError):
                content = json.loads(self.source.read_text())
                if content["epoch"] != self.epoch:
                    self.lead_to(content)

    def lead_to(self, content):
        content["endpoints"] = [self.proxy.proxied(endpoint) for endpoint in content["endpoints"]]
        fresh = self.copy.with_suffix(".new")
        with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file)
        fresh.rename(self.copy)
        self.epoch = content["epoch"]


class DeliveryTest(WholeTest):
    def fast_study(self, shadow, ranks):
        steps = SAMPLES // SIMULATIONS
        study = toy_study(count=SIMULATIONS, steps=steps, size=VALUES, jobs=2, server={
            "ranks": ranks, "transport": {"kind": "tcp", "interface": "lo", "security": "none"}},
            buffer={"kind": "reservoir", "capacity": 256, "watermark": 32}, checkpoint={"every": 2})
        study["simulation"]["command"] = ["env", f"WEIR_STUDY_DIR={shadow}", *study["simulation"]["command"]]
        study["simulation"]["restarts"] = 100
        study["training"].update({"batch": 64, "model": {"kind": "mlp", "hidden": [2]}})
        study["client"]["timeout"] = 60
        return study

    def kill_server(self, shadow, process):
        epoch = shadow.epoch
        os.kill(processes_of(self.directory, "weir-server")[0], signal.SIGKILL)
        self.wait_until(lambda: shadow.epoch != epoch, "the server was started again", process=process)

    def disturb(self, proxy, shadow, process):
        """Resets and kills, evenly over the bytes to be sent."""
        kills = {round((k + 1) * (RESETS + KILLS) / (KILLS + 1)) for k in range(KILLS)}
        for k in range(RESETS + KILLS):
            due = (k + 1) * SAMPLES * VALUES * 4 // (RESETS + KILLS + 1)
            self.wait_until(lambda due=due: proxy.carried >= due, f"{due} bytes were sent", deadline=DEADLINE, process=process)
            if k in kills:
                self.kill_server(shadow, process)
            else:
                self.wait_until(lambda: proxy.reset_all() > 0, "there is a connection to be reset", process=process)

    def deliver(self, ranks):
        self.directory = self.folder / "D"
        with ResetProxy() as proxy, Shadow(self.directory, self.folder / "shadow", proxy) as shadow:
            path = self.write_study(self.fast_study(self.folder / "shadow", ranks))
            with self.started(WEIR, "run", path, "--output", self.directory) as process:
                self.disturb(proxy, shadow, process)
                process.wait(DEADLINE)
                self.assertEqual(process.returncode, 0, process.output() + self.logs(self.directory))
        self.assert_nothing_lost(self.directory, simulations=SIMULATIONS, steps=SAMPLES // SIMULATIONS)
        samples = self.summary(self.directory)["samples"]
        print(f"{SAMPLES} samples of 64 KiB to {ranks} ranks: {RESETS} times all connections reset ({proxy.resets}), {KILLS} servers "
              f"killed; {samples['lost']} lost, {samples['duplicate']} duplicates dropped")

    def test_resets_and_server_kills_lose_nothing(self):
        self.deliver(ranks=1)


if __name__ == "__main__":
    main()
