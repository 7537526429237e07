/* The keys of maps: which come twice, and in what order they stand when order does not matter.
 *
 * Floor 4 (archive). Keys are sorted by merging, which keeps equal ones in their order and takes n log n steps whatever
 * a hostile record holds. */
#include <pier/tree.h>

#include <string.h>

#include "archive/value_internal.h"

/* A pair of a map, to be sorted by its key. */
typedef struct sorted {
    const pier_value *key;
    uint32_t pair;
} sorted;

/* Sorts `count` pairs; `spare` has as much room. */
static void sort(sorted *pairs, sorted *spare, size_t count) {
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t low = 0; low < count; low += 2 * width) {
            size_t middle = low + width < count ? low + width : count;
            size_t high = middle + width < count ? middle + width : count;
            size_t left = low;
            size_t right = middle;
            for (size_t at = low; at < high; at++) {
                bool takes_left =
                    left < middle && (right == high || pier_value_compare(pairs[left].key, pairs[right].key) <= 0);
                spare[at] = takes_left ? pairs[left++] : pairs[right++];
            }
        }
        memcpy(pairs, spare, count * sizeof *pairs);
    }
}

/* Lists the pairs of a map as they stand. */
static void list(const pier_value *map, sorted *pairs) {
    const pier_value *key = pier__first_child(map);
    for (uint32_t i = 0; i < map->size; i++) {
        pairs[i] = (sorted){key, i};
        key = pier__behind(pier__behind(key));
    }
}

/* How many pairs are looked at without memory. */
enum { PAIRS_FEW = 16 };

/* Finds the first pair of a few whose key came before. */
static int few_duplicate(const sorted *pairs, uint32_t count, uint32_t *pair) {
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (pier_value_equal(pairs[i].key, pairs[j].key)) {
                *pair = i;
                return 1;
            }
        }
    }
    return 0;
}

int pier__map_duplicate(const pier_value *map, const pier_allocator *allocator, uint32_t *pair) {
    sorted few[PAIRS_FEW];
    if (map->size <= PAIRS_FEW) {
        list(map, few);
        return few_duplicate(few, map->size, pair);
    }
    size_t count = map->size;
    sorted *pairs = (sorted *)pier__allocate_array(allocator, count, 2 * sizeof *pairs);
    if (pairs == NULL) {
        return -1;
    }
    list(map, pairs);
    sort(pairs, pairs + count, count);
    uint32_t first = UINT32_MAX;
    for (size_t i = 1; i < count; i++) {
        if (pairs[i].pair < first && pier_value_equal(pairs[i - 1].key, pairs[i].key)) {
            first = pairs[i].pair;
        }
    }
    pier__release(allocator, pairs, count * 2 * sizeof *pairs);
    *pair = first;
    return first == UINT32_MAX ? 0 : 1;
}

bool pier_tree_find_duplicate(pier_tree *tree, const pier_value *map, uint32_t *pair) {
    *pair = 0;
    if (tree->failure != PIER_OK || pier_value_kind(map) != PIER_KIND_MAP) {
        return false;
    }
    int found = pier__map_duplicate(map, &tree->allocator, pair);
    if (found < 0) {
        (void)pier__tree_fail(tree, PIER_NO_MEMORY, map, "there is no memory to compare %u keys", (unsigned)map->size);
    }
    *pair = found == 1 ? *pair : 0;
    return found == 1;
}

/* Returns what comes after `value`, which has been dealt with, within `top`: a value with nothing before it that is
 * left, or the container whose children have all been. `is_left` tells which. NULL behind `top`. */
static pier_value *step_on(pier_value *value, const pier_value *top, bool *is_left) {
    if (value == top) {
        return NULL;
    }
    value++;
    value = value->kind == PIER__KIND_LINK ? value->as.link : value;
    *is_left = value->kind == PIER__KIND_LAST;
    return *is_left ? value->as.link : value;
}

/* Goes over all that `top` holds, children before their containers. Returns the next container whose children have all
 * been; NULL when there is none left. `value` is NULL at first, then what was returned before. */
static pier_value *next_left(pier_value *value, pier_value *top) {
    bool is_left = value != NULL;
    for (pier_value *at = value == NULL ? top : step_on(value, top, &is_left); at != NULL;
         at = step_on(at, top, &is_left)) {
        /* Down to what has no children. */
        while (!is_left && pier__value_is_container(at) && at->size > 0) {
            at = at->as.children->nodes;
        }
        if (pier__value_is_container(at)) {
            return at;
        }
    }
    return NULL;
}

pier_status pier__tree_check_keys(pier_tree *tree, const pier_value *value, const pier_value **wrong) {
    /* Nothing is changed; a walk that may change something is the same walk. */
    pier_value *top = (pier_value *)(uintptr_t)value;
    for (pier_value *at = next_left(NULL, top); at != NULL; at = next_left(at, top)) {
        uint32_t pair;
        bool is_found = pier_tree_find_duplicate(tree, at, &pair);
        if (tree->failure != PIER_OK) {
            return tree->failure;
        }
        if (is_found) {
            pier_value *key = NULL;
            pier_value *of_key = pier_value_pair_at(at, pair, &key);
            *wrong = key;
            return pier__tree_fail(tree, PIER_PROTOCOL, of_key, "the key came before");
        }
    }
    return PIER_OK;
}

/* Puts the pairs of a map into the order of their keys. Returns false when there is no memory. */
static bool sort_map(pier_tree *tree, pier_value *map) {
    size_t count = map->size;
    if (count < 2) {
        return true;
    }
    size_t bytes = count * (2 * sizeof(sorted) + 2 * sizeof(pier_value));
    sorted *pairs = (sorted *)pier__allocate_array(&tree->allocator, count, bytes / count);
    if (pairs == NULL) {
        return false;
    }
    pier_value *moved = (pier_value *)(pairs + 2 * count);
    list(map, pairs);
    sort(pairs, pairs + count, count);
    for (size_t i = 0; i < count; i++) {
        moved[2 * i] = *pairs[i].key;
        moved[2 * i + 1] = *pier__behind(pairs[i].key);
    }
    pier_value *to = map->as.children->nodes;
    for (size_t i = 0; i < 2 * count; i++) {
        *to = moved[i];
        pier__link_children(to, to);
        to++;
        to = to->kind == PIER__KIND_LINK ? to->as.link : to;
    }
    pier__release(&tree->allocator, pairs, bytes);
    return true;
}

void pier_tree_sort(pier_tree *tree, pier_value *value) {
    if (tree->failure != PIER_OK || value == NULL) {
        return;
    }
    for (pier_value *at = next_left(NULL, value); at != NULL; at = next_left(at, value)) {
        if (at->kind == PIER_KIND_MAP && !sort_map(tree, at)) {
            (void)pier__tree_fail(tree, PIER_NO_MEMORY, at, "there is no memory to sort %u pairs", (unsigned)at->size);
            return;
        }
    }
}
