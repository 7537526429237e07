/* The steps of a seed; see sim.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/sim.h"
#include "support/random.h"

uint64_t sim_draw(sim *world, uint64_t bound) {
    return bound == 0 ? 0 : test_random(&world->random) % bound;
}

void sim_blame(sim *world, const char *format, ...) {
    if (world->finding[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(world->finding, sizeof world->finding, format, arguments);
    va_end(arguments);
}

void sim_say(const sim *world, const char *format, ...) {
    if (!world->is_verbose) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)printf("%12.6f  ", (double)world->now_ns / 1e9);
    (void)vprintf(format, arguments);
    (void)printf("\n");
    va_end(arguments);
}

static void begin(sim *world, uint64_t seed, bool has_real_journals) {
    world->seed = seed;
    world->random = seed;
    world->secrets = seed * 31 + 7;
    world->now_ns = 1000000000;
    uint64_t level = sim_draw(world, 8);
    world->durability = level < 5 ? PIER_DURABILITY_DISK : level < 7 ? PIER_DURABILITY_PROCESS : PIER_DURABILITY_MEMORY;
    world->has_power_cuts = world->durability == PIER_DURABILITY_DISK;
    world->cuts = !world->has_power_cuts && sim_happens(world, 2) ? 1 + (unsigned)sim_draw(world, 8) : 0;
    world->has_shared_key = sim_happens(world, 2);
    world->has_own_transaction = sim_happens(world, 2);
    world->has_limits = sim_happens(world, 4);
    world->has_real_journals = has_real_journals;
    if (world->has_real_journals && world->durability == PIER_DURABILITY_MEMORY) {
        /* Nothing outlives its process there; what is simulated is what does. */
        world->durability = PIER_DURABILITY_PROCESS;
    }
    world->rolls_back = sim_happens(world, 6);
    world->fault_rate = (unsigned)sim_draw(world, 4);
    world->steps = 200 + (unsigned)sim_draw(world, 1200);
    static const size_t portions[] = {1, 300, 1000, 5000, 100000};
    world->portion_bytes = portions[sim_draw(world, 5)];
    world->snapshot_of = (unsigned)sim_draw(world, 2);
    sim_node_start(world, 0, (pier_bytes){NULL, 0});
}

/* The power goes, and no session promises anything but what was synced for its own sake. */
static void cut_below_disk(sim *world) {
    unsigned index = (unsigned)sim_draw(world, 2);
    if (world->nodes[index].session == NULL) {
        return;
    }
    world->cuts--;
    world->was_rolled_back = true;
    world->nodes[index].lost_power = true;
    sim_node_crash(world, index, true);
}

/* A folder is kept as it is, and put back later. */
static void roll_back(sim *world) {
    sim_node *node = &world->nodes[world->snapshot_of];
    if (!node->exists || world->was_rolled_back) {
        return;
    }
    if (!world->has_snapshot) {
        /* A folder is copied while nobody writes in it. */
        sim_node_crash(world, world->snapshot_of, false);
        sim_journal_copy(&world->snapshot[0], &node->journals[0]);
        sim_journal_copy(&world->snapshot[1], &node->journals[1]);
        world->snapshot_processed = node->processed;
        world->snapshot_ledger = world->ledgers[world->snapshot_of];
        world->has_snapshot = true;
        return;
    }
    sim_say(world, "the folder of node %u is put back", world->snapshot_of);
    sim_node_crash(world, world->snapshot_of, false);
    sim_journal_copy(&node->journals[0], &world->snapshot[0]);
    sim_journal_copy(&node->journals[1], &world->snapshot[1]);
    node->processed = world->snapshot_processed;
    node->synced = 0;
    world->was_rolled_back = true;
    for (uint64_t i = 0; i < SIM_RECORDS_MAX; i++) {
        sim_record *record = &world->ledgers[world->snapshot_of].records[i];
        record->content = world->snapshot_ledger.records[i].content;
        record->may_be_withdrawn = world->snapshot_ledger.records[i].may_be_withdrawn;
    }
    sim_node_start(world, world->snapshot_of, (pier_bytes){NULL, 0});
}

static void step_node(sim *world, unsigned index) {
    sim_node *node = &world->nodes[index];
    if (node->session == NULL) {
        if (node->exists && sim_happens(world, 4)) {
            sim_node_start(world, index, (pier_bytes){NULL, 0});
        }
        return;
    }
    switch (sim_draw(world, 12)) {
    case 0:
    case 1:
        sim_node_store(world, index);
        break;
    case 2:
    case 3:
        sim_node_load(world, index, false);
        break;
    case 4:
        if (world->fault_rate > 0 && sim_happens(world, 40 / world->fault_rate)) {
            sim_node_crash(world, index, world->has_power_cuts && sim_happens(world, 2));
            return;
        }
        break;
    default:
        sim_node_disk(world, index);
        break;
    }
    if (node->session != NULL) {
        sim_node_look(world, index);
    }
}

