/* Addresses as the system's calls want and give them.
 *
 * Floor 1 (address), for the platform files alone: nothing else in Pier includes the system's socket headers. Pure
 * functions, any thread. */
#ifndef PIER_ADDRESS_SOCKADDR_POSIX_INTERNAL_H
#define PIER_ADDRESS_SOCKADDR_POSIX_INTERNAL_H

#include <stddef.h>
#include <sys/socket.h>

#include <pier/address.h>

/* Fills `storage` from an address of IPv4, IPv6 or Unix and returns how many of its bytes count. */
socklen_t pier__address_to_sockaddr(const pier_address *address, struct sockaddr_storage *storage);

/* Fills family, scope, name and port; the transport is TCP for IP, and Unix for Unix. IPv4 in IPv6 becomes IPv4: a
 * listener for both would otherwise show every IPv4 peer in disguise. An unknown family gives a zeroed address. */
void pier__address_from_sockaddr(const struct sockaddr_storage *storage, socklen_t size, pier_address *address);

#endif
