#!/usr/bin/python3
"""Prints the records of a Pier file with their field names, one JSON value a line: pier_read.py FILE

A framed stream is a stream of MessagePack values: Pier's own are ext values of type 80, what stands between are records.
"""

import base64
import io
import json
import struct
import sys
import zlib

import msgpack

REPEATED, TYPED, MAP, DURATION, RECORD, ENUM, ANY = 1, 8, 32, 15, 16, 17, 18
ELEMENTS = dict(zip(range(2, 12), "bhiqBHIQfd"))
Pairs = type("Pairs", (list,), {})  # a map as [(key, value)]


def values_of(data):
    return msgpack.Unpacker(io.BytesIO(data), strict_map_key=False, object_pairs_hook=Pairs)


class Names:
    """Gives the slots of a class the names of its fields."""

    def __init__(self, closure, classes):
        self.types, self.root, self.classes = {t[1]: t for t in closure}, closure[0], classes

    def one(self, field, value):
        kind = field[2]
        if kind == RECORD and isinstance(value, list):
            return self.record(self.types[field[4]], value)
        if kind == ENUM:
            return next((name for number, name in self.types[field[4]][2] if number == value), value)
        if kind == DURATION:
            sign, (seconds, nanoseconds) = "-" if min(value) < 0 else "", map(abs, value)
            digits = next(d for d in (0, 3, 6, 9) if nanoseconds % 10 ** (9 - d) == 0)
            return f"{sign}{seconds}" + (f".{nanoseconds:09}"[: digits + 1] if digits else "") + "s"
        if kind == ANY and value is not None:
            root = self.classes[value[0]].root
            return Pairs([("@type", root[1]), *self.classes[value[0]].record(root, value[1])])
        return value

    def content(self, field, value):
        if field[3] & MAP:
            key, other = self.types[field[4]][3]
            return Pairs((self.one(key, k), self.one(other, v)) for k, v in value)
        if field[3] & TYPED:
            return [number for (number,) in struct.iter_unpack("<" + ELEMENTS[value.data[0]], value.data[1:])]
        return [self.one(field, item) for item in value] if field[3] & REPEATED else self.one(field, value)

    def record(self, type_, slots):
        named, slots, seen = Pairs(), iter(slots), {None}
        for field in type_[3]:
            if field[5] is None or field[5] not in seen:  # a oneof has one slot
                value = next(slots)
                if field[5] is not None:
                    seen.add(field[5])
                    field, value = next((f, value[1]) for f in type_[3] if f[0] == value[0]) if value else (field, None)
                if value is not None:
                    named.append((field[1], self.content(field, value)))
        return named


def records_of(data, classes):
    current, is_raw = None, False
    for value in values_of(data):
        if not isinstance(value, msgpack.ExtType) or value.code != 80:
            yield from [] if is_raw else [current.record(current.root, value) if current else value]
        elif len(value.data) <= 2:  # a class switch
            current = classes.get(int.from_bytes(value.data, "little"))
        elif value.data[0] == 0x10:  # a definition
            class_id, _, closure = values_of(value.data[1:]).unpack()
            classes[class_id] = Names(closure, classes)
        elif value.data[0] == 0x11:  # a compressed payload
            yield from records_of(zlib.decompress(value.data[1:], -15), classes)
        else:  # a preamble, or the header of a block: kind and flags
            current, is_raw = None, value.data[0] == 4
            if value.data[0] == 0 or value.data[1] & 4:
                classes.clear()


def as_json(value):
    if isinstance(value, Pairs):
        names = {k for k, _ in value if isinstance(k, str)}
        if len(names) == len(value) and not (len(names) == 1 and min(names).startswith("$")):
            return {k: as_json(v) for k, v in value}
        return {"$map": [[as_json(k), as_json(v)] for k, v in value]}
    if isinstance(value, msgpack.Timestamp):
        return {"$time": [value.seconds, value.nanoseconds]}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return {"$bin": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


for line in records_of(open(sys.argv[1], "rb").read(), {}):
    print(json.dumps(as_json(line), ensure_ascii=False))
