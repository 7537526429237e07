/* Classes made at run time: what a definition says becomes a class whose own definition is the same to the byte, and
 * whose structs can hold it; definitions from outside that cannot become one are refused.
 *
 * Floor 5 (record). */
#include "record/definition_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "record/field_internal.h"
#include "record/record_internal.h"
#include "support/fault_allocator.h"

static pier_definition *parse(const uint8_t *closure, size_t size) {
    pier_definition *definition = NULL;
    pier__definition_error wrong = {.status = PIER_OK};
    if (pier__definition_parse(closure, size, 100000, pier_allocator_default(), &definition, &wrong) != PIER_OK) {
        fail_msg("%s (%s) at %zu", wrong.text, wrong.path, wrong.position);
    }
    return definition;
}

static pier_definition *parse_hex(const char *hex) {
    uint8_t closure[2048];
    return parse(closure, test_hex(hex, closure, sizeof closure));
}

static const pier_class *create(const pier_definition *definition) {
    const pier_class *made = NULL;
    pier_error error;
    if (pier_class_create(definition, NULL, &made, &error) != PIER_OK) {
        fail_msg("%s (%s)", error.text, error.path);
    }
    return made;
}

/* The class made of a closure defines the same bytes, when the definition and the closure are gone. */
static void check_same(const char *hex) {
    pier_definition *definition = parse_hex(hex);
    const pier_class *made = create(definition);
    pier__definition_destroy(pier_allocator_default(), definition);
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(made, &closure, &error), PIER_OK);
    assert_hex(closure.data, closure.size, hex);
    pier__buffer_deinit(&closure);
    pier_class_destroy(made);
}

static void the_definition_is_the_same(void **state) {
    (void)state;
    check_same(ALL_CLOSURE);
    check_same("91 94 00 a161 00 90");
    /* Classes that reach themselves and one another. */
    check_same("92 94 00 a161 00 92 97 01 a46e657874 10 02 a161 c0 c0 97 02 a56f74686572 10 01 a162 c0 c0 "
               "94 00 a162 00 91 97 01 a46261636b 10 02 a161 c0 c0");
    check_same("91 94 00 a161 00 92 97 01 a162 10 00 a161 a16f c0 97 09 a163 10 00 a161 a16f c0");
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(&everything_class, &closure, &error), PIER_OK);
    pier_definition *definition = parse(closure.data, closure.size);
    const pier_class *made = create(definition);
    size_t size = closure.size;
    assert_status(pier__class_encode_closure(made, &closure, &error), PIER_OK);
    assert_int_equal(closure.size, size * 2);
    assert_memory_equal(closure.data, closure.data + size, size);
    pier__buffer_deinit(&closure);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), definition);
}

static void a_nested_definition_makes_a_class_of_its_own(void **state) {
    (void)state;
    pier_definition *all = parse_hex(ALL_CLOSURE);
    const pier_class *made = create(pier_definition_field_at(all, 3).type);
    assert_string_equal(made->name, "k.All.ByNameEntry");
    assert_ptr_equal(made->fields(made)[1].type->fields(made->fields(made)[1].type)[3].type, made);
    pier_definition *again = NULL;
    pier__definition_error wrong;
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(made, &closure, &error), PIER_OK);
    assert_status(pier__definition_parse(closure.data, closure.size, 9, pier_allocator_default(), &again, &wrong),
                  PIER_OK);
    assert_string_equal(pier_definition_name(again), "k.All.ByNameEntry");
    pier__definition_destroy(pier_allocator_default(), again);
    pier__buffer_deinit(&closure);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), all);
}

