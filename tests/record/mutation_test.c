/* The straight way against the slow one: whatever the bytes of a record are, both load the same, or fail with the same
 * status at the same byte; and the codec never reads behind the padding.
 *
 * Floor 5 (record). PIER_TEST_SEED and PIER_TEST_ROUNDS, when set, choose another sequence and a longer one. */
#include "record/record_support.h"

#include <stdio.h>
#include <stdlib.h>

enum { RECORD_BYTES_MAX = 1 << 14, ROUNDS = 100000 };

/* What loading one record came to. */
typedef struct outcome {
    pier_status status;
    uint64_t offset;
    char path[96];
    char text[224];
    size_t size; /* of the record as it encodes again */
    uint8_t bytes[RECORD_BYTES_MAX];
} outcome;

typedef struct subject {
    const pier_class *type;
    void (*fill)(void *record, uint64_t seed);
} subject;

static void fill_everything(void *record, uint64_t seed) {
    test_fill_everything((everything *)record, seed);
}

static void fill_tick(void *record, uint64_t seed) {
    test_fill_tick((market_tick *)record, seed);
}

/* Values that are likely to mean something where a value begins. */
static const uint8_t heads[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x93, 0x9f, 0xa0, 0xa3, 0xbf, 0xc0,
                                0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb,
                                0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd6, 0xd7,
                                0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff};

/* Changes, removes or inserts a few bytes. Returns the new size. */
static size_t mutate(uint8_t *bytes, size_t size, uint64_t *seed) {
    uint64_t changes = 1 + test_random(seed) % 3;
    for (uint64_t i = 0; i < changes && size > 0; i++) {
        size_t at = test_random(seed) % size;
        switch (test_random(seed) % 7) {
        case 0:
            bytes[at] = (uint8_t)test_random(seed);
            break;
        case 1:
            bytes[at] = (uint8_t)(bytes[at] ^ 1u << test_random(seed) % 8);
            break;
        case 2:
            size = at;
            break;
        case 3:
            memmove(bytes + at, bytes + at + 1, size - at - 1);
            size--;
            break;
        case 4:
            /* A number or text in a longer form than it needs. */
            if (bytes[at] < 0x80 || (bytes[at] & 0xe0) == 0xa0) {
                memmove(bytes + at + 1, bytes + at, size - at);
                bytes[at] = bytes[at] < 0x80 ? 0xcc : 0xd9;
                bytes[at + 1] = bytes[at] == 0xcc ? bytes[at + 1] : bytes[at + 1] & 0x1f;
                size++;
            }
            break;
        case 5:
            memmove(bytes + at + 1, bytes + at, size - at);
            bytes[at] = (uint8_t)test_random(seed);
            size++;
            break;
        default:
            bytes[at] = heads[test_random(seed) % sizeof heads];
            break;
        }
    }
    return size;
}

static void note(outcome *to, pier_archive *load, pier_status status, const pier_class *type, const void *record) {
    memset(to, 0, offsetof(outcome, bytes));
    to->status = status;
    if (status == PIER_OK) {
        to->size = test_encode(type, record, to->bytes, sizeof to->bytes);
        assert_true(to->size > 0);
        return;
    }
    const pier_error *error = pier_archive_error(load);
    to->offset = error->offset;
    memcpy(to->path, error->path, sizeof to->path);
    memcpy(to->text, error->text, sizeof to->text);
    const uint8_t *bytes = (const uint8_t *)record;
    for (size_t i = 0; i < type->record_bytes; i++) {
        assert_int_equal(bytes[i], 0);
    }
}

/* Loads the second record of the stream; the first binds the class, so that nobody scans the second before the codec.
 * */
static void load_second(const test_stream *stream, const pier_class *way, const pier_class *type, void *record,
                        outcome *to) {
    pier_archive *load = test_open_stream(stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, way, record), PIER_OK);
    memset(record, 0, type->record_bytes);
    pier_status status = pier_archive_next(load);
    if (status == PIER_OK) {
        status = pier_load_record(load, way, record);
    }
    note(to, load, status, type, record);
    pier_archive_destroy(load);
}

/* The codec on memory that ends with the padding. */
static bool codec_takes(const pier_class *type, const uint8_t *bytes, size_t size, void *record) {
    uint8_t *block = (uint8_t *)malloc(size + PIER_PADDING_BYTES);
    assert_non_null(block);
    memcpy(block, bytes, size);
    memset(block + size, 0, PIER_PADDING_BYTES);
    pier__decoding how = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
    const uint8_t *end = type->decode(block, block + size, record, &how);
    assert_true(end == NULL || (end > block && end <= block + size));
    free(block);
    return end != NULL;
}

