"""Checks what the libraries show: exactly the symbols of pier.symbols, which are exactly what the headers declare.

    check_symbols.py [--update] --nm NM --headers DIR… [--shared LIB] [--static LIB]

--update writes pier.symbols anew from the shared library. To take a symbol out of the list, or to change what one
means, is to break programs that are already linked: that needs a new major version.
"""

import argparse
import pathlib
import re
import subprocess
import sys

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
DECLARATION = re.compile(r"^PIER_API\b[^;{(]*?\b(pier_\w+)\s*[(;\[]", re.MULTILINE)


def defined(nm, options, library):
    output = subprocess.run([nm, *options, "--defined-only", "-P", library], check=True, capture_output=True,
                            text=True).stdout
    symbols = {}
    for line in output.splitlines():
        columns = line.split()
        if len(columns) > 1:
            symbols[columns[0]] = columns[1]
    return symbols


def declared(folders):
    names = set()
    for folder in folders:
        for path in pathlib.Path(folder).glob("pier/*.h"):
            names |= set(DECLARATION.findall(COMMENT.sub("", path.read_text())))
    return names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--nm", required=True)
    parser.add_argument("--headers", nargs="+", required=True)
    parser.add_argument("--shared")
    parser.add_argument("--static")
    arguments = parser.parse_args()
    path = pathlib.Path(__file__).with_name("pier.symbols")
    complaints = []

    if arguments.shared:
        exported = set(defined(arguments.nm, ["-D"], arguments.shared))
        if arguments.update:
            path.write_text("".join(name + "\n" for name in sorted(exported)))
        listed = set(path.read_text().split())
        complaints += [f"{name} is exported, and not in pier.symbols" for name in sorted(exported - listed)]
        complaints += [f"{name} is in pier.symbols, and not exported" for name in sorted(listed - exported)]
        headers = declared(arguments.headers)
        complaints += [f"{name} is exported, and no header declares it" for name in sorted(exported - headers)]
        complaints += [f"{name} is declared by a header, and not exported" for name in sorted(headers - exported)]
    if arguments.static:
        for name, kind in sorted(defined(arguments.nm, ["-g"], arguments.static).items()):
            if not name.startswith("pier_"):
                complaints.append(f"{name} ({kind}) is global in the static library, and could clash with a program's")
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
