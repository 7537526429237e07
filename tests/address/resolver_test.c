/* The resolver object in poll loops: what it wants to be polled, when, and that it ends exactly once.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <pier/resolve.h>

#include "support/dns_server.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

/* What a completion told, and what it is to do. */
typedef struct completion {
    int calls;
    pier_status status;
    pier_resolver *resolver;
    bool is_destroying;
    bool is_starting; /* the call that must not complete */
} completion;

static void complete(pier_resolver *resolver, pier_status status, void *user) {
    completion *told = (completion *)user;
    assert_false(told->is_starting);
    told->calls++;
    told->status = status;
    told->resolver = resolver;
    if (told->is_destroying) {
        pier_resolver_destroy(resolver);
    }
}

static pier_resolve_options options_for(const pier_address *server, completion *told) {
    return (pier_resolve_options){.size = sizeof(pier_resolve_options),
                                  .servers = server,
                                  .server_count = 1,
                                  .hosts_path = "",
                                  .done = told != NULL ? complete : NULL,
                                  .user = told};
}

static pier_resolver *start(const char *text, int64_t timeout_ms, const pier_resolve_options *options) {
    pier_resolver *resolver = NULL;
    pier_error error;
    completion *told = (completion *)options->user;
    if (told != NULL) {
        told->is_starting = true;
    }
    if (pier_resolver_start(&resolver, text, pier_deadline_after_ms(timeout_ms), options, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    if (told != NULL) {
        told->is_starting = false;
    }
    return resolver;
}

/* Waits as a program's own loop does: with poll, level-triggered. */
static void wait_with_poll(const pier_resolver *resolver) {
    pier_interest interests[PIER_RESOLVE_HANDLES_MAX];
    struct pollfd entries[PIER_RESOLVE_HANDLES_MAX];
    size_t count = pier_resolver_interests(resolver, interests, PIER_RESOLVE_HANDLES_MAX);
    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct pollfd){.fd = interests[i].handle};
        entries[i].events |= (interests[i].events & PIER_READABLE) != 0 ? POLLIN : 0;
        entries[i].events |= (interests[i].events & PIER_WRITABLE) != 0 ? POLLOUT : 0;
    }
    pier_deadline next = pier_resolver_next(resolver);
    int64_t left_ms = next == PIER_NEVER ? 10000 : (next - pier_clock_monotonic_ns()) / 1000000 + 1;
    assert_true(poll(entries, (nfds_t)count, left_ms > 0 ? (int)left_ms : 0) >= 0);
}

/* Steps until the end. */
static pier_status run(pier_resolver *resolver) {
    for (;;) {
        pier_status status = pier_resolver_step(resolver);
        if (status != PIER_WOULD_BLOCK) {
            return status;
        }
        wait_with_poll(resolver);
    }
}

static void it_ends_once_and_tells_as_often_as_it_is_asked(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.delay_ms = 20, .addresses = "127.0.0.2 127.0.0.3"}};
    dns_server *server = dns_server_start(rules, 1, false);
    pier_address address = dns_server_address(server);
    pier_address found[4];
    size_t count = 99;
    completion told = {0};
    pier_resolve_options options = options_for(&address, &told);
    pier_resolver *resolver = start("host.example:80", 5000, &options);
    assert_int_equal(pier_resolver_result(resolver, found, 4, &count), PIER_WOULD_BLOCK);
    assert_int_equal(count, 0);
    assert_int_equal(pier_resolver_error(resolver)->status, PIER_OK);
    assert_int_equal(run(resolver), PIER_OK);
    assert_int_equal(told.calls, 1);
    assert_int_equal(told.status, PIER_OK);
    assert_ptr_equal(told.resolver, resolver);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pier_resolver_step(resolver), PIER_OK);
        assert_int_equal(pier_resolver_result(resolver, found, 4, &count), PIER_OK);
        assert_int_equal(count, 2);
        assert_int_equal(pier_resolver_result(resolver, found, 1, &count), PIER_OK);
        assert_int_equal(count, 1);
    }
    assert_int_equal(told.calls, 1);
    assert_int_equal(pier_resolver_interests(resolver, NULL, 0), 0);
    assert_int_equal(pier_resolver_next(resolver), PIER_NEVER);
    assert_int_equal(pier_resolver_error(resolver)->status, PIER_OK);
    pier_resolver_destroy(resolver);
    pier_resolver_destroy(NULL);
    dns_server_stop(server);
}

