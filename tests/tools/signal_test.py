"""The signals that ask a command to stop, in the places where it does not look out for them."""

import os
import signal
import subprocess
import time

import pier_command


class StuckTest(pier_command.Test):
    def test_a_second_signal_ends_what_is_stuck_in_a_write(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                read_end, write_end = os.pipe()
                self.addCleanup(os.close, read_end)
                pier_command.shrink_pipe(write_end)
                store = self.start("store", "-", stdout=write_end, stderr=subprocess.DEVNULL)
                os.close(write_end)
                store.send(b'"' + b"x" * 100000 + b'"\n')
                store.end_input()
                self.await_blocked(store)
                store.interrupt(number)
                # It may take the first one at any time from now on; equal ones that wait are one.
                deadline = time.monotonic() + pier_command.PATIENCE_S
                while store.process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.05)
                    store.interrupt(number)
                self.assertEqual(store.result().status, -number)

    def await_blocked(self, store):
        """Waits until the command sleeps in its write: it uses no time any more."""
        before, same = None, 0
        deadline = time.monotonic() + pier_command.PATIENCE_S
        while same < 5:
            self.assertLess(time.monotonic(), deadline)
            with open(f"/proc/{store.process.pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            now = (fields[0], fields[11], fields[12])
            same = same + 1 if now == before and now[0] == "S" else 0
            before = now
            time.sleep(0.02)


class IgnoredTest(pier_command.Test):
    def test_signals_that_were_ignored_at_the_start_are_heard(self):
        # As shells start what runs in the background.
        def ignore():
            signal.signal(signal.SIGINT, signal.SIG_IGN)

        listener = self.listen(preexec_fn=ignore)
        self.assert_done(listener.stop(), b"")

    def test_signals_that_were_blocked_at_the_start_are_heard(self):
        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])

        listener = self.listen(preexec_fn=block)
        self.assert_done(listener.stop(signal.SIGTERM), b"")


if __name__ == "__main__":
    pier_command.main()
