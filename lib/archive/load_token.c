/* Loading single values out of the current record; see <pier/load.h>.
 *
 * Floor 4 (archive). The record has passed the scan before its window opens, so every head and body that begins in the
 * window also ends in it. */
#include <pier/load.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "archive/archive_internal.h"
#include "archive/loader_internal.h"
#include "archive/token_internal.h"

/* Makes the next value the one at the cursor. Returns false, with the failure told, when there is none. */
static bool has_value(pier_archive *archive) {
    if (PIER_LIKELY(archive->cursor != archive->limit) && !archive->storing) {
        return true;
    }
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || loader->common.failure != PIER_OK) {
        return false;
    }
    if (loader->in_record && (loader->record_end == 0 || loader->raw == PIER__RAW_OPEN)) {
        return pier__archive_open_record(archive);
    }
    if (loader->in_record) {
        (void)pier__loader_fail(loader, PIER_TYPE, loader->record_end, "the record has no further value");
    } else {
        (void)pier__archive_tell(&loader->common, PIER_USAGE, "a value is loaded outside a record");
        loader->common.failure = PIER_USAGE;
    }
    return false;
}

static const char *const kind_names[] = {"nothing", "nil",   "bool",  "integer", "integer", "float32",  "float64",
                                         "text",    "bytes", "array", "map",     "ext",     "timestamp"};

pier_token pier_load_token(pier_archive *archive) {
    pier__loader *loader = pier__loader_of(archive);
    bool is_at_end =
        !archive->storing && archive->cursor == archive->limit && loader->in_record && loader->record_end != 0;
    if (is_at_end || !has_value(archive)) {
        return (pier_token){.kind = PIER_KIND_NONE};
    }
    pier_token token;
    archive->cursor += pier__read_token(archive->cursor, &token);
    return token;
}

pier_kind pier_load_kind(pier_archive *archive) {
    uint8_t *cursor = archive->cursor;
    pier_token token = pier_load_token(archive);
    if (token.kind != PIER_KIND_NONE) {
        /* Where the first value opened the window, the cursor was not there yet. */
        archive->cursor = cursor != NULL ? cursor : pier__loader_of(archive)->record_memory;
    }
    return token.kind;
}

void pier_load_skip(pier_archive *archive) {
    if (has_value(archive)) {
        archive->cursor += pier__scan_extent(archive->cursor, (size_t)(archive->limit - archive->cursor));
    }
}

/* Reads the next value, which must be of a kind. Returns whether it is; the failure is told otherwise. */
static bool expect(pier_archive *archive, pier_kind kind, const char *expected, pier_token *token, const uint8_t **at) {
    if (!has_value(archive)) {
        return false;
    }
    *at = archive->cursor;
    size_t size = pier__read_token(archive->cursor, token);
    bool is_integer = token->kind == PIER_KIND_UINT || token->kind == PIER_KIND_INT;
    if (token->kind != kind && !(kind == PIER_KIND_UINT && is_integer)) {
        (void)pier__archive_fail_at(archive, *at, PIER_TYPE, NULL, "expected %s, found %s", expected,
                                    kind_names[token->kind]);
        return false;
    }
    archive->cursor += size;
    return true;
}

/* The usual forms of values, in a window that is open. What is none of them, or does not fit, goes the way of `expect`,
 * which takes them all and has the errors. Behind a record more bytes may be read than any number has. */
static inline bool is_open(const pier_archive *archive) {
    return PIER_LIKELY(archive->cursor != archive->limit) && PIER_LIKELY(!archive->storing);
}

/* An integer from 0 up to `most`. */
static inline bool take_usual_unsigned(pier_archive *archive, uint64_t most, uint64_t *value) {
    if (!is_open(archive)) {
        return false;
    }
    const uint8_t *at = archive->cursor;
    size_t bytes = 1;
    *value = at[0];
    if (at[0] >= 0x80) {
        if ((at[0] & 0xfcu) != 0xcc) {
            return false;
        }
        unsigned width = 1u << (at[0] & 3u);
        *value = pier__load_be64(at + 1) >> (64 - 8 * width);
        bytes += width;
    }
    if (PIER_UNLIKELY(*value > most)) {
        return false;
    }
    archive->cursor += bytes;
    return true;
}

/* An integer below 0. */
static inline bool take_usual_negative(pier_archive *archive, int64_t least, int64_t *value) {
    if (!is_open(archive)) {
        return false;
    }
    const uint8_t *at = archive->cursor;
    size_t bytes = 1;
    *value = (int8_t)at[0];
    if (at[0] < 0xe0) {
        if ((at[0] & 0xfcu) != 0xd0) {
            return false;
        }
        unsigned width = 1u << (at[0] & 3u);
        /* The bytes behind the number are shifted out, and the sign in. */
        *value = (int64_t)pier__load_be64(at + 1) >> (64 - 8 * width);
        bytes += width;
    }
    if (*value < least || *value >= 0) {
        return false;
    }
    archive->cursor += bytes;
    return true;
}

