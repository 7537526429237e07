/* Definitions: the bytes that a class becomes, what a loader says of a stream's, and classes that differ on the two
 * sides.
 *
 * Floor 5 (record). */
#include "record/definition_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "archive/archive_internal.h"
#include "record/record_internal.h"

/* Classes that reach others, each in its own order. */
#define LEAF(FIELD) FIELD(1, u8, value)
PIER_RECORD(leaf, "a.Leaf", LEAF)
#define BRANCH(FIELD) FIELD(2, record(leaf), first) FIELD(9, array(record(leaf), 2), others)
PIER_RECORD_VERSION(branch, "z.Branch", 300, BRANCH)
#define TREE(FIELD)                                                                                                    \
    FIELD(1, record(branch), trunk)                                                                                    \
    FIELD(2, optional(record(leaf)), top)                                                                              \
    FIELD(3, optional(text(8)), name)                                                                                  \
    FIELD(65535, record(vec3), place)
PIER_RECORD(tree, "m.Tree", TREE)

static void check_closure(const pier_class *type, const char *hex) {
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(type, &closure, &error), PIER_OK);
    assert_hex(closure.data, closure.size, hex);
    pier__buffer_deinit(&closure);
}

static void a_closure_has_the_bytes_of_the_specification(void **state) {
    (void)state;
    check_closure(&leaf_class, "91 94 00 a6612e4c656166 00 91 97 01 a576616c7565 06 00 c0 c0 c0");
    check_closure(&branch_class, "92 94 00 a87a2e4272616e6368 cd012c 92 97 02 a56669727374 10 00 a6612e4c656166 c0 c0 "
                                 "97 09 a66f7468657273 10 01 a6612e4c656166 c0 c0 "
                                 "94 00 a6612e4c656166 00 91 97 01 a576616c7565 06 00 c0 c0 c0");
    /* The class first, then what it reaches by ascending name, each once. */
    check_closure(&tree_class,
                  "94 94 00 a66d2e54726565 00 94 97 01 a57472756e6b 10 00 a87a2e4272616e6368 c0 c0 "
                  "97 02 a3746f70 10 02 a6612e4c656166 c0 c0 97 03 a46e616d65 0c 02 c0 c0 c0 "
                  "97 cdffff a5706c616365 10 00 a867656f2e56656333 c0 c0 "
                  "94 00 a6612e4c656166 00 91 97 01 a576616c7565 06 00 c0 c0 c0 "
                  "94 00 a867656f2e56656333 00 93 97 01 a178 0a 00 c0 c0 c0 97 02 a179 0a 00 c0 c0 c0 97 03 a17a 0a 00 "
                  "c0 c0 c0 "
                  "94 00 a87a2e4272616e6368 cd012c 92 97 02 a56669727374 10 00 a6612e4c656166 c0 c0 "
                  "97 09 a66f7468657273 10 01 a6612e4c656166 c0 c0");
}

/* The same record described in another source file: other addresses, the same class. */
static pier_class twin_of_leaf(void) {
    return leaf_class;
}

static pier_class twin;
static pier_field twin_fields[2];

static const pier_field *fields_with_twin(const pier_class *self) {
    (void)self;
    return twin_fields;
}

/* `branch` with its second field of the class `twin`. */
static pier_class branch_with_twin(void) {
    const pier_field *fields = branch_class.fields(&branch_class);
    twin_fields[0] = fields[0];
    twin_fields[1] = fields[1];
    twin_fields[1].type = &twin;
    pier_class changed = branch_class;
    changed.fields = fields_with_twin;
    return changed;
}

static void one_class_of_two_files_is_one_type(void **state) {
    (void)state;
    twin = twin_of_leaf();
    pier_class changed = branch_with_twin();
    check_closure(&changed, "92 94 00 a87a2e4272616e6368 cd012c 92 97 02 a56669727374 10 00 a6612e4c656166 c0 c0 "
                            "97 09 a66f7468657273 10 01 a6612e4c656166 c0 c0 "
                            "94 00 a6612e4c656166 00 91 97 01 a576616c7565 06 00 c0 c0 c0");
}

