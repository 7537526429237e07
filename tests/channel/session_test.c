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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_pass_both_ways, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
