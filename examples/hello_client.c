/* Greets a server and prints its answer: hello_client ENDPOINT */
#include <stdio.h>
#include <pier/pier.h>

#define GREETING(FIELD) FIELD(1, text(32), name) FIELD(2, text(80), words)
PIER_RECORD(greeting, "hello.Greeting", GREETING)

int main(int argc, char **argv) {
    greeting hello = {"hello_client", "Good morning!"};
    pier_error error = {0};
    pier_channel *server = NULL;
    pier_deadline deadline = pier_deadline_after_ms(5000);
    pier_status status = pier_channel_connect(&server, argc > 1 ? argv[1] : "", deadline, NULL, &error);
    if (status == PIER_OK) {
        pier_channel_set_deadline(server, deadline);
        status = greeting_store(pier_channel_store_archive(server), &hello);
    }
    if (status == PIER_OK) status = pier_archive_flush(pier_channel_store_archive(server));
    if (status == PIER_OK) status = greeting_next(pier_channel_load_archive(server), &hello);
    if (status == PIER_OK) printf("%s: %s\n", hello.name, hello.words);
    if (status == PIER_OK) status = pier_channel_close(server);
    if (status != PIER_OK && server != NULL) error = *pier_channel_error(server);
    if (status != PIER_OK) fprintf(stderr, "hello_client: %s\n", status < 0 ? error.text : pier_status_text(status));
    pier_channel_destroy(server);
    return status == PIER_OK ? 0 : 1;
}
