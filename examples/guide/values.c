/* Dynamic values: records without a schema, made, stored, loaded and looked into. docs/values.md is cut from here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <pier/pier.h>

static int fail(const pier_error *error) {
    char line[400];
    (void)pier_error_format(error, line, sizeof line);
    fprintf(stderr, "values: %s\n", line);
    return EXIT_FAILURE;
}

/* [values: make] */
/* {"name": "north quay", "berths": [{"ship": "Amalia", "metres": 31.5}, …], "open": true} */
static pier_status make_quay(pier_tree *tree) {
    static const char *const ships[] = {"Amalia", "Berta", "Clara"};
    pier_value *quay = pier_tree_root(tree);
    pier_tree_set_map(tree, quay);
    pier_tree_set_string(tree, pier_tree_append_key(tree, quay, "name"), "north quay");
    pier_value *berths = pier_tree_append_key(tree, quay, "berths");
    pier_tree_set_array(tree, berths);
    for (int i = 0; i < 3; i++) {
        pier_value *berth = pier_tree_append(tree, berths);
        pier_tree_set_map(tree, berth);
        pier_tree_set_string(tree, pier_tree_append_key(tree, berth, "ship"), ships[i]);
        pier_tree_set_f64(tree, pier_tree_append_key(tree, berth, "metres"), 31.5 - i);
    }
    pier_tree_set_bool(tree, pier_tree_append_key(tree, quay, "open"), true);
    return pier_tree_status(tree);
}
/* [end] */

/* [values: store] */
static pier_status store_quay(pier_archive *out, const pier_value *quay) {
    pier_status status = pier_archive_begin(out);
    if (status == PIER_OK) {
        pier_store_value(out, quay);
        status = pier_archive_end(out);
    }
    return status;
}
/* [end] */

/* [values: walk] */
/* Adds up all numbers of any record. */
static double sum_of(const pier_value *value) {
    double sum = pier_value_number(value, 0);
    for (const pier_value *at = pier_value_first(value); at != NULL; at = pier_value_next(at)) {
        sum += sum_of(at);
    }
    return sum;
}
/* [end] */

/* [values: look] */
static void look_at(const pier_value *record) {
    /* What is not there, or is something else, is the default. */
    bool is_open = pier_value_bool(pier_value_find(record, "open"), false);
    const pier_value *berths = pier_value_find(record, "berths");
    printf("%s, %" PRIu32 " berths\n", is_open ? "open" : "closed", pier_value_count(berths));
    for (const pier_value *berth = pier_value_first(berths); berth != NULL; berth = pier_value_next(berth)) {
        pier_text ship = pier_value_text(pier_value_find(berth, "ship"));
        printf("  %.*s, %.1f m\n", (int)ship.size, ship.data, pier_value_f64(pier_value_find(berth, "metres"), 0));
    }
}
/* [end] */

/* [values: must] */
/* What must be there, and of its type: the error tells which value is wrong. */
static pier_status get_berth(const pier_value *record, uint32_t *berth, pier_error *error) {
    pier_value *found;
    pier_status status = pier_value_resolve(record, "berths[-1].ship", &found, error);
    if (status == PIER_OK) {
        status = pier_value_get_u32(found, berth, error);
    }
    return status;
}
/* [end] */

static int look_through(pier_archive *in, pier_tree *tree) {
    /* [values: load] */
    pier_status status;
    while ((status = pier_archive_next(in)) == PIER_OK) {
        if (pier_tree_load(tree, in) != PIER_OK) {
            return fail(pier_tree_error(tree));
        }
        look_at(pier_tree_root(tree));
    }
    /* [end] */
    printf("%.1f m of ships\n", sum_of(pier_tree_root(tree)));
    pier_error error;
    uint32_t berth;
    if (get_berth(pier_tree_root(tree), &berth, &error) != PIER_OK) {
        printf("%s: %s\n", error.path, error.text);
    }
    /* [values: print] */
    char line[80];
    size_t length;
    if (pier_value_print(pier_tree_root(tree), NULL, line, sizeof line, &length) == PIER_OK) {
        printf("%s%s\n", line, length < sizeof line ? "" : "…");
    }
    /* [end] */
    return status == PIER_END ? EXIT_SUCCESS : fail(pier_archive_error(in));
}

int main(void) {
    pier_error error;
    pier_archive *out = NULL;
    pier_archive *in = NULL;
    pier_tree *tree = NULL;
    int exit_status = EXIT_FAILURE;
    pier_status status = pier_tree_create(&tree, NULL, &error);
    status = status == PIER_OK ? pier_archive_open_store(&out, NULL, NULL, &error) : status;
    status = status == PIER_OK ? pier_archive_open_load(&in, NULL, NULL, &error) : status;
    if (status != PIER_OK) {
        exit_status = fail(&error);
    } else if (make_quay(tree) != PIER_OK) {
        exit_status = fail(pier_tree_error(tree));
    } else if (store_quay(out, pier_tree_root(tree)) != PIER_OK || pier_archive_close(out) != PIER_OK ||
               pier_archive_feed(in, pier_archive_drain(out)) != PIER_OK) {
        exit_status = fail(pier_archive_error(out));
    } else {
        pier_archive_feed_end(in);
        exit_status = look_through(in, tree);
    }
    pier_tree_destroy(tree);
    pier_archive_destroy(in);
    pier_archive_destroy(out);
    return exit_status;
}
