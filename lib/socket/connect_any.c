/* Connecting to whichever of several addresses answers first: Happy Eyeballs, RFC 8305.
 *
 * Floor 2 (socket). Knows the platform by its contract. All attempts belong to the one call and the one thread that
 * makes it.
 *
 * The addresses are tried in their order, but with the families taking turns (section 4), so that a family that does
 * not work costs one attempt at a time. A new attempt begins when the one before has failed, or has not answered within
 * the delay of section 5; the older ones go on, and the first connection that stands wins. */
#include "socket/socket_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"
#include "base/os_error_internal.h"

/* The delay that RFC 8305, section 8, recommends. */
#define STAGGER_MS_DEFAULT 250

#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

_Static_assert(PIER_CONNECT_ADDRESSES_MAX < PIER__WAIT_MAX, "all attempts and a cancel object fit in one wait");

/* One address and what became of it. */
typedef struct attempt {
    const pier_address *address;
    pier_socket *socket; /* while it goes on */
    pier_status status;  /* PIER_OK: goes on or was not begun; else how it failed */
    int os_error;
    bool was_begun;
} attempt;

typedef struct attempts {
    attempt each[PIER_CONNECT_ADDRESSES_MAX]; /* in the order in which they are tried */
    size_t count;
    size_t begun;
    pier_socket *winner;
    pier_socket_options options;
    int64_t stagger_ns;
    pier_deadline next_start; /* when the next attempt begins, should none of the others fail before */
} attempts;

/* Puts the addresses into their order: the family of the first one, the other one, and so on in turns. */
static void interleave(attempts *all, const pier_address *addresses, size_t count) {
    uint8_t first_family = addresses[0].family;
    size_t next[2] = {0, 0}; /* of the first family, of the others */
    size_t turn = 0;
    while (all->count < count) {
        size_t i = next[turn];
        while (i < count && (addresses[i].family == first_family) != (turn == 0)) {
            i++;
        }
        next[turn] = i < count ? i + 1 : i;
        if (i < count) {
            all->each[all->count++] = (attempt){.address = &addresses[i]};
        }
        turn = 1 - turn;
    }
}

static void note_failure(attempt *one, pier_status status, int os_error) {
    pier_socket_destroy(one->socket);
    one->socket = NULL;
    one->status = status;
    one->os_error = os_error;
}

/* Takes the socket of an attempt whose connection stands. */
static void win(attempts *all, attempt *one) {
    all->winner = one->socket;
    one->socket = NULL;
}

/* Begins attempts: the next one, and further ones as long as each fails at once. */
static void begin_next(attempts *all) {
    bool goes_on = false;
    while (all->begun < all->count && all->winner == NULL && !goes_on) {
        pier_error error;
        attempt *one = &all->each[all->begun++];
        one->was_begun = true;
        pier_status status = pier_socket_connect(&one->socket, one->address, PIER_NOW, &all->options, &error);
        if (status != PIER_OK) {
            note_failure(one, status, error.os_error);
        } else if (one->socket->role == PIER__SOCKET_CONNECTED) {
            win(all, one);
        } else {
            goes_on = true;
        }
    }
    all->next_start = pier_clock_monotonic_ns() + all->stagger_ns;
}

/* Looks at an attempt that is decided. */
static void decide(attempts *all, attempt *one) {
    pier_status status = pier_socket_connected(one->socket);
    if (status == PIER_OK) {
        win(all, one);
    } else if (status < 0) {
        note_failure(one, status, one->socket->errors[PIER__READ].os_error);
        /* The next one need not wait for its turn. */
        all->next_start = PIER_NOW;
    }
}

/* Waits until an attempt is decided, the next one's time has come, or the call ends. Returns PIER_OK to go on. */
static pier_status await_some(attempts *all, pier_deadline deadline, pier_error *error) {
    pier_interest interests[PIER__WAIT_MAX];
    attempt *waiting[PIER__WAIT_MAX];
    uint32_t ready[PIER__WAIT_MAX];
    size_t count = 0;
    for (size_t i = 0; i < all->begun; i++) {
        if (all->each[i].socket != NULL) {
            waiting[count] = &all->each[i];
            interests[count++] = (pier_interest){all->each[i].socket->handle, PIER_WRITABLE};
        }
    }
    size_t attempts_count = count;
    if (all->options.cancel != NULL) {
        interests[count++] = (pier_interest){pier_cancel_handle(all->options.cancel), PIER_READABLE};
    }
    bool is_last = all->begun == all->count;
    pier_deadline until = is_last || deadline < all->next_start ? deadline : all->next_start;
    int os_error = pier__platform_wait_many(interests, count, ready, until);
    if (os_error != 0) {
        char words[PIER__OS_WORDS_BYTES];
        return pier__error_set(error, pier__os_status(os_error), PIER_FLOOR_SOCKET, os_error,
                               "wait for a connection to any of %zu addresses: %s", all->count,
                               pier__os_words(os_error, words));
    }
    bool is_decided = false;
    for (size_t i = 0; i < attempts_count && all->winner == NULL; i++) {
        if (ready[i] != 0) {
            decide(all, waiting[i]);
            is_decided = true;
        }
    }
    if (!is_decided && attempts_count < count && ready[attempts_count] != 0) {
        return PIER_CANCELLED;
    }
    return !is_decided && pier_clock_monotonic_ns() >= deadline ? PIER_TIMEOUT : PIER_OK;
}

/* What became of an attempt, in words. */
static const char *fate(const attempt *one, char words[PIER__OS_WORDS_BYTES]) {
    if (one->status == PIER_OK) {
        return one->was_begun ? "no answer" : "not tried yet";
    }
    return one->os_error != 0 ? pier__os_words(one->os_error, words) : pier_status_text(one->status);
}