static void defaults_stand_in_the_table(void **state) {
    (void)state;
    pier_definition *all = parse_hex(ALL_CLOSURE);
    const pier_class *made = create(all);
    pier__definition_destroy(pier_allocator_default(), all);
    const pier_field *fields = made->fields(made);
    assert_int_equal(*(const int32_t *)fields[0].default_value, 2);
    assert_int_equal(((const pier_duration *)fields[1].default_value)->seconds, -1);
    assert_int_equal(((const pier_duration *)fields[1].default_value)->nanoseconds, -500000000);
    assert_null(fields[2].default_value);
    assert_int_equal(*(const uint32_t *)fields[4].default_value, 7);
    const pier_text *title = (const pier_text *)fields[10].default_value;
    assert_int_equal(title->size, 6);
    assert_memory_equal(title->data, "untold", 6);
    const pier_bytes *mark = (const pier_bytes *)fields[12].default_value;
    assert_int_equal(mark->size, 2);
    assert_memory_equal(mark->data, "\1\2", 2);
    assert_int_equal(((const pier_time *)fields[13].default_value)->nanoseconds, 5);
    assert_true(*(const bool *)fields[14].default_value);
    assert_int_equal(*(const int16_t *)fields[15].default_value, -300);
    assert_true(*(const float *)fields[16].default_value == 0.5f);
    assert_null(fields[17].default_value);
    pier_class_destroy(made);
}

/* Places ----------------------------------------------------------------------------------------------------------- */

/* No two members of a struct share a byte, but those of a oneof; each is aligned and within. */
static void check_places(const pier_class *type) {
    uint8_t *used = (uint8_t *)calloc(1, type->record_bytes);
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const pier_field *field = &fields[i];
        size_t bytes = (field->flags & (PIER_FIELD_LIST | PIER_FIELD_POINTER)) != 0        ? sizeof(void *)
                       : field->kind == PIER_FIELD_RECORD                                  ? field->type->record_bytes
                       : field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES ? sizeof(pier_text)
                       : field->kind == PIER_FIELD_TIME || field->kind == PIER_FIELD_DURATION
                           ? sizeof(pier_time)
                           : pier__kind_bytes(field->kind);
        assert_true(field->offset + bytes <= type->record_bytes);
        assert_int_equal(bytes % 8 == 0 ? field->offset % 8 : 0, 0);
        for (size_t j = 0; j < bytes; j++) {
            assert_true(used[field->offset + j] == 0 || used[field->offset + j] == field->oneof);
            used[field->offset + j] = field->oneof != 0 ? (uint8_t)field->oneof : 0xFF;
        }
        bool has_bool = (field->flags & PIER_FIELD_PRESENCE) != 0 && (field->flags & PIER_FIELD_POINTER) == 0;
        if (has_bool) {
            assert_int_equal(used[field->presence_offset]++, 0);
        }
        if ((field->flags & PIER_FIELD_REPEATED) != 0) {
            assert_int_equal(field->count_offset % 4, 0);
            for (size_t j = 0; j < 4; j++) {
                assert_int_equal(used[field->count_offset + j]++, 0);
            }
            assert_true(field->element_bytes > 0);
        }
    }
    for (uint32_t i = 0; i < type->oneof_count; i++) {
        for (size_t j = 0; j < 4; j++) {
            assert_int_equal(used[type->oneofs[i].case_offset + j]++, 0);
        }
    }
    free(used);
}

static void structs_have_room_for_all(void **state) {
    (void)state;
    pier_definition *all = parse_hex(ALL_CLOSURE);
    const pier_class *made = create(all);
    check_places(made);
    const pier_class *entry = made->fields(made)[3].type;
    check_places(entry);
    assert_int_equal(made->fields(made)[3].element_bytes, entry->record_bytes);
    assert_int_equal(made->fields(made)[5].element_bytes, 4);
    uint32_t every = PIER_CLASS_UNBOUNDED | PIER_CLASS_GRAPH | PIER_CLASS_ANY | PIER_CLASS_VIEWS;
    assert_int_equal(made->flags, every);
    assert_int_equal(entry->flags, every);
    assert_null(made->measure);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), all);
    /* A record that is always there lies in the struct; its class has no more flags than its own fields bring. */
    all = parse_hex("92 94 00 a161 00 93 97 01 a162 10 00 a162 c0 c0 97 02 a163 06 02 c0 c0 c0 "
                    "97 03 a164 06 01 c0 c0 c0 94 00 a162 00 92 97 01 a178 05 00 c0 c0 c0 97 02 a179 06 00 c0 c0 c0");
    made = create(all);
    check_places(made);
    assert_int_equal(made->flags, PIER_CLASS_UNBOUNDED);
    assert_int_equal(made->fields(made)[0].type->flags, 0);
    assert_int_equal(made->fields(made)[0].type->record_bytes, 16);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), all);
}

