/* Writers that lie, and memory that runs out, where records are loaded through a plan.
 *
 * Floor 5 (record). The definition is a good one, and the record is not of it; or the definition is made to have a
 * large plan. */
#include "record/version_model.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/compat.h>

#include "support/fault_allocator.h"

/* A model with the types that the tables here name, and the class that the text describes. */
static void describe(model *made, const char *text) {
    memset(made, 0, sizeof *made);
    (void)model_add_type(made, "test.Class");
    model_describe(made, model_add_type(made, "Point"), "x: i32; y: i32");
    model_describe(made, model_add_type(made, "Place"), "east: i64; north: i64; label: text");
    model_describe(made, model_add_type(made, "Entry"), "key: text; value: i32");
    model_describe(made, model_add_type(made, "Node"), "value: i32; next: optional Node");
    model_describe(made, model_add_type(made, "Chain"), "number: u8; next: optional Chain");
    model_describe(made, 0, text);
}

/* Records that are not of their definition ------------------------------------------------------------------------- */

typedef struct lie {
    const char *stored; /* the writer's class */
    const char *loaded; /* the loader's */
    const char *record; /* hexadecimal */
    pier_status status;
    const char *field; /* the path, behind the name of the class */
    const char *text;
    size_t at; /* in the record */
} lie;

