#!/usr/bin/python3
"""Makes the golden vectors of proto/vectors/session/ from proto/session.md, by tests/interop/pier_session.py.

    scripts/session_vectors.py            writes them
    scripts/session_vectors.py --check    tells whether the files are what it would write; exit status 1 when not

NAME.block is one control block of a connection. Those that begin with `read-` say what the one without that says, in
other widths and with more behind; Pier never writes them so. Those that begin with `bad-` are refused. Needs Debian's
python3-msgpack and python3-xxhash.
"""

import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "interop"))

import pier_session as session  # noqa: E402
import pier_wire as wire  # noqa: E402
from lib.vector_files import keep  # noqa: E402

FOLDER = ROOT / "proto" / "vectors" / "session"

# What the vectors say; tests/session/session_vectors_test.c says the same.
NAME = "golden é"
SESSION_ID = bytes(range(1, 17))
CLIENT_NONCE = bytes(range(0x20, 0x40))
SERVER_NONCE = bytes(range(0x40, 0x60))
SHARED_KEY = b"the key of the golden vectors"
ISSUED_KEY = bytes(range(0x80, 0xA0))
TERMS = session.Terms(16 << 20, 64 << 10, 1024, 128, 0, 3)
FIRST_TOKEN = struct.pack(">Q", 1) + b"first..."
SECOND_TOKEN = struct.pack(">Q", 2) + b"second.."
CLIENT = session.Standing(False, 300, 7, 2, 0xFEDCBA9876543210, 200, 100, 2**40, FIRST_TOKEN, SECOND_TOKEN, TERMS, b"")
SERVER = session.Standing(False, 127, 128, 0, 0, 127, 127, 300, b"", b"", TERMS, b"")
NEW_CLIENT = session.Standing(True, 0, 0, 0, 0, 0, 0, 5, b"", FIRST_TOKEN, TERMS, b"")
NEW_SERVER = session.Standing(True, 0, 0, 0, 0, 0, 0, 0, b"", b"", TERMS, ISSUED_KEY)


def wide_array(*elements):
    return b"\xdd" + struct.pack(">I", len(elements)) + b"".join(elements)


def wide_binary(value):
    return b"\xc6" + struct.pack(">I", len(value)) + value


def introductions():
    """Hello to welcome, of a session with a shared key that goes on, and of a new one that gets a key."""
    hello = session.hello(NAME, SESSION_ID, CLIENT_NONCE)
    greeting = session.greeting(SERVER_NONCE)
    resume = session.resume(SHARED_KEY, hello, greeting, CLIENT)
    new_resume = session.resume(b"", hello, greeting, NEW_CLIENT)
    return {
        "hello": hello,
        "hello-longest": session.hello("n" * 255, SESSION_ID, CLIENT_NONCE),
        "greeting": greeting,
        "resume": resume,
        "welcome": session.welcome(SHARED_KEY, hello, greeting, resume, SERVER),
        "resume-new": new_resume,
        "welcome-new": session.welcome(b"", hello, greeting, new_resume, NEW_SERVER),
    }


def claiming(encoded, count):
    """The array, which has a head of one byte, with a head that tells of `count` elements."""
    return b"\xdd" + struct.pack(">I", count) + encoded[1:]


def extended(standing, terms, behind):
    """The standing with more behind the terms that are known, and more behind all."""
    known = session.array(*map(session.number, standing.terms))
    more = session.array(*map(session.number, standing.terms), *terms)
    head, tail = standing.encoded()[1:].split(known)
    return bytes([0x9C + len(behind)]) + head + more + tail + b"".join(behind)


