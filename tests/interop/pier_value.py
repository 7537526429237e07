"""MessagePack values as Python values, and as the JSON that `pier dump` prints.

For the tests and the golden vectors: a second implementation beside the library's, made from the MessagePack
specification and proto/wire.md. The decoder is written out, because the checks need the offset of a byte that is wrong
and because python3-msgpack refuses some values that Pier takes (a broken timestamp, a map with a key twice); the tests
hold it against python3-msgpack where both answer. Encoding is python3-msgpack's.
"""

import base64
import functools
import json
import math
import re
import struct
from typing import NamedTuple

import msgpack

DEPTH_MAX = 128
ELEMENTS_MAX = 1 << 20
TEXT_BYTES_MAX = 16 << 20
RECORD_BYTES_MAX = 16 << 20


class Damage(Exception):
    """Bytes that are refused: the name of a status and the offset of the first byte that is wrong."""

    def __init__(self, status, offset):
        super().__init__(f"{status} {offset}")
        self.status = status
        self.offset = offset


class Cut(Exception):
    """A value that goes on behind the end of its bytes."""


class Pairs(list):
    """A map as [(key, value)], which keeps order and keys that come twice."""


class Record(Pairs):
    """A typed record as [(field name, value)]."""


class BadText(bytes):
    """A str that is not valid UTF-8."""


class Raw(bytes):
    """A value that is already encoded, for forms that no encoder would choose."""


class F32(float):
    """A float that is stored in 32 bits."""


class Ext(NamedTuple):
    type: int
    data: bytes


class Time(NamedTuple):
    seconds: int
    nanoseconds: int


def as_time(data):
    """The payload of an ext -1 as a Time; None when it breaks the rules of timestamps."""
    if len(data) == 4:
        return Time(int.from_bytes(data, "big"), 0)
    if len(data) == 8:
        word = int.from_bytes(data, "big")
        time = Time(word & ((1 << 34) - 1), word >> 34)
    elif len(data) == 12:
        time = Time(int.from_bytes(data[4:], "big", signed=True), int.from_bytes(data[:4], "big"))
    else:
        return None
    return time if time.nanoseconds <= 999999999 else None


def head(data, at, end):
    """What the bytes at `at` begin: (kind, size or value, offset behind the head)."""

    def number(form, size):
        if end - at - 1 < size:
            raise Cut
        return struct.unpack_from(form, data, at + 1)[0]

    if at >= end:
        raise Cut
    byte = data[at]
    if byte <= 0x7F:
        return "value", byte, at + 1
    if byte <= 0x8F:
        return "map", byte & 15, at + 1
    if byte <= 0x9F:
        return "array", byte & 15, at + 1
    if byte <= 0xBF:
        return "str", byte & 31, at + 1
    if byte >= 0xE0:
        return "value", byte - 256, at + 1
    if byte == 0xC1:
        raise Damage("PROTOCOL", at)
    if byte in (0xC0, 0xC2, 0xC3):
        return "value", {0xC0: None, 0xC2: False, 0xC3: True}[byte], at + 1
    if byte in NUMBERS:
        form, size = NUMBERS[byte]
        return "value", number(form, size), at + 1 + size
    if byte in SIZES:
        kind, form, size = SIZES[byte]
        return kind, number(form, size), at + 1 + size
    return "ext", 1 << (byte - 0xD4), at + 1


NUMBERS = {
    0xCA: (">f", 4), 0xCB: (">d", 8), 0xCC: (">B", 1), 0xCD: (">H", 2), 0xCE: (">I", 4), 0xCF: (">Q", 8),
    0xD0: (">b", 1), 0xD1: (">h", 2), 0xD2: (">i", 4), 0xD3: (">q", 8),
}  # fmt: skip
SIZES = {
    0xC4: ("bin", ">B", 1), 0xC5: ("bin", ">H", 2), 0xC6: ("bin", ">I", 4),
    0xC7: ("ext", ">B", 1), 0xC8: ("ext", ">H", 2), 0xC9: ("ext", ">I", 4),
    0xD9: ("str", ">B", 1), 0xDA: ("str", ">H", 2), 0xDB: ("str", ">I", 4),
    0xDC: ("array", ">H", 2), 0xDD: ("array", ">I", 4), 0xDE: ("map", ">H", 2), 0xDF: ("map", ">I", 4),
}  # fmt: skip


def skip(data, at, end):
    """The offset behind the value at `at`, however large or deep it is. Raises Cut or Damage."""
    left = 1
    while left:
        kind, size, at = head(data, at, end)
        left -= 1
        if kind in ("array", "map"):
            left += size if kind == "array" else 2 * size
        elif kind != "value":
            at += size + (kind == "ext")
            if at > end:
                raise Cut
    return at


