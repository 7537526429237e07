/* Storing single values through msgpack-c's pack template, on the archive's own buffer.
 *
 * Floor 4 (archive). Each call reserves the most its token can take; the template then writes without asking. */
#include <pier/store.h>

#include <string.h>

#include <msgpack/pack_define.h>
#include <msgpack/sysdep.h>
#include <msgpack/timestamp.h>

#include "archive/archive_internal.h"

/* msgpack-c bakes the byte order of the machine that configured it into its headers; another one's would store numbers
 * the wrong way round. */
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
_Static_assert((MSGPACK_ENDIAN_LITTLE_BYTE != 0) == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__),
               "msgpack-c's headers were configured on a machine of the other byte order");
#endif

static inline void append(pier_archive *archive, const void *bytes, size_t size) {
    memcpy(archive->cursor, bytes, size);
    archive->cursor += size;
}

#define msgpack_pack_inline_func(name) static inline void msgpack_pack##name
#define msgpack_pack_inline_func_cint(name) static inline void msgpack_pack##name
#define msgpack_pack_user pier_archive *
#define msgpack_pack_append_buffer(user, bytes, size) append((user), (bytes), (size))

#if defined(__GNUC__)
/* The template is not ours: its conversions are implicit, and not each of its functions is used here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif
#include <msgpack/pack_template.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* The most that a token takes besides the bytes of its text: one byte and eight of a number; a timestamp has
 * fifteen. */
enum { TOKEN_BYTES_MAX = 16 };

static inline bool make_room(pier_archive *archive, size_t bytes) {
    return archive->storing && pier__archive_reserve(archive, bytes);
}

void pier_store_nil(pier_archive *archive) {
    if (make_room(archive, TOKEN_BYTES_MAX)) {
        msgpack_pack_nil(archive);
    }
}

void pier_store_bool(pier_archive *archive, bool value) {
    if (make_room(archive, TOKEN_BYTES_MAX)) {
        if (value) {
            msgpack_pack_true(archive);
        } else {
            msgpack_pack_false(archive);
        }
    }
}

void pier_store_u64(pier_archive *archive, uint64_t value) {
    if (make_room(archive, TOKEN_BYTES_MAX)) {
        msgpack_pack_uint64(archive, value);
    }
}

void pier_store_i64(pier_archive *archive, int64_t value) {
    if (make_room(archive, TOKEN_BYTES_MAX)) {
        msgpack_pack_int64(archive, value);
    }
}

void pier_store_f32(pier_archive *archive, float value) {
    if (make_room(archive, TOKEN_BYTES_MAX)) {
        msgpack_pack_float(archive, value);
    }
}

void pier_store_f64(pier_archive *archive, double value) {
    if (make_room(archive, TOKEN_BYTES_MAX)) {
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
    return pier__archive_reserve(archive, size + TOKEN_BYTES_MAX);
}

static void append_body(pier_archive *archive, const void *bytes, size_t size) {
    if (size > 0) {
        append(archive, bytes, size);
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
    if (!make_room(archive, TOKEN_BYTES_MAX)) {
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
    if (make_room(archive, TOKEN_BYTES_MAX)) {
        msgpack_pack_array(archive, count);
    }
}

void pier_store_map(pier_archive *archive, uint32_t count) {
    if (make_room(archive, TOKEN_BYTES_MAX)) {
        msgpack_pack_map(archive, count);
    }
}
