/* What archives keep of compressed blocks: going back to marks, memory that lacks, and buffers that are used again.
 *
 * Floor 4 (archive). Which blocks are compressed is in compress_test.c. */
#include "archive/pair_support.h"

#include <pier/load.h>
#include <pier/mark.h>
#include <pier/store.h>

#include "support/fault_allocator.h"

enum { TEXT_BYTES = 3000, LARGE_BYTES = 300000 };

/* What becomes shorter, and not too short. */
static void fill_text(char *text, unsigned number) {
    for (unsigned i = 0; i < TEXT_BYTES; i++) {
        text[i] = (char)('a' + (i * i / 7 + number * i) % 20);
    }
}

/* Marks in compressed blocks: going back brings the same records, within a block and over several. */
static void marks_hold_in_compressed_blocks(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 6});
    for (uint64_t i = 0; i < 60; i++) {
        assert_status(pier_archive_begin(store), PIER_OK);
        pier_store_array(store, 2);
        pier_store(store, i);
        pier_store(store, "the same words in each record");
        assert_status(pier_archive_end(store), PIER_OK);
        if (i % 10 == 9) {
            assert_status(pier_archive_flush(store), PIER_OK);
        }
    }
    test_bytes stream = {0};
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    static const unsigned ahead[] = {0, 3, 8, 25, 41};
    for (uint64_t at = 0; at < 18; at++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_load_array(load), 2);
        for (size_t i = 0; i < sizeof ahead / sizeof ahead[0]; i++) {
            assert_status(pier_archive_mark(load), PIER_OK);
            for (unsigned step = 0; step < ahead[i]; step++) {
                assert_status(pier_archive_next(load), PIER_OK);
            }
            assert_status(pier_archive_rewind(load), PIER_OK);
            pier_archive_release(load);
        }
        /* In the middle of the record where the mark was set. */
        assert_true(pier_load_u64(load) == at);
        pier_text text = pier_load_text(load);
        assert_int_equal(text.size, strlen("the same words in each record"));
        assert_memory_equal(text.data, "the same words in each record", text.size);
        assert_int_equal(pier_archive_record_number(load), at + 1);
    }
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

/* With the allocator failing: a block that cannot be compressed is stored as it is, one that cannot be inflated waits
 * for memory. */
static void memory_lacks(fault_allocator *faults, void *user) {
    (void)user;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 100000};
    pier_archive_options options = {.size = sizeof options,
                                    .allocator = &faults->allocator,
                                    .limits = &limits,
                                    .compression_level = 9,
                                    .stream_id = STREAM_ID};
    pier_archive *store = NULL;
    pier_archive *load = NULL;
    unsigned lacks = 0;
    if (pier_archive_open_store(&store, NULL, &options, NULL) != PIER_OK ||
        pier_archive_open_load(&load, NULL, &options, NULL) != PIER_OK) {
        assert_true(faults->struck > 0);
        pier_archive_destroy(store);
        return;
    }
    for (unsigned i = 0; i < 40 && lacks < 3; i++) {
        char text[TEXT_BYTES];
        fill_text(text, i);
        pier_status status = pier_archive_begin(store);
        if (status == PIER_OK) {
            pier_store(store, ((pier_text){text, sizeof text}));
            status = pier_archive_end(store);
        }
        i -= status == PIER_NO_MEMORY ? 1 : 0;
        lacks += status == PIER_NO_MEMORY ? 1 : 0;
        assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    }
    pier_status status = PIER_NO_MEMORY;
    for (; status == PIER_NO_MEMORY && lacks < 3; lacks++) {
        status = pier_archive_close(store);
    }
    unsigned loaded = 0;
    if (status == PIER_OK) {
        pier_bytes ready = pier_archive_drain(store);
        status = PIER_NO_MEMORY;
        for (lacks = 0; status == PIER_NO_MEMORY && lacks < 3; lacks++) {
            status = pier_archive_feed(load, ready);
        }
        while (lacks < 4 && (status = pier_archive_next(load)) != PIER_MORE && status != PIER_END) {
            if (status == PIER_NO_MEMORY) {
                lacks++;
                assert_status(pier_archive_recover(load, NULL), PIER_OK);
                continue;
            }
            assert_status(status, PIER_OK);
            char expected[TEXT_BYTES];
            fill_text(expected, loaded);
            pier_text text = pier_load_text(load);
            assert_int_equal(text.size, TEXT_BYTES);
            assert_memory_equal(text.data, expected, TEXT_BYTES);
            loaded++;
        }
        assert_true(loaded == 40 || faults->struck > 0);
        if (status == PIER_END) {
            assert_int_equal(loaded, 40);
        }
    }
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

