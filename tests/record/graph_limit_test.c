/* Graphs of many objects: memory that is kept and given back, memory that runs out, streams that come piece by piece or
 * end anywhere.
 *
 * Floor 5 (record). */
#include "record/graph_support.h"
#include "record/record_support.h"

#include <stdlib.h>

#include "support/fault_allocator.h"

static pier_registry *tangle_registry(const pier_allocator *allocator) {
    static const pier_class *const classes[] = {&g_note_class, &g_count_class, &g_node_class};
    pier_registry *registry = NULL;
    if (pier_registry_create(&registry, allocator) != PIER_OK) {
        return NULL;
    }
    for (size_t i = 0; i < 3; i++) {
        if (pier_registry_add(registry, classes[i]) != PIER_OK) {
            pier_registry_destroy(registry);
            return NULL;
        }
    }
    return registry;
}

static test_stream store_records(const pier_archive_options *options, const g_node *root, int count) {
    pier_archive *store = test_open_store(options);
    for (int i = 0; i < count; i++) {
        assert_status(pier_store_record(store, &g_node_class, root), PIER_OK);
    }
    return test_finish(store);
}

/* What was loaded is stored again to the same bytes: every reference goes where it went. */
static void a_tangle_comes_back_the_same(void **state) {
    (void)state;
    static test_tangle t;
    pier_registry *registry = tangle_registry(NULL);
    for (uint64_t seed = 1; seed <= 300; seed++) {
        test_make_tangle(&t, seed);
        for (int format = 0; format < 3; format++) {
            pier_archive_options options = {.size = sizeof options,
                                            .format = format == 0 ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN,
                                            .plain_form = format == 1 ? PIER_PLAIN_MAP : PIER_PLAIN_ARRAY};
            test_stream stream = store_records(&options, &t.nodes[0], 1);
            pier_archive *load = test_open_stream(&stream, &options);
            assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
            g_node loaded;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
            test_stream again = store_records(&options, &loaded, 1);
            assert_int_equal(stream.size, again.size);
            assert_memory_equal(stream.data, again.data, stream.size);
            test_stream_free(&again);
            pier_archive_destroy(load);
            test_stream_free(&stream);
        }
    }
    pier_registry_destroy(registry);
}

static void the_steady_state_takes_no_memory(void **state) {
    (void)state;
    static test_tangle t;
    test_make_tangle(&t, 11);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *store = test_open_store(&options);
    pier_archive *load = test_open_load(&options);
    pier_registry *registry = tangle_registry(NULL);
    assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
    for (int i = 0; i < 20; i++) {
        if (i == 10) {
            fault_allocator_fail(&faults, 0, false);
        }
        assert_status(pier_store_record(store, &g_node_class, &t.nodes[0]), PIER_OK);
        assert_status(pier_archive_flush(store), PIER_OK);
        pier_bytes bytes = pier_archive_drain(store);
        assert_status(pier_archive_feed(load, bytes), PIER_OK);
        pier_archive_drained(store, bytes.size);
        g_node loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
        assert_int_equal(loaded.next->next->id, 2);
        /* Where a record is still in use, what is fed goes into memory of its own. */
        assert_status(pier_archive_next(load), PIER_MORE);
    }
    assert_int_equal(faults.calls, 0);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

static void a_large_graph_gives_its_memory_back(void **state) {
    (void)state;
    enum { MANY = 200000 };
    g_style *styles = (g_style *)calloc(MANY, sizeof *styles);
    assert_non_null(styles);
    for (int i = 0; i + 1 < MANY; i++) {
        styles[i].base = &styles[i + 1];
    }
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *store = test_open_store(&options);
    pier_archive *load = test_open_load(&options);
    size_t after[2] = {0, 0};
    for (int i = 0; i < 3; i++) {
        assert_status(pier_store_record(store, &g_style_class, &styles[i == 1 ? 0 : MANY - 2]), PIER_OK);
        assert_status(pier_archive_flush(store), PIER_OK);
        pier_bytes bytes = pier_archive_drain(store);
        assert_status(pier_archive_feed(load, bytes), PIER_OK);
        pier_archive_drained(store, bytes.size);
        g_style loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_style_class, &loaded), PIER_OK);
        assert_status(pier_archive_next(load), PIER_MORE);
        after[i > 0] = faults.live_bytes;
    }
    /* The buffers stay as large as the record was, the tables do not. */
    assert_true(after[1] < after[0] + ((size_t)12 << 20));
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    free(styles);
}

