/* Keeping what was borrowed: see <pier/keep.h> and loader_internal.h.
 *
 * Floor 4 (archive). Memory that a program keeps is shared with the loader, which goes on reading behind what came and
 * moves nothing in it; when it would have to, it takes other memory, as under a view, and lets go. */
#include <pier/keep.h>

#include "archive/loader_internal.h"
#include "base/arena_internal.h"
#include "base/budget_internal.h"

/* A run of memory with several holders: the loader, as long as it uses it, and kept blocks. */
struct pier__kept_memory {
    size_t holders;
    uint8_t *bytes;
    size_t size;
    pier_allocator allocator;
    pier_budget *budget; /* NULL: none */
    uint64_t charged;
};

/* What a program keeps of one record. */
struct pier_kept_block {
    size_t holders; /* the loader is one, as long as the record is its current one */
    pier__kept_memory *memory;
    pier_arena arena; /* what was made of the record */
    pier_allocator allocator;
    pier_budget *budget;
    uint64_t charged;
};

void pier__kept_memory_release(pier__kept_memory *memory) {
    if (--memory->holders > 0) {
        return;
    }
    if (memory->budget != NULL) {
        (void)pier__budget_charge(memory->budget, &memory->charged, 0);
    }
    pier_allocator allocator = memory->allocator;
    pier__release(&allocator, memory->bytes, memory->size);
    pier__release(&allocator, memory, sizeof *memory);
}

void pier_kept_block_release(pier_kept_block *block) {
    if (block == NULL || --block->holders > 0) {
        return;
    }
    if (block->budget != NULL) {
        (void)pier__budget_charge(block->budget, &block->charged, 0);
    }
    pier_allocator allocator = block->allocator;
    pier_arena_deinit(&block->arena);
    pier__kept_memory_release(block->memory);
    pier__release(&allocator, block, sizeof *block);
}

void pier__loader_leave_buffer(pier__loader *loader) {
    if (loader->kept_buffer != NULL) {
        pier__kept_memory_release(loader->kept_buffer);
        loader->kept_buffer = NULL;
        loader->buffer = NULL;
        loader->capacity = 0;
    }
}

void pier__loader_leave_inflated(pier__loader *loader) {
    if (loader->kept_inflated != NULL) {
        pier__kept_memory_release(loader->kept_inflated);
        loader->kept_inflated = NULL;
        loader->inflater.bytes = NULL;
        loader->inflater.capacity = 0;
    }
}

static pier_status tell_no_memory(pier__loader *loader) {
    return pier__archive_tell(&loader->common, PIER_NO_MEMORY, "no memory to keep a block");
}

static pier_status tell_limit(pier__loader *loader, uint64_t bytes) {
    const pier_budget *budget = loader->common.options.budget;
    return pier__archive_tell(&loader->common, PIER_LIMIT,
                              "%llu bytes cannot be kept: the limit for all connections is %llu (unread_bytes_max of "
                              "pier_budget)",
                              (unsigned long long)bytes, (unsigned long long)pier__budget_unread_max(budget));
}

/* Tells the budget what is kept. Returns whether it may be; if not, nothing was told. It may while all that there is
 * stays within the budget: what a program keeps is its own choice, and no connection's share. */
static bool charge(pier__loader *loader, uint64_t *charged, uint64_t bytes) {
    pier_budget *budget = loader->common.options.budget;
    uint64_t before = *charged;
    if (budget == NULL) {
        return true;
    }
    (void)pier__budget_charge(budget, charged, bytes);
    if (pier_budget_unread_bytes(budget) <= pier__budget_unread_max(budget)) {
        return true;
    }
    (void)pier__budget_charge(budget, charged, before);
    return false;
}

/* Gets the memory that the current record lies in as something with several holders; the loader is the first. Returns
 * PIER_OK; PIER_NO_MEMORY; PIER_LIMIT. */
static pier_status share_memory(pier__loader *loader, pier__kept_memory **out) {
    pier__kept_memory **place = loader->is_inflated       ? &loader->kept_inflated
                                : loader->retired != NULL ? &loader->kept_retired
                                                          : &loader->kept_buffer;
    if (*place == NULL) {
        uint8_t *bytes = loader->is_inflated       ? loader->inflater.bytes
                         : loader->retired != NULL ? loader->retired
                                                   : loader->buffer;
        size_t capacity = loader->is_inflated       ? loader->inflater.capacity
                          : loader->retired != NULL ? loader->retired_capacity
                                                    : loader->capacity;
        pier__kept_memory *memory = (pier__kept_memory *)pier__allocate(&loader->common.allocator, sizeof *memory);
        if (memory == NULL) {
            return tell_no_memory(loader);
        }
        *memory = (pier__kept_memory){.holders = 1,
                                      .bytes = bytes,
                                      .size = capacity + PIER_PADDING_BYTES,
                                      .allocator = loader->common.allocator,
                                      .budget = loader->common.options.budget};
        if (!charge(loader, &memory->charged, memory->size)) {
            pier__release(&loader->common.allocator, memory, sizeof *memory);
            return tell_limit(loader, capacity + PIER_PADDING_BYTES);
        }
        *place = memory;
    }
    *out = *place;
    return PIER_OK;
}

/* Begins to keep the current record. */
static pier_status keep_record(pier__loader *loader) {
    pier__kept_memory *memory = NULL;
    pier_status status = share_memory(loader, &memory);
    if (status != PIER_OK) {
        return status;
    }
    pier_kept_block *block = (pier_kept_block *)pier__allocate(&loader->common.allocator, sizeof *block);
    if (block == NULL) {
        return tell_no_memory(loader);
    }
    *block = (pier_kept_block){
        .holders = 1, .memory = memory, .allocator = loader->common.allocator, .budget = loader->common.options.budget};
    pier_arena_init(&block->arena, &block->allocator, 0);
    memory->holders++;
    loader->kept_record = block;
    return PIER_OK;
}

pier_status pier_archive_keep_block(pier_archive *archive, pier_kept_block **out) {
    pier__loader *loader = pier__loader_of(archive);
    *out = NULL;
    if (archive->storing) {
        return pier__archive_tell(&loader->common, PIER_USAGE, "a storing archive has no block to keep");
    }
    if (loader->common.failure != PIER_OK) {
        return loader->common.failure;
    }
    /* Between two blocks of raw bytes there is nothing to keep. */
    if (!loader->in_record || (loader->raw == PIER__RAW_OPEN && !loader->in_block)) {
        return pier__archive_tell(&loader->common, PIER_USAGE, "there is no record to keep");
    }
    pier_status status = loader->kept_record == NULL ? keep_record(loader) : PIER_OK;
    if (status != PIER_OK) {
        return status;
    }
    pier_kept_block *block = loader->kept_record;
    uint64_t held = pier_arena_held_bytes(&block->arena) + pier_arena_held_bytes(&loader->arena);
    if (!charge(loader, &block->charged, held)) {
        return tell_limit(loader, held);
    }
    pier__arena_adopt(&block->arena, &loader->arena);
    block->holders++;
    *out = block;
    return PIER_OK;
}