/* Storing a record of the class is refused as misuse, and leaves the archive as it was. */
static void check_usage(const pier_class *type, const void *record, const char *text) {
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, type, record), PIER_USAGE);
    assert_string_equal(pier_archive_error(store)->text, text);
    assert_int_equal(pier_archive_error(store)->floor, PIER_FLOOR_RECORD);
    vec3 vector = {1, 2, 3};
    assert_status(vec3_store(store, &vector), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *other = test_open_store(NULL);
    assert_status(vec3_store(other, &vector), PIER_OK);
    test_stream expected = test_finish(other);
    assert_int_equal(stream.size, expected.size);
    assert_memory_equal(stream.data, expected.data, stream.size);
    test_stream_free(&stream);
    test_stream_free(&expected);
}

static void two_classes_of_one_name_are_a_mistake(void **state) {
    (void)state;
    branch record;
    memset(&record, 0, sizeof record);
    twin = twin_of_leaf();
    twin.version = 1;
    pier_class changed = branch_with_twin();
    check_usage(&changed, &record, "two different classes are named a.Leaf");
    twin = vec3_class;
    twin.name = "z.Branch";
    check_usage(&changed, &record, "two different classes are named z.Branch");
}

static void names_of_classes_keep_the_rules(void **state) {
    (void)state;
    vec3 vector = {1, 2, 3};
    pier_class nameless = vec3_class;
    nameless.name = "";
    check_usage(&nameless, &vector, "the name of a class is 1 to 255 bytes of UTF-8: \"\"");
    nameless.name = "geo.\xFF";
    check_usage(&nameless, &vector, "the name of a class is 1 to 255 bytes of UTF-8: \"geo.\xFF\"");
    char longest[257];
    memset(longest, 'n', sizeof longest);
    longest[256] = '\0';
    nameless.name = longest;
    check_usage(&nameless, &vector,
                "the name of a class is 1 to 255 bytes of UTF-8: \"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\"");
    longest[255] = '\0';
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &nameless, &vector), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_string_equal(pier_definition_name(pier_archive_definition(load)), longest);
    assert_status(pier_load_record(load, &nameless, &vector), PIER_OK);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* What a loader says of a stream ----------------------------------------------------------------------------------- */

