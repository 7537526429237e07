/* protoc-gen-pier: protoc's plugin, which makes C of `.proto` files.
 *
 * protoc runs it, writes a CodeGeneratorRequest to its standard input, and reads a CodeGeneratorResponse from its
 * standard output: the files, or all that is wrong with the schema. Exit status 1 is for what is not the schema's
 * fault. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <google/protobuf/compiler/plugin.pb-c.h>
#include <pier/version.h>

#include "emit.h"

typedef Google__Protobuf__Compiler__CodeGeneratorResponse response;
typedef Google__Protobuf__Compiler__CodeGeneratorResponse__File response_file;

static const char help[] = "protoc-gen-pier " PIER_VERSION_TEXT ": makes C of .proto files, as a plugin of protoc\n"
                           "\n"
                           "  protoc --pier_out=FOLDER FILE.proto …\n"
                           "\n"
                           "writes FILE.pier.h and FILE.pier.c into FOLDER. protoc finds the plugin on PATH, or by\n"
                           "--plugin=protoc-gen-pier=PROGRAM.\n";

static int fail(const char *what) {
    (void)fprintf(stderr, "protoc-gen-pier: %s\n", what);
    return 1;
}

static bool read_input(emit_output *input) {
    char part[16384];
    size_t size;
    while ((size = fread(part, 1, sizeof part, stdin)) != 0) {
        emit_bytes(input, part, size);
    }
    return ferror(stdin) == 0 && !input->failed;
}

static bool write_output(const response *answer) {
    size_t size = google__protobuf__compiler__code_generator_response__get_packed_size(answer);
    uint8_t *bytes = (uint8_t *)malloc(size != 0 ? size : 1);
    bool is_written = false;
    if (bytes != NULL) {
        (void)google__protobuf__compiler__code_generator_response__pack(answer, bytes);
        is_written = fwrite(bytes, 1, size, stdout) == size && fflush(stdout) == 0;
    }
    free(bytes);
    return is_written;
}

/* Makes a text of a name and its suffix, or of output; to be freed. */
static char *take_text(emit_output *output) {
    emit_bytes(output, "", 1);
    return output->failed ? NULL : output->data;
}

static bool add_file(response_file *file, const schema_file *from, const char *suffix,
                     void (*emit)(emit_output *output, const schema_file *file)) {
    emit_output name;
    emit_output content;
    emit_init(&name);
    emit_init(&content);
    emit_file_name(&name, from, suffix);
    emit(&content, from);
    google__protobuf__compiler__code_generator_response__file__init(file);
    file->name = take_text(&name);
    file->content = take_text(&content);
    bool is_good = file->name != NULL && file->content != NULL;
    if (!is_good) {
        emit_deinit(&name);
        emit_deinit(&content);
        file->name = NULL;
        file->content = NULL;
    }
    return is_good;
}

static int answer_files(const schema *made, response *answer) {
    size_t count;
    schema_file *const *files = schema_files(made, &count);
    response_file *parts = (response_file *)calloc(2 * count + 1, sizeof *parts);
    response_file **list = (response_file **)calloc(2 * count + 1, sizeof *list);
    bool is_good = parts != NULL && list != NULL;
    for (size_t i = 0; is_good && i < count; i++) {
        if (files[i]->is_root) {
            list[answer->n_file] = &parts[answer->n_file];
            list[answer->n_file + 1] = &parts[answer->n_file + 1];
            is_good = add_file(list[answer->n_file], files[i], ".pier.h", emit_header) &&
                      add_file(list[answer->n_file + 1], files[i], ".pier.c", emit_source);
            answer->n_file += 2;
        }
    }
    answer->file = list;
    int status = !is_good ? fail("memory ran out") : write_output(answer) ? 0 : fail("the answer was not written");
    for (size_t i = 0; parts != NULL && list != NULL && i < answer->n_file; i++) {
        free(parts[i].name);
        free(parts[i].content);
    }
    free(parts);
    free(list);
    return status;
}

static int answer_problems(const schema *made, response *answer) {
    size_t count;
    const schema_problem *problems = schema_problems(made, &count);
    emit_output text;
    emit_init(&text);
    for (size_t i = 0; i < count; i++) {
        emit_bytes(&text, "\n", i != 0 ? 1 : 0);
        char line[1024];
        (void)schema_problem_format(&problems[i], line, sizeof line);
        emit_bytes(&text, line, strlen(line));
    }
    answer->error = take_text(&text);
    int status = answer->error == NULL  ? fail("memory ran out")
                 : write_output(answer) ? 0
                                        : fail("the answer was not written");
    emit_deinit(&text);
    return status;
}

static int answer_request(const emit_output *input) {
    schema_source source = {input->data, input->size, true};
    response answer = GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__INIT;
    answer.has_supported_features = 1;
    answer.supported_features = GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__FEATURE__FEATURE_PROTO3_OPTIONAL;
    schema *made;
    pier_error error;
    if (schema_create(&source, NULL, &made, &error) != PIER_OK) {
        return fail(error.text);
    }
    char unknown[128];
    size_t problems;
    int status;
    (void)schema_problems(made, &problems);
    if (schema_parameter(made)[0] != '\0') {
        (void)snprintf(unknown, sizeof unknown, "there is no parameter \"%.64s\": --pier_out takes a folder alone",
                       schema_parameter(made));
        answer.error = unknown;
        status = write_output(&answer) ? 0 : fail("the answer was not written");
    } else {
        status = problems != 0 ? answer_problems(made, &answer) : answer_files(made, &answer);
    }
    schema_destroy(made);
    return status;
}

int main(int argc, char **argv) {
    if (argc > 1) {
        bool is_help = strcmp(argv[1], "--help") == 0;
        bool is_version = strcmp(argv[1], "--version") == 0;
        if (is_help || is_version) {
            return printf("%s", is_help ? help : "protoc-gen-pier " PIER_VERSION_TEXT "\n") < 0;
        }
        return fail("it is run by protoc; --help tells more");
    }
    emit_output input;
    emit_init(&input);
    int status = read_input(&input) ? answer_request(&input) : fail("the request was not read");
    emit_deinit(&input);
    return status;
}
