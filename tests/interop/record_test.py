"""Typed records between the library's structs (driver_records.c) and Python, right ones and changed ones.

The library loads a record into a struct and stores it again by its class: the definition, the fingerprint and the
values have to come back. Of a record that was changed at random it has to take exactly what fits its definition and its
struct, and to refuse the rest.
"""

import random
import struct
import unittest

import golden
import interop
import pier_reader
import pier_wire as wire
from pier_value import F32, BadText, Cut, Damage, Pairs, Raw, Time, decode, encode, to_json
from pier_wire import PRESENCE, REPEATED, Class, Field

SEED = 90125
COUNT = 15000

KINDS = "bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 text bytes time".split()
OPTIONAL = Class("test.Optional", 0, tuple(Field(i, f"a_{kind}", kind, PRESENCE) for i, kind in enumerate(KINDS, 1)))
PLAIN = Class("test.Plain", 0, tuple(Field(i, f"a_{kind}", kind) for i, kind in enumerate(KINDS, 1)))
LISTS = Class(
    "test.Lists",
    0,
    (
        Field(1, "numbers", "i16", REPEATED),
        Field(2, "words", "text", REPEATED),
        Field(3, "blobs", "bytes", REPEATED),
        Field(4, "times", "time", REPEATED),
        Field(5, "weights", "f32", REPEATED),
        Field(6, "one", "record", 0, "test.Plain"),
        Field(7, "ticks", "record", REPEATED, "market.Tick"),
    ),
)
TYPES = {c.name: c for c in (golden.LEVEL, golden.TICK, OPTIONAL, PLAIN, LISTS)}
# What the structs have room for: text and bytes in bytes, arrays in elements.
CAPACITY = {
    ("market.Tick", "symbol"): 11, ("test.Plain", "a_text"): 5, ("test.Plain", "a_bytes"): 4,
    ("test.Lists", "words"): 3,
}  # fmt: skip
COUNTS = {
    ("market.Tick", "depth"): 3, ("market.Tick", "flags"): 16, ("test.Lists", "numbers"): 3, ("test.Lists", "words"): 2,
    ("test.Lists", "blobs"): 2, ("test.Lists", "times"): 2, ("test.Lists", "weights"): 20, ("test.Lists", "ticks"): 2,
}  # fmt: skip


def named(values):
    return {f"a_{kind}": value for kind, value in values.items()}


LOW, HIGH = named(golden.EVERY_LOW), named(golden.EVERY_HIGH)
TICKS = [{**tick, "symbol": tick["symbol"][:9]} for tick in golden.TICKS]
RECORDS = [
    *[(tick, "market.Tick") for tick in TICKS],
    ({"price": 1.5, "size": 2**32 - 1}, "market.Level"),
    (LOW, "test.Optional"),
    (HIGH, "test.Optional"),
    ({}, "test.Optional"),
    ({"a_u8": 7, "a_text": "not short enough to be small: 0123456789 0123456789"}, "test.Optional"),
    (LOW, "test.Plain"),
    (HIGH, "test.Plain"),
    ({"numbers": [], "words": [], "blobs": [], "times": [], "weights": [], "one": LOW, "ticks": []}, "test.Lists"),
    (
        {
            "numbers": [1, -300, 32767], "words": ["abc", ""], "blobs": [b"x" * 300, b""],
            "times": [Time(0, 0), Time(-1, 1)], "weights": [F32(0.5)] * 20, "one": HIGH, "ticks": TICKS[:2],
        },
        "test.Lists",
    ),
]  # fmt: skip


def stream_of(*records):
    writer = wire.Writer(1, types=TYPES.values())
    for record, name in records:
        writer.store(record, name)
    return writer.end()


class Unfit(Exception):
    """A value that does not fit its field."""


