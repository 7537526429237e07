/* What a peer that knows the key may not do to a session; tests/fuzz/session_fuzz.c looks for more.
 *
 * Floor 6 (session). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "session/journal_piece_internal.h"
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

/* Faults that the numbers tell ------------------------------------------------------------------------------------- */

static pier_session *session_of(const test_pair *pair, unsigned side) {
    return pair->sides[side].session;
}

/* Whether the last block that a side has for the other is an error with this status and record. */
static bool says_error(const pier_session *session, pier_status status, uint64_t record) {
    pier_bytes left = pier_session_drain((pier_session *)session);
    pier__link_control control = {.type = PIER__PING};
    while (left.size >= PIER__PIECE_BYTES) {
        pier__header header;
        pier__header_decode(left.data, &header);
        left = pier__bytes_from(left, PIER__PIECE_BYTES);
        control.type = PIER__PING;
        if (pier__link_control_is_free(&header)) {
            assert_int_equal(pier__link_control_decode((pier_bytes){left.data, header.stored_bytes}, &control),
                             PIER_OK);
        }
        left = pier__bytes_from(left, header.stored_bytes);
    }
    assert_int_equal(left.size, 0);
    return control.type == PIER__ERROR && control.status == status && control.numbers[0] == record;
}

/* Takes the events of a side. Returns how many connections it lost; `status`, `text`: of the last one. */
static unsigned lost_events(const test_pair *pair, unsigned side, pier_session_event *last) {
    pier_session_event event;
    unsigned count = 0;
    while (pier_session_next_event(session_of(pair, side), &event) == PIER_OK) {
        assert_int_not_equal(event.kind, PIER_SESSION_FAILED);
        assert_int_not_equal(event.kind, PIER_SESSION_CONFLICT);
        if (event.kind == PIER_SESSION_LOST) {
            *last = event;
            count++;
        }
    }
    return count;
}

/* `side` has found the fault that `text` tells, at a record, and said so: the connection ends on both sides, no session
 * fails, and the next connection goes on. */
static void check_protocol_fault(test_pair *pair, unsigned side, uint64_t record, const char *text) {
    char record_text[40];
    pier_session_event mine = {.status = PIER_OK};
    pier_session_event others = {.status = PIER_OK};
    const pier_session *session = session_of(pair, side);
    if (pier_session_link_state(session) != PIER_SESSION_LINK_ENDING) {
        fail_msg("not found: %s (record %llu)", text, (unsigned long long)record);
    }
    assert_true(says_error(session, PIER_PROTOCOL, record));
    pair_settle(pair);
    assert_false(pair->is_connected);
    assert_int_equal(lost_events(pair, side, &mine), 1);
    assert_int_equal(mine.status, PIER_PROTOCOL);
    if (strstr(mine.text, text) == NULL) {
        fail_msg("%s, not: %s", mine.text, text);
    }
    assert_int_equal(lost_events(pair, 1 - side, &others), 1);
    assert_int_equal(others.status, PIER_PROTOCOL);
    (void)snprintf(record_text, sizeof record_text, "(record %llu)", (unsigned long long)record);
    assert_non_null(strstr(others.text, record_text));
    assert_int_equal(pier_session_status(session_of(pair, PAIR_CLIENT)), PIER_OK);
    assert_int_equal(pier_session_status(session_of(pair, PAIR_SERVER)), PIER_OK);
    assert_int_equal(pair_connect(pair), PIER_OK);
    pair_settle(pair);
    assert_int_equal(pier_session_link_state(session), PIER_SESSION_LINK_OPEN);
}

/* The client stores records up to a number, each in a block of its own; its disk takes them. */
static void store_up_to(test_pair *pair, uint64_t last) {
    while (pier_session_sent(session_of(pair, PAIR_CLIENT)).last < last) {
        uint64_t next = pier_session_sent(session_of(pair, PAIR_CLIENT)).last + 1;
        assert_int_equal(pair_store(pair, PAIR_CLIENT, next, 0), PIER_OK);
    }
    while (pair_disk(pair, PAIR_CLIENT)) {
    }
    assert_int_equal(session_of(pair, PAIR_CLIENT)->sent.taken, last);
}

