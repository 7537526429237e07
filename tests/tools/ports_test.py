"""`pier ports`: interfaces and their addresses beside the system's own list, ports, services, and who has a port."""

import json
import os
import socket

import pier_command
from pier_command import pier


def lines_of(*arguments):
    result = pier("ports", *arguments, "--json")
    assert (result.status, result.err) == (0, b""), result
    return [json.loads(line) for line in result.lines()]


class InterfaceTest(pier_command.Test):
    def test_all_interfaces_with_their_addresses(self):
        shown = {interface["interface"]: interface for interface in lines_of()}
        self.assertEqual({name: one["index"] for name, one in shown.items()}, {n: i for i, n in socket.if_nameindex()})
        loopback = shown["lo"]
        self.assertIn("loopback", loopback["flags"])
        self.assertIn("up", loopback["flags"])
        own = [address for address in loopback["addresses"] if address["address"] == "127.0.0.1"]
        self.assertEqual([(address["prefix"], address["kind"]) for address in own], [(8, "loopback")])

    def test_for_people(self):
        result = pier("ports")
        self.assert_done(result)
        text = result.out.decode()
        self.assertRegex(text, r"(?m)^lo, number \d+: up .*loopback")
        self.assertRegex(text, r"(?m)^  127\.0\.0\.1/8  loopback")
        for interface in lines_of():
            for address in interface["addresses"]:
                self.assertIn(f"  {address['address']}/{address['prefix']}  {address['kind']}", text)

    def test_output_that_fails_is_told(self):
        with open("/dev/full", "wb") as full:
            self.assert_error(pier("ports", stdout=full), 3, "ports", "NO_SPACE", out=None)


class PortTest(pier_command.Test):
    def test_ranges(self):
        for port, name in ((0, "any"), (1, "reserved"), (1023, "reserved"), (1024, "registered"),
                           (49151, "registered"), (49152, "dynamic"), (65535, "dynamic")):  # fmt: skip
            with self.subTest(port):
                told = lines_of(port)
                self.assertEqual([(one["port"], one["transport"]) for one in told], [(port, "tcp"), (port, "udp")])
                self.assertEqual([one["range"] for one in told], [name, name])

    def test_services(self):
        by_name, by_port = lines_of("https"), lines_of(443)
        self.assertEqual(by_name[0]["port"], 443)
        self.assertEqual((by_port[0]["service"], by_port[0]["range"]), ("https", "reserved"))
        self.assertEqual(lines_of("HTTPS"), by_name)
        self.assertIsNone(lines_of(49152)[0]["service"])
        self.assertRegex(pier("ports", "443").out.decode(), r"(?m)^443/tcp: reserved, of the service https; ")
        result = pier("ports", "no-such-service")
        self.assert_error(result, 1, "ports", "NOT_FOUND", "no-such-service")
        self.assertNotRegex(result.err.decode() if isinstance(result.err, bytes) else result.err, "TCP|UDP")

    def test_who_has_it(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            own = lines_of(port)[0]["owner"]
            self.assertEqual((own["user"], own["process"]), (os.geteuid(), os.getpid()))
            with open("/proc/self/comm") as file:
                self.assertEqual(own["program"], file.read().strip())
            text = pier("ports", port).out.decode()
            self.assertRegex(text, rf"(?m)^{port}/tcp: .*; process {os.getpid()} \(.+\) of user {os.geteuid()} has it now$")
        # Nobody listens, and no other program gets the port meanwhile.
        free = int(self.nobody().rpartition(":")[2])
        self.assertIsNone(lines_of(free)[0]["owner"])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind(("127.0.0.1", 0))
            told = lines_of(datagrams.getsockname()[1])
            self.assertEqual(told[1]["owner"]["process"], os.getpid())

    def test_a_listener_of_pier(self):
        listener = self.listen()
        own = lines_of(listener.port)[0]["owner"]
        self.assertEqual((own["process"], own["program"]), (listener.process.pid, "pier"))
        self.assert_done(listener.stop())


if __name__ == "__main__":
    pier_command.main()
