/* `pier dump`: the records of an archive as lines of JSON, or what the archive is made of. */
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include <pier/limits.h>
#include <pier/raw.h>

#include "commands.h"
#include "dump_stats.h"
#include "json_write.h"
#include "options.h"
#include "output.h"
#include "record_tree.h"
#include "report.h"
#include "walk.h"

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
    "  --path PATH          print of each record what PATH leads to: a.b[3], a[\"odd key\"], [-1], {0};\n"
    "                       nothing of a record without it, and exit with 1 when no record has it\n"
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n" OPTIONS_COMMON_HELP "\n"
    "Each damage costs one line on standard error: its offset, how many bytes were passed over and\n"
    "which records are lost. dump goes on behind it and exits with 1. pier store --help tells what\n"
    "JSON stands for which values; 32-bit floats are printed as the numbers that they are.\n"
    "Exit status: 0 done, 1 data bad or incomplete, 2 usage, 3 system, 4 deadline.\n";

typedef struct dump_options {
    common_options common;
    bool plain;
    bool blocks;
    bool stats;
    const char *value_path; /* --path; NULL: none */
    const char *path;
} dump_options;

/* Returns as options_read. */
static int read_options(int argc, char **argv, dump_options *chosen) {
    *chosen = (dump_options){.common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    const option_spec specs[] = {
        {"--plain", OPTION_FLAG, &chosen->plain, 0, 0},
        {"--blocks", OPTION_FLAG, &chosen->blocks, 0, 0},
        {"--stats", OPTION_FLAG, &chosen->stats, 0, 0},
        {"--path", OPTION_TEXT, &chosen->value_path, 0, 0},
        OPTIONS_COMMON(&chosen->common),
    };
    int taken = options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "FILE", &chosen->path);
    if (taken < 0 && chosen->plain && chosen->blocks) {
        return options_refuse(command, "there are no --blocks in what is --plain", "");
    }
    if (taken < 0 && chosen->value_path != NULL && (chosen->blocks || chosen->stats)) {
        return options_refuse(command, "--path leads into records, which --blocks and --stats do not print", "");
    }
    pier_error error;
    if (taken < 0 && chosen->value_path != NULL && pier_path_check(chosen->value_path, &error) != PIER_OK) {
        return report_error(command, &error, chosen->value_path, "");
    }
    return taken;
}

/* What --path has met. */
typedef struct path_matches {
    bool has_record;
    bool has_match;
} path_matches;

/* Prints of the record what --path leads to, if it has that. */
static pier_status print_part(pier_tree *tree, pier_archive *archive, const dump_options *chosen, path_matches *matches,
                              output *out) {
    pier_value *value;
    pier_status status = pier_tree_load(tree, archive);
    if (status == PIER_OK && pier_value_resolve(pier_tree_root(tree), chosen->value_path, &value, NULL) == PIER_OK) {
        matches->has_match = true;
        json_write(&out->text, value, out->colours);
        text_buffer_append_char(&out->text, '\n');
    }
    return status;
}

/* Prints the record. */
static pier_status print_record(pier_tree *tree, pier_archive *archive, const dump_options *chosen,
                                path_matches *matches, output *out) {
    matches->has_record = true;
    if (tree == NULL) {
        return PIER_NO_MEMORY;
    }
    if (chosen->value_path != NULL) {
        return print_part(tree, archive, chosen, matches, out);
    }
    pier_status status = json_write_record(&out->text, tree, archive, out->colours);
    text_buffer_append_string(&out->text, status == PIER_OK ? "\n" : "");
    return status;
}

/* Counts and prints the raw bytes that the archive stands at. What is wrong with them the walk tells. */
static void take_raw(walk *w, bool prints, output *out) {
    uint64_t bytes = 0;
    pier_bytes part;
    pier_status status;
    while ((status = walk_load_raw(w, &part)) == PIER_OK) {
        bytes += part.size;
    }
    if (status == PIER_END && prints) {
        json_write_raw(&out->text, bytes);
        text_buffer_append_char(&out->text, '\n');
    }
}

/* Goes through the archive and prints what was asked for. */
static void run(walk *w, const dump_options *chosen, path_matches *matches, output *out) {
    pier_tree *tree = record_tree_create();
    walk_event event;
    while ((event = walk_next(w)) != WALK_OVER) {
        if (event == WALK_PIECE && chosen->blocks) {
            dump_stats_print_block(&out->text, &w->piece);
        } else if (event == WALK_RECORD && pier_archive_is_raw(w->archive)) {
            matches->has_record = true;
            take_raw(w, !chosen->stats && chosen->value_path == NULL, out);
        } else if (event == WALK_RECORD && !chosen->stats) {
            pier_status status = print_record(tree, w->archive, chosen, matches, out);
            if (status != PIER_OK) {
                walk_fail(w, status);
                break;
            }
        }
        if (output_is_ripe(out)) {
            w->input.out_status = output_drain(out, PIER_NEVER);
        }
    }
    pier_tree_destroy(tree);
}

/* Prints what is left to print. */
static void finish(walk *w, const dump_options *chosen, const path_matches *matches, output *out) {
    walk_end_progress(w);
    if (chosen->stats && w->exit_status == EXIT_DONE) {
        dump_stats_print(&out->text, &w->stats);
    }
    if (w->input.out_status == PIER_OK) {
        w->input.out_status = output_drain(out, PIER_NEVER);
    }
    if (w->input.out_status != PIER_OK) {
        w->exit_status = output_report(out, command, w->input.out_status);
    } else if (chosen->value_path != NULL && matches->has_record && !matches->has_match &&
               w->exit_status == EXIT_DONE) {
        (void)report(command, PIER_NOT_FOUND, "%s: no record has %s", w->input.inner.name, chosen->value_path);
        w->exit_status = EXIT_DATA;
    }
}

int command_dump(int argc, char **argv) {
    dump_options chosen;
    walk w;
    output out;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    walk_options options = {
        .command = command,
        .path = chosen.path,
        .common = chosen.common,
        .plain = chosen.plain,
        .pieces_only = chosen.blocks && !chosen.stats,
        .prints = true,
    };
    output_init(&out, STDOUT_FILENO);
    if (walk_open(&w, &options, &out) == EXIT_DONE) {
        path_matches matches = {false, false};
        run(&w, &chosen, &matches, &out);
        finish(&w, &chosen, &matches, &out);
    }
    exit_status = walk_exit(&w);
    walk_close(&w);
    output_deinit(&out);
    return exit_status;
}
