/* The model of a schema that is good: what it says of every kind of thing. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "schema_support.h"

static void test_files_come_behind_what_they_import(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    size_t count;
    schema_file *const *files = schema_files(made, &count);
    size_t roots = 0;
    const schema_file *kinds = files[count - 1];
    for (size_t i = 0; i < count; i++) {
        roots += files[i]->is_root;
    }
    assert_int_equal(roots, 1);
    assert_string_equal(kinds->name, "kinds.proto");
    assert_string_equal(kinds->package, "test.kinds");
    assert_true(kinds->is_root && kinds->is_proto3 && kinds->has_types);
    assert_int_equal(kinds->place.line, 2);
    assert_string_equal(kinds->comment.leading,
                        " Every kind of field that Pier has, and every option, for golden files and for whoever needs "
                        "one of each.\n");
    assert_int_equal(kinds->import_count, 5);
    assert_string_equal(kinds->imports[3].file->name, "house/room.proto");
    assert_false(kinds->imports[3].is_public);
    assert_true(kinds->imports[3].file->imports[0].is_public);
    assert_string_equal(schema_parameter(made), "");
    schema_destroy(made);
}

static void test_services_are_kept(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    size_t count;
    const schema_file *kinds = schema_files(made, &count)[0];
    kinds = schema_files(made, &count)[count - 1];
    assert_int_equal(kinds->service_count, 1);
    const schema_service *lights = &kinds->services[0];
    assert_string_equal(lights->name, "Lights");
    assert_string_equal(lights->full_name, "test.kinds.Lights");
    assert_string_equal(lights->comment.leading, " Kept, without code.\n");
    assert_int_equal(lights->method_count, 2);
    assert_string_equal(lights->methods[0].name, "Turn");
    assert_string_equal(lights->methods[0].input, "test.kinds.Scalars");
    assert_string_equal(lights->methods[0].output, "test.kinds.Nothing");
    assert_string_equal(lights->methods[0].comment.leading, " Turns one on.\n");
    assert_true(lights->methods[0].place.line > lights->place.line);
    assert_false(lights->methods[0].input_is_stream || lights->methods[0].output_is_stream);
    assert_true(lights->methods[1].input_is_stream && lights->methods[1].output_is_stream);
    schema_destroy(made);
}

static void test_fields_have_places_and_comments(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    const schema_message *choices = schema_find_message(made, "test.kinds.Choices");
    const schema_field *number = field_of(choices, "number");
    assert_string_equal(number->place.file, "kinds.proto");
    assert_int_equal(number->place.line, choices->place.line + 4);
    assert_int_equal(number->place.column, 5);
    assert_string_equal(number->comment.trailing, " a number\n");
    assert_null(number->comment.leading);
    assert_string_equal(number->oneof->comment.leading, " What it is.\n");
    assert_string_equal(number->c_case, "TEST_KINDS_CHOICES_WHAT_NUMBER");
    assert_int_equal(choices->oneof_count, 2);
    assert_ptr_equal(choices->oneofs[1].fields[0], field_of(choices, "flag"));
    assert_int_equal(field_of(choices, "flag")->oneof->index, 1);
    assert_string_equal(choices->comment.leading, " A oneof of each, between other fields, and one that is not in "
                                                  "order.\n");
    schema_destroy(made);
}

static void test_optional_is_no_oneof(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    const schema_message *optionals = schema_find_message(made, "test.kinds.Optionals");
    assert_int_equal(optionals->oneof_count, 0);
    for (size_t i = 0; i < optionals->field_count; i++) {
        assert_null(optionals->fields[i]->oneof);
        assert_int_equal(optionals->fields[i]->flags & PIER_FIELD_PRESENCE, PIER_FIELD_PRESENCE);
        assert_non_null(optionals->fields[i]->c_has);
    }
    schema_destroy(made);
}

static void test_messages_that_reach_themselves(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    const schema_message *tree = schema_find_message(made, "test.kinds.Tree");
    const schema_message *leaf = schema_find_message(made, "test.kinds.Leaf");
    const schema_message *entry = schema_find_message(made, "test.kinds.Tree.NamedEntry");
    const schema_message *node = schema_find_message(made, "test.kinds.Node");
    const schema_message *nested = schema_find_message(made, "test.kinds.Nested");
    assert_true(tree->is_recursive && leaf->is_recursive && entry->is_recursive);
    assert_int_equal(tree->component, leaf->component);
    assert_int_equal(tree->component, entry->component);
    assert_int_not_equal(tree->component, nested->component);
    assert_true((field_of(tree, "left")->flags & PIER_FIELD_POINTER) != 0);
    assert_true((field_of(tree, "leaf")->flags & PIER_FIELD_POINTER) != 0);
    assert_true((field_of(leaf, "back")->flags & PIER_FIELD_POINTER) != 0);
    /* A list is a pointer already, and the value of an entry is in one. */
    assert_int_equal(field_of(tree, "others")->flags, PIER_FIELD_REPEATED | PIER_FIELD_LIST);
    assert_int_equal(field_of(entry, "value")->flags, 0);
    /* References lead out of the tree that a record is. */
    assert_false(node->is_recursive);
    assert_int_equal(node->class_flags, PIER_CLASS_GRAPH | PIER_CLASS_ANY | PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS);
    assert_int_equal(field_of(node, "next")->flags, PIER_FIELD_SHARED | PIER_FIELD_POINTER | PIER_FIELD_PRESENCE);
    assert_int_equal(field_of(node, "others")->flags, PIER_FIELD_SHARED | PIER_FIELD_REPEATED | PIER_FIELD_LIST);
    assert_int_equal(field_of(node, "linked")->flags, PIER_FIELD_SHARED | PIER_FIELD_POINTER);
    assert_int_equal(field_of(node, "other")->flags, PIER_FIELD_SHARED);
    assert_false(nested->is_recursive);
    assert_int_equal(field_of(nested, "far")->flags, PIER_FIELD_POINTER | PIER_FIELD_PRESENCE);
    assert_int_equal(field_of(nested, "needed")->flags, PIER_FIELD_REQUIRED);
    schema_destroy(made);
}

