"""`pier journal`: what it lists, what it finds wrong, what it cuts and what it exports. PIER_JOURNAL_DRIVER writes journals."""

import json
import os
import pty
import shutil
import subprocess

import pier_command
from pier_command import PATIENCE_S, pier

DRIVER = os.environ.get("PIER_JOURNAL_DRIVER", "")
WHOLE = (
    "stream segments first_record next_record durable_record epoch bytes closed torn_bytes damaged_bytes "
    "missing_segments"
).split()


class Test(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.journal = self.folder / "journal"
        self.out = self.folder / "out.pier"

    def write(self, records, segment_bytes=4096, *more, journal=None):
        command = [DRIVER, journal or self.journal, str(records), str(segment_bytes), *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def segments(self):
        return sorted(self.journal.glob("*.pier"))

    def lines(self, *arguments, status=0, errors=()):
        """The lines that the command prints: of the segments, and of the whole."""
        result = pier("journal", self.journal, *arguments)
        self.assertEqual((result.status, [error[:2] for error in result.errors()]),
                         (status, [("journal", name) for name in errors]), result)
        lines = [json.loads(line) for line in result.lines()]
        self.assertEqual(list(lines[-1]), WHOLE)
        return lines[:-1], lines[-1]

    def numbers(self, *arguments, status=0, errors=(), journal=None):
        """What an export has: the numbers that are in the records."""
        result = pier("journal", journal or self.journal, "--export", self.out, "--force", *arguments)
        self.assertEqual((result.status, [error[1] for error in result.errors()]), (status, list(errors)), result)
        self.assert_done(pier("check", self.out))
        numbers = [json.loads(line)["n"] for line in pier("dump", self.out).lines()]
        self.assertEqual(json.loads(result.out)["records"], len(numbers))
        return numbers

    def damage(self, segment, needle):
        """Flips a bit of a record in a segment."""
        data = bytearray(segment.read_bytes())
        data[data.index(needle)] ^= 1
        segment.write_bytes(data)


class ListTest(Test):
    def test_segments_and_the_whole(self):
        self.write(300)
        segments, whole = self.lines()
        self.assertEqual([line["segment"] for line in segments], [path.name for path in self.segments()])
        self.assertGreater(len(segments), 2)
        self.assertEqual(sum(line["records"] for line in segments), 300)
        self.assertEqual([line["bytes"] for line in segments], [path.stat().st_size for path in self.segments()])
        at = 1
        for line in segments:
            self.assertEqual(line["first_record"], at)
            at += line["records"]
        self.assertEqual(
            {name: whole[name] for name in ("segments", "first_record", "next_record", "closed", "torn_bytes")},
            {"segments": len(segments), "first_record": 1, "next_record": 301, "closed": True, "torn_bytes": 0},
        )
        self.assertEqual(whole["bytes"], sum(line["bytes"] for line in segments))

    def test_a_journal_without_a_segment(self):
        """What a session received that received nothing; the folder of a host that nobody came to is the same."""
        self.write(0)
        self.assertEqual([path.name for path in self.journal.iterdir()], ["lock"])
        self.write(1, journal=self.folder / "other")
        for more in ((), ("--verify",), ("--cut", 1), ("--export", self.out)):
            result = pier("journal", self.journal, *more)
            self.assert_error(result, 3, "journal", "NOT_FOUND", f"{self.journal}: nothing is in it yet: ")
        result = pier("journal", self.folder / "other", "--export", self.out, "--merge", self.journal)
        self.assert_error(result, 3, "journal", "NOT_FOUND", f"{self.journal}: nothing is in it yet: ")
        self.assertFalse(self.out.exists())

    def test_nothing_is_changed(self):
        self.write(300, 4096, "kill")
        with open(self.segments()[-1], "ab") as file:
            file.write(b"\xc7\x3d\x50\x01torn")
        before = {path.name: path.read_bytes() for path in self.journal.iterdir()}
        self.lines()
        self.lines("--verify", status=1, errors=["TRUNCATED"])
        self.numbers(status=1, errors=["TRUNCATED"])
        self.assertEqual({path.name: path.read_bytes() for path in self.journal.iterdir()}, before)

    def test_a_session(self):
        self.write(100, 4096, "session")
        session = {"session": "till 5", "role": "client", "sent": 100, "peer_kept": 50, "received": 0, "committed": 0}
        for arguments in ((), ("--verify",)):
            result = pier("journal", self.journal, *arguments)
            self.assert_done(result)
            first, *lines = map(json.loads, result.lines())
            self.assertEqual(first, session)
            segments = [line for line in lines if "segment" in line]
            paths = [self.journal / line["segment"] for line in segments]
            for part, numbers in (("sent", (1, 101)), ("received", (1, 1))):
                expected = sorted((self.journal / part).glob("*.pier"))
                self.assertEqual(paths[: len(expected)], expected)
                del paths[: len(expected)]
                whole = lines[lines.index(segments[len(segments) - len(paths) - 1]) + 1]
                self.assertEqual((list(whole), whole["first_record"], whole["next_record"]), (WHOLE, *numbers))
            self.assertEqual((paths, sum(line["records"] for line in segments)), ([], 100))
        # What the peer lacks can be taken out.
        self.assertEqual(self.numbers("--from", 51, journal=self.journal / "sent"), list(range(51, 101)))

    def test_both_journals_of_a_session(self):
        self.write(10, 4096, "session")
        received = self.journal / "received"
        shutil.rmtree(received)
        self.assertEqual(json.loads(pier("journal", self.journal).lines()[0])["received"], 0)
        self.write(3, journal=received)
        result = pier("journal", self.journal)
        self.assert_error(result, 1, "journal", "MISMATCH", "journal/received: .*another stream")
        shutil.rmtree(self.journal / "sent")
        self.write(3, journal=self.journal / "sent")
        self.assert_error(pier("journal", self.journal), 1, "journal", "CORRUPT", "journal/sent is no session's")

    def test_a_session_is_not_one_journal(self):
        self.write(10, 4096, "session")
        for arguments in (("--cut", 5), ("--export", self.out)):
            result = pier("journal", self.journal, *arguments)
            self.assert_error(result, 2, "journal", "USAGE", "a session's folder: choose a journal, .*/sent or")

    def test_the_folder_of_a_host(self):
        host = self.folder / "srv"
        host.mkdir()
        for name in ("till", "desk", "bar"):
            self.write(10, 4096, "session", journal=host / name)
        (host / "lock").touch()
        (host / "other").mkdir()
        words = rf"{host}/? is a host's folder, with 3 sessions: pier journal {host}/bar$"
        for arguments in ((host,), (f"{host}/",), (host, "--verify"), (host, "--cut", 1), (host, "--export", self.out)):
            with self.subTest(arguments):
                self.assert_error(pier("journal", *arguments), 2, "journal", "USAGE", words)
        self.write(10)
        for merged, words in ((host, words), (host / "bar", "a session's folder: choose a journal")):
            result = pier("journal", self.journal, "--export", self.out, "--merge", merged)
            self.assert_error(result, 2, "journal", "USAGE", words)
        self.assertFalse(self.out.exists())
        for name in ("till", "desk"):
            shutil.rmtree(host / name)
        result = pier("journal", host)
        self.assert_error(result, 2, "journal", "USAGE", f"with 1 session: pier journal {host}/bar$")
        # What is named there is shown.
        self.assert_done(pier("journal", host / "bar"))

    def test_a_host_with_misleading_names(self):
        """Sessions are called as their clients like."""
        host = self.folder / "srv"
        host.mkdir()
        for name in ("0000000001-00000000000000000001.pier", "sent", "received"):
            self.write(10, 4096, "session", journal=host / name)
        (host / "lock").touch()
        words = f"{host} is a host's folder, with 3 sessions: pier journal {host}/0000000001-0*1.pier$"
        for arguments in ((), ("--verify",), ("--cut", 1), ("--export", self.out)):
            with self.subTest(arguments):
                self.assert_error(pier("journal", host, *arguments), 2, "journal", "USAGE", words)
        self.assert_error(pier("dump", host), 3, "dump", "UNSUPPORTED", "of a host: pier journal shows one")
        for session in host.glob("*[!k]"):
            result = pier("journal", session)
            self.assert_done(result)
            self.assertEqual(json.loads(result.lines()[0])["sent"], 10)

    def test_other_commands_name_this_one(self):
        self.write(10)
        host = self.folder / "host"
        host.mkdir()
        self.write(10, 4096, "session", journal=host / "till")
        session = self.folder / "session"
        self.write(10, 4096, "session", journal=session)
        empty = self.folder / "empty"
        empty.mkdir()
        for command, *more in (("dump",), ("check",), ("repair", self.out)):
            for folder, words in ((self.journal, "a folder, of a journal: pier journal lists"),
                                  (session, "a folder, of a session: pier journal shows it"),
                                  (host, "a folder, of a host: pier journal shows one of its sessions"),
                                  (empty, "a folder$")):
                with self.subTest(command=command, folder=folder):
                    self.assert_error(pier(command, folder, *more), 3, command, "UNSUPPORTED", words)

    def test_what_is_no_journal(self):
        self.assert_error(pier("journal", self.journal), 3, "journal", "NOT_FOUND")
        self.assertFalse(self.journal.exists())
        self.journal.mkdir()
        result = pier("journal", self.journal)
        self.assertEqual((result.status, result.out), (3, b""), result)
        self.out.write_bytes(b"")
        self.assertEqual(pier("journal", self.out).status, 3)

    def test_usage(self):
        for arguments, text in [
            ((), "missing: DIR"),
            (("d", "--verify", "--cut", "1"), "exclude one another"),
            (("d", "--verify", "--export", "f"), "exclude one another"),
            (("d", "--from", "1"), "are about --export"),
            (("d", "--merge", "e"), "are about --export"),
            (("d", "--export", "-"), "takes a name"),
            (("d", "--export", "f", "--since", "yesterday"), "--since takes a date"),
            (("d", "--export", "f", "--since", "2026-01-01", "--from", "2"), "exclude each other"),
            (("d", "--export", "f", "--from", "0"), "--from takes a number from 1"),
        ]:
            self.assert_error(pier("journal", *arguments), 2, "journal", "USAGE", text)


class VerifyTest(Test):
    def test_a_whole_journal(self):
        self.write(300)
        segments, _ = self.lines("--verify")
        self.assertEqual([line["segment"] for line in segments], [path.name for path in self.segments()])
        self.assertEqual(sum(line["records"] for line in segments), 300)
        self.assertEqual({line["records_lost"] for line in segments}, {0})
        for path, line in zip(self.segments(), segments):
            # As any archive.
            stats = json.loads(pier("check", path).out)
            self.assertEqual({"segment": path.name, **stats}, line)

    def test_a_journal_that_was_not_closed(self):
        self.write(100, 4096, "kill")
        _, whole = self.lines("--verify")
        self.assertEqual((whole["closed"], whole["torn_bytes"]), (False, 0))
        self.assertEqual(self.numbers(), list(range(1, 101)))
        # It goes on where it was left.
        self.write(100, 4096)
        self.lines("--verify")
        self.assertEqual(self.numbers(), list(range(1, 201)))

    def test_damage(self):
        self.write(300)
        self.damage(self.segments()[1], b"so that")
        segments, _ = self.lines("--verify", status=1, errors=["CORRUPT"])
        self.assertEqual([line["damages"] for line in segments], [0, 1] + [0] * (len(segments) - 2))
        result = pier("journal", self.journal, "--verify")
        self.assertRegex(result.err.decode(), rf"{self.segments()[1].name}.*byte \d+.*records \d+ to \d+ lost")

    def test_a_segment_that_is_missing(self):
        self.write(300)
        gone = self.segments()[1]
        gone.unlink()
        result = pier("journal", self.journal, "--verify")
        self.assertEqual(result.status, 1)
        self.assertEqual([error[1] for error in result.errors()], ["CORRUPT", "CORRUPT"])
        self.assertIn("1 segments are missing before", result.errors()[0][2])
        self.assertRegex(result.errors()[1][2], r"records 77 to 152 are in no segment")
        self.assertEqual(json.loads(result.lines()[-1])["missing_segments"], 1)

    def test_a_segment_of_another_journal(self):
        other = self.folder / "other"
        self.write(300)
        self.write(300, journal=other)
        mine = self.segments()[1]
        theirs = sorted(other.glob("*.pier"))[1]
        self.assertEqual(mine.name, theirs.name)
        data = mine.read_bytes()
        told = rf"{mine.name} has pieces of another stream, from byte "
        for wrong, at in ((theirs.read_bytes(), 0), (data + theirs.read_bytes(), len(data))):
            mine.write_bytes(wrong)
            self.lines("--verify", status=1, errors=["CORRUPT"])
            self.assertRegex(pier("journal", self.journal, "--verify").err.decode(), told + rf"{at}\b")
            # None of its records is exported.
            self.assertEqual(self.numbers(status=1, errors=["CORRUPT"]),
                             [n for n in range(1, 301) if at or not 77 <= n <= 152])  # fmt: skip

    def test_a_segment_in_the_place_of_another(self):
        self.write(300)
        first, second, third, *_ = self.segments()
        second.write_bytes(third.read_bytes())
        result = pier("journal", self.journal, "--verify")
        self.assertEqual(result.status, 1)
        self.assertIn(f"{second.name} begins with record 153", result.err.decode())
        second.write_bytes(first.read_bytes())
        result = pier("journal", self.journal, "--verify")
        self.assertIn(f"{second.name} begins with record 1\n", result.err.decode())
        # As the last one it would tell where the journal stands.
        last = self.segments()[-1]
        last.write_bytes(first.read_bytes())
        self.lines(status=1, errors=["CORRUPT"])

    def test_progress_on_a_terminal(self):
        self.write(500000, 1 << 30)
        self.assertEqual(len(self.segments()), 1)
        terminal, side = pty.openpty()
        self.addCleanup(os.close, terminal)
        environment = {**os.environ, "TERM": "xterm"}
        environment.pop("NO_COLOR", None)
        process = self.start("journal", self.journal, "--verify", stderr=side, env=environment)
        os.close(side)
        self.assertEqual(process.result(PATIENCE_S * 3).status, 0)
        self.assertRegex(os.read(terminal, 1 << 16).decode(), r"\[=* *\] +\d+ % of \d+ MiB, \d+ MiB/s")

    def test_a_torn_tail(self):
        self.write(100, 4096, "kill")
        last = self.segments()[-1]
        size = last.stat().st_size
        os.truncate(last, size - 10)
        _, whole = self.lines("--verify", status=1, errors=["TRUNCATED"])
        self.assertGreater(whole["torn_bytes"], 0)

    def test_every_cut_of_a_journal(self):
        """Whatever is left of the last segment: told or whole, and the records before it are there."""
        self.write(12, 4096, "kill")
        last = self.segments()[-1]
        data = last.read_bytes()
        for size in range(64, len(data), 7):
            last.write_bytes(data[:size])
            result = pier("journal", self.journal, "--verify")
            self.assertIn(result.status, (0, 1), size)
            self.assertEqual(result.status == 0, result.err == b"")
            if result.lines():
                torn = json.loads(result.lines()[-1])["torn_bytes"]
                self.assertEqual(result.status == 0, torn == 0, size)


class CutTest(Test):
    def test_segments_go(self):
        self.write(300)
        names = [path.name for path in self.segments()]
        self.lines("--cut", 76)
        self.assertEqual([path.name for path in self.segments()], names[1:])
        _, whole = self.lines("--cut", 200)
        self.assertEqual([path.name for path in self.segments()], names[2:])
        self.assertEqual((whole["first_record"], whole["next_record"]), (153, 301))
        self.lines("--verify")
        self.assertEqual(self.numbers(), list(range(153, 301)))
        self.lines("--cut", 10**9)
        self.assertEqual([path.name for path in self.segments()], names[-1:])
        # It can be written on.
        self.write(10)
        self.assertEqual(self.numbers()[-1], 310)

    def test_a_torn_tail_goes(self):
        self.write(100, 4096, "kill")
        os.truncate(self.segments()[-1], self.segments()[-1].stat().st_size - 10)
        _, whole = self.lines("--cut", 0, errors=["TRUNCATED"])
        self.lines("--verify")
        self.assertEqual(self.numbers(), list(range(1, whole["next_record"])))

    def test_a_journal_in_use(self):
        """It can be read while it is written, and is not cut."""
        command = [DRIVER, self.journal, "300", "4096", "hold"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
            self.addCleanup(writer.kill)
            self.assertEqual(writer.stdout.readline(), b"ready\n")
            self.assert_error(pier("journal", self.journal, "--cut", 100), 3, "journal", "IN_USE")
            self.assertEqual(self.lines("--verify")[1]["next_record"], 301)
            self.assertEqual(self.numbers(), list(range(1, 301)))
            writer.stdin.close()
        self.lines("--cut", 100)


class ExportTest(Test):
    def test_all_with_classes_and_times(self):
        self.write(300)
        self.assertEqual(self.numbers(), list(range(1, 301)))
        stats = json.loads(pier("check", self.out).out)
        self.assertEqual((stats["classes"], stats["control_blocks"]), ({"test.Tick": 75}, 0))
        blocks = [json.loads(line) for line in pier("dump", "--blocks", self.out).lines()]
        times = [block["time"]["$time"][0] for block in blocks if block["kind"] == "records" and block["records"] > 0]
        # The definition of the class comes between the first three records and the fourth.
        self.assertEqual(times, [4, *range(4, 301, 4)])

    def test_some(self):
        self.write(300)
        for first, last in ((1, 1), (1, 300), (75, 80), (76, 77), (77, 77), (100, 100), (101, 104), (299, 300)):
            with self.subTest(f"{first} to {last}"):
                self.assertEqual(self.numbers("--from", first, "--through", last), list(range(first, last + 1)))
        self.assertEqual(self.numbers("--from", 250), list(range(250, 301)))
        self.assertEqual(self.numbers("--through", 20), list(range(1, 21)))
        self.assertEqual(self.numbers("--from", 301), [])
        self.assertEqual(self.numbers("--from", 20, "--through", 10), [])
        result = pier("journal", self.journal, "--export", self.out, "--force", "--from", 302)
        self.assert_error(result, 1, "journal", "NOT_FOUND")

    def test_since_a_time(self):
        self.write(300)
        # The block of 288 was ended at second 288.
        self.assertEqual(self.numbers("--since", "1970-01-01T00:04:48Z"), list(range(285, 301)))
        self.assertEqual(self.numbers("--since", "1970-01-01T00:04:48.5Z"), list(range(289, 301)))
        self.assertEqual(self.numbers("--since", "1970-01-02"), [])

    def test_several_by_their_times(self):
        other = self.folder / "other"
        self.write(40)
        self.write(20, journal=other)
        expected = []
        for block in range(10):
            numbers = list(range(block * 4 + 1, block * 4 + 5))
            expected += numbers * (2 if block < 5 else 1)
        self.assertEqual(self.numbers("--merge", other), expected)
        self.assertEqual(self.numbers("--merge", other, "--through", 8), [1, 2, 3, 4] * 2 + [5, 6, 7, 8] * 2)
        self.assertEqual(len(self.numbers("--merge", other, "--merge", other)), 80)
        shutil.rmtree(other)
        result = pier("journal", self.journal, "--export", self.out, "--force", "--merge", other)
        self.assert_error(result, 3, "journal", "NOT_FOUND")

    def test_over_damage(self):
        self.write(300)
        damaged = self.segments()[1]
        self.damage(damaged, b"so that")
        numbers = self.numbers(status=1, errors=["CORRUPT"])
        self.assertEqual(numbers, [n for n in range(1, 301) if n not in range(77, 81)])
        result = pier("journal", self.journal, "--export", self.out, "--force")
        self.assertRegex(result.err.decode(), rf"{damaged.name}: .*\(byte \d+\).*records 77 to 80 lost")
        offset = int(result.err.decode().split("(byte ")[1].split(")")[0])
        self.assertLess(offset, damaged.stat().st_size)
        self.assertEqual(json.loads(result.out)["records_lost"], 4)

    def salvaged(self, text, numbers, *arguments):
        """Each way of looking at a journal that nobody can go on with says so, and what is left; nothing is changed."""
        before = {path.name: path.read_bytes() for path in self.journal.iterdir()}
        for more in ((), ("--verify",), ("--cut", 0)):
            result = pier("journal", self.journal, *more)
            self.assertEqual((result.status, result.errors()[0][1]), (1, "CORRUPT"), result)
            self.assertIn(f"{text}: pier journal --export gets what is left\n", result.err.decode())
            self.assertEqual(bool(result.lines()), more != ("--cut", 0))
        told = pier("journal", self.journal, "--export", self.out, *arguments).errors()
        self.assertEqual(self.numbers(*arguments, status=1, errors=[error[1] for error in told]), numbers)
        self.assertEqual(told[0][1], "CORRUPT")
        self.out.unlink()
        self.assertEqual({path.name: path.read_bytes() for path in self.journal.iterdir()}, before)

    def spoil(self, index, size=None, zeros=0):
        """Cuts a segment to a size, or begins it with zeros."""
        path = self.segments()[index]
        data = path.read_bytes()[:size]
        path.write_bytes(bytes(zeros) + data[zeros:])

    def test_a_beginning_that_is_damaged(self):
        """The first checkpoint, then the first records, too, where no mark tells that these were synced."""
        self.write(200, 0, "kill")
        first = self.segments()[0]
        data = first.read_bytes()
        for at in range(0, 187, 5):
            first.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            self.assertEqual(self.numbers(), list(range(1, 201)), at)
        first.write_bytes(data)
        self.spoil(0, zeros=300)
        text = "the beginning of a segment, number 1, is damaged, and nothing behind goes on from it"
        self.out.unlink()
        self.salvaged(text, list(range(4, 201)))
        self.salvaged(text, list(range(100, 121)), "--from", 100, "--through", 120)

    def test_the_beginning_of_the_first_of_several(self):
        """Nothing but those that read there notices."""
        self.write(250, 4096, "kill")
        self.spoil(0, zeros=300)
        self.lines()
        self.assertEqual(self.numbers(status=1, errors=["CORRUPT"]), list(range(4, 251)))

    def test_a_last_segment_that_nothing_can_be_read_of(self):
        self.write(250)
        self.spoil(-1, size=50)
        text = "the last segment, number 4, does not prove itself anywhere"
        self.salvaged(text, list(range(1, 229)))
        self.salvaged(text, list(range(200, 229)), "--from", 200)

    def test_a_last_segment_that_is_another_one(self):
        self.write(250)
        self.segments()[-1].write_bytes(self.segments()[0].read_bytes())
        text = "the last segment, number 4, holds what belongs to number 1"
        self.salvaged(text, list(range(1, 229)))
        self.salvaged(text, list(range(200, 229)), "--from", 200)

    def test_an_only_segment_that_nothing_can_be_read_of(self):
        self.write(200, 0)
        self.spoil(0, size=50)
        for more in ((), ("--verify",), ("--cut", 0), ("--export", self.out)):
            result = pier("journal", self.journal, *more)
            self.assert_error(result, 1, "journal", "CORRUPT", "number 1, does not prove itself anywhere$")
        self.assertFalse(self.out.exists())

    def test_a_file_that_exists_stays(self):
        self.write(10)
        self.out.write_bytes(b"mine")
        result = pier("journal", self.journal, "--export", self.out)
        self.assert_error(result, 3, "journal", "EXISTS")
        self.assertEqual(self.out.read_bytes(), b"mine")
        result = pier("journal", self.journal, "--export", self.out / "below")
        self.assert_error(result, 3, "journal", "NOT_FOUND", "Not a directory")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["journal", "out.pier"])

    def test_a_full_disk(self):
        self.write(10)
        result = pier("journal", self.journal, "--export", "/dev/full", "--force")
        self.assertEqual(result.status, 2, result)

    def test_a_file_system_that_is_read_only(self):
        self.write(10)
        place = self.folder / "place"
        place.mkdir()
        script = 'mount -t tmpfs -o ro none "$1" || exit 77; exec "$2" journal "$3" --export "$1/out.pier"'
        command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", place,
                   pier_command.COMMAND, self.journal]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S)
        if done.returncode == 77 or b"unshare" in done.stderr:
            self.skipTest("this system lets nobody mount")
        result = pier_command.Result(done.returncode, done.stdout, done.stderr)
        self.assert_error(result, 3, "journal", "DENIED", "Read-only file system")

    def test_progress_on_a_terminal(self):
        self.write(150000, 0)
        terminal, side = pty.openpty()
        self.addCleanup(os.close, terminal)
        environment = {**os.environ, "TERM": "xterm"}
        environment.pop("NO_COLOR", None)
        process = self.start("journal", self.journal, "--export", self.out, stderr=side, env=environment)
        os.close(side)
        result = process.result(PATIENCE_S * 3)
        self.assertEqual(result.status, 0)
        self.assertRegex(os.read(terminal, 1 << 16).decode(), r"\[=* *\] +\d+ % of 150000 records")


if __name__ == "__main__":
    pier_command.main()
