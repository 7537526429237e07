/* Archives when memory and system calls fail: the n-th once, and from then on for good, until a pass is clean. Nothing
 * leaks, what was accepted arrives, and "not now" or "no memory" loses nothing.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/fault_allocator.h"
#include "support/fault_system.h"

static const test_class classes[] = {{.name = "test.One"}, {.name = "test.Two", .closure_bytes = 400}};

enum { RECORDS = 40 };

/* A program that stores RECORDS records, some of them of classes, and loads them again. Every call that answers that
 * memory lacks is made again, until it has been asked `patience` times. */
typedef struct program {
    pier_archive *store;
    pier_archive *load;
    uint64_t stored;
    test_log log;
    bool gave_up;
    unsigned patience;
} program;

/* Whether a call is to be made again. */
static bool again(program *of, pier_status status) {
    if (status != PIER_NO_MEMORY) {
        return false;
    }
    if (of->patience == 0) {
        of->gave_up = true;
        return false;
    }
    of->patience--;
    return true;
}

static pier_status store_record(program *of, uint64_t i) {
    if (i % 4 == 1) {
        return test_store_typed(of->store, &classes[i / 4 % 2], i);
    }
    pier_status status = pier_archive_begin(of->store);
    if (status == PIER_OK) {
        static const char text[2000];
        pier_store_array(of->store, 2);
        pier_store(of->store, i);
        pier_store(of->store, ((pier_text){text, (size_t)(i * i)}));
        status = pier_archive_end(of->store);
    }
    return status;
}

static void store_all(program *of) {
    while (of->stored < RECORDS && !of->gave_up) {
        pier_status status = store_record(of, of->stored);
        if (status == PIER_OK) {
            of->stored++;
            continue;
        }
        assert_true(again(of, status) || of->gave_up);
        assert_status(pier_archive_error(of->store)->status, PIER_NO_MEMORY);
        assert_status(pier_archive_status(of->store), PIER_OK);
    }
    pier_status status;
    do {
        status = pier_archive_close(of->store);
    } while (again(of, status));
    assert_true(status == PIER_OK || of->gave_up);
}

/* Loads what there is; memory that lacks for a definition sticks, and recovering goes on without a loss. */
static void load_all(program *of) {
    for (;;) {
        pier_status status = pier_archive_next(of->load);
        if (status == PIER_OK) {
            pier_bytes bytes = pier_archive_record_bytes(of->load);
            const pier__stream_class *class_of = pier__archive_record_class(of->load);
            test_log_line(&of->log, "%llu %u %zu", (unsigned long long)pier_archive_record_number(of->load),
                          class_of == NULL ? 0u : class_of->id, bytes.size);
            continue;
        }
        if (!again(of, status)) {
            assert_true(status == PIER_END || status == PIER_MORE || of->gave_up);
            return;
        }
        uint64_t skipped = 1;
        if (pier_archive_status(of->load) != PIER_OK) {
            assert_status(pier_archive_recover(of->load, &skipped), PIER_OK);
            assert_int_equal(skipped, 0);
        }
    }
}

static pier_status open_both(program *of, pier_file *file, const pier_archive_options *options) {
    pier_error error = {0};
    pier_status status = pier_archive_open_store(&of->store, file, options, &error);
    if (status == PIER_OK) {
        pier_archive_set_time(of->store, OPENED_NS);
        status = pier_archive_open_load(&of->load, file, options, &error);
    } else {
        assert_null(of->store);
    }
    if (status != PIER_OK) {
        assert_null(of->load);
        assert_status(error.status, status);
    }
    return status;
}

static char *expected_log;

