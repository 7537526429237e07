/* Storing records by tokens, as a class's table says; see record_internal.h.
 *
 * Floor 5 (record). Stores what the codec cannot: the forms of plain archives. And finds what the codec only noticed:
 * the first value that may not be stored, which it refuses with its path. Nested records are as deep as the program's
 * structs are, so recursion is bounded by the program itself. */
#include <pier/store.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8_internal.h"
#include "record/record_internal.h"

/* How a record becomes one value. */
typedef enum form {
    FORM_SLOTS, /* framed: an array with a slot for each field */
    FORM_MAP,   /* plain: by name, absent fields left out */
    FORM_PLACES /* plain: an array by number less one */
} form;

typedef struct storing {
    pier_archive *archive;
    form form;
    pier__path path;
    uint64_t text_bytes_max;
} storing;

/* Refuses the record for the field that the path names. Returns false. */
static bool refuse(storing *to, pier_status status, const char *format, ...) PIER_PRINTF(3, 4);

static bool refuse(storing *to, pier_status status, const char *format, ...) {
    char text[160];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pier__archive_refuse(to->archive, status, to->path.text, "%s", text);
    pier__archive_of(to->archive)->error.floor = PIER_FLOOR_RECORD;
    return false;
}

static bool store_record(storing *to, const pier_class *type, const uint8_t *record);

static bool store_text(storing *to, pier_text text) {
    size_t valid = pier__utf8_valid_bytes(text.data, text.size);
    if (valid != text.size) {
        return refuse(to, PIER_TEXT, "byte %zu of the text is not UTF-8", valid);
    }
    if (text.size > to->text_bytes_max) {
        return refuse(to, PIER_LIMIT, "a text of %zu bytes, the limit is %llu (text_bytes_max)", text.size,
                      (unsigned long long)to->text_bytes_max);
    }
    pier_store_text(to->archive, text);
    return true;
}

static bool store_inline_text(storing *to, const char *text, uint32_t capacity) {
    const char *end = (const char *)memchr(text, 0, capacity);
    if (end == NULL) {
        return refuse(to, PIER_RANGE, "the text is not terminated within its %u bytes", capacity);
    }
    pier_text view = {text, (size_t)(end - text)};
    return store_text(to, view);
}

static bool store_bytes(storing *to, pier_bytes bytes) {
    if (bytes.size > to->text_bytes_max) {
        return refuse(to, PIER_LIMIT, "%zu bytes, the limit is %llu (text_bytes_max)", bytes.size,
                      (unsigned long long)to->text_bytes_max);
    }
    pier_store_bytes(to->archive, bytes);
    return true;
}

static bool store_inline_bytes(storing *to, const uint8_t *value, uint32_t capacity) {
    uint32_t size;
    memcpy(&size, value, sizeof size);
    if (size > capacity) {
        return refuse(to, PIER_RANGE, "the size is %u, and there is room for %u bytes", size, capacity);
    }
    pier_bytes view = {value + sizeof size, size};
    return store_bytes(to, view);
}

static bool store_time(storing *to, const uint8_t *value) {
    pier_time time;
    memcpy(&time, value, sizeof time);
    if (time.nanoseconds > 999999999) {
        return refuse(to, PIER_RANGE, "a time with %u nanoseconds: at most 999999999 are less than a second",
                      time.nanoseconds);
    }
    pier_store_time(to->archive, time);
    return true;
}

/* Stores what is one C type. */
static bool store_scalar(storing *to, const pier_field *field, const uint8_t *value) {
    union {
        bool boolean;
        int8_t i8;
        int16_t i16;
        int32_t i32;
        int64_t i64;
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;
        float f32;
        double f64;
    } number;
    size_t bytes = pier__kind_bytes(field->kind);
    memcpy(&number, value, bytes);
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        pier_store_bool(to->archive, number.boolean);
        return true;
    case PIER_FIELD_I8:
        pier_store_i64(to->archive, number.i8);
        return true;
    case PIER_FIELD_I16:
        pier_store_i64(to->archive, number.i16);
        return true;
    case PIER_FIELD_I32:
        pier_store_i64(to->archive, number.i32);
        return true;
    case PIER_FIELD_I64:
        pier_store_i64(to->archive, number.i64);
        return true;
    case PIER_FIELD_U8:
        pier_store_u64(to->archive, number.u8);
        return true;
    case PIER_FIELD_U16:
        pier_store_u64(to->archive, number.u16);
        return true;
    case PIER_FIELD_U32:
        pier_store_u64(to->archive, number.u32);
        return true;
    case PIER_FIELD_U64:
        pier_store_u64(to->archive, number.u64);
        return true;
    case PIER_FIELD_F32:
        pier_store_f32(to->archive, number.f32);
        return true;
    case PIER_FIELD_F64:
        pier_store_f64(to->archive, number.f64);
        return true;
    default:
        return refuse(to, PIER_USAGE, "a field of unknown kind %u", (unsigned)field->kind);
    }
}

