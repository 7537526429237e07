"""`pier replay`: what is played of a recording, when, and which differences are told."""

import contextlib
import json
import os
import pathlib
import pty
import socket
import subprocess
import threading
import time
import unittest

import msgpack
import pier_command  # before those that it shows the way to
import pier_wire as wire
from pier_command import PATIENCE_S, SLOWNESS, pier, receive, receive_all, reset
from recordings import VECTORS, Recording, Test

SUMMARY = ("connections", "sent_bytes", "records", "bytes", "differences")


class ReplayTest(Test):
    """Recordings between peers of the test's own, which are then played to others."""

    def setUp(self):
        super().setUp()
        self.listening, self.target = self.serve()

    def make(self, talk, *arguments):
        """Records what `talk` does with a function that opens a connection and returns its two ends."""
        recorder = self.record(self.target, *arguments)

        def join():
            client = self.client(recorder)
            return client, self.accept(self.listening)

        talk(join)
        recorder.stop()
        self.assert_done(pier("check", self.file))

    def exchange(self, join, *messages):
        """Each message is sent by one side, and received by the other: [(side, bytes)]."""
        client, server = join()
        for side, data in messages:
            first, second = (client, server) if side == "CLIENT" else (server, client)
            first.sendall(data)
            receive(second, len(data))
        self.close(client, server)

    def close(self, client, server):
        """The client ends first, the server when it has seen that, and what follows comes when both have, as with those
        that are played to: the recording has what came first in truth."""
        client.shutdown(socket.SHUT_WR)
        receive_all(server)
        server.close()
        receive_all(client)
        client.close()

    def make_plain(self, *messages):
        packed = [(side, b"".join(map(msgpack.packb, values))) for side, *values in messages]
        self.make(lambda join: self.exchange(join, *packed))

    def play(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return self.start("replay", self.file, self.target, *arguments, **options)

    def answer(self, *answers, arguments=(), size=None):
        """Plays to a server that answers each time something came. Returns (result, what came)."""
        replay = self.play(*arguments)
        server = self.accept(self.listening)
        came = b""
        for answer in answers:
            came += server.recv(1 << 20)
            server.sendall(answer)
        if size is not None:
            came += receive(server, size - len(came))
        with contextlib.suppress(OSError):  # It may have seen enough, and be gone.
            server.shutdown(socket.SHUT_WR)
            came += receive_all(server)
        server.close()
        return replay.result(), came

    def assert_same(self, result, connections=1):
        self.assertEqual((result.status, result.errors()), (0, []), result)
        self.assertRegex(result.out.decode(), rf"^{connections} connections?, .* compared: 0 differences\n$")

    def differences(self, result):
        """The lines of --json but the last, whose counts are checked."""
        self.assertEqual(result.errors(), [])
        lines = [json.loads(line) for line in result.lines()]
        self.assertEqual(tuple(lines[-1]), SUMMARY)
        self.assertEqual(lines[-1]["differences"], len(lines) - 1)
        self.assertEqual(result.status, 1 if len(lines) > 1 else 0)
        return lines[:-1]


class SendingTest(ReplayTest):
    def test_what_was_sent_is_sent_again_byte_for_byte(self):
        for name in ("typed", "compressed", "flushes", "raw", "epochs", "framed-maps"):
            with self.subTest(name):
                data = (VECTORS / f"{name}.pier").read_bytes()
                self.file = self.folder / f"{name}.pier"
                self.make(lambda join: self.exchange(join, ("CLIENT", data), ("SERVER", data)))
                result, came = self.answer(data, size=len(data))
                self.assertEqual(came, data)
                self.assert_same(result)

    def test_what_is_no_stream_is_sent_and_compared_as_bytes(self):
        request, answer = b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\nhello"
        self.make(lambda join: self.exchange(join, ("CLIENT", request), ("SERVER", answer)))
        result, came = self.answer(answer)
        self.assertEqual(came, request)
        self.assert_same(result)
        self.assertIn(b"%d bytes compared" % len(answer), result.out)
        result, _ = self.answer(answer[:-1] + b"p", arguments=["--json"])
        problem = f"byte {len(answer) - 1} as 0x6f was recorded, 0x70 came"
        self.assertEqual(self.differences(result), [{"connection": 1, "from": "SERVER", "problem": problem}])
        result, _ = self.answer(answer[:-5], arguments=["--json"])
        self.assertEqual([line["problem"] for line in self.differences(result)],
                         ["more bytes was recorded, the end came"])
        result, _ = self.answer(answer + b"!", arguments=["--json"])
        self.assertEqual([line["problem"] for line in self.differences(result)],
                         ["the end was recorded, more bytes came"])

    def test_the_connection_of_a_session_is_not_played_again(self):
        hello = bytes.fromhex("c73d5005") + bytes(60) + b"hello"
        self.make(lambda join: self.exchange(join, ("CLIENT", hello), ("SERVER", hello)))
        result, came = self.answer(hello, arguments=["--json"])
        self.assertEqual(came, hello)
        problem = "a session's connection was recorded, which cannot be replayed: its proofs answer random numbers"
        self.assertEqual(self.differences(result), [{"connection": 1, "from": "SERVER", "problem": problem}])
        # As bytes it is what came.
        result, _ = self.answer(hello, arguments=["--bytes"])
        self.assert_same(result)

    def test_a_damaged_stream_is_sent_as_it_was(self):
        data = bytearray((VECTORS / "typed.pier").read_bytes())
        data[-70] ^= 1
        self.make(lambda join: self.exchange(join, ("CLIENT", bytes(data)), ("SERVER", b"\x80")))
        result, came = self.answer(b"\x80", size=len(data))
        self.assertEqual(came, data)
        self.assert_same(result)

    def test_nothing_is_sent_before_what_had_come_before_it(self):
        self.make_plain(("CLIENT", [1]), ("SERVER", [2]), ("CLIENT", [3]), ("SERVER", [4]))
        replay = self.play("--speed", "max")
        server = self.accept(self.listening)
        self.assertEqual(receive(server, 2), b"\x91\x01")
        server.settimeout(0.3)
        self.assertRaises(TimeoutError, server.recv, 1)
        server.settimeout(PATIENCE_S)
        server.sendall(b"\x91\x02")
        self.assertEqual(receive(server, 2), b"\x91\x03")
        server.sendall(b"\x91\x04")
        self.assertEqual(server.recv(1), b"")
        server.close()
        self.assert_same(replay.result())

    def test_half_of_a_connection_ends_first(self):
        def talk(join):
            client, server = join()
            client.sendall(b"\x91\x01")
            client.shutdown(socket.SHUT_WR)
            receive_all(server)
            server.sendall(b"\x91\x02")
            server.close()
            receive_all(client)
            client.close()

        self.make(talk)
        replay = self.play()
        server = self.accept(self.listening)
        self.assertEqual(receive_all(server), b"\x91\x01")
        server.sendall(b"\x91\x02")
        server.close()
        self.assert_same(replay.result())

    def test_a_cut_is_played_and_compared(self):
        def talk(join):
            client, server = join()
            client.sendall(b"\x91\x01")
            receive(server, 2)
            reset(client)
            self.assertRaises(ConnectionResetError, server.recv, 1)
            client, server = join()
            client.sendall(b"\x91\x02")
            receive(server, 2)
            reset(server)
            self.assertRaises(ConnectionResetError, client.recv, 1)

        self.make(talk)
        for cuts in (True, False):
            replay = self.play("--json")
            server = self.accept(self.listening)
            self.assertEqual(receive(server, 2), b"\x91\x01")
            self.assertRaises(ConnectionResetError, server.recv, 1)
            server = self.accept(self.listening)
            self.assertEqual(receive(server, 2), b"\x91\x02")
            (reset if cuts else socket.socket.close)(server)
            expected = [] if cuts else ["a cut was recorded, the end came"]
            self.assertEqual([line["problem"] for line in self.differences(replay.result())], expected)

    def test_connections_one_after_another_and_at_once(self):
        def talk(join):
            self.exchange(join, ("CLIENT", b"\x91\x00"), ("SERVER", b"\x91\x00"))
            pairs = [join() for _ in range(5)]
            for turn in range(3):
                for number, (client, server) in enumerate(pairs):
                    client.sendall(bytes([0x92, number, turn]))
                    receive(server, 3)
                    server.sendall(bytes([0x92, turn, number]))
                    receive(client, 3)
            for client, server in pairs:
                self.close(client, server)

        self.make(talk)
        replay = self.play("--speed", "max")
        server = self.accept(self.listening)
        self.assertEqual(receive(server, 2), b"\x91\x00")
        server.sendall(b"\x91\x00")
        self.assertEqual(server.recv(1), b"")
        server.close()
        servers = [self.accept(self.listening) for _ in range(5)]
        for turn in range(3):
            for number, server in enumerate(servers):
                self.assertEqual(receive(server, 3), bytes([0x92, number, turn]))
                server.sendall(bytes([0x92, turn, number]))
        for server in servers:
            self.assertEqual(server.recv(1), b"")
            server.close()
        self.assert_same(replay.result(), connections=6)

    def test_speeds(self):
        def talk(join):
            client, server = join()
            for number in range(4):
                client.sendall(bytes([0x91, number]))
                receive(server, 2)
                time.sleep(0.3)
            self.close(client, server)

        self.make(talk)
        for speed, least, most in (("1", 0.9, 3), ("4", 0.225, 0.85), ("0.5", 1.8, 5), ("max", 0, 0.6)):
            with self.subTest(speed):
                replay = self.play("--speed", speed)
                server = self.accept(self.listening)
                times = []
                for _ in range(4):
                    receive(server, 2)
                    times.append(time.monotonic())
                server.close()
                # The first one may have been late.
                self.assertGreaterEqual(times[-1] - times[0], least * 0.8)
                self.assertLess(times[-1] - times[0], most * SLOWNESS)
                self.assert_same(replay.result())

    def test_both_send_much_before_they_read(self):
        """What the server says early waits, until its turn in the recording comes."""
        data = b"".join(msgpack.packb(["x" * 1000, number]) for number in range(4000))

        def talk(join):
            client, server = join()
            sender = threading.Thread(target=lambda: client.sendall(data))
            sender.start()
            receive(server, len(data))
            sender.join()
            sender = threading.Thread(target=lambda: server.sendall(data))
            sender.start()
            receive(client, len(data))
            sender.join()
            self.close(client, server)

        self.make(talk)
        replay = self.play("--speed", "max")
        server = self.accept(self.listening)
        server.sendall(data)
        self.assertEqual(receive(server, len(data)), data)
        server.close()
        self.assert_same(replay.result())

    def test_a_server_that_takes_nothing(self):
        data = b"".join(msgpack.packb(["x" * 1000, number]) for number in range(8000))

        def talk(join):
            client, server = join()
            sender = threading.Thread(target=lambda: client.sendall(data))
            sender.start()
            receive(server, len(data))
            sender.join()
            self.close(client, server)

        self.make(talk)
        replay = self.play("--speed", "max", "--timeout", int(500 * SLOWNESS), "--json")
        self.accept(self.listening)
        problems = [line["problem"] for line in self.differences(replay.result())]
        self.assertEqual(problems, ["that its bytes are taken was recorded, the other side takes none"])


class ComparingTest(ReplayTest):
    def compare(self, recorded, came, *arguments):
        """The differences between two lists of records of the server."""
        self.file = self.folder / f"{len(list(self.folder.iterdir()))}.pier"
        self.make_plain(("CLIENT", [0]), ("SERVER", *recorded))
        result, _ = self.answer(b"".join(map(msgpack.packb, came)), arguments=["--json", *arguments])
        return self.differences(result)

    def fields(self, recorded, came, *arguments):
        lines = self.compare([recorded], [came], *arguments)
        for line in lines:
            self.assertEqual((line["connection"], line["from"], line["record"]), (1, "SERVER", 1))
        return [(line["path"], line.get("recorded"), line.get("came")) for line in lines]

    def test_fields(self):
        self.assertEqual(self.fields({"a": 1, "b": [1, {"c": "x"}]}, {"b": [1, {"c": "x"}], "a": 1}), [])
        self.assertEqual(self.fields({"a": 1, "b": 2}, {"a": 1, "b": 3}), [("b", 2, 3)])
        self.assertEqual(
            self.fields({"a": {"b": [1, {"c": "x"}]}}, {"a": {"b": [1, {"c": "y"}]}}), [("a.b[1].c", "x", "y")]
        )
        self.assertEqual(self.fields({"a": 1}, {"b": 1}), [("a", 1, None), ("b", None, 1)])
        self.assertEqual(self.fields([1, 2, 3], [1, 4]), [("[1]", 2, 4), ("[2]", 3, None)])
        self.assertEqual(self.fields({"a": [1]}, {"a": {"0": 1}}), [("a", [1], {"0": 1})])
        self.assertEqual(self.fields([5], [5.0]), [("[0]", 5, 5.0)])
        self.assertEqual(self.fields("x", None), [("", "x", None)])
        self.assertEqual(self.fields({"odd key.": 1}, {"odd key.": 2}), [('["odd key."]', 1, 2)])
        self.assertEqual(self.fields({3: 1}, {3: 2})[0][1:], (1, 2))

    def test_a_record_too_few_and_too_many(self):
        lines = self.compare([[1], [2]], [[1]])
        problem = "a record was recorded, the end came"
        self.assertEqual(lines, [{"connection": 1, "from": "SERVER", "record": 2, "problem": problem}])
        lines = self.compare([[1]], [[1], [2], [3]])
        self.assertEqual([(line["record"], line["came"]) for line in lines], [(2, [2]), (3, [3])])

    def test_an_answer_that_does_not_come(self):
        self.make_plain(("CLIENT", [0]), ("SERVER", [1]), ("CLIENT", [2]), ("SERVER", [3]))
        replay = self.play("--timeout", int(300 * SLOWNESS))
        server = self.accept(self.listening)
        # Nothing more is waited for then, and the rest is still sent.
        self.assertEqual(receive_all(server), b"\x91\x00\x91\x02")
        result = replay.result()
        self.assertEqual(result.status, 1)
        expected = f"connection 1, server, record 1: a record was recorded, nothing came within {int(300 * SLOWNESS)} ms"
        self.assertEqual(result.lines()[0], expected)

    def test_an_answer_that_was_slow_may_be_slow(self):
        """--timeout counts from when it came, also where all else is played faster."""

        def talk(join):
            client, server = join()
            client.sendall(b"\x80")
            receive(server, 1)
            time.sleep(1)
            server.sendall(b"\x91\x01")
            receive(client, 2)
            self.close(client, server)

        self.make(talk)
        replay = self.play("--speed", "max", "--timeout", 500)
        server = self.accept(self.listening)
        receive(server, 1)
        time.sleep(1.1)
        server.sendall(b"\x91\x01")
        receive_all(server)
        server.close()
        self.assert_same(replay.result())

    def test_an_answer_that_cannot_be_read(self):
        lines = self.compare([[1]], [])
        self.assertEqual(len(lines), 1)
        self.file = self.folder / "other.pier"
        self.make_plain(("CLIENT", [0]), ("SERVER", [1], [2]))
        result, _ = self.answer(b"\x91\x01\xc1", arguments=["--json"])
        lines = self.differences(result)
        self.assertEqual([line["record"] for line in lines], [2])
        self.assertIn("0xc1", lines[0]["problem"])

    def test_an_end_within_a_record(self):
        self.make_plain(("CLIENT", [0]), ("SERVER", [1]))
        result, _ = self.answer(b"\x91\x01\x92", arguments=["--json"])
        self.assertEqual(len(self.differences(result)), 1)

    def test_fields_that_are_ignored(self):
        recorded = {"id": 7, "head": {"id": 8, "at": 1}, "items": [{"price": 1, "id": 1}, {"price": 2, "id": 2}]}
        came = {"id": 1, "head": {"id": 2, "at": 9}, "items": [{"price": 3, "id": 3}, {"price": 2, "id": 4}]}
        every = {"id", "head.id", "head.at", "items[0].price", "items[0].id", "items[1].id"}

        def left(*names):
            options = [part for name in names for part in ("--ignore", name)]
            return {path for path, _, _ in self.fields(recorded, came, *options)}

        self.assertEqual(left(), every)
        self.assertEqual(left("id"), {"head.at", "items[0].price"})
        self.assertEqual(left("head"), every - {"head.id", "head.at"})
        self.assertEqual(left("head.id"), every - {"head.id"})
        self.assertEqual(left("items[0].id"), every - {"items[0].id"})
        self.assertEqual(left("items[*].id"), every - {"items[0].id", "items[1].id"})
        self.assertEqual(left("*.id"), every - {"head.id"})
        self.assertEqual(left("items[*]", "id", "head.at"), set())

    def test_times_that_are_ignored(self):
        recorded = {"t": msgpack.Timestamp(5, 0), "n": 1}
        came = {"t": msgpack.Timestamp(6, 0), "n": 2}
        self.assertEqual([field[0] for field in self.fields(recorded, came)], ["n", "t"])
        self.assertEqual([field[0] for field in self.fields(recorded, came, "--ignore-times")], ["n"])
        self.assertEqual(
            [field[0] for field in self.fields({"t": msgpack.Timestamp(5, 0)}, {"t": 6}, "--ignore-times")], ["t"]
        )

    def typed(self, name, value):
        writer = wire.Writer(7, types=[wire.Class(name, 0, [wire.Field(1, "price", "f64")])])
        writer.define(name)
        writer.store({"price": value}, name)
        return writer.end()

    def test_typed_records(self):
        recorded = self.typed("market.Tick", 99.5)
        self.make(lambda join: self.exchange(join, ("CLIENT", b"\x80"), ("SERVER", recorded)))
        result, _ = self.answer(recorded, arguments=["--json"])
        self.assertEqual(self.differences(result), [])
        result, _ = self.answer(self.typed("market.Tick", 98), arguments=["--json"])
        lines = self.differences(result)
        self.assertEqual([(line["path"], line["recorded"], line["came"]) for line in lines], [("price", 99.5, 98.0)])
        result, _ = self.answer(self.typed("market.Other", 99.5), arguments=["--json"])
        problems = [line["problem"] for line in self.differences(result)]
        self.assertEqual(problems, ["market.Tick was recorded, market.Other came"])

    def test_raw_bytes(self):
        def stream(*parts):
            writer = wire.Writer(7)
            writer.raw(*parts)
            return writer.end()

        recorded = stream(b"some", b"bytes")
        self.make(lambda join: self.exchange(join, ("CLIENT", b"\x80"), ("SERVER", recorded)))
        result, _ = self.answer(stream(b"somebytes"), arguments=["--json"])
        self.assertEqual(self.differences(result), [])
        result, _ = self.answer(stream(b"somebites"), arguments=["--json"])
        problems = [line["problem"] for line in self.differences(result)]
        self.assertEqual(problems, ["9 raw bytes was recorded, 9 others came"])

    def test_words_for_people(self):
        self.make_plain(("CLIENT", [0]), ("SERVER", {"a": [1, "x"]}))
        result, _ = self.answer(msgpack.packb({"a": [1, "y"]}) + b"\x05")
        self.assertEqual(result.lines(), [
            'connection 1, server, record 1: a[1]: "x" was recorded, "y" came',
            "connection 1, server, record 2: nothing was recorded, 5 came",
            "1 connection, 2 bytes sent, 1 record compared: 2 differences",
        ])
        self.assertEqual(result.status, 1)

    def test_bytes_alone(self):
        self.make_plain(("CLIENT", [0]), ("SERVER", {"a": 1}))
        result, _ = self.answer(b"\x81\xa1a\xcc\x01", arguments=["--json"])
        self.assertEqual(self.differences(result), [])
        result, _ = self.answer(b"\x81\xa1a\xcc\x01", arguments=["--json", "--bytes"])
        problems = [line["problem"] for line in self.differences(result)]
        self.assertEqual(problems, ["byte 3 as 0x01 was recorded, 0xcc came"])


class ServerTest(ReplayTest):
    """The server's side is played."""

    def play_server(self, *arguments):
        replay = self.start("replay", self.file, "tcp://127.0.0.1:0", "--server", *arguments, stdin=subprocess.DEVNULL)
        return self.await_endpoint(replay)

    def test_answers_come_when_the_requests_have(self):
        self.make_plain(("CLIENT", [1]), ("SERVER", [2]), ("CLIENT", [3]), ("SERVER", [4]))
        replay = self.play_server("--speed", "max")
        client = self.client(replay)
        client.settimeout(0.3)
        self.assertRaises(TimeoutError, client.recv, 1)
        client.settimeout(PATIENCE_S)
        client.sendall(b"\x91\x01")
        self.assertEqual(receive(client, 2), b"\x91\x02")
        client.sendall(b"\x91\x03")
        self.assertEqual(receive(client, 2), b"\x91\x04")
        client.close()
        self.assert_same(replay.result())

    def test_what_clients_send_is_compared(self):
        self.make_plain(("CLIENT", {"id": 1, "n": 1}), ("SERVER", [2]))
        for options, expected in (((), ["id"]), (("--ignore", "id"), [])):
            replay = self.play_server("--json", *options)
            client = self.client(replay)
            client.sendall(msgpack.packb({"id": 2, "n": 1}))
            self.assertEqual(receive(client, 2), b"\x91\x02")
            client.close()
            lines = self.differences(replay.result())
            self.assertEqual([line["path"] for line in lines], expected)
            self.assertEqual([line["from"] for line in lines], ["CLIENT"] * len(expected))

    def test_several_clients_come_in_order_and_no_more(self):
        def talk(join):
            for number in range(3):
                self.exchange(join, ("CLIENT", bytes([0x91, number])), ("SERVER", bytes([0x91, 10 + number])))

        self.make(talk)
        replay = self.play_server("--speed", "max")
        for number in range(3):
            client = self.client(replay)
            client.sendall(bytes([0x91, number]))
            self.assertEqual(receive(client, 2), bytes([0x91, 10 + number]))
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(1), b"")
            client.close()
        self.assert_same(replay.result(), connections=3)

    def test_it_ends_by_a_signal(self):
        self.make_plain(("CLIENT", [1]), ("SERVER", [2]))
        replay = self.play_server()
        self.assertEqual(replay.stop().status, -2)


