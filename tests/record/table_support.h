/* A class with every kind of field in every shape, its table written by hand and without a codec: what the slow ways,
 * and the generic functions, are tested with. */
#ifndef PIER_TESTS_TABLE_SUPPORT_H
#define PIER_TESTS_TABLE_SUPPORT_H

#include <pier/arena.h>
#include <pier/class.h>

typedef struct leaf {
    int32_t x;
    pier_text name;
} leaf;

typedef struct node node;
struct node {
    int32_t value;
    node *next;
    uint32_t kids_count;
    node *kids;
};

typedef struct word_entry {
    pier_text key;
    int64_t value;
} word_entry;

typedef struct leaf_entry {
    int32_t key;
    leaf value;
} leaf_entry;

typedef struct flag_entry {
    bool key;
    int32_t value; /* test.Side */
} flag_entry;

typedef struct table {
    /* Fixed widths */
    int8_t f_i8;
    int16_t f_i16;
    int32_t f_i32;
    int64_t f_i64;
    uint8_t f_u8;
    uint16_t f_u16;
    uint32_t f_u32;
    uint64_t f_u64;
    /* Enum and duration, alone and with presence */
    int32_t side;
    bool has_maybe_side;
    int32_t maybe_side;
    pier_duration span;
    bool has_maybe_span;
    pier_duration maybe_span;
    /* Lists */
    uint32_t bools_count;
    bool *bools;
    uint32_t i32s_count;
    int32_t *i32s;
    uint32_t u64s_count;
    uint64_t *u64s;
    uint32_t f64s_count;
    double *f64s;
    uint32_t texts_count;
    pier_text *texts;
    uint32_t inline_texts_count;
    char (*inline_texts)[8];
    uint32_t blobs_count;
    pier_bytes *blobs;
    uint32_t times_count;
    pier_time *times;
    uint32_t spans_count;
    pier_duration *spans;
    uint32_t sides_count;
    int32_t *sides;
    uint32_t leaves_count;
    leaf *leaves;
    uint32_t few_sides_count;
    int32_t few_sides[3];
    /* Typed arrays: lists of each kind, and one in the struct */
    uint32_t t_i8_count;
    int8_t *t_i8;
    uint32_t t_i16_count;
    int16_t *t_i16;
    uint32_t t_i32_count;
    int32_t *t_i32;
    uint32_t t_i64_count;
    int64_t *t_i64;
    uint32_t t_u8_count;
    uint8_t *t_u8;
    uint32_t t_u16_count;
    uint16_t *t_u16;
    uint32_t t_u32_count;
    uint32_t *t_u32;
    uint32_t t_u64_count;
    uint64_t *t_u64;
    uint32_t t_f32_count;
    float *t_f32;
    uint32_t t_f64_count;
    double *t_f64;
    uint32_t t_few_count;
    float t_few[4];
    /* Maps */
    uint32_t words_count;
    word_entry *words;
    uint32_t by_number_count;
    leaf_entry *by_number;
    uint32_t by_flag_count;
    flag_entry *by_flag;
    /* Records */
    leaf a_leaf;
    bool has_maybe_leaf;
    leaf maybe_leaf;
    node *tree;
    /* A oneof */
    uint32_t choice_case;
    union {
        int32_t number;
        pier_text word;
        leaf record;
        node *pointer;
        pier_duration span;
    } choice;
    /* Defaults */
    int32_t seven;
    pier_text none;
    bool has_minus_five;
    int64_t minus_five;
    char label[8];
} table;

/* Numbers of fields. */
enum {
    TABLE_F_I8 = 1,
    TABLE_F_I16,
    TABLE_F_I32,
    TABLE_F_I64,
    TABLE_F_U8,
    TABLE_F_U16,
    TABLE_F_U32,
    TABLE_F_U64,
    TABLE_SIDE,
    TABLE_MAYBE_SIDE,
    TABLE_SPAN,
    TABLE_MAYBE_SPAN,
    TABLE_BOOLS,
    TABLE_I32S,
    TABLE_U64S,
    TABLE_F64S,
    TABLE_TEXTS,
    TABLE_INLINE_TEXTS,
    TABLE_BLOBS,
    TABLE_TIMES,
    TABLE_SPANS,
    TABLE_SIDES,
    TABLE_LEAVES,
    TABLE_FEW_SIDES,
    TABLE_T_I8,
    TABLE_T_I16,
    TABLE_T_I32,
    TABLE_T_I64,
    TABLE_T_U8,
    TABLE_T_U16,
    TABLE_T_U32,
    TABLE_T_U64,
    TABLE_T_F32,
    TABLE_T_F64,
    TABLE_T_FEW,
    TABLE_WORDS,
    TABLE_BY_NUMBER,
    TABLE_BY_FLAG,
    TABLE_A_LEAF,
    TABLE_MAYBE_LEAF,
    TABLE_TREE,
    TABLE_CHOICE_NUMBER,
    TABLE_SEVEN,
    TABLE_CHOICE_WORD,
    TABLE_CHOICE_RECORD,
    TABLE_CHOICE_POINTER,
    TABLE_NONE,
    TABLE_MINUS_FIVE,
    TABLE_LABEL,
    TABLE_CHOICE_SPAN,
    TABLE_FIELDS = TABLE_CHOICE_SPAN,
    TABLE_SLOTS = TABLE_FIELDS - 4
};

extern const pier_class table_class;
extern const pier_class node_class;
extern const pier_class leaf_class;

/* A class of one required number and one required record. */
typedef struct strict {
    int32_t x;
    leaf record;
} strict;
extern const pier_class strict_class;

/* Fills a record with something in each field, different for each seed, in an arena. */
void test_fill_table(table *record, pier_arena *arena, uint64_t seed);

#endif
