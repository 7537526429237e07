"""Typed records with all that a schema can have, from proto/wire.md alone: definitions, slots, plain forms, and names.

A second implementation beside the library's, for golden vectors. A record is given as a dict by field name; a field of a
oneof, or with presence, is there or not; a map is a list of pairs.
"""

import struct
from typing import NamedTuple, Optional

from pier_value import F32, Ext, Pairs, Raw, Record, encode
from pier_wire import DEFINITIONS, Writer, definition

REPEATED, PRESENCE, FIXED, TYPED, SHARED, MAP = 1, 2, 4, 8, 16, 32
KINDS = {
    "bool": 1, "i8": 2, "i16": 3, "i32": 4, "i64": 5, "u8": 6, "u16": 7, "u32": 8, "u64": 9, "f32": 10, "f64": 11,
    "text": 12, "bytes": 13, "time": 14, "duration": 15, "record": 16, "enum": 17, "any": 18,
}  # fmt: skip
WIDTHS = {"i8": "b", "i16": "h", "i32": "i", "i64": "q", "u8": "B", "u16": "H", "u32": "I", "u64": "Q", "f32": "f",
          "f64": "d"}  # fmt: skip
FIRST_BYTES = {"u8": 0xCC, "u16": 0xCD, "u32": 0xCE, "u64": 0xCF, "i8": 0xD0, "i16": 0xD1, "i32": 0xD2, "i64": 0xD3}


class Enum(NamedTuple):
    name: str
    values: tuple  # of (number, name)


class Field(NamedTuple):
    number: int
    name: str
    kind: str
    flags: int = 0
    type: object = None  # Class, the name of one, or Enum
    oneof: Optional[str] = None
    default: object = None


class Class(NamedTuple):
    name: str
    version: int
    fields: tuple


class Schema:
    """Classes that may name one another."""

    def __init__(self, *classes):
        self.classes = {c.name: c for c in classes}

    def type_of(self, field):
        return self.classes[field.type] if isinstance(field.type, str) else field.type

    def closure(self, root):
        """The class, then every type that it reaches, by ascending name."""
        found, waiting = {root.name: root}, [root]
        while waiting:
            for field in waiting.pop().fields:
                type_ = self.type_of(field)
                if type_ is not None and type_.name not in found:
                    found[type_.name] = type_
                    waiting += [type_] if isinstance(type_, Class) else []
        others = [found[name] for name in sorted(found, key=str.encode) if name != root.name]
        return [self.define(type_) for type_ in [root, *others]]

    def define(self, type_):
        if isinstance(type_, Enum):
            return [1, type_.name, [list(value) for value in sorted(type_.values, key=lambda v: (v[0], v[1].encode()))]]
        return [0, type_.name, type_.version, [
            [f.number, f.name, KINDS[f.kind], f.flags, self.type_of(f).name if f.type is not None else None, f.oneof,
             f.default]
            for f in sorted(type_.fields)
        ]]  # fmt: skip

    def value(self, field, item, form):
        """One value of a field: in slots, in plain maps ("map") or in plain arrays ("array")."""
        if field.kind == "record":
            return self.encode(self.type_of(field), item, form)
        if field.kind == "enum" and isinstance(item, str):
            return next(number for number, name in field.type.values if name == item)
        if field.flags & FIXED:
            return Raw(bytes([FIRST_BYTES[field.kind]]) + struct.pack(">" + WIDTHS[field.kind], item))
        if field.kind == "duration":
            return list(item)
        return F32(item) if field.kind == "f32" else item

    def content(self, field, item, form):
        """All that a field holds."""
        if field.flags & MAP:
            key, value = sorted(self.type_of(field).fields)
            return Pairs((self.value(key, k, form), self.value(value, v, form)) for k, v in item)
        if field.flags & TYPED:
            return Ext(65, bytes([KINDS[field.kind]]) + b"".join(struct.pack("<" + WIDTHS[field.kind], i) for i in item))
        if field.flags & REPEATED:
            return [self.value(field, i, form) for i in item]
        return self.value(field, item, form)

    def encode(self, class_, record, form="slots"):
        fields = sorted(class_.fields)
        there = [f for f in fields if f.name in record]
        if form == "map":
            return Pairs((f.name, self.content(f, record[f.name], form)) for f in there)
        if form == "array":
            places = [None] * fields[-1].number
            for f in there:
                places[f.number - 1] = self.content(f, record[f.name], form)
            return places
        slots, seen = [], set()
        for f in fields:
            if f.oneof is None:
                slots.append(self.content(f, record[f.name], form) if f.name in record else None)
            elif f.oneof not in seen:
                seen.add(f.oneof)
                chosen = next((g for g in there if g.oneof == f.oneof), None)
                slots.append(chosen and [chosen.number, self.content(chosen, record[chosen.name], form)])
        return slots

    def named(self, class_, record):
        """A record as `pier dump` prints it: what is set of a oneof stands where its slot is."""

        def value(field, item):
            if field.kind == "record":
                return self.named(self.type_of(field), item)
            if field.kind == "enum":
                return next((name for number, name in sorted(field.type.values) if number == item), item)
            if field.kind == "duration":
                seconds, nanoseconds = item
                digits = f"{abs(nanoseconds):09}" if nanoseconds else ""
                while digits.endswith("000"):
                    digits = digits[:-3]
                return f"{'-' if seconds < 0 or nanoseconds < 0 else ''}{abs(seconds)}{'.' if digits else ''}{digits}s"
            return F32(item) if field.kind == "f32" else item

        def content(field, item):
            if field.flags & MAP:
                key, other = sorted(self.type_of(field).fields)
                return Pairs((value(key, k), value(other, v)) for k, v in item)
            return [value(field, i) for i in item] if field.flags & REPEATED else value(field, item)

        def place(field):
            return min(f.number for f in class_.fields if f.oneof == field.oneof) if field.oneof else field.number

        there = sorted((f for f in class_.fields if f.name in record), key=place)
        return Record((f.name, content(f, record[f.name])) for f in there)

    def stream(self, stream_id, class_, records):
        """A framed stream of records of one class."""
        writer = Writer(stream_id)
        writer.emit(DEFINITIONS, 0, definition(1, self.closure(class_)), 0)
        writer.payload = bytearray(b"\xd4\x50\x01")
        for record in records:
            writer.payload += encode(self.encode(class_, record))
            writer.records += 1
        return writer.end()

    def plain(self, class_, records, form):
        return b"".join(encode(self.encode(class_, record, form)) for record in records)
