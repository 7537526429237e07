/* A chain of a million nodes, and a ring: stored and loaded without recursion, in memory that is in proportion.
 *
 * Floor 5 (record). */
#include "record/graph_support.h"
#include "record/record_support.h"

#include <stdlib.h>

#include <pier/clock.h>

#include "support/fault_allocator.h"

enum { CHAIN = 1000000 };

static const pier_limits *wide_limits(void) {
    static pier_limits limits = {.size = sizeof limits,
                                 .record_bytes_max = (uint64_t)256 << 20,
                                 .elements_max = 32u << 20,
                                 .queue_bytes_max = (uint64_t)512 << 20,
                                 .arena_bytes_max = (uint64_t)1 << 30};
    return &limits;
}

static double seconds_since(int64_t begin) {
    return (double)(pier_clock_monotonic_ns() - begin) / 1e9;
}

static void assert_chain(const g_node *root, bool is_ring) {
    uint32_t expected = 0;
    const g_node *at = root;
    do {
        assert_int_equal(at->id, expected);
        expected++;
        at = at->next;
    } while (at != NULL && at != root);
    assert_int_equal(expected, CHAIN);
    assert_true(is_ring == (at == root));
}

static void a_chain_of_a_million_nodes_is_stored_and_loaded(void **state) {
    (void)state;
    g_node *nodes = (g_node *)calloc(CHAIN, sizeof *nodes);
    assert_non_null(nodes);
    for (uint32_t i = 0; i < CHAIN; i++) {
        nodes[i].id = i;
        nodes[i].next = i + 1 < CHAIN ? &nodes[i + 1] : NULL;
    }
    fault_allocator faults;
    for (int is_ring = 0; is_ring < 2; is_ring++) {
        nodes[CHAIN - 1].next = is_ring != 0 ? &nodes[0] : NULL;
        fault_allocator_init(&faults);
        pier_archive_options options = {
            .size = sizeof options, .allocator = &faults.allocator, .limits = wide_limits()};
        int64_t begin = pier_clock_monotonic_ns();
        pier_archive *store = test_open_store(&options);
        assert_status(pier_store_record(store, &g_node_class, &nodes[0]), PIER_OK);
        double storing = seconds_since(begin);
        size_t storing_peak = faults.peak_bytes;
        test_stream stream = test_finish(store);
        pier_archive *load = test_open_stream(&stream, &options);
        faults.peak_bytes = faults.live_bytes;
        begin = pier_clock_monotonic_ns();
        g_node loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &g_node_class, &loaded), PIER_OK);
        double loading = seconds_since(begin);
        print_message("%s: %zu bytes; stored in %.2f s with %zu MiB, loaded in %.2f s with %zu MiB\n",
                      is_ring != 0 ? "ring" : "chain", stream.size, storing, storing_peak >> 20, loading,
                      faults.peak_bytes >> 20);
        assert_chain(&loaded, is_ring != 0);
        /* What a node has in the struct, in the arena, and some bytes of tables. */
        assert_true(faults.peak_bytes < stream.size * 2 + CHAIN * (2 * sizeof(g_node) + 64));
        pier_archive_destroy(load);
        test_stream_free(&stream);
        fault_allocator_check(&faults);
        fault_allocator_deinit(&faults);
    }
    /* The limit of elements is kept by both sides. */
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_node_class, &nodes[0]), PIER_LIMIT);
    pier_archive_destroy(store);
    free(nodes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_a_million_nodes_is_stored_and_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
