/* The sessions of a host: found, opened, joined with connections; see session_host_internal.h.
 *
 * Who asks for a session is a stranger until its proof holds. Under a shared key the proof is looked at before anything
 * else, so that nothing of the disk is touched for a stranger. Under an issued one the key is in the session's folder:
 * what was opened only to find that the proof is wrong is closed again.
 *
 * What is wrong for good is answered by the one refusal; what may pass (no memory, a full disk, too many sessions) by
 * an end of the connection without an answer, after which a client comes again. */
#include "channel/session_host_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/endian_internal.h"
#include "base/error_internal.h"
#include "file/folder_internal.h"

static bool count_one(void *user, const char *name) {
    *(uint64_t *)user += strcmp(name, PIER__FOLDER_LOCK_NAME) != 0 ? 1 : 0;
    return true;
}

/* Sees to it that the folder is no session's, also when that cannot be opened: with a host's lock in it, it never would
 * be again. */
static pier_status check_host_folder(pier_session_host *host, pier_error *error) {
    pier_session_folder_state of_session;
    pier_error why;
    pier_status status = pier_session_folder_read(&of_session, host->folder, &host->allocator, &why);
    bool is_damaged = status < 0 && pier_status_category_of(status) >= PIER_CATEGORY_PROTOCOL;
    if (status == PIER_OK || is_damaged) {
        return pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_CHANNEL, 0,
                               "%s is the folder of %s%s, and was opened as a host's", host->folder,
                               is_damaged ? "a session" : "session ", is_damaged ? "" : of_session.name);
    }
    if (status == PIER_NOT_FOUND) {
        return PIER_OK;
    }
    if (error != NULL) {
        *error = why;
    }
    return status;
}

pier_status pier__host_take_folder(pier_session_host *host, pier_error *error) {
    pier__folder *folder = &host->root;
    pier_status status = check_host_folder(host, error);
    if (status == PIER_OK) {
        status = pier__folder_open_disk(folder, host->folder, true, &host->allocator, error);
    }
    if (status == PIER_OK) {
        status = folder->ops->lock(folder->self, error);
    }
    if (status == PIER_OK) {
        status = folder->ops->list(folder->self, count_one, &host->folder_count, error);
    }
    return pier__error_about(error, status, host->folder);
}

pier_session_channel *pier_session_host_find(pier_session_host *host, const char *name) {
    for (size_t i = 0; i < host->session_count; i++) {
        if (strcmp(host->sessions[i]->name, name) == 0) {
            return host->sessions[i];
        }
    }
    return NULL;
}

size_t pier_session_host_count(const pier_session_host *host) {
    return host->session_count;
}

pier_session_channel *pier_session_host_at(pier_session_host *host, size_t index) {
    return index < host->session_count ? host->sessions[index] : NULL;
}

static bool make_room(pier_session_host *host) {
    if (host->session_count < host->session_capacity) {
        return true;
    }
    size_t capacity = host->session_capacity == 0 ? 8 : host->session_capacity * 2;
    pier_session_channel **sessions = (pier_session_channel **)pier__reallocate(
        &host->allocator, host->sessions, host->session_capacity * sizeof *sessions, capacity * sizeof *sessions);
    if (sessions == NULL) {
        return false;
    }
    host->sessions = sessions;
    host->session_capacity = capacity;
    return true;
}

static bool is_full(const pier_session_host *host) {
    uint32_t given = host->options.sessions_max;
    return host->session_count >= (given != 0 ? given : PIER_SESSION_HOST_SESSIONS_DEFAULT);
}

static bool has_too_many_folders(const pier_session_host *host) {
    uint32_t given = host->options.folders_max;
    return host->folder_count >= (given != 0 ? given : PIER_SESSION_HOST_FOLDERS_DEFAULT);
}

/* Asks where the session of a name lives. */
static pier_status find_home(pier_session_host *host, const char *name, bool begins, pier_session_home *home) {
    memset(home, 0, sizeof *home);
    pier_status status =
        host->options.find != NULL ? host->options.find(host->options.user, name, begins, home) : PIER_OK;
    if (status == PIER_OK && home->folder == NULL && host->folder == NULL) {
        status = PIER_NOT_FOUND;
    }
    if (home->shared_key.size == 0) {
        home->shared_key = host->session_options.shared_key;
    }
    return status;
}

