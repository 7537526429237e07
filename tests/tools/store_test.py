"""`pier store`: what becomes of lines of JSON, of existing files, and of everything that goes wrong."""

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import time
import unittest

import msgpack
import pier_command
from pier_command import SLOWNESS, pier

# Every form of JSON, as the command writes it.
TEXTS = """
null
true
false
0
-1
9223372036854775807
18446744073709551615
-9223372036854775808
0.0
-0.0
1.0
0.1
1e300
-2.5e-7
5e-324
1.7976931348623157e308
""
"text"
"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f"
"\u00e4\u20ac\U0001f600"
[]
[1,[2,[3]]]
{}
{"z":1,"a":2,"m":{"y":null}}
{"$a":1,"b":2}
{"$float":"NaN"}
{"$float":"Infinity"}
{"$float":"-Infinity"}
{"$bin":""}
{"$bin":"AAECAw=="}
{"$ext":[5,"AQ=="]}
{"$ext":[-128,""]}
{"$ext":[127,"AAAAAAAAAAAAAAAAAAAAAAAA"]}
{"$time":[0,0]}
{"$time":[1700000000,123456789]}
{"$time":[-1,999999999]}
{"$time":[9223372036854775807,0]}
{"$str":"/w=="}
{"$map":[[1,2],[null,[true]]]}
{"$map":[["$a",1]]}
{"$map":[["a",1],["a",2]]}
{"$map":[[{"$str":"gA=="},{"$map":[[1.5,0]]}]]}
""".strip().encode()

BAD_LINES = [
    (b"[1,2", 5, "PROTOCOL"),
    (b'{"a":1,}', 8, "PROTOCOL"),
    (b"nope", 1, "PROTOCOL"),
    (b"1 2", 3, "PROTOCOL"),
    (b"'a'", 1, "PROTOCOL"),
    (b'{"a":1,"a":2}', 8, "PROTOCOL"),
    (b'{"a":{"b":1,"b":2}}', 13, "PROTOCOL"),
    (b'[{"$foo":1}]', 3, "PROTOCOL"),
    (b'{"$bin":"A"}', 9, "PROTOCOL"),
    (b'{"$time":[0,1000000000]}', 13, "PROTOCOL"),
    (b"18446744073709551616", 1, "RANGE"),
    (b"[-9223372036854775809]", 2, "RANGE"),
    (b"1e999", 1, "RANGE"),
    (b'"\\ud800"', 2, "TEXT"),
    (b'["\\udc00\\ud800"]', 3, "TEXT"),
    (b'"a\xff"', 3, "TEXT"),
    ('"äöü",x'.encode(), 6, "PROTOCOL"),  # characters are counted, not bytes
    (b'"a\x01b"', 3, "PROTOCOL"),
    (b"[1,\x00]", 4, "PROTOCOL"),
    (b"\xef\xbb\xbf1", 1, "PROTOCOL"),
    (b'{"$ext":[80,"AA=="]}', 1, "USAGE"),  # Pier's own type: no record of a framed stream
    (b"[" * 129 + b"]" * 129, 1, "LIMIT"),
]