static const lie lies[] = {
    {"a: i32", "a: i64", "c0", PIER_TYPE, "", "expected array, found nil", 0},
    {"a: i32", "a: i64", "81 01 01", PIER_TYPE, "", "expected array, found map", 0},
    {"a: i32", "a: i64", "92 01 02", PIER_PROTOCOL, "", "expected an array of 1 slots, found 2", 0},
    {"a: i32", "a: i64", "91 c0", PIER_TYPE, ".a", "expected integer, found nil", 1},
    {"a: i32", "a: bool", "91 a161", PIER_TYPE, ".a", "expected integer, found str", 1},
    {"a: i32", "a: bool", "91 02", PIER_RANGE, ".a", "2 does not fit bool", 1},
    {"a: i32", "a: bool", "91 ff", PIER_RANGE, ".a", "-1 does not fit bool", 1},
    {"a: u64", "a: bool", "91 cfffffffffffffffff", PIER_RANGE, ".a", "18446744073709551615 does not fit bool", 1},
    {"a: i32", "a: bool", "91 01", PIER_OK, "", "", 0},
    {"a: bool", "a: u8", "91 01", PIER_TYPE, ".a", "expected bool, found integer", 1},
    {"a: bytes", "a: text", "91 a0", PIER_TYPE, ".a", "expected bin, found str", 1},
    {"a: bytes", "a: text", "91 c40261ff", PIER_TEXT, ".a", "the text is not UTF-8", 4},
    {"a: text", "a: bytes", "91 c400", PIER_TYPE, ".a", "expected str, found bin", 1},
    {"a: array of u8", "a: array of bool", "91 01", PIER_TYPE, ".a", "expected array, found integer", 1},
    {"a: array of u8", "a: array of bool", "91 92 01 02", PIER_RANGE, ".a[1]", "2 does not fit bool", 3},
    {"a: array of u8", "a: array of bool", "91 c70341060102", PIER_RANGE, ".a[1]", "2 does not fit bool", 6},
    {"a: array of u8", "a: array of bool", "91 c7014101", PIER_PROTOCOL, ".a", "a typed array of unknown kind 1", 4},
    {"a: array of u8", "a: array of bool", "91 d44200", PIER_TYPE, ".a", "expected array, found ext 66", 1},
    {"a: array of u8", "a: array of at most 2 bool", "91 c7044106000101", PIER_RANGE, ".a",
     "3 elements, and there is room for 2", 1},
    {"a: array of bytes", "a: array of text", "91 d54106aa", PIER_TYPE, ".a", "expected array, found ext 65", 1},
    {"a: array of u8", "a: i64", "91 01", PIER_TYPE, ".a", "expected array, found integer", 1},
    {"a: array of u8", "a: i64", "91 92 01 02", PIER_RANGE, ".a", "2 elements, and there is room for one", 1},
    {"a: array of u8", "a: i64", "91 c70341060102", PIER_RANGE, ".a", "2 elements, and there is room for one", 1},
    {"a: array of u8", "a: i64", "91 c70041", PIER_PROTOCOL, ".a", "a typed array without the kind of its elements", 1},
    {"a: array of u8", "a: i64", "91 d44106", PIER_OK, "", "", 0},
    {"a: array of u8", "a: i8", "91 d5410681", PIER_RANGE, ".a", "129 does not fit i8", 4},
    {"a: array of u8", "a: bool", "91 d5410602", PIER_RANGE, ".a", "2 does not fit bool", 4},
    {"a: i32", "a: array of at most 1 i16", "91 cd8000", PIER_RANGE, ".a", "32768 does not fit i16", 1},
    {"a: map of text to i32", "a: array of Entry", "91 90", PIER_TYPE, ".a", "expected map, found array", 1},
    {"a: map of text to i32", "a: array of Entry", "91 81 a161 c3", PIER_TYPE, ".a[0].value",
     "expected integer, found bool", 4},
    {"a: array of Entry", "a: map of text to i32", "91 91 91 01", PIER_PROTOCOL, ".a[0]",
     "expected an array of 2 slots, found 1", 2},
    {"c: oneof (1 a: i32; 2 b: text)", "c: oneof (1 a: i64)", "91 01", PIER_TYPE, "",
     "expected array or nil, found integer", 1},
    {"c: oneof (1 a: i32; 2 b: text)", "c: oneof (1 a: i64)", "91 93 01 02 03", PIER_PROTOCOL, "",
     "expected an array of 2, number and value, found 3", 1},
    {"c: oneof (1 a: i32; 2 b: text)", "c: oneof (1 a: i64)", "91 92 a0 00", PIER_TYPE, "",
     "expected number of a field, found str", 2},
    {"c: oneof (1 a: i32; 2 b: text)", "c: oneof (1 a: i64)", "91 92 ff 00", PIER_TYPE, "",
     "expected number of a field, found integer", 2},
    {"c: oneof (1 a: i32; 2 b: text)", "c: oneof (1 a: i64)", "91 92 01 c0", PIER_TYPE, ".a",
     "expected integer, found nil", 3},
    {"c: oneof (1 a: i32; 2 b: text)", "c: oneof (1 a: i64)", "91 92 02 a0", PIER_OK, "", "", 0},
    {"c: oneof (1 a: i32; 2 b: text)", "c: oneof (1 a: i64)", "91 92 09 c0", PIER_OK, "", "", 0},
    {"1 a: optional i32; 2 b: optional i32", "c: oneof (1 a: i32; 2 b: i32)", "92 01 02", PIER_RANGE, ".b",
     "a second field of oneof c, beside field 1", 2},
    {"a: optional i32", "a: required i32", "91 c0", PIER_MISMATCH, ".a", "the field is required, and is nil", 1},
    {"a: array of i32", "a: required i32", "91 90", PIER_MISMATCH, ".a", "the field is required, and is an empty array",
     1},
    {"c: oneof (1 a: i32; 2 b: text)", "1 a: required i32", "91 c0", PIER_MISMATCH, ".a",
     "the field is required, and is not set", 1},
    {"c: oneof (1 a: i32; 2 b: text)", "1 a: required i32", "91 92 02 a0", PIER_MISMATCH, ".a",
     "the field is required, and is not set", 1},
    {"a: Point", "a: Place", "91 01", PIER_TYPE, ".a", "expected array, found integer", 1},
    {"a: Point", "a: Place", "91 92 01 c2", PIER_TYPE, ".a.north", "expected integer, found bool", 3},
    {"a: array of Point", "a: array of Place", "91 92 92 01 02 91 01", PIER_PROTOCOL, ".a[1]",
     "expected an array of 2 slots, found 1", 5},
};

static void check_lie(const lie *row) {
    static model writer;
    static model loader;
    describe(&writer, row->stored);
    describe(&loader, row->loaded);
    const pier_class *stored_class = model_build(&writer);
    const pier_class *own = model_build(&loader);
    uint8_t bytes[64];
    size_t size = test_hex(row->record, bytes, sizeof bytes);
    test_stream stream = test_typed_stream(stored_class, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    pool_reset();
    uint8_t *record = (uint8_t *)pool_take(own->record_bytes);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_status status = pier_load_record(load, own, record);
    const pier_error *error = pier_archive_error(load);
    if (status != row->status || (status != PIER_OK && strcmp(error->text, row->text) != 0)) {
        fail_msg("%s as %s, %s: %s, %s", row->stored, row->loaded, row->record, pier_status_name(status), error->text);
    }
    if (status != PIER_OK) {
        assert_int_equal(strncmp(error->path, "test.Class", 10), 0);
        assert_string_equal(error->path + 10, row->field);
        if (error->offset != stream.size - 64 - size + row->at) {
            fail_msg("%s as %s, %s: at %d", row->stored, row->loaded, row->record,
                     (int)(error->offset - (stream.size - 64 - size)));
        }
        assert_int_equal(error->record, 1);
        for (size_t i = 0; i < own->record_bytes; i++) {
            assert_int_equal(record[i], 0);
        }
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
    model_release(stored_class);
    model_release(own);
}

static void records_that_are_not_of_their_definition_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        check_lie(&lies[i]);
    }
}

