"""A reader of framed and plain streams, from proto/wire.md alone.

Every check of the specification, in its order, with the offset that it demands; and the way on after damage. What it
answers is what a loader that goes on after damage must answer: the records, and a damage for each time it stopped.
"""

import functools
import zlib
from typing import Any, NamedTuple, Optional

import pier_wire as wire
from pier_value import Cut, Damage, RawBytes, decode, encode, head, skip


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
    """A damage. `piece` is the piece that is refused, where the search for a way on begins; or `behind` is where the
    stream goes on, since the block that holds the damage has proved itself."""

    def __init__(self, status, offset, piece=None, behind=None):
        super().__init__(status, offset)
        self.piece, self.behind = piece, behind


def load(data, record_bytes_max=wire.RECORD_BYTES_MAX, typed=True, since=None):
    """Reads a framed stream, or several one behind the other. `typed` gives typed records by the names of their fields,
    and raises ValueError for one that does not fit its definition; else they are arrays. `since` is one of the states
    of a stream that begins as this one (see states). Returns a Result."""
    loader = Loader(bytes(data), record_bytes_max, typed)
    at = loader.restore(since) if since else 0
    while at is not None:
        try:
            at = loader.piece(at)
        except Refused as refused:
            loader.result.damages.append((refused.status, refused.offset))
            at = refused.behind if refused.behind is not None else loader.recover(refused)
    return loader.result


def states(data):
    """Where the pieces of an undamaged stream begin, and what its loader, which gives no names, has come to there."""
    loader, at, found = Loader(bytes(data), typed=False), 0, []
    while at is not None:
        found.append(loader.save(at))
        at = loader.piece(at)
    return found


def load_plain(data):
    """Reads bare values. Returns a Result."""
    result, at, data = Result(), 0, bytes(data)
    while at < len(data):
        try:
            value, behind = decode(data, at, len(data))
        except Cut:
            result.damages.append(("TRUNCATED", len(data)))
            return result
        except Damage as damage:
            result.damages.append((damage.status, damage.offset))
            return result
        result.records.append(Loaded(len(result.records) + 1, None, value, at, data[at:behind]))
        at = behind
    result.ended = True
    return result


@functools.lru_cache(4096)
def decoded(encoded):
    """The value of a whole record, in a tuple. The tests read the same records over and over."""
    return decode(encoded, 0, len(encoded))[:1]


@functools.lru_cache(4096)
def parsed(definition):
    return wire.parse_definition(definition, 0, len(definition))


@functools.lru_cache(2048)
def more_comes(stream):
    """Whether a byte more comes of deflate data, all of which zlib was given, before anything in them is damaged."""
    try:
        return len(stream.decompress(stream.unconsumed_tail, 1)) > 0
    except zlib.error as error:
        # Before it stopped for want of room, zlib looked for damage up to the next byte that comes, but for one kind:
        # how far a match goes back. So any other is behind a byte more, which is lost with the error.
        return "too far back" not in str(error)


def record_spans(payload, count):
    """What a block of `count` records holds: [(class id, place of its ext or of the record, place, record)], and what
    stands in the way of the rest: None, "cut", or (status, place)."""
    spans, at, end, class_id = [], 0, len(payload), 0
    try:
        while at < end:
            if len(spans) == count:
                return spans, ("PROTOCOL", at)
            begin = at
            while is_own_ext(payload, at, end):
                width = {0xD4: 1, 0xD5: 2}.get(payload[at])
                if width is None:
                    return spans, ("PROTOCOL", at)
                if end - at < 2 + width:
                    return spans, "cut"
                class_id = int.from_bytes(payload[at + 2 : at + 2 + width], "little")
                begin, at = at, at + 2 + width
            behind = skip(payload, at, end)
            spans.append((class_id, begin, at, payload[at:behind]))
            at = behind
    except Damage as damage:
        return spans, (damage.status, damage.offset)
    except Cut:
        return spans, "cut"
    return spans, "cut" if len(spans) < count else None


def is_own_ext(data, at, end):
    if at == end or not (0xC7 <= data[at] <= 0xC9 or 0xD4 <= data[at] <= 0xD8):
        return False
    behind = head(data, at, end)[2]
    return data[behind : min(behind + 1, end)] == b"\x50"


def is_free(fields):
    """Whether a block is a control block without a place among the records."""
    return fields["kind"] == wire.CONTROL and fields["first"] == 0


def place_of(encoded, path):
    """Where the child of a child … of a value lies in its bytes."""
    at = 0
    for index in path:
        at = head(encoded, at, len(encoded))[2]
        for _ in range(index):
            at = skip(encoded, at, len(encoded))
    return at


