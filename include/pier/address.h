/* Addresses: where a socket is bound, listens or connects to, as one value.
 *
 * Floor 1 (address). Knows nothing of sockets in use, files or records. An address is a plain value: copy it freely,
 * it owns nothing. Any thread may use these functions. */
#ifndef PIER_ADDRESS_H
#define PIER_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/error.h>

/* What an address speaks. */
typedef enum pier_transport {
    PIER_TRANSPORT_NONE = 0, /* the zeroed value: no address */
    PIER_TRANSPORT_TCP = 1,
    PIER_TRANSPORT_UDP = 2,
    PIER_TRANSPORT_UNIX = 3
} pier_transport;

/* The family of an address. */
typedef enum pier_family {
    PIER_FAMILY_NONE = 0,
    PIER_FAMILY_IPV4 = 4,
    PIER_FAMILY_IPV6 = 6,
    PIER_FAMILY_UNIX_PATH = 16,
    PIER_FAMILY_UNIX_ABSTRACT = 17
} pier_family;

/* Longest path or abstract name of a Unix address, in bytes, without a terminator (sun_path of Linux, unix(7),
 * has 108 bytes, one of which ends a path or begins an abstract name). */
#define PIER_UNIX_NAME_BYTES_MAX 107

/* Room that the text of any address needs, its terminator included: an abstract name may need three bytes for one. */
#define PIER_ADDRESS_TEXT_BYTES_MAX 400

/* An address. The members are for Pier and for debuggers; read it with the functions below. */
typedef struct pier_address {
    uint8_t transport;   /* pier_transport */
    uint8_t family;      /* pier_family */
    uint16_t port;       /* IPv4 and IPv6, in the machine's order */
    uint32_t scope;      /* IPv6: the interface's index, 0 for none */
    uint32_t name_bytes; /* how much of `name` is in use: 4, 16, or the length of the path or abstract name */
    uint8_t name[PIER_UNIX_NAME_BYTES_MAX + 1]; /* bytes of the IP address in network order, or the path or name */
} pier_address;

/* Reads an address given in numbers or as a Unix socket:
 *
 *     tcp://127.0.0.1:7000   tcp://[::1]:0   tcp://[fe80::1%eth0]:7000   tcp://:7000   127.0.0.1:7000
 *     udp://127.0.0.1:7000   unix:/run/chat.sock   unix:@name
 *
 * Without `tcp://` or `udp://` it is TCP. `tcp://:7000` is every interface: the IPv6 wildcard `[::]`, which the socket
 * floor opens for IPv4 too. An IPv6 address stands in brackets, and may name its interface (its scope) by name or
 * number. IPv4 has four decimal numbers without leading zeros; a port has digits alone. A Unix path is taken byte by
 * byte up to the end; `%XX` in an abstract name is a byte in hexadecimal, as pier_address_format writes it.
 * text: terminated. address: zeroed on failure. error: NULL or filled; `offset` is the byte of `text` that is wrong.
 * Returns PIER_OK; PIER_ADDRESS for text that is no address, and for a host or a port that is a name:
 * pier_address_resolve (<pier/resolve.h>) takes those; PIER_USAGE for NULL. Never blocks. */
PIER_API pier_status pier_address_parse(const char *text, pier_address *address, pier_error *error) PIER_MUST_USE;

/* The text of an address as a value, for a message: pier_address_as_text(&address).text. */
typedef struct pier_address_text {
    char text[PIER_ADDRESS_TEXT_BYTES_MAX]; /* terminated */
} pier_address_text;

/* Returns the whole text of an address, as pier_address_format writes it. Never blocks. */
PIER_API pier_address_text pier_address_as_text(const pier_address *address);

/* Writes the address as pier_address_parse reads it, numeric, terminated and cut at `capacity_bytes`. Returns the
 * whole length without the terminator, as snprintf does; PIER_ADDRESS_TEXT_BYTES_MAX is room enough for any. Every
 * address that pier_address_parse gives comes back the same. Addresses that only the system gives: a Unix socket
 * without a name is written as "unix:", and a path that begins with `@` gets `./` before it. A zeroed address is
 * written as "none". `buffer` may be NULL when `capacity_bytes` is 0. Never blocks. */
PIER_API size_t pier_address_format(const pier_address *address, char *buffer, size_t capacity_bytes);

/* Returns whether two addresses are the same in all their parts. `127.0.0.1` and `[::ffff:127.0.0.1]` differ. */
PIER_API bool pier_address_equal(const pier_address *left, const pier_address *right);

/* Returns the port, in the machine's order; 0 for a Unix address. */
PIER_API uint16_t pier_address_port(const pier_address *address);

#endif
