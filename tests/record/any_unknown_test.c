/* Values of classes that the registry does not have: kept as they came, stored on, or refused.
 *
 * Floor 5 (record). */
#include "record/any_support.h"
#include "record/record_support.h"

#include <pier/arena.h>

/* Stores a box with values of unknown classes again, first without those that cannot be, and compares. */
static void store_on(g_box *loaded, const pier_archive_options *options, const test_stream *stream) {
    pier_archive *store = test_open_store(options);
    if (options->format == PIER_FORMAT_FRAMED) {
        assert_status(pier_store_record(store, &g_box_class, loaded), PIER_UNSUPPORTED);
        assert_string_equal(pier_archive_error(store)->path, "g.Box.second");
        loaded->second = (pier_any){NULL, NULL, {NULL, 0}, {NULL, 0}, {NULL, 0}};
        loaded->more_count = 1;
    }
    assert_status(pier_store_record(store, &g_box_class, loaded), PIER_OK);
    test_stream again = test_finish(store);
    if (options->format != PIER_FORMAT_FRAMED) {
        assert_int_equal(again.size, stream->size);
        assert_memory_equal(again.data, stream->data, again.size);
    } else {
        pier_registry *registry = test_any_registry(true, true);
        pier_archive *reload = test_any_open(&again, registry, PIER_UNKNOWN_REFUSE);
        g_box reloaded;
        assert_status(pier_archive_next(reload), PIER_OK);
        assert_status(pier_load_record(reload, &g_box_class, &reloaded), PIER_OK);
        assert_int_equal(((const g_count *)reloaded.first.record)->number, 1);
        assert_int_equal(((const g_count *)reloaded.more[0].record)->number, 2);
        pier_archive_destroy(reload);
        pier_registry_destroy(registry);
    }
    /* Into the other format it does not go. */
    pier_archive_options other = {.size = sizeof other, .format = (pier_format)(1 - options->format)};
    pier_archive *elsewhere = test_open_store(&other);
    assert_status(pier_store_record(elsewhere, &g_box_class, loaded), PIER_UNSUPPORTED);
    assert_string_equal(pier_archive_error(elsewhere)->path, "g.Box.first");
    pier_archive_destroy(elsewhere);
    test_stream_free(&again);
}

static void unknown_values_are_kept_and_stored_on_unchanged(void **state) {
    (void)state;
    g_count one = {1};
    g_count two = {2};
    g_style style = {"s", NULL};
    pier_any more[2] = {test_any_count(&two), {.type = &g_style_class, .record = &style}};
    g_box box = {.first = test_any_count(&one), .more_count = 2, .more = more};
    g_box inner = {.first = test_any_count(&one)};
    box.second = (pier_any){.type = &g_box_class, .record = &inner};
    for (int format = 0; format < 2; format++) {
        pier_archive_options options = {.size = sizeof options, .format = (pier_format)format};
        pier_archive *store = test_open_store(&options);
        assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
        test_stream stream = test_finish(store);
        pier_arena arena;
        pier_arena_init(&arena, NULL, 0);
        for (int owns = 0; owns < 2; owns++) {
            pier_archive *load = test_open_stream(&stream, &options);
            g_box loaded;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(owns != 0 ? pier_load_record_into(load, &g_box_class, &loaded, &arena)
                                    : pier_load_record(load, &g_box_class, &loaded),
                          PIER_OK);
            if (owns != 0) {
                pier_archive_destroy(load);
            }
            assert_null(loaded.first.type);
            assert_false(pier_any_is_none(&loaded.first));
            assert_memory_equal(loaded.first.name.data, "g.Count", 7);
            assert_hex(loaded.first.raw.data, loaded.first.raw.size, format == 0 ? "91 01" : "81 a6 6e756d626572 01");
            /* A box holds ids of this stream, and a style may refer to others: they can be looked at only. */
            assert_memory_equal(loaded.second.name.data, "g.Box", 5);
            assert_int_equal(loaded.second.definition.size, 0);
            assert_int_equal(loaded.more[1].definition.size, 0);
            store_on(&loaded, &options, &stream);
            if (owns == 0) {
                pier_archive_destroy(load);
            }
        }
        pier_arena_deinit(&arena);
        test_stream_free(&stream);
    }
}

