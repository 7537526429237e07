"""Other languages read records of every kind by the definitions in the stream, and write records that Pier loads.

Each language has the MessagePack library that everybody uses there, and a short program: pier_read.py, .rb and .js.
Node is tried where it is installed with @msgpack/msgpack (scripts/node.sh, or NODE_PATH).
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import interop
import msgpack

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = interop.VECTORS / "records"
PEER = interop.program("PIER_LANGUAGES_PEER")

# What the record of a plain stream has when nothing is said of it.
EMPTY = json.loads((VECTORS / "table.jsonl").read_text().splitlines()[0])
WRITTEN = [
    {},
    {"side": "SELL", "f_u8": 200, "f_i64": -5, "unknown": [1, {"x": 2}], "texts": ["a", "größer"], "seven": None},
    {"words": {"one": 1, "two": 2}, "by_number": {}, "leaves": [{"x": 1, "name": "n"}, {}], "word": "chosen"},
    {"tree": {"value": 1, "next": {"value": 2}, "kids": [{"kids": [{}]}]}, "span": [-1, -500000000]},
    {"t_i32": [1, -1, 70000], "t_f64": [0.5, 1.25], "few_sides": ["OFF", 7], "sides": [300], "minus_five": 6},
]


def leaf(x=0, name=""):
    return {"x": x, "name": name}


def node(value=0, kids=(), **more):
    return {"value": value, **more, "kids": list(kids)}


EXPECTED = [
    {},
    {"side": "SELL", "f_u8": 200, "f_i64": -5, "texts": ["a", "größer"]},
    {"words": {"one": 1, "two": 2}, "leaves": [leaf(1, "n"), leaf()], "word": "chosen"},
    {"tree": node(1, [node(0, [node()])], next=node(2)), "span": "-1.500s"},
    {"t_i32": [1, -1, 70000], "t_f64": [0.5, 1.25], "few_sides": ["OFF", 7], "sides": ["SELL"], "minus_five": 6},
]


def node_has_msgpack():
    probe = [shutil.which("node") or "", "-e", "require('@msgpack/msgpack')"]
    return bool(probe[0]) and subprocess.run(probe, capture_output=True, timeout=60).returncode == 0


class LanguagesTest(unittest.TestCase):
    maxDiff = None

    def reads(self, *command):
        """Every kind of field in every shape, values of any class, and objects that are shared."""
        for name in ("table", "any", "graph"):
            with self.subTest(name):
                path = VECTORS / f"{name}.pier"
                result = subprocess.run([*command, path], capture_output=True, text=True, timeout=120)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                expected = path.with_suffix(".jsonl").read_text().splitlines()
                # Languages write numbers in their own ways, so values are compared.
                self.assertEqual([json.loads(line) for line in result.stdout.splitlines()],
                                 [json.loads(line) for line in expected])

    def loads(self, path):
        result = subprocess.run([PEER, path], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        loaded = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(loaded, [{**EMPTY, **record} for record in EXPECTED])

    def writes(self, *command):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "written.msgpack")
            lines = "".join(json.dumps(record) + "\n" for record in WRITTEN)
            subprocess.run([*command, "--write", path], input=lines, text=True, check=True, timeout=120)
            self.loads(path)

    def test_python_reads(self):
        self.reads(sys.executable, "-B", HERE / "pier_read.py")

    def test_python_reads_compressed_records(self):
        for name in ("compressed", "class-switches", "compressed-by-consent"):
            path = interop.VECTORS / f"{name}.pier"
            with self.subTest(name):
                command = [sys.executable, "-B", HERE / "pier_read.py", path]
                result = subprocess.run(command, capture_output=True, text=True, timeout=120)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                records = path.with_suffix(".jsonl").read_text().splitlines()
                self.assertEqual([json.loads(r) for r in result.stdout.splitlines()], [json.loads(r) for r in records])

    def test_python_writes(self):
        with tempfile.NamedTemporaryFile(suffix=".msgpack") as file:
            file.write(b"".join(map(msgpack.packb, WRITTEN)))
            file.flush()
            self.loads(file.name)

    def test_the_reader_is_short(self):
        self.assertLess(len((HERE / "pier_read.py").read_text().splitlines()), 100)

    def test_ruby_reads(self):
        self.reads("ruby", HERE / "pier_read.rb")

    def test_ruby_writes(self):
        self.writes("ruby", HERE / "pier_read.rb")

    def test_node_reads_and_writes(self):
        # A guest: machines without it are not asked to have it.
        if node_has_msgpack():
            self.reads("node", HERE / "pier_read.js")
            self.writes("node", HERE / "pier_read.js")
        else:
            print("Node was left out: there is none with @msgpack/msgpack (scripts/node.sh)")


if __name__ == "__main__":
    unittest.main()
