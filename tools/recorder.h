/* `pier record` at work: connections are taken, and each has one to the target.
 *
 * Part of the command; runs the loop of loop.h. command_record.c reads the options and opens what it needs; relay.c
 * serves one connection, and recording.c keeps what passes. */
#ifndef RECORDER_H
#define RECORDER_H

#include <pier/address.h>

#include "loop.h"
#include "progress.h"
#include "recording.h"

/* How many addresses of the target are tried. */
enum { RECORDER_ADDRESSES_MAX = 16 };

/* What is read at once. */
enum { RECORDER_READ_BYTES = 64 << 10 };

typedef struct recorder {
    /* Set by command_record.c. */
    loop loop; /* its listener and --timeout are set */
    recording *out;
    const char *target; /* its endpoint, for messages */
    pier_address addresses[RECORDER_ADDRESSES_MAX];
    size_t address_count;
    side_form form;
    uint64_t record_bytes_max;
    uint64_t count; /* take so many connections, and end with the last; 0: never */
    /* The recorder's own. */
    progress progress;
    uint64_t over;                         /* connections that have ended */
    char read_buffer[RECORDER_READ_BYTES]; /* of whose turn it is */
} recorder;

/* Runs until it is told to end. Returns what to exit with; what is wrong is told. */
int recorder_run(recorder *running);

#endif
