/* Arenas; see <pier/arena.h>.
 *
 * Floor 0 (base). Chunks are filled in the order in which they stand in the list, and a reset goes back to the first.
 * A new one is as large as all before it together, so that there are few of them, and what is held stays in proportion
 * to what was given out. The limit counts what is given out, not what is held, so that it does not depend on how the
 * chunks came about: the window in the chunk ends where the limit does. */
#include "base/arena_internal.h"

#include <stdalign.h>
#include <stdbool.h>

#include "base/allocator_internal.h"

/* A chunk begins with this; behind it lies what is given out. */
struct pier__arena_chunk {
    pier__arena_chunk *next;
    size_t bytes; /* with this head */
};

enum {
    HEAD_BYTES = (sizeof(pier__arena_chunk) + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t),
    CHUNK_BYTES_MIN = 1 << 10
};

static uint8_t *chunk_begin(pier__arena_chunk *chunk) {
    return (uint8_t *)chunk + HEAD_BYTES;
}

/* How many bytes of the current chunk are given out. */
static uint64_t current_used(const pier_arena *arena) {
    return arena->current != NULL ? (uint64_t)(arena->at - chunk_begin(arena->current)) : 0;
}

/* Goes on in this chunk, as far as the limit allows. */
static void enter(pier_arena *arena, pier__arena_chunk *chunk) {
    size_t room = chunk->bytes - HEAD_BYTES;
    uint64_t may_give = arena->bytes_max - arena->used;
    arena->current = chunk;
    arena->at = chunk_begin(chunk);
    arena->end = arena->at + (may_give < room ? (size_t)may_give : room);
}

static void empty(pier_arena *arena) {
    arena->at = NULL;
    arena->end = NULL;
    arena->first = NULL;
    arena->current = NULL;
    arena->used = 0;
    arena->held = 0;
    arena->failure = PIER_OK;
}

void pier_arena_init(pier_arena *arena, const pier_allocator *allocator, uint64_t bytes_max) {
    empty(arena);
    arena->bytes_max = bytes_max != 0 ? bytes_max : UINT64_MAX;
    arena->allocator = pier__allocator_choose(allocator);
}

/* Gives back the chunks from `chunk` on. */
static void release_from(pier_arena *arena, pier__arena_chunk *chunk) {
    while (chunk != NULL) {
        pier__arena_chunk *next = chunk->next;
        arena->held -= chunk->bytes;
        pier__release(&arena->allocator, chunk, chunk->bytes);
        chunk = next;
    }
}

void pier_arena_deinit(pier_arena *arena) {
    release_from(arena, arena->first);
    empty(arena);
}

void pier_arena_reset(pier_arena *arena) {
    arena->failure = PIER_OK;
    arena->used = 0;
    if (arena->first != NULL) {
        enter(arena, arena->first);
    }
}

void pier__arena_go_back(pier_arena *arena, const pier__arena_place *place) {
    if (place->current == NULL) {
        pier_arena_reset(arena);
        return;
    }
    arena->at = place->at;
    arena->end = place->end;
    arena->current = place->current;
    arena->used = place->used;
    arena->failure = PIER_OK;
}

void pier__arena_trim(pier_arena *arena, uint64_t held_max) {
    uint64_t kept = 0;
    pier__arena_chunk **link = &arena->first;
    while (*link != NULL && (*link)->bytes <= held_max - kept) {
        kept += (*link)->bytes;
        link = &(*link)->next;
    }
    release_from(arena, *link);
    *link = NULL;
    if (arena->first == NULL) {
        empty(arena);
    }
    pier_arena_reset(arena);
}

void pier__arena_adopt(pier_arena *to, pier_arena *from) {
    pier__arena_chunk **last = &to->first;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = from->first;
    to->held += from->held;
    if (from->current != NULL) {
        to->used += current_used(to) + from->used;
        to->current = from->current;
        to->at = from->at;
        to->end = from->at;
    }
    empty(from);
}

uint64_t pier_arena_used_bytes(const pier_arena *arena) {
    return arena->used + current_used(arena);
}

uint64_t pier_arena_held_bytes(const pier_arena *arena) {
    return arena->held;
}

pier_status pier_arena_status(const pier_arena *arena) {
    return arena->failure;
}

static void *fail(pier_arena *arena, pier_status status) {
    arena->failure = status;
    return NULL;
}

/* Makes a chunk with room for `size` bytes behind all others. Returns NULL when there is no memory. */
static pier__arena_chunk *add_chunk(pier_arena *arena, size_t size, uint64_t may_give) {
    size_t least = HEAD_BYTES + size;
    uint64_t wanted = arena->held > CHUNK_BYTES_MIN ? arena->held : CHUNK_BYTES_MIN;
    /* What the limit will never let out is not asked for. */
    wanted = wanted - HEAD_BYTES > may_give ? HEAD_BYTES + may_give : wanted;
    size_t bytes = wanted > least ? (size_t)wanted : least;
    pier__arena_chunk *chunk = (pier__arena_chunk *)pier__allocate(&arena->allocator, bytes);
    if (chunk == NULL && bytes > least) {
        bytes = least;
        chunk = (pier__arena_chunk *)pier__allocate(&arena->allocator, bytes);
    }
    if (chunk == NULL) {
        return NULL;
    }
    chunk->next = NULL;
    chunk->bytes = bytes;
    arena->held += bytes;
    pier__arena_chunk **link = &arena->first;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    *link = chunk;
    return chunk;
}

void *pier__arena_grow(pier_arena *arena, size_t size, size_t alignment) {
    uint64_t used = pier_arena_used_bytes(arena);
    if (size == 0 || size > (size_t)PTRDIFF_MAX - HEAD_BYTES) {
        return fail(arena, size == 0 ? PIER_NO_MEMORY : size > arena->bytes_max ? PIER_LIMIT : PIER_NO_MEMORY);
    }
    if (size > arena->bytes_max - used) {
        return fail(arena, PIER_LIMIT);
    }
    /* Chunks are aligned for anything, so that a piece at the beginning of one has no gap. */
    pier__arena_chunk *chunk = arena->current != NULL ? arena->current->next : arena->first;
    while (chunk != NULL && chunk->bytes - HEAD_BYTES < size) {
        chunk = chunk->next;
    }
    if (chunk == NULL) {
        chunk = add_chunk(arena, size, arena->bytes_max - used);
    }
    if (chunk == NULL) {
        return fail(arena, PIER_NO_MEMORY);
    }
    arena->used = used;
    enter(arena, chunk);
    (void)alignment;
    arena->at += size;
    return chunk_begin(chunk);
}
