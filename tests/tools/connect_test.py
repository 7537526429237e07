"""`pier connect`: what leaves, what comes back, and how it ends, against peers written in Python and `pier listen`."""

import os
import socket
import subprocess
import time

import msgpack
import pier_command
import pier_deflate
import pier_reader
import pier_wire as wire
from pier_command import SLOWNESS, pier, receive, receive_all, reset

PREAMBLE_BYTES = 64


def framed(*values):
    """A framed stream of a peer that is not Pier."""
    writer = wire.Writer(7)
    for value in values:
        writer.store(value)
    return writer


class PlainTest(pier_command.Test):
    """Plain, so that the peer sees each byte for what it is."""

    def setUp(self):
        super().setUp()
        self.listening, self.endpoint = self.serve()

    def connect(self, *arguments, **options):
        connect = self.start("connect", "--plain", self.endpoint, *arguments, **options)
        return connect, self.accept(self.listening)

    def test_lines_leave_and_replies_come_at_once(self):
        connect, peer = self.connect()
        for number in range(3):
            connect.send(b'{"number":%d}\n' % number)
            began = time.monotonic()
            expected = msgpack.packb({"number": number})
            self.assertEqual(receive(peer, len(expected)), expected)
            peer.sendall(msgpack.packb([number]))
            connect.await_lines(number + 1)
            self.assertLess(time.monotonic() - began, 0.5 * SLOWNESS)
        self.assertEqual(connect.out, b"[0]\n[1]\n[2]\n")
        connect.end_input()
        self.assertEqual(receive_all(peer), b"")
        peer.close()
        self.assert_done(connect.result())

    def test_half_a_line_waits_for_its_other_half(self):
        connect, peer = self.connect()
        connect.send(b"1\n[2")
        self.assertEqual(receive(peer, 1), b"\x01")
        peer.settimeout(0.2)
        self.assertRaises(TimeoutError, peer.recv, 1)
        peer.settimeout(pier_command.PATIENCE_S)
        connect.send(b",3]\n")
        self.assertEqual(receive(peer, 3), b"\x92\x02\x03")

    def test_it_reads_on_behind_its_own_end(self):
        connect, peer = self.connect()
        connect.send(b"1\n")
        connect.end_input()
        self.assertEqual(receive_all(peer), b"\x01")
        time.sleep(0.3)
        peer.sendall(b"\x02\x03")
        connect.await_lines(2)
        peer.sendall(b"\x92\x04")
        peer.sendall(b"\x05")
        peer.close()
        self.assert_done(connect.result(), b"2\n3\n[4,5]\n")

    def test_no_input_at_all(self):
        connect, peer = self.connect(stdin=subprocess.DEVNULL)
        self.assertEqual(receive_all(peer), b"")
        peer.sendall(b"\x07")
        peer.close()
        self.assert_done(connect.result(), b"7\n")

    def test_a_bad_line_ends_the_input(self):
        for line, status, place in ((b'{"a":1,"a":2}', "PROTOCOL", "line 2, column 8"),
                                    (b"18446744073709551616", "RANGE", "line 2, column 1"),
                                    (b'"\\ud800"', "TEXT", "line 2, column 2")):  # fmt: skip
            with self.subTest(line):
                connect, peer = self.connect()
                connect.send(b"1\n" + line + b"\n2\n")
                # Standard input is still open.
                self.assertEqual(receive_all(peer), b"\x01")
                peer.sendall(b"\x03")
                peer.close()
                self.assert_error(connect.result(), 1, "connect", status, f"^{place}: ", b"3\n")

    def test_a_peer_that_cuts_a_value(self):
        connect, peer = self.connect()
        connect.end_input()
        peer.sendall(b"\x01\x93\x02")
        peer.close()
        self.assert_error(connect.result(), 1, "connect", "TRUNCATED", r"\(byte 3", b"1\n")

    def test_a_peer_that_resets(self):
        for data in (b"\x01", b"\x01\x93\x02", b""):
            with self.subTest(data):
                connect, peer = self.connect()
                connect.send(b'"x"\n')
                receive(peer, 2)
                peer.sendall(data)
                connect.await_lines(data.count(b"\x01"))
                reset(peer)
                self.assert_error(connect.result(), 1, "connect", "RESET", out=None)

    def test_a_peer_that_sends_what_is_no_value(self):
        connect, peer = self.connect()
        peer.sendall(b"\x01\xc1")
        self.assert_error(connect.result(), 1, "connect", "PROTOCOL", r"\(byte 1", b"1\n")

    def test_a_peer_that_ends_first(self):
        # It may still read, so that input is waited for; when none comes, and nothing was left to send: done.
        connect, peer = self.connect("--timeout", int(500 * SLOWNESS))
        connect.send(b"1\n")
        self.assertEqual(receive(peer, 1), b"\x01")
        peer.sendall(b"\x02")
        peer.shutdown(socket.SHUT_WR)
        connect.await_lines(1)
        for _ in range(5):
            time.sleep(0.2 * SLOWNESS)
            connect.send(b"3\n")
        self.assertEqual(receive(peer, 5), b"\x03" * 5)
        began = time.monotonic()
        self.assertEqual(connect.process.wait(pier_command.PATIENCE_S), 0)
        self.assertGreaterEqual(time.monotonic() - began, 0.3 * SLOWNESS)
        self.assertEqual(receive_all(peer), b"")
        self.assert_done(connect.result(), b"2\n")

    def test_a_peer_that_surely_went_first(self):
        # Over a Unix socket the system tells.
        path = f"{self.folder}/socket"
        for arguments, size, answer in ((["--plain"], 1, b"\x02"), ([], 64 + 64 + 1, framed(2).end())):
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(path)
                listening.listen()
                connect = self.start("connect", f"unix:{path}", *arguments)
                peer, _ = listening.accept()
                connect.send(b"1\n")
                peer.settimeout(pier_command.PATIENCE_S)
                receive(peer, size)
                peer.sendall(answer)
                peer.close()
                began = time.monotonic()
                self.assertEqual(connect.process.wait(pier_command.PATIENCE_S), 0)
                self.assertLess(time.monotonic() - began, 2 * SLOWNESS)
                self.assert_done(connect.result(), b"2\n")
            os.unlink(path)

    def test_input_that_comes_late_is_sent_to_a_peer_that_has_ended(self):
        connect, peer = self.connect()
        peer.shutdown(socket.SHUT_WR)
        time.sleep(0.5)
        connect.send(b"1\n2\n")
        self.assertEqual(receive(peer, 2), b"\x01\x02")
        connect.end_input()
        self.assertEqual(receive_all(peer), b"")
        self.assert_done(connect.result(), b"")

    def test_a_peer_that_ends_first_and_misses_something(self):
        feed = subprocess.Popen(["yes", "[1,2,3]"], stdout=subprocess.PIPE)
        self.addCleanup(feed.stdout.close)
        self.addCleanup(feed.wait)
        self.addCleanup(feed.kill)
        connect, peer = self.connect(stdin=feed.stdout)
        receive(peer, 1)
        peer.close()
        # Which of the two depends on whether it was reading or writing.
        self.assertIn(connect.result().errors()[0][1], ("RESET", "CLOSED"))
        self.assert_error(connect.result(), 1, "connect", connect.result().errors()[0][1])

    def test_a_peer_that_only_ends_its_own_side(self):
        # As long as there is input, it goes on sending.
        lines = 200000
        with open(self.folder / "lines", "wb") as file:
            file.write(b"7\n" * lines)
        with open(self.folder / "lines", "rb") as file:
            connect, peer = self.connect(stdin=file)
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(receive_all(peer), b"\x07" * lines)
        self.assert_done(connect.result(), b"")

    def test_timeout(self):
        for timeout_ms in (int(100 * SLOWNESS), int(400 * SLOWNESS)):
            with self.subTest(timeout_ms):
                connect, peer = self.connect("--timeout", timeout_ms)
                connect.send(b"1\n")
                time.sleep(0.5)  # as long as there may be input, there is no limit
                self.assertIsNone(connect.process.poll())
                began = time.monotonic()
                connect.end_input()
                self.assertEqual(connect.process.wait(pier_command.PATIENCE_S), 4)
                self.assertGreaterEqual(time.monotonic() - began, timeout_ms / 1000 - 0.02)
                self.assertLess(time.monotonic() - began, timeout_ms / 1000 + 1 * SLOWNESS)
                self.assert_error(connect.result(), 4, "connect", "TIMEOUT", f"{timeout_ms} ms", b"")
                peer.close()

    def test_bytes_begin_the_time_anew(self):
        connect, peer = self.connect("--timeout", int(600 * SLOWNESS), stdin=subprocess.DEVNULL)
        for byte in b"\x97\x01\x02\x03\x04\x05\x06\x07":
            time.sleep(0.15 * SLOWNESS)
            peer.sendall(bytes([byte]))
        peer.close()
        self.assert_done(connect.result(), b"[1,2,3,4,5,6,7]\n")

    def test_a_peer_that_never_reads(self):
        with open(self.folder / "lines", "wb") as file:
            file.write((b'"' + b"x" * 1000 + b'"\n') * 40000)
        with open(self.folder / "lines", "rb") as file:
            connect, _ = self.connect("--timeout", 500, stdin=file)
            result = connect.result()
        self.assert_error(result, 4, "connect", "TIMEOUT")

    def test_a_peer_that_reads_late_gets_all(self):
        text = b'"' + b"x" * 1000 + b'"\n'
        with open(self.folder / "lines", "wb") as file:
            file.write(text * 40000)
        with open(self.folder / "lines", "rb") as file:
            connect, peer = self.connect(stdin=file)
            time.sleep(0.5)
            self.assertLess(connect.peak_bytes(), 64 << 20)  # what is not sent is not read either
            self.assertEqual(len(receive_all(peer)), 1003 * 40000)
        peer.close()
        self.assert_done(connect.result(), b"")

    def test_standard_output_that_fails(self):
        with open("/dev/full", "wb") as full:
            connect, peer = self.connect(stdout=full)
            peer.sendall(b"\x01")
            self.assert_error(connect.result(), 3, "connect", "NO_SPACE", "standard output", out=None)
        connect, peer = self.connect()
        peer.sendall(b"\x01")
        connect.await_lines(1)
        connect.process.stdout.close()
        connect.process.stdout = None
        result = connect.process.wait(pier_command.PATIENCE_S)  # without another record
        self.assertEqual(result, 3)
        self.assert_error(connect.result(), 3, "connect", "CLOSED", "standard output", out=None)

    def test_output_that_nobody_reads_holds_the_peer_up(self):
        connect, peer = self.connect(stdin=subprocess.DEVNULL)
        peer.settimeout(0.5)
        sent = 0
        block = msgpack.packb("x" * 1000) * 1000
        with self.assertRaises(TimeoutError):
            while sent < 200 << 20:
                # What was not taken of a block is what comes next.
                sent += peer.send(block[sent % len(block) :])
        self.assertLess(connect.peak_bytes(), 64 << 20)
        peer.settimeout(pier_command.PATIENCE_S)
        peer.close()
        result = connect.result()
        # All that came is printed, and then that it was cut: the last block was not taken whole.
        self.assertEqual(set(result.lines()), {'"' + "x" * 1000 + '"'})
        self.assertGreaterEqual(len(result.out) + 1003, sent)
        self.assertEqual(result.status, 0 if sent % 1003 == 0 else 1)

    def test_record_limits(self):
        connect, peer = self.connect("--record-max", 1000)
        peer.sendall(msgpack.packb("x" * 2000))
        self.assert_error(connect.result(), 1, "connect", "LIMIT")
        connect, peer = self.connect("--record-max", 1000)
        connect.send(b'1\n"' + b"x" * 2000 + b'"\n')
        self.assertEqual(receive_all(peer), b"\x01")
        peer.close()
        self.assert_error(connect.result(), 1, "connect", "LIMIT", "^line 2, column 1: ")


class FramedTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.listening, self.endpoint = self.serve()

    def connect(self, *arguments, **options):
        connect = self.start("connect", self.endpoint, *arguments, **options)
        return connect, self.accept(self.listening)

    def test_what_it_writes(self):
        connect, peer = self.connect()
        # The preamble leaves at once, and each message when the input pauses.
        data = receive(peer, PREAMBLE_BYTES)
        connect.send(b"1\n2\n")
        data += receive(peer, 64 + 2)
        connect.end_input()
        data += receive_all(peer)
        self.assertEqual(len(data), 64 + 64 + 2 + 64)
        result = pier_reader.load(data)
        self.assertEqual(
            ([record.value for record in result.records], result.damages, result.ended), ([1, 2], [], True)
        )
        peer.sendall(framed("a", [1]).end())
        self.assert_done(connect.result(), b'"a"\n[1]\n')

    def test_without_an_end_mark_it_was_cut(self):
        for kept in (0, 10, 64, 100, -64, -1):
            with self.subTest(kept):
                connect, peer = self.connect(stdin=subprocess.DEVNULL)
                receive_all(peer)
                data = framed("a").end()
                peer.sendall(data[:kept])
                peer.close()
                out = b'"a"\n' if kept < 0 else b""
                self.assert_error(connect.result(), 1, "connect", "TRUNCATED", out=out)

    def test_the_end_mark_is_the_end(self):
        # Although the connection stays open.
        connect, peer = self.connect(stdin=subprocess.DEVNULL)
        peer.sendall(framed("a").end())
        self.assertEqual(connect.process.wait(pier_command.PATIENCE_S), 0)
        self.assert_done(connect.result(), b'"a"\n')

    def test_damage_ends_it(self):
        connect, peer = self.connect()
        data = bytearray(framed("a").end())
        data[PREAMBLE_BYTES + 64] ^= 1
        peer.sendall(data)
        self.assert_error(connect.result(), 1, "connect", "CORRUPT", r"\(byte 128")

    def test_a_plain_peer_is_told(self):
        connect, peer = self.connect()
        peer.sendall(msgpack.packb({"a": 1}))
        self.assert_error(connect.result(), 1, "connect", "CORRUPT", r"\(byte 0")

    def test_a_large_record_waits_for_the_preamble_of_the_peer(self):
        text = b"x" * 100000
        connect, peer = self.connect("--timeout", 5000)
        connect.send(b'1\n"' + text + b'"\n2\n')
        connect.end_input()
        data = receive(peer, PREAMBLE_BYTES)
        peer.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            while True:
                data += receive(peer, 1)
        peer.settimeout(pier_command.PATIENCE_S)
        stream = framed("a")
        answer = stream.end()
        peer.sendall(answer[:PREAMBLE_BYTES])
        data += receive_all(peer)
        values = [record.value for record in pier_reader.load(data).records]
        self.assertEqual(values, [1, text.decode(), 2])
        peer.sendall(answer[PREAMBLE_BYTES:])
        self.assert_done(connect.result(), b'"a"\n')

    def test_a_peer_that_never_says_hello_to_a_large_record(self):
        connect, _ = self.connect("--timeout", 300)
        connect.send(b'"' + b"x" * 100000 + b'"\n')  # and the input stays open
        self.assertEqual(connect.process.wait(pier_command.PATIENCE_S), 4)
        self.assert_error(connect.result(), 4, "connect", "TIMEOUT")

    def test_the_limit_of_the_peer(self):
        listener = self.listen("--record-max", 1000, "--echo")
        connect = self.start("connect", listener.endpoint)
        connect.send(b"1\n")
        connect.await_lines(1)  # so that the preamble of the peer has come, and its limit with it
        connect.send(b'"' + b"x" * 2000 + b'"\n2\n')
        result = connect.result()
        self.assert_error(result, 1, "connect", "LIMIT", "^line 2, column 1: .*1000", b"1\n")
        self.assert_done(listener.stop(), b"1\n")

    def test_a_record_above_the_own_limit_is_passed_over(self):
        connect, peer = self.connect("--record-max", 1000)
        connect.end_input()
        peer.sendall(framed(1, "x" * 70000, 2).end())
        self.assert_error(connect.result(), 1, "connect", "LIMIT", "record 2", b"1\n2\n")


