"""`pier dump --class --where --table --schema`: choosing records, and other forms of what is printed."""

import json
import pathlib
import unittest

import pier_command  # before those that it shows the way to
import pier_wire as wire
from pier_command import pier

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "proto" / "vectors"
CLASSES = VECTORS / "class-switches.pier"

SHIPS = [
    {"name": "Amalia", "crew": 5, "draught": 3.5, "afloat": True, "home": {"town": "Delft", "berth": 3}},
    {"name": "Berta", "crew": 12, "draught": 1.25, "afloat": False, "home": {"town": "Bremen"}},
    {"name": "C=3", "crew": -1, "draught": 40, "tons": 18446744073709551615},
    {"name": "12", "crew": None, "wait": "90s", "built": {"$time": [1700000000, 500000000]}},
]


class WhereTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "ships.pier"
        self.file.write_bytes(pier("store", "-", data="".join(json.dumps(ship) + "\n" for ship in SHIPS).encode()).out)

    def names(self, *conditions, more=()):
        result = pier("dump", self.file, *[part for text in conditions for part in ("--where", text)], *more)
        self.assertEqual((result.status, result.err), (0, b""), conditions)
        return [json.loads(line)["name"] for line in result.out.splitlines()]

    def test_numbers(self):
        for text, expected in [
            ("crew = 5", ["Amalia"]),
            ("crew=5", ["Amalia"]),
            ("crew == 5.0", ["Amalia"]),
            ("crew != 5", ["Berta", "C=3", "12"]),
            ("crew < 12", ["Amalia", "C=3"]),
            ("crew <= 12", ["Amalia", "Berta", "C=3"]),
            ("crew > -1", ["Amalia", "Berta"]),
            ("crew >= -1", ["Amalia", "Berta", "C=3"]),
            ("draught > 3", ["Amalia", "C=3"]),
            ("draught = 40", ["C=3"]),
            ("tons = 18446744073709551615", ["C=3"]),
            ("tons > 18446744073709551614", ["C=3"]),
            ("tons > -1", ["C=3"]),
            ("crew < text", []),
            ("crew != text", ["Amalia", "Berta", "C=3", "12"]),
            ("crew = true", []),
        ]:
            self.assertEqual(self.names(text), expected, text)

    def test_text(self):
        for text, expected in [
            ("name = Berta", ["Berta"]),
            ('name = "Berta"', ["Berta"]),
            ("name = 12", ["12"]),
            ('name = "12"', ["12"]),
            ("name = C=3", ["C=3"]),
            ("name > Amalia", ["Berta", "C=3"]),
            ("name <= Amalia", ["Amalia", "12"]),
            ("name = ", []),
            ("home.town = Delft", ["Amalia"]),
            ('["home"].town = Bremen', ["Berta"]),
            ("home.berth >= 3", ["Amalia"]),
            ("wait > 10s", ["12"]),
            ("wait = 90.0s", ["12"]),
            ("wait < 90.000000001s", ["12"]),
            ("wait >= 90.000000001s", []),
            ("wait > -300000000000.5s", ["12"]),
        ]:
            self.assertEqual(self.names(text), expected, text)

    def test_other_sorts(self):
        for text, expected in [
            ("afloat = true", ["Amalia"]),
            ("afloat != true", ["Berta", "C=3", "12"]),
            ("afloat < true", ["Berta"]),
            ("crew = null", ["12"]),
            ("crew != null", ["Amalia", "Berta", "C=3"]),
            ("tons = null", ["Amalia", "Berta", "12"]),
            ("home != null", ["Amalia", "Berta"]),
            ("built >= 2023-11-14", ["12"]),
            ("built < 2023-11-14", []),
            ("built = 2023-11-14T22:13:20.5Z", ["12"]),
            ("built > 2023-11-14T22:13:20.499999999", ["12"]),
            ("built < 2023-11-14T22:14", ["12"]),
            ("built = 1700000000.5", ["12"]),
            ('built = {"$time":[1700000000,500000000]}', ["12"]),
            ("built = 2023-02-31T99", []),
            ("built > 1969-12-31", ["12"]),
            ("built < 2024-02-29", ["12"]),
        ]:
            self.assertEqual(self.names(text), expected, text)

    def test_all_must_hold(self):
        self.assertEqual(self.names("crew > 0", "draught > 2"), ["Amalia"])
        self.assertEqual(self.names(*["crew > 0"] * 32), ["Amalia", "Berta"])
        result = pier("dump", self.file, *["--where", "crew > 0"] * 33)
        self.assert_error(result, 2, "dump", "USAGE", r"too often: --where")

    def test_with_a_path(self):
        result = pier("dump", self.file, "--where", "crew > 5", "--path", "home.town")
        self.assertEqual((result.status, result.out), (0, b'"Bremen"\n'))
        result = pier("dump", self.file, "--where", "crew > 5", "--path", "home.berth")
        self.assertEqual((result.status, result.out), (1, b""))
        # Where the conditions let no record through, there is nothing to say about the path.
        self.assert_done(pier("dump", self.file, "--where", "crew > 99", "--path", "no.such"), b"")

    def test_a_field_that_no_record_has(self):
        for conditions, missing in [
            (["crw > 5"], "crw"),
            (["home.twon = Delft"], r"home\.twon"),
            (["crew > 99", "crw > 5"], "crw"),
            (["crw > 5", "crew > 99"], "crw"),
            (["one = 1", "two = 2"], "one"),
        ]:
            for more in [[], ["--table"], ["--path", "name"]]:
                options = [part for text in conditions for part in ("--where", text)]
                result = pier("dump", self.file, *options, *more)
                self.assert_error(result, 1, "dump", "NOT_FOUND", rf".*: no record has {missing}")
                self.assertEqual(result.out, b"")
        # Who asks for null knows that a field may be missing; and what was printed needs no explanation.
        for text, count in [("crw != null", 0), ("crw = null", 4), ("crw != 5", 4)]:
            result = pier("dump", self.file, "--where", text)
            self.assertEqual((result.status, result.err, result.out.count(b"\n")), (0, b"", count), text)

    def test_what_is_no_condition(self):
        for text in ["crew", "", "= 5", "crew ! 5", "crew[ = 5", " = ", "crew ~ 5"]:
            self.assert_error(pier("dump", self.file, "--where", text), 2, "dump", "USAGE", r"--where .*")

    def test_what_excludes_what(self):
        for options in [
            ["--where", "a=1", "--stats"],
            ["--table", "--blocks"],
            ["--class", "a.B", "--stats"],
            ["--class", "a.B", "--plain"],
            ["--schema", "--table"],
            ["--schema", "--where", "a=1"],
            ["--schema", "--plain"],
            ["--table", "--path", "a"],
        ]:
            self.assert_error(pier("dump", self.file, *options), 2, "dump", "USAGE", r".*")


