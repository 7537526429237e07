/* The allocator of the tests: a list of guarded blocks over malloc.
 *
 * Shared by the tests of all floors; each allocator serves one thread at a time. */
#include "support/fault_allocator.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* Stands in front of the memory that the library sees; the union gives that memory the strictest alignment. */
struct fault_block {
    union {
        struct {
            fault_block *previous;
            fault_block *next;
            size_t size;
            uint64_t mark;
        } head;
        max_align_t alignment[3];
    } u;
};

enum { GUARD_BYTES = 16 };
static const uint64_t mark_live = UINT64_C(0x6C69766520626C6B);
static const uint64_t mark_dead = UINT64_C(0x6465616420626C6B);

static unsigned char *block_memory(fault_block *block) {
    return (unsigned char *)(block + 1);
}

static void note_misuse(fault_allocator *faults, const char *what) {
    if (faults->misuse == NULL) {
        faults->misuse = what;
    }
}

static bool strikes(fault_allocator *faults) {
    faults->calls++;
    bool struck = faults->fail_at != 0 &&
                  (faults->for_good ? faults->calls >= faults->fail_at : faults->calls == faults->fail_at);
    faults->struck += struck;
    return struck;
}

static void *block_add(fault_allocator *faults, size_t size) {
    fault_block *block = malloc(sizeof *block + size + GUARD_BYTES);
    if (block == NULL) {
        return NULL;
    }
    block->u.head.size = size;
    block->u.head.mark = mark_live;
    block->u.head.previous = NULL;
    block->u.head.next = faults->first;
    if (faults->first != NULL) {
        faults->first->u.head.previous = block;
    }
    faults->first = block;
    faults->live_blocks++;
    faults->live_bytes += size;
    if (faults->live_bytes > faults->peak_bytes) {
        faults->peak_bytes = faults->live_bytes;
    }
    memset(block_memory(block), 0xA5, size);
    memset(block_memory(block) + size, 0xFD, GUARD_BYTES);
    return block_memory(block);
}

static void block_remove(fault_allocator *faults, fault_block *block) {
    if (block->u.head.previous != NULL) {
        block->u.head.previous->u.head.next = block->u.head.next;
    } else {
        faults->first = block->u.head.next;
    }
    if (block->u.head.next != NULL) {
        block->u.head.next->u.head.previous = block->u.head.previous;
    }
    faults->live_blocks--;
    faults->live_bytes -= block->u.head.size;
    block->u.head.mark = mark_dead;
    memset(block_memory(block), 0x5A, block->u.head.size);
    free(block);
}

/* Finds the block of a pointer that the library hands in, by the list: a stranger's memory must not be read. */
static fault_block *block_find(fault_allocator *faults, void *memory, size_t size) {
    fault_block *block = faults->first;
    while (block != NULL && block_memory(block) != memory) {
        block = block->u.head.next;
    }
    if (block == NULL) {
        note_misuse(faults, "a block was given back that is not live");
        return NULL;
    }
    if (block->u.head.mark != mark_live) {
        note_misuse(faults, "the bytes before a block were overwritten");
    }
    if (block->u.head.size != size) {
        note_misuse(faults, "a block was given back with a wrong size");
    }
    for (size_t i = 0; i < GUARD_BYTES; i++) {
        if (block_memory(block)[block->u.head.size + i] != 0xFD) {
            note_misuse(faults, "the bytes behind a block were overwritten");
        }
    }
    return block;
}

static void *faults_allocate(void *user, size_t size) {
    fault_allocator *faults = user;
    if (size == 0) {
        note_misuse(faults, "0 bytes were asked for");
    }
    return strikes(faults) ? NULL : block_add(faults, size);
}

static void *faults_reallocate(void *user, void *memory, size_t old_size, size_t new_size) {
    fault_allocator *faults = user;
    if (old_size == 0 || new_size == 0 || memory == NULL) {
        note_misuse(faults, "reallocate was called with a size of 0 or without a block");
        return NULL;
    }
    fault_block *block = block_find(faults, memory, old_size);
    if (block == NULL || strikes(faults)) {
        return NULL;
    }
    void *moved = block_add(faults, new_size);
    if (moved != NULL) {
        size_t kept = block->u.head.size < new_size ? block->u.head.size : new_size;
        memcpy(moved, memory, kept);
        block_remove(faults, block);
    }
    return moved;
}

static void faults_release(void *user, void *memory, size_t size) {
    fault_allocator *faults = user;
    if (memory == NULL) {
        note_misuse(faults, "NULL was released");
        return;
    }
    fault_block *block = block_find(faults, memory, size);
    if (block != NULL) {
        block_remove(faults, block);
    }
}

void fault_allocator_init(fault_allocator *faults) {
    memset(faults, 0, sizeof *faults);
    faults->allocator.allocate = faults_allocate;
    faults->allocator.reallocate = faults_reallocate;
    faults->allocator.release = faults_release;
    faults->allocator.user = faults;
}

void fault_allocator_fail(fault_allocator *faults, uint64_t call, bool for_good) {
    faults->calls = 0;
    faults->struck = 0;
    faults->fail_at = call;
    faults->for_good = for_good;
}

void fault_allocator_check(fault_allocator *faults) {
    if (faults->misuse != NULL) {
        fail_msg("allocator misused, with call %llu failing %s: %s", (unsigned long long)faults->fail_at,
                 faults->for_good ? "for good" : "once", faults->misuse);
    }
    if (faults->live_blocks != 0) {
        fail_msg("%zu blocks of %zu bytes leaked, with call %llu failing %s", faults->live_blocks, faults->live_bytes,
                 (unsigned long long)faults->fail_at, faults->for_good ? "for good" : "once");
    }
}

void fault_allocator_deinit(fault_allocator *faults) {
    while (faults->first != NULL) {
        block_remove(faults, faults->first);
    }
}

uint64_t fault_allocator_sweep(void (*pass)(fault_allocator *faults, void *user), void *user) {
    fault_allocator faults;
    fault_allocator_init(&faults);
    uint64_t struck_passes = 0;
    for (int for_good = 0; for_good < 2; for_good++) {
        uint64_t call = 0;
        do {
            fault_allocator_fail(&faults, call, for_good != 0);
            pass(&faults, user);
            fault_allocator_check(&faults);
            struck_passes += faults.struck != 0;
            call++;
        } while (call == 1 || faults.struck != 0);
    }
    return struck_passes;
}
