"""What several tests share: classes and streams made with the writer of pier_wire.py."""

from pier_value import Ext, F32, Time
from pier_wire import FIXED, MAP, PRESENCE, REPEATED, SHARED, TYPED, Class, Enum, Field, Writer

STREAM_ID = 0x1122334455667788
OPENED = 1_700_000_000_000_000_000

LEVEL = Class("market.Level", 1, (Field(1, "price", "f64"), Field(2, "size", "u32")))
TICK = Class(
    "market.Tick",
    3,
    (
        Field(1, "symbol", "text"),
        Field(2, "price", "f64"),
        Field(3, "size", "u32", PRESENCE),
        Field(7, "at", "time", PRESENCE),
        Field(8, "best", "record", PRESENCE, "market.Level"),
        Field(9, "depth", "record", REPEATED, "market.Level"),
        Field(300, "flags", "bool", REPEATED),
    ),
)
EVERY = Class(
    "test.Every",
    0,
    tuple(
        Field(number, kind, kind, PRESENCE)
        for number, kind in enumerate("bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 text bytes time".split(), 1)
    ),
)
NODE = Class(
    "test.Node",
    1,
    (
        Field(1, "value", "i64"),
        Field(2, "next", "record", PRESENCE, "test.Node"),
        Field(5, "tree", "record", PRESENCE, "test.Tree"),
    ),
)
TREE = Class("test.Tree", 65535, (Field(1, "branches", "record", REPEATED, "test.Node"),))
EMPTY = Class("test.Empty", 0, ())
SIDE = Enum("shop.Side", ((-1, "RETURNED"), (0, "NONE"), (1, "BOUGHT"), (1, "PURCHASED"), (300, "GIVEN")))
PRICE = Class("shop.Price", 0, (Field(1, "units", "i64"), Field(2, "currency", "text", 0, None, None, "EUR")))
BY_NAME = Class("shop.Order.ByNameEntry", 0, (Field(1, "key", "text"), Field(2, "value", "record", 0, "shop.Price")))
BY_CODE = Class("shop.Order.ByCodeEntry", 0, (Field(1, "key", "u32", FIXED), Field(2, "value", "enum", 0, "shop.Side")))
ORDER = Class(
    "shop.Order",
    2,
    (
        Field(1, "id", "u64", FIXED),
        Field(2, "side", "enum", 0, "shop.Side"),
        Field(3, "sides", "enum", REPEATED, "shop.Side"),
        Field(4, "by_name", "record", REPEATED | MAP, "shop.Order.ByNameEntry"),
        Field(5, "by_code", "record", REPEATED | MAP, "shop.Order.ByCodeEntry"),
        Field(6, "cash", "record", 0, "shop.Price", "paid"),
        Field(7, "took", "duration", PRESENCE),
        Field(8, "card", "text", 0, None, "paid"),
        Field(9, "weights", "f32", REPEATED | TYPED),
        Field(10, "marks", "i16", REPEATED | TYPED),
        Field(11, "later", "record", PRESENCE, "shop.Order"),
        Field(12, "voucher", "enum", 0, "shop.Side", "paid"),
        Field(300, "waits", "duration", REPEATED),
    ),
)
DEFAULTS = Class(
    "shop.Defaults",
    0,
    (
        Field(1, "bool", "bool", 0, None, None, True),
        Field(2, "low", "i8", 0, None, None, -128),
        Field(3, "long", "i64", 0, None, None, -(2**40)),
        Field(4, "fixed", "u32", FIXED, None, None, 7),
        Field(5, "half", "f32", 0, None, None, F32(0.5)),
        Field(6, "minus_zero", "f64", 0, None, None, -0.0),
        Field(7, "text", "text", PRESENCE, None, None, "ü" * 20),
        Field(8, "bytes", "bytes", 0, None, None, b"\0\1"),
        Field(9, "time", "time", 0, None, None, Time(1_700_000_000, 0)),
        Field(10, "duration", "duration", 0, None, None, [-1, -500_000_000]),
        Field(11, "side", "enum", 0, "shop.Side", None, 300),
    ),
)
PARCEL = Class("shop.Parcel", 0, (Field(1, "content", "any"), Field(2, "more", "any", REPEATED)))
LINK = Class(
    "shop.Link",
    0,
    (
        Field(1, "name", "text"),
        Field(2, "next", "record", SHARED | PRESENCE, "shop.Link"),
        Field(3, "others", "record", SHARED | REPEATED, "shop.Link"),
        Field(4, "any", "any", SHARED),
    ),
)
SCHEMA_TYPES = (SIDE, PRICE, BY_NAME, BY_CODE, ORDER, DEFAULTS, PARCEL, LINK)
TYPES = (LEVEL, TICK, EVERY, NODE, TREE, EMPTY, *SCHEMA_TYPES)
CLASSES = tuple(type_ for type_ in TYPES if isinstance(type_, Class))

