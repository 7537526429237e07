/* Definitions from outside: those that break a rule are refused at the first byte that is wrong, large ones take memory
 * and time in proportion, and those of a later version are shown as far as they are understood.
 *
 * Floor 5 (record). */
#include "record/definition_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "record/record_internal.h"
#include "support/fault_allocator.h"

/* Classes that reach others. */
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

static void forms_that_are_no_definition_are_refused(void **state) {
    (void)state;
    test_check_lie("05", 0, "", "expected an array: the types of a definition");
    test_check_lie("90", 0, "", "a definition without a type");
    test_check_lie("91 05", 1, "", "expected an array: a type");
    test_check_lie("91 91 00", 1, "", "a type has a kind and a name");
    test_check_lie("91 92 c0 a161", 2, "", "expected an integer in its smallest form: the kind of a type");
    test_check_lie("91 93 00 a161 00", 1, "", "expected an array of 4 values: a class");
    test_check_lie("91 93 01 a161 90", 2, "", "the first type is not a class");
    test_check_lie("91 92 02 a161", 2, "", "the first type is not a class");
    test_check_lie("91 94 00 05 00 90", 3, "", "expected text in its smallest form: the name of a type");
    test_check_lie("91 94 00 a161 a0 90", 5, "a", "expected an integer in its smallest form: the version of a class");
    test_check_lie("91 94 00 a161 cf0000000100000000 90", 5, "a", "4294967296 is too large: the version of a class");
    test_check_lie("91 94 00 a161 00 80", 6, "a", "expected an array: the fields of a class");
    test_check_lie("91 94 00 a161 00 91 00", 7, "a", "expected an array: a field");
    test_check_lie("91 94 00 a161 00 91 96 01 a162 01 00 c0 c0", 7, "a", "expected an array of 7 values: a field");
}

static void forms_that_are_not_the_smallest_are_refused(void **state) {
    (void)state;
    test_check_lie("dc0001 94 00 a161 00 90", 0, "", "expected an array: the types of a definition");
    test_check_lie("91 94 cc00 a161 00 90", 2, "", "expected an integer in its smallest form: the kind of a type");
    test_check_lie("91 94 d000 a161 00 90", 2, "", "expected an integer in its smallest form: the kind of a type");
    test_check_lie("91 94 00 d90161 00 90", 3, "", "expected text in its smallest form: the name of a type");
    test_check_lie("91 94 00 a161 cd00ff 90", 5, "a",
                   "expected an integer in its smallest form: the version of a class");
    test_check_lie("91 94 00 a161 ce0000ffff 90", 5, "a",
                   "expected an integer in its smallest form: the version of a class");
    test_check_lie("91 94 00 a161 cf00000000ffffffff 90", 5, "a",
                   "expected an integer in its smallest form: the version of a class");
    test_check_lie("91 94 00 a161 00 dd00000000", 6, "a", "expected an array: the fields of a class");
}

static void names_that_break_the_rules_are_refused(void **state) {
    (void)state;
    test_check_lie("91 94 00 a0 00 90", 3, "", "a name has 1 to 255 bytes, not 0: the name of a type");
    test_check_lie("91 94 00 a2c328 00 90", 3, "", "a name is not valid text: the name of a type");
    test_check_lie("91 94 00 a26100 00 90", 3, "", "a name is not valid text: the name of a type");
    test_check_lie("91 94 00 a161 00 91 97 01 a0 01 00 c0 c0 c0", 9, "a",
                   "a name has 1 to 255 bytes, not 0: the name of a field");
    test_check_lie("91 94 00 a161 00 91 97 01 a1ff 01 00 c0 c0 c0", 9, "a",
                   "a name is not valid text: the name of a field");
    uint8_t closure[512];
    size_t size = test_hex("91 94 00 da0100", closure, sizeof closure);
    memset(closure + size, 'n', 256);
    size += 256;
    size += test_hex("00 90", closure + size, sizeof closure - size);
    test_check_lie_bytes(closure, size, PIER_PROTOCOL, 3, "", "a name has 1 to 255 bytes, not 256: the name of a type");
}

