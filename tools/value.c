/* A value as a tree: see value.h. */
#include "value.h"

#include <stdlib.h>
#include <string.h>

/* Memory for text: a list of chunks, the newest first. */
struct value_chunk {
    value_chunk *next;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes behind this header */
};

#define CHUNK_BYTES ((size_t)64 << 10)

/* A tree that grew beyond this many nodes gives its memory back: one huge record must not cost memory for ever. */
#define NODES_KEPT_MAX ((uint32_t)1 << 16)

static void free_chunks(value_chunk *chunk) {
    while (chunk != NULL) {
        value_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void value_tree_deinit(value_tree *tree) {
    free(tree->nodes);
    free_chunks(tree->chunks);
    *tree = (value_tree){0};
}

void value_tree_clear(value_tree *tree) {
    if (tree->capacity > NODES_KEPT_MAX) {
        free(tree->nodes);
        tree->nodes = NULL;
        tree->capacity = 0;
    }
    tree->count = 0;
    value_chunk *kept = tree->chunks;
    if (kept != NULL) {
        free_chunks(kept->next);
        kept->next = NULL;
        kept->size = 0;
        if (kept->capacity > CHUNK_BYTES) {
            free(kept);
            kept = NULL;
        }
    }
    tree->chunks = kept;
}

uint32_t value_tree_push(value_tree *tree, pier_token token, uint32_t position) {
    if (tree->count == tree->capacity) {
        uint64_t capacity = tree->capacity == 0 ? 64 : (uint64_t)tree->capacity * 2;
        value_node *nodes = capacity > UINT32_MAX ? NULL : realloc(tree->nodes, (size_t)capacity * sizeof(*nodes));
        if (nodes == NULL) {
            return UINT32_MAX;
        }
        tree->nodes = nodes;
        tree->capacity = (uint32_t)capacity;
    }
    tree->nodes[tree->count] = (value_node){token, tree->count + 1, position};
    return tree->count++;
}

char *value_tree_allocate(value_tree *tree, size_t size_bytes) {
    value_chunk *chunk = tree->chunks;
    if (chunk == NULL || chunk->capacity - chunk->size < size_bytes) {
        size_t capacity = size_bytes > CHUNK_BYTES ? size_bytes : CHUNK_BYTES;
        chunk = capacity > SIZE_MAX - sizeof(*chunk) ? NULL : malloc(sizeof(*chunk) + capacity);
        if (chunk == NULL) {
            return NULL;
        }
        *chunk = (value_chunk){tree->chunks, 0, capacity};
        tree->chunks = chunk;
    }
    char *memory = (char *)(chunk + 1) + chunk->size;
    chunk->size += size_bytes;
    return memory;
}

void value_tree_seal(value_tree *tree) {
    /* From the back, so that the ends of what a container holds are known before its own. */
    for (uint32_t i = tree->count; i-- > 0;) {
        const pier_token *token = &tree->nodes[i].token;
        uint64_t children = token->kind == PIER_KIND_ARRAY ? token->as.count
                            : token->kind == PIER_KIND_MAP ? (uint64_t)token->as.count * 2
                                                           : 0;
        uint32_t end = i + 1;
        for (; children > 0 && end < tree->count; children--) {
            end = tree->nodes[end].end;
        }
        tree->nodes[i].end = end;
    }
}

/* A key in the order that finds equal ones side by side. */
typedef struct sorted_key {
    pier_text text;
    uint32_t index;
} sorted_key;

static int compare_keys(const void *left, const void *right) {
    const sorted_key *a = left;
    const sorted_key *b = right;
    if (a->text.size != b->text.size) {
        return a->text.size < b->text.size ? -1 : 1;
    }
    int order = a->text.size == 0 ? 0 : memcmp(a->text.data, b->text.data, a->text.size);
    return order != 0 ? order : a->index < b->index ? -1 : a->index > b->index;
}

static bool same_text(pier_text a, pier_text b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Sorts `keys` and returns the lowest index of one that is equal to one before it, or UINT32_MAX. */
static uint32_t first_duplicate(sorted_key *keys, size_t count) {
    uint32_t first = UINT32_MAX;
    qsort(keys, count, sizeof(*keys), compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (keys[i].index < first && same_text(keys[i - 1].text, keys[i].text)) {
            first = keys[i].index;
        }
    }
    return first;
}

int value_map_duplicate(const value_tree *tree, uint32_t index, uint32_t *duplicate) {
    sorted_key few[16];
    uint32_t pairs = tree->nodes[index].token.as.count;
    sorted_key *keys = few;
    if (pairs > sizeof(few) / sizeof(few[0])) {
        keys = malloc((size_t)pairs * sizeof(*keys));
        if (keys == NULL) {
            return -1;
        }
    }
    size_t count = 0;
    uint32_t at = index + 1;
    for (uint32_t pair = 0; pair < pairs; pair++) {
        const value_node *key = &tree->nodes[at];
        if (key->token.kind == PIER_KIND_TEXT) {
            keys[count++] = (sorted_key){key->token.as.text, at};
        }
        at = tree->nodes[key->end].end;
    }
    *duplicate = first_duplicate(keys, count);
    if (keys != few) {
        free(keys);
    }
    return *duplicate == UINT32_MAX ? 0 : 1;
}
