/* Sockets whose system calls and allocations fail: every call, the first, the second, … once and for good.
 *
 * Floor 2 (socket). A pass is a whole life in one thread. Whatever is struck, it must end in success or in an honest
 * failure, with nothing left open, allocated or in the file system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket/joint.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

/* The calls as they are without faults, for what a test prepares and clears away. */
int __real_socket(int domain, int type, int protocol);
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);
int __real_close(int fd);
int __real_unlink(const char *path);

/* How long a pass waits: generously, but not when a call that says "not now" for good makes it wait in vain. */
#define PATIENT_MS 5000
#define IN_VAIN_MS 40

/* What a pass works on. */
typedef struct pass_setting {
    joint_kind kind;
    const pier_allocator *allocator;
    pier_address address;
    char folder[64];
    char path[96];
    bool has_dead_socket; /* at the path, before each pass */
    bool is_connected_later;
} pass_setting;

static int64_t patience_ms = PATIENT_MS;
static int struck_error;

static void setting_open(pass_setting *setting, joint_kind kind) {
    memset(setting, 0, sizeof *setting);
    setting->kind = kind;
    if (kind != JOINT_PAIR) {
        joint ends = {.folder = ""};
        setting->address = joint_address(&ends, kind);
        if (kind == JOINT_UNIX_PATH) {
            memcpy(setting->folder, ends.folder, sizeof setting->folder);
            (void)snprintf(setting->path, sizeof setting->path, "%s/socket", setting->folder);
        }
    }
}

static void setting_close(pass_setting *setting) {
    if (setting->folder[0] != '\0') {
        (void)__real_unlink(setting->path);
        assert_int_equal(rmdir(setting->folder), 0);
    }
}