class EndpointTest(pier_command.Test):
    def test_nobody_listens(self):
        endpoint = self.nobody()
        self.assert_error(pier("connect", endpoint, data=b"1\n"), 3, "connect", "REFUSED", endpoint)
        self.assert_error(pier("connect", f"unix:{self.folder}/none"), 3, "connect", "NOT_FOUND")
        self.assert_error(pier("connect", f"unix:@{os.getpid()}-none"), 3, "connect", "REFUSED")
        # No name server is asked about onions: this machine may have none.
        self.assert_error(pier("connect", "tcp://no-such-host.onion:7"), 3, "connect", "NOT_FOUND", "no-such-host")

    def test_kinds_of_endpoints(self):
        endpoints = ["tcp://127.0.0.1:0", f"unix:{self.folder}/socket", f"unix:@pier-test-{os.getpid()}"]
        if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"):
            endpoints += ["tcp://[::1]:0", "tcp://:0"]
        for endpoint in endpoints:
            for plain in ([], ["--plain"]):
                with self.subTest(endpoint, plain=plain):
                    listener = self.listen("--echo", endpoint=endpoint)
                    there = listener.endpoint.replace("[::]", "127.0.0.1")
                    self.assert_done(pier("connect", there, *plain, data=b'1\n{"a":[]}\n'), b'1\n{"a":[]}\n')
                    self.assert_done(listener.stop(), b'1\n{"a":[]}\n')

    def test_a_name(self):
        listener = self.listen("--echo", endpoint="tcp://localhost:0")
        self.assertRegex(listener.endpoint, r"^tcp://(127\.0\.0\.1|\[::1\]):[1-9]\d*$")
        self.assert_done(pier("connect", f"tcp://localhost:{listener.port}", data=b"1\n"), b"1\n")


