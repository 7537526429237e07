/* The scan; see scan_internal.h. Formats: https://github.com/msgpack/msgpack/blob/master/spec.md
 *
 * `position` moves only over whole heads and whole strings, so that an interrupted scan looks at a head again and
 * needs no state within one. A stack of counts is kept for the depth alone; the extent needs only one counter. */
#include "archive/scan_internal.h"

#include "base/endian_internal.h"

#define BARE(bytes)                                                                                                    \
    { PIER__HEAD_BARE, (bytes), 0, 0 }
#define FIXED(kind, count)                                                                                             \
    { PIER__HEAD_##kind, 1, 0, (count) }
#define SIZED(kind, head, length)                                                                                      \
    { PIER__HEAD_##kind, (head), (length), 0 }
#define FIXED_EXT(length)                                                                                              \
    { PIER__HEAD_BYTES, 2, 0, (length) }
#define FOUR(row, a) row(a), row(a), row(a), row(a)
#define SIXTEEN(row, a) FOUR(row, a), FOUR(row, a), FOUR(row, a), FOUR(row, a)
#define COUNTED_8(kind, a)                                                                                             \
    FIXED(kind, (a)), FIXED(kind, (a) + 1), FIXED(kind, (a) + 2), FIXED(kind, (a) + 3), FIXED(kind, (a) + 4),          \
        FIXED(kind, (a) + 5), FIXED(kind, (a) + 6), FIXED(kind, (a) + 7)

const pier__head pier__heads[256] = {
    /* 00 to 7f: positive fixint */
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1),
    /* 80 to bf: fixmap, fixarray, fixstr */
    COUNTED_8(MAP, 0),
    COUNTED_8(MAP, 8),
    COUNTED_8(ARRAY, 0),
    COUNTED_8(ARRAY, 8),
    COUNTED_8(BYTES, 0),
    COUNTED_8(BYTES, 8),
    COUNTED_8(BYTES, 16),
    COUNTED_8(BYTES, 24),
    /* c0 to c3: nil, never used, false, true */
    BARE(1),
    {PIER__HEAD_NEVER, 1, 0, 0},
    BARE(1),
    BARE(1),
    /* c4 to c9: bin 8, 16, 32; ext 8, 16, 32 */
    SIZED(BYTES, 2, 1),
    SIZED(BYTES, 3, 2),
    SIZED(BYTES, 5, 4),
    SIZED(BYTES, 3, 1),
    SIZED(BYTES, 4, 2),
    SIZED(BYTES, 6, 4),
    /* ca to d3: float 32, 64; uint 8 to 64; int 8 to 64 */
    BARE(5),
    BARE(9),
    BARE(2),
    BARE(3),
    BARE(5),
    BARE(9),
    BARE(2),
    BARE(3),
    BARE(5),
    BARE(9),
    /* d4 to d8: fixext 1, 2, 4, 8, 16 */
    FIXED_EXT(1),
    FIXED_EXT(2),
    FIXED_EXT(4),
    FIXED_EXT(8),
    FIXED_EXT(16),
    /* d9 to df: str 8, 16, 32; array 16, 32; map 16, 32 */
    SIZED(BYTES, 2, 1),
    SIZED(BYTES, 3, 2),
    SIZED(BYTES, 5, 4),
    SIZED(ARRAY, 3, 2),
    SIZED(ARRAY, 5, 4),
    SIZED(MAP, 3, 2),
    SIZED(MAP, 5, 4),
    /* e0 to ff: negative fixint */
    SIXTEEN(BARE, 1),
    SIXTEEN(BARE, 1)};

bool pier__scan_init(pier__scan *scan, const pier_limits *limits, const pier_allocator *allocator) {
    scan->open = (uint64_t *)pier__allocate_array(allocator, limits->depth_max, sizeof(uint64_t));
    scan->depth_max = limits->depth_max;
    scan->elements_max = limits->elements_max;
    scan->text_bytes_max = limits->text_bytes_max;
    scan->value_bytes_max = limits->record_bytes_max;
    pier__scan_begin(scan);
    return scan->open != NULL;
}

void pier__scan_deinit(pier__scan *scan, const pier_allocator *allocator) {
    pier__release(allocator, scan->open, scan->depth_max * sizeof(uint64_t));
    scan->open = NULL;
}

static uint32_t head_length(const pier__head *head, const uint8_t *at) {
    switch (head->length_bytes) {
    case 1:
        return at[1];
    case 2:
        return pier__load_be16(at + 1);
    case 4:
        return pier__load_be32(at + 1);
    default:
        return head->fixed;
    }
}

static pier_status limit_exceeded(pier__scan *scan, const char *reason, uint64_t found, uint64_t limit,
                                  const char *name) {
    scan->reason = reason;
    scan->found = found;
    scan->limit = limit;
    scan->limit_name = name;
    return PIER_LIMIT;
}

/* One value of the innermost open array or map is done; closes those that are complete by it. Returns whether the
 * whole value is. */
static bool close_value(pier__scan *scan) {
    while (scan->depth > 0) {
        if (--scan->open[scan->depth - 1] > 0) {
            return false;
        }
        scan->depth--;
    }
    return true;
}

/* A head of an array or map is whole: opens it. Its limits are checked before the bytes of its elements are awaited. */
static pier_status open_container(pier__scan *scan, uint64_t values) {
    if (values > scan->elements_max - scan->elements - 1) {
        return limit_exceeded(scan, "elements in a record", scan->elements + 1 + values, scan->elements_max,
                              "elements_max");
    }
    scan->elements++;
    scan->open[scan->depth++] = values;
    return PIER_OK;
}

/* The bytes of a value whose first byte tells all, by that byte: what pier__heads says, in one look. 0: arrays, maps,
 * and what has a length of its own. */
/* clang-format off */
static const uint8_t simple_bytes[256] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 00 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 10 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 20 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 30 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 40 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 50 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 60 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 70 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 80 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 90 */
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, /* a0 */
    17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, /* b0 */
    1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5, 9, 2, 3, 5, 9, /* c0 */
    2, 3, 5, 9, 3, 4, 6, 10, 18, 0, 0, 0, 0, 0, 0, 0, /* d0 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* e0 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* f0 */
};
/* clang-format on */

