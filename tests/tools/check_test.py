"""`pier check`: its verdict, what it prints, and inputs that misbehave.

That it finds every damage where it is, is tested in tests/interop/.
"""

import json
import os
import pty
import subprocess
import time

import pier_command  # before those that it shows the way to
import golden
import pier_wire as wire
from pier_command import SLOWNESS, pier

HEADER_BYTES = 64


def stored(lines):
    return pier("store", "-", data=lines).out


class CheckTest(pier_command.Test):
    def check(self, data, *arguments):
        file = self.folder / "a.pier"
        file.write_bytes(data)
        return pier("check", file, *arguments)

    def stats(self, result):
        (line,) = result.lines()
        return json.loads(line)

    def test_what_is_whole(self):
        data = golden.mixed_stream()
        result = self.check(data)
        self.assert_done(result)
        self.assertEqual(result.out, pier("dump", "--stats", "-", data=data).out)
        stats = self.stats(result)
        self.assertEqual((stats["records"], stats["records_lost"], stats["damages"]), (56, 0, 0))
        self.assert_done(pier("check", "-", data=data), result.out)
        self.assert_done(self.check(stored(b"")))
        self.assert_done(self.check(data + stored(b"1\n2\n") + data))

    def test_what_is_not(self):
        data = bytearray(stored(b'1\n"two"\n3\n'))
        data[2 * HEADER_BYTES + 2] ^= 1
        result = self.check(data)
        self.assert_error(result, 1, "check", "CORRUPT",
                          r"a\.pier: .*\(byte 128\); 70 bytes skipped, records 1 to 3 lost$", None)  # fmt: skip
        stats = self.stats(result)
        self.assertEqual((stats["records"], stats["records_lost"], stats["bytes_skipped"]), (0, 3, 70))
        self.assertEqual(self.stats(self.check(b""))["damages"], 1)
        self.assert_error(self.check(b"no archive"), 1, "check", "CORRUPT", r"\(byte 0\)", None)
        self.assert_error(self.check(stored(b"1\n")[:-HEADER_BYTES]), 1, "check", "TRUNCATED", r"\(byte 129\)", None)

    def test_bytes_behind_the_last_record_of_a_block(self):
        # dump finds these as well, --stats with it.
        for payload, count, at in [(b"\x01\x02\x03", 2, 2), (b"\x01", 0, 0), (b"\x01\xd4\x50\x01", 1, 1)]:
            writer = wire.Writer(9)
            writer.payload, writer.records = bytearray(payload), count
            writer.flush()
            writer.store("last")
            data = writer.end()
            with self.subTest(payload):
                result = self.check(data)
                self.assert_error(result, 1, "check", "PROTOCOL", r"\(byte %d.*; \d bytes skipped$" % (128 + at), None)
                stats = self.stats(result)
                self.assertEqual((stats["records"], stats["records_lost"], stats["damages"]), (count + 1, 0, 1))
                self.assertEqual(pier("dump", "--stats", "-", data=data).out, result.out)

    def test_a_class_that_is_not_known_costs_its_records_alone(self):
        writer = wire.Writer(9)
        writer.payload, writer.records = bytearray(b"\x01\xd4\x50\x07\x90\x91\x01\xd4\x50\x00\x02"), 4
        result = self.check(writer.end())
        self.assertEqual(result.status, 1)
        self.assertEqual([error[1] for error in result.errors()], ["UNKNOWN_CLASS"])
        self.assertRegex(result.errors()[0][2], "; 3 bytes skipped, records 2 to 3 lost$")
        stats = self.stats(result)
        self.assertEqual((stats["records"], stats["records_lost"], stats["untyped_records"]), (2, 2, 2))
        self.assertEqual(stats["damages"], 1)

    def test_records_in_a_row_that_lack_their_class_are_one_damage(self):
        # A definition that is lost costs all records of its class: not a line for each. Rows end at a record that is
        # there, and at another class.
        writer = wire.Writer(9)
        for _ in range(500):
            writer.payload, writer.records = bytearray(b"\xd4\x50\x07\x90\x90"), 2
            writer.flush()
        writer.payload = bytearray(b"\xd4\x50\x07\x90\xd4\x50\x08\x90\xd4\x50\x00\x02\xd4\x50\x08\x90")
        writer.records = 4
        result = self.check(writer.end())
        self.assertEqual([error[1] for error in result.errors()], ["UNKNOWN_CLASS"] * 3)
        for error, tail in zip(result.errors(), ["records 1 to 1001", "record 1002", "record 1004"]):
            self.assertRegex(error[2], f"bytes skipped, {tail} lost$")
        stats = self.stats(result)
        self.assertEqual((stats["records"], stats["records_lost"], stats["damages"]), (1, 1003, 3))

    def test_a_definition_that_breaks_the_rules(self):
        writer = wire.Writer(9)
        fault = wire.definition(1, [[0, "test.Bad", 0, [[2, "b", 1, 0, None, None, None], [1, "a", 1, 0, None, None, None]]]])
        writer.emit(wire.DEFINITIONS, 0, fault, 0)
        writer.payload, writer.records = bytearray(b"\xd4\x50\x01\x92\xc2\xc3\x92\xc3\xc2\xd4\x50\x00\x05"), 3
        result = self.check(writer.end())
        self.assertEqual(result.status, 1)
        self.assertEqual([error[1] for error in result.errors()], ["PROTOCOL"] * 2)
        self.assertEqual(len(set(error[2].split("; ")[0] for error in result.errors())), 2)  # the records differ
        for error in result.errors():
            self.assertRegex(error[2], r"test\.Bad: .* at byte 176 of record \d; \d bytes skipped, record \d lost$")
        stats = self.stats(result)
        self.assertEqual((stats["records"], stats["records_lost"]), (1, 2))

    def test_lost_records_by_number(self):
        parts = []
        writer = wire.Writer(9)
        for number in range(10):
            at = len(writer.data)
            for value in range(number + 1):
                writer.store(value)
            writer.flush()
            parts.append((at, len(writer.data)))
        data = writer.end()
        end = len(data) - HEADER_BYTES

        def lost(*without):
            cut = b"".join(data[a:b] for i, (a, b) in enumerate(parts) if i not in without)
            return self.check(data[:HEADER_BYTES] + cut + data[end:])

        for without, text, count in [((0,), "record 1 lost", 1), ((2, 3), "records 4 to 10 lost", 7),
                                     ((9,), "records 46 to 55 lost", 10), (range(10), "records 1 to 55 lost", 55)]:  # fmt: skip
            with self.subTest(without=without):
                result = lost(*without)
                self.assert_error(result, 1, "check", "CORRUPT", f"; 0 bytes skipped, {text}$", None)
                self.assertEqual(self.stats(result)["records_lost"], count)
        # Entered in its middle: what came before is lost.
        result = self.check(data[parts[4][0] :])
        self.assert_error(result, 1, "check", "CORRUPT", "; 0 bytes skipped, records 1 to 10 lost$", None)
        # Each of two streams has numbers of its own.
        other = wire.Writer(10)
        other.store(1)
        result = self.check(data[: parts[9][0]] + data[end:] + other.end())
        self.assertEqual(self.stats(result)["records_lost"], 10)

    def test_records_above_the_limit(self):
        data = stored(b"1\n" + b'"%s"\n' % (b"x" * 100000) + b"2\n")
        result = self.check(data, "--record-max", 70000)
        self.assert_error(result, 1, "check", "LIMIT", r"record_bytes_max.*record 2\)", None)
        stats = self.stats(result)
        self.assertEqual((stats["records"], stats["records_skipped"], stats["records_lost"]), (2, 1, 0))

    def test_plain(self):
        result = self.check(b"\x01\x92\x02\x03", "--plain")
        self.assert_done(result)
        self.assertEqual(self.stats(result)["records"], 2)
        self.assert_error(self.check(b"\x01\x92\x02", "--plain"), 1, "check", "TRUNCATED", r"\(byte 3", None)
        self.assert_error(self.check(b"\x01\xc1\x02", "--plain"), 1, "check", "PROTOCOL", r"\(byte 1", None)


