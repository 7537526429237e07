/* The default allocator, and the inline functions by which the floors ask an allocator.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/allocator_internal.h"
#include "support/fault_allocator.h"

static void the_default_allocates_moves_and_releases(void **state) {
    (void)state;
    const pier_allocator *allocator = pier_allocator_default();
    unsigned char *memory = pier__allocate(allocator, 100);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
    memset(memory, 0x42, 100);
    memory = pier__reallocate(allocator, memory, 100, 100000);
    assert_non_null(memory);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(memory[i], 0x42);
    }
    pier__release(allocator, memory, 100000);
    assert_ptr_equal(pier_allocator_default(), allocator);
}

static void choosing_takes_the_given_one_or_the_default(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_allocator chosen = pier__allocator_choose(&faults.allocator);
    assert_ptr_equal(chosen.user, &faults);
    chosen = pier__allocator_choose(NULL);
    assert_true(chosen.allocate == pier_allocator_default()->allocate);
    assert_true(chosen.release == pier_allocator_default()->release);
}

static void impossible_sizes_never_reach_the_allocator(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    const pier_allocator *allocator = &faults.allocator;
    assert_null(pier__allocate(allocator, 0));
    assert_null(pier__allocate(allocator, (size_t)PTRDIFF_MAX + 1));
    assert_null(pier__allocate(allocator, SIZE_MAX));
    assert_null(pier__allocate_array(allocator, 0, 8));
    assert_null(pier__allocate_array(allocator, 8, 0));
    assert_null(pier__allocate_array(allocator, SIZE_MAX / 8 + 1, 8));
    assert_null(pier__allocate_array(allocator, (size_t)PTRDIFF_MAX / 8 + 1, 8));
    assert_null(pier__allocate_array(allocator, 2, SIZE_MAX));
    void *memory = pier__allocate_array(allocator, 4, 8);
    assert_non_null(memory);
    assert_int_equal(faults.live_bytes, 32);
    assert_null(pier__reallocate(allocator, memory, 32, 0));
    assert_null(pier__reallocate(allocator, memory, 32, SIZE_MAX));
    assert_int_equal(faults.live_bytes, 32);
    pier__release(allocator, memory, 32);
    assert_int_equal(faults.calls, 1);
    fault_allocator_check(&faults);
}

static void null_blocks_are_allocated_and_released(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    const pier_allocator *allocator = &faults.allocator;
    pier__release(allocator, NULL, 12);
    void *memory = pier__reallocate(allocator, NULL, 0, 12);
    assert_non_null(memory);
    memory = pier__reallocate(allocator, memory, 12, 5);
    assert_non_null(memory);
    pier__release(allocator, memory, 5);
    fault_allocator_check(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_allocates_moves_and_releases),
        cmocka_unit_test(choosing_takes_the_given_one_or_the_default),
        cmocka_unit_test(impossible_sizes_never_reach_the_allocator),
        cmocka_unit_test(null_blocks_are_allocated_and_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
