/* What the command says on standard error, and what it exits with.
 *
 * Part of the command. A line is `pier COMMAND: STATUS: text` (`pier: STATUS: text` before there is a command), always
 * one line, with the status in colour on a terminal alone. It is written at once, unless report_queue.h lets it
 * wait. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include <pier/error.h>

/* Exit statuses. */
enum {
    EXIT_DONE = 0,
    EXIT_DATA = 1,     /* data bad or incomplete */
    EXIT_USAGE = 2,    /* the command was called wrongly */
    EXIT_SYSTEM = 3,   /* system or network */
    EXIT_DEADLINE = 4, /* the time is over */
};

/* Returns whether colours may be written to `handle`: it is a terminal that knows them, and NO_COLOR is not set. */
bool report_has_colours(int handle);

/* Returns the exit status for a library's status by its category. */
int report_exit(pier_status status);

/* Writes a line. Returns report_exit(status). */
int report(const char *command, pier_status status, const char *format, ...) PIER_PRINTF(3, 4);

/* Writes a line as it is; it ends with a line feed. */
void report_plain(const char *line);

/* Writes a line for an error, with all that it knows. subject: what it happened to, left out when the
 * error names it; "" for nothing. tail: appended.
 * Returns report_exit(error->status). */
int report_error(const char *command, const pier_error *error, const char *subject, const char *tail);

/* Writes a line for a system call that failed with `os_error`. Returns EXIT_SYSTEM. */
int report_errno(const char *command, int os_error, const char *subject);

/* Returns the status that stands for a failed system call on a file. */
pier_status report_status_of_errno(int os_error);

/* Shows `text` on the last line of the terminal until the next line is written; "" takes it away. For a terminal
 * alone. */
void report_progress(const char *text);

#endif
