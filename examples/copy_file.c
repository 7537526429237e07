/* Copies bytes from one place to another, whatever they are: a file, the standard input or output (-), a server.
 *
 *     copy_file FROM TO      copy_file notes.txt tcp://127.0.0.1:7000 */
#include <stdio.h>
#include <string.h>
#include <pier/pier.h>

/* [mfc: copy] */
/* Knows the contract of a file alone: what CSocketFile was to CFile. */
static pier_status copy(pier_file *from, pier_file *to, pier_deadline deadline) {
    char bytes[16384];
    size_t size = 0;
    pier_status status = PIER_OK;
    while ((status = pier_file_read(from, bytes, sizeof bytes, &size, deadline)) == PIER_OK) {
        for (size_t done = 0, taken = 0; done < size; done += taken) {
            pier_bytes span = {bytes + done, size - done};
            status = pier_file_write(to, &span, 1, &taken, deadline);
            if (status != PIER_OK) {
                return status;
            }
        }
    }
    /* PIER_END is told by the end alone, never by fewer bytes than there is room for. */
    return status == PIER_END ? pier_file_close(to) : status;
}
/* [end] */

/* [mfc: open] */
static pier_status open_file(pier_file **out, const char *name, bool reads, pier_deadline deadline, pier_error *error) {
    pier_address address;
    pier_socket *socket = NULL;
    if (strcmp(name, "-") == 0) {
        uint32_t way = reads ? PIER_FILE_CAN_READ : PIER_FILE_CAN_WRITE;
        return pier_file_open_handle(out, reads ? 0 : 1, way, NULL, error);
    }
    if (pier_address_parse(name, &address, NULL) != PIER_OK) {
        return pier_file_open_disk(out, name, reads ? PIER_FILE_READ : PIER_FILE_CREATE, NULL, error);
    }
    pier_status status = pier_socket_connect(&socket, &address, deadline, NULL, error);
    if (status == PIER_OK) {
        status = pier_file_open_socket(out, socket, NULL, error); /* takes the socket */
    }
    if (status != PIER_OK) {
        pier_socket_destroy(socket);
    }
    return status;
}
/* [end] */

int main(int argc, char **argv) {
    pier_error error = {0};
    pier_file *from = NULL, *to = NULL;
    pier_deadline deadline = pier_deadline_after_ms(60000);
    if (argc != 3) {
        fprintf(stderr, "usage: copy_file FROM TO\n");
        return 2;
    }
    pier_status status = open_file(&from, argv[1], true, deadline, &error);
    if (status == PIER_OK) {
        status = open_file(&to, argv[2], false, deadline, &error);
    }
    if (status == PIER_OK) {
        status = copy(from, to, deadline);
        error = pier_file_error(to)->status != PIER_OK ? *pier_file_error(to) : *pier_file_error(from);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "copy_file: %s\n", status < 0 ? error.text : pier_status_text(status));
    }
    pier_file_destroy(from);
    pier_file_destroy(to);
    return status == PIER_OK ? 0 : 1;
}
