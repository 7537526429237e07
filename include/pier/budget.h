/* Budgets: what the connections of a listener may take together.
 *
 * Floor 0 (base). One connection is held by its own limits (limits.h); a budget holds many: how many there may be, and
 * how much unread input of all of them together may lie in memory. It is named in the options of what it holds. Any
 * thread may use it; nothing here blocks. */
#ifndef PIER_BUDGET_H
#define PIER_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/error.h>

/* The defaults. */
#define PIER_CONNECTIONS_MAX_DEFAULT ((uint32_t)1024)
#define PIER_UNREAD_BYTES_MAX_DEFAULT ((uint64_t)64 << 20)

typedef struct pier_budget pier_budget;

/* Choices at creation. Zero it, set what differs, and set `size`. */
typedef struct pier_budget_options {
    size_t size;                     /* sizeof(pier_budget_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied */
    uint32_t connections_max;        /* connections at once; default 1,024 */
    /* Bytes that came in and are not loaded yet, and what the blocks being loaded are inflated to, of all connections
     * together; default 64 MiB. One half is shared out, the same to each of `connections_max` connections, so that
     * those that take much leave something to the others; of the other half each takes what is left. A connection for
     * which neither suffices ends with PIER_LIMIT. */
    uint64_t unread_bytes_max;
} pier_budget_options;

/* Makes a budget of which nothing is taken.
 * out: owned: freed by pier_budget_destroy; NULL on failure. options: NULL for the defaults. error: NULL, or filled on
 * failure.
 * Returns PIER_OK; PIER_USAGE; PIER_NO_MEMORY. */
PIER_API pier_status pier_budget_create(pier_budget **out, const pier_budget_options *options,
                                        pier_error *error) PIER_MUST_USE;

/* Frees. Whatever names it must be destroyed before. NULL is allowed. */
PIER_API void pier_budget_destroy(pier_budget *budget);

/* Returns how many connections there are. While these are as many as there may be, no more are accepted. */
PIER_API uint32_t pier_budget_connections(const pier_budget *budget);

/* Returns how many connections there may be. */
PIER_API uint32_t pier_budget_connections_max(const pier_budget *budget);

/* Returns how many unread bytes all connections have, as they were when each last read. */
PIER_API uint64_t pier_budget_unread_bytes(const pier_budget *budget);

#endif
