/* How the floors ask an allocator: with sizes that cannot overflow, and NULL where C programmers expect it.
 *
 * Floor 0 (base). Knows nothing of what the memory is for. Serves the thread that owns the allocator's object. */
#ifndef PIER_BASE_ALLOCATOR_INTERNAL_H
#define PIER_BASE_ALLOCATOR_INTERNAL_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>

/* Returns a copy of the allocator that options name, or of the default when they name none. */
static inline pier_allocator pier__allocator_choose(const pier_allocator *given) {
    return given != NULL ? *given : *pier_allocator_default();
}

/* Returns `size` bytes, not cleared; NULL when there is no memory, and for a size that no object can have (0, or
 * above PTRDIFF_MAX: differences of its pointers would overflow). */
static inline void *pier__allocate(const pier_allocator *allocator, size_t size) {
    if (size == 0 || size > (size_t)PTRDIFF_MAX) {
        return NULL;
    }
    return allocator->allocate(allocator->user, size);
}

/* Returns room for `count` elements of `element_bytes`, not cleared; NULL also when the product overflows. */
static inline void *pier__allocate_array(const pier_allocator *allocator, size_t count, size_t element_bytes) {
    if (element_bytes != 0 && count > (size_t)PTRDIFF_MAX / element_bytes) {
        return NULL;
    }
    return pier__allocate(allocator, count * element_bytes);
}

/* Moves a block; a NULL block (of size 0) is allocated. NULL leaves the old block as it was. */
static inline void *pier__reallocate(const pier_allocator *allocator, void *memory, size_t old_size, size_t new_size) {
    assert((memory == NULL) == (old_size == 0));
    if (new_size == 0 || new_size > (size_t)PTRDIFF_MAX) {
        return NULL;
    }
    if (memory == NULL) {
        return allocator->allocate(allocator->user, new_size);
    }
    return allocator->reallocate(allocator->user, memory, old_size, new_size);
}

/* Gives a block back; NULL is allowed, with any size. */
static inline void pier__release(const pier_allocator *allocator, void *memory, size_t size) {
    if (memory != NULL) {
        allocator->release(allocator->user, memory, size);
    }
}

#endif
