/* Made by protoc-gen-pier 0.1.0 of house/wall.proto: do not edit. */
#ifndef HOUSE_WALL_PIER_H
#define HOUSE_WALL_PIER_H

#include <pier/record.h>
#include <pier/version.h>

#if PIER_GENERATOR_VERSION != 1000
#error this file was made by protoc-gen-pier 0.1.0: make it anew with that of this Pier
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct home_wall home_wall;

/* A comment of C, that might end too early: * / or begin another one, and has a line that is much longer than what
 * the house style allows for, so that it has to be broken. */
struct home_wall {
    uint32_t bricks;
};

extern const pier_class home_wall_class;

/* Stores a home_wall: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_store(pier_archive *archive, const home_wall *record) {
    return pier_store_record(archive, &home_wall_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_load(pier_archive *archive, home_wall *record) {
    return pier_load_record(archive, &home_wall_class, record);
}

/* Loads the next record: as pier_archive_next, then home_wall_load. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_next(pier_archive *archive, home_wall *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &home_wall_class, record) : status;
}

#ifdef __cplusplus
}
#endif

#endif
