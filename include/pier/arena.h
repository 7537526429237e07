/* Arenas: memory for many small things that are freed all at once.
 *
 * Floor 0 (base). Knows nothing of what lies in it. An arena hands out memory piece after piece from few large ones
 * (chunks) that it asks its allocator for; single pieces are never given back. A reset begins anew with the chunks that
 * are there, so that doing the same again takes no memory. Serves one thread at a time. */
#ifndef PIER_ARENA_H
#define PIER_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/status.h>

typedef struct pier__arena_chunk pier__arena_chunk;

/* An arena, in the caller's memory. All of it is private; the functions below are inline where that counts. May not be
 * copied or moved while it is in use. */
typedef struct pier_arena {
    uint8_t *at;                /* where the next piece may begin */
    uint8_t *end;               /* how far it may go: to the end of the chunk or to the limit */
    pier__arena_chunk *first;   /* all chunks, in the order in which they are filled; NULL: none yet */
    pier__arena_chunk *current; /* the one that `at` points into */
    uint64_t used;              /* bytes given out of the chunks before it */
    uint64_t held;              /* bytes of all chunks */
    uint64_t bytes_max;
    pier_status failure;
    pier_allocator allocator;
} pier_arena;

/* Makes an empty arena, which holds no memory yet.
 * allocator: copied; NULL: pier_allocator_default(). bytes_max: the most bytes that it gives out before it is reset,
 * with the gaps between the pieces; 0: no limit. What it has from its allocator is a small
 * multiple of that. */
PIER_API void pier_arena_init(pier_arena *arena, const pier_allocator *allocator, uint64_t bytes_max);

/* Frees everything that was given out, and the chunks. The arena is then as after pier_arena_init. */
PIER_API void pier_arena_deinit(pier_arena *arena);

/* Takes back everything that was given out, after success and after failure, and keeps the chunks for what comes. */
PIER_API void pier_arena_reset(pier_arena *arena);

/* Returns how many bytes have been given out since the last reset, with the gaps between the pieces. */
PIER_API uint64_t pier_arena_used_bytes(const pier_arena *arena);

/* Returns how many bytes the arena has from its allocator. */
PIER_API uint64_t pier_arena_held_bytes(const pier_arena *arena);

/* Returns why memory was not given the last time that it was not: PIER_LIMIT (bytes_max) or PIER_NO_MEMORY; PIER_OK
 * when that has not happened since the last reset. */
PIER_API pier_status pier_arena_status(const pier_arena *arena);

/* As pier_arena_allocate, when the chunk at hand is full. */
PIER_API void *pier__arena_grow(pier_arena *arena, size_t size, size_t alignment);

/* Gets `size` bytes, at least 1, not cleared, which stay until the arena is reset or deinitialised. alignment: a power
 * of two, at most alignof(max_align_t). Returns NULL when there is no memory (pier_arena_status tells why); the arena
 * goes on, and a smaller piece may still be there. */
static inline void *pier_arena_allocate(pier_arena *arena, size_t size, size_t alignment) {
    size_t gap = (size_t)(0 - (uintptr_t)arena->at) & (alignment - 1);
    size_t room = (size_t)((uintptr_t)arena->end - (uintptr_t)arena->at);
    if (PIER_UNLIKELY(gap > room || size > room - gap || size == 0)) {
        return pier__arena_grow(arena, size, alignment);
    }
    uint8_t *piece = arena->at + gap;
    arena->at = piece + size;
    return piece;
}

#endif
