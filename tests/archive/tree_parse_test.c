/* From bytes and records to values and back; msgpack-c says what a value is, too, as far as it goes.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <msgpack/unpack.h>

#include <pier/tree.h>

#include "archive/value_msgpack.h"
#include "archive/value_support.h"
#include "support/fault_allocator.h"

static void what_is_no_value_is_refused_in_its_place(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        pier_status status;
        size_t offset;
    } cases[] = {
        {"", PIER_TRUNCATED, 0},
        {"c1", PIER_PROTOCOL, 0},
        {"92 01 c1", PIER_PROTOCOL, 2},
        {"01 02", PIER_PROTOCOL, 1},
        {"90 c1", PIER_PROTOCOL, 1},
        {"91", PIER_TRUNCATED, 1},
        {"a2 61", PIER_TRUNCATED, 2},
        {"cd 01", PIER_TRUNCATED, 2},
        {"82 01 02 03", PIER_TRUNCATED, 4},
        {"dd ffffffff", PIER_LIMIT, 0},
        {"df ffffffff", PIER_LIMIT, 0},
        {"91 db ffffffff", PIER_LIMIT, 1},
        {"91 c6 ffffffff", PIER_LIMIT, 1},
        {"91 c9 ffffffff00", PIER_LIMIT, 1},
        {"dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc ffff dc "
         "ffff dc ffff dc ffff",
         PIER_TRUNCATED, 51},
    };
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_tree_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_tree *tree = test_tree(&options);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_status status = test_parse(tree, cases[i].hex);
        const pier_error *error = pier_tree_error(tree);
        if (status != cases[i].status || error->offset != cases[i].offset) {
            fail_msg("%s: %s at %d (%s)", cases[i].hex, pier_status_name(status), (int)error->offset, error->text);
        }
        assert_value_status(pier_tree_status(tree), status);
        assert_prints(pier_tree_root(tree), "null");
    }
    /* No memory for what only a head claims. */
    assert_true(faults.peak_bytes < 16384);
    pier_tree_destroy(tree);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

static void text_is_copied_or_borrowed(void **state) {
    (void)state;
    for (int borrows = 0; borrows < 2; borrows++) {
        pier_tree_options options = {.size = sizeof options, .borrows = borrows != 0};
        pier_tree *tree = test_tree(&options);
        uint8_t bytes[] = {0x93, 0xa1, 'a', 0xc4, 1, 'b', 0xd4, 5, 'c'};
        assert_value_status(pier_tree_parse(tree, (pier_bytes){bytes, sizeof bytes}), PIER_OK);
        bytes[2] = 'x';
        bytes[5] = 'y';
        bytes[8] = 'z';
        assert_prints(pier_tree_root(tree), borrows ? "[\"x\",{\"$bin\":\"eQ==\"},{\"$ext\":[5,\"eg==\"]}]"
                                                    : "[\"a\",{\"$bin\":\"Yg==\"},{\"$ext\":[5,\"Yw==\"]}]");
        pier_tree_destroy(tree);
    }
}

static void keys_that_come_twice_are_kept_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        size_t offset; /* of the key that came before */
        const char *path;
    } cases[] = {
        {"82 a161 01 a161 02", 4, "{1}"},
        {"91 82 01 02 cc01 03", 4, "[0]{1}"},
        {"83 c0 01 a162 02 c0 03", 6, "{2}"},
        {"81 a161 92 c0 82 9101 a0 9101 a0", 9, "a[1]{1}"},
        {"81 82 01 02 01 03 04", 4, "{0}{1}"},
        {"82 81 01 02 00 81 01 02 00", 5, "{1}"},
        {"82 a0 91 82 c2 01 c2 02 a161 83 03 a0 03 a0 03 a0", 6, "[\"\"][0]{1}"},
    };
    pier_tree_options options = {.size = sizeof options, .refuses_duplicates = true};
    pier_tree *refuses = test_tree(&options);
    pier_tree *keeps = test_tree(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_value_status(test_parse(keeps, cases[i].hex), PIER_OK);
        assert_value_status(test_parse(refuses, cases[i].hex), PIER_PROTOCOL);
        assert_string_equal(pier_tree_error(refuses)->text, "the key came before");
        assert_int_equal(pier_tree_error(refuses)->offset, cases[i].offset);
        assert_string_equal(pier_tree_error(refuses)->path, cases[i].path);
        assert_prints(pier_tree_root(refuses), "null");
    }
    static const char *const fine[] = {"82 a161 01 a141 02", "82 01 02 ca3f800000 03", "92 81 01 02 81 01 02", "80"};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        assert_value_status(test_parse(refuses, fine[i]), PIER_OK);
    }
    pier_tree_destroy(refuses);
    pier_tree_destroy(keeps);
}

