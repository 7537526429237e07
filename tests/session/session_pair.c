/* See session_pair.h. */
#include "session/session_pair.h"

#include <stdlib.h>
#include <string.h>

#include "support/random.h"

bool pair_draw(void *user, void *bytes, size_t size) {
    test_pair *pair = (test_pair *)user;
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)bytes)[i] = (uint8_t)test_random(&pair->random);
    }
    return true;
}

void pair_init(test_pair *pair, pier_durability durability) {
    memset(pair, 0, sizeof *pair);
    pair->durability = durability;
    pair->now_ns = 1000000000;
    pair->random = 1;
}

void pair_deinit(test_pair *pair) {
    pair_cut(pair);
    for (unsigned side = 0; side < 2; side++) {
        pair_kill(pair, side);
        for (unsigned i = 0; i < 2 && pair->has_folder[side]; i++) {
            sim_journal_free(&pair->sides[side].journals[i]);
        }
    }
}

pier_status pair_start(test_pair *pair, unsigned side) {
    test_side *self = &pair->sides[side];
    pier_session_found found[2];
    for (unsigned i = 0; i < 2; i++) {
        if (!pair->has_folder[side]) {
            /* What one sends is what the other receives. */
            uint64_t id = side == PAIR_SERVER ? 18 - i : 17 + i;
            sim_journal_make(&self->journals[i], id, pair->durability, false, 1);
        }
        if (sim_journal_open(&self->journals[i], &found[i]) != NULL) {
            abort();
        }
    }
    pair->has_folder[side] = true;
    const pier_session_options options = {
        .size = sizeof options,
        .allocator = self->allocator,
        .role = side == PAIR_SERVER ? PIER_SESSION_SERVER : PIER_SESSION_CLIENT,
        .name = "pair",
        .shared_key = pair->shared_key,
        .durability = pair->durability,
        .compression_level = pair->compression_level,
        .draw = pair_draw,
        .user = pair,
    };
    pier_status status = pier_session_create(&self->session, &options, &found[PIER_SESSION_SENT],
                                             &found[PIER_SESSION_RECEIVED], &pair->error);
    if (status == PIER_OK) {
        pier_session_set_now(self->session, pair->now_ns, (uint64_t)pair->now_ns);
    }
    return status;
}

static void stop(test_pair *pair, unsigned side, bool loses_power) {
    test_side *self = &pair->sides[side];
    if (self->session == NULL) {
        return;
    }
    pair_cut(pair);
    pier_session_destroy(self->session);
    self->session = NULL;
    self->is_holding = false;
    sim_journal_crash(&self->journals[0], loses_power, 0);
    sim_journal_crash(&self->journals[1], loses_power, 0);
}

void pair_kill(test_pair *pair, unsigned side) {
    stop(pair, side, false);
}

void pair_cut_power(test_pair *pair, unsigned side) {
    stop(pair, side, true);
}

/* The disk --------------------------------------------------------------------------------------------------------- */

static void carry_out(test_side *self, const pier_session_request *request) {
    const char *wrong = NULL;
    uint8_t *data = NULL;
    size_t size = 0;
    self->work[request->work]++;
    pier_status status = sim_journal_do(&self->journals[request->journal], request, 1, &data, &size, &wrong);
    if (wrong != NULL) {
        abort();
    }
    pier_session_complete(self->session, request->id, status, (pier_bytes){data, size}, NULL);
    free(data);
}

bool pair_disk(test_pair *pair, unsigned side) {
    test_side *self = &pair->sides[side];
    pier_session_request request;
    if (self->session == NULL || pier_session_next_request(self->session, &request) != PIER_OK) {
        return false;
    }
    if (request.work == PIER_SESSION_SYNC && self->holds_syncs && !self->is_holding) {
        self->held = request;
        self->is_holding = true;
        return true;
    }
    carry_out(self, &request);
    return true;
}

void pair_release_sync(test_pair *pair, unsigned side) {
    test_side *self = &pair->sides[side];
    if (self->is_holding) {
        self->is_holding = false;
        carry_out(self, &self->held);
    }
}

/* The connection --------------------------------------------------------------------------------------------------- */

pier_status pair_connect(test_pair *pair) {
    pair_cut(pair);
    pier_status status =
        pier_session_door_open(&pair->door, pair->sides[PAIR_SERVER].allocator, pair->now_ns, pair_draw, pair);
    if (status == PIER_OK) {
        status = pier_session_connect(pair->sides[PAIR_CLIENT].session);
    }
    pair->is_connected = status == PIER_OK;
    pair->is_attached = false;
    pair->refusal_text = NULL;
    pair->moved[0] = 0;
    pair->moved[1] = 0;
    if (status != PIER_OK) {
        pier_session_door_destroy(pair->door);
        pair->door = NULL;
    }
    return status;
}

void pair_cut(test_pair *pair) {
    if (!pair->is_connected) {
        return;
    }
    pair->is_connected = false;
    pier_session_door_destroy(pair->door);
    pair->door = NULL;
    pier_session_disconnect(pair->sides[PAIR_CLIENT].session);
    if (pair->is_attached && pair->sides[PAIR_SERVER].session != NULL) {
        pier_session_disconnect(pair->sides[PAIR_SERVER].session);
    }
}

