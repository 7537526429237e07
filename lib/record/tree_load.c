/* Loading a record as a tree whose maps have the names of the fields: see <pier/tree.h>.
 *
 * Floor 5 (record). The archive floor makes the tree as the bytes have it, arrays with a slot for each field. Then each
 * such array becomes a map in its place, from the outside in. */
#include <pier/tree.h>

#include <string.h>

#include "archive/value_internal.h"
#include "record/definition_internal.h"

/* A record, or an array of records, on the way down. It is kept in the tree's own memory. */
typedef struct level level;
struct level {
    level *outer;
    const pier_definition *definition;
    const pier_value *from; /* the next slot, or element */
    pier_value *to;         /* where the key of the next field goes; NULL: an array of records, whose place is `from` */
    uint32_t left;          /* slots or elements */
    uint32_t field;         /* of the next slot */
};

typedef struct naming {
    pier_tree *tree;
    level *innermost;
    level *unused;
    pier__name names[PIER__NAMES];
} naming;

/* Gets the name of a field for the tree: borrowed, or a copy that lasts as long as the tree. */
static bool name_field(naming *n, pier_value *key, const pier__defined_field *field) {
    pier_bytes name = {field->name, field->name_bytes};
    key->kind = PIER_KIND_TEXT;
    /* The names of a definition lie close together, some two bytes apart. */
    uintptr_t place = (uintptr_t)field->name;
    pier__name *known = &n->names[(place ^ place >> 6 ^ place >> 12) % PIER__NAMES];
    if (known->name == field->name) {
        name.data = known->copy;
        return pier__tree_take_bytes(n->tree, key, name, true);
    }
    if (!pier__tree_take_bytes(n->tree, key, name, n->tree->options.borrows)) {
        return false;
    }
    *known = (pier__name){field->name, (const char *)key->as.data};
    return true;
}

/* Begins a level within the innermost one. Returns NULL, with the failure told, when there is no memory. */
static level *open_level(naming *n, const pier_definition *definition, const pier_value *from, uint32_t left) {
    level *opened = n->unused;
    if (opened != NULL) {
        n->unused = opened->outer;
    } else {
        opened = (level *)pier__tree_allocate(n->tree, sizeof *opened);
    }
    if (opened != NULL) {
        *opened = (level){n->innermost, definition, from, NULL, left, 0};
        n->innermost = opened;
    }
    return opened;
}

static bool is_absent(const pier__defined_field *field, const pier_value *slot) {
    return (field->flags & PIER_FIELD_PRESENCE) != 0 && slot->kind == PIER_KIND_NIL;
}

/* Makes a map of a value, if it is a record of the class: room for its fields is made, and they are to be filled in. */
static bool open_record(naming *n, pier_value *value, const pier_definition *definition) {
    if (value->kind != PIER_KIND_ARRAY || value->size != definition->field_count) {
        return true;
    }
    const pier_value *slots = pier__first_child(value);
    uint32_t fields = 0;
    for (uint32_t i = 0; i < value->size; i++) {
        fields += is_absent(&definition->fields[i], &slots[i]) ? 0 : 1;
    }
    uint32_t count = value->size;
    value->kind = PIER_KIND_MAP;
    value->size = 0;
    value->as.children = NULL;
    if (fields == 0) {
        return true;
    }
    /* The slots are counted already. */
    if (!pier__tree_count(n->tree, value, fields) || !pier__tree_make_children(n->tree, value, fields * 2)) {
        return false;
    }
    memset(value->as.children->nodes, 0, (size_t)fields * 2 * sizeof(pier_value));
    value->size = fields;
    level *opened = open_level(n, definition, slots, count);
    if (opened == NULL) {
        return false;
    }
    opened->to = value->as.children->nodes;
    return true;
}

static const pier_definition *class_of(const pier__defined_field *field) {
    return field->type != NULL && field->type->is_class ? field->type : NULL;
}

/* Fills in the next field of a record. */
static bool take_slot(naming *n, level *record) {
    const pier__defined_field *field = &record->definition->fields[record->field++];
    const pier_value *slot = record->from++;
    record->left--;
    if (is_absent(field, slot)) {
        return true;
    }
    pier_value *key = record->to;
    pier_value *value = key + 1;
    record->to += 2;
    key->depth = slot->depth;
    *value = *slot;
    pier__link_children(value, value);
    if (!name_field(n, key, field)) {
        return false;
    }
    const pier_definition *type = class_of(field);
    if (type == NULL) {
        return true;
    }
    if ((field->flags & PIER_FIELD_REPEATED) == 0) {
        return open_record(n, value, type);
    }
    return value->kind != PIER_KIND_ARRAY || value->size == 0 ||
           open_level(n, type, pier__first_child(value), value->size) != NULL;
}

/* Names the next of an array of records. */
static bool take_element(naming *n, level *array) {
    pier_value *element = (pier_value *)(uintptr_t)array->from++;
    array->left--;
    return open_record(n, element, array->definition);
}

/* Gives the fields of the root, which is a record of the class, their names. */
static bool name_all(pier_tree *tree, const pier_definition *definition) {
    naming n = {.tree = tree};
    bool is_named = open_record(&n, tree->root, definition);
    while (is_named && n.innermost != NULL) {
        level *at = n.innermost;
        if (at->left == 0) {
            n.innermost = at->outer;
            at->outer = n.unused;
            n.unused = at;
        } else {
            is_named = at->to != NULL ? take_slot(&n, at) : take_element(&n, at);
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
    if (!name_all(tree, definition)) {
        pier__link_children(tree->root, NULL);
        tree->root[0] = (pier_value){.kind = PIER_KIND_NIL};
    }
    return tree->failure;
}
