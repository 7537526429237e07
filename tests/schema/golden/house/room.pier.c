/* Made by protoc-gen-pier 0.1.0 of house/room.proto: do not edit. */
#include "house/room.pier.h"

static const pier_field pier__house_room_rows[] = {
    {.name = "area", .name_bytes = 4, .number = 1, .offset = offsetof(house_room, area), .kind = PIER_FIELD_F64},
    {.name = "wall", .name_bytes = 4, .number = 2, .flags = PIER_FIELD_PRESENCE,
     .presence_offset = offsetof(house_room, has_wall), .offset = offsetof(house_room, wall), .kind = PIER_FIELD_RECORD,
     .type = &home_wall_class},
};

static const pier_field *pier__house_room_fields(const pier_class *self) {
    (void)self;
    return pier__house_room_rows;
}

static uint64_t pier__house_room_measure(const void *record, pier__measuring *counts) {
    (void)record;
    (void)counts;
    return (uint64_t)house_room__most + PIER__OVERHANG_BYTES;
}
static uint8_t *pier__house_room_encode(uint8_t *at, const void *record) {
    return house_room__put(at, (const house_room *)record);
}
static const uint8_t *pier__house_room_decode(const uint8_t *at, const uint8_t *end, void *record,
                                              pier__decoding *how) {
    at = house_room__take(at, end, (house_room *)record, how);
    return at != NULL && at <= end ? at : NULL;
}
const pier_class house_room_class = {
    .size = sizeof(pier_class),
    .name = "house.Room",
    .flags = 0,
    .field_count = 2,
    .values_max = 4,
    .depth = 2,
    .record_bytes = sizeof(house_room),
    .fields = pier__house_room_fields,
    .measure = pier__house_room_measure,
    .encode = pier__house_room_encode,
    .decode = pier__house_room_decode,
};
