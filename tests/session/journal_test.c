/* Journals: appended to, noted, synced, closed, opened again and read.
 *
 * Floor 6 (session). */
#include "session/journal_support.h"

static void keeps_records_and_notes(void **state) {
    (void)state;
    sim_disk disk;
    sim_init(&disk);
    pier_journal *journal = test_journal_open(&disk, NULL);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    assert_int_equal(pier_journal_info(journal).next_record, 1);
    for (int i = 0; i < 20; i++) {
        assert_status(test_writer_store(&writer, 5), PIER_OK);
        assert_status(pier_journal_note(journal, 3, (pier_bytes){&i, sizeof i}), PIER_OK);
        uint64_t durable = 0;
        assert_status(pier_journal_sync(journal, &durable), PIER_OK);
        assert_int_equal(durable, (i + 1) * 5);
    }
    assert_int_equal(test_journal_count(journal, 0), 100);
    assert_int_equal(test_journal_count(journal, 42), 59);
    assert_int_equal(test_journal_count_blocks(journal, 1), 100);
    /* Blocks come whole: that of 42 begins with 41. */
    assert_int_equal(test_journal_count_blocks(journal, 42), 60);
    test_writer_close(&writer);
    assert_status(pier_journal_close(journal), PIER_OK);
    pier_journal_destroy(journal);

    journal = test_journal_open(&disk, NULL);
    pier_journal_state info = pier_journal_info(journal);
    assert_int_equal(info.next_record, 101);
    assert_int_equal(info.durable_record, 100);
    assert_int_equal(info.cut_bytes, 0);
    assert_true(info.was_closed);
    int noted = 0;
    pier_bytes note = pier_journal_noted(journal, 3);
    assert_int_equal(note.size, sizeof noted);
    memcpy(&noted, note.data, sizeof noted);
    assert_int_equal(noted, 19);
    assert_int_equal(pier_journal_noted(journal, 4).size, 0);
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, 7), PIER_OK);
    assert_int_equal(test_journal_count(journal, 0), 107);
    assert_int_equal(test_journal_count(journal, 101), 7);
    assert_int_equal(test_journal_count(journal, 108), 0);
    /* 90 is the last of its block. */
    assert_int_equal(test_journal_count_blocks(journal, 90), 22);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    sim_deinit(&disk);
}

/* Notes, and the end mark behind them, begin no epoch: what comes first is still to say so. */
static void closing_begins_no_epoch(void **state) {
    (void)state;
    sim_disk disk;
    sim_init(&disk);
    for (int life = 0; life < 3; life++) {
        pier_journal *journal = test_journal_open(&disk, NULL);
        pier_journal_state info = pier_journal_info(journal);
        assert_int_equal(info.epoch, 0);
        assert_false(info.epoch_has_blocks);
        assert_status(pier_journal_note(journal, 3, (pier_bytes){&life, sizeof life}), PIER_OK);
        assert_status(pier_journal_close(journal), PIER_OK);
        pier_journal_destroy(journal);
    }
    sim_deinit(&disk);
}

/* Two definitions in a row begin with the same number, and one of them with all that the other is. */
static void put_pair_number(uint8_t *payload, uint32_t index) {
    const uint32_t number = index / 2;
    memcpy(payload, &number, sizeof number);
}

/* As many classes as an epoch may have: each is kept once, in the order in which they came. */
static void keeps_each_definition_once(void **state) {
    (void)state;
    enum { COUNT = PIER_CLASSES_MAX_HIGHEST };
    pier__buffer definitions;
    pier__buffer blocks;
    pier__buffer_init(&definitions, pier_allocator_default());
    pier__buffer_init(&blocks, pier_allocator_default());
    uint8_t payload[100] = {0};
    for (int times = 0; times < 2; times++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            put_pair_number(payload, i);
            assert_true(pier__definitions_add(&definitions, (pier_bytes){payload, 4 + i % 97}));
        }
        assert_int_equal(pier__definitions_count(&definitions), COUNT);
    }
    const pier__stream stream = {.id = STREAM_ID, .next_record = 1};
    assert_true(pier__definitions_put(&blocks, &definitions, &stream, 0));
    size_t at = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        pier__header header;
        pier__header_decode(blocks.data + at, &header);
        assert_int_equal(header.kind, PIER_BLOCK_DEFINITIONS);
        assert_int_equal(header.stored_bytes, 4 + i % 97);
        put_pair_number(payload, i);
        assert_memory_equal(blocks.data + at + PIER__PIECE_BYTES, payload, header.stored_bytes);
        at += PIER__PIECE_BYTES + header.stored_bytes;
    }
    assert_int_equal(at, blocks.size);
    definitions.size = 0;
    assert_true(pier__definitions_add(&definitions, (pier_bytes){payload, sizeof payload}));
    assert_int_equal(pier__definitions_count(&definitions), 1);
    pier__buffer_deinit(&definitions);
    pier__buffer_deinit(&blocks);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_records_and_notes),
        cmocka_unit_test(closing_begins_no_epoch),
        cmocka_unit_test(keeps_each_definition_once),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
