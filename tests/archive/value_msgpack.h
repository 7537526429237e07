/* A value against what msgpack-c's unpacker made of the same bytes.
 *
 * Recursion is bounded by msgpack-c, which stops at depth 32. */
#ifndef PIER_TESTS_VALUE_MSGPACK_H
#define PIER_TESTS_VALUE_MSGPACK_H

#include <string.h>

#include <msgpack/timestamp.h>
#include <msgpack/unpack.h>

#include <pier/value.h>

static inline bool same_as_bytes(const void *data, size_t size, const void *other, size_t other_size) {
    return size == other_size && (size == 0 || memcmp(data, other, size) == 0);
}

static inline bool same_as_object(const pier_value *value, const msgpack_object *object);

static inline bool same_as_array(const pier_value *value, const msgpack_object_array *array) {
    bool same = pier_value_kind(value) == PIER_KIND_ARRAY && pier_value_count(value) == array->size;
    const pier_value *at = pier_value_first(value);
    for (uint32_t i = 0; same && i < array->size; i++) {
        same = same_as_object(at, &array->ptr[i]);
        at = pier_value_next(at);
    }
    return same;
}

static inline bool same_as_map(const pier_value *value, const msgpack_object_map *map) {
    bool same = pier_value_kind(value) == PIER_KIND_MAP && pier_value_count(value) == map->size;
    const pier_value *at = pier_value_first(value);
    for (uint32_t i = 0; same && i < map->size; i++) {
        const pier_value *of_key = pier_value_next(at);
        same = same_as_object(at, &map->ptr[i].key) && same_as_object(of_key, &map->ptr[i].val);
        at = pier_value_next(of_key);
    }
    return same;
}

/* An ext of type -1 is a time for Pier when it keeps the rules of timestamps. */
static inline bool same_as_ext(pier_token token, const msgpack_object *object) {
    const msgpack_object_ext *ext = &object->via.ext;
    if (token.kind != PIER_KIND_TIME) {
        return token.kind == PIER_KIND_EXT && token.as.ext.type == ext->type &&
               same_as_bytes(token.as.ext.bytes.data, token.as.ext.bytes.size, ext->ptr, ext->size);
    }
    msgpack_timestamp time;
    return ext->type == -1 && msgpack_object_to_timestamp(object, &time) && time.tv_sec == token.as.time.seconds &&
           time.tv_nsec == token.as.time.nanoseconds;
}

/* Returns whether a float is the same; msgpack-c has a float32 as a float64, and of a NaN that loses the bits. */
static inline bool same_as_float(pier_token token, const msgpack_object *object) {
    if (object->type == MSGPACK_OBJECT_FLOAT64) {
        return token.kind == PIER_KIND_F64 && memcmp(&token.as.f64, &object->via.f64, sizeof(double)) == 0;
    }
    double wide = (double)token.as.f32;
    bool both_nan = wide != wide && object->via.f64 != object->via.f64;
    return token.kind == PIER_KIND_F32 && (both_nan || memcmp(&wide, &object->via.f64, sizeof wide) == 0);
}

/* Returns whether msgpack-c has the same value. */
static inline bool same_as_object(const pier_value *value, const msgpack_object *object) {
    pier_token token = pier_value_token(value);
    switch (object->type) {
    case MSGPACK_OBJECT_NIL:
        return token.kind == PIER_KIND_NIL;
    case MSGPACK_OBJECT_BOOLEAN:
        return token.kind == PIER_KIND_BOOL && token.as.boolean == object->via.boolean;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return token.kind == PIER_KIND_UINT && token.as.uint == object->via.u64;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return token.kind == PIER_KIND_INT && token.as.sint == object->via.i64;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return same_as_float(token, object);
    case MSGPACK_OBJECT_STR:
        return token.kind == PIER_KIND_TEXT &&
               same_as_bytes(token.as.text.data, token.as.text.size, object->via.str.ptr, object->via.str.size);
    case MSGPACK_OBJECT_BIN:
        return token.kind == PIER_KIND_BYTES &&
               same_as_bytes(token.as.bytes.data, token.as.bytes.size, object->via.bin.ptr, object->via.bin.size);
    case MSGPACK_OBJECT_EXT:
        return same_as_ext(token, object);
    case MSGPACK_OBJECT_ARRAY:
        return same_as_array(value, &object->via.array);
    case MSGPACK_OBJECT_MAP:
        return same_as_map(value, &object->via.map);
    }
    return false;
}

#endif
