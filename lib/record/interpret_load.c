/* Loading records by tokens, as a class's table says; see record_internal.h.
 *
 * Floor 5 (record). The record has passed the scan, so a value that begins in it also ends in it; what is left to find
 * out is whether it is the value that the class needs. Every legal width of a number that holds the value is taken. The
 * error of the first value that does not fit has its place, its path, and both kinds. Nested records are as deep as the
 * program's structs are, so recursion is bounded by the program itself. */
#include <pier/load.h>

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8_internal.h"
#include "record/record_internal.h"

typedef struct loading {
    pier_archive *archive;
    bool is_typed;
    pier_status status;
    pier__path path;
} loading;

/* What stands at one place of the record. */
typedef struct found {
    const uint8_t *at;
    pier_token token;
} found;

static bool fail(loading *from, const uint8_t *at, pier_status status, const char *format, ...) PIER_PRINTF(4, 5);

/* Fails for the field that the path names. Returns false. */
static bool fail(loading *from, const uint8_t *at, pier_status status, const char *format, ...) {
    char text[160];
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

static bool fail_type(loading *from, const found *value, const char *expected) {
    return fail(from, value->at, PIER_TYPE, "expected %s, found %s", expected, token_word(&value->token));
}

static found take(loading *from) {
    found value;
    value.at = from->archive->cursor;
    value.token = pier_load_token(from->archive);
    return value;
}

static bool load_record(loading *from, const pier_class *type, uint8_t *record);

/* Stores the low `bytes` bytes of a number as the integer of that size. */
static void store_number(uint8_t *to, uint64_t number, size_t bytes) {
    uint8_t number_8 = (uint8_t)number;
    uint16_t number_16 = (uint16_t)number;
    uint32_t number_32 = (uint32_t)number;
    const void *as_stored = bytes == 1   ? (const void *)&number_8
                            : bytes == 2 ? (const void *)&number_16
                            : bytes == 4 ? (const void *)&number_32
                                         : (const void *)&number;
    memcpy(to, as_stored, bytes);
}

/* Values ----------------------------------------------------------------------------------------------------------- */

static bool load_unsigned(loading *from, const found *value, const pier_field *field, uint8_t *to) {
    size_t bytes = pier__kind_bytes(field->kind);
    uint64_t most = UINT64_MAX >> (64 - 8 * bytes);
    if (value->token.kind == PIER_KIND_INT) {
        return fail(from, value->at, PIER_RANGE, "%lld does not fit %s", (long long)value->token.as.sint,
                    pier_field_kind_name(field->kind));
    }
    if (value->token.kind != PIER_KIND_UINT) {
        return fail_type(from, value, "integer");
    }
    if (value->token.as.uint > most) {
        return fail(from, value->at, PIER_RANGE, "%llu does not fit %s", (unsigned long long)value->token.as.uint,
                    pier_field_kind_name(field->kind));
    }
    store_number(to, value->token.as.uint, bytes);
    return true;
}

static bool load_signed(loading *from, const found *value, const pier_field *field, uint8_t *to) {
    size_t bytes = pier__kind_bytes(field->kind);
    int64_t most = INT64_MAX >> (64 - 8 * bytes);
    if (value->token.kind == PIER_KIND_UINT) {
        if (value->token.as.uint > (uint64_t)most) {
            return fail(from, value->at, PIER_RANGE, "%llu does not fit %s", (unsigned long long)value->token.as.uint,
                        pier_field_kind_name(field->kind));
        }
        store_number(to, value->token.as.uint, bytes);
        return true;
    }
    if (value->token.kind != PIER_KIND_INT) {
        return fail_type(from, value, "integer");
    }
    if (value->token.as.sint < -most - 1) {
        return fail(from, value->at, PIER_RANGE, "%lld does not fit %s", (long long)value->token.as.sint,
                    pier_field_kind_name(field->kind));
    }
    store_number(to, (uint64_t)value->token.as.sint, bytes);
    return true;
}

static bool load_f32(loading *from, const found *value, uint8_t *to) {
    float number = value->token.as.f32;
    if (value->token.kind == PIER_KIND_F64) {
        double wide = value->token.as.f64;
        /* Infinities and NaN have no finite double near them; beyond the largest float a conversion means nothing. */
        bool fits = isnan(wide) || isinf(wide) || (wide >= -FLT_MAX && wide <= FLT_MAX && (double)(float)wide == wide);
        if (!fits) {
            return fail(from, value->at, PIER_RANGE, "%.17g is not exact in f32", wide);
        }
        number = (float)wide;
    } else if (value->token.kind != PIER_KIND_F32) {
        return fail_type(from, value, "float");
    }
    memcpy(to, &number, sizeof number);
    return true;
}

static bool load_f64(loading *from, const found *value, uint8_t *to) {
    double number = value->token.as.f64;
    if (value->token.kind == PIER_KIND_F32) {
        number = (double)value->token.as.f32;
    } else if (value->token.kind != PIER_KIND_F64) {
        return fail_type(from, value, "float");
    }
    memcpy(to, &number, sizeof number);
    return true;
}

static bool load_bool(loading *from, const found *value, uint8_t *to) {
    if (value->token.kind != PIER_KIND_BOOL) {
        return fail_type(from, value, "bool");
    }
    memcpy(to, &value->token.as.boolean, sizeof value->token.as.boolean);
    return true;
}

static bool load_time(loading *from, const found *value, uint8_t *to) {
    if (value->token.kind != PIER_KIND_TIME) {
        return fail_type(from, value, "timestamp");
    }
    memcpy(to, &value->token.as.time, sizeof value->token.as.time);
    return true;
}

static bool load_text(loading *from, const found *value, const pier_field *field, uint8_t *to) {
    if (value->token.kind != PIER_KIND_TEXT) {
        return fail_type(from, value, "str");
    }
    pier_text text = value->token.as.text;
    size_t valid = pier__utf8_valid_bytes(text.data, text.size);
    if (valid != text.size) {
        return fail(from, (const uint8_t *)text.data + valid, PIER_TEXT, "the text is not UTF-8");
    }
    if (field->capacity == 0) {
        memcpy(to, &text, sizeof text);
        return true;
    }
    const void *zero = text.size > 0 ? memchr(text.data, 0, text.size) : NULL;
    if (zero != NULL) {
        return fail(from, (const uint8_t *)zero, PIER_RANGE, "a zero byte within text that one ends");
    }
    if (text.size >= field->capacity) {
        return fail(from, value->at, PIER_RANGE, "a text of %zu bytes, and there is room for %u", text.size,
                    field->capacity - 1);
    }
    memset(to, 0, field->capacity);
    if (text.size > 0) {
        memcpy(to, text.data, text.size);
    }
    return true;
}

static bool load_bytes(loading *from, const found *value, const pier_field *field, uint8_t *to) {
    if (value->token.kind != PIER_KIND_BYTES) {
        return fail_type(from, value, "bin");
    }
    pier_bytes bytes = value->token.as.bytes;
    if (field->capacity == 0) {
        memcpy(to, &bytes, sizeof bytes);
        return true;
    }
    if (bytes.size > field->capacity) {
        return fail(from, value->at, PIER_RANGE, "%zu bytes, and there is room for %u", bytes.size, field->capacity);
    }
    uint32_t size = (uint32_t)bytes.size;
    memcpy(to, &size, sizeof size);
    if (size > 0) {
        memcpy(to + sizeof size, bytes.data, size);
    }
    return true;
}

static bool load_value(loading *from, const pier_field *field, uint8_t *to) {
    if (field->kind == PIER_FIELD_RECORD) {
        return load_record(from, field->type, to);
    }
    found value = take(from);
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        return load_bool(from, &value, to);
    case PIER_FIELD_I8:
    case PIER_FIELD_I16:
    case PIER_FIELD_I32:
    case PIER_FIELD_I64:
        return load_signed(from, &value, field, to);
    case PIER_FIELD_U8:
    case PIER_FIELD_U16:
    case PIER_FIELD_U32:
    case PIER_FIELD_U64:
        return load_unsigned(from, &value, field, to);
    case PIER_FIELD_F32:
        return load_f32(from, &value, to);
    case PIER_FIELD_F64:
        return load_f64(from, &value, to);
    case PIER_FIELD_TEXT:
        return load_text(from, &value, field, to);
    case PIER_FIELD_BYTES:
        return load_bytes(from, &value, field, to);
    case PIER_FIELD_TIME:
        return load_time(from, &value, to);
    default:
        return fail(from, value.at, PIER_USAGE, "a field of unknown kind %u", (unsigned)field->kind);
    }
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

static bool load_elements(loading *from, const pier_field *field, uint8_t *record) {
    found head = take(from);
    if (head.token.kind != PIER_KIND_ARRAY) {
        return fail_type(from, &head, "array");
    }
    uint32_t count = head.token.as.count;
    if (count > field->count_max) {
        return fail(from, head.at, PIER_RANGE, "%u elements, and there is room for %u", count, field->count_max);
    }
    memcpy(record + field->count_offset, &count, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        size_t before = pier__path_index(&from->path, i);
        if (!load_value(from, field, record + field->offset + i * field->element_bytes)) {
            return false;
        }
        pier__path_cut(&from->path, before);
    }
    return true;
}

static bool load_field(loading *from, const pier_field *field, uint8_t *record) {
    /* A slot of nil is a field without a value; in a plain record every field may be without one. */
    if (((field->flags & PIER_FIELD_PRESENCE) != 0 || !from->is_typed) &&
        pier_load_kind(from->archive) == PIER_KIND_NIL) {
        (void)pier_load_token(from->archive);
        return true;
    }
    size_t before = pier__path_field(&from->path, field->name);
    if ((field->flags & PIER_FIELD_PRESENCE) != 0) {
        bool has = true;
        memcpy(record + field->presence_offset, &has, sizeof has);
    }
    if (!((field->flags & PIER_FIELD_REPEATED) != 0 ? load_elements(from, field, record)
                                                    : load_value(from, field, record + field->offset))) {
        return false;
    }
    pier__path_cut(&from->path, before);
    return true;
}

static bool load_slots(loading *from, const found *head, const pier_class *type, uint8_t *record) {
    if (head->token.as.count != type->field_count) {
        return fail(from, head->at, PIER_PROTOCOL, "expected an array of %u slots, found %u", type->field_count,
                    head->token.as.count);
    }
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (!load_field(from, &fields[i], record)) {
            return false;
        }
    }
    return true;
}

