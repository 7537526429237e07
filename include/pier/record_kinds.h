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
 *     PIER__OP_plain     numbers, bool, time, and borrowed text and bytes: all that is one C type
 *     PIER__OP_text      text(N)         PIER__OP_bytes     bytes(N)         PIER__OP_record   record(T)
 *     PIER__OP_optional  optional(K)     PIER__OP_array     array(K, N)
 *
 * Each is called as PIER__OP_group(parameters, value, has, count): the kind's parameters, in parentheses; the member,
 * as the operation names it; and the members that stand beside it in an optional or an array. The last two groups hand
 * their own kind on, one level down. */
#ifndef PIER_RECORD_KINDS_H
#define PIER_RECORD_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/bytes.h>
#include <pier/definition.h>

#ifdef __cplusplus
#include <type_traits>
#endif

/* The kinds -----------------------------------------------------------------------------------------------------------
 *
 * Pasted to PIER__KIND_, a kind becomes three things with commas between: its group if it has parameters, what stands
 * for it if it has none, and the parameters: `text(16)` becomes `text, (text, …), (16)`, and `text` the same with
 * nothing at the end. What stands for a plain kind is
 *
 *     (kernels, kernels in an array, C type, most bytes, kind in a definition, bytes beside those, check) */
#define PIER__KIND_bool no_parameters, (boolean, boolean, bool, 1, PIER_FIELD_BOOL, PIER__NO_MORE, PIER__IS_SAME),
/* <stdbool.h> makes a macro of bool, which is expanded where a kind stands within another. */
#define PIER__KIND__Bool PIER__KIND_bool
#define PIER__KIND_i8 no_parameters, (i8, i8, int8_t, 2, PIER_FIELD_I8, PIER__NO_MORE, PIER__IS_SIGNED),
#define PIER__KIND_i16 no_parameters, (i16, i16, int16_t, 3, PIER_FIELD_I16, PIER__NO_MORE, PIER__IS_SIGNED),
#define PIER__KIND_i32 no_parameters, (i32, i32, int32_t, 5, PIER_FIELD_I32, PIER__NO_MORE, PIER__IS_SIGNED),
#define PIER__KIND_i64 no_parameters, (i64, element_i64, int64_t, 9, PIER_FIELD_I64, PIER__NO_MORE, PIER__IS_SIGNED),
#define PIER__KIND_u8 no_parameters, (u8, u8, uint8_t, 2, PIER_FIELD_U8, PIER__NO_MORE, PIER__IS_UNSIGNED),
#define PIER__KIND_u16 no_parameters, (u16, u16, uint16_t, 3, PIER_FIELD_U16, PIER__NO_MORE, PIER__IS_UNSIGNED),
#define PIER__KIND_u32 no_parameters, (u32, u32, uint32_t, 5, PIER_FIELD_U32, PIER__NO_MORE, PIER__IS_UNSIGNED),
#define PIER__KIND_u64 no_parameters, (u64, element_u64, uint64_t, 9, PIER_FIELD_U64, PIER__NO_MORE, PIER__IS_UNSIGNED),
#define PIER__KIND_f32 no_parameters, (f32, f32, float, 5, PIER_FIELD_F32, PIER__NO_MORE, PIER__IS_SAME),
#define PIER__KIND_f64 no_parameters, (f64, f64, double, 9, PIER_FIELD_F64, PIER__NO_MORE, PIER__IS_SAME),
#define PIER__KIND_time no_parameters, (time, time, pier_time, 15, PIER_FIELD_TIME, PIER__NO_MORE, PIER__IS_SAME),
#define PIER__KIND_text text, (text, text, pier_text, 5, PIER_FIELD_TEXT, PIER__VIEW, PIER__IS_SAME),
#define PIER__KIND_bytes bytes, (bytes, bytes, pier_bytes, 5, PIER_FIELD_BYTES, PIER__VIEW, PIER__IS_SAME),
#define PIER__KIND_record record, needs_parameters,
#define PIER__KIND_optional optional, needs_parameters,
#define PIER__KIND_array array, needs_parameters,

