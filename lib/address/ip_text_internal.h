/* IP addresses and small numbers as text, read strictly and written in one way.
 *
 * Floor 1 (address). Pure functions over the caller's memory: no system calls, no state, any thread. They are Pier's
 * own because inet_pton tells neither which byte is wrong nor why, and inet_aton takes octal and hexadecimal. */
#ifndef PIER_ADDRESS_IP_TEXT_INTERNAL_H
#define PIER_ADDRESS_IP_TEXT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the longest IPv4 and IPv6 text with a terminator. */
#define PIER__IPV4_TEXT_BYTES 16
#define PIER__IPV6_TEXT_BYTES 46

/* What is wrong with a text: at which byte, from its beginning, and why. */
typedef struct pier__text_fault {
    size_t offset;
    const char *words; /* static */
} pier__text_fault;

/* Reads decimal digits, without sign and without leading zeros, up to `highest`. Returns whether it is such a number;
 * if not, `fault` is filled. */
bool pier__number_read(const char *text, size_t size, uint32_t highest, uint32_t *value, pier__text_fault *fault);

/* Reads four decimal numbers. Returns whether they are there; if not, `fault` is filled. */
bool pier__ipv4_read(const char *text, size_t size, uint8_t bytes[4], pier__text_fault *fault);

/* Reads an IPv6 address without brackets and scope, in any form of RFC 4291, section 2.2. */
bool pier__ipv6_read(const char *text, size_t size, uint8_t bytes[16], pier__text_fault *fault);

/* Write the address, terminated, and return its length. IPv6 has the canonical form of RFC 5952. */
size_t pier__ipv4_write(const uint8_t bytes[4], char buffer[PIER__IPV4_TEXT_BYTES]);
size_t pier__ipv6_write(const uint8_t bytes[16], char buffer[PIER__IPV6_TEXT_BYTES]);

/* Returns whether an IPv6 address is an IPv4 one in IPv6's clothes, ::ffff:a.b.c.d. */
bool pier__ipv6_is_mapped(const uint8_t bytes[16]);

#endif
