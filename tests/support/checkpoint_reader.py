"""Reads checkpoints with nothing but docs/formats.md."""

import json
import struct

TAIL = 23  # bytes of a list of files that follow what is summed


def remainder(byte):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


REMAINDERS = [remainder(byte) for byte in range(256)]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ REMAINDERS[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def read_list(path):
    data = path.read_bytes()
    body, tail = data[:-TAIL], data[-TAIL:]
    assert tail == b',\n"crc32c":"%08x"}\n' % crc32c(body), path
    return json.loads(data)


def read_checked(folder):
    """Path → content, of all files that the manifest lists; AssertionError names one that is damaged."""
    contents = {}
    for entry in read_list(folder / "manifest.json")["files"]:
        data = (folder / entry["path"]).read_bytes()
        assert len(data) == entry["bytes"] and crc32c(data) == int(entry["crc32c"], 16), entry["path"]
        contents[entry["path"]] = data
    return contents


def read_store(data):
    """(floats of a row, samples as (slot, draws, sim, step, segment, index, time))"""
    magic, version, _, row_size, _ = struct.unpack_from("<8sIIQQ", data)
    assert (magic, version) == (b"weirstor", 2)
    *slot_counts, samples, repeats = struct.unpack_from("<6Q", data, 64)
    begin = 112 + 4 * sum(slot_counts)
    assert len(data) == begin + 48 * samples + 8 * repeats
    return row_size, [struct.unpack_from("<IIQQQQd", data, begin + 48 * k) for k in range(samples)]


def read_row(data, index, row_size):
    magic, version, _, number, rank, size = struct.unpack_from("<8sIIQQQ", data)
    assert (magic, version, rank, size) == (b"weirsegm", 1, 0, row_size)
    return struct.unpack_from(f"<{row_size}f", data, 64 + 4 * row_size * index)