/* The head of what has its size in the first byte, or of a text in the second. */
static inline bool take_usual_head(pier_archive *archive, unsigned fixed, unsigned mask, size_t *size) {
    if (!is_open(archive) || (archive->cursor[0] & ~mask) != fixed) {
        return false;
    }
    *size = archive->cursor[0] & mask;
    archive->cursor += 1;
    return true;
}

static inline bool take_usual_text(pier_archive *archive, pier_text *text) {
    if (!take_usual_head(archive, 0xa0, 0x1f, &text->size)) {
        if (!is_open(archive) || archive->cursor[0] != 0xd9) {
            return false;
        }
        text->size = archive->cursor[1];
        archive->cursor += 2;
    }
    text->data = (const char *)archive->cursor;
    archive->cursor += text->size;
    return true;
}

void pier_load_nil(pier_archive *archive) {
    pier_token token;
    const uint8_t *at;
    (void)expect(archive, PIER_KIND_NIL, "nil", &token, &at);
}

bool pier_load_bool(pier_archive *archive) {
    if (is_open(archive) && (archive->cursor[0] & 0xfeu) == 0xc2) {
        return *archive->cursor++ == 0xc3;
    }
    pier_token token;
    const uint8_t *at;
    return expect(archive, PIER_KIND_BOOL, "bool", &token, &at) && token.as.boolean;
}

/* Loads an integer up to `most`. */
static uint64_t load_unsigned(pier_archive *archive, uint64_t most, const char *expected) {
    uint64_t usual;
    if (PIER_LIKELY(take_usual_unsigned(archive, most, &usual))) {
        return usual;
    }
    pier_token token;
    const uint8_t *at;
    if (!expect(archive, PIER_KIND_UINT, expected, &token, &at)) {
        return 0;
    }
    if (token.kind == PIER_KIND_INT) {
        (void)pier__archive_fail_at(archive, at, PIER_RANGE, NULL, "%lld does not fit into %s",
                                    (long long)token.as.sint, expected);
        return 0;
    }
    if (token.as.uint > most) {
        (void)pier__archive_fail_at(archive, at, PIER_RANGE, NULL, "%llu does not fit into %s",
                                    (unsigned long long)token.as.uint, expected);
        return 0;
    }
    return token.as.uint;
}

/* Loads an integer from `least` to `most`. */
static int64_t load_signed(pier_archive *archive, int64_t least, int64_t most, const char *expected) {
    uint64_t usual;
    int64_t negative;
    if (PIER_LIKELY(take_usual_unsigned(archive, (uint64_t)most, &usual))) {
        return (int64_t)usual;
    }
    if (take_usual_negative(archive, least, &negative)) {
        return negative;
    }
    pier_token token;
    const uint8_t *at;
    if (!expect(archive, PIER_KIND_UINT, expected, &token, &at)) {
        return 0;
    }
    if (token.kind == PIER_KIND_INT) {
        if (token.as.sint >= least) {
            return token.as.sint;
        }
        (void)pier__archive_fail_at(archive, at, PIER_RANGE, NULL, "%lld does not fit into %s",
                                    (long long)token.as.sint, expected);
        return 0;
    }
    if (token.as.uint > (uint64_t)most) {
        (void)pier__archive_fail_at(archive, at, PIER_RANGE, NULL, "%llu does not fit into %s",
                                    (unsigned long long)token.as.uint, expected);
        return 0;
    }
    return (int64_t)token.as.uint;
}

uint64_t pier_load_u64(pier_archive *archive) {
    return load_unsigned(archive, UINT64_MAX, "u64");
}
uint32_t pier_load_u32(pier_archive *archive) {
    return (uint32_t)load_unsigned(archive, UINT32_MAX, "u32");
}
uint16_t pier_load_u16(pier_archive *archive) {
    return (uint16_t)load_unsigned(archive, UINT16_MAX, "u16");
}
uint8_t pier_load_u8(pier_archive *archive) {
    return (uint8_t)load_unsigned(archive, UINT8_MAX, "u8");
}
int64_t pier_load_i64(pier_archive *archive) {
    return load_signed(archive, INT64_MIN, INT64_MAX, "i64");
}
int32_t pier_load_i32(pier_archive *archive) {
    return (int32_t)load_signed(archive, INT32_MIN, INT32_MAX, "i32");
}
int16_t pier_load_i16(pier_archive *archive) {
    return (int16_t)load_signed(archive, INT16_MIN, INT16_MAX, "i16");
}
int8_t pier_load_i8(pier_archive *archive) {
    return (int8_t)load_signed(archive, INT8_MIN, INT8_MAX, "i8");
}