class ClassTest(pier_command.Test):
    def test_one_class(self):
        result = pier("dump", CLASSES, "--class", "market.Level")
        self.assert_done(result, b"".join(b'{"price":%s,"size":%d}\n' % (price, size) for size in (0, 1) for price in (b"0.5", b"0.25")))
        self.assert_done(pier("dump", CLASSES, "--class", "market.Level", "--where", "price<0.5"),
                         b'{"price":0.25,"size":0}\n{"price":0.25,"size":1}\n')  # fmt: skip

    def test_a_class_that_is_not_there(self):
        result = pier("dump", CLASSES, "--class", "market.Leve")
        self.assert_error(result, 1, "dump", "NOT_FOUND", r".*: no record is a market\.Leve")
        data = pier("store", "-", data=b"").out
        self.assert_done(pier("dump", "-", "--class", "market.Leve", data=data), b"")


class TableTest(pier_command.Test):
    def table(self, lines, *options):
        data = pier("store", "-", data="".join(json.dumps(line) + "\n" for line in lines).encode()).out
        result = pier("dump", "-", "--table", *options, data=data)
        self.assertEqual((result.status, result.err), (0, b""))
        return result.out.decode().splitlines()

    def test_columns_stand_below_one_another(self):
        self.assertEqual(
            self.table([{"name": "Amalia", "crew": 5}, {"name": "Bo", "crew": 12}, {"crew": 7}]),
            ["name    crew", "Amalia     5", "Bo        12", "           7"],
        )

    def test_a_new_key_makes_a_new_head(self):
        self.assertEqual(self.table([{"a": 1}, {"a": 2, "b": "x"}]), ["a", "1", "a  b", "2  x"])

    def test_what_is_no_map_is_a_value(self):
        self.assertEqual(self.table([1, "two", [3, 4]]), ["value", "1", "two", "[3,4]"])

    def test_cells_stay_on_their_line(self):
        rows = self.table([{"t": 'a\nb "c"', "n": {"x": [1]}, "u": "Zürich"}, {"t": "", "n": None, "u": "x"}])
        self.assertEqual(rows, ["t             n          u", '"a\\nb \\"c\\""  {"x":[1]}  Zürich',
                                "              null       x"])  # fmt: skip

    def test_times_are_dates(self):
        times = [[1772361000, 500000000], [0, 0], [253402300800, 0]]
        rows = self.table([{"at": {"$time": time}, "all": [{"$time": time}]} for time in times])
        self.assertEqual(rows[1:], ['2026-03-01T10:30:00.500Z    [{"$time":[1772361000,500000000]}]',
                                    '1970-01-01T00:00:00Z        [{"$time":[0,0]}]',
                                    '{"$time":[253402300800,0]}  [{"$time":[253402300800,0]}]'])  # fmt: skip
        # What is shown is what --where takes.
        rows = self.table([{"at": {"$time": time}} for time in times], "--where", "at = 2026-03-01T10:30:00.500Z")
        self.assertEqual(rows, ["at", "2026-03-01T10:30:00.500Z"])

    def test_classes_have_their_heads(self):
        result = pier("dump", CLASSES, "--table", "--class", "market.Level")
        self.assert_done(result, b"market.Level\nprice  size\n  0.5     0\n 0.25     0\n  0.5     1\n 0.25     1\n")

    def test_many_rows_keep_their_columns(self):
        rows = self.table([{"n": i, "m": "x" * (i % 30)} for i in range(2000)])
        self.assertEqual(len(rows), 2001)
        self.assertEqual(rows[0].split(), ["n", "m"])
        self.assertEqual([int(row.split()[0]) for row in rows[1:]], list(range(2000)))

    def test_many_columns(self):
        """The square of them would take minutes."""
        count = 50_000
        keys = [f"k{i}" for i in range(count)]
        rows = self.table([dict.fromkeys(keys, 1), dict.fromkeys(reversed(keys), 2)])
        self.assertEqual(rows[0].split(), keys)
        self.assertEqual([row.split() for row in rows[1:]], [["1"] * count, ["2"] * count])
        rows = self.table([{"$map": [[i, i] for i in range(count)]}])
        self.assertEqual([row.split() for row in rows], [[str(i) for i in range(count)]] * 2)

    def test_rows_show_while_more_is_awaited(self):
        data = pier("store", "-", data=b'{"a":1}\n').out
        process = self.start("dump", "-", "--table")
        process.send(data[:-64])  # all but the end mark
        process.read_until(lambda p: p.out == b"a\n1\n")
        process.send(data[-64:])
        process.end_input()
        self.assert_done(process.result(), b"a\n1\n")


