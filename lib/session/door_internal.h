/* The accepting side of a connection before it is known whose session it is.
 *
 * Floor 6 (session). door.c makes it; accept.c takes a client from it into a session. */
#ifndef PIER_SESSION_DOOR_INTERNAL_H
#define PIER_SESSION_DOOR_INTERNAL_H

#include "session/link_control_internal.h"

struct pier_session_door {
    pier_allocator allocator;
    uint8_t nonce[PIER__NONCE_BYTES];
    int64_t opened_ns;
    pier_status failure;
    bool has_hello;
    bool is_ready; /* the resume has come whole */
    pier__link_control hello;
    pier__link_control_text hello_text;
    pier__link_control_text greeting_text;
    pier__link_control_text resume_text;
    pier_bytes standing_bytes; /* within `resume` */
    pier__link_control resume;
    pier__standing_told standing;
    uint8_t in[PIER__PIECE_BYTES + PIER__LINK_CONTROL_BYTES_MAX];
    size_t in_bytes;
    uint8_t out[2 * (PIER__PIECE_BYTES + PIER__CONTROL_TEXT_BYTES_MAX)];
    size_t out_bytes;   /* made */
    size_t given_bytes; /* of them given out by the last drain */
    unsigned refusal;   /* the reason; 0: it was not refused */
    const char *why;    /* more than the reason says; NULL: nothing */
};

/* Makes a refusal. */
void pier__door_refuse_with(pier_session_door *door, unsigned reason);

#endif
