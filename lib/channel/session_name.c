/* Names of folders made of names of sessions; see session_host_internal.h.
 *
 * A stranger chooses the name: what comes out has no '/', does not begin with '.', is never empty, and fits a file
 * system. Two names give two folders: '%' stands for itself nowhere, and is followed by two digits where a byte is
 * written, by '-' where a digest follows. None is the file by which a host locks its folder. */
#include "channel/session_host_internal.h"

#include <stdio.h>
#include <string.h>

#include "file/folder_internal.h"

/* With a digest behind them, fewer bytes of the name are kept. */
enum { WHOLE_BYTES_MAX = 200, KEPT_BYTES_MAX = 120 };

static bool stands_for_itself(char byte, bool is_first) {
    bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    bool is_digit = byte >= '0' && byte <= '9';
    return is_letter || is_digit || byte == '-' || byte == '_' || (byte == '.' && !is_first);
}

/* Writes as much of the name as fits; returns whether that was all of it. */
static bool write_name(const char *name, char *folder, size_t *size, size_t size_max) {
    bool is_lock = strcmp(name, PIER__FOLDER_LOCK_NAME) == 0;
    *size = 0;
    for (size_t i = 0; name[i] != '\0'; i++) {
        bool is_plain = !is_lock && stands_for_itself(name[i], i == 0);
        if (*size + (is_plain ? 1 : 3) > size_max) {
            return false;
        }
        if (is_plain) {
            folder[(*size)++] = name[i];
        } else {
            *size += (size_t)snprintf(folder + *size, 4, "%%%02X", (unsigned)(unsigned char)name[i]);
        }
    }
    folder[*size] = '\0';
    return true;
}

bool pier__session_folder_name(const char *name, char folder[PIER__SESSION_FOLDER_BYTES]) {
    size_t size = 0;
    if (write_name(name, folder, &size, WHOLE_BYTES_MAX)) {
        return true;
    }
    uint8_t digest[PIER__DIGEST_BYTES];
    if (!pier__session_digest((pier_bytes){name, strlen(name)}, digest)) {
        return false;
    }
    (void)write_name(name, folder, &size, KEPT_BYTES_MAX);
    folder[size++] = '%';
    folder[size++] = '-';
    for (size_t i = 0; i < sizeof digest; i++) {
        size += (size_t)snprintf(folder + size, 3, "%02x", digest[i]);
    }
    return true;
}
