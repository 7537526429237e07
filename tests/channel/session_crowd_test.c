/* A thousand clients that come back at once do not hold up a client that stayed.
 *
 * Floor 7 (channel). Three processes: a host; a crowd, whose sessions wait, and all reconnect at once when they are cut
 * off or dropped; and this one, whose session sends a record and waits for its echo, before and meanwhile. The crowd is
 * nice: it stands for as many machines. The figures go to standard output. Of the thousand the share of PIER_TEST_SHARE
 * comes (support/share.h). */
#define _GNU_SOURCE
#include "channel/session_support.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/share.h"

enum {
    CROWD = 1000,
    HANDLES_EACH = 12, /* open files of a session, at most */
    PINGS = 1000,
    PINGS_MAX = 200000,
    WAIT_MS = 150000,
    TURN_MS = 20,
    NICE = 10,
};

/* Above this the others suffer: what a person would notice. */
static const int64_t worst_p99_ns = 60000000;

static volatile sig_atomic_t is_told; /* the host: drop the crowd's sessions; the crowd: cut the connections */

static void note_signal(int number) {
    (void)number;
    is_told = 1;
}

/* Begins a process that ends with this one, also when that is killed for taking too long. */
static pid_t begin_process(void) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    return child;
}

static void die(const char *what, const char *text) {
    fprintf(stderr, "%s: %s\n", what, text);
    _exit(1);
}

static pier_session_channel_options session_options(void) {
    return (pier_session_channel_options){
        .size = sizeof(pier_session_channel_options),
        .durability = PIER_DURABILITY_PROCESS,
        .segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST * 16,
        .first_wait_ms = 1,
        .longest_wait_ms = 50,
    };
}

/* The host --------------------------------------------------------------------------------------------------------- */

static void echo(pier_session_channel *session) {
    pier_status status;
    while ((status = pier_session_channel_next(session)) == PIER_OK) {
        uint64_t number = pier_load_u64(pier_session_channel_load_archive(session));
        pier_archive *archive = pier_session_channel_store_archive(session);
        if (pier_archive_begin(archive) != PIER_OK) {
            die("host", "an echo has no room");
        }
        pier_store(archive, number);
        if (pier_archive_end(archive) != PIER_OK || pier_session_channel_flush(session, NULL) != PIER_OK ||
            pier_session_channel_commit(session, pier_session_channel_record_number(session)) != PIER_OK) {
            die("host", pier_session_channel_error(session)->text);
        }
    }
    if (status != PIER_WOULD_BLOCK) {
        die("host", pier_session_channel_error(session)->text);
    }
}

/* Destroys one session but that of the one that stayed: its client comes back, and it is opened from its folder again.
 * Returns false when there is none. */
static bool drop_one(pier_session_host *host) {
    for (size_t i = 0; i < pier_session_host_count(host); i++) {
        pier_session_channel *session = pier_session_host_at(host, i);
        if (strcmp(pier_session_channel_name(session), "good") != 0) {
            pier_session_channel_destroy(session);
            return true;
        }
    }
    return false;
}

/* Writes a byte when it has dropped the crowd. */
static void run_host(pier_socket *listener, int pipe_out) {
    const pier_session_channel_options options = session_options();
    const pier_session_host_options host_options = {
        .size = sizeof host_options, .session = &options, .sessions_max = CROWD + 8};
    pier_session_host *host = NULL;
    pier_error error = {0};
    if (pier_session_host_open(&host, session_path("host"), &host_options, &error) != PIER_OK ||
        pier_session_host_add_listener(host, listener) != PIER_OK) {
        die("host", error.text);
    }
    for (;;) {
        pier_session_host_event event;
        pier_status status = pier_session_host_next(host, &event, pier_deadline_after_ms(TURN_MS));
        if (status == PIER_OK && event.kind == PIER_SESSION_HOST_READY) {
            echo(event.session);
        } else if (status != PIER_OK && status != PIER_TIMEOUT) {
            die("host", pier_status_name(status));
        }
        if (is_told && !drop_one(host)) {
            is_told = 0;
            if (write(pipe_out, "", 1) != 1) {
                die("host", "nobody listens");
            }
        }
    }
}

/* The crowd -------------------------------------------------------------------------------------------------------- */

typedef struct crowd {
    pier_session_channel *sessions[CROWD];
    struct pollfd polls[CROWD * 2];
    size_t begins[CROWD + 1];
    size_t count;
} crowd;

static bool is_open(const pier_session_channel *session) {
    return pier_session_link_state(pier_session_channel_session(session)) == PIER_SESSION_LINK_OPEN;
}

