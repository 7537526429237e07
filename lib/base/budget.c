/* Budgets: counters that many connections share; see <pier/budget.h>.
 *
 * Floor 0 (base). Knows nothing of connections. The counters are atomic and stand for nothing but themselves, so that
 * no order between them and other memory is needed. */
#include "base/budget_internal.h"

#include <stdatomic.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"

struct pier_budget {
    pier_allocator allocator;
    uint32_t connections_max;
    uint64_t unread_bytes_max;
    uint64_t own_bytes;    /* of each connection, whatever the others have */
    uint64_t common_bytes; /* above its own, a connection takes in more while all together have no more than this */
    atomic_uint_least32_t connections;
    atomic_uint_least64_t unread_bytes;
};

pier_status pier_budget_create(pier_budget **out, const pier_budget_options *options, pier_error *error) {
    static const pier_budget_options none = {.size = sizeof none};
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_BASE, 0, "out may not be NULL");
    }
    *out = NULL;
    options = options != NULL ? options : &none;
    if (options->size != sizeof *options) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_BASE, 0,
                               "pier_budget_options.size is %zu, this library has %zu", options->size, sizeof *options);
    }
    pier_allocator allocator = pier__allocator_choose(options->allocator);
    pier_budget *budget = (pier_budget *)pier__allocate(&allocator, sizeof *budget);
    if (budget == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_BASE, 0, "no memory for a budget");
    }
    budget->allocator = allocator;
    budget->connections_max = options->connections_max != 0 ? options->connections_max : PIER_CONNECTIONS_MAX_DEFAULT;
    budget->unread_bytes_max =
        options->unread_bytes_max != 0 ? options->unread_bytes_max : PIER_UNREAD_BYTES_MAX_DEFAULT;
    budget->own_bytes = budget->unread_bytes_max / 2 / budget->connections_max;
    budget->common_bytes = budget->unread_bytes_max - budget->own_bytes * budget->connections_max;
    atomic_init(&budget->connections, 0);
    atomic_init(&budget->unread_bytes, 0);
    *out = budget;
    return PIER_OK;
}

void pier_budget_destroy(pier_budget *budget) {
    if (budget != NULL) {
        pier_allocator allocator = budget->allocator;
        pier__release(&allocator, budget, sizeof *budget);
    }
}

uint32_t pier_budget_connections(const pier_budget *budget) {
    return atomic_load_explicit(&budget->connections, memory_order_relaxed);
}

uint32_t pier_budget_connections_max(const pier_budget *budget) {
    return budget->connections_max;
}

uint64_t pier_budget_unread_bytes(const pier_budget *budget) {
    return atomic_load_explicit(&budget->unread_bytes, memory_order_relaxed);
}

bool pier__budget_connect(pier_budget *budget) {
    uint_least32_t there = atomic_load_explicit(&budget->connections, memory_order_relaxed);
    do {
        if (there >= budget->connections_max) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&budget->connections, &there, there + 1, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

void pier__budget_disconnect(pier_budget *budget) {
    (void)atomic_fetch_sub_explicit(&budget->connections, 1, memory_order_relaxed);
}

bool pier__budget_charge(pier_budget *budget, uint64_t *charged, uint64_t bytes) {
    /* The difference may be below zero; unsigned arithmetic comes out right. */
    uint64_t difference = bytes - *charged;
    uint64_t all = atomic_fetch_add_explicit(&budget->unread_bytes, difference, memory_order_relaxed) + difference;
    *charged = bytes;
    return bytes <= budget->own_bytes || all <= budget->common_bytes;
}

uint64_t pier__budget_unread_max(const pier_budget *budget) {
    return budget->unread_bytes_max;
}
