/* One side of a session that is killed at any moment: says records and hears the other side's, both noted in a ledger.
 *
 *     kill_peer client FOLDER LEDGER DURABILITY QUIET ENDPOINT
 *     kill_peer server FOLDER LEDGER DURABILITY QUIET ENDPOINT|HANDLE
 *
 * DURABILITY is disk or process. QUIET is 1 to say nothing new. HANDLE is a listening socket that was inherited.
 * Whatever a session should never tell ends it with status 1 and a line on standard error; SIGTERM ends it in order. */
#define _POSIX_C_SOURCE 200809L
#include "kill/ledger.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pier/pier.h>

enum {
    BATCH = 8,       /* records that are said at once, at most */
    HEARD_MAX = 64,  /* records of one transaction */
    AHEAD_MAX = 400, /* records that the other side lacks, at most */
    TEXT_BYTES = 400,
    TURN_MS = 2,
    ROOM_MS = 20000, /* for a flush, which waits for no more than the disk */
    SEGMENT_FACTOR = 8,
};

#define SAYING(FIELD) FIELD(1, u64, value) FIELD(2, text(TEXT_BYTES + 1), text)
PIER_RECORD(saying, "kill.Saying", SAYING)

typedef struct peer {
    bool is_client;
    bool is_quiet;
    const char *folder;
    ledger *ledger;
    pier_session_channel_options options;
    pier_session_channel *session; /* NULL: not yet */
    pier_session_host *host;
    pier_socket *listener;
    uint64_t random;
} peer;

static volatile sig_atomic_t stops;

static void note_signal(int number) {
    (void)number;
    stops = 1;
}

static void fail(const peer *self, const char *what, pier_status status, const char *text) {
    fprintf(stderr, "%s: %s: %s: %s\n", self->is_client ? "client" : "server", what, pier_status_name(status), text);
    exit(1);
}

static uint64_t draw(peer *self) {
    self->random ^= self->random << 13;
    self->random ^= self->random >> 7;
    self->random ^= self->random << 17;
    return self->random;
}

/* The text of a value, so that both travel together. */
static void make_text(uint64_t value, char text[TEXT_BYTES + 1]) {
    size_t bytes = (size_t)(value % TEXT_BYTES);
    for (size_t i = 0; i < bytes; i++) {
        text[i] = (char)('a' + ((value >> (i % 56)) + i) % 26);
    }
    text[bytes] = '\0';
}

/* Says some records: noted in the ledger first, with the numbers that they will have. */
static void say(peer *self) {
    pier_session_progress sent = pier_session_sent(pier_session_channel_session(self->session));
    unsigned count = 1 + (unsigned)(draw(self) % BATCH);
    uint64_t values[BATCH];
    ledger_begin(self->ledger);
    for (unsigned i = 0; i < count; i++) {
        values[i] = draw(self) >> 1;
        ledger_say(self->ledger, sent.last + 1 + i, values[i]);
    }
    ledger_commit(self->ledger);
    pier_archive *archive = pier_session_channel_store_archive(self->session);
    pier_status status = PIER_OK;
    for (unsigned i = 0; i < count && status == PIER_OK; i++) {
        saying one = {.value = values[i]};
        make_text(one.value, one.text);
        status = saying_store(archive, &one);
    }
    uint64_t last = 0;
    pier_session_channel_set_deadline(self->session, pier_deadline_after_ms(ROOM_MS));
    status = status == PIER_OK ? pier_session_channel_flush(self->session, &last) : status;
    pier_session_channel_set_deadline(self->session, PIER_NOW);
    if (status != PIER_OK || last != sent.last + count) {
        fail(self, "say", status, pier_session_channel_error(self->session)->text);
    }
}

/* Notes one record, or numbers that were passed over. Returns false when there is none. */
static bool hear_one(peer *self) {
    pier_status status = pier_session_channel_next(self->session);
    if (status == PIER_WOULD_BLOCK || status == PIER_TIMEOUT || status == PIER_END) {
        return false;
    }
    uint64_t number = pier_session_channel_record_number(self->session);
    if (status == PIER_SKIPPED) {
        ledger_pass_over(self->ledger, number);
        return true;
    }
    saying one;
    if (status == PIER_OK) {
        status = saying_load(pier_session_channel_load_archive(self->session), &one);
    }
    if (status != PIER_OK) {
        fail(self, "hear", status, pier_session_channel_error(self->session)->text);
    }
    char text[TEXT_BYTES + 1];
    make_text(one.value, text);
    if (strcmp(text, one.text) != 0) {
        fail(self, "hear", PIER_CORRUPT, "the text is not that of its value");
    }
    ledger_hear(self->ledger, number, one.value, pier_session_channel_is_repeated(self->session));
    return true;
}

static void hear(peer *self) {
    unsigned count = 0;
    ledger_begin(self->ledger);
    while (count < HEARD_MAX && hear_one(self)) {
        count++;
    }
    ledger_commit(self->ledger);
    if (count > 0) {
        pier_status status = pier_session_channel_commit(self->session, ledger_committed(self->ledger));
        if (status != PIER_OK) {
            fail(self, "commit", status, pier_session_channel_error(self->session)->text);
        }
    }
}

/* None of these may happen, whoever is killed. */
static void look_at_events(peer *self) {
    enum { BUSY = 6 };
    pier_session_event event;
    while (pier_session_channel_next_event(self->session, &event) == PIER_OK) {
        bool is_bad = event.kind == PIER_SESSION_CONFLICT || event.kind == PIER_SESSION_FAILED ||
                      event.kind == PIER_SESSION_WITHDRAWN ||
                      (event.kind == PIER_SESSION_REFUSED && event.number != BUSY) ||
                      (event.kind == PIER_SESSION_LOST && event.status == PIER_PROTOCOL);
        if (is_bad) {
            fail(self, "event", event.status, event.text);
        }
    }
}

