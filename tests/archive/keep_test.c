/* Keeping blocks: what was borrowed stays as it was, in every format, however the input comes, wherever the archive
 * goes, and after it is gone. The allocator of these tests overwrites what it gets back.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <pier/keep.h>
#include <pier/mark.h>
#include <pier/raw.h>

#include "support/fault_allocator.h"
#include "support/random.h"

enum { RECORDS = 120, FORMATS = 3 };

/* Framed, framed and compressed, plain. */
static pier_archive_options options_of(int format, const pier_allocator *allocator) {
    pier_archive_options options = {.size = sizeof options, .allocator = allocator, .stream_id = 5};
    options.format = format == 2 ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED;
    options.compression_level = format == 1 ? 6 : 0;
    return options;
}

static size_t size_of(size_t record) {
    uint64_t seed = record;
    return record % 40 == 39 ? 70000 : test_random(&seed) % 900;
}

static char fill_of(size_t record) {
    return (char)('a' + record % 26);
}

static void make_stream(int format, test_bytes *bytes) {
    pier_archive_options options = options_of(format, NULL);
    pier_archive *store = test_open_store(NULL, &options);
    for (size_t i = 0; i < RECORDS; i++) {
        test_store_text(store, size_of(i), fill_of(i));
        if (i % 17 == 0) {
            assert_status(pier_archive_flush(store), PIER_OK);
            (void)test_drain(store, bytes);
        }
    }
    test_close(store, bytes);
}

typedef struct kept {
    pier_kept_block *block;
    pier_text text;
    size_t record;
} kept;

static void check(const kept *k) {
    assert_int_equal(k->text.size, size_of(k->record));
    for (size_t i = 0; i < k->text.size; i++) {
        assert_int_equal(k->text.data[i], fill_of(k->record));
    }
}

/* Moves to the next record, feeding when asked to. */
static pier_status next(pier_archive *load, test_source *source) {
    for (;;) {
        pier_status status = pier_archive_next(load);
        if (status != PIER_MORE || !test_feed(load, source)) {
            return status;
        }
    }
}

/* Loads a stream and keeps some of the records; looks at all that is kept again and again; then destroys the archive
 * and looks once more. */
static void keep_and_look(int format, const test_bytes *bytes, size_t chunk, unsigned keep_each,
                          unsigned release_each) {
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = options_of(format, &faults.allocator);
    pier_archive *load = test_open_load(NULL, &options);
    test_source source = {.input = test_bytes_view(bytes), .chunk = chunk};
    static kept all[RECORDS];
    size_t count = 0;
    for (size_t i = 0; i < RECORDS; i++) {
        assert_status(next(load, &source), PIER_OK);
        pier_text text = pier_load_text(load);
        if (i % keep_each == 0) {
            all[count] = (kept){NULL, text, i};
            assert_status(pier_archive_keep_block(load, &all[count].block), PIER_OK);
            count++;
        }
        if (i % 10 == 0) {
            for (size_t j = 0; j < count; j++) {
                check(&all[j]);
            }
        }
        if (count > 0 && i % release_each == release_each - 1) {
            check(&all[0]);
            pier_kept_block_release(all[0].block);
            all[0] = all[--count];
        }
    }
    assert_status(next(load, &source), PIER_END);
    pier_archive_destroy(load);
    for (size_t j = 0; j < count; j++) {
        check(&all[j]);
        pier_kept_block_release(all[j].block);
    }
    fault_allocator_check(&faults);
}

static void views_stay_as_they_were(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        test_bytes bytes = {0};
        make_stream(format, &bytes);
        static const size_t chunks[] = {100, 1000, 4096, 70000, 0};
        for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
            keep_and_look(format, &bytes, chunks[i], 1, 1000);
            keep_and_look(format, &bytes, chunks[i], 1, 1);
            keep_and_look(format, &bytes, chunks[i], 3, 4);
            keep_and_look(format, &bytes, chunks[i], 13, 20);
        }
        test_bytes_free(&bytes);
    }
}

