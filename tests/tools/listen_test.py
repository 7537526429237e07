"""`pier listen`: who is served, what is printed, saved and echoed, and how it ends."""

import os
import resource
import signal
import socket
import subprocess
import threading
import time

import msgpack
import pier_command  # before those that it shows the way to
import golden
import pier_reader
import pier_wire as wire
from pier_command import SLOWNESS, pier, receive, receive_all, reset


def framed(*values):
    writer = wire.Writer(7)
    for value in values:
        writer.store(value)
    return writer.end()


def values_of(stream):
    """The records of a framed stream that is whole."""
    result = pier_reader.load(stream)
    assert result.damages == [] and result.ended, (result.damages, result.ended, stream)
    return [record.value for record in result.records]


class ReadyTest(pier_command.Test):
    def test_the_ready_line(self):
        listener = self.listen()
        self.assertRegex(listener.err.decode(), r"^listening on tcp://127\.0\.0\.1:[1-9]\d*\n$")
        result = listener.stop()
        self.assertEqual((result.status, result.out, result.err.count(b"\n")), (0, b"", 1))

    def test_endpoints(self):
        path = self.folder / "socket"
        endpoints = [(f"unix:{path}", f"unix:{path}"), (f"unix:@pier-{os.getpid()}", f"unix:@pier-{os.getpid()}"),
                     ("127.0.0.1:0", None)]  # fmt: skip
        if os.path.exists("/proc/net/if_inet6"):
            endpoints += [("tcp://[::1]:0", None), ("tcp://:0", None)]
        for endpoint, expected in endpoints:
            with self.subTest(endpoint):
                listener = self.listen(endpoint=endpoint)
                if expected is None:
                    self.assertRegex(listener.endpoint, r"^tcp://(127\.0\.0\.1|\[::1?\]):[1-9]\d*$")
                else:
                    self.assertEqual(listener.endpoint, expected)
                self.assert_done(listener.stop())
                self.assertFalse(path.exists())

    def test_an_endpoint_that_is_taken(self):
        listener = self.listen()
        file = self.folder / "a.pier"
        result = pier("listen", listener.endpoint, "--save", file)
        self.assert_error(result, 3, "listen", "IN_USE", listener.endpoint)
        self.assertNotIn(b"listening on", result.err)
        self.assertFalse(file.exists())  # and nothing is left behind
        listener = self.listen(endpoint=f"unix:{self.folder}/socket")
        self.assert_error(pier("listen", listener.endpoint), 3, "listen", "IN_USE")
        self.assert_error(pier("listen", f"unix:{self.folder}/none/socket"), 3, "listen", "NOT_FOUND")

    def test_the_port_may_be_used_again_at_once(self):
        listener = self.listen()
        self.assert_done(self.exchange(listener))
        again = self.listen(endpoint=listener.endpoint)
        self.assert_done(again.stop())

    def exchange(self, listener):
        connect = self.start("connect", listener.endpoint)
        connect.send(b"1\n")
        listener.await_lines(1)
        self.assert_done(listener.stop())
        return connect.result()


