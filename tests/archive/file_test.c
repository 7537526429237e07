/* Archives over files: one suite over memory, disk, a socket pair, scripted files and by hand. Whatever carries the
 * bytes, in however small pieces, the same records arrive.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/scripted_file.h"

static const test_class one = {.name = "test.One"};
static const test_class two = {.name = "test.Two", .closure_bytes = 300};

/* What carries bytes from a storing to a loading archive. */
typedef struct carrier {
    const char *name;
    bool is_by_hand;
    bool is_one_way;  /* loaded only after all is stored */
    size_t write_cut; /* bytes that a write takes; 0: as it comes */
    size_t read_cut;
    /* Opens the two ends; `load` may be left NULL for one that is opened when all is stored. */
    void (*open)(struct carrier *carrier);
    void (*turn)(struct carrier *carrier); /* of one-way carriers */
    pier_file *store;
    pier_file *load;
    pier_file *inner[2];
    scripted_file scripts[2];
    char path[64];
} carrier;

static void open_hand(carrier *of) {
    (void)of;
}

static void open_memory(carrier *of) {
    assert_status(pier_file_open_memory(&of->store, NULL, NULL), PIER_OK);
}

static void turn_memory(carrier *of) {
    assert_status(pier_file_open_view(&of->load, pier_file_memory_bytes(of->store), NULL, NULL), PIER_OK);
}

static void open_disk(carrier *of) {
    (void)snprintf(of->path, sizeof of->path, "/tmp/pier-file-test-%ld", (long)getpid());
    (void)unlink(of->path);
    assert_status(pier_file_open_disk(&of->store, of->path, PIER_FILE_CREATE, NULL, NULL), PIER_OK);
}

static void turn_disk(carrier *of) {
    assert_status(pier_file_close(of->store), PIER_OK);
    assert_status(pier_file_open_disk(&of->load, of->path, PIER_FILE_READ, NULL, NULL), PIER_OK);
    assert_int_equal(unlink(of->path), 0);
}

static void open_sockets(pier_file **first, pier_file **second) {
    pier_socket *sockets[2];
    assert_status(pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL), PIER_OK);
    assert_status(pier_file_open_socket(first, sockets[0], NULL, NULL), PIER_OK);
    assert_status(pier_file_open_socket(second, sockets[1], NULL, NULL), PIER_OK);
}

static void open_socket_pair(carrier *of) {
    open_sockets(&of->store, &of->load);
}

/* Over a socket pair, cut in both directions, with "not now" in between. */
static void open_scripted(carrier *of) {
    open_sockets(&of->inner[0], &of->inner[1]);
    scripted_file_init_over(&of->scripts[0], of->inner[0]);
    scripted_file_init_over(&of->scripts[1], of->inner[1]);
    scripted_file_cut(&of->scripts[0], 0, of->write_cut);
    scripted_file_cut(&of->scripts[1], of->read_cut, 0);
    for (uint64_t i = 0; i < SCRIPTED_EVENTS_MAX; i++) {
        scripted_file_at(&of->scripts[0], PIER_WRITABLE, i * 29, PIER_WOULD_BLOCK, 2);
        scripted_file_at(&of->scripts[1], PIER_READABLE, i * 31, PIER_WOULD_BLOCK, 2);
    }
    of->store = scripted_file_open(&of->scripts[0], NULL);
    of->load = scripted_file_open(&of->scripts[1], NULL);
}

static const carrier carriers[] = {
    {.name = "by hand", .is_by_hand = true, .open = open_hand},
    {.name = "by hand, byte by byte", .is_by_hand = true, .read_cut = 1, .open = open_hand},
    {.name = "by hand, 33 bytes at a time", .is_by_hand = true, .read_cut = 33, .open = open_hand},
    {.name = "memory", .is_one_way = true, .open = open_memory, .turn = turn_memory},
    {.name = "disk", .is_one_way = true, .open = open_disk, .turn = turn_disk},
    {.name = "a socket pair", .open = open_socket_pair},
    {.name = "a scripted pair", .open = open_scripted},
    {.name = "a scripted pair, byte by byte", .write_cut = 1, .read_cut = 1, .open = open_scripted},
    {.name = "a scripted pair, 33 bytes at a time", .write_cut = 33, .read_cut = 33, .open = open_scripted},
};

