/* Sessions whose connection is cut at every byte: nothing is lost, nothing comes twice, and the session goes on.
 *
 * Floor 7 (channel). A relay between the two ends cuts the first connection after each number of bytes, up and down:
 * within hello, greeting, resume and welcome, within blocks and acknowledgements. */
#include "channel/session_support.h"

#include <stdio.h>

/* Opens both ends, in new folders or in those that are there. */
static void open_both(session_pair *pair, session_relay *relay) {
    session_pair_init(pair);
    pair->client_options.durability = PIER_DURABILITY_PROCESS;
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

/* One record passes each way, and is committed. */
static void exchange(session_pair *pair, uint64_t number) {
    session_send(pair, pair->client, number);
    session_receive(pair, true, number);
    session_send(pair, pair->server, number + 1);
    session_receive(pair, false, number + 1);
    session_settle(pair, pair->client);
    session_settle(pair, pair->server);
    assert_status(pier_session_channel_next(pair->server), PIER_WOULD_BLOCK);
    assert_status(pier_session_channel_next(pair->client), PIER_WOULD_BLOCK);
}

/* How many bytes pass up and down when nothing is cut. */
static void count_bytes(bool is_resumed, uint64_t counts[2]) {
    session_pair pair;
    session_relay relay;
    open_both(&pair, &relay);
    exchange(&pair, 1);
    if (is_resumed) {
        end_both(&pair, &relay);
        open_both(&pair, &relay);
        exchange(&pair, 3);
    }
    counts[0] = relay.passed[0];
    counts[1] = relay.passed[1];
    assert_true(counts[0] > 400 && counts[1] > 400);
    end_both(&pair, &relay);
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
            open_both(&pair, &relay);
            if (is_resumed) {
                exchange(&pair, 1);
                session_relay_drop(&relay);
            }
            relay.cut_after[way] = at;
            exchange(&pair, 3);
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
