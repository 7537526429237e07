/* Look-ups that any poll loop can drive.
 *
 * Floor 1 (address). Decides where a name is looked for, and in which order its addresses come; asking servers is
 * dns.c's. A resolver serves one thread at a time; only its cancel object may be fired by others. */
#include <pier/resolve.h>

#include <stdio.h>
#include <string.h>

#include <pier/port.h>

#include "address/dns_internal.h"
#include "address/endpoint_internal.h"
#include "address/hosts_internal.h"
#include "address/order_internal.h"
#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

_Static_assert(PIER_RESOLVE_HANDLES_MAX == PIER__DNS_SOCKETS_MAX + 1, "all sockets and the cancel object");

/* What is found for a name; too large to be there for numbers, too. */
typedef struct resolver_found {
    pier_address addresses[PIER_RESOLVE_ADDRESSES_MAX];
    pier__route routes[PIER_RESOLVE_ADDRESSES_MAX];
} resolver_found;

struct pier_resolver {
    pier_allocator allocator;
    pier_cancel *cancel; /* borrowed */
    void (*done)(pier_resolver *resolver, pier_status status, void *user);
    void *user;
    pier_deadline deadline;
    pier_address number;   /* the address, when it was given in numbers; otherwise its transport and port */
    resolver_found *found; /* NULL for numbers */
    size_t count;          /* of addresses */
    pier__dns *dns;        /* NULL when no server is asked */
    size_t host_offset;    /* of the host in the text */
    char host[PIER__HOST_BYTES_MAX + 1];
    pier_status known; /* without a server: how it ends */
    bool is_done;
    pier_status status; /* when it is done */
    pier_error error;
};

/* Fills the offset of an error that has just been made. Returns `status`. */
static pier_status at_offset(pier_error *error, size_t offset, pier_status status) {
    if (error != NULL) {
        error->offset = offset;
    }
    return status;
}

static pier_status check_options(const pier_resolve_options *options, pier_error *error) {
    if (options->size != sizeof *options) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0,
                               "pier_resolve_options.size is %zu, this library has %zu", options->size,
                               sizeof *options);
    }
    if (options->family != PIER_FAMILY_NONE && options->family != PIER_FAMILY_IPV4 &&
        options->family != PIER_FAMILY_IPV6) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "family is IPv4, IPv6 or none for both");
    }
    return PIER_OK;
}

/* Looks the port up if it is a name. */
static pier_status find_port(const char *text, pier__endpoint *endpoint, const char *services_path, pier_error *error) {
    char name[PIER__SERVICE_BYTES_MAX + 1];
    pier_service service;
    if (!endpoint->port_is_name) {
        return PIER_OK;
    }
    (void)snprintf(name, sizeof name, "%.*s", (int)endpoint->port.size, text + endpoint->port.begin);
    pier_status status =
        pier_service_by_name(name, (pier_transport)endpoint->address.transport, services_path, &service, error);
    if (status != PIER_OK) {
        return at_offset(error, endpoint->port.begin, status);
    }
    endpoint->address.port = service.port;
    return PIER_OK;
}

/* Checks that an address that was given in numbers is of the family that was asked for. */
static pier_status check_family(const pier__endpoint *endpoint, pier_family family, pier_error *error) {
    pier_family own = (pier_family)endpoint->address.family;
    if (family != PIER_FAMILY_NONE && family != own && (own == PIER_FAMILY_IPV4 || own == PIER_FAMILY_IPV6)) {
        return pier__endpoint_fail(error, endpoint->host.begin,
                                   family == PIER_FAMILY_IPV4 ? "only IPv4 was asked for, and this is IPv6"
                                                              : "only IPv6 was asked for, and this is IPv4");
    }
    return PIER_OK;
}

