/* What every measurement needs: to end when something is not as it must be, and time that is compared with time. */
#ifndef PIER_BENCH_DEMAND_H
#define PIER_BENCH_DEMAND_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void demand(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench: %s\n", what);
        exit(1);
    }
}

static inline void *allocate(size_t bytes) {
    void *memory = calloc(1, bytes);
    demand(memory != NULL, "no memory");
    return memory;
}

#endif