static void close_carrier(carrier *of) {
    pier_file_destroy(of->store);
    pier_file_destroy(of->load);
    scripted_file_deinit(&of->scripts[0]);
    scripted_file_deinit(&of->scripts[1]);
    pier_file_destroy(of->inner[0]);
    pier_file_destroy(of->inner[1]);
}

/* One run: the carrier, both archives, and what was loaded. */
typedef struct run {
    carrier carrier;
    pier_archive *store;
    pier_archive *load;
    test_bytes queued; /* by hand: drained and not fed yet */
    test_source source;
    test_log log;
    pier_status last;
} run;

/* Moves what can be moved and loads what can be loaded. */
static void pump(run *now) {
    if (now->carrier.is_by_hand) {
        (void)test_drain(now->store, &now->queued);
        now->source.input = test_bytes_view(&now->queued);
        now->last = test_load(&now->log, now->load, &now->source, TEST_HAS_NEXT);
        /* Want of input and the end of a stream end a load; only the last line counts. */
        if (now->last == PIER_MORE) {
            now->log.text.size -= strlen("MORE\n");
        }
    } else if (!now->carrier.is_one_way) {
        now->last = test_load(&now->log, now->load, NULL, TEST_HAS_NEXT | TEST_PAUSES);
    }
}

static void store_one(run *now, uint64_t step) {
    for (;;) {
        pier_status status;
        if (step % 5 < 2) {
            status = test_store_typed(now->store, step % 5 == 0 ? &one : &two, step);
        } else {
            status = pier_archive_begin(now->store);
            if (status == PIER_OK) {
                static const char text[3000];
                pier_store_map(now->store, 2);
                pier_store(now->store, "number");
                pier_store(now->store, step);
                pier_store(now->store, "text");
                pier_store(now->store, ((pier_text){text, (size_t)(step * step % (step % 7 == 0 ? 3000 : 90))}));
                status = pier_archive_end(now->store);
            }
        }
        if (status == PIER_OK) {
            return;
        }
        assert_status(status, PIER_WOULD_BLOCK);
        pump(now);
    }
}

static void finish(run *now, bool closes) {
    for (;;) {
        pier_status status = closes ? pier_archive_close(now->store) : pier_archive_flush(now->store);
        if (status == PIER_OK) {
            return;
        }
        assert_status(status, PIER_WOULD_BLOCK);
        pump(now);
    }
}

/* Stores a program of records and loads it over one carrier. */
static void carry(const carrier *by, pier_format format, uint32_t target, uint32_t read_bytes, uint64_t steps,
                  test_log *log) {
    run now = {.carrier = *by};
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = target, .queue_bytes_max = target + 4000};
    pier_archive_options options = {
        .limits = &limits, .format = format, .read_bytes = read_bytes, .checkpoint_bytes = 2500};
    now.carrier.open(&now.carrier);
    now.source = (test_source){.chunk = by->read_cut, .never_ends = true};
    now.store = test_open_store(now.carrier.store, &options);
    pier_archive_set_deadline(now.store, PIER_NOW);
    if (!by->is_one_way) {
        now.load = test_open_load(now.carrier.load, &options);
        pier_archive_set_deadline(now.load, PIER_NOW);
    }
    for (uint64_t step = 0; step < steps; step++) {
        store_one(&now, step);
        if (step % 11 == 10) {
            finish(&now, false);
        }
        if (step % 3 == 0) {
            pump(&now);
        }
    }
    finish(&now, true);
    if (by->is_one_way) {
        now.carrier.turn(&now.carrier);
        now.load = test_open_load(now.carrier.load, &options);
        now.last = test_load(&now.log, now.load, NULL, TEST_HAS_NEXT);
    } else {
        if (by->is_by_hand) {
            now.source.never_ends = false;
        } else {
            assert_status(pier_file_shutdown(now.carrier.store), PIER_OK);
        }
        do {
            pump(&now);
            assert_true(now.last >= 0);
        } while (now.last != PIER_END);
    }
    assert_status(now.last, PIER_END);
    test_bytes_append(&log->text, test_log_text(&now.log), now.log.text.size);
    pier_archive_destroy(now.store);
    pier_archive_destroy(now.load);
    test_log_free(&now.log);
    test_bytes_free(&now.queued);
    close_carrier(&now.carrier);
}

