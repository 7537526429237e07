/* What came beside what was recorded: see comparison.h. */
#include "comparison.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "recording_classes.h"

/* What is given to a reader at once. */
#define CHUNK_BYTES ((size_t)64 << 10)

void comparison_begin(comparison *c) {
    c->is_fed = false;
    c->has_event = false;
    c->bytes_at = 0;
}

static verdict_place place_of(const comparison *c, const played *of, int side) {
    return (verdict_place){of->number, side, c->has_event ? of->expected.records : 0};
}

/* Adds a difference in words, behind which no more is compared. */
static comparison_state stop(comparison *c, played *of, int side, const char *expected, const char *came) {
    verdict_add(c->verdict, place_of(c, of, side), expected, came);
    of->is_given_up = true;
    return COMPARISON_DONE;
}

static const char *words_of(side_event event) {
    return event == SIDE_RAW ? "raw bytes" : event == SIDE_SKIPPED ? "a record that is not looked at" : "a record";
}

/* The same, of what came. */
static const char *came_of(side_event event) {
    return event == SIDE_RAW       ? "raw bytes came"
           : event == SIDE_SKIPPED ? "a record that is not looked at came"
                                   : "a record came";
}

/* Gets what came next. */
static side_event next_found(const comparison *c, played *of) {
    side_event event = side_reader_next(&of->found, c->found);
    while (event == SIDE_NOTHING) {
        pier_bytes waiting = fifo_view(&of->in);
        if (waiting.size > 0) {
            waiting.size = waiting.size < CHUNK_BYTES ? waiting.size : CHUNK_BYTES;
            side_reader_feed(&of->found, waiting);
            fifo_take(&of->in, waiting.size);
        } else if (of->has_peer_ended && !of->has_found_ended) {
            of->has_found_ended = true;
            side_reader_end(&of->found);
        } else {
            return SIDE_NOTHING;
        }
        event = side_reader_next(&of->found, c->found);
    }
    return event;
}

static void tell_field(void *user, const char *path, const pier_value *expected, const pier_value *found) {
    comparison *c = user;
    verdict_add_field(c->verdict, place_of(c, c->played, c->side), path, expected, found);
}

/* Compares two records, or raw bytes. */
static void compare(comparison *c, played *of, int side, side_event found) {
    c->verdict->records++;
    c->played = of;
    c->side = side;
    if (c->event != found) {
        verdict_add(c->verdict, place_of(c, of, side), words_of(c->event), came_of(found));
        return;
    }
    if (found == SIDE_RAW) {
        if (of->expected.raw_bytes != of->found.raw_bytes || of->expected.raw_check != of->found.raw_check) {
            char texts[2][64];
            (void)snprintf(texts[0], sizeof(texts[0]), "%" PRIu64 " raw bytes", of->expected.raw_bytes);
            (void)snprintf(texts[1], sizeof(texts[1]), "%" PRIu64 " others came", of->found.raw_bytes);
            verdict_add(c->verdict, place_of(c, of, side), texts[0], texts[1]);
        }
        return;
    }
    if (found == SIDE_SKIPPED) {
        return;
    }
    const char *classes[2] = {side_reader_class(&of->expected), side_reader_class(&of->found)};
    const char *first = classes[0] != NULL ? classes[0] : "a record without a class";
    const char *second = classes[1] != NULL ? classes[1] : "one without a class";
    if (strcmp(first, second) != 0 && (classes[0] != NULL || classes[1] != NULL)) {
        char came[320];
        (void)snprintf(came, sizeof(came), "%s came", second);
        verdict_add(c->verdict, place_of(c, of, side), first, came);
    }
    record_diff(c->expected, c->found, c->ignored, tell_field, c);
}

/* Compares what was recorded as bytes alone. */
static comparison_state compare_bytes(comparison *c, played *of, int side, pier_bytes recorded) {
    pier_bytes waiting = fifo_view(&of->in);
    size_t skipped = waiting.size < of->to_skip ? waiting.size : (size_t)of->to_skip;
    fifo_take(&of->in, skipped);
    of->to_skip -= skipped;
    waiting = fifo_view(&of->in);
    size_t left = recorded.size - c->bytes_at;
    size_t size = waiting.size < left ? waiting.size : left;
    const uint8_t *a = (const uint8_t *)recorded.data + c->bytes_at;
    const uint8_t *b = waiting.data;
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            char texts[2][64];
            (void)snprintf(texts[0], sizeof(texts[0]), "byte %" PRIu64 " as 0x%02x", of->passed[side] + c->bytes_at + i,
                           a[i]);
            (void)snprintf(texts[1], sizeof(texts[1]), "0x%02x came", b[i]);
            return stop(c, of, side, texts[0], texts[1]);
        }
    }
    fifo_take(&of->in, size);
    c->bytes_at += size;
    c->verdict->bytes += size;
    return size == left ? COMPARISON_DONE : size > 0 ? COMPARISON_MOVED : COMPARISON_WAITS;
}

