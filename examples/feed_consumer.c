/* Prints the readings of any number of producers, each once and in order, whatever is killed meanwhile.
 *
 *     feed_consumer FOLDER [ENDPOINT]      tcp://127.0.0.1:0 if none is given; ends when it is killed */
#include <ctype.h>
#include <stdio.h>

#include "feed_reading.h"

/* Strangers choose names, and errors tell them: what could end a line or steer a terminal becomes a '?'. Valid until
 * the next call. */
static const char *harmless(const char *text) {
    static char shown[512];
    (void)snprintf(shown, sizeof shown, "%s", text);
    for (char *at = shown; *at != '\0'; at++) {
        *at = (char)(isprint((unsigned char)*at) ? *at : '?');
    }
    return shown;
}

/* [sessions: receive] */
/* Deals with what has come, up to where nothing more is there. */
static void take_readings(pier_session_channel *session) {
    pier_archive *archive = pier_session_channel_load_archive(session);
    pier_status status;
    while ((status = pier_session_channel_next(session)) == PIER_OK || status == PIER_SKIPPED) {
        feed_reading reading;
        if (status == PIER_OK && pier_load_record(archive, &feed_reading_class, &reading) == PIER_OK) {
            printf("%s %llu %.1f%s\n", harmless(pier_session_channel_name(session)), (unsigned long long)reading.number,
                   reading.degrees, pier_session_channel_is_repeated(session) ? " again" : "");
        }
    }
    fflush(stdout);
    /* What was printed does not come again. */
    if (pier_session_channel_commit(session, pier_session_channel_record_number(session)) != PIER_OK || status < 0) {
        fprintf(stderr, "feed_consumer: %s\n", harmless(pier_session_channel_error(session)->text));
        /* Its folder can be opened anew: its client comes again. */
        pier_session_channel_destroy(session);
    }
}
/* [end] */

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: feed_consumer FOLDER [ENDPOINT]\n");
        return 2;
    }
    /* [sessions: host] */
    pier_socket *listener = NULL;
    pier_session_host *host = NULL;
    /* A meter that is away for ten minutes makes room for others. */
    const pier_session_host_options options = {.size = sizeof options, .away_timeout_ms = 600000};
    pier_address address;
    pier_error error = {0};
    pier_status status =
        pier_channel_listen(&listener, &address, argc > 2 ? argv[2] : "tcp://127.0.0.1:0", NULL, &error);
    if (status == PIER_OK) {
        status = pier_session_host_open(&host, argv[1], &options, &error);
    }
    if (status == PIER_OK) {
        status = pier_session_host_add_listener(host, listener);
    }
    /* [end] */
    if (status != PIER_OK) {
        fprintf(stderr, "feed_consumer: %s\n", error.text);
    } else {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
    }
    /* [sessions: serve] */
    pier_session_host_event event;
    while (status == PIER_OK && (status = pier_session_host_next(host, &event, PIER_NEVER)) == PIER_OK) {
        if (event.kind == PIER_SESSION_HOST_READY) {
            take_readings(event.session);
        } else if (event.kind == PIER_SESSION_HOST_REFUSED) {
            fprintf(stderr, "refused: %s\n", harmless(event.error.text));
        }
        /* A channel beside the sessions; this program has nothing to say to it. */
        pier_channel_destroy(event.plain);
    }
    /* [end] */
    pier_session_host_destroy(host);
    pier_socket_destroy(listener);
    return 1;
}
