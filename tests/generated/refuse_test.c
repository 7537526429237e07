/* What may not be stored, and what is beyond the limits: generated codecs, the macro's and the slow way agree, and
 * nothing takes long. */
#include <stdlib.h>

#include "every.pier.h"
#include "generated/fill.h"
#include "generated/ways.h"

enum { BYTES_MAX = 1 << 20, SPOILED = 300, DEEP = 200 };

static uint8_t stored[BYTES_MAX];
static uint8_t record[TEST_RECORD_BYTES];
static uint8_t loaded[TEST_RECORD_BYTES];

static void test_values_that_may_not_be_stored(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    int refused = 0;
    for (int i = 0; i < SPOILED * TEST_PAIRS; i++) {
        const test_pair *pair = &test_pairs[i % TEST_PAIRS];
        pier_arena_reset(&arena);
        test_fill(pair->generated, record, &seed, &arena);
        bool is_spoilt =
            i % 4 == 0 ? test_spoil(pair->generated, record, &seed) : test_spoil_within(pair->generated, record, &seed);
        if (!is_spoilt) {
            continue;
        }
        pier_status status = test_store_ways(pair->generated, record, NULL);
        assert_true(status == PIER_RANGE || status == PIER_TEXT || status == PIER_OK);
        refused += status != PIER_OK;
        if (pair->described != NULL) {
            assert_status(test_store_ways(pair->described, record, NULL), status);
        }
    }
    assert_true(refused > SPOILED * TEST_PAIRS / 2);
    pier_arena_deinit(&arena);
}

/* A record is refused at one element more than it has, and no sooner than the slow way says, for either limit. */
static void compare_limits(const pier_class *type, pier_limits *limits) {
    pier_archive_options options = {.size = sizeof options, .limits = limits};
    size_t size = test_put(type, record, stored, sizeof stored);
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    pier_status status = test_store_ways(type, record, &options);
    assert_true(status == PIER_OK || status == PIER_LIMIT);
    status = test_load_ways(type, stored, size, loaded, &arena, &options);
    assert_true(status == PIER_OK || status == PIER_LIMIT || status == PIER_SKIPPED);
    pier_arena_deinit(&arena);
}

static void test_limits(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (int i = 0; i < 3 * TEST_PAIRS; i++) {
        const test_pair *pair = &test_pairs[i % TEST_PAIRS];
        pier_arena_reset(&arena);
        test_fill(pair->generated, record, &seed, &arena);
        for (uint32_t limit = 1; limit < 400; limit += 1 + limit / 8) {
            pier_limits limits = {.size = sizeof limits, .elements_max = limit};
            compare_limits(pair->generated, &limits);
            limits.elements_max = 0;
            limits.depth_max = limit < 1024 ? limit : 1024;
            compare_limits(pair->generated, &limits);
        }
    }
    pier_arena_deinit(&arena);
}

/* A chain that is deeper than archives take it, by pointers and by lists. */
static void test_depth(void **state) {
    (void)state;
    static every_chain links[DEEP];
    for (int by_list = 0; by_list < 2; by_list++) {
        memset(links, 0, sizeof links);
        for (int i = 0; i + 1 < DEEP; i++) {
            links[i].next = by_list == 0 ? &links[i + 1] : NULL;
            links[i].others_count = by_list == 0 ? 0 : 1;
            links[i].others = by_list == 0 ? NULL : &links[i + 1];
        }
        assert_status(test_store_ways(&every_chain_class, links, NULL), PIER_LIMIT);
        pier__measuring counts = {.depth_left = 2 * DEEP + 2, .elements_max = PIER_ELEMENTS_MAX_DEFAULT};
        uint64_t room = every_chain_class.measure(links, &counts);
        assert_true(room < sizeof stored);
        uint8_t *end = every_chain_class.encode(stored, links);
        assert_non_null(end);
        pier_arena arena;
        pier_arena_init(&arena, NULL, 0);
        assert_false(test_take(&every_chain_class, stored, (size_t)(end - stored), loaded, &arena));
        pier_limits limits = {.size = sizeof limits, .depth_max = 2 * DEEP + 2};
        pier_archive_options options = {.size = sizeof options, .limits = &limits};
        assert_status(test_store_ways(&every_chain_class, links, &options), PIER_OK);
        pier_arena_deinit(&arena);
    }
}

/* Each of 60 trees is both sides of the next: more records than anybody can store, told at once. */
static void test_trees_with_shared_branches(void **state) {
    (void)state;
    static every_tree trees[60];
    memset(trees, 0, sizeof trees);
    for (int i = 0; i + 1 < 60; i++) {
        trees[i].left = &trees[i + 1];
        trees[i].right = &trees[i + 1];
    }
    assert_status(test_store_ways(&every_tree_class, trees, NULL), PIER_LIMIT);
    trees[59].left = trees;
    assert_status(test_store_ways(&every_tree_class, trees, NULL), PIER_LIMIT);
}

/* The heads of lists, maps and typed arrays claim more than is there: no memory is taken for it. */
static void test_claims(void **state) {
    (void)state;
    static const struct {
        const pier_class *type;
        const char *hex;
    } claims[] = {
        {&every_branch_class, "94 dd ff ff ff ff"},      {&every_branch_class, "94 dd 00 00 00 03 c0 c0"},
        {&every_branch_class, "94 dc ff ff c0 c0 c0"},   {&every_branch_class, "94 92 c0"},
        {&every_lists_class, "dc 00 12 dd 00 0f ff ff"}, {&every_lists_class, "dc 00 12 9f c2 c2"},
        {&every_maps_class, "98 df ff ff ff ff"},        {&every_maps_class, "98 de 00 02 a0 00 a0"},
        {&every_maps_class, "98 82 a0 00 a0"},
    };
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        size_t size = test_hex(claims[i].hex, stored, sizeof stored);
        assert_false(test_take(claims[i].type, stored, size, loaded, &arena));
        assert_int_equal(pier_arena_used_bytes(&arena), 0);
    }
    pier_arena_deinit(&arena);
}

/* The other byte order, and back. */
static void test_swapped_elements(void **state) {
    (void)state;
    static const uint8_t bytes[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    static const char *const swapped[] = {
        "01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10",
        "02 01 04 03 06 05 08 07 0a 09 0c 0b 0e 0d 10 0f",
        "04 03 02 01 08 07 06 05 0c 0b 0a 09 10 0f 0e 0d",
        "08 07 06 05 04 03 02 01 10 0f 0e 0d 0c 0b 0a 09",
    };
    for (size_t power = 0; power < 4; power++) {
        uint8_t other[16] = {0};
        uint8_t back[16] = {0};
        size_t width = (size_t)1 << power;
        pier__swap_elements(other, bytes, 16 / width, width);
        assert_hex(other, sizeof other, swapped[power]);
        pier__swap_elements(back, other, 16 / width, width);
        assert_memory_equal(back, bytes, sizeof bytes);
        pier__swap_elements(back, NULL, 0, width);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_that_may_not_be_stored),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_trees_with_shared_branches),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_swapped_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
