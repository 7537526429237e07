/* Serves at the sockets that a service manager listens at, by systemd's protocol, or else at one of its own: each client
 * is told what it said. A manager may start it when the first client comes, and again whenever it ends.
 *
 *     inherited_server [COUNT]     serves COUNT clients (1) and ends
 *     systemd-socket-activate -l 7000 inherited_server */
#include <stdio.h>
#include <stdlib.h>
#include <pier/pier.h>

enum { LISTENERS_MAX = 8 };

/* [sockets: inherited] */
/* Takes the listening sockets over. Returns PIER_OK with how many there are, 0 when nobody handed any over. */
static pier_status take_over(pier_socket **listeners, size_t *count, pier_error *error) {
    pier_inherited inherited[LISTENERS_MAX];
    size_t handles = 0;
    *count = 0;
    pier_status status = pier_inherited_handles(inherited, LISTENERS_MAX, &handles, error);
    for (size_t i = 0; i < handles && status == PIER_OK; i++) {
        status = pier_socket_adopt(&listeners[*count], inherited[i].handle, NULL, error);
        if (status == PIER_OK && pier_socket_is_listening(listeners[*count])) {
            fprintf(stderr, "inherited %s\n", inherited[i].name);
            ++*count;
        } else if (status == PIER_OK) {
            /* A connection is nothing to accept at. */
            pier_socket_destroy(listeners[*count]);
        }
    }
    return status;
}
/* [end] */

/* Answers each record of a client until it ends. */
static pier_status serve(pier_channel *client, pier_error *error) {
    pier_archive *load = pier_channel_load_archive(client);
    pier_archive *store = pier_channel_store_archive(client);
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            status = pier_archive_forward(store, load);
        }
        if (status == PIER_OK) {
            status = pier_archive_flush(store);
        }
    }
    if (status == PIER_END) {
        status = pier_channel_close(client);
    }
    if (status != PIER_OK) {
        *error = *pier_channel_error(client);
    }
    return status;
}

/* Accepts at whichever listener a client comes to next. */
static pier_status accept_any(pier_channel **client, pier_socket **listeners, size_t count, pier_error *error) {
    enum { TURN_MS = 20 };
    pier_channel_options options = {.size = sizeof options, .format = PIER_FORMAT_GUESS};
    for (size_t i = 0;; i = (i + 1) % count) {
        pier_deadline deadline = count == 1 ? PIER_NEVER : pier_deadline_after_ms(TURN_MS);
        pier_status status = pier_channel_accept(client, listeners[i], deadline, &options, error);
        if (status != PIER_TIMEOUT) {
            return status;
        }
    }
}

int main(int argc, char **argv) {
    pier_socket *listeners[LISTENERS_MAX] = {NULL};
    size_t count = 0;
    pier_error error = {0};
    int left = argc > 1 ? atoi(argv[1]) : 1;
    pier_status status = take_over(listeners, &count, &error);
    if (status == PIER_OK && count == 0) {
        status = pier_channel_listen(&listeners[count++], NULL, "tcp://127.0.0.1:0", NULL, &error);
    }
    for (size_t i = 0; i < count && status == PIER_OK; i++) {
        pier_address address;
        status = pier_socket_local_address(listeners[i], &address);
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
    }
    for (; left > 0 && status == PIER_OK; left--) {
        pier_channel *client = NULL;
        status = accept_any(&client, listeners, count, &error);
        if (status == PIER_OK && serve(client, &error) != PIER_OK) {
            /* One client's fault ends that client alone. */
            fprintf(stderr, "a client: %s\n", error.text);
        }
        pier_channel_destroy(client);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "inherited_server: %s\n", error.text);
    }
    for (size_t i = 0; i < count; i++) {
        pier_socket_destroy(listeners[i]);
    }
    return status == PIER_OK ? 0 : 1;
}
