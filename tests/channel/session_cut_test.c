/* Sessions whose connection is cut at every byte: nothing is lost, nothing comes twice, and the session goes on.
 *
 * Floor 7 (channel). A relay between the two ends cuts the first connection after each number of bytes, up and down:
 * within hello, greeting, resume and welcome, within blocks and acknowledgements. Below disk and on the disk take
 * turns, for a token is settled there alone, and so do processes that go on and such as end with the connection. */
#include "channel/session_support.h"

#include <stdio.h>

/* Opens both ends, in new folders or in those that are there. */
static void open_both(session_pair *pair, session_relay *relay, pier_durability durability) {
    session_pair_init(pair);
    pair->client_options.durability = durability;
    pair->server_options.durability = durability;
    session_pair_listen(pair, "tcp://127.0.0.1:0");
    session_relay_open(relay, pair->endpoint);
    pair->relay = relay;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
}

static void end_both(session_pair *pair, session_relay *relay) {
    session_relay_end(relay);
    session_pair_end(pair);
}

/* What the client has sent is received, a record passes the other way, and both are committed. */
static void go_on(session_pair *pair, uint64_t number) {
    session_receive(pair, true, number);
    session_send(pair, pair->server, number + 1);
    session_receive(pair, false, number + 1);
    session_settle(pair, pair->client);
    session_settle(pair, pair->server);
    assert_status(pier_session_channel_next(pair->server), PIER_WOULD_BLOCK);
    assert_status(pier_session_channel_next(pair->client), PIER_WOULD_BLOCK);
}

/* One record passes each way, and is committed. */
static void exchange(session_pair *pair, uint64_t number) {
    session_send(pair, pair->client, number);
    go_on(pair, number);
}

/* How many bytes pass up and down when nothing is cut. */
static void count_bytes(bool is_resumed, uint64_t counts[2]) {
    session_pair pair;
    session_relay relay;
    open_both(&pair, &relay, PIER_DURABILITY_PROCESS);
    exchange(&pair, 1);
    if (is_resumed) {
        end_both(&pair, &relay);
        open_both(&pair, &relay, PIER_DURABILITY_PROCESS);
        exchange(&pair, 3);
    }
    counts[0] = relay.passed[0];
    counts[1] = relay.passed[1];
    assert_true(counts[0] > 400 && counts[1] > 400);
    end_both(&pair, &relay);
}

/* Both processes end where the connection is cut, if that comes before the first record is there. */
static void end_at_cut(session_pair *pair, session_relay *relay) {
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    const pier_session *client = pier_session_channel_session(pair->client);
    while (relay->cuts == 0 && pier_session_sent(client).kept < pier_session_sent(client).last) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    pier_session_channel_destroy(pair->client);
    pier_session_host_destroy(pair->host);
    pair->server = NULL;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
}

static void cut_everywhere(bool is_resumed) {
    uint64_t counts[2];
    session_scratch();
    count_bytes(is_resumed, counts);
    session_scratch_end();
    for (unsigned way = 0; way < 2; way++) {
        unsigned cuts = 0;
        for (uint64_t at = 0; at <= counts[way]; at++) {
            session_pair pair;
            session_relay relay;
            session_scratch();
            open_both(&pair, &relay, at % 2 == 0 ? PIER_DURABILITY_PROCESS : PIER_DURABILITY_DISK);
            if (is_resumed) {
                exchange(&pair, 1);
                session_relay_drop(&relay);
            }
            relay.cut_after[way] = at;
            session_send(&pair, pair.client, 3);
            if (at / 2 % 2 == 0) {
                end_at_cut(&pair, &relay);
            }
            go_on(&pair, 3);
            cuts += relay.cuts;
            end_both(&pair, &relay);
            session_scratch_end();
        }
        /* The last acknowledgements may be joined in one block, so that a few bytes fewer pass. */
        assert_true(cuts + 200 > counts[way]);
    }
}

static void a_creation_is_cut_at_every_byte(void **state) {
    (void)state;
    cut_everywhere(false);
}

static void a_resume_is_cut_at_every_byte(void **state) {
    (void)state;
    cut_everywhere(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_creation_is_cut_at_every_byte),
        cmocka_unit_test(a_resume_is_cut_at_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
