/* Says a line to an echo server and prints the answer, with calls that wait: what CSocket's calls become. An interrupt
 * from the keyboard ends whatever it waits for.
 *
 *     echo_client ENDPOINT WORDS */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <pier/pier.h>

static pier_cancel *cancel;

/* [mfc: cancel] */
/* CancelBlockingCall, from a signal handler or from any thread. */
static void interrupt(int number) {
    (void)number;
    pier_cancel_fire(cancel);
}
/* [end] */

/* [mfc: connect] */
/* Create and Connect in one: all addresses of the name are tried, within the deadline. */
static pier_status connect_to(pier_socket **server, const char *endpoint, pier_deadline deadline, pier_error *error) {
    pier_address addresses[PIER_CONNECT_ADDRESSES_MAX];
    size_t count = 0;
    pier_resolve_options look_up = {.size = sizeof look_up, .cancel = cancel};
    pier_socket_options options = {.size = sizeof options, .cancel = cancel};
    pier_status status =
        pier_address_resolve(endpoint, addresses, PIER_CONNECT_ADDRESSES_MAX, &count, deadline, &look_up, error);
    return status == PIER_OK ? pier_socket_connect_any(server, addresses, count, deadline, &options, error) : status;
}
/* [end] */

/* [mfc: send] */
/* Send and Receive: each call moves what it can, and says how much. */
static pier_status exchange(pier_socket *server, char *words, pier_deadline deadline) {
    size_t size = strlen(words), done = 0, moved = 0;
    pier_status status = PIER_OK;
    while (status == PIER_OK && done < size) {
        pier_bytes span = {words + done, size - done};
        status = pier_socket_write(server, &span, 1, &moved, deadline);
        done += moved;
    }
    for (done = 0; status == PIER_OK && done < size; done += moved) {
        status = pier_socket_read(server, words + done, size - done, &moved, deadline);
    }
    return status;
}
/* [end] */

int main(int argc, char **argv) {
    pier_error error = {0};
    pier_socket *server = NULL;
    pier_deadline deadline = pier_deadline_after_ms(60000);
    if (argc != 3) {
        fprintf(stderr, "usage: echo_client ENDPOINT WORDS\n");
        return 2;
    }
    pier_status status = pier_cancel_create(&cancel, NULL, &error);
    if (status == PIER_OK) {
        (void)signal(SIGINT, interrupt);
        status = connect_to(&server, argv[1], deadline, &error);
    }
    if (status == PIER_OK) {
        status = exchange(server, argv[2], deadline);
        error = *pier_socket_error(server);
    }
    if (status == PIER_OK) {
        printf("%s\n", argv[2]);
    } else {
        /* What is not now is no failure, and has a sentence instead of an error. */
        fprintf(stderr, "echo_client: %s\n", status < 0 ? error.text : pier_status_text(status));
    }
    pier_socket_destroy(server);
    (void)signal(SIGINT, SIG_DFL);
    pier_cancel_destroy(cancel);
    return status == PIER_OK ? 0 : 1;
}
