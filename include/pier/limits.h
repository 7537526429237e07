/* The limits: how large, deep and many things may be before Pier refuses them.
 *
 * Floor 0 (base). One table for all floors; each limit holds on both sides of an archive and is named in the
 * error it causes. A field that is 0 stands for the default beside it. */
#ifndef PIER_LIMITS_H
#define PIER_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* The defaults. */
#define PIER_RECORD_BYTES_MAX_DEFAULT ((uint64_t)16 << 20)
#define PIER_TEXT_BYTES_MAX_DEFAULT ((uint64_t)16 << 20)
#define PIER_BLOCK_TARGET_BYTES_DEFAULT ((uint32_t)64 << 10)
#define PIER_DEPTH_MAX_DEFAULT ((uint32_t)128)
#define PIER_ELEMENTS_MAX_DEFAULT ((uint64_t)1 << 20)
#define PIER_QUEUE_BYTES_MAX_DEFAULT ((uint64_t)16 << 20)
#define PIER_CLASSES_MAX_DEFAULT ((uint32_t)1024)
#define PIER_RAW_BYTES_MAX_DEFAULT ((uint64_t)1 << 40)
#define PIER_ARENA_BYTES_MAX_DEFAULT ((uint64_t)64 << 20)
#define PIER_INFLATION_RATIO_MAX_DEFAULT ((uint32_t)256)

/* The largest value that each limit may be set to. */
#define PIER_RECORD_BYTES_MAX_HIGHEST ((uint64_t)1 << 30)
#define PIER_BLOCK_TARGET_BYTES_HIGHEST ((uint32_t)16 << 20)
#define PIER_DEPTH_MAX_HIGHEST ((uint32_t)1024)
#define PIER_CLASSES_MAX_HIGHEST ((uint32_t)65535)
#define PIER_INFLATION_RATIO_MAX_HIGHEST ((uint32_t)1032) /* more than deflate can do */

/* Limits of an archive or channel. Zero it, set what differs, and set `size`. */
typedef struct pier_limits {
    size_t size;                  /* sizeof(pier_limits) */
    uint64_t record_bytes_max;    /* a record, as stored in a block; default 16 MiB, at most 1 GiB */
    uint64_t text_bytes_max;      /* one str, bin or ext; default 16 MiB */
    uint32_t block_target_bytes;  /* a block ends when its payload has this size; default 64 KiB, at most 16 MiB */
    uint32_t depth_max;           /* arrays and maps in one another; default 128, at most 1,024 */
    uint64_t elements_max;        /* values in one record, keys counted too; default 1,048,576 */
    uint64_t queue_bytes_max;     /* bytes waiting in one direction; default 16 MiB */
    uint32_t classes_max;         /* classes in one epoch of a stream; default 1,024, at most 65,535 */
    uint32_t inflation_ratio_max; /* bytes that come of each byte of a compressed block; default 256, at most 1,032 */
    uint64_t raw_bytes_max;       /* raw bytes in mid-stream, all blocks together; default 1 TiB */
    uint64_t arena_bytes_max;     /* memory for the lists and pointers of a loaded record; default 64 MiB */
} pier_limits;

#endif
