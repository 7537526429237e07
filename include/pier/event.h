/* What a poll loop is told to wait for: handles and events.
 *
 * Floor 0 (base). Plain values: they are the same to poll, epoll, kqueue or any event loop, always level-triggered. */
#ifndef PIER_EVENT_H
#define PIER_EVENT_H

#include <stdint.h>

/* Events of a handle; they may be or-ed. */
#define PIER_READABLE 1u
#define PIER_WRITABLE 2u
#define PIER_URGENT 4u /* TCP: an urgent byte was announced; by itself no reason for the others */

/* A handle of the system, and the events of it that somebody waits for. */
typedef struct pier_interest {
    int handle;
    uint32_t events; /* PIER_READABLE, PIER_WRITABLE, PIER_URGENT */
} pier_interest;

#endif
