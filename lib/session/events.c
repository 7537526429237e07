/* See events_internal.h. */
#include "session/events_internal.h"

void pier__events_put(pier__events *events, const pier_session_event *event) {
    events->slots[event->kind].event = *event;
    events->slots[event->kind].order = ++events->order;
}

pier_status pier__events_take(pier__events *events, pier_session_event *event) {
    size_t oldest = PIER__EVENT_KINDS;
    for (size_t i = 0; i < PIER__EVENT_KINDS; i++) {
        uint64_t order = events->slots[i].order;
        if (order != 0 && (oldest == PIER__EVENT_KINDS || order < events->slots[oldest].order)) {
            oldest = i;
        }
    }
    if (oldest == PIER__EVENT_KINDS) {
        return PIER_MORE;
    }
    *event = events->slots[oldest].event;
    events->slots[oldest].order = 0;
    return PIER_OK;
}
