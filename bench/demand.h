/* What every measurement needs: to end when something is not as it must be, memory, and time. */
#ifndef PIER_BENCH_DEMAND_H
#define PIER_BENCH_DEMAND_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void demand(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench: %s\n", what);
        exit(1);
    }
}

/* Memory of zeros that begins a cache line. */
static inline void *allocate(size_t bytes) {
    size_t whole = (bytes / 64 + 1) * 64;
    uint8_t *memory = (uint8_t *)aligned_alloc(64, whole);
    demand(memory != NULL, "no memory");
    for (size_t i = 0; i < whole; i++) {
        memory[i] = 0;
    }
    return memory;
}

static inline int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    demand(clock_gettime(clock, &now) == 0, "no clock");
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The same for all processes. */
static inline int64_t now_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

/* The processor's time of this process, all threads: what else runs takes less of that than of the time on the wall. */
static inline int64_t cpu_ns(void) {
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* Binds the process to the processor that it is on: caches stay warm. */
static inline void stay_on_processor(void) {
    cpu_set_t set;
    int here = sched_getcpu();
    CPU_ZERO(&set);
    CPU_SET((size_t)(here < 0 ? 0 : here), &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

#endif
