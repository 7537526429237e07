/* Made by protoc-gen-pier 0.1.0 of kinds.proto: do not edit. */
#include "kinds.pier.h"

#include <math.h>

static const pier_enum_value pier__test_kinds_nested_inner_mood_values[] = {
    {0, "MOOD_CALM"},
    {1, "MOOD_WILD"}
};
const pier_enum test_kinds_nested_inner_mood_enum = {"test.kinds.Nested.Inner.Mood", 2,
                                                     pier__test_kinds_nested_inner_mood_values};

static const pier_enum_value pier__server_state_values[] = {
    {0, "UNKNOWN"},
    {1, "STATE_UP"},
    {2, "up2"}
};
const pier_enum server_state_enum = {"test.kinds.HTTPServer.State", 3, pier__server_state_values};

static const pier_enum_value pier__test_kinds_colour_values[] = {
    {-2147483647 - 1, "COLOUR_LOWEST"},
    {-5, "COLOUR_DARK"},
    {0, "COLOUR_NONE"},
    {1, "COLOUR_CRIMSON"},
    {1, "COLOUR_RED"}
};
const pier_enum test_kinds_colour_enum = {"test.kinds.Colour", 5, pier__test_kinds_colour_values};

static const pier_field pier__test_kinds_scalars_rows[] = {
    {.name = "flag", .name_bytes = 4, .number = 1, .offset = offsetof(test_kinds_scalars, flag),
     .kind = PIER_FIELD_BOOL},
    {.name = "i32", .name_bytes = 3, .number = 2, .offset = offsetof(test_kinds_scalars, i32), .kind = PIER_FIELD_I32},
    {.name = "i64", .name_bytes = 3, .number = 3, .offset = offsetof(test_kinds_scalars, i64), .kind = PIER_FIELD_I64},
    {.name = "u32", .name_bytes = 3, .number = 4, .offset = offsetof(test_kinds_scalars, u32), .kind = PIER_FIELD_U32},
    {.name = "u64", .name_bytes = 3, .number = 5, .offset = offsetof(test_kinds_scalars, u64), .kind = PIER_FIELD_U64},
    {.name = "s32", .name_bytes = 3, .number = 6, .offset = offsetof(test_kinds_scalars, s32), .kind = PIER_FIELD_I32},
    {.name = "s64", .name_bytes = 3, .number = 7, .offset = offsetof(test_kinds_scalars, s64), .kind = PIER_FIELD_I64},
    {.name = "f32", .name_bytes = 3, .number = 8, .flags = PIER_FIELD_FIXED,
     .offset = offsetof(test_kinds_scalars, f32), .kind = PIER_FIELD_U32},
    {.name = "f64", .name_bytes = 3, .number = 9, .flags = PIER_FIELD_FIXED,
     .offset = offsetof(test_kinds_scalars, f64), .kind = PIER_FIELD_U64},
    {.name = "sf32", .name_bytes = 4, .number = 10, .flags = PIER_FIELD_FIXED,
     .offset = offsetof(test_kinds_scalars, sf32), .kind = PIER_FIELD_I32},
    {.name = "sf64", .name_bytes = 4, .number = 11, .flags = PIER_FIELD_FIXED,
     .offset = offsetof(test_kinds_scalars, sf64), .kind = PIER_FIELD_I64},
    {.name = "real", .name_bytes = 4, .number = 12, .offset = offsetof(test_kinds_scalars, real),
     .kind = PIER_FIELD_F32},
    {.name = "precise", .name_bytes = 7, .number = 13, .offset = offsetof(test_kinds_scalars, precise),
     .kind = PIER_FIELD_F64},
    {.name = "text", .name_bytes = 4, .number = 14, .offset = offsetof(test_kinds_scalars, text),
     .kind = PIER_FIELD_TEXT},
    {.name = "data", .name_bytes = 4, .number = 15, .offset = offsetof(test_kinds_scalars, data),
     .kind = PIER_FIELD_BYTES},
    {.name = "colour", .name_bytes = 6, .number = 16, .offset = offsetof(test_kinds_scalars, colour),
     .kind = PIER_FIELD_ENUM, .enum_type = &test_kinds_colour_enum},
    {.name = "tiny", .name_bytes = 4, .number = 17, .offset = offsetof(test_kinds_scalars, tiny),
     .kind = PIER_FIELD_I8},
    {.name = "small", .name_bytes = 5, .number = 18, .offset = offsetof(test_kinds_scalars, small),
     .kind = PIER_FIELD_I16},
    {.name = "octet", .name_bytes = 5, .number = 19, .offset = offsetof(test_kinds_scalars, octet),
     .kind = PIER_FIELD_U8},
    {.name = "port", .name_bytes = 4, .number = 20, .offset = offsetof(test_kinds_scalars, port),
     .kind = PIER_FIELD_U16},
};

static const pier_field *pier__test_kinds_scalars_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_scalars_rows;
}

static uint64_t pier__test_kinds_scalars_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_scalars__measure((const test_kinds_scalars *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_scalars__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_scalars_encode(uint8_t *at, const void *record) {
    return test_kinds_scalars__put(at, (const test_kinds_scalars *)record);
}
static const uint8_t *pier__test_kinds_scalars_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                      pier__decoding *how) {
    at = test_kinds_scalars__take(at, end, (test_kinds_scalars *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_scalars_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Scalars",
    .flags = PIER_CLASS_VIEWS,
    .field_count = 20,
    .values_max = 21,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_scalars),
    .fields = pier__test_kinds_scalars_fields,
    .measure = pier__test_kinds_scalars_measure,
    .encode = pier__test_kinds_scalars_encode,
    .decode = pier__test_kinds_scalars_decode,
};

static const pier_field pier__test_kinds_optionals_rows[] = {
    {.name = "flag", .name_bytes = 4, .number = 1, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_flag), .offset = offsetof(test_kinds_optionals, flag),
     .kind = PIER_FIELD_BOOL},
    {.name = "i32", .name_bytes = 3, .number = 2, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_i32), .offset = offsetof(test_kinds_optionals, i32),
     .kind = PIER_FIELD_I32},
    {.name = "u64", .name_bytes = 3, .number = 3, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_u64), .offset = offsetof(test_kinds_optionals, u64),
     .kind = PIER_FIELD_U64},
    {.name = "f32", .name_bytes = 3, .number = 4, .flags = PIER_FIELD_PRESENCE | PIER_FIELD_FIXED,
     .presence_offset = offsetof(test_kinds_optionals, has_f32), .offset = offsetof(test_kinds_optionals, f32),
     .kind = PIER_FIELD_U32},
    {.name = "real", .name_bytes = 4, .number = 5, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_real), .offset = offsetof(test_kinds_optionals, real),
     .kind = PIER_FIELD_F32},
    {.name = "text", .name_bytes = 4, .number = 6, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_text), .offset = offsetof(test_kinds_optionals, text),
     .kind = PIER_FIELD_TEXT},
    {.name = "data", .name_bytes = 4, .number = 7, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_data), .offset = offsetof(test_kinds_optionals, data),
     .kind = PIER_FIELD_BYTES},
    {.name = "colour", .name_bytes = 6, .number = 8, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_colour), .offset = offsetof(test_kinds_optionals, colour),
     .kind = PIER_FIELD_ENUM, .enum_type = &test_kinds_colour_enum},
    {.name = "symbol", .name_bytes = 6, .number = 9, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_symbol), .offset = offsetof(test_kinds_optionals, symbol),
     .kind = PIER_FIELD_TEXT, .capacity = 8},
    {.name = "hash", .name_bytes = 4, .number = 10, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_optionals, has_hash), .offset = offsetof(test_kinds_optionals, hash),
     .kind = PIER_FIELD_BYTES, .capacity = 20},
};

