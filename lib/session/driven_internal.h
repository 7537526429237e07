/* What a driver of sessions needs beside the machine: random bytes, digests, and what the first bytes of a connection
 * and the notes in the journals say.
 *
 * Floor 6 (session), for the floor above, which knows neither OpenSSL nor the bytes of MessagePack. Has no state: any
 * thread may call it. */
#ifndef PIER_SESSION_DRIVEN_INTERNAL_H
#define PIER_SESSION_DRIVEN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/bytes.h>
#include <pier/session.h>
#include <pier/status.h>

#define PIER__DIGEST_BYTES 32

/* How many bytes of a connection tell what it is. */
#define PIER__FIRST_BYTES 4

/* `draw` of pier_session_options. */
bool pier__session_draw(void *user, void *bytes, size_t size_bytes);

/* Makes the SHA-256 of some bytes. Returns false when the library below cannot. */
bool pier__session_digest(pier_bytes bytes, uint8_t digest[PIER__DIGEST_BYTES]);

/* Returns PIER_OK when a connection that begins so is a session's; PIER_MORE when that cannot be told yet, which
 * PIER__FIRST_BYTES always can; PIER_MISMATCH when it is no session's. */
pier_status pier__session_recognise(const uint8_t *bytes, size_t size);

/* What a session has noted of how far it came. 0: nothing. */
typedef struct pier__session_noted {
    uint64_t peer_durable; /* of this side's records: durable at the peer, as was last noted */
    uint64_t sync_mark;    /* likewise: what is to survive the machine, whatever the durability says */
    uint64_t committed;    /* of the peer's records: by this side's program */
} pier__session_noted;

/* Reads it from what stands in both journals. Returns PIER_OK, or PIER_CORRUPT for notes that
 * no session wrote. */
pier_status pier__session_noted_read(pier__session_noted *noted, const pier_session_found *sent,
                                     const pier_session_found *received, pier_error *error);

#endif
