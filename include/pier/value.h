/* Dynamic values: what any record holds, as a tree, read without a schema.
 *
 * Floor 4 (archive). A value belongs to a tree (tree.h), which makes it, owns its memory and alone may change it. A
 * pointer to a value holds until its tree is reset, loaded anew or destroyed; values that are appended later do not
 * move it. Every call here takes NULL for a value that is not there, so that lookups may be put into one another and
 * only the last answer is looked at. A lookup gives a pointer that can be changed with the functions of tree.h, even
 * when it is asked of a const value, as strchr does: the tree that they want is what guards a value. None of these
 * calls blocks or takes memory, except where it says so. Values may be read by many threads while nobody changes their
 * tree.
 *
 * What is equal: values of the same kind with the same content. An integer is a number, however it was stored. A
 * float32 is never equal to a float64, nor a float to an integer; floats are compared by their bits, so that a NaN is
 * equal to itself and -0.0 is not 0.0. Arrays and maps are equal when what they hold is, in its order: pier_tree_sort
 * makes the order of maps the same first, where it does not matter.
 *
 * Keys that come twice: a map keeps all the pairs that it was given, in their order, and a lookup finds the first. Text
 * that is not UTF-8 is kept as it is. A tree may be told to refuse both (pier_tree_options). */
#ifndef PIER_VALUE_H
#define PIER_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/load.h>

/* A value in a tree; see pier_kind (load.h) for what it can be. */
typedef struct pier_value pier_value;

/* Walking -------------------------------------------------------------------------------------------------------- */

/* Returns the kind of the value; PIER_KIND_NONE for NULL. */
PIER_API pier_kind pier_value_kind(const pier_value *value);

/* Returns the value whole, as pier_load_token gives it: of an array or map only its count. Text and bytes are borrowed
 * as long as the value lives. */
PIER_API pier_token pier_value_token(const pier_value *value);

/* Returns how many elements an array or pairs a map has; 0 for all else. */
PIER_API uint32_t pier_value_count(const pier_value *value);

/* Returns the first element of an array or the first key of a map; NULL when there is none. */
PIER_API pier_value *pier_value_first(const pier_value *value);

/* Returns what follows in the same array or map: of a map, keys and their values take turns. NULL behind the last. */
PIER_API pier_value *pier_value_next(const pier_value *value);

/* Returns the array or map that holds the value; NULL for a root. Takes time as there are values behind it. */
PIER_API pier_value *pier_value_parent(const pier_value *value);

/* Returns the element of an array at `index`, from 0; NULL when there is none. At once in an array that was loaded. */
PIER_API pier_value *pier_value_at(const pier_value *value, uint32_t index);

/* Returns the value of the pair of a map at `index`, from 0; NULL when there is none.
 * key: NULL, or gets the pair's key (NULL when there is none). */
PIER_API pier_value *pier_value_pair_at(const pier_value *value, uint32_t index, pier_value **key);

/* Returns the value of the first pair of a map whose key is this text; NULL when there is none, and when the value is
 * no map. Looks at one key after the other. */
PIER_API pier_value *pier_value_find(const pier_value *value, const char *key);
PIER_API pier_value *pier_value_find_text(const pier_value *value, pier_text key);

/* Returns the value of the first pair of a map whose key is equal to `key`, whatever its kind; NULL as above. */
PIER_API pier_value *pier_value_find_key(const pier_value *value, const pier_value *key);

/* Reading: what must fit or else is something else --------------------------------------------------------------- */

/* Returns the value, or `otherwise` when there is none, when it is of another kind, and when the number does not
 * fit. */
PIER_API bool pier_value_bool(const pier_value *value, bool otherwise);
PIER_API uint64_t pier_value_u64(const pier_value *value, uint64_t otherwise);
PIER_API int64_t pier_value_i64(const pier_value *value, int64_t otherwise);
PIER_API uint32_t pier_value_u32(const pier_value *value, uint32_t otherwise);
PIER_API int32_t pier_value_i32(const pier_value *value, int32_t otherwise);

/* Returns a float of either width, or `otherwise`. */
PIER_API double pier_value_f64(const pier_value *value, double otherwise);

/* Returns any number, an integer too, as the nearest float64; or `otherwise`. For what comes from peers whose numbers
 * are all of one kind. */
PIER_API double pier_value_number(const pier_value *value, double otherwise);

/* Returns the value, borrowed as long as it lives; empty (for a time: 0) when it is of another kind. */
PIER_API pier_text pier_value_text(const pier_value *value);
PIER_API pier_bytes pier_value_bytes(const pier_value *value);
PIER_API pier_ext pier_value_ext(const pier_value *value);
PIER_API pier_time pier_value_time(const pier_value *value);

/* Returns whether the value is this text. */
PIER_API bool pier_value_is_text(const pier_value *value, const char *text);

/* Reading: with an error that tells where ------------------------------------------------------------------------ */

