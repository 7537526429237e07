/* Records one after the other, some of which are refused: by codecs and programs in runs, and by tokens one at a time,
 * the streams are the same to the byte, and so is what is loaded from them. In blocks and queues that are small, too. */
#include <stdlib.h>

#include <pier/record_generic.h>

#include "record/program_internal.h"

#include "generated/fill.h"
#include "generated/ways.h"

enum { RECORDS = 24, WAYS = 3 };

static uint8_t records[RECORDS][TEST_RECORD_BYTES];
static uint8_t loaded[WAYS][TEST_RECORD_BYTES];

/* The class itself, and by its table alone. */
typedef struct classes {
    const pier_class *own;
    pier_class table;
} classes;

static const pier_class *class_of(const classes *of, int way) {
    return way == 0 ? of->own : &of->table;
}

/* Stores all; notes what came of each. */
static test_stream store_all(const classes *of, int way, const pier_archive_options *options, pier_status *came) {
    pier__allow_programs(way != 2);
    pier_archive *store = test_open_store(options);
    for (int i = 0; i < RECORDS; i++) {
        came[i] = pier_store_record(store, class_of(of, way), records[i]);
        if (i % 9 == 8) {
            assert_status(pier_archive_flush(store), PIER_OK);
        }
    }
    test_stream stream = test_finish(store);
    pier__allow_programs(true);
    return stream;
}

static void load_all(const classes *of, const test_stream *stream, const pier_archive_options *options) {
    pier_archive *loads[WAYS];
    for (int way = 0; way < WAYS; way++) {
        loads[way] = test_open_stream(stream, options);
    }
    for (pier_status status = PIER_OK; status == PIER_OK;) {
        for (int way = 0; way < WAYS; way++) {
            pier__allow_programs(way != 2);
            pier_status now = pier_next_record(loads[way], class_of(of, way), loaded[way]);
            pier__allow_programs(true);
            assert_status(now, way == 0 ? now : status);
            status = now;
            if (status == PIER_OK) {
                assert_equal_records(of->own, loaded[way], loaded[0]);
            }
            assert_int_equal(pier_archive_record_number(loads[way]), pier_archive_record_number(loads[0]));
        }
    }
    for (int way = 0; way < WAYS; way++) {
        assert_status(pier_archive_status(loads[way]), PIER_OK);
        pier_archive_destroy(loads[way]);
    }
}

static void try_class(const pier_class *type, const pier_archive_options *options) {
    classes of = {type, *type};
    of.table.measure = NULL;
    of.table.encode = NULL;
    of.table.decode = NULL;
    test_stream streams[WAYS];
    pier_status came[WAYS][RECORDS];
    for (int way = 0; way < WAYS; way++) {
        streams[way] = store_all(&of, way, options, came[way]);
        for (int i = 0; i < RECORDS; i++) {
            assert_status(came[way][i], came[0][i]);
        }
        assert_int_equal(streams[way].size, streams[0].size);
        assert_memory_equal(streams[way].data, streams[0].data, streams[0].size);
    }
    load_all(&of, &streams[0], options);
    for (int way = 0; way < WAYS; way++) {
        test_stream_free(&streams[way]);
    }
}

static void test_runs(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (size_t i = 0; i < (size_t)TEST_PAIRS * 6; i++) {
        const pier_class *type = test_pairs[i % TEST_PAIRS].generated;
        pier_arena_reset(&arena);
        for (int j = 0; j < RECORDS; j++) {
            test_fill(type, records[j], &seed, &arena);
            if (j % 5 == 4) {
                (void)test_spoil(type, records[j], &seed);
            }
        }
        const pier_limits limits = {.size = sizeof limits, .block_target_bytes = 1024};
        const size_t form = i / TEST_PAIRS;
        const pier_archive_options options = {.size = sizeof options,
                                              .format = form % 3 == 0 ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN,
                                              .plain_form = form % 3 == 1 ? PIER_PLAIN_ARRAY : PIER_PLAIN_MAP,
                                              .limits = form < 3 ? NULL : &limits};
        try_class(type, &options);
    }
    pier_arena_deinit(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