/* Records ---------------------------------------------------------------------------------------------------------- */

/* Stores a record of a class whose bytes are given, loads it through a class made of the stream's own definition, and
 * stores it again: the same bytes. */
static void check_passes(const pier_class *type, const uint8_t *bytes, size_t size) {
    test_stream stream = test_typed_stream(type, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    const pier_class *made = create(pier_archive_definition(load));
    void *record = calloc(1, made->record_bytes);
    assert_non_null(record);
    if (pier_load_record(load, made, record) != PIER_OK) {
        fail_msg("%s (%s)", pier_archive_error(load)->text, pier_archive_error(load)->path);
    }
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, made, record), PIER_OK);
    test_stream again = test_finish(store);
    assert_int_equal(again.size, stream.size);
    assert_memory_equal(again.data, stream.data, stream.size);
    free(record);
    test_stream_free(&again);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    pier_class_destroy(made);
}

static void records_go_through_a_class_made_at_run_time(void **state) {
    (void)state;
    everything all;
    memset(&all, 0, sizeof all);
    all.records_count = 2;
    all.records[1] = (vec3){1, 2, 3};
    all.has_maybe_record = true;
    all.an_i64 = -5;
    uint8_t bytes[4096];
    size_t size = test_encode(&everything_class, &all, bytes, sizeof bytes);
    assert_true(size > 0);
    check_passes(&everything_class, bytes, size);
    /* A graph: its root, and an object that refers to both. */
    pier_definition *node =
        parse_hex("91 94 00 a3672e4e 00 93 97 01 a16e 06 00 c0 c0 c0 97 02 a2746f 10 12 a3672e4e c0 c0 "
                  "97 03 a16d 10 11 a3672e4e c0 c0");
    const pier_class *made = create(node);
    size = test_hex("92 93 01 01 92 01 00 91 92 00 93 02 00 92 01 c0", bytes, sizeof bytes);
    check_passes(made, bytes, size);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), node);
}

/* The records of a golden vector, each through a class of its definition. */
static void check_vector(const char *path, uint64_t expected) {
    static uint8_t data[65536];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(data, 1, sizeof data, file);
    (void)fclose(file);
    test_stream stream = {data, size};
    pier_archive *load = test_open_stream(&stream, NULL);
    uint64_t count = 0;
    while (pier_archive_next(load) == PIER_OK) {
        const pier_class *type = create(pier_archive_definition(load));
        pier_bytes bytes = pier_archive_record_bytes(load);
        check_passes(type, (const uint8_t *)bytes.data, bytes.size);
        pier_class_destroy(type);
        count++;
    }
    assert_int_equal(count, expected);
    pier_archive_destroy(load);
}

static void golden_records_go_through_classes_made_at_run_time(void **state) {
    (void)state;
    check_vector(PIER_SOURCE_DIR "/proto/vectors/schema-kinds.pier", 3);
    check_vector(PIER_SOURCE_DIR "/proto/vectors/schema-defaults.pier", 1);
}

/* What cannot be --------------------------------------------------------------------------------------------------- */

static void check_refused(const char *hex, pier_status status, const char *path, const char *text) {
    pier_definition *definition = parse_hex(hex);
    const pier_class *made = &everything_class;
    pier_error error;
    assert_status(pier_class_create(definition, NULL, &made, &error), status);
    assert_null(made);
    assert_string_equal(error.text, text);
    assert_string_equal(error.path, path);
    assert_int_equal(error.floor, PIER_FLOOR_RECORD);
    assert_status(pier_class_create(definition, NULL, &made, NULL), status);
    pier__definition_destroy(pier_allocator_default(), definition);
}

