/* Storing: whatever a program does between begin and end, what was accepted is loaded again, byte for byte, and what
 * was refused leaves nothing.
 *
 * Floor 4 (archive). A plain archive does the same in parallel: its bytes are the record that is expected. */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include "archive/loader_internal.h"

/* The input as a tape of choices; zeros when it has run out. */
typedef struct tape {
    const uint8_t *data;
    size_t size;
    size_t at;
} tape;

static uint64_t pick(tape *from, size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value = value << 8 | (from->at < from->size ? from->data[from->at++] : 0);
    }
    return value;
}

typedef struct growing {
    uint8_t *data;
    size_t size;
} growing;

static void append(growing *to, const void *data, size_t size) {
    if (size > 0) {
        to->data = (uint8_t *)realloc(to->data, to->size + size);
        FUZZ_REQUIRE(to->data != NULL);
        memcpy(to->data + to->size, data, size);
        to->size += size;
    }
}

typedef struct program {
    tape tape;
    pier_archive *framed;
    pier_archive *twin;
    growing stream;
    growing expected; /* of the accepted records, one behind the other */
    uint64_t accepted;
} program;

static pier_status encode_closure(const void *class_of_caller, pier__buffer *closure, pier_error *error) {
    (void)error;
    const uint8_t *number = (const uint8_t *)class_of_caller;
    static const uint8_t text[300] = {0xda, 0x01, 0x29};
    bool is_long = *number % 2 != 0;
    uint8_t small[2] = {0x91, *number};
    return pier__buffer_append(closure, is_long ? text : small, is_long ? sizeof text : sizeof small) ? PIER_OK
                                                                                                      : PIER_NO_MEMORY;
}

static void drain(pier_archive *archive, growing *to) {
    pier_bytes ready = pier_archive_drain(archive);
    append(to, ready.data, ready.size);
    pier_archive_drained(archive, ready.size);
}

/* Stores a value into both; what it is, the tape says. */
static void store_value(program *now) {
    static const char bytes[200];
    uint64_t choice = pick(&now->tape, 1);
    uint64_t number = pick(&now->tape, choice % 9);
    size_t size = (size_t)(number % sizeof bytes);
    for (int i = 0; i < 2; i++) {
        pier_archive *archive = i == 0 ? now->framed : now->twin;
        switch (choice % 13) {
        case 0:
            pier_store_nil(archive);
            break;
        case 1:
            pier_store_bool(archive, number % 2 != 0);
            break;
        case 2:
            pier_store_i64(archive, (int64_t)number);
            break;
        case 3:
            pier_store_f64(archive, (double)number);
            break;
        case 4:
            pier_store_f32(archive, (float)number);
            break;
        case 5:
            pier_store_text(archive, (pier_text){bytes, size});
            break;
        case 6:
            pier_store_bytes(archive, (pier_bytes){bytes, size});
            break;
        case 7:
            pier_store_ext(archive, (pier_ext){(int8_t)(number >> 8), {bytes, size}});
            break;
        case 8:
            pier_store_time(archive, (pier_time){(int64_t)(number >> 2), (uint32_t)(number % 5 * 250000000)});
            break;
        case 9:
        case 10:
            pier_store_array(archive, (uint32_t)(number % 7));
            break;
        case 11:
            pier_store_map(archive, (uint32_t)(number % 4));
            break;
        default:
            pier_store_u64(archive, number);
            break;
        }
    }
}

