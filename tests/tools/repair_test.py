"""`pier repair`: what it writes and leaves, and what becomes of OUT when something fails.

That it saves exactly what proves itself is tested in tests/interop/.
"""

import json
import os
import resource
import signal
import time

import pier_command  # before those that it shows the way to
import golden
import pier_reader
import pier_wire as wire
from pier_command import SLOWNESS, pier


def stored(lines):
    return pier("store", "-", data=lines).out


class RepairTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file, self.out = self.folder / "a.pier", self.folder / "out.pier"

    def repair(self, data, *arguments):
        self.file.write_bytes(data)
        result = pier("repair", self.file, self.out, *arguments)
        self.assertEqual(self.file.read_bytes(), data)  # never touched
        self.assertLessEqual(self.names(), {"a.pier", "out.pier"})
        return result

    def names(self):
        return {path.name for path in self.folder.iterdir()}

    def test_an_archive_that_is_whole(self):
        data = golden.mixed_stream()
        result = self.repair(data)
        self.assert_done(result)
        self.assertEqual(result.out, pier("check", self.file).out)
        before, after = pier_reader.load(data), pier_reader.load(self.out.read_bytes())
        self.assertEqual((after.damages, after.ended), ([], True))
        self.assertEqual([(r.number, r.class_name, r.encoded) for r in after.records],
                         [(r.number, r.class_name, r.encoded) for r in before.records])  # fmt: skip
        self.assertEqual(self.out.stat().st_mode & 0o777, 0o600)

    def test_ends_of_messages_and_times_are_kept(self):
        self.assert_done(self.repair(golden.mixed_stream()))

        def messages(file):
            """Where messages end, by number of records, and when the block was ended."""
            blocks = [json.loads(line) for line in pier("dump", "--blocks", file).lines()]
            blocks = [block for block in blocks if block["kind"] == "records" and block["records"]]
            return [(b["first_record"] + b["records"] - 1, b["time"]) for b in blocks if b["message_end"]]

        self.assertEqual(messages(self.out), messages(self.file))
        self.assertGreater(len(messages(self.out)), 1)

    def test_damage_is_left_out_and_told(self):
        writer = wire.Writer(9, types=golden.TYPES)
        for tick in golden.TICKS:
            writer.store(tick, "market.Tick")
            writer.flush()
        whole = writer.end()
        data = bytearray(whole)
        second = [at for at, kind in pier_reader.load(whole).pieces if kind == wire.RECORDS][1]
        data[second + 70] ^= 8
        result = self.repair(bytes(data))
        self.assert_error(result, 1, "repair", "CORRUPT",
                          r"a\.pier: .*\(byte %d\); \d+ bytes skipped, record 2 lost$" % (second + 64), None)  # fmt: skip
        stats = json.loads(result.out)
        self.assertEqual((stats["records"], stats["records_lost"], stats["damages"]), (2, 1, 1))
        self.assert_done(pier("check", self.out))
        lines = pier("dump", "-", data=whole).lines()
        self.assertEqual(pier("dump", self.out).lines(), [lines[0], lines[2]])

    def test_several_streams_become_one(self):
        data = stored(b"1\n") + golden.mixed_stream() + stored(b"2\n")
        self.assert_done(self.repair(data))
        stats = json.loads(pier("check", self.out).out)
        self.assertEqual((stats["streams"], stats["end_marks"], stats["records"]), (1, 1, 58))
        self.assertEqual(pier("dump", self.out).out, pier("dump", self.file).out)

    def test_nothing_that_proves_itself(self):
        result = self.repair(b"no archive")
        self.assert_error(result, 1, "repair", "CORRUPT", r"\(byte 0\); 10 bytes skipped", None)
        self.assert_done(pier("dump", self.out), b"")

    def test_records_above_the_limit(self):
        data = stored(b"1\n" + b'"%s"\n' % (b"x" * 100000) + b"2\n")
        self.assert_error(self.repair(data, "--record-max", 70000), 1, "repair", "LIMIT", r"record 2\)", None)
        self.assert_done(pier("dump", self.out), b"1\n2\n")
        self.assert_done(self.repair(data, "--force"))
        self.assertEqual(pier("dump", self.out).out, pier("dump", self.file).out)

    def test_a_large_archive(self):
        # Above the limit that a queue has; many blocks, epochs and classes.
        writer = wire.Writer(9, types=golden.TYPES)
        for number in range(300):
            if number > 0 and number % 50 == 0:
                writer.checkpoint()
            writer.store(golden.TICKS[number % 3], "market.Tick")
            writer.store("x" * 100000)
        data = writer.end()
        self.assert_done(self.repair(data))
        self.assertEqual(pier("dump", self.out).out, pier("dump", self.file).out)
        epochs = {json.loads(line).get("epoch", 0) for line in pier("dump", "--blocks", self.out).lines()}
        self.assertGreater(len(epochs), 10)

    def test_standard_input(self):
        self.assert_done(pier("repair", "-", self.out, data=stored(b"1\n")))
        self.assert_done(pier("dump", self.out), b"1\n")


class OutTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file, self.out = self.folder / "a.pier", self.folder / "out.pier"
        self.file.write_bytes(stored(b'"0123456789"\n' * 50000))

    def assert_refused(self, result, exit_status, status, text="."):
        self.assert_error(result, exit_status, "repair", status, text)
        self.assertLessEqual({path.name for path in self.folder.iterdir()}, {"a.pier", "out.pier"})

    def test_an_out_that_exists(self):
        self.out.write_bytes(b"before")
        self.assert_refused(pier("repair", self.file, self.out), 3, "EXISTS", "--force replaces it")
        self.assertEqual(self.out.read_bytes(), b"before")
        self.assert_done(pier("repair", self.file, self.out, "--force"))
        self.assert_done(pier("check", self.out))

    def test_an_out_that_appears_meanwhile(self):
        repair = self.start("repair", "-", self.out)
        repair.send(self.file.read_bytes()[:-64])
        self.await_draft()
        self.out.write_bytes(b"of somebody else")
        repair.end_input()
        result = repair.result()
        self.assertEqual(result.status, 3)
        self.assertEqual([error[1] for error in result.errors()], ["TRUNCATED", "EXISTS"])
        self.assertEqual(self.out.read_bytes(), b"of somebody else")
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"a.pier", "out.pier"})

    def await_draft(self):
        deadline = time.monotonic() + pier_command.PATIENCE_S
        while not (drafts := list(self.folder.glob("out.pier.??????"))):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return drafts[0]

    def test_an_out_that_is_the_archive_itself(self):
        before = self.file.read_bytes()
        link, name = self.folder / "link", self.folder / "name"
        os.symlink(self.file, link)
        os.link(self.file, name)
        for out in (self.file, link, name):
            for force in ([], ["--force"]):
                self.assert_error(pier("repair", self.file, out, *force), 2, "repair", "USAGE", "itself")
                self.assertEqual(self.file.read_bytes(), before)
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"a.pier", "link", "name"})

    def test_an_out_that_is_no_file(self):
        (self.folder / "out.pier").mkdir()
        self.assert_refused(pier("repair", self.file, self.out, "--force"), 2, "USAGE", "replaced")
        self.assert_refused(pier("repair", self.file, "/dev/full", "--force"), 2, "USAGE", "replaced")
        self.assertTrue(os.path.exists("/dev/full"))
        self.assert_refused(pier("repair", self.file, "-"), 2, "USAGE", "OUT")
        self.assert_refused(pier("repair", self.file, self.folder / "no" / "out"), 3, "NOT_FOUND", "no")

    def test_files_that_cannot_be_read(self):
        self.assert_refused(pier("repair", self.folder / "none", self.out), 3, "NOT_FOUND", "none")
        self.assertEqual(pier("repair", self.folder, self.out).status, 3)
        self.assertFalse(self.out.exists())

    def test_a_full_disk(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

        self.assert_refused(pier("repair", self.file, self.out, preexec_fn=limit), 3, "NO_SPACE", "out.pier")
        self.assertFalse(self.out.exists())
        self.out.write_bytes(b"before")
        result = pier("repair", self.file, self.out, "--force", preexec_fn=limit)
        self.assert_refused(result, 3, "NO_SPACE", "out.pier")
        self.assertEqual(self.out.read_bytes(), b"before")
        # Just enough, and one byte less: the end mark is the last to find no room.
        self.assert_done(pier("repair", self.file, self.out, "--force"))
        size = self.out.stat().st_size
        for room, status in ((size, 0), (size - 1, 3), (size - 64, 3)):
            result = pier("repair", self.file, self.out, "--force", preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (room, room)))  # fmt: skip
            self.assertEqual(result.status, status, result.err)
            self.assert_done(pier("check", self.out))

    def test_standard_output_that_fails(self):
        # What was asked for is there; only the sum of it is not told.
        with open("/dev/full", "wb") as full:
            result = pier("repair", self.file, self.out, stdout=full)
        self.assert_error(result, 3, "repair", "NO_SPACE", "standard output", out=None)
        self.assert_done(pier("check", self.out))

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number):
                repair = self.start("repair", "-", self.out)
                repair.send(self.file.read_bytes()[:-64])
                draft = self.await_draft()
                deadline = time.monotonic() + pier_command.PATIENCE_S
                while draft.stat().st_size < 100000:
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.01)
                repair.interrupt(number)
                result = repair.result()
                self.assertEqual((result.status, result.err, result.out), (-number, b"", b""))
                self.assertFalse(self.out.exists())
                if number == signal.SIGKILL:
                    # What is left behind shows that it is not whole.
                    self.assert_error(pier("check", draft), 1, "check", "TRUNCATED", out=None)
                    draft.unlink()
                self.assertEqual([path.name for path in self.folder.iterdir()], ["a.pier"])

    def test_timeout(self):
        repair = self.start("repair", "-", self.out, "--timeout", int(100 * SLOWNESS))
        repair.send(self.file.read_bytes()[:-64])
        self.assertEqual(repair.process.wait(pier_command.PATIENCE_S), 4)
        self.assert_refused(repair.result(), 4, "TIMEOUT")
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    pier_command.main()
