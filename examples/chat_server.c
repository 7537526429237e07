/* A chat: what one client says is sent to all the others, and kept in an archive on disk.
 *
 *     chat_server ENDPOINT ARCHIVE_FILE
 *
 * Standard error gets the line `listening on ENDPOINT`, and then a line for each client that misbehaved; standard
 * output tells who came and went. SIGTERM and SIGINT end the chat in order: what was said is taken, what is to be heard
 * is sent, the archive gets its end mark. `pier dump ARCHIVE_FILE` shows it, at any time. A file that exists is
 * refused.
 *
 * One thread, one poll loop, and nothing in it waits for anybody: every channel has the deadline PIER_NOW. A client
 * that sends half a line and falls silent costs nothing; one that does not read, or breaks the rules, costs itself.
 * Clients in other languages may speak plain MessagePack: maps with the keys `from` and `text`. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat_line.h"

enum {
    LINES_A_TURN = 64,     /* of one client, before the others have their turn */
    QUEUE_BYTES = 1 << 18, /* that a client may leave unread */
    RECORD_BYTES = 4096,
    STOP_MS = 3000, /* for what is to be sent at the end */
    REST_MS = 1000, /* before accepting is tried again */
    LOOK_MS = 100,  /* how often what needs time is looked at */
};

typedef struct member {
    pier_channel *channel;
    bool has_joined; /* its first bytes have told how to speak to it */
    bool is_ending;  /* its side has ended; ours is about to */
    bool is_gone;    /* removed at the end of the turn */
    char name[PIER_ADDRESS_TEXT_BYTES_MAX];
} member;

typedef struct chat {
    pier_socket *listener; /* NULL once the chat is about to end */
    pier_file *file;
    pier_archive *kept;
    member **members;
    size_t count;
    size_t capacity;
    struct pollfd *polls;      /* the signals, the listener, the members */
    pier_deadline rests_until; /* nobody can be accepted before: no descriptor is left, for instance */
    bool has_failed;           /* the archive cannot be written any more */
    pier_deadline stop_by;
} chat;

/* [guide: signals] */
static pier_cancel *stop_signal; /* fired by SIGTERM and SIGINT; the poll loop sees its handle */

static void note_signal(int number) {
    (void)number;
    pier_cancel_fire(stop_signal); /* may be called by a signal handler */
}
/* [end] */

static pier_status catch_signals(pier_error *error) {
    struct sigaction action = {.sa_handler = note_signal};
    pier_status status = pier_cancel_create(&stop_signal, NULL, error);
    if (status != PIER_OK) {
        return status;
    }
    sigemptyset(&action.sa_mask);
    return sigaction(SIGTERM, &action, NULL) == 0 && sigaction(SIGINT, &action, NULL) == 0 ? PIER_OK : PIER_SYSTEM;
}

/* Tells what happened, with all that is known of it. */
static void complain(const char *whom, pier_status status, const pier_error *error) {
    char line[512];
    if (error != NULL && error->status == status) {
        pier_error_format(error, line, sizeof line);
        fprintf(stderr, "chat_server: %s: %s\n", whom, line);
    } else {
        fprintf(stderr, "chat_server: %s: %s: %s\n", whom, pier_status_name(status), pier_status_text(status));
    }
}

static void drop(member *who, pier_status status, const pier_error *error) {
    complain(who->name, status, error);
    who->is_gone = true;
}

/* Sends a line to a member, as far as it goes now; the loop sends the rest. */
static void tell(member *who, const chat_line *line) {
    pier_archive *out = pier_channel_store_archive(who->channel);
    /* [guide: slow-reader] */
    pier_status status = chat_line_store(out, line);
    if (status == PIER_WOULD_BLOCK) {
        fprintf(stderr, "chat_server: %s: does not read what the others say\n", who->name);
        who->is_gone = true;
        return;
    }
    /* [end] */
    if (status != PIER_OK) {
        drop(who, status, pier_archive_error(out));
    }
}

/* Keeps what was said, and sends it to all the others. */
static void publish(chat *room, const member *speaker, chat_line *line) {
    int64_t now_ns = pier_clock_unix_ns();
    line->at.seconds = now_ns / 1000000000;
    line->at.nanoseconds = (uint32_t)(now_ns % 1000000000);
    for (char *c = line->text; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c; /* nobody steers the others' terminals */
    }
    for (char *c = line->from; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c;
    }
    pier_status status = chat_line_store(room->kept, line);
    if (status != PIER_OK && !room->has_failed) {
        complain("archive", status, pier_archive_error(room->kept));
        room->has_failed = true;
    }
    for (size_t i = 0; i < room->count; i++) {
        member *who = room->members[i];
        if (who != speaker && who->has_joined && !who->is_ending && !who->is_gone) {
            tell(who, line);
        }
    }
}