static void bad_text_is_kept_or_refused(void **state) {
    (void)state;
    pier_tree_options options = {.size = sizeof options, .refuses_bad_text = true};
    pier_tree *tree = test_tree(&options);
    assert_value_status(test_parse(tree, "82 a161 93 01 02 a2c328 a162 00"), PIER_TEXT);
    assert_int_equal(pier_tree_error(tree)->offset, 6);
    assert_string_equal(pier_tree_error(tree)->path, "a[2]");
    assert_prints(pier_tree_root(tree), "null");
    assert_value_status(test_parse(tree, "81 a1ff 00"), PIER_TEXT);
    assert_int_equal(pier_tree_error(tree)->offset, 1);
    assert_value_status(test_parse(tree, "93 a2c3a9 a0 c4 01 ff"), PIER_OK);
    pier_tree_destroy(tree);
}

static void limits_of_the_tree_are_kept(void **state) {
    (void)state;
    pier_limits limits = {
        .size = sizeof limits, .elements_max = 6, .depth_max = 2, .text_bytes_max = 3, .record_bytes_max = 12};
    pier_tree_options options = {.size = sizeof options, .limits = &limits};
    pier_tree *tree = test_tree(&options);
    static const struct {
        const char *hex;
        pier_status status;
        size_t offset;
    } cases[] = {
        {"91 91 01", PIER_OK, 0},
        {"91 91 90", PIER_LIMIT, 2},
        {"95 01 02 03 04 05", PIER_OK, 0},
        {"96 01 02 03 04 05 06", PIER_LIMIT, 0},
        {"91 a3 616263", PIER_OK, 0},
        {"91 a4 61626364", PIER_LIMIT, 1},
        {"91 c404 01020304", PIER_LIMIT, 1},
        {"93 a3616161 a3616161 a3616161", PIER_LIMIT, 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_value_status(test_parse(tree, cases[i].hex), cases[i].status);
        if (cases[i].status != PIER_OK) {
            assert_int_equal(pier_tree_error(tree)->offset, cases[i].offset);
        }
    }
    pier_tree_destroy(tree);
    /* A depth of the tree's own, below that of records. */
    pier_tree_options shallow = {.size = sizeof shallow, .depth_max = 2};
    tree = test_tree(&shallow);
    assert_value_status(test_parse(tree, "92 91 01 91 91 01"), PIER_LIMIT);
    assert_int_equal(pier_tree_error(tree)->offset, 4);
    assert_string_equal(pier_tree_error(tree)->path, "[1][0]");
    pier_tree_destroy(tree);
}

/* Stores a tree as a record of a new plain archive, and gets the bytes. */
static void encode(const pier_value *value, test_bytes *bytes) {
    pier_limits limits = {.size = sizeof limits, .depth_max = PIER_DEPTH_MAX_HIGHEST};
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN, .limits = &limits};
    pier_archive *store = test_open_store(NULL, &options);
    bytes->size = 0;
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_store_value(store, value);
    assert_status(pier_archive_end(store), PIER_OK);
    test_close(store, bytes);
}

static void what_is_stored_is_what_was_there(void **state) {
    (void)state;
    static const char all[] =
        "dc0018 c0 c2 c3 00 7f cc80 cdffff ce00010000 cfffffffffffffffff ff e0 d080 d18000 d280000000 d38000000000000000"
        " ca3f800000 cb3ff8000000000000 a161 c40102 d405 07 d6ff00000001 90 80 82 0102 c0 91 81 a0 a0";
    pier_tree *tree = test_tree(NULL);
    test_bytes bytes = {0};
    uint8_t expected[256];
    size_t size = test_bytes_of(all, expected, sizeof expected);
    encode(test_value(tree, all), &bytes);
    assert_int_equal(bytes.size, size);
    assert_memory_equal(bytes.data, expected, size);
    /* A part of it, and nothing. */
    encode(pier_value_at(pier_tree_root(tree), 23), &bytes);
    assert_int_equal(bytes.size, 8);
    encode(NULL, &bytes);
    assert_int_equal(bytes.size, 1);
    assert_int_equal(bytes.data[0], 0xc0);
    test_bytes_free(&bytes);
    pier_tree_destroy(tree);
}