static bool load_places(loading *from, uint32_t count, const pier_class *type, uint8_t *record) {
    const pier_field *fields = type->fields(type);
    uint32_t next = 0;
    for (uint32_t place = 0; place < count; place++) {
        if (next < type->field_count && fields[next].number == place + 1) {
            if (!load_field(from, &fields[next++], record)) {
                return false;
            }
        } else {
            pier_load_skip(from->archive);
        }
    }
    return true;
}

/* Returns the index of the field with this name; the count of fields when there is none. Peers mostly keep an order, so
 * the field behind the last one is tried first. */
static uint32_t find_field(const pier_class *type, const pier_field *fields, uint32_t expected, const found *key) {
    if (key->token.kind != PIER_KIND_TEXT) {
        return type->field_count;
    }
    pier_text name = key->token.as.text;
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t index = expected + i < type->field_count ? expected + i : expected + i - type->field_count;
        if (fields[index].name_bytes == name.size && memcmp(fields[index].name, name.data, name.size) == 0) {
            return index;
        }
    }
    return type->field_count;
}

static bool load_entries(loading *from, uint32_t count, const pier_class *type, uint8_t *record, uint8_t *seen) {
    const pier_field *fields = type->fields(type);
    uint32_t expected = 0;
    for (uint32_t i = 0; i < count; i++) {
        found key = take(from);
        uint32_t index = find_field(type, fields, expected, &key);
        if (index == type->field_count) {
            pier_load_skip(from->archive);
            continue;
        }
        if ((seen[index / 8] >> index % 8 & 1) != 0) {
            (void)pier__path_field(&from->path, fields[index].name);
            return fail(from, key.at, PIER_PROTOCOL, "the field comes twice");
        }
        seen[index / 8] = (uint8_t)(seen[index / 8] | 1u << index % 8);
        if (!load_field(from, &fields[index], record)) {
            return false;
        }
        expected = index + 1 < type->field_count ? index + 1 : 0;
    }
    return true;
}

