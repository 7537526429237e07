"""`pier record`: what passes, what is kept of it, and what becomes of both when somebody goes, or the disk is full."""

import json
import os
import pathlib
import pty
import re
import resource
import select
import signal
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

TYPED = (VECTORS / "class-switches.pier").read_bytes()


def framed(*values, **options):
    writer = wire.Writer(7, **options)
    for value in values:
        writer.store(value)
    return writer


class PassingTest(Test):
    """A client and a server of the test's own, and every byte between them."""

    def setUp(self):
        super().setUp()
        self.listening, self.target = self.serve()

    def join(self, recorder):
        """A connection through the recorder: its two ends."""
        client = self.client(recorder)
        return client, self.accept(self.listening)

    def talk(self, recorder, request, answer, split=0):
        client, server = self.join(recorder)
        for part in (request[:split], request[split:]):
            client.sendall(part)
            self.assertEqual(receive(server, len(part)), part)
        server.sendall(answer)
        self.assertEqual(receive(client, len(answer)), answer)
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(server), b"")
        server.close()
        self.assertEqual(receive_all(client), b"")
        client.close()

    def test_framed_streams(self):
        recorder = self.record(self.target)
        request = framed({"a": 1}, [2, 3]).end()
        answer = framed("yes").end()
        self.talk(recorder, request, answer)
        recording = self.stop_recording(
            recorder,
            connections=1,
            client_bytes=len(request),
            server_bytes=len(answer),
            client_records=2,
            server_records=1,
        )
        self.assertEqual(recording.bytes(1, "CLIENT"), request)
        self.assertEqual(recording.bytes(1, "SERVER"), answer)
        self.assertEqual(recording.records(1, "CLIENT"), [{"a": 1}, [2, 3]])
        self.assertEqual(recording.records(1, "SERVER"), ["yes"])
        self.assertEqual(recording.ends(1), {"CLIENT": "END", "SERVER": "END"})

    def test_typed_records_have_their_class_and_field_names(self):
        recorder = self.record(self.target)
        self.talk(recorder, TYPED, TYPED)
        recording = self.stop_recording(recorder)
        expected = [json.loads(line) for line in (VECTORS / "class-switches.jsonl").read_text().splitlines()]
        self.assertEqual(recording.records(1, "CLIENT"), expected)
        self.assertEqual(recording.records(1, "SERVER"), expected)
        stats = json.loads(pier("check", VECTORS / "class-switches.pier").out)
        shown = [event["class"] for event in recording.of(1, "class") if event["from"] == "CLIENT"]
        self.assertEqual({name: shown.count(name) for name in shown}, stats["classes"])

    def test_every_whole_vector(self):
        """Whatever a stream may hold, its bytes pass and are kept, and its records are those of dump."""
        recorder = self.record(self.target)
        names = [p.stem for p in sorted(VECTORS.glob("*.pier")) if not p.with_suffix(".error").exists()]
        self.assertGreater(len(names), 30)
        for name in names:
            data = (VECTORS / f"{name}.pier").read_bytes()
            self.talk(recorder, data, data)
        result = recorder.stop()
        self.assertEqual((result.status, result.errors()), (0, []))
        recording = Recording(self.file)
        for number, name in enumerate(names, 1):
            with self.subTest(name):
                self.assertEqual(recording.bytes(number, "CLIENT"), (VECTORS / f"{name}.pier").read_bytes())
                lines = (VECTORS / f"{name}.jsonl").read_text().split("\n")[:-1]
                expected = [json.loads(line) for line in lines]
                expected = [v["$raw"] if isinstance(v, dict) and list(v) == ["$raw"] else v for v in expected]
                self.assertEqual(recording.records(number, "SERVER"), expected)

    def test_plain_values(self):
        recorder = self.record(self.target)
        self.talk(recorder, msgpack.packb({"a": [1]}) + b"\x05", msgpack.packb("x"))
        recording = self.stop_recording(recorder)
        self.assertEqual(recording.records(1, "CLIENT"), [{"a": [1]}, 5])
        self.assertEqual(recording.records(1, "SERVER"), ["x"])

    def test_what_is_no_stream_passes_and_is_told_once(self):
        recorder = self.record(self.target)
        request, answer = b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n" + bytes(range(256)) * 100
        self.talk(recorder, request, answer)
        result = recorder.stop()
        self.assertEqual(result.status, 0)
        self.assertEqual([error[:2] for error in result.errors()], [("record", "PROTOCOL")] * 2)
        self.assertRegex(result.errors()[0][2], r"^connection 1, client: no Pier stream.*0x47.*kept as bytes alone$")
        self.assertRegex(result.errors()[1][2], r"^connection 1, server: no Pier stream.*0x48.*kept as bytes alone$")
        self.assert_summary(result, client_bytes=len(request), server_bytes=len(answer), client_records=0)
        recording = Recording(self.file)
        self.assertEqual(recording.bytes(1, "CLIENT"), request)
        self.assertEqual(recording.bytes(1, "SERVER"), answer)

    def test_the_connection_of_a_session_passes_and_is_told(self):
        data = bytes.fromhex("c73d5005") + bytes(60) + msgpack.packb("hello")
        for split in (1, 3, 4, 5):
            with self.subTest(split=split):
                recorder = self.record(self.target, "--force")
                self.talk(recorder, data, b"", split)
                result = recorder.stop()
                self.assert_error(result, 0, "record", "UNSUPPORTED", "client: a session's connection: .* kept", out=None)
                self.assert_summary(result, client_bytes=len(data), client_records=0)
                self.assertEqual(Recording(self.file).bytes(1, "CLIENT"), data)

    def test_what_only_begins_as_a_session_is_read(self):
        value = msgpack.ExtType(80, b"\x06" + bytes(60))
        data = msgpack.packb(value)
        self.assertEqual(data[:3], bytes.fromhex("c73d50"))
        for split in (1, 3, 4):
            with self.subTest(split=split):
                recorder = self.record(self.target, "--force")
                self.talk(recorder, data, b"", split)
                self.assertEqual(len(self.stop_recording(recorder).records(1, "CLIENT")), 1)
        # It ends before that can be told.
        recorder = self.record(self.target, "--force")
        self.talk(recorder, data[:3], b"")
        result = recorder.stop()
        self.assertEqual([error[1] for error in result.errors()], ["TRUNCATED"], result)

    def test_small_integers_are_values_where_that_is_said(self):
        recorder = self.record(self.target, "--plain")
        self.talk(recorder, b"\x01\x02", b"\x03")
        recording = self.stop_recording(recorder)
        self.assertEqual(recording.records(1, "CLIENT"), [1, 2])

    def test_bytes_alone(self):
        recorder = self.record(self.target, "--bytes")
        request = framed(1).end()
        self.talk(recorder, request, b"any")
        recording = self.stop_recording(recorder, client_records=0)
        self.assertEqual(recording.bytes(1, "CLIENT"), request)
        self.assertEqual(recording.records(1, "CLIENT"), [])

    def test_damage_passes_and_is_told(self):
        recorder = self.record(self.target)
        writer = framed("first")
        writer.flush()
        writer.store("second")
        request = bytearray(writer.end())
        request[len(request) - 70] ^= 1
        self.talk(recorder, bytes(request), b"\x80")
        result = recorder.stop()
        self.assertEqual([error[:2] for error in result.errors()], [("record", "CORRUPT")], result.err)
        self.assertRegex(result.errors()[0][2], r"^connection 1, client: .*byte \d+.*what follows is kept as bytes alone")
        self.assertEqual(Recording(self.file).bytes(1, "CLIENT"), bytes(request))

    def test_each_byte_passes_at_once(self):
        """Also the first byte of a record, and half of it."""
        recorder = self.record(self.target)
        client, server = self.join(recorder)
        times = []
        for byte in framed({"a": 1}).end():
            began = time.monotonic()
            client.sendall(bytes([byte]))
            receive(server, 1)
            times.append(time.monotonic() - began)
        self.assertLess(sorted(times)[len(times) // 2], 0.005 * SLOWNESS)

    def test_times_and_order(self):
        recorder = self.record(self.target)
        client, server = self.join(recorder)
        before = time.time()
        for number in range(3):
            client.sendall(msgpack.packb([number]))
            receive(server, 2)
            server.sendall(msgpack.packb({"n": number}))
            receive(client, 4)
            time.sleep(0.2)
        client.close()
        server.close()
        events = self.stop_recording(recorder).of(1, "bytes")
        self.assertEqual([event["from"] for event in events], ["CLIENT", "SERVER"] * 3)
        times = [event["time"]["$time"][0] + event["time"]["$time"][1] / 1e9 for event in events]
        self.assertEqual(times, sorted(times))
        self.assertAlmostEqual(times[0], before, delta=0.5 * SLOWNESS)
        for number in (2, 4):
            self.assertAlmostEqual(times[number] - times[number - 2], 0.2, delta=0.15 * SLOWNESS)

    def test_several_one_after_another_and_at_once(self):
        recorder = self.record(self.target)
        self.talk(recorder, msgpack.packb(["first"]), b"\x80")
        pairs = [self.join(recorder) for _ in range(20)]
        for turn in range(3):
            for number, (client, server) in enumerate(pairs):
                message = msgpack.packb([number, turn])
                client.sendall(message)
                self.assertEqual(receive(server, len(message)), message)
        for client, server in pairs:
            client.close()
            server.close()
        recording = self.stop_recording(recorder, connections=21)
        self.assertEqual(recording.records(1, "CLIENT"), [["first"]])
        for number in range(20):
            self.assertEqual(recording.records(number + 2, "CLIENT"), [[number, turn] for turn in range(3)])
        self.assertEqual([line["connection"] for line in recording.lines if "client" in line], list(range(1, 22)))

    def test_half_of_a_connection_ends_before_the_other(self):
        recorder = self.record(self.target)
        client, server = self.join(recorder)
        client.sendall(b"\x91\x01")
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(server), b"\x91\x01")
        time.sleep(0.2)
        server.sendall(b"\x91\x02")
        self.assertEqual(receive(client, 2), b"\x91\x02")
        server.close()
        self.assertEqual(receive_all(client), b"")
        recording = self.stop_recording(recorder)
        self.assertEqual([event["from"] for event in recording.of(1, "how")], ["CLIENT", "SERVER"])
        self.assertEqual(recording.records(1, "SERVER"), [[2]])

    def test_a_cut_is_a_cut_for_the_other_side(self):
        for side in ("CLIENT", "SERVER"):
            with self.subTest(side):
                self.file = self.folder / f"{side}.pier"
                recorder = self.record(self.target)
                client, server = self.join(recorder)
                client.sendall(b"\x91\x01")
                receive(server, 2)
                cutting, other = (client, server) if side == "CLIENT" else (server, client)
                reset(cutting)
                self.assertRaises(ConnectionResetError, other.recv, 1)
                other.close()
                recording = self.stop_recording(recorder)
                self.assertEqual(recording.ends(1)[side], "RESET")
                self.assertEqual(len(recording.ends(1)), 2)

    def test_a_cut_within_a_record(self):
        recorder = self.record(self.target)
        client, server = self.join(recorder)
        request = framed("whole", "x" * 1000).end()[:-600]
        client.sendall(request)
        client.close()
        self.assertEqual(receive_all(server), request)
        server.close()
        recorder.read_until(lambda recorder: b"TRUNCATED" in recorder.err)
        result = recorder.stop()
        self.assert_error(result, 0, "record", "TRUNCATED", "connection 1, client", out=None)
        self.assert_done(pier("check", self.file))
        self.assertEqual(Recording(self.file).bytes(1, "CLIENT"), request)

    def test_a_large_record_and_a_slow_reader(self):
        """Who is slow is seen as slow by who sends, and little waits in memory."""
        recorder = self.record(self.target, "--bytes", "--force", file="/dev/null")
        client, server = self.join(recorder)
        client.setblocking(False)
        sent, quiet_until = 0, time.monotonic() + 0.5 * SLOWNESS
        while time.monotonic() < quiet_until:
            try:
                sent += client.send(bytes(1 << 20))
                quiet_until = time.monotonic() + 0.5 * SLOWNESS
            except BlockingIOError:
                time.sleep(0.01)
            self.assertLess(sent, 256 << 20, "nobody is held up")
        self.assertLess(recorder.peak_bytes(), (64 if SLOWNESS == 1 else 512) << 20)
        client.setblocking(True)
        client.shutdown(socket.SHUT_WR)
        received = 0
        while chunk := server.recv(1 << 20):
            received += len(chunk)
        self.assertEqual(received, sent)
        client.close()
        server.close()
        self.assertEqual(json.loads(recorder.stop().out)["client_bytes"], sent)

    def test_much_both_ways_at_once(self):
        recorder = self.record(self.target, "--bytes")
        client, server = self.join(recorder)
        data = os.urandom(1 << 20) * 8
        received = {}

        def run(connection):
            sender = threading.Thread(target=lambda: (connection.sendall(data), connection.shutdown(socket.SHUT_WR)))
            sender.start()
            received[connection] = receive_all(connection)
            sender.join()

        threads = [threading.Thread(target=run, args=(connection,)) for connection in (client, server)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(received[client] == data and received[server] == data)
        self.stop_recording(recorder, client_bytes=len(data), server_bytes=len(data))

    def test_progress_on_a_terminal(self):
        terminal, side = pty.openpty()
        self.addCleanup(os.close, terminal)
        environment = {**os.environ, "TERM": "xterm"}
        environment.pop("NO_COLOR", None)
        recorder = self.start("record", "unix:" + str(self.folder / "here"), self.target, self.file, "--count", 1,
                              stderr=side, env=environment, stdin=subprocess.DEVNULL)
        os.close(side)
        self.assertIn(b"listening on", os.read(terminal, 1 << 16))
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.connect(str(self.folder / "here"))
        server = self.accept(self.listening)
        shown = b""
        deadline = time.monotonic() + PATIENCE_S
        while not re.search(rb"1 connections \(1 open\), \d+ KiB, [1-9]\d* records", shown):
            self.assertLess(time.monotonic(), deadline, shown)
            client.sendall(b"\xda\x01\x00" + b"x" * 256)
            receive(server, 259)
            shown += os.read(terminal, 1 << 16) if select.select([terminal], [], [], 0.05)[0] else b""
        client.close()
        server.close()
        self.assertEqual(recorder.result().status, 0)

    def test_it_ends_after_so_many_connections(self):
        recorder = self.record(self.target, "--count", 2)
        for _ in range(2):
            self.talk(recorder, b"\x80", b"\x90")
        result = recorder.result()
        self.assert_done(result)
        self.assert_summary(result, connections=2)
        self.assert_done(pier("check", self.file))

    def test_it_ends_when_nothing_comes(self):
        recorder = self.record(self.target, "--timeout", int(300 * SLOWNESS))
        self.assert_error(recorder.result(), 4, "record", "TIMEOUT", out=None)
        self.assert_done(pier("check", self.file))

    def test_a_signal_ends_what_is_open(self):
        recorder = self.record(self.target)
        client, server = self.join(recorder)
        client.sendall(b"\x91\x01")
        receive(server, 2)
        client.sendall(b"\x91\x02")
        time.sleep(0.1)
        recording = self.stop_recording(recorder, client_records=2)
        self.assertEqual(recording.ends(1), {"CLIENT": "STOPPED", "SERVER": "STOPPED"})
        self.assertEqual(receive(server, 2), b"\x91\x02")

    def test_what_was_kept_survives_a_kill(self):
        recorder = self.record(self.target)
        client, server = self.join(recorder)
        for number in range(50):
            message = msgpack.packb([number])
            client.sendall(message)
            receive(server, len(message))
        self.await_records(self.file, 2 + 50 * 2)
        recorder.kill()
        recording = Recording(self.file)
        self.assertEqual([error[1] for error in recording.errors], ["TRUNCATED"])
        self.assertEqual(recording.records(1, "CLIENT"), [[number] for number in range(50)])
        saved = self.folder / "saved.pier"
        self.assertEqual(pier("repair", self.file, saved).status, 1)
        self.assertEqual(Recording(saved).lines, recording.lines)

    def limited(self, size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def test_a_full_disk(self):
        """That nothing more is kept is told at once; what was kept can be read; the programs go on."""
        recorder = self.record(self.target, "--bytes", preexec_fn=lambda: self.limited(100000))
        client, server = self.join(recorder)
        sent = b""
        for number in range(40):
            chunk = bytes([number]) * 8000
            client.sendall(chunk)
            self.assertEqual(receive(server, len(chunk)), chunk)
            sent += chunk
        recorder.read_until(lambda recorder: b"NO_SPACE" in recorder.err)
        server.sendall(b"still there")
        self.assertEqual(receive(client, 11), b"still there")
        client.close()
        server.close()
        result = recorder.stop()
        self.assertEqual(result.status, 3)
        statuses = [error[1] for error in result.errors()]
        self.assertEqual(statuses[0], "NO_SPACE", result.err)
        self.assertIn("what passes from here on is not kept", result.errors()[0][2])
        self.assertLessEqual(set(statuses[1:]), {"TRUNCATED"})
        recording = Recording(self.file)
        kept = recording.bytes(1, "CLIENT")
        self.assertTrue(sent.startswith(kept))
        self.assertGreater(len(kept), 60000)

    def test_a_file_that_cannot_be(self):
        result = pier("record", "tcp://127.0.0.1:0", self.target, self.folder / "no" / "such")
        self.assert_error(result, 3, "record", "NOT_FOUND", "no/such")
        self.file.write_bytes(b"")
        result = pier("record", "tcp://127.0.0.1:0", self.target, self.file)
        self.assert_error(result, 3, "record", "EXISTS", "--force replaces it, --append adds to it")

    def test_a_file_is_added_to(self):
        for turn in range(2):
            recorder = self.record(self.target, "--append")
            self.talk(recorder, msgpack.packb([turn]), b"\x80")
            recording = self.stop_recording(recorder, connections=1)
        self.assertEqual([line["target"] for line in recording.lines if "listening" in line], [self.target] * 2)
        self.assertEqual([r["record"] for r in recording.of(1, "record") if r["from"] == "CLIENT"], [[0], [1]])
        recorder = self.record(self.target, "--force")
        recording = self.stop_recording(recorder, connections=0)
        self.assertEqual(len(recording.lines), 1)

    def test_standard_output_is_a_file(self):
        recorder = self.record(self.target, "--count", 1, file="-")
        self.talk(recorder, b"\x91\x01", b"\x91\x02")
        result = recorder.result()
        self.assert_done(result)
        self.file.write_bytes(result.out)
        self.assert_done(pier("check", self.file))
        self.assertEqual(Recording(self.file).records(1, "SERVER"), [[2]])

    def test_a_compressed_file(self):
        recorder = self.record(self.target, "--compress")
        message = msgpack.packb(["the same words " * 2000])
        self.talk(recorder, message, message)
        recording = self.stop_recording(recorder)
        self.assertLess(self.file.stat().st_size, len(message))
        self.assertEqual(recording.bytes(1, "SERVER"), message)

    def test_a_record_that_is_too_large_to_be_shown(self):
        recorder = self.record(self.target, "--record-max", 1000)
        client, server = self.join(recorder)
        data = framed("x" * 2000, "after").end()
        client.sendall(data)
        self.assertEqual(receive(server, len(data)), data)
        client.close()
        server.close()
        recorder.read_until(lambda recorder: b"kept as its bytes alone\n" in recorder.err)
        result = recorder.stop()
        self.assertEqual(result.errors()[0][:2], ("record", "LIMIT"), result.err)
        self.assertEqual(Recording(self.file).bytes(1, "CLIENT"), data)
        self.assertEqual(Recording(self.file).records(1, "CLIENT"), ["after"])

    def test_a_server_that_is_killed_at_any_moment(self):
        """The client sees the end or a cut, never more than was sent; the file has what came."""
        recorder = self.record(self.target)
        for moment in range(8):
            client, server = self.join(recorder)
            data = framed(*[[moment, "x" * 300]] * 20).end()
            server.sendall(data[: 900 * moment + 10])
            (reset if moment % 2 else socket.socket.close)(server)
            got = b""
            try:
                while chunk := client.recv(1 << 16):
                    got += chunk
            except ConnectionResetError:
                pass
            self.assertTrue(data.startswith(got))
            client.close()
        result = recorder.stop()
        self.assertEqual(result.status, 0)
        self.assertLessEqual({error[1] for error in result.errors()}, {"TRUNCATED"}, result.err)
        self.assert_done(pier("check", self.file))


class TargetTest(Test):
    def test_nobody_is_there(self):
        target = self.nobody()
        recorder = self.record(target)
        with self.assertRaises((ConnectionResetError, BrokenPipeError)):
            client = self.client(recorder)  # it may be cut before this returns
            client.sendall(b"\x80")
            while client.recv(1) == b"":
                client.sendall(b"\x80")
        recorder.read_until(lambda recorder: b"REFUSED" in recorder.err)
        result = recorder.stop()
        self.assert_error(result, 0, "record", "REFUSED", target, out=None)
        recording = Recording(self.file)
        self.assertEqual(recording.ends(1), {"CLIENT": "STOPPED", "SERVER": "REFUSED"})
        self.assertEqual(recording.bytes(1, "CLIENT"), b"")

    def test_a_name_that_does_not_exist(self):
        result = pier("record", "tcp://127.0.0.1:0", "unix:" + str(self.folder / "none"), self.file, "--count", 0)
        self.assert_error(result, 2, "record", "USAGE", "--count")
        result = pier("record", "tcp://127.0.0.1:0", "tcp://no-such-name.onion:80", self.file)
        self.assert_error(result, 3, "record", "NOT_FOUND", "no-such-name")
        self.assertFalse(self.file.exists())

    def test_an_address_in_use_leaves_no_file(self):
        listening, target = self.serve()
        result = pier("record", target, target, self.file)
        self.assert_error(result, 3, "record", "IN_USE")
        self.assertFalse(self.file.exists())

    def test_unix_sockets(self):
        listener = self.listen("--echo", endpoint=f"unix:{self.folder}/server")
        recorder = self.record(listener.endpoint, endpoint=f"unix:{self.folder}/recorder")
        self.assertEqual(recorder.endpoint, f"unix:{self.folder}/recorder")
        self.assert_done(pier("connect", recorder.endpoint, data=b'{"a":1}\n[2]\n'), b'{"a":1}\n[2]\n')
        recording = self.stop_recording(recorder)
        self.assertEqual(recording.records(1, "SERVER"), [{"a": 1}, [2]])
        self.assertEqual(recording.of(1, "client")[0]["client"], "client 1")

    def test_usage(self):
        for arguments, text in [
            ((), "missing: LISTEN"),
            (("tcp://127.0.0.1:0", "tcp://127.0.0.1:1"), "missing: FILE"),
            (("udp://127.0.0.1:0", "tcp://127.0.0.1:1", "f"), "udp:// has no connections"),
            (("tcp://127.0.0.1:0", "udp://127.0.0.1:1", "f"), "udp:// has no connections"),
            (("a", "b", "f", "--plain", "--bytes"), "exclude each other"),
            (("a", "b", "f", "--force", "--append"), "exclude each other"),
        ]:
            self.assert_error(pier("record", *arguments), 2, "record", "USAGE", text)


class PeersTest(Test):
    """Between the command's own listen and connect."""

    def talk(self, *arguments, lines, listen=()):
        listener = self.listen("--echo", *listen)
        recorder = self.record(listener.endpoint)
        data = b"".join(line + b"\n" for line in lines)
        self.assert_done(pier("connect", recorder.endpoint, *arguments, data=data), data)
        recording = self.stop_recording(recorder)
        expected = [json.loads(line) for line in lines]
        self.assertEqual(recording.records(1, "CLIENT"), expected)
        self.assertEqual(recording.records(1, "SERVER"), expected)
        self.assertEqual(listener.stop().out, data)
        return recording

    def test_framed(self):
        self.talk(lines=[b'{"name":"Ada","lines":[1,2]}', b"[1.5,null,true]", b'"text"'])

    def test_plain(self):
        self.talk("--plain", lines=[b'{"name":"Ada"}', b"[1,2]"])

    def test_compressed_both_ways(self):
        lines = [b'{"words":"%s","number":%d}' % (b"the same words again " * 50, number) for number in range(200)]
        recording = self.talk("--compress", lines=lines, listen=["--compress"])
        self.assertLess(len(recording.bytes(1, "SERVER")), len(b"".join(lines)) // 3)

    def test_a_record_that_waits_for_the_other_preamble(self):
        self.talk(lines=[b'"%s"' % (b"x" * 100000)])

    def test_choosing_with_dump(self):
        self.talk(lines=[b'{"price":9}', b'{"price":11}'])
        result = pier("dump", self.file, "--where", "from = CLIENT", "--where", "record.price > 10", "--path", "number")
        self.assert_done(result, b"2\n")
        # As docs/command.md has it: the records alone, without the events.
        result = pier("dump", self.file, "--where", "number > 0")
        self.assert_done(result)
        lines = [json.loads(line) for line in result.lines()]
        self.assertEqual(len(lines), 4)
        self.assertTrue(all("record" in line and "bytes" not in line for line in lines), lines)
        result = pier("dump", self.file, "--where", "number > 0", "--table")
        self.assert_done(result)
        self.assertEqual((len(result.lines()), result.out.count(b"$bin")), (1 + 4, 0), result)

    @unittest.skipUnless(os.environ.get("PIER_EXAMPLES"), "PIER_EXAMPLES does not name the samples")
    def test_the_samples(self):
        folder = pathlib.Path(os.environ["PIER_EXAMPLES"])
        server = subprocess.Popen([folder / "hello_server"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        recorder = self.record(server.stderr.readline().split()[-1])
        done = subprocess.run(
            [folder / "hello_client", recorder.endpoint], capture_output=True, text=True, timeout=PATIENCE_S
        )
        self.assertEqual((done.returncode, done.stdout), (0, "hello_server: Welcome to the pier!\n"), done.stderr)
        self.assertEqual(server.wait(PATIENCE_S), 0)
        recording = self.stop_recording(recorder)
        self.assertEqual(recording.records(1, "CLIENT"), [{"name": "hello_client", "words": "Good morning!"}])
        self.assertEqual(recording.records(1, "SERVER"), [{"name": "hello_server", "words": "Welcome to the pier!"}])
        self.assertEqual({event["class"] for event in recording.of(1, "class")}, {"hello.Greeting"})

    def test_it_is_killed(self):
        """Both programs see the end of their connection."""
        listener = self.listen("--echo")
        recorder = self.record(listener.endpoint)
        connect = self.start("connect", recorder.endpoint)
        connect.send(b"[1]\n")
        connect.await_lines(1)
        recorder.process.send_signal(signal.SIGKILL)
        self.assertEqual(connect.result().status, 1)
        self.assertEqual(listener.stop().status, 0)


if __name__ == "__main__":
    pier_command.main()
