"""The measurements of bench/: each part runs, and its report says what the lines say."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import goals  # noqa: E402
import picture  # noqa: E402
import report  # noqa: E402
import results  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("PIER_BENCH", ROOT / "build" / "dev" / "bench"))


def lines_of(*command):
    run = subprocess.run(command, capture_output=True, text=True, timeout=100)
    if run.returncode != 0:
        raise AssertionError(f"{command} ended with {run.returncode}: {run.stderr[-500:]}")
    return run.stdout


def written(folder, **parts):
    for part, text in parts.items():
        (folder / f"{part}.jsonl").write_text(text)
    return results.Results(folder)


class PartsTest(unittest.TestCase):
    """Each program compares what comes with what was sent, so that its answer is a test of all its round trips."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_codecs(self):
        found = written(self.folder, codec=lines_of(PROGRAMS / "codec_bench", "--slices", "1", "--slice-us", "1"))
        self.assertIn("msgpack-c", found.versions)
        for workload in report.WORKLOADS:
            for way in ("store", "load"):
                self.assertGreater(found.codec[workload, goals.OWN, way][0], 0)
        for workload in ("W1", "W2", "W3"):
            self.assertIn((workload, goals.MSGPACK, "load"), found.codec)
            self.assertIn((workload, goals.COPY, "load"), found.codec)
        # Both sides have the same bytes, or one of them has a mistake.
        self.assertEqual(found.bytes["W1", goals.OWN], found.bytes["W1", goals.MSGPACK])
        self.assertEqual(found.bytes["W2", goals.OWN], found.bytes["W2", goals.MSGPACK])
        self.assertEqual(found.bytes["W3", goals.OWN], found.bytes["W3", goals.MSGPACK])

    def test_streams(self):
        found = written(
            self.folder,
            stream=lines_of(PROGRAMS / "stream_bench", "stream", "--slices", "1", "--records", "4000"),
            latency=lines_of(PROGRAMS / "stream_bench", "latency", "--slices", "1", "--records", "100"),
        )
        for transport in ("tcp", "unix"):
            for name in (goals.RAW, goals.UNCHECKED, "Pier", "Pier, zlib level 1", "msgpack-c, 64 KiB"):
                self.assertGreater(found.stream[transport, name][0], 0)
            self.assertGreater(found.p50[transport, 1, "Pier"][0], 0)

    def test_compression(self):
        found = written(self.folder, compress=lines_of(PROGRAMS / "compress_bench", "1", "1"))
        self.assertGreater(found.shrinks[1], 1.3)
        self.assertEqual(len(found.compress), 4)


class ReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def codec_lines(self, **ns):
        names = {"own": goals.OWN, "msgpack": goals.MSGPACK, "copy": goals.COPY}
        rows = [{"part": "codec", "versions": {"msgpack-c": "4.0.0"}}]
        for who, values in ns.items():
            for way in ("store", "load"):
                row = {"part": "codec", "workload": "W1", "name": names[who], "way": way, "bytes": 45.5, "ns": values}
                rows.append(row)
        return "".join(json.dumps(row) + "\n" for row in rows)

    def test_ratio_is_within_each_turn(self):
        # In the second turn the machine was ten times as slow; the ratio does not show it.
        found = written(self.folder, codec=self.codec_lines(own=[10, 100, 10], msgpack=[100, 1000, 100]))
        met = {goal.what: goal for goal in goals.goals_of(found)}
        self.assertAlmostEqual(met["W1, store, to msgpack-c"].measured, 0.1)
        self.assertTrue(met["W1, store, to msgpack-c"].met)
        self.assertFalse(met["W1, load, to msgpack-c"].met)
        self.assertIsNone(met["W2, load, to msgpack-c"].met)

    def test_tables(self):
        text = report.report(written(self.folder, codec=self.codec_lines(own=[12], msgpack=[120], copy=[4])))
        self.assertIn("| W1, store, to msgpack-c | ≤ 0.12 | 0.1 | yes |", text)
        self.assertIn("| W1, load, to msgpack-c | ≤ 0.08 | 0.1 | **no** |", text)
        self.assertIn("| Pier, generated | 45.5 | 12.0 (12.0) | 3.00 |  | 12.0 (12.0) | 3.00 |  |", text)

    def test_picture(self):
        found = written(self.folder, codec=self.codec_lines(own=[12], msgpack=[120], copy=[4]))
        drawn = xml.etree.ElementTree.fromstring(picture.picture_of(found))
        self.assertEqual(len(drawn.findall("{http://www.w3.org/2000/svg}rect")), 1 + 6)

    def test_a_run_without_results_has_a_report(self):
        self.assertIn("not measured", report.report(results.Results(self.folder)))

    def test_counts_of_callgrind(self):
        (self.folder / "out.2").write_text(
            "version: 1\ndesc: Trigger: Client Request: W1|Pier, generated|load|1024\nevents: Ir\nsummary: 204800\n"
        )
        (self.folder / "out").write_text("desc: Trigger: Program termination\nsummary: 5\n")
        self.assertEqual(
            list(results.instructions_of(self.folder)),
            [{"part": "instructions", "workload": "W1", "name": "Pier, generated", "way": "load", "count": 200}],
        )


if __name__ == "__main__":
    unittest.main()
