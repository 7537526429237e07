/* Comparing two versions of a class: what is found, in which order, in what words.
 *
 * Floor 5 (record). That the verdicts are those of docs/versions.md is checked by record_version_table_test. */
#include "record/version_model.h"

#include <pier/compat.h>

#include <stdio.h>
#include <stdlib.h>

#include "support/fault_allocator.h"

typedef struct listing {
    char text[4096];
    size_t length;
} listing;

/* One line for each finding. */
static void list(const pier_compat_finding *finding, void *user) {
    listing *to = (listing *)user;
    int added =
        snprintf(to->text + to->length, sizeof to->text - to->length, "%s %s %s.%s %u [%s|%s] %s\n",
                 finding->old_loads ? "old" : "new", pier_compat_verdict_name(finding->verdict), finding->class_name,
                 finding->field, finding->number, finding->loader_shape, finding->writer_shape, finding->text);
    assert_true(added > 0 && (size_t)added < sizeof to->text - to->length);
    to->length += (size_t)added;
}

#define PART_1(FIELD) FIELD(1, i64, count)
PIER_RECORD(part_1, "shop.Part", PART_1)
#define ITEM_1(FIELD)                                                                                                  \
    FIELD(1, u64, id)                                                                                                  \
    FIELD(2, i32, price)                                                                                               \
    FIELD(3, text, name) FIELD(4, record(part_1), part) FIELD(5, optional(bool), live) FIELD(6, text(8), code)
PIER_RECORD_VERSION(item_1, "shop.Item", 1, ITEM_1)

#define PART_2(FIELD) FIELD(1, i32, count)
PIER_RECORD(part_2, "shop.NewPart", PART_2)
#define ITEM_2(FIELD)                                                                                                  \
    FIELD(1, u64, number)                                                                                              \
    FIELD(2, i64, price)                                                                                               \
    FIELD(3, f64, name) FIELD(4, record(part_2), part) FIELD(6, text(4), code) FIELD(7, bytes, extra)
PIER_RECORD_VERSION(item_2, "shop.Item", 2, ITEM_2)

static const char every_finding[] =
    "new loads shop.Item. 0 [shop.Item|shop.Item] the version differs, which says nothing\n"
    "new loads shop.Item.number 1 [u64|u64] renamed: the number counts\n"
    "new loads shop.Item.price 2 [i64|i32] every value loads\n"
    "new breaks shop.Item.name 3 [f64|text] the kinds have nothing in common\n"
    "new loads shop.Item.part 4 [record shop.NewPart|record shop.Part] its type is renamed\n"
    "new loads shop.Item.live 5 [|optional bool] passed over\n"
    "new checked shop.Item.code 6 [text of at most 3 bytes|text of at most 7 bytes] what there is room for\n"
    "new loads shop.Item.extra 7 [bytes|] not stored: it has its default\n"
    "new checked shop.NewPart.count 1 [i32|i64] integers that fit\n"
    "old loads shop.Item. 0 [shop.Item|shop.Item] the version differs, which says nothing\n"
    "old loads shop.Item.id 1 [u64|u64] renamed: the number counts\n"
    "old checked shop.Item.price 2 [i32|i64] integers that fit\n"
    "old breaks shop.Item.name 3 [text|f64] the kinds have nothing in common\n"
    "old loads shop.Item.part 4 [record shop.Part|record shop.NewPart] its type is renamed\n"
    "old loads shop.Item.live 5 [optional bool|] not stored: it has its default\n"
    "old loads shop.Item.extra 7 [|bytes] passed over\n"
    "old loads shop.Part.count 1 [i64|i32] every value loads\n";

static void everything_that_differs_is_listed(void **state) {
    (void)state;
    pier_compat_side old_side = {.class_of_program = &item_1_class};
    pier_compat_side new_side = {.class_of_program = &item_2_class};
    static listing found;
    pier_compat_verdict worst = PIER_COMPAT_LOADS;
    pier_error error;
    assert_status(pier_compat_find(&old_side, &new_side, NULL, list, &found, &worst, &error), PIER_OK);
    assert_string_equal(found.text, every_finding);
    assert_int_equal(worst, PIER_COMPAT_BREAKS);
    /* Nobody needs to listen. */
    assert_status(pier_compat_find(&old_side, &new_side, NULL, NULL, NULL, &worst, NULL), PIER_OK);
    assert_int_equal(worst, PIER_COMPAT_BREAKS);
    assert_status(pier_compat_find(&old_side, &old_side, NULL, list, &found, NULL, NULL), PIER_OK);
}