static void the_same_records_arrive_over_every_carrier(void **state) {
    (void)state;
    static const uint32_t targets[] = {33, 700, 65536};
    static const uint32_t reads[] = {1, 33, 0};
    for (int plain = 0; plain < 2; plain++) {
        for (size_t i = 0; i < 3; i++) {
            /* The numbers of blocks differ with the target, and so do the marks: each has its own expectation. */
            test_log expected = {0};
            pier_format format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED;
            carry(&carriers[0], format, targets[i], reads[i], 120, &expected);
            assert_int_equal(test_log_count(&expected, "record"), 120);
            for (size_t j = 1; j < sizeof carriers / sizeof carriers[0]; j++) {
                test_log found = {0};
                carry(&carriers[j], format, targets[i], reads[i], 120, &found);
                if (strcmp(test_log_text(&found), test_log_text(&expected)) != 0) {
                    fail_msg("%s, target %u:\n%s\nexpected\n%s", carriers[j].name, targets[i], test_log_text(&found),
                             test_log_text(&expected));
                }
                test_log_free(&found);
            }
            test_log_free(&expected);
        }
    }
}

/* "Not now" at every byte that is written: the call is repeated, and the bytes are the same. ----------------------- */

static void store_over(pier_file *file, const pier_archive_options *options, pier_deadline deadline,
                       test_bytes *by_hand) {
    pier_archive *archive = test_open_store(file, options);
    pier_archive_set_deadline(archive, deadline);
    for (uint64_t i = 0; i < 12; i++) {
        pier_status status;
        do {
            status = i % 4 == 3 ? test_store_typed(archive, i % 8 == 3 ? &one : &two, i) : pier_archive_begin(archive);
        } while (status > 0);
        assert_status(status, PIER_OK);
        if (i % 4 != 3) {
            pier_store_text(archive, (pier_text){"0123456789abcdef0123456789abcdef", (size_t)i * 2});
            do {
                status = pier_archive_end(archive);
            } while (status > 0);
            assert_status(status, PIER_OK);
        }
        if (i % 5 == 4) {
            do {
                status = pier_archive_flush(archive);
            } while (status > 0);
            assert_status(status, PIER_OK);
        }
    }
    pier_status status;
    do {
        status = pier_archive_close(archive);
    } while (status > 0);
    assert_status(status, PIER_OK);
    if (by_hand != NULL) {
        (void)test_drain(archive, by_hand);
    }
    pier_archive_destroy(archive);
}