class CompressTest(pier_command.Test):
    LINE = b'["' + b"abc" * 200 + b'"]\n'

    def setUp(self):
        super().setUp()
        self.listening, self.endpoint = self.serve()

    def header(self, peer):
        """The header of the next block, whose payload is received and dropped."""
        fields = dict(zip(wire.HEADER_FIELDS, wire.HEADER.unpack(receive(peer, 64))))
        receive(peer, fields["stored"])
        return fields

    def test_it_begins_with_the_peers_preamble(self):
        cases = (("--compress", 1, 1), ("--compress=9", 3, 1), ("--compress=1", 2, 0), (None, 1, 0))
        for level, ignorable, codec in cases:
            with self.subTest(level=level, ignorable=ignorable):
                connect = self.start("connect", self.endpoint, *([level] if level else []))
                peer = self.accept(self.listening)
                preamble = receive(peer, PREAMBLE_BYTES)
                self.assertEqual(preamble[12:20], b"\0\0\0\0\1\0\0\0")
                connect.send(self.LINE)
                self.assertEqual(self.header(peer)["codec"], 0)
                writer = wire.Writer(7)
                writer.data = bytearray(wire.preamble(7, ignorable=ignorable))
                writer.store("hello")
                writer.flush()
                peer.sendall(writer.data)
                connect.await_lines(1)
                connect.send(self.LINE)
                fields = self.header(peer)
                self.assertEqual(fields["codec"], codec)
                self.assertEqual(fields["raw"], len(self.LINE) - 5 + 4)
                connect.end_input()
                self.assertEqual(self.header(peer)["kind"], wire.END)
                peer.close()
                connect.result()

    def test_what_comes_compressed_is_inflated(self):
        connect = self.start("connect", self.endpoint)
        peer = self.accept(self.listening)
        writer = wire.Writer(7, deflate=pier_deflate.deflate)
        writer.store(["abc" * 200])
        writer.flush()
        self.assertEqual(writer.data[64 + 5], 1)
        peer.sendall(writer.end())
        connect.end_input()
        receive_all(peer)
        peer.close()
        self.assert_done(connect.result(), self.LINE)

    def test_with_listen(self):
        # Enough for many blocks, so that most of them leave when the preambles have come.
        lines = b"".join(b'{"number":%d,"text":"%s"}\n' % (i, b"xyz" * 20) for i in range(20000))
        saved = self.folder / "saved.pier"
        path = f"unix:{self.folder}/s"
        listen = self.listen("--echo", "--compress=1", "--save", saved, endpoint=path, stdout=subprocess.DEVNULL)
        self.assert_done(pier("connect", path, "--compress", data=lines), lines)
        listen.stop()
        self.assertLess(saved.stat().st_size * 4, len(lines))
        self.assert_done(pier("dump", saved), lines)

    def test_plain_has_nothing_to_compress(self):
        self.assert_error(pier("connect", self.endpoint, "--plain", "--compress"), 2, "connect", "USAGE", "--compress")


if __name__ == "__main__":
    pier_command.main()
