/* What failed, why, and what to do about it, in words.
 *
 * Floor 2 (socket). Has no state of its own: any thread may call it, for a direction that is its own. */
#include "socket/socket_internal.h"

#include <pier/network.h>
#include <pier/port.h>

#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "socket/handle_internal.h"
#include "socket/owner_internal.h"

/* Below this one, ports need a privilege on most systems (net.ipv4.ip_unprivileged_port_start of Linux). */
#define PORT_UNPRIVILEGED 1024

/* Room for an address in words; a longer one is cut, so that the reason behind it still fits in the error. */
#define ADDRESS_WORDS_BYTES 116

/* Room for the words about the owner of a port. */
#define OWNER_WORDS_BYTES 160

static bool lacks_interface(const pier_address *address) {
    return address->family == PIER_FAMILY_IPV6 && address->scope == 0 &&
           pier_address_kind_of(address) == PIER_ADDRESS_LINK_LOCAL;
}

/* Whether the verb is about having a place. */
static bool is_at_place(const char *verb) {
    return strcmp(verb, "listen on") == 0 || strcmp(verb, "take datagrams at") == 0;
}

/* What can be done about it, or NULL when the words say all. */
static const char *advice(const char *verb, const pier_address *address, pier_status status, int os_error) {
    bool listens = is_at_place(verb);
    bool connects = strcmp(verb, "connect to") == 0;
    bool is_ip = address->transport != PIER_TRANSPORT_UNIX;
    if (lacks_interface(address) && (status == PIER_UNREACHABLE || pier__platform_is_invalid(os_error))) {
        return "a link-local address names its interface, as in [fe80::1%eth0]";
    }
    if (listens && status == PIER_DENIED && is_ip && address->port < PORT_UNPRIVILEGED) {
        return "ports below 1024 need a privilege; choose a higher port or 0";
    }
    if (listens && status == PIER_DENIED && !is_ip) {
        return "its folder must be one that this process may write to";
    }
    if (listens && status == PIER_IN_USE && !is_ip) {
        return "another process listens there; end it or choose another name";
    }
    if (listens && status == PIER_IN_USE && address->port == 0) {
        return "the system has no free port left to choose from; end what holds so many, or name a port";
    }
    if (listens && status == PIER_EXISTS) {
        return "what is there is no socket; move it away or choose another path";
    }
    if (listens && status == PIER_NOT_FOUND && !is_ip) {
        return "its folder must exist";
    }
    if (listens && status == PIER_UNREACHABLE) {
        return address->transport == PIER_TRANSPORT_UDP
                   ? "choose an address of this machine, or udp://:PORT for all of them"
                   : "choose an address of this machine, or tcp://:PORT for all of them";
    }
    if (connects && status == PIER_REFUSED) {
        return "nobody listens there; is the server running?";
    }
    if (connects && status == PIER_NOT_FOUND) {
        return "is the server running, and is this its path?";
    }
    if (connects && status == PIER_DENIED && !is_ip) {
        return "only those may connect whom the socket's permissions let write";
    }
    return NULL;
}

/* Writes who has the port, as far as this process may know, and what to do. */
static const char *describe_owner(const pier_address *address, char words[OWNER_WORDS_BYTES]) {
    pier__port_owner owner;
    pier_service service;
    char who[80] = "another socket";
    if (pier__platform_port_owner(address->port, address->transport == PIER_TRANSPORT_UDP, &owner)) {
        if (owner.process == pier__platform_process()) {
            (void)snprintf(who, sizeof who, "this process itself");
        } else if (owner.process != 0) {
            (void)snprintf(who, sizeof who, "process %lld (%s)", (long long)owner.process, owner.name);
        } else {
            (void)snprintf(who, sizeof who, "a process of user %u", (unsigned)owner.user);
        }
    }
    bool is_known =
        pier_service_by_port(address->port, (pier_transport)address->transport, NULL, &service, NULL) == PIER_OK;
    (void)snprintf(words, OWNER_WORDS_BYTES, "%s has this port%s%.20s; choose another one or 0", who,
                   is_known ? ", that of the service " : "", is_known ? service.name : "");
    return words;
}

pier_status pier__socket_explain(pier_error *error, const char *verb, const pier_address *address, int os_error) {
    char words[PIER__OS_WORDS_BYTES];
    char name[ADDRESS_WORDS_BYTES] = "an unnamed Unix socket";
    /* What failed is not made again: "not now" would have nobody wait for anything. */
    pier_status status = pier__os_failure(os_error);
    const char *what_to_do = advice(verb, address, status, os_error);
    char owner[OWNER_WORDS_BYTES];
    if (is_at_place(verb) && status == PIER_IN_USE && what_to_do == NULL) {
        what_to_do = describe_owner(address, owner);
    }
    if (address->transport != PIER_TRANSPORT_UNIX || address->name_bytes > 0) {
        (void)pier_address_format(address, name, sizeof name);
    }
    return pier__error_set(error, status, PIER_FLOOR_SOCKET, os_error, "%s %s: %s%s%s", verb, name,
                           pier__os_words(os_error, words), what_to_do != NULL ? ": " : "",
                           what_to_do != NULL ? what_to_do : "");
}

static pier_status note_failure(pier_socket *socket, pier__direction way, pier_status status) {
    atomic_store_explicit(&socket->failed_last, (unsigned char)way, memory_order_relaxed);
    return status;
}

pier_status pier__socket_fail(pier_socket *socket, pier__direction way, const char *verb, int os_error) {
    return note_failure(socket, way, pier__socket_explain(&socket->errors[way], verb, &socket->address, os_error));
}

pier_status pier__socket_refuse(pier_socket *socket, pier__direction way, pier_status status, const char *words) {
    return note_failure(socket, way, pier__error_set(&socket->errors[way], status, PIER_FLOOR_SOCKET, 0, "%s", words));
}
