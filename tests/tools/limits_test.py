"""`pier listen` before clients that take their time, come in crowds, send too much or never read."""

import contextlib
import os
import resource
import select
import socket
import subprocess
import time

import msgpack
import pier_command
from pier_command import SLOWNESS, receive

# The long version has 1,000.
CROWD = int(os.environ.get("PIER_CROWD", "100" if SLOWNESS < 2 else "30"))


class TimeTest(pier_command.Test):
    def test_a_drip_is_cut_off_at_the_absolute_deadline(self):
        timeout_ms = int(800 * SLOWNESS)
        listener = self.listen("--frame-timeout", timeout_ms)
        drip = self.client(listener)
        drip.sendall(b"\xdc")
        began = time.monotonic()
        sent = 1
        while not self.is_closed(drip, 0.05):
            self.assertLess(time.monotonic() - began, pier_command.PATIENCE_S)
            # Each of them alone is in time.
            drip.sendall(b"\x01" if sent > 1 else b"\xff")
            sent += 1
        self.assertGreaterEqual(time.monotonic() - began, timeout_ms / 1000 - 0.1)
        self.assertGreater(sent, 4)
        self.client(listener).sendall(b"\x07")
        listener.await_lines(1)
        text = rf"^{listener.endpoint[:15]}.*within {timeout_ms} ms \(frame_timeout_ms\).*byte 0"
        self.assert_error(listener.stop(), 0, "listen", "LIMIT", text, out=b"7\n")

    def test_who_says_nothing_goes_without_a_word(self):
        timeout_ms = int(300 * SLOWNESS)
        for form in ("", "--plain", "--framed"):
            with self.subTest(form):
                listener = self.listen("--first-byte-timeout", timeout_ms, *filter(None, [form]))
                began = time.monotonic()
                silent = self.client(listener)
                # A framed listener says hello before it hears anything.
                pier_command.receive_all(silent)
                self.assertGreaterEqual(time.monotonic() - began, timeout_ms / 1000 - 0.05)
                self.assert_done(listener.stop(), b"")

    def test_0_is_never(self):
        listener = self.listen("--first-byte-timeout", 0, "--frame-timeout", 0)
        silent, half = self.client(listener), self.client(listener)
        half.sendall(b"\x92")
        self.assertFalse(self.is_closed(silent, 0.3 * SLOWNESS) or self.is_closed(half, 0.01))
        half.sendall(b"\x01\x02")
        listener.await_lines(1)
        self.assert_done(listener.stop(), b"[1,2]\n")

    def test_silence_between_records_is_no_fault(self):
        listener = self.listen("--first-byte-timeout", int(200 * SLOWNESS), "--frame-timeout", int(200 * SLOWNESS))
        client = self.client(listener)
        client.sendall(b"\x01")
        self.assertFalse(self.is_closed(client, 0.5 * SLOWNESS))
        client.sendall(b"\x02")
        listener.await_lines(2)
        self.assert_done(listener.stop(), b"1\n2\n")

    def test_the_time_in_which_it_is_not_read_from_is_not_the_client_s(self):
        timeout_ms = int(300 * SLOWNESS)
        listener = self.listen("--echo", "--frame-timeout", timeout_ms, stdout=subprocess.DEVNULL)
        client = self.client(listener)
        record = msgpack.packb("x" * (1 << 20))
        client.setblocking(False)
        rest = record * 40
        sent = 0
        quiet_until = time.monotonic() + 4 * timeout_ms / 1000
        while time.monotonic() < quiet_until and sent < len(rest):
            try:
                sent += client.send(rest[sent : sent + (1 << 20)])
                quiet_until = time.monotonic() + 4 * timeout_ms / 1000
            except BlockingIOError:
                time.sleep(0.01)
        self.assertLess(sent, len(rest), "all of it fits into buffers: nothing was held up")
        # The one that was half there is still welcome; its rest goes as soon as there is room for it.
        count = sent // len(record) + 1
        missing = memoryview(rest)[sent : len(record) * count]
        echoed = bytearray()
        while len(echoed) < len(record) * count:
            writers = [client] if missing else []
            readable, writable, _ = select.select([client], writers, [], pier_command.PATIENCE_S)
            self.assertTrue(readable or writable, "nothing moves any more")
            if writable:
                missing = missing[client.send(missing[: 1 << 16]) :]
            if readable:
                chunk = client.recv(1 << 20)
                self.assertNotEqual(chunk, b"", "it was cut off")
                echoed += chunk
        self.assertEqual(echoed, record * count)
        self.assertEqual(listener.stop().errors(), [])

    def is_closed(self, client, timeout_s):
        client.settimeout(timeout_s)
        try:
            return client.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True


