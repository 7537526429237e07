/* Descriptors that protoc would never make, and memory that runs out. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema_support.h"
#include "support/random.h"

static void assert_refused(const small_schema *small, const char *text) {
    schema *made;
    pier_error error;
    assert_int_equal(small_schema_make(small, NULL, &made, &error), PIER_PROTOCOL);
    assert_int_equal(error.status, PIER_PROTOCOL);
    assert_string_equal(error.text, text);
}

static void test_small_schema_is_good(void **state) {
    (void)state;
    small_schema small;
    schema *made;
    size_t problems;
    small_schema_init(&small);
    assert_int_equal(small_schema_make(&small, NULL, &made, NULL), PIER_OK);
    (void)schema_problems(made, &problems);
    assert_int_equal(problems, 0);
    assert_string_equal(schema_find_message(made, "p.M")->c_name, "p_m");
    schema_destroy(made);
    schema_destroy(NULL);
}

static void test_names_that_are_none(void **state) {
    static char bad[] = "a-b";
    static char digit[] = "1a";
    static char empty[] = "";
    static char dots[] = "a..b";
    char *names[] = {bad, digit, empty, NULL};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        small_schema small;
        small_schema_init(&small);
        small.message.name = names[i];
        assert_refused(&small, "small.proto: a name that is none");
        small_schema_init(&small);
        small.enumeration.name = names[i];
        assert_refused(&small, "small.proto: a name that is none");
        small_schema_init(&small);
        small.value.name = names[i];
        assert_refused(&small, "small.proto: a value of the enum p.E has no name");
        small_schema_init(&small);
        small.fields[0].name = names[i];
        assert_refused(&small, "a field of p.M has no name or no number");
    }
    small_schema small;
    small_schema_init(&small);
    small.file.package = dots;
    assert_refused(&small, "a file without a name, or in a package that is none");
    small_schema_init(&small);
    small.file.name = NULL;
    assert_refused(&small, "a file without a name, or in a package that is none");
}

static void test_enum_without_values(void **state) {
    (void)state;
    small_schema small;
    small_schema_init(&small);
    small.enumeration.n_value = 0;
    assert_refused(&small, "small.proto: the enum p.E has no value");
}

static void test_numbers_and_types_that_are_none(void **state) {
    (void)state;
    small_schema small;
    small_schema_init(&small);
    small.fields[0].number = 0;
    assert_refused(&small, "a field of p.M has no name or no number");
    small_schema_init(&small);
    small.fields[0].number = -1;
    assert_refused(&small, "a field of p.M has no name or no number");
    small_schema_init(&small);
    small.fields[0].number = 2;
    assert_refused(&small, "p.M has two fields of one number");
    small_schema_init(&small);
    small.fields[0].has_type = 0;
    small.fields[0].type = (Google__Protobuf__FieldDescriptorProto__Type)99;
    small.fields[0].has_type = 1;
    assert_refused(&small, "p.M.x has no type of proto3");
    small_schema_init(&small);
    small.fields[0].type = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_GROUP;
    assert_refused(&small, "p.M.x has no type of proto3");
}

static void test_types_that_are_not_there(void **state) {
    static char missing[] = ".p.Missing";
    static char own[] = ".p.M";
    (void)state;
    small_schema small;
    small_schema_init(&small);
    small.fields[1].type_name = missing;
    assert_refused(&small, "p.M.e is of the type .p.Missing, which is not described");
    small_schema_init(&small);
    small.fields[1].type_name = NULL;
    assert_refused(&small, "p.M.e is of the type , which is not described");
    /* A message is no enum. */
    small_schema_init(&small);
    small.fields[1].type_name = own;
    assert_refused(&small, "p.M.e is of the type .p.M, which is not described");
}

static void test_things_that_are_there_twice(void **state) {
    static char own[] = "M";
    (void)state;
    small_schema small;
    small_schema_init(&small);
    small.file.n_message_type = 2;
    small.other.name = own;
    assert_refused(&small, "p.M is described twice");
    small_schema_init(&small);
    small.set.n_file = 2;
    assert_refused(&small, "p.E is described twice");
}

static void test_imports_that_are_not_there(void **state) {
    static char name[] = "missing.proto";
    char *list[] = {name};
    (void)state;
    small_schema small;
    small_schema_init(&small);
    small.file.dependency = list;
    small.file.n_dependency = 1;
    assert_refused(&small, "small.proto imports missing.proto, which is not among the descriptors before it");
    /* A file before itself would be a cycle. */
    small_schema_init(&small);
    list[0] = small.file.name;
    small.file.dependency = list;
    small.file.n_dependency = 1;
    assert_refused(&small, "small.proto imports small.proto, which is not among the descriptors before it");
}

