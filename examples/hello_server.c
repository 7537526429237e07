/* Waits for one client, prints its greeting and answers: hello_server [ENDPOINT] */
#include <stdio.h>
#include <pier/pier.h>

#define GREETING(FIELD) FIELD(1, text(32), name) FIELD(2, text(80), words)
PIER_RECORD(greeting, "hello.Greeting", GREETING)

int main(int argc, char **argv) {
    greeting heard, answer = {"hello_server", "Welcome to the pier!"};
    pier_error error = {0};
    pier_address address;
    pier_socket *listener = NULL;
    pier_channel *client = NULL;
    pier_status status = pier_channel_listen(&listener, &address, argc > 1 ? argv[1] : "tcp://127.0.0.1:0", NULL, &error);
    if (status == PIER_OK) {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
        status = pier_channel_accept(&client, listener, PIER_NEVER, NULL, &error);
    }
    if (status == PIER_OK) status = greeting_next(pier_channel_load_archive(client), &heard);
    if (status == PIER_OK) status = greeting_store(pier_channel_store_archive(client), &answer);
    if (status == PIER_OK) status = pier_channel_close(client);
    if (status == PIER_OK) printf("%s: %s\n", heard.name, heard.words);
    if (status != PIER_OK && client != NULL) error = *pier_channel_error(client);
    if (status != PIER_OK) fprintf(stderr, "hello_server: %s\n", status < 0 ? error.text : pier_status_text(status));
    pier_channel_destroy(client);
    pier_socket_destroy(listener);
    return status == PIER_OK ? 0 : 1;
}