static void step_network(sim *world) {
    unsigned index = (unsigned)sim_draw(world, SIM_CONNECTIONS);
    if (world->fault_rate > 0 && sim_happens(world, 200 / world->fault_rate)) {
        sim_network_cut(world, index);
    }
    if (world->fault_rate > 0 && sim_happens(world, 300 / world->fault_rate)) {
        world->connections[index].held_until = world->now_ns + (int64_t)sim_draw(world, 60000) * 1000000;
    }
    if (sim_happens(world, 10)) {
        sim_network_connect(world);
    }
    for (unsigned i = 0; i < SIM_CONNECTIONS; i++) {
        sim_network_move(world, i);
    }
}

/* Time passes, mostly a little; sometimes up to when something is due. */
static void step_time(sim *world) {
    int64_t by =
        sim_happens(world, 50) ? (int64_t)sim_draw(world, 30000) * 1000000 : (int64_t)sim_draw(world, 2000) * 1000;
    world->now_ns += by;
    for (unsigned i = 0; i < SIM_NODES; i++) {
        if (world->nodes[i].session != NULL) {
            pier_session_set_now(world->nodes[i].session, world->now_ns, (uint64_t)world->now_ns);
        }
    }
}

static bool is_over(const sim *world) {
    bool is_done = world->nodes[1].exists && sim_ledger_is_done(world, 0) && sim_ledger_is_done(world, 1);
    for (unsigned i = 0; i < SIM_NODES && is_done; i++) {
        const pier_session *session = world->nodes[i].session;
        is_done = session != NULL && pier_session_sent(session).kept >= world->ledgers[i].last &&
                  pier_session_sent(session).committed >= world->ledgers[i].last;
    }
    return is_done;
}

/* Nothing fails any more: everything that was stored must arrive. */
static void mend(sim *world) {
    world->is_mending = true;
    for (unsigned i = 0; i < SIM_CONNECTIONS; i++) {
        world->connections[i].held_until = 0;
    }
    for (unsigned turn = 0; turn < 20000 && world->finding[0] == '\0'; turn++) {
        world->now_ns += turn % 64 == 63 ? 2000000000 : 1000000;
        sim_network_connect(world);
        for (unsigned i = 0; i < SIM_CONNECTIONS; i++) {
            sim_network_move(world, i);
        }
        for (unsigned i = 0; i < SIM_NODES; i++) {
            sim_node *node = &world->nodes[i];
            if (node->session == NULL && node->exists) {
                sim_node_start(world, i, (pier_bytes){NULL, 0});
            }
            if (node->session == NULL) {
                continue;
            }
            pier_session_set_now(node->session, world->now_ns, (uint64_t)world->now_ns);
            (void)(pier_session_flush(node->session, NULL) == PIER_OK);
            sim_node_disk(world, i);
            sim_node_load(world, i, true);
            sim_node_look(world, i);
        }
        bool is_parted = world->was_rolled_back &&
                         (world->nodes[0].saw_conflict || world->nodes[1].saw_conflict || world->nodes[0].saw_refusal);
        if (is_parted || is_over(world)) {
            return;
        }
    }
    sim_blame(world, "what was stored does not arrive: %llu of %llu, %llu of %llu",
              (unsigned long long)world->nodes[1].processed, (unsigned long long)world->ledgers[0].last,
              (unsigned long long)world->nodes[0].processed, (unsigned long long)world->ledgers[1].last);
}

static void end(sim *world) {
    bool is_parted = world->nodes[0].saw_conflict || world->nodes[1].saw_conflict || world->nodes[0].saw_refusal;
    /* Below disk, a gap that a crash left may hide that a folder was put back: proto/session.md. */
    bool is_hidden = world->was_rolled_back && world->durability != PIER_DURABILITY_DISK;
    if (!is_parted && !is_hidden && world->finding[0] == '\0') {
        sim_ledger_end(world, 0);
        sim_ledger_end(world, 1);
    }
    sim_network_end(world);
    for (unsigned i = 0; i < SIM_NODES; i++) {
        pier_session_destroy(world->nodes[i].session);
        sim_journal_free(&world->nodes[i].journals[0]);
        sim_journal_free(&world->nodes[i].journals[1]);
        sim_journal_free(&world->snapshot[i]);
    }
}

bool sim_run(sim *world, uint64_t seed, bool has_real_journals, bool is_verbose) {
    memset(world, 0, sizeof *world);
    world->is_verbose = is_verbose;
    begin(world, seed, has_real_journals);
    for (unsigned step = 0; step < world->steps && world->finding[0] == '\0'; step++) {
        step_time(world);
        step_network(world);
        step_node(world, 0);
        step_node(world, 1);
        if (world->cuts > 0 && sim_happens(world, 80)) {
            cut_below_disk(world);
        }
        if (world->rolls_back && sim_happens(world, 150)) {
            roll_back(world);
        }
    }
    if (world->finding[0] == '\0') {
        mend(world);
    }
    end(world);
    return world->finding[0] == '\0';
}
