/* Sockets for `udp://` endpoints: what listen and connect need before their loops run.
 *
 * Part of the command. */
#ifndef DATAGRAMS_H
#define DATAGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/datagram_channel.h>

/* What is asked for on the command line. */
typedef struct datagram_options {
    const char *endpoint;
    const char *interface; /* name, number or address; NULL: as the address or the system says */
    pier_format format;
    pier_plain_form plain_form;
    uint64_t record_bytes_max;
} datagram_options;

/* Returns whether an endpoint is one of datagrams. */
bool datagrams_are_meant(const char *endpoint);

/* Opens a channel that takes what is sent to the endpoint; a group is joined.
 * Returns EXIT_DONE; otherwise what to exit with, and it is told. */
int datagrams_listen(pier_datagram_channel **channel, const char *command, const datagram_options *chosen);

/* Opens a channel for datagrams to the endpoint.
 * to: gets whom to name when sending; `has_peer` is true when nobody needs to be named. Whoever is sent to as a group
 * or by broadcast answers from an address of its own: such a channel has no peer.
 * Returns as datagrams_listen. */
int datagrams_connect(pier_datagram_channel **channel, pier_address *to, bool *has_peer, const char *command,
                      const datagram_options *chosen);

#endif
