"""`pier store` and `pier connect` with `--schema`: lines become typed records, or are told with the field."""

import json
import pathlib
import socket
import subprocess

import pier_command  # before those that it shows the way to
import pier_wire as wire
from pier_command import pier

PROTO_FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "proto"
ALL = """syntax = "proto3";
package t;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
import "pier/options.proto";
enum Side { BUY = 0; SELL = 1; SHORT = -3; }
message Leg { int32 count = 1; google.protobuf.Duration wait = 2; }
message All {
  bool flag = 1; int32 i = 2; sint64 s = 3; uint64 u = 4; fixed32 f = 5; float f32 = 6; double f64 = 7;
  string text = 8; bytes data = 9; Side side = 10; string symbol = 11 [(pier.inline_bytes) = 4];
  google.protobuf.Timestamp when = 12; google.protobuf.Duration wait = 13;
  Leg leg = 14; repeated Leg legs = 15; repeated int32 numbers = 16;
  repeated float floats = 17 [(pier.typed) = true];
  map<string, Leg> by_name = 18; map<int32, string> by_number = 19; map<bool, Side> by_flag = 20;
  map<uint64, google.protobuf.Duration> waits = 21; repeated Side sides = 22; repeated bytes blobs = 23;
  oneof choice { string name = 24; Leg other = 25; google.protobuf.Duration pause = 26; }
  optional int32 maybe = 27; google.protobuf.Any any = 28; repeated google.protobuf.Any anys = 29;
  repeated google.protobuf.Timestamp times = 30; All inner = 31; map<string, google.protobuf.Any> extras = 32;
}
message Strict { int32 must = 1 [(pier.required) = true]; int32 far = 300; }
"""
GRAPH = """syntax = "proto3";
package g;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "pier/options.proto";
message Node {
  string name = 1; Node next = 2 [(pier.shared) = true]; repeated Node kids = 3 [(pier.shared) = true];
  google.protobuf.Any what = 4 [(pier.shared) = true]; google.protobuf.Any own = 5;
  google.protobuf.Duration wait = 6;
}
message Other { int32 x = 1; Node node = 2 [(pier.shared) = true]; }
message Holder { google.protobuf.Any any = 1; }
"""
ONE = 'syntax = "proto3"; package one; message Tick { uint64 id = 1; double price = 2; }'

