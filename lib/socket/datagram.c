/* Datagram sockets: opened, given a peer, adopted; see <pier/datagram.h>.
 *
 * Floor 2 (socket). Knows the platform by its contract. One object serves streams and datagrams, so that all which is
 * common to them is there once; the role keeps them apart. */
#include "socket/datagram_internal.h"

#include <string.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "socket/handle_internal.h"

static bool is_ip(const pier_address *address) {
    return address->transport == PIER_TRANSPORT_UDP;
}

static bool is_group(const pier_address *address) {
    return is_ip(address) && pier_address_kind_of(address) == PIER_ADDRESS_MULTICAST;
}

/* Returns whether a datagram socket can have, or reach, that address. */
static bool address_is_good(const pier_address *address) {
    return address->transport != PIER_TRANSPORT_TCP && pier__socket_name_is_good(address);
}

/* What every UDP socket gets before it is bound. */
static int prepare(pier_socket *socket, const pier_address *address, const pier_socket_options *options) {
    int os_error =
        is_ip(address) ? pier__platform_take_own_groups(socket->handle, address->family == PIER_FAMILY_IPV6) : 0;
    return os_error == 0 ? pier__socket_apply_settings(socket, options) : os_error;
}

/* Opens and binds; a group is joined. Answers the system's number, with nothing left open unless it is 0. */
static int open_at(pier_socket *socket, const pier_address *address, const pier_socket_options *options) {
    socket->address = *address;
    int os_error = pier__platform_open_datagram(address, &socket->handle);
    if (os_error != 0) {
        return os_error;
    }
    os_error = pier__platform_prepare_bind(socket->handle, address);
    if (os_error == 0 && is_group(address)) {
        /* Everybody of this machine who joins gets a copy: nobody can take the datagrams away from others. */
        os_error = pier__platform_set_option(socket->handle, false, PIER_OPTION_REUSE_ADDRESS, 1);
    }
    if (os_error == 0) {
        os_error = prepare(socket, address, options);
    }
    if (os_error == 0) {
        os_error = pier__socket_bind(socket, address);
    }
    if (os_error == 0 && is_group(address)) {
        os_error = pier__multicast_join_at_open(socket, address, options->interface_name);
    }
    if (os_error != 0) {
        (void)pier__socket_close(socket);
        return os_error;
    }
    socket->role = PIER__SOCKET_DATAGRAM;
    return 0;
}

/* What opening and connecting begin with: looks at everything, and makes a socket without a handle. */
static pier_status begin(pier_socket **out, const pier_address *address, const pier_socket_options *options,
                         pier_socket_options *chosen, pier_error *error) {
    if (out == NULL || address == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "out and address may not be NULL");
    }
    *out = NULL;
    pier_status status = pier__socket_options(options, chosen, error);
    if (status == PIER_OK && !address_is_good(address)) {
        status = pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0,
                                 "datagrams go over UDP and Unix addresses, udp://127.0.0.1:7000 for instance");
    }
    if (status == PIER_OK) {
        status = pier__socket_check_settings(address, chosen, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(chosen->allocator);
    *out = pier__socket_new(&allocator, false, chosen->cancel);
    return *out != NULL
               ? PIER_OK
               : pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SOCKET, 0, "there is no memory for a socket");
}

/* Takes a socket that could not be opened away again. */
static pier_status give_up(pier_socket **out, pier_status status) {
    pier_socket_destroy(*out);
    *out = NULL;
    return status;
}

pier_status pier_datagram_open(pier_socket **out, const pier_address *address, const pier_socket_options *options,
                               pier_error *error) {
    pier_socket_options chosen;
    pier_status status = begin(out, address, options, &chosen, error);
    if (status != PIER_OK) {
        return status;
    }
    status = pier__socket_check_range(address, &chosen, error);
    if (status != PIER_OK) {
        return give_up(out, status);
    }
    (*out)->access = chosen.access;
    int os_error = pier__socket_open_in_range(*out, address, &chosen, open_at);
    if (os_error != 0) {
        return give_up(out, pier__socket_explain_range(error, "take datagrams at", address, &chosen, os_error));
    }
    return PIER_OK;
}

/* Opens a socket for datagrams to `peer`; answers the system's number. */
static int open_towards(pier_socket *socket, const pier_address *peer, const pier_socket_options *options) {
    socket->address = *peer;
    int os_error = pier__platform_open_datagram(peer, &socket->handle);
    if (os_error == 0) {
        os_error = prepare(socket, peer, options);
    }
    if (os_error == 0 && !is_ip(peer)) {
        os_error = pier__platform_bind_unnamed(socket->handle);
    }
    return os_error == 0 ? pier__platform_set_peer(socket->handle, peer) : os_error;
}

pier_status pier_datagram_connect(pier_socket **out, const pier_address *peer, const pier_socket_options *options,
                                  pier_error *error) {
    pier_socket_options chosen;
    pier_status status = begin(out, peer, options, &chosen, error);
    if (status != PIER_OK) {
        return status;
    }
    int os_error = open_towards(*out, peer, &chosen);
    if (os_error != 0) {
        return give_up(out, pier__socket_explain(error, "send datagrams to", peer, os_error));
    }
    (*out)->role = PIER__SOCKET_DATAGRAM;
    (*out)->has_peer = true;
    (*out)->peer = *peer;
    return PIER_OK;
}

