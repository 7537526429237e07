/* How a list of fields becomes code: the preprocessor's part of PIER_RECORD. Nothing here is for programs to call.
 *
 * Floor 5 (record). A list of fields is a macro that takes another one and calls it for each field:
 *
 *     #define MARKET_TICK(FIELD) FIELD(1, u64, id) FIELD(4, text(16), symbol) FIELD(8, array(f32, 10), samples)
 *
 * To make something of the fields (members, an encoder, a table) it is called with an *operation* in place of FIELD.
 * An operation named OP is a macro PIER__OP_FIELD(number, kind, name), which hands the field on to the macro for the
 * *group* of its kind:
 *
 *     PIER__OP_plain        numbers, bool, time, duration, and borrowed text and bytes: all that is one C type
 *     PIER__OP_fixed        fixed(K)           PIER__OP_enumeration  enumeration(E)
 *     PIER__OP_text         text(N)            PIER__OP_bytes        bytes(N)
 *     PIER__OP_record       record(T)          PIER__OP_self         self(T)
 *     PIER__OP_optional     optional(K)        PIER__OP_pointer      pointer(K)
 *     PIER__OP_array        array(K, N)        PIER__OP_list         list(K)            PIER__OP_map    map(E)
 *     PIER__OP_typed        typed(K, N)        PIER__OP_typed_list   typed_list(K)
 *
 * Each is called as PIER__OP_group(parameters, value, has, count): the kind's parameters, in parentheses; the member,
 * as the operation names it; and the members that stand beside it in an optional or an array. Groups with a K hand it
 * on, one level down. */
#ifndef PIER_RECORD_KINDS_H
#define PIER_RECORD_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/bytes.h>
#include <pier/definition.h>

/* The kinds -----------------------------------------------------------------------------------------------------------
 *
 * Pasted to PIER__KIND_, a kind becomes three things with commas between: its group if it has parameters, what stands
 * for it if it has none, and the parameters: `text(16)` becomes `text, (text, …), (16)`, and `text` the same with
 * nothing at the end. What stands for a plain kind is
 *
 *     (kernels, C type, most bytes, kind in a definition, bytes beside those, check, context)
 *
 * where the context is what a kernel that loads needs beside the others' arguments. */
#define PIER__KIND_bool no_parameters, (boolean, bool, 1, PIER_FIELD_BOOL, PIER__NO_MORE, PIER__IS_SAME, PIER__NO_HOW),
/* <stdbool.h> makes a macro of bool, which is expanded where a kind stands within another. */
#define PIER__KIND__Bool PIER__KIND_bool
#define PIER__KIND_i8 no_parameters, (i8, int8_t, 2, PIER_FIELD_I8, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW),
#define PIER__KIND_i16 no_parameters, (i16, int16_t, 3, PIER_FIELD_I16, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW),
#define PIER__KIND_i32 no_parameters, (i32, int32_t, 5, PIER_FIELD_I32, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW),
#define PIER__KIND_i64 no_parameters, (i64, int64_t, 9, PIER_FIELD_I64, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW),
#define PIER__KIND_u8 no_parameters, (u8, uint8_t, 2, PIER_FIELD_U8, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW),
#define PIER__KIND_u16                                                                                                 \
    no_parameters, (u16, uint16_t, 3, PIER_FIELD_U16, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW),
#define PIER__KIND_u32                                                                                                 \
    no_parameters, (u32, uint32_t, 5, PIER_FIELD_U32, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW),
#define PIER__KIND_u64                                                                                                 \
    no_parameters, (u64, uint64_t, 9, PIER_FIELD_U64, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW),
#define PIER__KIND_f32 no_parameters, (f32, float, 5, PIER_FIELD_F32, PIER__NO_MORE, PIER__IS_SAME, PIER__NO_HOW),
#define PIER__KIND_f64 no_parameters, (f64, double, 9, PIER_FIELD_F64, PIER__NO_MORE, PIER__IS_SAME, PIER__NO_HOW),
#define PIER__KIND_time                                                                                                \
    no_parameters, (time, pier_time, 15, PIER_FIELD_TIME, PIER__NO_MORE, PIER__IS_SAME, PIER__NO_HOW),
