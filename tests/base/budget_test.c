/* Budgets: what is counted, what is refused, and that threads may share one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "base/budget_internal.h"
#include "support/fault_allocator.h"

static pier_budget *make(uint32_t connections_max, uint64_t unread_bytes_max) {
    pier_budget_options options = {
        .size = sizeof options, .connections_max = connections_max, .unread_bytes_max = unread_bytes_max};
    pier_budget *budget = NULL;
    assert_int_equal(pier_budget_create(&budget, &options, NULL), PIER_OK);
    return budget;
}

static void the_defaults_hold(void **state) {
    (void)state;
    pier_budget *budget = NULL;
    assert_int_equal(pier_budget_create(&budget, NULL, NULL), PIER_OK);
    assert_int_equal(pier_budget_connections_max(budget), PIER_CONNECTIONS_MAX_DEFAULT);
    assert_int_equal(pier__budget_unread_max(budget), PIER_UNREAD_BYTES_MAX_DEFAULT);
    assert_int_equal(pier_budget_connections(budget), 0);
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    pier_budget_destroy(budget);
    pier_budget_destroy(NULL);
}

static void misuse_and_lack_of_memory_are_told(void **state) {
    (void)state;
    pier_error error;
    pier_budget *budget = (pier_budget *)&error;
    assert_int_equal(pier_budget_create(NULL, NULL, &error), PIER_USAGE);
    pier_budget_options options = {.size = sizeof options - 1};
    assert_int_equal(pier_budget_create(&budget, &options, &error), PIER_USAGE);
    assert_null(budget);
    assert_int_equal(error.status, PIER_USAGE);
    assert_non_null(strstr(error.text, "pier_budget_options.size"));
    fault_allocator memory;
    fault_allocator_init(&memory);
    fault_allocator_fail(&memory, 1, true);
    options = (pier_budget_options){.size = sizeof options, .allocator = &memory.allocator};
    budget = (pier_budget *)&error;
    assert_int_equal(pier_budget_create(&budget, &options, &error), PIER_NO_MEMORY);
    assert_null(budget);
    assert_int_equal(error.status, PIER_NO_MEMORY);
}

static void connections_are_counted(void **state) {
    (void)state;
    pier_budget *budget = make(2, 0);
    assert_true(pier__budget_connect(budget));
    assert_true(pier__budget_connect(budget));
    assert_false(pier__budget_connect(budget));
    assert_int_equal(pier_budget_connections(budget), 2);
    pier__budget_disconnect(budget);
    assert_true(pier__budget_connect(budget));
    assert_false(pier__budget_connect(budget));
    pier__budget_disconnect(budget);
    pier__budget_disconnect(budget);
    assert_int_equal(pier_budget_connections(budget), 0);
    pier_budget_destroy(budget);
}

static void who_takes_much_leaves_the_others_their_own(void **state) {
    (void)state;
    /* 10 bytes of each one's own, and 100 for all. */
    pier_budget *budget = make(10, 200);
    uint64_t large = 0;
    uint64_t second = 0;
    uint64_t small = 0;
    assert_true(pier__budget_charge(budget, &large, 60));
    assert_true(pier__budget_charge(budget, &second, 40));
    assert_int_equal(pier_budget_unread_bytes(budget), 100);
    assert_false(pier__budget_charge(budget, &second, 41));
    assert_true(pier__budget_charge(budget, &small, 10));
    assert_false(pier__budget_charge(budget, &small, 11));
    assert_int_equal(pier_budget_unread_bytes(budget), 112);
    assert_true(pier__budget_charge(budget, &large, 0));
    assert_true(pier__budget_charge(budget, &small, 59));
    assert_false(pier__budget_charge(budget, &small, 60));
    assert_true(pier__budget_charge(budget, &second, 0));
    assert_true(pier__budget_charge(budget, &small, 0));
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    pier_budget_destroy(budget);
}

enum { THREADS = 4, ROUNDS = 20000 };

static void *take_and_give(void *user) {
    pier_budget *budget = user;
    uint64_t charged = 0;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        if (pier__budget_connect(budget)) {
            (void)pier__budget_charge(budget, &charged, i % 97);
            pier__budget_disconnect(budget);
        }
    }
    (void)pier__budget_charge(budget, &charged, 0);
    return NULL;
}

static void threads_may_share_one(void **state) {
    (void)state;
    pier_budget *budget = make(THREADS - 1, 0);
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, budget), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(pier_budget_connections(budget), 0);
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    pier_budget_destroy(budget);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_hold),       cmocka_unit_test(misuse_and_lack_of_memory_are_told),
        cmocka_unit_test(connections_are_counted), cmocka_unit_test(who_takes_much_leaves_the_others_their_own),
        cmocka_unit_test(threads_may_share_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