static void work(peer *self) {
    hear(self);
    look_at_events(self);
    pier_session_progress sent = pier_session_sent(pier_session_channel_session(self->session));
    if (!self->is_quiet && sent.last - sent.kept < AHEAD_MAX) {
        say(self);
    }
    pier_status status = pier_session_channel_step(self->session);
    if (status != PIER_OK) {
        fail(self, "step", status, pier_session_channel_error(self->session)->text);
    }
}

static void serve(peer *self) {
    pier_session_host_event event;
    pier_deadline deadline = pier_deadline_after_ms(TURN_MS);
    pier_status status;
    while ((status = pier_session_host_next(self->host, &event, deadline)) == PIER_OK) {
        deadline = PIER_NOW;
        if (event.kind == PIER_SESSION_HOST_OPENED) {
            self->session = event.session;
        } else if (event.kind == PIER_SESSION_HOST_PLAIN) {
            fail(self, "host", PIER_PROTOCOL, "a plain channel has come");
        } else if (event.kind == PIER_SESSION_HOST_REFUSED && event.error.status == PIER_MISMATCH) {
            fail(self, "host", event.error.status, event.error.text);
        }
    }
    if (status != PIER_TIMEOUT && status != PIER_WOULD_BLOCK) {
        fail(self, "host", status, "waiting has failed");
    }
    if (self->session != NULL) {
        work(self);
    }
}

static pier_status find(void *user, const char *name, bool begins, pier_session_home *home) {
    peer *self = (peer *)user;
    (void)name;
    (void)begins;
    home->folder = self->folder;
    home->has_committed = true;
    home->committed = ledger_committed(self->ledger);
    return PIER_OK;
}

static void open_server(peer *self, const char *where) {
    pier_error error = {0};
    const pier_session_host_options options = {
        .size = sizeof options, .session = &self->options, .find = find, .user = self};
    bool is_inherited = where[0] >= '0' && where[0] <= '9';
    pier_status status = is_inherited ? pier_socket_adopt(&self->listener, atoi(where), NULL, &error)
                                      : pier_channel_listen(&self->listener, NULL, where, NULL, &error);
    if (status == PIER_OK) {
        status = pier_session_host_open(&self->host, NULL, &options, &error);
    }
    if (status == PIER_OK) {
        status = pier_session_host_add_listener(self->host, self->listener);
    }
    if (status == PIER_OK) {
        /* Says what there is while the client is away, too. */
        status = pier_session_host_open_session(self->host, "kill", &self->session, &error);
        status = status == PIER_NOT_FOUND ? PIER_OK : status;
    }
    if (status != PIER_OK) {
        fail(self, "open", status, error.text);
    }
}

static void open_client(peer *self, const char *endpoint) {
    pier_error error = {0};
    self->options.has_committed = true;
    self->options.committed = ledger_committed(self->ledger);
    pier_status status = pier_session_open(&self->session, "kill", self->folder, endpoint, &self->options, &error);
    if (status != PIER_OK) {
        fail(self, "open", status, error.text);
    }
    pier_session_channel_set_deadline(self->session, PIER_NOW);
}

/* Takes back what was noted and not stored, before the session goes on with other numbers. */
static void take_back(peer *self) {
    char path[4096];
    pier_error error = {0};
    pier_journal *journal = NULL;
    const pier_journal_options options = {.size = sizeof options, .read_only = true, .must_exist = true};
    (void)snprintf(path, sizeof path, "%s/sent", self->folder);
    pier_status status = pier_journal_open(&journal, path, &options, &error);
    if (status == PIER_OK) {
        ledger_take_back(self->ledger, pier_journal_info(journal).next_record - 1);
    } else if (status == PIER_NOT_FOUND) {
        ledger_take_back(self->ledger, 0);
    } else {
        fail(self, "look", status, error.text);
    }
    pier_journal_destroy(journal);
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: kill_peer client|server FOLDER LEDGER DURABILITY QUIET ENDPOINT|HANDLE\n");
        return 2;
    }
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    peer self = {
        .is_client = strcmp(argv[1], "client") == 0,
        .is_quiet = strcmp(argv[5], "1") == 0,
        .folder = argv[2],
        .random = ((uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec << 17 ^ (uint64_t)getpid()) | 1,
        .options = {.size = sizeof self.options,
                    .durability = strcmp(argv[4], "disk") == 0 ? PIER_DURABILITY_DISK : PIER_DURABILITY_PROCESS,
                    .segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST * SEGMENT_FACTOR,
                    .handshake_timeout_ms = 2000,
                    .first_wait_ms = 5,
                    .longest_wait_ms = 50},
    };
    (void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = note_signal}, NULL);
    self.ledger = ledger_open(argv[3]);
    take_back(&self);
    if (self.is_client) {
        open_client(&self, argv[6]);
    } else {
        open_server(&self, argv[6]);
    }
    while (!stops) {
        if (self.is_client) {
            pier_session_channel_set_deadline(self.session, pier_deadline_after_ms(TURN_MS));
            work(&self);
        } else {
            serve(&self);
        }
    }
    if (self.is_client) {
        pier_session_channel_destroy(self.session);
    }
    pier_session_host_destroy(self.host);
    pier_socket_destroy(self.listener);
    ledger_close(self.ledger);
    return 0;
}
