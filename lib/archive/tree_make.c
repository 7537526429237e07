/* Making and changing values: see <pier/tree.h>.
 *
 * Floor 4 (archive). What becomes something else lets go of its children: their last sentinel then leads nowhere, so
 * that no walk comes from a part that was thrown away into the tree. */
#include <pier/tree.h>

#include <string.h>

#include "archive/value_internal.h"

/* How many children the chunks of a growing container have: as many as there are already, between these. */
enum { CHUNK_CHILDREN_FIRST = 4, CHUNK_CHILDREN_MAX = 1 << 16 };

/* Empties a value that is to become something else. Returns false when nothing may be changed. */
static bool open_value(pier_tree *tree, pier_value *value) {
    if (PIER_UNLIKELY(tree->failure != PIER_OK || value == NULL)) {
        return false;
    }
    pier__link_children(value, NULL);
    value->kind = PIER_KIND_NIL;
    value->size = 0;
    return true;
}

void pier_tree_set_nil(pier_tree *tree, pier_value *value) {
    (void)open_value(tree, value);
}

void pier_tree_set_bool(pier_tree *tree, pier_value *value, bool content) {
    if (open_value(tree, value)) {
        value->kind = PIER_KIND_BOOL;
        value->as.boolean = content;
    }
}

void pier_tree_set_u64(pier_tree *tree, pier_value *value, uint64_t content) {
    if (open_value(tree, value)) {
        value->kind = PIER_KIND_UINT;
        value->as.uint = content;
    }
}

void pier_tree_set_i64(pier_tree *tree, pier_value *value, int64_t content) {
    if (open_value(tree, value)) {
        value->kind = content < 0 ? PIER_KIND_INT : PIER_KIND_UINT;
        value->as.sint = content;
    }
}

void pier_tree_set_f32(pier_tree *tree, pier_value *value, float content) {
    if (open_value(tree, value)) {
        value->kind = PIER_KIND_F32;
        value->as.f32 = content;
    }
}

void pier_tree_set_f64(pier_tree *tree, pier_value *value, double content) {
    if (open_value(tree, value)) {
        value->kind = PIER_KIND_F64;
        value->as.f64 = content;
    }
}

/* Makes a value text, bytes or an ext; nil when the tree does not take it. */
static void set_bytes(pier_tree *tree, pier_value *value, pier_kind kind, pier_bytes content, bool borrows) {
    if (open_value(tree, value)) {
        value->kind = (uint8_t)kind;
        if (!pier__tree_take_bytes(tree, value, content, borrows)) {
            value->kind = PIER_KIND_NIL;
        }
    }
}

void pier_tree_set_text(pier_tree *tree, pier_value *value, pier_text content) {
    set_bytes(tree, value, PIER_KIND_TEXT, (pier_bytes){content.data, content.size}, false);
}

void pier_tree_borrow_text(pier_tree *tree, pier_value *value, pier_text content) {
    set_bytes(tree, value, PIER_KIND_TEXT, (pier_bytes){content.data, content.size}, true);
}

void pier_tree_set_string(pier_tree *tree, pier_value *value, const char *content) {
    if (content == NULL) {
        pier_tree_set_nil(tree, value);
    } else {
        pier_tree_set_text(tree, value, (pier_text){content, strlen(content)});
    }
}

void pier_tree_set_bytes(pier_tree *tree, pier_value *value, pier_bytes content) {
    set_bytes(tree, value, PIER_KIND_BYTES, content, false);
}

void pier_tree_set_ext(pier_tree *tree, pier_value *value, pier_ext content) {
    set_bytes(tree, value, PIER_KIND_EXT, content.bytes, false);
    if (value != NULL && tree->failure == PIER_OK) {
        value->ext_type = content.type;
    }
}

void pier_tree_set_time(pier_tree *tree, pier_value *value, pier_time content) {
    if (content.nanoseconds > 999999999) {
        (void)pier__tree_fail(tree, PIER_RANGE, value,
                              "a time of %u nanoseconds: at most 999999999 are less than a second",
                              (unsigned)content.nanoseconds);
    } else if (open_value(tree, value)) {
        value->kind = PIER_KIND_TIME;
        value->as.sint = content.seconds;
        value->size = content.nanoseconds;
    }
}

static void set_container(pier_tree *tree, pier_value *value, pier_kind kind) {
    if (value != NULL && value->depth >= tree->depth_max) {
        (void)pier__tree_fail_limit(tree, value, "depth of arrays and maps", (uint64_t)value->depth + 1,
                                    tree->depth_max, "depth_max");
    } else if (open_value(tree, value)) {
        value->kind = (uint8_t)kind;
        value->as.children = NULL;
    }
}

void pier_tree_set_array(pier_tree *tree, pier_value *value) {
    set_container(tree, value, PIER_KIND_ARRAY);
}

void pier_tree_set_map(pier_tree *tree, pier_value *value) {
    set_container(tree, value, PIER_KIND_MAP);
}

