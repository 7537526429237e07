/* Making single values readable; see tree_name_internal.h. What is not what its definition says stays as it is. */
#include <string.h>

#include "base/endian_internal.h"
#include "record/duration_internal.h"
#include "record/field_internal.h"
#include "record/tree_name_internal.h"

bool pier__name_text(pier__naming *n, pier_value *value, const char *name, size_t bytes) {
    pier_bytes text = {name, bytes};
    value->kind = PIER_KIND_TEXT;
    /* The names of a definition lie close together, some two bytes apart. */
    uintptr_t place = (uintptr_t)name;
    pier__name *known = &n->names[(place ^ place >> 6 ^ place >> 12) % PIER__NAMES];
    if (known->name == name) {
        text.data = known->copy;
        return pier__tree_take_bytes(n->tree, value, text, true);
    }
    if (!pier__tree_take_bytes(n->tree, value, text, n->tree->options.borrows)) {
        return false;
    }
    *known = (pier__name){name, (const char *)value->as.data};
    return true;
}

void pier__name_word(pier_value *value, const char *word) {
    value->kind = PIER_KIND_TEXT;
    value->size = (uint32_t)strlen(word);
    value->as.data = word;
}

/* Counts what is made of a value, which becomes an array or map, and looks whether it may be that deep. */
static bool count(pier__naming *n, const pier_value *value, uint32_t children) {
    if (value->depth >= n->tree->depth_max) {
        (void)pier__tree_fail_limit(n->tree, value, "depth of arrays and maps", (uint64_t)value->depth + 1,
                                    n->tree->depth_max, "depth_max");
        return false;
    }
    return pier__tree_count(n->tree, value, children);
}

/* Makes room for the children of a value that is to be an array or map. */
static bool make_children(pier__naming *n, pier_value *value, uint32_t children) {
    value->as.children = NULL;
    if (children == 0) {
        return true;
    }
    if (!pier__tree_make_children(n->tree, value, children)) {
        return false;
    }
    for (uint32_t i = 0; i < children; i++) {
        value->as.children->nodes[i] = (pier_value){.kind = PIER_KIND_NIL, .depth = (uint16_t)(value->depth + 1)};
    }
    return true;
}

bool pier__name_map(pier__naming *n, pier_value *value, uint32_t count_of_pairs) {
    value->kind = PIER_KIND_MAP;
    value->size = 0;
    if (!make_children(n, value, count_of_pairs * 2)) {
        return false;
    }
    value->size = count_of_pairs;
    return true;
}

bool pier__name_enum(pier__naming *n, pier_value *value, const pier_definition *type) {
    bool fits = value->kind == PIER_KIND_UINT  ? value->as.uint <= INT32_MAX
                : value->kind == PIER_KIND_INT ? value->as.sint >= INT32_MIN
                                               : false;
    const char *name = fits ? pier_definition_value_name(type, (int32_t)value->as.sint) : NULL;
    return name == NULL || pier__name_text(n, value, name, strlen(name));
}

/* Takes the two numbers of a duration. Returns false when they are none. */
static bool read_duration(const pier_value *value, pier_duration *duration) {
    if (value->kind != PIER_KIND_ARRAY || value->size != 2) {
        return false;
    }
    const pier_value *both = pier__first_child(value);
    for (int i = 0; i < 2; i++) {
        if (both[i].kind != PIER_KIND_INT && (both[i].kind != PIER_KIND_UINT || both[i].as.uint > INT64_MAX)) {
            return false;
        }
    }
    return pier__duration_make(both[0].as.sint, both[1].as.sint, duration);
}

bool pier__name_duration(pier__naming *n, pier_value *value) {
    pier_duration duration;
    if (!read_duration(value, &duration)) {
        return true;
    }
    char text[PIER__DURATION_TEXT_BYTES];
    pier__output out = pier__output_begin(text, sizeof text);
    pier__output_duration(&out, duration);
    /* The array's own parts go no further up. */
    pier__link_children(value, NULL);
    value->kind = PIER_KIND_TEXT;
    return pier__tree_take_bytes(n->tree, value, (pier_bytes){text, out.length}, false);
}

bool pier__name_reference(pier__naming *n, pier_value *value) {
    if (value->kind != PIER_KIND_UINT && value->kind != PIER_KIND_INT) {
        return true;
    }
    pier_value number = *value;
    if (!count(n, value, 2) || !pier__name_map(n, value, 1)) {
        return false;
    }
    pier_value *key = value->as.children->nodes;
    pier__name_word(key, "@ref");
    number.depth = key->depth;
    key[1] = number;
    return true;
}

/* Reads an element of a typed array. */
static void read_element(uint32_t kind, const uint8_t *at, pier_value *to) {
    uint32_t bits = 0;
    uint64_t wide = 0;
    to->kind = PIER_KIND_UINT;
    switch (kind) {
    case PIER_FIELD_I8:
        to->as.sint = (int8_t)at[0];
        break;
    case PIER_FIELD_I16:
        to->as.sint = (int16_t)pier__load_le16(at);
        break;
    case PIER_FIELD_I32:
        to->as.sint = (int32_t)pier__load_le32(at);
        break;
    case PIER_FIELD_I64:
        to->as.sint = (int64_t)pier__load_le64(at);
        break;
    case PIER_FIELD_U8:
        to->as.uint = at[0];
        return;
    case PIER_FIELD_U16:
        to->as.uint = pier__load_le16(at);
        return;
    case PIER_FIELD_U32:
        to->as.uint = pier__load_le32(at);
        return;
    case PIER_FIELD_U64:
        to->as.uint = pier__load_le64(at);
        return;
    case PIER_FIELD_F32:
        bits = pier__load_le32(at);
        to->kind = PIER_KIND_F32;
        memcpy(&to->as.f32, &bits, sizeof bits);
        return;
    default:
        wide = pier__load_le64(at);
        to->kind = PIER_KIND_F64;
        memcpy(&to->as.f64, &wide, sizeof wide);
        return;
    }
    to->kind = to->as.sint < 0 ? PIER_KIND_INT : PIER_KIND_UINT;
}

bool pier__name_typed(pier__naming *n, pier_value *value) {
    if (value->kind != PIER_KIND_EXT || value->ext_type != PIER__EXT_TYPED || value->size == 0) {
        return true;
    }
    const uint8_t *at = (const uint8_t *)value->as.data;
    uint32_t kind = at[0];
    size_t width = pier__kind_is_number(kind) ? pier__kind_bytes((pier_field_kind)kind) : 0;
    if (width == 0 || (value->size - 1) % width != 0) {
        return true;
    }
    uint32_t elements = (uint32_t)((value->size - 1) / width);
    if (!count(n, value, elements)) {
        return false;
    }
    value->kind = PIER_KIND_ARRAY;
    value->size = 0;
    if (!make_children(n, value, elements)) {
        return false;
    }
    value->size = elements;
    for (uint32_t i = 0; i < elements; i++) {
        read_element(kind, at + 1 + i * width, &value->as.children->nodes[i]);
    }
    return true;
}
