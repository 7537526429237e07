/* What the fuzz entries of records share: any bytes as a record of a class, by its codec and by its table.
 *
 * Each traps when a promise is broken. A struct is at most FUZZ_RECORD_BYTES large, and all zero may be stored. */
#ifndef PIER_TESTS_RECORD_WAYS_FUZZ_H
#define PIER_TESTS_RECORD_WAYS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include <pier/record.h>

enum { FUZZ_RECORD_BYTES = 1 << 15 };

/* The codec keeps to memory that ends with the padding. */
void fuzz_try_codec(const pier_class *type, const uint8_t *data, size_t size);

/* Both ways give the same record, or the same error at the same byte. */
void fuzz_compare_ways(const pier_class *type, const uint8_t *data, size_t size);

/* The bytes are a plain stream, each value of which is a record of the class: nothing breaks. */
void fuzz_load_plain(const pier_class *type, const uint8_t *data, size_t size);

#endif
