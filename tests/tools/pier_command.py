"""What the tests of this folder share: the `pier` command, run in the foreground or as a listener, and sockets to it.

PIER_COMMAND names the program; a test that has none says so and exits with 77, which ctest shows as skipped.
PIER_SLOWNESS multiplies the times that are measured, for sanitizers and valgrind.
"""

import contextlib
import fcntl
import os
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from typing import NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

SLOWNESS = float(os.environ.get("PIER_SLOWNESS", "1"))
PATIENCE_S = 20 * SLOWNESS  # for what must happen at all
COMMAND = os.environ.get("PIER_COMMAND", "")
# One line, with the status by its name; `pier: ` alone before there is a command.
LINE = re.compile(r"^pier(?: ([a-z-]+))?: ([A-Z_]+): (.+)$")


class Result(NamedTuple):
    status: int
    out: bytes
    err: bytes

    def lines(self):
        return self.out.decode().splitlines()

    def errors(self):
        """The lines on standard error as (command, status, text); every one must have that form."""
        text = self.err.decode()
        assert text == "" or text.endswith("\n"), text
        matches = [LINE.match(line) for line in text.splitlines() if not line.startswith("listening on ")]
        assert None not in matches, text
        return [match.groups() for match in matches]


def pier(*arguments, data=b"", **options):
    """Runs the command to its end."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    if "stdin" not in options:
        options["input"] = data
    done = subprocess.run([COMMAND, *map(str, arguments)], timeout=PATIENCE_S * 3, **options)
    return Result(done.returncode, done.stdout, done.stderr)


class Process:
    """The command in the background. Its standard input is a pipe, `send` writes to it."""

    def __init__(self, *arguments, **options):
        options.setdefault("stdin", subprocess.PIPE)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen([COMMAND, *map(str, arguments)], **options)
        self.out, self.err, self.line_count, self.ended = bytearray(), bytearray(), 0, None

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end_input(self):
        self.process.stdin.close()

    def read_until(self, condition, timeout_s=None):
        """Reads what the command writes until condition(self) holds. Returns the seconds it took."""
        began = time.monotonic()
        deadline = began + (PATIENCE_S if timeout_s is None else timeout_s)
        files = {stream.fileno(): name for name, stream in self.streams()}
        while not condition(self):
            left = deadline - time.monotonic()
            ready = select.select(list(files), [], [], max(left, 0))[0] if files else []
            if not ready:
                raise AssertionError(f"not in time: {bytes(self.out[-2000:])!r}, {bytes(self.err)!r}")
            for handle in ready:
                data = os.read(handle, 1 << 20)
                if data == b"":
                    del files[handle]
                else:
                    getattr(self, files[handle]).extend(data)
                    self.line_count += data.count(b"\n") if files[handle] == "out" else 0
        return time.monotonic() - began

    def streams(self):
        process = self.process
        return [(n, s) for n, s in (("out", process.stdout), ("err", process.stderr)) if s is not None and not s.closed]

    def await_lines(self, count, timeout_s=None):
        """Waits for so many lines on standard output. Returns the seconds it took."""
        return self.read_until(lambda self: self.line_count >= count, timeout_s)

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def result(self, timeout_s=None):
        """Waits for the end, and returns all that it wrote."""
        if self.ended is not None:
            return self.ended
        if self.process.stdin is not None and not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        self.process.stdin = None
        try:
            out, err = self.process.communicate(timeout=PATIENCE_S if timeout_s is None else timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end: {bytes(self.out[-2000:])!r}, {bytes(self.err)!r}") from None
        self.out += out or b""
        self.err += err or b""
        self.ended = Result(self.process.returncode, bytes(self.out), bytes(self.err))
        return self.ended

    def stop(self, number=signal.SIGINT):
        self.interrupt(number)
        return self.result()

    def kill(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def peak_bytes(self):
        """The most memory that the process had so far."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) * 1024


class Test(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *arguments, **options):
        process = Process(*arguments, **options)
        self.addCleanup(process.kill)
        return process

    def listen(self, *arguments, endpoint="tcp://127.0.0.1:0", **options):
        """A listener that is ready; `endpoint` and `port` tell where."""
        options.setdefault("stdin", subprocess.DEVNULL)
        listener = self.start("listen", endpoint, *arguments, **options)
        listener.read_until(lambda listener: b"\n" in listener.err)
        line = listener.err.decode().splitlines()[0]
        self.assertTrue(line.startswith("listening on "), line)
        listener.endpoint = line[len("listening on ") :]
        listener.port = int(listener.endpoint.rpartition(":")[2]) if listener.endpoint.startswith("tcp:") else None
        return listener

    def client(self, listener):
        connection = socket.create_connection(("127.0.0.1", listener.port), timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        return connection

    def serve(self):
        """A listening socket of the test's own, and its endpoint."""
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(PATIENCE_S)
        self.addCleanup(listening.close)
        return listening, "tcp://127.0.0.1:%d" % listening.getsockname()[1]

    def nobody(self):
        """An endpoint where nobody listens, and nobody else will meanwhile: its port is held without listening, at the
        addresses of both families."""
        has_both = socket.has_dualstack_ipv6()
        holding = socket.socket(socket.AF_INET6 if has_both else socket.AF_INET)
        self.addCleanup(holding.close)
        if has_both:
            holding.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        holding.bind(("", 0))
        return "tcp://127.0.0.1:%d" % holding.getsockname()[1]

    def accept(self, listening):
        connection, _ = listening.accept()
        connection.settimeout(PATIENCE_S)
        self.addCleanup(connection.close)
        return connection

    def await_records(self, file, count):
        """Waits until the file has so many records."""
        deadline = time.monotonic() + PATIENCE_S
        while len(pier("dump", file).lines()) < count:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def assert_done(self, result, out=None):
        self.assertEqual((result.status, result.errors()), (0, []), result)
        if out is not None:
            self.assertEqual(result.out, out)

    def assert_error(self, result, exit_status, command, status, text=".", out=b""):
        """One line on standard error, with all of it right."""
        self.assertEqual(len(result.errors()), 1, result.err)
        self.assertEqual(result.errors()[0][:2], (command, status), result.err)
        self.assertRegex(result.errors()[0][2], text)
        self.assertEqual(result.status, exit_status, result.err)
        if out is not None:
            self.assertEqual(result.out, out)


def receive_all(connection):
    chunks = []
    while chunk := connection.recv(1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


def receive(connection, size):
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        assert chunk != b"", f"the end after {data!r}"
        data += chunk
    return data


def reset(connection):
    """Closes so that the other side sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def shrink_pipe(handle):
    """Gives a pipe the least room that there is: a page."""
    fcntl.fcntl(handle, 1031, 4096)  # F_SETPIPE_SZ


def main():
    if not os.access(COMMAND, os.X_OK):
        print("skipped: PIER_COMMAND does not name a program")
        sys.exit(77)
    unittest.main()
