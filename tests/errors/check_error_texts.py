"""Checks that docs/error_texts.md has every error text of the floors address, socket and file, and that tests produce each.

    check_error_texts.py LOG…      what tests/support/error_log.c wrote while the tests of these floors ran
    check_error_texts.py --list    the texts of the sources, as the document has to write them

A text is what stands in the sources: every literal of two words and more, wherever it is, so that none can be forgotten;
what is put in at run time is `…` there and here. A row of the document must be such a text, and its example must be made
by it; what the tests wrote must have each text in it."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = [*(f"lib/{floor}" for floor in ("address", "socket", "file")), "lib/base/os_error_posix.c"]
DOCUMENT = ROOT / "docs" / "error_texts.md"

LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:"(?:[^"\\\n]|\\.)*"|PRI[a-z]\w*))*')
PIECES = re.compile(r'"((?:[^"\\]|\\.)*)"|PRI([a-z])\w*')
# `%` and a letter, but for that of an example of an address.
CONVERSION = re.compile(r"(?<!fe80::1)%[-+#]*\d*(?:\.\d+)?(?:hh|h|ll|l|z|j)?[a-zA-Z]")
TWO_WORDS = re.compile(r"[A-Za-z]{2,}\S* +\S*[A-Za-z…]")
# What the sources say to the compiler and to sscanf, and names of files.
NOT_TEXTS = re.compile(r"\b(?:_Static_assert|sscanf)\([^;]*;|^\s*#\s*include.*$", re.MULTILINE)


def texts_of(source):
    """The texts of one source, each with its line."""
    code = re.sub(r"/\*.*?\*/", lambda comment: re.sub(r"[^\n]", " ", comment[0]), source.read_text(), flags=re.DOTALL)
    code = NOT_TEXTS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)
    for found in LITERALS.finditer(code):
        whole = "".join(text if text or not macro else macro for text, macro in PIECES.findall(found[0]))
        text = CONVERSION.sub("…", whole.replace("\\\"", "\"")).replace("%%", "%").strip(" :;,")
        if TWO_WORDS.search(text):
            yield text, f"{source.relative_to(ROOT)}:{code.count(chr(10), 0, found.start()) + 1}"


def all_texts():
    texts = {}
    for place in SOURCES:
        path = ROOT / place
        for source in sorted(path.glob("*.c")) + sorted(path.glob("*.h")) if path.is_dir() else [path]:
            for text, where in texts_of(source):
                texts.setdefault(text, where)
    return texts


def rows_of(document):
    """The rows of the document's tables, by their text: the example that each shows."""
    rows = {}
    for line in document.read_text().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0].startswith("`"):
            text, example = (re.fullmatch(r"(`+) ?(.*?) ?\1", cell)[2].replace("\\|", "|") for cell in cells[:2])
            if text in rows:
                raise SystemExit(f"docs/error_texts.md has `{text}` twice")
            rows[text] = example
    return rows


def pattern_of(text):
    return re.compile(".*".join(re.escape(part) for part in text.split("…")), re.DOTALL)


def main():
    texts = all_texts()
    if sys.argv[1:] == ["--list"]:
        for text, where in texts.items():
            print(f"{where}: {text}")
        return 0
    rows = rows_of(DOCUMENT)
    logged = [pathlib.Path(name) for name in sys.argv[1:]]
    produced = {line for path in logged for line in path.read_text(errors="replace").splitlines()}
    complaints = [f"{where}: `{text}` is not in docs/error_texts.md" for text, where in texts.items() if text not in rows]
    complaints += [f"docs/error_texts.md: no source says `{text}`" for text in rows if text not in texts]
    complaints += [f"docs/error_texts.md: `{example}` is no example of `{text}`" for text, example in rows.items()
                   if not pattern_of(text).search(example)]
    complaints += [f"{where}: no test produces `{text}`" for text, where in texts.items()
                   if not any(map(pattern_of(text).search, produced))]
    for complaint in complaints:
        print(complaint)
    print(f"{len(texts)} texts, {len(rows)} rows, {len(produced)} different errors in the logs of {len(logged)} tests")
    return 1 if complaints or not logged else 0


if __name__ == "__main__":
    sys.exit(main())
