/* Made by protoc-gen-pier 0.1.0 of kinds.proto: do not edit. */
/* Every kind of field that Pier has, and every option, for golden files and for whoever needs one of each. */
#ifndef KINDS_PIER_H
#define KINDS_PIER_H

#include <pier/any.h>
#include <pier/record.h>
#include <pier/record_generic.h>
#include <pier/version.h>

#include "house/room.pier.h"

#if PIER_GENERATOR_VERSION != 1000
#error this file was made by protoc-gen-pier 0.1.0: make it anew with that of this Pier
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct test_kinds_scalars test_kinds_scalars;
typedef struct test_kinds_optionals test_kinds_optionals;
typedef struct test_kinds_inline test_kinds_inline;
typedef struct test_kinds_lists test_kinds_lists;
typedef struct test_kinds_maps test_kinds_maps;
typedef struct test_kinds_maps_counts_entry test_kinds_maps_counts_entry;
typedef struct test_kinds_maps_names_entry test_kinds_maps_names_entry;
typedef struct test_kinds_maps_sides_entry test_kinds_maps_sides_entry;
typedef struct test_kinds_maps_rooms_entry test_kinds_maps_rooms_entry;
typedef struct test_kinds_maps_colours_entry test_kinds_maps_colours_entry;
typedef struct test_kinds_maps_times_entry test_kinds_maps_times_entry;
typedef struct test_kinds_nested_inner test_kinds_nested_inner;
typedef struct test_kinds_nested test_kinds_nested;
typedef struct test_kinds_choices test_kinds_choices;
typedef struct test_kinds_anything test_kinds_anything;
typedef struct test_kinds_anything_by_name_entry test_kinds_anything_by_name_entry;
typedef struct test_kinds_defaults test_kinds_defaults;
typedef struct test_kinds_tree test_kinds_tree;
typedef struct test_kinds_tree_named_entry test_kinds_tree_named_entry;
typedef struct test_kinds_leaf test_kinds_leaf;
typedef struct test_kinds_node test_kinds_node;
typedef struct test_kinds_nothing test_kinds_nothing;
typedef struct renamed_names_type renamed_names_type;
typedef struct test_kinds_http_server test_kinds_http_server;
typedef struct renamed_names renamed_names;

typedef int32_t test_kinds_nested_inner_mood;
enum {
    TEST_KINDS_NESTED_INNER_MOOD_CALM = 0,
    TEST_KINDS_NESTED_INNER_MOOD_WILD = 1
};
extern const pier_enum test_kinds_nested_inner_mood_enum;

typedef int32_t server_state;
enum {
    SERVER_STATE_UNKNOWN = 0,
    SERVER_IS_UP = 1,
    SERVER_STATE_UP2 = 2
};
extern const pier_enum server_state_enum;

/* An enum with a name twice, and numbers of both signs. */
typedef int32_t test_kinds_colour;
enum {
    TEST_KINDS_COLOUR_NONE = 0,
    TEST_KINDS_COLOUR_RED = 1, /* as a rose */
    TEST_KINDS_COLOUR_CRIMSON = 1,
    /* Below zero, too. */
    TEST_KINDS_COLOUR_DARK = -5,
    TEST_KINDS_COLOUR_LOWEST = -2147483647 - 1
};
extern const pier_enum test_kinds_colour_enum;

/* Every scalar alone. */
struct test_kinds_scalars {
    bool flag;
    int32_t i32;
    int64_t i64;
    uint32_t u32;
    uint64_t u64;
    int32_t s32;
    int64_t s64;
    uint32_t f32;
    uint64_t f64;
    int32_t sf32;
    int64_t sf64;
    float real;
    double precise;
    pier_text text;
    pier_bytes data;
    test_kinds_colour colour;
    int8_t tiny;
    int16_t small;
    uint8_t octet;
    uint16_t port;
};

/* Every scalar that may be absent. */
struct test_kinds_optionals {
    bool has_flag;
    bool flag;
    bool has_i32;
    int32_t i32;
    bool has_u64;
    uint64_t u64;
    bool has_f32;
    uint32_t f32;
    bool has_real;
    float real;
    bool has_text;
    pier_text text;
    bool has_data;
    pier_bytes data;
    bool has_colour;
    test_kinds_colour colour;
    bool has_symbol;
    char symbol[8];
    bool has_hash;
    struct {
        uint32_t size;
        uint8_t data[20];
    } hash;
};

