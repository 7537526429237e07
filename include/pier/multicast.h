/* Multicast: datagrams to everybody who joined a group.
 *
 * Floor 2 (socket). For UDP sockets of <pier/datagram.h>, IPv4 and IPv6 alike. A group is a multicast address
 * (224.0.0.0/4, ff00::/8); its port does not matter for joining. An interface is given by its number, which
 * pier_interface_find (<pier/interface.h>) finds by name or address; 0 lets the system choose. How far datagrams go,
 * and whether this machine gets its own, are options: PIER_OPTION_MULTICAST_HOPS, PIER_OPTION_MULTICAST_LOOP. The calls
 * are for the thread that uses the socket; its reading error tells what failed. None blocks. */
#ifndef PIER_MULTICAST_H
#define PIER_MULTICAST_H

#include <pier/socket.h>

/* Takes what is sent to the group from now on, as far as it arrives at the interface; a socket takes what itself
 * joined, and nothing that other sockets of this machine did. An IPv6 socket that takes IPv4 joins IPv4 groups, too.
 * group: an IPv6 one may name the interface (`[ff02::1%eth0]`), which then counts when `interface` is 0.
 * Returns PIER_OK; PIER_USAGE for an address that is no group, a group of the other family, or a socket that is no open
 * UDP socket; PIER_IN_USE when it has joined already; PIER_NOT_FOUND when there is no such interface, or for 0 none
 * that multicast goes to; PIER_NO_MEMORY when the system allows no more groups for one socket (20 of IPv4 on Linux:
 * net.ipv4.igmp_max_memberships); PIER_UNREACHABLE; PIER_SYSTEM. */
PIER_API pier_status pier_multicast_join(pier_socket *socket, const pier_address *group,
                                         uint32_t interface) PIER_MUST_USE;

/* Leaves a group, with the same arguments with which it was joined; closing the socket leaves all.
 * Returns as pier_multicast_join; PIER_UNREACHABLE when it was not joined. */
PIER_API pier_status pier_multicast_leave(pier_socket *socket, const pier_address *group,
                                          uint32_t interface) PIER_MUST_USE;

/* Chooses the interface through which datagrams to groups leave, for IPv4 and IPv6; 0: as the system's routes say.
 * Returns PIER_OK; PIER_NOT_FOUND when there is no such interface; PIER_UNREACHABLE when it has no address of IPv4 to
 * send from; PIER_USAGE; PIER_SYSTEM. */
PIER_API pier_status pier_multicast_set_interface(pier_socket *socket, uint32_t interface) PIER_MUST_USE;

/* Returns the interface that this object was told to send to groups through; 0 when it was told none. */
PIER_API uint32_t pier_multicast_interface(const pier_socket *socket);

#endif
