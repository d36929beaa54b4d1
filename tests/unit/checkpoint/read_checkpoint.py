#!/usr/bin/env python3
"""Reads a checkpoint with nothing but docs/formats.md: read_checkpoint.py WRITER, the program write_checkpoint."""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

TAIL = 23  # bytes of a list of files that follow what is summed


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def read_list(path):
    data = path.read_bytes()
    body, tail = data[:-TAIL], data[-TAIL:]
    assert tail == b',\n"crc32c":"%08x"}\n' % crc32c(body), path
    return json.loads(data)


def read_checked(folder, manifest):
    """Path → content, of all files."""
    contents = {}
    for entry in manifest["files"]:
        data = (folder / entry["path"]).read_bytes()
        assert len(data) == entry["bytes"] and crc32c(data) == int(entry["crc32c"], 16), entry["path"]
        contents[entry["path"]] = data
    return contents


def read_store(data):
    """(floats of a row, samples as (slot, draws, sim, step, segment, index))"""
    magic, version, _, row_size, _ = struct.unpack_from("<8sIIQQ", data)
    assert (magic, version) == (b"weirstor", 1)
    *slot_counts, samples, repeats = struct.unpack_from("<6Q", data, 64)
    begin = 112 + 4 * sum(slot_counts)
    assert len(data) == begin + 40 * samples + 8 * repeats
    return row_size, [struct.unpack_from("<IIQQQQ", data, begin + 40 * k) for k in range(samples)]


def read_row(data, index, row_size):
    magic, version, _, number, rank, size = struct.unpack_from("<8sIIQQQ", data)
    assert (magic, version, rank, size) == (b"weirsegm", 1, 0, row_size)
    return struct.unpack_from(f"<{row_size}f", data, 64 + 4 * row_size * index)


def read(folder):
    manifest = read_list(folder / "manifest.json")
    assert manifest["format"] == "weir-checkpoint" and manifest["number"] == 2
    contents = read_checked(folder, manifest)
    row_size, samples = read_store(contents["rank.0/store"])
    for slot, draws, sim, step, segment, index in samples:
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
