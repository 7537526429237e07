/* Any bytes as a value: refused with an offset inside, or a tree that is stored, printed and sorted, and that comes
 * back equal; the text of a path in it, if that is what the input goes on with.
 *
 * Floor 4 (archive). */
#include "fuzz/fuzz.h"

#include <string.h>

#include <pier/store.h>
#include <pier/tree.h>

enum { PATH_BYTES_MAX = 64 };

static const pier_limits *limits_of(uint8_t choice, pier_limits *limits) {
    *limits = (pier_limits){.size = sizeof *limits,
                            .depth_max = (choice & 1) != 0 ? 5 : 0,
                            .elements_max = (choice & 2) != 0 ? 50 : 0,
                            .text_bytes_max = (choice & 4) != 0 ? 20 : 0};
    return limits;
}

static pier_tree *new_tree(uint8_t choice) {
    pier_limits limits;
    pier_tree_options options = {.size = sizeof options,
                                 .limits = limits_of(choice, &limits),
                                 .borrows = (choice & 8) != 0,
                                 .refuses_duplicates = (choice & 16) != 0,
                                 .refuses_bad_text = (choice & 32) != 0};
    pier_tree *tree = NULL;
    FUZZ_REQUIRE(pier_tree_create(&tree, &options, NULL) == PIER_OK);
    return tree;
}

/* Stores a tree in a plain archive, and parses what that makes: it must be equal. */
static void require_round_trip(const pier_value *value) {
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_archive *store = NULL;
    FUZZ_REQUIRE(pier_archive_open_store(&store, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_begin(store) == PIER_OK);
    pier_store_value(store, value);
    FUZZ_REQUIRE(pier_archive_end(store) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_flush(store) == PIER_OK);
    pier_tree *back = new_tree(0);
    FUZZ_REQUIRE(pier_tree_parse(back, pier_archive_drain(store)) == PIER_OK);
    FUZZ_REQUIRE(pier_value_equal(value, pier_tree_root(back)));
    FUZZ_REQUIRE(pier_value_compare(value, pier_tree_root(back)) == 0);
    pier_tree *copy = new_tree(0);
    pier_tree_copy(copy, pier_tree_root(copy), value);
    FUZZ_REQUIRE(pier_tree_status(copy) == PIER_OK && pier_value_equal(value, pier_tree_root(copy)));
    pier_tree_sort(copy, pier_tree_root(copy));
    pier_tree_sort(back, pier_tree_root(back));
    FUZZ_REQUIRE(pier_value_equal(pier_tree_root(back), pier_tree_root(copy)));
    pier_tree_destroy(copy);
    pier_tree_destroy(back);
    pier_archive_destroy(store);
}

static void print_whole(const pier_value *value) {
    size_t length;
    FUZZ_REQUIRE(pier_value_print(value, NULL, NULL, 0, &length) == PIER_OK);
    char *text = malloc(length + 1);
    FUZZ_REQUIRE(text != NULL);
    size_t again;
    FUZZ_REQUIRE(pier_value_print(value, NULL, text, length + 1, &again) == PIER_OK && again == length);
    FUZZ_REQUIRE(strlen(text) == length && memchr(text, '\n', length) == NULL);
    FUZZ_REQUIRE(pier_text_is_valid(text, length));
    free(text);
}

/* The path of a value leads to it. */
static void require_path(const pier_value *root, const pier_value *value) {
    char path[256];
    size_t length = pier_value_path(value, path, sizeof path);
    if (length < sizeof path) {
        pier_value *found;
        FUZZ_REQUIRE(pier_value_resolve(root, path, &found, NULL) == PIER_OK && found == value);
    }
}

/* Follows what may be a path. */
static void follow(const pier_value *root, const uint8_t *text, size_t size) {
    char path[PATH_BYTES_MAX + 1];
    size_t length = size < PATH_BYTES_MAX ? size : PATH_BYTES_MAX;
    memcpy(path, text, length);
    path[length] = '\0';
    pier_error error;
    pier_value *found;
    pier_status status = pier_value_resolve(root, path, &found, &error);
    FUZZ_REQUIRE((status == PIER_USAGE) == (pier_path_check(path, NULL) == PIER_USAGE));
    if (status != PIER_OK) {
        FUZZ_REQUIRE(found == NULL && error.offset <= strlen(path));
        return;
    }
    require_path(root, found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    uint8_t choice = data[0];
    size_t path_size = data[1] % PATH_BYTES_MAX < size - 2 ? data[1] % PATH_BYTES_MAX : size - 2;
    const uint8_t *path = data + 2;
    pier_bytes value = {path + path_size, size - 2 - path_size};
    pier_tree *tree = new_tree(choice);
    pier_status status = pier_tree_parse(tree, value);
    FUZZ_REQUIRE(status == pier_tree_status(tree));
    const pier_value *root = pier_tree_root(tree);
    if (status != PIER_OK) {
        FUZZ_REQUIRE(status == PIER_PROTOCOL || status == PIER_TRUNCATED || status == PIER_LIMIT ||
                     status == PIER_TEXT);
        FUZZ_REQUIRE(pier_tree_error(tree)->offset <= value.size && pier_value_kind(root) == PIER_KIND_NIL);
    } else {
        require_round_trip(root);
        print_whole(root);
        follow(root, path, path_size);
        const pier_value *last = root;
        for (const pier_value *at = pier_value_first(root); at != NULL; at = pier_value_first(at)) {
            last = pier_value_kind(pier_value_parent(at)) == PIER_KIND_MAP ? pier_value_next(at) : at;
            at = last;
        }
        require_path(root, last);
    }
    pier_tree_destroy(tree);
    return 0;
}
