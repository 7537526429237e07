/* Channels that are closed: what is sent and dropped, how long it takes, and what the peer sees.
 *
 * Floor 7 (channel). */
#include "channel/channel_support.h"

#include <unistd.h>

/* Closing sends what is queued, and drops what was not read, so that nothing is reset. */
static void closing_sends_and_drops(void **state) {
    (void)state;
    for (int first = 0; first < 2; first++) {
        pier_channel *ends[2];
        test_connect(test_endpoint(0), NULL, NULL, &ends[0], &ends[1]);
        assert_status(test_send(ends[0], 1), PIER_OK);
        assert_status(test_send(ends[1], 2), PIER_OK);
        assert_status(test_flush(ends[1]), PIER_OK);
        /* Never flushed, and the peer's record never loaded. */
        pier_channel_set_deadline(ends[first], PIER_NOW);
        assert_status(pier_channel_close(ends[first]), PIER_WOULD_BLOCK);
        if (first == 0) {
            test_receive(ends[1], 1);
        } else {
            test_receive(ends[0], 2);
        }
        test_receive_end(ends[1 - first]);
        assert_status(pier_channel_close(ends[1 - first]), PIER_OK);
        pier_channel_set_deadline(ends[first], pier_deadline_after_ms(PATIENCE_MS));
        assert_status(pier_channel_close(ends[first]), PIER_OK);
        pier_channel_destroy(ends[0]);
        pier_channel_destroy(ends[1]);
    }
}

static void destroying_without_closing_is_seen_as_a_cut(void **state) {
    (void)state;
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_connect(test_endpoint(2), NULL, NULL, &client, &server);
    assert_status(test_send(client, 1), PIER_OK);
    assert_status(test_flush(client), PIER_OK);
    assert_status(test_send(client, 2), PIER_OK); /* never leaves */
    pier_channel_destroy(client);
    test_receive(server, 1);
    pier_status status = pier_archive_next(pier_channel_load_archive(server));
    assert_true(status == PIER_TRUNCATED || status == PIER_RESET);
    assert_status(pier_channel_error(server)->status, status);
    pier_channel_destroy(server);
}

static void the_time_that_closing_takes(void **state) {
    (void)state;
    pier_channel_options options = {.size = sizeof options};
    for (int way = 0; way < 3; way++) {
        /* For the deadline, an option so much later that no busy machine confuses the two. */
        options.close_timeout_ms = way == 1 ? PATIENCE_MS : 60;
        pier_channel *client = NULL;
        pier_channel *server = NULL;
        test_connect(test_endpoint(0), &options, NULL, &client, &server);
        assert_status(test_send(client, 1), PIER_OK);
        int64_t begun = pier_clock_monotonic_ns();
        if (way == 0) {
            /* The peer never ends its side: it is waited for as long as the option says. */
            assert_status(pier_channel_close(client), PIER_TIMEOUT);
            assert_true(pier_clock_monotonic_ns() - begun >= 59000000);
        } else if (way == 1) {
            /* Or until the deadline, if that is earlier. */
            pier_channel_set_deadline(client, pier_deadline_after_ms(10));
            assert_status(pier_channel_close(client), PIER_TIMEOUT);
            assert_true(pier_clock_monotonic_ns() - begun < (int64_t)PATIENCE_MS * 500000);
        } else {
            /* Without waiting: it is not now as long as the option says, and then the end. */
            pier_channel_set_deadline(client, PIER_NOW);
            pier_status status;
            while ((status = pier_channel_close(client)) == PIER_WOULD_BLOCK) {
                assert_int_equal(pier_channel_wanted(client), PIER_READABLE);
                assert_true(pier_clock_monotonic_ns() - begun < (int64_t)PATIENCE_MS * 1000000);
                (void)usleep(5000);
            }
            assert_status(status, PIER_TIMEOUT);
            assert_true(pier_clock_monotonic_ns() - begun >= 59000000);
        }
        assert_int_equal(pier_channel_handle(client), -1);
        /* What was stored has arrived, and the end of it. */
        test_receive(server, 1);
        test_receive_end(server);
        pier_channel_destroy(client);
        pier_channel_destroy(server);
    }
}