def decode(data, at, end):
    """The value at `at` and the offset behind it. Raises Cut, or Damage (PROTOCOL, or LIMIT at what is too much)."""
    counted, first = [0], at

    def value(at, depth):
        begin = at
        kind, size, at = head(data, at, end)
        counted[0] += 1
        if kind == "value":
            return F32(size) if data[begin] == 0xCA else size, at
        if kind in ("array", "map"):
            counts = size if kind == "array" else 2 * size
            if depth >= DEPTH_MAX or counts > ELEMENTS_MAX - counted[0]:
                raise Damage("LIMIT", begin)
            items = []
            for _ in range(counts):
                item, at = value(at, depth + 1)
                items.append(item)
            return (items if kind == "array" else Pairs(zip(items[::2], items[1::2]))), at
        at += kind == "ext"
        if size > TEXT_BYTES_MAX or at + size - first > RECORD_BYTES_MAX:
            raise Damage("LIMIT", begin)
        if size > end - at:
            raise Cut
        content = bytes(data[at : at + size])
        if kind == "ext":
            type_ = struct.unpack_from("b", data, at - 1)[0]
            time = as_time(content) if type_ == -1 else None
            return (Ext(type_, content) if time is None else time), at + size
        if kind == "bin":
            return content, at + size
        try:
            return content.decode(), at + size
        except UnicodeDecodeError:
            return BadText(content), at + size

    return value(at, 0)


PACKER = msgpack.Packer(use_bin_type=True, unicode_errors="surrogateescape")


def encode(value):
    """The bytes of a value, in its smallest form."""
    packer = PACKER
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, F32):
        return struct.pack(">Bf", 0xCA, value)
    if isinstance(value, BadText):
        return packer.pack(value.decode("utf-8", "surrogateescape"))
    if isinstance(value, Time):
        return encode(Ext(-1, time_payload(value)))
    if isinstance(value, Ext):
        packer.pack_ext_type(value.type, value.data)
        encoded = packer.bytes()
        packer.reset()
        return encoded
    if isinstance(value, dict):
        value = Pairs(value.items())
    if isinstance(value, Pairs):
        parts = [packer.pack_map_header(len(value))] + [encode(item) for pair in value for item in pair]
        return b"".join(parts)
    if isinstance(value, list):
        return packer.pack_array_header(len(value)) + b"".join(map(encode, value))
    return packer.pack(value)


def time_payload(time):
    if 0 <= time.seconds < 1 << 34:
        if time.nanoseconds == 0 and time.seconds < 1 << 32:
            return struct.pack(">I", time.seconds)
        return struct.pack(">Q", time.nanoseconds << 34 | time.seconds)
    return struct.pack(">Iq", time.nanoseconds, time.seconds)


@functools.lru_cache(8192)
def text_of(encoded):
    """The JSON of a value that is encoded. The tests come to the same values over and over."""
    return to_json(decode(encoded, 0, len(encoded))[0])


class RawBytes:
    """Raw bytes in mid-stream: what `pier dump` tells of them is their number."""

    def __init__(self, content):
        self.content = content

    def __eq__(self, other):
        return isinstance(other, RawBytes) and self.content == other.content


def to_json(value):
    """The value as `pier dump` prints it."""

    def wrapped(key, content):
        return '{"$%s":%s}' % (key, content)

    def base64_of(data):
        return '"%s"' % base64.b64encode(data).decode()

    def text(string):
        shown = json.dumps(string, ensure_ascii=False)
        return re.sub("[\x7f-\x9f]", lambda control: f"\\u{ord(control[0]):04x}", shown)

    if isinstance(value, RawBytes):
        return wrapped("raw", len(value.content))
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # Python's repr has the shortest digits that read back, and always a point or an exponent.
        if math.isfinite(value):
            digits, _, exponent = float.__repr__(value).partition("e")
            return f"{digits}e{int(exponent)}" if exponent else digits
        return wrapped("float", '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"')
    if isinstance(value, str):
        return text(value)
    if isinstance(value, BadText):
        return wrapped("str", base64_of(value))
    if isinstance(value, bytes):
        return wrapped("bin", base64_of(value))
    if isinstance(value, Time):
        return wrapped("time", "[%d,%d]" % value)
    if isinstance(value, Ext):
        return wrapped("ext", "[%d,%s]" % (value.type, base64_of(value.data)))
    if isinstance(value, Pairs):
        keys = [key for key, _ in value]
        plain = all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)
        if plain and not (len(keys) == 1 and keys[0].startswith("$")):
            return "{" + ",".join(f"{text(key)}:{to_json(item)}" for key, item in value) + "}"
        return wrapped("map", "[" + ",".join(f"[{to_json(key)},{to_json(item)}]" for key, item in value) + "]")
    return "[" + ",".join(map(to_json, value)) + "]"
