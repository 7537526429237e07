/* Every option set and read back, on every kind of socket that has it; and refused where it makes no sense.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <pier/socket_option.h>

#include "socket/joint.h"
#include "support/fault_system.h"

static const struct {
    pier_socket_option option;
    const char *name;
    int64_t lowest;
    int64_t highest;
} table[] = {
#define ROW(name, number, lowest, highest, words) {PIER_OPTION_##name, #name, (lowest), (highest)},
    PIER_SOCKET_OPTION_TABLE(ROW)
#undef ROW
};
enum { OPTION_COUNT = sizeof table / sizeof table[0] };

static bool is_tcp_only(pier_socket_option option) {
    return option == PIER_OPTION_NO_DELAY ||
           (option >= PIER_OPTION_KEEP_ALIVE_IDLE_S && option <= PIER_OPTION_USER_TIMEOUT_MS) ||
           option == PIER_OPTION_URGENT_INLINE;
}

static bool is_udp_only(pier_socket_option option) {
    return option == PIER_OPTION_MULTICAST_HOPS || option == PIER_OPTION_MULTICAST_LOOP;
}

static void assert_set(pier_socket *socket, pier_socket_option option, int64_t value, int64_t expected) {
    int64_t got = -99;
    if (pier_socket_set_option(socket, option, value) != PIER_OK ||
        pier_socket_get_option(socket, option, &got) != PIER_OK) {
        fail_msg("option %d: %s", (int)option, pier_socket_error(socket)->text);
    }
    assert_int_equal(got, expected);
}

static void set_and_read_back(void **state) {
    joint ends;
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    bool is_tcp = kind == JOINT_TCP_IPV4 || kind == JOINT_TCP_IPV6;
    joint_open(&ends, kind);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        pier_socket_option option = table[i].option;
        int64_t value = 0;
        if (option == PIER_OPTION_IPV6_ONLY) {
            continue;
        }
        if (is_tcp_only(option) && !is_tcp) {
            assert_int_equal(pier_socket_set_option(ends.client, option, 1), PIER_UNSUPPORTED);
            assert_int_equal(pier_socket_get_option(ends.client, option, &value), PIER_UNSUPPORTED);
            assert_non_null(strstr(pier_socket_error(ends.client)->text, "this is no TCP socket"));
            continue;
        }
        if (is_udp_only(option) || (option == PIER_OPTION_HOPS && !is_tcp)) {
            /* tests/socket/multicast_test.c sets them where they are. */
            assert_int_equal(pier_socket_set_option(ends.client, option, 1), PIER_UNSUPPORTED);
            assert_int_equal(pier_socket_get_option(ends.client, option, &value), PIER_UNSUPPORTED);
            continue;
        }
        if (option == PIER_OPTION_SEND_BUFFER_BYTES || option == PIER_OPTION_RECEIVE_BUFFER_BYTES) {
            assert_set(ends.client, option, 20000, 40000);
            assert_set(ends.client, option, 1, option == PIER_OPTION_SEND_BUFFER_BYTES ? 4608 : 2304);
        } else if (option == PIER_OPTION_REUSE_PORT && !is_tcp) {
            /* Newer systems refuse it for Unix sockets, older ones take it. */
            pier_status status = pier_socket_set_option(ends.client, option, 1);
            assert_true(status == PIER_OK || status == PIER_UNSUPPORTED);
        } else {
            int64_t between = table[i].highest > 9 ? 9 : table[i].highest;
            assert_set(ends.client, option, between, between);
            assert_set(ends.client, option, table[i].lowest, table[i].lowest);
            assert_set(ends.client, option, table[i].highest, table[i].highest);
        }
        assert_int_equal(pier_socket_set_option(ends.client, option, table[i].lowest - 1), PIER_RANGE);
        assert_non_null(strstr(pier_socket_error(ends.client)->text, "must be "));
        assert_int_equal(pier_socket_set_option(ends.client, option, table[i].highest + 1), PIER_RANGE);
    }
    /* Left as closing should be. */
    assert_set(ends.client, PIER_OPTION_LINGER_S, -1, -1);
    joint_close(&ends);
}

