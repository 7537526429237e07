/* Records as JSON on one line; see <pier/record_generic.h>.
 *
 * Floor 5 (record). As the archive floor prints values (docs/values.md). */
#include <pier/record_generic.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "archive/value_internal.h"
#include "base/utf8_internal.h"
#include "record/interpret_internal.h"

static void print_text(pier__output *out, pier_text text) {
    if (pier__utf8_valid_bytes(text.data, text.size) == text.size) {
        pier__output_quoted(out, text);
    } else {
        pier_bytes bytes = {text.data, text.size};
        pier__output_string(out, "{\"$str\":");
        pier__output_base64(out, bytes);
        pier__output_string(out, "}");
    }
}

static void print_bytes(pier__output *out, pier_bytes bytes) {
    pier__output_string(out, "{\"$bin\":");
    pier__output_base64(out, bytes);
    pier__output_string(out, "}");
}

static void print_double(pier__output *out, double value) {
    if (isnan(value)) {
        pier__output_string(out, "{\"$float\":\"NaN\"}");
    } else if (isinf(value)) {
        pier__output_string(out, value < 0 ? "{\"$float\":\"-Infinity\"}" : "{\"$float\":\"Infinity\"}");
    } else {
        char text[PIER__FLOAT_TEXT_BYTES];
        pier__output_add(out, text, pier__float_text(value, text));
    }
}

static void print_time(pier__output *out, const uint8_t *member) {
    pier_time time;
    memcpy(&time, member, sizeof time);
    pier__output_string(out, "{\"$time\":[");
    pier__output_signed(out, time.seconds);
    pier__output_string(out, ",");
    pier__output_unsigned(out, time.nanoseconds);
    pier__output_string(out, "]}");
}

/* As JSON of protobuf has it: "1.500s", with 0, 3, 6 or 9 digits behind the point. */
static void print_duration(pier__output *out, const uint8_t *member) {
    pier_duration duration;
    memcpy(&duration, member, sizeof duration);
    bool is_negative = duration.seconds < 0 || duration.nanoseconds < 0;
    uint64_t seconds = duration.seconds < 0 ? 0 - (uint64_t)duration.seconds : (uint64_t)duration.seconds;
    uint32_t rest = duration.nanoseconds < 0 ? 0 - (uint32_t)duration.nanoseconds : (uint32_t)duration.nanoseconds;
    pier__output_string(out, is_negative ? "\"-" : "\"");
    pier__output_unsigned(out, seconds);
    pier__output_string(out, rest != 0 ? "." : "");
    uint32_t digits = rest == 0 ? 0 : rest % 1000000 == 0 ? 3 : rest % 1000 == 0 ? 6 : 9;
    for (uint32_t place = 100000000; digits > 0; digits--, place /= 10) {
        pier__output_unsigned(out, rest / place % 10);
    }
    pier__output_string(out, "s\"");
}

static void print_enum(pier__output *out, const pier_field *field, const uint8_t *member) {
    int32_t number;
    memcpy(&number, member, sizeof number);
    const pier_enum *names = field->enum_type;
    for (uint32_t i = 0; i < names->value_count; i++) {
        if (names->values[i].number == number) {
            pier_text name = {names->values[i].name, strlen(names->values[i].name)};
            pier__output_quoted(out, name);
            return;
        }
    }
    pier__output_signed(out, number);
}

static void print_number(pier__output *out, const pier_field *field, const uint8_t *member) {
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
    number.u64 = 0;
    memcpy(&number, member, pier__kind_bytes(field->kind));
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        pier__output_string(out, number.boolean ? "true" : "false");
        break;
    case PIER_FIELD_I8:
        pier__output_signed(out, number.i8);
        break;
    case PIER_FIELD_I16:
        pier__output_signed(out, number.i16);
        break;
    case PIER_FIELD_I32:
        pier__output_signed(out, number.i32);
        break;
    case PIER_FIELD_I64:
        pier__output_signed(out, number.i64);
        break;
    case PIER_FIELD_U8:
        pier__output_unsigned(out, number.u8);
        break;
    case PIER_FIELD_U16:
        pier__output_unsigned(out, number.u16);
        break;
    case PIER_FIELD_U32:
        pier__output_unsigned(out, number.u32);
        break;
    case PIER_FIELD_U64:
        pier__output_unsigned(out, number.u64);
        break;
    case PIER_FIELD_F32:
        print_double(out, (double)number.f32);
        break;
    case PIER_FIELD_F64:
        print_double(out, number.f64);
        break;
    default:
        pier__output_string(out, "null");
        break;
    }
}

static void print_record(pier__output *out, const pier_class *type, const uint8_t *record, uint32_t depth_left);

static void print_behind(pier__output *out, const pier_class *type, const uint8_t *record, uint32_t depth_left) {
    if (record == NULL) {
        pier__output_string(out, "null");
    } else {
        print_record(out, type, record, depth_left);
    }
}

static void print_value(pier__output *out, const pier_field *field, const uint8_t *member, uint32_t depth_left) {
    pier_bytes view;
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        view = pier__field_view(field, member);
        print_text(out, (pier_text){(const char *)view.data, view.size});
        break;
    case PIER_FIELD_BYTES:
        print_bytes(out, pier__field_view(field, member));
        break;
    case PIER_FIELD_TIME:
        print_time(out, member);
        break;
    case PIER_FIELD_DURATION:
        print_duration(out, member);
        break;
    case PIER_FIELD_ENUM:
        print_enum(out, field, member);
        break;
    case PIER_FIELD_RECORD:
        member = pier__field_is_pointer(field) ? (const uint8_t *)pier__read_pointer(member) : member;
        print_behind(out, field->type, member, depth_left);
        break;
    default:
        print_number(out, field, member);
        break;
    }
}

