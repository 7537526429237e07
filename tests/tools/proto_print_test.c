/* Tests of schemas printed from definitions: the text, and what has no form in one. That the text compiles again to the
 * same classes, print_schema_test.py shows. */
#include "record/record_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto_print.h"
#include "record/record_internal.h"

enum { DEFINITIONS = 3 };

static pier_definition *parse(const char *hex) {
    uint8_t closure[2048];
    size_t size = test_hex(hex, closure, sizeof closure);
    pier_definition *definition = NULL;
    pier__definition_error wrong;
    if (pier__definition_parse(closure, size, 64, pier_allocator_default(), &definition, &wrong) != PIER_OK) {
        fail_msg("%s (%s) at %zu", wrong.text, wrong.path, wrong.position);
    }
    return definition;
}

static pier_status print(const char *const *hexes, size_t count, text_buffer *out, pier_error *error) {
    pier_definition *definitions[DEFINITIONS] = {NULL};
    for (size_t i = 0; i < count; i++) {
        definitions[i] = parse(hexes[i]);
    }
    pier_status status = proto_print((const pier_definition *const *)definitions, count, out, error);
    for (size_t i = 0; i < count; i++) {
        pier__definition_destroy(pier_allocator_default(), definitions[i]);
    }
    return status;
}

static void check(const char *hex, const char *expected) {
    text_buffer out = {NULL, 0, 0, false};
    pier_error error;
    text_buffer_append_string(&out, "// before\n");
    if (print(&hex, 1, &out, &error) != PIER_OK) {
        fail_msg("%s (%s)", error.text, error.path);
    }
    text_buffer_append_char(&out, '\0');
    assert_string_equal(out.data + 10, expected);
    text_buffer_deinit(&out);
}

static void check_refused(const char *const *hexes, size_t count, pier_status status, const char *path,
                          const char *text) {
    text_buffer out = {NULL, 0, 0, false};
    pier_error error;
    assert_status(print(hexes, count, &out, &error), status);
    assert_int_equal(out.size, 0);
    assert_string_equal(error.text, text);
    assert_string_equal(error.path, path);
    text_buffer_deinit(&out);
}

/* A class "p.M" of one field 1 "f"; what follows its name is given, and further types. */
#define ONE(count, rest) #count " 94 00 a3702e4d 00 91 97 01 a166 " rest

static void refuse(const char *hex, const char *path, const char *text) {
    check_refused(&hex, 1, PIER_UNSUPPORTED, path, text);
}

static void a_schema_is_printed(void **state) {
    (void)state;
    check("91 94 00 a3702e4d 03 95 97 01 a161 02 00 c0 c0 fb 97 02 a162 08 05 c0 c0 c0 97 03 a163 0c 00 c0 a16f c0 "
          "97 04 a164 0e 02 c0 c0 c0 97 09 a165 10 00 a3702e4d a16f c0",
          "syntax = \"proto3\";\n\npackage p;\n\nimport \"google/protobuf/timestamp.proto\";\n"
          "import \"pier/options.proto\";\n\nmessage M {\n    option (pier.version) = 3;\n"
          "    int32 a = 1 [(pier.width) = 8, (pier.default_value) = \"-5\"];\n    repeated fixed32 b = 2;\n"
          "    oneof o {\n        string c = 3;\n        M e = 9;\n    }\n    .google.protobuf.Timestamp d = 4;\n}\n");
    check("91 94 00 a14d 00 90", "syntax = \"proto3\";\n\nmessage M {\n}\n");
}

static void types_of_several_packages_stand_in_messages(void **state) {
    (void)state;
    check("93 94 00 a5612e622e43 00 92 97 01 a166 10 02 a5612e632e44 c0 c0 97 02 a167 11 00 a7612e622e432e45 c0 c0 "
          "93 01 a7612e622e432e45 93 92ffa158 9200a159 9200a15a 94 00 a5612e632e44 00 90",
          "syntax = \"proto3\";\n\npackage a;\n\n"
          "message b {\n    // Stands here for its name, which what is in it has.\n    message C {\n        enum E {\n"
          "            option allow_alias = true;\n            Y = 0;\n            Z = 0;\n            X = -1;\n"
          "        }\n        c.D f = 1;\n        E g = 2;\n    }\n}\n\n"
          "message c {\n    // Stands here for its name, which what is in it has.\n    message D {\n    }\n}\n");
}

