/* Control blocks of a connection as values: proto/session.md in C.
 *
 * Floor 6 (session). Pure functions; knows no session. */
#ifndef PIER_SESSION_LINK_CONTROL_INTERNAL_H
#define PIER_SESSION_LINK_CONTROL_INTERNAL_H

#include <pier/session.h>

#include "archive/wire_internal.h"

#define PIER__SESSION_VERSION 1
#define PIER__ID_BYTES 16
#define PIER__NONCE_BYTES 32
#define PIER__PROOF_BYTES 32
#define PIER__KEY_BYTES 32
#define PIER__TOKEN_BYTES 16
#define PIER__STANDING_BYTES_MAX 512
/* The payload of a control block that a connection takes; those that are written are shorter. */
#define PIER__LINK_CONTROL_BYTES_MAX 4096
/* Of those that proofs are over: the longest is a hello with the longest name. */
#define PIER__CONTROL_TEXT_BYTES_MAX 640

typedef enum pier__link_control_type {
    PIER__HELLO = 1,
    PIER__GREETING = 2,
    PIER__RESUME = 3,
    PIER__WELCOME = 4,
    PIER__REFUSED = 5,
    PIER__ACKNOWLEDGEMENT = 6,
    PIER__CLOSE = 7,
    PIER__ERROR = 8,
    PIER__PING = 9,
    PIER__PONG = 10
} pier__link_control_type;

typedef enum pier__refusal {
    PIER__UNKNOWN = 1,
    PIER__CONFLICT = 2,
    PIER__CLIENT_IS_OLDER = 3,
    PIER__SERVER_IS_OLDER = 4,
    PIER__TERMS_DIFFER = 5,
    PIER__BUSY = 6,
    PIER__NAME_EXISTS = 7,
    PIER__HAS_FAILED = 8
} pier__refusal;

/* A payload that is kept for a proof. */
typedef struct pier__link_control_text {
    uint8_t bytes[PIER__CONTROL_TEXT_BYTES_MAX];
    size_t size;
} pier__link_control_text;

typedef struct pier__terms {
    uint64_t record_bytes_max;
    uint64_t block_target_bytes;
    uint64_t classes_max;
    uint64_t depth_max;
    uint64_t durability;
    uint64_t codecs; /* of blocks that this side loads: bits by their numbers */
} pier__terms;

/* What a side tells of itself in a resume or a welcome. */
typedef struct pier__standing_told {
    bool begins;
    uint64_t received;
    uint64_t received_blocks;
    uint64_t received_epoch;
    uint64_t received_check; /* of the payload of the last block; 0: not told */
    uint64_t durable;
    uint64_t committed;
    uint64_t sent;
    uint8_t token[PIER__TOKEN_BYTES]; /* zeros: none */
    uint8_t next_token[PIER__TOKEN_BYTES];
    pier__terms terms;
    uint8_t key[PIER__KEY_BYTES];
    bool has_key;
} pier__standing_told;

/* Any control block. */
typedef struct pier__link_control {
    pier__link_control_type type;
    /* hello, greeting */
    char name[PIER_SESSION_NAME_BYTES_MAX + 1];
    uint8_t id[PIER__ID_BYTES];
    uint8_t nonce[PIER__NONCE_BYTES];
    /* resume, welcome */
    uint8_t standing[PIER__STANDING_BYTES_MAX];
    size_t standing_bytes;
    uint8_t proof[PIER__PROOF_BYTES];
    /* the others */
    uint64_t numbers[3];
    int64_t status;
} pier__link_control;

/* Writes the payload of a control block; returns its size. There is room for PIER__CONTROL_TEXT_BYTES_MAX bytes. */
size_t pier__link_control_encode(const pier__link_control *control, uint8_t *payload);

/* Reads a payload. Returns PIER_OK, PIER_PROTOCOL, or PIER_VERSION for a hello or greeting of another version. */
pier_status pier__link_control_decode(pier_bytes payload, pier__link_control *control);

size_t pier__standing_encode(const pier__standing_told *standing, uint8_t *bytes);
pier_status pier__standing_decode(pier_bytes bytes, pier__standing_told *standing);

/* Writes header and payload of a control block without a place; returns its size. */
size_t pier__link_control_block(const uint8_t *payload, size_t payload_bytes, uint8_t *block);

/* Checks the header of one, whose check held. Returns whether it is one. */
bool pier__link_control_is_free(const pier__header *header);

/* Proofs (proof.c) ------------------------------------------------------------------------------------------------ */

/* HMAC-SHA-256 under the key over a text of its own for each side, and what follows. resume: NULL: the client's proof.
 * Returns false when the library for it fails. */
bool pier__proof_make(pier_bytes key, const pier__link_control_text *hello, const pier__link_control_text *greeting,
                      const pier__link_control_text *resume, pier_bytes standing, uint8_t proof[PIER__PROOF_BYTES]);

/* Compares in constant time. */
bool pier__proof_equals(const uint8_t *left, const uint8_t *right);

/* Forgets a secret. */
void pier__proof_wipe(void *bytes, size_t size);

/* Tokens ----------------------------------------------------------------------------------------------------------- */

/* Judges a client's tokens against the server's. Returns 0, or a pier__refusal. */
unsigned pier__tokens_judge(const uint8_t *server, const uint8_t *token, const uint8_t *next_token);

/* Draws the token behind another. */
bool pier__token_draw(const uint8_t *token, bool (*draw)(void *, void *, size_t), void *user, uint8_t *next);

static inline bool pier__token_is_none(const uint8_t *token) {
    uint8_t any = 0;
    for (unsigned i = 0; i < PIER__TOKEN_BYTES; i++) {
        any |= token[i];
    }
    return any == 0;
}

#endif
