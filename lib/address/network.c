/* Networks in prefix form.
 *
 * Floor 1 (address). Knows nothing of the system. Has no state: any thread may call it. */
#include <pier/network.h>

#include <stdio.h>
#include <string.h>

#include "address/endpoint_internal.h"
#include "address/ip_text_internal.h"
#include "base/error_internal.h"

/* How many bits stand before the IPv4 address in an IPv6 one. */
#define MAPPED_BITS 96

static uint32_t family_bits(uint8_t family) {
    return family == PIER_FAMILY_IPV4 ? 32 : 128;
}

/* Returns whether two addresses agree in their first `bits` bits. */
static bool agree(const uint8_t *left, const uint8_t *right, uint32_t bits) {
    uint32_t whole = bits / 8;
    uint32_t rest = bits % 8;
    return memcmp(left, right, whole) == 0 && (rest == 0 || ((left[whole] ^ right[whole]) >> (8 - rest)) == 0);
}

/* Returns whether any bit is set from the `begin`-th on, up to the `end`-th. */
static bool has_bits_behind(const uint8_t *bytes, uint32_t begin, uint32_t end) {
    for (uint32_t bit = begin; bit < end; bit++) {
        if ((bytes[bit / 8] & (0x80u >> bit % 8)) != 0) {
            return true;
        }
    }
    return false;
}

/* Makes a network of the first bits; IPv4 in IPv6 becomes IPv4. The prefix fits the family. */
static pier_network make(uint8_t family, const uint8_t *bytes, uint32_t prefix_bits) {
    pier_network network = {.family = family, .prefix_bits = (uint8_t)prefix_bits};
    if (family == PIER_FAMILY_IPV6 && prefix_bits >= MAPPED_BITS && pier__ipv6_is_mapped(bytes)) {
        return make(PIER_FAMILY_IPV4, bytes + 12, prefix_bits - MAPPED_BITS);
    }
    memcpy(network.bytes, bytes, prefix_bits / 8);
    if (prefix_bits % 8 != 0) {
        network.bytes[prefix_bits / 8] = (uint8_t)(bytes[prefix_bits / 8] & (0xFF00u >> prefix_bits % 8));
    }
    return network;
}

/* Reads the address of a network, which ends at `end`, with or without brackets. */
static pier_status read_address(const char *text, size_t end, uint8_t bytes[16], uint8_t *family, pier_error *error) {
    pier__text_fault fault;
    size_t begin = 0;
    size_t stop = end;
    if (text[0] == '[') {
        const char *close = memchr(text, ']', end);
        if (close == NULL) {
            return pier__endpoint_fail(error, 0, "the bracket is not closed");
        }
        begin = 1;
        stop = (size_t)(close - text);
        if (stop + 1 != end) {
            return pier__endpoint_fail(error, stop + 1, "`/` and the length of the prefix must follow the bracket");
        }
    }
    const char *percent = memchr(text, '%', end);
    if (percent != NULL) {
        return pier__endpoint_fail(error, (size_t)(percent - text), "a network is the same on every interface");
    }
    *family = begin == 1 || memchr(text, ':', end) != NULL ? PIER_FAMILY_IPV6 : PIER_FAMILY_IPV4;
    bool is_read = *family == PIER_FAMILY_IPV6 ? pier__ipv6_read(text + begin, stop - begin, bytes, &fault)
                                               : pier__ipv4_read(text + begin, stop - begin, bytes, &fault);
    return is_read ? PIER_OK : pier__endpoint_fail(error, begin + fault.offset, fault.words);
}

pier_status pier_network_parse(const char *text, pier_network *network, pier_error *error) {
    uint8_t bytes[16] = {0};
    uint8_t family = PIER_FAMILY_NONE;
    pier__text_fault fault;
    if (text == NULL || network == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "text and network may not be NULL");
    }
    memset(network, 0, sizeof *network);
    size_t slash = strcspn(text, "/");
    if (slash == 0) {
        return pier__endpoint_fail(error, 0, "a network begins with an address; 10.0.0.0/8 is one, for instance");
    }
    pier_status status = read_address(text, slash, bytes, &family, error);
    if (status != PIER_OK) {
        return status;
    }
    uint32_t prefix_bits = family_bits(family);
    if (text[slash] == '/' &&
        !pier__number_read(text + slash + 1, strlen(text + slash + 1), prefix_bits, &prefix_bits, &fault)) {
        return pier__endpoint_fail(error, slash + 1 + fault.offset,
                                   family == PIER_FAMILY_IPV4 ? "the length of the prefix is a number up to 32"
                                                              : "the length of the prefix is a number up to 128");
    }
    *network = make(family, bytes, prefix_bits);
    if (has_bits_behind(bytes, prefix_bits, family_bits(family))) {
        char meant[PIER_NETWORK_TEXT_BYTES_MAX];
        char words[128];
        (void)pier_network_format(network, meant, sizeof meant);
        memset(network, 0, sizeof *network);
        (void)snprintf(words, sizeof words, "the address has bits behind its prefix; the network is %s", meant);
        return pier__endpoint_fail(error, 0, words);
    }
    return PIER_OK;
}

pier_status pier_network_of(const pier_address *address, uint32_t prefix_bits, pier_network *network) {
    memset(network, 0, sizeof *network);
    if (address->family != PIER_FAMILY_IPV4 && address->family != PIER_FAMILY_IPV6) {
        return PIER_USAGE;
    }
    uint32_t shortest = pier_address_is_mapped(address) ? MAPPED_BITS : 0;
    if (prefix_bits > family_bits(address->family) || prefix_bits < shortest) {
        return PIER_USAGE;
    }
    *network = make(address->family, address->name, prefix_bits);
    return PIER_OK;
}

size_t pier_network_format(const pier_network *network, char *buffer, size_t capacity_bytes) {
    char text[PIER_NETWORK_TEXT_BYTES_MAX] = "none";
    if (network->family != PIER_FAMILY_NONE) {
        size_t length = network->family == PIER_FAMILY_IPV4 ? pier__ipv4_write(network->bytes, text)
                                                            : pier__ipv6_write(network->bytes, text);
        (void)snprintf(text + length, sizeof text - length, "/%u", (unsigned)network->prefix_bits);
    }
    return (size_t)snprintf(buffer, capacity_bytes, "%s", text);
}

bool pier_network_contains(const pier_network *network, const pier_address *address) {
    bool is_mapped = pier_address_is_mapped(address);
    uint8_t family = is_mapped ? (uint8_t)PIER_FAMILY_IPV4 : address->family;
    return network->family != PIER_FAMILY_NONE && family == network->family &&
           agree(is_mapped ? address->name + 12 : address->name, network->bytes, network->prefix_bits);
}

bool pier_network_equal(const pier_network *left, const pier_network *right) {
    return left->family == right->family && left->prefix_bits == right->prefix_bits &&
           memcmp(left->bytes, right->bytes, sizeof left->bytes) == 0;
}