/* Memory that runs out --------------------------------------------------------------------------------------------- */

static void sweep_storing(fault_allocator *faults, void *user) {
    const test_tangle *t = (const test_tangle *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator, .stream_id = 1};
    pier_archive *store = NULL;
    if (pier_archive_open_store(&store, NULL, &options, NULL) != PIER_OK) {
        assert_true(faults->struck > 0);
        return;
    }
    g_count count = {3};
    pier_status registered = pier_archive_register_object(store, 5, &g_count_class, &count);
    assert_true(registered == PIER_OK || faults->struck > 0);
    unsigned stored = 0;
    for (int i = 0; i < 4; i++) {
        pier_status status = pier_store_record(store, &g_node_class, &t->nodes[i]);
        assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
        stored += status == PIER_OK;
    }
    pier_status closed = pier_archive_close(store);
    assert_true(closed == PIER_OK || faults->struck > 0);
    if (closed == PIER_OK) {
        /* What was stored is whole, whatever failed in between. */
        pier_bytes bytes = pier_archive_drain(store);
        pier_registry *registry = tangle_registry(NULL);
        pier_archive *load = test_open_load(NULL);
        assert_status(pier_archive_feed(load, bytes), PIER_OK);
        assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
        for (unsigned i = 0; i < stored; i++) {
            g_node loaded;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
        }
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
        pier_registry_destroy(registry);
    }
    pier_archive_destroy(store);
}

static void sweep_loading(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    if (pier_archive_open_load(&load, NULL, &options, NULL) != PIER_OK) {
        assert_true(faults->struck > 0);
        return;
    }
    g_count count = {3};
    pier_registry *registry = tangle_registry(&faults->allocator);
    pier_status status =
        registry != NULL ? pier_archive_set_registry(load, registry, PIER_UNKNOWN_KEEP) : PIER_NO_MEMORY;
    if (status == PIER_OK) {
        status = pier_archive_register_object(load, 5, &g_count_class, &count);
    }
    if (status == PIER_OK) {
        status = pier_archive_feed(load, (pier_bytes){stream->data, stream->size});
    }
    unsigned loaded = 0;
    while (status == PIER_OK) {
        g_node node;
        g_node zero;
        memset(&zero, 0, sizeof zero);
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            status = pier_load_record(load, &g_node_class, &node);
            assert_true(status == PIER_OK || memcmp(&node, &zero, sizeof node) == 0);
            loaded += status == PIER_OK;
        }
    }
    assert_true(status == PIER_END || (status == PIER_NO_MEMORY && faults->struck > 0));
    assert_true(status != PIER_END || loaded == 2);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    static test_tangle t;
    test_make_tangle(&t, 5);
    assert_true(fault_allocator_sweep(sweep_storing, &t) > 20);
    test_stream stream = store_records(NULL, &t.nodes[0], 2);
    assert_true(fault_allocator_sweep(sweep_loading, &stream) > 20);
    test_stream_free(&stream);
}

/* Streams that come piece by piece, and end anywhere --------------------------------------------------------------- */

