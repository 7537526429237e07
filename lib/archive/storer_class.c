/* Which classes a stream has defined, and defining one before its first record; see storer_internal.h. */
#include "archive/loader_internal.h"
#include "archive/storer_internal.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static const pier__stored_class *find_by_caller(const pier__storer *storer, const void *class_of_caller) {
    for (size_t i = 0; i < storer->class_count; i++) {
        if (storer->classes[i].class_of_caller == class_of_caller) {
            return &storer->classes[i];
        }
    }
    return NULL;
}

PIER__HOT const pier__stored_class *pier__storer_find_caller(pier__storer *storer, const void *class_of_caller) {
    /* Those of one program lie side by side, some ninety bytes each: they differ in these bits of their addresses. */
    uint16_t *hint = &storer->hints[((uintptr_t)class_of_caller >> 5) % PIER__CLASS_HINTS];
    if (PIER_LIKELY(*hint < storer->class_count) && storer->classes[*hint].class_of_caller == class_of_caller) {
        return &storer->classes[*hint];
    }
    const pier__stored_class *found = find_by_caller(storer, class_of_caller);
    *hint = found != NULL ? (uint16_t)(found - storer->classes) : 0;
    return found;
}

static pier__stored_class *find_by_fingerprint(const pier__storer *storer, XXH128_hash_t fingerprint) {
    for (size_t i = 0; i < storer->class_count; i++) {
        if (storer->classes[i].fingerprint_high == fingerprint.high64 &&
            storer->classes[i].fingerprint_low == fingerprint.low64) {
            return &storer->classes[i];
        }
    }
    return NULL;
}

const pier__stored_class *pier__storer_find_id(const pier__storer *storer, uint16_t id) {
    for (size_t i = 0; i < storer->class_count; i++) {
        if (storer->classes[i].id == id) {
            return &storer->classes[i];
        }
    }
    return NULL;
}

static bool make_room_for_class(pier__storer *storer) {
    if (storer->class_count < storer->class_capacity) {
        return true;
    }
    size_t capacity = storer->class_capacity == 0 ? 8 : storer->class_capacity * 2;
    pier__stored_class *classes =
        (pier__stored_class *)pier__reallocate(&storer->common.allocator, storer->classes,
                                               storer->class_capacity * sizeof *classes, capacity * sizeof *classes);
    if (classes == NULL) {
        return false;
    }
    storer->classes = classes;
    storer->class_capacity = capacity;
    storer->last_class = NULL;
    return true;
}

/* Ends the open block, which must not hold the definition, and puts a block with the definition behind it. The record
 * that was begun moves behind both. */
static bool define_before_record(pier__storer *storer, const pier__stored_class *class_to_define, pier_bytes closure) {
    if (storer->block_records > 0) {
        pier__storer_end_block_raw(storer);
    } else {
        pier__storer_set_cursor(storer, storer->ready);
        storer->block_is_open = false;
    }
    return pier__storer_define(storer, class_to_define, closure) && pier__storer_open_block(storer);
}

/* How many classes an epoch may have: as many as both sides load, when the other one has told. */
static uint32_t classes_max(const pier__storer *storer) {
    uint32_t own = storer->common.limits.classes_max;
    const pier__archive *other = storer->common.other;
    const pier__stream *peer = other != NULL ? &((const pier__loader *)other)->stream : NULL;
    return peer != NULL && peer->preamble_is_known && peer->peer.classes_max < own ? peer->peer.classes_max : own;
}

/* The longest closure: with what stands around it in a block it must be within what loaders take. */
static uint64_t definition_bytes_max(const pier__storer *storer) {
    enum { AROUND_CLOSURE = 32 };
    uint64_t record_bytes_max = storer->common.limits.record_bytes_max;
    return (record_bytes_max > PIER__CONSENT_BYTES ? record_bytes_max : PIER__CONSENT_BYTES) - AROUND_CLOSURE;
}

static pier_status refuse_for_memory(pier__storer *storer) {
    pier__storer_refuse(storer, PIER_NO_MEMORY, "no memory to define a class");
    return PIER_NO_MEMORY;
}

/* Notes what defining a class changes, before it does. */
static void prepare_rollback(pier__storer *storer) {
    pier__rollback *rollback = &storer->rollback;
    rollback->has_defined = true;
    rollback->block_is_open = storer->block_is_open;
    rollback->block_records = storer->block_records;
    rollback->next_block = storer->next_block;
    rollback->epoch_begins = storer->epoch_begins;
    rollback->epoch_bytes = storer->epoch_bytes;
    rollback->classes = storer->class_count;
    rollback->ids_given = storer->ids_given;
}