# What a program may write, and what becomes of it.
WRITTEN = {
    '"flag":true': '"flag":true',
    '"s":-9007199254740993': '"s":-9007199254740993',
    '"u":18446744073709551615': '"u":18446744073709551615',
    '"f32":1.1': '"f32":1.100000023841858',
    '"f32":-16777216': '"f32":-16777216.0',
    '"f32":{"$float":"NaN"}': '"f32":{"$float":"NaN"}',
    '"f64":5': '"f64":5.0',
    '"f64":0.1': '"f64":0.1',
    '"data":"AQID"': '"data":{"$bin":"AQID"}',
    '"data":""': '"data":{"$bin":""}',
    '"side":"SHORT"': '"side":"SHORT"',
    '"side":1': '"side":"SELL"',
    '"side":77': '"side":77',
    '"when":{"$time":[5,6]}': '"when":{"$time":[5,6]}',
    '"when":"1970-01-02"': '"when":{"$time":[86400,0]}',
    '"when":"2026-03-01T10:30:00.5Z"': '"when":{"$time":[1772361000,500000000]}',
    '"when":"2026-03-01T10:30+02:00"': '"when":{"$time":[1772353800,0]}',
    '"when":"2024-02-29T23:59:59.000000001-01:30"': '"when":{"$time":[1709256599,1]}',
    '"when":"0001-01-01T00:00:00Z"': '"when":{"$time":[-62135596800,0]}',
    '"when":"9999-12-31T23:59:59.999999999Z"': '"when":{"$time":[253402300799,999999999]}',
    '"wait":"-1.5s"': '"wait":"-1.500s"',
    '"wait":"0.000000001s"': '"wait":"0.000000001s"',
    '"wait":[3,0]': '"wait":"3s"',
    '"wait":"-315576000000.999999999s"': '"wait":"-315576000000.999999999s"',
    '"by_number":{"1":"a","-5":"b"}': '"by_number":{"$map":[[1,"a"],[-5,"b"]]}',
    '"by_flag":{"true":"SELL","false":0}': '"by_flag":{"$map":[[true,"SELL"],[false,"BUY"]]}',
    '"waits":{"18446744073709551615":"1s"}': '"waits":{"$map":[[18446744073709551615,"1s"]]}',
    '"floats":[1,2.5,1e-40]': '"floats":[1.0,2.5,9.99994610111476e-41]',
    '"maybe":0': '"maybe":0',
    '"any":{"count":4,"@type":"type.googleapis.com/t.Leg"}': '"any":{"@type":"t.Leg","count":4}',
    '"times":["1970-01-01",{"$time":[1,0]}]': '"times":[{"$time":[0,0]},{"$time":[1,0]}]',
}
REFUSED = [
    ("null", "TYPE", "t.All: expected map, found nil"),
    ("[1]", "TYPE", "t.All: expected map, found array"),
    ('{"prize":1}', "NOT_FOUND", "t.All: there is no field prize"),
    ('{"@type":"t.All"}', "NOT_FOUND", "t.All: there is no field @type"),
    ('{"a\\u001b[31m\\nb":1}', "NOT_FOUND", "t.All: there is no field a?[31m?b"),
    ('{"$map":[[1,2]]}', "TYPE", "t.All[1]: t.All has fields by name, and this key is no text"),
    ('{"flag":0}', "TYPE", "t.All.flag: expected bool, found integer"),
    ('{"i":"5"}', "TYPE", "t.All.i: expected integer, found str"),
    ('{"i":1.5}', "TYPE", "t.All.i: expected integer, found float"),
    ('{"i":3000000000}', "RANGE", "t.All.i: 3000000000 does not fit i32"),
    ('{"u":-1}', "RANGE", "t.All.u: -1 does not fit u64"),
    ('{"f64":9007199254740993}', "TYPE", "t.All.f64: expected float, found integer"),
    ('{"f32":16777217}', "TYPE", "t.All.f32: expected float, found integer"),
    ('{"f32":1e300}', "RANGE", "t.All.f32: 1.0000000000000001e+300 is not exact in f32"),
    ('{"f32":1e-300}', "RANGE", "t.All.f32: 1e-300 is not exact in f32"),
    ('{"f64":"x"}', "TYPE", "t.All.f64: expected float, found str"),
    ('{"text":{"$str":"gA=="}}', "TEXT", "t.All.text: the text is not UTF-8"),
    ('{"symbol":"four"}', "RANGE", "t.All.symbol: a text of 4 bytes, and there is room for 3"),
    ('{"data":"AQI"}', "TYPE", "t.All.data: expected bin, or its base64, found str"),
    ('{"data":5}', "TYPE", "t.All.data: expected bin, found integer"),
    ('{"side":"NONE"}', "RANGE", 't.All.side: enum t.Side has no value "NONE"'),
    ('{"when":5}', "TYPE", "t.All.when: expected timestamp, found integer"),
    ('{"wait":[1,-1]}', "RANGE", "t.All.wait: 1 seconds and -1 nanoseconds are not of one sign"),
    ('{"wait":"315576000001s"}', "RANGE",
     "t.All.wait: 315576000001 seconds of a duration, at most 315576000000 either way"),
    ('{"leg":5}', "TYPE", "t.All.leg: expected map, found integer"),
    ('{"leg":{"count":"x"}}', "TYPE", "t.All.leg.count: expected integer, found str"),
    ('{"legs":[{},{"kount":1}]}', "NOT_FOUND", "t.All.legs[1]: t.Leg has no field kount"),
    ('{"legs":{}}', "TYPE", "t.All.legs: expected array, found map"),
    ('{"legs":[null]}', "TYPE", "t.All.legs[0]: expected map or array, found nil"),
    ('{"floats":[1,"x"]}', "TYPE", "t.All.floats[1]: expected float, found str"),
    ('{"by_name":[]}', "TYPE", "t.All.by_name: expected map, found array"),
    ('{"by_name":{"k":{"count":"x"}}}', "TYPE", "t.All.by_name[0].value.count: expected integer, found str"),
    ('{"by_name":{"k":{"kount":1}}}', "NOT_FOUND", "t.All.by_name.k: t.Leg has no field kount"),
    ('{"by_number":{"01":"a"}}', "TYPE", "t.All.by_number[0].key: expected integer, found str"),
    ('{"by_number":{"3000000000":"a"}}', "RANGE", "t.All.by_number[0].key: 3000000000 does not fit i32"),
    ('{"by_flag":{"yes":0}}', "TYPE", "t.All.by_flag[0].key: expected bool, found str"),
    ('{"name":"x","pause":"1s"}', "PROTOCOL", "t.All.pause: a second field of oneof choice"),
    ('{"any":{"count":1}}', "TYPE", 't.All.any: expected map with "@type", the name of its class'),
    ('{"any":{"@type":5}}', "TYPE", 't.All.any: expected map with "@type", the name of its class'),
    ('{"any":{"@type":"x/t.Nope"}}', "UNKNOWN_CLASS", "t.All.any.@type: the schema has no class t.Nope"),
    ('{"any":{"@type":"t.Leg","count":"x"}}', "TYPE", "t.All.any.count: expected integer, found str"),
    ('{"any":{"@type":"t.Leg","i":1}}', "NOT_FOUND", "t.All.any: t.Leg has no field i"),
    ('{"inner":{"inner":{"inner":{"i":"x"}}}}', "TYPE", "t.All.inner.inner.inner.i: expected integer, found str"),
    ('{"inner":' * 200 + "{}" + "}" * 200, "LIMIT", None),
    ('{"inner":' * 3000 + "{}" + "}" * 3000, "LIMIT", None),
    ('{"i":1,"i":2}', "PROTOCOL", "column 8: the key came before"),
]  # fmt: skip
NO_DATES = ["", "yesterday", "2026", "2026-13-01", "2026-00-01", "2026-02-29", "2026-04-31", "2026-01-00", "0000-01-01",
            "2026-1-01", "2026-01-01T", "2026-01-01T24:00", "2026-01-01T10:60", "2026-01-01T10:30:60",
            "2026-01-01T10:30:00.", "2026-01-01T10:30:00.1234567891", "2026-01-01T10:30:00ZZ", "2026-01-01T10:30+2",
            "2026-01-01T10:30+02:0", "2026-01-01 10:30", " 2026-01-01", "2026-01-01Zx", "-2026-01-01"]  # fmt: skip
