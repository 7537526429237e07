/* Values as the plain form of a record: see plain_form.h.
 *
 * The value is walked once, from the outside in, with a level for each record, array or map that is open; nothing here
 * recurses. */
#include "plain_form.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pier/limits.h>
#include <pier/store.h>

#include "plain_scalar.h"

/* A record cannot be deeper; a graph has a level more for its objects. */
enum { LEVELS_MAX = 2 * PIER_DEPTH_MAX_HIGHEST };

typedef enum level_kind { LEVEL_RECORD, LEVEL_ARRAY, LEVEL_MAP, LEVEL_OBJECTS } level_kind;

typedef struct level {
    level_kind kind;
    const pier_value *next;  /* key or element that comes next; NULL: all are stored */
    const pier_class *type;  /* record: its class; map: that of its entries */
    const pier_field *field; /* array and map: what its elements or values are */
    uint32_t count;          /* objects: how many, and how many are stored */
    uint32_t done;
    uint32_t at;   /* record: the field that is looked at first for the next key */
    bool in_graph; /* references are to objects of the graph around it */
    bool has_type; /* record: keys that are no fields may stand in it */
    bool has_id;
    bool has_objects;
    bool is_open; /* objects: the array of them is begun */
} level;

struct plain_form {
    const pier_registry *registry;
    pier_archive *archive;  /* where it is stored now */
    const pier_class *root; /* what paths begin with */
    pier_error *error;
    plain_scratch scratch;
    uint32_t level_count;
    level levels[LEVELS_MAX];
};

plain_form *plain_form_create(const pier_registry *registry, const pier_allocator *allocator) {
    plain_form *form = (plain_form *)allocator->allocate(allocator->user, sizeof *form);
    if (form != NULL) {
        *form = (plain_form){.registry = registry, .scratch.allocator = *allocator};
    }
    return form;
}

void plain_form_destroy(plain_form *form) {
    if (form != NULL) {
        pier_allocator allocator = form->scratch.allocator;
        if (form->scratch.data != NULL) {
            allocator.release(allocator.user, form->scratch.data, form->scratch.capacity);
        }
        allocator.release(allocator.user, form, sizeof *form);
    }
}

/* Failures --------------------------------------------------------------------------------------------------------- */

/* Fills in the error of a value. Returns false. */
static bool fail(plain_form *form, const pier_value *value, pier_status status, const char *format, ...)
    PIER_PRINTF(4, 5);

static bool fail(plain_form *form, const pier_value *value, pier_status status, const char *format, ...) {
    pier_error *error = form->error;
    char path[sizeof error->path];
    pier_error_clear(error);
    error->status = status;
    error->floor = PIER_FLOOR_RECORD;
    (void)pier_value_path(value, path, sizeof path);
    bool needs_point = path[0] != '\0' && path[0] != '[' && path[0] != '{';
    /* What does not fit is cut, as the library's own paths are. */
    char *to = error->path;
    const char *const parts[] = {form->root->name, needs_point ? "." : "", path};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (const char *from = parts[i]; *from != '\0' && to < error->path + sizeof error->path - 1; from++) {
            *to++ = *from;
        }
    }
    *to = '\0';
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

static bool fail_kind(plain_form *form, const pier_value *value, const char *expected) {
    static const char *const words[] = {"nothing", "nil", "bool",  "integer", "integer", "float",    "float",
                                        "str",     "bin", "array", "map",     "ext",     "timestamp"};
    return fail(form, value, PIER_TYPE, "expected %s, found %s", expected, words[pier_value_kind(value)]);
}

/* How much of a text a message shows. */
static int shown(pier_text text) {
    return text.size < 64 ? (int)text.size : 64;
}

/* Opening ---------------------------------------------------------------------------------------------------------- */

/* Returns NULL, with the failure told, when too many levels are open. */
static level *open_level(plain_form *form, level_kind kind, const pier_value *value, bool in_graph) {
    if (form->level_count == LEVELS_MAX) {
        (void)fail(form, value, PIER_LIMIT, "arrays and maps in one another: deeper than any record may be");
        return NULL;
    }
    level *opened = &form->levels[form->level_count++];
    *opened = (level){.kind = kind, .next = pier_value_first(value), .in_graph = in_graph};
    return opened;
}

