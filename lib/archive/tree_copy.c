/* Values that go from one place to another, copied or as they are: see <pier/tree.h>.
 *
 * Floor 4 (archive). */
#include <pier/tree.h>

#include <string.h>

#include "archive/value_internal.h"

/* Copies one value but for its children, of which it makes room for as many. */
static bool copy_one(pier_tree *tree, pier_value *to, const pier_value *from) {
    uint16_t depth = to->depth;
    *to = *from;
    to->depth = depth;
    if (pier__value_has_bytes(from)) {
        return pier__tree_take_bytes(tree, to, (pier_bytes){from->as.data, from->size}, false);
    }
    if (!pier__value_is_container(from)) {
        return true;
    }
    to->as.children = NULL;
    to->size = 0;
    if (depth >= tree->depth_max) {
        (void)pier__tree_fail_limit(tree, to, "depth of arrays and maps", (uint64_t)depth + 1, tree->depth_max,
                                    "depth_max");
        return false;
    }
    uint64_t children = (uint64_t)from->size * (from->kind == PIER_KIND_MAP ? 2 : 1);
    if (children == 0) {
        return true;
    }
    if (!pier__tree_count(tree, to, children) || children > UINT32_MAX ||
        !pier__tree_make_children(tree, to, (uint32_t)children)) {
        return false;
    }
    memset(to->as.children->nodes, 0, (size_t)children * sizeof(pier_value));
    to->size = from->size;
    return true;
}

/* Copies `from` with all that it holds into `copy`, which stands alone. Returns false, with the failure told. */
static bool copy_all(pier_tree *tree, pier_value *copy, const pier_value *from) {
    pier_value *to = copy;
    const pier_value *top = from;
    for (;;) {
        if (!copy_one(tree, to, from)) {
            return false;
        }
        if (pier__value_is_container(from) && from->size > 0) {
            uint16_t depth = (uint16_t)(to->depth + 1);
            from = pier__first_child(from);
            to = to->as.children->nodes;
            to->depth = depth;
            continue;
        }
        uint16_t depth = to->depth;
        while (from != top) {
            from = pier__behind(from);
            to++;
            if (from->kind != PIER__KIND_LAST) {
                break;
            }
            from = from->as.link;
            to = to->as.link;
            depth = to->depth;
        }
        if (from == top) {
            return true;
        }
        to->depth = depth;
    }
}

void pier_tree_copy(pier_tree *tree, pier_value *value, const pier_value *from) {
    if (tree->failure != PIER_OK || value == NULL || value == from) {
        return;
    }
    if (from == NULL) {
        pier_tree_set_nil(tree, value);
        return;
    }
    /* The copy is whole before `value` changes, which may lie in what is copied, or hold it. */
    pier_value copy[2] = {{.kind = PIER_KIND_NIL, .depth = value->depth}, {.kind = PIER__KIND_LAST, .as.link = NULL}};
    if (copy_all(tree, copy, from)) {
        pier__link_children(value, NULL);
        *value = copy[0];
        pier__link_children(value, value);
    } else {
        /* The path led through the copy; what matters is where it was to be. */
        (void)pier_value_path(value, tree->error.path, sizeof tree->error.path);
    }
}

/* Goes over all that `top` holds, and moves it `down` by so many levels if `moves`. Returns how deep arrays and maps
 * are in one another in it; -1 when `wanted` is among what it holds. */
static int64_t go_over(pier_value *top, const pier_value *wanted, bool moves, int down) {
    int64_t deepest = 0;
    int64_t level = 0;
    for (pier_value *at = top;;) {
        if (at == wanted) {
            return -1;
        }
        at->depth = (uint16_t)(moves ? at->depth + down : at->depth);
        int64_t reached = level + pier__value_is_container(at);
        deepest = reached > deepest ? reached : deepest;
        if (pier__value_is_container(at) && at->size > 0) {
            at = at->as.children->nodes;
            level++;
            continue;
        }
        while (at != top) {
            at++;
            at = at->kind == PIER__KIND_LINK ? at->as.link : at;
            if (at->kind != PIER__KIND_LAST) {
                break;
            }
            at = at->as.link;
            level--;
        }
        if (at == top) {
            return deepest;
        }
    }
}

void pier_tree_move(pier_tree *tree, pier_value *value, pier_value *from) {
    if (tree->failure != PIER_OK || value == NULL || from == NULL || value == from) {
        return;
    }
    int64_t deepest = go_over(from, value, false, 0);
    if (deepest < 0) {
        (void)pier__tree_fail(tree, PIER_USAGE, value, "a value cannot be moved into itself");
        return;
    }
    if (value->depth + deepest > tree->depth_max) {
        (void)pier__tree_fail_limit(tree, value, "depth of arrays and maps", (uint64_t)(value->depth + deepest),
                                    tree->depth_max, "depth_max");
        return;
    }
    int down = (int)value->depth - (int)from->depth;
    if (down != 0) {
        (void)go_over(from, NULL, true, down);
    }
    pier_value taken = *from;
    from->depth = (uint16_t)(from->depth - down);
    from->kind = PIER_KIND_NIL;
    from->size = 0;
    /* `from` may have been within what `value` held. */
    pier__link_children(value, NULL);
    *value = taken;
    pier__link_children(value, value);
}
