/* What the tests of records share: streams made of given record bytes, and a class with every kind of field.
 *
 * Everything here fails the running test when something is wrong with the test itself. */
#ifndef PIER_TESTS_RECORD_SUPPORT_H
#define PIER_TESTS_RECORD_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <pier/record.h>

#include "support/random.h"

/* Asserts a status, and shows it by name when it is another. */
#define assert_status(call, expected) assert_string_equal(pier_status_name(call), pier_status_name(expected))

/* Bytes written by hand: `hex` is pairs of digits with spaces anywhere. Returns how many bytes `to` got. */
size_t test_hex(const char *hex, uint8_t *to, size_t capacity);

/* Asserts that bytes are those of `hex`, and shows them when they are not. */
void assert_hex(const void *bytes, size_t size, const char *hex);

/* Opens archives without a file, with options that may be NULL; the storing one gives the same bytes each time. */
pier_archive *test_open_store(const pier_archive_options *options);
pier_archive *test_open_load(const pier_archive_options *options);

/* A stream in memory. */
typedef struct test_stream {
    uint8_t *data;
    size_t size;
} test_stream;

/* Closes a storing archive and takes all its bytes; destroys it. */
test_stream test_finish(pier_archive *store);
void test_stream_free(test_stream *stream);

/* Opens a loading archive and feeds it the whole of the stream. */
pier_archive *test_open_stream(const test_stream *stream, const pier_archive_options *options);

/* Stores a record of a class from bytes that nobody has looked at. */
void test_store_raw(pier_archive *store, const pier_class *type, const void *bytes, size_t size);

/* Makes a framed stream with one record of a class, from bytes. Its first byte is at `size` - 64 - `bytes`. */
test_stream test_typed_stream(const pier_class *type, const void *bytes, size_t size);

/* Returns the class with a codec that takes nothing, so that all goes the slow way. */
pier_class test_slow_class(const pier_class *type);

/* Encodes a record by its codec. Returns how many bytes `to` got; 0 when the codec refuses. */
size_t test_encode(const pier_class *type, const void *record, uint8_t *to, size_t capacity);

/* Asserts the bytes of the current record, as they stand in a plain stream or behind the class switch of a framed
 * one. */
void assert_record_bytes(pier_archive *load, const char *hex);

/* Asserts that two records hold the same, by what they encode to. */
void assert_same_record(const pier_class *type, const void *one, const void *other);

/* The classes of the tests ----------------------------------------------------------------------------------------- */

#define VEC3(FIELD) FIELD(1, f32, x) FIELD(2, f32, y) FIELD(3, f32, z)
PIER_RECORD(vec3, "geo.Vec3", VEC3)

#define MARKET_TICK(FIELD)                                                                                             \
    FIELD(1, u64, id)                                                                                                  \
    FIELD(2, i64, time)                                                                                                \
    FIELD(3, f64, price)                                                                                               \
    FIELD(4, text(16), symbol)                                                                                         \
    FIELD(5, text, note)                                                                                               \
    FIELD(6, record(vec3), position)                                                                                   \
    FIELD(7, optional(u32), flags)                                                                                     \
    FIELD(8, array(f32, 10), samples)
PIER_RECORD(market_tick, "market.Tick", MARKET_TICK)

/* Every kind alone, within optional and within array; numbers with gaps. */
#define EVERYTHING(FIELD)                                                                                              \
    FIELD(1, bool, a_bool)                                                                                             \
    FIELD(2, i8, an_i8)                                                                                                \
    FIELD(3, i16, an_i16)                                                                                              \
    FIELD(4, i32, an_i32)                                                                                              \
    FIELD(5, i64, an_i64)                                                                                              \
    FIELD(6, u8, a_u8)                                                                                                 \
    FIELD(7, u16, a_u16)                                                                                               \
    FIELD(8, u32, a_u32)                                                                                               \
    FIELD(9, u64, a_u64)                                                                                               \
    FIELD(10, f32, an_f32)                                                                                             \
    FIELD(11, f64, an_f64)                                                                                             \
    FIELD(12, time, a_time)                                                                                            \
    FIELD(13, text, a_text)                                                                                            \
    FIELD(14, text(16), a_text_16)                                                                                     \
    FIELD(15, text(7), a_text_7)                                                                                       \
    FIELD(16, text(40), a_text_40)                                                                                     \
    FIELD(17, bytes, some_bytes)                                                                                       \
    FIELD(18, bytes(5), some_bytes_5)                                                                                  \
    FIELD(19, record(vec3), a_record)                                                                                  \
    FIELD(30, optional(bool), maybe_bool)                                                                              \
    FIELD(31, optional(u32), maybe_u32)                                                                                \
    FIELD(32, optional(i64), maybe_i64)                                                                                \
    FIELD(33, optional(f64), maybe_f64)                                                                                \
    FIELD(34, optional(time), maybe_time)                                                                              \
    FIELD(35, optional(text), maybe_text)                                                                              \
    FIELD(36, optional(text(8)), maybe_text_8)                                                                         \
    FIELD(37, optional(bytes), maybe_bytes)                                                                            \
    FIELD(38, optional(bytes(3)), maybe_bytes_3)                                                                       \
    FIELD(39, optional(record(vec3)), maybe_record)                                                                    \
    FIELD(50, array(bool, 3), bools)                                                                                   \
    FIELD(51, array(i8, 3), i8s)                                                                                       \
    FIELD(52, array(u16, 3), u16s)                                                                                     \
    FIELD(53, array(i32, 3), i32s)                                                                                     \
    FIELD(54, array(i64, 4), i64s)                                                                                     \
    FIELD(55, array(u64, 4), u64s)                                                                                     \
    FIELD(56, array(f64, 20), f64s)                                                                                    \
    FIELD(57, array(time, 2), times)                                                                                   \
    FIELD(58, array(text, 3), texts)                                                                                   \
    FIELD(59, array(text(8), 3), texts_8)                                                                              \
    FIELD(60, array(bytes, 2), byte_views)                                                                             \
    FIELD(61, array(bytes(4), 2), bytes_4)                                                                             \
    FIELD(62, array(record(vec3), 3), records)                                                                         \
    FIELD(300, array(u32, 200), numbers)
PIER_RECORD_VERSION(everything, "test.Everything", 7, EVERYTHING)

/* Fills a record of many sorts of values, different for each seed; views point to static memory. */
void test_fill_everything(everything *record, uint64_t seed);
void test_fill_tick(market_tick *tick, uint64_t seed);

/* Returns such a tick whose id is the seed. */
market_tick test_numbered_tick(uint64_t id);

#endif