def longer():
    """Resume and welcome of a later version, whose terms and standings have elements that this one does not know. In
    the welcome a term looks like a key."""
    hello, greeting = session.hello(NAME, SESSION_ID, CLIENT_NONCE), session.greeting(SERVER_NONCE)
    new_resume = session.resume(b"", hello, greeting, NEW_CLIENT)
    nested = wide_array(b"\x93\x01\x02\x03", b"\x81\xa1k\xc0", session.ext(0x7F))
    said = extended(CLIENT, [session.number(7)], [nested, session.text("later")])
    welcomed = extended(NEW_SERVER, [session.binary(bytes(32)), nested], [session.number(2**40)])
    proven = session.proof(SHARED_KEY, session.CLIENT_LABEL, hello, greeting, said)
    issued = session.proof(b"", session.SERVER_LABEL, hello, greeting, new_resume, welcomed)
    return {
        "read-resume": session.control(session.number(session.RESUME), session.binary(said), session.binary(proven)),
        "read-welcome-new": session.control(
            session.number(session.WELCOME), session.binary(welcomed), session.binary(issued), nested
        ),
    }


def read_only():
    """What another writer may make of the same."""
    version, of_type = b"\xd0\x01", b"\xcc\x01"
    hello = wide_array(of_type, version, b"\xdb" + struct.pack(">I", len(NAME.encode())) + NAME.encode(),
                       b"\xc4\x10" + SESSION_ID, wide_binary(CLIENT_NONCE), b"\xc0")  # fmt: skip
    acknowledgement = b"\xdc" + struct.pack(">H", 4) + b"\x06\xcd\x01\x2c\xd1\x00\xc8\xce\0\0\0\x64"
    error = session.array(b"\x08", b"\xd1" + struct.pack(">h", -500), b"\xd3" + struct.pack(">q", 9))
    behind = session.ext(0x7F, b"what a later version says")
    return {
        "read-hello": session.ext(session.SESSION, hello, width=4) + behind,
        "read-acknowledgement": session.ext(session.SESSION, acknowledgement, width=1) + b"\xc3",
        "read-error": session.ext(session.SESSION, error, width=1),
    }


def refused():
    """PROTOCOL, or VERSION where the name says so."""
    control, number, binary = session.control, session.number, session.binary
    bare = session.array(number(session.PING), number(1))
    hello = session.hello(NAME, SESSION_ID, CLIENT_NONCE)
    nameless = (binary(SESSION_ID), binary(CLIENT_NONCE))
    return {
        "bad-version-hello": session.hello(NAME, SESSION_ID, CLIENT_NONCE, version=2),
        "bad-version-greeting": session.greeting(SERVER_NONCE, version=2),
        "bad-bare-array": bare,
        "bad-gap-without-place": session.ext(session.GAP, bare),
        "bad-ext-type": b"\xc7" + bytes([1 + len(bare), 79, session.SESSION]) + bare,
        "bad-empty": b"",
        "bad-type-0": control(number(0), number(1)),
        "bad-type-11": control(number(11), number(1)),
        "bad-no-map": session.ext(session.SESSION, b"\x81\x09\x01"),
        "bad-too-short": control(number(session.ACKNOWLEDGEMENT), number(3), number(2)),
        "bad-negative": control(number(session.PING), b"\xff"),
        "bad-negative-wide": control(number(session.PING), b"\xd3" + struct.pack(">q", -1)),
        "bad-behind-claimed": session.ext(session.SESSION, claiming(bare, 2**32 - 1)),
        "bad-behind-missing": session.ext(session.SESSION, claiming(bare, 3)),
        "bad-behind-cut": session.ext(session.SESSION, claiming(bare, 3) + b"\xc5\0\2!"),
        "bad-behind-never": session.ext(session.SESSION, claiming(bare, 3) + b"\xc1"),
        "bad-cut": session.ext(session.SESSION, session.array(number(session.PING), b"\xcf\0\0\0")),
        "bad-ext-cut": hello[:-1],
        "bad-name-empty": control(number(1), number(1), b"\xa0", *nameless),
        "bad-name-zero": control(number(1), number(1), b"\xa3a\0b", *nameless),
        "bad-name-no-utf8": control(number(1), number(1), b"\xa1\xff", *nameless),
        "bad-name-long": control(number(1), number(1), b"\xda\x01\x00" + b"n" * 256, *nameless),
        "bad-id-short": control(number(1), number(1), session.text(NAME), binary(SESSION_ID[1:]), nameless[1]),
        "bad-id-zero": session.hello(NAME, SESSION_ID[:8] + bytes(8), CLIENT_NONCE),
        "bad-id-zero-first": session.hello(NAME, bytes(8) + SESSION_ID[8:], CLIENT_NONCE),
        "bad-id-alike": session.hello(NAME, SESSION_ID[:8] * 2, CLIENT_NONCE),
        "bad-nonce-long": session.greeting(SERVER_NONCE + b"!"),
        "bad-proof-short": control(number(session.RESUME), binary(CLIENT.encoded()), binary(bytes(31))),
        "bad-standing-long": control(number(session.RESUME), binary(bytes(513)), binary(bytes(32))),
    }


