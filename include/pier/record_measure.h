/* How a list of fields is measured: the operations of record_kinds.h that tell how large a record can be. Nothing here
 * is for programs to call.
 *
 * Floor 5 (record). What can be known of a class is a constant; the rest is added up record by record. */
#ifndef PIER_RECORD_MEASURE_H
#define PIER_RECORD_MEASURE_H

#include <pier/record_kinds.h>
#include <pier/record_lists.h>

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
#define PIER__MOST_fixed(parameters, value, has, count) PIER__MOST_plain(PIER__FIXED parameters, value, has, count)
#define PIER__MOST_enumeration(parameters, value, has, count) 5
#define PIER__MOST_self PIER__MOST_record
#define PIER__MOST_pointer(parameters, value, has, count) 1
#define PIER__MOST_list(parameters, value, has, count) 5
#define PIER__MOST_map PIER__MOST_list
#define PIER__MOST_typed(parameters, value, has, count)                                                                \
    (PIER__TYPED_HEAD_BYTES + (PIER__IS_LARGE(parameters) ? 0 : PIER__MOST_OF_ELEMENTS(parameters)))
#define PIER__MOST_typed_list(parameters, value, has, count) PIER__TYPED_HEAD_BYTES
#define PIER__MOST_OF_ELEMENT(parameters) PIER__APPLY_INNER(MOST, PIER__ELEMENT_OF parameters, ~, ~, ~)
#define PIER__MOST_OF_ELEMENTS(parameters) (PIER__CAPACITY_OF parameters * PIER__MOST_OF_ELEMENT(parameters))
#define PIER__IS_LARGE(parameters) (PIER__MOST_OF_ELEMENTS(parameters) > 256)

/* VALUES and DEPTH: how many values a record has at most, and how many arrays are in one another ------------------- */

#define PIER__VALUES_FIELD(number, kind, name) +PIER__APPLY(VALUES, PIER__KIND_##kind, name, has_##name, name##_count)
#define PIER__VALUES_plain(parameters, value, has, count) (PIER__KIND_OF parameters == PIER_FIELD_DURATION ? 3 : 1)
#define PIER__VALUES_text(parameters, value, has, count) 1
#define PIER__VALUES_bytes(parameters, value, has, count) 1
#define PIER__VALUES_record(parameters, value, has, count) (int)PIER__VALUES_OF_RECORD parameters
#define PIER__VALUES_OF_RECORD(name) pier__##name##_values
#define PIER__VALUES_optional(parameters, value, has, count)                                                           \
    PIER__APPLY_INNER(VALUES, PIER__ONLY parameters, value, has, count)
#define PIER__VALUES_array(parameters, value, has, count)                                                              \
    1 + PIER__CAPACITY_OF parameters *(PIER__APPLY_INNER(VALUES, PIER__ELEMENT_OF parameters, value, has, count))

#define PIER__VALUES_fixed PIER__VALUES_text
#define PIER__VALUES_enumeration PIER__VALUES_text
#define PIER__VALUES_self PIER__VALUES_record
#define PIER__VALUES_pointer PIER__VALUES_text
#define PIER__VALUES_list PIER__VALUES_text
#define PIER__VALUES_map PIER__VALUES_text
#define PIER__VALUES_typed PIER__VALUES_text
#define PIER__VALUES_typed_list PIER__VALUES_text

