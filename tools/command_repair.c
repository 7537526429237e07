/* `pier repair`: what proves itself in a damaged archive becomes an archive that is whole. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <pier/limits.h>
#include <pier/raw.h>

#include "commands.h"
#include "dump_stats.h"
#include "options.h"
#include "output.h"
#include "repair_output.h"
#include "report.h"
#include "signals.h"
#include "spool.h"
#include "walk.h"

static const char command[] = "repair";

/* Raw bytes are copied in pieces of this size, as a block has. */
enum { COPY_BYTES = 64 << 10 };

static const char help[] =
    "usage: pier repair FILE OUT [options]\n"
    "\n"
    "Writes every record of FILE that proves itself to OUT, in order, typed ones with the definition of\n"
    "their class. FILE stays as it is. Prints one line of JSON that sums it up, as pier check does.\n"
    "\n"
    "  FILE                 an archive, - is standard input\n"
    "  OUT                  where to write; it appears whole, under a name of its own until then\n"
    "  --force              OUT may exist: replace it\n"
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n" OPTIONS_COMMON_HELP "\n"
    "What is left out costs one line on standard error: its offset, how many bytes were passed over and\n"
    "which records are lost. A record above --record-max is left out, too. OUT is one stream, and its\n"
    "records are numbered anew; the ends of messages and the times of blocks are kept.\n"
    "Exit status: 0 FILE was whole, 1 it was not, and OUT has what was, 2 usage, 3 system, 4 deadline;\n"
    "there is no OUT after 2, 3 and 4.\n";

typedef struct repair {
    walk w;
    output printed;
    repair_output out;
    spool kept;
    bool ends_message; /* a flush ended the current block */
    int exit_status;
} repair;

/* Makes the storing archive do something. Returns whether it did; a failure is told. */
static bool has_done(repair *r, pier_status status) {
    if (status != PIER_OK) {
        r->exit_status = repair_output_report(&r->out);
    }
    return status == PIER_OK;
}

/* A new piece: what a flush ended in FILE, a flush ends in OUT. */
static bool take_piece(repair *r) {
    const pier_block *piece = &r->w.piece;
    bool ends_message = r->ends_message;
    r->ends_message = piece->kind == PIER_BLOCK_RECORDS && piece->message_end;
    if (ends_message && !has_done(r, pier_archive_flush(r->out.archive))) {
        return false;
    }
    if (piece->kind == PIER_BLOCK_RECORDS) {
        pier_archive_set_time(r->out.archive, piece->time_unix_ns);
    }
    return true;
}

/* Stores the raw bytes that were kept. */
static bool store_kept(repair *r) {
    char buffer[COPY_BYTES];
    pier_bytes part;
    if (!has_done(r, pier_archive_begin_raw(r->out.archive))) {
        return false;
    }
    for (;;) {
        size_t stored = 0;
        if (!spool_read(&r->kept, buffer, sizeof(buffer), &part)) {
            r->exit_status = report_errno(command, errno, "raw bytes kept for a moment");
            return false;
        }
        if (part.size == 0) {
            return has_done(r, pier_archive_end_raw(r->out.archive));
        }
        if (!has_done(r, pier_archive_store_raw(r->out.archive, part, &stored))) {
            return false;
        }
    }
}

/* Copies the raw bytes that FILE stands at, if they are whole: that shows at their end alone, and OUT is to have
 * nothing that is not. What is wrong with them the walk tells. */
static bool take_raw(repair *r) {
    pier_bytes part;
    pier_status status;
    spool_clear(&r->kept);
    while ((status = walk_load_raw(&r->w, &part)) == PIER_OK) {
        if (!spool_add(&r->kept, part)) {
            r->exit_status = report_errno(command, errno, "raw bytes kept for a moment");
            return false;
        }
    }
    return status != PIER_END || store_kept(r);
}

/* Writes the current record. One that OUT cannot hold is left out, and told. */
static bool take_record(repair *r) {
    pier_status status = pier_archive_forward(r->out.archive, r->w.archive);
    if (status < 0 && status != PIER_NO_MEMORY && pier_archive_status(r->out.archive) == PIER_OK) {
        (void)repair_output_report(&r->out);
        r->w.is_damaged = true;
        r->w.stats.records--;
        r->w.stats.records_skipped++;
        return true;
    }
    return has_done(r, status);
}

/* Writes all that proves itself. */
static void run(repair *r) {
    walk_event event;
    bool goes_on = true;
    while (goes_on && (event = walk_next(&r->w)) != WALK_OVER) {
        goes_on = event == WALK_PIECE                 ? take_piece(r)
                  : pier_archive_is_raw(r->w.archive) ? take_raw(r)
                                                      : take_record(r);
    }
    walk_end_progress(&r->w);
    bool is_whole = goes_on && r->w.exit_status == EXIT_DONE && signals_caught() == 0;
    if (r->exit_status == EXIT_DONE) {
        r->exit_status = r->w.exit_status;
    }
    if (is_whole) {
        r->exit_status = repair_output_finish(&r->out);
    }
    if (is_whole && r->exit_status == EXIT_DONE) {
        dump_stats_print(&r->printed.text, &r->w.stats);
        pier_status status = output_drain(&r->printed, PIER_NEVER);
        r->exit_status = status == PIER_OK ? walk_exit(&r->w) : output_report(&r->printed, command, status);
    }
}

/* Opens FILE and OUT. The limits of OUT let everything through that was loaded. */
static int open_both(repair *r, const walk_options *chosen, const char *path, bool force) {
    pier_limits limits = {
        .size = sizeof(limits),
        .record_bytes_max = chosen->common.record_bytes_max,
        .text_bytes_max = chosen->common.record_bytes_max,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
    };
    int exit_status = walk_open(&r->w, chosen, &r->printed);
    if (exit_status == EXIT_DONE && !signals_catch()) {
        exit_status = report_errno(command, errno, "signals");
    }
    return exit_status == EXIT_DONE ? repair_output_open(&r->out, command, path, chosen->path, force, &limits)
                                    : exit_status;
}

int command_repair(int argc, char **argv) {
    static const char *const names[] = {"FILE", "OUT"};
    walk_options chosen = {.command = command, .common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    bool force = false;
    const char *paths[2];
    const option_spec specs[] = {
        {"--force", OPTION_FLAG, &force, 0, 0},
        OPTIONS_COMMON(&chosen.common),
    };
    int exit_status =
        options_read_operands(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), names, paths, 2);
    if (exit_status >= 0) {
        return exit_status;
    }
    if (strcmp(paths[1], "-") == 0) {
        return options_refuse(command, "OUT is a name: it appears when it is whole", "");
    }
    repair r = {.out.handle = -1, .kept.handle = -1};
    chosen.path = paths[0];
    output_init(&r.printed, STDOUT_FILENO);
    r.exit_status = open_both(&r, &chosen, paths[1], force);
    if (r.exit_status == EXIT_DONE && !spool_init(&r.kept, paths[1])) {
        r.exit_status = report(command, PIER_NO_MEMORY, "%s: %s", paths[1], pier_status_text(PIER_NO_MEMORY));
    }
    if (r.exit_status == EXIT_DONE) {
        run(&r);
    }
    spool_deinit(&r.kept);
    repair_output_deinit(&r.out);
    walk_close(&r.w);
    output_deinit(&r.printed);
    if (signals_caught() != 0) {
        signals_end_by(signals_caught());
    }
    return r.exit_status;
}