static const pier_field *pier__test_kinds_optionals_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_optionals_rows;
}

static uint64_t pier__test_kinds_optionals_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_optionals__measure((const test_kinds_optionals *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_optionals__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_optionals_encode(uint8_t *at, const void *record) {
    return test_kinds_optionals__put(at, (const test_kinds_optionals *)record);
}
static const uint8_t *pier__test_kinds_optionals_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                        pier__decoding *how) {
    at = test_kinds_optionals__take(at, end, (test_kinds_optionals *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_optionals_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Optionals",
    .flags = PIER_CLASS_VIEWS,
    .field_count = 10,
    .values_max = 11,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_optionals),
    .fields = pier__test_kinds_optionals_fields,
    .measure = pier__test_kinds_optionals_measure,
    .encode = pier__test_kinds_optionals_encode,
    .decode = pier__test_kinds_optionals_decode,
};

static const pier_field pier__test_kinds_inline_rows[] = {
    {.name = "symbol", .name_bytes = 6, .number = 1, .offset = offsetof(test_kinds_inline, symbol),
     .kind = PIER_FIELD_TEXT, .capacity = 16},
    {.name = "hash", .name_bytes = 4, .number = 2, .offset = offsetof(test_kinds_inline, hash),
     .kind = PIER_FIELD_BYTES, .capacity = 32},
    {.name = "codes", .name_bytes = 5, .number = 3, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_inline *)0)->codes[0]),
     .count_offset = offsetof(test_kinds_inline, codes_count), .offset = offsetof(test_kinds_inline, codes),
     .kind = PIER_FIELD_TEXT, .capacity = 4},
    {.name = "names", .name_bytes = 5, .number = 4, .flags = PIER_FIELD_REPEATED, .count_max = 3,
     .element_bytes = sizeof(((test_kinds_inline *)0)->names[0]),
     .count_offset = offsetof(test_kinds_inline, names_count), .offset = offsetof(test_kinds_inline, names),
     .kind = PIER_FIELD_TEXT, .capacity = 8},
    {.name = "keys", .name_bytes = 4, .number = 5, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_inline *)0)->keys[0]),
     .count_offset = offsetof(test_kinds_inline, keys_count), .offset = offsetof(test_kinds_inline, keys),
     .kind = PIER_FIELD_BYTES, .capacity = 6},
    {.name = "pins", .name_bytes = 4, .number = 6, .flags = PIER_FIELD_REPEATED, .count_max = 2,
     .element_bytes = sizeof(((test_kinds_inline *)0)->pins[0]),
     .count_offset = offsetof(test_kinds_inline, pins_count), .offset = offsetof(test_kinds_inline, pins),
     .kind = PIER_FIELD_BYTES, .capacity = 6},
    {.name = "numbers", .name_bytes = 7, .number = 7, .flags = PIER_FIELD_REPEATED, .count_max = 10,
     .element_bytes = sizeof(((test_kinds_inline *)0)->numbers[0]),
     .count_offset = offsetof(test_kinds_inline, numbers_count), .offset = offsetof(test_kinds_inline, numbers),
     .kind = PIER_FIELD_I32},
    {.name = "rooms", .name_bytes = 5, .number = 8, .flags = PIER_FIELD_REPEATED, .count_max = 2,
     .element_bytes = sizeof(((test_kinds_inline *)0)->rooms[0]),
     .count_offset = offsetof(test_kinds_inline, rooms_count), .offset = offsetof(test_kinds_inline, rooms),
     .kind = PIER_FIELD_RECORD, .type = &house_room_class},
};

static const pier_field *pier__test_kinds_inline_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_inline_rows;
}

