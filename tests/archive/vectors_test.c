/* The golden vectors: each gives the records and the errors that stand beside it, however its bytes arrive; and what
 * the writer makes of their records is the same, byte by byte.
 *
 * Floor 4 (archive). What the records hold is compared with their JSON by the tests of the command. */
#include "archive/archive_support.h"

#include <stdio.h>

/* How many lines the JSON of a vector has: one a record. */
static size_t records_of(const char *name) {
    char path[512];
    (void)snprintf(path, sizeof path, "proto/vectors/%s.jsonl", name);
    test_bytes json = {0};
    test_read_file(path, &json);
    size_t count = 0;
    for (size_t i = 0; i < json.size; i++) {
        count += json.data[i] == '\n' ? 1u : 0u;
    }
    test_bytes_free(&json);
    return count;
}

/* The failures of a log as NAME.error has them: a line `STATUS OFFSET` each. */
static void failures_of(test_log *log, test_bytes *lines) {
    const char *line = test_log_text(log);
    while (*line != '\0') {
        char status[32];
        long long offset;
        if (sscanf(line, "failure %31s %lld", status, &offset) == 2) {
            char text[64];
            int length = snprintf(text, sizeof text, "%s %lld\n", status, offset);
            test_bytes_append(lines, text, (size_t)length);
        }
        line = strchr(line, '\n') + 1;
    }
    test_bytes_append(lines, "", 1);
}

static size_t different;

static void expect_text(const char *name, const char *what, const char *found, const char *expected) {
    if (strcmp(found, expected) != 0) {
        print_message("%s, %s:\n%sexpected:\n%s", name, what, found, expected);
        different++;
    }
}

static void check_answers(const char *name, pier_bytes content, void *user) {
    pier_archive_options options = {.format = *(const pier_format *)user};
    test_bytes expected = {0};
    test_bytes found = {0};
    test_log log = {0};
    test_read_errors(name, &expected);
    test_bytes_append(&expected, "", 1);
    test_load_bytes(&log, &options, content, 0, 0, TEST_RECOVERS | TEST_TOKENS);
    failures_of(&log, &found);
    expect_text(name, "failures", (const char *)found.data, (const char *)expected.data);
    if (test_log_count(&log, "record") != records_of(name)) {
        print_message("%s: %zu records, expected %zu\n", name, test_log_count(&log, "record"), records_of(name));
        different++;
    }
    assert_int_equal(test_log_count(&log, "skipped"), 0);
    /* One that does not go on answers the first failure; without one the end. */
    test_log_clear(&log);
    found.size = 0;
    test_load_bytes(&log, &options, content, 0, 0, 0);
    failures_of(&log, &found);
    char *second = strchr((char *)expected.data, '\n');
    if (second != NULL) {
        second[1] = '\0';
    } else {
        assert_int_equal(test_log_count(&log, "END"), 1);
    }
    expect_text(name, "first failure", (const char *)found.data, (const char *)expected.data);
    test_log_free(&log);
    test_bytes_free(&found);
    test_bytes_free(&expected);
}

static void each_vector_gives_its_records_and_errors(void **state) {
    (void)state;
    different = 0;
    pier_format framed = PIER_FORMAT_FRAMED;
    pier_format plain = PIER_FORMAT_PLAIN;
    assert_true(test_each_vector(".pier", check_answers, &framed) > 80);
    assert_true(test_each_vector(".msgpack", check_answers, &plain) > 15);
    assert_int_equal(different, 0);
}

/* The same bytes in every two parts, byte by byte, and in chunks of 33: the same records, or the same errors at the
 * same offsets, with and without going on. */