static void test_entries_that_are_none(void **state) {
    (void)state;
    small_schema small;
    Google__Protobuf__MessageOptions options = GOOGLE__PROTOBUF__MESSAGE_OPTIONS__INIT;
    options.has_map_entry = 1;
    options.map_entry = 1;
    small_schema_init(&small);
    small.message.options = &options;
    assert_refused(&small, "p.M is no entry of a map");
    /* The fields of one, but in no message. */
    static char key[] = "key";
    static char value[] = "value";
    small.fields[0].name = key;
    small.fields[1].name = value;
    assert_refused(&small, "p.M is no entry of a map");
}

/* `message M { map<int32, E> x = 1; E e = 2; }` is good; and so many ways in which it is not. */
static void test_maps_that_are_none(void **state) {
    static char key[] = "key";
    static char value[] = "value";
    static char entry_type[] = ".p.M.N";
    (void)state;
    Google__Protobuf__MessageOptions options = GOOGLE__PROTOBUF__MESSAGE_OPTIONS__INIT;
    options.has_map_entry = 1;
    options.map_entry = 1;
    for (int fault = 0; fault < 4; fault++) {
        small_schema small;
        schema *made;
        small_schema_init(&small);
        field_proto entry_fields[2] = {small.fields[0], small.fields[1]};
        field_proto *entry_list[2] = {&entry_fields[0], &entry_fields[1]};
        message_proto *nested[1] = {&small.other};
        message_proto third = small.message;
        entry_fields[0].name = key;
        entry_fields[1].name = value;
        small.other.field = entry_list;
        small.other.n_field = 2;
        small.other.options = &options;
        small.message.nested_type = nested;
        small.message.n_nested_type = 1;
        small.fields[0].type = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE;
        small.fields[0].type_name = entry_type;
        small.fields[0].label = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
        if (fault == 0) {
            assert_int_equal(small_schema_make(&small, NULL, &made, NULL), PIER_OK);
            assert_int_equal(field_of(schema_find_message(made, "p.M"), "x")->flags,
                             PIER_FIELD_REPEATED | PIER_FIELD_LIST | PIER_FIELD_MAP);
            schema_destroy(made);
        } else if (fault == 1) {
            small.fields[0].label = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_OPTIONAL;
            assert_refused(&small, "p.M.x is a map that is not repeated, or repeated in a oneof");
        } else if (fault == 2) {
            small.fields[0].has_oneof_index = 1;
            assert_refused(&small, "p.M.x is a map that is not repeated, or repeated in a oneof");
        } else {
            static char name[] = "Third";
            third.name = name;
            small.messages[1] = &third;
            small.file.n_message_type = 2;
            assert_refused(&small, "p.Third.x is of the entry of another message's map");
        }
    }
}

static void test_oneofs_without_names(void **state) {
    Google__Protobuf__OneofDescriptorProto oneof = GOOGLE__PROTOBUF__ONEOF_DESCRIPTOR_PROTO__INIT;
    Google__Protobuf__OneofDescriptorProto *list[] = {&oneof};
    (void)state;
    small_schema small;
    small_schema_init(&small);
    small.message.oneof_decl = list;
    small.message.n_oneof_decl = 1;
    small.fields[0].has_oneof_index = 1;
    assert_refused(&small, "a oneof of p.M has no name");
    /* An index of no oneof is passed over. */
    small_schema_init(&small);
    schema *made;
    small.fields[0].has_oneof_index = 1;
    small.fields[0].oneof_index = 7;
    assert_int_equal(small_schema_make(&small, NULL, &made, NULL), PIER_OK);
    assert_null(field_of(schema_find_message(made, "p.M"), "x")->oneof);
    schema_destroy(made);
}

