/* Defaults and bounds of the limits.
 *
 * Floor 0 (base). Knows nothing of what is limited. Has no state: any thread may call it. */
#include "base/limits_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"

/* Answers the value that holds for one field, or 0 when it is above `highest`; then the error is filled. */
static uint64_t resolve_field(const char *field, uint64_t given, uint64_t default_value, uint64_t highest,
                              pier_error *error) {
    if (given > highest) {
        (void)pier__error_set(error, PIER_USAGE, PIER_FLOOR_BASE, 0,
                              "%s is %" PRIu64 ", and may be %" PRIu64 " at most", field, given, highest);
        if (error != NULL) {
            (void)snprintf(error->path, sizeof error->path, "pier_limits.%s", field);
        }
        return 0;
    }
    return given != 0 ? given : default_value;
}

/* One line a field: the table below is all that is known about the limits. */
#define LIMITS_TABLE(X)                                                                                                \
    X(record_bytes_max, uint64_t, PIER_RECORD_BYTES_MAX_DEFAULT, PIER_RECORD_BYTES_MAX_HIGHEST)                        \
    X(text_bytes_max, uint64_t, PIER_TEXT_BYTES_MAX_DEFAULT, UINT64_MAX)                                               \
    X(block_target_bytes, uint32_t, PIER_BLOCK_TARGET_BYTES_DEFAULT, PIER_BLOCK_TARGET_BYTES_HIGHEST)                  \
    X(depth_max, uint32_t, PIER_DEPTH_MAX_DEFAULT, PIER_DEPTH_MAX_HIGHEST)                                             \
    X(elements_max, uint64_t, PIER_ELEMENTS_MAX_DEFAULT, UINT64_MAX)                                                   \
    X(queue_bytes_max, uint64_t, PIER_QUEUE_BYTES_MAX_DEFAULT, UINT64_MAX)                                             \
    X(classes_max, uint32_t, PIER_CLASSES_MAX_DEFAULT, PIER_CLASSES_MAX_HIGHEST)                                       \
    X(inflation_ratio_max, uint32_t, PIER_INFLATION_RATIO_MAX_DEFAULT, PIER_INFLATION_RATIO_MAX_HIGHEST)               \
    X(raw_bytes_max, uint64_t, PIER_RAW_BYTES_MAX_DEFAULT, UINT64_MAX)                                                 \
    X(arena_bytes_max, uint64_t, PIER_ARENA_BYTES_MAX_DEFAULT, UINT64_MAX)

pier_status pier__limits_resolve(const pier_limits *given, pier_limits *resolved, pier_error *error) {
    if (given != NULL && given->size != sizeof *given) {
        (void)pier__error_set(error, PIER_USAGE, PIER_FLOOR_BASE, 0,
                              "size is %zu, and must be sizeof(pier_limits), %zu", given->size, sizeof *given);
        if (error != NULL) {
            (void)snprintf(error->path, sizeof error->path, "pier_limits.size");
        }
        memset(resolved, 0, sizeof *resolved);
        return PIER_USAGE;
    }
    /* A copy, because both may be one struct. */
    pier_limits limits = {.size = sizeof limits};
    if (given != NULL) {
        limits = *given;
    }
    memset(resolved, 0, sizeof *resolved);
#define RESOLVE(field, type, default_value, highest)                                                                   \
    limits.field = (type)resolve_field(#field, limits.field, (default_value), (highest), error);                       \
    if (limits.field == 0) {                                                                                           \
        return PIER_USAGE;                                                                                             \
    }
    LIMITS_TABLE(RESOLVE)
#undef RESOLVE
    *resolved = limits;
    return PIER_OK;
}
