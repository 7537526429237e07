/* Definitions: the bytes that a class becomes, what a loader says of a stream's, definitions that lie, and classes that
 * differ on the two sides.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "archive/archive_internal.h"
#include "record/record_internal.h"
#include "support/fault_allocator.h"

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

/* Definitions that lie --------------------------------------------------------------------------------------------- */

/* A class of the test's caller whose closure is given bytes. */
typedef struct given_closure {
    const uint8_t *bytes;
    size_t size;
} given_closure;

static pier_status encode_given(const void *class_of_caller, pier__buffer *closure, pier_error *error) {
    (void)error;
    const given_closure *given = (const given_closure *)class_of_caller;
    return pier__buffer_append(closure, given->bytes, given->size) ? PIER_OK : PIER_NO_MEMORY;
}

static test_stream stream_with_closure(const uint8_t *closure, size_t size) {
    given_closure given = {closure, size};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier__archive_begin_class(store, &given, encode_given), PIER_OK);
    assert_true(pier__archive_reserve(store, 1));
    *store->cursor++ = 0x90;
    assert_status(pier__archive_end_typed(store), PIER_OK);
    return test_finish(store);
}

/* Where the closure begins: behind the preamble, the header of the definitions block, the head of the ext, the kind,
 * the head of the array, the id and the fingerprint. */
static size_t closure_offset(size_t size) {
    size_t content = 1 + 1 + 1 + 18 + size;
    return 64 + 64 + (content <= 255 ? 3u : content <= 65535 ? 4u : 6u) + 1 + 1 + 1 + 18;
}

static void check_lie_bytes(const uint8_t *closure, size_t size, pier_status status, size_t position, const char *path,
                            const char *text) {
    test_stream stream = stream_with_closure(closure, size);
    for (int question = 0; question < 3; question++) {
        pier_archive *load = test_open_stream(&stream, NULL);
        assert_status(pier_archive_next(load), PIER_OK);
        if (question == 0) {
            assert_null(pier_archive_definition(load));
        } else if (question == 1) {
            assert_false(pier_archive_record_is(load, &leaf_class));
        } else {
            leaf record;
            assert_status(leaf_load(load, &record), status);
        }
        const pier_error *error = pier_archive_error(load);
        assert_string_equal(error->text, text);
        assert_string_equal(error->path, path);
        assert_status(error->status, status);
        assert_int_equal(error->offset, closure_offset(size) + position);
        assert_int_equal(error->record, 1);
        assert_status(pier_archive_status(load), status);
        assert_null(pier_archive_definition(load));
        /* The record itself is whole: the archive goes on behind it. */
        assert_status(pier_archive_recover(load, NULL), PIER_OK);
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
    }
    test_stream_free(&stream);
}

static void check_lie(const char *hex, size_t position, const char *path, const char *text) {
    uint8_t closure[1024];
    size_t size = test_hex(hex, closure, sizeof closure);
    check_lie_bytes(closure, size, PIER_PROTOCOL, position, path, text);
}

static void forms_that_are_no_definition_are_refused(void **state) {
    (void)state;
    check_lie("05", 0, "", "expected an array: the types of a definition");
    check_lie("90", 0, "", "a definition without a type");
    check_lie("91 05", 1, "", "expected an array: a type");
    check_lie("91 91 00", 1, "", "a type has a kind and a name");
    check_lie("91 92 c0 a161", 2, "", "expected an integer in its smallest form: the kind of a type");
    check_lie("91 93 00 a161 00", 1, "", "expected an array of 4 values: a class");
    check_lie("91 92 01 a161", 2, "", "the first type is not a class");
    check_lie("91 94 00 05 00 90", 3, "", "expected text in its smallest form: the name of a type");
    check_lie("91 94 00 a161 a0 90", 5, "a", "expected an integer in its smallest form: the version of a class");
    check_lie("91 94 00 a161 cf0000000100000000 90", 5, "a", "4294967296 is too large: the version of a class");
    check_lie("91 94 00 a161 00 80", 6, "a", "expected an array: the fields of a class");
    check_lie("91 94 00 a161 00 91 00", 7, "a", "expected an array: a field");
    check_lie("91 94 00 a161 00 91 96 01 a162 01 00 c0 c0", 7, "a", "expected an array of 7 values: a field");
}