NO_DURATIONS = ["", "s", "1", "1.s", ".5s", "-s", "--1s", "+1s", "1.5", "1s ", "1.1234567891s", "1e3s", "1m",
                "1234567890123456789s"]  # fmt: skip
GRAPHS = [
    {"name": "alone", "kids": []},
    {
        "name": "root",
        "next": {"@ref": 1},
        "kids": [{"@ref": 0}, {"@ref": 2}, None],
        "what": {"@ref": 3},
        "own": {"@type": "g.Other", "x": 5, "node": {"@ref": 2}},
        "@objects": [
            {"@id": 1, "@type": "g.Node", "name": "one", "next": {"@ref": 0}, "kids": [], "wait": "1s"},
            {"@id": 2, "@type": "g.Node", "name": "two", "kids": []},
            {"@id": 3, "@type": "g.Other", "x": 3, "node": {"@ref": 1}},
        ],
    },
]
REFUSED_GRAPHS = [
    ('{"next":{"@ref":1}}', "PROTOCOL", "g.Node.next: a reference to object 1, and the table has 0"),
    ('{"next":{"@ref":-3}}', "PROTOCOL", "g.Node.next: no object is registered under the number 3"),
    ('{"next":{"name":"x"}}', "TYPE", 'g.Node.next: expected a reference, {"@ref":NUMBER}, or null'),
    ('{"next":3}', "TYPE", 'g.Node.next: expected a reference, {"@ref":NUMBER}, or null'),
    ('{"next":{"@ref":1,"x":2}}', "TYPE", 'g.Node.next: expected a reference, {"@ref":NUMBER}, or null'),
    ('{"@objects":5}', "TYPE", "g.Node.@objects: expected array, found integer"),
    ('{"@objects":[7]}', "TYPE", 'g.Node.@objects[0]: expected map with "@type", the name of its class'),
    ('{"@objects":[{"@type":"g.None"}]}', "UNKNOWN_CLASS",
     "g.Node.@objects[0].@type: the schema has no class g.None"),
    ('{"@objects":[{"@type":"g.Node"}]}', "PROTOCOL", "g.Node[1]: nothing before it refers to object 1"),
    ('{"next":{"@ref":1},"@objects":[{"@type":"g.Other"}]}', "TYPE",
     "g.Node[1]: references to the object expect a g.Node, it is a g.Other"),
    ('{"next":{"@ref":1},"@objects":[{"@id":2,"@type":"g.Node"}]}', "PROTOCOL",
     "g.Node.@objects[0].@id: the objects of a graph count from 1: this is 1"),
    ('{"own":{"@type":"g.Other","@objects":[]}}', "NOT_FOUND", "g.Node.own: g.Other has no field @objects"),
    ('{"@id":0}', "NOT_FOUND", "g.Node: there is no field @id"),
]  # fmt: skip


