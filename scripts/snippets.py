#!/usr/bin/env python3
"""Keeps the code in the documents the same as the samples that are compiled and run.

    scripts/snippets.py            tells what differs; exit status 1 when something does
    scripts/snippets.py --write    brings the documents up to date

In a document, a comment before a block of code says where it is cut from:

    <!-- examples/chat_server.c: poll-loop -->    the lines between the marks of that name
    <!-- examples/hello_server.c -->              the whole file

In a sample, `[guide: poll-loop]` in a comment of its own line begins a piece, for docs/guide.md as a rule, and `[end]`
ends it; pieces do not lie in one another. Every block of C, C++, Python, CMake or a schema in a document must be cut from
somewhere, and every piece be used: a program that nobody compiles would soon be wrong.
"""

import difflib
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = [
    "README.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
]
LANGUAGES = {"c", "cpp", "python", "cmake", "proto"}
ORIGIN = re.compile(r"<!-- (examples/[\w./-]+?)(?:: ([\w-]+))? -->")
BEGIN = re.compile(r"^\s*(?:/\*|//|#) \[\w+: ([\w-]+)\](?: \*/)?$")
END = re.compile(r"^\s*(?:/\*|//|#) \[end\](?: \*/)?$")


def pieces_of(path):
    """The pieces of a sample by name; None stands for the whole, without its marks."""
    pieces, whole, name, piece = {}, [], None, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        begins, ends = BEGIN.match(line), END.match(line)
        if (begins and (name is not None or begins[1] in pieces)) or (ends and name is None):
            raise SystemExit(f"{path}:{number}: this mark is within a piece, behind one, or there twice")
        if begins:
            name, piece = begins[1], []
        elif ends:
            pieces[name] = textwrap.dedent("\n".join(piece)).strip("\n").splitlines()
            name = None
        else:
            whole.append(line)
            piece.append(line)
    if name is not None:
        raise SystemExit(f"{path}: the piece {name} does not end")
    pieces[None] = whole
    return pieces


class Samples:
    def __init__(self):
        self.files = {}
        for path in sorted((ROOT / "examples").rglob("*")):
            if path.suffix in {".c", ".h", ".cpp", ".py", ".txt", ".proto"}:
                self.files[path.relative_to(ROOT).as_posix()] = pieces_of(path)
        self.unused = {(path, name) for path, pieces in self.files.items() for name in pieces if name is not None}

    def piece(self, path, name, where):
        if name not in self.files.get(path, {}):
            raise SystemExit(f"{where}: {path} has no piece {name}" if path in self.files else f"{where}: no {path}")
        self.unused.discard((path, name))
        return self.files[path][name]


def updated(document, samples):
    """The lines of a document with its code cut anew."""
    lines, at, origin = document.read_text().splitlines(), 0, None
    result = []
    while at < len(lines):
        where = f"{document.relative_to(ROOT)}:{at + 1}"
        fence = re.match(r"^```(\w*)$", lines[at])
        if not fence:
            if lines[at].strip():
                origin = ORIGIN.fullmatch(lines[at].strip())
            result.append(lines[at])
            at += 1
            continue
        close = lines.index("```", at + 1)
        body = lines[at + 1 : close]
        if origin:
            body = samples.piece(origin[1], origin[2], where)
        elif fence[1] in LANGUAGES:
            raise SystemExit(f"{where}: this code is not cut from a sample")
        result += [lines[at], *body, "```"]
        at, origin = close + 1, None
    return result


def main():
    if sys.argv[1:] not in ([], ["--write"]):
        print(__doc__)
        return 2
    samples, differing = Samples(), 0
    for name in DOCUMENTS:
        document = ROOT / name
        old, new = document.read_text().splitlines(), updated(document, samples)
        if old == new:
            continue
        if sys.argv[1:]:
            document.write_text("\n".join(new) + "\n")
            print(f"{name}: brought up to date")
        else:
            differing += 1
            print("\n".join(difflib.unified_diff(old, new, name, "the samples", lineterm="")))
    for path, name in sorted(samples.unused):
        differing += 1
        print(f"{path}: no document uses the piece {name}")
    if differing and not sys.argv[1:]:
        print("scripts/snippets.py --write brings the documents up to date")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
