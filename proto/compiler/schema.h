/* The model of a schema: what `.proto` files say, checked, with a name in C for everything.
 *
 * Part of the schema compiler (the library pier_schema), for protoc-gen-pier and for the pier command. Knows protobuf's
 * descriptors, through protobuf-c; the library of Pier knows neither. A schema is made at once from descriptors, and
 * then only read: any number of threads may do so.
 *
 * Everything that a schema answers, texts too, belongs to it and lives until schema_destroy. */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/error.h>
#include <pier/record.h>

typedef struct schema schema;
typedef struct schema_file schema_file;
typedef struct schema_message schema_message;
typedef struct schema_field schema_field;
typedef struct schema_oneof schema_oneof;
typedef struct schema_enum schema_enum;

/* Where something stands in its file. Lines and columns count from 1; 0 when the descriptors do not tell. */
typedef struct schema_place {
    const char *file; /* by the name it is imported with */
    uint32_t line;
    uint32_t column;
} schema_place;

/* The comments at something, without their marks, lines ended by line feeds; NULL: none. */
typedef struct schema_comment {
    const char *leading;
    const char *trailing;
} schema_comment;

/* Why a schema cannot be honoured: `file:line:column: text`. */
typedef struct schema_problem {
    schema_place place;
    const char *text; /* without a full stop */
} schema_problem;

/* A value of an enum. */
typedef struct schema_value {
    const char *name;
    const char *c_name; /* MARKET_SIDE_BUY */
    int32_t number;
    schema_place place;
    schema_comment comment;
} schema_value;

struct schema_enum {
    const char *name;
    const char *full_name;  /* market.Side */
    const char *c_name;     /* market_side */
    const char *c_constant; /* MARKET_SIDE, what the names of its values begin with as a rule */
    const char *c_table;    /* market_side_enum, its pier_enum */
    schema_file *file;
    schema_value *values; /* in the order of the file */
    size_t value_count;
    schema_value **sorted;      /* the same, by ascending number, those of one number by name */
    bool is_needed;             /* in the closure of a root */
    const pier_enum *made_enum; /* for schema_class.c */
    schema_place place;
    schema_comment comment;
};

struct schema_field {
    const char *name;
    const char *c_name;  /* the member that holds the value */
    const char *c_has;   /* the bool beside it; NULL: there is none */
    const char *c_count; /* the count beside it; NULL: not repeated */
    const char *c_case;  /* in a oneof: MARKET_ORDER_KIND_LIMIT, the constant for its number; NULL otherwise */
    uint32_t number;     /* 1 to 65,535 */
    pier_field_kind kind;
    uint32_t flags;           /* PIER_FIELD_… */
    schema_message *message;  /* of kind RECORD: its type; a map's entry */
    schema_enum *enumeration; /* of kind ENUM */
    schema_oneof *oneof;      /* NULL: in none. The one that protoc makes of `optional` is not told */
    schema_message *owner;
    uint32_t capacity;  /* text and bytes: bytes of the array in the struct; 0: they are views */
    uint32_t count_max; /* repeated: elements of the array in the struct; 0: a list */
    bool has_default;
    bool is_deprecated;
    union {
        bool boolean;
        int64_t integer; /* kinds I8 to I64, and ENUM */
        uint64_t unsigned_integer;
        double number;    /* F32 and F64 */
        pier_bytes bytes; /* TEXT and BYTES; a zero byte stands behind them */
    } default_value;
    schema_place place;
    schema_comment comment;
};

struct schema_oneof {
    const char *name;
    const char *c_name; /* the union */
    const char *c_case; /* the member that tells which is set: kind_case */
    uint32_t index;     /* among the oneofs of its message */
    schema_message *owner;
    schema_field **fields; /* by ascending number */
    size_t field_count;
    schema_place place;
    schema_comment comment;
};

struct schema_message {
    const char *name;
    const char *full_name;  /* market.Order.Line */
    const char *c_name;     /* market_order_line */
    const char *c_constant; /* MARKET_ORDER_LINE */
    const char *c_class;    /* market_order_line_class, its pier_class */
    schema_file *file;
    schema_message *outer; /* NULL: stands in the file itself */
    uint32_t version;      /* 0: none */
    uint32_t class_flags;  /* PIER_CLASS_… */
    uint32_t values_max;   /* as pier_class has them: without lists, maps and pointers */
    uint32_t depth;
    uint32_t bytes_max;     /* as stored, without what is measured record by record */
    bool is_variable;       /* something is measured record by record: views, large arrays, lists, pointers */
    bool is_long;           /* loading it has to look where the block ends, before all of it has been taken */
    schema_field **fields;  /* by ascending number */
    schema_field *declared; /* in the order of the file, which is that of the struct */
    size_t field_count;
    schema_oneof *oneofs; /* in the order of the file */
    size_t oneof_count;
    uint32_t component; /* messages that reach one another have the same */
    bool is_recursive;  /* reaches itself */
    bool is_entry;      /* of a map */
    bool is_needed;     /* in the closure of a root */
    bool is_deprecated;
    schema_place place;
    schema_comment comment;
    const pier_class *made_class; /* for schema_class.c */
};

typedef struct schema_method {
    const char *name;
    const char *input; /* full names of messages */
    const char *output;
    bool input_is_stream;
    bool output_is_stream;
    schema_place place;
    schema_comment comment;
} schema_method;

