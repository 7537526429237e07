/* What the files of the schema model share: its memory, its symbols, and the steps in which it is made.
 *
 * Part of the schema compiler. schema.c goes through the steps: schema_scan.c tests the bytes before protobuf-c gets
 * them, schema_declare.c makes files, messages, enums and services, schema_resolve.c the fields and their types,
 * schema_cycle.c finds what reaches what, schema_option.c reads the options of needed messages, schema_check.c tells
 * what cannot be honoured, schema_name.c and schema_clash.c give the names in C, schema_measure.c counts values. */
#ifndef SCHEMA_INTERNAL_H
#define SCHEMA_INTERNAL_H

#include <google/protobuf/compiler/plugin.pb-c.h>
#include <google/protobuf/descriptor.pb-c.h>

#include <pier/arena.h>

#include "schema.h"

typedef Google__Protobuf__FileDescriptorProto file_proto;
typedef Google__Protobuf__DescriptorProto message_proto;
typedef Google__Protobuf__FieldDescriptorProto field_proto;
typedef Google__Protobuf__OneofDescriptorProto oneof_proto;
typedef Google__Protobuf__EnumDescriptorProto enum_proto;
typedef Google__Protobuf__EnumValueDescriptorProto value_proto;
typedef Google__Protobuf__ServiceDescriptorProto service_proto;
typedef Google__Protobuf__MethodDescriptorProto method_proto;
typedef Google__Protobuf__SourceCodeInfo__Location location_proto;

enum {
    SCHEMA_DEPTH_MAX = 100,      /* messages in one another */
    SCHEMA_NUMBER_MAX = 65535,   /* of a field: proto/wire.md */
    SCHEMA_NAME_BYTES_MAX = 255, /* of a class or field: proto/wire.md */
    SCHEMA_INLINE_MAX = 1 << 24  /* bytes or elements in a struct */
};

typedef enum schema__symbol_kind {
    SCHEMA__MESSAGE,
    SCHEMA__ENUM,
    SCHEMA__FOREIGN /* of a file that is not proto3 */
} schema__symbol_kind;

typedef struct schema__symbol {
    const char *full_name;
    schema__symbol_kind kind;
    schema_file *file;
    void *object; /* schema_message or schema_enum; NULL: foreign */
} schema__symbol;

/* A run of things that grows, in the schema's memory. */
typedef struct schema__list {
    void *items;
    size_t count;
    size_t capacity;
} schema__list;

struct schema {
    pier_allocator allocator;
    pier_arena arena; /* all that the schema consists of, but this struct */
    bool no_memory;   /* an allocation failed: all is given up */
    bool has_classes; /* schema_class.c has made them */
    const char *parameter;
    schema_file **files;
    size_t file_count;
    schema__list symbols;  /* schema__symbol, sorted by name once all are declared */
    schema__list problems; /* schema_problem */
    pier_error error;      /* why the descriptors are none; status PIER_OK: they are */
};

/* Where something stands, and what is said there: locations of a file by their paths. */
typedef struct schema__places {
    const char *file;
    location_proto **sorted;
    size_t count;
} schema__places;

/* A file, message or enum with what it is made of. The public struct comes first, so that one is the other. */
typedef struct schema__file {
    schema_file made;
    const file_proto *proto;
    schema__places places;
    schema__list messages; /* schema_message *, as declared */
    schema__list enums;
    const char *prefix; /* of its names in C, with the underscore behind it: market_ */
} schema__file;

typedef struct schema__message {
    schema_message made;
    const message_proto *proto;
    const int32_t *path; /* of its place */
    size_t path_length;
    /* schema_cycle.c */
    uint32_t order; /* of its first visit; 0: not visited */
    uint32_t lowest;
    bool is_on_stack;
    bool is_placed; /* in the order of its file */
    uint64_t bytes; /* of the struct, at most: schema_measure.c */
} schema__message;

/* Returns cleared memory that lives as the schema does; NULL, with no_memory set, when there is none. */
void *schema__allocate(schema *owner, size_t size);
void *schema__allocate_array(schema *owner, size_t count, size_t size);

