"""The `pier` command against the golden vectors, against python3-msgpack, and against peers written in Python."""

import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import unittest

import golden
import interop
import msgpack
import pier_reader
import pier_wire as wire
from pier_value import to_json

DAMAGE = re.compile(r"^pier dump: ([A-Z_]+): .*\(byte (\d+)(?:.*, records (\d+) to (\d+) lost$)?")


def right_vectors():
    """The vectors without an error: (path, format, bytes, expected lines)."""
    for path, format_, data, jsonl, errors in interop.vectors():
        if not errors:
            yield path, format_, data, jsonl


def storable(jsonl):
    """The lines without records that are themselves an ext of Pier's own type: a framed stream cannot hold those."""
    return b"".join(line for line in jsonl.splitlines(keepends=True) if not line.startswith(b'{"$ext":[80,'))


def dump(path, format_=interop.FRAMED, data=b""):
    return interop.pier("dump", *(["--plain"] if format_ == interop.PLAIN else []), path, data=data)


class DumpTest(unittest.TestCase):
    maxDiff = None

    def check(self, result, jsonl, errors):
        status, output, messages = result
        lines = messages.decode().splitlines()
        self.assertEqual(output, jsonl)
        damages = [DAMAGE.match(line) for line in lines]
        self.assertNotIn(None, damages, lines)
        costs = [(damage[1], int(damage[4]) - int(damage[3]) + 1 if damage[3] else 1) for damage in damages]
        self.assertEqual([(damage[1], int(damage[2])) for damage in damages], interop.fold_rows(costs, errors))
        self.assertEqual(status, 1 if errors else 0)

    def test_vectors(self):
        for path, format_, data, jsonl, errors in interop.vectors():
            with self.subTest(path.name):
                self.check(dump(path, format_), jsonl, errors)
            with self.subTest(path.name, standard_input=True):
                self.check(dump("-", format_, data), jsonl, errors)

    def test_cut_values(self):
        # The driver cuts everything at every byte (formats_test.py); here it is each form, in its head and its middle.
        values = [
            record.encoded for record in pier_reader.load_plain(self.vector("plain-leading-bytes.msgpack")).records
        ]
        values += [record.encoded for record in pier_reader.load_plain(self.vector("plain-sizes.msgpack")).records]
        cuts = [(value, cut) for value in values for cut in sorted({1, 2, 3, 5, len(value) // 2, len(value) - 1})]
        cuts = [(value, cut) for value, cut in cuts if 0 < cut < len(value)]
        for value, cut in cuts[:: interop.SHARE]:
            with self.subTest(value.hex(), cut=cut):
                self.check(dump("-", interop.PLAIN, b"\x07" + value[:cut]), b"7\n", [("TRUNCATED", 1 + cut)])
        self.assertGreater(len(cuts), 700)

    def vector(self, name):
        return (interop.VECTORS / name).read_bytes()

    def test_cut_stream(self):
        stream = golden.mixed_stream()
        for size in range(0, len(stream), 29 * interop.SHARE):
            expected = pier_reader.load(stream[:size])
            text = "".join(to_json(record.value) + "\n" for record in expected.records)
            with self.subTest(size=size):
                self.check(dump("-", interop.FRAMED, stream[:size]), text.encode(), [("TRUNCATED", size)])


class StoreTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "stored.pier"

    def check_stored(self, lines):
        data = self.file.read_bytes()
        result = pier_reader.load(data)
        self.assertEqual(result.damages, [])
        self.assertTrue(result.ended)
        found = "".join(to_json(record.value) + "\n" for record in result.records).encode()
        self.assertEqual(found, lines)
        self.assertEqual("".join(text + "\n" for text in interop.walk(data)).encode(), lines)
        self.assertEqual(dump(self.file), (0, lines, b""))

    def test_vectors_come_back(self):
        for path, _, _, jsonl in right_vectors():
            if b'{"$raw"' in jsonl:
                continue  # JSON has no raw bytes to store
            with self.subTest(path.name):
                self.file.unlink(missing_ok=True)
                jsonl = storable(jsonl)
                self.assertEqual(interop.pier("store", self.file, data=jsonl), (0, b"", b""))
                self.check_stored(jsonl)

    def test_large_file(self):
        # Blocks of the default target, records above it alone, a checkpoint each MiB; the file entered in its middle.
        lines = [b'["%d","%s"]\n' % (number, b"x" * size) for number in range(300) for size in (10, 700, 9000)]
        lines[400:400] = [b'"%s"\n' % (b"y" * size) for size in (65530, 65536, 70000, 300000)]
        text = b"".join(lines)
        self.assertEqual(interop.pier("store", self.file, data=text), (0, b"", b""))
        self.check_stored(text)
        data = self.file.read_bytes()
        result = pier_reader.load(data)
        headers = [(at, wire.HEADER.unpack_from(data, at)) for at, kind in result.pieces if kind == wire.RECORDS]
        blocks = [(at, dict(zip(wire.HEADER_FIELDS, header))) for at, header in headers]
        for _, block in blocks:
            self.assertLessEqual(block["stored"], 2 * 65536 if block["records"] > 1 else 300005)
        starts = [at for at, block in blocks if block["flags"] & wire.FIRST]
        self.assertGreaterEqual(len(starts), 3)
        for start, after in zip(starts[1:], starts[2:]):
            self.assertTrue(1 << 20 <= after - start <= (1 << 20) + 300005 + 2 * 65536, after - start)
        status, output, messages = dump("-", data=data[starts[1] - 5000 :])
        entered = next(block["first"] for at, block in blocks if at >= starts[1] - 5000)
        self.assertEqual((status, output), (1, b"".join(lines[entered - 1 :])))
        self.assertEqual(len(messages.splitlines()), 1)

    def test_append(self):
        parts = [b'{"a":1}\n[2.5,null]\n', b"", b'"third"\n{"$time":[5,0]}\n']
        for part in parts:
            self.assertEqual(interop.pier("store", "--append", self.file, data=part)[0], 0)
        self.check_stored(b"".join(parts))

    def check_append(self, kept, what):
        """Appends to a file of these bytes. What was there stays, and what is appended is found."""
        self.file.write_bytes(kept)
        before = [to_json(record.value) for record in pier_reader.load(kept).records]
        status, output, messages = interop.pier("store", "--append", self.file, data=b'"appended"\n')
        self.assertEqual((status, output), (0, b""), what)
        lines = dump(self.file)[1].decode().splitlines()
        self.assertEqual(lines, before + ['"appended"'], what)
        return messages.decode(), self.file.read_bytes()

    def test_append_behind_a_cut_stream(self):
        writer = wire.Writer(77, types=golden.TYPES)
        writer.store([1, wire.Writer(78).end()])
        writer.flush()
        writer.store(golden.TICKS[0], "market.Tick")
        whole = writer.end()
        pieces = [at for at, _ in pier_reader.load(whole).pieces]
        for size in [*range(0, len(whole), 9 * interop.SHARE), *pieces, *(at + 64 for at in pieces), len(whole) - 1]:
            messages, data = self.check_append(whole[:size], f"cut at {size}")
            kept = max([at for at in [*pieces, len(whole)] if at <= size])
            # A piece that is cut goes, and is told with its place; nothing else does.
            self.assertEqual(data[:kept], whole[:kept])
            self.assertTrue(data[kept:].startswith(wire.PREAMBLE_CONSTANT), f"cut at {size}")
            told = [f"pier store: TRUNCATED: {self.file}: "] if kept < size else []
            self.assertEqual([line[: len(told[0])] if told else line for line in messages.splitlines()], told)
            self.assertEqual(f"(byte {kept})" in messages, kept < size)

    def test_append_behind_damage(self):
        for path, format_, data, _, errors in interop.vectors():
            if format_ == interop.FRAMED and errors and errors[-1][0] not in ("VERSION", "TRUNCATED"):
                if pier_reader.load(data).pieces:
                    with self.subTest(path.name):
                        self.assertEqual(self.check_append(data, path.name)[1][: len(data)], data)

    def test_append_to_what_is_no_archive(self):
        for name in ("no-stream.pier", "plain-maps.msgpack", "major-version.pier", "required-feature.pier"):
            data = (interop.VECTORS / name).read_bytes()
            self.file.write_bytes(data)
            status, output, messages = interop.pier("store", "--append", self.file, data=b"1\n")
            self.assertEqual((status, output, len(messages.splitlines())), (1, b"", 1), name)
            self.assertEqual(self.file.read_bytes(), data)


class Peer:
    """One connection that is accepted, read to its end, and answered."""

    def __init__(self, answer):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.endpoint = "tcp://127.0.0.1:%d" % self.listening.getsockname()[1]
        self.answer, self.received = answer, b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        self.listening.settimeout(30)
        connection, _ = self.listening.accept()
        with connection:
            connection.settimeout(30)
            connection.sendall(self.answer)
            while chunk := connection.recv(65536):
                self.received += chunk

    def result(self):
        self.thread.join(30)
        self.listening.close()
        return self.received


class ConnectTest(unittest.TestCase):
    def test_what_connect_writes_and_reads(self):
        for path, _, _, jsonl in right_vectors():
            if b'{"$raw"' in jsonl:
                continue  # connect passes over raw bytes; see below
            is_framed = path.suffix == ".pier"
            answer, answered = (path.read_bytes(), jsonl) if is_framed else (wire.Writer(5).end(), b"")
            jsonl = storable(jsonl)
            with self.subTest(path.name):
                peer = Peer(answer)
                result = interop.pier("connect", peer.endpoint, data=jsonl)
                received = peer.result()
                self.assertEqual(result, (0, answered, b""))
                loaded = pier_reader.load(received)
                self.assertEqual((loaded.damages, loaded.ended), ([], True))
                self.assertEqual("".join(text + "\n" for text in interop.walk(received)).encode(), jsonl)

    def test_raw_bytes_are_passed_over(self):
        path = interop.VECTORS / "raw.pier"
        result = interop.pier("connect", Peer(path.read_bytes()).endpoint)
        self.assertEqual(result, (0, b'"before"\n{"$raw":null}\n"after"\n{"$raw":null}\n', b""))

    def test_plain(self):
        for path, format_, data, jsonl in right_vectors():
            if format_ != interop.PLAIN:
                continue
            with self.subTest(path.name):
                peer = Peer(data)
                result = interop.pier("connect", "--plain", peer.endpoint, data=jsonl)
                self.assertEqual(result, (0, jsonl, b""))
                walked = interop.walk(peer.result(), own_too=True)
                self.assertEqual("".join(text + "\n" for text in walked).encode(), jsonl)


class ListenTest(unittest.TestCase):
    def listen(self, *arguments):
        process = subprocess.Popen(
            [interop.program("PIER_COMMAND"), "listen", "tcp://127.0.0.1:0", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        ready = process.stderr.readline().decode()
        self.assertRegex(ready, r"^listening on tcp://127\.0\.0\.1:\d+\n$")
        return process, int(ready.rsplit(":", 1)[1])

    def exchange(self, port, data):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        return received

    def test_guesses_echoes_and_saves(self):
        values = [1, "two", {"three": [3.5, None, b"\x03"]}, msgpack.ExtType(4, b"four")]
        lines = [to_json(interop.from_msgpack(unpacked(value))) for value in values]
        writer = wire.Writer(9)
        for value in values:
            writer.store(from_python(value))
        with tempfile.TemporaryDirectory() as folder:
            saved = pathlib.Path(folder) / "saved.pier"
            process, port = self.listen("--count", 2 * len(values), "--echo", "--save", saved)
            plain = self.exchange(port, b"".join(map(msgpack.packb, values)))
            self.assertEqual(interop.walk(plain, own_too=True), lines)
            framed = self.exchange(port, writer.end())
            self.assertEqual([to_json(record.value) for record in pier_reader.load(framed).records], lines)
            self.assertEqual(interop.walk(framed), lines)
            self.assertEqual(process.wait(30), 0)
            self.assertEqual(process.stdout.read().decode().splitlines(), lines + lines)
            result = pier_reader.load(saved.read_bytes())
            self.assertEqual((result.damages, result.ended), ([], True))
            self.assertEqual([to_json(record.value) for record in result.records], lines + lines)


def unpacked(value):
    return msgpack.unpackb(msgpack.packb(value), **interop.UNPACK)


def from_python(value):
    return interop.from_msgpack(unpacked(value))


if __name__ == "__main__":
    interop.program("PIER_COMMAND")
    unittest.main()
