/* What can be done with a record of any class: made, copied, freed, compared and printed, as the class's table says.
 *
 * Floor 5 (record). Knows nothing of archives. Schemas give each struct functions that call these. Records may be as
 * deep as archives take them: 1,024 records in one another (PIER_DEPTH_MAX_HIGHEST). None of these blocks. */
#ifndef PIER_RECORD_GENERIC_H
#define PIER_RECORD_GENERIC_H

#include <stddef.h>

#include <pier/allocator.h>
#include <pier/arena.h>
#include <pier/class.h>

/* Makes an empty record of the memory at `record`, whatever was in it: every field is its default, or zero, which is
 * absent, empty, and no member of a oneof. Owns nothing. */
PIER_API void pier_record_init(const pier_class *class_of_record, void *record);

/* Copies a record with all that it holds. The objects that it refers to are copied, too, each once, so that the copy is
 * a graph of the same shape.
 * to: the copy's struct; it must not overlap `from`. arena: text, bytes, lists, and what pointers point to, go there,
 * so that nothing of the copy refers to `from`; it is freed with the arena. Fields that are absent are their default or
 * zero in the copy.
 * Returns PIER_OK; PIER_NO_MEMORY or PIER_LIMIT (of the arena; records too deep in one another, or in a circle);
 * PIER_RANGE (a count above its capacity, or of a list that is NULL; a value of kind any whose record is NULL). On
 * failure the copy is all zero and the arena as it was before. */
PIER_API pier_status pier_record_copy(const pier_class *class_of_record, const void *from, pier_arena *arena,
                                      void *to) PIER_MUST_USE;

/* As pier_record_copy, but the copy is a thing of its own, with struct and all.
 * allocator: copied; NULL: pier_allocator_default(). out: owned: freed by pier_record_free; NULL on failure. */
PIER_API pier_status pier_record_clone(const pier_class *class_of_record, const void *from,
                                       const pier_allocator *allocator, void **out) PIER_MUST_USE;

/* Frees what pier_record_clone made, in one go, however deep it is. NULL is allowed. */
PIER_API void pier_record_free(void *record);

/* Compares two records of one class, in a total order. Returns a number below, at or above 0.
 * The first field that differs decides, by ascending number. Absent comes before present; of a oneof the number of the
 * member comes before its value. Numbers, enums, times and durations have the order of their values, floats that of
 * IEEE 754's totalOrder: -NaN, -infinity, … -0, 0, … infinity, NaN, so that NaN equals itself and -0 is below 0. Text
 * and bytes go by their bytes, then their length; lists by their elements, then their count. Maps are compared as lists
 * of pairs, in the order that they have: it travels with them. What lies deeper than archives take it counts as equal.
 * Shared references are equal when both lead to the same place of their graphs, as those are walked from the root on,
 * and the objects there are equal. That takes memory (malloc); without it graphs count as different. A value of any
 * class goes by the name of its class first. */
PIER_API int pier_record_compare(const pier_class *class_of_record, const void *one, const void *other);

/* Writes a record as JSON on one line, without a line end, as `pier dump` prints it: an object with the names of the
 * fields; enums are the names of their values where they have one. Absent fields are left out. What JSON lacks is as
 * docs/values.md has it; so are graphs and values of any class.
 * buffer: gets the text, terminated and cut at `capacity_bytes`; may be NULL when that is 0. Returns the length of the
 * whole text, as snprintf does. What lies deeper than archives take it is null.
 * Graphs, and maps with more than 16 keys of text, take memory meanwhile (malloc): without it references are null, and
 * such a map is printed as one whose keys come twice. */
PIER_API size_t pier_record_print(const pier_class *class_of_record, const void *record, char *buffer,
                                  size_t capacity_bytes);

#endif
