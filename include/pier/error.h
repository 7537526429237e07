/* The whole of an error: what went wrong, where in the bytes, in which record and field.
 *
 * Floor 0 (base). Every object keeps its own last error; calls that make an object take a pier_error to fill.
 * Nothing is kept per thread or per process. */
#ifndef PIER_ERROR_H
#define PIER_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include <pier/status.h>

/* Stands in an offset or record number that is not known or makes no sense. */
#define PIER_NO_OFFSET UINT64_MAX

/* The floor of the library on which an error arose. */
typedef enum pier_floor {
    PIER_FLOOR_BASE = 0,
    PIER_FLOOR_ADDRESS = 1,
    PIER_FLOOR_SOCKET = 2,
    PIER_FLOOR_FILE = 3,
    PIER_FLOOR_ARCHIVE = 4,
    PIER_FLOOR_RECORD = 5,
    PIER_FLOOR_SESSION = 6,
    PIER_FLOOR_CHANNEL = 7
} pier_floor;

/* An error as a value: copy it freely, it owns nothing. `path` and `text` are always terminated, and cut at their
 * capacity when they are longer. */
typedef struct pier_error {
    pier_status status;      /* PIER_OK when there is no error */
    int os_error;            /* errno of the system call that failed, 0 when none did */
    pier_floor floor;        /* where it arose */
    uint64_t offset;         /* byte on the wire, in the file or in the text, from 0; PIER_NO_OFFSET: none. In a
                                compressed block: where the block begins */
    uint64_t block_offset;   /* where the block begins on the wire; PIER_NO_OFFSET: not in a block */
    uint64_t payload_offset; /* byte in the block's raw payload, from 0; PIER_NO_OFFSET: not in a payload */
    uint64_t record;         /* number of the record in its stream, from 1; PIER_NO_OFFSET: not in a record */
    char path[96];           /* class and field, "market.Tick.price"; "" when there is none */
    char text[224];          /* what was expected and what was found, in words; never empty for an error */
} pier_error;

/* Makes `error` say that there is none: PIER_OK, no offsets, empty texts. For who fills one: a file of the program's own
 * kind, for instance, sets what it knows afterwards. error: NULL is allowed. Never blocks. */
PIER_API void pier_error_clear(pier_error *error);

/* Writes the whole error as one line without a line end into `buffer`, always terminated and cut at `capacity_bytes`:
 * `CORRUPT: text (byte 137, record 12)` for instance; of a field that could not be loaded or stored
 * `TYPE: market.Tick.price: expected float, found str at byte 137 of record 12 (block at 64, payload byte 9)`. Returns
 * the length that the whole line has, as snprintf does. `error` may not be NULL; `buffer` may be NULL when
 * `capacity_bytes` is 0. */
PIER_API size_t pier_error_format(const pier_error *error, char *buffer, size_t capacity_bytes);

#endif
