/* The check of long payloads; see wire_internal.h. Not in wire.c, which has xxHash compiled into it for the short ones.
 *
 * Floor 4 (archive). */
#include <xxhash.h>

#include "archive/wire_internal.h"

#if defined(__GNUC__) && defined(__ELF__)
/* As XXH3_64bits, by the widest instructions of the processor: of xxh_x86dispatch.h, from xxHash 0.8 on. Weak, because
 * the library has it for one kind of processor alone, and may be built without it. */
extern XXH64_hash_t XXH3_64bits_dispatch(const void *input, size_t bytes) __attribute__((weak));
#define PIER__HAS_DISPATCH (XXH3_64bits_dispatch != NULL)
#else
#define XXH3_64bits_dispatch XXH3_64bits
#define PIER__HAS_DISPATCH false
#endif

uint64_t pier__long_check(const uint8_t *payload, size_t size) {
    return PIER__HAS_DISPATCH ? XXH3_64bits_dispatch(payload, size) : XXH3_64bits(payload, size);
}
