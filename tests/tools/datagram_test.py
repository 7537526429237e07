"""`pier listen udp://…` and `pier connect udp://…`: datagrams printed, echoed, saved and sent, and bad ones."""

import os
import socket

import msgpack
import pier_command  # before those that it shows the way to
import pier_reader
import pier_wire as wire
from pier_command import PATIENCE_S, SLOWNESS, pier

# Datagrams may be lost where a buffer is full: what is sent at once below fits into any.
GLANCE_MS = int(300 * SLOWNESS)


def framed(*values):
    writer = wire.Writer(7)
    for value in values:
        writer.store(value)
    return writer.end()


class Test(pier_command.Test):
    def take(self, *arguments, endpoint="udp://127.0.0.1:0"):
        listener = self.listen(*arguments, endpoint=endpoint)
        listener.port = int(listener.endpoint.rpartition(":")[2])
        return listener

    def peer(self, listener=None):
        """A datagram socket of the test's own, connected to the listener."""
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.settimeout(PATIENCE_S)
        self.addCleanup(one.close)
        if listener is not None:
            one.connect(("127.0.0.1", listener.port))
        else:
            one.bind(("127.0.0.1", 0))
        return one


class ListenTest(Test):
    def test_the_ready_line(self):
        listener = self.take()
        self.assertRegex(listener.err.decode(), r"^listening on udp://127\.0\.0\.1:[1-9]\d*\n$")
        result = listener.stop()
        self.assertEqual((result.status, result.out, result.err.count(b"\n")), (0, b"", 1))

    def test_framed_and_plain_datagrams_are_guessed(self):
        listener = self.take("--count", 6)
        one, other = self.peer(listener), self.peer(listener)
        one.send(framed(1, {"a": None}))
        other.send(msgpack.packb("two") + msgpack.packb([3]))
        one.send(b"")
        one.send(framed())
        other.send(framed("four"))
        one.send(msgpack.packb(5))
        self.assert_done(listener.result(), b'1\n{"a":null}\n"two"\n[3]\n"four"\n5\n')

    def test_every_kind_of_endpoint(self):
        endpoints = ["udp://:0", "udp://localhost:0"]
        if os.path.exists("/proc/net/if_inet6"):
            endpoints.append("udp://[::1]:0")
        for endpoint in endpoints:
            with self.subTest(endpoint):
                listener = self.take("--count", 1, endpoint=endpoint)
                target = listener.endpoint.replace("[::]", "[::1]").replace("0.0.0.0", "127.0.0.1")
                result = pier("connect", target, "--timeout", 1, data=b'{"to":1}\n')
                self.assertEqual((result.status, result.err), (0, b""))
                self.assert_done(listener.result(), b'{"to":1}\n')

    def test_a_bad_datagram_costs_one_line_and_nobody_else(self):
        listener = self.take("--count", 4)
        good, bad = self.peer(listener), self.peer(listener)
        whole = framed("before")
        broken = bytearray(framed("x"))
        broken[129] ^= 1  # in the payload of the block
        stream = framed("kept")
        samples = [(whole[:-1], "TRUNCATED", len(whole) - 1), (bytes(broken), "CORRUPT", 128), (b"\xc1", "PROTOCOL", 0),
                   (stream[:-64] + b"\xc7\x3d\x50\x09" + bytes(60), "CORRUPT", len(stream) - 61)]  # fmt: skip
        good.send(framed("one"))
        listener.await_lines(1)
        errors = 0
        for data, status, offset in samples:
            bad.send(data)
            errors += 1
            listener.read_until(lambda listener: listener.err.count(b"\n") >= errors + 1)
            line = listener.err.decode().splitlines()[-1]
            self.assertRegex(line, rf"^pier listen: {status}: udp://127\.0\.0\.1:\d+: .*byte {offset}\b")
        good.send(framed("two"))
        result = listener.result()
        # What stands before the fault is printed.
        self.assertEqual((result.status, result.out), (0, b'"one"\n"before"\n"kept"\n"two"\n'))
        self.assertEqual(len(result.errors()), len(samples))

    def test_echo_answers_whoever_sent_in_the_same_format(self):
        listener = self.take("--echo")
        one, other = self.peer(listener), self.peer(listener)
        one.send(framed(1, "x"))
        other.send(msgpack.packb({"plain": True}))
        answer = pier_reader.load(one.recv(65536))
        self.assertEqual(([record.value for record in answer.records], answer.ended), ([1, "x"], True))
        self.assertEqual(msgpack.unpackb(other.recv(65536)), {"plain": True})
        one.send(b"\xc1")
        one.send(msgpack.packb("after"))
        self.assertEqual(msgpack.unpackb(one.recv(65536)), "after")
        result = listener.stop()
        self.assertEqual((result.status, len(result.errors())), (0, 1))

    def test_plain_and_framed_are_told(self):
        for option, data, expected in (("--plain", msgpack.packb(7), b"7\n"), ("--framed", framed(8), b"8\n")):
            with self.subTest(option):
                listener = self.take(option, "--count", 1)
                self.peer(listener).send(data)
                self.assert_done(listener.result(), expected)

    def test_save_keeps_what_was_printed(self):
        file = self.folder / "a.pier"
        listener = self.take("--save", file, "--count", 3)
        one = self.peer(listener)
        one.send(framed(1, 2))
        one.send(msgpack.packb("three"))
        self.assert_done(listener.result(), b'1\n2\n"three"\n')
        self.assert_done(pier("dump", file), b'1\n2\n"three"\n')

    def test_a_group_is_joined_on_the_interface_that_is_named(self):
        for interface in ("lo", "127.0.0.1"):
            with self.subTest(interface):
                listener = self.take("--interface", interface, "--count", 2, endpoint="udp://239.255.71.9:0")
                second = self.take("--interface", interface, "--count", 2, endpoint=listener.endpoint)
                arguments = ("connect", listener.endpoint, "--interface", interface, "--timeout", 1)
                self.assertEqual(pier(*arguments, data=b"1\n2\n").status, 0)
                self.assert_done(listener.result(), b"1\n2\n")
                self.assert_done(second.result(), b"1\n2\n")

    def test_time_and_use(self):
        result = pier("listen", "udp://127.0.0.1:0", "--timeout", GLANCE_MS)
        self.assert_error(result, 4, "listen", "TIMEOUT", "no datagram came within")
        result = pier("listen", "tcp://127.0.0.1:0", "--interface", "lo")
        self.assert_error(result, 2, "listen", "USAGE", "about udp://")
        self.assert_error(pier("listen", "udp://127.0.0.1:0", "--interface", "no-such"), 3, "listen", "NOT_FOUND",
                          "no interface of this machine")  # fmt: skip
        taken = self.take()
        self.assert_error(pier("listen", taken.endpoint), 3, "listen", "IN_USE", "take datagrams at udp://")

    def test_what_came_before_the_signal_is_printed(self):
        listener = self.take()
        one = self.peer(listener)
        for i in range(50):
            one.send(msgpack.packb(i))
        result = listener.stop()
        self.assert_done(result, b"".join(b"%d\n" % i for i in range(50)))


