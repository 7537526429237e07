/* In which fields two records differ: see record_diff.h. */
#include "record_diff.h"

#include <stddef.h>

/* A longer path is cut, where it is told. */
enum { PATH_BYTES = 1024 };

typedef struct diff {
    const ignored *fields;
    record_diff_tell *tell;
    void *user;
} diff;

/* Two values differ, or there is only one. */
static void tell(const diff *d, const pier_value *expected, const pier_value *found) {
    char path[PATH_BYTES];
    (void)pier_value_path(expected != NULL ? expected : found, path, sizeof(path));
    if (!ignored_is(d->fields, path)) {
        d->tell(d->user, path, expected, found);
    }
}

static void compare(const diff *d, const pier_value *expected, const pier_value *found);

/* Both are sorted: a key that one of them lacks shows by its order. */
static void compare_maps(const diff *d, const pier_value *expected, const pier_value *found) {
    const pier_value *a = pier_value_first(expected);
    const pier_value *b = pier_value_first(found);
    while (a != NULL || b != NULL) {
        int order = a == NULL ? 1 : b == NULL ? -1 : pier_value_compare(a, b);
        const pier_value *of_a = order <= 0 ? pier_value_next(a) : NULL;
        const pier_value *of_b = order >= 0 ? pier_value_next(b) : NULL;
        if (order == 0) {
            compare(d, of_a, of_b);
        } else {
            tell(d, of_a, of_b);
        }
        a = order <= 0 ? pier_value_next(of_a) : a;
        b = order >= 0 ? pier_value_next(of_b) : b;
    }
}

static void compare_arrays(const diff *d, const pier_value *expected, const pier_value *found) {
    const pier_value *a = pier_value_first(expected);
    const pier_value *b = pier_value_first(found);
    while (a != NULL || b != NULL) {
        if (a != NULL && b != NULL) {
            compare(d, a, b);
        } else {
            tell(d, a, b);
        }
        a = a != NULL ? pier_value_next(a) : NULL;
        b = b != NULL ? pier_value_next(b) : NULL;
    }
}

/* No deeper than records may be nested. */
static void compare(const diff *d, const pier_value *expected, const pier_value *found) {
    pier_kind kind = pier_value_kind(expected);
    bool are_alike = kind == pier_value_kind(found);
    if (are_alike && kind == PIER_KIND_MAP) {
        compare_maps(d, expected, found);
    } else if (are_alike && kind == PIER_KIND_ARRAY) {
        compare_arrays(d, expected, found);
    } else if (!(are_alike && kind == PIER_KIND_TIME && d->fields->times) && !pier_value_equal(expected, found)) {
        tell(d, expected, found);
    }
}

void record_diff(pier_tree *expected, pier_tree *found, const ignored *fields, record_diff_tell *told, void *user) {
    diff d = {.fields = fields, .tell = told, .user = user};
    if (pier_value_equal(pier_tree_root(expected), pier_tree_root(found))) {
        return;
    }
    pier_tree_sort(expected, pier_tree_root(expected));
    pier_tree_sort(found, pier_tree_root(found));
    compare(&d, pier_tree_root(expected), pier_tree_root(found));
}