/* Adds the class to the table and, under a new id, to the stream; the record that was begun is refused when that
 * fails. */
static pier_status define(pier__storer *storer, const void *class_of_caller, XXH128_hash_t fingerprint,
                          pier_bytes closure, uint32_t id) {
    if (id > classes_max(storer)) {
        pier__storer_refuse(storer, PIER_LIMIT, "one class more than the limit of %u in an epoch (classes_max)",
                            classes_max(storer));
        return PIER_LIMIT;
    }
    if (closure.size > definition_bytes_max(storer)) {
        pier__storer_refuse(storer, PIER_LIMIT, "a definition of %zu bytes, the limit is %llu", closure.size,
                            (unsigned long long)definition_bytes_max(storer));
        return PIER_LIMIT;
    }
    if (!make_room_for_class(storer)) {
        return refuse_for_memory(storer);
    }
    if (!storer->rollback.has_defined) {
        prepare_rollback(storer);
    }
    pier__stored_class *added = &storer->classes[storer->class_count++];
    *added = (pier__stored_class){class_of_caller, fingerprint.high64, fingerprint.low64, (uint16_t)id};
    storer->ids_given = id > storer->ids_given ? id : storer->ids_given;
    storer->last_class = added;
    if (!define_before_record(storer, added, closure)) {
        return refuse_for_memory(storer);
    }
    return PIER_OK;
}

/* Switches the block to the class of the record that was begun. */
static pier_status switch_to(pier__storer *storer, const pier__stored_class *found) {
    storer->last_class = found;
    if (storer->block_class != found->id) {
        if (!pier__storer_make_room(storer, PIER__SWITCH_BYTES_MAX)) {
            pier__storer_refuse(storer, PIER_NO_MEMORY, "no memory for a record");
            return PIER_NO_MEMORY;
        }
        pier__storer_switch_class(storer, found->id);
        storer->value = pier__storer_cursor(storer);
    }
    return PIER_OK;
}

/* A record that cannot begin leaves nothing behind. */
static pier_status begun_or_abandoned(pier__storer *storer, pier_status status) {
    if (status != PIER_OK) {
        pier_archive_abandon(&storer->common.window);
    }
    return status;
}

PIER__HOT pier_status pier__storer_begin_class(pier__storer *storer, const void *class_of_caller,
                                               uint64_t fingerprint_high, uint64_t fingerprint_low,
                                               pier_bytes closure) {
    XXH128_hash_t fingerprint = {.low64 = fingerprint_low, .high64 = fingerprint_high};
    pier__stored_class *found = find_by_fingerprint(storer, fingerprint);
    if (found == NULL) {
        pier_status status = define(storer, class_of_caller, fingerprint, closure, storer->ids_given + 1);
        if (status != PIER_OK) {
            return begun_or_abandoned(storer, status);
        }
        found = &storer->classes[storer->class_count - 1];
    } else if (found->class_of_caller == NULL) {
        found->class_of_caller = class_of_caller;
    }
    return begun_or_abandoned(storer, switch_to(storer, found));
}

pier_status pier__storer_define_as(pier__storer *storer, const pier__stream_class *found) {
    XXH128_hash_t fingerprint = {.low64 = found->fingerprint_low, .high64 = found->fingerprint_high};
    return define(storer, NULL, fingerprint, (pier_bytes){found->closure, found->closure_bytes}, found->id);
}

pier_status pier__storer_switch_to_id(pier__storer *storer, uint16_t id) {
    return begun_or_abandoned(storer, switch_to(storer, pier__storer_find_id(storer, id)));
}

/* Begins a record of the class that the one before it had, when nothing but the record itself changes by it: the
 * straight way of most records. Returns whether it was so. */
static bool begin_like_the_last(pier__storer *storer, const void *class_of_caller) {
    const pier__stored_class *last = storer->last_class;
    /* An open block tells that the format is known and that the stream has not ended; that the queue is not full was
     * asked when its first record began. */
    bool is_alike = last != NULL && last->class_of_caller == class_of_caller && storer->block_is_open &&
                    storer->block_class == last->id && storer->block_records > 0;
    if (!is_alike || storer->in_record || storer->common.failure != PIER_OK) {
        return false;
    }
    pier__storer_open_record(storer);
    return true;
}

/* Encodes the closure of a class into the storer's own room, where it stays: streams that are reset, a datagram each
 * for instance, define the same class again and again. */
static pier_status encode_closure(pier__storer *storer, const void *class_of_caller, pier__encode_closure *encode,
                                  pier_error *error) {
    if (storer->closure_class == class_of_caller) {
        return PIER_OK;
    }
    storer->closure.size = 0;
    storer->closure_class = NULL;
    pier_status status = encode(class_of_caller, &storer->closure, error);
    storer->closure_class = status == PIER_OK ? class_of_caller : NULL;
    return status;
}

