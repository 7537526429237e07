/* Journals whose disk fails: syncs, writes, names, room and memory. What was promised holds, and what failed is told.
 *
 * Floor 6 (session). */
#include "session/journal_support.h"

#include <stdlib.h>

#include "support/fault_allocator.h"

static const pier_journal_options small_segments = {.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST,
                                                    .reserve_bytes = 2048};

static size_t lose_all(void *user, size_t at, const sim_change *change) {
    (void)user;
    (void)at;
    (void)change;
    return 0;
}

/* Cuts the power, with nothing kept that was not synced, and counts the records. */
static uint64_t count_after_power_cut(const sim_disk *disk) {
    sim_disk after;
    sim_init(&after);
    sim_cut_power(disk, disk->trace_count, &after, lose_all, NULL);
    pier_journal *journal = test_journal_open(&after, &small_segments);
    uint64_t records = pier_journal_info(journal).next_record - 1;
    assert_int_equal(test_journal_count(journal, 0), records);
    pier_journal_destroy(journal);
    sim_deinit(&after);
    return records;
}

/* The sync that failed sticks: nothing is written any more, all can be read. */
static void check_poisoned(pier_journal *journal, uint64_t acknowledged) {
    uint64_t durable = 0;
    assert_status(pier_journal_status(journal), PIER_SYSTEM);
    assert_status(pier_journal_sync(journal, &durable), PIER_SYSTEM);
    assert_int_equal(durable, acknowledged);
    assert_int_equal(pier_journal_info(journal).durable_record, acknowledged);
    assert_status(pier_journal_note(journal, 1, (pier_bytes){"x", 1}), PIER_SYSTEM);
    assert_status(pier_journal_trim(journal, 1), PIER_SYSTEM);
    assert_status(pier_journal_append(journal, (pier_bytes){NULL, 0}), PIER_SYSTEM);
    assert_int_equal(test_journal_count(journal, 0), pier_journal_info(journal).next_record - 1);
}

/* The n-th sync fails once, then all work: what it should have kept is never acknowledged, unless it is written once
 * more. */
static void a_failed_sync_is_final(void **state) {
    (void)state;
    for (uint64_t n = 1;; n++) {
        sim_disk disk;
        sim_init(&disk);
        pier_journal *journal = test_journal_open(&disk, &small_segments);
        test_writer writer;
        test_writer_open(&writer, journal, NULL);
        disk.fail_sync_in = n;
        /* A sync that lacked room leaves the disk as unsure as any other, and must not look like "not now". */
        disk.fail_sync_status = n % 3 == 1 ? PIER_NO_SPACE : n % 3 == 2 ? PIER_NO_MEMORY : PIER_SYSTEM;
        uint64_t acknowledged = 0;
        pier_status status = PIER_OK;
        for (int i = 0; i < 30 && status == PIER_OK; i++) {
            status = test_writer_store(&writer, 4);
            status = status == PIER_OK ? pier_journal_sync(journal, &acknowledged) : status;
        }
        bool has_failed = disk.fail_sync_in == 0;
        disk.fail_sync_in = 0;
        assert_true(has_failed == (status != PIER_OK));
        acknowledged = pier_journal_info(journal).durable_record;
        if (has_failed) {
            check_poisoned(journal, acknowledged);
            assert_status(pier_journal_close(journal), PIER_SYSTEM);
        }
        uint64_t there = pier_journal_info(journal).next_record - 1;
        test_writer_close(&writer);
        pier_journal_destroy(journal);
        assert_true(count_after_power_cut(&disk) >= acknowledged);
        /* Another process of the same life reads it all, and may call it durable: it has written it once more. */
        journal = test_journal_open(&disk, &small_segments);
        assert_int_equal(pier_journal_info(journal).next_record - 1, there);
        assert_int_equal(pier_journal_info(journal).durable_record, there);
        assert_int_equal(count_after_power_cut(&disk), there);
        /* And what it appends to the last segment, whose name may have been all that was there of it. */
        test_writer_open(&writer, journal, NULL);
        assert_status(test_writer_store(&writer, 1), PIER_OK);
        assert_status(pier_journal_sync(journal, &acknowledged), PIER_OK);
        assert_int_equal(acknowledged, there + 1);
        assert_int_equal(count_after_power_cut(&disk), there + 1);
        test_writer_close(&writer);
        pier_journal_destroy(journal);
        sim_deinit(&disk);
        if (!has_failed) {
            assert_true(n > 30);
            break;
        }
    }
}

