"""The library against the golden vectors, whole and in chunks; and python3-msgpack, which walks every framed one."""

import base64
import json
import unittest

import interop
import pier_reader
from pier_value import RawBytes, decode, to_json

CHUNKS = (0, 1, 7, 64)


class VectorsTest(unittest.TestCase):
    maxDiff = None

    def test_library_answers_as_the_vectors_say(self):
        vectors = [v for v in interop.vectors() for _ in CHUNKS]
        cases = [interop.Case(v[2], v[1], chunk=CHUNKS[i % len(CHUNKS)]) for i, v in enumerate(vectors)]
        for (path, format_, data, jsonl, errors), (case, answer) in zip(vectors, interop.run(cases)):
            with self.subTest(path.name, chunk=case.chunk):
                load = pier_reader.load if format_ == interop.FRAMED else pier_reader.load_plain
                expected = load(data)
                self.assertEqual(answer.failures, errors)
                self.assertEqual(answer.skipped, [])
                # END when the stream came to its end mark, or when no block was left to go on with. A plain stream, or
                # one of another version, cannot be gone on with, and answers its failure again.
                final = errors and (format_ == interop.PLAIN or errors[-1][0] == "VERSION")
                self.assertEqual(answer.end[0], errors[-1][0] if final else "END")
                self.assertEqual(
                    [(r.number, r.class_name, r.encoded) for r in answer.records],
                    [(r.number, r.class_name, r.encoded) for r in expected.records],
                )
                for record, loaded in zip(expected.records, answer.records):
                    value, _ = decode(record.encoded, 0, len(record.encoded))
                    copy, _ = decode(loaded.copy, 0, len(loaded.copy))
                    self.assertEqual(to_json(copy), to_json(value))
                text = "".join(to_json(record.value) + "\n" for record in expected.records)
                self.assertEqual(text.encode(), jsonl)

    def test_every_split(self):
        # In chunks of every size, so that each byte once ends a chunk: what comes out does not depend on it.
        cases = [
            interop.Case(data, format_, chunk=chunk)
            for _, format_, data, _, _ in interop.vectors()
            for chunk in range(min(len(data), 1500) + 1)
        ]
        print(f"{len(cases)} splits")
        whole = None
        for case, answer in interop.run(cases):
            found = (answer.records, answer.failures, answer.skipped, answer.end)
            whole = found if case.chunk == 0 else whole
            self.assertEqual(found == whole, True, case)

    def test_first_failure_sticks(self):
        vectors = list(interop.vectors())
        cases = [interop.Case(v[2], v[1], goes_on=False) for v in vectors]
        for (path, _, _, jsonl, errors), (_, answer) in zip(vectors, interop.run(cases)):
            with self.subTest(path.name):
                if errors:
                    self.assertEqual(answer.end, errors[0])
                else:
                    self.assertEqual(answer.end[0], "END")
                    self.assertEqual(len(answer.records), len(jsonl.splitlines()))

    def test_guessing_comes_to_the_same(self):
        # An input that is cut or damaged in its first ten bytes is told by the format that it is guessed to have.
        vectors = [v for v in interop.vectors() if v[1] == interop.PLAIN or v[2][:10] == b"\xc7\x3d\x50\0PIER\r\n"]
        cases = [interop.Case(v[2], interop.GUESS, goes_on=False, chunk=1) for v in vectors]
        for (path, _, _, _, errors), (_, answer) in zip(vectors, interop.run(cases)):
            with self.subTest(path.name):
                self.assertEqual(answer.end if errors else answer.end[:1], errors[0] if errors else ("END",))

    def test_msgpack_walks_every_right_stream(self):
        for path, format_, data, jsonl, errors in interop.vectors():
            if errors or format_ != interop.FRAMED or b'{"$raw"' in jsonl:
                continue
            with self.subTest(path.name):
                self.assertEqual("".join(text + "\n" for text in interop.walk(data)), untyped(path, jsonl.decode()))


    def test_msgpack_finds_raw_bytes_as_bins(self):
        walked = 0
        for path, format_, data, jsonl, errors in interop.vectors():
            if errors or b'{"$raw"' not in jsonl:
                continue
            walked += 1
            with self.subTest(path.name):
                records = pier_reader.load(data).records
                expected = b"".join(r.value.content for r in records if isinstance(r.value, RawBytes))
                found = [json.loads(line) for line in interop.walk(data)]
                bins = [value["$bin"] for value in found if isinstance(value, dict) and "$bin" in value]
                self.assertEqual(b"".join(map(base64.b64decode, bins)), expected)
        self.assertGreater(walked, 2)


def untyped(path, jsonl):
    """The expected lines; for a stream of typed records the arrays that python3-msgpack sees."""
    records = pier_reader.load(path.read_bytes()).records
    if all(record.class_name is None for record in records):
        return jsonl
    return "".join(to_json(decode(record.encoded, 0, len(record.encoded))[0]) + "\n" for record in records)


if __name__ == "__main__":
    interop.program("PIER_DRIVER")
    unittest.main()
