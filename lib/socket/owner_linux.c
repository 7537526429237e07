/* Who has a port, by the files in /proc (proc(5)).
 *
 * Floor 2 (socket), Linux. Has no state: any thread may call it.
 *
 * /proc/net/tcp, tcp6, udp and udp6 tell the inode and the user of each socket to everybody; which process has it
 * stands in /proc/PID/fd, which only its owner and root may read. */
#include "socket/owner_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "socket/platform_internal.h"

/* The state of a socket that listens (TCP_LISTEN in net/tcp_states.h). */
#define STATE_LISTENS 0x0A

/* Longer than any line of the tables, which pad theirs to 150 and 180 bytes. */
enum { LINE_BYTES = 512, PATH_BYTES = 300, LINK_BYTES = 64 };

/* What a line of the table says of a listener at the port, or with `any_state` of any socket there; false for other
 * lines. */
static bool read_line(const char *line, uint16_t port, bool any_state, uint32_t *user, uint64_t *inode) {
    unsigned found_port = 0;
    unsigned state = 0;
    unsigned found_user = 0;
    unsigned long found_inode = 0;
    int fields = sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %u %*d %lu", &found_port, &state,
                        &found_user, &found_inode);
    *user = found_user;
    *inode = found_inode;
    return fields == 4 && found_port == port && (any_state || state == STATE_LISTENS);
}

/* Looks for the socket in one of the tables. */
static bool find_socket(const char *path, uint16_t port, bool any_state, uint32_t *user, uint64_t *inode) {
    char text[LINE_BYTES * 2 + 1];
    size_t have = 0;
    bool is_found = false;
    int table = open(path, O_RDONLY | O_CLOEXEC);
    while (table >= 0 && !is_found) {
        ssize_t got = read(table, text + have, sizeof text - 1 - have);
        if (got <= 0) {
            break;
        }
        have += (size_t)got;
        text[have] = '\0';
        char *line = text;
        for (char *end = strchr(line, '\n'); end != NULL && !is_found; end = strchr(line, '\n')) {
            *end = '\0';
            is_found = read_line(line, port, any_state, user, inode);
            line = end + 1;
        }
        have = (size_t)(text + have - line);
        if (have >= sizeof text - 1) {
            /* No table has such a line. */
            break;
        }
        memmove(text, line, have);
    }
    if (table >= 0) {
        (void)pier__platform_close(table);
    }
    return is_found;
}

/* Returns whether the process has the socket open. */
static bool has_socket(const char *process, const char *wanted) {
    char path[PATH_BYTES];
    char link[LINK_BYTES];
    bool is_found = false;
    (void)snprintf(path, sizeof path, "/proc/%.16s/fd", process);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return false;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL && !is_found; entry = readdir(folder)) {
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, link, sizeof link - 1);
        if (length > 0) {
            link[length] = '\0';
            is_found = strcmp(link, wanted) == 0;
        }
    }
    (void)closedir(folder);
    return is_found;
}

/* Reads the name of a process; leaves "" when that fails. */
static void read_name(const char *process, char *name, size_t capacity) {
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "/proc/%.16s/comm", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    ssize_t length = read(file, name, capacity - 1);
    name[length > 0 ? length : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    (void)pier__platform_close(file);
}

static int64_t read_process(const char *text) {
    int64_t number = 0;
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < digits && digits < 12 && text[digits] == '\0'; i++) {
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* Looks for the socket in the tables of both families. They come in pieces, and between two of them a socket that goes
 * can take the place of another one along: a few looks see what one missed. */
static bool find_in_tables(uint16_t port, bool is_udp, uint32_t *user, uint64_t *inode) {
    bool is_found = false;
    for (int looks = 0; looks < 3 && !is_found; looks++) {
        is_found = find_socket(is_udp ? "/proc/net/udp" : "/proc/net/tcp", port, is_udp, user, inode) ||
                   find_socket(is_udp ? "/proc/net/udp6" : "/proc/net/tcp6", port, is_udp, user, inode);
    }
    return is_found;
}

bool pier__platform_port_owner(uint16_t port, bool is_udp, pier__port_owner *owner) {
    uint64_t inode = 0;
    char wanted[LINK_BYTES];
    memset(owner, 0, sizeof *owner);
    if (!find_in_tables(port, is_udp, &owner->user, &inode)) {
        return false;
    }
    (void)snprintf(wanted, sizeof wanted, "socket:[%" PRIu64 "]", inode);
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        return true;
    }
    for (const struct dirent *entry = readdir(processes); entry != NULL && owner->process == 0;
         entry = readdir(processes)) {
        int64_t process = read_process(entry->d_name);
        if (process > 0 && has_socket(entry->d_name, wanted)) {
            owner->process = process;
            read_name(entry->d_name, owner->name, sizeof owner->name);
        }
    }
    (void)closedir(processes);
    return true;
}
