"""The Python reader against the Python writer, and python3-msgpack against both: no library of Pier's is needed."""

import unittest

import golden
import msgpack
import pier_wire as wire
from pier_reader import load, load_plain
from pier_value import Damage, Ext, Pairs, Raw, decode, encode, to_json


def values(result):
    return [to_json(record.value) for record in result.records]


def is_part(part, whole):
    """Whether `part` is `whole` with some elements left out."""
    rest = iter(whole)
    return all(any(item == other for other in rest) for item in part)


class WireTest(unittest.TestCase):
    def setUp(self):
        self.stream = golden.mixed_stream()
        self.right = load(self.stream)

    def test_reader_reads_what_the_writer_wrote(self):
        self.assertEqual(self.right.damages, [])
        self.assertTrue(self.right.ended)
        self.assertEqual([r.number for r in self.right.records], list(range(1, 57)))
        self.assertEqual(
            to_json(self.right.records[1].value),
            '{"symbol":"PIER","price":12.5,"size":100,"at":{"$time":[1700000000,5]},"best":{"price":12.25,"size":7},'
            '"depth":[{"price":12.0,"size":1},{"price":11.75,"size":70000}],"flags":[true,false]}',
        )
        kinds = [kind for _, kind in self.right.pieces]
        self.assertEqual(kinds[0], wire.PREAMBLE)
        self.assertEqual(kinds[-1], wire.END)
        self.assertGreater(kinds.count(wire.RECORDS), 7)
        self.assertGreater(kinds.count(wire.DEFINITIONS), 4)

    def test_msgpack_walks_it(self):
        unpacker = msgpack.Unpacker(raw=False, strict_map_key=False, timestamp=0)
        unpacker.feed(self.stream)
        self.assertGreater(len(list(unpacker)), len(self.right.records))
        self.assertEqual(unpacker.tell(), len(self.stream))

    def test_every_truncation_is_told(self):
        right = values(self.right)
        for size in range(len(self.stream)):
            result = load(self.stream[:size])
            self.assertEqual(result.damages[0], ("TRUNCATED", size))
            self.assertEqual(values(result), right[: len(result.records)])

    def test_every_bit_flip_is_told(self):
        right = [(record.number, record.encoded, record.class_name) for record in self.right.records]
        for bit in range(0, len(self.stream) * 8, 3):
            damaged = bytearray(self.stream)
            damaged[bit // 8] ^= 1 << bit % 8
            result = load(damaged)
            self.assertNotEqual(result.damages, [], bit)
            self.assertTrue(is_part([(r.number, r.encoded, r.class_name) for r in result.records], right), bit)
            lost = len(right) - len(result.records)
            self.assertLessEqual(lost, 42, bit)

    def test_decoder_against_msgpack(self):
        for value in [
            0,
            127,
            128,
            2**64 - 1,
            -1,
            -32,
            -33,
            -(2**63),
            1.5,
            "",
            "x" * 40,
            b"",
            [],
            [1, [2, [3]]],
            None,
            True,
        ]:
            packed = msgpack.packb(value, use_bin_type=True)
            self.assertEqual(encode(value), packed)
            self.assertEqual(decode(packed, 0, len(packed)), (value, len(packed)))

    def test_depth_and_forms(self):
        deep = Raw(b"\x91" * 127 + b"\x90")
        self.assertEqual(load_plain(deep).damages, [])
        self.assertEqual(load_plain(b"\x91" * 128 + b"\x90").damages, [("LIMIT", 128)])
        with self.assertRaises(Damage):
            decode(b"\x92\x01\xc1", 0, 3)
        self.assertEqual(load_plain(b"\x01\xc1").damages, [("PROTOCOL", 1)])
        self.assertEqual(load_plain(b"\x01\x92\x01").damages, [("TRUNCATED", 3)])

    def test_cyclic_closure_and_order(self):
        types = {c.name: c for c in golden.TYPES}
        closure = wire.closure_of(types["test.Tree"], types)
        self.assertEqual([type_[1] for type_ in closure], ["test.Tree", "test.Node"])

    def test_json_rules(self):
        for value, text in [
            (Pairs([("a", 1), ("a", 2)]), '{"$map":[["a",1],["a",2]]}'),
            (Pairs([("$a", 1)]), '{"$map":[["$a",1]]}'),
            (Pairs([("$a", 1), ("b", 2)]), '{"$a":1,"b":2}'),
            (Ext(-1, b"\0"), '{"$ext":[-1,"AA=="]}'),
            (2.0**-44, "5.684341886080802e-14"),
            (100000.0, "100000.0"),
        ]:
            self.assertEqual(to_json(value), text)


if __name__ == "__main__":
    unittest.main()
