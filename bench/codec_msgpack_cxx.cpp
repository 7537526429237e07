// msgpack-cxx: its packer into a buffer that is cleared for each record, and unpack into a zone that is used again,
// with the values converted from its objects into the struct.
#include <cstdint>
#include <cstring>

#include <msgpack.hpp>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"

namespace {

struct Buffers {
    msgpack::sbuffer packed;
    msgpack::packer<msgpack::sbuffer> packer{packed};
    msgpack::zone zone;
};

using Packer = msgpack::packer<msgpack::sbuffer>;

void open_buffers(codec *self) {
    self->state = new Buffers;
}

void put_text(Packer &to, const char *text) {
    auto length = static_cast<std::uint32_t>(std::strlen(text));
    to.pack_str(length).pack_str_body(text, length);
}

void put(Packer &to, const vec3 &from) {
    to.pack_array(3).pack(from.x).pack(from.y).pack(from.z);
}

void put(Packer &to, const weapon &from) {
    to.pack_array(2);
    put_text(to, from.name);
    to.pack(from.damage);
}

void put(Packer &to, const tick &from) {
    to.pack_array(8).pack(from.id).pack(from.time).pack(from.price).pack(from.size);
    to.pack(from.flags).pack(from.kind).pack(from.live);
    put_text(to, from.symbol);
}

void put(Packer &to, const monster &from) {
    to.pack_array(10);
    put_text(to, from.name);
    to.pack(from.hp).pack(from.mana).pack(from.friendly).pack(from.color);
    put(to, from.position);
    to.pack_bin(from.inventory.size)
        .pack_bin_body(reinterpret_cast<const char *>(from.inventory.data), from.inventory.size);
    to.pack_array(from.weapons_count);
    for (std::uint32_t i = 0; i < from.weapons_count; i++) {
        put(to, from.weapons[i]);
    }
    to.pack_array(from.path_count);
    for (std::uint32_t i = 0; i < from.path_count; i++) {
        put(to, from.path[i]);
    }
    if (from.has_equipped) {
        put(to, from.equipped);
    } else {
        to.pack_nil();
    }
}

void put(Packer &to, const series &from) {
    to.pack_array(3);
    put_text(to, from.name);
    to.pack_array(from.values_count);
    for (std::uint32_t i = 0; i < from.values_count; i++) {
        to.pack(from.values[i]);
    }
    to.pack_array(from.labels_count);
    for (std::uint32_t i = 0; i < from.labels_count; i++) {
        put_text(to, from.labels[i]);
    }
}

const msgpack::object *take_array(const msgpack::object &from, std::uint32_t least, std::uint32_t most) {
    demand(from.type == msgpack::type::ARRAY && from.via.array.size >= least && from.via.array.size <= most,
           "msgpack-cxx loads no such array");
    return from.via.array.ptr;
}

template <std::size_t Capacity> void take_text(const msgpack::object &from, char (&to)[Capacity]) {
    demand(from.type == msgpack::type::STR && from.via.str.size < Capacity, "msgpack-cxx loads no such text");
    std::memcpy(to, from.via.str.ptr, from.via.str.size);
    to[from.via.str.size] = '\0';
}

void take(const msgpack::object &from, vec3 &to) {
    const msgpack::object *at = take_array(from, 3, 3);
    at[0].convert(to.x);
    at[1].convert(to.y);
    at[2].convert(to.z);
}

void take(const msgpack::object &from, weapon &to) {
    const msgpack::object *at = take_array(from, 2, 2);
    take_text(at[0], to.name);
    at[1].convert(to.damage);
}

void take(const msgpack::object &from, tick &to) {
    const msgpack::object *at = take_array(from, 8, 8);
    at[0].convert(to.id);
    at[1].convert(to.time);
    at[2].convert(to.price);
    at[3].convert(to.size);
    at[4].convert(to.flags);
    at[5].convert(to.kind);
    at[6].convert(to.live);
    take_text(at[7], to.symbol);
}

void take(const msgpack::object &from, monster &to) {
    const msgpack::object *at = take_array(from, 10, 10);
    take_text(at[0], to.name);
    at[1].convert(to.hp);
    at[2].convert(to.mana);
    at[3].convert(to.friendly);
    at[4].convert(to.color);
    take(at[5], to.position);
    demand(at[6].type == msgpack::type::BIN && at[6].via.bin.size <= sizeof to.inventory.data, "no such bytes");
    to.inventory.size = at[6].via.bin.size;
    std::memcpy(to.inventory.data, at[6].via.bin.ptr, at[6].via.bin.size);
    const msgpack::object *weapons = take_array(at[7], 0, 5);
    to.weapons_count = at[7].via.array.size;
    for (std::uint32_t i = 0; i < to.weapons_count; i++) {
        take(weapons[i], to.weapons[i]);
    }
    const msgpack::object *path = take_array(at[8], 0, 10);
    to.path_count = at[8].via.array.size;
    for (std::uint32_t i = 0; i < to.path_count; i++) {
        take(path[i], to.path[i]);
    }
    to.has_equipped = !at[9].is_nil();
    if (to.has_equipped) {
        take(at[9], to.equipped);
    }
}

void take(const msgpack::object &from, series &to) {
    const msgpack::object *at = take_array(from, 3, 3);
    take_text(at[0], to.name);
    const msgpack::object *values = take_array(at[1], 0, 1000);
    to.values_count = at[1].via.array.size;
    for (std::uint32_t i = 0; i < to.values_count; i++) {
        values[i].convert(to.values[i]);
    }
    const msgpack::object *labels = take_array(at[2], 0, 100);
    to.labels_count = at[2].via.array.size;
    for (std::uint32_t i = 0; i < to.labels_count; i++) {
        take_text(labels[i], to.labels[i]);
    }
}

// Texts and bytes stay where they were received.
bool borrows(msgpack::type::object_type, std::size_t, void *) {
    return true;
}

template <typename Record> std::size_t store(codec *self, const void *record) {
    Buffers &of = *static_cast<Buffers *>(self->state);
    of.packed.clear();
    put(of.packer, *static_cast<const Record *>(record));
    self->at = reinterpret_cast<std::uint8_t *>(of.packed.data());
    return of.packed.size();
}

template <typename Record> void load(codec *self, const std::uint8_t *at, std::size_t size, void *record) {
    Buffers &of = *static_cast<Buffers *>(self->state);
    of.zone.clear();
    take(msgpack::unpack(of.zone, reinterpret_cast<const char *>(at), size, borrows), *static_cast<Record *>(record));
}

template <typename Record> void add(workload_kind of) {
    codec added = {};
    added.name = "msgpack-cxx, sbuffer and unpack";
    added.of = of;
    added.store = store<Record>;
    added.load = load<Record>;
    added.open = open_buffers;
    add_codec(&added);
}

} // namespace

void add_msgpack_cxx() {
    add_version("msgpack-cxx", MSGPACK_VERSION);
    add<tick>(W1);
    add<monster>(W2);
    add<series>(W3);
}
