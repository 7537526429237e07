/* Channels when memory and system calls fail, are interrupted, stalled or fall short: nothing leaks, no descriptor
 * stays open, and the answer is honest.
 *
 * Floor 7 (channel). The whole life of a connection, by one thread that serves both ends. */
#include "channel/channel_support.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <pier/socket_handle.h>

#include "channel/channel_internal.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

enum { RECORDS = 20 };

typedef struct life {
    const pier_allocator *allocator;
    const char *endpoint;
    pier_socket *listener;
    pier_channel *ends[2];
    uint64_t stored;
    uint64_t loaded;
} life;

/* Goes on with whoever waits; one of the two always can. The rounds differ, so that no call is stalled in each. */
static pier_status serve(life *of) {
    bool is_shut[2] = {false, false};
    bool is_ended[2] = {false, false};
    for (unsigned rounds = 0; !is_shut[0] || !is_shut[1] || !is_ended[0] || !is_ended[1]; rounds++) {
        assert_true(rounds < 100000);
        for (int i = 0; i < 2; i++) {
            pier_channel *channel = of->ends[i];
            pier_status status = PIER_OK;
            if (i == 0 && of->stored < RECORDS) {
                status = test_send(channel, of->stored);
                of->stored += status == PIER_OK ? 1u : 0u;
            } else if (!is_shut[i] && (i == 0 || is_ended[1])) {
                status = pier_channel_shutdown(channel);
                is_shut[i] = status == PIER_OK;
            }
            if (status < 0) {
                return status;
            }
            if (!is_ended[i] && (rounds * rounds + (unsigned)i) % 7 > 1) {
                status = pier_archive_next(pier_channel_load_archive(channel));
                if (status == PIER_OK) {
                    assert_int_equal(pier_load_u64(pier_channel_load_archive(channel)), of->loaded);
                    of->loaded++;
                }
                is_ended[i] = status == PIER_END;
                if (status < 0) {
                    return status;
                }
            }
        }
    }
    return PIER_OK;
}

/* Listens, connects, accepts, sends, ends, closes. */
static pier_status live(life *of) {
    pier_error error = {0};
    pier_address bound;
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_channel_options options = {.size = sizeof options, .allocator = of->allocator, .close_timeout_ms = 5};
    pier_status status = pier_channel_listen(&of->listener, &bound, of->endpoint, of->allocator, &error);
    if (status != PIER_OK) {
        assert_null(of->listener);
        return status;
    }
    (void)pier_address_format(&bound, text, sizeof text);
    status = pier_channel_connect(&of->ends[0], text, pier_deadline_after_ms(2000), &options, &error);
    if (status == PIER_OK) {
        status = pier_channel_accept(&of->ends[1], of->listener, pier_deadline_after_ms(2000), &options, &error);
    }
    if (status != PIER_OK) {
        assert_status(error.status, status);
        assert_true(error.text[0] != '\0');
        assert_true(of->ends[0] == NULL || of->ends[1] == NULL);
        return status;
    }
    pier_channel_set_deadline(of->ends[0], PIER_NOW);
    pier_channel_set_deadline(of->ends[1], PIER_NOW);
    status = serve(of);
    for (int i = 0; i < 2; i++) {
        if (status < 0) {
            assert_true(pier_channel_error(of->ends[0])->status < 0 || pier_channel_error(of->ends[1])->status < 0);
        }
        pier_channel_set_deadline(of->ends[i], pier_deadline_after_ms(5));
        pier_status closed = pier_channel_close(of->ends[i]);
        status = status == PIER_OK ? closed : status;
    }
    return status;
}

static void end(life *of) {
    pier_channel_destroy(of->ends[0]);
    pier_channel_destroy(of->ends[1]);
    pier_socket_destroy(of->listener);
}

static void pass_without_memory(fault_allocator *faults, void *user) {
    life of = {.allocator = &faults->allocator, .endpoint = test_endpoint(*(const size_t *)user)};
    pier_status status = live(&of);
    assert_true(status == PIER_OK || (faults->struck > 0 && (status == PIER_NO_MEMORY || status == PIER_TIMEOUT)));
    if (status == PIER_OK) {
        assert_int_equal(of.loaded, RECORDS);
    }
    end(&of);
}

static void memory_that_lacks_leaks_nothing(void **state) {
    (void)state;
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind += 2) {
        assert_true(fault_allocator_sweep(pass_without_memory, &kind) > 10);
    }
}

