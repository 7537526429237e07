"""The programs of docs/guide.md, docs/records.md and docs/values.md: weather stations, their collector, every kind of
field, and values."""

import socket
import subprocess
import sys
import unittest

import msgpack

from sample import PATIENCE_S, ROOT, SampleTest, is_listening


class WeatherTest(SampleTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "weather.sock"

    def collect(self, stations):
        """Starts the collector, and waits until it listens: it says nothing about that."""
        collector = self.start("guide_collect", f"unix:{self.path}", stations)
        collector.until(lambda _: is_listening(self.path), "socket")
        return collector

    def report(self, *arguments):
        return self.run_to_end("guide_report", f"unix:{self.path}", *arguments)

    def test_two_stations(self):
        collector = self.collect(2)
        self.assertEqual(self.report("roof", 21.5, 21.7), (0, "", ""))
        self.assertEqual(self.report("cellar", -12), (0, "", ""))
        self.check_end(collector, "roof: 21.5 degrees\nroof: 21.7 degrees\ncellar: -12.0 degrees\n")

    def test_station_in_python(self):
        collector = self.collect(1)
        script = ROOT / "examples" / "guide" / "report.py"
        subprocess.run([sys.executable, "-B", script, self.path, "harbour", "18.5"], check=True, timeout=PATIENCE_S)
        self.check_end(collector, "harbour: 18.5 degrees\n")

    def test_bad_station_is_not_the_end(self):
        good = msgpack.packb({"station": "x", "celsius": 1.0})
        for data, pattern in (
            (good + b"\xc1", "never used|0xc1|c1"),
            (msgpack.packb({"station": "x", "celsius": "warm"}), "expected float"),
            (good[:-1], "ends|ended"),
            (b"\xc7\x3d\x50\x00PIER\r\n", "ends|ended"),
        ):
            with self.subTest(data):
                collector = self.collect(2)
                with socket.socket(socket.AF_UNIX) as station:
                    station.connect(str(self.path))
                    station.sendall(data)
                    station.shutdown(socket.SHUT_WR)
                    collector.until(lambda c: "a station: " in c.messages, "complaint")
                self.assertEqual(self.report("roof", 1), (0, "", ""))
                status, output, messages = collector.wait()
                self.assertEqual(status, 0)
                self.assertTrue(output.endswith("roof: 1.0 degrees\n"))
                self.assertRegex(messages, f"^collect: a station: .*({pattern})")

    def test_nobody_there(self):
        status, _, messages = self.report("roof", 1)
        self.assertEqual(status, 1)
        self.assertIn("is the server running", messages)

    def test_wrong_arguments(self):
        for program, arguments in (("guide_collect", []), ("guide_report", ["unix:x", "roof"])):
            status, _, messages = self.run_to_end(program, *arguments)
            self.assertEqual(status, 2)
            self.assertRegex(messages, "^usage: ")


class ValuesTest(SampleTest):
    def test_values(self):
        printed = (
            "open, 3 berths\n  Amalia, 31.5 m\n  Berta, 30.5 m\n  Clara, 29.5 m\n91.5 m of ships\n"
            "berths[2].ship: expected u32, found text\n"
            '{"name":"north quay","berths":[{"ship":"Amalia","metres":31.5},{"ship":"Berta",\u2026\n'
        )
        self.assertEqual(self.run_to_end("guide_values"), (0, printed, ""))


class KindsTest(SampleTest):
    def test_kinds(self):
        self.assertEqual(
            self.run_to_end("guide_kinds"),
            (0, "Amalia, 2 masts, needs paint, a crew of 5\na crane for 8000 kg\n", ""),
        )


class ListsTest(SampleTest):
    def test_keep(self):
        self.assertEqual(
            self.run_to_end("guide_keep"),
            (
                0,
                'owned: {"minute":0,"words":"slack water","readings":[0,10]}\n'
                'kept: {"minute":60,"words":"first of the flood","readings":[1,11]}\n'
                'cloned: {"minute":120,"words":"half flood","readings":[2,12]}\n',
                "",
            ),
        )

    def test_lists(self):
        self.assertEqual(
            self.run_to_end("guide_lists"),
            (0, "Thermopylae for Leith Canton, 65 t of tea, 2 boats, 3.5 m, towed by Puffin\n", ""),
        )


class CompressTest(SampleTest):
    def test_levels(self):
        status, output, messages = self.run_to_end("guide_compress")
        self.assertEqual((status, messages), (0, ""))
        sizes = [int(line.split()[-2]) for line in output.splitlines()]
        self.assertEqual([line.split(" in ")[0] for line in output.splitlines()],
                         [f"level {level}: 10000 readings" for level in (0, 1, 9)])  # fmt: skip
        self.assertLess(sizes[1] * 2, sizes[0])
        self.assertLess(sizes[2] * 2, sizes[0])


if __name__ == "__main__":
    unittest.main()
