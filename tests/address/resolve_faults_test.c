/* Names when something breaks underneath: each system call, each allocation of Pier and each of c-ares fails once and
 * for good. Whatever happens, a look-up ends with an address or an honest status, in time, and leaves nothing behind.
 *
 * Floor 1 (address). The allocator of c-ares is of the whole process; this program may take it, the library does
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ares.h>

#include <pier/resolve.h>

#include "support/dns_server.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

/* Where an answer is lost, a look-up waits for its deadline: short for those that lose many. */
enum { DEADLINE_MS = 1000, SHORT_DEADLINE_MS = 60 * TIME_FACTOR };

/* A server that answers over UDP, or over TCP alone. */
static const dns_rule rules[] = {{.name = "udp.example", .addresses = "127.0.0.2 ::1"},
                                 {.name = "tcp.example", .conduct = DNS_CUT, .addresses = "127.0.0.2 ::1"},
                                 {.name = "alias.a.example", .aliases = "udp.example", .addresses = "127.0.0.2"}};
static dns_server *server;
static pier_address server_address;
static int64_t deadline_ms = DEADLINE_MS;
static char hosts_path[64];
static char resolv_conf_path[64];

/* What is looked up, and what comes of it when nothing fails. */
typedef struct look_up_case {
    const char *text;
    bool is_from_resolv_conf; /* whose server nobody is */
    pier_status status;
} look_up_case;

static look_up_case look_ups[] = {
    {"udp.example:80", false, PIER_OK},         {"tcp.example:80", false, PIER_OK}, {"alias:80", false, PIER_OK},
    {"nosuch:80", false, PIER_NOT_FOUND},       {"in.hosts:80", false, PIER_OK},    {"localhost:http", false, PIER_OK},
    {"udp.example:80", true, PIER_UNREACHABLE},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void write_file(char path[64], const char *contents) {
    (void)snprintf(path, 64, "/tmp/pier-faults-XXXXXX");
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, contents, strlen(contents)), strlen(contents));
    assert_int_equal(close(handle), 0);
}

/* Looks one case up, and demands what must hold whatever fails. */
static pier_status look_up_in(const look_up_case *which, const pier_allocator *allocator, const char *hosts) {
    pier_address addresses[4];
    pier_error error;
    size_t count = 99;
    pier_resolve_options options = {.size = sizeof options,
                                    .allocator = allocator,
                                    .search = "a.example",
                                    .hosts_path = hosts,
                                    .resolv_conf_path = resolv_conf_path};
    if (!which->is_from_resolv_conf) {
        options.servers = &server_address;
        options.server_count = 1;
    }
    int64_t begun_ns = pier_clock_monotonic_ns();
    pier_status status =
        pier_address_resolve(which->text, addresses, 4, &count, pier_deadline_after_ms(deadline_ms), &options, &error);
    int64_t took_ms = (pier_clock_monotonic_ns() - begun_ns) / 1000000;
    assert_in_range(took_ms, 0, deadline_ms + 2000 * TIME_FACTOR);
    if (status == PIER_OK) {
        assert_in_range(count, 1, 3);
    } else {
        assert_int_equal(count, 0);
        assert_int_equal(error.status, status);
        assert_true(error.text[0] != '\0');
    }
    return status;
}

static pier_status look_up(const look_up_case *which, const pier_allocator *allocator) {
    return look_up_in(which, allocator, hosts_path);
}

/* Checks a look-up in which something may have failed. */
static void check(const look_up_case *which, pier_status status, bool is_struck) {
    if (!is_struck && status != which->status) {
        fail_msg("%s: %s", which->text, pier_status_name(status));
    }
    if (status == PIER_NOT_FOUND && which->status != PIER_NOT_FOUND) {
        /* That there is no such name may be said only when somebody has said it. */
        fail_msg("%s is said not to be there", which->text);
    }
}

static void pass_of_system(void *user) {
    const look_up_case *which = (const look_up_case *)user;
    pier_status status = look_up(which, NULL);
    check(which, status, fault_system_struck() > 0);
}

static void each_system_call_may_fail(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(look_ups); i++) {
        uint64_t struck = fault_system_sweep(pass_of_system, &look_ups[i]);
        print_message("%-16s %4u passes were struck\n", look_ups[i].text, (unsigned)struck);
        assert_true(struck >= 4);
    }
}

