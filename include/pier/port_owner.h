/* Who has a port of this machine now.
 *
 * Floor 2 (socket). Any thread may ask. What a port is for stands in port.h. */
#ifndef PIER_PORT_OWNER_H
#define PIER_PORT_OWNER_H

#include <stdint.h>

#include <pier/address.h>
#include <pier/error.h>

/* Room for the name of a program, its terminator included. */
#define PIER_PROGRAM_NAME_BYTES 32

/* The socket that listens at a port, or takes its datagrams. */
typedef struct pier_port_owner {
    int64_t process; /* 0: this process may not know; most systems tell that to the same user and to root alone */
    uint32_t user;   /* the system's number of the user whose socket it is */
    char program[PIER_PROGRAM_NAME_BYTES]; /* the process' own name, "" when the process is not known */
} pier_port_owner;

/* Finds who listens at a TCP port, or has a UDP port, at any address of this network namespace.
 * transport: PIER_TRANSPORT_TCP or PIER_TRANSPORT_UDP. owner: zeroed unless PIER_OK. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_NOT_FOUND when nobody has it, or the system does not say; PIER_USAGE. Reads files of the
 * system, as many as there are processes. */
PIER_API pier_status pier_port_owner_find(uint16_t port, pier_transport transport, pier_port_owner *owner,
                                          pier_error *error) PIER_MUST_USE;

#endif
