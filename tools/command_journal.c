/* `pier journal`: what is in a journal, or in both of a session, whether it is whole, and what may go. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pier/journal.h>
#include <pier/limits.h>
#include <pier/raw.h>
#include <pier/session_channel.h>

#include "commands.h"
#include "date_text.h"
#include "journal_export.h"
#include "journal_folder.h"
#include "json_write.h"
#include "options.h"
#include "output.h"
#include "report.h"
#include "segments.h"
#include "signals.h"
#include "walk.h"

static const char command[] = "journal";

static const char help[] =
    "usage: pier journal DIR [options]\n"
    "\n"
    "Lists the segments of a journal, a line of JSON for each, and the whole in a last line. Of a\n"
    "session's folder: what it tells of the session in a first line, and then both journals.\n"
    "\n"
    "  DIR                  the folder of a journal; it may be in use, but for --cut. The folder of a\n"
    "                       session: its journals are DIR/sent and DIR/received\n"
    "  --verify             verify each segment as pier check does, and that none is missing\n"
    "  --cut N              remove the segments that have nothing but records up to number N (0: none),\n"
    "                       and what is torn at the end\n"
    "  --export FILE        write the records to FILE, an archive\n"
    "  --force              FILE may exist: replace it\n"
    "  --from N, --through N  export the records with these numbers and those between them alone\n"
    "  --since DATE         export from the first block on that was ended at this time or later, as in\n"
    "                       2026-11-28T10:30:00Z\n"
    "  --merge DIR          export the records of this journal, too, by the times of their blocks; may be\n"
    "                       given several times\n" OPTIONS_COMMON_HELP "\n"
    "What is damaged costs one line on standard error, as with pier check and repair. Records that are\n"
    "exported are numbered anew; their classes, times and the ends of messages are kept.\n"
    "Exit status: 0 done, 1 the journal is damaged, or torn at its end, 2 usage, 3 system.\n";

typedef struct journal_options {
    common_options common;
    bool verify;
    bool force;
    uint64_t cut;
    uint64_t from;
    uint64_t through;
    const char *since_text;
    uint64_t since_unix_ns;
    const char *export_path;
    option_texts merged;
    const char *folder;
    const char *prefix; /* of the names of segments: where the journal is in a session's folder */
} journal_options;

/* Stands in `cut` for none. */
#define NO_CUT UINT64_MAX

/* Reads the date of --since. Returns as options_read. */
static int read_since(journal_options *chosen) {
    pier_time since;
    if (chosen->since_text == NULL) {
        return -1;
    }
    if (!date_text_read(chosen->since_text, strlen(chosen->since_text), &since) || since.seconds <= 0 ||
        since.seconds > INT64_MAX / 1000000000 - 1) {
        return options_refuse(command, "--since takes a date behind 1970, not ", chosen->since_text);
    }
    chosen->since_unix_ns = (uint64_t)since.seconds * 1000000000 + since.nanoseconds;
    return -1;
}

/* What excludes what. Returns as options_read. */
static int check_options(const journal_options *chosen) {
    bool cuts = chosen->cut != NO_CUT;
    bool exports = chosen->export_path != NULL;
    if ((chosen->verify ? 1 : 0) + (cuts ? 1 : 0) + (exports ? 1 : 0) > 1) {
        return options_refuse(command, "--verify, --cut and --export exclude one another", "");
    }
    bool chooses = chosen->from != 0 || chosen->through != UINT64_MAX || chosen->since_text != NULL;
    if (!exports && (chooses || chosen->force || chosen->merged.count > 0)) {
        return options_refuse(command, "--force, --from, --through, --since and --merge are about --export", "");
    }
    if (chosen->from != 0 && chosen->since_text != NULL) {
        return options_refuse(command, "--from and --since exclude each other", "");
    }
    if (exports && (chosen->export_path[0] == '\0' || strcmp(chosen->export_path, "-") == 0)) {
        return options_refuse(command, "--export takes a name: FILE appears when it is whole", "");
    }
    return -1;
}

