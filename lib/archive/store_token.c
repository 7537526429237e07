/* Storing single values: see <pier/store.h>.
 *
 * Floor 4 (archive). */
#include <pier/store.h>

#include "archive/pack_internal.h"

void pier_store_nil(pier_archive *archive) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        msgpack_pack_nil(archive);
    }
}

void pier_store_bool(pier_archive *archive, bool value) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        if (value) {
            msgpack_pack_true(archive);
        } else {
            msgpack_pack_false(archive);
        }
    }
}

void pier_store_u64(pier_archive *archive, uint64_t value) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        msgpack_pack_uint64(archive, value);
    }
}

void pier_store_i64(pier_archive *archive, int64_t value) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        msgpack_pack_int64(archive, value);
    }
}

void pier_store_f32(pier_archive *archive, float value) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        msgpack_pack_float(archive, value);
    }
}

void pier_store_f64(pier_archive *archive, double value) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        msgpack_pack_double(archive, value);
    }
}

/* Refuses a piece of `size` bytes that is above the limit; room for it and its head is made otherwise. */
static bool make_room_for_bytes(pier_archive *archive, size_t size, const char *what) {
    if (!archive->storing) {
        return false;
    }
    uint64_t text_bytes_max = pier__archive_of(archive)->limits.text_bytes_max;
    if (size > text_bytes_max || size > UINT32_MAX) {
        pier__archive_refuse(archive, PIER_LIMIT, NULL, "%s of %zu bytes, the limit is %llu (text_bytes_max)", what,
                             size, (unsigned long long)text_bytes_max);
        return false;
    }
    return pier__begin_value(archive, size + PIER__TOKEN_BYTES_MAX);
}

static void append_body(pier_archive *archive, const void *bytes, size_t size) {
    if (size > 0) {
        pier__append(archive, bytes, size);
    }
}

void pier_store_text(pier_archive *archive, pier_text text) {
    if (make_room_for_bytes(archive, text.size, "a text")) {
        msgpack_pack_str(archive, text.size);
        append_body(archive, text.data, text.size);
    }
}

void pier_store_bytes(pier_archive *archive, pier_bytes bytes) {
    if (make_room_for_bytes(archive, bytes.size, "bytes")) {
        msgpack_pack_bin(archive, bytes.size);
        append_body(archive, bytes.data, bytes.size);
    }
}

void pier_store_ext(pier_archive *archive, pier_ext ext) {
    if (make_room_for_bytes(archive, ext.bytes.size, "an ext")) {
        msgpack_pack_ext(archive, ext.bytes.size, ext.type);
        append_body(archive, ext.bytes.data, ext.bytes.size);
    }
}

void pier_store_time(pier_archive *archive, pier_time time) {
    if (!pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        return;
    }
    if (time.nanoseconds > 999999999) {
        pier__archive_refuse(archive, PIER_RANGE, NULL,
                             "a time of %u nanoseconds: at most 999999999 are less than a second", time.nanoseconds);
        return;
    }
    msgpack_timestamp timestamp = {time.seconds, time.nanoseconds};
    msgpack_pack_timestamp(archive, &timestamp);
}

void pier_store_array(pier_archive *archive, uint32_t count) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        pier__count_container(archive, count);
        msgpack_pack_array(archive, count);
    }
}

void pier_store_map(pier_archive *archive, uint32_t count) {
    if (pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        pier__count_container(archive, (uint64_t)count * 2);
        msgpack_pack_map(archive, count);
    }
}
