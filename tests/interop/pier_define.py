"""Definitions of classes and enums, and typed records by them, from proto/wire.md and docs/values.md alone.

A second implementation beside the library's, for the golden vectors and the tests: what a closure says, which closures
break a rule, and what the values of a record are called.
"""

import struct
from typing import Any, NamedTuple, Optional

from pier_value import F32, Damage, Ext, Pairs, Raw, Record, Time, encode

KINDS = {
    "bool": 1, "i8": 2, "i16": 3, "i32": 4, "i64": 5, "u8": 6, "u16": 7, "u32": 8, "u64": 9, "f32": 10, "f64": 11,
    "text": 12, "bytes": 13, "time": 14, "duration": 15, "record": 16, "enum": 17, "any": 18,
}  # fmt: skip
KIND_NAMES = {code: kind for kind, code in KINDS.items()}
REPEATED, PRESENCE, FIXED, TYPED, SHARED, MAP = 1, 2, 4, 8, 16, 32
INTEGERS = [f"{sign}{bits}" for sign in "iu" for bits in (8, 16, 32, 64)]
NUMBERS = [*INTEGERS, "f32", "f64"]
RANGES = {f"{sign}{bits}": (0, 2**bits - 1) if sign == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
          for sign in "iu" for bits in (8, 16, 32, 64)}  # fmt: skip
RANGES["enum"] = RANGES["i32"]
TYPES = {"bool": bool, "f32": F32, "f64": float, "text": str, "bytes": bytes, "time": Time}
FORMS = dict(zip(NUMBERS, "bhiqBHIQfd"))
EXT_TYPED = 65
SECONDS_MAX, NANOSECONDS_MAX = 315_576_000_000, 999_999_999


class Field(NamedTuple):
    number: int
    name: str
    kind: str
    flags: int = 0
    type: Optional[str] = None
    oneof: Optional[str] = None
    default: Any = None


class Class(NamedTuple):
    name: str
    version: int
    fields: tuple


class Enum(NamedTuple):
    name: str
    values: tuple  # (number, name)
    fields: tuple = ()


class Reserved(Damage):
    """What a later version may write: the reader of this one refuses it, the library takes what it can."""


def types_of(class_, types):
    """The class, then every type that is reachable from it, by ascending name; `types` finds a type by its name."""
    found, waiting = {class_.name: class_}, [class_]
    while waiting:
        for field in waiting.pop().fields:
            if field.type is not None and field.type not in found:
                found[field.type] = types[field.type]
                waiting.append(types[field.type])
    return [class_, *(found[name] for name in sorted(found, key=str.encode) if name != class_.name)]


def closure_of(class_, types):
    def coded(type_):
        if isinstance(type_, Enum):
            return [1, type_.name, [list(value) for value in sorted(type_.values, key=by_number_and_name)]]
        return [0, type_.name, type_.version, [
            [f.number, f.name, KINDS[f.kind], f.flags, f.type, f.oneof, f.default] for f in type_.fields
        ]]  # fmt: skip

    return [coded(type_) for type_ in types_of(class_, types)]


def by_number_and_name(value):
    return value[0], value[1].encode()


# Reading ------------------------------------------------------------------------------------------------------------


def is_int(value, low, high):
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_name(value):
    return isinstance(value, str) and 1 <= len(value.encode()) <= 255 and "\0" not in value


def duration_holds(value):
    if type(value) is not list or len(value) != 2 or not all(is_int(part, -(2**63), 2**63 - 1) for part in value):
        return False
    seconds, rest = value
    return abs(seconds) <= SECONDS_MAX and abs(rest) <= NANOSECONDS_MAX and seconds * rest >= 0


def is_of_kind(value, kind):
    if kind in RANGES:
        return is_int(value, *RANGES[kind])
    return duration_holds(value) if kind == "duration" else type(value) is TYPES[kind]


def is_zero(value):
    """Nil stands for it. Minus zero is something else."""
    minus_zeros = (b"\xca\x80\0\0\0", b"\xcb\x80" + bytes(7))
    return value in ([0, 0], Time(0, 0)) or (not value and encode(value) not in minus_zeros)


def is_of_later_version(closure):
    def later(field):
        return type(field) is list and len(field) == 7 and (
            (is_int(field[2], 0, 2**32 - 1) and field[2] not in KIND_NAMES)
            or (is_int(field[3], 64, 2**32 - 1) and field[3] & ~63)
        )  # fmt: skip

    for type_ in closure:
        if type(type_) is not list or not type_:
            continue
        if is_int(type_[0], 2, 2**32 - 1):
            return True
        if type_[0] == 0 and len(type_) == 4 and type(type_[3]) is list and any(map(later, type_[3])):
            return True
    return False