/* A process below disk is killed; the next one of the same life syncs, and that covers the names of segments, too. */
static void a_sync_covers_what_was_found(void **state) {
    (void)state;
    pier_journal_options options = small_segments;
    options.durability = PIER_DURABILITY_PROCESS;
    for (uint64_t records = 1; records < 60; records++) {
        sim_disk disk;
        sim_init(&disk);
        for (int life = 0; life < 2; life++) {
            pier_journal *journal = test_journal_open(&disk, &options);
            test_writer writer;
            test_writer_open(&writer, journal, NULL);
            assert_status(test_writer_store(&writer, records), PIER_OK);
            test_writer_close(&writer);
            pier_journal_destroy(journal);
        }
        pier_journal *journal = test_journal_open(&disk, &options);
        uint64_t durable = 0;
        assert_status(pier_journal_sync(journal, &durable), PIER_OK);
        assert_int_equal(durable, 2 * records);
        pier_journal_destroy(journal);
        assert_int_equal(count_after_power_cut(&disk), durable);
        sim_deinit(&disk);
    }
}

/* A disk with little room: what does not fit stays with the program, the last things have room, and with room it goes
 * on. */
/* A process that leaves a segment of an earlier life of the machine is killed at any of its changes: what the next one
 * calls synced is there after a power cut, and the segment before has its end. */
static void an_end_that_was_left_unsynced(void **state) {
    (void)state;
    sim_disk before;
    sim_init(&before);
    pier_journal *journal = test_journal_open(&before, &small_segments);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    while (pier_journal_info(journal).bytes < PIER_JOURNAL_SEGMENT_BYTES_LOWEST * 3 / 4) {
        assert_status(test_writer_store(&writer, 3), PIER_OK);
    }
    assert_status(pier_journal_sync(journal, NULL), PIER_OK);
    uint64_t first = pier_journal_info(journal).next_record - 1;
    sim_disk begun;
    sim_init(&begun);
    sim_cut_power(&before, before.trace_count, &begun, lose_all, NULL);
    sim_settle(&begun);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    sim_deinit(&before);
    size_t found = begun.trace_count;
    journal = test_journal_open(&begun, &small_segments);
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, 3), PIER_OK);
    assert_int_equal(pier_journal_info(journal).segments, 2);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    for (size_t changes = found; changes <= begun.trace_count; changes++) {
        sim_disk killed;
        sim_init(&killed);
        sim_kill_and_go_on(&begun, changes, &killed);
        journal = test_journal_open(&killed, &small_segments);
        uint64_t there = pier_journal_info(journal).next_record - 1;
        assert_in_range(there, first, first + 3);
        test_writer_open(&writer, journal, NULL);
        assert_status(test_writer_store(&writer, 4), PIER_OK);
        assert_status(pier_journal_sync(journal, NULL), PIER_OK);
        assert_int_equal(count_after_power_cut(&killed), there + 4);
        test_writer_close(&writer);
        pier_journal_destroy(journal);
        sim_deinit(&killed);
    }
    sim_deinit(&begun);
}

/* Keeps all, but for one of the files that were removed: that is back. user: which of them. */
static size_t bring_back(void *user, size_t at, const sim_change *change) {
    (void)at;
    bool is_segment = change->kind == SIM_REMOVE && strstr(change->name, ".pier") != NULL;
    return is_segment && (*(int *)user)-- == 0 ? 0 : change->size + 1;
}

