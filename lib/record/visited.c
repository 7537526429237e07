/* The objects that a walk has met; see visited_internal.h. */
#include "record/visited_internal.h"

bool pier__visited_find(pier__visited *visited, const pier_class *type, const void *object, size_t *index,
                        bool *is_new) {
    int32_t number;
    *is_new = !pier__places_find(&visited->places, object, &number);
    if (!*is_new) {
        *index = (size_t)number;
        return true;
    }
    if (visited->count > INT32_MAX ||
        !pier__links_room(visited->allocator, &visited->list, visited->count, &visited->capacity,
                          sizeof *visited->list) ||
        !pier__places_add(&visited->places, visited->allocator, object, (int32_t)visited->count)) {
        return false;
    }
    *index = visited->count;
    visited->list[visited->count++] = (pier__visited_object){(const uint8_t *)object, type, NULL};
    return true;
}

bool pier__visited_begin(pier__visited *visited, const pier_class *type, const void *root) {
    size_t index;
    bool is_new;
    visited->count = 0;
    pier__places_clear(&visited->places, visited->allocator, SIZE_MAX);
    return pier__visited_find(visited, type, root, &index, &is_new);
}

void pier__visited_deinit(pier__visited *visited) {
    pier__release(visited->allocator, visited->list, visited->capacity * sizeof *visited->list);
    pier__places_deinit(&visited->places, visited->allocator);
    visited->list = NULL;
    visited->count = 0;
    visited->capacity = 0;
}
