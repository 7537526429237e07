"""Every form of MessagePack: Pier reads all that python3-msgpack packs, cut at every byte, and the other way round."""

import datetime
import functools
import random
import struct
import unittest

import interop
import msgpack
import pier_reader
import pier_wire as wire
from pier_value import Ext, Raw, decode, encode, text_of

SEED = 77


@functools.cache
def vector_values():
    """The values of the plain golden vectors, encoded: every leading byte, each form's lowest, highest, non-minimal."""
    return [
        record.encoded
        for path, format_, data, _, errors in interop.vectors()
        if format_ == interop.PLAIN and not errors
        for record in pier_reader.load_plain(data).records
    ]


def large_values():
    """The forms at the lengths that are too long for the vectors, and with heads wider than they need to be."""
    for length in (255, 256, 65535, 65536):
        text = bytes(0x20 + index % 0x5F for index in range(length))
        for first, own_type in ((0xD9, b""), (0xC4, b""), (0xC7, b"\x07")):
            for step, width in enumerate((1, 2, 4)):
                if length < 1 << 8 * width:
                    yield bytes([first + step]) + length.to_bytes(width, "big") + own_type + text
    for length in (15, 16, 65535, 65536):
        for first, item in ((0xDC, b"\xc0"), (0xDE, b"\x01\xc3")):
            for step, width in enumerate((2, 4)):
                if length < 1 << 8 * width and (length, width) != (65535, 4):
                    yield bytes([first + step]) + length.to_bytes(width, "big") + item * length


@functools.cache
def msgpack_values():
    """What python3-msgpack packs of Python objects, nested at random, with each of its options."""
    source = random.Random(SEED)

    def scalar():
        return source.choice(
            (
                lambda: source.getrandbits(source.randrange(65)),
                lambda: -source.getrandbits(source.randrange(64)),
                lambda: source.choice((None, True, False, 0.0, -0.0, 1e308, 5e-324, float("inf"), float("nan"))),
                lambda: struct.unpack(">d", source.randbytes(8))[0],
                lambda: "".join(
                    chr(source.choice((0, 65, 0xE9, 0x20AC, 0x1F600))) for _ in range(source.randrange(40))
                ),
                lambda: source.randbytes(source.randrange(40)),
                lambda: msgpack.ExtType(
                    source.randrange(128), source.randbytes(source.choice((0, 1, 2, 3, 4, 8, 16, 17)))
                ),
                lambda: msgpack.Timestamp(source.randrange(-(2**40), 2**40), source.randrange(10**9)),
                lambda: datetime.datetime.fromtimestamp(source.randrange(2**33), datetime.timezone.utc),
            )
        )()

    def value(depth):
        kind = source.randrange(4) if depth < 5 else 3
        if kind == 0:
            return [value(depth + 1) for _ in range(source.choice((0, 1, 3, 15, 16, 17)))] if depth else [value(1)]
        if kind == 1:
            return {source.choice((str(i), i, -i)): value(depth + 1) for i in range(source.choice((0, 1, 2, 15, 16)))}
        return scalar()

    return [
        msgpack.packb(
            value(0), use_bin_type=True, use_single_float=number % 5 == 0, datetime=True, unicode_errors="surrogatepass"
        )
        for number in range(400)
    ]