static void settings_hold_from_the_beginning(void **state) {
    (void)state;
    static const pier_socket_setting settings[] = {
        {PIER_OPTION_KEEP_ALIVE, 1},
        {PIER_OPTION_KEEP_ALIVE_IDLE_S, 7},
        {PIER_OPTION_KEEP_ALIVE_INTERVAL_S, 3},
        {PIER_OPTION_KEEP_ALIVE_COUNT, 2},
        {PIER_OPTION_USER_TIMEOUT_MS, 4000},
        {PIER_OPTION_SEND_BUFFER_BYTES, 30000},
        {PIER_OPTION_NO_DELAY, 0},
        {PIER_OPTION_RECEIVE_BUFFER_BYTES, 9000},
    };
    enum { COUNT = sizeof settings / sizeof settings[0] };
    pier_socket_options options = {
        .size = sizeof options, .settings = settings, .settings_count = COUNT, .delay = true};
    joint ends = {.kind = JOINT_TCP_IPV4};
    pier_address address = joint_parse("tcp://127.0.0.1:0");
    assert_int_equal(pier_socket_listen(&ends.listener, &address, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience()), PIER_OK);
    pier_socket *sockets[] = {ends.client, ends.listener, ends.server};
    for (size_t i = 0; i < COUNT; i++) {
        int factor = settings[i].value >= 9000 ? 2 : 1;
        for (size_t j = 0; j < 3; j++) {
            int64_t got = 0;
            assert_int_equal(pier_socket_get_option(sockets[j], (pier_socket_option)settings[i].option, &got), PIER_OK);
            assert_int_equal(got, settings[i].value * factor);
        }
    }
    joint_close(&ends);
}

static void settings_are_checked(void **state) {
    (void)state;
    pier_socket_setting setting = {PIER_OPTION_NO_DELAY, 2};
    pier_socket_options options = {.size = sizeof options, .settings = &setting, .settings_count = 1};
    pier_address address = joint_parse("tcp://127.0.0.1:0");
    pier_address unix_address = joint_parse("unix:@pier-test-settings");
    pier_socket *one = NULL;
    pier_socket *other = NULL;
    pier_error error;
    assert_int_equal(pier_socket_listen(&one, &address, &options, &error), PIER_RANGE);
    assert_string_equal(error.text, "no-delay must be 0 to 1, and is 2");
    assert_int_equal(pier_socket_connect(&one, &address, PIER_NOW, &options, &error), PIER_RANGE);
    setting.value = 1;
    assert_int_equal(pier_socket_listen(&one, &unix_address, &options, &error), PIER_UNSUPPORTED);
    assert_int_equal(pier_socket_pair(&one, &other, &options, &error), PIER_UNSUPPORTED);
    setting.option = PIER_OPTION_IPV6_ONLY;
    assert_int_equal(pier_socket_listen(&one, &address, &options, &error), PIER_UNSUPPORTED);
    assert_string_equal(error.text, "IPv6 alone is IPv6's, and this is no IPv6 socket");
    setting.option = 0;
    assert_int_equal(pier_socket_listen(&one, &address, &options, &error), PIER_USAGE);
    setting.option = 999;
    assert_int_equal(pier_socket_listen(&one, &address, &options, &error), PIER_USAGE);
    assert_string_equal(error.text, "there is no option with the number 999");
    options.settings = NULL;
    assert_int_equal(pier_socket_listen(&one, &address, &options, &error), PIER_USAGE);
    assert_null(one);
    /* A pair can have those that Unix sockets have. */
    setting = (pier_socket_setting){PIER_OPTION_SEND_BUFFER_BYTES, 50000};
    options.settings = &setting;
    int64_t value = 0;
    assert_int_equal(pier_socket_pair(&one, &other, &options, &error), PIER_OK);
    assert_int_equal(pier_socket_get_option(other, PIER_OPTION_SEND_BUFFER_BYTES, &value), PIER_OK);
    assert_int_equal(value, 100000);
    pier_socket_destroy(one);
    pier_socket_destroy(other);
    fault_system_fail(FAULT_SETSOCKOPT, 2, false, ENOBUFS);
    assert_int_equal(pier_socket_pair(&one, &other, &options, &error), PIER_NO_MEMORY);
    assert_null(one);
    assert_null(other);
    unix_address.name[0] = 'q';
    fault_system_fail(FAULT_SETSOCKOPT, 1, false, ENOBUFS);
    assert_int_equal(pier_socket_connect(&one, &unix_address, joint_patience(), &options, &error), PIER_NO_MEMORY);
    fault_system_reset();
}

