#!/usr/bin/env python3
"""Kills the two sides of a session at random moments, and compares their ledgers: see peer.c.

    kill_test.py [CYCLES [SEED]]

A cycle kills the client, the server or both with SIGKILL, and starts them again. At the end what each side said must be
what the other heard: nothing lost, nothing twice, in order. Both say and hear all the time. Worlds differ in durability
and in the kind of socket. PIER_KILL_PEER names the program, PIER_PATIENCE_FACTOR multiplies what is waited for what
hangs. Progress goes to standard error, a line of JSON to standard output; exit status 1: there was a finding.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 30 * float(os.environ.get("PIER_PATIENCE_FACTOR", "1"))
SIDES = ("client", "server")
WORLDS = [(durability, kind) for durability in ("disk", "process") for kind in ("tcp", "unix")]


class Finding(Exception):
    pass


class Side:
    def __init__(self, world, name):
        self.world, self.name = world, name
        self.folder = world.folder / name
        self.ledger = world.folder / f"{name}.sqlite"
        self.messages = open(world.folder / f"{name}.messages", "ab")
        self.process = None

    def start(self, is_quiet=False):
        where, handles = self.world.endpoint, ()
        if self.name == "server" and self.world.listener is not None:
            where, handles = str(self.world.listener.fileno()), (self.world.listener.fileno(),)
        arguments = [self.name, self.folder, self.ledger, self.world.durability, "1" if is_quiet else "0", where]
        self.process = subprocess.Popen(
            [os.environ["PIER_KILL_PEER"], *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self.messages,
            stderr=self.messages,
            pass_fds=handles,
        )

    def end(self, number):
        """Sends a signal to the process, which must still run, and waits for its end."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise Finding(f"the {self.name} does not end") from None
        # A signal that comes before the program listens to it kills it as well.
        if status != -number and (status != 0 or number == signal.SIGKILL):
            text = (self.world.folder / f"{self.name}.messages").read_text(errors="replace")
            raise Finding(f"the {self.name} has ended with status {status}: {text.strip()[-2000:]}")
        self.process = None

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.messages.close()

    def ask(self, query):
        if not self.ledger.exists():
            return []
        # What was killed right after it made the file has no tables in it yet.
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.closing(sqlite3.connect(f"file:{self.ledger}", uri=True, timeout=PATIENCE_S)) as database:
                try:
                    return database.execute(query).fetchall()
                except sqlite3.OperationalError as error:
                    if "no such table" in str(error):
                        return []
                    # Not waited for by SQLite while a process mends what one that was killed has left.
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
            time.sleep(0.001)

    def heard(self):
        return self.ask("SELECT number, value FROM heard ORDER BY place")

    def said(self):
        return self.ask("SELECT number, value FROM said ORDER BY number")

    def heard_count(self):
        found = self.ask("SELECT max(place) FROM heard")
        return (found[0][0] or 0) if found else 0