/* Opens a record, whose keys are its fields and those that `with` says. */
static bool open_record(plain_form *form, const pier_value *value, const pier_class *type, const level *with) {
    if (pier_value_kind(value) != PIER_KIND_MAP) {
        return fail_kind(form, value, "map");
    }
    level *opened = open_level(form, LEVEL_RECORD, value, with->in_graph);
    if (opened == NULL) {
        return false;
    }
    opened->type = type;
    opened->has_type = with->has_type && pier_value_find(value, "@type") != NULL;
    opened->has_id = with->has_id && pier_value_find(value, "@id") != NULL;
    opened->has_objects = with->has_objects && pier_value_find(value, "@objects") != NULL;
    pier_store_map(form->archive, pier_value_count(value) - (opened->has_type ? 1 : 0) - (opened->has_id ? 1 : 0) -
                                      (opened->has_objects ? 1 : 0));
    return true;
}

/* Opens a record that is a graph when its class says so: root and objects. */
static bool open_whole(plain_form *form, const pier_value *value, const pier_class *type, level with) {
    if ((type->flags & PIER_CLASS_GRAPH) == 0 || with.in_graph) {
        return open_record(form, value, type, &with);
    }
    const pier_value *objects = pier_value_find(value, "@objects");
    if (objects != NULL && pier_value_kind(objects) != PIER_KIND_ARRAY) {
        return fail_kind(form, objects, "array");
    }
    level *opened = open_level(form, LEVEL_OBJECTS, objects, true);
    if (opened == NULL) {
        return false;
    }
    opened->count = pier_value_count(objects);
    pier_store_array(form->archive, 2);
    with.in_graph = true;
    with.has_objects = true;
    return open_record(form, value, type, &with);
}

/* Finds the class that "@type" names; what stands before the last stroke, as in protobuf, is left out. Returns NULL,
 * with the failure told, when there is none. */
static const pier_class *find_class(plain_form *form, const pier_value *value) {
    const pier_value *type = pier_value_find(value, "@type");
    if (pier_value_kind(type) != PIER_KIND_TEXT) {
        (void)fail(form, value, PIER_TYPE, "expected map with \"@type\", the name of its class");
        return NULL;
    }
    pier_text name = pier_value_text(type);
    size_t begin = name.size;
    while (begin > 0 && name.data[begin - 1] != '/') {
        begin--;
    }
    if (begin > 0) {
        name = (pier_text){name.data + begin, name.size - begin};
    }
    const pier_class *found = pier_registry_find(form->registry, name);
    if (found == NULL) {
        (void)fail(form, type, PIER_UNKNOWN_CLASS, "the schema has no class %.*s", shown(name), name.data);
    }
    return found;
}

/* Stores the name of a class before its record. */
static void store_name(plain_form *form, const pier_class *type) {
    pier_store_text(form->archive, (pier_text){type->name, strlen(type->name)});
}

/* Values ----------------------------------------------------------------------------------------------------------- */

static bool store_reference(plain_form *form, const pier_value *value) {
    const pier_value *number = pier_value_find(value, "@ref");
    pier_kind kind = pier_value_kind(number);
    if (pier_value_count(value) != 1 || (kind != PIER_KIND_INT && kind != PIER_KIND_UINT)) {
        return fail(form, value, PIER_TYPE, "expected a reference, {\"@ref\":NUMBER}, or null");
    }
    pier_store_value(form->archive, number);
    return true;
}

/* Stores one value of a field. */
static bool store_one(plain_form *form, const pier_field *field, const pier_value *value, bool in_graph) {
    if (pier_value_kind(value) == PIER_KIND_NIL) {
        pier_store_nil(form->archive);
        return true;
    }
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        return store_reference(form, value);
    }
    if (field->kind == PIER_FIELD_RECORD) {
        return open_record(form, value, field->type, &(level){.in_graph = in_graph});
    }
    if (field->kind == PIER_FIELD_ANY) {
        const pier_class *type = find_class(form, value);
        if (type == NULL) {
            return false;
        }
        pier_store_array(form->archive, 2);
        store_name(form, type);
        return open_whole(form, value, type, (level){.in_graph = in_graph, .has_type = true});
    }
    const char *expected = plain_scalar_store(form->archive, field, value, &form->scratch);
    if (expected != NULL && expected[0] == '\0') {
        return fail(form, value, PIER_NO_MEMORY, "no memory for its bytes");
    }
    return expected == NULL || fail_kind(form, value, expected);
}

/* Stores all that a field holds. */
static bool store_field(plain_form *form, const pier_field *field, const pier_value *value, bool in_graph) {
    if ((field->flags & PIER_FIELD_REPEATED) == 0) {
        return store_one(form, field, value, in_graph);
    }
    bool is_map = (field->flags & PIER_FIELD_MAP) != 0;
    if (pier_value_kind(value) != (is_map ? PIER_KIND_MAP : PIER_KIND_ARRAY)) {
        pier_store_value(form->archive, value);
        return true;
    }
    level *opened = open_level(form, is_map ? LEVEL_MAP : LEVEL_ARRAY, value, in_graph);
    if (opened == NULL) {
        return false;
    }
    if (is_map) {
        pier_store_map(form->archive, pier_value_count(value));
        opened->type = field->type;
        opened->field = &field->type->fields(field->type)[1];
    } else {
        pier_store_array(form->archive, pier_value_count(value));
        opened->field = field;
    }
    return true;
}