static void what_has_no_form_is_told(void **state) {
    (void)state;
    refuse(ONE(91, "13 00 c0 c0 c0"), "p.M.f", "the field is of a kind or form of a later version");
    refuse(ONE(91, "06 40 c0 c0 c0"), "p.M.f", "the field is of a kind or form of a later version");
    refuse(ONE(91, "06 04 c0 c0 c0"), "p.M.f", "a schema has no fixed width of 8 or 16 bits, and none of typed arrays");
    refuse(ONE(91, "08 0d c0 c0 c0"), "p.M.f", "a schema has no fixed width of 8 or 16 bits, and none of typed arrays");
    refuse(ONE(91, "12 02 c0 c0 c0"), "p.M.f", "an any with presence has no form in a schema: it is absent without");
    refuse(ONE(91, "10 10 a3702e4d c0 c0"), "p.M.f", "a shared reference without presence has no form in a schema");
    const char *no_default = "only a field that is always there, and no time or duration, has a default in a schema";
    refuse(ONE(91, "06 02 c0 c0 01"), "p.M.f", no_default);
    refuse(ONE(91, "0e 00 c0 c0 d6ff00000001"), "p.M.f", no_default);
    refuse(ONE(91, "0a 00 c0 c0 ca7fc00001"), "p.M.f",
           "the default is a NaN of other bits than the usual one, which no text says");
    refuse(ONE(92, "11 00 a3702e45 c0 05 93 01 a3702e45 91 9200a158"), "p.M.f",
           "the default is 5, for which the enum has no name");
    refuse(ONE(92, "11 00 a3702e45 c0 c0 93 01 a3702e45 91 9201a158"), "p.E",
           "the enum has no value 0, with which one of proto3 begins");
    refuse(ONE(92, "11 00 a3702e45 c0 c0 93 01 a3702e45 91 9200a66f7074696f6e"), "p.E.option",
           "protoc takes a value of this name for something else");
    refuse(ONE(92, "11 00 a3702e45 c0 c0 93 01 a3702e45 91 9200a87265736572766564"), "p.E.reserved",
           "protoc takes a value of this name for something else");
    refuse("91 94 00 a3702e4d 00 91 97 cd4a38 a166 06 00 c0 c0 c0", "p.M.f",
           "protobuf keeps the numbers from 19000 to 19999 for itself");
}

static void names_that_clash_are_told(void **state) {
    (void)state;
    refuse("91 94 00 a3702d4d 00 90", "p-M", "\"p-M\" is no name in a .proto file");
    refuse("91 94 00 a3702e31 00 90", "p.1", "\"p.1\" is no name in a .proto file");
    refuse("91 94 00 a24d2e 00 90", "M.", "\"M.\" is no name in a .proto file");
    refuse("91 94 00 a14d 00 91 97 01 a3612062 06 00 c0 c0 c0", "M", "\"a b\" is no name in a .proto file");
    refuse("91 94 00 a14d 00 92 97 01 a3615f62 06 00 c0 c0 c0 97 02 a26142 06 00 c0 c0 c0", "",
           "M: two fields differ in case and underscores alone (ab), which protoc refuses");
    /* The values of enums are beside them. */
    refuse("93 94 00 a14d 00 92 97 01 a166 11 00 a141 c0 c0 97 02 a167 11 00 a142 c0 c0 93 01 a141 91 9200a158 "
           "93 01 a142 91 9200a158",
           "X", "the name stands for two things in a .proto file");
    refuse("92 94 00 a14d 00 91 97 01 a166 10 02 a34d2e66 c0 c0 94 00 a34d2e66 00 90", "M.f",
           "the name stands for two things in a .proto file");
    /* Packages that are imported. */
    refuse("92 94 00 a6706965722e4d 01 91 97 01 a166 10 00 a378 2e79 c0 c0 94 00 a3782e79 00 90", "pier",
           "the name is that of a package which the schema imports");
}