PIER__HOT pier_status pier__archive_begin_class(pier_archive *archive, const void *class_of_caller,
                                                pier__encode_closure *encode) {
    if (!archive->storing) {
        return pier__archive_tell(pier__archive_of(archive), PIER_USAGE, "a loading archive does not store");
    }
    pier__storer *storer = pier__storer_of(archive);
    if (begin_like_the_last(storer, class_of_caller)) {
        return PIER_OK;
    }
    pier_status status = pier__storer_begin(storer);
    if (status != PIER_OK || storer->common.format == PIER_FORMAT_PLAIN) {
        return status;
    }
    const pier__stored_class *found = storer->last_class;
    if (found == NULL || found->class_of_caller != class_of_caller) {
        found = pier__storer_find_caller(storer, class_of_caller);
    }
    if (found != NULL) {
        return begun_or_abandoned(storer, switch_to(storer, found));
    }
    status = encode_closure(storer, class_of_caller, encode, &storer->common.error);
    if (status == PIER_OK) {
        pier_bytes closure = {storer->closure.data, storer->closure.size};
        XXH128_hash_t fingerprint = XXH3_128bits(closure.data, closure.size);
        status = pier__storer_begin_class(storer, class_of_caller, fingerprint.high64, fingerprint.low64, closure);
    } else {
        pier_archive_abandon(archive);
        if (status == PIER_NO_MEMORY) {
            (void)pier__archive_tell(&storer->common, status, "no memory to define a class");
        }
    }
    return status;
}

uint16_t pier__archive_class_id(const pier_archive *archive, const void *class_of_caller) {
    const pier__stored_class *found = find_by_caller((const pier__storer *)archive, class_of_caller);
    return found != NULL ? found->id : 0;
}

uint16_t pier__archive_closure_id(const pier_archive *archive, pier_bytes closure) {
    const pier__stored_class *found =
        find_by_fingerprint((const pier__storer *)archive, XXH3_128bits(closure.data, closure.size));
    return found != NULL ? found->id : 0;
}

/* Lets a class of the caller stand for one that is defined already: for this one, or as one more. */
static bool know_as(pier__storer *storer, const pier__stored_class *found, const void *class_of_caller) {
    pier__stored_class known = *found;
    if (class_of_caller == NULL) {
        return true;
    }
    if (!make_room_for_class(storer)) {
        (void)refuse_for_memory(storer);
        return false;
    }
    known.class_of_caller = class_of_caller;
    storer->classes[storer->class_count++] = known;
    return true;
}

static bool define_one(pier__storer *storer, const pier__further_class *further, pier__encode_closure *encode) {
    pier_bytes closure = further->closure;
    if (further->class_of_caller != NULL) {
        pier_error error;
        error.status = PIER_OK;
        pier_status status = encode_closure(storer, further->class_of_caller, encode, &error);
        if (status != PIER_OK) {
            pier__storer_refuse(storer, status, "%s",
                                status == PIER_NO_MEMORY ? "no memory to define a class" : error.text);
            return false;
        }
        closure = (pier_bytes){storer->closure.data, storer->closure.size};
    }
    XXH128_hash_t fingerprint = XXH3_128bits(closure.data, closure.size);
    const pier__stored_class *found = find_by_fingerprint(storer, fingerprint);
    return found != NULL
               ? know_as(storer, found, further->class_of_caller)
               : define(storer, further->class_of_caller, fingerprint, closure, storer->ids_given + 1) == PIER_OK;
}

/* Takes back what was stored of a record, with its class switch. Where a class was defined for it, it is the first in
 * its block. */
static void drop_record(pier__storer *storer) {
    bool is_first = storer->rollback.has_defined;
    storer->block_class = is_first ? 0 : storer->rollback.block_class;
    pier__storer_set_cursor(storer, is_first ? storer->ready + PIER__PIECE_BYTES : storer->rollback.cursor);
    storer->value = pier__storer_cursor(storer);
}

bool pier__archive_define_further(pier_archive *archive, const pier__further_class *classes, size_t count,
                                  pier__encode_closure *encode) {
    pier__storer *storer = pier__storer_of(archive);
    uint16_t id = storer->block_class;
    drop_record(storer);
    for (size_t i = 0; i < count; i++) {
        if (!define_one(storer, &classes[i], encode)) {
            return false;
        }
    }
    return switch_to(storer, pier__storer_find_id(storer, id)) == PIER_OK;
}
