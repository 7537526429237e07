"""session_client and session_server: a feed that goes on after either, or both, were killed at any moment."""

import pathlib
import random
import time
import unittest

from sample import SampleTest


class FeedTest(SampleTest):
    def setUp(self):
        super().setUp()
        self.outputs = []
        self.endpoint = "unix:" + str(pathlib.Path(self.folder) / "socket")

    def serve(self):
        server = self.start("session_server", "sessions", self.endpoint)
        server.endpoint()
        return server

    def kill(self, running):
        running.process.kill()
        running.process.wait()
        self.outputs.append(running.output)

    def test_each_once_and_in_order(self):
        server = self.serve()
        for count in (250, 50):
            self.assertEqual(self.start("session_client", "feed", self.endpoint, count).wait()[0], 0)
        self.kill(server)
        numbers = [int(line.split()[1]) for line in server.output.splitlines()]
        self.assertEqual(numbers, list(range(1, 301)))

    def test_killed_at_any_moment(self):
        dice = random.Random(20261129)
        server = self.serve()
        client = self.start("session_client", "feed", self.endpoint, 1000000)
        for _ in range(25):
            time.sleep(dice.random() / 10)
            which = dice.randrange(3)
            if which != 0:
                self.kill(server)
            if which != 1:
                client.process.kill()
                client.process.wait()
            time.sleep(dice.random() / 50)
            if which != 0:
                server = self.serve()
            if which != 1:
                client = self.start("session_client", "feed", self.endpoint, 1000000)
        client.process.kill()
        client.process.wait()
        # All that is in the client's journal arrives before it ends.
        self.assertEqual(self.start("session_client", "feed", self.endpoint, 1).wait()[0], 0)
        self.kill(server)
        self.check_numbers()

    def check_numbers(self):
        """Every number came, in order; what came again says so, and was not dealt with for good before."""
        # A line that the kill has cut is not whole, and its record comes again.
        lines = [line for output in self.outputs for line in output.split("\n")[:-1]]
        next_number = 1
        for line in lines:
            _, number, _, *again = line.split()
            if again:
                self.assertLessEqual(int(number), next_number, line)
            else:
                self.assertEqual(int(number), next_number, line)
            next_number = max(next_number, int(number) + 1)
        self.assertGreater(next_number, 25)


if __name__ == "__main__":
    unittest.main()
