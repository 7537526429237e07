/* What session hosts need of channels: one over a socket that was read from already.
 *
 * Floor 7 (channel). */
#ifndef PIER_CHANNEL_CHANNEL_INTERNAL_H
#define PIER_CHANNEL_CHANNEL_INTERNAL_H

#include <pier/channel.h>

/* As pier_channel_open, where the first bytes of the connection, a few, were read already: they are loaded first. */
pier_status pier__channel_open_read(pier_channel **out, pier_socket *socket, pier_bytes read,
                                    const pier_channel_options *options, pier_error *error) PIER_MUST_USE;

/* Returns the options of a channel that faces strangers: those given, with the times of pier_channel_accept. */
pier_channel_options pier__channel_accepting(const pier_channel_options *options);

#endif
