/* Records of a schema, there and back: stored and loaded by the generated class and by that of run time, with the same
 * bytes between. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pier/pier.h>

#include "kinds.pier.h"
#include "schema_support.h"

enum { STREAM_BYTES = 8192, JSON_BYTES = 4096 };

/* The bytes of a stream with one record. */
typedef struct stream {
    uint8_t bytes[STREAM_BYTES];
    size_t size;
} stream;

static pier_text text_of(const char *text) {
    pier_text answer = {text, strlen(text)};
    return answer;
}

static pier_archive_options options_of(pier_format format, pier_plain_form form) {
    pier_archive_options options = {0};
    options.size = sizeof options;
    options.format = format;
    options.plain_form = form;
    options.stream_id = 7;
    return options;
}

static void store(const pier_class *type, const void *record, const pier_archive_options *options, stream *out) {
    pier_error error;
    pier_file *file;
    pier_archive *archive;
    assert_int_equal(pier_file_open_memory(&file, NULL, &error), PIER_OK);
    assert_int_equal(pier_archive_open_store(&archive, file, options, &error), PIER_OK);
    pier_archive_set_time(archive, 0);
    if (pier_store_record(archive, type, record) != PIER_OK || pier_archive_close(archive) != PIER_OK) {
        fail_msg("%s: %s", pier_archive_error(archive)->path, pier_archive_error(archive)->text);
    }
    pier_bytes bytes = pier_file_memory_bytes(file);
    assert_true(bytes.size <= sizeof out->bytes);
    memcpy(out->bytes, bytes.data, bytes.size);
    out->size = bytes.size;
    pier_archive_destroy(archive);
    pier_file_destroy(file);
}