static void forms_that_are_not_the_smallest_are_refused(void **state) {
    (void)state;
    check_lie("dc0001 94 00 a161 00 90", 0, "", "expected an array: the types of a definition");
    check_lie("91 94 cc00 a161 00 90", 2, "", "expected an integer in its smallest form: the kind of a type");
    check_lie("91 94 d000 a161 00 90", 2, "", "expected an integer in its smallest form: the kind of a type");
    check_lie("91 94 00 d90161 00 90", 3, "", "expected text in its smallest form: the name of a type");
    check_lie("91 94 00 a161 cd00ff 90", 5, "a", "expected an integer in its smallest form: the version of a class");
    check_lie("91 94 00 a161 ce0000ffff 90", 5, "a",
              "expected an integer in its smallest form: the version of a class");
    check_lie("91 94 00 a161 cf00000000ffffffff 90", 5, "a",
              "expected an integer in its smallest form: the version of a class");
    check_lie("91 94 00 a161 00 dd00000000", 6, "a", "expected an array: the fields of a class");
}

static void names_that_break_the_rules_are_refused(void **state) {
    (void)state;
    check_lie("91 94 00 a0 00 90", 3, "", "a name has 1 to 255 bytes, not 0: the name of a type");
    check_lie("91 94 00 a2c328 00 90", 3, "", "a name is not valid text: the name of a type");
    check_lie("91 94 00 a26100 00 90", 3, "", "a name is not valid text: the name of a type");
    check_lie("91 94 00 a161 00 91 97 01 a0 01 00 c0 c0 c0", 9, "a",
              "a name has 1 to 255 bytes, not 0: the name of a field");
    check_lie("91 94 00 a161 00 91 97 01 a1ff 01 00 c0 c0 c0", 9, "a", "a name is not valid text: the name of a field");
    uint8_t closure[512];
    size_t size = test_hex("91 94 00 da0100", closure, sizeof closure);
    memset(closure + size, 'n', 256);
    size += 256;
    size += test_hex("00 90", closure + size, sizeof closure - size);
    check_lie_bytes(closure, size, PIER_PROTOCOL, 3, "", "a name has 1 to 255 bytes, not 256: the name of a type");
}

static void fields_that_break_the_rules_are_refused(void **state) {
    (void)state;
    check_lie("91 94 00 a161 00 91 97 00 a162 01 00 c0 c0 c0", 8, "a",
              "the numbers of the fields ascend from 1: 0 follows 0");
    check_lie("91 94 00 a161 00 92 97 02 a162 01 00 c0 c0 c0 97 02 a163 01 00 c0 c0 c0", 17, "a",
              "the numbers of the fields ascend from 1: 2 follows 2");
    check_lie("91 94 00 a161 00 92 97 02 a162 01 00 c0 c0 c0 97 01 a163 01 00 c0 c0 c0", 17, "a",
              "the numbers of the fields ascend from 1: 1 follows 2");
    check_lie("91 94 00 a161 00 91 97 ce00010000 a162 01 00 c0 c0 c0", 8, "a",
              "65536 is too large: the number of a field");
    check_lie("91 94 00 a161 00 92 97 01 a162 01 00 c0 c0 c0 97 02 a162 01 00 c0 c0 c0", 16, "a.b",
              "two fields of a class have this name");
    check_lie("91 94 00 a161 00 91 97 01 a162 01 03 c0 c0 c0", 12, "a.b",
              "a field is repeated or has presence, not both");
    check_lie("91 94 00 a161 00 91 97 01 a162 10 00 c0 c0 c0", 13, "a.b", "a record needs a type");
    check_lie("91 94 00 a161 00 91 97 01 a162 01 00 a161 c0 c0", 13, "a.b", "a field of kind bool has no type");
    check_lie("91 94 00 a161 00 91 97 01 a162 c0 00 c0 c0 c0", 11, "a.b",
              "expected an integer in its smallest form: the kind of a field");
    check_lie("91 94 00 a161 00 91 97 01 a162 01 c0 c0 c0 c0", 12, "a.b",
              "expected an integer in its smallest form: the flags of a field");
    check_lie("91 94 00 a161 00 91 97 01 a162 01 00 01 c0 c0", 13, "a.b",
              "expected text in its smallest form: the type of a field");
}

