/* Where memory comes from: three functions and a pointer, given to a root object with its options.
 *
 * Floor 0 (base). There is no global allocator; an object passes its own on to what it makes. */
#ifndef PIER_ALLOCATOR_H
#define PIER_ALLOCATOR_H

#include <stddef.h>

#include <pier/export.h>

/* The caller's memory functions. The struct is copied by whoever takes it; `user` must outlive the objects made
 * with it. The functions are called on the thread that uses the object, never at the same time for one object. */
typedef struct pier_allocator {
    /* Returns `size` bytes (at least 1) aligned for any type, or NULL. */
    void *(*allocate)(void *user, size_t size);
    /* Moves a block of `old_size` bytes to one of `new_size` bytes (both at least 1) and returns it; NULL leaves the
     * old block as it was. */
    void *(*reallocate)(void *user, void *memory, size_t old_size, size_t new_size);
    /* Takes a block of `size` bytes back; `memory` is never NULL. */
    void (*release)(void *user, void *memory, size_t size);
    void *user;
} pier_allocator;

/* Returns the allocator over malloc, realloc and free that stands in wherever options name none; static. */
PIER_API const pier_allocator *pier_allocator_default(void);

#endif
