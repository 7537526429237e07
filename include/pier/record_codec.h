/* How a list of fields becomes a codec: the operations of record_kinds.h that store and load. Nothing here is for
 * programs to call.
 *
 * Floor 5 (record). Each operation is straight-line code over the kernels: the fields of a struct, one after the other.
 * */
#ifndef PIER_RECORD_CODEC_H
#define PIER_RECORD_CODEC_H

#include <pier/record_decode.h>
#include <pier/record_encode.h>
#include <pier/record_kinds.h>
#include <pier/record_lists.h>
#include <pier/record_measure.h>
#include <pier/record_run.h>

/* PUT: statements that store `record` at `at` -------------------------------------------------------------------------
 *
 * `wrong` is a variable of the function around them, which answers NULL when it is set. A nested record's function
 * answers for itself in the same way: were `wrong` handed to it, it would lie in memory, and each field would wait
 * there for the one before it. */

#define PIER__PUT_FIELD(number, kind, name)                                                                            \
    PIER__APPLY(PUT, PIER__KIND_##kind, record->name, record->has_##name, record->name##_count)
#define PIER__PUT_plain(parameters, value, has, count) at = PIER__PUT_KERNEL parameters(at, value, &wrong);
#define PIER__PUT_text(parameters, value, has, count)                                                                  \
    at = pier__put_inline_text(at, value, PIER__ONLY parameters, &wrong);
#define PIER__PUT_bytes(parameters, value, has, count)                                                                 \
    at = pier__put_inline_bytes(at, value.data, value.size, PIER__ONLY parameters, &wrong);
#define PIER__PUT_record(parameters, value, has, count)                                                                \
    at = PIER__PUT_OF_RECORD parameters(at, &value);                                                                   \
    if (at == NULL) {                                                                                                  \
        return NULL;                                                                                                   \
    }
#define PIER__PUT_OF_RECORD(name) pier__##name##_put
#define PIER__PUT_optional(parameters, value, has, count)                                                              \
    if (has) {                                                                                                         \
        PIER__APPLY_INNER(PUT, PIER__ONLY parameters, value, has, count)                                               \
    } else {                                                                                                           \
        at = pier__put_nil(at);                                                                                        \
    }
#define PIER__PUT_array(parameters, value, has, count)                                                                 \
    {                                                                                                                  \
        uint32_t pier__elements = count <= PIER__CAPACITY_OF parameters ? count : 0;                                   \
        wrong |= pier__elements != count;                                                                              \
        at = pier__put_count(at, pier__elements);                                                                      \
        PIER__PUT_ELEMENTS(PIER__ELEMENT_OF parameters, value, has, count)                                             \
    }
#define PIER__PUT_ELEMENTS(kind, value, has, count)                                                                    \
    if (PIER__INTEGER_KIND(kind) != 0) {                                                                               \
        at = pier__put_integers(at, value, pier__elements, (pier_field_kind)PIER__INTEGER_KIND(kind));                 \
    } else {                                                                                                           \
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            PIER__APPLY_INNER(PUT_ELEMENT, kind, value[pier__i], has, count)                                           \
        }                                                                                                              \
    }
#define PIER__PUT_ELEMENT_plain PIER__PUT_plain
#define PIER__PUT_ELEMENT_text PIER__PUT_text
#define PIER__PUT_ELEMENT_bytes PIER__PUT_bytes
#define PIER__PUT_ELEMENT_record PIER__PUT_record
#define PIER__PUT_ELEMENT_self PIER__PUT_record
#define PIER__PUT_ELEMENT_fixed PIER__PUT_fixed
#define PIER__PUT_ELEMENT_enumeration PIER__PUT_enumeration
#define PIER__PUT_fixed(parameters, value, has, count) PIER__PUT_plain(PIER__FIXED parameters, value, has, count)
#define PIER__PUT_enumeration(parameters, value, has, count) PIER__PUT_plain(PIER__ENUM parameters, value, has, count)
#define PIER__PUT_self PIER__PUT_record
#define PIER__PUT_pointer(parameters, value, has, count)                                                               \
    if (value != NULL) {                                                                                               \
        PIER__APPLY_INNER(PUT, PIER__ONLY parameters, (*value), has, count)                                            \
    } else {                                                                                                           \
        at = pier__put_nil(at);                                                                                        \
    }
