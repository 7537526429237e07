/* Deadlines and clocks.
 *
 * Floor 0 (base). A deadline is a point of the system's monotonic clock in nanoseconds: absolute, so that it
 * holds over any number of calls. Any thread may use these functions. */
#ifndef PIER_CLOCK_H
#define PIER_CLOCK_H

#include <stdint.h>

#include <pier/export.h>

/* A point of the monotonic clock, in nanoseconds. */
typedef int64_t pier_deadline;

/* Do not wait at all: what is not ready answers PIER_WOULD_BLOCK. */
#define PIER_NOW ((pier_deadline)0)

/* Wait as long as it takes. */
#define PIER_NEVER ((pier_deadline)INT64_MAX)

/* Returns the deadline `timeout_ms` milliseconds from now; 0 is a deadline that has just passed (PIER_TIMEOUT, not
 * PIER_WOULD_BLOCK), a negative one is PIER_NEVER. */
PIER_API pier_deadline pier_deadline_after_ms(int64_t timeout_ms);

/* Returns the monotonic clock, in nanoseconds, always above 0. */
PIER_API int64_t pier_clock_monotonic_ns(void);

/* Returns the time since 1970-01-01 00:00 UTC, in nanoseconds. */
PIER_API int64_t pier_clock_unix_ns(void);

#endif