/* Waits for any of them, and lets those go on that can. Returns how many are connected. */
static size_t turn(crowd *self) {
    pier_deadline due = pier_deadline_after_ms(TURN_MS);
    size_t polled = 0;
    for (size_t i = 0; i < self->count; i++) {
        pier_interest interests[PIER_SESSION_CHANNEL_HANDLES_MAX];
        size_t count = pier_session_channel_interests(self->sessions[i], interests, PIER_SESSION_CHANNEL_HANDLES_MAX);
        self->begins[i] = polled;
        for (size_t j = 0; j < count && j < 2; j++) {
            short events = (short)(((interests[j].events & PIER_READABLE) != 0 ? POLLIN : 0) |
                                   ((interests[j].events & PIER_WRITABLE) != 0 ? POLLOUT : 0));
            self->polls[polled++] = (struct pollfd){.fd = interests[j].handle, .events = events};
        }
        pier_deadline own = pier_session_channel_due(self->sessions[i]);
        due = own < due ? own : due;
    }
    self->begins[self->count] = polled;
    int64_t left_ns = due - pier_clock_monotonic_ns();
    (void)poll(self->polls, polled, left_ns > 0 ? (int)(left_ns / 1000000) + 1 : 0);
    size_t open = 0;
    for (size_t i = 0; i < self->count; i++) {
        bool goes_on = pier_session_channel_due(self->sessions[i]) <= pier_clock_monotonic_ns();
        for (size_t at = self->begins[i]; at < self->begins[i + 1]; at++) {
            goes_on = goes_on || self->polls[at].revents != 0;
        }
        if (goes_on && pier_session_channel_step(self->sessions[i]) != PIER_OK) {
            die("crowd", pier_session_channel_error(self->sessions[i])->text);
        }
        open += is_open(self->sessions[i]) ? 1 : 0;
    }
    return open;
}

/* Ends all connections at once. */
static void cut(crowd *self) {
    for (size_t i = 0; i < self->count; i++) {
        pier_socket *socket = pier_session_channel_socket(self->sessions[i]);
        if (socket != NULL) {
            (void)shutdown(pier_socket_handle(socket), SHUT_RDWR);
        }
    }
}

/* Writes a byte whenever all have become connected. */
static void run_crowd(const char *endpoint, size_t count, int pipe_out) {
    static crowd self;
    const pier_session_channel_options options = session_options();
    (void)!nice(NICE);
    self.count = count;
    for (size_t i = 0; i < count; i++) {
        char name[32];
        pier_error error = {0};
        (void)snprintf(name, sizeof name, "crowd-%zu", i);
        if (pier_session_open(&self.sessions[i], name, session_path(name), endpoint, &options, &error) != PIER_OK) {
            die("crowd", error.text);
        }
        pier_session_channel_set_deadline(self.sessions[i], PIER_NOW);
    }
    for (bool was_whole = false;;) {
        if (is_told) {
            is_told = 0;
            cut(&self);
        }
        bool is_whole = turn(&self) == count;
        if (is_whole && !was_whole && write(pipe_out, "", 1) != 1) {
            die("crowd", "nobody listens");
        }
        was_whole = is_whole;
    }
}

/* The one that stayed ---------------------------------------------------------------------------------------------- */

typedef struct meter {
    pid_t host;
    pid_t crowd;
    int crowd_is_whole;   /* a pipe: a byte each time */
    int host_has_dropped; /* likewise */
    pier_session_channel *good;
    uint64_t number;
    int64_t *times_ns;
    size_t count;
} meter;

static void ping(meter *self) {
    int64_t begun_ns = pier_clock_monotonic_ns();
    session_send(NULL, self->good, ++self->number);
    assert_status(pier_session_channel_next(self->good), PIER_OK);
    assert_int_equal(pier_load_u64(pier_session_channel_load_archive(self->good)), self->number);
    assert_status(pier_session_channel_commit(self->good, self->number), PIER_OK);
    if (self->count < PINGS_MAX) {
        self->times_ns[self->count++] = pier_clock_monotonic_ns() - begun_ns;
    }
}

