/* What the tests of records share; see record_support.h. */
#include "record/record_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "record/record_internal.h"

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t test_hex(const char *hex, uint8_t *to, size_t capacity) {
    size_t size = 0;
    for (; *hex != '\0'; hex++) {
        if (*hex == ' ') {
            continue;
        }
        int high = digit(hex[0]);
        int low = digit(hex[1]);
        assert_true(high >= 0 && low >= 0);
        assert_true(size < capacity);
        to[size++] = (uint8_t)(high << 4 | low);
        hex++;
    }
    return size;
}

void assert_hex(const void *bytes, size_t size, const char *hex) {
    static uint8_t expected[1 << 18];
    size_t expected_size = test_hex(hex, expected, sizeof expected);
    if (size == expected_size && memcmp(bytes, expected, size) == 0) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        print_error("%02x ", ((const uint8_t *)bytes)[i]);
    }
    fail_msg("are the bytes, expected %s", hex);
}

pier_archive *test_open_store(const pier_archive_options *options) {
    pier_archive_options chosen = {.size = sizeof chosen};
    if (options != NULL) {
        chosen = *options;
    }
    chosen.stream_id = 0x1122334455667788u;
    pier_archive *archive = NULL;
    pier_error error;
    assert_status(pier_archive_open_store(&archive, NULL, &chosen, &error), PIER_OK);
    return archive;
}

pier_archive *test_open_load(const pier_archive_options *options) {
    pier_archive *archive = NULL;
    pier_error error;
    assert_status(pier_archive_open_load(&archive, NULL, options, &error), PIER_OK);
    return archive;
}

test_stream test_finish(pier_archive *store) {
    assert_status(pier_archive_close(store), PIER_OK);
    pier_bytes bytes = pier_archive_drain(store);
    test_stream stream = {(uint8_t *)malloc(bytes.size > 0 ? bytes.size : 1), bytes.size};
    assert_non_null(stream.data);
    if (bytes.size > 0) {
        memcpy(stream.data, bytes.data, bytes.size);
    }
    pier_archive_destroy(store);
    return stream;
}

void test_stream_free(test_stream *stream) {
    free(stream->data);
    stream->data = NULL;
}

pier_archive *test_open_stream(const test_stream *stream, const pier_archive_options *options) {
    pier_archive *load = test_open_load(options);
    pier_bytes bytes = {stream->data, stream->size};
    assert_status(pier_archive_feed(load, bytes), PIER_OK);
    pier_archive_feed_end(load);
    return load;
}

void test_store_raw(pier_archive *store, const pier_class *type, const void *bytes, size_t size) {
    assert_status(pier__archive_begin_class(store, type, pier__class_encode_closure), PIER_OK);
    assert_true(pier__archive_reserve(store, size));
    memcpy(store->cursor, bytes, size);
    store->cursor += size;
    assert_status(pier__archive_end_typed(store), PIER_OK);
}

test_stream test_typed_stream(const pier_class *type, const void *bytes, size_t size) {
    pier_archive *store = test_open_store(NULL);
    test_store_raw(store, type, bytes, size);
    return test_finish(store);
}

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

pier_class test_slow_class(const pier_class *type) {
    pier_class slow = *type;
    slow.encode = encode_nothing;
    slow.decode = decode_nothing;
    return slow;
}

size_t test_encode(const pier_class *type, const void *record, uint8_t *to, size_t capacity) {
    pier__measuring counts = {.depth_left = PIER_DEPTH_MAX_DEFAULT};
    uint64_t room = type->measure(record, &counts);
    assert_true(room <= capacity);
    /* Memory of exactly that size: a sanitizer sees a kernel that writes more than its class measures. */
    uint8_t *exact = (uint8_t *)malloc((size_t)room);
    assert_non_null(exact);
    uint8_t *end = type->encode(exact, record);
    size_t size = end != NULL ? (size_t)(end - exact) : 0;
    assert_true(size + PIER__OVERHANG_BYTES <= room);
    memcpy(to, exact, size);
    free(exact);
    return size;
}

void assert_record_bytes(pier_archive *load, const char *hex) {
    pier_bytes bytes = pier_archive_record_bytes(load);
    assert_hex(bytes.data, bytes.size, hex);
}

