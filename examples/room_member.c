/* A member of a chat room: says the lines of standard input, prints what the others said, also while it was away.
 *
 *     room_member FOLDER ENDPOINT NAME
 *
 * It ends at the end of the input, when the server has all its lines. The loop is its own: one poll for the input and
 * for the session. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "room_line.h"

/* Stores a line. One that cannot be said is told, and the chat goes on. */
static pier_status store(pier_session_channel *session, const char *text, size_t size) {
    pier_archive *archive = pier_session_channel_store_archive(session);
    room_line line = {.again = false};
    if (size >= sizeof line.text) {
        fprintf(stderr, "room_member: a line has at most %zu bytes\n", sizeof line.text - 1);
        return PIER_OK;
    }
    memcpy(line.text, text, size);
    pier_status status = room_line_store(archive, &line);
    if (status < 0 && pier_archive_status(archive) == PIER_OK) {
        /* This line alone was refused: it is no UTF-8, for instance. */
        fprintf(stderr, "room_member: %s\n", pier_archive_error(archive)->text);
        return PIER_OK;
    }
    return status;
}

/* Says the whole lines of what was read, and keeps the rest. What is stored and flushed is on the disk: it is said. */
static pier_status say(pier_session_channel *session, char *input, size_t *input_bytes) {
    size_t begin = 0;
    for (char *end; (end = memchr(input + begin, '\n', *input_bytes - begin)) != NULL;) {
        pier_status status = store(session, input + begin, (size_t)(end - input) - begin);
        if (status != PIER_OK) {
            return status;
        }
        begin = (size_t)(end - input) + 1;
    }
    *input_bytes -= begin;
    memmove(input, input + begin, *input_bytes);
    return pier_session_channel_flush(session, NULL);
}

/* Prints what has come. */
static pier_status hear(pier_session_channel *session) {
    pier_archive *archive = pier_session_channel_load_archive(session);
    pier_status status;
    while ((status = pier_session_channel_next(session)) == PIER_OK || status == PIER_SKIPPED) {
        room_line line;
        if (status == PIER_OK && pier_load_record(archive, &room_line_class, &line) == PIER_OK) {
            printf("%s: %s%s\n", line.from, line.text,
                   line.again || pier_session_channel_is_repeated(session) ? " (again?)" : "");
        }
    }
    if (fflush(stdout) == EOF) {
        return PIER_SYSTEM;
    }
    pier_status committed = pier_session_channel_commit(session, pier_session_channel_record_number(session));
    return status == PIER_WOULD_BLOCK || status == PIER_END ? committed : status;
}

/* [sessions: loop] */
/* Waits until the session or the input can go on. Returns whether there is input. */
static bool wait_for_either(pier_session_channel *session) {
    pier_interest interests[PIER_SESSION_CHANNEL_HANDLES_MAX];
    struct pollfd polls[PIER_SESSION_CHANNEL_HANDLES_MAX + 1];
    size_t count = pier_session_channel_interests(session, interests, PIER_SESSION_CHANNEL_HANDLES_MAX);
    for (size_t i = 0; i < count; i++) {
        polls[i].fd = interests[i].handle;
        polls[i].events = (short)((interests[i].events & PIER_READABLE ? POLLIN : 0) |
                                  (interests[i].events & PIER_WRITABLE ? POLLOUT : 0));
    }
    polls[count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    int wait_ms = -1;
    pier_deadline due = pier_session_channel_due(session);
    if (due != PIER_NEVER) {
        int64_t left_ns = due - pier_clock_monotonic_ns();
        wait_ms = left_ns <= 0 ? 0 : left_ns > 60000000000 ? 60000 : (int)(left_ns / 1000000) + 1;
    }
    return poll(polls, count + 1, wait_ms) > 0 && polls[count].revents != 0;
}

static pier_status chat(pier_session_channel *session) {
    char input[4096];
    size_t input_bytes = 0;
    pier_session_channel_set_deadline(session, PIER_NOW);
    for (;;) {
        pier_status status = pier_session_channel_step(session);
        status = status == PIER_OK ? hear(session) : status;
        if (status != PIER_OK) {
            return status;
        }
        if (!wait_for_either(session)) {
            continue;
        }
        ssize_t size = read(STDIN_FILENO, input + input_bytes, sizeof input - input_bytes);
        if (size <= 0) {
            return size == 0 || errno == EINTR ? PIER_OK : PIER_SYSTEM;
        }
        input_bytes += (size_t)size;
        status = say(session, input, &input_bytes);
        if (status != PIER_OK || input_bytes == sizeof input) {
            return status != PIER_OK ? status : PIER_LIMIT;
        }
    }
}
/* [end] */

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: room_member FOLDER ENDPOINT NAME\n");
        return 2;
    }
    pier_session_channel *session = NULL;
    pier_error error = {0};
    pier_status status = pier_session_open(&session, argv[3], argv[1], argv[2], NULL, &error);
    if (status != PIER_OK) {
        fprintf(stderr, "room_member: %s\n", error.text);
        return 1;
    }
    status = chat(session);
    if (status == PIER_OK) {
        /* [sessions: close] */
        /* Waits until the server has everything in its journal. Who does not want to wait destroys: the rest leaves
         * next time. */
        pier_session_channel_set_deadline(session, pier_deadline_after_ms(5000));
        status = pier_session_channel_close(session);
        /* [end] */
    }
    if (status != PIER_OK) {
        const pier_error *why = pier_session_channel_error(session);
        fprintf(stderr, "room_member: %s\n", why->status != PIER_OK ? why->text : pier_status_text(status));
    }
    pier_session_channel_destroy(session);
    return status == PIER_OK ? 0 : 1;
}