/* Runs the program by hand, over what the sweep lets fail. */
static void pass_by_hand(fault_allocator *faults, void *user) {
    (void)user;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 300};
    pier_archive_options options = {.size = sizeof options,
                                    .allocator = &faults->allocator,
                                    .limits = &limits,
                                    .stream_id = STREAM_ID,
                                    .checkpoint_bytes = 4000,
                                    .read_bytes = 50};
    program of = {.patience = faults->for_good ? 3 : 100};
    pier_status status = open_both(&of, NULL, &options);
    if (status == PIER_OK) {
        store_all(&of);
        /* Fed in pieces; a feed that fails has taken nothing. */
        pier_bytes ready = pier_archive_drain(of.store);
        for (size_t fed = 0; fed < ready.size && !of.gave_up;) {
            size_t size = ready.size - fed < 700 ? ready.size - fed : 700;
            status = pier_archive_feed(of.load, (pier_bytes){(const uint8_t *)ready.data + fed, size});
            if (status == PIER_OK) {
                fed += size;
                load_all(&of);
            } else {
                assert_true(again(&of, status) || of.gave_up);
            }
        }
        if (!of.gave_up) {
            assert_int_equal(test_log_count(&of.log, ""), RECORDS);
            if (expected_log == NULL) {
                expected_log = strdup(test_log_text(&of.log));
            }
            assert_string_equal(test_log_text(&of.log), expected_log);
        }
    } else {
        assert_status(status, PIER_NO_MEMORY);
        assert_true(faults->struck > 0);
    }
    if (faults->struck == 0) {
        assert_false(of.gave_up);
    }
    pier_archive_destroy(of.store);
    pier_archive_destroy(of.load);
    test_log_free(&of.log);
}

static void memory_that_lacks_loses_nothing_by_hand(void **state) {
    (void)state;
    uint64_t struck = fault_allocator_sweep(pass_by_hand, NULL);
    assert_true(struck > 60);
    free(expected_log);
    expected_log = NULL;
}

/* The same over a file in memory, which fails for its own part and then sticks. */
static void pass_over_memory(fault_allocator *faults, void *user) {
    (void)user;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 300};
    pier_archive_options options = {.size = sizeof options,
                                    .allocator = &faults->allocator,
                                    .limits = &limits,
                                    .stream_id = STREAM_ID,
                                    .checkpoint_bytes = 4000,
                                    .read_bytes = 50};
    pier_file *file = NULL;
    pier_error error;
    if (pier_file_open_memory(&file, &faults->allocator, &error) != PIER_OK) {
        return;
    }
    program of = {.patience = faults->for_good ? 3 : 100};
    if (open_both(&of, file, &options) == PIER_OK) {
        pier_status status = PIER_OK;
        while (of.stored < RECORDS && status == PIER_OK) {
            status = store_record(&of, of.stored);
            of.stored += status == PIER_OK ? 1u : 0u;
        }
        if (status == PIER_OK) {
            status = pier_archive_close(of.store);
        }
        assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
        if (status == PIER_OK) {
            load_all(&of);
            if (!of.gave_up) {
                assert_int_equal(test_log_count(&of.log, ""), RECORDS);
            }
        }
    }
    pier_archive_destroy(of.store);
    pier_archive_destroy(of.load);
    pier_file_destroy(file);
    test_log_free(&of.log);
}

static void memory_that_lacks_leaks_nothing_over_a_file(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(pass_over_memory, NULL) > 60);
}

/* A record that needs a block of its own, a class switch and back, each where memory just lacks. */
static void pass_of_tight_places(fault_allocator *faults, void *user) {
    (void)user;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 33};
    pier_archive_options options = {
        .size = sizeof options, .allocator = &faults->allocator, .limits = &limits, .stream_id = STREAM_ID};
    pier_archive *store = NULL;
    if (pier_archive_open_store(&store, NULL, &options, NULL) != PIER_OK) {
        assert_true(faults->struck > 0);
        return;
    }
    pier_archive_set_time(store, OPENED_NS);
    test_bytes stream = {0};
    uint64_t stored = 0;
    for (unsigned tries = 0; stored < 60 && tries < 100; tries++) {
        pier_status status;
        if (stored % 3 == 0) {
            status = test_store_typed(store, &classes[stored / 3 % 2], stored);
        } else {
            static const char text[300];
            status = pier_archive_begin(store);
            if (status == PIER_OK) {
                pier_store_text(store, (pier_text){text, (size_t)(stored % 3 == 1 ? stored * 5 : 3)});
                status = pier_archive_end(store);
            }
        }
        assert_true(status == PIER_OK || status == PIER_NO_MEMORY);
        stored += status == PIER_OK ? 1u : 0u;
        if (tries % 7 == 6) {
            (void)test_drain(store, &stream);
        }
    }
    pier_status status = pier_archive_close(store);
    if (status == PIER_NO_MEMORY) {
        status = pier_archive_close(store);
    }
    (void)test_drain(store, &stream);
    if (status == PIER_OK) {
        test_log log = {0};
        test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, TEST_HAS_NEXT);
        assert_int_equal(test_log_count(&log, "record"), stored);
        assert_int_equal(test_log_count(&log, "END"), 1);
        test_log_free(&log);
    } else {
        assert_true(faults->for_good && faults->struck > 0);
    }
    pier_archive_destroy(store);
    test_bytes_free(&stream);
}

