/* The allocator that stands in when none is given: malloc, realloc and free.
 *
 * Floor 0 (base). Knows nothing of what the memory is for. The C library's functions serve any thread. */
#include <pier/allocator.h>

#include <stdlib.h>

static void *default_allocate(void *user, size_t size) {
    (void)user;
    return malloc(size);
}

static void *default_reallocate(void *user, void *memory, size_t old_size, size_t new_size) {
    (void)user;
    (void)old_size;
    return realloc(memory, new_size);
}

static void default_release(void *user, void *memory, size_t size) {
    (void)user;
    (void)size;
    free(memory);
}

const pier_allocator *pier_allocator_default(void) {
    static const pier_allocator allocator = {default_allocate, default_reallocate, default_release, NULL};
    return &allocator;
}
