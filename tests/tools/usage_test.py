"""How the command is called: help, version, options, and what it says when it is called wrongly."""

import os
import pathlib
import re
import subprocess

import pier_command
from pier_command import pier

COMMANDS = ["listen", "connect", "store", "dump", "check", "repair", "ports"]
OPTIONS = {
    "listen": [
        "--plain",
        "--framed",
        "--count",
        "--echo",
        "--save",
        "--force",
        "--append",
        "--timeout",
        "--record-max",
        "--first-byte-timeout",
        "--frame-timeout",
        "--clients-max",
        "--unread-max",
    ],
    "connect": ["--plain", "--schema", "--class", "--map", "--array", "--timeout", "--record-max"],
    "store": [
        "--force",
        "--append",
        "--plain",
        "--schema",
        "--class",
        "--map",
        "--array",
        "--timeout",
        "--record-max",
    ],
    "dump": [
        "--plain",
        "--blocks",
        "--stats",
        "--class",
        "--where",
        "--table",
        "--schema",
        "--timeout",
        "--record-max",
    ],
    "check": ["--plain", "--timeout", "--record-max"],
    "repair": ["--force", "--timeout", "--record-max"],
    "ports": ["--json"],
}
OPERANDS = {
    "listen": ["tcp://127.0.0.1:0"],
    "connect": ["tcp://127.0.0.1:1"],
    "store": ["/nowhere/x"],
    "dump": ["/nowhere/x"],
    "check": ["/nowhere/x"],
    "repair": ["/nowhere/x", "/nowhere/y"],
    "ports": ["80"],
}


class HelpTest(pier_command.Test):
    def test_help(self):
        result = pier("--help")
        self.assert_done(result)
        for command in COMMANDS:
            self.assertIn(f"pier {command} ", result.out.decode())

    def test_help_of_each_command_names_its_options(self):
        for command in COMMANDS:
            with self.subTest(command):
                result = pier(command, "--help")
                self.assert_done(result)
                self.assertTrue(result.out.decode().startswith(f"usage: pier {command} "))
                for option in OPTIONS[command]:
                    self.assertIn(option, result.out.decode())
                self.assertIn("Exit status", result.out.decode())
                self.assertLessEqual(max(map(len, result.lines())), 100)
                # Whatever else stands beside it.
                self.assertEqual(pier(command, *OPERANDS[command], "--help").out, result.out)

    def test_version(self):
        result = pier("--version")
        self.assert_done(result)
        source = (pathlib.Path(__file__).parent.parent.parent / "CMakeLists.txt").read_text()
        version = re.search(r"project\(pier VERSION ([0-9.]+)", source)[1]
        self.assertEqual(result.out.decode(), f"pier {version}, wire 1.0\n")

    def test_output_that_fails_is_told(self):
        with open("/dev/full", "wb") as full:
            self.assert_error(pier("--help", stdout=full), 3, "--help", "NO_SPACE", out=None)
            self.assert_error(pier("dump", "--help", stdout=full), 3, "dump", "NO_SPACE", out=None)


