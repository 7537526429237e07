/* Records that are to survive the machine in a session that promises less; see pier_session_flush_synced.
 *
 * Floor 6 (session). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "session/session_internal.h"
#include "session/session_pair.h"

static pier_session *client_of(const test_pair *pair) {
    return pair->sides[PAIR_CLIENT].session;
}

/* Returns the number of the event, if it was told; 0: it was not. */
static uint64_t synced_event(const test_pair *pair) {
    pier_session_event event;
    uint64_t number = 0;
    while (pier_session_next_event(client_of(pair), &event) == PIER_OK) {
        number = event.kind == PIER_SESSION_SYNCED ? event.number : number;
    }
    return number;
}

static void a_record_is_synced_below_disk(void **state) {
    (void)state;
    static const pier_durability levels[] = {PIER_DURABILITY_PROCESS, PIER_DURABILITY_MEMORY};
    for (size_t i = 0; i < 2; i++) {
        test_pair pair;
        uint64_t last = 0;
        pair_open(&pair, levels[i]);
        uint64_t syncs = pair.sides[PAIR_CLIENT].work[PIER_SESSION_SYNC];
        assert_int_equal(pair_store(&pair, PAIR_CLIENT, 1, 0), PIER_OK);
        pair_settle(&pair);
        /* No sync for the first; it is there, and durable as the session says. */
        assert_int_equal(pair.sides[PAIR_CLIENT].work[PIER_SESSION_SYNC], syncs);
        assert_int_equal(pier_session_sent(client_of(&pair)).durable, 1);
        assert_int_equal(pier_session_sent(client_of(&pair)).synced, 0);
        assert_int_equal(pair_store(&pair, PAIR_CLIENT, 2, 0), PIER_OK);
        pair.sides[PAIR_CLIENT].holds_syncs = true;
        assert_int_equal(pier_session_flush_synced(client_of(&pair), &last), PIER_OK);
        assert_int_equal(last, 2);
        pair_settle(&pair);
        /* It has left, and nobody is told anything before its sync. */
        assert_true(pair.sides[PAIR_CLIENT].is_holding);
        assert_int_equal(pier_session_received(pair.sides[PAIR_SERVER].session).last, 2);
        assert_int_equal(pier_session_sent(client_of(&pair)).synced, 0);
        assert_int_equal(synced_event(&pair), 0);
        pair_release_sync(&pair, PAIR_CLIENT);
        assert_int_equal(pier_session_sent(client_of(&pair)).synced, 2);
        assert_int_equal(synced_event(&pair), 2);
        assert_int_equal(pair.sides[PAIR_CLIENT].work[PIER_SESSION_SYNC], syncs + 1);
        assert_int_equal(synced_event(&pair), 0);
        pair_deinit(&pair);
    }
}

/* Several that wait share a sync, and a sync made for another reason counts. */
static void syncs_are_shared(void **state) {
    (void)state;
    test_pair pair;
    pair_open(&pair, PIER_DURABILITY_PROCESS);
    uint64_t syncs = pair.sides[PAIR_CLIENT].work[PIER_SESSION_SYNC];
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(pair_store(&pair, PAIR_CLIENT, i, 10), PIER_OK);
        assert_int_equal(pier_session_flush_synced(client_of(&pair), NULL), PIER_OK);
    }
    pair_settle(&pair);
    assert_int_equal(pair.sides[PAIR_CLIENT].work[PIER_SESSION_SYNC], syncs + 1);
    assert_int_equal(synced_event(&pair), 5);
    /* Nothing new: nothing to sync. */
    assert_int_equal(pier_session_flush_synced(client_of(&pair), NULL), PIER_OK);
    pair_settle(&pair);
    assert_int_equal(pair.sides[PAIR_CLIENT].work[PIER_SESSION_SYNC], syncs + 1);
    pair_deinit(&pair);
}

