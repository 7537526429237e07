/* Runs seeds of the simulator: `session_simulate FIRST COUNT` prints what it came to, and the first seed that found
 * something; `session_simulate SEED` replays one and tells what happens in it. With `journals` behind that, over the
 * real journals on simulated disks. Progress goes to standard error. PIER_TEST_SHARE as in support/share.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "session/sim.h"
#include "support/share.h"

static sim world;

static bool read_number(const char *text, uint64_t *number) {
    char *end = NULL;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static int replay(uint64_t seed, bool has_real_journals) {
    bool is_fine = sim_run(&world, seed, has_real_journals, true);
    printf("seed %llu: %s\n", (unsigned long long)seed, is_fine ? "no finding" : world.finding);
    return is_fine ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    uint64_t first = 0;
    uint64_t count = 0;
    bool has_real_journals = argc > 2 && strcmp(argv[argc - 1], "journals") == 0;
    argc -= has_real_journals ? 1 : 0;
    if (argc < 2 || argc > 3 || !read_number(argv[1], &first) || (argc == 3 && !read_number(argv[2], &count))) {
        (void)fprintf(stderr, "usage: %s FIRST COUNT [journals] | %s SEED [journals]\n", argv[0], argv[0]);
        return 2;
    }
    if (argc == 2) {
        return replay(first, has_real_journals);
    }
    count = (count + test_share() - 1) / test_share();
    unsigned long long sums[8] = {0};
    struct timespec begun;
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    time_t told = begun.tv_sec;
    for (uint64_t i = 0; i < count; i++) {
        if (!sim_run(&world, first + i, has_real_journals, false)) {
            printf("seed %llu: %s\n", (unsigned long long)(first + i), world.finding);
            return EXIT_FAILURE;
        }
        unsigned long long each[] = {world.counts.crashes,     world.counts.crashes_while_opening,
                                     world.counts.connections, world.counts.records,
                                     world.counts.repeated,    world.counts.gaps,
                                     world.counts.reads,       world.counts.conflicts};
        for (size_t k = 0; k < 8; k++) {
            sums[k] += each[k];
        }
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec >= told + 5) {
            told = now.tv_sec;
            (void)fprintf(stderr, "%llu of %llu seeds, %lld s\n", (unsigned long long)(i + 1),
                          (unsigned long long)count, (long long)(now.tv_sec - begun.tv_sec));
        }
    }
    printf(
        "%llu seeds from %llu%s: no finding; %llu crashes, %llu of them while journals were opened, %llu connections, %llu "
        "records delivered, %llu of them again, %llu gaps, %llu reads, %llu conflicts\n",
        (unsigned long long)count, (unsigned long long)first, has_real_journals ? ", over real journals" : "", sums[0],
        sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]);
    return EXIT_SUCCESS;
}