/* Limits ----------------------------------------------------------------------------------------------------------- */

static pier_status load_limited(const char *stored, const char *loaded, const uint8_t *bytes, size_t size,
                                const pier_limits *limits, char *text) {
    static model writer;
    static model loader;
    describe(&writer, stored);
    describe(&loader, loaded);
    const pier_class *stored_class = model_build(&writer);
    const pier_class *own = model_build(&loader);
    test_stream stream = test_typed_stream(stored_class, bytes, size);
    pier_archive_options options = {.size = sizeof options, .limits = limits};
    pier_archive *load = test_open_stream(&stream, &options);
    pool_reset();
    pier_status status = pier_archive_next(load);
    if (status == PIER_OK) {
        status = pier_load_record(load, own, pool_take(own->record_bytes));
    }
    memcpy(text, pier_archive_error(load)->text, sizeof pier_archive_error(load)->text);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    model_release(stored_class);
    model_release(own);
    return status;
}

static void limits_hold_for_plans(void **state) {
    (void)state;
    char text[sizeof((pier_error *)0)->text];
    uint8_t bytes[512];
    /* A list of nodes, one within the other: 91 92 01 92 01 … c0. */
    size_t size = 0;
    bytes[size++] = 0x91;
    for (unsigned i = 0; i < 20; i++) {
        bytes[size++] = 0x92;
        bytes[size++] = 0x01;
    }
    bytes[size++] = 0xc0;
    pier_limits deep = {.size = sizeof deep, .depth_max = 20};
    assert_status(load_limited("a: optional Node", "a: optional Chain", bytes, size, &deep, text), PIER_SKIPPED);
    assert_non_null(strstr(text, "depth_max"));
    deep.depth_max = 21;
    assert_status(load_limited("a: optional Node", "a: optional Chain", bytes, size, &deep, text), PIER_OK);
    pier_limits many = {.size = sizeof many, .elements_max = 41};
    assert_status(load_limited("a: optional Node", "a: optional Chain", bytes, size, &many, text), PIER_SKIPPED);
    assert_non_null(strstr(text, "elements_max"));
    /* A record that is small on the wire, and large in memory. */
    pier_limits small = {.size = sizeof small, .arena_bytes_max = 1000};
    assert_status(load_limited("a: array of bytes", "a: array of text of at most 399 bytes", bytes,
                               test_hex("91 93 c400 c400 c400", bytes, sizeof bytes), &small, text),
                  PIER_LIMIT);
    assert_non_null(strstr(text, "arena_bytes_max"));
}

/* Types that lead to one another so that nearly all of one side meet all of the other. */
static void knit(model *made, unsigned types, unsigned step, unsigned turn) {
    memset(made, 0, sizeof *made);
    for (unsigned i = 0; i < types; i++) {
        char name[MODEL_NAME];
        (void)snprintf(name, sizeof name, "t%02u.Step%u", i, step);
        (void)model_add_type(made, i == 0 ? "test.Class" : name);
    }
    for (unsigned i = 0; i < types; i++) {
        model_type *type = &made->types[i];
        type->field_count = MODEL_FIELDS;
        for (unsigned j = 0; j < MODEL_FIELDS; j++) {
            type->fields[j] = (model_field){.number = j + 1,
                                            .kind = PIER_FIELD_RECORD,
                                            .flags = PIER_FIELD_PRESENCE | PIER_FIELD_POINTER,
                                            .type = (int)((i * step + j * turn + 1) % types),
                                            .place = j};
            (void)snprintf(type->fields[j].name, MODEL_NAME, "f%u", j + 1);
        }
    }
}

