"""Graphs of objects and values of any class, from proto/wire.md alone: what a record with references becomes.

A second implementation beside the library's, for golden vectors. An object is a Thing: its class and its fields by name;
references to it are the Thing itself, which is the same one wherever it `is`.
"""

from pier_schema import REPEATED, SHARED, Class, Schema
from pier_value import Record, encode
from pier_wire import DEFINITIONS, Writer, definition


class Thing:
    def __init__(self, class_, **fields):
        self.class_, self.fields = class_, fields


class GraphSchema(Schema):
    """Encodes one record after the other; what a record has met is forgotten with it."""

    def begin(self, ids):
        self.ids = ids  # of classes by name, in the order in which they are first needed
        self.met, self.numbers = None, None

    def closure_of(self, root):
        types = {root.name: root}
        waiting = [root]
        while waiting:
            for field in waiting.pop().fields:
                type_ = self.type_of(field)
                if type_ is not None and type_.name not in types:
                    types[type_.name] = type_
                    waiting += [type_] if isinstance(type_, Class) else []
        return types

    def is_graph(self, root):
        types = self.closure_of(root).values()
        return any(f.flags & SHARED for t in types if isinstance(t, Class) for f in t.fields)

    def id_of(self, class_):
        return self.ids.setdefault(class_.name, len(self.ids) + 1)

    def refer(self, thing):
        """0 the root, else the place in the table."""
        for number, other in enumerate(self.met):
            if other is thing:
                return number
        self.met.append(thing)
        return len(self.met) - 1

    def value(self, field, item, form):
        if field.flags & SHARED:
            return None if item is None else self.refer(item)
        if field.kind == "any":
            if item is None:
                return None
            head = self.id_of(item.class_) if form == "slots" else item.class_.name
            return [head, self.whole(item, form)]
        return super().value(field, item, form)

    def whole(self, thing, form):
        """The record of a thing: with its table when a graph begins here."""
        if self.met is not None or not self.is_graph(thing.class_):
            return self.encode(thing.class_, thing.fields, form)
        names = list(self.closure_of(thing.class_))
        self.numbers = [thing.class_.name] + sorted((n for n in names if n != thing.class_.name), key=str.encode)
        self.met = [thing]
        root, table = self.encode(thing.class_, thing.fields, form), []
        while len(table) < len(self.met) - 1:
            other = self.met[1 + len(table)]
            table.append([self.table_class(other.class_, form), self.encode(other.class_, other.fields, form)])
        self.met = None
        return [root, table]

    def table_class(self, class_, form):
        if form != "slots":
            return class_.name
        return self.numbers.index(class_.name) if class_.name in self.numbers else -self.id_of(class_)

    def thing_named(self, thing):
        """A thing as `pier dump` prints it."""
        begins = self.met is None and self.is_graph(thing.class_)
        if begins:
            self.met = [thing]
        pairs = self.fields_named(thing.class_, thing.fields)
        if begins:
            place, objects = 1, []
            while place < len(self.met):
                other = self.met[place]
                head = [("@id", place), ("@type", other.class_.name)]
                objects.append(Record(head + self.fields_named(other.class_, other.fields)))
                place += 1
            pairs += [("@objects", objects)] if objects else []
            self.met = None
        return pairs

    def fields_named(self, class_, fields):
        def one(field, item):
            if item is None:
                return None
            if field.flags & SHARED:
                return Record([("@ref", self.refer(item))])
            if field.kind == "any":
                return Record([("@type", item.class_.name)] + self.thing_named(item))
            if field.kind == "record":
                return Record(self.fields_named(self.type_of(field), item))
            return item

        return [
            (f.name, [one(f, i) for i in fields[f.name]] if f.flags & REPEATED else one(f, fields[f.name]))
            for f in sorted(class_.fields)
            if fields.get(f.name) is not None
        ]

    def line(self, thing):
        self.begin({})
        return Record(self.thing_named(thing))

    def things_stream(self, stream_id, things):
        """A framed stream of records of one class; the first needs all classes that the others need."""
        writer, ids, payload = Writer(stream_id), {}, b""
        for thing in things:
            self.begin(ids)
            self.id_of(thing.class_)
            payload += encode(self.whole(thing, "slots"))
        for name, id_ in ids.items():
            writer.emit(DEFINITIONS, 0, definition(id_, self.closure(self.classes[name])), 0)
        writer.payload = bytearray(b"\xd4\x50\x01" + payload)
        writer.records = len(things)
        return writer.end()

    def things_plain(self, things, form):
        data = b""
        for thing in things:
            self.begin({})
            data += encode(self.whole(thing, form))
        return data
