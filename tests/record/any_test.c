/* Values of any class: their classes are defined before the records that hold them, and found again through a registry.
 *
 * Floor 5 (record). */
#include "record/any_support.h"
#include "record/record_support.h"

#include "record/record_internal.h"

static void a_value_is_its_class_and_a_record(void **state) {
    (void)state;
    g_count one = {1};
    g_count two = {2};
    g_style style = {"s", NULL};
    pier_any more[3] = {test_any_count(&two),
                        {NULL, NULL, {NULL, 0}, {NULL, 0}, {NULL, 0}},
                        {.type = &g_style_class, .record = &style}};
    g_box box = {.first = test_any_count(&one), .more_count = 3, .more = more};
    g_box nested = {.first = {.type = &g_box_class, .record = &box}};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &nested), PIER_OK);
    assert_status(pier_store_record(store, &g_count_class, &two), PIER_OK);
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDDDRE");
    pier_registry *registry = test_any_registry(true, true);
    pier_archive *load = test_any_open(&stream, registry, PIER_UNKNOWN_REFUSE);
    g_box loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    /* A style is a graph of its own here. */
    assert_record_bytes(load, "93 92 02 91 01 c0 93 92 02 91 02 c0 92 03 92 92 a1 73 c0 90");
    assert_status(pier_load_record(load, &g_box_class, &loaded), PIER_OK);
    assert_ptr_equal(loaded.first.type, &g_count_class);
    assert_int_equal(((const g_count *)loaded.first.record)->number, 1);
    assert_true(pier_any_is_none(&loaded.second));
    assert_int_equal(loaded.more_count, 3);
    assert_int_equal(((const g_count *)loaded.more[0].record)->number, 2);
    assert_true(pier_any_is_none(&loaded.more[1]));
    assert_ptr_equal(loaded.more[2].type, &g_style_class);
    assert_string_equal(((const g_style *)loaded.more[2].record)->name, "s");
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &g_box_class, &loaded), PIER_OK);
    const g_box *inner = (const g_box *)loaded.first.record;
    assert_ptr_equal(loaded.first.type, &g_box_class);
    assert_int_equal(((const g_count *)inner->more[0].record)->number, 2);
    g_count count;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &g_count_class, &count), PIER_OK);
    assert_int_equal(count.number, 2);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void a_class_is_defined_before_the_block_and_once_in_an_epoch(void **state) {
    (void)state;
    g_count one = {1};
    g_box empty = {.more_count = 0};
    g_box box = {.first = test_any_count(&one)};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &empty), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    assert_status(pier_archive_flush(store), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDRDRRE");
    test_stream_free(&stream);
    /* A checkpoint after each block: each of them defines both anew. */
    pier_archive_options options = {.size = sizeof options, .checkpoint_bytes = 1};
    store = test_open_store(&options);
    for (int i = 0; i < 3; i++) {
        assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
        assert_status(pier_archive_flush(store), PIER_OK);
    }
    stream = test_finish(store);
    assert_blocks(&stream, "PDDRDDRDDRE");
    pier_registry *registry = test_any_registry(false, true);
    pier_archive *load = test_any_open(&stream, registry, PIER_UNKNOWN_REFUSE);
    for (int i = 0; i < 3; i++) {
        g_box loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_box_class, &loaded), PIER_OK);
        assert_int_equal(((const g_count *)loaded.first.record)->number, 1);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void a_refused_record_takes_its_definitions_back(void **state) {
    (void)state;
    g_count one = {1};
    g_style bad = {"", NULL};
    memset(bad.name, 'x', sizeof bad.name);
    g_box box = {.first = test_any_count(&one), .second = {.type = &g_style_class, .record = &bad}};
    g_box fine = {.more_count = 0};
    for (int before = 0; before < 2; before++) {
        pier_archive *store = test_open_store(NULL);
        if (before != 0) {
            assert_status(pier_store_record(store, &g_box_class, &fine), PIER_OK);
        }
        assert_status(pier_store_record(store, &g_box_class, &box), PIER_RANGE);
        assert_string_equal(pier_archive_error(store)->path, "g.Box.second.name");
        assert_status(pier_store_record(store, &g_box_class, &fine), PIER_OK);
        test_stream stream = test_finish(store);
        assert_blocks(&stream, "PDRE");
        test_stream_free(&stream);
    }
    /* The second definition is one too many: the first goes, too. */
    pier_limits limits = {.size = sizeof limits, .classes_max = 2};
    pier_archive_options options = {.size = sizeof options, .limits = &limits};
    memcpy(bad.name, "ok", 3);
    pier_archive *store = test_open_store(&options);
    assert_status(pier_store_record(store, &g_box_class, &fine), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_LIMIT);
    box.second = (pier_any){.type = &g_box_class, .record = &fine};
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDRDRE");
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_record_bytes(load, "93 92 02 91 01 92 01 93 c0 c0 90 90");
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void a_class_described_twice_is_defined_once(void **state) {
    (void)state;
    pier_class twin = g_count_class;
    g_count one = {1};
    g_box box = {.first = test_any_count(&one), .second = {.type = &twin, .record = &one}};
    pier_archive *store = test_open_store(NULL);
    for (int i = 0; i < 3; i++) {
        assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    }
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDDRE");
    pier_archive *load = test_open_stream(&stream, NULL);
    for (int i = 0; i < 3; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_record_bytes(load, "93 92 02 91 01 92 02 91 01 90");
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void objects_of_other_classes_are_in_the_graph(void **state) {
    (void)state;
    g_node second = {.id = 2};
    g_node root = {.id = 1};
    g_note note = {9, &second};
    g_count count = {5};
    root.other = (pier_any){.type = &g_note_class, .record = &note};
    second.next = &root;
    second.other = root.other;
    /* A value of its own within a graph refers to the same objects. */
    root.extra = (pier_any){.type = &g_note_class, .record = &note};
    second.extra = test_any_count(&count);
    pier_archive *store = test_open_store(NULL);
    for (int i = 0; i < 2; i++) {
        assert_status(pier_store_record(store, &g_node_class, &root), PIER_OK);
    }
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDDDRE");
    pier_registry *registry = test_any_registry(true, true);
    pier_archive *load = test_any_open(&stream, registry, PIER_UNKNOWN_REFUSE);
    for (int i = 0; i < 2; i++) {
        g_node loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        /* `extra` is met first, with second as 1; the shared note is 2. */
        assert_record_bytes(load, "92 98 01 c0 c0 92 00 c0 90 92 02 92 09 01 02 90 "
                                  "92 92 00 98 02 00 c0 92 00 c0 90 92 03 91 05 02 90 92 fe 92 09 01");
        assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
        assert_ptr_equal(loaded.other.type, &g_note_class);
        const g_note *shared = (const g_note *)loaded.other.record;
        const g_note *own = (const g_note *)loaded.extra.record;
        assert_int_equal(shared->number, 9);
        assert_int_equal(own->number, 9);
        assert_true(shared != own);
        assert_ptr_equal(shared->about, own->about);
        assert_int_equal(shared->about->id, 2);
        assert_ptr_equal(shared->about->next, &loaded);
        assert_ptr_equal(shared->about->other.record, shared);
        assert_int_equal(((const g_count *)shared->about->extra.record)->number, 5);
    }
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void lies_of_a_value_are_exact_errors(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        pier_status status;
        size_t at;
        const char *text;
    } lies[] = {
        {"93 05 c0 90", PIER_TYPE, 1, "expected array or nil, found integer"},
        {"93 93 01 c0 c0 c0 90", PIER_PROTOCOL, 1, "expected an array of 2, class and record, found 3"},
        {"93 92 a1 61 c0 c0 90", PIER_TYPE, 2, "expected integer from 1, the id of a class, found str"},
        {"93 92 ff 91 01 c0 90", PIER_TYPE, 2, "expected integer from 1, the id of a class, found integer"},
        {"93 92 00 91 01 c0 90", PIER_UNKNOWN_CLASS, 2, "class id 0 is not defined in this epoch"},
        {"93 92 02 91 01 c0 90", PIER_UNKNOWN_CLASS, 2, "class id 2 is not defined in this epoch"},
        {"93 92 ce 00010001 c0 c0 90", PIER_UNKNOWN_CLASS, 2, "class id 65537 is not defined in this epoch"},
        {"93 92 01 91 01 c0 90", PIER_PROTOCOL, 3, "expected an array of 3 slots, found 1"},
        {"93 92 01 c0 c0 90", PIER_TYPE, 3, "expected array, found nil"},
    };
    pier_registry *registry = test_any_registry(true, true);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t bytes[64];
        size_t size = test_hex(lies[i].hex, bytes, sizeof bytes);
        test_stream stream = test_typed_stream(&g_box_class, bytes, size);
        pier_archive *load = test_any_open(&stream, registry, PIER_UNKNOWN_KEEP);
        g_box loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_box_class, &loaded), lies[i].status);
        assert_string_equal(pier_archive_error(load)->text, lies[i].text);
        assert_string_equal(pier_archive_error(load)->path, "g.Box.first");
        assert_int_equal(pier_archive_error(load)->offset, stream.size - 64 - size + lies[i].at);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
    pier_registry_destroy(registry);
}

static void values_within_values_are_bounded_by_depth(void **state) {
    (void)state;
    static g_box boxes[300];
    memset(boxes, 0, sizeof boxes);
    for (int i = 0; i + 1 < 300; i++) {
        boxes[i].first = (pier_any){.type = &g_box_class, .record = &boxes[i + 1]};
    }
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &boxes[0]), PIER_LIMIT);
    /* A box that holds itself ends there, too. */
    boxes[0].first.record = &boxes[0];
    assert_status(pier_store_record(store, &g_box_class, &boxes[0]), PIER_LIMIT);
    pier_archive_destroy(store);
}

