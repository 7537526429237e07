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

/* What link_case of a test_kinds_node may be. */
enum {
    TEST_KINDS_NODE_LINK_LINKED = 5,
    TEST_KINDS_NODE_LINK_NUMBER = 6
};

/* A graph: references may meet. */
struct test_kinds_node {
    pier_text name;
    test_kinds_node *next;
    uint32_t others_count;
    test_kinds_node **others;
    uint32_t two_count;
    test_kinds_node *two[2];
    uint32_t link_case; /* the number of the member that is set; 0: none */
    union {
        test_kinds_node *linked;
        uint32_t number;
    } link;
    pier_any other;
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

/* The codecs. How large a record is at most, but for what its __measure tells: in bytes as stored, in values, and
 * in arrays that are in one another. */
enum { test_kinds_scalars__most = 113, test_kinds_scalars__values = 21, test_kinds_scalars__depth = 1 };
enum { test_kinds_optionals__most = 76, test_kinds_optionals__values = 11, test_kinds_optionals__depth = 1 };
enum { test_kinds_inline__most = 222, test_kinds_inline__values = 32, test_kinds_inline__depth = 4 };
enum { test_kinds_lists__most = 202, test_kinds_lists__values = 14, test_kinds_lists__depth = 2 };
enum { test_kinds_maps__most = 33, test_kinds_maps__values = 7, test_kinds_maps__depth = 2 };
enum { test_kinds_maps_counts_entry__most = 13, test_kinds_maps_counts_entry__values = 3,
      test_kinds_maps_counts_entry__depth = 1 };
enum { test_kinds_maps_names_entry__most = 17, test_kinds_maps_names_entry__values = 3,
      test_kinds_maps_names_entry__depth = 1 };
enum { test_kinds_maps_sides_entry__most = 13, test_kinds_maps_sides_entry__values = 3,
      test_kinds_maps_sides_entry__depth = 1 };
enum { test_kinds_maps_rooms_entry__most = 28, test_kinds_maps_rooms_entry__values = 6,
      test_kinds_maps_rooms_entry__depth = 3 };
enum { test_kinds_maps_colours_entry__most = 13, test_kinds_maps_colours_entry__values = 3,
      test_kinds_maps_colours_entry__depth = 1 };
enum { test_kinds_maps_times_entry__most = 23, test_kinds_maps_times_entry__values = 3,
      test_kinds_maps_times_entry__depth = 1 };
enum { test_kinds_nested_inner__most = 28, test_kinds_nested_inner__values = 6, test_kinds_nested_inner__depth = 3 };
enum { test_kinds_nested__most = 110, test_kinds_nested__values = 20, test_kinds_nested__depth = 4 };
enum { test_kinds_choices__most = 51, test_kinds_choices__values = 13, test_kinds_choices__depth = 4 };
enum { test_kinds_defaults__most = 76, test_kinds_defaults__values = 14, test_kinds_defaults__depth = 1 };
enum { test_kinds_tree__most = 24, test_kinds_tree__values = 8, test_kinds_tree__depth = 2 };
enum { test_kinds_tree_named_entry__most = 32, test_kinds_tree_named_entry__values = 10,
      test_kinds_tree_named_entry__depth = 3 };
enum { test_kinds_leaf__most = 4, test_kinds_leaf__values = 2, test_kinds_leaf__depth = 1 };
enum { test_kinds_nothing__most = 3, test_kinds_nothing__values = 1, test_kinds_nothing__depth = 1 };
enum { renamed_names_type__most = 8, renamed_names_type__values = 2, renamed_names_type__depth = 1 };
enum { test_kinds_http_server__most = 13, test_kinds_http_server__values = 3, test_kinds_http_server__depth = 1 };
enum { renamed_names__most = 58, renamed_names__values = 16, renamed_names__depth = 2 };
PIER__CODEC uint64_t test_kinds_maps_counts_entry__measure(const test_kinds_maps_counts_entry *record,
                                                           pier__measuring *counts);
PIER__CODEC uint8_t *test_kinds_maps_counts_entry__put(uint8_t *at, const test_kinds_maps_counts_entry *record);
PIER__CODEC const uint8_t *test_kinds_maps_counts_entry__take(const uint8_t *at, const uint8_t *end,
                                                              test_kinds_maps_counts_entry *record,
                                                              pier__decoding *how);
PIER__CODEC uint64_t test_kinds_maps_names_entry__measure(const test_kinds_maps_names_entry *record,
                                                          pier__measuring *counts);
PIER__CODEC uint8_t *test_kinds_maps_names_entry__put(uint8_t *at, const test_kinds_maps_names_entry *record);
PIER__CODEC const uint8_t *test_kinds_maps_names_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_names_entry *record, pier__decoding *how);
PIER__CODEC uint8_t *test_kinds_maps_sides_entry__put(uint8_t *at, const test_kinds_maps_sides_entry *record);
PIER__CODEC const uint8_t *test_kinds_maps_sides_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_sides_entry *record, pier__decoding *how);
PIER__CODEC uint8_t *test_kinds_maps_rooms_entry__put(uint8_t *at, const test_kinds_maps_rooms_entry *record);
PIER__CODEC const uint8_t *test_kinds_maps_rooms_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_rooms_entry *record, pier__decoding *how);
PIER__CODEC uint8_t *test_kinds_maps_colours_entry__put(uint8_t *at, const test_kinds_maps_colours_entry *record);
PIER__CODEC const uint8_t *test_kinds_maps_colours_entry__take(const uint8_t *at, const uint8_t *end,
                                                               test_kinds_maps_colours_entry *record,
                                                               pier__decoding *how);
PIER__CODEC uint64_t test_kinds_maps_times_entry__measure(const test_kinds_maps_times_entry *record,
                                                          pier__measuring *counts);
PIER__CODEC uint8_t *test_kinds_maps_times_entry__put(uint8_t *at, const test_kinds_maps_times_entry *record);
PIER__CODEC const uint8_t *test_kinds_maps_times_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_times_entry *record, pier__decoding *how);
PIER__CODEC uint64_t test_kinds_tree_named_entry__measure(const test_kinds_tree_named_entry *record,
                                                          pier__measuring *counts);
PIER__CODEC uint8_t *test_kinds_tree_named_entry__put(uint8_t *at, const test_kinds_tree_named_entry *record);
PIER__CODEC const uint8_t *test_kinds_tree_named_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_tree_named_entry *record, pier__decoding *how);
PIER__CODEC uint64_t test_kinds_leaf__measure(const test_kinds_leaf *record, pier__measuring *counts);
PIER__CODEC uint8_t *test_kinds_leaf__put(uint8_t *at, const test_kinds_leaf *record);
PIER__CODEC const uint8_t *test_kinds_leaf__take(const uint8_t *at, const uint8_t *end, test_kinds_leaf *record,
                                                 pier__decoding *how);

