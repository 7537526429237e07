/* Numbers of objects by their address; see links_internal.h.
 *
 * Floor 5 (record). Open addressing, at most three quarters full. A slot counts only with the table's stamp, so that a
 * table is emptied in one step, however large the graph before was. */
#include <string.h>

#include "record/links_internal.h"

enum { CAPACITY_MIN = 32 };

void pier__places_deinit(pier__places *places, const pier_allocator *allocator) {
    pier__release(allocator, places->slots, places->capacity * sizeof *places->slots);
    *places = (pier__places){NULL, 0, 0, 0};
}

void pier__places_clear(pier__places *places, const pier_allocator *allocator, size_t kept_bytes) {
    if (places->capacity * sizeof *places->slots > kept_bytes) {
        pier__places_deinit(places, allocator);
        return;
    }
    places->count = 0;
    places->stamp++;
    if (places->stamp == 0 && places->capacity > 0) {
        memset(places->slots, 0, places->capacity * sizeof *places->slots);
        places->stamp = 1;
    }
}

/* Where the search for an object begins. Addresses are alike in their lowest and highest bits. */
static size_t begin(const pier__places *places, const void *object) {
    uint64_t mixed = (uint64_t)(uintptr_t)object * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 32) & (places->capacity - 1);
}

/* Returns the slot of an object, or the free one where it belongs. */
static pier__place *find(const pier__places *places, const void *object) {
    size_t at = begin(places, object);
    while (places->slots[at].stamp == places->stamp && places->slots[at].object != object) {
        at = (at + 1) & (places->capacity - 1);
    }
    return &places->slots[at];
}

bool pier__places_find(const pier__places *places, const void *object, int32_t *number) {
    if (places->count == 0) {
        return false;
    }
    const pier__place *place = find(places, object);
    *number = place->number;
    return place->stamp == places->stamp;
}

static bool grow(pier__places *places, const pier_allocator *allocator) {
    pier__places grown = {.capacity = places->capacity == 0 ? CAPACITY_MIN : places->capacity * 2, .stamp = 1};
    grown.slots = (pier__place *)pier__allocate_array(allocator, grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL) {
        return false;
    }
    memset(grown.slots, 0, grown.capacity * sizeof *grown.slots);
    for (size_t i = 0; i < places->capacity; i++) {
        const pier__place *old = &places->slots[i];
        if (places->count > 0 && old->stamp == places->stamp) {
            *find(&grown, old->object) = (pier__place){old->object, old->number, grown.stamp};
        }
    }
    grown.count = places->count;
    pier__places_deinit(places, allocator);
    *places = grown;
    return true;
}

bool pier__places_add(pier__places *places, const pier_allocator *allocator, const void *object, int32_t number) {
    if (places->count >= places->capacity / 4 * 3 && !grow(places, allocator)) {
        return false;
    }
    *find(places, object) = (pier__place){object, number, places->stamp};
    places->count++;
    return true;
}
