/* Error texts that no other test meets; docs/error_texts.md has them all, and tests/errors checks that.
 *
 * Floors 2 and 3 (socket, file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/datagram.h>
#include <pier/file.h>
#include <pier/socket_handle.h>

#include "socket/joint.h"
#include "support/fault_system.h"

static void assert_error(pier_status got, pier_status wanted, const pier_error *error, const char *text) {
    assert_int_equal(got, wanted);
    assert_int_equal(error->status, wanted);
    if (strstr(error->text, text) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", text, error->text);
    }
}

static void misuse_is_told(void **state) {
    (void)state;
    pier_error error;
    pier_socket *socket = NULL;
    pier_inherited inherited;
    pier_address none = {.transport = PIER_TRANSPORT_NONE};
    assert_error(pier_socket_listen(&socket, NULL, NULL, &error), PIER_USAGE, &error,
                 "out and address may not be NULL");
    assert_error(pier_socket_connect(&socket, NULL, PIER_NOW, NULL, &error), PIER_USAGE, &error,
                 "out and address may not be NULL");
    assert_error(pier_socket_connect(&socket, &none, PIER_NOW, NULL, &error), PIER_USAGE, &error,
                 "only TCP and Unix addresses can be connected");
    assert_error(pier_socket_pair(NULL, &socket, NULL, &error), PIER_USAGE, &error, "first and second may not be NULL");
    assert_error(pier_inherited_parse("1", "1", NULL, 1, &inherited, 1, NULL, &error), PIER_USAGE, &error,
                 "inherited and count may not be NULL");
}

/* Numbers that a loopback never gives. */
static void what_the_system_says_is_put_in_words(void **state) {
    (void)state;
    static const struct {
        int os_error;
        pier_status status;
        const char *words;
    } rows[] = {
        {ENETRESET, PIER_RESET, "the network dropped the connection"},
        {EHOSTUNREACH, PIER_UNREACHABLE, "there is no way to the host"},
        {EHOSTDOWN, PIER_UNREACHABLE, "the host is down"},
        {ENETDOWN, PIER_UNREACHABLE, "the network is down"},
        {EFBIG, PIER_NO_SPACE, "the file would be larger than the system allows"},
        {ELOOP, PIER_SYSTEM, "the path goes through too many links"},
        {ETXTBSY, PIER_SYSTEM, "this is a program that runs"},
        /* Of TCP it says that the system has nothing left to connect with: there is nothing to wait for. */
        {EAGAIN, PIER_SYSTEM, "not ready"},
    };
    pier_address address = joint_parse("tcp://127.0.0.1:1");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier_socket *socket = NULL;
        pier_error error;
        fault_system_fail(FAULT_CONNECT, 1, false, rows[i].os_error);
        pier_status status = pier_socket_connect(&socket, &address, joint_patience(), NULL, &error);
        fault_system_reset();
        assert_error(status, rows[i].status, &error, rows[i].words);
        assert_int_equal(error.os_error, rows[i].os_error);
    }
    pier_socket *socket = NULL;
    pier_error error;
    address = joint_parse("tcp://127.0.0.1:0");
    fault_system_fail(FAULT_LISTEN, 1, false, EALREADY);
    pier_status status = pier_socket_listen(&socket, &address, NULL, &error);
    fault_system_reset();
    assert_error(status, PIER_SYSTEM, &error, "still connecting");
    /* Port 0 is nobody's: it is the choice that ran out. */
    fault_system_fail(FAULT_BIND, 1, false, EADDRINUSE);
    status = pier_socket_listen(&socket, &address, NULL, &error);
    fault_system_reset();
    assert_error(status, PIER_IN_USE, &error, "the system has no free port left to choose from");
    assert_null(strstr(error.text, "has this port"));
}

static void a_link_local_address_needs_its_interface(void **state) {
    (void)state;
    pier_address address = joint_parse("tcp://[fe80::1]:7000");
    pier_socket *socket = NULL;
    pier_error error;
    if (!joint_kind_is_here(JOINT_TCP_IPV6)) {
        skip();
    }
    assert_error(pier_socket_connect(&socket, &address, joint_patience(), NULL, &error), PIER_UNREACHABLE, &error,
                 "a link-local address names its interface, as in [fe80::1%eth0]");
    assert_error(pier_socket_listen(&socket, &address, NULL, &error), PIER_UNREACHABLE, &error,
                 "a link-local address names its interface, as in [fe80::1%eth0]");
}

static void the_standard_handles_have_names(void **state) {
    (void)state;
    static const char *const names[] = {"open standard input: ", "open standard output: ", "open standard error: "};
    for (int handle = 0; handle < 3; handle++) {
        pier_file *file = NULL;
        pier_error error;
        fault_system_fail(FAULT_FCNTL, 1, false, EBADF);
        pier_status status = pier_file_open_handle(&file, handle, PIER_FILE_CAN_READ, NULL, &error);
        fault_system_reset();
        assert_error(status, PIER_USAGE, &error, names[handle]);
    }
}

