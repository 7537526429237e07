/* Deflate data that are there whole, expanded in one call into memory that has room for all: by libdeflate, where the
 * library is built with it, in less time than zlib takes (docs/performance.md).
 *
 * Floor 4 (archive). The only place that knows libdeflate. It says no more than whether everything went well; whoever
 * hears no begins anew with zlib, step by step, and has the exact error from there (compress.c).
 *
 * What is expanded here is what zlib would make of the same data, byte by byte, with one exception: data that no writer
 * makes, because RFC 1951 gives them no meaning or zlib takes them for none, and which libdeflate reads all the same.
 * proto/wire.md, "Compressed blocks", lists them. They come to as many bytes as their header tells, like others. */
#ifndef PIER_ARCHIVE_INFLATE_WHOLE_INTERNAL_H
#define PIER_ARCHIVE_INFLATE_WHOLE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/bytes.h>

/* Returns a state that serves one block after the other, about 12 KB from malloc: libdeflate's only other way to take
 * memory is global, and the program's. NULL: there is no memory, or no libdeflate. */
struct pier__whole *pier__whole_create(void);

/* Expands `data` to exactly `raw_bytes` bytes. Returns false when it does not come to that: when data are damaged, cut,
 * followed by other bytes, or come to more or less. `raw` then holds anything. */
bool pier__whole_inflate(struct pier__whole *whole, pier_bytes data, uint8_t *raw, size_t raw_bytes);

/* Frees a state; `whole` may be NULL. */
void pier__whole_destroy(struct pier__whole *whole);

#endif