static void not_now_at_every_byte_written(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        pier_limits limits = {.size = sizeof limits, .block_target_bytes = 50, .queue_bytes_max = 120};
        pier_archive_options options = {.limits = &limits, .format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED};
        pier_limits wide = limits;
        wide.queue_bytes_max = 1 << 20;
        pier_archive_options by_hand = options;
        by_hand.limits = &wide;
        test_bytes expected = {0};
        store_over(NULL, &by_hand, PIER_NOW, &expected);
        for (size_t first = 0; first < expected.size; first += SCRIPTED_EVENTS_MAX) {
            for (int way = 0; way < 2; way++) {
                scripted_file script;
                scripted_file_init(&script, (pier_bytes){NULL, 0});
                for (uint64_t i = 0; i < SCRIPTED_EVENTS_MAX; i++) {
                    scripted_file_at(&script, PIER_WRITABLE, first + i, PIER_WOULD_BLOCK, 1 + (uint32_t)(i % 3));
                }
                scripted_file_cut(&script, 0, way == 0 ? 0 : 5);
                pier_file *file = scripted_file_open(&script, NULL);
                store_over(file, &options, way == 0 ? PIER_NOW : PIER_NEVER, NULL);
                pier_bytes written = scripted_file_written(&script);
                assert_int_equal(written.size, expected.size);
                assert_memory_equal(written.data, expected.data, expected.size);
                pier_file_destroy(file);
                scripted_file_deinit(&script);
            }
        }
        test_bytes_free(&expected);
    }
}

/* "Not now" at every byte that is read. */
static void not_now_at_every_byte_read(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        pier_limits limits = {.size = sizeof limits, .block_target_bytes = 50};
        pier_archive_options options = {.limits = &limits, .format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED};
        test_bytes stream = {0};
        store_over(NULL, &options, PIER_NOW, &stream);
        test_log expected = {0};
        test_load_bytes(&expected, &options, test_bytes_view(&stream), 0, 0, 0);
        options.format = PIER_FORMAT_GUESS;
        for (size_t first = 0; first < stream.size; first += SCRIPTED_EVENTS_MAX) {
            for (int way = 0; way < 2; way++) {
                scripted_file script;
                scripted_file_init(&script, test_bytes_view(&stream));
                for (uint64_t i = 0; i < SCRIPTED_EVENTS_MAX; i++) {
                    scripted_file_at(&script, PIER_READABLE, first + i, PIER_WOULD_BLOCK, 1 + (uint32_t)(i % 3));
                }
                pier_file *file = scripted_file_open(&script, NULL);
                pier_archive *load = test_open_load(file, &options);
                pier_archive_set_deadline(load, way == 0 ? PIER_NOW : PIER_NEVER);
                test_log found = {0};
                assert_status(test_load(&found, load, NULL, TEST_HAS_NEXT), PIER_END);
                assert_string_equal(test_log_text(&found), test_log_text(&expected));
                pier_archive_destroy(load);
                pier_file_destroy(file);
                scripted_file_deinit(&script);
                test_log_free(&found);
            }
        }
        test_log_free(&expected);
        test_bytes_free(&stream);
    }
}

/* Failures --------------------------------------------------------------------------------------------------------- */

static void a_failure_of_the_file_sticks_with_its_words(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 50};
    pier_archive_options options = {.limits = &limits};
    static const pier_status failures[] = {PIER_CLOSED, PIER_RESET, PIER_NO_SPACE, PIER_SYSTEM};
    for (uint64_t at = 0; at < 600; at += 23) {
        scripted_file script;
        scripted_file_init(&script, (pier_bytes){NULL, 0});
        pier_status failure = failures[at % 4];
        scripted_file_at(&script, PIER_WRITABLE, at, failure, 1);
        pier_file *file = scripted_file_open(&script, NULL);
        pier_archive *archive = test_open_store(file, &options);
        pier_status status = PIER_OK;
        for (int i = 0; i < 40 && status == PIER_OK; i++) {
            status = pier_archive_begin(archive);
            if (status == PIER_OK) {
                pier_store(archive, "a record of some length");
                status = pier_archive_end(archive);
            }
        }
        assert_status(status, failure);
        assert_status(pier_archive_status(archive), failure);
        assert_status(pier_archive_error(archive)->status, failure);
        assert_int_equal(pier_archive_error(archive)->floor, PIER_FLOOR_FILE);
        assert_status(pier_archive_begin(archive), failure);
        assert_status(pier_archive_flush(archive), failure);
        assert_status(pier_archive_close(archive), failure);
        assert_int_equal(script.write_offset, at); /* nothing more is tried */
        /* A reset begins anew: the whole stream once more. */
        assert_status(pier_archive_reset(archive), PIER_OK);
        assert_status(pier_archive_begin(archive), PIER_OK);
        pier_store(archive, 1);
        assert_status(pier_archive_end(archive), PIER_OK);
        assert_status(pier_archive_close(archive), PIER_OK);
        assert_int_equal(script.write_offset, at + 64 + 65 + 64);
        pier_archive_destroy(archive);
        pier_file_destroy(file);
        scripted_file_deinit(&script);
    }
}

