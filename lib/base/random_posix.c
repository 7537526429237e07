/* Random numbers from getrandom(2); see random_internal.h. */
#include "base/random_internal.h"

#include <errno.h>
#include <sys/random.h>

bool pier__random_u64(uint64_t *number) {
    *number = 0;
    while (*number == 0) {
        ssize_t size = getrandom(number, sizeof *number, 0);
        if (size < 0 && errno == EINTR) {
            *number = 0;
            continue;
        }
        /* Up to 256 bytes come whole or not at all: getrandom(2). */
        if (size != (ssize_t)sizeof *number) {
            return false;
        }
    }
    return true;
}
