/* What a session's connection is known by: see session_first.h. */
#include "session_first.h"

/* As MessagePack: an ext 8, the number of its bytes, its type, and the first of them. */
const uint8_t session_first[SESSION_FIRST_BYTES] = {0xc7, 0x3d, 0x50, 0x05};

bool session_first_is(pier_ext value) {
    return value.bytes.size == session_first[1] && value.type == session_first[2] &&
           *(const uint8_t *)value.bytes.data == session_first[3];
}