static void types_that_break_the_rules_are_refused(void **state) {
    (void)state;
    check_lie("91 94 00 a161 00 91 97 01 a162 10 00 a163 c0 c0", 13, "a.b", "its type c is not in the definition");
    check_lie("92 94 00 a161 00 90 94 00 a162 00 90", 7, "b", "no field is of this type");
    check_lie("92 94 00 a161 00 91 97 01 a162 10 00 a161 c0 c0 94 00 a161 00 90", 17, "a", "a type is defined twice");
    check_lie("93 94 00 a161 00 92 97 01 a162 10 00 a163 c0 c0 97 02 a163 10 00 a164 c0 c0 94 00 a164 00 90 94 00 a163 "
              "00 90",
              33, "c", "the names of the types ascend: it follows d");
    check_lie("92 94 00 a161 00 91 97 01 a162 10 00 a164 c0 c0 92 01 a164", 13, "a.b", "its type d is not a class");
}

static void a_definition_may_reach_itself(void **state) {
    (void)state;
    uint8_t closure[256];
    size_t size = test_hex("92 94 00 a161 00 92 97 01 a46e657874 10 02 a161 c0 c0 97 02 a56f74686572 10 01 a162 c0 c0 "
                           "94 00 a162 00 91 97 01 a46261636b 10 02 a161 c0 c0",
                           closure, sizeof closure);
    test_stream stream = stream_with_closure(closure, size);
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
    size_t size =
        test_hex("92 94 00 a161 00 92 97 01 a162 0f 04 a163 a573686170 65 c3 97 02 a165 cc80 00 c0 93010203 81c0c0 "
                 "95 01 a163 00 91 01 80",
                 closure, sizeof closure);
    closure[size - 1] = 0x80;
    test_stream stream = stream_with_closure(closure, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    const pier_definition *definition = pier_archive_definition(load);
    if (definition == NULL) {
        fail_msg("%s (%s)", pier_archive_error(load)->text, pier_archive_error(load)->path);
    }
    pier_definition_field field = pier_definition_field_at(definition, 0);
    assert_int_equal(field.kind, 15);
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

/* Classes that differ on the two sides ----------------------------------------------------------------------------- */

#define HERE(FIELD) FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(here, "market.Order", HERE)
#define OTHER_KIND(FIELD)                                                                                              \
    FIELD(1, u32, id) FIELD(3, f32, price) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(other_kind, "market.Order", OTHER_KIND)
#define OTHER_NAME(FIELD)                                                                                              \
    FIELD(1, u32, id) FIELD(3, f64, cost) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(other_name, "market.Order", OTHER_NAME)
#define FEWER(FIELD) FIELD(1, u32, id) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(fewer, "market.Order", FEWER)
#define FEWER_AT_THE_END(FIELD) FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(leaf), inner)
PIER_RECORD(fewer_at_the_end, "market.Order", FEWER_AT_THE_END)
#define MORE(FIELD)                                                                                                    \
    FIELD(1, u32, id)                                                                                                  \
    FIELD(2, bool, live)                                                                                               \
    FIELD(3, f64, price) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(more, "market.Order", MORE)
#define NOT_REPEATED(FIELD)                                                                                            \
    FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(leaf), inner) FIELD(7, optional(u8), marks)
PIER_RECORD(not_repeated, "market.Order", NOT_REPEATED)
#define OTHER_TYPE(FIELD)                                                                                              \
    FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(vec3), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(other_type, "market.Order", OTHER_TYPE)
PIER_RECORD_VERSION(other_version, "market.Order", 2, HERE)
#define OTHER_LEAF(FIELD) FIELD(1, u16, value)
PIER_RECORD(other_leaf, "a.Leaf", OTHER_LEAF)
#define OTHER_INNER(FIELD)                                                                                             \
    FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(other_leaf), inner) FIELD(7, array(u8, 3), marks)