/* Half a record and then silence costs nobody a wait: the answer is "not now", and what was before is delivered. */
static void half_a_record_and_silence(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        pier_archive_options options = {.format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED};
        test_bytes stream = {0};
        pier_archive *store = test_open_store(NULL, &options);
        test_store_u64(store, 1);
        assert_status(pier_archive_flush(store), PIER_OK);
        (void)test_drain(store, &stream);
        size_t first = stream.size;
        test_store_text(store, 1000, 'x');
        test_close(store, &stream);
        scripted_file script;
        scripted_file_init(&script, (pier_bytes){stream.data, first});
        script.input_may_grow = true;
        pier_file *file = scripted_file_open(&script, NULL);
        pier_archive *load = test_open_load(file, &options);
        pier_archive_set_deadline(load, PIER_NOW);
        assert_status(pier_archive_next(load), PIER_OK);
        for (size_t size = first; size < first + 700; size += 13) {
            scripted_file_extend(&script, (pier_bytes){stream.data, size});
            assert_status(pier_archive_next(load), PIER_WOULD_BLOCK);
            assert_false(pier_archive_has_next(load));
            assert_status(pier_archive_status(load), PIER_OK);
        }
        pier_archive_set_deadline(load, PIER_NEVER);
        assert_status(pier_archive_next(load), PIER_TIMEOUT); /* the script's word for a deadline that passed */
        scripted_file_extend(&script, test_bytes_view(&stream));
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_load_text(load).size, 1000);
        pier_archive_destroy(load);
        pier_file_destroy(file);
        scripted_file_deinit(&script);
        test_bytes_free(&stream);
    }
}

/* A deadline that has passed, over a real socket. */
static void deadlines_pass_over_a_socket(void **state) {
    (void)state;
    pier_file *files[2];
    open_sockets(&files[0], &files[1]);
    pier_archive *load = test_open_load(files[0], NULL);
    pier_archive_set_deadline(load, pier_deadline_after_ms(20));
    int64_t begun = pier_clock_monotonic_ns();
    assert_status(pier_archive_next(load), PIER_TIMEOUT);
    assert_true(pier_clock_monotonic_ns() - begun >= 19000000);
    pier_archive_set_deadline(load, PIER_NOW);
    assert_status(pier_archive_next(load), PIER_WOULD_BLOCK);
    /* The other side does not read: what the system does not take stays queued. */
    pier_archive *store = test_open_store(files[1], NULL);
    pier_archive_set_deadline(store, pier_deadline_after_ms(30));
    test_store_text(store, 4 << 20, 'x');
    assert_status(pier_archive_flush(store), PIER_TIMEOUT);
    assert_true(pier_archive_queued_bytes(store) > 0);
    pier_archive_set_deadline(store, PIER_NOW);
    assert_status(pier_archive_flush(store), PIER_WOULD_BLOCK);
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_WOULD_BLOCK) {
        pier_status flushed = pier_archive_flush(store);
        assert_true(flushed == PIER_OK || flushed == PIER_WOULD_BLOCK);
    }
    assert_status(status, PIER_OK);
    assert_int_equal(pier_load_text(load).size, 4 << 20);
    assert_int_equal(pier_archive_queued_bytes(store), 0);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    pier_file_destroy(files[0]);
    pier_file_destroy(files[1]);
}

/* Over a file that may wait the end mark is the end at once, and the call after it reads on; over one that never waits
 * the end of the file must stand behind it. */