static void leave_dead_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    (void)__real_unlink(path);
    int handle = __real_socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    assert_int_equal(__real_bind(handle, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(__real_close(handle), 0);
}

/* Asserts that an answer is what may be: success when nothing was struck, and a failure that its error tells. */
static void assert_honest(pier_status status, const pier_error *error) {
    if (status < 0) {
        assert_int_equal(error->status, status);
        assert_int_equal(error->floor, PIER_FLOOR_SOCKET);
        assert_true(error->text[0] != '\0');
    }
}

static pier_deadline pass_deadline(void) {
    return pier_deadline_after_ms(patience_ms);
}

/* Connects, in one go or in two. */
static pier_status connect_client(const pass_setting *setting, pier_socket **client, const pier_address *address,
                                  const pier_socket_options *options) {
    pier_error error;
    memset(&error, 0, sizeof error);
    *client = (pier_socket *)&error;
    pier_deadline deadline = setting->is_connected_later ? PIER_NOW : pass_deadline();
    pier_status status = pier_socket_connect(client, address, deadline, options, &error);
    if (status != PIER_OK) {
        assert_null(*client);
        assert_int_equal(error.status, status);
        return status;
    }
    if (setting->is_connected_later) {
        uint32_t ready = 0;
        status = pier_socket_wait(*client, PIER_WRITABLE, &ready, pass_deadline());
        assert_honest(status, pier_socket_error(*client));
        if (status == PIER_OK) {
            status = pier_socket_connected(*client);
            assert_honest(status, pier_socket_error(*client));
        }
    }
    return status;
}

/* Makes a connection of the setting's kind. */
static pier_status connect_ends(const pass_setting *setting, joint *ends) {
    pier_socket_options options = {.size = sizeof options, .allocator = setting->allocator};
    pier_error error;
    pier_address peer;
    memset(&error, 0, sizeof error);
    if (setting->kind == JOINT_PAIR) {
        pier_status status = pier_socket_pair(&ends->client, &ends->server, &options, &error);
        assert_honest(status, &error);
        assert_true((status == PIER_OK) == (ends->client != NULL) && (status == PIER_OK) == (ends->server != NULL));
        return status;
    }
    pier_status status = pier_socket_listen(&ends->listener, &setting->address, &options, &error);
    assert_honest(status, &error);
    assert_true((status == PIER_OK) == (ends->listener != NULL));
    if (status != PIER_OK) {
        return status;
    }
    status = pier_socket_local_address(ends->listener, &ends->address);
    assert_honest(status, pier_socket_error(ends->listener));
    if (status != PIER_OK) {
        return status;
    }
    status = connect_client(setting, &ends->client, &ends->address, &options);
    if (status != PIER_OK) {
        return status;
    }
    status = pier_socket_accept(ends->listener, &ends->server, &peer, pass_deadline());
    assert_honest(status, pier_socket_error(ends->listener));
    assert_true((status == PIER_OK) == (ends->server != NULL));
    return status;
}

/* Sends a text and reads it on the other side, as far as that goes. */
static pier_status carry(pier_socket *from, pier_socket *to) {
    static const char text[] = "what is carried";
    char got[sizeof text];
    size_t done = 0;
    size_t arrived = 0;
    while (done < sizeof text) {
        pier_bytes spans[2] = {{text + done, 1}, {text + done + 1, sizeof text - done - 1}};
        size_t size = 99;
        pier_status status = pier_socket_write(from, spans, done + 1 < sizeof text ? 2 : 1, &size, pass_deadline());
        assert_honest(status, pier_socket_write_error(from));
        if (status != PIER_OK) {
            assert_int_equal(size, 0);
            return status;
        }
        assert_in_range(size, 1, sizeof text - done);
        done += size;
    }
    while (arrived < sizeof text) {
        size_t size = 99;
        pier_status status = pier_socket_read(to, got + arrived, sizeof text - arrived, &size, pass_deadline());
        assert_honest(status, pier_socket_read_error(to));
        if (status != PIER_OK) {
            assert_int_equal(size, 0);
            return status;
        }
        arrived += size;
    }
    assert_memory_equal(got, text, sizeof text);
    return PIER_OK;
}

/* Uses a connection to its end. */
static pier_status use_ends(joint *ends) {
    uint32_t ready = 0;
    char got[4];
    size_t size = 0;
    pier_address peer;
    pier_status status = pier_socket_wait(ends->client, PIER_WRITABLE, &ready, pass_deadline());
    assert_honest(status, pier_socket_error(ends->client));
    status = status == PIER_OK ? carry(ends->client, ends->server) : status;
    status = status == PIER_OK ? carry(ends->server, ends->client) : status;
    if (status != PIER_OK) {
        return status;
    }
    status = pier_socket_peer_address(ends->client, &peer);
    assert_honest(status, pier_socket_error(ends->client));
    if (status != PIER_OK) {
        return status;
    }
    status = pier_socket_read(ends->server, got, sizeof got, &size, pier_deadline_after_ms(1));
    assert_honest(status, pier_socket_error(ends->server));
    if (status != PIER_TIMEOUT) {
        return status;
    }
    status = pier_socket_shutdown(ends->client);
    assert_honest(status, pier_socket_error(ends->client));
    if (status != PIER_OK) {
        return status;
    }
    status = pier_socket_read(ends->server, got, sizeof got, &size, pass_deadline());
    assert_honest(status, pier_socket_error(ends->server));
    return status == PIER_END ? PIER_OK : status;
}

/* A whole life. Returns how it ended; when nothing was struck, that must be well. */
static pier_status live(const pass_setting *setting) {
    joint ends;
    memset(&ends, 0, sizeof ends);
    if (setting->has_dead_socket) {
        leave_dead_socket(setting->path);
    }
    pier_status status = connect_ends(setting, &ends);
    if (status == PIER_OK) {
        status = use_ends(&ends);
    }
    if (ends.listener != NULL) {
        pier_status closed = pier_socket_close(ends.listener);
        assert_honest(closed, pier_socket_error(ends.listener));
        assert_int_equal(pier_socket_handle(ends.listener), -1);
        assert_int_equal(pier_socket_close(ends.listener), PIER_OK);
        status = status == PIER_OK ? closed : status;
    }
    pier_socket_destroy(ends.client);
    pier_socket_destroy(ends.server);
    pier_socket_destroy(ends.listener);
    if (setting->path[0] != '\0') {
        /* Only a call that could not be made leaves the file. */
        struct stat left;
        assert_true(fault_system_struck() != 0 || stat(setting->path, &left) != 0);
        (void)__real_unlink(setting->path);
    }
    return status;
}

static void system_pass(void *user) {
    pier_status status = live(user);
    if (fault_system_struck() == 0) {
        assert_int_equal(status, PIER_OK);
    }
}

static joint_kind kind_of(void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    return kind;
}

static void every_system_call_may_fail(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    assert_true(fault_system_sweep(system_pass, &setting) > 0);
    setting_close(&setting);
}

static void prepare_for(int error) {
    struck_error = error;
    patience_ms = error == EAGAIN || error == ECONNABORTED ? IN_VAIN_MS : PATIENT_MS;
}

static void shortage_pass(void *user) {
    pier_status status = live(user);
    if (fault_system_struck() == 0 || struck_error == EINTR) {
        /* No call shows EINTR. */
        assert_int_equal(status, PIER_OK);
    }
}

static void every_call_may_meet_every_shortage(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    uint64_t struck = fault_system_sweep_shortages(shortage_pass, &setting, prepare_for);
    print_message("%llu passes were struck\n", (unsigned long long)struck);
    assert_true(struck > 100);
    setting_close(&setting);
}

static void connecting_in_two_steps_may_fail(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    setting.is_connected_later = true;
    static const fault_call calls[] = {FAULT_CONNECT, FAULT_PPOLL, FAULT_SOCKET, FAULT_GETSOCKNAME};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        assert_true(fault_system_sweep_call(system_pass, &setting, calls[i], ENOMEM) > 0);
    }
    setting_close(&setting);
}