static uint64_t pier__test_kinds_inline_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_inline__measure((const test_kinds_inline *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_inline__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_inline_encode(uint8_t *at, const void *record) {
    return test_kinds_inline__put(at, (const test_kinds_inline *)record);
}
static const uint8_t *pier__test_kinds_inline_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                     pier__decoding *how) {
    at = test_kinds_inline__take(at, end, (test_kinds_inline *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_inline_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Inline",
    .flags = PIER_CLASS_UNBOUNDED,
    .field_count = 8,
    .values_max = 32,
    .depth = 4,
    .record_bytes = sizeof(test_kinds_inline),
    .fields = pier__test_kinds_inline_fields,
    .measure = pier__test_kinds_inline_measure,
    .encode = pier__test_kinds_inline_encode,
    .decode = pier__test_kinds_inline_decode,
};

static const pier_field pier__test_kinds_lists_rows[] = {
    {.name = "flags", .name_bytes = 5, .number = 1, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->flags[0]),
     .count_offset = offsetof(test_kinds_lists, flags_count), .offset = offsetof(test_kinds_lists, flags),
     .kind = PIER_FIELD_BOOL},
    {.name = "i32", .name_bytes = 3, .number = 2, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->i32[0]),
     .count_offset = offsetof(test_kinds_lists, i32_count), .offset = offsetof(test_kinds_lists, i32),
     .kind = PIER_FIELD_I32},
    {.name = "f64", .name_bytes = 3, .number = 3, .flags = PIER_FIELD_REPEATED | PIER_FIELD_FIXED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->f64[0]),
     .count_offset = offsetof(test_kinds_lists, f64_count), .offset = offsetof(test_kinds_lists, f64),
     .kind = PIER_FIELD_U64},
    {.name = "reals", .name_bytes = 5, .number = 4, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->reals[0]),
     .count_offset = offsetof(test_kinds_lists, reals_count), .offset = offsetof(test_kinds_lists, reals),
     .kind = PIER_FIELD_F64},
    {.name = "texts", .name_bytes = 5, .number = 5, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->texts[0]),
     .count_offset = offsetof(test_kinds_lists, texts_count), .offset = offsetof(test_kinds_lists, texts),
     .kind = PIER_FIELD_TEXT},
    {.name = "datas", .name_bytes = 5, .number = 6, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->datas[0]),
     .count_offset = offsetof(test_kinds_lists, datas_count), .offset = offsetof(test_kinds_lists, datas),
     .kind = PIER_FIELD_BYTES},
    {.name = "colours", .name_bytes = 7, .number = 7, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->colours[0]),
     .count_offset = offsetof(test_kinds_lists, colours_count), .offset = offsetof(test_kinds_lists, colours),
     .kind = PIER_FIELD_ENUM, .enum_type = &test_kinds_colour_enum},
    {.name = "rooms", .name_bytes = 5, .number = 8, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->rooms[0]),
     .count_offset = offsetof(test_kinds_lists, rooms_count), .offset = offsetof(test_kinds_lists, rooms),
     .kind = PIER_FIELD_RECORD, .type = &house_room_class},
    {.name = "times", .name_bytes = 5, .number = 9, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->times[0]),
     .count_offset = offsetof(test_kinds_lists, times_count), .offset = offsetof(test_kinds_lists, times),
     .kind = PIER_FIELD_TIME},
    {.name = "durations", .name_bytes = 9, .number = 10, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->durations[0]),
     .count_offset = offsetof(test_kinds_lists, durations_count), .offset = offsetof(test_kinds_lists, durations),
     .kind = PIER_FIELD_DURATION},
    {.name = "samples", .name_bytes = 7, .number = 11, .flags = PIER_FIELD_REPEATED | PIER_FIELD_TYPED
     | PIER_FIELD_LIST, .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->samples[0]),
     .count_offset = offsetof(test_kinds_lists, samples_count), .offset = offsetof(test_kinds_lists, samples),
     .kind = PIER_FIELD_F32},
    {.name = "ids", .name_bytes = 3, .number = 12, .flags = PIER_FIELD_REPEATED | PIER_FIELD_TYPED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_lists *)0)->ids[0]),
     .count_offset = offsetof(test_kinds_lists, ids_count), .offset = offsetof(test_kinds_lists, ids),
     .kind = PIER_FIELD_U64},
    {.name = "levels", .name_bytes = 6, .number = 13, .flags = PIER_FIELD_REPEATED | PIER_FIELD_TYPED, .count_max = 64,
     .element_bytes = sizeof(((test_kinds_lists *)0)->levels[0]),
     .count_offset = offsetof(test_kinds_lists, levels_count), .offset = offsetof(test_kinds_lists, levels),
     .kind = PIER_FIELD_U8},
};

static const pier_field *pier__test_kinds_lists_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_lists_rows;
}

static uint64_t pier__test_kinds_lists_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_lists__measure((const test_kinds_lists *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_lists__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_lists_encode(uint8_t *at, const void *record) {
    return test_kinds_lists__put(at, (const test_kinds_lists *)record);
}
static const uint8_t *pier__test_kinds_lists_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                    pier__decoding *how) {
    at = test_kinds_lists__take(at, end, (test_kinds_lists *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_lists_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Lists",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS,
    .field_count = 13,
    .values_max = 14,
    .depth = 2,
    .record_bytes = sizeof(test_kinds_lists),
    .fields = pier__test_kinds_lists_fields,
    .measure = pier__test_kinds_lists_measure,
    .encode = pier__test_kinds_lists_encode,
    .decode = pier__test_kinds_lists_decode,
};

static const pier_field pier__test_kinds_maps_rows[] = {
    {.name = "counts", .name_bytes = 6, .number = 1, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_maps *)0)->counts[0]),
     .count_offset = offsetof(test_kinds_maps, counts_count), .offset = offsetof(test_kinds_maps, counts),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_maps_counts_entry_class},
    {.name = "names", .name_bytes = 5, .number = 2, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_maps *)0)->names[0]),
     .count_offset = offsetof(test_kinds_maps, names_count), .offset = offsetof(test_kinds_maps, names),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_maps_names_entry_class},
    {.name = "sides", .name_bytes = 5, .number = 3, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_maps *)0)->sides[0]),
     .count_offset = offsetof(test_kinds_maps, sides_count), .offset = offsetof(test_kinds_maps, sides),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_maps_sides_entry_class},
    {.name = "rooms", .name_bytes = 5, .number = 4, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_maps *)0)->rooms[0]),
     .count_offset = offsetof(test_kinds_maps, rooms_count), .offset = offsetof(test_kinds_maps, rooms),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_maps_rooms_entry_class},
    {.name = "colours", .name_bytes = 7, .number = 5, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_maps *)0)->colours[0]),
     .count_offset = offsetof(test_kinds_maps, colours_count), .offset = offsetof(test_kinds_maps, colours),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_maps_colours_entry_class},
    {.name = "times", .name_bytes = 5, .number = 6, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_maps *)0)->times[0]),
     .count_offset = offsetof(test_kinds_maps, times_count), .offset = offsetof(test_kinds_maps, times),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_maps_times_entry_class},
};

static const pier_field *pier__test_kinds_maps_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_maps_rows;
}

static uint64_t pier__test_kinds_maps_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_maps__measure((const test_kinds_maps *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_maps__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_maps_encode(uint8_t *at, const void *record) {
    return test_kinds_maps__put(at, (const test_kinds_maps *)record);
}
static const uint8_t *pier__test_kinds_maps_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                   pier__decoding *how) {
    at = test_kinds_maps__take(at, end, (test_kinds_maps *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_maps_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Maps",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS,
    .field_count = 6,
    .values_max = 7,
    .depth = 2,
    .record_bytes = sizeof(test_kinds_maps),
    .fields = pier__test_kinds_maps_fields,
    .measure = pier__test_kinds_maps_measure,
    .encode = pier__test_kinds_maps_encode,
    .decode = pier__test_kinds_maps_decode,
};

static const pier_field pier__test_kinds_maps_counts_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .offset = offsetof(test_kinds_maps_counts_entry, key),
     .kind = PIER_FIELD_TEXT},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_maps_counts_entry, value),
     .kind = PIER_FIELD_I32},
};

static const pier_field *pier__test_kinds_maps_counts_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_maps_counts_entry_rows;
}