/* A journal that is stored to, and whose power is cut. */
typedef struct scene {
    sim_disk disk;
    sim_disk after;
    pier_journal_options options;
    pier_journal *journal;
    test_writer writer;
} scene;

static void begin_scene(scene *of, unsigned level) {
    sim_init(&of->disk);
    sim_init(&of->after);
    of->options = small_segments;
    of->options.durability = (pier_durability)level;
    of->journal = test_journal_open(&of->disk, &of->options);
    test_writer_open(&of->writer, of->journal, NULL);
}

/* Cuts the power, and opens what it has left. */
static void cut_power(scene *of, sim_fate *fate, void *user) {
    sim_cut_power(&of->disk, of->disk.trace_count, &of->after, fate, user);
    test_writer_close(&of->writer);
    pier_journal_destroy(of->journal);
    of->journal = test_journal_open(&of->after, &of->options);
}

static void end_scene(scene *of) {
    pier_journal_destroy(of->journal);
    sim_deinit(&of->after);
    sim_deinit(&of->disk);
}

/* What was trimmed and comes back with a power cut leaves no hole, whatever the durability is. */
static void what_comes_back_is_one_row(void **state) {
    (void)state;
    for (unsigned level = PIER_DURABILITY_DISK; level <= PIER_DURABILITY_MEMORY; level++) {
        for (int back = 0; back < 3; back++) {
            scene of;
            begin_scene(&of, level);
            for (unsigned i = 0; i < 80; i++) {
                assert_status(test_writer_store(&of.writer, 5), PIER_OK);
            }
            assert_true(pier_journal_info(of.journal).segments > 4);
            assert_status(pier_journal_sync(of.journal, NULL), PIER_OK);
            assert_status(pier_journal_trim(of.journal, 350), PIER_OK);
            int which = back;
            cut_power(&of, bring_back, &which);
            pier_journal_state found = pier_journal_info(of.journal);
            assert_int_equal(found.next_record, 401);
            assert_int_equal(test_journal_count(of.journal, 0), found.next_record - found.first_record);
            end_scene(&of);
        }
    }
}

/* Nor is what stays lost with what was trimmed, though nobody has synced it: the numbers go on, and the notes. */
static void what_stays_is_there_when_what_goes_is_not(void **state) {
    (void)state;
    for (unsigned level = PIER_DURABILITY_DISK; level <= PIER_DURABILITY_MEMORY; level++) {
        scene of;
        begin_scene(&of, level);
        assert_status(pier_journal_note(of.journal, 3, (pier_bytes){"kept", 4}), PIER_OK);
        while (pier_journal_info(of.journal).segments < 3) {
            assert_status(test_writer_store(&of.writer, 5), PIER_OK);
        }
        uint64_t trimmed = pier_journal_info(of.journal).next_record - 1;
        assert_status(pier_journal_trim(of.journal, trimmed), PIER_OK);
        cut_power(&of, lose_all, NULL);
        assert_true(pier_journal_info(of.journal).next_record > trimmed - 5);
        assert_int_equal(pier_journal_noted(of.journal, 3).size, 4);
        end_scene(&of);
    }
}

