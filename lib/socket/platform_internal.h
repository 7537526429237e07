/* What the socket floor asks of the system.
 *
 * Floor 2 (socket). One set of files for each system implements it whole (*_posix.c). Knows addresses and handles, and
 * nothing of pier_socket. Has no state: any thread may call it.
 *
 * Every function that returns int returns 0 or the system's error number, for pier__os_status and pier__os_words. None
 * shows an interruption by a signal; none raises SIGPIPE; every handle that one makes is closed on exec and does not
 * block, and no call that moves bytes blocks unless it says so, whatever the handle is set to. On failure a handle that
 * would be made is PIER__NO_HANDLE. */
#ifndef PIER_SOCKET_PLATFORM_INTERNAL_H
#define PIER_SOCKET_PLATFORM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/address.h>
#include <pier/bytes.h>
#include <pier/cancel.h>
#include <pier/clock.h>
#include <pier/event.h>

#define PIER__NO_HANDLE (-1)

/* The file that a listening Unix socket made, to be removed by this process alone, and only while it is that file. */
typedef struct pier__unix_file {
    bool is_ours;
    uint64_t device;
    uint64_t inode;
    int64_t process;
} pier__unix_file;

/* Makes a stream socket of the address' family. */
int pier__platform_open(const pier_address *address, int *handle);

/* Makes a datagram socket of the address' family. */
int pier__platform_open_datagram(const pier_address *address, int *handle);

/* Makes a connected pair of Unix stream sockets. */
int pier__platform_open_pair(int handles[2]);

/* Lets TCP send small writes at once. */
int pier__platform_set_no_delay(int handle);

/* Sets what holds while a TCP socket is bound: that it reuses the address of dead connections, and that the IPv6
 * wildcard takes IPv4, too. */
int pier__platform_prepare_bind(int handle, const pier_address *address);

/* Makes a socket use one interface alone. */
int pier__platform_use_interface(int handle, const char *name);

/* Closes a TCP connection so that the peer learns of it at once: by a reset. Unix sockets just close. */
void pier__platform_turn_away(int handle);

/* Binds a TCP socket or one with an abstract name. */
int pier__platform_bind(int handle, const pier_address *address);

/* Binds a Unix socket to a path, with mode 0600, in the place of a dead one if need be. Answers the numbers of
 * PIER_EXISTS for a place that something else has, and of PIER_IN_USE for one that a living socket has. */
int pier__platform_bind_path(int handle, const pier_address *address, pier__unix_file *file);

/* Removes the file again, before the handle is closed: until then nobody takes it for dead. */
void pier__platform_remove_path(const pier_address *address, const pier__unix_file *file);

int pier__platform_listen(int handle, uint32_t backlog);

/* Takes a waiting connection; those that died while they waited are passed over. */
int pier__platform_accept(int listener, int *handle, pier_address *peer);

/* Begins to connect by IP. */
int pier__platform_connect(int handle, const pier_address *address);

/* Returns whether such a number says that the connect goes on: wait for PIER_WRITABLE, then ask
 * pier__platform_connect_result. Others of PIER_WOULD_BLOCK do not: the system had no port or route left. */
bool pier__platform_is_under_way(int os_error);

/* Connects a Unix socket, waiting until `deadline` while the listener's queue is full. A number of PIER_WOULD_BLOCK
 * says that it still is: then nothing goes on; so says PIER__NUMBER_CANCELLED of a cancel object that was fired
 * (NULL: there is none), which is looked at every 10 ms. */
int pier__platform_connect_unix(int handle, const pier_address *address, const pier_cancel *cancel,
                                pier_deadline deadline);

/* The answer of a wait that was cancelled: no system gives this number. */
#define PIER__NUMBER_CANCELLED (-1)

/* Tells how a connect ended that went on. A TCP socket that was connected with itself counts as refused. */
int pier__platform_connect_result(int handle, const pier_address *address);

/* Returns whether the number says that an address makes no sense as it is. */
bool pier__platform_is_invalid(int os_error);

/* Returns whether the number says that the system is short of something, which may pass: descriptors, buffers,
 * memory. */
bool pier__platform_is_shortage(int os_error);

/* Reads what is there; 0 bytes are the end. */
int pier__platform_receive(int handle, void *buffer, size_t capacity_bytes, size_t *size);

/* How long pier__platform_receive_waiting waits, and a connect that looks at its cancel object: too short to notice. */
#define PIER__SLICE_NS INT64_C(10000000)

/* Lets pier__platform_receive_waiting wait by this handle, and no longer. Only this changes what a handle is set to. */
int pier__platform_let_wait(int handle);
void pier__platform_forbid_wait(int handle);

/* As pier__platform_receive, waiting for the first byte for PIER__SLICE_NS at most, and twice that when the system's
 * clock is coarse. A signal ends the wait. */
int pier__platform_receive_waiting(int handle, void *buffer, size_t capacity_bytes, size_t *size);

/* Writes what fits; `count` is 1 to PIER_SPANS_MAX. */
int pier__platform_send(int handle, const pier_bytes *spans, size_t count, size_t *size);

/* Waits for PIER_READABLE and PIER_WRITABLE of any handle. ready: what is there of `events`; 0 when the deadline
 * passed first. PIER_NOW only looks. */
int pier__platform_wait(int handle, uint32_t events, uint32_t *ready, pier_deadline deadline);

/* The same for several handles at once: `ready[i]` is what is there of `interests[i]`, for at least one of them unless
 * the deadline passed first. count: 1 to PIER__WAIT_MAX. */
int pier__platform_wait_many(const pier_interest *interests, size_t count, uint32_t *ready, pier_deadline deadline);

/* How many handles one wait may have: every address of a name, and a cancel object. */
#define PIER__WAIT_MAX 65

/* Ends the sending direction. */
int pier__platform_shutdown(int handle);

/* Closes; the handle is gone whatever the answer. */
int pier__platform_close(int handle);

int pier__platform_local_address(int handle, pier_address *address);
int pier__platform_peer_address(int handle, pier_address *address);

#endif
