/* The kernels of texts (record_words.h, record_encode.h, record_decode.h) beside what they must do, byte by byte: texts
 * of every size in arrays of many, and borrowed ones; with a character that is no ASCII, a byte that is no UTF-8, or a
 * zero byte at each place, and any bytes behind the text. */
#include <stdlib.h>

#include "record/record_support.h"

enum { BORROWED_MAX = 300, ROOM = BORROWED_MAX + 16 + PIER__OVERHANG_BYTES };

/* What stands at a place of a text. */
typedef enum odd { NOTHING, TWO_BYTES, NO_UTF_8, ZERO, ODDS } odd;

static void make_text(char *text, size_t size, size_t place, odd what) {
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)('a' + i % 26);
    }
    if (what == TWO_BYTES && place + 1 < size) {
        memcpy(text + place, "\xc3\xa9", 2);
    } else if (what == NO_UTF_8 && place < size) {
        text[place] = '\xff';
    } else if (what == ZERO && place < size) {
        text[place] = '\0';
    }
}

/* Writes what a text must become. Returns its end. */
static uint8_t *expect(uint8_t *at, const char *text, size_t size) {
    if (size < 32) {
        *at++ = (uint8_t)(0xa0 | size);
    } else if (size < 256) {
        *at++ = 0xd9;
        *at++ = (uint8_t)size;
    } else {
        *at++ = 0xda;
        *at++ = (uint8_t)(size >> 8);
        *at++ = (uint8_t)size;
    }
    memcpy(at, text, size);
    return at + size;
}

typedef uint8_t *put_text(uint8_t *at, const char *text, unsigned *wrong);
typedef const uint8_t *take_text(const uint8_t *at, const uint8_t *end, char *text, unsigned *wrong);

/* Memory of exactly the size, so that a sanitizer sees what is read or written behind it. */
static void check_inline(size_t capacity, put_text *put, take_text *take, size_t size, size_t place, odd what) {
    char *text = (char *)malloc(capacity);
    char *loaded = (char *)malloc(capacity);
    assert_true(text != NULL && loaded != NULL);
    memset(text, 0x81, capacity);
    make_text(text, size, place, what);
    if (size < capacity) {
        text[size] = '\0';
    }
    size_t found = strnlen(text, capacity);
    bool is_good = found < capacity && pier_text_is_valid(text, found);
    uint8_t bytes[ROOM + PIER_PADDING_BYTES];
    uint8_t expected[ROOM];
    unsigned wrong = 0;
    uint8_t *end = put(bytes, text, &wrong);
    assert_int_equal(wrong == 0, is_good);
    if (is_good) {
        uint8_t *expected_end = expect(expected, text, found);
        assert_int_equal(end - bytes, expected_end - expected);
        assert_memory_equal(bytes, expected, (size_t)(end - bytes));
    }
    /* Loading meets the zero byte within the text. */
    memset(bytes, 0x81, sizeof bytes);
    end = expect(bytes, text, size);
    wrong = 0;
    const uint8_t *taken = take(bytes, end, loaded, &wrong);
    bool is_whole = size < capacity && memchr(text, 0, size) == NULL && pier_text_is_valid(text, size);
    assert_int_equal(wrong == 0, is_whole);
    if (is_whole) {
        assert_ptr_equal(taken, end);
        assert_string_equal(loaded, text);
    }
    free(text);
    free(loaded);
}

/* clang-format off */
#define CAPACITIES(EACH)                                                                                               \
    EACH(1) EACH(2) EACH(3) EACH(4) EACH(5) EACH(6) EACH(7) EACH(8) EACH(9) EACH(10) EACH(11) EACH(12) EACH(13)        \
    EACH(14) EACH(15) EACH(16) EACH(17) EACH(18) EACH(19) EACH(20) EACH(21) EACH(22) EACH(23) EACH(24) EACH(25)        \
    EACH(26) EACH(27) EACH(28) EACH(29) EACH(30) EACH(31) EACH(32) EACH(33) EACH(34) EACH(35) EACH(36) EACH(37)        \
    EACH(38) EACH(39) EACH(40) EACH(41) EACH(42) EACH(43) EACH(44) EACH(45) EACH(46) EACH(47) EACH(48) EACH(49)        \
    EACH(50) EACH(51) EACH(52) EACH(53) EACH(54) EACH(55) EACH(56) EACH(57) EACH(58) EACH(59) EACH(60) EACH(61)        \
    EACH(62) EACH(63) EACH(64) EACH(65) EACH(100)
/* clang-format on */
#define KERNELS(capacity)                                                                                              \
    static uint8_t *put_##capacity(uint8_t *at, const char *text, unsigned *wrong) {                                   \
        return pier__put_inline_text(at, text, capacity, wrong);                                                       \
    }                                                                                                                  \
    static const uint8_t *take_##capacity(const uint8_t *at, const uint8_t *end, char *text, unsigned *wrong) {        \
        return pier__take_inline_text(at, end, text, capacity, wrong);                                                 \
    }
CAPACITIES(KERNELS)

#define ROW(capacity) {capacity, put_##capacity, take_##capacity},
static const struct {
    size_t capacity;
    put_text *put;
    take_text *take;
} rows[] = {CAPACITIES(ROW)};

static void test_texts_in_structs(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t size = 0; size <= rows[i].capacity; size++) {
            check_inline(rows[i].capacity, rows[i].put, rows[i].take, size, 0, NOTHING);
            for (size_t place = 0; place < size; place++) {
                for (int what = TWO_BYTES; what < ODDS; what++) {
                    check_inline(rows[i].capacity, rows[i].put, rows[i].take, size, place, (odd)what);
                }
            }
        }
    }
}

static void check_borrowed(size_t size, size_t place, odd what) {
    char *text = (char *)malloc(size + 1);
    assert_non_null(text);
    make_text(text, size, place, what);
    const bool is_good = pier_text_is_valid(text, size);
    uint8_t *bytes = (uint8_t *)malloc(size + 5 + PIER_PADDING_BYTES);
    uint8_t expected[ROOM];
    assert_non_null(bytes);
    char *exact = (char *)realloc(text, size > 0 ? size : 1);
    assert_non_null(exact);
    unsigned wrong = 0;
    uint8_t *end = pier__put_text(bytes, (pier_text){exact, size}, &wrong);
    assert_int_equal(wrong == 0, is_good);
    uint8_t *expected_end = expect(expected, exact, size);
    assert_int_equal(end - bytes, expected_end - expected);
    assert_memory_equal(bytes, expected, (size_t)(end - bytes));
    pier_text loaded;
    pier__decoding how = {.depth_left = 1, .elements_left = 1};
    wrong = 0;
    assert_ptr_equal(pier__take_text(bytes, end, &loaded, &how, &wrong), end);
    assert_int_equal(wrong == 0, is_good);
    assert_int_equal(loaded.size, size);
    assert_ptr_equal(loaded.data, end - size);
    /* A byte is missing. */
    if (size > 0) {
        wrong = 0;
        (void)pier__take_text(bytes, end - 1, &loaded, &how, &wrong);
        assert_int_not_equal(wrong, 0);
    }
    free(bytes);
    free(exact);
}

static void test_borrowed_texts(void **state) {
    (void)state;
    for (size_t size = 0; size < BORROWED_MAX; size += size < 80 ? 1 : 37) {
        check_borrowed(size, 0, NOTHING);
        for (size_t place = 0; place < size; place++) {
            for (int what = TWO_BYTES; what < ODDS; what++) {
                check_borrowed(size, place, (odd)what);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_in_structs),
        cmocka_unit_test(test_borrowed_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
