#!/usr/bin/python3
"""Prints the records of a Pier file with their field names, one JSON value a line: pier_read.py FILE"""

import base64
import io
import json
import struct
import sys
import zlib

import msgpack

REPEATED, TYPED, SHARED, MAP, DURATION, RECORD, ENUM, ANY = 1, 8, 16, 32, 15, 16, 17, 18
ELEMENTS = dict(zip(range(2, 12), "bhiqBHIQfd"))
Pairs = type("Pairs", (list,), {})  # a map as [(key, value)]
MAPS = {"strict_map_key": False, "object_pairs_hook": Pairs}


class Names:  # gives the slots of a class the names of its fields
    def __init__(self, closure, classes):
        self.types, self.closure, self.classes = {t[1]: t for t in closure}, closure, classes
        self.is_graph = any(field[3] & SHARED for t in closure if t[0] == 0 for field in t[3])

    def whole(self, value, within=False):  # a graph, but within one, is its root and a table of the other objects
        root, table = value if self.is_graph and not within else (value, [])
        named, objects = self.record(self.closure[0], root, within or self.is_graph), []
        for i, (at, slots) in enumerate(table, 1):
            names, type_ = (self, self.closure[at]) if at >= 0 else (self.classes[-at], self.classes[-at].closure[0])
            objects.append(Pairs([("@id", i), ("@type", type_[1]), *names.record(type_, slots, True)]))
        return Pairs(named + [("@objects", objects)] * bool(objects))

    def one(self, field, value, within):
        if value is None or field[3] & SHARED:
            return None if value is None else Pairs([("@ref", value)])
        if field[2] == RECORD:
            return self.record(self.types[field[4]], value, within)
        if field[2] == ANY:
            names = self.classes[value[0]]
            return Pairs([("@type", names.closure[0][1]), *names.whole(value[1], within)])
        if field[2] == ENUM:
            return next((name for number, name in self.types[field[4]][2] if number == value), value)
        if field[2] == DURATION:
            sign, (seconds, nanoseconds) = "-" if min(value) < 0 else "", map(abs, value)
            digits = next(d for d in (0, 3, 6, 9) if nanoseconds % 10 ** (9 - d) == 0)
            return f"{sign}{seconds}" + (f".{nanoseconds:09}"[: digits + 1] if digits else "") + "s"
        return value

    def content(self, field, value, within):
        if field[3] & MAP:
            key, other = self.types[field[4]][3]
            return Pairs((self.one(key, k, within), self.one(other, v, within)) for k, v in value)
        if field[3] & TYPED:
            return [number for (number,) in struct.iter_unpack("<" + ELEMENTS[value.data[0]], value.data[1:])]
        return [self.one(field, v, within) for v in value] if field[3] & REPEATED else self.one(field, value, within)

    def record(self, type_, slots, within):
        named = Pairs()
        for field, value in zip({f[5] or f[0]: f for f in type_[3]}.values(), slots):  # a oneof has one slot
            if field[5] and value is not None:
                field, value = next(f for f in type_[3] if f[0] == value[0]), value[1]
            if value is not None:
                named.append((field[1], self.content(field, value, within)))
        return named


# A framed stream is a stream of MessagePack values: Pier's own are ext values of type 80, the others are records.
def records_of(data, classes):
    current, is_raw = None, False
    for value in msgpack.Unpacker(io.BytesIO(data), **MAPS):
        if not isinstance(value, msgpack.ExtType) or value.code != 80:
            yield from [] if is_raw else [current.whole(value) if current else value]
        elif len(value.data) <= 2:  # a class switch
            current = classes.get(int.from_bytes(value.data, "little"))
        elif value.data[0] == 0x10:  # a definition
            class_id, _, closure = msgpack.unpackb(value.data[1:], **MAPS)
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
