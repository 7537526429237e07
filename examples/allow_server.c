/* A server for those on its list: a client from elsewhere is turned away before the program sees it.
 *
 *     allow_server ENDPOINT RULES [COUNT]
 *     allow_server tcp://:7000 "deny 10.0.0.13, allow 10.0.0.0/8, allow 127.0.0.0/8"     everybody else is denied
 *
 * Who is let in gets the number of clients so far, and how many were turned away. It ends after COUNT clients (1). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <pier/pier.h>

/* [sockets: allow] */
/* Listens at an endpoint for those whom the rules allow. The list must live as long as the listener. */
static pier_status listen_for(pier_socket **listener, pier_access **access, const char *endpoint, const char *rules,
                              pier_error *error) {
    pier_address address;
    pier_status status = pier_access_create(access, PIER_DENY, NULL, error);
    if (status == PIER_OK) {
        status = pier_access_add_text(*access, rules, error);
    }
    if (status == PIER_OK) {
        status = pier_address_parse(endpoint, &address, error);
    }
    if (status == PIER_OK) {
        pier_socket_options options = {.size = sizeof options, .access = *access};
        status = pier_socket_listen(listener, &address, &options, error);
    }
    return status;
}
/* [end] */

/* Tells a client what was counted. */
static pier_status welcome(pier_channel *client, uint64_t number, uint64_t denied) {
    pier_archive *store = pier_channel_store_archive(client);
    pier_status status = pier_archive_begin(store);
    if (status == PIER_OK) {
        pier_store_array(store, 2);
        pier_store(store, number);
        pier_store(store, denied);
        status = pier_archive_end(store);
    }
    return status == PIER_OK ? pier_channel_close(client) : status;
}

int main(int argc, char **argv) {
    pier_socket *listener = NULL;
    pier_access *access = NULL;
    pier_address address;
    pier_error error = {0};
    uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    if (argc < 3) {
        fprintf(stderr, "usage: allow_server ENDPOINT RULES [COUNT]\n");
        return 2;
    }
    pier_status status = listen_for(&listener, &access, argv[1], argv[2], &error);
    if (status == PIER_OK) {
        status = pier_socket_local_address(listener, &address);
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
    }
    for (uint64_t number = 1; number <= count && status == PIER_OK; number++) {
        pier_channel *client = NULL;
        status = pier_channel_accept(&client, listener, PIER_NEVER, NULL, &error);
        if (status == PIER_OK && welcome(client, number, pier_socket_denied_count(listener)) != PIER_OK) {
            fprintf(stderr, "client %" PRIu64 ": %s\n", number, pier_channel_error(client)->text);
        }
        pier_channel_destroy(client);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "allow_server: %s\n", error.text);
    }
    pier_socket_destroy(listener);
    pier_access_destroy(access);
    return status == PIER_OK ? 0 : 1;
}
