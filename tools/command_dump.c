/* `pier dump`: the records of an archive as lines of JSON, or what the archive is made of. */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <pier/limits.h>

#include "commands.h"
#include "dump_input.h"
#include "dump_stats.h"
#include "json_write.h"
#include "options.h"
#include "output.h"
#include "report.h"
#include "value_archive.h"

static const char command[] = "dump";

static const char help[] =
    "usage: pier dump FILE [options]\n"
    "\n"
    "Prints each record of FILE as a line of JSON, typed ones as an object of their fields.\n"
    "\n"
    "  FILE                 an archive, - is standard input\n"
    "  --plain              FILE holds bare MessagePack values (framed)\n"
    "  --blocks             print a line for each piece of the stream instead of its records\n"
    "  --stats              print one line about the whole instead of its records\n"
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n" OPTIONS_COMMON_HELP "\n"
    "Each damage costs one line on standard error, with its offset and how much was passed over; dump\n"
    "goes on behind it and exits with 1. pier store --help tells what JSON stands for which values;\n"
    "32-bit floats are printed as the numbers that they are.\n"
    "Exit status: 0 done, 1 data bad or incomplete, 2 usage, 3 system, 4 deadline.\n";

typedef struct dump_options {
    common_options common;
    bool plain;
    bool blocks;
    bool stats;
    const char *path;
} dump_options;

typedef struct dump {
    const dump_options *chosen;
    dump_input input;
    pier_archive *archive;
    output out;
    value_tree tree;
    dump_stats stats;
    uint32_t block_records; /* --stats: records of the current block that are not counted yet */
    bool is_damaged;
    int exit_status;
} dump;

/* Returns as options_read. */
static int read_options(int argc, char **argv, dump_options *chosen) {
    *chosen = (dump_options){.common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    const option_spec specs[] = {
        {"--plain", OPTION_FLAG, &chosen->plain, 0, 0},
        {"--blocks", OPTION_FLAG, &chosen->blocks, 0, 0},
        {"--stats", OPTION_FLAG, &chosen->stats, 0, 0},
        OPTIONS_COMMON(&chosen->common),
    };
    int taken = options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "FILE", &chosen->path);
    if (taken < 0 && chosen->plain && chosen->blocks) {
        return options_refuse(command, "there are no --blocks in what is --plain", "");
    }
    return taken;
}

/* Prints the record that the archive stands at. Returns PIER_OK or a failure. */
static pier_status print_record(dump *d) {
    pier_status status = value_tree_load(&d->tree, d->archive);
    if (status == PIER_OK) {
        json_write(&d->out.text, &d->tree, d->out.colours);
        text_buffer_append_char(&d->out.text, '\n');
    }
    return status;
}

/* --blocks and --stats: takes the next piece of a framed archive. */
static pier_status take_piece(dump *d) {
    pier_block block;
    pier_status status = pier_archive_next_block(d->archive, &block);
    if (status == PIER_OK || status == PIER_SKIPPED) {
        if (d->chosen->blocks) {
            dump_stats_print_block(&d->out.text, &block);
        }
        dump_stats_add_block(&d->stats, &block);
    }
    if (status == PIER_OK && d->chosen->stats) {
        d->block_records = block.records;
    }
    return status;
}

/* --stats: counts the next record. */
static pier_status count_record(dump *d) {
    pier_status status = pier_archive_next(d->archive);
    d->block_records -= d->block_records > 0 ? 1 : 0;
    if (status != PIER_OK) {
        return status;
    }
    const pier_definition *definition = pier_archive_definition(d->archive);
    if (pier_archive_status(d->archive) != PIER_OK) {
        return pier_archive_status(d->archive);
    }
    return dump_stats_add_record(&d->stats, definition) ? PIER_OK : PIER_NO_MEMORY;
}

/* One step through the archive. Returns as pier_archive_next. */
static pier_status step(dump *d) {
    if (d->chosen->blocks || d->chosen->stats) {
        bool takes_piece = !d->chosen->plain && d->block_records == 0;
        return takes_piece ? take_piece(d) : count_record(d);
    }
    pier_status status = pier_archive_next(d->archive);
    return status == PIER_OK ? print_record(d) : status;
}