#define PIER__KIND_duration                                                                                            \
    no_parameters, (duration, pier_duration, 15, PIER_FIELD_DURATION, PIER__NO_MORE, PIER__IS_SAME, PIER__NO_HOW),
#define PIER__KIND_text text, (text, pier_text, 5, PIER_FIELD_TEXT, PIER__VIEW, PIER__IS_SAME, PIER__HOW),
#define PIER__KIND_bytes bytes, (bytes, pier_bytes, 5, PIER_FIELD_BYTES, PIER__VIEW, PIER__IS_SAME, PIER__HOW),
#define PIER__KIND_record record, needs_parameters,
#define PIER__KIND_optional optional, needs_parameters,
#define PIER__KIND_array array, needs_parameters,
#define PIER__KIND_fixed fixed, needs_parameters,
#define PIER__KIND_enumeration enumeration, needs_parameters,
#define PIER__KIND_self self, needs_parameters,
#define PIER__KIND_pointer pointer, needs_parameters,
#define PIER__KIND_list list, needs_parameters,
#define PIER__KIND_map map, needs_parameters,
#define PIER__KIND_typed typed, needs_parameters,
#define PIER__KIND_typed_list typed_list, needs_parameters,

/* What stands for the plain kind within fixed. */
#define PIER__FIXED(kind) PIER__FIXED_##kind
#define PIER__FIXED_i8 (fixed_i8, int8_t, 2, PIER_FIELD_I8, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW)
#define PIER__FIXED_i16 (fixed_i16, int16_t, 3, PIER_FIELD_I16, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW)
#define PIER__FIXED_i32 (fixed_i32, int32_t, 5, PIER_FIELD_I32, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW)
#define PIER__FIXED_i64 (fixed_i64, int64_t, 9, PIER_FIELD_I64, PIER__NO_MORE, PIER__IS_SIGNED, PIER__NO_HOW)
#define PIER__FIXED_u8 (fixed_u8, uint8_t, 2, PIER_FIELD_U8, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW)
#define PIER__FIXED_u16 (fixed_u16, uint16_t, 3, PIER_FIELD_U16, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW)
#define PIER__FIXED_u32 (fixed_u32, uint32_t, 5, PIER_FIELD_U32, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW)
#define PIER__FIXED_u64 (fixed_u64, uint64_t, 9, PIER_FIELD_U64, PIER__NO_MORE, PIER__IS_UNSIGNED, PIER__NO_HOW)
/* And what stands for an enum: an i32. */
#define PIER__ENUM(name) (i32, name, 5, PIER_FIELD_ENUM, PIER__NO_MORE, PIER__IS_ENUM, PIER__NO_HOW)

/* The parts of parameters, each called as `PIER__PART parameters`. */
#define PIER__PUT_KERNEL(kernel, type, most, kind, more, check, context) pier__put_##kernel
#define PIER__TAKE_KERNEL(kernel, type, most, kind, more, check, context) pier__take_##kernel
#define PIER__TYPE_OF(kernel, type, most, kind, more, check, context) type
#define PIER__MOST_OF(kernel, type, most, kind, more, check, context) most
#define PIER__KIND_OF(kernel, type, most, kind, more, check, context) kind
#define PIER__MORE_OF(kernel, type, most, kind, more, check, context) more
#define PIER__CHECK_OF(kernel, type, most, kind, more, check, context) check
#define PIER__CONTEXT_OF(kernel, type, most, kind, more, check, context) context
#define PIER__NO_HOW(wrong) wrong
#define PIER__HOW(wrong) how, wrong
#define PIER__ONLY(parameter) parameter
#define PIER__ELEMENT_OF(kind, capacity) kind
#define PIER__CAPACITY_OF(kind, capacity) (capacity)