/* Begins to ask the servers, unless it would be for nothing: then the first step tells. */
static pier_status ask_servers(pier_resolver *resolver, const pier_resolve_options *options, pier_error *error) {
    pier__dns_config config;
    if (pier_clock_monotonic_ns() >= resolver->deadline) {
        resolver->known = PIER_TIMEOUT;
    } else if (resolver->cancel != NULL && pier_cancel_is_fired(resolver->cancel)) {
        resolver->known = PIER_CANCELLED;
    }
    if (resolver->known != PIER_OK) {
        (void)pier__error_set(&resolver->error, resolver->known, PIER_FLOOR_ADDRESS, 0,
                              "no name server was asked about %.64s: %s", resolver->host,
                              pier_status_text(resolver->known));
        return PIER_OK;
    }
    pier_status status = pier__dns_configure(&config, options, error);
    if (status != PIER_OK) {
        return status;
    }
    return pier__dns_start(&resolver->dns, resolver->host, options->family, &config, resolver->deadline,
                           &resolver->allocator, error);
}

/* Looks a name up on this machine, and has the servers asked if it is not there. */
static pier_status find_host(pier_resolver *resolver, const pier_resolve_options *options, pier_error *error) {
    resolver->found = (resolver_found *)pier__allocate(&resolver->allocator, sizeof *resolver->found);
    if (resolver->found == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_ADDRESS, 0, "no memory for the addresses of %.64s",
                               resolver->host);
    }
    pier__address_list list = {resolver->found->addresses, PIER_RESOLVE_ADDRESSES_MAX, 0};
    if (pier__is_localhost(resolver->host)) {
        pier__add_loopback(&list, options->family);
    } else {
        int os_error = pier__hosts_look_up(options->hosts_path, resolver->host, options->family, &list);
        if (os_error != 0) {
            char words[PIER__OS_WORDS_BYTES];
            return pier__error_set(error, pier__os_failure(os_error), PIER_FLOOR_ADDRESS, os_error,
                                   "the hosts file cannot be read for %.64s: %s", resolver->host,
                                   pier__os_words(os_error, words));
        }
    }
    resolver->count = list.count;
    return list.count > 0 ? PIER_OK : ask_servers(resolver, options, error);
}

