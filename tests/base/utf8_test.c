/* UTF-8: every character is taken, every other sequence refused, at every alignment of the fast path.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <pier/bytes.h>

#include "base/utf8_internal.h"

static size_t encode(uint32_t character, char *to) {
    if (character < 0x80) {
        to[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        to[0] = (char)(0xC0 | character >> 6);
        to[1] = (char)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character < 0x10000) {
        to[0] = (char)(0xE0 | character >> 12);
        to[1] = (char)(0x80 | (character >> 6 & 0x3F));
        to[2] = (char)(0x80 | (character & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | character >> 18);
    to[1] = (char)(0x80 | (character >> 12 & 0x3F));
    to[2] = (char)(0x80 | (character >> 6 & 0x3F));
    to[3] = (char)(0x80 | (character & 0x3F));
    return 4;
}

static void every_character_is_valid_but_surrogates(void **state) {
    (void)state;
    for (uint32_t character = 0; character <= 0x10FFFF; character++) {
        char text[4];
        size_t size = encode(character, text);
        bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
        if (pier__utf8_valid_bytes(text, size) != (is_surrogate ? 0 : size)) {
            fail_msg("U+%04X", character);
        }
        /* A character cut short is none. */
        for (size_t cut = 1; cut < size; cut++) {
            assert_int_equal(pier__utf8_valid_bytes(text, cut), 0);
        }
    }
}

/* Every pair of bytes is valid exactly when it is two characters of ASCII or what one character encodes to. */
static void every_pair_of_bytes_is_judged_right(void **state) {
    (void)state;
    static uint8_t two[0x10000 / 8];
    for (uint32_t character = 0x80; character < 0x800; character++) {
        char text[2];
        (void)encode(character, text);
        unsigned pair = (unsigned)(uint8_t)text[0] << 8 | (uint8_t)text[1];
        two[pair / 8] = (uint8_t)(two[pair / 8] | 1u << pair % 8);
    }
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        char text[2] = {(char)(pair >> 8), (char)pair};
        bool ascii = (pair & 0x8080) == 0;
        bool valid = ascii || (two[pair / 8] >> pair % 8 & 1) != 0;
        assert_int_equal(pier_text_is_valid(text, 2), valid);
    }
}

static void sequences_outside_the_rules_are_refused_where_they_begin(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t valid;
    } rows[] = {
        {"\x80", 0},                 /* a lone continuation */
        {"\xBF", 0},                 /* and the last one */
        {"\xC0\x80", 0},             /* overlong zero */
        {"\xC1\xBF", 0},             /* overlong DEL */
        {"\xE0\x80\x80", 0},         /* overlong in three bytes */
        {"\xE0\x9F\xBF", 0},         /* the last of those */
        {"\xED\xA0\x80", 0},         /* first surrogate */
        {"\xED\xBF\xBF", 0},         /* last surrogate */
        {"\xF0\x80\x80\x80", 0},     /* overlong in four bytes */
        {"\xF0\x8F\xBF\xBF", 0},     /* the last of those */
        {"\xF4\x90\x80\x80", 0},     /* above U+10FFFF */
        {"\xF5\x80\x80\x80", 0},     /* no lead byte */
        {"\xF8\x88\x80\x80\x80", 0}, /* a form of five bytes */
        {"\xFE", 0},
        {"\xFF", 0},
        {"a\xC3", 1}, /* cut off */
        {"a\xE2\x82", 1},
        {"a\xF0\x9F\x98", 1},
        {"\xC3(", 0}, /* no continuation */
        {"\xE2\x82(", 0},
        {"\xF0\x9F\x98(", 0},
        {"\xC3\xA4\xE2\x82\xAC\xFF", 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size = strlen(rows[i].text);
        assert_int_equal(pier__utf8_valid_bytes(rows[i].text, size), rows[i].valid);
        assert_false(pier_text_is_valid(rows[i].text, size));
    }
}

/* One bad byte or one long character at each place of texts of each length, so that it meets every step of the fast
 * path. The text lies at the end of its memory: a sanitizer sees a read beyond it. */
static void every_place_is_looked_at(void **state) {
    (void)state;
    for (size_t size = 1; size <= 70; size++) {
        for (size_t place = 0; place < size; place++) {
            char *text = (char *)test_malloc(size);
            memset(text, 'x', size);
            assert_true(pier_text_is_valid(text, size));
            text[place] = (char)0xFF;
            assert_int_equal(pier__utf8_valid_bytes(text, size), place);
            if (place + 3 <= size) {
                memcpy(text + place, "\xE2\x82\xAC", 3);
                assert_true(pier_text_is_valid(text, size));
            }
            text[place] = '\0';
            if (place + 3 > size) {
                assert_true(pier_text_is_valid(text, size));
            }
            test_free(text);
        }
    }
}

static void nothing_is_valid_text(void **state) {
    (void)state;
    assert_true(pier_text_is_valid(NULL, 0));
    assert_int_equal(pier__utf8_valid_bytes(NULL, 0), 0);
    assert_int_equal(pier_text_valid_bytes(NULL, 0), 0);
    assert_int_equal(pier_text_valid_bytes("ab\xc3\xa4\xc3", 5), 4);
    assert_int_equal(pier_text_valid_bytes("ab\xc3\xa4", 4), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_valid_but_surrogates),
        cmocka_unit_test(every_pair_of_bytes_is_judged_right),
        cmocka_unit_test(sequences_outside_the_rules_are_refused_where_they_begin),
        cmocka_unit_test(every_place_is_looked_at),
        cmocka_unit_test(nothing_is_valid_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
