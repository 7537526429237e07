/* Powers of ten as binary fractions, for value_number.c: the smallest number of 128 bits that is not below the power,
 * when both are shifted so that the first bit is set.
 *
 * Floor 4 (archive). */
#ifndef PIER_ARCHIVE_VALUE_POWERS_INTERNAL_H
#define PIER_ARCHIVE_VALUE_POWERS_INTERNAL_H

#include <stdint.h>

typedef struct pier__power_of_ten {
    uint64_t high;
    uint64_t low;
} pier__power_of_ten;

/* The exponents that doubles need: from the greatest double's to the least denormal's. */
#define PIER__POWER_LOWEST (-292)
#define PIER__POWER_HIGHEST 324

extern const pier__power_of_ten pier__powers_of_ten[PIER__POWER_HIGHEST - PIER__POWER_LOWEST + 1];

#endif
