#!/usr/bin/env python3
"""Runs a study whose disk for checkpoints fills up again and again: full_disk.py STUDY D PLACES, in a mount namespace of its own.

Each time the disk is left so much room that it is full at another place of the next checkpoint. The checkpoint before has to
be whole, the training has to go on and the server says it once; then there is room again, and the next checkpoint has to come."""

import json
import os
import pathlib
import subprocess
import sys
import time

from checkpoint_reader import read_checked
from whole import DEADLINE, WEIR

PAGE = 4096
ROOM = 1 << 26


class Disk:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=700", "tmpfs", folder], check=True)

    def used(self):
        state = os.statvfs(self.folder)
        return (state.f_blocks - state.f_bfree) * state.f_frsize

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)


class Run:
    def __init__(self, study, directory):
        self.directory = directory
        self.checkpoints = directory / "checkpoints"
        self.process = subprocess.Popen([WEIR, "run", study, "--output", directory], stdin=subprocess.DEVNULL)

    def wait_until(self, condition, what):
        end = time.monotonic() + DEADLINE
        while not condition():
            if self.process.poll() is not None:
                sys.exit(f"the study ended before {what}")
            if time.monotonic() > end:
                sys.exit(f"not within {DEADLINE} s: {what}")
            time.sleep(0.01)

    def newest(self):
        """Number of the newest checkpoint; 0 while there is none."""
        return max((int(entry.name) for entry in self.checkpoints.iterdir() if entry.name.isdigit()), default=0)

    def settled(self):
        """Whether there are two checkpoints and nothing else: none is being written, and what is old has been removed."""
        names = [entry.name for entry in self.checkpoints.iterdir()]
        return len(names) == 2 and all(name.isdigit() for name in names)

    def warnings(self):
        log = self.directory / "logs" / "server.0.log"
        return sum("[warning]" in line and "checkpoint" in line for line in log.read_text().splitlines())

    def batches(self):
        lines = (self.directory / "metrics.jsonl").read_text().splitlines()
        return max((record["batch"] for record in map(json.loads, lines[:-1]) if record["kind"] == "train"), default=0)


def size_of(checkpoint):
    """Bytes that the next one takes, at least: what is written anew each time."""
    return sum(file.stat().st_size for file in checkpoint.rglob("*") if file.is_file() and file.stat().st_nlink == 1)


def make_room(run, disk):
    """Until there is a checkpoint again: then the next failure is told."""
    disk.resize(ROOM)
    newest = run.newest()
    run.wait_until(lambda: run.newest() > newest, "there is a checkpoint again")


def tighten(run, disk, part):
    """Leaves room for `part` (0 to 1) of a checkpoint, while none is being written or removed. The number of the newest one, and of
    the warnings before."""
    while True:
        run.wait_until(run.settled, "two checkpoints and nothing else")
        newest, told = run.newest(), run.warnings()
        disk.resize(disk.used() + max(PAGE, int(part * size_of(run.checkpoints / str(newest))) // PAGE * PAGE))
        if run.settled() and run.newest() == newest:
            return newest, told
        make_room(run, disk)


def fill_up(run, disk, part):
    """The disk is full when `part` of a checkpoint is written: the newest one has to be whole, and the training goes on."""
    told = run.warnings()
    while run.warnings() == told:  # a checkpoint that is smaller than the one before may have fitted
        before, told = tighten(run, disk, part)
        run.wait_until(lambda: run.warnings() > told or run.newest() > before, "a checkpoint fails")  # noqa: B023 (called here only)
    newest, batches = run.newest(), run.batches()
    read_checked(run.checkpoints / str(newest))
    run.wait_until(lambda: run.batches() > batches, "the training goes on")
    times = run.warnings() - told
    if times > 1 and run.newest() == before:
        sys.exit(f"a disk that is full at {part} of a checkpoint was told {times} times, and no checkpoint came between")
    make_room(run, disk)


def main():
    study, directory, places = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    run = Run(study, directory)
    try:
        run.wait_until((directory / "run").is_dir, "it begins")
        disk = Disk(run.checkpoints)
        run.wait_until(lambda: run.newest() > 1, "there are checkpoints")
        for place in range(places):
            fill_up(run, disk, place / places)
        subprocess.run([WEIR, "stop", directory], check=True)
        code = run.process.wait(DEADLINE)
    finally:
        run.process.kill()
        run.process.wait()
    print(f"full at {places} places of a checkpoint: {run.warnings()} warnings, {run.newest()} checkpoints taken")
    sys.exit(0 if code == 130 else f"the study ended with exit code {code}")


main()
