/* Ticks for libraries that carry bytes and know no records: packed by the codec that Pier makes of the class, so that
 * what is compared is the carrying. */
#ifndef PIER_BENCH_STREAM_PACKED_H
#define PIER_BENCH_STREAM_PACKED_H

#include "demand.h"
#include "stream.h"

static inline size_t pack_one(uint8_t *at, const tick *record) {
    const uint8_t *end = tick_class.encode(at, record);
    demand(end != NULL, "a record is refused");
    return (size_t)(end - at);
}

/* The next is found from the end of this one. `end`: PIER_PADDING_BYTES behind it may be read. */
static inline const uint8_t *unpack_one(const uint8_t *at, const uint8_t *end, tick *record) {
    pier__decoding how = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
    const uint8_t *next = tick_class.decode(at, end, record, &how);
    demand(next != NULL, "a record is not loaded");
    return next;
}

/* A message of 64 KiB, packed before the clock runs and sent again and again: what is measured is what carries it. Its
 * receiver counts its records, and looks at them in the slice that is not timed. */
typedef struct packed {
    uint8_t bytes[BUFFER_BYTES];
    size_t size;
    uint64_t records;
} packed;

static inline void pack_many(packed *to, const side *end) {
    to->size = 0;
    to->records = 0;
    while (to->size + 2 * TICK_BYTES_MAX <= sizeof to->bytes) {
        to->size += pack_one(to->bytes + to->size, &end->ticks[to->records % TICKS]);
        to->records++;
    }
}

static inline void receive_many(side *end, const packed *expected, const void *message, size_t size) {
    demand(size == expected->size, "a message is another");
    if (end->check) {
        demand(memcmp(message, expected->bytes, size) == 0, "what came is not what was sent");
    }
    end->count += expected->records;
}

/* The same, and takes every record out of it. The last ones, behind which no padding may be read, from a copy. */
static inline void receive_packed(side *end, const packed *expected, const void *message, size_t size) {
    static uint8_t last[BUFFER_BYTES + PIER_PADDING_BYTES];
    demand(size == expected->size && size > PIER_PADDING_BYTES, "a message is another");
    const uint8_t *at = (const uint8_t *)message;
    const uint8_t *stop = at + size - PIER_PADDING_BYTES;
    tick record;
    uint64_t index = 0;
    uint64_t before = end->count;
    for (; at < stop; index++) {
        at = unpack_one(at, (const uint8_t *)message + size, &record);
        end->count = index;
        received(end, &record);
    }
    size_t left = size - (size_t)(at - (const uint8_t *)message);
    memcpy(last, at, left);
    for (at = last; at < last + left; index++) {
        at = unpack_one(at, last + left, &record);
        end->count = index;
        received(end, &record);
    }
    end->count = before + index;
}

#endif
