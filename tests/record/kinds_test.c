/* Each kind of field alone: the bytes it becomes, written by hand, on the straight way and on the slow one, and back.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ONE_BOOL(FIELD) FIELD(1, bool, value)
PIER_RECORD(one_bool, "one.Bool", ONE_BOOL)
#define ONE_I8(FIELD) FIELD(1, i8, value)
PIER_RECORD(one_i8, "one.I8", ONE_I8)
#define ONE_I16(FIELD) FIELD(1, i16, value)
PIER_RECORD(one_i16, "one.I16", ONE_I16)
#define ONE_I32(FIELD) FIELD(1, i32, value)
PIER_RECORD(one_i32, "one.I32", ONE_I32)
#define ONE_I64(FIELD) FIELD(1, i64, value)
PIER_RECORD(one_i64, "one.I64", ONE_I64)
#define ONE_U8(FIELD) FIELD(1, u8, value)
PIER_RECORD(one_u8, "one.U8", ONE_U8)
#define ONE_U16(FIELD) FIELD(1, u16, value)
PIER_RECORD(one_u16, "one.U16", ONE_U16)
#define ONE_U32(FIELD) FIELD(1, u32, value)
PIER_RECORD(one_u32, "one.U32", ONE_U32)
#define ONE_U64(FIELD) FIELD(1, u64, value)
PIER_RECORD(one_u64, "one.U64", ONE_U64)
#define ONE_F32(FIELD) FIELD(1, f32, value)
PIER_RECORD(one_f32, "one.F32", ONE_F32)
#define ONE_F64(FIELD) FIELD(1, f64, value)
PIER_RECORD(one_f64, "one.F64", ONE_F64)
#define ONE_TIME(FIELD) FIELD(1, time, value)
PIER_RECORD(one_time, "one.Time", ONE_TIME)
#define ONE_TEXT(FIELD) FIELD(1, text, value)
PIER_RECORD(one_text, "one.Text", ONE_TEXT)
#define ONE_TEXT_1(FIELD) FIELD(1, text(1), value)
PIER_RECORD(one_text_1, "one.Text1", ONE_TEXT_1)
#define ONE_TEXT_8(FIELD) FIELD(1, text(8), value)
PIER_RECORD(one_text_8, "one.Text8", ONE_TEXT_8)
#define ONE_TEXT_13(FIELD) FIELD(1, text(13), value)
PIER_RECORD(one_text_13, "one.Text13", ONE_TEXT_13)
#define ONE_TEXT_32(FIELD) FIELD(1, text(32), value)
PIER_RECORD(one_text_32, "one.Text32", ONE_TEXT_32)
#define ONE_TEXT_300(FIELD) FIELD(1, text(300), value)
PIER_RECORD(one_text_300, "one.Text300", ONE_TEXT_300)
#define ONE_BYTES(FIELD) FIELD(1, bytes, value)
PIER_RECORD(one_bytes, "one.Bytes", ONE_BYTES)
#define ONE_BYTES_300(FIELD) FIELD(1, bytes(300), value)
PIER_RECORD(one_bytes_300, "one.Bytes300", ONE_BYTES_300)
#define ONE_RECORD(FIELD) FIELD(1, record(vec3), value)
PIER_RECORD(one_record, "one.Record", ONE_RECORD)
#define ONE_OPTIONAL(FIELD) FIELD(1, optional(u8), value)
PIER_RECORD(one_optional, "one.Optional", ONE_OPTIONAL)
#define ONE_OPTIONAL_RECORD(FIELD) FIELD(1, optional(record(vec3)), value)
PIER_RECORD(one_optional_record, "one.OptionalRecord", ONE_OPTIONAL_RECORD)
#define ONE_ARRAY(FIELD) FIELD(1, array(u8, 70000), value)
PIER_RECORD(one_array, "one.Array", ONE_ARRAY)
#define ONE_TEXT_ARRAY(FIELD) FIELD(1, array(text(4), 3), value)
PIER_RECORD(one_text_array, "one.TextArray", ONE_TEXT_ARRAY)
#define SEVENTEEN(FIELD)                                                                                               \
    FIELD(1, u8, a)                                                                                                    \
    FIELD(2, u8, b)                                                                                                    \
    FIELD(3, u8, c)                                                                                                    \
    FIELD(4, u8, d)                                                                                                    \
    FIELD(5, u8, e)                                                                                                    \
    FIELD(6, u8, f)                                                                                                    \
    FIELD(7, u8, g)                                                                                                    \
    FIELD(8, u8, h)                                                                                                    \
    FIELD(9, u8, i)                                                                                                    \
    FIELD(10, u8, j)                                                                                                   \
    FIELD(11, u8, k)                                                                                                   \
    FIELD(12, u8, l) FIELD(13, u8, m) FIELD(14, u8, n) FIELD(15, u8, o) FIELD(16, u8, p) FIELD(17, u8, q)
PIER_RECORD(seventeen, "one.Seventeen", SEVENTEEN)

/* The bytes of the first record of a stream. */
static size_t record_bytes(const test_stream *stream, uint8_t *to, size_t capacity) {
    pier_archive *load = test_open_stream(stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_bytes bytes = pier_archive_record_bytes(load);
    assert_true(bytes.size <= capacity);
    size_t size = bytes.size;
    memcpy(to, bytes.data, size);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    return size;
}

/* Loads the record of a stream, and asserts that it holds what `expected` does. */
static void check_load(const test_stream *stream, const pier_class *type, const pier_class *real,
                       const void *expected) {
    pier_archive *load = test_open_stream(stream, NULL);
    void *loaded = malloc(type->record_bytes);
    assert_non_null(loaded);
    memset(loaded, 0x5A, type->record_bytes);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, type, loaded), PIER_OK);
    assert_same_record(real, loaded, expected);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    free(loaded);
}

