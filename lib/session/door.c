/* Doors; see <pier/session.h> and door_internal.h.
 *
 * The greeting tells nothing but a nonce, and no folder is looked at before the resume has come whole, so that
 * strangers cost a little memory and learn nothing. */
#include "session/door_internal.h"

#include <string.h>

#include "base/allocator_internal.h"

pier_status pier_session_door_open(pier_session_door **out, const pier_allocator *allocator, int64_t monotonic_ns,
                                   bool (*draw)(void *user, void *bytes, size_t size_bytes), void *user) {
    *out = NULL;
    pier_allocator chosen = pier__allocator_choose(allocator);
    pier_session_door *door = (pier_session_door *)pier__allocate(&chosen, sizeof *door);
    if (door == NULL) {
        return PIER_NO_MEMORY;
    }
    memset(door, 0, sizeof *door);
    door->allocator = chosen;
    door->opened_ns = monotonic_ns;
    if (!draw(user, door->nonce, sizeof door->nonce)) {
        pier_session_door_destroy(door);
        return PIER_SYSTEM;
    }
    *out = door;
    return PIER_OK;
}

void pier_session_door_destroy(pier_session_door *door) {
    if (door != NULL) {
        pier_allocator allocator = door->allocator;
        pier__release(&allocator, door, sizeof *door);
    }
}

/* Adds a control block to what leaves; its payload is kept in `text` unless that is NULL. */
static void say(pier_session_door *door, const pier__link_control *control, pier__link_control_text *text) {
    pier__link_control_text own;
    pier__link_control_text *to = text != NULL ? text : &own;
    to->size = pier__link_control_encode(control, to->bytes);
    door->out_bytes += pier__link_control_block(to->bytes, to->size, door->out + door->out_bytes);
}

static pier_status take_hello(pier_session_door *door) {
    pier__link_control greeting = {.type = PIER__GREETING};
    memcpy(greeting.nonce, door->nonce, sizeof greeting.nonce);
    door->has_hello = true;
    say(door, &greeting, &door->greeting_text);
    return PIER_MORE;
}

static pier_status take_resume(pier_session_door *door) {
    door->standing_bytes = (pier_bytes){door->resume.standing, door->resume.standing_bytes};
    pier_status status = pier__standing_decode(door->standing_bytes, &door->standing);
    door->is_ready = status == PIER_OK;
    return status;
}

/* Takes the control block that has come whole. */
static pier_status take_control(pier_session_door *door) {
    pier_bytes payload = {door->in + PIER__PIECE_BYTES, door->in_bytes - PIER__PIECE_BYTES};
    pier__link_control *control = door->has_hello ? &door->resume : &door->hello;
    pier__link_control_text *text = door->has_hello ? &door->resume_text : &door->hello_text;
    pier_status status = pier__link_control_decode(payload, control);
    if (status != PIER_OK) {
        return status;
    }
    if (control->type != (door->has_hello ? PIER__RESUME : PIER__HELLO) || payload.size > sizeof text->bytes) {
        return PIER_PROTOCOL;
    }
    memcpy(text->bytes, payload.data, payload.size);
    text->size = payload.size;
    door->in_bytes = 0;
    return door->has_hello ? take_resume(door) : take_hello(door);
}

/* How many bytes the current piece has, as far as it is known; 0: it is none. */
static size_t piece_bytes(const pier_session_door *door) {
    size_t wrong = 0;
    size_t there = door->in_bytes < PIER__PIECE_BYTES ? door->in_bytes : PIER__PIECE_BYTES;
    if (!pier__piece_may_begin(door->in, there, &wrong) || (there > 3 && door->in[3] != PIER_BLOCK_CONTROL)) {
        return 0;
    }
    if (there < PIER__PIECE_BYTES) {
        return PIER__PIECE_BYTES;
    }
    pier__header header;
    pier__header_decode(door->in, &header);
    return pier__piece_proves_itself(door->in) && pier__link_control_is_free(&header)
               ? PIER__PIECE_BYTES + (size_t)header.stored_bytes
               : 0;
}

