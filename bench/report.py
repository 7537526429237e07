"""Makes tables and a picture of what scripts/bench.sh measured.

    report.py FOLDER [--docs]                 the report of FOLDER's results; --docs puts it into docs/performance.md
    report.py FOLDER --meta BUILD             notes in FOLDER what the figures depend on
    report.py FOLDER --callgrind FOLDER       prints the lines of the part instructions
    report.py FOLDER --size BUILD             prints the lines of the part size
"""

import json
import pathlib
import statistics
import sys
import textwrap

from goals import COPY, MSGPACK, RAW, goals_of
from picture import picture_of
from results import ROOT, Results, instructions_of, meta_of, ratio, sizes_of

WORKLOADS = {
    "W1": "W1, a tick of 48 bytes, a record",
    "W1 fixed": "W1 with fixed-width integers, a record",
    "W2": "W2, a monster of 276 bytes, a record",
    "W2 typed": "W2 with its vectors as typed blocks, a record",
    "W3": "W3, a series of 12 KB, a record",
    "W3 typed": "W3 with its integers as one typed block, a record",
    "W3 one byte": "W3 with integers of one byte each, a record",
    "W3 nine bytes": "W3 with integers of nine bytes each, a record",
    "W3 runs": "W3 with runs of integers of one width, a record",
}
TRANSPORTS = {"tcp": "TCP on loopback", "unix": "a Unix socket"}
TOKENS_A_TICK = 9
INLINED = "msgpack-c, sbuffer, all inlined"