static void fields_that_break_the_rules_are_refused(void **state) {
    (void)state;
    test_check_lie("91 94 00 a161 00 91 97 00 a162 01 00 c0 c0 c0", 8, "a",
                   "the numbers of the fields ascend from 1: 0 follows 0");
    test_check_lie("91 94 00 a161 00 92 97 02 a162 01 00 c0 c0 c0 97 02 a163 01 00 c0 c0 c0", 17, "a",
                   "the numbers of the fields ascend from 1: 2 follows 2");
    test_check_lie("91 94 00 a161 00 92 97 02 a162 01 00 c0 c0 c0 97 01 a163 01 00 c0 c0 c0", 17, "a",
                   "the numbers of the fields ascend from 1: 1 follows 2");
    test_check_lie("91 94 00 a161 00 91 97 ce00010000 a162 01 00 c0 c0 c0", 8, "a",
                   "65536 is too large: the number of a field");
    test_check_lie("91 94 00 a161 00 92 97 01 a162 01 00 c0 c0 c0 97 02 a162 01 00 c0 c0 c0", 16, "a.b",
                   "two fields of a class have this name");
    test_check_lie("91 94 00 a161 00 91 97 01 a162 01 03 c0 c0 c0", 12, "a.b",
                   "a field is repeated or has presence, not both");
    test_check_lie("91 94 00 a161 00 91 97 01 a162 10 00 c0 c0 c0", 13, "a.b", "a field of kind record needs a type");
    test_check_lie("91 94 00 a161 00 91 97 01 a162 01 00 a161 c0 c0", 13, "a.b", "a field of kind bool has no type");
    test_check_lie("91 94 00 a161 00 91 97 01 a162 c0 00 c0 c0 c0", 11, "a.b",
                   "expected an integer in its smallest form: the kind of a field");
    test_check_lie("91 94 00 a161 00 91 97 01 a162 01 c0 c0 c0 c0", 12, "a.b",
                   "expected an integer in its smallest form: the flags of a field");
    test_check_lie("91 94 00 a161 00 91 97 01 a162 01 00 01 c0 c0", 13, "a.b",
                   "expected text in its smallest form: the type of a field");
}

static void types_that_break_the_rules_are_refused(void **state) {
    (void)state;
    test_check_lie("91 94 00 a161 00 91 97 01 a162 10 00 a163 c0 c0", 13, "a.b", "its type c is not in the definition");
    test_check_lie("92 94 00 a161 00 90 94 00 a162 00 90", 7, "b", "no field is of this type");
    test_check_lie("92 94 00 a161 00 91 97 01 a162 10 00 a161 c0 c0 94 00 a161 00 90", 17, "a",
                   "a type is defined twice");
    test_check_lie(
        "93 94 00 a161 00 92 97 01 a162 10 00 a163 c0 c0 97 02 a163 10 00 a164 c0 c0 94 00 a164 00 90 94 00 a163 "
        "00 90",
        33, "c", "the names of the types ascend: it follows d");
    test_check_lie("92 94 00 a161 00 91 97 01 a162 10 00 a164 c0 c0 92 02 a164", 13, "a.b",
                   "its type d is not a class");
}