class World:
    def __init__(self, folder, durability, kind, chance):
        self.folder, self.durability, self.kind, self.chance = folder, durability, kind, chance
        self.listener = None
        self.endpoint = f"unix:{folder}/socket"
        if kind == "tcp":
            # It stays open while nobody serves it, so that its port remains the same: clients wait in its queue.
            self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            self.endpoint = "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.sides = {name: Side(self, name) for name in SIDES}
        self.kills = {"client": 0, "server": 0, "both": 0}

    def close(self):
        for side in self.sides.values():
            side.close()
        if self.listener is not None:
            self.listener.close()

    def start(self, is_quiet=False):
        for side in self.sides.values():
            if side.process is None:
                side.start(is_quiet)

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            for side in self.sides.values():
                if side.process.poll() is not None:
                    side.end(signal.SIGTERM)
                    raise Finding(f"the {side.name} has ended by itself")
            if time.monotonic() > deadline:
                counts = {side.name: (len(side.said()), len(side.heard())) for side in self.sides.values()}
                raise Finding(f"{what}: in vain; said and heard: {counts}")
            time.sleep(0.005)

    def until_records_pass(self):
        before = {side: side.heard_count() for side in self.sides.values()}
        self.until(lambda: all(side.heard_count() > count for side, count in before.items()), "records both ways")

    def wait(self):
        """Until the next kill: within the start of the programs, some time later, or while records pass."""
        kind = self.chance.random()
        if kind < 0.3:
            time.sleep(self.chance.uniform(0, 0.015))
        elif kind < 0.6:
            time.sleep(self.chance.uniform(0, 0.12))
        else:
            self.until_records_pass()
            time.sleep(self.chance.uniform(0, 0.03))

    def cycle(self):
        self.start()
        self.wait()
        victims = self.chance.choice(("client", "server", "both"))
        for side in self.sides.values():
            if victims in (side.name, "both"):
                side.end(signal.SIGKILL)
        self.kills[victims] += 1
        if self.chance.random() < 0.05:
            # The other one, or both, also end in order now and then.
            for side in self.sides.values():
                if side.process is not None:
                    side.end(signal.SIGTERM)
        time.sleep(self.chance.choice((0, 0, self.chance.uniform(0, 0.03))))

    def compare(self, is_end):
        for name, other in (SIDES, SIDES[::-1]):
            # In this order, as both go on: what is heard was said before.
            heard = self.sides[other].heard()
            said = self.sides[name].said()
            for at, record in enumerate(heard):
                if at >= len(said) or said[at] != record:
                    raise Finding(
                        f"the {other} heard {record} as number {at + 1} in a row, and the {name} said "
                        f"{said[at] if at < len(said) else 'nothing more'}; before: {heard[max(0, at - 3):at]}"
                    )
            if is_end and len(said) != len(heard):
                raise Finding(f"the {name} said {len(said)} records, and the {other} heard {len(heard)}")

    def settle(self):
        """Both say nothing new, and hear the rest."""
        self.start()
        self.until_records_pass()
        for side in self.sides.values():
            if side.process is not None:
                side.end(signal.SIGTERM)
        self.start(is_quiet=True)
        client, server = self.sides.values()
        self.until(
            lambda: len(client.said()) == server.heard_count() and len(server.said()) == client.heard_count(),
            "the rest",
        )
        # Nothing more comes.
        time.sleep(0.2)
        for side in self.sides.values():
            side.end(signal.SIGTERM)
        self.compare(True)

    def figures(self):
        found = {"durability": self.durability, "socket": self.kind, "kills": self.kills}
        for side in self.sides.values():
            repeated, passed = side.ask("SELECT (SELECT sum(repeated) FROM heard), passed FROM state")[0]
            found[side.name] = {
                "said": len(side.said()),
                "heard": side.heard_count(),
                "of_these_delivered_again": repeated or 0,
                "gaps": passed,
            }
        return found


def main():
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)
    print(f"{cycles} cycles, seed {seed}", file=sys.stderr, flush=True)
    begun = told = time.monotonic()
    summary = {"cycles": cycles, "seed": seed, "worlds": [], "finding": None}
    done = 0
    for at, (durability, kind) in enumerate(WORLDS):
        with tempfile.TemporaryDirectory(prefix="pier-kill-") as folder:
            world = World(pathlib.Path(folder), durability, kind, chance)
            try:
                for _ in range(cycles * at // len(WORLDS), cycles * (at + 1) // len(WORLDS)):
                    world.cycle()
                    done += 1
                    if done % 100 == 0:
                        world.compare(False)
                    if time.monotonic() - told > 5:
                        told = time.monotonic()
                        print(f"{done} of {cycles} cycles, {told - begun:.0f} s", file=sys.stderr, flush=True)
                world.settle()
                summary["worlds"].append(world.figures())
            except Finding as finding:
                summary["finding"] = f"{durability}, {kind}, behind cycle {done}: {finding}"
                break
            finally:
                world.close()
    summary["seconds"] = round(time.monotonic() - begun, 1)
    print(json.dumps(summary))
    return 1 if summary["finding"] else 0


if __name__ == "__main__":
    if not os.environ.get("PIER_KILL_PEER"):
        print("skipped: PIER_KILL_PEER does not name the program")
        sys.exit(77)
    sys.exit(main())
