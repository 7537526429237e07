/* Datagrams and multicast by the calls of POSIX and Linux.
 *
 * Floor 2 (socket), POSIX. Has no state: any thread may call it. Joining goes by RFC 3678's protocol-independent calls,
 * which name the interface by its number in both families. */
#include "socket/datagram_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "address/sockaddr_posix_internal.h"
#include "socket/span_posix_internal.h"

/* What of a Unix socket's send buffer a datagram cannot have (unix_dgram_sendmsg in net/unix/af_unix.c). */
#define UNIX_OVERHEAD_BYTES 32

/* Of Linux (linux/in6.h), since 4.20; glibc 2.36 does not name it. */
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

static int os_answer(int result) {
    return result < 0 ? errno : 0;
}

static int set_number(int handle, int level, int name, int value) {
    return os_answer(setsockopt(handle, level, name, &value, sizeof value));
}

int pier__platform_take_own_groups(int handle, bool is_ipv6) {
    int os_error = set_number(handle, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    if (os_error == 0 && is_ipv6) {
        os_error = set_number(handle, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
    }
    return os_error;
}

int pier__platform_bind_unnamed(int handle) {
    /* An address of a family alone lets Linux choose an abstract name (unix(7), "Autobind feature"). */
    const struct sockaddr address = {.sa_family = AF_UNIX};
    return os_answer(bind(handle, &address, sizeof address.sa_family));
}

int pier__platform_set_peer(int handle, const pier_address *peer) {
    struct sockaddr_storage storage;
    socklen_t size = pier__address_to_sockaddr(peer, &storage);
    int os_error = 0;
    do {
        /* Nothing is sent, and so nothing goes on in the background. */
        os_error = os_answer(connect(handle, (const struct sockaddr *)&storage, size));
    } while (os_error == EINTR);
    return os_error;
}

int pier__platform_send_datagram(int handle, const pier_address *to, const pier_bytes *spans, size_t count) {
    struct iovec vectors[PIER_SPANS_MAX];
    struct sockaddr_storage storage;
    struct msghdr message = {.msg_iov = vectors};
    message.msg_iovlen = pier__span_vectors(spans, count, SIZE_MAX, vectors);
    if (to != NULL) {
        message.msg_namelen = pier__address_to_sockaddr(to, &storage);
        message.msg_name = &storage;
    }
    ssize_t sent = 0;
    do {
        sent = sendmsg(handle, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? errno : 0;
}

int pier__platform_receive_datagram(int handle, void *buffer, size_t capacity_bytes, bool peeks, size_t *size,
                                    pier_address *from) {
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    struct iovec vector = {buffer,
                           capacity_bytes < PIER__TRANSFER_BYTES_MAX ? capacity_bytes : PIER__TRANSFER_BYTES_MAX};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    ssize_t got = 0;
    do {
        message.msg_name = &storage;
        message.msg_namelen = sizeof storage;
        /* With MSG_TRUNC the answer is the size of the datagram, not of what fits in. */
        got = recvmsg(handle, &message, MSG_DONTWAIT | MSG_TRUNC | (peeks ? MSG_PEEK : 0));
    } while (got < 0 && errno == EINTR);
    *size = got > 0 ? (size_t)got : 0;
    if (got < 0) {
        return errno;
    }
    if (message.msg_namelen == 0) {
        /* A Unix socket that has no name gives none. */
        storage.ss_family = AF_UNIX;
    }
    pier__address_from_sockaddr(&storage, message.msg_namelen, from);
    return 0;
}

bool pier__platform_is_too_large(int os_error) {
    return os_error == EMSGSIZE;
}

int pier__platform_unix_datagram_max(int handle, size_t *bytes) {
    int64_t room = 0;
    int os_error = pier__platform_get_option(handle, false, PIER_OPTION_SEND_BUFFER_BYTES, &room);
    *bytes = room > UNIX_OVERHEAD_BYTES ? (size_t)room - UNIX_OVERHEAD_BYTES : 0;
    return os_error;
}

int pier__platform_set_membership(int handle, const pier_address *group, uint32_t interface, bool joins) {
    struct group_req request;
    memset(&request, 0, sizeof request);
    request.gr_interface = interface;
    (void)pier__address_to_sockaddr(group, &request.gr_group);
    int level = group->family == PIER_FAMILY_IPV4 ? IPPROTO_IP : IPPROTO_IPV6;
    int name = joins ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP;
    return os_answer(setsockopt(handle, level, name, &request, sizeof request));
}

int pier__platform_set_multicast_interface(int handle, bool is_ipv6, uint32_t interface) {
    struct ip_mreqn request = {.imr_ifindex = (int)interface};
    int os_error = os_answer(setsockopt(handle, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request));
    if (os_error == 0 && is_ipv6) {
        os_error = set_number(handle, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface);
    }
    return os_error;
}
