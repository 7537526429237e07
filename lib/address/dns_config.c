/* Who is asked for names: what the caller says, and resolv.conf as c-ares reads it.
 *
 * Floor 1 (address). Serves the thread of its look-up. */
#include <string.h>

#define CARES_NO_DEPRECATED
#include <ares.h>
#include <pier/network.h>

#include "address/dns_internal.h"
#include "base/error_internal.h"

/* The port of name servers, RFC 1035, section 4.2. */
#define DNS_PORT 53

static pier_status fail(pier_error *error, pier_status status, const char *words) {
    return pier__error_set(error, status, PIER_FLOOR_ADDRESS, 0, "%s", words);
}

/* Appends a server; those that there is no room for are left out. */
static void add_server(pier__dns_config *config, const pier_address *address) {
    if (config->server_count < PIER_RESOLVE_SERVERS_MAX) {
        pier__dns_server *server = &config->servers[config->server_count++];
        server->address = pier_address_unmapped(address);
        server->address.transport = PIER_TRANSPORT_UDP;
        if (address->port == 0) {
            server->address.port = DNS_PORT;
        }
    }
}

/* Appends a domain; one that there is no room for is left out. */
static void add_domain(pier__dns_config *config, const char *domain) {
    size_t used = strlen(config->search);
    size_t size = strlen(domain);
    if (size > 0 && used + 1 + size < sizeof config->search) {
        if (used > 0) {
            config->search[used++] = ' ';
        }
        memcpy(config->search + used, domain, size + 1);
    }
}

/* Takes the servers that c-ares read, or its default, the name server of this machine. */
static int take_servers(pier__dns_config *config, ares_channel channel) {
    struct ares_addr_port_node *list = NULL;
    int answer = ares_get_servers_ports(channel, &list);
    for (const struct ares_addr_port_node *node = list; node != NULL; node = node->next) {
        bool is_ipv6 = node->family == AF_INET6;
        pier_address address = {.family = is_ipv6 ? PIER_FAMILY_IPV6 : PIER_FAMILY_IPV4,
                                .name_bytes = is_ipv6 ? 16 : 4};
        memcpy(address.name, &node->addr, address.name_bytes);
        address.port = (uint16_t)node->udp_port;
        add_server(config, &address);
    }
    ares_free_data(list);
    return answer;
}

/* Takes domains, dots and turns that c-ares read. */
static int take_options(pier__dns_config *config, ares_channel channel) {
    struct ares_options options;
    int mask = 0;
    int answer = ares_save_options(channel, &options, &mask);
    if (answer == ARES_SUCCESS) {
        for (int i = 0; i < options.ndomains; i++) {
            add_domain(config, options.domains[i]);
        }
        config->dots_first = options.ndots > 0 ? (uint32_t)options.ndots : 0;
        config->rotates = (mask & ARES_OPT_ROTATE) != 0;
    }
    ares_destroy_options(&options);
    return answer;
}

/* Reads the system's configuration with a channel that asks nobody. */
static int read_system(pier__dns_config *config, const char *path) {
    char default_path[] = "/etc/resolv.conf";
    char lookups[] = "b";
    char given[4096];
    struct ares_options options = {.lookups = lookups, .resolvconf_path = default_path};
    ares_channel channel = NULL;
    if (path != NULL) {
        if (strlen(path) >= sizeof given) {
            return ARES_EFILE;
        }
        memcpy(given, path, strlen(path) + 1);
        options.resolvconf_path = given;
    }
    int answer = ares_init_options(&channel, &options, ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF);
    if (answer == ARES_SUCCESS) {
        answer = take_servers(config, channel);
    }
    if (answer == ARES_SUCCESS) {
        answer = take_options(config, channel);
    }
    ares_destroy(channel);
    return answer;
}

/* Takes the servers of the options, all or none. */
static pier_status take_given(pier__dns_config *config, const pier_resolve_options *options, pier_error *error) {
    if (options->server_count == 0 || options->server_count > PIER_RESOLVE_SERVERS_MAX) {
        return fail(error, PIER_USAGE, "server_count is 1 to 16 when servers are given");
    }
    for (size_t i = 0; i < options->server_count; i++) {
        const pier_address *address = &options->servers[i];
        if (address->family != PIER_FAMILY_IPV4 && address->family != PIER_FAMILY_IPV6) {
            return fail(error, PIER_USAGE, "a name server has an address of IPv4 or IPv6");
        }
        add_server(config, address);
    }
    config->dots_first = 1;
    return PIER_OK;
}

pier_status pier__dns_configure(pier__dns_config *config, const pier_resolve_options *options, pier_error *error) {
    memset(config, 0, sizeof *config);
    if (options->servers != NULL) {
        pier_status status = take_given(config, options, error);
        if (status != PIER_OK) {
            return status;
        }
    } else {
        int answer = read_system(config, options->resolv_conf_path);
        if (answer == ARES_ENOMEM) {
            return fail(error, PIER_NO_MEMORY, "no memory to read the system's configuration of names");
        }
        if (answer != ARES_SUCCESS) {
            return pier__error_set(error, PIER_SYSTEM, PIER_FLOOR_ADDRESS, 0,
                                   "the system's configuration of names cannot be read: %s", ares_strerror(answer));
        }
    }
    if (options->search != NULL) {
        config->search[0] = '\0';
        add_domain(config, options->search);
    }
    return PIER_OK;
}