/* Returns as options_read. */
static int read_options(int argc, char **argv, journal_options *chosen) {
    *chosen = (journal_options){
        .common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT,
        .cut = NO_CUT,
        .through = UINT64_MAX,
        .prefix = "",
    };
    const option_spec specs[] = {
        {"--verify", OPTION_FLAG, &chosen->verify, 0, 0},
        {"--force", OPTION_FLAG, &chosen->force, 0, 0},
        {"--cut", OPTION_NUMBER, &chosen->cut, 0, UINT64_MAX - 1},
        {"--from", OPTION_NUMBER, &chosen->from, 1, UINT64_MAX},
        {"--through", OPTION_NUMBER, &chosen->through, 1, UINT64_MAX - 1},
        {"--since", OPTION_TEXT, &chosen->since_text, 0, 0},
        {"--export", OPTION_TEXT, &chosen->export_path, 0, 0},
        {"--merge", OPTION_TEXTS, &chosen->merged, 0, 0},
        {"--record-max", OPTION_NUMBER, &chosen->common.record_bytes_max, 1, PIER_RECORD_BYTES_MAX_HIGHEST},
    };
    int taken =
        options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "DIR", &chosen->folder);
    taken = taken < 0 ? read_since(chosen) : taken;
    return taken < 0 ? check_options(chosen) : taken;
}

/* Listing --------------------------------------------------------------------------------------------------------- */

/* Appends the line of the whole. */
static void print_state(output *out, const pier_journal_state *state) {
    char line[640];
    (void)snprintf(line, sizeof(line),
                   "{\"stream\":%" PRIu64 ",\"segments\":%" PRIu64 ",\"first_record\":%" PRIu64
                   ",\"next_record\":%" PRIu64 ",\"durable_record\":%" PRIu64 ",\"epoch\":%" PRIu32
                   ",\"bytes\":%" PRIu64 ",\"closed\":%s,\"torn_bytes\":%" PRIu64 ",\"damaged_bytes\":%" PRIu64
                   ",\"missing_segments\":%" PRIu64 "}\n",
                   state->stream_id, state->segments, state->first_record, state->next_record, state->durable_record,
                   state->epoch, state->bytes, state->was_closed ? "true" : "false", state->cut_bytes,
                   state->damaged_bytes, state->missing_segments);
    text_buffer_append_string(&out->text, line);
}

/* Appends the line of a segment. behind: the number of the first record that is behind it. */
static void print_segment(output *out, const char *prefix, const segment *of, uint64_t behind) {
    char line[320];
    uint64_t records = behind > of->first_record ? behind - of->first_record : 0;
    (void)snprintf(line, sizeof(line),
                   "{\"segment\":\"%s%s\",\"first_record\":%" PRIu64 ",\"records\":%" PRIu64 ",\"bytes\":%" PRIu64
                   ",\"written\":{\"$time\":[%" PRId64 ",%" PRIu32 "]}}\n",
                   prefix, of->name, of->first_record, records, of->bytes, of->written_s, of->written_ns);
    text_buffer_append_string(&out->text, line);
}

/* Returns the number of the first record behind the segment at `index`. */
static uint64_t behind(const segments *found, size_t index, uint64_t next_record) {
    return index + 1 < found->count ? found->list[index + 1].first_record : next_record;
}

/* Reads the names of the segments. Returns EXIT_DONE; otherwise what to exit with, and it is told. */
static int read_segments(const journal_options *chosen, segments *found) {
    pier_status status = segments_read(found, chosen->folder);
    return status == PIER_OK       ? EXIT_DONE
           : status == PIER_SYSTEM ? report_errno(command, errno, chosen->folder)
                                   : report(command, status, "%s: %s", chosen->folder, pier_status_text(status));
}

static int list(const journal_options *chosen, pier_journal *journal, output *out) {
    pier_journal_state state = pier_journal_info(journal);
    segments found;
    int exit_status = read_segments(chosen, &found);
    for (size_t i = 0; exit_status == EXIT_DONE && i < found.count; i++) {
        print_segment(out, chosen->prefix, &found.list[i], behind(&found, i, state.next_record));
    }
    segments_deinit(&found);
    if (exit_status == EXIT_DONE) {
        print_state(out, &state);
    }
    return exit_status;
}

