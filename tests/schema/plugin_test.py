"""The plugin at work on schemas that nobody here wrote, and as a program."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import schemas

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
INCLUDES = [f"-I{schemas.SOURCE}/include", f"-I{schemas.BUILD}/include"]


def compilers():
    """The compilers of C and C++ that are here, the build's own first."""
    found = {}
    for kind, names in (("c", [os.environ.get("PIER_CC"), "gcc", "clang"]),
                        ("c++", [os.environ.get("PIER_CXX"), "g++", "clang++"])):
        for name in names:
            path = shutil.which(name) if name else None
            if path:
                found[os.path.realpath(path), kind] = path
    return sorted((kind, path) for (_, kind), path in found.items())


def is_proto3(path):
    return 'syntax = "proto3"' in path.read_text()


class PluginTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def check_output(self, names):
        """Compiles what was made of the schemas: the sources as C, the headers as C++."""
        stems = [name.removesuffix(".proto") for name in names]
        all_headers = self.folder / "all.cpp"
        all_headers.write_text("".join(f'#include "{stem}.pier.h"\n' for stem in stems))
        for kind, compiler in compilers():
            files = [f"{stem}.pier.c" for stem in stems] if kind == "c" else ["all.cpp"]
            standard = "-std=c11" if kind == "c" else "-std=c++17"
            answer = subprocess.run([compiler, standard, *WARNINGS, *INCLUDES, "-I.", "-fsyntax-only", *files],
                                    cwd=self.folder, capture_output=True, text=True, timeout=170)
            self.assertEqual((answer.returncode, answer.stderr), (0, ""), compiler)
        for stem in stems:
            for suffix in (".pier.h", ".pier.c"):
                for number, line in enumerate((self.folder / (stem + suffix)).read_text().splitlines(), 1):
                    self.assertLessEqual(len(line.encode()), 120, f"{stem}{suffix}:{number}")

    def test_all_of_protobufs_own_files(self):
        """All of proto3 that is installed, with google/protobuf/timestamp.proto and its like as ordinary files."""
        found = sorted(path for path in (schemas.PROTOBUF / "google" / "protobuf").glob("*.proto") if is_proto3(path))
        names = [str(path.relative_to(schemas.PROTOBUF)) for path in found]
        self.assertIn("google/protobuf/struct.proto", names)
        self.assertIn("google/protobuf/timestamp.proto", names)
        self.assertGreaterEqual(len(names), 10)
        answer = schemas.compile_schemas(self.folder, names)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.check_output(names)

    def test_every_kind_compiles(self):
        names = ["kinds.proto", "house/room.proto", "house/wall.proto"]
        answer = schemas.compile_schemas(self.folder, names, [schemas.PROTOS])
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.check_output(names)

    def test_public_import_is_handed_on(self):
        answer = schemas.compile_schemas(self.folder, ["house/room.proto"], [schemas.PROTOS])
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertIn('#include "house/wall.pier.h"\n', (self.folder / "house" / "room.pier.h").read_text())

    def test_other_version_fails_to_compile(self):
        names = ["house/wall.proto"]
        answer = schemas.compile_schemas(self.folder, names, [schemas.PROTOS])
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        header = self.folder / "house" / "wall.pier.h"
        header.write_text(header.read_text().replace("PIER_GENERATOR_VERSION != ", "PIER_GENERATOR_VERSION != 9"))
        _, compiler = compilers()[0]
        answer = subprocess.run([compiler, "-std=c11", *INCLUDES, "-I.", "-fsyntax-only", "house/wall.pier.c"],
                                cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("make it anew with that of this Pier", answer.stderr)

    def test_schema_without_a_package(self):
        """Where names have nothing before them, a member may have the name of its type."""
        (self.folder / "plain.proto").write_text(
            'syntax = "proto3";\nmessage Person {\n  Phone phone = 1;\n  repeated Person person = 2;\n  Kind kind = 3;\n'
            "  oneof what { Job job = 4; int32 age = 5; }\n}\nmessage Phone { string number = 1; }\n"
            "message Job { string name = 1; }\nenum Kind { KIND_NONE = 0; }\n"
            "message Time { int32 time = 1; Index index = 2; }\nmessage Index { int32 read = 1; }\n")
        answer = schemas.compile_schemas(self.folder, ["plain.proto"], [self.folder])
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.check_output(["plain.proto"])
        header = (self.folder / "plain.pier.h").read_text()
        self.assertIn("struct time_ {\n    int32_t time;\n    bool has_index;\n    index_ index;\n};\n", header)

    def test_program(self):
        for argument, answer in (("--version", "protoc-gen-pier "), ("--help", "protoc-gen-pier ")):
            told = subprocess.run([schemas.PLUGIN, argument], capture_output=True, text=True, timeout=20)
            self.assertEqual((told.returncode, told.stderr), (0, ""))
            self.assertTrue(told.stdout.startswith(answer))
        told = subprocess.run([schemas.PLUGIN, "x"], capture_output=True, text=True, timeout=20)
        self.assertEqual((told.returncode, told.stderr), (1, "protoc-gen-pier: it is run by protoc; --help tells more\n"))
        told = subprocess.run([schemas.PLUGIN], input=b"\xff\xff", capture_output=True, timeout=20)
        self.assertEqual((told.returncode, told.stderr),
                         (1, b"protoc-gen-pier: the bytes are not descriptors of protobuf\n"))
        told = subprocess.run([schemas.PLUGIN], input=b"", capture_output=True, timeout=20)
        self.assertEqual((told.returncode, told.stderr), (0, b""))

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            told = subprocess.run([schemas.PLUGIN], input=b"", stdout=full, stderr=subprocess.PIPE, timeout=20)
        self.assertEqual((told.returncode, told.stderr), (1, b"protoc-gen-pier: the answer was not written\n"))


if __name__ == "__main__":
    unittest.main()
