/* Any bytes as a record of a class with every kind of field: the codec and the slow way load the same, or fail with the
 * same status at the same byte, and the codec keeps to the padding. Without a class, as a map or an array, nothing
 * breaks.
 *
 * Floor 5 (record). The first byte chooses; the rest is the record. */
#include "fuzz/fuzz.h"

#include "fuzz/record_ways_fuzz.h"

#define VEC3(FIELD) FIELD(1, f32, x) FIELD(2, f32, y) FIELD(3, f32, z)
PIER_RECORD(vec3, "geo.Vec3", VEC3)

#define SMALL(FIELD)                                                                                                   \
    FIELD(1, u64, a)                                                                                                   \
    FIELD(2, i64, b)                                                                                                   \
    FIELD(3, u8, c)                                                                                                    \
    FIELD(4, i16, d)                                                                                                   \
    FIELD(5, bool, e)                                                                                                  \
    FIELD(6, text(16), f)                                                                                              \
    FIELD(7, text, g)                                                                                                  \
    FIELD(8, bytes(3), h)                                                                                              \
    FIELD(9, optional(time), i)                                                                                        \
    FIELD(10, array(i64, 3), j)                                                                                        \
    FIELD(12, record(vec3), k)
PIER_RECORD(small_record, "fuzz.Small", SMALL)

#define LARGE(FIELD)                                                                                                   \
    FIELD(1, array(u64, 100), a)                                                                                       \
    FIELD(2, array(record(small_record), 4), b)                                                                        \
    FIELD(3, text(200), c)                                                                                             \
    FIELD(4, array(text(8), 20), d)                                                                                    \
    FIELD(5, array(bytes, 3), e)                                                                                       \
    FIELD(6, array(text, 3), f)                                                                                        \
    FIELD(7, optional(record(small_record)), g)                                                                        \
    FIELD(8, f64, h) FIELD(9, u16, i) FIELD(10, i32, j) FIELD(11, bytes, k) FIELD(300, optional(text(40)), l)
PIER_RECORD(large_record, "fuzz.Large", LARGE)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    const pier_class *type = data[0] % 2 == 0 ? &small_record_class : &large_record_class;
    if (data[0] % 4 < 2) {
        fuzz_try_codec(type, data + 1, size - 1);
        fuzz_compare_ways(type, data + 1, size - 1);
    } else {
        fuzz_load_plain(type, data + 1, size - 1);
    }
    return 0;
}