#define PIER__PUT_list(parameters, value, has, count)                                                                  \
    {                                                                                                                  \
        uint32_t pier__elements = pier__list_count(value, count, &wrong);                                              \
        at = pier__put_count(at, pier__elements);                                                                      \
        PIER__PUT_ELEMENTS(PIER__ONLY parameters, value, has, count)                                                   \
    }
#define PIER__PUT_map(parameters, value, has, count)                                                                   \
    {                                                                                                                  \
        uint32_t pier__elements = pier__list_count(value, count, &wrong);                                              \
        at = pier__put_pairs(at, pier__elements);                                                                      \
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            at = PIER__PUT_FIELDS_OF parameters(at, &value[pier__i]);                                                  \
            if (at == NULL) {                                                                                          \
                return NULL;                                                                                           \
            }                                                                                                          \
        }                                                                                                              \
    }
#define PIER__PUT_FIELDS_OF(name) pier__##name##_put_fields
#define PIER__PUT_typed(parameters, value, has, count)                                                                 \
    {                                                                                                                  \
        uint32_t pier__elements = pier__array_count(count, PIER__CAPACITY_OF parameters, &wrong);                      \
        at = pier__put_typed(at, value, pier__elements, PIER__CAPACITY_OF parameters,                                  \
                             PIER__NUMBER_KIND(PIER__ELEMENT_OF parameters), sizeof value[0]);                         \
    }
#define PIER__PUT_typed_list(parameters, value, has, count)                                                            \
    {                                                                                                                  \
        uint32_t pier__elements = pier__list_count(value, count, &wrong);                                              \
        at = pier__put_typed(at, value, pier__elements, 0, PIER__NUMBER_KIND(PIER__ONLY parameters), sizeof value[0]); \
    }
/* INTEGER: the kind of the elements of an array if they are stored together; 0 for others */
#define PIER__INTEGER_KIND(kind) (PIER__APPLY_INNER(INTEGER, kind, ~, ~, ~))
#define PIER__INTEGER_plain(parameters, value, has, count)                                                             \
    PIER__KIND_OF parameters >= PIER_FIELD_I8 &&PIER__KIND_OF parameters <= PIER_FIELD_U64 ? PIER__KIND_OF parameters  \
                                                                                           : 0
#define PIER__INTEGER_enumeration(parameters, value, has, count) PIER_FIELD_I32
#define PIER__INTEGER_fixed(parameters, value, has, count) 0
#define PIER__INTEGER_text PIER__INTEGER_fixed
#define PIER__INTEGER_bytes PIER__INTEGER_fixed
#define PIER__INTEGER_record PIER__INTEGER_fixed
#define PIER__INTEGER_self PIER__INTEGER_fixed
/* NUMBER: the kind of the elements of a typed array */
#define PIER__NUMBER_KIND(kind) PIER__APPLY_INNER(NUMBER_OF, kind, ~, ~, ~)
#define PIER__NUMBER_OF_plain(parameters, value, has, count) PIER__KIND_OF parameters

/* TAKE: statements that load `record` from `at`, with `wrong` as above --------------------------------------------- */