/* Messages in one another, each a few bytes: protobuf-c would call itself for each. */
static void test_messages_that_are_too_deep(void **state) {
    (void)state;
    for (size_t deep = 100; deep <= 102; deep++) {
        uint8_t bytes[2048];
        uint8_t scratch[2048];
        size_t size = 0;
        /* Each level is `name` (field 1) and, but for the innermost, `nested_type` (field 3). Lengths of two bytes,
         * whatever they are, keep this simple. */
        for (size_t level = deep; level > 0; level--) {
            size_t whole = 0;
            scratch[whole++] = 0x0a;
            scratch[whole++] = 1;
            scratch[whole++] = 'M';
            if (size != 0) {
                scratch[whole++] = 0x1a;
                scratch[whole++] = (uint8_t)(0x80 | (size & 0x7f));
                scratch[whole++] = (uint8_t)(size >> 7);
                memcpy(scratch + whole, bytes, size);
                whole += size;
            }
            memcpy(bytes, scratch, whole);
            size = whole;
        }
        /* FileDescriptorSet { file { name, syntax, message_type } } */
        uint8_t file[2048] = {0x0a, 1, 'f', 0x62, 6, 'p', 'r', 'o', 't', 'o', '3', 0x22};
        size_t file_size = 12;
        file[file_size++] = (uint8_t)(0x80 | (size & 0x7f));
        file[file_size++] = (uint8_t)(size >> 7);
        memcpy(file + file_size, bytes, size);
        file_size += size;
        uint8_t set[2048] = {0x0a, (uint8_t)(0x80 | (file_size & 0x7f)), (uint8_t)(file_size >> 7)};
        memcpy(set + 3, file, file_size);
        schema_source source = {set, file_size + 3, false};
        schema *made;
        pier_error error;
        pier_status status = schema_create(&source, NULL, &made, &error);
        if (deep == 100) {
            assert_int_equal(status, PIER_OK);
            schema_destroy(made);
        } else {
            assert_int_equal(status, PIER_LIMIT);
            assert_string_equal(error.text, "messages are in one another more than 100 deep");
        }
    }
}

static void try_bytes(const uint8_t *bytes, size_t size) {
    schema_source source = {bytes, size, false};
    schema *made;
    pier_error error;
    pier_status status = schema_create(&source, NULL, &made, &error);
    assert_true(status == PIER_OK || status == PIER_PROTOCOL || status == PIER_LIMIT);
    assert_true((status == PIER_OK) == (made != NULL));
    assert_true(status == PIER_OK || error.text[0] != '\0');
    schema_destroy(made);
}

static void test_every_cut(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = read_kinds(&size);
    for (size_t cut = 0; cut < size; cut += 1 + cut / 50) {
        /* A copy, so that a sanitizer sees the end. */
        uint8_t *part = (uint8_t *)malloc(cut + 1);
        assert_non_null(part);
        memcpy(part, bytes, cut);
        try_bytes(part, cut);
        free(part);
    }
    free(bytes);
}

static void test_bytes_that_were_changed(void **state) {
    (void)state;
    size_t size;
    uint8_t *bytes = read_kinds(&size);
    uint64_t random = test_seed();
    for (size_t i = 0; i < 500; i++) {
        size_t at = (size_t)(test_random(&random) % size);
        uint8_t before = bytes[at];
        bytes[at] = (uint8_t)test_random(&random);
        try_bytes(bytes, size);
        bytes[at] = before;
    }
    free(bytes);
}

typedef struct bytes_of_test {
    const uint8_t *data;
    size_t size;
} bytes_of_test;

static void create_pass(fault_allocator *faults, void *user) {
    const bytes_of_test *bytes = (const bytes_of_test *)user;
    schema_source source = {bytes->data, bytes->size, false};
    schema *made;
    pier_error error;
    pier_status status = schema_create(&source, &faults->allocator, &made, &error);
    /* An arena that does not get a large piece asks for a smaller one. */
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck != 0));
    assert_true((status == PIER_OK) == (made != NULL));
    assert_true(status == PIER_OK || error.status == PIER_NO_MEMORY);
    schema_destroy(made);
}

static void test_memory_that_runs_out(void **state) {
    (void)state;
    size_t size;
    uint8_t *kinds = read_kinds(&size);
    bytes_of_test bytes = {kinds, size};
    assert_true(fault_allocator_sweep(create_pass, &bytes) > 4);
    free(kinds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_schema_is_good),       cmocka_unit_test(test_names_that_are_none),
        cmocka_unit_test(test_enum_without_values),        cmocka_unit_test(test_numbers_and_types_that_are_none),
        cmocka_unit_test(test_types_that_are_not_there),   cmocka_unit_test(test_things_that_are_there_twice),
        cmocka_unit_test(test_imports_that_are_not_there), cmocka_unit_test(test_entries_that_are_none),
        cmocka_unit_test(test_maps_that_are_none),         cmocka_unit_test(test_oneofs_without_names),
        cmocka_unit_test(test_messages_that_are_too_deep), cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_bytes_that_were_changed),    cmocka_unit_test(test_memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
