/* Archives of several threads that have nothing in common but the library and the classes of their records: what is found
 * out at first use, such as the processor's instructions or the definition of a class, is found by all of them at once.
 *
 * Nothing is asserted within a thread: cmocka leaves a test by a jump. */
#include "record/record_support.h"

#include <pthread.h>

enum { THREADS = 4, RECORDS = 300 };

static pthread_barrier_t start;

/* Stores records, gives what came out to a loading archive, and compares. Returns whether all was as it must be. */
static bool pass_records(pier_archive *store, pier_archive *load, uint64_t seed) {
    everything record;
    for (uint64_t i = 0; i < RECORDS; i++) {
        test_fill_everything(&record, seed + i);
        if (everything_store(store, &record) != PIER_OK) {
            return false;
        }
    }
    if (pier_archive_close(store) != PIER_OK || pier_archive_feed(load, pier_archive_drain(store)) != PIER_OK) {
        return false;
    }
    pier_archive_feed_end(load);
    uint8_t bytes[2][16384];
    for (uint64_t i = 0; i < RECORDS; i++) {
        everything loaded;
        if (pier_next_record(load, &everything_class, &loaded) != PIER_OK) {
            return false;
        }
        test_fill_everything(&record, seed + i);
        size_t size = test_encode(&everything_class, &record, bytes[0], sizeof bytes[0]);
        if (size == 0 || test_encode(&everything_class, &loaded, bytes[1], sizeof bytes[1]) != size ||
            memcmp(bytes[0], bytes[1], size) != 0) {
            return false;
        }
    }
    return pier_archive_next(load) == PIER_END;
}

/* Returns NULL when all was as it must be. */
static void *store_and_load(void *seed) {
    pier_archive *store = NULL;
    pier_archive *load = NULL;
    pthread_barrier_wait(&start);
    bool good = pier_archive_open_store(&store, NULL, NULL, NULL) == PIER_OK &&
                pier_archive_open_load(&load, NULL, NULL, NULL) == PIER_OK &&
                pass_records(store, load, *(const uint64_t *)seed);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    return good ? NULL : seed;
}

static void test_records_in_threads(void **state) {
    (void)state;
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    pthread_t threads[THREADS];
    uint64_t seeds[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        seeds[i] = 1000 * i;
        assert_int_equal(pthread_create(&threads[i], NULL, store_and_load, &seeds[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(pthread_barrier_destroy(&start), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_records_in_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