static void ipv6_only_is_stated(void **state) {
    (void)state;
    if (!joint_kind_is_here(JOINT_TCP_IPV6)) {
        skip();
    }
    pier_address address = joint_parse("tcp://:0");
    for (int64_t alone = 0; alone <= 1; alone++) {
        pier_socket_setting setting = {PIER_OPTION_IPV6_ONLY, alone};
        pier_socket_options options = {.size = sizeof options, .settings = &setting, .settings_count = 1};
        pier_socket *listener = NULL;
        pier_socket *client = NULL;
        pier_address at;
        int64_t got = -1;
        char text[64];
        assert_int_equal(pier_socket_listen(&listener, &address, &options, NULL), PIER_OK);
        assert_int_equal(pier_socket_get_option(listener, PIER_OPTION_IPV6_ONLY, &got), PIER_OK);
        assert_int_equal(got, alone);
        assert_int_equal(pier_socket_set_option(listener, PIER_OPTION_IPV6_ONLY, alone), PIER_USAGE);
        assert_int_equal(pier_socket_local_address(listener, &at), PIER_OK);
        (void)snprintf(text, sizeof text, "tcp://127.0.0.1:%u", (unsigned)pier_address_port(&at));
        at = joint_parse(text);
        assert_int_equal(pier_socket_connect(&client, &at, joint_patience(), NULL, NULL),
                         alone != 0 ? PIER_REFUSED : PIER_OK);
        pier_socket_destroy(client);
        pier_socket_destroy(listener);
    }
}

