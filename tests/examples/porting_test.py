"""echo_server, echo_client and copy_file: what the pages for those who come from MFC are cut from."""

import signal
import socket
import subprocess
import threading
import unittest

from sample import PATIENCE_S, SampleTest


class EchoTest(SampleTest):
    def test_over_every_kind(self):
        for endpoint in self.endpoints():
            with self.subTest(endpoint):
                server = self.start("echo_server", endpoint, stdin=subprocess.PIPE)
                for words in ("Hello", "a" * 100000):
                    self.assertEqual(self.run_to_end("echo_client", server.endpoint(), words), (0, words + "\n", ""))
                server.process.stdin.close()
                self.assertEqual(server.process.wait(PATIENCE_S), 0)
                self.assertEqual(server.output.count(" is here\n"), 2)

    def test_many_at_once(self):
        server = self.start("echo_server", stdin=subprocess.PIPE)
        clients = [self.start("echo_client", server.endpoint(), f"number {i} {'x' * 20000}") for i in range(20)]
        for i, client in enumerate(clients):
            self.check_end(client, f"number {i} {'x' * 20000}\n")

    def test_interrupt(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            client = self.start("echo_client", "tcp://127.0.0.1:%d" % silent.getsockname()[1], "Hello")
            peer = silent.accept()[0]
            self.assertEqual(peer.recv(5), b"Hello")
            client.process.send_signal(signal.SIGINT)
            self.assertEqual(client.wait(), (1, "", "echo_client: the call was cancelled\n"))
            peer.close()

    def test_nobody_there(self):
        status, output, messages = self.run_to_end("echo_client", f"unix:{self.folder}/nobody", "Hello")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("is the server running, and is this its path?", messages)


class CopyTest(SampleTest):
    def test_between_files(self):
        (self.folder / "from").write_bytes(bytes(range(256)) * 1000)
        self.assertEqual(self.run_to_end("copy_file", "from", "to"), (0, "", ""))
        self.assertEqual((self.folder / "to").read_bytes(), bytes(range(256)) * 1000)
        status, _, messages = self.run_to_end("copy_file", "from", "to")
        self.assertEqual((status, messages), (1, "copy_file: create to: there is something already\n"))

    def test_over_a_socket(self):
        contents = bytes(range(256)) * 4000
        (self.folder / "from").write_bytes(contents)
        got = []

        def serve(listener, answer):
            peer = listener.accept()[0]
            with peer:
                peer.sendall(answer)
                peer.shutdown(socket.SHUT_WR)
                got.append(b"".join(iter(lambda: peer.recv(65536), b"")))

        for arguments, answer, sent in ((["from", "{}"], b"", contents), (["{}", "-"], b"an answer\n", b"")):
            with self.subTest(arguments), socket.create_server(("127.0.0.1", 0)) as listener:
                thread = threading.Thread(target=serve, args=(listener, answer))
                thread.start()
                endpoint = "tcp://127.0.0.1:%d" % listener.getsockname()[1]
                arguments = [argument.format(endpoint) for argument in arguments]
                self.assertEqual(self.run_to_end("copy_file", *arguments), (0, answer.decode(), ""))
                thread.join(PATIENCE_S)
                self.assertEqual(got.pop(), sent)


if __name__ == "__main__":
    unittest.main()