def parse_enum(type_, need):
    need(len(type_) == 3 and type(type_[2]) is list and type_[2])
    for value in type_[2]:
        need(type(value) is list and len(value) == 2 and is_int(value[0], *RANGES["i32"]) and is_name(value[1]))
    need(type_[2] == sorted(type_[2], key=by_number_and_name))
    need(len({name for _, name in type_[2]}) == len(type_[2]))
    return Enum(type_[1], tuple(map(tuple, type_[2])))


def parse_field(field, need):
    need(type(field) is list and len(field) == 7)
    number, name, code, flags, type_, oneof, default = field
    need(is_int(number, 1, 65535) and is_name(name) and is_int(code, 1, 18) and is_int(flags, 0, 63))
    kind = KIND_NAMES[code]
    need(flags & (REPEATED | PRESENCE) != REPEATED | PRESENCE)
    need(not flags & FIXED or kind in INTEGERS)
    need(not flags & TYPED or (kind in NUMBERS and flags & REPEATED))
    need(not flags & SHARED or (kind in ("record", "any") and not flags & MAP))
    need(not flags & MAP or (kind == "record" and flags & REPEATED))
    need(is_name(type_) if kind in ("record", "enum") else type_ is None)
    need(oneof is None or (is_name(oneof) and not flags & (REPEATED | PRESENCE)))
    if default is not None:
        need(kind not in ("record", "any") and not flags & REPEATED and oneof is None)
        need(is_of_kind(default, kind) and not is_zero(default))
    return Field(number, name, kind, flags, type_, oneof, default)


def parse_class(type_, need):
    need(len(type_) == 4 and is_int(type_[2], 0, 2**32 - 1) and type(type_[3]) is list)
    fields = [parse_field(field, need) for field in type_[3]]
    need(all(one.number < other.number for one, other in zip(fields, fields[1:])))
    names = {field.name for field in fields}
    need(len(names) == len(fields) and names.isdisjoint(field.oneof for field in fields))
    return Class(type_[1], type_[2], tuple(fields))


def check_types(found, types, need):
    for field in (field for type_ in found for field in type_.fields if field.type is not None):
        need(field.type in types)
        need(isinstance(types[field.type], Enum if field.kind == "enum" else Class))
        if field.flags & MAP:
            entry = types[field.type].fields
            need([(f.number, f.name, f.oneof) for f in entry] == [(1, "key", None), (2, "value", None)])
            key, value = entry
            need((key.kind in ("bool", "text") or key.kind in INTEGERS) and key.flags in (0, FIXED))
            need(not value.flags & REPEATED)


def parse_closure(closure, at):
    """The class and its types by name. Raises Damage at `at` for what breaks a rule."""

    def need(condition):
        if not condition:
            raise Damage("PROTOCOL", at)

    need(type(closure) is list and closure)
    if is_of_later_version(closure):
        raise Reserved("PROTOCOL", at)
    found = []
    for index, type_ in enumerate(closure):
        need(type(type_) is list and len(type_) >= 2 and is_int(type_[0], 0, 1 if index else 0) and is_name(type_[1]))
        found.append(parse_enum(type_, need) if type_[0] == 1 else parse_class(type_, need))
    types = {type_.name: type_ for type_ in found}
    check_types(found, types, need)
    need(closure == closure_of(found[0], types))
    return found[0], types


# Records ------------------------------------------------------------------------------------------------------------


def slots_of(class_):
    """What each slot is: a field, or the list of the fields of a oneof."""
    slots, oneofs = [], {}
    for field in class_.fields:
        if field.oneof is None:
            slots.append(field)
        elif field.oneof in oneofs:
            oneofs[field.oneof].append(field)
        else:
            oneofs[field.oneof] = [field]
            slots.append(oneofs[field.oneof])
    return slots


def fixed(kind, number):
    """An integer in the width of its kind, whatever its value."""
    heads = dict(zip(INTEGERS, (0xD0, 0xD1, 0xD2, 0xD3, 0xCC, 0xCD, 0xCE, 0xCF)))
    return Raw(bytes([heads[kind]]) + struct.pack(">" + FORMS[kind], number))


def to_slots(class_, types, value):
    """A record given as a dict by field name, as the array of its slots. What is an array already stays as it is: a
    graph, and the value of a field of kind any."""
    if isinstance(value, list):
        return value

    def one(field, item):
        if field.flags & FIXED:
            return fixed(field.kind, item)
        return to_slots(types[field.type], types, item) if field.kind == "record" and item is not None else item

    def whole(field, item):
        if field.flags & TYPED:
            return Ext(EXT_TYPED, bytes([KINDS[field.kind]]) + struct.pack(f"<{len(item)}{FORMS[field.kind]}", *item))
        if field.flags & MAP:
            key_field, entry = types[field.type].fields
            return Pairs([(one(key_field, key), one(entry, content)) for key, content in item.items()])
        return [one(field, element) for element in item] if field.flags & REPEATED else one(field, item)

    def slot(at):
        if isinstance(at, list):
            found = [field for field in at if field.name in value]
            return [found[0].number, whole(found[0], value[found[0].name])] if found else None
        item = value.get(at.name) if at.flags & PRESENCE or at.kind == "any" else value[at.name]
        return None if item is None else whole(at, item)

    return [slot(at) for at in slots_of(class_)]


