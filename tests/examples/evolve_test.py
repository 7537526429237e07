"""gate and office.py of docs/evolving.md, the first and the second version of each, and of the files between them.

PIER_COMMAND names the command, which makes the files of the schemas.
"""

import itertools
import os
import socket
import subprocess
import sys
import time
import unittest

from sample import PATIENCE_S, ROOT, SampleTest, is_listening

COMMAND = os.environ.get("PIER_COMMAND")
EVOLVE = ROOT / "examples" / "evolve"
VERSIONS = ("first", "second")
PASSAGES = {
    "first": '{"ship":"Amalia","tons":340}\n{"ship":"Berta","tons":95}\n',
    "second": '{"ship":"Clara","tons":450,"crew":24}\n{"ship":"Dora","tons":80,"crew":3}\n',
}
# What the gates say, by the versions of file, gate and office: a crew is known where file and gate are of the second one,
# a reason where gate and office are. The office charges for the crew that it is told of.
SAID = {
    ("first", "first", "first"): "Amalia, 340 t: 3400 cents\nBerta, 95 t: 950 cents\n",
    ("first", "second", "second"): "Amalia, 340 t: 3400 cents (by weight)\nBerta, 95 t: 950 cents (by weight)\n",
    ("second", "first", "first"): "Clara, 450 t: 4500 cents\nDora, 80 t: 800 cents\n",
    ("second", "second", "first"): "Clara, 450 t, a crew of 24: 4500 cents\nDora, 80 t, a crew of 3: 800 cents\n",
    ("second", "second", "second"): "Clara, 450 t, a crew of 24: 5000 cents (by weight and crew)\n"
                                    "Dora, 80 t, a crew of 3: 800 cents (by weight)\n",
}
SAID["first", "first", "second"] = SAID["first", "second", "first"] = SAID["first", "first", "first"]
SAID["second", "first", "second"] = SAID["second", "first", "first"]


@unittest.skipUnless(COMMAND, "PIER_COMMAND does not name the command")
class EvolveTest(SampleTest):
    def store(self, version, lines):
        path = self.folder / f"{version}.pier"
        path.unlink(missing_ok=True)
        schema = EVOLVE / version / "lock.proto"
        subprocess.run([COMMAND, "store", path, "--schema", schema, "--class", "lock.Passage"], input=lines, text=True,
                       check=True, timeout=PATIENCE_S)
        return path

    def ask(self, office, gate, path):
        """Returns (exit status, standard output, standard error) of the gate; the office has to end well."""
        path_of_socket = self.folder / "lock.sock"
        answering = subprocess.Popen([sys.executable, "-B", EVOLVE / office / "office.py", path_of_socket],
                                     stderr=subprocess.PIPE, text=True)
        self.addCleanup(answering.stderr.close)
        self.addCleanup(answering.wait)
        self.addCleanup(answering.kill)
        deadline = time.monotonic() + PATIENCE_S
        while not is_listening(path_of_socket):
            self.assertIsNone(answering.poll(), "the office ended")
            self.assertLess(time.monotonic(), deadline, "nobody listens")
            time.sleep(0.005)
        told = self.run_to_end(f"gate_{gate}", f"unix:{path_of_socket}", path)
        self.assertEqual((answering.wait(PATIENCE_S), answering.stderr.read()), (0, ""))
        return told

    def test_every_version_with_every_other(self):
        files = {version: self.store(version, PASSAGES[version]) for version in VERSIONS}
        for file, gate, office in itertools.product(VERSIONS, VERSIONS, VERSIONS):
            with self.subTest(file=file, gate=gate, office=office):
                self.assertEqual(self.ask(office, gate, files[file]), (0, SAID[file, gate, office], ""))

    def test_what_does_not_fit(self):
        path = self.store("second", '{"ship":"Emma","tons":5000000000}\n')
        for gate, wrong in (("first", "lock.Passage.tons: 5000000000 does not fit u32 at byte "),
                            ("second", "lock.Toll.cents: 50000000000 does not fit u32 at byte ")):
            with self.subTest(gate):
                status, output, messages = self.ask("first", gate, path)
                self.assertEqual((status, output), (1, ""))
                self.assertTrue(messages.startswith(f"gate: RANGE: {wrong}"), messages)

    def test_office_that_ends_early(self):
        """A gate that is answered with the end of the connection says so."""
        path = self.store("first", '{"ship":"Amalia","tons":1}\n')
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(self.folder / "early.sock"))
            door.listen()
            gate = self.start("gate_first", f"unix:{self.folder}/early.sock", path)
            office, _ = door.accept()
            with office:
                self.assertTrue(office.recv(1))
                office.shutdown(socket.SHUT_WR)
                status, output, messages = gate.wait()
        self.assertEqual((status, output), (1, ""))
        self.assertTrue(messages.startswith("gate: "), messages)

    def test_changes(self):
        """The schemas meet, and so does the file; another kind of field does not."""
        old, new = EVOLVE / "first" / "lock.proto", EVOLVE / "second" / "lock.proto"
        broken = self.folder / "lock.proto"
        broken.write_text(new.read_text().replace("uint64 tons", "string tons"))
        file = self.store("first", PASSAGES["first"])
        for one, other, status in ((old, new, 0), (file, new, 0), (old, broken, 1), (file, broken, 1)):
            told = subprocess.run([COMMAND, "compat", one, other], capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertEqual((told.returncode, told.stderr), (status, ""), (one, other))

    def test_wrong_use(self):
        for version in VERSIONS:
            told = self.run_to_end(f"gate_{version}")
            self.assertEqual(told, (2, "", "usage: gate ENDPOINT FILE\n"))
        status, _, messages = self.run_to_end("gate_first", "unix:x", self.folder / "none.pier")
        self.assertEqual(status, 1)
        self.assertTrue(messages.startswith("gate: "), messages)


if __name__ == "__main__":
    unittest.main()
