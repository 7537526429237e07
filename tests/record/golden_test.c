/* The golden vectors of records, which the Python implementation made from the specification alone: they load, print as
 * it says, and are stored to the byte. */
#include "record/table_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/record_generic.h>

#include "record/record_support.h"

static test_stream read_vector(const char *name) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/proto/vectors/records/%s", PIER_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    test_stream content = {(uint8_t *)malloc(1 << 20), 0};
    assert_non_null(content.data);
    content.size = fread(content.data, 1, 1 << 20, file);
    assert_true(content.size > 0 && content.size < 1 << 20);
    (void)fclose(file);
    return content;
}

static void check(const char *name, pier_format format, pier_plain_form form) {
    test_stream content = read_vector(name);
    test_stream lines = read_vector("table.jsonl");
    pier_archive_options options = {.size = sizeof options, .format = format, .plain_form = form};
    pier_archive *load = test_open_stream(&content, &options);
    pier_archive *store = test_open_store(&options);
    const char *line = (const char *)lines.data;
    const char *lines_end = line + lines.size;
    size_t records = 0;
    for (pier_status status; (status = pier_archive_next(load)) != PIER_END; records++) {
        assert_status(status, PIER_OK);
        table loaded;
        assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
        static char text[1 << 16];
        size_t size = pier_record_print(&table_class, &loaded, text, sizeof text);
        const char *line_end = (const char *)memchr(line, '\n', (size_t)(lines_end - line));
        assert_non_null(line_end);
        if (size != (size_t)(line_end - line) || memcmp(text, line, size) != 0) {
            fail_msg("record %zu is %s, expected %.*s", records, text, (int)(line_end - line), line);
        }
        line = line_end + 1;
        assert_status(pier_store_record(store, &table_class, &loaded), PIER_OK);
    }
    assert_ptr_equal(line, lines_end);
    assert_int_equal(records, 7);
    pier_archive_destroy(load);
    test_stream stored = test_finish(store);
    assert_int_equal(stored.size, content.size);
    assert_memory_equal(stored.data, content.data, content.size);
    test_stream_free(&stored);
    test_stream_free(&content);
    test_stream_free(&lines);
}

static void framed_records_are_as_specified(void **state) {
    (void)state;
    check("table.pier", PIER_FORMAT_FRAMED, PIER_PLAIN_MAP);
}

static void plain_records_are_as_specified(void **state) {
    (void)state;
    check("table-map.msgpack", PIER_FORMAT_PLAIN, PIER_PLAIN_MAP);
    check("table-array.msgpack", PIER_FORMAT_PLAIN, PIER_PLAIN_ARRAY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(framed_records_are_as_specified),
        cmocka_unit_test(plain_records_are_as_specified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
