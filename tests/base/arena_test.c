/* Arenas: pieces do not overlap, limits are exact, a reset keeps the memory, and nothing leaks when there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "base/arena_internal.h"
#include "support/fault_allocator.h"
#include "support/random.h"

static void nothing_is_held_before_the_first_piece(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_arena arena;
    pier_arena_init(&arena, &faults.allocator, 0);
    pier_arena_reset(&arena);
    assert_int_equal(faults.calls, 0);
    assert_int_equal(pier_arena_used_bytes(&arena), 0);
    assert_int_equal(pier_arena_held_bytes(&arena), 0);
    pier_arena_deinit(&arena);
    pier_arena_deinit(&arena);
    fault_allocator_check(&faults);
    pier_arena_init(&arena, NULL, 0);
    assert_non_null(pier_arena_allocate(&arena, 1, 1));
    pier_arena_deinit(&arena);
}

enum { PIECES = 2000 };

static void pieces_are_aligned_and_do_not_overlap(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_arena arena;
    pier_arena_init(&arena, &faults.allocator, 0);
    static uint8_t *pieces[PIECES];
    static size_t sizes[PIECES];
    uint64_t seed = 7;
    for (int round = 0; round < 3; round++) {
        size_t wanted = 0;
        for (size_t i = 0; i < PIECES; i++) {
            size_t alignment = (size_t)1 << test_random(&seed) % 5;
            sizes[i] = 1 + test_random(&seed) % (i % 50 == 0 ? 5000 : 40);
            wanted += sizes[i];
            pieces[i] = (uint8_t *)pier_arena_allocate(&arena, sizes[i], alignment);
            assert_non_null(pieces[i]);
            assert_int_equal((uintptr_t)pieces[i] % alignment, 0);
            memset(pieces[i], (int)(i % 251), sizes[i]);
        }
        for (size_t i = 0; i < PIECES; i++) {
            for (size_t j = 0; j < sizes[i]; j++) {
                assert_int_equal(pieces[i][j], i % 251);
            }
        }
        assert_true(pier_arena_used_bytes(&arena) >= wanted);
        assert_true(pier_arena_used_bytes(&arena) <= wanted + PIECES * 15u);
        assert_int_equal(pier_arena_held_bytes(&arena), faults.live_bytes);
        assert_true(faults.live_bytes <= 6 * wanted);
        pier_arena_reset(&arena);
        assert_int_equal(pier_arena_used_bytes(&arena), 0);
    }
    pier_arena_deinit(&arena);
    fault_allocator_check(&faults);
}

static void the_same_again_takes_no_memory(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_arena arena;
    pier_arena_init(&arena, &faults.allocator, 0);
    uint64_t calls = 0;
    for (int round = 0; round < 5; round++) {
        uint64_t seed = 11;
        for (int i = 0; i < 500; i++) {
            assert_non_null(pier_arena_allocate(&arena, 1 + test_random(&seed) % 3000, 8));
        }
        if (round == 0) {
            calls = faults.calls;
            assert_true(calls > 0 && calls < 20);
        }
        pier_arena_reset(&arena);
    }
    assert_int_equal(faults.calls, calls);
    pier_arena_deinit(&arena);
    fault_allocator_check(&faults);
}

static void the_limit_is_exact(void **state) {
    (void)state;
    for (uint64_t limit = 1; limit <= 5000; limit += 49) {
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_arena arena;
        pier_arena_init(&arena, &faults.allocator, limit);
        for (int round = 0; round < 2; round++) {
            for (uint64_t i = 0; i < limit; i++) {
                assert_non_null(pier_arena_allocate(&arena, 1, 1));
            }
            assert_int_equal(pier_arena_used_bytes(&arena), limit);
            assert_int_equal(pier_arena_status(&arena), PIER_OK);
            assert_null(pier_arena_allocate(&arena, 1, 1));
            assert_int_equal(pier_arena_status(&arena), PIER_LIMIT);
            pier_arena_reset(&arena);
            assert_int_equal(pier_arena_status(&arena), PIER_OK);
            assert_null(pier_arena_allocate(&arena, (size_t)limit + 1, 1));
            assert_int_equal(pier_arena_status(&arena), PIER_LIMIT);
            assert_non_null(pier_arena_allocate(&arena, (size_t)limit, 1));
            assert_null(pier_arena_allocate(&arena, 1, 1));
            pier_arena_reset(&arena);
        }
        pier_arena_deinit(&arena);
        fault_allocator_check(&faults);
    }
}

static void sizes_that_no_object_has_are_refused(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    assert_null(pier_arena_allocate(&arena, 0, 1));
    assert_null(pier_arena_allocate(&arena, SIZE_MAX, 1));
    assert_int_equal(pier_arena_status(&arena), PIER_NO_MEMORY);
    assert_null(pier_arena_allocate(&arena, PTRDIFF_MAX, 16));
    assert_non_null(pier_arena_allocate(&arena, 10, 1));
    assert_null(pier_arena_allocate(&arena, SIZE_MAX - 5, 1));
    assert_null(pier_arena_allocate(&arena, 0, 1));
    assert_int_equal(pier_arena_used_bytes(&arena), 10);
    pier_arena_deinit(&arena);
    pier_arena_init(&arena, NULL, 100);
    assert_null(pier_arena_allocate(&arena, SIZE_MAX, 1));
    assert_int_equal(pier_arena_status(&arena), PIER_LIMIT);
    pier_arena_deinit(&arena);
}

static void a_place_can_be_gone_back_to(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_arena arena;
    pier_arena_init(&arena, &faults.allocator, 0);
    pier__arena_place empty = pier__arena_here(&arena);
    char *kept = (char *)pier_arena_allocate(&arena, 6, 1);
    assert_non_null(kept);
    memcpy(kept, "kept!", 6);
    pier__arena_place place = pier__arena_here(&arena);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            void *piece = pier_arena_allocate(&arena, 100, 4);
            assert_non_null(piece);
            memset(piece, 0xee, 100);
        }
        pier__arena_go_back(&arena, &place);
        assert_int_equal(pier_arena_used_bytes(&arena), 6);
        assert_string_equal(kept, "kept!");
    }
    uint64_t calls = faults.calls;
    pier__arena_go_back(&arena, &empty);
    assert_int_equal(pier_arena_used_bytes(&arena), 0);
    assert_ptr_equal(pier_arena_allocate(&arena, 6, 1), kept);
    assert_int_equal(faults.calls, calls);
    pier_arena_deinit(&arena);
    fault_allocator_check(&faults);
}

static void trimming_keeps_no_more_than_was_said(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_arena arena;
    pier_arena_init(&arena, &faults.allocator, 0);
    for (int i = 0; i < 100; i++) {
        assert_non_null(pier_arena_allocate(&arena, 1000, 1));
    }
    uint64_t held = pier_arena_held_bytes(&arena);
    pier__arena_trim(&arena, held);
    assert_int_equal(pier_arena_held_bytes(&arena), held);
    pier__arena_trim(&arena, 10000);
    assert_in_range(pier_arena_held_bytes(&arena), 1, 10000);
    assert_int_equal(pier_arena_held_bytes(&arena), faults.live_bytes);
    assert_non_null(pier_arena_allocate(&arena, 100000, 1));
    pier__arena_trim(&arena, 0);
    assert_int_equal(faults.live_blocks, 0);
    assert_non_null(pier_arena_allocate(&arena, 1, 1));
    pier_arena_deinit(&arena);
    fault_allocator_check(&faults);
}

static void what_one_gave_out_another_takes_over(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_arena from;
    pier_arena to;
    pier_arena_init(&from, &faults.allocator, 0);
    pier_arena_init(&to, &faults.allocator, 0);
    pier__arena_adopt(&to, &from);
    assert_int_equal(pier_arena_held_bytes(&to), 0);
    char *pieces[3];
    for (int round = 0; round < 3; round++) {
        pieces[round] = (char *)pier_arena_allocate(&from, 2000, 1);
        assert_non_null(pieces[round]);
        memset(pieces[round], 'a' + round, 2000);
        pier__arena_adopt(&to, &from);
        assert_int_equal(pier_arena_used_bytes(&from), 0);
        assert_int_equal(pier_arena_held_bytes(&from), 0);
        assert_int_equal(pier_arena_held_bytes(&to), faults.live_bytes);
    }
    pier_arena_deinit(&from);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(pieces[round][1999], 'a' + round);
    }
    pier_arena_deinit(&to);
    fault_allocator_check(&faults);
}

static void fill(fault_allocator *faults, void *user) {
    (void)user;
    pier_arena arena;
    pier_arena_init(&arena, &faults->allocator, 0);
    bool failed = false;
    for (int i = 0; i < 200; i++) {
        uint64_t before = pier_arena_used_bytes(&arena);
        if (pier_arena_allocate(&arena, 100, 8) == NULL) {
            failed = true;
            assert_int_equal(pier_arena_status(&arena), PIER_NO_MEMORY);
            assert_int_equal(pier_arena_used_bytes(&arena), before);
        }
    }
    assert_true(faults->struck > 0 || !failed);
    pier_arena_reset(&arena);
    assert_int_equal(pier_arena_status(&arena), PIER_OK);
    pier_arena_deinit(&arena);
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(fill, NULL) > 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_held_before_the_first_piece),
        cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(the_same_again_takes_no_memory),
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(sizes_that_no_object_has_are_refused),
        cmocka_unit_test(a_place_can_be_gone_back_to),
        cmocka_unit_test(trimming_keeps_no_more_than_was_said),
        cmocka_unit_test(what_one_gave_out_another_takes_over),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
