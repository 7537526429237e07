/* The seed of the random numbers of tests. */
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

uint64_t test_seed(void) {
    const char *given = getenv("PIER_TEST_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("PIER_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}
