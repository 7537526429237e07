// protobuf C++: a message that is filled again for each record, serialised into memory that is there, parsed into a
// message that is used again, and moved from there into the struct.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "codec.h"
#include "demand.h"
#include "plain_workloads.pb.h"
#include "record_workloads.h"

namespace {

struct Messages {
    bench::Tick tick;
    bench::Monster monster;
    bench::Series series;
};

void open_messages(codec *self) {
    self->state = new Messages;
}

template <typename Message> std::size_t serialise(codec *self, const Message &message) {
    std::size_t size = message.ByteSizeLong();
    message.SerializeWithCachedSizesToArray(self->at);
    return size;
}

template <typename Message> void parse(Message &message, const std::uint8_t *at, std::size_t size) {
    demand(message.ParseFromArray(at, static_cast<int>(size)), "protobuf parses nothing");
}

template <std::size_t Capacity> void take_text(const std::string &from, char (&to)[Capacity]) {
    demand(from.size() < Capacity, "a text is too long");
    std::memcpy(to, from.data(), from.size());
    to[from.size()] = '\0';
}

std::size_t store_tick(codec *self, const void *record) {
    const tick &from = *static_cast<const tick *>(record);
    bench::Tick &to = static_cast<Messages *>(self->state)->tick;
    to.set_id(from.id);
    to.set_time(from.time);
    to.set_price(from.price);
    to.set_size(from.size);
    to.set_flags(from.flags);
    to.set_kind(from.kind);
    to.set_live(from.live);
    to.set_symbol(from.symbol, std::strlen(from.symbol));
    return serialise(self, to);
}

void load_tick(codec *self, const std::uint8_t *at, std::size_t size, void *record) {
    tick &to = *static_cast<tick *>(record);
    bench::Tick &from = static_cast<Messages *>(self->state)->tick;
    parse(from, at, size);
    demand(from.kind() <= UINT8_MAX, "a kind is too large");
    to.id = from.id();
    to.time = from.time();
    to.price = from.price();
    to.size = from.size();
    to.flags = from.flags();
    to.kind = static_cast<std::uint8_t>(from.kind());
    to.live = from.live();
    take_text(from.symbol(), to.symbol);
}

void put_vec3(bench::Vec3 *to, const vec3 &from) {
    to->set_x(from.x);
    to->set_y(from.y);
    to->set_z(from.z);
}

void put_weapon(bench::Weapon *to, const weapon &from) {
    to->set_name(from.name, std::strlen(from.name));
    to->set_damage(from.damage);
}

std::size_t store_monster(codec *self, const void *record) {
    const monster &from = *static_cast<const monster *>(record);
    bench::Monster &to = static_cast<Messages *>(self->state)->monster;
    to.Clear();
    to.set_name(from.name, std::strlen(from.name));
    to.set_hp(from.hp);
    to.set_mana(from.mana);
    to.set_friendly(from.friendly);
    to.set_color(from.color);
    put_vec3(to.mutable_position(), from.position);
    to.set_inventory(from.inventory.data, from.inventory.size);
    for (std::uint32_t i = 0; i < from.weapons_count; i++) {
        put_weapon(to.add_weapons(), from.weapons[i]);
    }
    for (std::uint32_t i = 0; i < from.path_count; i++) {
        put_vec3(to.add_path(), from.path[i]);
    }
    if (from.has_equipped) {
        put_weapon(to.mutable_equipped(), from.equipped);
    }
    return serialise(self, to);
}

void take_weapon(const bench::Weapon &from, weapon &to) {
    take_text(from.name(), to.name);
    demand(from.damage() >= INT16_MIN && from.damage() <= INT16_MAX, "a damage is out of range");
    to.damage = static_cast<std::int16_t>(from.damage());
}

vec3 take_vec3(const bench::Vec3 &from) {
    return {from.x(), from.y(), from.z()};
}

void load_monster(codec *self, const std::uint8_t *at, std::size_t size, void *record) {
    monster &to = *static_cast<monster *>(record);
    bench::Monster &from = static_cast<Messages *>(self->state)->monster;
    parse(from, at, size);
    demand(from.color() <= UINT8_MAX && from.inventory().size() <= sizeof to.inventory.data &&
               from.weapons_size() <= 5 && from.path_size() <= 10,
           "a monster is too large");
    take_text(from.name(), to.name);
    to.hp = from.hp();
    to.mana = from.mana();
    to.friendly = from.friendly();
    to.color = static_cast<std::uint8_t>(from.color());
    to.position = take_vec3(from.position());
    to.inventory.size = static_cast<std::uint32_t>(from.inventory().size());
    std::memcpy(to.inventory.data, from.inventory().data(), from.inventory().size());
    to.weapons_count = static_cast<std::uint32_t>(from.weapons_size());
    for (int i = 0; i < from.weapons_size(); i++) {
        take_weapon(from.weapons(i), to.weapons[i]);
    }
    to.path_count = static_cast<std::uint32_t>(from.path_size());
    for (int i = 0; i < from.path_size(); i++) {
        to.path[i] = take_vec3(from.path(i));
    }
    to.has_equipped = from.has_equipped();
    if (to.has_equipped) {
        take_weapon(from.equipped(), to.equipped);
    }
}

std::size_t store_series(codec *self, const void *record) {
    const series &from = *static_cast<const series *>(record);
    bench::Series &to = static_cast<Messages *>(self->state)->series;
    to.Clear();
    to.set_name(from.name, std::strlen(from.name));
    to.mutable_values()->Add(from.values, from.values + from.values_count);
    for (std::uint32_t i = 0; i < from.labels_count; i++) {
        to.add_labels(from.labels[i], std::strlen(from.labels[i]));
    }
    return serialise(self, to);
}

void load_series(codec *self, const std::uint8_t *at, std::size_t size, void *record) {
    series &to = *static_cast<series *>(record);
    bench::Series &from = static_cast<Messages *>(self->state)->series;
    parse(from, at, size);
    demand(from.values_size() <= 1000 && from.labels_size() <= 100, "a series is too large");
    take_text(from.name(), to.name);
    to.values_count = static_cast<std::uint32_t>(from.values_size());
    std::memcpy(to.values, from.values().data(), to.values_count * sizeof to.values[0]);
    to.labels_count = static_cast<std::uint32_t>(from.labels_size());
    for (int i = 0; i < from.labels_size(); i++) {
        take_text(from.labels(i), to.labels[i]);
    }
}

void add(workload_kind of, std::size_t (*store)(codec *self, const void *record),
         void (*load)(codec *self, const std::uint8_t *at, std::size_t size, void *record)) {
    codec added = {};
    added.name = "protobuf C++, message used again";
    added.of = of;
    added.store = store;
    added.load = load;
    added.open = open_messages;
    add_codec(&added);
}

} // namespace

void add_protobuf() {
    static std::string version = google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION);
    add_version("protobuf", version.c_str());
    add(W1, store_tick, load_tick);
    add(W2, store_monster, load_monster);
    add(W3, store_series, load_series);
}
