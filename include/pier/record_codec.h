/* How a list of fields becomes a codec: the operations of record_kinds.h that measure, store and load. Nothing here is
 * for programs to call.
 *
 * Floor 5 (record). Each operation is straight-line code over the kernels: the fields of a struct, one after the other.
 * */
#ifndef PIER_RECORD_CODEC_H
#define PIER_RECORD_CODEC_H

#include <pier/record_decode.h>
#include <pier/record_encode.h>
#include <pier/record_kinds.h>

/* MOST: the bytes that a field takes at most, but for views and the elements of large arrays, which are counted record
 * by record ----------------------------------------------------------------------------------------------------------
 * */

#define PIER__MOST_FIELD(number, kind, name) +PIER__APPLY(MOST, PIER__KIND_##kind, name, has_##name, name##_count)
#define PIER__MOST_plain(parameters, value, has, count) (PIER__MOST_OF parameters)
#define PIER__MOST_text(parameters, value, has, count)                                                                 \
    ((PIER__ONLY parameters) <= 32 ? (PIER__ONLY parameters) : (PIER__ONLY parameters) + 5)
#define PIER__MOST_bytes(parameters, value, has, count) ((PIER__ONLY parameters) + 5)
#define PIER__MOST_record(parameters, value, has, count) ((int)PIER__MOST_OF_RECORD parameters)
#define PIER__MOST_OF_RECORD(name) pier__##name##_most
#define PIER__MOST_optional(parameters, value, has, count)                                                             \
    PIER__APPLY_INNER(MOST, PIER__ONLY parameters, value, has, count)
#define PIER__MOST_array(parameters, value, has, count)                                                                \
    (PIER__IS_LARGE(parameters) ? 5 : 5 + PIER__MOST_OF_ELEMENTS(parameters))
#define PIER__MOST_OF_ELEMENT(parameters) PIER__APPLY_INNER(MOST, PIER__ELEMENT_OF parameters, ~, ~, ~)
#define PIER__MOST_OF_ELEMENTS(parameters) (PIER__CAPACITY_OF parameters * PIER__MOST_OF_ELEMENT(parameters))
#define PIER__IS_LARGE(parameters) (PIER__MOST_OF_ELEMENTS(parameters) > 256)

/* VALUES and DEPTH: how many values a record has at most, and how many arrays are in one another ------------------- */

#define PIER__VALUES_FIELD(number, kind, name) +PIER__APPLY(VALUES, PIER__KIND_##kind, name, has_##name, name##_count)
#define PIER__VALUES_plain(parameters, value, has, count) 1
#define PIER__VALUES_text(parameters, value, has, count) 1
#define PIER__VALUES_bytes(parameters, value, has, count) 1
#define PIER__VALUES_record(parameters, value, has, count) (int)PIER__VALUES_OF_RECORD parameters
#define PIER__VALUES_OF_RECORD(name) pier__##name##_values
#define PIER__VALUES_optional(parameters, value, has, count)                                                           \
    PIER__APPLY_INNER(VALUES, PIER__ONLY parameters, value, has, count)
#define PIER__VALUES_array(parameters, value, has, count)                                                              \
    1 + PIER__CAPACITY_OF parameters *(PIER__APPLY_INNER(VALUES, PIER__ELEMENT_OF parameters, value, has, count))

