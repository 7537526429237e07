/* Trees of records with all that a schema has: what the command prints when it knows nothing but the stream.
 *
 * Floor 5 (record). */
#include "record/definition_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/store.h>
#include <pier/tree.h>

#include "archive/archive_internal.h"
#include "record/record_internal.h"
#include "support/fault_allocator.h"

static pier_tree *new_tree(const pier_tree_options *options) {
    pier_tree *tree;
    assert_status(pier_tree_create(&tree, options, NULL), PIER_OK);
    return tree;
}

/* A stream with a record of each class, in order; a later one may hold the ids of those before it, from 1. */
typedef struct given {
    const uint8_t *bytes;
    size_t size;
} given;

static pier_status encode_given(const void *class_of_caller, pier__buffer *closure, pier_error *error) {
    (void)error;
    const given *closure_given = (const given *)class_of_caller;
    return pier__buffer_append(closure, closure_given->bytes, closure_given->size) ? PIER_OK : PIER_NO_MEMORY;
}

typedef struct pair_of_hex {
    const char *closure;
    const char *record;
} pair_of_hex;

static test_stream stream_of(const pair_of_hex *pairs, size_t count) {
    pier_archive *store = test_open_store(NULL);
    uint8_t closures[4][1024];
    given classes[4];
    assert_true(count <= 4);
    for (size_t i = 0; i < count; i++) {
        uint8_t record[1024];
        size_t size = test_hex(pairs[i].record, record, sizeof record);
        classes[i] = (given){closures[i], test_hex(pairs[i].closure, closures[i], sizeof closures[i])};
        assert_status(pier__archive_begin_class(store, &classes[i], encode_given), PIER_OK);
        assert_true(pier__archive_reserve(store, size));
        memcpy(store->cursor, record, size);
        store->cursor += size;
        assert_status(pier__archive_end_typed(store), PIER_OK);
    }
    return test_finish(store);
}

/* Asserts what the last record is printed as, copied and borrowed. */
static void check_pairs(const pair_of_hex *pairs, size_t count, const char *printed) {
    test_stream stream = stream_of(pairs, count);
    for (int borrows = 0; borrows < 2; borrows++) {
        pier_tree_options options = {.size = sizeof options, .borrows = borrows != 0};
        pier_archive *load = test_open_stream(&stream, NULL);
        pier_tree *tree = new_tree(&options);
        for (size_t i = 0; i < count; i++) {
            assert_status(pier_archive_next(load), PIER_OK);
        }
        if (pier_tree_load(tree, load) != PIER_OK) {
            fail_msg("%s (%s)", pier_tree_error(tree)->text, pier_tree_error(tree)->path);
        }
        char text[4096];
        size_t length;
        assert_status(pier_value_print(pier_tree_root(tree), NULL, text, sizeof text, &length), PIER_OK);
        assert_string_equal(text, printed);
        /* Every value knows what it is in. */
        const pier_value *root = pier_tree_root(tree);
        assert_null(pier_value_parent(root));
        for (pier_value *at = pier_value_first(root); at != NULL; at = pier_value_next(at)) {
            assert_ptr_equal(pier_value_parent(at), root);
            for (pier_value *in = pier_value_first(at); in != NULL; in = pier_value_next(in)) {
                assert_ptr_equal(pier_value_parent(in), at);
            }
        }
        pier_tree_destroy(tree);
        pier_archive_destroy(load);
    }
    test_stream_free(&stream);
}

static void check(const char *closure, const char *record, const char *printed) {
    pair_of_hex pair = {closure, record};
    check_pairs(&pair, 1, printed);
}

/* "e.M" with one field 1 "f"; kind and what follows it are given, and further types. */
#define ONE(count, rest) #count " 94 00 a3652e4d 00 91 97 01 a166 " rest
#define SIDE " 93 01 a3652e53 93 92ffa34f4646 9202a341534b 9202a453454c4c"

