/* What a session's folder tells without the session; see <pier/session_channel.h>.
 *
 * Floor 7 (channel). Both journals are opened to be read, so the session may be in use meanwhile: then the numbers are
 * those of a moment, and the journal `received` is read a moment later than `sent`. */
#include "channel/session_channel_internal.h"

#include <string.h>

#include "base/error_internal.h"
#include "file/folder_internal.h"
#include "session/driven_internal.h"
#include "session/journal_internal.h"

/* A segment that is dropped between its being listed and opened makes the whole try come to nothing; they are dropped
 * one by one, each after many records. */
enum { TRIES = 8 };

typedef struct reading {
    const char *folder;
    pier_allocator allocator;
    pier_journal *journals[2]; /* by pier_session_journal; NULL: it is not there */
    pier_session_found found[2];
    pier_error *error;
} reading;

/* Opens a journal by its path. Returns PIER_OK, also when there is none: it stays NULL. */
static pier_status open_path(reading *of, pier_session_journal which, const char *path, uint64_t stream_id) {
    /* The session may have any limits. */
    const pier_limits limits = {
        .size = sizeof limits,
        .record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST,
        .block_target_bytes = PIER_BLOCK_TARGET_BYTES_HIGHEST,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
    };
    const pier_journal_options options = {
        .size = sizeof options,
        .allocator = &of->allocator,
        .limits = &limits,
        .read_only = true,
        .stream_id = stream_id,
    };
    pier_status status = PIER_NOT_FOUND;
    for (int i = 0; i < TRIES && status == PIER_NOT_FOUND; i++) {
        pier__folder folder;
        status = pier__folder_open_disk(&folder, path, false, &of->allocator, of->error);
        if (status == PIER_NOT_FOUND) {
            return PIER_OK;
        }
        status = status == PIER_OK ? pier__journal_open_in(&of->journals[which], folder, &options, of->error) : status;
    }
    if (status == PIER_OK && pier_journal_info(of->journals[which]).segments == 0) {
        pier_journal_destroy(of->journals[which]);
        of->journals[which] = NULL;
    }
    return status;
}

/* Opens a journal, and finds what stands in it. stream_id: that it must have; 0: any. */
static pier_status open_one(reading *of, pier_session_journal which, uint64_t stream_id) {
    char *path = pier__session_journal_path(&of->allocator, of->folder, which);
    if (path == NULL) {
        return pier__error_set(of->error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a session");
    }
    pier_status status = open_path(of, which, path, stream_id);
    status = pier__error_about(of->error, status, path);
    pier__release(&of->allocator, path, strlen(path) + 1);
    pier_session_found *found = &of->found[which];
    found->state.first_record = found->state.next_record = 1;
    if (status == PIER_OK && of->journals[which] != NULL) {
        found->state = pier_journal_info(of->journals[which]);
        for (uint32_t note = 0; note < PIER_SESSION_NOTES; note++) {
            found->notes[note] = pier_journal_noted(of->journals[which], note);
        }
    }
    return status;
}

/* Tells a folder that does not exist from one without a session. */
static pier_status refuse(const reading *of) {
    pier__folder folder;
    pier_status status = pier__folder_open_disk(&folder, of->folder, false, &of->allocator, of->error);
    if (status != PIER_OK) {
        return status;
    }
    pier__folder_close(&folder);
    return pier__error_set(of->error, PIER_NOT_FOUND, PIER_FLOOR_CHANNEL, 0, "%s is no session's folder", of->folder);
}

/* Opens both journals, the one of what is sent first: it says whose they are. */
static pier_status open_both(reading *of, pier__session_identity *identity) {
    pier_status status = open_one(of, PIER_SESSION_SENT, 0);
    if (status != PIER_OK) {
        return status;
    }
    pier_journal *sent = of->journals[PIER_SESSION_SENT];
    pier_bytes noted = {NULL, 0};
    if (sent != NULL) {
        noted = pier_journal_noted(sent, PIER__IDENTITY_NOTE);
    }
    if (sent == NULL || (noted.size == 0 && pier__session_journal_is_unused(sent))) {
        return refuse(of);
    }
    if (!pier__session_identity_load(identity, noted, pier_journal_info(sent).stream_id)) {
        return pier__error_set(of->error, PIER_CORRUPT, PIER_FLOOR_CHANNEL, 0, "%s/sent is no session's", of->folder);
    }
    return open_one(of, PIER_SESSION_RECEIVED, identity->received_id);
}

/* What was dropped from a journal was kept by the peer, or committed, whether that was noted since or not. */
static uint64_t at_least(uint64_t noted, const pier_journal_state *state) {
    return noted >= state->first_record ? noted : state->first_record - 1;
}

static pier_status fill(const reading *of, const pier__session_identity *identity, pier_session_folder_state *state) {
    const pier_journal_state *sent = &of->found[PIER_SESSION_SENT].state;
    const pier_journal_state *received = &of->found[PIER_SESSION_RECEIVED].state;
    pier__session_noted noted;
    pier_status status =
        pier__session_noted_read(&noted, &of->found[PIER_SESSION_SENT], &of->found[PIER_SESSION_RECEIVED], of->error);
    if (status != PIER_OK) {
        return pier__error_about(of->error, status, of->folder);
    }
    *state = (pier_session_folder_state){
        .role = identity->role,
        .sent_last = sent->next_record - 1,
        .sent_first = sent->first_record,
        .peer_kept = at_least(noted.peer_durable, sent),
        .received_last = received->next_record - 1,
        .received_first = received->first_record,
        .committed = at_least(noted.committed, received),
    };
    memcpy(state->name, identity->name.data, identity->name.size);
    return PIER_OK;
}

pier_status pier_session_folder_read(pier_session_folder_state *state, const char *folder,
                                     const pier_allocator *allocator, pier_error *error) {
    *state = (pier_session_folder_state){.role = PIER_SESSION_CLIENT};
    reading of = {.folder = folder, .allocator = pier__allocator_choose(allocator), .error = error};
    if (folder == NULL || folder[0] == '\0') {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0, "a session's folder needs a path");
    }
    pier__session_identity identity;
    pier_status status = open_both(&of, &identity);
    status = status == PIER_OK ? fill(&of, &identity, state) : status;
    pier_journal_destroy(of.journals[PIER_SESSION_RECEIVED]);
    pier_journal_destroy(of.journals[PIER_SESSION_SENT]);
    return status;
}
