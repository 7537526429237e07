/* The system's clocks, and deadlines made from them.
 *
 * Floor 0 (base). Knows nothing of what waits. Has no state: any thread may call it. */
#include <pier/clock.h>

#include <assert.h>
#include <time.h>

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)
#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

/* Reads a clock. It cannot fail for the two clocks below: both are there on every Linux, and the pointer is good.
 * Nanoseconds in 63 bits last until the year 2262. */
static PIER__HOT int64_t read_clock_ns(clockid_t clock) {
    struct timespec now = {0, 0};
    int result = clock_gettime(clock, &now);
    assert(result == 0);
    (void)result;
    return (int64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (int64_t)now.tv_nsec;
}

PIER__HOT int64_t pier_clock_monotonic_ns(void) {
    int64_t now_ns = read_clock_ns(CLOCK_MONOTONIC);
    /* 0 is PIER_NOW, which no clock reading may be taken for. */
    return now_ns > 0 ? now_ns : 1;
}

PIER__HOT int64_t pier_clock_unix_ns(void) {
    return read_clock_ns(CLOCK_REALTIME);
}

PIER__HOT pier_deadline pier_deadline_after_ms(int64_t timeout_ms) {
    if (timeout_ms < 0) {
        return PIER_NEVER;
    }
    int64_t now_ns = pier_clock_monotonic_ns();
    if (timeout_ms > (PIER_NEVER - now_ns) / NANOSECONDS_PER_MILLISECOND) {
        return PIER_NEVER;
    }
    return now_ns + timeout_ms * NANOSECONDS_PER_MILLISECOND;
}