def fitted(class_, slots):
    """What a struct takes of a record's slots, as Pairs. Raises Unfit."""

    def scalar(field, value):
        if field.kind == "record":
            return fitted(TYPES[field.type], value)
        if field.kind in ("f32", "f64"):
            # Either width is taken where nothing is lost.
            if not isinstance(value, float):
                raise Unfit
            if field.kind == "f64":
                return float(value)
            try:
                single = struct.unpack(">f", struct.pack(">f", value))[0]
            except OverflowError:
                raise Unfit from None
            if single != value and value == value:
                raise Unfit
            return single
        if field.kind in wire.RANGES:
            low, high = wire.RANGES[field.kind]
            if type(value) is not int or not low <= value <= high:
                raise Unfit
            return value
        if type(value) is not wire.TYPES[field.kind]:
            raise Unfit
        capacity = CAPACITY.get((class_.name, field.name))
        if capacity is not None and field.kind == "text" and (len(value.encode()) > capacity or "\0" in value):
            raise Unfit
        if capacity is not None and field.kind == "bytes" and len(value) > capacity:
            raise Unfit
        return value

    if type(slots) is not list or len(slots) != len(class_.fields):
        raise Unfit
    pairs = Pairs()
    for field, value in zip(class_.fields, slots):
        if value is None and field.flags & PRESENCE:
            continue
        if field.flags & REPEATED:
            if type(value) is not list or len(value) > COUNTS[class_.name, field.name]:
                raise Unfit
            pairs.append((field.name, [scalar(field, item) for item in value]))
        else:
            pairs.append((field.name, scalar(field, value)))
    return pairs


