"""Two commands that write one file: the second one is refused, and no record is lost."""

import signal

import pier_command
from pier_command import pier


class LockTest(pier_command.Test):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "a.pier"

    def assert_refused(self, option):
        result = pier("store", self.file, option, data=b"7\n")
        self.assert_error(result, 3, "store", "IN_USE", f"{self.file}.* is locked by another writer")
        result = pier("listen", "tcp://127.0.0.1:0", "--save", self.file, option)
        self.assert_error(result, 3, "listen", "IN_USE", f"{self.file}.* is locked by another writer")

    def test_store(self):
        for before in ("--force", "--append"):
            with self.subTest(before):
                self.file.unlink(missing_ok=True)
                writer = self.start("store", self.file, before)
                writer.send(b"1\n2\n")
                self.await_records(self.file, 2)
                for option in ("--force", "--append"):
                    self.assert_refused(option)
                writer.send(b"3\n")
                writer.end_input()
                self.assert_done(writer.result())
                self.assert_done(pier("store", self.file, "--append", data=b"4\n"))
                self.assert_done(pier("dump", self.file), b"1\n2\n3\n4\n")

    def test_listen(self):
        listener = self.listen("--save", self.file)
        self.client(listener).sendall(b"\x01\x02")
        self.await_records(self.file, 2)
        for option in ("--force", "--append"):
            self.assert_refused(option)
        self.client(listener).sendall(b"\x03")
        self.await_records(self.file, 3)
        self.assert_done(listener.stop(), b"1\n2\n3\n")
        self.assert_done(pier("dump", self.file), b"1\n2\n3\n")

    def test_a_writer_that_is_killed_gives_it_back(self):
        writer = self.start("store", self.file)
        writer.send(b"1\n2\n")
        self.await_records(self.file, 2)
        writer.interrupt(signal.SIGKILL)
        self.assertEqual(writer.result().status, -signal.SIGKILL)
        self.assert_done(pier("store", self.file, "--append", data=b"3\n"))
        self.assertEqual(pier("dump", self.file).lines(), ["1", "2", "3"])


if __name__ == "__main__":
    pier_command.main()
