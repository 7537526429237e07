/* What a port is: its range, and the service that it belongs to.
 *
 * Floor 1 (address). Knows nothing of sockets. Any thread may use these functions.
 *
 * Services come from the system's services file, which Pier reads itself: the C library's getservbyname asks whatever
 * nsswitch.conf names, may load modules and wait for a network, and its thread-safe form is not the same everywhere.
 * Where there is no such file (small containers have none) a short list of Pier's own stands in. */
#ifndef PIER_PORT_H
#define PIER_PORT_H

#include <pier/address.h>

/* Longest name of a service, in bytes. RFC 6335 has 15; older names in services files are longer. */
#define PIER_SERVICE_NAME_BYTES_MAX 63

/* The ranges of ports (RFC 6335, section 6). */
typedef enum pier_port_range {
    PIER_PORT_ANY = 0,        /* port 0: no port; who binds to it gets one that the system chooses */
    PIER_PORT_RESERVED = 1,   /* 1 to 1023, "system ports": of the well-known services; most systems let only privileged
                                 programs listen there. Take one only to offer its very service */
    PIER_PORT_REGISTERED = 2, /* 1024 to 49151, "user ports": IANA lists who asked for one */
    PIER_PORT_DYNAMIC = 3 /* 49152 to 65535, "ephemeral ports": of nobody. The system may choose from a wider range */
} pier_port_range;

/* A service: a plain value. */
typedef struct pier_service {
    char name[PIER_SERVICE_NAME_BYTES_MAX + 1]; /* terminated; the official name, when an alias was asked for */
    uint16_t port;
    uint8_t transport; /* pier_transport: PIER_TRANSPORT_TCP or PIER_TRANSPORT_UDP */
    bool is_from_file; /* whether the services file has it; otherwise it is from Pier's own list */
} pier_service;

/* Returns the range of a port. */
PIER_API pier_port_range pier_port_range_of(uint16_t port);

/* Returns the name of a range, "reserved" for instance; "unknown" for a value that is none; static. */
PIER_API const char *pier_port_range_name(pier_port_range range);

/* Finds a service by its name or an alias, in any case, as RFC 6335 has it.
 * transport: PIER_TRANSPORT_TCP, PIER_TRANSPORT_UDP, or PIER_TRANSPORT_NONE for the first that is found.
 * services_path: NULL for /etc/services. service: zeroed on failure. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_NOT_FOUND for a name that is not there; PIER_USAGE; PIER_SYSTEM or PIER_DENIED for a file that
 * is there and cannot be read. Reads a file, which blocks as files do. */
PIER_API pier_status pier_service_by_name(const char *name, pier_transport transport, const char *services_path,
                                          pier_service *service, pier_error *error) PIER_MUST_USE;

/* Finds the service that a port belongs to, in the same way. That a service owns a port does not say that it is the one
 * that listens there. */
PIER_API pier_status pier_service_by_port(uint16_t port, pier_transport transport, const char *services_path,
                                          pier_service *service, pier_error *error) PIER_MUST_USE;

#endif
