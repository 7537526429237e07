/* Descriptors of schemas: any bytes are a schema, or refused; and of a schema without problems comes C and classes. */
#include "emit.h"
#include "fuzz.h"

static void emit_file(const schema_file *file) {
    emit_output output;
    emit_init(&output);
    emit_header(&output, file);
    emit_source(&output, file);
    FUZZ_REQUIRE(!output.failed && output.depth == 0 && output.size > 0);
    emit_deinit(&output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    /* The first byte says what the others are. */
    schema_source source = {data + 1, size - 1, data[0] == 'r'};
    schema *made;
    pier_error error;
    pier_status status = schema_create(&source, NULL, &made, &error);
    FUZZ_REQUIRE((status == PIER_OK) == (made != NULL));
    FUZZ_REQUIRE(status == PIER_OK || status == PIER_PROTOCOL || status == PIER_LIMIT);
    if (made == NULL) {
        return 0;
    }
    size_t problems;
    size_t files;
    const schema_problem *told = schema_problems(made, &problems);
    for (size_t i = 0; i < problems; i++) {
        char line[256];
        FUZZ_REQUIRE(schema_problem_format(&told[i], line, sizeof line) > 0);
    }
    schema_file *const *list = schema_files(made, &files);
    for (size_t i = 0; problems == 0 && i < files; i++) {
        if (list[i]->is_root) {
            emit_file(list[i]);
        }
    }
    schema_destroy(made);
    return 0;
}
