/* Numbers as bytes, in either order, at any alignment.
 *
 * Floor 0 (base). Knows nothing of formats. Written with shifts, so that the machine's own order never matters; gcc
 * and clang make one move (and one swap) of each at -O2. */
#ifndef PIER_BASE_ENDIAN_INTERNAL_H
#define PIER_BASE_ENDIAN_INTERNAL_H

#include <stdint.h>

static inline uint16_t pier__load_le16(const void *bytes) {
    const uint8_t *from = (const uint8_t *)bytes;
    return (uint16_t)(from[0] | (unsigned)from[1] << 8);
}

static inline uint32_t pier__load_le32(const void *bytes) {
    const uint8_t *from = (const uint8_t *)bytes;
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static inline uint64_t pier__load_le64(const void *bytes) {
    const uint8_t *from = (const uint8_t *)bytes;
    return (uint64_t)from[0] | (uint64_t)from[1] << 8 | (uint64_t)from[2] << 16 | (uint64_t)from[3] << 24 |
           (uint64_t)from[4] << 32 | (uint64_t)from[5] << 40 | (uint64_t)from[6] << 48 | (uint64_t)from[7] << 56;
}

static inline uint16_t pier__load_be16(const void *bytes) {
    const uint8_t *from = (const uint8_t *)bytes;
    return (uint16_t)((unsigned)from[0] << 8 | from[1]);
}

static inline uint32_t pier__load_be32(const void *bytes) {
    const uint8_t *from = (const uint8_t *)bytes;
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | (uint32_t)from[3];
}

static inline uint64_t pier__load_be64(const void *bytes) {
    const uint8_t *from = (const uint8_t *)bytes;
    return (uint64_t)from[0] << 56 | (uint64_t)from[1] << 48 | (uint64_t)from[2] << 40 | (uint64_t)from[3] << 32 |
           (uint64_t)from[4] << 24 | (uint64_t)from[5] << 16 | (uint64_t)from[6] << 8 | (uint64_t)from[7];
}

static inline void pier__store_le16(void *bytes, uint16_t value) {
    uint8_t *to = (uint8_t *)bytes;
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static inline void pier__store_le32(void *bytes, uint32_t value) {
    uint8_t *to = (uint8_t *)bytes;
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    to[2] = (uint8_t)(value >> 16);
    to[3] = (uint8_t)(value >> 24);
}

static inline void pier__store_le64(void *bytes, uint64_t value) {
    uint8_t *to = (uint8_t *)bytes;
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    to[2] = (uint8_t)(value >> 16);
    to[3] = (uint8_t)(value >> 24);
    to[4] = (uint8_t)(value >> 32);
    to[5] = (uint8_t)(value >> 40);
    to[6] = (uint8_t)(value >> 48);
    to[7] = (uint8_t)(value >> 56);
}

static inline void pier__store_be16(void *bytes, uint16_t value) {
    uint8_t *to = (uint8_t *)bytes;
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static inline void pier__store_be32(void *bytes, uint32_t value) {
    uint8_t *to = (uint8_t *)bytes;
    to[0] = (uint8_t)(value >> 24);
    to[1] = (uint8_t)(value >> 16);
    to[2] = (uint8_t)(value >> 8);
    to[3] = (uint8_t)value;
}

static inline void pier__store_be64(void *bytes, uint64_t value) {
    uint8_t *to = (uint8_t *)bytes;
    to[0] = (uint8_t)(value >> 56);
    to[1] = (uint8_t)(value >> 48);
    to[2] = (uint8_t)(value >> 40);
    to[3] = (uint8_t)(value >> 32);
    to[4] = (uint8_t)(value >> 24);
    to[5] = (uint8_t)(value >> 16);
    to[6] = (uint8_t)(value >> 8);
    to[7] = (uint8_t)value;
}

#endif
