/* Generated codecs, the slow way, and the codecs that the macro makes: the same bytes and the same records, for
 * thousands of records at random, and for their bytes in other forms. */
#include <stdlib.h>

#include "generated/fill.h"
#include "generated/ways.h"

enum { BYTES_MAX = 1 << 20, ROUNDS = 60 };

static uint8_t stored[BYTES_MAX];
static uint8_t changed[9 * BYTES_MAX];
static uint8_t record[TEST_RECORD_BYTES];
static uint8_t loaded[TEST_RECORD_BYTES];

typedef struct round {
    uint64_t seed;
    pier_arena arena;
} round;

static int begin(void **state) {
    static round now;
    now.seed = test_seed();
    pier_arena_init(&now.arena, NULL, 0);
    *state = &now;
    return 0;
}

static int end(void **state) {
    pier_arena_deinit(&((round *)*state)->arena);
    return 0;
}

static int rounds(void) {
    const char *chosen = getenv("PIER_TEST_ROUNDS");
    return chosen != NULL ? atoi(chosen) : ROUNDS;
}

/* Fills a record and stores it by its codec. */
static size_t make(round *now, const pier_class *type) {
    assert_true(type->record_bytes <= TEST_RECORD_BYTES);
    pier_arena_reset(&now->arena);
    test_fill(type, record, &now->seed, &now->arena);
    size_t size = test_put(type, record, stored, sizeof stored);
    assert_true(size > 0);
    return size;
}

static void test_same_bytes(void **state) {
    round *now = (round *)*state;
    for (int i = 0; i < rounds() * TEST_PAIRS; i++) {
        const test_pair *pair = &test_pairs[i % TEST_PAIRS];
        size_t size = make(now, pair->generated);
        assert_status(test_store_ways(pair->generated, record, NULL), PIER_OK);
        assert_true(test_take(pair->generated, stored, size, loaded, &now->arena));
        assert_equal_records(pair->generated, record, loaded);
        if (pair->described != NULL) {
            assert_int_equal(test_put(pair->described, record, changed, sizeof changed), size);
            assert_memory_equal(changed, stored, size);
            assert_true(test_take(pair->described, stored, size, loaded, &now->arena));
            assert_equal_records(pair->generated, record, loaded);
        }
    }
}

/* A record, and the definition before it, byte by byte. */
static void test_same_streams(void **state) {
    round *now = (round *)*state;
    for (int i = 0; i < 4 * TEST_PAIRS; i++) {
        const test_pair *pair = &test_pairs[i % TEST_PAIRS];
        if (pair->described == NULL) {
            continue;
        }
        (void)make(now, pair->generated);
        test_stream streams[2];
        for (int j = 0; j < 2; j++) {
            pier_archive *store = test_open_store(NULL);
            assert_status(pier_store_record(store, j == 0 ? pair->generated : pair->described, record), PIER_OK);
            streams[j] = test_finish(store);
        }
        assert_int_equal(streams[0].size, streams[1].size);
        assert_memory_equal(streams[0].data, streams[1].data, streams[0].size);
        test_stream_free(&streams[0]);
        test_stream_free(&streams[1]);
        const pier_class *one = pair->generated;
        const pier_class *other = pair->described;
        assert_int_equal(one->values_max, other->values_max);
        assert_int_equal(one->depth, other->depth);
        assert_int_equal(one->flags, other->flags);
    }
}

static void test_wider_forms(void **state) {
    round *now = (round *)*state;
    for (int i = 0; i < rounds() * TEST_PAIRS; i++) {
        const test_pair *pair = &test_pairs[i % TEST_PAIRS];
        size_t size = make(now, pair->generated);
        size = test_widen(stored, size, changed, &now->seed);
        assert_status(test_load_ways(pair->generated, changed, size, loaded, &now->arena, NULL), PIER_OK);
        assert_equal_records(pair->generated, record, loaded);
        if (pair->described != NULL) {
            assert_status(test_load_ways(pair->described, changed, size, loaded, &now->arena, NULL), PIER_OK);
            assert_equal_records(pair->generated, record, loaded);
        }
        /* Whatever a codec takes is what the slow way takes. */
        if (test_take(pair->generated, changed, size, loaded, &now->arena)) {
            assert_equal_records(pair->generated, record, loaded);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_bytes, begin, end),
        cmocka_unit_test_setup_teardown(test_same_streams, begin, end),
        cmocka_unit_test_setup_teardown(test_wider_forms, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
