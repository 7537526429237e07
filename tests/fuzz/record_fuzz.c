/* Any bytes as a record of a class with every kind of field: the codec and the slow way load the same, or fail with the
 * same status at the same byte, and the codec keeps to the padding. Without a class, as a map or an array, nothing
 * breaks.
 *
 * Floor 5 (record). The first byte chooses; the rest is the record. */
#include "fuzz/fuzz.h"

#include <string.h>

#include <pier/record.h>

#include "record/record_internal.h"

#define VEC3(FIELD) FIELD(1, f32, x) FIELD(2, f32, y) FIELD(3, f32, z)
PIER_RECORD(vec3, "geo.Vec3", VEC3)

#define SMALL(FIELD)                                                                                                   \
    FIELD(1, u64, a)                                                                                                   \
    FIELD(2, i64, b)                                                                                                   \
    FIELD(3, u8, c)                                                                                                    \
    FIELD(4, i16, d)                                                                                                   \
    FIELD(5, bool, e)                                                                                                  \
    FIELD(6, text(16), f)                                                                                              \
    FIELD(7, text, g)                                                                                                  \
    FIELD(8, bytes(3), h)                                                                                              \
    FIELD(9, optional(time), i)                                                                                        \
    FIELD(10, array(i64, 3), j)                                                                                        \
    FIELD(12, record(vec3), k)
PIER_RECORD(small_record, "fuzz.Small", SMALL)

#define LARGE(FIELD)                                                                                                   \
    FIELD(1, array(u64, 100), a)                                                                                       \
    FIELD(2, array(record(small_record), 4), b)                                                                        \
    FIELD(3, text(200), c)                                                                                             \
    FIELD(4, array(text(8), 20), d)                                                                                    \
    FIELD(5, array(bytes, 3), e)                                                                                       \
    FIELD(6, array(text, 3), f)                                                                                        \
    FIELD(7, optional(record(small_record)), g)                                                                        \
    FIELD(8, f64, h) FIELD(9, u16, i) FIELD(10, i32, j) FIELD(11, bytes, k) FIELD(300, optional(text(40)), l)
PIER_RECORD(large_record, "fuzz.Large", LARGE)

typedef union any_record {
    small_record small;
    large_record large;
} any_record;

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
static void try_codec(const pier_class *type, const uint8_t *data, size_t size) {
    static any_record record;
    uint8_t *block = (uint8_t *)malloc(size + PIER_PADDING_BYTES);
    FUZZ_REQUIRE(block != NULL);
    memcpy(block, data, size);
    memset(block + size, size > 0 ? data[size - 1] : 0, PIER_PADDING_BYTES);
    pier__decoding how = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
    const uint8_t *end = type->decode(block, block + size, &record, &how);
    FUZZ_REQUIRE(end == NULL || (end > block && end <= block + size));
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
    pier__measuring counts = {.depth_left = PIER_DEPTH_MAX_DEFAULT};
    to->encoded = (uint8_t *)malloc((size_t)type->measure(record, &counts));
    FUZZ_REQUIRE(to->encoded != NULL);
    uint8_t *end = type->encode(to->encoded, record);
    FUZZ_REQUIRE(end != NULL);
    to->size = (size_t)(end - to->encoded);
}

/* Loads the second record of the stream; the first one binds the class. */
static outcome load_second(pier_bytes stream, const pier_class *way, const pier_class *type) {
    static any_record record;
    static const any_record zero;
    outcome came;
    memset(&came, 0, sizeof came);
    pier_archive *load = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&load, NULL, NULL, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(load, stream) == PIER_OK);
    pier_archive_feed_end(load);
    FUZZ_REQUIRE(pier_archive_next(load) == PIER_OK && pier_load_record(load, way, &record) == PIER_OK);
    memset(&record, 0, sizeof record);
    came.status = pier_archive_next(load);
    if (came.status == PIER_OK) {
        came.status = pier_load_record(load, way, &record);
    }
    if (came.status == PIER_OK) {
        encode_again(type, &record, &came);
    } else {
        const pier_error *error = pier_archive_error(load);
        FUZZ_REQUIRE(memcmp(&record, &zero, type->record_bytes) == 0);
        FUZZ_REQUIRE(error->status == came.status && error->text[0] != '\0');
        came.offset = error->offset;
        memcpy(came.path, error->path, sizeof came.path);
    }
    pier_archive_destroy(load);
    return came;
}

static void compare_ways(const pier_class *type, const uint8_t *data, size_t size) {
    static const any_record zero;
    pier_archive_options options = {.size = sizeof options, .stream_id = 1};
    pier_archive *store = NULL;
    FUZZ_REQUIRE(pier_archive_open_store(&store, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_store_record(store, type, &zero) == PIER_OK);
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
static void load_plain(const pier_class *type, const uint8_t *data, size_t size) {
    static any_record record;
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_archive *load = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&load, NULL, &options, NULL) == PIER_OK);
    pier_bytes bytes = {data, size};
    FUZZ_REQUIRE(pier_archive_feed(load, bytes) == PIER_OK);
    pier_archive_feed_end(load);
    while (pier_archive_next(load) == PIER_OK) {
        pier_status status = pier_load_record(load, type, &record);
        if (status == PIER_OK) {
            outcome again;
            encode_again(type, &record, &again);
            free(again.encoded);
        } else {
            FUZZ_REQUIRE(pier_archive_recover(load, NULL) == PIER_OK);
        }
    }
    pier_archive_destroy(load);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    const pier_class *type = data[0] % 2 == 0 ? &small_record_class : &large_record_class;
    if (data[0] % 4 < 2) {
        try_codec(type, data + 1, size - 1);
        compare_ways(type, data + 1, size - 1);
    } else {
        load_plain(type, data + 1, size - 1);
    }
    return 0;
}