/* The server's program gets these records, each once, and no other. */
static void load_from_to(test_pair *pair, uint64_t first, uint64_t last) {
    uint64_t value = 0;
    for (uint64_t number = first; number <= last; number++) {
        assert_int_equal(pair_load(pair, PAIR_SERVER, &value), PIER_OK);
        assert_int_equal(value, number);
        assert_int_equal(pier_session_record_number(session_of(pair, PAIR_SERVER)), number);
        assert_false(pier_session_is_repeated(session_of(pair, PAIR_SERVER)));
    }
    assert_int_equal(pair_next(pair, PAIR_SERVER), PIER_MORE);
}

static void feed_control(pier_session *session, const pier__link_control *control) {
    uint8_t payload[PIER__CONTROL_TEXT_BYTES_MAX];
    uint8_t block[PIER__PIECE_BYTES + PIER__CONTROL_TEXT_BYTES_MAX];
    size_t size = pier__link_control_block(payload, pier__link_control_encode(control, payload), block);
    size_t taken = 0;
    pier_session_feed(session, (pier_bytes){block, size}, &taken);
    assert_int_equal(taken, size);
}

/* Nine records are sent; the server has acknowledged seven, five of them as durable, three as committed. */
static void open_acknowledged(test_pair *pair) {
    static const uint64_t acknowledged[] = {7, 5, 3};
    pair_open(pair, PIER_DURABILITY_DISK);
    pier_session *server = session_of(pair, PAIR_SERVER);
    store_up_to(pair, 3);
    pair_settle(pair);
    load_from_to(pair, 1, 3);
    assert_int_equal(pier_session_commit(server, 3), PIER_OK);
    store_up_to(pair, 5);
    pair_settle(pair);
    pair->sides[PAIR_SERVER].holds_syncs = true;
    store_up_to(pair, 7);
    pair_settle(pair);
    assert_true(pair->sides[PAIR_SERVER].is_holding);
    store_up_to(pair, 9);
    assert_memory_equal(session_of(pair, PAIR_CLIENT)->link.acknowledged, acknowledged, sizeof acknowledged);
}

static void acknowledgements_that_cannot_be_are_refused(void **state) {
    (void)state;
    static const uint64_t wrong[][3] = {
        {10, 5, 3},                           /* more than was sent */
        {UINT64_MAX, UINT64_MAX, UINT64_MAX}, /* likewise */
        {9, 10, 3},                           /* durable, and was never sent */
        {9, 9, 10},                           /* committed, and was never sent */
        {7, 8, 3},                            /* durable, and was sent, but not received */
        {7, 5, 6},                            /* committed, and not durable */
        {6, 5, 3},                            /* each one goes back */
        {7, 4, 3},
        {7, 5, 2},
        {0, 0, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        test_pair pair;
        open_acknowledged(&pair);
        pier_session *client = session_of(&pair, PAIR_CLIENT);
        pier__link_control control = {.type = PIER__ACKNOWLEDGEMENT};
        memcpy(control.numbers, wrong[i], sizeof control.numbers);
        feed_control(client, &control);
        /* Nothing of it is believed. */
        assert_int_equal(pier_session_sent(client).received, 7);
        assert_int_equal(pier_session_sent(client).kept, 5);
        assert_int_equal(pier_session_sent(client).committed, 3);
        assert_true(client->sent.trim_to <= 5);
        pair.sides[PAIR_SERVER].holds_syncs = false;
        pair_release_sync(&pair, PAIR_SERVER);
        check_protocol_fault(&pair, PAIR_CLIENT, wrong[i][0],
                             "an acknowledgement above what was sent, or below another");
        load_from_to(&pair, 4, 9);
        pair_deinit(&pair);
    }
}

/* What the refused ones are told from: each number may grow up to the one before it, and none has to. */
static void acknowledgements_that_can_be_are_taken(void **state) {
    (void)state;
    static const uint64_t right[][3] = {{7, 5, 3}, {9, 5, 3}, {9, 9, 3}, {9, 9, 9}};
    test_pair pair;
    open_acknowledged(&pair);
    pier_session *client = session_of(&pair, PAIR_CLIENT);
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        pier__link_control control = {.type = PIER__ACKNOWLEDGEMENT};
        memcpy(control.numbers, right[i], sizeof control.numbers);
        feed_control(client, &control);
        assert_int_equal(pier_session_link_state(client), PIER_SESSION_LINK_OPEN);
        assert_memory_equal(client->link.acknowledged, right[i], sizeof right[i]);
    }
    pair_deinit(&pair);
}

