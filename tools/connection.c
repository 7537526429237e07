/* What the commands need of a connection: see connection.h. */
#include "connection.h"

#include <inttypes.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include "report.h"
#include "report_queue.h"

pier_limits connection_limits(uint64_t record_bytes_max) {
    return (pier_limits){
        .size = sizeof(pier_limits),
        .record_bytes_max = record_bytes_max,
        .text_bytes_max = record_bytes_max,
        .queue_bytes_max = CONNECTION_QUEUE_BYTES,
    };
}

bool connection_is_delivered(pier_channel *channel) {
    pier_address address;
    int waiting = 0;
    if (pier_archive_queued_bytes(pier_channel_store_archive(channel)) > 0) {
        return false;
    }
    /* What a Unix socket took is in the peer's buffer already, and survives; its count would be of bytes not read. */
    bool is_tcp = pier_socket_local_address(pier_channel_socket(channel), &address) == PIER_OK &&
                  address.transport == PIER_TRANSPORT_TCP;
    return !is_tcp || ioctl(pier_channel_handle(channel), SIOCOUTQ, &waiting) != 0 || waiting == 0;
}

void connection_peer_name(pier_socket *socket, uint64_t number, char *name, size_t name_bytes) {
    pier_address address;
    pier_status status = pier_socket_peer_address(socket, &address);
    bool is_named = status == PIER_OK && (address.transport == PIER_TRANSPORT_TCP || address.name_bytes > 0);
    if (is_named) {
        (void)pier_address_format(&address, name, name_bytes);
    } else {
        (void)snprintf(name, name_bytes, "client %" PRIu64, number);
    }
}

void connection_local_name(pier_socket *listener, char *name, size_t name_bytes) {
    pier_address address;
    name[0] = '\0';
    if (pier_socket_local_address(listener, &address) == PIER_OK) {
        (void)pier_address_format(&address, name, name_bytes);
    }
}

int connection_announce(const char *command, pier_socket *listener) {
    pier_address address;
    char line[PIER_ADDRESS_TEXT_BYTES_MAX + 32] = "listening on ";
    if (pier_socket_local_address(listener, &address) != PIER_OK) {
        return report_error(command, pier_socket_error(listener), "", "");
    }
    size_t size = strlen(line);
    size += pier_address_format(&address, line + size, sizeof(line) - size - 2);
    line[size++] = '\n';
    line[size] = '\0';
    report_plain(line);
    report_queue_pump();
    return EXIT_DONE;
}

void connection_raise_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}
