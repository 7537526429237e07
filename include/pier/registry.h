/* Registries: the classes that a loader accepts, by full name.
 *
 * Floor 5 (record). Where the stream decides of which class a value is, the registry says which classes there are: for
 * the records of a stream that has several classes, and for fields of kind any. It is the allow-list as well: no struct
 * of a class that is not in it is ever made. */
#ifndef PIER_REGISTRY_H
#define PIER_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/any.h>
#include <pier/archive.h>
#include <pier/class.h>
#include <pier/tree.h>

typedef struct pier_registry pier_registry;

/* Makes an empty registry.
 * out: owned: freed by pier_registry_destroy; NULL on failure. allocator: copied; NULL: pier_allocator_default().
 * Returns PIER_OK or PIER_NO_MEMORY. */
PIER_API pier_status pier_registry_create(pier_registry **out, const pier_allocator *allocator) PIER_MUST_USE;

/* Frees the registry; its classes stay. NULL is allowed. */
PIER_API void pier_registry_destroy(pier_registry *registry);

/* Adds a class, which is borrowed while the registry lives. The same class may be added again, and so may one that is
 * defined alike, in another source file for instance: then the first stays.
 * Returns PIER_OK; PIER_USAGE: another class has this name, or the class was compiled for another version of
 * pier_class; PIER_NO_MEMORY. Nothing was added when it fails. */
PIER_API pier_status pier_registry_add(pier_registry *registry, const pier_class *class_to_add) PIER_MUST_USE;

/* Returns the class with this full name, or NULL. Takes log n steps. */
PIER_API const pier_class *pier_registry_find(const pier_registry *registry, pier_text name);

/* Returns how many classes there are. */
PIER_API size_t pier_registry_count(const pier_registry *registry);

/* Returns the class at `index`, from 0, by ascending name (bytes); NULL for an index that is too large. */
PIER_API const pier_class *pier_registry_at(const pier_registry *registry, size_t index);

/* What becomes of a value of kind any whose class the registry does not have. */
typedef enum pier_unknown {
    PIER_UNKNOWN_KEEP = 0,  /* it is kept as it came: see pier/any.h */
    PIER_UNKNOWN_REFUSE = 1 /* the record is refused: PIER_UNKNOWN_CLASS */
} pier_unknown;

/* Chooses the classes that values of kind any may have in a loading archive. Until it is called there are none, and all
 * such values are kept as they came.
 * registry: borrowed while the archive uses it; NULL: none.
 * Returns PIER_OK; PIER_USAGE when the archive stores; PIER_NO_MEMORY. Does not stick. */
PIER_API pier_status pier_archive_set_registry(pier_archive *archive, const pier_registry *registry,
                                               pier_unknown unknown) PIER_MUST_USE;

/* Loads the current record, after pier_archive_next answered PIER_OK, as the class that it is of, if the registry has
 * it.
 * arena: where the struct and all that it holds go; NULL: into the archive's own, with text and bytes borrowed, until
 * it moves to the next record. tree: NULL, or gets the record when it has no class or one that the registry does not
 * have, as pier_tree_load does. found: type and record; when the registry does not have the class its name, borrowed
 * until the next record, and `raw`, the record; all zero on failure.
 * Returns PIER_OK: `found->type` is the class, or NULL and the tree has the record; PIER_SKIPPED, without a tree: there
 * is no such class, pier_archive_error names it, and pier_archive_next goes on; PIER_USAGE, which does not stick; or as
 * pier_load_record and pier_tree_load. Never blocks. */
PIER_API pier_status pier_load_any(pier_archive *archive, const pier_registry *registry, pier_arena *arena,
                                   pier_tree *tree, pier_any *found) PIER_MUST_USE;

#endif
