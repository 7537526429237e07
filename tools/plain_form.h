/* Values as the plain form of a record of a class: the map by field name that proto/wire.md has for plain streams.
 *
 * Part of the command; used by typed_record.c. What only looks at the shape is done here: which fields there are, what
 * stands for a class, an object, a reference. Whether a value fits its field is for the library to say when it loads
 * what was stored. */
#ifndef PLAIN_FORM_H
#define PLAIN_FORM_H

#include <stddef.h>

#include <pier/class.h>
#include <pier/registry.h>
#include <pier/value.h>

typedef struct plain_form plain_form;

/* Returns NULL when there is no memory. registry: borrowed. allocator: copied. */
plain_form *plain_form_create(const pier_registry *registry, const pier_allocator *allocator);

/* NULL is allowed. */
void plain_form_destroy(plain_form *form);

/* Stores a value as a record of the class, within a record of a plain archive. Returns PIER_OK, or a failure, with what
 * is wrong and the path of the field in the error; what was stored is to be abandoned then. */
pier_status plain_form_store(plain_form *form, pier_archive *archive, const pier_class *type, const pier_value *value,
                             pier_error *error);

#endif