static void misuse_of_values_is_told(void **state) {
    (void)state;
    g_box box = {.first = {.type = &g_count_class, .record = NULL}};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_RANGE);
    assert_string_equal(pier_archive_error(store)->text, "its class is g.Count, and its record is NULL");
    pier_class other = g_count_class;
    g_count one = {1};
    other.size--;
    box.first = (pier_any){.type = &other, .record = &one};
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_USAGE);
    pier_class no_flag = g_box_class;
    no_flag.flags = 0;
    box.first = test_any_count(&one);
    assert_status(pier_store_record(store, &no_flag, &box), PIER_USAGE);
    assert_status(pier_archive_set_registry(store, NULL, PIER_UNKNOWN_KEEP), PIER_USAGE);
    pier_archive_destroy(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_its_class_and_a_record),
        cmocka_unit_test(a_class_is_defined_before_the_block_and_once_in_an_epoch),
        cmocka_unit_test(a_refused_record_takes_its_definitions_back),
        cmocka_unit_test(a_class_described_twice_is_defined_once),
        cmocka_unit_test(objects_of_other_classes_are_in_the_graph),
        cmocka_unit_test(lies_of_a_value_are_exact_errors),
        cmocka_unit_test(values_within_values_are_bounded_by_depth),
        cmocka_unit_test(misuse_of_values_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
