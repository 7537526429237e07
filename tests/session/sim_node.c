/* A process with a session, its disk and its program; see sim.h. */
#include <stdlib.h>
#include <string.h>

#include "session/session_internal.h"
#include "session/sim.h"

#define SIM_FIRST(FIELD) FIELD(1, u64, content)
PIER_RECORD(sim_first, "sim.First", SIM_FIRST)
#define SIM_SECOND(FIELD)                                                                                              \
    FIELD(1, u64, content)                                                                                             \
    FIELD(2, text(4000), padding)
PIER_RECORD(sim_second, "sim.Second", SIM_SECOND)

static const char shared[] = "a key that both sides were given";

bool sim_node_draw(void *user, void *bytes, size_t size) {
    sim *world = (sim *)user;
    for (size_t i = 0; i < size; i++) {
        world->secrets += 0x9e3779b97f4a7c15u;
        uint64_t x = (world->secrets ^ (world->secrets >> 30)) * 0xbf58476d1ce4e5b9u;
        ((uint8_t *)bytes)[i] = (uint8_t)(x >> 40);
    }
    return true;
}

static pier_session_options options_of(sim *world, unsigned index, pier_limits *limits) {
    const sim_node *node = &world->nodes[index];
    memset(limits, 0, sizeof *limits);
    limits->size = sizeof *limits;
    limits->block_target_bytes = 200;
    limits->record_bytes_max = world->has_limits && index == 1 ? 1500 : 0;
    return (pier_session_options){
        .size = sizeof(pier_session_options),
        .limits = limits,
        .role = index == 1 ? PIER_SESSION_SERVER : PIER_SESSION_CLIENT,
        .name = "simulated",
        .shared_key = {world->has_shared_key ? shared : NULL, world->has_shared_key ? sizeof shared : 0},
        .durability = world->durability,
        .has_committed = world->has_own_transaction,
        .committed = node->processed,
        .draw = sim_node_draw,
        .user = world,
    };
}

static void make_folder(sim *world, unsigned index, pier_bytes door_id) {
    sim_node *node = &world->nodes[index];
    uint64_t ids[2];
    if (door_id.size == sizeof ids) {
        /* What the client sends is what the server receives. */
        memcpy(&ids[PIER_SESSION_RECEIVED], door_id.data, sizeof ids[0]);
        memcpy(&ids[PIER_SESSION_SENT], (const uint8_t *)door_id.data + 8, sizeof ids[0]);
    } else {
        (void)sim_node_draw(world, ids, sizeof ids);
    }
    for (unsigned i = 0; i < 2; i++) {
        sim_journal_make(&node->journals[i], ids[i], world->durability, world->has_real_journals,
                         sim_draw(world, UINT64_MAX));
    }
    node->exists = true;
}

/* A process that ends while it looks at what there is; and so may the next one. */
static void crash_while_opening(sim *world, unsigned index) {
    sim_node *node = &world->nodes[index];
    while (world->has_real_journals && sim_happens(world, 4)) {
        world->counts.crashes++;
        world->counts.crashes_while_opening++;
        uint64_t opened = sim_draw(world, 3);
        for (unsigned i = 0; i < 2; i++) {
            sim_journal_crash_while_opening(&node->journals[i], i < opened, world->has_power_cuts || node->lost_power,
                                            sim_draw(world, UINT64_MAX));
        }
        sim_say(world, "node %u ends while it opens %u journals", index, (unsigned)opened);
    }
}