static pier_bytes some(pier_bytes bytes, size_t most) {
    return (pier_bytes){bytes.data, bytes.size < most ? bytes.size : most};
}

/* Bytes of the client reach the door, and a session when it opens. Returns whether any did. */
static bool move_door(test_pair *pair, size_t most) {
    pier_session *client = pair->sides[PAIR_CLIENT].session;
    pier_session *server = pair->sides[PAIR_SERVER].session;
    size_t taken = 0;
    pier_status status = pier_session_door_feed(pair->door, some(pier_session_drain(client), most), &taken);
    pier_session_drained(client, taken);
    pier_bytes answer = pier_session_door_drain(pair->door);
    size_t heard = 0;
    pier_session_feed(client, answer, &heard);
    if (status == PIER_OK && server != NULL) {
        status = pier_session_accept(server, pair->door);
        if (status == PIER_OK) {
            pair->is_attached = true;
            pier_session_door_destroy(pair->door);
            pair->door = NULL;
            return true;
        }
        (void)pier_session_door_refusal(pair->door, &pair->refusal_text);
        pier_session_feed(client, pier_session_door_drain(pair->door), &heard);
    }
    if (status < 0) {
        pair_cut(pair);
        return false;
    }
    return taken + answer.size > 0;
}

static size_t move_one(test_pair *pair, unsigned from, size_t most) {
    pier_session *sender = pair->sides[from].session;
    size_t taken = 0;
    pier_session_feed(pair->sides[1 - from].session, some(pier_session_drain(sender), most), &taken);
    pier_session_drained(sender, taken);
    pair->moved[from] += taken;
    return taken;
}

bool pair_move(test_pair *pair, size_t most) {
    if (!pair->is_connected) {
        return false;
    }
    bool moves = pair->is_attached ? move_one(pair, PAIR_CLIENT, most) + move_one(pair, PAIR_SERVER, most) > 0
                                   : move_door(pair, most);
    for (unsigned side = 0; side < 2 && pair->is_connected; side++) {
        const pier_session *session = pair->sides[side].session;
        if ((side == PAIR_CLIENT || pair->is_attached) &&
            pier_session_link_state(session) == PIER_SESSION_LINK_ENDING && !moves) {
            pair_cut(pair);
        }
    }
    return moves;
}

void pair_wait(test_pair *pair, int64_t by_ms) {
    pair->now_ns += by_ms * 1000000;
    for (unsigned side = 0; side < 2; side++) {
        if (pair->sides[side].session != NULL) {
            pier_session_set_now(pair->sides[side].session, pair->now_ns, (uint64_t)pair->now_ns);
        }
    }
}

void pair_settle(test_pair *pair) {
    /* What is tried again for want of memory would go on for ever. */
    unsigned waits = 0;
    for (unsigned quiet = 0; quiet < 3 && waits < 30;) {
        bool moves = pair_disk(pair, PAIR_CLIENT);
        moves = pair_disk(pair, PAIR_SERVER) || moves;
        moves = pair_move(pair, SIZE_MAX) || moves;
        quiet = moves ? 0 : quiet + 1;
        if (!moves) {
            waits++;
            pair_wait(pair, 200);
        }
    }
}

void pair_open(test_pair *pair, pier_durability durability) {
    pair_init(pair, durability);
    if (pair_start(pair, PAIR_CLIENT) != PIER_OK || pair_start(pair, PAIR_SERVER) != PIER_OK ||
        pair_connect(pair) != PIER_OK) {
        abort();
    }
    pair_settle(pair);
}

/* The program ------------------------------------------------------------------------------------------------------ */

#define PAIR_FIELDS(FIELD)                                                                                             \
    FIELD(1, u64, value)                                                                                               \
    FIELD(2, text(60000), padding)
PIER_RECORD(pair_record, "pair.Record", PAIR_FIELDS)

pier_status pair_store(test_pair *pair, unsigned side, uint64_t value, size_t padding) {
    static pair_record record;
    pier_session *session = pair->sides[side].session;
    record.value = value;
    memset(record.padding, 'p', padding);
    record.padding[padding] = '\0';
    pier_status status = pair_record_store(pier_session_store_archive(session), &record);
    return status == PIER_OK ? pier_session_flush(session, NULL) : status;
}

pier_status pair_next(test_pair *pair, unsigned side) {
    pier_session *session = pair->sides[side].session;
    pier_status status = pier_session_next(session);
    if (status == PIER_MORE) {
        /* It may have to be read from the journal. */
        pair_settle(pair);
        status = pier_session_next(session);
    }
    return status;
}

pier_status pair_take(test_pair *pair, unsigned side, uint64_t *value) {
    static pair_record record;
    pier_archive *archive = pier_session_load_archive(pair->sides[side].session);
    pier_status status = pier_load_record(archive, &pair_record_class, &record);
    *value = record.value;
    return status;
}

pier_status pair_load(test_pair *pair, unsigned side, uint64_t *value) {
    pier_status status = pair_next(pair, side);
    return status == PIER_OK ? pair_take(pair, side, value) : status;
}
