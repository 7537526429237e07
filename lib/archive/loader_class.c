/* The definitions of a framed stream: kept for the record floor, which reads them; see loader_internal.h. */
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "archive/loader_internal.h"
#include "base/endian_internal.h"

/* Where an id stands, or would stand, among the ids in their order. */
static size_t place_of_id(const pier__loader *loader, uint16_t id) {
    size_t begin = 0;
    size_t end = loader->class_count;
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (loader->classes[middle].sorted_id < id) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

PIER__HOT pier__stream_class *pier__loader_find_class(const pier__loader *loader, uint16_t id) {
    /* Writers count ids up from 1, so the place is nearly always known. */
    if (id >= 1 && id <= loader->class_count && loader->classes[id - 1].defined->id == id) {
        return loader->classes[id - 1].defined;
    }
    size_t place = place_of_id(loader, id);
    bool is_there = place < loader->class_count && loader->classes[place].sorted_id == id;
    return is_there ? loader->classes[loader->classes[place].sorted_row].defined : NULL;
}

static void destroy_class(const pier_allocator *allocator, pier__stream_class *class_to_destroy) {
    if (class_to_destroy->bindings != NULL) {
        class_to_destroy->release_bindings(allocator, class_to_destroy->bindings);
    }
    if (class_to_destroy->definition != NULL) {
        class_to_destroy->release(allocator, class_to_destroy->definition);
    }
    pier__release(allocator, class_to_destroy->refusal, class_to_destroy->refusal_bytes);
    pier__release(allocator, class_to_destroy->closure, class_to_destroy->closure_bytes);
    pier__release(allocator, class_to_destroy, sizeof *class_to_destroy);
}

void pier__loader_forget_classes_from(pier__loader *loader, size_t first) {
    pier__class_row *rows = loader->classes;
    size_t kept = 0;
    for (size_t i = 0; i < loader->class_count && first < loader->class_count; i++) {
        if (rows[i].sorted_row < first) {
            rows[kept].sorted_id = rows[i].sorted_id;
            rows[kept++].sorted_row = rows[i].sorted_row;
        }
    }
    while (loader->class_count > first) {
        loader->class_count--;
        loader->closure_bytes -= rows[loader->class_count].defined->closure_bytes;
        destroy_class(&loader->common.allocator, rows[loader->class_count].defined);
    }
}

void pier__loader_forget_classes(pier__loader *loader) {
    if (!pier__loader_keep_classes(loader)) {
        pier__loader_forget_classes_from(loader, 0);
    }
    loader->class_in_force = NULL;
    loader->class_id = 0;
}

static bool make_room_for_class(pier__loader *loader) {
    if (loader->class_count < loader->class_capacity) {
        return true;
    }
    size_t capacity = loader->class_capacity == 0 ? 8 : loader->class_capacity * 2;
    pier__class_row *classes =
        (pier__class_row *)pier__reallocate(&loader->common.allocator, loader->classes,
                                            loader->class_capacity * sizeof *classes, capacity * sizeof *classes);
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
    size_t place = place_of_id(loader, found->id);
    for (size_t i = loader->class_count; i > place; i--) {
        loader->classes[i].sorted_id = loader->classes[i - 1].sorted_id;
        loader->classes[i].sorted_row = loader->classes[i - 1].sorted_row;
    }
    loader->classes[place].sorted_id = found->id;
    loader->classes[place].sorted_row = (uint16_t)loader->class_count;
    loader->classes[loader->class_count++].defined = added;
    loader->closure_bytes += found->closure_bytes;
    return PIER_OK;
}

/* Reading definitions --------------------------------------------------------------------------------------------- */

/* Where the parts of a definition lie in a payload. */
typedef struct definition {
    size_t value; /* of the array */
    size_t id;
    size_t fingerprint; /* of its bin */
    size_t closure;
    size_t end;
    uint64_t id_number;
    uint64_t high;
    uint64_t low;
} definition;

static pier__fault protocol_fault(size_t at, const char *text) {
    return pier__fault_of(PIER_PROTOCOL, at, text);
}

/* Reads a number of 1, 2, 4 or 8 bytes. */
static uint64_t read_number(const uint8_t *at, size_t bytes) {
    return bytes == 1   ? at[0]
           : bytes == 2 ? pier__load_be16(at)
           : bytes == 4 ? pier__load_be32(at)
                        : pier__load_be64(at);
}

/* Reads the ext at `at`, which must hold a definition: one whole value. */
static pier__fault read_ext(const uint8_t *payload, size_t size, size_t at, definition *found) {
    const uint8_t *head = payload + at;
    size_t length_bytes = head[0] >= 0xc7 && head[0] <= 0xc9 ? (size_t)1 << (head[0] - 0xc7) : 0;
    size_t kind = at + length_bytes + 2;
    if (length_bytes == 0 || kind >= size || payload[kind - 1] != PIER__EXT_TYPE ||
        payload[kind] != PIER__DEFINITION_KIND) {
        return protocol_fault(at, "this is not a definition");
    }
    uint64_t length = read_number(head + 1, length_bytes);
    if (length == 0 || length > size - kind) {
        return protocol_fault(at, "the block ends within a definition");
    }
    found->value = kind + 1;
    found->end = kind + (size_t)length;
    size_t there = found->end - found->value;
    size_t extent = pier__scan_extent(payload + found->value, there);
    if (extent == 0) {
        size_t wrong = pier__scan_wrong_byte(payload + found->value, there);
        return protocol_fault(found->value + (wrong == there ? 0 : wrong), "a definition is not a whole value");
    }
    return extent == there ? pier__no_fault
                           : protocol_fault(found->value + extent, "bytes follow the value of a definition");
}

/* Reads `[ id, fingerprint, closure ]`. The value is whole, so that its heads may be read without asking. */
static pier__fault read_parts(const uint8_t *payload, definition *found) {
    const pier__fault fault = protocol_fault(found->value, "a definition lacks its id, fingerprint and closure");
    const uint8_t *array = payload + found->value;
    size_t count_bytes = array[0] == 0xdc ? 2 : array[0] == 0xdd ? 4 : 0;
    uint64_t count = count_bytes != 0 ? read_number(array + 1, count_bytes) : array[0];
    if (count != (count_bytes != 0 ? 3 : 0x93)) {
        return fault;
    }
    found->id = found->value + 1 + count_bytes;
    const uint8_t *id = payload + found->id;
    size_t id_bytes = id[0] >= 0xcc && id[0] <= 0xcf ? (size_t)1 << (id[0] - 0xcc) : 0;
    found->id_number = id_bytes != 0 ? read_number(id + 1, id_bytes) : id[0];
    if ((id_bytes == 0 && id[0] > 0x7f) || found->id_number == 0 || found->id_number > UINT16_MAX) {
        return fault;
    }
    found->fingerprint = found->id + 1 + id_bytes;
    const uint8_t *bin = payload + found->fingerprint;
    size_t length_bytes = bin[0] >= 0xc4 && bin[0] <= 0xc6 ? (size_t)1 << (bin[0] - 0xc4) : 0;
    if (length_bytes == 0 || read_number(bin + 1, length_bytes) != 16) {
        return fault;
    }
    found->high = pier__load_be64(bin + 1 + length_bytes);
    found->low = pier__load_be64(bin + 9 + length_bytes);
    found->closure = found->fingerprint + 1 + length_bytes + 16;
    return pier__no_fault;
}

/* The definition at `at`, with its fingerprint. */
static pier__fault read_definition(const uint8_t *payload, size_t size, size_t at, definition *found) {
    pier__fault fault = read_ext(payload, size, at, found);
    if (fault.status == PIER_OK) {
        fault = read_parts(payload, found);
    }
    if (fault.status != PIER_OK) {
        return fault;
    }
    XXH128_hash_t fingerprint = XXH3_128bits(payload + found->closure, found->end - found->closure);
    if (fingerprint.high64 != found->high || fingerprint.low64 != found->low) {
        return pier__fault_of(PIER_CORRUPT, found->fingerprint, "the fingerprint of a definition is not its own");
    }
    return pier__no_fault;
}

void pier__loader_begin_ledger(const pier__loader *loader, bool begins_epoch, pier__class_ledger *ledger) {
    memset(ledger, 0, sizeof *ledger);
    if (!begins_epoch) {
        ledger->known = loader;
        ledger->classes = loader->class_count;
        ledger->closure_bytes = loader->closure_bytes;
    }
}

static bool is_taken(const pier__class_ledger *ledger, uint16_t id) {
    return (ledger->taken_ids[id / 8] & (uint8_t)(1u << id % 8)) != 0 ||
           (ledger->known != NULL && pier__loader_find_class(ledger->known, id) != NULL);
}

pier__fault pier__definitions_fault(pier__class_ledger *ledger, const pier_limits *limits, const uint8_t *payload,
                                    size_t size) {
    definition found;
    for (size_t at = 0; at < size; at = found.end) {
        pier__fault fault = read_definition(payload, size, at, &found);
        if (fault.status != PIER_OK) {
            return fault;
        }
        if (is_taken(ledger, (uint16_t)found.id_number)) {
            return protocol_fault(found.id, "a class id is defined twice in an epoch");
        }
        ledger->taken_ids[found.id_number / 8] |= (uint8_t)(1u << found.id_number % 8);
        if (ledger->classes++ >= limits->classes_max) {
            return pier__limit_fault(at, "too many classes in an epoch", ledger->classes, limits->classes_max,
                                     "classes_max");
        }
        if (found.end - found.closure > limits->queue_bytes_max - ledger->closure_bytes) {
            return pier__limit_fault(at, "too many bytes of definitions in an epoch",
                                     ledger->closure_bytes + (found.end - found.closure), limits->queue_bytes_max,
                                     "queue_bytes_max");
        }
        ledger->closure_bytes += found.end - found.closure;
    }
    return pier__no_fault;
}

pier_status pier__loader_take_definitions(pier__loader *loader, uint64_t payload, uint64_t payload_end) {
    const uint8_t *bytes = pier__loader_at(loader, payload);
    size_t size = (size_t)(payload_end - payload);
    pier__class_ledger ledger;
    pier__loader_begin_ledger(loader, false, &ledger);
    pier__fault fault = pier__definitions_fault(&ledger, &loader->common.limits, bytes, size);
    if (fault.status != PIER_OK) {
        return pier__loader_fail_by(loader, payload, fault);
    }
    size_t known = loader->class_count;
    definition found;
    for (size_t at = 0; at < size; at = found.end) {
        (void)read_ext(bytes, size, at, &found);
        (void)read_parts(bytes, &found);
        pier__stream_class class_found = {
            .id = (uint16_t)found.id_number,
            .fingerprint_high = found.high,
            .fingerprint_low = found.low,
            .closure_bytes = found.end - found.closure,
            .offset = payload + found.closure,
        };
        if (add_class(loader, &class_found, bytes + found.closure) != PIER_OK) {
            /* A block takes effect whole or not at all. */
            pier__loader_forget_classes_from(loader, known);
            return pier__loader_fail(loader, PIER_NO_MEMORY, payload + at, "no memory for a definition of %zu bytes",
                                     class_found.closure_bytes);
        }
    }
    return PIER_OK;
}

PIER__HOT pier__stream_class *pier__archive_record_class(pier_archive *archive) {
    if (archive->storing) {
        return NULL;
    }
    pier__loader *loader = pier__loader_of(archive);
    return loader->in_record && loader->common.format == PIER_FORMAT_FRAMED ? loader->class_in_force : NULL;
}

pier__stream_class *pier__archive_class_of_id(const pier_archive *archive, uint64_t id) {
    const pier__loader *loader = (const pier__loader *)archive;
    return id >= 1 && id <= UINT16_MAX ? pier__loader_find_class(loader, (uint16_t)id) : NULL;
}
