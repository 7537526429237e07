/* Reading ahead: marks set at every place of every stream, gone back to, and loaded on from.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>

#include <pier/mark.h>
#include <pier/raw.h>

#include "support/fault_allocator.h"

/* Loads one thing, whatever it is, and writes it down. Returns as pier_archive_next; feeds when asked to. */
static pier_status load_one(test_log *log, pier_archive *archive, test_source *source) {
    for (;;) {
        pier_status status = pier_archive_next(archive);
        if (status == PIER_OK && pier_archive_is_raw(archive)) {
            test_log_line(log, "raw %llu", (unsigned long long)pier_archive_record_number(archive));
            pier_bytes part;
            while ((status = pier_archive_load_raw(archive, &part)) == PIER_OK ||
                   (status == PIER_MORE && test_feed(archive, source))) {
                if (part.size > 0) {
                    test_log_line(log, "  part %zu", part.size);
                }
            }
            test_log_line(log, "  %s", pier_status_name(status));
            return status == PIER_END ? PIER_OK : status;
        }
        if (status == PIER_OK) {
            const pier__stream_class *of = pier__archive_record_class(archive);
            pier_bytes bytes = pier_archive_record_bytes(archive);
            test_log_line(log, "record %llu class %d %016llx size %zu first %u last %u%s",
                          (unsigned long long)pier_archive_record_number(archive), of != NULL ? of->id : -1,
                          (unsigned long long)(of != NULL ? of->fingerprint_low : 0), bytes.size,
                          ((const uint8_t *)bytes.data)[0], ((const uint8_t *)bytes.data)[bytes.size - 1],
                          pier_archive_is_message_end(archive) ? " end" : "");
            return status;
        }
        if (source != NULL && (status == PIER_MORE || status == PIER_END) && test_feed(archive, source)) {
            continue;
        }
        const pier_error *error = pier_archive_error(archive);
        test_log_line(log, "%s %lld", pier_status_name(status), status < 0 ? (long long)error->offset : 0);
        return status;
    }
}

/* What loading the whole without a mark gives. Returns how many things there are. */
static size_t load_whole(test_log *log, pier_format format, pier_bytes content, size_t chunk) {
    pier_archive_options options = {.format = format};
    pier_archive *archive = test_open_load(NULL, &options);
    test_source source = {.input = content, .chunk = chunk};
    size_t count = 1;
    while (load_one(log, archive, &source) == PIER_OK) {
        count++;
    }
    pier_archive_destroy(archive);
    return count;
}

static size_t different;

/* Marks behind the `at`-th thing, loads `ahead` more, goes back, twice, and loads to the end. What comes behind the
 * mark is the same each time. */
static void check_mark(const char *name, pier_format format, pier_bytes content, size_t chunk, size_t at, size_t ahead,
                       const char *expected) {
    fault_allocator memory;
    fault_allocator_init(&memory);
    pier_archive_options options = {.format = format, .allocator = &memory.allocator, .read_bytes = 33};
    pier_archive *archive = test_open_load(NULL, &options);
    test_source source = {.input = content, .chunk = chunk};
    test_log log = {0};
    for (size_t i = 0; i < at; i++) {
        (void)load_one(&log, archive, &source);
    }
    assert_status(pier_archive_mark(archive), PIER_OK);
    for (int turn = 0; turn < 2; turn++) {
        test_log tried = {0};
        for (size_t i = 0; i < ahead && load_one(&tried, archive, &source) == PIER_OK; i++) {
        }
        test_log_free(&tried);
        assert_status(pier_archive_rewind(archive), PIER_OK);
    }
    if (ahead % 2 == 0) {
        pier_archive_release(archive);
    }
    while (load_one(&log, archive, &source) == PIER_OK) {
    }
    if (strcmp(test_log_text(&log), expected) != 0 && different++ < 3) {
        print_message("%s, mark at %zu, %zu ahead:\n%sexpected:\n%s", name, at, ahead, test_log_text(&log), expected);
    }
    test_log_free(&log);
    pier_archive_destroy(archive);
    fault_allocator_check(&memory);
    fault_allocator_deinit(&memory);
}