static void what_systems_answer_under_load_is_survived(void **state) {
    (void)state;
    static const struct {
        fault_call call;
        int error;
    } rows[] = {
        {FAULT_SOCKET, ENFILE},         {FAULT_SOCKET, ENOBUFS},       {FAULT_SOCKET, ENOMEM}, {FAULT_SENDMSG, ENOBUFS},
        {FAULT_SENDMSG, EPERM},         {FAULT_SENDMSG, ECONNREFUSED}, {FAULT_RECV, ENOMEM},   {FAULT_CONNECT, EAGAIN},
        {FAULT_CONNECT, EADDRNOTAVAIL}, {FAULT_GETSOCKNAME, EINVAL},   {FAULT_PPOLL, EINVAL},  {FAULT_SENDMSG, ENOMEM},
        {FAULT_CONNECT, ENOBUFS},       {FAULT_CONNECT, ENOMEM},       {FAULT_OPEN, ENFILE},   {FAULT_OPEN, ENOMEM},
        {FAULT_READ, ENOMEM},           {FAULT_READ, ENOBUFS},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t which = 0; which < 2; which++) {
            fault_system_reset();
            (void)fault_system_sweep_call(pass_of_system, &look_ups[which], rows[i].call, rows[i].error);
        }
    }
}

/* A look-up that waits never says "not now", not even when the system did: there is nothing the caller could wait for. */
static void pass_of_shortage(void *user) {
    const look_up_case *which = (const look_up_case *)user;
    pier_status status = look_up(which, NULL);
    if (fault_system_struck() == 0 && status == PIER_TIMEOUT) {
        /* Nothing was lost: the machine was slower than the short deadline. */
        fault_system_reset();
        deadline_ms = DEADLINE_MS * TIME_FACTOR;
        status = look_up(which, NULL);
        deadline_ms = SHORT_DEADLINE_MS;
    }
    check(which, status, fault_system_struck() > 0);
    assert_int_not_equal(status, PIER_WOULD_BLOCK);
}

static void each_shortage_ends(void **state) {
    (void)state;
    deadline_ms = SHORT_DEADLINE_MS;
    for (size_t i = 0; i < COUNT(look_ups); i++) {
        fault_system_reset();
        uint64_t struck = fault_system_sweep_shortages(pass_of_shortage, &look_ups[i], NULL);
        print_message("%-16s %4u passes were short\n", look_ups[i].text, (unsigned)struck);
        assert_true(struck >= 4);
    }
}

/* "Not now" for good, where a call was never expected to say so, is a failure, and ends. */
static void a_call_that_is_never_ready_ends(void **state) {
    (void)state;
    static const fault_call calls[] = {FAULT_SOCKET, FAULT_CONNECT, FAULT_SENDMSG, FAULT_RECV,
                                       FAULT_PPOLL,  FAULT_OPEN,    FAULT_READ};
    deadline_ms = SHORT_DEADLINE_MS;
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (size_t which = 0; which < COUNT(look_ups); which++) {
            fault_system_reset();
            fault_system_fail(calls[i], 1, true, EAGAIN);
            pass_of_shortage(&look_ups[which]);
        }
    }
}

static void interruptions_and_stalls_change_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(look_ups); i++) {
        fault_system_reset();
        fault_system_interrupt(2);
        assert_int_equal(look_up(&look_ups[i], NULL), look_ups[i].status);
        assert_true(fault_system_struck() > 0);
        /* A file never stalls; so without one. */
        if (strcmp(look_ups[i].text, "in.hosts:80") != 0 && strcmp(look_ups[i].text, "localhost:http") != 0) {
            fault_system_reset();
            fault_system_stall(2);
            assert_int_equal(look_up_in(&look_ups[i], NULL, ""), look_ups[i].status);
        }
    }
}

static void pass_of_memory(fault_allocator *faults, void *user) {
    const look_up_case *which = (const look_up_case *)user;
    pier_status status = look_up(which, &faults->allocator);
    check(which, status, faults->struck > 0);
    if (faults->struck > 0) {
        assert_int_equal(status, PIER_NO_MEMORY);
    }
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(look_ups); i++) {
        assert_true(fault_allocator_sweep(pass_of_memory, &look_ups[i]) >= 2);
    }
}

