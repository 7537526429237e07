// Cap'n Proto: a message is built in memory that is used again (its first segment), so that it is one piece which needs
// no copy; what is loaded is read from where it lies, every field into the struct.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <capnp/common.h>
#include <capnp/message.h>
#include <capnp/serialize.h>

#include "codec.h"
#include "demand.h"
#include "record_workloads.capnp.h"
#include "record_workloads.h"

namespace {

constexpr std::size_t ROOM_WORDS = 4096;

void open_room(codec *self) {
    self->state = allocate(ROOM_WORDS * sizeof(capnp::word));
}

// Builds a message in the room; its builder zeroes what it has used when it ends, as the next one expects.
template <typename Root, typename Fill> std::size_t build(codec *self, Fill fill) {
    auto *room = static_cast<capnp::word *>(self->state);
    capnp::MallocMessageBuilder message(kj::arrayPtr(room, ROOM_WORDS));
    fill(message.initRoot<Root>());
    auto segments = message.getSegmentsForOutput();
    demand(segments.size() == 1, "a message has more than one piece");
    auto bytes = segments[0].asBytes();
    std::memcpy(self->at, bytes.begin(), bytes.size());
    return bytes.size();
}

template <std::size_t Capacity> void take_text(capnp::Text::Reader from, char (&to)[Capacity]) {
    demand(from.size() < Capacity, "a text is too long");
    std::memcpy(to, from.begin(), from.size());
    to[from.size()] = '\0';
}

template <typename Root, typename Take> void read(const std::uint8_t *at, std::size_t size, Take take) {
    kj::ArrayPtr<const capnp::word> segment(reinterpret_cast<const capnp::word *>(at), size / sizeof(capnp::word));
    kj::ArrayPtr<const capnp::word> segments[1] = {segment};
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(segments, 1));
    take(message.getRoot<Root>());
}

capnp::Text::Reader text_of(const char *text) {
    return {text, std::strlen(text)};
}

std::size_t store_tick(codec *self, const void *record) {
    const tick &from = *static_cast<const tick *>(record);
    return build<cap::Tick>(self, [&](cap::Tick::Builder to) {
        to.setId(from.id);
        to.setTime(from.time);
        to.setPrice(from.price);
        to.setSize(from.size);
        to.setFlags(from.flags);
        to.setKind(from.kind);
        to.setLive(from.live);
        to.setSymbol(text_of(from.symbol));
    });
}

void load_tick(codec *, const std::uint8_t *at, std::size_t size, void *record) {
    tick &to = *static_cast<tick *>(record);
    read<cap::Tick>(at, size, [&](cap::Tick::Reader from) {
        to.id = from.getId();
        to.time = from.getTime();
        to.price = from.getPrice();
        to.size = from.getSize();
        to.flags = from.getFlags();
        to.kind = from.getKind();
        to.live = from.getLive();
        take_text(from.getSymbol(), to.symbol);
    });
}

void put_vec3(cap::Vec3::Builder to, const vec3 &from) {
    to.setX(from.x);
    to.setY(from.y);
    to.setZ(from.z);
}

void put_weapon(cap::Weapon::Builder to, const weapon &from) {
    to.setName(text_of(from.name));
    to.setDamage(from.damage);
}

std::size_t store_monster(codec *self, const void *record) {
    const monster &from = *static_cast<const monster *>(record);
    return build<cap::Monster>(self, [&](cap::Monster::Builder to) {
        to.setName(text_of(from.name));
        to.setHp(from.hp);
        to.setMana(from.mana);
        to.setFriendly(from.friendly);
        to.setColor(from.color);
        put_vec3(to.initPosition(), from.position);
        to.setInventory(capnp::Data::Reader(from.inventory.data, from.inventory.size));
        auto weapons = to.initWeapons(from.weapons_count);
        for (std::uint32_t i = 0; i < from.weapons_count; i++) {
            put_weapon(weapons[i], from.weapons[i]);
        }
        auto path = to.initPath(from.path_count);
        for (std::uint32_t i = 0; i < from.path_count; i++) {
            put_vec3(path[i], from.path[i]);
        }
        if (from.has_equipped) {
            put_weapon(to.initEquipped(), from.equipped);
        }
    });
}