class MisuseTest(pier_command.Test):
    def check(self, *arguments, status="USAGE", text="."):
        with self.subTest(arguments):
            command = arguments[0] if arguments and arguments[0] in COMMANDS else None
            self.assert_error(pier(*arguments), 2, command, status, text)

    def test_no_command(self):
        self.check()
        self.check("frobnicate", text="frobnicate")
        self.check("--frobnicate")
        self.check("-h")
        self.check("")

    def test_options_that_are_not_there(self):
        for command in COMMANDS:
            self.check(command, *OPERANDS[command], "--frobnicate", text="--frobnicate")
            self.check(command, *OPERANDS[command], "--frobnicate=3")
            self.check(command, *OPERANDS[command], "-x")
            foreign = {option for options in OPTIONS.values() for option in options} - set(OPTIONS[command])
            for option in foreign:
                self.check(command, *OPERANDS[command], option, text=option)

    def test_operands(self):
        for command in COMMANDS:
            if command != "ports":  # which has something to tell without one
                self.check(command, text="FILE|ENDPOINT")
            self.check(command, "")
            self.check(command, *OPERANDS[command][:-1], "", text="empty")
            if command != "ports":
                self.check(command, *OPERANDS[command][:-1], text="missing")
            self.check(command, *OPERANDS[command], "another", text="another")
            self.check(command, *OPERANDS[command], *OPERANDS[command])

    def test_numbers(self):
        for command in COMMANDS:
            for option in set(OPTIONS[command]) & {"--count", "--timeout", "--record-max"}:
                for value in ["", "0", "-1", "+1", "1.5", "0x10", " 1", "1 ", "ten", "1e3", "99999999999999999999"]:
                    self.check(command, *OPERANDS[command], option, value, text=option)
                    self.check(command, *OPERANDS[command], f"{option}={value}", text=option)
                self.check(command, *OPERANDS[command], option, text=option)
            if command != "ports":
                self.check(command, *OPERANDS[command], "--record-max", 1 << 31)
                self.check(command, *OPERANDS[command], "--timeout", 1 << 32)

    def test_limits_of_a_listener(self):
        for option in ("--first-byte-timeout", "--frame-timeout"):
            for value in ["", "-1", "x", 1 << 31]:
                self.check("listen", *OPERANDS["listen"], option, value, text=option)
        for option in ("--clients-max", "--unread-max"):
            for value in ["", "0", "-1", "1k", "99999999999999999999"]:
                self.check("listen", *OPERANDS["listen"], option, value, text=option)

    def test_ports(self):
        for port in ("65536", "99999999999999999999"):
            self.check("ports", port, text=f"not {port}")

    def test_flags_take_no_value(self):
        self.check("listen", *OPERANDS["listen"], "--echo=yes", text="--echo")
        self.check("dump", *OPERANDS["dump"], "--plain=")
        self.check("repair", *OPERANDS["repair"], "--force=1")

    def test_options_that_exclude_each_other(self):
        self.check("listen", *OPERANDS["listen"], "--plain", "--framed")
        self.check("listen", *OPERANDS["listen"], "--save", "/nowhere/x", "--force", "--append")
        self.check("listen", *OPERANDS["listen"], "--force", text="--save")
        self.check("listen", *OPERANDS["listen"], "--append", text="--save")
        self.check("listen", *OPERANDS["listen"], "--save", "")
        self.check("listen", *OPERANDS["listen"], "--save", "-", text="--save")
        self.check("store", *OPERANDS["store"], "--force", "--append")
        self.check("dump", *OPERANDS["dump"], "--plain", "--blocks")

    def test_endpoints(self):
        for command in ("listen", "connect"):
            for endpoint in ["foo", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:99999",
                             "tcp://[::1:7", "unix:", "http://127.0.0.1:80", "unix:" + "x" * 200]:  # fmt: skip
                self.check(command, endpoint, status="ADDRESS")
        # Not even a line break gets into the message.
        self.check("connect", "tcp://a\nb:1\n2", status="ADDRESS")


class OptionTest(pier_command.Test):
    def test_order_and_equals_sign(self):
        file = self.folder / "a.pier"
        self.assert_done(pier("store", "--record-max", 1000, file, data=b"1\n"))
        self.assert_done(pier("store", file, "--append", "--record-max=1000", data=b"2\n"))
        self.assert_done(pier("store", "--record-max", 1, "--append", file, "--record-max", 10, data=b"[3,4,5]\n"))
        self.assert_done(pier("dump", file), b"1\n2\n[3,4,5]\n")

    def test_two_dashes_end_the_options(self):
        self.assert_done(pier("store", "--", "--force", data=b"1\n", cwd=self.folder))
        self.assertTrue((self.folder / "--force").exists())
        self.assert_done(pier("dump", "--stats", "--", "--force", cwd=self.folder))
        self.assert_error(pier("dump", "--", "--force", "--stats", cwd=self.folder), 2, "dump", "USAGE")

    def test_closed_standard_handles(self):
        # A socket or file must not get their numbers and be written to.
        def close(*handles):
            return lambda: [os.close(handle) for handle in handles]

        file = self.folder / "a.pier"
        self.assert_done(pier("store", file, data=b"1\n", preexec_fn=close(1), stdout=None))
        before = file.read_bytes()
        result = pier("dump", file, preexec_fn=close(1), stdout=None)
        self.assert_error(result, 3, "dump", "SYSTEM", "standard output", out=None)
        self.assertEqual(pier("dump", "/nowhere/x", preexec_fn=close(2), stderr=None).status, 3)
        self.assertEqual(pier("dump", file, preexec_fn=close(0, 1, 2), stdout=None, stderr=None, stdin=None).status, 3)
        result = pier("store", self.folder / "b.pier", stdin=subprocess.DEVNULL, preexec_fn=close(0))
        self.assert_error(result, 3, "store", "SYSTEM", "standard input")
        self.assertEqual(file.read_bytes(), before)

    def test_what_is_named_does_not_steer_the_terminal(self):
        """Control characters, those of 8 bits too, and bytes that are no UTF-8 become question marks."""
        name = b"/nowhere/\x1b[31m\xc2\x9b2J\xff\xfe\x07\r\n\xc3\xa4\x7f\xe2\x82"
        shown = "/nowhere/?[31m??2J?????\u00e4???"
        for term in "dumb", "xterm":
            primary, secondary = os.openpty()
            environment = {**os.environ, "TERM": term, "NO_COLOR": ""}
            result = pier("dump", os.fsdecode(name), stderr=secondary, env=environment)
            os.close(secondary)
            text = os.read(primary, 4096).decode()
            os.close(primary)
            self.assertEqual(result.status, 3)
            self.assertIn(shown, text)
            # The colours of the status are all that there is, and a line end.
            self.assertEqual(text.count("\033"), 0 if term == "dumb" else 2, text)
            self.assertEqual(text.count("\n"), 1, text)


if __name__ == "__main__":
    pier_command.main()
