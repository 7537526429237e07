/* Single values: numbers and what has a length; every call stores its smallest form and loads every legal one.
 *
 * Floor 4 (archive). */
#include "archive/token_support.h"

/* Numbers: what is stored, and what each type makes of it ---------------------------------------------------------- */

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

/* Texts, bytes and exts -------------------------------------------------------------------------------------------- */

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_stored_small_and_loaded_in_range),
        cmocka_unit_test(wider_numbers_are_taken),
        cmocka_unit_test(every_type_is_dispatched),
        cmocka_unit_test(lengths_take_their_smallest_form),
        cmocka_unit_test(every_head_of_a_length_is_taken),
        cmocka_unit_test(a_string_needs_room_for_its_terminator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