/* Takes the text apart and looks for the host: PIER_OK when there is an address or somebody is asked. */
static pier_status begin(pier_resolver *resolver, const char *text, const pier_resolve_options *options,
                         pier_error *error) {
    pier__endpoint endpoint;
    pier_address number;
    pier_status status = options->numeric_only ? pier_address_parse(text, &number, error) : PIER_OK;
    if (status == PIER_OK) {
        status = pier__endpoint_read(text, &endpoint, error);
    }
    if (status == PIER_OK) {
        status = find_port(text, &endpoint, options->services_path, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    resolver->number = endpoint.address;
    resolver->count = 1;
    resolver->host_offset = endpoint.host.begin;
    if (!endpoint.host_is_name) {
        return check_family(&endpoint, options->family, error);
    }
    memcpy(resolver->host, text + endpoint.host.begin, endpoint.host.size);
    resolver->host[endpoint.host.size] = '\0';
    status = find_host(resolver, options, error);
    return status == PIER_OK ? PIER_OK : at_offset(error, endpoint.host.begin, status);
}

pier_status pier_resolver_start(pier_resolver **out, const char *text, pier_deadline deadline,
                                const pier_resolve_options *options, pier_error *error) {
    static const pier_resolve_options defaults = {.size = sizeof defaults};
    if (out != NULL) {
        *out = NULL;
    }
    if (out == NULL || text == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "out and text may not be NULL");
    }
    options = options != NULL ? options : &defaults;
    pier_status status = check_options(options, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(options->allocator);
    pier_resolver *resolver = (pier_resolver *)pier__allocate(&allocator, sizeof *resolver);
    if (resolver == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_ADDRESS, 0, "no memory for a look-up");
    }
    memset(resolver, 0, sizeof *resolver);
    resolver->allocator = allocator;
    resolver->cancel = options->cancel;
    resolver->done = options->done;
    resolver->user = options->user;
    resolver->deadline = deadline;
    resolver->status = PIER_WOULD_BLOCK;
    pier_error_clear(&resolver->error);
    status = begin(resolver, text, options, error);
    if (status != PIER_OK) {
        pier_resolver_destroy(resolver);
        return status;
    }
    *out = resolver;
    return PIER_OK;
}

size_t pier_resolver_interests(const pier_resolver *resolver, pier_interest *interests, size_t capacity) {
    if (resolver->is_done || resolver->dns == NULL) {
        return 0;
    }
    size_t count = pier__dns_interests(resolver->dns, interests, capacity);
    if (resolver->cancel != NULL && count < capacity) {
        interests[count++] = (pier_interest){pier_cancel_handle(resolver->cancel), PIER_READABLE};
    }
    return count;
}

pier_deadline pier_resolver_next(const pier_resolver *resolver) {
    if (resolver->is_done) {
        return PIER_NEVER;
    }
    if (resolver->dns == NULL) {
        return PIER_NOW;
    }
    pier_deadline next = pier__dns_next(resolver->dns);
    return next < resolver->deadline ? next : resolver->deadline;
}

/* Goes on asking. Returns PIER_WOULD_BLOCK, or how it ended. */
static pier_status step_dns(pier_resolver *resolver) {
    if (resolver->cancel != NULL && pier_cancel_is_fired(resolver->cancel)) {
        (void)pier__dns_stop(resolver->dns, PIER_CANCELLED);
        return PIER_CANCELLED;
    }
    pier_status status = pier__dns_step(resolver->dns);
    if (status == PIER_WOULD_BLOCK && pier_clock_monotonic_ns() >= resolver->deadline) {
        status = pier__dns_stop(resolver->dns, PIER_TIMEOUT);
    }
    return status;
}

/* Takes what the servers answered, puts the addresses of a name in order and completes them. */
static void finish_addresses(pier_resolver *resolver) {
    resolver_found *found = resolver->found;
    if (found == NULL) {
        return;
    }
    if (resolver->dns != NULL) {
        const pier_address *answers = pier__dns_addresses(resolver->dns, &resolver->count);
        memcpy(found->addresses, answers, resolver->count * sizeof *answers);
    }
    for (size_t i = 0; i < resolver->count; i++) {
        found->addresses[i].transport = resolver->number.transport;
        found->addresses[i].port = resolver->number.port;
    }
    if (resolver->count > 1) {
        pier__order_addresses(found->addresses, resolver->count, found->routes);
    }
}

pier_status pier_resolver_step(pier_resolver *resolver) {
    if (resolver->is_done) {
        return resolver->status;
    }
    pier_status status = resolver->dns != NULL ? step_dns(resolver) : resolver->known;
    if (status == PIER_WOULD_BLOCK) {
        return status;
    }
    if (status == PIER_OK) {
        finish_addresses(resolver);
    } else {
        resolver->count = 0;
        if (resolver->dns != NULL) {
            (void)pier__dns_explain(resolver->dns, status, resolver->host, &resolver->error);
        }
        (void)at_offset(&resolver->error, resolver->host_offset, status);
    }
    pier__dns_destroy(resolver->dns);
    resolver->dns = NULL;
    resolver->status = status;
    resolver->is_done = true;
    if (resolver->done != NULL) {
        /* The last thing: the resolver may be gone behind it. */
        resolver->done(resolver, status, resolver->user);
    }
    return status;
}

pier_status pier_resolver_result(const pier_resolver *resolver, pier_address *addresses, size_t capacity,
                                 size_t *count) {
    if (resolver == NULL || addresses == NULL || capacity == 0 || count == NULL) {
        return PIER_USAGE;
    }
    *count = 0;
    if (resolver->is_done && resolver->status == PIER_OK) {
        *count = resolver->count < capacity ? resolver->count : capacity;
        const pier_address *from = resolver->found != NULL ? resolver->found->addresses : &resolver->number;
        memcpy(addresses, from, *count * sizeof *addresses);
    }
    return resolver->status;
}

const pier_error *pier_resolver_error(const pier_resolver *resolver) {
    return &resolver->error;
}

void pier_resolver_destroy(pier_resolver *resolver) {
    if (resolver != NULL) {
        pier_allocator allocator = resolver->allocator;
        pier__dns_destroy(resolver->dns);
        pier__release(&allocator, resolver->found, sizeof *resolver->found);
        pier__release(&allocator, resolver, sizeof *resolver);
    }
}
