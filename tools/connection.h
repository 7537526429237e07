/* What listen and connect need of a connection beside its channel.
 *
 * Part of the command. Both run one loop over poll, so their channels never wait. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/channel.h>

/* How much waits in each direction before a side is slowed down; a single record may be more. */
#define CONNECTION_QUEUE_BYTES ((uint64_t)1 << 20)

/* Limits of a connection; the channel copies them. */
pier_limits connection_limits(uint64_t record_bytes_max);

/* Returns whether all that was sent has reached the other side's system. */
bool connection_is_delivered(pier_channel *channel);

/* Writes the endpoint of the other side, terminated; Unix clients, which mostly have no name, get their `number`. */
void connection_peer_name(pier_channel *channel, uint64_t number, char *name, size_t name_bytes);

#endif
