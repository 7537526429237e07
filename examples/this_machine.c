/* Tells what this machine has and knows: its interfaces, a port, and who may connect by a list of rules.
 *
 *     this_machine [PORT [RULES ADDRESS]]      this_machine 443 "allow 10.0.0.0/8" 10.1.2.3:0 */
#include <stdio.h>
#include <stdlib.h>
#include <pier/pier.h>

static pier_status print_interfaces(pier_error *error) {
    /* [addresses: interfaces] */
    pier_interfaces *interfaces = NULL;
    pier_status status = pier_interfaces_create(&interfaces, NULL, error);
    for (size_t i = 0; status == PIER_OK && i < pier_interfaces_count(interfaces); i++) {
        const pier_interface *interface = pier_interfaces_at(interfaces, i);
        printf("%s, number %u%s\n", interface->name, (unsigned)interface->index,
               (interface->flags & PIER_INTERFACE_UP) != 0 ? "" : ", down");
        for (size_t j = 0; j < interface->address_count; j++) {
            const pier_interface_address *own = &interface->addresses[j];
            pier_network network;
            char text[PIER_NETWORK_TEXT_BYTES_MAX] = "";
            if (pier_network_of(&own->address, own->prefix_bits, &network) == PIER_OK) {
                pier_network_format(&network, text, sizeof text);
            }
            printf("    %s in %s, %s\n", pier_address_as_text(&own->address).text, text,
                   pier_address_kind_name((pier_address_kind)own->kind));
        }
    }
    pier_interfaces_destroy(interfaces);
    /* [end] */
    return status;
}

static void print_port(uint16_t port) {
    /* [addresses: port] */
    pier_service service;
    pier_error error;
    printf("port %u is %s", (unsigned)port, pier_port_range_name(pier_port_range_of(port)));
    if (pier_service_by_port(port, PIER_TRANSPORT_TCP, NULL, &service, &error) == PIER_OK) {
        printf(", and belongs to %s", service.name);
    }
    printf("\n");
    /* [end] */
}

static pier_status print_verdict(const char *rules, const char *text, pier_error *error) {
    /* [addresses: access] */
    pier_address address;
    pier_access *access = NULL;
    pier_status status = pier_access_create(&access, PIER_DENY, NULL, error);
    if (status == PIER_OK)
        status = pier_access_add_text(access, rules, error);
    if (status == PIER_OK)
        status = pier_address_parse(text, &address, error);
    if (status == PIER_OK) {
        size_t rule = 0;
        bool allowed = pier_access_allows(access, &address, &rule);
        const char *by = rule < pier_access_count(access) ? "a rule" : "default";
        printf("%s is %s by %s\n", text, allowed ? "allowed" : "denied", by);
    }
    pier_access_destroy(access);
    /* [end] */
    return status;
}

int main(int argc, char **argv) {
    pier_error error;
    pier_status status = print_interfaces(&error);
    if (argc > 1) {
        print_port((uint16_t)atoi(argv[1]));
    }
    if (status == PIER_OK && argc > 3) {
        status = print_verdict(argv[2], argv[3], &error);
    }
    if (status != PIER_OK) {
        char line[512];
        pier_error_format(&error, line, sizeof line);
        fprintf(stderr, "this_machine: %s\n", line);
    }
    return status == PIER_OK ? 0 : 1;
}
