"""Definitions changed at random, under fingerprints that are right again: the library reads what the Python reader
reads, and refuses what it refuses. What the wire reserves for later versions is left out: there the library takes more.
"""

import random
import unittest

import golden
import interop
import pier_wire as wire
import xxhash
from pier_value import Cut, Damage, Ext, decode, encode

SEED = 4711
COUNT = 12000


def stream_with(closure):
    """A stream whose one class has this closure, with one record of it."""
    writer = wire.Writer(1)
    value = b"\x93\x01\xc4\x10" + xxhash.xxh3_128_digest(closure) + closure
    writer.emit(wire.DEFINITIONS, 0, encode(Ext(80, b"\x10" + value)), 0)
    writer.payload += b"\xd4\x50\x01\x90"
    writer.records = 1
    return writer.end()


def expected(closure):
    """What the definition says, as the driver tells it; None when it is refused; "reserved"."""
    data = b"\x93\x01\xc4\x10" + xxhash.xxh3_128_digest(closure) + closure
    try:
        _, class_, types = wire.parse_definition(data, 0, len(data))
    except wire.Reserved:
        return "reserved"
    except (Damage, Cut):
        return None
    found = [class_]
    for known in found:
        for field in known.fields:
            if field.type is not None and types[field.type] not in found:
                found.append(types[field.type])
    return [told(type_) for type_ in found]


def default_of(field):
    return b"" if field.default is None else encode(field.default)


def told(type_):
    if isinstance(type_, wire.Enum):
        return [type_.name, [list(value) for value in type_.values]]
    fields = [
        [f.number, f.name, wire.KINDS[f.kind], f.flags, f.type, f.oneof, default_of(f)] for f in type_.fields
    ]
    return [type_.name, type_.version, fields]


def values(data):
    at, found = 0, []
    while at < len(data):
        value, at = decode(data, at, len(data))
        found.append(value)
    return found


class DefinitionTest(unittest.TestCase):
    def closures(self):
        types = {c.name: c for c in golden.TYPES}
        return [wire.closure_of(class_, types) for class_ in golden.CLASSES]

    def changed(self, source):
        """A closure with something else in it, or with other bytes."""
        closure = decode(encode(source.choice(self.closures())), 0, 1 << 20)[0]
        if source.random() < 0.5:
            data = bytearray(encode(closure))
            for _ in range(source.choice((1, 1, 2))):
                at = source.randrange(len(data))
                kind = source.randrange(4)
                if kind == 0:
                    data[at] ^= 1 << source.randrange(8)
                elif kind == 1:
                    data[at:at] = bytes([source.randrange(256)])
                elif kind == 2:
                    del data[at : at + source.choice((1, 2))]
                else:
                    data[at] = source.randrange(256)
                data = data or bytearray(b"\x90")
            return bytes(data)
        type_ = source.choice(closure)
        parts = type_[-1]
        field = source.choice(parts) if parts else [1, "only", 1, 0, None, None, None]
        numbers = (-1, 0, 1, 2, 3, 16, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 1.5)
        names = (
            "",
            "x",
            "x" * 255,
            "x" * 256,
            "a\0b",
            "é",
            "market.Level",
            "market.Tick",
            "test.Node",
            "test.Tree",
            b"x",
        )
        others = (*numbers, *names, True, None, [], [0], {})
        kind = source.randrange(8)
        if kind == 0:
            field[source.randrange(len(field))] = source.choice(others)
        elif kind == 1:
            type_[source.randrange(len(type_))] = source.choice(others)
        elif kind == 2:
            source.shuffle(closure)
        elif kind == 3:
            source.shuffle(parts)
        elif kind == 4:
            parts.append(source.choice(((list(field),), ([9, *field[1:]], [301, "other", *field[2:]])))[0])
        elif kind == 5:
            closure.append(source.choice(source.choice(self.closures())))
        elif kind == 6:
            del closure[source.randrange(len(closure))]
        else:
            source.choice((field, type_, closure)).append(source.choice(others))
        return encode(closure)

    def test_right_ones(self):
        closures = [encode(closure) for closure in self.closures()]
        cases = [interop.Case(stream_with(closure), job="D") for closure in closures]
        for closure, (_, answer) in zip(closures, interop.run(cases)):
            self.assertEqual([values(found) for found in answer.typed], [expected(closure)])

    def test_changed_ones(self):
        print(f"seed {SEED}")
        source = random.Random(SEED)
        closures = [self.changed(source) for _ in range(COUNT)]
        cases = [interop.Case(stream_with(closure), job="D") for closure in closures]
        tally = {}
        for closure, (case, answer) in zip(closures, interop.run(cases)):
            with self.subTest(closure=closure.hex()):
                want = expected(closure)
                verdict = want if want in (None, "reserved") else "read"
                tally[verdict] = tally.get(verdict, 0) + 1
                if want is None:
                    self.assertEqual(answer.typed, [])
                    self.assertIn(answer.failures[0][0], ("PROTOCOL", "LIMIT"))
                    # The fault lies in the definition, and is told there.
                    self.assertTrue(64 <= answer.failures[0][1] < len(case.data) - 64 - 64)
                elif want != "reserved":
                    self.assertEqual([values(found) for found in answer.typed], [want])
                    self.assertEqual(answer.failures, [])
        print(tally)
        self.assertGreater(tally["read"], 500)
        self.assertGreater(tally[None], 5000)


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