/* Gets the value. out: set in every case, to 0 or empty after a failure. error: NULL, or filled on failure, with the
 * path of the value (pier_value_path).
 * Returns PIER_OK; PIER_NOT_FOUND for NULL; PIER_TYPE for another kind; PIER_RANGE for a number that the type cannot
 * hold. A float32 fits into f64; a float64 fits into f32 when that holds it exactly. */
PIER_API pier_status pier_value_get_bool(const pier_value *value, bool *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_u64(const pier_value *value, uint64_t *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_i64(const pier_value *value, int64_t *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_u32(const pier_value *value, uint32_t *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_i32(const pier_value *value, int32_t *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_f32(const pier_value *value, float *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_f64(const pier_value *value, double *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_text(const pier_value *value, pier_text *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_bytes(const pier_value *value, pier_bytes *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_ext(const pier_value *value, pier_ext *out, pier_error *error) PIER_MUST_USE;
PIER_API pier_status pier_value_get_time(const pier_value *value, pier_time *out, pier_error *error) PIER_MUST_USE;

/* Comparing ------------------------------------------------------------------------------------------------------ */

/* Returns whether two values are equal, as the head of this file says; NULL is equal to NULL alone. */
PIER_API bool pier_value_equal(const pier_value *a, const pier_value *b);

/* Compares two values in a total order that agrees with pier_value_equal. Returns below 0, 0, or above 0.
 * The kinds come as NULL, nil, bool, integer, float32, float64, text, bytes, array, map, ext, time. Within a kind:
 * false before true; numbers by size, -0.0 before 0.0, a negative NaN before and a positive one behind all numbers;
 * text and bytes by their bytes, what is shorter before what it begins; arrays and maps by what they hold, likewise; an
 * ext by its type and then its bytes. */
PIER_API int pier_value_compare(const pier_value *a, const pier_value *b);

/* Paths ---------------------------------------------------------------------------------------------------------- */

/* A path leads from a value to one within it: steps in a row, none for the value itself.
 *
 *     name        in front, the value of the key that is this text: any bytes but . [ ] { } "
 *     .name       the same, behind another step
 *     ["name"]    the same for any text, written as JSON writes it
 *     [3]         the element of an array, from 0; [-1] is the last; of a map the value whose key is this integer
 *     {3}         the value of the pair of a map at this place, from 0, whatever its key is
 *
 * Follows a path. out: NULL on failure. error: NULL, or filled on failure: its offset is the byte in `path` where the
 * step begins that fails, its path how far the path led.
 * Returns PIER_OK; PIER_USAGE when the text is not a path; PIER_NOT_FOUND when there is no such key or element, or no
 * value; PIER_TYPE when a step leads into what holds nothing of its sort. */
PIER_API pier_status pier_value_resolve(const pier_value *value, const char *path, pier_value **out,
                                        pier_error *error) PIER_MUST_USE;

/* Returns PIER_OK when the text is a path; PIER_USAGE, with the error filled as above, when it is not. */
PIER_API pier_status pier_path_check(const char *path, pier_error *error) PIER_MUST_USE;

/* Writes the path that leads from its root to the value into `buffer`, always terminated and cut at `capacity_bytes`;
 * a key has the path of its value. Returns the length that the whole path has, as snprintf does. `buffer` may be NULL
 * when `capacity_bytes` is 0. Takes time as there are values around it. */
PIER_API size_t pier_value_path(const pier_value *value, char *buffer, size_t capacity_bytes);

/* Printing ------------------------------------------------------------------------------------------------------- */

/* Choices of pier_value_print. Zero it, set what differs, and set `size`. */
typedef struct pier_print_options {
    size_t size;                     /* sizeof(pier_print_options) */
    const pier_allocator *allocator; /* for maps of more than 16 pairs, while it prints; NULL: the default one */
    bool colours;                    /* for a terminal: keys, text and all else in colours (ECMA-48, SGR) */
} pier_print_options;

/* Prints a value as JSON on one line, in the form of the pier command, which docs/values.md lists: integers and floats
 * apart, floats as the shortest text that is the same number, and all that JSON lacks as an object with one key that
 * begins with $. What is printed says all that the value is, but for a float32, which is printed as the number that it
 * is. NULL prints nothing.
 * options: NULL for none. buffer: gets the text, terminated and cut at `capacity_bytes`; may be NULL when that is 0.
 * length: gets the length of the whole text without its terminator: when it is not below `capacity_bytes`, the text was
 * cut. Returns PIER_OK; PIER_NO_MEMORY, with an empty text; PIER_USAGE for a wrong size of the options. */
PIER_API pier_status pier_value_print(const pier_value *value, const pier_print_options *options, char *buffer,
                                      size_t capacity_bytes, size_t *length) PIER_MUST_USE;

/* Storing -------------------------------------------------------------------------------------------------------- */

/* Stores a value with all that it holds, between pier_archive_begin and pier_archive_end, as the calls of store.h do: a
 * record is one, or one has several in an array. NULL is stored as nil. Integers take their smallest form. */
PIER_API void pier_store_value(pier_archive *archive, const pier_value *value);

#endif
