/* `pier dump`: the records of an archive as lines of JSON, or what the archive is made of. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <pier/limits.h>
#include <pier/raw.h>

#include "commands.h"
#include "dump_schema.h"
#include "dump_stats.h"
#include "json_write.h"
#include "options.h"
#include "output.h"
#include "record_tree.h"
#include "report.h"
#include "table.h"
#include "walk.h"
#include "where.h"

static const char command[] = "dump";

static const char help[] =
    "usage: pier dump FILE [options]\n"
    "\n"
    "Prints each record of FILE as a line of JSON, typed ones as an object of their fields.\n"
    "\n"
    "  FILE                 an archive, - is standard input\n"
    "  --plain              FILE holds bare MessagePack values (framed)\n"
    "  --class NAME         only records of this class, market.Tick for instance\n"
    "  --where 'FIELD OP VALUE'  only records of which this holds, with = != < <= > >=, and a path for\n"
    "                       FIELD: 'price >= 10', 'address.town = Delft'; several must all hold\n"
    "  --table              print the records as a table, a column for each field\n"
    "  --schema             print the classes of the records as a .proto file\n"
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
    bool table;
    bool schema;
    const char *value_path; /* --path; NULL: none */
    const char *class_name; /* --class; NULL: any */
    option_texts where;
    const char *path;
} dump_options;

/* What excludes what. Returns as options_read. */
static int check_options(const dump_options *chosen) {
    bool chooses = chosen->where.count > 0 || chosen->class_name != NULL;
    if (chosen->plain && chosen->blocks) {
        return options_refuse(command, "there are no --blocks in what is --plain", "");
    }
    if (chosen->plain && (chosen->schema || chosen->class_name != NULL)) {
        return options_refuse(command, "there are no classes in what is --plain", "");
    }
    if (chosen->value_path != NULL && (chosen->blocks || chosen->stats)) {
        return options_refuse(command, "--path leads into records, which --blocks and --stats do not print", "");
    }
    if ((chooses || chosen->table) && (chosen->blocks || chosen->stats)) {
        return options_refuse(command,
                              "--class, --where and --table are about records, which --blocks and --stats do "
                              "not print",
                              "");
    }
    if (chosen->schema &&
        (chosen->blocks || chosen->stats || chosen->table || chosen->value_path != NULL || chosen->where.count > 0)) {
        return options_refuse(command, "--schema prints classes, and takes --class alone", "");
    }
    if (chosen->table && chosen->value_path != NULL) {
        return options_refuse(command, "--table and --path exclude each other", "");
    }
    return -1;
}

/* Returns as options_read. */
static int read_options(int argc, char **argv, dump_options *chosen) {
    *chosen = (dump_options){.common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    const option_spec specs[] = {
        {"--plain", OPTION_FLAG, &chosen->plain, 0, 0},
        {"--blocks", OPTION_FLAG, &chosen->blocks, 0, 0},
        {"--stats", OPTION_FLAG, &chosen->stats, 0, 0},
        {"--class", OPTION_TEXT, &chosen->class_name, 0, 0},
        {"--where", OPTION_TEXTS, &chosen->where, 0, 0},
        {"--table", OPTION_FLAG, &chosen->table, 0, 0},
        {"--schema", OPTION_FLAG, &chosen->schema, 0, 0},
        {"--path", OPTION_TEXT, &chosen->value_path, 0, 0},
        OPTIONS_COMMON(&chosen->common),
    };
    int taken = options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "FILE", &chosen->path);
    taken = taken < 0 ? check_options(chosen) : taken;
    pier_error error;
    if (taken < 0 && chosen->value_path != NULL && pier_path_check(chosen->value_path, &error) != PIER_OK) {
        return report_error(command, &error, chosen->value_path, "");
    }
    return taken;
}

/* What goes on while records are printed. */
typedef struct dumping {
    const dump_options *chosen;
    pier_tree *tree; /* NULL: memory ran out */
    where conditions;
    table rows;
    output *out;
    /* Each is about what the one before it let through. */
    bool has_any;    /* there are records */
    bool has_record; /* of --class */
    bool has_chosen; /* of which --where holds */
    bool has_match;  /* in which --path leads somewhere */
} dumping;

/* Reads the conditions of --where. Returns EXIT_DONE, or what to exit with. */
static int begin(dumping *d, const dump_options *chosen, output *out) {
    *d = (dumping){.chosen = chosen, .tree = record_tree_create(), .out = out};
    for (size_t i = 0; i < chosen->where.count; i++) {
        pier_error error;
        pier_status status = where_add(&d->conditions, chosen->where.texts[i], &error);
        if (status != PIER_OK) {
            return status == PIER_USAGE ? options_refuse(command, "--where ", error.text)
                                        : report(command, status, "no memory for --where");
        }
    }
    return EXIT_DONE;
}

static void end(dumping *d) {
    pier_tree_destroy(d->tree);
    where_deinit(&d->conditions);
    table_deinit(&d->rows);
}

static bool is_of_class(pier_archive *archive, const char *class_name) {
    const pier_definition *definition = pier_archive_definition(archive);
    return definition != NULL && strcmp(pier_definition_name(definition), class_name) == 0;
}

