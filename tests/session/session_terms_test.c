/* The codecs of blocks in the terms of a session: who does not load one gets none in it, and it is as at the creation
 * ever after.
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

enum { PLAIN_ALONE = 1u << PIER__CODEC_NONE, PADDING_BYTES = 2000, LEVEL = 6 };

static pier_session *session_of(const test_pair *pair, unsigned side) {
    return pair->sides[side].session;
}

/* Begins both processes. server_codecs: what the server loads; 0: all that there are. */
static void start(test_pair *pair, uint32_t server_codecs) {
    pair_init(pair, PIER_DURABILITY_DISK);
    pair->compression_level = LEVEL;
    assert_int_equal(pair_start(pair, PAIR_CLIENT), PIER_OK);
    assert_int_equal(pair_start(pair, PAIR_SERVER), PIER_OK);
    session_of(pair, PAIR_SERVER)->codecs = server_codecs != 0 ? server_codecs : PIER__CODECS_KNOWN;
}

static void connect_both(test_pair *pair) {
    assert_int_equal(pair_connect(pair), PIER_OK);
    pair_settle(pair);
}

/* A side stores a record, in a block of its own, which its disk takes. */
static void store(test_pair *pair, unsigned side, uint64_t value) {
    assert_int_equal(pair_store(pair, side, value, PADDING_BYTES), PIER_OK);
    while (pair_disk(pair, side)) {
    }
}

/* The codec of the block with a record in the journal of what a side has sent. */
static unsigned codec_of(const test_pair *pair, unsigned side, uint64_t record) {
    const sim_journal *journal = &pair->sides[side].journals[PIER_SESSION_SENT];
    for (size_t i = 0; i < journal->count; i++) {
        const pier__header *header = &journal->entries[i].header;
        if (!journal->entries[i].is_note && header->kind == PIER_BLOCK_RECORDS && header->first_record == record) {
            return header->codec;
        }
    }
    fail_msg("record %llu has no block", (unsigned long long)record);
    return 0;
}

static void load(test_pair *pair, unsigned side, uint64_t value) {
    uint64_t loaded = 0;
    assert_int_equal(pair_load(pair, side, &loaded), PIER_OK);
    assert_int_equal(loaded, value);
}

/* Before the peer has told what it loads, blocks are plain; a later process knows it without being told again. */
static void compresses_what_the_peer_loads(void **state) {
    (void)state;
    test_pair pair;
    start(&pair, 0);
    store(&pair, PAIR_CLIENT, 1);
    connect_both(&pair);
    for (unsigned side = PAIR_CLIENT; side <= PAIR_SERVER; side++) {
        store(&pair, side, 2);
        assert_int_equal(codec_of(&pair, side, side == PAIR_CLIENT ? 2 : 1), PIER__CODEC_DEFLATE);
    }
    assert_int_equal(codec_of(&pair, PAIR_CLIENT, 1), PIER__CODEC_NONE);
    pair_settle(&pair);
    load(&pair, PAIR_SERVER, 1);
    load(&pair, PAIR_SERVER, 2);
    load(&pair, PAIR_CLIENT, 2);
    pair_kill(&pair, PAIR_CLIENT);
    assert_int_equal(pair_start(&pair, PAIR_CLIENT), PIER_OK);
    store(&pair, PAIR_CLIENT, 3);
    assert_int_equal(codec_of(&pair, PAIR_CLIENT, 3), PIER__CODEC_DEFLATE);
    connect_both(&pair);
    load(&pair, PAIR_SERVER, 3);
    pair_deinit(&pair);
}

static void does_not_compress_what_the_peer_does_not_load(void **state) {
    (void)state;
    test_pair pair;
    start(&pair, PLAIN_ALONE);
    store(&pair, PAIR_CLIENT, 1);
    connect_both(&pair);
    store(&pair, PAIR_CLIENT, 2);
    /* It compresses itself, for the other side loads it. */
    store(&pair, PAIR_SERVER, 1);
    assert_int_equal(codec_of(&pair, PAIR_SERVER, 1), PIER__CODEC_DEFLATE);
    pair_settle(&pair);
    pair_kill(&pair, PAIR_CLIENT);
    assert_int_equal(pair_start(&pair, PAIR_CLIENT), PIER_OK);
    store(&pair, PAIR_CLIENT, 3);
    connect_both(&pair);
    for (uint64_t record = 1; record <= 3; record++) {
        assert_int_equal(codec_of(&pair, PAIR_CLIENT, record), PIER__CODEC_NONE);
        load(&pair, PAIR_SERVER, record);
    }
    load(&pair, PAIR_CLIENT, 1);
    pair_deinit(&pair);
}

