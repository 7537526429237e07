/* Single values on a storing archive's own buffer, by msgpack-c's pack template.
 *
 * Floor 4 (archive). For the token calls and for values of trees: inline, because each is a few instructions. Each
 * reserves the most its value can take; the template then writes without asking. Values are counted as they are stored,
 * so that the end of the record need not look at their bytes again. */
#ifndef PIER_ARCHIVE_PACK_INTERNAL_H
#define PIER_ARCHIVE_PACK_INTERNAL_H

#include <pier/store.h>

#include <string.h>

#include <msgpack/pack_define.h>
#include <msgpack/sysdep.h>
#include <msgpack/timestamp.h>

#include "archive/storer_internal.h"

/* msgpack-c bakes the byte order of the machine that configured it into its headers; another one's would store numbers
 * the wrong way round. */
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
_Static_assert((MSGPACK_ENDIAN_LITTLE_BYTE != 0) == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__),
               "msgpack-c's headers were configured on a machine of the other byte order");
#endif

static inline void pier__append(pier_archive *archive, const void *bytes, size_t size) {
    memcpy(archive->cursor, bytes, size);
    archive->cursor += size;
}

#define msgpack_pack_inline_func(name) static inline void msgpack_pack##name
#define msgpack_pack_inline_func_cint(name) static inline void msgpack_pack##name
#define msgpack_pack_user pier_archive *
#define msgpack_pack_append_buffer(user, bytes, size) pier__append((user), (bytes), (size))

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
enum { PIER__TOKEN_BYTES_MAX = 16 };

static inline bool pier__make_room(pier_archive *archive, size_t bytes) {
    return PIER_LIKELY(archive->storing) &&
           (PIER_LIKELY(bytes <= (size_t)(archive->limit - archive->cursor)) || pier__archive_reserve(archive, bytes));
}

/* Makes room for a value, and counts it. */
static inline bool pier__begin_value(pier_archive *archive, size_t bytes) {
    if (!pier__make_room(archive, bytes)) {
        return false;
    }
    pier__tally *tally = &((pier__storer *)archive)->tally;
    tally->awaited--;
    tally->overrun |= tally->awaited;
    return true;
}

/* Counts an array or a map, and how many values are in it. */
static inline void pier__count_container(pier_archive *archive, uint64_t values) {
    pier__tally *tally = &((pier__storer *)archive)->tally;
    tally->awaited += values;
    tally->elements += values;
    tally->containers++;
}

#endif