TICKS = [
    {
        "symbol": "PIER", "price": 12.5, "size": 100, "at": Time(1_700_000_000, 5), "best": {"price": 12.25, "size": 7},
        "depth": [{"price": 12.0, "size": 1}, {"price": 11.75, "size": 70000}], "flags": [True, False],
    },
    {"symbol": "", "price": -0.0, "depth": [], "flags": []},
    {"symbol": "größer", "price": 1e300, "size": 0, "depth": [], "flags": [True] * 16},
]  # fmt: skip
EVERY_LOW = {
    "bool": False, "i8": -128, "i16": -(2**15), "i32": -(2**31), "i64": -(2**63), "u8": 0, "u16": 0, "u32": 0, "u64": 0,
    "f32": F32(-1.5), "f64": -1.7976931348623157e308, "text": "", "bytes": b"", "time": Time(-(2**63), 0),
}  # fmt: skip
EVERY_HIGH = {
    "bool": True, "i8": 127, "i16": 2**15 - 1, "i32": 2**31 - 1, "i64": 2**63 - 1, "u8": 255, "u16": 2**16 - 1,
    "u32": 2**32 - 1, "u64": 2**64 - 1, "f32": F32(2**127), "f64": 5e-324, "text": "\U0010ffff", "bytes": b"\0\xff",
    "time": Time(2**63 - 1, 999_999_999),
}  # fmt: skip


ORDERS = [
    {
        "id": 1, "side": 1, "sides": [-1, 0, 300, 7],
        "by_name": {"net": {"units": 100, "currency": "EUR"}, "": {"units": -1, "currency": ""}},
        "by_code": {70000: 1, 1: 2}, "cash": {"units": 2**40, "currency": "CHF"}, "took": [1, 500_000_000],
        "weights": [0.5, -2.0, 1e10], "marks": [1, -1, 32767, -32768],
        "waits": [[0, -1], [-3, 0], [0, 0], [315_576_000_000, 999_999_999]],
    },
    {
        "id": 2**64 - 1, "side": -2, "sides": [], "by_name": {}, "by_code": {}, "card": "0000", "weights": [],
        "marks": [], "waits": [],
        "later": {
            "id": 0, "side": 0, "sides": [1], "by_name": {}, "by_code": {}, "voucher": 300, "weights": [1.0],
            "marks": [], "waits": [],
        },
    },
    {"id": 3, "side": 300, "sides": [], "by_name": {}, "by_code": {}, "weights": [], "marks": [], "waits": []},
]  # fmt: skip
DEFAULT_RECORD = {
    "bool": False, "low": 0, "long": 0, "fixed": 0, "half": F32(0.0), "minus_zero": 0.0, "bytes": b"",
    "time": Time(0, 0), "duration": [0, 0], "side": 0,
}  # fmt: skip


def mixed_stream(checked=True):
    """A few KB: untyped and typed records, several blocks and epochs, definitions, flushes, an empty block."""
    writer = Writer(STREAM_ID, OPENED, target=160, types=TYPES, checked=checked)
    writer.store({"text": "first", "list": [1, -1, 2.5, None, True]})
    writer.store(TICKS[0], "market.Tick")
    writer.store("between")
    writer.flush()
    for tick in TICKS:
        writer.store(tick, "market.Tick")
        writer.store(EVERY_LOW, "test.Every", short_switch=False)
    writer.store(EVERY_HIGH, "test.Every")
    writer.store({}, "test.Empty")
    writer.store({"value": 1, "next": {"value": 2, "tree": {"branches": [{"value": 3}]}}}, "test.Node")
    writer.flush()
    writer.flush()
    writer.checkpoint()
    writer.store("x" * 500)
    writer.store(TICKS[1], "market.Tick")
    writer.store(Ext(7, b"ext"))
    for number in range(40):
        writer.store(number * 1000)
    writer.checkpoint()
    writer.store(b"last")
    return writer.end()


def compressed_stream(deflate, checked=True, repeat=20):
    """Blocks that become shorter and ones that do not, typed and untyped, in two epochs."""
    writer = Writer(STREAM_ID, OPENED, target=1024, types=TYPES, checked=checked, deflate=deflate)
    for number in range(repeat):
        writer.store({"name": f"record {number}", "list": [number] * 10})
        writer.store(TICKS[number % 3], "market.Tick")
    writer.flush()
    writer.store("short")
    writer.flush()
    writer.store("x" * 600)
    writer.store(b"\0" * 3000)
    writer.checkpoint()
    for number in range(repeat + 1):
        writer.store({"value": number, "next": {"value": number}} if number % 2 else EVERY_HIGH,
                     "test.Node" if number % 2 else "test.Every")  # fmt: skip
    return writer.end()


def small_compressed_stream(deflate, checked=True, typed=True):
    """A few hundred bytes: compressed blocks around one that is not, of one record and of several."""
    writer = Writer(STREAM_ID, OPENED, target=150, types=TYPES, checked=checked, deflate=deflate)
    writer.store("x" * 160)
    writer.store([1, 2])
    writer.flush()
    for number in range(8):
        writer.store({"value": number, "next": {"value": 7}} if typed else ["value", number, "value"],
                     "test.Node" if typed else None)  # fmt: skip
    writer.flush()
    writer.store(["last"] * 20)
    return writer.end()
