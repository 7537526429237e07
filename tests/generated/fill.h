/* Records of any class, filled at random by its table, and bytes that say the same in other widths.
 *
 * Knows nothing of codecs. */
#ifndef PIER_TESTS_GENERATED_FILL_H
#define PIER_TESTS_GENERATED_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/pier.h>

/* Fills a record with valid values, different for each `state`; what it points to is in the arena. */
void test_fill(const pier_class *type, void *record, uint64_t *state, pier_arena *arena);

/* The same, with values of these classes in the fields of any class, which are left empty otherwise. */
void test_fill_any(const pier_class *type, void *record, uint64_t *state, pier_arena *arena,
                   const pier_class *const *any_types, size_t any_count);

/* Makes one field of a record such that it may not be stored. Returns false when the class has none that can be. */
bool test_spoil(const pier_class *type, void *record, uint64_t *state);

/* The same of a record, or of one of the records within it, at whatever depth. */
bool test_spoil_within(const pier_class *type, void *record, uint64_t *state);

/* Copies MessagePack values, many of them in wider forms than need be: of numbers, heads and lengths. `to` has room for
 * 9 times `size` bytes. Returns how many it got. */
size_t test_widen(const uint8_t *bytes, size_t size, uint8_t *to, uint64_t *state);

#endif
