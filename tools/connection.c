/* What listen and connect need of a connection: see connection.h. */
#include "connection.h"

#include <inttypes.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>

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

void connection_peer_name(pier_channel *channel, uint64_t number, char *name, size_t name_bytes) {
    pier_address address;
    pier_status status = pier_socket_peer_address(pier_channel_socket(channel), &address);
    bool is_named = status == PIER_OK && (address.transport == PIER_TRANSPORT_TCP || address.name_bytes > 0);
    if (is_named) {
        (void)pier_address_format(&address, name, name_bytes);
    } else {
        (void)snprintf(name, name_bytes, "client %" PRIu64, number);
    }
}