/* Verifying ------------------------------------------------------------------------------------------------------- */

/* What goes on over all segments. */
typedef struct verifying {
    const journal_options *chosen;
    const segments *found;
    const pier_journal_state *state;
    output *out;
    bool is_damaged;
    uint64_t next_record; /* behind the segment before the current one */
} verifying;

/* Tells what lacks between the segment before and the one at `index`. */
static void check_gap(verifying *v, size_t index) {
    const segment *of = &v->found->list[index];
    if (index > 0 && of->ordinal != of[-1].ordinal + 1) {
        (void)report(command, PIER_CORRUPT, "%s: %" PRIu64 " segments are missing before %s", v->chosen->folder,
                     of->ordinal - of[-1].ordinal - 1, of->name);
        v->is_damaged = true;
    }
    if (index > 0 && v->next_record != 0 && v->next_record < of->first_record) {
        (void)report(command, PIER_CORRUPT, "%s: records %" PRIu64 " to %" PRIu64 " are in no segment",
                     v->chosen->folder, v->next_record, of->first_record - 1);
        v->is_damaged = true;
    }
}

static void tell_stranger(verifying *v, const segment *of, const char *what, uint64_t number) {
    (void)report(command, PIER_CORRUPT, "%s: %s %s %" PRIu64, v->chosen->folder, of->name, what, number);
    v->is_damaged = true;
}

/* A segment is whole as a file, too, when it is another one, or of another journal: its pieces tell. has_begun: a block
 * of it came. */
static void check_piece(verifying *v, const walk *w, const segment *of, bool *is_strange, bool *has_begun) {
    const pier_block *piece = &w->piece;
    if (!*is_strange && piece->stream_id != v->state->stream_id) {
        tell_stranger(v, of, "has pieces of another stream, from byte", piece->offset);
        *is_strange = true;
    }
    if (*has_begun || piece->kind == PIER_BLOCK_PREAMBLE) {
        return;
    }
    *has_begun = true;
    if (!*is_strange && !w->is_damaged && piece->first_record != of->first_record) {
        tell_stranger(v, of, "begins with record", piece->first_record);
    }
}

static void walk_segment(verifying *v, walk *w, const segment *of) {
    bool is_strange = false;
    bool has_begun = false;
    for (walk_event event = walk_next(w); event != WALK_OVER; event = walk_next(w)) {
        pier_bytes part;
        if (event == WALK_PIECE) {
            check_piece(v, w, of, &is_strange, &has_begun);
        }
        while (event == WALK_RECORD && pier_archive_is_raw(w->archive) && walk_load_raw(w, &part) == PIER_OK) {
        }
    }
    walk_end_progress(w);
}

/* Verifies a segment as pier check does a file, and prints its line. Returns EXIT_DONE also for a damaged one;
 * otherwise what to exit with. */
static int verify_segment(verifying *v, size_t index) {
    char path[PATH_MAX];
    const segment *of = &v->found->list[index];
    bool is_last = index + 1 == v->found->count;
    walk_options options = {
        .command = command,
        .path = segments_path(of, v->chosen->folder, path, sizeof(path)),
        .common = v->chosen->common,
        /* The last one has none while it is written, and after a kill; a torn tail is none of that. */
        .may_lack_end = is_last && v->state->cut_bytes == 0,
    };
    if (options.path == NULL) {
        return report_errno(command, ENAMETOOLONG, v->chosen->folder);
    }
    check_gap(v, index);
    walk w;
    if (walk_open(&w, &options, v->out) == EXIT_DONE) {
        walk_segment(v, &w, of);
    }
    if (w.exit_status == EXIT_DONE) {
        text_buffer_append_string(&v->out->text, "{\"segment\":\"");
        text_buffer_append_string(&v->out->text, v->chosen->prefix);
        text_buffer_append_string(&v->out->text, of->name);
        text_buffer_append_string(&v->out->text, "\",");
        dump_stats_print_inside(&v->out->text, &w.stats);
        v->next_record = w.stream_next;
        v->is_damaged = v->is_damaged || w.is_damaged;
    }
    int exit_status = w.exit_status;
    walk_close(&w);
    return exit_status;
}

