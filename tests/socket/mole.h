/* Datagram sockets of every kind, for tests that are stamped over all of them.
 *
 * Shared by the tests of the socket and channel floors. */
#ifndef PIER_TESTS_MOLE_H
#define PIER_TESTS_MOLE_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/datagram.h>

typedef enum mole_kind { MOLE_IPV4, MOLE_IPV6, MOLE_UNIX_PATH, MOLE_UNIX_ABSTRACT, MOLE_KIND_COUNT } mole_kind;

/* Two sockets that know each other's address. */
typedef struct mole {
    mole_kind kind;
    pier_socket *left;
    pier_socket *right;
    pier_address left_address; /* real port included */
    pier_address right_address;
    char folder[64]; /* of the Unix paths, "" when there is none */
} mole;

/* The name of a kind, "udp_ipv4" for instance. */
const char *mole_kind_name(mole_kind kind);

/* Returns whether this machine can have sockets of this kind: all have, but IPv6 may be missing. */
bool mole_kind_is_here(mole_kind kind);

/* Returns whether datagrams of the kind wait at the sender for a receiver that is slow. */
bool mole_is_unix(mole_kind kind);

/* A new address to open at, with port 0 or a name of its own; makes the folder of a path. */
pier_address mole_address(mole *ends, mole_kind kind);

/* Opens a socket there; fails the test when that fails. bound: gets its address. options: may be NULL. */
void mole_open_one(pier_socket **socket, const pier_address *address, const pier_socket_options *options,
                   pier_address *bound);

/* Opens both. options: of both, may be NULL. */
void mole_open(mole *ends, mole_kind kind, const pier_socket_options *options);

/* Destroys what is left and removes the folder. */
void mole_close(mole *ends);

/* Sends text as a datagram, or receives one that must be this text; fails the test otherwise. `from` may be NULL. */
void mole_send(pier_socket *socket, const pier_address *to, const char *text);
void mole_receive(pier_socket *socket, const char *text, pier_address *from);

#endif