static void other_errors_are_met_too(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    static const struct {
        fault_call call;
        int error;
    } rows[] = {
        {FAULT_ACCEPT4, ECONNABORTED},  {FAULT_ACCEPT4, EAGAIN},    {FAULT_ACCEPT4, EPROTO},
        {FAULT_CONNECT, EINTR},         {FAULT_CONNECT, EAGAIN},    {FAULT_CONNECT, EACCES},
        {FAULT_CONNECT, EADDRNOTAVAIL}, {FAULT_SENDMSG, EAGAIN},    {FAULT_SENDMSG, EPIPE},
        {FAULT_SENDMSG, ETIMEDOUT},     {FAULT_RECV, EAGAIN},       {FAULT_RECV, ETIMEDOUT},
        {FAULT_PPOLL, EINTR},           {FAULT_PPOLL, EINVAL},      {FAULT_SOCKET, EAFNOSUPPORT},
        {FAULT_BIND, EACCES},           {FAULT_BIND, ENOSPC},       {FAULT_BIND, EROFS},
        {FAULT_CLOSE, EINTR},           {FAULT_SHUTDOWN, ENOTCONN}, {FAULT_GETSOCKOPT, EBADF},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* A connect that is interrupted for good would not end, here as there. */
        bool is_endless = rows[i].call == FAULT_CONNECT && rows[i].error == EINTR;
        if (is_endless) {
            fault_system_reset();
            fault_system_fail(rows[i].call, 1, false, rows[i].error);
            assert_int_equal(live(&setting), PIER_OK);
            fault_system_reset();
        } else {
            bool is_not_now = rows[i].error == EAGAIN || rows[i].error == EINTR || rows[i].error == ECONNABORTED ||
                              rows[i].error == EPROTO;
            patience_ms = is_not_now ? IN_VAIN_MS : PATIENT_MS;
            (void)fault_system_sweep_call(system_pass, &setting, rows[i].call, rows[i].error);
        }
    }
    setting_close(&setting);
}

