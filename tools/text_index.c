/* Texts, and a number for each: see text_index.h. */
#include "text_index.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* The number stands first, so that it is what the tree's nodes point at. */
typedef struct text_entry {
    size_t number;
    size_t size;
    const char *text;
} text_entry;

static int compare(const void *one, const void *other) {
    const text_entry *a = (const text_entry *)one;
    const text_entry *b = (const text_entry *)other;
    size_t shorter = a->size < b->size ? a->size : b->size;
    int found = shorter > 0 ? memcmp(a->text, b->text, shorter) : 0;
    return found != 0 ? found : (a->size > b->size) - (a->size < b->size);
}

size_t *text_index_find(const text_index *index, const char *text, size_t size) {
    text_entry asked = {0, size, text};
    void *found = tfind(&asked, &index->root, compare);
    return found != NULL ? &(*(text_entry **)found)->number : NULL;
}

size_t *text_index_add(text_index *index, const char *text, size_t size, size_t number) {
    size_t *known = text_index_find(index, text, size);
    if (known != NULL) {
        return known;
    }
    text_entry *added = (text_entry *)malloc(sizeof *added + size);
    if (added == NULL) {
        return NULL;
    }
    char *copy = (char *)(added + 1);
    if (size > 0) {
        memcpy(copy, text, size);
    }
    *added = (text_entry){number, size, copy};
    if (tsearch(added, &index->root, compare) == NULL) {
        free(added);
        return NULL;
    }
    return &added->number;
}

void text_index_clear(text_index *index) {
    tdestroy(index->root, free);
    index->root = NULL;
}
