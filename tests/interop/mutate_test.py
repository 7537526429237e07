"""Mutated plain documents: Pier against python3-msgpack, verdict and value; differences only for the reasons listed.

    PIER_MUTATIONS   how many, 100,000 when not given
    PIER_SEED        of the generator; printed, so that a run can be repeated

Each document is told by its bytes where that is enough. Pier stores what it has loaded again, in the smallest form;
python3-msgpack packs what it has unpacked of the same bytes, in the same form: equal bytes are equal values, kinds and
order of keys too. Behind the values both must give the same verdict. What is not settled so, and one document of 64 in
any case, is compared value by value, and with the decoder of pier_value.py, which has every rule of Pier's, the offset
of a failure among them.

Where the two may differ, and which way it must then go:

    time     python3-msgpack refuses an ext -1 that breaks the rules of timestamps; for Pier it is an ext.
    limit    Pier answers LIMIT for a depth above 128 and for elements and sizes above its limits as soon as a head
             claims them; python3-msgpack awaits what the head claims, goes 1,024 deep, and counts elements by their
             container.
             What it refuses for a limit of its own, which was set to Pier's, Pier refuses too.
"""

import functools
import itertools
import os
import random
import sys
import time
import unittest

import interop
import msgpack
import pier_reader
from formats_test import msgpack_values, vector_values
from pier_value import ELEMENTS_MAX, TEXT_BYTES_MAX, decode, to_json

# python3-msgpack goes 1,024 deep, and what walks over its values takes some calls a level.
sys.setrecursionlimit(20000)

COUNT = int(os.environ.get("PIER_MUTATIONS", "100000"))
SEED = int(os.environ.get("PIER_SEED", "0")) or random.SystemRandom().getrandbits(32)
EXACT_EVERY = 64
LIMITS = {
    "max_str_len": TEXT_BYTES_MAX, "max_bin_len": TEXT_BYTES_MAX, "max_ext_len": TEXT_BYTES_MAX,
    "max_array_len": ELEMENTS_MAX, "max_map_len": ELEMENTS_MAX,
}  # fmt: skip
OPTIONS = {**interop.UNPACK, **LIMITS, "max_buffer_size": 1 << 20}


class Entries(dict):
    """A map that python3-msgpack packs as it was unpacked: keys of any kind, and twice."""

    __slots__ = ("pairs",)

    def __init__(self, pairs):
        self.pairs = pairs

    def __len__(self):
        return len(self.pairs)

    def items(self):
        return self.pairs


def any_ext(code, data):
    # Built past ExtType's own check, which refuses the types below 0.
    return tuple.__new__(msgpack.ExtType, (code, data))


UNPACK = functools.partial(
    msgpack.unpackb, **{**interop.UNPACK, **LIMITS, "object_pairs_hook": Entries, "ext_hook": any_ext}
)
PACKER = msgpack.Packer(use_bin_type=True, unicode_errors="surrogateescape")


def array_head(count):
    return bytes((0x90 | count,)) if count < 16 else b"\xdc" + count.to_bytes(2, "big")


def refusal(data):
    """Why python3-msgpack finds no value in `data`; None when it finds one."""
    try:
        UNPACK(data)
    except msgpack.FormatError:
        return "PROTOCOL"
    except msgpack.StackError:
        return "limit"
    except msgpack.ExtraData:
        return None
    except ValueError as error:
        text = str(error)
        return "TRUNCATED" if "incomplete" in text else "limit" if "exceeds max_" in text else "time"
    return None


def by_bytes(data, answer):
    """python3-msgpack's verdict on a document, when it is settled that Pier's is the same and the values are; else
    None."""
    if answer.count:
        # The values in an array: they are unpacked at once, and must end where they end for Pier.
        head = array_head(answer.count)
        try:
            values = UNPACK(head + data[: answer.taken])
        except ValueError:
            return None
        if PACKER.pack(values) != head + answer.stored:
            return None
    if answer.status == "END" or answer.taken == len(data):
        return "END" if answer.status == "END" and answer.taken == len(data) else None
    verdict = refusal(data[answer.taken :])
    if answer.status == "LIMIT":
        damages = pier_reader.load_plain(data).damages
        return verdict if damages == [(answer.status, answer.offset)] else None
    if answer.status == "TRUNCATED":
        is_there = answer.offset == len(data)
    else:
        is_there = answer.offset < len(data) and data[answer.offset] == 0xC1
    return verdict if verdict == answer.status and is_there else None


def by_msgpack(data):
    """(values as JSON, verdict, where): the verdict is END, TRUNCATED, PROTOCOL, or the reason of a refusal."""
    values, at = [], 0
    while at < len(data):
        unpacker = msgpack.Unpacker(**OPTIONS)
        unpacker.feed(data[at:])
        try:
            values.append(to_json(interop.from_msgpack(unpacker.unpack())))
        except msgpack.OutOfData:
            return values, "TRUNCATED", at
        except msgpack.FormatError:
            return values, "PROTOCOL", at
        except msgpack.StackError:
            return values, "limit", at
        except ValueError as error:
            return values, "limit" if "exceeds max_" in str(error) else "time", at
        at += unpacker.tell()
    return values, "END", at