const pier_class test_kinds_maps_counts_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Maps.CountsEntry",
    .flags = PIER_CLASS_VIEWS,
    .field_count = 2,
    .values_max = 3,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_maps_counts_entry),
    .fields = pier__test_kinds_maps_counts_entry_fields,
};

static const pier_field pier__test_kinds_maps_names_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .offset = offsetof(test_kinds_maps_names_entry, key),
     .kind = PIER_FIELD_I64},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_maps_names_entry, value),
     .kind = PIER_FIELD_TEXT},
};

static const pier_field *pier__test_kinds_maps_names_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_maps_names_entry_rows;
}

const pier_class test_kinds_maps_names_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Maps.NamesEntry",
    .flags = PIER_CLASS_VIEWS,
    .field_count = 2,
    .values_max = 3,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_maps_names_entry),
    .fields = pier__test_kinds_maps_names_entry_fields,
};

static const pier_field pier__test_kinds_maps_sides_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .offset = offsetof(test_kinds_maps_sides_entry, key),
     .kind = PIER_FIELD_BOOL},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_maps_sides_entry, value),
     .kind = PIER_FIELD_F64},
};

static const pier_field *pier__test_kinds_maps_sides_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_maps_sides_entry_rows;
}

const pier_class test_kinds_maps_sides_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Maps.SidesEntry",
    .flags = 0,
    .field_count = 2,
    .values_max = 3,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_maps_sides_entry),
    .fields = pier__test_kinds_maps_sides_entry_fields,
};

static const pier_field pier__test_kinds_maps_rooms_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .flags = PIER_FIELD_FIXED,
     .offset = offsetof(test_kinds_maps_rooms_entry, key), .kind = PIER_FIELD_U32},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_maps_rooms_entry, value),
     .kind = PIER_FIELD_RECORD, .type = &house_room_class},
};

static const pier_field *pier__test_kinds_maps_rooms_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_maps_rooms_entry_rows;
}

const pier_class test_kinds_maps_rooms_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Maps.RoomsEntry",
    .flags = 0,
    .field_count = 2,
    .values_max = 6,
    .depth = 3,
    .record_bytes = sizeof(test_kinds_maps_rooms_entry),
    .fields = pier__test_kinds_maps_rooms_entry_fields,
};

static const pier_field pier__test_kinds_maps_colours_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .offset = offsetof(test_kinds_maps_colours_entry, key),
     .kind = PIER_FIELD_U32},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_maps_colours_entry, value),
     .kind = PIER_FIELD_ENUM, .enum_type = &test_kinds_colour_enum},
};

static const pier_field *pier__test_kinds_maps_colours_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_maps_colours_entry_rows;
}

const pier_class test_kinds_maps_colours_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Maps.ColoursEntry",
    .flags = 0,
    .field_count = 2,
    .values_max = 3,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_maps_colours_entry),
    .fields = pier__test_kinds_maps_colours_entry_fields,
};

static const pier_field pier__test_kinds_maps_times_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .offset = offsetof(test_kinds_maps_times_entry, key),
     .kind = PIER_FIELD_TEXT},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_maps_times_entry, value),
     .kind = PIER_FIELD_TIME},
};

static const pier_field *pier__test_kinds_maps_times_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_maps_times_entry_rows;
}

const pier_class test_kinds_maps_times_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Maps.TimesEntry",
    .flags = PIER_CLASS_VIEWS,
    .field_count = 2,
    .values_max = 3,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_maps_times_entry),
    .fields = pier__test_kinds_maps_times_entry_fields,
};

static const pier_field pier__test_kinds_nested_inner_rows[] = {
    {.name = "mood", .name_bytes = 4, .number = 1, .offset = offsetof(test_kinds_nested_inner, mood),
     .kind = PIER_FIELD_ENUM, .enum_type = &test_kinds_nested_inner_mood_enum},
    {.name = "room", .name_bytes = 4, .number = 2, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_nested_inner, has_room), .offset = offsetof(test_kinds_nested_inner, room),
     .kind = PIER_FIELD_RECORD, .type = &house_room_class},
};

static const pier_field *pier__test_kinds_nested_inner_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_nested_inner_rows;
}

static uint64_t pier__test_kinds_nested_inner_measure(const void *record, pier__measuring *counts) {
    (void)record;
    (void)counts;
    return (uint64_t)test_kinds_nested_inner__most + PIER__OVERHANG_BYTES;
}
static uint8_t *pier__test_kinds_nested_inner_encode(uint8_t *at, const void *record) {
    return test_kinds_nested_inner__put(at, (const test_kinds_nested_inner *)record);
}
static const uint8_t *pier__test_kinds_nested_inner_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                           pier__decoding *how) {
    at = test_kinds_nested_inner__take(at, end, (test_kinds_nested_inner *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_nested_inner_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Nested.Inner",
    .flags = 0,
    .field_count = 2,
    .values_max = 6,
    .depth = 3,
    .record_bytes = sizeof(test_kinds_nested_inner),
    .fields = pier__test_kinds_nested_inner_fields,
    .measure = pier__test_kinds_nested_inner_measure,
    .encode = pier__test_kinds_nested_inner_encode,
    .decode = pier__test_kinds_nested_inner_decode,
};

static const pier_field pier__test_kinds_nested_rows[] = {
    {.name = "inner", .name_bytes = 5, .number = 1, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_nested, has_inner), .offset = offsetof(test_kinds_nested, inner),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_nested_inner_class},
    {.name = "needed", .name_bytes = 6, .number = 2, .flags = PIER_FIELD_REQUIRED,
     .offset = offsetof(test_kinds_nested, needed), .kind = PIER_FIELD_RECORD, .type = &test_kinds_nested_inner_class},
    {.name = "far", .name_bytes = 3, .number = 3, .flags = PIER_FIELD_PRESENCE | PIER_FIELD_POINTER,
     .offset = offsetof(test_kinds_nested, far), .kind = PIER_FIELD_RECORD, .type = &test_kinds_nested_inner_class},
    {.name = "when", .name_bytes = 4, .number = 4, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_nested, has_when), .offset = offsetof(test_kinds_nested, when),
     .kind = PIER_FIELD_TIME},
    {.name = "always", .name_bytes = 6, .number = 5, .flags = PIER_FIELD_REQUIRED,
     .offset = offsetof(test_kinds_nested, always), .kind = PIER_FIELD_TIME},
    {.name = "lasts", .name_bytes = 5, .number = 6, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(test_kinds_nested, has_lasts), .offset = offsetof(test_kinds_nested, lasts),
     .kind = PIER_FIELD_DURATION},
    {.name = "count", .name_bytes = 5, .number = 7, .flags = PIER_FIELD_REQUIRED,
     .offset = offsetof(test_kinds_nested, count), .kind = PIER_FIELD_U32},
};

