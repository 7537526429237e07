/* A program outside Pier, in C: it uses a call of each floor that the package must carry. */
#include <pier/address.h>
#include <pier/version.h>

#include <stdio.h>
#include <string.h>

int main(void) {
    if (strcmp(pier_version(), PIER_VERSION_TEXT) != 0) {
        fprintf(stderr, "headers of %s, library of %s\n", PIER_VERSION_TEXT, pier_version());
        return 1;
    }
    pier_address address;
    pier_error error;
    if (pier_address_parse("tcp://127.0.0.1:7000", &address, &error) != PIER_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    printf("pier %s, port %u\n", pier_version(), (unsigned)pier_address_port(&address));
    return 0;
}
