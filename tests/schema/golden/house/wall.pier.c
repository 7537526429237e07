/* Made by protoc-gen-pier 0.1.0 of house/wall.proto: do not edit. */
#include "house/wall.pier.h"

static const pier_field pier__home_wall_rows[] = {
    {.name = "bricks", .name_bytes = 6, .number = 1, .offset = offsetof(home_wall, bricks), .kind = PIER_FIELD_U32},
};

static const pier_field *pier__home_wall_fields(const pier_class *self) {
    (void)self;
    return pier__home_wall_rows;
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
};
