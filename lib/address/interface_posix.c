/* Interfaces by getifaddrs.
 *
 * Floor 1 (address), POSIX with the BSDs' getifaddrs, as Linux has it. Has no state: any thread may call it. */
#include "address/interface_internal.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>

#include "address/sockaddr_posix_internal.h"

_Static_assert(PIER_INTERFACE_NAME_BYTES == IF_NAMESIZE, "names of interfaces fit");

int pier__platform_open_interfaces(pier__interface_walk *walk) {
    struct ifaddrs *list = NULL;
    int result = 0;
    do {
        result = getifaddrs(&list);
    } while (result != 0 && errno == EINTR);
    walk->all = list;
    walk->next = list;
    return result != 0 ? errno : 0;
}

void pier__platform_close_interfaces(pier__interface_walk *walk) {
    freeifaddrs((struct ifaddrs *)walk->all);
}

static uint32_t flags_of(unsigned system_flags) {
    static const struct {
        unsigned system_flag;
        uint32_t flag;
    } rows[] = {
        {IFF_UP, PIER_INTERFACE_UP},
        {IFF_RUNNING, PIER_INTERFACE_RUNNING},
        {IFF_LOOPBACK, PIER_INTERFACE_LOOPBACK},
        {IFF_BROADCAST, PIER_INTERFACE_BROADCAST},
        {IFF_MULTICAST, PIER_INTERFACE_MULTICAST},
        {IFF_POINTOPOINT, PIER_INTERFACE_POINT_TO_POINT},
    };
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((system_flags & rows[i].system_flag) != 0) {
            flags |= rows[i].flag;
        }
    }
    return flags;
}

/* Translates an address of the system; anything but IPv4 and IPv6 gives a zeroed one. */
static pier_address address_of(const struct sockaddr *from) {
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    pier_address address;
    size_t size = 0;
    if (from != NULL && from->sa_family == AF_INET) {
        size = sizeof(struct sockaddr_in);
    } else if (from != NULL && from->sa_family == AF_INET6) {
        size = sizeof(struct sockaddr_in6);
    }
    if (size > 0) {
        memcpy(&storage, from, size);
    }
    pier__address_from_sockaddr(&storage, (socklen_t)size, &address);
    return address;
}

/* Counts the bits of a mask up to the first that is not set. */
static uint8_t mask_bits(const pier_address *mask) {
    uint8_t bits = 0;
    while (bits < mask->name_bytes * 8 && (mask->name[bits / 8] & (0x80u >> bits % 8)) != 0) {
        bits++;
    }
    return bits;
}

/* Takes the interface's name, without the label of an address that Linux shows behind a colon (`eth0:1`). */
static void take_name(const char *name, pier__interface_fact *fact) {
    size_t size = strcspn(name, ":");
    memcpy(fact->name, name, size < sizeof fact->name ? size : sizeof fact->name - 1);
}

bool pier__platform_next_interface(pier__interface_walk *walk, pier__interface_fact *fact) {
    const struct ifaddrs *entry = (const struct ifaddrs *)walk->next;
    memset(fact, 0, sizeof *fact);
    if (entry == NULL) {
        return false;
    }
    walk->next = entry->ifa_next;
    take_name(entry->ifa_name, fact);
    fact->flags = flags_of(entry->ifa_flags);
    if (entry->ifa_addr != NULL && entry->ifa_addr->sa_family == AF_PACKET) {
        struct sockaddr_ll link;
        memcpy(&link, entry->ifa_addr, sizeof link);
        fact->index = (uint32_t)link.sll_ifindex;
    } else {
        fact->address.address = address_of(entry->ifa_addr);
    }
    if (fact->address.address.family != PIER_FAMILY_NONE) {
        pier_address mask = address_of(entry->ifa_netmask);
        fact->address.prefix_bits = mask_bits(&mask);
        if ((entry->ifa_flags & IFF_POINTOPOINT) != 0) {
            fact->address.peer = address_of(entry->ifa_dstaddr);
        } else if ((entry->ifa_flags & IFF_BROADCAST) != 0 && fact->address.address.family == PIER_FAMILY_IPV4) {
            fact->address.broadcast = address_of(entry->ifa_broadaddr);
        }
    }
    return true;
}
