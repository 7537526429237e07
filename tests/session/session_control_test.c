/* Control blocks, proofs, tokens and doors of sessions, by themselves: proto/session.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "session/door_internal.h"

static bool draw_fixed(void *user, void *bytes, size_t size) {
    memset(bytes, *(const uint8_t *)user, size);
    return true;
}

static void test_written_controls_are_read(void **state) {
    (void)state;
    for (int type = PIER__HELLO; type <= PIER__PONG; type++) {
        pier__link_control control = {.type = (pier__link_control_type)type,
                                      .name = "chat",
                                      .id = {[0] = 1, [8] = 2},
                                      .numbers = {1, 200, 1u << 20}};
        control.status = type == PIER__ERROR ? PIER_LIMIT : 0;
        control.standing_bytes = 5;
        uint8_t payload[PIER__CONTROL_TEXT_BYTES_MAX];
        size_t size = pier__link_control_encode(&control, payload);
        pier__link_control read;
        assert_int_equal(pier__link_control_decode((pier_bytes){payload, size}, &read), PIER_OK);
        assert_int_equal(read.type, type);
        assert_int_equal(read.status, control.status);
        if (type == PIER__HELLO) {
            assert_string_equal(read.name, "chat");
        }
        if (type == PIER__ACKNOWLEDGEMENT) {
            assert_memory_equal(read.numbers, control.numbers, sizeof read.numbers);
        }
        for (size_t cut = 0; cut < size; cut++) {
            assert_int_equal(pier__link_control_decode((pier_bytes){payload, cut}, &read), PIER_PROTOCOL);
        }
    }
}

static void test_another_version_is_told(void **state) {
    (void)state;
    pier__link_control control = {.type = PIER__GREETING};
    uint8_t payload[PIER__CONTROL_TEXT_BYTES_MAX];
    size_t size = pier__link_control_encode(&control, payload);
    payload[7] = 2; /* behind the head of the ext, the array and the type */
    assert_int_equal(pier__link_control_decode((pier_bytes){payload, size}, &control), PIER_VERSION);
}

static void test_standings_that_contradict_themselves_are_refused(void **state) {
    (void)state;
    pier__standing_told standing = {
        .received = 9, .durable = 5, .committed = 3, .terms = {.block_target_bytes = 100, .codecs = 1}};
    uint8_t bytes[PIER__STANDING_BYTES_MAX];
    pier__standing_told read;
    size_t size = pier__standing_encode(&standing, bytes);
    assert_int_equal(pier__standing_decode((pier_bytes){bytes, size}, &read), PIER_OK);
    assert_int_equal(read.received, 9);
    standing.durable = 10;
    size = pier__standing_encode(&standing, bytes);
    assert_int_equal(pier__standing_decode((pier_bytes){bytes, size}, &read), PIER_PROTOCOL);
}

/* Made by another implementation of HMAC-SHA-256 over "pier session 1 client" "hello" "greeting" "standing". */
static void test_proof_is_hmac(void **state) {
    (void)state;
    static const uint8_t expected[PIER__PROOF_BYTES] = {
        0x6e, 0x1d, 0xc6, 0x67, 0xec, 0x44, 0x7d, 0xef, 0x9a, 0xb2, 0x8a, 0x06, 0xc5, 0x5e, 0x3a, 0x16,
        0x79, 0x56, 0x4a, 0x30, 0x1e, 0x06, 0xe5, 0x52, 0x65, 0xf7, 0x73, 0xbd, 0x91, 0x0b, 0x5c, 0xdf};
    pier__link_control_text hello = {.bytes = "hello", .size = 5};
    pier__link_control_text greeting = {.bytes = "greeting", .size = 8};
    uint8_t proof[PIER__PROOF_BYTES];
    assert_true(pier__proof_make((pier_bytes){"key", 3}, &hello, &greeting, NULL, (pier_bytes){"standing", 8}, proof));
    assert_memory_equal(proof, expected, sizeof expected);
    assert_true(pier__proof_equals(proof, expected));
    proof[31] ^= 1;
    assert_false(pier__proof_equals(proof, expected));
}

