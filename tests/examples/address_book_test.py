"""address_book: adding, listing, finding, removing; and books that are damaged, or no books at all."""

import os
import sys
import unittest

from sample import ROOT, SampleTest

sys.path.insert(0, str(ROOT / "tests" / "interop"))
import pier_reader  # noqa: E402
import pier_wire as wire  # noqa: E402
from pier_value import Time  # noqa: E402
from pier_wire import PRESENCE, REPEATED, Class, Field  # noqa: E402

ADA = """Ada Lovelace
    work: 020 7946 0001
    home: 020 7946 0002
    home: 12 St James's Square, London
"""
BABBAGE = "Charles Babbage\n"
HOPPER = """Grace Hopper
    navy: 202 555 0147
"""


class AddressBookTest(SampleTest):
    def setUp(self):
        super().setUp()
        self.book = self.folder / "book.pier"

    def do(self, *arguments):
        return self.run_to_end("address_book", self.book, *arguments)

    def fill(self):
        ada = ["phone", "work", "020 7946 0001", "home", "12 St James's Square", "London"]
        self.assertEqual(self.do("add", "Ada Lovelace", *ada, "phone", "home", "020 7946 0002"), (0, "", ""))
        self.assertEqual(self.do("add", "Charles Babbage"), (0, "", ""))
        self.assertEqual(self.do("add", "Grace Hopper", "phone", "navy", "202 555 0147"), (0, "", ""))

    def test_list(self):
        self.fill()
        self.assertEqual(self.do("list"), (0, ADA + BABBAGE + HOPPER, ""))
        result = pier_reader.load(self.book.read_bytes())
        self.assertEqual((len(result.records), result.damages, result.ended), (3, [], True))

    def test_find(self):
        self.fill()
        for text, found in (("Charles", BABBAGE), ("7946 0002", ADA), ("London", ADA), ("a", ADA + BABBAGE + HOPPER)):
            self.assertEqual(self.do("find", text), (0, found, ""))
        status, output, messages = self.do("find", "nobody")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("nobody", messages)

    def test_remove(self):
        self.fill()
        self.assertEqual(self.do("remove", "Charles Babbage"), (0, "", ""))
        self.assertEqual(self.do("list"), (0, ADA + HOPPER, ""))
        before = self.book.read_bytes()
        self.assertEqual(self.do("remove", "Charles Babbage")[0], 1)
        self.assertEqual(self.book.read_bytes(), before)
        self.assertEqual(os.listdir(self.folder).count("book.pier.new"), 0)

    def test_records_of_a_newer_program_are_kept(self):
        phone = Class("book.Phone", 0, (Field(1, "label", "text"), Field(2, "number", "text")))
        home = Class("book.Home", 0, (Field(1, "street", "text"), Field(2, "town", "text")))
        person = Class(
            "book.Person",
            0,
            (
                Field(1, "name", "text"),
                Field(2, "phones", "record", REPEATED, "book.Phone"),
                Field(3, "home", "record", PRESENCE, "book.Home"),
                Field(4, "added", "time"),
            ),
        )
        other = Class("book.Appointment", 0, (Field(1, "place", "text"),))
        writer = wire.Writer(stream_id=7, types=(phone, home, person, other))
        for name in ("Ada", "Bob"):
            writer.store({"name": name, "phones": [], "added": Time(0, 0)}, "book.Person")
        writer.store({"place": "the pier"}, "book.Appointment")
        self.book.write_bytes(writer.end())
        self.assertEqual(self.do("remove", "Ada"), (0, "", ""))
        self.assertEqual(self.do("list"), (0, "Bob\n", ""))
        result = pier_reader.load(self.book.read_bytes())
        self.assertEqual([record.class_name for record in result.records], ["book.Person", "book.Appointment"])

    def test_every_truncation(self):
        self.fill()
        whole = self.book.read_bytes()
        people = [ADA, BABBAGE, HOPPER]
        for size in range(0, len(whole), 17):
            with self.subTest(size=size):
                self.book.write_bytes(whole[:size])
                status, output, messages = self.do("list")
                self.assertIn(output, ["".join(people[:count]) for count in range(4)])
                # Between two of the streams that adding appended, nothing shows that one is missing.
                expected = pier_reader.load(whole[:size])
                self.assertEqual(status, 1 if expected.damages else 0)
                self.assertEqual(len(messages.splitlines()), len(expected.damages))
                for line, (name, offset) in zip(messages.splitlines(), expected.damages):
                    self.assertRegex(line, rf"^address_book: .*: {name}: .*\(byte {offset}\b")

    def test_damaged_book_is_repaired(self):
        self.fill()
        whole = self.book.read_bytes()
        for cut in (1, 64, 65, 100, 130):
            with self.subTest(cut=cut):
                damaged = whole[:-cut]
                self.book.write_bytes(damaged)
                kept = ADA + BABBAGE + (HOPPER if cut <= 64 else "")
                status, output, messages = self.do("list")
                self.assertEqual((status, output), (1, kept))
                self.assertIn("TRUNCATED", messages)
                for change in (["remove", "Charles Babbage"], ["add", "Alan Turing"]):
                    status, _, messages = self.do(*change)
                    self.assertEqual(status, 1)
                    self.assertIn("`repair` keeps what is whole", messages)
                    self.assertEqual(self.book.read_bytes(), damaged)
                self.assertEqual(self.do("repair")[0], 0)
                self.assertEqual(self.do("list"), (0, kept, ""))
                self.assertEqual(self.do("add", "Alan Turing"), (0, "", ""))
                self.assertEqual(self.do("list"), (0, kept + "Alan Turing\n", ""))

    def test_flipped_bit_costs_one_person(self):
        self.fill()
        data = bytearray(self.book.read_bytes())
        data[data.index(b"Charles")] ^= 1
        self.book.write_bytes(data)
        status, output, messages = self.do("list")
        self.assertEqual((status, output), (1, ADA + HOPPER))
        self.assertRegex(messages, "CORRUPT")

    def test_no_book(self):
        status, output, messages = self.do("list")
        self.assertEqual((status, output), (3, ""))
        self.assertRegex(messages, "^address_book: .*NOT_FOUND")
        self.assertEqual(self.do("remove", "Ada")[0], 3)
        self.assertFalse((self.folder / "book.pier.new").exists())
        self.book.write_text("Ada, 020 7946 0001\n" * 10)
        status, output, messages = self.do("list")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("CORRUPT", messages)
        before = self.book.read_bytes()
        self.assertEqual(self.do("add", "Ada")[0], 1)
        self.assertEqual(self.book.read_bytes(), before)

    def test_two_at_once(self):
        self.fill()
        (self.folder / "book.pier.new").write_text("")
        status, _, messages = self.do("remove", "Ada Lovelace")
        self.assertEqual(status, 3)
        self.assertIn("is there already", messages)
        self.assertTrue((self.folder / "book.pier.new").exists())

    def test_wrong_arguments(self):
        for arguments in (
            ["list", "more"],
            ["find"],
            ["add"],
            ["add", ""],
            ["add", "x" * 64],
            ["add", "x", "phone", "label"],
            ["add", "x", "phone", "l" * 16, "1"],
            ["add", "x", "fax", "a", "b"],
            ["add", "x", "home", "a", "b", "home", "c", "d"],
            ["add", "x"] + ["phone", "a", "1"] * 5,
            ["remove"],
            ["other"],
            [],
        ):
            with self.subTest(arguments=arguments):
                status, _, messages = self.do(*arguments)
                self.assertEqual(status, 2)
                self.assertIn("usage: ", messages)
                self.assertFalse(self.book.exists())

    def test_name_that_is_no_text(self):
        for people in ("", ADA + BABBAGE + HOPPER):
            status, _, messages = self.do("add", os.fsdecode(b"\xff"))
            self.assertEqual(status, 3)
            self.assertEqual(self.do("list"), (0, people, ""))
            self.fill()
        self.assertRegex(messages, "TEXT: .*book.Person.name")


if __name__ == "__main__":
    unittest.main()
