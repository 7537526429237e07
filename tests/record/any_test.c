/* Values of any class: their classes are defined before the records that hold them, and found again through a registry.
 *
 * Floor 5 (record). */
#include "record/graph_support.h"
#include "record/record_support.h"

#include <stdlib.h>

#include <pier/arena.h>
#include <pier/mark.h>

#include "record/record_internal.h"
#include "support/fault_allocator.h"

static pier_registry *new_registry(bool with_note, bool with_count) {
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

static pier_archive *open_with(const test_stream *stream, const pier_registry *registry, pier_unknown unknown) {
    pier_archive *load = test_open_stream(stream, NULL);
    assert_status(pier_archive_set_registry(load, registry, unknown), PIER_OK);
    return load;
}

static pier_any any_count(const g_count *count) {
    return (pier_any){.type = &g_count_class, .record = count};
}

static void assert_record_bytes(pier_archive *load, const char *hex) {
    pier_bytes bytes = pier_archive_record_bytes(load);
    assert_hex(bytes.data, bytes.size, hex);
}

/* The kinds of the blocks of a stream, as letters: preamble, definitions, records, end. */
static void assert_blocks(const test_stream *stream, const char *expected) {
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

static void a_value_is_its_class_and_a_record(void **state) {
    (void)state;
    g_count one = {1};
    g_count two = {2};
    g_style style = {"s", NULL};
    pier_any more[3] = {
        any_count(&two), {NULL, NULL, {NULL, 0}, {NULL, 0}, {NULL, 0}}, {.type = &g_style_class, .record = &style}};
    g_box box = {.first = any_count(&one), .more_count = 3, .more = more};
    g_box nested = {.first = {.type = &g_box_class, .record = &box}};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &nested), PIER_OK);
    assert_status(pier_store_record(store, &g_count_class, &two), PIER_OK);
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDDDRE");
    pier_registry *registry = new_registry(true, true);
    pier_archive *load = open_with(&stream, registry, PIER_UNKNOWN_REFUSE);
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
    g_box box = {.first = any_count(&one)};
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
    pier_registry *registry = new_registry(false, true);
    pier_archive *load = open_with(&stream, registry, PIER_UNKNOWN_REFUSE);
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
    g_box box = {.first = any_count(&one), .second = {.type = &g_style_class, .record = &bad}};
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
    g_box box = {.first = any_count(&one), .second = {.type = &twin, .record = &one}};
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
    second.extra = any_count(&count);
    pier_archive *store = test_open_store(NULL);
    for (int i = 0; i < 2; i++) {
        assert_status(pier_store_record(store, &g_node_class, &root), PIER_OK);
    }
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDDDRE");
    pier_registry *registry = new_registry(true, true);
    pier_archive *load = open_with(&stream, registry, PIER_UNKNOWN_REFUSE);
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

/* Values of classes that are not known ------------------------------------------------------------------------------ */

static void unknown_values_are_kept_and_stored_on_unchanged(void **state) {
    (void)state;
    g_count one = {1};
    g_count two = {2};
    g_style style = {"s", NULL};
    pier_any more[2] = {any_count(&two), {.type = &g_style_class, .record = &style}};
    g_box box = {.first = any_count(&one), .more_count = 2, .more = more};
    box.second = (pier_any){.type = &g_box_class, .record = &box.more_count};
    g_box inner = {.first = any_count(&one)};
    box.second.record = &inner;
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
            store = test_open_store(&options);
            if (format == 0) {
                assert_status(pier_store_record(store, &g_box_class, &loaded), PIER_UNSUPPORTED);
                assert_string_equal(pier_archive_error(store)->path, "g.Box.second");
                loaded.second = (pier_any){NULL, NULL, {NULL, 0}, {NULL, 0}, {NULL, 0}};
                loaded.more_count = 1;
            }
            assert_status(pier_store_record(store, &g_box_class, &loaded), PIER_OK);
            test_stream again = test_finish(store);
            if (format == 1) {
                assert_int_equal(again.size, stream.size);
                assert_memory_equal(again.data, stream.data, again.size);
            } else {
                pier_registry *registry = new_registry(true, true);
                pier_archive *reload = open_with(&again, registry, PIER_UNKNOWN_REFUSE);
                g_box reloaded;
                assert_status(pier_archive_next(reload), PIER_OK);
                assert_status(pier_load_record(reload, &g_box_class, &reloaded), PIER_OK);
                assert_int_equal(((const g_count *)reloaded.first.record)->number, 1);
                assert_int_equal(((const g_count *)reloaded.more[0].record)->number, 2);
                pier_archive_destroy(reload);
                pier_registry_destroy(registry);
            }
            /* Into the other format it does not go. */
            pier_archive_options other = {.size = sizeof other, .format = (pier_format)(1 - format)};
            pier_archive *elsewhere = test_open_store(&other);
            assert_status(pier_store_record(elsewhere, &g_box_class, &loaded), PIER_UNSUPPORTED);
            assert_string_equal(pier_archive_error(elsewhere)->path, "g.Box.first");
            pier_archive_destroy(elsewhere);
            test_stream_free(&again);
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
    root.other = any_count(&count);
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
    pier_archive *load = open_with(stream, registry, PIER_UNKNOWN_REFUSE);
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
    g_box box = {.first = any_count(&one)};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    test_stream stream = test_finish(store);
    pier_registry *registry = new_registry(false, false);
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

/* Passes all records of a stream on. */
static void forward_all(pier_archive *to, const test_stream *stream) {
    pier_archive *load = test_open_stream(stream, NULL);
    while (pier_archive_next(load) == PIER_OK) {
        assert_status(pier_archive_forward(to, load), PIER_OK);
    }
    pier_archive_destroy(load);
}

static void assert_boxes(const test_stream *stream, const uint32_t *expected, size_t count) {
    pier_registry *registry = new_registry(false, true);
    pier_archive *load = open_with(stream, registry, PIER_UNKNOWN_REFUSE);
    for (size_t i = 0; i < count; i++) {
        pier_any found;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
        if (found.type == &g_box_class) {
            found = ((const g_box *)found.record)->first;
        }
        assert_ptr_equal(found.type, &g_count_class);
        assert_int_equal(((const g_count *)found.record)->number, expected[i]);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
}

static void records_with_values_are_passed_on_with_their_classes(void **state) {
    (void)state;
    g_count one = {1};
    g_count two = {2};
    g_box first = {.first = any_count(&one)};
    g_box second = {.first = any_count(&two)};
    /* Box 1, count 2. */
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &first), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &second), PIER_OK);
    test_stream one_way = test_finish(store);
    /* Count 1, tick 2, box 3. */
    market_tick tick;
    test_fill_tick(&tick, 1);
    store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_count_class, &one), PIER_OK);
    assert_status(market_tick_store(store, &tick), PIER_OK);
    test_stream other_way = test_finish(store);
    store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_count_class, &one), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &second), PIER_OK);
    test_stream third_way = test_finish(store);
    /* A stream of its own keeps the ids, and no epoch is begun for that. */
    store = test_open_store(NULL);
    forward_all(store, &one_way);
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDDRE");
    assert_boxes(&stream, (const uint32_t[]){1, 2}, 2);
    test_stream_free(&stream);
    /* Put together, an epoch is begun where the ids are others. Classes that hold none are told by fingerprint. */
    store = test_open_store(NULL);
    forward_all(store, &one_way);
    forward_all(store, &third_way);
    forward_all(store, &one_way);
    assert_status(pier_store_record(store, &g_box_class, &first), PIER_OK);
    stream = test_finish(store);
    assert_blocks(&stream, "PDDRDDRDDRE");
    assert_boxes(&stream, (const uint32_t[]){1, 2, 1, 2, 1, 2, 1}, 7);
    test_stream_free(&stream);
    /* Own records go on behind it, with ids that are free. */
    store = test_open_store(NULL);
    forward_all(store, &other_way);
    assert_status(pier_store_record(store, &g_box_class, &first), PIER_OK);
    forward_all(store, &one_way);
    stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_true(pier_archive_record_is(load, &market_tick_class));
    pier_archive_destroy(load);
    test_stream_free(&stream);
    test_stream_free(&one_way);
    test_stream_free(&other_way);
    test_stream_free(&third_way);
}

