"""TensorBoard's event files, read with nothing but Python: records and their checksums, protobuf's wire format, what readers make
of a restart. Written apart from the code that writes them."""

import collections
import struct
import zlib

Picture = collections.namedtuple("Picture", "step width height png description")


def crc32c(data, _table=[]):
    if not _table:
        for k in range(256):
            for _ in range(8):
                k = (k >> 1) ^ (0x82F63B78 if k & 1 else 0)
            _table.append(k)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def check(data, stated):
    crc = crc32c(data)
    assert stated == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF, "a checksum is wrong"


def records(data):
    while data:
        (length,) = struct.unpack_from("<Q", data)
        check(data[:8], struct.unpack_from("<I", data, 8)[0])
        content = data[12 : 12 + length]
        check(content, struct.unpack_from("<I", data, 12 + length)[0])
        yield content
        data = data[16 + length :]


def fields(message):
    """{number: [values]} of a message: integers, or the bytes of what is fixed or has a length."""
    found, place = collections.defaultdict(list), 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = message[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(message):
        tag = varint()
        if tag % 8 == 0:
            found[tag // 8].append(varint())
            continue
        size = {1: 8, 5: 4}[tag % 8] if tag % 8 != 2 else varint()
        assert place + size <= len(message), "a field is cut"
        found[tag // 8].append(message[place : place + size])
        place += size
    return found


def number(data):
    return struct.unpack("<d" if len(data) == 8 else "<f", data)[0]


def json_value(message):
    value = fields(message)
    if 2 in value:
        return number(value[2][0])
    return value[3][0].decode() if 3 in value else bool(value[4][0])


class Events:
    """What a reader knows after all files of a folder, in the order of their names."""

    def __init__(self, folder):
        self.scalars = collections.defaultdict(list)  # tag → [(step, value)]
        self.histograms = collections.defaultdict(list)  # tag → [(step, {value: how many})], of whole numbers
        self.pictures = {}  # tag → the last one
        self.settings, self.success = None, None  # of the plugin HParams
        for path in sorted(folder.glob("events.out.tfevents.*")):
            first, *others = records(path.read_bytes())
            assert fields(first)[3] == [b"brain.Event:2"], path
            for event in map(fields, others):
                self.take(event, event[2][0] if 2 in event else 0)

    def take(self, event, step):
        if 7 in event:  # a restart: what is told of this step and later ones does not count
            assert fields(event[7][0])[1] == [1]
            for series in (*self.scalars.values(), *self.histograms.values()):
                series[:] = [entry for entry in series if entry[0] < step]
            self.pictures = {tag: picture for tag, picture in self.pictures.items() if picture.step < step}
            return
        for value in (fields(value) for value in fields(event[5][0])[1]):
            tag = value[1][0].decode()
            about = fields(value[9][0]) if 9 in value else {}
            plugin = fields(about[1][0])[1][0] if about else b""
            if 2 in value:
                self.scalars[tag].append((step, number(value[2][0])))
            elif plugin == b"images":
                width, height, png = fields(value[8][0])[8]
                self.pictures[tag] = Picture(step, int(width), int(height), png, about[3][0].decode())
            elif 5 in value:
                limits, counts = (struct.iter_unpack("<d", fields(value[5][0])[k][0]) for k in (6, 7))
                self.histograms[tag].append((step, {limit - 0.5: count for (limit,), (count,) in zip(limits, counts, strict=True) if count}))
            else:
                assert plugin == b"hparams", (tag, plugin)
                self.take_hparams(tag, fields(fields(about[1][0])[2][0]))

    def take_hparams(self, tag, message):
        if tag == "_hparams_/session_start_info":
            assert self.settings is None, "readers keep the first one"
            entries = (fields(entry) for entry in fields(message[3][0])[1])
            self.settings = {entry[1][0].decode(): json_value(entry[2][0]) for entry in entries}
        else:
            assert tag == "_hparams_/session_end_info" and self.success is None
            self.success = fields(message[4][0])[1] == [1]


def pixels(png):
    """(rows of palette entries, palette) of a PNG with 8 bits a pixel and no filter."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        kind, content = png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        assert struct.unpack_from(">I", png, place + 8 + size)[0] == zlib.crc32(kind + content), kind
        chunks[kind], place = content, place + 12 + size
    width, height, depth, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colours) == (8, 3)
    content = zlib.decompress(chunks[b"IDAT"])
    rows = [content[k * (width + 1) : (k + 1) * (width + 1)] for k in range(height)]
    assert len(content) == height * (width + 1) and all(row[0] == 0 for row in rows)
    palette = [tuple(chunks[b"PLTE"][k : k + 3]) for k in range(0, len(chunks[b"PLTE"]), 3)]
    return [list(row[1:]) for row in rows], palette
