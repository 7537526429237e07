/* What handles, urgent bytes and the other ways to read ask of the system.
 *
 * Floor 2 (socket). Contract of handle_posix.c; the rules of platform_internal.h hold. Knows handles; has no state. */
#ifndef PIER_SOCKET_HANDLE_INTERNAL_H
#define PIER_SOCKET_HANDLE_INTERNAL_H

#include <pier/socket_handle.h>
#include <pier/socket_transfer.h>

#include "socket/platform_internal.h"

/* What a handle is. */
typedef struct pier__handle_facts {
    bool is_socket;
    bool is_stream;
    bool is_datagram;
    bool is_known_family; /* IPv4, IPv6 or Unix */
    bool listens;
    bool is_connected;
} pier__handle_facts;

int pier__platform_examine(int handle, pier__handle_facts *facts);

/* Makes a handle non-blocking and close-on-exec, or close-on-exec alone. */
int pier__platform_prepare_handle(int handle);
int pier__platform_close_on_exec(int handle);

/* The number of this process, and a variable of its environment; NULL when it is not set. */
int64_t pier__platform_process(void);
const char *pier__platform_environment(const char *name);

int pier__platform_send_handle(int handle, int passed);

/* bytes: how many came, 0 is the end. passed: the handle that came with them; PIER__NO_HANDLE: none or several, which
 * are closed. lost: the system had no room for it. */
int pier__platform_receive_handle(int handle, size_t *bytes, int *passed, bool *lost);

int pier__platform_credentials(int handle, pier_credentials *credentials);

int pier__platform_waiting(int handle, size_t *bytes);
int pier__platform_peek(int handle, void *buffer, size_t capacity_bytes, size_t *size);
int pier__platform_receive_rooms(int handle, const pier_room *rooms, size_t count, size_t *size);
int pier__platform_shutdown_reading(int handle);

int pier__platform_send_urgent(int handle, uint8_t byte);

/* A number of PIER_WOULD_BLOCK says that there is none. `size` is 0 at the end. */
int pier__platform_receive_urgent(int handle, uint8_t *byte, size_t *size);
int pier__platform_at_mark(int handle, bool *is_at_mark);

#endif