void sim_node_start(sim *world, unsigned index, pier_bytes door_id) {
    sim_node *node = &world->nodes[index];
    if (!node->exists) {
        make_folder(world, index, door_id);
    }
    crash_while_opening(world, index);
    pier_session_found found[2];
    for (unsigned i = 0; i < 2; i++) {
        const char *wrong = sim_journal_open(&node->journals[i], &found[i]);
        if (wrong != NULL) {
            sim_blame(world, "node %u, journal %u: %s", index, i, wrong);
            return;
        }
    }
    pier_limits limits;
    pier_session_options options = options_of(world, index, &limits);
    pier_error error;
    pier_status status = pier_session_create(&node->session, &options, &found[0], &found[1], &error);
    if (status != PIER_OK) {
        sim_blame(world, "node %u cannot begin again: %s", index, error.text);
        return;
    }
    node->lives++;
    node->lost_power = false;
    pier_session *session = node->session;
    session->sent.portion_max = world->portion_bytes;
    session->received.portion_max = world->portion_bytes;
    session->sent.pending_max = world->portion_bytes * 2;
    session->received.pending_max = world->portion_bytes * 2;
    session->sent.reserved_ahead = 12;
    session->received.reserved_ahead = 12;
    session->out_max = world->portion_bytes;
    pier_session_set_now(session, world->now_ns, (uint64_t)world->now_ns);
    uint64_t in_journal = found[0].state.next_record - 1;
    if (in_journal < node->synced) {
        sim_blame(world, "node %u said that record %llu survives its machine, and has %llu", index,
                  (unsigned long long)node->synced, (unsigned long long)in_journal);
    }
    uint64_t used = pier_session_sent(session).last;
    sim_ledger_restart(world, index, in_journal, used);
    node->next_number = used + 1;
    node->cursor = pier_session_record_number(session);
    if (!world->has_own_transaction && node->cursor < node->processed) {
        /* What was done and not committed may be done again. */
        node->processed = node->cursor;
    }
    sim_say(world, "node %u lives: sent %llu (%llu), delivered %llu", index, (unsigned long long)in_journal,
            (unsigned long long)used, (unsigned long long)node->cursor);
}

void sim_node_crash(sim *world, unsigned index, bool loses_power) {
    sim_node *node = &world->nodes[index];
    if (node->session == NULL) {
        return;
    }
    world->counts.crashes++;
    sim_say(world, "node %u %s", index, loses_power ? "loses power" : "is killed");
    pier_session_destroy(node->session);
    node->session = NULL;
    for (unsigned i = 0; i < 2; i++) {
        node->has_request[i] = false;
        sim_journal_crash(&node->journals[i], loses_power, sim_draw(world, UINT64_MAX));
    }
    sim_network_crash(world, index);
}

/* The program --------------------------------------------------------------------------------------------------------
 * */

static pier_status store_one(sim *world, pier_archive *archive, uint64_t content, bool is_large) {
    if (content % 3 == 0 && !is_large) {
        pier_status status = pier_archive_begin(archive);
        if (status != PIER_OK) {
            return status;
        }
        pier_store_u64(archive, content);
        return pier_archive_end(archive);
    }
    if (content % 3 == 1 && !is_large) {
        sim_first record = {.content = content};
        return sim_first_store(archive, &record);
    }
    sim_second record = {.content = content};
    memset(record.padding, 'p', is_large ? 2500 : (size_t)sim_draw(world, 120));
    return sim_second_store(archive, &record);
}

void sim_node_store(sim *world, unsigned index) {
    sim_node *node = &world->nodes[index];
    pier_session *session = node->session;
    uint64_t count = sim_happens(world, 8) ? 20 : sim_draw(world, 4);
    for (uint64_t i = 0; i < count && node->next_number < SIM_RECORDS_MAX - 64; i++) {
        uint64_t content = sim_draw(world, UINT64_MAX - 1) + 1;
        bool is_large = world->has_limits && index == 0 && sim_happens(world, 12);
        pier_status status = store_one(world, pier_session_store_archive(session), content, is_large);
        if (status == PIER_LIMIT && is_large) {
            continue;
        }
        if (status != PIER_OK) {
            if (status < 0) {
                sim_blame(world, "node %u cannot store: %s", index,
                          pier_archive_error(pier_session_store_archive(session))->text);
            }
            break;
        }
        sim_ledger_store(world, index, node->next_number, content, is_large);
        node->next_number++;
    }
    uint64_t last = 0;
    if (sim_happens(world, 4)) {
        return;
    }
    pier_status status =
        sim_happens(world, 4) ? pier_session_flush_synced(session, &last) : pier_session_flush(session, &last);
    if (status < 0 && pier_session_status(session) == PIER_OK) {
        sim_blame(world, "node %u cannot flush: %s", index, pier_session_error(session)->text);
    } else if (status == PIER_OK && last != node->next_number - 1) {
        sim_blame(world, "node %u flushed up to %llu, and stored up to %llu", index, (unsigned long long)last,
                  (unsigned long long)node->next_number - 1);
    }
}

