/* msgpack-c. "sbuffer" is as its users call it: msgpack_pack_… into a buffer that grows, cleared for each record, and
 * msgpack_unpack_next, with the values taken out of its objects into the struct. "template" is its pack template,
 * inlined over memory that is large enough, which stores alone. */
#include <string.h>

#include <msgpack/object.h>
#include <msgpack/pack.h>
#include <msgpack/sbuffer.h>
#include <msgpack/unpack.h>
#include <msgpack/version_master.h>

#include "codec.h"
#include "demand.h"
#include "record_msgpack.h"

typedef struct buffers {
    msgpack_sbuffer packed;
    msgpack_packer packer;
    msgpack_unpacked unpacked;
} buffers;

static void open_buffers(codec *self) {
    buffers *of = (buffers *)allocate(sizeof *of);
    self->state = of;
    msgpack_sbuffer_init(&of->packed);
    msgpack_packer_init(&of->packer, &of->packed, msgpack_sbuffer_write);
    msgpack_unpacked_init(&of->unpacked);
}

/* Storing ---------------------------------------------------------------------------------------------------------- */

static int put_text(msgpack_packer *to, const char *text) {
    size_t length = strlen(text);
    return msgpack_pack_str(to, length) | msgpack_pack_str_body(to, text, length);
}

static int put_bool(msgpack_packer *to, bool value) {
    return value ? msgpack_pack_true(to) : msgpack_pack_false(to);
}

static int put_vec3(msgpack_packer *to, const vec3 *vector) {
    return msgpack_pack_array(to, 3) | msgpack_pack_float(to, vector->x) | msgpack_pack_float(to, vector->y) |
           msgpack_pack_float(to, vector->z);
}

static int put_weapon(msgpack_packer *to, const weapon *from) {
    return msgpack_pack_array(to, 2) | put_text(to, from->name) | msgpack_pack_int16(to, from->damage);
}

static int put_tick(msgpack_packer *to, const void *record) {
    const tick *from = (const tick *)record;
    int wrong = msgpack_pack_array(to, 8);
    wrong |= msgpack_pack_uint64(to, from->id);
    wrong |= msgpack_pack_int64(to, from->time);
    wrong |= msgpack_pack_double(to, from->price);
    wrong |= msgpack_pack_double(to, from->size);
    wrong |= msgpack_pack_uint32(to, from->flags);
    wrong |= msgpack_pack_uint8(to, from->kind);
    wrong |= put_bool(to, from->live);
    return wrong | put_text(to, from->symbol);
}

static int put_monster(msgpack_packer *to, const void *record) {
    const monster *from = (const monster *)record;
    int wrong = msgpack_pack_array(to, 10) | put_text(to, from->name);
    wrong |= msgpack_pack_int32(to, from->hp);
    wrong |= msgpack_pack_int32(to, from->mana);
    wrong |= put_bool(to, from->friendly);
    wrong |= msgpack_pack_uint8(to, from->color);
    wrong |= put_vec3(to, &from->position);
    wrong |= msgpack_pack_bin(to, from->inventory.size);
    wrong |= msgpack_pack_bin_body(to, from->inventory.data, from->inventory.size);
    wrong |= msgpack_pack_array(to, from->weapons_count);
    for (uint32_t i = 0; i < from->weapons_count; i++) {
        wrong |= put_weapon(to, &from->weapons[i]);
    }
    wrong |= msgpack_pack_array(to, from->path_count);
    for (uint32_t i = 0; i < from->path_count; i++) {
        wrong |= put_vec3(to, &from->path[i]);
    }
    return wrong | (from->has_equipped ? put_weapon(to, &from->equipped) : msgpack_pack_nil(to));
}

static int put_series(msgpack_packer *to, const void *record) {
    const series *from = (const series *)record;
    int wrong = msgpack_pack_array(to, 3) | put_text(to, from->name);
    wrong |= msgpack_pack_array(to, from->values_count);
    for (uint32_t i = 0; i < from->values_count; i++) {
        wrong |= msgpack_pack_int64(to, from->values[i]);
    }
    wrong |= msgpack_pack_array(to, from->labels_count);
    for (uint32_t i = 0; i < from->labels_count; i++) {
        wrong |= put_text(to, from->labels[i]);
    }
    return wrong;
}

static size_t store_by(codec *self, int (*put)(msgpack_packer *to, const void *record), const void *record) {
    buffers *of = (buffers *)self->state;
    msgpack_sbuffer_clear(&of->packed);
    demand(put(&of->packer, record) == 0, "msgpack-c packs nothing");
    self->at = (uint8_t *)of->packed.data;
    return of->packed.size;
}