class Loader:
    def __init__(self, data, record_bytes_max=wire.RECORD_BYTES_MAX, typed=True):
        self.data, self.result = data, Result()
        self.record_bytes_max, self.typed = record_bytes_max, typed
        self.expect_preamble = True  # at the start and behind an end mark
        self.refuted_bytes = 0  # of payloads that failed their check, each time one was looked at
        self.refuted = None  # the piece whose payload was refused last
        self.resuming = False  # the piece that comes first after damage: its numbers are taken over
        self.part = True  # control blocks may come: until a preamble says that the stream is whole
        self.new_stream(None, wire.BLOCK_TARGET_HIGHEST)

    def save(self, at):
        """The loader's state before the piece at `at`."""
        state = {name: value for name, value in vars(self).items() if name not in ("data", "result")}
        state["raw_parts"] = self.raw_parts and list(self.raw_parts)
        return at, state, {name: list(value) for name, value in vars(self.result).items() if isinstance(value, list)}

    def restore(self, saved):
        """Goes on from a saved state, in a stream that is the same up to there. Returns where that is."""
        at, state, result = saved
        vars(self).update(state)
        self.raw_parts = self.raw_parts and list(self.raw_parts)
        vars(self.result).update((name, list(value)) for name, value in result.items())
        return at

    def new_stream(self, stream_id, target, enters=False, enters_at=0):
        """enters: the first block says which numbers come; enters_at: with which record it must begin, 0 is any."""
        self.stream_id, self.target, self.ended = stream_id, target, False
        self.enters, self.enters_at = enters, enters_at
        self.next_record, self.next_block, self.classes = 1, 0, {}
        self.epoch, self.begun = 0, False  # the epoch of the next block, or of the last one when it has begun
        self.in_raw, self.raw_parts = False, None

    def piece(self, at):
        """Reads the piece at `at`; returns where the next one begins, None at the end of the input."""
        data = self.data
        if at == len(data) and self.expect_preamble and at > 0:
            self.result.ended = True
            return None
        resuming, self.resuming = self.resuming, False
        if resuming:
            self.raw_parts = None
        kind = self.sealed(at)
        if kind == wire.PREAMBLE:
            return self.preamble(at, resuming)
        fields = self.header_of(at)
        for wrong, status, place in self.refusals(fields):
            if wrong and not (resuming and status == "CORRUPT"):
                raise Refused(status, at + place, piece=at)
        behind = at + 64 + fields["stored"]
        if not self.too_long(fields):
            if behind > len(data) and self.may_look(at, fields):
                raise Refused("TRUNCATED", len(data), piece=at)
            if not self.payload_proves(at, fields):
                raise Refused("CORRUPT", at + 64, piece=at)
        self.take(fields, resuming)
        self.result.pieces.append((at, kind))
        if self.too_long(fields):
            self.result.skipped.append(at)
            return behind
        try:
            if kind == wire.RECORDS:
                self.block(at, behind, fields)
            elif kind == wire.DEFINITIONS:
                self.definitions(at + 64, behind)
            elif kind == wire.RAW:
                self.raw(at, behind, fields)
        except Damage as damage:
            raise Refused(damage.status, damage.offset, behind=behind) from None
        except Cut:
            raise Refused("PROTOCOL", behind, behind=behind) from None
        return behind

    def take(self, fields, resuming):
        """A header that passed its checks takes effect."""
        if is_free(fields):
            return
        first = bool(fields["flags"] & wire.FIRST)
        if first or fields["epoch"] != self.epoch:
            self.classes = {}
        self.begun = self.begun or first or resuming or fields["kind"] != wire.CONTROL
        self.enters = False
        self.stream_id, self.epoch = fields["stream_id"], fields["epoch"]
        self.next_record, self.next_block = fields["first"] + fields["records"], fields["number"]
        if fields["kind"] in (wire.RECORDS, wire.RAW):
            self.next_block = (self.next_block + 1) & 0xFFFFFFFF
        if fields["kind"] == wire.CONTROL:
            self.expect_preamble = self.ended = False
            return
        self.in_raw = fields["kind"] == wire.RAW and not fields["flags"] & wire.RAW_END
        self.expect_preamble = self.ended = fields["kind"] == wire.END

    def sealed(self, at):
        """The kind of the piece at `at`, whose constant bytes and check are right."""
        data = self.data
        constant = wire.MAGIC
        if self.expect_preamble or data[at + 3 : at + 4] == b"\x00":
            constant = wire.PREAMBLE_CONSTANT
        for offset, byte in enumerate(constant, at):
            if offset < len(data) and data[offset] != byte:
                raise Refused("CORRUPT", offset, piece=at)
        if at + 3 < len(data) and data[at + 3] > (wire.CONTROL if self.part else wire.RAW):
            raise Refused("CORRUPT", at + 3, piece=at)
        if len(data) - at < 64:
            raise Refused("TRUNCATED", len(data), piece=at)
        if not self.check_holds(at):
            raise Refused("CORRUPT", at, piece=at)
        return data[at + 3]

    def check_holds(self, at):
        covered = 60 if self.data[at + 3] else 56
        check = self.data[at + covered : at + 64]
        return wire.xxh3(self.data[at : at + covered]).to_bytes(8, "little")[: len(check)] == check

    def preamble_refusal(self, at):
        def number(offset, size):
            return int.from_bytes(self.data[at + offset : at + offset + size], "little")

        if self.data[at + 10] != 1:
            return "VERSION", at + 10
        if number(12, 4) & ~(wire.REQUIRES_DEFLATE | wire.REQUIRES_PART):
            return "VERSION", at + 12
        if not 1 <= number(28, 4) <= wire.BLOCK_TARGET_HIGHEST:
            return "PROTOCOL", at + 28
        if number(40, 8) == 0:
            return "PROTOCOL", at + 40
        return None

    def preamble(self, at, resuming):
        data = self.data
        if not self.expect_preamble:
            raise Refused("TRUNCATED", at, piece=at)
        refusal = self.preamble_refusal(at)
        if refusal:
            raise Refused(*refusal, piece=at)
        self.expect_preamble = False
        stream_id = int.from_bytes(data[at + 40 : at + 48], "little")
        self.part = bool(data[at + 12] & wire.REQUIRES_PART)
        # Behind a part of the same stream comes the next record; after damage, anything.
        follows = self.part and self.stream_id == stream_id and not resuming
        enters_at = self.next_record if follows else 0
        self.new_stream(stream_id, int.from_bytes(data[at + 28 : at + 32], "little"), self.part, enters_at)
        self.result.pieces.append((at, wire.PREAMBLE))
        return at + 64

    def header_of(self, at):
        return dict(zip(wire.HEADER_FIELDS, wire.HEADER.unpack_from(self.data, at)))

    def refusals(self, fields):
        """What a header breaks, field by field in the order of their bytes: (whether, status, place in the header)."""
        kind, flags = fields["kind"], fields["flags"]
        free = is_free(fields)
        allowed = {wire.RECORDS: 7, wire.DEFINITIONS: 6, wire.END: 0, wire.RAW: 62, wire.CONTROL: 2 if free else 6}[kind]
        begins = kind == wire.RAW and bool(flags & wire.RAW_BEGIN)
        confused = flags & (wire.FIRST | wire.RAW_BEGIN) == wire.FIRST or (
            flags & (wire.RAW_ABANDONED | wire.RAW_END) == wire.RAW_ABANDONED
        )
        epoch = self.epoch + 1 if flags & wire.FIRST and self.begun else self.epoch
        silent = kind in (wire.END, wire.CONTROL)
        unbegun = not (self.begun or flags & wire.FIRST or silent)
        too_many = fields["first"] + fields["records"] >= 1 << 64
        between = kind == wire.CONTROL and not fields["records"]
        yield kind == wire.CONTROL and not self.part, "CORRUPT", 3
        yield self.in_raw and kind != wire.RAW and not between, "CORRUPT", 3
        yield flags & ~allowed, "PROTOCOL", 4
        yield kind == wire.RAW and confused, "PROTOCOL", 4
        yield kind == wire.RAW and begins == self.in_raw, "CORRUPT", 4
        yield fields["codec"] > wire.DEFLATE, "VERSION", 5
        yield fields["codec"] and kind != wire.RECORDS, "PROTOCOL", 5
        yield fields["lane"], "PROTOCOL", 6
        yield fields["zero"], "PROTOCOL", 7
        yield self.stream_id not in (None, fields["stream_id"]), "CORRUPT", 8
        if free:
            yield fields["number"], "PROTOCOL", 24
            yield fields["epoch"], "PROTOCOL", 28
            yield fields["records"], "PROTOCOL", 32
        elif self.enters:
            yield self.enters_at not in (0, fields["first"]), "CORRUPT", 16
            yield fields["first"] == 0 or too_many, "PROTOCOL", 16
            yield unbegun, "CORRUPT", 28
        else:
            yield fields["first"] != self.next_record, "CORRUPT", 16
            yield fields["number"] != self.next_block, "CORRUPT", 24
            yield fields["epoch"] != epoch & 0xFFFFFFFF or unbegun, "CORRUPT", 28
            yield kind == wire.CONTROL and too_many, "PROTOCOL", 32
        yield fields["records"] != begins and kind not in (wire.RECORDS, wire.CONTROL), "PROTOCOL", 32
        yield fields["stored"] and kind == wire.END, "PROTOCOL", 36
        alone = fields["records"] == 1 and kind == wire.RECORDS
        yield fields["stored"] > self.payload_max(fields) and not alone, "LIMIT", 36
        if fields["codec"]:
            yield fields["raw"] <= fields["stored"], "PROTOCOL", 40
            yield self.too_long(fields) and not alone, "LIMIT", 40
        else:
            yield fields["raw"] != fields["stored"], "PROTOCOL", 40
        yield fields["check"] and not flags & wire.CHECKED, "PROTOCOL", 52

    def payload_max(self, fields):
        if fields["kind"] == wire.DEFINITIONS:
            return max(self.record_bytes_max, 65536)
        if fields["kind"] == wire.RAW:
            return self.target + 5
        if fields["kind"] == wire.CONTROL:
            return wire.CONTROL_BYTES_MAX
        return self.record_bytes_max + 4 if fields["records"] <= 1 else 2 * self.target

    def too_long(self, fields):
        inflates_too_much = fields["raw"] > fields["stored"] * wire.INFLATION_RATIO_MAX
        return fields["kind"] != wire.CONTROL and (fields["raw"] > self.payload_max(fields) or inflates_too_much)

    def may_look(self, at, fields):
        account = 4 * max(self.record_bytes_max, 16 << 20) + 16 * at
        return not fields["flags"] & wire.CHECKED or self.refuted_bytes <= account

    def payload_proves(self, at, fields):
        may_look = self.may_look(at, fields)
        if not fields["flags"] & wire.CHECKED:
            return True
        if may_look and wire.xxh3(self.data[at + 64 : at + 64 + fields["stored"]]) == fields["check"]:
            return True
        if may_look:
            self.refuted_bytes += fields["stored"]
        self.refuted = at
        return False

    def block(self, at, behind, fields):
        if not fields["codec"]:
            self.records(self.data, at + 64, behind, fields, lambda place: place)
            return
        raw = self.inflated(at, behind, fields["raw"])
        try:
            # What is wrong in a payload that was compressed has no place on the wire but its block's.
            self.records(raw, 0, len(raw), fields, lambda place: at)
        except Cut:
            raise Damage("PROTOCOL", at) from None

    def inflated(self, at, behind, raw_bytes):
        """The payload of the compressed block at `at`."""
        payload = self.data[at + 64 : behind]
        width = {0xC7: 1, 0xC8: 2, 0xC9: 4}.get(payload[0], 0)
        size = int.from_bytes(payload[1 : 1 + width], "big")
        if not width or payload[1 + width : 3 + width] != b"\x50\x11" or size != len(payload) - width - 2:
            raise Damage("PROTOCOL", at + 64)
        stream = zlib.decompressobj(-15)
        try:
            raw = stream.decompress(payload[3 + width :], raw_bytes)
        except zlib.error:
            raise Damage("CORRUPT", at + 64) from None
        if len(raw) == raw_bytes and more_comes(stream):
            raise Damage("PROTOCOL", at + 40)
        if not stream.eof:
            raise Damage("CORRUPT", at + 64)
        if len(raw) < raw_bytes:
            raise Damage("PROTOCOL", at + 40)
        if stream.unused_data:
            raise Damage("PROTOCOL", behind - len(stream.unused_data))
        return raw

    def records(self, data, at, end, fields, place):
        """The records in `data` from `at` to `end`; `place` tells where on the wire something is wrong."""
        spans, obstacle = record_spans(data[at:end], fields["records"])
        for number, (class_id, begin, own, encoded) in enumerate(spans, fields["first"]):
            if class_id and class_id not in self.classes:
                self.result.damages.append(("UNKNOWN_CLASS", place(at + begin)))
                continue
            try:
                self.record(encoded, place(at + own), number, self.classes.get(class_id))
            except wire.Undefined as undefined:
                wrong = at + own + place_of(encoded, undefined.path)
                self.result.damages.append(("UNKNOWN_CLASS", place(wrong)))
        if obstacle == "cut":
            raise Cut
        if obstacle:
            raise Damage(obstacle[0], place(at + obstacle[1]))

    def raw(self, at, end, fields):
        """A part of raw bytes. They are told when their last block came, at the place of their first."""
        try:
            kind, size, begin = head(self.data, at + 64, end)
        except (Cut, Damage):
            kind, size, begin = None, 0, end
        if kind != "bin" or begin + size != end:
            self.raw_parts = None
            raise Damage("PROTOCOL", at + 64)
        if fields["flags"] & wire.RAW_BEGIN:
            self.raw_parts, self.raw_at, self.raw_number = [], at + 64, fields["first"]
        if self.raw_parts is None:
            return
        self.raw_parts.append(self.data[begin:end])
        if fields["flags"] & wire.RAW_ABANDONED:
            self.result.skipped.append(at)
        elif fields["flags"] & wire.RAW_END:
            content = b"".join(self.raw_parts)
            self.result.records.append(Loaded(self.raw_number, None, RawBytes(content), self.raw_at, encode(content)))

    def record(self, encoded, at, number, definition):
        try:
            value = decoded(encoded)
        except Damage:
            value = None
        if value is None or len(encoded) > self.record_bytes_max:
            self.result.skipped.append(at)
            return
        (value,) = value
        if definition and self.typed:
            value = wire.Namer(self.classes).whole(*definition, value)
        name = definition[0].name if definition else None
        self.result.records.append(Loaded(number, name, value, at, encoded))

    def definitions(self, at, end):
        """A block of definitions takes effect whole or not at all."""
        classes = dict(self.classes)
        while at < end:
            kind, size, behind = head(self.data, at, end)
            own = kind == "ext" and self.data[behind : behind + 2] == b"\x50\x10"
            if not own or self.data[at] >= 0xD4 or size > end - behind - 1:
                raise Damage("PROTOCOL", at)
            try:
                class_id, class_, types = parsed(self.data[behind + 2 : behind + 1 + size])
            except Damage as damage:
                raise Damage(damage.status, damage.offset + behind + 2) from None
            except Cut:
                raise Damage("PROTOCOL", behind + 2) from None
            if class_id in classes:
                raise Damage("PROTOCOL", head(self.data, behind + 2, end)[2])
            if len(classes) == wire.CLASSES_MAX:
                raise Damage("LIMIT", at)
            classes[class_id] = (class_, types)
            at = behind + 1 + size
        self.classes = classes

    def proves(self, at, trusted_end):
        """Whether a loader that looks for a way on takes the piece at `at`."""
        data = self.data
        if not data.startswith(wire.MAGIC, at) or len(data) - at < 64 or data[at + 3] > wire.CONTROL:
            return False
        if not self.check_holds(at) or at == self.refuted:
            return False
        if data[at + 3] == wire.PREAMBLE:
            constant = data.startswith(wire.PREAMBLE_CONSTANT, at)
            return at >= trusted_end and constant and self.preamble_refusal(at) is None
        fields = self.header_of(at)
        other = self.stream_id != fields["stream_id"]
        if other and not (self.stream_id is None or self.ended):
            return False
        if not other and fields["first"] < self.next_record:
            return False
        if fields["first"] == 0 or fields["first"] + fields["records"] >= 1 << 64:
            return False
        if fields["kind"] == wire.CONTROL and not self.part:
            return False
        if any(wrong and status != "CORRUPT" for wrong, status, _ in self.refusals(fields)):
            return False
        return self.too_long(fields) or (fields["stored"] <= len(data) - at - 64 and self.payload_proves(at, fields))

    def recover(self, refused):
        """Where to go on after damage; None when there is no such place."""
        data, piece = self.data, refused.piece
        if refused.status == "VERSION":
            return None
        places, trusted_end = [piece], 0
        if len(data) - piece >= 64 and not data.startswith(wire.PREAMBLE_CONSTANT, piece):
            fields = self.header_of(piece)
            sealed = data.startswith(wire.MAGIC, piece) and data[piece + 3] <= wire.CONTROL and self.check_holds(piece)
            lengths = (fields["stored"],) if sealed and fields["codec"] else (fields["stored"], fields["raw"])
            places += [piece + 64 + length for length in dict.fromkeys(lengths)]
            if sealed:
                trusted_end = max(places)
        for at in places:
            if at == len(data):
                return None
            if self.proves(at, trusted_end):
                return self.resume(at)
        at = data.find(wire.MAGIC, piece + 1)
        while at >= 0 and not self.proves(at, trusted_end):
            at = data.find(wire.MAGIC, at + 1)
        return self.resume(at) if at >= 0 else None

    def resume(self, at):
        self.resuming = True
        self.expect_preamble = self.data[at + 3] == wire.PREAMBLE
        return at
