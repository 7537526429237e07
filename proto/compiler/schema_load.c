/* Reading a schema from a file: what protoc makes of a `.proto`, or a descriptor set. */
#include <stdio.h>
#include <string.h>

#include "schema_internal.h"
#include "schema_run.h"

enum { PATH_BYTES = 4096 };

static bool is_proto_file(const char *path) {
    size_t length = strlen(path);
    return length > 6 && strcmp(path + length - 6, ".proto") == 0;
}

/* Writes "-I" and the folder of a file into `flag`. */
static bool folder_flag(char *flag, size_t capacity, const char *path) {
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? snprintf(flag, capacity, "-I.")
                               : snprintf(flag, capacity, "-I%.*s", (int)(slash - path + (slash == path)), path);
    return length > 0 && (size_t)length < capacity;
}

/* Pier's options lie beside the folder of the command, in the build tree and where it is installed. Returns false for a
 * program that stands elsewhere, which names the folder for itself. */
static bool options_flag(char *flag, size_t capacity) {
    char folder[PATH_BYTES];
    char file[PATH_BYTES + 64];
    schema_run_own_folder(folder, sizeof folder);
    (void)snprintf(file, sizeof file, "%s/../include/pier/options.proto", folder);
    int length = snprintf(flag, capacity, "-I%s/../include", folder);
    return folder[0] != '\0' && length > 0 && (size_t)length < capacity && schema_run_file_exists(file);
}

/* Puts the flags for import folders into one piece of memory: pointers, and the texts behind them. */
static const char **make_arguments(const schema_load_options *options, const pier_allocator *allocator, size_t *bytes) {
    size_t count = options->import_dir_count + 16;
    *bytes = count * sizeof(char *);
    for (size_t i = 0; i < options->import_dir_count; i++) {
        *bytes += strlen(options->import_dirs[i]) + 3;
    }
    const char **arguments = (const char **)allocator->allocate(allocator->user, *bytes);
    char *at = (char *)arguments + count * sizeof(char *);
    for (size_t i = 0; arguments != NULL && i < options->import_dir_count; i++) {
        size_t length = strlen(options->import_dirs[i]) + 3;
        (void)snprintf(at, length, "-I%s", options->import_dirs[i]);
        arguments[i + 1] = at;
        at += length;
    }
    return arguments;
}

static pier_status run_protoc(const char *path, const schema_load_options *options, schema_run_bytes *bytes,
                              pier_error *error) {
    char folder[PATH_BYTES];
    char of_pier[PATH_BYTES + 32];
    size_t size;
    int exit_status;
    if (!folder_flag(folder, sizeof folder, path)) {
        return schema_run_fail(error, PIER_LIMIT, 0, "the path of the schema is too long");
    }
    const char **arguments = make_arguments(options, bytes->allocator, &size);
    if (arguments == NULL) {
        return schema_run_fail(error, PIER_NO_MEMORY, 0, "no memory for a schema");
    }
    size_t count = options->import_dir_count + 1;
    arguments[0] = options->protoc != NULL ? options->protoc : "protoc";
    arguments[count++] = folder;
    if (options_flag(of_pier, sizeof of_pier)) {
        arguments[count++] = of_pier;
    }
    arguments[count++] = "--include_imports";
    arguments[count++] = "--include_source_info";
    arguments[count++] = "--descriptor_set_out=/dev/stdout";
    arguments[count++] = path;
    arguments[count] = NULL;
    pier_status status = schema_run_program(arguments, bytes, &exit_status, error);
    /* Why protoc refuses it is on its standard error output; that there is no such file is not the schema's fault. */
    if (status == PIER_OK && exit_status != 0 && exit_status < 128) {
        status = schema_run_check_file(path, error);
    }
    if (status == PIER_OK && exit_status != 0) {
        status = schema_run_fail(error, PIER_TYPE, 0, "protoc refuses %.100s: exit status %d", path, exit_status);
    }
    bytes->allocator->release(bytes->allocator->user, arguments, size);
    return status;
}

pier_status schema_load(const char *path, const schema_load_options *options, schema **out, pier_error *error) {
    static const schema_load_options defaults = {NULL, 0, NULL, NULL};
    pier_error dropped;
    pier_error *told = error != NULL ? error : &dropped;
    const schema_load_options *chosen = options != NULL ? options : &defaults;
    schema_run_bytes bytes = {NULL, 0, 0, chosen->allocator != NULL ? chosen->allocator : pier_allocator_default()};
    *out = NULL;
    pier_status status =
        is_proto_file(path) ? run_protoc(path, chosen, &bytes, told) : schema_run_read_file(path, &bytes, told);
    if (status == PIER_OK) {
        schema_source source = {bytes.data, bytes.size, false};
        status = schema_create(&source, chosen->allocator, out, told);
    }
    schema_run_release(&bytes);
    return status;
}
