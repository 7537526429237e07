/* Dates and durations as text: `2026-03-01T10:30:00.5Z`, `1.5s`.
 *
 * Part of the command. The texts are those that JSON of protobuf has; the library prints durations, this dates, and
 * this reads both. */
#ifndef DATE_TEXT_H
#define DATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/bytes.h>

/* Reads a date of the Gregorian calendar, from the year 1 to 9999: `2026-03-01`, or with a time of day behind it,
 * `T10:30`, `T10:30:00`, `T10:30:00.123456789`, and then nothing or `Z` for UTC, or `+02:00`. Nothing may stand around
 * it. Returns whether it is one. */
bool date_text_read(const char *text, size_t size_bytes, pier_time *time);

/* Room for any date that date_text_write writes, and its terminator. */
#define DATE_TEXT_BYTES 32

/* Writes a date and time of day in UTC that date_text_read reads again as the same: `2026-03-01T10:30:00Z`, with 3, 6
 * or 9 digits behind a point as far as there is a fraction. Returns whether there is one: years before 1 or after 9999,
 * and nanoseconds that are none, have no such text. */
bool date_text_write(pier_time time, char text[DATE_TEXT_BYTES]);

/* Reads a duration: seconds in decimal, up to 18 digits, up to 9 more behind a point, and `s`, as in `-1.5s`; both
 * numbers get its sign. Returns whether it is one. */
bool duration_text_read(const char *text, size_t size_bytes, int64_t *seconds, int32_t *nanoseconds);

#endif
