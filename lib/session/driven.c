/* See driven_internal.h. */
#include "session/driven_internal.h"

#include <limits.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "archive/wire_internal.h"

bool pier__session_draw(void *user, void *bytes, size_t size_bytes) {
    (void)user;
    return size_bytes <= INT_MAX && RAND_bytes((unsigned char *)bytes, (int)size_bytes) == 1;
}

bool pier__session_digest(pier_bytes bytes, uint8_t digest[PIER__DIGEST_BYTES]) {
    unsigned size = 0;
    return EVP_Digest(bytes.data, bytes.size, digest, &size, EVP_sha256(), NULL) == 1 && size == PIER__DIGEST_BYTES;
}

pier_status pier__session_recognise(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size && i < PIER__PREFIX_BYTES; i++) {
        if (bytes[i] != pier__preamble_constant[i]) {
            return PIER_MISMATCH;
        }
    }
    if (size <= PIER__PREFIX_BYTES) {
        return PIER_MORE;
    }
    return bytes[PIER__PREFIX_BYTES] == PIER_BLOCK_CONTROL ? PIER_OK : PIER_MISMATCH;
}
