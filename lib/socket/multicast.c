/* Multicast groups: joined, left, and sent to; see <pier/multicast.h>.
 *
 * Floor 2 (socket). Knows the platform by its contract. For the thread that uses the socket. */
#include <pier/multicast.h>

#include "address/platform_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "socket/datagram_internal.h"

static bool is_ipv6(const pier_socket *socket) {
    return socket->address.family == PIER_FAMILY_IPV6;
}

/* Fills the error of the reading direction. */
static pier_status fail(pier_socket *socket, const char *verb, const pier_address *group, uint32_t interface,
                        int os_error) {
    char name[100];
    char words[PIER__OS_WORDS_BYTES];
    pier_status status = pier__os_status(os_error);
    const char *what = pier__os_words(os_error, words);
    if (status == PIER_IN_USE) {
        what = "this socket has joined it already";
    } else if (status == PIER_UNREACHABLE) {
        what = "this socket has not joined it there";
    } else if (status == PIER_NO_MEMORY) {
        what = "the system allows no more groups, or has no memory left";
    } else if (status == PIER_NOT_FOUND && interface == 0) {
        what = "multicast goes nowhere by itself here; name an interface";
    }
    (void)pier_address_format(group, name, sizeof name);
    atomic_store_explicit(&socket->failed_last, (unsigned char)PIER__READ, memory_order_relaxed);
    return pier__error_set(&socket->errors[PIER__READ], status, PIER_FLOOR_SOCKET, os_error,
                           "%s the group %s on interface %u: %s", verb, name, (unsigned)interface, what);
}

static pier_status refuse(pier_socket *socket, const char *words) {
    return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, words);
}

/* Looks whether the socket speaks UDP. */
static pier_status check_udp(pier_socket *socket) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    bool is_udp = socket->role == PIER__SOCKET_DATAGRAM && socket->address.transport == PIER_TRANSPORT_UDP;
    return is_udp ? PIER_OK : refuse(socket, "groups are of UDP, and this is no open UDP socket");
}

static pier_status change(pier_socket *socket, const pier_address *group, uint32_t interface, bool joins) {
    pier_address dressed;
    pier_status status = check_udp(socket);
    if (status != PIER_OK) {
        return status;
    }
    if (group == NULL || pier_address_kind_of(group) != PIER_ADDRESS_MULTICAST) {
        return refuse(socket, "a group is a multicast address: 224.0.0.0/4 or ff00::/8");
    }
    pier_address plain = pier_address_unmapped(group);
    plain.transport = PIER_TRANSPORT_UDP;
    if (!pier__datagram_dress(socket, &plain, &dressed)) {
        return refuse(socket, "a group of IPv6 needs a socket of IPv6");
    }
    interface = interface != 0 ? interface : plain.scope;
    int os_error = pier__platform_set_membership(socket->handle, &plain, interface, joins);
    return os_error == 0 ? PIER_OK : fail(socket, joins ? "join" : "leave", group, interface, os_error);
}

pier_status pier_multicast_join(pier_socket *socket, const pier_address *group, uint32_t interface) {
    return change(socket, group, interface, true);
}

pier_status pier_multicast_leave(pier_socket *socket, const pier_address *group, uint32_t interface) {
    return change(socket, group, interface, false);
}

pier_status pier_multicast_set_interface(pier_socket *socket, uint32_t interface) {
    pier_status status = check_udp(socket);
    if (status != PIER_OK) {
        return status;
    }
    int os_error = pier__platform_set_multicast_interface(socket->handle, is_ipv6(socket), interface);
    if (os_error != 0) {
        char words[PIER__OS_WORDS_BYTES];
        atomic_store_explicit(&socket->failed_last, (unsigned char)PIER__READ, memory_order_relaxed);
        return pier__error_set(&socket->errors[PIER__READ], pier__os_status(os_error), PIER_FLOOR_SOCKET, os_error,
                               "send to groups through interface %u: %s", (unsigned)interface,
                               pier__os_words(os_error, words));
    }
    socket->multicast_interface = interface;
    return PIER_OK;
}

uint32_t pier_multicast_interface(const pier_socket *socket) {
    return socket != NULL ? socket->multicast_interface : 0;
}

int pier__multicast_join_at_open(pier_socket *socket, const pier_address *group, const char *interface_name) {
    pier_address plain = pier_address_unmapped(group);
    uint32_t interface = interface_name != NULL ? pier__platform_interface_index(interface_name) : plain.scope;
    int os_error = pier__platform_set_membership(socket->handle, &plain, interface, true);
    if (os_error == 0 && interface != 0) {
        /* Who answers to the group means the network that it listens to. */
        os_error = pier__platform_set_multicast_interface(socket->handle, is_ipv6(socket), interface);
        socket->multicast_interface = os_error == 0 ? interface : 0;
    }
    return os_error;
}
