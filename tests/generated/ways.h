/* The ways a record can go: by its codec, and by its table; and what came of it.
 *
 * Everything here fails the running test when the two differ. */
#ifndef PIER_TESTS_GENERATED_WAYS_H
#define PIER_TESTS_GENERATED_WAYS_H

#include "generated/classes.h"
#include "record/record_support.h"

/* Stores a record by its codec, in memory of exactly the size that it measures. Returns what `to` got; 0 when the codec
 * refuses. */
size_t test_put(const pier_class *type, const void *record, uint8_t *to, size_t capacity);

/* Stores a record into an archive by its own class, by a program of its table, and by tokens. Asserts that all answer
 * the same: bytes and definition, or status and path. Returns the status. */
pier_status test_store_ways(const pier_class *type, const void *record, const pier_archive_options *options);

/* Loads bytes as a record, by the class's codec, by a program of its table and by tokens, with and without an arena of
 * the caller's. Asserts that all answer the same: status, offset and path, or records. `record` gets it when it is
 * loaded, with what it points to in the arena. Returns the status. */
pier_status test_load_ways(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena,
                           const pier_archive_options *options);

/* Whether there can be a writer whose class has another version: not when the class reaches itself, as it would be
 * there in both. */
bool test_can_plan(const pier_class *type);

/* The same as test_load_ways for bytes of a writer whose class has another version, so that they are loaded through a
 * plan. */
pier_status test_plan_ways(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena,
                           const pier_archive_options *options);

/* The same as test_load_ways for bytes that are a plain stream. */
pier_status test_plain_ways(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena);

/* Loads the records of a plain stream in a run, and one by one by tokens, up to its end or the first error. Asserts
 * that all is the same. */
void test_plain_run(const pier_class *type, const uint8_t *bytes, size_t size);

/* Loads bytes by the codec alone, from memory that ends with the padding: a sanitizer sees what reads behind it.
 * Returns whether it took them; then the record is in `record` and the arena. */
bool test_take(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena);

/* Asserts that two records are equal. */
void assert_equal_records(const pier_class *type, const void *one, const void *other);

#endif