static void check_splits(const char *name, pier_bytes content, void *user) {
    pier_archive_options options = {.format = *(const pier_format *)user};
    for (unsigned choices = 0; choices <= TEST_RECOVERS; choices += TEST_RECOVERS) {
        test_log whole = {0};
        test_log cut = {0};
        test_load_bytes(&whole, &options, content, 0, 0, choices);
        test_load_bytes(&cut, &options, content, 0, 1, choices | TEST_HAS_NEXT);
        expect_text(name, "byte by byte", test_log_text(&cut), test_log_text(&whole));
        test_log_clear(&cut);
        test_load_bytes(&cut, &options, content, 0, 33, choices | TEST_HAS_NEXT);
        expect_text(name, "33 bytes at a time", test_log_text(&cut), test_log_text(&whole));
        for (size_t at = 1; at < content.size && different < 3; at++) {
            test_log_clear(&cut);
            test_load_bytes(&cut, &options, content, at, 0, choices | TEST_HAS_NEXT);
            char what[32];
            (void)snprintf(what, sizeof what, "cut at %zu", at);
            expect_text(name, what, test_log_text(&cut), test_log_text(&whole));
        }
        test_log_free(&cut);
        test_log_free(&whole);
    }
}

static void each_vector_is_the_same_however_it_is_cut(void **state) {
    (void)state;
    different = 0;
    pier_format framed = PIER_FORMAT_FRAMED;
    pier_format plain = PIER_FORMAT_PLAIN;
    (void)test_each_vector(".pier", check_splits, &framed);
    (void)test_each_vector(".msgpack", check_splits, &plain);
    assert_int_equal(different, 0);
}

/* Tiny reads over a file come to what feeding by hand comes to. */
static void check_files(const char *name, pier_bytes content, void *user) {
    pier_archive_options options = {.format = *(const pier_format *)user, .read_bytes = 1};
    test_log by_hand = {0};
    test_load_bytes(&by_hand, &options, content, 0, 0, TEST_RECOVERS);
    static const uint32_t sizes[] = {1, 33, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        options.read_bytes = sizes[i];
        test_log over_file = {0};
        pier_file *file = NULL;
        assert_status(pier_file_open_view(&file, content, NULL, NULL), PIER_OK);
        pier_archive *archive = test_open_load(file, &options);
        (void)test_load(&over_file, archive, NULL, TEST_RECOVERS | TEST_HAS_NEXT);
        pier_archive_destroy(archive);
        pier_file_destroy(file);
        expect_text(name, "over a file", test_log_text(&over_file), test_log_text(&by_hand));
        test_log_free(&over_file);
    }
    test_log_free(&by_hand);
}

static void each_vector_is_the_same_over_a_file(void **state) {
    (void)state;
    different = 0;
    pier_format framed = PIER_FORMAT_FRAMED;
    pier_format plain = PIER_FORMAT_PLAIN;
    (void)test_each_vector(".pier", check_files, &framed);
    (void)test_each_vector(".msgpack", check_files, &plain);
    assert_int_equal(different, 0);
}

/* A loader that guesses takes what begins as a preamble for framed, and all else for plain. */
static void check_guess(const char *name, pier_bytes content, void *user) {
    (void)user;
    static const uint8_t constant[] = {0xc7, 0x3d, 0x50, 0x00, 'P', 'I', 'E', 'R', '\r', '\n'};
    size_t compared = content.size < sizeof constant ? content.size : sizeof constant;
    bool is_framed = compared > 0 && memcmp(content.data, constant, compared) == 0;
    pier_archive_options guess = {.format = PIER_FORMAT_GUESS};
    pier_archive_options told = {.format = is_framed ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN};
    test_log guessed = {0};
    test_log expected = {0};
    test_load_bytes(&expected, &told, content, 0, 0, 0);
    for (size_t chunk = 0; chunk < 12; chunk++) {
        test_log_clear(&guessed);
        test_load_bytes(&guessed, &guess, content, 0, chunk, chunk > 0 ? TEST_HAS_NEXT : 0);
        expect_text(name, "guessed", test_log_text(&guessed), test_log_text(&expected));
    }
    test_log_free(&guessed);
    test_log_free(&expected);
}

static void each_vector_is_guessed_right(void **state) {
    (void)state;
    different = 0;
    (void)test_each_vector(".pier", check_guess, NULL);
    (void)test_each_vector(".msgpack", check_guess, NULL);
    assert_int_equal(different, 0);
}