#define PIER__TAKE_FIELD(number, kind, name)                                                                           \
    PIER__APPLY(TAKE, PIER__KIND_##kind, record->name, record->has_##name, record->name##_count)                       \
    if (pier__checks_fields) {                                                                                         \
        at = pier__check_end(at, end, &wrong);                                                                         \
    }
#define PIER__TAKE_plain(parameters, value, has, count)                                                                \
    {                                                                                                                  \
        PIER__TYPE_OF parameters pier__value;                                                                          \
        at = PIER__TAKE_KERNEL parameters(at, end, &pier__value, PIER__CONTEXT_OF parameters(&wrong));                 \
        value = pier__value;                                                                                           \
    }
#define PIER__TAKE_text(parameters, value, has, count)                                                                 \
    at = pier__take_inline_text(at, end, value, PIER__ONLY parameters, &wrong);
#define PIER__TAKE_bytes(parameters, value, has, count)                                                                \
    at = pier__take_inline_bytes(at, end, value.data, &value.size, PIER__ONLY parameters, &wrong);
#define PIER__TAKE_record(parameters, value, has, count)                                                               \
    how->depth_left -= PIER__LEVELS_OF_RECORD parameters;                                                              \
    at = PIER__TAKE_OF_RECORD parameters(at, end, &value, how);                                                        \
    if (at == NULL) {                                                                                                  \
        return NULL;                                                                                                   \
    }                                                                                                                  \
    how->depth_left += PIER__LEVELS_OF_RECORD parameters;
#define PIER__TAKE_OF_RECORD(name) pier__##name##_take
#define PIER__TAKE_optional(parameters, value, has, count)                                                             \
    has = at[0] != 0xc0;                                                                                               \
    if (has) {                                                                                                         \
        PIER__APPLY_INNER(TAKE, PIER__ONLY parameters, value, has, count)                                              \
    } else {                                                                                                           \
        memset(&value, 0, sizeof value);                                                                               \
        at++;                                                                                                          \
    }
#define PIER__TAKE_array(parameters, value, has, count)                                                                \
    {                                                                                                                  \
        uint32_t pier__elements;                                                                                       \
        at = pier__take_count(at, &pier__elements, PIER__CAPACITY_OF parameters, &wrong);                              \
        count = pier__elements;                                                                                        \
        if (PIER__IS_LARGE(parameters)) {                                                                              \
            at = pier__check_end(at, end, &wrong);                                                                     \
        }                                                                                                              \
        PIER__TAKE_ELEMENTS(PIER__ELEMENT_OF parameters, value, has, count, PIER__IS_LARGE(parameters))                \
    }
#define PIER__TAKE_ELEMENTS(kind, value, has, count, is_checked)                                                       \
    if (PIER__INTEGER_KIND(kind) != 0) {                                                                               \
        at = pier__take_integers(at, end, value, pier__elements, (pier_field_kind)PIER__INTEGER_KIND(kind));           \
        if (at == NULL) {                                                                                              \
            return NULL;                                                                                               \
        }                                                                                                              \
    } else {                                                                                                           \
        how->depth_left -= PIER__LEVELS_OF_ELEMENT(kind);                                                              \
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            PIER__APPLY_INNER(TAKE_ELEMENT, kind, value[pier__i], has, count)                                          \
            if (is_checked) {                                                                                          \
                at = pier__check_end(at, end, &wrong);                                                                 \
            }                                                                                                          \
        }                                                                                                              \
        how->depth_left += PIER__LEVELS_OF_ELEMENT(kind);                                                              \
    }
