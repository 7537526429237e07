/* What a peer that knows the key may not do to a session; tests/fuzz/session_fuzz.c looks for more.
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

enum { DEFINITION_BYTES = 40000 };

/* Feeds the server a block of the client's. Returns whether the connection goes on. */
static bool feed(test_pair *pair, pier__header header, const uint8_t *payload, size_t size) {
    static uint8_t block[PIER__PIECE_BYTES + DEFINITION_BYTES];
    pier_session *server = pair->sides[PAIR_SERVER].session;
    size_t taken = 0;
    header.flags |= PIER__FLAG_CHECKSUM;
    header.stream_id = server->received.stream.id;
    header.stored_bytes = (uint32_t)size;
    header.raw_bytes = (uint32_t)size;
    header.payload_check = pier__payload_check(payload, size);
    pier__header_encode(&header, block);
    memcpy(block + PIER__PIECE_BYTES, payload, size);
    pier_session_feed(server, (pier_bytes){block, PIER__PIECE_BYTES + size}, &taken);
    return pier_session_link_state(server) == PIER_SESSION_LINK_OPEN;
}

/* A definition of a class, whose closure a receiver does not look at. Returns its size. */
static size_t define(uint8_t *payload, uint8_t id, size_t size) {
    static const uint8_t head[] = {0xc8, 0, 0, PIER__EXT_TYPE, PIER__DEFINITION_KIND, 0x93};
    memset(payload, 0xc0, size);
    memcpy(payload, head, sizeof head);
    payload[1] = (uint8_t)((size - 4) >> 8);
    payload[2] = (uint8_t)(size - 4);
    payload[6] = id;
    payload[7] = 0xc4;
    payload[8] = 16;
    return size;
}

/* Definitions that no record needs stay in memory: there is a limit to them, whatever epochs they are of. */
static void endless_definitions_are_refused(void **state) {
    (void)state;
    static uint8_t payload[DEFINITION_BYTES];
    test_pair pair;
    pair_open(&pair, PIER_DURABILITY_DISK);
    pier_session *server = pair.sides[PAIR_SERVER].session;
    size_t size = define(payload, 1, sizeof payload);
    uint32_t epoch = 0;
    uint64_t most = server->limits.queue_bytes_max;
    while (
        feed(&pair,
             (pier__header){
                 .kind = PIER_BLOCK_DEFINITIONS, .flags = PIER__FLAG_EPOCH_BEGIN, .first_record = 1, .epoch = epoch++},
             payload, size)) {
        assert_true(epoch <= most / size + 1);
        assert_true(server->received.pending.size <= most);
        pair_wait(&pair, 1);
        (void)pair_disk(&pair, PAIR_SERVER);
    }
    assert_true(epoch > most / size / 2);
    assert_int_equal(server->link.why, PIER_LIMIT);
    assert_int_equal(pier_session_status(server), PIER_OK);
    pair_deinit(&pair);
}

/* Definitions of a later epoch that are refused take nothing away from what is known of this one. */
static void refused_definitions_change_nothing(void **state) {
    (void)state;
    uint8_t one[64];
    uint8_t wrong[] = {0xc0};
    test_pair pair;
    pair_open(&pair, PIER_DURABILITY_DISK);
    pier_session *server = pair.sides[PAIR_SERVER].session;
    size_t size = define(one, 1, sizeof one);
    const pier__header definitions = {
        .kind = PIER_BLOCK_DEFINITIONS, .flags = PIER__FLAG_EPOCH_BEGIN, .first_record = 1};
    pier__header later = definitions;
    later.epoch = 5;
    assert_true(feed(&pair, definitions, one, size));
    size_t pending = server->received.pending.size;
    assert_false(feed(&pair, later, wrong, sizeof wrong));
    assert_int_equal(server->link.why, PIER_PROTOCOL);
    pair_settle(&pair);
    assert_int_equal(pair_connect(&pair), PIER_OK);
    pair_settle(&pair);
    /* It is known, and dropped. */
    assert_true(feed(&pair, definitions, one, size));
    assert_int_equal(server->received.pending.size, pending);
    /* The same id with another fingerprint is a fault. */
    one[10] ^= 1;
    assert_false(feed(&pair, definitions, one, size));
    pair_deinit(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endless_definitions_are_refused),
        cmocka_unit_test(refused_definitions_change_nothing),
    };
    return cmocka_run_group_tests_name("hostile peers of sessions", tests, NULL, NULL);
}