/* Notes about one piece of a stream, for making it again. */
typedef struct notes {
    pier_block pieces[64];
    size_t count;
} notes;

static void take_notes(pier_bytes content, notes *of) {
    pier_archive *archive = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(archive, content), PIER_OK);
    pier_archive_feed_end(archive);
    of->count = 0;
    while (pier_archive_next_block(archive, &of->pieces[of->count]) == PIER_OK) {
        of->count++;
        assert_true(of->count < sizeof of->pieces / sizeof of->pieces[0]);
    }
    assert_true(of->count >= 2);
    pier_archive_destroy(archive);
}

/* Stores what a vector holds, flushes where it did and at its times, and compares the bytes. */
static void check_made_again(const char *name, uint32_t target) {
    char path[512];
    test_bytes content = {0};
    test_bytes made = {0};
    notes of;
    (void)snprintf(path, sizeof path, "proto/vectors/%s.pier", name);
    test_read_file(path, &content);
    take_notes(test_bytes_view(&content), &of);
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = target};
    pier_archive_options options = {.limits = &limits, .stream_id = of.pieces[0].stream_id};
    pier_archive *load = test_open_load(NULL, NULL);
    pier_archive *store = test_open_store(NULL, &options);
    assert_status(pier_archive_feed(load, test_bytes_view(&content)), PIER_OK);
    pier_archive_feed_end(load);
    pier_archive_set_time(store, of.pieces[0].time_unix_ns);
    (void)test_drain(store, &made);
    size_t piece = 1;
    while (pier_archive_next(load) == PIER_OK) {
        uint64_t number = pier_archive_record_number(load);
        while (of.pieces[piece].kind != PIER_BLOCK_RECORDS ||
               of.pieces[piece].first_record + of.pieces[piece].records <= number) {
            piece++;
        }
        if (pier__archive_record_class(load) != NULL && of.pieces[piece - 1].kind == PIER_BLOCK_DEFINITIONS) {
            /* The definition is made when its first record begins. */
            pier_archive_set_time(store, number == of.pieces[piece].first_record ? of.pieces[piece - 1].time_unix_ns
                                                                                 : of.pieces[piece].time_unix_ns);
        } else {
            pier_archive_set_time(store, of.pieces[piece].time_unix_ns);
        }
        assert_status(pier_archive_forward(store, load), PIER_OK);
        if (pier_archive_is_message_end(load)) {
            pier_archive_set_time(store, of.pieces[piece].time_unix_ns);
            assert_status(pier_archive_flush(store), PIER_OK);
        }
    }
    pier_archive_set_time(store, of.pieces[of.count - 1].time_unix_ns);
    test_close(store, &made);
    pier_archive_destroy(load);
    if (made.size != content.size || memcmp(made.data, content.data, made.size) != 0) {
        size_t at = 0;
        while (at < made.size && at < content.size && made.data[at] == content.data[at]) {
            at++;
        }
        print_message("%s: %zu bytes made, %zu expected; the first that differs is %zu\n", name, made.size,
                      content.size, at);
        different++;
    }
    test_bytes_free(&made);
    test_bytes_free(&content);
}

static void the_writer_makes_the_same_bytes(void **state) {
    (void)state;
    different = 0;
    check_made_again("empty", 65536);
    check_made_again("empty-without-times", 65536);
    check_made_again("blocks-by-target", 64);
    check_made_again("typed", 65536);
    check_made_again("three-blocks", 65536);
    check_made_again("stream-in-record", 65536);
    check_made_again("framed-leading-bytes", 65536);
    check_made_again("framed-sizes", 65536);
    check_made_again("framed-maps", 65536);
    check_made_again("framed-nested", 65536);
    assert_int_equal(different, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_vector_gives_its_records_and_errors),
        cmocka_unit_test(each_vector_is_the_same_however_it_is_cut),
        cmocka_unit_test(each_vector_is_the_same_over_a_file),
        cmocka_unit_test(each_vector_is_guessed_right),
        cmocka_unit_test(the_writer_makes_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
