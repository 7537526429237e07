/* Documents of MessagePack that went wrong: a few values of any kind and in any form, changed in a few places.
 *
 * Shared by programs that compare decoders. The same seed makes the same documents, one after the other. */
#ifndef PIER_TESTS_MUTATED_DOCUMENT_H
#define PIER_TESTS_MUTATED_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

#define DOCUMENT_BYTES_MAX 8192

typedef struct document {
    uint8_t bytes[DOCUMENT_BYTES_MAX];
    size_t size;
} document;

/* Begins anew. */
void document_seed(uint64_t seed);

/* Makes the next one. */
void document_make(document *to);

#endif