class FormatTest(pier_command.Test):
    def test_guessing(self):
        listener = self.listen()
        self.client(listener).sendall(msgpack.packb({"plain": 1}))
        listener.await_lines(1)
        self.client(listener).sendall(framed({"framed": 2}))
        listener.await_lines(2)
        # The first byte of a preamble alone tells nothing, the next one does: an ext 8 of 3 bytes.
        client = self.client(listener)
        for byte in b"\xc7\x03\x05abc":
            client.sendall(bytes([byte]))
            time.sleep(0.01)
        listener.await_lines(3)
        client = self.client(listener)
        for byte in framed("bytewise"):
            client.sendall(bytes([byte]))
        listener.await_lines(4)
        self.assert_done(listener.stop(), b'{"plain":1}\n{"framed":2}\n{"$ext":[5,"YWJj"]}\n"bytewise"\n')

    def test_plain_only(self):
        listener = self.listen("--plain")
        self.client(listener).sendall(framed(1))
        listener.await_lines(4)
        result = listener.stop()
        self.assert_done(result)
        self.assertEqual(sum(line.startswith('{"$ext":[80,') for line in result.lines()), 3)

    def test_the_connection_of_a_session(self):
        """Its blocks are no records; only its client goes, however its bytes come."""
        hello = bytes.fromhex("c73d5005") + bytes(60)
        listener = self.listen("--echo", "--save", self.folder / "a.pier")
        for split in (0, 1, 3, 4, 5):
            with self.subTest(split=split):
                client = self.client(listener)
                told = listener.err.count(b"\n")
                client.sendall(hello[:split])
                time.sleep(0.05)
                client.sendall(hello[split:])
                listener.read_until(lambda listener: listener.err.count(b"\n") > told)
                self.assertEqual(receive_all(client), b"")
        # What only begins nearly so is a value, and so is what comes behind another one.
        values = [msgpack.ExtType(80, b"\x06" + bytes(60)), msgpack.ExtType(81, b"\x05" + bytes(60)),
                  msgpack.ExtType(80, b"\x05" + bytes(61)), msgpack.ExtType(80, b"")]  # fmt: skip
        other = self.listen()
        for value in values:
            self.client(other).sendall(msgpack.packb(value))
        self.client(other).sendall(b"\xc0" + hello)
        other.await_lines(len(values) + 2)
        self.assertEqual(other.stop().err.count(b"\n"), 1)
        result = listener.stop()
        self.assertEqual((result.status, result.out), (0, b""), result)
        self.assertEqual([error[:2] for error in result.errors()], [("listen", "UNSUPPORTED")] * 5)
        self.assertRegex(result.err.decode(), r": a session's connection: only a host of sessions can serve it\n")

    def test_framed_only(self):
        listener = self.listen("--framed")
        plain, good = self.client(listener), self.client(listener)
        plain.sendall(msgpack.packb({"plain": 1}))
        good.sendall(framed(1))
        listener.await_lines(1)
        name = "tcp://127.0.0.1:%d" % plain.getsockname()[1]
        listener.read_until(lambda listener: listener.err.count(b"\n") == 2)
        result = listener.stop()
        self.assert_error(result, 0, "listen", "CORRUPT", rf"^{name}: .*\(byte 0", b"1\n")

    def test_nothing_is_sent_before_the_format_is_known(self):
        listener = self.listen("--echo")
        client = self.client(listener)
        client.sendall(b"\xc7\x3d\x50")
        client.settimeout(0.2)
        self.assertRaises(TimeoutError, client.recv, 1)
        # Told to be framed, it sends its preamble at once.
        client = self.client(self.listen("--framed"))
        self.assertEqual(receive(client, 64)[:10], b"\xc7\x3d\x50\x00PIER\r\n")

    def test_typed_records(self):
        stream = golden.mixed_stream()
        listener = self.listen("--echo", "--save", self.folder / "a.pier")
        client = self.client(listener)
        client.sendall(stream)
        client.shutdown(socket.SHUT_WR)
        echoed = receive_all(client)
        expected = pier("dump", "-", data=stream).out
        self.assertIn(b'{"', expected)
        self.assert_done(listener.stop(), expected)
        # With their classes.
        self.assert_done(pier("dump", "-", data=echoed), expected)
        self.assert_done(pier("dump", self.folder / "a.pier"), expected)


class OrderTest(pier_command.Test):
    def test_clients_interleave_by_line_and_each_keeps_its_order(self):
        listener = self.listen()
        clients = [self.client(listener) for _ in range(8)]
        text = "x" * 500
        for number in range(200):
            for index, client in enumerate(clients):
                client.sendall(msgpack.packb([index, number, text]))
        listener.await_lines(8 * 200)
        result = listener.stop()
        self.assert_done(result)
        seen = [0] * 8
        for line in result.lines():
            self.assertRegex(line, rf'^\[\d,\d+,"{text}"\]$')
            index, number = map(int, line[1:].split(",")[:2])
            self.assertEqual(number, seen[index])
            seen[index] += 1
        self.assertEqual(seen, [200] * 8)

    def test_lines_are_printed_when_no_input_waits(self):
        listener = self.listen()
        client = self.client(listener)
        for number in range(5):
            client.sendall(msgpack.packb(number))
            self.assertLess(listener.await_lines(number + 1), 0.5 * SLOWNESS)


