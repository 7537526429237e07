/* The journals of a session channel, and what its session asks of them; see session_channel_internal.h. */
#include "channel/session_channel_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/endian_internal.h"
#include "base/error_internal.h"
#include "base/limits_internal.h"
#include "base/random_internal.h"
#include "file/folder_internal.h"

/* What the folders of the journals are called, by pier_session_journal. */
static const char *const parts[2] = {"sent", "received"};

enum { IDENTITY_ROLE = 16, IDENTITY_NAME = 17, IDENTITY_BYTES_MAX = IDENTITY_NAME + PIER_SESSION_NAME_BYTES_MAX };

char *pier__session_journal_path(const pier_allocator *allocator, const char *folder, pier_session_journal which) {
    size_t path_bytes = strlen(folder) + strlen(parts[which]) + 2;
    char *path = (char *)pier__allocate(allocator, path_bytes);
    if (path != NULL) {
        (void)snprintf(path, path_bytes, "%s/%s", folder, parts[which]);
    }
    return path;
}

bool pier__session_identity_load(pier__session_identity *identity, pier_bytes noted, uint64_t sent_id) {
    const uint8_t *bytes = (const uint8_t *)noted.data;
    if (noted.size <= IDENTITY_NAME || noted.size > IDENTITY_BYTES_MAX || pier__load_le64(bytes) != sent_id ||
        bytes[IDENTITY_ROLE] > PIER_SESSION_SERVER) {
        return false;
    }
    *identity = (pier__session_identity){
        .received_id = pier__load_le64(bytes + 8),
        .role = (pier_session_role)bytes[IDENTITY_ROLE],
        .name = {bytes + IDENTITY_NAME, noted.size - IDENTITY_NAME},
    };
    /* It is put into texts, and given as a string. */
    return memchr(identity->name.data, '\0', identity->name.size) == NULL &&
           pier_text_is_valid((const char *)identity->name.data, identity->name.size);
}

static bool is_other_than_lock(void *user, const char *name) {
    bool is_lock = strcmp(name, PIER__FOLDER_LOCK_NAME) == 0;
    *(bool *)user = is_lock;
    return !is_lock;
}

/* Sees to it that the folder is there, and that it is no host's: that has the file by which it is locked. */
static pier_status make_folder(const char *path, bool must_exist, const pier_allocator *allocator, pier_error *error) {
    pier__folder folder;
    pier_status status = pier__folder_open_disk(&folder, path, !must_exist, allocator, error);
    if (status != PIER_OK) {
        return status;
    }
    bool is_hosts = false;
    status = folder.ops->list(folder.self, is_other_than_lock, &is_hosts, error);
    pier__folder_close(&folder);
    if (status == PIER_OK && is_hosts) {
        status = pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_CHANNEL, 0,
                                 "%s is a host's folder, and was opened as a session's", path);
    }
    return pier__error_about(error, status, path);
}

static pier_journal_options journal_options(const pier_session_channel *channel, pier_session_journal which,
                                            const pier_session_channel_options *options, const pier_limits *limits) {
    bool is_sent = which == PIER_SESSION_SENT;
    return (pier_journal_options){
        .size = sizeof(pier_journal_options),
        .allocator = &channel->allocator,
        .limits = limits,
        .durability = options->durability,
        .segment_bytes = options->segment_bytes,
        .bytes_max = is_sent ? options->sent_bytes_max : options->received_bytes_max,
        .records_max = is_sent ? options->sent_records_max : options->received_records_max,
        .time_unix_ns = (uint64_t)pier_clock_unix_ns(),
    };
}

/* Opens one journal. stream_id: that it must have, or gets; 0: it has one, or draws it. */
static pier_status open_one(pier_session_channel *channel, const pier__session_plan *plan, pier_session_journal which,
                            uint64_t stream_id, const pier_session_channel_options *options, pier_error *error) {
    pier_limits limits;
    pier_status status = pier__limits_resolve(options->limits, &limits, error);
    if (status != PIER_OK) {
        return status;
    }
    if (which == PIER_SESSION_RECEIVED) {
        /* The peer's blocks may be larger than those of this side: the session has looked at them. */
        limits.block_target_bytes = PIER_BLOCK_TARGET_BYTES_HIGHEST;
    }
    char *path = pier__session_journal_path(&channel->allocator, plan->folder, which);
    if (path == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a session");
    }
    pier_journal_options chosen = journal_options(channel, which, options, &limits);
    chosen.must_exist = plan->must_exist && which == PIER_SESSION_SENT;
    chosen.stream_id = stream_id;
    status = pier_journal_open(&channel->journals[which], path, &chosen, error);
    status = pier__error_about(error, status, path);
    pier__release(&channel->allocator, path, strlen(path) + 1);
    return status;
}