/* [guide: take-records] */
/* Takes up to `lines_max` lines of a member; never waits for the rest of one. */
static void listen_to(chat *room, member *who, unsigned lines_max) {
    pier_archive *in = pier_channel_load_archive(who->channel);
    for (unsigned i = 0; i < lines_max && !who->is_gone; i++) {
        chat_line line;
        pier_status status = pier_archive_next(in);
        if (!who->has_joined && pier_archive_format(in) != PIER_FORMAT_GUESS) {
            who->has_joined = true;
            printf("joined: %s\n", who->name);
        }
        if (status == PIER_WOULD_BLOCK) {
            return; /* no whole record is here */
        }
        if (status == PIER_END) {
            who->is_ending = true;
            return;
        }
        if (status == PIER_SKIPPED) {
            complain(who->name, status, pier_archive_error(in)); /* one record was too large; the next may be good */
            continue;
        }
        if (status == PIER_OK) {
            bool has_class = pier_archive_format(in) == PIER_FORMAT_FRAMED;
            if (has_class && !pier_archive_record_is(in, &chat_line_class)) {
                continue; /* what we do not know is not for us */
            }
            status = chat_line_load(in, &line);
        }
        if (status != PIER_OK) {
            drop(who, status, pier_archive_error(in));
            return;
        }
        publish(room, who, &line);
    }
}
/* [end] */

/* Sends what waits for a member, or ends it. */
static void speak_to(member *who) {
    pier_status status;
    if (who->is_ending) {
        status = pier_channel_close(who->channel);
        who->is_gone = status != PIER_WOULD_BLOCK;
    } else {
        status = pier_archive_flush(pier_channel_store_archive(who->channel));
    }
    if (status != PIER_OK && status != PIER_WOULD_BLOCK) {
        drop(who, status, pier_channel_error(who->channel));
    }
}

/* Makes room for one more member. */
static bool grow(chat *room) {
    if (room->count < room->capacity) {
        return true;
    }
    size_t capacity = room->capacity == 0 ? 16 : room->capacity * 2;
    member **members = realloc(room->members, capacity * sizeof *members);
    if (members == NULL) {
        return false;
    }
    room->members = members;
    struct pollfd *polls = realloc(room->polls, (capacity + 2) * sizeof *polls);
    if (polls == NULL) {
        return false;
    }
    room->polls = polls;
    room->capacity = capacity;
    return true;
}

static void accept_all(chat *room) {
    /* [guide: limits] */
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = RECORD_BYTES, .queue_bytes_max = QUEUE_BYTES};
    pier_channel_options options = {.size = sizeof options, .limits = &limits, .format = PIER_FORMAT_GUESS};
    /* [end] */
    for (;;) {
        pier_error error = {0};
        pier_address address;
        member *who = grow(room) ? calloc(1, sizeof *who) : NULL;
        pier_status status = PIER_NO_MEMORY;
        if (who != NULL) {
            status = pier_channel_accept(&who->channel, room->listener, PIER_NOW, &options, &error);
        }
        if (status != PIER_OK) {
            free(who);
            if (status != PIER_WOULD_BLOCK) {
                complain("listener", status, &error);
                room->rests_until = pier_deadline_after_ms(REST_MS);
            }
            return;
        }
        pier_channel_set_deadline(who->channel, PIER_NOW);
        if (pier_socket_peer_address(pier_channel_socket(who->channel), &address) == PIER_OK) {
            pier_address_format(&address, who->name, sizeof who->name);
        }
        room->members[room->count++] = who;
    }
}

/* Takes those who are gone out of the room. */
static void sweep(chat *room) {
    size_t kept = 0;
    for (size_t i = 0; i < room->count; i++) {
        member *who = room->members[i];
        if (who->is_gone) {
            if (who->has_joined) {
                printf("left: %s\n", who->name);
            }
            pier_channel_destroy(who->channel);
            free(who);
        } else {
            room->members[kept++] = who;
        }
    }
    room->count = kept;
}

/* Begins to end the chat: takes what was said already. */
static void stop(chat *room) {
    if (room->stop_by != 0) {
        return;
    }
    room->stop_by = pier_deadline_after_ms(STOP_MS);
    pier_socket_destroy(room->listener);
    room->listener = NULL;
    for (size_t i = 0; i < room->count; i++) {
        listen_to(room, room->members[i], 16 * LINES_A_TURN);
    }
    for (size_t i = 0; i < room->count; i++) {
        room->members[i]->is_ending = true;
    }
}

