/* What the tests of the schema model share: descriptors made in the test, and schemas read from files.
 *
 * Shared by the tests in this folder. */
#ifndef PIER_TESTS_SCHEMA_SUPPORT_H
#define PIER_TESTS_SCHEMA_SUPPORT_H

#include <google/protobuf/compiler/plugin.pb-c.h>
#include <google/protobuf/descriptor.pb-c.h>

#include "schema.h"
#include "support/fault_allocator.h"

typedef Google__Protobuf__FileDescriptorSet set_proto;
typedef Google__Protobuf__FileDescriptorProto file_proto;
typedef Google__Protobuf__DescriptorProto message_proto;
typedef Google__Protobuf__FieldDescriptorProto field_proto;
typedef Google__Protobuf__EnumDescriptorProto enum_proto;
typedef Google__Protobuf__EnumValueDescriptorProto value_proto;

/* A small schema, which a test changes before it is made: one file with a message of two fields, and an enum. */
typedef struct small_schema {
    set_proto set;
    file_proto file;
    file_proto *files[2];
    message_proto message;
    message_proto other;
    message_proto *messages[2];
    field_proto fields[2];
    field_proto *field_list[2];
    enum_proto enumeration;
    enum_proto *enums[1];
    value_proto value;
    value_proto *values[1];
} small_schema;

/* Prepares `package p; message M { int32 x = 1; E e = 2; } enum E { A = 0; }` in the file small.proto; the message
 * `other` is there, and in no list yet. */
void small_schema_init(small_schema *small);

/* Makes a schema of it. Returns as schema_create. */
pier_status small_schema_make(const small_schema *small, const pier_allocator *allocator, schema **out,
                              pier_error *error);

/* Reads a file of tests/schema/protos through protoc; the test fails when that fails or the schema has problems. */
schema *load_protos(const char *name);

/* Returns the field of that name; the test fails when there is none. */
const schema_field *field_of(const schema_message *message, const char *name);

/* Reads the descriptor set of kinds.proto that the build has made, to be freed. */
uint8_t *read_kinds(size_t *size);

#endif
