/* Memory for yajl: see json_memory.h. */
#include "json_memory.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What stands before each piece of memory; aligned for whatever follows. */
struct json_block {
    _Alignas(max_align_t) json_block *next;
    json_block *previous;
};

static void link_in(json_memory *memory, json_block *block) {
    block->previous = NULL;
    block->next = memory->first;
    if (block->next != NULL) {
        block->next->previous = block;
    }
    memory->first = block;
}

static void link_out(json_memory *memory, json_block *block) {
    if (block->previous != NULL) {
        block->previous->next = block->next;
    } else {
        memory->first = block->next;
    }
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
}

static void *reallocate(void *user, void *data, size_t size) {
    json_memory *memory = user;
    json_block *old = data == NULL ? NULL : (json_block *)data - 1;
    if (old != NULL) {
        link_out(memory, old);
    }
    json_block *block = size > SIZE_MAX - sizeof(*block) ? NULL : realloc(old, sizeof(*block) + size);
    if (block == NULL) {
        if (old != NULL) {
            link_in(memory, old);
        }
        longjmp(memory->ran_out, 1);
    }
    link_in(memory, block);
    return block + 1;
}

static void *allocate(void *user, size_t size) {
    return reallocate(user, NULL, size);
}

static void release(void *user, void *data) {
    if (data != NULL) {
        json_block *block = (json_block *)data - 1;
        link_out(user, block);
        free(block);
    }
}

void json_memory_init(json_memory *memory) {
    memory->functions = (yajl_alloc_funcs){allocate, reallocate, release, memory};
    memory->first = NULL;
}

void json_memory_release(json_memory *memory) {
    while (memory->first != NULL) {
        json_block *block = memory->first;
        memory->first = block->next;
        free(block);
    }
}