/* Makes the path of a session's folder: owned, `size_bytes` gets its size. NULL when there is no memory. */
static char *make_path(pier_session_host *host, const char *name, const pier_session_home *home, size_t *size_bytes) {
    char part[PIER__SESSION_FOLDER_BYTES] = "";
    if (home->folder == NULL && !pier__session_folder_name(name, part)) {
        return NULL;
    }
    const char *root = home->folder != NULL ? home->folder : host->folder;
    *size_bytes = strlen(root) + strlen(part) + 2;
    char *path = (char *)pier__allocate(&host->allocator, *size_bytes);
    if (path != NULL) {
        (void)snprintf(path, *size_bytes, "%s%s%s", root, part[0] != '\0' ? "/" : "", part);
    }
    return path;
}

static bool is_there(pier_session_host *host, const char *path) {
    pier__folder folder;
    pier_status status = pier__folder_open_disk(&folder, path, false, &host->allocator, NULL);
    if (status == PIER_OK) {
        pier__folder_close(&folder);
    }
    return status != PIER_NOT_FOUND;
}

/* Makes the session that the plan tells. A folder that comes to be by it counts, also when no session does: who asks
 * again and again, under ever other names, must not fill the disk. */
static pier_status create_session(pier_session_host *host, const pier__session_plan *plan, bool is_at_home,
                                  const pier_session_channel_options *options, pier_session_channel **out,
                                  pier_error *error) {
    bool is_more = is_at_home && !is_there(host, plan->folder);
    if (is_more && has_too_many_folders(host)) {
        return pier__error_set(error, PIER_LIMIT, PIER_FLOOR_CHANNEL, 0, "%llu sessions exist (folders_max)",
                               (unsigned long long)host->folder_count);
    }
    pier_status status = pier__session_channel_make(out, plan, options, error);
    host->folder_count += is_more && (status == PIER_OK || is_there(host, plan->folder)) ? 1 : 0;
    return status;
}

static void add(pier_session_host *host, pier_session_channel *session) {
    session->host = host;
    session->host_at = host->session_count;
    session->deadline = PIER_NOW;
    session->is_new = true;
    host->sessions[host->session_count++] = session;
}

/* Opens the session of a name. stream_ids: of a new one; NULL: it must exist. */
static pier_status open_session(pier_session_host *host, const char *name, const pier_session_home *home,
                                const uint64_t *stream_ids, pier_session_channel **out, pier_error *error) {
    *out = NULL;
    size_t path_bytes = 0;
    if (is_full(host)) {
        return pier__error_set(error, PIER_LIMIT, PIER_FLOOR_CHANNEL, 0, "%zu sessions are open (sessions_max)",
                               host->session_count);
    }
    char *path = make_room(host) ? make_path(host, name, home, &path_bytes) : NULL;
    if (path == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a session");
    }
    pier_session_channel_options options = host->session_options;
    options.allocator = &host->allocator;
    options.shared_key = home->shared_key;
    options.has_committed = home->has_committed;
    options.committed = home->committed;
    pier__session_plan plan = {
        .role = PIER_SESSION_SERVER, .name = name, .folder = path, .stream_ids = stream_ids, .must_exist = true};
    pier_status status = pier__session_channel_make(out, &plan, &options, error);
    if (status == PIER_NOT_FOUND && stream_ids != NULL) {
        plan.must_exist = false;
        status = create_session(host, &plan, home->folder == NULL, &options, out, error);
    }
    pier__release(&host->allocator, path, path_bytes);
    if (status == PIER_OK) {
        add(host, *out);
    }
    return status;
}

pier_status pier_session_host_open_session(pier_session_host *host, const char *name, pier_session_channel **out,
                                           pier_error *error) {
    *out = pier_session_host_find(host, name);
    if (*out != NULL) {
        return PIER_OK;
    }
    pier_session_home home;
    pier_status status = find_home(host, name, false, &home);
    if (status != PIER_OK) {
        return pier__error_set(error, status, PIER_FLOOR_CHANNEL, 0, "%s", pier_status_text(status));
    }
    status = open_session(host, name, &home, NULL, out, error);
    if (status == PIER_OK) {
        /* Who asked for it knows. */
        (*out)->is_new = false;
    }
    return status;
}

void pier__session_host_forget(pier_session_host *host, pier_session_channel *channel) {
    host->sessions[channel->host_at] = host->sessions[--host->session_count];
    host->sessions[channel->host_at]->host_at = channel->host_at;
    pier_session_channel *before = NULL;
    for (pier_session_channel *each = host->queue_first; each != NULL; each = each->queue_next) {
        if (each == channel) {
            if (before != NULL) {
                before->queue_next = channel->queue_next;
            } else {
                host->queue_first = channel->queue_next;
            }
            host->queue_last = host->queue_last == channel ? before : host->queue_last;
            break;
        }
        before = each;
    }
    host->away = host->away == channel ? NULL : host->away;
    host->left = host->left == channel ? NULL : host->left;
    channel->host = NULL;
    channel->is_queued = false;
}

