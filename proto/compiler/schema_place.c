/* Finding where an element of a file stands: protoc lists locations by the path that leads to it in the descriptor. */
#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"

static int compare_paths(const int32_t *one, size_t one_length, const int32_t *other, size_t other_length) {
    size_t common = one_length < other_length ? one_length : other_length;
    for (size_t i = 0; i < common; i++) {
        if (one[i] != other[i]) {
            return one[i] < other[i] ? -1 : 1;
        }
    }
    return one_length < other_length ? -1 : one_length > other_length;
}

static int compare_locations(const void *one, const void *other) {
    const location_proto *a = *(location_proto *const *)one;
    const location_proto *b = *(location_proto *const *)other;
    return compare_paths(a->path, a->n_path, b->path, b->n_path);
}

bool schema__places_init(schema *owner, schema__places *places, const file_proto *file) {
    places->file = file->name;
    places->count = file->source_code_info != NULL ? file->source_code_info->n_location : 0;
    places->sorted = (location_proto **)schema__allocate_array(owner, places->count, sizeof *places->sorted);
    if (places->sorted == NULL) {
        return false;
    }
    if (places->count != 0) {
        memcpy(places->sorted, file->source_code_info->location, places->count * sizeof *places->sorted);
        qsort(places->sorted, places->count, sizeof *places->sorted, compare_locations);
    }
    return true;
}

schema_place schema__place(const schema__places *places, const int32_t *path, size_t length, schema_comment *comment) {
    schema_place place = {places->file, 0, 0};
    size_t low = 0;
    size_t high = places->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const location_proto *found = places->sorted[middle];
        int order = compare_paths(found->path, found->n_path, path, length);
        if (order == 0) {
            if (found->n_span >= 2 && found->span[0] >= 0 && found->span[1] >= 0) {
                place.line = (uint32_t)found->span[0] + 1;
                place.column = (uint32_t)found->span[1] + 1;
            }
            if (comment != NULL) {
                comment->leading = found->leading_comments;
                comment->trailing = found->trailing_comments;
            }
            return place;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return place;
}
