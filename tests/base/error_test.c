/* Errors as values: filled whole, cut safely, and written as one line.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/error_internal.h"

static void assert_cleared(const pier_error *error) {
    assert_int_equal(error->status, PIER_OK);
    assert_int_equal(error->os_error, 0);
    assert_int_equal(error->floor, PIER_FLOOR_BASE);
    assert_true(error->offset == PIER_NO_OFFSET);
    assert_true(error->block_offset == PIER_NO_OFFSET);
    assert_true(error->payload_offset == PIER_NO_OFFSET);
    assert_true(error->record == PIER_NO_OFFSET);
    assert_string_equal(error->path, "");
    assert_string_equal(error->text, "");
}

static void clear_leaves_nothing(void **state) {
    (void)state;
    pier_error error;
    memset(&error, 0x77, sizeof error);
    pier_error_clear(&error);
    assert_cleared(&error);
    pier_error_clear(NULL);
}

static void set_fills_everything_and_keeps_errno(void **state) {
    (void)state;
    pier_error error;
    memset(&error, 0x77, sizeof error);
    errno = ENOENT;
    pier_status status =
        pier__error_set(&error, PIER_REFUSED, PIER_FLOOR_SOCKET, ECONNREFUSED, "port %d of %s", 7, "x");
    assert_int_equal(errno, ENOENT);
    assert_int_equal(status, PIER_REFUSED);
    assert_int_equal(error.status, PIER_REFUSED);
    assert_int_equal(error.floor, PIER_FLOOR_SOCKET);
    assert_int_equal(error.os_error, ECONNREFUSED);
    assert_string_equal(error.text, "port 7 of x");
    assert_string_equal(error.path, "");
    assert_true(error.offset == PIER_NO_OFFSET);
    assert_true(error.record == PIER_NO_OFFSET);
}

static void set_without_an_error_answers_the_status(void **state) {
    (void)state;
    assert_int_equal(pier__error_set(NULL, PIER_LIMIT, PIER_FLOOR_ARCHIVE, 0, "%s", "unheard"), PIER_LIMIT);
}

static void set_without_text_takes_the_sentence(void **state) {
    (void)state;
    pier_error error;
    (void)pier__error_set(&error, PIER_CORRUPT, PIER_FLOOR_ARCHIVE, 0, "%s", "");
    assert_string_equal(error.text, pier_status_text(PIER_CORRUPT));
}

static void set_may_quote_the_error_it_fills(void **state) {
    (void)state;
    pier_error error;
    (void)pier__error_set(&error, PIER_SYSTEM, PIER_FLOOR_SOCKET, EIO, "inner");
    (void)pier__error_set(&error, PIER_PROTOCOL, PIER_FLOOR_CHANNEL, 0, "outer, because of %s", error.text);
    assert_string_equal(error.text, "outer, because of inner");
}

static void long_text_is_cut_between_characters(void **state) {
    (void)state;
    /* A character of n bytes that begins 1 to n - 1 bytes before the end of the room is dropped whole; at exactly n
     * bytes before it is kept. */
    static const char *const characters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x9A\xA2"};
    pier_error error;
    const size_t room = sizeof error.text - 1;
    for (size_t bytes = 1; bytes <= 4; bytes++) {
        for (size_t kept = 0; kept <= bytes; kept++) {
            char text[2 * sizeof error.text];
            size_t before = room - kept;
            memset(text, 'a', before);
            memcpy(text + before, characters[bytes - 1], bytes);
            memset(text + before + bytes, 'b', 20);
            text[before + bytes + 20] = '\0';
            (void)pier__error_set(&error, PIER_TEXT, PIER_FLOOR_BASE, 0, "%s", text);
            assert_int_equal(strlen(error.text), kept == bytes ? room : before);
            assert_memory_equal(error.text, text, strlen(error.text));
        }
    }
}

static void long_text_that_is_no_utf8_is_cut_anywhere(void **state) {
    (void)state;
    pier_error error;
    char text[2 * sizeof error.text];
    memset(text, 0x80, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)pier__error_set(&error, PIER_TEXT, PIER_FLOOR_BASE, 0, "%s", text);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
}

static void assert_line(const pier_error *error, const char *expected) {
    char line[512];
    assert_int_equal(pier_error_format(error, line, sizeof line), strlen(expected));
    assert_string_equal(line, expected);
}

