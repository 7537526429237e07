/* Addresses given by names.
 *
 * Floor 1 (address). Asks the platform's resolver, and blocks as long as that does; numbers never reach it. Has no
 * state: any thread may call it. */
#include <pier/address.h>

#include <stdio.h>
#include <string.h>

#include "address/endpoint_internal.h"
#include "address/platform_internal.h"
#include "base/error_internal.h"

/* Fills the error of a look-up that failed: `what` and the name, with the resolver's own words unless the name is just
 * not known. */
static pier_status fail_lookup(pier_error *error, pier_status status, const char *what, const char *name,
                               pier__text_run run, const pier__lookup_fault *fault) {
    if (status == PIER_NOT_FOUND) {
        (void)pier__error_set(error, status, PIER_FLOOR_ADDRESS, fault->os_error,
                              "the system knows no %s of the name %.64s", what, name);
    } else {
        (void)pier__error_set(error, status, PIER_FLOOR_ADDRESS, fault->os_error, "looking up the %s %.64s failed: %s",
                              what, name, fault->words);
    }
    if (error != NULL) {
        error->offset = run.begin;
    }
    return status;
}

/* Looks up the port if it is a name, then the host if it is one. */
static pier_status look_up(const char *text, pier__endpoint *endpoint, pier_address *addresses, size_t capacity,
                           size_t *count, pier_error *error) {
    pier__lookup_fault fault = {0, ""};
    pier_address *address = &endpoint->address;
    if (endpoint->port_is_name) {
        char service[PIER__SERVICE_BYTES_MAX + 1];
        (void)snprintf(service, sizeof service, "%.*s", (int)endpoint->port.size, text + endpoint->port.begin);
        pier_status status =
            pier__platform_look_up_service(service, (pier_transport)address->transport, &address->port, &fault);
        if (status != PIER_OK) {
            return fail_lookup(error, status, "service", service, endpoint->port, &fault);
        }
    }
    if (!endpoint->host_is_name) {
        addresses[0] = *address;
        *count = 1;
        return PIER_OK;
    }
    char host[PIER__HOST_BYTES_MAX + 1];
    (void)snprintf(host, sizeof host, "%.*s", (int)endpoint->host.size, text + endpoint->host.begin);
    pier_status status = pier__platform_look_up_host(host, addresses, capacity, count, &fault);
    if (status != PIER_OK) {
        return fail_lookup(error, status, "host", host, endpoint->host, &fault);
    }
    for (size_t i = 0; i < *count; i++) {
        addresses[i].transport = address->transport;
        addresses[i].port = address->port;
    }
    return PIER_OK;
}

pier_status pier_address_resolve(const char *text, pier_address *addresses, size_t capacity, size_t *count,
                                 pier_error *error) {
    pier__endpoint endpoint;
    if (count != NULL) {
        *count = 0;
    }
    if (text == NULL || addresses == NULL || capacity == 0 || count == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0,
                               "text, addresses and count may not be NULL, nor capacity 0");
    }
    pier_status status = pier__endpoint_read(text, &endpoint, error);
    if (status != PIER_OK) {
        return status;
    }
    return look_up(text, &endpoint, addresses, capacity, count, error);
}
