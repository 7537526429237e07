/* A session host inside.
 *
 * Floor 7 (channel). session_host.c makes one, waits and tells; session_host_sessions.c finds, opens and keeps its
 * sessions; session_host_strangers.c looks at connections until it is known whose they are; session_name.c makes names
 * of folders. */
#ifndef PIER_CHANNEL_SESSION_HOST_INTERNAL_H
#define PIER_CHANNEL_SESSION_HOST_INTERNAL_H

#include "channel/session_channel_internal.h"
#include "file/folder_internal.h"
#include "session/driven_internal.h"

/* How long a listener is left out when the system has no descriptor for what waits there. */
#define PIER__LISTENER_PAUSE_NS ((int64_t)100000000)

/* How long who has said nothing keeps its place when a host has no other for those that wait: who has something to say
 * says it at once, and this is many times what a network takes. */
#define PIER__STRANGER_SILENCE_NS ((int64_t)250000000)

/* Room for what a door says at once. */
#define PIER__STRANGER_OUT_BYTES 1024

/* The longest name of a session's folder, with its terminator. */
#define PIER__SESSION_FOLDER_BYTES 320

typedef enum pier__stranger_phase {
    PIER__STRANGER_FIRST = 0,   /* what it is, is not known */
    PIER__STRANGER_MEETING = 1, /* a session; whose, is not known */
    PIER__STRANGER_LEAVING = 2, /* it was refused, and is told so */
    PIER__STRANGER_LEFT = 3     /* its end of the connection is awaited for a moment */
} pier__stranger_phase;

/* A connection of which it is not known yet what it is. */
typedef struct pier__stranger {
    pier__stranger_phase phase;
    pier_socket *socket;
    pier_session_door *door;
    pier_deadline until;
    bool is_held; /* it is a channel, and is handed out when the one before has been told */
    uint8_t first[PIER__FIRST_BYTES];
    size_t first_bytes;
    uint8_t out[PIER__STRANGER_OUT_BYTES];
    size_t out_bytes;
    size_t poll_at;
    size_t poll_count;
} pier__stranger;

typedef struct pier__host_listener {
    pier_socket *socket;
    pier_deadline paused_until; /* PIER_NOW: it is not */
    size_t poll_at;
    size_t poll_count;
} pier__host_listener;

struct pier_session_host {
    pier_allocator allocator;
    pier_session_host_options options; /* session and plain point at the copies below */
    pier_session_channel_options session_options;
    pier_limits session_limits;
    uint8_t shared_key[PIER_SESSION_KEY_BYTES_MAX];
    pier_channel_options plain_options;
    char *folder;      /* NULL: `find` tells all */
    pier__folder root; /* it, open and locked */
    uint64_t folder_count;
    pier__host_listener listeners[PIER_SESSION_HOST_LISTENERS_MAX];
    size_t listener_count;
    pier__stranger **strangers;
    size_t stranger_count;
    size_t stranger_capacity;
    size_t stranger_turn; /* whose turn it is */
    bool listens;         /* the listeners were among the interests that were asked for last */
    pier_session_channel **sessions;
    size_t session_count;
    size_t session_capacity;
    /* What is to be told */
    pier_session_channel *queue_first;
    pier_session_channel *queue_last;
    pier_session_channel *away; /* was away for too long: to be told; NULL: none */
    pier_session_channel *left; /* that was told: the next call destroys it; NULL: none */
    pier_channel *plain;        /* NULL: none */
    pier_error refusal;         /* PIER_OK: none */
    unsigned told;              /* since everything was looked at */
    /* Waiting */
    pier_interest *interests;
    size_t interest_capacity;
    void *poll_memory; /* for as many */
};

/* session_host.c --------------------------------------------------------------------------------------------------- */

/* Keeps why a connection came to nothing, unless one is to be told already. */
void pier__host_refuse(pier_session_host *host, const char *name, pier_status status, const char *text);

/* session_host_sessions.c ------------------------------------------------------------------------------------------ */

/* Makes the host's folder if it is not there, locks it against other hosts, and counts the folders in it. */
pier_status pier__host_take_folder(pier_session_host *host, pier_error *error);

/* Finds the session of a client that has said its resume, opens it if need be, and joins them. The stranger's socket is
 * the session's then, and NULL. unread: behind the resume. Otherwise the stranger is refused, or to be dropped: its
 * phase tells. */
void pier__host_join(pier_session_host *host, pier__stranger *stranger, pier_bytes unread);

/* session_host_strangers.c ----------------------------------------------------------------------------------------- */

/* Takes a connection. Returns PIER_OK or PIER_NO_MEMORY: it is closed. */
pier_status pier__host_welcome(pier_session_host *host, pier_socket *socket);

/* Goes on with a stranger. Returns false when it is gone. */
bool pier__stranger_step(pier_session_host *host, pier__stranger *stranger, int64_t now_ns);

/* Returns from when on a stranger may be dropped for others, who has said nothing yet: PIER_NEVER when it has. */
pier_deadline pier__stranger_yields_at(const pier_session_host *host, const pier__stranger *stranger);

/* Returns whether there is one that may be dropped for another, or is gone already: what it has said was looked for. */
bool pier__host_has_silent(pier_session_host *host, int64_t now_ns);

/* Drops the one of those that is here for longest. */
void pier__host_drop_silent(pier_session_host *host, int64_t now_ns);

/* What it waits for; 0 when for time alone. */
uint32_t pier__stranger_events(const pier__stranger *stranger);

void pier__stranger_destroy(pier_session_host *host, pier__stranger *stranger);

/* Puts what its door says behind what it is to be sent. */
void pier__stranger_say(pier__stranger *stranger);

/* It is refused: it is sent what its door says, and the connection ends. */
void pier__stranger_refuse(pier__stranger *stranger);

/* session_name.c --------------------------------------------------------------------------------------------------- */

/* Makes the name of the folder of a session: one part of a path, and another one for each name. Returns false when no
 * digest can be made. */
bool pier__session_folder_name(const char *name, char folder[PIER__SESSION_FOLDER_BYTES]);

#endif
