/* Events that were not told yet: of each kind the newest, the oldest of all first.
 *
 * Floor 6 (session), for the machine and for its drivers above. Does not know what they mean. Whoever has them sees to
 * it that one thread at a time uses them. */
#ifndef PIER_SESSION_EVENTS_INTERNAL_H
#define PIER_SESSION_EVENTS_INTERNAL_H

#include <pier/session.h>

enum { PIER__EVENT_KINDS = PIER_SESSION_WAITING + 1 };

/* Zeros: there are none. */
typedef struct pier__events {
    struct {
        pier_session_event event;
        uint64_t order; /* 0: none of this kind */
    } slots[PIER__EVENT_KINDS];
    uint64_t order; /* of the last one */
} pier__events;

/* Adds an event, in the place of one of its kind. */
void pier__events_put(pier__events *events, const pier_session_event *event);

/* Takes the oldest. Returns PIER_OK, or PIER_MORE when there is none. */
pier_status pier__events_take(pier__events *events, pier_session_event *event);

#endif
