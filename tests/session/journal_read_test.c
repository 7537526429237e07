/* Journals read from anywhere, followed, bounded and trimmed.
 *
 * Floor 6 (session). */
#include "session/journal_support.h"

#include <stdlib.h>

#include <pier/raw.h>

typedef struct scene {
    sim_disk disk;
    pier_journal *journal;
    test_writer writer;
} scene;

static void begin(scene *of, const pier_journal_options *options) {
    sim_init(&of->disk);
    of->journal = test_journal_open(&of->disk, options);
    test_writer_open(&of->writer, of->journal, NULL);
}

static void end(scene *of) {
    test_writer_close(&of->writer);
    pier_journal_destroy(of->journal);
    sim_deinit(&of->disk);
}

static const pier_journal_options small = {.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST, .reserve_bytes = 1024};

static void reads_from_any_number(void **state) {
    (void)state;
    scene of;
    begin(&of, &small);
    for (int i = 0; i < 40; i++) {
        assert_status(test_writer_store(&of.writer, 1 + (uint64_t)i % 9), PIER_OK);
    }
    uint64_t next = pier_journal_info(of.journal).next_record;
    assert_true(pier_journal_info(of.journal).segments >= 3);
    for (uint64_t from = 1; from <= next; from++) {
        assert_int_equal(test_journal_count(of.journal, from), next - from);
        uint64_t blocks = test_journal_count_blocks(of.journal, from);
        assert_true(blocks >= next - from && blocks < next - from + 9);
    }
    pier_journal_reader *reader = NULL;
    const pier_journal_from behind = {.size = sizeof behind, .record = next + 1};
    pier_error error;
    assert_status(pier_journal_reader_open(&reader, of.journal, &behind, &error), PIER_NOT_FOUND);
    assert_null(reader);
    end(&of);
}

/* Counts what an archive gives at once, and checks it. */
static uint64_t load_there(pier_archive *load, pier_status until) {
    uint64_t count = 0;
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_OK) {
        test_check_record(load);
        count++;
    }
    assert_status(status, until);
    return count;
}

static void follows_what_grows(void **state) {
    (void)state;
    scene of;
    begin(&of, &small);
    pier_journal_reader *reader = NULL;
    pier_journal_reader *blocks = NULL;
    const pier_journal_from from = {.size = sizeof from, .follows = true};
    assert_status(pier_journal_reader_open(&reader, of.journal, &from, NULL), PIER_OK);
    assert_status(pier_journal_reader_open(&blocks, of.journal, &from, NULL), PIER_OK);
    pier_archive *load = pier_journal_reader_archive(reader);
    assert_int_equal(load_there(load, PIER_WOULD_BLOCK), 0);
    uint64_t records = 0;
    for (uint64_t i = 0; i < 60; i++) {
        assert_status(test_writer_store(&of.writer, 1 + i % 7), PIER_OK);
        assert_int_equal(load_there(load, PIER_WOULD_BLOCK), 1 + i % 7);
        pier_bytes bytes;
        pier_block block;
        pier_status status;
        while ((status = pier_journal_reader_next(blocks, &bytes, &block)) == PIER_OK) {
            records += block.kind == PIER_BLOCK_RECORDS ? block.records : 0;
        }
        assert_status(status, PIER_WOULD_BLOCK);
        assert_int_equal(records, pier_journal_info(of.journal).next_record - 1);
    }
    assert_true(pier_journal_info(of.journal).segments >= 3);
    /* One that begins at the end, and one in another process that may only read. */
    const pier_journal_from late = {
        .size = sizeof late, .follows = true, .record = pier_journal_info(of.journal).next_record};
    pier_journal_reader_destroy(blocks);
    assert_status(pier_journal_reader_open(&blocks, of.journal, &late, NULL), PIER_OK);
    pier_journal *other = test_journal_open(&of.disk, &(pier_journal_options){.read_only = true});
    pier_journal_reader *tail = NULL;
    assert_status(pier_journal_reader_open(&tail, other, &from, NULL), PIER_OK);
    (void)load_there(pier_journal_reader_archive(tail), PIER_WOULD_BLOCK);
    for (uint64_t i = 0; i < 60; i++) {
        assert_status(test_writer_store(&of.writer, 3), PIER_OK);
        assert_int_equal(load_there(pier_journal_reader_archive(blocks), PIER_WOULD_BLOCK), 3);
        assert_int_equal(load_there(pier_journal_reader_archive(tail), PIER_WOULD_BLOCK), 3);
    }
    pier_journal_reader_destroy(tail);
    pier_journal_destroy(other);
    pier_journal_reader_destroy(blocks);
    pier_journal_reader_destroy(reader);
    end(&of);
}