#define PIER__TAKE_ELEMENT_plain PIER__TAKE_plain
#define PIER__TAKE_ELEMENT_text PIER__TAKE_text
#define PIER__TAKE_ELEMENT_bytes PIER__TAKE_bytes
#define PIER__TAKE_ELEMENT_record PIER__TAKE_record
#define PIER__TAKE_ELEMENT_self PIER__TAKE_record
#define PIER__TAKE_ELEMENT_fixed PIER__TAKE_fixed
#define PIER__TAKE_ELEMENT_enumeration PIER__TAKE_enumeration
#define PIER__TAKE_fixed(parameters, value, has, count) PIER__TAKE_plain(PIER__FIXED parameters, value, has, count)
#define PIER__TAKE_enumeration(parameters, value, has, count) PIER__TAKE_plain(PIER__ENUM parameters, value, has, count)
#define PIER__TAKE_self PIER__TAKE_record
#define PIER__TAKE_pointer(parameters, value, has, count)                                                              \
    if (at[0] == 0xc0) {                                                                                               \
        value = NULL;                                                                                                  \
        at += 1;                                                                                                       \
    } else {                                                                                                           \
        static const pier__element pier__pointed = {sizeof *value, PIER__ALIGN(*value),                                \
                                                    PIER__VALUES_OF_ELEMENT(PIER__ONLY parameters),                    \
                                                    1 + PIER__DEPTH_OF_ELEMENT(PIER__ONLY parameters)};                \
        at = pier__take_pointer(at, end, &value, &pier__pointed, how);                                                 \
        if (at == NULL || wrong != 0) {                                                                                \
            return NULL;                                                                                               \
        }                                                                                                              \
        PIER__APPLY_INNER(TAKE, PIER__ONLY parameters, (*value), has, count)                                           \
        at = pier__check_end(at, end, &wrong);                                                                         \
    }
#define PIER__TAKE_list(parameters, value, has, count)                                                                 \
    {                                                                                                                  \
        static const pier__element pier__each = {sizeof value[0], PIER__ALIGN(value[0]),                               \
                                                 PIER__VALUES_OF_ELEMENT(PIER__ONLY parameters),                       \
                                                 PIER__LIST_DEPTH(PIER__ONLY parameters)};                             \
        at = pier__take_list(at, end, &count, &value, &pier__each, how);                                               \
        if (at == NULL || wrong != 0) {                                                                                \
            return NULL;                                                                                               \
        }                                                                                                              \
        uint32_t pier__elements = count;                                                                               \
        PIER__TAKE_ELEMENTS(PIER__ONLY parameters, value, has, count, true)                                            \
    }
#define PIER__TAKE_map(parameters, value, has, count)                                                                  \
    {                                                                                                                  \
        static const pier__element pier__each = {sizeof value[0], PIER__ALIGN(value[0]),                               \
                                                 PIER__VALUES_OF_RECORD parameters,                                    \
                                                 1 + (uint32_t)sizeof(PIER__DEPTH_OF_RECORD parameters)};              \
        at = pier__take_pairs(at, end, &count, &value, &pier__each, how);                                              \
        if (at == NULL || wrong != 0) {                                                                                \
            return NULL;                                                                                               \
        }                                                                                                              \
        how->depth_left -= PIER__LEVELS_OF_RECORD parameters;                                                          \
        for (uint32_t pier__i = 0, pier__elements = count; pier__i < pier__elements; pier__i++) {                      \
            at = PIER__TAKE_FIELDS_OF parameters(at, end, &value[pier__i], how, 0);                                    \
            if (at == NULL) {                                                                                          \
                return NULL;                                                                                           \
            }                                                                                                          \
            at = pier__check_end(at, end, &wrong);                                                                     \
        }                                                                                                              \
        how->depth_left += PIER__LEVELS_OF_RECORD parameters;                                                          \
    }
#define PIER__TAKE_FIELDS_OF(name) pier__##name##_take_fields
#define PIER__TAKE_typed(parameters, value, has, count)                                                                \
    at = pier__take_typed(at, end, &count, value, PIER__CAPACITY_OF parameters,                                        \
                          PIER__NUMBER_KIND(PIER__ELEMENT_OF parameters), sizeof value[0], &wrong);
#define PIER__TAKE_typed_list(parameters, value, has, count)                                                           \
    {                                                                                                                  \
        static const pier__element pier__each = {sizeof value[0], PIER__ALIGN(value[0]), 0, 0};                        \
        at = pier__take_typed_list(at, end, &count, &value, PIER__NUMBER_KIND(PIER__ONLY parameters), &pier__each,     \
                                   how);                                                                               \
        if (at == NULL || wrong != 0) {                                                                                \
            return NULL;                                                                                               \
        }                                                                                                              \
    }

#endif