/* The block of a record as the client's journal has it. */
static const sim_entry *block_of(const test_pair *pair, uint64_t record) {
    const sim_journal *journal = &pair->sides[PAIR_CLIENT].journals[PIER_SESSION_SENT];
    for (size_t i = 0; i < journal->count; i++) {
        const sim_entry *entry = &journal->entries[i];
        if (!entry->is_note && entry->header.kind == PIER_BLOCK_RECORDS && entry->header.first_record == record) {
            return entry;
        }
    }
    fail_msg("record %llu has no block of its own", (unsigned long long)record);
    return NULL;
}

/* What of a block is changed, and what the server finds then. */
typedef struct wrong_block {
    uint64_t record; /* whose block it is */
    uint64_t other_stream;
    int first_by;
    int number_by;
    int epoch_by;
    int records_by;
    pier_block_kind kind; /* instead of its own; of a gap the payload, too */
    const char *text;
} wrong_block;

static void feed_wrong(test_pair *pair, const wrong_block *wrong) {
    static const uint8_t gap[] = {0xc7, 0x01, 0x50, 0x30};
    const sim_entry *entry = block_of(pair, wrong->record);
    pier__header header = entry->header;
    header.first_record += (uint64_t)wrong->first_by;
    header.number += (uint32_t)wrong->number_by;
    header.epoch += (uint32_t)wrong->epoch_by;
    header.records += (uint32_t)wrong->records_by;
    uint8_t block[PIER__PIECE_BYTES + 256];
    size_t size = entry->size - PIER__PIECE_BYTES;
    assert_true(size <= 256);
    memcpy(block + PIER__PIECE_BYTES, entry->bytes + PIER__PIECE_BYTES, size);
    if (wrong->other_stream != 0) {
        header.stream_id = wrong->other_stream;
    }
    if (wrong->kind != PIER_BLOCK_PREAMBLE) {
        header.kind = (uint8_t)wrong->kind;
        header.flags &= PIER__FLAG_CHECKSUM | PIER__FLAG_EPOCH_BEGIN;
        size = sizeof gap;
        memcpy(block + PIER__PIECE_BYTES, gap, size);
        header.stored_bytes = (uint32_t)size;
        header.raw_bytes = (uint32_t)size;
        header.payload_check = pier__payload_check(gap, size);
    }
    pier__header_encode(&header, block);
    size_t taken = 0;
    pier_session_feed(session_of(pair, PAIR_SERVER), (pier_bytes){block, PIER__PIECE_BYTES + size}, &taken);
    assert_int_equal(taken, PIER__PIECE_BYTES + size);
}

/* The server has three records, the last of them of the second life of the client, which has two more for it. */
static void open_with_three(test_pair *pair) {
    pair_open(pair, PIER_DURABILITY_DISK);
    store_up_to(pair, 2);
    pair_settle(pair);
    pair_kill(pair, PAIR_CLIENT);
    assert_int_equal(pair_start(pair, PAIR_CLIENT), PIER_OK);
    assert_int_equal(pair_connect(pair), PIER_OK);
    pair_settle(pair);
    store_up_to(pair, 3);
    pair_settle(pair);
    assert_int_equal(pier_session_received(session_of(pair, PAIR_SERVER)).durable, 3);
    load_from_to(pair, 1, 3);
    store_up_to(pair, 5);
    pier_session_event event;
    (void)lost_events(pair, PAIR_CLIENT, &event);
    (void)lost_events(pair, PAIR_SERVER, &event);
}

