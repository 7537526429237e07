/* Session hosts: the accepting side, sessions beside plain channels on the same listening sockets.
 *
 * Floor 7 (channel). A host takes connections from the listeners that it is given, tells by the first bytes of each
 * what it is, hands plain channels out, and joins the others with their sessions, by name: with one that is open, with
 * one that is in a folder, or with a new one. Its sessions are session channels (<pier/session_channel.h>) over which
 * it watches, so that one call waits for all of them. A host and its sessions serve one thread at a time, all together.
 *
 * Loop: pier_session_host_next tells what has come: a plain channel, a session that was opened, one at which something
 * may have happened. With a deadline it waits; with PIER_NOW and pier_session_host_interests a poll loop of the
 * program's own does. The disk is written, read and synced inside, which blocks as long as it takes.
 *
 * Strangers: who does not prove to have a session's key learns one answer for all cases. Of a session whose key is
 * shared beforehand no folder is touched before the proof holds. One whose key is issued is created for whoever asks
 * first, where that is allowed. All that a host holds for strangers is bounded: connections that are not known yet,
 * sessions that are open, folders. An open session takes seven descriptors of the process: see that its limit
 * (ulimit -n) allows for sessions_max of them. */
#ifndef PIER_SESSION_HOST_H
#define PIER_SESSION_HOST_H

#include <pier/channel.h>
#include <pier/session_channel.h>

typedef struct pier_session_host pier_session_host;

/* Defaults. */
#define PIER_SESSION_HOST_SESSIONS_DEFAULT 1024u
#define PIER_SESSION_HOST_FOLDERS_DEFAULT 65536u
#define PIER_SESSION_HOST_STRANGERS_DEFAULT 256u
#define PIER_SESSION_HOST_LISTENERS_MAX 8

/* Where the session of a name lives. */
typedef struct pier_session_home {
    const char *folder; /* NULL: the one of that name under the host's folder; borrowed until the next call of find */
    pier_bytes shared_key; /* empty: that of the options; borrowed likewise */
    bool has_committed;    /* `committed` counts, as in pier_session_channel_options */
    uint64_t committed;
} pier_session_home;

/* Choices when a host is opened. Zero it, set what differs, and set `size`. */
typedef struct pier_session_host_options {
    size_t size;                                 /* sizeof(pier_session_host_options) */
    const pier_allocator *allocator;             /* NULL: pier_allocator_default(); copied */
    const pier_session_channel_options *session; /* of each session; NULL: the defaults; copied, its limits too */
    const pier_channel_options *plain; /* of each plain channel; NULL: the defaults; copied, and what it points at
                                                    is borrowed until the host is destroyed */
    pier_cancel *cancel;               /* ends pier_session_host_next, and what waits at a session, unless `session`
                                          names another; borrowed until the host is destroyed; NULL: none */
    bool creation_off;                 /* sessions that do not exist are refused */
    uint32_t sessions_max;             /* open at a time; 0: 1,024 */
    uint32_t folders_max;              /* in the host's folder, above which none is created; 0: 65,536. One counts, too,
                                          whose session could not be made */
    uint32_t strangers_max;            /* connections that are not known yet; 0: 256. When there are so many and others
                                          wait, those make room that have said nothing for a quarter of a second */
    uint32_t stranger_timeout_ms;      /* how long one may take to be known; 0: 10,000 */
    uint32_t away_timeout_ms;          /* how long a session stays open whose client is away, one that the program has
                                          opened too, before it is told as PIER_SESSION_HOST_CLOSING and makes room;
                                          0: until the program destroys it */
    /* Finds the session of a name, which the program may look up in a table of its own; called for a session that is
     * not open. name: as the client says, proven by nobody. begins: the client asks to create it. Fills `home`, which
     * is zeros. Returns PIER_OK; PIER_NOT_FOUND: there is none; any other: not now, nothing is proven or refused, and
     * the client comes again. NULL: each name has its folder under the host's. */
    pier_status (*find)(void *user, const char *name, bool begins, pier_session_home *home);
    void *user;
} pier_session_host_options;

/* Opens a host.
 * out: owned: freed by pier_session_host_destroy; NULL on failure. folder: path, copied; made of mode 0700 when it does
 * not exist, what leads there must; it has one folder a session, named by the session's name, in which all but letters,
 * digits, '-', '_' and a '.' behind the first byte is written as %XX, as all of the name "lock" is, and which ends in a
 * digest when it would be longer than 200 bytes; and a file `lock`, locked while the host is open. NULL: `find` must be
 * set, and tell all folders. options: NULL for the defaults. error: NULL, or filled.
 * Returns PIER_OK; PIER_USAGE; PIER_IN_USE when another host has the folder open; PIER_MISMATCH for a session's folder;
 * PIER_DENIED, PIER_NOT_FOUND, PIER_UNSUPPORTED for what is no folder; PIER_NO_SPACE; PIER_NO_MEMORY; PIER_SYSTEM. Blocks
 * for the disk. */
