"""room: members of a chat get what they missed, whoever was away or killed."""

import subprocess
import unittest

from sample import SampleTest


AGAIN = " (again?)"


def heard_first(member):
    """The lines of a member in the order in which they came first. A line that the server may have passed on before it
    was killed is marked when it comes, whether it had been passed on or not."""
    return list(dict.fromkeys(line.removesuffix(AGAIN) for line in member.output.splitlines()))


class RoomTest(SampleTest):
    def serve(self):
        server = self.start("room_server", "rooms", f"unix:{self.folder}/socket")
        server.endpoint()
        return server

    def join(self, name):
        member = self.start("room_member", f"member-{name}", f"unix:{self.folder}/socket", name, stdin=subprocess.PIPE)
        # What others say from now on is for this member, too.
        member.until(lambda m: (self.folder / "rooms" / name / "sent").is_dir(), "membership")
        return member

    def say(self, name, member, text):
        """Says something, and waits until it is in the member's journal, which also grows by what the server tells."""
        last_line = text.splitlines()[-1].encode()
        segments = self.folder / f"member-{name}" / "sent"
        member.say(text)
        member.until(lambda m: any(last_line in path.read_bytes() for path in segments.glob("*.pier")), "line")

    def leave(self, member):
        member.process.stdin.close()
        status, _, messages = member.wait()
        self.assertEqual((status, messages), (0, ""))

    def kill(self, running):
        running.process.kill()
        running.process.wait()

    def heard(self, member, *lines):
        member.until(lambda m: m.output.splitlines() == list(lines), f"{lines}")

    def test_members_get_what_they_missed(self):
        server = self.serve()
        ada, bob = self.join("Ada"), self.join("Bob")
        # Who has come once is a member.
        ada.say("hello\n")
        ada.say("who is there?\n")
        bob.say("me\n")
        self.heard(ada, "Bob: me")
        self.leave(bob)
        self.say("Ada", ada, "one\ntwo ☃\n")
        self.kill(ada)
        self.kill(server)
        server = self.serve()
        ada = self.join("Ada")
        ada.say("three\n")
        bob = self.join("Bob")
        # He may have become a member behind the first lines.
        bob.until(lambda b: heard_first(b)[-3:] == ["Ada: one", "Ada: two ☃", "Ada: three"], "lines")
        unmarked = [line for line in bob.output.splitlines() if not line.endswith(AGAIN)]
        self.assertEqual(len(unmarked), len(set(unmarked)))
        self.leave(ada)
        self.kill(bob)
        self.assertIsNone(server.process.poll())

    def test_what_is_said_without_a_server_is_not_lost(self):
        server = self.serve()
        bob, ada = self.join("Bob"), self.join("Ada")
        ada.say("here\n")
        bob.say("here\n")
        self.heard(ada, "Bob: here")
        self.kill(server)
        self.say("Ada", ada, "into the void\n")
        self.kill(ada)
        server = self.serve()
        ada = self.join("Ada")
        bob.until(lambda b: "Ada: into the void\n" in b.output, "line")
        self.assertEqual(bob.output.count("void"), 1)
        self.leave(ada)
        self.leave(bob)

    def test_what_cannot_be_said_is_told(self):
        self.serve()
        bob, ada = self.join("Bob"), self.join("Ada")
        bob.say("here\n")
        self.heard(ada, "Bob: here")
        ada.process.stdin.write(b"x" * 399 + b"\n" + b"y" * 400 + b"\n\xff\nend\n")
        ada.process.stdin.close()
        status, _, messages = ada.wait()
        self.assertEqual(status, 0)
        self.assertRegex(messages, "^room_member: a line has at most 399 bytes\nroom_member: .*UTF-8.*\n$")
        self.heard(bob, "Ada: " + "x" * 399, "Ada: end")

    def test_a_name_is_no_path(self):
        self.serve()
        for name in ("../evil", "a b", "x" * 32):
            member = self.start("room_member", "m", f"unix:{self.folder}/socket", name, stdin=subprocess.PIPE)
            member.say("let me in\n")
            member.process.stdin.close()
            status, _, messages = member.wait()
            self.assertEqual(status, 1, name)
            self.assertRegex(messages, "^room_member: ")
            subprocess.run(["rm", "-rf", self.folder / "m"], check=True)
        self.assertFalse((self.folder / "evil").exists())

    def test_what_is_no_line_ends_nothing(self):
        server = self.serve()
        bob, ada = self.join("Bob"), self.join("Ada")
        bob.say("here\n")
        self.heard(ada, "Bob: here")
        # A member that says records of another class.
        status, _, _ = self.run_to_end("feed_producer", "feed", f"unix:{self.folder}/socket", 3)
        self.assertEqual(status, 0)
        ada.say("still here\n")
        bob.until(lambda b: b.output == "Ada: still here\n", "line")
        self.assertIn("refused: thermometer: expected class room.Line, found feed.Reading\n", server.messages)
        self.assertIsNone(server.process.poll())
        self.leave(ada)

    def test_wrong_arguments(self):
        for name in ("room_server", "room_member"):
            self.assertEqual(self.run_to_end(name)[0], 2)


if __name__ == "__main__":
    unittest.main()