/* Services are kept for whoever needs them; no code comes of them. */
typedef struct schema_service {
    const char *name;
    const char *full_name;
    schema_method *methods;
    size_t method_count;
    schema_place place;
    schema_comment comment;
} schema_service;

typedef struct schema_import {
    schema_file *file;
    bool is_public;
} schema_import;

struct schema_file {
    const char *name;    /* market/tick.proto */
    const char *package; /* "" when there is none */
    bool is_root;        /* asked for, not only imported */
    bool is_proto3;      /* of others nothing is kept but the names */
    bool has_types;      /* messages or enums */
    schema_import *imports;
    size_t import_count;
    schema_message **messages; /* nested ones and the entries of maps too; one that is a part of another goes first */
    size_t message_count;
    schema_enum **enums; /* nested ones too */
    size_t enum_count;
    schema_service *services;
    size_t service_count;
    schema_place place; /* of its syntax */
    schema_comment comment;
};

/* What a schema is made of. */
typedef struct schema_source {
    const void
        *bytes; /* a FileDescriptorSet or a CodeGeneratorRequest, as protobuf encodes it; borrowed for the call */
    size_t size;
    bool is_request; /* a CodeGeneratorRequest: the roots are the files to generate; otherwise those that no file
                        imports */
} schema_source;

/* Makes a schema.
 * allocator: copied; NULL for the default. out: NULL when the call fails.
 * Returns PIER_OK, also for a schema with problems, which schema_problems tells: such a schema must not be used for
 * anything else. PIER_PROTOCOL: the bytes are not such descriptors; PIER_LIMIT: messages in one another more than 100
 * deep; PIER_NO_MEMORY. error: filled when it fails; may be NULL. Never blocks. */
pier_status schema_create(const schema_source *source, const pier_allocator *allocator, schema **out,
                          pier_error *error) PIER_MUST_USE;

/* Frees the schema and everything that it answered. NULL is allowed. */
void schema_destroy(schema *destroyed);

/* Returns what is wrong with the schema, by file, line and column; `count` gets how many there are. */
const schema_problem *schema_problems(const schema *asked, size_t *count);

/* What a codec has to know of how a field is stored: text of a short array has one byte before it, an array of more
 * bytes than this counts by its elements, record by record; the head of a oneof has at most so many bytes. */
enum { SCHEMA_SHORT_TEXT = 32, SCHEMA_LARGE_ARRAY = 256, SCHEMA_CASE_BYTES = 4 };

/* Returns the most bytes that a field has as stored, that one value of it has, or one element: without what it borrows
 * or points to, and of large arrays without their elements. Shared references and fields of kind any count as
 * nothing. */
uint64_t schema_field_bytes(const schema_field *field);
uint64_t schema_element_bytes(const schema_field *field);

/* Returns whether the elements of a repeated field are not counted above: a list, or too large. */
bool schema_array_is_large(const schema_field *field);

/* Writes a problem as one line without a line end, `market.proto:7:3: …`, into `buffer`, always terminated and cut at
 * `capacity_bytes`; the line and column are left out where they are not known. Returns the length that the whole line
 * has, as snprintf does. */
size_t schema_problem_format(const schema_problem *problem, char *buffer, size_t capacity_bytes);

/* Returns the files, each behind those that it imports; `count` gets how many there are. */
schema_file *const *schema_files(const schema *asked, size_t *count);

/* Returns the parameter of the request, "" when there is none. */
const char *schema_parameter(const schema *asked);

/* Returns the message of that full name, "market.Tick"; NULL when there is none, and for one of an imported file that
 * nothing in the roots leads to. */
const schema_message *schema_find_message(const schema *asked, const char *full_name);

/* Makes the class of a message, for records whose struct no compiler has seen: its fields lie as they would in the
 * struct that protoc-gen-pier makes, and it has no codec, so that the library goes by the table. Equal to the generated
 * class in all that a definition says.
 * owner: the schema that has the message; its classes are made once and belong to it: archives that have met one must
 * be gone before schema_destroy. Not for two threads at once.
 * Returns PIER_OK; PIER_NO_MEMORY, after which the schema stays good. Never blocks. */
pier_status schema_class_of(schema *owner, const schema_message *message, const pier_class **out) PIER_MUST_USE;

/* How a schema is read from a file. Zero is the default for all. */
typedef struct schema_load_options {
    const char *const *import_dirs; /* where protoc looks for imports, before the folder of the file; may be NULL */
    size_t import_dir_count;
    const char *protoc;              /* the program; NULL: "protoc", found on PATH */
    const pier_allocator *allocator; /* NULL: the default */
} schema_load_options;

/* Reads a schema from a file: a `.proto` file by running protoc, any other as a descriptor set (protoc's
 * --descriptor_set_out, with --include_imports; and with --include_source_info for lines in problems).
 * path: of the file. options: may be NULL. out: NULL when the call fails.
 * Returns as schema_create; also PIER_NOT_FOUND, PIER_DENIED, PIER_SYSTEM (the file, or protoc, cannot be opened or
 * run), PIER_LIMIT (descriptors above 256 MiB), PIER_TYPE (protoc refuses the schema: what it says has gone to standard
 * error output already). Blocks until protoc has ended. */
pier_status schema_load(const char *path, const schema_load_options *options, schema **out,
                        pier_error *error) PIER_MUST_USE;

#endif
