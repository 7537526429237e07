/* Appending to an archive in a file: a new stream behind those that are there.
 *
 * Floor 4 (archive). Streams one behind the other are read as one: a loader passes over the end mark of the first and
 * goes on with the preamble of the next, whether the second was appended or two files were put together. A file that a
 * killed program left with half a block at its end must lose that half first, because a loader believes no stream
 * within a block whose header is right (proto/wire.md, Going on after damage). */
#ifndef PIER_APPEND_H
#define PIER_APPEND_H

#include <stdint.h>

#include <pier/archive.h>

/* Takes away what is torn at the end of a file of framed streams: a block, header or preamble that the file does not
 * hold whole. What is whole stays, damaged or not. Then seeks to the start.
 * file: reads, seeks and truncates: PIER_FILE_UPDATE and files in memory do. cut_bytes: NULL, or gets how many bytes
 * were taken away, 0 when nothing was torn. error: NULL, or filled on failure.
 * Returns PIER_OK, also for an empty file; PIER_UNSUPPORTED for a file that cannot do that; what its content is when
 * that is no archive that can be appended to, and nothing is changed: PIER_CORRUPT when it is no framed stream at all,
 * PIER_VERSION when a part of it requires another version; PIER_LIMIT when a stream's blocks are above the highest
 * target; PIER_NO_MEMORY; or what the file answers. Reads the whole file. */
PIER_API pier_status pier_archive_mend(pier_file *file, const pier_allocator *allocator, uint64_t *cut_bytes,
                                       pier_error *error) PIER_MUST_USE;

/* Mends a file, and opens an archive for storing a new stream at its end.
 * Returns as pier_archive_mend and pier_archive_open_store; PIER_USAGE for another format than the framed one. */
PIER_API pier_status pier_archive_open_append(pier_archive **out, pier_file *file, const pier_archive_options *options,
                                              uint64_t *cut_bytes, pier_error *error) PIER_MUST_USE;

#endif