static void the_end_over_files(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    test_store_u64(store, 1);
    test_close(store, &stream);
    size_t size = stream.size;
    test_bytes_append(&stream, stream.data, size);
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){stream.data, size});
    script.input_may_grow = true;
    pier_file *file = scripted_file_open(&script, NULL);
    pier_archive *load = test_open_load(file, NULL);
    pier_archive_set_deadline(load, PIER_NOW);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_true(pier_archive_has_next(load));
    assert_status(pier_archive_next(load), PIER_END);
    assert_false(pier_archive_has_next(load));
    assert_status(pier_archive_next(load), PIER_WOULD_BLOCK);
    scripted_file_extend(&script, test_bytes_view(&stream));
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_END);
    script.input_may_grow = false;
    assert_status(pier_archive_next(load), PIER_END);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_file_destroy(file);
    scripted_file_deinit(&script);
    /* Both streams of a file are one input. */
    pier_file *view = NULL;
    assert_status(pier_file_open_view(&view, test_bytes_view(&stream), NULL, NULL), PIER_OK);
    load = test_open_load(view, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_archive_record_number(load), 1);
    assert_status(pier_archive_next(load), PIER_END);
    assert_status(pier_archive_next(load), PIER_END);
    assert_status(pier_archive_feed(load, (pier_bytes){"x", 1}), PIER_USAGE);
    pier_archive_feed_filled(load, 1);
    pier_archive_feed_end(load);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_file_destroy(view);
    test_bytes_free(&stream);
}

static void a_storer_over_a_file_is_not_drained(void **state) {
    (void)state;
    pier_file *file = NULL;
    assert_status(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
    pier_archive *store = test_open_store(file, NULL);
    test_store_u64(store, 1);
    assert_int_equal(pier_archive_drain(store).size, 0);
    pier_archive_drained(store, 0);
    assert_status(pier_archive_status(store), PIER_OK);
    assert_int_equal(pier_file_memory_bytes(file).size, 0); /* nothing leaves before the first flush or full block */
    assert_status(pier_archive_flush(store), PIER_OK);
    assert_int_equal(pier_file_memory_bytes(file).size, 64 + 65);
    pier_archive_drained(store, 1);
    assert_status(pier_archive_status(store), PIER_USAGE);
    pier_archive_destroy(store);
    pier_file_destroy(file);
}

/* Time by the system's clock, until one is given. */
static void blocks_over_a_file_are_marked_with_the_time(void **state) {
    (void)state;
    pier_file *file = NULL;
    assert_status(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
    pier_archive *store = NULL;
    uint64_t before = (uint64_t)pier_clock_unix_ns();
    assert_status(pier_archive_open_store(&store, file, NULL, NULL), PIER_OK);
    test_store_u64(store, 1);
    assert_status(pier_archive_flush(store), PIER_OK);
    pier_archive_set_time(store, 0);
    test_store_u64(store, 2);
    assert_status(pier_archive_close(store), PIER_OK);
    uint64_t after = (uint64_t)pier_clock_unix_ns();
    pier_archive *load = test_open_load(file, NULL);
    pier_block block;
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_true(block.time_unix_ns >= before && block.time_unix_ns <= after);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_true(block.time_unix_ns >= before && block.time_unix_ns <= after);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.time_unix_ns, 0);
    pier_archive_destroy(load);
    pier_archive_destroy(store);
    pier_file_destroy(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_records_arrive_over_every_carrier),
        cmocka_unit_test(not_now_at_every_byte_written),
        cmocka_unit_test(not_now_at_every_byte_read),
        cmocka_unit_test(a_failure_of_the_file_sticks_with_its_words),
        cmocka_unit_test(half_a_record_and_silence),
        cmocka_unit_test(deadlines_pass_over_a_socket),
        cmocka_unit_test(the_end_over_files),
        cmocka_unit_test(a_storer_over_a_file_is_not_drained),
        cmocka_unit_test(blocks_over_a_file_are_marked_with_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
