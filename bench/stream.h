/* What a contender is to the runner of streams (stream_bench.c): functions for the two ends of a connection between two
 * processes, which send and receive ticks (W1), one way or back and forth. Each peer has a file of its own,
 * stream_PEER, that adds its contenders. */
#ifndef PIER_BENCH_STREAM_H
#define PIER_BENCH_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record_workloads.h"

enum { TICKS = 1024, BUFFER_BYTES = 65536, TICK_BYTES_MAX = 80, ENDPOINT_BYTES = 128 };

/* One end of a connection. */
typedef struct side {
    bool tcp;
    int handle; /* connected, and waiting; -1 for a contender that connects by itself */
    void *state;
    char endpoint[ENDPOINT_BYTES];
    const tick *ticks;      /* TICKS of them, sent in turn */
    uint64_t records;       /* one way: to be sent; back and forth: rounds */
    uint64_t wire_bytes;    /* of Pier's stream of that many */
    bool check;             /* compare every record with what was sent; in a slice that is not timed */
    uint64_t count;         /* received */
    uint64_t sum;           /* of their ids */
    void (*started)(void);  /* takes the time: a sender calls it when it is connected and is about to send */
    void (*finished)(void); /* likewise, for a receiver that has all but does not return at once; others need not */
    int64_t *round_ns;      /* back and forth: gets the time of each round */
} side;

typedef struct contender {
    const char *name;
    /* NULL, or ends that connect by themselves: `bind` sets `endpoint`, which `connect` reads. */
    void (*bind)(side *end);
    void (*connect)(side *end);
    /* One way; NULL when there is no such. They return when all is sent or received. */
    void (*send)(side *end);
    void (*receive)(side *end);
    double share; /* of the records, for those that would take too long; 0: all */
    /* Back and forth */
    void (*ping)(side *end);
    void (*pong)(side *end);
    bool busy; /* never sleeps: needs a processor for each end */
} contender;

void add_contender(const contender *added);
void add_stream_version(const char *name, const char *version);

/* Counts a record that was received. */
void check_tick(const side *end, const tick *record);

static inline void received(side *end, const tick *record) {
    if (end->check) {
        check_tick(end, record);
    }
    end->sum += record->id;
    end->count++;
}

void add_raw_streams(void);
void add_pier_streams(void);
void add_msgpack_streams(void);
void add_zmq_streams(void);
void add_nng_streams(void);
void add_event_streams(void);

/* Bare sockets, for all that use one (stream_raw.c). They end the program when it breaks. */
void send_whole(int handle, const void *bytes, size_t size);
/* Returns how many came; 0 at the end. */
size_t receive_some(int handle, void *to, size_t capacity);
void receive_whole(int handle, void *to, size_t size);

#endif
