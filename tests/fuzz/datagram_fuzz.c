/* A hostile datagram answers what the same bytes answer from a file, and the next datagram is read as if it had not
 * been.
 *
 * Floor 7 (channel). An input is one byte of choices, the format of the receiver, and a datagram. */
#include <string.h>

#include <pier/datagram_channel.h>
#include <pier/load.h>
#include <pier/store.h>

#include "fuzz/fuzz.h"

enum { CHOICES_BYTES = 1, RECORDS_MAX = 10000 };

static const pier_format formats[] = {PIER_FORMAT_FRAMED, PIER_FORMAT_PLAIN, PIER_FORMAT_GUESS};
enum { FORMATS = sizeof formats / sizeof formats[0] };

/* One receiver for each format, and one who sends; open for the whole run, so that what a datagram leaves behind shows.
 * */
static pier_datagram_channel *receivers[FORMATS];
static pier_datagram_channel *sender;
static pier_socket *stranger;
static pier_address places[FORMATS];

static pier_socket *open_socket(pier_address *bound) {
    pier_address any;
    pier_socket *socket = NULL;
    FUZZ_REQUIRE(pier_address_parse("udp://127.0.0.1:0", &any, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_datagram_open(&socket, &any, NULL, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_socket_local_address(socket, bound) == PIER_OK);
    return socket;
}

static void open_all(void) {
    pier_address bound;
    if (sender != NULL) {
        return;
    }
    for (size_t i = 0; i < FORMATS; i++) {
        pier_datagram_channel_options options = {.size = sizeof options, .format = formats[i]};
        pier_socket *socket = open_socket(&places[i]);
        FUZZ_REQUIRE(pier_datagram_channel_open(&receivers[i], socket, &options, NULL) == PIER_OK);
    }
    FUZZ_REQUIRE(pier_datagram_channel_open(&sender, open_socket(&bound), NULL, NULL) == PIER_OK);
    stranger = open_socket(&bound);
}

/* Loads both to the first end or failure, and compares every answer. */
static void compare(pier_archive *load, pier_archive *expected) {
    for (size_t i = 0; i < RECORDS_MAX; i++) {
        pier_status wanted = pier_archive_next(expected);
        FUZZ_REQUIRE(pier_archive_next(load) == wanted);
        if (wanted == PIER_OK) {
            pier_bytes left = pier_archive_record_bytes(load);
            pier_bytes right = pier_archive_record_bytes(expected);
            FUZZ_REQUIRE(left.size == right.size && memcmp(left.data, right.data, left.size) == 0);
        } else if (wanted != PIER_SKIPPED) {
            FUZZ_REQUIRE(wanted == PIER_END || wanted < 0);
            FUZZ_REQUIRE(wanted == PIER_END ||
                         pier_archive_error(load)->offset == pier_archive_error(expected)->offset);
            return;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < CHOICES_BYTES || size - CHOICES_BYTES > PIER_DATAGRAM_IPV4_BYTES_MAX) {
        return 0;
    }
    open_all();
    size_t chosen = data[0] % FORMATS;
    pier_bytes bytes = {data + CHOICES_BYTES, size - CHOICES_BYTES};
    pier_deadline deadline = pier_deadline_after_ms(10000);
    pier_archive_options options = {.size = sizeof options, .format = formats[chosen]};
    pier_archive *expected = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&expected, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(expected, bytes) == PIER_OK);
    pier_archive_feed_end(expected);
    FUZZ_REQUIRE(pier_datagram_send(stranger, &places[chosen], &bytes, 1, deadline) == PIER_OK);
    FUZZ_REQUIRE(pier_datagram_channel_receive(receivers[chosen], NULL, deadline) == PIER_OK);
    pier_archive *load = pier_datagram_channel_load_archive(receivers[chosen]);
    compare(load, expected);
    pier_archive_destroy(expected);
    if (formats[chosen] != PIER_FORMAT_PLAIN) {
        pier_archive *store = pier_datagram_channel_store_archive(sender);
        FUZZ_REQUIRE(pier_archive_begin(store) == PIER_OK);
        pier_store_u64(store, 4242);
        FUZZ_REQUIRE(pier_archive_end(store) == PIER_OK);
        FUZZ_REQUIRE(pier_datagram_channel_send(sender, &places[chosen], deadline) == PIER_OK);
        FUZZ_REQUIRE(pier_datagram_channel_receive(receivers[chosen], NULL, deadline) == PIER_OK);
        FUZZ_REQUIRE(pier_archive_next(load) == PIER_OK && pier_load_u64(load) == 4242);
        FUZZ_REQUIRE(pier_archive_next(load) == PIER_END);
    }
    return 0;
}
