/* Two-way calls: one function that names the fields of a record serves storing and loading.
 *
 * Floor 4 (archive). Each call stores `*value` into a storing archive and loads into it from a loading one:
 *
 *     static pier_status point_serialize(pier_archive *archive, point *p) {
 *         pier_status status = pier_archive_begin(archive);
 *         if (status != PIER_OK) return status;
 *         pier_archive_array(archive, 2);
 *         pier_archive_i32(archive, &p->x);
 *         pier_archive_i32(archive, &p->y);
 *         return pier_archive_end(archive);
 *     }
 *
 * Failures are told as in store.h and load.h. None of them blocks. */
#ifndef PIER_SERIALIZE_H
#define PIER_SERIALIZE_H

#include <pier/load.h>
#include <pier/store.h>

/* Returns whether the archive stores. */
static inline bool pier_archive_is_storing(const pier_archive *archive) {
    return archive->storing;
}

#define PIER__TWO_WAY(suffix, type)                                                                                    \
    static inline void pier_archive_##suffix(pier_archive *archive, type *value) {                                     \
        if (archive->storing) {                                                                                        \
            pier_store_##suffix(archive, *value);                                                                      \
        } else {                                                                                                       \
            *value = pier_load_##suffix(archive);                                                                      \
        }                                                                                                              \
    }
PIER__TWO_WAY(bool, bool)
PIER__TWO_WAY(u8, uint8_t)
PIER__TWO_WAY(i8, int8_t)
PIER__TWO_WAY(u16, uint16_t)
PIER__TWO_WAY(i16, int16_t)
PIER__TWO_WAY(u32, uint32_t)
PIER__TWO_WAY(i32, int32_t)
PIER__TWO_WAY(u64, uint64_t)
PIER__TWO_WAY(i64, int64_t)
PIER__TWO_WAY(f32, float)
PIER__TWO_WAY(f64, double)
PIER__TWO_WAY(time, pier_time)
/* Loaded views are borrowed until the next record. */
PIER__TWO_WAY(text, pier_text)
PIER__TWO_WAY(bytes, pier_bytes)
PIER__TWO_WAY(ext, pier_ext)
#undef PIER__TWO_WAY

/* Terminated text in an array of `capacity_bytes`; see pier_store_string and pier_load_string. */
static inline void pier_archive_string(pier_archive *archive, char *buffer, size_t capacity_bytes) {
    if (archive->storing) {
        pier_store_string(archive, buffer);
    } else {
        (void)pier_load_string(archive, buffer, capacity_bytes);
    }
}

static inline void pier_archive_nil(pier_archive *archive) {
    if (archive->storing) {
        pier_store_nil(archive);
    } else {
        pier_load_nil(archive);
    }
}

/* The head of an array. Storing: `count` elements follow. Returns `count` when storing, and how many follow when
 * loading. */
static inline uint32_t pier_archive_array(pier_archive *archive, uint32_t count) {
    if (archive->storing) {
        pier_store_array(archive, count);
        return count;
    }
    return pier_load_array(archive);
}

/* The head of a map, as pier_archive_array. */
static inline uint32_t pier_archive_map(pier_archive *archive, uint32_t count) {
    if (archive->storing) {
        pier_store_map(archive, count);
        return count;
    }
    return pier_load_map(archive);
}

#endif