class JsonTest(pier_command.Test):
    def store(self, data, *arguments):
        file = self.folder / "a.pier"
        result = pier("store", file, "--force", *arguments, data=data)
        return result, file

    def test_every_form_comes_back(self):
        result, file = self.store(TEXTS + b"\n")
        self.assert_done(result, b"")
        self.assert_done(pier("dump", file), TEXTS + b"\n")

    def test_types_are_those_of_messagepack(self):
        lines = b'1\n1.0\n"a"\n{"$bin":"AA=="}\n{"$ext":[5,"AA=="]}\n{"$time":[5,0]}\n[true,null]\n{"$map":[[1,-1]]}\n'
        _, file = self.store(lines)
        unpacker = msgpack.Unpacker(io.BytesIO(file.read_bytes()), strict_map_key=False)
        values = [value for value in unpacker if not (isinstance(value, msgpack.ExtType) and value.code == 80)]
        expected = [1, 1.0, "a", b"\0", msgpack.ExtType(5, b"\0"), msgpack.Timestamp(5, 0), [True, None], {1: -1}]
        self.assertEqual(values, expected)
        self.assertEqual([type(value) for value in values], [type(value) for value in expected])

    def test_what_lines_are(self):
        for data in (b"1\n2\n3\n", b"1\n2\n3", b"1\r\n2\r\n3\r\n", b"\n\n1\n  \n\t2 \n\r\n 3\n\n"):
            with self.subTest(data):
                result, file = self.store(data)
                self.assert_done(result)
                self.assert_done(pier("dump", file), b"1\n2\n3\n")
        for data in (b"", b"\n", b" \n\n"):
            with self.subTest(data):
                result, file = self.store(data)
                self.assert_done(result)
                self.assert_done(pier("dump", file), b"")

    def test_bad_lines_are_told_with_their_place(self):
        for line, column, status in BAD_LINES:
            with self.subTest(line):
                result, file = self.store(b'"before"\n\n' + line + b'\n"behind"\n')
                self.assert_error(result, 1, "store", status, f"^line 3, column {column}: .")
                # What came before is kept, and the archive is whole.
                self.assert_done(pier("dump", file), b'"before"\n')

    def test_a_bad_last_line_without_line_feed(self):
        result, file = self.store(b'1\n{"a":')
        self.assert_error(result, 1, "store", "PROTOCOL", "^line 2, column 6: ")
        self.assert_done(pier("dump", file), b"1\n")

    def test_depth(self):
        line = b"[" * 128 + b"]" * 128 + b"\n" + b'{"a":' * 128 + b"1" + b"}" * 128 + b"\n"
        line += b'{"$map":[[1,' * 128 + b"1" + b"]]}" * 128 + b"\n"
        result, file = self.store(line)
        self.assert_done(result)
        self.assert_done(pier("dump", file), line)
        result, _ = self.store(b'{"a":' * 129 + b"1" + b"}" * 129)
        self.assert_error(result, 1, "store", "LIMIT", "128")
        result, _ = self.store(b"[" * 100000)
        self.assert_error(result, 1, "store", "LIMIT", "^line 1, column 3137: ")

    def test_large_records(self):
        text = b'"' + b"x" * ((16 << 20) - 5) + b'"\n'  # with a head of 5 bytes 16 MiB
        result, file = self.store(b"1\n" + text + b"2\n")
        self.assert_done(result)
        self.assert_done(pier("dump", file), b"1\n" + text + b"2\n")
        result, file = self.store(b"1\n" + b'"x' + text[1:] + b"2\n")
        self.assert_error(result, 1, "store", "LIMIT", "^line 2, column 1: .*16777216")
        self.assert_done(pier("dump", file), b"1\n")
        result, file = self.store(b"1\n" + b'"x' + text[1:] + b"2\n", "--record-max", 17 << 20)
        self.assert_done(result)
        self.assert_error(pier("dump", file), 1, "dump", "LIMIT", "record", out=b"1\n2\n")
        self.assert_done(pier("dump", file, "--record-max", 17 << 20), b"1\n" + b'"x' + text[1:] + b"2\n")

    def test_a_small_limit(self):
        result, file = self.store(b'"1234567"\n"12345678"\n', "--record-max", 8)
        self.assert_error(result, 1, "store", "LIMIT", "^line 2, column 1: ")
        self.assert_done(pier("dump", file), b'"1234567"\n')
        # A line that could never become such a record is not even kept in memory.
        result, _ = self.store(b"[" + b" " * (1 << 20) + b"]\n", "--record-max", 8)
        self.assert_error(result, 1, "store", "LIMIT", "^line 1, column 1: .*too long")

    def test_a_line_that_never_ends_is_refused_when_it_is_too_much(self):
        # A line may be 8,000,000 bytes long and more, if its record is as short as the limit.
        for line in (b'"' + b"x" * 1_600_000, b"[1" + b",1" * 1_200_000):
            store = self.start("store", "-", "--record-max", 1_000_000)
            with contextlib.suppress(BrokenPipeError):
                store.send(line)
            # Without the end of the input.
            store.read_until(lambda store: b"\n" in store.err)
            self.assertRegex(bytes(store.err), b"LIMIT: line 1, column 1: .*too long")
            self.assertEqual(store.result().status, 1)
        # What spells a short record at length is none of that.
        line = b'"' + b"\\u0000" * 900_000 + b'"'
        result, file = self.store(line + b"\n", "--record-max", 1_000_000)
        self.assert_done(result)
        self.assert_done(pier("dump", file), line + b"\n")

    def test_many_lines(self):
        lines = b"".join(b'{"number":%d,"text":"%s"}\n' % (i, b"x" * (i % 300)) for i in range(20000))
        result, file = self.store(lines)
        self.assert_done(result)
        self.assert_done(pier("dump", file), lines)

    def test_many_keys(self):
        line = b"{" + b",".join(b'"key %d":%d' % (i, i) for i in range(50000)) + b"}\n"
        result, file = self.store(line)
        self.assert_done(result)
        self.assert_done(pier("dump", file), line)
        result, _ = self.store(line[:-2] + b',"key 25000":1}\n')
        self.assert_error(result, 1, "store", "PROTOCOL", f"column {len(line)}: ")


