#!/usr/bin/python3
"""Makes the golden vectors of proto/vectors/ from proto/wire.md, by the Python implementation in tests/interop/.

    scripts/vectors.py            writes them
    scripts/vectors.py --check    tells whether the files are what it would write; exit status 1 when not

NAME.pier is a framed stream, NAME.msgpack a plain one, NAME.jsonl what `pier dump` prints for it, NAME.error a line
`STATUS OFFSET` for each damage. The expected errors stand in this file, beside what causes them; the Python reader must
come to the same. Nothing here is random or asks a clock. Needs Debian's python3-msgpack and python3-xxhash.
"""

import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "interop"))

import golden  # noqa: E402
import pier_deflate  # noqa: E402
import pier_wire as wire  # noqa: E402
from lib.vector_files import keep  # noqa: E402
from pier_reader import load, load_plain  # noqa: E402
from pier_value import BadText, Ext, F32, Pairs, Raw, Time, encode, to_json  # noqa: E402

FOLDER = ROOT / "proto" / "vectors"
BYTES_MAX = 300_000
FILES = {}


def add(name, suffix, data, result, errors):
    assert result.damages == list(errors), f"{name}: the reader answers {result.damages}, expected {list(errors)}"
    assert not result.skipped, f"{name}: a record is above a limit"
    assert f"{name}.jsonl" not in FILES, f"{name} is made twice"
    FILES[name + suffix] = bytes(data)
    FILES[name + ".jsonl"] = "".join(to_json(record.value) + "\n" for record in result.records).encode()
    if errors:
        FILES[name + ".error"] = "".join(f"{status} {offset}\n" for status, offset in errors).encode()


def framed(name, data, *errors, records=None):
    result = load(data)
    assert records is None or len(result.records) == records, f"{name}: {len(result.records)} records"
    add(name, ".pier", data, result, errors)


def plain(name, data, *errors):
    add(name, ".msgpack", data, load_plain(data), errors)


def writer(**options):
    return wire.Writer(golden.STREAM_ID, golden.OPENED, types=golden.TYPES, **options)


def framed_values(name, values):
    """The values as records of one block."""
    stream = writer()
    for value in values:
        stream.store(value)
    framed(name, stream.end(), records=len(values))


# Values --------------------------------------------------------------------------------------------------------------


def leading_bytes():
    """For each leading byte but c1 the shortest value of that form, with small content where it has any."""

    def tail(byte):
        if byte <= 0x7F or byte >= 0xE0 or byte in (0xC0, 0xC2, 0xC3):
            return b""
        if byte <= 0x8F:
            return b"".join(bytes([0xA1, 0x61 + key, key]) for key in range(byte & 15))
        if byte <= 0x9F:
            return bytes(range(byte & 15))
        if byte <= 0xBF:
            return b"abcdefghijklmnopqrstuvwxyz01234"[: byte & 31]
        return {
            0xC4: b"\x01\xfe", 0xC5: b"\0\x01\xfe", 0xC6: b"\0\0\0\x01\xfe",
            0xC7: b"\x03\x05abc", 0xC8: b"\0\x03\x05abc", 0xC9: b"\0\0\0\x03\x05abc",
            0xCA: struct.pack(">f", 0.1), 0xCB: struct.pack(">d", 0.1),
            0xCC: b"\xc8", 0xCD: b"\x12\x34", 0xCE: b"\x12\x34\x56\x78", 0xCF: b"\x12\x34\x56\x78\x9a\xbc\xde\xf0",
            0xD0: b"\x9c", 0xD1: b"\x92\x34", 0xD2: b"\x92\x34\x56\x78", 0xD3: b"\x92\x34\x56\x78\x9a\xbc\xde\xf0",
            0xD4: b"\x05a", 0xD5: b"\x05ab", 0xD6: b"\x05abcd", 0xD7: b"\x05abcdefgh", 0xD8: b"\x05abcdefghijklmnop",
            0xD9: b"\x02ab", 0xDA: b"\0\x02ab", 0xDB: b"\0\0\0\x02ab",
            0xDC: b"\0\x02\x01\x02", 0xDD: b"\0\0\0\x02\x01\x02",
            0xDE: b"\0\x01\xa1a\x01", 0xDF: b"\0\0\0\x01\xa1a\x01",
        }[byte]  # fmt: skip

    return [Raw(bytes([byte]) + tail(byte)) for byte in range(256) if byte != 0xC1]


