/* One side of a session at PIER_DURABILITY_DISK over a connected socket that it inherits, for tests that look at its
 * system calls: `session_peer client|server FOLDER COUNT DESCRIPTOR`. The client sends COUNT records, some to a
 * message, and ends when the server's program has committed all; the server loads and commits what comes until the
 * client is gone. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pier/pier.h>
#include <pier/session.h>

typedef struct peer {
    bool is_server;
    int socket;
    pier_journal *journals[2];
    pier_session *session;
    pier_session_door *door;
    uint64_t loaded;
    bool is_over;
} peer;

static void require(bool holds, const char *what) {
    if (!holds) {
        (void)fprintf(stderr, "session_peer: %s (errno %d)\n", what, errno);
        exit(1);
    }
}

/* Nothing here has to be hard to guess. */
static bool draw(void *user, void *bytes, size_t size) {
    static uint8_t next = 1;
    (void)user;
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)bytes)[i] = next++;
    }
    return true;
}

static void open_session(peer *self, const char *folder) {
    pier_session_found found[2] = {{.state = {0}}};
    for (unsigned i = 0; i < 2; i++) {
        char path[1024];
        pier_error error;
        (void)snprintf(path, sizeof path, "%s/%s", folder, i == PIER_SESSION_SENT ? "sent" : "received");
        const pier_journal_options options = {.size = sizeof options,
                                              .stream_id = self->is_server == (i == PIER_SESSION_SENT) ? 2 : 1};
        require(pier_journal_open(&self->journals[i], path, &options, &error) == PIER_OK, "no journal");
        found[i].state = pier_journal_info(self->journals[i]);
        for (uint32_t note = 0; note < PIER_SESSION_NOTES; note++) {
            found[i].notes[note] = pier_journal_noted(self->journals[i], note);
        }
    }
    const pier_session_options options = {
        .size = sizeof options,
        .role = self->is_server ? PIER_SESSION_SERVER : PIER_SESSION_CLIENT,
        .name = "traced",
        .draw = draw,
    };
    require(pier_session_create(&self->session, &options, &found[0], &found[1], NULL) == PIER_OK, "no session");
}

static void tell_time(peer *self) {
    pier_session_set_now(self->session, pier_clock_monotonic_ns(), (uint64_t)pier_clock_unix_ns());
}

/* Reads blocks back: only where definitions have to be learned, and a little. */
static pier_status read_blocks(pier_journal *journal, uint64_t from_record, uint8_t **data, size_t *size) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from from = {.size = sizeof from, .record = from_record};
    pier_status status = pier_journal_reader_open(&reader, journal, &from, NULL);
    while (status == PIER_OK) {
        pier_bytes bytes;
        pier_block block;
        status = pier_journal_reader_next(reader, &bytes, &block);
        bool is_before = block.records > 0 && block.first_record + block.records <= from_record;
        if (status == PIER_OK && bytes.size > 0 && !is_before) {
            *data = (uint8_t *)realloc(*data, *size + bytes.size);
            require(*data != NULL, "no memory");
            memcpy(*data + *size, bytes.data, bytes.size);
            *size += bytes.size;
        }
    }
    pier_journal_reader_destroy(reader);
    return status == PIER_END ? PIER_OK : status;
}

static void disk(peer *self) {
    pier_session_request request;
    while (pier_session_next_request(self->session, &request) == PIER_OK) {
        pier_journal *journal = self->journals[request.journal];
        uint8_t *data = NULL;
        size_t size = 0;
        pier_status status = PIER_OK;
        switch (request.work) {
        case PIER_SESSION_WRITE:
            status = pier_journal_append(journal, request.bytes);
            break;
        case PIER_SESSION_NOTE:
            status = pier_journal_note(journal, (uint32_t)request.number, request.bytes);
            break;
        case PIER_SESSION_SYNC:
            status = pier_journal_sync(journal, NULL);
            break;
        case PIER_SESSION_READ:
            status = read_blocks(journal, request.number, &data, &size);
            break;
        case PIER_SESSION_TRIM:
            status = pier_journal_trim(journal, request.number);
            break;
        }
        pier_session_complete(self->session, request.id, status, (pier_bytes){data, size}, NULL);
        free(data);
    }
    require(pier_session_status(self->session) == PIER_OK, "the session failed");
}

