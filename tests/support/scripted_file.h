/* A file for tests that cuts, delays and fails as told.
 *
 * Shared by the tests of all floors. It is a pier_file like any other (with PIER_FILE_CAN_WAIT), made over bytes that
 * are given or over another file. It serves one thread at a time.
 *
 *     scripted_file script;
 *     scripted_file_init(&script, (pier_bytes){bytes, sizeof bytes});
 *     scripted_file_cut(&script, 33, 33);
 *     scripted_file_at(&script, PIER_READABLE, 137, PIER_WOULD_BLOCK, 1);
 *     scripted_file_at(&script, PIER_READABLE, 200, PIER_RESET, SCRIPTED_FOR_GOOD);
 *     pier_file *file = scripted_file_open(&script, NULL);
 *     … use the file; what it was written stands in scripted_file_written(&script) …
 *     pier_file_destroy(file);
 *     scripted_file_deinit(&script); */
#ifndef PIER_TESTS_SCRIPTED_FILE_H
#define PIER_TESTS_SCRIPTED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/file.h>

/* How many things one script may let happen. */
#define SCRIPTED_EVENTS_MAX 64

/* The count of what never ends. */
#define SCRIPTED_FOR_GOOD UINT32_MAX

/* Something that happens when a direction stands at a byte. */
typedef struct scripted_event {
    uint32_t direction; /* PIER_READABLE or PIER_WRITABLE */
    uint64_t offset;    /* byte of that direction, from 0: those before it move, then it happens */
    pier_status status; /* what is answered; PIER_OK for a delay alone */
    uint32_t times;     /* how often it is still to happen */
    uint32_t delay_ms;  /* waited before answering */
} scripted_event;

/* The script and what became of it; in the caller's memory, which must outlive the file. Read the members freely, and
 * change them through the functions. */
typedef struct scripted_file {
    pier_bytes input;       /* what is read; without an inner file */
    pier_file *inner;       /* reads and writes go on to this one, if there is one */
    bool input_may_grow;    /* at the end of the input stands "nothing yet" instead of the end */
    size_t read_bytes_max;  /* a read gives at most so many; 0: no cut */
    size_t write_bytes_max; /* a write takes at most so many; 0: no cut */
    uint64_t seed;          /* not 0: the sizes are random, from 1 to those maxima */
    scripted_event events[SCRIPTED_EVENTS_MAX];
    size_t event_count;
    uint64_t read_offset;  /* bytes read so far */
    uint64_t write_offset; /* bytes written so far */
    uint64_t calls;        /* of read, write and wait */
    uint32_t closes;       /* 0 or 1 */
    uint32_t syncs;
    uint32_t shutdowns;
    pier_status sync_status; /* what sync, shutdown and close answer; PIER_OK at first */
    pier_status shutdown_status;
    pier_status close_status;
    uint8_t *written; /* what was written; without an inner file */
    size_t written_capacity;
} scripted_file;

/* Makes a script that cuts and fails nothing, over `input` (borrowed) for reading and an empty memory for writing. */
void scripted_file_init(scripted_file *script, pier_bytes input);

/* As scripted_file_init, over another file, borrowed: what the script does not stop or cut goes through to it. */
void scripted_file_init_over(scripted_file *script, pier_file *inner);

/* Frees what was written. The file must be destroyed before. */
void scripted_file_deinit(scripted_file *script);

/* Cuts reads and writes into at most so many bytes; 0 does not cut. */
void scripted_file_cut(scripted_file *script, size_t read_bytes_max, size_t write_bytes_max);

/* As scripted_file_cut, each into a random size from 1 to the maximum; `seed` (not 0) repeats a run. */
void scripted_file_cut_randomly(scripted_file *script, size_t read_bytes_max, size_t write_bytes_max, uint64_t seed);

/* Lets a direction (PIER_READABLE or PIER_WRITABLE) answer `status` when it stands at byte `offset`, `times` times or
 * SCRIPTED_FOR_GOOD. The bytes before go through, cut there. PIER_WOULD_BLOCK is "not yet": a call with another
 * deadline than PIER_NOW gets PIER_TIMEOUT, and the waiting that belongs to it is not done. PIER_END for good ends the
 * input early. Several events at one byte happen in the order in which they were told. */
void scripted_file_at(scripted_file *script, uint32_t direction, uint64_t offset, pier_status status, uint32_t times);

/* Lets the call that finds a direction at byte `offset` take `delay_ms` milliseconds, once. */
void scripted_file_delay(scripted_file *script, uint32_t direction, uint64_t offset, uint32_t delay_ms);

/* Puts "not yet" before every byte of the first `bytes` of a direction: each needs two calls. For the ways in which a
 * call is taken up again. At most SCRIPTED_EVENTS_MAX bytes. */
void scripted_file_stall(scripted_file *script, uint32_t direction, uint64_t bytes);

/* Gives the input more bytes, `input` being the whole of it, old bytes first. */
void scripted_file_extend(scripted_file *script, pier_bytes input);

/* Makes the file; fails the running test when there is no memory. allocator: NULL for the default. */
pier_file *scripted_file_open(scripted_file *script, const pier_allocator *allocator);

/* All bytes that were written, without an inner file; borrowed until the next write. */
pier_bytes scripted_file_written(const scripted_file *script);

#endif