/* Prints the record that the tree holds, if the conditions hold: as a line of the table, or what --path leads to. */
static void print_loaded(dumping *d, pier_archive *archive) {
    pier_value *value = pier_tree_root(d->tree);
    if (!where_holds(&d->conditions, value)) {
        return;
    }
    d->has_chosen = true;
    if (d->chosen->table) {
        table_add(&d->rows, value, pier_archive_definition(archive), &d->out->text);
        return;
    }
    if (d->chosen->value_path != NULL && pier_value_resolve(value, d->chosen->value_path, &value, NULL) != PIER_OK) {
        return;
    }
    d->has_match = true;
    json_write(&d->out->text, value, d->out->colours);
    text_buffer_append_char(&d->out->text, '\n');
}

/* Prints the record that the archive stands at. */
static pier_status print_record(dumping *d, pier_archive *archive) {
    const dump_options *chosen = d->chosen;
    if (d->tree == NULL) {
        return PIER_NO_MEMORY;
    }
    d->has_any = true;
    if (chosen->class_name != NULL && !is_of_class(archive, chosen->class_name)) {
        return PIER_OK;
    }
    d->has_record = true;
    if (chosen->value_path != NULL || chosen->table || chosen->where.count > 0) {
        pier_status status = pier_tree_load(d->tree, archive);
        if (status == PIER_OK) {
            print_loaded(d, archive);
        }
        return status;
    }
    pier_status status = json_write_record(&d->out->text, d->tree, archive, d->out->colours);
    text_buffer_append_string(&d->out->text, status == PIER_OK ? "\n" : "");
    return status;
}

static void print_rows(void *user) {
    dumping *d = (dumping *)user;
    table_print(&d->rows, &d->out->text);
}

/* Returns whether raw bytes are printed among the records. */
static bool prints_raw(const dump_options *chosen) {
    return !chosen->stats && !chosen->table && chosen->value_path == NULL && chosen->class_name == NULL &&
           chosen->where.count == 0;
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
static void run(walk *w, dumping *d) {
    const dump_options *chosen = d->chosen;
    walk_event event;
    w->input.before_wait = print_rows;
    w->input.user = d;
    while ((event = walk_next(w)) != WALK_OVER) {
        if (event == WALK_PIECE && chosen->blocks) {
            dump_stats_print_block(&d->out->text, &w->piece);
        } else if (event == WALK_RECORD && pier_archive_is_raw(w->archive)) {
            d->has_any = true;
            d->has_record = d->has_record || chosen->class_name == NULL;
            d->has_chosen = d->has_chosen || (chosen->class_name == NULL && chosen->where.count == 0);
            take_raw(w, prints_raw(chosen), d->out);
        } else if (event == WALK_RECORD && !chosen->stats) {
            pier_status status = print_record(d, w->archive);
            if (status != PIER_OK) {
                walk_fail(w, status);
                break;
            }
        }
        if (output_is_ripe(d->out)) {
            w->input.out_status = output_drain(d->out, PIER_NEVER);
        }
    }
    print_rows(d);
}

/* Tells what no record has, if that is why nothing was printed: most likely it is a typing error. Returns EXIT_DONE, or
 * what to exit with. */
static int report_missing(const walk *w, const dumping *d) {
    const dump_options *chosen = d->chosen;
    const char *missing = NULL;
    if (d->has_any && !d->has_record) {
        (void)report(command, PIER_NOT_FOUND, "%s: no record is a %s", w->input.inner.name, chosen->class_name);
        return EXIT_DATA;
    }
    if (d->has_record && !d->has_chosen) {
        missing = where_unknown(&d->conditions);
    } else if (d->has_chosen && !d->has_match) {
        missing = chosen->value_path;
    }
    if (missing != NULL) {
        (void)report(command, PIER_NOT_FOUND, "%s: no record has %s", w->input.inner.name, missing);
        return EXIT_DATA;
    }
    return EXIT_DONE;
}

/* Prints what is left to print. */
static void finish(walk *w, const dumping *d) {
    const dump_options *chosen = d->chosen;
    walk_end_progress(w);
    if (chosen->stats && w->exit_status == EXIT_DONE) {
        dump_stats_print(&d->out->text, &w->stats);
    }
    if (w->input.out_status == PIER_OK) {
        w->input.out_status = output_drain(d->out, PIER_NEVER);
    }
    if (w->input.out_status != PIER_OK) {
        w->exit_status = output_report(d->out, command, w->input.out_status);
    } else if (w->exit_status == EXIT_DONE) {
        w->exit_status = report_missing(w, d);
    }
}

static int dump_records(const dump_options *chosen, output *out) {
    walk_options options = {
        .command = command,
        .path = chosen->path,
        .common = chosen->common,
        .plain = chosen->plain,
        .pieces_only = chosen->blocks && !chosen->stats,
        .prints = true,
    };
    walk w;
    dumping d;
    int exit_status = begin(&d, chosen, out);
    if (exit_status == EXIT_DONE) {
        if (walk_open(&w, &options, out) == EXIT_DONE) {
            run(&w, &d);
            finish(&w, &d);
        }
        exit_status = walk_exit(&w);
        walk_close(&w);
    }
    end(&d);
    return exit_status;
}

int command_dump(int argc, char **argv) {
    dump_options chosen;
    output out;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    output_init(&out, STDOUT_FILENO);
    output_may_wait(&out);
    exit_status = chosen.schema ? dump_schema(command, chosen.path, &chosen.common, chosen.class_name, &out)
                                : dump_records(&chosen, &out);
    output_deinit(&out);
    return exit_status;
}
