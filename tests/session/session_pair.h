/* A client and a server with a session, their disks and a connection, all in one place and in step: for tests that look
 * at one thing. The simulator (sim.h) has what goes wrong by chance.
 *
 * Each side's session may have an allocator of its own, so that its memory can fail; the rest has the C library's. */
#ifndef PIER_TESTS_SESSION_PAIR_H
#define PIER_TESTS_SESSION_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/pier.h>

#include "session/sim_journal.h"

enum { PAIR_CLIENT = 0, PAIR_SERVER = 1 };

typedef struct test_side {
    sim_journal journals[2];
    pier_session *session; /* NULL: it does not run */
    const pier_allocator *allocator;
    uint64_t work[PIER_SESSION_TRIM + 1]; /* requests that were carried out, by kind */
    bool holds_syncs;                     /* a sync that is asked for is not carried out yet */
    bool is_holding;                      /* there is one */
    pier_session_request held;
} test_side;

typedef struct test_pair {
    test_side sides[2];
    bool has_folder[2];
    pier_durability durability;
    pier_bytes shared_key;
    uint32_t compression_level;
    pier_error error;         /* of the session that could not be created last */
    const char *refusal_text; /* what the server refused the last connection for; NULL: it did not */
    pier_session_door *door;  /* of the connection, until the server's session has it */
    bool is_connected;
    bool is_attached;
    int64_t now_ns;
    uint64_t random;
    uint64_t moved[2]; /* bytes that left a side on this connection */
} test_pair;

void pair_init(test_pair *pair, pier_durability durability);
void pair_deinit(test_pair *pair);

/* Begins a process with a session. The server's folder is made for the client's. Returns as pier_session_create. */
pier_status pair_start(test_pair *pair, unsigned side);

/* Begins both, connects them, and settles: records pass then. */
void pair_open(test_pair *pair, pier_durability durability);

/* Ends it as a kill does. */
void pair_kill(test_pair *pair, unsigned side);

/* Ends it as a power cut does, with nothing left that was not synced. */
void pair_cut_power(test_pair *pair, unsigned side);

/* Carries one request out. Returns false when there is none. */
bool pair_disk(test_pair *pair, unsigned side);

/* Carries a sync out that was held. */
void pair_release_sync(test_pair *pair, unsigned side);

/* Connects. Returns as pier_session_connect, or PIER_NO_MEMORY for want of a door. */
pier_status pair_connect(test_pair *pair);

/* Ends the connection for both sides; what is under way is lost. */
void pair_cut(test_pair *pair);

/* Moves bytes once both ways, `most` at once. Returns whether any moved. A connection that ends is cut. */
bool pair_move(test_pair *pair, size_t most);

/* Tells both sides a later time. */
void pair_wait(test_pair *pair, int64_t by_ms);

/* Disks and connection do what they can, until there is nothing left to do; time passes for what waits for it. */
void pair_settle(test_pair *pair);

/* Stores a record that says `value`, of `padding` bytes more, and flushes. Returns as the archive, or the flush. */
pier_status pair_store(test_pair *pair, unsigned side, uint64_t value, size_t padding);

/* Moves to the next record; settles when there is none at once. Returns as pier_session_next. */
pier_status pair_next(test_pair *pair, unsigned side);

/* Loads the current record. Returns as the archive. */
pier_status pair_take(test_pair *pair, unsigned side, uint64_t *value);

/* Both. */
pier_status pair_load(test_pair *pair, unsigned side, uint64_t *value);

bool pair_draw(void *user, void *bytes, size_t size);

#endif
