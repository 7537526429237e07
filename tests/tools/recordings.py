"""What the tests of `pier record` and `pier replay` share: a recorder between two programs, and the file read back."""

import json
import pathlib
import re
import subprocess
from base64 import b64decode

import pier_command
from pier_command import pier

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "proto" / "vectors"
SUMMARY = ("connections", "client_bytes", "server_bytes", "client_records", "server_records")


class Recording:
    """A file of `pier record`, event by event, by what `pier dump` prints of it."""

    def __init__(self, path, *options):
        dumped = pier("dump", path, *options)
        assert dumped.status in (0, 1), dumped
        self.errors = dumped.errors()
        self.lines = [json.loads(line) for line in dumped.out.decode().split("\n")[:-1]]

    def of(self, connection, *keys):
        """The events of a connection that have all these keys."""
        return [line for line in self.lines if line.get("connection") == connection and all(k in line for k in keys)]

    def bytes(self, connection, side):
        """All bytes of a side; that none is missing or doubled shows by their offsets."""
        data = b""
        for event in self.of(connection, "bytes"):
            if event["from"] == side:
                assert event["offset"] == len(data), event
                data += b64decode(event["bytes"]["$bin"])
        return data

    def records(self, connection, side):
        found = [event for event in self.of(connection, "number") if event["from"] == side]
        assert [event["number"] for event in found] == sorted({event["number"] for event in found}), found
        return [event["record"] if "record" in event else event["raw_bytes"] for event in found]

    def ends(self, connection):
        """How each side ended."""
        return {event["from"]: event["how"] for event in self.of(connection, "how")}


class Test(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "talk.pier"

    def await_endpoint(self, process):
        """Waits for the line that says where clients may connect."""
        process.read_until(lambda process: b"listening on " in process.err and process.err.endswith(b"\n"))
        line = re.search(rb"^listening on (\S+)$", process.err, re.MULTILINE)[1].decode()
        process.endpoint = line
        process.port = int(line.rpartition(":")[2]) if line.startswith("tcp:") else None
        return process

    def record(self, target, *arguments, file=None, endpoint="tcp://127.0.0.1:0", **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        recorder = self.start("record", endpoint, target, file or self.file, *arguments, **options)
        return self.await_endpoint(recorder)

    def stop_recording(self, recorder, **counts):
        """Ends the recorder in order. Returns its file, and checks its last line; counts: of that."""
        result = recorder.stop()
        self.assertEqual((result.status, result.errors()), (0, []))
        self.assert_summary(result, **counts)
        self.assert_done(pier("check", self.file))
        return Recording(self.file)

    def assert_summary(self, result, **counts):
        summary = json.loads(result.out)
        self.assertEqual(tuple(summary), SUMMARY)
        self.assertEqual({name: summary[name] for name in counts}, counts)