static uint64_t load_content(sim *world, pier_archive *archive) {
    sim_first first;
    sim_second second;
    if (pier_archive_record_is(archive, &sim_first_class)) {
        return pier_load_record(archive, &sim_first_class, &first) == PIER_OK ? first.content : 0;
    }
    if (pier_archive_record_is(archive, &sim_second_class)) {
        return pier_load_record(archive, &sim_second_class, &second) == PIER_OK ? second.content : 0;
    }
    uint64_t content = pier_load_u64(archive);
    if (pier_archive_status(archive) != PIER_OK) {
        sim_blame(world, "a record cannot be loaded: %s", pier_archive_error(archive)->text);
    }
    return content;
}

void sim_node_load(sim *world, unsigned index, bool commits) {
    sim_node *node = &world->nodes[index];
    pier_session *session = node->session;
    uint64_t count = commits ? UINT64_MAX : sim_draw(world, 6);
    for (uint64_t i = 0; i < count; i++) {
        pier_status status = pier_session_next(session);
        if (status == PIER_OK) {
            uint64_t content = load_content(world, pier_session_load_archive(session));
            sim_ledger_deliver(world, 1 - index, pier_session_record_number(session), content,
                               pier_session_is_repeated(session));
        } else if (status == PIER_SKIPPED) {
            sim_ledger_pass_over(world, 1 - index, pier_session_error(session)->record,
                                 pier_session_record_number(session));
        } else {
            if (status != PIER_MORE && pier_session_status(session) == PIER_OK) {
                sim_blame(world, "node %u cannot load: %s", index, pier_session_error(session)->text);
            }
            break;
        }
    }
    if ((commits || sim_happens(world, 3)) && node->cursor > node->processed) {
        sim_ledger_process(world, 1 - index, node->cursor);
    }
    if ((commits || sim_happens(world, 2)) && pier_session_status(session) == PIER_OK &&
        pier_session_commit(session, node->processed) != PIER_OK) {
        sim_blame(world, "node %u cannot commit %llu: %s", index, (unsigned long long)node->processed,
                  pier_session_error(session)->text);
    }
}

/* The disk -----------------------------------------------------------------------------------------------------------
 * */

/* Carries a request out, or not. */
static pier_status carry_out(sim *world, unsigned index, const pier_session_request *request, uint8_t **data,
                             size_t *size) {
    sim_journal *journal = &world->nodes[index].journals[request->journal];
    if (!world->is_mending && world->fault_rate > 0) {
        bool is_full = request->work == PIER_SESSION_WRITE
                           ? sim_happens(world, 12)
                           : request->work == PIER_SESSION_NOTE && sim_happens(world, 30);
        if (is_full) {
            return sim_happens(world, 2) ? PIER_NO_SPACE : PIER_WOULD_BLOCK;
        }
        if ((request->work == PIER_SESSION_READ || request->work == PIER_SESSION_SYNC) && sim_happens(world, 20)) {
            return PIER_NO_MEMORY;
        }
        if (sim_happens(world, 600)) {
            sim_journal_break(journal, request->work);
        }
    }
    world->counts.reads += request->work == PIER_SESSION_READ;
    const char *wrong = NULL;
    pier_status status = sim_journal_do(journal, request, sim_draw(world, UINT32_MAX), data, size, &wrong);
    if (wrong != NULL) {
        sim_blame(world, "node %u, journal %d: %s", index, (int)request->journal, wrong);
    }
    return status;
}

