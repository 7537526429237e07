/* Reading ahead: a place in a loading archive is marked, more is loaded, and the archive goes back to it.
 *
 * Floor 4 (archive). A mark keeps the bytes from its place on in memory, as far as the queue's limit allows, so that
 * they can be loaded again: to look whether a record is one's own, to choose how to load it by what follows, to try.
 * It works over files and by hand, framed and plain, and goes back over the borders of blocks and epochs with the
 * classes as they were. */
#ifndef PIER_MARK_H
#define PIER_MARK_H

#include <pier/archive.h>

/* How many marks may stand in one another. */
#define PIER_MARKS_MAX 16

/* Marks the place where the archive stands: between two records, or within the current one at the value that the token
 * calls load next. Marks nest: the last one set is rewound to, until it is released.
 * Returns PIER_OK; PIER_USAGE when storing; PIER_LIMIT for more than PIER_MARKS_MAX; PIER_NO_MEMORY; neither sticks;
 * or the failure that sticks. Never blocks. */
PIER_API pier_status pier_archive_mark(pier_archive *archive) PIER_MUST_USE;

/* Goes back to the last mark, which stays and may be gone back to again. A failure that was met ahead is taken back
 * with everything else, and comes again if it is loaded again; a file that failed or ended goes on to. Views that were
 * given end here, those of the record at the mark too.
 * Returns PIER_OK; PIER_USAGE when there is no mark, which does not stick; PIER_NO_MEMORY when the mark stands in a
 * compressed block that has to be inflated again: call again, the mark stays. Never blocks. */
PIER_API pier_status pier_archive_rewind(pier_archive *archive) PIER_MUST_USE;

/* Gives the last mark up: the archive stays where it is, and the memory is free when no mark is left. Nothing happens
 * when there is none.
 *
 * While there is a mark, pier_archive_next and whatever else needs more input answers PIER_LIMIT instead when the bytes
 * from the mark on would exceed queue_bytes_max: it does not stick and loses nothing; rewind or release, and go on. So
 * does pier_archive_feed. At the mark itself a record within its limit always comes. pier_archive_recover, after a
 * failure, and pier_archive_reset release all marks. */
PIER_API void pier_archive_release(pier_archive *archive);

#endif
