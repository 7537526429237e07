"""packet_exchange: packets and receipts, and packets that do not come whole."""

import socket
import sys
import unittest

from sample import PATIENCE_S, ROOT, SampleTest

sys.path.insert(0, str(ROOT / "tests" / "interop"))
import pier_wire as wire  # noqa: E402


class PacketTest(SampleTest):
    def test_packet_and_receipt(self):
        for endpoint in self.endpoints():
            with self.subTest(endpoint):
                server = self.start("packet_exchange", "serve", endpoint)
                sender = self.start("packet_exchange", "send", server.endpoint(), "fünf", 1, -30, 9223372036854775807)
                self.check_end(sender, "receipt for packet 1: the sum is 9223372036854775778\n")
                self.check_end(server, 'packet 1: 1 -30 9223372036854775807 "fünf"\n')

    def test_packet_without_values(self):
        server = self.start("packet_exchange", "serve")
        sender = self.start("packet_exchange", "send", server.endpoint(), "")
        self.check_end(sender, "receipt for packet 1: the sum is 0\n")
        self.check_end(server, 'packet 1: ""\n')

    def test_many_values(self):
        values = list(range(-5000, 5000))
        server = self.start("packet_exchange", "serve")
        sender = self.start("packet_exchange", "send", server.endpoint(), "many", *values)
        self.check_end(sender, f"receipt for packet 1: the sum is {sum(values)}\n")
        self.check_end(server, f'packet 1: {" ".join(map(str, values))} "many"\n')

    def serve_raw(self, data, ends):
        """What the server makes of a sender's bytes."""
        server = self.start("packet_exchange", "serve")
        host, port = server.endpoint().removeprefix("tcp://").rsplit(":", 1)
        with socket.create_connection((host, int(port)), PATIENCE_S) as client:
            client.sendall(data)
            if ends:
                client.shutdown(socket.SHUT_WR)
            return server.wait()

    def stream(self, *records):
        writer = wire.Writer(stream_id=1)
        for record in records:
            writer.store(record)
        return writer.end()

    def test_packet_that_ends_within(self):
        for records in ([[1, 2]], [[1, 2], 7], [[1, 2], 7, 8]):
            with self.subTest(records=records):
                status, output, messages = self.serve_raw(self.stream(*records), ends=True)
                self.assertEqual(status, 1)
                self.assertTrue(output.endswith(" … incomplete\n"))
                self.assertRegex(messages.splitlines()[-1], "^packet_exchange: TRUNCATED")

    def test_packet_of_other_types(self):
        for records in ([[1]], ["header"], [[1, 1], "seven"], [[1, 1], 7, 8], [[1, 0], "x" * 256], [[-1, 0]]):
            with self.subTest(records=records):
                status, _, messages = self.serve_raw(self.stream(*records), ends=True)
                self.assertEqual(status, 1)
                self.assertRegex(messages.splitlines()[-1], "^packet_exchange: (TYPE|RANGE)")

    def test_stream_that_is_cut(self):
        stream = self.stream([1, 1], 7, "text")
        for size in (0, 10, 63, 64, 65, 128, len(stream) // 2):
            with self.subTest(size=size):
                status, _, messages = self.serve_raw(stream[:size], ends=True)
                self.assertEqual(status, 1)
                self.assertRegex(messages.splitlines()[-1], "^packet_exchange: TRUNCATED")

    def test_receipt_that_does_not_come(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            sender = self.start("packet_exchange", "send", "tcp://127.0.0.1:%d" % listener.getsockname()[1], "x", 1)
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(64)
                accepted.shutdown(socket.SHUT_WR)
                status, output, messages = sender.wait()
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(messages, "^packet_exchange: (TRUNCATED|RESET)")

    def test_nobody_there(self):
        status, _, messages = self.run_to_end("packet_exchange", "send", f"unix:{self.folder}/nobody", "x")
        self.assertEqual(status, 1)
        self.assertRegex(messages, "^packet_exchange: NOT_FOUND")

    def test_wrong_arguments(self):
        for arguments in ([], ["serve", "a", "b"], ["send"], ["send", "x"], ["send", "x", "y", "1.5"], ["other"],
                          ["send", "x", "y" * 256], ["send", "x", "y", ""]):  # fmt: skip
            with self.subTest(arguments=arguments):
                status, _, messages = self.run_to_end("packet_exchange", *arguments)
                self.assertEqual(status, 2)
                self.assertRegex(messages, "^usage: ")


if __name__ == "__main__":
    unittest.main()
