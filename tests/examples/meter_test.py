"""meter: readings in a journal that is killed at any moment, goes on, and is read beside."""

import pathlib
import random
import re
import subprocess
import time
import unittest

from sample import PATIENCE_S, SampleTest, program

SAFE = re.compile(r"^(\d+) are safe$", re.MULTILINE)


class MeterTest(SampleTest):
    def setUp(self):
        super().setUp()
        self.journal = pathlib.Path(self.folder) / "readings"

    def shown(self, *arguments):
        status, output, messages = self.run_to_end("meter", "show", self.journal, *arguments)
        self.assertEqual((status, messages), (0, ""))
        return [int(line.split(":")[0]) for line in output.splitlines()]

    def test_takes_and_shows(self):
        self.check_end(self.start("meter", "take", self.journal, 250), "100 are safe\n200 are safe\n250 are safe\n")
        self.assertEqual(self.shown(), list(range(1, 251)))
        self.assertEqual(self.shown(240), list(range(240, 251)))
        self.check_end(self.start("meter", "take", self.journal, 10), "260 are safe\n")
        self.assertEqual(self.shown(), list(range(1, 261)))

    def test_killed_at_any_moment(self):
        """What was called safe is there, in one row, however the process ends."""
        safe = 0
        for _ in range(15):
            taking = subprocess.Popen(
                [program("meter"), "take", self.journal, "100000000"], stdout=subprocess.PIPE, text=True
            )
            try:
                # It has begun: the first hundred are safe.
                line = taking.stdout.readline()
                time.sleep(random.random() / 20)
            finally:
                taking.kill()
                output = line + taking.communicate(timeout=PATIENCE_S)[0]
            told = [int(number) for number in SAFE.findall(output)]
            self.assertGreater(told[0], safe)
            safe = told[-1]
            numbers = self.shown()
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
            self.assertGreaterEqual(numbers[-1], safe)

    def test_adds_up_each_once(self):
        total = 0
        for count in (120, 30, 250):
            self.check_end(self.start("meter", "take", self.journal, count), None)
            total += sum(i % 500 for i in range(1, count + 1))
            status, output, _ = self.run_to_end("meter", "sum", self.journal)
            self.assertEqual(status, 0)
            self.assertIn(f"{total} together", output)
        self.assertEqual(self.run_to_end("meter", "sum", self.journal)[1], f"400 readings, {total} together\n")

    def test_is_followed(self):
        self.check_end(self.start("meter", "take", self.journal, 5), "5 are safe\n")
        tail = self.start("meter", "tail", self.journal)
        self.check_end(self.start("meter", "take", self.journal, 300), None)
        deadline = time.monotonic() + PATIENCE_S
        while len(tail.output.splitlines()) < 305 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual([int(line.split(":")[0]) for line in tail.output.splitlines()], list(range(1, 306)))

    def test_one_writer(self):
        taking = subprocess.Popen(
            [program("meter"), "take", self.journal, "100000000"], stdout=subprocess.PIPE, text=True
        )
        try:
            taking.stdout.readline()
            status, _, messages = self.run_to_end("meter", "take", self.journal, 1)
            self.assertEqual(status, 1)
            self.assertIn("locked by another writer", messages)
        finally:
            taking.kill()
            taking.communicate(timeout=PATIENCE_S)


if __name__ == "__main__":
    unittest.main()