/* [guide: poll-loop] */
/* Fills the table for poll. Returns for how long it may wait, in milliseconds. */
static int prepare(chat *room) {
    bool rests = pier_clock_monotonic_ns() < room->rests_until;
    int timeout_ms = rests ? LOOK_MS : -1;
    int stop_handle = room->stop_by == 0 ? pier_cancel_handle(stop_signal) : -1; /* it stays readable */
    room->polls[0] = (struct pollfd){.fd = stop_handle, .events = POLLIN};
    room->polls[1] = (struct pollfd){.fd = -1, .events = POLLIN};
    if (room->listener != NULL && !rests) {
        room->polls[1].fd = pier_socket_handle(room->listener);
    }
    for (size_t i = 0; i < room->count; i++) {
        pier_channel *channel = room->members[i]->channel;
        uint32_t wanted = pier_channel_wanted(channel);
        short events = (short)((wanted & PIER_READABLE ? POLLIN : 0) | (wanted & PIER_WRITABLE ? POLLOUT : 0));
        room->polls[2 + i] = (struct pollfd){.fd = pier_channel_handle(channel), .events = events};
        if (pier_archive_has_next(pier_channel_load_archive(channel)) && !room->members[i]->is_ending) {
            timeout_ms = 0; /* what is in memory raises no event */
        } else if (room->members[i]->is_ending && timeout_ms != 0) {
            timeout_ms = LOOK_MS;
        }
    }
    return timeout_ms;
}
/* [end] */

static bool turn(chat *room) {
    int timeout_ms = prepare(room);
    if (poll(room->polls, (nfds_t)(room->count + 2), timeout_ms) < 0 && errno != EINTR) {
        fprintf(stderr, "chat_server: poll: %s\n", strerror(errno));
        return false;
    }
    size_t present = room->count; /* those who are accepted below are not in the table */
    if (room->polls[1].revents != 0) {
        accept_all(room);
    }
    for (size_t i = 0; i < present; i++) {
        member *who = room->members[i];
        bool is_ready =
            room->polls[2 + i].revents != 0 || pier_archive_has_next(pier_channel_load_archive(who->channel));
        if (is_ready && !who->is_ending) {
            listen_to(room, who, LINES_A_TURN);
        }
    }
    if (room->polls[0].revents != 0 || room->has_failed) {
        stop(room);
    }
    for (size_t i = 0; i < room->count; i++) {
        if (!room->members[i]->is_gone) {
            speak_to(room->members[i]);
        }
    }
    if (!room->has_failed && pier_archive_flush(room->kept) != PIER_OK) {
        complain("archive", pier_archive_status(room->kept), pier_archive_error(room->kept));
        room->has_failed = true;
    }
    sweep(room);
    (void)fflush(stdout);
    bool is_over = room->stop_by != 0 && (room->count == 0 || pier_clock_monotonic_ns() > room->stop_by);
    return !is_over;
}

/* Opens the archive and the endpoint, and says where it is. */
static pier_status open_room(chat *room, const char *endpoint, const char *path, pier_error *error) {
    /* [guide: open-archive] */
    pier_status status = pier_file_open_disk(&room->file, path, PIER_FILE_CREATE, NULL, error);
    if (status == PIER_OK) {
        status = pier_archive_open_store(&room->kept, room->file, NULL, error);
    }
    /* [end] */
    pier_address address;
    if (status == PIER_OK) {
        status = pier_channel_listen(&room->listener, &address, endpoint, NULL, error);
    }
    if (status == PIER_OK) {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
    }
    return status;
}

/* Ends the archive: end mark, on the disk for good. */
static bool close_archive(chat *room) {
    /* [guide: close-archive] */
    pier_status status = pier_archive_close(room->kept);
    if (status == PIER_OK) {
        status = pier_file_sync(room->file);
    }
    if (status == PIER_OK) {
        status = pier_file_close(room->file);
    }
    /* [end] */
    if (status != PIER_OK && !room->has_failed) {
        complain("archive", status, pier_file_error(room->file));
    }
    return status == PIER_OK;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: chat_server ENDPOINT ARCHIVE_FILE\n");
        return 2;
    }
    chat room = {0};
    pier_error error = {0};
    pier_status status = catch_signals(&error);
    if (status == PIER_OK) {
        status = grow(&room) ? open_room(&room, argv[1], argv[2], &error) : PIER_NO_MEMORY;
    }
    bool is_good = status == PIER_OK;
    if (!is_good) {
        complain("cannot begin", status, &error);
    }
    while (is_good && turn(&room)) {
    }
    for (size_t i = 0; i < room.count; i++) {
        room.members[i]->is_gone = true;
    }
    sweep(&room);
    if (is_good) {
        is_good = close_archive(&room) && !room.has_failed;
    }
    pier_archive_destroy(room.kept);
    pier_file_destroy(room.file);
    pier_socket_destroy(room.listener);
    free(room.members);
    free(room.polls);
    (void)signal(SIGTERM, SIG_IGN); /* nobody fires what is destroyed */
    (void)signal(SIGINT, SIG_IGN);
    pier_cancel_destroy(stop_signal);
    return is_good ? 0 : 1;
}
