"""The command under load, and where it waits for seconds: many connections, much data, clients that take nothing."""

import os
import resource
import socket
import subprocess
import threading
import time

import msgpack
import pier_command
from pier_command import SLOWNESS, receive

MIB = 1 << 20


class SilentTest(pier_command.Test):
    def test_500_silent_connections_and_a_good_client(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        listener = self.listen("--echo")
        for number in range(500):
            client = self.client(listener)
            # Most say nothing, some half of something.
            client.sendall(b"\x93\x01" if number % 5 == 0 else b"\xc7\x3d" if number % 5 == 1 else b"")
        began = time.monotonic()
        good = self.client(listener)
        good.sendall(b"\x07")
        self.assertEqual(receive(good, 1), b"\x07")
        self.assertLess(time.monotonic() - began, 1 * SLOWNESS)
        # And it is no busy loop.
        before = cpu_seconds(listener)
        time.sleep(0.5)
        self.assertLess(cpu_seconds(listener) - before, 0.1)
        self.assert_done(listener.stop(), b"7\n")


def cpu_seconds(process):
    with open(f"/proc/{process.process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class MuchTest(pier_command.Test):
    def lines(self):
        """A file of 64 MiB of lines of many kinds, and what is printed for it."""
        file = self.folder / "lines"
        line = b'{"id":%d,"price":1234.5,"symbol":"ABCDEF","live":true,"text":"%s"}\n'
        with open(file, "wb") as output:
            number = 0
            while output.tell() < 64 * MIB:
                output.write(line % (number, b"x" * (number % 400)))
                number += 1
        return file

    def exchange(self, *arguments):
        file = self.lines()
        listener = self.listen("--echo", stdout=subprocess.DEVNULL)
        with open(file, "rb") as lines, open(self.folder / "echo", "wb") as echo:
            connect = self.start("connect", listener.endpoint, *arguments, stdin=lines, stdout=echo)
            peaks = [0, 0]
            while connect.process.poll() is None:
                try:
                    peaks = [max(peaks[0], listener.peak_bytes()), max(peaks[1], connect.peak_bytes())]
                except (OSError, TypeError):
                    pass  # it has just ended
                time.sleep(0.05)
            self.assert_done(connect.result())
        self.assert_done(listener.stop())
        self.assertEqual(subprocess.run(["cmp", file, self.folder / "echo"]).returncode, 0)
        if SLOWNESS == 1:  # sanitizers and valgrind need memory of their own
            self.assertLess(max(peaks), 48 * MIB)

    def test_64_mib_through_echo_framed(self):
        self.exchange()

    def test_64_mib_through_echo_plain(self):
        self.exchange("--plain")

    def test_64_mib_by_both_sides_at_once(self):
        # A peer that sends all of its own before it reads the first byte of ours.
        listening, endpoint = self.serve()
        block = msgpack.packb("x" * 1000) * 1000
        count = 64 * MIB // len(block) + 1
        file = self.folder / "lines"
        with open(file, "wb") as output:
            for _ in range(count * 1000):
                output.write(b'"' + b"y" * 1000 + b'"\n')
        with open(file, "rb") as lines, open(self.folder / "out", "wb") as out:
            connect = self.start("connect", "--plain", endpoint, stdin=lines, stdout=out)
            peer = self.accept(listening)
            for _ in range(count):
                peer.sendall(block)
            peer.shutdown(socket.SHUT_WR)
            size = 0
            while chunk := peer.recv(MIB):
                size += len(chunk)
            peer.close()
            self.assert_done(connect.result())
        self.assertEqual(size, count * len(block))
        self.assertEqual((self.folder / "out").stat().st_size, count * 1003 * 1000)

    def test_many_clients_at_once(self):
        listener = self.listen("--echo", "--save", self.folder / "a.pier", stdout=subprocess.DEVNULL)
        data = b"".join(msgpack.packb([number, "x" * 100]) for number in range(5000))
        failures = []

        def client():
            connection = self.client(listener)
            sender = threading.Thread(target=lambda: (connection.sendall(data), connection.shutdown(socket.SHUT_WR)))
            sender.start()
            echoed = bytearray()
            while chunk := connection.recv(MIB):
                echoed.extend(chunk)
            sender.join()
            if echoed != data:
                failures.append(len(echoed))

        clients = [threading.Thread(target=client) for _ in range(20)]
        for thread in clients:
            thread.start()
        for thread in clients:
            thread.join()
        self.assertEqual(failures, [])
        self.assert_done(listener.stop())
        dumped = pier_command.pier("dump", "--stats", self.folder / "a.pier")
        self.assertIn(b'"records":100000,', dumped.out)


class WaitTest(pier_command.Test):
    def test_a_client_that_does_not_take_its_echo_is_waited_for_5_s_at_most(self):
        listener = self.listen("--count", 1, "--echo")
        client = self.client(listener)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(msgpack.packb("x" * (15 << 20)))
        listener.read_until(lambda listener: len(listener.out) > 15 << 20)
        began = time.monotonic()
        self.assert_done(listener.result(), None)
        self.assertGreater(time.monotonic() - began, 4)
        self.assertLess(time.monotonic() - began, 6 * SLOWNESS)

    def test_output_that_nobody_reads_ends_it_all_the_same(self):
        reads, writes = os.pipe()
        pier_command.shrink_pipe(writes)
        listener = self.listen(stdout=writes)
        os.close(writes)
        self.client(listener).sendall(msgpack.packb("x" * 100000))
        time.sleep(0.3)
        began = time.monotonic()
        result = listener.stop()
        self.assertLess(time.monotonic() - began, 6 * SLOWNESS)
        self.assert_error(result, 4, "listen", "TIMEOUT", "standard output")
        os.close(reads)


if __name__ == "__main__":
    pier_command.main()