static const pier_field *pier__test_kinds_nested_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_nested_rows;
}

static uint64_t pier__test_kinds_nested_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_nested__measure((const test_kinds_nested *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_nested__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_nested_encode(uint8_t *at, const void *record) {
    return test_kinds_nested__put(at, (const test_kinds_nested *)record);
}
static const uint8_t *pier__test_kinds_nested_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                     pier__decoding *how) {
    at = test_kinds_nested__take(at, end, (test_kinds_nested *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_nested_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Nested",
    .flags = PIER_CLASS_UNBOUNDED,
    .field_count = 7,
    .values_max = 20,
    .depth = 4,
    .record_bytes = sizeof(test_kinds_nested),
    .fields = pier__test_kinds_nested_fields,
    .measure = pier__test_kinds_nested_measure,
    .encode = pier__test_kinds_nested_encode,
    .decode = pier__test_kinds_nested_decode,
};

static const pier_field pier__test_kinds_choices_rows[] = {
    {.name = "before", .name_bytes = 6, .number = 1, .offset = offsetof(test_kinds_choices, before),
     .kind = PIER_FIELD_U32},
    {.name = "between", .name_bytes = 7, .number = 2, .offset = offsetof(test_kinds_choices, between),
     .kind = PIER_FIELD_U32},
    {.name = "number", .name_bytes = 6, .number = 3, .oneof = 1, .offset = offsetof(test_kinds_choices, what.number),
     .kind = PIER_FIELD_I64},
    {.name = "text", .name_bytes = 4, .number = 4, .oneof = 1, .offset = offsetof(test_kinds_choices, what.text),
     .kind = PIER_FIELD_TEXT},
    {.name = "code", .name_bytes = 4, .number = 5, .oneof = 1, .offset = offsetof(test_kinds_choices, what.code),
     .kind = PIER_FIELD_TEXT, .capacity = 8},
    {.name = "room", .name_bytes = 4, .number = 6, .oneof = 1, .offset = offsetof(test_kinds_choices, what.room),
     .kind = PIER_FIELD_RECORD, .type = &house_room_class},
    {.name = "lasts", .name_bytes = 5, .number = 7, .oneof = 1, .offset = offsetof(test_kinds_choices, what.lasts),
     .kind = PIER_FIELD_DURATION},
    {.name = "behind", .name_bytes = 6, .number = 8, .offset = offsetof(test_kinds_choices, behind),
     .kind = PIER_FIELD_U32},
    {.name = "flag", .name_bytes = 4, .number = 9, .oneof = 2, .offset = offsetof(test_kinds_choices, which.flag),
     .kind = PIER_FIELD_BOOL},
    {.name = "colour", .name_bytes = 6, .number = 10, .oneof = 2, .offset = offsetof(test_kinds_choices, which.colour),
     .kind = PIER_FIELD_ENUM, .enum_type = &test_kinds_colour_enum},
    {.name = "hash", .name_bytes = 4, .number = 11, .oneof = 1, .offset = offsetof(test_kinds_choices, what.hash),
     .kind = PIER_FIELD_BYTES, .capacity = 4},
};

static const pier_field *pier__test_kinds_choices_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_choices_rows;
}

static const pier_oneof pier__test_kinds_choices_oneofs[] = {
    {.name = "what", .case_offset = offsetof(test_kinds_choices, what_case)},
    {.name = "which", .case_offset = offsetof(test_kinds_choices, which_case)},
};

static uint64_t pier__test_kinds_choices_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_choices__measure((const test_kinds_choices *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_choices__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_choices_encode(uint8_t *at, const void *record) {
    return test_kinds_choices__put(at, (const test_kinds_choices *)record);
}
static const uint8_t *pier__test_kinds_choices_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                      pier__decoding *how) {
    at = test_kinds_choices__take(at, end, (test_kinds_choices *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_choices_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Choices",
    .flags = PIER_CLASS_VIEWS,
    .field_count = 11,
    .oneof_count = 2,
    .oneofs = pier__test_kinds_choices_oneofs,
    .values_max = 13,
    .depth = 4,
    .record_bytes = sizeof(test_kinds_choices),
    .fields = pier__test_kinds_choices_fields,
    .measure = pier__test_kinds_choices_measure,
    .encode = pier__test_kinds_choices_encode,
    .decode = pier__test_kinds_choices_decode,
};

static const pier_field pier__test_kinds_anything_rows[] = {
    {.name = "value", .name_bytes = 5, .number = 1, .offset = offsetof(test_kinds_anything, value),
     .kind = PIER_FIELD_ANY},
    {.name = "values", .name_bytes = 6, .number = 2, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_anything *)0)->values[0]),
     .count_offset = offsetof(test_kinds_anything, values_count), .offset = offsetof(test_kinds_anything, values),
     .kind = PIER_FIELD_ANY},
    {.name = "by_name", .name_bytes = 7, .number = 3, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_anything *)0)->by_name[0]),
     .count_offset = offsetof(test_kinds_anything, by_name_count), .offset = offsetof(test_kinds_anything, by_name),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_anything_by_name_entry_class},
    {.name = "other", .name_bytes = 5, .number = 4, .oneof = 1, .offset = offsetof(test_kinds_anything, either.other),
     .kind = PIER_FIELD_ANY},
    {.name = "number", .name_bytes = 6, .number = 5, .oneof = 1, .offset = offsetof(test_kinds_anything, either.number),
     .kind = PIER_FIELD_U32},
};

static const pier_field *pier__test_kinds_anything_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_anything_rows;
}

static const pier_oneof pier__test_kinds_anything_oneofs[] = {
    {.name = "either", .case_offset = offsetof(test_kinds_anything, either_case)},
};

const pier_class test_kinds_anything_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Anything",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_ANY | PIER_CLASS_VIEWS,
    .field_count = 5,
    .oneof_count = 1,
    .oneofs = pier__test_kinds_anything_oneofs,
    .values_max = 7,
    .depth = 2,
    .record_bytes = sizeof(test_kinds_anything),
    .fields = pier__test_kinds_anything_fields,
};

static const pier_field pier__test_kinds_anything_by_name_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .offset = offsetof(test_kinds_anything_by_name_entry, key),
     .kind = PIER_FIELD_TEXT},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_anything_by_name_entry, value),
     .kind = PIER_FIELD_ANY},
};

