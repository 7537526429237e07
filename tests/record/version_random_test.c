/* Pairs of made up classes, a base and a later version of it: records of each are loaded as the other, and must be what
 * the oracle says.
 *
 * Floor 5 (record). PIER_VERSION_PAIRS is how many pairs there are; PIER_TEST_SEED repeats them. */
#include "record/version_model.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAIRS = 3000, RECORDS = 6 };

static unsigned pairs_wanted(void) {
    const char *text = getenv("PIER_VERSION_PAIRS");
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : PAIRS;
}

typedef struct totals {
    unsigned refused_classes;
    version_counts records;
} totals;

static unsigned pair_at_work;

/* Tells where it stopped. */
static int tell_pair(void **state) {
    (void)state;
    print_message("the last pair was the one at %u\n", pair_at_work);
    return 0;
}

static void check_direction(const model *loader, const model *writer, uint64_t *seed, totals *so_far) {
    if (oracle_meet(loader, writer) == ORACLE_REFUSED) {
        version_check_refusal(loader, writer);
        so_far->refused_classes++;
        return;
    }
    version_counts counts = version_check_records(loader, writer, RECORDS, seed);
    so_far->records.loaded += counts.loaded;
    so_far->records.refused += counts.refused;
}

static void versions_meet_as_the_table_says(void **state) {
    (void)state;
    static model base;
    static model evolved;
    uint64_t seed = test_seed();
    unsigned pairs = pairs_wanted();
    totals counted = {0, {0, 0}};
    for (unsigned i = 0; i < pairs; i++) {
        uint64_t of_pair = test_random(&seed);
        pair_at_work = i;
        model_random(&base, &of_pair);
        evolved = base;
        for (unsigned steps = 1 + (unsigned)(test_random(&of_pair) % 3); steps > 0; steps--) {
            model_evolve(&evolved, &of_pair);
        }
        check_direction(&evolved, &base, &of_pair, &counted);
        check_direction(&base, &evolved, &of_pair, &counted);
        version_check_compat(&base, &evolved);
    }
    print_message("%u pairs, both ways: %u refused as a whole; %u records loaded, %u refused\n", pairs,
                  counted.refused_classes, counted.records.loaded, counted.records.refused);
    assert_true(counted.refused_classes < pairs * 2 || pairs < 100);
    assert_true(pairs < 100 || (counted.records.loaded > pairs && counted.records.refused > pairs / 10));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(versions_meet_as_the_table_says, tell_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
