/* Made by protoc-gen-pier 0.1.0 of house/room.proto: do not edit. */
#ifndef HOUSE_ROOM_PIER_H
#define HOUSE_ROOM_PIER_H

#include <pier/record.h>
#include <pier/version.h>

#include "house/wall.pier.h"

#if PIER_GENERATOR_VERSION != 1000
#error this file was made by protoc-gen-pier 0.1.0: make it anew with that of this Pier
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct house_room house_room;

struct house_room {
    double area;
    bool has_wall;
    home_wall wall;
};

extern const pier_class house_room_class;

/* Stores a house_room: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status house_room_store(pier_archive *archive, const house_room *record) {
    return pier_store_record(archive, &house_room_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status house_room_load(pier_archive *archive, house_room *record) {
    return pier_load_record(archive, &house_room_class, record);
}

/* Loads the next record: as pier_archive_next, then house_room_load. */
PIER_MUST_USE PIER__CODEC pier_status house_room_next(pier_archive *archive, house_room *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &house_room_class, record) : status;
}

#ifdef __cplusplus
}
#endif

#endif