static void the_sweeps_really_strike(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    /* An error that is told to the user keeps its number. */
    pier_error error;
    pier_socket *socket = NULL;
    pier_socket *other = NULL;
    memset(&error, 0, sizeof error);
    fault_system_fail(setting.kind == JOINT_PAIR ? FAULT_SOCKETPAIR : FAULT_SOCKET, 1, false, ENFILE);
    pier_status status = setting.kind == JOINT_PAIR ? pier_socket_pair(&socket, &other, NULL, &error)
                                                    : pier_socket_listen(&socket, &setting.address, NULL, &error);
    fault_system_reset();
    assert_int_equal(status, PIER_SYSTEM);
    assert_int_equal(error.os_error, ENFILE);
    assert_non_null(strstr(error.text, "no descriptor is left in the whole system"));
    setting_close(&setting);
}

static void interruptions_stalls_and_short_counts_change_nothing(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    size_t descriptors = fault_system_descriptors();
    for (uint64_t every = 2; every < 7; every++) {
        fault_system_reset();
        fault_system_interrupt(every);
        assert_int_equal(live(&setting), PIER_OK);
        fault_system_reset();
        fault_system_stall(every);
        assert_int_equal(live(&setting), PIER_OK);
        assert_true(fault_system_struck() > 0);
        fault_system_reset();
        fault_system_interrupt(every);
        fault_system_stall(every + 1);
        fault_system_shorten(1);
        assert_int_equal(live(&setting), PIER_OK);
    }
    fault_system_reset();
    assert_int_equal(fault_system_descriptors(), descriptors);
    setting_close(&setting);
}

static void a_connection_may_break_at_any_byte(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    size_t descriptors = fault_system_descriptors();
    pier_status status = PIER_RESET;
    uint64_t nth = 1;
    for (; status != PIER_OK; nth++) {
        fault_system_reset();
        fault_system_shorten(3);
        fault_system_break_connection(nth);
        status = live(&setting);
        assert_true(status == PIER_RESET || (status == PIER_OK && fault_system_struck() == 0));
    }
    assert_true(nth > 10);
    fault_system_reset();
    assert_int_equal(fault_system_descriptors(), descriptors);
    setting_close(&setting);
}

static void allocation_pass(fault_allocator *faults, void *user) {
    pass_setting *setting = user;
    setting->allocator = &faults->allocator;
    pier_status status = live(setting);
    if (faults->struck == 0) {
        assert_int_equal(status, PIER_OK);
    } else {
        assert_int_equal(status, PIER_NO_MEMORY);
    }
}

static void every_allocation_may_fail(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    size_t descriptors = fault_system_descriptors();
    assert_true(fault_allocator_sweep(allocation_pass, &setting) > 0);
    assert_int_equal(fault_system_descriptors(), descriptors);
    setting_close(&setting);
}

/* ---- what one kind alone meets ---- */

static void taking_a_dead_place_over_may_fail(void **state) {
    (void)state;
    pass_setting setting;
    setting_open(&setting, JOINT_UNIX_PATH);
    setting.has_dead_socket = true;
    static const fault_call calls[] = {FAULT_SOCKET, FAULT_BIND,   FAULT_CONNECT, FAULT_LSTAT,
                                       FAULT_STAT,   FAULT_UNLINK, FAULT_CLOSE,   FAULT_LISTEN};
    static const int errors[] = {EIO, EACCES, EADDRINUSE, ENOENT};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (size_t j = 0; j < sizeof errors / sizeof errors[0]; j++) {
            assert_true(fault_system_sweep_call(system_pass, &setting, calls[i], errors[j]) > 0);
        }
    }
    setting_close(&setting);
}

