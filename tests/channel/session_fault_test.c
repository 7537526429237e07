/* Sessions when memory and system calls fail, in the middle of opening, meeting, exchanging and resuming: nothing
 * leaks, nothing hangs, the answers are honest; and when the trouble is over, both ends go on from their folders with
 * every record that was flushed, each once and in order.
 *
 * Floor 7 (channel). One thread serves both ends. */
#include "channel/session_support.h"

#include <stdio.h>
#include <unistd.h>

#include "support/fault_allocator.h"
#include "support/fault_system.h"

enum { RECORDS = 3, STRUCK_PATIENCE_MS = 25 };

typedef struct life {
    const pier_allocator *allocator;
    pier_durability durability;
    const char *endpoint;
    pier_socket *listener;
    char address[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_session_host *host;
    pier_session_channel *ends[2]; /* the client's, the server's, which is the host's */
    uint64_t flushed[2];           /* the last record that each end has flushed */
    uint64_t all_flushed[2][64];   /* and all of them */
    unsigned flushed_count[2];
    uint64_t seen[2];     /* the last one that each end has loaded */
    bool is_annoyed;      /* struck, and must succeed all the same */
    pier_socket *idle[2]; /* a connection over which nothing comes, or NULL */
    unsigned turns;
    const fault_allocator *faults; /* NULL: system calls are struck */
} life;

static pier_session_channel_options options_of(const life *of) {
    return (pier_session_channel_options){
        .size = sizeof(pier_session_channel_options),
        .allocator = of->allocator,
        .durability = of->durability,
        .first_wait_ms = 1,
        .longest_wait_ms = 5,
    };
}

static pier_status open_host(life *of) {
    pier_error error = {0};
    pier_session_channel_options session = options_of(of);
    pier_session_host_options options = {.size = sizeof options, .allocator = of->allocator, .session = &session};
    pier_status status = pier_session_host_open(&of->host, session_path("host"), &options, &error);
    if (status == PIER_OK) {
        return pier_session_host_add_listener(of->host, of->listener);
    }
    assert_null(of->host);
    assert_status(error.status, status);
    assert_true(error.text[0] != '\0');
    return status;
}

static pier_status open_client(life *of) {
    pier_error error = {0};
    pier_session_channel_options options = options_of(of);
    pier_status status = pier_session_open(&of->ends[0], "test", session_path("client"), of->address, &options, &error);
    if (status == PIER_OK) {
        pier_session_channel_set_deadline(of->ends[0], PIER_NOW);
    } else {
        assert_null(of->ends[0]);
        assert_status(error.status, status);
        assert_true(error.text[0] != '\0');
    }
    return status;
}

static pier_status turn(life *of) {
    pier_session_host_event event;
    of->turns++;
    if (of->idle[0] != NULL && of->turns % 3 == 0) {
        /* One call more, so that the same one is not stalled in each turn. */
        char byte;
        size_t size;
        (void)(pier_socket_read(of->idle[0], &byte, 1, &size, PIER_NOW) == PIER_OK);
    }
    pier_status status = pier_session_channel_step(of->ends[0]);
    while (status == PIER_OK) {
        status = pier_session_host_next(of->host, &event, PIER_NOW);
        if (status == PIER_OK && event.session != NULL) {
            of->ends[1] = event.session;
        }
        if (status == PIER_OK) {
            pier_channel_destroy(event.plain);
        }
    }
    return status == PIER_WOULD_BLOCK ? PIER_OK : status;
}

/* Stores what is next, and flushes. The content of each record is its number. */
static pier_status send(life *of, unsigned end) {
    pier_session_channel *channel = of->ends[end];
    pier_archive *archive = pier_session_channel_store_archive(channel);
    uint64_t number = pier_session_sent(pier_session_channel_session(channel)).last + 1;
    pier_status status = pier_archive_begin(archive);
    if (status == PIER_OK) {
        pier_store(archive, number);
        status = pier_archive_end(archive);
    }
    if (status != PIER_OK) {
        return status;
    }
    uint64_t last = 0;
    status = pier_session_channel_flush(channel, &last);
    if (status == PIER_OK) {
        assert_int_equal(last, number);
        of->flushed[end] = last;
        assert_true(of->flushed_count[end] < 64);
        of->all_flushed[end][of->flushed_count[end]++] = last;
    }
    return status;
}

/* A gap has no record that was flushed and not seen. */
static void check_gap(const life *of, unsigned end, uint64_t last) {
    for (unsigned i = 0; i < of->flushed_count[1 - end]; i++) {
        uint64_t number = of->all_flushed[1 - end][i];
        assert_true(number <= of->seen[end] || number > last);
    }
}

/* Loads what is there. */
static pier_status receive(life *of, unsigned end) {
    pier_session_channel *channel = of->ends[end];
    pier_status status = PIER_OK;
    while (status == PIER_OK || status == PIER_SKIPPED) {
        status = pier_session_channel_next(channel);
        uint64_t number = pier_session_channel_record_number(channel);
        if (status == PIER_OK) {
            assert_int_equal(pier_load_u64(pier_session_channel_load_archive(channel)), number);
            assert_true(number == of->seen[end] + 1 ||
                        (number <= of->seen[end] && pier_session_channel_is_repeated(channel)));
        }
        if (status == PIER_SKIPPED) {
            check_gap(of, end, number);
        }
        if (status == PIER_OK || status == PIER_SKIPPED) {
            of->seen[end] = number > of->seen[end] ? number : of->seen[end];
            pier_status committed = pier_session_channel_commit(channel, number);
            status = committed != PIER_OK ? committed : status;
        }
    }
    return status == PIER_WOULD_BLOCK ? PIER_OK : status;
}

/* Where nothing was struck, everything must come about; elsewhere it may be in vain for good. */
static int64_t patience_ms(const life *of) {
    uint64_t struck = of->faults != NULL ? of->faults->struck : fault_system_struck();
    return of->is_annoyed || struck == 0 ? PATIENCE_MS : STRUCK_PATIENCE_MS;
}

/* Exchanges until both ends have seen everything. Returns PIER_TIMEOUT when that does not come about. */
static pier_status exchange(life *of, unsigned records) {
    unsigned sent[2] = {0, 0};
    pier_deadline begun = pier_clock_monotonic_ns();
    for (;;) {
        pier_status status = turn(of);
        bool is_done = of->ends[1] != NULL;
        for (unsigned end = 0; end < 2 && status == PIER_OK; end++) {
            if (of->ends[end] == NULL) {
                continue;
            }
            if (sent[end] < records) {
                status = send(of, end);
                sent[end] += status == PIER_OK ? 1 : 0;
            }
            status = status >= 0 ? receive(of, end) : status;
            is_done = is_done && sent[end] == records && of->seen[1 - end] >= of->flushed[end];
        }
        if (status < 0 || (is_done && status == PIER_OK)) {
            return status;
        }
        if (pier_clock_monotonic_ns() - begun > (int64_t)1000000 * patience_ms(of)) {
            return PIER_TIMEOUT;
        }
    }
}

static void end(life *of) {
    pier_session_channel_destroy(of->ends[0]);
    pier_session_host_destroy(of->host);
    of->ends[0] = NULL;
    of->ends[1] = NULL;
    of->host = NULL;
}

/* Opens both, exchanges, opens both anew, exchanges. */
static pier_status live(life *of) {
    pier_status status = PIER_OK;
    for (unsigned i = 0; i < 2 && status == PIER_OK; i++) {
        status = open_host(of);
        status = status == PIER_OK ? open_client(of) : status;
        status = status == PIER_OK ? exchange(of, RECORDS) : status;
        end(of);
    }
    return status;
}

/* The trouble is over: everything that was flushed arrives. */
static void mend(life *of) {
    of->faults = NULL;
    of->allocator = NULL;
    pier_status status = open_host(of);
    status = status == PIER_OK ? open_client(of) : status;
    status = status == PIER_OK ? exchange(of, 1) : status;
    if (status != PIER_OK) {
        fail_msg("they do not go on: %s: %s; %s", pier_status_name(status),
                 of->ends[0] != NULL ? pier_session_channel_error(of->ends[0])->text : "",
                 of->ends[1] != NULL ? pier_session_channel_error(of->ends[1])->text : "");
    }
    end(of);
}

static life begin(pier_durability durability, const char *endpoint) {
    life of = {.durability = durability};
    session_scratch();
    of.listener = test_listen(endpoint, of.address, sizeof of.address);
    return of;
}

static void finish(life *of) {
    pier_socket_destroy(of->idle[0]);
    pier_socket_destroy(of->idle[1]);
    pier_socket_destroy(of->listener);
    session_scratch_end();
}

static void memory_that_lacks_loses_nothing(void **state) {
    (void)state;
    for (unsigned for_good = 0; for_good < 2; for_good++) {
        unsigned struck = 0;
        /* When all of it lacks from some point on, fewer of the later points are tried. */
        for (uint64_t nth = 0;; nth += for_good == 1 ? 1 + nth / 10 : 1) {
            fault_allocator faults;
            fault_allocator_init(&faults);
            fault_allocator_fail(&faults, nth, for_good == 1);
            life of = begin(PIER_DURABILITY_PROCESS, "tcp://127.0.0.1:0");
            of.allocator = &faults.allocator;
            of.faults = &faults;
            pier_status status = live(&of);
            bool is_struck = faults.struck > 0;
            if (!is_struck) {
                assert_status(status, PIER_OK);
            } else if (status != PIER_OK && status != PIER_TIMEOUT) {
                assert_status(status, PIER_NO_MEMORY);
            }
            fault_allocator_check(&faults);
            fault_allocator_deinit(&faults);
            mend(&of);
            finish(&of);
            struck += is_struck ? 1 : 0;
            if (nth > 0 && !is_struck) {
                break;
            }
        }
        assert_true(struck > 20);
        print_message("%u passes were struck\n", struck);
    }
}

/* One call fails, once or from there on. Returns whether it was made at all. */
static bool pass_without_call(fault_call call, uint64_t nth, bool for_good, int os_error, pier_durability durability) {
    char endpoint[64];
    (void)snprintf(endpoint, sizeof endpoint, "unix:@pier-session-fault-test-%ld", (long)getpid());
    life of = begin(durability, endpoint);
    size_t descriptors = fault_system_descriptors();
    fault_system_reset();
    fault_system_fail(call, nth, for_good, os_error);
    pier_status status = live(&of);
    uint64_t struck = fault_system_struck();
    fault_system_reset();
    if (struck == 0) {
        assert_status(status, PIER_OK);
    }
    assert_int_equal(fault_system_descriptors(), descriptors);
    mend(&of);
    finish(&of);
    return struck > 0;
}

static void every_system_call_fails_honestly(void **state) {
    (void)state;
    static const int errors[] = {
#define FAULT_ERROR(name, function, kinds, error) error,
        FAULT_CALL_TABLE(FAULT_ERROR)
#undef FAULT_ERROR
    };
    unsigned struck = 0;
    for (unsigned call = 0; call < FAULT_CALL_COUNT; call++) {
        for (unsigned for_good = 0; for_good < 2; for_good++) {
            uint64_t nth = 1;
            /* Each of the first, then fewer and fewer. */
            while (pass_without_call((fault_call)call, nth, for_good == 1, errors[call], PIER_DURABILITY_DISK)) {
                struck++;
                nth += 1 + nth / 5;
            }
        }
    }
    assert_true(struck > 100);
    print_message("%u passes were struck\n", struck);
}

static void interrupted_stalled_and_short_calls_change_nothing(void **state) {
    (void)state;
    for (uint64_t every = 2; every < 7; every++) {
        life of = begin(PIER_DURABILITY_DISK, "tcp://127.0.0.1:0");
        of.is_annoyed = true;
        assert_status(pier_socket_pair(&of.idle[0], &of.idle[1], NULL, NULL), PIER_OK);
        fault_system_reset();
        fault_system_interrupt(every);
        fault_system_stall(every + 2);
        fault_system_shorten((size_t)(every * every));

        pier_status status = live(&of);
        fault_system_reset();
        assert_status(status, PIER_OK);
        mend(&of);
        finish(&of);
    }
}

/* Awaits what does not come for a while. It polls now and then, and does not spin. */
static void wait_in_vain(session_pair *pair) {
    pier_deadline deadline = pier_deadline_after_ms(300);
    pier_session_channel_set_deadline(pair->client, deadline);
    fault_system_reset();
    assert_status(pier_session_channel_await(pair->client, 2, PIER_SESSION_STAGE_RECEIVED), PIER_TIMEOUT);
    assert_true(pier_clock_monotonic_ns() >= deadline);
    assert_in_range(fault_system_calls(FAULT_PPOLL), 1, 60);
    pier_session_channel_set_deadline(pair->client, PIER_NOW);
}

/* What came before the call is no reason to look again and again: neither while the peer does nothing, nor without
 * one. */
static void who_waits_is_not_busy(void **state) {
    (void)state;
    static session_pair pair;
    session_scratch();
    session_pair_init(&pair);
    pair.client_options.first_wait_ms = 100;
    pair.client_options.longest_wait_ms = 100;
    session_pair_listen(&pair, "tcp://127.0.0.1:0");
    session_pair_open_host(&pair);
    session_pair_open_client(&pair);
    session_send(&pair, pair.client, 1);
    session_receive(&pair, true, 1);
    session_send(&pair, pair.server, 1);
    session_settle(&pair, pair.client);
    session_send(&pair, pair.client, 2);
    wait_in_vain(&pair);
    pier_session_host_destroy(pair.host);
    pair.host = NULL;
    pair.server = NULL;
    pier_socket_destroy(pair.listener);
    pair.listener = NULL;
    wait_in_vain(&pair);
    session_pair_end(&pair);
    session_scratch_end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_is_not_busy),
        cmocka_unit_test(memory_that_lacks_loses_nothing),
        cmocka_unit_test(every_system_call_fails_honestly),
        cmocka_unit_test(interrupted_stalled_and_short_calls_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
