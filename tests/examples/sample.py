"""Runs the samples for the tests of this folder: bounded in time, and nothing is left running.

PIER_EXAMPLES names the folder that holds the programs. Each test has a folder of its own for files and Unix sockets.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Sanitizers and valgrind are slow: the limits below are for what hangs, not for what takes its time.
PATIENCE_S = 20 * float(os.environ.get("PIER_PATIENCE_FACTOR", "1"))
LISTENING = re.compile(r"^listening on (\S+)$", re.MULTILINE)


if not os.environ.get("PIER_EXAMPLES"):
    print("skipped: PIER_EXAMPLES does not name the folder of the samples")
    sys.exit(77)


def program(name):
    return str(pathlib.Path(os.environ["PIER_EXAMPLES"]) / name)


def is_listening(path):
    """Whether a socket listens at a path: it is there a moment before it does. (Flag __SO_ACCEPTCON of the kernel.)"""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as sockets:
        return any(line.rstrip("\n").endswith(f" {path}") and line.split()[3] == "00010000" for line in sockets)


class Running:
    """A program that runs, with its output in files, and with so many descriptors at most."""

    def __init__(self, folder, name, *arguments, stdin=subprocess.DEVNULL, descriptors=1024):
        self.output_file = tempfile.NamedTemporaryFile(dir=folder)
        self.messages_file = tempfile.NamedTemporaryFile(dir=folder)
        self.process = subprocess.Popen(
            ["sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh", program(name), *map(str, arguments)],
            stdin=stdin,
            stdout=self.output_file,
            stderr=self.messages_file,
            cwd=folder,
        )

    @property
    def output(self):
        return pathlib.Path(self.output_file.name).read_text()

    @property
    def messages(self):
        return pathlib.Path(self.messages_file.name).read_text()

    def say(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def until(self, condition, what):
        """Waits until `condition(self)` gives something true, and returns that."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = condition(self)
            if found:
                return found
            if time.monotonic() > deadline or self.process.poll() is not None:
                found = condition(self)
                if found:
                    return found
                raise AssertionError(f"no {what}: {self.process.poll()} {self.output!r} {self.messages!r}")
            time.sleep(0.005)

    def endpoint(self):
        return self.until(lambda self: LISTENING.search(self.messages), "endpoint")[1]

    def wait(self):
        """Waits for the end. Returns (exit status, standard output, standard error)."""
        self.process.wait(PATIENCE_S)
        return self.process.returncode, self.output, self.messages

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.output_file.close()
        self.messages_file.close()


class SampleTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="pier-sample-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, name, *arguments, **options):
        running = Running(self.folder, name, *arguments, **options)
        self.addCleanup(running.close)
        return running

    def run_to_end(self, name, *arguments, **options):
        return self.start(name, *arguments, **options).wait()

    def check_end(self, running, output=None, messages=""):
        """The program ends well, having said that and nothing else."""
        status, printed, told = running.wait()
        self.assertEqual((status, LISTENING.sub("", told).strip()), (0, messages))
        if output is not None:
            self.assertEqual(printed, output)

    def endpoints(self):
        """What to listen at: TCP over both IPs, a Unix path and an abstract name."""
        return ["tcp://127.0.0.1:0", "tcp://[::1]:0", f"unix:{self.folder}/socket", f"unix:@pier-{os.getpid()}"]

