"""`pier dump`: what it prints, what it says about damage, and what it does with inputs and outputs that misbehave.

That it prints every golden vector right is tested in tests/interop/.
"""

import json
import os
import pathlib
import pty
import re
import subprocess
import time

import msgpack
import pier_command  # before those that it shows the way to
import golden
import pier_wire as wire
from pier_command import SLOWNESS, pier

HEADER_BYTES = 64


def stored(lines):
    return pier("store", "-", data=lines).out


class DamageTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "a.pier"

    def dump(self, data, *arguments):
        self.file.write_bytes(data)
        return pier("dump", self.file, *arguments)

    def blocks(self, lines_of_blocks):
        """Archives of one block each, put behind one another, and where each begins."""
        parts = [stored(lines) for lines in lines_of_blocks]
        starts = [sum(map(len, parts[:i])) for i in range(len(parts))]
        return bytearray(b"".join(parts)), starts

    def test_a_whole_archive(self):
        data, _ = self.blocks([b"1\n2\n", b"3\n"])
        self.assert_done(self.dump(data), b"1\n2\n3\n")
        self.assert_done(pier("dump", "-", data=bytes(data)), b"1\n2\n3\n")

    def test_a_changed_byte_costs_its_block(self):
        data, starts = self.blocks([b"1\n2\n", b'"three"\n', b"4\n"])
        payload = starts[1] + 2 * HEADER_BYTES
        data[payload + 2] ^= 1
        result = self.dump(data)
        self.assert_error(result, 1, "dump", "CORRUPT", r"a\.pier: .*\(byte %d.*; \d+ bytes skipped, record 1 lost$" % payload,
                          b"1\n2\n4\n")  # fmt: skip

    def test_each_damage_is_told(self):
        data, starts = self.blocks([b"1\n", b"2\n", b"3\n", b"4\n", b"5\n"])
        for block in (1, 3):
            data[starts[block] + 2 * HEADER_BYTES] ^= 0x40
        result = self.dump(data)
        self.assertEqual((result.status, result.out), (1, b"1\n3\n5\n"))
        self.assertEqual([error[1] for error in result.errors()], ["CORRUPT", "CORRUPT"])
        for error in result.errors():
            self.assertRegex(error[2], r"\(byte \d+.*; \d+ bytes skipped, record 1 lost$")

    def test_bytes_that_are_no_archive(self):
        self.assert_error(self.dump(b"this is a text file\n"), 1, "dump", "CORRUPT", r"\(byte 0.*; 20 bytes skipped")
        self.assert_error(self.dump(b"\xc7\x3d\x50\x00PIER\r\nxx"), 1, "dump", "TRUNCATED", r"before a preamble \(byte 12")
        self.assert_error(self.dump(b""), 1, "dump", "TRUNCATED", r": nothing came: .* first byte \(byte 0")
        # A plain stream is no framed one.
        self.assertEqual(self.dump(msgpack.packb({"a": 1})).status, 1)

    def test_an_archive_that_is_cut(self):
        data = stored(b'"one"\n"two"\n')
        for size in range(1, len(data)):
            result = self.dump(data[:size])
            self.assert_error(result, 1, "dump", "TRUNCATED", r"\(byte %d" % size, out=None)
            self.assertEqual(result.out, b'"one"\n"two"\n' if size >= len(data) - HEADER_BYTES else b"")

    def test_records_above_the_limit(self):
        text = b'"' + b"x" * 100000 + b'"\n'
        result = self.dump(stored(b"1\n" + text + b"2\n"), "--record-max", 70000)
        self.assert_error(result, 1, "dump", "LIMIT", r"record_bytes_max.*\(byte \d+.*record 2\)", b"1\n2\n")

    def test_depth_is_no_limit(self):
        line = b"[" * 1000 + b"]" * 1000 + b"\n"
        self.assert_done(self.dump(b"\x91" * 999 + b"\x90", "--plain"), line)


