/* What the tests of hostile input share: little address space, memory that is counted, and framed streams around any
 * payload.
 *
 * Floor 4 (archive). */
#ifndef PIER_TESTS_HOSTILE_SUPPORT_H
#define PIER_TESTS_HOSTILE_SUPPORT_H

#include "archive/archive_support.h"

#include "archive/wire_internal.h"

#define MIB ((size_t)1 << 20)

/* Leaves the process 256 MiB of address space, as a small machine would. A sanitizer reserves terabytes of it for its
 * own tables before a program begins, and could not run: there the counted memory alone is the measure, which holds in
 * every build and is the stricter one. */
void hostile_limit_address_space(void);

/* An allocator that counts what is live. A block that is made larger counts once, as it does where the system moves its
 * pages. */
typedef struct counted_memory {
    pier_allocator allocator;
    size_t live_bytes;
    size_t peak_bytes;
} counted_memory;

void counted_memory_init(counted_memory *memory);

/* How often `unit` stands in a value, one behind the other, and what follows. */
typedef struct hostile_bytes {
    const char *unit;
    size_t unit_bytes;
    size_t repeats;
    const char *tail;
    size_t tail_bytes;
} hostile_bytes;

/* Appends them. */
void hostile_append(test_bytes *to, const hostile_bytes *what);

/* The preamble, and the header of the only block, of the streams below. */
pier__preamble hostile_preamble(void);
pier__header hostile_header(const test_bytes *payload, uint32_t records);

/* Appends a preamble, and a header as it is, with its check right. */
void hostile_append_preamble(test_bytes *to, const pier__preamble *preamble);
void hostile_append_header(test_bytes *to, const pier__header *header);

/* Appends a stream: preamble, a block of one record that is `payload`, a block of the record 7, and the end mark. The
 * checks are right. */
void hostile_append_stream(test_bytes *to, const test_bytes *payload);

/* What a loader answered first that was not PIER_OK. */
typedef struct hostile_answer {
    pier_status status; /* PIER_END: all is well */
    pier_status cause;  /* of the error */
    uint64_t offset;
    size_t records; /* loaded before it */
} hostile_answer;

/* Feeds `bytes` in chunks to a loader, looking for records after each, and ends the input. Stops at the first answer
 * that is neither a record nor PIER_MORE. The chunks that are left are not fed. Returns what is fed. */
size_t hostile_load(pier_archive *archive, pier_bytes bytes, size_t chunk, hostile_answer *answer);

/* Fails the test when an answer is another. `what` names the case. */
void hostile_expect(const char *what, const hostile_answer *answer, pier_status status, uint64_t offset,
                    size_t records);

#endif