/* Copies text, or puts it together as printf does. NULL, with no_memory set, when there is no memory. */
const char *schema__print(schema *owner, const char *format, ...) PIER_PRINTF(2, 3);

/* Appends one item and returns where it lies, cleared; NULL as above. */
void *schema__append(schema *owner, schema__list *list, size_t item_bytes);

/* Tells what cannot be honoured. */
void schema__problem(schema *owner, schema_place place, const char *format, ...) PIER_PRINTF(3, 4);

/* Says that the bytes are no descriptors, the first time. Returns false. */
bool schema__malformed(schema *owner, const char *format, ...) PIER_PRINTF(2, 3);

/* Looks whether protobuf-c can take the bytes: it calls itself for messages in one another. Returns PIER_OK,
 * PIER_PROTOCOL or PIER_LIMIT. */
pier_status schema__scan(const schema_source *source);

/* Prepares to look up places; false: no memory. */
bool schema__places_init(schema *owner, schema__places *places, const file_proto *file);

/* Returns where the element at a path of the file's descriptor stands. comment: may be NULL. */
schema_place schema__place(const schema__places *places, const int32_t *path, size_t length, schema_comment *comment);

/* The steps. Each returns false when it gives up: no memory, or no descriptors. */
bool schema__declare(schema *owner, file_proto *const *files, size_t count);
bool schema__declare_services(schema *owner, schema__file *file);
bool schema__resolve(schema *owner);
bool schema__find_needed(schema *owner);
bool schema__read_options(schema *owner);
bool schema__find_cycles(schema *owner);
bool schema__name(schema *owner);
void schema__check(schema *owner);
bool schema__check_clashes(schema *owner);
bool schema__order(schema *owner);
void schema__measure(schema *owner);

/* Returns the symbol of that name, without the dot that descriptors put before it; NULL: there is none. */
const schema__symbol *schema__find(const schema *owner, const char *full_name);

/* The options of Pier, by the numbers of proto/pier/options.proto. */
enum {
    SCHEMA__INLINE_BYTES = 76310,
    SCHEMA__INLINE_COUNT = 76311,
    SCHEMA__TYPED = 76312,
    SCHEMA__SHARED = 76313,
    SCHEMA__POINTER = 76314,
    SCHEMA__REQUIRED = 76315,
    SCHEMA__WIDTH = 76316,
    SCHEMA__DEFAULT = 76317,
    SCHEMA__C_NAME = 76318,
    SCHEMA__VERSION = 76310
};

/* Finds an option among those that protobuf does not know; options may be NULL. Each returns whether it is there. */
bool schema__option_number(const ProtobufCMessage *options, uint32_t number, uint64_t *value);
bool schema__option_bytes(const ProtobufCMessage *options, uint32_t number, pier_bytes *value);

/* Returns the name that an option gives, when it is one in C; NULL otherwise, and a problem is told if it is there. */
const char *schema__option_name(schema *owner, const ProtobufCMessage *options, schema_place place);

/* Reads a default value into the field; tells a problem when it is none of its kind. */
void schema__read_default(schema *owner, schema_field *field, pier_bytes text);

/* Returns a name in snake case: "HTTPServer" becomes "http_server". is_upper: "HTTP_SERVER". */
const char *schema__snake(schema *owner, const char *prefix, const char *name, bool is_upper);

/* Returns whether the name consists of the letters that names in C consist of. */
bool schema__is_identifier(const char *name);

/* Returns the name, with an underscore behind it when C or C++ have another use for it. NULL when it is no identifier,
 * and for want of memory. */
const char *schema__safe_name(schema *owner, const char *name);

/* The same for the name of a type, which may not be that of a function of the C library either. */
const char *schema__safe_type_name(schema *owner, const char *name);

static inline schema_message *schema__message_at(const schema_file *file, size_t index) {
    return ((schema_message *const *)((const schema__file *)file)->messages.items)[index];
}

static inline size_t schema__message_count(const schema_file *file) {
    return ((const schema__file *)file)->messages.count;
}

static inline bool schema__is_numeric(pier_field_kind kind) {
    return kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_F64;
}

#endif