static void a_definition_may_reach_itself(void **state) {
    (void)state;
    uint8_t closure[256];
    size_t size = test_hex("92 94 00 a161 00 92 97 01 a46e657874 10 02 a161 c0 c0 97 02 a56f74686572 10 01 a162 c0 c0 "
                           "94 00 a162 00 91 97 01 a46261636b 10 02 a161 c0 c0",
                           closure, sizeof closure);
    test_stream stream = test_stream_with_closure(closure, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    const pier_definition *definition = pier_archive_definition(load);
    assert_non_null(definition);
    assert_ptr_equal(pier_definition_field_at(definition, 0).type, definition);
    assert_ptr_equal(pier_definition_field_at(pier_definition_field_at(definition, 1).type, 0).type, definition);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* What the specification reserves is shown as far as it is understood. */
static void a_definition_of_a_later_version_is_shown(void **state) {
    (void)state;
    uint8_t closure[256];
    size_t size = test_hex("92 94 00 a161 00 92 97 01 a162 13 04 a163 a573686170 65 c3 97 02 a165 cc80 00 c0 c0 81c0c0 "
                           "95 02 a163 00 91 01 80",
                           closure, sizeof closure);
    closure[size - 1] = 0x80;
    test_stream stream = test_stream_with_closure(closure, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    const pier_definition *definition = pier_archive_definition(load);
    if (definition == NULL) {
        fail_msg("%s (%s)", pier_archive_error(load)->text, pier_archive_error(load)->path);
    }
    pier_definition_field field = pier_definition_field_at(definition, 0);
    assert_int_equal(field.kind, 19);
    assert_string_equal(field.oneof_name, "shape");
    assert_int_equal(field.default_value.size, 1);
    assert_null(field.type);
    assert_false(field.repeated || field.presence);
    field = pier_definition_field_at(definition, 1);
    assert_int_equal(field.kind, 128);
    assert_string_equal(field.name, "e");
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void every_cut_of_a_definition_is_refused(void **state) {
    (void)state;
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(&tree_class, &closure, &error), PIER_OK);
    for (size_t cut = 0; cut <= closure.size; cut++) {
        uint8_t *exact = (uint8_t *)test_malloc(cut > 0 ? cut : 1);
        memcpy(exact, closure.data, cut);
        pier_definition *definition = NULL;
        pier__definition_error wrong;
        pier_status status = pier__definition_parse(exact, cut, 1024, pier_allocator_default(), &definition, &wrong);
        assert_status(status, cut == closure.size ? PIER_OK : PIER_PROTOCOL);
        if (status == PIER_OK) {
            pier__definition_destroy(pier_allocator_default(), definition);
        } else {
            assert_null(definition);
            assert_true(wrong.position <= cut);
        }
        test_free(exact);
    }
    pier__buffer_deinit(&closure);
}

/* A byte changed is refused, or is another definition: nothing in between, and nothing is read beyond. */
static void changed_definitions_are_refused_or_whole(void **state) {
    (void)state;
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(&tree_class, &closure, &error), PIER_OK);
    uint8_t *exact = (uint8_t *)test_malloc(closure.size);
    size_t whole = 0;
    for (size_t at = 0; at < closure.size; at++) {
        for (unsigned value = 0; value < 256; value++) {
            memcpy(exact, closure.data, closure.size);
            exact[at] = (uint8_t)value;
            pier_definition *definition = NULL;
            pier__definition_error wrong;
            if (pier__definition_parse(exact, closure.size, 1024, pier_allocator_default(), &definition, &wrong) ==
                PIER_OK) {
                whole++;
                assert_true(strlen(pier_definition_name(definition)) > 0);
                pier__definition_destroy(pier_allocator_default(), definition);
            }
        }
    }
    assert_true(whole > closure.size);
    test_free(exact);
    pier__buffer_deinit(&closure);
}

/* Large definitions ------------------------------------------------------------------------------------------------ */

static uint8_t *put_text(uint8_t *at, const char *text) {
    return pier__put_body(pier__put_text_head(at, strlen(text)), text, strlen(text));
}

/* A class of `count` fields named by `name_of(i)`. */
static size_t large_closure(uint8_t *to, uint32_t count, uint32_t name_step) {
    uint8_t *at = pier__put_count(to, 1);
    at = pier__put_count(at, 4);
    *at++ = 0;
    at = put_text(at, "big.Class");
    *at++ = 0;
    at = pier__put_count(at, count);
    for (uint32_t i = 0; i < count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "f%u", i * name_step);
        at = pier__put_count(at, 7);
        at = pier__put_unsigned(at, i + 1);
        at = put_text(at, name);
        memcpy(at, "\x01\x00\xc0\xc0\xc0", 5);
        at += 5;
    }
    return (size_t)(at - to);
}

static void a_class_of_65535_fields_is_read(void **state) {
    (void)state;
    uint8_t *closure = (uint8_t *)malloc(2 << 20);
    assert_non_null(closure);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_definition *definition = NULL;
    pier__definition_error wrong;
    size_t size = large_closure(closure, 65535, 1);
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_OK);
    assert_int_equal(pier_definition_field_count(definition), 65535);
    assert_string_equal(pier_definition_field_at(definition, 65534).name, "f65534");
    /* In proportion to the bytes that came. */
    assert_true(faults.peak_bytes < size * 8);
    pier__definition_destroy(&faults.allocator, definition);
    /* One more cannot have a number; all of one name are found out. */
    size = large_closure(closure, 65536, 1);
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_PROTOCOL);
    assert_string_equal(wrong.text, "65536 is too large: the number of a field");
    size = large_closure(closure, 65535, 0);
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_PROTOCOL);
    assert_string_equal(wrong.text, "two fields of a class have this name");
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    free(closure);
}

