/* What the address floor asks of the system: names of interfaces, hosts and services.
 *
 * Floor 1 (address). One file for each system implements it whole (platform_posix.c). Knows nothing of the text that
 * the names come from. Any thread may call it. */
#ifndef PIER_ADDRESS_PLATFORM_INTERNAL_H
#define PIER_ADDRESS_PLATFORM_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include <pier/address.h>

/* Why a look-up failed. */
typedef struct pier__lookup_fault {
    int os_error;      /* the system's error number, 0 when it gave none */
    const char *words; /* static */
} pier__lookup_fault;

/* Returns the number of the interface with this name, 0 when there is none. */
uint32_t pier__platform_interface_index(const char *name);

/* Looks up a host by name. addresses: up to `capacity` of them, each once; the caller sets transport and port. Returns
 * PIER_OK with at least one; PIER_NOT_FOUND; PIER_NO_MEMORY; PIER_SYSTEM; `fault` is filled then. */
pier_status pier__platform_look_up_host(const char *name, pier_address *addresses, size_t capacity, size_t *count,
                                        pier__lookup_fault *fault);

/* Looks up the port of a service by name. Returns and fills as pier__platform_look_up_host. */
pier_status pier__platform_look_up_service(const char *name, pier_transport transport, uint16_t *port,
                                           pier__lookup_fault *fault);

#endif
