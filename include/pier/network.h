/* What kind of address one is, whether it lies in a network, and which of two comes first.
 *
 * Floor 1 (address). Knows nothing of the system: everything is told by the bytes of the address alone, and takes IPv4
 * in IPv6's clothes (`::ffff:127.0.0.1`) for the IPv4 address that it is, so that nobody walks around a rule by
 * another spelling. Never blocks; any thread may use these functions. */
#ifndef PIER_NETWORK_H
#define PIER_NETWORK_H

#include <pier/address.h>

/* What an IP address is for (RFC 6890 and IANA's registries of special-purpose addresses). */
typedef enum pier_address_kind {
    PIER_ADDRESS_NONE = 0,        /* no IP address: Unix, or zeroed */
    PIER_ADDRESS_UNSPECIFIED = 1, /* 0.0.0.0 and ::, every interface of this machine */
    PIER_ADDRESS_LOOPBACK = 2,    /* 127.0.0.0/8 and ::1, this machine */
    PIER_ADDRESS_LINK_LOCAL = 3,  /* 169.254.0.0/16 and fe80::/10, this cable or radio alone */
    PIER_ADDRESS_PRIVATE = 4,     /* 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fc00::/7, this
                                     site or provider; fec0::/10, too, which had that meaning once */
    PIER_ADDRESS_MULTICAST = 5,   /* 224.0.0.0/4 and ff00::/8, whoever joined */
    PIER_ADDRESS_BROADCAST = 6,   /* 255.255.255.255, everybody on the cable */
    PIER_ADDRESS_RESERVED = 7,    /* for documentation, measurements and the future: nobody is there */
    PIER_ADDRESS_GLOBAL = 8       /* everything else: the Internet */
} pier_address_kind;

/* Room that the text of any network needs, its terminator included. */
#define PIER_NETWORK_TEXT_BYTES_MAX 50

/* A network: all addresses that begin with the same bits. A plain value: copy it freely. The members are for Pier and
 * for debuggers. */
typedef struct pier_network {
    uint8_t family;      /* PIER_FAMILY_IPV4 or PIER_FAMILY_IPV6; PIER_FAMILY_NONE: the zeroed value, in which nothing
                            lies */
    uint8_t prefix_bits; /* how many bits decide: up to 32 or 128 */
    uint8_t bytes[16];   /* the address in network order, zero behind the prefix */
} pier_network;

/* Returns what kind of address one is; of an IPv4 address in IPv6 the kind of the IPv4 one. */
PIER_API pier_address_kind pier_address_kind_of(const pier_address *address);

/* Returns the name of a kind in lower case, "link-local" for instance; "unknown" for a value that is none; static. */
PIER_API const char *pier_address_kind_name(pier_address_kind kind);

/* Returns whether an address is IPv4 in IPv6's clothes, `::ffff:a.b.c.d`. */
PIER_API bool pier_address_is_mapped(const pier_address *address);

/* Returns the address, without IPv6's clothes if it is an IPv4 one; the interface falls away with them. */
PIER_API pier_address pier_address_unmapped(const pier_address *address);

/* Orders addresses: below 0 when `left` comes before `right`, 0 when pier_address_equal, above 0 otherwise. By family
 * (none, IPv4, IPv6, Unix path, Unix abstract), then the address or name byte by byte, the interface, the port, and
 * what it speaks. */
PIER_API int pier_address_compare(const pier_address *left, const pier_address *right);

/* Returns a number for hash tables: the same for equal addresses and one seed, spread over all 64 bits. Choose `seed`
 * at random where strangers choose the addresses. Not for cryptography; may differ between versions of Pier. */
PIER_API uint64_t pier_address_hash(const pier_address *address, uint64_t seed);

/* Reads a network in prefix form: `10.0.0.0/8`, `fe80::/10`, `[::1]/128`. Brackets may stand around IPv6. An address
 * alone is the network of that one. `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
 * text: terminated. network: zeroed on failure. error: NULL or filled; `offset` is the byte of `text` that is wrong.
 * Returns PIER_OK; PIER_ADDRESS for text that is no network, and for an address with bits behind its prefix
 * (`10.1.0.0/8`), which is most often a slip; PIER_USAGE for NULL. */
PIER_API pier_status pier_network_parse(const char *text, pier_network *network, pier_error *error) PIER_MUST_USE;

/* Makes the network of the first `prefix_bits` bits of an IP address. An IPv4 address in IPv6 makes an IPv4 network of
 * 96 bits fewer. network: zeroed on failure. Returns PIER_OK; PIER_USAGE for an address that is not IP, for a prefix
 * that is longer than it, and for one shorter than 96 bits of an IPv4 address in IPv6. */
PIER_API pier_status pier_network_of(const pier_address *address, uint32_t prefix_bits,
                                     pier_network *network) PIER_MUST_USE;

/* Writes the network as pier_network_parse reads it, terminated and cut at `capacity_bytes`; "none" for a zeroed one.
 * Returns the whole length without the terminator, as snprintf does. `buffer` may be NULL when `capacity_bytes` is
 * 0. */
PIER_API size_t pier_network_format(const pier_network *network, char *buffer, size_t capacity_bytes);

/* Returns whether an address lies in a network. Its port and interface do not matter; a Unix address lies in none.
 * `0.0.0.0/0` is all of IPv4, also in IPv6's clothes, and `::/0` the rest of IPv6. */
PIER_API bool pier_network_contains(const pier_network *network, const pier_address *address);

/* Returns whether two networks are the same. */
PIER_API bool pier_network_equal(const pier_network *left, const pier_network *right);

#endif
