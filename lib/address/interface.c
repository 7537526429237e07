/* The list of interfaces, made of what the system tells one by one.
 *
 * Floor 1 (address). Knows nothing of the system's calls. A list never changes: any thread may read it. */
#include <pier/interface.h>

#include <stdlib.h>
#include <string.h>

#include "address/interface_internal.h"
#include "address/platform_internal.h"
#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

struct pier_interfaces {
    pier_allocator allocator;
    pier_interface *list;
    pier_interface_address *addresses; /* of all interfaces, one after the other */
    size_t count;
    size_t capacity; /* of both arrays */
};

/* All facts that the system has told. */
typedef struct fact_list {
    pier__interface_fact *facts;
    size_t count;
} fact_list;

/* Puts the facts of one interface together, in the order in which they came. */
static int compare_facts(const void *left, const void *right) {
    const pier__interface_fact *a = (const pier__interface_fact *)left;
    const pier__interface_fact *b = (const pier__interface_fact *)right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static int compare_interfaces(const void *left, const void *right) {
    const pier_interface *a = (const pier_interface *)left;
    const pier_interface *b = (const pier_interface *)right;
    return (a->index > b->index) - (a->index < b->index);
}

/* Takes a fact into the interface that it is about: the last of the list, or a new one. */
static void take_fact(pier_interfaces *interfaces, const pier__interface_fact *fact, size_t *address_count) {
    pier_interface *last = interfaces->count > 0 ? &interfaces->list[interfaces->count - 1] : NULL;
    if (last == NULL || strcmp(last->name, fact->name) != 0) {
        last = &interfaces->list[interfaces->count++];
        *last = (pier_interface){.index = fact->index, .flags = fact->flags};
        memcpy(last->name, fact->name, sizeof last->name);
        if (last->index == 0) {
            /* A system that tells addresses alone, or an interface that came up while it told. */
            last->index = pier__platform_interface_index(last->name);
        }
    }
    if (fact->address.address.family == PIER_FAMILY_NONE) {
        return;
    }
    pier_interface_address *address = &interfaces->addresses[(*address_count)++];
    *address = fact->address;
    address->kind = (uint8_t)pier_address_kind_of(&address->address);
    if (last->addresses == NULL) {
        last->addresses = address;
    }
    last->address_count++;
}

/* Makes room for the arrays and fills them. */
static pier_status fill(pier_interfaces *interfaces, fact_list *found) {
    size_t address_count = 0;
    interfaces->list =
        (pier_interface *)pier__allocate_array(&interfaces->allocator, found->count, sizeof *interfaces->list);
    interfaces->addresses = (pier_interface_address *)pier__allocate_array(&interfaces->allocator, found->count,
                                                                           sizeof *interfaces->addresses);
    interfaces->capacity = found->count;
    if (interfaces->list == NULL || interfaces->addresses == NULL) {
        return PIER_NO_MEMORY;
    }
    qsort(found->facts, found->count, sizeof *found->facts, compare_facts);
    for (size_t i = 0; i < found->count; i++) {
        take_fact(interfaces, &found->facts[i], &address_count);
    }
    qsort(interfaces->list, interfaces->count, sizeof *interfaces->list, compare_interfaces);
    return PIER_OK;
}

/* Copies what the system tells. The facts' memory is the caller's to release, whatever is returned. */
static pier_status collect(const pier_allocator *allocator, const pier__interface_walk *walk, fact_list *found) {
    pier__interface_walk counting = *walk;
    pier__interface_fact fact;
    while (pier__platform_next_interface(&counting, &fact)) {
        found->count++;
    }
    if (found->count == 0) {
        return PIER_OK;
    }
    found->facts = (pier__interface_fact *)pier__allocate_array(allocator, found->count, sizeof *found->facts);
    if (found->facts == NULL) {
        return PIER_NO_MEMORY;
    }
    counting = *walk;
    for (size_t i = 0; i < found->count; i++) {
        (void)pier__platform_next_interface(&counting, &found->facts[i]);
        found->facts[i].number = i;
    }
    return PIER_OK;
}

pier_status pier_interfaces_create(pier_interfaces **out, const pier_allocator *allocator, pier_error *error) {
    pier__interface_walk walk;
    fact_list found = {NULL, 0};
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "out may not be NULL");
    }
    *out = NULL;
    int os_error = pier__platform_open_interfaces(&walk);
    if (os_error != 0) {
        char words[PIER__OS_WORDS_BYTES];
        return pier__error_set(error, pier__os_failure(os_error), PIER_FLOOR_ADDRESS, os_error,
                               "the interfaces cannot be listed: %s", pier__os_words(os_error, words));
    }
    pier_allocator chosen = pier__allocator_choose(allocator);
    pier_interfaces *interfaces = (pier_interfaces *)pier__allocate(&chosen, sizeof *interfaces);
    pier_status status = interfaces != NULL ? collect(&chosen, &walk, &found) : PIER_NO_MEMORY;
    pier__platform_close_interfaces(&walk);
    if (interfaces != NULL) {
        *interfaces = (pier_interfaces){.allocator = chosen};
    }
    if (status == PIER_OK && found.count > 0) {
        status = fill(interfaces, &found);
    }
    pier__release(&chosen, found.facts, found.count * sizeof *found.facts);
    if (status != PIER_OK) {
        pier_interfaces_destroy(interfaces);
        return pier__error_set(error, status, PIER_FLOOR_ADDRESS, 0, "no memory for a list of interfaces");
    }
    *out = interfaces;
    return PIER_OK;
}

void pier_interfaces_destroy(pier_interfaces *interfaces) {
    if (interfaces != NULL) {
        pier_allocator allocator = interfaces->allocator;
        pier__release(&allocator, interfaces->list, interfaces->capacity * sizeof *interfaces->list);
        pier__release(&allocator, interfaces->addresses, interfaces->capacity * sizeof *interfaces->addresses);
        pier__release(&allocator, interfaces, sizeof *interfaces);
    }
}

size_t pier_interfaces_count(const pier_interfaces *interfaces) {
    return interfaces->count;
}

const pier_interface *pier_interfaces_at(const pier_interfaces *interfaces, size_t place) {
    return place < interfaces->count ? &interfaces->list[place] : NULL;
}

const pier_interface *pier_interfaces_by_name(const pier_interfaces *interfaces, const char *name) {
    for (size_t i = 0; i < interfaces->count; i++) {
        if (strcmp(interfaces->list[i].name, name) == 0) {
            return &interfaces->list[i];
        }
    }
    return NULL;
}

const pier_interface *pier_interfaces_by_index(const pier_interfaces *interfaces, uint32_t index) {
    for (size_t i = 0; i < interfaces->count; i++) {
        if (interfaces->list[i].index == index) {
            return &interfaces->list[i];
        }
    }
    return NULL;
}

/* Returns whether an interface has the address, which is unmapped. */
static bool has_address(const pier_interface *interface, const pier_address *address) {
    if (address->scope != 0 && address->scope != interface->index) {
        return false;
    }
    for (size_t i = 0; i < interface->address_count; i++) {
        const pier_address *own = &interface->addresses[i].address;
        if (own->family == address->family && memcmp(own->name, address->name, own->name_bytes) == 0) {
            return true;
        }
    }
    return false;
}

const pier_interface *pier_interfaces_by_address(const pier_interfaces *interfaces, const pier_address *address) {
    pier_address plain = pier_address_unmapped(address);
    for (size_t i = 0; i < interfaces->count; i++) {
        if (has_address(&interfaces->list[i], &plain)) {
            return &interfaces->list[i];
        }
    }
    return NULL;
}