/* The parts of parameters, each called as `PIER__PART parameters`. */
#define PIER__PUT_KERNEL(single, element, type, most, kind, more, check) pier__put_##single
#define PIER__PUT_ELEMENT_KERNEL(single, element, type, most, kind, more, check) pier__put_##element
#define PIER__TAKE_KERNEL(single, element, type, most, kind, more, check) pier__take_##single
#define PIER__TAKE_ELEMENT_KERNEL(single, element, type, most, kind, more, check) pier__take_##element
#define PIER__TYPE_OF(single, element, type, most, kind, more, check) type
#define PIER__MOST_OF(single, element, type, most, kind, more, check) most
#define PIER__KIND_OF(single, element, type, most, kind, more, check) kind
#define PIER__MORE_OF(single, element, type, most, kind, more, check) more
#define PIER__CHECK_OF(single, element, type, most, kind, more, check) check
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

#define PIER__COUNT_FIELD(number, kind, name) +1

/* NUMBER and CHECK: what must hold when a record is described ------------------------------------------------------ */

#ifdef __cplusplus
#define PIER__STATIC_ASSERT(condition, text) static_assert(condition, text)
#define PIER__TYPE_OF_MEMBER(member) std::remove_reference<decltype(member)>::type
#define PIER__IS_SAME(member, expected) (std::is_same<PIER__TYPE_OF_MEMBER(member), expected>::value)
#define PIER__IS_TEXT(member, capacity) PIER__IS_SAME(member, char[capacity])
#define PIER__IS_SIGNED(member, expected)                                                                              \
    (std::is_integral<PIER__TYPE_OF_MEMBER(member)>::value && std::is_signed<PIER__TYPE_OF_MEMBER(member)>::value &&   \
     sizeof(member) == sizeof(expected))
#define PIER__IS_UNSIGNED(member, expected)                                                                            \
    (std::is_integral<PIER__TYPE_OF_MEMBER(member)>::value && std::is_unsigned<PIER__TYPE_OF_MEMBER(member)>::value && \
     sizeof(member) == sizeof(expected))
#else
#define PIER__STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#define PIER__IS_SAME(member, expected) _Generic((member), expected : 1, default : 0)
#define PIER__IS_TEXT(member, capacity) _Generic(&(member), char(*)[capacity] : 1, default : 0)
/* Any integer of the right size and sign: `long` and `long long` are different types of one form. */
#define PIER__IS_SIGNED(member, expected)                                                                              \
    (sizeof(member) == sizeof(expected) &&                                                                             \
     _Generic((member), signed char : 1, short : 1, int : 1, long : 1, long long : 1, default : 0))
#define PIER__IS_UNSIGNED(member, expected)                                                                            \
    (sizeof(member) == sizeof(expected) && _Generic((member), unsigned char : 1, unsigned short : 1, unsigned int : 1, \
                                                    unsigned long : 1, unsigned long long : 1, default : 0))
#endif

/* An enumerator without a value is one above that before it: so each field knows the least number it may have. */
#define PIER__NUMBER_FIELD(number, kind, name) , pier__least_##name, pier__number_##name = (number)