class RecordTest(unittest.TestCase):
    def test_come_back_framed(self):
        # By structs, by forwarding, and by both in turns; untyped records between; blocks of several sizes.
        writer = wire.Writer(1, types=TYPES.values())
        for number, (record, name) in enumerate(RECORDS * 2):
            writer.store(record, name)
            if number % 3 == 0:
                writer.store([number, None])
            if number == 12:
                writer.checkpoint()
        stream = writer.end()
        right = [(r.class_name, r.encoded) for r in pier_reader.load(stream).records]
        targets = (1, 33, 64, 100, 500, 65536)
        cases = [interop.Case(stream, job=job, target=target) for job in "TWM" for target in targets]
        for case, answer in interop.run(cases):
            with self.subTest(job=case.job, target=case.target):
                self.assertEqual((answer.failures, answer.end[0]), ([], "END"))
                result = pier_reader.load(answer.typed[0])
                self.assertEqual((result.damages, result.skipped, result.ended), ([], [], True))
                # The same slots, to the byte.
                self.assertEqual([(r.class_name, r.encoded) for r in result.records], right)
                # Each class is defined once, under the lowest free id, by the bytes that Python makes.
                names = list(dict.fromkeys(name for name, _ in right if name))
                for class_id, name in enumerate(names, 1):
                    made = wire.definition(class_id, wire.closure_of(TYPES[name], TYPES))
                    self.assertEqual(answer.typed[0].count(made), 1, name)
                self.assertLessEqual(max(self.payloads(answer.typed[0], result)), 2 * case.target)

    def payloads(self, data, result):
        """The payload sizes of the blocks of several records."""
        headers = [wire.HEADER.unpack_from(data, at) for at, kind in result.pieces if kind == wire.RECORDS]
        fields = [dict(zip(wire.HEADER_FIELDS, header)) for header in headers]
        return [0] + [f["stored"] for f in fields if f["records"] > 1]

    def test_come_back_plain(self):
        stream = stream_of(*RECORDS)
        [(_, answer)] = list(interop.run([interop.Case(stream, job="T")]))
        lines = [to_json(record.value) for record in pier_reader.load(stream).records]
        self.assertEqual(interop.walk(answer.typed[0]), lines)

    def changed(self, source):
        """The class of a record and its bytes, something in them changed."""
        record, name = source.choice(RECORDS)
        slots = wire.to_slots(TYPES[name], TYPES, record)
        if source.random() < 0.4:
            data = bytearray(encode(slots))
            for _ in range(source.choice((1, 1, 1, 2, 3))):
                at = source.randrange(len(data))
                kind = source.randrange(5)
                if kind == 0:
                    data[at] ^= 1 << source.randrange(8)
                elif kind == 1:
                    data[at:at] = bytes([source.randrange(256)])
                elif kind == 2 and len(data) > 3:
                    del data[at : at + source.choice((1, 2))]
                else:
                    data[at] = source.choice((0x00, 0x90, 0xA0, 0xC0, 0xC1, 0xC3, 0xCF, 0xD3, 0xD9, 0xDB, 0xDD, 0xFF))
            return name, bytes(data)
        others = (
            0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, -(2**31) - 1, 2**32,
            2**63 - 1, 2**63, 2**64 - 1, -(2**63), Raw(b"\xcf" + bytes(7) + b"\x05"), Raw(b"\xd3" + b"\xff" * 8), 0.5,
            0.1, 1e300, F32(0.25), float("nan"), float("inf"), None, True, "", "a", "abcd", "abcdef", "abcdefghijkl",
            "a\0b",
            "é" * 5, BadText(b"\xff"), b"", b"abcd", b"abcde", Time(0, 0), Time(2**40, 7), Raw(b"\xd6\xff" + bytes(4)),
            Raw(b"\xc7\x04\xff" + bytes(4)), Raw(b"\xd7\xff" + b"\xff" * 8), Raw(b"\xd4\xff\0"), Raw(b"\xd9\x01a"),
            Raw(b"\xda\0\x01a"), Raw(b"\xc6\0\0\0\x01a"), [], [1], [None], {}, {"a": 1}, Raw(b"\xdc\0\0"),
        )  # fmt: skip
        target = slots
        while True:
            inner = [item for item in target if type(item) is list and item]
            if not inner or source.random() < 0.4:
                break
            target = source.choice(inner)
        kind = source.randrange(6)
        if kind == 0 and target:
            del target[source.randrange(len(target))]
        elif kind == 1:
            target.insert(source.randrange(len(target) + 1), source.choice(others))
        elif kind == 2 and target:
            target[:] = target * source.choice((2, 7))
        elif target:
            target[source.randrange(len(target))] = source.choice(others)
        return name, encode(slots)

    def stream_with(self, name, encoded):
        """The record in a block with right checks, and one that is right behind it in a block of its own."""
        writer = wire.Writer(1, types=TYPES.values())
        writer.define(name)
        writer.payload += b"\xd4\x50\x01" + encoded
        writer.records = 1
        writer.end_block(wire.FLUSHED)
        writer.store({"price": 1.0, "size": 1}, "market.Level")
        return writer.end()

    def test_changed(self):
        print(f"seed {SEED}")
        source = random.Random(SEED)
        changed = [self.changed(source) for _ in range(COUNT)]
        cases = [interop.Case(self.stream_with(*pair), job="T", target=65536) for pair in changed]
        tally = {}
        for (name, encoded), (case, answer) in zip(changed, interop.run(cases)):
            with self.subTest(name=name, encoded=encoded.hex()):
                want, behind = None, len(encoded)
                try:
                    value, behind = decode(encoded, 0, len(encoded))
                    want = fitted(TYPES[name], value)
                except (Cut, Damage, Unfit):
                    pass
                found = [to_json(record.value) for record in pier_reader.load(answer.typed[0]).records]
                statuses = [status for status, _ in answer.failures]
                if behind < len(encoded):
                    # What is too much stands behind a whole record, which comes first.
                    self.assertEqual(statuses[-1], "PROTOCOL")
                    del statuses[-1]
                tally[tuple(statuses)] = tally.get(tuple(statuses), 0) + 1
                if want is not None:
                    self.assertEqual((statuses, found[0]), ([], to_json(want)))
                else:
                    self.assertEqual(len(statuses), 1)
                    self.assertIn(statuses[0], ("PROTOCOL", "TYPE", "RANGE", "TEXT"))
                # The record behind comes whatever happened to the one before.
                self.assertEqual(found[-1], '{"price":1.0,"size":1}')
                self.assertEqual(len(found), 2 if want is not None else 1)
        print(tally)


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