static void the_line_tells_what_is_known(void **state) {
    (void)state;
    pier_error error;
    (void)pier__error_set(&error, PIER_CORRUPT, PIER_FLOOR_ARCHIVE, 0, "the check of the block is 1, and should be 2");
    assert_line(&error, "CORRUPT: the check of the block is 1, and should be 2");

    error.offset = 137;
    error.record = 12;
    (void)strcpy(error.path, "market.Tick.price");
    assert_line(&error, "CORRUPT: the check of the block is 1, and should be 2 (byte 137, record 12, "
                        "market.Tick.price)");

    error.block_offset = 100;
    error.payload_offset = 0;
    error.os_error = 5;
    assert_line(&error, "CORRUPT: the check of the block is 1, and should be 2 (byte 137, block at 100, "
                        "payload byte 0, record 12, market.Tick.price, errno 5)");

    pier_error_clear(&error);
    assert_line(&error, "OK: done");
}

static void the_line_of_a_field_is_a_sentence(void **state) {
    (void)state;
    pier_error error;
    (void)pier__error_set(&error, PIER_TYPE, PIER_FLOOR_RECORD, 0, "expected float, found str");
    assert_line(&error, "TYPE: expected float, found str");
    (void)strcpy(error.path, "market.Tick.price");
    assert_line(&error, "TYPE: market.Tick.price: expected float, found str");
    error.record = 12;
    assert_line(&error, "TYPE: market.Tick.price: expected float, found str in record 12");
    error.offset = 137;
    assert_line(&error, "TYPE: market.Tick.price: expected float, found str at byte 137 of record 12");
    error.block_offset = 64;
    error.payload_offset = 9;
    assert_line(&error, "TYPE: market.Tick.price: expected float, found str at byte 137 of record 12 (block at 64, "
                        "payload byte 9)");
    /* In a compressed block the offset is where the block begins. */
    error.offset = 64;
    assert_line(&error, "TYPE: market.Tick.price: expected float, found str at byte 9 of the payload of the block at "
                        "byte 64, in record 12");
    error.os_error = 12;
    error.block_offset = PIER_NO_OFFSET;
    error.payload_offset = PIER_NO_OFFSET;
    error.record = PIER_NO_OFFSET;
    assert_line(&error, "TYPE: market.Tick.price: expected float, found str at byte 64 (errno 12)");
}

static void the_line_holds_no_control_bytes(void **state) {
    (void)state;
    pier_error error;
    char line[64];
    (void)pier__error_set(&error, PIER_ADDRESS, PIER_FLOOR_ADDRESS, 0, "%s", "a\nb\x1B[0m\x7F\xC3\xA9");
    (void)pier_error_format(&error, line, sizeof line);
    assert_string_equal(line, "ADDRESS: a?b?[0m?\xC3\xA9");
}

static void the_line_is_cut_at_every_capacity(void **state) {
    (void)state;
    pier_error error;
    char whole[128];
    (void)pier__error_set(&error, PIER_TYPE, PIER_FLOOR_RECORD, 0, "wanted \xE2\x82\xAC, found nil");
    error.offset = UINT64_MAX - 1;
    size_t length = pier_error_format(&error, whole, sizeof whole);
    assert_int_equal(pier_error_format(&error, NULL, 0), length);
    for (size_t capacity = 1; capacity <= length + 2; capacity++) {
        char cut[128];
        memset(cut, 0x77, sizeof cut);
        assert_int_equal(pier_error_format(&error, cut, capacity), length);
        size_t got = strlen(cut);
        assert_true(got < capacity);
        assert_memory_equal(cut, whole, got);
        /* Only the euro sign may make the cut shorter than the room. */
        assert_true(got == capacity - 1 || got == length || capacity - 1 - got < 3);
        assert_int_equal(cut[capacity], 0x77);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_leaves_nothing),
        cmocka_unit_test(set_fills_everything_and_keeps_errno),
        cmocka_unit_test(set_without_an_error_answers_the_status),
        cmocka_unit_test(set_without_text_takes_the_sentence),
        cmocka_unit_test(set_may_quote_the_error_it_fills),
        cmocka_unit_test(long_text_is_cut_between_characters),
        cmocka_unit_test(long_text_that_is_no_utf8_is_cut_anywhere),
        cmocka_unit_test(the_line_tells_what_is_known),
        cmocka_unit_test(the_line_of_a_field_is_a_sentence),
        cmocka_unit_test(the_line_holds_no_control_bytes),
        cmocka_unit_test(the_line_is_cut_at_every_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