static void blocks_that_do_not_come_next_are_refused(void **state) {
    (void)state;
    static const char order[] = "records are missing or doubled: the number is not the next one";
    static const char numbers[] = "a block is missing or doubled: its number is not the next one";
    static const char epoch[] = "a block of another epoch";
    static const char other[] = "a block of another session";
    static const char gap[] = "a gap that does not go on from what came";
    static const wrong_block cases[] = {
        {.record = 3, .text = order},                  /* twice */
        {.record = 2, .text = order},                  /* twice, of an older life */
        {.record = 5, .text = order},                  /* before its turn: nothing declared that 4 is missing */
        {.record = 3, .first_by = 1, .text = numbers}, /* an old block under the next number */
        {.record = 4, .number_by = 1, .text = numbers},
        {.record = 4, .epoch_by = -1, .text = epoch}, /* of an older life, under the next numbers */
        {.record = 4, .epoch_by = 1, .text = epoch},
        {.record = 4, .other_stream = 99, .text = other},
        {.record = 4, .other_stream = 18, .text = other},       /* of the other direction */
        {.record = 5, .kind = PIER_BLOCK_CONTROL, .text = gap}, /* leaves 4 out */
        {.record = 3, .kind = PIER_BLOCK_CONTROL, .text = gap}, /* is there already */
        {.record = 4, .records_by = -1, .kind = PIER_BLOCK_CONTROL, .text = gap},
        {.record = 4, .other_stream = 99, .kind = PIER_BLOCK_CONTROL, .text = other},
        {.record = 4, .records_by = -1, .text = "a block without records"},
        {.record = 4, .kind = PIER_BLOCK_END, .text = "a block that does not belong here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_pair pair;
        open_with_three(&pair);
        feed_wrong(&pair, &cases[i]);
        assert_int_equal(pier_session_received(session_of(&pair, PAIR_SERVER)).last, 3);
        check_protocol_fault(&pair, PAIR_SERVER, cases[i].record + (uint64_t)cases[i].first_by, cases[i].text);
        load_from_to(&pair, 4, 5);
        assert_int_equal(pair.sides[PAIR_SERVER].journals[PIER_SESSION_RECEIVED].stream.next_record, 6);
        pair_deinit(&pair);
    }
}

/* A close tells the last number: one that does not, or that comes twice, and records behind it. */
static void closes_that_do_not_fit_are_refused(void **state) {
    (void)state;
    static const uint64_t wrong[] = {0, 2, 4, UINT64_MAX};
    static const char text[] = "a close that does not tell the last record";
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        test_pair pair;
        open_with_three(&pair);
        feed_control(session_of(&pair, PAIR_SERVER), &(pier__link_control){.type = PIER__CLOSE, .numbers = {wrong[i]}});
        check_protocol_fault(&pair, PAIR_SERVER, wrong[i], text);
        load_from_to(&pair, 4, 5);
        pair_deinit(&pair);
    }
    for (int behind = 0; behind < 2; behind++) {
        static const wrong_block next = {.record = 4};
        const pier__link_control close = {.type = PIER__CLOSE, .numbers = {3}};
        test_pair pair;
        open_with_three(&pair);
        feed_control(session_of(&pair, PAIR_SERVER), &close);
        assert_int_equal(pier_session_link_state(session_of(&pair, PAIR_SERVER)), PIER_SESSION_LINK_OPEN);
        if (behind == 0) {
            feed_control(session_of(&pair, PAIR_SERVER), &close);
            check_protocol_fault(&pair, PAIR_SERVER, 3, text);
        } else {
            feed_wrong(&pair, &next);
            check_protocol_fault(&pair, PAIR_SERVER, 4, "records at the wrong time");
        }
        load_from_to(&pair, 4, 5);
        pair_deinit(&pair);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endless_definitions_are_refused),
        cmocka_unit_test(refused_definitions_change_nothing),
        cmocka_unit_test(acknowledgements_that_cannot_be_are_refused),
        cmocka_unit_test(acknowledgements_that_can_be_are_taken),
        cmocka_unit_test(blocks_that_do_not_come_next_are_refused),
        cmocka_unit_test(closes_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests_name("hostile peers of sessions", tests, NULL, NULL);
}