/* Text and bytes in the struct, alone and repeated. */
struct test_kinds_inline {
    char symbol[16];
    struct {
        uint32_t size;
        uint8_t data[32];
    } hash;
    uint32_t codes_count;
    char (*codes)[4];
    uint32_t names_count;
    char names[3][8];
    uint32_t keys_count;
    struct {
        uint32_t size;
        uint8_t data[6];
    } *keys;
    uint32_t pins_count;
    struct {
        uint32_t size;
        uint8_t data[6];
    } pins[2];
    uint32_t numbers_count;
    int32_t numbers[10];
    uint32_t rooms_count;
    house_room rooms[2];
};

/* Lists, typed ones and packed ones. */
struct test_kinds_lists {
    uint32_t flags_count;
    bool *flags;
    uint32_t i32_count;
    int32_t *i32;
    uint32_t f64_count;
    uint64_t *f64;
    uint32_t reals_count;
    double *reals;
    uint32_t texts_count;
    pier_text *texts;
    uint32_t datas_count;
    pier_bytes *datas;
    uint32_t colours_count;
    test_kinds_colour *colours;
    uint32_t rooms_count;
    house_room *rooms;
    uint32_t times_count;
    pier_time *times;
    uint32_t durations_count;
    pier_duration *durations;
    uint32_t samples_count;
    float *samples;
    uint32_t ids_count;
    uint64_t *ids;
    uint32_t levels_count;
    uint8_t levels[64];
};

/* Maps by every kind of key. */
struct test_kinds_maps {
    uint32_t counts_count;
    test_kinds_maps_counts_entry *counts;
    uint32_t names_count;
    test_kinds_maps_names_entry *names;
    uint32_t sides_count;
    test_kinds_maps_sides_entry *sides;
    uint32_t rooms_count;
    test_kinds_maps_rooms_entry *rooms;
    uint32_t colours_count;
    test_kinds_maps_colours_entry *colours;
    uint32_t times_count;
    test_kinds_maps_times_entry *times;
};

/* One pair of the map in a test_kinds_maps. */
struct test_kinds_maps_counts_entry {
    pier_text key;
    int32_t value;
};

/* One pair of the map in a test_kinds_maps. */
struct test_kinds_maps_names_entry {
    int64_t key;
    pier_text value;
};

/* One pair of the map in a test_kinds_maps. */
struct test_kinds_maps_sides_entry {
    bool key;
    double value;
};

/* One pair of the map in a test_kinds_maps. */
struct test_kinds_maps_rooms_entry {
    uint32_t key;
    house_room value;
};

/* One pair of the map in a test_kinds_maps. */
struct test_kinds_maps_colours_entry {
    uint32_t key;
    test_kinds_colour value;
};

/* One pair of the map in a test_kinds_maps. */
struct test_kinds_maps_times_entry {
    pier_text key;
    pier_time value;
};

/* Only known here. */
struct test_kinds_nested_inner {
    test_kinds_nested_inner_mood mood;
    bool has_room;
    house_room room;
};

/* Messages within messages, and what is known to Pier. */
struct test_kinds_nested {
    bool has_inner;
    test_kinds_nested_inner inner;
    test_kinds_nested_inner needed;
    test_kinds_nested_inner *far;
    bool has_when;
    pier_time when;
    pier_time always;
    bool has_lasts;
    pier_duration lasts;
    uint32_t count;
};

/* What what_case of a test_kinds_choices may be. */
enum {
    TEST_KINDS_CHOICES_WHAT_NUMBER = 3,
    TEST_KINDS_CHOICES_WHAT_TEXT = 4,
    TEST_KINDS_CHOICES_WHAT_CODE = 5,
    TEST_KINDS_CHOICES_WHAT_ROOM = 6,
    TEST_KINDS_CHOICES_WHAT_LASTS = 7,
    TEST_KINDS_CHOICES_WHAT_HASH = 11
};

/* What which_case of a test_kinds_choices may be. */
enum {
    TEST_KINDS_CHOICES_WHICH_FLAG = 9,
    TEST_KINDS_CHOICES_WHICH_COLOUR = 10
};

/* A oneof of each, between other fields, and one that is not in order. */
struct test_kinds_choices {
    uint32_t before;
    /* What it is. */
    uint32_t what_case; /* the number of the member that is set; 0: none */
    union {
        int64_t number; /* a number */
        pier_text text;
        char code[8];
        house_room room;
        pier_duration lasts;
        struct {
            uint32_t size;
            uint8_t data[4];
        } hash;
    } what;
    uint32_t between;
    uint32_t which_case; /* the number of the member that is set; 0: none */
    union {
        bool flag;
        test_kinds_colour colour;
    } which;
    uint32_t behind;
};

/* What either_case of a test_kinds_anything may be. */
enum {
    TEST_KINDS_ANYTHING_EITHER_OTHER = 4,
    TEST_KINDS_ANYTHING_EITHER_NUMBER = 5
};

