/* Between pier_address and sockaddr.
 *
 * Floor 1 (address). Knows the system's layout of addresses, and no calls. Has no state: any thread may call it. */
#include "address/sockaddr_posix_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "address/ip_text_internal.h"

/* The limit that the public header promises is what sockaddr_un holds beside the terminator or the leading zero. */
_Static_assert(sizeof(((struct sockaddr_un *)0)->sun_path) == PIER_UNIX_NAME_BYTES_MAX + 1, "sun_path has 108 bytes");

static socklen_t to_unix(const pier_address *address, struct sockaddr_storage *storage) {
    struct sockaddr_un *unix_address = (struct sockaddr_un *)storage;
    unix_address->sun_family = AF_UNIX;
    /* An abstract name begins behind a zero byte and has no terminator, a path has one: both take a byte more. */
    size_t skip = address->family == PIER_FAMILY_UNIX_ABSTRACT ? 1 : 0;
    memcpy(unix_address->sun_path + skip, address->name, address->name_bytes);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + address->name_bytes + 1);
}

socklen_t pier__address_to_sockaddr(const pier_address *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (address->family == PIER_FAMILY_IPV4) {
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)storage;
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(address->port);
        memcpy(&ipv4->sin_addr, address->name, 4);
        return sizeof *ipv4;
    }
    if (address->family == PIER_FAMILY_IPV6) {
        struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)storage;
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons(address->port);
        ipv6->sin6_scope_id = address->scope;
        memcpy(&ipv6->sin6_addr, address->name, 16);
        return sizeof *ipv6;
    }
    return to_unix(address, storage);
}

static void from_unix(const struct sockaddr_un *unix_address, socklen_t size, pier_address *address) {
    size_t head = offsetof(struct sockaddr_un, sun_path);
    size_t bytes = (size_t)size > head ? (size_t)size - head : 0;
    const char *name = unix_address->sun_path;
    address->transport = PIER_TRANSPORT_UNIX;
    address->family = PIER_FAMILY_UNIX_PATH;
    if (bytes > 0 && name[0] == '\0') {
        address->family = PIER_FAMILY_UNIX_ABSTRACT;
        name++;
        bytes--;
    } else {
        bytes = strnlen(name, bytes);
    }
    if (bytes > PIER_UNIX_NAME_BYTES_MAX) {
        /* A path of 108 bytes has no room for its terminator; Pier makes none, but a peer may be bound to one. */
        bytes = PIER_UNIX_NAME_BYTES_MAX;
    }
    memcpy(address->name, name, bytes);
    address->name_bytes = (uint32_t)bytes;
}

void pier__address_from_sockaddr(const struct sockaddr_storage *storage, socklen_t size, pier_address *address) {
    memset(address, 0, sizeof *address);
    if (storage->ss_family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)storage;
        address->transport = PIER_TRANSPORT_TCP;
        address->family = PIER_FAMILY_IPV4;
        address->port = ntohs(ipv4->sin_port);
        address->name_bytes = 4;
        memcpy(address->name, &ipv4->sin_addr, 4);
    } else if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)storage;
        const uint8_t *bytes = (const uint8_t *)&ipv6->sin6_addr;
        bool mapped = pier__ipv6_is_mapped(bytes);
        address->transport = PIER_TRANSPORT_TCP;
        address->family = mapped ? PIER_FAMILY_IPV4 : PIER_FAMILY_IPV6;
        address->port = ntohs(ipv6->sin6_port);
        address->scope = mapped ? 0 : ipv6->sin6_scope_id;
        address->name_bytes = mapped ? 4 : 16;
        memcpy(address->name, mapped ? bytes + 12 : bytes, address->name_bytes);
    } else if (storage->ss_family == AF_UNIX) {
        from_unix((const struct sockaddr_un *)storage, size, address);
    }
}
