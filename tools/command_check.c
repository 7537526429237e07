/* `pier check`: whether an archive is whole. */
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include <pier/limits.h>

#include "commands.h"
#include "dump_stats.h"
#include "options.h"
#include "output.h"
#include "report.h"
#include "walk.h"

static const char command[] = "check";

static const char help[] =
    "usage: pier check FILE [options]\n"
    "\n"
    "Verifies all of FILE: every header and number, the checks of headers and payloads, the form of\n"
    "every record, the definition of its class, the counts, the end mark. Prints one line of JSON that\n"
    "sums it up, as pier dump --stats does.\n"
    "\n"
    "  FILE                 an archive, - is standard input\n"
    "  --plain              FILE holds bare MessagePack values (framed)\n"
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n" OPTIONS_COMMON_HELP "\n"
    "Each damage costs one line on standard error: its offset, how many bytes were passed over and\n"
    "which records are lost. A record above --record-max is not looked at, which is told as well.\n"
    "Exit status: 0 FILE is whole, 1 it is not, 2 usage, 3 system, 4 deadline.\n";

int command_check(int argc, char **argv) {
    walk_options chosen = {.command = command, .common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    const option_spec specs[] = {
        {"--plain", OPTION_FLAG, &chosen.plain, 0, 0},
        OPTIONS_COMMON(&chosen.common),
    };
    int exit_status =
        options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "FILE", &chosen.path);
    if (exit_status >= 0) {
        return exit_status;
    }
    walk w;
    output out;
    output_init(&out, STDOUT_FILENO);
    if (walk_open(&w, &chosen, &out) == EXIT_DONE) {
        walk_through(&w);
    }
    if (w.exit_status == EXIT_DONE) {
        dump_stats_print(&out.text, &w.stats);
        pier_status status = output_drain(&out, PIER_NEVER);
        if (status != PIER_OK) {
            w.exit_status = output_report(&out, command, status);
        }
    }
    exit_status = walk_exit(&w);
    walk_close(&w);
    output_deinit(&out);
    return exit_status;
}
