/* What a session's connection is known by.
 *
 * Part of the command, which neither shows nor plays one: it has no preamble, may go on with classes that another
 * connection has told, and its proofs answer what was drawn at random (proto/session.md). */
#ifndef SESSION_FIRST_H
#define SESSION_FIRST_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/bytes.h>

#define SESSION_FIRST_BYTES 4

/* What such a connection begins with, at both sides: the header of a control block. */
extern const uint8_t session_first[SESSION_FIRST_BYTES];

/* Returns whether a value is what a reader of bare MessagePack takes that header for. */
bool session_first_is(pier_ext value);

#endif