static void reads_from_a_time(void **state) {
    (void)state;
    scene of;
    begin(&of, &small);
    for (uint64_t i = 1; i <= 50; i++) {
        pier_archive_set_time(of.writer.archive, i * 1000);
        assert_status(test_writer_store(&of.writer, 4), PIER_OK);
    }
    for (uint64_t i = 0; i <= 51; i++) {
        pier_journal_reader *reader = NULL;
        const pier_journal_from from = {.size = sizeof from, .time_unix_ns = i * 1000 + 1};
        assert_status(pier_journal_reader_open(&reader, of.journal, &from, NULL), PIER_OK);
        assert_int_equal(load_there(pier_journal_reader_archive(reader), PIER_END), i < 50 ? (50 - i) * 4 : 0);
        pier_journal_reader_destroy(reader);
    }
    end(&of);
}

static pier_status encode_class(const void *class_of_caller, pier__buffer *closure, pier_error *error) {
    (void)error;
    const char *name = class_of_caller;
    uint8_t head[] = {0x91, 0x94, 0x00, (uint8_t)(0xa0 + strlen(name))};
    const uint8_t rest[] = {0x01, 0x90};
    return pier__buffer_append(closure, head, sizeof head) && pier__buffer_append(closure, name, strlen(name)) &&
                   pier__buffer_append(closure, rest, sizeof rest)
               ? PIER_OK
               : PIER_NO_MEMORY;
}

static void reads_from_a_class(void **state) {
    (void)state;
    static const char early[] = "test.Early";
    static const char late[] = "test.Late";
    scene of;
    begin(&of, &small);
    pier_archive *archive = of.writer.archive;
    uint64_t first_late = 0;
    for (uint64_t i = 1; i <= 400; i++) {
        const char *name = i > 250 && i % 10 == 0 ? late : early;
        first_late = first_late == 0 && name == late ? i : first_late;
        assert_status(pier__archive_begin_class(archive, name, encode_class), PIER_OK);
        pier_store_array(archive, 0);
        assert_status(pier__archive_end_typed(archive), PIER_OK);
        assert_status(pier_archive_flush(archive), PIER_OK);
    }
    pier_journal_reader *reader = NULL;
    pier_journal_from from = {.size = sizeof from, .class_name = late};
    assert_status(pier_journal_reader_open(&reader, of.journal, &from, NULL), PIER_OK);
    pier_archive *load = pier_journal_reader_archive(reader);
    assert_status(pier_archive_next(load), PIER_OK);
    uint64_t first = pier_archive_record_number(load);
    assert_true(first <= first_late && first > 1);
    pier_journal_reader_destroy(reader);
    from.class_name = "test.Never";
    assert_status(pier_journal_reader_open(&reader, of.journal, &from, NULL), PIER_NOT_FOUND);
    end(&of);
}

/* A bound that is met within the last segment: trimming makes room all the same. */
static void trimming_makes_room_in_the_last_segment(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        scene of;
        pier_journal_options options = {.reserve_bytes = 1024};
        options.bytes_max = kind == 0 ? 14000 : 0;
        options.records_max = kind == 0 ? 0 : 50;
        begin(&of, &options);
        for (int turn = 0; turn < 20; turn++) {
            pier_status status = PIER_OK;
            for (int i = 0; i < 1000 && status == PIER_OK; i++) {
                status = test_writer_store(&of.writer, 5);
            }
            assert_status(status, PIER_WOULD_BLOCK);
            pier_journal_state info = pier_journal_info(of.journal);
            /* A segment whose last record is kept may stay beside the next one. */
            assert_true(kind == 0 ? info.bytes <= 28000 : info.next_record - 1 <= 50 + (uint64_t)turn * 49);
            /* All but the last one, which a session keeps to compare it. */
            assert_status(pier_journal_trim(of.journal, info.next_record - 2), PIER_OK);
            status = pier_archive_flush(of.writer.archive);
            /* The segment of the last record is still there. */
            if (status == PIER_WOULD_BLOCK) {
                assert_status(pier_journal_trim(of.journal, info.next_record - 1), PIER_OK);
                status = pier_archive_flush(of.writer.archive);
            }
            assert_status(status, PIER_OK);
        }
        end(&of);
    }
}

