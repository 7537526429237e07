/* A value as a tree: what a record holds, between its JSON and its archive.
 *
 * Part of the command. Knows the tokens of load.h and nothing of JSON. The tree is flat: the nodes lie in the order in
 * which MessagePack has them, an array or map before what it holds, so that storing is one walk along them. Text and
 * bytes are borrowed, or copied into the tree's own memory. One tree is used for many records in turn. */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/load.h>

typedef struct value_node {
    pier_token token;
    uint32_t end;      /* index of the first node behind this value and all that it holds; made by value_tree_seal */
    uint32_t position; /* where the value ended in the text it was read from, for messages */
} value_node;

typedef struct value_chunk value_chunk;

/* Zero it before its first use. */
typedef struct value_tree {
    value_node *nodes;
    uint32_t count;
    uint32_t capacity;
    value_chunk *chunks; /* memory for copied text and bytes */
} value_tree;

/* Frees the memory; the tree is empty and may be used again. */
void value_tree_deinit(value_tree *tree);

/* Empties the tree and keeps its memory for the next record, unless it is much. */
void value_tree_clear(value_tree *tree);

/* Appends a node and returns its index, or UINT32_MAX when memory ran out. */
uint32_t value_tree_push(value_tree *tree, pier_token token, uint32_t position);

/* Gets memory that lives until the tree is cleared, or NULL. */
char *value_tree_allocate(value_tree *tree, size_t size_bytes);

/* Computes `end` of all nodes. */
void value_tree_seal(value_tree *tree);

/* Looks for two equal text keys in the map at `index` of a sealed tree. Returns 1 and the index of the first key that
 * came before in `duplicate`; 0 when all keys differ; -1 when memory ran out. */
int value_map_duplicate(const value_tree *tree, uint32_t index, uint32_t *duplicate);

#endif
