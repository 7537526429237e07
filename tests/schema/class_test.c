/* Classes that are made of a schema at run time: they are those of the generated code, to the byte of the definition
 * and to the place of each member. */
#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "house/room.pier.h"
#include "house/wall.pier.h"
#include "kinds.pier.h"
#include "record/record_internal.h"
#include "schema_support.h"

static const pier_class *const generated[] = {
    &test_kinds_scalars_class,
    &test_kinds_optionals_class,
    &test_kinds_inline_class,
    &test_kinds_lists_class,
    &test_kinds_maps_class,
    &test_kinds_maps_counts_entry_class,
    &test_kinds_maps_rooms_entry_class,
    &test_kinds_nested_class,
    &test_kinds_nested_inner_class,
    &test_kinds_choices_class,
    &test_kinds_anything_class,
    &test_kinds_defaults_class,
    &test_kinds_tree_class,
    &test_kinds_tree_named_entry_class,
    &test_kinds_leaf_class,
    &test_kinds_node_class,
    &test_kinds_nothing_class,
    &renamed_names_class,
    &test_kinds_http_server_class,
    &house_room_class,
    &home_wall_class,
};

enum { GENERATED = sizeof generated / sizeof generated[0] };

static const pier_class *class_at_run_time(schema *made, const char *name) {
    const schema_message *message = schema_find_message(made, name);
    const pier_class *answer;
    assert_non_null(message);
    assert_int_equal(schema_class_of(made, message, &answer), PIER_OK);
    return answer;
}

static void test_definitions_are_the_same(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    for (size_t i = 0; i < GENERATED; i++) {
        const pier_class *other = class_at_run_time(made, generated[i]->name);
        pier__buffer one;
        pier__buffer two;
        pier_error error;
        pier__buffer_init(&one, pier_allocator_default());
        pier__buffer_init(&two, pier_allocator_default());
        assert_int_equal(pier__class_encode_closure(generated[i], &one, &error), PIER_OK);
        assert_int_equal(pier__class_encode_closure(other, &two, &error), PIER_OK);
        assert_int_equal(one.size, two.size);
        assert_memory_equal(one.data, two.data, one.size);
        pier__buffer_deinit(&one);
        pier__buffer_deinit(&two);
    }
    schema_destroy(made);
}

static void check_field(const pier_field *one, const pier_field *other, size_t value_bytes) {
    assert_string_equal(one->name, other->name);
    assert_int_equal(one->name_bytes, other->name_bytes);
    assert_int_equal(one->number, other->number);
    assert_int_equal(one->flags, other->flags);
    assert_int_equal(one->oneof, other->oneof);
    assert_int_equal(one->count_max, other->count_max);
    assert_int_equal(one->element_bytes, other->element_bytes);
    assert_int_equal(one->count_offset, other->count_offset);
    assert_int_equal(one->presence_offset, other->presence_offset);
    assert_int_equal(one->offset, other->offset);
    assert_int_equal(one->kind, other->kind);
    assert_int_equal(one->capacity, other->capacity);
    assert_int_equal(one->type != NULL, other->type != NULL);
    assert_int_equal(one->enum_type != NULL, other->enum_type != NULL);
    assert_int_equal(one->default_value != NULL, other->default_value != NULL);
    if (one->default_value != NULL && value_bytes != 0) {
        assert_memory_equal(one->default_value, other->default_value, value_bytes);
    }
}