/* Depths around the limits, both ways. */
static void depth_has_its_limit(void **state) {
    (void)state;
    static const uint32_t limit_of[] = {128, PIER_DEPTH_MAX_HIGHEST};
    for (size_t i = 0; i < 2; i++) {
        pier_limits limits = {.size = sizeof limits, .depth_max = limit_of[i]};
        pier_tree_options options = {.size = sizeof options, .limits = &limits};
        pier_tree *tree = test_tree(&options);
        for (uint32_t depth = limit_of[i] - 1; depth <= limit_of[i] + 1; depth++) {
            uint8_t bytes[PIER_DEPTH_MAX_HIGHEST + 2];
            memset(bytes, 0x91, depth);
            bytes[depth] = 0xc0;
            pier_status status = pier_tree_parse(tree, (pier_bytes){bytes, depth + 1});
            assert_value_status(status, depth <= limit_of[i] ? PIER_OK : PIER_LIMIT);
            if (status != PIER_OK) {
                assert_int_equal(pier_tree_error(tree)->offset, limit_of[i]);
                continue;
            }
            pier_archive_options with = {.size = sizeof with, .format = PIER_FORMAT_PLAIN, .limits = &limits};
            pier_archive *store = test_open_store(NULL, &with);
            test_bytes stored = {0};
            assert_status(pier_archive_begin(store), PIER_OK);
            pier_store_value(store, pier_tree_root(tree));
            assert_status(pier_archive_end(store), PIER_OK);
            test_close(store, &stored);
            assert_int_equal(stored.size, depth + 1);
            assert_memory_equal(stored.data, bytes, stored.size);
            test_bytes_free(&stored);
        }
        pier_tree_destroy(tree);
    }
}

/* Makes a framed stream of two records without a class. */
static void make_stream(test_bytes *bytes) {
    pier_archive *store = test_open_store(NULL, NULL);
    test_store_u64(store, 5);
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_store_array(store, 3);
    pier_store_u64(store, 1);
    pier_store_map(store, 2);
    pier_store_string(store, "a");
    pier_store_bool(store, true);
    pier_store_string(store, "a");
    pier_store_string(store, "\xff");
    pier_store_nil(store);
    assert_status(pier_archive_end(store), PIER_OK);
    test_close(store, bytes);
}

static pier_archive *open_stream(const test_bytes *bytes) {
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(bytes)), PIER_OK);
    pier_archive_feed_end(load);
    return load;
}

