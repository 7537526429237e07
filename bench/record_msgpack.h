/* The records, stored by msgpack-c: its pack template, inlined over a buffer that is large enough. That is the fastest
 * it offers; its packer with a growing buffer takes four to five times as long. */
#ifndef PIER_BENCH_RECORD_MSGPACK_H
#define PIER_BENCH_RECORD_MSGPACK_H

#include <msgpack/pack_define.h>
#include <msgpack/sysdep.h>
#include <msgpack/timestamp.h>

#include "record_workloads.h"

static inline void append(uint8_t **to, const void *bytes, size_t size) {
    memcpy(*to, bytes, size);
    *to += size;
}

#define msgpack_pack_inline_func(name) static inline void template_pack##name
#define msgpack_pack_inline_func_cint(name) static inline void template_pack##name
#define msgpack_pack_user uint8_t **
#define msgpack_pack_append_buffer(user, bytes, size) append((user), (bytes), (size))

#if defined(__GNUC__)
/* The template is not ours: its conversions are implicit, and not each of its functions is used here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wundef"
#endif
#include <msgpack/pack_template.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

static inline void pack_text(uint8_t **to, const char *text, size_t size) {
    template_pack_str(to, size);
    append(to, text, size);
}

static inline void pack_word(uint8_t **to, const char *text) {
    pack_text(to, text, strlen(text));
}

static inline void pack_vec3(uint8_t **to, const vec3 *vector) {
    template_pack_array(to, 3);
    template_pack_float(to, vector->x);
    template_pack_float(to, vector->y);
    template_pack_float(to, vector->z);
}

static inline void pack_weapon(uint8_t **to, const weapon *record) {
    template_pack_array(to, 2);
    pack_word(to, record->name);
    template_pack_int16(to, record->damage);
}

static inline void pack_bool(uint8_t **to, bool value) {
    if (value) {
        template_pack_true(to);
    } else {
        template_pack_false(to);
    }
}

static inline void pack_tick(uint8_t **to, const void *from) {
    const tick *record = (const tick *)from;
    template_pack_array(to, 8);
    template_pack_uint64(to, record->id);
    template_pack_int64(to, record->time);
    template_pack_double(to, record->price);
    template_pack_double(to, record->size);
    template_pack_uint32(to, record->flags);
    template_pack_uint8(to, record->kind);
    pack_bool(to, record->live);
    pack_word(to, record->symbol);
}

static inline void pack_monster(uint8_t **to, const void *from) {
    const monster *record = (const monster *)from;
    template_pack_array(to, 10);
    pack_word(to, record->name);
    template_pack_int32(to, record->hp);
    template_pack_int32(to, record->mana);
    pack_bool(to, record->friendly);
    template_pack_uint8(to, record->color);
    pack_vec3(to, &record->position);
    template_pack_bin(to, record->inventory.size);
    append(to, record->inventory.data, record->inventory.size);
    template_pack_array(to, record->weapons_count);
    for (size_t i = 0; i < record->weapons_count; i++) {
        pack_weapon(to, &record->weapons[i]);
    }
    template_pack_array(to, record->path_count);
    for (size_t i = 0; i < record->path_count; i++) {
        pack_vec3(to, &record->path[i]);
    }
    if (record->has_equipped) {
        pack_weapon(to, &record->equipped);
    } else {
        template_pack_nil(to);
    }
}

static inline void pack_series(uint8_t **to, const void *from) {
    const series *record = (const series *)from;
    template_pack_array(to, 3);
    pack_word(to, record->name);
    template_pack_array(to, record->values_count);
    for (size_t i = 0; i < record->values_count; i++) {
        template_pack_int64(to, record->values[i]);
    }
    template_pack_array(to, record->labels_count);
    for (size_t i = 0; i < record->labels_count; i++) {
        pack_word(to, record->labels[i]);
    }
}

#endif
