#!/usr/bin/env python3
"""Reads a checkpoint with nothing but docs/formats.md: read_checkpoint.py WRITER, the program write_checkpoint."""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

from checkpoint_reader import read_checked, read_list, read_row, read_store


def read(folder):
    manifest = read_list(folder / "manifest.json")
    assert manifest["format"] == "weir-checkpoint" and manifest["number"] == 2
    contents = read_checked(folder)
    row_size, samples = read_store(contents["rank.0/store"])
    for slot, draws, sim, step, segment, index, _ in samples:
        row = read_row(contents[f"rank.0/segment.{segment}"], index, row_size)
        yield " ".join(str(value) for value in (slot, sim, step, draws)), row
    training = contents["rank.0/training.safetensors"]
    header = json.loads(training[8 : 8 + struct.unpack_from("<Q", training)[0]])
    assert header["__metadata__"]["batch"] == "200" and read_list(folder / "rank.0/files.json")["rank"] == 0


def main():
    with tempfile.TemporaryDirectory() as root:
        folder = pathlib.Path(root) / "checkpoints"
        lines = subprocess.run([sys.argv[1], folder], check=True, capture_output=True, text=True).stdout.splitlines()
        found = list(read(folder / "2"))
    assert len(found) == len(lines) > 5, (len(found), len(lines))
    for (name, row), line in zip(found, lines):
        words = line.split()
        assert name == " ".join(words[:4]), (name, line)
        assert all(abs(a - float(b)) <= 1e-8 for a, b in zip(row, words[4:])), line
    print(f"{len(found)} samples read from Python as they were written")


main()
