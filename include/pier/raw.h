/* Bytes that are no records: raw bytes in mid-stream, and an archive's file handed back with what was read ahead.
 *
 * Floor 4 (archive). A file's content, a picture or another program's output may be larger than any record. Framed, it
 * is sent between two records as raw bytes: a sequence of blocks, each a MessagePack bin, of which neither side keeps
 * more than one. The sequence is numbered as a record, and the receiver loads it part by part, or passes over it. Plain
 * streams have no blocks: there an archive is detached from its file, and the program goes on with the bytes itself.
 * An archive may move between threads and serves one at a time. */
#ifndef PIER_RAW_H
#define PIER_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>

/* Begins raw bytes in a framed archive. Records follow again after pier_archive_end_raw.
 * Returns PIER_OK; PIER_WOULD_BLOCK or PIER_TIMEOUT when the queue is full or the format is not guessed yet;
 * PIER_UNSUPPORTED in a plain archive; PIER_USAGE inside a record or other raw bytes, after closing, and when loading;
 * PIER_NO_MEMORY (does not stick); or the failure that sticks. Blocks until the deadline, as pier_archive_begin. */
PIER_API pier_status pier_archive_begin_raw(pier_archive *archive) PIER_MUST_USE;

/* Stores some of the raw bytes, copied. A block leaves when it has the size of block_target_bytes, or at
 * pier_archive_flush.
 * stored_bytes: gets how many were taken; all of them with PIER_OK.
 * Returns PIER_OK; PIER_WOULD_BLOCK or PIER_TIMEOUT when the queue is full, and PIER_NO_MEMORY: go on with the bytes
 * behind those that were taken; PIER_LIMIT when all raw bytes together would be above raw_bytes_max, nothing was taken;
 * PIER_USAGE outside raw bytes; or the failure that sticks. The first five do not stick. Blocks until the deadline. */
PIER_API pier_status pier_archive_store_raw(pier_archive *archive, pier_bytes bytes,
                                            size_t *stored_bytes) PIER_MUST_USE;

/* Ends the raw bytes. As after a record, pier_archive_flush sends what is left and marks a message.
 * Returns PIER_OK; PIER_USAGE outside raw bytes; PIER_NO_MEMORY (does not stick: call again); or the failure that
 * sticks. A file that cannot take the block at once leaves it in the queue. Blocks until the deadline. */
PIER_API pier_status pier_archive_end_raw(pier_archive *archive) PIER_MUST_USE;

/* Ends the raw bytes as not whole, because their source failed for instance: the receiver is told PIER_SKIPPED, and
 * records follow as ever. Closing does the same to raw bytes that were not ended. Returns as pier_archive_end_raw,
 * PIER_OK outside raw bytes. Never blocks. */
PIER_API pier_status pier_archive_abandon_raw(pier_archive *archive) PIER_MUST_USE;

/* Returns whether what pier_archive_next answered PIER_OK for is raw bytes, and no record. Its class is none, and
 * calls that load values answer PIER_TYPE, which sticks until pier_archive_recover. Who does not want the bytes calls
 * pier_archive_next again. */
PIER_API bool pier_archive_is_raw(const pier_archive *archive);

/* Loads the next part of the raw bytes, as it came: of any size up to the sender's block target, its check made.
 * part: borrowed until the next call of this function or of pier_archive_next; empty unless PIER_OK.
 * Returns PIER_OK with at least one byte; PIER_END when all were loaded: the next call is pier_archive_next;
 * PIER_SKIPPED when the sender abandoned them, or when they are above raw_bytes_max: pier_archive_error tells, and
 * what was loaded before is not whole; PIER_MORE, PIER_WOULD_BLOCK, PIER_TIMEOUT and PIER_CANCELLED: call again;
 * PIER_LIMIT when a mark keeps what the queue's limit allows (does not stick: rewind or release);
 * PIER_USAGE when raw bytes are not the current record; otherwise a failure, which sticks: as pier_archive_next,
 * PIER_TRUNCATED when the input ends before the bytes do. Blocks until the deadline. */
PIER_API pier_status pier_archive_load_raw(pier_archive *archive, pier_bytes *part) PIER_MUST_USE;

/* Ends an archive's use of its file, so that the program can go on with the file itself. Nothing more is stored or
 * loaded afterwards: all calls that could answer PIER_USAGE.
 * Storing: all that is queued is written first; no end mark is, see pier_archive_close. unread: gets no bytes.
 * Loading: what was read from the file, or fed, and belongs to no record that was loaded: the stream's next bytes, to
 * be dealt with before those that the file gives. The current record is passed over. unread: may not be NULL; borrowed
 * until the archive is destroyed. A framed stream is left behind its end mark, which is waited for and taken: its
 * sender has closed its archive.
 * Returns PIER_OK; "not now" as pier_archive_flush or, framed, as pier_archive_next: repeat it; PIER_USAGE while
 * records or raw bytes of a framed stream are still to come, which loses nothing, and for an archive that was detached;
 * or the failure that sticks. Blocks until the deadline. */
PIER_API pier_status pier_archive_detach(pier_archive *archive, pier_bytes *unread) PIER_MUST_USE;

#endif