static void a_stream_tells_its_classes(void **state) {
    (void)state;
    tree record;
    memset(&record, 0, sizeof record);
    pier_archive *store = test_open_store(NULL);
    assert_status(tree_store(store, &record), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_null(pier_archive_definition(load));
    assert_status(pier_archive_next(load), PIER_OK);
    const pier_definition *definition = pier_archive_definition(load);
    assert_non_null(definition);
    assert_ptr_equal(definition, pier_archive_definition(load));
    assert_string_equal(pier_definition_name(definition), "m.Tree");
    assert_int_equal(pier_definition_version(definition), 0);
    assert_int_equal(pier_definition_field_count(definition), 4);
    pier_definition_field field = pier_definition_field_at(definition, 0);
    assert_int_equal(field.number, 1);
    assert_string_equal(field.name, "trunk");
    assert_int_equal(field.kind, PIER_FIELD_RECORD);
    assert_false(field.repeated || field.presence);
    const pier_definition *branch_definition = field.type;
    assert_string_equal(pier_definition_name(branch_definition), "z.Branch");
    assert_int_equal(pier_definition_version(branch_definition), 300);
    field = pier_definition_field_at(branch_definition, 1);
    assert_int_equal(field.number, 9);
    assert_true(field.repeated);
    assert_string_equal(pier_definition_name(field.type), "a.Leaf");
    field = pier_definition_field_at(definition, 1);
    assert_true(field.presence);
    assert_ptr_equal(field.type, pier_definition_field_at(branch_definition, 0).type);
    field = pier_definition_field_at(definition, 2);
    assert_int_equal(field.kind, PIER_FIELD_TEXT);
    assert_true(field.presence);
    assert_null(field.type);
    field = pier_definition_field_at(definition, 3);
    assert_int_equal(field.number, 65535);
    assert_string_equal(pier_definition_name(field.type), "geo.Vec3");
    field = pier_definition_field_at(definition, 4);
    assert_int_equal(field.number, 0);
    assert_null(field.name);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void definitions_have_the_fingerprint_of_the_stream(void **state) {
    (void)state;
    vec3 vector = {1, 2, 3};
    pier_archive *store = test_open_store(NULL);
    assert_status(vec3_store(store, &vector), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    uint8_t loaded[PIER_FINGERPRINT_BYTES];
    uint8_t made[PIER_FINGERPRINT_BYTES];
    pier_definition_fingerprint(pier_archive_definition(load), loaded);
    /* Behind preamble, header, the head of the ext, the kind, the head of the array, the id and the head of a bin. */
    assert_memory_equal(loaded, stream.data + 64 + 64 + 3 + 1 + 1 + 1 + 2, sizeof loaded);
    const pier_definition *definition = NULL;
    assert_status(pier_definition_create(&vec3_class, NULL, &definition, NULL), PIER_OK);
    pier_definition_fingerprint(definition, made);
    assert_memory_equal(loaded, made, sizeof made);
    pier_definition_destroy(definition);
    assert_status(pier_definition_create(&leaf_class, NULL, &definition, NULL), PIER_OK);
    pier_definition_fingerprint(definition, made);
    assert_memory_not_equal(loaded, made, sizeof made);
    pier_definition_destroy(definition);
    /* A type within has that of the whole. */
    assert_status(pier_definition_create(&test_all_class, NULL, &definition, NULL), PIER_OK);
    pier_definition_fingerprint(definition, loaded);
    pier_definition_fingerprint(pier_definition_field_at(definition, 0).type, made);
    assert_memory_equal(loaded, made, sizeof made);
    pier_definition_destroy(definition);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void kinds_have_words(void **state) {
    (void)state;
    static const char *const words[] = {"unknown", "bool",     "i8",     "i16",  "i32", "i64",    "u8",
                                        "u16",     "u32",      "u64",    "f32",  "f64", "text",   "bytes",
                                        "time",    "duration", "record", "enum", "any", "unknown"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_string_equal(pier_field_kind_name((pier_field_kind)i), words[i]);
    }
    assert_string_equal(pier_field_kind_name((pier_field_kind)4000000000u), "unknown");
}

/* Classes that differ on the two sides ----------------------------------------------------------------------------- */

#define HERE(FIELD) FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(here, "market.Order", HERE)
#define OTHER_KIND(FIELD)                                                                                              \
    FIELD(1, u32, id) FIELD(3, u32, price) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(other_kind, "market.Order", OTHER_KIND)
#define NO_ARRAY(FIELD)                                                                                                \
    FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(leaf), inner) FIELD(7, optional(text), marks)
PIER_RECORD(no_array, "market.Order", NO_ARRAY)
#define NO_RECORD(FIELD) FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, time, inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(no_record, "market.Order", NO_RECORD)
#define OTHER_LEAF(FIELD) FIELD(1, f32, value)
PIER_RECORD(other_leaf, "b.Leaf", OTHER_LEAF)
#define OTHER_INNER(FIELD)                                                                                             \
    FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(other_leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(other_inner, "market.Order", OTHER_INNER)
#define LARGER(FIELD)                                                                                                  \
    FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 30), marks)
PIER_RECORD(larger, "market.Order", LARGER)

/* The failure is at the field in the definition: that begins with `field`, its number and its name. */
static void check_mismatch(const pier_class *stored, const char *path, const char *text, const char *field) {
    union {
        here a;
        no_array b;
        larger c;
        other_inner d;
    } record;
    memset(&record, 0, sizeof record);
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, stored, &record), PIER_OK);
    assert_status(pier_store_record(store, stored, &record), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    static const here zero;
    uint8_t begin[32];
    size_t begin_bytes = test_hex(field, begin, sizeof begin);
    for (uint64_t number = 1; number <= 2; number++) {
        here loaded;
        memset(&loaded, 0x5A, sizeof loaded);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_true(pier_archive_record_is(load, &here_class));
        assert_status(here_load(load, &loaded), PIER_MISMATCH);
        assert_memory_equal(&loaded, &zero, sizeof zero);
        const pier_error *error = pier_archive_error(load);
        assert_string_equal(error->text, text);
        assert_string_equal(error->path, path);
        assert_int_equal(error->record, number);
        assert_int_equal(error->block_offset, PIER_NO_OFFSET);
        assert_true(error->offset > 128 && error->offset + begin_bytes < stream.size);
        assert_memory_equal(stream.data + error->offset, begin, begin_bytes);
        assert_status(pier_archive_recover(load, NULL), PIER_OK);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void what_does_not_meet_is_told(void **state) {
    (void)state;
    check_mismatch(&other_kind_class, "market.Order.price", "field 3 is f64 here and u32 in the stream", "97 03 a5");
    check_mismatch(&no_array_class, "market.Order.marks", "field 7 is array of u8 here and optional text in the stream",
                   "97 07 a5");
    check_mismatch(&no_record_class, "market.Order.inner", "field 5 is record a.Leaf here and time in the stream",
                   "97 05 a5");
    check_mismatch(&other_inner_class, "a.Leaf.value", "field 1 is u8 here and f32 in the stream", "97 01 a5");
}

static void unknown_kinds_and_flags_do_not_match(void **state) {
    (void)state;
    static const struct {
        const char *kind_and_flags;
        const char *text;
    } rows[] = {{"13 00", "field 1 is u8 here and unknown kind 19 in the stream"},
                {"06 40", "field 1 is u8 here and u8 in the stream: this version does not know all flags"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char hex[128];
        (void)snprintf(hex, sizeof hex, "91 94 00 a6612e4c656166 00 91 97 01 a576616c7565 %s c0 c0 c0",
                       rows[i].kind_and_flags);
        uint8_t closure[128];
        size_t size = test_hex(hex, closure, sizeof closure);
        test_stream stream = test_stream_with_closure(closure, size);
        pier_archive *load = test_open_stream(&stream, NULL);
        leaf record;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(leaf_load(load, &record), PIER_MISMATCH);
        assert_string_equal(pier_archive_error(load)->text, rows[i].text);
        assert_string_equal(pier_archive_error(load)->path, "a.Leaf.value");
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

static void capacities_are_no_difference(void **state) {
    (void)state;
    larger record;
    memset(&record, 0, sizeof record);
    record.id = 1;
    record.marks_count = 3;
    pier_archive *store = test_open_store(NULL);
    assert_status(larger_store(store, &record), PIER_OK);
    record.marks_count = 4;
    assert_status(larger_store(store, &record), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    here loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(here_load(load, &loaded), PIER_OK);
    assert_int_equal(loaded.marks_count, 3);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(here_load(load, &loaded), PIER_RANGE);
    assert_string_equal(pier_archive_error(load)->path, "market.Order.marks");
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void another_class_is_told_by_both_names(void **state) {
    (void)state;
    vec3 vector = {1, 2, 3};
    pier_archive *store = test_open_store(NULL);
    assert_status(vec3_store(store, &vector), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    leaf record;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_false(pier_archive_record_is(load, &leaf_class));
    assert_true(pier_archive_record_is(load, &vec3_class));
    assert_status(leaf_load(load, &record), PIER_TYPE);
    assert_string_equal(pier_archive_error(load)->text, "expected class a.Leaf, found geo.Vec3");
    assert_string_equal(pier_archive_error(load)->path, "a.Leaf");
    assert_int_equal(pier_archive_error(load)->record, 1);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closure_has_the_bytes_of_the_specification),
        cmocka_unit_test(one_class_of_two_files_is_one_type),
        cmocka_unit_test(two_classes_of_one_name_are_a_mistake),
        cmocka_unit_test(names_of_classes_keep_the_rules),
        cmocka_unit_test(a_stream_tells_its_classes),
        cmocka_unit_test(definitions_have_the_fingerprint_of_the_stream),
        cmocka_unit_test(kinds_have_words),
        cmocka_unit_test(what_does_not_meet_is_told),
        cmocka_unit_test(unknown_kinds_and_flags_do_not_match),
        cmocka_unit_test(capacities_are_no_difference),
        cmocka_unit_test(another_class_is_told_by_both_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
