/* How a list of fields becomes a table: the operations of record_kinds.h that check the fields and describe them.
 * Nothing here is for programs to call.
 *
 * Floor 5 (record). */
#ifndef PIER_RECORD_ROWS_H
#define PIER_RECORD_ROWS_H

#include <pier/class.h>
#include <pier/record_kinds.h>

#ifdef __cplusplus
#include <type_traits>
#endif

/* NUMBER and CHECK: what must hold when a record is described ------------------------------------------------------ */

#ifdef __cplusplus
#define PIER__STATIC_ASSERT(condition, text) static_assert(condition, text)
#define PIER__TYPE_OF_MEMBER(member) std::remove_reference<decltype(member)>::type
#define PIER__IS_SAME(member, expected) (std::is_same<PIER__TYPE_OF_MEMBER(member), expected>::value)
#define PIER__IS_TEXT(member, capacity) PIER__IS_SAME(member, char[capacity])
#define PIER__IS_ENUM(member, expected) (PIER__IS_SAME(member, expected) && PIER__IS_SIGNED(member, int32_t))
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
#define PIER__IS_ENUM(member, expected) (PIER__IS_SAME(member, expected) && PIER__IS_SIGNED(member, int32_t))
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

#define PIER__CHECK_fixed(parameters, value, has, count) PIER__CHECK_plain(PIER__FIXED parameters, value, has, count)
#define PIER__CHECK_enumeration(parameters, value, has, count)                                                         \
    PIER__CHECK_plain(PIER__ENUM parameters, value, has, count)
#define PIER__CHECK_self PIER__CHECK_record
#define PIER__CHECK_pointer(parameters, value, has, count)                                                             \
    PIER__APPLY_INNER(CHECK_ELEMENT, PIER__ONLY parameters, value[0], has, count)
#define PIER__CHECK_list(parameters, value, has, count)                                                                \
    PIER__REQUIRE(PIER__IS_UNSIGNED(PIER__MEMBER_OF_SELF(count), uint32_t), count)                                     \
    PIER__APPLY_INNER(CHECK_ELEMENT, PIER__ONLY parameters, value[0], has, count)
