"""The results of scripts/bench.sh, as the files of JSON lines in a folder have them."""

import json
import os
import pathlib
import platform
import re
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("codec", "stream", "latency", "compress", "journal", "instructions", "size")


class Results:
    """What was measured: dictionaries from what is measured to its slices, in the order of the run."""

    def __init__(self, folder):
        self.codec = {}  # (workload, name, way): nanoseconds a record
        self.bytes = {}  # (workload, name): bytes a record
        self.stream = {}  # (transport, name): records a second
        self.cpu = {}  # (transport, name): processor seconds a million records
        self.p50 = {}  # (transport, processors, name): microseconds
        self.p99 = {}
        self.compress = {}  # (level, name, way): bytes a second
        self.shrinks = {}  # level: raw bytes to stored ones
        self.instructions = {}  # (workload, name, way): a record
        self.appends = {}  # (level, records a group, name): records a second
        self.append_bytes = {}  # likewise: bytes a record
        self.replay = []  # records a second
        self.recovery = []  # seconds
        self.journal_bytes = 0  # of what was replayed and recovered
        self.size = []  # rows
        self.versions = {}
        self.wire_bytes = 0
        meta = folder / "meta.json"
        self.meta = json.loads(meta.read_text()) if meta.exists() else {}
        for part in PARTS:
            path = folder / f"{part}.jsonl"
            for line in path.read_text().splitlines() if path.exists() else ():
                self.add(json.loads(line))

    def add(self, row):
        name = row.get("name")
        if "versions" in row:
            self.versions.update(row["versions"])
        elif row["part"] == "codec":
            self.codec[row["workload"], name, row["way"]] = row["ns"]
            self.bytes[row["workload"], name] = row["bytes"]
        elif row["part"] == "stream":
            self.stream[row["transport"], name] = row["records_per_second"]
            self.cpu[row["transport"], name] = row["cpu_s_a_million"]
            self.wire_bytes = row["wire_bytes"]
        elif row["part"] == "latency":
            self.p50[row["transport"], row["processors"], name] = row["p50_us"]
            self.p99[row["transport"], row["processors"], name] = row["p99_us"]
        elif row["part"] == "compress":
            rates = [row["raw_bytes"] / seconds for seconds in row["seconds"]]
            self.compress[row["level"], name, row["way"]] = rates
            self.shrinks[row["level"]] = row["raw_bytes"] / row["stored_bytes"]
        elif row["part"] == "journal" and row["what"] == "append":
            self.appends[row["level"], row["group"], name] = row["records_per_second"]
            self.append_bytes[row["level"], row["group"], name] = row["bytes"]
        elif row["part"] == "journal":
            self.replay = row.get("records_per_second", self.replay)
            self.recovery = row.get("seconds", self.recovery)
            self.journal_bytes = row["bytes"]
        elif row["part"] == "instructions":
            self.instructions[row["workload"], name, row["way"]] = row["count"]
        elif row["part"] == "size":
            self.size.append(row)


def ratio(slices, others):
    """The median of the ratios within each turn; None when one of the two was not measured."""
    if not slices or not others:
        return None
    return statistics.median(a / b for a, b in zip(slices, others))


def meta_of(build):
    """What the figures depend on, and nothing that names the machine."""
    cache = (build / "CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache, re.MULTILINE)[1]
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    flags = " ".join(re.findall(r"^CMAKE_C_FLAGS(?:_RELEASE)?:\w+=(.*)$", cache, re.MULTILINE)).strip()
    model = "unknown processor"
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE)
        model = found[1] if found else model
    kernel = re.match(r"\d+\.\d+", platform.release())
    machine = f"{os.cpu_count()} processors, {model}; Linux {kernel[0] if kernel else ''}, {platform.machine()}"
    return {"commit": commit(), "compiler": version, "flags": flags, "machine": machine}


def commit():
    """The commit that was measured, with a plus when the tree differs from it."""
    asked = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    if asked.returncode != 0:
        return "unknown"
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "lib", "include", "proto", "bench"], cwd=ROOT)
    return asked.stdout.strip() + ("" if changed.returncode == 0 else "+")


def instructions_of(folder):
    """The counts in callgrind's files: one for each mark that codec_bench --count set."""
    for path in sorted(folder.iterdir(), key=lambda path: int(path.suffix[1:]) if path.suffix[1:].isdigit() else 0):
        head = path.read_text()
        mark = re.search(r"^desc: Trigger: Client Request: (.*)\|(.*)\|(\w+)\|(\d+)$", head, re.MULTILINE)
        total = re.search(r"^(?:summary|totals): (\d+)$", head, re.MULTILINE)
        if mark and total:
            yield {"part": "instructions", "workload": mark[1], "name": mark[2], "way": mark[3],
                   "count": int(total[1]) / int(mark[4])}  # fmt: skip


def sizes_of(folder):
    """Bytes of machine code a message, from the symbols of the objects that the two compilers' code became."""
    pier = symbols(next(folder.rglob("record_workloads.pier.c.o"), None))
    protobuf = symbols(next(folder.rglob("plain_workloads.pb.cc.o"), None))
    for message in ("Tick", "Monster", "Series", "Weapon", "Vec3"):
        own = re.compile(rf"pier__bench_{message.lower()}_(encode|decode|measure|fields)(\..*)?$")
        other = re.compile(rf"(non-virtual thunk to )?bench::{message}::")
        codec = re.compile(rf"bench::{message}::(_InternalParse|_InternalSerialize|ByteSizeLong)\(")
        yield {"part": "size", "name": message,
               "pier": sum(size for name, size in pier if own.match(name)),
               "protobuf_codec": sum(size for name, size in protobuf if codec.match(name)),
               "protobuf": sum(size for name, size in protobuf if other.match(name))}  # fmt: skip


def symbols(path):
    """The functions in an object and their bytes; each once, though it may have several names."""
    if path is None:
        return []
    listed = subprocess.run(["nm", "-SC", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    found = {}
    for address, size, kind, name in re.findall(r"^(\w+) (\w+) (\w) (.*)$", listed, re.MULTILINE):
        if kind in "tTwW":
            # Templates and inline functions lie in sections of their own, so that addresses alone do not tell.
            found.setdefault((address, size, re.sub(r"\(.*", "", name)), (name, int(size, 16)))
    return list(found.values())
