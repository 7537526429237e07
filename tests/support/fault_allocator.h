/* An allocator for tests: it counts, fails when told, and notices what the library does wrong with its memory.
 *
 * Shared by the tests of all floors. One allocator serves one thread at a time, as the library's own contract says.
 *
 * Fresh memory is filled with a pattern, released memory with another, reallocation always moves, and a guard stands
 * behind each block; so stale pointers and overruns show without a sanitizer, too. */
#ifndef PIER_TESTS_FAULT_ALLOCATOR_H
#define PIER_TESTS_FAULT_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>

typedef struct fault_block fault_block;

typedef struct fault_allocator {
    pier_allocator allocator; /* what the library is given */
    uint64_t calls;           /* allocate and reallocate, failed ones included, since init or the last fail */
    uint64_t struck;          /* how many of those were made to fail */
    uint64_t fail_at;         /* the call to fail, from 1; 0: none */
    bool for_good;            /* all calls after it fail, too */
    size_t live_blocks;
    size_t live_bytes;
    size_t peak_bytes; /* the most that was live at once */
    fault_block *first;
    const char *misuse; /* the first thing the library did wrong, or NULL */
} fault_allocator;

/* Makes an allocator in the caller's memory that fails nothing. */
void fault_allocator_init(fault_allocator *faults);

/* Lets the `call`-th call from now fail (1 is the next; 0 for none), and with `for_good` all after it. The counts start
 * anew. */
void fault_allocator_fail(fault_allocator *faults, uint64_t call, bool for_good);

/* Fails the running test when a block is still live or the library misused the allocator: a wrong size, an unknown or
 * doubly released block, an overrun, a size of 0. */
void fault_allocator_check(fault_allocator *faults);

/* Frees what leaked, so that a failed test does not bury the next ones under reports of leaks. */
void fault_allocator_deinit(fault_allocator *faults);

/* Runs `pass` with no failure, then with the 1st, 2nd, 3rd … call failing once, until a pass is not struck, and all
 * that again with every later call failing, too. After each pass the check above is made. The pass looks at
 * `faults->struck` to know what it must demand: success when it is 0; success or PIER_NO_MEMORY otherwise, and nothing
 * half done. Returns how many passes were struck. */
uint64_t fault_allocator_sweep(void (*pass)(fault_allocator *faults, void *user), void *user);

#endif