class CountTest(pier_command.Test):
    def test_exactly_so_many(self):
        listener = self.listen("--count", 3)
        self.client(listener).sendall(b"\x01\x02\x03\x04\x05")
        self.assert_done(listener.result(), b"1\n2\n3\n")

    def test_over_all_clients(self):
        listener = self.listen("--count", 3, "--save", self.folder / "a.pier")
        clients = [self.client(listener) for _ in range(3)]
        for number, client in enumerate(clients):
            self.assertIsNone(listener.process.poll())
            client.sendall(bytes([number]))
            listener.await_lines(number + 1)
        self.assert_done(listener.result(), b"0\n1\n2\n")
        self.assert_done(pier("dump", self.folder / "a.pier"), b"0\n1\n2\n")

    def test_the_last_one_is_echoed_and_the_rest_is_not(self):
        listener = self.listen("--count", 2, "--echo")
        first, second = self.client(listener), self.client(listener)
        first.sendall(b"\x01")
        self.assertEqual(receive(first, 1), b"\x01")
        second.sendall(b"\x02\x03\x04")
        self.assertEqual(receive_all(second), b"\x02")
        self.assertEqual(receive_all(first), b"")
        self.assert_done(listener.result(), b"1\n2\n")

    def test_a_framed_client_gets_an_end_mark(self):
        listener = self.listen("--count", 2, "--echo")
        result = pier("connect", listener.endpoint, data=b"1\n2\n3\n4\n")
        self.assert_done(result, b"1\n2\n")
        self.assert_done(listener.result(), b"1\n2\n")

    def test_a_large_echo_is_drained(self):
        listener = self.listen("--count", 1, "--echo")
        client = self.client(listener)
        client.sendall(msgpack.packb("x" * (10 << 20)))
        listener.read_until(lambda listener: len(listener.out) > 10 << 20)
        time.sleep(0.5)
        self.assertIsNone(listener.process.poll())
        self.assertEqual(len(receive_all(client)), (10 << 20) + 5)
        self.assert_done(listener.result(), None)

    def test_a_client_that_takes_nothing_does_not_hold_up_the_last_one(self):
        listener = self.listen("--count", 3, "--echo")
        stuck, good = self.client(listener), self.client(listener)
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.sendall(msgpack.packb("x" * (15 << 20)))
        listener.await_lines(1)
        began = time.monotonic()
        good.sendall(b"\x01\x02")
        self.assertEqual(receive_all(good), b"\x01\x02")
        self.assert_done(listener.result(), None)
        self.assertLess(time.monotonic() - began, 2 * SLOWNESS)

    def test_a_reader_that_is_slow_gets_all(self):
        listener = self.listen("--count", 20000)
        self.client(listener).sendall(msgpack.packb("x" * 50) * 20001)
        time.sleep(0.5)
        self.assertEqual(listener.result().out, b'"%s"\n' % (b"x" * 50) * 20000)


