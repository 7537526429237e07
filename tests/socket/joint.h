/* Connected sockets of every kind, for tests that are stamped over all of them.
 *
 * Shared by the tests of the socket and file floors. */
#ifndef PIER_TESTS_JOINT_H
#define PIER_TESTS_JOINT_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/socket.h>

/* A generous bound for what must happen, and a short one for what must not. */
#define JOINT_PATIENCE_MS 5000
#define JOINT_GLANCE_MS 30

typedef enum joint_kind {
    JOINT_TCP_IPV4,
    JOINT_TCP_IPV6,
    JOINT_UNIX_PATH,
    JOINT_UNIX_ABSTRACT,
    JOINT_PAIR,
    JOINT_KIND_COUNT
} joint_kind;

/* A listener with one connection: `client` connected, `server` was accepted. A pair has no listener. */
typedef struct joint {
    joint_kind kind;
    pier_address address; /* where it listens, real port included */
    pier_socket *listener;
    pier_socket *client;
    pier_socket *server;
    char folder[64]; /* of the Unix path, "" when there is none */
} joint;

/* The name of a kind, "tcp_ipv4" for instance. */
const char *joint_kind_name(joint_kind kind);

/* Returns whether this machine can have sockets of this kind: all have, but IPv6 may be missing. */
bool joint_kind_is_here(joint_kind kind);

/* Makes a listener alone (nothing for a pair), or a listener and a connection; fails the test when that fails. */
void joint_listen(joint *ends, joint_kind kind);
void joint_open(joint *ends, joint_kind kind);

/* Makes one more connection to the listener; fails the test when that fails. */
void joint_connect(joint *ends, pier_socket **client, pier_socket **server);

/* Fills the queue of a listener with a backlog of 1, so that a further connect has to wait, and over TCP gets no answer
 * at all, like one to a host that is off. Returns how many connections are in `waiting`, at most `capacity`. */
size_t joint_fill_queue(const pier_address *address, pier_socket **waiting, size_t capacity);

/* Destroys what is left and removes the folder. */
void joint_close(joint *ends);

/* The address where a joint of this kind would listen; makes the folder of a path. */
pier_address joint_address(joint *ends, joint_kind kind);

/* Parses an address; fails the test when it is none. */
pier_address joint_parse(const char *text);

/* A deadline that ends a test which would hang. */
pier_deadline joint_patience(void);

/* Writes all or reads exactly `size` bytes; fails the test when that fails. */
void joint_write(pier_socket *socket, const void *bytes, size_t size);
void joint_read(pier_socket *socket, void *bytes, size_t size);

/* The same in a thread that may not fail the test: return whether it went well. */
bool joint_try_write(pier_socket *socket, const void *bytes, size_t size);
bool joint_try_read(pier_socket *socket, void *bytes, size_t size);

/* Byte `index` of the pattern that the tests send: no period that a buffer's size could hide. */
unsigned char joint_pattern(size_t index);

#endif
