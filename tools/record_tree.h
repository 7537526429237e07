/* The trees that the command holds records in.
 *
 * Part of the command. What a record may be was decided by the archive that it came from, or will be by the one that it
 * goes to; so the tree itself limits nothing. */
#ifndef RECORD_TREE_H
#define RECORD_TREE_H

#include <pier/tree.h>

/* How deep JSON may be nested: a {"$map":[[KEY,VALUE]]} nests three times as deep as the map that it stands for, and
 * limits.h allows 1,024. */
#define JSON_DEPTH_MAX 3136

/* Makes a tree whose text is borrowed from the records that are loaded into it. Returns NULL when memory ran out. */
pier_tree *record_tree_create(void);

#endif
