/* Made by protoc-gen-pier 0.1.0 of house/wall.proto: do not edit. */
#include "house/wall.pier.h"

static const pier_field pier__home_wall_rows[] = {
    {.name = "bricks", .name_bytes = 6, .number = 1, .offset = offsetof(home_wall, bricks), .kind = PIER_FIELD_U32},
};

static const pier_field *pier__home_wall_fields(const pier_class *self) {
    (void)self;
    return pier__home_wall_rows;
}

static uint64_t pier__home_wall_measure(const void *record, pier__measuring *counts) {
    (void)record;
    (void)counts;
    return (uint64_t)home_wall__most + PIER__OVERHANG_BYTES;
}
static uint8_t *pier__home_wall_encode(uint8_t *at, const void *record) {
    return home_wall__put(at, (const home_wall *)record);
}
static const uint8_t *pier__home_wall_decode(const uint8_t *at, const uint8_t *end, void *record, pier__decoding *how) {
    at = home_wall__take(at, end, (home_wall *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class home_wall_class = {
    .size = sizeof(pier_class),
    .name = "house.Wall",
    .flags = 0,
    .field_count = 1,
    .values_max = 2,
    .depth = 1,
    .record_bytes = sizeof(home_wall),
    .fields = pier__home_wall_fields,
    .measure = pier__home_wall_measure,
    .encode = pier__home_wall_encode,
    .decode = pier__home_wall_decode,
};
