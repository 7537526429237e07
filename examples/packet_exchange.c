/* The packet exchange of the MFC articles: a header, n values and a text go one way, a receipt comes back the other.
 *
 *     packet_exchange serve [ENDPOINT]               waits for one sender, and ends with it
 *     packet_exchange send ENDPOINT TEXT VALUE…      sends one packet and waits for its receipt
 *
 * A packet is a message: several records, ended by one flush. The two archives of a channel carry packets and receipts,
 * and one function for header and receipt serves both directions, as Serialize did. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/pier.h>

enum { TEXT_BYTES = 256, PATIENCE_MS = 5000 };

typedef struct header {
    uint32_t number; /* of the packet */
    uint32_t values; /* how many follow, before the text */
} header;

typedef struct receipt {
    uint32_t number; /* of the packet that came whole */
    int64_t sum;     /* of its values */
} receipt;

/* [guide: two-way] */
static pier_status header_serialize(pier_archive *archive, header *value) {
    pier_status status = pier_archive_begin(archive);
    if (status != PIER_OK) {
        return status;
    }
    pier_archive_array(archive, 2);
    pier_archive_u32(archive, &value->number);
    pier_archive_u32(archive, &value->values);
    return pier_archive_end(archive);
}
/* [end] */

static pier_status receipt_serialize(pier_archive *archive, receipt *value) {
    pier_status status = pier_archive_begin(archive);
    if (status != PIER_OK) {
        return status;
    }
    pier_archive_array(archive, 2);
    pier_archive_u32(archive, &value->number);
    pier_archive_i64(archive, &value->sum);
    return pier_archive_end(archive);
}

static pier_status value_serialize(pier_archive *archive, int64_t *value) {
    pier_status status = pier_archive_begin(archive);
    if (status != PIER_OK) {
        return status;
    }
    pier_archive_i64(archive, value);
    return pier_archive_end(archive);
}

static pier_status text_serialize(pier_archive *archive, char *text) {
    pier_status status = pier_archive_begin(archive);
    if (status != PIER_OK) {
        return status;
    }
    pier_archive_string(archive, text, TEXT_BYTES);
    return pier_archive_end(archive);
}

/* Tells what went wrong, with all that the channel knows of it. */
static void complain(pier_status status, const pier_error *error) {
    char line[512];
    if (error->status == status) {
        pier_error_format(error, line, sizeof line);
        fprintf(stderr, "packet_exchange: %s\n", line);
    } else {
        fprintf(stderr, "packet_exchange: %s: %s\n", pier_status_name(status), pier_status_text(status));
    }
}

/* Loads what follows a header, and prints it. A packet that ends within is none. */
static pier_status load_packet(pier_archive *data, const header *head, receipt *answer) {
    char text[TEXT_BYTES];
    uint64_t sum = 0; /* unsigned: it may wrap */
    pier_status status = PIER_OK;
    printf("packet %" PRIu32 ":", head->number);
    for (uint32_t i = 0; i < head->values && status == PIER_OK; i++) {
        int64_t value = 0;
        status = value_serialize(data, &value);
        if (status == PIER_OK) {
            printf(" %" PRId64, value);
            sum += (uint64_t)value;
        }
    }
    if (status == PIER_OK) {
        status = text_serialize(data, text);
    }
    if (status != PIER_OK) {
        printf(" … incomplete\n");
        return status == PIER_END ? PIER_TRUNCATED : status;
    }
    printf(" \"%s\"\n", text);
    answer->number = head->number;
    memcpy(&answer->sum, &sum, sizeof sum);
    return PIER_OK;
}

