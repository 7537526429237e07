/* The network interfaces of this machine, with their addresses.
 *
 * Floor 1 (address). Knows nothing of sockets. A list is what was there when it was made; it does not change, so that
 * any number of threads may read it at a time. Make another to see what has changed. */
#ifndef PIER_INTERFACE_H
#define PIER_INTERFACE_H

#include <pier/allocator.h>
#include <pier/network.h>

/* Room for the name of an interface, its terminator included (IF_NAMESIZE of Linux and the BSDs). */
#define PIER_INTERFACE_NAME_BYTES 16

/* What an interface is and can do; they may be or-ed. */
#define PIER_INTERFACE_UP 1u              /* switched on by the administrator */
#define PIER_INTERFACE_RUNNING 2u         /* and connected: the cable is in, the radio has found its partner */
#define PIER_INTERFACE_LOOPBACK 4u        /* this machine alone */
#define PIER_INTERFACE_BROADCAST 8u       /* one packet can reach everybody on it */
#define PIER_INTERFACE_MULTICAST 16u      /* … everybody who joined */
#define PIER_INTERFACE_POINT_TO_POINT 32u /* there is one other end */

/* An address of an interface. */
typedef struct pier_interface_address {
    pier_address address;   /* port 0; a link-local IPv6 address names its interface */
    pier_address broadcast; /* IPv4: the address that reaches everybody on the network; zeroed when there is none */
    pier_address peer;      /* the other end of a point-to-point interface; zeroed on others */
    uint8_t prefix_bits;    /* how many bits of the address name its network */
    uint8_t kind;           /* pier_address_kind */
} pier_interface_address;

/* An interface. Borrowed from its list. */
typedef struct pier_interface {
    const pier_interface_address
        *addresses; /* `address_count` of them, in the system's order; NULL when there are none */
    size_t address_count;
    uint32_t index; /* the system's number of it, from 1 */
    uint32_t flags; /* PIER_INTERFACE_… */
    char name[PIER_INTERFACE_NAME_BYTES];
} pier_interface;

typedef struct pier_interfaces pier_interfaces;

/* Lists the interfaces of this machine, and of this process' network namespace, by their index.
 * out: owned: freed by pier_interfaces_destroy; NULL on failure. allocator: NULL for pier_allocator_default(); copied.
 * error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for a NULL `out`; PIER_NO_MEMORY; PIER_SYSTEM. Never blocks for longer than the system
 * needs to answer. */
PIER_API pier_status pier_interfaces_create(pier_interfaces **out, const pier_allocator *allocator,
                                            pier_error *error) PIER_MUST_USE;

/* Frees the list and all that was borrowed from it. NULL is allowed. */
PIER_API void pier_interfaces_destroy(pier_interfaces *interfaces);

/* Returns how many interfaces there are. */
PIER_API size_t pier_interfaces_count(const pier_interfaces *interfaces);

/* Returns the interface at a place of the list, from 0; NULL behind the last. */
PIER_API const pier_interface *pier_interfaces_at(const pier_interfaces *interfaces, size_t place);

/* Finds an interface by its name; NULL when there is none. */
PIER_API const pier_interface *pier_interfaces_by_name(const pier_interfaces *interfaces, const char *name);

/* Finds an interface by the system's number; NULL when there is none. */
PIER_API const pier_interface *pier_interfaces_by_index(const pier_interfaces *interfaces, uint32_t index);

/* Finds the interface that has an IP address; NULL when there is none. Port and transport do not matter; the interface
 * that an IPv6 address names does. */
PIER_API const pier_interface *pier_interfaces_by_address(const pier_interfaces *interfaces,
                                                          const pier_address *address);

/* Finds the number of an interface of this machine.
 * text: its name (`eth0`), its number (`2`), or an address that it has (`192.0.2.7`, `fe80::1`), terminated. number: 0
 * on failure. allocator: NULL for pier_allocator_default(). error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_NOT_FOUND; PIER_USAGE; PIER_NO_MEMORY; PIER_SYSTEM. Never blocks for longer than the system
 * needs to answer. */
PIER_API pier_status pier_interface_find(const char *text, uint32_t *number, const pier_allocator *allocator,
                                         pier_error *error) PIER_MUST_USE;

#endif
