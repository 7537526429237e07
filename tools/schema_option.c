/* The options about schemas: see schema_option.h. */
#include "schema_option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "class_source_schema.h"
#include "report.h"

int schema_option_check(const schema_option *chosen, const char *command, bool is_plain) {
    if (chosen->path != NULL && chosen->path[0] == '\0') {
        return options_refuse(command, "empty: ", "--schema FILE");
    }
    if (chosen->class_name != NULL && chosen->path == NULL) {
        return options_refuse(command, "--class is about a --schema", "");
    }
    if (chosen->map && chosen->array) {
        return options_refuse(command, "--map and --array exclude each other", "");
    }
    if ((chosen->map || chosen->array) && (chosen->path == NULL || !is_plain)) {
        return options_refuse(command, "--map and --array are about records of a --schema that are --plain", "");
    }
    return -1;
}

pier_plain_form schema_option_form(const schema_option *chosen) {
    return chosen->array ? PIER_PLAIN_ARRAY : PIER_PLAIN_MAP;
}

/* Tells that one class is to be chosen. */
static int refuse_several(const char *command, const schema_option *chosen, const class_source *source) {
    char names[CLASS_SOURCE_NAMES_BYTES];
    return report(command, PIER_USAGE, "%s has several classes, --class NAME tells which: %s", chosen->path,
                  class_source_names(source, names));
}

/* Finds the class that was asked for; of several versions in an archive the last. Returns EXIT_DONE, or what to exit
 * with. */
static int find_class(const char *command, const schema_option *chosen, const class_source *source,
                      const pier_class **found) {
    *found = NULL;
    for (size_t i = 0; i < source->count; i++) {
        const pier_class *one = source->classes[i];
        if (chosen->class_name == NULL && *found != NULL && strcmp(one->name, (*found)->name) != 0) {
            return refuse_several(command, chosen, source);
        }
        if (chosen->class_name == NULL || strcmp(one->name, chosen->class_name) == 0) {
            *found = one;
        }
    }
    if (*found == NULL && chosen->class_name != NULL) {
        char names[CLASS_SOURCE_NAMES_BYTES];
        return report(command, PIER_USAGE, "%s has no class %s: it has %s", chosen->path, chosen->class_name,
                      class_source_names(source, names));
    }
    return *found != NULL ? EXIT_DONE : report(command, PIER_USAGE, "%s has no class", chosen->path);
}

/* Adds a class unless one of its name is there. */
static pier_status add_class(class_source *reached, pier_registry *registry, const pier_class *added) {
    if (pier_registry_find(registry, (pier_text){added->name, strlen(added->name)}) != NULL) {
        return PIER_OK;
    }
    pier_status status = pier_registry_add(registry, added);
    return status != PIER_OK || class_source_add(reached, added) ? status : PIER_NO_MEMORY;
}

/* Adds a class and all that its fields lead to. */
static pier_status add_closure(class_source *reached, pier_registry *registry, const pier_class *added) {
    size_t begin = reached->count;
    pier_status status = add_class(reached, registry, added);
    for (size_t i = begin; status == PIER_OK && i < reached->count; i++) {
        const pier_class *one = reached->classes[i];
        const pier_field *fields = one->fields(one);
        for (uint32_t j = 0; status == PIER_OK && j < one->field_count; j++) {
            status = fields[j].type != NULL ? add_class(reached, registry, fields[j].type) : PIER_OK;
        }
    }
    return status;
}

/* Fills the registry: the class that was asked for first, and of several versions of another the last. */
static pier_status fill_registry(schema_use *use, const pier_class *type) {
    class_source reached = {.count = 0};
    pier_status status = pier_registry_create(&use->registry, NULL);
    if (status == PIER_OK) {
        status = add_closure(&reached, use->registry, type);
    }
    for (size_t i = use->source.count; status == PIER_OK && i > 0; i--) {
        status = add_closure(&reached, use->registry, use->source.classes[i - 1]);
    }
    free((void *)reached.classes);
    return status;
}

int schema_use_open(schema_use *use, const char *command, const schema_option *chosen, const common_options *common) {
    const pier_class *type = NULL;
    *use = (schema_use){.record = NULL};
    if (chosen->path == NULL) {
        return EXIT_DONE;
    }
    int exit_status = class_source_open(&use->source, command, chosen->path, common);
    if (exit_status == EXIT_DONE) {
        exit_status = find_class(command, chosen, &use->source, &type);
    }
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    pier_status status = fill_registry(use, type);
    if (status != PIER_OK) {
        return report(command, status, "%s: %s", chosen->path, pier_status_text(status));
    }
    pier_error error;
    status = typed_record_create(&use->record, type, use->registry, common->record_bytes_max, NULL, &error);
    return status == PIER_OK ? EXIT_DONE : report_error(command, &error, chosen->path, "");
}

void schema_use_close(schema_use *use) {
    typed_record_destroy(use->record);
    pier_registry_destroy(use->registry);
    class_source_close(&use->source);
    *use = (schema_use){.record = NULL};
}