def integers():
    """Each integer format at its lowest and highest value, and with values for which a smaller format would do."""
    values = [Raw(bytes([byte])) for byte in (0x00, 0x7F, 0xE0, 0xFF)]
    for byte, form, bits in ((0xCC, ">B", 8), (0xCD, ">H", 16), (0xCE, ">I", 32), (0xCF, ">Q", 64)):
        for number in sorted({0, 127, 128, 2 ** (bits // 2) - 1, 2 ** (bits // 2), 2 ** (bits - 1), 2**bits - 1}):
            values.append(Raw(bytes([byte]) + struct.pack(form, number)))
    for byte, form, bits in ((0xD0, ">b", 8), (0xD1, ">h", 16), (0xD2, ">i", 32), (0xD3, ">q", 64)):
        low = 2 ** (bits - 1)
        for number in sorted({-low, -low + 1, -33, -32, -1, 0, 127, low - 1}):
            values.append(Raw(bytes([byte]) + struct.pack(form, number)))
    return values


def floats():
    numbers = [0.0, -0.0, 1.0, -1.0, 0.1, 1 / 3, 100000.0, 123456789.0, 1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 1e100, 1e-4,
               1e-5, 1e-7, 123456789012345680.0, 5e-324, 2.2250738585072014e-308, 2.225073858507201e-308,
               1.7976931348623157e308, 2.0**-44, 2.0**-1022, 2.0**53, 2.0**53 + 2, 2.0**63, 2.0**64, 0.3,
               9007199254740993e3,
               float("inf"), float("-inf"), float("nan")]  # fmt: skip
    singles = [Raw(b"\xca" + struct.pack(">f", number))
               for number in (0.0, -0.0, 1.0, 0.1, 1e-45, 3.4028234663852886e38, 1.1754943508222875e-38, 16777216.0,
                              float("inf"), float("-inf"), float("nan"))]  # fmt: skip
    return numbers + singles


def sizes():
    """Each format with a length, empty, longer than the format below it can be, and with a length that is too wide."""
    text, values = b"0123456789abcdef" * 17, []

    def form(byte, width, content):
        values.append(Raw(bytes([byte]) + len(content).to_bytes(width, "big") + content))

    for first, lengths in ((0xD9, (0, 1, 31, 32, 255)), (0xC4, (0, 1, 255))):
        for length in lengths:
            form(first, 1, text[:length])
        for length in (0, 31, 255, 256):
            form(first + 1, 2, text[:length])
        for length in (0, 31, 257):
            form(first + 2, 4, text[:length])
    for length in (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17):
        values.append(Raw(bytes([0xC7, length, 9]) + text[:length]))
    for byte, width in ((0xC8, 2), (0xC9, 4)):
        for length in (0, 16, 256):
            values.append(Raw(bytes([byte]) + length.to_bytes(width, "big") + b"\x09" + text[:length]))
    for byte, width in ((0xDC, 2), (0xDD, 4)):
        for length in (0, 15, 16, 40):
            values.append(Raw(bytes([byte]) + length.to_bytes(width, "big") + bytes(range(length))))
    for byte, width in ((0xDE, 2), (0xDF, 4)):
        for length in (0, 15, 16, 40):
            pairs = b"".join(bytes([0xA2, 0x61, 0x30 + key, key]) for key in range(length))
            values.append(Raw(bytes([byte]) + length.to_bytes(width, "big") + pairs))
    return values


def texts():
    bad = [b"\xff", b"a\x80", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xed\xbf\xbf",
           b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98", b"ok\xc3",
           b"\xf0\x80\x80\x80"]  # fmt: skip
    good = ["", "plain", '"quoted" \\ /', "".join(map(chr, range(0x20))), "\x7f\x80\x9f", "ä€😀",
            "\u2028\u2029\ufeff", "\ud7ff\ue000\ufffe\uffff", "\U00010000\U0010ffff", "a\0b",
            "<script>&amp;'"]  # fmt: skip
    return good + [BadText(text) for text in bad]


def maps():
    return [
        {}, {"a": 1}, {"b": 1, "a": 2, "": 3}, {"a": {"b": {"c": {}}}}, {"ключ": "значение", 'quo"te': 1},
        Pairs([("a", 1), ("a", 2)]), Pairs([("a", 1), ("b", 2), ("a", 1)]), Pairs([(1, 2)]),
        Pairs([(None, 0), ("a", 1)]),
        Pairs([(-1, "x"), (1.5, "y"), (True, "z"), (b"\0", []), ([1], {}), (Time(1, 0), 1)]),
        Pairs([({"a": 1}, {"b": 2})]),
        Pairs([(BadText(b"\xff"), 1), ("a", 2)]), Pairs([("1", 1), (1, 1)]),
        {"$bin": "AA=="}, {"$other": 1}, {"$": None}, {"$a": 1, "$b": 2}, {"a": {"$map": []}}, {"a$": 1},
    ]  # fmt: skip


def times():
    def forms(*payloads):
        return [Raw(bytes({4: [0xD6], 8: [0xD7]}.get(len(p), [0xC7, len(p)])) + b"\xff" + p) for p in payloads]

    right = [Time(0, 0), Time(1, 0), Time(2**32 - 1, 0), Time(2**32, 0), Time(0, 1), Time(2**34 - 1, 999_999_999),
             Time(2**34, 0), Time(-1, 0), Time(-1, 999_999_999), Time(2**63 - 1, 999_999_999),
             Time(-(2**63), 0)]  # fmt: skip
    wide = forms(struct.pack(">Q", 7), struct.pack(">Iq", 0, 7), struct.pack(">Iq", 5, 7))
    heads = [Raw(b"\xc7\x04\xff\0\0\0\x07"), Raw(b"\xc8\0\x04\xff\0\0\0\x07"), Raw(b"\xc9\0\0\0\x08\xff" + bytes(8)),
             Raw(b"\xc8\0\x0c\xff" + struct.pack(">Iq", 1, -2))]  # fmt: skip
    broken = forms(struct.pack(">Q", 1_000_000_000 << 34), struct.pack(">Q", (1 << 64) - 1),
                   struct.pack(">Iq", 1_000_000_000, 0), struct.pack(">Iq", 2**32 - 1, -1), b"", b"abc", b"abcde",
                   bytes(11), bytes(13))  # fmt: skip
    broken += [Raw(b"\xd4\xff\x01"), Raw(b"\xd5\xff\x01\x02"), Raw(b"\xd8\xff" + bytes(16))]
    return right + wide + heads + broken


def nested():
    deep = Raw(b"\x91" * 127 + b"\x90")
    deep_map = Raw(b"\x81\xa1k" * 127 + b"\x80")
    return [
        [], [[]], [[], [[], [[]]]], [1, [2, [3, [4, [5]]]]], {"a": [{"b": [{"c": []}]}]}, deep, deep_map,
        [None, True, False, 0, -1, 1.5, "t", b"b", Ext(1, b""), Time(5, 6), [], {}],
        [[index, {"square": index * index}] for index in range(20)],
    ]  # fmt: skip


def values():
    for name, made in (
        ("leading-bytes", leading_bytes()), ("integers", integers()), ("floats", floats()), ("sizes", sizes()),
        ("texts", texts()), ("maps", maps()), ("times", times()), ("nested", nested()),
    ):  # fmt: skip
        plain(f"plain-{name}", b"".join(map(encode, made)))
        framed_values(f"framed-{name}", made)
    exts = [Ext(type_, bytes([type_ & 255])) for type_ in range(-128, 128)]
    plain("plain-ext-types", b"".join(map(encode, exts)))
    framed_values("framed-ext-types", [[ext] for ext in exts] + [ext for ext in exts if ext.type != 80])
    plain("plain-empty", b"")
    plain("plain-never-used", b"\x01\xc1\x02", ("PROTOCOL", 1))
    plain("plain-never-used-nested", b"\x01\x93\x01\x91\xc1\x02", ("PROTOCOL", 4))
    plain("plain-cut-head", b"\x01\xcd\x12", ("TRUNCATED", 3))
    plain("plain-cut-text", b"\xa1a\xa5abc", ("TRUNCATED", 6))
    plain("plain-cut-array", b"\xa1a\x93\x01\x92\x02", ("TRUNCATED", 6))
    plain("plain-cut-map", b"\x82\xa1a\x01\xa1b", ("TRUNCATED", 6))
    # The first bytes of a preamble, and then not: whoever guesses takes it for plain.
    plain("plain-like-preamble", b"\xc7\x3d\x50\0PIER\r\r" + bytes(54))


# Framed streams that are right ----------------------------------------------------------------------------------------


def streams():
    framed("empty", writer().end(), records=0)
    framed("empty-without-times", wire.Writer(1).end(), records=0)
    framed("mixed", golden.mixed_stream(), records=56)
    framed("mixed-unchecked", golden.mixed_stream(checked=False), records=56)

    stream = writer(target=64)
    for number in range(60):
        stream.store(f"record {number}")
    framed("blocks-by-target", stream.end(), records=60)

    stream = writer(target=33)
    for number in range(3):
        stream.store(number)
        stream.flush()
        stream.flush()
    stream.store("a record that alone is longer than the target")
    stream.flush()
    framed("flushes", stream.end(), records=4)

    stream = writer(target=100)
    for size in (10, 99, 101, 3, 5000, 1, 98, 97):
        stream.store("x" * size)
    framed("above-target", stream.end(), records=8)

    stream = writer()
    for tick in golden.TICKS:
        stream.store(tick, "market.Tick")
    framed("typed", stream.end(), records=3)

    stream = writer()
    stream.define("test.Every", "market.Level")
    for record in (golden.EVERY_LOW, golden.EVERY_HIGH, {}, {"u8": 7}, {"time": Time(1, 2), "bytes": b"b"}):
        stream.store(record, "test.Every")
    stream.store({"price": 1.0, "size": 1}, "market.Level")
    framed("typed-presence", stream.end(), records=6)

    stream = writer()
    leaf = {"value": 3}
    stream.store({"value": -1, "next": {"value": 2, "tree": {"branches": [leaf, leaf]}}}, "test.Node")
    stream.store({"branches": []}, "test.Tree")
    stream.store({"branches": [leaf, {"value": 4, "tree": {"branches": []}}]}, "test.Tree")
    stream.store({}, "test.Empty")
    framed("typed-nested", stream.end(), records=4)

    schema_streams()

    stream = writer()
    stream.define("test.Empty", class_id=255)
    stream.define("market.Level", class_id=256)
    stream.define("test.Node", class_id=65535)
    for round_ in range(2):
        stream.store({}, "test.Empty", short_switch=round_ == 0)
        stream.store({"price": 0.5, "size": round_}, "market.Level")
        stream.store({"price": 0.25, "size": round_}, "market.Level")
        stream.store(round_)
        stream.store({"value": round_}, "test.Node")
        stream.store({}, "test.Empty")
    stream.payload += b"\xd4\x50\xff\xd4\x50\0\xd5\x50\xff\xff\xd5\x50\0\0"
    stream.current = 0
    stream.store("behind several switches")
    framed("class-switches", stream.end(), records=13)

    stream = writer()
    for epoch in range(3):
        stream.store({"price": 1.0, "size": epoch}, "market.Level" if epoch != 1 else None)
        stream.store({"value": epoch}, "test.Node")
        stream.flush()
        stream.checkpoint()
    stream.store("untyped")
    framed("epochs", stream.end(), records=7)

    stream = writer()
    stream.define("market.Tick")
    framed("definitions-only", stream.end(), records=0)

    stream = writer()
    stream.store(1)
    other = wire.Writer(2)
    other.store(2)
    third = wire.Writer(golden.STREAM_ID, types=golden.TYPES)
    third.store({"price": 3.0, "size": 3}, "market.Level")
    framed("concatenated", stream.end() + other.end() + third.end(), records=3)

    stream = writer()
    stream.store(other.end())
    stream.store([Ext(80, b"\x10"), Ext(80, b"")])
    framed("stream-in-record", stream.end(), records=2)

    stream = writer()
    stream.store("of a later minor version, with a feature that may be ignored")
    later = wire.preamble(golden.STREAM_ID, golden.OPENED, minor=200, ignorable=0x80000001)
    framed("minor-version", later + stream.end()[64:], records=1)

    stream = writer()
    stream.end_block(wire.CHECKED | wire.FLUSHED)
    data = stream.end()
    sealed = patched(data, 64, check=wire.xxh3(b""))
    framed("empty-block-with-check", sealed, records=0)


def schema_streams():
    """All that a schema has."""
    stream = writer()
    for order in golden.ORDERS:
        stream.store(order, "shop.Order")
    framed("schema-kinds", stream.end(), records=3)

    stream = writer()
    stream.store(golden.DEFAULT_RECORD, "shop.Defaults")
    framed("schema-defaults", stream.end(), records=1)

    # A class of one file of the schema, and of several epochs: ids are those of the epoch.
    stream = writer()
    for first, second in (("shop.Price", "shop.Parcel"), ("shop.Parcel", "shop.Price")):
        stream.define(first)
        stream.define(second)
        price, parcel = stream.ids["shop.Price"], stream.ids["shop.Parcel"]
        stream.store([None, []], "shop.Parcel")
        inner = [[price, [5, "EUR"]], [[price, [7, "CHF"]], None, [parcel, [None, []]]]]
        stream.store(inner, "shop.Parcel")
        stream.store([[parcel, inner], []], "shop.Parcel")
        if first == "shop.Price":
            stream.checkpoint()
    framed("schema-any", stream.end(), records=6)

    stream = writer()
    stream.define("shop.Link")
    stream.define("shop.Price")
    stream.define("shop.Parcel")
    stream.store([["alone", None, [], None], []], "shop.Link")
    stream.store([["self", 0, [0, None], 0], []], "shop.Link")
    objects = [[0, ["b", 2, [], None]], [0, ["c", 0, [1], None]], [-2, [9, "EUR"]]]
    stream.store([["a", 1, [2, 1], 3], objects], "shop.Link")
    stream.store([["registered", -1, [-7], None], []], "shop.Link")
    stream.store([[1, [["inner", 1, [], None], [[0, ["object", 0, [], None]]]]], [[2, [1, ""]]]], "shop.Parcel")
    framed("schema-graph", stream.end(), records=5)

    # A peer may write typed arrays value by value, and durations and enums in any width.
    stream = writer()
    stream.store([Raw(b"\xcf\0\0\0\0\0\0\0\1"), Raw(b"\xd2\0\0\0\1"), [], Pairs(), Pairs(), None,
                  Raw(b"\x92\xd3" + bytes(7) + b"\1\xce\0\0\0\5"), [F32(1.5)], [1, -1], None, []],
                 "shop.Order")  # fmt: skip
    framed("schema-wide", stream.end(), records=1)


# Framed streams that are damaged --------------------------------------------------------------------------------------


def patched(data, at, **fields):
    """The stream with fields of the header at `at` changed, under a check that is right again."""
    old = dict(zip(wire.HEADER_FIELDS, wire.HEADER.unpack_from(data, at)))
    return data[:at] + wire.header(**{**old, **fields}) + data[at + 64 :]


def with_payload(data, at, payload, **fields):
    """The stream with another payload in the block at `at`, under checks that are right."""
    stored = struct.unpack_from("<I", data, at + 36)[0]
    data = data[: at + 64] + payload + data[at + 64 + stored :]
    return patched(data, at, **{"stored": len(payload), "raw": len(payload), "check": wire.xxh3(payload), **fields})


def flipped(data, at, bit=1):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def three_blocks():
    """Three blocks of three records, untyped. Returns the stream, where its pieces begin, and its length."""
    stream = writer()
    for number in range(9):
        stream.store([number, f"record {number}"])
        if number % 3 == 2:
            stream.flush()
    data = stream.end()
    return data, [at for at, _ in load(data).pieces], len(data)


def damaged():
    data, at, size = three_blocks()
    framed("three-blocks", data, records=9)
    _, one, two, three, end = at

    # A byte that is wrong, found by a constant or a check.
    framed("bad-preamble-constant", flipped(data, 6), ("CORRUPT", 6), records=9)
    framed("bad-preamble-check", flipped(data, 22), ("CORRUPT", 0), records=9)
    framed("bad-preamble-kind", flipped(data, 3), ("CORRUPT", 3), records=9)
    framed("bad-line-end", data[:8] + b"\n" + data[10:], ("CORRUPT", 8), records=9)
    framed("bad-magic", flipped(data, two + 2), ("CORRUPT", two + 2), records=6)
    framed("bad-kind", flipped(data, two + 3, 0x10), ("CORRUPT", two + 3), records=6)
    framed("bad-header-check", flipped(data, two + 62), ("CORRUPT", two), records=6)
    framed("bad-header-length", flipped(data, two + 38, 0x80), ("CORRUPT", two), records=6)
    framed("bad-payload-check", flipped(data, two + 70), ("CORRUPT", two + 64), records=6)
    framed("bad-payload-twice", flipped(flipped(data, one + 70), three + 64), ("CORRUPT", one + 64),
           ("CORRUPT", three + 64), records=3)  # fmt: skip
    framed("bad-end-mark", flipped(data, end + 16), ("CORRUPT", end), records=9)
    framed("bytes-between-blocks", data[:two] + b"between" + data[two:], ("CORRUPT", two), records=9)
    framed("bytes-behind-end", data + b"behind", ("CORRUPT", size), records=9)
    framed("bytes-before-preamble", b"\n" + data, ("CORRUPT", 0), records=9)
    framed("no-stream", b"This is a text.\n", ("CORRUPT", 0), records=0)

    # A piece that is missing, doubled or of another stream.
    framed("missing-preamble", data[one:], ("CORRUPT", 3), records=9)
    framed("missing-block", data[:two] + data[three:], ("CORRUPT", two + 16), records=6)
    framed("missing-last-block", data[:three] + data[end:], ("CORRUPT", three + 16), records=6)
    framed("doubled-block", data[:three] + data[two:], ("CORRUPT", three + 16), records=9)
    framed("swapped-blocks", data[:two] + data[three:end] + data[two:three] + data[end:], ("CORRUPT", two + 16),
           ("CORRUPT", two + end - three + 16), records=6)  # fmt: skip
    framed("doubled-preamble", data[:64] + data, ("TRUNCATED", 64), records=9)
    framed("doubled-end-mark", data + data[end:], ("CORRUPT", size + 3), records=9)
    framed("other-stream-id", patched(data, two, stream_id=99), ("CORRUPT", two + 8), records=6)
    framed(
        "other-record-number", patched(data, two, first=5), ("CORRUPT", two + 16), ("CORRUPT", three + 16), records=6
    )
    framed(
        "other-block-number", patched(data, two, number=7), ("CORRUPT", two + 24), ("CORRUPT", three + 24), records=9
    )
    framed("other-epoch", patched(data, two, epoch=1), ("CORRUPT", two + 28), ("CORRUPT", three + 28), records=9)
    framed("epoch-without-flag", patched(data, one, flags=3), ("CORRUPT", one + 28), records=9)
    framed("epoch-flag-again", patched(data, two, flags=7), ("CORRUPT", two + 28), records=9)
    framed("other-end-number", patched(data, end, first=11), ("CORRUPT", end + 16), records=9)

    # A record holds a whole stream, which must not be taken for the stream itself when what is around it is damaged.
    inner = wire.Writer(7)
    inner.store("inner")
    outer = writer()
    for number in range(3):
        outer.store([number, inner.end()])
        outer.flush()
    nest = outer.end()
    at = [at for at, _ in load(nest).pieces]
    framed("stream-in-payload-check", flipped(nest, at[2] + 65), ("CORRUPT", at[2] + 64), records=2)
    framed("stream-in-header-check", flipped(nest, at[2] + 50), ("CORRUPT", at[2]), records=2)
    framed("stream-in-header-kind", flipped(nest, at[2] + 3), ("CORRUPT", at[2] + 4), records=2)
    framed("stream-in-header-stored", flipped(nest, at[2] + 37), ("CORRUPT", at[2]), records=2)
    framed("stream-in-header-count", flipped(nest, at[2] + 33), ("CORRUPT", at[2]), records=2)
    framed("stream-in-cut", nest[: at[3] - 1], ("TRUNCATED", at[3] - 1), records=1)

    # Behind an end mark another stream may begin, and its preamble may be what is damaged.
    other = wire.Writer(2)
    other.store("other")
    other.flush()
    other.store("another")
    both = data + other.end()
    framed("bad-second-preamble", flipped(both, size + 50), ("CORRUPT", size), records=11)
    framed("missing-second-preamble", both[:size] + both[size + 64 :], ("CORRUPT", size + 3), records=11)
    framed("block-behind-end", data + data[two:three], ("CORRUPT", size + 3), records=9)

    # Fields with values that they may not have, under a right check.
    framed("major-version", wire.preamble(golden.STREAM_ID, major=2) + data[64:], ("VERSION", 10), records=0)
    framed("required-feature", wire.preamble(golden.STREAM_ID, required=1 << 9) + data[64:], ("VERSION", 12), records=0)
    framed("stream-id-zero", wire.preamble(0) + data[64:], ("PROTOCOL", 40), records=9)
    framed("reserved-flag", patched(data, two, flags=0x0B), ("PROTOCOL", two + 4), records=6)
    framed("reserved-codec", patched(data, two, codec=2), ("VERSION", two + 5), records=3)
    framed("reserved-lane", patched(data, two, lane=1), ("PROTOCOL", two + 6), records=6)
    framed("reserved-byte", patched(data, two, zero=1), ("PROTOCOL", two + 7), records=6)
    framed("other-raw-length", patched(data, two, raw=1000), ("PROTOCOL", two + 40), records=6)
    framed("check-without-flag", patched(data, two, flags=1), ("PROTOCOL", two + 52), records=6)
    framed("flag-on-end-mark", patched(data, end, flags=1), ("PROTOCOL", end + 4), records=9)
    framed("count-on-end-mark", patched(data, end, records=1), ("PROTOCOL", end + 32), records=9)

    # Payloads that are wrong under a right check.
    payload, after = data[two + 64 : three], two + 64
    high = patched(patched(patched(data, two, records=4), three, first=8), end, first=11)
    framed("count-too-high", high, ("PROTOCOL", three), records=9)
    surplus = with_payload(data, two, payload + b"\xa5extra")
    framed("count-too-low", surplus, ("PROTOCOL", three), records=9)
    framed("value-cut-by-block", with_payload(data, two, payload[:-1]), ("PROTOCOL", three - 1), records=8)
    framed("never-used-byte", with_payload(data, two, b"\x01\x92\x02\xc1\x03"), ("PROTOCOL", after + 3), records=7)
    unknown = with_payload(data, two, b"\xd4\x50\x09\x90\x02\xd4\x50\0\x03")
    framed("unknown-class", unknown, ("UNKNOWN_CLASS", after), ("UNKNOWN_CLASS", after + 4), records=7)
    framed("switch-at-end", with_payload(data, two, payload + b"\xd4\x50\0"), ("PROTOCOL", three), records=9)
    framed("piece-as-record", with_payload(data, two, b"\x01\xc7\x01\x50\x09\x02"), ("PROTOCOL", after + 1), records=7)
    framed("compressed-as-record", with_payload(data, two, encode(Ext(80, b"\x11abc")) + b"\x01\x02"),
           ("PROTOCOL", after), records=6)  # fmt: skip

    # The end of the input.
    framed("no-bytes", b"", ("TRUNCATED", 0), records=0)
    framed("missing-end-mark", data[:end], ("TRUNCATED", end), records=9)
    framed("preamble-only", data[:64], ("TRUNCATED", 64), records=0)
    framed("cut-in-preamble", data[:30], ("TRUNCATED", 30), records=0)
    framed("cut-in-constant", data[:5], ("TRUNCATED", 5), records=0)
    framed("cut-in-header", data[: two + 40], ("TRUNCATED", two + 40), records=3)
    framed("cut-behind-header", data[: two + 64], ("TRUNCATED", two + 64), records=3)
    framed("cut-in-payload", data[: three - 1], ("TRUNCATED", three - 1), records=3)
    framed("cut-in-end-mark", data[:-1], ("TRUNCATED", size - 1), records=9)
    other = wire.Writer(2)
    other.store("appended")
    framed("appended-without-end-mark", data[:end] + other.end(), ("TRUNCATED", end), records=10)


def damaged_definitions():
    stream = writer()
    stream.store({"price": 1.0, "size": 1}, "market.Level")
    stream.flush()
    stream.store("untyped")
    data = stream.end()
    define, records, untyped, end = [at for at, _ in load(data).pieces][1:]
    framed("defined", data, records=2)
    closure = wire.closure_of(golden.LEVEL, {"market.Level": golden.LEVEL})
    good = wire.definition(1, closure)
    fingerprint = define + 64 + good.index(b"\xc4\x10")
    unknown = ("UNKNOWN_CLASS", records + 64)

    def moved(payload):
        """Where the first switch is behind another definition: (its stream, the error of the unknown class)."""
        return with_payload(data, define, payload), ("UNKNOWN_CLASS", records + 64 + len(payload) - len(good))

    framed("definition-bad-check", flipped(data, define + 80), ("CORRUPT", define + 64), unknown, records=1)
    framed(
        "definition-missing",
        data[:define] + patched(data[records:], 0, flags=7),
        unknown[:1] + (define + 64,),
        records=1,
    )
    wrong = with_payload(data, define, wire.definition(1, closure, fingerprint=bytes(16)))
    framed("definition-bad-fingerprint", wrong, ("CORRUPT", fingerprint), unknown, records=1)
    changed, error = moved(good + good)
    framed(
        "definition-id-twice",
        changed,
        ("PROTOCOL", define + 64 + len(good) + good.index(b"\x93") + 1),
        error,
        records=1,
    )
    changed, error = moved(b"\x01")
    framed("definition-not-ext", changed, ("PROTOCOL", define + 64), error, records=1)
    changed, error = moved(b"\xd4\x50\x01")
    framed("definition-is-switch", changed, ("PROTOCOL", define + 64), error, records=1)
    changed, error = moved(b"")
    framed("definition-none", patched(changed, define, flags=4, check=0), error, records=1)
    framed("definition-with-count", patched(data, define, records=1), ("PROTOCOL", define + 32), unknown, records=1)
    framed("definition-with-flush", patched(data, define, flags=7), ("PROTOCOL", define + 4), unknown, records=1)
    changed, error = moved(good[:-1])
    framed("definition-cut", changed, ("PROTOCOL", define + 64), error, records=1)
    changed, error = moved(wire.definition(0, closure))
    framed("definition-id-zero", changed, ("PROTOCOL", define + 64 + good.index(b"\x93")), error, records=1)

    # Another epoch's ids are not this one's: the class of epoch 0 is unknown behind the checkpoint whose block is gone.
    stream = writer()
    stream.store({"price": 1.0, "size": 1}, "market.Level")
    stream.checkpoint()
    stream.store({}, "test.Empty")
    stream.flush()
    stream.store("untyped")
    data = stream.end()
    pieces = [at for at, _ in load(data).pieces]
    cut = data[: pieces[3]] + data[pieces[4] :]
    framed("definition-of-old-epoch", cut, ("CORRUPT", pieces[3] + 28), ("UNKNOWN_CLASS", pieces[3] + 64), records=2)


def raw_stream():
    """A record, raw bytes in three blocks, a record, raw bytes in one. Returns the stream and where its pieces begin."""
    stream = writer(target=64)
    stream.store("before")
    stream.raw(bytes(range(64)), bytes(range(64, 128)), b"the rest")
    stream.store("after")
    stream.raw(b"\0" * 10)
    data = stream.end()
    return data, [at for at, _ in load(data).pieces]


def raw_bytes():
    data, at = raw_stream()
    _, before, first, middle, last, after, second, end = at
    framed("raw", data, records=4)
    framed("raw-cut", data[: last + 10], ("TRUNCATED", last + 10), records=1)
    framed("raw-cut-in-part", data[: middle + 100], ("TRUNCATED", middle + 100), records=1)
    framed("raw-missing-first", data[:first] + data[middle:], ("CORRUPT", first + 4), records=3)
    framed("raw-missing-middle", data[:middle] + data[last:], ("CORRUPT", middle + 24), records=3)
    framed("raw-missing-last", data[:last] + data[after:], ("CORRUPT", last + 3), records=3)
    framed("raw-bad-part", flipped(data, middle + 80), ("CORRUPT", middle + 64), records=3)
    framed("raw-bad-header", flipped(data, middle + 20), ("CORRUPT", middle), records=3)
    framed("raw-end-within", data[:middle] + data[end:], ("CORRUPT", middle + 3), records=1)
    framed("raw-count", patched(data, middle, records=1), ("PROTOCOL", middle + 32), records=3)
    abandoned = patched(data, middle, flags=wire.CHECKED | wire.RAW_ABANDONED)
    framed("raw-flags", abandoned, ("PROTOCOL", middle + 4), records=3)
    flushed = patched(data, first, flags=wire.CHECKED | wire.RAW_BEGIN | wire.FLUSHED)
    framed("raw-flags-of-records", flushed, ("PROTOCOL", first + 4), records=3)
    begun = patched(data, middle, flags=wire.CHECKED | wire.RAW_BEGIN, records=1)
    framed("raw-begins-within", begun, ("CORRUPT", middle + 4), ("CORRUPT", last + 16), records=2)
    framed("raw-not-a-bin", with_payload(data, middle, b"\xd9\x04text"), ("PROTOCOL", middle + 64), records=3)
    framed("raw-two-bins", with_payload(data, middle, b"\xc4\x01a\xc4\x01b"), ("PROTOCOL", middle + 64), records=3)
    framed("raw-empty-block", with_payload(data, middle, b""), ("PROTOCOL", middle + 64), records=3)
    long = with_payload(data, middle, b"\xc6\0\0\0\x41" + bytes(65))
    framed("raw-too-long", long, ("LIMIT", middle + 36), records=3)

    inner = writer()
    inner.store("of a file that is sent")
    content = inner.end()
    heads = [b"\xc4" + bytes([len(content)]), b"\xc4\0", b"\xc5" + len(content).to_bytes(2, "big")]
    stream = writer()
    stream.raw(content, b"", content, heads=heads)
    stream.checkpoint()
    stream.raw(b"")
    framed("raw-holds-stream", stream.end(), records=2)
    stream = writer(checked=False)
    stream.store(1)
    stream.raw(b"without", b" a check")
    framed("raw-unchecked", stream.end(), records=2)


def part(first, number, epoch, begins, payload=b"", **options):
    """A writer of a part of a stream that stands there, behind a control block that says so."""
    stream = writer(**options)
    stream.data = bytearray(wire.preamble(golden.STREAM_ID, golden.OPENED, target=stream.target, required=3))
    stream.next_record, stream.next_block, stream.epoch, stream.first = first, number, epoch, not begins
    stream.control(payload, begins=begins)
    return stream


def own_ext(content):
    return encode(Ext(80, content))


def checkpoint(ordinal, definitions=0, synced=(0, 0, 0)):
    return own_ext(struct.pack("<BxxxIQ16sQQQ", 0x20, definitions, ordinal, bytes(range(16)), *synced))


def parts():
    """Streams that begin in their midst, and their control blocks: proto/wire.md and proto/journal.md."""
    first = part(1, 0, 0, False, checkpoint(1))
    first.store({}, "test.Empty")
    first.flush()
    first.control(own_ext(struct.pack("<BxxxI", 0x21, 5) + b"a note"))
    first.store("two")
    first.flush()
    first.control(own_ext(struct.pack("<BxxxxxxxQQQ", 0x22, 1, len(first.data), 2)))
    first.store("three")
    one = first.end()
    framed("journal_first", one, records=3)

    second = part(4, 3, 0, True, checkpoint(2, 1, (1, len(one), 3)))
    second.define("test.Empty")
    second.store({}, "test.Empty")
    second.flush()
    end_of_second = second.end()
    third = part(5, 4, 0, True, checkpoint(2, 0, (2, len(end_of_second), 4)))
    third.control(own_ext(b"\x30"), skipped=10)
    third.store("fifteen")
    two = end_of_second + third.end()
    framed("journal_second", two, records=2)
    framed("part-behind-part", one + two, records=5)

    at = [at for at, _ in load(two).pieces]
    behind = at[[kind for _, kind in load(two).pieces].index(wire.PREAMBLE, 1)]
    framed("part-missing", one + two[behind:], ("CORRUPT", len(one) + 64 + 16), records=4)
    late = part(2**64 - 2, 0xFFFFFFFF, 0xFFFFFFFF, True)
    late.store("the last record that a stream can have")
    framed("part-at-the-end", late.end(), records=1)
    whole = writer()
    whole.store("a stream without control blocks")
    whole.flush()
    place = len(whole.data)
    whole.control(b"")
    framed("control-in-whole-stream", whole.end(), ("CORRUPT", place + 3), records=1)
    unbegun = part(7, 7, 7, False)
    place = len(unbegun.data)
    unbegun.first = False
    unbegun.store("seven")
    framed("part-without-epoch", unbegun.end(), ("CORRUPT", place + 28), records=1)
    free = part(9, 0, 0, True)
    free.store("nine")
    free.flush()
    place = len(free.data)
    free.data += wire.header(kind=wire.CONTROL, flags=2, stream_id=golden.STREAM_ID, check=wire.xxh3(b""))
    framed("control-without-place", free.end(), records=1)
    framed("control-without-place-numbered", patched(free.data, place, number=1), ("PROTOCOL", place + 24), records=1)


def compressed():
    framed("compressed", golden.compressed_stream(pier_deflate.deflate), records=64)
    framed(
        "compressed-unchecked", golden.compressed_stream(pier_deflate.deflate, checked=False, repeat=8), records=28
    )

    # A peer that can inflate says so; blocks are compressed without the required bit then.
    data = golden.compressed_stream(pier_deflate.deflate, repeat=8)
    told = wire.preamble(golden.STREAM_ID, golden.OPENED, target=1024, ignorable=wire.TAKES_DEFLATE) + data[64:]
    framed("compressed-by-consent", told, records=28)

    # Three blocks of one record each, the second one compressed.
    stream = writer(deflate=pier_deflate.deflate)
    stream.store("before")
    stream.flush()
    raw = encode(["compressed", "compressed"] * 16)
    stream.store(Raw(raw))
    stream.flush()
    stream.store("behind")
    data = stream.end()
    one, two, three, end = [at for at, _ in load(data).pieces][1:]
    framed("compressed-one", data, records=3)

    def lying(payload, **fields):
        return with_payload(data, two, payload, **{"raw": len(raw), "codec": wire.DEFLATE, **fields})

    def place(payload):
        return two + 64 + len(payload)

    deflated = pier_deflate.deflate(raw)
    good = wire.compressed(deflated)
    assert lying(good) == data
    at_raw, at_payload = two + 40, two + 64
    framed("compressed-raw-longer", lying(good, raw=len(raw) + 1), ("PROTOCOL", at_raw), records=2)
    framed("compressed-raw-shorter", lying(good, raw=len(raw) - 1), ("PROTOCOL", at_raw), records=2)
    framed("compressed-raw-as-stored", lying(good, raw=len(good)), ("PROTOCOL", at_raw), records=2)
    much = len(good) * wire.INFLATION_RATIO_MAX
    framed("compressed-too-much", lying(good, raw=much + 1, records=2), ("LIMIT", at_raw), records=2)
    framed("compressed-raw-zero", lying(good, raw=0), ("PROTOCOL", at_raw), records=2)
    framed("compressed-cut", lying(wire.compressed(deflated[:-1])), ("CORRUPT", at_payload), records=2)
    framed("compressed-empty", lying(wire.compressed(b"")), ("CORRUPT", at_payload), records=2)
    framed("compressed-trailing", lying(wire.compressed(deflated + b"\0\0")), ("PROTOCOL", place(good)), records=2)
    framed("compressed-bad-data", lying(wire.compressed(b"\x07" + deflated)), ("CORRUPT", at_payload), records=2)
    framed("compressed-not-a-piece", lying(encode(Ext(80, b"\x10" + deflated))), ("PROTOCOL", at_payload), records=2)
    framed("compressed-other-ext", lying(encode(Ext(79, b"\x11" + deflated))), ("PROTOCOL", at_payload), records=2)
    framed("compressed-without-ext", lying(deflated), ("PROTOCOL", at_payload), records=2)
    framed("compressed-ext-longer", lying(good + b"\0"), ("PROTOCOL", at_payload), records=2)
    wide = b"\xc9" + (len(deflated) + 1).to_bytes(4, "big") + b"\x50\x11" + deflated
    framed("compressed-wide-ext", lying(wide), records=3)
    framed("compressed-flag-missing", patched(data, two, codec=0), ("PROTOCOL", at_raw), records=2)
    framed("compressed-flag-lies", patched(data, one, codec=1), ("PROTOCOL", one + 40), records=2)
    framed("compressed-bad-check", flipped(data, two + 80), ("CORRUPT", at_payload), records=2)
    framed("compressed-cut-by-input", data[: three - 1], ("TRUNCATED", three - 1), records=1)

    # What is wrong in the raw payload is told at the block: it lies nowhere on the wire.
    def with_raw(raw, **fields):
        return lying(wire.compressed(pier_deflate.deflate(raw)), raw=len(raw), **fields)

    framed("compressed-never-used", with_raw(b"\x92" + encode("x" * 100) + b"\xc1"), ("PROTOCOL", two), records=2)
    framed("compressed-value-cut", with_raw(raw[:-1]), ("PROTOCOL", two), records=2)
    framed("compressed-surplus", with_raw(raw + raw), ("PROTOCOL", two), records=3)
    framed("compressed-count-too-high", patched(with_raw(raw, records=2), three, first=4), ("PROTOCOL", two),
           ("CORRUPT", end + 16), records=3)  # fmt: skip
    framed("compressed-unknown-class", with_raw(b"\xd4\x50\x07" + raw), ("UNKNOWN_CLASS", two), records=2)
    framed("compressed-twice", with_raw(wire.compressed(bytes(100))), ("PROTOCOL", two), records=2)

    # Definitions and end marks are never compressed.
    stream = writer(deflate=pier_deflate.deflate)
    stream.store({"price": 1.0, "size": 1}, "market.Level")
    data = stream.end()
    define, records, end = [at for at, _ in load(data).pieces][1:]
    framed("compressed-definition", patched(data, define, codec=1, raw=60000), ("PROTOCOL", define + 5),
           ("UNKNOWN_CLASS", records + 64), records=0)  # fmt: skip
    framed("compressed-end-mark", patched(data, end, codec=1), ("PROTOCOL", end + 5), records=1)


def main():
    values()
    streams()
    damaged()
    damaged_definitions()
    raw_bytes()
    parts()
    compressed()
    total = sum(map(len, FILES.values()))
    assert total < BYTES_MAX, f"{total} bytes are too many"
    return keep(sys.argv[1:], __doc__, FOLDER, FILES, {".pier", ".msgpack", ".jsonl", ".error"})


if __name__ == "__main__":
    sys.exit(main())
