/* Classes out of schemas: `.proto` files, through protoc, and descriptor sets; see class_source_schema.h. */
#include "class_source_schema.h"

#include "report.h"
#include "schema.h"

/* Tells what cannot be honoured. Returns EXIT_DATA if there is anything, else EXIT_DONE. */
static int report_problems(const schema *asked, const char *command) {
    size_t count = 0;
    const schema_problem *problems = schema_problems(asked, &count);
    for (size_t i = 0; i < count; i++) {
        char line[512];
        (void)schema_problem_format(&problems[i], line, sizeof line);
        (void)report(command, PIER_TYPE, "%s", line);
    }
    return count > 0 ? EXIT_DATA : EXIT_DONE;
}

/* Makes the classes of a file's messages, but for the entries of maps. */
static int take_messages(class_source *source, const schema_file *file, const char *command) {
    for (size_t i = 0; i < file->message_count; i++) {
        const pier_class *made = NULL;
        if (file->messages[i]->is_entry) {
            continue;
        }
        if (schema_class_of((schema *)source->schema, file->messages[i], &made) != PIER_OK ||
            !class_source_add(source, made)) {
            return report(command, PIER_NO_MEMORY, "no memory for the classes of a schema");
        }
    }
    return EXIT_DONE;
}

int class_source_read_schema(class_source *source, const char *command, const char *path) {
    schema *loaded = NULL;
    pier_error error;
    if (schema_load(path, NULL, &loaded, &error) != PIER_OK) {
        return report_error(command, &error, path, "");
    }
    source->schema = loaded;
    int exit_status = report_problems(loaded, command);
    size_t count = 0;
    schema_file *const *files = schema_files(loaded, &count);
    for (size_t i = 0; exit_status == EXIT_DONE && i < count; i++) {
        if (files[i]->is_root) {
            exit_status = take_messages(source, files[i], command);
        }
    }
    return exit_status;
}

void class_source_free_schema(class_source *source) {
    schema_destroy((schema *)source->schema);
    source->schema = NULL;
}