def number(value):
    """Three digits that count."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def slices(values, best=min):
    return f"{number(statistics.median(values))} ({number(best(values))})" if values else ""


def table(title, heads, rows):
    if not rows:
        return []
    lines = [f"**{title}**", "", "| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def goal_lines(results):
    rows = []
    for goal in goals_of(results):
        sign = "≤" if goal.at_most else "≥"
        verdict = {True: "yes", False: "**no**", None: "not measured"}[goal.met]
        measured = "" if goal.measured is None else f"{goal.measured:.3g}"
        rows.append([goal.what, f"{sign} {goal.bound:g}", measured, verdict])
    return table("Goals: ratios of medians", ["", "goal", "measured", "met"], rows)


def codec_lines(results, workload):
    names = [name for kind, name in results.bytes if kind == workload]
    heads = ["", "bytes", "store, ns", "to `memcpy`", "instructions", "load, ns", "to `memcpy`", "instructions"]
    rows = []
    for name in names:
        row = [name, number(results.bytes[workload, name])]
        for way in ("store", "load"):
            values = results.codec.get((workload, name, way))
            copy = results.codec.get((workload, COPY, way))
            count = results.instructions.get((workload, name, way))
            row += [slices(values), number(ratio(values, copy)), number(count)]
        rows.append(row)
    return table(WORKLOADS[workload], heads, rows)


def token_lines(results):
    """Value by value: as tokens a second, and bytes."""
    rows = []
    for name in ("Pier, tokens, plain", "Pier, tokens, framed", MSGPACK, INLINED, "msgpack-c, template"):
        row = [name]
        for way in ("store", "load"):
            values = results.codec.get(("W1", name, way))
            ns = statistics.median(values) if values else None
            row += [number(TOKENS_A_TICK * 1e3 / ns), number(results.bytes["W1", name] * 1e3 / ns)] if ns else ["", ""]
        rows.append(row)
    heads = ["", "store, M tokens/s", "MB/s", "load, M tokens/s", "MB/s"]
    return table("Value by value, W1: nine tokens a record", heads, rows if results.codec else [])


def stream_lines(results, transport):
    rows = []
    raw = results.stream.get((transport, RAW))
    for (where, name), rates in results.stream.items():
        if where == transport:
            millions = [rate / 1e6 for rate in rates]
            megabytes = statistics.median(millions) * results.wire_bytes
            cpu = statistics.median(results.cpu[where, name])
            rows.append([name, slices(millions, max), number(megabytes), number(ratio(rates, raw)), f"{cpu:.3f}"])
    heads = ["", "M records/s", "MB/s", "to raw", "processor s a million"]
    return table(f"W1 one way between two processes over {TRANSPORTS[transport]}", heads, rows)


def latency_lines(results, processors):
    rows = []
    names = dict.fromkeys(name for _, where, name in results.p50 if where == processors)
    for name in names:
        row = [name]
        for transport in TRANSPORTS:
            key = (transport, processors, name)
            raw = results.p50.get((transport, processors, "raw send and recv"))
            if key in results.p50:
                p99 = statistics.median(results.p99[key])
                row += [slices(results.p50[key]), number(ratio(results.p50[key], raw)), number(p99)]
            else:
                row += ["", "", ""]
        rows.append(row)
    heads = ["", "TCP, p50 µs", "to raw", "p99 µs", "Unix, p50 µs", "to raw", "p99 µs"]
    where = "on one processor" if processors == 1 else "on two processors"
    return table(f"One W1 record back and forth, both processes {where}", heads, rows)


def compress_lines(results):
    rows = []
    for level, shrinks in sorted(results.shrinks.items()):
        for way, what in (("store", "compress"), ("load", "expand")):
            own = results.compress[level, "Pier", way]
            zlib = results.compress[level, "zlib", way]
            shown = [slices([rate / 1e6 for rate in rates], max) for rates in (own, zlib)]
            rows.append([f"level {level}, {what}", number(shrinks), *shown, number(ratio(own, zlib))])
    heads = ["", "shrinks by", "an archive, MB/s", "zlib itself, MB/s", "to zlib"]
    return table("Blocks of 64 KiB of W1, compressed", heads, rows)


def journal_lines(results):
    lines = []
    for level, other in (("process", "synchronous=NORMAL"), ("disk", "synchronous=FULL")):
        rows = []
        for (where, group, name), rates in results.appends.items():
            if where == level:
                raw = results.appends.get((level, group, "raw write"))
                size = results.append_bytes[where, group, name]
                rows.append([f"{group:,}", name, slices(rates, max), number(ratio(rates, raw)), number(size)])
        heads = ["records a group", "", "records/s", "to raw", "bytes a record"]
        lines += table(f"W1 appended to a journal, level {level}; SQLite with {other}", heads, rows)
    if results.replay:
        size = number(results.journal_bytes / 2**20)
        rows = [["replay, M records/s", slices([rate / 1e6 for rate in results.replay], max)]]
        rows += [["opening after a kill, ms", slices([seconds * 1e3 for seconds in results.recovery])]]
        lines += table(f"A journal of {size} MiB", ["", ""], rows)
    return lines


def size_lines(results):
    kinds = ("pier", "protobuf_codec", "protobuf")
    rows = [[row["name"], *(number(row[kind]) for kind in kinds)] for row in results.size]
    heads = ["message", "Pier", "protobuf C++, parse and serialize", "protobuf C++, all of the class"]
    return table("Bytes of machine code a message", heads, rows)


def report(results):
    meta = results.meta
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    measured = (
        f"Measured at commit {meta.get('commit', 'unknown')} on {meta.get('machine', 'an unknown machine')}; "
        f"{meta.get('compiler', 'unknown compiler')}, `{meta.get('flags', '')}`. {versions}."
    )
    lines = [textwrap.fill(measured, 120, break_long_words=False, break_on_hyphens=False), ""]
    lines += goal_lines(results)
    for workload in WORKLOADS:
        lines += codec_lines(results, workload)
    lines += token_lines(results)
    for transport in TRANSPORTS:
        lines += stream_lines(results, transport)
    for processors in (1, 2):
        lines += latency_lines(results, processors)
    return "\n".join(lines + compress_lines(results) + journal_lines(results) + size_lines(results))


def update_docs(text, drawn, brief):
    path = ROOT / "docs" / "performance.md"
    head, rest = path.read_text().split("<!-- figures -->\n")
    tail = rest.split("<!-- end of figures -->\n")[1]
    shown = "![Bars for each group: Pier in blue, the others in grey](pictures/performance.svg)"
    path.write_text(f"{head}<!-- figures -->\n{shown}\n\n{text}<!-- end of figures -->\n{tail}")
    (ROOT / "docs" / "pictures" / "performance.svg").write_text(drawn)
    (ROOT / "docs" / "pictures" / "speed.svg").write_text(brief)


def print_lines(rows):
    for row in rows:
        print(json.dumps(row))


def main():
    folder = pathlib.Path(sys.argv[1])
    action = sys.argv[2] if len(sys.argv) > 2 else ""
    if action == "--meta":
        (folder / "meta.json").write_text(json.dumps(meta_of(pathlib.Path(sys.argv[3]))) + "\n")
    elif action == "--callgrind":
        print_lines(instructions_of(pathlib.Path(sys.argv[3])))
    elif action == "--size":
        print_lines(sizes_of(pathlib.Path(sys.argv[3])))
    else:
        results = Results(folder)
        text, drawn, brief = report(results), picture_of(results), picture_of(results, brief=True)
        (folder / "report.md").write_text(text)
        (folder / "performance.svg").write_text(drawn)
        (folder / "speed.svg").write_text(brief)
        if action == "--docs":
            update_docs(text, drawn, brief)
        print(text)


if __name__ == "__main__":
    main()
