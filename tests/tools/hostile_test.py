"""`pier listen` under attack: each hostile client costs its connection and one line, no memory but for what it sent, and
the next client is served.

The command runs in 256 MiB of address space, and the most memory that it ever had resident is compared with what it had
before. Under a sanitizer, which takes terabytes of address space for itself, neither can be measured: there the same
clients come, the answers are the same, and tests/archive/hostile_test.c bounds the memory by counting it.
"""

import os
import resource
import socket
import struct

import msgpack
import pier_command  # before those that it shows the way to
import pier_wire as wire
from pier_command import PATIENCE_S, SLOWNESS, receive_all

MIB = 1 << 20
LIMIT = 16 * MIB  # of a record, by default
IS_MEASURED = SLOWNESS == 1


def little_address_space():
    resource.setrlimit(resource.RLIMIT_AS, (256 * MIB, 256 * MIB))


def block(payload, records=1, **fields):
    """A preamble and a block around a payload; every check is right unless a field says otherwise."""
    header = {"kind": wire.RECORDS, "flags": wire.CHECKED | wire.FIRST, "stream_id": 7, "first": 1,
              "records": records, "stored": len(payload), "raw": len(payload), "check": wire.xxh3(payload)}  # fmt: skip
    return wire.preamble(7) + wire.header(**{**header, **fields}) + payload