/* A record is stored as these bytes and loaded from them, by its codec and by the slow way. */
static void check_form(const pier_class *type, const void *record, const char *hex) {
    static uint8_t bytes[1 << 18];
    pier_class slow = test_slow_class(type);
    assert_hex(bytes, test_encode(type, record, bytes, sizeof bytes), hex);
    const pier_class *ways[] = {type, &slow};
    for (size_t i = 0; i < 2; i++) {
        pier_archive *store = test_open_store(NULL);
        assert_status(pier_store_record(store, ways[i], record), PIER_OK);
        test_stream stream = test_finish(store);
        assert_hex(bytes, record_bytes(&stream, bytes, sizeof bytes), hex);
        check_load(&stream, type, type, record);
        check_load(&stream, &slow, type, record);
        test_stream_free(&stream);
    }
}

/* The codec itself takes the form, and reads no more than the padding behind the block: memory of exactly that size
 * shows it to a sanitizer. */
static void check_straight_way(const pier_class *type, const char *hex) {
    static uint8_t bytes[1 << 18];
    size_t size = test_hex(hex, bytes, sizeof bytes);
    uint8_t *block = (uint8_t *)malloc(size + PIER_PADDING_BYTES);
    void *loaded = malloc(type->record_bytes);
    assert_non_null(block);
    assert_non_null(loaded);
    memcpy(block, bytes, size);
    memset(block + size, 0xFF, PIER_PADDING_BYTES);
    pier__decoding how = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
    const uint8_t *end = type->decode(block, block + size, loaded, &how);
    assert_ptr_equal(end, block + size);
    for (size_t cut = 0; cut < size; cut++) {
        assert_null(type->decode(block, block + cut, loaded, &how));
    }
    free(loaded);
    free(block);
}