/* A peer that sends without end cannot keep a channel from closing. */
static void closing_ends_although_the_peer_never_stops(void **state) {
    (void)state;
    pier_channel_options options = {.size = sizeof options, .close_timeout_ms = 100};
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_pair(&options, NULL, &client, &server);
    pier_channel_set_deadline(server, PIER_NOW);
    pier_channel_set_deadline(client, PIER_NOW);
    int64_t begun = pier_clock_monotonic_ns();
    pier_status status;
    do {
        (void)test_send_text(server, 60000);
        status = pier_channel_close(client);
        assert_true(pier_clock_monotonic_ns() - begun < (int64_t)PATIENCE_MS * 1000000);
    } while (status == PIER_WOULD_BLOCK);
    assert_status(status, PIER_TIMEOUT);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

/* Two sides that both close with full queues: each drops what it would have to load, and both end. */
static void closing_with_full_queues_ends(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 300000};
    pier_channel_options options = {.size = sizeof options, .limits = &limits};
    pier_channel *ends[2];
    test_pair(&options, &options, &ends[0], &ends[1]);
    for (int i = 0; i < 2; i++) {
        pier_channel_set_deadline(ends[i], PIER_NOW);
    }
    for (int full = 0; full < 2;) {
        full = 0;
        for (int i = 0; i < 2; i++) {
            pier_status status = test_send_text(ends[i], 50000);
            assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
            full += status == PIER_WOULD_BLOCK ? 1 : 0;
        }
    }
    /* Unread input is full on one side, too. */
    pier_status flushed;
    do {
        assert_status(test_flush(ends[1]), PIER_WOULD_BLOCK);
        pier_channel_set_deadline(ends[0], pier_deadline_after_ms(5));
        flushed = test_flush(ends[0]);
    } while (flushed == PIER_TIMEOUT);
    assert_status(flushed, PIER_WOULD_BLOCK);
    pier_channel_set_deadline(ends[0], PIER_NOW);
    bool closed[2] = {false, false};
    while (!closed[0] || !closed[1]) {
        for (int i = 0; i < 2; i++) {
            if (!closed[i]) {
                pier_status status = pier_channel_close(ends[i]);
                assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
                closed[i] = status == PIER_OK;
                assert_true(closed[i] || pier_channel_wanted(ends[i]) != 0);
            }
        }
    }
    pier_channel_destroy(ends[0]);
    pier_channel_destroy(ends[1]);
}

/* Closing waits for the peer to read what is queued, and takes away what it sends, until the deadline; then it may be
 * repeated. */
static void closing_may_be_repeated_until_all_is_sent(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 500000};
    pier_channel_options options = {.size = sizeof options, .limits = &limits};
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_pair(&options, &options, &client, &server);
    pier_channel_set_deadline(client, PIER_NOW);
    uint64_t sent = 0;
    while (test_send_text(client, 50000) == PIER_OK) {
        sent++;
    }
    for (int i = 0; i < 3; i++) {
        pier_channel_set_deadline(server, PIER_NOW);
        (void)test_send_text(server, 100000); /* dropped by the closing side */
        (void)(test_flush(server) == PIER_OK);
        pier_channel_set_deadline(client, pier_deadline_after_ms(10));
        assert_status(pier_channel_close(client), PIER_TIMEOUT);
        assert_true(pier_channel_handle(client) >= 0);
        assert_true((pier_channel_wanted(client) & PIER_WRITABLE) != 0);
    }
    /* The peer has ended its side meanwhile: nothing more is read, and writing goes on. */
    pier_channel_set_deadline(server, pier_deadline_after_ms(PATIENCE_MS));
    assert_status(pier_channel_shutdown(server), PIER_OK);
    pier_channel_set_deadline(client, pier_deadline_after_ms(10));
    assert_status(pier_channel_close(client), PIER_TIMEOUT);
    assert_int_equal(pier_channel_wanted(client), PIER_WRITABLE);
    pier_channel_set_deadline(client, PIER_NOW);
    uint64_t received = 0;
    pier_status closed = PIER_WOULD_BLOCK;
    pier_status status = PIER_OK;
    while (closed == PIER_WOULD_BLOCK || status == PIER_OK || status == PIER_WOULD_BLOCK) {
        closed = closed == PIER_WOULD_BLOCK ? pier_channel_close(client) : closed;
        pier_channel_set_deadline(server, PIER_NOW);
        status = pier_archive_next(pier_channel_load_archive(server));
        received += status == PIER_OK ? 1u : 0u;
    }
    assert_status(closed, PIER_OK);
    assert_status(status, PIER_END);
    assert_int_equal(received, sent);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closing_sends_and_drops),       cmocka_unit_test(destroying_without_closing_is_seen_as_a_cut),
        cmocka_unit_test(the_time_that_closing_takes),   cmocka_unit_test(closing_ends_although_the_peer_never_stops),
        cmocka_unit_test(closing_with_full_queues_ends), cmocka_unit_test(closing_may_be_repeated_until_all_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