/* Loads a map. A bit a field tells which came; only classes of very many fields need memory for them. */
static bool load_map(loading *from, const found *head, const pier_class *type, uint8_t *record) {
    uint8_t few[64] = {0};
    if (type->field_count <= sizeof few * 8) {
        return load_entries(from, head->token.as.count, type, record, few);
    }
    const pier_allocator *allocator = &pier__archive_of(from->archive)->allocator;
    size_t bytes = (type->field_count + 7) / 8;
    uint8_t *many = (uint8_t *)pier__allocate(allocator, bytes);
    if (many == NULL) {
        return fail(from, head->at, PIER_NO_MEMORY, "no memory to load a map");
    }
    memset(many, 0, bytes);
    bool loaded = load_entries(from, head->token.as.count, type, record, many);
    pier__release(allocator, many, bytes);
    return loaded;
}

static bool load_record(loading *from, const pier_class *type, uint8_t *record) {
    found head = take(from);
    if (head.token.kind == PIER_KIND_ARRAY) {
        return from->is_typed ? load_slots(from, &head, type, record)
                              : load_places(from, head.token.as.count, type, record);
    }
    if (head.token.kind == PIER_KIND_MAP && !from->is_typed) {
        return load_map(from, &head, type, record);
    }
    return fail_type(from, &head, from->is_typed ? "array" : "map or array");
}

pier_status pier__interpret_load(pier_archive *archive, const pier_class *class_of_record, void *record,
                                 bool is_typed) {
    loading from = {.archive = archive, .is_typed = is_typed, .status = PIER_OK};
    pier__path_init(&from.path, class_of_record->name);
    (void)load_record(&from, class_of_record, (uint8_t *)record);
    return from.status;
}