def documents(source, count):
    packed = [value for value in [*vector_values(), *msgpack_values()] if len(value) < 400]
    heads = [bytes([byte]) for byte in range(256)]
    pieces = [value[:60] for value in packed]
    nests = [head * times for head in (b"\x91", b"\x81") for times in (1, 1, 2, 3, 5, 5, 20, 127, 128, 129)]
    random_float = source.random

    # Python's own choice and randrange take most of the time of ten million documents.
    def below(limit):
        return int(random_float() * limit)

    def choice(of):
        return of[int(random_float() * len(of))]

    for _ in range(count):
        data = bytearray(b"".join(source.choices(packed, k=choice((1, 1, 2, 4)))))
        for _ in range(choice((1, 1, 1, 2, 3, 8))):
            at = below(len(data) + 1)
            kind = below(7)
            if kind == 0 and at < len(data):
                data[at] ^= 1 << below(8)
            elif kind == 1 and at < len(data):
                data[at] = below(256)
            elif kind == 2:
                data[at:at] = choice(heads)
            elif kind == 3:
                del data[at : at + choice((1, 1, 2, 8))]
            elif kind == 4:
                data[at:at] = choice(pieces)
            elif kind == 5:
                del data[at:]
            else:
                data[at:at] = choice(nests)
        yield bytes(data)


class MutateTest(unittest.TestCase):
    def exactly(self, case, answer):
        """Compares value by value. Returns the verdicts of both."""
        data = case.data
        # The Python decoder has every rule of Pier's: it has to agree in all, offsets too.
        expected = pier_reader.load_plain(data)
        records = [(record.number, record.encoded) for record in answer.records]
        self.assertEqual(answer.end[0], expected.damages[0][0] if expected.damages else "END")
        if expected.damages:
            self.assertEqual(answer.end, expected.damages[0])
        self.assertEqual(records, [(record.number, record.encoded) for record in expected.records])
        found = [to_json(decode(record.copy, 0, len(record.copy))[0]) for record in answer.records]
        self.assertEqual(found, [to_json(record.value) for record in expected.records])
        # And python3-msgpack in all that it takes.
        values, verdict, _ = by_msgpack(data)
        self.assertEqual(found[: len(values)], values[: len(found)])
        if answer.end[0] == "LIMIT":
            pass  # by the Python decoder's rules, above
        elif verdict == "time":
            self.assertGreaterEqual(len(found), len(values))
        else:
            self.assertEqual((answer.end[0], len(found)), (verdict, len(values)))
        return verdict, answer.end[0]

    def test_mutations(self):
        print(f"seed {SEED}, {COUNT} mutations")
        source, begun = random.Random(SEED), time.monotonic()
        chunks = (0, 0, 0, 1, 7)
        cases = (
            interop.Case(data, interop.PLAIN, goes_on=False, chunk=source.choice(chunks), job="C")
            for data in documents(source, COUNT)
        )
        tally, left = {}, 0

        def add(verdicts):
            tally[verdicts] = tally.get(verdicts, 0) + 1

        def unsettled():
            nonlocal left
            for number, (case, answer) in enumerate(interop.run_canonical(cases)):
                verdict = by_bytes(case.data, answer)
                left += verdict is None
                if verdict is None or number % EXACT_EVERY == 0:
                    yield case._replace(job="L")
                else:
                    add((verdict, answer.status))

        exact = 0
        for case, answer in interop.run(unsettled()):
            exact += 1
            with self.subTest(seed=SEED, data=case.data.hex()):
                add(self.exactly(case, answer))
        for (verdict, status), count in sorted(tally.items()):
            print(f"{count:8} python3-msgpack {verdict:10} Pier {status}")
        print(f"{exact} of them value by value, {left} because their bytes settle nothing")
        print(f"{COUNT} documents in {time.monotonic() - begun:.1f} s")
        self.assertEqual(sum(tally.values()), COUNT)


class BytesTest(unittest.TestCase):
    """What is settled by bytes must be settled rightly: a document passes as it is, and for nothing else."""

    def answer_to(self, data):
        case = interop.Case(data, interop.PLAIN, goes_on=False, job="C")
        ((_, answer),) = interop.run_canonical([case])
        return answer

    def test_what_differs_is_left_to_the_exact_comparison(self):
        whole = b"\x93\x01\xa1\x61\xca\x3f\x80\x00\x00\x82\xc0\xc0\xc0\x90\xcd\x00\x07\xd4\xfb\x01"
        answer = self.answer_to(whole)
        self.assertEqual((answer.count, answer.taken, answer.status), (4, len(whole), "END"))
        self.assertEqual(by_bytes(whole, answer), "END")
        for data, verdict in ((whole + b"\xc1", "PROTOCOL"), (whole + b"\x92\x01", "TRUNCATED"), (b"", "END")):
            answer = self.answer_to(data)
            self.assertEqual((answer.status, by_bytes(data, answer)), (verdict, verdict))
            self.assertIsNone(by_bytes(data, answer._replace(status="END" if verdict != "END" else "TRUNCATED")))
            for status, offset in itertools.product(("TRUNCATED", "PROTOCOL"), range(len(data) + 2)):
                right = (status, offset) == (answer.status, answer.offset)
                changed = answer._replace(status=status, offset=offset)
                self.assertEqual(by_bytes(data, changed) is not None, right, (data, status, offset))
        answer = self.answer_to(whole)
        for changed in (
            answer._replace(count=3), answer._replace(count=5), answer._replace(taken=answer.taken - 1),
            *(answer._replace(stored=flipped(answer.stored, bit)) for bit in range(8 * len(answer.stored))),
        ):  # fmt: skip
            self.assertIsNone(by_bytes(whole, changed))

    def test_every_kind_is_settled_by_bytes(self):
        values = [value for value in [*vector_values(), *msgpack_values()] if len(value) < 400]
        cases = [interop.Case(value, interop.PLAIN, goes_on=False, job="C") for value in values]
        left = [case.data for case, answer in interop.run_canonical(cases) if by_bytes(case.data, answer) != "END"]
        # All but the ext -1 that python3-msgpack refuses.
        self.assertEqual([data for data in left if refusal(data) != "time"], [])
        self.assertLess(len(left), len(values) // 20)


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