/* Any class that the program knows. */
struct test_kinds_anything {
    pier_any value;
    uint32_t values_count;
    pier_any *values;
    uint32_t by_name_count;
    test_kinds_anything_by_name_entry *by_name;
    uint32_t either_case; /* the number of the member that is set; 0: none */
    union {
        pier_any other;
        uint32_t number;
    } either;
};

/* One pair of the map in a test_kinds_anything. */
struct test_kinds_anything_by_name_entry {
    pier_text key;
    pier_any value;
};

/* What a field is where nobody wrote it. */
struct test_kinds_defaults {
    bool flag;
    int32_t below;
    int64_t lowest;
    uint64_t highest;
    uint16_t port;
    float ratio;
    double all;
    pier_text text;
    char symbol[5];
    pier_bytes data;
    struct {
        uint32_t size;
        uint8_t data[2];
    } hash;
    test_kinds_colour colour;
    uint32_t nothing;
};

/* What more_case of a test_kinds_tree may be. */
enum {
    TEST_KINDS_TREE_MORE_RIGHT = 5,
    TEST_KINDS_TREE_MORE_LEAF = 6
};

/* A tree, whose branches are pointers without being asked. */
struct test_kinds_tree {
    pier_text name;
    test_kinds_tree *left;
    uint32_t others_count;
    test_kinds_tree *others;
    uint32_t named_count;
    test_kinds_tree_named_entry *named;
    uint32_t more_case; /* the number of the member that is set; 0: none */
    union {
        test_kinds_tree *right;
        test_kinds_leaf *leaf;
    } more;
};

/* One pair of the map in a test_kinds_tree. */
struct test_kinds_tree_named_entry {
    pier_text key;
    test_kinds_tree value;
};

/* Recursive by way of another. */
struct test_kinds_leaf {
    test_kinds_tree *back;
};

/* A graph: references may meet. */
struct test_kinds_node {
    pier_text name;
    test_kinds_node *next;
    uint32_t others_count;
    test_kinds_node **others;
    uint32_t two_count;
    test_kinds_node *two[2];
};

/* Nothing at all. */
struct test_kinds_nothing {
    uint8_t pier_unused; /* C has no struct without members */
};

struct renamed_names_type {
    int32_t x;
};

struct test_kinds_http_server {
    uint32_t port;
    /* Deprecated. */
    server_state state;
};

/* What default__case of a renamed_names may be. */
enum {
    RENAMED_NAMES_DEFAULT__CASE = 5
};

/* What chosen_case of a renamed_names may be. */
enum {
    RENAMED_NAMES_CHOSEN_SECOND = 6
};

/* Names that C or C++ have another use for, and names that are given. */
struct renamed_names {
    int32_t int_;
    bool class_;
    uint32_t NULL_;
    pier_text ticker;
    uint32_t default__case; /* the number of the member that is set; 0: none */
    union {
        int32_t case_;
    } default_;
    uint32_t chosen_case; /* the number of the member that is set; 0: none */
    union {
        int32_t second;
    } chosen;
    /* The member has the name of its type. */
    bool has_renamed_names_type;
    struct renamed_names_type renamed_names_type;
    bool has_http_server;
    test_kinds_http_server http_server;
};

extern const pier_class test_kinds_scalars_class;
extern const pier_class test_kinds_optionals_class;
extern const pier_class test_kinds_inline_class;
extern const pier_class test_kinds_lists_class;
extern const pier_class test_kinds_maps_class;
extern const pier_class test_kinds_maps_counts_entry_class;
extern const pier_class test_kinds_maps_names_entry_class;
extern const pier_class test_kinds_maps_sides_entry_class;
extern const pier_class test_kinds_maps_rooms_entry_class;
extern const pier_class test_kinds_maps_colours_entry_class;
extern const pier_class test_kinds_maps_times_entry_class;
extern const pier_class test_kinds_nested_inner_class;
extern const pier_class test_kinds_nested_class;
extern const pier_class test_kinds_choices_class;
extern const pier_class test_kinds_anything_class;
extern const pier_class test_kinds_anything_by_name_entry_class;
extern const pier_class test_kinds_defaults_class;
extern const pier_class test_kinds_tree_class;
extern const pier_class test_kinds_tree_named_entry_class;
extern const pier_class test_kinds_leaf_class;
extern const pier_class test_kinds_node_class;
extern const pier_class test_kinds_nothing_class;
extern const pier_class renamed_names_type_class;
extern const pier_class test_kinds_http_server_class;
extern const pier_class renamed_names_class;

