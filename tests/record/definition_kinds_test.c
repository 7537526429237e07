/* Definitions of all that a schema has: enums, oneofs, maps, defaults, durations, values of any class, shared
 * references. A class described by hand becomes the bytes of the specification, and these say what the class said; each
 * rule that they break is told at its first byte.
 *
 * Floor 5 (record). */
#include "record/definition_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "record/record_internal.h"
#include "support/fault_allocator.h"

static void a_class_with_all_has_the_bytes_of_the_specification(void **state) {
    (void)state;
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(&test_all_class, &closure, &error), PIER_OK);
    assert_hex(closure.data, closure.size, ALL_CLOSURE);
    pier__buffer_deinit(&closure);
}

/* What a loader says of it ----------------------------------------------------------------------------------------- */

static pier_definition *parse_class(const pier_class *type, const pier_allocator *allocator) {
    pier__buffer closure;
    pier_error error;
    pier_definition *definition = NULL;
    pier__definition_error wrong = {.status = PIER_OK};
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(type, &closure, &error), PIER_OK);
    if (pier__definition_parse(closure.data, closure.size, 1024, allocator, &definition, &wrong) != PIER_OK) {
        fail_msg("%s (%s) at %zu", wrong.text, wrong.path, wrong.position);
    }
    pier__buffer_deinit(&closure);
    return definition;
}

static void assert_default(const pier_definition *of, uint32_t index, const char *hex) {
    pier_bytes bytes = pier_definition_field_at(of, index).default_value;
    if (hex[0] == '\0') {
        assert_int_equal(bytes.size, 0);
    } else {
        assert_hex(bytes.data, bytes.size, hex);
    }
}

static void a_definition_tells_oneofs_flags_and_defaults(void **state) {
    (void)state;
    pier_definition *all = parse_class(&test_all_class, pier_allocator_default());
    assert_int_equal(pier_definition_kind_of(all), PIER_DEFINITION_CLASS);
    assert_int_equal(pier_definition_field_count(all), 20);
    assert_int_equal(pier_definition_oneof_count(all), 2);
    assert_int_equal(pier_definition_slot_count(all), 19);
    assert_int_equal(pier_definition_value_count(all), 0);
    assert_int_equal(pier_definition_field_at(all, 3).flags, PIER_FIELD_REPEATED | PIER_FIELD_MAP);
    assert_true(pier_definition_field_at(all, 3).repeated);
    assert_int_equal(pier_definition_field_at(all, 5).flags, PIER_FIELD_REPEATED | PIER_FIELD_TYPED);
    assert_int_equal(pier_definition_field_at(all, 6).flags, PIER_FIELD_SHARED);
    assert_ptr_equal(pier_definition_field_at(all, 6).type, all);
    static const uint32_t oneofs[] = {0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0};
    for (uint32_t i = 0; i < sizeof oneofs / sizeof oneofs[0]; i++) {
        pier_definition_field field = pier_definition_field_at(all, i);
        assert_int_equal(field.oneof, oneofs[i]);
        if (field.oneof == 0) {
            assert_null(field.oneof_name);
        } else {
            assert_string_equal(field.oneof_name, oneofs[i] == 1 ? "choice" : "other");
        }
    }
    assert_default(all, 0, "02");
    assert_default(all, 1, "92ffd2e2329b00");
    assert_default(all, 2, "");
    assert_default(all, 4, "07");
    assert_default(all, 10, "a6756e746f6c64");
    assert_default(all, 15, "d1fed4");
    assert_default(all, 17, "");
    pier__definition_destroy(pier_allocator_default(), all);
}

