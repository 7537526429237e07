/* Streams one behind the other in a file: appended, concatenated, and behind what a killed program left.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <pier/append.h>
#include <pier/raw.h>

#include "archive/wire_internal.h"
#include "support/fault_allocator.h"

/* Stores the numbers from `first`, `count` of them, two a block; with `kept` false it stops without an end mark. */
static void store_numbers(pier_archive *archive, uint64_t first, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        test_store_u64(archive, first + i);
        if (i % 2 == 1) {
            assert_status(pier_archive_flush(archive), PIER_OK);
        }
    }
}

/* Loads all numbers of a file, over damage. Returns how many; `damages` counts the failures. */
static uint64_t load_numbers(pier_file *file, uint64_t *sum, unsigned *damages) {
    pier_archive *load = test_open_load(file, NULL);
    uint64_t count = 0;
    *sum = 0;
    *damages = 0;
    for (;;) {
        pier_status status = pier_archive_next(load);
        if (status == PIER_OK) {
            *sum += pier_load_u64(load);
            count++;
        } else if (status < 0) {
            (*damages)++;
            if (pier_archive_recover(load, NULL) != PIER_OK) {
                break;
            }
        } else {
            assert_status(status, PIER_END);
            break;
        }
    }
    pier_archive_destroy(load);
    return count;
}

static void write_all(pier_file *file, pier_bytes bytes) {
    size_t size = 0;
    if (bytes.size > 0) {
        assert_status(pier_file_write(file, &bytes, 1, &size, PIER_NEVER), PIER_OK);
        assert_int_equal(size, bytes.size);
    }
}

