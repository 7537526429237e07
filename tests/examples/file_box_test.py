"""file_box: files of any size in one archive, added at any time, also behind a torn end."""

import os
import pathlib
import subprocess
import unittest

from sample import SampleTest, program

SIZES = {"empty": 0, "small": 10, "large": 3_000_000}


class FileBoxTest(SampleTest):
    def setUp(self):
        super().setUp()
        self.box = pathlib.Path(self.folder) / "box.pier"
        for name, size in SIZES.items():
            (pathlib.Path(self.folder) / name).write_bytes(os.urandom(size))

    def listed(self):
        status, output, messages = self.run_to_end("file_box", "list", self.box)
        return status, output.splitlines(), messages

    def check_content(self, name):
        result = subprocess.run([program("file_box"), "get", self.box, name], capture_output=True, timeout=60)
        self.assertEqual((result.returncode, result.stdout), (0, (pathlib.Path(self.folder) / name).read_bytes()))

    def test_files_come_back(self):
        self.check_end(self.start("file_box", "add", self.box, "empty", "large"), "")
        self.check_end(self.start("file_box", "add", self.box, "small"), "")
        self.assertEqual(self.listed(), (0, ["empty 0", "large 3000000", "small 10"], ""))
        for name in SIZES:
            self.check_content(name)
        status, output, messages = self.run_to_end("file_box", "get", self.box, "other")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("there is no other", messages)

    def test_torn_end(self):
        self.check_end(self.start("file_box", "add", self.box, "small", "large"), "")
        whole = self.box.read_bytes()
        for cut in (len(whole) - 1, len(whole) - 64, 1_000_000, 200):
            self.box.write_bytes(whole[:cut])
            status, _, messages = self.run_to_end("file_box", "add", self.box, "small")
            self.assertEqual(status, 0)
            self.assertTrue(cut == len(whole) - 64 or "ended within a block" in messages, (cut, messages))
            status, lines, _ = self.listed()
            self.assertEqual((status, lines[-1]), (0, "small 10"))
            self.assertEqual("large 3000000" in lines, cut > 1_000_000, lines)

    def test_what_is_no_box(self):
        self.box.write_bytes(b"no archive at all")
        status, _, messages = self.run_to_end("file_box", "add", self.box, "small")
        self.assertEqual((status, self.box.read_bytes()), (1, b"no archive at all"))
        self.assertIn("does not begin a framed stream", messages)


if __name__ == "__main__":
    unittest.main()
