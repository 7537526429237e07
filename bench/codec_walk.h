/* One walk over the fields of each record for the libraries of C++ that serialise by an archive which is handed the
 * fields one by one. `Archive` has value(x), text(char array), and count(n, most); what it does with them is its own
 * affair, and a count that it reads is refused above the most that the struct holds. */
#ifndef PIER_BENCH_CODEC_WALK_H
#define PIER_BENCH_CODEC_WALK_H

#include <cstdint>
#include <cstring>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"

template <typename Archive> void walk(Archive &archive, tick &record) {
    archive.value(record.id);
    archive.value(record.time);
    archive.value(record.price);
    archive.value(record.size);
    archive.value(record.flags);
    archive.value(record.kind);
    archive.value(record.live);
    archive.text(record.symbol);
}

template <typename Archive> void walk(Archive &archive, vec3 &record) {
    archive.value(record.x);
    archive.value(record.y);
    archive.value(record.z);
}

template <typename Archive> void walk(Archive &archive, weapon &record) {
    archive.text(record.name);
    archive.value(record.damage);
}

template <typename Archive> void walk(Archive &archive, monster &record) {
    archive.text(record.name);
    archive.value(record.hp);
    archive.value(record.mana);
    archive.value(record.friendly);
    archive.value(record.color);
    walk(archive, record.position);
    archive.count(record.inventory.size, sizeof record.inventory.data);
    archive.bytes(record.inventory.data, record.inventory.size);
    archive.count(record.weapons_count, 5);
    for (std::uint32_t i = 0; i < record.weapons_count; i++) {
        walk(archive, record.weapons[i]);
    }
    archive.count(record.path_count, 10);
    for (std::uint32_t i = 0; i < record.path_count; i++) {
        walk(archive, record.path[i]);
    }
    archive.value(record.has_equipped);
    if (record.has_equipped) {
        walk(archive, record.equipped);
    }
}

template <typename Archive> void walk(Archive &archive, series &record) {
    archive.text(record.name);
    archive.count(record.values_count, 1000);
    archive.numbers(record.values, record.values_count);
    archive.count(record.labels_count, 100);
    for (std::uint32_t i = 0; i < record.labels_count; i++) {
        archive.text(record.labels[i]);
    }
}

/* What is stored is not changed, though a walk takes it as if it were. */
template <typename Record> Record &record_of(const void *record) {
    return *const_cast<Record *>(static_cast<const Record *>(record));
}

/* Adds the three workloads of a library: `Codec` has static functions open, store<Record> and load<Record>. */
template <typename Codec> void add_walks(const char *name) {
    codec added = {};
    added.name = name;
    added.open = Codec::open;
    added.of = W1;
    added.store = Codec::template store<tick>;
    added.load = Codec::template load<tick>;
    add_codec(&added);
    added.of = W2;
    added.store = Codec::template store<monster>;
    added.load = Codec::template load<monster>;
    add_codec(&added);
    added.of = W3;
    added.store = Codec::template store<series>;
    added.load = Codec::template load<series>;
    add_codec(&added);
}

#endif
