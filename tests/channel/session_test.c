/* Sessions over sockets: records pass both ways over TCP and Unix, and go on after either end was opened anew.
 *
 * Floor 7 (channel). */
#include "channel/session_support.h"

#include <stdio.h>

static int set_up(void **state) {
    static session_pair pair;
    session_scratch();
    session_pair_init(&pair);
    *state = &pair;
    return 0;
}

static int tear_down(void **state) {
    session_pair_end((session_pair *)*state);
    session_scratch_end();
    return 0;
}

static void records_pass_both_ways(void **state) {
    session_pair *pair = (session_pair *)*state;
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind++) {
        session_pair_listen(pair, test_endpoint(kind));
        session_pair_open_host(pair);
        session_pair_open_client(pair);
        for (uint64_t i = 1; i <= 100; i++) {
            session_send(pair, pair->client, kind * 1000 + i);
        }
        for (uint64_t i = 1; i <= 100; i++) {
            session_receive(pair, true, kind * 1000 + i);
            session_send(pair, pair->server, kind * 1000 + i + 7);
        }
        for (uint64_t i = 1; i <= 100; i++) {
            session_receive(pair, false, kind * 1000 + i + 7);
        }
        session_settle(pair, pair->client);
        session_settle(pair, pair->server);
        session_pair_end(pair);
        session_pair_init(pair);
    }
}

/* Each end in turn is ended and opened from its folder, in the middle of what passes. */
static void both_ends_go_on_from_their_folders(void **state) {
    session_pair *pair = (session_pair *)*state;
    const pier_durability levels[] = {PIER_DURABILITY_DISK, PIER_DURABILITY_PROCESS, PIER_DURABILITY_MEMORY};
    for (size_t level = 0; level < sizeof levels / sizeof levels[0]; level++) {
        uint64_t up = 1;
        uint64_t down = 1;
        session_pair_init(pair);
        pair->client_options.durability = levels[level];
        pair->server_options.durability = levels[level];
        session_pair_listen(pair, "tcp://127.0.0.1:0");
        session_pair_open_host(pair);
        session_pair_open_client(pair);
        for (unsigned round = 0; round < 12; round++) {
            for (uint64_t i = 0; i < 5; i++) {
                session_send(pair, pair->client, up + i);
            }
            session_receive(pair, true, up++);
            session_receive(pair, true, up++);
            session_send(pair, pair->server, down);
            if (round % 3 != 1) {
                pier_session_channel_destroy(pair->client);
                session_pair_open_client(pair);
            }
            if (round % 3 != 0) {
                pier_session_host_destroy(pair->host);
                pair->server = NULL;
                session_pair_open_host(pair);
            }
            session_receive(pair, true, up++);
            session_receive(pair, false, down++);
            session_receive(pair, true, up++);
            session_receive(pair, true, up++);
        }
        session_settle(pair, pair->client);
        assert_int_equal(pier_session_sent(pier_session_channel_session(pair->client)).last, up - 1);
        session_pair_end(pair);
        session_scratch_end();
        session_scratch();
    }
}

/* Who finishes has told all: the other side meets the end, and closing knows that everything arrived. */
static void the_end_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    session_pair_listen(pair, "tcp://127.0.0.1:0");
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    for (uint64_t i = 1; i <= 10; i++) {
        session_send(pair, pair->client, i);
    }
    pier_status status;
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    while ((status = pier_session_channel_close(pair->client)) == PIER_WOULD_BLOCK) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    assert_status(status, PIER_OK);
    pier_session_progress sent = pier_session_sent(pier_session_channel_session(pair->client));
    assert_int_equal(sent.kept, 10);
    assert_int_equal(sent.committed, 0);
    assert_status(pier_session_channel_close(pair->client), PIER_OK);
    assert_status(pier_session_channel_next(pair->client), PIER_USAGE);
    assert_status(pier_session_channel_flush(pair->client, NULL), PIER_USAGE);
    for (uint64_t i = 1; i <= 10; i++) {
        session_receive(pair, true, i);
    }
    assert_status(pier_session_channel_next(pair->server), PIER_END);
    assert_status(pier_session_channel_next(pair->server), PIER_WOULD_BLOCK);
    /* The next process goes on behind. */
    pier_session_channel_destroy(pair->client);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 11);
    session_receive(pair, true, 11);
    session_settle(pair, pair->client);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_pass_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_ends_go_on_from_their_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
