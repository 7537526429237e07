/* What durations may be, and their text.
 *
 * Floor 5 (record). For all that takes durations apart outside of the kernels. */
#ifndef PIER_RECORD_DURATION_INTERNAL_H
#define PIER_RECORD_DURATION_INTERNAL_H

#include <pier/record_words.h>

#include "archive/value_internal.h"

/* What durations are made of at most, either way: the bounds of pier__duration_is_good, for errors that name them. */
enum { PIER__NANOSECONDS_MAX = 999999999 };
static const int64_t pier__duration_seconds_max = 315576000000;

/* Makes a duration of two numbers. Returns whether they are one; otherwise `made` is as it was. */
static inline bool pier__duration_make(int64_t seconds, int64_t nanoseconds, pier_duration *made) {
    bool fits = nanoseconds >= -PIER__NANOSECONDS_MAX && nanoseconds <= PIER__NANOSECONDS_MAX;
    pier_duration duration = {seconds, fits ? (int32_t)nanoseconds : 0};
    if (!fits || !pier__duration_is_good(duration)) {
        return false;
    }
    *made = duration;
    return true;
}

/* Room for the text of any duration, with a terminator. */
enum { PIER__DURATION_TEXT_BYTES = 40 };

/* Adds a duration as JSON of protobuf has it, without quotes: 1.500s, with 0, 3, 6 or 9 digits behind the point. */
void pier__output_duration(pier__output *out, pier_duration duration);

#endif
