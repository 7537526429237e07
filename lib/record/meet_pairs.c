/* Going through two closures at once, each pair of types once; see meet_internal.h.
 *
 * Floor 5 (record). Definitions come from outside, and may lead to as many pairs as there are types of the one side
 * times those of the other: pairs are found by hash, and who goes through them stops at a limit. */
#include <string.h>

#include "record/meet_internal.h"
#include "record/record_internal.h"

void pier__pairs_init(pier__pairs *pairs, const pier_allocator *allocator) {
    pier__buffer_init(&pairs->list, allocator);
    pairs->places = NULL;
    pairs->place_count = 0;
    pairs->count = 0;
}

void pier__pairs_deinit(pier__pairs *pairs) {
    pier__release(pairs->list.allocator, pairs->places, pairs->place_count * sizeof *pairs->places);
    pier__buffer_deinit(&pairs->list);
}

pier__pair pier__pairs_at(const pier__pairs *pairs, uint32_t index) {
    pier__pair pair;
    memcpy(&pair, pairs->list.data + index * sizeof pair, sizeof pair);
    return pair;
}

static uint32_t hash_of(const pier__pair *pair) {
    const void *of_loader = pair->loader.own != NULL ? (const void *)pair->loader.own : pair->loader.defined;
    const void *of_writer = pair->writer.own != NULL ? (const void *)pair->writer.own : pair->writer.defined;
    uint64_t mixed = (uint64_t)(uintptr_t)of_loader * 0x9e3779b97f4a7c15u + (uint64_t)(uintptr_t)of_writer;
    mixed *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(mixed >> 32);
}

static bool are_equal(const pier__pair *one, const pier__pair *other) {
    return one->loader.own == other->loader.own && one->loader.defined == other->loader.defined &&
           one->writer.own == other->writer.own && one->writer.defined == other->writer.defined;
}

/* Returns the place of the pair, or the free one where it belongs. There is a free one. */
static uint32_t *find_place(const pier__pairs *pairs, const pier__pair *pair) {
    for (uint32_t place = hash_of(pair);; place++) {
        uint32_t *found = &pairs->places[place & (pairs->place_count - 1)];
        if (*found == 0) {
            return found;
        }
        pier__pair there = pier__pairs_at(pairs, *found - 1);
        if (are_equal(&there, pair)) {
            return found;
        }
    }
}

/* Makes room for one more: at most half of the places are taken. */
static bool grow(pier__pairs *pairs) {
    if ((pairs->count + 1) * 2 <= pairs->place_count) {
        return true;
    }
    const pier_allocator *allocator = pairs->list.allocator;
    uint32_t place_count = pairs->place_count == 0 ? 16 : pairs->place_count * 2;
    uint32_t *places = (uint32_t *)pier__allocate_array(allocator, place_count, sizeof *places);
    if (places == NULL) {
        return false;
    }
    memset(places, 0, place_count * sizeof *places);
    pier__release(allocator, pairs->places, pairs->place_count * sizeof *places);
    pairs->places = places;
    pairs->place_count = place_count;
    for (uint32_t i = 0; i < pairs->count; i++) {
        pier__pair pair = pier__pairs_at(pairs, i);
        *find_place(pairs, &pair) = i + 1;
    }
    return true;
}

bool pier__pairs_add(pier__pairs *pairs, pier__side loader, pier__side writer, uint32_t *index) {
    pier__pair pair = {loader, writer};
    if (!grow(pairs)) {
        return false;
    }
    uint32_t *place = find_place(pairs, &pair);
    if (*place == 0) {
        if (!pier__buffer_append(&pairs->list, &pair, sizeof pair)) {
            return false;
        }
        *place = ++pairs->count;
    }
    *index = *place - 1;
    return true;
}

bool pier__side_count_all(pier__side type, const pier_allocator *allocator, uint64_t *fields) {
    pier__pairs reached;
    pier__pairs_init(&reached, allocator);
    uint32_t index;
    bool has_memory = pier__pairs_add(&reached, type, type, &index);
    *fields = 0;
    for (uint32_t i = 0; has_memory && i < reached.count; i++) {
        pier__side next = pier__pairs_at(&reached, i).loader;
        uint32_t count = pier__side_field_count(next);
        *fields += 1 + (uint64_t)count;
        for (uint32_t j = 0; has_memory && j < count; j++) {
            pier__shape field = pier__side_field(next, j);
            has_memory = pier__side_is_none(field.type) || pier__pairs_add(&reached, field.type, field.type, &index);
        }
    }
    pier__pairs_deinit(&reached);
    return has_memory;
}