static int compare(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Tells the figures, and returns the 99th percentile. */
static int64_t tell(meter *self, const char *when, int64_t took_ns) {
    qsort(self->times_ns, self->count, sizeof *self->times_ns, compare);
    int64_t p50_ns = self->times_ns[self->count / 2];
    int64_t p99_ns = self->times_ns[self->count * 99 / 100];
    printf("%s: %zu pings in %.0f ms: p50 %.2f ms, p99 %.2f ms, worst %.2f ms\n", when, self->count,
           (double)took_ns / 1e6, (double)p50_ns / 1e6, (double)p99_ns / 1e6,
           (double)self->times_ns[self->count - 1] / 1e6);
    (void)fflush(stdout);
    self->count = 0;
    return p99_ns;
}

/* Whether a byte has come; waits for it so long. */
static bool has_come(int pipe_in, int wait_ms) {
    struct pollfd ready = {.fd = pipe_in, .events = POLLIN};
    char byte;
    return poll(&ready, 1, wait_ms) == 1 && read(pipe_in, &byte, 1) == 1;
}

static int64_t ping_alone(meter *self, const char *when) {
    int64_t begun_ns = pier_clock_monotonic_ns();
    for (size_t i = 0; i < PINGS; i++) {
        ping(self);
    }
    return tell(self, when, pier_clock_monotonic_ns() - begun_ns);
}

/* Pings until the crowd is back. */
static int64_t ping_meanwhile(meter *self, const char *when) {
    int64_t begun_ns = pier_clock_monotonic_ns();
    while (!has_come(self->crowd_is_whole, 0)) {
        ping(self);
        assert_true(pier_clock_monotonic_ns() - begun_ns < (int64_t)WAIT_MS * 1000000);
    }
    return tell(self, when, pier_clock_monotonic_ns() - begun_ns);
}

static int set_up(void **state) {
    static meter self;
    char endpoint[PIER_ADDRESS_TEXT_BYTES_MAX];
    int pipes[2];
    int host_pipes[2];
    struct rlimit handles;
    session_scratch();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &handles), 0);
    handles.rlim_cur = handles.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &handles);
    size_t count = CROWD / (size_t)test_share();
    count = handles.rlim_cur / HANDLES_EACH < count ? (size_t)handles.rlim_cur / HANDLES_EACH : count;
    printf("%zu clients\n", count);
    pier_socket *listener = test_listen("tcp://127.0.0.1:0", endpoint, sizeof endpoint);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(pipe(host_pipes), 0);
    (void)fflush(stdout);
    (void)sigaction(SIGUSR1, &(struct sigaction){.sa_handler = note_signal}, NULL);
    self = (struct meter){.crowd_is_whole = pipes[0],
                          .host_has_dropped = host_pipes[0],
                          .times_ns = calloc(PINGS_MAX, sizeof *self.times_ns)};
    assert_non_null(self.times_ns);
    self.host = begin_process();
    if (self.host == 0) {
        run_host(listener, host_pipes[1]);
    }
    self.crowd = begin_process();
    if (self.crowd == 0) {
        run_crowd(endpoint, count, pipes[1]);
    }
    (void)close(pipes[1]);
    (void)close(host_pipes[1]);
    pier_socket_destroy(listener);
    const pier_session_channel_options options = session_options();
    assert_status(pier_session_open(&self.good, "good", session_path("good"), endpoint, &options, NULL), PIER_OK);
    pier_session_channel_set_deadline(self.good, pier_deadline_after_ms(WAIT_MS * 4));
    *state = &self;
    return 0;
}

static int tear_down(void **state) {
    meter *self = (struct meter *)*state;
    pier_session_channel_destroy(self->good);
    const pid_t children[] = {self->crowd, self->host};
    for (size_t i = 0; i < 2; i++) {
        int how = 0;
        /* It goes on until it is killed. */
        assert_int_equal(waitpid(children[i], &how, WNOHANG), 0);
        assert_int_equal(kill(children[i], SIGKILL), 0);
        assert_int_equal(waitpid(children[i], &how, 0), children[i]);
    }
    (void)close(self->crowd_is_whole);
    (void)close(self->host_has_dropped);
    free(self->times_ns);
    session_scratch_end();
    return 0;
}

static void a_crowd_comes_back_beside_one_that_stayed(void **state) {
    meter *self = (struct meter *)*state;
    /* As they come for the first time, all at once, too. */
    ping(self);
    (void)ping_meanwhile(self, "while all are created");
    (void)ping_alone(self, "before");
    assert_int_equal(kill(self->crowd, SIGUSR1), 0);
    int64_t cut_ns = ping_meanwhile(self, "while all reconnect");
    /* The crowd stands still until none of its sessions is open. */
    assert_int_equal(kill(self->crowd, SIGSTOP), 0);
    assert_int_equal(kill(self->host, SIGUSR1), 0);
    assert_true(has_come(self->host_has_dropped, WAIT_MS));
    assert_int_equal(kill(self->crowd, SIGCONT), 0);
    int64_t dropped_ns = ping_meanwhile(self, "while all reconnect, and are opened from their folders");
    (void)ping_alone(self, "afterwards");
    assert_in_range(cut_ns, 0, worst_p99_ns);
    assert_in_range(dropped_ns, 0, worst_p99_ns);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_crowd_comes_back_beside_one_that_stayed, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