#define CHECK(type, field, hex)                                                                                        \
    do {                                                                                                               \
        type record_to_check;                                                                                          \
        memset(&record_to_check, 0, sizeof record_to_check);                                                           \
        record_to_check.value = (field);                                                                               \
        check_form(&type##_class, &record_to_check, hex);                                                              \
        check_straight_way(&type##_class, hex);                                                                        \
    } while (0)

static void booleans(void **state) {
    (void)state;
    CHECK(one_bool, false, "91 c2");
    CHECK(one_bool, true, "91 c3");
}

static void integers_of_8_bits(void **state) {
    (void)state;
    CHECK(one_u8, 0, "91 00");
    CHECK(one_u8, 127, "91 7f");
    CHECK(one_u8, 128, "91 cc80");
    CHECK(one_u8, 255, "91 ccff");
    CHECK(one_i8, 0, "91 00");
    CHECK(one_i8, 127, "91 7f");
    CHECK(one_i8, -1, "91 ff");
    CHECK(one_i8, -32, "91 e0");
    CHECK(one_i8, -33, "91 d0df");
    CHECK(one_i8, -128, "91 d080");
}

static void integers_of_16_bits(void **state) {
    (void)state;
    CHECK(one_u16, 0, "91 00");
    CHECK(one_u16, 127, "91 7f");
    CHECK(one_u16, 128, "91 cc80");
    CHECK(one_u16, 255, "91 ccff");
    CHECK(one_u16, 256, "91 cd0100");
    CHECK(one_u16, 65535, "91 cdffff");
    CHECK(one_i16, 127, "91 7f");
    CHECK(one_i16, 128, "91 cc80");
    CHECK(one_i16, 255, "91 ccff");
    CHECK(one_i16, 256, "91 cd0100");
    CHECK(one_i16, 32767, "91 cd7fff");
    CHECK(one_i16, -1, "91 ff");
    CHECK(one_i16, -32, "91 e0");
    CHECK(one_i16, -33, "91 d0df");
    CHECK(one_i16, -128, "91 d080");
    CHECK(one_i16, -129, "91 d1ff7f");
    CHECK(one_i16, -32768, "91 d18000");
}

static void integers_of_32_bits(void **state) {
    (void)state;
    CHECK(one_u32, 0, "91 00");
    CHECK(one_u32, 127, "91 7f");
    CHECK(one_u32, 128, "91 cc80");
    CHECK(one_u32, 255, "91 ccff");
    CHECK(one_u32, 256, "91 cd0100");
    CHECK(one_u32, 65535, "91 cdffff");
    CHECK(one_u32, 65536, "91 ce00010000");
    CHECK(one_u32, UINT32_MAX, "91 ceffffffff");
    CHECK(one_i32, 0, "91 00");
    CHECK(one_i32, 128, "91 cc80");
    CHECK(one_i32, 65535, "91 cdffff");
    CHECK(one_i32, 65536, "91 ce00010000");
    CHECK(one_i32, INT32_MAX, "91 ce7fffffff");
    CHECK(one_i32, -1, "91 ff");
    CHECK(one_i32, -32, "91 e0");
    CHECK(one_i32, -33, "91 d0df");
    CHECK(one_i32, -128, "91 d080");
    CHECK(one_i32, -129, "91 d1ff7f");
    CHECK(one_i32, -32768, "91 d18000");
    CHECK(one_i32, -32769, "91 d2ffff7fff");
    CHECK(one_i32, INT32_MIN, "91 d280000000");
}

static void integers_of_64_bits(void **state) {
    (void)state;
    CHECK(one_u64, 0, "91 00");
    CHECK(one_u64, 127, "91 7f");
    CHECK(one_u64, 128, "91 cc80");
    CHECK(one_u64, 255, "91 ccff");
    CHECK(one_u64, 256, "91 cd0100");
    CHECK(one_u64, 65535, "91 cdffff");
    CHECK(one_u64, 65536, "91 ce00010000");
    CHECK(one_u64, UINT32_MAX, "91 ceffffffff");
    CHECK(one_u64, (uint64_t)UINT32_MAX + 1, "91 cf0000000100000000");
    CHECK(one_u64, (uint64_t)INT64_MAX + 1, "91 cf8000000000000000");
    CHECK(one_u64, UINT64_MAX, "91 cfffffffffffffffff");
    CHECK(one_i64, 0, "91 00");
    CHECK(one_i64, 127, "91 7f");
    CHECK(one_i64, 128, "91 cc80");
    CHECK(one_i64, 65536, "91 ce00010000");
    CHECK(one_i64, UINT32_MAX, "91 ceffffffff");
    CHECK(one_i64, (int64_t)UINT32_MAX + 1, "91 cf0000000100000000");
    CHECK(one_i64, INT64_MAX, "91 cf7fffffffffffffff");
    CHECK(one_i64, -1, "91 ff");
    CHECK(one_i64, -32, "91 e0");
    CHECK(one_i64, -33, "91 d0df");
    CHECK(one_i64, -128, "91 d080");
    CHECK(one_i64, -129, "91 d1ff7f");
    CHECK(one_i64, -32768, "91 d18000");
    CHECK(one_i64, -32769, "91 d2ffff7fff");
    CHECK(one_i64, INT32_MIN, "91 d280000000");
    CHECK(one_i64, (int64_t)INT32_MIN - 1, "91 d3ffffffff7fffffff");
    CHECK(one_i64, INT64_MIN, "91 d38000000000000000");
}

static void floats(void **state) {
    (void)state;
    CHECK(one_f32, 0.0f, "91 ca00000000");
    CHECK(one_f32, -0.0f, "91 ca80000000");
    CHECK(one_f32, 1.5f, "91 ca3fc00000");
    CHECK(one_f32, INFINITY, "91 ca7f800000");
    CHECK(one_f64, 0.0, "91 cb0000000000000000");
    CHECK(one_f64, -0.0, "91 cb8000000000000000");
    CHECK(one_f64, 0.1, "91 cb3fb999999999999a");
    CHECK(one_f64, -INFINITY, "91 cbfff0000000000000");
    check_straight_way(&one_f32_class, "91 ca7fc00001");
    check_straight_way(&one_f64_class, "91 cb7ff8000000000001");
}

static pier_time time_of(int64_t seconds, uint32_t nanoseconds) {
    pier_time time = {seconds, nanoseconds};
    return time;
}

static void times(void **state) {
    (void)state;
    CHECK(one_time, time_of(0, 0), "91 d6ff00000000");
    CHECK(one_time, time_of(UINT32_MAX, 0), "91 d6ffffffffff");
    CHECK(one_time, time_of((int64_t)UINT32_MAX + 1, 0), "91 d7ff0000000100000000");
    CHECK(one_time, time_of(1, 1), "91 d7ff0000000400000001");
    CHECK(one_time, time_of(0x3ffffffff, 999999999), "91 d7ffee6b27ffffffffff");
    CHECK(one_time, time_of(0x400000000, 0), "91 c70cff000000000000000400000000");
    CHECK(one_time, time_of(-1, 999999999), "91 c70cff3b9ac9ffffffffffffffffff");
    CHECK(one_time, time_of(INT64_MIN, 0), "91 c70cff000000008000000000000000");
}

/* `head`, then `count` times the byte `fill`, then `tail`. */
static const char *filled_with_tail(const char *head, size_t count, const char *fill, const char *tail) {
    static char hex[200000];
    size_t length = (size_t)snprintf(hex, sizeof hex, "%s", head);
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(hex + length, sizeof hex - length, "%s", fill);
    }
    (void)snprintf(hex + length, sizeof hex - length, "%s", tail);
    return hex;
}

static const char *filled(const char *head, size_t count, const char *fill) {
    return filled_with_tail(head, count, fill, "");
}

static void borrowed_text(void **state) {
    (void)state;
    static const struct {
        size_t size;
        const char *head;
    } rows[] = {{0, "91 a0"},     {1, "91 a1"},       {31, "91 bf"},        {32, "91 d920"},
                {255, "91 d9ff"}, {256, "91 da0100"}, {65535, "91 daffff"}, {65536, "91 db00010000"}};
    static char text[65536];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier_text view = {text, rows[i].size};
        CHECK(one_text, view, filled(rows[i].head, rows[i].size, "78"));
    }
    pier_text none = {NULL, 0};
    CHECK(one_text, none, "91 a0");
    pier_text euro = {"\xE2\x82\xAC", 3};
    CHECK(one_text, euro, "91 a3e282ac");
    pier_text zero = {"a\0b", 3};
    CHECK(one_text, zero, "91 a3610062");
}

