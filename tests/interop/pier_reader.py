"""A reader of framed and plain streams, from proto/wire.md alone.

Every check of the specification, in its order, with the offset that it demands; and the way on after damage. What it
answers is what a loader that goes on after damage must answer: the records, and a damage for each time it stopped.
"""

from typing import Any, NamedTuple, Optional

import pier_wire as wire
from pier_value import Cut, Damage, decode, head, skip


class Loaded(NamedTuple):
    number: int
    class_name: Optional[str]
    value: Any
    offset: int
    encoded: bytes


class Result:
    """records: [Loaded]; damages: [(status, offset)]; skipped: offsets of records above a limit; pieces: [(offset,
    kind)]; ended: whether the last stream had its end mark."""

    def __init__(self):
        self.records, self.damages, self.skipped, self.pieces, self.ended = [], [], [], [], False


class Refused(Damage):
    """A damage, with the places where a loader may go on: `then` is tried first, `scan` begins the search."""

    def __init__(self, status, offset, then=None, scan=0):
        super().__init__(status, offset)
        self.then, self.scan = then, scan


def load(data):
    """Reads a framed stream, or several one behind the other. Returns a Result."""
    loader = Loader(bytes(data))
    at = 0
    while at is not None:
        try:
            at = loader.piece(at)
        except Refused as refused:
            loader.result.damages.append((refused.status, refused.offset))
            at = loader.recover(refused)
    return loader.result


def load_plain(data):
    """Reads bare values. Returns a Result."""
    result, at, data = Result(), 0, bytes(data)
    while at < len(data):
        try:
            try:
                value, behind = decode(data, at, len(data))
                result.records.append(Loaded(len(result.records) + 1, None, value, at, data[at:behind]))
            except Damage as damage:
                if damage.status != "LIMIT":
                    raise
                behind = skip(data, at, len(data))
                result.skipped.append(at)
        except Cut:
            result.damages.append(("TRUNCATED", len(data)))
            return result
        except Damage as damage:
            result.damages.append((damage.status, damage.offset))
            return result
        at = behind
    result.ended = True
    return result


