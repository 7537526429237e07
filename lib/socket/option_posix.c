/* The options by POSIX and Linux.
 *
 * Floor 2 (socket), POSIX. Has no state: any thread may call it. */
#include "socket/option_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
    int level;
    int name;
} numbers[] = {
    [PIER_OPTION_NO_DELAY] = {IPPROTO_TCP, TCP_NODELAY},
    [PIER_OPTION_KEEP_ALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
    [PIER_OPTION_KEEP_ALIVE_IDLE_S] = {IPPROTO_TCP, TCP_KEEPIDLE},
    [PIER_OPTION_KEEP_ALIVE_INTERVAL_S] = {IPPROTO_TCP, TCP_KEEPINTVL},
    [PIER_OPTION_KEEP_ALIVE_COUNT] = {IPPROTO_TCP, TCP_KEEPCNT},
    [PIER_OPTION_USER_TIMEOUT_MS] = {IPPROTO_TCP, TCP_USER_TIMEOUT},
    [PIER_OPTION_SEND_BUFFER_BYTES] = {SOL_SOCKET, SO_SNDBUF},
    [PIER_OPTION_RECEIVE_BUFFER_BYTES] = {SOL_SOCKET, SO_RCVBUF},
    [PIER_OPTION_REUSE_ADDRESS] = {SOL_SOCKET, SO_REUSEADDR},
    [PIER_OPTION_REUSE_PORT] = {SOL_SOCKET, SO_REUSEPORT},
    [PIER_OPTION_IPV6_ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},
    [PIER_OPTION_BROADCAST] = {SOL_SOCKET, SO_BROADCAST},
    [PIER_OPTION_LINGER_S] = {SOL_SOCKET, SO_LINGER},
    [PIER_OPTION_URGENT_INLINE] = {SOL_SOCKET, SO_OOBINLINE},
    [PIER_OPTION_HOPS] = {IPPROTO_IP, IP_TTL},
    [PIER_OPTION_MULTICAST_HOPS] = {IPPROTO_IP, IP_MULTICAST_TTL},
    [PIER_OPTION_MULTICAST_LOOP] = {IPPROTO_IP, IP_MULTICAST_LOOP},
};

/* What IPv6 calls an option of IPv4. */
static int ipv6_name(pier_socket_option option) {
    switch (option) {
    case PIER_OPTION_HOPS:
        return IPV6_UNICAST_HOPS;
    case PIER_OPTION_MULTICAST_HOPS:
        return IPV6_MULTICAST_HOPS;
    default:
        return IPV6_MULTICAST_LOOP;
    }
}

pier__option_scope pier__platform_option_scope(pier_socket_option option) {
    /* Unix sockets take the options of SOL_SOCKET that mean nothing to them, and those of another protocol not. */
    if (numbers[option].level == IPPROTO_TCP || option == PIER_OPTION_URGENT_INLINE) {
        return PIER__OPTION_TCP;
    }
    if (numbers[option].level == IPPROTO_IP) {
        return option == PIER_OPTION_HOPS ? PIER__OPTION_IP : PIER__OPTION_UDP;
    }
    return numbers[option].level == IPPROTO_IPV6 ? PIER__OPTION_IPV6 : PIER__OPTION_ANY;
}

int pier__platform_set_raw(int handle, int level, int name, pier_bytes bytes) {
    return setsockopt(handle, level, name, bytes.data, (socklen_t)bytes.size) != 0 ? errno : 0;
}

int pier__platform_get_raw(int handle, int level, int name, void *buffer, size_t capacity_bytes, size_t *size) {
    socklen_t length = (socklen_t)capacity_bytes;
    *size = 0;
    if (getsockopt(handle, level, name, buffer, &length) != 0) {
        return errno;
    }
    *size = length;
    return 0;
}

int pier__platform_set_option(int handle, bool is_ipv6, pier_socket_option option, int64_t value) {
    int number = (int)value;
    struct linger linger = {.l_onoff = value >= 0, .l_linger = value >= 0 ? number : 0};
    pier_bytes bytes = {&number, sizeof number};
    if (option == PIER_OPTION_LINGER_S) {
        bytes = (pier_bytes){&linger, sizeof linger};
    }
    int os_error = pier__platform_set_raw(handle, numbers[option].level, numbers[option].name, bytes);
    if (os_error == 0 && is_ipv6 && numbers[option].level == IPPROTO_IP) {
        os_error = pier__platform_set_raw(handle, IPPROTO_IPV6, ipv6_name(option), bytes);
    }
    return os_error;
}

int pier__platform_get_option(int handle, bool is_ipv6, pier_socket_option option, int64_t *value) {
    union {
        int number;
        struct linger linger;
    } got;
    size_t size = 0;
    bool is_of_ipv6 = is_ipv6 && numbers[option].level == IPPROTO_IP;
    int level = is_of_ipv6 ? IPPROTO_IPV6 : numbers[option].level;
    int name = is_of_ipv6 ? ipv6_name(option) : numbers[option].name;
    memset(&got, 0, sizeof got);
    *value = 0;
    int os_error = pier__platform_get_raw(handle, level, name, &got, sizeof got, &size);
    if (os_error == 0) {
        *value = got.number;
        if (option == PIER_OPTION_LINGER_S) {
            *value = got.linger.l_onoff != 0 ? got.linger.l_linger : -1;
        }
    }
    return os_error;
}

int pier__platform_set_congestion(int handle, const char *name) {
    return pier__platform_set_raw(handle, IPPROTO_TCP, TCP_CONGESTION, (pier_bytes){name, strlen(name)});
}

int pier__platform_get_congestion(int handle, char name[PIER_CONGESTION_BYTES_MAX]) {
    size_t size = 0;
    memset(name, 0, PIER_CONGESTION_BYTES_MAX);
    /* Without the last byte, so that it stays terminated whatever comes. */
    return pier__platform_get_raw(handle, IPPROTO_TCP, TCP_CONGESTION, name, PIER_CONGESTION_BYTES_MAX - 1, &size);
}