/* Loads a float of either width. */
static bool load_float(pier_archive *archive, double *value, const char *expected, const uint8_t **at) {
    pier_token token;
    if (!has_value(archive)) {
        return false;
    }
    *at = archive->cursor;
    size_t size = pier__read_token(archive->cursor, &token);
    if (token.kind != PIER_KIND_F32 && token.kind != PIER_KIND_F64) {
        (void)pier__archive_fail_at(archive, *at, PIER_TYPE, NULL, "expected %s, found %s", expected,
                                    kind_names[token.kind]);
        return false;
    }
    archive->cursor += size;
    *value = token.kind == PIER_KIND_F32 ? (double)token.as.f32 : token.as.f64;
    return true;
}

float pier_load_f32(pier_archive *archive) {
    if (is_open(archive) && archive->cursor[0] == 0xca) {
        float usual;
        uint32_t bits = pier__load_be32(archive->cursor + 1);
        archive->cursor += 5;
        memcpy(&usual, &bits, sizeof usual);
        return usual;
    }
    double value = 0;
    const uint8_t *at;
    if (!load_float(archive, &value, "float", &at)) {
        return 0;
    }
    bool is_nan = value != value;
    /* Narrowing a double outside float's range is undefined, so infinity passes first. */
    bool is_exact = is_nan || value == (double)INFINITY || value == -(double)INFINITY ||
                    (value >= -(double)FLT_MAX && value <= (double)FLT_MAX && (double)(float)value == value);
    if (!is_exact) {
        (void)pier__archive_fail_at(archive, at, PIER_RANGE, NULL, "%.17g does not fit into f32", value);
        return 0;
    }
    return (float)value;
}

double pier_load_f64(pier_archive *archive) {
    double value = 0;
    if (is_open(archive) && archive->cursor[0] == 0xcb) {
        uint64_t bits = pier__load_be64(archive->cursor + 1);
        archive->cursor += 9;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    const uint8_t *at;
    return load_float(archive, &value, "float", &at) ? value : 0;
}

pier_text pier_load_text(pier_archive *archive) {
    pier_text usual;
    if (PIER_LIKELY(take_usual_text(archive, &usual))) {
        return usual;
    }
    pier_token token;
    const uint8_t *at;
    return expect(archive, PIER_KIND_TEXT, "text", &token, &at) ? token.as.text : (pier_text){NULL, 0};
}

size_t pier_load_string(pier_archive *archive, char *buffer, size_t capacity_bytes) {
    if (capacity_bytes > 0) {
        buffer[0] = '\0';
    }
    pier_token token;
    pier_text text;
    const uint8_t *at = archive->cursor;
    if (PIER_UNLIKELY(!take_usual_text(archive, &text))) {
        if (!expect(archive, PIER_KIND_TEXT, "text", &token, &at)) {
            return 0;
        }
        text = token.as.text;
    }
    if (text.size >= capacity_bytes) {
        (void)pier__archive_fail_at(archive, at, PIER_RANGE, NULL, "a text of %zu bytes does not fit into %zu",
                                    text.size, capacity_bytes);
        return 0;
    }
    if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL) {
        (void)pier__archive_fail_at(archive, at, PIER_RANGE, NULL,
                                    "a text with a zero byte does not fit into a string");
        return 0;
    }
    memcpy(buffer, text.size > 0 ? text.data : "", text.size);
    buffer[text.size] = '\0';
    return text.size;
}

pier_bytes pier_load_bytes(pier_archive *archive) {
    pier_token token;
    const uint8_t *at;
    return expect(archive, PIER_KIND_BYTES, "bytes", &token, &at) ? token.as.bytes : (pier_bytes){NULL, 0};
}

pier_ext pier_load_ext(pier_archive *archive) {
    pier_token token;
    const uint8_t *at;
    return expect(archive, PIER_KIND_EXT, "ext", &token, &at) ? token.as.ext : (pier_ext){0, {NULL, 0}};
}

pier_time pier_load_time(pier_archive *archive) {
    pier_token token;
    const uint8_t *at;
    return expect(archive, PIER_KIND_TIME, "timestamp", &token, &at) ? token.as.time : (pier_time){0, 0};
}

uint32_t pier_load_array(pier_archive *archive) {
    size_t usual;
    if (PIER_LIKELY(take_usual_head(archive, 0x90, 0x0f, &usual))) {
        return (uint32_t)usual;
    }
    pier_token token;
    const uint8_t *at;
    return expect(archive, PIER_KIND_ARRAY, "array", &token, &at) ? token.as.count : 0;
}

uint32_t pier_load_map(pier_archive *archive) {
    size_t usual;
    if (PIER_LIKELY(take_usual_head(archive, 0x80, 0x0f, &usual))) {
        return (uint32_t)usual;
    }
    pier_token token;
    const uint8_t *at;
    return expect(archive, PIER_KIND_MAP, "map", &token, &at) ? token.as.count : 0;
}