static void unknown_objects_of_a_graph_are_kept_once(void **state) {
    (void)state;
    g_count count = {5};
    g_node second = {.id = 2};
    g_node root = {.id = 1, .next = &second};
    root.other = test_any_count(&count);
    second.other = root.other;
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_node_class, &root), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    g_node loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_record_bytes(load,
                        "92 98 01 01 c0 92 00 c0 90 c0 02 90 92 92 00 98 02 c0 c0 92 00 c0 90 c0 02 90 92 fe 91 05");
    assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
    assert_null(loaded.other.type);
    assert_memory_equal(loaded.other.name.data, "g.Count", 7);
    assert_ptr_equal(loaded.other.raw.data, loaded.next->other.raw.data);
    store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_node_class, &loaded), PIER_OK);
    test_stream again = test_finish(store);
    assert_int_equal(again.size, stream.size);
    assert_memory_equal(again.data, stream.data, again.size);
    test_stream_free(&again);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void assert_refused_at(const test_stream *stream, const pier_registry *registry, const char *path,
                              const char *text, size_t from_end) {
    pier_archive *load = test_any_open(stream, registry, PIER_UNKNOWN_REFUSE);
    g_box loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &g_box_class, &loaded), PIER_UNKNOWN_CLASS);
    const pier_error *error = pier_archive_error(load);
    assert_string_equal(error->path, path);
    assert_string_equal(error->text, text);
    assert_int_equal(error->offset, stream->size - 64 - from_end);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
}

static void unknown_values_are_refused_where_their_class_stands(void **state) {
    (void)state;
    g_count one = {1};
    g_box box = {.first = test_any_count(&one)};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    test_stream stream = test_finish(store);
    pier_registry *registry = test_any_registry(false, false);
    /* 93 92 [02] 91 01 c0 90 */
    assert_refused_at(&stream, registry, "g.Box.first", "class g.Count is not in the registry", 5);
    test_stream_free(&stream);
    pier_registry_destroy(registry);
}

static void unknown_objects_may_refer_to_others(void **state) {
    (void)state;
    /* Of the note and all that it alone leads to nothing is known here; the rest of the graph is loaded. */
    g_style style = {"s", NULL};
    g_node hidden = {.id = 3, .style = &style};
    g_node second = {.id = 2, .style = &style};
    g_note note = {1, &hidden};
    g_node root = {.id = 1, .other = {.type = &g_note_class, .record = &note}, .next = &second};
    second.other = root.other;
    hidden.next = &second;
    for (int format = 0; format < 2; format++) {
        pier_archive_options options = {.size = sizeof options, .format = (pier_format)format};
        pier_archive *store = test_open_store(&options);
        assert_status(pier_store_record(store, &g_node_class, &root), PIER_OK);
        test_stream stream = test_finish(store);
        pier_archive *load = test_open_stream(&stream, &options);
        g_node loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
        assert_memory_equal(loaded.other.name.data, "g.Note", 6);
        assert_int_equal(loaded.other.definition.size, 0);
        assert_int_equal(loaded.next->id, 2);
        assert_string_equal(loaded.next->style->name, "s");
        assert_ptr_equal(loaded.next->other.raw.data, loaded.other.raw.data);
        store = test_open_store(&options);
        assert_status(pier_store_record(store, &g_node_class, &loaded), PIER_UNSUPPORTED);
        pier_archive_destroy(store);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_values_are_kept_and_stored_on_unchanged),
        cmocka_unit_test(unknown_objects_of_a_graph_are_kept_once),
        cmocka_unit_test(unknown_values_are_refused_where_their_class_stands),
        cmocka_unit_test(unknown_objects_may_refer_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
