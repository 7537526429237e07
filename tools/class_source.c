/* Classes out of files; see class_source.h. */
#include "class_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pier/compat.h>

#include "class_source_schema.h"
#include "output.h"
#include "report.h"
#include "walk.h"

bool class_source_add(class_source *source, const pier_class *added) {
    if (source->count == source->capacity) {
        size_t capacity = source->capacity == 0 ? 16 : source->capacity * 2;
        const pier_class **classes =
            (const pier_class **)realloc((void *)source->classes, capacity * sizeof *source->classes);
        if (classes == NULL) {
            return false;
        }
        source->classes = classes;
        source->capacity = capacity;
    }
    source->classes[source->count++] = added;
    return true;
}

/* Archives --------------------------------------------------------------------------------------------------------- */

static void note_difference(const pier_compat_finding *finding, void *user) {
    (void)finding;
    *(bool *)user = true;
}

/* Returns PIER_OK and whether the class is there already, no different. */
static pier_status find_equal(const class_source *source, const pier_definition *definition, bool *is_there,
                              pier_error *error) {
    pier_compat_side there = {.definition = definition};
    *is_there = false;
    for (size_t i = 0; i < source->count && !*is_there; i++) {
        if (strcmp(source->classes[i]->name, pier_definition_name(definition)) != 0) {
            continue;
        }
        bool differs = false;
        pier_compat_side known = {.class_of_program = source->classes[i]};
        pier_status status = pier_compat_find(&known, &there, NULL, note_difference, &differs, NULL, error);
        if (status != PIER_OK) {
            return status;
        }
        *is_there = !differs;
    }
    return PIER_OK;
}

static pier_status take_definition(class_source *source, const pier_definition *definition, pier_error *error) {
    bool is_there = false;
    pier_status status = find_equal(source, definition, &is_there, error);
    if (status != PIER_OK || is_there) {
        return status;
    }
    const pier_class *made = NULL;
    status = pier_class_create(definition, NULL, &made, error);
    if (status == PIER_OK && !class_source_add(source, made)) {
        pier_class_destroy(made);
        status = PIER_NO_MEMORY;
        (void)snprintf(error->text, sizeof error->text, "no memory for the classes of an archive");
    }
    return status;
}

int class_source_read_archive(class_source *source, const char *command, const char *path,
                              const common_options *common) {
    *source = (class_source){.is_archive = true};
    walk_options chosen = {.command = command, .path = path, .common = *common};
    walk w;
    output out;
    output_init(&out, STDOUT_FILENO);
    int exit_status = EXIT_DONE;
    const pier_definition *last = NULL;
    if (walk_open(&w, &chosen, &out) == EXIT_DONE) {
        walk_event event;
        while (exit_status == EXIT_DONE && (event = walk_next(&w)) != WALK_OVER) {
            const pier_definition *definition = event == WALK_RECORD ? pier_archive_definition(w.archive) : NULL;
            pier_error error = {.status = PIER_OK};
            /* The same pointer may be another definition only behind a piece. */
            last = event == WALK_PIECE ? NULL : last;
            if (definition != NULL && definition != last && take_definition(source, definition, &error) != PIER_OK) {
                exit_status = report_error(command, &error, path, "");
            }
            last = definition;
        }
        walk_end_progress(&w);
    }
    exit_status = exit_status == EXIT_DONE ? walk_exit(&w) : exit_status;
    walk_close(&w);
    output_deinit(&out);
    return exit_status;
}

/* Both ------------------------------------------------------------------------------------------------------------- */

/* Returns whether a file begins as an archive does. One that cannot be read is told by whoever reads it. */
static bool is_archive(const char *path) {
    static const unsigned char begin[] = {0xc7, 0x3d, 0x50, 0x00, 'P', 'I', 'E', 'R'};
    unsigned char found[sizeof begin];
    FILE *file = fopen(path, "rb");
    bool is_one =
        file != NULL && fread(found, 1, sizeof found, file) == sizeof found && memcmp(found, begin, sizeof begin) == 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    return is_one;
}

int class_source_open(class_source *source, const char *command, const char *path, const common_options *common) {
    if (is_archive(path)) {
        return class_source_read_archive(source, command, path, common);
    }
    *source = (class_source){.is_archive = false};
    return class_source_read_schema(source, command, path);
}

void class_source_close(class_source *source) {
    for (size_t i = 0; source->schema == NULL && i < source->count; i++) {
        pier_class_destroy(source->classes[i]);
    }
    class_source_free_schema(source);
    free((void *)source->classes);
    *source = (class_source){.count = 0};
}
