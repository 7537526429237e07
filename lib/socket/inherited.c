/* Handles that a service manager passes on, by systemd's protocol (sd_listen_fds(3)).
 *
 * Floor 2 (socket). Reading the variables is a pure function; any thread may call it. */
#include "socket/handle_internal.h"

#include <string.h>

#include "base/error_internal.h"
#include "base/os_error_internal.h"

/* The first handle of the protocol (SD_LISTEN_FDS_START). */
#define FIRST_HANDLE 3

/* Reads a number in decimal digits alone, without a sign; −1 for anything else. */
static int64_t read_number(const char *text) {
    int64_t number = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 10 || text[digits] != '\0') {
        return -1;
    }
    for (size_t i = 0; i < digits; i++) {
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* Copies the next of the names, which colons part. Returns where the one after it begins; NULL when there is none, or
 * the name is too long. */
static const char *take_name(const char *names, char *name, bool *is_good) {
    size_t length = strcspn(names, ":");
    *is_good = length <= PIER_INHERITED_NAME_BYTES_MAX;
    if (*is_good) {
        memcpy(name, names, length);
        name[length] = '\0';
    }
    return names[length] == ':' ? names + length + 1 : NULL;
}

static pier_status refuse(pier_error *error, const char *variable, const char *text) {
    return pier__error_set(error, PIER_ADDRESS, PIER_FLOOR_SOCKET, 0,
                           "%s is %.64s, which is not what a service manager says", variable, text);
}

pier_status pier_inherited_parse(const char *listen_pid, const char *listen_fds, const char *listen_fdnames,
                                 int64_t process, pier_inherited *inherited, size_t capacity, size_t *count,
                                 pier_error *error) {
    if (count == NULL || (inherited == NULL && capacity > 0)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "inherited and count may not be NULL");
    }
    *count = 0;
    if (listen_pid == NULL || listen_fds == NULL) {
        return PIER_OK;
    }
    int64_t meant_for = read_number(listen_pid);
    int64_t handles = read_number(listen_fds);
    if (meant_for <= 0) {
        return refuse(error, "LISTEN_PID", listen_pid);
    }
    if (meant_for != process) {
        return PIER_OK;
    }
    if (handles < 0 || handles > INT32_MAX - FIRST_HANDLE) {
        return refuse(error, "LISTEN_FDS", listen_fds);
    }
    if ((uint64_t)handles > capacity) {
        return pier__error_set(error, PIER_LIMIT, PIER_FLOOR_SOCKET, 0,
                               "%lld handles were passed on, and %zu are taken", (long long)handles, capacity);
    }
    const char *names = listen_fdnames;
    for (size_t i = 0; i < (size_t)handles; i++) {
        bool is_good = listen_fdnames == NULL || names != NULL;
        inherited[i].handle = FIRST_HANDLE + (int)i;
        memcpy(inherited[i].name, "unknown", sizeof "unknown");
        if (names != NULL) {
            names = take_name(names, inherited[i].name, &is_good);
        }
        if (!is_good) {
            return refuse(error, "LISTEN_FDNAMES", listen_fdnames);
        }
    }
    if (handles > 0 && names != NULL) {
        /* More names than handles. */
        return refuse(error, "LISTEN_FDNAMES", listen_fdnames);
    }
    *count = (size_t)handles;
    return PIER_OK;
}

pier_status pier_inherited_handles(pier_inherited *inherited, size_t capacity, size_t *count, pier_error *error) {
    pier_status status = pier_inherited_parse(
        pier__platform_environment("LISTEN_PID"), pier__platform_environment("LISTEN_FDS"),
        pier__platform_environment("LISTEN_FDNAMES"), pier__platform_process(), inherited, capacity, count, error);
    for (size_t i = 0; status == PIER_OK && i < *count; i++) {
        int os_error = pier__platform_close_on_exec(inherited[i].handle);
        if (os_error != 0) {
            char words[PIER__OS_WORDS_BYTES];
            *count = 0;
            return pier__error_set(error, pier__os_status(os_error), PIER_FLOOR_SOCKET, os_error,
                                   "handle %d, %.64s, should have been passed on: %s", inherited[i].handle,
                                   inherited[i].name, pier__os_words(os_error, words));
        }
    }
    return status;
}
