/* Prints the addresses of an endpoint, the one to try first at first: find_host ENDPOINT */
#include <stdio.h>
#include <pier/pier.h>

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: find_host ENDPOINT\n");
        return 2;
    }
    /* [names: wait] */
    pier_address addresses[16];
    size_t count = 0;
    pier_error error;
    pier_status status =
        pier_address_resolve(argv[1], addresses, 16, &count, pier_deadline_after_ms(3000), NULL, &error);
    if (status != PIER_OK) {
        fprintf(stderr, "find_host: %s\n", error.text);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        const char *kind = pier_address_kind_name(pier_address_kind_of(&addresses[i]));
        printf("%s %s\n", pier_address_as_text(&addresses[i]).text, kind);
    }
    /* [end] */
    return 0;
}