static size_t store_tick(codec *self, const void *record) {
    return store_by(self, put_tick, record);
}

static size_t store_monster(codec *self, const void *record) {
    return store_by(self, put_monster, record);
}

static size_t store_series(codec *self, const void *record) {
    return store_by(self, put_series, record);
}

/* Loading ---------------------------------------------------------------------------------------------------------- */

static const msgpack_object *take_array(const msgpack_object *from, uint32_t least, uint32_t most) {
    demand(from->type == MSGPACK_OBJECT_ARRAY && from->via.array.size >= least && from->via.array.size <= most,
           "msgpack-c loads no such array");
    return from->via.array.ptr;
}

static uint64_t take_u64(const msgpack_object *from, uint64_t most) {
    demand(from->type == MSGPACK_OBJECT_POSITIVE_INTEGER && from->via.u64 <= most, "msgpack-c loads no such number");
    return from->via.u64;
}

static int64_t take_i64(const msgpack_object *from, int64_t least, int64_t most) {
    if (from->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
        demand(from->via.i64 >= least, "a number is out of range");
        return from->via.i64;
    }
    return (int64_t)take_u64(from, (uint64_t)most);
}

static double take_f64(const msgpack_object *from) {
    demand(from->type == MSGPACK_OBJECT_FLOAT64, "msgpack-c loads no float64");
    return from->via.f64;
}

static float take_f32(const msgpack_object *from) {
    demand(from->type == MSGPACK_OBJECT_FLOAT32, "msgpack-c loads no float32");
    return (float)from->via.f64;
}

static bool take_bool(const msgpack_object *from) {
    demand(from->type == MSGPACK_OBJECT_BOOLEAN, "msgpack-c loads no bool");
    return from->via.boolean;
}

static void take_text(const msgpack_object *from, char *to, size_t capacity) {
    demand(from->type == MSGPACK_OBJECT_STR && from->via.str.size < capacity, "msgpack-c loads no such text");
    memcpy(to, from->via.str.ptr, from->via.str.size);
    to[from->via.str.size] = '\0';
}

static vec3 take_vec3(const msgpack_object *from) {
    const msgpack_object *at = take_array(from, 3, 3);
    return (vec3){take_f32(&at[0]), take_f32(&at[1]), take_f32(&at[2])};
}

static void take_weapon(const msgpack_object *from, weapon *to) {
    const msgpack_object *at = take_array(from, 2, 2);
    take_text(&at[0], to->name, sizeof to->name);
    to->damage = (int16_t)take_i64(&at[1], INT16_MIN, INT16_MAX);
}

static void take_tick(const msgpack_object *from, tick *to) {
    const msgpack_object *at = take_array(from, 8, 8);
    to->id = take_u64(&at[0], UINT64_MAX);
    to->time = take_i64(&at[1], INT64_MIN, INT64_MAX);
    to->price = take_f64(&at[2]);
    to->size = take_f64(&at[3]);
    to->flags = (uint32_t)take_u64(&at[4], UINT32_MAX);
    to->kind = (uint8_t)take_u64(&at[5], UINT8_MAX);
    to->live = take_bool(&at[6]);
    take_text(&at[7], to->symbol, sizeof to->symbol);
}

static void take_monster(const msgpack_object *from, monster *to) {
    const msgpack_object *at = take_array(from, 10, 10);
    take_text(&at[0], to->name, sizeof to->name);
    to->hp = (int32_t)take_i64(&at[1], INT32_MIN, INT32_MAX);
    to->mana = (int32_t)take_i64(&at[2], INT32_MIN, INT32_MAX);
    to->friendly = take_bool(&at[3]);
    to->color = (uint8_t)take_u64(&at[4], UINT8_MAX);
    to->position = take_vec3(&at[5]);
    demand(at[6].type == MSGPACK_OBJECT_BIN && at[6].via.bin.size <= sizeof to->inventory.data, "no such bytes");
    to->inventory.size = at[6].via.bin.size;
    memcpy(to->inventory.data, at[6].via.bin.ptr, at[6].via.bin.size);
    const msgpack_object *weapons = take_array(&at[7], 0, 5);
    to->weapons_count = at[7].via.array.size;
    for (uint32_t i = 0; i < to->weapons_count; i++) {
        take_weapon(&weapons[i], &to->weapons[i]);
    }
    const msgpack_object *path = take_array(&at[8], 0, 10);
    to->path_count = at[8].via.array.size;
    for (uint32_t i = 0; i < to->path_count; i++) {
        to->path[i] = take_vec3(&path[i]);
    }
    to->has_equipped = at[9].type != MSGPACK_OBJECT_NIL;
    if (to->has_equipped) {
        take_weapon(&at[9], &to->equipped);
    }
}

