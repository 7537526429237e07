/* Texts, and a number for each: which of very many names is known already, and where.
 *
 * Part of the command. Names come from outside, by the million if somebody likes: each is found in log n steps, whatever
 * they are. */
#ifndef TEXT_INDEX_H
#define TEXT_INDEX_H

#include <stdbool.h>
#include <stddef.h>

typedef struct text_index {
    void *root; /* of a balanced tree of tsearch(3) */
} text_index;

/* Adds a text, which is copied, unless it is there. Returns the number that it has from now on: `number`, or the one
 * that it was added with; NULL when memory ran out. Numbers may be changed in place. */
size_t *text_index_add(text_index *index, const char *text, size_t size, size_t number);

/* Returns the number of a text; NULL when it is not there. */
size_t *text_index_find(const text_index *index, const char *text, size_t size);

/* Forgets all texts. */
void text_index_clear(text_index *index);

#endif
