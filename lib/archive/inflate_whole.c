/* Deflate data expanded in one call; see inflate_whole_internal.h.
 *
 * PIER_HAS_LIBDEFLATE comes from CMakeLists.txt, for this file alone. Without it everything goes step by step. */
#include "archive/inflate_whole_internal.h"

#include <stddef.h>

#ifdef PIER_HAS_LIBDEFLATE

#include <libdeflate.h>

/* What pier__whole stands for, so that nobody else includes libdeflate. */
static struct libdeflate_decompressor *decompressor_of(struct pier__whole *whole) {
    return (struct libdeflate_decompressor *)whole;
}

struct pier__whole *pier__whole_create(void) {
    return (struct pier__whole *)libdeflate_alloc_decompressor();
}

bool pier__whole_inflate(struct pier__whole *whole, pier_bytes data, uint8_t *raw, size_t raw_bytes) {
    size_t used = 0;
    /* Without a place for the size of what came out, fewer bytes than there is room for are a failure. */
    return libdeflate_deflate_decompress_ex(decompressor_of(whole), data.data, data.size, raw, raw_bytes, &used,
                                            NULL) == LIBDEFLATE_SUCCESS &&
           used == data.size;
}

void pier__whole_destroy(struct pier__whole *whole) {
    libdeflate_free_decompressor(decompressor_of(whole));
}

#else

struct pier__whole *pier__whole_create(void) {
    return NULL;
}

bool pier__whole_inflate(struct pier__whole *whole, pier_bytes data, uint8_t *raw, size_t raw_bytes) {
    (void)whole;
    (void)data;
    (void)raw;
    (void)raw_bytes;
    return false;
}

void pier__whole_destroy(struct pier__whole *whole) {
    (void)whole;
}

#endif