PIER_API pier_status pier_session_host_open(pier_session_host **out, const char *folder,
                                            const pier_session_host_options *options, pier_error *error) PIER_MUST_USE;

/* Destroys the sessions that are open (pier_session_channel_destroy), closes connections that are not known yet, and
 * frees. Plain channels that were handed out and listeners stay. NULL is allowed. Blocks for the disk. */
PIER_API void pier_session_host_destroy(pier_session_host *host);

/* Takes connections from a listening socket, too, up to PIER_SESSION_HOST_LISTENERS_MAX of them: borrowed until the
 * host is destroyed or the socket is left out again by pier_session_host_remove_listener.
 * Returns PIER_OK; PIER_LIMIT. Never blocks. */
PIER_API pier_status pier_session_host_add_listener(pier_session_host *host, pier_socket *listener) PIER_MUST_USE;

/* Takes no more connections from a listening socket; one that the host does not have is passed over. Never blocks. */
PIER_API void pier_session_host_remove_listener(pier_session_host *host, const pier_socket *listener);

/* What pier_session_host_next tells. */
typedef enum pier_session_host_kind {
    PIER_SESSION_HOST_READY = 0,   /* `session`: something may have happened: ask pier_session_channel_next and
                                     pier_session_channel_next_event until they have nothing */
    PIER_SESSION_HOST_OPENED = 1,  /* `session` is open from now on; then it is READY */
    PIER_SESSION_HOST_PLAIN = 2,   /* `plain` has come */
    PIER_SESSION_HOST_REFUSED = 3, /* a connection came to nothing: `error` tells why; for a log: '?' stands in its text
                                     for control characters of names. While one was not told, further ones are not
                                     kept */
    PIER_SESSION_HOST_CLOSING = 4  /* the client of `session` was away for away_timeout_ms: the next call of
                                     pier_session_host_next destroys it (pier_session_channel_destroy), unless the
                                     program has done so, and no pointer to it is of use any more; its client finds it
                                     in its folder when it comes again */
} pier_session_host_kind;

/* What happened, in full; what its kind does not name is NULL or empty. */
typedef struct pier_session_host_event {
    pier_session_host_kind kind;
    pier_session_channel *session; /* borrowed: the host's, until it or the session channel is destroyed */
    pier_channel *plain;           /* owned: freed by pier_channel_destroy; nothing that it sent is lost */
    pier_error error;              /* of REFUSED */
} pier_session_host_event;

/* Takes connections, moves what can be moved, and tells the next thing that happened. A session is told again only when
 * something new has happened at it: leave none with records that pier_session_channel_next would still give, unless the
 * program comes back to it by itself.
 * Returns PIER_OK; PIER_WOULD_BLOCK, PIER_TIMEOUT, PIER_CANCELLED; PIER_NO_MEMORY, which does not stick; PIER_SYSTEM
 * when waiting itself fails. What fails at one connection or session is told there. Blocks for the disk, and until
 * `deadline`. */
PIER_API pier_status pier_session_host_next(pier_session_host *host, pier_session_host_event *event,
                                            pier_deadline deadline) PIER_MUST_USE;

/* Tells which handles to poll, level-triggered, for a loop of the program's own, as pier_session_channel_interests, of
 * all listeners, strangers and sessions. Returns how many there are, which may be more than `capacity`: then give more
 * room. Never blocks. */
PIER_API size_t pier_session_host_interests(pier_session_host *host, pier_interest *interests, size_t capacity);

/* Returns when pier_session_host_next must be called at the latest, with PIER_NOW, until it would block. Never
 * blocks. */
PIER_API pier_deadline pier_session_host_due(pier_session_host *host);

/* Returns the open session of a name, borrowed likewise, or NULL. Never blocks. */
PIER_API pier_session_channel *pier_session_host_find(pier_session_host *host, const char *name);

/* Returns how many sessions are open. Never blocks. */
PIER_API size_t pier_session_host_count(const pier_session_host *host);

/* Returns the `index`-th open session, borrowed likewise, or NULL behind the last. They stand in no order, which holds
 * until one is opened or destroyed. Never blocks. */
PIER_API pier_session_channel *pier_session_host_at(pier_session_host *host, size_t index);

/* Opens the session of a name that a client has created before, so that records can be stored for one who is away; one
 * that is open is given as it is. out: borrowed likewise; NULL on failure. error: NULL, or filled.
 * Returns PIER_OK; PIER_NOT_FOUND when there is none; PIER_LIMIT when too many are open; what `find` returned; or as
 * pier_session_open. Blocks for the disk. */
PIER_API pier_status pier_session_host_open_session(pier_session_host *host, const char *name,
                                                    pier_session_channel **out, pier_error *error) PIER_MUST_USE;

#endif