/* PIER__APPLY(OP, PIER__KIND_kind, value, has, count) calls the operation for the group of the kind. A kind that there
 * is none of stays as it is, for the compiler to stumble over: "unknown type name PIER__KIND_double". */
#define PIER__APPLY(operation, ...) PIER__PASTE(PIER__CHOOSE_, PIER__IS_KNOWN(__VA_ARGS__))(operation, __VA_ARGS__)
#define PIER__CHOOSE_0(operation, kind, ...) kind
#define PIER__CHOOSE_1(operation, group, plain, parameters, ...)                                                       \
    PIER__PASTE_CALL(PIER__CALL_, PIER__IS_GIVEN(parameters))(operation, group, plain, parameters, __VA_ARGS__)
#define PIER__CALL_0(operation, group, plain, parameters, ...) PIER__##operation##_plain(plain, __VA_ARGS__)
#define PIER__CALL_1(operation, group, plain, parameters, ...) PIER__##operation##_##group(parameters, __VA_ARGS__)

/* The same for a kind within another. A macro is not expanded within itself, so this level has its own. */
#define PIER__APPLY_INNER(operation, kind, ...) PIER__EXPAND_INNER(operation, kind, __VA_ARGS__)
#define PIER__EXPAND_INNER(operation, kind, ...) PIER__CHOOSE_INNER(operation, PIER__KIND_##kind, __VA_ARGS__)
#define PIER__CHOOSE_INNER(operation, ...)                                                                             \
    PIER__PASTE_INNER(PIER__CHOOSE_INNER_, PIER__IS_KNOWN(__VA_ARGS__))(operation, __VA_ARGS__)
#define PIER__CHOOSE_INNER_0(operation, kind, ...) kind
#define PIER__CHOOSE_INNER_1(operation, group, plain, parameters, ...)                                                 \
    PIER__PASTE_CALL_INNER(PIER__CALL_INNER_, PIER__IS_GIVEN(parameters))                                              \
    (operation, group, plain, parameters, __VA_ARGS__)
#define PIER__CALL_INNER_0(operation, group, plain, parameters, ...) PIER__##operation##_plain(plain, __VA_ARGS__)
#define PIER__CALL_INNER_1(operation, group, plain, parameters, ...)                                                   \
    PIER__##operation##_##group(parameters, __VA_ARGS__)

#define PIER__PASTE(a, b) PIER__PASTE_(a, b)
#define PIER__PASTE_(a, b) a##b
#define PIER__PASTE_CALL(a, b) PIER__PASTE_CALL_(a, b)
#define PIER__PASTE_CALL_(a, b) a##b
#define PIER__PASTE_INNER(a, b) PIER__PASTE_INNER_(a, b)
#define PIER__PASTE_INNER_(a, b) a##b
#define PIER__PASTE_CALL_INNER(a, b) PIER__PASTE_CALL_INNER_(a, b)
#define PIER__PASTE_CALL_INNER_(a, b) a##b

/* 1 for a kind, which became three things before value, has and count; 0 for a word that stayed one. */
#define PIER__IS_KNOWN(...) PIER__SEVENTH(__VA_ARGS__, 1, 1, 0, 0)
#define PIER__SEVENTH(...) PIER__SEVENTH_(__VA_ARGS__)
#define PIER__SEVENTH_(a, b, c, d, e, f, seventh, ...) seventh

/* 1 for something in parentheses, 0 for nothing: PIER__GIVEN is called, and answers with a comma, only by parentheses
 * behind it. */
#define PIER__IS_GIVEN(parameters) PIER__SECOND(PIER__GIVEN parameters, 0, 0)
#define PIER__GIVEN(...) 0, 1
#define PIER__SECOND(...) PIER__SECOND_(__VA_ARGS__)
#define PIER__SECOND_(first, second, ...) second