/* The power goes: what was told as synced is in the journal, what was not is gone. */
static void it_survives_a_power_cut(void **state) {
    (void)state;
    test_pair pair;
    pair_open(&pair, PIER_DURABILITY_PROCESS);
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 1, 0), PIER_OK);
    assert_int_equal(pier_session_flush_synced(client_of(&pair), NULL), PIER_OK);
    pair_settle(&pair);
    assert_int_equal(synced_event(&pair), 1);
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 2, 0), PIER_OK);
    pair_settle(&pair);
    pair_cut_power(&pair, PAIR_CLIENT);
    pier_session_found found;
    assert_null(sim_journal_open(&pair.sides[PAIR_CLIENT].journals[PIER_SESSION_SENT], &found));
    assert_int_equal(found.state.next_record, 2);
    assert_int_equal(pair_start(&pair, PAIR_CLIENT), PIER_OK);
    assert_int_equal(pier_session_sent(client_of(&pair)).synced, 1);
    pair_deinit(&pair);
}

static uint64_t trimmed(const test_pair *pair) {
    return client_of(pair)->sent.trimmed;
}

/* What the peer has, and its program has not dealt with, stays here; in a later life, too. */
static void it_is_kept_until_the_peer_committed_it(void **state) {
    (void)state;
    test_pair pair;
    uint64_t value = 0;
    pair_open(&pair, PIER_DURABILITY_PROCESS);
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 1, 0), PIER_OK);
    pair_settle(&pair);
    assert_int_equal(trimmed(&pair), 1);
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 2, 0), PIER_OK);
    assert_int_equal(pier_session_flush_synced(client_of(&pair), NULL), PIER_OK);
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 3, 0), PIER_OK);
    pair_settle(&pair);
    assert_int_equal(pier_session_sent(client_of(&pair)).kept, 3);
    assert_int_equal(trimmed(&pair), 1);
    pair_kill(&pair, PAIR_CLIENT);
    assert_int_equal(pair_start(&pair, PAIR_CLIENT), PIER_OK);
    assert_int_equal(pair_connect(&pair), PIER_OK);
    pair_settle(&pair);
    assert_int_equal(pier_session_sent(client_of(&pair)).received, pier_session_sent(client_of(&pair)).last);
    assert_true(trimmed(&pair) <= 1);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(pair_load(&pair, PAIR_SERVER, &value), PIER_OK);
        assert_int_equal(value, i);
    }
    assert_int_equal(pier_session_commit(pair.sides[PAIR_SERVER].session, 3), PIER_OK);
    pair_settle(&pair);
    assert_true(pier_session_sent(client_of(&pair)).committed >= 3);
    assert_true(trimmed(&pair) >= 3);
    pair_deinit(&pair);
}

/* At disk it is what every record has. */
static void at_disk_it_is_a_flush(void **state) {
    (void)state;
    test_pair pair;
    pair_open(&pair, PIER_DURABILITY_DISK);
    pair.sides[PAIR_CLIENT].holds_syncs = true;
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 1, 0), PIER_OK);
    assert_int_equal(pier_session_flush_synced(client_of(&pair), NULL), PIER_OK);
    pair_settle(&pair);
    assert_int_equal(pier_session_received(pair.sides[PAIR_SERVER].session).last, 0);
    assert_int_equal(synced_event(&pair), 0);
    pair.sides[PAIR_CLIENT].holds_syncs = false;
    pair_release_sync(&pair, PAIR_CLIENT);
    pair_settle(&pair);
    assert_int_equal(synced_event(&pair), 1);
    assert_int_equal(pier_session_received(pair.sides[PAIR_SERVER].session).last, 1);
    assert_int_equal(trimmed(&pair), 1);
    pair_deinit(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_synced_below_disk), cmocka_unit_test(syncs_are_shared),
        cmocka_unit_test(it_survives_a_power_cut),       cmocka_unit_test(it_is_kept_until_the_peer_committed_it),
        cmocka_unit_test(at_disk_it_is_a_flush),
    };
    return cmocka_run_group_tests_name("synced records", tests, NULL, NULL);
}
