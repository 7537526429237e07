"""Schemas printed from definitions compile again to classes of the same definitions: through protoc, the schema
compiler, a C compiler and the library, byte for byte.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("PIER_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("PIER_BUILD_DIR", SOURCE / "build" / "dev"))
DRIVER = os.environ.get("PIER_PROTO_DRIVER", str(BUILD / "tests" / "tools" / "proto_driver"))
sys.path[:0] = [str(SOURCE / "tests" / "interop"), str(SOURCE / "tests" / "schema")]

import schemas  # noqa: E402
from pier_value import F32, Ext, encode  # noqa: E402

BOOL, I8, I16, I32, I64, U8, U16, U32, U64, FLOAT, DOUBLE, TEXT, BYTES, TIME, DURATION, RECORD, ENUM, ANY = range(1, 19)
REPEATED, PRESENCE, FIXED, TYPED, SHARED, MAP = 1, 2, 4, 8, 16, 32


def field(number, name, kind, flags=0, type_=None, oneof=None, default=None):
    return [number, name, kind, flags, type_, oneof, default]


def class_(name, *fields, version=0):
    return [0, name, version, sorted(fields, key=lambda field_: field_[0])]


def enum(name, *values):
    return [1, name, [list(value) for value in values]]


def entry(name, key, value, type_=None, flags=(0, 0)):
    return class_(name, field(1, "key", key, flags[0]), field(2, "value", value, flags[1], type_))


def closure(root, *others):
    return [root, *sorted(others, key=lambda type_: type_[1].encode())]


SIDE = enum("CASE.Side", (-2, "OFF"), (0, "NONE"), (0, "NOTHING"), (3, "ASK"), (200, "MUCH"))

# Every closure is of a package of its own, so that all can be one program: CASE stands for it.
CASES = [
    [closure(class_("CASE.Empty"))],
    [closure(class_("CASE.Kinds", *[
        field(kind + 20 * flags, f"f{kind}_{flags}", kind, flags)
        for kind in (BOOL, I8, I16, I32, I64, U8, U16, U32, U64, FLOAT, DOUBLE, TEXT, BYTES)
        for flags in (0, REPEATED, PRESENCE)
    ], version=4294967295))],
    [closure(class_("CASE.Fixed", *[
        field(kind + 20 * flags, f"f{kind}_{flags}", kind, flags)
        for kind in (I32, I64, U32, U64) for flags in (FIXED, FIXED | REPEATED, FIXED | PRESENCE)
    ]))],
    [closure(class_("CASE.Typed", *[
        field(kind, f"f{kind}", kind, REPEATED | TYPED) for kind in range(I8, DOUBLE + 1)
    ]))],
    [closure(
        class_("CASE.Messages", *[
            field(10 * kind + flags, f"f{kind}_{flags}", kind, flags, "CASE.Messages.Inner" if kind == RECORD else None)
            for kind in (TIME, DURATION, RECORD) for flags in (0, REPEATED, PRESENCE)
        ], field(700, "a", ANY), field(701, "b", ANY, REPEATED),
        field(65535, "self", RECORD, PRESENCE, "CASE.Messages")),
        class_("CASE.Messages.Inner", field(7, "x", U8)),
    )],
    [closure(
        class_("CASE.Node", field(1, "next", RECORD, SHARED | PRESENCE, "CASE.Node"),
               field(2, "others", RECORD, SHARED | REPEATED, "CASE.Node"), field(3, "any", ANY, SHARED),
               field(4, "anys", ANY, SHARED | REPEATED), field(5, "one", RECORD, SHARED, "CASE.Node", "choice")),
    )],
    [closure(
        class_("CASE.Choices", field(1, "b", TEXT, 0, None, "second"), field(2, "x", I32),
               field(3, "a", ENUM, 0, "CASE.Side", "first"),
               field(4, "t", TIME, 0, None, "second"), field(9, "m", RECORD, 0, "CASE.Choices", "first"),
               field(10, "d", DURATION, 0, None, "second"), field(11, "any", ANY, 0, None, "first"),
               field(12, "w", U16, 0, None, "second")),
        SIDE,
    )],
    [closure(
        class_("CASE.Maps", *[field(i + 1, f"by_{name}", RECORD, REPEATED | MAP, f"CASE.Maps.By{camel}Entry")
                              for i, (name, camel) in enumerate(
                                  [("text", "Text"), ("i64", "I64"), ("FIXED", "FIXED"), ("x__y", "XY"),
                                   ("1a", "1a"), ("a1b", "A1b")])]),
        entry("CASE.Maps.ByTextEntry", TEXT, RECORD, "CASE.Maps"),
        entry("CASE.Maps.ByI64Entry", I64, ENUM, "CASE.Side"),
        entry("CASE.Maps.ByFIXEDEntry", U32, U64, None, (FIXED, FIXED)),
        entry("CASE.Maps.ByXYEntry", BOOL, TIME),
        entry("CASE.Maps.By1aEntry", I32, ANY),
        entry("CASE.Maps.ByA1bEntry", U64, BYTES),
        SIDE,
    )],
    [closure(
        class_("CASE.Defaults", field(1, "a", BOOL, default=True), field(2, "b", I8, default=-128),
               field(3, "c", I64, default=-2**63),
               field(4, "d", U64, default=2**64 - 1), field(5, "e", FLOAT, default=F32(0.1)),
               field(6, "f", DOUBLE, default=0.1),
               field(7, "g", DOUBLE, default=-0.0), field(8, "h", DOUBLE, default=float("inf")),
               field(9, "i", FLOAT, default=F32(float("-inf"))),
               field(10, "j", TEXT, default="a \"quote\" \\ \n ü \x7f"),
               field(11, "k", BYTES, default=bytes(range(256))),
               field(12, "l", ENUM, 0, "CASE.Side", default=3), field(13, "m", I32, FIXED, default=7),
               field(14, "n", DOUBLE, default=5e-324),
               field(15, "o", FLOAT, default=F32(3.4028234663852886e38)), field(16, "p", U16, default=65535),
               field(17, "q", DOUBLE, default=float("nan"))),
        SIDE,
    )],
    # Several packages, and messages of which only a part is known.
    [closure(
        class_("CASE.a.Root", field(1, "x", RECORD, PRESENCE, "CASE.b.c.Leaf"), field(2, "y", ENUM, 0, "CASE.b.Enum"),
               field(3, "z", RECORD, PRESENCE, "CASE.a.Root.Known.Deep"),
               field(4, "bee", RECORD, PRESENCE, "CASE.a.Root.b")),
        class_("CASE.b.c.Leaf", field(1, "back", RECORD, PRESENCE, "CASE.a.Root")),
        enum("CASE.b.Enum", (0, "ZERO")), class_("CASE.a.Root.Known.Deep", field(1, "message", TEXT),
        field(2, "optional", BOOL)),
        class_("CASE.a.Root.b", field(1, "leaf", RECORD, REPEATED, "CASE.b.c.Leaf")),
    )],
    # Names that protoc could take for something else.
    [closure(
        class_("CASE.message", field(1, "string", RECORD, PRESENCE, "CASE.string"),
               field(2, "oneof", ENUM, 0, "CASE.string.enum"),
               field(3, "inner", RECORD, PRESENCE, "CASE.message.CASE")),
        class_("CASE.string", field(1, "int32", RECORD, PRESENCE, "CASE.message")),
        enum("CASE.string.enum", (0, "rpc")),
        class_("CASE.message.CASE", field(1, "up", RECORD, PRESENCE, "CASE.message")),
    )],
    # Names that hide the package of the options.
    [closure(
        class_("CASE.Out", field(1, "a", I8), field(2, "pier", RECORD, PRESENCE, "CASE.pier"),
               field(3, "d", TEXT, default="x")),
        class_("CASE.pier", field(1, "c", U16), field(2, "m", RECORD, PRESENCE, "CASE.pier.pier"), version=3),
        class_("CASE.pier.pier", field(1, "t", I32, REPEATED | TYPED)),
    )],
    [closure(class_("CASE.pier.deep.Width", field(1, "w", I16), version=2))],
    # protobuf's own messages are imported.
    [closure(
        class_("CASE.Own", field(1, "s", RECORD, PRESENCE, "google.protobuf.StringValue"),
               field(2, "e", RECORD, REPEATED, "google.protobuf.Empty")),
        class_("google.protobuf.StringValue", field(1, "value", TEXT)), class_("google.protobuf.Empty"),
    )],
    # Several classes of one stream.
    [closure(class_("CASE.One", field(1, "two", RECORD, PRESENCE, "CASE.Two")),
    class_("CASE.Two", field(1, "x", I32))),
     closure(class_("CASE.Two", field(1, "x", I32))), closure(class_("CASE.Three"))],
]  # fmt: skip


def of_case(value, package):
    """The closure with the package's name in place of CASE."""
    if isinstance(value, list):
        return [of_case(item, package) for item in value]
    return value.replace("CASE", package) if isinstance(value, str) and not isinstance(value, Ext) else value


