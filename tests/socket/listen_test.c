/* Listening with choices: a range of ports, one interface, who may connect; and who has a port that is taken.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/access.h>

#include "socket/joint.h"
#include "socket/owner_internal.h"
#include "support/fault_system.h"

/* Finds `count` ports in a row that are free now: other programs may be busy on this machine. */
static uint16_t free_ports(unsigned count) {
    for (unsigned first = 20000 + (unsigned)getpid() % 10000; first < 60000; first += count) {
        unsigned port = first;
        for (; port < first + count; port++) {
            pier_address address = joint_parse("tcp://127.0.0.1:0");
            pier_socket *socket = NULL;
            address.port = (uint16_t)port;
            if (pier_socket_listen(&socket, &address, NULL, NULL) != PIER_OK) {
                break;
            }
            pier_socket_destroy(socket);
        }
        if (port == first + count) {
            return (uint16_t)first;
        }
    }
    fail_msg("no %u free ports in a row", count);
    return 0;
}

static void the_first_free_port_of_a_range_is_taken(void **state) {
    (void)state;
    enum { COUNT = 3 };
    pier_address address = joint_parse("tcp://127.0.0.1:0");
    pier_socket *listeners[COUNT];
    pier_socket *one_more = NULL;
    pier_error error;
    address.port = free_ports(COUNT);
    pier_socket_options options = {.size = sizeof options, .port_last = (uint16_t)(address.port + COUNT - 1)};
    for (unsigned i = 0; i < COUNT; i++) {
        pier_address got;
        assert_int_equal(pier_socket_listen(&listeners[i], &address, &options, NULL), PIER_OK);
        assert_int_equal(pier_socket_local_address(listeners[i], &got), PIER_OK);
        assert_int_equal(got.port, address.port + i);
    }
    assert_int_equal(pier_socket_listen(&one_more, &address, &options, &error), PIER_IN_USE);
    assert_null(one_more);
    assert_non_null(strstr(error.text, "every port up to "));
    pier_socket_destroy(listeners[1]);
    assert_int_equal(pier_socket_listen(&listeners[1], &address, &options, NULL), PIER_OK);
    for (unsigned i = 0; i < COUNT; i++) {
        pier_socket_destroy(listeners[i]);
    }
    /* Anything but a taken port ends the search. */
    fault_system_reset();
    fault_system_fail(FAULT_BIND, 1, true, EACCES);
    assert_int_equal(pier_socket_listen(&one_more, &address, &options, &error), PIER_DENIED);
    assert_int_equal(fault_system_calls(FAULT_BIND), 1);
    fault_system_reset();
}

static void a_range_has_an_order(void **state) {
    (void)state;
    pier_address address = joint_parse("tcp://127.0.0.1:7000");
    pier_address unix_address = joint_parse("unix:@pier-range");
    pier_socket_options options = {.size = sizeof options, .port_last = 6999};
    pier_socket *socket = NULL;
    pier_error error;
    assert_int_equal(pier_socket_listen(&socket, &address, &options, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "a range of ports begins at"));
    assert_int_equal(pier_socket_listen(&socket, &unix_address, &options, &error), PIER_USAGE);
    address.port = 0;
    assert_int_equal(pier_socket_listen(&socket, &address, &options, &error), PIER_USAGE);
}

static void an_interface_is_chosen_by_name(void **state) {
    (void)state;
    joint ends = {.kind = JOINT_TCP_IPV4};
    pier_address address = joint_parse("tcp://0.0.0.0:0");
    pier_address unix_address = joint_parse("unix:@pier-interface");
    pier_socket_options options = {.size = sizeof options, .interface_name = "lo"};
    pier_error error;
    pier_status status = pier_socket_listen(&ends.listener, &address, &options, &error);
    if (status == PIER_DENIED) {
        /* Before Linux 5.7 it needs a privilege. */
        skip();
    }
    assert_int_equal(status, PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
    pier_address loopback = joint_parse("tcp://127.0.0.1:0");
    loopback.port = ends.address.port;
    assert_int_equal(pier_socket_connect(&ends.client, &loopback, joint_patience(), &options, &error), PIER_OK);
    joint_close(&ends);
    static const char *const wrong[] = {"no-such-one", "", "a-name-that-is-too-long"};
    for (size_t i = 0; i < 3; i++) {
        options.interface_name = wrong[i];
        assert_int_equal(pier_socket_listen(&ends.listener, &address, &options, &error), PIER_NOT_FOUND);
        assert_int_equal(error.os_error, ENODEV);
        assert_non_null(strstr(error.text, "there is no such interface"));
        assert_int_equal(pier_socket_connect(&ends.client, &loopback, PIER_NOW, &options, &error), PIER_NOT_FOUND);
    }
    assert_int_equal(pier_socket_listen(&ends.listener, &unix_address, &options, &error), PIER_UNSUPPORTED);
    assert_null(ends.listener);
}

static void who_is_denied_is_turned_away(void **state) {
    (void)state;
    joint ends = {.kind = JOINT_TCP_IPV4};
    pier_access *access = NULL;
    pier_address address = joint_parse("tcp://127.0.0.1:0");
    char byte = 0;
    size_t size = 0;
    assert_int_equal(pier_access_create(&access, PIER_DENY, NULL, NULL), PIER_OK);
    pier_socket_options options = {.size = sizeof options, .access = access};
    assert_int_equal(pier_socket_listen(&ends.listener, &address, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
    size_t descriptors = fault_system_descriptors();
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, pier_deadline_after_ms(10)), PIER_TIMEOUT);
    assert_null(ends.server);
    assert_int_equal(pier_socket_denied_count(ends.listener), 1);
    assert_int_equal(pier_socket_error(ends.listener)->status, PIER_OK);
    assert_int_equal(pier_socket_read(ends.client, &byte, 1, &size, joint_patience()), PIER_RESET);
    pier_socket_destroy(ends.client);
    assert_int_equal(fault_system_descriptors(), descriptors);
    /* Behind the denied ones stands one that may come in. */
    pier_socket *many[70];
    for (size_t i = 0; i < 70; i++) {
        assert_int_equal(pier_socket_connect(&many[i], &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    }
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_denied_count(ends.listener), 65);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, pier_deadline_after_ms(10)), PIER_TIMEOUT);
    assert_int_equal(pier_socket_denied_count(ends.listener), 71);
    for (size_t i = 0; i < 70; i++) {
        pier_socket_destroy(many[i]);
    }
    assert_int_equal(pier_access_add_text(access, "allow 127.0.0.0/8", NULL), PIER_OK);
    joint_connect(&ends, &ends.client, &ends.server);
    assert_int_equal(pier_socket_denied_count(ends.listener), 71);
    assert_int_equal(pier_socket_denied_count(NULL), 0);
    joint_close(&ends);
    pier_access_destroy(access);
}

