#!/usr/bin/env python3
"""Lists the branches that no test takes, in files where every one must be taken.

    scripts/branches.py REPORT FILE…

REPORT is gcovr's JSON, FILE a path below lib/ as it ends: "archive/scan.c". A branch that cannot be taken is marked in
the source by GCOVR_EXCL_BR_LINE and a reason on the same line: a marker without one is told, too. Exit status 1: there
was something to tell.
"""

import json
import pathlib
import re
import sys

MARKER = re.compile(r"GCOVR_EXCL_BR_\w+:?\s*(?P<reason>.*?)\s*(\*/)?$")


def main() -> int:
    report = json.loads(pathlib.Path(sys.argv[1]).read_text())
    wanted = set(sys.argv[2:])
    found = 0
    branches = 0
    for covered in report["files"]:
        # The compiler saw the internal headers through links: see floors/ in the build.
        path = re.sub(r"^build/[^/]*/floors/[a-z]*/", "lib/", covered["file"])
        name = path.removeprefix("lib/")
        if name not in wanted:
            continue
        wanted.remove(name)
        source = pathlib.Path(path).read_text().splitlines()
        for number, line in enumerate(source, 1):
            marker = MARKER.search(line)
            if marker and len(marker["reason"].split()) < 3:
                print(f"{path}:{number}: a branch is left out without a reason")
                found += 1
        for line in covered["lines"]:
            if line.get("gcovr/noncode"):
                continue
            branches += len(line["branches"])
            missing = sum(branch["count"] == 0 for branch in line["branches"])
            if missing > 0:
                text = source[line["line_number"] - 1].strip()
                print(f"{path}:{line['line_number']}: {missing} of {len(line['branches'])} never taken: {text}")
                found += missing
    for name in sorted(wanted):
        print(f"lib/{name}: not in the report")
    print(f"{branches - found} of {branches} branches are taken where all must be")
    return 1 if found > 0 or wanted else 0


sys.exit(main())
