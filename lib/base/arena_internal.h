/* What the floors do with arenas beside allocating.
 *
 * Floor 0 (base). */
#ifndef PIER_BASE_ARENA_INTERNAL_H
#define PIER_BASE_ARENA_INTERNAL_H

#include <pier/arena.h>

/* A place in an arena, to go back to: what was given out since is then free again. No reset may lie between. */
typedef struct pier__arena_place {
    uint8_t *at;
    uint8_t *end;
    pier__arena_chunk *current;
    uint64_t used;
} pier__arena_place;

static inline pier__arena_place pier__arena_here(const pier_arena *arena) {
    pier__arena_place place = {arena->at, arena->end, arena->current, arena->used};
    return place;
}

void pier__arena_go_back(pier_arena *arena, const pier__arena_place *place);

/* As pier_arena_reset, but gives chunks back, the last ones first, until no more than `held_max` bytes are kept. */
void pier__arena_trim(pier_arena *arena, uint64_t held_max);

/* Moves all that `from` gave out, chunks and all, into the keeping of `to`, which has the same allocator: the pieces
 * stay where they are until `to` is reset or deinitialised. `from` is then empty. */
void pier__arena_adopt(pier_arena *to, pier_arena *from);

#endif