/* What alone is larger than the bound is taken when nothing waits. */
static void larger_than_the_bound_passes_alone(void **state) {
    (void)state;
    scene of;
    pier_journal_options options = {.reserve_bytes = 1024, .records_max = 3};
    begin(&of, &options);
    assert_status(test_writer_store(&of.writer, 5), PIER_OK);
    assert_status(test_writer_store(&of.writer, 5), PIER_WOULD_BLOCK);
    assert_status(pier_journal_trim(of.journal, 3), PIER_OK);
    assert_status(pier_archive_flush(of.writer.archive), PIER_WOULD_BLOCK);
    assert_status(pier_journal_trim(of.journal, 4), PIER_OK);
    assert_status(pier_archive_flush(of.writer.archive), PIER_OK);
    end(&of);
}

static void keeps_within_bounds(void **state) {
    (void)state;
    scene of;
    pier_journal_options options = small;
    options.bytes_max = 14000;
    begin(&of, &options);
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        status = test_writer_store(&of.writer, 5);
    }
    assert_status(status, PIER_WOULD_BLOCK);
    pier_journal_state info = pier_journal_info(of.journal);
    assert_true(info.bytes <= 14000 && info.bytes > 13000 && info.segments >= 3);
    /* The records stay in the archive until there is room. */
    assert_status(pier_journal_trim(of.journal, info.next_record / 2), PIER_OK);
    assert_true(pier_journal_info(of.journal).first_record > 1);
    assert_true(pier_journal_info(of.journal).first_record <= info.next_record / 2 + 1);
    assert_status(pier_archive_flush(of.writer.archive), PIER_OK);
    uint64_t first = pier_journal_info(of.journal).first_record;
    assert_int_equal(test_journal_count(of.journal, 0), pier_journal_info(of.journal).next_record - first);
    pier_journal_reader *reader = NULL;
    const pier_journal_from from = {.size = sizeof from, .record = first - 1};
    assert_status(pier_journal_reader_open(&reader, of.journal, &from, NULL), PIER_NOT_FOUND);
    assert_status(pier_journal_trim(of.journal, UINT64_MAX), PIER_OK);
    assert_int_equal(pier_journal_info(of.journal).segments, 1);
    end(&of);

    options.drops_oldest = true;
    begin(&of, &options);
    assert_status(test_writer_store(&of.writer, 1), PIER_OK);
    for (int i = 0; i < 300; i++) {
        assert_status(test_writer_store(&of.writer, 5), PIER_OK);
        assert_true(pier_journal_info(of.journal).bytes <= 14000 + PIER_JOURNAL_SEGMENT_BYTES_LOWEST);
    }
    assert_true(pier_journal_info(of.journal).first_record > 1000);
    end(&of);

    options = small;
    options.drops_oldest = true;
    options.records_max = 200;
    begin(&of, &options);
    for (int i = 0; i < 100; i++) {
        assert_status(test_writer_store(&of.writer, 5), PIER_OK);
    }
    info = pier_journal_info(of.journal);
    assert_true(info.next_record - info.first_record <= 200);
    end(&of);

    options.records_max = 0;
    options.age_ns_max = 50;
    begin(&of, &options);
    for (uint64_t i = 1; i <= 200; i++) {
        pier_journal_set_time(of.journal, i);
        pier_archive_set_time(of.writer.archive, i);
        assert_status(test_writer_store(&of.writer, 5), PIER_OK);
    }
    info = pier_journal_info(of.journal);
    /* Segments go whole: what is kept is at least as young as asked for. */
    assert_true(info.first_record > 1 && info.first_record <= 5 * 150);
    end(&of);
}

