/* The text of durations; see duration_internal.h.
 *
 * Floor 5 (record). */
#include "record/duration_internal.h"

void pier__output_duration(pier__output *out, pier_duration duration) {
    bool is_negative = duration.seconds < 0 || duration.nanoseconds < 0;
    uint64_t seconds = duration.seconds < 0 ? 0 - (uint64_t)duration.seconds : (uint64_t)duration.seconds;
    uint32_t rest = duration.nanoseconds < 0 ? 0 - (uint32_t)duration.nanoseconds : (uint32_t)duration.nanoseconds;
    pier__output_string(out, is_negative ? "-" : "");
    pier__output_unsigned(out, seconds);
    pier__output_string(out, rest != 0 ? "." : "");
    uint32_t digits = rest == 0 ? 0 : rest % 1000000 == 0 ? 3 : rest % 1000 == 0 ? 6 : 9;
    for (uint32_t place = 100000000; digits > 0; digits--, place /= 10) {
        pier__output_unsigned(out, rest / place % 10);
    }
    pier__output_string(out, "s");
}