static pier_file *memory_with(pier_bytes bytes) {
    pier_file *file = NULL;
    assert_status(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
    write_all(file, bytes);
    return file;
}

/* A stream of 8 numbers from 1 in four blocks, closed. */
static void make_stream(test_bytes *bytes) {
    pier_archive *store = test_open_store(NULL, NULL);
    store_numbers(store, 1, 8);
    test_close(store, bytes);
}

/* At each length of a file that was cut: what is appended is all there, and so is what was whole. */
static void what_is_appended_behind_any_cut_is_loaded(void **state) {
    (void)state;
    test_bytes whole = {0};
    make_stream(&whole);
    for (size_t cut = 0; cut <= whole.size; cut++) {
        pier_file *file = memory_with((pier_bytes){whole.data, cut});
        pier_archive *store = NULL;
        uint64_t cut_bytes = 99;
        assert_status(pier_archive_open_append(&store, file, NULL, &cut_bytes, NULL), PIER_OK);
        assert_true(cut_bytes <= cut && cut_bytes < 64 + 2 + 1);
        assert_int_equal(pier_file_memory_bytes(file).size, cut - cut_bytes);
        store_numbers(store, 1000, 4);
        assert_status(pier_archive_close(store), PIER_OK);
        pier_archive_destroy(store);
        uint64_t sum;
        unsigned damages;
        uint64_t count = load_numbers(file, &sum, &damages);
        uint64_t blocks = cut < 64 ? 0 : (cut - 64) / 66 > 4 ? 4 : (cut - 64) / 66;
        assert_int_equal(count, blocks * 2 + 4);
        assert_int_equal(sum, blocks * 2 * (blocks * 2 + 1) / 2 + 4006);
        /* A stream without an end mark is told; one that was not begun leaves nothing. */
        assert_int_equal(damages, cut - cut_bytes == 0 || cut == whole.size ? 0 : 1);
        pier_file_destroy(file);
    }
    test_bytes_free(&whole);
}

static void raw_bytes_that_hold_a_stream_and_are_torn_hide_nothing(void **state) {
    (void)state;
    test_bytes inner = {0};
    test_bytes outer = {0};
    make_stream(&inner);
    pier_archive *store = test_open_store(NULL, NULL);
    size_t stored = 0;
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    assert_status(pier_archive_store_raw(store, test_bytes_view(&inner), &stored), PIER_OK);
    assert_status(pier_archive_end_raw(store), PIER_OK);
    test_close(store, &outer);
    /* The file ends where the stream within the raw bytes ends: in the middle of a block of its own stream. */
    for (size_t cut = 64 + 64 + 10; cut < 64 + 64 + 5 + inner.size; cut += 7) {
        pier_file *file = memory_with((pier_bytes){outer.data, cut});
        uint64_t cut_bytes = 0;
        assert_status(pier_archive_open_append(&store, file, NULL, &cut_bytes, NULL), PIER_OK);
        assert_int_equal(cut_bytes, cut - 64);
        store_numbers(store, 1000, 4);
        assert_status(pier_archive_close(store), PIER_OK);
        pier_archive_destroy(store);
        uint64_t sum;
        unsigned damages;
        assert_int_equal(load_numbers(file, &sum, &damages), 4);
        assert_int_equal(sum, 4006);
        pier_file_destroy(file);
    }
    test_bytes_free(&inner);
    test_bytes_free(&outer);
}

static void a_damaged_block_that_claims_more_than_there_is_hides_nothing(void **state) {
    (void)state;
    test_bytes whole = {0};
    make_stream(&whole);
    /* The third block says of itself that it is the ninth, under a check that is right, and the file ends in it. */
    pier__header header;
    pier__header_decode(whole.data + 64 + 66 * 2, &header);
    header.number = 8;
    pier__header_encode(&header, whole.data + 64 + 66 * 2);
    pier_file *file = memory_with((pier_bytes){whole.data, 64 + 66 * 2 + 65});
    pier_archive *store = NULL;
    uint64_t cut_bytes = 0;
    assert_status(pier_archive_open_append(&store, file, NULL, &cut_bytes, NULL), PIER_OK);
    assert_int_equal(cut_bytes, 65);
    store_numbers(store, 1000, 4);
    assert_status(pier_archive_close(store), PIER_OK);
    pier_archive_destroy(store);
    uint64_t sum;
    unsigned damages;
    assert_int_equal(load_numbers(file, &sum, &damages), 8);
    assert_int_equal(sum, 10 + 4006);
    pier_file_destroy(file);
    test_bytes_free(&whole);
}

/* Files put together read as one, without a word of damage. */
/* Appends a block whose only record is passed over by the header alone: it would inflate too much. */
static void append_bomb(test_bytes *to, uint64_t first_record, uint32_t number, uint32_t stored_bytes) {
    static const uint8_t payload[16] = {1};
    pier__header header = {.kind = PIER_BLOCK_RECORDS,
                           .codec = PIER__CODEC_DEFLATE,
                           .stream_id = STREAM_ID,
                           .first_record = first_record,
                           .number = number,
                           .records = 1,
                           .stored_bytes = stored_bytes,
                           .raw_bytes = UINT32_MAX};
    uint8_t piece[64];
    pier__header_encode(&header, piece);
    test_bytes_append(to, piece, sizeof piece);
    test_bytes_append(to, payload, stored_bytes);
}

/* Mends what there is, twice: how much that takes away, the second time nothing. */
static uint64_t mend(const test_bytes *bytes) {
    pier_file *file = memory_with(test_bytes_view(bytes));
    uint64_t cut_bytes = 0;
    uint64_t again = 99;
    assert_status(pier_archive_mend(file, NULL, &cut_bytes, NULL), PIER_OK);
    assert_int_equal(pier_file_memory_bytes(file).size, bytes->size - cut_bytes);
    assert_status(pier_archive_mend(file, NULL, &again, NULL), PIER_OK);
    assert_int_equal(again, 0);
    pier_file_destroy(file);
    return cut_bytes;
}

static void a_block_that_is_passed_over_stays_when_it_is_whole(void **state) {
    (void)state;
    for (uint32_t stored_bytes = 0; stored_bytes <= 16; stored_bytes += 8) {
        test_bytes file = {0};
        make_stream(&file);
        file.size = 64 + 66;
        append_bomb(&file, 3, 1, stored_bytes);
        append_bomb(&file, 4, 2, stored_bytes);
        assert_int_equal(mend(&file), 0);
        size_t whole = file.size;
        append_bomb(&file, 5, 3, 16);
        size_t size = file.size;
        for (file.size = whole + 1; file.size <= size; file.size++) {
            assert_int_equal(mend(&file), file.size < size ? file.size - whole : 0);
        }
        test_bytes_free(&file);
    }
    /* Such a block is an archive, even when nothing else is. */
    test_bytes file = {0};
    append_bomb(&file, 1, 0, 8);
    assert_int_equal(mend(&file), 0);
    file.size = 71;
    assert_int_equal(mend(&file), 71);
    test_bytes_free(&file);
}

static void what_is_damaged_and_whole_stays(void **state) {
    (void)state;
    test_bytes file = {0};
    make_stream(&file);
    /* Definitions that are none, under a header that is right, and a block torn behind them. */
    file.size = 64 + 66;
    pier__header header = {.kind = PIER_BLOCK_DEFINITIONS,
                           .stream_id = STREAM_ID,
                           .first_record = 3,
                           .number = 1,
                           .stored_bytes = 7,
                           .raw_bytes = 7};
    uint8_t piece[64];
    pier__header_encode(&header, piece);
    test_bytes_append(&file, piece, sizeof piece);
    test_bytes_append(&file, "nothing", 7);
    assert_int_equal(mend(&file), 0);
    test_bytes_append(&file, piece, 10);
    assert_int_equal(mend(&file), 10);
    test_bytes_free(&file);
}

static void concatenated_streams_are_one(void **state) {
    (void)state;
    test_bytes one = {0};
    make_stream(&one);
    pier_file *file = memory_with((pier_bytes){NULL, 0});
    for (int i = 0; i < 5; i++) {
        write_all(file, test_bytes_view(&one));
    }
    uint64_t sum;
    unsigned damages;
    assert_int_equal(load_numbers(file, &sum, &damages), 40);
    assert_int_equal(sum, 5 * 36);
    assert_int_equal(damages, 0);
    pier_file_destroy(file);
    test_bytes_free(&one);
}

static void what_is_no_archive_is_left_alone(void **state) {
    (void)state;
    pier_error error;
    pier_archive *store = NULL;
    test_bytes later = {0};
    test_read_file("proto/vectors/major-version.pier", &later);
    const struct {
        pier_bytes content;
        pier_status status;
        uint64_t offset;
    } cases[] = {{{"some text, and no archive", 25}, PIER_CORRUPT, 0}, {test_bytes_view(&later), PIER_VERSION, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_file *file = memory_with(cases[i].content);
        uint64_t cut_bytes = 1;
        assert_status(pier_archive_open_append(&store, file, NULL, &cut_bytes, &error), cases[i].status);
        assert_null(store);
        assert_int_equal(cut_bytes, 0);
        assert_int_equal(error.offset, cases[i].offset);
        assert_int_equal(pier_file_memory_bytes(file).size, cases[i].content.size);
        pier_file_destroy(file);
    }
    pier_file *view = NULL;
    assert_status(pier_file_open_view(&view, test_bytes_view(&later), NULL, NULL), PIER_OK);
    assert_status(pier_archive_mend(view, NULL, NULL, &error), PIER_UNSUPPORTED);
    pier_file_destroy(view);
    pier_file *file = memory_with((pier_bytes){NULL, 0});
    pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    assert_status(pier_archive_open_append(&store, file, &plain, NULL, &error), PIER_USAGE);
    pier_file_destroy(file);
    test_bytes_free(&later);
}

static void memory_that_lacks_leaves_the_file_as_it_was(void **state) {
    (void)state;
    test_bytes whole = {0};
    make_stream(&whole);
    for (uint64_t call = 1;; call++) {
        fault_allocator faults;
        fault_allocator_init(&faults);
        fault_allocator_fail(&faults, call, false);
        pier_file *file = memory_with((pier_bytes){whole.data, 250});
        pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
        pier_archive *store = NULL;
        uint64_t cut_bytes = 0;
        pier_error error;
        pier_status status = pier_archive_open_append(&store, file, &options, &cut_bytes, &error);
        bool is_struck = faults.struck > 0;
        if (status != PIER_OK) {
            assert_status(status, PIER_NO_MEMORY);
            assert_true(is_struck);
            assert_null(store);
            assert_int_equal(pier_file_memory_bytes(file).size, 250);
        } else {
            assert_int_equal(cut_bytes, 250 - 64 - 66 * 2);
        }
        pier_archive_destroy(store);
        pier_file_destroy(file);
        fault_allocator_check(&faults);
        fault_allocator_deinit(&faults);
        if (!is_struck) {
            assert_true(call > 4);
            break;
        }
    }
    test_bytes_free(&whole);
}

/* A file on disk, with two appends and a cut between them. */
static void a_file_on_disk_is_appended_to(void **state) {
    (void)state;
    char path[] = "/tmp/pier_append_XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    (void)close(handle);
    for (int turn = 0; turn < 3; turn++) {
        pier_file *file = NULL;
        pier_archive *store = NULL;
        uint64_t cut_bytes = 0;
        assert_status(pier_file_open_disk(&file, path, PIER_FILE_UPDATE, NULL, NULL), PIER_OK);
        assert_status(pier_archive_open_append(&store, file, NULL, &cut_bytes, NULL), PIER_OK);
        assert_int_equal(cut_bytes, turn == 2 ? 60 : 0);
        store_numbers(store, 100, 4);
        assert_status(pier_archive_close(store), PIER_OK);
        pier_archive_destroy(store);
        uint64_t length = 0;
        assert_status(pier_file_length(file, &length), PIER_OK);
        /* What was written is read through the same file, whose point of reading stands at the start. */
        uint64_t sum;
        unsigned damages;
        assert_int_equal(load_numbers(file, &sum, &damages), (uint64_t)turn * 4 + 4);
        assert_status(pier_file_truncate(file, length + 1), PIER_USAGE);
        if (turn == 1) {
            assert_status(pier_file_truncate(file, length - 4), PIER_OK);
        }
        assert_status(pier_file_close(file), PIER_OK);
        pier_file_destroy(file);
    }
    assert_int_equal(unlink(path), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_behind_any_cut_is_loaded),
        cmocka_unit_test(raw_bytes_that_hold_a_stream_and_are_torn_hide_nothing),
        cmocka_unit_test(a_damaged_block_that_claims_more_than_there_is_hides_nothing),
        cmocka_unit_test(a_block_that_is_passed_over_stays_when_it_is_whole),
        cmocka_unit_test(what_is_damaged_and_whole_stays),
        cmocka_unit_test(concatenated_streams_are_one),
        cmocka_unit_test(what_is_no_archive_is_left_alone),
        cmocka_unit_test(memory_that_lacks_leaves_the_file_as_it_was),
        cmocka_unit_test(a_file_on_disk_is_appended_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