void sim_node_disk(sim *world, unsigned index) {
    sim_node *node = &world->nodes[index];
    pier_session_request request;
    while (pier_session_next_request(node->session, &request) == PIER_OK) {
        if (node->has_request[request.journal]) {
            sim_blame(world, "node %u asks for two things of a journal at once", index);
        }
        node->request[request.journal] = request;
        node->has_request[request.journal] = true;
    }
    unsigned which = (unsigned)sim_draw(world, 2);
    which = node->has_request[which] ? which : 1 - which;
    if (!node->has_request[which]) {
        return;
    }
    node->has_request[which] = false;
    uint8_t *data = NULL;
    size_t size = 0;
    pier_status status = carry_out(world, index, &node->request[which], &data, &size);
    if (!world->is_mending && world->fault_rate > 0 && sim_happens(world, 60)) {
        /* Done, and nobody is told. */
        free(data);
        sim_node_crash(world, index, world->has_power_cuts && sim_happens(world, 2));
        return;
    }
    pier_session_complete(node->session, node->request[which].id, status, (pier_bytes){data, size}, NULL);
    free(data);
}

void sim_node_look(sim *world, unsigned index) {
    sim_node *node = &world->nodes[index];
    pier_session_event event;
    while (pier_session_next_event(node->session, &event) == PIER_OK) {
        sim_say(world, "node %u: event %d, %s, %llu: %s", index, (int)event.kind, pier_status_name(event.status),
                (unsigned long long)event.number, event.text);
        if (event.kind == PIER_SESSION_CONFLICT) {
            world->counts.conflicts++;
            node->saw_conflict = true;
            if (!world->was_rolled_back) {
                sim_blame(world, "node %u sees a conflict where none is: %s", index, event.text);
            }
        } else if (event.kind == PIER_SESSION_SYNCED) {
            if (event.number > pier_session_sent(node->session).synced) {
                sim_blame(world, "node %u says that record %llu is synced, and tells %llu", index,
                          (unsigned long long)event.number,
                          (unsigned long long)pier_session_sent(node->session).synced);
            }
        } else if (event.kind == PIER_SESSION_REFUSED && event.number != PIER__BUSY) {
            node->saw_refusal = true;
            if (!world->was_rolled_back) {
                sim_blame(world, "node %u is refused: %s", index, event.text);
            }
        } else if (world->was_rolled_back) {
            /* After a conflict the programs here go on all the same; what they do to each other is noticed. */
            node->saw_conflict = node->saw_conflict || event.status == PIER_PROTOCOL;
        } else if (event.kind == PIER_SESSION_LOST && event.status == PIER_PROTOCOL) {
            sim_blame(world, "node %u finds a fault in what the other sends: %s", index, event.text);
        } else if (event.kind == PIER_SESSION_LOST && (event.status == PIER_CORRUPT || event.status == PIER_LIMIT)) {
            sim_blame(world, "node %u finds bytes damaged: %s", index, event.text);
        }
    }
    node->synced = pier_session_sent(node->session).synced;
    sim_ledger_promise(world, index, pier_session_sent(node->session).durable);
    pier_session_progress in = pier_session_received(node->session);
    sim_ledger_commit(world, 1 - index, in.committed);
    if (pier_session_status(node->session) != PIER_OK) {
        if (!world->was_rolled_back && world->fault_rate == 0) {
            sim_blame(world, "node %u fails: %s", index, pier_session_error(node->session)->text);
        }
        /* A journal that failed is only trusted again as far as it was synced. */
        sim_node_crash(world, index, world->has_power_cuts);
    }
}