static void a_stream_may_come_in_any_pieces(void **state) {
    (void)state;
    static test_tangle t;
    test_make_tangle(&t, 23);
    test_stream stream = store_records(NULL, &t.nodes[0], 2);
    pier_registry *registry = tangle_registry(NULL);
    static const size_t pieces[] = {1, 7, 33, 500};
    for (size_t p = 0; p < 4; p++) {
        pier_archive_options options = {.size = sizeof options, .read_bytes = 1};
        pier_archive *load = test_open_load(&options);
        assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
        unsigned loaded = 0;
        for (size_t at = 0; at < stream.size; at += pieces[p]) {
            size_t size = stream.size - at < pieces[p] ? stream.size - at : pieces[p];
            assert_status(pier_archive_feed(load, (pier_bytes){stream.data + at, size}), PIER_OK);
            pier_status status = pier_archive_next(load);
            while (status == PIER_OK) {
                g_node node;
                assert_status(pier_load_record(load, &g_node_class, &node), PIER_OK);
                assert_ptr_equal(node.next->next->next->next->link.to != NULL, true);
                loaded++;
                status = pier_archive_next(load);
            }
            assert_true(status == PIER_MORE || status == PIER_END);
        }
        assert_int_equal(loaded, 2);
        pier_archive_destroy(load);
    }
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void a_record_may_end_anywhere(void **state) {
    (void)state;
    static test_tangle t;
    test_make_tangle(&t, 42);
    t.nodes[5].next = NULL;
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    test_stream stream = store_records(&options, &t.nodes[0], 1);
    pier_registry *registry = tangle_registry(NULL);
    for (size_t cut = 0; cut < stream.size; cut++) {
        test_stream part = {stream.data, cut};
        pier_archive *load = test_open_stream(&part, &options);
        assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
        assert_status(pier_archive_next(load), cut == 0 ? PIER_END : PIER_TRUNCATED);
        pier_archive_destroy(load);
    }
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

/* Every byte changed: a record loads or fails, and whatever loads can be stored. */
static void a_byte_may_be_changed(void **state) {
    (void)state;
    static test_tangle t;
    test_make_tangle(&t, 77);
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_node_class, &t.nodes[0]), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_bytes bytes = pier_archive_record_bytes(load);
    uint8_t *changed = (uint8_t *)malloc(bytes.size);
    assert_non_null(changed);
    pier_registry *registry = tangle_registry(NULL);
    unsigned loaded_count = 0;
    for (size_t i = 0; i < bytes.size * 4; i++) {
        static const uint8_t with[] = {0x00, 0x01, 0xc0, 0xfe};
        memcpy(changed, bytes.data, bytes.size);
        changed[i / 4] = with[i % 4];
        pier_archive_options options = {.size = sizeof options, .checksum_off = true};
        pier_archive *other = test_open_store(&options);
        /* The definitions of the classes that are not in the closure come with this one. */
        assert_status(pier_store_record(other, &g_node_class, &t.nodes[0]), PIER_OK);
        test_store_raw(other, &g_node_class, changed, bytes.size);
        test_stream hostile = test_finish(other);
        pier_archive *again = test_open_stream(&hostile, NULL);
        assert_status(pier_archive_set_registry(again, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
        g_node node;
        assert_status(pier_archive_next(again), PIER_OK);
        assert_status(pier_load_record(again, &g_node_class, &node), PIER_OK);
        pier_status status = pier_archive_next(again);
        if (status == PIER_OK && pier_load_record(again, &g_node_class, &node) == PIER_OK) {
            test_stream third = store_records(NULL, &node, 1);
            test_stream_free(&third);
            loaded_count++;
        } else {
            assert_true(pier_archive_error(again)->text[0] != '\0');
        }
        pier_archive_destroy(again);
        test_stream_free(&hostile);
    }
    assert_true(loaded_count > 0);
    pier_registry_destroy(registry);
    free(changed);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tangle_comes_back_the_same),
        cmocka_unit_test(the_steady_state_takes_no_memory),
        cmocka_unit_test(a_large_graph_gives_its_memory_back),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_stream_may_come_in_any_pieces),
        cmocka_unit_test(a_record_may_end_anywhere),
        cmocka_unit_test(a_byte_may_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
