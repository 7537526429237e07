"""datagram_clock: told to a group on the loopback interface, shown by several, strangers among the senders."""

import socket
import unittest

from sample import SampleTest

LOOPBACK = "lo"


class DatagramClockTest(SampleTest):
    def show(self, count):
        shown = self.start("datagram_clock", "show", "udp://239.255.71.2:0", LOOPBACK, count)
        return shown, shown.endpoint()

    def test_everybody_who_joined_sees_it(self):
        first, endpoint = self.show(2)
        second = self.start("datagram_clock", "show", endpoint, LOOPBACK, 2)
        second.endpoint()
        status, output, messages = self.run_to_end("datagram_clock", "tell", endpoint, LOOPBACK, 2)
        self.assertEqual((status, messages), (0, ""))
        self.assertEqual(output, "told tick 1, 65507 bytes at most\ntold tick 2, 65507 bytes at most\n")
        for shown in (first, second):
            self.assertEqual(shown.wait()[0], 0)
            lines = shown.output.splitlines()
            self.assertEqual(len(lines), 2)
            for number, line in enumerate(lines, 1):
                self.assertRegex(line, rf"^tick {number} at \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ from udp://")

    def test_strangers_are_passed_over(self):
        shown, endpoint = self.show(1)
        port = int(endpoint.rpartition(":")[2])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            stranger.sendto(b"\xc7\x3dnothing of the sort", ("239.255.71.2", port))
            stranger.sendto(b"", ("239.255.71.2", port))
        status, _, messages = self.run_to_end("datagram_clock", "tell", endpoint, LOOPBACK, 1)
        self.assertEqual((status, messages), (0, ""))
        self.assertEqual(shown.wait()[0], 0)
        self.assertEqual(len(shown.output.splitlines()), 1)
        self.assertRegex(shown.messages, r"from udp://[^ ]+: datagram_clock: CORRUPT: .*byte 2")
        self.assertRegex(shown.messages, r"from udp://[^ ]+: datagram_clock: TRUNCATED: .*byte 0")

    def test_errors(self):
        for arguments, expected in (
            (["show", "udp://239.255.71.2"], "`:` and a port must follow the host"),
            (["show", "tcp://239.255.71.2:1"], "datagrams go over UDP and Unix addresses"),
            (["show", "udp://239.255.71.2:0", "no-such-if"], "there is no such interface"),
            (["tell", "udp://239.255.71.2:1", "no-such-if"], "no interface of this machine"),
        ):
            with self.subTest(arguments):
                status, output, messages = self.run_to_end("datagram_clock", *arguments)
                self.assertEqual((status, output), (1, ""))
                self.assertIn(expected, messages)
        self.assertEqual(self.run_to_end("datagram_clock")[0], 2)


if __name__ == "__main__":
    unittest.main()
