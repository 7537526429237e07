/* Names of interfaces, hosts and services, by the system's resolver.
 *
 * Floor 1 (address), POSIX. Has no state: any thread may call it, as getaddrinfo may be. */
#include "address/platform_internal.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "address/sockaddr_posix_internal.h"

uint32_t pier__platform_interface_index(const char *name) {
    return (uint32_t)if_nametoindex(name);
}

/* Tells what an answer of getaddrinfo means. */
static pier_status resolver_status(int answer, pier__lookup_fault *fault) {
    /* errno speaks only when the resolver says so, and is read first, before another call changes it. */
    fault->os_error = answer == EAI_SYSTEM ? errno : 0;
    fault->words = gai_strerror(answer);
    switch (answer) {
    case 0:
        return PIER_OK;
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
    case EAI_SERVICE:
        return PIER_NOT_FOUND;
    case EAI_MEMORY:
        return PIER_NO_MEMORY;
    default:
        return PIER_SYSTEM;
    }
}

/* Returns whether the same address is there already: a host may stand in the hosts file twice. */
static bool is_known(const pier_address *addresses, size_t count, const pier_address *address) {
    for (size_t i = 0; i < count; i++) {
        if (pier_address_equal(&addresses[i], address)) {
            return true;
        }
    }
    return false;
}

pier_status pier__platform_look_up_host(const char *name, pier_address *addresses, size_t capacity, size_t *count,
                                        pier__lookup_fault *fault) {
    /* Stream sockets alone, because the resolver otherwise gives each address once for every kind of socket. No
     * AI_ADDRCONFIG: it would hide the loopback addresses of a machine without a network. */
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    *count = 0;
    pier_status status = resolver_status(getaddrinfo(name, NULL, &hints, &list), fault);
    if (status != PIER_OK) {
        return status;
    }
    for (const struct addrinfo *entry = list; entry != NULL && *count < capacity; entry = entry->ai_next) {
        struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
        pier_address address;
        memcpy(&storage, entry->ai_addr, entry->ai_addrlen);
        pier__address_from_sockaddr(&storage, entry->ai_addrlen, &address);
        if (address.family != PIER_FAMILY_NONE && !is_known(addresses, *count, &address)) {
            addresses[(*count)++] = address;
        }
    }
    freeaddrinfo(list);
    return *count > 0 ? PIER_OK : resolver_status(EAI_NONAME, fault);
}

pier_status pier__platform_look_up_service(const char *name, pier_transport transport, uint16_t *port,
                                           pier__lookup_fault *fault) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = transport == PIER_TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM};
    struct addrinfo *list = NULL;
    pier_status status = resolver_status(getaddrinfo(NULL, name, &hints, &list), fault);
    if (status != PIER_OK) {
        return status;
    }
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    pier_address address;
    memcpy(&storage, list->ai_addr, list->ai_addrlen);
    pier__address_from_sockaddr(&storage, list->ai_addrlen, &address);
    freeaddrinfo(list);
    *port = address.port;
    return PIER_OK;
}
