/* Walks the table of statuses: every row has a name, a sentence and a category of its own kind.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include <pier/status.h>

typedef struct row {
    pier_status status;
    int value;
    const char *name;
    const char *text;
} row;

static const row rows[] = {
#define ROW(name, value, text) {PIER_##name, (value), #name, (text)},
    PIER_STATUS_TABLE(ROW)
#undef ROW
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void rows_answer_what_the_table_says(void **state) {
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        assert_int_equal(rows[i].status, rows[i].value);
        assert_string_equal(pier_status_name(rows[i].status), rows[i].name);
        assert_string_equal(pier_status_text(rows[i].status), rows[i].text);
    }
}

static void names_values_and_sentences_are_unique(void **state) {
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        for (size_t j = i + 1; j < ROW_COUNT; j++) {
            assert_int_not_equal(rows[i].value, rows[j].value);
            assert_string_not_equal(rows[i].name, rows[j].name);
            assert_string_not_equal(rows[i].text, rows[j].text);
        }
    }
}

static void sentences_are_lower_case_and_unfinished(void **state) {
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        size_t length = strlen(rows[i].text);
        assert_true(length > 3);
        assert_true(islower((unsigned char)rows[i].text[0]));
        assert_int_not_equal(rows[i].text[length - 1], '.');
    }
}

static void categories_follow_sign_and_hundreds(void **state) {
    (void)state;
    static const pier_status_category by_hundred[] = {
        PIER_CATEGORY_USAGE,    PIER_CATEGORY_USAGE, PIER_CATEGORY_MEMORY,  PIER_CATEGORY_SYSTEM,
        PIER_CATEGORY_PROTOCOL, PIER_CATEGORY_LIMIT, PIER_CATEGORY_CORRUPT,
    };
    for (size_t i = 0; i < ROW_COUNT; i++) {
        int value = rows[i].value;
        pier_status_category category = pier_status_category_of(rows[i].status);
        if (value == 0) {
            assert_int_equal(category, PIER_CATEGORY_DONE);
        } else if (value > 0) {
            assert_int_equal(category, PIER_CATEGORY_NOT_NOW);
        } else {
            assert_in_range(-value, 100, 699);
            assert_int_equal(category, by_hundred[-value / 100]);
        }
    }
}

static void strangers_are_unknown_and_counted_by_sign(void **state) {
    (void)state;
    static const struct {
        int value;
        pier_status_category category;
    } strangers[] = {
        {99, PIER_CATEGORY_NOT_NOW},  {-1, PIER_CATEGORY_USAGE},     {-199, PIER_CATEGORY_USAGE},
        {-299, PIER_CATEGORY_MEMORY}, {-399, PIER_CATEGORY_SYSTEM},  {-499, PIER_CATEGORY_PROTOCOL},
        {-599, PIER_CATEGORY_LIMIT},  {-699, PIER_CATEGORY_CORRUPT}, {-700, PIER_CATEGORY_USAGE},
    };
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        pier_status status = (pier_status)strangers[i].value;
        assert_string_equal(pier_status_name(status), "UNKNOWN");
        assert_true(strlen(pier_status_text(status)) > 0);
        assert_int_equal(pier_status_category_of(status), strangers[i].category);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_answer_what_the_table_says),
        cmocka_unit_test(names_values_and_sentences_are_unique),
        cmocka_unit_test(sentences_are_lower_case_and_unfinished),
        cmocka_unit_test(categories_follow_sign_and_hundreds),
        cmocka_unit_test(strangers_are_unknown_and_counted_by_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
