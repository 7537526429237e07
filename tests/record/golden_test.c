/* The golden vectors of records, which the Python implementation made from the specification alone: they load, print as
 * it says, and are stored to the byte. */
#include "record/table_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/record_generic.h>

#include "record/graph_support.h"
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

/* The classes that values of kind any have. */
static pier_registry *make_registry(void) {
    static const pier_class *const classes[] = {&g_node_class, &g_note_class, &g_count_class, &g_style_class,
                                                &g_box_class};
    pier_registry *registry = NULL;
    assert_status(pier_registry_create(&registry, NULL), PIER_OK);
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        assert_status(pier_registry_add(registry, classes[i]), PIER_OK);
    }
    return registry;
}

static void assert_line(const char **line, const char *lines_end, const pier_class *type, const void *record) {
    static char text[1 << 16];
    size_t size = pier_record_print(type, record, text, sizeof text);
    const char *line_end = (const char *)memchr(*line, '\n', (size_t)(lines_end - *line));
    assert_non_null(line_end);
    if (size != (size_t)(line_end - *line) || memcmp(text, *line, size) != 0) {
        fail_msg("the record is %s, expected %.*s", text, (int)(line_end - *line), *line);
    }
    *line = line_end + 1;
}

/* Loads NAME.SUFFIX, prints each record as NAME.jsonl says, and stores them all again. */
static void check(const char *name, const char *suffix, const pier_class *type, pier_format format,
                  pier_plain_form form) {
    static union {
        table a_table;
        g_node node;
        g_box box;
    } loaded;
    char path[64];
    (void)snprintf(path, sizeof path, "%s%s", name, suffix);
    test_stream content = read_vector(path);
    (void)snprintf(path, sizeof path, "%s.jsonl", name);
    test_stream lines = read_vector(path);
    pier_archive_options options = {.size = sizeof options, .format = format, .plain_form = form};
    pier_archive *load = test_open_stream(&content, &options);
    pier_archive *store = test_open_store(&options);
    pier_registry *registry = make_registry();
    assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
    assert_true(type->record_bytes <= sizeof loaded);
    const char *line = (const char *)lines.data;
    const char *lines_end = line + lines.size;
    for (pier_status status; (status = pier_archive_next(load)) != PIER_END;) {
        assert_status(status, PIER_OK);
        assert_status(pier_load_record(load, type, &loaded), PIER_OK);
        assert_line(&line, lines_end, type, &loaded);
        assert_status(pier_store_record(store, type, &loaded), PIER_OK);
    }
    assert_ptr_equal(line, lines_end);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream stored = test_finish(store);
    assert_int_equal(stored.size, content.size);
    assert_memory_equal(stored.data, content.data, content.size);
    test_stream_free(&stored);
    test_stream_free(&content);
    test_stream_free(&lines);
}

static void check_forms(const char *name, const pier_class *type) {
    check(name, ".pier", type, PIER_FORMAT_FRAMED, PIER_PLAIN_MAP);
    check(name, "-map.msgpack", type, PIER_FORMAT_PLAIN, PIER_PLAIN_MAP);
    check(name, "-array.msgpack", type, PIER_FORMAT_PLAIN, PIER_PLAIN_ARRAY);
}

static void every_kind_of_field_is_as_specified(void **state) {
    (void)state;
    check_forms("table", &table_class);
}

static void graphs_are_as_specified(void **state) {
    (void)state;
    check_forms("graph", &g_node_class);
}

static void values_of_any_class_are_as_specified(void **state) {
    (void)state;
    check_forms("any", &g_box_class);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_field_is_as_specified),
        cmocka_unit_test(graphs_are_as_specified),
        cmocka_unit_test(values_of_any_class_are_as_specified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
