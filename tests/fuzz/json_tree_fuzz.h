/* What the fuzz entries of JSON share.
 *
 * The pier command. */
#ifndef PIER_TESTS_JSON_TREE_FUZZ_H
#define PIER_TESTS_JSON_TREE_FUZZ_H

#include "value.h"

/* Writes a tree, which is one line of valid JSON then, reads that back, and stops when it is another value. */
void fuzz_require_round_trip(const value_tree *tree);

#endif
