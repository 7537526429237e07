/* In which fields two records differ.
 *
 * Part of the command. The order of the fields of a map does not matter, that of the elements of an array does; an
 * integer is a number, whatever its width, and no float. */
#ifndef RECORD_DIFF_H
#define RECORD_DIFF_H

#include <pier/tree.h>

#include "ignored.h"

/* Told for each difference, with the path that leads to it; NULL: there is no such value in that record. */
typedef void record_diff_tell(void *user, const char *path, const pier_value *expected, const pier_value *found);

/* Compares the roots of two trees, whose maps are sorted by that. */
void record_diff(pier_tree *expected, pier_tree *found, const ignored *fields, record_diff_tell *tell, void *user);

#endif
