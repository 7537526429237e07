/* What the tests of values share: trees made of bytes by hand, and values shown as text.
 *
 * Everything here fails the running test when something is wrong with the test itself. */
#ifndef PIER_TESTS_VALUE_SUPPORT_H
#define PIER_TESTS_VALUE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/tree.h>

/* Asserts a status, and shows it by name when it is another. */
#define assert_value_status(call, expected) assert_string_equal(pier_status_name(call), pier_status_name(expected))

/* Asserts what a value is printed as. */
#define assert_prints(value, expected)                                                                                 \
    do {                                                                                                               \
        char *printed_ = test_print(value);                                                                            \
        assert_string_equal(printed_, (expected));                                                                     \
        free(printed_);                                                                                                \
    } while (0)

/* Asserts the path of a value. */
#define assert_path(value, expected)                                                                                   \
    do {                                                                                                               \
        char path_[256];                                                                                               \
        assert_int_equal(pier_value_path((value), path_, sizeof path_), strlen(expected));                             \
        assert_string_equal(path_, (expected));                                                                        \
    } while (0)

static inline pier_tree *test_tree(const pier_tree_options *options) {
    pier_tree *tree;
    pier_error error;
    assert_value_status(pier_tree_create(&tree, options, &error), PIER_OK);
    return tree;
}

/* Returns the printed value, to be freed. */
static inline char *test_print(const pier_value *value) {
    size_t length;
    assert_value_status(pier_value_print(value, NULL, NULL, 0, &length), PIER_OK);
    char *text = (char *)malloc(length + 1);
    assert_non_null(text);
    size_t again;
    assert_value_status(pier_value_print(value, NULL, text, length + 1, &again), PIER_OK);
    assert_int_equal(again, length);
    assert_int_equal(strlen(text), length);
    return text;
}

/* Reads pairs of digits with spaces anywhere. Returns how many bytes `to` got. */
static inline size_t test_bytes_of(const char *hex, uint8_t *to, size_t capacity) {
    size_t size = 0;
    for (const char *at = hex; *at != '\0'; at++) {
        if (*at == ' ') {
            continue;
        }
        char pair[3] = {at[0], at[1], '\0'};
        assert_true(isxdigit((unsigned char)pair[0]) && isxdigit((unsigned char)pair[1]) && size < capacity);
        to[size++] = (uint8_t)strtoul(pair, NULL, 16);
        at++;
    }
    return size;
}

/* Parses bytes by hand, in memory that ends where they end. Returns the status. */
static inline pier_status test_parse(pier_tree *tree, const char *hex) {
    uint8_t bytes[1024];
    size_t size = test_bytes_of(hex, bytes, sizeof bytes);
    uint8_t *exact = (uint8_t *)malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    pier_status status = pier_tree_parse(tree, (pier_bytes){exact, size});
    free(exact);
    return status;
}

/* Parses bytes by hand, which must be a value. Returns the root. */
static inline pier_value *test_value(pier_tree *tree, const char *hex) {
    assert_value_status(test_parse(tree, hex), PIER_OK);
    return pier_tree_root(tree);
}

#endif
