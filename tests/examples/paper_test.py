"""paper: documents with shared styles, and a stream of several classes, which docs/records.md shows."""

import unittest

from sample import SampleTest


class PaperTest(SampleTest):
    def test_paper(self):
        told = self.start("paper", "paper.pier")
        self.check_end(told, "The harbour\n"
                             "  bold: Ships\n"
                             "  plain: They come and go.\n"
                             "  bold: Look. [harbour.png]\n"
                             "  the base of bold has 12 points now\n"
                             "passed over: class paper.Drawing is not in the registry\n"
                             "a picture: harbour.png\n")

    def test_wrong_use(self):
        status, output, messages = self.start("paper").wait()
        self.assertEqual((status, output, messages), (2, "", "usage: paper FILE\n"))


if __name__ == "__main__":
    unittest.main()