class FileTest(ReplayTest):
    def test_a_file_that_is_cut_is_played_as_far_as_it_goes(self):
        self.make_plain(("CLIENT", [1]), ("SERVER", [2]), ("CLIENT", [3]))
        self.file.write_bytes(self.file.read_bytes()[:-200])
        result, came = self.answer(b"\x91\x02")
        self.assertEqual(result.status, 1)
        self.assertEqual([error[:2] for error in result.errors()], [("replay", "TRUNCATED")])
        self.assertTrue(came.startswith(b"\x91\x01"))

    def test_what_follows_a_gap_is_not_played(self):
        def talk(join):
            client, server = join()
            for number in range(3):
                message = msgpack.packb([str(number) * 3000])
                client.sendall(message)
                receive(server, len(message))
                time.sleep(0.1)
            self.close(client, server)
            self.exchange(join, ("CLIENT", b"\x91\x07"))

        self.make(talk)
        data = bytearray(self.file.read_bytes())
        at = data.index(b"1" * 3000)
        data[at] ^= 1
        self.file.write_bytes(data)
        saved = self.folder / "saved.pier"
        self.assertEqual(pier("repair", self.file, saved).status, 1)
        for file, errors in ((self.file, ["CORRUPT", "CORRUPT"]), (saved, ["CORRUPT"])):
            self.file = file
            replay = self.play("--speed", "max")
            first = self.accept(self.listening)
            self.assertEqual(receive_all(first), msgpack.packb(["0" * 3000]))
            first.close()
            second = self.accept(self.listening)
            self.assertEqual(receive_all(second), b"\x91\x07")
            second.close()
            result = replay.result()
            self.assertEqual(result.status, 1)
            self.assertEqual([error[1] for error in result.errors()], errors)
            self.assertIn("connection 1: of the client, bytes 3004 to 6008 are not in the file", result.err.decode())

    def test_a_file_that_is_no_recording(self):
        self.assert_done(pier("store", self.file, data=b"[1]\n"))
        self.assert_error(pier("replay", self.file, self.target), 1, "replay", "NOT_FOUND", "no recording")
        self.file.write_bytes(b"text")
        self.assert_error(pier("replay", self.file, self.target), 1, "replay", "CORRUPT")
        self.assert_error(pier("replay", self.folder / "none", self.target), 3, "replay", "NOT_FOUND")

    def test_several_recordings_in_one_file(self):
        for _ in range(2):
            recorder = self.record(self.target, "--append")
            client = self.client(recorder)
            server = self.accept(self.listening)
            client.sendall(b"\x91\x01")
            receive(server, 2)
            self.close(client, server)
            recorder.stop()
        replay = self.play("--speed", "max")
        for _ in range(2):
            server = self.accept(self.listening)
            self.assertEqual(receive_all(server), b"\x91\x01")
            server.close()
        self.assert_same(replay.result(), connections=2)

    def test_a_recording_of_a_recording(self):
        """What passed as records of a recording is no event of this one."""
        self.make_plain(("CLIENT", [1]))
        inner = self.file.read_bytes()
        self.file = self.folder / "outer.pier"
        self.make(lambda join: self.exchange(join, ("CLIENT", inner)))
        result, came = self.answer()
        self.assertEqual(came, inner)
        self.assert_same(result)

    def test_nobody_is_there(self):
        self.make_plain(("CLIENT", [1]))
        self.assert_error(pier("replay", self.file, self.nobody()), 3, "replay", "REFUSED", out=None)

    def test_nobody_was_there(self):
        nobody = self.nobody()
        recorder = self.record(nobody)
        with contextlib.suppress(ConnectionResetError):  # it may be cut before this returns
            self.client(recorder)
        recorder.read_until(lambda recorder: b"REFUSED" in recorder.err)
        recorder.stop()
        self.assert_same(pier("replay", self.file, nobody))
        replay = self.play("--json")
        self.accept(self.listening)
        problems = [line["problem"] for line in self.differences(replay.result())]
        self.assertEqual(problems, ["no connection was recorded, a connection"])

    def test_progress_on_a_terminal(self):
        def talk(join):
            client, server = join()
            client.sendall(b"\x91\x01")
            receive(server, 2)
            time.sleep(1)
            client.sendall(b"\x91\x02")
            receive(server, 2)
            self.close(client, server)

        self.make(talk)
        terminal, side = pty.openpty()
        self.addCleanup(os.close, terminal)
        environment = {**os.environ, "TERM": "xterm"}
        environment.pop("NO_COLOR", None)
        replay = self.play(stderr=side, env=environment)
        os.close(side)
        server = self.accept(self.listening)
        receive_all(server)
        server.close()
        shown = os.read(terminal, 1 << 16).decode()
        self.assertRegex(shown, r"\[=* *\] +\d+ % \d s, 1 connections, 0 records, 0 differences")
        self.assertEqual(replay.result().status, 0)

    def test_usage(self):
        for arguments, text in [
            ((), "missing: FILE"),
            (("f",), "missing: TARGET"),
            (("-", "tcp://127.0.0.1:1"), "read twice"),
            (("/dev/stdin", "tcp://127.0.0.1:1"), "read twice, and cannot be a pipe: /dev/stdin"),
            (("f", "udp://127.0.0.1:1"), "udp:// has no connections"),
            (("f", "t", "--speed", "0"), "--speed takes max, or a number above 0"),
            (("f", "t", "--speed", "fast"), "--speed takes max, or a number above 0"),
            (("f", "t", "--speed", ""), "--speed takes max, or a number above 0"),
            (("f", "t", "--ignore", "a..b"), "--ignore a..b"),
            (("f", "t", "--ignore", ""), "--ignore takes a path, not nothing"),
            (("f", "t", "--plain", "--bytes"), "exclude each other"),
            (("f", "t", "--bytes", "--ignore", "a"), "no fields to ignore"),
        ]:
            self.assert_error(pier("replay", *arguments), 2, "replay", "USAGE", text)