static void a_full_disk_pushes_back(void **state) {
    (void)state;
    for (uint64_t capacity = 5000; capacity < 22000; capacity += 97) {
        sim_disk disk;
        sim_init(&disk);
        disk.capacity = capacity;
        pier_journal *journal = test_journal_open(&disk, &small_segments);
        test_writer writer;
        test_writer_open(&writer, journal, NULL);
        pier_status status = PIER_OK;
        while (status == PIER_OK) {
            status = test_writer_store(&writer, 3);
        }
        assert_status(status, PIER_WOULD_BLOCK);
        assert_status(pier_archive_status(writer.archive), PIER_OK);
        assert_status(pier_journal_status(journal), PIER_OK);
        uint64_t kept = pier_journal_info(journal).next_record - 1;
        assert_int_equal(test_journal_count(journal, 0), kept);
        if (capacity % 2 == 0) {
            /* Closing state fits, a few times. */
            for (uint64_t i = 0; i < 4; i++) {
                assert_status(pier_journal_note(journal, 2, (pier_bytes){&i, sizeof i}), PIER_OK);
            }
            test_writer_close(&writer);
            assert_status(pier_journal_close(journal), PIER_OK);
            pier_journal_destroy(journal);
            journal = test_journal_open(&disk, &small_segments);
            assert_int_equal(pier_journal_info(journal).next_record - 1, kept);
            uint64_t noted = 0;
            memcpy(&noted, pier_journal_noted(journal, 2).data, sizeof noted);
            assert_int_equal(noted, 3);
            assert_int_equal(test_journal_count(journal, 0), kept);
        } else {
            disk.capacity = 0;
            assert_status(pier_archive_flush(writer.archive), PIER_OK);
            assert_status(test_writer_store(&writer, 3), PIER_OK);
            test_writer_close(&writer);
            assert_int_equal(test_journal_count(journal, 0), kept + 6);
            assert_status(pier_journal_close(journal), PIER_OK);
        }
        pier_journal_destroy(journal);
        sim_deinit(&disk);
    }
}

/* Where no room can be promised, a write that does not fit is cut back. */
static void a_full_disk_without_promises(void **state) {
    (void)state;
    for (uint64_t capacity = 3000; capacity < 20000; capacity += 101) {
        sim_disk disk;
        sim_init(&disk);
        disk.capacity = capacity;
        disk.cannot_reserve = true;
        pier_journal *journal = test_journal_open(&disk, &small_segments);
        test_writer writer;
        test_writer_open(&writer, journal, NULL);
        pier_status status = PIER_OK;
        while (status == PIER_OK) {
            status = test_writer_store(&writer, 3);
        }
        assert_status(status, PIER_WOULD_BLOCK);
        uint64_t kept = pier_journal_info(journal).next_record - 1;
        assert_int_equal(test_journal_count(journal, 0), kept);
        if (capacity % 2 == 0) {
            disk.capacity = 0;
            assert_status(pier_archive_flush(writer.archive), PIER_OK);
            kept += 3;
            assert_int_equal(test_journal_count(journal, 0), kept);
        }
        test_writer_close(&writer);
        pier_journal_destroy(journal);
        journal = test_journal_open(&disk, &small_segments);
        assert_int_equal(pier_journal_info(journal).next_record - 1, kept);
        pier_journal_destroy(journal);
        sim_deinit(&disk);
    }
}

/* A folder in which no file can be made any more: what is appended waits. One that cannot be written at all: it can be
 * read. */
static void a_folder_turns_read_only(void **state) {
    (void)state;
    sim_disk disk;
    sim_init(&disk);
    pier_journal *journal = test_journal_open(&disk, &small_segments);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, 100), PIER_OK);
    assert_true(pier_journal_info(journal).bytes >= PIER_JOURNAL_SEGMENT_BYTES_LOWEST);
    disk.fail_create_in = 1;
    uint64_t before = pier_journal_info(journal).next_record;
    pier_archive *more = test_open_store(NULL, &(pier_archive_options){.stream_id = STREAM_ID});
    const pier__standing standing = {
        STREAM_ID, before, pier_journal_info(journal).next_block, pier_journal_info(journal).epoch, true, false};
    pier__archive_go_on(more, &standing);
    test_store_u64(more, 1);
    assert_status(pier_archive_flush(more), PIER_OK);
    assert_status(pier_journal_append(journal, pier_archive_drain(more)), PIER_DENIED);
    assert_status(pier_journal_status(journal), PIER_OK);
    assert_int_equal(pier_journal_info(journal).next_record, before);
    assert_status(pier_journal_append(journal, pier_archive_drain(more)), PIER_OK);
    assert_int_equal(pier_journal_info(journal).next_record, before + 1);
    assert_int_equal(pier_journal_info(journal).segments, 2);
    disk.fail_write_in = 1;
    assert_status(pier_journal_note(journal, 1, (pier_bytes){"x", 1}), PIER_SYSTEM);
    assert_status(pier_journal_status(journal), PIER_SYSTEM);
    assert_int_equal(pier_journal_noted(journal, 1).size, 0);
    pier_journal_reader *reader = NULL;
    assert_status(pier_journal_reader_open(&reader, journal, NULL, NULL), PIER_OK);
    uint64_t count = 0;
    while (pier_archive_next(pier_journal_reader_archive(reader)) == PIER_OK) {
        count++;
    }
    assert_int_equal(count, before);
    pier_journal_reader_destroy(reader);
    pier_archive_destroy(more);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    sim_deinit(&disk);
}

