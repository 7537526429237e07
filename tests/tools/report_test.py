"""Standard error of `pier listen` when who reads it is slow, never reads, or is gone: clients do not notice."""

import contextlib
import os
import re
import signal
import socket

import pier_command
import pier_wire as wire

LOST = re.compile(r"^pier listen: LIMIT: (\d+) lines are lost here: nobody read standard error", re.MULTILINE)


def refused_records(count):
    """A framed stream of so many records above `--record-max 10`: each costs a line and nothing else."""
    writer = wire.Writer(7)
    for number in range(count):
        writer.store("x" * 20 + str(number))
    return writer.end()


class Reader(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.read_end, write_end = os.pipe()
        pier_command.shrink_pipe(write_end)
        self.listener = self.start("listen", "tcp://127.0.0.1:0", "--record-max", 10, stderr=write_end)
        os.close(write_end)
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(self.read_end, 1)
        self.listener.port = int(line.decode().strip().rpartition(":")[2])

    def tearDown(self):
        if self.read_end is not None:
            os.close(self.read_end)
        super().tearDown()

    def read_all(self):
        chunks = []
        while chunk := os.read(self.read_end, 1 << 16):
            chunks.append(chunk)
        return b"".join(chunks).decode()

    def refuse(self, count):
        """Lets so many clients be refused, each for a line of more than 80 bytes."""
        for _ in range(count):
            client = self.client(self.listener)
            client.sendall(b"\xc1" * 20)
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(client.recv(1), b"")
            client.close()

    def assert_serves(self, value):
        self.client(self.listener).sendall(bytes([value]))
        self.listener.await_lines(self.listener.line_count + 1)
        self.assertEqual(self.listener.out.splitlines()[-1], str(value).encode())


class SlowTest(Reader):
    def test_lines_that_have_no_room_are_counted(self):
        count = 15000
        client = self.client(self.listener)
        client.sendall(refused_records(count))
        client.shutdown(socket.SHUT_WR)
        self.assertNotEqual(pier_command.receive_all(client), b"")
        self.assert_serves(7)
        self.listener.interrupt(signal.SIGTERM)
        text = self.read_all()
        self.assertEqual(self.listener.result().status, 0)
        lost = [int(number) for number in LOST.findall(text)]
        self.assertEqual(len(lost), 1, text[-1000:])
        lines = text.splitlines()
        self.assertTrue(LOST.match(lines[-1]), lines[-1])
        self.assertEqual(len(lines) - 1 + lost[0], count)
        self.assertTrue(900 << 10 < len(text) < 1200 << 10, len(text))

    def test_who_never_reads_stops_nothing(self):
        self.refuse(150)
        self.assert_serves(7)
        self.listener.interrupt(signal.SIGTERM)
        self.assertEqual(self.listener.result().status, 0)
        self.assertIn("PROTOCOL", self.read_all())

    def test_who_reads_late_gets_each_line_once(self):
        self.refuse(150)
        self.assert_serves(7)
        self.listener.interrupt(signal.SIGTERM)
        lines = self.read_all().splitlines()
        self.assertEqual(self.listener.result().status, 0)
        self.assertEqual(len(lines), 150)
        self.assertEqual({line.partition("127.0.0.1")[0] for line in lines}, {lines[0].partition("127.0.0.1")[0]})
        self.assertEqual(len(set(lines)), 150)

    def test_who_is_gone_is_not_missed(self):
        self.refuse(150)
        os.close(self.read_end)
        self.read_end = None
        self.refuse(10)
        self.assert_serves(7)
        self.listener.interrupt(signal.SIGTERM)
        self.assertEqual(self.listener.result().status, 0)


if __name__ == "__main__":
    pier_command.main()
