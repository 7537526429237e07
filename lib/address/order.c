/* The order of addresses by RFC 6724, "Default Address Selection for IPv6".
 *
 * Floor 1 (address). Has no state: any thread may call it.
 *
 * c-ares can sort, too, but only what it found itself: addresses of the hosts file would stay as they stand there. Of
 * the ten rules, 3 (deprecated source), 4 (home address) and 7 (no tunnel) ask what only the kernel knows; rule 9 is
 * for IPv6 alone, as most systems have it, because for IPv4 it would undo what a server does by the order of its
 * answers. */
#include "address/order_internal.h"

#include <string.h>

#include <pier/network.h>

#include "address/platform_internal.h"

/* The default policy table, RFC 6724, section 2.1: the longest prefix counts, so that the order is by its length. */
static const struct {
    pier_network network;
    uint8_t precedence;
    uint8_t label;
} policies[] = {
    {{PIER_FAMILY_IPV6, 128, {[15] = 1}}, 50, 0},  {{PIER_FAMILY_IPV4, 0, {0}}, 35, 4},
    {{PIER_FAMILY_IPV6, 96, {0}}, 1, 3},           {{PIER_FAMILY_IPV6, 32, {0x20, 0x01}}, 5, 5},
    {{PIER_FAMILY_IPV6, 16, {0x20, 0x02}}, 30, 2}, {{PIER_FAMILY_IPV6, 16, {0x3f, 0xfe}}, 1, 12},
    {{PIER_FAMILY_IPV6, 10, {0xfe, 0xc0}}, 1, 11}, {{PIER_FAMILY_IPV6, 7, {0xfc}}, 3, 13},
    {{PIER_FAMILY_IPV6, 0, {0}}, 40, 1},
};

/* Scopes of RFC 4291, section 2.7, which RFC 6724, section 3, gives to all addresses. */
enum { SCOPE_LINK_LOCAL = 2, SCOPE_SITE_LOCAL = 5, SCOPE_GLOBAL = 14 };

/* Returns the row of the table that holds an address; every address is in one. */
static size_t policy_of(const pier_address *address) {
    size_t i = 0;
    while (!pier_network_contains(&policies[i].network, address)) {
        i++;
    }
    return i;
}

static int scope_of(const pier_address *address) {
    bool is_ipv6 = address->family == PIER_FAMILY_IPV6;
    pier_address_kind kind = pier_address_kind_of(address);
    if (kind == PIER_ADDRESS_LOOPBACK || kind == PIER_ADDRESS_LINK_LOCAL) {
        return SCOPE_LINK_LOCAL;
    }
    if (is_ipv6 && kind == PIER_ADDRESS_MULTICAST) {
        return address->name[1] & 0x0F;
    }
    return is_ipv6 && address->name[0] == 0xFE && (address->name[1] & 0xC0) == 0xC0 ? SCOPE_SITE_LOCAL : SCOPE_GLOBAL;
}

/* Counts the bits that two IPv6 addresses have in common from the beginning, up to the half that names a network. */
static int common_bits(const pier_address *left, const pier_address *right) {
    int bits = 0;
    while (bits < 64 && ((left->name[bits / 8] ^ right->name[bits / 8]) & (0x80u >> bits % 8)) == 0) {
        bits++;
    }
    return bits;
}

static bool matches_scope(const pier__route *route) {
    return scope_of(&route->destination) == scope_of(&route->source);
}

static bool matches_label(const pier__route *route) {
    return policies[policy_of(&route->destination)].label == policies[policy_of(&route->source)].label;
}

int pier__route_compare(const pier__route *left, const pier__route *right) {
    int order = (int)right->is_usable - (int)left->is_usable; /* rule 1 */
    if (order != 0 || !left->is_usable) {
        return order;
    }
    order = (int)matches_scope(right) - (int)matches_scope(left); /* rule 2 */
    if (order == 0) {
        order = (int)matches_label(right) - (int)matches_label(left); /* rule 5 */
    }
    if (order == 0) {
        order = (int)policies[policy_of(&right->destination)].precedence -
                (int)policies[policy_of(&left->destination)].precedence; /* rule 6 */
    }
    if (order == 0) {
        order = scope_of(&left->destination) - scope_of(&right->destination); /* rule 8 */
    }
    if (order == 0 && left->destination.family == PIER_FAMILY_IPV6 && right->destination.family == PIER_FAMILY_IPV6) {
        order = common_bits(&right->destination, &right->source) -
                common_bits(&left->destination, &left->source); /* rule 9 */
    }
    return order;
}

void pier__order_addresses(pier_address *addresses, size_t count, pier__route *routes) {
    for (size_t i = 0; i < count; i++) {
        pier__route route = {.destination = addresses[i]};
        route.is_usable = pier__platform_source_address(&addresses[i], &route.source);
        /* By insertion, because equals must stay as they are, and there are few. */
        size_t place = i;
        while (place > 0 && pier__route_compare(&route, &routes[place - 1]) < 0) {
            routes[place] = routes[place - 1];
            place--;
        }
        routes[place] = route;
    }
    for (size_t i = 0; i < count; i++) {
        addresses[i] = routes[i].destination;
    }
}
