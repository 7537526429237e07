/* The objects that a walk has met; see met_internal.h. */
#include "record/met_internal.h"

bool pier__met_find(pier__met *met, const pier_class *type, const void *object, size_t *index, bool *is_new) {
    int32_t number;
    *is_new = !pier__places_find(&met->places, object, &number);
    if (!*is_new) {
        *index = (size_t)number;
        return true;
    }
    if (met->count > INT32_MAX ||
        !pier__links_room(met->allocator, &met->list, met->count, &met->capacity, sizeof *met->list) ||
        !pier__places_add(&met->places, met->allocator, object, (int32_t)met->count)) {
        return false;
    }
    *index = met->count;
    met->list[met->count++] = (pier__met_object){(const uint8_t *)object, type, NULL};
    return true;
}

bool pier__met_begin(pier__met *met, const pier_class *type, const void *root) {
    size_t index;
    bool is_new;
    met->count = 0;
    pier__places_clear(&met->places, met->allocator, SIZE_MAX);
    return pier__met_find(met, type, root, &index, &is_new);
}

void pier__met_deinit(pier__met *met) {
    pier__release(met->allocator, met->list, met->capacity * sizeof *met->list);
    pier__places_deinit(&met->places, met->allocator);
    met->list = NULL;
    met->count = 0;
    met->capacity = 0;
}
