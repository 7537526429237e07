"""Control blocks of sessions, from proto/session.md alone: a second implementation beside the library's.

Each function gives the payload of a control block, or a part of one; `block` puts a header before it. Integers, strs and
bins have the widths that session.md says Pier writes.
"""

import hashlib
import hmac
import struct
from typing import NamedTuple

import pier_wire as wire

GAP, SESSION = 0x30, 0x31
HELLO, GREETING, RESUME, WELCOME, REFUSED, ACKNOWLEDGEMENT, CLOSE, ERROR, PING, PONG = range(1, 11)
VERSION = 1
CLIENT_LABEL, SERVER_LABEL = b"pier session 1 client", b"pier session 1 server"


def number(value):
    return bytes([value]) if value < 128 else b"\xcf" + struct.pack(">Q", value)


def array(*elements):
    return bytes([0x90 | len(elements)]) + b"".join(elements)


def text(value):
    encoded = value.encode()
    return b"\xd9" + bytes([len(encoded)]) + encoded


def binary(value):
    return b"\xc5" + struct.pack(">H", len(value)) + value


def ext(kind, content=b"", width=2):
    """An ext of type 80 whose first payload byte is `kind`; `width`: bytes of its length."""
    head = {1: b"\xc7", 2: b"\xc8", 4: b"\xc9"}[width]
    return head + (1 + len(content)).to_bytes(width, "big") + bytes([80, kind]) + content


def control(*elements):
    return ext(SESSION, array(*elements))


class Terms(NamedTuple):
    record_bytes_max: int
    block_target_bytes: int
    classes_max: int
    depth_max: int
    durability: int
    codecs: int


class Standing(NamedTuple):
    begins: bool
    received: int
    received_blocks: int
    received_epoch: int
    received_check: int
    durable: int
    committed: int
    sent: int
    token: bytes
    next_token: bytes
    terms: Terms
    key: bytes

    def encoded(self):
        return array(
            b"\xc3" if self.begins else b"\xc2",
            *map(number, self[1:8]),
            binary(self.token),
            binary(self.next_token),
            array(*map(number, self.terms)),
            binary(self.key),
        )


def hello(name, session_id, nonce, version=VERSION):
    return control(number(HELLO), number(version), text(name), binary(session_id), binary(nonce))


def greeting(nonce, version=VERSION):
    return control(number(GREETING), number(version), binary(nonce))


def proof(key, label, *parts):
    return hmac.new(key, label + b"".join(parts), hashlib.sha256).digest()


def resume(key, hello_payload, greeting_payload, standing):
    said = standing.encoded()
    proven = proof(key, CLIENT_LABEL, hello_payload, greeting_payload, said)
    return control(number(RESUME), binary(said), binary(proven))


def welcome(key, hello_payload, greeting_payload, resume_payload, standing):
    said = standing.encoded()
    over = (hello_payload, greeting_payload, resume_payload, said)
    return control(number(WELCOME), binary(said), binary(proof(key, SERVER_LABEL, *over)))


def refused(reason):
    return control(number(REFUSED), number(reason))


def acknowledgement(received, durable, committed):
    return control(number(ACKNOWLEDGEMENT), number(received), number(durable), number(committed))


def close(last):
    return control(number(CLOSE), number(last))


def error(status, record):
    return control(number(ERROR), b"\xd3" + struct.pack(">q", status), number(record))


def ping(count):
    return control(number(PING), number(count))


def pong(count):
    return control(number(PONG), number(count))


def block(payload, **fields):
    """A control block; without `fields` one that has no place among the records."""
    size = len(payload)
    return wire.header(kind=wire.CONTROL, **{"flags": wire.CHECKED, **fields}, stored=size, raw=size,
                       check=wire.xxh3(payload)) + payload  # fmt: skip


def gap(stream_id, first, number_of_block, epoch, records, begins):
    """Declares that numbers pass without a record."""
    return block(ext(GAP, width=1), flags=wire.CHECKED | (wire.FIRST if begins else 0), stream_id=stream_id,
                 first=first, number=number_of_block, epoch=epoch, records=records)  # fmt: skip