/* A text or ext whose first byte tells its length has no more bytes than this, and a value of which it tells all no
 * more than one byte beside them. */
enum { FIXED_BYTES_MAX = 31, SIMPLE_BYTES_MAX = 32 };

/* Passes over the values that come next in the innermost array or map, as long as the first byte of each tells all and
 * nothing can be wrong with them. That is most of most records: storing value by value takes a quarter less time by it
 * (bench/token_contenders.c). Returns whether the whole value is whole by that. */
static bool pass_simple_values(pier__scan *scan, const uint8_t *value, size_t size) {
    if (scan->depth == 0 || scan->text_bytes_max < FIXED_BYTES_MAX) {
        return false;
    }
    size_t end = size < scan->value_bytes_max ? size : (size_t)scan->value_bytes_max;
    uint64_t left = scan->open[scan->depth - 1];
    uint64_t may_come = scan->elements_max - scan->elements;
    uint64_t most = left < may_come ? left : may_come;
    uint64_t passed = 0;
    size_t position = scan->position;
    /* Where as many bytes are there as such a value has at most, nobody asks whether it is whole. */
    size_t safe_end = end > SIMPLE_BYTES_MAX ? end - SIMPLE_BYTES_MAX : 0;
    while (passed < most && position < safe_end) {
        size_t whole = simple_bytes[value[position]];
        if (whole == 0) {
            break;
        }
        position += whole;
        passed++;
    }
    while (passed < most && position < end) {
        size_t whole = simple_bytes[value[position]];
        if (whole == 0 || whole > end - position) {
            break;
        }
        position += whole;
        passed++;
    }
    scan->position = position;
    scan->elements += passed;
    scan->open[scan->depth - 1] = left - passed;
    if (left > passed) {
        return false;
    }
    scan->depth--;
    return close_value(scan);
}

/* Enters a small array or map that the value begins with, as most records do, when no limit speaks against it. */
static void enter_first(pier__scan *scan, const uint8_t *value) {
    uint64_t values = value[0] & 15u;
    bool is_map = (value[0] & 0xf0u) == 0x80;
    values <<= is_map ? 1 : 0;
    if ((!is_map && (value[0] & 0xf0u) != 0x90) || values == 0 || values >= scan->elements_max) {
        return;
    }
    scan->open[0] = values;
    scan->depth = 1;
    scan->elements = 1;
    scan->position = 1;
}