static void forward_pass(fault_allocator *faults, void *user) {
    const test_stream *streams = (const test_stream *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator, .stream_id = 7};
    pier_archive *store = NULL;
    if (pier_archive_open_store(&store, NULL, &options, NULL) != PIER_OK) {
        assert_true(faults->struck > 0);
        return;
    }
    unsigned stored = 0;
    for (int i = 0; i < 3; i++) {
        pier_archive *load = test_open_stream(&streams[i % 2], NULL);
        while (pier_archive_next(load) == PIER_OK) {
            pier_status status = pier_archive_forward(store, load);
            assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
            stored += status == PIER_OK;
        }
        pier_archive_destroy(load);
    }
    if (pier_archive_close(store) == PIER_OK) {
        pier_bytes bytes = pier_archive_drain(store);
        pier_registry *registry = new_registry(false, true);
        test_stream stream = {(uint8_t *)(uintptr_t)bytes.data, bytes.size};
        pier_archive *load = open_with(&stream, registry, PIER_UNKNOWN_REFUSE);
        for (unsigned i = 0; i < stored; i++) {
            pier_any found;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
        }
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
        pier_registry_destroy(registry);
    }
    pier_archive_destroy(store);
}

static void passing_on_may_run_out_of_memory(void **state) {
    (void)state;
    g_count one = {1};
    g_box box = {.first = any_count(&one)};
    test_stream streams[2];
    for (int i = 0; i < 2; i++) {
        pier_archive *store = test_open_store(NULL);
        if (i == 1) {
            assert_status(pier_store_record(store, &g_count_class, &one), PIER_OK);
        }
        assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
        streams[i] = test_finish(store);
    }
    assert_true(fault_allocator_sweep(forward_pass, streams) > 3);
    test_stream_free(&streams[0]);
    test_stream_free(&streams[1]);
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
    pier_registry *registry = new_registry(true, true);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t bytes[64];
        size_t size = test_hex(lies[i].hex, bytes, sizeof bytes);
        test_stream stream = test_typed_stream(&g_box_class, bytes, size);
        pier_archive *load = open_with(&stream, registry, PIER_UNKNOWN_KEEP);
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
    box.first = any_count(&one);
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
        cmocka_unit_test(unknown_values_are_kept_and_stored_on_unchanged),
        cmocka_unit_test(unknown_objects_of_a_graph_are_kept_once),
        cmocka_unit_test(unknown_values_are_refused_where_their_class_stands),
        cmocka_unit_test(unknown_objects_may_refer_to_others),
        cmocka_unit_test(records_with_values_are_passed_on_with_their_classes),
        cmocka_unit_test(passing_on_may_run_out_of_memory),
        cmocka_unit_test(lies_of_a_value_are_exact_errors),
        cmocka_unit_test(values_within_values_are_bounded_by_depth),
        cmocka_unit_test(misuse_of_values_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