/* Finds the field of a name. Keys mostly come in the order of the fields, so the search begins behind the last one. */
static const pier_field *find_field(level *record, pier_text name) {
    const pier_field *fields = record->type->fields(record->type);
    for (uint32_t i = 0; i < record->type->field_count; i++) {
        uint32_t index = (record->at + i) % record->type->field_count;
        if (fields[index].name_bytes == name.size && memcmp(fields[index].name, name.data, name.size) == 0) {
            record->at = index + 1;
            return &fields[index];
        }
    }
    return NULL;
}

/* Tells that a key is no field. The path leads to the record, which may be of another class than its field is. */
static bool fail_field(plain_form *form, const level *record, const pier_value *key) {
    const pier_value *value = pier_value_parent(key);
    pier_text name = pier_value_text(key);
    return pier_value_parent(value) == NULL
               ? fail(form, value, PIER_NOT_FOUND, "there is no field %.*s", shown(name), name.data)
               : fail(form, value, PIER_NOT_FOUND, "%s has no field %.*s", record->type->name, shown(name), name.data);
}

static bool take_pair(plain_form *form, level *record) {
    const pier_value *key = record->next;
    const pier_value *value = pier_value_next(key);
    record->next = pier_value_next(value);
    if ((record->has_type && pier_value_is_text(key, "@type")) || (record->has_id && pier_value_is_text(key, "@id")) ||
        (record->has_objects && pier_value_is_text(key, "@objects"))) {
        return true;
    }
    if (pier_value_kind(key) != PIER_KIND_TEXT) {
        return fail(form, key, PIER_TYPE, "%s has fields by name, and this key is no text", record->type->name);
    }
    pier_text name = pier_value_text(key);
    const pier_field *field = find_field(record, name);
    if (field == NULL) {
        return fail_field(form, record, key);
    }
    pier_store_text(form->archive, name);
    return store_field(form, field, value, record->in_graph);
}

static bool take_entry(plain_form *form, level *map) {
    const pier_value *key = map->next;
    const pier_value *value = pier_value_next(key);
    map->next = pier_value_next(value);
    plain_scalar_store_key(form->archive, map->type->fields(map->type), key);
    return store_one(form, map->field, value, map->in_graph);
}

static bool take_object(plain_form *form, level *objects) {
    const pier_value *value = objects->next;
    objects->next = pier_value_next(value);
    objects->done++;
    const pier_value *id = pier_value_find(value, "@id");
    if (id != NULL && pier_value_u64(id, 0) != objects->done) {
        return fail(form, id, PIER_PROTOCOL, "the objects of a graph count from 1: this is %u", objects->done);
    }
    const pier_class *type = find_class(form, value);
    if (type == NULL) {
        return false;
    }
    pier_store_array(form->archive, 2);
    store_name(form, type);
    return open_record(form, value, type, &(level){.in_graph = true, .has_type = true, .has_id = true});
}

/* Stores what comes next in the innermost level. */
static bool take_next(plain_form *form) {
    level *innermost = &form->levels[form->level_count - 1];
    if (innermost->kind == LEVEL_OBJECTS && !innermost->is_open) {
        pier_store_array(form->archive, innermost->count);
        innermost->is_open = true;
    }
    const pier_value *element = innermost->next;
    if (element == NULL) {
        form->level_count--;
        return true;
    }
    switch (innermost->kind) {
    case LEVEL_RECORD:
        return take_pair(form, innermost);
    case LEVEL_MAP:
        return take_entry(form, innermost);
    case LEVEL_OBJECTS:
        return take_object(form, innermost);
    default:
        innermost->next = pier_value_next(element);
        return store_one(form, innermost->field, element, innermost->in_graph);
    }
}

pier_status plain_form_store(plain_form *form, pier_archive *archive, const pier_class *type, const pier_value *value,
                             pier_error *error) {
    form->archive = archive;
    form->root = type;
    form->error = error;
    form->level_count = 0;
    bool is_good = open_whole(form, value, type, (level){.in_graph = false});
    while (is_good && form->level_count > 0) {
        is_good = take_next(form);
    }
    return is_good ? PIER_OK : error->status;
}