class SignalTest(pier_command.Test):
    def test_without_clients(self):
        # Many times, because the signal may come at any moment of the loop's first round.
        for number in (signal.SIGINT, signal.SIGTERM) * 30:
            self.assert_done(self.listen().stop(number), b"")

    def test_whole_records_that_have_come_are_printed(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                listener = self.listen()
                clients = [self.client(listener) for _ in range(4)]
                clients[0].sendall(b"\x00")
                listener.await_lines(1)
                listener.interrupt(signal.SIGSTOP)
                for client in clients:
                    client.sendall(b"\x01\x02\x92\x03")  # and half of one
                listener.interrupt(number)
                listener.interrupt(signal.SIGCONT)
                result = listener.result()
                self.assert_done(result, None)
                self.assertEqual(sorted(result.lines()), sorted(["0"] + ["1", "2"] * 4))

    def test_clients_that_have_come_and_gone_before_are_heard(self):
        listener = self.listen()
        listener.interrupt(signal.SIGSTOP)
        for number in range(100):
            client = self.client(listener)
            client.sendall(bytes([number]))
            client.close()
        listener.interrupt()
        listener.interrupt(signal.SIGCONT)
        result = listener.result()
        self.assert_done(result, None)
        self.assertEqual(sorted(map(int, result.lines())), list(range(100)))

    def test_echoes_are_drained(self):
        listener = self.listen("--echo")
        client = self.client(listener)
        client.sendall(msgpack.packb("x" * (10 << 20)))
        listener.read_until(lambda listener: len(listener.out) > 10 << 20)
        listener.interrupt()
        time.sleep(0.3)
        self.assertEqual(len(receive_all(client)), (10 << 20) + 5)
        self.assert_done(listener.result(), None)

    def test_framed_clients_get_an_end_mark(self):
        listener = self.listen("--echo")
        connect = self.start("connect", listener.endpoint, "--timeout", 500)
        connect.send(b"1\n")
        connect.await_lines(1)
        self.assert_done(listener.stop(), b"1\n")
        self.assertEqual(connect.process.wait(pier_command.PATIENCE_S), 0)
        self.assert_done(connect.result(), b"1\n")

    def test_what_is_saved_is_whole(self):
        file = self.folder / "a.pier"
        listener = self.listen("--save", file)
        self.client(listener).sendall(b"\x01\x02")
        listener.await_lines(2)
        self.assert_done(listener.stop(signal.SIGTERM), b"1\n2\n")
        self.assert_done(pier("dump", file), b"1\n2\n")

    def test_a_client_that_never_stops_does_not_stop_it(self):
        listener = self.listen(stdout=subprocess.DEVNULL)
        feed = subprocess.Popen(["yes", "[1,2,3]"], stdout=subprocess.PIPE)
        self.addCleanup(feed.stdout.close)
        self.addCleanup(feed.wait)
        self.addCleanup(feed.kill)
        self.start("connect", listener.endpoint, stdin=feed.stdout)
        time.sleep(0.3)
        began = time.monotonic()
        self.assertEqual(listener.stop().status, 0)
        self.assertLess(time.monotonic() - began, 7 * SLOWNESS)

    def test_a_second_signal_ends_at_once(self):
        listener = self.listen("--echo")
        client = self.client(listener)
        client.sendall(msgpack.packb("x" * (15 << 20)))
        listener.read_until(lambda listener: len(listener.out) > 15 << 20)
        listener.interrupt()
        time.sleep(0.3)
        self.assertEqual(listener.stop().status, -signal.SIGINT)


class BadClientTest(pier_command.Test):
    def bad(self, listener, data, end="stay"):
        """Sends and returns what the client is called."""
        client = self.client(listener)
        name = "tcp://127.0.0.1:%d" % client.getsockname()[1]
        client.sendall(data)
        if end == "reset":
            time.sleep(0.1 if data else 0)
            reset(client)
        elif end == "close" and data:
            client.shutdown(socket.SHUT_WR)  # closed altogether, it would answer our preamble with a reset
        elif end == "close":
            client.close()
        return name, client

    def check(self, data, status, text, end="stay", out=b"", arguments=()):
        with self.subTest(data=data, end=end):
            listener = self.listen(*arguments)
            good = self.client(listener)
            name, client = self.bad(listener, data, end)
            listener.read_until(lambda listener: listener.err.count(b"\n") == 2)
            if end == "stay":
                # Its connection is gone; a framed one was greeted.
                self.assertIn(len(self.rest(client)), (0, 64))
            good.sendall(b"\x07")
            listener.await_lines(out.count(b"\n") + 1)
            self.assert_error(listener.stop(), 0, "listen", status, rf"{name}: .*{text}", out + b"7\n")

    def rest(self, client):
        try:
            return receive_all(client)
        except ConnectionResetError:
            return b""

    def test_each_costs_one_line(self):
        self.check(b"\xc1", "PROTOCOL", r"\(byte 0")
        self.check(b"\x01\x02\xc1\x03", "PROTOCOL", r"\(byte 2", out=b"1\n2\n")
        self.check(b"\x01\x92\x02", "TRUNCATED", r"\(byte 3", "close", out=b"1\n")
        self.check(b"\x01\x92\x02", "RESET", "", "reset", out=b"1\n")
        stream = bytearray(framed(1, 2))
        self.check(bytes(stream[:-1]), "TRUNCATED", r"\(byte \d+", "close", out=b"1\n2\n")
        self.check(bytes(stream[:10]), "TRUNCATED", r"\(byte 10", "close")
        self.check(bytes(stream[:3]), "TRUNCATED", r"\(byte 3", "close")
        stream[129] ^= 1
        self.check(bytes(stream), "CORRUPT", r"\(byte 128")
        self.check(msgpack.packb("x" * 1000), "LIMIT", "", arguments=["--record-max", 100])
        self.check(b"GET / HTTP/1.1\r\n\r\n\xc1", "PROTOCOL", r"\(byte 18",
                   out="".join(f"{byte}\n" for byte in b"GET / HTTP/1.1\r\n\r\n").encode())  # fmt: skip

    def test_a_connection_without_bytes_is_no_error(self):
        for arguments in ([], ["--plain"], ["--framed"], ["--echo"], ["--framed", "--echo"]):
            listener = self.listen(*arguments)
            for end in ("close", "reset", "stay"):
                for _ in range(5):
                    self.bad(listener, b"", end)
            time.sleep(0.1)
            self.client(listener).sendall(framed(1) if "--framed" in arguments else b"\x01")
            listener.await_lines(1)
            self.assert_done(listener.stop(), b"1\n")

    def test_one_that_ends_its_stream_may_go_without_reading(self):
        """Its closing without reading our preamble resets the connection, which harms nobody."""
        listener = self.listen()
        for _ in range(10):
            client = self.client(listener)
            client.sendall(framed(5))
            time.sleep(0.02)
            client.close()
        listener.await_lines(10)
        time.sleep(0.1)
        self.assert_done(listener.stop(), b"5\n" * 10)

    def test_a_framed_record_above_the_limit_costs_a_line_and_nothing_else(self):
        listener = self.listen("--record-max", 70000, "--echo")
        client = self.client(listener)
        client.sendall(framed(1, "x" * 80000, 2))
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(values_of(receive_all(client)), [1, 2])
        result = listener.stop()
        self.assert_error(result, 0, "listen", "LIMIT", r"^tcp://127\.0\.0\.1:\d+: .*record 2", b"1\n2\n")

    def test_a_unix_client_has_a_name_too(self):
        path = f"{self.folder}/socket"
        listener = self.listen(endpoint=f"unix:{path}")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"\xc1")
            listener.read_until(lambda listener: listener.err.count(b"\n") == 2)
        self.assert_error(listener.stop(), 0, "listen", "PROTOCOL", r"^client 1: .*\(byte 0")

    def test_many_bad_clients(self):
        listener = self.listen()
        for _ in range(200):
            self.bad(listener, b"\xc1", "close")
        listener.read_until(lambda listener: listener.err.count(b"\n") == 201)
        result = listener.stop()
        self.assertEqual((result.status, len(result.errors())), (0, 200))


