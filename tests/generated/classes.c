/* What the macro makes of the structs that the schema compiler made; see classes.h. The lists say what every.proto
 * says, so that the definitions are the same, too. */
#include "generated/classes.h"

#include "every.pier.h"

/* A struct that is there already: its name in C is free. */
typedef geo_point point;
typedef geo_place place;
typedef every_scalars scalars;
typedef every_maybe maybe;
typedef every_arrays arrays;
typedef every_lists lists;
typedef every_maps maps;
typedef every_wide_row wide_row;
typedef every_maps_by_text_entry by_text;
typedef every_maps_by_i64_entry by_i64;
typedef every_maps_by_bool_entry by_bool;
typedef every_maps_by_fixed32_entry by_fixed32;
typedef every_maps_places_entry places;
typedef every_maps_shades_entry shades;
typedef every_maps_lists_entry lists_by_text;
typedef every_maps_durations_entry durations;

#define POINT(FIELD) FIELD(1, f32, x) FIELD(2, f32, y) FIELD(3, f32, z)
PIER_DESCRIBE(point, "geo.Point", POINT)

#define PLACE(FIELD) FIELD(1, text, name) FIELD(2, record(point), at) FIELD(3, enumeration(geo_quality), quality)
PIER_DESCRIBE(place, "geo.Place", PLACE)

#define SCALARS(FIELD)                                                                                                 \
    FIELD(1, bool, a_bool)                                                                                             \
    FIELD(2, i32, an_i32)                                                                                              \
    FIELD(3, i64, an_i64)                                                                                              \
    FIELD(4, u32, a_u32)                                                                                               \
    FIELD(5, u64, a_u64)                                                                                               \
    FIELD(6, i32, an_s32)                                                                                              \
    FIELD(7, i64, an_s64)                                                                                              \
    FIELD(8, fixed(u32), a_fixed32)                                                                                    \
    FIELD(9, fixed(u64), a_fixed64)                                                                                    \
    FIELD(10, fixed(i32), an_sfixed32)                                                                                 \
    FIELD(11, fixed(i64), an_sfixed64)                                                                                 \
    FIELD(12, f32, an_f32)                                                                                             \
    FIELD(13, f64, an_f64)                                                                                             \
    FIELD(14, i8, an_i8)                                                                                               \
    FIELD(15, i16, an_i16)                                                                                             \
    FIELD(16, u8, a_u8)                                                                                                \
    FIELD(17, u16, a_u16)                                                                                              \
    FIELD(18, enumeration(every_shade), a_shade)                                                                       \
    FIELD(19, text, a_text)                                                                                            \
    FIELD(20, bytes, some_bytes)                                                                                       \
    FIELD(21, text(16), a_text_16)                                                                                     \
    FIELD(22, text(40), a_text_40)                                                                                     \
    FIELD(23, bytes(5), some_bytes_5)                                                                                  \
    FIELD(24, time, a_time)                                                                                            \
    FIELD(25, duration, a_duration)                                                                                    \
    FIELD(26, record(point), a_point)
PIER_DESCRIBE(scalars, "every.Scalars", SCALARS)

#define MAYBE(FIELD)                                                                                                   \
    FIELD(1, optional(bool), a_bool)                                                                                   \
    FIELD(2, optional(i32), an_i32)                                                                                    \
    FIELD(3, optional(u64), a_u64)                                                                                     \
    FIELD(4, optional(fixed(u32)), a_fixed32)                                                                          \
    FIELD(5, optional(fixed(i64)), an_sfixed64)                                                                        \
    FIELD(6, optional(f32), an_f32)                                                                                    \
    FIELD(7, optional(f64), an_f64)                                                                                    \
    FIELD(8, optional(u8), a_u8)                                                                                       \
    FIELD(9, optional(enumeration(every_shade)), a_shade)                                                              \
    FIELD(10, optional(text), a_text)                                                                                  \
    FIELD(11, optional(bytes), some_bytes)                                                                             \
    FIELD(12, optional(text(8)), a_text_8)                                                                             \
    FIELD(13, optional(bytes(3)), some_bytes_3)                                                                        \
    FIELD(14, optional(time), a_time)                                                                                  \
    FIELD(15, optional(duration), a_duration)                                                                          \
    FIELD(16, optional(record(point)), a_point)                                                                        \
    FIELD(17, optional(record(place)), a_place)                                                                        \
    FIELD(18, pointer(record(place)), a_place_behind)
PIER_DESCRIBE(maybe, "every.Maybe", MAYBE)

#define LISTS(FIELD)                                                                                                   \
    FIELD(1, list(bool), bools)                                                                                        \
    FIELD(2, list(i32), i32s)                                                                                          \
    FIELD(3, list(i64), i64s)                                                                                          \
    FIELD(4, list(u64), u64s)                                                                                          \
    FIELD(5, list(fixed(u64)), fixed64s)                                                                               \
    FIELD(6, list(f64), f64s)                                                                                          \
    FIELD(7, list(u8), u8s)                                                                                            \
    FIELD(8, list(enumeration(every_shade)), shades)                                                                   \
    FIELD(9, list(text), texts)                                                                                        \
    FIELD(10, list(text(8)), texts_8)                                                                                  \
    FIELD(11, list(bytes), byte_views)                                                                                 \
    FIELD(12, list(bytes(4)), bytes_4)                                                                                 \
    FIELD(13, list(time), times)                                                                                       \
    FIELD(14, list(duration), durations)                                                                               \
    FIELD(15, list(record(point)), points)                                                                             \
    FIELD(16, list(record(place)), places)                                                                             \
    FIELD(17, typed_list(f64), typed_f64s)                                                                             \
    FIELD(18, typed_list(i8), typed_i8s)
