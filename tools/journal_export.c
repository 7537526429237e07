/* The records of journals as one archive: see journal_export.h. */
#include "journal_export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/journal.h>
#include <pier/raw.h>

#include "progress.h"
#include "record_copy.h"
#include "report.h"
#include "signals.h"
#include "walk.h"

/* Below this all is written before anybody looks. */
#define PROGRESS_RECORDS ((uint64_t)100000)

/* One of the journals. */
typedef struct source {
    const char *folder;
    pier_journal *journal;
    pier_journal_reader *reader;
    walk w;
    bool has_piece; /* it stands at a piece that is not copied yet */
    bool is_over;
    char place[128]; /* of the last error: the segment */
} source;

typedef struct exporting {
    const journal_export_options *chosen;
    output *out;
    source *sources;
    record_copy copy;
    uint64_t records;
    uint64_t total; /* records that are in the journals */
    progress progress;
    int exit_status;
} exporting;

int journal_open_to_read(pier_journal **out, const char *command, const char *folder, const common_options *common,
                         bool *is_salvaged) {
    pier_limits limits = walk_limits(common);
    pier_journal_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .read_only = true,
        .must_exist = true,
    };
    pier_error error;
    pier_status status = pier_journal_open(out, folder, &options, &error);
    int exit_status = status == PIER_OK ? EXIT_DONE : report_error(command, &error, folder, "");
    *is_salvaged = false;
    if (status == PIER_CORRUPT) {
        options.salvages = true;
        *is_salvaged = pier_journal_open(out, folder, &options, &error) == PIER_OK;
        return *is_salvaged ? EXIT_DONE : exit_status;
    }
    return exit_status == EXIT_USAGE ? EXIT_SYSTEM : exit_status;
}

/* As walk_place: an error lies in a segment. */
static const char *place(void *user, pier_error *error) {
    source *of = user;
    char name[64] = "";
    uint64_t offset = error->offset;
    if (error->offset != PIER_NO_OFFSET) {
        pier_journal_reader_place(of->reader, error->offset, name, &offset);
    }
    if (name[0] == '\0') {
        return of->folder;
    }
    error->offset = offset;
    (void)snprintf(of->place, sizeof(of->place), "%s/%s", of->folder, name);
    return of->place;
}

/* Gets the first block of records that a reader comes upon. Returns PIER_OK; PIER_END; or the failure, in `error`. */
static pier_status find_first_block(source *of, const pier_journal_from *from, pier_block *block, pier_error *error) {
    pier_journal_reader *reader = NULL;
    pier_status status = pier_journal_reader_open(&reader, of->journal, from, error);
    bool is_found = false;
    while (status == PIER_OK && !is_found) {
        pier_bytes bytes;
        status = pier_journal_reader_next(reader, &bytes, block);
        is_found = status == PIER_OK && (block->kind == PIER_BLOCK_RECORDS || block->kind == PIER_BLOCK_RAW) &&
                   block->records > 0;
    }
    if (status < 0 && reader != NULL) {
        *error = *pier_archive_error(pier_journal_reader_archive(reader));
        error->status = status;
    }
    pier_journal_reader_destroy(reader);
    return status;
}

/* Lets the walk begin where --from and --since say: the reader stands within a block then. */
static pier_status enter(source *of, const pier_journal_from *from, pier_error *error) {
    pier_block block;
    if (from->record == 0 && from->time_unix_ns == 0) {
        return PIER_OK;
    }
    pier_status status = find_first_block(of, from, &block, error);
    if (status == PIER_OK) {
        walk_enter(&of->w, &block, from->record > block.first_record ? from->record : block.first_record);
        of->has_piece = true;
    }
    of->is_over = status == PIER_END;
    return status == PIER_END ? PIER_OK : status;
}

/* Opens one of the journals. Returns EXIT_DONE; otherwise what to exit with, and it is told. */
static int open_source(exporting *e, source *of, const char *folder) {
    const journal_export_options *chosen = e->chosen;
    *of = (source){.folder = folder, .w.input.inner.handle = -1};
    bool is_salvaged = false;
    int exit_status = journal_open_to_read(&of->journal, chosen->command, folder, &chosen->common, &is_salvaged);
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    pier_journal_state state = pier_journal_info(of->journal);
    pier_journal_from from = {
        .size = sizeof(from),
        .record = chosen->from,
        .time_unix_ns = chosen->since_unix_ns,
    };
    pier_error error;
    pier_status status = pier_journal_reader_open(&of->reader, of->journal, &from, &error);
    if (status != PIER_OK) {
        (void)report_error(chosen->command, &error, folder, "");
        return status == PIER_NOT_FOUND ? EXIT_DATA : report_exit(status);
    }
    walk_options options = {.command = chosen->command, .path = folder, .common = chosen->common, .may_lack_end = true};
    walk_open_over(&of->w, &options, pier_journal_reader_archive(of->reader), folder, e->out);
    of->w.place = place;
    of->w.place_user = of;
    status = enter(of, &from, &error);
    if (status != PIER_OK) {
        return report_error(chosen->command, &error, folder, "");
    }
    of->w.is_damaged = is_salvaged;
    if (state.cut_bytes > 0) {
        (void)report(chosen->command, PIER_TRUNCATED, "%s: %" PRIu64 " bytes are torn at its end", folder,
                     state.cut_bytes);
        of->w.is_damaged = true;
    }
    uint64_t first = chosen->from > state.first_record ? chosen->from : state.first_record;
    uint64_t behind = chosen->through < state.next_record ? chosen->through + 1 : state.next_record;
    e->total += behind > first ? behind - first : 0;
    return EXIT_DONE;
}