/* A record of some values, or of bytes as they come; with a class or without. */
static void store_record(program *now) {
    static const uint8_t classes[6] = {0, 1, 2, 3, 4, 5};
    uint64_t choice = pick(&now->tape, 1);
    bool is_typed = choice % 3 == 0;
    pier_status status = is_typed ? pier__archive_begin_class(now->framed, &classes[choice / 3 % 6], encode_closure)
                                  : pier_archive_begin(now->framed);
    if (status != PIER_OK) {
        FUZZ_REQUIRE(status == PIER_LIMIT && is_typed);
        return;
    }
    FUZZ_REQUIRE(pier_archive_begin(now->twin) == PIER_OK);
    for (uint64_t left = pick(&now->tape, 1) % 12; left > 0; left--) {
        store_value(now);
        if (left % 5 == 4 && choice % 11 == 0) {
            drain(now->framed, &now->stream);
        }
    }
    if (choice % 16 == 15) {
        pier_archive_abandon(now->framed);
        pier_archive_abandon(now->twin);
        return;
    }
    status = pier_archive_end(now->framed);
    pier_status twin = pier_archive_end(now->twin);
    /* Only Pier's own ext may be told apart. Of two reasons to refuse a record the first that is seen counts, and how
     * soon a record is seen to be too long depends on the room in the buffer. */
    FUZZ_REQUIRE((status < 0) == (twin < 0) || (status == PIER_USAGE && twin == PIER_OK));
    growing record = {0};
    FUZZ_REQUIRE(pier_archive_flush(now->twin) == PIER_OK);
    drain(now->twin, &record);
    FUZZ_REQUIRE((record.size > 0) == (twin == PIER_OK));
    if (status == PIER_OK) {
        append(&now->expected, record.data, record.size);
        now->accepted++;
    } else {
        FUZZ_REQUIRE(pier_archive_error(now->framed)->status == status);
    }
    free(record.data);
}

static void store_bytes_as_they_are(program *now) {
    size_t size = (size_t)pick(&now->tape, 1) % 40;
    size = size < now->tape.size - now->tape.at ? size : now->tape.size - now->tape.at;
    const uint8_t *bytes = now->tape.data + now->tape.at;
    now->tape.at += size;
    pier_status status = pier_archive_store_encoded(now->framed, (pier_bytes){bytes, size});
    bool is_whole = size > 0 && pier__scan_extent(bytes, size) == size;
    FUZZ_REQUIRE(is_whole ? status == PIER_OK || status == PIER_LIMIT || status == PIER_USAGE
                          : status == PIER_PROTOCOL || status == PIER_LIMIT);
    if (status == PIER_OK) {
        append(&now->expected, bytes, size);
        now->accepted++;
    }
}

/* All that was accepted is loaded again, in its order. */
static void check_stream(const program *now) {
    pier_archive *load = NULL;
    size_t position = 0;
    uint64_t records = 0;
    FUZZ_REQUIRE(pier_archive_open_load(&load, NULL, NULL, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(load, (pier_bytes){now->stream.data, now->stream.size}) == PIER_OK);
    pier_archive_feed_end(load);
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_OK) {
        pier_bytes bytes = pier_archive_record_bytes(load);
        FUZZ_REQUIRE(bytes.size <= now->expected.size - position);
        FUZZ_REQUIRE(memcmp(bytes.data, now->expected.data + position, bytes.size) == 0);
        FUZZ_REQUIRE(pier_archive_record_number(load) == ++records);
        position += bytes.size;
    }
    FUZZ_REQUIRE(status == PIER_END && records == now->accepted && position == now->expected.size);
    pier_archive_destroy(load);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    program now = {.tape = {data, size, 0}};
    pier_limits limits;
    fuzz_limits(&limits, (uint8_t)pick(&now.tape, 1));
    limits.queue_bytes_max = 1 << 24;
    limits.block_target_bytes = (uint32_t)pick(&now.tape, 1) + 1;
    pier_archive_options options = {
        .size = sizeof options, .limits = &limits, .stream_id = 1, .checkpoint_bytes = pick(&now.tape, 1) * 8};
    FUZZ_REQUIRE(pier_archive_open_store(&now.framed, NULL, &options, NULL) == PIER_OK);
    options.format = PIER_FORMAT_PLAIN;
    FUZZ_REQUIRE(pier_archive_open_store(&now.twin, NULL, &options, NULL) == PIER_OK);
    while (now.tape.at < now.tape.size) {
        uint64_t choice = pick(&now.tape, 1) % 8;
        if (choice == 0) {
            FUZZ_REQUIRE(pier_archive_flush(now.framed) == PIER_OK);
        } else if (choice == 1) {
            drain(now.framed, &now.stream);
        } else if (choice == 2) {
            store_bytes_as_they_are(&now);
        } else {
            store_record(&now);
        }
    }
    FUZZ_REQUIRE(pier_archive_close(now.framed) == PIER_OK);
    drain(now.framed, &now.stream);
    check_stream(&now);
    pier_archive_destroy(now.framed);
    pier_archive_destroy(now.twin);
    free(now.stream.data);
    free(now.expected.data);
    return 0;
}
