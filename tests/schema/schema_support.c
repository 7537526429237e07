#include "schema_support.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void small_schema_init(small_schema *small) {
    static char names[][12] = {"M", "x", "e", ".p.E", "E", "A", "small.proto", "p", "proto3", "N"};
    google__protobuf__file_descriptor_set__init(&small->set);
    google__protobuf__file_descriptor_proto__init(&small->file);
    google__protobuf__descriptor_proto__init(&small->message);
    google__protobuf__descriptor_proto__init(&small->other);
    google__protobuf__field_descriptor_proto__init(&small->fields[0]);
    google__protobuf__field_descriptor_proto__init(&small->fields[1]);
    google__protobuf__enum_descriptor_proto__init(&small->enumeration);
    google__protobuf__enum_value_descriptor_proto__init(&small->value);
    small->message.name = names[0];
    small->other.name = names[9];
    for (int i = 0; i < 2; i++) {
        small->fields[i].name = names[1 + i];
        small->fields[i].has_number = 1;
        small->fields[i].number = 1 + i;
        small->fields[i].has_type = 1;
        small->fields[i].has_label = 1;
        small->field_list[i] = &small->fields[i];
    }
    small->fields[0].type = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_INT32;
    small->fields[1].type = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_ENUM;
    small->fields[1].type_name = names[3];
    small->message.field = small->field_list;
    small->message.n_field = 2;
    small->enumeration.name = names[4];
    small->value.name = names[5];
    small->values[0] = &small->value;
    small->enumeration.value = small->values;
    small->enumeration.n_value = 1;
    small->enums[0] = &small->enumeration;
    small->messages[0] = &small->message;
    small->messages[1] = &small->other;
    small->file.name = names[6];
    small->file.package = names[7];
    small->file.syntax = names[8];
    small->file.message_type = small->messages;
    small->file.n_message_type = 1;
    small->file.enum_type = small->enums;
    small->file.n_enum_type = 1;
    small->files[0] = &small->file;
    small->files[1] = &small->file;
    small->set.file = small->files;
    small->set.n_file = 1;
}

pier_status small_schema_make(const small_schema *small, const pier_allocator *allocator, schema **out,
                              pier_error *error) {
    size_t size = google__protobuf__file_descriptor_set__get_packed_size(&small->set);
    uint8_t *bytes = (uint8_t *)malloc(size + 1);
    assert_non_null(bytes);
    (void)google__protobuf__file_descriptor_set__pack(&small->set, bytes);
    schema_source source = {bytes, size, false};
    pier_status status = schema_create(&source, allocator, out, error);
    free(bytes);
    assert_true((status == PIER_OK) == (*out != NULL));
    return status;
}

schema *load_protos(const char *name) {
    static const char *const folders[] = {SCHEMA_TEST_PROTOS, SCHEMA_TEST_OPTIONS};
    schema_load_options options = {folders, 2, SCHEMA_TEST_PROTOC, NULL};
    char path[4096];
    schema *made;
    pier_error error;
    size_t problems;
    (void)snprintf(path, sizeof path, "%s/%s", SCHEMA_TEST_PROTOS, name);
    if (schema_load(path, &options, &made, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    (void)schema_problems(made, &problems);
    assert_int_equal(problems, 0);
    return made;
}

const schema_field *field_of(const schema_message *message, const char *name) {
    for (size_t i = 0; message != NULL && i < message->field_count; i++) {
        if (strcmp(message->fields[i]->name, name) == 0) {
            return message->fields[i];
        }
    }
    fail_msg("there is no field %s", name);
    return NULL;
}

uint8_t *read_kinds(size_t *size) {
    FILE *file = fopen(SCHEMA_TEST_KINDS, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = (uint8_t *)malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    assert_int_equal(fclose(file), 0);
    return bytes;
}
