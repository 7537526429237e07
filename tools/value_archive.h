/* Values between a tree and an archive.
 *
 * Part of the command. A typed record becomes a map of field name to value, nested records too; absent fields are left
 * out. */
#ifndef VALUE_ARCHIVE_H
#define VALUE_ARCHIVE_H

#include <pier/archive.h>

#include "value.h"

/* Stores the tree, within a record that was begun. What is refused is told by pier_archive_end. */
void value_tree_store(const value_tree *tree, pier_archive *archive);

/* Loads the current record into the tree, which is cleared first and sealed afterwards; its text is borrowed until the
 * next record. Returns PIER_OK; PIER_NO_MEMORY of the tree; or the failure of the archive. */
pier_status value_tree_load(value_tree *tree, pier_archive *archive);

#endif