class PeersTest(Test):
    """Recorded between the command's own listen and connect, or the samples, and played to them."""

    LINES = b'{"name":"Ada","lines":[1,2]}\n[1.5,null,true]\n"text"\n'

    def round_trip(self, *connect, listen=(), data=LINES):
        listener = self.listen("--echo", *listen)
        recorder = self.record(listener.endpoint)
        self.assert_done(pier("connect", recorder.endpoint, *connect, data=data), data)
        self.stop_recording(recorder)
        result = pier("replay", self.file, listener.endpoint, "--speed", "max")
        self.assertEqual((result.status, result.errors()), (0, []), result.out)
        self.assertRegex(result.out.decode(), r" 0 differences\n$")
        self.assertEqual(listener.stop().out, data * 2)
        replay = self.start("replay", self.file, "tcp://127.0.0.1:0", "--server", stdin=subprocess.DEVNULL)
        self.await_endpoint(replay)
        self.assert_done(pier("connect", replay.endpoint, *connect, data=data), data)
        result = replay.result()
        self.assertEqual((result.status, result.errors()), (0, []), result.out)
        return result

    def test_framed(self):
        self.round_trip()

    def test_plain(self):
        self.round_trip("--plain")

    def test_compressed(self):
        data = b"".join(b'{"words":"%s","n":%d}\n' % (b"the same words " * 50, number) for number in range(300))
        self.round_trip("--compress", listen=["--compress"], data=data)

    def test_a_large_record(self):
        self.round_trip(data=b'"%s"\n' % (b"x" * 300000))

    def test_nothing(self):
        self.round_trip(data=b"")

    @unittest.skipUnless(os.environ.get("PIER_EXAMPLES"), "PIER_EXAMPLES does not name the samples")
    def test_the_samples(self):
        folder = pathlib.Path(os.environ["PIER_EXAMPLES"])

        def run_server():
            server = subprocess.Popen([folder / "hello_server"], stdout=-1, stderr=-1, text=True)
            self.addCleanup(server.communicate)
            self.addCleanup(server.kill)
            return server, server.stderr.readline().split()[-1]

        server, endpoint = run_server()
        recorder = self.record(endpoint)
        done = subprocess.run([folder / "hello_client", recorder.endpoint], timeout=PATIENCE_S, stdout=-1)
        self.assertEqual(done.returncode, 0)
        server.wait(PATIENCE_S)
        self.stop_recording(recorder)
        server, endpoint = run_server()
        result = pier("replay", self.file, endpoint)
        self.assertEqual((result.status, result.errors()), (0, []), result.out)
        self.assertEqual(server.wait(PATIENCE_S), 0)
        self.assertEqual(server.stdout.read(), "hello_client: Good morning!\n")
        replay = self.start("replay", self.file, "tcp://127.0.0.1:0", "--server", stdin=subprocess.DEVNULL)
        self.await_endpoint(replay)
        done = subprocess.run([folder / "hello_client", replay.endpoint], timeout=PATIENCE_S, stdout=-1)
        self.assertEqual((done.returncode, done.stdout), (0, b"hello_server: Welcome to the pier!\n"))
        self.assertEqual(replay.result().status, 0)

    @unittest.skipUnless(os.environ.get("PIER_EXAMPLES"), "PIER_EXAMPLES does not name the samples")
    def test_a_chat(self):
        """Three at once, whose lines the server sends to the others: the order is that of the recording."""
        folder = pathlib.Path(os.environ["PIER_EXAMPLES"])

        def run_server(name):
            command = [folder / "chat_server", "tcp://127.0.0.1:0", self.folder / name]
            server = subprocess.Popen(command, stdout=-1, stderr=subprocess.STDOUT, text=True)
            self.addCleanup(server.communicate)
            self.addCleanup(server.kill)
            while "tcp://" not in (line := server.stdout.readline()):
                pass
            return server, "tcp://" + line.split("tcp://")[1].split()[0]

        server, endpoint = run_server("first.pier")
        recorder = self.record(endpoint)
        clients = []
        for name in ("Ada", "Bob", "Cleo"):
            clients.append(
                subprocess.Popen([folder / "chat_client", recorder.endpoint, name, "4"], stdin=-1, stdout=-1, text=True)
            )
            self.addCleanup(clients[-1].kill)
            while "joined: " not in server.stdout.readline():
                pass
        time.sleep(0.3 * SLOWNESS)  # who speaks at once may be heard before the last one is in
        for _ in range(2):
            for speaker in clients:
                speaker.stdin.write("one\n")
                speaker.stdin.flush()
                for client in clients:
                    if client is not speaker:
                        self.assertIn("one", client.stdout.readline())
        for client in clients:
            client.communicate(timeout=PATIENCE_S)
        self.stop_recording(recorder)
        recorded = Recording(self.file)
        self.assertEqual(len(recorded.records(1, "SERVER")), 4)
        server, endpoint = run_server("second.pier")
        result = pier("replay", self.file, endpoint, "--ignore-times", "--json")
        self.assertEqual((result.status, result.errors()), (0, []), result.out)
        self.assertEqual(json.loads(result.out)["records"], 12)


if __name__ == "__main__":
    pier_command.main()