pier_status pier__datagram_check(pier_socket *socket, pier__direction way) {
    return socket->role == PIER__SOCKET_DATAGRAM
               ? PIER_OK
               : pier__socket_refuse(socket, way, PIER_USAGE, "an open datagram socket is needed for that");
}

bool pier__datagram_dress(const pier_socket *socket, const pier_address *address, pier_address *dressed) {
    *dressed = *address;
    if (!address_is_good(address) || address->transport != socket->address.transport) {
        return false;
    }
    if (!is_ip(address) || address->family == socket->address.family) {
        return true;
    }
    if (address->family == PIER_FAMILY_IPV6) {
        *dressed = pier_address_unmapped(address);
        return dressed->family == PIER_FAMILY_IPV4;
    }
    /* IPv4 in IPv6's clothes (RFC 4291, section 2.5.5.2). */
    dressed->family = PIER_FAMILY_IPV6;
    dressed->name_bytes = 16;
    memset(dressed->name, 0, 10);
    memset(dressed->name + 10, 0xff, 2);
    memcpy(dressed->name + 12, address->name, 4);
    return true;
}

pier_status pier_datagram_set_peer(pier_socket *socket, const pier_address *peer) {
    pier_address dressed;
    if (socket == NULL) {
        return PIER_USAGE;
    }
    pier_status status = pier__datagram_check(socket, PIER__READ);
    if (status != PIER_OK) {
        return status;
    }
    if (peer == NULL || !pier__datagram_dress(socket, peer, &dressed)) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "this socket cannot reach an address of that kind");
    }
    int os_error = pier__platform_set_peer(socket->handle, &dressed);
    if (os_error != 0) {
        atomic_store_explicit(&socket->failed_last, (unsigned char)PIER__READ, memory_order_relaxed);
        return pier__socket_explain(&socket->errors[PIER__READ], "send datagrams to", peer, os_error);
    }
    socket->has_peer = true;
    socket->peer = *peer;
    return PIER_OK;
}

bool pier_socket_is_datagram(const pier_socket *socket) {
    return socket != NULL && socket->role == PIER__SOCKET_DATAGRAM;
}

/* Looks whether the handle is a datagram socket of a kind that is known here. */
static pier_status examine(int handle, pier__handle_facts *facts, pier_error *error) {
    char words[PIER__OS_WORDS_BYTES];
    int os_error = pier__platform_examine(handle, facts);
    if (os_error != 0) {
        return pier__error_set(error, pier__os_status(os_error), PIER_FLOOR_SOCKET, os_error, "adopt handle %d: %s",
                               handle, pier__os_words(os_error, words));
    }
    if (facts->is_datagram && facts->is_known_family) {
        return PIER_OK;
    }
    return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "adopt handle %d: %s", handle,
                           facts->is_stream ? "it is a stream socket; pier_socket_adopt takes it"
                                            : "it is no datagram socket of UDP or Unix");
}

/* Asks the system where the socket is, and whom it sends to. */
static int ask_addresses(pier_socket *socket, int handle, bool has_peer) {
    int os_error = pier__platform_local_address(handle, &socket->address);
    if (os_error == 0 && has_peer) {
        os_error = pier__platform_peer_address(handle, &socket->peer);
    }
    if (socket->address.transport == PIER_TRANSPORT_TCP) {
        socket->address.transport = PIER_TRANSPORT_UDP;
    }
    if (socket->peer.transport == PIER_TRANSPORT_TCP) {
        socket->peer.transport = PIER_TRANSPORT_UDP;
    }
    socket->has_peer = has_peer;
    return os_error;
}

pier_status pier_datagram_adopt(pier_socket **out, int handle, const pier_socket_options *options, pier_error *error) {
    pier_socket_options chosen;
    pier__handle_facts facts;
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "out may not be NULL");
    }
    *out = NULL;
    pier_status status = pier__socket_options(options, &chosen, error);
    if (status == PIER_OK) {
        status = examine(handle, &facts, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(chosen.allocator);
    pier_socket *socket = pier__socket_new(&allocator, false, chosen.cancel);
    if (socket == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SOCKET, 0, "there is no memory for a socket");
    }
    *out = socket;
    int os_error = ask_addresses(socket, handle, facts.is_connected);
    status = os_error == 0 ? pier__socket_check_settings(&socket->address, &chosen, error) : PIER_OK;
    if (status == PIER_OK && os_error == 0) {
        socket->handle = handle;
        os_error = pier__socket_apply_settings(socket, &chosen);
        socket->handle = PIER__NO_HANDLE;
    }
    if (status == PIER_OK && os_error == 0) {
        os_error = pier__platform_prepare_handle(handle);
    }
    if (os_error != 0) {
        status = pier__socket_explain(error, "adopt the datagram socket at", &socket->address, os_error);
    }
    if (status != PIER_OK) {
        return give_up(out, status);
    }
    socket->access = chosen.access;
    socket->handle = handle;
    socket->role = PIER__SOCKET_DATAGRAM;
    return PIER_OK;
}
