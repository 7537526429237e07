/* Loading a record as a tree whose maps have the names of the fields: see <pier/tree.h>; docs/values.md lists the
 * forms.
 *
 * Floor 5 (record). The archive floor makes the tree as the bytes have it, arrays with a slot for each field. Then each
 * such array becomes a map in its place, from the outside in, and what is in it becomes readable: enums and durations
 * text, references and values of any class maps (tree_name.c). What is not what its definition says stays as it is. A
 * value that moves up, as the objects of a graph do, keeps the depth that it was loaded with: a little more than it
 * has, which limits bound as well. */
#include <pier/tree.h>

#include <stdio.h>
#include <string.h>

#include "archive/token_internal.h"
#include "record/record_internal.h"
#include "record/tree_name_internal.h"

/* What a map of a record's fields begins and ends with besides. */
typedef struct beside {
    uint32_t id;                 /* of an object of a graph, from 1; 0: none */
    const pier_definition *type; /* whose name it tells; NULL: it goes without saying */
    const pier_value *objects;   /* the table of a graph that the record is the root of; NULL: none */
} beside;

static void step(pier__naming *n, uint32_t index) {
    n->steps.index[n->steps.count++] = index;
}

/* Begins a level within the innermost one. Returns NULL, with the failure told, when there is no memory. */
static pier__level *open_level(pier__naming *n, enum pier__level_kind kind, const pier_value *from, uint32_t left,
                               pier__level *around) {
    pier__level *opened = n->unused;
    if (opened != NULL) {
        n->unused = opened->outer;
    } else {
        opened = (pier__level *)pier__tree_allocate(n->tree, sizeof *opened);
    }
    if (opened != NULL) {
        bool in_graph = around != NULL && around->in_graph;
        *opened = (pier__level){.outer = n->innermost,
                                .from = from,
                                .left = left,
                                .kind = (uint8_t)kind,
                                .in_graph = in_graph,
                                .around = around,
                                .steps = n->steps};
        n->innermost = opened;
    }
    return opened;
}

static void close_level(pier__naming *n) {
    pier__level *closed = n->innermost;
    n->innermost = closed->outer;
    closed->outer = n->unused;
    n->unused = closed;
}

/* Failures --------------------------------------------------------------------------------------------------------- */

/* Goes from the head of a container to a value within it. */
static const uint8_t *descend(const uint8_t *at, const uint8_t *end, const pier__steps *steps) {
    for (uint32_t i = 0; i < steps->count; i++) {
        pier_token head;
        at += pier__read_token(at, &head);
        for (uint32_t j = 0; j < steps->index[i]; j++) {
            at += pier__scan_extent(at, (size_t)(end - at));
        }
    }
    return at;
}

/* Finds the value that is at work in the bytes of the record. Nothing can be named after that. */
static size_t find_bytes(pier__naming *n) {
    pier_bytes bytes = pier_archive_record_bytes(n->archive);
    const uint8_t *begin = (const uint8_t *)bytes.data;
    /* From the outermost level on: the way in is the way out, turned round. */
    pier__level *inward = NULL;
    for (pier__level *at = n->innermost; at != NULL;) {
        pier__level *around = at->around;
        at->around = inward;
        inward = at;
        at = around;
    }
    const uint8_t *at = begin;
    for (; inward != NULL; inward = inward->around) {
        at = descend(at, begin + bytes.size, &inward->steps);
    }
    return (size_t)(descend(at, begin + bytes.size, &n->steps) - begin);
}

/* The archive has failed: so does the tree. Returns false. */
static bool take_failure(pier_tree *tree, pier_archive *archive) {
    tree->error = *pier_archive_error(archive);
    tree->failure = pier_archive_status(archive);
    return false;
}

/* Fails for a class id that the stream has not defined; the steps lead to it. value: what it stands for. */
static bool fail_class(pier__naming *n, const pier_value *value, uint64_t id) {
    const pier_definition *root = pier_archive_definition(n->archive);
    char within[sizeof n->tree->error.path];
    char path[PIER__NAME_BYTES_MAX + 1 + sizeof within];
    (void)pier_value_path(value, within, sizeof within);
    bool needs_point = within[0] != '\0' && within[0] != '[';
    (void)snprintf(path, sizeof path, "%s%s%s", root->name, needs_point ? "." : "", within);
    const uint8_t *begin = NULL;
    const uint8_t *end = NULL;
    if (pier__archive_typed_window(n->archive, &begin, &end)) {
        (void)pier__archive_fail_at(n->archive, begin + find_bytes(n), PIER_UNKNOWN_CLASS, path,
                                    "class id %llu is not defined in this epoch", (unsigned long long)id);
        pier__archive_of(n->archive)->error.floor = PIER_FLOOR_RECORD;
    }
    return take_failure(n->tree, n->archive);
}

