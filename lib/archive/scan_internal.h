/* The scan: where a MessagePack value ends, without taking a byte of memory for what it claims.
 *
 * Floor 4 (archive). Bytes from outside pass it before anything else believes them. It can be interrupted at any byte
 * and gone on with when more have come, so that a value is looked at once however it arrives. */
#ifndef PIER_ARCHIVE_SCAN_INTERNAL_H
#define PIER_ARCHIVE_SCAN_INTERNAL_H

#include <stdbool.h>

#include <pier/limits.h>
#include <pier/status.h>

#include "base/allocator_internal.h"

typedef struct pier__scan {
    uint64_t *open;     /* values still to come in each array and map around the point, outermost first */
    uint32_t depth;     /* how many of them are open */
    uint32_t depth_max; /* room in `open` */
    uint64_t elements;  /* values seen, keys included */
    uint64_t elements_max;
    uint64_t text_bytes_max;
    uint64_t value_bytes_max;
    size_t position; /* bytes of the value that are dealt with; after a failure the byte that is wrong */
    bool is_whole;   /* the end of the value was found: asked again, the scan goes no further */
    /* After a failure: the words, and for PIER_LIMIT the value found, the limit and its name. */
    const char *reason;
    uint64_t found;
    uint64_t limit;
    const char *limit_name;
} pier__scan;

/* Takes memory for the depth. Returns false when there is none. */
bool pier__scan_init(pier__scan *scan, const pier_limits *limits, const pier_allocator *allocator);
void pier__scan_deinit(pier__scan *scan, const pier_allocator *allocator);

/* Begins a new value. */
static inline void pier__scan_begin(pier__scan *scan) {
    scan->depth = 0;
    scan->elements = 0;
    scan->position = 0;
    scan->is_whole = false;
    scan->reason = NULL;
}

/* Goes on over a value whose first `size` bytes are at `value`: the same bytes as before, and more.
 * Returns PIER_OK: the value is whole and has `position` bytes; PIER_MORE; PIER_PROTOCOL; PIER_LIMIT. An end and a
 * failure are answered again when it is asked again. */
pier_status pier__scan_run(pier__scan *scan, const uint8_t *value, size_t size);

/* Finds the end of a value within `size` bytes whatever its depth and number of elements. Returns its size; 0 when it
 * is not a whole value. */
size_t pier__scan_extent(const uint8_t *value, size_t size);

/* Finds out where a value that has no extent goes wrong: at a byte that begins no value, or, when it is cut off, at
 * `size`. */
size_t pier__scan_wrong_byte(const uint8_t *value, size_t size);

/* What the first byte of a value tells. */
typedef struct pier__head {
    uint8_t kind;         /* pier__head_kind */
    uint8_t head_bytes;   /* first byte, length and ext type */
    uint8_t length_bytes; /* 0, 1, 2 or 4 bytes of length behind the first byte */
    uint8_t fixed;        /* length or count when length_bytes is 0 */
} pier__head;

enum pier__head_kind {
    PIER__HEAD_BARE = 0,  /* `head_bytes` are the whole value */
    PIER__HEAD_BYTES = 1, /* str, bin and ext: a length in bytes */
    PIER__HEAD_ARRAY = 2,
    PIER__HEAD_MAP = 3,
    PIER__HEAD_NEVER = 4 /* c1 */
};

/* One for each first byte. */
extern const pier__head pier__heads[256];

#endif
