/* What was stored, promised, delivered and done: an account that knows records by number and content alone. See sim.h.
 * */
#include <string.h>

#include "session/sim.h"

static sim_record *at(sim *world, unsigned node, uint64_t number) {
    static sim_record none;
    if (number == 0 || number >= SIM_RECORDS_MAX) {
        sim_blame(world, "a record has number %llu", (unsigned long long)number);
        return &none;
    }
    return &world->ledgers[node].records[number];
}

void sim_ledger_store(sim *world, unsigned node, uint64_t number, uint64_t content, bool may_be_withdrawn) {
    sim_record *record = at(world, node, number);
    if (record->content != 0 && !world->was_rolled_back) {
        sim_blame(world, "number %llu is used twice by node %u", (unsigned long long)number, node);
    }
    record->content = content;
    record->may_be_withdrawn = may_be_withdrawn;
    world->ledgers[node].last = number;
}

void sim_ledger_restart(sim *world, unsigned node, uint64_t in_journal, uint64_t used) {
    sim_ledger *ledger = &world->ledgers[node];
    if (in_journal < ledger->promised && !world->was_rolled_back) {
        sim_blame(world, "node %u promised record %llu, and has %llu after a crash", node,
                  (unsigned long long)ledger->promised, (unsigned long long)in_journal);
    }
    ledger->promised = in_journal < ledger->promised ? in_journal : ledger->promised;
    for (uint64_t i = in_journal + 1; i < SIM_RECORDS_MAX; i++) {
        sim_record *record = &ledger->records[i];
        record->may_be_lost = i <= used;
        if (i > used) {
            /* What never left is gone, and its number is free. */
            if (record->was_delivered && !world->was_rolled_back) {
                sim_blame(world, "record %llu of node %u was delivered, and its number is free after a crash",
                          (unsigned long long)i, node);
            }
            record->content = 0;
        }
    }
    ledger->last = used;
}

void sim_ledger_promise(sim *world, unsigned node, uint64_t number) {
    sim_ledger *ledger = &world->ledgers[node];
    if (number > ledger->last) {
        sim_blame(world, "record %llu of node %u is said to be durable, and was not stored", (unsigned long long)number,
                  node);
    }
    ledger->promised = number > ledger->promised ? number : ledger->promised;
}

void sim_ledger_deliver(sim *world, unsigned node, uint64_t number, uint64_t content, bool is_repeated) {
    sim_node *receiver = &world->nodes[1 - node];
    sim_ledger *ledger = &world->ledgers[node];
    sim_record *record = at(world, node, number);
    world->counts.records++;
    world->counts.repeated += is_repeated;
    if (number != receiver->cursor + 1) {
        sim_blame(world, "record %llu of node %u is delivered behind %llu", (unsigned long long)number, node,
                  (unsigned long long)receiver->cursor);
    }
    if (record->content != content && !world->was_rolled_back) {
        sim_blame(world, "record %llu of node %u is delivered with another content", (unsigned long long)number, node);
    }
    if (number <= ledger->committed && !world->was_rolled_back) {
        sim_blame(world, "record %llu of node %u is delivered, and %llu was committed", (unsigned long long)number,
                  node, (unsigned long long)ledger->committed);
    }
    if (record->was_delivered && !is_repeated && !world->was_rolled_back) {
        sim_blame(world, "record %llu of node %u is delivered again without the mark", (unsigned long long)number,
                  node);
    }
    record->was_delivered = true;
    receiver->cursor = number;
}

void sim_ledger_pass_over(sim *world, unsigned node, uint64_t from, uint64_t to) {
    sim_node *receiver = &world->nodes[1 - node];
    world->counts.gaps++;
    if (to <= receiver->cursor) {
        sim_blame(world, "a gap up to %llu behind %llu", (unsigned long long)to, (unsigned long long)receiver->cursor);
    }
    for (uint64_t i = from > receiver->cursor + 1 ? from : receiver->cursor + 1; i <= to; i++) {
        const sim_record *record = at(world, node, i);
        if (!record->may_be_lost && !record->may_be_withdrawn && !world->was_rolled_back) {
            sim_blame(world, "record %llu of node %u is passed over", (unsigned long long)i, node);
        }
    }
    receiver->cursor = to;
}

void sim_ledger_process(sim *world, unsigned node, uint64_t number) {
    sim_node *receiver = &world->nodes[1 - node];
    for (uint64_t i = receiver->processed + 1; i <= number; i++) {
        sim_record *record = at(world, node, i);
        if (record->effect != 0 && world->has_own_transaction && !world->was_rolled_back) {
            sim_blame(world, "record %llu of node %u takes effect twice", (unsigned long long)i, node);
        }
        if (record->was_delivered) {
            record->effect = record->content;
        }
    }
    receiver->processed = number;
}

void sim_ledger_commit(sim *world, unsigned node, uint64_t number) {
    sim_ledger *ledger = &world->ledgers[node];
    ledger->committed = number > ledger->committed ? number : ledger->committed;
}

bool sim_ledger_is_done(const sim *world, unsigned node) {
    return world->nodes[1 - node].processed >= world->ledgers[node].last;
}

void sim_ledger_end(sim *world, unsigned node) {
    const sim_ledger *ledger = &world->ledgers[node];
    for (uint64_t i = 1; i <= ledger->last && i < SIM_RECORDS_MAX; i++) {
        const sim_record *record = &ledger->records[i];
        bool may_miss = record->may_be_lost || record->may_be_withdrawn;
        if (record->content != record->effect && !(record->effect == 0 && may_miss)) {
            sim_blame(world, "record %llu of node %u %s", (unsigned long long)i, node,
                      record->effect == 0 ? "was stored, and never took effect" : "took effect with another content");
        }
    }
}