static void maps_that_protoc_would_make_otherwise_are_told(void **state) {
    (void)state;
#define ENTRY(name, key, value) "94 00 " name " 00 92 97 01 a36b6579 " key " c0 97 02 a576616c7565 " value " "
    refuse(ONE(92, "10 21 a3702e45 c0 c0") ENTRY("a3702e45", "06 00 c0 c0", "08 00 c0 c0 c0"), "p.M.f",
           "protoc names the entries of the map p.M.FEntry, not p.E");
#define F_ENTRY "aa702e4d2e46456e747279"
    const char *bare = "the entries of a map have no version, and their key and value no width, reference, presence or "
                       "default";
    refuse(ONE(92, "10 21 " F_ENTRY " c0 c0 ") ENTRY(F_ENTRY, "06 00 c0 c0", "08 00 c0 c0 c0"), "p.M.f", bare);
    refuse(ONE(92, "10 21 " F_ENTRY " c0 c0 ") ENTRY(F_ENTRY, "08 00 c0 c0", "08 02 c0 c0 c0"), "p.M.f", bare);
    refuse(ONE(92, "10 21 " F_ENTRY " c0 c0 ") ENTRY(F_ENTRY, "08 00 c0 c0", "08 00 c0 c0 07"), "p.M.f", bare);
    refuse("92 94 00 a3702e4d 00 92 97 01 a166 10 21 " F_ENTRY " c0 c0 97 02 a167 10 02 " F_ENTRY
           " c0 c0 " ENTRY(F_ENTRY, "08 00 c0 c0", "08 00 c0 c0 c0"),
           "p.M.g", "its type is the entry of a map, which no other field can have");
}

static void classes_of_one_name_must_say_the_same(void **state) {
    (void)state;
    const char *const same[] = {ONE(91, "06 00 c0 c0 c0"), ONE(91, "06 00 c0 c0 c0")};
    text_buffer out = {NULL, 0, 0, false};
    pier_error error;
    assert_status(print(same, 2, &out, &error), PIER_OK);
    text_buffer_deinit(&out);
    static const char *const others[] = {ONE(91, "07 00 c0 c0 c0"), ONE(91, "06 02 c0 c0 c0"),
                                         ONE(91, "06 00 c0 a16f c0"), ONE(91, "06 00 c0 c0 01"),
                                         "91 94 00 a3702e4d 01 91 97 01 a166 06 00 c0 c0 c0"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const char *const pair[] = {same[0], others[i]};
        check_refused(pair, 2, PIER_MISMATCH, "p.M", "two classes of this name differ, and one file has one of them");
    }
}

static void messages_nest_as_deep_as_protoc_takes_them(void **state) {
    (void)state;
    char hex[1024];
    for (int depth = 31; depth <= 32; depth++) {
        int at = snprintf(hex, sizeof hex, "92 94 00 a141 00 91 97 01 a166 10 02 d9%02x41", 2 * depth - 1);
        int name = at;
        at -= 2;
        for (int i = 0; i < depth; i++) {
            at += snprintf(hex + at, sizeof hex - (size_t)at, i == 0 ? "41" : "2e41");
        }
        char text[256];
        (void)snprintf(text, sizeof text, "%s", hex + name - 2);
        (void)snprintf(hex + at, sizeof hex - (size_t)at, " c0 c0 94 00 d9%02x%s 00 90", 2 * depth - 1, text);
        text_buffer out = {NULL, 0, 0, false};
        pier_error error;
        const char *const one[] = {hex};
        assert_status(print(one, 1, &out, &error), depth == 31 ? PIER_OK : PIER_UNSUPPORTED);
        text_buffer_deinit(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schema_is_printed),
        cmocka_unit_test(types_of_several_packages_stand_in_messages),
        cmocka_unit_test(what_has_no_form_is_told),
        cmocka_unit_test(names_that_clash_are_told),
        cmocka_unit_test(maps_that_protoc_would_make_otherwise_are_told),
        cmocka_unit_test(classes_of_one_name_must_say_the_same),
        cmocka_unit_test(messages_nest_as_deep_as_protoc_takes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
