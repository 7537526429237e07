/* Addresses as values: read, written, compared.
 *
 * Floor 1 (address). Knows nothing of sockets and of the resolver. Has no state: any thread may call it. */
#include <pier/address.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "address/endpoint_internal.h"
#include "address/ip_text_internal.h"
#include "base/error_internal.h"

pier_status pier_address_parse(const char *text, pier_address *address, pier_error *error) {
    pier__endpoint endpoint;
    if (address == NULL || text == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "text and address may not be NULL");
    }
    memset(address, 0, sizeof *address);
    pier_status status = pier__endpoint_read(text, &endpoint, error);
    if (status != PIER_OK) {
        return status;
    }
    if (endpoint.host_is_name) {
        return pier__endpoint_fail(error, endpoint.host.begin,
                                   "the host is a name, and only numbers are taken here; pier_address_resolve looks "
                                   "names up");
    }
    if (endpoint.port_is_name) {
        return pier__endpoint_fail(error, endpoint.port.begin,
                                   "the port is not a decimal number; pier_address_resolve looks up the names of "
                                   "services");
    }
    *address = endpoint.address;
    return PIER_OK;
}

/* Text that grows in the caller's buffer and goes on counting when that is full. */
typedef struct address_text {
    char *buffer;
    size_t capacity_bytes;
    size_t length;
} address_text;

static void append_byte(address_text *text, char byte) {
    if (text->length + 1 < text->capacity_bytes) {
        text->buffer[text->length] = byte;
    }
    text->length++;
}

static void append(address_text *text, const char *what, size_t size) {
    for (size_t i = 0; i < size; i++) {
        append_byte(text, what[i]);
    }
}

static void append_terminated(address_text *text, const char *what) {
    append(text, what, strlen(what));
}

/* An abstract name may have any bytes. Those that would not survive a terminal, a shell or a line go as %XX. */
static void append_abstract(address_text *text, const pier_address *address) {
    static const char digits[] = "0123456789ABCDEF";
    append_terminated(text, "unix:@");
    for (size_t i = 0; i < address->name_bytes; i++) {
        uint8_t byte = address->name[i];
        if (byte > 0x20 && byte < 0x7F && byte != '%') {
            append_byte(text, (char)byte);
        } else {
            append_byte(text, '%');
            append_byte(text, digits[byte >> 4]);
            append_byte(text, digits[byte & 15]);
        }
    }
}

static void append_ip(address_text *text, const pier_address *address) {
    char number[PIER__IPV6_TEXT_BYTES];
    append_terminated(text, address->transport == PIER_TRANSPORT_UDP ? "udp://" : "tcp://");
    if (address->family == PIER_FAMILY_IPV4) {
        append(text, number, pier__ipv4_write(address->name, number));
    } else {
        append_byte(text, '[');
        append(text, number, pier__ipv6_write(address->name, number));
        if (address->scope != 0) {
            (void)snprintf(number, sizeof number, "%%%" PRIu32, address->scope);
            append_terminated(text, number);
        }
        append_byte(text, ']');
    }
    (void)snprintf(number, sizeof number, ":%u", (unsigned)address->port);
    append_terminated(text, number);
}

size_t pier_address_format(const pier_address *address, char *buffer, size_t capacity_bytes) {
    address_text text = {buffer, capacity_bytes, 0};
    switch ((pier_family)address->family) {
    case PIER_FAMILY_IPV4:
    case PIER_FAMILY_IPV6:
        append_ip(&text, address);
        break;
    case PIER_FAMILY_UNIX_PATH:
        append_terminated(&text, address->name_bytes > 0 && address->name[0] == '@' ? "unix:./" : "unix:");
        append(&text, (const char *)address->name, address->name_bytes);
        break;
    case PIER_FAMILY_UNIX_ABSTRACT:
        append_abstract(&text, address);
        break;
    case PIER_FAMILY_NONE:
    default:
        append_terminated(&text, "none");
        break;
    }
    if (capacity_bytes > 0) {
        buffer[text.length < capacity_bytes ? text.length : capacity_bytes - 1] = '\0';
    }
    return text.length;
}

pier_address_text pier_address_as_text(const pier_address *address) {
    pier_address_text whole;
    (void)pier_address_format(address, whole.text, sizeof whole.text);
    return whole;
}

bool pier_address_equal(const pier_address *left, const pier_address *right) {
    return left->transport == right->transport && left->family == right->family && left->port == right->port &&
           left->scope == right->scope && left->name_bytes == right->name_bytes &&
           memcmp(left->name, right->name, left->name_bytes) == 0;
}

uint16_t pier_address_port(const pier_address *address) {
    return address->port;
}