static void enums_are_their_names(void **state) {
    (void)state;
    check(ONE(92, "11 00 a3652e53 c0 c0" SIDE), "91 02", "{\"f\":\"ASK\"}");
    check(ONE(92, "11 00 a3652e53 c0 c0" SIDE), "91 ff", "{\"f\":\"OFF\"}");
    check(ONE(92, "11 00 a3652e53 c0 c0" SIDE), "91 03", "{\"f\":3}");
    check(ONE(92, "11 00 a3652e53 c0 c0" SIDE), "91 d1ff00", "{\"f\":-256}");
    check(ONE(92, "11 00 a3652e53 c0 c0" SIDE), "91 cf0000000100000002", "{\"f\":4294967298}");
    check(ONE(92, "11 00 a3652e53 c0 c0" SIDE), "91 a158", "{\"f\":\"X\"}");
    check(ONE(92, "11 02 a3652e53 c0 c0" SIDE), "91 c0", "{}");
    check(ONE(92, "11 01 a3652e53 c0 c0" SIDE), "91 94 02 ff 05 02", "{\"f\":[\"ASK\",\"OFF\",5,\"ASK\"]}");
    check(ONE(92, "11 01 a3652e53 c0 c0" SIDE), "91 90", "{\"f\":[]}");
}

static void durations_are_text_as_json_has_it(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"91 920000", "{\"f\":\"0s\"}"},
        {"91 9201ce1dcd6500", "{\"f\":\"1.500s\"}"},
        {"91 9200ff", "{\"f\":\"-0.000000001s\"}"},
        {"91 92ffd1fc18", "{\"f\":\"-1.000001s\"}"},
        {"91 9201ff", "{\"f\":[1,-1]}"},
        {"91 93010203", "{\"f\":[1,2,3]}"},
        {"91 92a0c0", "{\"f\":[\"\",null]}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(ONE(91, "0f 00 c0 c0 c0"), rows[i][0], rows[i][1]);
    }
    check(ONE(91, "0f 01 c0 c0 c0"), "91 92 920500 9200ce000f4240", "{\"f\":[\"5s\",\"0.001s\"]}");
    check(ONE(91, "0f 02 c0 c0 c0"), "91 c0", "{}");
}

static void typed_arrays_are_arrays(void **state) {
    (void)state;
    check(ONE(91, "0a 09 c0 c0 c0"), "91 c709410a0000003f000000c0", "{\"f\":[0.5,-2.0]}");
    check(ONE(91, "02 09 c0 c0 c0"), "91 c7034102ff01", "{\"f\":[-1,1]}");
    check(ONE(91, "03 09 c0 c0 c0"), "91 c7054103feff0001", "{\"f\":[-2,256]}");
    check(ONE(91, "05 09 c0 c0 c0"), "91 c7094105ffffffffffffffff", "{\"f\":[-1]}");
    check(ONE(91, "09 09 c0 c0 c0"), "91 c7094109ffffffffffffffff", "{\"f\":[18446744073709551615]}");
    check(ONE(91, "0b 09 c0 c0 c0"), "91 c709410b000000000000f83f", "{\"f\":[1.5]}");
    check(ONE(91, "08 09 c0 c0 c0"), "91 d44108", "{\"f\":[]}");
    /* Bytes over, an unknown kind, another ext, values one by one. */
    check(ONE(91, "08 09 c0 c0 c0"), "91 c703410800ff", "{\"f\":{\"$ext\":[65,\"CAD/\"]}}");
    check(ONE(91, "08 09 c0 c0 c0"), "91 d4410c", "{\"f\":{\"$ext\":[65,\"DA==\"]}}");
    check(ONE(91, "08 09 c0 c0 c0"), "91 d44208", "{\"f\":{\"$ext\":[66,\"CA==\"]}}");
    check(ONE(91, "08 09 c0 c0 c0"), "91 920102", "{\"f\":[1,2]}");
}

#define CHOICE                                                                                                         \
    "92 94 00 a3652e4d 00 94 97 01 a161 0c 00 c0 a163 c0 97 02 a162 06 00 c0 c0 c0 97 05 a164 11 00 a3652e53 a163 c0 " \
    "97 07 a165 10 00 a3652e4d a163 c0" SIDE

static void a_oneof_is_the_field_that_is_set(void **state) {
    (void)state;
    check(CHOICE, "92 c0 07", "{\"b\":7}");
    check(CHOICE, "92 9201a178 07", "{\"a\":\"x\",\"b\":7}");
    check(CHOICE, "92 920502 07", "{\"d\":\"ASK\",\"b\":7}");
    check(CHOICE, "92 9207 92 9205ff 01 07", "{\"e\":{\"d\":\"OFF\",\"b\":1},\"b\":7}");
    /* A number that is none of its fields, and what is no oneof, stay under its name. */
    check(CHOICE, "92 920201 07", "{\"c\":[2,1],\"b\":7}");
    check(CHOICE, "92 920901 07", "{\"c\":[9,1],\"b\":7}");
    check(CHOICE, "92 a178 07", "{\"c\":\"x\",\"b\":7}");
    check(CHOICE, "92 93010203 07", "{\"c\":[1,2,3],\"b\":7}");
    /* As many slots as fields are too many. */
    check(CHOICE, "94 c0 c0 c0 c0", "[null,null,null,null]");
}