/* The allocations of c-ares: counted, and failed when told. */
static struct {
    uint64_t calls;
    uint64_t fail_at;
    bool for_good;
    uint64_t struck;
    size_t live;
} memory;

static bool memory_strikes(void) {
    memory.calls++;
    bool strikes =
        memory.fail_at != 0 && (memory.calls == memory.fail_at || (memory.for_good && memory.calls > memory.fail_at));
    memory.struck += strikes;
    return strikes;
}

static void *take_memory(size_t size) {
    void *taken = size > 0 && !memory_strikes() ? malloc(size) : NULL;
    memory.live += taken != NULL;
    return taken;
}

static void give_memory(void *taken) {
    memory.live -= taken != NULL;
    free(taken);
}

static void *move_memory(void *taken, size_t size) {
    if (memory_strikes()) {
        return NULL;
    }
    memory.live += taken == NULL;
    return realloc(taken, size);
}

/* Looks up with one allocation of c-ares failing. Returns whether one did. */
static bool pass_of_ares(const look_up_case *which, uint64_t fail_at, bool for_good) {
    size_t descriptors = fault_system_descriptors();
    memory.calls = 0;
    memory.fail_at = fail_at;
    memory.for_good = for_good;
    memory.struck = 0;
    pier_status status = look_up(which, NULL);
    memory.fail_at = 0;
    if (memory.struck == 0 && status == PIER_TIMEOUT) {
        /* Nothing was lost: the machine was slower than the short deadline. */
        deadline_ms = DEADLINE_MS * TIME_FACTOR;
        status = look_up(which, NULL);
        deadline_ms = SHORT_DEADLINE_MS;
    }
    check(which, status, memory.struck > 0);
    if (memory.live != 0) {
        fail_msg("%s: %zu blocks are left, with allocation %u failing %s", which->text, memory.live, (unsigned)fail_at,
                 for_good ? "for good" : "once");
    }
    assert_int_equal(fault_system_descriptors(), descriptors);
    return memory.struck > 0;
}

static void each_allocation_of_c_ares_may_fail(void **state) {
    (void)state;
    deadline_ms = SHORT_DEADLINE_MS;
    for (size_t i = 0; i < COUNT(look_ups); i++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            uint64_t fail_at = 1;
            while (pass_of_ares(&look_ups[i], fail_at, for_good != 0)) {
                fail_at++;
            }
            print_message("%-16s %4u allocations %s\n", look_ups[i].text, (unsigned)fail_at - 1,
                          for_good != 0 ? "for good" : "once");
        }
    }
}

static void a_thousand_look_ups_leave_nothing(void **state) {
    (void)state;
    size_t descriptors = fault_system_descriptors();
    fault_allocator faults;
    fault_allocator_init(&faults);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(look_up(&look_ups[i % 2], &faults.allocator), PIER_OK);
    }
    assert_int_equal(fault_system_descriptors(), descriptors);
    assert_int_equal(memory.live, 0);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    deadline_ms = DEADLINE_MS;
    return 0;
}

static int begin(void **state) {
    (void)state;
    if (ares_library_init_mem(ARES_LIB_INIT_ALL, take_memory, give_memory, move_memory) != ARES_SUCCESS) {
        return 1;
    }
    write_file(hosts_path, "127.0.0.5 in.hosts\n");
    write_file(resolv_conf_path, "nameserver 127.77.0.1\nsearch a.example\n");
    server = dns_server_start(rules, COUNT(rules), true);
    server_address = dns_server_address(server);
    return 0;
}

static int end(void **state) {
    (void)state;
    dns_server_stop(server);
    ares_library_cleanup();
    return unlink(hosts_path) != 0 || unlink(resolv_conf_path) != 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_system_call_may_fail, reset),
        cmocka_unit_test_setup(what_systems_answer_under_load_is_survived, reset),
        cmocka_unit_test_setup(each_shortage_ends, reset),
        cmocka_unit_test_setup(a_call_that_is_never_ready_ends, reset),
        cmocka_unit_test_setup(interruptions_and_stalls_change_nothing, reset),
        cmocka_unit_test_setup(each_allocation_may_fail, reset),
        cmocka_unit_test_setup(each_allocation_of_c_ares_may_fail, reset),
        cmocka_unit_test_setup(a_thousand_look_ups_leave_nothing, reset),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
