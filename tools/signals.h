/* The signals that ask a command to stop: SIGINT and SIGTERM.
 *
 * Part of the command, for the thread that runs it. The first signal is noted, whatever that thread does, and makes a
 * handle readable, so that a loop learns of it by poll. The second one ends the process as if nobody had listened. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/* Lets a write to a pipe that nobody reads, and one beyond the largest file that is allowed, fail instead of ending the
 * process. */
void signals_ignore_writing(void);

/* Catches the signals from now on; to be called once, before other threads are started. Returns false, with errno, when
 * the system does not let it. */
bool signals_catch(void);

/* Returns a handle that is readable from the first signal on; -1 before signals_catch. */
int signals_handle(void);

/* Returns the signal that came first, or 0. */
int signals_caught(void);

/* Ends the process by `signal`, as if it had not been caught. */
void signals_end_by(int signal);

#endif
