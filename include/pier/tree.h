/* Trees: making dynamic values, and loading any record as one.
 *
 * Floor 4 (archive); pier_tree_load and pier_tree_print are of floor 5, as they know the names of fields. A tree owns
 * its values (value.h) and their text in a few large pieces of memory: no value costs an allocation of its own, and a
 * tree that is used for one record after another soon asks for no more. What is replaced or removed keeps its memory
 * until the tree is reset.
 *
 * The calls that make values return nothing or the value, like arithmetic. What goes wrong (memory, a limit, a value
 * that belongs elsewhere) sticks in the tree: later calls change nothing and return NULL, which all of them take, and
 * pier_tree_status tells. Limits are kept cumulatively, so that they bound the memory of the tree: elements_max counts
 * the values ever made since the last reset, record_bytes_max the bytes of text ever copied. A tree may move between
 * threads and serves one at a time. None of these calls blocks. */
#ifndef PIER_TREE_H
#define PIER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/value.h>

typedef struct pier_tree pier_tree;

/* The largest value of pier_tree_options.depth_max. */
#define PIER_TREE_DEPTH_MAX_HIGHEST ((uint32_t)65535)

/* Choices at creation. Zero it, set what differs, and set `size`. */
typedef struct pier_tree_options {
    size_t size;                     /* sizeof(pier_tree_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied */
    const pier_limits *limits; /* NULL: the defaults of limits.h; copied. record_bytes_max, text_bytes_max, depth_max
                                        and elements_max hold for a tree */
    uint32_t depth_max; /* how deep values may be made, when that is more than a record may be, for trees of other
                                formats; 0: as limits say; at most 65,535. Records are held to the limits all the same */
    bool borrows;       /* text and bytes of a loaded or parsed record are not copied: they hold as long as the record's
                                bytes do */
    bool refuses_duplicates; /* a record with a map in which two keys are equal is refused: PIER_PROTOCOL */
    bool refuses_bad_text;   /* a record with text that is not UTF-8 is refused: PIER_TEXT */
} pier_tree_options;

/* Makes a tree whose root is nil.
 * out: owned: freed by pier_tree_destroy; NULL on failure. options: NULL for none. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for options or limits that are out of range; PIER_NO_MEMORY. */
PIER_API pier_status pier_tree_create(pier_tree **out, const pier_tree_options *options,
                                      pier_error *error) PIER_MUST_USE;

/* Frees the tree with all its values. NULL is allowed. */
PIER_API void pier_tree_destroy(pier_tree *tree);

/* Makes the root nil and forgets a failure. The memory is kept for what comes, unless it is more than a MiB. */
PIER_API void pier_tree_reset(pier_tree *tree);

/* Returns the root; never NULL. It is the same pointer as long as the tree lives. */
PIER_API pier_value *pier_tree_root(pier_tree *tree);

/* Returns PIER_OK, or the failure that sticks: PIER_NO_MEMORY, PIER_LIMIT, PIER_RANGE (nanoseconds above 999,999,999),
 * PIER_TYPE (elements for what is no array, pairs for what is no map), PIER_USAGE, or what loading or parsing
 * answered. */
PIER_API pier_status pier_tree_status(const pier_tree *tree);

/* Returns the failure in full, with the path of the value that it happened to; borrowed until the next call. */
PIER_API const pier_error *pier_tree_error(const pier_tree *tree);

/* Loading -------------------------------------------------------------------------------------------------------- */

/* Loads the current record of an archive as the tree's root, after pier_archive_next answered PIER_OK; what the tree
 * held is gone. A typed record of a framed stream becomes a map of field name to value, nested ones too, fields without
 * a value left out; every other record is what it is. docs/values.md tells what enums, durations, maps, oneofs, values
 * of any class and graphs become. What the record does not agree with in its definition stays as it is. Text and bytes
 * are copied, or borrowed until the next record (pier_tree_options.borrows).
 * Returns PIER_OK; PIER_NO_MEMORY, PIER_LIMIT, PIER_PROTOCOL or PIER_TEXT of the tree, which sticks in the tree alone
 * and whose offsets are as those of the archive's errors; PIER_USAGE without a record; or the failure of the archive,
 * which sticks in both: PIER_UNKNOWN_CLASS for a value of a class that the stream has not defined, too. After a failure
 * the root is nil. */
PIER_API pier_status pier_tree_load(pier_tree *tree, pier_archive *archive) PIER_MUST_USE;

/* Prints the current record of an archive as pier_tree_load and pier_value_print together would, several times faster:
 * most records are printed from their bytes, without a value made of any. The tree is for the others; what it holds
 * afterwards is not told, and its limits hold. options, buffer, capacity_bytes, length: as in pier_value_print.
 * Returns as pier_tree_load, and PIER_USAGE for a wrong size of the options; the text is empty after a failure. */