/* A million values of an enum are as many as there are, in proportion; a million types are above the limit. */
static void a_million_values_are_read(void **state) {
    (void)state;
    enum { COUNT = 1000000 };
    uint8_t *closure = (uint8_t *)malloc(64 + (size_t)COUNT * 16);
    assert_non_null(closure);
    size_t size = test_hex("92 94 00 a161 00 91 97 01 a162 11 00 a163 c0 c0 93 01 a163", closure, 64);
    uint8_t *at = pier__put_count(closure + size, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "v%u", (unsigned)(COUNT - i));
        at = put_text(pier__put_unsigned(pier__put_count(at, 2), i), name);
    }
    size = (size_t)(at - closure);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_definition *definition = NULL;
    pier__definition_error wrong;
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_OK);
    const pier_definition *values = pier_definition_field_at(definition, 0).type;
    assert_int_equal(pier_definition_value_count(values), COUNT);
    assert_string_equal(pier_definition_value_name(values, 7), "v999993");
    assert_true(faults.peak_bytes < size * 8);
    pier__definition_destroy(&faults.allocator, definition);
    at = pier__put_count(closure, COUNT);
    at += test_hex("94 00 a161 00 90", at, 16);
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_LIMIT);
    assert_string_equal(wrong.text, "a definition of 1000000 types, the limit is 1024 (classes_max)");
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    free(closure);
}

static void claims_take_no_memory(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_definition *definition = NULL;
    pier__definition_error wrong;
    uint8_t closure[64];
    size_t size = test_hex("91 94 00 a161 00 ddffffffff 97", closure, sizeof closure);
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_PROTOCOL);
    size = test_hex("dc0401 94", closure, sizeof closure);
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_LIMIT);
    assert_string_equal(wrong.text, "a definition of 1025 types, the limit is 1024 (classes_max)");
    size = test_hex("91 94 00 dbffffffff", closure, sizeof closure);
    assert_status(pier__definition_parse(closure, size, 1024, &faults.allocator, &definition, &wrong), PIER_PROTOCOL);
    assert_int_equal(faults.calls, 0);
    fault_allocator_deinit(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_that_are_no_definition_are_refused),
        cmocka_unit_test(forms_that_are_not_the_smallest_are_refused),
        cmocka_unit_test(names_that_break_the_rules_are_refused),
        cmocka_unit_test(fields_that_break_the_rules_are_refused),
        cmocka_unit_test(types_that_break_the_rules_are_refused),
        cmocka_unit_test(a_definition_may_reach_itself),
        cmocka_unit_test(a_definition_of_a_later_version_is_shown),
        cmocka_unit_test(every_cut_of_a_definition_is_refused),
        cmocka_unit_test(changed_definitions_are_refused_or_whole),
        cmocka_unit_test(a_class_of_65535_fields_is_read),
        cmocka_unit_test(a_million_values_are_read),
        cmocka_unit_test(claims_take_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