/* Answers packets until the sender ends. */
static pier_status exchange(pier_channel *channel) {
    pier_archive *data = pier_channel_load_archive(channel);
    pier_archive *receipts = pier_channel_store_archive(channel);
    for (;;) {
        header head = {0};
        receipt answer = {0};
        pier_channel_set_deadline(channel, pier_deadline_after_ms(PATIENCE_MS));
        pier_status status = header_serialize(data, &head);
        if (status == PIER_END) {
            return pier_channel_close(channel);
        }
        if (status == PIER_OK) {
            status = load_packet(data, &head, &answer);
        }
        if (status == PIER_OK) {
            status = receipt_serialize(receipts, &answer);
        }
        if (status == PIER_OK) {
            status = pier_archive_flush(receipts);
        }
        if (status != PIER_OK) {
            return status;
        }
    }
}

static pier_status serve(const char *endpoint, pier_error *error) {
    pier_socket *listener = NULL;
    pier_channel *channel = NULL;
    pier_address address;
    pier_status status = pier_channel_listen(&listener, &address, endpoint, NULL, error);
    if (status == PIER_OK) {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
        status = pier_channel_accept(&channel, listener, PIER_NEVER, NULL, error);
    }
    if (status == PIER_OK) {
        status = exchange(channel);
        *error = *pier_channel_error(channel);
    }
    pier_channel_destroy(channel);
    pier_socket_destroy(listener);
    return status;
}

/* Sends one packet as one message, and waits for the receipt. */
static pier_status deliver(pier_channel *channel, char *text, int64_t *values, uint32_t count) {
    pier_archive *data = pier_channel_store_archive(channel);
    pier_archive *receipts = pier_channel_load_archive(channel);
    header head = {.number = 1, .values = count};
    receipt answer = {0};
    pier_status status = header_serialize(data, &head);
    for (uint32_t i = 0; i < count && status == PIER_OK; i++) {
        status = value_serialize(data, &values[i]);
    }
    if (status == PIER_OK) {
        status = text_serialize(data, text);
    }
    if (status == PIER_OK) {
        status = pier_archive_flush(data);
    }
    if (status == PIER_OK) {
        status = receipt_serialize(receipts, &answer);
    }
    if (status == PIER_OK) {
        printf("receipt for packet %" PRIu32 ": the sum is %" PRId64 "\n", answer.number, answer.sum);
        status = pier_channel_close(channel);
    }
    return status == PIER_END ? PIER_TRUNCATED : status;
}

static pier_status send_packet(const char *endpoint, char *text, int64_t *values, uint32_t count, pier_error *error) {
    pier_channel *channel = NULL;
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    pier_status status = pier_channel_connect(&channel, endpoint, deadline, NULL, error);
    if (status == PIER_OK) {
        pier_channel_set_deadline(channel, deadline);
        status = deliver(channel, text, values, count);
        *error = *pier_channel_error(channel);
    }
    pier_channel_destroy(channel);
    return status;
}

/* Reads the values of the command line. Returns NULL when one is no number, or memory ran out. */
static int64_t *read_values(char **texts, uint32_t count) {
    int64_t *values = calloc(count + 1u, sizeof *values);
    for (uint32_t i = 0; values != NULL && i < count; i++) {
        char *end;
        values[i] = strtoll(texts[i], &end, 10);
        if (end == texts[i] || *end != '\0') {
            free(values);
            return NULL;
        }
    }
    return values;
}

int main(int argc, char **argv) {
    pier_error error = {0};
    pier_status status = PIER_USAGE;
    int64_t *values = NULL;
    if (argc >= 2 && argc <= 3 && strcmp(argv[1], "serve") == 0) {
        status = serve(argc == 3 ? argv[2] : "tcp://127.0.0.1:0", &error);
    } else if (argc >= 4 && strcmp(argv[1], "send") == 0 && strlen(argv[3]) < TEXT_BYTES &&
               (values = read_values(argv + 4, (uint32_t)(argc - 4))) != NULL) {
        status = send_packet(argv[2], argv[3], values, (uint32_t)(argc - 4), &error);
        free(values);
    } else {
        fprintf(stderr, "usage: packet_exchange serve [ENDPOINT]\n"
                        "       packet_exchange send ENDPOINT TEXT VALUE…\n");
        return 2;
    }
    if (status != PIER_OK) {
        complain(status, &error);
        return 1;
    }
    return 0;
}