PIER_API pier_status pier_tree_print(pier_tree *tree, pier_archive *archive, const pier_print_options *options,
                                     char *buffer, size_t capacity_bytes, size_t *length) PIER_MUST_USE;

/* Loads the next value of the current record with all that it holds, as the calls of load.h do, into `value` of the
 * tree, which keeps what else it held. A failure of the archive leaves nil; one of the tree sticks in the tree, and the
 * archive has passed over the value. */
PIER_API void pier_load_value(pier_archive *archive, pier_tree *tree, pier_value *value);

/* Parses `bytes`, one whole MessagePack value and nothing behind it, as the tree's root; what the tree held is gone.
 * Returns PIER_OK; PIER_PROTOCOL (a byte that begins no value, bytes behind the value, keys that are refused);
 * PIER_TRUNCATED; PIER_LIMIT; PIER_TEXT; PIER_NO_MEMORY; each sticks in the tree, whose error has the offset in
 * `bytes`. After a failure the root is nil. No memory is taken for what is not there. */
PIER_API pier_status pier_tree_parse(pier_tree *tree, pier_bytes bytes) PIER_MUST_USE;

/* Making --------------------------------------------------------------------------------------------------------- */

/* Makes a value of the tree what the name says, whatever it was. Text and bytes are copied. */
PIER_API void pier_tree_set_nil(pier_tree *tree, pier_value *value);
PIER_API void pier_tree_set_bool(pier_tree *tree, pier_value *value, bool content);
PIER_API void pier_tree_set_u64(pier_tree *tree, pier_value *value, uint64_t content);
PIER_API void pier_tree_set_i64(pier_tree *tree, pier_value *value, int64_t content);
PIER_API void pier_tree_set_f32(pier_tree *tree, pier_value *value, float content);
PIER_API void pier_tree_set_f64(pier_tree *tree, pier_value *value, double content);
PIER_API void pier_tree_set_text(pier_tree *tree, pier_value *value, pier_text content);
PIER_API void pier_tree_set_bytes(pier_tree *tree, pier_value *value, pier_bytes content);
PIER_API void pier_tree_set_ext(pier_tree *tree, pier_value *value, pier_ext content);
PIER_API void pier_tree_set_time(pier_tree *tree, pier_value *value, pier_time content);

/* Makes a value terminated text; NULL makes it nil. */
PIER_API void pier_tree_set_string(pier_tree *tree, pier_value *value, const char *content);

/* Makes a value text that is not copied: it must hold as long as the value is used. */
PIER_API void pier_tree_borrow_text(pier_tree *tree, pier_value *value, pier_text content);

/* Makes a value an empty array or map. */
PIER_API void pier_tree_set_array(pier_tree *tree, pier_value *value);
PIER_API void pier_tree_set_map(pier_tree *tree, pier_value *value);

/* Appends an element to an array, or a pair to a map, and returns it, nil at first: of a pair its value.
 * key: gets the key of the pair, nil at first. The keys that are there are not looked at. */
PIER_API pier_value *pier_tree_append(pier_tree *tree, pier_value *array);
PIER_API pier_value *pier_tree_append_pair(pier_tree *tree, pier_value *map, pier_value **key);

/* Appends a pair with this text for its key, copied, and returns its value. The keys that are there are not looked at:
 * for many pairs, whose keys differ. */
PIER_API pier_value *pier_tree_append_key(pier_tree *tree, pier_value *map, const char *key);

/* Returns the value of the key that is this text, of a new pair when there is none. Looks at one key after the
 * other. */
PIER_API pier_value *pier_tree_put(pier_tree *tree, pier_value *map, const char *key);
PIER_API pier_value *pier_tree_put_text(pier_tree *tree, pier_value *map, pier_text key);

/* Takes the element of an array or the pair of a map at `index` out; those behind it move up, so that pointers to them
 * are then pointers to what followed. Nothing happens when there is none. */
PIER_API void pier_tree_remove(pier_tree *tree, pier_value *container, uint32_t index);

/* Makes a value a copy of `from`, which may belong to any tree, with all that it holds; NULL makes it nil. */
PIER_API void pier_tree_copy(pier_tree *tree, pier_value *value, const pier_value *from);

/* Makes a value of the tree what `from`, another value of the same tree, is, and `from` nil; nothing is copied. Fails
 * with PIER_USAGE when `value` lies within `from`. */
PIER_API void pier_tree_move(pier_tree *tree, pier_value *value, pier_value *from);

/* Looks for a key of a map that is equal to one before it. pair: gets the place of the first such pair, from 0.
 * Returns whether there is one; false when memory runs out for it, which sticks in the tree. */
PIER_API bool pier_tree_find_duplicate(pier_tree *tree, const pier_value *map, uint32_t *pair);

/* Sorts the pairs of a map by their keys (pier_value_compare), and of every map within; keys that are equal keep their
 * order. Where the order of pairs does not matter, values are equal when they are equal after this. */
PIER_API void pier_tree_sort(pier_tree *tree, pier_value *value);

#endif