PIER_RECORD(other_inner, "market.Order", OTHER_INNER)
#define LARGER(FIELD)                                                                                                  \
    FIELD(1, u32, id) FIELD(3, f64, price) FIELD(5, record(leaf), inner) FIELD(7, array(u8, 30), marks)
PIER_RECORD(larger, "market.Order", LARGER)

static void check_mismatch(const pier_class *stored, const char *path, const char *text) {
    union {
        here a;
        more b;
        larger c;
        other_type d;
    } record;
    memset(&record, 0, sizeof record);
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, stored, &record), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    here loaded;
    static const here zero;
    memset(&loaded, 0x5A, sizeof loaded);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_true(pier_archive_record_is(load, &here_class));
    assert_status(here_load(load, &loaded), PIER_MISMATCH);
    assert_memory_equal(&loaded, &zero, sizeof zero);
    const pier_error *error = pier_archive_error(load);
    assert_string_equal(error->text, text);
    assert_string_equal(error->path, path);
    assert_int_equal(error->record, 1);
    assert_true(error->offset > 128 && error->offset < stream.size - 64);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void the_first_difference_is_told(void **state) {
    (void)state;
    check_mismatch(&other_kind_class, "market.Order.price", "field 3 is f64 here and f32 in the stream");
    check_mismatch(&other_name_class, "market.Order.price", "field 3 is named price here and cost in the stream");
    check_mismatch(&fewer_class, "market.Order.price", "field 3 is not in the stream");
    check_mismatch(&fewer_at_the_end_class, "market.Order.marks", "field 7 is not in the stream");
    check_mismatch(&more_class, "market.Order.live", "field 2 is in the stream and not here");
    check_mismatch(&not_repeated_class, "market.Order.marks",
                   "field 7 is array of u8 here and optional u8 in the stream");
    check_mismatch(&other_type_class, "market.Order.inner",
                   "field 5 is record a.Leaf here and record geo.Vec3 in the stream");
    check_mismatch(&other_version_class, "market.Order", "version 0 here and 2 in the stream");
    check_mismatch(&other_inner_class, "a.Leaf.value", "field 1 is u8 here and u16 in the stream");
}

static void unknown_kinds_and_flags_do_not_match(void **state) {
    (void)state;
    static const struct {
        const char *kind_and_flags;
        const char *text;
    } rows[] = {{"11 00", "field 1 is u8 here and unknown kind 17 in the stream"},
                {"06 04", "field 1 has flags 0 here and 4 in the stream"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char hex[128];
        (void)snprintf(hex, sizeof hex, "91 94 00 a6612e4c656166 00 91 97 01 a576616c7565 %s c0 c0 c0",
                       rows[i].kind_and_flags);
        uint8_t closure[128];
        size_t size = test_hex(hex, closure, sizeof closure);
        test_stream stream = stream_with_closure(closure, size);
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
        cmocka_unit_test(kinds_have_words),
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
        cmocka_unit_test(claims_take_no_memory),
        cmocka_unit_test(the_first_difference_is_told),
        cmocka_unit_test(unknown_kinds_and_flags_do_not_match),
        cmocka_unit_test(capacities_are_no_difference),
        cmocka_unit_test(another_class_is_told_by_both_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