void take_weapon(cap::Weapon::Reader from, weapon &to) {
    take_text(from.getName(), to.name);
    to.damage = from.getDamage();
}

vec3 take_vec3(cap::Vec3::Reader from) {
    return {from.getX(), from.getY(), from.getZ()};
}

void load_monster(codec *, const std::uint8_t *at, std::size_t size, void *record) {
    monster &to = *static_cast<monster *>(record);
    read<cap::Monster>(at, size, [&](cap::Monster::Reader from) {
        take_text(from.getName(), to.name);
        to.hp = from.getHp();
        to.mana = from.getMana();
        to.friendly = from.getFriendly();
        to.color = from.getColor();
        to.position = take_vec3(from.getPosition());
        auto inventory = from.getInventory();
        auto weapons = from.getWeapons();
        auto path = from.getPath();
        demand(inventory.size() <= sizeof to.inventory.data && weapons.size() <= 5 && path.size() <= 10,
               "a monster is too large");
        to.inventory.size = static_cast<std::uint32_t>(inventory.size());
        std::memcpy(to.inventory.data, inventory.begin(), inventory.size());
        to.weapons_count = weapons.size();
        for (std::uint32_t i = 0; i < weapons.size(); i++) {
            take_weapon(weapons[i], to.weapons[i]);
        }
        to.path_count = path.size();
        for (std::uint32_t i = 0; i < path.size(); i++) {
            to.path[i] = take_vec3(path[i]);
        }
        to.has_equipped = from.hasEquipped();
        if (to.has_equipped) {
            take_weapon(from.getEquipped(), to.equipped);
        }
    });
}

std::size_t store_series(codec *self, const void *record) {
    const series &from = *static_cast<const series *>(record);
    return build<cap::Series>(self, [&](cap::Series::Builder to) {
        to.setName(text_of(from.name));
        to.setValues(kj::arrayPtr(from.values, from.values_count));
        auto labels = to.initLabels(from.labels_count);
        for (std::uint32_t i = 0; i < from.labels_count; i++) {
            labels.set(i, text_of(from.labels[i]));
        }
    });
}

void load_series(codec *, const std::uint8_t *at, std::size_t size, void *record) {
    series &to = *static_cast<series *>(record);
    read<cap::Series>(at, size, [&](cap::Series::Reader from) {
        take_text(from.getName(), to.name);
        auto values = from.getValues();
        auto labels = from.getLabels();
        demand(values.size() <= 1000 && labels.size() <= 100, "a series is too large");
        to.values_count = values.size();
        for (std::uint32_t i = 0; i < values.size(); i++) {
            to.values[i] = values[i];
        }
        to.labels_count = labels.size();
        for (std::uint32_t i = 0; i < labels.size(); i++) {
            take_text(labels[i], to.labels[i]);
        }
    });
}

void add(workload_kind of, std::size_t (*store)(codec *self, const void *record),
         void (*load)(codec *self, const std::uint8_t *at, std::size_t size, void *record)) {
    codec added = {};
    added.name = "Cap'n Proto, build and read all";
    added.of = of;
    added.store = store;
    added.load = load;
    added.open = open_room;
    add_codec(&added);
}

} // namespace

void add_capnp() {
    static const std::string version = std::to_string(CAPNP_VERSION_MAJOR) + "." + std::to_string(CAPNP_VERSION_MINOR) +
                                       "." + std::to_string(CAPNP_VERSION_MICRO);
    add_version("Cap'n Proto", version.c_str());
    add(W1, store_tick, load_tick);
    add(W2, store_monster, load_monster);
    add(W3, store_series, load_series);
}
