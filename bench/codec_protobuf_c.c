/* protobuf-c: a message on the stack that points at the struct's own texts is packed into memory that is there; what is
 * unpacked is moved into the struct, and freed. */
#include <string.h>

#include "codec.h"
#include "demand.h"
#include "plain_workloads.pb-c.h"
#include "record_workloads.h"

static void take_text(const char *from, char *to, size_t capacity) {
    size_t length = strlen(from);
    demand(length < capacity, "a text is too long");
    memcpy(to, from, length + 1);
}

static size_t store_tick(codec *self, const void *record) {
    const tick *from = (const tick *)record;
    Bench__Tick to = BENCH__TICK__INIT;
    to.id = from->id;
    to.time = from->time;
    to.price = from->price;
    to.size = from->size;
    to.flags = from->flags;
    to.kind = from->kind;
    to.live = from->live;
    to.symbol = (char *)(uintptr_t)from->symbol;
    return bench__tick__pack(&to, self->at);
}

static void load_tick(codec *self, const uint8_t *at, size_t size, void *record) {
    (void)self;
    tick *to = (tick *)record;
    Bench__Tick *from = bench__tick__unpack(NULL, size, at);
    demand(from != NULL && from->kind <= UINT8_MAX, "protobuf-c unpacks nothing");
    to->id = from->id;
    to->time = from->time;
    to->price = from->price;
    to->size = from->size;
    to->flags = from->flags;
    to->kind = (uint8_t)from->kind;
    to->live = from->live;
    take_text(from->symbol, to->symbol, sizeof to->symbol);
    bench__tick__free_unpacked(from, NULL);
}

static void put_vec3(Bench__Vec3 *to, const vec3 *from) {
    bench__vec3__init(to);
    to->x = from->x;
    to->y = from->y;
    to->z = from->z;
}

static void put_weapon(Bench__Weapon *to, const weapon *from) {
    bench__weapon__init(to);
    to->name = (char *)(uintptr_t)from->name;
    to->damage = from->damage;
}

static size_t store_monster(codec *self, const void *record) {
    const monster *from = (const monster *)record;
    Bench__Vec3 vectors[11];
    Bench__Vec3 *path[10];
    Bench__Weapon items[6];
    Bench__Weapon *weapons[5];
    Bench__Monster to = BENCH__MONSTER__INIT;
    to.name = (char *)(uintptr_t)from->name;
    to.hp = from->hp;
    to.mana = from->mana;
    to.friendly = from->friendly;
    to.color = from->color;
    put_vec3(&vectors[10], &from->position);
    to.position = &vectors[10];
    to.inventory.len = from->inventory.size;
    to.inventory.data = (uint8_t *)(uintptr_t)from->inventory.data;
    for (uint32_t i = 0; i < from->weapons_count; i++) {
        put_weapon(&items[i], &from->weapons[i]);
        weapons[i] = &items[i];
    }
    to.n_weapons = from->weapons_count;
    to.weapons = weapons;
    for (uint32_t i = 0; i < from->path_count; i++) {
        put_vec3(&vectors[i], &from->path[i]);
        path[i] = &vectors[i];
    }
    to.n_path = from->path_count;
    to.path = path;
    if (from->has_equipped) {
        put_weapon(&items[5], &from->equipped);
        to.equipped = &items[5];
    }
    return bench__monster__pack(&to, self->at);
}

static void take_weapon(const Bench__Weapon *from, weapon *to) {
    take_text(from->name, to->name, sizeof to->name);
    demand(from->damage >= INT16_MIN && from->damage <= INT16_MAX, "a damage is out of range");
    to->damage = (int16_t)from->damage;
}

static vec3 take_vec3(const Bench__Vec3 *from) {
    return (vec3){from->x, from->y, from->z};
}

static void load_monster(codec *self, const uint8_t *at, size_t size, void *record) {
    (void)self;
    monster *to = (monster *)record;
    Bench__Monster *from = bench__monster__unpack(NULL, size, at);
    demand(from != NULL && from->color <= UINT8_MAX && from->inventory.len <= sizeof to->inventory.data &&
               from->n_weapons <= 5 && from->n_path <= 10 && from->position != NULL,
           "protobuf-c unpacks no such monster");
    take_text(from->name, to->name, sizeof to->name);
    to->hp = from->hp;
    to->mana = from->mana;
    to->friendly = from->friendly;
    to->color = (uint8_t)from->color;
    to->position = take_vec3(from->position);
    to->inventory.size = (uint32_t)from->inventory.len;
    memcpy(to->inventory.data, from->inventory.data, from->inventory.len);
    to->weapons_count = (uint32_t)from->n_weapons;
    for (uint32_t i = 0; i < to->weapons_count; i++) {
        take_weapon(from->weapons[i], &to->weapons[i]);
    }
    to->path_count = (uint32_t)from->n_path;
    for (uint32_t i = 0; i < to->path_count; i++) {
        to->path[i] = take_vec3(from->path[i]);
    }
    to->has_equipped = from->equipped != NULL;
    if (to->has_equipped) {
        take_weapon(from->equipped, &to->equipped);
    }
    bench__monster__free_unpacked(from, NULL);
}

static size_t store_series(codec *self, const void *record) {
    const series *from = (const series *)record;
    char *labels[100];
    Bench__Series to = BENCH__SERIES__INIT;
    to.name = (char *)(uintptr_t)from->name;
    to.n_values = from->values_count;
    to.values = (int64_t *)(uintptr_t)from->values;
    for (uint32_t i = 0; i < from->labels_count; i++) {
        labels[i] = (char *)(uintptr_t)from->labels[i];
    }
    to.n_labels = from->labels_count;
    to.labels = labels;
    return bench__series__pack(&to, self->at);
}

static void load_series(codec *self, const uint8_t *at, size_t size, void *record) {
    (void)self;
    series *to = (series *)record;
    Bench__Series *from = bench__series__unpack(NULL, size, at);
    demand(from != NULL && from->n_values <= 1000 && from->n_labels <= 100, "protobuf-c unpacks no such series");
    take_text(from->name, to->name, sizeof to->name);
    to->values_count = (uint32_t)from->n_values;
    memcpy(to->values, from->values, from->n_values * sizeof to->values[0]);
    to->labels_count = (uint32_t)from->n_labels;
    for (uint32_t i = 0; i < to->labels_count; i++) {
        take_text(from->labels[i], to->labels[i], sizeof to->labels[i]);
    }
    bench__series__free_unpacked(from, NULL);
}

void add_protobuf_c(void) {
    add_version("protobuf-c", protobuf_c_version());
    const codec added[] = {
        {.of = W1, .store = store_tick, .load = load_tick},
        {.of = W2, .store = store_monster, .load = load_monster},
        {.of = W3, .store = store_series, .load = load_series},
    };
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
        codec named = added[i];
        named.name = "protobuf-c";
        add_codec(&named);
    }
}
