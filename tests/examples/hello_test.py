"""hello_server and hello_client: a greeting and its answer, and what they say when there is none."""

import socket
import unittest

from sample import SampleTest


class HelloTest(SampleTest):
    def test_greeting_is_answered(self):
        for endpoint in self.endpoints():
            with self.subTest(endpoint):
                server = self.start("hello_server", endpoint)
                client = self.start("hello_client", server.endpoint())
                self.check_end(client, "hello_server: Welcome to the pier!\n")
                self.check_end(server, "hello_client: Good morning!\n")

    def test_port_is_chosen_and_told(self):
        endpoint = self.start("hello_server").endpoint()
        self.assertRegex(endpoint, r"^tcp://127\.0\.0\.1:[1-9][0-9]*$")

    def test_no_server(self):
        status, output, messages = self.run_to_end("hello_client", f"unix:{self.folder}/nobody")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("is the server running", messages)

    def test_no_address(self):
        for program in ("hello_client", "hello_server"):
            for arguments in ([""], ["nonsense"], ["udp://127.0.0.1:0"]):
                with self.subTest(program, arguments=arguments):
                    status, output, messages = self.run_to_end(program, *arguments)
                    self.assertEqual((status, output), (1, ""))
                    self.assertNotEqual(messages, "")

    def test_address_in_use(self):
        first = self.start("hello_server")
        status, _, messages = self.run_to_end("hello_server", first.endpoint())
        self.assertEqual(status, 1)
        self.assertIn("in use", messages)

    def test_client_that_says_nothing_and_goes(self):
        server = self.start("hello_server")
        connect(server.endpoint()).close()
        status, output, messages = server.wait()
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(messages.splitlines()[-1], "input ends|reset")

    def test_client_of_another_protocol(self):
        server = self.start("hello_server")
        with connect(server.endpoint()) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            status, output, messages = server.wait()
        self.assertEqual((status, output), (1, ""))
        self.assertIn("does not begin a framed stream", messages)

    def test_server_that_goes_without_an_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = self.start("hello_client", "tcp://127.0.0.1:%d" % listener.getsockname()[1])
            accepted, _ = listener.accept()
            accepted.close()
            status, output, messages = client.wait()
        self.assertEqual((status, output), (1, ""))
        self.assertNotEqual(messages, "")


def connect(endpoint):
    host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
    return socket.create_connection((host, int(port)), 10)


if __name__ == "__main__":
    unittest.main()