# Name, bytes, status, offset. All plain but those of `FRAMED`.
CLAIMS = [
    (f"{head.hex()} {length:08x}", head + struct.pack(">I", length), "LIMIT", 0)
    for head in (b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9")
    for length in (2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1)
]
PLAIN = CLAIMS + [
    ("31 nested array32 of 2^26", b"\xdd\x04\x00\x00\x00" * 31, "LIMIT", 0),
    ("24,000 times dc ffff", b"\xdc\xff\xff" * 24000, "LIMIT", 384),
    ("a million times 91", b"\x91" * 1000000, "LIMIT", 128),
    ("a million times 81 00", b"\x81\x00" * 1000000, "LIMIT", 256),
    ("depth 129", b"\x91" * 129 + b"\xc0", "LIMIT", 128),
    ("a record of limit+1", b"\xdb" + struct.pack(">I", LIMIT - 4), "LIMIT", 0),
    ("c1", b"\xc1", "PROTOCOL", 0),
    ("c1 within", b"\x92\x01\xc1", "PROTOCOL", 2),
    ("a value cut in its head", b"\x92\x01\xdd\x00", "TRUNCATED", 4),
    ("a value cut in its text", b"\xdb\x00\x01\x00\x00abc", "TRUNCATED", 8),
    ("a preamble cut", wire.preamble(7)[:40], "TRUNCATED", 40),
]
FRAMED = [
    ("a block of a claim", block(b"\xdd\xff\xff\xff\xff"), "PROTOCOL", 133),
    ("a block of a million times 91", block(b"\x91" * 1000000), "PROTOCOL", 128 + 1000000),
    ("a block of a million times 81 00", block(b"\x81\x00" * 1000000), "PROTOCOL", 128 + 2000000),
    ("2^31 bytes of many records", block(b"", records=2, stored=2**31, raw=2**31), "LIMIT", 64 + 36),
    ("2^32-1 bytes of many records", block(b"", records=9, stored=2**32 - 1, raw=2**32 - 1), "LIMIT", 64 + 36),
    ("record 2^63", block(b"\x07", first=2**63), "CORRUPT", 64 + 16),
    ("unknown flags", block(b"\x07", flags=0xF8), "PROTOCOL", 64 + 4),
    ("a check that is denied", block(b"\x07", flags=wire.FIRST), "PROTOCOL", 64 + 52),
    ("another check", block(b"\x07", check=1), "CORRUPT", 128),
    ("2^32-1 records", block(b"\x07", records=2**32 - 1), "PROTOCOL", 129),
    ("a byte behind the records", block(b"\x07\x08"), "PROTOCOL", 129),
    ("no end mark", block(b"\x07"), "TRUNCATED", 129),
    ("a block cut in its header", block(b"\x07")[:100], "TRUNCATED", 100),
    ("a block cut in its payload", block(b"\xa9123456789")[:-4], "TRUNCATED", 134),
    ("no preamble behind the end mark", wire.Writer(7).end() + b"\x07", "CORRUPT", 128),
]


class HostileTest(pier_command.Test):
    def serve_in_little_space(self, *arguments):
        """A listener that has served a client, and the memory that it had at most until then."""
        listener = self.listen(*arguments, **({"preexec_fn": little_address_space} if IS_MEASURED else {}))
        self.good_client(listener)
        return listener, listener.peak_bytes() if IS_MEASURED else 0

    def good_client(self, listener):
        before = listener.line_count
        client = self.client(listener)
        client.sendall(b"\x07")
        client.shutdown(socket.SHUT_WR)
        listener.await_lines(before + 1)
        self.assertEqual(bytes(listener.out).splitlines()[-1], b"7")
        self.assertIn(receive_all(client), (b"", b"\x07"))  # an echo, if it does that
        client.close()

    def attack(self, listener, data, lines=1):
        """Sends, ends, and waits for the connection to be gone. Returns the lines that this cost."""
        before = listener.err.count(b"\n")
        client = self.client(listener)
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            receive_all(client)
        except OSError:
            pass  # the listener has heard enough, and reset the connection
        client.close()
        listener.read_until(lambda listener: listener.err.count(b"\n") >= before + lines)
        return listener.err.decode().splitlines()[before:]

    def assert_told(self, lines, name, status, offset):
        self.assertEqual(len(lines), 1, (name, lines))
        command, told, text = pier_command.LINE.match(lines[0]).groups()
        self.assertEqual((command, told), ("listen", status), (name, lines))
        self.assertRegex(text, rf"\(byte {offset}\b", (name, lines))

    def assert_memory(self, listener, most, name):
        if IS_MEASURED:
            self.assertLess(listener.peak_bytes(), most, name)

    def assert_ends_well(self, listener, lines):
        result = listener.stop()
        self.assertEqual(result.status, 0)
        self.assertEqual(result.err.count(b"\n"), 1 + lines, result.err[-2000:])

    def test_plain(self):
        listener, before = self.serve_in_little_space()
        largest = 0  # the most memory is that of the largest so far
        for name, data, status, offset in PLAIN:
            self.assert_told(self.attack(listener, data), name, status, offset)
            self.good_client(listener)
            largest = max(largest, len(data))
            self.assert_memory(listener, before + 2 * largest + MIB, name)
        self.assert_ends_well(listener, len(PLAIN))

    def test_framed(self):
        for form in [], ["--framed"]:
            listener = self.listen(*form)
            before = listener.peak_bytes() if IS_MEASURED else 0
            largest = 0
            for name, data, status, offset in FRAMED:
                self.assert_told(self.attack(listener, data), name, status, offset)
                largest = max(largest, len(data))
                self.assert_memory(listener, before + 2 * largest + MIB, name)
            client = self.client(listener)
            client.sendall(block(b"\xa3end"))
            listener.read_until(lambda listener: listener.out.endswith(b'"end"\n'))
            self.assert_ends_well(listener, len(FRAMED))

    def test_a_record_that_is_all_but_there(self):
        """The costliest that a client may be: all of a record of the limit, but for its last byte."""
        listener, before = self.serve_in_little_space()
        text = b"\xdb" + struct.pack(">I", LIMIT - 5) + b"x" * (LIMIT - 6)
        self.assert_told(self.attack(listener, text), "plain", "TRUNCATED", LIMIT - 1)
        framed = block(text, stored=LIMIT, raw=LIMIT)
        self.assert_told(self.attack(listener, framed), "framed", "TRUNCATED", 128 + LIMIT - 1)
        self.good_client(listener)
        self.assert_memory(listener, before + LIMIT + MIB, "a record of the limit")
        self.assert_ends_well(listener, 2)

    def test_what_is_too_long_is_passed_over(self):
        """A record above the limit costs one line, and the link lives on."""
        listener, before = self.serve_in_little_space()
        length = 40 * MIB
        client = self.client(listener)
        client.sendall(block(b"", stored=length, raw=length, check=5))
        for _ in range(length // MIB):
            client.sendall(b"\xc1" * MIB)
        second = {"kind": wire.RECORDS, "flags": wire.CHECKED, "stream_id": 7, "first": 2, "number": 1, "records": 1}
        client.sendall(wire.header(**second, stored=1, raw=1, check=wire.xxh3(b"\x08")) + b"\x08")
        listener.read_until(lambda listener: listener.out.endswith(b"\n8\n") and listener.err.count(b"\n") > 1)
        self.assert_told(listener.err.decode().splitlines()[1:], "too long", "LIMIT", 64)
        # Within a block it is the same, with what is too deep.
        deep = b"\x91" * 129 + b"\xc0"
        client = self.client(listener)
        client.sendall(block(deep + b"\x09", records=2))
        listener.read_until(lambda listener: listener.out.endswith(b"\n9\n") and listener.err.count(b"\n") > 2)
        self.assert_told(listener.err.decode().splitlines()[2:], "too deep", "LIMIT", 128 + 128)
        self.assert_memory(listener, before + MIB, "what is passed over")
        self.assert_ends_well(listener, 2)

    def test_depth_both_ways(self):
        listener, _ = self.serve_in_little_space("--echo")
        for form in [], ["--plain"]:
            for depth in 127, 128:
                line = b"[" * depth + b"]" * depth + b"\n"
                connect = self.start("connect", listener.endpoint, *form)
                connect.send(line)
                connect.await_lines(1)
                self.assert_done(connect.result(), line)
            result = pier_command.pier("connect", listener.endpoint, *form, data=b"[" * 129 + b"]" * 129 + b"\n")
            self.assert_error(result, 1, "connect", "LIMIT")
        self.assert_done(listener.stop(), None)

    def test_everything_cut_everywhere(self):
        """A stream of each kind of piece, cut at each byte: one line, which tells where, or none between two records."""
        writer = wire.Writer(7)
        writer.store({"a": [1, 2.5, None, True, b"bytes"]})
        writer.flush()
        writer.store("text")
        framed = writer.end()
        listener, before = self.serve_in_little_space()
        cuts = range(1, len(framed), 1 if IS_MEASURED else 7)
        for cut in cuts:
            lines = self.attack(listener, framed[:cut])
            self.assert_told(lines, cut, "TRUNCATED", cut)
        plain = msgpack.packb({"a": [1, 2.5, None, True, b"bytes", "text"]})
        for cut in range(1, len(plain)):
            self.assert_told(self.attack(listener, plain[:cut]), cut, "TRUNCATED", cut)
        self.good_client(listener)
        self.assert_memory(listener, before + MIB, "cut")
        self.assert_ends_well(listener, len(cuts) + len(plain) - 1)


class CrowdTest(pier_command.Test):
    def test_200_hostile_clients_at_once(self):
        """All of them open together, each in the middle of its worst; a good one comes last and is served first."""
        listener = self.listen("--echo", **({"preexec_fn": little_address_space} if IS_MEASURED else {}))
        clients = []
        for number in range(200):
            client = self.client(listener)
            client.sendall([b"\xdb\x00\xff\xff\x00", block(b"", stored=LIMIT, raw=LIMIT),
                            b"\xdd\x00\x0f\xff\xff" + b"\xc0" * 999, wire.preamble(7)[:63]][number % 4])  # fmt: skip
            clients.append(client)
        good = self.client(listener)
        good.sendall(b"\x07")
        self.assertEqual(pier_command.receive(good, 1), b"\x07")
        if IS_MEASURED:
            # A read is 64 KiB, and that is what each may have.
            self.assertLess(listener.peak_bytes(), 200 * 2 * 65536 + 16 * MIB)
        for client in clients:
            client.close()
        listener.read_until(lambda listener: listener.err.count(b"\n") == 201, PATIENCE_S)
        self.assertEqual(listener.stop().status, 0)


if __name__ == "__main__":
    pier_command.main()