static void maps_have_their_values_named(void **state) {
    (void)state;
#define MAP(kind, value)                                                                                               \
    ONE(93, "10 21 a3652e45 c0 c0")                                                                                    \
    " 94 00 a3652e45 00 92 97 01 a36b6579 " kind " 00 c0 c0 c0 97 02 a576616c7565 " value " c0 c0" SIDE
    check(MAP("0c", "11 00 a3652e53"), "91 82 a161 02 a162 09", "{\"f\":{\"a\":\"ASK\",\"b\":9}}");
    check(MAP("0c", "11 00 a3652e53"), "91 80", "{\"f\":{}}");
    check(MAP("06", "11 00 a3652e53"), "91 81 01 ff", "{\"f\":{\"$map\":[[1,\"OFF\"]]}}");
    check(MAP("0c", "11 00 a3652e53"), "91 92 a161 02", "{\"f\":[\"a\",2]}");
#undef MAP
    /* A map of records that hold maps. */
    check("92 94 00 a3652e4d 00 91 97 01 a166 10 21 a3652e45 c0 c0 94 00 a3652e45 00 92 97 01 a36b6579 0c 00 c0 c0 c0 "
          "97 02 a576616c7565 10 00 a3652e4d c0 c0",
          "91 82 a161 91 80 a162 91 81 a163 91 80", "{\"f\":{\"a\":{\"f\":{}},\"b\":{\"f\":{\"c\":{\"f\":{}}}}}}");
}

/* Values of any class ---------------------------------------------------------------------------------------------- */

#define POINT "91 94 00 a3672e50 00 92 97 01 a178 06 00 c0 c0 c0 97 02 a179 06 02 c0 c0 c0"
#define HOLDER ONE(91, "12 00 c0 c0 c0")
#define HOLDERS ONE(91, "12 01 c0 c0 c0")

static void a_value_of_any_class_tells_it(void **state) {
    (void)state;
    pair_of_hex pairs[] = {{POINT, "92 01 c0"}, {HOLDER, "91 92 01 92 05 06"}};
    check_pairs(pairs, 2, "{\"f\":{\"@type\":\"g.P\",\"x\":5,\"y\":6}}");
    pairs[1].record = "91 92 01 92 05 c0";
    check_pairs(pairs, 2, "{\"f\":{\"@type\":\"g.P\",\"x\":5}}");
    /* In itself. */
    pairs[1].record = "91 92 02 91 92 02 91 92 01 92 05 c0";
    check_pairs(pairs, 2, "{\"f\":{\"@type\":\"e.M\",\"f\":{\"@type\":\"e.M\",\"f\":{\"@type\":\"g.P\",\"x\":5}}}}");
    pairs[1].record = "91 c0";
    check_pairs(pairs, 2, "{}");
    pairs[1].record = "91 92 01 91 05";
    check_pairs(pairs, 2, "{\"f\":{\"@type\":\"g.P\",\"@value\":[5]}}");
    pairs[1].record = "91 92 01 05";
    check_pairs(pairs, 2, "{\"f\":{\"@type\":\"g.P\",\"@value\":5}}");
    pairs[1].record = "91 92 a3672e50 05";
    check_pairs(pairs, 2, "{\"f\":[\"g.P\",5]}");
    pairs[1] = (pair_of_hex){HOLDERS, "91 93 92 01 92 05 c0 c0 92 01 92 07 08"};
    check_pairs(pairs, 2, "{\"f\":[{\"@type\":\"g.P\",\"x\":5},null,{\"@type\":\"g.P\",\"x\":7,\"y\":8}]}");
}

