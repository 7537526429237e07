/* The text of an endpoint, taken apart: what is a number is read, what is a name is pointed at.
 *
 * Floor 1 (address). Knows nothing of the resolver. Pure but for the numbers of interfaces, which it asks the platform
 * for. Any thread may call it. */
#ifndef PIER_ADDRESS_ENDPOINT_INTERNAL_H
#define PIER_ADDRESS_ENDPOINT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/address.h>

/* Longest host and service names that are taken: RFC 1035 has 253 characters of a host in text, and RFC 6335 has 15 of
 * a service, which older names in services files exceed. */
#define PIER__HOST_BYTES_MAX 253
#define PIER__SERVICE_BYTES_MAX 63

/* A run of the text that is being read. */
typedef struct pier__text_run {
    size_t begin;
    size_t size;
} pier__text_run;

/* An endpoint. What a name stands for is missing in `address`. */
typedef struct pier__endpoint {
    pier_address address;
    bool host_is_name;
    bool port_is_name;
    pier__text_run host; /* without brackets and scope */
    pier__text_run port;
} pier__endpoint;

/* Reads `text`, which is terminated. Returns PIER_OK, or PIER_ADDRESS with the offset in `error`. */
pier_status pier__endpoint_read(const char *text, pier__endpoint *endpoint, pier_error *error);

/* Fills `error` with PIER_ADDRESS at a byte of the text, and returns that. */
pier_status pier__endpoint_fail(pier_error *error, size_t offset, const char *words);

#endif
