/* Much in both directions at once: 64 MiB stored by either side, starting together, end well, and no queue grows beyond
 * its limit.
 *
 * Floor 7 (channel). */
#include "channel/channel_support.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "support/fault_allocator.h"

enum { RECORD_BYTES = 60000, RECORDS = (64 << 20) / RECORD_BYTES + 1, QUEUE_BYTES_MAX = 1 << 20 };

/* One side: what it stored and loaded. */
typedef struct side {
    pier_channel *channel;
    uint64_t stored;
    uint64_t loaded;
    uint64_t queued_most;
    bool is_closed;
    bool is_ended;
    fault_allocator memory;
    const char *wrong; /* of a thread: what did not hold */
} side;

static const uint8_t payload[RECORD_BYTES];

/* Stores the next record: its number and much else. */
static pier_status store_next(side *of) {
    pier_archive *archive = pier_channel_store_archive(of->channel);
    pier_status status = pier_archive_begin(archive);
    if (status == PIER_OK) {
        pier_store_array(archive, 2);
        pier_store(archive, of->stored);
        pier_store(archive, ((pier_bytes){payload, sizeof payload}));
        status = pier_archive_end(archive);
        of->stored += status == PIER_OK ? 1u : 0u;
    }
    uint64_t queued = pier_archive_queued_bytes(archive);
    of->queued_most = queued > of->queued_most ? queued : of->queued_most;
    return status;
}

/* Loads the next record and looks whether it is the next one. */
static pier_status load_next(side *of) {
    pier_archive *archive = pier_channel_load_archive(of->channel);
    pier_status status = pier_archive_next(archive);
    if (status == PIER_OK) {
        bool is_right = pier_load_array(archive) == 2 && pier_load_u64(archive) == of->loaded &&
                        pier_load_bytes(archive).size == sizeof payload && pier_archive_status(archive) == PIER_OK;
        of->wrong = is_right ? of->wrong : "a wrong record";
        of->loaded++;
    }
    of->is_ended = of->is_ended || status == PIER_END;
    return status;
}

static void open_sides(side sides[2]) {
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = QUEUE_BYTES_MAX};
    pier_channel_options options[2];
    for (int i = 0; i < 2; i++) {
        memset(&sides[i], 0, sizeof sides[i]);
        fault_allocator_init(&sides[i].memory);
        options[i] = (pier_channel_options){.size = sizeof options[i],
                                            .limits = &limits,
                                            .allocator = &sides[i].memory.allocator,
                                            .close_timeout_ms = PATIENCE_MS};
    }
    test_connect(test_endpoint(0), &options[0], &options[1], &sides[0].channel, &sides[1].channel);
}

static void close_sides(side sides[2]) {
    for (int i = 0; i < 2; i++) {
        assert_null(sides[i].wrong);
        assert_int_equal(sides[i].stored, RECORDS);
        assert_int_equal(sides[i].loaded, RECORDS);
        /* A block above the limit of the queue, and the room of one more beside what lies unread. */
        assert_true(sides[i].queued_most <= QUEUE_BYTES_MAX + 2 * 65536 + 64);
        pier_channel_destroy(sides[i].channel);
        /* Each direction has a buffer of twice its limit, and for a moment two of them. */
        assert_true(sides[i].memory.peak_bytes < 12 * QUEUE_BYTES_MAX);
        fault_allocator_check(&sides[i].memory);
        fault_allocator_deinit(&sides[i].memory);
    }
}

/* Blocking, a thread a side: each stores all before it loads, but for what it must load to go on. */
static void *store_then_load(void *argument) {
    side *of = (side *)argument;
    while (of->stored < RECORDS && of->wrong == NULL) {
        pier_status status = store_next(of);
        if (status == PIER_WOULD_BLOCK) {
            status = load_next(of);
        }
        of->wrong = status == PIER_OK ? of->wrong : pier_status_name(status);
    }
    while (!of->is_closed && of->wrong == NULL) {
        pier_status status = pier_channel_shutdown(of->channel);
        of->is_closed = status == PIER_OK;
        if (status == PIER_WOULD_BLOCK) {
            status = load_next(of);
        }
        of->wrong = status == PIER_OK ? of->wrong : pier_status_name(status);
    }
    while (!of->is_ended && of->wrong == NULL) {
        pier_status status = load_next(of);
        of->wrong = status == PIER_OK || status == PIER_END ? of->wrong : pier_status_name(status);
    }
    pier_status status = pier_channel_close(of->channel);
    of->wrong = status == PIER_OK ? of->wrong : pier_status_name(status);
    return NULL;
}

static void two_threads_that_both_store(void **state) {
    (void)state;
    side sides[2];
    pthread_t threads[2];
    open_sides(sides);
    for (int i = 0; i < 2; i++) {
        pier_channel_set_deadline(sides[i].channel, pier_deadline_after_ms(4 * PATIENCE_MS));
        assert_int_equal(pthread_create(&threads[i], NULL, store_then_load, &sides[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    close_sides(sides);
}

/* What one side can do without waiting. Returns whether it has come to its end. */
static bool serve(side *of) {
    pier_status status = PIER_OK;
    while (of->stored < RECORDS && status == PIER_OK) {
        status = store_next(of);
    }
    assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
    if (status == PIER_WOULD_BLOCK) {
        status = pier_archive_flush(pier_channel_store_archive(of->channel));
        assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
    }
    if (of->stored == RECORDS && !of->is_closed) {
        status = pier_channel_shutdown(of->channel);
        assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
        of->is_closed = status == PIER_OK;
    }
    /* Some at a time: a slow reader, whose peer must wait. */
    for (int i = 0; i < 3 && !of->is_ended; i++) {
        status = load_next(of);
        assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK || status == PIER_END);
    }
    return of->is_closed && of->is_ended;
}

static void one_poll_loop_that_serves_both(void **state) {
    (void)state;
    side sides[2];
    open_sides(sides);
    bool is_done[2] = {false, false};
    for (int i = 0; i < 2; i++) {
        pier_channel_set_deadline(sides[i].channel, PIER_NOW);
    }
    while (!is_done[0] || !is_done[1]) {
        struct pollfd entries[2];
        nfds_t count = 0;
        bool has_next = false;
        for (int i = 0; i < 2; i++) {
            is_done[i] = is_done[i] || serve(&sides[i]);
            if (!is_done[i]) {
                uint32_t wanted = pier_channel_wanted(sides[i].channel);
                assert_true(wanted != 0 || pier_archive_has_next(pier_channel_load_archive(sides[i].channel)));
                has_next = has_next || pier_archive_has_next(pier_channel_load_archive(sides[i].channel));
                entries[count++] = (struct pollfd){
                    .fd = pier_channel_handle(sides[i].channel),
                    .events = (short)(((wanted & PIER_READABLE) != 0 ? POLLIN : 0) |
                                      ((wanted & PIER_WRITABLE) != 0 ? POLLOUT : 0)),
                };
            }
        }
        if (count > 0 && !has_next) {
            /* What is in memory raises no event; all else must, and soon. */
            assert_true(poll(entries, count, PATIENCE_MS) > 0);
        }
    }
    for (int i = 0; i < 2; i++) {
        pier_channel_set_deadline(sides[i].channel, pier_deadline_after_ms(PATIENCE_MS));
    }
    assert_status(pier_channel_close(sides[0].channel), PIER_OK);
    assert_status(pier_channel_close(sides[1].channel), PIER_OK);
    close_sides(sides);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_that_both_store),
        cmocka_unit_test(one_poll_loop_that_serves_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
