/* Cancel: one object with which any thread, or a signal handler, ends calls that wait in others.
 *
 * Floor 0 (base). It is named in the options of what may wait, and may be shared among as many objects as a program
 * likes. Once fired it is latched: calls that would wait with it answer PIER_CANCELLED, at once, until it is cleared.
 * What can be done without waiting is done all the same. */
#ifndef PIER_CANCEL_H
#define PIER_CANCEL_H

#include <stdbool.h>

#include <pier/allocator.h>
#include <pier/error.h>

typedef struct pier_cancel pier_cancel;

/* Makes a cancel object that is not fired.
 * out: owned: freed by pier_cancel_destroy; NULL on failure. allocator: NULL for pier_allocator_default(); copied.
 * error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for a NULL `out`; PIER_NO_MEMORY; PIER_SYSTEM when there is no descriptor left. Never
 * blocks. */
PIER_API pier_status pier_cancel_create(pier_cancel **out, const pier_allocator *allocator,
                                        pier_error *error) PIER_MUST_USE;

/* Frees. No object may use it any more, and nobody fire it. NULL is allowed. */
PIER_API void pier_cancel_destroy(pier_cancel *cancel);

/* Ends every call that waits with this object, and every later one until it is cleared. Firing twice is firing once.
 * Any thread may call it at any time, and so may a signal handler: it keeps errno and takes no lock. A child process
 * after fork shares the latch's handle, but not the latch: fire it in the process that waits. Never blocks. */
PIER_API void pier_cancel_fire(pier_cancel *cancel);

/* Takes the latch back, so that calls wait again. What is fired at the same time is either taken back with the rest or
 * stays, whole. Any thread may call it, a signal handler may not. Waits at most as long as another thread is in the
 * middle of pier_cancel_fire. */
PIER_API void pier_cancel_clear(pier_cancel *cancel);

/* Returns whether it is fired. Any thread and any signal handler may ask; costs no system call. */
PIER_API bool pier_cancel_is_fired(const pier_cancel *cancel);

/* Returns the system's handle, for a poll loop of the program's own: readable while it is fired. Borrowed until
 * pier_cancel_destroy; nobody but Pier may read it or write to it. */
PIER_API int pier_cancel_handle(const pier_cancel *cancel);

#endif
