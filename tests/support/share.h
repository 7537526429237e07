/* What part of a long test runs: under sanitizers, where each case takes ten times as long and shows the same mistakes
 * of memory, one case of several is enough; all run in the release. */
#ifndef PIER_TEST_SHARE_H
#define PIER_TEST_SHARE_H

#include <stdlib.h>

/* Returns n where one case of n is to run: PIER_TEST_SHARE, which the presets set, or 1 for all. */
static inline unsigned test_share(void) {
    const char *share = getenv("PIER_TEST_SHARE");
    int chosen = share != NULL ? atoi(share) : 1;
    return chosen > 1 ? (unsigned)chosen : 1;
}

#endif
