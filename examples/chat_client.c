/* Takes part in a chat: says the lines of standard input, prints what the others say.
 *
 *     chat_client ENDPOINT NAME [LINES]
 *
 * After the end of the input it waits until the others have said LINES lines in all, 10 seconds at most (0: it does not
 * wait), ends its own side, and prints what still comes until the server ends the other.
 *
 * Exit status 0: all went well; 1: it did not, or too few lines were heard; 2: wrong arguments. Everything happens in one
 * poll loop, in which nothing waits: PIER_NOW is the deadline of the channel from the beginning to the end. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chat_line.h"

enum { PATIENCE_MS = 10000, QUEUE_BYTES = 64 << 10 };

typedef struct chat {
    pier_channel *channel;
    chat_line line;   /* its `from` is our name */
    char input[4096]; /* of standard input, what is not said yet */
    size_t input_bytes;
    bool passes_over; /* the rest of a line that is too long */
    bool input_is_ended;
    bool is_shut;           /* we have ended our side */
    unsigned long awaited;  /* lines that others must say before we end our side */
    pier_deadline patience; /* since the end of the input */
} chat;

/* Says `size` bytes of the input. What cannot be said is told, and the chat goes on. */
static pier_status say(chat *talk, const char *text, size_t size) {
    pier_archive *out = pier_channel_store_archive(talk->channel);
    if (size >= sizeof talk->line.text) {
        fprintf(stderr, "chat_client: a line has at most %zu bytes\n", sizeof talk->line.text - 1);
        return PIER_OK;
    }
    memcpy(talk->line.text, text, size);
    talk->line.text[size] = '\0';
    pier_status status = chat_line_store(out, &talk->line);
    /* [guide: refused] */
    if (status < 0 && pier_archive_status(out) == PIER_OK) {
        /* The archive refused this record alone, text that is no UTF-8 for instance, and goes on. */
        fprintf(stderr, "chat_client: %s\n", pier_archive_error(out)->text);
        return PIER_OK;
    }
    /* [end] */
    return status == PIER_OK ? pier_archive_flush(out) : status;
}

/* Says the whole lines of the input, and at its end the rest. */
static pier_status say_lines(chat *talk) {
    size_t begin = 0;
    pier_status status = PIER_OK;
    while (status == PIER_OK || status == PIER_WOULD_BLOCK) {
        const char *line = talk->input + begin;
        size_t rest = talk->input_bytes - begin;
        const char *end = rest > 0 ? memchr(line, '\n', rest) : NULL;
        if (end == NULL && (rest == 0 || (!talk->input_is_ended && rest < sizeof talk->input))) {
            break;
        }
        size_t size = end != NULL ? (size_t)(end - line) : rest;
        if (!talk->passes_over && size > 0) {
            status = say(talk, line, size);
        }
        talk->passes_over = end == NULL;
        begin += end != NULL ? size + 1 : size;
    }
    talk->input_bytes -= begin;
    memmove(talk->input, talk->input + begin, talk->input_bytes);
    return status == PIER_WOULD_BLOCK ? PIER_OK : status; /* the loop sends the rest */
}

static pier_status take_input(chat *talk) {
    ssize_t size = read(STDIN_FILENO, talk->input + talk->input_bytes, sizeof talk->input - talk->input_bytes);
    if (size < 0) {
        return errno == EINTR || errno == EAGAIN ? PIER_OK : PIER_SYSTEM;
    }
    talk->input_bytes += (size_t)size;
    if (size == 0) {
        talk->input_is_ended = true;
        talk->patience = pier_deadline_after_ms(PATIENCE_MS);
    }
    return say_lines(talk);
}

/* Prints what others have said. Returns PIER_OK when there is no more of it now. */
static pier_status hear(chat *talk) {
    pier_archive *in = pier_channel_load_archive(talk->channel);
    pier_status status;
    while ((status = pier_archive_next(in)) == PIER_OK || status == PIER_SKIPPED) {
        chat_line heard;
        if (status == PIER_OK && pier_archive_record_is(in, &chat_line_class)) {
            status = chat_line_load(in, &heard);
            if (status != PIER_OK) {
                return status;
            }
            printf("%s: %s\n", heard.from, heard.text);
            talk->awaited -= talk->awaited > 0;
        }
    }
    return fflush(stdout) == EOF ? PIER_SYSTEM : status == PIER_WOULD_BLOCK ? PIER_OK : status;
}

