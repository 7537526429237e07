"""The pieces of framed streams and a writer of them, from proto/wire.md alone; pier_reader.py reads them.

A second implementation beside the library's, for the golden vectors and the tests. It is made to be read beside the
specification, not to be fast, and holds the whole stream in memory.
"""

import struct

import xxhash
from pier_define import (  # noqa: F401: for those who write streams
    FIXED,
    KINDS,
    MAP,
    PRESENCE,
    RANGES,
    REPEATED,
    SHARED,
    TYPED,
    TYPES,
    Class,
    Enum,
    Field,
    Namer,
    Reserved,
    Undefined,
    closure_of,
    is_int,
    parse_closure,
    to_slots,
)
from pier_value import RECORD_BYTES_MAX, Damage, Ext, decode, encode, head, skip

MAGIC = b"\xc7\x3d\x50"
PREAMBLE_CONSTANT = MAGIC + b"\x00PIER\r\n"
PREAMBLE, RECORDS, DEFINITIONS, END, RAW, CONTROL = 0, 1, 2, 3, 4, 5
FLUSHED, CHECKED, FIRST, RAW_BEGIN, RAW_END, RAW_ABANDONED = 1, 2, 4, 8, 16, 32
CLASSES_MAX = 1024
INFLATION_RATIO_MAX = 256
DEFLATE = 1
REQUIRES_DEFLATE, REQUIRES_PART, TAKES_DEFLATE = 1, 2, 1
CONTROL_BYTES_MAX = 65536
BLOCK_TARGET_HIGHEST = 16 << 20


def xxh3(data):
    return xxhash.xxh3_64_intdigest(data)


def definition(class_id, closure, fingerprint=None):
    encoded = encode(closure)
    if fingerprint is None:
        fingerprint = xxhash.xxh3_128_digest(encoded)
    return encode(Ext(80, b"\x10\x93" + encode(class_id) + encode(fingerprint) + encoded))


def compressed(data):
    """The payload of a block with this deflate data: never a fixext, whatever its size."""
    width = 1 if len(data) < 255 else 2 if len(data) < 65535 else 4
    return bytes([0xC6 + width.bit_length()]) + (len(data) + 1).to_bytes(width, "big") + b"\x50\x11" + data


def preamble(stream_id, opened=0, major=1, minor=0, required=0, ignorable=0, target=65536):
    body = PREAMBLE_CONSTANT + struct.pack(
        "<BBIIQIIIQQ", major, minor, required, ignorable, RECORD_BYTES_MAX, target, CLASSES_MAX, 128, stream_id, opened
    )
    return body + struct.pack("<Q", xxh3(body))


HEADER = struct.Struct("<3sBBBBBQQIIIIIQQI")
HEADER_FIELDS = (
    "magic kind flags codec lane zero stream_id first number epoch records stored raw time check self_check".split()
)


def header(**fields):
    """A header with its own check, whatever its fields hold; those that are not given are 0."""
    values = [fields.get(name, 0) for name in HEADER_FIELDS[1:-1]]
    body = HEADER.pack(MAGIC, *values, 0)[:-4]
    return body + struct.pack("<I", xxh3(body) & 0xFFFFFFFF)