class FileTest(pier_command.Test):
    def test_an_existing_file_is_refused(self):
        file = self.folder / "a.pier"
        self.assert_done(pier("store", file, data=b"1\n"))
        before = file.read_bytes()
        self.assert_error(pier("store", file, data=b"2\n"), 3, "store", "EXISTS", "--force")
        self.assertEqual(file.read_bytes(), before)
        self.assert_done(pier("store", file, "--force", data=b"2\n"), b"")
        self.assert_done(pier("dump", file), b"2\n")
        self.assert_done(pier("store", "--append", file, data=b"3\n"), b"")
        self.assert_done(pier("dump", file), b"2\n3\n")
        empty = self.folder / "empty"
        empty.touch()
        self.assert_error(pier("store", empty, data=b"2\n"), 3, "store", "EXISTS")
        self.assertEqual(empty.read_bytes(), b"")

    def test_a_new_file(self):
        for option in ([], ["--force"], ["--append"]):
            with self.subTest(option):
                file = self.folder / f"new{''.join(option)}"
                self.assert_done(pier("store", file, *option, data=b"1\n"))
                self.assert_done(pier("dump", file), b"1\n")
                self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_files_that_cannot_be_opened(self):
        self.assert_error(pier("store", self.folder, data=b"1\n"), 3, "store", "EXISTS")
        self.assertEqual(pier("store", "--force", self.folder, data=b"1\n").status, 3)
        self.assert_error(pier("store", self.folder / "no" / "file", data=b"1\n"), 3, "store", "NOT_FOUND")

    def test_standard_output(self):
        result = pier("store", "-", data=b'1\n{"a":2}\n')
        self.assertEqual((result.status, result.err), (0, b""))
        self.assert_done(pier("dump", "-", data=result.out), b'1\n{"a":2}\n')
        self.assertFalse(os.path.exists("-"))

    def test_a_full_disk(self):
        lines = b'"0123456789"\n' * 100000
        self.assert_error(pier("store", "/dev/full", "--force", data=lines), 3, "store", "NO_SPACE", "/dev/full")
        self.assert_error(pier("store", "/dev/full", "--force", data=b"1\n"), 3, "store", "NO_SPACE")
        with open("/dev/full", "wb") as full:
            result = pier("store", "-", data=lines, stdout=full)
            self.assert_error(result, 3, "store", "NO_SPACE", "standard output", out=None)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

        file = self.folder / "a.pier"
        self.assert_error(pier("store", file, data=lines, preexec_fn=limit), 3, "store", "NO_SPACE", "a.pier")
        result = pier("dump", file)
        self.assertEqual(result.status, 1)
        self.assertEqual(set(result.lines()), {'"0123456789"'})
        self.assertGreater(len(result.lines()), 1000)

    @unittest.skipIf(SLOWNESS > 1, "sanitizers need their own memory")
    def test_little_memory(self):
        lines = b'["' + b"\\n" * (1 << 20) + b'",[' + b"1," * 60000 + b"1]]\n"
        seen = set()
        for limit in range(8 << 20, 40 << 20, 1 << 20):
            limited = dict(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
            # How much the program and its libraries take before anything is stored, the machine decides.
            if pier("store", "-", data=b"1\n", **limited).status != 0:
                continue
            result = pier("store", "-", data=lines, **limited)
            seen.add(result.status)
            if result.status != 0:
                self.assert_error(result, 3, "store", "NO_MEMORY", out=None)
        self.assertEqual(seen, {0, 3})

    def test_a_reader_that_goes_away(self):
        result = subprocess.run(f"'{pier_command.COMMAND}' store - | head -c 1000 > /dev/null; exit ${{PIPESTATUS[0]}}",
                                shell=True, executable="/bin/bash", stderr=subprocess.PIPE, timeout=60,
                                input=b'"0123456789"\n' * 200000)  # fmt: skip
        self.assertEqual(result.returncode, 3)
        self.assertRegex(result.stderr.decode(), r"^pier store: CLOSED: [^\n]*standard output[^\n]*\n$")


class TimeTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "a.pier"

    def test_a_pause_writes_what_has_come(self):
        store = self.start("store", self.file)
        store.send(b"1\n2\n3")
        self.await_records(self.file, 2)
        # Meanwhile the archive has no end mark.
        self.assert_error(pier("dump", self.file), 1, "dump", "TRUNCATED", out=b"1\n2\n")
        store.send(b"4\n")
        self.await_records(self.file, 3)
        store.end_input()
        self.assert_done(store.result())
        self.assert_done(pier("dump", self.file), b"1\n2\n34\n")

    def test_signals_keep_what_has_come(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                self.file.unlink(missing_ok=True)
                store = self.start("store", self.file)
                store.send(b"1\n2\n3")
                self.await_records(self.file, 2)
                result = store.stop(number)
                self.assertEqual((result.status, result.out, result.err), (-number, b"", b""))
                self.assert_done(pier("dump", self.file), b"1\n2\n")

    def test_timeout(self):
        for timeout_ms in (int(100 * SLOWNESS), int(400 * SLOWNESS)):
            with self.subTest(timeout_ms):
                store = self.start("store", self.file, "--force", "--timeout", timeout_ms)
                store.send(b"1\n2\n3")
                began = time.monotonic()
                with contextlib.suppress(BrokenPipeError):
                    status = store.process.wait(pier_command.PATIENCE_S)
                self.assertGreaterEqual(time.monotonic() - began, timeout_ms / 1000 - 0.02)
                self.assertLess(time.monotonic() - began, timeout_ms / 1000 + 1 * SLOWNESS)
                self.assertEqual(status, 4)
                self.assert_error(store.result(), 4, "store", "TIMEOUT", f"{timeout_ms} ms")
                self.assert_done(pier("dump", self.file), b"1\n2\n")

    def test_bytes_begin_the_time_anew(self):
        store = self.start("store", self.file, "--timeout", int(600 * SLOWNESS))
        for byte in b"[1,2,3]\n":
            time.sleep(0.15 * SLOWNESS)
            store.send(bytes([byte]))
        store.end_input()
        self.assert_done(store.result())
        self.assert_done(pier("dump", self.file), b"[1,2,3]\n")


class CompressTest(pier_command.Test):
    LINES = b"".join(b'{"name":"record %d","list":[1,2,3,%d]}\n' % (i, i % 9) for i in range(5000))

    def blocks(self, file):
        result = pier("dump", "--blocks", file)
        self.assert_done(result)
        return [json.loads(line) for line in result.lines() if '"records"' in line]

    def test_levels(self):
        sizes = {}
        for option in ("--compress=1", "--compress", "--compress=6", "--compress=9", None):
            file = self.folder / f"{option}.pier"
            self.assert_done(pier("store", file, *([option] if option else []), data=self.LINES))
            self.assert_done(pier("dump", file), self.LINES)
            sizes[option] = file.stat().st_size
            for block in self.blocks(file):
                is_records = block["kind"] == "records"
                self.assertEqual(block.get("codec"), "deflate" if option and is_records else "none")
                if option and is_records:
                    self.assertLess(block["stored_bytes"] * 2, block["raw_bytes"])
        self.assertLess(sizes["--compress=1"] * 2, sizes[None])
        self.assertLess(sizes["--compress=9"], sizes["--compress=1"])
        self.assertAlmostEqual(sizes["--compress"], sizes["--compress=6"], delta=64)

    def test_append(self):
        file = self.folder / "a.pier"
        self.assert_done(pier("store", file, data=self.LINES))
        self.assert_done(pier("store", file, "--append", "--compress", data=self.LINES))
        self.assert_done(pier("store", file, "--append", data=b"1\n"))
        self.assert_done(pier("dump", file), self.LINES * 2 + b"1\n")

    def test_wrong_levels(self):
        file = self.folder / "a.pier"
        for level in ("0", "10", "", "x", "-1"):
            self.assert_error(pier("store", file, f"--compress={level}"), 2, "store", "USAGE", "--compress", b"")
        # A level stands behind the equals sign alone.
        self.assert_error(pier("store", "--compress", "9", file), 2, "store", "USAGE", "one argument too many", b"")
        self.assertFalse(file.exists())


if __name__ == "__main__":
    pier_command.main()