#define PIER__CHECK_map(parameters, value, has, count)                                                                 \
    PIER__REQUIRE(PIER__IS_UNSIGNED(PIER__MEMBER_OF_SELF(count), uint32_t), count)                                     \
    PIER__STATIC_ASSERT((int)PIER__FIELDS_OF parameters == 2,                                                          \
                        "an entry of a map has two fields, 1 `key` and 2 `value`: see " #value);                       \
    PIER__CHECK_record(parameters, value[0], has, count)
#define PIER__FIELDS_OF(name) pier__##name##_fields
#define PIER__CHECK_typed(parameters, value, has, count)                                                               \
    PIER__CHECK_array(parameters, value, has, count)                                                                   \
        PIER__APPLY_INNER(CHECK_NUMBER, PIER__ELEMENT_OF parameters, value, has, count)
#define PIER__CHECK_typed_list(parameters, value, has, count)                                                          \
    PIER__CHECK_list(parameters, value, has, count)                                                                    \
        PIER__APPLY_INNER(CHECK_NUMBER, PIER__ONLY parameters, value, has, count)
#define PIER__CHECK_NUMBER_plain(parameters, value, has, count)                                                        \
    PIER__STATIC_ASSERT(PIER__KIND_OF parameters >= PIER_FIELD_I8 && PIER__KIND_OF parameters <= PIER_FIELD_F64,       \
                        "a typed array is of numbers: see " #value);

/* Behind a pointer, where offsetof does not reach. */
#define PIER__CHECK_ELEMENT_plain PIER__CHECK_plain
#define PIER__CHECK_ELEMENT_fixed PIER__CHECK_fixed
#define PIER__CHECK_ELEMENT_enumeration PIER__CHECK_enumeration
#define PIER__CHECK_ELEMENT_text PIER__CHECK_text
#define PIER__CHECK_ELEMENT_record PIER__CHECK_record
#define PIER__CHECK_ELEMENT_self PIER__CHECK_record
#define PIER__CHECK_ELEMENT_bytes(parameters, value, has, count)                                                       \
    PIER__REQUIRE(PIER__IS_UNSIGNED(PIER__MEMBER_OF_SELF(value).size, uint32_t) &&                                     \
                      PIER__IS_UNSIGNED(PIER__MEMBER_OF_SELF(value).data[0], uint8_t) &&                               \
                      sizeof(PIER__MEMBER_OF_SELF(value).data) == (PIER__ONLY parameters) &&                           \
                      sizeof(PIER__MEMBER_OF_SELF(value)) == ((PIER__ONLY parameters) + 7) / 4 * 4,                    \
                  value)

/* The values of an enum: constants, rows, and a check of their order; see PIER__NUMBER_FIELD. */
#define PIER__ENUMERATOR(number, name) pier__least_##name, name = (number),
#define PIER__ONE(number, name) +1
#define PIER__ENUM_ROW(number, name) {(number), #name},
#define PIER__CHECK_VALUE(number, name)                                                                                \
    PIER__STATIC_ASSERT((int)pier__least_##name <= (number), "the numbers of the values ascend: see " #name);

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

#define PIER__WHAT_fixed(parameters, value, has, count) PIER__WHAT_plain(PIER__FIXED parameters, value, has, count)
#define PIER__WHAT_enumeration(parameters, value, has, count) PIER_FIELD_ENUM, 0, NULL, &PIER__TABLE_OF parameters, NULL
#define PIER__TABLE_OF(name) name##_enum
#define PIER__WHAT_self PIER__WHAT_record
#define PIER__WHAT_pointer PIER__WHAT_optional
#define PIER__WHAT_list PIER__WHAT_optional
#define PIER__WHAT_map PIER__WHAT_record
#define PIER__WHAT_typed PIER__WHAT_array
#define PIER__WHAT_typed_list PIER__WHAT_optional

/* TRAIT: the flag of a kind, which it has within others, too */
#define PIER__TRAIT_plain(parameters, value, has, count) 0
#define PIER__TRAIT_text PIER__TRAIT_plain
#define PIER__TRAIT_bytes PIER__TRAIT_plain
#define PIER__TRAIT_enumeration PIER__TRAIT_plain
#define PIER__TRAIT_record PIER__TRAIT_plain
#define PIER__TRAIT_self PIER__TRAIT_plain
#define PIER__TRAIT_fixed(parameters, value, has, count) PIER_FIELD_FIXED

/* SHAPE: flags, oneof, elements at most, bytes from one to the next, where the count and where presence lies */
#define PIER__SHAPE_SINGLE 0, 0, 0, 0, 0, 0
#define PIER__SHAPE_plain(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_text(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_bytes(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_record(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_self(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_enumeration(parameters, value, has, count) PIER__SHAPE_SINGLE
#define PIER__SHAPE_fixed(parameters, value, has, count) PIER_FIELD_FIXED, 0, 0, 0, 0, 0
#define PIER__SHAPE_optional(parameters, value, has, count)                                                            \
    PIER_FIELD_PRESENCE | PIER__APPLY_INNER(TRAIT, PIER__ONLY parameters, value, has, count), 0, 0, 0, 0,              \
        offsetof(pier__self, has)
#define PIER__SHAPE_pointer(parameters, value, has, count) PIER_FIELD_PRESENCE | PIER_FIELD_POINTER, 0, 0, 0, 0, 0
#define PIER__SHAPE_array(parameters, value, has, count)                                                               \
    PIER_FIELD_REPEATED | PIER__APPLY_INNER(TRAIT, PIER__ELEMENT_OF parameters, value, has, count), 0,                 \
        PIER__CAPACITY_OF parameters, PIER__SHAPE_COUNTED(value, count)
#define PIER__SHAPE_list(parameters, value, has, count)                                                                \
    PIER_FIELD_REPEATED | PIER_FIELD_LIST | PIER__APPLY_INNER(TRAIT, PIER__ONLY parameters, value, has, count), 0,     \
        UINT32_MAX, PIER__SHAPE_COUNTED(value, count)
#define PIER__SHAPE_map(parameters, value, has, count)                                                                 \
    PIER_FIELD_REPEATED | PIER_FIELD_LIST | PIER_FIELD_MAP, 0, UINT32_MAX, PIER__SHAPE_COUNTED(value, count)
#define PIER__SHAPE_typed(parameters, value, has, count)                                                               \
    PIER_FIELD_REPEATED | PIER_FIELD_TYPED, 0, PIER__CAPACITY_OF parameters, PIER__SHAPE_COUNTED(value, count)
#define PIER__SHAPE_typed_list(parameters, value, has, count)                                                          \
    PIER_FIELD_REPEATED | PIER_FIELD_TYPED | PIER_FIELD_LIST, 0, UINT32_MAX, PIER__SHAPE_COUNTED(value, count)
#define PIER__SHAPE_COUNTED(value, count) sizeof(PIER__MEMBER_OF_SELF(value)[0]), offsetof(pier__self, count), 0

#endif
