/* Made by protoc-gen-pier 0.1.0 of house/wall.proto: do not edit. */
#ifndef HOUSE_WALL_PIER_H
#define HOUSE_WALL_PIER_H

#include <pier/record.h>
#include <pier/record_generic.h>
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

/* The codecs. How large a record is at most, but for what its __measure tells: in bytes as stored, in values, and
 * in arrays that are in one another. */
enum { home_wall__most = 8, home_wall__values = 2, home_wall__depth = 1 };

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *home_wall__put(uint8_t *at, const home_wall *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 1);
    at = pier__put_u32(at, record->bricks, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that home_wall__put gives. */
PIER__CODEC const uint8_t *home_wall__take(const uint8_t *at, const uint8_t *end, home_wall *record,
                                           pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 1, &wrong);
    at = pier__take_u32(at, end, &record->bricks, &wrong);
    (void)how;
    return wrong == 0 ? at : NULL;
}

/* Stores a home_wall: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_store(pier_archive *archive, const home_wall *record) {
    uint64_t bytes = (uint64_t)home_wall__most + PIER__OVERHANG_BYTES;
    if (pier__run_stores(archive, &home_wall_class, bytes) &&
        pier__run_stored(archive, home_wall__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &home_wall_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_load(pier_archive *archive, home_wall *record) {
    return pier_load_record(archive, &home_wall_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_next(pier_archive *archive, home_wall *record) {
    if (pier__run_loads(archive, &home_wall_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, home_wall__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &home_wall_class, record);
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_load_into(pier_archive *archive, home_wall *record, pier_arena *arena) {
    return pier_load_record_into(archive, &home_wall_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void home_wall_init(home_wall *record) {
    pier_record_init(&home_wall_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_copy(const home_wall *from, pier_arena *arena, home_wall *to) {
    return pier_record_copy(&home_wall_class, from, arena, to);
}

/* Copies it with struct and all, until home_wall_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status home_wall_clone(const home_wall *from, const pier_allocator *allocator,
                                                      home_wall **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&home_wall_class, from, allocator, &clone);
    *out = (home_wall *)clone;
    return status;
}

/* Frees what home_wall_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void home_wall_free(home_wall *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int home_wall_compare(const home_wall *one, const home_wall *other) {
    return pier_record_compare(&home_wall_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t home_wall_print(const home_wall *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&home_wall_class, record, buffer, capacity_bytes);
}

#ifdef __cplusplus
}
#endif

#endif
