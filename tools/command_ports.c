/* `pier ports`: this machine's interfaces and addresses, or what a port or a service is. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <pier/interface.h>

#include "commands.h"
#include "options.h"
#include "output.h"
#include "ports_text.h"
#include "report.h"

static const char command[] = "ports";

static const char help[] =
    "usage: pier ports [NAME|PORT] [options]\n"
    "\n"
    "Lists the network interfaces of this machine with their addresses, or tells what a port is, by\n"
    "TCP and by UDP: reserved (1 to 1023), registered (to 49151) or dynamic; the service that owns it;\n"
    "and who has it now, as far as this process may know.\n"
    "\n"
    "  NAME                 a service, https for instance\n"
    "  PORT                 0 to 65535\n"
    "  --json               a line of JSON for each interface or port\n"
    "  --help               this text\n"
    "\n"
    "Exit status: 0 done, 1 there is no such service, 2 usage, 3 system.\n";

typedef struct ports_options {
    bool json;
    const char *asked; /* NULL: the interfaces */
} ports_options;

static bool is_number(const char *text) {
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Reads a port. Returns -1, or what to exit with. */
static int read_port(const char *text, uint16_t *port) {
    uint32_t number = 0;
    for (const char *at = text; *at != '\0'; at++) {
        number = number * 10 + (uint32_t)(*at - '0');
        if (number > UINT16_MAX) {
            return options_refuse(command, "a port is a number from 0 to 65535, not ", text);
        }
    }
    *port = (uint16_t)number;
    return -1;
}

static int list_interfaces(output *out, bool is_json) {
    pier_interfaces *interfaces;
    pier_error error;
    if (pier_interfaces_create(&interfaces, NULL, &error) != PIER_OK) {
        return report_error(command, &error, "", "");
    }
    for (size_t i = 0; i < pier_interfaces_count(interfaces); i++) {
        ports_text_interface(&out->text, pier_interfaces_at(interfaces, i), is_json);
    }
    pier_interfaces_destroy(interfaces);
    return EXIT_DONE;
}

/* Tells of one port what is known. Returns EXIT_DONE, or what to exit with. */
static int tell_port(output *out, port_facts *facts, bool is_json) {
    pier_error error;
    pier_status status = pier_service_by_port(facts->port, facts->transport, NULL, &facts->service, &error);
    if (facts->port != 0 && status != PIER_OK && status != PIER_NOT_FOUND) {
        return report_error(command, &error, "", "");
    }
    facts->has_service = status == PIER_OK;
    facts->has_owner =
        facts->port != 0 && pier_port_owner_find(facts->port, facts->transport, &facts->owner, NULL) == PIER_OK;
    ports_text_port(&out->text, facts, is_json);
    return EXIT_DONE;
}

static const pier_transport transports[] = {PIER_TRANSPORT_TCP, PIER_TRANSPORT_UDP};

static int explain_port(output *out, uint16_t port, bool is_json) {
    int exit_status = EXIT_DONE;
    for (size_t i = 0; i < 2 && exit_status == EXIT_DONE; i++) {
        port_facts facts = {.port = port, .transport = transports[i]};
        exit_status = tell_port(out, &facts, is_json);
    }
    return exit_status;
}

static int explain_service(output *out, const char *name, bool is_json) {
    pier_service service;
    pier_error error;
    bool is_found = false;
    int exit_status = EXIT_DONE;
    for (size_t i = 0; i < 2 && exit_status == EXIT_DONE; i++) {
        pier_status status = pier_service_by_name(name, transports[i], NULL, &service, &error);
        if (status == PIER_OK) {
            port_facts facts = {.port = service.port, .transport = transports[i]};
            exit_status = tell_port(out, &facts, is_json);
            is_found = true;
        } else if (status != PIER_NOT_FOUND) {
            return report_error(command, &error, name, "");
        }
    }
    if (!is_found) {
        /* Asked once more of both, so that the error does not speak of the last one alone. */
        pier_status status = pier_service_by_name(name, PIER_TRANSPORT_NONE, NULL, &service, &error);
        int failed = report_error(command, &error, name, "");
        return status == PIER_NOT_FOUND ? EXIT_DATA : failed;
    }
    return exit_status;
}

int command_ports(int argc, char **argv) {
    ports_options chosen = {0};
    const option_spec specs[] = {{"--json", OPTION_FLAG, &chosen.json, 0, 0}};
    int exit_status = options_read(command, help, argc, argv, specs, 1, "[NAME|PORT]", &chosen.asked);
    if (exit_status >= 0) {
        return exit_status;
    }
    uint16_t port = 0;
    bool asks_port = chosen.asked != NULL && is_number(chosen.asked);
    if (asks_port) {
        exit_status = read_port(chosen.asked, &port);
        if (exit_status >= 0) {
            return exit_status;
        }
    }
    output out;
    output_init(&out, STDOUT_FILENO);
    exit_status = chosen.asked == NULL ? list_interfaces(&out, chosen.json)
                  : asks_port          ? explain_port(&out, port, chosen.json)
                                       : explain_service(&out, chosen.asked, chosen.json);
    pier_status written = exit_status == EXIT_DONE ? output_drain(&out, PIER_NEVER) : PIER_OK;
    if (written != PIER_OK) {
        exit_status = output_report(&out, command, written);
    }
    output_deinit(&out);
    return exit_status;
}
