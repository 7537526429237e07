/* `pier connect udp://…`: lines of JSON leave as datagrams, and those that come back are printed.
 *
 * Part of the command. */
#ifndef DATAGRAM_CLIENT_H
#define DATAGRAM_CLIENT_H

#include <stdint.h>

#include "datagrams.h"
#include "typed_record.h"

typedef struct datagram_client_options {
    datagram_options datagrams;
    typed_record *typed; /* what lines are records of; NULL: of no class */
    uint64_t timeout_ms; /* without a datagram once all is sent; 0: 1,000 */
    uint64_t count;      /* end after so many records that came back; 0: by time alone */
} datagram_client_options;

/* Runs the whole command. Returns what to exit with; what is wrong is told. */
int datagram_client_run(const datagram_client_options *chosen);

#endif