/* Room for the text of an error; what does not fit in is counted. */
typedef struct text_room {
    char text[sizeof((pier_error *)NULL)->text];
    size_t length;
} text_room;

static bool append(text_room *room, size_t reserve, const char *before, const char *text) {
    size_t needed = strlen(before) + strlen(text);
    if (room->length + needed + reserve >= sizeof room->text) {
        return false;
    }
    room->length += (size_t)snprintf(room->text + room->length, sizeof room->text - room->length, "%s%s", before, text);
    return true;
}

/* Fills the error: every address with what became of it, those with the same fate together. */
static pier_status tell(const attempts *all, pier_error *error, pier_status status, int os_error) {
    enum { MORE_BYTES = 24 }; /* ", and 63 more" */
    text_room room = {.length = 0};
    bool is_told[PIER_CONNECT_ADDRESSES_MAX] = {false};
    size_t left = all->count;
    (void)append(&room, MORE_BYTES, "no connection to ", "");
    for (size_t i = 0; i < all->count; i++) {
        char words[PIER__OS_WORDS_BYTES];
        const char *what = fate(&all->each[i], words);
        const char *before = i == 0 ? "" : "; ";
        for (size_t j = i; j < all->count; j++) {
            char other_words[PIER__OS_WORDS_BYTES];
            char name[PIER_ADDRESS_TEXT_BYTES_MAX];
            if (is_told[j] || strcmp(what, fate(&all->each[j], other_words)) != 0) {
                continue;
            }
            (void)pier_address_format(all->each[j].address, name, sizeof name);
            if (!append(&room, MORE_BYTES + strlen(what) + 2, before, name)) {
                break;
            }
            is_told[j] = true;
            before = ", ";
            left--;
        }
        if (is_told[i] && strcmp(before, ", ") == 0) {
            (void)append(&room, MORE_BYTES, ": ", what);
        }
    }
    if (left > 0) {
        room.length +=
            (size_t)snprintf(room.text + room.length, sizeof room.text - room.length, ", and %zu more", left);
    }
    return pier__error_set(error, status, PIER_FLOOR_SOCKET, os_error, "%s", room.text);
}

/* Chooses the failure that says most: the first that is more than "cannot be reached". */
static pier_status fail_all(const attempts *all, pier_error *error) {
    const attempt *chosen = &all->each[0];
    for (size_t i = 0; i < all->count && chosen->status == PIER_UNREACHABLE; i++) {
        chosen = all->each[i].status != PIER_UNREACHABLE ? &all->each[i] : chosen;
    }
    return tell(all, error, chosen->status, chosen->os_error);
}

/* Tries until one stands, all failed, or the call must end. */
static pier_status try_all(attempts *all, pier_deadline deadline, pier_error *error) {
    size_t failed = 0;
    while (all->winner == NULL && failed < all->count) {
        if (all->begun < all->count && pier_clock_monotonic_ns() >= all->next_start) {
            begin_next(all);
        }
        bool goes_on = false;
        failed = 0;
        for (size_t i = 0; i < all->count; i++) {
            failed += all->each[i].status != PIER_OK;
            goes_on = goes_on || all->each[i].socket != NULL;
        }
        if (all->winner != NULL || !goes_on) {
            /* With none that goes on, the next begins at the next turn: all begun ones have failed. */
            all->next_start = PIER_NOW;
            continue;
        }
        pier_status status = await_some(all, deadline, error);
        if (status != PIER_OK) {
            return status > 0 ? tell(all, error, status, 0) : status;
        }
    }
    return all->winner != NULL ? PIER_OK : fail_all(all, error);
}

/* Begins with the first address at which that works, and waits for nothing. */
static pier_status begin_any(attempts *all, pier_error *error) {
    begin_next(all);
    attempt *last = &all->each[all->begun - 1];
    if (last->socket != NULL) {
        win(all, last);
    }
    return all->winner != NULL ? PIER_OK : fail_all(all, error);
}

static pier_status check(const pier_address *addresses, size_t count, pier_error *error) {
    if (addresses == NULL || count == 0 || count > PIER_CONNECT_ADDRESSES_MAX) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "connecting needs 1 to %d addresses",
                               PIER_CONNECT_ADDRESSES_MAX);
    }
    if (addresses[0].transport == PIER_TRANSPORT_UDP) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0,
                               "UDP has no connections: pier_datagram_connect sends datagrams to such an address");
    }
    for (size_t i = 0; i < count && count > 1; i++) {
        if (addresses[i].transport != PIER_TRANSPORT_TCP || !pier__socket_address_is_good(&addresses[i])) {
            return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0,
                                   "only TCP addresses can be tried beside each other, and address %zu is none", i);
        }
    }
    return PIER_OK;
}

pier_status pier_socket_connect_any(pier_socket **out, const pier_address *addresses, size_t count,
                                    pier_deadline deadline, const pier_socket_options *options, pier_error *error) {
    attempts all;
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "out may not be NULL");
    }
    *out = NULL;
    memset(&all, 0, sizeof all);
    pier_status status = pier__socket_options(options, &all.options, error);
    if (status == PIER_OK) {
        status = check(addresses, count, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    if (count == 1) {
        return pier_socket_connect(out, addresses, deadline, options, error);
    }
    uint32_t stagger_ms = all.options.stagger_ms != 0 ? all.options.stagger_ms : STAGGER_MS_DEFAULT;
    all.stagger_ns = stagger_ms * NANOSECONDS_PER_MILLISECOND;
    interleave(&all, addresses, count);
    status = deadline == PIER_NOW ? begin_any(&all, error) : try_all(&all, deadline, error);
    for (size_t i = 0; i < all.count; i++) {
        pier_socket_destroy(all.each[i].socket);
    }
    *out = all.winner;
    return status;
}