static void check_vector(const char *name, pier_bytes content, void *user) {
    pier_format format = *(const pier_format *)user;
    if (content.size > 1200) {
        return;
    }
    test_log expected = {0};
    size_t count = load_whole(&expected, format, content, 0);
    for (size_t at = 0; at < count; at++) {
        for (size_t ahead = 1; ahead <= count - at; ahead += ahead < 3 ? 1 : count) {
            check_mark(name, format, content, 0, at, ahead, test_log_text(&expected));
            check_mark(name, format, content, 33, at, ahead, test_log_text(&expected));
            check_mark(name, format, content, 1, at, count, test_log_text(&expected));
        }
    }
    test_log_free(&expected);
}

static void each_vector_is_the_same_behind_a_mark(void **state) {
    (void)state;
    different = 0;
    pier_format framed = PIER_FORMAT_FRAMED;
    pier_format plain = PIER_FORMAT_PLAIN;
    assert_true(test_each_vector(".pier", check_vector, &framed) > 80);
    assert_true(test_each_vector(".msgpack", check_vector, &plain) > 10);
    assert_int_equal(different, 0);
}

/* Typed records over many epochs and blocks. */
static void make_epochs(test_bytes *bytes) {
    static const test_class classes[] = {{"mark.One", 40, PIER_OK}, {"mark.Two", 80, PIER_OK}};
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 40};
    pier_archive_options options = {.limits = &limits, .checkpoint_bytes = 300};
    pier_archive *store = test_open_store(NULL, &options);
    for (uint64_t i = 0; i < 200; i++) {
        if (i % 7 == 3) {
            test_store_u64(store, i);
        } else {
            assert_status(test_store_typed(store, &classes[i % 2], i), PIER_OK);
        }
    }
    test_close(store, bytes);
}

static void classes_are_as_they_were_when_epochs_are_gone_back_over(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_epochs(&bytes);
    test_log expected = {0};
    assert_int_equal(load_whole(&expected, PIER_FORMAT_FRAMED, test_bytes_view(&bytes), 0), 201);
    different = 0;
    for (size_t at = 0; at < 200; at += 7) {
        for (size_t ahead = 1; ahead < 200 - at; ahead += 13) {
            check_mark("epochs", PIER_FORMAT_FRAMED, test_bytes_view(&bytes), 0, at, ahead, test_log_text(&expected));
        }
        check_mark("epochs", PIER_FORMAT_FRAMED, test_bytes_view(&bytes), 33, at, 90, test_log_text(&expected));
    }
    assert_int_equal(different, 0);
    test_log_free(&expected);
    test_bytes_free(&bytes);
}

/* Marks in one another, set in one epoch, of which the last one kept the classes: the others go on with them. */
static void classes_pass_from_mark_to_mark(void **state) {
    (void)state;
    enum { AT = 20, MARKS = 3 };
    test_bytes bytes = {0};
    make_epochs(&bytes);
    test_log expected = {0};
    (void)load_whole(&expected, PIER_FORMAT_FRAMED, test_bytes_view(&bytes), 0);
    for (size_t rewound = 0; rewound < MARKS; rewound++) {
        pier_archive *archive = test_open_load(NULL, NULL);
        test_source source = {.input = test_bytes_view(&bytes), .chunk = 33};
        test_log log = {0};
        for (size_t i = 0; i < AT; i++) {
            assert_status(load_one(&log, archive, &source), PIER_OK);
        }
        for (int i = 0; i < MARKS; i++) {
            assert_status(pier_archive_mark(archive), PIER_OK);
        }
        for (size_t left = MARKS; left > 0; left--) {
            test_log tried = {0};
            for (int i = 0; i < 100; i++) {
                assert_status(load_one(&tried, archive, &source), PIER_OK);
            }
            test_log_free(&tried);
            if (left - 1 == rewound) {
                assert_status(pier_archive_rewind(archive), PIER_OK);
                break;
            }
            /* Without going back: from there on, the classes are the next mark's. */
            pier_archive_release(archive);
            assert_status(pier_archive_rewind(archive), PIER_OK);
        }
        test_log rest = {0};
        while (load_one(&rest, archive, &source) == PIER_OK) {
        }
        const char *all = test_log_text(&expected);
        const char *end = all + strlen(all) - strlen(test_log_text(&rest));
        assert_true(end > all && end[-1] == '\n');
        assert_string_equal(test_log_text(&rest), end);
        assert_int_equal(test_log_count(&rest, "record"), 200 - AT);
        test_log_free(&rest);
        test_log_free(&log);
        pier_archive_destroy(archive);
    }
    test_log_free(&expected);
    test_bytes_free(&bytes);
}