static void definitions_that_make_no_class_are_refused(void **state) {
    (void)state;
    const char *later = "the field is of a kind or form of a later version";
    check_refused("91 94 00 a161 00 91 97 01 a162 13 00 c0 c0 c0", PIER_VERSION, "a.b", later);
    check_refused("91 94 00 a161 00 91 97 01 a162 06 40 c0 c0 c0", PIER_VERSION, "a.b", later);
    check_refused("92 94 00 a161 00 91 97 01 a162 10 02 a163 c0 c0 94 00 a163 00 91 97 01 a164 14 00 a161 c0 c0",
                  PIER_VERSION, "c.d", later);
    const char *endless = "the class holds itself, and no record of it would end";
    check_refused("91 94 00 a161 00 91 97 01 a162 10 00 a161 c0 c0", PIER_PROTOCOL, "a.b", endless);
    check_refused("92 94 00 a161 00 91 97 01 a162 10 00 a163 c0 c0 94 00 a163 00 91 97 01 a164 10 00 a161 c0 c0",
                  PIER_PROTOCOL, "c.d", endless);
    pier_definition *all = parse_hex(ALL_CLOSURE);
    const pier_class *made = &everything_class;
    pier_error error;
    assert_status(pier_class_create(pier_definition_field_at(all, 0).type, NULL, &made, &error), PIER_USAGE);
    assert_null(made);
    assert_string_equal(error.text, "a class is made of the definition of a class");
    pier__definition_destroy(pier_allocator_default(), all);
    pier_class_destroy(NULL);
}

static uint8_t *put_text(uint8_t *at, const char *text) {
    return pier__put_body(pier__put_text_head(at, strlen(text)), text, strlen(text));
}

/* A chain of classes, each with two fields of the next one. flags: of those fields. */
static pier_definition *parse_chain(uint32_t count, uint8_t flags) {
    uint8_t *closure = (uint8_t *)malloc(64 + count * 64);
    assert_non_null(closure);
    uint8_t *at = pier__put_count(closure, count);
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        char next[16];
        (void)snprintf(name, sizeof name, "c%06u", (unsigned)i);
        (void)snprintf(next, sizeof next, "c%06u", (unsigned)i + 1);
        at = pier__put_unsigned(pier__put_count(at, 4), 0);
        at = pier__put_unsigned(put_text(at, name), 0);
        at = pier__put_count(at, 2);
        for (unsigned j = 1; j <= 2; j++) {
            bool is_last = i + 1 == count;
            at = pier__put_unsigned(pier__put_count(at, 7), j);
            at = put_text(at, j == 1 ? "a" : "b");
            *at++ = is_last ? PIER_FIELD_U64 : PIER_FIELD_RECORD;
            *at++ = is_last ? 0 : flags;
            at = is_last ? pier__put_nil(at) : put_text(at, next);
            at = pier__put_nil(pier__put_nil(at));
        }
    }
    pier_definition *definition = parse(closure, (size_t)(at - closure));
    free(closure);
    return definition;
}

static void structs_that_double_end_at_a_limit(void **state) {
    (void)state;
    pier_definition *chain = parse_chain(20, 0);
    const pier_class *made = create(chain);
    assert_int_equal(made->record_bytes, 8u << 20);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), chain);
    chain = parse_chain(1000, 0);
    pier_error error;
    assert_status(pier_class_create(chain, NULL, &made, &error), PIER_LIMIT);
    assert_string_equal(error.text, "a record would have more than 16 MiB");
    assert_string_equal(error.path, "c000978");
    pier__definition_destroy(pier_allocator_default(), chain);
}