/* Returns the bytes that a record needs beside test_kinds_scalars__most. */
PIER__CODEC uint64_t test_kinds_scalars__measure(const test_kinds_scalars *record, pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->text.size);
    more += pier__view_bytes(record->data.size);
    (void)counts;
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_scalars__put(uint8_t *at, const test_kinds_scalars *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 20);
    at = pier__put_boolean(at, record->flag, &wrong);
    at = pier__put_i32(at, record->i32, &wrong);
    at = pier__put_i64(at, record->i64, &wrong);
    at = pier__put_u32(at, record->u32, &wrong);
    at = pier__put_u64(at, record->u64, &wrong);
    at = pier__put_i32(at, record->s32, &wrong);
    at = pier__put_i64(at, record->s64, &wrong);
    at = pier__put_fixed_u32(at, record->f32, &wrong);
    at = pier__put_fixed_u64(at, record->f64, &wrong);
    at = pier__put_fixed_i32(at, record->sf32, &wrong);
    at = pier__put_fixed_i64(at, record->sf64, &wrong);
    at = pier__put_f32(at, record->real, &wrong);
    at = pier__put_f64(at, record->precise, &wrong);
    at = pier__put_text(at, record->text, &wrong);
    at = pier__put_bytes(at, record->data, &wrong);
    at = pier__put_i32(at, record->colour, &wrong);
    at = pier__put_i8(at, record->tiny, &wrong);
    at = pier__put_i16(at, record->small, &wrong);
    at = pier__put_u8(at, record->octet, &wrong);
    at = pier__put_u16(at, record->port, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_scalars__put gives. */
PIER__CODEC const uint8_t *test_kinds_scalars__take(const uint8_t *at, const uint8_t *end, test_kinds_scalars *record,
                                                    pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 20, &wrong);
    at = pier__take_boolean(at, end, &record->flag, &wrong);
    at = pier__take_i32(at, end, &record->i32, &wrong);
    at = pier__take_i64(at, end, &record->i64, &wrong);
    at = pier__take_u32(at, end, &record->u32, &wrong);
    at = pier__take_u64(at, end, &record->u64, &wrong);
    at = pier__take_i32(at, end, &record->s32, &wrong);
    at = pier__take_i64(at, end, &record->s64, &wrong);
    at = pier__take_fixed_u32(at, end, &record->f32, &wrong);
    at = pier__take_fixed_u64(at, end, &record->f64, &wrong);
    at = pier__take_fixed_i32(at, end, &record->sf32, &wrong);
    at = pier__take_fixed_i64(at, end, &record->sf64, &wrong);
    at = pier__take_f32(at, end, &record->real, &wrong);
    at = pier__take_f64(at, end, &record->precise, &wrong);
    at = pier__take_text(at, end, &record->text, how, &wrong);
    at = pier__take_bytes(at, end, &record->data, how, &wrong);
    at = pier__take_i32(at, end, &record->colour, &wrong);
    at = pier__take_i8(at, end, &record->tiny, &wrong);
    at = pier__take_i16(at, end, &record->small, &wrong);
    at = pier__take_u8(at, end, &record->octet, &wrong);
    at = pier__take_u16(at, end, &record->port, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_scalars: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_store(pier_archive *archive,
                                                               const test_kinds_scalars *record) {
    uint64_t bytes = (uint64_t)test_kinds_scalars__most + PIER__OVERHANG_BYTES;
    pier__measuring counts = {0, 0, 0};
    bytes += test_kinds_scalars__measure(record, &counts);
    if (pier__run_stores(archive, &test_kinds_scalars_class, bytes) &&
        pier__run_stored(archive, test_kinds_scalars__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &test_kinds_scalars_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_load(pier_archive *archive, test_kinds_scalars *record) {
    return pier_load_record(archive, &test_kinds_scalars_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_scalars_next(pier_archive *archive, test_kinds_scalars *record) {
    if (pier__run_loads(archive, &test_kinds_scalars_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, test_kinds_scalars__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &test_kinds_scalars_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_optionals__most. */
PIER__CODEC uint64_t test_kinds_optionals__measure(const test_kinds_optionals *record, pier__measuring *counts) {
    uint64_t more = 0;
    if (record->has_text) {
        more += pier__view_bytes(record->text.size);
    }
    if (record->has_data) {
        more += pier__view_bytes(record->data.size);
    }
    (void)counts;
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_optionals__put(uint8_t *at, const test_kinds_optionals *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 10);
    if (record->has_flag) {
        at = pier__put_boolean(at, record->flag, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_i32) {
        at = pier__put_i32(at, record->i32, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_u64) {
        at = pier__put_u64(at, record->u64, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_f32) {
        at = pier__put_fixed_u32(at, record->f32, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_real) {
        at = pier__put_f32(at, record->real, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_text) {
        at = pier__put_text(at, record->text, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_data) {
        at = pier__put_bytes(at, record->data, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_colour) {
        at = pier__put_i32(at, record->colour, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_symbol) {
        at = pier__put_inline_text(at, record->symbol, 8, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_hash) {
        at = pier__put_inline_bytes(at, record->hash.data, record->hash.size, 20, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_optionals__put gives. */
PIER__CODEC const uint8_t *test_kinds_optionals__take(const uint8_t *at, const uint8_t *end,
                                                      test_kinds_optionals *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 10, &wrong);
    record->has_flag = at[0] != 0xc0;
    if (record->has_flag) {
        at = pier__take_boolean(at, end, &record->flag, &wrong);
    } else {
        memset(&record->flag, 0, sizeof record->flag);
        at += 1;
    }
    record->has_i32 = at[0] != 0xc0;
    if (record->has_i32) {
        at = pier__take_i32(at, end, &record->i32, &wrong);
    } else {
        memset(&record->i32, 0, sizeof record->i32);
        at += 1;
    }
    record->has_u64 = at[0] != 0xc0;
    if (record->has_u64) {
        at = pier__take_u64(at, end, &record->u64, &wrong);
    } else {
        memset(&record->u64, 0, sizeof record->u64);
        at += 1;
    }
    record->has_f32 = at[0] != 0xc0;
    if (record->has_f32) {
        at = pier__take_fixed_u32(at, end, &record->f32, &wrong);
    } else {
        memset(&record->f32, 0, sizeof record->f32);
        at += 1;
    }
    record->has_real = at[0] != 0xc0;
    if (record->has_real) {
        at = pier__take_f32(at, end, &record->real, &wrong);
    } else {
        memset(&record->real, 0, sizeof record->real);
        at += 1;
    }
    record->has_text = at[0] != 0xc0;
    if (record->has_text) {
        at = pier__take_text(at, end, &record->text, how, &wrong);
    } else {
        memset(&record->text, 0, sizeof record->text);
        at += 1;
    }
    record->has_data = at[0] != 0xc0;
    if (record->has_data) {
        at = pier__take_bytes(at, end, &record->data, how, &wrong);
    } else {
        memset(&record->data, 0, sizeof record->data);
        at += 1;
    }
    record->has_colour = at[0] != 0xc0;
    if (record->has_colour) {
        at = pier__take_i32(at, end, &record->colour, &wrong);
    } else {
        memset(&record->colour, 0, sizeof record->colour);
        at += 1;
    }
    record->has_symbol = at[0] != 0xc0;
    if (record->has_symbol) {
        at = pier__take_inline_text(at, end, record->symbol, 8, &wrong);
    } else {
        memset(&record->symbol, 0, sizeof record->symbol);
        at += 1;
    }
    record->has_hash = at[0] != 0xc0;
    if (record->has_hash) {
        at = pier__take_inline_bytes(at, end, record->hash.data, &record->hash.size, 20, &wrong);
    } else {
        memset(&record->hash, 0, sizeof record->hash);
        at += 1;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_optionals: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_store(pier_archive *archive,
                                                                 const test_kinds_optionals *record) {
    uint64_t bytes = (uint64_t)test_kinds_optionals__most + PIER__OVERHANG_BYTES;
    pier__measuring counts = {0, 0, 0};
    bytes += test_kinds_optionals__measure(record, &counts);
    if (pier__run_stores(archive, &test_kinds_optionals_class, bytes) &&
        pier__run_stored(archive, test_kinds_optionals__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &test_kinds_optionals_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_load(pier_archive *archive, test_kinds_optionals *record) {
    return pier_load_record(archive, &test_kinds_optionals_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_optionals_next(pier_archive *archive, test_kinds_optionals *record) {
    if (pier__run_loads(archive, &test_kinds_optionals_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, test_kinds_optionals__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &test_kinds_optionals_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_inline__most. */
PIER__CODEC uint64_t test_kinds_inline__measure(const test_kinds_inline *record, pier__measuring *counts) {
    uint64_t more = 0;
    more += (uint64_t)pier__measure_list(counts, record->codes, record->codes_count, 1, 0) * 4;
    more += (uint64_t)pier__measure_list(counts, record->keys, record->keys_count, 1, 0) * 11;
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_inline__put(uint8_t *at, const test_kinds_inline *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 8);
    at = pier__put_inline_text(at, record->symbol, 16, &wrong);
    at = pier__put_inline_bytes(at, record->hash.data, record->hash.size, 32, &wrong);
    {
        uint32_t count = pier__list_count(record->codes, record->codes_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_inline_text(at, record->codes[i], 4, &wrong);
        }
    }
    {
        uint32_t count = pier__array_count(record->names_count, 3, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_inline_text(at, record->names[i], 8, &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->keys, record->keys_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_inline_bytes(at, record->keys[i].data, record->keys[i].size, 6, &wrong);
        }
    }
    {
        uint32_t count = pier__array_count(record->pins_count, 2, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_inline_bytes(at, record->pins[i].data, record->pins[i].size, 6, &wrong);
        }
    }
    {
        uint32_t count = pier__array_count(record->numbers_count, 10, &wrong);
        at = pier__put_count(at, count);
        at = pier__put_integers(at, record->numbers, count, PIER_FIELD_I32);
    }
    {
        uint32_t count = pier__array_count(record->rooms_count, 2, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = house_room__put(at, &record->rooms[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_inline__put gives. */
PIER__CODEC const uint8_t *test_kinds_inline__take(const uint8_t *at, const uint8_t *end, test_kinds_inline *record,
                                                   pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 8, &wrong);
    at = pier__take_inline_text(at, end, record->symbol, 16, &wrong);
    at = pier__take_inline_bytes(at, end, record->hash.data, &record->hash.size, 32, &wrong);
    {
        static const pier__element element = {sizeof record->codes[0], PIER__ALIGN(record->codes[0]), 1, 0};
        at = pier__take_list(at, end, &record->codes_count, &record->codes, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->codes_count; i < count; i++) {
            at = pier__take_inline_text(at, end, record->codes[i], 4, &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    at = pier__take_count(at, &record->names_count, 3, &wrong);
    for (uint32_t i = 0, count = record->names_count; i < count; i++) {
        at = pier__take_inline_text(at, end, record->names[i], 8, &wrong);
    }
    {
        static const pier__element element = {sizeof record->keys[0], PIER__ALIGN(record->keys[0]), 1, 0};
        at = pier__take_list(at, end, &record->keys_count, &record->keys, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->keys_count; i < count; i++) {
            at = pier__take_inline_bytes(at, end, record->keys[i].data, &record->keys[i].size, 6, &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    at = pier__take_count(at, &record->pins_count, 2, &wrong);
    for (uint32_t i = 0, count = record->pins_count; i < count; i++) {
        at = pier__take_inline_bytes(at, end, record->pins[i].data, &record->pins[i].size, 6, &wrong);
    }
    at = pier__take_count(at, &record->numbers_count, 10, &wrong);
    at = pier__take_integers(at, end, record->numbers, record->numbers_count, PIER_FIELD_I32);
    if (at == NULL) {
        return NULL;
    }
    at = pier__take_count(at, &record->rooms_count, 2, &wrong);
    for (uint32_t i = 0, count = record->rooms_count; i < count; i++) {
        at = house_room__take(at, end, &record->rooms[i], how);
        if (at == NULL) {
            return NULL;
        }
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_inline: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_store(pier_archive *archive, const test_kinds_inline *record) {
    return pier_store_record(archive, &test_kinds_inline_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_load(pier_archive *archive, test_kinds_inline *record) {
    return pier_load_record(archive, &test_kinds_inline_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_inline_next(pier_archive *archive, test_kinds_inline *record) {
    return pier_next_record(archive, &test_kinds_inline_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_lists__most. */
PIER__CODEC uint64_t test_kinds_lists__measure(const test_kinds_lists *record, pier__measuring *counts) {
    uint64_t more = 0;
    more += (uint64_t)pier__measure_list(counts, record->flags, record->flags_count, 1, 0) * 1;
    more += (uint64_t)pier__measure_list(counts, record->i32, record->i32_count, 1, 0) * 5;
    more += (uint64_t)pier__measure_list(counts, record->f64, record->f64_count, 1, 0) * 9;
    more += (uint64_t)pier__measure_list(counts, record->reals, record->reals_count, 1, 0) * 9;
    {
        uint32_t count = pier__measure_list(counts, record->texts, record->texts_count, 1, 0);
        more += (uint64_t)count * 5;
        for (uint32_t i = 0; i < count; i++) {
            more += pier__view_bytes(record->texts[i].size);
        }
    }
    {
        uint32_t count = pier__measure_list(counts, record->datas, record->datas_count, 1, 0);
        more += (uint64_t)count * 5;
        for (uint32_t i = 0; i < count; i++) {
            more += pier__view_bytes(record->datas[i].size);
        }
    }
    more += (uint64_t)pier__measure_list(counts, record->colours, record->colours_count, 1, 0) * 5;
    more += (uint64_t)pier__measure_list(counts, record->rooms, record->rooms_count, house_room__values, 2
                                         + house_room__depth) * house_room__most;
    more += (uint64_t)pier__measure_list(counts, record->times, record->times_count, 1, 0) * 15;
    more += (uint64_t)pier__measure_list(counts, record->durations, record->durations_count, 3, 3) * 15;
    more += record->samples != NULL ? (uint64_t)record->samples_count * sizeof record->samples[0] : 0;
    more += record->ids != NULL ? (uint64_t)record->ids_count * sizeof record->ids[0] : 0;
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_lists__put(uint8_t *at, const test_kinds_lists *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 13);
    {
        uint32_t count = pier__list_count(record->flags, record->flags_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_boolean(at, record->flags[i], &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->i32, record->i32_count, &wrong);
        at = pier__put_count(at, count);
        at = pier__put_integers(at, record->i32, count, PIER_FIELD_I32);
    }
    {
        uint32_t count = pier__list_count(record->f64, record->f64_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_fixed_u64(at, record->f64[i], &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->reals, record->reals_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_f64(at, record->reals[i], &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->texts, record->texts_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_text(at, record->texts[i], &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->datas, record->datas_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_bytes(at, record->datas[i], &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->colours, record->colours_count, &wrong);
        at = pier__put_count(at, count);
        at = pier__put_integers(at, record->colours, count, PIER_FIELD_I32);
    }
    {
        uint32_t count = pier__list_count(record->rooms, record->rooms_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = house_room__put(at, &record->rooms[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    {
        uint32_t count = pier__list_count(record->times, record->times_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_time(at, record->times[i], &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->durations, record->durations_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = pier__put_duration(at, record->durations[i], &wrong);
        }
    }
    {
        uint32_t count = pier__list_count(record->samples, record->samples_count, &wrong);
        at = pier__put_typed(at, record->samples, count, 0, PIER_FIELD_F32, sizeof record->samples[0]);
    }
    {
        uint32_t count = pier__list_count(record->ids, record->ids_count, &wrong);
        at = pier__put_typed(at, record->ids, count, 0, PIER_FIELD_U64, sizeof record->ids[0]);
    }
    {
        uint32_t count = pier__array_count(record->levels_count, 64, &wrong);
        at = pier__put_typed(at, record->levels, count, 64, PIER_FIELD_U8, sizeof record->levels[0]);
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_lists__put gives. */
PIER__CODEC const uint8_t *test_kinds_lists__take(const uint8_t *at, const uint8_t *end, test_kinds_lists *record,
                                                  pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 13, &wrong);
    {
        static const pier__element element = {sizeof record->flags[0], PIER__ALIGN(record->flags[0]), 1, 0};
        at = pier__take_list(at, end, &record->flags_count, &record->flags, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->flags_count; i < count; i++) {
            at = pier__take_boolean(at, end, &record->flags[i], &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->i32[0], PIER__ALIGN(record->i32[0]), 1, 0};
        at = pier__take_list(at, end, &record->i32_count, &record->i32, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        at = pier__take_integers(at, end, record->i32, record->i32_count, PIER_FIELD_I32);
        if (at == NULL) {
            return NULL;
        }
    }
    {
        static const pier__element element = {sizeof record->f64[0], PIER__ALIGN(record->f64[0]), 1, 0};
        at = pier__take_list(at, end, &record->f64_count, &record->f64, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->f64_count; i < count; i++) {
            at = pier__take_fixed_u64(at, end, &record->f64[i], &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->reals[0], PIER__ALIGN(record->reals[0]), 1, 0};
        at = pier__take_list(at, end, &record->reals_count, &record->reals, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->reals_count; i < count; i++) {
            at = pier__take_f64(at, end, &record->reals[i], &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->texts[0], PIER__ALIGN(record->texts[0]), 1, 0};
        at = pier__take_list(at, end, &record->texts_count, &record->texts, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->texts_count; i < count; i++) {
            at = pier__take_text(at, end, &record->texts[i], how, &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->datas[0], PIER__ALIGN(record->datas[0]), 1, 0};
        at = pier__take_list(at, end, &record->datas_count, &record->datas, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->datas_count; i < count; i++) {
            at = pier__take_bytes(at, end, &record->datas[i], how, &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->colours[0], PIER__ALIGN(record->colours[0]), 1, 0};
        at = pier__take_list(at, end, &record->colours_count, &record->colours, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        at = pier__take_integers(at, end, record->colours, record->colours_count, PIER_FIELD_I32);
        if (at == NULL) {
            return NULL;
        }
    }
    {
        static const pier__element element = {sizeof record->rooms[0], PIER__ALIGN(record->rooms[0]),
                                              house_room__values, 2 + house_room__depth};
        at = pier__take_list(at, end, &record->rooms_count, &record->rooms, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->rooms_count; i < count; i++) {
            at = house_room__take(at, end, &record->rooms[i], how);
            if (at == NULL) {
                return NULL;
            }
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->times[0], PIER__ALIGN(record->times[0]), 1, 0};
        at = pier__take_list(at, end, &record->times_count, &record->times, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->times_count; i < count; i++) {
            at = pier__take_time(at, end, &record->times[i], &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->durations[0], PIER__ALIGN(record->durations[0]), 3, 3};
        at = pier__take_list(at, end, &record->durations_count, &record->durations, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->durations_count; i < count; i++) {
            at = pier__take_duration(at, end, &record->durations[i], &wrong);
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->samples[0], PIER__ALIGN(record->samples[0]), 1, 0};
        at = pier__take_typed_list(at, end, &record->samples_count, &record->samples, PIER_FIELD_F32, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
    }
    {
        static const pier__element element = {sizeof record->ids[0], PIER__ALIGN(record->ids[0]), 1, 0};
        at = pier__take_typed_list(at, end, &record->ids_count, &record->ids, PIER_FIELD_U64, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
    }
    at = pier__take_typed(at, end, &record->levels_count, record->levels, 64, PIER_FIELD_U8, sizeof record->levels[0],
                          &wrong);
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_lists: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_store(pier_archive *archive, const test_kinds_lists *record) {
    return pier_store_record(archive, &test_kinds_lists_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_load(pier_archive *archive, test_kinds_lists *record) {
    return pier_load_record(archive, &test_kinds_lists_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_lists_next(pier_archive *archive, test_kinds_lists *record) {
    return pier_next_record(archive, &test_kinds_lists_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_maps__most. */
PIER__CODEC uint64_t test_kinds_maps__measure(const test_kinds_maps *record, pier__measuring *counts) {
    uint64_t more = 0;
    {
        uint32_t count = pier__measure_list(counts, record->counts, record->counts_count,
                                            test_kinds_maps_counts_entry__values, 1
                                            + test_kinds_maps_counts_entry__depth);
        more += (uint64_t)count * test_kinds_maps_counts_entry__most;
        for (uint32_t i = 0; i < count; i++) {
            more += test_kinds_maps_counts_entry__measure(&record->counts[i], counts);
        }
    }
    {
        uint32_t count = pier__measure_list(counts, record->names, record->names_count,
                                            test_kinds_maps_names_entry__values, 1
                                            + test_kinds_maps_names_entry__depth);
        more += (uint64_t)count * test_kinds_maps_names_entry__most;
        for (uint32_t i = 0; i < count; i++) {
            more += test_kinds_maps_names_entry__measure(&record->names[i], counts);
        }
    }
    more += (uint64_t)pier__measure_list(counts, record->sides, record->sides_count,
                                         test_kinds_maps_sides_entry__values, 1
                                         + test_kinds_maps_sides_entry__depth) * test_kinds_maps_sides_entry__most;
    more += (uint64_t)pier__measure_list(counts, record->rooms, record->rooms_count,
                                         test_kinds_maps_rooms_entry__values, 1
                                         + test_kinds_maps_rooms_entry__depth) * test_kinds_maps_rooms_entry__most;
    more += (uint64_t)pier__measure_list(counts, record->colours, record->colours_count,
                                         test_kinds_maps_colours_entry__values, 1
                                         + test_kinds_maps_colours_entry__depth) * test_kinds_maps_colours_entry__most;
    {
        uint32_t count = pier__measure_list(counts, record->times, record->times_count,
                                            test_kinds_maps_times_entry__values, 1
                                            + test_kinds_maps_times_entry__depth);
        more += (uint64_t)count * test_kinds_maps_times_entry__most;
        for (uint32_t i = 0; i < count; i++) {
            more += test_kinds_maps_times_entry__measure(&record->times[i], counts);
        }
    }
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_maps__put(uint8_t *at, const test_kinds_maps *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 6);
    {
        uint32_t count = pier__list_count(record->counts, record->counts_count, &wrong);
        at = pier__put_pairs(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_maps_counts_entry__put(at, &record->counts[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    {
        uint32_t count = pier__list_count(record->names, record->names_count, &wrong);
        at = pier__put_pairs(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_maps_names_entry__put(at, &record->names[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    {
        uint32_t count = pier__list_count(record->sides, record->sides_count, &wrong);
        at = pier__put_pairs(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_maps_sides_entry__put(at, &record->sides[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    {
        uint32_t count = pier__list_count(record->rooms, record->rooms_count, &wrong);
        at = pier__put_pairs(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_maps_rooms_entry__put(at, &record->rooms[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    {
        uint32_t count = pier__list_count(record->colours, record->colours_count, &wrong);
        at = pier__put_pairs(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_maps_colours_entry__put(at, &record->colours[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    {
        uint32_t count = pier__list_count(record->times, record->times_count, &wrong);
        at = pier__put_pairs(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_maps_times_entry__put(at, &record->times[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_maps__put gives. */
PIER__CODEC const uint8_t *test_kinds_maps__take(const uint8_t *at, const uint8_t *end, test_kinds_maps *record,
                                                 pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 6, &wrong);
    {
        static const pier__element element = {sizeof record->counts[0], PIER__ALIGN(record->counts[0]),
                                              test_kinds_maps_counts_entry__values, 1
                                              + test_kinds_maps_counts_entry__depth};
        at = pier__take_pairs(at, end, &record->counts_count, &record->counts, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->counts_count; i < count; i++) {
            at = test_kinds_maps_counts_entry__take(at, end, &record->counts[i], how);
            if (at == NULL) {
                return NULL;
            }
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->names[0], PIER__ALIGN(record->names[0]),
                                              test_kinds_maps_names_entry__values, 1
                                              + test_kinds_maps_names_entry__depth};
        at = pier__take_pairs(at, end, &record->names_count, &record->names, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->names_count; i < count; i++) {
            at = test_kinds_maps_names_entry__take(at, end, &record->names[i], how);
            if (at == NULL) {
                return NULL;
            }
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->sides[0], PIER__ALIGN(record->sides[0]),
                                              test_kinds_maps_sides_entry__values, 1
                                              + test_kinds_maps_sides_entry__depth};
        at = pier__take_pairs(at, end, &record->sides_count, &record->sides, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->sides_count; i < count; i++) {
            at = test_kinds_maps_sides_entry__take(at, end, &record->sides[i], how);
            if (at == NULL) {
                return NULL;
            }
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->rooms[0], PIER__ALIGN(record->rooms[0]),
                                              test_kinds_maps_rooms_entry__values, 1
                                              + test_kinds_maps_rooms_entry__depth};
        at = pier__take_pairs(at, end, &record->rooms_count, &record->rooms, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->rooms_count; i < count; i++) {
            at = test_kinds_maps_rooms_entry__take(at, end, &record->rooms[i], how);
            if (at == NULL) {
                return NULL;
            }
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->colours[0], PIER__ALIGN(record->colours[0]),
                                              test_kinds_maps_colours_entry__values, 1
                                              + test_kinds_maps_colours_entry__depth};
        at = pier__take_pairs(at, end, &record->colours_count, &record->colours, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->colours_count; i < count; i++) {
            at = test_kinds_maps_colours_entry__take(at, end, &record->colours[i], how);
            if (at == NULL) {
                return NULL;
            }
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->times[0], PIER__ALIGN(record->times[0]),
                                              test_kinds_maps_times_entry__values, 1
                                              + test_kinds_maps_times_entry__depth};
        at = pier__take_pairs(at, end, &record->times_count, &record->times, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->times_count; i < count; i++) {
            at = test_kinds_maps_times_entry__take(at, end, &record->times[i], how);
            if (at == NULL) {
                return NULL;
            }
            at = pier__check_end(at, end, &wrong);
        }
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_maps: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_store(pier_archive *archive, const test_kinds_maps *record) {
    return pier_store_record(archive, &test_kinds_maps_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_load(pier_archive *archive, test_kinds_maps *record) {
    return pier_load_record(archive, &test_kinds_maps_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_maps_next(pier_archive *archive, test_kinds_maps *record) {
    return pier_next_record(archive, &test_kinds_maps_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_maps_counts_entry__most. */
PIER__CODEC uint64_t test_kinds_maps_counts_entry__measure(const test_kinds_maps_counts_entry *record,
                                                           pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->key.size);
    (void)counts;
    return more;
}

/* Stores key and value at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_maps_counts_entry__put(uint8_t *at, const test_kinds_maps_counts_entry *record) {
    unsigned wrong = 0;
    at = pier__put_text(at, record->key, &wrong);
    at = pier__put_i32(at, record->value, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads key and value. Returns the end; NULL when it is in no form that test_kinds_maps_counts_entry__put gives. */
PIER__CODEC const uint8_t *test_kinds_maps_counts_entry__take(const uint8_t *at, const uint8_t *end,
                                                              test_kinds_maps_counts_entry *record,
                                                              pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_text(at, end, &record->key, how, &wrong);
    at = pier__take_i32(at, end, &record->value, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Returns the bytes that a record needs beside test_kinds_maps_names_entry__most. */
PIER__CODEC uint64_t test_kinds_maps_names_entry__measure(const test_kinds_maps_names_entry *record,
                                                          pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->value.size);
    (void)counts;
    return more;
}

/* Stores key and value at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_maps_names_entry__put(uint8_t *at, const test_kinds_maps_names_entry *record) {
    unsigned wrong = 0;
    at = pier__put_i64(at, record->key, &wrong);
    at = pier__put_text(at, record->value, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads key and value. Returns the end; NULL when it is in no form that test_kinds_maps_names_entry__put gives. */
PIER__CODEC const uint8_t *test_kinds_maps_names_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_names_entry *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_i64(at, end, &record->key, &wrong);
    at = pier__take_text(at, end, &record->value, how, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Stores key and value at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_maps_sides_entry__put(uint8_t *at, const test_kinds_maps_sides_entry *record) {
    unsigned wrong = 0;
    at = pier__put_boolean(at, record->key, &wrong);
    at = pier__put_f64(at, record->value, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads key and value. Returns the end; NULL when it is in no form that test_kinds_maps_sides_entry__put gives. */
PIER__CODEC const uint8_t *test_kinds_maps_sides_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_sides_entry *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_boolean(at, end, &record->key, &wrong);
    at = pier__take_f64(at, end, &record->value, &wrong);
    (void)how;
    return wrong == 0 ? at : NULL;
}

/* Stores key and value at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_maps_rooms_entry__put(uint8_t *at, const test_kinds_maps_rooms_entry *record) {
    unsigned wrong = 0;
    at = pier__put_fixed_u32(at, record->key, &wrong);
    at = house_room__put(at, &record->value);
    if (at == NULL) {
        return NULL;
    }
    return wrong == 0 ? at : NULL;
}

/* Loads key and value. Returns the end; NULL when it is in no form that test_kinds_maps_rooms_entry__put gives. */
PIER__CODEC const uint8_t *test_kinds_maps_rooms_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_rooms_entry *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_fixed_u32(at, end, &record->key, &wrong);
    at = house_room__take(at, end, &record->value, how);
    if (at == NULL) {
        return NULL;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores key and value at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_maps_colours_entry__put(uint8_t *at, const test_kinds_maps_colours_entry *record) {
    unsigned wrong = 0;
    at = pier__put_u32(at, record->key, &wrong);
    at = pier__put_i32(at, record->value, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads key and value. Returns the end; NULL when it is in no form that test_kinds_maps_colours_entry__put gives. */
PIER__CODEC const uint8_t *test_kinds_maps_colours_entry__take(const uint8_t *at, const uint8_t *end,
                                                               test_kinds_maps_colours_entry *record,
                                                               pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_u32(at, end, &record->key, &wrong);
    at = pier__take_i32(at, end, &record->value, &wrong);
    (void)how;
    return wrong == 0 ? at : NULL;
}

/* Returns the bytes that a record needs beside test_kinds_maps_times_entry__most. */
PIER__CODEC uint64_t test_kinds_maps_times_entry__measure(const test_kinds_maps_times_entry *record,
                                                          pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->key.size);
    (void)counts;
    return more;
}

/* Stores key and value at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_maps_times_entry__put(uint8_t *at, const test_kinds_maps_times_entry *record) {
    unsigned wrong = 0;
    at = pier__put_text(at, record->key, &wrong);
    at = pier__put_time(at, record->value, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads key and value. Returns the end; NULL when it is in no form that test_kinds_maps_times_entry__put gives. */
PIER__CODEC const uint8_t *test_kinds_maps_times_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_maps_times_entry *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_text(at, end, &record->key, how, &wrong);
    at = pier__take_time(at, end, &record->value, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_nested_inner__put(uint8_t *at, const test_kinds_nested_inner *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 2);
    at = pier__put_i32(at, record->mood, &wrong);
    if (record->has_room) {
        at = house_room__put(at, &record->room);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_nested_inner__put gives. */
PIER__CODEC const uint8_t *test_kinds_nested_inner__take(const uint8_t *at, const uint8_t *end,
                                                         test_kinds_nested_inner *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 2, &wrong);
    at = pier__take_i32(at, end, &record->mood, &wrong);
    record->has_room = at[0] != 0xc0;
    if (record->has_room) {
        at = house_room__take(at, end, &record->room, how);
        if (at == NULL) {
            return NULL;
        }
    } else {
        memset(&record->room, 0, sizeof record->room);
        at += 1;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_nested_inner: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_store(pier_archive *archive,
                                                                    const test_kinds_nested_inner *record) {
    uint64_t bytes = (uint64_t)test_kinds_nested_inner__most + PIER__OVERHANG_BYTES;
    if (pier__run_stores(archive, &test_kinds_nested_inner_class, bytes) &&
        pier__run_stored(archive, test_kinds_nested_inner__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &test_kinds_nested_inner_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_load(pier_archive *archive,
                                                                   test_kinds_nested_inner *record) {
    return pier_load_record(archive, &test_kinds_nested_inner_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_inner_next(pier_archive *archive,
                                                                   test_kinds_nested_inner *record) {
    if (pier__run_loads(archive, &test_kinds_nested_inner_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, test_kinds_nested_inner__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &test_kinds_nested_inner_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_nested__most. */
PIER__CODEC uint64_t test_kinds_nested__measure(const test_kinds_nested *record, pier__measuring *counts) {
    uint64_t more = 0;
    if (pier__measure_pointer(counts, record->far, test_kinds_nested_inner__values, 1
                              + test_kinds_nested_inner__depth)) {
        more += test_kinds_nested_inner__most;
    }
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_nested__put(uint8_t *at, const test_kinds_nested *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 7);
    if (record->has_inner) {
        at = test_kinds_nested_inner__put(at, &record->inner);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    at = test_kinds_nested_inner__put(at, &record->needed);
    if (at == NULL) {
        return NULL;
    }
    if (record->far != NULL) {
        at = test_kinds_nested_inner__put(at, record->far);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_when) {
        at = pier__put_time(at, record->when, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    at = pier__put_time(at, record->always, &wrong);
    if (record->has_lasts) {
        at = pier__put_duration(at, record->lasts, &wrong);
    } else {
        at = pier__put_nil(at);
    }
    at = pier__put_u32(at, record->count, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_nested__put gives. */
PIER__CODEC const uint8_t *test_kinds_nested__take(const uint8_t *at, const uint8_t *end, test_kinds_nested *record,
                                                   pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 7, &wrong);
    record->has_inner = at[0] != 0xc0;
    if (record->has_inner) {
        at = test_kinds_nested_inner__take(at, end, &record->inner, how);
        if (at == NULL) {
            return NULL;
        }
    } else {
        memset(&record->inner, 0, sizeof record->inner);
        at += 1;
    }
    at = test_kinds_nested_inner__take(at, end, &record->needed, how);
    if (at == NULL) {
        return NULL;
    }
    if (at[0] != 0xc0) {
        static const pier__element element = {sizeof *record->far, PIER__ALIGN(*record->far),
                                              test_kinds_nested_inner__values, 1 + test_kinds_nested_inner__depth};
        at = pier__take_pointer(at, end, &record->far, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        at = test_kinds_nested_inner__take(at, end, record->far, how);
        if (at == NULL) {
            return NULL;
        }
    } else {
        record->far = NULL;
        at += 1;
    }
    record->has_when = at[0] != 0xc0;
    if (record->has_when) {
        at = pier__take_time(at, end, &record->when, &wrong);
    } else {
        memset(&record->when, 0, sizeof record->when);
        at += 1;
    }
    at = pier__take_time(at, end, &record->always, &wrong);
    record->has_lasts = at[0] != 0xc0;
    if (record->has_lasts) {
        at = pier__take_duration(at, end, &record->lasts, &wrong);
    } else {
        memset(&record->lasts, 0, sizeof record->lasts);
        at += 1;
    }
    at = pier__take_u32(at, end, &record->count, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_nested: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_store(pier_archive *archive, const test_kinds_nested *record) {
    return pier_store_record(archive, &test_kinds_nested_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_load(pier_archive *archive, test_kinds_nested *record) {
    return pier_load_record(archive, &test_kinds_nested_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nested_next(pier_archive *archive, test_kinds_nested *record) {
    return pier_next_record(archive, &test_kinds_nested_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_choices__most. */
PIER__CODEC uint64_t test_kinds_choices__measure(const test_kinds_choices *record, pier__measuring *counts) {
    uint64_t more = 0;
    switch (record->what_case) {
    case TEST_KINDS_CHOICES_WHAT_TEXT:
        more += pier__view_bytes(record->what.text.size);
        break;
    default:
        break;
    }
    (void)counts;
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_choices__put(uint8_t *at, const test_kinds_choices *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 5);
    at = pier__put_u32(at, record->before, &wrong);
    at = pier__put_u32(at, record->between, &wrong);
    switch (record->what_case) {
    case TEST_KINDS_CHOICES_WHAT_NUMBER:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHAT_NUMBER);
        at = pier__put_i64(at, record->what.number, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_TEXT:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHAT_TEXT);
        at = pier__put_text(at, record->what.text, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_CODE:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHAT_CODE);
        at = pier__put_inline_text(at, record->what.code, 8, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_ROOM:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHAT_ROOM);
        at = house_room__put(at, &record->what.room);
        if (at == NULL) {
            return NULL;
        }
        break;
    case TEST_KINDS_CHOICES_WHAT_LASTS:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHAT_LASTS);
        at = pier__put_duration(at, record->what.lasts, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_HASH:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHAT_HASH);
        at = pier__put_inline_bytes(at, record->what.hash.data, record->what.hash.size, 4, &wrong);
        break;
    default:
        wrong |= record->what_case != 0;
        at = pier__put_nil(at);
        break;
    }
    at = pier__put_u32(at, record->behind, &wrong);
    switch (record->which_case) {
    case TEST_KINDS_CHOICES_WHICH_FLAG:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHICH_FLAG);
        at = pier__put_boolean(at, record->which.flag, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHICH_COLOUR:
        at = pier__put_case(at, TEST_KINDS_CHOICES_WHICH_COLOUR);
        at = pier__put_i32(at, record->which.colour, &wrong);
        break;
    default:
        wrong |= record->which_case != 0;
        at = pier__put_nil(at);
        break;
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_choices__put gives. */
PIER__CODEC const uint8_t *test_kinds_choices__take(const uint8_t *at, const uint8_t *end, test_kinds_choices *record,
                                                    pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 5, &wrong);
    at = pier__take_u32(at, end, &record->before, &wrong);
    at = pier__take_u32(at, end, &record->between, &wrong);
    at = pier__take_case(at, &record->what_case, &wrong);
    memset(&record->what, 0, sizeof record->what);
    switch (record->what_case) {
    case TEST_KINDS_CHOICES_WHAT_NUMBER:
        at = pier__take_i64(at, end, &record->what.number, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_TEXT:
        at = pier__take_text(at, end, &record->what.text, how, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_CODE:
        at = pier__take_inline_text(at, end, record->what.code, 8, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_ROOM:
        at = house_room__take(at, end, &record->what.room, how);
        if (at == NULL) {
            return NULL;
        }
        break;
    case TEST_KINDS_CHOICES_WHAT_LASTS:
        at = pier__take_duration(at, end, &record->what.lasts, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHAT_HASH:
        at = pier__take_inline_bytes(at, end, record->what.hash.data, &record->what.hash.size, 4, &wrong);
        break;
    default:
        wrong |= record->what_case != 0;
        break;
    }
    at = pier__take_u32(at, end, &record->behind, &wrong);
    at = pier__take_case(at, &record->which_case, &wrong);
    memset(&record->which, 0, sizeof record->which);
    switch (record->which_case) {
    case TEST_KINDS_CHOICES_WHICH_FLAG:
        at = pier__take_boolean(at, end, &record->which.flag, &wrong);
        break;
    case TEST_KINDS_CHOICES_WHICH_COLOUR:
        at = pier__take_i32(at, end, &record->which.colour, &wrong);
        break;
    default:
        wrong |= record->which_case != 0;
        break;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_choices: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_store(pier_archive *archive,
                                                               const test_kinds_choices *record) {
    uint64_t bytes = (uint64_t)test_kinds_choices__most + PIER__OVERHANG_BYTES;
    pier__measuring counts = {0, 0, 0};
    bytes += test_kinds_choices__measure(record, &counts);
    if (pier__run_stores(archive, &test_kinds_choices_class, bytes) &&
        pier__run_stored(archive, test_kinds_choices__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &test_kinds_choices_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_load(pier_archive *archive, test_kinds_choices *record) {
    return pier_load_record(archive, &test_kinds_choices_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_choices_next(pier_archive *archive, test_kinds_choices *record) {
    if (pier__run_loads(archive, &test_kinds_choices_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, test_kinds_choices__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &test_kinds_choices_class, record);
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

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_anything_next(pier_archive *archive, test_kinds_anything *record) {
    return pier_next_record(archive, &test_kinds_anything_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_defaults__most. */
PIER__CODEC uint64_t test_kinds_defaults__measure(const test_kinds_defaults *record, pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->text.size);
    more += pier__view_bytes(record->data.size);
    (void)counts;
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_defaults__put(uint8_t *at, const test_kinds_defaults *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 13);
    at = pier__put_boolean(at, record->flag, &wrong);
    at = pier__put_i32(at, record->below, &wrong);
    at = pier__put_i64(at, record->lowest, &wrong);
    at = pier__put_u64(at, record->highest, &wrong);
    at = pier__put_u16(at, record->port, &wrong);
    at = pier__put_f32(at, record->ratio, &wrong);
    at = pier__put_f64(at, record->all, &wrong);
    at = pier__put_text(at, record->text, &wrong);
    at = pier__put_inline_text(at, record->symbol, 5, &wrong);
    at = pier__put_bytes(at, record->data, &wrong);
    at = pier__put_inline_bytes(at, record->hash.data, record->hash.size, 2, &wrong);
    at = pier__put_i32(at, record->colour, &wrong);
    at = pier__put_u32(at, record->nothing, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_defaults__put gives. */
PIER__CODEC const uint8_t *test_kinds_defaults__take(const uint8_t *at, const uint8_t *end, test_kinds_defaults *record,
                                                     pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 13, &wrong);
    at = pier__take_boolean(at, end, &record->flag, &wrong);
    at = pier__take_i32(at, end, &record->below, &wrong);
    at = pier__take_i64(at, end, &record->lowest, &wrong);
    at = pier__take_u64(at, end, &record->highest, &wrong);
    at = pier__take_u16(at, end, &record->port, &wrong);
    at = pier__take_f32(at, end, &record->ratio, &wrong);
    at = pier__take_f64(at, end, &record->all, &wrong);
    at = pier__take_text(at, end, &record->text, how, &wrong);
    at = pier__take_inline_text(at, end, record->symbol, 5, &wrong);
    at = pier__take_bytes(at, end, &record->data, how, &wrong);
    at = pier__take_inline_bytes(at, end, record->hash.data, &record->hash.size, 2, &wrong);
    at = pier__take_i32(at, end, &record->colour, &wrong);
    at = pier__take_u32(at, end, &record->nothing, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_defaults: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_store(pier_archive *archive,
                                                                const test_kinds_defaults *record) {
    uint64_t bytes = (uint64_t)test_kinds_defaults__most + PIER__OVERHANG_BYTES;
    pier__measuring counts = {0, 0, 0};
    bytes += test_kinds_defaults__measure(record, &counts);
    if (pier__run_stores(archive, &test_kinds_defaults_class, bytes) &&
        pier__run_stored(archive, test_kinds_defaults__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &test_kinds_defaults_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_load(pier_archive *archive, test_kinds_defaults *record) {
    return pier_load_record(archive, &test_kinds_defaults_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_defaults_next(pier_archive *archive, test_kinds_defaults *record) {
    if (pier__run_loads(archive, &test_kinds_defaults_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, test_kinds_defaults__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &test_kinds_defaults_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_tree__most. */
PIER__CODEC uint64_t test_kinds_tree__measure(const test_kinds_tree *record, pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->name.size);
    if (pier__measure_pointer(counts, record->left, test_kinds_tree__values, 1 + test_kinds_tree__depth)) {
        more += test_kinds_tree__most;
        counts->depth_left -= 1;
        more += test_kinds_tree__measure(record->left, counts);
        counts->depth_left += 1;
    }
    {
        uint32_t count = pier__measure_list(counts, record->others, record->others_count, test_kinds_tree__values, 2
                                            + test_kinds_tree__depth);
        more += (uint64_t)count * test_kinds_tree__most;
        for (uint32_t i = 0; i < count; i++) {
            counts->depth_left -= 2;
            more += test_kinds_tree__measure(&record->others[i], counts);
            counts->depth_left += 2;
        }
    }
    {
        uint32_t count = pier__measure_list(counts, record->named, record->named_count,
                                            test_kinds_tree_named_entry__values, 1
                                            + test_kinds_tree_named_entry__depth);
        more += (uint64_t)count * test_kinds_tree_named_entry__most;
        for (uint32_t i = 0; i < count; i++) {
            counts->depth_left -= 1;
            more += test_kinds_tree_named_entry__measure(&record->named[i], counts);
            counts->depth_left += 1;
        }
    }
    switch (record->more_case) {
    case TEST_KINDS_TREE_MORE_RIGHT:
        if (pier__measure_pointer(counts, record->more.right, test_kinds_tree__values, 2 + test_kinds_tree__depth)) {
            more += test_kinds_tree__most;
            counts->depth_left -= 2;
            more += test_kinds_tree__measure(record->more.right, counts);
            counts->depth_left += 2;
        }
        break;
    case TEST_KINDS_TREE_MORE_LEAF:
        if (pier__measure_pointer(counts, record->more.leaf, test_kinds_leaf__values, 2 + test_kinds_leaf__depth)) {
            more += test_kinds_leaf__most;
            counts->depth_left -= 2;
            more += test_kinds_leaf__measure(record->more.leaf, counts);
            counts->depth_left += 2;
        }
        break;
    default:
        break;
    }
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_tree__put(uint8_t *at, const test_kinds_tree *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 5);
    at = pier__put_text(at, record->name, &wrong);
    if (record->left != NULL) {
        at = test_kinds_tree__put(at, record->left);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    {
        uint32_t count = pier__list_count(record->others, record->others_count, &wrong);
        at = pier__put_count(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_tree__put(at, &record->others[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    {
        uint32_t count = pier__list_count(record->named, record->named_count, &wrong);
        at = pier__put_pairs(at, count);
        for (uint32_t i = 0; i < count; i++) {
            at = test_kinds_tree_named_entry__put(at, &record->named[i]);
            if (at == NULL) {
                return NULL;
            }
        }
    }
    switch (record->more_case) {
    case TEST_KINDS_TREE_MORE_RIGHT:
        at = pier__put_case(at, TEST_KINDS_TREE_MORE_RIGHT);
        if (record->more.right == NULL) {
            return NULL;
        }
        at = test_kinds_tree__put(at, record->more.right);
        if (at == NULL) {
            return NULL;
        }
        break;
    case TEST_KINDS_TREE_MORE_LEAF:
        at = pier__put_case(at, TEST_KINDS_TREE_MORE_LEAF);
        if (record->more.leaf == NULL) {
            return NULL;
        }
        at = test_kinds_leaf__put(at, record->more.leaf);
        if (at == NULL) {
            return NULL;
        }
        break;
    default:
        wrong |= record->more_case != 0;
        at = pier__put_nil(at);
        break;
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_tree__put gives. */
PIER__CODEC const uint8_t *test_kinds_tree__take(const uint8_t *at, const uint8_t *end, test_kinds_tree *record,
                                                 pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 5, &wrong);
    at = pier__take_text(at, end, &record->name, how, &wrong);
    if (at[0] != 0xc0) {
        static const pier__element element = {sizeof *record->left, PIER__ALIGN(*record->left), test_kinds_tree__values,
                                              1 + test_kinds_tree__depth};
        at = pier__take_pointer(at, end, &record->left, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        how->depth_left -= 1;
        at = test_kinds_tree__take(at, end, record->left, how);
        if (at == NULL) {
            return NULL;
        }
        how->depth_left += 1;
        at = pier__check_end(at, end, &wrong);
    } else {
        record->left = NULL;
        at += 1;
    }
    {
        static const pier__element element = {sizeof record->others[0], PIER__ALIGN(record->others[0]),
                                              test_kinds_tree__values, 2 + test_kinds_tree__depth};
        at = pier__take_list(at, end, &record->others_count, &record->others, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->others_count; i < count; i++) {
            how->depth_left -= 2;
            at = test_kinds_tree__take(at, end, &record->others[i], how);
            if (at == NULL) {
                return NULL;
            }
            how->depth_left += 2;
            at = pier__check_end(at, end, &wrong);
        }
    }
    {
        static const pier__element element = {sizeof record->named[0], PIER__ALIGN(record->named[0]),
                                              test_kinds_tree_named_entry__values, 1
                                              + test_kinds_tree_named_entry__depth};
        at = pier__take_pairs(at, end, &record->named_count, &record->named, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        for (uint32_t i = 0, count = record->named_count; i < count; i++) {
            how->depth_left -= 1;
            at = test_kinds_tree_named_entry__take(at, end, &record->named[i], how);
            if (at == NULL) {
                return NULL;
            }
            how->depth_left += 1;
            at = pier__check_end(at, end, &wrong);
        }
    }
    at = pier__take_case(at, &record->more_case, &wrong);
    memset(&record->more, 0, sizeof record->more);
    switch (record->more_case) {
    case TEST_KINDS_TREE_MORE_RIGHT: {
        static const pier__element element = {sizeof *record->more.right, PIER__ALIGN(*record->more.right),
                                              test_kinds_tree__values, 2 + test_kinds_tree__depth};
        at = pier__take_pointer(at, end, &record->more.right, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        how->depth_left -= 2;
        at = test_kinds_tree__take(at, end, record->more.right, how);
        if (at == NULL) {
            return NULL;
        }
        how->depth_left += 2;
        at = pier__check_end(at, end, &wrong);
        break;
    }
    case TEST_KINDS_TREE_MORE_LEAF: {
        static const pier__element element = {sizeof *record->more.leaf, PIER__ALIGN(*record->more.leaf),
                                              test_kinds_leaf__values, 2 + test_kinds_leaf__depth};
        at = pier__take_pointer(at, end, &record->more.leaf, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        how->depth_left -= 2;
        at = test_kinds_leaf__take(at, end, record->more.leaf, how);
        if (at == NULL) {
            return NULL;
        }
        how->depth_left += 2;
        at = pier__check_end(at, end, &wrong);
        break;
    }
    default:
        wrong |= record->more_case != 0;
        break;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_tree: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_store(pier_archive *archive, const test_kinds_tree *record) {
    return pier_store_record(archive, &test_kinds_tree_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_load(pier_archive *archive, test_kinds_tree *record) {
    return pier_load_record(archive, &test_kinds_tree_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_tree_next(pier_archive *archive, test_kinds_tree *record) {
    return pier_next_record(archive, &test_kinds_tree_class, record);
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

/* Returns the bytes that a record needs beside test_kinds_tree_named_entry__most. */
PIER__CODEC uint64_t test_kinds_tree_named_entry__measure(const test_kinds_tree_named_entry *record,
                                                          pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->key.size);
    counts->depth_left -= 1;
    more += test_kinds_tree__measure(&record->value, counts);
    counts->depth_left += 1;
    return more;
}

/* Stores key and value at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_tree_named_entry__put(uint8_t *at, const test_kinds_tree_named_entry *record) {
    unsigned wrong = 0;
    at = pier__put_text(at, record->key, &wrong);
    at = test_kinds_tree__put(at, &record->value);
    if (at == NULL) {
        return NULL;
    }
    return wrong == 0 ? at : NULL;
}

/* Loads key and value. Returns the end; NULL when it is in no form that test_kinds_tree_named_entry__put gives. */
PIER__CODEC const uint8_t *test_kinds_tree_named_entry__take(const uint8_t *at, const uint8_t *end,
                                                             test_kinds_tree_named_entry *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_text(at, end, &record->key, how, &wrong);
    at = pier__check_end(at, end, &wrong);
    how->depth_left -= 1;
    at = test_kinds_tree__take(at, end, &record->value, how);
    if (at == NULL) {
        return NULL;
    }
    how->depth_left += 1;
    at = pier__check_end(at, end, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Returns the bytes that a record needs beside test_kinds_leaf__most. */
PIER__CODEC uint64_t test_kinds_leaf__measure(const test_kinds_leaf *record, pier__measuring *counts) {
    uint64_t more = 0;
    if (pier__measure_pointer(counts, record->back, test_kinds_tree__values, 1 + test_kinds_tree__depth)) {
        more += test_kinds_tree__most;
        counts->depth_left -= 1;
        more += test_kinds_tree__measure(record->back, counts);
        counts->depth_left += 1;
    }
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_leaf__put(uint8_t *at, const test_kinds_leaf *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 1);
    if (record->back != NULL) {
        at = test_kinds_tree__put(at, record->back);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_leaf__put gives. */
PIER__CODEC const uint8_t *test_kinds_leaf__take(const uint8_t *at, const uint8_t *end, test_kinds_leaf *record,
                                                 pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 1, &wrong);
    if (at[0] != 0xc0) {
        static const pier__element element = {sizeof *record->back, PIER__ALIGN(*record->back), test_kinds_tree__values,
                                              1 + test_kinds_tree__depth};
        at = pier__take_pointer(at, end, &record->back, &element, how);
        if (at == NULL || wrong != 0) {
            return NULL;
        }
        how->depth_left -= 1;
        at = test_kinds_tree__take(at, end, record->back, how);
        if (at == NULL) {
            return NULL;
        }
        how->depth_left += 1;
        at = pier__check_end(at, end, &wrong);
    } else {
        record->back = NULL;
        at += 1;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_leaf: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_store(pier_archive *archive, const test_kinds_leaf *record) {
    return pier_store_record(archive, &test_kinds_leaf_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_load(pier_archive *archive, test_kinds_leaf *record) {
    return pier_load_record(archive, &test_kinds_leaf_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_leaf_next(pier_archive *archive, test_kinds_leaf *record) {
    return pier_next_record(archive, &test_kinds_leaf_class, record);
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

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_node_next(pier_archive *archive, test_kinds_node *record) {
    return pier_next_record(archive, &test_kinds_node_class, record);
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

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_nothing__put(uint8_t *at, const test_kinds_nothing *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 0);
    (void)record;
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_nothing__put gives. */
PIER__CODEC const uint8_t *test_kinds_nothing__take(const uint8_t *at, const uint8_t *end, test_kinds_nothing *record,
                                                    pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 0, &wrong);
    (void)end;
    (void)record;
    (void)how;
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_nothing: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_store(pier_archive *archive,
                                                               const test_kinds_nothing *record) {
    uint64_t bytes = (uint64_t)test_kinds_nothing__most + PIER__OVERHANG_BYTES;
    if (pier__run_stores(archive, &test_kinds_nothing_class, bytes) &&
        pier__run_stored(archive, test_kinds_nothing__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &test_kinds_nothing_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_load(pier_archive *archive, test_kinds_nothing *record) {
    return pier_load_record(archive, &test_kinds_nothing_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_nothing_next(pier_archive *archive, test_kinds_nothing *record) {
    if (pier__run_loads(archive, &test_kinds_nothing_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, test_kinds_nothing__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &test_kinds_nothing_class, record);
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

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *renamed_names_type__put(uint8_t *at, const renamed_names_type *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 1);
    at = pier__put_i32(at, record->x, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that renamed_names_type__put gives. */
PIER__CODEC const uint8_t *renamed_names_type__take(const uint8_t *at, const uint8_t *end, renamed_names_type *record,
                                                    pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 1, &wrong);
    at = pier__take_i32(at, end, &record->x, &wrong);
    (void)how;
    return wrong == 0 ? at : NULL;
}

/* Stores a renamed_names_type: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_store(pier_archive *archive,
                                                               const renamed_names_type *record) {
    uint64_t bytes = (uint64_t)renamed_names_type__most + PIER__OVERHANG_BYTES;
    if (pier__run_stores(archive, &renamed_names_type_class, bytes) &&
        pier__run_stored(archive, renamed_names_type__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &renamed_names_type_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_load(pier_archive *archive, renamed_names_type *record) {
    return pier_load_record(archive, &renamed_names_type_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_type_next(pier_archive *archive, renamed_names_type *record) {
    if (pier__run_loads(archive, &renamed_names_type_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, renamed_names_type__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &renamed_names_type_class, record);
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

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *test_kinds_http_server__put(uint8_t *at, const test_kinds_http_server *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 2);
    at = pier__put_u32(at, record->port, &wrong);
    at = pier__put_i32(at, record->state, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that test_kinds_http_server__put gives. */
PIER__CODEC const uint8_t *test_kinds_http_server__take(const uint8_t *at, const uint8_t *end,
                                                        test_kinds_http_server *record, pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 2, &wrong);
    at = pier__take_u32(at, end, &record->port, &wrong);
    at = pier__take_i32(at, end, &record->state, &wrong);
    (void)how;
    return wrong == 0 ? at : NULL;
}

/* Stores a test_kinds_http_server: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_store(pier_archive *archive,
                                                                   const test_kinds_http_server *record) {
    uint64_t bytes = (uint64_t)test_kinds_http_server__most + PIER__OVERHANG_BYTES;
    if (pier__run_stores(archive, &test_kinds_http_server_class, bytes) &&
        pier__run_stored(archive, test_kinds_http_server__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &test_kinds_http_server_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_load(pier_archive *archive,
                                                                  test_kinds_http_server *record) {
    return pier_load_record(archive, &test_kinds_http_server_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status test_kinds_http_server_next(pier_archive *archive,
                                                                  test_kinds_http_server *record) {
    if (pier__run_loads(archive, &test_kinds_http_server_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, test_kinds_http_server__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &test_kinds_http_server_class, record);
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

/* Returns the bytes that a record needs beside renamed_names__most. */
PIER__CODEC uint64_t renamed_names__measure(const renamed_names *record, pier__measuring *counts) {
    uint64_t more = 0;
    more += pier__view_bytes(record->ticker.size);
    (void)counts;
    return more;
}

/* Stores a record at `at`. Returns the end; NULL when a value may not be stored. */
PIER__CODEC uint8_t *renamed_names__put(uint8_t *at, const renamed_names *record) {
    unsigned wrong = 0;
    at = pier__put_count(at, 8);
    at = pier__put_i32(at, record->int_, &wrong);
    at = pier__put_boolean(at, record->class_, &wrong);
    at = pier__put_u32(at, record->NULL_, &wrong);
    at = pier__put_text(at, record->ticker, &wrong);
    switch (record->default__case) {
    case RENAMED_NAMES_DEFAULT__CASE:
        at = pier__put_case(at, RENAMED_NAMES_DEFAULT__CASE);
        at = pier__put_i32(at, record->default_.case_, &wrong);
        break;
    default:
        wrong |= record->default__case != 0;
        at = pier__put_nil(at);
        break;
    }
    switch (record->chosen_case) {
    case RENAMED_NAMES_CHOSEN_SECOND:
        at = pier__put_case(at, RENAMED_NAMES_CHOSEN_SECOND);
        at = pier__put_i32(at, record->chosen.second, &wrong);
        break;
    default:
        wrong |= record->chosen_case != 0;
        at = pier__put_nil(at);
        break;
    }
    if (record->has_renamed_names_type) {
        at = renamed_names_type__put(at, &record->renamed_names_type);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    if (record->has_http_server) {
        at = test_kinds_http_server__put(at, &record->http_server);
        if (at == NULL) {
            return NULL;
        }
    } else {
        at = pier__put_nil(at);
    }
    return wrong == 0 ? at : NULL;
}

/* Loads a record. Returns the end; NULL when it is in no form that renamed_names__put gives. */
PIER__CODEC const uint8_t *renamed_names__take(const uint8_t *at, const uint8_t *end, renamed_names *record,
                                               pier__decoding *how) {
    unsigned wrong = 0;
    at = pier__take_slots(at, 8, &wrong);
    at = pier__take_i32(at, end, &record->int_, &wrong);
    at = pier__take_boolean(at, end, &record->class_, &wrong);
    at = pier__take_u32(at, end, &record->NULL_, &wrong);
    at = pier__take_text(at, end, &record->ticker, how, &wrong);
    at = pier__take_case(at, &record->default__case, &wrong);
    memset(&record->default_, 0, sizeof record->default_);
    switch (record->default__case) {
    case RENAMED_NAMES_DEFAULT__CASE:
        at = pier__take_i32(at, end, &record->default_.case_, &wrong);
        break;
    default:
        wrong |= record->default__case != 0;
        break;
    }
    at = pier__take_case(at, &record->chosen_case, &wrong);
    memset(&record->chosen, 0, sizeof record->chosen);
    switch (record->chosen_case) {
    case RENAMED_NAMES_CHOSEN_SECOND:
        at = pier__take_i32(at, end, &record->chosen.second, &wrong);
        break;
    default:
        wrong |= record->chosen_case != 0;
        break;
    }
    record->has_renamed_names_type = at[0] != 0xc0;
    if (record->has_renamed_names_type) {
        at = renamed_names_type__take(at, end, &record->renamed_names_type, how);
        if (at == NULL) {
            return NULL;
        }
    } else {
        memset(&record->renamed_names_type, 0, sizeof record->renamed_names_type);
        at += 1;
    }
    record->has_http_server = at[0] != 0xc0;
    if (record->has_http_server) {
        at = test_kinds_http_server__take(at, end, &record->http_server, how);
        if (at == NULL) {
            return NULL;
        }
    } else {
        memset(&record->http_server, 0, sizeof record->http_server);
        at += 1;
    }
    return wrong == 0 ? at : NULL;
}

/* Stores a renamed_names: as pier_store_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_store(pier_archive *archive, const renamed_names *record) {
    uint64_t bytes = (uint64_t)renamed_names__most + PIER__OVERHANG_BYTES;
    pier__measuring counts = {0, 0, 0};
    bytes += renamed_names__measure(record, &counts);
    if (pier__run_stores(archive, &renamed_names_class, bytes) &&
        pier__run_stored(archive, renamed_names__put(archive->cursor, record))) {
        return PIER_OK;
    }
    return pier_store_record(archive, &renamed_names_class, record);
}

/* Loads the current record: as pier_load_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_load(pier_archive *archive, renamed_names *record) {
    return pier_load_record(archive, &renamed_names_class, record);
}

/* Loads the next record: as pier_next_record. */
PIER_MUST_USE PIER__CODEC pier_status renamed_names_next(pier_archive *archive, renamed_names *record) {
    if (pier__run_loads(archive, &renamed_names_class)) {
        pier__decoding how = {NULL, false, 0, 0};
        if (pier__run_loaded(archive, renamed_names__take(archive->cursor, archive->run.end, record, &how))) {
            return PIER_OK;
        }
    }
    return pier_next_record(archive, &renamed_names_class, record);
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