static void memory_that_lacks_in_tight_places(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(pass_of_tight_places, NULL) > 10);
}

/* Memory that lacks during one call alone. The sizes make every call, for one of them, the one that needs a longer
 * buffer. */

enum { STEPS = 9 };

/* One step of a program that meets every way in which a record may need room. Returns what the call answered. */
static pier_status take_step(pier_archive *store, int step, size_t size) {
    static const char text[1000];
    pier_status status = PIER_OK;
    switch (step) {
    case 0:
        status = pier_archive_begin(store);
        return status == PIER_OK
                   ? pier_archive_store_encoded(store, (pier_bytes){NULL, 0}) == PIER_USAGE ? PIER_OK : PIER_SYSTEM
                   : status;
    case 1:
        pier_store_text(store, (pier_text){text, size});
        return pier_archive_end(store);
    case 2:
    case 6:
        return test_store_typed(store, &classes[step == 6], 5);
    case 3:
        /* From a class back to none. */
        return pier_archive_store_encoded(store, (pier_bytes){"\x01", 1});
    case 4:
        status = pier__archive_begin_class(store, &classes[0], test_encode_closure);
        if (status == PIER_OK) {
            pier_store_text(store, (pier_text){text, 200 + size % 50});
            status = pier__archive_end_typed(store);
        }
        return status;
    case 5:
        return pier_archive_flush(store);
    case 7:
        return pier_archive_flush(store);
    default:
        return pier_archive_close(store);
    }
}

static void store_in_steps(size_t size, int poor_step, test_bytes *stream) {
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 100};
    pier_archive *store =
        test_open_store(NULL, &(pier_archive_options){.allocator = &faults.allocator, .limits = &limits});
    for (int step = 0; step < STEPS; step++) {
        fault_allocator_fail(&faults, step == poor_step ? 1 : 0, true);
        pier_status status = take_step(store, step, size);
        fault_allocator_fail(&faults, 0, false);
        assert_status(pier_archive_status(store), PIER_OK);
        if (status != PIER_OK) {
            assert_status(status, PIER_NO_MEMORY);
            assert_int_equal(step, poor_step);
            assert_status(pier_archive_error(store)->status, PIER_NO_MEMORY);
            if (step == 1) {
                /* The record was refused: it is begun again. */
                assert_status(take_step(store, 0, size), PIER_OK);
            }
            assert_status(take_step(store, step, size), PIER_OK);
        }
    }
    (void)test_drain(store, stream);
    pier_archive_destroy(store);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

static void memory_that_lacks_during_one_call(void **state) {
    (void)state;
    for (size_t size = 0; size < 330; size++) {
        test_bytes expected = {0};
        store_in_steps(size, -1, &expected);
        for (int step = 0; step < STEPS; step++) {
            test_bytes found = {0};
            store_in_steps(size, step, &found);
            assert_int_equal(found.size, expected.size);
            assert_memory_equal(found.data, expected.data, found.size);
            test_bytes_free(&found);
        }
        test_bytes_free(&expected);
    }
}

/* System calls ----------------------------------------------------------------------------------------------------- */

/* Two archives over the ends of a socket pair, served in turn by this thread: RECORDS records go from one to the
 * other. Returns PIER_OK when all arrived, else the first failure. */
