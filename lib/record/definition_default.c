/* What a field is where it is missing: see proto/wire.md, Definitions.
 *
 * Floor 5 (record). A default is one value in the form of the field's kind, and not zero, which nil stands for: else
 * equal definitions could have different bytes. A value from outside is read, brought into its one form and
 * compared. */
#include <stdio.h>
#include <string.h>

#include "archive/scan_internal.h"
#include "archive/token_internal.h"
#include "base/utf8_internal.h"
#include "record/definition_parse_internal.h"
#include "record/duration_internal.h"
#include "record/field_internal.h"

#define FAIL PIER__PARSE_FAIL

enum { SMALL_BYTES = 32 };

/* What a default holds; which member, its kind tells. */
typedef struct content {
    uint64_t number; /* of integers, bool and enum: sign-extended where the kind has a sign */
    float f32;
    double f64;
    pier_bytes bytes; /* of text, too */
    pier_time time;
    pier_duration duration;
} content;

static bool bits_are_zero(const void *value, size_t size) {
    static const uint8_t zero[sizeof(double)];
    return memcmp(value, zero, size) == 0;
}

static bool is_zero(uint32_t kind, const content *of) {
    switch (kind) {
    case PIER_FIELD_F32:
        return bits_are_zero(&of->f32, sizeof of->f32);
    case PIER_FIELD_F64:
        return bits_are_zero(&of->f64, sizeof of->f64);
    case PIER_FIELD_TEXT:
    case PIER_FIELD_BYTES:
        return of->bytes.size == 0;
    case PIER_FIELD_TIME:
        return of->time.seconds == 0 && of->time.nanoseconds == 0;
    case PIER_FIELD_DURATION:
        return of->duration.seconds == 0 && of->duration.nanoseconds == 0;
    default:
        return of->number == 0;
    }
}

