/* Who has a port: for the words of an error alone.
 *
 * Floor 2 (socket). Contract of owner_linux.c. Has no state: any thread may call it. */
#ifndef PIER_SOCKET_OWNER_INTERNAL_H
#define PIER_SOCKET_OWNER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The socket that listens at a port, or takes its datagrams. */
typedef struct pier__port_owner {
    int64_t process; /* 0: not known, it belongs to somebody else */
    uint32_t user;
    char name[32]; /* of the process; "" when it is not known */
} pier__port_owner;

/* Finds who listens at a TCP port, or has a UDP port, of this network namespace. Returns whether anybody was found. It
 * reads files of the system as long as these are, and what fails leaves out words alone. */
bool pier__platform_port_owner(uint16_t port, bool is_udp, pier__port_owner *owner);

#endif
