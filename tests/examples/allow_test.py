"""allow_server: who is on the list is let in, everybody else is turned away and counted."""

import socket
import unittest

import sample


class AllowTest(sample.SampleTest):
    def visit(self, port, source):
        """Connects from an address, and returns all that is said to it. Who is turned away may notice at any time."""
        data = b""
        try:
            with socket.create_connection(("127.0.0.1", port), sample.PATIENCE_S, (source, 0)) as client:
                client.shutdown(socket.SHUT_WR)
                while chunk := client.recv(4096):
                    data += chunk
        except TimeoutError:
            raise
        except OSError:
            pass
        return data

    def test_by_address(self):
        server = self.start("allow_server", "tcp://127.0.0.1:0", "deny 127.0.0.13, allow 127.0.0.8/29", 2)
        port = int(server.endpoint().rpartition(":")[2])
        for source in ("127.0.0.1", "127.0.0.13", "127.0.0.16"):
            self.assertEqual(self.visit(port, source), b"", source)
        # The records are the last values of the streams: [number, denied].
        self.assertIn(b"\x92\x01\x03", self.visit(port, "127.0.0.8"))
        self.assertEqual(self.visit(port, "127.0.0.1"), b"")
        self.assertIn(b"\x92\x02\x04", self.visit(port, "127.0.0.15"))
        self.check_end(server, "")

    def test_rules_that_are_none(self):
        status, _, messages = self.run_to_end("allow_server", "tcp://127.0.0.1:0", "allow everybody")
        self.assertEqual(status, 1)
        self.assertRegex(messages, "^allow_server: ")

    def test_usage(self):
        status, _, messages = self.run_to_end("allow_server", "tcp://127.0.0.1:0")
        self.assertEqual(status, 2)
        self.assertRegex(messages, "^usage: ")


if __name__ == "__main__":
    unittest.main()
