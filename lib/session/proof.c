/* Proofs of a session: HMAC-SHA-256; see link_control_internal.h.
 *
 * Floor 6 (session). This file and driven.c alone know OpenSSL. */
#include "session/link_control_internal.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { LABEL_BYTES = 21 };

/* Both sides' texts have one length, so that no text is the beginning of the other. */
static const char client_label[] = "pier session 1 client";
static const char server_label[] = "pier session 1 server";

typedef struct message {
    uint8_t bytes[LABEL_BYTES + 3 * PIER__CONTROL_TEXT_BYTES_MAX + PIER__STANDING_BYTES_MAX];
    size_t size;
} message;

static void append(message *to, const void *bytes, size_t size) {
    if (size > 0) {
        memcpy(to->bytes + to->size, bytes, size);
        to->size += size;
    }
}

bool pier__proof_make(pier_bytes key, const pier__link_control_text *hello, const pier__link_control_text *greeting,
                      const pier__link_control_text *resume, pier_bytes standing, uint8_t proof[PIER__PROOF_BYTES]) {
    message over;
    over.size = 0;
    append(&over, resume == NULL ? client_label : server_label, LABEL_BYTES);
    append(&over, hello->bytes, hello->size);
    append(&over, greeting->bytes, greeting->size);
    if (resume != NULL) {
        append(&over, resume->bytes, resume->size);
    }
    append(&over, standing.data, standing.size);
    unsigned size = 0;
    /* A key of no bytes still needs a place that it could be at. */
    const void *key_bytes = key.size > 0 ? key.data : "";
    bool is_made = HMAC(EVP_sha256(), key_bytes, (int)key.size, over.bytes, over.size, proof, &size) != NULL &&
                   size == PIER__PROOF_BYTES;
    OPENSSL_cleanse(over.bytes, over.size);
    return is_made;
}

bool pier__proof_equals(const uint8_t *left, const uint8_t *right) {
    return CRYPTO_memcmp(left, right, PIER__PROOF_BYTES) == 0;
}

void pier__proof_wipe(void *bytes, size_t size) {
    OPENSSL_cleanse(bytes, size);
}