static pier_socket *open_datagrams(const char *text) {
    pier_address address = joint_parse(text);
    pier_socket *socket = NULL;
    pier_error error;
    if (pier_datagram_open(&socket, &address, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    return socket;
}

/* A datagram for which there is no room, while waiting for it fails. */
static void sending_cannot_wait(const char *text, const char *words) {
    pier_socket *socket = open_datagrams(text);
    pier_address own;
    pier_bytes span = {"x", 1};
    assert_int_equal(pier_socket_local_address(socket, &own), PIER_OK);
    fault_system_fail(FAULT_SENDMSG, 1, false, EAGAIN);
    fault_system_fail(FAULT_PPOLL, 1, false, ENOMEM);
    pier_status status = pier_datagram_send(socket, &own, &span, 1, joint_patience());
    fault_system_reset();
    assert_error(status, PIER_NO_MEMORY, pier_socket_write_error(socket), words);
    pier_socket_destroy(socket);
}

static void datagrams_that_go_nowhere_are_told(void **state) {
    (void)state;
    char text[64];
    char byte = 0;
    size_t size = 0;
    int pair[2];
    pier_socket *nameless = NULL;
    sending_cannot_wait("udp://127.0.0.1:0", "send from udp://127.0.0.1:");
    (void)snprintf(text, sizeof text, "unix:@pier-texts-%ld", (long)getpid());
    sending_cannot_wait(text, "wait for room at unix:@pier-texts-");
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(pier_datagram_adopt(&nameless, pair[0], NULL, NULL), PIER_OK);
    fault_system_fail(FAULT_RECVMSG, 1, false, ENOMEM);
    pier_status status = pier_datagram_receive(nameless, &byte, 1, &size, NULL, joint_patience());
    fault_system_reset();
    assert_error(status, PIER_NO_MEMORY, pier_socket_read_error(nameless), "a Unix socket without a name");
    status = pier_datagram_receive(nameless, &byte, 1, NULL, NULL, PIER_NOW);
    assert_error(status, PIER_USAGE, pier_socket_read_error(nameless), "size, and a buffer that has room");
    pier_socket_destroy(nameless);
    assert_int_equal(close(pair[1]), 0);
}

static void a_datagram_socket_is_no_stream(void **state) {
    (void)state;
    pier_error error;
    pier_file *file = NULL;
    pier_socket *datagrams = open_datagrams("udp://127.0.0.1:0");
    assert_error(pier_file_open_socket(&file, datagrams, NULL, &error), PIER_USAGE, &error,
                 "a file, and an archive over it, need a stream, and this is a datagram socket");
    assert_error(pier_file_open_handle(&file, pier_socket_handle(datagrams), PIER_FILE_CAN_READ, NULL, &error),
                 PIER_USAGE, &error, "is a datagram socket, and a file is a stream: pier_datagram_adopt takes it");
    pier_socket_destroy(datagrams);
    /* Of another kind than either. */
    int handle = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    assert_error(pier_socket_adopt(&datagrams, handle, NULL, &error), PIER_USAGE, &error,
                 "it is no stream socket of TCP or Unix");
    assert_int_equal(close(handle), 0);
}

/* Listens where the parent does, as somebody who may not look into that process. Returns what is wrong, 0 if
 * nothing. */
static int look_from_outside(const pier_address *taken) {
    enum { NOBODY = 65534 };
    pier_socket *socket = NULL;
    pier_error error;
    if (getuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
        return 2;
    }
    pier_status status = pier_socket_listen(&socket, taken, NULL, &error);
    return status == PIER_IN_USE && strstr(error.text, "a process of user ") != NULL ? 0 : 1;
}

static void an_owner_that_cannot_be_seen_has_a_user(void **state) {
    (void)state;
    joint ends;
    joint_listen(&ends, JOINT_TCP_IPV4);
    /* Nobody without privilege may look into this process from now on, not even one of the same user (proc(5)). */
    assert_int_equal(prctl(PR_SET_DUMPABLE, 0), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* The child's own copy would be one that it can see. */
        pier_socket_destroy(ends.listener);
        _exit(look_from_outside(&ends.address));
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    joint_close(&ends);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse_is_told),
        cmocka_unit_test(what_the_system_says_is_put_in_words),
        cmocka_unit_test(a_link_local_address_needs_its_interface),
        cmocka_unit_test(the_standard_handles_have_names),
        cmocka_unit_test(datagrams_that_go_nowhere_are_told),
        cmocka_unit_test(a_datagram_socket_is_no_stream),
        cmocka_unit_test(an_owner_that_cannot_be_seen_has_a_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