static void a_doubtful_place_is_left_alone(void **state) {
    (void)state;
    pass_setting setting;
    pier_socket *socket = NULL;
    pier_error error;
    struct stat before;
    struct stat after;
    setting_open(&setting, JOINT_UNIX_PATH);
    leave_dead_socket(setting.path);
    assert_int_equal(stat(setting.path, &before), 0);
    /* Whether the socket lives cannot be asked: it stays. */
    fault_system_fail(FAULT_CONNECT, 1, false, EACCES);
    assert_int_equal(pier_socket_listen(&socket, &setting.address, NULL, &error), PIER_IN_USE);
    assert_null(socket);
    fault_system_reset();
    assert_int_equal(stat(setting.path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    setting_close(&setting);
}

static void a_machine_without_ipv6_opens_the_wildcard_for_ipv4(void **state) {
    (void)state;
    static const struct {
        fault_call call;
        int error;
    } rows[] = {{FAULT_SOCKET, EAFNOSUPPORT}, {FAULT_BIND, EADDRNOTAVAIL}};
    for (size_t i = 0; i < 2; i++) {
        pier_address wildcard = joint_parse("tcp://:0");
        pier_address address;
        pier_socket *socket = NULL;
        pier_error error;
        fault_system_fail(rows[i].call, 1, false, rows[i].error);
        assert_int_equal(pier_socket_listen(&socket, &wildcard, NULL, &error), PIER_OK);
        fault_system_reset();
        assert_int_equal(pier_socket_local_address(socket, &address), PIER_OK);
        assert_int_equal(address.family, PIER_FAMILY_IPV4);
        assert_int_equal(address.name[0] | address.name[1] | address.name[2] | address.name[3], 0);
        assert_true(pier_address_port(&address) != 0);
        pier_socket_destroy(socket);
        /* Another address is not replaced by anything. */
        pier_address one = joint_parse("tcp://[::1]:0");
        fault_system_fail(rows[i].call, 1, false, rows[i].error);
        assert_int_equal(pier_socket_listen(&socket, &one, NULL, &error), PIER_UNREACHABLE);
        fault_system_reset();
        assert_null(socket);
    }
    /* Both families are missing: the error is the wildcard's. */
    pier_address wildcard = joint_parse("tcp://:7");
    pier_socket *socket = NULL;
    pier_error error;
    fault_system_fail(FAULT_SOCKET, 1, true, EAFNOSUPPORT);
    assert_int_equal(pier_socket_listen(&socket, &wildcard, NULL, &error), PIER_UNREACHABLE);
    fault_system_reset();
    assert_int_equal(strncmp(error.text, "listen on tcp://[::]:7: ", 24), 0);
}

static void connections_that_died_waiting_are_passed_over(void **state) {
    (void)state;
    joint ends;
    joint_listen(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    static const int errors[] = {ECONNABORTED, EPROTO,      ENOPROTOOPT, EOPNOTSUPP,   EPERM,
                                 ENETDOWN,     ENETUNREACH, EHOSTDOWN,   EHOSTUNREACH, ENONET};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        pier_socket *none = NULL;
        fault_system_fail(FAULT_ACCEPT4, 1, true, errors[i]);
        assert_int_equal(pier_socket_accept(ends.listener, &none, NULL, PIER_NOW), PIER_WOULD_BLOCK);
        assert_int_equal(pier_socket_accept(ends.listener, &none, NULL, pier_deadline_after_ms(1)), PIER_TIMEOUT);
        fault_system_reset();
    }
    fault_system_fail(FAULT_ACCEPT4, 1, false, ECONNABORTED);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NOW), PIER_OK);
    fault_system_reset();
    joint_close(&ends);
}

