"""Mutated plain documents: Pier against python3-msgpack, verdict and value; differences only for the reasons listed.

    PIER_MUTATIONS   how many, 100,000 when not given
    PIER_SEED        of the generator; printed, so that a run can be repeated

Where the two may differ, and which way it must then go:

    time     python3-msgpack refuses an ext -1 that breaks the rules of timestamps; for Pier it is an ext.
    limit    Pier answers LIMIT for a depth above 128 and for elements and sizes above its limits as soon as a head
             claims them; python3-msgpack awaits what the head claims, goes 1,024 deep, and counts elements by their
             container.
             What it refuses for a limit of its own, which was set to Pier's, Pier refuses too.
"""

import os
import random
import sys
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
OPTIONS = {
    **interop.UNPACK,
    "max_buffer_size": 1 << 20, "max_str_len": TEXT_BYTES_MAX, "max_bin_len": TEXT_BYTES_MAX,
    "max_ext_len": TEXT_BYTES_MAX, "max_array_len": ELEMENTS_MAX, "max_map_len": ELEMENTS_MAX,
}  # fmt: skip


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


class MutateTest(unittest.TestCase):
    def documents(self, source):
        packed = [value for value in [*vector_values(), *msgpack_values()] if len(value) < 400]
        heads = [bytes([byte]) for byte in range(256)]
        for _ in range(COUNT):
            data = bytearray(b"".join(source.choices(packed, k=source.choice((1, 1, 2, 4)))))
            for _ in range(source.choice((1, 1, 1, 2, 3, 8))):
                at = source.randrange(len(data) + 1)
                kind = source.randrange(7)
                if kind == 0 and at < len(data):
                    data[at] ^= 1 << source.randrange(8)
                elif kind == 1 and at < len(data):
                    data[at] = source.randrange(256)
                elif kind == 2:
                    data[at:at] = source.choice(heads)
                elif kind == 3:
                    del data[at : at + source.choice((1, 1, 2, 8))]
                elif kind == 4:
                    data[at:at] = source.choice(packed)[:60]
                elif kind == 5:
                    del data[at:]
                else:
                    data[at:at] = source.choice((b"\x91", b"\x81")) * source.choice(
                        (1, 1, 2, 3, 5, 5, 20, 127, 128, 129)
                    )
            yield bytes(data)

    def test_mutations(self):
        print(f"seed {SEED}, {COUNT} mutations")
        source = random.Random(SEED)
        chunks = (0, 0, 0, 1, 7)
        cases = (
            interop.Case(data, interop.PLAIN, goes_on=False, chunk=source.choice(chunks))
            for data in self.documents(source)
        )
        tally = {}
        for case, answer in interop.run(cases):
            data = case.data
            with self.subTest(seed=SEED, data=data.hex()):
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
                values, verdict, at = by_msgpack(data)
                tally[verdict, answer.end[0]] = tally.get((verdict, answer.end[0]), 0) + 1
                self.assertEqual(found[: len(values)], values[: len(found)])
                if answer.end[0] == "LIMIT":
                    pass  # by the Python decoder's rules, above
                elif verdict == "time":
                    self.assertGreaterEqual(len(found), len(values))
                else:
                    self.assertEqual((answer.end[0], len(found)), (verdict, len(values)))
        for (verdict, status), count in sorted(tally.items()):
            print(f"{count:8} python3-msgpack {verdict:10} Pier {status}")
        self.assertEqual(sum(tally.values()), COUNT)


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
