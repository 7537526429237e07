/* What datagrams ask of the system, and what their files share.
 *
 * Floor 2 (socket). Contract of datagram_posix.c; the rules of platform_internal.h hold. Knows handles; has no
 * state. */
#ifndef PIER_SOCKET_DATAGRAM_INTERNAL_H
#define PIER_SOCKET_DATAGRAM_INTERNAL_H

#include <pier/datagram.h>
#include <pier/network.h>

#include "socket/option_internal.h"
#include "socket/platform_internal.h"
#include "socket/socket_internal.h"

/* Lets the socket take what it has joined itself, and nothing that others of this machine have. `is_ipv6` tells the
 * family of the socket, here and below. */
int pier__platform_take_own_groups(int handle, bool is_ipv6);

/* Gives a Unix socket an abstract name that nobody has. */
int pier__platform_bind_unnamed(int handle);

/* Names the peer; `peer` is of the socket's family. */
int pier__platform_set_peer(int handle, const pier_address *peer);

/* Sends; to: NULL for the peer. */
int pier__platform_send_datagram(int handle, const pier_address *to, const pier_bytes *spans, size_t count);

/* Receives, or looks with `peeks`. size: the whole size of the datagram, of which `capacity_bytes` at most are in the
 * buffer. */
int pier__platform_receive_datagram(int handle, void *buffer, size_t capacity_bytes, bool peeks, size_t *size,
                                    pier_address *from);

/* Returns whether the number says that a datagram was too large. */
bool pier__platform_is_too_large(int os_error);

/* Tells how large a datagram a Unix socket sends. */
int pier__platform_unix_datagram_max(int handle, size_t *bytes);

/* Joins or leaves; the group's family may be IPv4 with an IPv6 socket. */
int pier__platform_set_membership(int handle, const pier_address *group, uint32_t interface, bool joins);

int pier__platform_set_multicast_interface(int handle, bool is_ipv6, uint32_t interface);

/* Looks whether the socket is an open datagram socket. Returns PIER_OK, or PIER_USAGE with the error filled. */
pier_status pier__datagram_check(pier_socket *socket, pier__direction way);

/* Gives `address` in the clothes of the socket's family: IPv4 as IPv6 for an IPv6 socket. Returns false when the socket
 * cannot reach it: another family, another transport, or none. */
bool pier__datagram_dress(const pier_socket *socket, const pier_address *address, pier_address *dressed);

/* Joins a group for a socket that is just being opened; answers the system's number. */
int pier__multicast_join_at_open(pier_socket *socket, const pier_address *group, const char *interface_name);

#endif