static void a_port_is_reused_by_those_who_say_so(void **state) {
    (void)state;
    pier_socket_setting setting = {PIER_OPTION_REUSE_PORT, 1};
    pier_socket_options options = {.size = sizeof options, .settings = &setting, .settings_count = 1};
    pier_address address = joint_parse("tcp://127.0.0.1:0");
    pier_socket *listeners[3] = {NULL, NULL, NULL};
    assert_int_equal(pier_socket_listen(&listeners[0], &address, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(listeners[0], &address), PIER_OK);
    assert_int_equal(pier_socket_listen(&listeners[1], &address, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_listen(&listeners[2], &address, NULL, NULL), PIER_IN_USE);
    pier_socket_destroy(listeners[0]);
    pier_socket_destroy(listeners[1]);
}

static void closing_with_linger_0_resets(void **state) {
    (void)state;
    joint ends;
    char byte = 0;
    size_t size = 0;
    joint_open(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_set_option(ends.client, PIER_OPTION_LINGER_S, 0), PIER_OK);
    assert_int_equal(pier_socket_close(ends.client), PIER_OK);
    assert_int_equal(pier_socket_read(ends.server, &byte, 1, &size, joint_patience()), PIER_RESET);
    joint_close(&ends);
}

static void congestion_control_has_a_name(void **state) {
    (void)state;
    joint ends;
    char name[PIER_CONGESTION_BYTES_MAX];
    joint_open(&ends, JOINT_TCP_IPV4);
    /* Every Linux has reno, and every user may choose it. */
    assert_int_equal(pier_socket_set_congestion(ends.client, "reno"), PIER_OK);
    assert_int_equal(pier_socket_get_congestion(ends.client, name), PIER_OK);
    assert_string_equal(name, "reno");
    assert_int_equal(pier_socket_set_congestion(ends.client, "no-such-name"), PIER_NOT_FOUND);
    assert_int_equal(pier_socket_error(ends.client)->os_error, ENOENT);
    assert_int_equal(pier_socket_set_congestion(ends.client, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_get_congestion(ends.client, NULL), PIER_USAGE);
    joint_close(&ends);
    joint_open(&ends, JOINT_PAIR);
    assert_int_equal(pier_socket_set_congestion(ends.client, "reno"), PIER_UNSUPPORTED);
    assert_int_equal(pier_socket_get_congestion(ends.client, name), PIER_UNSUPPORTED);
    joint_close(&ends);
}

static void raw_options_go_through(void **state) {
    (void)state;
    joint ends;
    joint_open(&ends, JOINT_TCP_IPV4);
    int value = 900;
    size_t size = 0;
    pier_bytes bytes = {&value, sizeof value};
    assert_int_equal(pier_socket_set_raw_option(ends.client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes), PIER_OK);
    value = 0;
    assert_int_equal(
        pier_socket_get_raw_option(ends.client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &value, sizeof value, &size), PIER_OK);
    assert_int_equal(value, 900);
    assert_int_equal(size, sizeof value);
    struct tcp_info info;
    assert_int_equal(pier_socket_get_raw_option(ends.client, IPPROTO_TCP, TCP_INFO, &info, sizeof info, &size),
                     PIER_OK);
    assert_true(size > 0 && size <= sizeof info);
    assert_int_equal(pier_socket_set_raw_option(ends.client, SOL_SOCKET, 9999, bytes), PIER_UNSUPPORTED);
    assert_int_equal(pier_socket_get_raw_option(ends.client, SOL_SOCKET, 9999, &value, sizeof value, &size),
                     PIER_UNSUPPORTED);
    assert_int_equal(size, 0);
    joint_close(&ends);
}

static void closed_sockets_and_null_are_refused(void **state) {
    (void)state;
    joint ends;
    int64_t value = 0;
    size_t size = 0;
    char name[PIER_CONGESTION_BYTES_MAX];
    pier_bytes none = {NULL, 0};
    joint_open(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_get_option(ends.client, PIER_OPTION_NO_DELAY, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_get_option(ends.client, (pier_socket_option)77, &value), PIER_USAGE);
    fault_system_fail(FAULT_GETSOCKOPT, 1, true, ENOBUFS);
    fault_system_fail(FAULT_SETSOCKOPT, 1, true, ENOBUFS);
    assert_int_equal(pier_socket_get_option(ends.client, PIER_OPTION_NO_DELAY, &value), PIER_NO_MEMORY);
    assert_int_equal(pier_socket_set_option(ends.client, PIER_OPTION_NO_DELAY, 1), PIER_NO_MEMORY);
    assert_int_equal(pier_socket_get_congestion(ends.client, name), PIER_NO_MEMORY);
    fault_system_reset();
    assert_int_equal(pier_socket_close(ends.client), PIER_OK);
    for (int i = 0; i < 2; i++) {
        pier_socket *socket = i == 0 ? ends.client : NULL;
        assert_int_equal(pier_socket_set_option(socket, PIER_OPTION_NO_DELAY, 1), PIER_USAGE);
        assert_int_equal(pier_socket_get_option(socket, PIER_OPTION_NO_DELAY, &value), PIER_USAGE);
        assert_int_equal(pier_socket_set_congestion(socket, "reno"), PIER_USAGE);
        assert_int_equal(pier_socket_get_congestion(socket, name), PIER_USAGE);
        assert_int_equal(pier_socket_set_raw_option(socket, SOL_SOCKET, SO_KEEPALIVE, none), PIER_USAGE);
        assert_int_equal(pier_socket_get_raw_option(socket, SOL_SOCKET, SO_KEEPALIVE, name, 4, &size), PIER_USAGE);
    }
    joint_close(&ends);
}

int main(void) {
    static joint_kind kinds[JOINT_KIND_COUNT];
    static char names[JOINT_KIND_COUNT][64];
    struct CMUnitTest tests[JOINT_KIND_COUNT + 8] = {
        cmocka_unit_test(settings_hold_from_the_beginning),
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(ipv6_only_is_stated),
        cmocka_unit_test(a_port_is_reused_by_those_who_say_so),
        cmocka_unit_test(closing_with_linger_0_resets),
        cmocka_unit_test(congestion_control_has_a_name),
        cmocka_unit_test(raw_options_go_through),
        cmocka_unit_test(closed_sockets_and_null_are_refused),
    };
    for (size_t kind = 0; kind < JOINT_KIND_COUNT; kind++) {
        kinds[kind] = (joint_kind)kind;
        (void)snprintf(names[kind], sizeof names[kind], "%s_options_are_set_and_read_back",
                       joint_kind_name(kinds[kind]));
        tests[8 + kind] = (struct CMUnitTest){names[kind], set_and_read_back, NULL, NULL, &kinds[kind]};
    }
    return _cmocka_run_group_tests("socket options", tests, JOINT_KIND_COUNT + 8, NULL, NULL);
}