void assert_same_record(const pier_class *type, const void *one, const void *other) {
    static uint8_t first[1 << 18];
    static uint8_t second[1 << 18];
    size_t first_size = test_encode(type, one, first, sizeof first);
    size_t second_size = test_encode(type, other, second, sizeof second);
    assert_true(first_size > 0);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
}

/* A number of a random width, so that every form comes up. */
static uint64_t number(uint64_t *seed) {
    uint64_t value = test_random(seed);
    return value >> (test_random(seed) % 64);
}

static int64_t signed_number(uint64_t *seed) {
    int64_t value = (int64_t)(number(seed) >> 1);
    return test_random(seed) % 2 == 0 ? value : -value - 1;
}

static double float_number(uint64_t *seed) {
    return (double)signed_number(seed) / 64.0;
}

static bool coin(uint64_t *seed) {
    return test_random(seed) % 2 == 0;
}

/* Longer than any text that is made of it. */
static const char words[] =
    "na\xC3\xAFve caf\xC3\xA9 \xE2\x82\xAC 100 and plain words that go on for quite some time, so that a text may have "
    "any length up to three hundred bytes: Pier moves typed records between processes, and keeps them, with the same "
    "few calls, whatever the language, byte order or version of the other side may be; a record is stored into an "
    "archive, the archive frames it, and a file carries the bytes";

/* Text of up to `size_max` bytes; it begins where no character is cut, and so it ends. */
static pier_text words_of(uint64_t *seed, size_t size_max) {
    size_t size = test_random(seed) % (size_max + 1);
    size_t from = coin(seed) ? 0 : 18 + test_random(seed) % 20;
    while (size > 0 && !pier_text_is_valid(words + from, size)) {
        size--;
    }
    pier_text text = {words + from, size};
    return text;
}

static void fill_text(uint64_t *seed, char *to, size_t capacity) {
    pier_text text = words_of(seed, capacity - 1);
    memset(to, 'x', capacity);
    memcpy(to, text.data, text.size);
    to[text.size] = '\0';
}

static pier_bytes bytes_of(uint64_t *seed, size_t size_max) {
    size_t size = test_random(seed) % (size_max + 1);
    pier_bytes bytes = {words + test_random(seed) % 8, size};
    return bytes;
}

static pier_time time_of(uint64_t *seed) {
    pier_time time = {signed_number(seed), (uint32_t)(coin(seed) ? 0 : test_random(seed) % 1000000000)};
    return time;
}

static vec3 vec3_of(uint64_t *seed) {
    vec3 vector = {(float)float_number(seed), (float)float_number(seed), (float)float_number(seed)};
    return vector;
}

static uint32_t fill_bytes(uint64_t *seed, uint8_t *data, size_t capacity) {
    pier_bytes bytes = bytes_of(seed, capacity);
    memcpy(data, bytes.data, bytes.size);
    return (uint32_t)bytes.size;
}

static void fill_arrays(everything *record, uint64_t *seed) {
    record->bools_count = (uint32_t)(test_random(seed) % 4);
    record->i8s_count = (uint32_t)(test_random(seed) % 4);
    record->u16s_count = (uint32_t)(test_random(seed) % 4);
    record->i32s_count = (uint32_t)(test_random(seed) % 4);
    for (size_t i = 0; i < 3; i++) {
        record->bools[i] = coin(seed);
        record->i8s[i] = (int8_t)signed_number(seed);
        record->u16s[i] = (uint16_t)number(seed);
        record->i32s[i] = (int32_t)signed_number(seed);
        record->texts[i] = words_of(seed, 40);
        fill_text(seed, record->texts_8[i], sizeof record->texts_8[i]);
        record->records[i] = vec3_of(seed);
    }
    record->i64s_count = (uint32_t)(test_random(seed) % 5);
    record->u64s_count = (uint32_t)(test_random(seed) % 5);
    for (size_t i = 0; i < 4; i++) {
        record->i64s[i] = signed_number(seed);
        record->u64s[i] = number(seed);
    }
    record->f64s_count = (uint32_t)(test_random(seed) % 21);
    for (size_t i = 0; i < 20; i++) {
        record->f64s[i] = float_number(seed);
    }
    record->times_count = (uint32_t)(test_random(seed) % 3);
    record->byte_views_count = (uint32_t)(test_random(seed) % 3);
    record->bytes_4_count = (uint32_t)(test_random(seed) % 3);
    for (size_t i = 0; i < 2; i++) {
        record->times[i] = time_of(seed);
        record->byte_views[i] = bytes_of(seed, 40);
        record->bytes_4[i].size = fill_bytes(seed, record->bytes_4[i].data, 4);
    }
    record->texts_count = (uint32_t)(test_random(seed) % 4);
    record->texts_8_count = (uint32_t)(test_random(seed) % 4);
    record->records_count = (uint32_t)(test_random(seed) % 4);
    record->numbers_count = (uint32_t)(number(seed) % 201);
    for (size_t i = 0; i < 200; i++) {
        record->numbers[i] = (uint32_t)number(seed);
    }
}