static void a_definition_tells_the_values_of_enums(void **state) {
    (void)state;
    pier_definition *all = parse_class(&test_all_class, pier_allocator_default());
    const pier_definition *found = pier_definition_field_at(all, 0).type;
    assert_non_null(found);
    assert_ptr_equal(found, pier_definition_field_at(all, 18).type);
    assert_int_equal(pier_definition_kind_of(found), PIER_DEFINITION_ENUM);
    assert_string_equal(pier_definition_name(found), "k.Side");
    assert_int_equal(pier_definition_version(found), 0);
    assert_int_equal(pier_definition_field_count(found), 0);
    assert_int_equal(pier_definition_slot_count(found), 0);
    assert_int_equal(pier_definition_value_count(found), 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(pier_definition_value_at(found, i).number, test_side_values[i].number);
        assert_string_equal(pier_definition_value_at(found, i).name, test_side_values[i].name);
    }
    assert_null(pier_definition_value_at(found, 5).name);
    assert_string_equal(pier_definition_value_name(found, -1), "OFF");
    assert_string_equal(pier_definition_value_name(found, 2), "ASK");
    assert_string_equal(pier_definition_value_name(found, 200), "MUCH");
    assert_null(pier_definition_value_name(found, 1));
    assert_null(pier_definition_value_name(found, 201));
    assert_null(pier_definition_value_name(found, INT32_MIN));
    assert_null(pier_definition_value_name(all, 0));
    pier__definition_destroy(pier_allocator_default(), all);
}

/* Rules ------------------------------------------------------------------------------------------------------------ */

/* A class "a" of one field 1 "b"; what follows its name is given. */
#define ONE_FIELD(rest) "91 94 00 a161 00 91 97 01 a162 " rest

static void flags_that_break_the_rules_are_refused(void **state) {
    (void)state;
    test_check_lie(ONE_FIELD("01 04 c0 c0 c0"), 12, "a.b", "a field of kind bool has no fixed width");
    test_check_lie(ONE_FIELD("0a 04 c0 c0 c0"), 12, "a.b", "a field of kind f32 has no fixed width");
    test_check_lie(ONE_FIELD("06 08 c0 c0 c0"), 12, "a.b", "a typed array is of repeated numbers, not of kind u8");
    test_check_lie(ONE_FIELD("01 09 c0 c0 c0"), 12, "a.b", "a typed array is of repeated numbers, not of kind bool");
    test_check_lie(ONE_FIELD("0c 09 c0 c0 c0"), 12, "a.b", "a typed array is of repeated numbers, not of kind text");
    test_check_lie(ONE_FIELD("0c 10 c0 c0 c0"), 12, "a.b", "a field of kind text is no shared reference");
    test_check_lie(ONE_FIELD("10 20 a161 c0 c0"), 12, "a.b", "a map is a repeated record, and not shared");
    test_check_lie(ONE_FIELD("06 21 c0 c0 c0"), 12, "a.b", "a map is a repeated record, and not shared");
    test_check_lie(ONE_FIELD("10 31 a161 c0 c0"), 12, "a.b", "a map is a repeated record, and not shared");
    test_check_lie(ONE_FIELD("13 03 c0 c0 c0"), 12, "a.b", "a field is repeated or has presence, not both");
}

static void types_and_oneofs_that_break_the_rules_are_refused(void **state) {
    (void)state;
    test_check_lie(ONE_FIELD("11 00 c0 c0 c0"), 13, "a.b", "a field of kind enum needs a type");
    test_check_lie(ONE_FIELD("12 00 a161 c0 c0"), 13, "a.b", "a field of kind any has no type");
    test_check_lie(ONE_FIELD("0f 00 a161 c0 c0"), 13, "a.b", "a field of kind duration has no type");
    test_check_lie(ONE_FIELD("11 00 a161 c0 c0"), 13, "a.b", "its type a is not an enum");
    test_check_lie(ONE_FIELD("11 00 a163 c0 c0"), 13, "a.b", "its type c is not in the definition");
    test_check_lie("92 94 00 a161 00 91 97 01 a162 10 00 a163 c0 c0 93 01 a163 91 9200a158", 13, "a.b",
                   "its type c is not a class");
    test_check_lie(ONE_FIELD("01 00 c0 05 c0"), 14, "a.b", "expected text in its smallest form: the oneof of a field");
    test_check_lie(ONE_FIELD("01 00 c0 a0 c0"), 14, "a.b", "a name has 1 to 255 bytes, not 0: the oneof of a field");
    test_check_lie(ONE_FIELD("01 01 c0 a163 c0"), 14, "a.b", "a field of a oneof is not repeated and has no presence");
    test_check_lie(ONE_FIELD("01 02 c0 a163 c0"), 14, "a.b", "a field of a oneof is not repeated and has no presence");
    test_check_lie(ONE_FIELD("01 00 c0 a162 c0"), 14, "a.b", "its oneof has the name of a field");
    test_check_lie("91 94 00 a161 00 92 97 01 a162 01 00 c0 a178 c0 97 02 a178 01 00 c0 c0 c0", 14, "a.b",
                   "its oneof has the name of a field");
}

