/* Reports the readings of a weather station: report ENDPOINT STATION CELSIUS… */
#include <stdio.h>
#include <stdlib.h>

#include "reading.h"

/* Sends a reading for each argument, and ends. */
static pier_status report(pier_channel *collector, const char *station, char **celsius, int count) {
    pier_archive *out = pier_channel_store_archive(collector);
    pier_status status = PIER_OK;
    for (int i = 0; i < count && status == PIER_OK; i++) {
        reading now = {.celsius = atof(celsius[i]), .at = {.seconds = pier_clock_unix_ns() / 1000000000}};
        snprintf(now.station, sizeof now.station, "%s", station);
        status = reading_store(out, &now);
    }
    return status == PIER_OK ? pier_channel_close(collector) : status;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: report ENDPOINT STATION CELSIUS...\n");
        return 2;
    }
    pier_error error = {0};
    pier_channel *collector = NULL;
    pier_deadline deadline = pier_deadline_after_ms(5000);
    pier_status status = pier_channel_connect(&collector, argv[1], deadline, NULL, &error);
    if (status == PIER_OK) {
        pier_channel_set_deadline(collector, deadline);
        status = report(collector, argv[2], argv + 3, argc - 3);
        error = *pier_channel_error(collector);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "report: %s\n", status < 0 ? error.text : pier_status_text(status));
    }
    pier_channel_destroy(collector);
    return status == PIER_OK ? 0 : 1;
}