/* Ends our side once all is said and heard that is to be. Returns PIER_TIMEOUT when too little was heard in time. */
static pier_status end_our_side(chat *talk) {
    if (!talk->input_is_ended || talk->is_shut) {
        return PIER_OK;
    }
    if (talk->awaited > 0) {
        return pier_clock_monotonic_ns() < talk->patience ? PIER_OK : PIER_TIMEOUT;
    }
    pier_status status = pier_channel_shutdown(talk->channel);
    talk->is_shut = status == PIER_OK;
    return status == PIER_WOULD_BLOCK ? PIER_OK : status;
}

/* Waits until something can be done. */
static pier_status wait_for_events(chat *talk, bool *can_read_input) {
    pier_archive *out = pier_channel_store_archive(talk->channel);
    uint32_t wanted = pier_channel_wanted(talk->channel);
    bool takes_input = !talk->input_is_ended && pier_archive_queued_bytes(out) < QUEUE_BYTES;
    struct pollfd polls[2] = {
        {.fd = pier_channel_handle(talk->channel),
         .events = (short)((wanted & PIER_READABLE ? POLLIN : 0) | (wanted & PIER_WRITABLE ? POLLOUT : 0))},
        {.fd = takes_input ? STDIN_FILENO : -1, .events = POLLIN},
    };
    if (poll(polls, 2, talk->input_is_ended && !talk->is_shut ? 100 : -1) < 0 && errno != EINTR) {
        return PIER_SYSTEM;
    }
    *can_read_input = polls[1].revents != 0;
    if ((wanted & PIER_WRITABLE) == 0 || talk->is_shut) {
        return PIER_OK;
    }
    pier_status status = pier_archive_flush(out);
    return status == PIER_WOULD_BLOCK ? PIER_OK : status;
}

static pier_status run(chat *talk) {
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        bool can_read_input = false;
        status = wait_for_events(talk, &can_read_input);
        if (status == PIER_OK) {
            status = hear(talk);
        }
        if (status == PIER_OK && can_read_input) {
            status = take_input(talk);
        }
        if (status == PIER_OK) {
            status = end_our_side(talk);
        }
    }
    if (status != PIER_END) {
        return status;
    }
    /* The server has ended its side. */
    if (!talk->input_is_ended || talk->awaited > 0) {
        fprintf(stderr, "chat_client: the server has ended the chat\n");
    }
    pier_channel_set_deadline(talk->channel, pier_deadline_after_ms(PATIENCE_MS));
    return pier_channel_close(talk->channel);
}

int main(int argc, char **argv) {
    static chat talk;
    char *end = NULL;
    talk.awaited = argc == 4 ? strtoul(argv[3], &end, 10) : 0;
    if (argc < 3 || argc > 4 || argv[2][0] == '\0' || strlen(argv[2]) >= sizeof talk.line.from ||
        (end != NULL && (*end != '\0' || end == argv[3]))) {
        fprintf(stderr, "usage: chat_client ENDPOINT NAME [LINES]   (a name has at most %zu bytes)\n",
                sizeof talk.line.from - 1);
        return 2;
    }
    memcpy(talk.line.from, argv[2], strlen(argv[2]) + 1);
    pier_error error = {0};
    pier_status status =
        pier_channel_connect(&talk.channel, argv[1], pier_deadline_after_ms(PATIENCE_MS), NULL, &error);
    if (status == PIER_OK) {
        pier_channel_set_deadline(talk.channel, PIER_NOW);
        status = run(&talk);
        error = *pier_channel_error(talk.channel);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "chat_client: %s: %s\n", pier_status_name(status),
                error.status == status ? error.text : pier_status_text(status));
    }
    pier_channel_destroy(talk.channel);
    return status == PIER_OK && talk.awaited == 0 ? 0 : 1;
}