static void maps_that_break_the_rules_are_refused(void **state) {
    (void)state;
    static const char *const entries[] = {
        "90",
        "91 97 01 a36b6579 06 00 c0 c0 c0",
        "92 97 01 a36b6579 06 00 c0 c0 c0 97 03 a576616c7565 06 00 c0 c0 c0",
        "92 97 02 a36b6579 06 00 c0 c0 c0 97 03 a576616c7565 06 00 c0 c0 c0",
        "92 97 01 a36b6578 06 00 c0 c0 c0 97 02 a576616c7565 06 00 c0 c0 c0",
        "92 97 01 a36b6579 06 00 c0 c0 c0 97 02 a576616c7565 06 01 c0 c0 c0",
        "92 97 01 a36b6579 06 00 c0 c0 c0 97 02 a576616c7565 06 00 c0 a178 c0",
        "92 97 01 a36b6579 06 00 c0 a178 c0 97 02 a576616c7565 06 00 c0 c0 c0",
        "92 97 01 a36b6579 06 02 c0 c0 c0 97 02 a576616c7565 06 00 c0 c0 c0",
        "92 97 01 a36b6579 0a 00 c0 c0 c0 97 02 a576616c7565 06 00 c0 c0 c0",
        "92 97 01 a36b6579 0d 00 c0 c0 c0 97 02 a576616c7565 06 00 c0 c0 c0",
        "93 97 01 a36b6579 06 00 c0 c0 c0 97 02 a576616c7565 06 00 c0 c0 c0 97 03 a178 06 00 c0 c0 c0",
    };
    char hex[512];
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        (void)snprintf(hex, sizeof hex, "92 94 00 a161 00 91 97 01 a162 10 21 a163 c0 c0 94 00 a163 00 %s", entries[i]);
        test_check_lie(hex, 13, "a.b", "its type c is no entry of a map: a key and a value");
    }
}

static void enums_that_break_the_rules_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *rest;
        size_t position; /* from the kind of the enum's type */
        const char *path;
        const char *text;
    } rows[] = {
        {"93 01 a163 05", 4, "c", "expected an array: the values of an enum"},
        {"93 01 a163 90", 4, "c", "an enum without a value"},
        {"94 01 a163 90 c0", 0, "", "expected an array of 3 values: an enum"},
        {"93 01 a163 91 00", 5, "c", "expected an array: a value of an enum"},
        {"93 01 a163 91 9300a158c0", 5, "c", "expected an array of 2 values: a value of an enum"},
        {"93 01 a163 91 92c0a158", 6, "c", "expected an integer in its smallest form: the number of a value"},
        {"93 01 a163 91 92cc00a158", 6, "c", "expected an integer in its smallest form: the number of a value"},
        {"93 01 a163 91 92d000a158", 6, "c", "expected an integer in its smallest form: the number of a value"},
        {"93 01 a163 91 92d0ffa158", 6, "c", "expected an integer in its smallest form: the number of a value"},
        {"93 01 a163 91 92d1ff80a158", 6, "c", "expected an integer in its smallest form: the number of a value"},
        {"93 01 a163 91 92ce80000000a158", 6, "c", "2147483648 is too large: the number of a value"},
        {"93 01 a163 91 92d3ffffffff7fffffffa158", 6, "c", "-2147483649 is too small: the number of a value"},
        {"93 01 a163 91 9200a0", 7, "c", "a name has 1 to 255 bytes, not 0: the name of a value"},
        {"93 01 a163 92 9201a158 9200a159", 10, "c", "the numbers of an enum ascend: 0 follows 1"},
        {"93 01 a163 92 9200a158 92ffa159", 10, "c", "the numbers of an enum ascend: -1 follows 0"},
        {"93 01 a163 92 9200a159 9200a158", 11, "c.X", "the names of one value ascend"},
        {"93 01 a163 92 9200a158 9200a158", 11, "c.X", "the names of one value ascend"},
        {"93 01 a163 92 9200a158 9201a158", 9, "c.X", "two values of an enum have this name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static const char front[] = "92 94 00 a161 00 91 97 01 a162 11 00 a163 c0 c0 ";
        char hex[512];
        uint8_t bytes[64];
        (void)snprintf(hex, sizeof hex, "%s%s", front, rows[i].rest);
        test_check_lie(hex, test_hex(front, bytes, sizeof bytes) + rows[i].position, rows[i].path, rows[i].text);
    }
    test_check_lie("93 94 00 a161 00 91 97 01 a162 11 00 a163 c0 c0 93 01 a163 91 9200a158 93 01 a164 91 9200a158", 26,
                   "d", "no field is of this type");
}