def c_name(full_name):
    """The name in C, as the compiler makes it."""
    made = ""
    for i, char in enumerate(full_name.replace(".", "_")):
        if char.isupper() and made and made[-1] != "_":
            made += "_"
        made += char.lower()
    return made


MAIN = """#include <stdio.h>
{includes}
static int show(const pier_class *type, const void *record) {{
    pier_archive *archive;
    if (pier_archive_open_store(&archive, NULL, NULL, NULL) != PIER_OK ||
        pier_store_record(archive, type, record) != PIER_OK || pier_archive_close(archive) != PIER_OK) {{
        return 1;
    }}
    for (pier_bytes bytes = pier_archive_drain(archive); bytes.size > 0; bytes = pier_archive_drain(archive)) {{
        for (size_t i = 0; i < bytes.size; i++) {{
            printf("%02x", ((const unsigned char *)bytes.data)[i]);
        }}
        pier_archive_drained(archive, bytes.size);
    }}
    printf("\\n");
    pier_archive_destroy(archive);
    return 0;
}}
int main(void) {{
    int wrong = 0;
{calls}    return wrong;
}}
"""


class PrintSchemaTest(unittest.TestCase):
    def printed(self, closures):
        data = b"".join(len(c).to_bytes(4, "little") + c for c in map(encode, closures))
        done = subprocess.run([DRIVER], input=data, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode()

    def test_it_compiles_to_the_same_definitions(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            files, expected = [], []
            for index, case in enumerate(CASES):
                closures = of_case(case, f"case{index}")
                files.append(folder / f"case{index}.proto")
                files[-1].write_text(self.printed(closures))
                expected += closures
            own = [schemas.PROTOBUF / "google" / "protobuf" / f"{name}.proto"
                   for name in ("any", "duration", "empty", "timestamp", "wrappers")]  # fmt: skip
            done = schemas.compile_schemas(folder, [*map(str, files), *map(str, own)], [folder])
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.check_program(folder, expected)

    def check_program(self, folder, expected):
        roots = [c_name(closure_[0][1]) for closure_ in expected]
        includes = "".join(f'#include "case{i}.pier.h"\n' for i in range(len(CASES)))
        calls = "".join(
            f"    {{ static {root} record; {root}_init(&record); wrong += show(&{root}_class, &record); }}\n"
            for root in roots
        )
        (folder / "main.c").write_text(MAIN.format(includes=includes, calls=calls))
        sources = sorted(map(str, folder.glob("**/*.c")))
        command = [os.environ.get("PIER_CC", "cc"), "-O0", "-o", str(folder / "main"), *sources, f"-I{folder}",
                   f"-I{SOURCE / 'include'}", f"-I{BUILD / 'include'}", f"-L{BUILD / 'lib'}", "-lpier",
                   f"-Wl,-rpath,{BUILD / 'lib'}"]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = subprocess.run([str(folder / "main")], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        streams = done.stdout.split()
        self.assertEqual(len(streams), len(expected))
        for closure_, stream in zip(expected, streams):
            with self.subTest(closure=closure_[0][1]):
                self.assertIn(encode(closure_).hex(), stream)


if __name__ == "__main__":
    unittest.main()