static pier_status carry_over_sockets(test_log *log) {
    pier_socket *sockets[2] = {NULL, NULL};
    pier_file *files[2] = {NULL, NULL};
    program of = {.store = NULL};
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 300};
    pier_archive_options options = {.size = sizeof options, .limits = &limits, .read_bytes = 100};
    pier_status status = pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL);
    for (int i = 0; i < 2 && status == PIER_OK; i++) {
        status = pier_file_open_socket(&files[i], sockets[i], NULL, NULL);
        sockets[i] = status == PIER_OK ? NULL : sockets[i];
    }
    if (status == PIER_OK) {
        status = pier_archive_open_store(&of.store, files[0], &options, NULL);
    }
    if (status == PIER_OK) {
        status = pier_archive_open_load(&of.load, files[1], &options, NULL);
    }
    bool is_closed = false;
    bool is_ended = false;
    while (status == PIER_OK && !is_ended) {
        /* One wait, when the first records are on their way; else this thread would wait for itself. */
        pier_archive_set_deadline(of.store, PIER_NOW);
        pier_archive_set_deadline(of.load, of.stored == 5 ? pier_deadline_after_ms(1) : PIER_NOW);
        pier_status now = PIER_OK;
        if (of.stored < RECORDS) {
            now = store_record(&of, of.stored);
            of.stored += now == PIER_OK ? 1u : 0u;
        } else if (!is_closed) {
            now = pier_archive_close(of.store);
            is_closed = now == PIER_OK;
        }
        status = now < 0 ? now : PIER_OK;
        while (status == PIER_OK && (of.stored % 5 == 0 || is_closed)) {
            now = pier_archive_next(of.load);
            if (now != PIER_OK) {
                status = now < 0 ? now : PIER_OK;
                is_ended = now == PIER_END;
                break;
            }
            test_log_line(log, "%llu %zu", (unsigned long long)pier_archive_record_number(of.load),
                          pier_archive_record_bytes(of.load).size);
        }
    }
    if (status < 0 && of.store != NULL && of.load != NULL) {
        /* The failure sticks in the archive that met it. */
        assert_true(pier_archive_status(of.store) == status || pier_archive_status(of.load) == status);
    }
    pier_archive_destroy(of.store);
    pier_archive_destroy(of.load);
    for (int i = 0; i < 2; i++) {
        pier_file_destroy(files[i]);
        pier_socket_destroy(sockets[i]);
    }
    return status;
}

/* What was delivered before a failure is a beginning of what would have been. */
static void check_prefix(test_log *log) {
    test_log whole = {0};
    fault_system_reset();
    assert_status(carry_over_sockets(&whole), PIER_OK);
    assert_int_equal(test_log_count(&whole, ""), RECORDS);
    assert_memory_equal(test_log_text(log), test_log_text(&whole), log->text.size);
    test_log_free(&whole);
}

static void pass_over_sockets(void *user) {
    (void)user;
    test_log log = {0};
    pier_status status = carry_over_sockets(&log);
    uint64_t struck = fault_system_struck();
    assert_true(struck > 0 || status == PIER_OK);
    assert_true(status == PIER_OK || pier_status_category_of(status) == PIER_CATEGORY_SYSTEM ||
                status == PIER_NO_MEMORY);
    if (status == PIER_OK) {
        assert_int_equal(test_log_count(&log, ""), RECORDS);
    }
    test_log_free(&log);
}

static void every_system_call_fails_honestly(void **state) {
    (void)state;
    assert_true(fault_system_sweep(pass_over_sockets, NULL) > 20);
}

static void interrupted_stalled_and_short_calls_change_nothing(void **state) {
    (void)state;
    for (uint64_t every = 2; every < 6; every++) {
        for (size_t most = 0; most < 40; most = most * 6 + 1) {
            test_log log = {0};
            fault_system_reset();
            fault_system_interrupt(every);
            fault_system_stall(every + 1);
            fault_system_shorten(most);
            pier_status status = carry_over_sockets(&log);
            fault_system_reset();
            assert_status(status, PIER_OK);
            assert_int_equal(test_log_count(&log, ""), RECORDS);
            test_log_free(&log);
        }
    }
}

static void a_connection_that_breaks_is_told_after_what_came(void **state) {
    (void)state;
    for (uint64_t nth = 1; nth < 60; nth++) {
        test_log log = {0};
        fault_system_reset();
        fault_system_break_connection(nth);
        pier_status status = carry_over_sockets(&log);
        fault_system_reset();
        if (status == PIER_OK) {
            assert_int_equal(test_log_count(&log, ""), RECORDS);
        } else {
            assert_status(status, PIER_RESET);
            check_prefix(&log);
        }
        test_log_free(&log);
    }
}

/* While both directions wait, the waiting itself may fail. */
static void a_wait_that_fails_sticks(void **state) {
    (void)state;
    pier_socket *sockets[2];
    pier_file *files[2];
    fault_system_reset();
    assert_status(pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL), PIER_OK);
    for (int i = 0; i < 2; i++) {
        assert_status(pier_file_open_socket(&files[i], sockets[i], NULL, NULL), PIER_OK);
    }
    pier_archive *store = test_open_store(files[0], NULL);
    pier_archive *load = test_open_load(files[0], NULL);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    pier_archive_set_deadline(store, PIER_NOW);
    while (pier_archive_queued_bytes(store) == 0) {
        test_store_text(store, 60000, 'x');
        (void)(pier_archive_flush(store) == PIER_OK);
    }
    pier_archive_set_deadline(store, pier_deadline_after_ms(10000));
    fault_system_fail(FAULT_POLL, 1, true, EIO);
    fault_system_fail(FAULT_PPOLL, 1, true, EIO);
    assert_status(pier_archive_flush(store), PIER_SYSTEM);
    fault_system_reset();
    assert_status(pier_archive_flush(store), PIER_SYSTEM);
    assert_int_equal(pier_archive_error(store)->os_error, EIO);
    assert_status(pier_archive_status(load), PIER_OK);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    pier_file_destroy(files[0]);
    pier_file_destroy(files[1]);
}

