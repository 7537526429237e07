"""What the documents say of the library and the command, against the library's headers and the command itself.

PIER_COMMAND names the command. The code in the documents is checked by scripts/snippets.py.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def header(name):
    return (ROOT / "include" / "pier" / name).read_text()


def rows_of(document, columns):
    """The rows of all tables that have so many columns, without their heads, cell by cell."""
    for line in (ROOT / document).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == columns:
            yield cells


class TablesTest(unittest.TestCase):
    maxDiff = None

    def test_statuses(self):
        """docs/errors.md has every status once, in order, with its value and its sentence, and says what to do."""
        table = re.findall(r'X\((\w+), (-?\d+), "([^"]*)"\)', header("status.h"))
        self.assertGreater(len(table), 25)
        rows = [cells for cells in rows_of("docs/errors.md", 5) if cells[0] != "status"]
        documented = [(cells[0].strip("`"), cells[1], cells[2]) for cells in rows]
        self.assertEqual(documented, [row for row in table if row[0] != "OK"])
        for cells in rows:
            self.assertTrue(cells[3] and cells[4], cells)

    def test_members_of_an_error(self):
        struct = re.search(r"typedef struct pier_error \{(.*?)\} pier_error;", header("error.h"), re.DOTALL)[1]
        members = re.findall(r"^    [\w ]+? (\w+)(?:\[\d+\])?;", struct, re.MULTILINE)
        documented = [
            name
            for cells in rows_of("docs/errors.md", 2)
            for name in re.findall(r"`(\w+)`", cells[0])
            if name != "pier_error"
        ]
        self.assertEqual(documented, members)

    def test_limits(self):
        """docs/limits.md has every limit, in order, with its default and the highest value, and says all the rest."""
        struct = re.search(r"typedef struct pier_limits \{(.*?)\} pier_limits;", header("limits.h"), re.DOTALL)[1]
        members = re.findall(r"^    \w+ (\w+);", struct, re.MULTILINE)
        self.assertEqual(members.pop(0), "size")

        def values(kind):
            found = re.findall(rf"#define PIER_(\w+)_{kind} \(\(?\w+\)(\d+)(?: << (\d+))?\)", header("limits.h"))
            return {name.lower(): int(value) << int(shift or 0) for name, value, shift in found}

        def number(cell):
            digits, unit = re.fullmatch(r"([\d,]+)(?: ([KMGT])iB)?", cell).groups()
            return int(digits.replace(",", "")) << {None: 0, "K": 10, "M": 20, "G": 30, "T": 40}[unit]

        defaults, highest = values("DEFAULT"), values("HIGHEST")
        rows = [cells for cells in rows_of("docs/limits.md", 7) if re.match(r"`\w+`$", cells[0])]
        self.assertEqual([cells[0].strip("`") for cells in rows], members)
        for cells in rows:
            name = cells[0].strip("`")
            self.assertEqual(number(cells[2]), defaults[name], name)
            self.assertEqual(None if cells[3] == "none" else number(cells[3]), highest.get(name), name)
            self.assertIn(name if name != "block_target_bytes" else "block target", cells[5])
            self.assertTrue(all(cells), name)

    def test_socket_options(self):
        """docs/sockets.md has every option, in order, with its range."""
        table = re.findall(r'X\((\w+), \d+, (-?\d+), (\d+), "', header("socket_option.h"))
        self.assertGreater(len(table), 10)
        rows = [cells for cells in rows_of("docs/sockets.md", 3) if re.match(r"`\w+`$", cells[0])]
        documented = []
        for cells in rows:
            low, high = re.match(r"([−\d,]+) (?:to|or) ([\d,]+)", cells[1]).groups()
            documented.append((cells[0].strip("`"), low.replace("−", "-").replace(",", ""), high.replace(",", "")))
        self.assertEqual(documented, table)

    def test_kinds(self):
        """docs/records.md has every kind that the comment of pier/record.h lists, and no other."""
        comment = header("record.h").split("*/")[0]
        listed = re.findall(r"^ \*     (\w.*?)  +\w", comment.split("kind  ")[1], re.MULTILINE)
        kinds = [kind for line in listed for kind in re.findall(r"\w+\([^)]*\)|\w+", line)]
        self.assertGreater(len(kinds), 10)
        documented = []
        for cells in rows_of("docs/records.md", 4):
            documented += re.findall(r"`([^`]+)`", cells[0])
        for kind in kinds:
            self.assertIn(kind, documented)
        words = set(re.findall(r"#define PIER__KIND_([a-z]\w*) ", header("record_kinds.h")))
        self.assertEqual({re.match(r"\w+", kind)[0] for kind in documented}, words)


class FailuresTest(unittest.TestCase):
    def test_each_row_names_its_test(self):
        """The failure table of docs/sessions.md: the test of each row is there, and is run."""
        rows = [cells for cells in rows_of("docs/sessions.md", 6) if cells[0] != "what happens"]
        self.assertGreater(len(rows), 30)
        for cells in rows:
            with self.subTest(cells[0]):
                self.assertTrue(all(cells), cells)
                name, function = re.fullmatch(r"`(\w+/\w+_test\.(?:c|py))`: `(\w+)`", cells[5]).groups()
                path = ROOT / "tests" / name
                text = path.read_text()
                lists = (path.parent / "CMakeLists.txt").read_text()
                if path.suffix == ".py":
                    patterns = [(rf"\n    def {function}\(self", text)]
                    sample = path.stem.removesuffix("_test")
                    patterns.append((rf"\b{path.name}\b|pier_add_sample_test\({sample}\b", lists))
                else:
                    patterns = [(rf"\nstatic void {function}\(void \*\*state\)", text)]
                    patterns.append((rf"cmocka_unit_test\w*\(\s*{function}\b", text))
                    patterns.append((rf"SOURCES {path.name}\b", lists))
                for pattern, where in patterns:
                    self.assertTrue(re.search(pattern, where), pattern)


class ScriptsTest(unittest.TestCase):
    def test_usage(self):
        """Scripts that take minutes say what they take instead, also when they are called from elsewhere."""
        with tempfile.TemporaryDirectory() as folder:
            scripts = pathlib.Path(shutil.copytree(ROOT / "scripts", pathlib.Path(folder) / "scripts"))
            for name in ("bench.sh", "demo.sh", "test.sh"):
                for argument, status in (("--help", 0), ("bogus", 2)):
                    with self.subTest(name, argument=argument):
                        answer = subprocess.run([f"./{name}", argument], cwd=scripts, capture_output=True, text=True,
                                                timeout=60)  # fmt: skip
                        text, nothing = (answer.stdout, answer.stderr)[:: -1 if status else 1]
                        self.assertEqual((answer.returncode, nothing), (status, ""), answer)
                        self.assertIn(f"\n  scripts/{name} ", text)
                        self.assertNotIn("shellcheck", text)


class PackagesTest(unittest.TestCase):
    def test_guide_names_what_the_build_needs(self):
        """The packages of scripts/packages.txt, but for what is only for comfort or for C++."""
        packages = re.findall(r"^build (\S+)$", (ROOT / "scripts" / "packages.txt").read_text(), re.MULTILINE)
        line = re.search(r"^sudo apt-get install (.*)$", (ROOT / "docs" / "guide.md").read_text(), re.MULTILINE)[1]
        self.assertEqual(line.split(), sorted(set(packages) - {"g++", "ninja-build"}))


class CommandTest(unittest.TestCase):
    maxDiff = None

    def test_help_is_as_documented(self):
        command = os.environ.get("PIER_COMMAND", "")
        if not command:
            self.skipTest("PIER_COMMAND does not name the command")
        text = (ROOT / "docs" / "command.md").read_text()
        documented = re.findall(r"<!-- pier ((?:\w+ )?--help) -->\n```text\n(.*?)```\n", text, re.DOTALL)
        self.assertEqual(len(documented), 12)
        for arguments, help_text in documented:
            with self.subTest(arguments):
                answer = subprocess.run([command, *arguments.split()], capture_output=True, text=True, timeout=20)
                self.assertEqual((answer.returncode, answer.stderr), (0, ""))
                self.assertEqual(help_text, answer.stdout)


class LinksTest(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)]+)\)", without_code(document)):
                if re.match(r"https?://", target):
                    continue
                with self.subTest(document.name, target=target):
                    path, _, anchor = target.partition("#")
                    found = (document.parent / path) if path else document
                    self.assertTrue(found.exists())
                    if anchor:
                        self.assertIn(anchor, anchors_of(found))

    def test_functions_exist(self):
        """What the documents call pier_… in words is in the headers, or a function of CMake."""
        known = "".join(path.read_text() for path in (ROOT / "include" / "pier").glob("*.h*"))
        known += (ROOT / "cmake" / "PierProtos.cmake").read_text() + (ROOT / "bench" / "peers.cmake").read_text()
        for document in DOCUMENTS:
            for name in set(re.findall(r"`((?:pier_|PIER_)\w+)", without_code(document))):
                short = re.sub(r"^PIER_(?:OPTION_)?", "", name)
                with self.subTest(document.name, name=name):
                    self.assertTrue(
                        re.search(rf"\b{name}\b", known)
                        or re.search(rf"X\({short},", known)
                        or re.search(rf"\b{name.removeprefix('pier_store_')}\b", known)
                    )

    def test_pictures_are_pictures(self):
        pictures = sorted((ROOT / "docs" / "pictures").iterdir())
        self.assertEqual([picture.name for picture in pictures], ["performance.svg", "pier.svg", "speed.svg"])
        for picture in pictures:
            xml.etree.ElementTree.parse(picture)


def without_code(document):
    return re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)


def anchors_of(document):
    headings = re.findall(r"^#+ (.*)$", without_code(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    unittest.main()
