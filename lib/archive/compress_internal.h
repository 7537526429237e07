/* Compressed payloads: raw deflate in one piece of the stream, made and taken apart.
 *
 * Floor 4 (archive). Pure functions between memory and memory with a state that is reused; knows nothing of archives
 * and files. The only place that knows zlib. Its state is made when the first block needs it, by the archive's
 * allocator, and so is libdeflate's, by malloc (inflate_whole_internal.h); afterwards nothing is allocated but a buffer
 * for a block larger than usual. */
#ifndef PIER_ARCHIVE_COMPRESS_INTERNAL_H
#define PIER_ARCHIVE_COMPRESS_INTERNAL_H

#include <pier/allocator.h>

#include "archive/wire_internal.h"

/* Zeroed, it is ready for the first block. */
typedef struct pier__deflater {
    struct pier__zlib *state; /* NULL until the first block */
    uint8_t *buffer;
    size_t capacity;
} pier__deflater;

typedef struct pier__inflater {
    struct pier__whole *whole; /* NULL until the first block that may be inflated in one call */
    bool is_stepwise;          /* no block is: there was no memory for `whole`, or there is no libdeflate */
    struct pier__zlib *state;  /* NULL until the first block that is inflated step by step */
    uint8_t *bytes;            /* the raw payload; behind it lie PIER_PADDING_BYTES zeros */
    size_t capacity;           /* without the padding */
} pier__inflater;

/* Compresses the payload of a block at a level from 1 to 9.
 * stored: gets the payload to store instead, borrowed until the next call. Returns false when the payload should stay
 * as it is: it would not become shorter, would inflate by more than `ratio_max`, or there is no memory. */
bool pier__deflate_payload(pier__deflater *deflater, const pier_allocator *allocator, uint32_t level,
                           uint32_t ratio_max, pier_bytes raw, pier_bytes *stored);

/* Inflates the payload of a block whose header passed its checks into `inflater->bytes`. Memory grows with what is
 * really inflated, to the raw length that the header tells at most; up to 128 KiB, and four times of what is stored, is
 * taken at once.
 * Returns what is wrong, PIER_NO_MEMORY included, with places counted from the first byte of the header. */
pier__fault pier__inflate_payload(pier__inflater *inflater, const pier_allocator *allocator, const pier__header *header,
                                  const uint8_t *payload);

/* Frees the memory of a large block that is done with; what blocks of the ordinary size need is kept for the next. */
void pier__inflater_trim(pier__inflater *inflater, const pier_allocator *allocator);

/* Free what they hold. */
void pier__deflater_deinit(pier__deflater *deflater, const pier_allocator *allocator);
void pier__inflater_deinit(pier__inflater *inflater, const pier_allocator *allocator);

#endif