/* As many classes as one likes, in proportion and without recursion. */
static void long_chains_take_memory_in_proportion(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_definition *chain = parse_chain(50000, PIER_FIELD_PRESENCE);
    const pier_class *made = NULL;
    pier_error error;
    assert_status(pier_class_create(chain, &faults.allocator, &made, &error), PIER_OK);
    assert_true(faults.peak_bytes < 50000u * 700u);
    assert_int_equal(made->flags, PIER_CLASS_UNBOUNDED);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), chain);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

static void create_once(fault_allocator *faults, void *user) {
    const pier_class *made = NULL;
    pier_error error;
    pier_status status = pier_class_create((const pier_definition *)user, &faults->allocator, &made, &error);
    assert_status(status, faults->struck == 0 ? PIER_OK : PIER_NO_MEMORY);
    assert_true((made != NULL) == (status == PIER_OK));
    pier_class_destroy(made);
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    pier_definition *all = parse_hex(ALL_CLOSURE);
    assert_int_equal(fault_allocator_sweep(create_once, all), 6);
    pier__definition_destroy(pier_allocator_default(), all);
}

#define NAMELESS(FIELD) FIELD(1, u8, number)
PIER_RECORD(nameless, "", NAMELESS)

/* The definition of a class by itself is the one that a stream would have. */
static void a_class_has_a_definition(void **state) {
    (void)state;
    pier_definition *parsed = parse_hex(ALL_CLOSURE);
    const pier_class *made = create(parsed);
    const pier_definition *created = NULL;
    pier_error error;
    assert_status(pier_definition_create(made, NULL, &created, &error), PIER_OK);
    assert_string_equal(pier_definition_name(created), pier_definition_name(parsed));
    assert_int_equal(pier_definition_field_count(created), pier_definition_field_count(parsed));
    for (uint32_t i = 0; i < pier_definition_field_count(created); i++) {
        pier_definition_field one = pier_definition_field_at(created, i);
        pier_definition_field other = pier_definition_field_at(parsed, i);
        assert_int_equal(one.number, other.number);
        assert_int_equal(one.kind, other.kind);
        assert_int_equal(one.flags, other.flags);
        assert_string_equal(one.name, other.name);
    }
    pier_definition_destroy(created);
    pier_definition_destroy(NULL);
    assert_status(pier_definition_create(&nameless_class, NULL, &created, &error), PIER_USAGE);
    assert_null(created);
    assert_status(pier_definition_create(&nameless_class, NULL, &created, NULL), PIER_USAGE);
    pier_class_destroy(made);
    pier__definition_destroy(pier_allocator_default(), parsed);
}

static void define_once(fault_allocator *faults, void *user) {
    const pier_definition *created = NULL;
    pier_error error;
    pier_status status = pier_definition_create((const pier_class *)user, &faults->allocator, &created, &error);
    assert_status(status, faults->struck == 0 ? PIER_OK : PIER_NO_MEMORY);
    assert_true((created != NULL) == (status == PIER_OK));
    pier_definition_destroy(created);
}

static void a_definition_needs_memory(void **state) {
    (void)state;
    pier_definition *parsed = parse_hex(ALL_CLOSURE);
    const pier_class *made = create(parsed);
    pier__definition_destroy(pier_allocator_default(), parsed);
    assert_true(fault_allocator_sweep(define_once, (void *)(uintptr_t)made) > 4);
    pier_class_destroy(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_definition_is_the_same),
        cmocka_unit_test(a_nested_definition_makes_a_class_of_its_own),
        cmocka_unit_test(defaults_stand_in_the_table),
        cmocka_unit_test(structs_have_room_for_all),
        cmocka_unit_test(records_go_through_a_class_made_at_run_time),
        cmocka_unit_test(golden_records_go_through_classes_made_at_run_time),
        cmocka_unit_test(definitions_that_make_no_class_are_refused),
        cmocka_unit_test(structs_that_double_end_at_a_limit),
        cmocka_unit_test(long_chains_take_memory_in_proportion),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(a_class_has_a_definition),
        cmocka_unit_test(a_definition_needs_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