/* A channel over a socket whose first bytes were read already: they are loaded first, or all stays the caller's. */
static void pass_over_a_read_socket(fault_allocator *faults, void *user) {
    (void)user;
    enum { READ = 12 };
    int handles[2];
    pier_socket *near = NULL;
    pier_socket *far = NULL;
    pier_channel *sender = NULL;
    pier_channel *receiver = NULL;
    pier_channel_options options = {.size = sizeof options, .close_timeout_ms = 5};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, handles), 0);
    assert_status(pier_socket_adopt(&near, handles[0], NULL, NULL), PIER_OK);
    assert_status(pier_socket_adopt(&far, handles[1], NULL, NULL), PIER_OK);
    assert_status(pier_channel_open(&sender, near, &options, NULL), PIER_OK);
    pier_channel_set_deadline(sender, pier_deadline_after_ms(PATIENCE_MS));
    assert_status(test_send(sender, 7), PIER_OK);
    assert_status(test_flush(sender), PIER_OK);
    uint8_t first[READ];
    size_t size = 0;
    assert_status(pier_socket_read(far, first, sizeof first, &size, pier_deadline_after_ms(PATIENCE_MS)), PIER_OK);
    options.allocator = &faults->allocator;
    pier_status status = pier__channel_open_read(&receiver, far, (pier_bytes){first, size}, &options, NULL);
    if (status == PIER_OK) {
        pier_channel_set_deadline(receiver, pier_deadline_after_ms(PATIENCE_MS));
        status = pier_archive_next(pier_channel_load_archive(receiver));
        assert_true(status != PIER_OK || pier_load_u64(pier_channel_load_archive(receiver)) == 7);
    } else {
        assert_null(receiver);
        pier_socket_destroy(far);
    }
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    pier_channel_destroy(receiver);
    pier_channel_destroy(sender);
}

static void a_socket_that_was_read_from_is_taken_or_left(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(pass_over_a_read_socket, NULL) > 5);
}

static void pass_without_system(void *user) {
    life of = {.endpoint = test_endpoint(*(const size_t *)user)};
    pier_status status = live(&of);
    uint64_t struck = fault_system_struck();
    assert_true(struck > 0 || status == PIER_OK);
    if (status == PIER_OK) {
        assert_int_equal(of.loaded, RECORDS);
    }
    end(&of);
}

static void every_system_call_fails_honestly(void **state) {
    (void)state;
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind += 2) {
        assert_true(fault_system_sweep(pass_without_system, &kind) > 10);
    }
}

static void interrupted_stalled_and_short_calls_change_nothing(void **state) {
    (void)state;
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind += 2) {
        for (uint64_t every = 2; every < 7; every++) {
            life of = {.endpoint = test_endpoint(kind)};
            fault_system_reset();
            fault_system_interrupt(every);
            fault_system_stall(every + 2);
            fault_system_shorten((size_t)(every * every));
            pier_status status = live(&of);
            fault_system_reset();
            assert_status(status, PIER_OK);
            assert_int_equal(of.loaded, RECORDS);
            end(&of);
        }
    }
}

static void a_connection_that_breaks_anywhere_is_told(void **state) {
    (void)state;
    size_t descriptors = fault_system_descriptors();
    for (uint64_t nth = 1; nth < 40; nth++) {
        life of = {.endpoint = test_endpoint(2)};
        fault_system_reset();
        fault_system_break_connection(nth);
        pier_status status = live(&of);
        uint64_t struck = fault_system_struck();
        fault_system_reset();
        assert_status(status, struck > 0 ? PIER_RESET : PIER_OK);
        end(&of);
        assert_int_equal(fault_system_descriptors(), descriptors);
    }
}

/* Reading a byte at a time, a call that may not wait still ends. */
static void closing_without_waiting_ends_in_short_reads(void **state) {
    (void)state;
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_pair(NULL, NULL, &client, &server);
    for (uint64_t i = 0; i < 100; i++) {
        assert_status(test_send(server, i), PIER_OK);
    }
    assert_status(pier_channel_shutdown(server), PIER_OK);
    pier_channel_set_deadline(client, PIER_NOW);
    fault_system_reset();
    fault_system_shorten(1);
    unsigned calls = 0;
    pier_status status;
    while ((status = pier_channel_close(client)) == PIER_WOULD_BLOCK) {
        assert_true(calls++ < 1000);
    }
    fault_system_reset();
    assert_status(status, PIER_OK);
    assert_true(calls >= 2);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_lacks_leaks_nothing),
        cmocka_unit_test(a_socket_that_was_read_from_is_taken_or_left),
        cmocka_unit_test(every_system_call_fails_honestly),
        cmocka_unit_test(interrupted_stalled_and_short_calls_change_nothing),
        cmocka_unit_test(a_connection_that_breaks_anywhere_is_told),
        cmocka_unit_test(closing_without_waiting_ends_in_short_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