/* The records of one block are one piece of memory, whether one of them is kept or all. */
static void records_of_one_block_share_its_memory(void **state) {
    (void)state;
    pier_archive_options options = options_of(0, NULL);
    pier_archive *store = test_open_store(NULL, &options);
    test_bytes bytes = {0};
    for (size_t i = 0; i < 100; i++) {
        test_store_text(store, 300, 'x');
    }
    test_close(store, &bytes);
    fault_allocator faults;
    fault_allocator_init(&faults);
    options = options_of(0, &faults.allocator);
    pier_archive *load = test_open_load(NULL, &options);
    assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
    pier_kept_block *blocks[100];
    size_t before = faults.live_bytes;
    for (size_t i = 0; i < 100; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_archive_keep_block(load, &blocks[i]), PIER_OK);
        /* Twice is the same. */
        pier_kept_block *again;
        assert_status(pier_archive_keep_block(load, &again), PIER_OK);
        assert_ptr_equal(again, blocks[i]);
        pier_kept_block_release(again);
    }
    assert_true(faults.live_bytes - before < 100 * 300);
    pier_archive_destroy(load);
    for (size_t i = 0; i < 100; i++) {
        assert_true(faults.live_bytes >= bytes.size);
        pier_kept_block_release(blocks[i]);
    }
    fault_allocator_check(&faults);
    test_bytes_free(&bytes);
    pier_kept_block_release(NULL);
}

/* Going back to a mark, and loading again, leaves what is kept alone; so do a reset and another stream. */
static void marks_and_resets_leave_it_alone(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        test_bytes bytes = {0};
        make_stream(format, &bytes);
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_archive_options options = options_of(format, &faults.allocator);
        pier_archive *load = test_open_load(NULL, &options);
        static kept all[RECORDS * 3];
        size_t count = 0;
        uint64_t seed = 3;
        for (int round = 0; round < 3; round++) {
            test_source source = {.input = test_bytes_view(&bytes), .chunk = 1500};
            bool is_marked = false;
            size_t marked = 0;
            for (size_t i = 0; i < RECORDS; i++) {
                assert_status(next(load, &source), PIER_OK);
                all[count] = (kept){NULL, pier_load_text(load), i};
                assert_status(pier_archive_keep_block(load, &all[count].block), PIER_OK);
                check(&all[count]);
                count += count + 1 < RECORDS * 3 ? 1 : 0;
                if (count + 1 == RECORDS * 3)
                    pier_kept_block_release(all[count].block);
                if (!is_marked && test_random(&seed) % 8 == 0) {
                    assert_status(pier_archive_mark(load), PIER_OK);
                    is_marked = true;
                    marked = i;
                } else if (is_marked && test_random(&seed) % 8 == 0) {
                    assert_status(pier_archive_rewind(load), PIER_OK);
                    pier_archive_release(load);
                    is_marked = false;
                    i = marked;
                }
            }
            assert_status(pier_archive_reset(load), PIER_OK);
            for (size_t j = 0; j < count; j++) {
                check(&all[j]);
                pier_kept_block_release(all[j].block);
            }
            count = 0;
        }
        pier_archive_destroy(load);
        fault_allocator_check(&faults);
        test_bytes_free(&bytes);
    }
}

static void raw_bytes_can_be_kept(void **state) {
    (void)state;
    pier_archive_options options = options_of(0, NULL);
    pier_archive *store = test_open_store(NULL, &options);
    test_bytes bytes = {0};
    static char raw[200000];
    memset(raw, 'r', sizeof raw);
    size_t stored = 0;
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    assert_status(pier_archive_store_raw(store, (pier_bytes){raw, sizeof raw}, &stored), PIER_OK);
    assert_status(pier_archive_end_raw(store), PIER_OK);
    test_close(store, &bytes);
    fault_allocator faults;
    fault_allocator_init(&faults);
    options = options_of(0, &faults.allocator);
    pier_archive *load = test_open_load(NULL, &options);
    test_source source = {.input = test_bytes_view(&bytes), .chunk = 5000};
    assert_status(next(load, &source), PIER_OK);
    pier_kept_block *blocks[64];
    pier_bytes parts[64];
    size_t count = 0;
    size_t total = 0;
    for (;;) {
        pier_bytes part;
        pier_status status = pier_archive_load_raw(load, &part);
        if (status == PIER_MORE) {
            pier_kept_block *none;
            assert_status(pier_archive_keep_block(load, &none), PIER_USAGE);
            assert_null(none);
            assert_true(test_feed(load, &source));
            continue;
        }
        if (status == PIER_END) {
            break;
        }
        assert_status(status, PIER_OK);
        assert_true(count < 64);
        parts[count] = part;
        assert_status(pier_archive_keep_block(load, &blocks[count++]), PIER_OK);
        total += part.size;
    }
    assert_int_equal(total, sizeof raw);
    pier_archive_destroy(load);
    for (size_t i = 0; i < count; i++) {
        assert_memory_equal(parts[i].data, raw, parts[i].size);
        pier_kept_block_release(blocks[i]);
    }
    fault_allocator_check(&faults);
    test_bytes_free(&bytes);
}

