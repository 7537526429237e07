/* Options of a socket: typed by one table, and raw for the rest.
 *
 * Floor 2 (socket). A socket has the system's own values until told otherwise; Pier itself sets what its calls document
 * (pier_socket_options.delay, reuse of addresses and IPv6-only while listening), and what is set here comes after that.
 * The calls are for the thread that uses the socket, and its reading error tells what failed. None blocks. */
#ifndef PIER_SOCKET_OPTION_H
#define PIER_SOCKET_OPTION_H

#include <pier/socket.h>

/* The options: name, lowest and highest value, name in words. A truth is 0 or 1. */
#define PIER_SOCKET_OPTION_TABLE(X)                                                                                    \
    X(NO_DELAY, 1, 0, 1, "no-delay")                                                                                   \
    X(KEEP_ALIVE, 2, 0, 1, "keep-alive")                                                                               \
    X(KEEP_ALIVE_IDLE_S, 3, 1, 32767, "keep-alive idle time")                                                          \
    X(KEEP_ALIVE_INTERVAL_S, 4, 1, 32767, "keep-alive interval")                                                       \
    X(KEEP_ALIVE_COUNT, 5, 1, 127, "keep-alive count")                                                                 \
    X(USER_TIMEOUT_MS, 6, 0, 2147483647, "user timeout")                                                               \
    X(SEND_BUFFER_BYTES, 7, 1, 1073741823, "send buffer")                                                              \
    X(RECEIVE_BUFFER_BYTES, 8, 1, 1073741823, "receive buffer")                                                        \
    X(REUSE_ADDRESS, 9, 0, 1, "reuse of the address")                                                                  \
    X(REUSE_PORT, 10, 0, 1, "reuse of the port")                                                                       \
    X(IPV6_ONLY, 11, 0, 1, "IPv6 alone")                                                                               \
    X(BROADCAST, 12, 0, 1, "broadcast")                                                                                \
    X(LINGER_S, 13, -1, 32767, "linger")                                                                               \
    X(URGENT_INLINE, 14, 0, 1, "urgent bytes inline")                                                                  \
    X(HOPS, 15, 1, 255, "hops")                                                                                        \
    X(MULTICAST_HOPS, 16, 0, 255, "hops to groups")                                                                    \
    X(MULTICAST_LOOP, 17, 0, 1, "loop of groups")

/* What can be set and asked for.
 * NO_DELAY: TCP sends small writes at once; Pier's default. KEEP_ALIVE: TCP asks a silent peer whether it lives: first
 * after _IDLE_S seconds, then every _INTERVAL_S seconds, and gives up after _COUNT questions. USER_TIMEOUT_MS: TCP
 * gives up when what it sent stays unacknowledged so long; 0: the system's 13 to 30 minutes.
 * SEND_BUFFER_BYTES, RECEIVE_BUFFER_BYTES: the room in the system. Linux doubles what is set, for its own
 * administration, and the doubled number is read back; at least 4,608 and 2,304, at most twice net.core.wmem_max and
 * rmem_max. Setting them turns the system's own tuning off. For a wide TCP window set them at creation.
 * REUSE_ADDRESS: bind where a dead connection lingers; Pier's default for TCP. REUSE_PORT: several sockets of one user
 * listen at one port, and the system shares the connections out; all of them must say so at creation. IPV6_ONLY: an
 * IPv6 socket takes no IPv4; at creation. BROADCAST: datagrams may go to everybody.
 * LINGER_S: what closing does with bytes that are not yet sent. −1: the system sends them in the background, the
 * default. 0: they are dropped and the connection is reset. Above: closing waits so long for them, and blocks.
 * URGENT_INLINE: an urgent byte stays among the others (pier_socket_read_urgent).
 * HOPS: how many routers a packet passes at most, TCP and UDP; the system's default is 64. MULTICAST_HOPS: the same for
 * datagrams to groups, UDP; 0 stays on this machine, the default 1 on the local network. MULTICAST_LOOP: whether
 * sockets of this machine get what is sent to a group that they joined, UDP; the default is 1, and the loopback
 * interface brings everything back in any case. An IPv6 socket sets all three for IPv4, too. */
typedef enum pier_socket_option {
#define PIER__SOCKET_OPTION_ENUM(name, number, lowest, highest, words) PIER_OPTION_##name = (number),
    PIER_SOCKET_OPTION_TABLE(PIER__SOCKET_OPTION_ENUM)
#undef PIER__SOCKET_OPTION_ENUM
} pier_socket_option;

/* How long the name of a congestion control may be, its terminator included. */
#define PIER_CONGESTION_BYTES_MAX 16

/* Sets an option of an open socket.
 * Returns PIER_OK; PIER_RANGE for a value that the table does not allow; PIER_UNSUPPORTED for an option that this kind
 * of socket does not have (those of TCP on any other, of UDP likewise, IPV6_ONLY on anything but IPv6); PIER_USAGE for
 * an unknown option, a closed socket, or IPV6_ONLY of a socket that is bound; PIER_SYSTEM. */
PIER_API pier_status pier_socket_set_option(pier_socket *socket, pier_socket_option option,
                                            int64_t value) PIER_MUST_USE;

/* Gets an option as the system has it now. value: 0 on failure. Returns as pier_socket_set_option. */
PIER_API pier_status pier_socket_get_option(pier_socket *socket, pier_socket_option option,
                                            int64_t *value) PIER_MUST_USE;

/* Sets TCP's congestion control by name, "cubic" or "reno" for instance (net.ipv4.tcp_available_congestion_control).
 * Returns PIER_OK; PIER_NOT_FOUND for one that the system does not have; PIER_DENIED for one that this process may not
 * choose; PIER_UNSUPPORTED for a socket that is not TCP; PIER_USAGE; PIER_SYSTEM. */
PIER_API pier_status pier_socket_set_congestion(pier_socket *socket, const char *name) PIER_MUST_USE;

/* Gets the name of TCP's congestion control, terminated. Returns as pier_socket_set_congestion. */
PIER_API pier_status pier_socket_get_congestion(pier_socket *socket,
                                                char name[PIER_CONGESTION_BYTES_MAX]) PIER_MUST_USE;

/* Sets any option of the system, by its numbers: setsockopt with `bytes` as they are. Pier does not look at it: what
 * contradicts its own settings (blocking, timeouts) breaks what its calls promise.
 * Returns PIER_OK; PIER_USAGE; or what the system's number means. */
PIER_API pier_status pier_socket_set_raw_option(pier_socket *socket, int level, int name,
                                                pier_bytes bytes) PIER_MUST_USE;

/* Gets any option of the system. size: how many of `capacity_bytes` were filled; 0 on failure.
 * Returns as pier_socket_set_raw_option. */
PIER_API pier_status pier_socket_get_raw_option(pier_socket *socket, int level, int name, void *buffer,
                                                size_t capacity_bytes, size_t *size) PIER_MUST_USE;

#endif
