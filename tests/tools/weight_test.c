/* What a line of JSON weighs before it is whole: never more than its record, and enough to refuse one in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pier/store.h>

#include "json_read.h"
#include "json_weight.h"
#include "record_tree.h"

/* Returns how many bytes the record of a line has. */
static size_t record_bytes(const char *line, size_t size) {
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, line, size);
    copy[size] = '\n';
    pier_tree *tree = record_tree_create();
    assert_non_null(tree);
    json_problem problem;
    if (json_read(copy, size, tree, &problem) != PIER_OK) {
        fail_msg("%.*s: %s", (int)size, line, problem.text);
    }
    pier_archive_options options = {.size = sizeof(options), .format = PIER_FORMAT_PLAIN};
    pier_archive *archive = NULL;
    assert_int_equal(pier_archive_open_store(&archive, NULL, &options, NULL), PIER_OK);
    assert_int_equal(pier_archive_begin(archive), PIER_OK);
    pier_store_value(archive, pier_tree_root(tree));
    assert_int_equal(pier_archive_end(archive), PIER_OK);
    assert_int_equal(pier_archive_flush(archive), PIER_OK);
    size_t bytes = pier_archive_drain(archive).size;
    pier_archive_destroy(archive);
    pier_tree_destroy(tree);
    free(copy);
    return bytes;
}

/* Weighs a line in pieces of `step` bytes. */
static uint64_t weigh(const char *line, size_t size, size_t step) {
    json_weight weight = {0};
    uint64_t bytes = 0;
    for (size_t at = 0; at < size; at += step) {
        uint64_t before = bytes;
        bytes = json_weigh(&weight, line + at, size - at < step ? size - at : step);
        assert_true(bytes >= before);
    }
    return bytes;
}

static uint64_t assert_weighs_no_more_than_its_record(const char *line, size_t size) {
    uint64_t bytes = weigh(line, size, size);
    for (size_t step = 1; step < 20; step++) {
        assert_int_equal(weigh(line, size, step), bytes);
    }
    size_t most = record_bytes(line, size);
    if (bytes > most) {
        fail_msg("%.*s weighs %zu, and is a record of %zu bytes", (int)size, line, (size_t)bytes, most);
    }
    return bytes;
}

/* Each alone, and a hundred of them in an array and in an object. */
static void no_line_weighs_more_than_its_record(void **state) {
    (void)state;
    static const char *const values[] = {
        "1",
        "null",
        "\"\"",
        "\"a\"",
        "[]",
        "{}",
        "[1,2]",
        "1.5",
        "\"abcdefghi\"",
        "\"abcdefghijklmnop\"",
        "\"\\u0000\\u0000\\n\\\\\\\"\\u00fc\\ud83d\\ude00,,,\"",
        "\"\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\"",
        "{\"$float\":\"NaN\"}",
        "{\"$float\":\"-Infinity\"}",
        "{\"$bin\":\"\"}",
        "{\"$bin\":\"AA==\"}",
        "{\"$bin\":\"AAAAAAAAAAAAAAAAAAAAAAAA\"}",
        "{\"$bin\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}",
        "{\"$str\":\"/w==\"}",
        "{\"$time\":[1,2]}",
        "{\"$time\":[-9000000000,999999999]}",
        "{\"$ext\":[1,\"\"]}",
        "{\"$ext\":[1,\"AA==\"]}",
        "{\"$ext\":[-7,\"AAAAAAAAAAAAAAAAAAAAAAAA\"]}",
        "{\"$map\":[[1,2]]}",
        "{\"$map\":[[1,2],[[],{}],[null,[3,4]]]}",
        "{ \"a\" : 1 , \"b\" : [ 1 , 2 , { } ] }",
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        static char line[8192];
        (void)assert_weighs_no_more_than_its_record(values[i], strlen(values[i]));
        size_t size = 0;
        for (int j = 0; j < 100; j++) {
            size += (size_t)snprintf(line + size, sizeof(line) - size, "%s%s", j == 0 ? "[" : ",", values[i]);
        }
        line[size++] = ']';
        assert_true(assert_weighs_no_more_than_its_record(line, size) >= 99);
        size = 0;
        for (int j = 0; j < 100; j++) {
            size += (size_t)snprintf(line + size, sizeof(line) - size, "%s\"%d\":%s", j == 0 ? "{" : ",", j, values[i]);
        }
        line[size++] = '}';
        assert_true(assert_weighs_no_more_than_its_record(line, size) >= 99);
    }
}

static void what_has_come_of_a_line_weighs_already(void **state) {
    (void)state;
    char line[1001];
    memset(line, 'x', sizeof(line));
    line[0] = '"';
    assert_int_equal(weigh(line, sizeof(line), 100), (1000 - 9) / 4 * 3);
    for (size_t i = 1; i < sizeof(line); i += 6) {
        memcpy(line + i, "\\u0000", sizeof(line) - i < 6 ? sizeof(line) - i : 6);
    }
    assert_int_equal(weigh(line, sizeof(line), 7), (167 - 9) / 4 * 3);
    for (size_t i = 0; i + 1 < sizeof(line); i += 2) {
        memcpy(line + i, i == 0 ? "[1" : ",1", 2);
    }
    assert_int_equal(weigh(line, sizeof(line) - 1, 3), 499);
    memset(line, ' ', sizeof(line));
    assert_int_equal(weigh(line, sizeof(line), 8), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_weighs_more_than_its_record),
        cmocka_unit_test(what_has_come_of_a_line_weighs_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