/* Stores a test_kinds_scalars: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_store(pier_archive *archive,
                                                               const test_kinds_scalars *record) {
    return pier_store_record(archive, &test_kinds_scalars_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_load(pier_archive *archive, test_kinds_scalars *record) {
    return pier_load_record(archive, &test_kinds_scalars_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_scalars_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_next(pier_archive *archive, test_kinds_scalars *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_scalars_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_load_into(pier_archive *archive, test_kinds_scalars *record,
                                                                   pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_scalars_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_scalars_init(test_kinds_scalars *record) {
    pier_record_init(&test_kinds_scalars_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_copy(const test_kinds_scalars *from, pier_arena *arena,
                                                              test_kinds_scalars *to) {
    return pier_record_copy(&test_kinds_scalars_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_scalars_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_clone(const test_kinds_scalars *from,
                                                               const pier_allocator *allocator,
                                                               test_kinds_scalars **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_scalars_class, from, allocator, &clone);
    *out = (test_kinds_scalars *)clone;
    return status;
}

/* Frees what test_kinds_scalars_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_scalars_free(test_kinds_scalars *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_scalars_compare(const test_kinds_scalars *one, const test_kinds_scalars *other) {
    return pier_record_compare(&test_kinds_scalars_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_scalars_print(const test_kinds_scalars *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_scalars_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_optionals: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_store(pier_archive *archive,
                                                                 const test_kinds_optionals *record) {
    return pier_store_record(archive, &test_kinds_optionals_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_load(pier_archive *archive, test_kinds_optionals *record) {
    return pier_load_record(archive, &test_kinds_optionals_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_optionals_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_next(pier_archive *archive, test_kinds_optionals *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_optionals_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_load_into(pier_archive *archive,
                                                                     test_kinds_optionals *record, pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_optionals_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_optionals_init(test_kinds_optionals *record) {
    pier_record_init(&test_kinds_optionals_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_copy(const test_kinds_optionals *from, pier_arena *arena,
                                                                test_kinds_optionals *to) {
    return pier_record_copy(&test_kinds_optionals_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_optionals_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_clone(const test_kinds_optionals *from,
                                                                 const pier_allocator *allocator,
                                                                 test_kinds_optionals **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_optionals_class, from, allocator, &clone);
    *out = (test_kinds_optionals *)clone;
    return status;
}

/* Frees what test_kinds_optionals_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_optionals_free(test_kinds_optionals *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_optionals_compare(const test_kinds_optionals *one, const test_kinds_optionals *other) {
    return pier_record_compare(&test_kinds_optionals_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_optionals_print(const test_kinds_optionals *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_optionals_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_inline: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_store(pier_archive *archive, const test_kinds_inline *record) {
    return pier_store_record(archive, &test_kinds_inline_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_load(pier_archive *archive, test_kinds_inline *record) {
    return pier_load_record(archive, &test_kinds_inline_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_inline_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_next(pier_archive *archive, test_kinds_inline *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_inline_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_load_into(pier_archive *archive, test_kinds_inline *record,
                                                                  pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_inline_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_inline_init(test_kinds_inline *record) {
    pier_record_init(&test_kinds_inline_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_copy(const test_kinds_inline *from, pier_arena *arena,
                                                             test_kinds_inline *to) {
    return pier_record_copy(&test_kinds_inline_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_inline_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_clone(const test_kinds_inline *from,
                                                              const pier_allocator *allocator,
                                                              test_kinds_inline **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_inline_class, from, allocator, &clone);
    *out = (test_kinds_inline *)clone;
    return status;
}

/* Frees what test_kinds_inline_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_inline_free(test_kinds_inline *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_inline_compare(const test_kinds_inline *one, const test_kinds_inline *other) {
    return pier_record_compare(&test_kinds_inline_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_inline_print(const test_kinds_inline *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_inline_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_lists: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_store(pier_archive *archive, const test_kinds_lists *record) {
    return pier_store_record(archive, &test_kinds_lists_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_load(pier_archive *archive, test_kinds_lists *record) {
    return pier_load_record(archive, &test_kinds_lists_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_lists_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_next(pier_archive *archive, test_kinds_lists *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_lists_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_load_into(pier_archive *archive, test_kinds_lists *record,
                                                                 pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_lists_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_lists_init(test_kinds_lists *record) {
    pier_record_init(&test_kinds_lists_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_copy(const test_kinds_lists *from, pier_arena *arena,
                                                            test_kinds_lists *to) {
    return pier_record_copy(&test_kinds_lists_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_lists_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_clone(const test_kinds_lists *from,
                                                             const pier_allocator *allocator, test_kinds_lists **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_lists_class, from, allocator, &clone);
    *out = (test_kinds_lists *)clone;
    return status;
}

/* Frees what test_kinds_lists_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_lists_free(test_kinds_lists *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_lists_compare(const test_kinds_lists *one, const test_kinds_lists *other) {
    return pier_record_compare(&test_kinds_lists_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_lists_print(const test_kinds_lists *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_lists_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_maps: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_store(pier_archive *archive, const test_kinds_maps *record) {
    return pier_store_record(archive, &test_kinds_maps_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_load(pier_archive *archive, test_kinds_maps *record) {
    return pier_load_record(archive, &test_kinds_maps_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_maps_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_next(pier_archive *archive, test_kinds_maps *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_maps_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_load_into(pier_archive *archive, test_kinds_maps *record,
                                                                pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_maps_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_maps_init(test_kinds_maps *record) {
    pier_record_init(&test_kinds_maps_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_copy(const test_kinds_maps *from, pier_arena *arena,
                                                           test_kinds_maps *to) {
    return pier_record_copy(&test_kinds_maps_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_maps_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_clone(const test_kinds_maps *from,
                                                            const pier_allocator *allocator, test_kinds_maps **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_maps_class, from, allocator, &clone);
    *out = (test_kinds_maps *)clone;
    return status;
}

/* Frees what test_kinds_maps_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_maps_free(test_kinds_maps *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_maps_compare(const test_kinds_maps *one, const test_kinds_maps *other) {
    return pier_record_compare(&test_kinds_maps_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_maps_print(const test_kinds_maps *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_maps_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_nested_inner: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_store(pier_archive *archive,
                                                                    const test_kinds_nested_inner *record) {
    return pier_store_record(archive, &test_kinds_nested_inner_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_load(pier_archive *archive,
                                                                   test_kinds_nested_inner *record) {
    return pier_load_record(archive, &test_kinds_nested_inner_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_nested_inner_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_next(pier_archive *archive,
                                                                   test_kinds_nested_inner *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_nested_inner_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_load_into(pier_archive *archive,
                                                                        test_kinds_nested_inner *record,
                                                                        pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_nested_inner_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_nested_inner_init(test_kinds_nested_inner *record) {
    pier_record_init(&test_kinds_nested_inner_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_copy(const test_kinds_nested_inner *from,
                                                                   pier_arena *arena, test_kinds_nested_inner *to) {
    return pier_record_copy(&test_kinds_nested_inner_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_nested_inner_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_clone(const test_kinds_nested_inner *from,
                                                                    const pier_allocator *allocator,
                                                                    test_kinds_nested_inner **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_nested_inner_class, from, allocator, &clone);
    *out = (test_kinds_nested_inner *)clone;
    return status;
}

/* Frees what test_kinds_nested_inner_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_nested_inner_free(test_kinds_nested_inner *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_nested_inner_compare(const test_kinds_nested_inner *one,
                                                const test_kinds_nested_inner *other) {
    return pier_record_compare(&test_kinds_nested_inner_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_nested_inner_print(const test_kinds_nested_inner *record, char *buffer,
                                                 size_t capacity_bytes) {
    return pier_record_print(&test_kinds_nested_inner_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_nested: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_store(pier_archive *archive, const test_kinds_nested *record) {
    return pier_store_record(archive, &test_kinds_nested_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_load(pier_archive *archive, test_kinds_nested *record) {
    return pier_load_record(archive, &test_kinds_nested_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_nested_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_next(pier_archive *archive, test_kinds_nested *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_nested_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_load_into(pier_archive *archive, test_kinds_nested *record,
                                                                  pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_nested_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_nested_init(test_kinds_nested *record) {
    pier_record_init(&test_kinds_nested_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_copy(const test_kinds_nested *from, pier_arena *arena,
                                                             test_kinds_nested *to) {
    return pier_record_copy(&test_kinds_nested_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_nested_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_clone(const test_kinds_nested *from,
                                                              const pier_allocator *allocator,
                                                              test_kinds_nested **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_nested_class, from, allocator, &clone);
    *out = (test_kinds_nested *)clone;
    return status;
}

/* Frees what test_kinds_nested_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_nested_free(test_kinds_nested *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_nested_compare(const test_kinds_nested *one, const test_kinds_nested *other) {
    return pier_record_compare(&test_kinds_nested_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_nested_print(const test_kinds_nested *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_nested_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_choices: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_store(pier_archive *archive,
                                                               const test_kinds_choices *record) {
    return pier_store_record(archive, &test_kinds_choices_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_load(pier_archive *archive, test_kinds_choices *record) {
    return pier_load_record(archive, &test_kinds_choices_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_choices_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_next(pier_archive *archive, test_kinds_choices *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_choices_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_load_into(pier_archive *archive, test_kinds_choices *record,
                                                                   pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_choices_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_choices_init(test_kinds_choices *record) {
    pier_record_init(&test_kinds_choices_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_copy(const test_kinds_choices *from, pier_arena *arena,
                                                              test_kinds_choices *to) {
    return pier_record_copy(&test_kinds_choices_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_choices_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_clone(const test_kinds_choices *from,
                                                               const pier_allocator *allocator,
                                                               test_kinds_choices **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_choices_class, from, allocator, &clone);
    *out = (test_kinds_choices *)clone;
    return status;
}

/* Frees what test_kinds_choices_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_choices_free(test_kinds_choices *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_choices_compare(const test_kinds_choices *one, const test_kinds_choices *other) {
    return pier_record_compare(&test_kinds_choices_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_choices_print(const test_kinds_choices *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_choices_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_anything: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_anything_store(pier_archive *archive,
                                                                const test_kinds_anything *record) {
    return pier_store_record(archive, &test_kinds_anything_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_anything_load(pier_archive *archive, test_kinds_anything *record) {
    return pier_load_record(archive, &test_kinds_anything_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_anything_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_anything_next(pier_archive *archive, test_kinds_anything *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_anything_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_anything_load_into(pier_archive *archive, test_kinds_anything *record,
                                                                    pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_anything_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_anything_init(test_kinds_anything *record) {
    pier_record_init(&test_kinds_anything_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_anything_copy(const test_kinds_anything *from, pier_arena *arena,
                                                               test_kinds_anything *to) {
    return pier_record_copy(&test_kinds_anything_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_anything_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_anything_clone(const test_kinds_anything *from,
                                                                const pier_allocator *allocator,
                                                                test_kinds_anything **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_anything_class, from, allocator, &clone);
    *out = (test_kinds_anything *)clone;
    return status;
}

/* Frees what test_kinds_anything_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_anything_free(test_kinds_anything *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_anything_compare(const test_kinds_anything *one, const test_kinds_anything *other) {
    return pier_record_compare(&test_kinds_anything_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_anything_print(const test_kinds_anything *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_anything_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_defaults: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_store(pier_archive *archive,
                                                                const test_kinds_defaults *record) {
    return pier_store_record(archive, &test_kinds_defaults_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_load(pier_archive *archive, test_kinds_defaults *record) {
    return pier_load_record(archive, &test_kinds_defaults_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_defaults_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_next(pier_archive *archive, test_kinds_defaults *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_defaults_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_load_into(pier_archive *archive, test_kinds_defaults *record,
                                                                    pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_defaults_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_defaults_init(test_kinds_defaults *record) {
    pier_record_init(&test_kinds_defaults_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_copy(const test_kinds_defaults *from, pier_arena *arena,
                                                               test_kinds_defaults *to) {
    return pier_record_copy(&test_kinds_defaults_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_defaults_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_clone(const test_kinds_defaults *from,
                                                                const pier_allocator *allocator,
                                                                test_kinds_defaults **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_defaults_class, from, allocator, &clone);
    *out = (test_kinds_defaults *)clone;
    return status;
}

/* Frees what test_kinds_defaults_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_defaults_free(test_kinds_defaults *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_defaults_compare(const test_kinds_defaults *one, const test_kinds_defaults *other) {
    return pier_record_compare(&test_kinds_defaults_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_defaults_print(const test_kinds_defaults *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_defaults_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_tree: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_store(pier_archive *archive, const test_kinds_tree *record) {
    return pier_store_record(archive, &test_kinds_tree_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_load(pier_archive *archive, test_kinds_tree *record) {
    return pier_load_record(archive, &test_kinds_tree_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_tree_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_next(pier_archive *archive, test_kinds_tree *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_tree_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_load_into(pier_archive *archive, test_kinds_tree *record,
                                                                pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_tree_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_tree_init(test_kinds_tree *record) {
    pier_record_init(&test_kinds_tree_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_copy(const test_kinds_tree *from, pier_arena *arena,
                                                           test_kinds_tree *to) {
    return pier_record_copy(&test_kinds_tree_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_tree_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_clone(const test_kinds_tree *from,
                                                            const pier_allocator *allocator, test_kinds_tree **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_tree_class, from, allocator, &clone);
    *out = (test_kinds_tree *)clone;
    return status;
}

/* Frees what test_kinds_tree_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_tree_free(test_kinds_tree *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_tree_compare(const test_kinds_tree *one, const test_kinds_tree *other) {
    return pier_record_compare(&test_kinds_tree_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_tree_print(const test_kinds_tree *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_tree_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_leaf: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_store(pier_archive *archive, const test_kinds_leaf *record) {
    return pier_store_record(archive, &test_kinds_leaf_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_load(pier_archive *archive, test_kinds_leaf *record) {
    return pier_load_record(archive, &test_kinds_leaf_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_leaf_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_next(pier_archive *archive, test_kinds_leaf *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_leaf_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_load_into(pier_archive *archive, test_kinds_leaf *record,
                                                                pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_leaf_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_leaf_init(test_kinds_leaf *record) {
    pier_record_init(&test_kinds_leaf_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_copy(const test_kinds_leaf *from, pier_arena *arena,
                                                           test_kinds_leaf *to) {
    return pier_record_copy(&test_kinds_leaf_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_leaf_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_clone(const test_kinds_leaf *from,
                                                            const pier_allocator *allocator, test_kinds_leaf **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_leaf_class, from, allocator, &clone);
    *out = (test_kinds_leaf *)clone;
    return status;
}

/* Frees what test_kinds_leaf_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_leaf_free(test_kinds_leaf *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_leaf_compare(const test_kinds_leaf *one, const test_kinds_leaf *other) {
    return pier_record_compare(&test_kinds_leaf_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_leaf_print(const test_kinds_leaf *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_leaf_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_node: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_node_store(pier_archive *archive, const test_kinds_node *record) {
    return pier_store_record(archive, &test_kinds_node_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_node_load(pier_archive *archive, test_kinds_node *record) {
    return pier_load_record(archive, &test_kinds_node_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_node_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_node_next(pier_archive *archive, test_kinds_node *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_node_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_node_load_into(pier_archive *archive, test_kinds_node *record,
                                                                pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_node_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_node_init(test_kinds_node *record) {
    pier_record_init(&test_kinds_node_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_node_copy(const test_kinds_node *from, pier_arena *arena,
                                                           test_kinds_node *to) {
    return pier_record_copy(&test_kinds_node_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_node_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_node_clone(const test_kinds_node *from,
                                                            const pier_allocator *allocator, test_kinds_node **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_node_class, from, allocator, &clone);
    *out = (test_kinds_node *)clone;
    return status;
}

/* Frees what test_kinds_node_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_node_free(test_kinds_node *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_node_compare(const test_kinds_node *one, const test_kinds_node *other) {
    return pier_record_compare(&test_kinds_node_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_node_print(const test_kinds_node *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_node_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_nothing: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_store(pier_archive *archive,
                                                               const test_kinds_nothing *record) {
    return pier_store_record(archive, &test_kinds_nothing_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_load(pier_archive *archive, test_kinds_nothing *record) {
    return pier_load_record(archive, &test_kinds_nothing_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_nothing_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_next(pier_archive *archive, test_kinds_nothing *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_nothing_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_load_into(pier_archive *archive, test_kinds_nothing *record,
                                                                   pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_nothing_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_nothing_init(test_kinds_nothing *record) {
    pier_record_init(&test_kinds_nothing_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_copy(const test_kinds_nothing *from, pier_arena *arena,
                                                              test_kinds_nothing *to) {
    return pier_record_copy(&test_kinds_nothing_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_nothing_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_clone(const test_kinds_nothing *from,
                                                               const pier_allocator *allocator,
                                                               test_kinds_nothing **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_nothing_class, from, allocator, &clone);
    *out = (test_kinds_nothing *)clone;
    return status;
}

/* Frees what test_kinds_nothing_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_nothing_free(test_kinds_nothing *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_nothing_compare(const test_kinds_nothing *one, const test_kinds_nothing *other) {
    return pier_record_compare(&test_kinds_nothing_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_nothing_print(const test_kinds_nothing *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&test_kinds_nothing_class, record, buffer, capacity_bytes);
}

/* Stores a renamed_names_type: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_store(pier_archive *archive,
                                                               const renamed_names_type *record) {
    return pier_store_record(archive, &renamed_names_type_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_load(pier_archive *archive, renamed_names_type *record) {
    return pier_load_record(archive, &renamed_names_type_class, record);
}

/* Loads the next record: as pier_archive_next, then renamed_names_type_load. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_next(pier_archive *archive, renamed_names_type *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &renamed_names_type_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_load_into(pier_archive *archive, renamed_names_type *record,
                                                                   pier_arena *arena) {
    return pier_load_record_into(archive, &renamed_names_type_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void renamed_names_type_init(renamed_names_type *record) {
    pier_record_init(&renamed_names_type_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_copy(const renamed_names_type *from, pier_arena *arena,
                                                              renamed_names_type *to) {
    return pier_record_copy(&renamed_names_type_class, from, arena, to);
}

/* Copies it with struct and all, until renamed_names_type_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_clone(const renamed_names_type *from,
                                                               const pier_allocator *allocator,
                                                               renamed_names_type **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&renamed_names_type_class, from, allocator, &clone);
    *out = (renamed_names_type *)clone;
    return status;
}

/* Frees what renamed_names_type_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void renamed_names_type_free(renamed_names_type *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int renamed_names_type_compare(const renamed_names_type *one, const renamed_names_type *other) {
    return pier_record_compare(&renamed_names_type_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t renamed_names_type_print(const renamed_names_type *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&renamed_names_type_class, record, buffer, capacity_bytes);
}

/* Stores a test_kinds_http_server: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_store(pier_archive *archive,
                                                                   const test_kinds_http_server *record) {
    return pier_store_record(archive, &test_kinds_http_server_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_load(pier_archive *archive,
                                                                  test_kinds_http_server *record) {
    return pier_load_record(archive, &test_kinds_http_server_class, record);
}

/* Loads the next record: as pier_archive_next, then test_kinds_http_server_load. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_next(pier_archive *archive,
                                                                  test_kinds_http_server *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &test_kinds_http_server_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_load_into(pier_archive *archive,
                                                                       test_kinds_http_server *record,
                                                                       pier_arena *arena) {
    return pier_load_record_into(archive, &test_kinds_http_server_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void test_kinds_http_server_init(test_kinds_http_server *record) {
    pier_record_init(&test_kinds_http_server_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_copy(const test_kinds_http_server *from, pier_arena *arena,
                                                                  test_kinds_http_server *to) {
    return pier_record_copy(&test_kinds_http_server_class, from, arena, to);
}

/* Copies it with struct and all, until test_kinds_http_server_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_clone(const test_kinds_http_server *from,
                                                                   const pier_allocator *allocator,
                                                                   test_kinds_http_server **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&test_kinds_http_server_class, from, allocator, &clone);
    *out = (test_kinds_http_server *)clone;
    return status;
}

/* Frees what test_kinds_http_server_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void test_kinds_http_server_free(test_kinds_http_server *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int test_kinds_http_server_compare(const test_kinds_http_server *one, const test_kinds_http_server *other) {
    return pier_record_compare(&test_kinds_http_server_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t test_kinds_http_server_print(const test_kinds_http_server *record, char *buffer,
                                                size_t capacity_bytes) {
    return pier_record_print(&test_kinds_http_server_class, record, buffer, capacity_bytes);
}

/* Stores a renamed_names: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_store(pier_archive *archive, const renamed_names *record) {
    return pier_store_record(archive, &renamed_names_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_load(pier_archive *archive, renamed_names *record) {
    return pier_load_record(archive, &renamed_names_class, record);
}

/* Loads the next record: as pier_archive_next, then renamed_names_load. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_next(pier_archive *archive, renamed_names *record) {
    pier_status status = pier_archive_next(archive);
    return status == PIER_OK ? pier_load_record(archive, &renamed_names_class, record) : status;
}

/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_load_into(pier_archive *archive, renamed_names *record,
                                                              pier_arena *arena) {
    return pier_load_record_into(archive, &renamed_names_class, record, arena);
}

/* Makes it empty, every field its default: as pier_record_init. */
PIER__CODEC void renamed_names_init(renamed_names *record) {
    pier_record_init(&renamed_names_class, record);
}

