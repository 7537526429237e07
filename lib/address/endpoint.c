/* Taking the text of an endpoint apart.
 *
 * Floor 1 (address). Knows nothing of the resolver. Has no state: any thread may call it.
 *
 * The grammar, strict on purpose, so that a slip is told and not looked up in the domain name system:
 *
 *     endpoint = [ ( "tcp" / "udp" ) "://" ] [ host ] ":" port  /  "unix:@" name  /  "unix:" path
 *     host     = IPv4 / "[" IPv6 [ "%" interface ] "]" / host name */
#include "address/endpoint_internal.h"

#include <inttypes.h>
#include <string.h>

#include "address/ip_text_internal.h"
#include "address/platform_internal.h"
#include "base/error_internal.h"

/* Longest name of an interface, with its terminator (IF_NAMESIZE of Linux and the BSDs). */
#define INTERFACE_NAME_BYTES 16

pier_status pier__endpoint_fail(pier_error *error, size_t offset, const char *words) {
    pier_status status = pier__error_set(error, PIER_ADDRESS, PIER_FLOOR_ADDRESS, 0, "%s", words);
    if (error != NULL) {
        error->offset = offset;
    }
    return status;
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Returns the value of `%XX` at `text`, or -1. */
static int escaped_byte(const char *text) {
    int value = 0;
    for (size_t i = 1; i <= 2; i++) {
        char lower = (char)(text[i] | 0x20);
        if (is_digit(text[i])) {
            value = value * 16 + (text[i] - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value * 16 + (lower - 'a' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

static pier_status read_abstract(const char *text, size_t begin, pier_address *address, pier_error *error) {
    size_t size = 0;
    address->family = PIER_FAMILY_UNIX_ABSTRACT;
    for (size_t i = begin; text[i] != '\0'; i++) {
        int byte = (unsigned char)text[i];
        size_t offset = i;
        if (text[i] == '%') {
            byte = escaped_byte(text + i);
            if (byte < 0) {
                return pier__endpoint_fail(error, offset,
                                           "`%` and two hexadecimal digits stand for a byte; write %25 "
                                           "for `%` itself");
            }
            i += 2;
        }
        if (size == PIER_UNIX_NAME_BYTES_MAX) {
            return pier__endpoint_fail(error, offset, "an abstract name has 107 bytes at most");
        }
        address->name[size++] = (uint8_t)byte;
    }
    if (size == 0) {
        return pier__endpoint_fail(error, begin, "the abstract name is empty");
    }
    address->name_bytes = (uint32_t)size;
    return PIER_OK;
}

static pier_status read_unix(const char *text, size_t begin, pier_address *address, pier_error *error) {
    address->transport = PIER_TRANSPORT_UNIX;
    if (text[begin] == '@') {
        return read_abstract(text, begin + 1, address, error);
    }
    size_t size = strlen(text + begin);
    if (size == 0) {
        return pier__endpoint_fail(error, begin, "a path, or @ and a name, must follow `unix:`");
    }
    if (size > PIER_UNIX_NAME_BYTES_MAX) {
        return pier__endpoint_fail(error, begin + PIER_UNIX_NAME_BYTES_MAX,
                                   "the path of a Unix socket has 107 bytes at most");
    }
    address->family = PIER_FAMILY_UNIX_PATH;
    address->name_bytes = (uint32_t)size;
    memcpy(address->name, text + begin, size);
    return PIER_OK;
}

/* Reads what follows `%` in brackets: the number of an interface or its name. */
static pier_status read_scope(const char *text, pier__text_run run, pier_address *address, pier_error *error) {
    char name[INTERFACE_NAME_BYTES] = "";
    pier__text_fault fault;
    if (run.size == 0) {
        return pier__endpoint_fail(error, run.begin, "the name or the number of an interface must follow `%`");
    }
    if (pier__number_read(text + run.begin, run.size, UINT32_MAX, &address->scope, &fault)) {
        return address->scope != 0
                   ? PIER_OK
                   : pier__endpoint_fail(error, run.begin, "interfaces are numbered from 1; leave %0 away");
    }
    if (run.size < sizeof name) {
        memcpy(name, text + run.begin, run.size);
        address->scope = pier__platform_interface_index(name);
    }
    return address->scope != 0 ? PIER_OK
                               : pier__endpoint_fail(error, run.begin, "this machine has no interface of that name");
}

/* Reads `[…]`, and leaves `*position` behind it. */
static pier_status read_bracketed(const char *text, size_t *position, pier__endpoint *endpoint, pier_error *error) {
    size_t begin = *position + 1;
    const char *close = strchr(text + begin, ']');
    pier__text_fault fault;
    if (close == NULL) {
        return pier__endpoint_fail(error, *position, "the bracket is not closed");
    }
    size_t end = (size_t)(close - text);
    const char *percent = memchr(text + begin, '%', end - begin);
    size_t address_end = percent != NULL ? (size_t)(percent - text) : end;
    *position = end + 1;
    endpoint->host = (pier__text_run){begin, address_end - begin};
    endpoint->address.family = PIER_FAMILY_IPV6;
    endpoint->address.name_bytes = 16;
    if (!pier__ipv6_read(text + begin, address_end - begin, endpoint->address.name, &fault)) {
        return pier__endpoint_fail(error, begin + fault.offset, fault.words);
    }
    if (percent == NULL) {
        return PIER_OK;
    }
    return read_scope(text, (pier__text_run){address_end + 1, end - address_end - 1}, &endpoint->address, error);
}

/* Returns whether the last label of a host begins like a number. Such a host is an IPv4 address, if perhaps a bad one,
 * and never a name: no top-level domain is numeric, and resolvers take 1.2.3 or 0x7f.1 for addresses of their own. */
static bool is_number_like(const char *host, size_t size) {
    size_t begin = size;
    while (begin > 0 && host[begin - 1] != '.') {
        begin--;
    }
    if (begin == size) {
        /* A final dot: the label before it decides. */
        return size > 0 && is_number_like(host, size - 1);
    }
    if (size - begin > 2 && host[begin] == '0' && (host[begin + 1] | 0x20) == 'x') {
        return true;
    }
    for (size_t i = begin; i < size; i++) {
        if (!is_digit(host[i])) {
            return false;
        }
    }
    return true;
}

/* Checks a host name: labels of letters, digits, `-` and `_`, as the resolver takes them. */
static pier_status check_host_name(const char *text, pier__text_run host, pier_error *error) {
    size_t label = 0;
    if (host.size > PIER__HOST_BYTES_MAX) {
        return pier__endpoint_fail(error, host.begin + PIER__HOST_BYTES_MAX, "a host name has 253 bytes at most");
    }
    for (size_t i = host.begin; i < host.begin + host.size; i++) {
        char byte = text[i];
        if (byte == '.') {
            if (label == 0) {
                return pier__endpoint_fail(error, i, "a part of a host name is empty");
            }
            label = 0;
            continue;
        }
        if (!is_letter(byte) && !is_digit(byte) && byte != '_' && !(byte == '-' && label > 0)) {
            return pier__endpoint_fail(error, i, "this byte may not stand in a host");
        }
        if (++label > 63) {
            return pier__endpoint_fail(error, i, "a part of a host name has 63 bytes at most");
        }
    }
    return PIER_OK;
}

/* Reads a host without brackets: nothing, IPv4 or a name. */
static pier_status read_host(const char *text, pier__text_run host, pier__endpoint *endpoint, pier_error *error) {
    pier__text_fault fault;
    pier_address *address = &endpoint->address;
    endpoint->host = host;
    if (host.size == 0) {
        /* All interfaces: the name is all zeros already. */
        address->family = PIER_FAMILY_IPV6;
        address->name_bytes = 16;
        return PIER_OK;
    }
    if (is_number_like(text + host.begin, host.size)) {
        address->family = PIER_FAMILY_IPV4;
        address->name_bytes = 4;
        if (!pier__ipv4_read(text + host.begin, host.size, address->name, &fault)) {
            return pier__endpoint_fail(error, host.begin + fault.offset, fault.words);
        }
        return PIER_OK;
    }
    endpoint->host_is_name = true;
    return check_host_name(text, host, error);
}

/* Reads a port, or checks the name of a service, which has a letter somewhere. */
static pier_status read_port(const char *text, pier__text_run port, pier__endpoint *endpoint, pier_error *error) {
    bool has_letter = false;
    endpoint->port = port;
    if (port.size == 0) {
        return pier__endpoint_fail(error, port.begin, "the port is missing; 0 lets the system choose one");
    }
    for (size_t i = port.begin; i < port.begin + port.size; i++) {
        if (text[i] == ':') {
            return pier__endpoint_fail(error, i, "a second colon; an IPv6 address stands in brackets");
        }
        if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '_' && !(text[i] == '-' && i > port.begin)) {
            return pier__endpoint_fail(error, i, "this byte may not stand in a port");
        }
        has_letter = has_letter || is_letter(text[i]);
        if (i - port.begin == PIER__SERVICE_BYTES_MAX) {
            return pier__endpoint_fail(error, i, "a port is a number up to 65535");
        }
    }
    if (has_letter) {
        endpoint->port_is_name = true;
        return PIER_OK;
    }
    uint32_t number = 0;
    pier__text_fault fault;
    if (!pier__number_read(text + port.begin, port.size, UINT16_MAX, &number, &fault)) {
        /* Up to here it is digits, but for `_` and `-`; only those and the size can be wrong. */
        return pier__endpoint_fail(error, port.begin + fault.offset,
                                   "a port is a decimal number up to 65535, without "
                                   "leading zeros");
    }
    endpoint->address.port = (uint16_t)number;
    return PIER_OK;
}

/* Reads `tcp://` and `udp://`, and leaves `*position` behind; TCP when there is neither. */
static pier_status read_scheme(const char *text, size_t *position, pier_address *address, pier_error *error) {
    const char *mark = strstr(text, "://");
    address->transport = PIER_TRANSPORT_TCP;
    *position = 0;
    if (mark == NULL) {
        return PIER_OK;
    }
    if (strncmp(text, "udp://", 6) == 0) {
        address->transport = PIER_TRANSPORT_UDP;
    } else if (strncmp(text, "tcp://", 6) != 0) {
        return pier__endpoint_fail(error, 0, "the scheme is unknown: an address begins with tcp://, udp:// or unix:");
    }
    *position = 6;
    return PIER_OK;
}

pier_status pier__endpoint_read(const char *text, pier__endpoint *endpoint, pier_error *error) {
    size_t position = 0;
    memset(endpoint, 0, sizeof *endpoint);
    if (text[0] == '\0') {
        return pier__endpoint_fail(error, 0, "the address is empty; tcp://127.0.0.1:7000 is one, for instance");
    }
    if (strncmp(text, "unix:", 5) == 0) {
        return read_unix(text, 5, &endpoint->address, error);
    }
    pier_status status = read_scheme(text, &position, &endpoint->address, error);
    if (status != PIER_OK) {
        return status;
    }
    if (text[position] == '[') {
        status = read_bracketed(text, &position, endpoint, error);
    } else {
        size_t begin = position;
        position += strcspn(text + begin, ":");
        status = read_host(text, (pier__text_run){begin, position - begin}, endpoint, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    if (text[position] != ':') {
        return pier__endpoint_fail(error, position, "`:` and a port must follow the host; 0 lets the system choose");
    }
    return read_port(text, (pier__text_run){position + 1, strlen(text + position + 1)}, endpoint, error);
}