/* Gives a container one more chunk. Returns false, with the failure told, when there is no memory. */
static bool add_chunk(pier_tree *tree, pier_value *container) {
    pier__chunk *first = container->as.children;
    pier__chunk *old = first == NULL ? NULL : first->last;
    uint64_t children = (uint64_t)container->size * (container->kind == PIER_KIND_MAP ? 2 : 1);
    /* Even, so that a pair lies in one chunk. */
    uint32_t count = children < CHUNK_CHILDREN_FIRST ? CHUNK_CHILDREN_FIRST
                     : children > CHUNK_CHILDREN_MAX ? CHUNK_CHILDREN_MAX
                                                     : (uint32_t)((children + 1) / 2 * 2);
    if (!pier__tree_make_children(tree, container, count)) {
        return false;
    }
    pier__chunk *added = container->as.children;
    added->used = 0;
    added->nodes[0] = added->nodes[count];
    if (old != NULL) {
        container->as.children = first;
        first->last = added;
        old->nodes[old->used].kind = PIER__KIND_LINK;
        old->nodes[old->used].as.link = added->nodes;
    }
    return true;
}

/* Appends `count` children, nil, to a container. Returns the first; NULL, with the failure told. */
static pier_value *append(pier_tree *tree, pier_value *container, pier_kind kind, uint32_t count) {
    if (tree->failure != PIER_OK || container == NULL) {
        return NULL;
    }
    if (container->kind != kind) {
        (void)pier__tree_fail(tree, PIER_TYPE, container, "the value is no %s, and nothing can be appended to it so",
                              kind == PIER_KIND_ARRAY ? "array" : "map");
        return NULL;
    }
    if (container->size == UINT32_MAX) {
        (void)pier__tree_fail_limit(tree, container, "elements of an array or map", (uint64_t)UINT32_MAX + 1,
                                    UINT32_MAX, "MessagePack");
        return NULL;
    }
    pier__chunk *chunk = container->as.children == NULL ? NULL : container->as.children->last;
    if (!pier__tree_count(tree, container, count) ||
        ((chunk == NULL || chunk->capacity - chunk->used < count) && !add_chunk(tree, container))) {
        return NULL;
    }
    chunk = container->as.children->last;
    pier_value *added = &chunk->nodes[chunk->used];
    added[count] = *added; /* the sentinel */
    for (uint32_t i = 0; i < count; i++) {
        added[i] = (pier_value){.kind = PIER_KIND_NIL, .depth = (uint16_t)(container->depth + 1)};
    }
    chunk->used += count;
    container->size++;
    return added;
}

pier_value *pier_tree_append(pier_tree *tree, pier_value *array) {
    return append(tree, array, PIER_KIND_ARRAY, 1);
}

pier_value *pier_tree_append_pair(pier_tree *tree, pier_value *map, pier_value **key) {
    *key = append(tree, map, PIER_KIND_MAP, 2);
    return *key == NULL ? NULL : *key + 1;
}

/* Appends a pair whose key is text. */
static pier_value *append_key(pier_tree *tree, pier_value *map, pier_text text) {
    pier_value *key;
    pier_value *value = pier_tree_append_pair(tree, map, &key);
    pier_tree_set_text(tree, key, text);
    return tree->failure == PIER_OK ? value : NULL;
}

pier_value *pier_tree_append_key(pier_tree *tree, pier_value *map, const char *key) {
    return append_key(tree, map, (pier_text){key, strlen(key)});
}

pier_value *pier_tree_put_text(pier_tree *tree, pier_value *map, pier_text key) {
    if (tree->failure != PIER_OK) {
        return NULL;
    }
    pier_value *found = pier_value_find_text(map, key);
    return found != NULL ? found : append_key(tree, map, key);
}

pier_value *pier_tree_put(pier_tree *tree, pier_value *map, const char *key) {
    return pier_tree_put_text(tree, map, (pier_text){key, strlen(key)});
}

/* Takes the last `count` children off a container; they are not counted any more in its size. */
static void cut_last(pier_value *container, uint32_t count) {
    pier__chunk *last = container->as.children->last;
    last->used -= count;
    last->nodes[last->used].kind = PIER__KIND_LAST;
    last->nodes[last->used].as.link = container;
    container->size--;
    if (container->size == 0) {
        container->as.children = NULL;
    } else if (last->used == 0) {
        /* The chunk before it becomes the last one; it is found from the first. */
        pier__chunk *before = container->as.children;
        while (before->nodes[before->used].as.link != last->nodes) {
            pier_value *first = before->nodes[before->used].as.link;
            before = (pier__chunk *)(void *)((char *)first - offsetof(pier__chunk, nodes));
        }
        before->nodes[before->used].kind = PIER__KIND_LAST;
        before->nodes[before->used].as.link = container;
        container->as.children->last = before;
    }
}

void pier_tree_remove(pier_tree *tree, pier_value *container, uint32_t index) {
    if (tree->failure != PIER_OK || index >= pier_value_count(container)) {
        return;
    }
    bool is_map = container->kind == PIER_KIND_MAP;
    uint32_t count = is_map ? 2 : 1;
    pier_value *key = NULL;
    pier_value *to = pier_value_at(container, index);
    if (is_map) {
        (void)pier_value_pair_at(container, index, &key);
        to = key;
    }
    pier_value *from = to;
    for (uint32_t i = 0; i < count; i++) {
        pier__link_children(from, NULL);
        from = pier_value_next(from);
    }
    for (; from != NULL; from = pier_value_next(from)) {
        *to = *from;
        pier__link_children(to, to);
        to = pier_value_next(to);
    }
    cut_last(container, count);
}