pier_status pier__scan_run(pier__scan *scan, const uint8_t *value, size_t size) {
    if (scan->is_whole) {
        return PIER_OK;
    }
    if (scan->position == 0 && size > 0) {
        enter_first(scan, value);
    }
    for (;;) {
        if (pass_simple_values(scan, value, size)) {
            scan->is_whole = true;
            return PIER_OK;
        }
        if (scan->position == size) {
            return PIER_MORE;
        }
        const uint8_t *at = value + scan->position;
        size_t there = size - scan->position;
        const pier__head *head = &pier__heads[*at];
        if (PIER_UNLIKELY(head->kind == PIER__HEAD_NEVER)) {
            scan->reason = "byte 0xc1 begins no value";
            return PIER_PROTOCOL;
        }
        if (PIER_UNLIKELY(scan->elements >= scan->elements_max)) {
            return limit_exceeded(scan, "elements in a record", scan->elements + 1, scan->elements_max, "elements_max");
        }
        if ((size_t)head->length_bytes + 1 > there) {
            return PIER_MORE;
        }
        uint64_t whole = head->head_bytes;
        uint32_t length = head_length(head, at);
        if (head->kind == PIER__HEAD_BYTES) {
            if (PIER_UNLIKELY(length > scan->text_bytes_max)) {
                return limit_exceeded(scan, "bytes of one text, bin or ext", length, scan->text_bytes_max,
                                      "text_bytes_max");
            }
            whole += length;
        }
        if (PIER_UNLIKELY(scan->position + whole > scan->value_bytes_max)) {
            return limit_exceeded(scan, "bytes of a record", scan->position + whole, scan->value_bytes_max,
                                  "record_bytes_max");
        }
        if (head->kind >= PIER__HEAD_ARRAY && scan->depth == scan->depth_max) {
            return limit_exceeded(scan, "depth of arrays and maps", (uint64_t)scan->depth + 1, scan->depth_max,
                                  "depth_max");
        }
        if (head->kind >= PIER__HEAD_ARRAY && length > 0) {
            uint64_t values = head->kind == PIER__HEAD_MAP ? (uint64_t)length * 2 : length;
            pier_status status = open_container(scan, values);
            if (status != PIER_OK) {
                return status;
            }
            scan->position += (size_t)whole;
            continue;
        }
        if (whole > there) {
            return PIER_MORE;
        }
        scan->elements++;
        scan->position += (size_t)whole;
        if (close_value(scan)) {
            scan->is_whole = true;
            return PIER_OK;
        }
    }
}

/* Goes over a value of any depth. Returns whether it is whole; `*position` gets its size, else where it goes wrong. */
static bool walk(const uint8_t *value, size_t size, size_t *position) {
    *position = 0;
    uint64_t to_come = 1;
    while (to_come > 0) {
        size_t there = size - *position;
        const pier__head *head = there > 0 ? &pier__heads[value[*position]] : NULL;
        if (head != NULL && head->kind == PIER__HEAD_NEVER) {
            return false;
        }
        if (head == NULL || head->head_bytes > there) {
            break;
        }
        uint64_t length = head_length(head, value + *position);
        uint64_t whole = head->head_bytes + (head->kind == PIER__HEAD_BYTES ? length : 0);
        if (whole > there) {
            break;
        }
        to_come--;
        if (head->kind == PIER__HEAD_ARRAY || head->kind == PIER__HEAD_MAP) {
            /* A value is a byte at least: more of them than bytes can never come, and the sum must not overflow. */
            to_come += head->kind == PIER__HEAD_MAP ? length * 2 : length;
            to_come = to_come <= size ? to_come : (uint64_t)size + 1;
        }
        *position += (size_t)whole;
    }
    if (to_come > 0) {
        *position = size;
    }
    return to_come == 0;
}

size_t pier__scan_extent(const uint8_t *value, size_t size) {
    size_t position;
    return walk(value, size, &position) ? position : 0;
}

size_t pier__scan_wrong_byte(const uint8_t *value, size_t size) {
    size_t position;
    (void)walk(value, size, &position);
    return position;
}