static void defaults_that_break_the_rules_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *kind; /* and flags, type, oneof */
        const char *value;
        const char *text;
    } rows[] = {
        {"01 00 c0 c0", "c2", "a default of zero is nil"},
        {"01 00 c0 c0", "01", "the default is not of kind bool"},
        {"06 00 c0 c0", "00", "a default of zero is nil"},
        {"06 00 c0 c0", "cd0100", "the default is not of kind u8"},
        {"06 00 c0 c0", "ff", "the default is not of kind u8"},
        {"06 00 c0 c0", "cc7f", "expected a value of kind u8 in its smallest form: the default"},
        {"08 04 c0 c0", "ce00000007", "expected a value of kind u32 in its smallest form: the default"},
        {"02 00 c0 c0", "cc80", "the default is not of kind i8"},
        {"02 00 c0 c0", "d1ff7f", "the default is not of kind i8"},
        {"02 00 c0 c0", "d0ff", "expected a value of kind i8 in its smallest form: the default"},
        {"05 00 c0 c0", "d001", "expected a value of kind i64 in its smallest form: the default"},
        {"05 00 c0 c0", "cf8000000000000000", "the default is not of kind i64"},
        {"0a 00 c0 c0", "ca00000000", "a default of zero is nil"},
        {"0a 00 c0 c0", "cb3ff0000000000000", "the default is not of kind f32"},
        {"0b 00 c0 c0", "01", "the default is not of kind f64"},
        {"0c 00 c0 c0", "a0", "a default of zero is nil"},
        {"0c 00 c0 c0", "a1ff", "the default is not of kind text"},
        {"0c 00 c0 c0", "c40161", "the default is not of kind text"},
        {"0c 00 c0 c0", "d90161", "expected a value of kind text in its smallest form: the default"},
        {"0d 00 c0 c0", "c400", "a default of zero is nil"},
        {"0d 00 c0 c0", "a161", "the default is not of kind bytes"},
        {"0d 00 c0 c0", "c5000161", "expected a value of kind bytes in its smallest form: the default"},
        {"0e 00 c0 c0", "d6ff00000000", "a default of zero is nil"},
        {"0e 00 c0 c0", "d7ffffffffff00000000", "the default is not of kind time"},
        {"0e 00 c0 c0", "d7ff0000000000000001", "expected a value of kind time in its smallest form: the default"},
        {"0f 00 c0 c0", "920000", "a default of zero is nil"},
        {"0f 00 c0 c0", "9201ff", "the default is not of kind duration"},
        {"0f 00 c0 c0", "9101", "the default is not of kind duration"},
        {"0f 00 c0 c0", "92c001", "the default is not of kind duration"},
        {"0f 00 c0 c0", "929001", "the default is not of kind duration"},
        {"0f 00 c0 c0", "9201a0", "the default is not of kind duration"},
        {"0f 00 c0 c0", "9200ce3b9aca00", "the default is not of kind duration"},
        {"0f 00 c0 c0", "92cf0000004979cb9e0100", "the default is not of kind duration"},
        {"0f 00 c0 c0", "92cc0100", "expected a value of kind duration in its smallest form: the default"},
        {"0f 00 c0 c0", "dc00020100", "the default is not of kind duration"},
        {"12 00 c0 c0", "01", "a record, an any, an array or a field of a oneof has no default"},
        {"06 01 c0 c0", "9101", "a record, an any, an array or a field of a oneof has no default"},
        {"06 00 c0 a163", "01", "a record, an any, an array or a field of a oneof has no default"},
        {"10 02 a161 c0", "90", "a record, an any, an array or a field of a oneof has no default"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char hex[256];
        uint8_t bytes[64];
        (void)snprintf(hex, sizeof hex, "%s%s", ONE_FIELD(""), rows[i].kind);
        size_t position = test_hex(hex, bytes, sizeof bytes);
        (void)snprintf(hex, sizeof hex, "%s%s %s", ONE_FIELD(""), rows[i].kind, rows[i].value);
        test_check_lie(hex, position, "a.b", rows[i].text);
    }
}