/* Whether a journal without an identity waits for somebody else: a host's process died while it made the session, and
 * only the client that it was made for tells both stream ids. */
static bool is_anothers(const pier__session_plan *plan, const pier_journal *sent) {
    bool is_told = plan->stream_ids != NULL && plan->stream_ids[PIER_SESSION_SENT] == pier_journal_info(sent).stream_id;
    return plan->role == PIER_SESSION_SERVER && !is_told;
}

/* Notes the identity of a new session, durably: before that nobody is told of it. */
static pier_status note_identity(pier_session_channel *channel, const pier__session_plan *plan, uint64_t *received_id,
                                 pier_error *error) {
    pier_journal *sent = channel->journals[PIER_SESSION_SENT];
    uint8_t bytes[IDENTITY_BYTES_MAX];
    size_t name_bytes = strlen(plan->name);
    uint64_t sent_id = pier_journal_info(sent).stream_id;
    if (is_anothers(plan, sent)) {
        return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_CHANNEL, 0, "%s/sent: no session has begun here",
                               plan->folder);
    }
    *received_id = plan->stream_ids != NULL ? plan->stream_ids[PIER_SESSION_RECEIVED] : 0;
    if (*received_id == 0 && (!pier__random_u64(received_id) || *received_id == sent_id)) {
        return pier__error_set(error, PIER_SYSTEM, PIER_FLOOR_CHANNEL, 0, "the system gives no random number");
    }
    pier__store_le64(bytes, sent_id);
    pier__store_le64(bytes + 8, *received_id);
    bytes[IDENTITY_ROLE] = (uint8_t)plan->role;
    memcpy(bytes + IDENTITY_NAME, plan->name, name_bytes);
    pier_status status = pier_journal_note(sent, PIER__IDENTITY_NOTE, (pier_bytes){bytes, IDENTITY_NAME + name_bytes});
    status = status == PIER_OK ? pier_journal_sync(sent, NULL) : status;
    if (status != PIER_OK && error != NULL) {
        *error = *pier_journal_error(sent);
    }
    return status;
}

/* Looks at the identity of a session that goes on: it is not another one, nor the other side of it. */
static pier_status check_identity(const pier_session_channel *channel, const pier__session_plan *plan, pier_bytes noted,
                                  uint64_t *received_id, pier_error *error) {
    pier__session_identity identity;
    if (!pier__session_identity_load(&identity, noted,
                                     pier_journal_info(channel->journals[PIER_SESSION_SENT]).stream_id)) {
        return pier__error_set(error, PIER_CORRUPT, PIER_FLOOR_CHANNEL, 0, "%s/sent is no session's", plan->folder);
    }
    if (identity.role != plan->role) {
        bool is_client = plan->role == PIER_SESSION_CLIENT;
        return pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_CHANNEL, 0,
                               "%s is the folder of a session's %s, and was opened as a %s's", plan->folder,
                               is_client ? "server" : "client", is_client ? "client" : "server");
    }
    /* Of long names and paths as much of each as the text has room for. */
    enum { SHOWN = 60 };
    size_t name_bytes = identity.name.size;
    if (name_bytes != strlen(plan->name) || memcmp(identity.name.data, plan->name, name_bytes) != 0) {
        return pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_CHANNEL, 0,
                               "%.*s is the folder of session %.*s, and was opened as that of %.*s", SHOWN,
                               plan->folder, name_bytes < SHOWN ? (int)name_bytes : SHOWN,
                               (const char *)identity.name.data, SHOWN, plan->name);
    }
    *received_id = identity.received_id;
    return PIER_OK;
}

bool pier__session_journal_is_unused(const pier_journal *journal) {
    bool is_used = pier_journal_info(journal).next_record > 1;
    for (uint32_t note = 0; note < PIER_SESSION_NOTES; note++) {
        is_used = is_used || pier_journal_noted(journal, note).size > 0;
    }
    return !is_used;
}

/* The journal of what is sent is made first, and says which other one belongs to it: one that was not made yet, or is
 * lost, gets the same identity, and the session finds out what that means. */