static void keep_by_budget(int format, uint64_t unread_bytes_max, bool is_refused) {
    test_bytes bytes = {0};
    make_stream(format, &bytes);
    pier_budget_options budget_options = {
        .size = sizeof budget_options, .connections_max = 1, .unread_bytes_max = unread_bytes_max};
    pier_budget *budget = NULL;
    assert_status(pier_budget_create(&budget, &budget_options, NULL), PIER_OK);
    pier_archive_options options = options_of(format, NULL);
    options.budget = budget;
    pier_archive *load = test_open_load(NULL, &options);
    test_source source = {.input = test_bytes_view(&bytes), .chunk = 2000};
    pier_kept_block *blocks[RECORDS];
    size_t count = 0;
    bool was_refused = false;
    for (size_t i = 0; i < RECORDS; i++) {
        assert_status(next(load, &source), PIER_OK);
        uint64_t before = pier_budget_unread_bytes(budget);
        pier_status status = pier_archive_keep_block(load, &blocks[count]);
        if (status == PIER_OK) {
            count++;
            assert_true(pier_budget_unread_bytes(budget) >= before);
            continue;
        }
        /* Refused, nothing has changed; what is given back may be kept again. */
        assert_status(status, PIER_LIMIT);
        assert_status(pier_archive_error(load)->status, PIER_LIMIT);
        assert_null(blocks[count]);
        assert_int_equal(pier_budget_unread_bytes(budget), before);
        was_refused = true;
        while (count > 0) {
            pier_kept_block_release(blocks[--count]);
        }
        assert_status(pier_archive_keep_block(load, &blocks[count++]), PIER_OK);
    }
    assert_int_equal(was_refused, is_refused);
    while (count > 0) {
        pier_kept_block_release(blocks[--count]);
    }
    pier_archive_destroy(load);
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    pier_budget_destroy(budget);
    test_bytes_free(&bytes);
}

static void what_is_kept_counts_in_the_budget(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        keep_by_budget(format, 4000000, false);
        keep_by_budget(format, 300000, true);
    }
}

/* What is fed while a record is looked at needs more memory: the record stays in the old one, which has two holders then,
 * or one, the archive. */