class Test(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.all, self.graph, self.one = (self.file(f"{name}.proto", text) for name, text in
                                          (("all", ALL), ("graph", GRAPH), ("one", ONE)))  # fmt: skip

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content)
        return path

    def descriptors(self, proto):
        """The schema as a descriptor set, which is read without protoc."""
        path = proto.with_suffix(".bin")
        if not path.exists():
            subprocess.run(["protoc", f"-I{self.folder}", f"-I{PROTO_FOLDER}", "--include_imports", f"-o{path}", proto],
                           check=True)  # fmt: skip
        return path

    def store(self, lines, *arguments, name="x.pier"):
        data = "".join(line + "\n" for line in lines).encode()
        return pier("store", self.folder / name, "--force", *arguments, data=data)

    def dump(self, *arguments, name="x.pier"):
        result = pier("dump", self.folder / name, *arguments)
        self.assert_done(result)
        return result.lines()

    def refuse(self, cases, *arguments):
        for index, (line, status, text) in enumerate(cases):
            with self.subTest(line=line[:60]):
                result = self.store(["{}", line, "{}"], *arguments)
                self.assertEqual((result.status, result.out), (1, b""))
                [(command, told, message)] = result.errors()
                self.assertEqual((command, told), ("store", status), message)
                if text is not None:
                    self.assertEqual(message, f"line 2{',' if text.startswith('column') else ':'} {text}")
                if index == 0:
                    # What came before it is kept.
                    self.assertEqual(len(self.dump()), 1)


