/* Sends back what it gets, to many clients at once, from one poll loop: what CAsyncSocket's notifications become.
 *
 *     echo_server [ENDPOINT]      tcp://127.0.0.1:0 if none is given; ends with its standard input */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
#include <pier/pier.h>

#define CLIENTS_MAX 64

/* A client, and what must still go back to it. */
typedef struct client {
    pier_socket *socket;
    char bytes[4096];
    size_t begin, end;
} client;

static client clients[CLIENTS_MAX];
static size_t client_count;

/* [mfc: accept] */
/* OnAccept: somebody waits. With PIER_NOW a call never waits, and answers PIER_WOULD_BLOCK when there is no more. */
static void on_accept(pier_socket *listener) {
    pier_socket *socket = NULL;
    pier_address peer;
    while (client_count < CLIENTS_MAX && pier_socket_accept(listener, &socket, &peer, PIER_NOW) == PIER_OK) {
        printf("%s is here\n", pier_address_as_text(&peer).text);
        clients[client_count++] = (client){.socket = socket};
    }
}
/* [end] */

/* [mfc: receive] */
/* OnReceive and OnClose: there are bytes, or the end, or a failure. The answer of the call tells which; no notice can be
 * lost, because a handle stays readable until all is read. Returns whether the client stays. */
static bool on_receive(client *one) {
    one->begin = 0;
    one->end = 0;
    pier_status status = pier_socket_read(one->socket, one->bytes, sizeof one->bytes, &one->end, PIER_NOW);
    if (status < 0) {
        fprintf(stderr, "echo_server: %s\n", pier_socket_error(one->socket)->text);
    }
    return status == PIER_OK || status == PIER_WOULD_BLOCK;
}

/* OnSend: there is room again. Returns whether the client stays. */
static bool on_send(client *one) {
    pier_bytes span = {one->bytes + one->begin, one->end - one->begin};
    size_t taken = 0;
    pier_status status = pier_socket_write(one->socket, &span, 1, &taken, PIER_NOW);
    one->begin += taken;
    return status == PIER_OK || status == PIER_WOULD_BLOCK;
}
/* [end] */

/* [mfc: loop] */
/* One round: what AsyncSelect asked for is decided anew each time. A client that does not take its answers is not
 * listened to meanwhile. Returns whether the server goes on. */
static bool serve(pier_socket *listener) {
    struct pollfd polled[CLIENTS_MAX + 2] = {{STDIN_FILENO, POLLIN, 0}, {pier_socket_handle(listener), POLLIN, 0}};
    size_t count = client_count;
    for (size_t i = 0; i < count; i++) {
        short wanted = clients[i].begin < clients[i].end ? POLLOUT : POLLIN;
        polled[i + 2] = (struct pollfd){pier_socket_handle(clients[i].socket), wanted, 0};
    }
    if (client_count == CLIENTS_MAX) {
        polled[1].fd = -1; /* no room: whoever comes waits */
    }
    if (poll(polled, (nfds_t)count + 2, -1) < 0 || polled[0].revents != 0) {
        return false;
    }
    for (size_t i = count; i-- > 0;) {
        client *one = &clients[i];
        if (polled[i + 2].revents != 0 && !(one->begin < one->end ? on_send(one) : on_receive(one))) {
            pier_socket_destroy(one->socket);
            *one = clients[--client_count];
        }
    }
    if (polled[1].revents != 0) {
        on_accept(listener);
    }
    return true;
}
/* [end] */

int main(int argc, char **argv) {
    /* [mfc: listen] */
    pier_address address;
    pier_error error;
    pier_socket *listener = NULL;
    pier_status status = pier_address_parse(argc > 1 ? argv[1] : "tcp://127.0.0.1:0", &address, &error);
    if (status == PIER_OK) {
        status = pier_socket_listen(&listener, &address, NULL, &error);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "echo_server: %s\n", error.text);
        return 1;
    }
    /* What GetSockName tells: with port 0 the system has chosen one. */
    if (pier_socket_local_address(listener, &address) == PIER_OK) {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
    }
    /* [end] */
    while (serve(listener)) {
    }
    while (client_count > 0) {
        pier_socket_destroy(clients[--client_count].socket);
    }
    pier_socket_destroy(listener);
    return 0;
}