class FormatsTest(unittest.TestCase):
    def check_whole(self, answer, packed):
        self.assertEqual((answer.failures, answer.skipped, answer.end[0]), ([], [], "END"))
        self.assertEqual([record.encoded for record in answer.records], packed)
        for record, original in zip(answer.records, packed):
            text = text_of(original)
            self.assertEqual(text_of(record.copy), text)
            self.assertEqual(interop.walk(record.copy, own_too=True), [text])

    def test_whole_plain_and_framed(self):
        packed = [*vector_values(), *large_values(), *msgpack_values()]
        self.assertGreater(len(packed), 1000)
        plain = [
            interop.Case(value, interop.PLAIN, chunk=chunk)
            for value in packed
            for chunk in (0, 100)[: 1 + (len(value) < 2000)]
        ]
        for case, answer in interop.run(plain):
            self.check_whole(answer, [case.data])
        writer = wire.Writer(1, target=4096)
        # Behind the head of a record no ext of Pier's own type may stand, in an array it may.
        records = [value if not is_own_ext(value) else b"\x91" + value for value in packed]
        for value in records:
            writer.store(Raw(value))
        [(_, answer)] = list(interop.run([interop.Case(writer.end())]))
        self.check_whole(answer, records)

    def test_never_used_byte(self):
        for prefix in (b"", b"\x01", b"\xa3abc", b"\xcd\x01\x00", b"\xc4\x02\xc1\xc1"):
            inside = [
                (prefix + b"\xc1", len(prefix)),
                (b"\x92" + (prefix or b"\x02") + b"\xc1", 1 + len(prefix or b"\x02")),
            ]
            for data, offset in inside:
                [(_, answer)] = list(interop.run([interop.Case(data + b"\x01\x02", interop.PLAIN, goes_on=False)]))
                self.assertEqual(answer.end, ("PROTOCOL", offset))

    def test_cut_at_every_byte(self):
        def cuts(size):
            if size <= 700:
                return range(1, size)
            return [*range(1, 40), *range(40, size - 40, max(1, size // 40)), *range(size - 40, size)]

        packed = [*vector_values(), *large_values(), *msgpack_values()[:60]]
        cases = [
            interop.Case(b"\xa6before" + value[:cut], interop.PLAIN, goes_on=False, chunk=0 if cut % 2 else 9)
            for value in packed
            for cut in cuts(len(value))
        ]
        print(f"{len(cases)} cuts")
        for case, answer in interop.run(cases):
            self.assertEqual(answer.end, ("TRUNCATED", len(case.data)), case.data[7:20])
            self.assertEqual([record.encoded for record in answer.records], [b"\xa6before"])

    def test_what_pier_stores_is_read_by_msgpack(self):
        packed = [*vector_values(), *large_values(), *msgpack_values()]
        values = [value for value in packed if not is_own_ext(value) and not is_flush(value)]
        wanted = [text_of(value) for value in values]
        flush = b"\xd4\x51\0"
        groups = [values[at : at + 50] for at in range(0, len(values), 50)]
        cases = [
            interop.Case((flush if format_ else b"").join(group), format_, job="S", target=target)
            for group in groups
            for format_, target in (
                (interop.PLAIN, 0),
                (interop.FRAMED, 0),
                (interop.FRAMED, 33),
                (interop.FRAMED, 500),
            )
        ]
        for number, (case, answer) in enumerate(interop.run(cases)):
            want = wanted[number // 4 * 50 : number // 4 * 50 + 50]
            self.assertEqual(answer.end[0], "OK")
            load = pier_reader.load_plain if case.format == interop.PLAIN else pier_reader.load
            result = load(answer.output)
            self.assertEqual((result.damages, result.skipped), ([], []))
            self.assertEqual([text_of(record.encoded) for record in result.records], want)
            for record in result.records:
                self.assertEqual(record.encoded, smallest(record.encoded))
            self.assertEqual(interop.walk(answer.output), want)

    def test_own_ext_is_no_record(self):
        for value in (b"\xd4\x50\x01", b"\xc7\x03\x50\x10\x01\x02", wire.preamble(1), wire.definition(1, [])):
            [(_, answer)] = list(interop.run([interop.Case(b"\x01" + value, interop.FRAMED, job="S")]))
            self.assertEqual(answer.end[0], "USAGE")
            self.assertEqual(answer.output[64:], b"")
            [(_, answer)] = list(interop.run([interop.Case(b"\x01" + value, interop.PLAIN, job="S")]))
            self.assertEqual(answer.end[0], "OK")
            self.assertEqual(interop.walk(answer.output, own_too=True)[0], "1")


@functools.lru_cache(8192)
def smallest(encoded):
    """The value in its smallest form."""
    return encode(decode(encoded, 0, len(encoded))[0])


def is_own_ext(value):
    return isinstance(decoded := decode(value, 0, len(value))[0], Ext) and decoded.type == 80


def is_flush(value):
    return isinstance(decoded := decode(value, 0, len(value))[0], Ext) and decoded.type == 81 and len(value) == 3


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
