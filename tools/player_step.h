/* Playing the events of a recording one by one: the part of player.c that knows what an event is.
 *
 * Part of the command. */
#ifndef PLAYER_STEP_H
#define PLAYER_STEP_H

#include "player.h"

/* How far the current event is played. */
typedef enum step {
    STEP_DONE,
    STEP_AGAIN, /* some of it; the rest can go on at once */
    STEP_WAITS  /* for something to come, or for its time; `wake` tells until when at most */
} step;

/* Plays the current event as far as it goes. */
step player_step(player *running);

/* Adds a connection that is played. socket: one that was accepted, taken; NULL: connects to the target. Returns NULL when
 * memory ran out, which ends the whole. */
played *player_add(player *running, pier_socket *socket);

/* Returns the connection at `index` among the members of the loop. */
played *player_at(const player *running, size_t index);

/* Waits for something that the other side does, at most so long as --timeout says from when it is due: what it does of
 * its own accord may not be faster than it was. Sets `wake`. Returns false when the time is over. */
bool player_may_wait(player *running);

#endif