static void a_class_does_not_differ_from_itself(void **state) {
    (void)state;
    pier_compat_side side = {.class_of_program = &item_1_class};
    static listing found;
    found = (listing){.length = 0};
    pier_compat_verdict worst = PIER_COMPAT_BREAKS;
    assert_status(pier_compat_find(&side, &side, NULL, list, &found, &worst, NULL), PIER_OK);
    assert_int_equal(found.length, 0);
    assert_int_equal(worst, PIER_COMPAT_LOADS);
}

/* A definition tells what a class does, but for capacities. */
static void definitions_are_compared_as_classes_are(void **state) {
    (void)state;
    static const item_1 one;
    static const item_2 two;
    pier_archive *store[2] = {test_open_store(NULL), test_open_store(NULL)};
    assert_status(item_1_store(store[0], &one), PIER_OK);
    assert_status(item_2_store(store[1], &two), PIER_OK);
    test_stream streams[2] = {test_finish(store[0]), test_finish(store[1])};
    pier_archive *load[2] = {test_open_stream(&streams[0], NULL), test_open_stream(&streams[1], NULL)};
    assert_status(pier_archive_next(load[0]), PIER_OK);
    assert_status(pier_archive_next(load[1]), PIER_OK);
    pier_compat_side sides[2] = {{.definition = pier_archive_definition(load[0])},
                                 {.definition = pier_archive_definition(load[1])}};
    pier_compat_side program = {.class_of_program = &item_1_class};
    static listing found;
    found = (listing){.length = 0};
    assert_status(pier_compat_find(&sides[0], &sides[1], NULL, list, &found, NULL, NULL), PIER_OK);
    char expected[sizeof every_finding];
    memcpy(expected, every_finding, sizeof expected);
    char *line = strstr(expected, "new checked shop.Item.code");
    assert_non_null(line);
    char *next = strchr(line, '\n') + 1;
    memmove(line, next, strlen(next) + 1);
    assert_string_equal(found.text, expected);
    found = (listing){.length = 0};
    assert_status(pier_compat_find(&sides[0], &program, NULL, list, &found, NULL, NULL), PIER_OK);
    assert_int_equal(found.length, 0);
    for (size_t i = 0; i < 2; i++) {
        pier_archive_destroy(load[i]);
        test_stream_free(&streams[i]);
    }
}

#define ROOMY(FIELD)                                                                                                   \
    FIELD(1, array(u16, 4), few)                                                                                       \
    FIELD(2, array(record(part_1), 3), parts) FIELD(3, array(text(8), 2), codes) FIELD(4, bytes(2), key)
PIER_RECORD(roomy, "shop.Shelf", ROOMY)
#define NARROW(FIELD)                                                                                                  \
    FIELD(1, array(u16, 2), few)                                                                                       \
    FIELD(2, array(record(part_1), 1), parts) FIELD(3, array(text(4), 2), codes) FIELD(4, bytes(1), key)
PIER_RECORD(narrow, "shop.Shelf", NARROW)

/* What there is room for is said in numbers, on both sides. */
static void limits_are_told(void **state) {
    (void)state;
    pier_compat_side old_side = {.class_of_program = &roomy_class};
    pier_compat_side new_side = {.class_of_program = &narrow_class};
    static listing found;
    found = (listing){.length = 0};
    assert_status(pier_compat_find(&old_side, &new_side, NULL, list, &found, NULL, NULL), PIER_OK);
    assert_string_equal(
        found.text, "new checked shop.Shelf.few 1 [array of at most 2 u16|array of at most 4 u16] arrays that there "
                    "is room for\n"
                    "new checked shop.Shelf.parts 2 [array of at most 1 record shop.Part|array of at most 3 record "
                    "shop.Part] arrays that there is room for\n"
                    "new checked shop.Shelf.codes 3 [array of at most 2 text of at most 3 bytes|array of at most 2 "
                    "text of at most 7 bytes] what there is room for\n"
                    "new checked shop.Shelf.key 4 [bytes of at most 1 byte|bytes of at most 2 bytes] what there is "
                    "room for\n");
}

