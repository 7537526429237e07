/* The definitions of a framed stream: kept for the record floor, which reads them; see loader_internal.h. */
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "archive/loader_internal.h"
#include "base/endian_internal.h"

pier__stream_class *pier__loader_find_class(const pier__loader *loader, uint16_t id) {
    /* Writers count ids up from 1, so the place is nearly always known. */
    if (id >= 1 && id <= loader->class_count && loader->classes[id - 1]->id == id) {
        return loader->classes[id - 1];
    }
    for (size_t i = 0; i < loader->class_count; i++) {
        if (loader->classes[i]->id == id) {
            return loader->classes[i];
        }
    }
    return NULL;
}

static void destroy_class(const pier_allocator *allocator, pier__stream_class *class_to_destroy) {
    if (class_to_destroy->definition != NULL) {
        class_to_destroy->release(allocator, class_to_destroy->definition);
    }
    pier__release(allocator, class_to_destroy->closure, class_to_destroy->closure_bytes);
    pier__release(allocator, class_to_destroy, sizeof *class_to_destroy);
}

static void forget_classes_from(pier__loader *loader, size_t first) {
    while (loader->class_count > first) {
        loader->class_count--;
        loader->closure_bytes -= loader->classes[loader->class_count]->closure_bytes;
        destroy_class(&loader->common.allocator, loader->classes[loader->class_count]);
    }
}

void pier__loader_forget_classes(pier__loader *loader) {
    forget_classes_from(loader, 0);
    loader->class_in_force = NULL;
    loader->class_id = 0;
}

static bool make_room_for_class(pier__loader *loader) {
    if (loader->class_count < loader->class_capacity) {
        return true;
    }
    size_t capacity = loader->class_capacity == 0 ? 8 : loader->class_capacity * 2;
    pier__stream_class **classes = (pier__stream_class **)pier__reallocate(
        &loader->common.allocator, loader->classes, loader->class_capacity * sizeof *classes, capacity * sizeof *classes);
    if (classes == NULL) {
        return false;
    }
    loader->classes = classes;
    loader->class_capacity = capacity;
    return true;
}

static pier_status add_class(pier__loader *loader, const pier__stream_class *found, const uint8_t *closure) {
    pier_allocator *allocator = &loader->common.allocator;
    pier__stream_class *added = (pier__stream_class *)pier__allocate(allocator, sizeof *added);
    uint8_t *copy = (uint8_t *)pier__allocate(allocator, found->closure_bytes);
    if (added == NULL || copy == NULL || !make_room_for_class(loader)) {
        pier__release(allocator, added, sizeof *added);
        pier__release(allocator, copy, found->closure_bytes);
        return PIER_NO_MEMORY;
    }
    memcpy(copy, closure, found->closure_bytes);
    *added = *found;
    added->closure = copy;
    loader->classes[loader->class_count++] = added;
    loader->closure_bytes += found->closure_bytes;
    return PIER_OK;
}

/* Reads the head of the ext that a definition is. Returns its length, with the position behind the kind byte; 0 when
 * it is none. */
static size_t definition_head(const uint8_t *at, size_t there, size_t *content) {
    size_t length_bytes = at[0] == 0xc7 ? 1 : at[0] == 0xc8 ? 2 : at[0] == 0xc9 ? 4 : 0;
    size_t head = 1 + length_bytes + 1;
    if (length_bytes == 0 || there < head + 1) {
        return 0;
    }
    size_t length = length_bytes == 1 ? at[1] : length_bytes == 2 ? pier__load_be16(at + 1) : pier__load_be32(at + 1);
    if (at[head - 1] != PIER__EXT_TYPE || length == 0 || length > there - head || at[head] != PIER__DEFINITION_KIND) {
        return 0;
    }
    *content = head + 1;
    return head + length;
}

/* Reads `[ id, fingerprint, ` of `size` bytes; returns its length, 0 when it is not that. */
static size_t definition_prefix(const uint8_t *at, size_t size, pier__stream_class *found) {
    if (size < 2 || at[0] != 0x93) {
        return 0;
    }
    size_t id_bytes = at[1] < 0x80 ? 0 : at[1] == 0xcc ? 1 : at[1] == 0xcd ? 2 : 9;
    size_t length = 2 + id_bytes + 18;
    if (id_bytes == 9 || size <= length) {
        return 0;
    }
    found->id = id_bytes == 0 ? at[1] : id_bytes == 1 ? at[2] : pier__load_be16(at + 2);
    const uint8_t *fingerprint = at + 2 + id_bytes;
    if (found->id == 0 || fingerprint[0] != 0xc4 || fingerprint[1] != 16) {
        return 0;
    }
    found->fingerprint_high = pier__load_be64(fingerprint + 2);
    found->fingerprint_low = pier__load_be64(fingerprint + 10);
    return length;
}

