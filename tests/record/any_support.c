/* What the tests of values of any class share; see any_support.h. */
#include "record/any_support.h"

pier_registry *test_any_registry(bool with_note, bool with_count) {
    pier_registry *registry = NULL;
    assert_status(pier_registry_create(&registry, NULL), PIER_OK);
    assert_status(pier_registry_add(registry, &g_box_class), PIER_OK);
    assert_status(pier_registry_add(registry, &g_style_class), PIER_OK);
    if (with_note) {
        assert_status(pier_registry_add(registry, &g_note_class), PIER_OK);
    }
    if (with_count) {
        assert_status(pier_registry_add(registry, &g_count_class), PIER_OK);
    }
    return registry;
}

pier_archive *test_any_open(const test_stream *stream, const pier_registry *registry, pier_unknown unknown) {
    pier_archive *load = test_open_stream(stream, NULL);
    assert_status(pier_archive_set_registry(load, registry, unknown), PIER_OK);
    return load;
}

pier_any test_any_count(const g_count *count) {
    return (pier_any){.type = &g_count_class, .record = count};
}

/* The kinds of the blocks of a stream, as letters: preamble, definitions, records, end. */
void assert_blocks(const test_stream *stream, const char *expected) {
    char found[64];
    size_t count = 0;
    pier_block block;
    pier_archive *load = test_open_stream(stream, NULL);
    while (pier_archive_next_block(load, &block) == PIER_OK) {
        assert_true(count + 1 < sizeof found);
        found[count++] = "PRDE."[block.kind];
    }
    found[count] = '\0';
    assert_string_equal(found, expected);
    pier_archive_destroy(load);
}