/* Refuses a stranger that asks for what there is not, or proves nothing. status and text: for the program alone. */
static void refuse(pier_session_host *host, pier__stranger *stranger, const char *name, pier_bytes key,
                   pier_status status, const char *text) {
    pier_session_door_refuse(stranger->door, key);
    pier__host_refuse(host, name, status, text);
    pier__stranger_refuse(stranger);
}

/* Gets the session that a stranger asks for. Returns NULL: it was refused, or is to be dropped. */
static pier_session_channel *get_session(pier_session_host *host, pier__stranger *stranger, bool *is_opened) {
    const char *name = pier_session_door_name(stranger->door);
    pier_session_channel *session = pier_session_host_find(host, name);
    *is_opened = false;
    if (session != NULL) {
        return session;
    }
    bool begins = pier_session_door_begins(stranger->door);
    bool creates = begins && !host->options.creation_off;
    pier_session_home home;
    pier_error error;
    pier_error_clear(&error);
    pier_status status = find_home(host, name, begins, &home);
    if (status != PIER_OK && status != PIER_NOT_FOUND) {
        /* The key is not known yet: no proof can be looked at. */
        pier__host_refuse(host, name, status, "its folder cannot be told yet");
        return NULL;
    }
    bool is_shared = home.shared_key.size > 0;
    /* Who creates a session whose key is issued proves nothing but that it means this connection. */
    bool proves = pier_session_door_proves(stranger->door, is_shared ? home.shared_key : (pier_bytes){NULL, 0});
    if (status == PIER_NOT_FOUND || ((is_shared || begins) && !proves)) {
        refuse(host, stranger, name, home.shared_key, PIER_DENIED, "no such session, or a wrong proof");
        return NULL;
    }
    uint64_t ids[2];
    pier_bytes id = pier_session_door_id(stranger->door);
    /* What the client sends is what this side receives. */
    ids[PIER_SESSION_RECEIVED] = pier__load_le64((const uint8_t *)id.data);
    ids[PIER_SESSION_SENT] = pier__load_le64((const uint8_t *)id.data + sizeof ids[0]);
    status = open_session(host, name, &home, creates ? ids : NULL, &session, &error);
    if (status == PIER_NOT_FOUND || status == PIER_MISMATCH) {
        refuse(host, stranger, name, home.shared_key, status == PIER_MISMATCH ? status : PIER_DENIED,
               status == PIER_MISMATCH ? error.text : "no such session here");
        return NULL;
    }
    if (status != PIER_OK) {
        pier__host_refuse(host, name, status, error.text[0] != '\0' ? error.text : pier_status_text(status));
        return NULL;
    }
    *is_opened = true;
    return session;
}

/* Drops a stranger: what is missing may be there when it comes again. */
static void drop(pier__stranger *stranger) {
    pier_socket_destroy(stranger->socket);
    stranger->socket = NULL;
}

void pier__host_join(pier_session_host *host, pier__stranger *stranger, pier_bytes unread) {
    bool is_opened = false;
    pier_session_channel *session = get_session(host, stranger, &is_opened);
    if (session == NULL) {
        if (stranger->phase != PIER__STRANGER_LEAVING) {
            drop(stranger);
        }
        return;
    }
    pier_session_set_now(session->session, pier_clock_monotonic_ns(), (uint64_t)pier_clock_unix_ns());
    pier_status status = pier_session_accept(session->session, stranger->door);
    if (status == PIER_OK) {
        pier_socket *socket = stranger->socket;
        stranger->socket = NULL;
        /* It is back, perhaps in the very moment in which it was found to be away for too long. */
        session->away_since = 0;
        host->away = host->away == session ? NULL : host->away;
        if (pier__wire_attach(session, socket, unread) != PIER_OK) {
            pier__host_refuse(host, session->name, PIER_NO_MEMORY, "no memory for a connection");
            pier__wire_drop(session, PIER_NO_MEMORY, "no memory for a connection");
        }
        pier__host_queue(host, session);
        (void)pier__session_channel_turn(session);
        return;
    }
    const char *text = "the session cannot take it";
    pier_status why = status == PIER_DENIED ? pier_session_door_refusal(stranger->door, &text) : status;
    pier__host_refuse(host, session->name, why, text);
    if (status == PIER_DENIED) {
        pier__stranger_refuse(stranger);
    } else {
        drop(stranger);
    }
    (void)pier__session_channel_take_events(session);
    if (is_opened) {
        pier_session_channel_destroy(session);
    } else {
        pier__host_queue(host, session);
    }
}