static void a_definition_cannot_make_a_plan_large(void **state) {
    (void)state;
    static model writer;
    static model loader;
    knit(&writer, MODEL_TYPES, 3, 7);
    knit(&loader, MODEL_TYPES - 1, 5, 11);
    const pier_class *stored_class = model_build(&writer);
    const pier_class *own = model_build(&loader);
    test_stream stream = test_typed_stream(stored_class, "\xc0", 1);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *load = test_open_stream(&stream, &options);
    pool_reset();
    for (unsigned i = 0; i < 2; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, own, pool_take(own->record_bytes)), PIER_LIMIT);
        const pier_error *error = pier_archive_error(load);
        char expected[128];
        (void)snprintf(expected, sizeof expected, "the types meet in too many ways: a plan has at most %u steps",
                       8 * (MODEL_TYPES + MODEL_TYPES - 1) * (1 + MODEL_FIELDS));
        assert_string_equal(error->text, expected);
        assert_true(error->offset > 128 && error->offset < stream.size - 64 - 1 - 64);
        pier_archive_destroy(load);
        load = test_open_stream(&stream, &options);
    }
    /* Definition and plan: some kilobytes for each type, and the buffers of the archive. */
    assert_true(faults.peak_bytes < ((size_t)3 << 20));
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    test_stream_free(&stream);
    pier_compat_side old_side = {.class_of_program = stored_class};
    pier_compat_side new_side = {.class_of_program = own};
    pier_error error;
    assert_status(pier_compat_find(&old_side, &new_side, NULL, NULL, NULL, NULL, &error), PIER_LIMIT);
    assert_non_null(strstr(error.text, "the types meet in too many ways"));
    model_release(stored_class);
    model_release(own);
}

/* Memory that runs out --------------------------------------------------------------------------------------------- */

typedef struct faulty {
    test_stream stream;
    const pier_class *own;
    const model *loader;
    const value *expected; /* of each record */
    size_t count;
} faulty;

static void load_under_faults(fault_allocator *faults, void *user) {
    const faulty *from = (const faulty *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    pier_error error;
    pier_status status = pier_archive_open_load(&load, NULL, &options, &error);
    pier_bytes bytes = {from->stream.data, from->stream.size};
    if (status == PIER_OK) {
        status = pier_archive_feed(load, bytes);
    }
    if (status == PIER_OK) {
        pier_archive_feed_end(load);
    }
    static max_align_t record[1024];
    assert_true(from->own->record_bytes <= sizeof record);
    for (size_t i = 0; status == PIER_OK && i < from->count; i++) {
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            status = pier_load_record(load, from->own, record);
        }
        if (status == PIER_OK) {
            assert_record_holds(from->loader, 0, from->own, &from->expected[i], record);
        }
    }
    assert_true(status == PIER_OK ? faults->struck == 0 || !faults->for_good
                                  : status == PIER_NO_MEMORY && faults->struck > 0);
    pier_archive_destroy(load);
}

static void loading_survives_want_of_memory(void **state) {
    (void)state;
    enum { RECORDS = 3 };
    static model writer;
    static model loader;
    describe(&writer, "1 a: array of u8; 2 b: map of text to i32; 3 d: optional Node; c: oneof (4 e: i32; 5 f: Point); "
                      "6 g: bytes; 7 h: i32; 8 i: array of Point");
    describe(&loader, "1 a: array of bool; 2 b: array of Entry; 3 d: optional Chain; c: oneof (4 e: i64; 5 f: Place); "
                      "7 h: array of i64; 8 i: array of Place; 9 j: text");
    const pier_class *stored_class = model_build(&writer);
    value expected[RECORDS];
    faulty from = {.own = model_build(&loader), .loader = &loader, .expected = expected, .count = RECORDS};
    pool_reset();
    uint64_t seed = 1;
    pier_archive *store = test_open_store(NULL);
    for (size_t i = 0; i < RECORDS;) {
        value made = value_random(&writer, 0, &seed);
        oracle_answer answer = oracle_load(&loader, &writer, &made);
        if (answer.status == PIER_OK) {
            expected[i++] = answer.record;
            assert_status(pier_store_record(store, stored_class, value_to_record(&writer, 0, stored_class, &made)),
                          PIER_OK);
        }
    }
    from.stream = test_finish(store);
    assert_true(fault_allocator_sweep(load_under_faults, &from) > 20);
    test_stream_free(&from.stream);
    model_release(stored_class);
    model_release(from.own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_that_are_not_of_their_definition_are_refused),
        cmocka_unit_test(limits_hold_for_plans),
        cmocka_unit_test(a_definition_cannot_make_a_plan_large),
        cmocka_unit_test(loading_survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