static void the_largest_values_are_good_defaults(void **state) {
    (void)state;
    static const char *const rows[] = {
        "05 00 c0 c0 d38000000000000000",
        "09 00 c0 c0 cfffffffffffffffff",
        "02 00 c0 c0 d080",
        "0a 00 c0 c0 ca80000000", /* minus zero is not zero */
        "0a 00 c0 c0 ca7fa00001", /* nor is a NaN, whatever its bits */
        "0b 00 c0 c0 cb8000000000000000",
        "0c 00 c0 c0 a100",
        "0e 00 c0 c0 c70cff3b9ac9ff8000000000000000",
        "0f 00 c0 c0 92cf0000004979cb9e00ce3b9ac9ff",
        "0f 00 c0 c0 92d3ffffffb686346200d2c4653601",
        "0f 00 c0 c0 9200ff",
        "06 02 c0 c0 ccff",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char hex[256];
        uint8_t closure[256];
        (void)snprintf(hex, sizeof hex, "%s%s", ONE_FIELD(""), rows[i]);
        size_t size = test_hex(hex, closure, sizeof closure);
        pier_definition *definition = NULL;
        pier__definition_error wrong = {.status = PIER_OK};
        if (pier__definition_parse(closure, size, 8, pier_allocator_default(), &definition, &wrong) != PIER_OK) {
            fail_msg("%s: %s", rows[i], wrong.text);
        }
        size_t front = test_hex(ONE_FIELD("01 00 c0 c0"), closure, sizeof closure);
        pier_bytes bytes = pier_definition_field_at(definition, 0).default_value;
        (void)test_hex(hex, closure, sizeof closure);
        assert_int_equal(bytes.size, size - front);
        assert_memory_equal(bytes.data, closure + front, bytes.size);
        pier__definition_destroy(pier_allocator_default(), definition);
    }
}

/* What a program may say ------------------------------------------------------------------------------------------- */

static pier_field changed_fields[20];

static const pier_field *changed_fields_of(const pier_class *self) {
    (void)self;
    return changed_fields;
}

static void check_usage(const pier_class *type, const char *text) {
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, pier_allocator_default());
    assert_status(pier__class_encode_closure(type, &closure, &error), PIER_USAGE);
    assert_string_equal(error.text, text);
    assert_int_equal(error.floor, PIER_FLOOR_RECORD);
    pier__buffer_deinit(&closure);
}

