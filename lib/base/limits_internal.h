/* How the floors take the limits that a program gives.
 *
 * Floor 0 (base). Knows nothing of what is limited. Has no state: any thread may use it. */
#ifndef PIER_BASE_LIMITS_INTERNAL_H
#define PIER_BASE_LIMITS_INTERNAL_H

#include <pier/error.h>
#include <pier/limits.h>

/* Makes the limits that hold: the given ones, with the default in each field that is 0.
 * given: NULL for all defaults. resolved: filled on success, zeroed on failure. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for a `size` that this version does not know and for a field above its highest value;
 * the error's path names the field. */
pier_status pier__limits_resolve(const pier_limits *given, pier_limits *resolved, pier_error *error) PIER_MUST_USE;

#endif
