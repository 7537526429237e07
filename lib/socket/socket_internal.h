/* The socket's insides, for the files of its floor and for the file floor.
 *
 * Floor 2 (socket). What belongs to one direction (its error, its end) is touched by the thread of that direction
 * alone; what both would touch (which direction failed last) is atomic. */
#ifndef PIER_SOCKET_SOCKET_INTERNAL_H
#define PIER_SOCKET_SOCKET_INTERNAL_H

#include <stdatomic.h>

#include <pier/socket.h>

#include "socket/platform_internal.h"

typedef enum pier__socket_role {
    PIER__SOCKET_LISTENS,
    PIER__SOCKET_CONNECTING,
    PIER__SOCKET_CONNECTED,
    PIER__SOCKET_FAILED, /* to connect */
    PIER__SOCKET_DATAGRAM,
    PIER__SOCKET_CLOSED
} pier__socket_role;

/* Whether reads wait within the call of the system: receive.c. */
enum { PIER__NOT_PATIENT = 0, PIER__PATIENT = 1, PIER__NEVER_PATIENT = 2 };

typedef enum pier__direction { PIER__READ = 0, PIER__WRITE = 1 } pier__direction;

struct pier_socket {
    pier_allocator allocator;
    int handle;
    pier__socket_role role;
    bool is_shut;              /* the sending direction was ended */
    bool is_read_shut;         /* the reading direction was ended, by this side */
    bool delays;               /* TCP may gather small writes: for those that a listener accepts */
    int connect_error;         /* why connecting failed */
    pier_socket *spare;        /* of a listener: what the next connection will be, so that memory can never cost one */
    const pier_access *access; /* who may connect, or send datagrams; borrowed, NULL for everybody */
    uint64_t denied;           /* connections or datagrams that it turned away */
    pier__unix_file unix_file; /* of a listener, or of a datagram socket */
    bool has_peer;             /* of a datagram socket: `peer` is named, as it was given */
    pier_address peer;
    uint32_t multicast_interface; /* as pier_multicast_set_interface was told */
    pier_cancel *cancel;          /* ends waits; borrowed, NULL when there is none */
    pier_address address;         /* where it listens or takes datagrams, or the other side: for words */
    atomic_uchar patience;        /* PIER__NOT_PATIENT …: not yet, they do, or not any more */
    int64_t spin_ns;              /* how long a read asks again and again before it sleeps; 0: it does not */
    atomic_uchar failed_last;     /* pier__direction */
    pier_error errors[2];         /* by pier__direction */
};

/* Reads the options. Returns PIER_OK, or PIER_USAGE with the error filled. */
pier_status pier__socket_options(const pier_socket_options *given, pier_socket_options *chosen, pier_error *error);

/* Makes a socket without a handle, as the options say; NULL when there is no memory. */
pier_socket *pier__socket_new(const pier_allocator *allocator, bool delays, pier_cancel *cancel);

/* Looks at the settings and the interface of the options, for a socket of that address. Returns PIER_OK, or a failure
 * with the error filled. */
pier_status pier__socket_check_settings(const pier_address *address, const pier_socket_options *options,
                                        pier_error *error);

/* Sets them all, and the interface, for a socket of the family in its address; answers the system's number of the first
 * that fails. */
int pier__socket_apply_settings(const pier_socket *socket, const pier_socket_options *options);

/* Binds to a Unix path, with what belongs to that, or to any other address; answers the system's number. */
int pier__socket_bind(pier_socket *socket, const pier_address *address);

/* Opens a socket at an address; answers the system's number, with nothing left open unless it is 0. */
typedef int (*pier__open_call)(pier_socket *socket, const pier_address *address, const pier_socket_options *options);

/* Opens at the first port of the options' range that is free; where there is no IPv6, at the wildcard of IPv4 instead
 * of that of IPv6. Answers the number of the last attempt. */
int pier__socket_open_in_range(pier_socket *socket, const pier_address *address, const pier_socket_options *options,
                               pier__open_call open_at);

/* As pier__socket_explain, for a failure of pier__socket_open_in_range. */
pier_status pier__socket_explain_range(pier_error *error, const char *verb, const pier_address *address,
                                       const pier_socket_options *options, int os_error);

/* A range of ports needs a beginning and an order. Returns PIER_OK, or PIER_USAGE with the error filled. */
pier_status pier__socket_check_range(const pier_address *address, const pier_socket_options *options,
                                     pier_error *error);

/* Returns whether the name of `address` is whole for its family, whatever it is for. */
bool pier__socket_name_is_good(const pier_address *address);

/* Returns whether the access list turns that address away. */
bool pier__socket_denies(const pier_socket *socket, const pier_address *from);

/* Says why a socket that is not connected carries no stream; static. */
const char *pier__socket_not_stream(const pier_socket *socket);

/* How many that are denied are passed over before a call looks at its deadline. */
#define PIER__TURNED_AWAY_MAX 64

/* Returns whether `address` is one that a stream socket can have: TCP or Unix, and whole. */
bool pier__socket_address_is_good(const pier_address *address);

/* Fills `error` with "VERB ADDRESS: what the number means; what to do", and returns the status of the number. */
pier_status pier__socket_explain(pier_error *error, const char *verb, const pier_address *address, int os_error);

/* Fills the error of one direction of a socket, notes that it failed last, and returns the status. */
pier_status pier__socket_fail(pier_socket *socket, pier__direction way, const char *verb, int os_error);
pier_status pier__socket_refuse(pier_socket *socket, pier__direction way, pier_status status, const char *words);

/* Waits for `events`. ready: which are there; 0 unless PIER_OK. Returns PIER_OK, also when the cancel object is fired
 * but something is ready; PIER_WOULD_BLOCK with PIER_NOW; PIER_CANCELLED; PIER_TIMEOUT; or the failure, filled under
 * `verb`. */
pier_status pier__socket_wait(pier_socket *socket, pier__direction way, uint32_t events, uint32_t *ready,
                              pier_deadline deadline, const char *verb);

/* Waits until the socket is ready for a call that would have blocked. Returns PIER_OK; PIER_WOULD_BLOCK;
 * PIER_CANCELLED; PIER_TIMEOUT; or the failure, filled under `verb`. */
pier_status pier__socket_await(pier_socket *socket, pier__direction way, uint32_t event, pier_deadline deadline,
                               const char *verb);

/* Receives what is there. Unless the deadline is PIER_NOW it may wait for that for a short while, whatever the cancel
 * object does meanwhile. Answers 0, or the system's number: of PIER_WOULD_BLOCK when nothing came. */
int pier__socket_receive(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                         pier_deadline deadline);

/* Lets reads ask again and again for so many microseconds before they sleep; 0: they sleep at once. For the thread that
 * reads. */
void pier__socket_set_spin(pier_socket *socket, uint32_t spin_us);

/* Somebody gets the handle: it must not block, now and later. */
void pier__socket_show_handle(pier_socket *socket);

/* Takes a connect that goes on further, until it stands, fails or the deadline passes; both kinds of failure are filled
 * in under that direction. */
pier_status pier__socket_finish_connect(pier_socket *socket, pier__direction way, pier_deadline deadline);

/* Closes. pier_socket_close without the demand to look at the answer. */
pier_status pier__socket_close(pier_socket *socket);

/* Returns whether the socket is a connection, standing or on its way: what a file can be made of. */
bool pier__socket_is_stream(const pier_socket *socket);

#endif
