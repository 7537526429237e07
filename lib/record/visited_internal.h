/* The objects that a walk over a record has visited, each once.
 *
 * Floor 5 (record). For what is done with records without an archive: copying, comparing and printing graphs. The list
 * is the worklist as well: an object is dealt with after the one that it was met from, so nothing recurses over
 * references. */
#ifndef PIER_RECORD_VISITED_INTERNAL_H
#define PIER_RECORD_VISITED_INTERNAL_H

#include "record/links_internal.h"

typedef struct pier__visited_object {
    const uint8_t *object;
    const pier_class *type; /* NULL: the bytes of a value that was kept as it came */
    void *copy;             /* of copying alone */
} pier__visited_object;

typedef struct pier__visited {
    const pier_allocator *allocator;
    pier__places places;
    pier__visited_object *list; /* the root first */
    size_t count;
    size_t capacity;
} pier__visited;

/* Begins with the root of a record; `visited` is all zero but for the allocator. Returns false when there is no
 * memory. */
bool pier__visited_begin(pier__visited *visited, const pier_class *type, const void *root);

/* Finds an object in the list, or adds it. index: its place, from 0. is_new: whether it was added. Returns false when
 * there is no memory. */
bool pier__visited_find(pier__visited *visited, const pier_class *type, const void *object, size_t *index,
                        bool *is_new);

void pier__visited_deinit(pier__visited *visited);

/* The object that a value of kind any refers to, as tables know it; NULL: none. */
static inline const void *pier__any_object(const pier_any *any) {
    return any->type != NULL ? any->record : any->raw.data;
}

/* Whether records of the class may reach others beyond their own. */
static inline bool pier__class_is_linked(const pier_class *type) {
    return (type->flags & (PIER_CLASS_ANY | PIER_CLASS_GRAPH)) != 0;
}

#endif