/* A call fails only when the fault has struck. */
static void struck_or_done(const sim_disk *disk, pier_status status) {
    assert_true(status == PIER_OK || disk->fail_any_in == 0);
}

/* A whole program, with a call of the folder failing: whatever it is, a later process finds a row of records. */
static void any_call_of_the_folder_fails(void **state) {
    (void)state;
    for (uint64_t n = 1;; n++) {
        sim_disk disk;
        sim_init(&disk);
        disk.fail_any_in = n;
        uint64_t acknowledged = 0;
        for (int life = 0; life < 2; life++) {
            pier_journal *journal = NULL;
            pier_error error;
            pier_error_clear(&error);
            if (test_journal_try(&journal, &disk, &small_segments, &error) != PIER_OK) {
                assert_string_not_equal(error.text, "");
                continue;
            }
            pier_archive *archive = NULL;
            if (pier_journal_open_store(&archive, journal, NULL, NULL) == PIER_OK) {
                test_writer writer = {journal, archive};
                pier_status status = PIER_OK;
                for (int i = 0; i < 12 && status >= 0; i++) {
                    status = test_writer_store(&writer, 4);
                    uint64_t durable = 0;
                    if (pier_journal_sync(journal, &durable) == PIER_OK) {
                        acknowledged = durable;
                    }
                }
                struck_or_done(&disk, pier_journal_trim(journal, acknowledged / 2));
                test_writer_close(&writer);
            }
            struck_or_done(&disk, pier_journal_close(journal));
            pier_journal_destroy(journal);
            assert_int_equal(disk.files_open, 0);
        }
        bool has_struck = disk.fail_any_in == 0;
        disk.fail_any_in = 0;
        pier_journal *journal = test_journal_open(&disk, &small_segments);
        pier_journal_state info = pier_journal_info(journal);
        assert_true(info.next_record - 1 >= acknowledged);
        assert_int_equal(test_journal_count(journal, 0), info.next_record - info.first_record);
        pier_journal_destroy(journal);
        sim_deinit(&disk);
        if (!has_struck) {
            assert_true(n > 50);
            break;
        }
    }
}

/* Reads blocks, trims, appends what is read to another journal, and syncs. */
static void read_blocks_without_memory(fault_allocator *faults, pier_journal *journal, uint64_t last) {
    sim_disk disk;
    sim_init(&disk);
    pier_journal_options options = small_segments;
    options.allocator = &faults->allocator;
    options.stream_id = pier_journal_info(journal).stream_id;
    pier_journal *copy = NULL;
    pier_journal_reader *reader = NULL;
    pier_status status = test_journal_try(&copy, &disk, &options, NULL);
    assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    status = status == PIER_OK ? pier_journal_reader_open(&reader, journal, NULL, NULL) : status;
    assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    while (status == PIER_OK) {
        pier_bytes bytes = {NULL, 0};
        status = pier_journal_reader_next(reader, &bytes, NULL);
        pier_status appended = PIER_NO_MEMORY;
        for (int i = 0; i < 2 && status == PIER_OK && appended == PIER_NO_MEMORY; i++) {
            appended = pier_journal_append(copy, bytes);
            assert_true(appended == PIER_OK || (faults->struck > 0 && appended == PIER_NO_MEMORY));
        }
        if (status == PIER_OK && appended != PIER_OK) {
            break;
        }
    }
    assert_true(status == PIER_END || (faults->struck > 0 && (status == PIER_NO_MEMORY || status == PIER_OK)));
    if (copy != NULL) {
        uint64_t there = pier_journal_info(copy).next_record - 1;
        assert_true(there == last || faults->struck > 0);
        status = pier_journal_trim(copy, there / 2);
        assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
        uint64_t durable = 0;
        status = pier_journal_sync(copy, &durable);
        assert_true((status == PIER_OK && durable == there) || (faults->struck > 0 && status == PIER_NO_MEMORY));
        assert_status(pier_journal_status(copy), PIER_OK);
    }
    pier_journal_reader_destroy(reader);
    pier_journal_destroy(copy);
    sim_deinit(&disk);
}

