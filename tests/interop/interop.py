"""What the tests of this folder share: the library, run by the driver (driver.c), and the `pier` command.

The programs are named by the environment: PIER_DRIVER and PIER_COMMAND. A test that has neither says so and exits with
77, which ctest shows as skipped. PIER_TEST_SHARE: of long rows of cases one in so many runs, as in tests/support/share.h.
"""

import functools
import os
import pathlib
import re
import struct
import subprocess
import sys
import zlib
from typing import NamedTuple

import msgpack
from pier_value import BadText, Ext, Pairs, Time, decode, to_json

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VECTORS = ROOT / "proto" / "vectors"
FRAMED, PLAIN, GUESS = 0, 1, 2
TABLE = re.findall(r"X\((\w+), (-?\d+),", (ROOT / "include" / "pier" / "status.h").read_text())
STATUS_NAMES = {int(value): name for name, value in TABLE}
BATCH_BYTES = 8 << 20
TIMEOUT_S = 600
SHARE = max(1, int(os.environ.get("PIER_TEST_SHARE", "1")))


def program(variable):
    path = os.environ.get(variable, "")
    if not os.access(path, os.X_OK):
        print(f"skipped: {variable} does not name a program")
        sys.exit(77)
    return path


class Loaded(NamedTuple):
    number: int
    message_end: bool
    encoded: bytes
    copy: bytes  # loaded and stored value by value
    class_name: object


class Answer:
    """What the library made of a case: records, failures [(status, offset)] in order, skipped offsets, and how it
    ended. A case that does not go on after damage has its failure in `end` alone."""

    def __init__(self):
        self.records, self.failures, self.skipped, self.end, self.output = [], [], [], None, b""
        self.typed = []


class Canonical(NamedTuple):
    """What the library made of a case of job 'C'."""

    count: int  # records up to the end
    taken: int  # bytes of the input that they are
    stored: bytes  # their values in the smallest form, floats in 64 bits
    status: str
    offset: int


class Case(NamedTuple):
    data: bytes
    format: int = FRAMED
    goes_on: bool = True
    chunk: int = 0
    target: int = 0
    record_bytes_max: int = 0
    job: str = "L"
    level: int = 0  # of compression of what is stored

    def encoded(self):
        sizes = (self.chunk, self.target, self.record_bytes_max, self.level, len(self.data))
        head = struct.pack("<cBBIIIBI", self.job.encode(), self.format, self.goes_on, *sizes)
        return head + self.data


def run(cases):
    """Runs the cases, many to a process. Yields (case, Answer) in order."""
    return run_with(parse, cases)


def run_canonical(cases):
    """Runs cases of job 'C', many to a process. Yields (case, Canonical) in order."""
    return run_with(parse_canonical, cases)


def run_with(parser, cases):
    batch, size = [], 0
    for case in cases:
        batch.append(case)
        size += len(case.data)
        if size >= BATCH_BYTES or len(batch) >= 4000:
            yield from run_batch(parser, batch)
            batch, size = [], 0
    yield from run_batch(parser, batch)


def run_batch(parser, batch):
    driver = subprocess.run(
        [program("PIER_DRIVER")],
        input=b"".join(case.encoded() for case in batch),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT_S,
    )
    answers = list(parser(driver.stdout))
    if driver.returncode != 0 or len(answers) != len(batch):
        failed = batch[len(answers)] if len(answers) < len(batch) else None
        print(driver.stderr.decode(errors="replace"), file=sys.stderr)
        raise AssertionError(f"the driver ended with {driver.returncode} in case {failed}")
    yield from zip(batch, answers)


U32 = struct.Struct("<I")
RECORD = struct.Struct("<QB")
STATUS = struct.Struct("<iQ")


@functools.lru_cache(1024)
def name_of(closure):
    """The name of a record's class; None for a record without one."""
    return msgpack.unpackb(closure)[0][1] if closure else None


