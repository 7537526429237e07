/* Lines of standard error that wait for who reads it, so that a command which serves others never does.
 *
 * Part of the command; report.c hands the lines over, an event loop writes. There is one queue, as there is one
 * standard error. Before report_queue_begin and after report_queue_end there is none, and lines are written at once. */
#ifndef REPORT_QUEUE_H
#define REPORT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/clock.h>

/* How long a command that ends waits for who reads standard error. */
#define REPORT_QUEUE_LAST_MS 1000

/* Lets lines wait from now on. command: for the line that tells how many were lost. */
void report_queue_begin(const char *command);

/* Takes a line, which is lost when 1 MiB waits already: a line tells so once there is room again. Returns false when
 * there is no queue. */
bool report_queue_take(const char *line, size_t size_bytes);

/* Writes what standard error takes at once. A standard error that fails loses all, as there is nobody to tell. */
void report_queue_pump(void);

/* Returns whether lines wait: poll tells when standard error takes more. */
bool report_queue_waits(void);

/* Writes what waits, until `deadline` at most; the rest is lost. The queue is gone. */
void report_queue_end(pier_deadline deadline);

#endif
