/* `pier compat`: what two versions of the same classes make of each other's records. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pier/compat.h>
#include <pier/limits.h>

#include "class_source.h"
#include "commands.h"
#include "options.h"
#include "output.h"
#include "report.h"
#include "text_index.h"

static const char command[] = "compat";

static const char help[] =
    "usage: pier compat OLD NEW [options]\n"
    "\n"
    "Compares the classes of OLD with those of the same names of NEW, and prints a line for each\n"
    "difference that records can suffer from: in which direction, the field, what it is on both\n"
    "sides, and what comes of it.\n"
    "\n"
    "  OLD, NEW             an archive, - or a pipe too, a .proto file (protoc reads it), or a descriptor\n"
    "                       set\n"
    "  --class NAME         compare this class alone\n"
    "  --all                print what does no harm, too\n"
    "  --strict             exit with 1 also when records are checked one by one\n"
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n" OPTIONS_COMMON_HELP "\n"
    "breaks: no record loads, and a loader says so at the definition. checked: those load whose\n"
    "values fit. loads: all do. A class of OLD that a schema NEW does not have breaks.\n"
    "Exit status: 0 nothing breaks, 1 something does or data are bad, 2 usage, 3 system, 4 deadline.\n";

typedef struct compat_options {
    common_options common;
    const char *class_name; /* NULL: all */
    bool all;
    bool strict;
} compat_options;

typedef struct comparison {
    const compat_options *chosen;
    output out;
    text_index lines; /* printed so far: types within several classes are told once */
    pier_compat_verdict worst;
    bool has_memory;
} comparison;

/* Returns whether the line is new, and remembers it. */
static bool remember(comparison *c, const char *line) {
    size_t size = strlen(line);
    bool is_new = text_index_find(&c->lines, line, size) == NULL;
    c->has_memory = c->has_memory && text_index_add(&c->lines, line, size, 0) != NULL;
    return is_new;
}

static void print_line(comparison *c, pier_compat_verdict verdict, const char *line) {
    c->worst = verdict > c->worst ? verdict : c->worst;
    if ((verdict != PIER_COMPAT_LOADS || c->chosen->all) && remember(c, line)) {
        text_buffer_append_string(&c->out.text, line);
        text_buffer_append_char(&c->out.text, '\n');
    }
}

static void print_finding(const pier_compat_finding *finding, void *user) {
    comparison *c = (comparison *)user;
    const char *direction = finding->old_loads ? "old loads new" : "new loads old";
    char line[1024];
    if (finding->number == 0) {
        (void)snprintf(line, sizeof line, "%s: %s: %s: %s", pier_compat_verdict_name(finding->verdict), direction,
                       finding->class_name, finding->text);
    } else {
        const char *from = finding->writer_shape[0] != '\0' ? finding->writer_shape : "nothing";
        const char *to = finding->loader_shape[0] != '\0' ? finding->loader_shape : "nothing";
        (void)snprintf(line, sizeof line, "%s: %s: %s.%s (%u): %s as %s: %s",
                       pier_compat_verdict_name(finding->verdict), direction, finding->class_name, finding->field,
                       finding->number, from, to, finding->text);
    }
    print_line(c, finding->verdict, line);
}

/* Compares a class with all of its name. Returns EXIT_DONE, or what to exit with. */
static int compare_class(comparison *c, const pier_class *old_class, const class_source *new_source) {
    bool is_found = false;
    pier_compat_side old_side = {.class_of_program = old_class};
    for (size_t i = 0; i < new_source->count; i++) {
        if (strcmp(new_source->classes[i]->name, old_class->name) != 0) {
            continue;
        }
        is_found = true;
        pier_compat_side new_side = {.class_of_program = new_source->classes[i]};
        pier_error error;
        if (pier_compat_find(&old_side, &new_side, NULL, print_finding, c, NULL, &error) != PIER_OK) {
            return report_error(command, &error, old_class->name, "");
        }
    }
    /* An archive need not have records of every class. */
    if (!is_found && !new_source->is_archive) {
        char line[512];
        (void)snprintf(line, sizeof line, "breaks: new loads old: %s: there is no such class any more",
                       old_class->name);
        print_line(c, PIER_COMPAT_BREAKS, line);
    }
    return EXIT_DONE;
}

static int compare_all(comparison *c, const class_source *old_source, const class_source *new_source) {
    bool is_found = c->chosen->class_name == NULL;
    int exit_status = EXIT_DONE;
    for (size_t i = 0; exit_status == EXIT_DONE && i < old_source->count; i++) {
        const pier_class *old_class = old_source->classes[i];
        if (c->chosen->class_name == NULL || strcmp(c->chosen->class_name, old_class->name) == 0) {
            is_found = true;
            exit_status = compare_class(c, old_class, new_source);
        }
    }
    if (!is_found) {
        char names[CLASS_SOURCE_NAMES_BYTES];
        return report(command, PIER_USAGE, "OLD has no class %s: it has %s", c->chosen->class_name,
                      class_source_names(old_source, names));
    }
    if (exit_status == EXIT_DONE && !c->has_memory) {
        exit_status = report(command, PIER_NO_MEMORY, "no memory for the differences");
    }
    pier_status status = exit_status == EXIT_DONE ? output_drain(&c->out, PIER_NEVER) : PIER_OK;
    if (status != PIER_OK) {
        return output_report(&c->out, command, status);
    }
    bool fails = c->worst == PIER_COMPAT_BREAKS || (c->worst == PIER_COMPAT_CHECKED && c->chosen->strict);
    return exit_status == EXIT_DONE && fails ? EXIT_DATA : exit_status;
}

static int open_source(class_source *source, const char *path, const common_options *common) {
    return strcmp(path, "-") == 0 ? class_source_read_archive(source, command, path, common)
                                  : class_source_open(source, command, path, common);
}

static int compare_files(const compat_options *chosen, const char *const *paths) {
    comparison c = {.chosen = chosen, .has_memory = true};
    class_source old_source;
    class_source new_source = {.count = 0};
    output_init(&c.out, STDOUT_FILENO);
    int exit_status = open_source(&old_source, paths[0], &chosen->common);
    if (exit_status == EXIT_DONE) {
        exit_status = open_source(&new_source, paths[1], &chosen->common);
    }
    if (exit_status == EXIT_DONE) {
        exit_status = compare_all(&c, &old_source, &new_source);
    }
    class_source_close(&old_source);
    class_source_close(&new_source);
    text_index_clear(&c.lines);
    output_deinit(&c.out);
    return exit_status;
}

int command_compat(int argc, char **argv) {
    compat_options chosen = {.common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    const option_spec specs[] = {
        {"--class", OPTION_TEXT, &chosen.class_name, 0, 0},
        {"--all", OPTION_FLAG, &chosen.all, 0, 0},
        {"--strict", OPTION_FLAG, &chosen.strict, 0, 0},
        OPTIONS_COMMON(&chosen.common),
    };
    static const char *const names[] = {"OLD", "NEW"};
    const char *paths[2] = {NULL, NULL};
    int exit_status =
        options_read_operands(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), names, paths, 2);
    return exit_status >= 0 ? exit_status : compare_files(&chosen, paths);
}