/* Writes what is not text or bytes, into at least SMALL_BYTES. */
static uint8_t *put_small(uint8_t *at, uint32_t kind, const content *of) {
    unsigned wrong = 0;
    switch (kind) {
    case PIER_FIELD_BOOL:
        return pier__put_boolean(at, of->number != 0, &wrong);
    case PIER_FIELD_F32:
        return pier__put_f32(at, of->f32, &wrong);
    case PIER_FIELD_F64:
        return pier__put_f64(at, of->f64, &wrong);
    case PIER_FIELD_TIME:
        return pier__put_time(at, of->time, &wrong);
    case PIER_FIELD_DURATION:
        at = pier__put_signed(pier__put_count(at, 2), of->duration.seconds);
        return pier__put_signed(at, of->duration.nanoseconds);
    default:
        return pier__kind_is_signed(kind) ? pier__put_signed(at, (int64_t)of->number)
                                          : pier__put_unsigned(at, of->number);
    }
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

static bool read_integer(const pier_token *token, uint32_t kind, content *to) {
    size_t bits = 8 * pier__kind_bytes((pier_field_kind)kind);
    if (!pier__kind_is_signed(kind)) {
        to->number = token->as.uint;
        return token->kind == PIER_KIND_UINT && token->as.uint <= UINT64_MAX >> (64 - bits);
    }
    int64_t most = INT64_MAX >> (64 - bits);
    to->number = token->as.uint;
    return token->kind == PIER_KIND_UINT ? token->as.uint <= (uint64_t)most
                                         : token->kind == PIER_KIND_INT && token->as.sint >= -most - 1;
}

/* Whether a token is an integer; as a signed one, if it fits. */
static bool is_i64(const pier_token *token, int64_t *value) {
    *value = token->as.sint;
    return token->kind == PIER_KIND_INT || (token->kind == PIER_KIND_UINT && token->as.uint <= INT64_MAX);
}

/* Reads the two numbers that follow the head of a duration, which is whole. */
static bool read_duration(const uint8_t *at, const pier_token *head, content *to) {
    pier_token seconds;
    pier_token nanoseconds;
    if (head->kind != PIER_KIND_ARRAY || head->as.count != 2) {
        return false;
    }
    int64_t both[2];
    at += 1;
    at += pier__read_token(at, &seconds);
    if (!is_i64(&seconds, &both[0])) {
        return false;
    }
    (void)pier__read_token(at, &nanoseconds);
    return is_i64(&nanoseconds, &both[1]) && pier__duration_make(both[0], both[1], &to->duration);
}

/* Takes a whole value apart. Returns whether it is one of the kind. */
static bool read_content(const uint8_t *at, uint32_t kind, content *to) {
    pier_token token = {.kind = PIER_KIND_NONE};
    (void)pier__read_token(at, &token);
    memset(to, 0, sizeof *to);
    switch (kind) {
    case PIER_FIELD_BOOL:
        to->number = token.kind == PIER_KIND_BOOL && token.as.boolean;
        return token.kind == PIER_KIND_BOOL;
    case PIER_FIELD_F32:
        to->f32 = token.as.f32;
        return token.kind == PIER_KIND_F32;
    case PIER_FIELD_F64:
        to->f64 = token.as.f64;
        return token.kind == PIER_KIND_F64;
    case PIER_FIELD_TEXT:
        to->bytes = (pier_bytes){token.as.text.data, token.as.text.size};
        return token.kind == PIER_KIND_TEXT && pier_text_is_valid(token.as.text.data, token.as.text.size);
    case PIER_FIELD_BYTES:
        to->bytes = token.as.bytes;
        return token.kind == PIER_KIND_BYTES;
    case PIER_FIELD_TIME:
        to->time = token.as.time;
        return token.kind == PIER_KIND_TIME;
    case PIER_FIELD_DURATION:
        return at[0] == 0x92 && read_duration(at, &token, to);
    default:
        return read_integer(&token, kind, to);
    }
}

/* Whether a value has the form that it is stored in. */
static bool is_smallest(const uint8_t *at, size_t extent, uint32_t kind, const content *of) {
    uint8_t form[SMALL_BYTES + PIER__OVERHANG_BYTES];
    if (kind == PIER_FIELD_TEXT || kind == PIER_FIELD_BYTES) {
        const uint8_t *end = kind == PIER_FIELD_TEXT ? pier__put_text_head(form, of->bytes.size)
                                                     : pier__put_bytes_head(form, of->bytes.size);
        return extent == (size_t)(end - form) + of->bytes.size;
    }
    const uint8_t *end = put_small(form, kind, of);
    return extent == (size_t)(end - form) && memcmp(form, at, extent) == 0;
}

bool pier__parse_default(pier__parser *from, const char *path, pier__defined_field *field) {
    size_t position = from->position;
    if (pier__parse_nil(from)) {
        return true;
    }
    const uint8_t *at = from->begin + position;
    if (!pier__parse_any(from, path, "the default of a field")) {
        return false;
    }
    size_t extent = from->position - position;
    if (pier__field_is_known(field)) {
        const char *kind = pier_field_kind_name((pier_field_kind)field->kind);
        content found;
        if (field->kind == PIER_FIELD_RECORD || field->kind == PIER_FIELD_ANY || field->oneof_name != NULL ||
            (field->flags & PIER_FIELD_REPEATED) != 0) {
            return FAIL(from, position, path, "a record, an any, an array or a field of a oneof has no default");
        }
        if (!read_content(at, field->kind, &found)) {
            return FAIL(from, position, path, "the default is not of kind %s", kind);
        }
        if (is_zero(field->kind, &found)) {
            return FAIL(from, position, path, "a default of zero is nil");
        }
        if (!is_smallest(at, extent, field->kind, &found)) {
            return FAIL(from, position, path, "expected a value of kind %s in its smallest form: the default", kind);
        }
    }
    field->default_data = (const uint8_t *)pier__parse_keep(from, at, extent);
    field->default_bytes = (uint32_t)extent;
    return true;
}

static void store_number(uint64_t number, uint32_t kind, void *member) {
    bool boolean = number != 0;
    if (kind == PIER_FIELD_BOOL) {
        memcpy(member, &boolean, sizeof boolean);
    } else {
        pier__write_number((uint8_t *)member, number, pier__kind_bytes((pier_field_kind)kind));
    }
}

void pier__default_decode(uint32_t kind, const uint8_t *encoded, void *member) {
    content found;
    (void)read_content(encoded, kind, &found);
    pier_text text = {(const char *)found.bytes.data, found.bytes.size};
    switch (kind) {
    case PIER_FIELD_F32:
        memcpy(member, &found.f32, sizeof found.f32);
        break;
    case PIER_FIELD_F64:
        memcpy(member, &found.f64, sizeof found.f64);
        break;
    case PIER_FIELD_TEXT:
        memcpy(member, &text, sizeof text);
        break;
    case PIER_FIELD_BYTES:
        memcpy(member, &found.bytes, sizeof found.bytes);
        break;
    case PIER_FIELD_TIME:
        memcpy(member, &found.time, sizeof found.time);
        break;
    case PIER_FIELD_DURATION:
        memcpy(member, &found.duration, sizeof found.duration);
        break;
    default:
        store_number(found.number, kind, member);
        break;
    }
}

/* Writing ---------------------------------------------------------------------------------------------------------- */

static uint64_t load_number(const void *value, pier_field_kind kind) {
    const uint8_t *member = (const uint8_t *)value;
    return pier__kind_is_signed(kind) ? (uint64_t)pier__read_signed(kind, member) : pier__read_unsigned(kind, member);
}

/* Takes a member of a struct that text or bytes lie in, or that refers to them. */
static bool load_bytes(const pier_field *field, const void *value, pier_bytes *bytes) {
    if (field->capacity == 0) {
        /* A pier_text and a pier_bytes are the same to look at. */
        pier_text text = {NULL, 0};
        memcpy(field->kind == PIER_FIELD_TEXT ? (void *)&text : (void *)bytes, value, sizeof *bytes);
        if (field->kind == PIER_FIELD_TEXT) {
            *bytes = (pier_bytes){text.data, text.size};
        }
        return bytes->size <= UINT32_MAX;
    }
    if (field->kind == PIER_FIELD_TEXT) {
        const char *end = (const char *)memchr(value, 0, field->capacity);
        *bytes = (pier_bytes){value, end != NULL ? (size_t)(end - (const char *)value) : 0};
        return end != NULL;
    }
    uint32_t size;
    memcpy(&size, value, sizeof size);
    *bytes = (pier_bytes){(const uint8_t *)value + sizeof size, size};
    return size <= field->capacity;
}

/* Takes the default of a class's field. Returns false when it is no value of the kind. */
static bool load_content(const pier_field *field, content *to) {
    const void *value = field->default_value;
    memset(to, 0, sizeof *to);
    switch (field->kind) {
    case PIER_FIELD_F32:
        memcpy(&to->f32, value, sizeof to->f32);
        return true;
    case PIER_FIELD_F64:
        memcpy(&to->f64, value, sizeof to->f64);
        return true;
    case PIER_FIELD_TEXT:
        return load_bytes(field, value, &to->bytes) && pier_text_is_valid((const char *)to->bytes.data, to->bytes.size);
    case PIER_FIELD_BYTES:
        return load_bytes(field, value, &to->bytes);
    case PIER_FIELD_TIME:
        memcpy(&to->time, value, sizeof to->time);
        return to->time.nanoseconds <= PIER__NANOSECONDS_MAX;
    case PIER_FIELD_DURATION:
        memcpy(&to->duration, value, sizeof to->duration);
        return pier__duration_is_good(to->duration);
    case PIER_FIELD_RECORD:
    case PIER_FIELD_ANY:
        return false;
    default:
        to->number = load_number(value, field->kind);
        return true;
    }
}

bool pier__default_is_good(const pier_field *field) {
    content found;
    return field->default_value == NULL ||
           (field->oneof == 0 && (field->flags & PIER_FIELD_REPEATED) == 0 && load_content(field, &found));
}

bool pier__default_encode(const pier_field *field, pier__buffer *out) {
    content found;
    bool is_nil =
        field->default_value == NULL || !load_content(field, &found) || is_zero((uint32_t)field->kind, &found);
    size_t more = is_nil ? 0 : found.bytes.size;
    if (!pier__buffer_reserve(out, SMALL_BYTES + more + PIER__OVERHANG_BYTES)) {
        return false;
    }
    uint8_t *at = out->data + out->size;
    if (is_nil) {
        at = pier__put_nil(at);
    } else if (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) {
        at = field->kind == PIER_FIELD_TEXT ? pier__put_text_head(at, found.bytes.size)
                                            : pier__put_bytes_head(at, found.bytes.size);
        at = pier__put_body(at, found.bytes.data, found.bytes.size);
    } else {
        at = put_small(at, (uint32_t)field->kind, &found);
    }
    out->size = (size_t)(at - out->data);
    return true;
}
