/* `pier repair`: what proves itself in a damaged archive becomes an archive that is whole. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <pier/limits.h>

#include "commands.h"
#include "dump_stats.h"
#include "options.h"
#include "output.h"
#include "record_copy.h"
#include "report.h"
#include "signals.h"
#include "walk.h"

static const char command[] = "repair";

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
    record_copy copy;
    int exit_status;
} repair;

/* Writes all that proves itself. */
static void run(repair *r) {
    walk_event event;
    bool goes_on = true;
    while (goes_on && (event = walk_next(&r->w)) != WALK_OVER) {
        goes_on = record_copy_take(&r->copy, &r->w, event);
    }
    walk_end_progress(&r->w);
    bool is_whole = goes_on && r->w.exit_status == EXIT_DONE && signals_caught() == 0;
    r->exit_status = r->copy.exit_status != EXIT_DONE ? r->copy.exit_status : r->w.exit_status;
    if (is_whole) {
        r->exit_status = repair_output_finish(&r->copy.out);
    }
    if (is_whole && r->exit_status == EXIT_DONE) {
        dump_stats_print(&r->printed.text, &r->w.stats);
        pier_status status = output_drain(&r->printed, PIER_NEVER);
        r->exit_status = status == PIER_OK ? walk_exit(&r->w) : output_report(&r->printed, command, status);
    }
}

/* Opens FILE and OUT. The limits of OUT let everything through that was loaded. */
static int open_both(repair *r, const walk_options *chosen, const char *path, bool force) {
    int exit_status = walk_open(&r->w, chosen, &r->printed);
    if (exit_status == EXIT_DONE && !signals_catch()) {
        exit_status = report_errno(command, errno, "signals");
    }
    return exit_status == EXIT_DONE ? record_copy_open(&r->copy, command, path, chosen->path, force, &chosen->common)
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
    repair r = {.copy = {.out.handle = -1, .kept.handle = -1}};
    chosen.path = paths[0];
    output_init(&r.printed, STDOUT_FILENO);
    r.exit_status = open_both(&r, &chosen, paths[1], force);
    if (r.exit_status == EXIT_DONE) {
        run(&r);
    }
    record_copy_deinit(&r.copy);
    walk_close(&r.w);
    output_deinit(&r.printed);
    if (signals_caught() != 0) {
        signals_end_by(signals_caught());
    }
    return r.exit_status;
}