class SchemaTest(pier_command.Test):
    def test_a_class_with_all_that_it_reaches(self):
        result = pier("dump", CLASSES, "--schema", "--class", "test.Node")
        self.assertEqual((result.status, result.err), (0, b""))
        text = result.out.decode()
        self.assertTrue(text.startswith('syntax = "proto3";\n'))
        for part in ["package test;", "message Node {", "message Tree {", "int64 value = 1;", "repeated Node branches = 1;"]:
            self.assertIn(part, text)

    def test_from_standard_input(self):
        result = pier("dump", "-", "--schema", data=CLASSES.read_bytes())
        self.assertEqual((result.status, result.out), (0, pier("dump", CLASSES, "--schema").out))

    def test_without_classes(self):
        data = pier("store", "-", data=b"1\n").out
        self.assert_error(pier("dump", "-", "--schema", data=data), 1, "dump", "NOT_FOUND", r"-: no record has a class")
        self.assert_error(pier("dump", CLASSES, "--schema", "--class", "no.Such"), 1, "dump", "NOT_FOUND",
                          r".*no record is a no\.Such")  # fmt: skip

    def archive(self, *versions):
        """A record of each version of test.Kind: of its values, the default of `size`, and its version."""
        writer = wire.Writer(7)
        for values, default, version in versions:
            size = wire.Field(2, "size", "u32", 0, None, None, default)
            writer.types = {
                "test.Kind": wire.Class("test.Kind", version, (wire.Field(1, "side", "enum", 0, "test.Side"), size)),
                "test.Side": wire.Enum("test.Side", tuple(enumerate(values))),
            }
            writer.define("test.Kind")
            writer.store({"side": 0, "size": 1}, "test.Kind")
            writer.end_block()
        return writer.end()

    def test_the_last_version_counts(self):
        """Whatever its difference is: values of an enum and defaults, too, which break nothing."""
        old = (["NONE"], None, 0)
        for new, part in [((["NONE", "ASK"], None, 0), "ASK = 1;"), ((["NONE"], 7, 0), '= "7"'),
                          ((["NONE"], None, 3), "(pier.version) = 3;")]:  # fmt: skip
            data = self.archive(old, new)
            result = pier("dump", "-", "--schema", data=data)
            self.assertEqual(result.status, 0)
            self.assertIn(part, result.out.decode())
            self.assertEqual(result.err, b"pier dump: SKIPPED: test.Kind has several versions: the last is printed\n")
        path = self.folder / "kinds.pier"
        path.write_bytes(self.archive(old, (["NONE", "ASK"], None, 0)))
        stored = pier("store", "-", "--schema", path, data=b'{"side":"ASK"}\n')
        self.assertEqual((stored.status, stored.err), (0, b""))

    def test_many_versions(self):
        """The square of them would take minutes."""
        result = pier("dump", "-", "--schema", data=self.archive(*[(["NONE"], None, i) for i in range(6000)]))
        self.assertEqual(result.status, 0)
        self.assertIn("(pier.version) = 5999;", result.out.decode())

    def test_many_oneofs(self):
        """As for versions."""
        writer = wire.Writer(7, 0, types=[wire.Class("test.Many", 0, tuple(
            wire.Field(i, f"f{i}", "u32", 0, None, f"o{i}") for i in range(1, 65536) if not 19000 <= i <= 19999))])
        writer.define("test.Many")
        writer.store(dict.fromkeys([]), "test.Many")
        result = pier("dump", "-", "--schema", data=writer.end())
        self.assertEqual((result.status, result.err), (0, b""))
        self.assertEqual(result.out.count(b"oneof "), 64535)

    def test_many_types(self):
        """A chain of classes, found from the last name to the first, each under a name of its own."""
        count = 40_000
        name = "test.P%05d.C".__mod__
        types = [wire.Class(name(i), 0, (wire.Field(1, "next", "record", wire.PRESENCE, name(i - 1)),) if i > 0 else ())
                 for i in range(count)]  # fmt: skip
        writer = wire.Writer(7, 0, types=types)
        writer.define(name(count - 1))
        writer.store({}, name(count - 1))
        result = pier("dump", "-", "--schema", data=writer.end())
        self.assertEqual((result.status, result.err), (0, b""))
        self.assertEqual(result.out.count(b"message P"), count)
        self.assertEqual(result.out.count(b"message C {"), count)

    def test_of_a_damaged_archive(self):
        data = bytearray(CLASSES.read_bytes())
        result = pier("dump", "-", "--schema", data=bytes(data[:-64]))
        self.assertEqual(result.status, 1)
        self.assertIn(b"TRUNCATED", result.err)
        self.assertIn(b"message Node {", result.out)


if __name__ == "__main__":
    unittest.main(verbosity=0)