/* A peer that sends such a block all the same has not kept to what was agreed. */
static void refuses_a_codec_that_it_has_not_told(void **state) {
    (void)state;
    test_pair pair;
    start(&pair, PLAIN_ALONE);
    connect_both(&pair);
    pier__archive_allow_codecs(session_of(&pair, PAIR_CLIENT)->store, PIER__CODECS_KNOWN);
    store(&pair, PAIR_CLIENT, 1);
    assert_int_equal(codec_of(&pair, PAIR_CLIENT, 1), PIER__CODEC_DEFLATE);
    pair_settle(&pair);
    pier_session_event event;
    bool is_told = false;
    while (pier_session_next_event(session_of(&pair, PAIR_SERVER), &event) == PIER_OK) {
        is_told = is_told || (event.status == PIER_PROTOCOL && strstr(event.text, "a codec that this side") != NULL);
    }
    assert_true(is_told);
    assert_int_equal(pier_session_received(session_of(&pair, PAIR_SERVER)).last, 0);
    pair_deinit(&pair);
}

/* Takes the events of a side until one of a kind, which must come. */
static pier_session_event event_of(const test_pair *pair, unsigned side, pier_session_event_kind kind) {
    pier_session_event event;
    pier_status status = PIER_OK;
    do {
        status = pier_session_next_event(session_of(pair, side), &event);
    } while (status == PIER_OK && event.kind != kind);
    assert_int_equal(status, PIER_OK);
    return event;
}

/* A side comes back that loads other codecs than when the session was created. */
static void other_codecs_are_refused(void **state) {
    (void)state;
    for (unsigned changed = PAIR_CLIENT; changed <= PAIR_SERVER; changed++) {
        test_pair pair;
        start(&pair, 0);
        connect_both(&pair);
        pair_kill(&pair, changed);
        assert_int_equal(pair_start(&pair, changed), PIER_OK);
        session_of(&pair, changed)->codecs = PLAIN_ALONE;
        connect_both(&pair);
        assert_int_not_equal(pier_session_link_state(session_of(&pair, PAIR_CLIENT)), PIER_SESSION_LINK_OPEN);
        pier_session_event event = event_of(&pair, PAIR_CLIENT, PIER_SESSION_CONFLICT);
        assert_int_equal(event.status, PIER_MISMATCH);
        assert_int_equal(event.number, PIER__TERMS_DIFFER);
        assert_non_null(strstr(event.text, "codecs"));
        if (changed == PAIR_CLIENT) {
            assert_string_equal(pair.refusal_text,
                                "the peer's codecs of blocks are not those that the session was created with");
        }
        /* As it was, it goes on. */
        session_of(&pair, changed)->codecs = PIER__CODECS_KNOWN;
        connect_both(&pair);
        assert_int_equal(pier_session_link_state(session_of(&pair, PAIR_CLIENT)), PIER_SESSION_LINK_OPEN);
        pair_deinit(&pair);
    }
}

/* The note of the terms of a side, which it has made durable. */
static sim_entry *terms_of(const test_pair *pair, unsigned side) {
    const sim_journal *journal = &pair->sides[side].journals[PIER_SESSION_SENT];
    for (size_t i = journal->count; i > 0; i--) {
        if (journal->entries[i - 1].is_note && journal->entries[i - 1].note == PIER__NOTE_TERMS) {
            return &journal->entries[i - 1];
        }
    }
    fail_msg("no terms are noted");
    return NULL;
}

/* What was agreed stays, whatever this library loads besides; what it does not load it cannot go on with. */
static void goes_on_with_the_codecs_that_are_noted(void **state) {
    (void)state;
    enum { OWN_CODECS = 21 }; /* in the note: behind the other terms of this side */
    test_pair pair;
    start(&pair, PLAIN_ALONE);
    connect_both(&pair);
    pair_kill(&pair, PAIR_SERVER);
    assert_int_equal(terms_of(&pair, PAIR_SERVER)->bytes[OWN_CODECS], PLAIN_ALONE);
    assert_int_equal(pair_start(&pair, PAIR_SERVER), PIER_OK);
    assert_int_equal(session_of(&pair, PAIR_SERVER)->codecs, PLAIN_ALONE);
    connect_both(&pair);
    assert_int_equal(pier_session_link_state(session_of(&pair, PAIR_CLIENT)), PIER_SESSION_LINK_OPEN);
    pair_kill(&pair, PAIR_SERVER);
    terms_of(&pair, PAIR_SERVER)->bytes[OWN_CODECS] = PLAIN_ALONE | 4;
    assert_int_equal(pair_start(&pair, PAIR_SERVER), PIER_MISMATCH);
    assert_string_equal(pair.error.text,
                        "the session was created with codecs of blocks that this library does not load");
    pair_deinit(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compresses_what_the_peer_loads),
        cmocka_unit_test(does_not_compress_what_the_peer_does_not_load),
        cmocka_unit_test(refuses_a_codec_that_it_has_not_told),
        cmocka_unit_test(other_codecs_are_refused),
        cmocka_unit_test(goes_on_with_the_codecs_that_are_noted),
    };
    return cmocka_run_group_tests_name("codecs in the terms of a session", tests, NULL, NULL);
}
