/* Random numbers from the system, for identities; not a generator.
 *
 * Floor 0 (base). Any thread may use it. */
#ifndef PIER_BASE_RANDOM_INTERNAL_H
#define PIER_BASE_RANDOM_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/* Gets a random number that is not 0. Returns false when the system gives none. */
bool pier__random_u64(uint64_t *number);

#endif
