/* Interfaces and ports as text: lines for people, or JSON.
 *
 * Part of the command; used by command_ports.c. */
#ifndef PORTS_TEXT_H
#define PORTS_TEXT_H

#include <stdbool.h>

#include <pier/interface.h>
#include <pier/port.h>
#include <pier/port_owner.h>

#include "text_buffer.h"

/* What is known of a port. */
typedef struct port_facts {
    uint16_t port;
    pier_transport transport;
    bool has_service;
    pier_service service;
    bool has_owner;
    pier_port_owner owner;
} port_facts;

/* Appends an interface: a line and one an address, or a line of JSON. When memory ran out `out->failed` is set. */
void ports_text_interface(text_buffer *out, const pier_interface *shown, bool is_json);

/* Appends a line about a port. */
void ports_text_port(text_buffer *out, const port_facts *facts, bool is_json);

#endif
