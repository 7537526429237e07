/* Values become typed records: what `pier dump` prints of a record is checked against its class, and is a record again.
 *
 * Part of the command. docs/values.md lists how a typed record reads as a value: enums by name, oneofs as the member
 * that is set, values of any class with "@type", graphs with "@objects", "@id" and "@ref". Besides, texts are taken
 * where JSON of protobuf has them: base64 for bytes, dates for times, numbers as the keys of a map; a float may be
 * written as an integer, and for one of 32 bits the nearest to a number is taken. What a class does not have is an
 * error. */
#ifndef TYPED_RECORD_H
#define TYPED_RECORD_H

#include <stdint.h>

#include <pier/allocator.h>
#include <pier/class.h>
#include <pier/registry.h>
#include <pier/value.h>

typedef struct typed_record typed_record;

/* Makes what turns values into records of a class. type: borrowed, also by every archive that a record is stored in.
 * registry: the classes that values of any class may have; borrowed. allocator: copied; NULL for the default. Returns
 * PIER_OK, or a failure, with the error filled; `out` is NULL then. */
pier_status typed_record_create(typed_record **out, const pier_class *type, const pier_registry *registry,
                                uint64_t record_bytes_max, const pier_allocator *allocator, pier_error *error);

/* NULL is allowed. */
void typed_record_destroy(typed_record *record);

/* Makes of a value the record, instead of the one before. Returns PIER_OK, or a failure, with what is wrong and the
 * path of the field in the error; no value can be taken after a failure. */
pier_status typed_record_take(typed_record *record, const pier_value *value, pier_error *error);

/* Stores the record that was taken. May be called again. Returns as pier_store_record. */
pier_status typed_record_store(const typed_record *record, pier_archive *archive);

#endif