static void classes_that_break_the_rules_are_misuse(void **state) {
    (void)state;
    pier_class changed = test_all_class;
    changed.fields = changed_fields_of;
    memcpy(changed_fields, test_all_class.fields(&test_all_class), sizeof changed_fields);
    static const char unended[8] = {'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'};
    changed_fields[10].default_value = unended;
    check_usage(&changed, "class k.All: the default of field title is not of kind text");
    memcpy(changed_fields, test_all_class.fields(&test_all_class), sizeof changed_fields);
    static const pier_duration crossed = {1, -1};
    changed_fields[1].default_value = &crossed;
    check_usage(&changed, "class k.All: the default of field span is not of kind duration");
    memcpy(changed_fields, test_all_class.fields(&test_all_class), sizeof changed_fields);
    changed_fields[2].default_value = &crossed;
    check_usage(&changed, "class k.All: the default of field what is not of kind any");
    memcpy(changed_fields, test_all_class.fields(&test_all_class), sizeof changed_fields);
    /* The first field alone reaches no other class. */
    changed.field_count = 1;
    pier_enum other = {"k.Side", 4, test_side_values};
    changed_fields[0].enum_type = &other;
    changed.field_count = 19;
    changed.name = "k.Changed";
    check_usage(&changed, "two different types are named k.Side");
    changed.field_count = 1;
    other.name = "k.Changed";
    check_usage(&changed, "two different types are named k.Changed");
    other = (pier_enum){"k.Empty", 0, test_side_values};
    check_usage(&changed, "enum k.Empty has no value");
    static const pier_enum_value wrong_order[] = {{1, "B"}, {1, "A"}};
    other = (pier_enum){"k.Order", 2, wrong_order};
    check_usage(&changed, "enum k.Order: A is not behind B by number and name");
    static const pier_enum_value nameless[] = {{1, ""}};
    other = (pier_enum){"k.Nameless", 1, nameless};
    check_usage(&changed, "k.Nameless: the name of a value is 1 to 255 bytes of UTF-8: \"\"");
    other = (pier_enum){"", 1, test_side_values};
    check_usage(&changed, "the name of an enum is 1 to 255 bytes of UTF-8: \"\"");
    static const pier_oneof no_oneofs[] = {{"choice", 0}, {"\xFF", 0}};
    changed = test_all_class;
    changed.oneofs = no_oneofs;
    check_usage(&changed, "k.All: the name of a oneof is 1 to 255 bytes of UTF-8: \"\xFF\"");
}

/* Without memory --------------------------------------------------------------------------------------------------- */

static void define_once(fault_allocator *faults, void *user) {
    (void)user;
    pier__buffer closure;
    pier_error error;
    pier__buffer_init(&closure, &faults->allocator);
    pier_status status = pier__class_encode_closure(&test_all_class, &closure, &error);
    if (faults->struck == 0) {
        assert_status(status, PIER_OK);
    }
    if (status == PIER_OK) {
        pier_definition *definition = NULL;
        pier__definition_error wrong;
        status = pier__definition_parse(closure.data, closure.size, 8, &faults->allocator, &definition, &wrong);
        assert_status(status, faults->struck == 0 ? PIER_OK : PIER_NO_MEMORY);
        if (definition != NULL) {
            pier__definition_destroy(&faults->allocator, definition);
        }
    } else {
        assert_status(status, PIER_NO_MEMORY);
    }
    pier__buffer_deinit(&closure);
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(define_once, NULL) > 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_with_all_has_the_bytes_of_the_specification),
        cmocka_unit_test(a_definition_tells_oneofs_flags_and_defaults),
        cmocka_unit_test(a_definition_tells_the_values_of_enums),
        cmocka_unit_test(flags_that_break_the_rules_are_refused),
        cmocka_unit_test(types_and_oneofs_that_break_the_rules_are_refused),
        cmocka_unit_test(maps_that_break_the_rules_are_refused),
        cmocka_unit_test(enums_that_break_the_rules_are_refused),
        cmocka_unit_test(defaults_that_break_the_rules_are_refused),
        cmocka_unit_test(the_largest_values_are_good_defaults),
        cmocka_unit_test(classes_that_break_the_rules_are_misuse),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