static void send_all(const peer *self, pier_bytes bytes) {
    const uint8_t *at = (const uint8_t *)bytes.data;
    for (size_t left = bytes.size; left > 0;) {
        ssize_t sent = send(self->socket, at, left, MSG_NOSIGNAL);
        require(sent > 0 || errno == EPIPE || errno == EINTR, "cannot send");
        if (sent < 0 && errno == EPIPE) {
            return;
        }
        at += sent > 0 ? sent : 0;
        left -= sent > 0 ? (size_t)sent : 0;
    }
}

/* Bytes from the connection, to the door until it opens. */
static void take(peer *self, const uint8_t *bytes, size_t size) {
    size_t taken = 0;
    if (self->door != NULL) {
        pier_status status = pier_session_door_feed(self->door, (pier_bytes){bytes, size}, &taken);
        send_all(self, pier_session_door_drain(self->door));
        require(status >= 0, "what came is no introduction");
        if (status == PIER_OK) {
            require(pier_session_accept(self->session, self->door) == PIER_OK, "the client is refused");
            pier_session_door_destroy(self->door);
            self->door = NULL;
        }
    }
    while (taken < size) {
        size_t more = 0;
        pier_session_feed(self->session, (pier_bytes){bytes + taken, size - taken}, &more);
        taken += more;
        disk(self);
    }
}

/* Waits a little for bytes, and takes them. */
static void receive(peer *self) {
    uint8_t bytes[4096];
    struct pollfd waiting = {.fd = self->socket, .events = POLLIN};
    if (poll(&waiting, 1, 20) <= 0) {
        return;
    }
    ssize_t came = recv(self->socket, bytes, sizeof bytes, 0);
    self->is_over = came <= 0;
    if (came > 0) {
        take(self, bytes, (size_t)came);
    }
}

static void turn(peer *self) {
    tell_time(self);
    disk(self);
    pier_bytes ready = pier_session_drain(self->session);
    send_all(self, ready);
    pier_session_drained(self->session, ready.size);
    receive(self);
    while (pier_session_next(self->session) == PIER_OK) {
        self->loaded++;
    }
    require(pier_session_commit(self->session, pier_session_record_number(self->session)) == PIER_OK, "no commit");
}

static void store(peer *self, uint64_t count) {
    pier_archive *archive = pier_session_store_archive(self->session);
    for (uint64_t i = 1; i <= count; i++) {
        require(pier_archive_begin(archive) == PIER_OK, "no record");
        pier_store_u64(archive, i);
        require(pier_archive_end(archive) == PIER_OK, "no record");
        if (i % 3 == 0 || i == count) {
            require(pier_session_flush(self->session, NULL) == PIER_OK, "no flush");
            turn(self);
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 5) {
        (void)fprintf(stderr, "usage: session_peer client|server FOLDER COUNT DESCRIPTOR\n");
        return 2;
    }
    peer self = {.is_server = strcmp(argv[1], "server") == 0, .socket = atoi(argv[4])};
    uint64_t count = strtoull(argv[3], NULL, 10);
    open_session(&self, argv[2]);
    tell_time(&self);
    if (self.is_server) {
        require(pier_session_door_open(&self.door, NULL, pier_clock_monotonic_ns(), draw, NULL) == PIER_OK, "no door");
    } else {
        require(pier_session_connect(self.session) == PIER_OK, "no connection");
        store(&self, count);
    }
    while (!self.is_over && (self.is_server || pier_session_sent(self.session).committed < count)) {
        turn(&self);
    }
    bool is_done = self.is_server ? self.loaded == count : pier_session_sent(self.session).committed == count;
    require(is_done, "not all records have arrived");
    pier_session_disconnect(self.session);
    disk(&self);
    pier_session_destroy(self.session);
    pier_session_door_destroy(self.door);
    for (unsigned i = 0; i < 2; i++) {
        require(pier_journal_close(self.journals[i]) == PIER_OK, "a journal does not close");
        pier_journal_destroy(self.journals[i]);
    }
    return 0;
}