/* A union is as large as its largest member: that is how a maximum is found over a list. */
#define PIER__DEPTH_FIELD(number, kind, name)                                                                          \
    char name[1 + PIER__APPLY(DEPTH, PIER__KIND_##kind, name, has_##name, name##_count)];
#define PIER__DEPTH_plain(parameters, value, has, count) 0
#define PIER__DEPTH_text(parameters, value, has, count) 0
#define PIER__DEPTH_bytes(parameters, value, has, count) 0
#define PIER__DEPTH_record(parameters, value, has, count) sizeof(PIER__DEPTH_OF_RECORD parameters)
#define PIER__DEPTH_OF_RECORD(name) union pier__##name##_depth
#define PIER__DEPTH_optional(parameters, value, has, count)                                                            \
    PIER__APPLY_INNER(DEPTH, PIER__ONLY parameters, value, has, count)
#define PIER__DEPTH_array(parameters, value, has, count)                                                               \
    1 + PIER__APPLY_INNER(DEPTH, PIER__ELEMENT_OF parameters, value, has, count)

/* FLAGS: what is special in a class ------------------------------------------------------------------------------- */

#define PIER__FLAGS_FIELD(number, kind, name) | PIER__APPLY(FLAGS, PIER__KIND_##kind, name, has_##name, name##_count)
#define PIER__FLAGS_plain(parameters, value, has, count)                                                               \
    ((PIER__KIND_OF parameters == PIER_FIELD_TEXT || PIER__KIND_OF parameters == PIER_FIELD_BYTES) ? PIER_CLASS_VIEWS  \
                                                                                                   : 0)
#define PIER__FLAGS_text(parameters, value, has, count) 0
#define PIER__FLAGS_bytes(parameters, value, has, count) 0
#define PIER__FLAGS_record(parameters, value, has, count) PIER__FLAGS_OF_RECORD parameters
#define PIER__FLAGS_OF_RECORD(name) pier__##name##_flags
#define PIER__FLAGS_optional(parameters, value, has, count)                                                            \
    PIER__APPLY_INNER(FLAGS, PIER__ONLY parameters, value, has, count)
#define PIER__FLAGS_array(parameters, value, has, count)                                                               \
    PIER__APPLY_INNER(FLAGS, PIER__ELEMENT_OF parameters, value, has, count)

/* EXTRA: statements that add to `extra` what a record needs beside the most of its fields -------------------------- */

#define PIER__EXTRA_FIELD(number, kind, name)                                                                          \
    PIER__APPLY(EXTRA, PIER__KIND_##kind, record->name, record->has_##name, record->name##_count)
#define PIER__EXTRA_plain(parameters, value, has, count) PIER__MORE_OF parameters(value)
#define PIER__NO_MORE(value)
#define PIER__VIEW(value) extra += pier__view_bytes(value.size);
#define PIER__EXTRA_text(parameters, value, has, count)
#define PIER__EXTRA_bytes(parameters, value, has, count)
#define PIER__EXTRA_record(parameters, value, has, count) extra += PIER__EXTRA_OF_RECORD parameters(&value);
#define PIER__EXTRA_OF_RECORD(name) pier__##name##_extra
#define PIER__EXTRA_optional(parameters, value, has, count)                                                            \
    if (has) {                                                                                                         \
        PIER__APPLY_INNER(EXTRA, PIER__ONLY parameters, value, has, count)                                             \
    }
#define PIER__EXTRA_array(parameters, value, has, count)                                                               \
    {                                                                                                                  \
        uint32_t pier__elements = count <= PIER__CAPACITY_OF parameters ? count : 0;                                   \
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            PIER__APPLY_INNER(EXTRA, PIER__ELEMENT_OF parameters, value[pier__i], has, count)                          \
        }                                                                                                              \
        extra += PIER__IS_LARGE(parameters) ? (uint64_t)pier__elements * PIER__MOST_OF_ELEMENT(parameters) : 0;        \
    }

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
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            PIER__APPLY_INNER(PUT_ELEMENT, PIER__ELEMENT_OF parameters, value[pier__i], has, count)                    \
        }                                                                                                              \
    }
#define PIER__PUT_ELEMENT_plain(parameters, value, has, count)                                                         \
    at = PIER__PUT_ELEMENT_KERNEL parameters(at, value, &wrong);
#define PIER__PUT_ELEMENT_text PIER__PUT_text
#define PIER__PUT_ELEMENT_bytes PIER__PUT_bytes
#define PIER__PUT_ELEMENT_record PIER__PUT_record

/* TAKE: statements that load `record` from `at`, with `wrong` as above --------------------------------------------- */

#define PIER__TAKE_FIELD(number, kind, name)                                                                           \
    PIER__APPLY(TAKE, PIER__KIND_##kind, record->name, record->has_##name, record->name##_count)                       \
    if (pier__checks_fields) {                                                                                         \
        at = pier__check_end(at, end, &wrong);                                                                         \
    }
#define PIER__TAKE_plain(parameters, value, has, count)                                                                \
    {                                                                                                                  \
        PIER__TYPE_OF parameters pier__value;                                                                          \
        at = PIER__TAKE_KERNEL parameters(at, end, &pier__value, &wrong);                                              \
        value = pier__value;                                                                                           \
    }
#define PIER__TAKE_text(parameters, value, has, count)                                                                 \
    at = pier__take_inline_text(at, end, value, PIER__ONLY parameters, &wrong);
#define PIER__TAKE_bytes(parameters, value, has, count)                                                                \
    at = pier__take_inline_bytes(at, end, value.data, &value.size, PIER__ONLY parameters, &wrong);
#define PIER__TAKE_record(parameters, value, has, count)                                                               \
    at = PIER__TAKE_OF_RECORD parameters(at, end, &value, how);                                                        \
    if (at == NULL) {                                                                                                  \
        return NULL;                                                                                                   \
    }
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
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            PIER__APPLY_INNER(TAKE_ELEMENT, PIER__ELEMENT_OF parameters, value[pier__i], has, count)                   \
            if (PIER__IS_LARGE(parameters)) {                                                                          \
                at = pier__check_end(at, end, &wrong);                                                                 \
            }                                                                                                          \
        }                                                                                                              \
    }
#define PIER__TAKE_ELEMENT_plain(parameters, value, has, count)                                                        \
    {                                                                                                                  \
        PIER__TYPE_OF parameters pier__value;                                                                          \
        at = PIER__TAKE_ELEMENT_KERNEL parameters(at, end, &pier__value, &wrong);                                      \
        value = pier__value;                                                                                           \
    }
#define PIER__TAKE_ELEMENT_text PIER__TAKE_text
#define PIER__TAKE_ELEMENT_bytes PIER__TAKE_bytes
#define PIER__TAKE_ELEMENT_record PIER__TAKE_record

#endif