static void gathers_in_memory(void **state) {
    (void)state;
    scene of;
    pier_journal_options options = {.durability = PIER_DURABILITY_MEMORY, .gather_bytes = 3000};
    begin(&of, &options);
    assert_status(test_writer_store(&of.writer, 5), PIER_OK);
    uint64_t writes = of.disk.writes;
    assert_status(test_writer_store(&of.writer, 5), PIER_OK);
    assert_status(pier_journal_note(of.journal, 0, (pier_bytes){"note", 4}), PIER_OK);
    assert_int_equal(of.disk.writes, writes);
    assert_int_equal(test_journal_count(of.journal, 0), 10);
    assert_status(test_writer_store(&of.writer, 5), PIER_OK);
    assert_status(pier_journal_flush(of.journal), PIER_OK);
    assert_status(test_writer_store(&of.writer, 2), PIER_OK);
    /* What was not flushed goes with the process. */
    test_writer_close(&of.writer);
    pier_journal_destroy(of.journal);
    of.journal = test_journal_open(&of.disk, &options);
    assert_int_equal(pier_journal_info(of.journal).next_record, 16);
    assert_int_equal(pier_journal_noted(of.journal, 0).size, 4);
    test_writer_open(&of.writer, of.journal, NULL);
    writes = of.disk.writes;
    for (int i = 0; i < 200; i++) {
        assert_status(test_writer_store(&of.writer, 5), PIER_OK);
    }
    assert_true(of.disk.writes - writes < 200 / 2);
    uint64_t durable = 0;
    assert_status(pier_journal_sync(of.journal, &durable), PIER_OK);
    assert_int_equal(durable, 1015);
    assert_int_equal(test_journal_count(of.journal, 0), 1015);
    end(&of);
}

/* One system call a block, and no allocation a record. */
static void appends_at_one_write_a_block(void **state) {
    (void)state;
    scene of;
    begin(&of, &(pier_journal_options){.durability = PIER_DURABILITY_PROCESS});
    assert_status(test_writer_store(&of.writer, 10), PIER_OK);
    uint64_t writes = of.disk.writes;
    uint64_t blocks = pier_journal_info(of.journal).next_block;
    assert_status(test_writer_store(&of.writer, 20000), PIER_OK);
    assert_int_equal(of.disk.writes - writes, pier_journal_info(of.journal).next_block - blocks);
    assert_int_equal(of.disk.syncs, 0);
    end(&of);
}

/* A block of another stream, one that comes again, one that comes too early and what is no block are refused, and
 * nothing of what was given with them is kept. */
static void refuses_what_does_not_follow(void **state) {
    (void)state;
    scene of;
    begin(&of, NULL);
    test_bytes bytes = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    test_store_u64(store, 1);
    assert_status(pier_archive_flush(store), PIER_OK);
    (void)test_drain(store, &bytes);
    size_t first = bytes.size;
    test_store_u64(store, 2);
    assert_status(pier_archive_flush(store), PIER_OK);
    (void)test_drain(store, &bytes);
    const pier_bytes both = test_bytes_view(&bytes);
    const pier_bytes second = {bytes.data + first, bytes.size - first};
    assert_status(pier_journal_append(of.journal, second), PIER_CORRUPT);
    for (size_t cut = 65; cut < bytes.size; cut++) {
        if (cut != first) {
            pier_status status = pier_journal_append(of.journal, (pier_bytes){bytes.data, cut});
            assert_true(status == PIER_PROTOCOL || status == PIER_CORRUPT);
        }
    }
    for (size_t at = 0; at < 64; at++) {
        bytes.data[first + at] ^= 1;
        assert_true(pier_journal_append(of.journal, both) < 0);
        bytes.data[first + at] ^= 1;
    }
    assert_int_equal(pier_journal_info(of.journal).next_record, 1);
    /* The preamble is passed over, an end mark too. */
    assert_status(pier_journal_append(of.journal, both), PIER_OK);
    assert_status(pier_journal_append(of.journal, both), PIER_CORRUPT);
    bytes.size = 0;
    assert_status(pier_archive_close(store), PIER_OK);
    (void)test_drain(store, &bytes);
    assert_status(pier_journal_append(of.journal, test_bytes_view(&bytes)), PIER_OK);
    assert_int_equal(pier_journal_info(of.journal).next_record, 3);
    assert_status(pier_journal_status(of.journal), PIER_OK);
    pier_archive_destroy(store);
    test_bytes_free(&bytes);
    end(&of);
}

/* Notes, marks and checkpoints are a journal's own: in blocks from elsewhere they would be believed when it is opened
 * again. */
