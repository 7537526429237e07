// Prints the records of a Pier file with their field names, one JSON value a line: node pier_read.js FILE
// With --write FILE it makes a plain file of the JSON lines on its standard input. Needs @msgpack/msgpack; see
// pier_read.py, which does the same.
"use strict";
const fs = require("fs");
const zlib = require("zlib");
const { Decoder, ExtData, ExtensionCodec, encode } = require("@msgpack/msgpack");

const REPEATED = 1, TYPED = 8, SHARED = 16, MAP = 32, DURATION = 15, RECORD = 16, ENUM = 17, ANY = 18;
const ELEMENTS = { 2: "Int8", 3: "Int16", 4: "Int32", 5: "BigInt64", 6: "Uint8", 7: "Uint16", 8: "Uint32",
                   9: "BigUint64", 10: "Float32", 11: "Float64" };

class Time {
  constructor(seconds, nanoseconds) { Object.assign(this, { seconds, nanoseconds }); }
}
const codec = new ExtensionCodec();
codec.register({ type: -1, encode: () => null, decode: (data) => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length === 4) return new Time(BigInt(view.getUint32(0)), 0);
  if (data.length === 12) return new Time(view.getBigInt64(4), view.getUint32(0));
  const word = view.getBigUint64(0);
  return new Time(word & 0x3ffffffffn, Number(word >> 34n));
} });

// The library makes an object of a map, whose keys are text and each there once: so maps are read by their own bytes.
class Pairs extends Array {}

class Reader {
  constructor(data) { this.data = data; this.at = 0; }
  get ended() { return this.at >= this.data.length; }
  number(bytes) {
    this.at += bytes;
    return this.data.readUIntBE(this.at - bytes, bytes);
  }
  read() {
    const byte = this.number(1);
    if ((byte & 0xf0) === 0x80) return this.pairs(byte & 15);
    if ((byte & 0xf0) === 0x90) return this.array(byte & 15);
    if (byte === 0xdc || byte === 0xdd) return this.array(this.number(byte === 0xdc ? 2 : 4));
    if (byte === 0xde || byte === 0xdf) return this.pairs(this.number(byte === 0xde ? 2 : 4));
    const decoder = new Decoder({ useBigInt64: true, extensionCodec: codec });
    const end = this.at + this.behind(byte);
    const value = decoder.decode(this.data.subarray(this.at - 1, end));
    this.at = end;
    return value;
  }
  behind(byte) {
    const length = (bytes) => bytes + this.data.readUIntBE(this.at, bytes);
    if (byte <= 0x7f || byte >= 0xe0 || (byte >= 0xc0 && byte <= 0xc3)) return 0;
    if (byte <= 0xbf) return byte & 31;
    if (byte <= 0xc6) return length(1 << (byte - 0xc4));
    if (byte <= 0xc9) return length(1 << (byte - 0xc7)) + 1;
    if (byte <= 0xcb) return byte === 0xca ? 4 : 8;
    if (byte <= 0xd3) return 1 << (byte & 3);
    return byte <= 0xd8 ? 1 + (1 << (byte - 0xd4)) : length(1 << (byte - 0xd9));
  }
  array(count) { return Array.from({ length: count }, () => this.read()); }
  pairs(count) {
    const pairs = new Pairs();
    for (let i = 0; i < count; i++) { const key = this.read(); pairs.push([key, this.read()]); }
    return pairs;
  }
}

