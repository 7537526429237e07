"""chat_server and chat_client: who hears what, what is kept, and what becomes of clients that are slow, bad or gone."""

import re
import signal
import socket
import sys
import time
import unittest

import msgpack

from sample import ROOT, PATIENCE_S, SampleTest

sys.path.insert(0, str(ROOT / "tests" / "interop"))
import pier_reader  # noqa: E402

PREAMBLE_BYTES = 64


class ChatTest(SampleTest):
    def setUp(self):
        super().setUp()
        self.archive = self.folder / "chat.pier"

    def serve(self, endpoint="tcp://127.0.0.1:0", **options):
        server = self.start("chat_server", endpoint, self.archive, **options)
        server.endpoint()
        return server

    def join(self, server, name, *lines_awaited):
        """Starts a client, and waits until it is in the room."""
        before = server.output.count("joined: ")
        client = self.start("chat_client", server.endpoint(), name, *lines_awaited, stdin=-1)
        server.until(lambda s: s.output.count("joined: ") > before, "joined")
        return client

    def hang_up(self, client):
        client.process.stdin.close()

    def stop(self, server, number=signal.SIGTERM):
        server.process.send_signal(number)
        return server.wait()

    def kept(self):
        """What the archive holds: [(from, text)], by a reader that is not the library."""
        result = pier_reader.load(self.archive.read_bytes())
        self.assertEqual((result.damages, result.ended), ([], True))
        self.assertEqual({record.class_name for record in result.records}, {"chat.Line"} if result.records else set())
        return [(dict(record.value)["from"], dict(record.value)["text"]) for record in result.records]

    def test_three_clients_hear_each_other(self):
        for endpoint in self.endpoints():
            with self.subTest(endpoint):
                self.archive = self.folder / f"chat{endpoint.count(':')}{len(endpoint)}.pier"
                server = self.serve(endpoint)
                ada, bob, cleo = (self.join(server, name, "4") for name in ("Ada", "Bob", "Cleo"))
                for client in (ada, bob, cleo):
                    client.say("one\nzwölf ☃\n")
                    self.hang_up(client)
                for client, others in ((ada, ("Bob", "Cleo")), (bob, ("Ada", "Cleo")), (cleo, ("Ada", "Bob"))):
                    self.check_end(client)
                    heard = client.output.splitlines()
                    self.assertEqual(
                        sorted(heard), sorted(f"{name}: {text}" for name in others for text in ("one", "zwölf ☃"))
                    )
                    for name in others:
                        said = [line for line in heard if line.startswith(name)]
                        self.assertEqual(said, [f"{name}: one", f"{name}: zwölf ☃"])
                self.assertEqual(self.stop(server)[0], 0)
                self.check_end(server)
                kept = self.kept()
                self.assertEqual(sorted(kept), sorted((n, t) for n in ("Ada", "Bob", "Cleo") for t in ("one", "zwölf ☃")))

    def test_last_line_needs_no_line_end(self):
        server = self.serve()
        bob = self.join(server, "Bob", "2")
        ada = self.join(server, "Ada")
        ada.say("whole\nhalf")
        self.hang_up(ada)
        self.check_end(ada, "")
        self.hang_up(bob)
        self.check_end(bob, "Ada: whole\nAda: half\n")

    def test_archive_that_exists_is_left_alone(self):
        self.archive.write_text("dear diary")
        status, _, messages = self.run_to_end("chat_server", "tcp://127.0.0.1:0", self.archive)
        self.assertEqual(status, 1)
        self.assertRegex(messages, "^chat_server: .*EXISTS")
        self.assertEqual(self.archive.read_text(), "dear diary")

    def test_interrupt_is_as_good(self):
        server = self.serve()
        self.assertEqual(self.stop(server, signal.SIGINT)[0], 0)
        self.assertEqual(self.kept(), [])

    def test_stopped_without_a_client(self):
        self.assertEqual(self.stop(self.serve())[0], 0)
        self.assertEqual(self.kept(), [])

    def test_stop_takes_and_sends_what_was_said(self):
        server = self.serve()
        ada, bob = self.join(server, "Ada"), self.join(server, "Bob")
        ada.say("last words\n")
        bob.until(lambda b: b.output, "line")
        status, _, _ = self.stop(server)
        self.assertEqual(status, 0)
        for client in (ada, bob):
            status, _, messages = client.wait()
            self.assertEqual((status, messages), (0, "chat_client: the server has ended the chat\n"))
        self.assertEqual(self.kept(), [("Ada", "last words")])

    def test_half_a_record_then_silence(self):
        server = self.serve()
        with self.raw(server) as silent, self.raw(server) as half:
            half.sendall(b"\x82\xa4from\xa4Half\xa4text\xd9\xff" + b"x" * 100)
            server.until(lambda s: "joined: " in s.output, "joined")  # else it might be counted for Bob below
            bob = self.join(server, "Bob", "1")
            ada = self.join(server, "Ada")
            started = time.monotonic()
            ada.say("are you there?\n")
            bob.until(lambda b: b.output == "Ada: are you there?\n", "line")
            self.assertLess(time.monotonic() - started, PATIENCE_S / 20)
            self.hang_up(ada)
            self.hang_up(bob)
            self.check_end(ada, "")
            self.check_end(bob)
            self.assertFalse(self.is_readable(silent))
            # Those two are still connected; the end does not wait for them longer than it says.
            status, _, _ = self.stop(server)
        self.assertEqual(status, 0)
        self.assertEqual(self.kept(), [("Ada", "are you there?")])

    def test_bad_clients_cost_only_themselves(self):
        server = self.serve()
        bob = self.join(server, "Bob", "1")
        bad = {
            "bytes that are never MessagePack": b"\xc1",
            "a record of another form": msgpack.packb([1, 2, 3]),
            "a field of another type": msgpack.packb({"from": 7, "text": "x"}),
            "a text that is too long": msgpack.packb({"from": "x", "text": "y" * 400}),
            "a text that is not UTF-8": b"\x81\xa4text\xa1\xff",
            "a damaged preamble": b"\xc7\x3d\x50\x00PIER\r\n" + b"\x01" * 54,
            "a record that never ends": b"\x82\xa4from\xa1x\xa4te",
        }
        for what, data in bad.items():
            with self.subTest(what):
                before = server.messages.count("chat_server:")
                with self.raw(server) as client:
                    client.sendall(data)
                    client.shutdown(socket.SHUT_WR)
                    self.drain(client)
                told = server.until(lambda s: s.messages.count("chat_server:") > before and s.messages, "complaint")
                self.assertRegex(told.splitlines()[-1], r"^chat_server: tcp://127\.0\.0\.1:\d+: [A-Z_]+: .*")
        ada = self.join(server, "Ada")
        ada.say("still here\n")
        self.hang_up(ada)
        self.check_end(ada, "")
        self.hang_up(bob)
        self.check_end(bob, "Ada: still here\n")
        self.assertEqual(self.stop(server)[0], 0)
        self.assertEqual(self.kept(), [("Ada", "still here")])

    def test_record_above_the_limit_is_passed_over(self):
        server = self.serve()
        with self.raw(server) as client:
            client.sendall(msgpack.packb({"from": "x", "text": "y" * 5000}) + msgpack.packb({"from": "x", "text": "z"}))
            client.shutdown(socket.SHUT_WR)
            self.drain(client)
        status, _, messages = self.stop(server)
        self.assertEqual(status, 0)
        self.assertIn("limit", messages)

    def test_slow_reader_is_shown_the_door(self):
        server = self.serve()
        with self.raw(server) as slow:
            slow.sendall(msgpack.packb({"from": "Slow", "text": "I listen"}))  # plain from now on, and never reads
            server.until(lambda s: self.archive.stat().st_size > 2 * PREAMBLE_BYTES, "line kept")
            ada = self.join(server, "Ada")
            text = ("x" * 390 + "\n") * 200
            sent = 0
            while "does not read" not in server.messages:
                ada.say(text)
                sent += 200
                self.assertLess(sent, 200000)
            self.hang_up(ada)
            self.check_end(ada, "")
        self.assertEqual(self.stop(server)[0], 0)
        self.assertEqual(len(self.kept()), sent + 1)

    def test_many_silent_clients(self):
        server = self.serve()
        for _ in range(300):
            self.raw(server)
        bob = self.join(server, "Bob", "1")
        ada = self.join(server, "Ada")
        started = time.monotonic()
        ada.say("quite a crowd\n")
        bob.until(lambda b: b.output == "Ada: quite a crowd\n", "line")
        self.assertLess(time.monotonic() - started, PATIENCE_S / 20)
        self.hang_up(ada)
        self.hang_up(bob)
        self.check_end(ada)
        self.check_end(bob)
        self.assertEqual(self.stop(server)[0], 0)

    def test_no_descriptor_left(self):
        server = self.serve(descriptors=16)
        guests = [self.raw(server) for _ in range(24)]
        server.until(lambda s: "listener: " in s.messages, "complaint")
        for guest in guests:
            guest.close()
        bob = self.join(server, "Bob", "1")
        ada = self.join(server, "Ada")
        ada.say("room again\n")
        for client in (ada, bob):
            self.hang_up(client)
        self.check_end(bob, "Ada: room again\n")
        self.check_end(ada)
        self.assertEqual(self.stop(server)[0], 0)

    def test_plain_peer(self):
        server = self.serve()
        bob = self.join(server, "Bob", "1")
        with self.raw(server) as client:
            client.sendall(msgpack.packb({"text": "hello from elsewhere", "mood": "good", "from": "Py"}))
            bob.until(lambda b: b.output == "Py: hello from elsewhere\n", "line")
            bob.say("hello back\n")
            unpacker = msgpack.Unpacker()
            line = None
            while line is None:
                unpacker.feed(client.recv(4096))
                line = next(unpacker, None)
            at = line.pop("at")
            self.assertEqual(line, {"from": "Bob", "text": "hello back"})
            self.assertLess(abs(at.seconds - time.time()), 60)
            self.hang_up(bob)
            self.check_end(bob)

    def test_control_characters_reach_nobody(self):
        server = self.serve()
        bob = self.join(server, "Bob", "1")
        with self.raw(server) as client:
            client.sendall(msgpack.packb({"from": "Mal\x1b[2J", "text": "a\nBob: b\x7f"}))
            self.hang_up(bob)
            self.check_end(bob, "Mal [2J: a Bob: b \n")

    def test_client_says_what_it_cannot_send(self):
        server = self.serve()
        bob = self.join(server, "Bob", "2")
        ada = self.join(server, "Ada")
        ada.say("x" * 399 + "\n" + "y" * 400 + "\n" + "z" * 10000 + "\n")
        ada.process.stdin.write(b"\xff\n\nend\n")
        self.hang_up(ada)
        status, _, messages = ada.wait()
        self.assertEqual(status, 0)
        self.assertEqual(len(messages.splitlines()), 3)
        self.assertIn("UTF-8", messages.splitlines()[2])
        self.hang_up(bob)
        self.check_end(bob, "Ada: " + "x" * 399 + "\nAda: end\n")

    def test_client_waits_in_vain(self):
        server = self.serve()
        ada = self.join(server, "Ada", "1")
        self.hang_up(ada)
        self.stop(server)
        status, _, messages = ada.wait()
        self.assertEqual((status, messages), (1, "chat_client: the server has ended the chat\n"))

    def test_client_without_a_server(self):
        status, _, messages = self.run_to_end("chat_client", f"unix:{self.folder}/nobody", "Ada")
        self.assertEqual(status, 1)
        self.assertRegex(messages, "^chat_client: NOT_FOUND: .*is the server running")

    def test_client_of_a_server_that_is_none(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = self.start("chat_client", "tcp://127.0.0.1:%d" % listener.getsockname()[1], "Ada", stdin=-1)
            accepted, _ = listener.accept()
            with accepted:
                accepted.sendall(b"220 mail.example.org ESMTP\r\n")
                status, _, messages = client.wait()
        self.assertEqual(status, 1)
        self.assertRegex(messages, "^chat_client: CORRUPT: ")

    def test_client_killed_server(self):
        server = self.serve()
        ada = self.join(server, "Ada")
        server.process.kill()
        status, _, messages = ada.wait()
        self.assertEqual(status, 1)
        self.assertRegex(messages, "^chat_client: (TRUNCATED|RESET): ")

    def test_wrong_arguments(self):
        for program, arguments in (
            ("chat_server", []),
            ("chat_server", ["tcp://127.0.0.1:0"]),
            ("chat_client", []),
            ("chat_client", ["tcp://127.0.0.1:1"]),
            ("chat_client", ["tcp://127.0.0.1:1", ""]),
            ("chat_client", ["tcp://127.0.0.1:1", "x" * 32]),
            ("chat_client", ["tcp://127.0.0.1:1", "x", "many"]),
            ("chat_client", ["tcp://127.0.0.1:1", "x", "1", "more"]),
        ):
            with self.subTest(program, arguments=arguments):
                status, _, messages = self.run_to_end(program, *arguments)
                self.assertEqual(status, 2)
                self.assertRegex(messages, "^usage: ")

    def test_server_that_cannot_begin(self):
        for arguments, pattern in (
            (["nonsense", self.archive], "ADDRESS"),
            (["tcp://127.0.0.1:0", self.folder], "EXISTS"),
            (["tcp://127.0.0.1:0", self.folder / "no" / "folder"], "NOT_FOUND"),
            ([f"unix:{self.folder}", self.archive], "EXISTS"),
        ):
            with self.subTest(str(arguments)):
                status, _, messages = self.run_to_end("chat_server", *arguments)
                self.assertEqual(status, 1)
                self.assertRegex(messages, f"^chat_server: .*({pattern})")

    def raw(self, server):
        host, port = re.sub("^tcp://", "", server.endpoint()).rsplit(":", 1)
        client = socket.create_connection((host, int(port)), PATIENCE_S)
        self.addCleanup(client.close)
        return client

    def is_readable(self, client):
        client.setblocking(False)
        try:
            client.recv(1, socket.MSG_PEEK)
            return True
        except BlockingIOError:
            return False
        finally:
            client.settimeout(PATIENCE_S)

    def drain(self, client):
        try:
            while client.recv(65536):
                pass
        except ConnectionError:
            pass


if __name__ == "__main__":
    unittest.main()
