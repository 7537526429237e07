/* Random numbers for tests, which their seed repeats. */
#ifndef PIER_TEST_RANDOM_H
#define PIER_TEST_RANDOM_H

#include <stdint.h>

/* Returns the next number of the sequence that `state` began: SplitMix64. Any state will do. */
static inline uint64_t test_random(uint64_t *state) {
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Returns a state to begin with: PIER_TEST_SEED if that is set, else one that changes with the time. It is printed, so
 * that a failure can be repeated. */
uint64_t test_seed(void);

#endif
