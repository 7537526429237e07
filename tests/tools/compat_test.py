"""`pier compat`: what it prints, and what it exits with, for schemas and archives."""

import os
import shutil
import unittest

import pier_command  # before those that it shows the way to
import pier_wire as wire
from pier_command import pier

OLD = """syntax = "proto3";
package shop;
message Part { int64 count = 1; }
message Item { uint64 id = 1; int32 price = 2; string name = 3; Part part = 4; repeated Item kids = 5; }
message Gone { bool a = 1; }
"""
NEW = """syntax = "proto3";
package shop;
message Part { int32 count = 1; }
message Item { uint64 id = 1; int64 price = 2; double name = 3; Part part = 4; repeated Item kids = 5; bytes more = 6; }
message Fresh { bool a = 1; }
"""
BREAKS = [
    "breaks: new loads old: shop.Item.name (3): text as f64: the kinds have nothing in common",
    "breaks: old loads new: shop.Item.name (3): f64 as text: the kinds have nothing in common",
    "breaks: new loads old: shop.Gone: there is no such class any more",
]
CHECKED = [
    "checked: new loads old: shop.Part.count (1): i64 as i32: integers that fit",
    "checked: old loads new: shop.Item.price (2): i64 as i32: integers that fit",
]
LOADS = [
    "loads: old loads new: shop.Part.count (1): i32 as i64: every value loads",
    "loads: new loads old: shop.Item.price (2): i32 as i64: every value loads",
    "loads: new loads old: shop.Item.more (6): nothing as bytes: not stored: it has its default",
    "loads: old loads new: shop.Item.more (6): bytes as nothing: passed over",
]


def archive(*classes):
    """An archive with a record of each class, all of its fields i64 and 1."""
    stream = b""
    for class_ in classes:
        writer = wire.Writer(7, 0, types=[class_])
        writer.store({field.name: 1 for field in class_.fields}, class_.name)
        stream += writer.end()
    return stream


def item(**kinds):
    fields = [wire.Field(number, name, kind) for number, (name, kind) in enumerate(kinds.items(), 1)]
    return wire.Class("shop.Item", 1, tuple(fields))


class CompatTest(pier_command.Test):
    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def compat(self, *arguments):
        return pier("compat", *arguments)

    def assert_found(self, result, status, lines):
        self.assertEqual(result.err, b"")
        self.assertEqual(sorted(result.lines()), sorted(lines))
        self.assertEqual(result.status, status)

    @unittest.skipUnless(shutil.which("protoc"), "protoc is not installed")
    def test_schemas(self):
        old, new = self.file("old.proto", OLD), self.file("new.proto", NEW)
        result = self.compat(old, new)
        if b"schemas need a command" in result.err:
            self.skipTest("built without the schema compiler")
        self.assert_found(result, 1, BREAKS + CHECKED)
        self.assert_found(self.compat(old, new, "--all"), 1, BREAKS + CHECKED + LOADS)
        self.assert_found(self.compat(old, old, "--all"), 0, [])
        self.assert_found(self.compat(old, new, "--class", "shop.Part"), 0, CHECKED[:1])
        self.assert_found(self.compat(old, new, "--class", "shop.Part", "--strict"), 1, CHECKED[:1])

    @unittest.skipUnless(shutil.which("protoc"), "protoc is not installed")
    def test_a_schema_and_an_archive(self):
        new = self.file("new.proto", NEW)
        old = self.file("old.pier", archive(item(id="u64", price="u32")))
        result = self.compat(old, new)
        if b"schemas need a command" in result.err:
            self.skipTest("built without the schema compiler")
        self.assert_found(
            result, 0, ["checked: old loads new: shop.Item.price (2): i64 as u32: integers that fit"]
        )
        # An archive need not have records of every class.
        self.assert_found(self.compat(new, old, "--class", "shop.Part"), 0, [])
        bad = self.file("bad.proto", OLD.replace('"proto3"', '"proto2"').replace("message Gone", "message Gone2"))
        self.assertEqual(self.compat(bad, new).status, 1)
        self.assertEqual(self.compat(self.folder / "none.proto", new).status, 3)

    def test_archives(self):
        old = self.file("old.pier", archive(item(a="i64", b="u8"), item(a="i64", b="u16"), item(a="i64", b="u8")))
        new = self.file("new.pier", archive(item(a="i64", b="i64")))
        self.assert_found(self.compat(new, new, "--all"), 0, [])
        # Each version that an archive has is compared, and no line comes twice.
        self.assert_found(
            self.compat(old, new),
            0,
            [
                "checked: old loads new: shop.Item.b (2): i64 as u8: integers that fit",
                "checked: old loads new: shop.Item.b (2): i64 as u16: integers that fit",
            ],
        )
        self.assertEqual(self.compat(old, new, "--strict").status, 1)
        other = self.file("other.pier", archive(item(a="i64", b="f64")))
        result = self.compat(old, other)
        self.assertEqual(result.status, 1)
        self.assertEqual(len(result.lines()), 4)
        self.assertTrue(all(line.startswith("breaks: ") for line in result.lines()))

    def test_many_findings(self):
        """The square of them would take minutes."""
        count = 40_000
        files = [
            self.file(f"{kind}.pier", archive(item(**{f"f{i}": kind for i in range(count)}))) for kind in ("i64", "i32")
        ]
        result = self.compat(*files)
        self.assertEqual((result.status, result.err, len(result.lines())), (0, b"", count))

    def test_archives_that_are_damaged_are_told(self):
        whole = archive(item(a="i64"))
        old = self.file("old.pier", whole[:-64])
        new = self.file("new.pier", whole)
        result = self.compat(old, new)
        self.assertEqual(result.status, 1)
        self.assertEqual([status for _, status, _ in result.errors()], ["TRUNCATED"])

    def test_archives_that_can_be_read_once(self):
        old, new = archive(item(a="i64")), self.file("new.pier", archive(item(a="text")))
        expected = self.compat(self.file("old.pier", old), new)
        self.assertEqual(expected.status, 1)
        for name in ("-", "/dev/stdin"):
            with self.subTest(name):
                result = pier("compat", name, new, data=old)
                self.assertEqual((result.status, result.out, result.err), (1, expected.out, b""))

    def test_nothing_comes_from_a_pipe(self):
        name = self.folder / "pipe"
        os.mkfifo(name)
        keeper = os.open(name, os.O_RDWR)
        try:
            result = self.compat(name, self.file("a.pier", archive(item(a="i64"))), "--timeout", "100")
        finally:
            os.close(keeper)
        self.assert_error(result, 4, "compat", "TIMEOUT", "no byte came within 100 ms")

    def test_misuse(self):
        whole = self.file("a.pier", archive(item(a="i64")))
        for arguments in [(), (whole,), (whole, whole, whole), (whole, whole, "--class", "no.Such")]:
            with self.subTest(arguments=arguments):
                result = self.compat(*arguments)
                self.assertEqual((result.status, result.out), (2, b""))
                self.assertEqual([status for _, status, _ in result.errors()], ["USAGE"])
        self.assertIn("OLD has no class no.Such: it has shop.Item", result.errors()[0][2])

    def test_files_that_are_not_there(self):
        whole = self.file("a.pier", archive(item(a="i64")))
        for name in ("missing.pier", "missing.proto", "missing.bin"):
            for arguments in ((whole, self.folder / name), (self.folder / name, whole)):
                with self.subTest(arguments=arguments):
                    result = self.compat(*arguments)
                    self.assertEqual((result.status, result.out), (3, b""))
                    self.assertIn(b"NOT_FOUND", result.err)


if __name__ == "__main__":
    pier_command.main()
