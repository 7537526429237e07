"""Checks that dependencies point down only: includes, links, packages and symbols, floor by floor.

    check_layering.py SOURCE_DIR BUILD_FACTS NM     checks the tree
    check_layering.py --self-test                   checks the checker, on a small tree with every kind of fault

BUILD_FACTS is written by CMake: a line a floor, `floor|headers|sources|links|packages|objects`, lists separated by `;`.
What is allowed is in floors.txt beside this file.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# What no public header may drag into a program.
FOREIGN_HEADERS = ("ares*.h", "msgpack*", "xxhash.h", "zlib.h", "libdeflate.h", "sys/*", "net/*", "netinet/*",
                   "netdb.h", "poll.h", "pthread.h", "windows.h", "winsock2.h")


class Floor:
    def __init__(self, name):
        self.name = name
        self.may_link = []
        self.may_package = []
        self.no_headers = []
        self.no_symbols = []
        self.headers = []
        self.sources = []
        self.links = []
        self.packages = []
        self.objects = []


def read_rules(path):
    floors = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            columns = [column.split() for column in line.split("|")]
            floor = Floor(columns[0][0])
            floor.may_link, floor.may_package, floor.no_headers, floor.no_symbols = columns[1:5]
            floors[floor.name] = floor
    return floors


def read_facts(path, floors, complaints):
    for line in path.read_text().splitlines():
        name, *lists = line.split("|")
        if name not in floors:
            complaints.append(f"{name}: the floor is built, and has no line in floors.txt")
            continue
        floor = floors[name]
        (floor.headers, floor.sources, floor.links, floor.packages,
         floor.objects) = [[item for item in text.split(";") if item] for text in lists]


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def check_links(floor, complaints):
    for link in floor.links:
        if link not in floor.may_link:
            complaints.append(f"{floor.name}: links {link}, which it must not know")
    for package in floor.packages:
        if package not in floor.may_package:
            complaints.append(f"{floor.name}: links {package}, which is not its business")


def check_file(path, floor, owners, floors, complaints):
    known = [floor.name, *floor.may_link]
    for quote, target in INCLUDE.findall(path.read_text()):
        where = f"{floor.name}: {path.name} includes {target}"
        if target.startswith("pier/"):
            owner = owners.get(target.removeprefix("pier/"))
            if owner is None:
                complaints.append(f"{where}, which no floor lists as its header")
            elif owner not in known:
                complaints.append(f"{where}, a header of {owner}")
        elif quote == '"' and ".." in target:
            complaints.append(f"{where}, around the include path")
        elif quote == '"' and "/" in target:
            folder = target.split("/")[0]
            if folder in floors and folder not in known:
                complaints.append(f"{where}, an internal header of {folder}")
        elif matches(target, floor.no_headers):
            complaints.append(f"{where}, which has no place on this floor")


def check_public_headers(include, floors, owners, complaints):
    present = {path.name for path in include.glob("*.h")} | {path.name[:-3] for path in include.glob("*.h.in")}
    for name in sorted(present - set(owners) - {"pier.h"}):
        complaints.append(f"include/pier/{name}: no floor lists it")
    for name, owner in owners.items():
        path = include / name
        if not path.exists():
            path = include / (name + ".in")
        if not path.exists():
            complaints.append(f"{owner}: lists {name}, which does not exist")
            continue
        check_file(path, floors[owner], owners, floors, complaints)
        for _, target in INCLUDE.findall(path.read_text()):
            if matches(target, FOREIGN_HEADERS):
                complaints.append(f"{owner}: {name} includes {target}, which a program should not have to see")
    umbrella = include / "pier.h"
    if umbrella.exists():
        shown = {"pier.h"}
        waiting = ["pier.h"]
        while waiting:
            path = include / waiting.pop()
            text = path.read_text() if path.exists() else ""
            found = {target.removeprefix("pier/") for _, target in INCLUDE.findall(text) if target.startswith("pier/")}
            waiting += found - shown
            shown |= found
        for name in sorted(set(owners) - shown):
            complaints.append(f"pier.h: does not lead to {name}")


def check_sources(lib, floor, owners, floors, complaints):
    folder = lib / floor.name
    present = {path.name for path in folder.glob("*.c")}
    for name in sorted(present - set(floor.sources)):
        complaints.append(f"{floor.name}: {name} is not among the sources of the floor")
    for path in sorted([*folder.glob("*.c"), *folder.glob("*.h")]):
        check_file(path, floor, owners, floors, complaints)


def symbols_of(objects, nm, option):
    if not objects:
        return set()
    output = subprocess.run([*nm, "-P", option, *objects], check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in output.splitlines() if len(line.split()) > 1}


def check_symbols(floors, nm, complaints):
    defined = {name: symbols_of(floor.objects, nm, "--defined-only") for name, floor in floors.items()}
    for name, floor in floors.items():
        known = set().union(*(defined[lower] for lower in [name, *floor.may_link]))
        for symbol in sorted(symbols_of(floor.objects, nm, "--undefined-only")):
            if not symbol.startswith("pier_"):
                continue
            if symbol not in known:
                owner = next((other for other in floors if symbol in defined[other]), "nobody")
                complaints.append(f"{name}: uses {symbol}, which is defined by {owner}")
            elif matches(symbol, floor.no_symbols):
                complaints.append(f"{name}: uses {symbol}, which it must not know")


def check_tree(source, rules, facts, nm):
    complaints = []
    floors = read_rules(rules)
    read_facts(facts, floors, complaints)
    owners = {}
    for floor in floors.values():
        for header in floor.headers:
            if header in owners:
                complaints.append(f"{floor.name}: lists {header}, a header of {owners[header]}")
            owners[header] = floor.name
    check_public_headers(source / "include/pier", floors, owners, complaints)
    for floor in floors.values():
        check_links(floor, complaints)
        check_sources(source / "lib", floor, owners, floors, complaints)
    check_symbols(floors, nm, complaints)
    return complaints


SELF_TEST_RULES = """low  |     |       | poll.h | low_*
high | low | Good  |        | pier_low_secret
"""

SELF_TEST_FACTS = """low|low.h|low.c|high||
high|high.h;gone.h|high.c|low|Good;Bad|
attic|||||
"""

SELF_TEST_FILES = {
    "include/pier/low.h": "#include <pier/high.h>\n#include <sys/socket.h>\n",
    "include/pier/high.h": "#include <pier/low.h>\n",
    "include/pier/stray.h": "",
    "include/pier/pier.h": "#include <pier/stray.h>\n",
    "lib/low/low.c": '#include <poll.h>\n#include "high/a_internal.h"\n#include "../high/b_internal.h"\n',
    "lib/high/high.c": '#include <pier/low.h>\n#include <pier/stray.h>\n#include "low/a_internal.h"\n',
    "lib/high/forgotten.c": "",
}

SELF_TEST_EXPECTED = """attic: the floor is built, and has no line in floors.txt
include/pier/stray.h: no floor lists it
low: low.h includes pier/high.h, a header of high
low: low.h includes sys/socket.h, which a program should not have to see
high: lists gone.h, which does not exist
pier.h: does not lead to gone.h
pier.h: does not lead to high.h
pier.h: does not lead to low.h
low: links high, which it must not know
low: low.c includes poll.h, which has no place on this floor
low: low.c includes high/a_internal.h, an internal header of high
low: low.c includes ../high/b_internal.h, around the include path
high: links Bad, which is not its business
high: forgotten.c is not among the sources of the floor
high: high.c includes pier/stray.h, which no floor lists as its header
low: uses pier_high_call, which is defined by high
low: uses pier_nowhere, which is defined by nobody
high: uses pier_low_secret, which it must not know"""

# Stands in for nm: the "objects" are text files of `symbol T` and `symbol U` lines.
SELF_TEST_NM = """import sys
for path in sys.argv[3:]:
    for line in open(path):
        if (" U" in line) == (sys.argv[2] == "--undefined-only"):
            print(line.strip())
"""


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in SELF_TEST_FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        (root / "low.o").write_text("pier_low_secret T\npier_high_call U\npier_nowhere U\nmemcpy U\n")
        (root / "high.o").write_text("pier_high_call T\npier_low_secret U\n")
        (root / "nm.py").write_text(SELF_TEST_NM)
        (root / "rules").write_text(SELF_TEST_RULES)
        facts = SELF_TEST_FACTS.replace("high||\n", f"high||{root}/low.o\n").replace("Bad|\n", f"Bad|{root}/high.o\n")
        (root / "facts").write_text(facts)
        complaints = check_tree(root, root / "rules", root / "facts", [sys.executable, str(root / "nm.py")])
    if complaints != SELF_TEST_EXPECTED.splitlines():
        print("found:\n" + "\n".join(complaints) + "\nexpected:\n" + SELF_TEST_EXPECTED)
        return 1
    return 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    rules = pathlib.Path(__file__).with_name("floors.txt")
    complaints = check_tree(pathlib.Path(sys.argv[1]), rules, pathlib.Path(sys.argv[2]), [sys.argv[3]])
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
