/* The kernels of integers that have one width whatever their value, in both directions. For the code that PIER_RECORD
 * and the schema compiler make; see record_encode.h and record_decode.h for what holds of all kernels.
 *
 * Floor 5 (record). One byte that tells the width and the number behind it: nothing depends on the value, so that the
 * place of the next one is known at once. Numbers that come in another width are loaded the slow way. */
#ifndef PIER_RECORD_FIXED_H
#define PIER_RECORD_FIXED_H

#include <pier/record_words.h>

#define PIER__FIXED_INTEGER(suffix, type, head, bits)                                                                  \
    PIER__KERNEL uint8_t *pier__put_fixed_##suffix(uint8_t *at, type value, unsigned *wrong) {                         \
        (void)wrong;                                                                                                   \
        at[0] = (head);                                                                                                \
        pier__put_word(at + 1, (uint64_t)value << (64 - (bits)));                                                      \
        return at + 1 + (bits) / 8;                                                                                    \
    }                                                                                                                  \
    PIER__KERNEL const uint8_t *pier__take_fixed_##suffix(const uint8_t *at, const uint8_t *end, type *value,          \
                                                          unsigned *wrong) {                                           \
        (void)end;                                                                                                     \
        *wrong |= at[0] ^ (unsigned)(head);                                                                            \
        *value = (type)(pier__take_word(at + 1) >> (64 - (bits)));                                                     \
        return at + 1 + (bits) / 8;                                                                                    \
    }
PIER__FIXED_INTEGER(u8, uint8_t, 0xcc, 8)
PIER__FIXED_INTEGER(u16, uint16_t, 0xcd, 16)
PIER__FIXED_INTEGER(u32, uint32_t, 0xce, 32)
PIER__FIXED_INTEGER(u64, uint64_t, 0xcf, 64)
PIER__FIXED_INTEGER(i8, int8_t, 0xd0, 8)
PIER__FIXED_INTEGER(i16, int16_t, 0xd1, 16)
PIER__FIXED_INTEGER(i32, int32_t, 0xd2, 32)
PIER__FIXED_INTEGER(i64, int64_t, 0xd3, 64)
#undef PIER__FIXED_INTEGER

#endif