class EchoTest(pier_command.Test):
    def test_to_the_sender_alone_in_order_in_its_format(self):
        listener = self.listen("--echo")
        plain, framed_client, silent = (self.client(listener) for _ in range(3))
        data = b"".join(msgpack.packb({"number": number}) for number in range(1000))
        plain.sendall(data)
        stream = framed(*range(1000))
        framed_client.sendall(stream)
        plain.shutdown(socket.SHUT_WR)
        framed_client.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(plain), data)
        self.assertEqual(values_of(receive_all(framed_client)), list(range(1000)))
        silent.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(silent), b"")
        self.assert_done(listener.stop(), None)

    def test_at_once(self):
        listener = self.listen("--echo")
        client = self.client(listener)
        for number in range(5):
            began = time.monotonic()
            client.sendall(bytes([number]))
            self.assertEqual(receive(client, 1), bytes([number]))
            self.assertLess(time.monotonic() - began, 0.5 * SLOWNESS)

    def test_without_it_nothing_is_sent(self):
        listener = self.listen()
        client = self.client(listener)
        client.sendall(b"\x01")
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(client), b"")
        # A framed client gets a preamble and an end mark: it may wait for them.
        client = self.client(listener)
        client.sendall(framed(1))
        client.shutdown(socket.SHUT_WR)
        data = receive_all(client)
        self.assertEqual((len(data), values_of(data)), (128, []))

    def test_a_stream_that_goes_on_behind_its_end_mark(self):
        listener = self.listen("--echo")
        client = self.client(listener)
        client.sendall(framed(1, 2))
        data = receive(client, 64 + 64 + 2 + 64)  # its echo has an end mark, too
        client.sendall(framed(3))
        client.shutdown(socket.SHUT_WR)
        data += receive_all(client)
        self.assertEqual(values_of(data), [1, 2, 3])
        self.assert_done(listener.stop(), b"1\n2\n3\n")

    def test_one_that_does_not_read_is_no_longer_read_from_and_others_are_served(self):
        listener = self.listen("--echo", stdout=subprocess.DEVNULL)
        stuck, good = self.client(listener), self.client(listener)
        stuck.settimeout(0.5)
        block = msgpack.packb("x" * 1000) * 1000
        sent = 0
        with self.assertRaises(TimeoutError):
            while sent < 200 << 20:
                sent += stuck.send(block)
        self.assertLess(listener.peak_bytes(), 64 << 20)
        for number in range(100):
            began = time.monotonic()
            good.sendall(bytes([number]))
            self.assertEqual(receive(good, 1), bytes([number]))
            self.assertLess(time.monotonic() - began, 0.1 * SLOWNESS)
        # And it takes up where it was when the client reads.
        stuck.settimeout(pier_command.PATIENCE_S)
        stuck.shutdown(socket.SHUT_WR)
        whole, cut = divmod(sent, 1003)
        echoed = receive_all(stuck)
        self.assertEqual(len(echoed), whole * 1003)
        self.assertEqual(len(listener.stop().errors()), 1 if cut else 0)


class SaveTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "a.pier"

    def serve_one(self, *arguments):
        listener = self.listen("--count", 2, *arguments)
        self.client(listener).sendall(b"\x01")
        listener.await_lines(1)
        self.client(listener).sendall(framed("two"))
        return listener.result()

    def test_framed_and_in_the_order_of_printing(self):
        self.assert_done(self.serve_one("--save", self.file), b'1\n"two"\n')
        result = pier_reader.load(self.file.read_bytes())
        self.assertEqual(([record.value for record in result.records], result.damages), ([1, "two"], []))

    def test_an_existing_file(self):
        self.assert_done(self.serve_one("--save", self.file), b'1\n"two"\n')
        before = self.file.read_bytes()
        result = pier("listen", "tcp://127.0.0.1:0", "--save", self.file)
        self.assert_error(result, 3, "listen", "EXISTS", "--force")
        self.assertNotIn(b"listening on", result.err)
        self.assertEqual(self.file.read_bytes(), before)
        self.assert_done(self.serve_one("--save", self.file, "--append"), b'1\n"two"\n')
        self.assert_done(pier("dump", self.file), b'1\n"two"\n1\n"two"\n')
        self.assert_done(self.serve_one("--save", self.file, "--force"), b'1\n"two"\n')
        self.assert_done(pier("dump", self.file), b'1\n"two"\n')

    def test_what_was_printed_is_on_disk_when_no_input_waits(self):
        listener = self.listen("--save", self.file)
        self.client(listener).sendall(b"\x01\x02")
        listener.await_lines(2)
        deadline = time.monotonic() + 1 * SLOWNESS
        while pier("dump", self.file).out != b"1\n2\n":
            self.assertLess(time.monotonic(), deadline)

    def test_a_full_disk_ends_it(self):
        listener = self.listen("--save", "/dev/full", "--force")
        self.client(listener).sendall(b"\x01")
        self.assert_error(listener.result(), 3, "listen", "NO_SPACE", "/dev/full", out=None)

    def test_a_record_that_cannot_be_saved_costs_its_sender_alone(self):
        for echo in ([], ["--echo"]):
            listener = self.listen("--save", self.file, "--force", *echo)
            good, bad = self.client(listener), self.client(listener)
            bad.sendall(b"\x01\xd4\x50\x00\x02")
            listener.read_until(lambda listener: listener.err.count(b"\n") == 2)
            good.sendall(b"\x07")
            listener.await_lines(2)
            name = "tcp://127.0.0.1:%d" % bad.getsockname()[1]
            self.assert_error(listener.stop(), 0, "listen", "USAGE", f"{name}: ext type 80 .* not saved", b"1\n7\n")
            self.assert_done(pier("dump", self.file), b"1\n7\n")

    def test_a_file_that_cannot_be(self):
        result = pier("listen", "tcp://127.0.0.1:0", "--save", self.folder / "none" / "a.pier")
        self.assert_error(result, 3, "listen", "NOT_FOUND")
        self.assertEqual(pier("listen", "tcp://127.0.0.1:0", "--save", self.folder, "--force").status, 3)