#define PIER__CHECK_FIELD(number, kind, name)                                                                          \
    PIER__STATIC_ASSERT((int)pier__number_##name >= (int)pier__least_##name && (number) <= 65535,                      \
                        "the numbers of the fields ascend, from 1 to 65,535: see " #name);                             \
    PIER__APPLY(CHECK, PIER__KIND_##kind, name, has_##name, name##_count)
#define PIER__MEMBER_OF_SELF(member) ((pier__self *)0)->member
#define PIER__REQUIRE(condition, member)                                                                               \
    PIER__STATIC_ASSERT(condition, "a member is not of the type that its kind of field needs: see " #member);
#define PIER__CHECK_plain(parameters, value, has, count)                                                               \
    PIER__REQUIRE(PIER__CHECK_OF parameters(PIER__MEMBER_OF_SELF(value), PIER__TYPE_OF parameters), value)
#define PIER__CHECK_text(parameters, value, has, count)                                                                \
    PIER__REQUIRE(PIER__IS_TEXT(PIER__MEMBER_OF_SELF(value), PIER__ONLY parameters), value)
#define PIER__CHECK_bytes(parameters, value, has, count)                                                               \
    PIER__REQUIRE(PIER__IS_UNSIGNED(PIER__MEMBER_OF_SELF(value).size, uint32_t) &&                                     \
                      PIER__IS_UNSIGNED(PIER__MEMBER_OF_SELF(value).data[0], uint8_t) &&                               \
                      sizeof(PIER__MEMBER_OF_SELF(value).data) == (PIER__ONLY parameters) &&                           \
                      offsetof(pier__self, value.data) == offsetof(pier__self, value.size) + sizeof(uint32_t),         \
                  value)
#define PIER__CHECK_record(parameters, value, has, count)                                                              \
    PIER__REQUIRE(PIER__IS_SAME(PIER__MEMBER_OF_SELF(value), PIER__ONLY parameters), value)
#define PIER__CHECK_optional(parameters, value, has, count)                                                            \
    PIER__REQUIRE(PIER__IS_SAME(PIER__MEMBER_OF_SELF(has), bool), has)                                                 \
    PIER__APPLY_INNER(CHECK, PIER__ONLY parameters, value, has, count)
#define PIER__CHECK_array(parameters, value, has, count)                                                               \
    PIER__REQUIRE(PIER__IS_UNSIGNED(PIER__MEMBER_OF_SELF(count), uint32_t), count)                                     \
    PIER__REQUIRE(sizeof(PIER__MEMBER_OF_SELF(value)) ==                                                               \
                      PIER__CAPACITY_OF parameters * sizeof(PIER__MEMBER_OF_SELF(value)[0]),                           \
                  value)                                                                                               \
    PIER__APPLY_INNER(CHECK, PIER__ELEMENT_OF parameters, value[0], has, count)

/* ROW: the table of pier_field, made of what the kind is and of how the member holds it ---------------------------- */

#define PIER__ROW_FIELD(number, kind, name)                                                                            \
    {#name,                                                                                                            \
     sizeof #name - 1,                                                                                                 \
     (number),                                                                                                         \
     PIER__APPLY(SHAPE, PIER__KIND_##kind, name, has_##name, name##_count),                                            \
     offsetof(pier__self, name),                                                                                       \
     PIER__APPLY(WHAT, PIER__KIND_##kind, name, has_##name, name##_count)},

/* WHAT: kind, capacity, class, enum, default */
#define PIER__WHAT_plain(parameters, value, has, count) PIER__KIND_OF parameters, 0, NULL, NULL, NULL
#define PIER__WHAT_text(parameters, value, has, count) PIER_FIELD_TEXT, PIER__ONLY parameters, NULL, NULL, NULL
#define PIER__WHAT_bytes(parameters, value, has, count) PIER_FIELD_BYTES, PIER__ONLY parameters, NULL, NULL, NULL
#define PIER__WHAT_record(parameters, value, has, count) PIER_FIELD_RECORD, 0, &PIER__CLASS_OF parameters, NULL, NULL
#define PIER__CLASS_OF(name) name##_class
#define PIER__WHAT_optional(parameters, value, has, count)                                                             \
    PIER__APPLY_INNER(WHAT, PIER__ONLY parameters, value, has, count)
#define PIER__WHAT_array(parameters, value, has, count)                                                                \
    PIER__APPLY_INNER(WHAT, PIER__ELEMENT_OF parameters, value, has, count)

/* SHAPE: flags, oneof, elements at most, bytes from one to the next, where the count and where presence lies */
#define PIER__SHAPE_SINGLE 0, 0, 0, 0, 0, 0
#define PIER__SHAPE_plain(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_text(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_bytes(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_record(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_optional(parameters, value, has, count) PIER_FIELD_PRESENCE, 0, 0, 0, 0, offsetof(pier__self, has)
#define PIER__SHAPE_array(parameters, value, has, count)                                                               \
    PIER_FIELD_REPEATED, 0, PIER__CAPACITY_OF parameters, sizeof(PIER__MEMBER_OF_SELF(value)[0]),                      \
        offsetof(pier__self, count), 0

#endif