static void take_series(const msgpack_object *from, series *to) {
    const msgpack_object *at = take_array(from, 3, 3);
    take_text(&at[0], to->name, sizeof to->name);
    const msgpack_object *values = take_array(&at[1], 0, 1000);
    to->values_count = at[1].via.array.size;
    for (uint32_t i = 0; i < to->values_count; i++) {
        to->values[i] = take_i64(&values[i], INT64_MIN, INT64_MAX);
    }
    const msgpack_object *labels = take_array(&at[2], 0, 100);
    to->labels_count = at[2].via.array.size;
    for (uint32_t i = 0; i < to->labels_count; i++) {
        take_text(&labels[i], to->labels[i], sizeof to->labels[i]);
    }
}

static const msgpack_object *unpack(codec *self, const uint8_t *at, size_t size, size_t *offset) {
    buffers *of = (buffers *)self->state;
    demand(msgpack_unpack_next(&of->unpacked, (const char *)at, size, offset) == MSGPACK_UNPACK_SUCCESS,
           "msgpack-c unpacks nothing");
    return &of->unpacked.data;
}

static void load_tick(codec *self, const uint8_t *at, size_t size, void *record) {
    size_t offset = 0;
    take_tick(unpack(self, at, size, &offset), (tick *)record);
}

static void load_monster(codec *self, const uint8_t *at, size_t size, void *record) {
    size_t offset = 0;
    take_monster(unpack(self, at, size, &offset), (monster *)record);
}

static void load_series(codec *self, const uint8_t *at, size_t size, void *record) {
    size_t offset = 0;
    take_series(unpack(self, at, size, &offset), (series *)record);
}

/* 1,024 ticks in one buffer */

static void store_block(codec *self) {
    buffers *of = (buffers *)self->state;
    msgpack_sbuffer_clear(&of->packed);
    for (size_t i = 0; i < self->work->count; i++) {
        demand(put_tick(&of->packer, record_at(self, i)) == 0, "msgpack-c packs nothing");
    }
    self->bytes = of->packed.size;
}

static void load_block(codec *self) {
    buffers *of = (buffers *)self->state;
    size_t offset = 0;
    for (size_t i = 0; i < self->work->count; i++) {
        take_tick(unpack(self, (const uint8_t *)of->packed.data, of->packed.size, &offset), (tick *)loaded_at(self, i));
    }
}

/* The template ----------------------------------------------------------------------------------------------------- */

static size_t template_tick(codec *self, const void *record) {
    uint8_t *at = self->at;
    pack_tick(&at, record);
    return (size_t)(at - self->at);
}

static size_t template_monster(codec *self, const void *record) {
    uint8_t *at = self->at;
    pack_monster(&at, record);
    return (size_t)(at - self->at);
}

static size_t template_series(codec *self, const void *record) {
    uint8_t *at = self->at;
    pack_series(&at, record);
    return (size_t)(at - self->at);
}

void add_msgpack_c(void) {
    static char version[32];
    (void)snprintf(version, sizeof version, "%d.%d.%d", MSGPACK_VERSION_MAJOR, MSGPACK_VERSION_MINOR,
                   MSGPACK_VERSION_REVISION);
    add_version("msgpack-c", version);
    const codec added[] = {
        {.of = W1, .store = store_tick, .load = load_tick},
        {.of = W2, .store = store_monster, .load = load_monster},
        {.of = W3, .store = store_series, .load = load_series},
        {.of = W3_SHORT, .store = store_series, .load = load_series},
        {.of = W3_LONG, .store = store_series, .load = load_series},
        {.of = W3_RUNS, .store = store_series, .load = load_series},
    };
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
        codec by_objects = added[i];
        by_objects.name = "msgpack-c, sbuffer and unpack_next";
        by_objects.open = open_buffers;
        add_codec(&by_objects);
    }
    add_codec(&(codec){.name = "msgpack-c, 1,024 in a buffer",
                       .of = W1,
                       .open = open_buffers,
                       .store_all = store_block,
                       .load_all = load_block});
    add_codec(&(codec){.name = "msgpack-c, template", .of = W1, .store = template_tick});
    add_codec(&(codec){.name = "msgpack-c, template", .of = W2, .store = template_monster});
    add_codec(&(codec){.name = "msgpack-c, template", .of = W3, .store = template_series});
}