/* Over disk: a file that fails on the way is loaded up to where it was written, and told as cut. */
static void pass_over_disk(void *user) {
    const char *path = (const char *)user;
    pier_file *file = NULL;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 500};
    pier_archive_options options = {.size = sizeof options, .limits = &limits, .read_bytes = 200};
    program of = {.store = NULL};
    pier_error error;
    pier_status status = pier_file_open_disk(&file, path, PIER_FILE_REPLACE, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_store(&of.store, file, &options, &error);
    }
    while (status == PIER_OK && of.stored < RECORDS) {
        status = store_record(&of, of.stored);
        of.stored += status == PIER_OK ? 1u : 0u;
    }
    if (status == PIER_OK) {
        status = pier_archive_close(of.store);
    }
    if (status == PIER_OK) {
        status = pier_file_sync(file);
    }
    bool is_stored = status == PIER_OK;
    pier_archive_destroy(of.store);
    pier_file_destroy(file);
    file = NULL;
    uint64_t struck = fault_system_struck();
    assert_true(is_stored || struck > 0);
    status = pier_file_open_disk(&file, path, PIER_FILE_READ, NULL, &error);
    uint64_t records = 0;
    if (status == PIER_OK && pier_archive_open_load(&of.load, file, &options, &error) == PIER_OK) {
        while ((status = pier_archive_next(of.load)) == PIER_OK) {
            records++;
            assert_int_equal(pier_archive_record_number(of.load), records);
        }
        if (is_stored && fault_system_struck() == struck) {
            assert_status(status, PIER_END);
            assert_int_equal(records, RECORDS);
        } else {
            assert_true(status == PIER_END || status == PIER_TRUNCATED ||
                        pier_status_category_of(status) == PIER_CATEGORY_SYSTEM);
            assert_true(records <= RECORDS);
        }
        pier_archive_destroy(of.load);
    }
    pier_file_destroy(file);
}

static void disks_fail_honestly(void **state) {
    (void)state;
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/pier-fault-test-%ld", (long)getpid());
    assert_true(fault_system_sweep(pass_over_disk, path) > 10);
    fault_system_reset();
    (void)unlink(path);
}

static void pass_of_random_numbers(void *user) {
    (void)user;
    pier_archive *archive = (pier_archive *)&expected_log;
    pier_error error = {0};
    pier_status status = pier_archive_open_store(&archive, NULL, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_reset(archive);
        if (status != PIER_OK) {
            assert_status(pier_archive_status(archive), PIER_SYSTEM);
            assert_status(pier_archive_begin(archive), PIER_SYSTEM);
            assert_int_equal(pier_archive_drain(archive).size, 0);
        }
    } else {
        assert_null(archive);
        assert_status(error.status, PIER_SYSTEM);
    }
    assert_true(status == PIER_OK || (status == PIER_SYSTEM && fault_system_struck() > 0));
    pier_archive_destroy(archive);
}

static void without_a_random_number_there_is_no_stream(void **state) {
    (void)state;
    assert_true(fault_system_sweep_call(pass_of_random_numbers, NULL, FAULT_GETRANDOM, EIO) >= 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_lacks_loses_nothing_by_hand),
        cmocka_unit_test(memory_that_lacks_leaks_nothing_over_a_file),
        cmocka_unit_test(memory_that_lacks_in_tight_places),
        cmocka_unit_test(memory_that_lacks_during_one_call),
        cmocka_unit_test(a_wait_that_fails_sticks),
        cmocka_unit_test(every_system_call_fails_honestly),
        cmocka_unit_test(interrupted_stalled_and_short_calls_change_nothing),
        cmocka_unit_test(a_connection_that_breaks_is_told_after_what_came),
        cmocka_unit_test(disks_fail_honestly),
        cmocka_unit_test(without_a_random_number_there_is_no_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
