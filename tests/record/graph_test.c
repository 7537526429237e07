/* Graphs: objects that records share keep their identity, and what a stream says wrong of them is told exactly.
 *
 * Floor 5 (record). */
#include "record/graph_support.h"
#include "record/record_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/arena.h>

#include "record/record_internal.h"
#include "support/fault_allocator.h"

static pier_archive *store_one(const pier_class *type, const void *record, test_stream *stream) {
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, type, record), PIER_OK);
    *stream = test_finish(store);
    pier_archive *load = test_open_stream(stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    return load;
}

#define NIL_NODE(id) "98 " id " c0 c0 92 00 c0 90 c0 c0 90"

static void objects_are_stored_once_in_the_order_in_which_they_are_met(void **state) {
    (void)state;
    g_style plain = {"plain", NULL};
    g_style bold = {"bold", &plain};
    g_node third = {.id = 3, .style = &plain};
    g_node second = {.id = 2, .next = &third, .style = &bold};
    g_node root = {.id = 1, .next = &second, .style = &plain};
    third.next = &root;
    second.link = (g_link){7, &second};
    g_node *kids[4] = {&third, NULL, &root, &third};
    root.kids = kids;
    root.kids_count = 4;
    test_stream stream;
    pier_archive *load = store_one(&g_node_class, &root, &stream);
    /* Second is 1, plain 2, third 3, bold 4. The closure: Node 0, Link 1, Style 2. */
    assert_record_bytes(load, "92 98 01 01 02 92 00 c0 94 03 c0 00 03 c0 c0 90 "
                              "94 92 00 98 02 03 04 92 07 01 90 c0 c0 90 "
                              "92 02 92 a5 706c61696e c0 "
                              "92 00 98 03 00 02 92 00 c0 90 c0 c0 90 "
                              "92 02 92 a4 626f6c64 02");
    g_node loaded;
    assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
    assert_int_equal(loaded.id, 1);
    assert_int_equal(loaded.next->id, 2);
    assert_int_equal(loaded.next->next->id, 3);
    assert_ptr_equal(loaded.next->next->next, &loaded);
    assert_ptr_equal(loaded.next->link.to, loaded.next);
    assert_int_equal(loaded.next->link.weight, 7);
    assert_string_equal(loaded.next->style->name, "bold");
    assert_ptr_equal(loaded.next->style->base, loaded.style);
    assert_ptr_equal(loaded.next->next->style, loaded.style);
    assert_int_equal(loaded.kids_count, 4);
    assert_ptr_equal(loaded.kids[0], loaded.next->next);
    assert_null(loaded.kids[1]);
    assert_ptr_equal(loaded.kids[2], &loaded);
    assert_ptr_equal(loaded.kids[3], loaded.next->next);
    assert_null(loaded.next->next->style->base);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void a_graph_without_objects_has_an_empty_table(void **state) {
    (void)state;
    g_node alone = {.id = 5};
    test_stream stream;
    pier_archive *load = store_one(&g_node_class, &alone, &stream);
    assert_record_bytes(load, "92 " NIL_NODE("05") " 90");
    g_node loaded;
    assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
    assert_int_equal(loaded.id, 5);
    assert_null(loaded.next);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void a_plain_graph_has_names_of_classes(void **state) {
    (void)state;
    g_style base = {"b", NULL};
    g_style style = {"s", &base};
    for (int form = 0; form < 2; form++) {
        pier_archive_options options = {
            .size = sizeof options, .format = PIER_FORMAT_PLAIN, .plain_form = (pier_plain_form)form};
        pier_archive *store = test_open_store(&options);
        assert_status(pier_store_record(store, &g_style_class, &style), PIER_OK);
        test_stream stream = test_finish(store);
        assert_hex(stream.data, stream.size,
                   form == 0 ? "92 82 a4 6e616d65 a1 73 a4 62617365 01 91 92 a7 672e5374796c65 81 a4 6e616d65 a1 62"
                             : "92 92 a1 73 01 91 92 a7 672e5374796c65 92 a1 62 c0");
        pier_archive *load = test_open_stream(&stream, &options);
        g_style loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_style_class, &loaded), PIER_OK);
        assert_string_equal(loaded.base->name, "b");
        assert_null(loaded.base->base);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

static void changing_an_object_between_records_is_no_trap(void **state) {
    (void)state;
    g_style shared = {"one", NULL};
    g_style first = {"a", &shared};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_style_class, &first), PIER_OK);
    memcpy(shared.name, "two", 4);
    assert_status(pier_store_record(store, &g_style_class, &first), PIER_OK);
    g_style other = {"elsewhere", NULL};
    first.base = &other;
    assert_status(pier_store_record(store, &g_style_class, &first), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    static const char *const expected[] = {"one", "two", "elsewhere"};
    for (int i = 0; i < 3; i++) {
        g_style loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_style_class, &loaded), PIER_OK);
        assert_string_equal(loaded.base->name, expected[i]);
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void registered_objects_are_pointed_at_and_not_stored(void **state) {
    (void)state;
    g_style ours = {"ours", NULL};
    g_style theirs = {"theirs", NULL};
    g_style high = {"high", NULL};
    g_style first = {"a", &ours};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_archive_register_object(store, 40, &g_style_class, &high), PIER_OK);
    assert_status(pier_archive_register_object(store, 7, &g_style_class, &ours), PIER_OK);
    assert_status(pier_archive_register_object(store, 7, &g_style_class, &ours), PIER_OK);
    assert_status(pier_archive_register_object(store, 8, &g_style_class, &ours), PIER_USAGE);
    assert_status(pier_archive_register_object(store, 7, &g_style_class, &first), PIER_USAGE);
    assert_status(pier_archive_register_object(store, 0, &g_style_class, &first), PIER_USAGE);
    assert_status(pier_archive_register_object(store, 0x80000000u, &g_style_class, &first), PIER_USAGE);
    assert_status(pier_archive_register_object(store, 9, NULL, &first), PIER_USAGE);
    assert_status(pier_store_record(store, &g_style_class, &first), PIER_OK);
    first.base = &high;
    assert_status(pier_store_record(store, &g_style_class, &first), PIER_OK);
    /* Taken back, it is stored; the other one keeps its number. */
    assert_status(pier_archive_register_object(store, 7, NULL, NULL), PIER_OK);
    assert_status(pier_archive_register_object(store, 7, NULL, NULL), PIER_OK);
    first.base = &ours;
    assert_status(pier_store_record(store, &g_style_class, &first), PIER_OK);
    first.base = &high;
    assert_status(pier_store_record(store, &g_style_class, &first), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_register_object(load, 7, &g_style_class, &theirs), PIER_OK);
    assert_status(pier_archive_register_object(load, 40, &g_style_class, &high), PIER_OK);
    static const char *const bytes[] = {"92 92 a1 61 f9 90", "92 92 a1 61 d0 d8 90",
                                        "92 92 a1 61 01 91 92 00 92 a4 6f757273 c0", "92 92 a1 61 d0 d8 90"};
    g_style *const expected[] = {&theirs, &high, NULL, &high};
    for (int i = 0; i < 4; i++) {
        g_style loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_record_bytes(load, bytes[i]);
        assert_status(pier_load_record(load, &g_style_class, &loaded), PIER_OK);
        if (expected[i] != NULL) {
            assert_ptr_equal(loaded.base, expected[i]);
        } else {
            assert_string_equal(loaded.base->name, "ours");
        }
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Storing: what is refused ----------------------------------------------------------------------------------------- */

static void assert_refused(pier_archive *store, const pier_class *type, const void *record, pier_status status,
                           const char *path, const char *text) {
    assert_status(pier_store_record(store, type, record), status);
    const pier_error *error = pier_archive_error(store);
    assert_string_equal(error->path, path);
    assert_string_equal(error->text, text);
    assert_int_equal(error->floor, PIER_FLOOR_RECORD);
}

static void the_class_of_every_reference_is_checked(void **state) {
    (void)state;
    g_style style = {"s", NULL};
    g_node second = {.id = 2, .style = &style};
    g_node root = {.id = 1, .style = &style, .next = &second};
    pier_archive *store = test_open_store(NULL);
    /* The style is met as a style, and then pointed at as a node. */
    second.next = (g_node *)(void *)&style;
    assert_refused(store, &g_node_class, &root, PIER_TYPE, "g.Node[1].next",
                   "a reference to a g.Node, and the object is a g.Style");
    second.next = NULL;
    second.style = (g_style *)(void *)&root;
    assert_refused(store, &g_node_class, &root, PIER_TYPE, "g.Node[1].style",
                   "a reference to a g.Style, and the object is a g.Node");
    second.style = NULL;
    assert_status(pier_archive_register_object(store, 3, &g_node_class, &style), PIER_OK);
    assert_refused(store, &g_node_class, &root, PIER_TYPE, "g.Node.style",
                   "a reference to a g.Style, and the object is a g.Node");
    /* The archive goes on, with nothing left of them. */
    g_style fine = {"fine", NULL};
    assert_status(pier_store_record(store, &g_style_class, &fine), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_record_bytes(load, "92 92 a4 66696e65 c0 90");
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void what_is_wrong_within_an_object_is_told_with_its_place(void **state) {
    (void)state;
    g_style bad = {"", NULL};
    memset(bad.name, 'x', sizeof bad.name);
    g_style root = {"r", &bad};
    pier_archive *store = test_open_store(NULL);
    assert_refused(store, &g_style_class, &root, PIER_RANGE, "g.Style[1].name",
                   "the text is not terminated within its 16 bytes");
    pier_archive_destroy(store);
}

static void a_class_without_the_flag_is_refused(void **state) {
    (void)state;
    pier_class wrong = g_style_class;
    wrong.flags &= ~(uint32_t)PIER_CLASS_GRAPH;
    g_style root = {"r", NULL};
    root.base = &root;
    pier_archive *store = test_open_store(NULL);
    assert_refused(store, &wrong, &root, PIER_USAGE, "g.Style.base", "the class lacks the flag PIER_CLASS_GRAPH");
    pier_archive_destroy(store);
}

/* Loading: what a stream says wrong -------------------------------------------------------------------------------- */

/* Loads a record given as bytes, which must fail at the byte of the record that `at` tells. */
static void assert_load_fails(const pier_class *type, const char *hex, pier_status status, size_t at, const char *path,
                              const char *text) {
    uint8_t bytes[512];
    size_t size = test_hex(hex, bytes, sizeof bytes);
    test_stream stream = test_typed_stream(type, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    g_node zero;
    g_node loaded;
    memset(&zero, 0, sizeof zero);
    memset(&loaded, 0xee, sizeof loaded);
    pier_status came = pier_load_record(load, type, &loaded);
    const pier_error *error = pier_archive_error(load);
    if (came != status || strcmp(error->text, text) != 0 || strcmp(error->path, path) != 0) {
        fail_msg("%s: %s %s \"%s\"", hex, pier_status_name(came), error->path, error->text);
    }
    assert_int_equal(error->offset, stream.size - 64 - size + at);
    assert_memory_equal(&loaded, &zero, type->record_bytes);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void lies_of_a_graph_are_exact_errors(void **state) {
    (void)state;
    const pier_class *style = &g_style_class;
    assert_load_fails(style, "a1 61", PIER_TYPE, 0, "g.Style", "expected array, found str");
    assert_load_fails(style, "93 92 a1 61 c0 90 90", PIER_PROTOCOL, 0, "g.Style",
                      "expected an array of 2, root and objects, found 3");
    assert_load_fails(style, "92 92 a1 61 c0 80", PIER_TYPE, 5, "g.Style",
                      "expected array, the table of objects, found map");
    /* References. */
    assert_load_fails(style, "92 92 a1 61 01 90", PIER_PROTOCOL, 4, "g.Style.base",
                      "a reference to object 1, and the table has 0");
    assert_load_fails(style, "92 92 a1 61 02 92 92 00 92 a1 62 c0 92 00 92 a1 63 c0", PIER_PROTOCOL, 4, "g.Style.base",
                      "a reference to object 2 before one to object 1");
    assert_load_fails(style, "92 92 a1 61 cf ffffffffffffffff 90", PIER_PROTOCOL, 4, "g.Style.base",
                      "a reference to object 18446744073709551615, and the table has 0");
    assert_load_fails(style, "92 92 a1 61 ff 90", PIER_PROTOCOL, 4, "g.Style.base",
                      "no object is registered under the number 1");
    assert_load_fails(style, "92 92 a1 61 d3 8000000000000000 90", PIER_PROTOCOL, 4, "g.Style.base",
                      "no object is registered under the number 9223372036854775808");
    assert_load_fails(style, "92 92 a1 61 a1 62 90", PIER_TYPE, 4, "g.Style.base",
                      "expected integer or nil, found str");
    assert_load_fails(style, "92 92 a1 61 92 a1 62 c0 90", PIER_TYPE, 4, "g.Style.base",
                      "expected integer or nil, found array");
    /* The table. */
    assert_load_fails(style, "92 92 a1 61 c0 91 92 00 92 a1 62 c0", PIER_PROTOCOL, 6, "g.Style[1]",
                      "nothing before it refers to object 1");
    assert_load_fails(style, "92 92 a1 61 01 92 92 00 92 a1 62 c0 92 00 92 a1 63 02", PIER_PROTOCOL, 12, "g.Style[2]",
                      "nothing before it refers to object 2");
    assert_load_fails(style, "92 92 a1 61 01 91 c0", PIER_TYPE, 6, "g.Style[1]", "expected array, found nil");
    assert_load_fails(style, "92 92 a1 61 01 91 91 00", PIER_PROTOCOL, 6, "g.Style[1]",
                      "expected an array of 2, class and record, found 1");
    assert_load_fails(style, "92 92 a1 61 01 91 92 01 92 a1 62 c0", PIER_PROTOCOL, 7, "g.Style[1]",
                      "type 1, and there are 1 in the definition");
    assert_load_fails(style, "92 92 a1 61 01 91 92 a0 92 a1 62 c0", PIER_TYPE, 7, "g.Style[1]",
                      "expected integer, found str");
    assert_load_fails(style, "92 92 a1 61 01 91 92 fe 92 a1 62 c0", PIER_UNKNOWN_CLASS, 7, "g.Style[1]",
                      "class id 2 is not defined in this epoch");
    assert_load_fails(style, "92 92 a1 61 01 91 92 00 c0", PIER_TYPE, 8, "g.Style[1]", "expected array, found nil");
    assert_load_fails(style, "92 92 a1 61 01 91 92 00 91 a1 62", PIER_PROTOCOL, 8, "g.Style[1]",
                      "expected an array of 2 slots, found 1");
    assert_load_fails(style, "92 92 a1 61 01 91 92 00 92 05 c0", PIER_TYPE, 9, "g.Style[1].name",
                      "expected str, found integer");
}

static void a_reference_to_another_class_is_an_exact_error(void **state) {
    (void)state;
    const pier_class *node = &g_node_class;
    /* The root as a style. */
    assert_load_fails(node, "92 98 01 c0 00 92 00 c0 90 c0 c0 90 90", PIER_TYPE, 4, "g.Node.style",
                      "expected a reference to a g.Style, found one to a g.Node");
    /* One object as a node and as a style. */
    assert_load_fails(node, "92 98 01 01 01 92 00 c0 90 c0 c0 90 91 92 00 " NIL_NODE("02"), PIER_TYPE, 4,
                      "g.Node.style", "expected a reference to a g.Style, found one to a g.Node");
    /* A node, and the table has a style there. */
    assert_load_fails(node, "92 98 01 01 c0 92 00 c0 90 c0 c0 90 91 92 02 92 a1 62 c0", PIER_TYPE, 14, "g.Node[1]",
                      "references to the object expect a g.Node, it is a g.Style");
    /* In a list, and in a record within. */
    assert_load_fails(node, "92 98 01 c0 01 92 00 c0 92 c0 01 c0 c0 90 91 92 02 92 a1 62 c0", PIER_TYPE, 10,
                      "g.Node.kids[1]", "expected a reference to a g.Node, found one to a g.Style");
    assert_load_fails(node, "92 98 01 c0 01 92 00 01 90 c0 c0 90 91 92 02 92 a1 62 c0", PIER_TYPE, 7, "g.Node.link.to",
                      "expected a reference to a g.Node, found one to a g.Style");
}

static void objects_need_bytes_that_are_there(void **state) {
    (void)state;
    /* A table of 2^32 - 1 objects of which none comes: the scan finds the record cut. */
    pier_archive *store = test_open_store(NULL);
    g_style root = {"a", NULL};
    assert_status(pier_store_record(store, &g_style_class, &root), PIER_OK);
    uint8_t bytes[32];
    size_t size = test_hex("92 92 a1 61 01 dd ffffffff", bytes, sizeof bytes);
    test_store_raw(store, &g_style_class, bytes, size);
    test_stream stream = test_finish(store);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *load = test_open_stream(&stream, &options);
    g_style loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &g_style_class, &loaded), PIER_OK);
    faults.peak_bytes = faults.live_bytes;
    size_t before = faults.live_bytes;
    pier_status status = pier_archive_next(load);
    if (status == PIER_OK) {
        status = pier_load_record(load, &g_style_class, &loaded);
    }
    assert_true(status == PIER_PROTOCOL || status == PIER_LIMIT || status == PIER_SKIPPED);
    assert_true(faults.peak_bytes - before < 1 << 16);
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_stored_once_in_the_order_in_which_they_are_met),
        cmocka_unit_test(a_graph_without_objects_has_an_empty_table),
        cmocka_unit_test(a_plain_graph_has_names_of_classes),
        cmocka_unit_test(changing_an_object_between_records_is_no_trap),
        cmocka_unit_test(registered_objects_are_pointed_at_and_not_stored),
        cmocka_unit_test(the_class_of_every_reference_is_checked),
        cmocka_unit_test(what_is_wrong_within_an_object_is_told_with_its_place),
        cmocka_unit_test(a_class_without_the_flag_is_refused),
        cmocka_unit_test(lies_of_a_graph_are_exact_errors),
        cmocka_unit_test(a_reference_to_another_class_is_an_exact_error),
        cmocka_unit_test(objects_need_bytes_that_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