class TypedTest(pier_command.Test):
    def dump(self, *records):
        """Dumps records of market.Tick, given as their encoded bytes."""
        writer = wire.Writer(7, types=golden.TYPES)
        writer.define("market.Tick")
        writer.payload += b"\xd4\x50\x01" + b"".join(records)
        writer.records = len(records)
        return pier("dump", "-", data=writer.end())

    def test_fields_have_names_and_absent_ones_are_left_out(self):
        level = [1.5, 2]
        tick = ["PIER", 12.5, 100, msgpack.Timestamp(5, 0), level, [level, level], [True]]
        expected = (
            b'{"symbol":"PIER","price":12.5,"size":100,"at":{"$time":[5,0]},"best":{"price":1.5,"size":2},'
            b'"depth":[{"price":1.5,"size":2},{"price":1.5,"size":2}],"flags":[true]}\n'
        )
        self.assert_done(self.dump(msgpack.packb(tick)), expected)
        tick[2:6] = [None, None, None, []]
        self.assert_done(self.dump(msgpack.packb(tick)), b'{"symbol":"PIER","price":12.5,"depth":[],"flags":[true]}\n')

    def test_records_that_do_not_fit_their_definition_are_printed_as_they_are(self):
        for value, expected in [
            (5, "5"),
            ({"a": [1]}, '{"a":[1]}'),
            ([], "[]"),
            ([1, [2]], "[1,[2]]"),
            (
                [1, {"x": [2]}, "size", [3], [4, {}, 5], {"a": {"b": [6]}}, None],
                '{"symbol":1,"price":{"x":[2]},"size":"size","at":[3],"best":[4,{},5],"depth":{"a":{"b":[6]}},"flags":null}',
            ),
            (
                ["s", None, None, None, 7, [[1.5, 2], 8, [[9]], {"c": []}], 10],
                '{"symbol":"s","price":null,"best":7,"depth":[{"price":1.5,"size":2},8,[[9]],{"c":[]}],"flags":10}',
            ),
        ]:
            with self.subTest(value):
                last = msgpack.packb(["z", 1.0, None, None, None, [], []])
                result = self.dump(msgpack.packb(value), last)
                self.assert_done(result)
                self.assertEqual(result.lines(), [expected, '{"symbol":"z","price":1.0,"depth":[],"flags":[]}'])


    def test_unusual_classes(self):
        # More at a time than are kept, more fields than are kept, and names that make an object ambiguous.
        def fields(*names):
            return tuple(wire.Field(i, name, "u8", wire.PRESENCE) for i, name in enumerate(names, 1))

        many = [wire.Class(f"c{i:03}", 0, fields(f"f{i}")) for i in range(100)]
        large = wire.Class("large", 0, fields(*(f"f{i}" for i in range(5000))))
        odd = wire.Class("odd", 0, fields("$bin", "$", "a\n\"é"))
        none = wire.Class("none", 0, ())
        writer = wire.Writer(7, types=[*many, large, odd, none])
        expected = []
        for _ in range(2):
            for i, of in enumerate(many):
                writer.store({f"f{i}": i}, of.name)
                expected.append({f"f{i}": i})
        writer.store({f"f{i}": i % 256 for i in range(5000)}, "large")
        expected.append({f"f{i}": i % 256 for i in range(5000)})
        writer.store({"f9": 1}, "large")
        expected.append({"f9": 1})
        for value, shown in [({"$bin": 1}, {"$map": [["$bin", 1]]}), ({"$bin": 1, "$": 2}, {"$bin": 1, "$": 2}),
                             ({'a\n"é': 3}, {'a\n"é': 3}), ({"$": 3}, {"$map": [["$", 3]]}), ({}, {})]:  # fmt: skip
            writer.store(value, "odd")
            expected.append(shown)
        writer.store({}, "none")
        expected.append({})
        result = pier("dump", "-", data=writer.end())
        self.assert_done(result)
        shown = [json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in expected]
        self.assertEqual(result.lines(), shown)