/* A class, before and after it is known what is in it: a record that points to others of its own class names it while
 * its own table is made. C++ has no tentative definitions, but namespaces without a name. */
#ifdef __cplusplus
#define PIER__DECLARE_CLASS(name)                                                                                      \
    namespace {                                                                                                        \
    extern PIER__UNUSED const pier_class name;                                                                         \
    }
#define PIER__DEFINE_CLASS(name, ...)                                                                                  \
    namespace {                                                                                                        \
    const pier_class name = {__VA_ARGS__};                                                                             \
    }
#else
#define PIER__DECLARE_CLASS(name) PIER__UNUSED static const pier_class name;
#define PIER__DEFINE_CLASS(name, ...) static const pier_class name = {__VA_ARGS__};
#endif

/* MEMBER: the struct ----------------------------------------------------------------------------------------------- */

#define PIER__MEMBER_FIELD(number, kind, name) PIER__APPLY(MEMBER, PIER__KIND_##kind, name, has_##name, name##_count)
#define PIER__MEMBER_plain(parameters, value, has, count) PIER__TYPE_OF parameters value;
#define PIER__MEMBER_text(parameters, value, has, count) char value[PIER__ONLY parameters];
#define PIER__MEMBER_bytes(parameters, value, has, count)                                                              \
    struct {                                                                                                           \
        uint32_t size;                                                                                                 \
        uint8_t data[PIER__ONLY parameters];                                                                           \
    } value;
#define PIER__MEMBER_record(parameters, value, has, count) PIER__ONLY parameters value;
#define PIER__MEMBER_optional(parameters, value, has, count)                                                           \
    bool has;                                                                                                          \
    PIER__APPLY_INNER(MEMBER, PIER__ONLY parameters, value, has, count)
#define PIER__MEMBER_array(parameters, value, has, count)                                                              \
    uint32_t count;                                                                                                    \
    PIER__APPLY_INNER(MEMBER, PIER__ELEMENT_OF parameters, value[PIER__CAPACITY_OF parameters], has, count)

#define PIER__MEMBER_fixed(parameters, value, has, count) PIER__MEMBER_plain(PIER__FIXED parameters, value, has, count)
#define PIER__MEMBER_enumeration(parameters, value, has, count) PIER__ONLY parameters value;
#define PIER__MEMBER_self(parameters, value, has, count) PIER__ONLY parameters value;
#define PIER__MEMBER_pointer(parameters, value, has, count)                                                            \
    PIER__APPLY_INNER(POINTER_TO, PIER__ONLY parameters, value, has, count)
#define PIER__MEMBER_list(parameters, value, has, count)                                                               \
    uint32_t count;                                                                                                    \
    PIER__APPLY_INNER(POINTER_TO, PIER__ONLY parameters, value, has, count)
#define PIER__MEMBER_map(parameters, value, has, count)                                                                \
    uint32_t count;                                                                                                    \
    PIER__ONLY parameters *value;
#define PIER__MEMBER_typed PIER__MEMBER_array
#define PIER__MEMBER_typed_list PIER__MEMBER_list

#define PIER__POINTER_TO_plain(parameters, value, has, count) PIER__TYPE_OF parameters *value;
#define PIER__POINTER_TO_fixed(parameters, value, has, count)                                                          \
    PIER__POINTER_TO_plain(PIER__FIXED parameters, value, has, count)
#define PIER__POINTER_TO_enumeration PIER__POINTER_TO_record
#define PIER__POINTER_TO_text(parameters, value, has, count) char(*value)[PIER__ONLY parameters];
#define PIER__POINTER_TO_bytes(parameters, value, has, count) PIER__MEMBER_bytes(parameters, *value, has, count)
#define PIER__POINTER_TO_record(parameters, value, has, count) PIER__ONLY parameters *value;
#define PIER__POINTER_TO_self PIER__POINTER_TO_record

#define PIER__COUNT_FIELD(number, kind, name) +1

#endif