static void blocks_with_a_journals_own_pieces_are_refused(void **state) {
    (void)state;
    scene of;
    begin(&of, NULL);
    for (unsigned kind = 0x20; kind <= 0x32; kind++) {
        const pier__stream stream = {.id = pier_journal_info(of.journal).stream_id, .next_record = 1};
        pier__buffer bytes;
        size_t begin = 0;
        /* Behind a gap, where it is not the first. */
        const uint8_t payload[] = {0xc7, 1, 80, 0x30, 0xc7, 1, 80, (uint8_t)kind};
        pier__buffer_init(&bytes, pier_allocator_default());
        assert_true(pier__block_begin(&bytes, &begin) && pier__buffer_append(&bytes, payload, sizeof payload));
        pier__block_end(&bytes, begin, &stream, PIER_BLOCK_CONTROL, 0, 0);
        pier_status status = pier_journal_append(of.journal, (pier_bytes){bytes.data, bytes.size});
        assert_status(status, kind < 0x30 ? PIER_PROTOCOL : PIER_OK);
        if (kind < 0x30) {
            assert_int_equal(pier_journal_error(of.journal)->offset, 64);
        }
        pier__buffer_deinit(&bytes);
    }
    end(&of);
}

/* A process that ended well and wrote nothing has begun no epoch: who goes on may begin it. */
static void an_end_begins_no_epoch(void **state) {
    (void)state;
    sim_disk disk;
    sim_init(&disk);
    for (int life = 0; life < 3; life++) {
        pier_journal *journal = test_journal_open(&disk, &small);
        assert_false(pier_journal_info(journal).epoch_has_blocks);
        assert_status(pier_journal_note(journal, 1, (pier_bytes){"x", 1}), PIER_OK);
        assert_status(pier_journal_close(journal), PIER_OK);
        pier_journal_destroy(journal);
    }
    sim_deinit(&disk);
}

/* A segment that was made, and of which nothing came to the disk. Who wants a journal to be there does not get a new
 * one, and what there is stays. */
static void what_was_never_written_is_no_journal(void **state) {
    (void)state;
    static const char *const bytes[] = {"", "\0\0\0\0\0\0\0", "nothing"};
    static const size_t sizes[] = {0, 7, 7};
    for (size_t i = 0; i < 3; i++) {
        for (pier_durability durability = PIER_DURABILITY_DISK; durability <= PIER_DURABILITY_MEMORY; durability++) {
            sim_disk disk;
            sim_init(&disk);
            pier__folder folder = sim_open(&disk);
            char name[PIER__NAME_BYTES];
            pier__name_format(name, PIER__NAME_SEGMENT, 1, 1);
            int file = PIER__FOLDER_NO_FILE;
            const pier_bytes span = {bytes[i], sizes[i]};
            assert_status(folder.ops->create(folder.self, name, &file, NULL), PIER_OK);
            assert_status(folder.ops->write(folder.self, file, 0, &span, 1, NULL), PIER_OK);
            assert_status(folder.ops->close(folder.self, file, NULL), PIER_OK);
            pier_journal *journal = NULL;
            pier_error error;
            pier_journal_options options = {.must_exist = true, .durability = durability};
            bool is_damaged = i == 2 && durability == PIER_DURABILITY_DISK;
            for (int turn = 0; turn < 2; turn++) {
                options.read_only = turn == 0;
                assert_status(test_journal_try(&journal, &disk, &options, &error),
                              is_damaged ? PIER_CORRUPT : PIER_NOT_FOUND);
                assert_null(journal);
                assert_non_null(strstr(error.text, "segment"));
                assert_non_null(sim_find(&disk, name));
            }
            options.must_exist = false;
            assert_status(test_journal_try(&journal, &disk, &options, &error), is_damaged ? PIER_CORRUPT : PIER_OK);
            pier_journal_destroy(journal);
            sim_deinit(&disk);
        }
    }
}

