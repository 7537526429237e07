/* Collects the readings of weather stations: collect ENDPOINT STATIONS */
#include <stdio.h>
#include <stdlib.h>

#include "reading.h"

/* Prints what one station sends, up to its end. */
static pier_status collect(pier_channel *station) {
    pier_archive *in = pier_channel_load_archive(station);
    for (;;) {
        pier_channel_set_deadline(station, pier_deadline_after_ms(5000));
        pier_status status = pier_archive_next(in);
        if (status == PIER_END) {
            return pier_channel_close(station);
        }
        reading got;
        if (status == PIER_OK) {
            status = reading_load(in, &got);
        }
        if (status != PIER_OK) {
            return status;
        }
        printf("%s: %.1f degrees\n", got.station, got.celsius);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: collect ENDPOINT STATIONS\n");
        return 2;
    }
    pier_error error = {0};
    pier_socket *listener = NULL;
    pier_status status = pier_channel_listen(&listener, NULL, argv[1], NULL, &error);
    pier_channel_options options = {.size = sizeof options, .format = PIER_FORMAT_GUESS};
    for (int stations = atoi(argv[2]); status == PIER_OK && stations > 0; stations--) {
        pier_channel *station = NULL;
        status = pier_channel_accept(&station, listener, PIER_NEVER, &options, &error);
        if (status == PIER_OK) {
            pier_status end = collect(station);
            if (end != PIER_OK) {
                /* One bad station is no reason to stop. */
                const char *text = end < 0 ? pier_channel_error(station)->text : pier_status_text(end);
                fprintf(stderr, "collect: a station: %s\n", text);
            }
        }
        pier_channel_destroy(station);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "collect: %s\n", error.text);
    }
    pier_socket_destroy(listener);
    return status == PIER_OK ? 0 : 1;
}