/* Tells a damage, and goes on behind it. Returns whether there is something behind it. */
static bool recover(dump *d) {
    pier_error error = *pier_archive_error(d->archive);
    uint64_t skipped = 0;
    pier_status status = pier_archive_recover(d->archive, &skipped);
    char tail[64] = "";
    if (status >= 0) {
        (void)snprintf(tail, sizeof(tail), "; %" PRIu64 " bytes skipped", skipped);
    }
    (void)report_error(command, &error, d->input.inner.name, tail);
    d->is_damaged = true;
    d->block_records = 0;
    d->stats.damages++;
    d->stats.skipped_bytes += skipped;
    /* Where it cannot be gone on, the failure was told. Where reading failed meanwhile, the next step tells. */
    return status == PIER_OK || (status < 0 && pier_archive_error(d->archive)->status != error.status);
}

/* Deals with what a step answered. Returns whether to go on. */
static bool go_on(dump *d, pier_status status) {
    if (d->input.out_status != PIER_OK) {
        return false;
    }
    if (status == PIER_OK) {
        return true;
    }
    if (status == PIER_SKIPPED) {
        (void)report_error(command, pier_archive_error(d->archive), d->input.inner.name, "");
        d->is_damaged = true;
        d->stats.records_skipped++;
        return true;
    }
    if (status > 0) {
        if (status != PIER_END) {
            d->exit_status = report(command, status, "%s: no byte came within %" PRIu64 " ms", d->input.inner.name,
                                    d->chosen->common.timeout_ms);
        }
        return false;
    }
    pier_status_category category = pier_status_category_of(status);
    if (category == PIER_CATEGORY_SYSTEM || category == PIER_CATEGORY_MEMORY || category == PIER_CATEGORY_USAGE) {
        bool is_archive = pier_archive_status(d->archive) == status;
        d->exit_status = is_archive ? report_error(command, pier_archive_error(d->archive), d->input.inner.name, "")
                                    : report(command, status, "%s: %s", d->input.inner.name, pier_status_text(status));
        d->exit_status = d->exit_status == EXIT_USAGE ? EXIT_SYSTEM : d->exit_status;
        return false;
    }
    return recover(d);
}

/* Goes through the archive. */
static void run(dump *d) {
    bool goes_on = true;
    while (goes_on && d->input.out_status == PIER_OK) {
        goes_on = go_on(d, step(d));
        if (output_is_ripe(&d->out)) {
            d->input.out_status = output_drain(&d->out, PIER_NEVER);
        }
    }
    if (d->chosen->stats && d->exit_status == EXIT_DONE) {
        d->stats.bytes = d->input.bytes;
        dump_stats_print(&d->out.text, &d->stats);
    }
    if (d->input.out_status == PIER_OK) {
        d->input.out_status = output_drain(&d->out, PIER_NEVER);
    }
    if (d->input.out_status != PIER_OK) {
        d->exit_status = output_report(&d->out, command, d->input.out_status);
    }
}

/* Opens the archive over the input. All limits but the record's are as high as they go: what is on disk is printed. */
static pier_status open_archive(dump *d, pier_error *error) {
    pier_limits limits = {
        .size = sizeof(limits),
        .record_bytes_max = d->chosen->common.record_bytes_max,
        .text_bytes_max = d->chosen->common.record_bytes_max,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
    };
    pier_archive_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .format = d->chosen->plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED,
    };
    pier_status status = dump_input_open(&d->input, d->chosen->path, &d->out, d->chosen->common.timeout_ms, error);
    return status == PIER_OK ? pier_archive_open_load(&d->archive, d->input.file, &options, error) : status;
}

int command_dump(int argc, char **argv) {
    dump_options chosen;
    pier_error error;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    dump d = {.chosen = &chosen, .input.inner.handle = -1};
    output_init(&d.out, STDOUT_FILENO);
    if (open_archive(&d, &error) == PIER_OK) {
        run(&d);
    } else {
        d.exit_status = report_error(command, &error, chosen.path, "");
        d.exit_status = d.exit_status == EXIT_USAGE ? EXIT_SYSTEM : d.exit_status;
    }
    pier_archive_destroy(d.archive);
    dump_input_close(&d.input);
    dump_stats_deinit(&d.stats);
    value_tree_deinit(&d.tree);
    output_deinit(&d.out);
    return d.exit_status == EXIT_DONE && d.is_damaged ? EXIT_DATA : d.exit_status;
}