static void test_class_flags(void **state) {
    static const struct {
        const char *name;
        uint32_t flags;
    } expected[] = {
        {"test.kinds.Scalars", PIER_CLASS_VIEWS},
        {"test.kinds.Nothing", 0},
        {"test.kinds.Lists", PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS},
        {"test.kinds.Anything", PIER_CLASS_UNBOUNDED | PIER_CLASS_ANY | PIER_CLASS_VIEWS},
        {"test.kinds.Nested.Inner", 0},
        {"test.kinds.Nested", PIER_CLASS_UNBOUNDED},
        {"house.Room", 0},
    };
    (void)state;
    schema *made = load_protos("kinds.proto");
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(schema_find_message(made, expected[i].name)->class_flags, expected[i].flags);
    }
    schema_destroy(made);
}

static void test_values_are_counted(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    const schema_message *room = schema_find_message(made, "house.Room");
    assert_int_equal(room->values_max, 1 + 1 + 2);
    assert_int_equal(room->depth, 2);
    const schema_message *choices = schema_find_message(made, "test.kinds.Choices");
    /* Three numbers; the largest member of the first oneof is a room, and a member is in an array with its number. */
    assert_int_equal(choices->values_max, 1 + 3 + (2 + 4) + (2 + 1));
    assert_int_equal(choices->depth, 2 + 2);
    schema_destroy(made);
}

static void test_names(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    const schema_message *server = schema_find_message(made, "test.kinds.HTTPServer");
    assert_string_equal(server->c_name, "test_kinds_http_server");
    assert_string_equal(server->c_class, "test_kinds_http_server_class");
    assert_string_equal(server->c_constant, "TEST_KINDS_HTTP_SERVER");
    const schema_enum *state_enum = field_of(server, "state")->enumeration;
    assert_string_equal(state_enum->c_name, "server_state");
    assert_string_equal(state_enum->c_table, "server_state_enum");
    assert_string_equal(state_enum->values[0].c_name, "SERVER_STATE_UNKNOWN");
    assert_string_equal(state_enum->values[1].c_name, "SERVER_IS_UP");
    assert_string_equal(state_enum->values[2].c_name, "SERVER_STATE_UP2");
    assert_true(field_of(server, "state")->is_deprecated);
    const schema_message *wall = schema_find_message(made, "house.Wall");
    assert_string_equal(wall->c_name, "home_wall");
    const schema_message *names = schema_find_message(made, "test.kinds.Names");
    assert_string_equal(names->c_name, "renamed_names");
    assert_string_equal(field_of(names, "NULL")->c_name, "NULL_");
    assert_string_equal(field_of(names, "symbol")->c_name, "ticker");
    assert_string_equal(names->oneofs[1].c_case, "chosen_case");
    schema_destroy(made);
}

static void test_find_message(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    assert_string_equal(schema_find_message(made, "test.kinds.Nested.Inner")->name, "Inner");
    assert_null(schema_find_message(made, "test.kinds.Colour"));
    assert_null(schema_find_message(made, "test.kinds.Missing"));
    assert_null(schema_find_message(made, "google.protobuf.FileOptions"));
    /* Imported, but nothing leads to it: it is a kind of its own where a field is of it. */
    assert_null(schema_find_message(made, "google.protobuf.Timestamp"));
    schema_destroy(made);
}

static void test_problem_as_a_line(void **state) {
    (void)state;
    char line[64];
    schema_problem problem = {{"a.proto", 7, 3}, "it is wrong"};
    assert_int_equal(schema_problem_format(&problem, line, sizeof line), strlen("a.proto:7:3: it is wrong"));
    assert_string_equal(line, "a.proto:7:3: it is wrong");
    problem.place.line = 0;
    (void)schema_problem_format(&problem, line, sizeof line);
    assert_string_equal(line, "a.proto: it is wrong");
    assert_int_equal(schema_problem_format(&problem, line, 8), strlen("a.proto: it is wrong"));
    assert_string_equal(line, "a.proto");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_come_behind_what_they_import),
        cmocka_unit_test(test_services_are_kept),
        cmocka_unit_test(test_fields_have_places_and_comments),
        cmocka_unit_test(test_optional_is_no_oneof),
        cmocka_unit_test(test_messages_that_reach_themselves),
        cmocka_unit_test(test_class_flags),
        cmocka_unit_test(test_values_are_counted),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_find_message),
        cmocka_unit_test(test_problem_as_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
