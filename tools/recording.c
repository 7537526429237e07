/* The file that `pier record` writes: see recording.h. */
#include "recording.h"

#include <inttypes.h>
#include <string.h>

#include <pier/store.h>

#include "mend.h"
#include "record_tree.h"
#include "recording_classes.h"
#include "report.h"

/* By the places of the sides. */
static const recording_side sides[SIDES] = {CLIENT, SERVER};
const char *const recording_side_words[SIDES] = {"client", "server"};
const char *const recording_side_names[SIDES] = {"CLIENT", "SERVER"};

/* The pairs that each record has which is shown. */
enum { SHOWN_PAIRS = 4 };

int recording_open(recording *out, const char *command, const char *path, const keep_options *chosen) {
    *out = (recording){.command = command, .path = path, .tree = record_tree_create(), .kept.file.handle = -1};
    out->unix_ns = pier_clock_unix_ns();
    out->monotonic_ns = pier_clock_monotonic_ns();
    out->exit_status = keep_open(&out->kept, command, path, chosen);
    return out->exit_status;
}

/* Returns the time of now. The clock of the day may be set meanwhile; the times of a recording always go on. */
static pier_time now(const recording *out) {
    int64_t unix_ns = out->unix_ns + (pier_clock_monotonic_ns() - out->monotonic_ns);
    return (pier_time){.seconds = unix_ns / 1000000000, .nanoseconds = (uint32_t)(unix_ns % 1000000000)};
}

static pier_text text_of(const char *text) {
    return (pier_text){.data = text, .size = strlen(text)};
}

static bool is_open(const recording *out) {
    return out->kept.archive != NULL;
}

/* The file takes no more: it is left as far as it is whole. */
static void fail(recording *out) {
    out->exit_status = report_error(out->command, pier_archive_error(out->kept.archive), out->kept.file.name,
                                    "; what passes from here on is not kept");
    out->exit_status = out->exit_status == EXIT_USAGE ? EXIT_SYSTEM : out->exit_status;
    (void)keep_close(&out->kept);
    (void)mend(out->command, out->path);
}

/* Deals with what storing answered. Returns whether the file has the record; one that it merely refuses is left out. */
static bool has_stored(recording *out, pier_status status) {
    if (pier_archive_status(out->kept.archive) != PIER_OK) {
        fail(out);
        return false;
    }
    return status == PIER_OK;
}

void recording_start(recording *out, const char *listening, const char *target) {
    recording_started event = {.time = now(out), .listening = text_of(listening), .target = text_of(target)};
    if (is_open(out)) {
        (void)has_stored(out, recording_started_store(out->kept.archive, &event));
    }
}

void recording_open_connection(recording *out, uint64_t connection, const char *client, const char *target) {
    recording_opened event = {
        .connection = connection,
        .time = now(out),
        .client = text_of(client),
        .target = text_of(target),
    };
    if (is_open(out) && has_stored(out, recording_opened_store(out->kept.archive, &event))) {
        out->connections++;
    }
}

void recording_pass(recording *out, uint64_t connection, int side, uint64_t offset, pier_bytes bytes) {
    recording_passed event = {
        .connection = connection,
        .time = now(out),
        .from = sides[side],
        .offset = offset,
        .bytes = bytes,
    };
    if (is_open(out) && has_stored(out, recording_passed_store(out->kept.archive, &event))) {
        out->bytes[side] += bytes.size;
    }
}

void recording_end_side(recording *out, uint64_t connection, int side, uint64_t offset, int how, const char *text) {
    recording_ended event = {
        .connection = connection,
        .time = now(out),
        .from = sides[side],
        .offset = offset,
        .how = (recording_how)how,
        .text = text_of(text),
    };
    if (is_open(out)) {
        (void)has_stored(out, recording_ended_store(out->kept.archive, &event));
    }
}

/* Begins a record that shows what came. pairs: how many are to follow. Returns whether it is begun. */
static bool begin_shown(recording *out, uint64_t connection, int side, uint64_t number, uint32_t pairs) {
    pier_archive *archive = out->kept.archive;
    if (!has_stored(out, pier_archive_begin(archive))) {
        return false;
    }
    pier_store_map(archive, SHOWN_PAIRS + pairs);
    pier_store_string(archive, "connection");
    pier_store_u64(archive, connection);
    pier_store_string(archive, "time");
    pier_store_time(archive, now(out));
    pier_store_string(archive, "from");
    pier_store_string(archive, recording_side_names[side]);
    pier_store_string(archive, "number");
    pier_store_u64(archive, number);
    return true;
}

static bool show_record(recording *out, uint64_t connection, int side, const side_reader *reader) {
    const char *class_name = side_reader_class(reader);
    if (!begin_shown(out, connection, side, reader->records, class_name != NULL ? 2 : 1)) {
        return false;
    }
    if (class_name != NULL) {
        pier_store_string(out->kept.archive, "class");
        pier_store_string(out->kept.archive, class_name);
    }
    pier_store_string(out->kept.archive, "record");
    pier_store_value(out->kept.archive, pier_tree_root(out->tree));
    return has_stored(out, pier_archive_end(out->kept.archive));
}

static bool show_raw(recording *out, uint64_t connection, int side, const side_reader *reader) {
    if (!begin_shown(out, connection, side, reader->records, 1)) {
        return false;
    }
    pier_store_string(out->kept.archive, "raw_bytes");
    pier_store_u64(out->kept.archive, reader->raw_bytes);
    return has_stored(out, pier_archive_end(out->kept.archive));
}

/* Shows one event. */
static void show(recording *out, uint64_t connection, int side, const side_reader *reader, side_event event,
                 const char *name) {
    bool is_shown = true;
    if (event == SIDE_RECORD || event == SIDE_RAW) {
        if (!is_open(out)) {
            return;
        }
        is_shown =
            event == SIDE_RECORD ? show_record(out, connection, side, reader) : show_raw(out, connection, side, reader);
        out->records[side] += is_shown ? 1 : 0;
    }
    if (!is_shown && is_open(out)) {
        (void)report_error(out->command, pier_archive_error(out->kept.archive), name,
                           ": the record is kept as its bytes alone");
    } else if (event == SIDE_SKIPPED) {
        (void)report_error(out->command, &reader->error, name, ": the record is kept as its bytes alone");
    } else if (event == SIDE_FAULT) {
        (void)report_error(out->command, &reader->error, name, "; what follows is kept as bytes alone");
    }
}

void recording_show(recording *out, uint64_t connection, int side, side_reader *reader, const char *name) {
    side_event event;
    while ((event = side_reader_next(reader, out->tree)) != SIDE_NOTHING) {
        show(out, connection, side, reader, event, name);
    }
}

void recording_flush(recording *out) {
    if (is_open(out)) {
        (void)has_stored(out, pier_archive_flush(out->kept.archive));
    }
}

int recording_close(recording *out) {
    if (is_open(out)) {
        out->exit_status = keep_close(&out->kept);
        if (out->exit_status != EXIT_DONE) {
            (void)mend(out->command, out->path);
        }
    }
    pier_tree_destroy(out->tree);
    out->tree = NULL;
    return out->exit_status;
}
