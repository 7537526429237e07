// FlatBuffers: a builder that is cleared for each record; what is loaded is verified first, as bytes from elsewhere
// must be, and then every field is read into the struct.
#include <cstdint>
#include <cstring>
#include <string>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"
#include "record_workloads_generated.h"

namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

void open_builder(codec *self) {
    self->state = new FlatBufferBuilder(16384);
}

FlatBufferBuilder &cleared(codec *self) {
    FlatBufferBuilder &builder = *static_cast<FlatBufferBuilder *>(self->state);
    builder.Clear();
    return builder;
}

std::size_t finished(codec *self, FlatBufferBuilder &builder) {
    self->at = builder.GetBufferPointer();
    return builder.GetSize();
}

template <typename Table> const Table &verified(const std::uint8_t *at, std::size_t size) {
    flatbuffers::Verifier verifier(at, size);
    demand(verifier.VerifyBuffer<Table>(nullptr), "FlatBuffers refuses a buffer");
    return *flatbuffers::GetRoot<Table>(at);
}

template <std::size_t Capacity> void take_text(const flatbuffers::String *from, char (&to)[Capacity]) {
    demand(from != nullptr && from->size() < Capacity, "there is no such text");
    std::memcpy(to, from->data(), from->size());
    to[from->size()] = '\0';
}

Offset<flatbuffers::String> put_text(FlatBufferBuilder &builder, const char *text) {
    return builder.CreateString(text, std::strlen(text));
}

std::size_t store_tick(codec *self, const void *record) {
    const tick &from = *static_cast<const tick *>(record);
    FlatBufferBuilder &builder = cleared(self);
    auto symbol = put_text(builder, from.symbol);
    builder.Finish(
        fbs::CreateTick(builder, from.id, from.time, from.price, from.size, from.flags, from.kind, from.live, symbol));
    return finished(self, builder);
}

void load_tick(codec *, const std::uint8_t *at, std::size_t size, void *record) {
    tick &to = *static_cast<tick *>(record);
    const fbs::Tick &from = verified<fbs::Tick>(at, size);
    to.id = from.id();
    to.time = from.time();
    to.price = from.price();
    to.size = from.size();
    to.flags = from.flags();
    to.kind = from.kind();
    to.live = from.live();
    take_text(from.symbol(), to.symbol);
}

Offset<fbs::Weapon> put_weapon(FlatBufferBuilder &builder, const weapon &from) {
    auto name = put_text(builder, from.name);
    return fbs::CreateWeapon(builder, name, from.damage);
}

std::size_t store_monster(codec *self, const void *record) {
    const monster &from = *static_cast<const monster *>(record);
    FlatBufferBuilder &builder = cleared(self);
    auto name = put_text(builder, from.name);
    auto inventory = builder.CreateVector(from.inventory.data, from.inventory.size);
    Offset<fbs::Weapon> weapons[5];
    for (std::uint32_t i = 0; i < from.weapons_count; i++) {
        weapons[i] = put_weapon(builder, from.weapons[i]);
    }
    auto all = builder.CreateVector(weapons, from.weapons_count);
    static_assert(sizeof(fbs::Vec3) == sizeof(vec3), "a vector is three floats");
    auto path = builder.CreateVectorOfStructs(reinterpret_cast<const fbs::Vec3 *>(from.path), from.path_count);
    Offset<fbs::Weapon> equipped;
    if (from.has_equipped) {
        equipped = put_weapon(builder, from.equipped);
    }
    fbs::Vec3 position(from.position.x, from.position.y, from.position.z);
    builder.Finish(fbs::CreateMonster(builder, name, from.hp, from.mana, from.friendly, from.color, &position,
                                      inventory, all, path, equipped));
    return finished(self, builder);
}

void take_weapon(const fbs::Weapon *from, weapon &to) {
    take_text(from->name(), to.name);
    to.damage = from->damage();
}

void load_monster(codec *, const std::uint8_t *at, std::size_t size, void *record) {
    monster &to = *static_cast<monster *>(record);
    const fbs::Monster &from = verified<fbs::Monster>(at, size);
    demand(from.position() != nullptr && from.inventory() != nullptr && from.weapons() != nullptr &&
               from.path() != nullptr && from.inventory()->size() <= sizeof to.inventory.data &&
               from.weapons()->size() <= 5 && from.path()->size() <= 10,
           "there is no such monster");
    take_text(from.name(), to.name);
    to.hp = from.hp();
    to.mana = from.mana();
    to.friendly = from.friendly();
    to.color = from.color();
    std::memcpy(&to.position, from.position(), sizeof to.position);
    to.inventory.size = from.inventory()->size();
    std::memcpy(to.inventory.data, from.inventory()->data(), to.inventory.size);
    to.weapons_count = from.weapons()->size();
    for (std::uint32_t i = 0; i < to.weapons_count; i++) {
        take_weapon(from.weapons()->Get(i), to.weapons[i]);
    }
    to.path_count = from.path()->size();
    std::memcpy(to.path, from.path()->Data(), to.path_count * sizeof(vec3));
    to.has_equipped = from.equipped() != nullptr;
    if (to.has_equipped) {
        take_weapon(from.equipped(), to.equipped);
    }
}

std::size_t store_series(codec *self, const void *record) {
    const series &from = *static_cast<const series *>(record);
    FlatBufferBuilder &builder = cleared(self);
    auto name = put_text(builder, from.name);
    auto values = builder.CreateVector(from.values, from.values_count);
    Offset<flatbuffers::String> labels[100];
    for (std::uint32_t i = 0; i < from.labels_count; i++) {
        labels[i] = put_text(builder, from.labels[i]);
    }
    auto all = builder.CreateVector(labels, from.labels_count);
    builder.Finish(fbs::CreateSeries(builder, name, values, all));
    return finished(self, builder);
}

void load_series(codec *, const std::uint8_t *at, std::size_t size, void *record) {
    series &to = *static_cast<series *>(record);
    const fbs::Series &from = verified<fbs::Series>(at, size);
    demand(from.values() != nullptr && from.labels() != nullptr && from.values()->size() <= 1000 &&
               from.labels()->size() <= 100,
           "there is no such series");
    take_text(from.name(), to.name);
    to.values_count = from.values()->size();
    std::memcpy(to.values, from.values()->data(), to.values_count * sizeof to.values[0]);
    to.labels_count = from.labels()->size();
    for (std::uint32_t i = 0; i < to.labels_count; i++) {
        take_text(from.labels()->Get(i), to.labels[i]);
    }
}

void add(workload_kind of, std::size_t (*store)(codec *self, const void *record),
         void (*load)(codec *self, const std::uint8_t *at, std::size_t size, void *record)) {
    codec added = {};
    added.name = "FlatBuffers, verify and read all";
    added.of = of;
    added.store = store;
    added.load = load;
    added.open = open_builder;
    add_codec(&added);
}

} // namespace

void add_flatbuffers() {
    static const std::string version = std::to_string(FLATBUFFERS_VERSION_MAJOR) + "." +
                                       std::to_string(FLATBUFFERS_VERSION_MINOR) + "." +
                                       std::to_string(FLATBUFFERS_VERSION_REVISION);
    add_version("FlatBuffers", version.c_str());
    add(W1, store_tick, load_tick);
    add(W2, store_monster, load_monster);
    add(W3, store_series, load_series);
}