static int verify(const journal_options *chosen, pier_journal *journal, output *out) {
    pier_journal_state state = pier_journal_info(journal);
    segments found;
    int exit_status = read_segments(chosen, &found);
    verifying v = {.chosen = chosen, .found = &found, .state = &state, .out = out};
    for (size_t i = 0; exit_status == EXIT_DONE && i < found.count && signals_caught() == 0; i++) {
        exit_status = verify_segment(&v, i);
    }
    segments_deinit(&found);
    if (exit_status != EXIT_DONE || signals_caught() != 0) {
        return exit_status;
    }
    print_state(out, &state);
    return v.is_damaged ? EXIT_DATA : EXIT_DONE;
}

/* Cutting --------------------------------------------------------------------------------------------------------- */

static int cut(const journal_options *chosen, output *out) {
    pier_limits limits = walk_limits(&chosen->common);
    pier_journal_options options = {.size = sizeof(options), .limits = &limits, .must_exist = true};
    pier_journal *journal = NULL;
    pier_error error;
    pier_status status = pier_journal_open(&journal, chosen->folder, &options, &error);
    if (status != PIER_OK) {
        int exit_status = report_error(command, &error, chosen->folder, "");
        return exit_status == EXIT_USAGE ? EXIT_SYSTEM : exit_status;
    }
    pier_journal_state before = pier_journal_info(journal);
    if (before.cut_bytes > 0) {
        (void)report(command, PIER_TRUNCATED, "%s: %" PRIu64 " bytes are torn at its end, and were taken away",
                     chosen->folder, before.cut_bytes);
    }
    status = pier_journal_trim(journal, chosen->cut);
    status = status == PIER_OK ? pier_journal_close(journal) : status;
    int exit_status =
        status == PIER_OK ? EXIT_DONE : report_error(command, pier_journal_error(journal), chosen->folder, "");
    if (status == PIER_OK) {
        pier_journal_state after = pier_journal_info(journal);
        print_state(out, &after);
    }
    pier_journal_destroy(journal);
    return exit_status;
}

/* All of it ------------------------------------------------------------------------------------------------------- */

static int export_records(const journal_options *chosen, output *out) {
    journal_export_options options = {
        .command = command,
        .common = chosen->common,
        .folders = {chosen->folder},
        .folder_count = 1 + chosen->merged.count,
        .path = chosen->export_path,
        .force = chosen->force,
        .from = chosen->from,
        .through = chosen->through,
        .since_unix_ns = chosen->since_unix_ns,
    };
    for (size_t i = 0; i < chosen->merged.count; i++) {
        options.folders[i + 1] = chosen->merged.texts[i];
    }
    return journal_export(&options, out);
}

static int read_journal(const journal_options *chosen, output *out) {
    pier_journal *journal = NULL;
    bool is_salvaged = false;
    int exit_status = journal_open_to_read(&journal, command, chosen->folder, &chosen->common, &is_salvaged);
    if (exit_status == EXIT_DONE) {
        exit_status = chosen->verify ? verify(chosen, journal, out) : list(chosen, journal, out);
    }
    pier_journal_destroy(journal);
    return exit_status == EXIT_DONE && is_salvaged ? EXIT_DATA : exit_status;
}

/* Appends the line of a session. */
static void print_session(output *out, const pier_session_folder_state *state) {
    char line[256];
    text_buffer_append_string(&out->text, "{\"session\":");
    json_write_text(&out->text, state->name);
    (void)snprintf(line, sizeof(line),
                   ",\"role\":\"%s\",\"sent\":%" PRIu64 ",\"peer_kept\":%" PRIu64 ",\"received\":%" PRIu64
                   ",\"committed\":%" PRIu64 "}\n",
                   state->role == PIER_SESSION_CLIENT ? "client" : "server", state->sent_last, state->peer_kept,
                   state->received_last, state->committed);
    text_buffer_append_string(&out->text, line);
}

