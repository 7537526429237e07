"""What the schema compiler refuses: each with file, line, column and reason, and all of a schema at once."""

import pathlib
import re
import tempfile
import unittest

import schemas

HEAD = 'syntax = "proto3";\npackage t;\nimport "pier/options.proto";\n'


class ErrorsTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def answer(self, text, name="t.proto"):
        """What protoc says to a schema, without its own warnings. A schema that is refused leaves no files."""
        (self.folder / name).write_text(text)
        for made in self.folder.glob("t.pier.*"):
            made.unlink()
        answer = schemas.compile_schemas(self.folder, [name], [self.folder])
        self.assertEqual((self.folder / "t.pier.h").exists(), answer.returncode == 0)
        answer.stderr = "".join(line + "\n" for line in answer.stderr.splitlines() if "warning" not in line.lower())
        return answer

    def refused(self, text):
        """The lines that the compiler tells, without the name of the file; the schema begins in line 4."""
        answer = self.answer(text)
        self.assertNotEqual(answer.returncode, 0, "the schema was not refused")
        self.assertTrue(answer.stderr.startswith("--pier_out: t.proto:"), answer.stderr)
        told = answer.stderr.removeprefix("--pier_out: ").splitlines()
        return [re.sub(r"^t\.proto:", "", line) for line in told]

    def check(self, body, *expected):
        self.assertEqual(self.refused(HEAD + body), list(expected))

    def test_number_above_what_pier_has(self):
        self.check("message M {\n  int32 x = 65536;\n}\n",
                   "5:3: t.M.x has the number 65536: numbers go up to 65,535")
        self.assertEqual(self.answer(HEAD + "message M { int32 x = 65535; }\n").returncode, 0)

    def test_all_problems_are_told(self):
        self.check("message M {\n  int32 x = 70000;\n  message N { string s = 3 [(pier.typed) = true]; }\n"
                   "  bytes b = 2 [(pier.width) = 8];\n}\n",
                   "5:3: t.M.x has the number 70000: numbers go up to 65,535",
                   "6:15: t.M.N.s: (pier.typed) is for repeated numbers",
                   "7:3: t.M.b: (pier.width) is for int32, sint32 and uint32")

    def test_inline_bytes(self):
        for field in ("int32 x = 1", "M x = 1", "map<string, string> x = 1"):
            with self.subTest(field):
                self.check(f"message M {{\n  {field} [(pier.inline_bytes) = 8];\n}}\n",
                           "5:3: t.M.x: (pier.inline_bytes) is for string and bytes")
        for size in ("0", "16777217"):
            with self.subTest(size):
                self.check(f"message M {{\n  string x = 1 [(pier.inline_bytes) = {size}];\n}}\n",
                           "5:3: t.M.x: (pier.inline_bytes) is 1 to 16,777,216")

    def test_inline_count(self):
        for field in ("int32 x = 1", "map<string, string> x = 1"):
            with self.subTest(field):
                self.check(f"message M {{\n  {field} [(pier.inline_count) = 8];\n}}\n",
                           "5:3: t.M.x: (pier.inline_count) is for repeated fields")
        self.check("message M {\n  repeated M x = 1 [(pier.inline_count) = 8];\n}\n",
                   "5:3: t.M.x: (pier.inline_count) is not for a message that reaches itself")
        big = ("message M {\n  repeated N x = 1 [(pier.inline_count) = 16777216];\n}\n"
               "message N { repeated int32 y = 1 [(pier.inline_count) = 1000]; }\n")
        self.check(big, "4:1: t.M has more than 16,777,216 values in its struct")
        self.check("message M {\n  repeated string x = 1 [(pier.inline_count) = 100, (pier.inline_bytes) = 999999];"
                   "\n}\n", "4:1: t.M has more than 16,777,216 bytes in its struct")

    def test_typed(self):
        for field in ("int32 x = 1", "repeated bool x = 1", "repeated string x = 1", "repeated E x = 1"):
            with self.subTest(field):
                self.check(f"message M {{\n  {field} [(pier.typed) = true];\n}}\nenum E {{ A = 0; }}\n",
                           "5:3: t.M.x: (pier.typed) is for repeated numbers")

    def test_shared(self):
        for field in ("int32 x = 1", "google.protobuf.Timestamp x = 1", "map<string, M> x = 1"):
            with self.subTest(field):
                self.check(f'import "google/protobuf/timestamp.proto";\nmessage M {{\n  {field} [(pier.shared) = true];'
                           "\n}\n", "6:3: t.M.x: (pier.shared) is for messages")

    def test_pointer(self):
        for field in ("int32 x = 1", "repeated M x = 1"):
            with self.subTest(field):
                self.check(f"message M {{\n  {field} [(pier.pointer) = true];\n}}\n",
                           "5:3: t.M.x: (pier.pointer) is for messages that are not repeated")

    def test_required(self):
        for field in ("repeated int32 x = 1", "optional int32 x = 1"):
            with self.subTest(field):
                self.check(f"message M {{\n  {field} [(pier.required) = true];\n}}\n",
                           "5:3: t.M.x: (pier.required) is for fields that are neither repeated, optional nor in a "
                           "oneof")
        self.check("message M {\n  N x = 1 [(pier.required) = true, (pier.shared) = true];\n}\nmessage N {}\n",
                   "5:3: t.M.x: (pier.required) does not go with a pointer or a shared reference, which may be NULL")
        self.check("message M {\n  M x = 1 [(pier.required) = true];\n}\n",
                   "5:3: t.M.x: (pier.required) is not for a message that reaches itself: no record would end")

    def test_width(self):
        for field in ("int64 x = 1", "fixed32 x = 1", "float x = 1"):
            with self.subTest(field):
                self.check(f"message M {{\n  {field} [(pier.width) = 8];\n}}\n",
                           "5:3: t.M.x: (pier.width) is for int32, sint32 and uint32")
        self.check("message M {\n  int32 x = 1 [(pier.width) = 32];\n}\n", "5:3: t.M.x: (pier.width) is 8 or 16")

    def test_default_values(self):
        for field, value in (("bool", "TRUE"), ("int32", "2147483648"), ("uint32", "-1"), ("int64", "1.5"),
                             ("uint64", "18446744073709551616"), ("float", "1e39"), ("double", "one"), ("E", "B"),
                             ("int32", ""), ("int32", " 1"), ("string", "\\377")):
            with self.subTest(f"{field} {value}"):
                self.check(f'message M {{\n  {field} x = 1 [(pier.default_value) = "{value}"];\n}}\n'
                           "enum E { A = 0; }\n", "5:3: t.M.x: (pier.default_value) is no value of the field")
        self.check('message M {\n  string x = 1 [(pier.default_value) = "1234", (pier.inline_bytes) = 4];\n}\n',
                   "5:3: t.M.x: (pier.default_value) is no value of the field")
        for field in ("optional int32 x = 1", "repeated int32 x = 1", "M x = 1", "oneof o { int32 x = 1"):
            with self.subTest(field):
                end = "; }" if field.startswith("oneof") else ";"
                column = 13 if field.startswith("oneof") else 3
                self.check(f'message M {{\n  {field} [(pier.default_value) = "1"]{end}\n}}\n',
                           f"5:{column}: t.M.x: (pier.default_value) is for scalars that are neither repeated, optional "
                           "nor in a oneof")

    def test_names_that_clash(self):
        self.check("message Tick {}\nmessage tick {}\n",
                   *[f"5:1: t.Tick and t.tick would both be {name} in C: (pier.c_name) and its like give another name"
                     for name in sorted(["t_tick", *(f"t_tick_{end}" for end in (
                         "class", "store", "load", "next", "load_into", "init", "copy", "clone", "compare", "print", "free"))])])
        self.check("message Tick {}\nmessage TickStore {}\n",
                   "5:1: t.Tick and t.TickStore would both be t_tick_store in C: (pier.c_name) and its like give "
                   "another name")
        self.check("message M {\n  optional int32 x = 1;\n  bool has_x = 2;\n}\n",
                   "6:3: x and has_x would both be has_x in C: (pier.c_name) and its like give another name")
        self.check("message M {\n  oneof e {\n    int32 a = 1;\n  }\n}\nenum M_E {\n  A = 0;\n}\n",
                   "10:3: a and A would both be T_M_E_A in C: (pier.c_name) and its like give another name")

    def test_names_that_are_none(self):
        for name in ("int", "a-b", "", "1x"):
            with self.subTest(name):
                self.check(f'message M {{\n  int32 x = 1 [(pier.c_name) = "{name}"];\n}}\n',
                           f'5:3: "{name}" cannot be a name in C and C++')

    def test_proto2(self):
        told = self.refused('syntax = "proto2";\nmessage M {\n  required int32 x = 1;\n  optional int32 y = 2 '
                            "[default = 5];\n  repeated group G = 3 {}\n  extensions 100 to 200;\n}\n")
        self.assertEqual(told, [
            "1:1: the file is proto2: Pier takes proto3 alone",
            "3:3: M.x is required, which proto3 does not have: (pier.required) is there for it",
            "4:3: M.y has a default, which proto3 does not have: (pier.default_value) is there for it",
            "5:3: M.g is a group, which proto3 does not have: a message is what it is",
            "6:14: M has extensions, which proto3 does not have"])
        self.assertEqual(self.refused("message M {}\n"), ["1:1: the file is proto2: Pier takes proto3 alone"])

    def test_message_of_proto2(self):
        (self.folder / "old.proto").write_text('syntax = "proto2";\npackage old;\nmessage M {}\n')
        self.assertEqual(self.refused('syntax = "proto3";\nimport "old.proto";\nmessage N {\n  old.M x = 1;\n}\n'),
                         ["4:3: N.x is of a message that a file of proto2 describes"])

    def test_proto2_files_of_protobuf(self):
        for name in ("google/protobuf/descriptor.proto", "google/protobuf/compiler/plugin.proto"):
            with self.subTest(name):
                answer = schemas.compile_schemas(self.folder, [name])
                lines = (schemas.PROTOBUF / name).read_text().splitlines()
                line = next(number for number, text in enumerate(lines, 1) if text.startswith("syntax"))
                self.assertNotEqual(answer.returncode, 0)
                self.assertEqual(answer.stderr.splitlines()[0],
                                 f"--pier_out: {name}:{line}:1: the file is proto2: Pier takes proto3 alone")

    def test_problems_of_imports_count_where_they_are_used(self):
        (self.folder / "wide.proto").write_text('syntax = "proto3";\nmessage Wide {\n  int32 x = 70000;\n}\n'
                                                "message Good {}\n")
        self.assertEqual(self.answer('syntax = "proto3";\nimport "wide.proto";\nmessage N {\n  Good x = 1;\n}\n')
                         .returncode, 0)
        answer = self.answer('syntax = "proto3";\nimport "wide.proto";\nmessage N {\n  Wide x = 1;\n}\n')
        self.assertEqual(answer.stderr,
                         "--pier_out: wide.proto:3:3: Wide.x has the number 70000: numbers go up to 65,535\n")

    def test_parameter(self):
        (self.folder / "t.proto").write_text('syntax = "proto3";\n')
        answer = schemas.compile_schemas(self.folder, ["t.proto"], [self.folder], ["--pier_opt=fast"])
        self.assertEqual(answer.stderr,
                         '--pier_out: there is no parameter "fast": --pier_out takes a folder alone\n')


if __name__ == "__main__":
    unittest.main()