/* Checks the closure of a definition at `position` on the wire and keeps it. */
static pier_status take_closure(pier__loader *loader, pier__stream_class *found, const uint8_t *closure, uint64_t position,
                                uint64_t id_at) {
    const pier_limits *limits = &loader->common.limits;
    pier__scan_begin(&loader->scan);
    pier_status status = pier__scan_run(&loader->scan, closure, found->closure_bytes);
    if (status == PIER_LIMIT) {
        return pier__loader_fail(loader, PIER_LIMIT, position + loader->scan.position, "a definition has %llu %s, the limit is %llu",
                                 (unsigned long long)loader->scan.found, loader->scan.reason,
                                 (unsigned long long)loader->scan.limit);
    }
    if (status != PIER_OK || loader->scan.position != found->closure_bytes) {
        return pier__loader_fail(loader, PIER_PROTOCOL, position + loader->scan.position, "a definition is not one whole value");
    }
    XXH128_hash_t fingerprint = XXH3_128bits(closure, found->closure_bytes);
    if (fingerprint.high64 != found->fingerprint_high || fingerprint.low64 != found->fingerprint_low) {
        return pier__loader_fail(loader, PIER_CORRUPT, position - 18, "the fingerprint of a definition is not its own");
    }
    if (pier__loader_find_class(loader, found->id) != NULL) {
        return pier__loader_fail(loader, PIER_PROTOCOL, id_at, "class id %u is defined twice in an epoch", found->id);
    }
    if (loader->class_count >= limits->classes_max) {
        return pier__loader_fail(loader, PIER_LIMIT, position, "one class more than the limit of %u in an epoch (classes_max)",
                                 limits->classes_max);
    }
    if (found->closure_bytes > limits->queue_bytes_max - loader->closure_bytes) {
        return pier__loader_fail(loader, PIER_LIMIT, position, "the definitions of an epoch exceed %llu bytes (queue_bytes_max)",
                                 (unsigned long long)limits->queue_bytes_max);
    }
    found->offset = position;
    status = add_class(loader, found, closure);
    return status == PIER_OK ? status
                             : pier__loader_fail(loader, status, position, "no memory for a definition of %zu bytes",
                                                 found->closure_bytes);
}

static pier_status take_each(pier__loader *loader, uint64_t payload, uint64_t payload_end) {
    uint64_t position = payload;
    while (position < payload_end) {
        const uint8_t *at = pier__loader_at(loader, position);
        size_t content = 0;
        size_t length = definition_head(at, (size_t)(payload_end - position), &content);
        if (length == 0) {
            return pier__loader_fail(loader, PIER_PROTOCOL, position, "this is not a definition");
        }
        pier__stream_class found = {0};
        size_t prefix = definition_prefix(at + content, length - content, &found);
        if (prefix == 0) {
            return pier__loader_fail(loader, PIER_PROTOCOL, position + content, "a definition lacks its id and fingerprint");
        }
        found.closure_bytes = length - content - prefix;
        pier_status status = take_closure(loader, &found, at + content + prefix, position + content + prefix,
                                          position + content + 1);
        if (status != PIER_OK) {
            return status;
        }
        position += length;
    }
    return PIER_OK;
}

pier_status pier__loader_take_definitions(pier__loader *loader, uint64_t payload, uint64_t payload_end) {
    size_t known = loader->class_count;
    pier_status status = take_each(loader, payload, payload_end);
    if (status != PIER_OK) {
        /* A block takes effect whole or not at all. */
        forget_classes_from(loader, known);
    }
    return status;
}

pier__stream_class *pier__archive_record_class(pier_archive *archive) {
    if (archive->storing) {
        return NULL;
    }
    pier__loader *loader = pier__loader_of(archive);
    return loader->in_record && loader->common.format == PIER_FORMAT_FRAMED ? loader->class_in_force : NULL;
}