class Loader:
    def __init__(self, data):
        self.data, self.result = data, Result()
        self.expect_preamble = True  # at the start and behind an end mark
        self.only_preamble = False  # after a version that this reader does not know
        self.resuming = False  # the piece that comes first after damage: its numbers are taken over
        self.new_stream(None, wire.BLOCK_TARGET_HIGHEST)

    def new_stream(self, stream_id, target):
        self.stream_id, self.target = stream_id, min(target, wire.BLOCK_TARGET_HIGHEST)
        self.next_record, self.next_block, self.epoch, self.classes = 1, 0, -1, {}

    def piece(self, at):
        """Reads the piece at `at`; returns where the next one begins, None at the end of the input."""
        data = self.data
        if at == len(data):
            if self.expect_preamble and at > 0:
                self.result.ended = True
                return None
            raise Refused("TRUNCATED", at, scan=at)
        resuming, self.resuming = self.resuming, False
        kind = self.sealed(at)
        if kind == wire.PREAMBLE:
            return self.preamble(at)
        fields = self.fields(at, resuming)
        behind = at + 64 + fields["stored"]
        self.take_numbers(fields)
        if kind == wire.END:
            self.expect_preamble, self.stream_id = True, None
            self.result.pieces.append((at, kind))
            return behind
        if self.too_long(fields):
            if fields["records"] != 1 or kind != wire.RECORDS:
                raise Refused("LIMIT", at + 36, scan=at + 64)
            self.result.skipped.append(at)
            self.next_record, self.next_block = self.next_record + 1, (self.next_block + 1) & 0xFFFFFFFF
            return behind
        if behind > len(data):
            raise Refused("TRUNCATED", len(data), scan=at + 64)
        if not self.payload_proves(at, fields):
            raise Refused("CORRUPT", at + 64, then=behind, scan=at + 64)
        self.result.pieces.append((at, kind))
        first, records = fields["first"], fields["records"]
        if kind == wire.RECORDS:
            self.next_record, self.next_block = first + records, (fields["number"] + 1) & 0xFFFFFFFF
        try:
            if kind == wire.RECORDS:
                self.records(at + 64, behind, first, records)
            else:
                self.definitions(at + 64, behind)
        except Damage as damage:
            raise Refused(damage.status, damage.offset, then=behind, scan=behind) from None
        except Cut:
            raise Refused("PROTOCOL", behind, then=behind, scan=behind) from None
        return behind

    def sealed(self, at):
        """The kind of the piece at `at`, whose constant bytes and check are right."""
        data = self.data
        constant = wire.PREAMBLE_CONSTANT if self.expect_preamble else wire.MAGIC
        if data[at + 3 : at + 4] == b"\x00":
            constant = wire.PREAMBLE_CONSTANT
        for offset, byte in enumerate(constant, at):
            if offset < len(data) and data[offset] != byte:
                raise Refused("CORRUPT", offset, scan=at)
        if at + 3 < len(data) and data[at + 3] > wire.END:
            raise Refused("CORRUPT", at + 3, scan=at)
        if len(data) - at < 64:
            raise Refused("TRUNCATED", len(data), scan=at)
        if not self.check_holds(at):
            raise Refused("CORRUPT", at, scan=at)
        return data[at + 3]

    def check_holds(self, at):
        covered = 60 if self.data[at + 3] else 56
        check = self.data[at + covered : at + 64]
        return wire.xxh3(self.data[at : at + covered]).to_bytes(8, "little")[: len(check)] == check

    def preamble_refusal(self, at):
        data = self.data
        if data[at + 10] != 1:
            return "VERSION", at + 10
        if data[at + 12 : at + 16] != bytes(4):
            return "VERSION", at + 12
        if data[at + 40 : at + 48] == bytes(8):
            return "PROTOCOL", at + 40
        return None

    def preamble(self, at):
        data = self.data
        if not self.expect_preamble:
            self.expect_preamble = True
            raise Refused("TRUNCATED", at, then=at, scan=at + 1)
        refusal = self.preamble_refusal(at)
        if refusal:
            self.only_preamble = refusal[0] == "VERSION"
            raise Refused(*refusal, scan=at + 1)
        self.expect_preamble = self.only_preamble = False
        self.new_stream(
            int.from_bytes(data[at + 40 : at + 48], "little"), int.from_bytes(data[at + 28 : at + 32], "little")
        )
        self.result.pieces.append((at, wire.PREAMBLE))
        return at + 64

    def header_of(self, at):
        return dict(zip(wire.HEADER_FIELDS, wire.HEADER.unpack_from(self.data, at)))

    def refusals(self, fields):
        """What a header breaks, field by field in the order of their bytes: (status, place in the header)."""
        kind, flags = fields["kind"], fields["flags"]
        allowed = {wire.RECORDS: 7, wire.DEFINITIONS: 6, wire.END: 0}[kind]
        block = kind == wire.RECORDS
        epoch = self.epoch + 1 if flags & wire.FIRST else max(self.epoch, 0) if kind == wire.END else self.epoch
        yield flags & ~allowed, "PROTOCOL", 4
        yield fields["codec"], "PROTOCOL", 5
        yield fields["lane"], "PROTOCOL", 6
        yield fields["zero"], "PROTOCOL", 7
        yield self.stream_id not in (None, fields["stream_id"]), "CORRUPT", 8
        yield fields["first"] != self.next_record, "CORRUPT", 16
        yield fields["number"] != self.next_block, "CORRUPT", 24
        yield fields["epoch"] != epoch & 0xFFFFFFFF, "CORRUPT", 28
        yield fields["records"] and not block, "PROTOCOL", 32
        yield fields["stored"] and kind == wire.END, "PROTOCOL", 36
        yield fields["raw"] != fields["stored"], "PROTOCOL", 40
        yield fields["check"] and not flags & wire.CHECKED, "PROTOCOL", 52

    def fields(self, at, resuming):
        fields = self.header_of(at)
        for wrong, status, place in self.refusals(fields):
            if wrong and not (resuming and status == "CORRUPT"):
                raise Refused(status, at + place, scan=at)
        return fields

    def take_numbers(self, fields):
        if fields["flags"] & wire.FIRST or fields["epoch"] != self.epoch:
            self.classes = {}
        self.stream_id, self.epoch = fields["stream_id"], fields["epoch"]
        self.next_record, self.next_block = fields["first"], fields["number"]
        self.expect_preamble = False

    def too_long(self, fields):
        stored = fields["stored"]
        if fields["kind"] == wire.DEFINITIONS:
            return stored > wire.RECORD_BYTES_MAX
        return stored > (wire.RECORD_BYTES_MAX + 4 if fields["records"] == 1 else 2 * self.target)

    def payload_proves(self, at, fields):
        payload = self.data[at + 64 : at + 64 + fields["stored"]]
        return not fields["flags"] & wire.CHECKED or wire.xxh3(payload) == fields["check"]

    def records(self, at, end, number, count):
        current, left = None, count
        while at < end:
            kind, size, behind = head(self.data, at, end)
            if kind == "ext" and self.data[behind : min(behind + 1, end)] == b"\x50":
                width = {0xD4: 1, 0xD5: 2}.get(self.data[at])
                if width is None:
                    raise Damage("PROTOCOL", at)
                if end - behind < 1 + width:
                    raise Cut
                class_id = int.from_bytes(self.data[behind + 1 : behind + 1 + width], "little")
                if class_id not in self.classes and class_id != 0:
                    raise Damage("UNKNOWN_CLASS", at)
                current = self.classes.get(class_id)
                at = behind + 1 + width
                continue
            if left == 0:
                raise Damage("PROTOCOL", at)
            behind = skip(self.data, at, end)
            try:
                value, behind = decode(self.data, at, end)
                name = current[0].name if current else None
                if current:
                    value = wire.from_slots(current[0], current[1], value)
                self.result.records.append(Loaded(number + count - left, name, value, at, self.data[at:behind]))
            except Damage:
                self.result.skipped.append(at)
            left -= 1
            at = behind
        if left:
            raise Cut

    def definitions(self, at, end):
        begin = at
        while at < end:
            kind, size, behind = head(self.data, at, end)
            behind += 1
            if kind != "ext" or self.data[behind - 1 : min(behind, end)] != b"\x50":
                raise Damage("PROTOCOL", at)
            if size > end - behind:
                raise Cut
            if self.data[behind : behind + 1] != b"\x10":
                raise Damage("PROTOCOL", at)
            try:
                class_id, class_, types = wire.parse_definition(self.data, behind + 1, behind + size)
            except Cut:
                raise Damage("PROTOCOL", behind + size) from None
            if class_id in self.classes:
                raise Damage("PROTOCOL", head(self.data, behind + 1, end)[2])
            if len(self.classes) == wire.CLASSES_MAX:
                raise Damage("LIMIT", at)
            self.classes[class_id] = (class_, types)
            at = behind + size
        if begin == end:
            raise Damage("PROTOCOL", begin)

    def proves(self, at):
        """Whether a loader that looks for a way on takes the piece at `at`."""
        data = self.data
        if not data.startswith(wire.MAGIC, at) or len(data) - at < 64 or data[at + 3] > wire.END:
            return False
        if not self.check_holds(at):
            return False
        if data[at + 3] == wire.PREAMBLE:
            return data.startswith(wire.PREAMBLE_CONSTANT, at) and self.preamble_refusal(at) is None
        if self.only_preamble:
            return False
        fields = self.header_of(at)
        if any(wrong and status == "PROTOCOL" for wrong, status, _ in self.refusals(fields)):
            return False
        if self.stream_id not in (None, fields["stream_id"]) or self.too_long(fields):
            return False
        if self.stream_id is not None:
            lag = (fields["number"] - self.next_block) & 0xFFFFFFFF
            epoch = self.epoch + (1 if fields["flags"] & wire.FIRST else 0)
            if fields["first"] < self.next_record or lag >= 1 << 31 or fields["epoch"] < epoch:
                return False
        return fields["stored"] <= len(data) - at - 64 and self.payload_proves(at, fields)

    def recover(self, refused):
        """Where to go on after damage; None when there is no such place."""
        data = self.data
        if refused.then == len(data):
            return None
        at = refused.then
        if at is None or not self.proves(at):
            at = data.find(wire.MAGIC, refused.scan)
            while at >= 0 and not self.proves(at):
                at = data.find(wire.MAGIC, at + 1)
        if at < 0:
            return None
        self.resuming = True
        self.expect_preamble = data[at + 3] == wire.PREAMBLE
        return at