class InputTest(pier_command.Test):
    def test_files_that_cannot_be_read(self):
        self.assert_error(pier("check", self.folder / "none"), 3, "check", "NOT_FOUND", "none")
        self.assertEqual(pier("check", self.folder).status, 3)

    def test_timeout(self):
        check = self.start("check", "-", "--timeout", int(100 * SLOWNESS))
        check.send(stored(b"1\n2\n")[:-10])
        self.assertEqual(check.process.wait(pier_command.PATIENCE_S), 4)
        self.assert_error(check.result(), 4, "check", "TIMEOUT", r"\d+ ms")

    def test_timeout_while_a_way_on_is_looked_for(self):
        data = bytearray(stored(b"1\n2\n"))
        data[HEADER_BYTES + 10] ^= 1
        check = self.start("check", "-", "--timeout", int(100 * SLOWNESS))
        check.send(bytes(data[: 2 * HEADER_BYTES]))
        self.assertEqual(check.process.wait(pier_command.PATIENCE_S), 4)
        self.assertEqual([error[1] for error in check.result().errors()], ["CORRUPT", "TIMEOUT"])

    def test_a_full_disk(self):
        file = self.folder / "a.pier"
        file.write_bytes(stored(b"1\n"))
        with open("/dev/full", "wb") as full:
            self.assert_error(pier("check", file, stdout=full), 3, "check", "NO_SPACE", "standard output", out=None)

    def test_memory_does_not_grow_with_the_file(self):
        file = self.folder / "a.pier"
        with open(file, "wb") as output:
            pier("store", "-", data=(b'"' + b"x" * 1000 + b'"\n') * 40000, stdout=output)
        # Sanitizers keep what was freed for a while; the second file is 120 MB larger than the first all the same.
        growth = 2 << 20 if SLOWNESS == 1 else 32 << 20
        for command in ("check", "dump"):
            peaks = []
            for repeats in (1, 4):
                process = self.start(command, "-", stdout=subprocess.DEVNULL)
                for _ in range(repeats):
                    process.send(file.read_bytes())
                peaks.append(process.peak_bytes())
                self.assertEqual(process.result().status, 0)
            self.assertLess(peaks[1], peaks[0] + growth, command)
            if SLOWNESS == 1:
                self.assertLess(peaks[1], 16 << 20, command)

    def test_progress_on_a_terminal_alone(self):
        file = self.folder / "a.pier"
        with open(file, "wb") as output:
            pier("store", "-", data=(b'"' + b"x" * 100000 + b'"\n') * 200, stdout=output)
        terminal, side = pty.openpty()
        process = subprocess.Popen([pier_command.COMMAND, "check", file], stdin=subprocess.DEVNULL, stdout=side,
                                   stderr=side, env={**os.environ, "TERM": "xterm", "NO_COLOR": ""})  # fmt: skip
        os.close(side)
        shown = b""
        try:
            while chunk := os.read(terminal, 65536):
                shown += chunk
        except OSError:
            pass  # the end, as Linux tells it
        os.close(terminal)
        self.assertEqual(process.wait(pier_command.PATIENCE_S), 0)
        self.assertRegex(shown, rb"^\r\[=* *\] +\d+ % of 19 MiB, \d+ MiB/s, \d+ s left\x1b\[K")
        # It is gone before the line that sums it up.
        self.assertRegex(shown, rb"\r\x1b\[K\{[^\n]*\}\r\n$")
        began = time.monotonic()
        self.assertEqual(pier("check", file).err, b"")
        self.assertLess(time.monotonic() - began, 20 * SLOWNESS)


if __name__ == "__main__":
    pier_command.main()
