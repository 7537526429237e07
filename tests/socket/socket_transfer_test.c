/* Looking ahead, several rooms, what waits, the urgent byte, and ending the reading direction.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <pier/socket_option.h>
#include <pier/socket_transfer.h>

#include "socket/joint.h"
#include "support/fault_system.h"

static joint_kind kind_of(void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    return kind;
}

static void await_bytes(pier_socket *socket, size_t expected) {
    size_t bytes = 0;
    for (int i = 0; i < 1000 && bytes < expected; i++) {
        uint32_t ready = 0;
        (void)(pier_socket_wait(socket, PIER_READABLE, &ready, pier_deadline_after_ms(10)) == PIER_OK);
        assert_int_equal(pier_socket_bytes_waiting(socket, &bytes), PIER_OK);
    }
    assert_int_equal(bytes, expected);
}

static void peeking_takes_nothing(void **state) {
    joint ends;
    char got[8];
    size_t size = 9;
    size_t bytes = 9;
    joint_open(&ends, kind_of(state));
    assert_int_equal(pier_socket_peek(ends.server, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_peek(ends.server, got, sizeof got, &size, pier_deadline_after_ms(5)), PIER_TIMEOUT);
    assert_int_equal(pier_socket_bytes_waiting(ends.server, &bytes), PIER_OK);
    assert_int_equal(bytes, 0);
    joint_write(ends.client, "abcde", 5);
    await_bytes(ends.server, 5);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pier_socket_peek(ends.server, got, 3, &size, joint_patience()), PIER_OK);
        assert_int_equal(size, 3);
        assert_memory_equal(got, "abc", 3);
    }
    joint_read(ends.server, got, 5);
    assert_memory_equal(got, "abcde", 5);
    assert_int_equal(pier_socket_close(ends.client), PIER_OK);
    assert_int_equal(pier_socket_peek(ends.server, got, 3, &size, joint_patience()), PIER_END);
    joint_close(&ends);
}

static void rooms_are_filled_in_turn(void **state) {
    joint ends;
    char one[2];
    char two[8] = "";
    size_t size = 0;
    pier_room rooms[PIER_SPANS_MAX] = {{one, sizeof one}, {NULL, 0}, {two, sizeof two}};
    joint_open(&ends, kind_of(state));
    assert_int_equal(pier_socket_read_rooms(ends.server, rooms, 3, &size, PIER_NOW), PIER_WOULD_BLOCK);
    joint_write(ends.client, "abcde", 5);
    await_bytes(ends.server, 5);
    assert_int_equal(pier_socket_read_rooms(ends.server, rooms, 3, &size, joint_patience()), PIER_OK);
    assert_int_equal(size, 5);
    assert_memory_equal(one, "ab", 2);
    assert_memory_equal(two, "cde", 3);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_OK);
    assert_int_equal(pier_socket_read_rooms(ends.server, rooms, 3, &size, joint_patience()), PIER_END);
    assert_int_equal(size, 0);
    joint_close(&ends);
}

static void the_reading_direction_ends_alone(void **state) {
    joint ends;
    char got[4];
    size_t size = 0;
    pier_room room = {got, sizeof got};
    joint_open(&ends, kind_of(state));
    joint_write(ends.client, "abc", 3);
    await_bytes(ends.server, 3);
    assert_int_equal(pier_socket_shutdown_reading(ends.server), PIER_OK);
    assert_int_equal(pier_socket_shutdown_reading(ends.server), PIER_OK);
    assert_int_equal(pier_socket_read(ends.server, got, sizeof got, &size, joint_patience()), PIER_END);
    assert_int_equal(pier_socket_peek(ends.server, got, sizeof got, &size, joint_patience()), PIER_END);
    assert_int_equal(pier_socket_read_rooms(ends.server, &room, 1, &size, joint_patience()), PIER_END);
    joint_write(ends.server, "def", 3);
    joint_read(ends.client, got, 3);
    assert_memory_equal(got, "def", 3);
    if (ends.kind != JOINT_TCP_IPV4 && ends.kind != JOINT_TCP_IPV6) {
        pier_bytes span = {"x", 1};
        assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, joint_patience()), PIER_CLOSED);
    }
    joint_close(&ends);
}

static void misuse_is_refused(void **state) {
    joint ends;
    char got[4];
    size_t size = 0;
    bool flag = false;
    uint8_t byte = 0;
    pier_room rooms[PIER_SPANS_MAX + 1] = {{got, sizeof got}};
    pier_room null = {NULL, 4};
    joint_open(&ends, kind_of(state));
    assert_int_equal(pier_socket_peek(ends.client, NULL, 4, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_peek(ends.client, got, 0, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_peek(ends.client, got, 4, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_peek(NULL, got, 4, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_read_rooms(ends.client, rooms, PIER_SPANS_MAX + 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_read_rooms(ends.client, NULL, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_read_rooms(ends.client, &null, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_read_rooms(ends.client, rooms, 0, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_read_rooms(ends.client, rooms, 1, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_read_rooms(NULL, rooms, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_bytes_waiting(ends.client, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_bytes_waiting(NULL, &size), PIER_USAGE);
    assert_int_equal(pier_socket_shutdown_reading(NULL), PIER_USAGE);
    assert_int_equal(pier_socket_read_urgent(ends.client, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_read_urgent(NULL, &byte), PIER_USAGE);
    assert_int_equal(pier_socket_write_urgent(NULL, 1, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_is_at_mark(ends.client, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_is_at_mark(NULL, &flag), PIER_USAGE);
    if (ends.kind != JOINT_TCP_IPV4 && ends.kind != JOINT_TCP_IPV6) {
        assert_int_equal(pier_socket_write_urgent(ends.client, 1, PIER_NOW), PIER_UNSUPPORTED);
        assert_int_equal(pier_socket_read_urgent(ends.client, &byte), PIER_UNSUPPORTED);
        assert_int_equal(pier_socket_is_at_mark(ends.client, &flag), PIER_UNSUPPORTED);
    }
    assert_int_equal(pier_socket_close(ends.client), PIER_OK);
    assert_int_equal(pier_socket_peek(ends.client, got, 4, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_bytes_waiting(ends.client, &size), PIER_USAGE);
    assert_int_equal(pier_socket_shutdown_reading(ends.client), PIER_USAGE);
    assert_int_equal(pier_socket_write_urgent(ends.client, 1, PIER_NOW), PIER_USAGE);
    joint_close(&ends);
}

static void the_urgent_byte_is_noticed(void **state) {
    joint ends;
    joint_kind kind = kind_of(state);
    if (kind != JOINT_TCP_IPV4 && kind != JOINT_TCP_IPV6) {
        return;
    }
    uint32_t ready = 0;
    uint8_t byte = 0;
    bool flag = true;
    char got[8];
    size_t size = 0;
    joint_open(&ends, kind);
    assert_int_equal(pier_socket_read_urgent(ends.server, &byte), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_wait(ends.server, PIER_URGENT, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    joint_write(ends.client, "abc", 3);
    assert_int_equal(pier_socket_write_urgent(ends.client, 0x81, joint_patience()), PIER_OK);
    joint_write(ends.client, "def", 3);
    assert_int_equal(pier_socket_wait(ends.server, PIER_URGENT, &ready, joint_patience()), PIER_OK);
    assert_int_equal(ready, PIER_URGENT);
    assert_int_equal(pier_socket_is_at_mark(ends.server, &flag), PIER_OK);
    assert_false(flag);
    assert_int_equal(pier_socket_read_urgent(ends.server, &byte), PIER_OK);
    assert_int_equal(byte, 0x81);
    assert_int_equal(pier_socket_read_urgent(ends.server, &byte), PIER_WOULD_BLOCK);
    /* An ordinary read ends at the mark, and the urgent byte is not among the others. */
    assert_int_equal(pier_socket_read(ends.server, got, sizeof got, &size, joint_patience()), PIER_OK);
    assert_int_equal(size, 3);
    assert_int_equal(pier_socket_is_at_mark(ends.server, &flag), PIER_OK);
    assert_true(flag);
    joint_read(ends.server, got, 3);
    assert_memory_equal(got, "def", 3);
    /* Inline it stays where it was. */
    assert_int_equal(pier_socket_set_option(ends.server, PIER_OPTION_URGENT_INLINE, 1), PIER_OK);
    joint_write(ends.client, "a", 1);
    assert_int_equal(pier_socket_write_urgent(ends.client, 'U', joint_patience()), PIER_OK);
    joint_read(ends.server, got, 2);
    assert_memory_equal(got, "aU", 2);
    assert_int_equal(pier_socket_read_urgent(ends.server, &byte), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_OK);
    assert_int_equal(pier_socket_write_urgent(ends.client, 1, PIER_NOW), PIER_USAGE);
    joint_close(&ends);
}