class KindTest(Test):
    def test_what_programs_write(self):
        schema = ("--schema", self.descriptors(self.all), "--class", "t.All")
        self.assert_done(self.store(["{%s}" % text for text in WRITTEN], *schema))
        for (text, expected), found in zip(WRITTEN.items(), self.dump(), strict=True):
            with self.subTest(text):
                self.assertIn(expected, found)
        # Every value at once, and nested.
        singles = [text for text in {text.split(":")[0]: text for text in WRITTEN}.values()]
        line = "{%s,%s}" % (",".join(singles), '"leg":{"wait":"1s"},"legs":[{"count":1},{"wait":"3s"}],"other":{},'
                            '"by_name":{"x":{"wait":"1s"}},"sides":["BUY",-3,99],"blobs":["","AA==",{"$bin":"AQID"}],'
                            '"anys":[{"@type":"t.All","any":{"@type":"t.Leg"}},null],"inner":{"pause":"9s"},'
                            '"extras":{"k":{"@type":"t.Leg","wait":"4s"}}')  # fmt: skip
        self.assert_done(self.store(["{}", line], *schema))
        dumped = self.dump()
        # What is printed is taken, from every sort of schema, and is printed again.
        for source in (self.all, self.folder / "x.pier"):
            with self.subTest(source=source.name):
                self.assert_done(self.store(dumped, "--schema", source, "--class", "t.All", name="y.pier"))
                self.assertEqual(self.dump(name="y.pier"), dumped)

    def test_times_and_durations_that_are_none(self):
        schema = ("--schema", self.descriptors(self.all), "--class", "t.All")
        date = 't.All.when: expected timestamp, or a date such as "2026-03-01T10:30:00Z", found str'
        self.refuse([('{"when":%s}' % json.dumps(text), "TYPE", date) for text in NO_DATES], *schema)
        wait = 't.All.wait: expected duration such as "1.5s", found '
        self.refuse([('{"wait":%s}' % json.dumps(text), "TYPE", wait + "str") for text in NO_DURATIONS], *schema)
        self.refuse([('{"wait":5}', "TYPE", wait + "integer")], *schema)

    def test_lines_that_are_no_records(self):
        self.refuse(REFUSED, "--schema", self.descriptors(self.all), "--class", "t.All")

    def test_what_is_required(self):
        schema = ("--schema", self.descriptors(self.all), "--class", "t.Strict")
        self.assert_error(self.store(['{"far":1}'], *schema), 1, "store", "MISMATCH",
                          "^line 1: t.Strict.must: the field is required, and is missing$")  # fmt: skip

    def test_graphs(self):
        schema = ("--schema", self.descriptors(self.graph), "--class")
        lines = [json.dumps(graph, separators=(",", ":")) for graph in GRAPHS]
        self.assert_done(self.store(lines, *schema, "g.Node"))
        self.assertEqual(self.dump(), lines)
        self.refuse(REFUSED_GRAPHS, *schema, "g.Node")
        # A value of any class may be a graph of its own.
        held = json.dumps({"any": {"@type": "g.Node", **GRAPHS[1]}}, separators=(",", ":"))
        self.assert_done(self.store([held], *schema, "g.Holder"))
        self.assertEqual(self.dump(), [held])

    def test_a_long_chain(self):
        """Objects are as many as the limits of an archive allow, and no deeper for it."""
        count = 50000
        nodes = ['{"@type":"g.Node","next":{"@ref":%d}}' % number for number in range(2, count + 1)]
        line = '{"next":{"@ref":1},"@objects":[%s,{"@type":"g.Node"}]}' % ",".join(nodes)
        self.assert_done(self.store([line], "--schema", self.descriptors(self.graph), "--class", "g.Node"))
        self.assertEqual(len(json.loads(self.dump()[0])["@objects"]), count)


