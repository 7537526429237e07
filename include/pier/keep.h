/* Keeping a block: what was borrowed from a loading archive stays valid after the archive has moved on.
 *
 * Floor 4 (archive). A record that was loaded borrows text and bytes from the memory that its block lies in. A program
 * that wants to have it longer keeps that memory, for one record or for many, and gives it back when it is done:
 * nothing is copied then. The archive copies what it has not loaded yet of that memory, once, when it needs other
 * memory. */
#ifndef PIER_KEEP_H
#define PIER_KEEP_H

#include <pier/archive.h>

/* What keeps a block. */
typedef struct pier_kept_block pier_kept_block;

/* Keeps what the current record has given: views of the token calls, of pier_archive_record_bytes and of raw bytes, and
 * all that pier_load_record made, lists and what pointers point to included. All of it stays valid until the kept block
 * is released, whatever becomes of the archive. Keeping each of several records is cheap: those of one block share its
 * memory, which is free when the last of them is released; a record that is kept twice must be released twice.
 * out: owned: given back by pier_kept_block_release; NULL on failure. It does not need the archive; the allocator of
 * the archive, and its budget, must outlive it.
 * The budget of the archive counts what is kept, the unused part of its memory, too.
 * Returns PIER_OK; PIER_USAGE (archive stores; there is no record); PIER_LIMIT (unread_bytes_max of the budget);
 * PIER_NO_MEMORY; or the failure that sticks. None of the first four sticks. Never blocks. */
PIER_API pier_status pier_archive_keep_block(pier_archive *archive, pier_kept_block **out) PIER_MUST_USE;

/* Gives a kept block back: its views end here. NULL is allowed. Must not be called at the same time as anything that
 * uses the archive or another of its kept blocks: they share memory and the allocator. Never blocks. */
PIER_API void pier_kept_block_release(pier_kept_block *block);

#endif