class Names {
  constructor(closure, classes) {
    this.types = new Map(closure.map((type) => [type[1], type]));
    this.closure = closure;
    this.classes = classes;
    this.isGraph = closure.some((type) => type[0] == 0 && type[3].some((field) => field[3] & SHARED));
  }
  // A record. One of shared references, but within another one, is its root and a table of the other objects.
  whole(value, within = false) {
    const [root, table] = this.isGraph && !within ? value : [value, []];
    const named = this.record(this.closure[0], root, within || this.isGraph);
    const objects = table.map(([at, slots], i) => {
      const names = at >= 0 ? this : this.classes.get(Number(-at));
      const type = names.closure[at >= 0 ? at : 0];
      return Pairs.from([["@id", i + 1], ["@type", type[1]], ...names.record(type, slots, true)]);
    });
    if (objects.length) named.push(["@objects", objects]);
    return named;
  }
  one(field, value, within) {
    if (value === null) return null;
    if (field[3] & SHARED) return Pairs.from([["@ref", value]]);
    if (field[2] === RECORD) return this.record(this.types.get(field[4]), value, within);
    if (field[2] === ENUM) return (this.types.get(field[4])[2].find((v) => v[0] == value) || [0, value])[1];
    if (field[2] === DURATION) return duration(BigInt(value[0]), Number(value[1]));
    if (field[2] === ANY) {
      const names = this.classes.get(Number(value[0]));
      return Pairs.from([["@type", names.closure[0][1]], ...names.whole(value[1], within)]);
    }
    return value;
  }
  content(field, value, within) {
    if (field[3] & MAP) {
      const [key, other] = this.types.get(field[4])[3];
      return Pairs.from(value.map(([k, v]) => [this.one(key, k, within), this.one(other, v, within)]));
    }
    if (field[3] & TYPED) {
      const [kind, ...bytes] = value.data;
      const view = new DataView(Uint8Array.from(bytes).buffer);
      const width = Number(/\d+/.exec(ELEMENTS[kind])[0]) / 8;
      return Array.from({ length: bytes.length / width }, (_, i) => view["get" + ELEMENTS[kind]](i * width, true));
    }
    return field[3] & REPEATED ? value.map((item) => this.one(field, item, within)) : this.one(field, value, within);
  }
  record(type, slots, within) {
    const named = new Pairs(), seen = new Set();
    let next = 0;
    for (let field of type[3]) {
      if (field[5] !== null && seen.has(field[5])) continue; // a oneof has one slot
      let value = slots[next++];
      seen.add(field[5]);
      if (field[5] !== null && value !== null) {
        const number = value[0];
        field = type[3].find((f) => f[0] === number);
        value = value[1];
      }
      if (value !== null) named.push([field[1], this.content(field, value, within)]);
    }
    return named;
  }
}

function duration(seconds, nanoseconds) {
  const sign = seconds < 0n || nanoseconds < 0 ? "-" : "";
  const rest = Math.abs(nanoseconds);
  const digits = [0, 3, 6, 9].find((d) => rest % 10 ** (9 - d) === 0);
  const behind = digits ? ("." + String(rest).padStart(9, "0")).slice(0, digits + 1) : "";
  return `${sign}${seconds < 0n ? -seconds : seconds}${behind}s`;
}

function* recordsOf(data, classes) {
  let current = null, isRaw = false;
  for (const reader = new Reader(data); !reader.ended;) {
    const value = reader.read();
    if (!(value instanceof ExtData) || value.type !== 80) {
      if (!isRaw) yield current ? current.whole(value) : value;
    } else if (value.data.length <= 2) {
      current = classes.get(value.data[0] + (value.data[1] || 0) * 256);
    } else if (value.data[0] === 0x10) {
      const [id, , closure] = new Reader(Buffer.from(value.data.subarray(1))).read();
      classes.set(id, new Names(closure, classes));
    } else if (value.data[0] === 0x11) {
      yield* recordsOf(zlib.inflateRawSync(value.data.subarray(1)), classes);
    } else {
      current = null;
      isRaw = value.data[0] === 4;
      if (value.data[0] === 0 || value.data[1] & 4) classes.clear();
    }
  }
}

// JSON.stringify has no numbers above 2^53, so this writes them itself.
function asJson(value) {
  if (value instanceof Time) return `{"$time":[${value.seconds},${value.nanoseconds}]}`;
  if (value instanceof Uint8Array) return `{"$bin":"${Buffer.from(value).toString("base64")}"}`;
  if (value instanceof Pairs) {
    const keys = new Set(value.map((pair) => pair[0]).filter((key) => typeof key === "string"));
    const isPlain = keys.size === value.length && !(keys.size === 1 && value[0][0].startsWith("$"));
    const pairs = value.map(([k, v]) => (isPlain ? `${asJson(k)}:${asJson(v)}` : `[${asJson(k)},${asJson(v)}]`));
    return isPlain ? `{${pairs.join()}}` : `{"$map":[${pairs.join()}]}`;
  }
  if (Array.isArray(value)) return `[${value.map(asJson).join()}]`;
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

if (process.argv[2] === "--write") {
  const lines = fs.readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
  fs.writeFileSync(process.argv[3], Buffer.concat(lines.map((line) => encode(JSON.parse(line)))));
} else {
  for (const record of recordsOf(fs.readFileSync(process.argv[2]), new Map())) console.log(asJson(record));
}