static const pier_field *pier__test_kinds_anything_by_name_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_anything_by_name_entry_rows;
}

const pier_class test_kinds_anything_by_name_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Anything.ByNameEntry",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_ANY | PIER_CLASS_VIEWS,
    .field_count = 2,
    .values_max = 3,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_anything_by_name_entry),
    .fields = pier__test_kinds_anything_by_name_entry_fields,
};

static const bool pier__test_kinds_defaults_default_flag = true;
static const int32_t pier__test_kinds_defaults_default_below = INT32_MIN;
static const int64_t pier__test_kinds_defaults_default_lowest = INT64_MIN;
static const uint64_t pier__test_kinds_defaults_default_highest = UINT64_C(18446744073709551615);
static const uint16_t pier__test_kinds_defaults_default_port = 8080;
static const float pier__test_kinds_defaults_default_ratio = 0.1F;
static const double pier__test_kinds_defaults_default_all = -(double)INFINITY;
static const pier_text pier__test_kinds_defaults_default_text = {
    "say \"hi\"\012\303\244\077", 12};
static const char pier__test_kinds_defaults_default_symbol[5] =
    "PIER";
static const pier_bytes pier__test_kinds_defaults_default_data = {
    "\000\377", 2};
static const struct {
    uint32_t size;
    uint8_t data[2];
} pier__test_kinds_defaults_default_hash = {2, {
    0x01, 0x02
}};
static const test_kinds_colour pier__test_kinds_defaults_default_colour = -5;
static const pier_field pier__test_kinds_defaults_rows[] = {
    {.name = "flag", .name_bytes = 4, .number = 1, .offset = offsetof(test_kinds_defaults, flag),
     .kind = PIER_FIELD_BOOL, .default_value = &pier__test_kinds_defaults_default_flag},
    {.name = "below", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_defaults, below),
     .kind = PIER_FIELD_I32, .default_value = &pier__test_kinds_defaults_default_below},
    {.name = "lowest", .name_bytes = 6, .number = 3, .offset = offsetof(test_kinds_defaults, lowest),
     .kind = PIER_FIELD_I64, .default_value = &pier__test_kinds_defaults_default_lowest},
    {.name = "highest", .name_bytes = 7, .number = 4, .offset = offsetof(test_kinds_defaults, highest),
     .kind = PIER_FIELD_U64, .default_value = &pier__test_kinds_defaults_default_highest},
    {.name = "port", .name_bytes = 4, .number = 5, .offset = offsetof(test_kinds_defaults, port),
     .kind = PIER_FIELD_U16, .default_value = &pier__test_kinds_defaults_default_port},
    {.name = "ratio", .name_bytes = 5, .number = 6, .offset = offsetof(test_kinds_defaults, ratio),
     .kind = PIER_FIELD_F32, .default_value = &pier__test_kinds_defaults_default_ratio},
    {.name = "all", .name_bytes = 3, .number = 7, .offset = offsetof(test_kinds_defaults, all), .kind = PIER_FIELD_F64,
     .default_value = &pier__test_kinds_defaults_default_all},
    {.name = "text", .name_bytes = 4, .number = 8, .offset = offsetof(test_kinds_defaults, text),
     .kind = PIER_FIELD_TEXT, .default_value = &pier__test_kinds_defaults_default_text},
    {.name = "symbol", .name_bytes = 6, .number = 9, .offset = offsetof(test_kinds_defaults, symbol),
     .kind = PIER_FIELD_TEXT, .capacity = 5, .default_value = &pier__test_kinds_defaults_default_symbol},
    {.name = "data", .name_bytes = 4, .number = 10, .offset = offsetof(test_kinds_defaults, data),
     .kind = PIER_FIELD_BYTES, .default_value = &pier__test_kinds_defaults_default_data},
    {.name = "hash", .name_bytes = 4, .number = 11, .offset = offsetof(test_kinds_defaults, hash),
     .kind = PIER_FIELD_BYTES, .capacity = 2, .default_value = &pier__test_kinds_defaults_default_hash},
    {.name = "colour", .name_bytes = 6, .number = 12, .offset = offsetof(test_kinds_defaults, colour),
     .kind = PIER_FIELD_ENUM, .enum_type = &test_kinds_colour_enum,
     .default_value = &pier__test_kinds_defaults_default_colour},
    {.name = "nothing", .name_bytes = 7, .number = 13, .offset = offsetof(test_kinds_defaults, nothing),
     .kind = PIER_FIELD_U32},
};

static const pier_field *pier__test_kinds_defaults_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_defaults_rows;
}

static uint64_t pier__test_kinds_defaults_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_defaults__measure((const test_kinds_defaults *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_defaults__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_defaults_encode(uint8_t *at, const void *record) {
    return test_kinds_defaults__put(at, (const test_kinds_defaults *)record);
}
static const uint8_t *pier__test_kinds_defaults_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                       pier__decoding *how) {
    at = test_kinds_defaults__take(at, end, (test_kinds_defaults *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_defaults_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Defaults",
    .version = 7,
    .flags = PIER_CLASS_VIEWS,
    .field_count = 13,
    .values_max = 14,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_defaults),
    .fields = pier__test_kinds_defaults_fields,
    .measure = pier__test_kinds_defaults_measure,
    .encode = pier__test_kinds_defaults_encode,
    .decode = pier__test_kinds_defaults_decode,
};

static const pier_field pier__test_kinds_tree_rows[] = {
    {.name = "name", .name_bytes = 4, .number = 1, .offset = offsetof(test_kinds_tree, name), .kind = PIER_FIELD_TEXT},
    {.name = "left", .name_bytes = 4, .number = 2, .flags = PIER_FIELD_PRESENCE | PIER_FIELD_POINTER,
     .offset = offsetof(test_kinds_tree, left), .kind = PIER_FIELD_RECORD, .type = &test_kinds_tree_class},
    {.name = "others", .name_bytes = 6, .number = 3, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_tree *)0)->others[0]),
     .count_offset = offsetof(test_kinds_tree, others_count), .offset = offsetof(test_kinds_tree, others),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_tree_class},
    {.name = "named", .name_bytes = 5, .number = 4, .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_tree *)0)->named[0]),
     .count_offset = offsetof(test_kinds_tree, named_count), .offset = offsetof(test_kinds_tree, named),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_tree_named_entry_class},
    {.name = "right", .name_bytes = 5, .number = 5, .flags = PIER_FIELD_POINTER, .oneof = 1,
     .offset = offsetof(test_kinds_tree, more.right), .kind = PIER_FIELD_RECORD, .type = &test_kinds_tree_class},
    {.name = "leaf", .name_bytes = 4, .number = 6, .flags = PIER_FIELD_POINTER, .oneof = 1,
     .offset = offsetof(test_kinds_tree, more.leaf), .kind = PIER_FIELD_RECORD, .type = &test_kinds_leaf_class},
};