/* Over a file, with a pass that may lack memory at any call. */
static void nested(fault_allocator *faults, void *user) {
    const test_bytes *bytes = (const test_bytes *)user;
    pier_archive_options options = {.allocator = &faults->allocator, .read_bytes = 33};
    pier_archive *archive = NULL;
    pier_file *file = NULL;
    options.size = sizeof options;
    assert_status(pier_file_open_view(&file, test_bytes_view(bytes), NULL, NULL), PIER_OK);
    pier_status status = pier_archive_open_load(&archive, file, &options, NULL);
    uint64_t marked[8];
    size_t marks = 0;
    for (int step = 0; step < 120 && status == PIER_OK; step++) {
        if (step % 20 == 5 && marks < 8) {
            status = pier_archive_mark(archive);
            if (status == PIER_OK) {
                marked[marks++] = pier_archive_record_number(archive);
            }
        }
        if (status == PIER_OK) {
            status = pier_archive_next(archive);
        }
        if (step % 30 == 29 && marks > 0 && status == PIER_OK) {
            assert_status(pier_archive_rewind(archive), PIER_OK);
            assert_true(pier_archive_record_number(archive) == marked[marks - 1]);
            if (step % 60 == 59) {
                pier_archive_release(archive);
                marks--;
            }
        }
    }
    assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    if (status == PIER_OK) {
        assert_true(marks >= 2);
        assert_status(pier_archive_rewind(archive), PIER_OK);
        uint64_t number = marked[marks - 1];
        pier_status next;
        while ((next = pier_archive_next(archive)) == PIER_OK) {
            number++;
            assert_true(pier_archive_record_number(archive) == number);
        }
        assert_true(next == PIER_END || faults->struck > 0);
    } else if (archive != NULL && marks > 0) {
        /* Going back needs no memory, and loses nothing. */
        assert_status(pier_archive_rewind(archive), PIER_OK);
        assert_true(pier_archive_record_number(archive) == marked[marks - 1]);
        assert_status(pier_archive_status(archive), PIER_OK);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
}

static void nested_marks_survive_a_lack_of_memory(void **state) {
    (void)state;
    test_bytes bytes = {0};
    make_epochs(&bytes);
    assert_true(fault_allocator_sweep(nested, &bytes) > 20);
    test_bytes_free(&bytes);
}

static void values_within_a_record_are_loaded_again(void **state) {
    (void)state;
    for (int format = PIER_FORMAT_FRAMED; format <= PIER_FORMAT_PLAIN; format++) {
        pier_archive_options options = {.format = (pier_format)format};
        pier_archive *store = test_open_store(NULL, &options);
        test_bytes bytes = {0};
        assert_status(pier_archive_begin(store), PIER_OK);
        pier_store_array(store, 3);
        pier_store(store, 1);
        pier_store(store, "two");
        pier_store(store, 3.0);
        assert_status(pier_archive_end(store), PIER_OK);
        test_store_u64(store, 4);
        test_close(store, &bytes);
        pier_archive *load = test_open_load(NULL, &options);
        assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_load_array(load), 3);
        assert_int_equal(pier_load_u32(load), 1);
        assert_status(pier_archive_mark(load), PIER_OK);
        for (int turn = 0; turn < 3; turn++) {
            assert_int_equal(pier_load_text(load).size, 3);
            if (turn == 1) {
                /* A failure that is met ahead is taken back. */
                assert_int_equal(pier_load_text(load).size, 0);
                assert_status(pier_archive_status(load), PIER_TYPE);
            } else {
                assert_true(pier_load_f64(load) == 3.0);
                assert_status(pier_archive_next(load), PIER_OK);
                assert_int_equal(pier_load_u32(load), 4);
            }
            assert_status(pier_archive_rewind(load), PIER_OK);
            assert_int_equal(pier_archive_record_number(load), 1);
        }
        pier_archive_release(load);
        assert_status(pier_archive_rewind(load), PIER_USAGE);
        assert_status(pier_archive_status(load), PIER_OK);
        assert_int_equal(pier_load_text(load).size, 3);
        pier_archive_destroy(load);
        test_bytes_free(&bytes);
    }
}

