/* Loading single values; see interpret_internal.h.
 *
 * Floor 5 (record). Every legal width of a number that holds the value is taken. The error of a value that does not fit
 * has its place, its path, and both kinds. */
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8_internal.h"
#include "record/duration_internal.h"
#include "record/interpret_internal.h"

bool pier__load_fail(pier__loading *from, const uint8_t *at, pier_status status, const char *format, ...) {
    char text[sizeof((pier_error *)0)->text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    from->status = pier__archive_fail_at(from->archive, at, status, from->path.text, "%s", text);
    pier__archive_of(from->archive)->error.floor = PIER_FLOOR_RECORD;
    return false;
}

static const char *token_word(const pier_token *token) {
    static const char *const words[] = {"nothing", "nil", "bool",  "integer", "integer", "float",    "float",
                                        "str",     "bin", "array", "map",     "ext",     "timestamp"};
    return words[token->kind];
}

bool pier__load_fail_type(pier__loading *from, const pier__found *value, const char *expected) {
    if (value->token.kind == PIER_KIND_EXT) {
        return pier__load_fail(from, value->at, PIER_TYPE, "expected %s, found ext %d", expected,
                               value->token.as.ext.type);
    }
    return pier__load_fail(from, value->at, PIER_TYPE, "expected %s, found %s", expected, token_word(&value->token));
}

bool pier__load_pair(pier__loading *from, const pier__found *head, const char *expected, const char *parts) {
    if (head->token.kind != PIER_KIND_ARRAY) {
        return pier__load_fail_type(from, head, expected);
    }
    return head->token.as.count == 2 ||
           pier__load_fail(from, head->at, PIER_PROTOCOL, "expected an array of 2, %s, found %u", parts,
                           head->token.as.count);
}

uint8_t *pier__load_allocate(pier__loading *from, const uint8_t *at, size_t count, size_t element_bytes) {
    bool overflows = count > (size_t)PTRDIFF_MAX / element_bytes;
    size_t bytes = overflows ? (size_t)PTRDIFF_MAX : count * element_bytes;
    uint8_t *memory = (uint8_t *)pier_arena_allocate(from->arena, bytes, pier__alignment_of(element_bytes));
    if (memory != NULL) {
        memset(memory, 0, bytes);
        return memory;
    }
    pier_status status = pier_arena_status(from->arena);
    if (status == PIER_LIMIT) {
        const char *name = from->arena == pier__archive_arena(from->archive) ? "arena_bytes_max" : "of the arena given";
        (void)pier__load_fail(from, at, status, "%zu bytes more of memory: the limit is %llu in all (%s)", bytes,
                              (unsigned long long)from->arena->bytes_max, name);
    } else {
        (void)pier__load_fail(from, at, status, "no memory for %zu bytes", bytes);
    }
    return NULL;
}

static bool load_unsigned(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *to) {
    size_t bytes = pier__kind_bytes(field->kind);
    uint64_t most = UINT64_MAX >> (64 - 8 * bytes);
    if (value->token.kind == PIER_KIND_INT) {
        return pier__load_fail(from, value->at, PIER_RANGE, "%lld does not fit %s", (long long)value->token.as.sint,
                               pier_field_kind_name(field->kind));
    }
    if (value->token.kind != PIER_KIND_UINT) {
        return pier__load_fail_type(from, value, "integer");
    }
    if (value->token.as.uint > most) {
        return pier__load_fail(from, value->at, PIER_RANGE, "%llu does not fit %s",
                               (unsigned long long)value->token.as.uint, pier_field_kind_name(field->kind));
    }
    pier__write_number(to, value->token.as.uint, bytes);
    return true;
}

static bool load_signed(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *to) {
    size_t bytes = pier__kind_bytes(field->kind);
    int64_t most = INT64_MAX >> (64 - 8 * bytes);
    if (value->token.kind == PIER_KIND_UINT) {
        if (value->token.as.uint > (uint64_t)most) {
            return pier__load_fail(from, value->at, PIER_RANGE, "%llu does not fit %s",
                                   (unsigned long long)value->token.as.uint, pier_field_kind_name(field->kind));
        }
        pier__write_number(to, value->token.as.uint, bytes);
        return true;
    }
    if (value->token.kind != PIER_KIND_INT) {
        return pier__load_fail_type(from, value, "integer");
    }
    if (value->token.as.sint < -most - 1) {
        return pier__load_fail(from, value->at, PIER_RANGE, "%lld does not fit %s", (long long)value->token.as.sint,
                               pier_field_kind_name(field->kind));
    }
    pier__write_number(to, (uint64_t)value->token.as.sint, bytes);
    return true;
}

static bool load_f32(pier__loading *from, const pier__found *value, uint8_t *to) {
    float number = value->token.as.f32;
    if (value->token.kind == PIER_KIND_F64) {
        double wide = value->token.as.f64;
        /* Infinities and NaN have no finite double near them; beyond the largest float a conversion means nothing. */
        bool fits = isnan(wide) || isinf(wide) || (wide >= -FLT_MAX && wide <= FLT_MAX && (double)(float)wide == wide);
        if (!fits) {
            return pier__load_fail(from, value->at, PIER_RANGE, "%.17g is not exact in f32", wide);
        }
        number = (float)wide;
    } else if (value->token.kind != PIER_KIND_F32) {
        return pier__load_fail_type(from, value, "float");
    }
    memcpy(to, &number, sizeof number);
    return true;
}

static bool load_f64(pier__loading *from, const pier__found *value, uint8_t *to) {
    double number = value->token.as.f64;
    if (value->token.kind == PIER_KIND_F32) {
        number = (double)value->token.as.f32;
    } else if (value->token.kind != PIER_KIND_F64) {
        return pier__load_fail_type(from, value, "float");
    }
    memcpy(to, &number, sizeof number);
    return true;
}

static bool load_bool(pier__loading *from, const pier__found *value, uint8_t *to) {
    if (value->token.kind != PIER_KIND_BOOL) {
        return pier__load_fail_type(from, value, "bool");
    }
    memcpy(to, &value->token.as.boolean, sizeof value->token.as.boolean);
    return true;
}

static bool load_time(pier__loading *from, const pier__found *value, uint8_t *to) {
    if (value->token.kind != PIER_KIND_TIME) {
        return pier__load_fail_type(from, value, "timestamp");
    }
    memcpy(to, &value->token.as.time, sizeof value->token.as.time);
    return true;
}

/* Loads one of the two numbers of a duration, which may be `most` either way. */
static bool load_span(pier__loading *from, const char *unit, int64_t most, int64_t *number) {
    pier__found value = pier__load_take(from);
    if (value.token.kind == PIER_KIND_INT || (value.token.kind == PIER_KIND_UINT && value.token.as.sint >= 0)) {
        *number = value.token.as.sint;
        if (*number >= -most && *number <= most) {
            return true;
        }
        return pier__load_fail(from, value.at, PIER_RANGE, "%lld %s of a duration, at most %lld either way",
                               (long long)*number, unit, (long long)most);
    }
    if (value.token.kind == PIER_KIND_UINT) {
        return pier__load_fail(from, value.at, PIER_RANGE, "%llu %s of a duration, at most %lld either way",
                               (unsigned long long)value.token.as.uint, unit, (long long)most);
    }
    return pier__load_fail_type(from, &value, "integer");
}

static bool load_duration(pier__loading *from, const pier__found *value, uint8_t *to) {
    if (!pier__load_pair(from, value, "array", "seconds and nanoseconds")) {
        return false;
    }
    int64_t seconds = 0;
    int64_t nanoseconds = 0;
    if (!load_span(from, "seconds", pier__duration_seconds_max, &seconds) ||
        !load_span(from, "nanoseconds", PIER__NANOSECONDS_MAX, &nanoseconds)) {
        return false;
    }
    if ((seconds < 0 && nanoseconds > 0) || (seconds > 0 && nanoseconds < 0)) {
        return pier__load_fail(from, value->at, PIER_RANGE, "%lld seconds and %lld nanoseconds are not of one sign",
                               (long long)seconds, (long long)nanoseconds);
    }
    pier_duration duration;
    memset(&duration, 0, sizeof duration);
    duration.seconds = seconds;
    duration.nanoseconds = (int32_t)nanoseconds;
    memcpy(to, &duration, sizeof duration);
    return true;
}

/* An enum is an integer; a plain record may have the name of its value, too. */
static bool load_enum(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *to) {
    if (from->is_typed || value->token.kind != PIER_KIND_TEXT) {
        bool is_integer = value->token.kind == PIER_KIND_UINT || value->token.kind == PIER_KIND_INT;
        return is_integer ? load_signed(from, field, value, to)
                          : pier__load_fail_type(from, value, from->is_typed ? "integer" : "integer or str");
    }
    pier_text name = value->token.as.text;
    const pier_enum *names = field->enum_type;
    for (uint32_t i = 0; i < names->value_count; i++) {
        if (strlen(names->values[i].name) == name.size && memcmp(names->values[i].name, name.data, name.size) == 0) {
            memcpy(to, &names->values[i].number, sizeof names->values[i].number);
            return true;
        }
    }
    size_t shown = name.size < 40 ? name.size : 40;
    return pier__load_fail(from, value->at, PIER_RANGE, "enum %s has no value \"%.*s\"", names->name,
                           (int)pier__utf8_valid_bytes(name.data, shown), name.data);
}

/* Text and bytes that are borrowed, or copied into the arena. */
static bool load_view(pier__loading *from, const pier__found *value, const void **data, size_t size) {
    if (!from->owns || size == 0) {
        return true;
    }
    uint8_t *copy = pier__load_allocate(from, value->at, size, 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, *data, size);
    *data = copy;
    return true;
}

static bool load_text(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *to) {
    if (value->token.kind != PIER_KIND_TEXT) {
        return pier__load_fail_type(from, value, "str");
    }
    pier_text text = value->token.as.text;
    size_t valid = pier__utf8_valid_bytes(text.data, text.size);
    if (valid != text.size) {
        return pier__load_fail(from, (const uint8_t *)text.data + valid, PIER_TEXT, "the text is not UTF-8");
    }
    if (field->capacity == 0) {
        const void *data = text.data;
        bool loaded = load_view(from, value, &data, text.size);
        text.data = (const char *)data;
        memcpy(to, &text, sizeof text);
        return loaded;
    }
    const void *zero = text.size > 0 ? memchr(text.data, 0, text.size) : NULL;
    if (zero != NULL) {
        return pier__load_fail(from, (const uint8_t *)zero, PIER_RANGE, "a zero byte within text that one ends");
    }
    if (text.size >= field->capacity) {
        return pier__load_fail(from, value->at, PIER_RANGE, "a text of %zu bytes, and there is room for %u", text.size,
                               field->capacity - 1);
    }
    memset(to, 0, field->capacity);
    if (text.size > 0) {
        memcpy(to, text.data, text.size);
    }
    return true;
}

static bool load_bytes(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *to) {
    if (value->token.kind != PIER_KIND_BYTES) {
        return pier__load_fail_type(from, value, "bin");
    }
    pier_bytes bytes = value->token.as.bytes;
    if (field->capacity == 0) {
        bool loaded = load_view(from, value, &bytes.data, bytes.size);
        memcpy(to, &bytes, sizeof bytes);
        return loaded;
    }
    if (bytes.size > field->capacity) {
        return pier__load_fail(from, value->at, PIER_RANGE, "%zu bytes, and there is room for %u", bytes.size,
                               field->capacity);
    }
    uint32_t size = (uint32_t)bytes.size;
    memcpy(to, &size, sizeof size);
    if (size > 0) {
        memcpy(to + sizeof size, bytes.data, size);
    }
    return true;
}

bool pier__load_scalar(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *to) {
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        return load_bool(from, value, to);
    case PIER_FIELD_I8:
    case PIER_FIELD_I16:
    case PIER_FIELD_I32:
    case PIER_FIELD_I64:
        return load_signed(from, field, value, to);
    case PIER_FIELD_U8:
    case PIER_FIELD_U16:
    case PIER_FIELD_U32:
    case PIER_FIELD_U64:
        return load_unsigned(from, field, value, to);
    case PIER_FIELD_F32:
        return load_f32(from, value, to);
    case PIER_FIELD_F64:
        return load_f64(from, value, to);
    case PIER_FIELD_TEXT:
        return load_text(from, field, value, to);
    case PIER_FIELD_BYTES:
        return load_bytes(from, field, value, to);
    case PIER_FIELD_TIME:
        return load_time(from, value, to);
    case PIER_FIELD_DURATION:
        return load_duration(from, value, to);
    case PIER_FIELD_ENUM:
        return load_enum(from, field, value, to);
    default:
        return pier__load_fail(from, value->at, PIER_USAGE, "a field of unknown kind %u", (unsigned)field->kind);
    }
}
