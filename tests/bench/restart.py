#!/usr/bin/env python3
"""From a server's death to its first new batches, with the settings of heat2d: restart.py BUILD [RANKS]; prints JSON lines.

The server is killed after its first checkpoint. What follows is seen in metrics.jsonl: it goes back to the checkpoint, and the first
record of new batches (one in ten) is the end of the measurement."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
os.environ.setdefault("WEIR_BUILD", sys.argv[1])
from whole import DEADLINE, WEIR, environment, processes_of  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "heat2d" / "study.json"


def heat2d(ranks):
    lines = EXAMPLE.read_text().splitlines()
    study = json.loads("\n".join(line for line in lines if not line.startswith("//")))
    study["simulation"]["command"][0] = str(BUILD / "bin" / "heat2d")
    del study["validation"]
    study["checkpoint"] = {"every": 5}
    study["server"] = {"ranks": ranks}
    return study


def wait_until(condition, what, process):
    end = time.monotonic() + DEADLINE
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"the study ended, or {DEADLINE} s passed, before {what}")
        time.sleep(0.005)
    return time.monotonic()


def measure(folder, ranks):
    (folder / "study.json").write_text(json.dumps(heat2d(ranks)))
    directory = folder / "D"
    metrics = directory / "metrics.jsonl"
    process = subprocess.Popen([WEIR, "run", folder / "study.json", "--output", directory], env=environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def has(kind, after=0):
        return metrics.exists() and f'"kind":"{kind}"'.encode() in metrics.read_bytes()[after:]

    try:
        wait_until(lambda: has("checkpoint"), "its first checkpoint", process)
        behind = metrics.stat().st_size
        wait_until(lambda: has("train", behind), "batches after it", process)
        size = metrics.stat().st_size
        for pid in processes_of(directory, "weir-server"):
            os.kill(pid, signal.SIGKILL)
        death = time.monotonic()
        wait_until(lambda: metrics.stat().st_size < size, "it went back to the checkpoint", process)
        back = metrics.stat().st_size
        seconds = wait_until(lambda: has("train", back), "new batches", process) - death
        if process.wait(10 * DEADLINE) != 0:
            sys.exit("the study failed")
        return seconds
    finally:
        process.kill()
        process.wait()


def main():
    ranks = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-restart-"))
    try:
        seconds = measure(folder, ranks)
    finally:
        shutil.rmtree(folder)
    print(json.dumps({"suite": "restart", "case": f"ranks={ranks}", "value": seconds, "unit": "s", "reference": 15,
                      "ratio": seconds / 15}))


main()