static void what_is_known_at_once_is_told_by_the_first_step(void **state) {
    (void)state;
    static const char *const texts[] = {"tcp://127.0.0.1:80", "unix:/x", "tcp://localhost:80"};
    pier_address dead = dns_dead_address();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        completion told = {0};
        pier_resolve_options options = options_for(&dead, &told);
        pier_resolver *resolver = start(texts[i], 0, &options);
        pier_interest interest;
        assert_int_equal(told.calls, 0);
        assert_int_equal(pier_resolver_next(resolver), PIER_NOW);
        assert_int_equal(pier_resolver_interests(resolver, &interest, 1), 0);
        assert_int_equal(pier_resolver_step(resolver), PIER_OK);
        assert_int_equal(told.calls, 1);
        pier_resolver_destroy(resolver);
    }
}

static void a_failure_keeps_its_words(void **state) {
    (void)state;
    dns_server *server = dns_server_start(NULL, 0, false);
    pier_address address = dns_server_address(server);
    completion told = {0};
    pier_address found;
    size_t count = 99;
    pier_resolve_options options = options_for(&address, &told);
    pier_resolver *resolver = start("tcp://nosuch.example:80", 5000, &options);
    assert_int_equal(run(resolver), PIER_NOT_FOUND);
    assert_int_equal(told.status, PIER_NOT_FOUND);
    assert_int_equal(pier_resolver_step(resolver), PIER_NOT_FOUND);
    assert_int_equal(pier_resolver_result(resolver, &found, 1, &count), PIER_NOT_FOUND);
    assert_int_equal(count, 0);
    assert_int_equal(pier_resolver_error(resolver)->status, PIER_NOT_FOUND);
    assert_int_equal(pier_resolver_error(resolver)->offset, 6);
    assert_non_null(strstr(pier_resolver_error(resolver)->text, "answered NXDOMAIN"));
    assert_int_equal(told.calls, 1);
    pier_resolver_destroy(resolver);
    dns_server_stop(server);
}

static void it_may_be_destroyed_in_its_own_completion(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.name = "host.example", .addresses = "127.0.0.2"}};
    static const struct {
        const char *text;
        pier_status status;
    } rows[] = {{"host.example:80", PIER_OK}, {"nosuch.example:80", PIER_NOT_FOUND}, {"localhost:80", PIER_OK}};
    dns_server *server = dns_server_start(rules, 1, false);
    pier_address address = dns_server_address(server);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fault_allocator faults;
        fault_allocator_init(&faults);
        completion told = {.is_destroying = true};
        pier_resolve_options options = options_for(&address, &told);
        options.allocator = &faults.allocator;
        pier_resolver *resolver = start(rows[i].text, 5000, &options);
        assert_int_equal(run(resolver), rows[i].status);
        assert_int_equal(told.calls, 1);
        fault_allocator_check(&faults);
        fault_allocator_deinit(&faults);
    }
    dns_server_stop(server);
}

static void it_may_be_destroyed_at_any_time(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.conduct = DNS_CUT_BYTEWISE, .addresses = "127.0.0.2 ::1"}};
    dns_server *server = dns_server_start(rules, 1, true);
    pier_address address = dns_server_address(server);
    /* Destroyed after no step, after one, after two, then ever more, up to a look-up that went through. */
    bool has_ended = false;
    for (int steps = 0; !has_ended; steps += 1 + steps / 8) {
        size_t descriptors = fault_system_descriptors();
        fault_allocator faults;
        fault_allocator_init(&faults);
        completion told = {0};
        pier_resolve_options options = options_for(&address, &told);
        options.allocator = &faults.allocator;
        pier_resolver *resolver = start("host.example:80", 5000, &options);
        for (int i = 0; i < steps && !has_ended; i++) {
            has_ended = pier_resolver_step(resolver) != PIER_WOULD_BLOCK;
            if (!has_ended) {
                wait_with_poll(resolver);
            }
        }
        pier_resolver_destroy(resolver);
        assert_int_equal(told.calls, has_ended);
        assert_int_equal(fault_system_descriptors(), descriptors);
        fault_allocator_check(&faults);
        fault_allocator_deinit(&faults);
    }
    dns_server_stop(server);
}

