"""neovim_client against a real neovim, over a Unix socket and TCP: requests, notifications in between, large texts."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import unittest

import sample
from sample import SampleTest

NEOVIM = shutil.which("nvim")
LARGE_BYTES = int(os.environ.get("PIER_NEOVIM_BYTES", str(50 << 20)))

if NEOVIM is None:
    print("skipped: there is no neovim here")
    sys.exit(77)


class NeovimTest(SampleTest):
    def neovim(self, address):
        """Starts a neovim that listens at an address; it ends with the test."""
        environment = {**os.environ, "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder)}
        process = subprocess.Popen(
            [NEOVIM, "--headless", "--clean", "-n", "--listen", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env=environment,
        )

        def end():
            process.kill()
            process.wait()

        self.addCleanup(end)
        return process

    def await_listener(self, process, connect):
        deadline = time.monotonic() + sample.PATIENCE_S
        while True:
            self.assertIsNone(process.poll(), "neovim ended")
            try:
                connect()
                return
            except OSError:
                self.assertLess(time.monotonic(), deadline, "neovim does not listen")
                time.sleep(0.02)

    def talk(self, endpoint, size):
        status, output, messages = self.run_to_end("neovim_client", endpoint, size)
        self.assertEqual((status, messages), (0, ""), output)
        lines = output.splitlines()
        self.assertRegex(lines[0], r"^channel [1-9]\d*, [1-9]\d* parts of api info$")
        self.assertEqual(lines[1:4], ["notified: counted with 1"] * 3)
        self.assertEqual(lines[4], "computed 42 after 3 notifications")
        self.assertEqual(lines[5], f"a text of {size} bytes came back as it was")

    def test_unix_socket(self):
        path = pathlib.Path(self.folder) / "nvim.sock"

        def connect():
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(path))

        self.await_listener(self.neovim(str(path)), connect)
        for size in (0, 31, 32, 255, 256, 65535, 65536, LARGE_BYTES):
            self.talk(f"unix:{path}", size)

    def test_tcp(self):
        # neovim does not tell the port that 0 chose: one is asked for, freed, and tried again when it was taken.
        for _ in range(20):
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = listener.getsockname()[1]
            process = self.neovim(f"127.0.0.1:{port}")
            try:
                self.await_listener(process, lambda: socket.create_connection(("127.0.0.1", port), 5).close())
                break
            except AssertionError:
                process.kill()
        self.talk(f"tcp://127.0.0.1:{port}", LARGE_BYTES)

    def test_no_neovim(self):
        status, output, messages = self.run_to_end("neovim_client", f"unix:{self.folder}/nobody")
        self.assertEqual((status, output), (1, ""))
        self.assertNotEqual(messages, "")


if __name__ == "__main__":
    unittest.main()