/* More ahead than the queue's limit: told, and nothing lost. */
static void check_limit(pier_format format, bool by_hand) {
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 200, .queue_bytes_max = 2000};
    pier_archive_options options = {.format = format, .limits = &limits, .read_bytes = 33};
    pier_archive *store = test_open_store(NULL, &options);
    test_bytes bytes = {0};
    for (uint64_t i = 0; i < 100; i++) {
        test_store_text(store, 90, 'm');
        (void)test_drain(store, &bytes);
    }
    test_close(store, &bytes);
    pier_file *file = NULL;
    assert_status(pier_file_open_view(&file, test_bytes_view(&bytes), NULL, NULL), PIER_OK);
    pier_archive *load = test_open_load(by_hand ? NULL : file, &options);
    test_source source = {.input = test_bytes_view(&bytes), .chunk = 1};
    uint64_t loaded = 0;
    uint64_t marked = 0;
    unsigned limited = 0;
    pier_status status = PIER_OK;
    assert_status(pier_archive_mark(load), PIER_OK);
    while (loaded < 100) {
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            loaded++;
            assert_int_equal(pier_archive_record_number(load), loaded);
            assert_int_equal(pier_load_text(load).size, 90);
        } else if (status == PIER_MORE) {
            assert_true(test_feed(load, &source));
        } else {
            assert_status(status, PIER_LIMIT);
            assert_status(pier_archive_status(load), PIER_OK);
            assert_non_null(strstr(pier_archive_error(load)->text, "queue_bytes_max"));
            assert_status(pier_archive_next(load), PIER_LIMIT);
            if (++limited % 2 == 1) {
                assert_status(pier_archive_rewind(load), PIER_OK);
                loaded = marked;
                pier_archive_release(load);
                for (int i = 0; i < 5; i++) {
                    /* What was read ahead is there, and is given again. */
                    assert_status(pier_archive_next(load), PIER_OK);
                    assert_int_equal(pier_archive_record_number(load), ++loaded);
                }
            } else {
                pier_archive_release(load);
            }
            assert_status(pier_archive_mark(load), PIER_OK);
            marked = loaded;
        }
    }
    assert_true(limited >= 4);
    pier_archive_destroy(load);
    pier_file_destroy(file);
    test_bytes_free(&bytes);
}

static void reading_ahead_has_the_limit_of_the_queue(void **state) {
    (void)state;
    check_limit(PIER_FORMAT_FRAMED, false);
    check_limit(PIER_FORMAT_FRAMED, true);
    check_limit(PIER_FORMAT_PLAIN, false);
    check_limit(PIER_FORMAT_PLAIN, true);
}

static void misuse_is_told(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, NULL);
    assert_status(pier_archive_mark(store), PIER_USAGE);
    assert_status(pier_archive_rewind(store), PIER_USAGE);
    pier_archive_release(store);
    assert_status(pier_archive_status(store), PIER_OK);
    pier_archive_destroy(store);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_rewind(load), PIER_USAGE);
    pier_archive_release(load);
    for (int i = 0; i < PIER_MARKS_MAX; i++) {
        assert_status(pier_archive_mark(load), PIER_OK);
    }
    assert_status(pier_archive_mark(load), PIER_LIMIT);
    assert_status(pier_archive_status(load), PIER_OK);
    /* A failure that is recovered from leaves no mark behind. */
    assert_status(pier_archive_feed(load, (pier_bytes){"no stream", 9}), PIER_OK);
    pier_archive_feed_end(load);
    assert_status(pier_archive_next(load), PIER_CORRUPT);
    assert_status(pier_archive_mark(load), PIER_CORRUPT);
    assert_status(pier_archive_recover(load, NULL), PIER_END);
    assert_status(pier_archive_rewind(load), PIER_USAGE);
    assert_status(pier_archive_mark(load), PIER_OK);
    assert_status(pier_archive_reset(load), PIER_OK);
    assert_status(pier_archive_rewind(load), PIER_USAGE);
    pier_archive_destroy(load);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vector_is_the_same_behind_a_mark),
        cmocka_unit_test(classes_are_as_they_were_when_epochs_are_gone_back_over),
        cmocka_unit_test(classes_pass_from_mark_to_mark),
        cmocka_unit_test(nested_marks_survive_a_lack_of_memory),
        cmocka_unit_test(values_within_a_record_are_loaded_again),
        cmocka_unit_test(reading_ahead_has_the_limit_of_the_queue),
        cmocka_unit_test(misuse_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
