/* Single values as the plain form of a field: see plain_form.h.
 *
 * Part of the command. */
#ifndef PLAIN_SCALAR_H
#define PLAIN_SCALAR_H

#include <stddef.h>

#include <pier/allocator.h>
#include <pier/class.h>
#include <pier/value.h>

/* Room for what a text in base64 holds, kept from one to the next. */
typedef struct plain_scratch {
    pier_allocator allocator;
    void *data;
    size_t capacity;
} plain_scratch;

/* Stores a value of a field that is no record and of no class of its own, or as it is when it is of another kind: the
 * library tells that when it loads it. Returns NULL, or what was expected where a value stands that is no such thing;
 * "" when there was no memory. */
const char *plain_scalar_store(pier_archive *archive, const pier_field *field, const pier_value *value,
                               plain_scratch *scratch);

/* Stores the key of a map: a text that is an integer, true or false becomes that when the map has such keys. */
void plain_scalar_store_key(pier_archive *archive, const pier_field *key, const pier_value *value);

#endif
