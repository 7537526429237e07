/* See driver_records.h. */
#include "driver_records.h"

#include <string.h>

#include <pier/record.h>

#define LEVEL(FIELD)                                                                                                   \
    FIELD(1, f64, price)                                                                                               \
    FIELD(2, u32, size)
PIER_RECORD_VERSION(level, "market.Level", 1, LEVEL)

#define TICK(FIELD)                                                                                                    \
    FIELD(1, text(12), symbol)                                                                                         \
    FIELD(2, f64, price)                                                                                               \
    FIELD(3, optional(u32), size)                                                                                      \
    FIELD(7, optional(time), at)                                                                                       \
    FIELD(8, optional(record(level)), best)                                                                            \
    FIELD(9, array(record(level), 3), depth)                                                                           \
    FIELD(300, array(bool, 16), flags)
PIER_RECORD_VERSION(tick, "market.Tick", 3, TICK)

/* The fields are named like kinds, which are words of the macros. */
#define EVERY(FIELD)                                                                                                   \
    FIELD(1, optional(bool), a_bool)                                                                                   \
    FIELD(2, optional(i8), a_i8)                                                                                       \
    FIELD(3, optional(i16), a_i16)                                                                                     \
    FIELD(4, optional(i32), a_i32)                                                                                     \
    FIELD(5, optional(i64), a_i64)                                                                                     \
    FIELD(6, optional(u8), a_u8)                                                                                       \
    FIELD(7, optional(u16), a_u16)                                                                                     \
    FIELD(8, optional(u32), a_u32)                                                                                     \
    FIELD(9, optional(u64), a_u64)                                                                                     \
    FIELD(10, optional(f32), a_f32)                                                                                    \
    FIELD(11, optional(f64), a_f64)                                                                                    \
    FIELD(12, optional(text), a_text)                                                                                  \
    FIELD(13, optional(bytes), a_bytes)                                                                                \
    FIELD(14, optional(time), a_time)
PIER_RECORD(every, "test.Optional", EVERY)

#define PLAIN(FIELD)                                                                                                   \
    FIELD(1, bool, a_bool)                                                                                             \
    FIELD(2, i8, a_i8)                                                                                                 \
    FIELD(3, i16, a_i16)                                                                                               \
    FIELD(4, i32, a_i32)                                                                                               \
    FIELD(5, i64, a_i64)                                                                                               \
    FIELD(6, u8, a_u8)                                                                                                 \
    FIELD(7, u16, a_u16)                                                                                               \
    FIELD(8, u32, a_u32)                                                                                               \
    FIELD(9, u64, a_u64)                                                                                               \
    FIELD(10, f32, a_f32)                                                                                              \
    FIELD(11, f64, a_f64)                                                                                              \
    FIELD(12, text(6), a_text)                                                                                         \
    FIELD(13, bytes(4), a_bytes)                                                                                       \
    FIELD(14, time, a_time)
PIER_RECORD(plain, "test.Plain", PLAIN)

#define LISTS(FIELD)                                                                                                   \
    FIELD(1, array(i16, 3), numbers)                                                                                   \
    FIELD(2, array(text(4), 2), words)                                                                                 \
    FIELD(3, array(bytes, 2), blobs)                                                                                   \
    FIELD(4, array(time, 2), times)                                                                                    \
    FIELD(5, array(f32, 20), weights)                                                                                  \
    FIELD(6, record(plain), one)                                                                                       \
    FIELD(7, array(record(tick), 2), ticks)
PIER_RECORD(lists, "test.Lists", LISTS)

typedef union any_record {
    level a_level;
    tick a_tick;
    every an_every;
    plain a_plain;
    lists some_lists;
} any_record;

bool driver_copy_record(pier_archive *archive, pier_archive *copy) {
    static const pier_class *const classes[] = {&level_class, &tick_class, &every_class, &plain_class, &lists_class};
    any_record record;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (pier_archive_record_is(archive, classes[i])) {
            /* What a load leaves alone would show. */
            memset(&record, 0xa5, sizeof record);
            return pier_load_record(archive, classes[i], &record) == PIER_OK &&
                   pier_store_record(copy, classes[i], &record) == PIER_OK;
        }
    }
    return false;
}
