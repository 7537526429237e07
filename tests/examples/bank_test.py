"""bank: each booking has its effect exactly once, however the bank and the tills end."""

import random
import re
import sqlite3
import time
import unittest

from sample import SampleTest

ON_ITS_WAY = re.compile(r"^(\d+) is on its way$", re.MULTILINE)


class BankTest(SampleTest):
    def open_bank(self):
        bank = self.start("bank", "bank", "bank.sqlite", f"unix:{self.folder}/socket")
        bank.endpoint()
        return bank

    def till(self, name, cents, count):
        return self.start("till", f"{self.folder}/{name}", f"unix:{self.folder}/socket", "Ada", cents, count)

    def kill(self, running):
        running.process.kill()
        running.process.wait()

    def accounts(self):
        with sqlite3.connect(self.folder / "bank.sqlite") as database:
            return database.execute("SELECT name, cents FROM accounts").fetchall()

    def test_books(self):
        self.open_bank()
        self.assertEqual(self.till("north", 5, 10).wait()[0], 0)
        self.assertEqual(self.till("south", -1, 3).wait()[0], 0)
        self.assertEqual(self.till("north", 100, 1).wait()[0], 0)
        self.assertEqual(self.accounts(), [("Ada", 147)])

    def test_each_once_whoever_is_killed(self):
        """The till says how many bookings are on its way: as many have been made in the end."""
        bank, till, booked = self.open_bank(), self.till("north", 1, 1000000), 0
        for _ in range(12):
            if random.random() < 0.7:
                seen = till.output
                till.until(lambda t: t.output != seen, "booking")
            time.sleep(random.random() / 50)
            for victim in random.choice((("bank",), ("till",), ("bank", "till"))):
                if victim == "bank":
                    self.kill(bank)
                    bank = self.open_bank()
                else:
                    self.kill(till)
                    booked = max([booked, *map(int, ON_ITS_WAY.findall(till.output))])
                    till = self.till("north", 1, 1000000)
        self.kill(till)
        booked = max([booked, *map(int, ON_ITS_WAY.findall(till.output))])
        # One more tells how many there are, with those that were stored and not told.
        last = self.till("north", 1, 1)
        status, output, messages = last.wait()
        self.assertEqual((status, messages), (0, ""))
        total = int(ON_ITS_WAY.findall(output)[-1])
        self.assertGreater(total, booked)
        self.assertEqual(self.accounts(), [("Ada", total)])

    def test_wrong_arguments(self):
        for name in ("bank", "till"):
            self.assertEqual(self.run_to_end(name)[0], 2)
        self.assertEqual(self.run_to_end("bank", "bank", "bank.sqlite", "unix:socket", "more")[0], 2)
        for account, cents, count in (("Ada", "1.5", "1"), ("Ada", "", "1"), ("Ada", "five", "1"), ("Ada", "5", "once"),
                                      ("Ada", "5", "-1"), ("Ada", "9" * 20, "1"), ("A" * 33, "5", "1")):
            status, _, messages = self.run_to_end("till", "north", "unix:socket", account, cents, count)
            self.assertEqual((status, messages), (2, "usage: till FOLDER ENDPOINT ACCOUNT CENTS COUNT\n"))
        self.assertFalse((self.folder / "north").exists())


if __name__ == "__main__":
    unittest.main()