/* As read_journal, of one of a session's; one without a segment has no lines. */
static int read_part(const journal_options *chosen, const char *name, output *out) {
    char path[PATH_MAX];
    char prefix[16];
    journal_options part = *chosen;
    int size = snprintf(path, sizeof(path), "%s/%s", chosen->folder, name);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        return report_errno(command, ENAMETOOLONG, chosen->folder);
    }
    (void)snprintf(prefix, sizeof(prefix), "%s/", name);
    part.folder = path;
    part.prefix = prefix;
    return journal_folder_look(path) == JOURNAL_FOLDER_JOURNAL ? read_journal(&part, out) : EXIT_DONE;
}

static int read_session(const journal_options *chosen, output *out) {
    pier_session_folder_state state;
    pier_error error;
    pier_status status = pier_session_folder_read(&state, chosen->folder, NULL, &error);
    int exit_status = EXIT_DONE;
    if (status != PIER_OK) {
        exit_status = report_error(command, &error, chosen->folder, "");
        return exit_status == EXIT_USAGE ? EXIT_SYSTEM : exit_status;
    }
    print_session(out, &state);
    for (size_t i = 0; i < 2 && signals_caught() == 0; i++) {
        int of_part = read_part(chosen, journal_folder_parts[i], out);
        exit_status = exit_status != EXIT_DONE ? exit_status : of_part;
    }
    return exit_status;
}

static int read_folder(const journal_options *chosen, bool is_session, output *out) {
    if (chosen->verify && !signals_catch()) {
        return report_errno(command, errno, "signals");
    }
    return is_session ? read_session(chosen, out) : read_journal(chosen, out);
}

/* Tells that a folder has the sessions of a host, and how one of them is looked at. */
static int refuse_host(const char *folder) {
    char first[JOURNAL_FOLDER_NAME_BYTES];
    size_t count = journal_folder_sessions(folder, first);
    size_t size = strlen(folder);
    const char *separator = size > 0 && folder[size - 1] == '/' ? "" : "/";
    return report(command, PIER_USAGE, "%s is a host's folder, with %zu session%s: pier journal %s%s%s", folder, count,
                  count == 1 ? "" : "s", folder, separator, first);
}

/* Refuses a folder that is none of what is asked for. takes_session: not only one journal. Returns -1: it may be. */
static int refuse_folder(const char *folder, journal_folder found, bool takes_session) {
    switch (found) {
    case JOURNAL_FOLDER_SESSION:
        return takes_session
                   ? -1
                   : report(command, PIER_USAGE, "%s is a session's folder: choose a journal, %s/sent or %s/received",
                            folder, folder, folder);
    case JOURNAL_FOLDER_HOST:
        return refuse_host(folder);
    case JOURNAL_FOLDER_UNUSED:
        return report(command, PIER_NOT_FOUND,
                      "%s: nothing is in it yet: it has a lock, and neither records nor sessions", folder);
    default:
        return -1;
    }
}

static int run(const journal_options *chosen, output *out) {
    bool takes_one = chosen->export_path != NULL || chosen->cut != NO_CUT;
    journal_folder found = journal_folder_look(chosen->folder);
    int exit_status = refuse_folder(chosen->folder, found, !takes_one);
    for (size_t i = 0; exit_status < 0 && i < chosen->merged.count; i++) {
        const char *merged = chosen->merged.texts[i];
        exit_status = refuse_folder(merged, journal_folder_look(merged), false);
    }
    if (exit_status >= 0) {
        return exit_status;
    }
    return chosen->export_path != NULL ? export_records(chosen, out)
           : takes_one                 ? cut(chosen, out)
                                       : read_folder(chosen, found == JOURNAL_FOLDER_SESSION, out);
}

int command_journal(int argc, char **argv) {
    journal_options chosen;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    output out;
    output_init(&out, STDOUT_FILENO);
    exit_status = run(&chosen, &out);
    pier_status status = output_drain(&out, PIER_NEVER);
    if (status != PIER_OK) {
        int print_status = output_report(&out, command, status);
        exit_status = exit_status != EXIT_DONE ? exit_status : print_status;
    }
    output_deinit(&out);
    if (signals_caught() != 0) {
        signals_end_by(signals_caught());
    }
    return exit_status;
}