/* Loads the record and copies it out of the archive, into the arena. */
static void load(const pier_class *type, const stream *from, const pier_archive_options *options, pier_arena *arena,
                 void *record) {
    pier_error error;
    pier_file *file;
    pier_archive *archive;
    pier_registry *registry;
    assert_int_equal(pier_registry_create(&registry, NULL), PIER_OK);
    assert_int_equal(pier_registry_add(registry, &test_kinds_scalars_class), PIER_OK);
    assert_int_equal(pier_file_open_memory(&file, NULL, &error), PIER_OK);
    size_t written;
    pier_bytes bytes = {from->bytes, from->size};
    assert_int_equal(pier_file_write(file, &bytes, 1, &written, PIER_NOW), PIER_OK);
    assert_int_equal(written, from->size);
    assert_int_equal(pier_archive_open_load(&archive, file, options, &error), PIER_OK);
    assert_int_equal(pier_archive_set_registry(archive, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
    assert_int_equal(pier_archive_next(archive), PIER_OK);
    if (pier_load_record_into(archive, type, record, arena) != PIER_OK) {
        fail_msg("%s: %s", pier_archive_error(archive)->path, pier_archive_error(archive)->text);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    pier_registry_destroy(registry);
}

/* Sends a record there and back in every form, by the class of the compiler and by that of run time. */
static void check_forms(const pier_class *generated, const void *record, bool is_printed) {
    static const struct {
        pier_format format;
        pier_plain_form form;
    } forms[] = {{PIER_FORMAT_FRAMED, PIER_PLAIN_MAP},
                 {PIER_FORMAT_PLAIN, PIER_PLAIN_MAP},
                 {PIER_FORMAT_PLAIN, PIER_PLAIN_ARRAY}};
    schema *made = load_protos("kinds.proto");
    const pier_class *at_run_time;
    assert_int_equal(schema_class_of(made, schema_find_message(made, generated->name), &at_run_time), PIER_OK);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        pier_archive_options options = options_of(forms[i].format, forms[i].form);
        static stream one;
        static stream two;
        store(generated, record, &options, &one);
        store(at_run_time, record, &options, &two);
        assert_int_equal(one.size, two.size);
        assert_memory_equal(one.bytes, two.bytes, one.size);
        const pier_class *const loaders[] = {generated, at_run_time};
        for (size_t j = 0; j < 2; j++) {
            pier_arena arena;
            pier_arena_init(&arena, NULL, 0);
            void *loaded = calloc(1, generated->record_bytes);
            assert_non_null(loaded);
            load(loaders[j], &one, &options, &arena, loaded);
            if (is_printed) {
                static char expected[JSON_BYTES];
                static char found[JSON_BYTES];
                assert_true(pier_record_print(generated, record, expected, sizeof expected) < sizeof expected);
                (void)pier_record_print(generated, loaded, found, sizeof found);
                assert_string_equal(found, expected);
                assert_int_equal(pier_record_compare(generated, record, loaded), 0);
            }
            /* What was loaded stores the same again. */
            store(loaders[1 - j], loaded, &options, &two);
            assert_int_equal(one.size, two.size);
            assert_memory_equal(one.bytes, two.bytes, one.size);
            free(loaded);
            pier_arena_deinit(&arena);
        }
    }
    schema_destroy(made);
}

static test_kinds_scalars some_scalars(void) {
    test_kinds_scalars answer;
    test_kinds_scalars_init(&answer);
    answer.flag = true;
    answer.i32 = -70000;
    answer.u64 = UINT64_MAX;
    answer.sf64 = INT64_MIN;
    answer.f32 = 3;
    answer.real = 0.25F;
    answer.precise = -1e300;
    answer.text = text_of("caf\303\251");
    answer.data.data = "\0\1";
    answer.data.size = 2;
    answer.colour = 12345;
    answer.tiny = -128;
    answer.port = 65535;
    return answer;
}

static void test_scalars(void **state) {
    (void)state;
    test_kinds_scalars record = some_scalars();
    check_forms(&test_kinds_scalars_class, &record, true);
    test_kinds_scalars_init(&record);
    check_forms(&test_kinds_scalars_class, &record, true);
}

static void test_optionals(void **state) {
    (void)state;
    test_kinds_optionals record;
    test_kinds_optionals_init(&record);
    check_forms(&test_kinds_optionals_class, &record, true);
    record.has_flag = true;
    record.has_f32 = true;
    record.f32 = 9;
    record.has_text = true;
    record.has_symbol = true;
    memcpy(record.symbol, "PIER", 5);
    record.has_hash = true;
    record.hash.size = 1;
    record.hash.data[0] = 0xff;
    check_forms(&test_kinds_optionals_class, &record, true);
}

static void test_inline(void **state) {
    (void)state;
    char codes[2][4] = {"abc", ""};
    test_kinds_inline record;
    test_kinds_inline_init(&record);
    record.codes_count = 2;
    record.codes = codes;
    record.names_count = 3;
    memcpy(record.names[1], "name", 5);
    record.pins_count = 2;
    record.pins[1].size = 6;
    record.numbers_count = 10;
    record.numbers[9] = -1;
    record.rooms_count = 1;
    record.rooms[0].has_wall = true;
    record.rooms[0].wall.bricks = 300;
    check_forms(&test_kinds_inline_class, &record, true);
}

static void test_lists(void **state) {
    (void)state;
    int32_t numbers[] = {1, -2, 3};
    uint64_t ids[] = {1, UINT64_MAX};
    float samples[] = {0.5F, -2};
    pier_text texts[] = {text_of("a"), text_of("")};
    house_room rooms[2];
    memset(rooms, 0, sizeof rooms);
    pier_duration durations[] = {{5, 7}, {-5, -7}};
    test_kinds_lists record;
    test_kinds_lists_init(&record);
    record.i32_count = 3;
    record.i32 = numbers;
    record.f64_count = 2;
    record.f64 = ids;
    record.texts_count = 2;
    record.texts = texts;
    record.rooms_count = 2;
    record.rooms = rooms;
    record.durations_count = 2;
    record.durations = durations;
    record.samples_count = 2;
    record.samples = samples;
    record.ids_count = 2;
    record.ids = ids;
    record.levels_count = 3;
    record.levels[2] = 255;
    check_forms(&test_kinds_lists_class, &record, true);
}

static void test_maps(void **state) {
    (void)state;
    test_kinds_maps_counts_entry counts[] = {{text_of("one"), 1}, {text_of("two"), 2}};
    test_kinds_maps_rooms_entry rooms[1];
    memset(rooms, 0, sizeof rooms);
    rooms[0].key = 7;
    test_kinds_maps_colours_entry colours[] = {{1, TEST_KINDS_COLOUR_DARK}};
    test_kinds_maps record;
    rooms[0].value.area = 2.5;
    test_kinds_maps_init(&record);
    record.counts_count = 2;
    record.counts = counts;
    record.rooms_count = 1;
    record.rooms = rooms;
    record.colours_count = 1;
    record.colours = colours;
    check_forms(&test_kinds_maps_class, &record, true);
}

static void test_nested(void **state) {
    (void)state;
    test_kinds_nested_inner far;
    test_kinds_nested_inner_init(&far);
    far.mood = TEST_KINDS_NESTED_INNER_MOOD_WILD;
    test_kinds_nested record;
    test_kinds_nested_init(&record);
    record.far = &far;
    record.has_when = true;
    record.when.seconds = -1;
    record.has_lasts = true;
    record.lasts.nanoseconds = -1;
    record.needed.has_room = true;
    check_forms(&test_kinds_nested_class, &record, true);
}

static void test_choices(void **state) {
    (void)state;
    test_kinds_choices record;
    test_kinds_choices_init(&record);
    check_forms(&test_kinds_choices_class, &record, true);
    record.what_case = TEST_KINDS_CHOICES_WHAT_CODE;
    memcpy(record.what.code, "code", 5);
    record.which_case = TEST_KINDS_CHOICES_WHICH_FLAG;
    check_forms(&test_kinds_choices_class, &record, true);
    record.what_case = TEST_KINDS_CHOICES_WHAT_ROOM;
    memset(&record.what, 0, sizeof record.what);
    record.what.room.has_wall = true;
    record.which_case = TEST_KINDS_CHOICES_WHICH_COLOUR;
    record.which.colour = TEST_KINDS_COLOUR_LOWEST;
    check_forms(&test_kinds_choices_class, &record, true);
}

static void test_trees(void **state) {
    (void)state;
    test_kinds_tree trees[3];
    test_kinds_leaf leaf = {&trees[2]};
    test_kinds_tree_named_entry named;
    for (int i = 0; i < 3; i++) {
        test_kinds_tree_init(&trees[i]);
    }
    named.key = text_of("third");
    trees[2].name = text_of("last");
    named.value = trees[2];
    trees[0].left = &trees[1];
    trees[0].named_count = 1;
    trees[0].named = &named;
    trees[0].more_case = TEST_KINDS_TREE_MORE_LEAF;
    trees[0].more.leaf = &leaf;
    trees[1].others_count = 1;
    trees[1].others = &trees[2];
    check_forms(&test_kinds_tree_class, &trees[0], true);
}

/* A graph with a cycle, an object that is reached four times over, and a value of another class. */
static void test_graph(void **state) {
    (void)state;
    test_kinds_scalars scalars = some_scalars();
    test_kinds_node nodes[2];
    test_kinds_node *others[] = {&nodes[1], &nodes[0], NULL};
    test_kinds_node_init(&nodes[0]);
    test_kinds_node_init(&nodes[1]);
    nodes[0].name = text_of("first");
    nodes[0].next = &nodes[1];
    nodes[0].others_count = 3;
    nodes[0].others = others;
    nodes[0].two_count = 1;
    nodes[0].two[0] = &nodes[1];
    nodes[0].link_case = TEST_KINDS_NODE_LINK_LINKED;
    nodes[0].link.linked = &nodes[1];
    nodes[0].other.type = &test_kinds_scalars_class;
    nodes[0].other.record = &scalars;
    nodes[1].next = &nodes[0];
    nodes[1].link_case = TEST_KINDS_NODE_LINK_NUMBER;
    nodes[1].link.number = 5;
    check_forms(&test_kinds_node_class, &nodes[0], false);

    static stream bytes;
    pier_archive_options options = options_of(PIER_FORMAT_FRAMED, PIER_PLAIN_MAP);
    pier_arena arena;
    test_kinds_node loaded;
    pier_arena_init(&arena, NULL, 0);
    store(&test_kinds_node_class, &nodes[0], &options, &bytes);
    load(&test_kinds_node_class, &bytes, &options, &arena, &loaded);
    assert_ptr_equal(loaded.next, loaded.others[0]);
    assert_ptr_equal(loaded.next, loaded.two[0]);
    assert_ptr_equal(loaded.next, loaded.link.linked);
    assert_ptr_equal(loaded.next->next, &loaded);
    assert_ptr_equal(loaded.others[1], &loaded);
    assert_null(loaded.others[2]);
    assert_ptr_equal(loaded.other.type, &test_kinds_scalars_class);
    assert_int_equal(test_kinds_scalars_compare((const test_kinds_scalars *)loaded.other.record, &scalars), 0);
    pier_arena_deinit(&arena);
}

static void test_anything(void **state) {
    (void)state;
    test_kinds_scalars scalars = some_scalars();
    pier_any any;
    memset(&any, 0, sizeof any);
    any.type = &test_kinds_scalars_class;
    any.record = &scalars;
    pier_any values[2] = {any, any};
    memset(&values[1], 0, sizeof values[1]);
    test_kinds_anything_by_name_entry by_name = {text_of("it"), any};
    test_kinds_anything record;
    test_kinds_anything_init(&record);
    record.value = any;
    record.values_count = 2;
    record.values = values;
    record.by_name_count = 1;
    record.by_name = &by_name;
    record.either_case = TEST_KINDS_ANYTHING_EITHER_OTHER;
    record.either.other = any;
    check_forms(&test_kinds_anything_class, &record, false);
}

static void test_nothing(void **state) {
    (void)state;
    test_kinds_nothing record;
    test_kinds_nothing_init(&record);
    check_forms(&test_kinds_nothing_class, &record, true);
    test_kinds_defaults defaults;
    test_kinds_defaults_init(&defaults);
    check_forms(&test_kinds_defaults_class, &defaults, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars),  cmocka_unit_test(test_optionals), cmocka_unit_test(test_inline),
        cmocka_unit_test(test_lists),    cmocka_unit_test(test_maps),      cmocka_unit_test(test_nested),
        cmocka_unit_test(test_choices),  cmocka_unit_test(test_trees),     cmocka_unit_test(test_graph),
        cmocka_unit_test(test_anything), cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
