#!/usr/bin/env python3
"""Counts the instructions of the paths that are used most, and compares them with those that were recorded.

    speed.py PROGRAM COMPILER            tells what takes more than 3 % above what is recorded; exit status 1
    speed.py PROGRAM COMPILER --write    records the counts: recorded.json

PROGRAM is what paths.c became, COMPILER what compiled it, by name and version. Times change with what else the machine
does, counts do not: they are the same each time. They do change with the compiler, and with the instructions that the
processor has, so with others than the recorded ones the counts are told, and nothing fails.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

RECORDED = pathlib.Path(__file__).resolve().parent / "recorded.json"
MORE = 1.03
SKIPPED = 77


def processor():
    """What decides which of the library's ways, and of the C library's, are taken. valgrind shows every program the
    same processor but for these."""
    try:
        flags = re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        flags = None
    have = set(flags.group(1).split()) if flags else set()
    return " ".join([os.uname().machine] + [flag for flag in ("avx2", "bmi2", "abm") if flag in have])


def libc():
    name, version = os.confstr("CS_GNU_LIBC_VERSION").split() if "CS_GNU_LIBC_VERSION" in os.confstr_names else ("", "")
    return f"{name} {version}"


def count(program):
    """Returns the instructions a record of each path, or None when they cannot be counted here."""
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--callgrind-out-file={folder}/out", program],
            capture_output=True, text=True, env={**os.environ, "GLIBC_TUNABLES": ""}, timeout=100)
        if answer.returncode == SKIPPED:
            print(answer.stdout)
            return None
        if answer.returncode != 0:
            raise SystemExit(f"{program}: {answer.returncode}\n{answer.stdout}{answer.stderr}")
        records = int(re.search(r"^records (\d+)$", answer.stdout, re.MULTILINE).group(1))
        counts = {}
        for file in pathlib.Path(folder).glob("out.*"):
            text = file.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
            if name and total:
                counts[name.group(1)] = round(int(total.group(1)) / records, 1)
        return counts


def compare(counts, recorded):
    """Prints the counts beside the recorded ones. Returns the names of those that are too high, or not recorded."""
    failed = []
    for name in sorted(counts.keys() | recorded.keys()):
        now, then = counts.get(name), recorded.get(name)
        if now is None or then is None:
            print(f"{name}: {'is recorded, and not counted' if now is None else 'is counted, and not recorded'}")
            failed.append(name)
            continue
        print(f"{name:45} {now:10.1f} instructions a record, recorded {then:10.1f}, {100 * (now / then - 1):+6.1f} %")
        if now > then * MORE:
            failed.append(name)
        elif now < then / MORE:
            print("    much less: record it anew, so that it stays")
    return failed


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["--write"]):
        print(__doc__)
        return 2
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return SKIPPED
    counts = count(sys.argv[1])
    if counts is None:
        return SKIPPED
    if not counts:
        print("callgrind counted nothing")
        return 1
    here = {"compiler": sys.argv[2], "processor": processor(), "libc": libc()}
    if sys.argv[3:]:
        RECORDED.write_text(json.dumps({**here, "instructions": dict(sorted(counts.items()))}, indent=4) + "\n")
        print(f"{len(counts)} counts recorded in {RECORDED}")
        return 0
    recorded = json.loads(RECORDED.read_text())
    failed = compare(counts, recorded["instructions"])
    others = [f"{key} {value}, recorded with {recorded[key]}" for key, value in here.items() if recorded[key] != value]
    if others:
        print("Only told, nothing fails:", "; ".join(others))
        return 0
    if failed:
        print("Too many instructions:", "; ".join(failed))
        print("If that is meant: cmake --build --preset release -t speed_update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