class OutputTest(pier_command.Test):
    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            listener = self.listen(stdout=full)
            self.client(listener).sendall(b"\x01")
            self.assert_error(listener.result(), 3, "listen", "NO_SPACE", "standard output", out=None)

    def test_a_reader_that_goes_away(self):
        listener = self.listen()
        self.go_away(listener)
        # Told at once, although there is nothing to print.
        self.assert_error(listener.result(), 3, "listen", "CLOSED", "standard output", out=None)

    def test_a_reader_that_goes_away_before_a_record(self):
        listener = self.listen()
        client = self.client(listener)
        listener.interrupt(signal.SIGSTOP)
        client.sendall(b"\x01")
        self.go_away(listener)
        listener.interrupt(signal.SIGCONT)
        self.assert_error(listener.result(), 3, "listen", "CLOSED", "standard output", out=None)

    def go_away(self, listener):
        listener.process.stdout.close()
        listener.process.stdout = None

    def test_a_reader_that_is_slow_holds_clients_up_and_loses_nothing(self):
        listener = self.listen()
        client = self.client(listener)
        client.settimeout(0.5)
        block = msgpack.packb("x" * 1000) * 1000
        sent = 0
        with self.assertRaises(TimeoutError):
            while sent < 200 << 20:
                sent += client.send(block)
        self.assertLess(listener.peak_bytes(), 64 << 20)
        client.settimeout(pier_command.PATIENCE_S)
        rest = block[sent % 1003 :]
        sender = threading.Thread(target=client.sendall, args=[rest])
        sender.start()
        lines = (sent + len(rest)) // 1003
        listener.await_lines(lines)
        sender.join()
        self.assert_done(listener.stop(), None)
        self.assertEqual(listener.result().out.count(b"\n"), lines)


class TimeTest(pier_command.Test):
    def test_timeout(self):
        for arguments in ([], ["--echo", "--count", 5]):
            began = time.monotonic()
            listener = self.listen("--timeout", 300, *arguments)
            self.client(listener)  # a connection is no byte, but may begin the time anew
            self.assert_error(listener.result(), 4, "listen", "TIMEOUT", "300 ms")
            self.assertGreaterEqual(time.monotonic() - began, 0.28)
            self.assertLess(time.monotonic() - began, 1.5 * SLOWNESS)

    def test_bytes_begin_the_time_anew(self):
        listener = self.listen("--timeout", int(600 * SLOWNESS))
        client = self.client(listener)
        for byte in b"\x97\x01\x02\x03\x04\x05\x06\x07":
            time.sleep(0.15 * SLOWNESS)
            client.sendall(bytes([byte]))
        self.assert_error(listener.result(), 4, "listen", "TIMEOUT", out=b"[1,2,3,4,5,6,7]\n")

    def test_half_a_record_and_silence_hold_up_nobody(self):
        for half in (b"\x92\x01", framed(1, 2)[:-70], framed(1)[:3], framed(1)[:100]):
            with self.subTest(half):
                listener = self.listen("--echo")
                slow = self.client(listener)
                slow.sendall(half)
                time.sleep(0.1)
                began = time.monotonic()
                good = self.client(listener)
                good.sendall(b"\x07")
                self.assertEqual(receive(good, 1), b"\x07")
                self.assertLess(time.monotonic() - began, 0.1 * SLOWNESS)
                listener.await_lines(1)


class DescriptorTest(pier_command.Test):
    def test_without_descriptors_connections_wait(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))

        listener = self.listen(preexec_fn=limit)
        clients = [self.client(listener) for _ in range(60)]
        listener.read_until(lambda listener: listener.err.count(b"\n") == 2)
        self.assert_error(listener_so_far(listener), 0, "listen", "SYSTEM", "accept")
        # Those that were accepted are served.
        clients[0].sendall(b"\x01")
        listener.await_lines(1)
        for client in clients[:50]:
            client.close()
        # And those that waited are, when there is room.
        clients[-1].sendall(b"\x02")
        listener.await_lines(2)
        before = os.times()
        time.sleep(0.3)
        result = listener.stop()
        self.assertEqual((result.status, result.out), (0, b"1\n2\n"))
        self.assertLess(os.times().children_user - before.children_user, 0.3)


def listener_so_far(listener):
    return pier_command.Result(0, bytes(listener.out), bytes(listener.err))


if __name__ == "__main__":
    pier_command.main()
