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

/* Default values of inline fields are as large as the fields: a few bytes of input could ask for much. */
static size_t default_bytes(const schema_file *file) {
    size_t bytes = 0;
    for (size_t i = 0; i < file->message_count; i++) {
        for (size_t j = 0; j < file->messages[i]->field_count; j++) {
            const schema_field *field = &file->messages[i]->declared[j];
            bytes += field->has_default ? field->capacity : 0;
        }
    }
    return bytes;
}

static void make_classes(schema *made, const schema_file *file) {
    for (size_t i = 0; i < file->message_count; i++) {
        const pier_class *answer;
        FUZZ_REQUIRE(schema_class_of(made, file->messages[i], &answer) == PIER_OK);
        FUZZ_REQUIRE(answer->record_bytes > 0 && answer->field_count == file->messages[i]->field_count);
        for (uint32_t j = 0; j < answer->field_count; j++) {
            const pier_field *field = &answer->fields(answer)[j];
            FUZZ_REQUIRE(field->offset < answer->record_bytes && field->number == file->messages[i]->fields[j]->number);
        }
    }
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
    size_t bytes = 0;
    for (size_t i = 0; i < files; i++) {
        bytes += default_bytes(list[i]);
    }
    for (size_t i = 0; problems == 0 && i < files; i++) {
        if (list[i]->is_root) {
            emit_file(list[i]);
        }
        if (list[i]->is_root && bytes < (size_t)1 << 24) {
            make_classes(made, list[i]);
        }
    }
    schema_destroy(made);
    return 0;
}