void test_fill_everything(everything *record, uint64_t seed) {
    memset(record, 0xA5, sizeof *record);
    uint64_t *next = &seed;
    record->a_bool = coin(next);
    record->an_i8 = (int8_t)signed_number(next);
    record->an_i16 = (int16_t)signed_number(next);
    record->an_i32 = (int32_t)signed_number(next);
    record->an_i64 = signed_number(next);
    record->a_u8 = (uint8_t)number(next);
    record->a_u16 = (uint16_t)number(next);
    record->a_u32 = (uint32_t)number(next);
    record->a_u64 = number(next);
    record->an_f32 = (float)float_number(next);
    record->an_f64 = float_number(next);
    record->a_time = time_of(next);
    record->a_text = words_of(next, coin(next) ? 40 : 290);
    fill_text(next, record->a_text_16, sizeof record->a_text_16);
    fill_text(next, record->a_text_7, sizeof record->a_text_7);
    fill_text(next, record->a_text_40, sizeof record->a_text_40);
    record->some_bytes = bytes_of(next, coin(next) ? 40 : 280);
    record->some_bytes_5.size = fill_bytes(next, record->some_bytes_5.data, 5);
    record->a_record = vec3_of(next);
    record->has_maybe_bool = coin(next);
    record->maybe_bool = coin(next);
    record->has_maybe_u32 = coin(next);
    record->maybe_u32 = (uint32_t)number(next);
    record->has_maybe_i64 = coin(next);
    record->maybe_i64 = signed_number(next);
    record->has_maybe_f64 = coin(next);
    record->maybe_f64 = float_number(next);
    record->has_maybe_time = coin(next);
    record->maybe_time = time_of(next);
    record->has_maybe_text = coin(next);
    record->maybe_text = words_of(next, 40);
    record->has_maybe_text_8 = coin(next);
    fill_text(next, record->maybe_text_8, sizeof record->maybe_text_8);
    record->has_maybe_bytes = coin(next);
    record->maybe_bytes = bytes_of(next, 40);
    record->has_maybe_bytes_3 = coin(next);
    record->maybe_bytes_3.size = fill_bytes(next, record->maybe_bytes_3.data, 3);
    record->has_maybe_record = coin(next);
    record->maybe_record = vec3_of(next);
    fill_arrays(record, next);
}

void test_fill_tick(market_tick *tick, uint64_t seed) {
    memset(tick, 0xA5, sizeof *tick);
    uint64_t *next = &seed;
    tick->id = number(next);
    tick->time = signed_number(next);
    tick->price = float_number(next);
    fill_text(next, tick->symbol, sizeof tick->symbol);
    tick->note = words_of(next, 60);
    tick->position = vec3_of(next);
    tick->has_flags = coin(next);
    tick->flags = (uint32_t)number(next);
    tick->samples_count = (uint32_t)(test_random(next) % 11);
    for (size_t i = 0; i < 10; i++) {
        tick->samples[i] = (float)float_number(next);
    }
}

market_tick test_numbered_tick(uint64_t id) {
    market_tick tick;
    test_fill_tick(&tick, id);
    tick.id = id;
    return tick;
}