static bool store_value(storing *to, const pier_field *field, const uint8_t *value) {
    switch (field->kind) {
    case PIER_FIELD_RECORD:
        return store_record(to, field->type, value);
    case PIER_FIELD_TIME:
        return store_time(to, value);
    case PIER_FIELD_TEXT:
        if (field->capacity == 0) {
            pier_text text;
            memcpy(&text, value, sizeof text);
            return store_text(to, text);
        }
        return store_inline_text(to, (const char *)value, field->capacity);
    case PIER_FIELD_BYTES:
        if (field->capacity == 0) {
            pier_bytes bytes;
            memcpy(&bytes, value, sizeof bytes);
            return store_bytes(to, bytes);
        }
        return store_inline_bytes(to, value, field->capacity);
    default:
        return store_scalar(to, field, value);
    }
}

static bool store_elements(storing *to, const pier_field *field, const uint8_t *record) {
    uint32_t count;
    memcpy(&count, record + field->count_offset, sizeof count);
    if (count > field->count_max) {
        return refuse(to, PIER_RANGE, "the count is %u, and there is room for %u elements", count, field->count_max);
    }
    pier_store_array(to->archive, count);
    for (uint32_t i = 0; i < count; i++) {
        size_t before = pier__path_index(&to->path, i);
        if (!store_value(to, field, record + field->offset + i * field->element_bytes)) {
            return false;
        }
        pier__path_cut(&to->path, before);
    }
    return true;
}

static bool is_absent(const pier_field *field, const uint8_t *record) {
    bool has;
    if ((field->flags & PIER_FIELD_PRESENCE) == 0) {
        return false;
    }
    memcpy(&has, record + field->presence_offset, sizeof has);
    return !has;
}

static bool store_field(storing *to, const pier_field *field, const uint8_t *record) {
    if (is_absent(field, record)) {
        pier_store_nil(to->archive);
        return true;
    }
    size_t before = pier__path_field(&to->path, field->name);
    bool stored = (field->flags & PIER_FIELD_REPEATED) != 0 ? store_elements(to, field, record)
                                                            : store_value(to, field, record + field->offset);
    if (stored) {
        pier__path_cut(&to->path, before);
    }
    return stored;
}

static bool store_map(storing *to, const pier_class *type, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    uint32_t present = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        present += !is_absent(&fields[i], record);
    }
    pier_store_map(to->archive, present);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (!is_absent(&fields[i], record)) {
            pier_text name = {fields[i].name, fields[i].name_bytes};
            pier_store_text(to->archive, name);
            if (!store_field(to, &fields[i], record)) {
                return false;
            }
        }
    }
    return true;
}

/* The most fields that the plain array form may have places for: beyond, nil in gaps would outweigh the record. */
enum { PLACES_MAX = 256 };

static bool store_places(storing *to, const pier_class *type, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    uint32_t places = type->field_count > 0 ? fields[type->field_count - 1].number : 0;
    if (places > PLACES_MAX) {
        (void)pier__path_field(&to->path, fields[type->field_count - 1].name);
        return refuse(to, PIER_USAGE, "field number %u: in a plain array they go up to %d", places, PLACES_MAX);
    }
    pier_store_array(to->archive, places);
    uint32_t place = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        for (; place + 1 < fields[i].number; place++) {
            pier_store_nil(to->archive);
        }
        if (!store_field(to, &fields[i], record)) {
            return false;
        }
        place++;
    }
    return true;
}

static bool store_slots(storing *to, const pier_class *type, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    pier_store_array(to->archive, type->field_count);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (!store_field(to, &fields[i], record)) {
            return false;
        }
    }
    return true;
}

static bool store_record(storing *to, const pier_class *type, const uint8_t *record) {
    switch (to->form) {
    case FORM_MAP:
        return store_map(to, type, record);
    case FORM_PLACES:
        return store_places(to, type, record);
    default:
        return store_slots(to, type, record);
    }
}

void pier__interpret_store(pier_archive *archive, const pier_class *class_of_record, const void *record) {
    const pier__archive *common = pier__archive_of(archive);
    storing to = {.archive = archive, .text_bytes_max = common->limits.text_bytes_max};
    to.form = common->format == PIER_FORMAT_FRAMED           ? FORM_SLOTS
              : common->options.plain_form == PIER_PLAIN_MAP ? FORM_MAP
                                                             : FORM_PLACES;
    pier__path_init(&to.path, class_of_record->name);
    (void)store_record(&to, class_of_record, (const uint8_t *)record);
}