static void test_tables_are_the_same(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    for (size_t i = 0; i < GENERATED; i++) {
        const pier_class *one = generated[i];
        const pier_class *other = class_at_run_time(made, one->name);
        assert_int_equal(other->size, one->size);
        assert_int_equal(other->version, one->version);
        assert_int_equal(other->flags, one->flags);
        assert_int_equal(other->field_count, one->field_count);
        assert_int_equal(other->oneof_count, one->oneof_count);
        assert_int_equal(other->values_max, one->values_max);
        assert_int_equal(other->depth, one->depth);
        assert_int_equal(other->record_bytes, one->record_bytes);
        assert_null(other->measure);
        assert_null(other->encode);
        assert_null(other->decode);
        for (uint32_t j = 0; j < one->field_count; j++) {
            /* Numbers and inline text lie as they are; views point to other copies of the same. */
            const pier_field *field = &one->fields(one)[j];
            bool is_view = (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) && field->capacity == 0;
            size_t bytes = field->kind == PIER_FIELD_BOOL || field->kind == PIER_FIELD_U8 ? 1
                           : field->kind == PIER_FIELD_U16                                ? 2
                           : field->capacity != 0                                         ? field->capacity
                                                                                          : 4;
            check_field(field, &other->fields(other)[j], is_view ? 0 : bytes);
        }
        for (uint32_t j = 0; j < one->oneof_count; j++) {
            assert_string_equal(one->oneofs[j].name, other->oneofs[j].name);
            assert_int_equal(one->oneofs[j].case_offset, other->oneofs[j].case_offset);
        }
    }
    schema_destroy(made);
}

static void test_class_is_made_once(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    const pier_class *tree = class_at_run_time(made, "test.kinds.Tree");
    const pier_class *leaf = class_at_run_time(made, "test.kinds.Leaf");
    assert_ptr_equal(class_at_run_time(made, "test.kinds.Tree"), tree);
    assert_ptr_equal(leaf->fields(leaf)[0].type, tree);
    schema_destroy(made);
}

static void test_defaults(void **state) {
    (void)state;
    schema *made = load_protos("kinds.proto");
    const pier_class *made_class = class_at_run_time(made, "test.kinds.Defaults");
    test_kinds_defaults by_table;
    test_kinds_defaults by_code;
    pier_record_init(made_class, &by_table);
    test_kinds_defaults_init(&by_code);
    assert_int_equal(test_kinds_defaults_compare(&by_table, &by_code), 0);
    assert_true(by_code.flag);
    assert_int_equal(by_code.below, INT32_MIN);
    assert_int_equal(by_code.lowest, INT64_MIN);
    assert_true(by_code.highest == UINT64_MAX);
    assert_int_equal(by_code.port, 8080);
    assert_true(by_code.ratio == 0.1F);
    assert_true(by_code.all < 0 && by_code.all * 2 == by_code.all);
    assert_int_equal(by_code.text.size, strlen("say \"hi\"\n\303\244?"));
    assert_memory_equal(by_code.text.data, "say \"hi\"\n\303\244?", by_code.text.size);
    assert_string_equal(by_code.symbol, "PIER");
    assert_int_equal(by_code.data.size, 2);
    assert_memory_equal(by_code.data.data, "\0\377", 2);
    assert_int_equal(by_code.hash.size, 2);
    assert_memory_equal(by_code.hash.data, "\1\2", 2);
    assert_int_equal(by_code.colour, TEST_KINDS_COLOUR_DARK);
    assert_int_equal(by_code.nothing, 0);
    schema_destroy(made);
}

static void class_pass(fault_allocator *faults, void *user) {
    schema_load_options options = {NULL, 0, NULL, &faults->allocator};
    schema *made;
    pier_error error;
    (void)user;
    pier_status status = schema_load(SCHEMA_TEST_KINDS, &options, &made, &error);
    if (status == PIER_OK) {
        const pier_class *answer;
        const schema_message *message = schema_find_message(made, "test.kinds.Tree");
        status = schema_class_of(made, message, &answer);
        assert_int_equal(status == PIER_OK, answer != NULL);
        if (status != PIER_OK && !faults->for_good) {
            /* The schema stays good: with memory the same call does it. */
            assert_int_equal(schema_class_of(made, message, &answer), PIER_OK);
        }
    }
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck != 0));
    schema_destroy(made);
}

static void test_memory_that_runs_out(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(class_pass, NULL) > 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definitions_are_the_same), cmocka_unit_test(test_tables_are_the_same),
        cmocka_unit_test(test_class_is_made_once),       cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