/* Finds the definition of a class of the stream. Returns NULL, with the failure told, when there is none. */
static const pier_definition *find_class(pier__naming *n, const pier_value *value, uint64_t id) {
    pier__stream_class *of_stream = pier__archive_class_of_id(n->archive, id);
    if (of_stream == NULL) {
        (void)fail_class(n, value, id);
        return NULL;
    }
    const pier_definition *definition = pier__definition_of(n->archive, of_stream);
    if (definition == NULL) {
        (void)take_failure(n->tree, n->archive);
    }
    return definition;
}

/* Records ---------------------------------------------------------------------------------------------------------- */

static bool is_absent(const pier__defined_field *field, const pier_value *slot) {
    bool may_be = field->oneof != 0 || (field->flags & (PIER_FIELD_PRESENCE | PIER_FIELD_SHARED)) != 0 ||
                  field->kind == PIER_FIELD_ANY;
    return slot->kind == PIER_KIND_NIL && may_be && (field->flags & PIER_FIELD_REPEATED) == 0;
}

static bool is_record(const pier_value *value, const pier_definition *type) {
    return value->kind == PIER_KIND_ARRAY && value->size == type->slot_count;
}

static uint32_t count_fields(const pier_definition *type, const pier_value *slots) {
    uint32_t fields = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        fields += type->fields[i].opens_slot && !is_absent(&type->fields[i], slots++) ? 1 : 0;
    }
    return fields;
}

/* Makes a map of a record of the class: what stands beside its fields is filled in, they are to be. record: may be
 * `value` itself. around: the level that the steps begin at. */
static bool open_record(pier__naming *n, pier_value *value, const pier_value *record, const pier_definition *type,
                        const beside *with, pier__level *around) {
    const pier_value *slots = pier__first_child(record);
    uint32_t left = record->size;
    uint32_t fields = count_fields(type, slots);
    bool has_objects = with->objects != NULL && with->objects->size > 0;
    uint32_t more = (with->id != 0 ? 1u : 0u) + (with->type != NULL ? 1u : 0u);
    /* The slots are counted already, and the table. */
    if (!pier__tree_count(n->tree, value, fields + 2 * more + (has_objects ? 1 : 0))) {
        return false;
    }
    uint32_t pairs = fields + more + (has_objects ? 1 : 0);
    pier_value objects = has_objects ? *with->objects : (pier_value){.kind = PIER_KIND_NIL};
    if (!pier__name_map(n, value, pairs) || pairs == 0) {
        return n->tree->failure == PIER_OK;
    }
    pier_value *to = value->as.children->nodes;
    if (has_objects) {
        pier__name_word(&to[2 * pairs - 2], "@objects");
        to[2 * pairs - 1] = objects;
        pier__link_children(&to[2 * pairs - 1], &to[2 * pairs - 1]);
    }
    if (with->id != 0) {
        pier__name_word(to, "@id");
        to[1].kind = PIER_KIND_UINT;
        to[1].as.uint = with->id;
        to += 2;
    }
    if (with->type != NULL) {
        pier__name_word(to, "@type");
        if (!pier__name_text(n, to + 1, with->type->name, with->type->name_bytes)) {
            return false;
        }
        to += 2;
    }
    if (left == 0) {
        return true;
    }
    pier__level *opened = open_level(n, PIER__LEVEL_RECORD, slots, left, around);
    if (opened != NULL) {
        opened->definition = type;
        opened->to = to;
    }
    return opened != NULL;
}

/* Whether a value is a graph whose root is of the class. */
static bool is_graph(const pier_value *value, const pier_definition *type) {
    if (value->kind != PIER_KIND_ARRAY || value->size != 2) {
        return false;
    }
    const pier_value *both = pier__first_child(value);
    return is_record(&both[0], type) && both[1].kind == PIER_KIND_ARRAY;
}

