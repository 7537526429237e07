"""`pier check` and `pier repair` on damaged archives, against the reader that was made from proto/wire.md alone.

Truncations and flipped bits of every golden vector: check tells the damages that the reader tells, with their offsets;
repair leaves out what check tells, and what it writes checks clean and dumps as the damaged archive does.
PIER_DAMAGE_STEP is how many bytes lie between two damages; 1 goes through all of them; PIER_TEST_SHARE as in interop.py.
"""

import json
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import unittest
from typing import NamedTuple

import golden
import interop
import pier_reader
import pier_wire as wire

STEP = int(os.environ.get("PIER_DAMAGE_STEP", "31")) * interop.SHARE
LINE = re.compile(r"^pier (check|repair): ([A-Z_]+): in\.pier: .*\(byte (\d+).*; (\d+) bytes skipped"
                  r"(?:, records? (\d+)(?: to (\d+))? lost)?$")  # fmt: skip


class Run(NamedTuple):
    status: int
    out: bytes
    err: str


class Answer(NamedTuple):
    dump: Run
    check: Run
    repair: Run
    check_out: Run
    dump_out: Run


def run(cases):
    """What the commands make of each of the byte strings."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        done = subprocess.run(
            [interop.program("PIER_COMMAND_DRIVER")],
            input=b"".join(struct.pack("<I", len(case)) + case for case in cases),
            stdout=subprocess.PIPE,
            cwd=folder,
            timeout=interop.TIMEOUT_S,
        )
        left = {path.name for path in pathlib.Path(folder).iterdir()}
    assert done.returncode == 0, done.returncode
    assert left == {"in.pier", "out.pier"}, left
    at, data = 0, done.stdout

    def text():
        nonlocal at
        (size,) = struct.unpack_from("<I", data, at)
        at += 4 + size
        return data[at - size : at]

    for _ in cases:
        runs = []
        for _ in Answer._fields:
            status = data[at]
            at += 1
            runs.append(Run(status, text(), text().decode()))
        yield Answer(*runs)
    assert at == len(data)


# Their records hold values of classes that other definitions tell of. Checking and mending look at records from outside,
# and keep one that is whole; what it is called, dump cannot tell when such a definition is lost.
REACHING = ("schema-any", "schema-graph")


def damaged(data, phase):
    """(what, bytes): cut and flipped every STEP bytes, from a place of its own for each vector."""
    yield "as it is", data
    for at in range(phase % STEP, len(data), STEP):
        yield f"cut at {at}", data[:at]
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at + phase) % 8
        yield f"bit {(at + phase) % 8} of byte {at}", bytes(flipped)


class RepairTest(unittest.TestCase):
    maxDiff = None

    def check_one(self, data, answer, whole):
        """whole: how many records the undamaged stream has, when that is known."""
        expected = pier_reader.load(data, typed=False)
        lines = answer.check.err.splitlines()
        told = [LINE.match(line) for line in lines if "is passed over" not in line]
        self.assertNotIn(None, told, lines)
        ranges = [(int(line[5]), int(line[6] or line[5])) if line[5] else (1, 0) for line in told]
        costs = [last - first + 1 for first, last in ranges]
        damages = interop.fold_rows([(line[2], cost) for line, cost in zip(told, costs)], expected.damages)
        self.assertEqual([(line[2], int(line[3])) for line in told], damages)
        self.assertEqual(len(lines) - len(told), len(expected.skipped))
        self.assertEqual(answer.check.status, 1 if lines else 0)
        stats = json.loads(answer.check.out)
        self.assertEqual(stats["records"], len(expected.records))
        self.assertEqual(stats["damages"], len(damages))
        self.assertEqual(stats["records_skipped"], len(expected.skipped))
        if "VERSION" not in [status for status, _ in expected.damages]:
            self.assertEqual(stats["bytes"], len(data))
        self.assertEqual(stats["bytes_skipped"], sum(int(line[4]) for line in told))
        self.assertEqual(stats["records_lost"], sum(costs))
        delivered = {record.number for record in expected.records}
        if whole is not None and expected.ended:
            self.assertEqual(stats["records_lost"], whole - len(expected.records) - len(expected.skipped))
            lost = {number for first, last in ranges for number in range(first, last + 1)}
            self.assertEqual(lost & delivered, set())
        # dump and repair tell the same; repair is whole where dump printed.
        self.assertEqual(answer.dump.err.replace("pier dump:", "pier check:"), answer.check.err)
        self.assertEqual(answer.dump.status, answer.check.status)
        self.assertEqual(answer.repair.err.replace("pier repair:", "pier check:"), answer.check.err)
        self.assertEqual((answer.repair.status, answer.repair.out), (answer.check.status, answer.check.out))
        self.assertEqual((answer.check_out.status, answer.check_out.err), (0, ""))
        after = json.loads(answer.check_out.out)
        self.assertEqual(after["records"], stats["records"])
        self.assertEqual((after["streams"], after["end_marks"]), (1, 1))
        self.assertEqual(dict(after["classes"]), dict(stats["classes"]))
        self.assertEqual((answer.dump_out.status, answer.dump_out.err), (0, ""))
        self.assertEqual(answer.dump_out.out, answer.dump.out)
        self.assertEqual(answer.dump.out.count(b"\n"), stats["records"])

    def check_all(self, named_cases, whole=None):
        names, cases = zip(*named_cases)
        for name, data, answer in zip(names, cases, run(cases)):
            with self.subTest(name):
                self.check_one(data, answer, whole)
        return len(cases)

    def test_damaged_vectors(self):
        count = 0
        for phase, (path, format_, data, _, errors) in enumerate(interop.vectors()):
            if format_ == interop.FRAMED and path.stem not in REACHING:
                whole = pier_reader.load(data, typed=False)
                alone = not errors and sum(kind == wire.PREAMBLE for _, kind in whole.pieces) == 1
                with self.subTest(path.name):
                    count += self.check_all(damaged(data, phase), len(whole.records) if alone else None)
        self.assertGreater(count, 100)

    def test_pieces_missing(self):
        data = golden.mixed_stream()
        whole = pier_reader.load(data, typed=False)
        at = [place for place, _ in whole.pieces] + [len(data)]
        cases = [(f"without {i} to {j}", data[: at[i]] + data[at[j] :])
                 for i in range(len(at) - 1) for j in range(i + 1, len(at))]  # fmt: skip
        self.check_all(cases, len(whole.records))


if __name__ == "__main__":
    interop.program("PIER_COMMAND_DRIVER")
    unittest.main()