static void memory_that_lacks_loses_nothing(void **state) {
    (void)state;
    uint64_t struck = fault_allocator_sweep(memory_lacks, NULL);
    print_message("%llu passes without memory\n", (unsigned long long)struck);
    assert_true(struck > 15);
}

/* A block that inflates by too much for its room to be there at once: it is inflated step by step, and each allocation of
 * that fails once. */
static void memory_lacks_for_steps(fault_allocator *faults, void *user) {
    const test_bytes *stream = (const test_bytes *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    pier_status status = pier_archive_open_load(&load, NULL, &options, NULL);
    if (status == PIER_OK) {
        status = pier_archive_feed(load, test_bytes_view(stream));
        status = status == PIER_NO_MEMORY ? pier_archive_feed(load, test_bytes_view(stream)) : status;
    }
    for (unsigned lacks = 0; status == PIER_OK && lacks < 4;) {
        status = pier_archive_next(load);
        if (status == PIER_NO_MEMORY) {
            lacks++;
            status = pier_archive_recover(load, NULL);
        } else if (status == PIER_OK) {
            assert_int_equal(pier_load_text(load).size, LARGE_BYTES);
        }
    }
    assert_true(status == PIER_END || faults->struck > 0);
    pier_archive_destroy(load);
}

static void memory_that_lacks_for_steps_loses_nothing(void **state) {
    (void)state;
    static char text[LARGE_BYTES];
    for (size_t i = 0; i < LARGE_BYTES; i++) {
        text[i] = i % 64 < 4 ? (char)('a' + (i * i / 7) % 20) : 'x';
    }
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 6});
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_store(store, ((pier_text){text, sizeof text}));
    assert_status(pier_archive_end(store), PIER_OK);
    test_bytes stream = {0};
    test_close(store, &stream);
    assert_in_range(stream.size, LARGE_BYTES / 200, LARGE_BYTES / 5);
    uint64_t struck = fault_allocator_sweep(memory_lacks_for_steps, &stream);
    print_message("%llu passes without memory\n", (unsigned long long)struck);
    assert_true(struck > 5);
    test_bytes_free(&stream);
}

/* From the second block on nothing is allocated: the states and the buffers are used again. */
static void blocks_cost_no_allocation(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.allocator = &faults.allocator, .compression_level = 6};
    pier_archive *store = test_open_store(NULL, &options);
    pier_archive *load = test_open_load(NULL, &options);
    uint64_t calls = 0;
    for (int i = 0; i < 50; i++) {
        if (i == 5) {
            calls = faults.calls;
        }
        test_store_text(store, 3000, 'q');
        assert_status(pier_archive_flush(store), PIER_OK);
        pier_bytes ready = pier_archive_drain(store);
        assert_status(pier_archive_feed(load, ready), PIER_OK);
        pier_archive_drained(store, ready.size);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_load_text(load).size, 3000);
    }
    assert_int_equal(faults.calls, calls);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_hold_in_compressed_blocks),
        cmocka_unit_test(memory_that_lacks_loses_nothing),
        cmocka_unit_test(memory_that_lacks_for_steps_loses_nothing),
        cmocka_unit_test(blocks_cost_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