/* Makes a map of a graph: the fields of its root and the table of its objects. */
static bool open_graph(pier__naming *n, pier_value *value, const pier_value *graph, const pier_definition *type,
                       beside *with) {
    pier__level *around = n->innermost;
    const pier_value *both = pier__first_child(graph);
    with->objects = &both[1];
    if (both[1].size > 0) {
        step(n, 1);
        pier__level *objects = open_level(n, PIER__LEVEL_OBJECTS, pier__first_child(&both[1]), both[1].size, around);
        if (objects == NULL) {
            return false;
        }
        objects->definition = type;
        objects->in_graph = true;
        n->steps.count--;
    }
    step(n, 0);
    const pier__level *below = n->innermost;
    if (!open_record(n, value, &both[0], type, with, around)) {
        return false;
    }
    if (n->innermost != below) {
        n->innermost->in_graph = true;
    }
    return true;
}

/* Makes a map of a record, or a graph, of a class that only the stream tells; "@value" when it is neither. */
static bool open_any(pier__naming *n, pier_value *value, bool in_graph) {
    if (value->kind != PIER_KIND_ARRAY || value->size != 2) {
        return true;
    }
    const pier_value *both = pier__first_child(value);
    if (both[0].kind != PIER_KIND_UINT) {
        return true;
    }
    step(n, 0);
    const pier_definition *type = find_class(n, value, both[0].as.uint);
    if (type == NULL) {
        return false;
    }
    n->steps.index[n->steps.count - 1] = 1;
    beside with = {.type = type};
    bool is_own_graph = type->has_shared && !in_graph;
    if (is_own_graph && is_graph(&both[1], type)) {
        return open_graph(n, value, &both[1], type, &with);
    }
    if (!is_own_graph && is_record(&both[1], type)) {
        return open_record(n, value, &both[1], type, &with, n->innermost);
    }
    if (!pier__tree_count(n->tree, value, 3) || !pier__name_map(n, value, 2)) {
        return false;
    }
    pier_value *to = value->as.children->nodes;
    pier__name_word(to, "@type");
    pier__name_word(to + 2, "@value");
    to[3] = both[1];
    pier__link_children(to + 3, to + 3);
    return pier__name_text(n, to + 1, type->name, type->name_bytes);
}

/* Values ----------------------------------------------------------------------------------------------------------- */

/* Makes one value of a field readable. */
static bool name_one(pier__naming *n, pier_value *value, const pier__defined_field *field, bool in_graph) {
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        return !in_graph || pier__name_reference(n, value);
    }
    static const beside nothing = {0, NULL, NULL};
    switch (field->kind) {
    case PIER_FIELD_RECORD:
        return !is_record(value, field->type) || open_record(n, value, value, field->type, &nothing, n->innermost);
    case PIER_FIELD_ENUM:
        return pier__name_enum(n, value, field->type);
    case PIER_FIELD_DURATION:
        return pier__name_duration(n, value);
    case PIER_FIELD_ANY:
        return open_any(n, value, in_graph);
    default:
        return true;
    }
}

/* Makes all that a field holds readable. */
static bool name_value(pier__naming *n, pier_value *value, const pier__defined_field *field, bool in_graph) {
    if (!pier__field_is_known(field)) {
        return true;
    }
    if ((field->flags & PIER_FIELD_REPEATED) == 0) {
        return name_one(n, value, field, in_graph);
    }
    if (pier__kind_is_number(field->kind)) {
        return pier__name_typed(n, value);
    }
    bool is_map = (field->flags & PIER_FIELD_MAP) != 0;
    const pier__defined_field *inner = is_map ? &field->type->fields[1] : field;
    bool is_plain = inner->kind < PIER_FIELD_DURATION || value->size == 0;
    if (is_plain || value->kind != (is_map ? PIER_KIND_MAP : PIER_KIND_ARRAY)) {
        return true;
    }
    pier__level *opened = open_level(n, is_map ? PIER__LEVEL_MAP : PIER__LEVEL_ARRAY, pier__first_child(value),
                                     value->size, n->innermost);
    if (opened != NULL) {
        opened->field = inner;
    }
    return opened != NULL;
}