static void it_serves_an_epoll_loop(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.conduct = DNS_CUT, .addresses = "127.0.0.2 ::1"}};
    dns_server *server = dns_server_start(rules, 1, true);
    pier_address address = dns_server_address(server);
    pier_resolve_options options = options_for(&address, NULL);
    pier_resolver *resolver = start("host.example:80", 5000, &options);
    pier_status status = pier_resolver_step(resolver);
    while (status == PIER_WOULD_BLOCK) {
        pier_interest interests[PIER_RESOLVE_HANDLES_MAX];
        size_t count = pier_resolver_interests(resolver, interests, PIER_RESOLVE_HANDLES_MAX);
        struct epoll_event event;
        int loop = epoll_create1(EPOLL_CLOEXEC);
        assert_true(loop >= 0 && count > 0);
        for (size_t i = 0; i < count; i++) {
            event = (struct epoll_event){.events = (interests[i].events & PIER_READABLE) != 0 ? EPOLLIN : 0u};
            event.events |= (interests[i].events & PIER_WRITABLE) != 0 ? EPOLLOUT : 0u;
            assert_int_equal(epoll_ctl(loop, EPOLL_CTL_ADD, interests[i].handle, &event), 0);
        }
        assert_int_equal(epoll_wait(loop, &event, 1, 5000), 1);
        assert_int_equal(close(loop), 0);
        status = pier_resolver_step(resolver);
    }
    assert_int_equal(status, PIER_OK);
    pier_resolver_destroy(resolver);
    dns_server_stop(server);
}

static void many_go_on_side_by_side(void **state) {
    (void)state;
    enum { RESOLVERS = 50 };
    static const dns_rule rules[] = {{.delay_ms = 30, .addresses = "127.0.0.2 ::1"}};
    dns_server *server = dns_server_start(rules, 1, false);
    pier_address address = dns_server_address(server);
    completion told = {.is_destroying = true};
    pier_resolve_options options = options_for(&address, &told);
    pier_resolver *resolvers[RESOLVERS];
    size_t left = RESOLVERS;
    for (size_t i = 0; i < RESOLVERS; i++) {
        resolvers[i] = start("host.example:80", 10000, &options);
    }
    while (left > 0) {
        wait_with_poll(resolvers[0]);
        for (size_t i = 0; i < left;) {
            if (pier_resolver_step(resolvers[i]) == PIER_WOULD_BLOCK) {
                i++;
            } else {
                resolvers[i] = resolvers[--left];
            }
        }
    }
    assert_int_equal(told.calls, RESOLVERS);
    dns_server_stop(server);
}

static void the_cancel_object_is_polled_too(void **state) {
    (void)state;
    int handle = -1;
    pier_address deaf = dns_deaf_address(&handle);
    pier_cancel *cancel = NULL;
    pier_interest interests[PIER_RESOLVE_HANDLES_MAX];
    completion told = {0};
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    pier_resolve_options options = options_for(&deaf, &told);
    options.cancel = cancel;
    pier_resolver *resolver = start("host.example:80", -1, &options);
    assert_int_equal(pier_resolver_step(resolver), PIER_WOULD_BLOCK);
    size_t count = pier_resolver_interests(resolver, interests, PIER_RESOLVE_HANDLES_MAX);
    assert_int_equal(count, 2);
    assert_int_equal(interests[1].handle, pier_cancel_handle(cancel));
    assert_int_equal(interests[1].events, PIER_READABLE);
    assert_int_equal(pier_resolver_interests(resolver, interests, 1), 1);
    pier_cancel_fire(cancel);
    assert_int_equal(pier_resolver_step(resolver), PIER_CANCELLED);
    assert_int_equal(told.calls, 1);
    assert_int_equal(told.status, PIER_CANCELLED);
    assert_int_equal(pier_resolver_error(resolver)->status, PIER_CANCELLED);
    pier_resolver_destroy(resolver);
    pier_cancel_destroy(cancel);
    assert_int_equal(close(handle), 0);
}