class FormTest(Test):
    LINE = '{"i":2,"f32":1.5,"symbol":"abc","wait":"1.5s","side":"SELL","other":{"count":3},"any":{"@type":"t.Leg"}}'

    def test_plain_files(self):
        schema = ("--schema", self.descriptors(self.all), "--class", "t.All", "--plain")
        for form in ([], ["--map"]):
            self.assert_done(self.store([self.LINE], *schema, *form))
            [found] = self.dump("--plain")
            for part in ('"i":2', '"f32":1.5', '"wait":[1,500000000]', '"side":1', '"other":{"count":3}',
                         '"any":["t.Leg",{"count":0}]'):  # fmt: skip
                self.assertIn(part, found)
        self.assert_done(self.store([self.LINE], *schema, "--array"))
        found = json.loads(self.dump("--plain")[0])
        self.assertEqual((found[1], found[5], found[9], found[12], found[24]), (2, 1.5, 1, [1, 500000000], [3, None]))
        # Not every class has a place for each field.
        strict = ("--schema", self.descriptors(self.all), "--class", "t.Strict", "--plain")
        result = self.store(['{"must":1,"far":2}'], *strict, "--array")
        self.assertEqual((result.status, len(result.errors())), (1, 1))
        self.assertIn("t.Strict", result.errors()[0][2])
        self.assert_done(self.store(['{"must":1,"far":2}'], *strict))
        # A class is no need.
        self.assert_done(self.store(["[1,null]", "2"], "--plain"))
        self.assertEqual((self.folder / "x.pier").read_bytes(), b"\x92\x01\xc0\x02")

    def test_one_class(self):
        for source in (self.one, self.descriptors(self.one)):
            self.assert_done(self.store(['{"id":1,"price":2.5}'], "--schema", source))
            self.assertEqual(self.dump(), ['{"id":1,"price":2.5}'])
        # Of an archive, the last version of the class.
        stream = b""
        for kind in ("i64", "text"):
            writer = wire.Writer(7, 0, types=[wire.Class("one.Tick", 1, (wire.Field(1, "id", kind),))])
            writer.store({"id": 1 if kind == "i64" else "a"}, "one.Tick")
            stream += writer.end()
        (self.folder / "old.pier").write_bytes(stream)
        self.assert_done(self.store(['{"id":"b"}'], "--schema", self.folder / "old.pier"))
        self.assert_error(self.store(['{"id":5}'], "--schema", self.folder / "old.pier"), 1, "store", "TYPE",
                          "^line 1: one.Tick.id: expected str, found integer$")  # fmt: skip

    def test_compressed_and_appended(self):
        schema = ("--schema", self.descriptors(self.one))
        self.assert_done(self.store(['{"id":1}'] * 1000, *schema, "--compress"))
        self.assert_done(pier("store", self.folder / "x.pier", "--append", *schema, data=b'{"id":2}\n'))
        self.assertEqual(self.dump()[-2:], ['{"id":1,"price":0.0}', '{"id":2,"price":0.0}'])


class ConnectTest(Test):
    def test_streams(self):
        schema = ("--schema", self.descriptors(self.one))
        for more, printed in (
            ([], b'{"id":7,"price":2.0}\n'),
            (["--plain"], b'{"id":7,"price":2.0}\n'),
            (["--plain", "--array"], b"[7,2.0]\n"),
        ):
            with self.subTest(more):
                listener = self.listen("--echo")
                result = pier("connect", listener.endpoint, *schema, *more, data=b'{"id":7,"price":2}\n')
                self.assert_done(result, printed)
                self.assertEqual(listener.stop().out, printed)

    def test_a_bad_line(self):
        listener = self.listen("--echo")
        result = pier("connect", listener.endpoint, "--schema", self.one, data=b'{"id":7}\n{"price":"x"}\n{}\n')
        self.assert_error(result, 1, "connect", "TYPE", "^line 2: one.Tick.price: expected float, found str$",
                          b'{"id":7,"price":0.0}\n')  # fmt: skip

    def test_records_that_wait_for_the_peer(self):
        """Records above 64 KiB leave when the peer has told its limits, and more of them than a queue holds."""
        big = json.dumps({"name": "x" * 100000, "kids": []}, separators=(",", ":")).encode() + b"\n"
        schema = ("--schema", self.descriptors(self.graph), "--class", "g.Node")
        listener = self.listen("--echo", stdout=subprocess.DEVNULL)
        result = pier("connect", listener.endpoint, *schema, data=big * 40)
        self.assertEqual((result.status, result.err), (0, b""))
        self.assertTrue(result.out == big * 40)

    def test_datagrams(self):
        listener = self.listen("--echo", endpoint="udp://127.0.0.1:0")
        for more, printed in (([], b'{"id":7,"price":2.5}\n'), (["--plain", "--array"], b"[7,2.5]\n")):
            self.assert_done(
                pier("connect", listener.endpoint, "--count", 1, "--timeout", 10000, "--schema",
                     self.descriptors(self.one), *more, data=b'{"id":7,"price":2.5}\n'), printed)  # fmt: skip


