/* The signals that ask a command to stop: SIGINT and SIGTERM.
 *
 * Part of the command. The handler writes to a pipe, so that a loop learns of a signal by poll and none is missed. The
 * second one ends the process as if nobody had listened. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/* Lets a write to a pipe that nobody reads fail, instead of ending the process. */
void signals_ignore_pipe(void);

/* Catches the signals from now on. Returns false, with errno, when the system does not let it. */
bool signals_catch(void);

/* Returns a handle that is readable once a signal came; -1 before signals_catch. */
int signals_handle(void);

/* Returns the signal that came first, or 0. */
int signals_caught(void);

/* Ends the process by `signal`, as if it had not been caught. */
void signals_end_by(int signal);

#endif
