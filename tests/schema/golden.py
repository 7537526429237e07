#!/usr/bin/env python3
"""Compares what the schema compiler writes with the files in golden/.

    golden.py            tells what differs; exit status 1 when something does
    golden.py --write    writes the files anew, for a look at `git diff`
"""

import difflib
import pathlib
import sys
import tempfile

import schemas

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
FILES = ["kinds.proto", "house/room.proto", "house/wall.proto"]


def main():
    if sys.argv[1:] not in ([], ["--write"]):
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        output = GOLDEN if sys.argv[1:] else pathlib.Path(folder)
        answer = schemas.compile_schemas(output, FILES, [schemas.PROTOS])
        if answer.returncode != 0:
            print(answer.stderr)
            return 1
        differing = 0
        names = [name.replace(".proto", suffix) for name in FILES for suffix in (".pier.h", ".pier.c")]
        for name in names:
            golden, made = (GOLDEN / name).read_text(), (output / name).read_text()
            differing += golden != made
            print("\n".join(difflib.unified_diff(golden.splitlines(), made.splitlines(), f"golden/{name}",
                                                 "now", lineterm="")), end="\n" if golden != made else "")
            for number, line in enumerate(made.splitlines(), 1):
                if len(line) > 120 or line != line.rstrip():
                    differing += 1
                    print(f"{name}:{number}: is above 120 columns, or ends in blanks")
        if differing:
            print("tests/schema/golden.py --write brings the golden files up to date")
        return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