class Writer:
    """A framed stream in memory, with a stream id and times of the caller's choice."""

    def __init__(self, stream_id, opened=0, target=65536, types=(), checked=True, deflate=None):
        """deflate: compresses bytes; None: blocks are not compressed."""
        required = REQUIRES_DEFLATE if deflate else 0
        self.data = bytearray(preamble(stream_id, opened, target=target, required=required))
        self.deflate = deflate
        self.stream_id, self.target, self.time = stream_id, target, opened
        self.types = {c.name: c for c in types}
        self.checked = CHECKED if checked else 0
        self.payload, self.records, self.current = bytearray(), 0, 0
        self.next_record, self.next_block, self.epoch, self.first = 1, 0, 0, True
        self.ids, self.next_id = {}, 1

    def emit(self, kind, flags, payload, records):
        flags |= (FIRST if self.first else 0) | (self.checked if payload else 0)
        payload, raw, codec = bytes(payload), len(payload), 0
        if self.deflate and kind == RECORDS:
            shorter = compressed(self.deflate(payload))
            if len(shorter) < raw <= len(shorter) * INFLATION_RATIO_MAX:
                payload, codec = shorter, DEFLATE
        self.first = False
        self.time += 1000 if self.time else 0
        self.data += header(
            kind=kind, flags=flags, codec=codec, stream_id=self.stream_id, first=self.next_record,
            number=self.next_block, epoch=self.epoch, records=records, stored=len(payload), raw=raw,
            time=self.time, check=xxh3(payload) if flags & CHECKED else 0,
        )  # fmt: skip
        self.data += payload

    def define(self, *names, class_id=None):
        """A definitions block. It goes before the records block that is being gathered."""
        payload = b""
        for name in names:
            self.ids[name] = class_id or self.next_id
            self.next_id = self.ids[name] + 1
            payload += definition(self.ids[name], closure_of(self.types[name], self.types))
        self.emit(DEFINITIONS, 0, payload, 0)

    def store(self, value, name=None, short_switch=True):
        if name is not None and name not in self.ids:
            self.define(name)
        class_id = self.ids[name] if name is not None else 0
        record = encode(to_slots(self.types[name], self.types, value) if name is not None else value)
        width = 1 if class_id < 256 and short_switch else 2
        switch = bytes([0xD3 + width, 80]) + class_id.to_bytes(width, "little")
        alone = len(record) > self.target
        whole = len(record) + (len(switch) if class_id != self.current else 0)
        if self.payload and (alone or len(self.payload) + whole > 2 * self.target):
            self.end_block()
        if class_id != self.current:
            self.payload += switch
            self.current = class_id
        self.payload += record
        self.records += 1
        if alone or len(self.payload) >= self.target:
            self.end_block()

    def end_block(self, flags=0):
        self.emit(RECORDS, flags, self.payload, self.records)
        self.next_record += self.records
        self.next_block = (self.next_block + 1) & 0xFFFFFFFF
        self.payload, self.records, self.current = bytearray(), 0, 0

    def flush(self):
        self.end_block(FLUSHED)

    def raw(self, *parts, abandoned=False, heads=None):
        """Raw bytes, a block for each part. What was stored before goes first."""
        if self.payload:
            self.end_block()
        for index, part in enumerate(parts):
            last = index + 1 == len(parts)
            flags = (RAW_BEGIN if index == 0 else 0) | (RAW_END if last else 0)
            flags |= RAW_ABANDONED if last and abandoned else 0
            head = heads[index] if heads else b"\xc6" + len(part).to_bytes(4, "big")
            self.emit(RAW, flags, head + part, 1 if index == 0 else 0)
            self.next_record += 1 if index == 0 else 0
            self.next_block = (self.next_block + 1) & 0xFFFFFFFF

    def control(self, payload, skipped=0, begins=False):
        """A control block with a place; `skipped` numbers pass without a record. It begins no epoch, unless told."""
        if self.payload:
            self.end_block()
        first, self.first = self.first, begins
        self.emit(CONTROL, 0, payload, skipped)
        self.first = first and not begins
        self.next_record += skipped

    def checkpoint(self):
        if self.payload:
            self.end_block()
        self.ids, self.next_id, self.epoch, self.first = {}, 1, self.epoch + 1, True

    def end(self):
        if self.payload:
            self.flush()
        self.time += 1000 if self.time else 0
        self.data += header(kind=END, stream_id=self.stream_id, first=self.next_record, number=self.next_block,
                            epoch=self.epoch, time=self.time)  # fmt: skip
        return bytes(self.data)


def parse_definition(data, at, end):
    """The id, class and types of a definition whose value begins at `at`. Raises Damage or Cut."""

    def need(condition, offset):
        if not condition:
            raise Damage("PROTOCOL", offset)

    value, behind = decode(data, at, end)
    need(behind == end, behind)
    need(isinstance(value, list) and len(value) == 3, at)
    class_id, fingerprint, closure = value
    fingerprint_at = skip(data, head(data, at, end)[2], end)
    closure_at = skip(data, fingerprint_at, end)
    need(is_int(class_id, 1, 65535), at)
    need(isinstance(fingerprint, bytes) and len(fingerprint) == 16, at)
    if xxhash.xxh3_128_digest(data[closure_at:end]) != fingerprint:
        raise Damage("CORRUPT", fingerprint_at)
    class_, types = parse_closure(closure, closure_at)
    need(encode(closure) == data[closure_at:end], closure_at)
    return class_id, class_, types
