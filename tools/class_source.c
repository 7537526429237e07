/* Classes out of files; see class_source.h. */
#include "class_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "class_source_schema.h"
#include "output.h"
#include "path_file.h"
#include "report.h"
#include "text_index.h"
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

static bool is_named_before(const class_source *source, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (strcmp(source->classes[i]->name, source->classes[index]->name) == 0) {
            return true;
        }
    }
    return false;
}

const char *class_source_names(const class_source *source, char names[CLASS_SOURCE_NAMES_BYTES]) {
    static const char more[] = ", ...";
    size_t room = CLASS_SOURCE_NAMES_BYTES - sizeof more;
    size_t length = 0;
    (void)snprintf(names, CLASS_SOURCE_NAMES_BYTES, "none");
    for (size_t i = 0; i < source->count; i++) {
        if (is_named_before(source, i)) {
            continue;
        }
        const char *name = source->classes[i]->name;
        if (length + strlen(name) + 2 > room) {
            (void)snprintf(names + length, CLASS_SOURCE_NAMES_BYTES - length, "%s", length > 0 ? more : more + 2);
            break;
        }
        length += (size_t)snprintf(names + length, room - length, "%s%s", length > 0 ? ", " : "", name);
    }
    return names;
}

/* Archives --------------------------------------------------------------------------------------------------------- */

static pier_status fail_no_memory(pier_error *error) {
    pier_error_clear(error);
    error->status = PIER_NO_MEMORY;
    (void)snprintf(error->text, sizeof error->text, "no memory for the classes of an archive");
    return error->status;
}

/* Makes a class of a definition, unless one that says the same was there. known: the fingerprints so far. */
static pier_status take_definition(class_source *source, text_index *known, const pier_definition *definition,
                                   pier_error *error) {
    uint8_t fingerprint[PIER_FINGERPRINT_BYTES];
    pier_definition_fingerprint(definition, fingerprint);
    const size_t *place = text_index_add(known, (const char *)fingerprint, sizeof fingerprint, source->count);
    if (place == NULL) {
        return fail_no_memory(error);
    }
    if (*place < source->count) {
        return PIER_OK;
    }
    const pier_class *made = NULL;
    pier_status status = pier_class_create(definition, NULL, &made, error);
    if (status == PIER_OK && !class_source_add(source, made)) {
        pier_class_destroy(made);
        status = fail_no_memory(error);
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
    text_index known = {NULL};
    if (walk_open(&w, &chosen, &out) == EXIT_DONE) {
        walk_event event;
        while (exit_status == EXIT_DONE && (event = walk_next(&w)) != WALK_OVER) {
            const pier_definition *definition = event == WALK_RECORD ? pier_archive_definition(w.archive) : NULL;
            pier_error error = {.status = PIER_OK};
            /* The same pointer may be another definition only behind a piece. */
            last = event == WALK_PIECE ? NULL : last;
            if (definition != NULL && definition != last &&
                take_definition(source, &known, definition, &error) != PIER_OK) {
                exit_status = report_error(command, &error, path, "");
            }
            last = definition;
        }
        walk_end_progress(&w);
    }
    text_index_clear(&known);
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
    /* A pipe can be read once: nobody looks how it begins, and it is an archive. */
    if (path_file_is_device(path) || is_archive(path)) {
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
