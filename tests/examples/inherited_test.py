"""inherited_server under a service manager that this test plays: it listens, and starts the server for its clients."""

import os
import socket
import subprocess

import msgpack
from sample import PATIENCE_S, SampleTest, program


class InheritedTest(SampleTest):
    def activate(self, sockets, count, names=None, pid=None):
        """Starts the server as a service manager does: the sockets are its handles 3, 4 and so on."""
        environment = {**os.environ, "LISTEN_FDS": str(len(sockets))}
        if names is not None:
            environment["LISTEN_FDNAMES"] = ":".join(names)

        def hand_over():
            # First out of the way of the numbers that they get.
            moved = [os.dup(os.dup(os.dup(listening.fileno()))) for listening in sockets]
            for number, handle in enumerate(moved):
                os.dup2(handle, 3 + number, inheritable=True)

        # Only the process itself knows whom the sockets are meant for.
        command = f'LISTEN_PID={pid or "$$"} exec "$@"'
        handles = tuple(range(3, 3 + len(sockets)))
        process = subprocess.Popen(["sh", "-c", command, "sh", program("inherited_server"), str(count)], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=hand_over, pass_fds=handles)  # fmt: skip
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def listen(self, address):
        listening = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.addCleanup(listening.close)
        listening.bind(address)
        listening.listen()
        return listening

    def talk(self, address, value):
        client = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.addCleanup(client.close)
        client.settimeout(PATIENCE_S)
        client.connect(address)
        client.sendall(msgpack.packb(value))
        client.shutdown(socket.SHUT_WR)
        return client

    def answer(self, client):
        data = b""
        while chunk := client.recv(4096):
            data += chunk
        return msgpack.unpackb(data)

    def test_clients_that_came_before_it_was_started_are_served(self):
        path = f"{self.folder}/socket"
        sockets = [self.listen(("127.0.0.1", 0)), self.listen(path)]
        addresses = [sockets[0].getsockname(), path]
        # And it may end and be started again, as often as need be: the sockets stay.
        for turn in range(2):
            clients = [self.talk(address, [turn, "hello"]) for address in addresses]
            server = self.activate(sockets, 2, ["web", "control"])
            for client in clients:
                self.assertEqual(self.answer(client), [turn, "hello"])
            _, messages = server.communicate(timeout=PATIENCE_S)
            self.assertEqual(server.returncode, 0, messages)
            self.assertEqual(messages.decode().splitlines(),
                             ["inherited web", "inherited control", "listening on tcp://127.0.0.1:%d" % addresses[0][1],
                              f"listening on unix:{path}"])  # fmt: skip
        # Who listens there owns the path: the server has not removed it.
        self.assertTrue(os.path.exists(path))

    def test_sockets_that_are_meant_for_another_process_are_left_alone(self):
        listening = self.listen(("127.0.0.1", 0))
        server = self.activate([listening], 1, pid=1)
        line = server.stderr.readline().decode()
        self.assertRegex(line, r"^listening on tcp://127\.0\.0\.1:\d+\n$")
        port = int(line.strip().rpartition(":")[2])
        self.assertNotEqual(port, listening.getsockname()[1])
        self.assertEqual(self.answer(self.talk(("127.0.0.1", port), "own")), "own")
        server.wait(PATIENCE_S)
        self.assertEqual(server.returncode, 0)

    def test_what_is_no_socket_is_told(self):
        with open("/dev/null") as null:
            server = self.activate([null], 1)
            _, messages = server.communicate(timeout=PATIENCE_S)
        self.assertEqual(server.returncode, 1)
        self.assertRegex(messages.decode(), r"^inherited_server: .*socket")


if __name__ == "__main__":
    import unittest

    unittest.main()
