/* What the tests of journals share; see journal_support.h. */
#include "session/journal_support.h"

static const test_class classes[] = {{.name = "test.One", .closure_bytes = 60},
                                     {.name = "test.Two", .closure_bytes = 90}};

pier_status test_journal_try(pier_journal **out, sim_disk *disk, const pier_journal_options *options,
                             pier_error *error) {
    pier_journal_options chosen = {.size = sizeof chosen};
    if (options != NULL) {
        chosen = *options;
        chosen.size = sizeof chosen;
    }
    chosen.stream_id = chosen.stream_id != 0 ? chosen.stream_id : STREAM_ID;
    return pier__journal_open_in(out, sim_open(disk), &chosen, error);
}

pier_journal *test_journal_open(sim_disk *disk, const pier_journal_options *options) {
    pier_journal *journal = NULL;
    pier_error error;
    pier_error_clear(&error);
    if (test_journal_try(&journal, disk, options, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    return journal;
}

pier_journal *test_journal_open_disk(const char *folder, const pier_journal_options *options) {
    pier_journal_options chosen = {.size = sizeof chosen};
    if (options != NULL) {
        chosen = *options;
        chosen.size = sizeof chosen;
    }
    pier_journal *journal = NULL;
    pier_error error;
    pier_error_clear(&error);
    if (pier_journal_open(&journal, folder, &chosen, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    return journal;
}

void test_writer_open(test_writer *writer, pier_journal *journal, const pier_archive_options *options) {
    pier_archive_options chosen = {.size = sizeof chosen};
    if (options != NULL) {
        chosen = *options;
        chosen.size = sizeof chosen;
    }
    writer->journal = journal;
    assert_status(pier_journal_open_store(&writer->archive, journal, &chosen, NULL), PIER_OK);
    pier_archive_set_time(writer->archive, OPENED_NS);
}

void test_writer_close(test_writer *writer) {
    pier_archive_destroy(writer->archive);
    writer->archive = NULL;
}

/* How long the text of a record is, and of which letter. */
static size_t text_bytes(uint64_t number) {
    return (size_t)(number * 37 % 120);
}

static char text_letter(uint64_t number) {
    return (char)('a' + number % 26);
}

static void store_record(pier_archive *archive, uint64_t number) {
    char text[120];
    if (number % 3 == 0) {
        assert_status(test_store_typed(archive, &classes[number / 3 % 2], number), PIER_OK);
        return;
    }
    memset(text, text_letter(number), sizeof text);
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store_array(archive, 2);
    pier_store(archive, number);
    pier_store(archive, ((pier_text){text, text_bytes(number)}));
    assert_status(pier_archive_end(archive), PIER_OK);
}

pier_status test_writer_store(test_writer *writer, uint64_t count) {
    uint64_t next = pier__archive_next_number(writer->archive);
    for (uint64_t i = 0; i < count; i++) {
        store_record(writer->archive, next + i);
    }
    return pier_archive_flush(writer->archive);
}

void test_check_record(pier_archive *load) {
    uint64_t number = pier_archive_record_number(load);
    uint64_t found = 0;
    if (number % 3 == 0) {
        const char *name = classes[number / 3 % 2].name;
        const pier__stream_class *found_class = pier__archive_record_class(load);
        assert_non_null(found_class);
        /* Behind its head: test_encode_closure. */
        assert_memory_equal(found_class->closure + 3, name, strlen(name));
        assert_int_equal(pier_load_array(load), 1);
        pier_load(load, &found);
    } else {
        assert_null(pier__archive_record_class(load));
        assert_int_equal(pier_load_array(load), 2);
        pier_load(load, &found);
        pier_text text = {NULL, 0};
        pier_load(load, &text);
        assert_int_equal(text.size, text_bytes(number));
        char expected[120];
        memset(expected, text_letter(number), sizeof expected);
        assert_true(text.size == 0 || memcmp(text.data, expected, text.size) == 0);
    }
    assert_int_equal(found, number);
    assert_status(pier_archive_status(load), PIER_OK);
}

uint64_t test_journal_count(pier_journal *journal, uint64_t from) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from where = {.size = sizeof where, .record = from};
    pier_error error;
    pier_error_clear(&error);
    if (pier_journal_reader_open(&reader, journal, &where, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    pier_archive *load = pier_journal_reader_archive(reader);
    uint64_t first = from != 0 ? from : pier_journal_info(journal).first_record;
    uint64_t count = 0;
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_OK) {
        assert_int_equal(pier_archive_record_number(load), first + count);
        test_check_record(load);
        count++;
    }
    if (status != PIER_END) {
        fail_msg("%s: %s", pier_status_name(status), pier_archive_error(load)->text);
    }
    pier_journal_reader_destroy(reader);
    return count;
}

/* Feeds a block to an archive, and checks the records that it brings. */
static uint64_t load_block(pier_archive *load, pier_bytes bytes) {
    uint64_t count = 0;
    assert_status(pier_archive_feed(load, bytes), PIER_OK);
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_OK) {
        test_check_record(load);
        count++;
    }
    if (status != PIER_MORE) {
        fail_msg("%s: %s", pier_status_name(status), pier_archive_error(load)->text);
    }
    return count;
}

uint64_t test_journal_count_blocks(pier_journal *journal, uint64_t from) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from where = {.size = sizeof where, .record = from};
    assert_status(pier_journal_reader_open(&reader, journal, &where, NULL), PIER_OK);
    pier_archive *load = test_open_load(NULL, NULL);
    /* A connection begins with a preamble of its own. */
    uint8_t piece[PIER__PIECE_BYTES];
    const pier__preamble preamble = pier__journal_preamble(journal);
    pier__preamble_encode(&preamble, piece);
    uint64_t count = load_block(load, (pier_bytes){piece, sizeof piece});
    pier_bytes bytes;
    pier_status status;
    while ((status = pier_journal_reader_next(reader, &bytes, NULL)) == PIER_OK) {
        count += load_block(load, bytes);
    }
    assert_status(status, PIER_END);
    pier_archive_destroy(load);
    pier_journal_reader_destroy(reader);
    return count;
}
