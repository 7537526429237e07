/* The table of a class by hand; see table_support.h. */
#include "record/table_support.h"

#include <stdalign.h>
#include <string.h>

#include <pier/record_generic.h>

#include "record/record_support.h"

static const pier_enum_value side_values[] = {{-1, "OFF"}, {0, "NONE"}, {1, "ASK"}, {1, "BUY"}, {300, "SELL"}};
static const pier_enum side = {"test.Side", 5, side_values};

/* What stands in each row that is not named has no meaning, and is zero. */
#define BASE(type, number_, member_, kind_, flags_)                                                                    \
    .name = #member_, .name_bytes = sizeof #member_ - 1, .number = (number_), .flags = (flags_), .kind = (kind_),      \
    .offset = offsetof(type, member_)
#define FIELD(number, member, kind, flags)                                                                             \
    { BASE(table, number, member, kind, flags) }
#define FIXED(number, member, kind)                                                                                    \
    { BASE(table, number, member, kind, PIER_FIELD_FIXED) }
#define ENUM(number, member)                                                                                           \
    { BASE(table, number, member, PIER_FIELD_ENUM, 0), .enum_type = &side }
#define MAYBE(number, member, kind, ...)                                                                               \
    {                                                                                                                  \
        BASE(table, number, member, kind, PIER_FIELD_PRESENCE), .presence_offset = offsetof(table, has_##member),      \
                                                                __VA_ARGS__                                            \
    }
#define LIST(type_, number, member, kind, more, ...)                                                                   \
    {                                                                                                                  \
        BASE(type_, number, member, kind, PIER_FIELD_REPEATED | PIER_FIELD_LIST | (more)),                             \
            .count_max = UINT32_MAX, .element_bytes = sizeof(*((type_ *)0)->member),                                   \
            .count_offset = offsetof(type_, member##_count), __VA_ARGS__                                               \
    }
#define INLINE(number, member, kind, more, ...)                                                                        \
    {                                                                                                                  \
        BASE(table, number, member, kind, PIER_FIELD_REPEATED | (more)),                                               \
            .count_max = sizeof(((table *)0)->member) / sizeof(((table *)0)->member[0]),                               \
            .element_bytes = sizeof(((table *)0)->member[0]), .count_offset = offsetof(table, member##_count),         \
            __VA_ARGS__                                                                                                \
    }
#define MEMBER(number_, name_, member_, kind_, flags_, ...)                                                            \
    {                                                                                                                  \
        .name = name_, .name_bytes = sizeof name_ - 1, .number = (number_), .flags = (flags_), .oneof = 1,             \
        .kind = (kind_), .offset = offsetof(table, choice.member_), __VA_ARGS__                                        \
    }

#define CLASS(class_, full_name, struct_, rows, oneof_rows, oneofs_)                                                   \
    const pier_class class_ = {.size = sizeof(pier_class),                                                             \
                               .name = full_name,                                                                      \
                               .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS,                                       \
                               .field_count = sizeof rows / sizeof rows[0],                                            \
                               .oneof_count = (oneofs_),                                                               \
                               .record_bytes = sizeof(struct_),                                                        \
                               .fields = rows##_of,                                                                    \
                               .oneofs = (oneof_rows)}
#define ROWS_OF(rows)                                                                                                  \
    static const pier_field *rows##_of(const pier_class *self) {                                                       \
        (void)self;                                                                                                    \
        return rows;                                                                                                   \
    }

static const pier_field leaf_rows[] = {{BASE(leaf, 1, x, PIER_FIELD_I32, 0)},
                                       {BASE(leaf, 2, name, PIER_FIELD_TEXT, 0)}};
ROWS_OF(leaf_rows)
CLASS(leaf_class, "test.Leaf", leaf, leaf_rows, NULL, 0);

static const pier_field node_rows[] = {
    {BASE(node, 1, value, PIER_FIELD_I32, 0)},
    {BASE(node, 2, next, PIER_FIELD_RECORD, PIER_FIELD_PRESENCE | PIER_FIELD_POINTER), .type = &node_class},
    LIST(node, 3, kids, PIER_FIELD_RECORD, 0, .type = &node_class)};
ROWS_OF(node_rows)
CLASS(node_class, "test.Node", node, node_rows, NULL, 0);

static const pier_field word_rows[] = {{BASE(word_entry, 1, key, PIER_FIELD_TEXT, 0)},
                                       {BASE(word_entry, 2, value, PIER_FIELD_I64, 0)}};
ROWS_OF(word_rows)
static CLASS(word_class, "test.Table.WordsEntry", word_entry, word_rows, NULL, 0);

static const pier_field number_rows[] = {{BASE(leaf_entry, 1, key, PIER_FIELD_I32, 0)},
                                         {BASE(leaf_entry, 2, value, PIER_FIELD_RECORD, 0), .type = &leaf_class}};
ROWS_OF(number_rows)
static CLASS(number_class, "test.Table.ByNumberEntry", leaf_entry, number_rows, NULL, 0);

static const pier_field flag_rows[] = {{BASE(flag_entry, 1, key, PIER_FIELD_BOOL, 0)},
                                       {BASE(flag_entry, 2, value, PIER_FIELD_ENUM, 0), .enum_type = &side}};
ROWS_OF(flag_rows)
static CLASS(flag_class, "test.Table.ByFlagEntry", flag_entry, flag_rows, NULL, 0);

static const int32_t seven = 7;
static const pier_text none = {"none", 4};
static const int64_t minus_five = -5;
static const char label[8] = "label";
static const pier_oneof oneofs[] = {{"choice", offsetof(table, choice_case)}};

static const pier_field table_rows[] = {
    FIXED(TABLE_F_I8, f_i8, PIER_FIELD_I8),
    FIXED(TABLE_F_I16, f_i16, PIER_FIELD_I16),
    FIXED(TABLE_F_I32, f_i32, PIER_FIELD_I32),
    FIXED(TABLE_F_I64, f_i64, PIER_FIELD_I64),
    FIXED(TABLE_F_U8, f_u8, PIER_FIELD_U8),
    FIXED(TABLE_F_U16, f_u16, PIER_FIELD_U16),
    FIXED(TABLE_F_U32, f_u32, PIER_FIELD_U32),
    FIXED(TABLE_F_U64, f_u64, PIER_FIELD_U64),
    ENUM(TABLE_SIDE, side),
    MAYBE(TABLE_MAYBE_SIDE, maybe_side, PIER_FIELD_ENUM, .enum_type = &side),
    FIELD(TABLE_SPAN, span, PIER_FIELD_DURATION, 0),
    MAYBE(TABLE_MAYBE_SPAN, maybe_span, PIER_FIELD_DURATION, .capacity = 0),
    LIST(table, TABLE_BOOLS, bools, PIER_FIELD_BOOL, 0, .capacity = 0),
    LIST(table, TABLE_I32S, i32s, PIER_FIELD_I32, 0, .capacity = 0),
    LIST(table, TABLE_U64S, u64s, PIER_FIELD_U64, PIER_FIELD_FIXED, .capacity = 0),
    LIST(table, TABLE_F64S, f64s, PIER_FIELD_F64, 0, .capacity = 0),
    LIST(table, TABLE_TEXTS, texts, PIER_FIELD_TEXT, 0, .capacity = 0),
    LIST(table, TABLE_INLINE_TEXTS, inline_texts, PIER_FIELD_TEXT, 0, .capacity = 8),
    LIST(table, TABLE_BLOBS, blobs, PIER_FIELD_BYTES, 0, .capacity = 0),
    LIST(table, TABLE_TIMES, times, PIER_FIELD_TIME, 0, .capacity = 0),
    LIST(table, TABLE_SPANS, spans, PIER_FIELD_DURATION, 0, .capacity = 0),
    LIST(table, TABLE_SIDES, sides, PIER_FIELD_ENUM, 0, .enum_type = &side),
    LIST(table, TABLE_LEAVES, leaves, PIER_FIELD_RECORD, 0, .type = &leaf_class),
    INLINE(TABLE_FEW_SIDES, few_sides, PIER_FIELD_ENUM, 0, .enum_type = &side),
    LIST(table, TABLE_T_I8, t_i8, PIER_FIELD_I8, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_I16, t_i16, PIER_FIELD_I16, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_I32, t_i32, PIER_FIELD_I32, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_I64, t_i64, PIER_FIELD_I64, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_U8, t_u8, PIER_FIELD_U8, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_U16, t_u16, PIER_FIELD_U16, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_U32, t_u32, PIER_FIELD_U32, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_U64, t_u64, PIER_FIELD_U64, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_F32, t_f32, PIER_FIELD_F32, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_T_F64, t_f64, PIER_FIELD_F64, PIER_FIELD_TYPED, .capacity = 0),
    INLINE(TABLE_T_FEW, t_few, PIER_FIELD_F32, PIER_FIELD_TYPED, .capacity = 0),
    LIST(table, TABLE_WORDS, words, PIER_FIELD_RECORD, PIER_FIELD_MAP, .type = &word_class),
    LIST(table, TABLE_BY_NUMBER, by_number, PIER_FIELD_RECORD, PIER_FIELD_MAP, .type = &number_class),
    LIST(table, TABLE_BY_FLAG, by_flag, PIER_FIELD_RECORD, PIER_FIELD_MAP, .type = &flag_class),
    {BASE(table, TABLE_A_LEAF, a_leaf, PIER_FIELD_RECORD, 0), .type = &leaf_class},
    MAYBE(TABLE_MAYBE_LEAF, maybe_leaf, PIER_FIELD_RECORD, .type = &leaf_class),
    {BASE(table, TABLE_TREE, tree, PIER_FIELD_RECORD, PIER_FIELD_PRESENCE | PIER_FIELD_POINTER), .type = &node_class},
    MEMBER(TABLE_CHOICE_NUMBER, "number", number, PIER_FIELD_I32, 0, .capacity = 0),
    {BASE(table, TABLE_SEVEN, seven, PIER_FIELD_I32, 0), .default_value = &seven},
    MEMBER(TABLE_CHOICE_WORD, "word", word, PIER_FIELD_TEXT, 0, .capacity = 0),
    MEMBER(TABLE_CHOICE_RECORD, "record", record, PIER_FIELD_RECORD, 0, .type = &leaf_class),
    MEMBER(TABLE_CHOICE_POINTER, "pointer", pointer, PIER_FIELD_RECORD, PIER_FIELD_POINTER, .type = &node_class),
    {BASE(table, TABLE_NONE, none, PIER_FIELD_TEXT, 0), .default_value = &none},
    MAYBE(TABLE_MINUS_FIVE, minus_five, PIER_FIELD_I64, .default_value = &minus_five),
    {BASE(table, TABLE_LABEL, label, PIER_FIELD_TEXT, 0), .capacity = 8, .default_value = label},
    MEMBER(TABLE_CHOICE_SPAN, "choice_span", span, PIER_FIELD_DURATION, 0, .capacity = 0)};
ROWS_OF(table_rows)
CLASS(table_class, "test.Table", table, table_rows, oneofs, 1);

static const pier_field strict_rows[] = {
    {BASE(strict, 1, x, PIER_FIELD_I32, PIER_FIELD_REQUIRED)},
    {BASE(strict, 3, record, PIER_FIELD_RECORD, PIER_FIELD_REQUIRED), .type = &leaf_class}};
ROWS_OF(strict_rows)
CLASS(strict_class, "test.Strict", strict, strict_rows, NULL, 0);

/* Filling ---------------------------------------------------------------------------------------------------------- */

static const char letters[] = "caf\xC3\xA9 and other words of some length, so that texts differ";

static pier_text make_text(uint64_t *seed) {
    size_t begin = test_random(seed) % 2 == 0 ? 0 : 5;
    pier_text text = {letters + begin, 5 + test_random(seed) % 40};
    return text;
}

static int64_t make_number(uint64_t *seed) {
    int64_t number = (int64_t)(test_random(seed) >> (1 + test_random(seed) % 63));
    return test_random(seed) % 2 == 0 ? number : -number;
}

static double make_double(uint64_t *seed) {
    return (double)make_number(seed) / 8;
}

static pier_duration make_duration(uint64_t *seed) {
    int32_t sign = test_random(seed) % 2 == 0 ? 1 : -1;
    pier_duration span;
    memset(&span, 0, sizeof span);
    span.seconds = sign * (int64_t)(test_random(seed) % 315576000001u);
    span.nanoseconds = sign * (int32_t)(test_random(seed) % 1000000000u);
    return span;
}

static int32_t make_side(uint64_t *seed) {
    static const int32_t sides[] = {-1, 0, 1, 300, 77};
    return sides[test_random(seed) % 5];
}

static leaf make_leaf(uint64_t *seed) {
    leaf made;
    memset(&made, 0, sizeof made);
    made.x = (int32_t)make_number(seed);
    made.name = make_text(seed);
    return made;
}

static void *room(pier_arena *arena, size_t bytes) {
    void *memory = pier_arena_allocate(arena, bytes, alignof(max_align_t));
    assert_non_null(memory);
    memset(memory, 0, bytes);
    return memory;
}

static node *make_node(pier_arena *arena, uint64_t *seed, unsigned depth) {
    node *made = (node *)room(arena, sizeof *made);
    made->value = (int32_t)make_number(seed);
    if (depth > 0) {
        made->next = test_random(seed) % 2 == 0 ? make_node(arena, seed, depth - 1) : NULL;
        made->kids_count = (uint32_t)(test_random(seed) % 3);
        made->kids = made->kids_count > 0 ? (node *)room(arena, made->kids_count * sizeof *made) : NULL;
        for (uint32_t i = 0; i < made->kids_count; i++) {
            made->kids[i] = *make_node(arena, seed, depth - 1);
        }
    }
    return made;
}

#define FILL(member, value)                                                                                            \
    do {                                                                                                               \
        record->member##_count = (uint32_t)(test_random(&seed) % 5);                                                   \
        record->member = record->member##_count == 0 ? NULL : room(arena, 5 * sizeof *record->member);                 \
        for (uint32_t i = 0; i < record->member##_count; i++) {                                                        \
            record->member[i] = value;                                                                                 \
        }                                                                                                              \
    } while (0)

static void fill_lists(table *record, pier_arena *arena, uint64_t seed) {
    FILL(bools, test_random(&seed) % 2 == 0);
    FILL(i32s, (int32_t)make_number(&seed));
    FILL(u64s, (uint64_t)make_number(&seed));
    FILL(f64s, make_double(&seed));
    FILL(texts, make_text(&seed));
    FILL(times, ((pier_time){make_number(&seed), (uint32_t)(test_random(&seed) % 1000000000u)}));
    FILL(spans, make_duration(&seed));
    FILL(sides, make_side(&seed));
    FILL(leaves, make_leaf(&seed));
    FILL(blobs, ((pier_bytes){letters, test_random(&seed) % 50}));
    record->inline_texts_count = (uint32_t)(test_random(&seed) % 5);
    record->inline_texts = (char(*)[8])room(arena, 5 * 8);
    for (uint32_t i = 0; i < record->inline_texts_count; i++) {
        memcpy(record->inline_texts[i], "abcdefg", test_random(&seed) % 8);
    }
    record->few_sides_count = (uint32_t)(test_random(&seed) % 4);
    for (uint32_t i = 0; i < record->few_sides_count; i++) {
        record->few_sides[i] = make_side(&seed);
    }
}

static void fill_typed(table *record, pier_arena *arena, uint64_t seed) {
    FILL(t_i8, (int8_t)make_number(&seed));
    FILL(t_i16, (int16_t)make_number(&seed));
    FILL(t_i32, (int32_t)make_number(&seed));
    FILL(t_i64, make_number(&seed));
    FILL(t_u8, (uint8_t)make_number(&seed));
    FILL(t_u16, (uint16_t)make_number(&seed));
    FILL(t_u32, (uint32_t)make_number(&seed));
    FILL(t_u64, (uint64_t)make_number(&seed));
    FILL(t_f32, (float)make_double(&seed));
    FILL(t_f64, make_double(&seed));
    record->t_few_count = (uint32_t)(test_random(&seed) % 5);
    for (uint32_t i = 0; i < record->t_few_count; i++) {
        record->t_few[i] = (float)make_double(&seed);
    }
}

static void fill_choice(table *record, pier_arena *arena, uint64_t seed) {
    static const uint32_t cases[] = {
        0, TABLE_CHOICE_NUMBER, TABLE_CHOICE_WORD, TABLE_CHOICE_RECORD, TABLE_CHOICE_POINTER, TABLE_CHOICE_SPAN};
    record->choice_case = cases[test_random(&seed) % 6];
    switch (record->choice_case) {
    case TABLE_CHOICE_NUMBER:
        record->choice.number = (int32_t)make_number(&seed);
        break;
    case TABLE_CHOICE_WORD:
        record->choice.word = make_text(&seed);
        break;
    case TABLE_CHOICE_RECORD:
        record->choice.record = make_leaf(&seed);
        break;
    case TABLE_CHOICE_POINTER:
        record->choice.pointer = make_node(arena, &seed, 2);
        break;
    case TABLE_CHOICE_SPAN:
        record->choice.span = make_duration(&seed);
        break;
    default:
        break;
    }
}

void test_fill_table(table *record, pier_arena *arena, uint64_t seed) {
    pier_record_init(&table_class, record);
    record->f_i8 = (int8_t)make_number(&seed);
    record->f_i16 = (int16_t)make_number(&seed);
    record->f_i32 = (int32_t)make_number(&seed);
    record->f_i64 = make_number(&seed);
    record->f_u8 = (uint8_t)make_number(&seed);
    record->f_u16 = (uint16_t)make_number(&seed);
    record->f_u32 = (uint32_t)make_number(&seed);
    record->f_u64 = (uint64_t)make_number(&seed);
    record->side = make_side(&seed);
    record->has_maybe_side = test_random(&seed) % 2 == 0;
    record->maybe_side = record->has_maybe_side ? make_side(&seed) : 0;
    record->span = make_duration(&seed);
    record->has_maybe_span = test_random(&seed) % 2 == 0;
    record->maybe_span = record->has_maybe_span ? make_duration(&seed) : record->maybe_span;
    fill_lists(record, arena, test_random(&seed));
    fill_typed(record, arena, test_random(&seed));
    FILL(words, ((word_entry){make_text(&seed), make_number(&seed)}));
    FILL(by_number, ((leaf_entry){(int32_t)make_number(&seed), make_leaf(&seed)}));
    FILL(by_flag, ((flag_entry){i % 2 == 0, make_side(&seed)}));
    record->a_leaf = make_leaf(&seed);
    record->has_maybe_leaf = test_random(&seed) % 2 == 0;
    record->maybe_leaf = record->has_maybe_leaf ? make_leaf(&seed) : record->maybe_leaf;
    record->tree = test_random(&seed) % 4 == 0 ? NULL : make_node(arena, &seed, 4);
    fill_choice(record, arena, test_random(&seed));
    record->seven = (int32_t)make_number(&seed);
    record->none = make_text(&seed);
    record->has_minus_five = test_random(&seed) % 2 == 0;
    record->minus_five = record->has_minus_five ? make_number(&seed) : -5;
}