/* Returns the field of a oneof that a slot says is set; NULL when it does not say so. */
static const pier__defined_field *find_member(const pier_definition *type, uint32_t oneof, const pier_value *slot) {
    if (slot->kind != PIER_KIND_ARRAY || slot->size != 2) {
        return NULL;
    }
    const pier_value *number = pier__first_child(slot);
    uint32_t low = 0;
    uint32_t high = number->kind == PIER_KIND_UINT ? type->field_count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const pier__defined_field *field = &type->fields[middle];
        if (field->number == number->as.uint) {
            return field->oneof == oneof ? field : NULL;
        }
        if (field->number < number->as.uint) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* Fills in the next field of a record. */
static bool take_slot(pier__naming *n, pier__level *record) {
    const pier__defined_field *field = &record->definition->fields[record->next++];
    if (!field->opens_slot) {
        return true;
    }
    const pier_value *slot = record->from++;
    step(n, record->definition->slot_count - record->left--);
    if (is_absent(field, slot)) {
        return true;
    }
    const char *name = field->name;
    size_t name_bytes = field->name_bytes;
    bool is_named = true;
    if (field->oneof != 0) {
        const pier__defined_field *member = find_member(record->definition, field->oneof, slot);
        is_named = member != NULL;
        name = is_named ? member->name : field->oneof_name;
        name_bytes = is_named ? member->name_bytes : field->oneof_bytes;
        field = is_named ? member : field;
        slot = is_named ? pier__first_child(slot) + 1 : slot;
        if (is_named) {
            step(n, 1);
        }
    }
    pier_value *key = record->to;
    pier_value *value = key + 1;
    record->to += 2;
    key->depth = slot->depth;
    *value = *slot;
    pier__link_children(value, value);
    return pier__name_text(n, key, name, name_bytes) && (!is_named || name_value(n, value, field, record->in_graph));
}

/* Names the next of an array, or of the values of a map. */
static bool take_element(pier__naming *n, pier__level *array) {
    bool is_map = array->kind == PIER__LEVEL_MAP;
    pier_value *element = (pier_value *)(uintptr_t)array->from + (is_map ? 1 : 0);
    array->from += is_map ? 2 : 1;
    array->left--;
    step(n, is_map ? 2 * array->next + 1 : array->next);
    array->next++;
    return name_one(n, element, array->field, array->in_graph);
}

/* Makes a map of the next object of a graph. */
static bool take_object(pier__naming *n, pier__level *objects) {
    pier_value *object = (pier_value *)(uintptr_t)objects->from++;
    objects->left--;
    step(n, objects->next++);
    if (object->kind != PIER_KIND_ARRAY || object->size != 2) {
        return true;
    }
    const pier_value *both = pier__first_child(object);
    const pier_definition *type = NULL;
    if (both[0].kind == PIER_KIND_INT) {
        step(n, 0);
        type = find_class(n, object, 0 - (uint64_t)both[0].as.sint);
        if (type == NULL) {
            return false;
        }
        n->steps.count--;
    } else if (both[0].kind == PIER_KIND_UINT && both[0].as.uint < objects->definition->type_count) {
        type = &objects->definition[both[0].as.uint];
    }
    if (type == NULL || !type->is_class || !is_record(&both[1], type)) {
        return true;
    }
    step(n, 1);
    beside with = {.id = objects->next, .type = type};
    return open_record(n, object, &both[1], type, &with, objects);
}

static bool take_next(pier__naming *n, pier__level *at) {
    n->steps.count = 0;
    switch (at->kind) {
    case PIER__LEVEL_RECORD:
        return take_slot(n, at);
    case PIER__LEVEL_OBJECTS:
        return take_object(n, at);
    default:
        return take_element(n, at);
    }
}

/* Gives the fields of the root, which is a record of the class, their names. */
static bool name_all(pier_tree *tree, pier_archive *archive, const pier_definition *definition) {
    pier__naming n = {.tree = tree, .archive = archive};
    beside with = {0, NULL, NULL};
    bool is_named = true;
    if (definition->has_shared) {
        is_named = !is_graph(tree->root, definition) || open_graph(&n, tree->root, tree->root, definition, &with);
    } else if (is_record(tree->root, definition)) {
        is_named = open_record(&n, tree->root, tree->root, definition, &with, NULL);
    }
    while (is_named && n.innermost != NULL) {
        if (n.innermost->left == 0) {
            close_level(&n);
        } else {
            is_named = take_next(&n, n.innermost);
        }
    }
    return is_named;
}

pier_status pier_tree_load(pier_tree *tree, pier_archive *archive) {
    pier_status status = pier__tree_load_record(tree, archive);
    if (status != PIER_OK) {
        return status;
    }
    const pier_definition *definition = pier_archive_definition(archive);
    if (definition == NULL) {
        status = pier_archive_status(archive);
        if (status != PIER_OK) {
            pier_tree_reset(tree);
            tree->error = *pier_archive_error(archive);
            tree->failure = status;
        }
        return status;
    }
    if (!name_all(tree, archive, definition)) {
        pier__link_children(tree->root, NULL);
        tree->root[0] = (pier_value){.kind = PIER_KIND_NIL};
    }
    return tree->failure;
}
