"""Damaged streams: an error or records that are right; never a wrong record, never a loss without a word.

Every truncation and every single-bit flip of a stream with several blocks, classes and epochs, and pieces cut out,
doubled and swapped, go through the library. The oracle is what the undamaged stream holds; beyond that, the library has
to come to the very records and errors of the Python reader.
"""

import random
import unittest

import golden
import interop
import pier_reader
import pier_wire as wire

SEED = 20240229


def is_part(part, whole):
    """Whether `part` is `whole` with some elements left out."""
    rest = iter(whole)
    return all(any(item == other for other in rest) for item in part)


def shape(records):
    return [(record.number, record.class_name, record.encoded) for record in records]


def flips(stream):
    """Every single bit of the stream flipped: (name, case)."""
    for bit in range(len(stream) * 8):
        damaged = bytearray(stream)
        damaged[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit % 8} of byte {bit // 8}", interop.Case(bytes(damaged), chunk=0 if bit % 5 else 13)


class DamageTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stream = golden.mixed_stream()
        cls.right = shape(pier_reader.load(cls.stream).records)
        cls.pieces = [at for at, _ in pier_reader.load(cls.stream).pieces] + [len(cls.stream)]

    def check(self, what, case, answer, right):
        records = shape(answer.records)
        self.assertTrue(is_part(records, right), f"{what}: a wrong record")
        if len(records) < len(right):
            self.assertNotEqual(answer.failures, [], f"{what}: a loss without a word")
        for record in answer.records:
            self.assertEqual(pier_reader.decode(record.copy, 0, len(record.copy))[1], len(record.copy), what)
        expected = pier_reader.load(case.data)
        self.assertEqual(answer.failures, expected.damages, what)
        self.assertEqual(records, shape(expected.records), what)

    def run_all(self, named_cases, right=None):
        names, cases = zip(*named_cases)
        differing = []
        for name, (case, answer) in zip(names, interop.run(cases)):
            try:
                self.check(name, case, answer, right or self.right)
            except AssertionError as error:
                differing.append(str(error).splitlines()[0] + f" [{name}]")
        self.assertEqual(differing[:20], [], f"{len(differing)} of {len(cases)}")

    def test_undamaged(self):
        for _, answer in interop.run([interop.Case(self.stream, chunk=chunk) for chunk in (0, 1, 2, 33, 64, 1000)]):
            self.assertEqual(shape(answer.records), self.right)
            self.assertEqual((answer.failures, answer.skipped, answer.end[0]), ([], [], "END"))

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
        right = shape(pier_reader.load(stream).records)
        self.assertEqual(len(right), 4)
        self.run_all(flips(stream), right)
        self.run_all(((f"cut at {size}", interop.Case(stream[:size])) for size in range(len(stream))), right)

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
            (f"case {number}", interop.Case(damaged(), chunk=source.choice((0, 0, 1, 40)))) for number in range(6000)
        )


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
