"""A picture of a run: bars, a group for each kind of work, Pier's in blue."""

import statistics
from xml.sax.saxutils import escape

# What is shown of each group, and by which name: the best that each contender has.
CODECS = {
    "memcpy of the struct": "memcpy of the struct",
    "Pier, generated": "Pier",
    "zpp_bits": "zpp_bits (no tags)",
    "FlatBuffers, verify and read all": "FlatBuffers",
    "Boost.Serialization, one binary archive": "Boost.Serialization",
    "cereal, binary": "cereal",
    "Cap'n Proto, build and read all": "Cap'n Proto",
    "protobuf C++, message used again": "protobuf C++",
    "msgpack-cxx, sbuffer and unpack": "msgpack-cxx",
    "msgpack-c, sbuffer and unpack_next": "msgpack-c",
    "protobuf-c": "protobuf-c",
    "Qt, QDataStream": "Qt QDataStream",
}
STREAMS = {
    "raw send and recv, 64 KiB": "raw send and recv",
    "Pier, no checksum": "Pier, no checksum",
    "Pier": "Pier",
    "ZeroMQ, packed 64 KiB": "ZeroMQ, packed 64 KiB",
    "ZeroMQ, packed 64 KiB, unpacked": "ZeroMQ, and unpacked",
    "nng, packed 64 KiB": "nng, packed 64 KiB",
    "libevent, bufferevent": "libevent, Pier's codec",
    "msgpack-c, 64 KiB": "msgpack-c, 64 KiB",
    "ZeroMQ, a message a record": "ZeroMQ, a record each",
    "nng, a message a record": "nng, a record each",
}
WIDTH = 720
BAR_BEGIN = 190
BAR_LONGEST = 420


def medians(slices, keys):
    """(shown name, median) of those that were measured."""
    return [(shown, statistics.median(slices[key])) for key, shown in keys if slices.get(key)]


def groups_of(results):
    for workload, what in (("W1", "a tick"), ("W2", "a monster")):
        for way in ("store", "load"):
            rows = medians(results.codec, [((workload, name, way), shown) for name, shown in CODECS.items()])
            rows.sort(key=lambda row: row[1])
            yield f"{way.capitalize()} {what} ({workload}), ns: shorter is faster", rows, 1
    for transport, what in (("tcp", "TCP"), ("unix", "a Unix socket")):
        rows = medians(results.stream, [((transport, name), shown) for name, shown in STREAMS.items()])
        yield f"Ticks over {what}, million a second: longer is faster", sorted(rows, key=lambda row: -row[1]), 1e6


def shown_number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.3f}"


def picture_of(results, brief=False):
    """brief: only storing and loading a tick, and sending many over TCP, without bars that are too short to be seen."""
    parts, y = [], 10
    for title, rows, unit in groups_of(results):
        if not rows or (brief and "tick" not in title.lower()) or (brief and "Unix" in title):
            continue
        if brief:
            rows = [row for row in rows if row[1] >= max(value for _, value in rows) / 100]
        longest = max(value for _, value in rows)
        parts.append(f'<text x="10" y="{y + 14}" font-weight="bold">{escape(title)}</text>')
        y += 24
        for name, value in rows:
            width = max(1, BAR_LONGEST * value / longest)
            colour = "#2f6f9f" if name.startswith("Pier") else "#b0b0b0"
            parts.append(f'<text x="{BAR_BEGIN - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>')
            parts.append(f'<rect x="{BAR_BEGIN}" y="{y}" width="{width:.0f}" height="17" fill="{colour}"/>')
            parts.append(f'<text x="{BAR_BEGIN + 6 + width:.0f}" y="{y + 13}">{shown_number(value / unit)}</text>')
            y += 21
        y += 14
    note = f"commit {results.meta.get('commit', 'unknown')}, {results.meta.get('machine', 'an unknown machine')}"
    parts.append(f'<text x="10" y="{y + 12}" font-size="10">{escape(note)}</text>')
    y += 24
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" font-family="sans-serif"'
    head += ' font-size="12">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{y}" fill="white"/>', *parts, "</svg>", ""])
