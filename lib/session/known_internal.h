/* Which definitions one end of a lane has in an epoch, so that those which are sent again are dropped.
 *
 * Floor 6 (session). Knows the head of a definition and nothing of what it says. */
#ifndef PIER_SESSION_KNOWN_INTERNAL_H
#define PIER_SESSION_KNOWN_INTERNAL_H

#include "archive/stream_internal.h"
#include "base/buffer_internal.h"

typedef struct pier__known_class {
    uint32_t epoch;
    uint16_t id;
    uint64_t fingerprint; /* the first half */
} pier__known_class;

typedef struct pier__known {
    const pier_allocator *allocator;
    pier__known_class *classes; /* in the order in which they came to be known: fewer of them is an earlier state */
    size_t count;
    size_t capacity;
} pier__known;

void pier__known_init(pier__known *known, const pier_allocator *allocator);
void pier__known_deinit(pier__known *known);

/* Forgets the classes of epochs before this one, which nothing that comes can need. */
void pier__known_settle(pier__known *known, uint32_t epoch);

/* Makes a block anew of what is not known in a block of definitions, for a stream that stands at `stream`, and appends
 * it to `out`; nothing when all is known. What it made is known then: who cannot use it takes the count of classes back
 * that there was before. limits: classes_max counts.
 * made: gets its header; its kind is 0 when nothing was made. Returns PIER_OK; PIER_NO_MEMORY, nothing was done;
 * PIER_PROTOCOL for what is no block of definitions, or tells a known id anew; PIER_LIMIT. Those of an earlier epoch
 * are passed over. */
pier_status pier__known_remake(pier__known *known, const pier__stream *stream, const pier_limits *limits,
                               const pier__header *header, const uint8_t *payload, pier__buffer *out,
                               pier__header *made);

#endif
