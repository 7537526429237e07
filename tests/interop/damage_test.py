"""Damaged streams: an error or records that are right; never a wrong record, never a loss without a word.

Every truncation and every single-bit flip of a stream with several blocks, classes and epochs, and pieces cut out,
doubled and swapped, go through the library. The oracle is what the undamaged stream holds; beyond that, the library has
to come to the very records and errors of the Python reader.
"""

import bisect
import functools
import itertools
import random
import struct
import unittest
import unittest.mock
import zlib

import golden
import interop
import pier_deflate
import pier_reader
import pier_wire as wire
from pier_value import Raw, decode, encode

SEED = 20240229


def is_part(part, whole):
    """Whether `part` is `whole` with some elements left out."""
    rest = iter(whole)
    return all(any(item == other for other in rest) for item in part)


@functools.lru_cache(4096)
def is_whole(encoded):
    return decode(encoded, 0, len(encoded))[1] == len(encoded)


def shape(records):
    return [(record.number, record.class_name, record.encoded) for record in records]


def flips(stream):
    """Every single bit of the stream flipped: (name, case)."""
    for bit in range(len(stream) * 8):
        damaged = bytearray(stream)
        damaged[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit % 8} of byte {bit // 8}", interop.Case(bytes(damaged), chunk=0 if bit % 5 else 13)


class Oracle:
    """What the Python reader makes of a stream and of damaged ones that begin as it does: what they share is read
    once."""

    def __init__(self, stream):
        self.stream = stream
        self.right = shape(pier_reader.load(stream).records)
        self.states = pier_reader.states(stream)

    def load(self, data):
        low, high = 0, min(len(data), len(self.stream))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if data[:middle] == self.stream[:middle] else (low, middle - 1)
        since = self.states[bisect.bisect_right(self.states, low, key=lambda state: state[0]) - 1]
        return pier_reader.load(data, typed=False, since=since)


class DamageTest(unittest.TestCase):
    maxDiff = None
    cases = 5000

    @classmethod
    def setUpClass(cls):
        cls.use(golden.mixed_stream())

    @classmethod
    def use(cls, stream):
        cls.stream, cls.oracle = stream, Oracle(stream)
        cls.right = cls.oracle.right
        cls.pieces = [at for at, _ in pier_reader.load(stream).pieces] + [len(stream)]

    def check(self, what, case, answer, oracle):
        right = oracle.right
        records = shape(answer.records)
        self.assertTrue(is_part(records, right), f"{what}: a wrong record")
        if len(records) < len(right):
            self.assertNotEqual(answer.failures, [], f"{what}: a loss without a word")
        for record in answer.records:
            self.assertTrue(is_whole(record.copy), what)
        expected = oracle.load(case.data)
        self.assertEqual(answer.failures, expected.damages, what)
        self.assertEqual(records, shape(expected.records), what)

    def run_all(self, named_cases, oracle=None):
        names, cases = zip(*named_cases)
        differing = []
        for name, (case, answer) in zip(names, interop.run(cases)):
            try:
                self.check(name, case, answer, oracle or self.oracle)
            except AssertionError as error:
                differing.append(str(error).splitlines()[0] + f" [{name}]")
        self.assertEqual(differing[:20], [], f"{len(differing)} of {len(cases)}")

    def test_undamaged(self):
        for _, answer in interop.run([interop.Case(self.stream, chunk=chunk) for chunk in (0, 1, 2, 33, 64, 1000)]):
            self.assertEqual(shape(answer.records), self.right)
            self.assertEqual((answer.failures, answer.skipped, answer.end[0]), ([], [], "END"))

    def test_oracle_comes_to_what_a_whole_reading_does(self):
        sizes = range(0, len(self.stream), 7)
        streams = [case.data for _, case in itertools.islice(flips(self.stream), 0, None, 41)]
        for data in [*streams, *(self.stream[:size] for size in sizes), self.stream, self.stream + self.stream]:
            whole = pier_reader.load(data, typed=False)
            self.assertEqual(vars(self.oracle.load(data)), vars(whole))

    def test_every_truncation(self):
        sizes = range(len(self.stream))
        self.run_all((f"cut at {size}", interop.Case(self.stream[:size], chunk=size % 3 * 50)) for size in sizes)
        answers = interop.run([interop.Case(self.stream[:size], goes_on=False) for size in sizes])
        for size, (_, answer) in zip(sizes, answers):
            self.assertEqual(answer.end, ("TRUNCATED", size))
            self.assertEqual(shape(answer.records), self.right[: len(answer.records)])

    def test_every_bit_flip(self):
        self.run_all(flips(self.stream))

    def test_stream_within_a_record(self):
        # Above twice the target too, so that the bound on lengths would differ if the header's count were another.
        inner = wire.Writer(7)
        for number in range(3):
            inner.store(["inner", number])
            inner.flush()
        outer = wire.Writer(8, target=64)
        outer.store("first")
        outer.store(inner.end())
        outer.store([b"between", inner.end()])
        outer.store("last")
        stream = outer.end()
        oracle = Oracle(stream)
        self.assertEqual(len(oracle.right), 4)
        self.run_all(flips(stream), oracle)
        self.run_all(((f"cut at {size}", interop.Case(stream[:size])) for size in range(len(stream))), oracle)

    def test_pieces_missing_doubled_swapped(self):
        def slices():
            at = self.pieces
            data = self.stream
            for i in range(len(at) - 1):
                yield f"without piece {i}", data[: at[i]] + data[at[i + 1] :]
                yield f"piece {i} twice", data[: at[i + 1]] + data[at[i] :]
                for j in range(i + 1, len(at) - 1):
                    moved = data[at[j] : at[j + 1]] + data[at[i + 1] : at[j]] + data[at[i] : at[i + 1]]
                    yield f"pieces {i} and {j} swapped", data[: at[i]] + moved + data[at[j + 1] :]

        self.run_all((name, interop.Case(data)) for name, data in slices())

    def test_damage_under_right_checks(self):
        # What no accident makes, but a bad writer may: fields and payloads changed, and the checks made anew.
        print(f"seed {SEED}")
        source = random.Random(SEED)
        names = [name for name in wire.HEADER_FIELDS if name not in ("magic", "kind", "self_check")]

        def other(value, form):
            bits = 8 * struct.calcsize("<" + form)
            near = (
                value + source.choice((-2, -1, 1, 2)),
                value ^ 1 << source.randrange(bits),
                source.getrandbits(bits),
                0,
            )
            return source.choice(near) % (1 << bits)

        def change_header(data, at):
            fields = dict(zip(wire.HEADER_FIELDS, wire.HEADER.unpack_from(data, at)))
            for name in source.sample(names, source.choice((1, 1, 1, 2))):
                fields[name] = other(fields[name], wire.HEADER.format[2:][wire.HEADER_FIELDS.index(name)])
            return data[:at] + wire.header(**fields) + data[at + 64 :]

        def change_payload(data, at, end):
            payload = bytearray(data[at + 64 : end])
            for _ in range(source.choice((1, 1, 2))):
                place = source.randrange(len(payload) + 1)
                kind = source.randrange(4)
                if kind == 0:
                    payload[place:place] = source.choice(
                        (b"\xc1", b"\xd4\x50\x01", b"\xd5\x50\x02\0", b"\xc7\x01\x50\x10", b"\0")
                    )
                elif kind == 1:
                    del payload[place : place + source.choice((1, 3))]
                elif place < len(payload):
                    payload[place] = source.choice((payload[place] ^ 1 << source.randrange(8), source.randrange(256)))
            fields = dict(zip(wire.HEADER_FIELDS, wire.HEADER.unpack_from(data, at)))
            size = len(payload)
            fields.update(stored=size, check=wire.xxh3(bytes(payload)) if fields["flags"] & wire.CHECKED else 0)
            if not fields["codec"]:
                fields["raw"] = size
            return data[:at] + wire.header(**fields) + bytes(payload) + data[end:]

        def change_preamble(data):
            body = bytearray(data[:56])
            place = source.randrange(10, 56)
            body[place] = other(body[place], "B")
            return bytes(body) + struct.pack("<Q", wire.xxh3(bytes(body))) + data[64:]

        def damaged():
            place = source.randrange(len(self.pieces) - 1)
            at, end = self.pieces[place], self.pieces[place + 1]
            if place == 0:
                return change_preamble(self.stream)
            if self.stream[at + 3] == wire.RECORDS and source.random() < 0.5:
                return change_payload(self.stream, at, end)
            return change_header(self.stream, at)

        cases = [interop.Case(damaged(), chunk=source.choice((0, 0, 1, 40))) for _ in range(self.cases)]
        for number, (case, answer) in enumerate(interop.run(cases)):
            with self.subTest(number=number):
                expected = self.oracle.load(case.data)
                self.assertEqual(answer.failures, expected.damages)
                self.assertEqual(len(answer.skipped), len(expected.skipped))
                self.assertEqual(shape(answer.records), shape(expected.records))

    def test_records_above_the_limit(self):
        writer = wire.Writer(3, target=300)
        sizes = [10, 95, 101, 96, 97, 98, 99, 100, 500, 3, 301, 299, 1, 2000]
        for size in sizes:
            writer.store(b"x" * size)
        writer.store([[b"deep"]])
        writer.store(Raw(b"\x91" * 128 + b"\x90"))
        writer.store("last")
        stream = writer.end()
        limits = (8, 90, 98, 99, 100, 101, 102, 130, 303, 502, 10000)
        cases = [interop.Case(stream, chunk=chunk, record_bytes_max=limit) for limit in limits for chunk in (0, 1, 70)]
        for case, answer in interop.run(cases):
            with self.subTest(limit=case.record_bytes_max, chunk=case.chunk):
                expected = pier_reader.load(stream, case.record_bytes_max)
                self.assertEqual(shape(answer.records), shape(expected.records))
                self.assertEqual(len(answer.skipped), len(expected.skipped))
                self.assertEqual((answer.failures, answer.end[0]), (expected.damages, "END"))
                self.assertTrue(all(len(record.encoded) <= case.record_bytes_max for record in answer.records))

    def test_claims_over_the_same_bytes(self):
        # Headers that prove themselves over payloads that do not, more of them than a loader looks at.
        print(f"seed {SEED}")
        source = random.Random(SEED)
        tail = bytes(1 << 20)

        def claiming():
            writer = wire.Writer(5)
            for number in range(source.randrange(100, 300)):
                for _ in range(source.randrange(3)):
                    writer.store(number)
                    writer.flush()
                stored = source.choice((1 << 20, 1 << 20, 1000000, 64, 0))
                raw = source.choice((stored, stored, stored, 64, 128))
                writer.data += wire.header(
                    kind=wire.RECORDS, flags=wire.CHECKED | (wire.FIRST if writer.first else 0), stream_id=5,
                    first=writer.next_record + source.choice((0, 0, 1)), number=writer.next_block,
                    epoch=writer.epoch, records=1, stored=stored, raw=raw, check=1,
                )  # fmt: skip
                writer.data += bytes(source.choice((0, 0, 1, 64, 5000)))
            writer.data += tail
            for _ in range(3):
                writer.store("behind it")
                writer.flush()
            return writer.end()

        cases = [interop.Case(claiming(), chunk=source.choice((0, 30000))) for _ in range(12)]
        differing = 0
        for case, answer in interop.run(cases):
            expected = pier_reader.load(case.data, typed=False)
            self.assertEqual(answer.failures, expected.damages)
            self.assertEqual(shape(answer.records), shape(expected.records))
            with unittest.mock.patch.object(pier_reader.Loader, "may_look", lambda *_: True):
                differing += pier_reader.load(case.data, typed=False).damages != expected.damages
        self.assertGreater(differing, 0)

    def test_random_damage(self):
        print(f"seed {SEED}")
        source = random.Random(SEED)

        def damaged():
            data = bytearray(self.stream)
            for _ in range(source.choice((1, 1, 2, 5))):
                at = source.randrange(len(data))
                size = source.choice((1, 2, 64, source.randrange(1, 200)))
                kind = source.randrange(5)
                if kind == 0:
                    del data[at : at + size]
                elif kind == 1:
                    data[at:at] = source.randbytes(size)
                elif kind == 2:
                    data[at : at + size] = source.randbytes(len(data[at : at + size]))
                elif kind == 3:
                    data[at:at] = data[source.randrange(len(data)) :][:size]
                else:
                    data[at : at + size] = bytes(len(data[at : at + size]))
                if not data:
                    data = bytearray(self.stream)
            return bytes(data)

        self.run_all(
            (f"case {number}", interop.Case(damaged(), chunk=source.choice((0, 0, 1, 40)))) for number in range(4000)
        )


def by_zlib(data):
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


class CompressedDamageTest(DamageTest):
    """The same with compressed blocks among the others."""

    test_records_above_the_limit = None
    test_stream_within_a_record = None
    test_random_damage = None
    cases = 1500

    @classmethod
    def setUpClass(cls):
        cls.use(golden.small_compressed_stream(by_zlib))

    def test_without_checks_both_readers_agree(self):
        # What inflates all the same may hold other records: the two readers still come to the same.
        differing = []
        stream = golden.small_compressed_stream(by_zlib, checked=False, typed=False)
        names, cases = zip(*flips(stream))
        oracle = Oracle(stream)
        for name, (case, answer) in zip(names, interop.run(cases)):
            expected = oracle.load(case.data)
            found = (answer.failures, len(answer.skipped), shape(answer.records))
            if found != (expected.damages, len(expected.skipped), shape(expected.records)):
                differing.append(name)
        self.assertEqual(differing[:20], [], f"{len(differing)} of {len(cases)}")

    def test_more_than_the_raw_length_comes_before_damage(self):
        # In a block that is not the last: one literal, and matches with the byte before; then what is wrong. A byte
        # more than the raw length is told at that field, damage at the first byte of the payload.
        def data(size, behind):
            bits = pier_deflate.Bits()
            bits.put(0b010, 3)
            pier_deflate.put_symbol(bits, 3)
            pier_deflate.put_match(bits, size - 1 - 3, 1)
            pier_deflate.put_match(bits, 3, 1)
            behind(bits)
            return bits.end()

        def no_kind_of_block(bits):
            pier_deflate.put_symbol(bits, 256)
            bits.put(0b111, 3)

        def stored_block(bits):
            pier_deflate.put_symbol(bits, 256)
            bits.put(0b001, 3 + -(bits.count + 3) % 8)
            bits.put(0x0001, 16)
            bits.put(0x0002, 16)

        def too_far_back(bits):
            pier_deflate.put_match(bits, 3, 5000)

        def cut_off(bits):
            pass

        raw_bytes, stream_id = 250, 7
        more, damaged = ("PROTOCOL", 64 + 40), ("CORRUPT", 64 + 64)
        kinds = (no_kind_of_block, stored_block, too_far_back, cut_off)
        rows = [(size, kind, more if size > raw_bytes else damaged) for size in range(247, 254) for kind in kinds]
        found = wire.compressed(bytes.fromhex("721c058003"))  # one byte more than 258, and damaged in the same byte
        payloads = [(wire.compressed(data(size, kind)), raw_bytes, expected) for size, kind, expected in rows]
        payloads += [(found, 258, more), (found, 259, damaged)]
        streams = [
            wire.preamble(stream_id, required=wire.REQUIRES_DEFLATE)
            + wire.header(kind=wire.RECORDS, flags=wire.CHECKED | wire.FIRST, codec=1, stream_id=stream_id, first=1,
                          records=1, stored=len(payload), raw=raw, check=wire.xxh3(payload))
            + payload
            for payload, raw, _ in payloads
        ]  # fmt: skip
        cases = [interop.Case(stream, chunk=chunk, goes_on=False) for stream in streams for chunk in (0, 1)]
        for number, (case, answer) in enumerate(interop.run(cases)):
            with self.subTest(row=number // 2, chunk=case.chunk):
                expected = payloads[number // 2][2]
                self.assertEqual(answer.end, expected)
                self.assertEqual(pier_reader.load(case.data, typed=False).damages[0], expected)

    def test_what_the_library_compresses(self):
        # At each level, by the target and by forwarding; Python's zlib inflates it.
        values = [{"name": f"record {i}", "list": list(range(i % 50))} for i in range(400)]
        values.append(b"".join(i.to_bytes(3, "big") for i in range(30000)))
        data = b"".join(encode(value) for value in values)
        sizes = {}
        for level in range(10):
            for target, job in ((200, "S"), (65536, "S"), (5000, "W")):
                source = data if job == "S" else self.stream
                format_ = interop.FRAMED
                case = interop.Case(source, format_, target=target, job=job, level=level)
                ((_, answer),) = interop.run([case])
                output = answer.output or answer.typed[0]
                loaded = pier_reader.load(output, typed=False)
                self.assertEqual((loaded.damages, loaded.skipped, loaded.ended), ([], [], True))
                right = [encode(value) for value in values] if job == "S" else [r[2] for r in self.right]
                self.assertTrue([record.encoded for record in loaded.records] == right, (level, target, job))
                sizes[level, target] = len(output)
                required = int.from_bytes(output[12:16], "little")
                self.assertEqual(required, wire.REQUIRES_DEFLATE if level else 0)
        for target in (200, 65536, 5000):
            self.assertLess(sizes[1, target], sizes[0, target])
            self.assertLessEqual(sizes[9, target], sizes[1, target] * 1.05)


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