class PathTest(pier_command.Test):
    """--path: what is printed, what is not, and what is wrong."""

    RECORDS = (
        b'{"a":{"b":[1,2,{"c":1.5}]},"odd key":"x"}\n'
        b'{"a":{"b":[]},"d":true}\n'
        b"[[10,20],30]\n"
        b'{"$map":[[5,"five"],[null,{"$bin":"AA=="}]]}\n'
    )

    def setUp(self):
        super().setUp()
        self.file = self.folder / "a.pier"
        self.file.write_bytes(stored(self.RECORDS))

    def test_what_it_leads_to_is_printed(self):
        for path, expected in (
            ("", self.RECORDS),
            ("a.b", b'[1,2,{"c":1.5}]\n[]\n'),
            ("a.b[-1].c", b"1.5\n"),
            ("a.b[0]", b"1\n"),
            ('["odd key"]', b'"x"\n'),
            ("[1]", b"30\n"),
            ("[0][1]", b"20\n"),
            ("[5]", b'"five"\n'),
            ("{1}", b'"x"\ntrue\n{"$bin":"AA=="}\n'),
            ("d", b"true\n"),
        ):
            with self.subTest(path):
                self.assert_done(pier("dump", self.file, "--path", path), expected)
                self.assert_done(pier("dump", "-", "--path=" + path, data=self.file.read_bytes()), expected)

    def test_typed_records_and_plain_values(self):
        self.file.write_bytes(msgpack.packb({"a": [1, {"b": None}]}) + msgpack.packb(7))
        self.assert_done(pier("dump", self.file, "--plain", "--path", "a[1].b"), b"null\n")

    def test_no_record_has_it(self):
        for path in ("z", "a.b.c", "[9]", "a[0]"):
            with self.subTest(path):
                self.assert_error(pier("dump", self.file, "--path", path), 1, "dump", "NOT_FOUND",
                                  r"a\.pier: no record has %s$" % re.escape(path))  # fmt: skip
        # No record, no complaint.
        self.file.write_bytes(stored(b""))
        self.assert_done(pier("dump", self.file, "--path", "z"), b"")

    def test_damage_is_still_told(self):
        data = bytearray(stored(b'{"a":1}\n') + stored(b'{"a":2}\n') + stored(b'{"a":3}\n'))
        data[len(data) // 3 + 2 * HEADER_BYTES] ^= 1
        self.file.write_bytes(data)
        self.assert_error(pier("dump", self.file, "--path", "a"), 1, "dump", "CORRUPT", out=b"1\n3\n")
        self.assertEqual(pier("dump", self.file, "--path", "b").status, 1)

    def test_what_is_no_path(self):
        for path, place in (("a..b", 2), ("a[", 2), ("a[x]", 2), ('a["b', 4), ("]", 0)):
            with self.subTest(path):
                self.assert_error(pier("dump", self.file, "--path", path), 2, "dump", "USAGE",
                                  r"not a path: .* \(byte %d" % place)  # fmt: skip

    def test_other_views_have_no_records(self):
        for option in ("--blocks", "--stats"):
            with self.subTest(option):
                self.assert_error(pier("dump", self.file, option, "--path", "a"), 2, "dump", "USAGE", "--path leads")


class PlainTest(pier_command.Test):
    def test_values(self):
        values = [1, -1, 1.5, "a", b"a", None, True, [1, [2]], {"a": 1}, {1: 2}, msgpack.ExtType(7, b"x")]
        data = b"".join(map(msgpack.packb, values))
        expected = (
            b'1\n-1\n1.5\n"a"\n{"$bin":"YQ=="}\nnull\ntrue\n[1,[2]]\n{"a":1}\n{"$map":[[1,2]]}\n{"$ext":[7,"eA=="]}\n'
        )
        self.assert_done(pier("dump", "--plain", "-", data=data), expected)
        file = self.folder / "a.msgpack"
        file.write_bytes(data)
        self.assert_done(pier("dump", file, "--plain"), expected)
        # Even Pier's own pieces are values here.
        self.assertEqual(pier("dump", "--plain", "-", data=stored(b"1\n")).out.count(b'{"$ext":[80,'), 3)

    def test_an_empty_file_has_no_values(self):
        self.assert_done(pier("dump", "--plain", "-", data=b""), b"")

    def test_damage(self):
        self.assert_error(pier("dump", "--plain", "-", data=b"\x01\x02\xc1\x03"), 1, "dump", "PROTOCOL", r"\(byte 2",
                          b"1\n2\n")  # fmt: skip
        self.assert_error(pier("dump", "--plain", "-", data=b"\x01\x92\x02"), 1, "dump", "TRUNCATED", r"\(byte 3",
                          b"1\n")  # fmt: skip

    def test_float32_is_the_number_it_is(self):
        data = msgpack.packb(0.1, use_single_float=True) + msgpack.packb(1.5, use_single_float=True)
        self.assert_done(pier("dump", "--plain", "-", data=data), b"0.10000000149011612\n1.5\n")


class BlocksTest(pier_command.Test):
    def test_blocks(self):
        file = self.folder / "a.pier"
        self.assert_done(pier("store", file, data=b"1\n2\n3\n"))
        self.assert_done(pier("store", file, "--append", data=b"4\n"))
        before = time.time()
        result = pier("dump", "--blocks", file)
        self.assert_done(result)
        pieces = [json.loads(line) for line in result.lines()]
        self.assertEqual([piece["kind"] for piece in pieces], ["preamble", "records", "end"] * 2)
        self.assertEqual([piece["offset"] for piece in pieces[:3]], [0, 64, 64 + 64 + 3])
        self.assertEqual(pieces[0]["version"], [1, 0])
        self.assertEqual(pieces[1]["records"], 3)
        self.assertEqual(pieces[1]["first_record"], 1)
        self.assertEqual(pieces[1]["stored_bytes"], 3)
        self.assertEqual(pieces[1]["raw_bytes"], 3)
        self.assertEqual(pieces[1]["number"], 0)
        self.assertEqual(pieces[1]["epoch"], 0)
        self.assertTrue(pieces[1]["checksum"])
        self.assertTrue(pieces[1]["message_end"])
        self.assertEqual(pieces[2]["first_record"], 4)
        self.assertEqual(len({piece["stream"] for piece in pieces}), 2)
        seconds, nanoseconds = pieces[1]["time"]["$time"]
        self.assertLess(abs(before - seconds - nanoseconds / 1e9), 60)
        last = pieces[-1]
        self.assertEqual(last["offset"] + 64, file.stat().st_size)

    def test_blocks_of_a_damaged_archive(self):
        data = bytearray(stored(b"1\n") + stored(b"2\n") + stored(b"3\n"))
        data[len(data) // 3 + 2 * HEADER_BYTES] ^= 1
        result = pier("dump", "--blocks", "-", data=bytes(data))
        self.assert_error(result, 1, "dump", "CORRUPT", out=None)
        self.assertEqual([json.loads(line)["kind"] for line in result.lines()].count("records"), 2)

    def test_stats(self):
        lines = b'"0123456789"\n' * 20000
        data = stored(lines) + stored(b"1\n")
        result = pier("dump", "--stats", "-", data=data)
        self.assert_done(result)
        (stats,) = [json.loads(line) for line in result.lines()]
        self.assertEqual(stats["records"], 20001)
        self.assertEqual(stats["untyped_records"], 20001)
        self.assertEqual(stats["bytes"], len(data))
        self.assertEqual(stats["streams"], 2)
        self.assertEqual(stats["end_marks"], 2)
        self.assertEqual(stats["record_blocks"], 20000 * 11 // 65536 + 2)
        self.assertEqual(stats["classes"], {})
        self.assertEqual((stats["damages"], stats["records_skipped"], stats["bytes_skipped"]), (0, 0, 0))
        self.assertEqual(stats["records_lost"], 0)

    def test_stats_of_typed_records(self):
        data = golden.mixed_stream()
        result = pier("dump", "--stats", "-", data=data)
        self.assert_done(result)
        stats = json.loads(result.out)
        records = len(pier("dump", "-", data=data).lines())
        self.assertGreater(len(stats["classes"]), 0)
        self.assertEqual(sum(stats["classes"].values()) + stats["untyped_records"], records)
        self.assertEqual(stats["records"], records)
        self.assertGreater(stats["definition_blocks"], 0)
        both = pier("dump", "--stats", "--blocks", "-", data=data)
        self.assert_done(both)
        self.assertEqual(both.lines()[-1], result.lines()[0])
        self.assertEqual(both.lines()[:-1], pier("dump", "--blocks", "-", data=data).lines())

    def test_stats_of_what_is_damaged(self):
        data = bytearray(stored(b"1\n") + stored(b"2\n") + stored(b"3\n"))
        data[len(data) // 3 + 2 * HEADER_BYTES] ^= 1
        result = pier("dump", "--stats", "-", data=bytes(data))
        self.assert_error(result, 1, "dump", "CORRUPT", out=None)
        stats = json.loads(result.out)
        self.assertEqual((stats["records"], stats["damages"], stats["records_lost"]), (2, 1, 1))
        self.assertGreater(stats["bytes_skipped"], 0)
        limited = pier("dump", "--stats", "-", "--record-max", 70000, data=stored(b"1\n" + b'"%s"\n' % (b"x" * 100000)))
        self.assertEqual(limited.status, 1)
        self.assertEqual((json.loads(limited.out)["records"], json.loads(limited.out)["records_skipped"]), (1, 1))

    def test_stats_of_plain_values(self):
        result = pier("dump", "--stats", "--plain", "-", data=b"\x01\x02\x93\x01\x02\x03")
        self.assert_done(result)
        stats = json.loads(result.out)
        self.assertEqual((stats["records"], stats["bytes"], stats["streams"]), (3, 6, 0))


class InputTest(pier_command.Test):
    def test_files_that_cannot_be_read(self):
        self.assert_error(pier("dump", self.folder / "none"), 3, "dump", "NOT_FOUND", "none")
        self.assertEqual(pier("dump", self.folder).status, 3)
        self.assertEqual(len(pier("dump", self.folder).errors()), 1)
        self.assert_error(pier("dump", self.folder / "none" / "none"), 3, "dump", "NOT_FOUND")

    def test_pipes_by_name(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for _ in range(20):  # of a writer that is gone at once too
            dump = self.start("dump", fifo)
            fifo.write_bytes(stored(b"1\n2\n"))
            self.assert_done(dump.result(), b"1\n2\n")
        self.assert_done(pier("dump", "/dev/stdin", data=stored(b"3\n")), b"3\n")

    def test_records_are_printed_before_input_is_waited_for(self):
        data = stored(b"1\n2\n") + stored(b"") + stored(b"") + stored(b"3\n4\n")
        dump = self.start("dump", "-")
        first = len(stored(b"1\n2\n"))
        dump.send(data[: first + 10])
        dump.await_lines(2)
        self.assertEqual(dump.out, b"1\n2\n")
        dump.send(data[first + 10 : -64])
        dump.await_lines(4)
        dump.send(data[-64:])
        dump.end_input()
        self.assert_done(dump.result(), b"1\n2\n3\n4\n")

    def test_plain_values_are_printed_before_input_is_waited_for(self):
        dump = self.start("dump", "-", "--plain")
        for byte in b"\x01\x92\x02\x03":
            dump.send(bytes([byte]))
        dump.await_lines(2)
        self.assert_done(dump.result(), b"1\n[2,3]\n")

    def test_timeout(self):
        for timeout_ms in (int(100 * SLOWNESS), int(400 * SLOWNESS)):
            with self.subTest(timeout_ms):
                data = stored(b"1\n2\n")[:-10]
                dump = self.start("dump", "-", "--timeout", timeout_ms)
                dump.send(data)
                began = time.monotonic()
                self.assertEqual(dump.process.wait(pier_command.PATIENCE_S), 4)
                self.assertGreaterEqual(time.monotonic() - began, timeout_ms / 1000 - 0.02)
                self.assertLess(time.monotonic() - began, timeout_ms / 1000 + 1 * SLOWNESS)
                self.assert_error(dump.result(), 4, "dump", "TIMEOUT", f"{timeout_ms} ms", b"1\n2\n")

    def test_bytes_begin_the_time_anew(self):
        dump = self.start("dump", "-", "--plain", "--timeout", int(600 * SLOWNESS))
        for byte in b"\x97\x01\x02\x03\x04\x05\x06\x07":
            time.sleep(0.15 * SLOWNESS)
            dump.send(bytes([byte]))
        self.assert_done(dump.result(), b"[1,2,3,4,5,6,7]\n")


class OutputTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "a.pier"
        self.assert_done(pier("store", self.file, data=b'"0123456789"\n' * 100000))

    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            result = pier("dump", self.file, stdout=full)
            self.assert_error(result, 3, "dump", "NO_SPACE", "standard output", out=None)
            result = pier("dump", "--stats", self.file, stdout=full)
            self.assert_error(result, 3, "dump", "NO_SPACE", "standard output", out=None)

    def test_a_reader_that_goes_away(self):
        dump = self.start("dump", self.file)
        dump.await_lines(1)
        dump.process.stdout.close()
        dump.process.stdout = None
        self.assert_error(dump.result(), 3, "dump", "CLOSED", "standard output", out=None)

    def test_a_slow_reader_gets_all(self):
        dump = self.start("dump", self.file)
        time.sleep(0.3)
        self.assertLess(dump.peak_bytes(), 64 << 20)
        self.assertEqual(dump.result().out.count(b"\n"), 100000)

    def test_output_that_does_not_block_gets_all(self):
        # As another program may have left a pipe that is shared with it.
        reads, writes = os.pipe()
        os.set_blocking(writes, False)
        dump = self.start("dump", self.file, stdout=writes)
        os.close(writes)
        data = b""
        with open(reads, "rb") as file:
            while chunk := file.read(65536):
                data += chunk
                time.sleep(0.001)
        self.assertEqual(data.count(b"\n"), 100000)
        self.assertEqual(dump.result().status, 0)

    def test_a_disk_file(self):
        out = self.folder / "out"
        with open(out, "wb") as file:
            self.assert_done(pier("dump", self.file, stdout=file), None)
        self.assertEqual(out.read_bytes(), b'"0123456789"\n' * 100000)


class TerminalTest(pier_command.Test):
    def dump_on_terminal(self, *arguments, stream, environment=None, **options):
        """Runs dump with one of its streams on a terminal, and returns what the terminal was sent."""
        terminal, side = pty.openpty()
        process = subprocess.Popen(
            [pier_command.COMMAND, "dump", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options, stream: side},
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "", **(environment or {})},
        )
        os.close(side)
        data = b""
        try:
            while chunk := os.read(terminal, 65536):
                data += chunk
        except OSError:
            pass  # the end, as Linux tells it
        os.close(terminal)
        process.wait(pier_command.PATIENCE_S)
        return data

    def test_colours_on_a_terminal_alone(self):
        file = self.folder / "a.pier"
        self.assert_done(pier("store", file, data=b'{"a":1}\n'))
        shown = self.dump_on_terminal(file, stream="stdout")
        self.assertIn(b"\x1b[", shown)
        self.assertEqual(re.sub(rb"\x1b\[[0-9;]*m", b"", shown), b'{"a":1}\r\n')
        self.assertEqual(self.dump_on_terminal(file, stream="stdout", environment={"NO_COLOR": "1"}), b'{"a":1}\r\n')
        self.assertEqual(self.dump_on_terminal(file, stream="stdout", environment={"TERM": "dumb"}), b'{"a":1}\r\n')
        shown = self.dump_on_terminal("/nowhere/x", stream="stderr")
        self.assertRegex(shown, rb"^pier dump: \x1b\[1;31mNOT_FOUND\x1b\[0m: [^\n]*\r\n$")
        self.assertNotIn(b"\x1b", pier("dump", "/nowhere/x").err)

    def test_colours_are_all_that_differs(self):
        # With them a record becomes a tree before it becomes text; without, it becomes text at once.
        vectors = pathlib.Path(__file__).parent.parent.parent / "proto" / "vectors"
        for file in sorted(vectors.glob("*.pier")):
            shown = self.dump_on_terminal(file, stream="stdout")
            lines = file.with_suffix(".jsonl").read_bytes()
            with self.subTest(file.name):
                self.assertEqual(re.sub(rb"\x1b\[[0-9;]*m", b"", shown), lines.replace(b"\n", b"\r\n"))

    def test_progress_on_a_terminal_alone(self):
        file = self.folder / "a.pier"
        with open(file, "wb") as output:
            pier("store", "-", data=(b'"' + b"x" * 100000 + b'"\n') * 200, stdout=output)
        shown = self.dump_on_terminal(file, stream="stderr")
        self.assertRegex(shown, rb"\r\[=* *\] +\d+ % of 19 MiB, \d+ MiB/s, \d+ s left")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)  # and it is taken away
        self.assertEqual(pier("dump", file).err, b"")


if __name__ == "__main__":
    pier_command.main()