static void memory_is_left_with_a_kept_block(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_stream(2, &bytes);
    for (unsigned keeps_before = 0; keeps_before < 2; keeps_before++) {
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_archive_options options = options_of(2, &faults.allocator);
        pier_archive *load = test_open_load(NULL, &options);
        assert_status(pier_archive_feed(load, (pier_bytes){bytes.data, 3000}), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        kept k = {NULL, pier_load_text(load), 0};
        if (keeps_before != 0) {
            assert_status(pier_archive_keep_block(load, &k.block), PIER_OK);
        }
        assert_status(pier_archive_feed(load, (pier_bytes){bytes.data + 3000, bytes.size - 3000}), PIER_OK);
        if (keeps_before == 0) {
            assert_status(pier_archive_keep_block(load, &k.block), PIER_OK);
        }
        pier_archive_feed_end(load);
        for (size_t i = 1; i < RECORDS; i++) {
            assert_status(pier_archive_next(load), PIER_OK);
            check(&(kept){NULL, pier_load_text(load), i});
            check(&k);
        }
        pier_archive_destroy(load);
        check(&k);
        pier_kept_block_release(k.block);
        fault_allocator_check(&faults);
    }
    test_bytes_free(&bytes);
}

static void more_than_the_budget_is_refused(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_stream(2, &bytes);
    pier_budget_options budget_options = {
        .size = sizeof budget_options, .connections_max = 1, .unread_bytes_max = 6001};
    pier_budget *budget = NULL;
    assert_status(pier_budget_create(&budget, &budget_options, NULL), PIER_OK);
    pier_archive_options options = options_of(2, NULL);
    options.budget = budget;
    pier_archive *load = test_open_load(NULL, &options);
    assert_status(pier_archive_feed(load, (pier_bytes){bytes.data, 3000}), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_kept_block *block;
    assert_status(pier_archive_keep_block(load, &block), PIER_LIMIT);
    assert_null(block);
    assert_non_null(strstr(pier_archive_error(load)->text, "6001 (unread_bytes_max of pier_budget)"));
    assert_int_equal(pier_budget_unread_bytes(budget), 3000);
    assert_status(pier_archive_status(load), PIER_OK);
    assert_int_equal(pier_load_text(load).size, size_of(0));
    pier_archive_destroy(load);
    pier_budget_destroy(budget);
    test_bytes_free(&bytes);
}

static void where_there_is_nothing_to_keep(void **state) {
    (void)state;
    pier_kept_block *block;
    pier_archive_options options = options_of(2, NULL);
    pier_archive *store = test_open_store(NULL, &options);
    assert_status(pier_archive_keep_block(store, &block), PIER_USAGE);
    assert_null(block);
    pier_archive_destroy(store);
    pier_archive *load = test_open_load(NULL, &options);
    assert_status(pier_archive_keep_block(load, &block), PIER_USAGE);
    assert_status(pier_archive_feed(load, (pier_bytes){"\x01\xc1", 2}), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_keep_block(load, &block), PIER_OK);
    pier_kept_block_release(block);
    assert_status(pier_archive_next(load), PIER_PROTOCOL);
    assert_status(pier_archive_keep_block(load, &block), PIER_PROTOCOL);
    assert_null(block);
    pier_archive_destroy(load);
}

static void keep_with_faults(fault_allocator *faults, void *user) {
    int format = *(const int *)user;
    test_bytes bytes = {0};
    make_stream(format, &bytes);
    pier_archive_options options = options_of(format, &faults->allocator);
    pier_archive *load = NULL;
    kept all[6];
    size_t count = 0;
    pier_status status = pier_archive_open_load(&load, NULL, &options, NULL);
    test_source source = {.input = {bytes.data, bytes.size}, .chunk = 3000};
    for (size_t i = 0; status == PIER_OK && i < 45; i++) {
        do {
            status = pier_archive_next(load);
            if (status == PIER_MORE) {
                size_t size = bytes.size - source.fed < 3000 ? bytes.size - source.fed : 3000;
                status = pier_archive_feed(load, (pier_bytes){bytes.data + source.fed, size});
                source.fed += size;
                status = status == PIER_OK ? PIER_MORE : status;
            }
        } while (status == PIER_MORE);
        if (status == PIER_OK && i % 8 == 0) {
            all[count] = (kept){NULL, pier_load_text(load), i};
            pier_status keeping = pier_archive_keep_block(load, &all[count].block);
            assert_true(keeping == PIER_OK || (keeping == PIER_NO_MEMORY && faults->struck > 0));
            count += keeping == PIER_OK ? 1 : 0;
        }
    }
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    pier_archive_destroy(load);
    while (count > 0) {
        check(&all[--count]);
        pier_kept_block_release(all[count].block);
    }
    test_bytes_free(&bytes);
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        assert_true(fault_allocator_sweep(keep_with_faults, &format) > 10);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_stay_as_they_were),
        cmocka_unit_test(records_of_one_block_share_its_memory),
        cmocka_unit_test(marks_and_resets_leave_it_alone),
        cmocka_unit_test(raw_bytes_can_be_kept),
        cmocka_unit_test(what_is_kept_counts_in_the_budget),
        cmocka_unit_test(memory_is_left_with_a_kept_block),
        cmocka_unit_test(more_than_the_budget_is_refused),
        cmocka_unit_test(where_there_is_nothing_to_keep),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