/* Asserts the failure of the last record: at this byte of it. */
static void check_failure(const pair_of_hex *pairs, size_t count, size_t position, const char *path, const char *text) {
    test_stream stream = stream_of(pairs, count);
    uint8_t record[1024];
    size_t size = test_hex(pairs[count - 1].record, record, sizeof record);
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_tree *tree = new_tree(NULL);
    for (size_t i = 0; i < count; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
    }
    assert_status(pier_tree_load(tree, load), PIER_UNKNOWN_CLASS);
    assert_status(pier_tree_status(tree), PIER_UNKNOWN_CLASS);
    assert_status(pier_archive_status(load), PIER_UNKNOWN_CLASS);
    assert_int_equal(pier_value_kind(pier_tree_root(tree)), PIER_KIND_NIL);
    assert_string_equal(pier_tree_error(tree)->text, text);
    assert_string_equal(pier_tree_error(tree)->path, path);
    assert_int_equal(pier_tree_error(tree)->offset, stream.size - 64 - size + position);
    assert_int_equal(pier_tree_error(tree)->record, count);
    assert_int_equal(pier_tree_error(tree)->floor, PIER_FLOOR_RECORD);
    pier_tree_destroy(tree);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void class_ids_that_are_not_defined_are_told(void **state) {
    (void)state;
    const char *text = "class id 9 is not defined in this epoch";
    pair_of_hex pairs[] = {{POINT, "92 01 c0"}, {HOLDER, "91 92 09 90"}};
    check_failure(pairs, 2, 2, "e.M.f", text);
    pairs[1].record = "91 92 02 91 92 02 91 92 09 c0";
    check_failure(pairs, 2, 8, "e.M.f.f.f", text);
    pairs[1].record = "91 92 00 90";
    check_failure(pairs, 2, 2, "e.M.f", "class id 0 is not defined in this epoch");
    pairs[1] = (pair_of_hex){HOLDERS, "91 93 c0 92 01 92 cd0100 05 92 09 90"};
    check_failure(pairs, 2, 11, "e.M.f[2]", text);
    /* Behind text, in a oneof, in a map of records. */
    pair_of_hex deep = {"92 94 00 a3652e4d 00 93 97 01 a173 0c 00 c0 c0 c0 97 02 a166 10 21 a3652e45 c0 c0 "
                        "97 03 a16f 12 00 c0 a163 c0 94 00 a3652e45 00 92 97 01 a36b6579 0c 00 c0 c0 c0 "
                        "97 02 a576616c7565 10 00 a3652e4d c0 c0",
                        "93 a3616263 82 a161 93 a0 80 c0 a162 93 a178 80 92 03 92 09 c0 c0"};
    check_failure(&deep, 1, 21, "e.M.f.b.o", text);
}

/* Graphs ----------------------------------------------------------------------------------------------------------- */

#define NODE                                                                                                           \
    "91 94 00 a3672e4e 00 93 97 01 a16e 06 00 c0 c0 c0 97 02 a2746f 10 12 a3672e4e c0 c0 97 03 a16d 10 11 a3672e4e c0 c0"

static void a_graph_is_its_root_and_its_objects(void **state) {
    (void)state;
    check(NODE, "92 93 01 c0 90 90", "{\"n\":1,\"m\":[]}");
    check(NODE, "92 93 01 00 90 90", "{\"n\":1,\"to\":{\"@ref\":0},\"m\":[]}");
    check(NODE, "92 93 01 01 92 01 ff 91 92 00 93 02 00 91 c0",
          "{\"n\":1,\"to\":{\"@ref\":1},\"m\":[{\"@ref\":1},{\"@ref\":-1}],"
          "\"@objects\":[{\"@id\":1,\"@type\":\"g.N\",\"n\":2,\"to\":{\"@ref\":0},\"m\":[null]}]}");
    /* What is no graph, or no object, stays as it is. */
    check(NODE, "93 01 c0 90", "[1,null,[]]");
    check(NODE, "92 92 01 c0 90", "[[1,null],[]]");
    check(NODE, "92 93 01 c0 90 05", "[[1,null,[]],5]");
    check(NODE, "92 93 01 01 90 93 05 92 07 90 92 00 92 01 02",
          "{\"n\":1,\"to\":{\"@ref\":1},\"m\":[],\"@objects\":[5,[7,[]],[0,[1,2]]]}");
    check(NODE, "92 93 01 a0 90 90", "{\"n\":1,\"to\":\"\",\"m\":[]}");
}

/* A graph whose objects may be of any class, and a class that is no graph itself and holds one. */
static void graphs_and_values_of_any_class_meet(void **state) {
    (void)state;
#define ANYONE "91 94 00 a3672e41 00 92 97 01 a178 12 10 c0 c0 c0 97 02 a179 12 00 c0 c0 c0"
    pair_of_hex pairs[3] = {{POINT, "92 01 c0"}, {NODE, "92 93 01 c0 90 90"}};
    pairs[2] = (pair_of_hex){ANYONE, "92 92 01 c0 92 92 ff 92 05 06 92 fe 93 01 02 90"};
    check_pairs(pairs, 3,
                "{\"x\":{\"@ref\":1},\"@objects\":[{\"@id\":1,\"@type\":\"g.P\",\"x\":5,\"y\":6},"
                "{\"@id\":2,\"@type\":\"g.N\",\"n\":1,\"to\":{\"@ref\":2},\"m\":[]}]}");
    /* A node within a graph refers to its objects; by itself it is a graph of its own. */
    pairs[2].record = "92 92 c0 92 02 93 07 00 90 90";
    check_pairs(pairs, 3, "{\"y\":{\"@type\":\"g.N\",\"n\":7,\"to\":{\"@ref\":0},\"m\":[]}}");
    pairs[2] = (pair_of_hex){HOLDER, "91 92 02 92 93 07 01 90 91 92 00 93 08 00 90"};
    check_pairs(pairs, 3,
                "{\"f\":{\"@type\":\"g.N\",\"n\":7,\"to\":{\"@ref\":1},\"m\":[],"
                "\"@objects\":[{\"@id\":1,\"@type\":\"g.N\",\"n\":8,\"to\":{\"@ref\":0},\"m\":[]}]}}");
    pairs[2].record = "91 92 02 93 07 c0 90";
    check_pairs(pairs, 3, "{\"f\":{\"@type\":\"g.N\",\"@value\":[7,null,[]]}}");
    pairs[2] = (pair_of_hex){ANYONE, "92 92 01 c0 92 92 ff 92 05 06 92 f7 93 01 02 90"};
    check_failure(pairs, 3, 11, "g.A.@objects[1]", "class id 9 is not defined in this epoch");
    pairs[2].record = "92 92 c0 92 02 93 07 00 90 91 92 ff 92 92 09 90 c0";
    check_pairs(pairs, 3,
                "{\"y\":{\"@type\":\"g.N\",\"n\":7,\"to\":{\"@ref\":0},\"m\":[]},"
                "\"@objects\":[{\"@id\":1,\"@type\":\"g.P\",\"x\":[9,[]]}]}");
    pairs[2].record = "92 92 c0 c0 91 92 fd 92 c0 92 09 90";
    check_failure(pairs, 3, 10, "g.A.@objects[0].y", "class id 9 is not defined in this epoch");
}

/* A chain of a million objects is flat on the wire, and in the tree. */
static void a_long_chain_is_flat(void **state) {
    (void)state;
    enum { COUNT = 1000000 };
    uint8_t *record = (uint8_t *)malloc(32 + (size_t)COUNT * 16);
    assert_non_null(record);
    uint8_t *at = record;
    at += test_hex("92 93 00 01 90", at, 16);
    at = pier__put_count(at, COUNT);
    for (uint32_t i = 1; i <= COUNT; i++) {
        at += test_hex("92 00 93 07", at, 16);
        at = i < COUNT ? pier__put_unsigned(at, i + 1) : pier__put_nil(at);
        *at++ = 0x90;
    }
    pier_limits limits = {.size = sizeof limits, .elements_max = 20000000};
    pier_archive_options options = {.size = sizeof options, .limits = &limits};
    uint8_t closure[128];
    given node = {closure, test_hex(NODE, closure, sizeof closure)};
    pier_archive *store = test_open_store(&options);
    assert_status(pier__archive_begin_class(store, &node, encode_given), PIER_OK);
    assert_true(pier__archive_reserve(store, (size_t)(at - record)));
    memcpy(store->cursor, record, (size_t)(at - record));
    store->cursor += at - record;
    assert_status(pier__archive_end_typed(store), PIER_OK);
    test_stream stream = test_finish(store);
    free(record);
    pier_archive *load = test_open_stream(&stream, &options);
    pier_tree_options tree_options = {.size = sizeof tree_options, .limits = &limits, .borrows = true};
    pier_tree *tree = new_tree(&tree_options);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_tree_load(tree, load), PIER_OK);
    const pier_value *objects = pier_value_find(pier_tree_root(tree), "@objects");
    assert_int_equal(pier_value_count(objects), COUNT);
    const pier_value *last = pier_value_at(objects, COUNT - 1);
    assert_int_equal(pier_value_u64(pier_value_find(last, "@id"), 0), COUNT);
    assert_null(pier_value_find(last, "to"));
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Limits and memory ------------------------------------------------------------------------------------------------ */

#define NESTED "92 92 01 92 02 93 07 00 90 92 92 ff 92 05 06 92 fe 93 01 02 91 01"

static void limits_hold_for_what_is_made(void **state) {
    (void)state;
    pair_of_hex pairs[3] = {{POINT, "92 01 c0"}, {NODE, "92 93 01 c0 90 90"}, {ANYONE, NESTED}};
    test_stream stream = stream_of(pairs, 3);
    bool was_loaded = false;
    for (uint64_t most = 1; most < 64; most++) {
        pier_limits limits = {.size = sizeof limits, .elements_max = most};
        pier_tree_options options = {.size = sizeof options, .limits = &limits};
        pier_archive *load = test_open_stream(&stream, NULL);
        pier_tree *tree = new_tree(&options);
        for (int i = 0; i < 3; i++) {
            assert_status(pier_archive_next(load), PIER_OK);
        }
        pier_status status = pier_tree_load(tree, load);
        assert_status(status, was_loaded || status == PIER_OK ? PIER_OK : PIER_LIMIT);
        was_loaded = was_loaded || status == PIER_OK;
        assert_status(pier_archive_status(load), PIER_OK);
        pier_tree_destroy(tree);
        pier_archive_destroy(load);
    }
    assert_true(was_loaded);
    test_stream_free(&stream);
    /* A typed array is deeper as an array, a reference as a map. */
    static const char *const rows[][2] = {{ONE(91, "02 09 c0 c0 c0"), "91 c7034102ff01"}, {NODE, "92 93 01 00 90 90"}};
    for (uint32_t i = 0; i < 2; i++) {
        pair_of_hex pair = {rows[i][0], rows[i][1]};
        stream = stream_of(&pair, 1);
        for (uint32_t depth = 1; depth < 4; depth++) {
            pier_limits limits = {.size = sizeof limits, .depth_max = depth};
            pier_tree_options options = {.size = sizeof options, .limits = &limits};
            pier_archive *load = test_open_stream(&stream, NULL);
            pier_tree *tree = new_tree(&options);
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_tree_load(tree, load), depth > 1 + i ? PIER_OK : PIER_LIMIT);
            pier_tree_destroy(tree);
            pier_archive_destroy(load);
        }
        test_stream_free(&stream);
    }
}