class CountTest(pier_command.Test):
    def test_clients_above_the_limit_wait_until_one_goes(self):
        listener = self.listen("--clients-max", 2)
        first, second, third = (self.client(listener) for _ in range(3))
        first.sendall(b"\x01")
        second.sendall(b"\x02")
        listener.await_lines(2)
        third.sendall(b"\x03")
        listener.read_until(lambda listener: b"clients-max" in listener.err)
        self.assertEqual(listener.line_count, 2)
        first.close()
        listener.await_lines(3)
        result = listener.stop()
        self.assertEqual(result.lines()[2], "3")
        self.assert_error(result, 0, "listen", "LIMIT", r"^2 clients are there, the limit is 2 \(--clients-max\)", out=None)

    def test_unread_bytes_of_all_clients(self):
        # Half of it is for all, and each of the two has a quarter.
        listener = self.listen("--unread-max", 4000000, "--clients-max", 2)
        large, small = self.client(listener), self.client(listener)
        large.sendall(b"\xdb\x00\xa0\x00\x00" + b"x" * 1900000)
        small.sendall(b"\xdb\x00\x0c\x35\x00" + b"y" * 800000)
        listener.await_lines(1)  # it had its own
        large.sendall(b"x" * 400000)
        listener.read_until(lambda listener: b"unread_bytes_max" in listener.err)
        self.assert_error(listener.stop(), 0, "listen", "LIMIT", "the limit is 4000000", out=None)


class CrowdTest(pier_command.Test):
    def test_who_never_reads_costs_nobody_s_time(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, CROWD + 1000), hard))
        options = ["--echo", "--clients-max", CROWD + 10, "--unread-max", 1 << 30]
        quiet, listener = (self.listen(*options, stdout=subprocess.DEVNULL) for _ in range(2))
        crowd = [self.small_client(listener) for _ in range(CROWD)]
        for client in crowd:
            client.sendall(b"\x07")
            client.setblocking(False)
        self.fill_up(crowd)
        # What else runs on the machine costs more than the crowd: the best of some rounds counts, on both sides.
        clients = [self.client(quiet), self.client(listener)]
        best = [float("inf"), float("inf")]
        for rounds in range(40):
            best = [min(figure, p99(client)) for figure, client in zip(best, clients)]
            if rounds >= 4 and best[1] <= 2 * best[0]:
                break
        print("p99 of a good client: alone %.0f us," % (best[0] * 1e6), end=" ")
        print("beside %d that never read %.0f us" % (CROWD, best[1] * 1e6))
        self.assertLessEqual(best[1], 2 * best[0])
        # Its peers are still there, and the signal ends it within the time that is given to them.
        listener.interrupt()
        self.assertEqual(listener.result(pier_command.PATIENCE_S * 2).status, 0)

    def small_client(self, listener):
        """A client whose system keeps little for it, so that it is soon full."""
        client = socket.socket()
        self.addCleanup(client.close)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            client.setsockopt(socket.SOL_SOCKET, option, 4096)
        client.settimeout(pier_command.PATIENCE_S)
        client.connect(("127.0.0.1", listener.port))
        return client

    def fill_up(self, crowd):
        """Each sends until its echo has nowhere to go and it is not read from any more."""
        record = msgpack.packb("x" * 60000)
        pending = [b""] * len(crowd)
        quiet = 0
        while quiet < 5:
            moved = 0
            for number, client in enumerate(crowd):
                with contextlib.suppress(BlockingIOError):
                    size = client.send(pending[number] or record)
                    pending[number] = (pending[number] or record)[size:]
                    moved += size
            quiet = quiet + 1 if moved == 0 else 0
            time.sleep(0.02 if moved == 0 else 0)


def p99(client, count=1000):
    """Sends so many records, each when the one before came back. Returns the seconds that 99 of 100 took at most."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        client.sendall(b"\x07")
        receive(client, 1)
        times.append(time.perf_counter() - began)
    return sorted(times)[count * 99 // 100]


if __name__ == "__main__":
    pier_command.main()
