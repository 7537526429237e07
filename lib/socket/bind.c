/* Being somewhere: binding, the wildcard without IPv6, and ranges of ports; for listeners and for datagrams.
 *
 * Floor 2 (socket). Knows the platform by its contract. A socket that is being opened belongs to one thread. */
#include "socket/socket_internal.h"

#include "base/error_internal.h"
#include "base/os_error_internal.h"

int pier__socket_bind(pier_socket *socket, const pier_address *address) {
    return address->family == PIER_FAMILY_UNIX_PATH
               ? pier__platform_bind_path(socket->handle, address, &socket->unix_file)
               : pier__platform_bind(socket->handle, address);
}

/* Returns whether the address is the IPv6 wildcard, and if so gives that of IPv4 with the same port. */
static bool is_wildcard(const pier_address *address, pier_address *ipv4) {
    pier_address wildcard = {.transport = address->transport, .family = PIER_FAMILY_IPV6, .name_bytes = 16};
    wildcard.port = address->port;
    *ipv4 = wildcard;
    ipv4->family = PIER_FAMILY_IPV4;
    ipv4->name_bytes = 4;
    return pier_address_equal(address, &wildcard);
}

/* Opens at the address, or where there is no IPv6 at the wildcard of IPv4 in its place. */
static int open_somehow(pier_socket *socket, const pier_address *address, const pier_socket_options *options,
                        pier__open_call open_at) {
    pier_address ipv4;
    int os_error = open_at(socket, address, options);
    if (pier__os_status(os_error) == PIER_UNREACHABLE && is_wildcard(address, &ipv4)) {
        /* A machine without IPv6: all its addresses are IPv4. */
        os_error = open_at(socket, &ipv4, options);
    }
    return os_error;
}

int pier__socket_open_in_range(pier_socket *socket, const pier_address *address, const pier_socket_options *options,
                               pier__open_call open_at) {
    pier_address candidate = *address;
    int os_error = open_somehow(socket, &candidate, options, open_at);
    while (pier__os_status(os_error) == PIER_IN_USE && candidate.port < options->port_last) {
        candidate.port++;
        os_error = open_somehow(socket, &candidate, options, open_at);
    }
    return os_error;
}

pier_status pier__socket_explain_range(pier_error *error, const char *verb, const pier_address *address,
                                       const pier_socket_options *options, int os_error) {
    char name[PIER_ADDRESS_TEXT_BYTES_MAX];
    if (options->port_last <= address->port || pier__os_status(os_error) != PIER_IN_USE) {
        return pier__socket_explain(error, verb, address, os_error);
    }
    (void)pier_address_format(address, name, sizeof name);
    return pier__error_set(error, PIER_IN_USE, PIER_FLOOR_SOCKET, os_error,
                           "%s %s: every port up to %u is in use; choose a wider range or port 0", verb, name,
                           (unsigned)options->port_last);
}

pier_status pier__socket_check_range(const pier_address *address, const pier_socket_options *options,
                                     pier_error *error) {
    bool is_range =
        address->transport != PIER_TRANSPORT_UNIX && address->port != 0 && address->port <= options->port_last;
    if (options->port_last == 0 || is_range) {
        return PIER_OK;
    }
    return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0,
                           "a range of ports begins at the address' port, which is 1 at least, and ends at port_last");
}