static const pier_field *pier__test_kinds_tree_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_tree_rows;
}

static const pier_oneof pier__test_kinds_tree_oneofs[] = {
    {.name = "more", .case_offset = offsetof(test_kinds_tree, more_case)},
};

static uint64_t pier__test_kinds_tree_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_tree__measure((const test_kinds_tree *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_tree__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_tree_encode(uint8_t *at, const void *record) {
    return test_kinds_tree__put(at, (const test_kinds_tree *)record);
}
static const uint8_t *pier__test_kinds_tree_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                   pier__decoding *how) {
    at = test_kinds_tree__take(at, end, (test_kinds_tree *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_tree_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Tree",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS,
    .field_count = 6,
    .oneof_count = 1,
    .oneofs = pier__test_kinds_tree_oneofs,
    .values_max = 8,
    .depth = 2,
    .record_bytes = sizeof(test_kinds_tree),
    .fields = pier__test_kinds_tree_fields,
    .measure = pier__test_kinds_tree_measure,
    .encode = pier__test_kinds_tree_encode,
    .decode = pier__test_kinds_tree_decode,
};

static const pier_field pier__test_kinds_tree_named_entry_rows[] = {
    {.name = "key", .name_bytes = 3, .number = 1, .offset = offsetof(test_kinds_tree_named_entry, key),
     .kind = PIER_FIELD_TEXT},
    {.name = "value", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_tree_named_entry, value),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_tree_class},
};

static const pier_field *pier__test_kinds_tree_named_entry_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_tree_named_entry_rows;
}

const pier_class test_kinds_tree_named_entry_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Tree.NamedEntry",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS,
    .field_count = 2,
    .values_max = 10,
    .depth = 3,
    .record_bytes = sizeof(test_kinds_tree_named_entry),
    .fields = pier__test_kinds_tree_named_entry_fields,
};

static const pier_field pier__test_kinds_leaf_rows[] = {
    {.name = "back", .name_bytes = 4, .number = 1, .flags = PIER_FIELD_PRESENCE | PIER_FIELD_POINTER,
     .offset = offsetof(test_kinds_leaf, back), .kind = PIER_FIELD_RECORD, .type = &test_kinds_tree_class},
};

static const pier_field *pier__test_kinds_leaf_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_leaf_rows;
}

static uint64_t pier__test_kinds_leaf_measure(const void *record, pier__measuring *counts) {
    uint64_t more = test_kinds_leaf__measure((const test_kinds_leaf *)record, counts);
    return pier__measured(counts, (uint64_t)test_kinds_leaf__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__test_kinds_leaf_encode(uint8_t *at, const void *record) {
    return test_kinds_leaf__put(at, (const test_kinds_leaf *)record);
}
static const uint8_t *pier__test_kinds_leaf_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                   pier__decoding *how) {
    at = test_kinds_leaf__take(at, end, (test_kinds_leaf *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_leaf_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Leaf",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS,
    .field_count = 1,
    .values_max = 2,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_leaf),
    .fields = pier__test_kinds_leaf_fields,
    .measure = pier__test_kinds_leaf_measure,
    .encode = pier__test_kinds_leaf_encode,
    .decode = pier__test_kinds_leaf_decode,
};

static const pier_field pier__test_kinds_node_rows[] = {
    {.name = "name", .name_bytes = 4, .number = 1, .offset = offsetof(test_kinds_node, name), .kind = PIER_FIELD_TEXT},
    {.name = "next", .name_bytes = 4, .number = 2, .flags = PIER_FIELD_PRESENCE | PIER_FIELD_SHARED
     | PIER_FIELD_POINTER, .offset = offsetof(test_kinds_node, next), .kind = PIER_FIELD_RECORD,
     .type = &test_kinds_node_class},
    {.name = "others", .name_bytes = 6, .number = 3, .flags = PIER_FIELD_REPEATED | PIER_FIELD_SHARED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX, .element_bytes = sizeof(((test_kinds_node *)0)->others[0]),
     .count_offset = offsetof(test_kinds_node, others_count), .offset = offsetof(test_kinds_node, others),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_node_class},
    {.name = "two", .name_bytes = 3, .number = 4, .flags = PIER_FIELD_REPEATED | PIER_FIELD_SHARED, .count_max = 2,
     .element_bytes = sizeof(((test_kinds_node *)0)->two[0]), .count_offset = offsetof(test_kinds_node, two_count),
     .offset = offsetof(test_kinds_node, two), .kind = PIER_FIELD_RECORD, .type = &test_kinds_node_class},
    {.name = "linked", .name_bytes = 6, .number = 5, .flags = PIER_FIELD_SHARED | PIER_FIELD_POINTER, .oneof = 1,
     .offset = offsetof(test_kinds_node, link.linked), .kind = PIER_FIELD_RECORD, .type = &test_kinds_node_class},
    {.name = "number", .name_bytes = 6, .number = 6, .oneof = 1, .offset = offsetof(test_kinds_node, link.number),
     .kind = PIER_FIELD_U32},
    {.name = "other", .name_bytes = 5, .number = 7, .flags = PIER_FIELD_SHARED,
     .offset = offsetof(test_kinds_node, other), .kind = PIER_FIELD_ANY},
};

static const pier_field *pier__test_kinds_node_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_node_rows;
}

static const pier_oneof pier__test_kinds_node_oneofs[] = {
    {.name = "link", .case_offset = offsetof(test_kinds_node, link_case)},
};

const pier_class test_kinds_node_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Node",
    .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_GRAPH | PIER_CLASS_ANY | PIER_CLASS_VIEWS,
    .field_count = 7,
    .oneof_count = 1,
    .oneofs = pier__test_kinds_node_oneofs,
    .values_max = 11,
    .depth = 2,
    .record_bytes = sizeof(test_kinds_node),
    .fields = pier__test_kinds_node_fields,
};

static const pier_field *pier__test_kinds_nothing_fields(const pier_class *self) {
    (void)self;
    return NULL;
}