static void records_are_loaded(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_stream(&bytes);
    pier_archive *load = open_stream(&bytes);
    pier_tree *tree = test_tree(NULL);
    assert_value_status(pier_tree_load(tree, load), PIER_USAGE);
    assert_status(pier_archive_status(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_value_status(pier_tree_load(tree, load), PIER_OK);
    assert_prints(pier_tree_root(tree), "5");
    assert_status(pier_archive_next(load), PIER_OK);
    assert_value_status(pier_tree_load(tree, load), PIER_OK);
    static const char printed[] = "[1,{\"$map\":[[\"a\",true],[\"a\",{\"$str\":\"/w==\"}]]},null]";
    assert_prints(pier_tree_root(tree), printed);
    /* As often as one likes, and the tokens go on as if nothing had been. */
    assert_value_status(pier_tree_load(tree, load), PIER_OK);
    assert_int_equal(pier_load_array(load), 3);
    assert_value_status(pier_tree_load(tree, load), PIER_OK);
    assert_int_equal(pier_load_u64(load), 1);
    assert_status(pier_archive_next(load), PIER_END);
    assert_value_status(pier_tree_load(tree, load), PIER_USAGE);
    pier_archive_destroy(load);
    /* A storing archive has none. */
    pier_archive *store = test_open_store(NULL, NULL);
    assert_value_status(pier_tree_load(tree, store), PIER_USAGE);
    pier_archive_destroy(store);
    pier_tree_destroy(tree);
    test_bytes_free(&bytes);
}

/* What the tree refuses is told as the archive would, which goes on. */
static void a_refusal_of_the_tree_has_its_offsets(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_stream(&bytes);
    pier_archive *load = open_stream(&bytes);
    pier_tree_options options = {.size = sizeof options, .refuses_duplicates = true};
    pier_tree *tree = test_tree(&options);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_value_status(pier_tree_load(tree, load), PIER_PROTOCOL);
    const pier_error *error = pier_tree_error(tree);
    pier_bytes record = pier_archive_record_bytes(load);
    /* The second key "a": behind the array's head, 1, the map's head, "a" and true. */
    assert_memory_equal((const uint8_t *)record.data + 6,
                        "\xa1"
                        "a",
                        2);
    assert_memory_equal(bytes.data + error->offset,
                        "\xa1"
                        "a\xa1\xff\xc0",
                        5);
    assert_int_equal(error->record, 2);
    assert_true(error->block_offset != PIER_NO_OFFSET && error->payload_offset == 1 + 6);
    assert_string_equal(error->path, "[1]{1}");
    assert_status(pier_archive_status(load), PIER_OK);
    assert_int_equal(pier_archive_error(load)->status, PIER_OK);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_tree_destroy(tree);
    test_bytes_free(&bytes);
}

static void a_failed_archive_fails_the_tree(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_stream(&bytes);
    pier_archive *load = open_stream(&bytes);
    pier_tree *tree = test_tree(NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    (void)pier_load_text(load);
    assert_value_status(pier_tree_load(tree, load), PIER_TYPE);
    assert_value_status(pier_tree_status(tree), PIER_TYPE);
    assert_string_equal(pier_tree_error(tree)->text, "expected text, found integer");
    pier_archive_destroy(load);
    pier_tree_destroy(tree);
    test_bytes_free(&bytes);
}

/* A definition that breaks the rules fails the archive, and the tree with it. */
static void a_bad_definition_fails_both(void **state) {
    (void)state;
    test_class bad = {.name = "this is no definition", .closure_bytes = 40};
    test_bytes bytes = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    assert_status(test_store_typed(store, &bad, 7), PIER_OK);
    test_close(store, &bytes);
    pier_archive *load = open_stream(&bytes);
    pier_tree *tree = test_tree(NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_value_status(pier_tree_load(tree, load), PIER_PROTOCOL);
    assert_value_status(pier_tree_status(tree), PIER_PROTOCOL);
    assert_status(pier_archive_status(load), PIER_PROTOCOL);
    assert_int_equal(pier_tree_error(tree)->offset, pier_archive_error(load)->offset);
    assert_prints(pier_tree_root(tree), "null");
    pier_archive_destroy(load);
    pier_tree_destroy(tree);
    test_bytes_free(&bytes);
}

static void a_part_of_a_record_is_loaded(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_stream(&bytes);
    pier_archive *load = open_stream(&bytes);
    pier_tree *tree = test_tree(NULL);
    pier_value *root = pier_tree_root(tree);
    pier_tree_set_array(tree, root);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_load_value(load, tree, pier_tree_append(tree, root));
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_array(load), 3);
    assert_int_equal(pier_load_u64(load), 1);
    pier_load_value(load, tree, pier_tree_append(tree, root));
    pier_load_nil(load);
    assert_prints(root, "[5,{\"$map\":[[\"a\",true],[\"a\",{\"$str\":\"/w==\"}]]}]");
    assert_path(pier_value_pair_at(pier_value_at(root, 1), 0, NULL), "[1].a");
    assert_value_status(pier_tree_status(tree), PIER_OK);
    /* No value is left. */
    pier_load_value(load, tree, pier_value_at(root, 0));
    assert_status(pier_archive_status(load), PIER_TYPE);
    assert_value_status(pier_tree_status(tree), PIER_OK);
    assert_int_equal(pier_value_kind(pier_value_at(root, 0)), PIER_KIND_NIL);
    pier_archive_destroy(load);
    pier_tree_destroy(tree);

    /* What the tree does not take is passed over by the archive. */
    pier_tree_options options = {.size = sizeof options, .refuses_bad_text = true};
    tree = test_tree(&options);
    root = pier_tree_root(tree);
    load = open_stream(&bytes);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_array(load), 3);
    pier_load_skip(load);
    pier_load_value(load, tree, root);
    assert_value_status(pier_tree_status(tree), PIER_TEXT);
    assert_memory_equal(bytes.data + pier_tree_error(tree)->offset, "\xa1\xff\xc0", 3);
    pier_load_value(load, tree, root);
    assert_status(pier_archive_status(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_tree_destroy(tree);
    test_bytes_free(&bytes);
}

/* Everything that takes memory, with each allocation failing. */
static void use_with_faults(fault_allocator *faults, void *user) {
    const test_bytes *bytes = (const test_bytes *)user;
    pier_tree_options options = {.size = sizeof options, .allocator = &faults->allocator, .refuses_duplicates = true};
    pier_tree *tree;
    pier_error error;
    pier_status status = pier_tree_create(&tree, &options, &error);
    if (status != PIER_OK) {
        assert_value_status(status, PIER_NO_MEMORY);
        assert_null(tree);
        return;
    }
    status = pier_tree_parse(tree, test_bytes_view(bytes));
    if (status != PIER_OK) {
        assert_value_status(status, PIER_NO_MEMORY);
        assert_prints(pier_tree_root(tree), "null");
        /* The failure is of this use, not of the next. */
        pier_tree_reset(tree);
    }
    pier_value *root = pier_tree_root(tree);
    pier_tree_set_map(tree, root);
    for (int i = 0; i < 300; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "%d", 300 - i);
        pier_tree_set_string(tree, pier_tree_append_key(tree, root, key), "value with some text in it");
    }
    pier_tree_sort(tree, root);
    pier_tree_copy(tree, pier_tree_put(tree, root, "copy"), root);
    if (pier_tree_status(tree) == PIER_OK) {
        assert_int_equal(pier_value_count(pier_value_find(root, "copy")), 301);
    } else {
        assert_value_status(pier_tree_status(tree), PIER_NO_MEMORY);
        assert_true(faults->struck > 0);
        char *text = test_print(root);
        free(text);
    }
    pier_tree_destroy(tree);
}

static void memory_that_lacks_is_told(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = pier_tree_root(tree);
    pier_tree_set_map(tree, root);
    for (uint64_t i = 0; i < 200; i++) {
        pier_value *key;
        pier_value *value = pier_tree_append_pair(tree, root, &key);
        pier_tree_set_u64(tree, key, i * 1000);
        pier_tree_set_array(tree, value);
        pier_tree_set_string(tree, pier_tree_append(tree, value), "some text that takes room, and more of it");
    }
    test_bytes bytes = {0};
    encode(root, &bytes);
    assert_true(fault_allocator_sweep(use_with_faults, &bytes) >= 10);
    test_bytes_free(&bytes);
    pier_tree_destroy(tree);
}

/* Every golden value, read by both. */
static void compare_vector(const char *name, pier_bytes content, void *user) {
    size_t *compared = (size_t *)user;
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_archive *load = test_open_load(NULL, &options);
    pier_tree *tree = test_tree(NULL);
    assert_status(pier_archive_feed(load, content), PIER_OK);
    pier_archive_feed_end(load);
    while (pier_archive_next(load) == PIER_OK) {
        assert_value_status(pier_tree_load(tree, load), PIER_OK);
        pier_bytes record = pier_archive_record_bytes(load);
        msgpack_unpacked unpacked;
        msgpack_unpacked_init(&unpacked);
        size_t offset = 0;
        msgpack_unpack_return answer = msgpack_unpack_next(&unpacked, (const char *)record.data, record.size, &offset);
        if (answer == MSGPACK_UNPACK_SUCCESS) {
            if (!same_as_object(pier_tree_root(tree), &unpacked.data)) {
                fail_msg("%s: msgpack-c has another value", name);
            }
            (*compared)++;
        } else if (answer != MSGPACK_UNPACK_NOMEM_ERROR) {
            fail_msg("%s: msgpack-c answers %d", name, answer); /* no memory is what it says of depth */
        }
        msgpack_unpacked_destroy(&unpacked);
        /* And stored again it is the same value. */
        test_bytes bytes = {0};
        encode(pier_tree_root(tree), &bytes);
        pier_tree *back = test_tree(NULL);
        assert_value_status(pier_tree_parse(back, test_bytes_view(&bytes)), PIER_OK);
        assert_true(pier_value_equal(pier_tree_root(tree), pier_tree_root(back)));
        pier_tree_destroy(back);
        test_bytes_free(&bytes);
    }
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
}

static void golden_values_are_those_of_msgpack_c(void **state) {
    (void)state;
    size_t compared = 0;
    assert_true(test_each_vector(".msgpack", compare_vector, &compared) > 0);
    print_message("%zu values compared\n", compared);
    assert_true(compared > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_value_is_refused_in_its_place),
        cmocka_unit_test(text_is_copied_or_borrowed),
        cmocka_unit_test(keys_that_come_twice_are_kept_or_refused),
        cmocka_unit_test(bad_text_is_kept_or_refused),
        cmocka_unit_test(limits_of_the_tree_are_kept),
        cmocka_unit_test(what_is_stored_is_what_was_there),
        cmocka_unit_test(depth_has_its_limit),
        cmocka_unit_test(records_are_loaded),
        cmocka_unit_test(a_refusal_of_the_tree_has_its_offsets),
        cmocka_unit_test(a_failed_archive_fails_the_tree),
        cmocka_unit_test(a_bad_definition_fails_both),
        cmocka_unit_test(a_part_of_a_record_is_loaded),
        cmocka_unit_test(memory_that_lacks_is_told),
        cmocka_unit_test(golden_values_are_those_of_msgpack_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
