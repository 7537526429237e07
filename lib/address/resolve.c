/* Look-ups that wait.
 *
 * Floor 1 (address). Drives a resolver with a poll of its own, and nothing else. Has no state: any thread may call
 * it. */
#include <pier/resolve.h>

#include "address/platform_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

_Static_assert(PIER_RESOLVE_HANDLES_MAX <= PIER__POLL_HANDLES_MAX, "all handles can be polled at once");

/* Waits until the resolver wants to go on. */
static pier_status await(const pier_resolver *resolver, pier_error *error) {
    pier_interest interests[PIER_RESOLVE_HANDLES_MAX];
    size_t count = pier_resolver_interests(resolver, interests, PIER_RESOLVE_HANDLES_MAX);
    int os_error = pier__platform_poll(interests, count, pier_resolver_next(resolver));
    if (os_error != 0) {
        char words[PIER__OS_WORDS_BYTES];
        return pier__error_set(error, pier__os_failure(os_error), PIER_FLOOR_ADDRESS, os_error,
                               "waiting for the name servers failed: %s", pier__os_words(os_error, words));
    }
    return PIER_OK;
}

/* Steps and waits until the look-up ends. */
static pier_status drive(pier_resolver *resolver, pier_error *error) {
    for (;;) {
        pier_status status = pier_resolver_step(resolver);
        if (status != PIER_WOULD_BLOCK) {
            if (status != PIER_OK && error != NULL) {
                *error = *pier_resolver_error(resolver);
            }
            return status;
        }
        status = await(resolver, error);
        if (status != PIER_OK) {
            return status;
        }
    }
}

pier_status pier_address_resolve(const char *text, pier_address *addresses, size_t capacity, size_t *count,
                                 pier_deadline deadline, const pier_resolve_options *options, pier_error *error) {
    pier_resolver *resolver = NULL;
    if (count != NULL) {
        *count = 0;
    }
    if (text == NULL || addresses == NULL || capacity == 0 || count == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0,
                               "text, addresses and count may not be NULL, nor capacity 0");
    }
    if (options != NULL && options->done != NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0,
                               "done is for a pier_resolver; this call waits");
    }
    pier_status status = pier_resolver_start(&resolver, text, deadline, options, error);
    if (status != PIER_OK) {
        return status;
    }
    status = drive(resolver, error);
    if (status == PIER_OK) {
        status = pier_resolver_result(resolver, addresses, capacity, count);
    } else if (status == PIER_TIMEOUT && deadline == PIER_NOW) {
        status = PIER_WOULD_BLOCK;
        if (error != NULL) {
            error->status = status;
        }
    }
    pier_resolver_destroy(resolver);
    return status;
}
