/* The names that a name may stand for: itself, and itself with each search domain, resolv.conf(5).
 *
 * Floor 1 (address). Knows neither c-ares nor the system. Serves the thread of its look-up. */
#include <string.h>

#include "address/dns_internal.h"
#include "address/endpoint_internal.h"

void pier__dns_names_begin(pier__dns_names *names, const char *name) {
    size_t size = strlen(name);
    memset(names, 0, sizeof *names);
    names->is_absolute = size > 0 && name[size - 1] == '.';
    size -= names->is_absolute;
    memcpy(names->name, name, size);
    for (size_t i = 0; i < size; i++) {
        names->dots += name[i] == '.';
    }
}

/* Makes the name with the next domain. Returns false when there is none. One that would be too long is passed over. */
static bool next_domain(pier__dns_names *names, const char *search, char *name) {
    size_t own = strlen(names->name);
    while (!names->is_absolute && search[names->position] != '\0') {
        const char *domain = search + names->position;
        size_t size = strcspn(domain, " \t");
        names->position += size + strspn(domain + size, " \t");
        while (size > 0 && domain[size - 1] == '.') {
            size--;
        }
        if (size > 0 && own + 1 + size <= PIER__HOST_BYTES_MAX) {
            memcpy(name, names->name, own);
            name[own] = '.';
            memcpy(name + own + 1, domain, size);
            name[own + 1 + size] = '\0';
            return true;
        }
    }
    return false;
}

bool pier__dns_names_next(pier__dns_names *names, const char *search, uint32_t dots_first,
                          char name[PIER__DNS_NAME_BYTES]) {
    bool is_first = names->is_absolute || names->dots >= dots_first;
    if ((!is_first || names->is_as_is_done) && next_domain(names, search, name)) {
        return true;
    }
    if (names->is_as_is_done) {
        return false;
    }
    names->is_as_is_done = true;
    memcpy(name, names->name, strlen(names->name) + 1);
    return true;
}