class MisuseTest(Test):
    def test_options(self):
        one, all_ = self.descriptors(self.one), self.descriptors(self.all)
        for command, operand in (("store", self.folder / "new.pier"), ("connect", "tcp://127.0.0.1:1")):
            for arguments, text in [
                (["--class", "one.Tick"], "--schema"),
                (["--map"], "--plain"),
                (["--plain", "--map"], "--schema"),
                (["--schema", one, "--array"], "--plain"),
                (["--schema", one, "--plain", "--array", "--map"], "exclude"),
                (["--schema", ""], "--schema"),
                (["--schema", one, "--class", "one.Tock"], "one.bin has no class one.Tock: it has one.Tick$"),
                (["--schema", all_], "all.bin has several classes, --class NAME tells which: t.Leg, t.All, t.Strict"),
            ]:
                with self.subTest(command=command, arguments=arguments):
                    self.assert_error(pier(command, operand, *arguments), 2, command, "USAGE", text)
        for arguments in (["--plain", "--append"], ["--plain", "--compress"]):
            self.assert_error(pier("store", self.folder / "new.pier", *arguments), 2, "store", "USAGE", "--plain")
        # No file is made for what is not understood.
        self.assertFalse((self.folder / "new.pier").exists())

    def test_schemas_that_are_none(self):
        empty = self.file("empty.proto", 'syntax = "proto3";')
        self.assert_error(self.store([], "--schema", empty), 2, "store", "USAGE", "has no class")
        old = self.file("old.proto", 'syntax = "proto2"; message A { }')
        self.assert_error(self.store([], "--schema", old), 1, "store", "TYPE", "^old.proto:1")
        for name, content in (("bad.bin", b"\xff\xff\xff"), ("cut.bin", self.descriptors(self.all).read_bytes()[:-9])):
            (self.folder / name).write_bytes(content)
            self.assertEqual(self.store([], "--schema", self.folder / name).status, 1)
        self.assertNotEqual(self.store([], "--schema", self.folder / "none.proto").status, 0)
        damaged = (self.folder / "one.pier", self.folder / "cut.pier")
        self.assert_done(self.store(["{}"], "--schema", self.one, name="one.pier"))
        damaged[1].write_bytes(damaged[0].read_bytes()[:-64])
        self.assert_error(self.store([], "--schema", damaged[1]), 1, "store", "TRUNCATED")
        self.assertFalse((self.folder / "x.pier").exists())



class RecordingTest(pier_command.Test):
    def test_recordings_have_the_classes_of_their_schema(self):
        listening, target = self.serve()
        file = self.folder / "talk.pier"
        recorder = self.start("record", "tcp://127.0.0.1:0", target, file, "--count", 1, stdin=subprocess.DEVNULL)
        recorder.read_until(lambda recorder: recorder.err.endswith(b"\n"))
        client = socket.create_connection(("127.0.0.1", int(recorder.err.rpartition(b":")[2])))
        client.sendall(b"\x80")
        client.close()
        self.accept(listening).close()
        self.assertEqual(recorder.result().status, 0)
        classes = json.loads(pier("check", file).out)["classes"]
        self.assertEqual(set(classes), {f"pier.recording.{name}" for name in ("Started", "Opened", "Passed", "Ended")})
        schema = PROTO_FOLDER / "pier" / "recording.proto"
        self.assert_done(pier("compat", file, schema, "--all"), b"")
        self.assert_done(pier("compat", schema, file, "--all"), b"")


if __name__ == "__main__":
    pier_command.main()