/* Takes a port in a child process, and waits there to be killed. Returns the child. */
static pid_t take_port_elsewhere(pier_address *address) {
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_socket *listener = NULL;
        if (pier_socket_listen(&listener, address, NULL, NULL) != PIER_OK ||
            pier_socket_local_address(listener, address) != PIER_OK ||
            write(pipes[1], address, sizeof *address) != (ssize_t)sizeof *address) {
            _exit(1);
        }
        (void)alarm(20);
        for (;;) {
            (void)pause();
        }
    }
    assert_int_equal(read(pipes[0], address, sizeof *address), sizeof *address);
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    return child;
}

static void the_owner_of_a_port_is_told(void **state) {
    (void)state;
    pier_address address = joint_parse("tcp://127.0.0.1:0");
    pier_socket *socket = NULL;
    pier_error error;
    char words[64];
    pid_t child = take_port_elsewhere(&address);
    assert_int_equal(pier_socket_listen(&socket, &address, NULL, &error), PIER_IN_USE);
    (void)snprintf(words, sizeof words, "process %ld (socket_listen_t", (long)child);
    assert_non_null(strstr(error.text, words));
    assert_non_null(strstr(error.text, "has this port"));
    assert_non_null(strstr(error.text, "choose another one or 0"));
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    /* An IPv6 listener stands in another table. */
    if (joint_kind_is_here(JOINT_TCP_IPV6)) {
        pier_address six = joint_parse("tcp://[::1]:0");
        assert_int_equal(pier_socket_listen(&socket, &six, NULL, NULL), PIER_OK);
        assert_int_equal(pier_socket_local_address(socket, &six), PIER_OK);
        pier__port_owner owner;
        assert_true(pier__platform_port_owner(six.port, false, &owner));
        assert_int_equal(owner.process, getpid());
        assert_int_equal(owner.user, geteuid());
        pier_socket_destroy(socket);
        assert_false(pier__platform_port_owner(six.port, false, &owner));
    }
}

static void without_the_system_s_files_words_are_left_out(void **state) {
    (void)state;
    joint ends;
    pier_socket *socket = NULL;
    pier_error error;
    joint_listen(&ends, JOINT_TCP_IPV4);
    for (uint64_t nth = 1; nth < 5; nth++) {
        for (int call = 0; call < 2; call++) {
            fault_system_reset();
            fault_system_fail(call == 0 ? FAULT_OPEN : FAULT_READ, nth, true, EACCES);
            assert_int_equal(pier_socket_listen(&socket, &ends.address, NULL, &error), PIER_IN_USE);
            fault_system_reset();
            assert_non_null(strstr(error.text, "has this port"));
        }
    }
    fault_system_fail(FAULT_OPEN, 1, true, EACCES);
    assert_int_equal(pier_socket_listen(&socket, &ends.address, NULL, &error), PIER_IN_USE);
    assert_non_null(strstr(error.text, "another socket has this port"));
    fault_system_reset();
    joint_close(&ends);
}

static void the_service_of_a_port_is_told(void **state) {
    (void)state;
    pier_address address = joint_parse("tcp://127.0.0.1:443");
    pier_socket *socket = NULL;
    pier_error error;
    fault_system_fail(FAULT_BIND, 1, false, EADDRINUSE);
    assert_int_equal(pier_socket_listen(&socket, &address, NULL, &error), PIER_IN_USE);
    fault_system_reset();
    assert_non_null(strstr(error.text, "has this port, that of the service https; choose another one or 0"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_free_port_of_a_range_is_taken),
        cmocka_unit_test(a_range_has_an_order),
        cmocka_unit_test(an_interface_is_chosen_by_name),
        cmocka_unit_test(who_is_denied_is_turned_away),
        cmocka_unit_test(the_owner_of_a_port_is_told),
        cmocka_unit_test(without_the_system_s_files_words_are_left_out),
        cmocka_unit_test(the_service_of_a_port_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