static uint64_t pier__test_kinds_nothing_measure(const void *record, pier__measuring *counts) {
    (void)record;
    (void)counts;
    return (uint64_t)test_kinds_nothing__most + PIER__OVERHANG_BYTES;
}
static uint8_t *pier__test_kinds_nothing_encode(uint8_t *at, const void *record) {
    return test_kinds_nothing__put(at, (const test_kinds_nothing *)record);
}
static const uint8_t *pier__test_kinds_nothing_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                      pier__decoding *how) {
    at = test_kinds_nothing__take(at, end, (test_kinds_nothing *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_nothing_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Nothing",
    .flags = 0,
    .field_count = 0,
    .values_max = 1,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_nothing),
    .fields = pier__test_kinds_nothing_fields,
    .measure = pier__test_kinds_nothing_measure,
    .encode = pier__test_kinds_nothing_encode,
    .decode = pier__test_kinds_nothing_decode,
};

static const pier_field pier__renamed_names_type_rows[] = {
    {.name = "x", .name_bytes = 1, .number = 1, .offset = offsetof(renamed_names_type, x), .kind = PIER_FIELD_I32},
};

static const pier_field *pier__renamed_names_type_fields(const pier_class *self) {
    (void)self;
    return pier__renamed_names_type_rows;
}

static uint64_t pier__renamed_names_type_measure(const void *record, pier__measuring *counts) {
    (void)record;
    (void)counts;
    return (uint64_t)renamed_names_type__most + PIER__OVERHANG_BYTES;
}
static uint8_t *pier__renamed_names_type_encode(uint8_t *at, const void *record) {
    return renamed_names_type__put(at, (const renamed_names_type *)record);
}
static const uint8_t *pier__renamed_names_type_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                      pier__decoding *how) {
    at = renamed_names_type__take(at, end, (renamed_names_type *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class renamed_names_type_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.renamed_names_type",
    .flags = 0,
    .field_count = 1,
    .values_max = 2,
    .depth = 1,
    .record_bytes = sizeof(renamed_names_type),
    .fields = pier__renamed_names_type_fields,
    .measure = pier__renamed_names_type_measure,
    .encode = pier__renamed_names_type_encode,
    .decode = pier__renamed_names_type_decode,
};

static const pier_field pier__test_kinds_http_server_rows[] = {
    {.name = "port", .name_bytes = 4, .number = 1, .offset = offsetof(test_kinds_http_server, port),
     .kind = PIER_FIELD_U32},
    {.name = "state", .name_bytes = 5, .number = 2, .offset = offsetof(test_kinds_http_server, state),
     .kind = PIER_FIELD_ENUM, .enum_type = &server_state_enum},
};

static const pier_field *pier__test_kinds_http_server_fields(const pier_class *self) {
    (void)self;
    return pier__test_kinds_http_server_rows;
}

static uint64_t pier__test_kinds_http_server_measure(const void *record, pier__measuring *counts) {
    (void)record;
    (void)counts;
    return (uint64_t)test_kinds_http_server__most + PIER__OVERHANG_BYTES;
}
static uint8_t *pier__test_kinds_http_server_encode(uint8_t *at, const void *record) {
    return test_kinds_http_server__put(at, (const test_kinds_http_server *)record);
}
static const uint8_t *pier__test_kinds_http_server_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                          pier__decoding *how) {
    at = test_kinds_http_server__take(at, end, (test_kinds_http_server *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class test_kinds_http_server_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.HTTPServer",
    .flags = 0,
    .field_count = 2,
    .values_max = 3,
    .depth = 1,
    .record_bytes = sizeof(test_kinds_http_server),
    .fields = pier__test_kinds_http_server_fields,
    .measure = pier__test_kinds_http_server_measure,
    .encode = pier__test_kinds_http_server_encode,
    .decode = pier__test_kinds_http_server_decode,
};

static const pier_field pier__renamed_names_rows[] = {
    {.name = "int", .name_bytes = 3, .number = 1, .offset = offsetof(renamed_names, int_), .kind = PIER_FIELD_I32},
    {.name = "class", .name_bytes = 5, .number = 2, .offset = offsetof(renamed_names, class_), .kind = PIER_FIELD_BOOL},
    {.name = "NULL", .name_bytes = 4, .number = 3, .offset = offsetof(renamed_names, NULL_), .kind = PIER_FIELD_U32},
    {.name = "symbol", .name_bytes = 6, .number = 4, .offset = offsetof(renamed_names, ticker),
     .kind = PIER_FIELD_TEXT},
    {.name = "case", .name_bytes = 4, .number = 5, .oneof = 1, .offset = offsetof(renamed_names, default_.case_),
     .kind = PIER_FIELD_I32},
    {.name = "second", .name_bytes = 6, .number = 6, .oneof = 2, .offset = offsetof(renamed_names, chosen.second),
     .kind = PIER_FIELD_I32},
    {.name = "renamed_names_type", .name_bytes = 18, .number = 7, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(renamed_names, has_renamed_names_type),
     .offset = offsetof(renamed_names, renamed_names_type), .kind = PIER_FIELD_RECORD,
     .type = &renamed_names_type_class},
    {.name = "http_server", .name_bytes = 11, .number = 8, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(renamed_names, has_http_server), .offset = offsetof(renamed_names, http_server),
     .kind = PIER_FIELD_RECORD, .type = &test_kinds_http_server_class},
};

static const pier_field *pier__renamed_names_fields(const pier_class *self) {
    (void)self;
    return pier__renamed_names_rows;
}

static const pier_oneof pier__renamed_names_oneofs[] = {
    {.name = "default", .case_offset = offsetof(renamed_names, default__case)},
    {.name = "other", .case_offset = offsetof(renamed_names, chosen_case)},
};

static uint64_t pier__renamed_names_measure(const void *record, pier__measuring *counts) {
    uint64_t more = renamed_names__measure((const renamed_names *)record, counts);
    return pier__measured(counts, (uint64_t)renamed_names__most + PIER__OVERHANG_BYTES + more);
}
static uint8_t *pier__renamed_names_encode(uint8_t *at, const void *record) {
    return renamed_names__put(at, (const renamed_names *)record);
}
static const uint8_t *pier__renamed_names_decode(const uint8_t *at, const uint8_t *end, void *record,
                                                 pier__decoding *how) {
    at = renamed_names__take(at, end, (renamed_names *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class renamed_names_class = {
    .size = sizeof(pier_class),
    .name = "test.kinds.Names",
    .flags = PIER_CLASS_VIEWS,
    .field_count = 8,
    .oneof_count = 2,
    .oneofs = pier__renamed_names_oneofs,
    .values_max = 16,
    .depth = 2,
    .record_bytes = sizeof(renamed_names),
    .fields = pier__renamed_names_fields,
    .measure = pier__renamed_names_measure,
    .encode = pier__renamed_names_encode,
    .decode = pier__renamed_names_decode,
};
