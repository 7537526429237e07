/* What the fuzz entries of JSON share.
 *
 * The pier command. */
#ifndef PIER_TESTS_JSON_TREE_FUZZ_H
#define PIER_TESTS_JSON_TREE_FUZZ_H

#include "record_tree.h"

/* Writes a tree, which is one line of valid JSON then, reads that back, and stops when it is another value. Of the tree
 * each float 32 is the same number as a float 64 then, and each NaN is like another, as in JSON. */
void fuzz_require_round_trip(pier_tree *tree);

#endif