def duration_text(value):
    seconds, rest = value
    digits = f"{abs(rest):09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{'-' if min(value) < 0 else ''}{abs(seconds)}{'.' if digits else ''}{digits}s"


def typed_array(field, value):
    kind = KIND_NAMES[value.data[0]]
    size = struct.calcsize(FORMS[kind])
    numbers = struct.unpack(f"<{(len(value.data) - 1) // size}{FORMS[kind]}", value.data[1:])
    return [F32(number) if kind == "f32" else number for number in numbers]


class Undefined(Exception):
    """A class id that the epoch has not defined. path: the steps from the record to it, as indices of children."""

    def __init__(self, path):
        super().__init__(path)
        self.path = path


class Namer:
    """Gives records the names of their definitions. Raises ValueError when one does not fit. classes: the class and the
    types of each id that the epoch has defined."""

    def __init__(self, classes):
        self.classes, self.path = classes, []

    def within(self, index, name, *arguments):
        """Calls a method for a child of what is at work. After a failure the path leads to where it was."""
        self.path.append(index)
        made = name(*arguments)
        self.path.pop()
        return made

    def defined(self, class_id):
        if class_id not in self.classes:
            raise Undefined([*self.path, 0])
        return self.classes[class_id]

    def whole(self, class_, types, value, in_graph=False):
        """A record or a graph."""
        is_graph = any(field.flags & SHARED for type_ in types.values() for field in type_.fields)
        if in_graph or not is_graph:
            return self.record(class_, types, value, in_graph)
        root, objects = value
        # The table stands behind the root, whose references are named before it.
        record = self.within(0, self.record, class_, types, root, True)
        if objects:
            record.append(("@objects", self.within(1, self.objects, class_, types, objects)))
        return record

    def objects(self, class_, types, objects):
        return [self.within(place, self.object, class_, types, place, *item) for place, item in enumerate(objects)]

    def object(self, root, types, place, code, value):
        if code < 0:
            class_, types = self.defined(-code)
        else:
            class_ = types_of(root, types)[code]
        record = self.within(1, self.record, class_, types, value, True)
        return Record([("@id", place + 1), ("@type", class_.name), *record])

    def record(self, class_, types, slots, in_graph):
        places = slots_of(class_)
        if not isinstance(slots, list) or isinstance(slots, Pairs) or len(slots) != len(places):
            raise ValueError(f"{class_.name}: not an array of {len(places)} slots")
        record = Record()
        for index, (field, item) in enumerate(zip(places, slots)):
            if isinstance(field, list):
                if item is not None:
                    member = next(member for member in field if member.number == item[0])
                    made = self.within(index, self.within, 1, self.value, class_, types, member, item[1], in_graph)
                    record.append((member.name, made))
            elif item is not None or not (field.flags & (PRESENCE | SHARED) or field.kind == "any"):
                record.append((field.name, self.within(index, self.value, class_, types, field, item, in_graph)))
        return record

    def value(self, class_, types, field, item, in_graph):
        if field.flags & MAP:
            entry = types[field.type].fields[1]
            return Pairs([
                (key, self.within(2 * index + 1, self.one, class_, types, entry, content, in_graph))
                for index, (key, content) in enumerate(item)
            ])  # fmt: skip
        if field.flags & TYPED and isinstance(item, Ext):
            return typed_array(field, item)
        if field.flags & REPEATED:
            if not isinstance(item, list):
                raise ValueError(f"{class_.name}.{field.name}: not an array")
            return [self.within(index, self.one, class_, types, field, one, in_graph) for index, one in enumerate(item)]
        return self.one(class_, types, field, item, in_graph)

    def one(self, class_, types, field, item, in_graph):
        if field.flags & SHARED:
            return None if item is None else Record([("@ref", item)])
        if field.kind == "record":
            return self.record(types[field.type], types, item, in_graph)
        if field.kind == "any":
            if item is None:
                return None
            other, its_types = self.defined(item[0])
            return Record([("@type", other.name), *self.within(1, self.whole, other, its_types, item[1], in_graph)])
        if not is_of_kind(item, field.kind):
            raise ValueError(f"{class_.name}.{field.name}: {item!r} is no {field.kind}")
        if field.kind == "enum":
            names = sorted(types[field.type].values, key=by_number_and_name)
            return next((name for number, name in names if number == item), item)
        return duration_text(item) if field.kind == "duration" else item