static void close_source(source *of) {
    walk_close(&of->w);
    pier_journal_reader_destroy(of->reader);
    pier_journal_destroy(of->journal);
}

static void show_progress(exporting *e) {
    if (progress_is_due(&e->progress)) {
        char words[64];
        (void)snprintf(words, sizeof(words), "of %" PRIu64 " records", e->total);
        progress_show(&e->progress, e->records, e->total, words);
    }
}

/* Copies a record, unless it lies behind the last that is wanted. Returns false when nothing more can be written. */
static bool take_record(exporting *e, source *of) {
    if (pier_archive_record_number(of->w.archive) > e->chosen->through) {
        of->is_over = true;
        return true;
    }
    e->records++;
    return record_copy_take(&e->copy, &of->w, WALK_RECORD);
}

/* Copies the piece that a journal stands at, with its records, up to the next one. Returns as take_record. */
static bool take_block(exporting *e, source *of) {
    bool goes_on = !of->has_piece || record_copy_take(&e->copy, &of->w, WALK_PIECE);
    of->has_piece = false;
    while (goes_on && !of->is_over) {
        walk_event event = walk_next(&of->w);
        if (event == WALK_PIECE) {
            of->has_piece = true;
            break;
        }
        of->is_over = event == WALK_OVER;
        goes_on = of->is_over || take_record(e, of);
    }
    show_progress(e);
    return goes_on;
}

/* Returns the journal whose next piece is the oldest; NULL when all are over. One without a time goes first. */
static source *choose(exporting *e) {
    source *oldest = NULL;
    for (size_t i = 0; i < e->chosen->folder_count; i++) {
        source *of = &e->sources[i];
        if (!of->is_over && (oldest == NULL || of->w.piece.time_unix_ns < oldest->w.piece.time_unix_ns)) {
            oldest = of;
        }
    }
    return oldest;
}

/* Copies all. */
static void run(exporting *e) {
    source *of;
    bool goes_on = true;
    progress_begin(&e->progress, e->total >= PROGRESS_RECORDS);
    while (goes_on && signals_caught() == 0 && (of = choose(e)) != NULL) {
        goes_on = take_block(e, of);
    }
    progress_end(&e->progress);
    e->exit_status = e->copy.exit_status;
    for (size_t i = 0; i < e->chosen->folder_count && e->exit_status == EXIT_DONE; i++) {
        e->exit_status = e->sources[i].w.exit_status;
    }
}

/* Gives the archive its name, and prints what it has. */
static void finish(exporting *e) {
    char line[96];
    bool is_damaged = false;
    e->exit_status = repair_output_finish(&e->copy.out);
    if (e->exit_status != EXIT_DONE) {
        return;
    }
    uint64_t lost = 0;
    for (size_t i = 0; i < e->chosen->folder_count; i++) {
        is_damaged = is_damaged || e->sources[i].w.is_damaged;
        lost += e->sources[i].w.stats.records_lost;
    }
    (void)snprintf(line, sizeof(line), "{\"records\":%" PRIu64 ",\"records_lost\":%" PRIu64 "}\n", e->records, lost);
    text_buffer_append_string(&e->out->text, line);
    e->exit_status = is_damaged ? EXIT_DATA : EXIT_DONE;
}

int journal_export(const journal_export_options *chosen, output *out) {
    exporting e = {.chosen = chosen, .out = out, .copy = {.out.handle = -1, .kept.handle = -1}};
    e.sources = calloc(chosen->folder_count, sizeof(*e.sources));
    if (e.sources == NULL) {
        return report(chosen->command, PIER_NO_MEMORY, "%s", pier_status_text(PIER_NO_MEMORY));
    }
    size_t opened = 0;
    while (opened < chosen->folder_count && e.exit_status == EXIT_DONE) {
        e.exit_status = open_source(&e, &e.sources[opened], chosen->folders[opened]);
        opened++;
    }
    if (e.exit_status == EXIT_DONE && !signals_catch()) {
        e.exit_status = report_errno(chosen->command, errno, "signals");
    }
    if (e.exit_status == EXIT_DONE) {
        e.exit_status = record_copy_open(&e.copy, chosen->command, chosen->path, chosen->folders[0], chosen->force,
                                         &chosen->common);
    }
    if (e.exit_status == EXIT_DONE) {
        run(&e);
    }
    if (e.exit_status == EXIT_DONE && signals_caught() == 0) {
        finish(&e);
    }
    record_copy_deinit(&e.copy);
    for (size_t i = 0; i < opened; i++) {
        close_source(&e.sources[i]);
    }
    free(e.sources);
    return e.exit_status;
}