static void load_with_faults(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_tree_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive_options archive_options = {.size = sizeof archive_options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    pier_tree *tree = NULL;
    pier_error error;
    pier_status status = pier_archive_open_load(&load, NULL, &archive_options, &error);
    if (status == PIER_OK) {
        status = pier_archive_feed(load, (pier_bytes){stream->data, stream->size});
    }
    for (int i = 0; i < 3 && status == PIER_OK; i++) {
        status = pier_archive_next(load);
    }
    if (status == PIER_OK) {
        status = pier_tree_create(&tree, &options, NULL);
    }
    if (status == PIER_OK) {
        status = pier_tree_load(tree, load);
        assert_int_equal(pier_value_kind(pier_tree_root(tree)), status == PIER_OK ? PIER_KIND_MAP : PIER_KIND_NIL);
    }
    assert_true(status == PIER_OK ? true : status == PIER_NO_MEMORY);
    assert_true(faults->struck != 0 || status == PIER_OK);
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
}

static void memory_that_lacks_is_told(void **state) {
    (void)state;
    pair_of_hex pairs[3] = {{POINT, "92 01 c0"}, {NODE, "92 93 01 c0 90 90"}, {ANYONE, NESTED}};
    test_stream stream = stream_of(pairs, 3);
    assert_true(fault_allocator_sweep(load_with_faults, &stream) >= 10);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enums_are_their_names),
        cmocka_unit_test(durations_are_text_as_json_has_it),
        cmocka_unit_test(typed_arrays_are_arrays),
        cmocka_unit_test(a_oneof_is_the_field_that_is_set),
        cmocka_unit_test(maps_have_their_values_named),
        cmocka_unit_test(a_value_of_any_class_tells_it),
        cmocka_unit_test(class_ids_that_are_not_defined_are_told),
        cmocka_unit_test(a_graph_is_its_root_and_its_objects),
        cmocka_unit_test(graphs_and_values_of_any_class_meet),
        cmocka_unit_test(a_long_chain_is_flat),
        cmocka_unit_test(limits_hold_for_what_is_made),
        cmocka_unit_test(memory_that_lacks_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