/* Nothing more can be read of what was recorded. Before the first record its bytes are compared instead; those of a
 * session never come again. */
static void meet_fault(comparison *c, played *of, int side) {
    if (of->expected.is_session) {
        (void)stop(c, of, side, "a session's connection", "which cannot be replayed: its proofs answer random numbers");
        of->is_cut = true;
        return;
    }
    if (of->expected.records == 0 && of->found.load == NULL && !of->is_cut) {
        of->is_bytes = true;
        of->to_skip = of->passed[side];
        return;
    }
    of->is_cut = true;
}

/* Gets what was recorded next. Returns false when there is nothing whole. */
static bool next_expected(comparison *c, played *of, int side) {
    if (c->has_event) {
        return true;
    }
    c->event = side_reader_next(&of->expected, c->expected);
    if (c->event == SIDE_FAULT) {
        meet_fault(c, of, side);
    }
    c->has_event = c->event != SIDE_FAULT && c->event != SIDE_NOTHING;
    return c->has_event;
}

/* What was recorded has to come, and nothing is there. */
static comparison_state lack(comparison *c, played *of, int side) {
    if (!of->has_peer_ended) {
        return COMPARISON_WAITS;
    }
    comparison_give_up(c, of, side, of->is_peer_reset ? "the connection was cut" : "the end came");
    return COMPARISON_DONE;
}

comparison_state comparison_pass(comparison *c, played *of, int side, pier_bytes recorded) {
    if (of->is_given_up) {
        return COMPARISON_DONE;
    }
    if (!c->is_fed && !of->is_bytes) {
        side_reader_feed(&of->expected, recorded);
    }
    c->is_fed = true;
    if (!of->is_bytes && next_expected(c, of, side)) {
        side_event found = next_found(c, of);
        if (found == SIDE_NOTHING) {
            return lack(c, of, side);
        }
        if (found == SIDE_FAULT) {
            return stop(c, of, side, words_of(c->event), of->found.error.text);
        }
        compare(c, of, side, found);
        c->has_event = false;
        return COMPARISON_MOVED;
    }
    if (of->is_bytes) {
        comparison_state state = compare_bytes(c, of, side, recorded);
        return state == COMPARISON_WAITS ? lack(c, of, side) : state;
    }
    return COMPARISON_DONE;
}

void comparison_give_up(comparison *c, played *of, int side, const char *came) {
    const char *expected = of->is_bytes ? "more bytes" : c->has_event ? words_of(c->event) : "the end";
    (void)stop(c, of, side, expected, came);
}

/* What comes behind all that was recorded is too much. */
static bool tell_surplus(comparison *c, played *of, int side) {
    if (of->is_bytes || of->expected.form == SIDE_BYTES) {
        pier_bytes waiting = fifo_view(&of->in);
        if (waiting.size > of->to_skip && !of->is_cut) {
            (void)stop(c, of, side, "the end", "more bytes came");
        }
        return false;
    }
    side_event found = next_found(c, of);
    verdict_place at = {of->number, side, of->found.records};
    if (found == SIDE_RECORD) {
        verdict_add_field(c->verdict, at, "", NULL, pier_tree_root(c->found));
    } else if (found == SIDE_FAULT && !of->is_cut) {
        (void)stop(c, of, side, "the end", of->found.error.text);
    } else if (found == SIDE_RAW || found == SIDE_SKIPPED) {
        verdict_add(c->verdict, at, "the end", came_of(found));
    }
    return found == SIDE_RECORD || found == SIDE_RAW || found == SIDE_SKIPPED;
}

comparison_state comparison_end(comparison *c, played *of, int side, int how) {
    if (of->is_given_up || how == STOPPED) {
        return COMPARISON_DONE;
    }
    if (!c->is_fed) {
        c->is_fed = true;
        side_reader_end(&of->expected);
    }
    if (next_expected(c, of, side)) {
        return comparison_pass(c, of, side, (pier_bytes){NULL, 0});
    }
    if (tell_surplus(c, of, side)) {
        return COMPARISON_MOVED;
    }
    if (!of->has_peer_ended) {
        return of->is_given_up ? COMPARISON_DONE : COMPARISON_WAITS;
    }
    if (!of->is_given_up && (how == RESET) != of->is_peer_reset) {
        (void)stop(c, of, side, how == RESET ? "a cut" : "the end",
                   how == RESET ? "the end came" : "the connection was cut");
    }
    return COMPARISON_DONE;
}
