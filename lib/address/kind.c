/* What kind of address one is, their order, and their numbers for hash tables.
 *
 * Floor 1 (address). Knows nothing of the system. Has no state: any thread may call it. */
#include <string.h>

#include <pier/network.h>

#include "address/ip_text_internal.h"
#include "base/endian_internal.h"

/* The registries, as far as they matter here: RFC 6890 with IANA's special-purpose address registries for IPv4 and
 * IPv6. The first row that holds an address names its kind. */
static const struct {
    pier_network network;
    pier_address_kind kind;
} registry[] = {
    {{PIER_FAMILY_IPV4, 32, {0, 0, 0, 0}}, PIER_ADDRESS_UNSPECIFIED},
    {{PIER_FAMILY_IPV4, 8, {0}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV4, 8, {10}}, PIER_ADDRESS_PRIVATE},
    {{PIER_FAMILY_IPV4, 10, {100, 64}}, PIER_ADDRESS_PRIVATE},
    {{PIER_FAMILY_IPV4, 8, {127}}, PIER_ADDRESS_LOOPBACK},
    {{PIER_FAMILY_IPV4, 16, {169, 254}}, PIER_ADDRESS_LINK_LOCAL},
    {{PIER_FAMILY_IPV4, 12, {172, 16}}, PIER_ADDRESS_PRIVATE},
    {{PIER_FAMILY_IPV4, 24, {192, 0, 0}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV4, 24, {192, 0, 2}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV4, 16, {192, 168}}, PIER_ADDRESS_PRIVATE},
    {{PIER_FAMILY_IPV4, 15, {198, 18}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV4, 24, {198, 51, 100}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV4, 24, {203, 0, 113}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV4, 4, {224}}, PIER_ADDRESS_MULTICAST},
    {{PIER_FAMILY_IPV4, 32, {255, 255, 255, 255}}, PIER_ADDRESS_BROADCAST},
    {{PIER_FAMILY_IPV4, 4, {240}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV6, 128, {0}}, PIER_ADDRESS_UNSPECIFIED},
    {{PIER_FAMILY_IPV6, 128, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, PIER_ADDRESS_LOOPBACK},
    /* IPv4-compatible addresses, which RFC 4291 took back. */
    {{PIER_FAMILY_IPV6, 96, {0}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV6, 64, {0x01}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV6, 48, {0x20, 0x01, 0x00, 0x02}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV6, 32, {0x20, 0x01, 0x0d, 0xb8}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV6, 20, {0x3f, 0xff}}, PIER_ADDRESS_RESERVED},
    {{PIER_FAMILY_IPV6, 7, {0xfc}}, PIER_ADDRESS_PRIVATE},
    {{PIER_FAMILY_IPV6, 10, {0xfe, 0x80}}, PIER_ADDRESS_LINK_LOCAL},
    {{PIER_FAMILY_IPV6, 10, {0xfe, 0xc0}}, PIER_ADDRESS_PRIVATE},
    {{PIER_FAMILY_IPV6, 8, {0xff}}, PIER_ADDRESS_MULTICAST},
};

pier_address_kind pier_address_kind_of(const pier_address *address) {
    pier_address plain = pier_address_unmapped(address);
    if (plain.family != PIER_FAMILY_IPV4 && plain.family != PIER_FAMILY_IPV6) {
        return PIER_ADDRESS_NONE;
    }
    for (size_t i = 0; i < sizeof registry / sizeof registry[0]; i++) {
        if (pier_network_contains(&registry[i].network, &plain)) {
            return registry[i].kind;
        }
    }
    return PIER_ADDRESS_GLOBAL;
}

const char *pier_address_kind_name(pier_address_kind kind) {
    static const char *const names[] = {
        [PIER_ADDRESS_NONE] = "none",           [PIER_ADDRESS_UNSPECIFIED] = "unspecified",
        [PIER_ADDRESS_LOOPBACK] = "loopback",   [PIER_ADDRESS_LINK_LOCAL] = "link-local",
        [PIER_ADDRESS_PRIVATE] = "private",     [PIER_ADDRESS_MULTICAST] = "multicast",
        [PIER_ADDRESS_BROADCAST] = "broadcast", [PIER_ADDRESS_RESERVED] = "reserved",
        [PIER_ADDRESS_GLOBAL] = "global",
    };
    size_t index = (size_t)kind;
    return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}

bool pier_address_is_mapped(const pier_address *address) {
    return address->family == PIER_FAMILY_IPV6 && pier__ipv6_is_mapped(address->name);
}

pier_address pier_address_unmapped(const pier_address *address) {
    pier_address plain = *address;
    if (pier_address_is_mapped(address)) {
        plain.family = PIER_FAMILY_IPV4;
        plain.scope = 0;
        plain.name_bytes = 4;
        memset(plain.name, 0, sizeof plain.name);
        memcpy(plain.name, address->name + 12, 4);
    }
    return plain;
}

static int compare_numbers(uint32_t left, uint32_t right) {
    return (left > right) - (left < right);
}

int pier_address_compare(const pier_address *left, const pier_address *right) {
    uint32_t common = left->name_bytes < right->name_bytes ? left->name_bytes : right->name_bytes;
    int order = compare_numbers(left->family, right->family);
    if (order == 0) {
        order = memcmp(left->name, right->name, common);
    }
    if (order == 0) {
        order = compare_numbers(left->name_bytes, right->name_bytes);
    }
    if (order == 0) {
        order = compare_numbers(left->scope, right->scope);
    }
    if (order == 0) {
        order = compare_numbers(left->port, right->port);
    }
    return order != 0 ? order : compare_numbers(left->transport, right->transport);
}

/* Mixes 64 more bits in. Multiplication carries low bits up, the shift brings high ones down; the constant is the
 * golden ratio in 64 bits, odd, so that nothing is lost. */
static uint64_t mix(uint64_t hash, uint64_t bits) {
    hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

uint64_t pier_address_hash(const pier_address *address, uint64_t seed) {
    uint64_t hash = mix(seed, (uint64_t)address->transport << 56 | (uint64_t)address->family << 48 |
                                  (uint64_t)address->port << 32 | address->scope);
    hash = mix(hash, address->name_bytes);
    for (uint32_t i = 0; i < address->name_bytes; i += 8) {
        uint8_t word[8] = {0};
        uint32_t left = address->name_bytes - i;
        memcpy(word, address->name + i, left < 8 ? left : 8);
        hash = mix(hash, pier__load_le64(word));
    }
    return mix(hash, hash >> 29);
}