static void compare(const subject *of, uint64_t seed, uint64_t counts[3]) {
    static uint8_t bytes[RECORD_BYTES_MAX];
    static outcome straight;
    static outcome slow_outcome;
    uint64_t state = seed;
    void *record = malloc(of->type->record_bytes);
    assert_non_null(record);
    of->fill(record, test_random(&state));
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, of->type, record), PIER_OK);
    size_t size = mutate(bytes, test_encode(of->type, record, bytes, sizeof bytes - 8), &state);
    test_store_raw(store, of->type, bytes, size);
    test_stream stream = test_finish(store);
    pier_class slow = test_slow_class(of->type);
    load_second(&stream, of->type, of->type, record, &straight);
    load_second(&stream, &slow, of->type, record, &slow_outcome);
    bool same = straight.status == slow_outcome.status && straight.offset == slow_outcome.offset &&
                strcmp(straight.path, slow_outcome.path) == 0 && strcmp(straight.text, slow_outcome.text) == 0 &&
                straight.size == slow_outcome.size && memcmp(straight.bytes, slow_outcome.bytes, straight.size) == 0;
    if (!same) {
        fail_msg("%s, seed %llu: %s at %llu (%s: %s) and %s at %llu (%s: %s)", of->type->name, (unsigned long long)seed,
                 pier_status_name(straight.status), (unsigned long long)straight.offset, straight.path, straight.text,
                 pier_status_name(slow_outcome.status), (unsigned long long)slow_outcome.offset, slow_outcome.path,
                 slow_outcome.text);
    }
    bool taken = codec_takes(of->type, bytes, size, record);
    counts[straight.status != PIER_OK ? 2 : taken ? 0 : 1]++;
    test_stream_free(&stream);
    free(record);
}

static void run(const subject *of) {
    const char *given_seed = getenv("PIER_TEST_SEED");
    const char *given_rounds = getenv("PIER_TEST_ROUNDS");
    uint64_t seed = given_seed != NULL ? strtoull(given_seed, NULL, 0) : 1;
    uint64_t rounds = given_rounds != NULL ? strtoull(given_rounds, NULL, 0) : ROUNDS / 2;
    uint64_t counts[3] = {0, 0, 0};
    print_message("%s: PIER_TEST_SEED=%llu, %llu rounds\n", of->type->name, (unsigned long long)seed,
                  (unsigned long long)rounds);
    for (uint64_t i = 0; i < rounds; i++) {
        compare(of, seed + i, counts);
    }
    print_message("%llu taken by the codec, %llu by the slow way alone, %llu refused\n", (unsigned long long)counts[0],
                  (unsigned long long)counts[1], (unsigned long long)counts[2]);
    /* The test is worth something only while all three happen. */
    assert_true(counts[0] > rounds / 100 && counts[1] > 0 && counts[2] > rounds / 10);
}

static void small_records_are_loaded_the_same_both_ways(void **state) {
    (void)state;
    static const subject tick = {&market_tick_class, fill_tick};
    run(&tick);
}

static void large_records_are_loaded_the_same_both_ways(void **state) {
    (void)state;
    static const subject all = {&everything_class, fill_everything};
    run(&all);
}

/* Bytes that were never a record. */
static void noise_is_refused_within_the_padding(void **state) {
    (void)state;
    uint64_t seed = 99;
    static everything record;
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[600];
        size_t size = test_random(&seed) % sizeof bytes;
        for (size_t j = 0; j < size; j++) {
            bytes[j] =
                test_random(&seed) % 4 == 0 ? (uint8_t)test_random(&seed) : heads[test_random(&seed) % sizeof heads];
        }
        (void)codec_takes(&everything_class, bytes, size, &record);
        (void)codec_takes(&market_tick_class, bytes, size, &record);
        if (size > 0) {
            /* One kind of byte all along goes far. */
            memset(bytes, bytes[0], size);
            (void)codec_takes(&everything_class, bytes, size, &record);
            (void)codec_takes(&market_tick_class, bytes, size, &record);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_records_are_loaded_the_same_both_ways),
        cmocka_unit_test(large_records_are_loaded_the_same_both_ways),
        cmocka_unit_test(noise_is_refused_within_the_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