/* A union is as large as its largest member: that is how a maximum is found over a list. */
#define PIER__DEPTH_FIELD(number, kind, name)                                                                          \
    char name[1 + PIER__APPLY(DEPTH, PIER__KIND_##kind, name, has_##name, name##_count)];
#define PIER__DEPTH_plain(parameters, value, has, count) (PIER__KIND_OF parameters == PIER_FIELD_DURATION)
#define PIER__DEPTH_text(parameters, value, has, count) 0
#define PIER__DEPTH_bytes(parameters, value, has, count) 0
#define PIER__DEPTH_record(parameters, value, has, count) sizeof(PIER__DEPTH_OF_RECORD parameters)
#define PIER__DEPTH_OF_RECORD(name) union pier__##name##_depth
#define PIER__DEPTH_optional(parameters, value, has, count)                                                            \
    PIER__APPLY_INNER(DEPTH, PIER__ONLY parameters, value, has, count)
#define PIER__DEPTH_array(parameters, value, has, count)                                                               \
    1 + PIER__APPLY_INNER(DEPTH, PIER__ELEMENT_OF parameters, value, has, count)

#define PIER__DEPTH_fixed PIER__DEPTH_text
#define PIER__DEPTH_enumeration PIER__DEPTH_text
#define PIER__DEPTH_self PIER__DEPTH_record
#define PIER__DEPTH_pointer PIER__DEPTH_text
#define PIER__DEPTH_list(parameters, value, has, count) 1
#define PIER__DEPTH_map PIER__DEPTH_list
#define PIER__DEPTH_typed PIER__DEPTH_text
#define PIER__DEPTH_typed_list PIER__DEPTH_text

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

#define PIER__FLAGS_fixed PIER__FLAGS_text
#define PIER__FLAGS_enumeration PIER__FLAGS_text
/* What the class around it has. */
#define PIER__FLAGS_self PIER__FLAGS_text
#define PIER__FLAGS_pointer(parameters, value, has, count)                                                             \
    PIER_CLASS_UNBOUNDED | PIER__APPLY_INNER(FLAGS, PIER__ONLY parameters, value, has, count)
#define PIER__FLAGS_list PIER__FLAGS_pointer
#define PIER__FLAGS_map(parameters, value, has, count) PIER_CLASS_UNBOUNDED | PIER__FLAGS_OF_RECORD parameters
#define PIER__FLAGS_typed PIER__FLAGS_text
#define PIER__FLAGS_typed_list(parameters, value, has, count) PIER_CLASS_UNBOUNDED

/* EXTRA: statements that add to `extra` what a record needs beside the most of its fields -------------------------- */

#define PIER__EXTRA_FIELD(number, kind, name)                                                                          \
    PIER__APPLY(EXTRA, PIER__KIND_##kind, record->name, record->has_##name, record->name##_count)
#define PIER__EXTRA_plain(parameters, value, has, count) PIER__MORE_OF parameters(value)
#define PIER__NO_MORE(value)
#define PIER__VIEW(value) extra += pier__view_bytes(value.size);
#define PIER__EXTRA_text(parameters, value, has, count)
#define PIER__EXTRA_bytes(parameters, value, has, count)
#define PIER__EXTRA_record(parameters, value, has, count)                                                              \
    counts->depth_left -= PIER__LEVELS_OF_RECORD parameters;                                                           \
    extra += PIER__EXTRA_OF_RECORD parameters(&value, counts);                                                         \
    counts->depth_left += PIER__LEVELS_OF_RECORD parameters;
#define PIER__EXTRA_OF_RECORD(name) pier__##name##_extra
#define PIER__EXTRA_optional(parameters, value, has, count)                                                            \
    if (has) {                                                                                                         \
        PIER__APPLY_INNER(EXTRA, PIER__ONLY parameters, value, has, count)                                             \
    }
#define PIER__EXTRA_array(parameters, value, has, count)                                                               \
    {                                                                                                                  \
        uint32_t pier__elements = count <= PIER__CAPACITY_OF parameters ? count : 0;                                   \
        counts->depth_left -= PIER__LEVELS_OF_ELEMENT(PIER__ELEMENT_OF parameters);                                    \
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            PIER__APPLY_INNER(EXTRA, PIER__ELEMENT_OF parameters, value[pier__i], has, count)                          \
        }                                                                                                              \
        counts->depth_left += PIER__LEVELS_OF_ELEMENT(PIER__ELEMENT_OF parameters);                                    \
        extra += PIER__IS_LARGE(parameters) ? (uint64_t)pier__elements * PIER__MOST_OF_ELEMENT(parameters) : 0;        \
    }
#define PIER__EXTRA_fixed PIER__EXTRA_text
#define PIER__EXTRA_enumeration PIER__EXTRA_text
#define PIER__EXTRA_self PIER__EXTRA_record
#define PIER__EXTRA_pointer(parameters, value, has, count)                                                             \
    if (pier__measure_pointer(counts, value, PIER__VALUES_OF_ELEMENT(PIER__ONLY parameters),                           \
                              1 + PIER__DEPTH_OF_ELEMENT(PIER__ONLY parameters))) {                                    \
        extra += PIER__APPLY_INNER(MOST, PIER__ONLY parameters, value, has, count);                                    \
        PIER__APPLY_INNER(EXTRA, PIER__ONLY parameters, (*value), has, count)                                          \
    }
#define PIER__EXTRA_list(parameters, value, has, count)                                                                \
    {                                                                                                                  \
        uint32_t pier__elements =                                                                                      \
            pier__measure_list(counts, value, count, PIER__VALUES_OF_ELEMENT(PIER__ONLY parameters),                   \
                               PIER__LIST_DEPTH(PIER__ONLY parameters));                                               \
        counts->depth_left -= PIER__LEVELS_OF_ELEMENT(PIER__ONLY parameters);                                          \
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            PIER__APPLY_INNER(EXTRA, PIER__ONLY parameters, value[pier__i], has, count)                                \
        }                                                                                                              \
        counts->depth_left += PIER__LEVELS_OF_ELEMENT(PIER__ONLY parameters);                                          \
        extra += (uint64_t)pier__elements * PIER__APPLY_INNER(MOST, PIER__ONLY parameters, value, has, count);         \
    }
#define PIER__EXTRA_map(parameters, value, has, count)                                                                 \
    {                                                                                                                  \
        uint32_t pier__elements = pier__measure_list(counts, value, count, PIER__VALUES_OF_RECORD parameters,          \
                                                     1 + (uint32_t)sizeof(PIER__DEPTH_OF_RECORD parameters));          \
        counts->depth_left -= PIER__LEVELS_OF_RECORD parameters;                                                       \
        for (uint32_t pier__i = 0; pier__i < pier__elements; pier__i++) {                                              \
            extra += PIER__EXTRA_OF_RECORD parameters(&value[pier__i], counts);                                        \
        }                                                                                                              \
        counts->depth_left += PIER__LEVELS_OF_RECORD parameters;                                                       \
        extra += (uint64_t)pier__elements * PIER__MOST_OF_RECORD parameters;                                           \
    }
#define PIER__EXTRA_typed(parameters, value, has, count)                                                               \
    if (PIER__IS_LARGE(parameters) && count <= PIER__CAPACITY_OF parameters) {                                         \
        extra += (uint64_t)count * sizeof value[0];                                                                    \
    }
#define PIER__EXTRA_typed_list(parameters, value, has, count)                                                          \
    extra += value != NULL ? (uint64_t)count * sizeof value[0] : 0;

/* What an element is in the counts of a list or pointer, within the functions of a codec. */
#define PIER__VALUES_OF_ELEMENT(kind) (uint32_t)(PIER__APPLY_INNER(VALUES, kind, ~, ~, ~))
#define PIER__DEPTH_OF_ELEMENT(kind) (uint32_t)(PIER__APPLY_INNER(DEPTH, kind, ~, ~, ~))
#define PIER__LIST_DEPTH(kind) (PIER__DEPTH_OF_ELEMENT(kind) > 0 ? 2 + PIER__DEPTH_OF_ELEMENT(kind) : 0)

/* LEVELS: 1 when there are counts to keep within an element, 0 when it is bounded */
#define PIER__LEVELS_OF_ELEMENT(kind) (PIER__APPLY_INNER(LEVELS, kind, ~, ~, ~))
#define PIER__LEVELS_OF_RECORD(name) ((pier__##name##_flags & PIER_CLASS_UNBOUNDED) != 0 ? 1u : 0u)
#define PIER__LEVELS_plain(parameters, value, has, count) 0u
#define PIER__LEVELS_fixed PIER__LEVELS_plain
#define PIER__LEVELS_enumeration PIER__LEVELS_plain
#define PIER__LEVELS_text PIER__LEVELS_plain
#define PIER__LEVELS_bytes PIER__LEVELS_plain
#define PIER__LEVELS_record(parameters, value, has, count) PIER__LEVELS_OF_RECORD parameters
#define PIER__LEVELS_self PIER__LEVELS_record

#endif
