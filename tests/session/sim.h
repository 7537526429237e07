/* A world in which two sessions live: a client, a server, their disks, the network and the clock, all from one seed.
 *
 * Each step does one small thing: a program stores, loads or commits, a disk carries out a request, fails it or forgets
 * to answer it, bytes move or are lost, a connection is cut for one side and not yet for the other, a process is
 * killed, a machine loses power, a folder is put back to an older state. A ledger that knows nothing of sessions keeps
 * what was stored and promised, and what was delivered: sim_ledger.c. When the seed's steps are done everything is
 * mended, and what was promised must arrive.
 *
 * Steps depend on the seed alone, so that a seed that finds something is replayed by its number. */
#ifndef PIER_TESTS_SESSION_SIM_H
#define PIER_TESTS_SESSION_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/pier.h>

#include "session/sim_journal.h"

enum { SIM_CONNECTIONS = 6, SIM_NODES = 2, SIM_RECORDS_MAX = 4096 };

/* What the ledger knows of one record. */
typedef struct sim_record {
    uint64_t content;      /* 0: none was stored under this number */
    uint64_t effect;       /* what the receiving program did with it; 0: nothing yet */
    bool was_delivered;    /* to any life of the receiver */
    bool may_be_withdrawn; /* larger than the peer takes */
    bool may_be_lost;      /* a crash may have taken it, and a gap may say so */
} sim_record;

/* One direction. */
typedef struct sim_ledger {
    sim_record records[SIM_RECORDS_MAX];
    uint64_t last;      /* stored */
    uint64_t promised;  /* told to be durable at the sender */
    uint64_t committed; /* told to be committed and durable at the receiver */
} sim_ledger;

typedef struct sim_pipe {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
} sim_pipe;

typedef struct sim_connection {
    bool exists;
    bool is_cut; /* what is under way is lost, and nothing gets through */
    bool is_open[SIM_NODES];
    int64_t told_at[SIM_NODES];  /* when a side learns that it is cut */
    int64_t held_until;          /* nothing gets through before */
    sim_pipe pipes[SIM_NODES];   /* to the node */
    pier_session_door *door;     /* at the server, before it is known whose it is */
    uint64_t numbers[SIM_NODES]; /* of the link at its node */
    bool is_attached;
} sim_connection;

typedef struct sim_node {
    bool is_server;
    bool exists; /* its folder does */
    sim_journal journals[2];
    pier_session *session; /* NULL: it is down */
    pier_session_request request[2];
    bool has_request[2];
    uint64_t next_number; /* of the record that is stored next */
    uint64_t cursor;      /* the last number that was delivered in this life, or passed over */
    uint64_t processed;   /* the last number that the program has dealt with, in a transaction of its own */
    uint64_t synced;      /* told to survive the machine */
    bool saw_conflict;
    bool saw_refusal;
    uint64_t lives;
    bool lost_power; /* below disk, since the last life: then it may again while the next one opens its journals */
} sim_node;

typedef struct sim {
    uint64_t seed;
    uint64_t random;
    uint64_t secrets; /* the state of what the sessions draw */
    int64_t now_ns;
    bool is_mending;
    /* What this seed is like */
    pier_durability durability;
    bool has_power_cuts;
    unsigned cuts; /* so often the power goes yet, of a session that does not promise to survive it: then it may part */
    bool has_shared_key;
    bool has_own_transaction;
    bool rolls_back;
    bool has_real_journals;
    bool has_limits; /* the server takes smaller records */
    unsigned fault_rate;
    unsigned steps;
    size_t portion_bytes;
    /* What it came to */
    sim_node nodes[SIM_NODES];
    sim_connection connections[SIM_CONNECTIONS];
    sim_ledger ledgers[SIM_NODES]; /* by the sending node */
    /* A folder as it was */
    bool has_snapshot;
    bool was_rolled_back; /* or lost what it does not promise to keep */
    unsigned snapshot_of;
    sim_journal snapshot[2];
    uint64_t snapshot_processed;
    sim_ledger snapshot_ledger; /* what was stored by then */
    bool is_verbose;
    char finding[256]; /* "" while there is none */
    struct {
        uint64_t crashes, crashes_while_opening, connections, records, repeated, gaps, reads, conflicts;
    } counts;
} sim;

/* Draws below `bound`. */
uint64_t sim_draw(sim *world, uint64_t bound);

/* Whether something of one in `bound` happens. */
static inline bool sim_happens(sim *world, uint64_t bound) {
    return sim_draw(world, bound) == 0;
}

/* Keeps the first finding. */
void sim_blame(sim *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says something when verbose. */
void sim_say(const sim *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* sim_ledger.c */
void sim_ledger_store(sim *world, unsigned node, uint64_t number, uint64_t content, bool may_be_withdrawn);
/* The sender begins a life, with these numbers in its journal and used. */
void sim_ledger_restart(sim *world, unsigned node, uint64_t in_journal, uint64_t used);
void sim_ledger_promise(sim *world, unsigned node, uint64_t number);
void sim_ledger_deliver(sim *world, unsigned node, uint64_t number, uint64_t content, bool is_repeated);
void sim_ledger_pass_over(sim *world, unsigned node, uint64_t from, uint64_t to);
void sim_ledger_process(sim *world, unsigned node, uint64_t number);
void sim_ledger_commit(sim *world, unsigned node, uint64_t number);
bool sim_ledger_is_done(const sim *world, unsigned node);
void sim_ledger_end(sim *world, unsigned node);

/* sim_node.c */
void sim_node_start(sim *world, unsigned node, pier_bytes door_id);
void sim_node_crash(sim *world, unsigned node, bool loses_power);
void sim_node_store(sim *world, unsigned node);
void sim_node_load(sim *world, unsigned node, bool commits);
void sim_node_disk(sim *world, unsigned node);
void sim_node_look(sim *world, unsigned node);
bool sim_node_draw(void *user, void *bytes, size_t size);

/* sim_network.c */
void sim_network_connect(sim *world);
void sim_network_move(sim *world, unsigned connection);
void sim_network_cut(sim *world, unsigned connection);
void sim_network_crash(sim *world, unsigned node);
void sim_network_end(sim *world);

/* sim_world.c. has_real_journals: over the real journals on simulated disks instead of journals in memory. Returns
 * whether the seed found nothing. */
bool sim_run(sim *world, uint64_t seed, bool has_real_journals, bool is_verbose);

#endif