static bool payload_holds(const pier_session_door *door) {
    pier__header header;
    pier__header_decode(door->in, &header);
    return pier__payload_check(door->in + PIER__PIECE_BYTES, header.stored_bytes) == header.payload_check;
}

pier_status pier_session_door_feed(pier_session_door *door, pier_bytes bytes, size_t *taken_bytes) {
    *taken_bytes = 0;
    const uint8_t *from = (const uint8_t *)bytes.data;
    while (door->failure == PIER_OK && !door->is_ready) {
        size_t needed = piece_bytes(door);
        if (needed == 0) {
            door->failure = PIER_PROTOCOL;
        } else if (door->in_bytes == needed) {
            /* A piece that is whole may need nothing more. */
            pier_status status = payload_holds(door) ? take_control(door) : PIER_CORRUPT;
            door->failure = status < 0 ? status : PIER_OK;
        } else if (*taken_bytes == bytes.size) {
            return PIER_MORE;
        } else {
            size_t left = bytes.size - *taken_bytes;
            size_t size = needed - door->in_bytes < left ? needed - door->in_bytes : left;
            memcpy(door->in + door->in_bytes, from + *taken_bytes, size);
            door->in_bytes += size;
            *taken_bytes += size;
        }
    }
    return door->failure;
}

pier_bytes pier_session_door_drain(pier_session_door *door) {
    size_t left = door->out_bytes - door->given_bytes;
    memmove(door->out, door->out + door->given_bytes, left);
    door->out_bytes = left;
    door->given_bytes = left;
    return (pier_bytes){door->out, left};
}

const char *pier_session_door_name(const pier_session_door *door) {
    return door->hello.name;
}

pier_bytes pier_session_door_id(const pier_session_door *door) {
    return (pier_bytes){door->hello.id, PIER__ID_BYTES};
}

bool pier_session_door_begins(const pier_session_door *door) {
    return door->is_ready && door->standing.begins;
}

bool pier_session_door_proves(const pier_session_door *door, pier_bytes key) {
    uint8_t proof[PIER__PROOF_BYTES];
    return door->is_ready &&
           pier__proof_make(key, &door->hello_text, &door->greeting_text, NULL, door->standing_bytes, proof) &&
           pier__proof_equals(proof, door->resume.proof);
}

void pier__door_refuse_with(pier_session_door *door, unsigned reason) {
    pier__link_control refused = {.type = PIER__REFUSED, .numbers = {reason}};
    door->refusal = reason;
    say(door, &refused, NULL);
}

void pier_session_door_refuse(pier_session_door *door, pier_bytes shared_key) {
    /* Proven under a key of no bytes, nothing is: then the same work is done for the same answer. */
    bool proves = pier_session_door_proves(door, shared_key) && shared_key.size > 0;
    pier__door_refuse_with(door, proves ? PIER__SERVER_IS_OLDER : PIER__UNKNOWN);
}

pier_status pier_session_door_refusal(const pier_session_door *door, const char **text) {
    static const char *const texts[] = {
        [0] = "it was not refused",
        [PIER__UNKNOWN] = "it proves nothing: no such session, one that has expired, a wrong key, or a new folder",
        [PIER__CONFLICT] = "a copy of the client's folder, or a newer state of it, was used since",
        [PIER__CLIENT_IS_OLDER] = "the client's folder is older than what this one has met: put back, or a copy",
        [PIER__SERVER_IS_OLDER] = "this folder is older than what the client has met: put back, or lost",
        [PIER__TERMS_DIFFER] =
            "the client's limits, durability or codecs are not those that the session was created with",
        [PIER__BUSY] = "too many take-overs in a short time, or a later connection was taken",
        [PIER__NAME_EXISTS] = "the client's folder is new, and there is a session of that name",
        [PIER__HAS_FAILED] = "this side of the session has failed",
    };
    unsigned reason = door->refusal;
    bool is_mismatch = (reason >= PIER__CONFLICT && reason <= PIER__TERMS_DIFFER) || reason == PIER__NAME_EXISTS;
    *text = door->why != NULL ? door->why : texts[reason < sizeof texts / sizeof texts[0] ? reason : 0];
    return reason == 0 ? PIER_OK : is_mismatch ? PIER_MISMATCH : PIER_DENIED;
}
