/* The classes of an archive as a schema: see dump_schema.h. */
#include "dump_schema.h"

#include <stdlib.h>
#include <string.h>

#include <pier/class.h>

#include "class_source.h"
#include "proto_print.h"
#include "report.h"
#include "text_index.h"

/* Definitions to print, `count` of them, each owned. */
typedef struct selection {
    const pier_definition **definitions;
    size_t count;
    text_index last; /* by name, the place of the latest version in the source */
} selection;

/* Notes which class of each name comes last: its latest version. Returns false when memory ran out. */
static bool find_last(const class_source *source, text_index *last) {
    for (size_t i = 0; i < source->count; i++) {
        const char *name = source->classes[i]->name;
        size_t *known = text_index_add(last, name, strlen(name), i);
        if (known == NULL) {
            return false;
        }
        *known = i;
    }
    return true;
}

/* Chooses what is to be printed. Returns EXIT_DONE, or what to exit with. */
static int choose(const class_source *source, const char *command, const char *class_name, selection *chosen) {
    chosen->definitions = (const pier_definition **)calloc(source->count + 1, sizeof *chosen->definitions);
    if (chosen->definitions == NULL || !find_last(source, &chosen->last)) {
        return report(command, PIER_NO_MEMORY, "no memory for the classes of an archive");
    }
    for (size_t i = 0; i < source->count; i++) {
        const pier_class *found = source->classes[i];
        pier_error error;
        if (class_name != NULL && strcmp(class_name, found->name) != 0) {
            continue;
        }
        if (*text_index_find(&chosen->last, found->name, strlen(found->name)) != i) {
            (void)report(command, PIER_SKIPPED, "%s has several versions: the last is printed", found->name);
        } else if (pier_definition_create(found, NULL, &chosen->definitions[chosen->count], &error) != PIER_OK) {
            return report_error(command, &error, found->name, "");
        } else {
            chosen->count++;
        }
    }
    return EXIT_DONE;
}

static void forget(selection *chosen) {
    for (size_t i = 0; i < chosen->count; i++) {
        pier_definition_destroy(chosen->definitions[i]);
    }
    free((void *)chosen->definitions);
    text_index_clear(&chosen->last);
}

static int print(const class_source *source, const char *command, const char *path, const char *class_name,
                 output *out) {
    selection chosen = {NULL, 0, {NULL}};
    pier_error error;
    int exit_status = choose(source, command, class_name, &chosen);
    if (exit_status == EXIT_DONE && chosen.count == 0) {
        exit_status = class_name != NULL ? report(command, PIER_NOT_FOUND, "%s: no record is a %s", path, class_name)
                                         : report(command, PIER_NOT_FOUND, "%s: no record has a class", path);
        exit_status = exit_status == EXIT_SYSTEM ? EXIT_DATA : exit_status;
    } else if (exit_status == EXIT_DONE &&
               proto_print(chosen.definitions, chosen.count, &out->text, &error) != PIER_OK) {
        exit_status = report_error(command, &error, path, "");
    }
    forget(&chosen);
    return exit_status;
}

int dump_schema(const char *command, const char *path, const common_options *common, const char *class_name,
                output *out) {
    class_source source;
    int read_status = class_source_read_archive(&source, command, path, common);
    int exit_status = read_status;
    if (read_status == EXIT_DONE || read_status == EXIT_DATA) {
        exit_status = print(&source, command, path, class_name, out);
        exit_status = exit_status != EXIT_DONE ? exit_status : read_status;
        pier_status status = output_drain(out, PIER_NEVER);
        if (status != PIER_OK) {
            exit_status = output_report(out, command, status);
        }
    }
    class_source_close(&source);
    return exit_status;
}