static void borrowed_bytes(void **state) {
    (void)state;
    static const struct {
        size_t size;
        const char *head;
    } rows[] = {{0, "91 c400"},     {1, "91 c401"},       {255, "91 c4ff"},
                {256, "91 c50100"}, {65535, "91 c5ffff"}, {65536, "91 c600010000"}};
    static uint8_t data[65536];
    memset(data, 0xEE, sizeof data);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier_bytes view = {data, rows[i].size};
        CHECK(one_bytes, view, filled(rows[i].head, rows[i].size, "ee"));
    }
    pier_bytes none = {NULL, 0};
    CHECK(one_bytes, none, "91 c400");
}

/* Every size from 0 to the capacity, with a last character of ASCII and without, behind the terminator anything. */
#define CHECK_INLINE_TEXT(type)                                                                                        \
    do {                                                                                                               \
        type record_to_check;                                                                                          \
        for (size_t size = 0; size < sizeof record_to_check.value; size++) {                                           \
            memset(&record_to_check, 0xFF, sizeof record_to_check);                                                    \
            memset(record_to_check.value, 'x', size);                                                                  \
            record_to_check.value[size] = '\0';                                                                        \
            check_form(&type##_class, &record_to_check, filled(text_head(size), size, "78"));                          \
            check_straight_way(&type##_class, filled(text_head(size), size, "78"));                                    \
            if (size >= 2) {                                                                                           \
                memcpy(record_to_check.value + size - 2, "\xC3\xA4", 2);                                               \
                const char *hex = filled_with_tail(text_head(size), size - 2, "78", "c3a4");                           \
                check_form(&type##_class, &record_to_check, hex);                                                      \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

static const char *text_head(size_t size) {
    static char head[32];
    if (size < 32) {
        (void)snprintf(head, sizeof head, "91 %02x", (unsigned)(0xa0 + size));
    } else if (size < 256) {
        (void)snprintf(head, sizeof head, "91 d9%02x", (unsigned)size);
    } else {
        (void)snprintf(head, sizeof head, "91 da%04x", (unsigned)size);
    }
    return head;
}

static void inline_text(void **state) {
    (void)state;
    CHECK_INLINE_TEXT(one_text_1);
    CHECK_INLINE_TEXT(one_text_8);
    CHECK_INLINE_TEXT(one_text_13);
    CHECK_INLINE_TEXT(one_text_32);
    CHECK_INLINE_TEXT(one_text_300);
}

static void inline_bytes(void **state) {
    (void)state;
    static const uint32_t sizes[] = {0, 1, 255, 256, 300};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        one_bytes_300 record = {{0, {0}}};
        record.value.size = sizes[i];
        memset(record.value.data, 0xEE, sizeof record.value.data);
        char head[32];
        (void)snprintf(head, sizeof head, sizes[i] < 256 ? "91 c4%02x" : "91 c5%04x", (unsigned)sizes[i]);
        check_form(&one_bytes_300_class, &record, filled(head, sizes[i], "ee"));
        check_straight_way(&one_bytes_300_class, filled(head, sizes[i], "ee"));
    }
}

static void nested_records(void **state) {
    (void)state;
    vec3 vector = {1, 2, 3};
    CHECK(one_record, vector, "91 93 ca3f800000 ca40000000 ca40400000");
}

static void absent_values(void **state) {
    (void)state;
    one_optional record = {false, 9};
    check_form(&one_optional_class, &record, "91 c0");
    record.has_value = true;
    check_form(&one_optional_class, &record, "91 09");
    record.value = 0;
    check_form(&one_optional_class, &record, "91 00");
    one_optional_record nested = {false, {1, 2, 3}};
    check_form(&one_optional_record_class, &nested, "91 c0");
    nested.has_value = true;
    check_form(&one_optional_record_class, &nested, "91 93 ca3f800000 ca40000000 ca40400000");
    check_straight_way(&one_optional_class, "91 c0");
    check_straight_way(&one_optional_record_class, "91 c0");
}

/* An absent value is zero when it was loaded, whatever the struct held before. */
static void an_absent_value_is_zero(void **state) {
    (void)state;
    pier_class slow = test_slow_class(&one_optional_record_class);
    const pier_class *ways[] = {&one_optional_record_class, &slow};
    for (size_t i = 0; i < 2; i++) {
        test_stream stream = test_typed_stream(ways[i], "\x91\xc0", 2);
        pier_archive *load = test_open_stream(&stream, NULL);
        one_optional_record loaded;
        memset(&loaded, 0xFF, sizeof loaded);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, ways[i], &loaded), PIER_OK);
        assert_false(loaded.has_value);
        vec3 zero = {0, 0, 0};
        assert_memory_equal(&loaded.value, &zero, sizeof zero);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

static void arrays(void **state) {
    (void)state;
    static const struct {
        uint32_t count;
        const char *head;
    } rows[] = {{0, "91 90"},
                {1, "91 91"},
                {15, "91 9f"},
                {16, "91 dc0010"},
                {65535, "91 dcffff"},
                {65536, "91 dd00010000"},
                {70000, "91 dd00011170"}};
    static one_array record;
    memset(record.value, 5, sizeof record.value);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        record.value_count = rows[i].count;
        check_form(&one_array_class, &record, filled(rows[i].head, rows[i].count, "05"));
    }
    one_text_array texts = {2, {"abc", "", "zz"}};
    check_form(&one_text_array_class, &texts, "91 92 a3616263 a0");
    check_straight_way(&one_text_array_class, "91 92 a3616263 a0");
}

static void records_of_more_than_fifteen_fields(void **state) {
    (void)state;
    seventeen record = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 200};
    check_form(&seventeen_class, &record, "dc0011 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 ccc8");
    check_straight_way(&seventeen_class, "dc0011 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 ccc8");
}

static void a_tick_has_the_bytes_of_the_specification(void **state) {
    (void)state;
    market_tick tick;
    memset(&tick, 0, sizeof tick);
    tick.id = 1000000001;
    tick.time = 1700000000000000000;
    tick.price = 99.5;
    memcpy(tick.symbol, "PIER", 5);
    tick.note.data = "first";
    tick.note.size = 5;
    tick.position.x = 1;
    tick.samples_count = 1;
    tick.samples[0] = 0.5f;
    const char *hex = "98 ce3b9aca01 cf17979cfe362a0000 cb4058e00000000000 a450494552 a56669727374 "
                      "93ca3f800000ca00000000ca00000000 c0 91ca3f000000";
    check_form(&market_tick_class, &tick, hex);
    check_straight_way(&market_tick_class, hex);
}

static void records_of_all_kinds_come_back(void **state) {
    (void)state;
    static uint8_t bytes[1 << 18];
    for (uint64_t seed = 0; seed < 300; seed++) {
        static everything record;
        test_fill_everything(&record, seed);
        pier_class slow = test_slow_class(&everything_class);
        size_t size = test_encode(&everything_class, &record, bytes, sizeof bytes);
        assert_true(size > 0);
        test_stream stream = test_typed_stream(&everything_class, bytes, size);
        check_load(&stream, &everything_class, &everything_class, &record);
        check_load(&stream, &slow, &everything_class, &record);
        pier_archive *store = test_open_store(NULL);
        assert_status(pier_store_record(store, &slow, &record), PIER_OK);
        test_stream other = test_finish(store);
        assert_int_equal(stream.size, other.size);
        assert_memory_equal(stream.data, other.data, stream.size);
        test_stream_free(&stream);
        test_stream_free(&other);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(booleans),
        cmocka_unit_test(integers_of_8_bits),
        cmocka_unit_test(integers_of_16_bits),
        cmocka_unit_test(integers_of_32_bits),
        cmocka_unit_test(integers_of_64_bits),
        cmocka_unit_test(floats),
        cmocka_unit_test(times),
        cmocka_unit_test(borrowed_text),
        cmocka_unit_test(borrowed_bytes),
        cmocka_unit_test(inline_text),
        cmocka_unit_test(inline_bytes),
        cmocka_unit_test(nested_records),
        cmocka_unit_test(absent_values),
        cmocka_unit_test(an_absent_value_is_zero),
        cmocka_unit_test(arrays),
        cmocka_unit_test(records_of_more_than_fifteen_fields),
        cmocka_unit_test(a_tick_has_the_bytes_of_the_specification),
        cmocka_unit_test(records_of_all_kinds_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