PIER_DESCRIBE(lists, "every.Lists", LISTS)

#define ARRAYS(FIELD)                                                                                                  \
    FIELD(1, array(bool, 3), bools)                                                                                    \
    FIELD(2, array(i64, 4), i64s)                                                                                      \
    FIELD(3, array(u64, 60), many_u64s)                                                                                \
    FIELD(4, array(fixed(u32), 5), fixed32s)                                                                           \
    FIELD(5, array(f32, 3), f32s)                                                                                      \
    FIELD(6, array(enumeration(every_shade), 3), shades)                                                               \
    FIELD(7, array(text, 3), texts)                                                                                    \
    FIELD(8, array(text(8), 3), texts_8)                                                                               \
    FIELD(9, array(bytes, 2), byte_views)                                                                              \
    FIELD(10, array(bytes(4), 2), bytes_4)                                                                             \
    FIELD(11, array(record(point), 3), points)                                                                         \
    FIELD(12, array(record(place), 2), places)                                                                         \
    FIELD(13, array(time, 2), times)                                                                                   \
    FIELD(14, array(duration, 2), durations)                                                                           \
    FIELD(15, typed(f32, 4), typed_f32s)                                                                               \
    FIELD(16, typed(i16, 200), typed_i16s)                                                                             \
    FIELD(300, array(record(lists), 2), lists)
PIER_DESCRIBE(arrays, "every.Arrays", ARRAYS)

#define BY_TEXT(FIELD) FIELD(1, text, key) FIELD(2, u32, value)
PIER_DESCRIBE(by_text, "every.Maps.ByTextEntry", BY_TEXT)
#define BY_I64(FIELD) FIELD(1, i64, key) FIELD(2, text, value)
PIER_DESCRIBE(by_i64, "every.Maps.ByI64Entry", BY_I64)
#define BY_BOOL(FIELD) FIELD(1, bool, key) FIELD(2, bytes, value)
PIER_DESCRIBE(by_bool, "every.Maps.ByBoolEntry", BY_BOOL)
#define BY_FIXED32(FIELD) FIELD(1, fixed(u32), key) FIELD(2, f64, value)
PIER_DESCRIBE(by_fixed32, "every.Maps.ByFixed32Entry", BY_FIXED32)
#define PLACES(FIELD) FIELD(1, u64, key) FIELD(2, record(place), value)
PIER_DESCRIBE(places, "every.Maps.PlacesEntry", PLACES)
#define SHADES(FIELD) FIELD(1, text, key) FIELD(2, enumeration(every_shade), value)
PIER_DESCRIBE(shades, "every.Maps.ShadesEntry", SHADES)
#define LISTS_BY_TEXT(FIELD) FIELD(1, text, key) FIELD(2, record(lists), value)
PIER_DESCRIBE(lists_by_text, "every.Maps.ListsEntry", LISTS_BY_TEXT)
#define DURATIONS(FIELD) FIELD(1, u32, key) FIELD(2, duration, value)
PIER_DESCRIBE(durations, "every.Maps.DurationsEntry", DURATIONS)

#define MAPS(FIELD)                                                                                                    \
    FIELD(1, map(by_text), by_text)                                                                                    \
    FIELD(2, map(by_i64), by_i64)                                                                                      \
    FIELD(3, map(by_bool), by_bool)                                                                                    \
    FIELD(4, map(by_fixed32), by_fixed32)                                                                              \
    FIELD(5, map(places), places)                                                                                      \
    FIELD(6, map(shades), shades)                                                                                      \
    FIELD(7, map(lists_by_text), lists)                                                                                \
    FIELD(8, map(durations), durations)
PIER_DESCRIBE(maps, "every.Maps", MAPS)

#define WIDE_ROW(FIELD)                                                                                                \
    FIELD(1, text(100), name) FIELD(2, array(u64, 20), numbers) FIELD(3, fixed(u32), number) FIELD(4, bool, is_last)
PIER_DESCRIBE(wide_row, "every.Wide.Row", WIDE_ROW)

typedef every_wide wide;
#define WIDE(FIELD)                                                                                                    \
    FIELD(1, record(wide_row), first)                                                                                  \
    FIELD(2, record(wide_row), second)                                                                                 \
    FIELD(3, array(record(wide_row), 3), rows)                                                                         \
    FIELD(4, text(400), name)                                                                                          \
    FIELD(5, array(fixed(u64), 28), numbers)                                                                           \
    FIELD(6, array(fixed(i64), 28), others)                                                                            \
    FIELD(7, list(record(point)), points)
PIER_DESCRIBE(wide, "every.Wide", WIDE)

typedef every_chain chain;
#define CHAIN(FIELD) FIELD(1, text, name) FIELD(2, pointer(self(chain)), next) FIELD(3, list(self(chain)), others)
PIER_DESCRIBE(chain, "every.Chain", CHAIN)

const test_pair test_pairs[TEST_PAIRS] = {
    {&geo_point_class, &point_class},
    {&geo_place_class, &place_class},
    {&every_scalars_class, &scalars_class},
    {&every_maybe_class, &maybe_class},
    {&every_arrays_class, &arrays_class},
    {&every_lists_class, &lists_class},
    {&every_maps_class, &maps_class},
    {&every_wide_row_class, &wide_row_class},
    {&every_wide_class, &wide_class},
    {&every_chain_class, &chain_class},
    {&every_choices_class, NULL},
    {&every_tree_class, NULL},
    {&every_nothing_class, NULL},
    {&every_everything_class, NULL},
    {&every_preset_class, NULL},
};
