/* What the fuzz entries of archives share: a stream loaded whole and in chunks, with what must hold at every step.
 *
 * Floor 4 (archive). An input is three bytes of choices and a stream. */
#ifndef PIER_TESTS_ARCHIVE_FUZZ_H
#define PIER_TESTS_ARCHIVE_FUZZ_H

#include <stdbool.h>

#include <pier/load.h>
#include <pier/store.h>

#include "fuzz/fuzz.h"

enum { FUZZ_CHOICES_BYTES = 3 };

/* Bits of the first choice; the second chooses limits, the third seeds the sizes of chunks. */
#define FUZZ_RECOVERS 1u /* goes on after damage */
#define FUZZ_REPAIRS 2u  /* makes the checks of the pieces right, as a writer that lies would */
#define FUZZ_WALKS 4u    /* loads each record value by value */
#define FUZZ_SKIPS 8u    /* leaves some records before their end */
#define FUZZ_MARKS 16u   /* reads ahead from time to time, and goes back */

/* What a loader answered, for comparison. */
typedef struct fuzz_answers {
    uint64_t hash;
    size_t records;
    size_t failures;
    pier_status last;
} fuzz_answers;

/* Fills limits by a choice: the defaults, or small ones of one kind or another. */
void fuzz_limits(pier_limits *limits, uint8_t choice);

/* Makes the checks of all pieces right that stand one behind the other from the start. */
void fuzz_repair(uint8_t *stream, size_t size);

/* Loads a stream; `chunk_seed` 0: fed at once. */
fuzz_answers fuzz_load(const pier_archive_options *options, const uint8_t *stream, size_t size, uint8_t how,
                       uint8_t chunk_seed);

/* Loads the stream of an input at once and in chunks, and compares. */
fuzz_answers fuzz_load_both_ways(pier_format format, const uint8_t *data, size_t size, uint8_t how_at_least);

#endif