def standings():
    """Payloads whose form is right, with a standing that contradicts itself or is none: PROTOCOL."""

    def made(standing):
        return session.control(session.number(session.RESUME), session.binary(standing), session.binary(bytes(32)))

    encoded = CLIENT.encoded()
    terms = session.array(*map(session.number, TERMS))
    return {
        "bad-standing-behind-claimed": made(claiming(encoded, 2**32 - 1)),
        "bad-standing-behind-missing": made(claiming(encoded, 13)),
        "bad-standing-terms-claimed": made(encoded.replace(terms, claiming(terms, 2**32 - 1))),
        "bad-standing-terms-swallow-key": made(encoded.replace(terms, claiming(terms, 7))),
        "bad-standing-durable": made(CLIENT._replace(durable=301).encoded()),
        "bad-standing-committed": made(CLIENT._replace(committed=201).encoded()),
        "bad-standing-blocks": made(CLIENT._replace(received_blocks=2**32).encoded()),
        "bad-standing-epoch": made(CLIENT._replace(received_epoch=2**32).encoded()),
        "bad-standing-received": made(CLIENT._replace(received=2**64 - 1).encoded()),
        "bad-standing-token": made(CLIENT._replace(token=FIRST_TOKEN[1:]).encoded()),
        "bad-standing-target": made(CLIENT._replace(terms=TERMS._replace(block_target_bytes=0)).encoded()),
        "bad-standing-durability": made(CLIENT._replace(terms=TERMS._replace(durability=3)).encoded()),
        "bad-standing-classes": made(CLIENT._replace(terms=TERMS._replace(classes_max=2**32)).encoded()),
        "bad-standing-depth": made(CLIENT._replace(terms=TERMS._replace(depth_max=2**32)).encoded()),
        "bad-standing-codecs": made(CLIENT._replace(terms=TERMS._replace(codecs=2)).encoded()),
        "bad-standing-codecs-wide": made(CLIENT._replace(terms=TERMS._replace(codecs=2**32 + 1)).encoded()),
        "bad-standing-empty": made(b""),
        "bad-standing-cut": made(encoded[:-1]),
    }


def make():
    payloads = {
        **introductions(),
        "refused": session.refused(2),
        "acknowledgement-nothing": session.acknowledgement(0, 0, 0),
        "acknowledgement": session.acknowledgement(300, 200, 100),
        "close": session.close(128),
        "error": session.error(-500, 9),
        "ping": session.ping(1),
        "pong": session.pong(2**64 - 1),
        **longer(),
        **read_only(),
        **refused(),
        **standings(),
    }
    blocks = {name: session.block(payload) for name, payload in payloads.items()}
    up = struct.unpack("<Q", SESSION_ID[:8])[0]
    blocks["gap"] = session.gap(up, 11, 5, 2, 10, begins=True)
    blocks["gap-within-epoch"] = session.gap(up, 21, 6, 2, 1, begins=False)
    ping = payloads["ping"]
    fields = {"lane": 1, "codec": 1, "zero": 1, "stream_id": 1, "number": 1, "epoch": 1, "records": 1, "flags": 6}
    for name, value in fields.items():
        blocks[f"bad-header-{name.replace('_', '-')}"] = session.block(ping, **{name: value})
    blocks["bad-header-unchecked"] = wire.header(kind=wire.CONTROL, stored=len(ping), raw=len(ping)) + ping
    blocks["bad-header-long"] = session.block(ping + bytes(4097 - len(ping)))
    return {name + ".block": data for name, data in blocks.items()}


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:], __doc__, FOLDER, make()))