static void waiting_for_room_in_a_queue_may_fail(void **state) {
    (void)state;
    joint ends;
    memset(&ends, 0, sizeof ends);
    pier_socket_options options = {.size = sizeof options, .backlog = 1};
    pier_socket *clients[8] = {NULL};
    size_t count = 0;
    pier_address address = joint_address(&ends, JOINT_UNIX_ABSTRACT);
    assert_int_equal(pier_socket_listen(&ends.listener, &address, &options, NULL), PIER_OK);
    while (pier_socket_connect(&clients[count], &address, PIER_NOW, NULL, NULL) == PIER_OK) {
        count++;
    }
    size_t descriptors = fault_system_descriptors();
    pier_error error;
    fault_system_fail(FAULT_FCNTL, 1, false, ENOMEM);
    assert_int_equal(pier_socket_connect(&ends.client, &address, pass_deadline(), NULL, &error), PIER_NO_MEMORY);
    fault_system_reset();
    fault_system_fail(FAULT_SETSOCKOPT, 1, false, ENOMEM);
    assert_int_equal(pier_socket_connect(&ends.client, &address, pass_deadline(), NULL, &error), PIER_NO_MEMORY);
    fault_system_reset();
    fault_system_fail(FAULT_CONNECT, 2, false, ECONNREFUSED);
    assert_int_equal(pier_socket_connect(&ends.client, &address, pass_deadline(), NULL, &error), PIER_REFUSED);
    fault_system_reset();
    fault_system_interrupt(2);
    assert_int_equal(pier_socket_connect(&ends.client, &address, pier_deadline_after_ms(JOINT_GLANCE_MS), NULL, &error),
                     PIER_TIMEOUT);
    fault_system_reset();
    assert_int_equal(fault_system_descriptors(), descriptors);
    /* A call that answered "full" too early is made again while there is time. */
    pier_socket_destroy(clients[0]);
    clients[0] = NULL;
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NOW), PIER_OK);
    fault_system_fail(FAULT_CONNECT, 1, false, EAGAIN);
    assert_int_equal(pier_socket_connect(&ends.client, &address, pass_deadline(), NULL, &error), PIER_OK);
    fault_system_reset();
    for (size_t i = 0; i < count; i++) {
        pier_socket_destroy(clients[i]);
    }
    joint_close(&ends);
}

static int reset(void **state) {
    (void)state;
    patience_ms = PATIENT_MS;
    fault_system_reset();
    return 0;
}

typedef void suite_test(void **state);

static const struct {
    const char *name;
    suite_test *run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(every_system_call_may_fail),         ROW(every_call_may_meet_every_shortage),
    ROW(connecting_in_two_steps_may_fail),   ROW(other_errors_are_met_too),
    ROW(the_sweeps_really_strike),           ROW(interruptions_stalls_and_short_counts_change_nothing),
    ROW(a_connection_may_break_at_any_byte), ROW(every_allocation_may_fail),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0] };

static const struct CMUnitTest lone_tests[] = {
    cmocka_unit_test_teardown(taking_a_dead_place_over_may_fail, reset),
    cmocka_unit_test_teardown(a_doubtful_place_is_left_alone, reset),
    cmocka_unit_test_teardown(a_machine_without_ipv6_opens_the_wildcard_for_ipv4, reset),
    cmocka_unit_test_teardown(connections_that_died_waiting_are_passed_over, reset),
    cmocka_unit_test_teardown(waiting_for_room_in_a_queue_may_fail, reset),
};

enum { LONE_COUNT = sizeof lone_tests / sizeof lone_tests[0] };

int main(void) {
    static struct CMUnitTest tests[JOINT_KIND_COUNT * SUITE_COUNT + LONE_COUNT];
    static char names[JOINT_KIND_COUNT * SUITE_COUNT][96];
    static joint_kind kinds[JOINT_KIND_COUNT];
    size_t count = 0;
    for (size_t kind = 0; kind < JOINT_KIND_COUNT; kind++) {
        kinds[kind] = (joint_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            if (kinds[kind] == JOINT_PAIR && suite[i].run == connecting_in_two_steps_may_fail) {
                continue;
            }
            (void)snprintf(names[count], sizeof names[count], "%s_%s", joint_kind_name(kinds[kind]), suite[i].name);
            tests[count] = (struct CMUnitTest){names[count], suite[i].run, NULL, reset, &kinds[kind]};
            count++;
        }
    }
    memcpy(&tests[count], lone_tests, sizeof lone_tests);
    return _cmocka_run_group_tests("socket faults", tests, count + LONE_COUNT, NULL, NULL);
}
