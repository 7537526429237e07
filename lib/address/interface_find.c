/* The number of an interface, by whatever a person calls it; see <pier/interface.h>.
 *
 * Floor 1 (address). Knows nothing of sockets. Has no state: any thread may call it. */
#include <string.h>

#include <pier/interface.h>

#include "address/ip_text_internal.h"
#include "base/error_internal.h"

/* Reads an address without brackets. Returns false for text that is none. */
static bool read_address(const char *text, pier_address *address) {
    pier__text_fault fault;
    *address = (pier_address){.family = PIER_FAMILY_IPV4, .name_bytes = 4};
    if (pier__ipv4_read(text, strlen(text), address->name, &fault)) {
        return true;
    }
    *address = (pier_address){.family = PIER_FAMILY_IPV6, .name_bytes = 16};
    return pier__ipv6_read(text, strlen(text), address->name, &fault);
}

/* Names come first: an interface may be called like a number. */
static const pier_interface *find(const pier_interfaces *interfaces, const char *text) {
    uint32_t number = 0;
    pier_address address;
    pier__text_fault fault;
    const pier_interface *found = pier_interfaces_by_name(interfaces, text);
    if (found == NULL && pier__number_read(text, strlen(text), UINT32_MAX, &number, &fault)) {
        found = pier_interfaces_by_index(interfaces, number);
    }
    if (found == NULL && read_address(text, &address)) {
        found = pier_interfaces_by_address(interfaces, &address);
    }
    return found;
}

pier_status pier_interface_find(const char *text, uint32_t *number, const pier_allocator *allocator,
                                pier_error *error) {
    pier_interfaces *interfaces = NULL;
    if (number != NULL) {
        *number = 0;
    }
    if (text == NULL || number == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "text and number may not be NULL");
    }
    pier_status status = pier_interfaces_create(&interfaces, allocator, error);
    if (status != PIER_OK) {
        return status;
    }
    const pier_interface *found = find(interfaces, text);
    if (found != NULL) {
        *number = found->index;
    } else {
        status = pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_ADDRESS, 0,
                                 "no interface of this machine has the name, the number or the address %.40s", text);
    }
    pier_interfaces_destroy(interfaces);
    return status;
}