static int order_of_keys(const void *one, const void *other) {
    const pier_bytes *a = (const pier_bytes *)one;
    const pier_bytes *b = (const pier_bytes *)other;
    size_t both = a->size < b->size ? a->size : b->size;
    int order = both == 0 ? 0 : memcmp(a->data, b->data, both);
    return order != 0 ? order : a->size < b->size ? -1 : a->size > b->size;
}

/* Whether a key comes twice; also when there is no memory to find out. */
static bool has_twice(const pier_field *field, const uint8_t *entries, uint32_t count) {
    const pier_field *key = field->type->fields(field->type);
    pier_bytes few[16];
    const pier_allocator *allocator = pier_allocator_default();
    bool are_few = count <= sizeof few / sizeof few[0];
    pier_bytes *keys = are_few ? few : (pier_bytes *)pier__allocate_array(allocator, count, sizeof *keys);
    bool found = keys == NULL;
    for (uint32_t i = 0; keys != NULL && i < count; i++) {
        keys[i] = pier__field_view(key, entries + i * field->element_bytes + key->offset);
    }
    if (keys != NULL) {
        qsort(keys, count, sizeof *keys, order_of_keys);
    }
    for (uint32_t i = 1; keys != NULL && i < count && !found; i++) {
        found = order_of_keys(&keys[i - 1], &keys[i]) == 0;
    }
    if (!are_few) {
        pier__release(allocator, keys, count * sizeof *keys);
    }
    return found;
}

/* Whether a map can be a JSON object: with keys of text, each once, and not like one of the objects that begin with `$`.
 */
static bool is_object(const pier_field *field, const uint8_t *entries, uint32_t count) {
    const pier_field *key = field->type->fields(field->type);
    if (key->kind != PIER_FIELD_TEXT) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        pier_bytes text = pier__field_view(key, entries + i * field->element_bytes + key->offset);
        const char *name = (const char *)text.data;
        if (pier__utf8_valid_bytes(name, text.size) != text.size || (count == 1 && text.size > 0 && name[0] == '$')) {
            return false;
        }
    }
    return count == 0 || !has_twice(field, entries, count);
}

static void print_pairs(pier__output *out, const pier_field *field, const uint8_t *entries, uint32_t count,
                        uint32_t depth_left) {
    const pier_field *halves = field->type->fields(field->type);
    bool as_object = is_object(field, entries, count);
    if (count == 0) {
        pier__output_string(out, "{}");
        return;
    }
    pier__output_string(out, as_object ? "{" : "{\"$map\":[");
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = entries + i * field->element_bytes;
        pier__output_string(out, i > 0 ? "," : "");
        pier__output_string(out, as_object ? "" : "[");
        print_value(out, &halves[0], entry + halves[0].offset, depth_left);
        pier__output_string(out, as_object ? ":" : ",");
        print_value(out, &halves[1], entry + halves[1].offset, depth_left);
        pier__output_string(out, as_object ? "" : "]");
    }
    pier__output_string(out, as_object ? "}" : "]}");
}

static void print_elements(pier__output *out, const pier_field *field, const uint8_t *record, uint32_t depth_left) {
    uint32_t count = pier__field_count(field, record);
    const uint8_t *elements = pier__field_elements(field, record);
    count = elements == NULL || count > field->count_max ? 0 : count;
    if ((field->flags & PIER_FIELD_MAP) != 0) {
        print_pairs(out, field, elements, count, depth_left);
        return;
    }
    pier__output_string(out, "[");
    for (uint32_t i = 0; i < count; i++) {
        pier__output_string(out, i > 0 ? "," : "");
        print_value(out, field, elements + i * field->element_bytes, depth_left);
    }
    pier__output_string(out, "]");
}

static void print_record(pier__output *out, const pier_class *type, const uint8_t *record, uint32_t depth_left) {
    if (depth_left == 0) {
        pier__output_string(out, "null");
        return;
    }
    const pier_field *fields = type->fields(type);
    const char *before = "{";
    for (uint32_t i = 0; i < type->field_count; i++) {
        const pier_field *field = &fields[i];
        if (!pier__field_is_set(type, field, record)) {
            continue;
        }
        pier_text name = {field->name, field->name_bytes};
        pier__output_string(out, before);
        pier__output_quoted(out, name);
        pier__output_string(out, ":");
        if (pier__field_is_repeated(field)) {
            print_elements(out, field, record, depth_left - 1);
        } else {
            print_value(out, field, record + field->offset, depth_left - 1);
        }
        before = ",";
    }
    pier__output_string(out, *before == '{' ? "{}" : "}");
}

size_t pier_record_print(const pier_class *class_of_record, const void *record, char *buffer, size_t capacity_bytes) {
    pier__output out = pier__output_begin(capacity_bytes > 0 ? buffer : NULL, capacity_bytes);
    print_record(&out, class_of_record, (const uint8_t *)record, PIER_DEPTH_MAX_HIGHEST);
    return pier__output_end(&out);
}
