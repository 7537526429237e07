/* What the commands need of a connection beside its channel.
 *
 * Part of the command. All run a loop over poll, so nothing here waits. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/channel.h>

/* How much waits in each direction before a side is slowed down; a single record may be more. */
#define CONNECTION_QUEUE_BYTES ((uint64_t)1 << 20)

/* Limits of a connection; the channel copies them. */
pier_limits connection_limits(uint64_t record_bytes_max);

/* Returns whether all that was sent has reached the other side's system. */
bool connection_is_delivered(pier_channel *channel);

/* Writes the endpoint of the other side, terminated; Unix clients, which mostly have no name, get their `number`. */
void connection_peer_name(pier_socket *socket, uint64_t number, char *name, size_t name_bytes);

/* Says where `listener` listens, in numbers and with the real port, now that it does. Returns EXIT_DONE, or what to
 * exit with, and it is told. */
int connection_announce(const char *command, pier_socket *listener);

/* Writes the endpoint of a listening socket, terminated; "" when it cannot be had. */
void connection_local_name(pier_socket *listener, char *name, size_t name_bytes);

/* Lets there be as many connections as the system allows this user, not only as many as shells allow at first. */
void connection_raise_limit(void);

#endif