static void failures_are_told(void **state) {
    (void)state;
    joint ends;
    char got[4];
    size_t size = 0;
    uint8_t byte = 0;
    bool flag = false;
    pier_room room = {got, sizeof got};
    joint_open(&ends, JOINT_TCP_IPV4);
    fault_system_fail(FAULT_RECV, 1, true, ECONNRESET);
    fault_system_fail(FAULT_SEND, 1, true, ECONNRESET);
    fault_system_fail(FAULT_RECVMSG, 1, true, ECONNRESET);
    fault_system_fail(FAULT_IOCTL, 1, true, ENOBUFS);
    fault_system_fail(FAULT_SHUTDOWN, 1, true, ENOTCONN);
    assert_int_equal(pier_socket_peek(ends.client, got, 4, &size, PIER_NOW), PIER_RESET);
    assert_int_equal(pier_socket_read_rooms(ends.client, &room, 1, &size, PIER_NOW), PIER_RESET);
    assert_int_equal(pier_socket_read_urgent(ends.client, &byte), PIER_RESET);
    assert_int_equal(pier_socket_write_urgent(ends.client, 1, PIER_NOW), PIER_RESET);
    assert_int_equal(pier_socket_bytes_waiting(ends.client, &size), PIER_NO_MEMORY);
    assert_int_equal(pier_socket_is_at_mark(ends.client, &flag), PIER_NO_MEMORY);
    assert_int_equal(pier_socket_shutdown_reading(ends.client), PIER_RESET);
    fault_system_reset();
    fault_system_fail(FAULT_RECV, 1, false, EINTR);
    fault_system_fail(FAULT_RECVMSG, 1, false, EINTR);
    fault_system_fail(FAULT_SEND, 1, false, EINTR);
    assert_int_equal(pier_socket_peek(ends.client, got, 4, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_read_rooms(ends.client, &room, 1, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_write_urgent(ends.client, 1, PIER_NOW), PIER_OK);
    fault_system_fail(FAULT_SEND, 1, false, EAGAIN);
    assert_int_equal(pier_socket_write_urgent(ends.client, 1, PIER_NOW), PIER_WOULD_BLOCK);
    fault_system_fail(FAULT_SEND, 1, false, EAGAIN);
    assert_int_equal(pier_socket_write_urgent(ends.client, 1, joint_patience()), PIER_OK);
    fault_system_reset();
    joint_close(&ends);
}

static const struct {
    const char *name;
    CMUnitTestFunction run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(peeking_takes_nothing),      ROW(rooms_are_filled_in_turn), ROW(the_reading_direction_ends_alone),
    ROW(the_urgent_byte_is_noticed), ROW(misuse_is_refused),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0] };

int main(void) {
    static struct CMUnitTest tests[JOINT_KIND_COUNT * SUITE_COUNT + 1];
    static char names[JOINT_KIND_COUNT * SUITE_COUNT][96];
    static joint_kind kinds[JOINT_KIND_COUNT];
    size_t count = 0;
    for (size_t kind = 0; kind < JOINT_KIND_COUNT; kind++) {
        kinds[kind] = (joint_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            (void)snprintf(names[count], sizeof names[count], "%s_%s", joint_kind_name(kinds[kind]), suite[i].name);
            tests[count] = (struct CMUnitTest){names[count], suite[i].run, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(failures_are_told);
    return _cmocka_run_group_tests("socket transfer", tests, count, NULL, NULL);
}