/* Copies it, with all that it holds in the arena: as pier_record_copy. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_copy(const renamed_names *from, pier_arena *arena,
                                                         renamed_names *to) {
    return pier_record_copy(&renamed_names_class, from, arena, to);
}

/* Copies it with struct and all, until renamed_names_free: as pier_record_clone. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_clone(const renamed_names *from, const pier_allocator *allocator,
                                                          renamed_names **out) {
    void *clone = NULL;
    pier_status status = pier_record_clone(&renamed_names_class, from, allocator, &clone);
    *out = (renamed_names *)clone;
    return status;
}

/* Frees what renamed_names_clone made, however deep it is; NULL is allowed: as pier_record_free. */
PIER__CODEC void renamed_names_free(renamed_names *record) {
    pier_record_free(record);
}

/* Compares two, in a total order: as pier_record_compare. */
PIER__CODEC int renamed_names_compare(const renamed_names *one, const renamed_names *other) {
    return pier_record_compare(&renamed_names_class, one, other);
}

/* Writes it as JSON in one line: as pier_record_print. */
PIER__CODEC size_t renamed_names_print(const renamed_names *record, char *buffer, size_t capacity_bytes) {
    return pier_record_print(&renamed_names_class, record, buffer, capacity_bytes);
}

#ifdef __cplusplus
}
#endif

#endif