static void misuse_is_told(void **state) {
    (void)state;
    pier_compat_side none = {NULL, NULL};
    pier_compat_side side = {.class_of_program = &item_1_class};
    pier_error error;
    assert_status(pier_compat_find(&none, &side, NULL, list, NULL, NULL, &error), PIER_USAGE);
    assert_status(error.status, PIER_USAGE);
    assert_status(pier_compat_find(&side, &none, NULL, list, NULL, NULL, NULL), PIER_USAGE);
    assert_string_equal(pier_compat_verdict_name((pier_compat_verdict)7), "unknown");
}

static void a_class_of_another_name_breaks(void **state) {
    (void)state;
    pier_compat_side old_side = {.class_of_program = &part_1_class};
    pier_compat_side new_side = {.class_of_program = &part_2_class};
    static listing found;
    found = (listing){.length = 0};
    assert_status(pier_compat_find(&old_side, &new_side, NULL, list, &found, NULL, NULL), PIER_OK);
    assert_non_null(strstr(found.text, "new breaks shop.NewPart. 0 [shop.NewPart|shop.Part] the class has another"));
    assert_non_null(strstr(found.text, "old breaks shop.Part. 0 [shop.Part|shop.NewPart] the class has another"));
}

static void compare_under_faults(fault_allocator *faults, void *user) {
    (void)user;
    pier_compat_side old_side = {.class_of_program = &item_1_class};
    pier_compat_side new_side = {.class_of_program = &item_2_class};
    pier_error error;
    pier_status status = pier_compat_find(&old_side, &new_side, &faults->allocator, NULL, NULL, NULL, &error);
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    assert_status(error.status, status);
}

static void comparing_survives_want_of_memory(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(compare_under_faults, NULL) > 10);
}

/* Oneofs and what else differs without a change of kind. */
static void forms_are_told(void **state) {
    (void)state;
    static const struct {
        const char *old_one;
        const char *new_one;
        const char *line;
    } rows[] = {
        {"1 a: i32; 2 b: text", "c: oneof (1 a: i32; 2 b: text)",
         "new breaks test.Class.b 2 [text|text] another field of its oneof is in every record of the writer, too\n"},
        {"1 a: optional i32; 2 b: optional i32", "c: oneof (1 a: i32; 2 b: i32)",
         "new checked test.Class.a 1 [i32|optional i32] records in which no other field of its oneof is set\n"},
        {"1 a: i32", "c: oneof (1 a: i32)", "new loads test.Class.a 1 [i32|i32] of a oneof\n"},
        {"1 a: i32", "c: oneof (1 a: i32)", "old loads test.Class.a 1 [i32|i32] no longer of a oneof\n"},
        {"c: oneof (1 a: i32)", "d: oneof (1 a: i32)", "new loads test.Class.a 1 [i32|i32] its oneof is renamed\n"},
        {"a: i32", "a: fixed i32", "new loads test.Class.a 1 [i32|i32] stored in another form, every value loads\n"},
        {"a: i32", "a: required i32; b: required i32", "new breaks test.Class.b 2 [i32|] required, and not stored\n"},
        {"a: map of text to i32", "a: i32",
         "old breaks test.Class.a 1 [map of record test.Class.aEntry|i32] a map is not a single value\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static model versions[2];
        memset(versions, 0, sizeof versions);
        for (size_t j = 0; j < 2; j++) {
            (void)model_add_type(&versions[j], "test.Class");
            model_describe(&versions[j], 0, j == 0 ? rows[i].old_one : rows[i].new_one);
        }
        const pier_class *before = model_build(&versions[0]);
        const pier_class *after = model_build(&versions[1]);
        pier_compat_side old_side = {.class_of_program = before};
        pier_compat_side new_side = {.class_of_program = after};
        static listing found;
        found = (listing){.length = 0};
        assert_status(pier_compat_find(&old_side, &new_side, NULL, list, &found, NULL, NULL), PIER_OK);
        if (strstr(found.text, rows[i].line) == NULL) {
            fail_msg("%s is not in\n%s", rows[i].line, found.text);
        }
        model_release(before);
        model_release(after);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_differs_is_listed),
        cmocka_unit_test(a_class_does_not_differ_from_itself),
        cmocka_unit_test(definitions_are_compared_as_classes_are),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(misuse_is_told),
        cmocka_unit_test(a_class_of_another_name_breaks),
        cmocka_unit_test(comparing_survives_want_of_memory),
        cmocka_unit_test(forms_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
