"""Makes a table and a picture of what was measured; scripts/bench.sh runs it.

    report.py FOLDER [--docs]

FOLDER has memory.json of memory_bench and stream.jsonl of stream_bench, and gets results.jsonl, table.md and plot.svg.
"""

import json
import os
import pathlib
import platform
import re
import statistics
import sys
from typing import NamedTuple
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parent.parent
TITLES = {
    "tokens/store": "Storing value by value (W1), tokens a second",
    "tokens/load": "Loading value by value (W1), tokens a second",
    "records/store": "Storing records (W1) into an archive in memory, records a second",
    "records/load": "Loading records (W1) from an archive in memory, records a second",
    "tcp": "Records (W1) between two processes over TCP on loopback, records a second",
    "unix": "Records (W1) between two processes over a Unix socket, records a second",
}


class Row(NamedTuple):
    group: str
    name: str
    rate: float  # median
    best: float
    bytes: float  # median, a second
    note: str


def rows_of_memory(path, lines):
    """By processor time: what else runs takes less of that than of the time on the wall."""
    runs = {}
    for run in json.loads(path.read_text())["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        group, _, name = run["run_name"].rpartition("/")
        runs.setdefault((group, name), []).append((run["items"], run["bytes"]))
        lines.append({"group": group, "name": name, "per_second": run["items"], "bytes_per_second": run["bytes"]})
    rows = []
    for (group, name), values in runs.items():
        rates = [value[0] for value in values]
        rows.append(Row(group, name, statistics.median(rates), max(rates), statistics.median(v[1] for v in values), ""))
    return rows


def rows_of_streams(path, lines):
    runs = {}
    for line in path.read_text().splitlines():
        run = json.loads(line)
        runs.setdefault((run["transport"], run["name"]), []).append(run)
        lines.append(run)
    rows = []
    for (group, name), values in runs.items():
        rates = [run["records_per_second"] for run in values]
        cpu = statistics.median(run["cpu_seconds_per_million"] for run in values)
        bytes_ = statistics.median(run["bytes_per_second"] for run in values)
        rows.append(Row(group, name, statistics.median(rates), max(rates), bytes_, f"{cpu:.3f}"))
    return rows


def in_groups(rows):
    """The groups in the order of TITLES. In each, the first of its run comes first: the others are compared with it."""
    return [(group, [row for row in rows if row.group == group]) for group in TITLES if any(r.group == group for r in rows)]


def table(rows):
    lines = []
    for group, members in in_groups(rows):
        note = {"tcp": "CPU s a million", "unix": "CPU s a million"}.get(group)
        lines += [f"**{TITLES[group]}**", ""]
        lines.append("| | median, M/s | best | MB/s | to the first |" + (f" {note} |" if note else ""))
        lines.append("|---|---|---|---|---|" + ("---|" if note else ""))
        for row in members:
            cells = [row.name, f"{row.rate / 1e6:.1f}", f"{row.best / 1e6:.1f}", f"{row.bytes / 1e6:,.0f}",
                     f"{row.rate / members[0].rate:.2f}"]  # fmt: skip
            lines.append("| " + " | ".join(cells + ([row.note] if note else [])) + " |")
        lines.append("")
    return "\n".join(lines)


def plot(rows):
    """Bars, a block a group, each as long as its ratio to the longest of the group."""
    parts, y = [], 10
    for group, members in in_groups(rows):
        longest = max(row.rate for row in members)
        parts.append(f'<text x="10" y="{y + 14}" font-weight="bold">{escape(TITLES[group])}</text>')
        y += 24
        for row in members:
            width = max(1, 420 * row.rate / longest)
            colour = "#2f6f9f" if row.name.startswith("Pier") else "#b0b0b0"
            parts.append(f'<text x="190" y="{y + 13}" text-anchor="end">{escape(row.name)}</text>')
            parts.append(f'<rect x="200" y="{y}" width="{width:.0f}" height="17" fill="{colour}"/>')
            parts.append(f'<text x="{206 + width:.0f}" y="{y + 13}">{row.rate / 1e6:.1f} M</text>')
            y += 21
        y += 14
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{y}" font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="720" height="{y}" fill="white"/>', *parts, "</svg>", ""])


def machine():
    """What the figures depend on, and nothing that names the machine."""
    model = "unknown processor"
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE)
        model = found[1] if found else model
    kernel = re.match(r"\d+\.\d+", platform.release())
    return f"{os.cpu_count()} processors, {model}; Linux {kernel[0] if kernel else ''}, {platform.machine()}"


def update_docs(text, picture):
    path = ROOT / "docs" / "benchmarks.md"
    document = path.read_text()
    head, rest = document.split("<!-- table -->\n")
    tail = rest.split("<!-- end of table -->\n")[1]
    path.write_text(f"{head}<!-- table -->\nMeasured on {machine()}.\n\n{text}<!-- end of table -->\n{tail}")
    (ROOT / "docs" / "pictures" / "benchmarks.svg").write_text(picture)


def main():
    folder = pathlib.Path(sys.argv[1])
    lines = []
    rows = rows_of_memory(folder / "memory.json", lines) + rows_of_streams(folder / "stream.jsonl", lines)
    # Repetitions come in a random order; the program has registered the first of each group first.
    order = json.loads((folder / "memory.json").read_text())["benchmarks"]
    places = {run["run_name"]: run["family_index"] for run in order}
    rows.sort(key=lambda row: places.get(f"{row.group}/{row.name}", 1000))
    text = table(rows)
    (folder / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "table.md").write_text(text)
    (folder / "plot.svg").write_text(plot(rows))
    if "--docs" in sys.argv:
        update_docs(text, plot(rows))
    print(f"{machine()}\n\n{text}")


if __name__ == "__main__":
    main()