/* A thread that fires at a moment of its own. */
typedef struct shooter {
    pier_cancel *cancel;
    atomic_int round;
    int rounds;
} shooter;

static void *shoot(void *user) {
    shooter *own = (shooter *)user;
    for (int seen = 0; seen < own->rounds;) {
        if (atomic_load(&own->round) == seen) {
            (void)sched_yield();
        } else {
            seen++;
            for (volatile int spin = 0; spin < (seen * 7919) % 100000; spin++) {
            }
            pier_cancel_fire(own->cancel);
        }
    }
    return NULL;
}

static void cancel_against_completion_ends_once(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.addresses = "127.0.0.2 ::1"}};
    dns_server *server = dns_server_start(rules, 1, false);
    pier_address address = dns_server_address(server);
    shooter other = {.rounds = 1000};
    pthread_t thread;
    int cancelled = 0;
    assert_int_equal(pier_cancel_create(&other.cancel, NULL, NULL), PIER_OK);
    assert_int_equal(pthread_create(&thread, NULL, shoot, &other), 0);
    for (int round = 1; round <= other.rounds; round++) {
        completion told = {0};
        pier_resolve_options options = options_for(&address, &told);
        options.cancel = other.cancel;
        pier_resolver *resolver = start("host.example:80", 10000, &options);
        atomic_store(&other.round, round);
        pier_status status = run(resolver);
        assert_true(status == PIER_OK || status == PIER_CANCELLED);
        assert_int_equal(told.calls, 1);
        assert_int_equal(told.status, status);
        cancelled += status == PIER_CANCELLED;
        pier_resolver_destroy(resolver);
        /* Its shot may still be in the air. */
        while (!pier_cancel_is_fired(other.cancel)) {
            (void)sched_yield();
        }
        pier_cancel_clear(other.cancel);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    print_message("%d of %d were cancelled\n", cancelled, other.rounds);
    pier_cancel_destroy(other.cancel);
    dns_server_stop(server);
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_resolver *resolver = (pier_resolver *)state;
    pier_address address;
    pier_error error;
    size_t count = 0;
    pier_resolve_options wrong = {.size = 7};
    assert_int_equal(pier_resolver_start(NULL, "host:80", PIER_NEVER, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_resolver_start(&resolver, NULL, PIER_NEVER, NULL, &error), PIER_USAGE);
    assert_null(resolver);
    assert_int_equal(pier_resolver_start(&resolver, "host:80", PIER_NEVER, &wrong, &error), PIER_USAGE);
    assert_int_equal(pier_resolver_start(&resolver, "host", PIER_NEVER, NULL, &error), PIER_ADDRESS);
    assert_null(resolver);
    assert_int_equal(pier_resolver_start(&resolver, "127.0.0.1:1", PIER_NEVER, NULL, &error), PIER_OK);
    assert_int_equal(pier_resolver_result(NULL, &address, 1, &count), PIER_USAGE);
    assert_int_equal(pier_resolver_result(resolver, NULL, 1, &count), PIER_USAGE);
    assert_int_equal(pier_resolver_result(resolver, &address, 0, &count), PIER_USAGE);
    assert_int_equal(pier_resolver_result(resolver, &address, 1, NULL), PIER_USAGE);
    pier_resolver_destroy(resolver);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_ends_once_and_tells_as_often_as_it_is_asked),
        cmocka_unit_test(what_is_known_at_once_is_told_by_the_first_step),
        cmocka_unit_test(a_failure_keeps_its_words),
        cmocka_unit_test(it_may_be_destroyed_in_its_own_completion),
        cmocka_unit_test(it_may_be_destroyed_at_any_time),
        cmocka_unit_test(it_serves_an_epoll_loop),
        cmocka_unit_test(many_go_on_side_by_side),
        cmocka_unit_test(the_cancel_object_is_polled_too),
        cmocka_unit_test(cancel_against_completion_ends_once),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
