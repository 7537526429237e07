/* Loading the same bytes by codec and by table; see record_ways_fuzz.h. */
#include "fuzz/record_ways_fuzz.h"

#include <string.h>

#include <pier/arena.h>

#include "fuzz/fuzz.h"
#include "record/record_internal.h"

static uint8_t *encode_nothing(uint8_t *at, const void *record) {
    (void)at;
    (void)record;
    return NULL;
}

static const uint8_t *decode_nothing(const uint8_t *at, const uint8_t *end, void *record, pier__decoding *how) {
    (void)how;
    (void)at;
    (void)end;
    (void)record;
    return NULL;
}

/* The codec on memory that ends with the padding. */
void fuzz_try_codec(const pier_class *type, const uint8_t *data, size_t size) {
    static uint8_t record[FUZZ_RECORD_BYTES];
    uint8_t *block = (uint8_t *)malloc(size + PIER_PADDING_BYTES);
    FUZZ_REQUIRE(block != NULL);
    memcpy(block, data, size);
    memset(block + size, size > 0 ? data[size - 1] : 0, PIER_PADDING_BYTES);
    pier_arena arena;
    pier_arena_init(&arena, NULL, PIER_ARENA_BYTES_MAX_DEFAULT);
    pier__decoding how = {.arena = &arena,
                          .owns = size % 2 != 0,
                          .depth_left = PIER_DEPTH_MAX_DEFAULT,
                          .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
    const uint8_t *end = type->decode(block, block + size, record, &how);
    FUZZ_REQUIRE(end == NULL || (end > block && end <= block + size));
    pier_arena_deinit(&arena);
    free(block);
}

typedef struct outcome {
    pier_status status;
    uint64_t offset;
    char path[96];
    uint8_t *encoded;
    size_t size;
} outcome;

static void encode_again(const pier_class *type, const void *record, outcome *to) {
    /* What was loaded is within the limits, counted exactly; a codec counts what there may be. */
    pier__measuring counts = {.depth_left = PIER_DEPTH_MAX_HIGHEST, .elements_max = UINT32_MAX};
    to->encoded = (uint8_t *)malloc((size_t)type->measure(record, &counts));
    FUZZ_REQUIRE(to->encoded != NULL);
    uint8_t *end = type->encode(to->encoded, record);
    FUZZ_REQUIRE(end != NULL);
    to->size = (size_t)(end - to->encoded);
}

/* Loads the second record of the stream; the first one binds the class. */
static outcome load_second(pier_bytes stream, const pier_class *way, const pier_class *type) {
    static uint8_t record[FUZZ_RECORD_BYTES];
    static const uint8_t zero[FUZZ_RECORD_BYTES];
    outcome came;
    memset(&came, 0, sizeof came);
    pier_archive *load = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&load, NULL, NULL, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(load, stream) == PIER_OK);
    pier_archive_feed_end(load);
    FUZZ_REQUIRE(pier_archive_next(load) == PIER_OK && pier_load_record(load, way, record) == PIER_OK);
    memset(record, 0, sizeof record);
    came.status = pier_archive_next(load);
    if (came.status == PIER_OK) {
        came.status = pier_load_record(load, way, record);
    }
    if (came.status == PIER_OK) {
        encode_again(type, record, &came);
    } else {
        const pier_error *error = pier_archive_error(load);
        FUZZ_REQUIRE(memcmp(record, zero, type->record_bytes) == 0);
        FUZZ_REQUIRE(error->status == came.status && error->text[0] != '\0');
        came.offset = error->offset;
        memcpy(came.path, error->path, sizeof came.path);
    }
    pier_archive_destroy(load);
    return came;
}

void fuzz_compare_ways(const pier_class *type, const uint8_t *data, size_t size) {
    static const uint8_t zero[FUZZ_RECORD_BYTES];
    pier_archive_options options = {.size = sizeof options, .stream_id = 1};
    pier_archive *store = NULL;
    FUZZ_REQUIRE(pier_archive_open_store(&store, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_store_record(store, type, zero) == PIER_OK);
    FUZZ_REQUIRE(pier__archive_begin_class(store, type, pier__class_encode_closure) == PIER_OK);
    FUZZ_REQUIRE(pier__archive_reserve(store, size));
    memcpy(store->cursor, data, size);
    store->cursor += size;
    FUZZ_REQUIRE(pier__archive_end_typed(store) == PIER_OK && pier_archive_close(store) == PIER_OK);
    pier_class slow = *type;
    slow.encode = encode_nothing;
    slow.decode = decode_nothing;
    outcome straight = load_second(pier_archive_drain(store), type, type);
    outcome other = load_second(pier_archive_drain(store), &slow, type);
    FUZZ_REQUIRE(straight.status == other.status && straight.offset == other.offset);
    FUZZ_REQUIRE(strcmp(straight.path, other.path) == 0 && straight.size == other.size);
    FUZZ_REQUIRE(straight.size == 0 || memcmp(straight.encoded, other.encoded, straight.size) == 0);
    free(straight.encoded);
    free(other.encoded);
    pier_archive_destroy(store);
}

/* The bytes are a plain stream, each value of which is a record of the class. */
void fuzz_load_plain(const pier_class *type, const uint8_t *data, size_t size) {
    static uint8_t record[FUZZ_RECORD_BYTES];
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_archive *load = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&load, NULL, &options, NULL) == PIER_OK);
    pier_bytes bytes = {data, size};
    FUZZ_REQUIRE(pier_archive_feed(load, bytes) == PIER_OK);
    pier_archive_feed_end(load);
    while (pier_archive_next(load) == PIER_OK) {
        pier_status status = pier_load_record(load, type, record);
        if (status == PIER_OK) {
            outcome again;
            encode_again(type, record, &again);
            free(again.encoded);
        } else {
            FUZZ_REQUIRE(pier_archive_recover(load, NULL) == PIER_OK);
        }
    }
    pier_archive_destroy(load);
}
