/* Interfaces and ports as text: see ports_text.h. */
#include "ports_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pier/network.h>

#include "json_write.h"

static const struct {
    uint32_t flag;
    const char *name;
} flags[] = {
    {PIER_INTERFACE_UP, "up"},
    {PIER_INTERFACE_RUNNING, "running"},
    {PIER_INTERFACE_LOOPBACK, "loopback"},
    {PIER_INTERFACE_BROADCAST, "broadcast"},
    {PIER_INTERFACE_MULTICAST, "multicast"},
    {PIER_INTERFACE_POINT_TO_POINT, "point-to-point"},
};

#define FLAGS (sizeof(flags) / sizeof(flags[0]))

/* The IP address alone: no transport, no port, no interface. */
static void format_ip(const pier_address *address, char *text, size_t size) {
    pier_network host;
    text[0] = '\0';
    uint32_t bits = address->family == PIER_FAMILY_IPV6 ? 128 : 32;
    if (pier_network_of(address, bits, &host) == PIER_OK) {
        (void)pier_network_format(&host, text, size);
    }
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

static const char *kind_of(const pier_interface_address *address) {
    return pier_address_kind_name((pier_address_kind)address->kind);
}

/* JSON ------------------------------------------------------------------------------------------------------------ */

static void put_number(text_buffer *out, const char *before, uint64_t number) {
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    text_buffer_append_string(out, before);
    text_buffer_append_string(out, text);
}

static void put_text(text_buffer *out, const char *before, const char *text) {
    text_buffer_append_string(out, before);
    json_write_text(out, text);
}

static void put_ip(text_buffer *out, const char *before, const pier_address *address) {
    char text[PIER_NETWORK_TEXT_BYTES_MAX];
    format_ip(address, text, sizeof(text));
    put_text(out, before, text);
}

static void put_address(text_buffer *out, const pier_interface_address *address) {
    put_ip(out, "{\"address\":", &address->address);
    put_number(out, ",\"prefix\":", address->prefix_bits);
    put_text(out, ",\"kind\":", kind_of(address));
    if (address->broadcast.family != PIER_FAMILY_NONE) {
        put_ip(out, ",\"broadcast\":", &address->broadcast);
    }
    if (address->peer.family != PIER_FAMILY_NONE) {
        put_ip(out, ",\"peer\":", &address->peer);
    }
    text_buffer_append_char(out, '}');
}

static void interface_as_json(text_buffer *out, const pier_interface *shown) {
    put_text(out, "{\"interface\":", shown->name);
    put_number(out, ",\"index\":", shown->index);
    text_buffer_append_string(out, ",\"flags\":[");
    const char *before = "";
    for (size_t i = 0; i < FLAGS; i++) {
        if ((shown->flags & flags[i].flag) != 0) {
            put_text(out, before, flags[i].name);
            before = ",";
        }
    }
    text_buffer_append_string(out, "],\"addresses\":[");
    for (size_t i = 0; i < shown->address_count; i++) {
        text_buffer_append_string(out, i == 0 ? "" : ",");
        put_address(out, &shown->addresses[i]);
    }
    text_buffer_append_string(out, "]}\n");
}

static void port_as_json(text_buffer *out, const port_facts *facts) {
    put_number(out, "{\"port\":", facts->port);
    put_text(out, ",\"transport\":", facts->transport == PIER_TRANSPORT_UDP ? "udp" : "tcp");
    put_text(out, ",\"range\":", pier_port_range_name(pier_port_range_of(facts->port)));
    if (facts->has_service) {
        put_text(out, ",\"service\":", facts->service.name);
    } else {
        text_buffer_append_string(out, ",\"service\":null");
    }
    if (!facts->has_owner) {
        text_buffer_append_string(out, ",\"owner\":null}\n");
        return;
    }
    put_number(out, ",\"owner\":{\"user\":", facts->owner.user);
    if (facts->owner.process != 0) {
        put_number(out, ",\"process\":", (uint64_t)facts->owner.process);
        put_text(out, ",\"program\":", facts->owner.program);
    }
    text_buffer_append_string(out, "}}\n");
}

/* For people ------------------------------------------------------------------------------------------------------ */

static void interface_as_lines(text_buffer *out, const pier_interface *shown) {
    char line[256];
    (void)snprintf(line, sizeof(line), "%s, number %" PRIu32 ":", shown->name, shown->index);
    text_buffer_append_string(out, line);
    for (size_t i = 0; i < FLAGS; i++) {
        if ((shown->flags & flags[i].flag) != 0) {
            text_buffer_append_char(out, ' ');
            text_buffer_append_string(out, flags[i].name);
        }
    }
    text_buffer_append_string(out, (shown->flags & PIER_INTERFACE_UP) == 0 ? " down\n" : "\n");
    for (size_t i = 0; i < shown->address_count; i++) {
        const pier_interface_address *address = &shown->addresses[i];
        char own[PIER_NETWORK_TEXT_BYTES_MAX];
        char other[PIER_NETWORK_TEXT_BYTES_MAX] = "";
        format_ip(&address->address, own, sizeof(own));
        const char *word = "";
        if (address->peer.family != PIER_FAMILY_NONE) {
            word = ", peer ";
            format_ip(&address->peer, other, sizeof(other));
        } else if (address->broadcast.family != PIER_FAMILY_NONE) {
            word = ", broadcast ";
            format_ip(&address->broadcast, other, sizeof(other));
        }
        (void)snprintf(line, sizeof(line), "  %s/%u  %s%s%s\n", own, (unsigned)address->prefix_bits, kind_of(address),
                       word, other);
        text_buffer_append_string(out, line);
    }
}

static void port_as_line(text_buffer *out, const port_facts *facts) {
    char line[256];
    char who[96] = "nobody has it now, as far as is known";
    if (facts->has_owner && facts->owner.process != 0) {
        (void)snprintf(who, sizeof(who), "process %" PRId64 " (%s) of user %" PRIu32 " has it now",
                       facts->owner.process, facts->owner.program, facts->owner.user);
    } else if (facts->has_owner) {
        (void)snprintf(who, sizeof(who), "a process of user %" PRIu32 " has it now", facts->owner.user);
    }
    (void)snprintf(line, sizeof(line), "%u/%s: %s, %s%s; %s\n", (unsigned)facts->port,
                   facts->transport == PIER_TRANSPORT_UDP ? "udp" : "tcp",
                   pier_port_range_name(pier_port_range_of(facts->port)),
                   facts->has_service ? "of the service " : "of no known service",
                   facts->has_service ? facts->service.name : "", who);
    text_buffer_append_string(out, line);
}

void ports_text_interface(text_buffer *out, const pier_interface *shown, bool is_json) {
    if (is_json) {
        interface_as_json(out, shown);
    } else {
        interface_as_lines(out, shown);
    }
}

void ports_text_port(text_buffer *out, const port_facts *facts, bool is_json) {
    if (is_json) {
        port_as_json(out, facts);
    } else {
        port_as_line(out, facts);
    }
}
