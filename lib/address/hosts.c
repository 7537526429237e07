/* The hosts file, hosts(5), read by Pier: c-ares 1.18 can be told another file by the environment alone.
 *
 * Floor 1 (address). Has no state: any thread may call it. */
#include "address/hosts_internal.h"

#include <errno.h>
#include <string.h>

#include "address/ip_text_internal.h"
#include "address/lines_internal.h"
#include "address/platform_internal.h"

#define HOSTS_PATH "/etc/hosts"

void pier__address_list_add(pier__address_list *list, const pier_address *address) {
    for (size_t i = 0; i < list->count; i++) {
        if (pier_address_equal(&list->addresses[i], address)) {
            return;
        }
    }
    if (list->count < list->capacity) {
        list->addresses[list->count++] = *address;
    }
}

/* Returns the length of a name without a final dot. */
static size_t name_size(const char *name) {
    size_t size = strlen(name);
    return size > 0 && name[size - 1] == '.' ? size - 1 : size;
}

bool pier__is_localhost(const char *name) {
    static const char localhost[] = "localhost";
    size_t size = name_size(name);
    size_t tail = sizeof localhost - 1;
    if (size < tail || (size > tail && name[size - tail - 1] != '.')) {
        return false;
    }
    return pier__word_equals(localhost, name + size - tail, tail);
}

void pier__add_loopback(pier__address_list *list, pier_family family) {
    const pier_address ipv6 = {PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 0, 0, 16, {[15] = 1}};
    const pier_address ipv4 = {PIER_TRANSPORT_TCP, PIER_FAMILY_IPV4, 0, 0, 4, {127, 0, 0, 1}};
    if (family != PIER_FAMILY_IPV4) {
        pier__address_list_add(list, &ipv6);
    }
    if (family != PIER_FAMILY_IPV6) {
        pier__address_list_add(list, &ipv4);
    }
}

/* Reads the address that begins a line, `fe80::1%eth0` for instance. */
static bool read_address(const char *word, pier_address *address) {
    pier__text_fault fault;
    size_t size = strcspn(word, "%");
    memset(address, 0, sizeof *address);
    address->transport = PIER_TRANSPORT_TCP;
    if (strchr(word, ':') == NULL) {
        address->family = PIER_FAMILY_IPV4;
        address->name_bytes = 4;
        return pier__ipv4_read(word, strlen(word), address->name, &fault);
    }
    address->family = PIER_FAMILY_IPV6;
    address->name_bytes = 16;
    if (!pier__ipv6_read(word, size, address->name, &fault)) {
        return false;
    }
    if (word[size] == '%' &&
        !pier__number_read(word + size + 1, strlen(word + size + 1), UINT32_MAX, &address->scope, &fault)) {
        address->scope = pier__platform_interface_index(word + size + 1);
        return address->scope != 0;
    }
    return true;
}

/* Takes a line, `address name alias …`, if it is about the name. */
static void take_line(char *line, const char *name, pier_family family, pier__address_list *list) {
    pier_address address;
    size_t size = name_size(name);
    const char *first = pier__line_word(&line);
    if (first == NULL || !read_address(first, &address) ||
        (family != PIER_FAMILY_NONE && family != (pier_family)address.family)) {
        return;
    }
    for (const char *word = pier__line_word(&line); word != NULL; word = pier__line_word(&line)) {
        if (pier__word_equals(word, name, size)) {
            pier__address_list_add(list, &address);
            return;
        }
    }
}

int pier__hosts_look_up(const char *path, const char *name, pier_family family, pier__address_list *list) {
    pier__lines lines;
    char *line = NULL;
    if (path != NULL && path[0] == '\0') {
        return 0;
    }
    int os_error = pier__lines_open(&lines, path != NULL ? path : HOSTS_PATH);
    if (os_error == ENOENT || os_error == EACCES || os_error == EPERM) {
        return 0;
    }
    if (os_error != 0) {
        return os_error;
    }
    for (os_error = pier__lines_next(&lines, &line); os_error == 0 && line != NULL;
         os_error = pier__lines_next(&lines, &line)) {
        take_line(line, name, family, list);
    }
    pier__lines_close(&lines);
    return os_error;
}
