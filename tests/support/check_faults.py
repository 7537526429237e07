"""Checks that no system call escapes the fault injection: what the static library asks of others is either in the table
of fault_system.h or, with a reason, in unfaulted.txt.

    check_faults.py NM LIBRARY
"""

import fnmatch
import pathlib
import re
import subprocess
import sys


def main():
    nm, library = sys.argv[1:]
    folder = pathlib.Path(__file__).parent
    struck = set(re.findall(r"^    X\([A-Z0-9]+, ([a-z0-9]+),", (folder / "fault_system.h").read_text(), re.MULTILINE))
    excused = [line for line in (folder / "unfaulted.txt").read_text().splitlines()
               if line and not line.startswith("#")]

    output = subprocess.run([nm, "-P", "--undefined-only", library], check=True, capture_output=True, text=True).stdout
    asked = {line.split()[0] for line in output.splitlines() if line.split()[1:2] in (["U"], ["w"])}
    complaints = [f"{name} is asked for, and no test can make it fail: neither fault_system.h nor unfaulted.txt has it"
                  for name in sorted(asked) if not name.startswith("pier_") and name not in struck
                  and not any(fnmatch.fnmatchcase(name, pattern) for pattern in excused)]
    for complaint in complaints:
        print(complaint)
    return 1 if complaints or not asked else 0


if __name__ == "__main__":
    sys.exit(main())
