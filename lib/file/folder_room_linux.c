/* Room for files that grow, and the life of the machine; see folder_room_internal.h.
 *
 * Floor 3 (file), Linux. Has no state: any thread may call it. */
#include "file/folder_room_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "socket/platform_internal.h"

int pier__folder_reserve(int handle, uint64_t size_bytes) {
    if (size_bytes > (uint64_t)INT64_MAX) {
        return EFBIG;
    }
    int result = 0;
    do {
        result = fallocate(handle, FALLOC_FL_KEEP_SIZE, 0, (off_t)size_bytes);
    } while (result != 0 && errno == EINTR);
    return result != 0 ? errno : 0;
}

static int value_of(char digit) {
    return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

void pier__folder_life(uint8_t life[PIER__FOLDER_LIFE_BYTES]) {
    char text[64];
    memset(life, 0, PIER__FOLDER_LIFE_BYTES);
    int handle = -1;
    do {
        handle = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    } while (handle < 0 && errno == EINTR);
    if (handle < 0) {
        return;
    }
    ssize_t size = 0;
    do {
        size = read(handle, text, sizeof text);
    } while (size < 0 && errno == EINTR);
    (void)pier__platform_close(handle);
    size_t digits = 0;
    for (ssize_t i = 0; i < size && digits < (size_t)PIER__FOLDER_LIFE_BYTES * 2; i++) {
        int value = value_of(text[i]);
        if (value >= 0) {
            life[digits / 2] = (uint8_t)(life[digits / 2] << 4 | value);
            digits++;
        }
    }
    if (digits < (size_t)PIER__FOLDER_LIFE_BYTES * 2) {
        memset(life, 0, PIER__FOLDER_LIFE_BYTES);
    }
}
