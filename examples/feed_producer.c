/* Sends readings that arrive once and in order, whatever becomes of the connection, of this process or of the consumer.
 *
 *     feed_producer FOLDER ENDPOINT COUNT      sends COUNT more; ends when the consumer has dealt with all of them */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "feed_reading.h"

static int fail(const char *what, const pier_error *error) {
    fprintf(stderr, "feed_producer: %s: %s\n", what, error->text);
    return 1;
}

/* Reads an argument that is a whole number, and not below `lowest`. */
static bool read_number(const char *text, long long lowest, long long *number) {
    char *end = NULL;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= lowest;
}

/* [sessions: events] */
/* Nothing has to be done about these; a person may want to know. */
static void tell_events(pier_session_channel *session) {
    static const char *const names[] = {"connected", "resuming", "resumed",  "lost",   "refused", "conflict",
                                        "withdrawn", "failed",   "finished", "synced", "waiting"};
    pier_session_event event;
    while (pier_session_channel_next_event(session, &event) == PIER_OK) {
        fprintf(stderr, "%s %llu: %s\n", names[event.kind], (unsigned long long)event.number, event.text);
    }
}
/* [end] */

int main(int argc, char **argv) {
    long long count = 0;
    if (argc != 4 || !read_number(argv[3], 0, &count)) {
        fprintf(stderr, "usage: feed_producer FOLDER ENDPOINT COUNT\n");
        return 2;
    }
    /* [sessions: open] */
    pier_session_channel *session = NULL;
    pier_error error;
    if (pier_session_open(&session, "thermometer", argv[1], argv[2], NULL, &error) != PIER_OK) {
        return fail("cannot open", &error);
    }
    /* [end] */

    /* [sessions: send] */
    /* The session knows how many there were: a process after this one goes on behind them. (Below DISK, behind a hole.) */
    uint64_t number = pier_session_sent(pier_session_channel_session(session)).last;
    uint64_t end = number + (uint64_t)count;
    pier_status status = PIER_OK;
    while (number < end && status == PIER_OK) {
        feed_reading reading = {
            .number = ++number, .degrees = 20 + (double)(number % 10) / 10, .at = {pier_clock_unix_ns()}};
        status = feed_reading_store(pier_session_channel_store_archive(session), &reading);
        if (status == PIER_OK) {
            /* Here it is on the disk: it is not lost any more. Many readings may share one flush. */
            status = pier_session_channel_flush(session, NULL);
        }
        tell_events(session);
    }
    /* [end] */

    /* [sessions: await] */
    while (status == PIER_OK || status == PIER_TIMEOUT) {
        pier_session_channel_set_deadline(session, pier_deadline_after_ms(1000));
        status = pier_session_channel_await(session, end, PIER_SESSION_STAGE_COMMITTED);
        tell_events(session);
        if (status == PIER_OK) {
            status = pier_session_channel_close(session);
            break;
        }
    }
    /* [end] */
    if (status != PIER_OK) {
        (void)fail("cannot go on", pier_session_channel_error(session));
    }
    pier_session_channel_destroy(session);
    return status == PIER_OK ? 0 : 1;
}
