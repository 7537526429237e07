/* Made by protoc-gen-pier 0.1.0 of house/room.proto: do not edit. */
#ifndef HOUSE_ROOM_PIER_H
#define HOUSE_ROOM_PIER_H

#include <pier/record.h>
#include <pier/record_generic.h>
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

/* The codecs. How large a record is at most, but for what its __measure tells: in bytes as stored, in values, and
 * in arrays that are in one another. */
enum { house_room__most = 20, house_room__values = 4, house_room__depth = 2 };

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *house_room__put(uint8_t *at, const house_room *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 2);
    at = pier__put_f64(at, record->area, &wrong);
    if (record->has_wall) {
        at = home_wall__put(at, &record->wall);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that house_room__put gives. */
PIER__CODEC const uint8_t *house_room__take(const uint8_t *at, const uint8_t *end, house_room *record,
                                            pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 2, &wrong);
    at = pier__take_f64(at, end, &record->area, &wrong);
    record->has_wall = at[0] != 0xc0;
    if (record->has_wall) {
        at = home_wall__take(at, end, &record->wall, how);
        if (at == NULL) {
            return NULL;
        }
    } else {
        memset(&record->wall, 0, sizeof record->wall);
        at += 1;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a house_room: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status house_room_store(pier_archive *archive, const house_room *record) {
    uint64_t bytes = (uint64_t)house_room__most + PIER__OVERHANG_BYTES;
    if (pier__run_stores(archive, &house_room_class, bytes) &&
        pier__run_stored(archive, house_room__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &house_room_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status house_room_load(pier_archive *archive, house_room *record) {
    return pier_load_record(archive, &house_room_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status house_room_next(pier_archive *archive, house_room *record) {
    if (pier__run_loads(archive, &house_room_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, house_room__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &house_room_class, record);
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status house_room_load_into(pier_archive *archive, house_room *record,
                                                           pier_arena *arena) {
    return pier_load_record_into(archive, &house_room_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void house_room_init(house_room *record) {
    pier_record_init(&house_room_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status house_room_copy(const house_room *from, pier_arena *arena, house_room *to) {
    return pier_record_copy(&house_room_class, from, arena, to);
}

/* Copies it with struct and all, until house_room_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status house_room_clone(const house_room *from, const pier_allocator *allocator,
                                                       house_room **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&house_room_class, from, allocator, &clone);
    *out = (house_room *)clone;
    return status;
}

/* Frees what house_room_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void house_room_free(house_room *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int house_room_compare(const house_room *one, const house_room *other) {
    return pier_record_compare(&house_room_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t house_room_print(const house_room *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&house_room_class, record, buffer, capacity_bytes);
}

#ifdef __cplusplus
}
#endif

#endif
