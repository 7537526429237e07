/* A connection through `pier record`: a client on one side, the target on the other.
 *
 * Part of the command; a member of the crowd of recorder.c. What a side sends goes on at once, as far as the other side
 * takes it, and before it is kept; a side is not read from while the other one takes nothing, so that whoever is slow
 * is seen as slow by who sends, and no more than a read waits in memory. The end of a direction, and a cut, go on, too.
 */
#ifndef RELAY_H
#define RELAY_H

#include <pier/socket.h>

#include "crowd.h"

struct recorder;

/* Makes a connection of a client that was accepted, and begins to connect to the target. client: taken. Returns NULL
 * when memory ran out; the client is gone then. */
member *relay_create(pier_socket *client, uint64_t number, struct recorder *of);

#endif
