#!/usr/bin/python3
"""Makes the golden vectors of proto/vectors/records/ from proto/wire.md, by the Python implementation in tests/interop/.

    scripts/record_vectors.py            writes them
    scripts/record_vectors.py --check    tells whether the files are what it would write; exit status 1 when not

table.pier holds records of test.Table, a class with every kind of field in every shape; table-map.msgpack and
table-array.msgpack hold the same records in the plain forms, table.jsonl what `pier dump` prints for the first. graph
and any are the same for objects that are shared, and for values of any class. Needs Debian's python3-msgpack and
python3-xxhash.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from lib.vector_files import keep  # noqa: E402
from pier_graph import GraphSchema, Thing  # noqa: E402
from pier_schema import FIXED, MAP, PRESENCE, REPEATED, SHARED, TYPED, Class, Enum, Field, Schema  # noqa: E402
from pier_value import Time, to_json  # noqa: E402

FOLDER = ROOT / "proto" / "vectors" / "records"
STREAM_ID = 0x1122334455667788

SIDE = Enum("test.Side", ((-1, "OFF"), (0, "NONE"), (1, "ASK"), (1, "BUY"), (300, "SELL")))
LEAF = Class("test.Leaf", 0, (Field(1, "x", "i32"), Field(2, "name", "text")))
NODE = Class("test.Node", 0, (Field(1, "value", "i32"), Field(2, "next", "record", PRESENCE, "test.Node"),
                              Field(3, "kids", "record", REPEATED, "test.Node")))  # fmt: skip
WORDS = Class("test.Table.WordsEntry", 0, (Field(1, "key", "text"), Field(2, "value", "i64")))
NUMBERS = Class("test.Table.ByNumberEntry", 0, (Field(1, "key", "i32"), Field(2, "value", "record", 0, LEAF)))
FLAGS = Class("test.Table.ByFlagEntry", 0, (Field(1, "key", "bool"), Field(2, "value", "enum", 0, SIDE)))

NUMBER_KINDS = "i8 i16 i32 i64 u8 u16 u32 u64".split()
TYPED_KINDS = NUMBER_KINDS + ["f32", "f64"]
TABLE = Class("test.Table", 0, (
    *(Field(number, "f_" + kind, kind, FIXED) for number, kind in enumerate(NUMBER_KINDS, 1)),
    Field(9, "side", "enum", 0, SIDE), Field(10, "maybe_side", "enum", PRESENCE, SIDE),
    Field(11, "span", "duration"), Field(12, "maybe_span", "duration", PRESENCE),
    Field(13, "bools", "bool", REPEATED), Field(14, "i32s", "i32", REPEATED),
    Field(15, "u64s", "u64", REPEATED | FIXED), Field(16, "f64s", "f64", REPEATED),
    Field(17, "texts", "text", REPEATED), Field(18, "inline_texts", "text", REPEATED),
    Field(19, "blobs", "bytes", REPEATED), Field(20, "times", "time", REPEATED),
    Field(21, "spans", "duration", REPEATED), Field(22, "sides", "enum", REPEATED, SIDE),
    Field(23, "leaves", "record", REPEATED, LEAF), Field(24, "few_sides", "enum", REPEATED, SIDE),
    *(Field(number, "t_" + kind, kind, REPEATED | TYPED) for number, kind in enumerate(TYPED_KINDS, 25)),
    Field(35, "t_few", "f32", REPEATED | TYPED),
    Field(36, "words", "record", REPEATED | MAP, WORDS), Field(37, "by_number", "record", REPEATED | MAP, NUMBERS),
    Field(38, "by_flag", "record", REPEATED | MAP, FLAGS),
    Field(39, "a_leaf", "record", 0, LEAF), Field(40, "maybe_leaf", "record", PRESENCE, LEAF),
    Field(41, "tree", "record", PRESENCE, "test.Node"),
    Field(42, "number", "i32", oneof="choice"), Field(43, "seven", "i32", default=7),
    Field(44, "word", "text", oneof="choice"), Field(45, "record", "record", 0, LEAF, oneof="choice"),
    Field(46, "pointer", "record", 0, "test.Node", oneof="choice"), Field(47, "none", "text", default="none"),
    Field(48, "minus_five", "i64", PRESENCE, default=-5), Field(49, "label", "text", default="label"),
    Field(50, "choice_span", "duration", oneof="choice"),
))  # fmt: skip
SCHEMA = Schema(LEAF, NODE, TABLE)

EMPTY = {
    **{"f_" + kind: 0 for kind in NUMBER_KINDS}, "side": 0, "span": (0, 0),
    **{f.name: [] for f in TABLE.fields if f.flags & REPEATED},
    "a_leaf": {"x": 0, "name": ""}, "seven": 7, "none": "none", "label": "label",
}  # fmt: skip


def limit(kind, high):
    bits = int(kind[1:])
    if kind[0] == "u":
        return 2**bits - 1 if high else 0
    return 2 ** (bits - 1) - 1 if high else -(2 ** (bits - 1))


def node(value, next_=None, *kids):
    return {"value": value, **({"next": next_} if next_ else {}), "kids": list(kids)}


FULL = {
    **{"f_" + kind: limit(kind, True) for kind in NUMBER_KINDS}, "side": 1, "maybe_side": -7,
    "span": (315576000000, 999999999), "maybe_span": (-1, -500000000), "bools": [True, False],
    "i32s": [0, 127, 128, -32, -33, 65536, -(2**31)], "u64s": [0, 2**64 - 1], "f64s": [-0.0, 1.5, 1e300, 5e-324],
    "texts": ["", "größer", "x" * 40], "inline_texts": ["", "1234567"], "blobs": [b"", b"\0\xff"],
    "times": [Time(0, 0), Time(2**32, 5), Time(-1, 999999999)], "spans": [(0, 0), (0, -1000), (5, 0)],
    "sides": [-1, 0, 1, 300, 2], "leaves": [{"x": 1, "name": "a"}, {"x": -1, "name": ""}], "few_sides": [300, -1, 0],
    **{"t_" + kind: [limit(kind, False), limit(kind, True)] for kind in NUMBER_KINDS}, "t_f32": [1.5, -0.0, 3.0],
    "t_f64": [1e300], "t_few": [0.5, 0.25, 0.125, 2.0], "words": [("b", 1), ("a", -(2**63)), ("b", 2)],
    "by_number": [(-5, {"x": 5, "name": "five"})], "by_flag": [(True, 300), (False, 9)],
    "a_leaf": {"x": -(2**31), "name": "leaf"}, "maybe_leaf": {"x": 0, "name": ""},
    "tree": node(1, node(2, node(3)), node(4), node(5, None, node(6))), "seven": 0, "none": "", "minus_five": 0,
    "label": "1234567", "pointer": node(8),
}  # fmt: skip
CHOICES = [{"number": -1}, {"word": "w"}, {"record": {"x": 1, "name": "r"}}, {"choice_span": (0, 1)}]
LOW = {**EMPTY, **{"f_" + kind: limit(kind, False) for kind in NUMBER_KINDS}, "t_u8": list(range(255)),
       "minus_five": -5, "words": [("$x", 1)]}  # fmt: skip
RECORDS = [EMPTY, FULL, LOW, *({**EMPTY, **choice} for choice in CHOICES)]


# As tests/record/graph_support.c has them.
STYLE = Class("g.Style", 0, (Field(1, "name", "text"), Field(2, "base", "record", SHARED | PRESENCE, "g.Style")))
LINK = Class("g.Link", 0, (Field(1, "weight", "u32"), Field(2, "to", "record", SHARED | PRESENCE, "g.Node")))
GRAPH_NODE = Class("g.Node", 0, (
    Field(1, "id", "u32"), Field(2, "next", "record", SHARED | PRESENCE, "g.Node"),
    Field(3, "style", "record", SHARED | PRESENCE, STYLE), Field(4, "link", "record", 0, LINK),
    Field(5, "kids", "record", REPEATED | SHARED, "g.Node"), Field(6, "extra", "any"), Field(7, "other", "any", SHARED),
    Field(8, "links", "record", REPEATED, LINK),
))  # fmt: skip
NOTE = Class("g.Note", 0, (Field(1, "number", "u32"), Field(2, "about", "record", SHARED | PRESENCE, "g.Node")))
COUNT = Class("g.Count", 0, (Field(1, "number", "u32"),))
BOX = Class("g.Box", 0, (Field(1, "first", "any"), Field(2, "second", "any"), Field(3, "more", "any", REPEATED)))
GRAPHS = GraphSchema(STYLE, LINK, GRAPH_NODE, NOTE, COUNT, BOX)


def graph_node(number, **fields):
    return Thing(GRAPH_NODE, id=number, link={"weight": 0}, kids=[], links=[], **fields)


def graphs():
    """Everything in one; a node alone; a ring of one; a chain that is longer than a short array."""
    base = Thing(STYLE, name="base")
    bold = Thing(STYLE, name="bold", base=base)
    base.fields["base"] = base
    first, second, third = (graph_node(number) for number in (1, 2, 3))
    note, count = Thing(NOTE, number=9, about=third), Thing(COUNT, number=300)
    first.fields.update(next=second, style=bold, link={"weight": 7, "to": first}, extra=Thing(NOTE, number=4, about=second),
                        other=note, kids=[third, None, third, second])  # fmt: skip
    second.fields.update(next=first, style=base, other=count, links=[{"weight": 1, "to": third}, {"weight": 2}])
    third.fields.update(next=third, style=bold, other=first, extra=count)
    ring = graph_node(5)
    ring.fields["next"] = ring
    chain = [graph_node(number) for number in range(100, 120)]
    for one, next_ in zip(chain, chain[1:]):
        one.fields["next"] = next_
    return [first, graph_node(4), ring, chain[0]]


def boxes():
    shared = Thing(STYLE, name="shared")
    style = Thing(STYLE, name="own", base=shared)
    one, two = Thing(COUNT, number=1), Thing(COUNT, number=2)
    inner = Thing(BOX, first=two, more=[])
    return [
        Thing(BOX, first=one, second=style, more=[None, one, Thing(STYLE, name="other", base=shared), inner]),
        Thing(BOX, second=Thing(BOX, first=inner, more=[two]), more=[]),
        Thing(BOX, more=[]),
    ]


def things(name, records):
    return {
        f"{name}.pier": GRAPHS.things_stream(STREAM_ID, records),
        f"{name}-map.msgpack": GRAPHS.things_plain(records, "map"),
        f"{name}-array.msgpack": GRAPHS.things_plain(records, "array"),
        f"{name}.jsonl": "".join(to_json(GRAPHS.line(record)) + "\n" for record in records).encode(),
    }


def make():
    return {
        **things("graph", graphs()),
        **things("any", boxes()),
        "table.pier": SCHEMA.stream(STREAM_ID, TABLE, RECORDS),
        "table-map.msgpack": SCHEMA.plain(TABLE, RECORDS, "map"),
        "table-array.msgpack": SCHEMA.plain(TABLE, RECORDS, "array"),
        "table.jsonl": "".join(to_json(SCHEMA.named(TABLE, record)) + "\n" for record in RECORDS).encode(),
    }


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:], __doc__, FOLDER, make()))