static void refuses_misuse(void **state) {
    (void)state;
    sim_disk disk;
    sim_init(&disk);
    pier_journal *journal = NULL;
    pier_error error;
    pier_journal_options bad = {.segment_bytes = 17};
    assert_status(test_journal_try(&journal, &disk, &bad, &error), PIER_USAGE);
    bad = (pier_journal_options){.age_ns_max = 1};
    assert_status(test_journal_try(&journal, &disk, &bad, &error), PIER_USAGE);
    bad = (pier_journal_options){.salvages = true};
    assert_status(test_journal_try(&journal, &disk, &bad, &error), PIER_USAGE);
    bad = (pier_journal_options){.must_exist = true};
    assert_status(test_journal_try(&journal, &disk, &bad, &error), PIER_NOT_FOUND);
    journal = test_journal_open(&disk, NULL);
    pier_journal *second = NULL;
    assert_status(test_journal_try(&second, &disk, NULL, &error), PIER_IN_USE);
    assert_null(second);
    assert_status(pier_journal_note(journal, PIER_JOURNAL_NOTES_MAX, (pier_bytes){"", 0}), PIER_USAGE);
    static const char large[PIER_JOURNAL_NOTE_BYTES_MAX + 1];
    assert_status(pier_journal_note(journal, 0, (pier_bytes){large, sizeof large}), PIER_USAGE);
    assert_status(pier_journal_note(journal, 0, (pier_bytes){large, sizeof large - 1}), PIER_OK);
    assert_status(pier_journal_close(journal), PIER_OK);
    assert_status(pier_journal_close(journal), PIER_OK);
    assert_status(pier_journal_note(journal, 0, (pier_bytes){"", 0}), PIER_USAGE);
    pier_journal_destroy(journal);
    bad = (pier_journal_options){.stream_id = 99};
    assert_status(test_journal_try(&journal, &disk, &bad, &error), PIER_MISMATCH);
    journal = test_journal_open(&disk, &(pier_journal_options){.read_only = true});
    assert_status(pier_journal_note(journal, 0, (pier_bytes){"", 0}), PIER_USAGE);
    assert_status(pier_journal_close(journal), PIER_OK);
    pier_journal_destroy(journal);
    pier_journal_destroy(NULL);
    sim_deinit(&disk);
}

/* Raw bytes that a process did not finish are ended, as abandoned, by the next one. */
static void ends_raw_bytes_of_a_dead_process(void **state) {
    (void)state;
    for (int closes = 0; closes < 2; closes++) {
        scene of;
        begin(&of, NULL);
        assert_status(test_writer_store(&of.writer, 2), PIER_OK);
        assert_status(pier_archive_begin_raw(of.writer.archive), PIER_OK);
        size_t taken = 0;
        assert_status(pier_archive_store_raw(of.writer.archive, (pier_bytes){"some", 4}, &taken), PIER_OK);
        assert_status(pier_archive_flush(of.writer.archive), PIER_OK);
        test_writer_close(&of.writer);
        if (closes != 0) {
            assert_status(pier_journal_close(of.journal), PIER_OK);
        }
        pier_journal_destroy(of.journal);
        of.journal = test_journal_open(&of.disk, NULL);
        test_writer_open(&of.writer, of.journal, NULL);
        assert_status(test_writer_store(&of.writer, 1), PIER_OK);
        pier_journal_reader *reader = NULL;
        assert_status(pier_journal_reader_open(&reader, of.journal, NULL, NULL), PIER_OK);
        pier_archive *load = pier_journal_reader_archive(reader);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_true(pier_archive_is_raw(load));
        pier_bytes part;
        assert_status(pier_archive_load_raw(load, &part), PIER_OK);
        assert_status(pier_archive_load_raw(load, &part), PIER_SKIPPED);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_archive_record_number(load), 4);
        test_check_record(load);
        assert_status(pier_archive_next(load), PIER_END);
        pier_journal_reader_destroy(reader);
        end(&of);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_from_any_number),
        cmocka_unit_test(follows_what_grows),
        cmocka_unit_test(reads_from_a_time),
        cmocka_unit_test(reads_from_a_class),
        cmocka_unit_test(keeps_within_bounds),
        cmocka_unit_test(trimming_makes_room_in_the_last_segment),
        cmocka_unit_test(larger_than_the_bound_passes_alone),
        cmocka_unit_test(gathers_in_memory),
        cmocka_unit_test(appends_at_one_write_a_block),
        cmocka_unit_test(refuses_what_does_not_follow),
        cmocka_unit_test(blocks_with_a_journals_own_pieces_are_refused),
        cmocka_unit_test(an_end_begins_no_epoch),
        cmocka_unit_test(what_was_never_written_is_no_journal),
        cmocka_unit_test(refuses_misuse),
        cmocka_unit_test(ends_raw_bytes_of_a_dead_process),
    };
    return cmocka_run_group_tests_name("journal reading", tests, NULL, NULL);
}