class ConnectTest(Test):
    def test_each_line_is_a_datagram(self):
        receiver = self.peer()
        endpoint = "udp://127.0.0.1:%d" % receiver.getsockname()[1]
        result = pier("connect", endpoint, "--timeout", 1, data=b'{"a":1}\n\n[2]\n"three"\n')
        self.assertEqual((result.status, result.out, result.err), (0, b"", b""))
        datagrams = [receiver.recv(65536) for _ in range(3)]
        loaded = [pier_reader.load(datagram) for datagram in datagrams]
        self.assertTrue(all(one.ended and one.damages == [] for one in loaded))
        self.assertEqual([[record.value for record in one.records] for one in loaded], [[[("a", 1)]], [[2]], ["three"]])

    def test_replies_are_printed(self):
        listener = self.take("--echo")
        data = b"".join(b"[%d]\n" % i for i in range(20))
        for option in ((), ("--plain",)):
            with self.subTest(option):
                self.assert_done(pier("connect", listener.endpoint, "--count", 20, *option, data=data), data)

    def test_replies_that_are_counted_on_and_do_not_come(self):
        receiver = self.peer()
        endpoint = "udp://127.0.0.1:%d" % receiver.getsockname()[1]
        result = pier("connect", endpoint, "--count", 1, "--timeout", GLANCE_MS, data=b"1\n")
        self.assert_error(result, 4, "connect", "TIMEOUT", "0 of 1 records came back")

    def test_replies_of_others_and_bad_ones(self):
        receiver = self.peer()
        sender = self.start("connect", "udp://127.0.0.1:%d" % receiver.getsockname()[1], "--plain", "--count", 1)
        sender.send(b'"hello"\n')
        data, address = receiver.recvfrom(65536)
        self.assertEqual(msgpack.unpackb(data), "hello")
        self.peer().sendto(msgpack.packb("a stranger"), address)
        receiver.sendto(b"\x91", address)
        receiver.sendto(msgpack.packb("an answer"), address)
        result = sender.result()
        self.assert_error(result, 1, "connect", "TRUNCATED", r"^udp://127\.0\.0\.1:\d+: .*byte 1\b", b'"an answer"\n')

    def test_nobody_there(self):
        # Its port is held, so that nobody else gets it, by a socket that listens to itself alone.
        holding = self.peer()
        holding.connect(holding.getsockname())
        endpoint = "udp://127.0.0.1:%d" % holding.getsockname()[1]
        result = pier("connect", endpoint, "--timeout", 20000, data=b"1\n")
        self.assert_error(result, 3, "connect", "REFUSED", "an earlier datagram found nobody there")

    def test_what_does_not_fit(self):
        receiver = self.peer()
        endpoint = "udp://127.0.0.1:%d" % receiver.getsockname()[1]
        result = pier("connect", endpoint, "--timeout", 1, data=b'1\n"' + b"x" * 65400 + b'"\n2\n')
        self.assert_error(result, 1, "connect", "LIMIT", "line 2, column 1: .* the limit is 65507")
        self.assertEqual(pier_reader.load(receiver.recv(65536)).records[0].value, 1)

    def test_bad_lines_and_use(self):
        receiver = self.peer()
        endpoint = "udp://127.0.0.1:%d" % receiver.getsockname()[1]
        self.assert_error(pier("connect", endpoint, "--timeout", 1, data=b"{\n"), 1, "connect", "PROTOCOL", "line 1")
        for arguments in (("--interface", "lo"), ("--count", 1)):
            self.assert_error(pier("connect", "tcp://127.0.0.1:1", *arguments), 2, "connect", "USAGE", "about udp://")


if __name__ == "__main__":
    pier_command.main()
