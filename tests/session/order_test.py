"""No acknowledgement of durable records precedes the sync that covers them, and no record leaves before its own: by the
system calls of both sides of a session, as strace sees them.

PIER_SESSION_PEER names a program that is one side of a session and nothing else; PIER_EXAMPLES the folder with
feed_producer and feed_consumer, which drive theirs over a socket of the network; without it they are left out. What
was written to a journal, synced and sent is read out of the bytes of the calls alone; proto/wire.md and
proto/session.md say what they are.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

COUNT = 200
SKIPPED = 77
MAGIC = b"\xc7\x3d\x50"
RECORDS, CONTROL = 1, 5
ACKNOWLEDGEMENT = 6
WRITES = {"write", "pwrite64", "writev", "pwritev", "pwritev2"}
SENDS = {"send", "sendto", "sendmsg"}
SYNCS = {"fdatasync", "fsync"}
CALL = re.compile(r"^(?:\d+ +)?(\w+)\((\d+)<([^>]*)>(.*)\) += (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


def content(arguments):
    """The bytes that a call was given."""
    found = TEXT.findall(arguments)
    assert not any(cut for _, cut in found), "strace cut a text"
    return b"".join(bytes.fromhex(text.replace("\\x", "")) for text, _ in found)


def pieces(data):
    """The blocks in bytes that begin with one: (kind, first record, records, payload)."""
    at = 0
    while at + 64 <= len(data) and data.startswith(MAGIC, at):
        kind = data[at + 3]
        first, _, _, records, stored = struct.unpack_from("<QIIII", data, at + 16)
        stored = 0 if kind == 0 else stored
        yield kind, first, records, data[at + 64 : at + 64 + stored]
        at += 64 + stored
    assert at == len(data), f"{len(data) - at} bytes that are no block"


def number(data, at):
    if data[at] < 0x80:
        return data[at], at + 1
    width = 1 << (data[at] - 0xCC)
    return int.from_bytes(data[at + 1 : at + 1 + width], "big"), at + 1 + width


def acknowledged(payload):
    """The durable record that a control block of a connection acknowledges, or None."""
    array = payload[5:]
    if payload[:1] != b"\xc8" or payload[3:5] != b"\x50\x31" or array[1] != ACKNOWLEDGEMENT:
        return None
    _, at = number(array, 2)
    return number(array, at)[0]


class Account:
    """What a process has written to its journals and synced."""

    def __init__(self):
        self.written = {"sent": {}, "received": {}}  # the last record in each file
        self.synced = {"sent": 0, "received": 0}
        self.acknowledgements, self.records_sent, self.syncs = [], [], 0
        self.rest = b""

    def journal_of(self, path):
        name = pathlib.Path(path).parent.name
        return name if name in self.written and (path.endswith(".pier") or path.endswith(".new")) else None

    def write(self, path, data):
        journal = self.journal_of(path)
        for kind, first, records, _ in pieces(data) if journal else ():
            if kind in (RECORDS, CONTROL) and records:
                self.written[journal][path] = first + records - 1

    def sync(self, path):
        journal = self.journal_of(path)
        if journal:
            self.syncs += 1
            self.synced[journal] = max(self.synced[journal], self.written[journal].get(path, 0))

    def send(self, data):
        """Looks at the blocks that have left whole; the last may leave in several calls."""
        self.rest += data
        at = 0
        while len(self.rest) - at >= 64:
            stored = struct.unpack_from("<I", self.rest, at + 36)[0]
            if len(self.rest) - at < 64 + stored:
                break
            ((kind, first, records, payload),) = pieces(self.rest[at : at + 64 + stored])
            if kind == RECORDS:
                self.records_sent.append((first + records - 1, self.synced["sent"]))
            elif kind == CONTROL and first == 0 and acknowledged(payload) is not None:
                self.acknowledgements.append((acknowledged(payload), self.synced["received"]))
            at += 64 + stored
        self.rest = self.rest[at:]


def account_of(trace):
    account = Account()
    for line in trace.read_text().splitlines():
        match = CALL.match(line)
        if not match or int(match[5]) < 0:
            continue
        name, _, path, arguments, result = match.groups()
        path = bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path
        if name in SYNCS and int(result) == 0:
            account.sync(path)
        elif name in SENDS or (name in WRITES and path.startswith(("socket:", "TCP:"))):
            account.send(content(arguments)[: int(result)])
        elif name in WRITES:
            account.write(path, content(arguments)[: int(result)])
    return account


class OrderTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pier-order-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def strace(self, role):
        calls = ",".join(sorted(WRITES | SENDS - {"send"} | SYNCS))
        options = ["-y", "-xx", "-s", "1000000", "-e", f"trace={calls}", "-o", str(self.folder / f"{role}.trace")]
        return ["strace", *options]

    def run_both(self):
        """Runs client and server under strace. Returns the accounts of both."""
        processes = []
        for role, end in zip(("client", "server"), socket.socketpair()):
            (self.folder / role).mkdir(exist_ok=True)
            command = self.strace(role)
            command += [os.environ["PIER_SESSION_PEER"], role, str(self.folder / role), str(COUNT), str(end.fileno())]
            process = subprocess.Popen(command, pass_fds=[end.fileno()], stderr=subprocess.PIPE, text=True)
            # Behind its end this does nothing.
            self.addCleanup(process.kill)
            processes.append(process)
            end.close()
        for process in processes:
            _, errors = process.communicate(timeout=100)
            self.assertEqual(process.returncode, 0, errors)
        return [account_of(self.folder / f"{role}.trace") for role in ("client", "server")]

    def run_examples(self):
        """The same of the examples: the server is ended when the client is done."""
        programs = pathlib.Path(os.environ["PIER_EXAMPLES"])
        command = self.strace("server") + [str(programs / "feed_consumer"), str(self.folder / "server")]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            endpoint = server.stderr.readline().split()[-1]
            command = self.strace("client") + [str(programs / "feed_producer"), str(self.folder / "client")]
            ended = subprocess.run(command + [endpoint, str(COUNT)], capture_output=True, text=True, timeout=100)
            self.assertEqual(ended.returncode, 0, ended.stderr)
        finally:
            children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            for child in children:
                os.kill(int(child), signal.SIGKILL)
            server.stderr.close()
            server.wait(timeout=100)
        return [account_of(self.folder / f"{role}.trace") for role in ("client", "server")]

    def test_no_acknowledgement_precedes_its_sync(self):
        self.check(*self.run_both())

    def test_nor_one_of_the_examples(self):
        if not os.environ.get("PIER_EXAMPLES"):
            self.skipTest("the examples are not built")
        self.check(*self.run_examples())

    def check(self, client, server):
        self.assertGreater(server.syncs, 5)
        for durable, synced in server.acknowledgements:
            self.assertLessEqual(durable, synced)
        self.assertEqual(max(durable for durable, _ in server.acknowledgements), COUNT)
        self.assertGreater(len({durable for durable, _ in server.acknowledgements}), 5)
        for last, synced in client.records_sent:
            self.assertLessEqual(last, synced)
        self.assertEqual(client.records_sent[-1][0], COUNT)
        self.assertEqual((client.rest, server.rest), (b"", b""))
        print(f"{len(server.acknowledgements)} acknowledgements and {server.syncs} syncs of the server, "
              f"{len(client.records_sent)} blocks and {client.syncs} syncs of the client")  # fmt: skip

    def test_an_account_without_its_syncs_is_found(self):
        # What this test would miss if it did not look: the same calls, with no sync among them.
        _, server = self.run_both()
        self.assertFalse(any(durable > synced for durable, synced in server.acknowledgements))
        trace = self.folder / "server.trace"
        lines = [line for line in trace.read_text().splitlines() if "sync(" not in line]
        trace.write_text("\n".join(lines))
        self.assertTrue(any(durable > synced for durable, synced in account_of(trace).acknowledgements))


def can_trace():
    """Whether there is a strace that may trace here."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], stderr=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    if not can_trace():
        print("there is no strace here, or it may not trace")
        sys.exit(SKIPPED)
    unittest.main()
