"""The goals of speed, and whether a run meets them."""

import statistics
from typing import NamedTuple

from results import ratio

MSGPACK = "msgpack-c, sbuffer and unpack_next"
PROTOBUF = "protobuf C++, message used again"
COPY = "memcpy of the struct"
OWN = "Pier, generated"
RAW = "raw send and recv, 64 KiB"
UNCHECKED = "Pier, no checksum"


class Goal(NamedTuple):
    what: str
    bound: float
    at_most: bool  # else at least
    measured: float  # or None

    @property
    def met(self):
        if self.measured is None:
            return None
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound


def codec_goals(results):
    def against(workload, way, other):
        return ratio(results.codec.get((workload, OWN, way)), results.codec.get((workload, other, way)))

    for workload in ("W1", "W2"):
        for peer, name, bounds in (
            (MSGPACK, "msgpack-c", {"store": 0.12, "load": 0.08}),
            (PROTOBUF, "protobuf C++", {"store": 0.17, "load": 0.10}),
            ("protobuf-c", "protobuf-c", {"store": 0.10, "load": 0.10}),
        ):
            for way, bound in bounds.items():
                yield Goal(f"{workload}, {way}, to {name}", bound, True, against(workload, way, peer))
    for workload, form, bound in (
        ("W1 fixed", "W1, fixed-width fields", 2.4),
        ("W2 typed", "W2, vectors as typed blocks", 2.8),
        ("W3 typed", "W3, integers as one typed block", 3.2),
    ):
        for way in ("store", "load"):
            yield Goal(f"{form}, {way}, to `memcpy`", bound, True, against(workload, way, COPY))
    for workload in ("W3", "W3 one byte", "W3 nine bytes", "W3 runs"):
        for way in ("store", "load"):
            what = f"{workload}, smallest integers, {way}, to msgpack-c"
            yield Goal(what, 0.2, True, against(workload, way, MSGPACK))
    lanes = results.codec
    block = lanes.get(("W1", "Pier, generated, 1,024 in a block", "load"))
    yield Goal("1,024 W1 in a block, load, to a single one", 1.3, True, ratio(block, lanes.get(("W1", OWN, "load"))))
    plan = lanes.get(("W1", "Pier, archive, through a plan", "load"))
    straight = lanes.get(("W1", "Pier, archive, framed, no checksum", "load"))
    what = "W1 through a plan, load, to the straight-line load (both from an archive)"
    yield Goal(what, 4, True, ratio(plan, straight))


def stream_goals(results):
    names = {"tcp": "TCP", "unix": "Unix socket"}
    for own, other, what, bounds in (
        (UNCHECKED, RAW, "no checksum, to raw 64 KiB", {"tcp": 0.80, "unix": 0.65}),
        (UNCHECKED, "ZeroMQ, packed 64 KiB", "no checksum, to ZeroMQ given packed 64 KiB", {"tcp": 1.9, "unix": 2.5}),
        (UNCHECKED, "ZeroMQ, packed 64 KiB, unpacked", "no checksum, to the same, unpacked by its receiver",
         {"tcp": 1.9, "unix": 2.5}),
        (UNCHECKED, "ZeroMQ, a message a record", "no checksum, to ZeroMQ given records", {"tcp": 12, "unix": 12}),
        ("Pier", UNCHECKED, "checksum on, to off", {"tcp": 0.90, "unix": 0.90}),
    ):
        for transport, bound in bounds.items():
            rates = [results.stream.get((transport, name)) for name in (own, other)]
            yield Goal(f"stream, {names[transport]}, {what}", bound, False, ratio(*rates))


def latency_goals(results):
    for transport, name in (("tcp", "TCP"), ("unix", "Unix socket")):
        raw = results.p50.get((transport, 1, "raw send and recv"))
        for contender, what, bound in (
            ("Pier", "ping-pong p50", 1.06),
            ("Pier, deadline and cancel", "ping-pong p50 with deadline and cancel", 1.10),
        ):
            own = results.p50.get((transport, 1, contender))
            yield Goal(f"{what}, {name}, one processor, to raw", bound, True, ratio(own, raw))
        spin = results.p50.get((transport, 2, "Pier, bounded spin"))
        polling = results.p50.get((transport, 2, "raw, busy polling"))
        what = f"ping-pong p50 with bounded spin, {name}, two processors, to raw busy polling"
        yield Goal(what, 1.10, True, ratio(spin, polling))


def compress_goals(results):
    for level in sorted(results.shrinks):
        for way, what in (("store", "compressing"), ("load", "expanding")):
            rates = [results.compress.get((level, name, way)) for name in ("Pier", "zlib")]
            yield Goal(f"zlib level {level}, {what}, to zlib itself", 0.97, False, ratio(*rates))


def journal_goals(results):
    for level, group, other, what, bound in (
        ("process", 1000, "raw write", "raw writes", 0.70),
        ("process", 1000, "SQLite, WAL", "SQLite NORMAL", 30),
        ("disk", 1000, "raw write", "raw writes and as many fdatasync", 0.95),
        ("disk", 1000, "SQLite, WAL", "SQLite FULL", 2),
    ):
        rates = [results.appends.get((level, group, name)) for name in ("Pier", other)]
        yield Goal(f"journal, {level}, batches of 1,000, to {what}", bound, False, ratio(*rates))
    replayed = statistics.median(results.replay) / 1e6 if results.replay else None
    yield Goal("journal, replay, million W1 a second", 40, False, replayed)


def goals_of(results):
    goals = [*codec_goals(results), *stream_goals(results), *latency_goals(results), *compress_goals(results)]
    return [*goals, *(journal_goals(results) if results.appends or results.replay else ())]
