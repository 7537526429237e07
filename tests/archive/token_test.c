/* Single values: every call stores its smallest form, loads every legal form, and tells what does not fit and where.
 *
 * Floor 4 (archive). Values stand in plain records, so that the bytes are theirs alone. */
#include "archive/archive_support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <pier/serialize.h>

static const pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};

/* A loading archive that stands on the one record that `bytes` is. */
static pier_archive *load_of(const void *bytes, size_t size) {
    pier_archive *archive = test_open_load(NULL, &plain);
    assert_status(pier_archive_feed(archive, (pier_bytes){bytes, size}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    return archive;
}

/* A storing archive in a record that was begun; end_stored compares its bytes. */
static pier_archive *begin_store(void) {
    pier_archive *archive = test_open_store(NULL, &plain);
    assert_status(pier_archive_begin(archive), PIER_OK);
    return archive;
}

static void end_stored(pier_archive *archive, const void *bytes, size_t size) {
    test_bytes stream = {0};
    assert_status(pier_archive_end(archive), PIER_OK);
    test_close(archive, &stream);
    if (stream.size != size || memcmp(stream.data, bytes, size) != 0) {
        fail_msg("stored %zu bytes from %02x on, expected %zu from %02x on", stream.size, stream.data[0], size,
                 ((const uint8_t *)bytes)[0]);
    }
    test_bytes_free(&stream);
}

static void assert_loaded(pier_archive *archive) {
    assert_status(pier_archive_status(archive), PIER_OK);
    assert_int_equal(pier_load_kind(archive), PIER_KIND_NONE);
    pier_archive_destroy(archive);
}

/* Numbers: what is stored, and what each type makes of it ------------------------------------------------------------ */

typedef struct number {
    bool is_negative;
    uint64_t value; /* of a negative one in two's complement */
    const char *bytes;
    size_t size;
} number;

#define POSITIVE(value, bytes)                                                                                         \
    { false, (value), (bytes), sizeof(bytes) - 1 }
#define NEGATIVE(value, bytes)                                                                                         \
    { true, (uint64_t)(value), (bytes), sizeof(bytes) - 1 }

/* The smallest forms, at their bounds. */
static const number smallest[] = {
    POSITIVE(0, "\x00"),
    POSITIVE(127, "\x7f"),
    POSITIVE(128, "\xcc\x80"),
    POSITIVE(255, "\xcc\xff"),
    POSITIVE(256, "\xcd\x01\x00"),
    POSITIVE(0x7fff, "\xcd\x7f\xff"),
    POSITIVE(0x8000, "\xcd\x80\x00"),
    POSITIVE(0xffff, "\xcd\xff\xff"),
    POSITIVE(0x10000, "\xce\x00\x01\x00\x00"),
    POSITIVE(0x7fffffff, "\xce\x7f\xff\xff\xff"),
    POSITIVE(0x80000000, "\xce\x80\x00\x00\x00"),
    POSITIVE(0xffffffff, "\xce\xff\xff\xff\xff"),
    POSITIVE(0x100000000, "\xcf\x00\x00\x00\x01\x00\x00\x00\x00"),
    POSITIVE(INT64_MAX, "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
    POSITIVE((uint64_t)INT64_MAX + 1, "\xcf\x80\x00\x00\x00\x00\x00\x00\x00"),
    POSITIVE(UINT64_MAX, "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
    NEGATIVE(-1, "\xff"),
    NEGATIVE(-32, "\xe0"),
    NEGATIVE(-33, "\xd0\xdf"),
    NEGATIVE(-128, "\xd0\x80"),
    NEGATIVE(-129, "\xd1\xff\x7f"),
    NEGATIVE(-0x8000, "\xd1\x80\x00"),
    NEGATIVE(-0x8001, "\xd2\xff\xff\x7f\xff"),
    NEGATIVE(-(int64_t)0x80000000, "\xd2\x80\x00\x00\x00"),
    NEGATIVE(-(int64_t)0x80000001, "\xd3\xff\xff\xff\xff\x7f\xff\xff\xff"),
    NEGATIVE(INT64_MIN, "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
};

/* Wider forms than need be, which are taken as well. */
static const number wider[] = {
    POSITIVE(0, "\xcc\x00"),
    POSITIVE(5, "\xcd\x00\x05"),
    POSITIVE(5, "\xce\x00\x00\x00\x05"),
    POSITIVE(5, "\xcf\x00\x00\x00\x00\x00\x00\x00\x05"),
    POSITIVE(127, "\xd0\x7f"),
    POSITIVE(0, "\xd1\x00\x00"),
    POSITIVE(255, "\xd1\x00\xff"),
    POSITIVE(0x7fff, "\xd1\x7f\xff"),
    POSITIVE(0x7fffffff, "\xd2\x7f\xff\xff\xff"),
    POSITIVE(0, "\xd3\x00\x00\x00\x00\x00\x00\x00\x00"),
    POSITIVE(INT64_MAX, "\xd3\x7f\xff\xff\xff\xff\xff\xff\xff"),
    NEGATIVE(-1, "\xd0\xff"),
    NEGATIVE(-1, "\xd1\xff\xff"),
    NEGATIVE(-1, "\xd2\xff\xff\xff\xff"),
    NEGATIVE(-1, "\xd3\xff\xff\xff\xff\xff\xff\xff\xff"),
    NEGATIVE(-128, "\xd3\xff\xff\xff\xff\xff\xff\xff\x80"),
};

/* Loads a number as a type; it must be the value when it fits, else RANGE at its first byte, and zero. */
#define CHECK_LOAD(suffix, type, least, most)                                                                          \
    do {                                                                                                               \
        pier_archive *archive_ = load_of(of->bytes, of->size);                                                         \
        bool fits_ = of->is_negative ? (int64_t)of->value >= (int64_t)(least) : of->value <= (uint64_t)(most);         \
        type value_ = pier_load_##suffix(archive_);                                                                    \
        assert_true(value_ == (fits_ ? (type)of->value : (type)0));                                                    \
        if (fits_) {                                                                                                   \
            assert_loaded(archive_);                                                                                   \
        } else {                                                                                                       \
            assert_status(pier_archive_status(archive_), PIER_RANGE);                                                  \
            assert_int_equal(pier_archive_error(archive_)->offset, 0);                                                 \
            assert_int_equal(pier_archive_error(archive_)->record, 1);                                                 \
            assert_non_null(strstr(pier_archive_error(archive_)->text, #suffix));                                      \
            assert_int_equal(pier_load_##suffix(archive_), 0);                                                         \
            pier_archive_destroy(archive_);                                                                            \
        }                                                                                                              \
    } while (0)

static void check_number(const number *of) {
    CHECK_LOAD(u8, uint8_t, 0, UINT8_MAX);
    CHECK_LOAD(u16, uint16_t, 0, UINT16_MAX);
    CHECK_LOAD(u32, uint32_t, 0, UINT32_MAX);
    CHECK_LOAD(u64, uint64_t, 0, UINT64_MAX);
    CHECK_LOAD(i8, int8_t, INT8_MIN, INT8_MAX);
    CHECK_LOAD(i16, int16_t, INT16_MIN, INT16_MAX);
    CHECK_LOAD(i32, int32_t, INT32_MIN, INT32_MAX);
    CHECK_LOAD(i64, int64_t, INT64_MIN, INT64_MAX);
    pier_archive *archive = load_of(of->bytes, of->size);
    pier_token token = pier_load_token(archive);
    assert_int_equal(token.kind, of->is_negative ? PIER_KIND_INT : PIER_KIND_UINT);
    assert_true(of->is_negative ? (uint64_t)token.as.sint == of->value : token.as.uint == of->value);
    assert_loaded(archive);
}

#define CHECK_STORE(suffix, type, least, most)                                                                         \
    do {                                                                                                               \
        if (of->is_negative ? (int64_t)of->value >= (int64_t)(least) : of->value <= (uint64_t)(most)) {                \
            pier_archive *archive_ = begin_store();                                                                    \
            pier_store_##suffix(archive_, (type)of->value);                                                            \
            end_stored(archive_, of->bytes, of->size);                                                                 \
            archive_ = begin_store();                                                                                  \
            type value_ = (type)of->value;                                                                             \
            pier_store(archive_, value_);                                                                              \
            end_stored(archive_, of->bytes, of->size);                                                                 \
            archive_ = begin_store();                                                                                  \
            pier_archive_##suffix(archive_, &value_);                                                                  \
            end_stored(archive_, of->bytes, of->size);                                                                 \
            archive_ = load_of(of->bytes, of->size);                                                                   \
            value_ = 1;                                                                                                \
            pier_archive_##suffix(archive_, &value_);                                                                  \
            assert_true(value_ == (type)of->value);                                                                    \
            assert_loaded(archive_);                                                                                   \
            archive_ = load_of(of->bytes, of->size);                                                                   \
            value_ = 1;                                                                                                \
            pier_load(archive_, &value_);                                                                              \
            assert_true(value_ == (type)of->value);                                                                    \
            assert_loaded(archive_);                                                                                   \
        }                                                                                                              \
    } while (0)

static void numbers_are_stored_small_and_loaded_in_range(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof smallest / sizeof smallest[0]; i++) {
        const number *of = &smallest[i];
        check_number(of);
        CHECK_STORE(u8, uint8_t, 0, UINT8_MAX);
        CHECK_STORE(u16, uint16_t, 0, UINT16_MAX);
        CHECK_STORE(u32, uint32_t, 0, UINT32_MAX);
        CHECK_STORE(u64, uint64_t, 0, UINT64_MAX);
        CHECK_STORE(i8, int8_t, INT8_MIN, INT8_MAX);
        CHECK_STORE(i16, int16_t, INT16_MIN, INT16_MAX);
        CHECK_STORE(i32, int32_t, INT32_MIN, INT32_MAX);
        CHECK_STORE(i64, int64_t, INT64_MIN, INT64_MAX);
    }
}

static void wider_numbers_are_taken(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wider / sizeof wider[0]; i++) {
        check_number(&wider[i]);
    }
}

/* Each C type finds its call, those that are no fixed-width type included. */
static void every_type_is_dispatched(void **state) {
    (void)state;
    pier_archive *archive = begin_store();
    pier_store_array(archive, 18);
    pier_store(archive, (char)-5);
    pier_store(archive, (signed char)-6);
    pier_store(archive, (unsigned char)200);
    pier_store(archive, (short)-300);
    pier_store(archive, (unsigned short)60000);
    pier_store(archive, -70000);
    pier_store(archive, 70000u);
    pier_store(archive, -70000l);
    pier_store(archive, 70000ul);
    pier_store(archive, -5000000000ll);
    pier_store(archive, 5000000000ull);
    pier_store(archive, 1.5f);
    pier_store(archive, -2.5);
    pier_store(archive, (bool)1);
    char text[] = "text";
    pier_store(archive, text);
    pier_store(archive, (const char *)NULL);
    pier_store(archive, ((pier_time){7, 0}));
    pier_store(archive, 'A'); /* an int in C, a number all the same */
    assert_status(pier_archive_end(archive), PIER_OK);
    pier_bytes stored = (pier_archive_flush(archive) == PIER_OK) ? pier_archive_drain(archive) : (pier_bytes){0};
    pier_archive *load = load_of(stored.data, stored.size);
    assert_int_equal(pier_load_array(load), 18);
    signed char i8 = 0;
    unsigned char u8 = 0;
    short i16 = 0;
    unsigned short u16 = 0;
    int i32 = 0;
    unsigned int u32 = 0;
    long il = 0;
    unsigned long ul = 0;
    long long ill = 0;
    unsigned long long ull = 0;
    float f32 = 0;
    double f64 = 0;
    bool boolean = false;
    pier_text view = {0};
    pier_time time = {0};
    pier_load(load, &i8);
    assert_int_equal(i8, -5);
    pier_load(load, &i8);
    assert_int_equal(i8, -6);
    pier_load(load, &u8);
    assert_int_equal(u8, 200);
    pier_load(load, &i16);
    assert_int_equal(i16, -300);
    pier_load(load, &u16);
    assert_int_equal(u16, 60000);
    pier_load(load, &i32);
    assert_int_equal(i32, -70000);
    pier_load(load, &u32);
    assert_int_equal(u32, 70000);
    pier_load(load, &il);
    assert_int_equal(il, -70000);
    pier_load(load, &ul);
    assert_int_equal(ul, 70000);
    pier_load(load, &ill);
    assert_true(ill == -5000000000ll);
    pier_load(load, &ull);
    assert_true(ull == 5000000000ull);
    pier_load(load, &f32);
    assert_true(f32 == 1.5f);
    pier_load(load, &f64);
    assert_true(f64 == -2.5);
    pier_load(load, &boolean);
    assert_true(boolean);
    pier_load(load, &view);
    assert_int_equal(view.size, 4);
    assert_memory_equal(view.data, "text", 4);
    assert_int_equal(pier_load_kind(load), PIER_KIND_NIL);
    pier_load_nil(load);
    pier_load(load, &time);
    assert_true(time.seconds == 7 && time.nanoseconds == 0);
    pier_load(load, &i32);
    assert_int_equal(i32, 'A');
    assert_loaded(load);
    pier_archive_destroy(archive);
}

/* Texts, bytes and exts --------------------------------------------------------------------------------------------- */

typedef struct sized {
    size_t size;
    const char *head;
    size_t head_bytes;
} sized;

static void stored_with_head(const sized *of, void (*store)(pier_archive *, const uint8_t *, size_t)) {
    static uint8_t body[70000];
    memset(body, 'x', sizeof body);
    test_bytes expected = {0};
    test_bytes_append(&expected, of->head, of->head_bytes);
    test_bytes_append(&expected, body, of->size);
    pier_archive *archive = begin_store();
    store(archive, body, of->size);
    end_stored(archive, expected.data, expected.size);
    test_bytes_free(&expected);
}

static void store_text(pier_archive *archive, const uint8_t *body, size_t size) {
    pier_store(archive, ((pier_text){(const char *)body, size}));
}

static void store_bytes(pier_archive *archive, const uint8_t *body, size_t size) {
    pier_store(archive, ((pier_bytes){size > 0 ? body : NULL, size}));
}

static void store_ext(pier_archive *archive, const uint8_t *body, size_t size) {
    pier_store(archive, ((pier_ext){-7, {body, size}}));
}

static void lengths_take_their_smallest_form(void **state) {
    (void)state;
    static const sized texts[] = {
        {0, "\xa0", 1},
        {1, "\xa1", 1},
        {31, "\xbf", 1},
        {32, "\xd9\x20", 2},
        {255, "\xd9\xff", 2},
        {256, "\xda\x01\x00", 3},
        {65535, "\xda\xff\xff", 3},
        {65536, "\xdb\x00\x01\x00\x00", 5},
    };
    static const sized bins[] = {
        {0, "\xc4\x00", 2},       {1, "\xc4\x01", 2},         {255, "\xc4\xff", 2},
        {256, "\xc5\x01\x00", 3}, {65535, "\xc5\xff\xff", 3}, {65536, "\xc6\x00\x01\x00\x00", 5},
    };
    static const sized exts[] = {
        {0, "\xc7\x00\xf9", 3},
        {1, "\xd4\xf9", 2},
        {2, "\xd5\xf9", 2},
        {3, "\xc7\x03\xf9", 3},
        {4, "\xd6\xf9", 2},
        {5, "\xc7\x05\xf9", 3},
        {8, "\xd7\xf9", 2},
        {9, "\xc7\x09\xf9", 3},
        {16, "\xd8\xf9", 2},
        {17, "\xc7\x11\xf9", 3},
        {255, "\xc7\xff\xf9", 3},
        {256, "\xc8\x01\x00\xf9", 4},
        {65535, "\xc8\xff\xff\xf9", 4},
        {65536, "\xc9\x00\x01\x00\x00\xf9", 6},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        stored_with_head(&texts[i], store_text);
    }
    for (size_t i = 0; i < sizeof bins / sizeof bins[0]; i++) {
        stored_with_head(&bins[i], store_bytes);
    }
    for (size_t i = 0; i < sizeof exts / sizeof exts[0]; i++) {
        stored_with_head(&exts[i], store_ext);
    }
}

static void every_head_of_a_length_is_taken(void **state) {
    (void)state;
    static const sized texts[] = {
        {2, "\xa2", 1}, {2, "\xd9\x02", 2}, {2, "\xda\x00\x02", 3}, {2, "\xdb\x00\x00\x00\x02", 5}};
    static const sized bins[] = {{2, "\xc4\x02", 2}, {2, "\xc5\x00\x02", 3}, {2, "\xc6\x00\x00\x00\x02", 5}};
    static const sized exts[] = {
        {2, "\xd5\x05", 2}, {2, "\xc7\x02\x05", 3}, {2, "\xc8\x00\x02\x05", 4}, {2, "\xc9\x00\x00\x00\x02\x05", 6}};
    uint8_t bytes[16];
    for (size_t i = 0; i < 4; i++) {
        memcpy(bytes, texts[i].head, texts[i].head_bytes);
        memcpy(bytes + texts[i].head_bytes, "ab", 2);
        pier_archive *archive = load_of(bytes, texts[i].head_bytes + 2);
        assert_int_equal(pier_load_kind(archive), PIER_KIND_TEXT);
        pier_text text = pier_load_text(archive);
        assert_int_equal(text.size, 2);
        assert_memory_equal(text.data, "ab", 2);
        assert_loaded(archive);
    }
    for (size_t i = 0; i < 3; i++) {
        memcpy(bytes, bins[i].head, bins[i].head_bytes);
        memcpy(bytes + bins[i].head_bytes, "ab", 2);
        pier_archive *archive = load_of(bytes, bins[i].head_bytes + 2);
        pier_bytes view = {0};
        pier_load(archive, &view);
        assert_int_equal(view.size, 2);
        assert_memory_equal(view.data, "ab", 2);
        assert_loaded(archive);
    }
    for (size_t i = 0; i < 4; i++) {
        memcpy(bytes, exts[i].head, exts[i].head_bytes);
        memcpy(bytes + exts[i].head_bytes, "ab", 2);
        pier_archive *archive = load_of(bytes, exts[i].head_bytes + 2);
        pier_ext ext = {0};
        pier_load(archive, &ext);
        assert_int_equal(ext.type, 5);
        assert_int_equal(ext.bytes.size, 2);
        assert_memory_equal(ext.bytes.data, "ab", 2);
        assert_loaded(archive);
    }
}

static void a_string_needs_room_for_its_terminator(void **state) {
    (void)state;
    char buffer[8];
    pier_archive *archive = load_of("\xa5hello", 6);
    assert_int_equal(pier_load_string(archive, buffer, 6), 5);
    assert_string_equal(buffer, "hello");
    assert_loaded(archive);
    memset(buffer, 'z', sizeof buffer);
    archive = load_of("\xa5hello", 6);
    assert_int_equal(pier_load_string(archive, buffer, 5), 0);
    assert_string_equal(buffer, "");
    assert_int_equal(buffer[1], 'z');
    assert_status(pier_archive_status(archive), PIER_RANGE);
    pier_archive_destroy(archive);
    archive = load_of("\xa0", 1);
    assert_int_equal(pier_load_string(archive, NULL, 0), 0);
    assert_status(pier_archive_status(archive), PIER_RANGE);
    pier_archive_destroy(archive);
    archive = load_of("\xa0", 1);
    assert_int_equal(pier_load_string(archive, buffer, 1), 0);
    assert_string_equal(buffer, "");
    assert_loaded(archive);
    archive = load_of("\xa3"
                      "a\0b",
                      4);
    assert_int_equal(pier_load_string(archive, buffer, sizeof buffer), 0);
    assert_string_equal(buffer, "");
    assert_status(pier_archive_status(archive), PIER_RANGE);
    pier_archive_destroy(archive);
    memset(buffer, 'z', sizeof buffer);
    archive = load_of("\x05", 1);
    assert_int_equal(pier_load_string(archive, buffer, sizeof buffer), 0);
    assert_string_equal(buffer, "");
    assert_status(pier_archive_status(archive), PIER_TYPE);
    pier_archive_destroy(archive);
    /* Both ways. */
    (void)strcpy(buffer, "two");
    archive = begin_store();
    pier_archive_string(archive, buffer, sizeof buffer);
    end_stored(archive, "\xa3two", 4);
    archive = load_of("\xa3two", 4);
    memset(buffer, 0, sizeof buffer);
    pier_archive_string(archive, buffer, sizeof buffer);
    assert_string_equal(buffer, "two");
    assert_loaded(archive);
    archive = begin_store();
    pier_store(archive, (char *)NULL);
    end_stored(archive, "\xc0", 1);
}

/* Times, floats, and the rest ---------------------------------------------------------------------------------------- */

typedef struct moment {
    pier_time time;
    const char *bytes;
    size_t size;
} moment;

static void times_take_their_smallest_form(void **state) {
    (void)state;
#define MOMENT(seconds, nanoseconds, bytes)                                                                            \
    { {(seconds), (nanoseconds)}, (bytes), sizeof(bytes) - 1 }
    static const moment moments[] = {
        MOMENT(0, 0, "\xd6\xff\x00\x00\x00\x00"),
        MOMENT(UINT32_MAX, 0, "\xd6\xff\xff\xff\xff\xff"),
        MOMENT(0, 1, "\xd7\xff\x00\x00\x00\x04\x00\x00\x00\x00"),
        MOMENT((int64_t)UINT32_MAX + 1, 0, "\xd7\xff\x00\x00\x00\x01\x00\x00\x00\x00"),
        MOMENT(((int64_t)1 << 34) - 1, 999999999, "\xd7\xff\xee\x6b\x27\xff\xff\xff\xff\xff"),
        MOMENT((int64_t)1 << 34, 0, "\xc7\x0c\xff\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00"),
        MOMENT(-1, 0, "\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
        MOMENT(INT64_MIN, 999999999, "\xc7\x0c\xff\x3b\x9a\xc9\xff\x80\x00\x00\x00\x00\x00\x00\x00"),
        MOMENT(INT64_MAX, 1, "\xc7\x0c\xff\x00\x00\x00\x01\x7f\xff\xff\xff\xff\xff\xff\xff"),
    };
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        pier_archive *archive = begin_store();
        pier_time time = moments[i].time;
        pier_archive_time(archive, &time);
        end_stored(archive, moments[i].bytes, moments[i].size);
        time = (pier_time){5, 5};
        archive = load_of(moments[i].bytes, moments[i].size);
        pier_archive_time(archive, &time);
        assert_true(time.seconds == moments[i].time.seconds && time.nanoseconds == moments[i].time.nanoseconds);
        assert_loaded(archive);
    }
    /* Forms that a smaller one would do for, and heads that are wider than need be. */
    static const moment others[] = {
        MOMENT(1, 0, "\xd7\xff\x00\x00\x00\x00\x00\x00\x00\x01"),
        MOMENT(1, 2, "\xc7\x0c\xff\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01"),
        MOMENT(1, 0, "\xc7\x04\xff\x00\x00\x00\x01"),
        MOMENT(1, 0, "\xc8\x00\x08\xff\x00\x00\x00\x00\x00\x00\x00\x01"),
        MOMENT(1, 0, "\xc9\x00\x00\x00\x04\xff\x00\x00\x00\x01"),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        pier_archive *archive = load_of(others[i].bytes, others[i].size);
        pier_time time = pier_load_time(archive);
        assert_true(time.seconds == others[i].time.seconds && time.nanoseconds == others[i].time.nanoseconds);
        assert_loaded(archive);
    }
    /* An ext -1 that breaks the rules of times is an ext. */
    static const moment none[] = {
        MOMENT(0, 0, "\xd4\xff\x01"),
        MOMENT(0, 0, "\xc7\x00\xff"),
        MOMENT(0, 0, "\xd7\xff\xee\x6b\x28\x00\x00\x00\x00\x00"),
        MOMENT(0, 0, "\xc7\x0c\xff\x3b\x9a\xca\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
        MOMENT(0, 0, "\xc7\x05\xff\x00\x00\x00\x00\x00"),
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        pier_archive *archive = load_of(none[i].bytes, none[i].size);
        assert_int_equal(pier_load_kind(archive), PIER_KIND_EXT);
        pier_time time = pier_load_time(archive);
        assert_true(time.seconds == 0 && time.nanoseconds == 0);
        assert_status(pier_archive_status(archive), PIER_TYPE);
        pier_archive_destroy(archive);
        archive = load_of(none[i].bytes, none[i].size);
        assert_int_equal(pier_load_ext(archive).type, -1);
        assert_loaded(archive);
    }
}

static void floats_keep_their_bits(void **state) {
    (void)state;
    static const double doubles[] = {0.0, -0.0, 1.0, 0.1, DBL_MAX, DBL_MIN, 5e-324, -1e300, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++) {
        double value = doubles[i];
        pier_archive *archive = begin_store();
        pier_archive_f64(archive, &value);
        assert_status(pier_archive_end(archive), PIER_OK);
        assert_status(pier_archive_flush(archive), PIER_OK);
        pier_bytes bytes = pier_archive_drain(archive);
        assert_int_equal(bytes.size, 9);
        assert_int_equal(((const uint8_t *)bytes.data)[0], 0xcb);
        pier_archive *load = load_of(bytes.data, bytes.size);
        double back = 99;
        pier_archive_f64(load, &back);
        assert_memory_equal(&back, &value, sizeof value);
        assert_loaded(load);
        pier_archive_destroy(archive);
    }
    static const float floats[] = {0.0f, -0.0f, 1.5f, FLT_MAX, FLT_MIN, 1e-45f, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        float value = floats[i];
        pier_archive *archive = begin_store();
        pier_archive_f32(archive, &value);
        assert_status(pier_archive_end(archive), PIER_OK);
        assert_status(pier_archive_flush(archive), PIER_OK);
        pier_bytes bytes = pier_archive_drain(archive);
        assert_int_equal(bytes.size, 5);
        pier_archive *load = load_of(bytes.data, bytes.size);
        float back = 99;
        pier_archive_f32(load, &back);
        assert_memory_equal(&back, &value, sizeof value);
        assert_loaded(load);
        load = load_of(bytes.data, bytes.size);
        assert_true(pier_load_f64(load) == (double)value);
        assert_loaded(load);
        pier_archive_destroy(archive);
    }
}

/* A float64 is taken for a float exactly when a float holds it. */
static void narrowing_is_exact_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        bool fits;
    } cases[] = {
        {"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00", true},                                                  /* 1.5 */
        {"\xcb\x80\x00\x00\x00\x00\x00\x00\x00", true},                                                  /* -0 */
        {"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", true},                                                  /* infinity */
        {"\xcb\xff\xf0\x00\x00\x00\x00\x00\x00", true},  {"\xcb\x47\xef\xff\xff\xe0\x00\x00\x00", true}, /* FLT_MAX */
        {"\xcb\x47\xef\xff\xff\xe0\x00\x00\x01", false}, /* a little above */
        {"\xcb\x47\xf0\x00\x00\x00\x00\x00\x00", false}, /* 2^128 */
        {"\xcb\xff\xef\xff\xff\xff\xff\xff\xff", false}, /* -DBL_MAX */
        {"\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a", false}, /* 0.1 */
        {"\xcb\x36\xa0\x00\x00\x00\x00\x00\x00", true},  /* the smallest float, 2^-149 */
        {"\xcb\x36\x90\x00\x00\x00\x00\x00\x00", false}, /* half of it */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_archive *archive = load_of(cases[i].bytes, 9);
        float value = pier_load_f32(archive);
        assert_status(pier_archive_status(archive), cases[i].fits ? PIER_OK : PIER_RANGE);
        assert_true(cases[i].fits || value == 0);
        pier_archive_destroy(archive);
    }
    pier_archive *archive = load_of("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", 9);
    assert_true(isnan(pier_load_f32(archive)));
    assert_loaded(archive);
    archive = load_of("\xca\x7f\xc0\x00\x00", 5);
    assert_true(isnan(pier_load_f64(archive)));
    assert_loaded(archive);
}

static void counts_take_their_smallest_form(void **state) {
    (void)state;
    static const struct {
        uint32_t count;
        const char *array;
        const char *map;
        size_t head_bytes;
    } cases[] = {
        {0, "\x90", "\x80", 1},
        {15, "\x9f", "\x8f", 1},
        {16, "\xdc\x00\x10", "\xde\x00\x10", 3},
        {65535, "\xdc\xff\xff", "\xde\xff\xff", 3},
        {65536, "\xdd\x00\x01\x00\x00", "\xdf\x00\x01\x00\x00", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (uint32_t pairs = 0; pairs < 2; pairs++) {
            test_bytes expected = {0};
            test_bytes_append(&expected, pairs ? cases[i].map : cases[i].array, cases[i].head_bytes);
            pier_archive *archive = begin_store();
            assert_int_equal(pairs ? pier_archive_map(archive, cases[i].count)
                                   : pier_archive_array(archive, cases[i].count),
                             cases[i].count);
            for (uint32_t j = 0; j < cases[i].count * (1 + pairs); j++) {
                pier_archive_nil(archive);
                test_bytes_append(&expected, "\xc0", 1);
            }
            end_stored(archive, expected.data, expected.size);
            archive = load_of(expected.data, expected.size);
            assert_int_equal(pairs ? pier_archive_map(archive, 3) : pier_archive_array(archive, 3), cases[i].count);
            for (uint32_t j = 0; j < cases[i].count * (1 + pairs); j++) {
                pier_archive_nil(archive);
            }
            assert_loaded(archive);
            test_bytes_free(&expected);
        }
    }
}

static void bools_and_two_way_views(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool value = i != 0;
        pier_archive *archive = begin_store();
        pier_archive_bool(archive, &value);
        end_stored(archive, value ? "\xc3" : "\xc2", 1);
        archive = load_of(i != 0 ? "\xc3" : "\xc2", 1);
        value = !value;
        pier_archive_bool(archive, &value);
        assert_int_equal(value, i != 0);
        assert_loaded(archive);
    }
    pier_archive *archive = begin_store();
    assert_true(pier_archive_is_storing(archive));
    pier_text text = {"abc", 3};
    pier_bytes bytes = {"de", 2};
    pier_ext ext = {9, {"f", 1}};
    (void)pier_archive_array(archive, 3);
    pier_archive_text(archive, &text);
    pier_archive_bytes(archive, &bytes);
    pier_archive_ext(archive, &ext);
    end_stored(archive,
               "\x93\xa3"
               "abc"
               "\xc4\x02"
               "de"
               "\xd4\x09"
               "f",
               12);
    archive = load_of("\x93\xa1"
                      "x"
                      "\xc4\x01"
                      "y"
                      "\xd4\x08"
                      "z",
                      9);
    assert_false(pier_archive_is_storing(archive));
    assert_int_equal(pier_archive_array(archive, 0), 3);
    pier_archive_text(archive, &text);
    pier_archive_bytes(archive, &bytes);
    pier_archive_ext(archive, &ext);
    assert_memory_equal(text.data, "x", 1);
    assert_memory_equal(bytes.data, "y", 1);
    assert_int_equal(ext.type, 8);
    assert_loaded(archive);
}

/* What does not fit --------------------------------------------------------------------------------------------------- */

#define KINDS(X)                                                                                                       \
    X(NIL, "\xc0", nil)                                                                                                \
    X(BOOL, "\xc3", boolean)                                                                                           \
    X(UINT, "\x05", integer)                                                                                           \
    X(INT, "\xfb", integer)                                                                                            \
    X(F32, "\xca\x00\x00\x00\x00", number)                                                                             \
    X(F64, "\xcb\x00\x00\x00\x00\x00\x00\x00\x00", number)                                                             \
    X(TEXT, "\xa1x", text)                                                                                             \
    X(BYTES, "\xc4\x01x", bytes)                                                                                       \
    X(ARRAY, "\x90", array)                                                                                            \
    X(MAP, "\x80", map)                                                                                                \
    X(EXT, "\xd4\x05x", ext)                                                                                           \
    X(TIME, "\xd6\xff\x00\x00\x00\x00", time)

/* Loads with one of the calls, by the kinds that it takes. */
static void load_by(pier_archive *archive, int call) {
    switch (call) {
    case 0:
        pier_load_nil(archive);
        break;
    case 1:
        assert_false(pier_load_bool(archive) && pier_archive_status(archive) != PIER_OK);
        break;
    case 2:
        (void)pier_load_u64(archive);
        break;
    case 3:
        (void)pier_load_i64(archive);
        break;
    case 4:
        (void)pier_load_f32(archive);
        break;
    case 5:
        (void)pier_load_f64(archive);
        break;
    case 6:
        (void)pier_load_text(archive);
        break;
    case 7:
        (void)pier_load_bytes(archive);
        break;
    case 8:
        (void)pier_load_array(archive);
        break;
    case 9:
        (void)pier_load_map(archive);
        break;
    case 10:
        (void)pier_load_ext(archive);
        break;
    default:
        (void)pier_load_time(archive);
        break;
    }
}

static void every_call_takes_its_kinds_alone(void **state) {
    (void)state;
    static const struct {
        pier_kind kind;
        const char *bytes;
        size_t size;
    } values[] = {
#define VALUE(kind, bytes, name) {PIER_KIND_##kind, bytes, sizeof(bytes) - 1},
        KINDS(VALUE)
#undef VALUE
    };
    /* By call: a mask of the kinds that it takes; integers are told apart by their range. */
    static const unsigned taken[] = {
        1u << PIER_KIND_NIL,
        1u << PIER_KIND_BOOL,
        1u << PIER_KIND_UINT | 1u << PIER_KIND_INT,
        1u << PIER_KIND_UINT | 1u << PIER_KIND_INT,
        1u << PIER_KIND_F32 | 1u << PIER_KIND_F64,
        1u << PIER_KIND_F32 | 1u << PIER_KIND_F64,
        1u << PIER_KIND_TEXT,
        1u << PIER_KIND_BYTES,
        1u << PIER_KIND_ARRAY,
        1u << PIER_KIND_MAP,
        1u << PIER_KIND_EXT,
        1u << PIER_KIND_TIME,
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (int call = 0; call < 12; call++) {
            /* Behind a 7 in an array: the offset is 2. */
            uint8_t record[16] = {0x92, 0x07};
            memcpy(record + 2, values[i].bytes, values[i].size);
            pier_archive *archive = load_of(record, 2 + values[i].size);
            assert_int_equal(pier_load_array(archive), 2);
            assert_int_equal(pier_load_u8(archive), 7);
            assert_int_equal(pier_load_kind(archive), values[i].kind);
            load_by(archive, call);
            bool fits = (taken[call] >> values[i].kind & 1) != 0;
            pier_status expected = !fits                                          ? PIER_TYPE
                                   : call == 2 && values[i].kind == PIER_KIND_INT ? PIER_RANGE
                                                                                  : PIER_OK;
            assert_status(pier_archive_status(archive), expected);
            if (expected != PIER_OK) {
                assert_int_equal(pier_archive_error(archive)->offset, 2);
                assert_int_equal(pier_archive_error(archive)->record, 1);
                /* It sticks: what comes is zero, and the next record is not reached. */
                assert_int_equal(pier_load_kind(archive), PIER_KIND_NONE);
                load_by(archive, call);
                pier_load_skip(archive);
                assert_int_equal(pier_archive_record_bytes(archive).size, 0);
                assert_int_equal(pier_archive_error(archive)->offset, 2);
                assert_status(pier_archive_next(archive), expected);
                assert_status(pier_archive_end(archive), expected);
                assert_true(pier_archive_has_next(archive));
            }
            pier_archive_destroy(archive);
        }
    }
}

static void a_value_that_is_not_there_is_told(void **state) {
    (void)state;
    pier_archive *archive = load_of("\x91\x05", 2);
    assert_int_equal(pier_load_array(archive), 1);
    assert_int_equal(pier_load_i8(archive), 5);
    assert_int_equal(pier_load_token(archive).kind, PIER_KIND_NONE); /* no failure */
    assert_status(pier_archive_status(archive), PIER_OK);
    assert_int_equal(pier_load_i8(archive), 0);
    assert_status(pier_archive_status(archive), PIER_TYPE);
    assert_int_equal(pier_archive_error(archive)->offset, 2);
    pier_archive_destroy(archive);

    /* Outside a record it is a misuse; nothing is lost by going on. */
    archive = test_open_load(NULL, &plain);
    assert_int_equal(pier_load_u8(archive), 0);
    assert_status(pier_archive_status(archive), PIER_USAGE);
    assert_status(pier_archive_next(archive), PIER_USAGE);
    assert_status(pier_archive_recover(archive, NULL), PIER_OK);
    assert_status(pier_archive_feed(archive, (pier_bytes){"\x01\x02", 2}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u8(archive), 1);
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_int_equal(pier_load_token(archive).kind, PIER_KIND_NONE);
    assert_status(pier_archive_status(archive), PIER_USAGE);
    uint64_t skipped = 9;
    assert_status(pier_archive_recover(archive, &skipped), PIER_OK);
    assert_int_equal(skipped, 0);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u8(archive), 2);
    pier_archive_destroy(archive);
}

static void values_are_passed_over_whole(void **state) {
    (void)state;
    static const char record[] = "\x94\x82\xa1"
                                 "a\x92\x01\x02\xa1"
                                 "b\x80\xc4\x03xyz\xcb\x00\x00\x00\x00\x00\x00\x00\x00\x09";
    pier_archive *archive = load_of(record, sizeof record - 1);
    assert_int_equal(pier_load_array(archive), 4);
    pier_load_skip(archive);
    pier_load_skip(archive);
    pier_load_skip(archive);
    assert_int_equal(pier_load_u8(archive), 9);
    pier_load_skip(archive);
    assert_status(pier_archive_status(archive), PIER_TYPE);
    pier_archive_destroy(archive);
    /* The whole record, and what of one is left when the next begins. */
    archive = test_open_load(NULL, &plain);
    assert_status(pier_archive_feed(archive, (pier_bytes){"\x92\x01\x02\x92\x03\x04\x92\x05\x06", 9}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    pier_load_skip(archive);
    assert_status(pier_archive_status(archive), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_array(archive), 2);
    assert_status(pier_archive_begin(archive), PIER_OK);
    assert_int_equal(pier_load_array(archive), 2);
    assert_int_equal(pier_load_u8(archive), 5);
    assert_int_equal(pier_load_u8(archive), 6);
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_status(pier_archive_end(archive), PIER_OK);
    pier_archive_destroy(archive);
}

/* Loading on behind a value that did not fit: the record is lost, and no other. */
static void recovering_costs_the_record(void **state) {
    (void)state;
    pier_archive *archive = test_open_load(NULL, &plain);
    assert_status(pier_archive_feed(archive, (pier_bytes){"\x92\x01\xa1x\x02\x03", 6}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u32(archive), 0);
    assert_status(pier_archive_status(archive), PIER_TYPE);
    assert_non_null(strstr(pier_archive_error(archive)->text, "expected u32, found array"));
    uint64_t skipped = 0;
    assert_status(pier_archive_recover(archive, &skipped), PIER_OK);
    assert_int_equal(skipped, 4);
    assert_status(pier_archive_recover(archive, &skipped), PIER_OK);
    assert_int_equal(skipped, 0);
    assert_int_equal(pier_archive_record_number(archive), 0);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_archive_record_number(archive), 2);
    assert_int_equal(pier_load_u8(archive), 2);
    pier_archive_destroy(archive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_stored_small_and_loaded_in_range),
        cmocka_unit_test(wider_numbers_are_taken),
        cmocka_unit_test(every_type_is_dispatched),
        cmocka_unit_test(lengths_take_their_smallest_form),
        cmocka_unit_test(every_head_of_a_length_is_taken),
        cmocka_unit_test(a_string_needs_room_for_its_terminator),
        cmocka_unit_test(times_take_their_smallest_form),
        cmocka_unit_test(floats_keep_their_bits),
        cmocka_unit_test(narrowing_is_exact_or_refused),
        cmocka_unit_test(counts_take_their_smallest_form),
        cmocka_unit_test(bools_and_two_way_views),
        cmocka_unit_test(every_call_takes_its_kinds_alone),
        cmocka_unit_test(a_value_that_is_not_there_is_told),
        cmocka_unit_test(values_are_passed_over_whole),
        cmocka_unit_test(recovering_costs_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
