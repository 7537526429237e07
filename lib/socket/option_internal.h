/* The options as the system has them.
 *
 * Floor 2 (socket). Contract of option_posix.c, and what the floor shares. Knows handles; has no state. */
#ifndef PIER_SOCKET_OPTION_INTERNAL_H
#define PIER_SOCKET_OPTION_INTERNAL_H

#include <pier/socket_option.h>

#include "socket/platform_internal.h"

/* What a socket must be for an option to be there. */
typedef enum pier__option_scope {
    PIER__OPTION_ANY,
    PIER__OPTION_TCP,
    PIER__OPTION_IPV6, /* a socket of that family */
    PIER__OPTION_IP,   /* TCP and UDP */
    PIER__OPTION_UDP
} pier__option_scope;

/* Returns what a socket must be for that option. */
pier__option_scope pier__platform_option_scope(pier_socket_option option);

/* Both answer 0 or the system's number, as the functions of platform_internal.h do. is_ipv6: the family of the socket;
 * such a one has what is IP's twice, and both are set. */
int pier__platform_set_option(int handle, bool is_ipv6, pier_socket_option option, int64_t value);
int pier__platform_get_option(int handle, bool is_ipv6, pier_socket_option option, int64_t *value);

int pier__platform_set_congestion(int handle, const char *name);
int pier__platform_get_congestion(int handle, char name[PIER_CONGESTION_BYTES_MAX]);

int pier__platform_set_raw(int handle, int level, int name, pier_bytes bytes);
int pier__platform_get_raw(int handle, int level, int name, void *buffer, size_t capacity_bytes, size_t *size);

/* Returns whether the handle carries TCP; what this floor makes is TCP, UDP or Unix. */
bool pier__socket_is_tcp(const pier_socket *socket);

/* Looks at a setting for a socket of that address. Returns PIER_OK, or a failure with the error filled. */
pier_status pier__option_check(const pier_address *address, pier_socket_option option, int64_t value,
                               pier_error *error);

/* Returns the name of an option in words; NULL for one that is none. */
const char *pier__option_words(pier_socket_option option);

#endif
