/* Handles: adopted, released, inherited, passed on; and who is at the other end.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/socket_handle.h>
#include <pier/socket_option.h>

#include "socket/joint.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

static joint_kind kind_of(void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    return kind;
}

static pier_socket *adopt(int handle) {
    pier_socket *socket = NULL;
    pier_error error;
    if (pier_socket_adopt(&socket, handle, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    return socket;
}

/* Gives a connection away and takes it back: it goes on, with the same addresses. */
static void released_and_adopted_it_goes_on(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    int handle = -1;
    char got[4];
    assert_int_equal(pier_socket_release(ends.client, &handle), PIER_OK);
    assert_true(handle >= 0);
    assert_int_equal(pier_socket_handle(ends.client), -1);
    pier_socket_destroy(ends.client);
    /* As another program would leave it. */
    assert_int_equal(fcntl(handle, F_SETFL, 0), 0);
    assert_int_equal(fcntl(handle, F_SETFD, 0), 0);
    ends.client = adopt(handle);
    assert_int_equal(fcntl(handle, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(fcntl(handle, F_GETFD), FD_CLOEXEC);
    assert_false(pier_socket_is_listening(ends.client));
    joint_write(ends.client, "abc", 3);
    joint_read(ends.server, got, 3);
    assert_memory_equal(got, "abc", 3);
    joint_close(&ends);
}

static void a_listener_is_adopted(void **state) {
    joint ends;
    joint_kind kind = kind_of(state);
    joint_listen(&ends, kind);
    int handle = -1;
    assert_true(pier_socket_is_listening(ends.listener));
    assert_int_equal(pier_socket_release(ends.listener, &handle), PIER_OK);
    assert_false(pier_socket_is_listening(ends.listener));
    pier_socket_destroy(ends.listener);
    ends.listener = adopt(handle);
    assert_true(pier_socket_is_listening(ends.listener));
    joint_connect(&ends, &ends.client, &ends.server);
    if (kind == JOINT_UNIX_PATH) {
        /* The file is nobody's but the caller's now. */
        char path[96];
        (void)snprintf(path, sizeof path, "%s/socket", ends.folder);
        assert_int_equal(pier_socket_close(ends.listener), PIER_OK);
        assert_int_equal(unlink(path), 0);
    }
    joint_close(&ends);
}

static void assert_not_adopted(int handle, pier_status expected, const char *words) {
    pier_error error;
    pier_socket *socket = (pier_socket *)&error;
    int flags = fcntl(handle, F_GETFL);
    assert_int_equal(pier_socket_adopt(&socket, handle, NULL, &error), expected);
    assert_null(socket);
    assert_non_null(strstr(error.text, words));
    assert_int_equal(fcntl(handle, F_GETFL), flags);
    if (handle >= 0) {
        assert_int_equal(close(handle), 0);
    }
}

static void what_is_no_stream_is_not_adopted(void **state) {
    (void)state;
    assert_not_adopted(-1, PIER_USAGE, "the handle is not open");
    assert_not_adopted(open("/dev/null", O_RDONLY | O_CLOEXEC), PIER_USAGE, "it is no socket");
    assert_not_adopted(socket(AF_INET, SOCK_DGRAM, 0), PIER_USAGE, "it is a datagram socket");
    assert_not_adopted(socket(AF_INET, SOCK_STREAM, 0), PIER_USAGE, "it neither listens nor is it connected");
    pier_socket_options options = {.size = 2};
    pier_socket *socket = NULL;
    assert_int_equal(pier_socket_adopt(NULL, 0, NULL, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_adopt(&socket, 0, &options, NULL), PIER_USAGE);
}

static void options_hold_for_what_is_adopted(void **state) {
    (void)state;
    joint ends;
    int handle = -1;
    int64_t value = 0;
    pier_socket_setting setting = {PIER_OPTION_KEEP_ALIVE_COUNT, 0};
    pier_socket_options options = {.size = sizeof options, .settings = &setting, .settings_count = 1};
    joint_open(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_release(ends.client, &handle), PIER_OK);
    pier_socket_destroy(ends.client);
    assert_int_equal(pier_socket_adopt(&ends.client, handle, &options, NULL), PIER_RANGE);
    assert_null(ends.client);
    setting.value = 4;
    assert_int_equal(pier_socket_adopt(&ends.client, handle, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_get_option(ends.client, PIER_OPTION_KEEP_ALIVE_COUNT, &value), PIER_OK);
    assert_int_equal(value, 4);
    joint_close(&ends);
}

/* The life of a handle, for the faults: it is adopted, or left as it was. */
static void adopt_once(void *user) {
    int handle = *(const int *)user;
    pier_error error;
    pier_socket *socket = NULL;
    pier_status status = pier_socket_adopt(&socket, handle, NULL, &error);
    assert_true((status == PIER_OK) == (socket != NULL));
    if (status != PIER_OK) {
        assert_true(fault_system_struck() != 0);
        assert_int_equal(error.status, status);
        return;
    }
    assert_int_equal(pier_socket_release(socket, &handle), PIER_OK);
    pier_socket_destroy(socket);
}

static void adopting_may_fail(void **state) {
    (void)state;
    joint ends;
    int handle = -1;
    joint_open(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_release(ends.client, &handle), PIER_OK);
    assert_true(fault_system_sweep(adopt_once, &handle) > 8);
    assert_true(fault_system_sweep_shortages(adopt_once, &handle, NULL) > 48);
    assert_int_equal(close(handle), 0);
    assert_int_equal(pier_socket_release(ends.listener, &handle), PIER_OK);
    assert_true(fault_system_sweep(adopt_once, &handle) > 8);
    assert_true(fault_system_sweep_shortages(adopt_once, &handle, NULL) > 48);
    assert_int_equal(close(handle), 0);
    joint_close(&ends);
}

static void releasing_needs_an_open_socket(void **state) {
    (void)state;
    joint ends;
    int handle = 5;
    joint_open(&ends, JOINT_PAIR);
    assert_int_equal(pier_socket_release(ends.client, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_close(ends.client), PIER_OK);
    assert_int_equal(pier_socket_release(ends.client, &handle), PIER_USAGE);
    assert_int_equal(handle, -1);
    assert_int_equal(pier_socket_release(NULL, &handle), PIER_USAGE);
    assert_false(pier_socket_is_listening(NULL));
    joint_close(&ends);
}

static const struct {
    const char *pid;
    const char *fds;
    const char *names;
    pier_status status;
    size_t count;
    const char *last_name;
    const char *words;
} variables[] = {
    {NULL, NULL, NULL, PIER_OK, 0, NULL, NULL},
    {"100", NULL, NULL, PIER_OK, 0, NULL, NULL},
    {NULL, "1", NULL, PIER_OK, 0, NULL, NULL},
    {"99", "1", NULL, PIER_OK, 0, NULL, NULL},
    {"100", "0", NULL, PIER_OK, 0, NULL, NULL},
    {"100", "0", "", PIER_OK, 0, NULL, NULL},
    {"100", "1", NULL, PIER_OK, 1, "unknown", NULL},
    {"100", "1", "web", PIER_OK, 1, "web", NULL},
    {"100", "3", "web:admin:chat", PIER_OK, 3, "chat", NULL},
    {"100", "2", ":", PIER_OK, 2, "", NULL},
    {"100", "4", NULL, PIER_OK, 4, "unknown", NULL},
    {"100", "5", NULL, PIER_LIMIT, 0, NULL, "5 handles were passed on, and 4 are taken"},
    {"100", "2", "web", PIER_ADDRESS, 0, NULL, "LISTEN_FDNAMES is web"},
    {"100", "1", "web:chat", PIER_ADDRESS, 0, NULL, "LISTEN_FDNAMES is web:chat"},
    {"", "1", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_PID is "},
    {"0", "1", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_PID is 0"},
    {"+100", "1", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_PID is +100"},
    {"100 ", "1", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_PID is 100 "},
    {"100", "-1", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_FDS is -1"},
    {"100", "x", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_FDS is x"},
    {"100", "99999999999", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_FDS is 99999999999"},
    {"100", "2147483647", NULL, PIER_ADDRESS, 0, NULL, "LISTEN_FDS is 2147483647"},
};

static void the_variables_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        pier_inherited inherited[4];
        pier_error error;
        size_t count = 77;
        pier_status status = pier_inherited_parse(variables[i].pid, variables[i].fds, variables[i].names, 100,
                                                  inherited, 4, &count, &error);
        assert_int_equal(status, variables[i].status);
        assert_int_equal(count, variables[i].count);
        if (count > 0) {
            assert_int_equal(inherited[0].handle, 3);
            assert_int_equal(inherited[count - 1].handle, (int)count + 2);
            assert_string_equal(inherited[count - 1].name, variables[i].last_name);
        }
        if (status != PIER_OK) {
            assert_int_equal(error.status, status);
            assert_non_null(strstr(error.text, variables[i].words));
        }
    }
    char name[PIER_INHERITED_NAME_BYTES_MAX + 2];
    pier_inherited one;
    size_t count = 0;
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(pier_inherited_parse("1", "1", name, 1, &one, 1, &count, NULL), PIER_ADDRESS);
    name[sizeof name - 2] = '\0';
    assert_int_equal(pier_inherited_parse("1", "1", name, 1, &one, 1, &count, NULL), PIER_OK);
    assert_string_equal(one.name, name);
    assert_int_equal(pier_inherited_parse("1", "1", NULL, 1, NULL, 1, &count, NULL), PIER_USAGE);
    assert_int_equal(pier_inherited_parse("1", "1", NULL, 1, &one, 1, NULL, NULL), PIER_USAGE);
}

/* What a child does that was started with a listener as handle 3: 0 when all went well. */
static int serve_inherited(void) {
    pier_inherited inherited[2];
    size_t count = 0;
    char number[24];
    pier_socket *listener = NULL;
    pier_socket *server = NULL;
    char byte = 0;
    (void)snprintf(number, sizeof number, "%ld", (long)getpid());
    if (setenv("LISTEN_PID", number, 1) != 0 || setenv("LISTEN_FDS", "1", 1) != 0 ||
        setenv("LISTEN_FDNAMES", "echo", 1) != 0) {
        return 1;
    }
    if (pier_inherited_handles(inherited, 2, &count, NULL) != PIER_OK || count != 1 ||
        strcmp(inherited[0].name, "echo") != 0 || fcntl(3, F_GETFD) != FD_CLOEXEC) {
        return 2;
    }
    if (pier_socket_adopt(&listener, inherited[0].handle, NULL, NULL) != PIER_OK ||
        pier_socket_accept(listener, &server, NULL, joint_patience()) != PIER_OK) {
        return 3;
    }
    if (!joint_try_read(server, &byte, 1) || !joint_try_write(server, &byte, 1)) {
        return 4;
    }
    pier_socket_destroy(server);
    pier_socket_destroy(listener);
    /* It is gone now. */
    return pier_inherited_handles(inherited, 2, &count, NULL) == PIER_USAGE && count == 0 ? 0 : 5;
}

static void a_listener_is_inherited(void **state) {
    (void)state;
    joint ends;
    char byte = 'i';
    int outcome = -1;
    joint_listen(&ends, JOINT_TCP_IPV4);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (pier_socket_handle(ends.listener) != 3 && dup2(pier_socket_handle(ends.listener), 3) != 3) {
            _exit(99);
        }
        _exit(serve_inherited());
    }
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    joint_write(ends.client, &byte, 1);
    byte = 0;
    joint_read(ends.client, &byte, 1);
    assert_int_equal(byte, 'i');
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(outcome, 0);
    joint_close(&ends);
}

static void an_environment_that_lies_is_told(void **state) {
    (void)state;
    pier_inherited inherited[PIER_SPANS_MAX];
    pier_error error;
    size_t count = 9;
    char number[24];
    joint ends;
    joint_listen(&ends, JOINT_TCP_IPV4);
    bool is_free = fcntl(3, F_GETFD) < 0;
    if (is_free) {
        assert_int_equal(dup2(pier_socket_handle(ends.listener), 3), 3);
    }
    assert_int_equal(pier_inherited_handles(inherited, 2, &count, &error), PIER_OK);
    assert_int_equal(count, 0);
    (void)snprintf(number, sizeof number, "%ld", (long)getpid());
    assert_int_equal(setenv("LISTEN_PID", number, 1), 0);
    assert_int_equal(setenv("LISTEN_FDS", "1", 1), 0);
    assert_int_equal(pier_inherited_handles(inherited, 2, &count, &error), PIER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(inherited[0].handle, 3);
    assert_string_equal(inherited[0].name, "unknown");
    assert_int_equal(fcntl(3, F_GETFD), FD_CLOEXEC);
    for (uint64_t nth = 1; nth <= 2; nth++) {
        fault_system_fail(FAULT_FCNTL, nth, false, EBADF);
        assert_int_equal(pier_inherited_handles(inherited, 2, &count, &error), PIER_USAGE);
        fault_system_reset();
        assert_int_equal(count, 0);
        assert_non_null(strstr(error.text, "handle 3, unknown, should have been passed on: "));
    }
    assert_int_equal(unsetenv("LISTEN_PID"), 0);
    assert_int_equal(unsetenv("LISTEN_FDS"), 0);
    if (is_free) {
        assert_int_equal(close(3), 0);
    }
    joint_close(&ends);
}

static void a_handle_is_passed_on(void **state) {
    (void)state;
    joint carrier;
    joint ends;
    int handle = -1;
    char got[8];
    joint_open(&carrier, JOINT_PAIR);
    joint_open(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_receive_handle(carrier.server, &handle, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_receive_handle(carrier.server, &handle, pier_deadline_after_ms(10)), PIER_TIMEOUT);
    joint_write(carrier.client, "before", 6);
    assert_int_equal(pier_socket_send_handle(carrier.client, pier_socket_handle(ends.client), joint_patience()),
                     PIER_OK);
    joint_write(carrier.client, "after", 5);
    joint_read(carrier.server, got, 6);
    assert_int_equal(pier_socket_receive_handle(carrier.server, &handle, joint_patience()), PIER_OK);
    joint_read(carrier.server, got, 5);
    assert_memory_equal(got, "after", 5);
    assert_int_not_equal(handle, pier_socket_handle(ends.client));
    assert_int_equal(fcntl(handle, F_GETFD), FD_CLOEXEC);
    pier_socket_destroy(ends.client);
    ends.client = adopt(handle);
    joint_write(ends.client, "x", 1);
    joint_read(ends.server, got, 1);
    /* A byte alone is no handle. */
    joint_write(carrier.client, "y", 1);
    assert_int_equal(pier_socket_receive_handle(carrier.server, &handle, joint_patience()), PIER_PROTOCOL);
    assert_int_equal(handle, -1);
    assert_int_equal(pier_socket_send_handle(carrier.client, -1, joint_patience()), PIER_USAGE);
    assert_int_equal(pier_socket_close(carrier.client), PIER_OK);
    assert_int_equal(pier_socket_receive_handle(carrier.server, &handle, joint_patience()), PIER_END);
    assert_int_equal(pier_socket_send_handle(carrier.server, 0, joint_patience()), PIER_CLOSED);
    /* TCP carries none. */
    assert_int_equal(pier_socket_send_handle(ends.client, 0, PIER_NOW), PIER_UNSUPPORTED);
    assert_int_equal(pier_socket_receive_handle(ends.client, &handle, PIER_NOW), PIER_UNSUPPORTED);
    assert_int_equal(pier_socket_send_handle(ends.listener, 0, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_receive_handle(carrier.server, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_receive_handle(NULL, &handle, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_send_handle(NULL, 0, PIER_NOW), PIER_USAGE);
    joint_close(&carrier);
    joint_close(&ends);
}

/* Sends `count` handles with one byte, as another program might. */
static void send_several(int to, const int *handles, size_t count) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } room;
    char byte = 'h';
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &room};
    memset(&room, 0, sizeof room);
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(control), handles, count * sizeof(int));
    assert_int_equal(sendmsg(to, &message, 0), 1);
}

static void handles_that_nobody_expects_are_closed(void **state) {
    (void)state;
    joint carrier;
    int handles[3] = {0, 1, 2};
    int handle = -1;
    char byte = 0;
    joint_open(&carrier, JOINT_PAIR);
    size_t descriptors = fault_system_descriptors();
    send_several(pier_socket_handle(carrier.client), handles, 3);
    assert_int_equal(pier_socket_receive_handle(carrier.server, &handle, joint_patience()), PIER_PROTOCOL);
    assert_int_equal(fault_system_descriptors(), descriptors);
    /* An ordinary read takes the byte, and the handles are gone. */
    send_several(pier_socket_handle(carrier.client), handles, 3);
    joint_read(carrier.server, &byte, 1);
    assert_int_equal(fault_system_descriptors(), descriptors);
    /* Without a descriptor left that is told, and the connection goes on. */
    struct rlimit before;
    struct rlimit none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3;
    send_several(pier_socket_handle(carrier.client), handles, 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    pier_status status = pier_socket_receive_handle(carrier.server, &handle, joint_patience());
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, PIER_SYSTEM);
    assert_non_null(strstr(pier_socket_error(carrier.server)->text, "no descriptor is left"));
    send_several(pier_socket_handle(carrier.client), handles, 1);
    assert_int_equal(pier_socket_receive_handle(carrier.server, &handle, joint_patience()), PIER_OK);
    assert_int_equal(close(handle), 0);
    joint_close(&carrier);
}

/* One handle passed on, for the faults. */
static void pass_once(void *user) {
    joint carrier = {.kind = JOINT_PAIR};
    int handle = -1;
    (void)user;
    if (pier_socket_pair(&carrier.client, &carrier.server, NULL, NULL) != PIER_OK) {
        return;
    }
    pier_status status = pier_socket_send_handle(carrier.client, 0, pier_deadline_after_ms(50));
    if (status == PIER_OK) {
        status = pier_socket_receive_handle(carrier.server, &handle, pier_deadline_after_ms(50));
    }
    assert_true((handle >= 0) == (status == PIER_OK));
    assert_true(status == PIER_OK || fault_system_struck() != 0);
    if (handle >= 0) {
        fault_system_reset();
        assert_int_equal(close(handle), 0);
    }
    pier_socket_destroy(carrier.client);
    pier_socket_destroy(carrier.server);
}

static void passing_on_may_fail(void **state) {
    (void)state;
    const fault_call calls[] = {FAULT_SENDMSG, FAULT_RECVMSG, FAULT_PPOLL};
    const int errors[] = {ECONNRESET, EAGAIN, EINTR, ENOBUFS};
    for (size_t call = 0; call < 3; call++) {
        for (size_t i = 0; i < 4; i++) {
            for (uint64_t nth = 1; nth < 3; nth++) {
                size_t descriptors = fault_system_descriptors();
                fault_system_reset();
                fault_system_fail(calls[call], nth, false, errors[i]);
                pass_once(NULL);
                fault_system_reset();
                assert_int_equal(fault_system_descriptors(), descriptors);
            }
        }
    }
}

static void the_peer_has_credentials(void **state) {
    (void)state;
    joint ends;
    pier_credentials credentials = {.process = 1};
    joint_open(&ends, JOINT_UNIX_ABSTRACT);
    assert_int_equal(pier_socket_peer_credentials(ends.server, &credentials), PIER_OK);
    assert_int_equal(credentials.process, getpid());
    assert_int_equal(credentials.user, geteuid());
    assert_int_equal(credentials.group, getegid());
    assert_int_equal(pier_socket_peer_credentials(ends.server, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_peer_credentials(ends.listener, &credentials), PIER_USAGE);
    assert_int_equal(pier_socket_peer_credentials(NULL, &credentials), PIER_USAGE);
    fault_system_fail(FAULT_GETSOCKOPT, 1, false, ENOBUFS);
    assert_int_equal(pier_socket_peer_credentials(ends.server, &credentials), PIER_NO_MEMORY);
    fault_system_reset();
    joint_close(&ends);
    joint_open(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_peer_credentials(ends.server, &credentials), PIER_UNSUPPORTED);
    assert_int_equal(credentials.process, 0);
    joint_close(&ends);
}

int main(void) {
    static joint_kind kinds[JOINT_KIND_COUNT];
    static char names[2 * JOINT_KIND_COUNT][64];
    struct CMUnitTest tests[2 * JOINT_KIND_COUNT + 11] = {
        cmocka_unit_test(what_is_no_stream_is_not_adopted),
        cmocka_unit_test(options_hold_for_what_is_adopted),
        cmocka_unit_test(adopting_may_fail),
        cmocka_unit_test(releasing_needs_an_open_socket),
        cmocka_unit_test(the_variables_are_read),
        cmocka_unit_test(a_listener_is_inherited),
        cmocka_unit_test(an_environment_that_lies_is_told),
        cmocka_unit_test(a_handle_is_passed_on),
        cmocka_unit_test(handles_that_nobody_expects_are_closed),
        cmocka_unit_test(passing_on_may_fail),
        cmocka_unit_test(the_peer_has_credentials),
    };
    size_t count = 11;
    for (size_t kind = 0; kind < JOINT_KIND_COUNT; kind++) {
        kinds[kind] = (joint_kind)kind;
        (void)snprintf(names[2 * kind], sizeof names[0], "%s_is_adopted", joint_kind_name(kinds[kind]));
        tests[count++] =
            (struct CMUnitTest){names[2 * kind], released_and_adopted_it_goes_on, NULL, NULL, &kinds[kind]};
        if (kind != JOINT_PAIR) {
            (void)snprintf(names[2 * kind + 1], sizeof names[0], "%s_listener_is_adopted",
                           joint_kind_name(kinds[kind]));
            tests[count++] = (struct CMUnitTest){names[2 * kind + 1], a_listener_is_adopted, NULL, NULL, &kinds[kind]};
        }
    }
    return _cmocka_run_group_tests("socket handles", tests, count, NULL, NULL);
}