def parse(output):
    """The answers in the driver's output; one that is cut is left out."""
    at, answer, end = 0, Answer(), len(output)

    def take_bytes():
        nonlocal at
        begin = at + 4
        at = begin + U32.unpack_from(output, at)[0]
        return output[begin:at]

    while at < end:
        item = output[at]
        at += 1
        if item == 0x52:  # R
            number, message_end = RECORD.unpack_from(output, at)
            at += RECORD.size
            encoded, copy, closure = take_bytes(), take_bytes(), take_bytes()
            answer.records.append(Loaded(number, message_end == 1, encoded, copy, name_of(closure)))
        elif item == 0x4F:  # O
            answer.output += take_bytes()
        elif item in b"DT":
            answer.typed.append(take_bytes())
        else:
            status, offset = STATUS.unpack_from(output, at)
            at += STATUS.size
            entry = (STATUS_NAMES[status], offset)
            if item == 0x46:  # F
                answer.failures.append(entry)
            elif item == 0x4B:  # K
                answer.skipped.append(offset)
            else:
                answer.end = entry
                yield answer
                answer = Answer()


CANONICAL = struct.Struct("<cIII")
END = struct.Struct("<ciQ")


def parse_canonical(output):
    """The answers to cases of job 'C'. Ten million of them are read in a run, hence no general parser."""
    at = 0
    while at < len(output):
        _, count, taken, size = CANONICAL.unpack_from(output, at)
        at += CANONICAL.size + size
        _, status, offset = END.unpack_from(output, at)
        yield Canonical(count, taken, output[at - size : at], STATUS_NAMES[status], offset)
        at += END.size


def from_msgpack(value):
    """What python3-msgpack unpacked, as the values of pier_value.py."""
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogateescape")
        return value if raw == value.encode("utf-8", "ignore") else BadText(raw)
    if isinstance(value, msgpack.Timestamp):
        return Time(value.seconds, value.nanoseconds)
    if isinstance(value, Pairs):
        return Pairs((from_msgpack(key), from_msgpack(item)) for key, item in value)
    return [from_msgpack(item) for item in value] if isinstance(value, list) else value


# So that python3-msgpack takes all that it can: text that is not UTF-8, keys of any type and twice, ext of any type.
UNPACK = {
    "unicode_errors": "surrogateescape", "strict_map_key": False, "timestamp": 0, "object_pairs_hook": Pairs,
    "ext_hook": Ext,
}  # fmt: skip


@functools.lru_cache(8192)
def unpacked(encoded):
    """What python3-msgpack unpacks of one value, and its JSON."""
    try:
        value = from_msgpack(msgpack.unpackb(encoded, **UNPACK))
    except ValueError:
        # The one value that it walks over and does not give: a timestamp that breaks the rules.
        value = decode(encoded, 0, len(encoded))[0]
        assert '{"$ext":[-1,' in to_json(value), to_json(value)
    return value, to_json(value)


def walk(data, own_too=False):
    """The values that python3-msgpack's Unpacker finds in a stream, as JSON; ext of Pier's type are left out, and the
    values in compressed ones are taken out."""
    at, found = 0, []
    unpacker = msgpack.Unpacker(max_buffer_size=0, **UNPACK)
    unpacker.feed(data)
    while at < len(data):
        unpacker.skip()
        behind = unpacker.tell()
        value, text = unpacked(data[at:behind])
        is_own = isinstance(value, Ext) and value.type == 80
        if is_own and not own_too and value.data[:1] == b"\x11":
            found += walk(zlib.decompress(value.data[1:], -15))
        elif own_too or not is_own:
            found.append(text)
        at = behind
    return found


def pier(*arguments, data=b"", timeout=60):
    """Runs the command. Returns (exit status, standard output, standard error)."""
    result = subprocess.run(
        [program("PIER_COMMAND"), *map(str, arguments)], input=data, capture_output=True, timeout=timeout
    )
    return result.returncode, result.stdout, result.stderr


def fold_rows(told, damages):
    """`damages`, of which each row of records without their class is one, as the command tells it. told: its lines, as
    (status, how many records it cost)."""
    left, folded = list(damages), []
    for status, cost in told:
        folded += left[:1]
        del left[:1]
        if status == "UNKNOWN_CLASS":
            row = left[: cost - 1]
            assert all(status == "UNKNOWN_CLASS" for status, _ in row), row
            del left[: cost - 1]
    return folded + left


def vectors():
    """The golden vectors: (name, format, bytes, expected JSON lines, expected errors)."""
    for path in sorted(VECTORS.iterdir()):
        if path.suffix not in (".pier", ".msgpack"):
            continue
        error = path.with_suffix(".error")
        lines = error.read_text().splitlines() if error.exists() else []
        errors = [(line.split()[0], int(line.split()[1])) for line in lines]
        yield path, FRAMED if path.suffix == ".pier" else PLAIN, path.read_bytes(), path.with_suffix(
            ".jsonl"
        ).read_bytes(), errors