static void test_tokens(void **state) {
    (void)state;
    uint8_t fill = 7;
    uint8_t first[PIER__TOKEN_BYTES] = {0};
    uint8_t next[PIER__TOKEN_BYTES];
    uint8_t later[PIER__TOKEN_BYTES];
    uint8_t other[PIER__TOKEN_BYTES];
    assert_true(pier__token_draw(first, draw_fixed, &fill, next));
    assert_true(pier__token_draw(next, draw_fixed, &fill, later));
    fill = 8;
    assert_true(pier__token_draw(first, draw_fixed, &fill, other));
    assert_int_equal(pier__tokens_judge(first, first, next), 0);
    assert_int_equal(pier__tokens_judge(next, first, next), 0);
    assert_int_equal(pier__tokens_judge(first, next, later), PIER__SERVER_IS_OLDER);
    assert_int_equal(pier__tokens_judge(later, first, next), PIER__CLIENT_IS_OLDER);
    assert_int_equal(pier__tokens_judge(other, first, next), PIER__CONFLICT);
}

/* A hello and a resume, cut at each place and byte by byte, lead to the same; each bit that flips is found. */
static void test_door_takes_bytes_in_any_pieces(void **state) {
    (void)state;
    uint8_t fill = 3;
    uint8_t stream[1024];
    size_t size = 0;
    pier__link_control hello = {.type = PIER__HELLO, .name = "feed", .id = {[0] = 1, [8] = 2}};
    pier__link_control resume = {.type = PIER__RESUME};
    pier__standing_told standing = {.begins = true, .terms = {.block_target_bytes = 100, .codecs = 1}};
    resume.standing_bytes = pier__standing_encode(&standing, resume.standing);
    uint8_t payload[PIER__CONTROL_TEXT_BYTES_MAX];
    size += pier__link_control_block(payload, pier__link_control_encode(&hello, payload), stream);
    size += pier__link_control_block(payload, pier__link_control_encode(&resume, payload), stream + size);
    for (size_t piece = 1; piece <= size; piece++) {
        pier_session_door *door = NULL;
        assert_int_equal(pier_session_door_open(&door, NULL, 1, draw_fixed, &fill), PIER_OK);
        pier_status status = PIER_MORE;
        for (size_t at = 0; at < size; at += piece) {
            size_t taken = 0;
            size_t left = size - at < piece ? size - at : piece;
            assert_int_equal(status, PIER_MORE);
            status = pier_session_door_feed(door, (pier_bytes){stream + at, left}, &taken);
            assert_int_equal(taken, left);
        }
        assert_int_equal(status, PIER_OK);
        assert_string_equal(pier_session_door_name(door), "feed");
        assert_true(pier_session_door_begins(door));
        assert_false(pier_session_door_proves(door, (pier_bytes){"key", 3}));
        pier_session_door_refuse(door, (pier_bytes){NULL, 0});
        assert_true(pier_session_door_drain(door).size > PIER__PIECE_BYTES);
        pier_session_door_destroy(door);
    }
    for (size_t bit = 0; bit < size * 8; bit++) {
        pier_session_door *door = NULL;
        size_t taken = 0;
        assert_int_equal(pier_session_door_open(&door, NULL, 1, draw_fixed, &fill), PIER_OK);
        stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(pier_session_door_feed(door, (pier_bytes){stream, size}, &taken) < 0);
        stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
        pier_session_door_destroy(door);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_controls_are_read),
        cmocka_unit_test(test_another_version_is_told),
        cmocka_unit_test(test_standings_that_contradict_themselves_are_refused),
        cmocka_unit_test(test_proof_is_hmac),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_door_takes_bytes_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