/* A whole program, with memory that lacks. */
static void memory_lacks(fault_allocator *faults, void *user) {
    (void)user;
    sim_disk disk;
    sim_init(&disk);
    pier_journal_options options = small_segments;
    options.allocator = &faults->allocator;
    pier_journal *journal = NULL;
    pier_status status = test_journal_try(&journal, &disk, &options, NULL);
    assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY && journal == NULL));
    pier_archive *archive = NULL;
    uint64_t flushed = 0;
    if (status == PIER_OK) {
        status = pier_journal_open_store(&archive, journal, NULL, NULL);
        assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    }
    for (uint64_t i = 0; i < 40 && archive != NULL; i++) {
        uint8_t bytes[200] = {0xc4, 198};
        status = pier_archive_store_encoded(archive, (pier_bytes){bytes, sizeof bytes});
        assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
        status = pier_archive_flush(archive);
        assert_true(status == PIER_OK ||
                    (faults->struck > 0 && (status == PIER_NO_MEMORY || status == PIER_WOULD_BLOCK)));
        flushed = pier_journal_info(journal).next_record - 1;
        status = pier_journal_note(journal, 1, (pier_bytes){&i, sizeof i});
        assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    }
    if (journal != NULL) {
        assert_status(pier_journal_status(journal), PIER_OK);
        status = pier_journal_close(journal);
        assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    }
    pier_archive_destroy(archive);
    pier_journal_destroy(journal);
    options.allocator = NULL;
    journal = test_journal_open(&disk, &options);
    assert_int_equal(pier_journal_info(journal).next_record - 1, flushed);
    pier_journal_destroy(journal);
    /* Opening and reading what is there. */
    options.allocator = &faults->allocator;
    status = test_journal_try(&journal, &disk, &options, NULL);
    assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    pier_journal_reader *reader = NULL;
    if (status == PIER_OK) {
        status = pier_journal_reader_open(&reader, journal, NULL, NULL);
        assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    }
    uint64_t count = 0;
    while (reader != NULL && (status = pier_archive_next(pier_journal_reader_archive(reader))) != PIER_END) {
        count += status == PIER_OK ? 1 : 0;
        if (status < 0) {
            assert_true(faults->struck > 0 && status == PIER_NO_MEMORY);
            if (faults->for_good) {
                break;
            }
        }
    }
    assert_true(count == flushed || faults->struck > 0);
    pier_journal_reader_destroy(reader);
    if (journal != NULL) {
        read_blocks_without_memory(faults, journal, flushed);
    }
    pier_journal_destroy(journal);
    sim_deinit(&disk);
}

static void survives_lack_of_memory(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(memory_lacks, NULL) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sync_covers_what_was_found),
        cmocka_unit_test(a_failed_sync_is_final),
        cmocka_unit_test(an_end_that_was_left_unsynced),
        cmocka_unit_test(what_comes_back_is_one_row),
        cmocka_unit_test(what_stays_is_there_when_what_goes_is_not),
        cmocka_unit_test(a_full_disk_pushes_back),
        cmocka_unit_test(a_full_disk_without_promises),
        cmocka_unit_test(a_folder_turns_read_only),
        cmocka_unit_test(any_call_of_the_folder_fails),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests_name("journal on a failing disk", tests, NULL, NULL);
}
