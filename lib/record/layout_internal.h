/* Structs that no compiler has laid out: where the fields of a class made at run time lie.
 *
 * Floor 5 (record). Knows tables, and neither where they come from nor how their records are stored. Whoever makes a
 * class fills in what its fields are (kind, flags, capacity, count_max, type, oneof) and lets this find places for
 * them. The structs are laid out as C would, but for their alignment: it is the same for all, so that a size tells all
 * that is needed to put one struct into another. */
#ifndef PIER_RECORD_LAYOUT_INTERNAL_H
#define PIER_RECORD_LAYOUT_INTERNAL_H

#include <pier/class.h>

enum {
    /* More than that is never a struct, and less than what offsets can be. */
    PIER__RECORD_BYTES_MAX = 1 << 24
};

/* Lays out the struct of a class. Every class that a field's value is of, without a pointer or a list in between, is
 * laid out already. fields, oneofs: the tables of the class, of `field_count` and `oneof_count`; their places are set.
 * Returns false when the struct would have more than PIER__RECORD_BYTES_MAX bytes. */
bool pier__layout_class(pier_class *laid, pier_field *fields, pier_oneof *oneofs);

/* Sets the size of the elements of repeated fields, when all classes are laid out. */
void pier__layout_elements(const pier_class *laid, pier_field *fields);

/* Whether a field's value lies in the struct itself, as a record of its type. */
bool pier__layout_is_inline_record(const pier_field *field);

#endif
