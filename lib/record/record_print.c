/* Records as JSON on one line; see <pier/record_generic.h>.
 *
 * Floor 5 (record). As the archive floor prints values (docs/values.md). */
#include <pier/record_generic.h>

#include <stdlib.h>
#include <string.h>

#include "archive/value_internal.h"
#include "base/utf8_internal.h"
#include "record/duration_internal.h"
#include "record/interpret_internal.h"
#include "record/visited_internal.h"

/* What is printed to, and the graph at hand. */
typedef struct printing {
    pier__output out; /* first: every output here is one of these */
    pier__visited visited;
    bool in_graph;
} printing;

static void print_time(pier__output *out, const uint8_t *member) {
    pier_time time;
    memcpy(&time, member, sizeof time);
    pier__output_time(out, time);
}

static void print_duration(pier__output *out, const uint8_t *member) {
    pier_duration duration;
    memcpy(&duration, member, sizeof duration);
    pier__output_string(out, "\"");
    pier__output_duration(out, duration);
    pier__output_string(out, "\"");
}

static void print_enum(pier__output *out, const pier_field *field, const uint8_t *member) {
    int64_t number = pier__read_signed(field->kind, member);
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

static void print_number(pier__output *out, pier_field_kind kind, const uint8_t *member) {
    if (pier__kind_bytes(kind) == 0) {
        pier__output_string(out, "null");
    } else if (kind == PIER_FIELD_BOOL) {
        pier__output_string(out, pier__read_unsigned(kind, member) != 0 ? "true" : "false");
    } else if (kind == PIER_FIELD_F32 || kind == PIER_FIELD_F64) {
        pier__output_float(out, pier__read_float(kind, member));
    } else if (pier__kind_is_signed(kind)) {
        pier__output_signed(out, pier__read_signed(kind, member));
    } else {
        pier__output_unsigned(out, pier__read_unsigned(kind, member));
    }
}

static void print_record(pier__output *out, const pier_class *type, const uint8_t *record, uint32_t depth_left);
static void print_whole(pier__output *out, const pier_class *type, const uint8_t *record, const char *before,
                        uint32_t depth_left);

static void print_behind(pier__output *out, const pier_class *type, const uint8_t *record, uint32_t depth_left) {
    if (record == NULL) {
        pier__output_string(out, "null");
    } else {
        print_record(out, type, record, depth_left);
    }
}

/* Prints the number of an object; null when memory runs out for it. */
static void print_reference(pier__output *out, const pier_class *type, const void *object) {
    printing *p = (printing *)out;
    size_t index;
    bool is_new;
    if (object == NULL || !p->in_graph || !pier__visited_find(&p->visited, type, object, &index, &is_new)) {
        pier__output_string(out, "null");
        return;
    }
    pier__output_string(out, "{\"@ref\":");
    pier__output_unsigned(out, index);
    pier__output_string(out, "}");
}

/* Prints what stands before the fields of a record: an object's number, its class, or both. */
static void print_type(pier__output *out, size_t number, pier_text name) {
    pier__output_string(out, "{");
    if (number > 0) {
        pier__output_string(out, "\"@id\":");
        pier__output_unsigned(out, number);
        pier__output_string(out, ",");
    }
    pier__output_string(out, "\"@type\":");
    pier__output_text(out, name);
}

static pier_text name_of(const pier_class *type) {
    return (pier_text){type->name, strlen(type->name)};
}

static void print_kept(pier__output *out, const pier_any *any) {
    print_type(out, 0, any->name);
    pier__output_string(out, ",\"@value\":");
    pier__output_bytes(out, any->raw);
    pier__output_string(out, "}");
}

static void print_any(pier__output *out, const pier_field *field, const uint8_t *member, uint32_t depth_left) {
    pier_any any;
    memcpy(&any, member, sizeof any);
    if (pier_any_is_none(&any)) {
        pier__output_string(out, "null");
    } else if (any.type == NULL) {
        print_kept(out, &any);
    } else if ((field->flags & PIER_FIELD_SHARED) != 0) {
        print_reference(out, any.type, any.record);
    } else if (any.record == NULL || depth_left == 0) {
        pier__output_string(out, "null");
    } else {
        print_type(out, 0, name_of(any.type));
        print_whole(out, any.type, (const uint8_t *)any.record, ",", depth_left);
    }
}

static void print_value(pier__output *out, const pier_field *field, const uint8_t *member, uint32_t depth_left) {
    pier_bytes view;
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        view = pier__field_view(field, member);
        pier__output_text(out, (pier_text){(const char *)view.data, view.size});
        break;
    case PIER_FIELD_BYTES:
        pier__output_bytes(out, pier__field_view(field, member));
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
    case PIER_FIELD_ANY:
        print_any(out, field, member, depth_left);
        break;
    case PIER_FIELD_RECORD:
        if ((field->flags & PIER_FIELD_SHARED) != 0) {
            print_reference(out, field->type, pier__read_pointer(member));
            break;
        }
        member = pier__field_is_pointer(field) ? (const uint8_t *)pier__read_pointer(member) : member;
        print_behind(out, field->type, member, depth_left);
        break;
    default:
        print_number(out, field->kind, member);
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

/* Whether a map can be a JSON object: with keys of text, each once, and not like one of the objects that begin with
 * `$`. */
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

/* Prints the fields that are set, each with `before` in front, which is a comma from the second one on. Returns what
 * stands before the next one. */
static const char *print_fields(pier__output *out, const pier_class *type, const uint8_t *record, const char *before,
                                uint32_t depth_left) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const pier_field *field = pier__field_in_slot(type, fields, i, record);
        if (field == NULL) {
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
    return before;
}

static void print_record(pier__output *out, const pier_class *type, const uint8_t *record, uint32_t depth_left) {
    if (depth_left == 0) {
        pier__output_string(out, "null");
        return;
    }
    pier__output_string(out, *print_fields(out, type, record, "{", depth_left) == '{' ? "{}" : "}");
}

/* Prints the objects of a graph, which become more by that. */
static void print_objects(pier__output *out) {
    printing *p = (printing *)out;
    pier__output_string(out, "\"@objects\":[");
    for (size_t i = 1; i < p->visited.count; i++) {
        const pier__visited_object object = p->visited.list[i];
        pier__output_string(out, i > 1 ? "," : "");
        print_type(out, i, name_of(object.type));
        (void)print_fields(out, object.type, object.object, ",", PIER_DEPTH_MAX_HIGHEST);
        pier__output_string(out, "}");
    }
    pier__output_string(out, "]");
}

/* Prints fields and the end of their record; of one that begins a graph the table, too. */
static void print_whole(pier__output *out, const pier_class *type, const uint8_t *record, const char *before,
                        uint32_t depth_left) {
    printing *p = (printing *)out;
    bool begins_graph =
        (type->flags & PIER_CLASS_GRAPH) != 0 && !p->in_graph && pier__visited_begin(&p->visited, type, record);
    p->in_graph = p->in_graph || begins_graph;
    before = print_fields(out, type, record, before, depth_left);
    if (begins_graph && p->visited.count > 1) {
        pier__output_string(out, before);
        print_objects(out);
        before = ",";
    }
    p->in_graph = p->in_graph && !begins_graph;
    pier__output_string(out, *before == '{' ? "{}" : "}");
}

size_t pier_record_print(const pier_class *class_of_record, const void *record, char *buffer, size_t capacity_bytes) {
    printing p = {.out = pier__output_begin(capacity_bytes > 0 ? buffer : NULL, capacity_bytes),
                  .visited = {.allocator = pier_allocator_default()}};
    print_whole(&p.out, class_of_record, (const uint8_t *)record, "{", PIER_DEPTH_MAX_HIGHEST);
    pier__visited_deinit(&p.visited);
    return pier__output_end(&p.out);
}
