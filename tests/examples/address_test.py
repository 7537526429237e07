"""find_host, find_hosts and this_machine: names of this machine, many at once, its interfaces, ports and rules."""

import unittest

from sample import SampleTest

LOOPBACK = {"tcp://127.0.0.1:80 loopback", "tcp://[::1]:80 loopback"}


class FindHostTest(SampleTest):
    def test_localhost(self):
        status, output, messages = self.run_to_end("find_host", "localhost:http")
        self.assertEqual((status, messages), (0, ""))
        self.assertEqual(set(output.splitlines()), LOOPBACK)

    def test_numbers(self):
        for endpoint, expected in (
            ("10.1.2.3:7000", "tcp://10.1.2.3:7000 private\n"),
            ("udp://[ff02::1]:9", "udp://[ff02::1]:9 multicast\n"),
            ("unix:@name", "unix:@name none\n"),
        ):
            with self.subTest(endpoint):
                self.assertEqual(self.run_to_end("find_host", endpoint), (0, expected, ""))

    def test_errors(self):
        for arguments, expected in (
            (["localhost"], "`:` and a port must follow the host"),
            (["localhost:nosuchservice"], "no TCP service of the name nosuchservice"),
            (["hidden.onion:80"], "there is no host of the name hidden.onion"),
        ):
            with self.subTest(arguments):
                status, output, messages = self.run_to_end("find_host", *arguments)
                self.assertEqual((status, output), (1, ""))
                self.assertIn(expected, messages)
        self.assertEqual(self.run_to_end("find_host"), (2, "", "usage: find_host ENDPOINT\n"))


class FindHostsTest(SampleTest):
    def test_many_at_once(self):
        names = [f"a{i}.localhost:80" for i in range(50)]
        status, output, messages = self.run_to_end("find_hosts", *names, "hidden.onion:80", "bad:port:80")
        self.assertEqual((status, messages), (0, ""))
        lines = output.splitlines()
        self.assertEqual(len(lines), 52)
        for name in names:
            self.assertEqual(sum(line.startswith(f"{name} is tcp://") for line in lines), 1)
        self.assertTrue(any(line.startswith("hidden.onion:80: there is no host") for line in lines))
        self.assertTrue(any(line.startswith("bad:port:80: ") for line in lines))

    def test_nothing(self):
        self.assertEqual(self.run_to_end("find_hosts"), (0, "", ""))


class ThisMachineTest(SampleTest):
    def test_interfaces(self):
        status, output, messages = self.run_to_end("this_machine")
        self.assertEqual((status, messages), (0, ""))
        self.assertIn("    tcp://127.0.0.1:0 in 127.0.0.0/8, loopback\n", output)

    def test_ports_and_rules(self):
        for port, rules, address, expected in (
            ("443", "allow 10.0.0.0/8", "10.1.2.3:0",
             ["port 443 is reserved, and belongs to https", "10.1.2.3:0 is allowed by a rule"]),
            ("50000", "deny 10.0.0.0/8", "10.1.2.3:0", ["port 50000 is dynamic", "10.1.2.3:0 is denied by a rule"]),
            ("0", "allow 10.0.0.0/8", "[::1]:0", ["port 0 is any", "[::1]:0 is denied by default"]),
        ):
            with self.subTest(port):
                status, output, messages = self.run_to_end("this_machine", port, rules, address)
                self.assertEqual((status, messages), (0, ""))
                self.assertEqual(output.splitlines()[-2:], expected)

    def test_a_bad_rule(self):
        status, _, messages = self.run_to_end("this_machine", "1", "allow 10.1.0.0/8", "::1")
        self.assertEqual(status, 1)
        self.assertIn("the network is 10.0.0.0/8 (byte 6)", messages)


if __name__ == "__main__":
    unittest.main()