static pier_status open_both(pier_session_channel *channel, const pier__session_plan *plan,
                             const pier_session_channel_options *options, pier_error *error) {
    uint64_t received_id = 0;
    uint64_t sent_id = !plan->must_exist && plan->stream_ids != NULL ? plan->stream_ids[PIER_SESSION_SENT] : 0;
    pier_status status = open_one(channel, plan, PIER_SESSION_SENT, sent_id, options, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_journal *sent = channel->journals[PIER_SESSION_SENT];
    pier_bytes noted = pier_journal_noted(sent, PIER__IDENTITY_NOTE);
    status = noted.size == 0 && pier__session_journal_is_unused(sent)
                 ? note_identity(channel, plan, &received_id, error)
                 : check_identity(channel, plan, noted, &received_id, error);
    return status == PIER_OK ? open_one(channel, plan, PIER_SESSION_RECEIVED, received_id, options, error) : status;
}

pier_status pier__session_disk_open(pier_session_channel *channel, const pier__session_plan *plan,
                                    const pier_session_channel_options *options, pier_session_found found[2],
                                    pier_error *error) {
    pier_status status = make_folder(plan->folder, plan->must_exist, &channel->allocator, error);
    status = status == PIER_OK ? open_both(channel, plan, options, error) : status;
    for (unsigned i = 0; i < 2 && status == PIER_OK; i++) {
        found[i].state = pier_journal_info(channel->journals[i]);
        for (uint32_t note = 0; note < PIER_SESSION_NOTES; note++) {
            found[i].notes[note] = pier_journal_noted(channel->journals[i], note);
        }
    }
    return status;
}

pier_status pier__session_disk_close(pier_session_channel *channel) {
    pier_status status = PIER_OK;
    for (unsigned i = 0; i < 2; i++) {
        pier_journal *journal = channel->journals[i];
        if (journal == NULL) {
            continue;
        }
        pier_status closed = pier_journal_close(journal);
        if (status == PIER_OK && closed != PIER_OK) {
            status = pier__session_channel_keep(channel, closed, pier_journal_error(journal));
        }
        pier_journal_destroy(journal);
        channel->journals[i] = NULL;
    }
    return status;
}

/* Gathers blocks from record `number` on. A reader may begin some blocks earlier. */
static pier_status gather(pier_session_channel *channel, const pier_session_request *request,
                          pier_journal_reader *reader, pier_error *error) {
    pier__buffer *blocks = &channel->blocks;
    for (bool has_records = false; !has_records || blocks->size < request->bytes_max;) {
        pier_bytes bytes;
        pier_block block;
        pier_status status = pier_journal_reader_next(reader, &bytes, &block);
        if (status != PIER_OK) {
            if (status < 0) {
                *error = *pier_archive_error(pier_journal_reader_archive(reader));
            }
            return status == PIER_END ? PIER_OK : status;
        }
        if (block.records > 0 && block.first_record + block.records <= request->number) {
            continue;
        }
        if (!pier__buffer_append(blocks, bytes.data, bytes.size)) {
            return PIER_NO_MEMORY;
        }
        has_records = has_records || block.records > 0;
    }
    return PIER_OK;
}

static pier_status read_blocks(pier_session_channel *channel, const pier_session_request *request, pier_error *error) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from from = {.size = sizeof from, .record = request->number};
    channel->blocks.size = 0;
    pier_status status = pier_journal_reader_open(&reader, channel->journals[request->journal], &from, error);
    if (status == PIER_OK) {
        status = gather(channel, request, reader, error);
        pier_journal_reader_destroy(reader);
    }
    return status;
}

static void carry_out(pier_session_channel *channel, const pier_session_request *request) {
    pier_journal *journal = channel->journals[request->journal];
    pier_error error;
    pier_error_clear(&error);
    pier_bytes data = {NULL, 0};
    pier_status status = PIER_OK;
    switch (request->work) {
    case PIER_SESSION_WRITE:
        status = pier_journal_append(journal, request->bytes);
        break;
    case PIER_SESSION_NOTE:
        status = pier_journal_note(journal, (uint32_t)request->number, request->bytes);
        break;
    case PIER_SESSION_SYNC:
        status = pier_journal_sync(journal, NULL);
        break;
    case PIER_SESSION_READ:
        status = read_blocks(channel, request, &error);
        data = (pier_bytes){channel->blocks.data, channel->blocks.size};
        break;
    case PIER_SESSION_TRIM:
        status = pier_journal_trim(journal, request->number);
        break;
    }
    if (status < 0 && error.status == PIER_OK) {
        error = *pier_journal_error(journal);
    }
    if (status < 0) {
        char subject[sizeof error.text];
        (void)snprintf(subject, sizeof subject, "%s/%s", channel->folder, parts[request->journal]);
        (void)pier__error_about(&error, status, subject);
    }
    pier_session_complete(channel->session, request->id, status, data, &error);
}

bool pier__session_disk_work(pier_session_channel *channel) {
    pier_session_request request;
    bool has_worked = false;
    channel->is_dirty = false;
    while (pier_session_next_request(channel->session, &request) == PIER_OK) {
        carry_out(channel, &request);
        has_worked = true;
    }
    return has_worked;
}
