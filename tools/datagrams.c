/* Sockets for `udp://` endpoints: see datagrams.h. */
#include "datagrams.h"

#include <string.h>

#include <pier/interface.h>
#include <pier/multicast.h>
#include <pier/resolve.h>
#include <pier/socket_option.h>

#include "connection.h"
#include "report.h"

#define RESOLVE_TIMEOUT_MS 10000

enum { ADDRESSES_MAX = 16 };

bool datagrams_are_meant(const char *endpoint) {
    return strncmp(endpoint, "udp://", 6) == 0;
}

/* Looks the endpoint up. Returns EXIT_DONE, or what to exit with. */
static int resolve(const char *command, const char *endpoint, pier_address addresses[ADDRESSES_MAX], size_t *count) {
    pier_error error;
    pier_status status = pier_address_resolve(endpoint, addresses, ADDRESSES_MAX, count,
                                              pier_deadline_after_ms(RESOLVE_TIMEOUT_MS), NULL, &error);
    if (status > 0) {
        return report(command, status, "%s: the name is not resolved within %d ms", endpoint, RESOLVE_TIMEOUT_MS);
    }
    return status == PIER_OK ? EXIT_DONE : report_error(command, &error, endpoint, "");
}

/* Finds the interface that was asked for. number: 0 for none. Returns EXIT_DONE, or what to exit with. */
static int find_interface(const char *command, const char *text, uint32_t *number,
                          char name[PIER_INTERFACE_NAME_BYTES]) {
    pier_error error;
    pier_interfaces *interfaces = NULL;
    *number = 0;
    name[0] = '\0';
    if (text == NULL) {
        return EXIT_DONE;
    }
    if (pier_interface_find(text, number, NULL, &error) != PIER_OK ||
        pier_interfaces_create(&interfaces, NULL, &error) != PIER_OK) {
        return report_error(command, &error, "--interface", "");
    }
    const pier_interface *found = pier_interfaces_by_index(interfaces, *number);
    if (found != NULL) {
        memcpy(name, found->name, sizeof(found->name));
    }
    pier_interfaces_destroy(interfaces);
    return EXIT_DONE;
}

/* Makes a channel of the socket, which is gone when that fails. */
static int open_channel(pier_datagram_channel **channel, const char *command, pier_socket *socket,
                        const datagram_options *chosen) {
    pier_error error;
    pier_limits limits = connection_limits(chosen->record_bytes_max);
    pier_datagram_channel_options options = {
        .size = sizeof(options), .limits = &limits, .format = chosen->format, .plain_form = chosen->plain_form};
    if (pier_datagram_channel_open(channel, socket, &options, &error) != PIER_OK) {
        pier_socket_destroy(socket);
        return report_error(command, &error, chosen->endpoint, "");
    }
    return EXIT_DONE;
}

int datagrams_listen(pier_datagram_channel **channel, const char *command, const datagram_options *chosen) {
    pier_address addresses[ADDRESSES_MAX];
    size_t count = 0;
    uint32_t interface = 0;
    char name[PIER_INTERFACE_NAME_BYTES];
    pier_socket *socket = NULL;
    pier_error error = {.status = PIER_OK};
    int exit_status = find_interface(command, chosen->interface, &interface, name);
    if (exit_status == EXIT_DONE) {
        exit_status = resolve(command, chosen->endpoint, addresses, &count);
    }
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    pier_socket_options options = {.size = sizeof(options), .interface_name = name[0] != '\0' ? name : NULL};
    for (size_t i = 0; i < count && socket == NULL; i++) {
        (void)(pier_datagram_open(&socket, &addresses[i], &options, &error) == PIER_OK);
    }
    return socket != NULL ? open_channel(channel, command, socket, chosen)
                          : report_error(command, &error, chosen->endpoint, "");
}

/* Returns whether many get what is sent to the address: a group, or everybody on a network of this machine. */
static bool is_for_many(const pier_address *address) {
    pier_interfaces *interfaces = NULL;
    pier_address_kind kind = pier_address_kind_of(address);
    bool is_found = kind == PIER_ADDRESS_MULTICAST || kind == PIER_ADDRESS_BROADCAST;
    if (is_found || pier_interfaces_create(&interfaces, NULL, NULL) != PIER_OK) {
        return is_found;
    }
    for (size_t i = 0; i < pier_interfaces_count(interfaces); i++) {
        const pier_interface *one = pier_interfaces_at(interfaces, i);
        for (size_t j = 0; j < one->address_count; j++) {
            const pier_address *everybody = &one->addresses[j].broadcast;
            is_found = is_found || (everybody->family == address->family &&
                                    memcmp(everybody->name, address->name, address->name_bytes) == 0);
        }
    }
    pier_interfaces_destroy(interfaces);
    return is_found;
}

/* Opens a socket that sends to many and takes the answers of each. Returns PIER_OK or a failure. */
static pier_status open_for_many(pier_socket **socket, const pier_address *to, uint32_t interface, const char *name,
                                 pier_error *error) {
    static const pier_socket_setting settings[] = {{PIER_OPTION_BROADCAST, 1}};
    pier_socket_options options = {.size = sizeof(options),
                                   .settings = settings,
                                   .settings_count = 1,
                                   .interface_name = name[0] != '\0' ? name : NULL};
    pier_address any = {
        .transport = PIER_TRANSPORT_UDP, .family = to->family, .name_bytes = to->name_bytes, .scope = 0};
    pier_status status = pier_datagram_open(socket, &any, &options, error);
    if (status == PIER_OK && interface != 0 && pier_address_kind_of(to) == PIER_ADDRESS_MULTICAST) {
        status = pier_multicast_set_interface(*socket, interface);
        if (status != PIER_OK) {
            *error = *pier_socket_error(*socket);
            pier_socket_destroy(*socket);
            *socket = NULL;
        }
    }
    return status;
}

int datagrams_connect(pier_datagram_channel **channel, pier_address *to, bool *has_peer, const char *command,
                      const datagram_options *chosen) {
    pier_address addresses[ADDRESSES_MAX];
    size_t count = 0;
    uint32_t interface = 0;
    char name[PIER_INTERFACE_NAME_BYTES];
    pier_socket *socket = NULL;
    pier_error error;
    int exit_status = find_interface(command, chosen->interface, &interface, name);
    if (exit_status == EXIT_DONE) {
        exit_status = resolve(command, chosen->endpoint, addresses, &count);
    }
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    *to = addresses[0];
    *has_peer = !is_for_many(to);
    pier_socket_options options = {.size = sizeof(options), .interface_name = name[0] != '\0' ? name : NULL};
    pier_status status = *has_peer ? pier_datagram_connect(&socket, to, &options, &error)
                                   : open_for_many(&socket, to, interface, name, &error);
    return status == PIER_OK ? open_channel(channel, command, socket, chosen)
                             : report_error(command, &error, chosen->endpoint, "");
}
