/* Gaps of sessions: their one form, what a receiver keeps of one, and what it refuses. proto/session.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/allocator_internal.h"
#include "session/session_internal.h"
#include "session/session_pair.h"

static const uint8_t form[] = {0xc7, 0x01, 0x50, 0x30};

/* The last block that a journal has, which is a gap in its one form. */
static const sim_entry *last_gap(const sim_journal *journal) {
    const sim_entry *found = NULL;
    for (size_t i = 0; i < journal->count; i++) {
        const sim_entry *entry = &journal->entries[i];
        found = !entry->is_note && entry->header.kind == PIER_BLOCK_CONTROL ? entry : found;
    }
    assert_non_null(found);
    assert_int_equal(found->size, PIER__PIECE_BYTES + sizeof form);
    assert_memory_equal(found->bytes + PIER__PIECE_BYTES, form, sizeof form);
    return found;
}

static void a_crash_leaves_a_gap_in_both_journals(void **state) {
    (void)state;
    test_pair pair;
    uint64_t value = 0;
    pair_open(&pair, PIER_DURABILITY_PROCESS);
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 7, 0), PIER_OK);
    pair_settle(&pair);
    assert_int_equal(pair_load(&pair, PAIR_SERVER, &value), PIER_OK);
    pair_kill(&pair, PAIR_CLIENT);
    assert_int_equal(pair_start(&pair, PAIR_CLIENT), PIER_OK);
    assert_int_equal(pair_store(&pair, PAIR_CLIENT, 8, 0), PIER_OK);
    assert_int_equal(pair_connect(&pair), PIER_OK);
    pair_settle(&pair);
    const sim_entry *sent = last_gap(&pair.sides[PAIR_CLIENT].journals[PIER_SESSION_SENT]);
    const sim_entry *received = last_gap(&pair.sides[PAIR_SERVER].journals[PIER_SESSION_RECEIVED]);
    assert_memory_equal(received->bytes, sent->bytes, sent->size);
    assert_int_equal(pair_load(&pair, PAIR_SERVER, &value), PIER_SKIPPED);
    assert_int_equal(pair_load(&pair, PAIR_SERVER, &value), PIER_OK);
    assert_int_equal(value, 8);
    pair_deinit(&pair);
}

/* Feeds the server's session a control block of the client that passes over one number. */
static void feed_gap(test_pair *pair, const uint8_t *payload, size_t size) {
    uint8_t block[PIER__PIECE_BYTES + 256];
    pier_session *server = pair->sides[PAIR_SERVER].session;
    pier__header gap = {
        .kind = PIER_BLOCK_CONTROL,
        .flags = PIER__FLAG_CHECKSUM | PIER__FLAG_EPOCH_BEGIN,
        .stream_id = server->received.stream.id,
        .first_record = 1,
        .records = 1,
        .stored_bytes = (uint32_t)size,
        .raw_bytes = (uint32_t)size,
        .payload_check = pier__payload_check(payload, size),
    };
    size_t taken = 0;
    pier__header_encode(&gap, block);
    memcpy(block + PIER__PIECE_BYTES, payload, size);
    pier_session_feed(server, (pier_bytes){block, PIER__PIECE_BYTES + size}, &taken);
    assert_int_equal(taken, PIER__PIECE_BYTES + size);
}

/* A peer that puts notes of a journal behind its gap does not write them into this side's. */
static void what_a_gap_hides_is_not_kept(void **state) {
    (void)state;
    static const uint8_t notes[] = {0xc7, 0x01, 0x50, 0x30,                      /* the gap */
                                    0xc7, 0x10, 0x50, 0x21, 0, 0, 0, 7, 0, 0, 0, /* and committed: a million */
                                    0,    0x40, 0x42, 0x0f, 0, 0, 0, 0, 0};
    test_pair pair;
    pair_open(&pair, PIER_DURABILITY_DISK);
    feed_gap(&pair, notes, sizeof notes);
    while (pair_disk(&pair, PAIR_SERVER)) {
    }
    assert_int_equal(pier_session_received(pair.sides[PAIR_SERVER].session).durable, 1);
    assert_int_equal(last_gap(&pair.sides[PAIR_SERVER].journals[PIER_SESSION_RECEIVED])->header.records, 1);
    pair_deinit(&pair);
}

static void a_control_block_with_a_place_is_a_gap(void **state) {
    (void)state;
    static const uint8_t payloads[][4] = {
        {0x91, 0x00},             /* values that are no ext */
        {0xc7, 0x01, 0x50, 0x31}, /* a control block of the connection has no place */
        {0xc7, 0x01, 0x50, 0x21}, /* a note */
        {0xc7, 0x01, 0x4f, 0x30}, /* not Pier's type */
        {0xc7, 0x02, 0x50, 0x30}, /* an ext that is cut off */
    };
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        test_pair pair;
        pier_session_event event = {.status = PIER_OK};
        pair_open(&pair, PIER_DURABILITY_DISK);
        feed_gap(&pair, payloads[i], i == 0 ? 2 : 4);
        pier_session *server = pair.sides[PAIR_SERVER].session;
        assert_int_equal(pier_session_link_state(server), PIER_SESSION_LINK_ENDING);
        assert_int_equal(pier_session_received(server).last, 0);
        pier_session_disconnect(server);
        while (pier_session_next_event(server, &event) == PIER_OK && event.kind != PIER_SESSION_LOST) {
        }
        assert_int_equal(event.kind, PIER_SESSION_LOST);
        assert_int_equal(event.status, PIER_PROTOCOL);
        assert_int_equal(pier_session_status(server), PIER_OK);
        pair_deinit(&pair);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_leaves_a_gap_in_both_journals),
        cmocka_unit_test(what_a_gap_hides_is_not_kept),
        cmocka_unit_test(a_control_block_with_a_place_is_a_gap),
    };
    return cmocka_run_group_tests_name("gaps of sessions", tests, NULL, NULL);
}
