/* Matching a class with what the stream says of it, when its first record comes.
 *
 * Floor 5 (record). Equal fingerprints are equal definitions: the straight-line codec loads the records, and nothing is
 * compared again. Otherwise a plan is made (plan.c), or the failure of that is kept; both stay with the class of the
 * stream, one for each class of the program that it was matched with, and go with it. */
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error_internal.h"
#include "record/definition_internal.h"
#include "record/plan_internal.h"
#include "record/record_internal.h"

/* What came of matching the stream's class with one of the program's. */
typedef struct binding {
    struct binding *next;
    const pier_class *own;
    pier__plan *plan; /* NULL: none is needed, or none can be made */
    bool is_refused;
    pier__definition_error refusal;
} binding;

static void release_bindings(const pier_allocator *allocator, void *bindings) {
    for (binding *one = (binding *)bindings; one != NULL;) {
        binding *next = one->next;
        pier__plan_destroy(allocator, one->plan);
        pier__release(allocator, one, sizeof *one);
        one = next;
    }
}

static const binding *find_binding(const pier__stream_class *of_stream, const pier_class *own) {
    const binding *one = (const binding *)of_stream->bindings;
    while (one != NULL && one->own != own) {
        one = one->next;
    }
    return one;
}

/* Compares the fingerprint of the class with the stream's. */
static pier_status compare_fingerprints(pier_archive *archive, const pier__stream_class *of_stream,
                                        const pier_class *own, bool *equal) {
    pier__archive *common = pier__archive_of(archive);
    pier__buffer closure;
    pier_error error;
    pier_error_clear(&error);
    pier__buffer_init(&closure, &common->allocator);
    pier_status status = pier__class_encode_closure(own, &closure, &error);
    if (status == PIER_OK) {
        XXH128_hash_t fingerprint = XXH3_128bits(closure.data, closure.size);
        *equal = fingerprint.high64 == of_stream->fingerprint_high && fingerprint.low64 == of_stream->fingerprint_low;
    } else {
        status = pier__record_fail(archive, status, own->name, "%s", error.text);
    }
    pier__buffer_deinit(&closure);
    return status;
}

static pier_status tell_no_memory(pier_archive *archive, const pier_class *own) {
    return pier__record_fail(archive, PIER_NO_MEMORY, own->name, "no memory to match a class");
}

/* Matches the two for the first time. Returns PIER_OK with what came of it, or a failure that may pass. */
static pier_status match(pier_archive *archive, pier__stream_class *of_stream, binding *made) {
    bool equal = false;
    pier_status status = compare_fingerprints(archive, of_stream, made->own, &equal);
    if (status != PIER_OK || equal) {
        return status;
    }
    const pier_definition *definition = pier__definition_of(archive, of_stream);
    if (definition == NULL) {
        return pier_archive_status(archive);
    }
    if (strcmp(definition->name, made->own->name) != 0) {
        return pier__record_fail(archive, PIER_TYPE, made->own->name, "expected class %.80s, found %.80s",
                                 made->own->name, definition->name);
    }
    status =
        pier__plan_create(&made->plan, made->own, definition, &pier__archive_of(archive)->allocator, &made->refusal);
    made->is_refused = status != PIER_OK;
    return status == PIER_NO_MEMORY ? tell_no_memory(archive, made->own) : PIER_OK;
}

/* Keeps what came of matching, and gives it. */
static pier_status keep(pier_archive *archive, pier__stream_class *of_stream, const binding *made,
                        const binding **kept) {
    const pier_allocator *allocator = &pier__archive_of(archive)->allocator;
    binding *one = (binding *)pier__allocate(allocator, sizeof *one);
    if (one == NULL) {
        pier__plan_destroy(allocator, made->plan);
        return tell_no_memory(archive, made->own);
    }
    *one = *made;
    one->next = (binding *)of_stream->bindings;
    of_stream->bindings = one;
    of_stream->release_bindings = release_bindings;
    *kept = one;
    return PIER_OK;
}

pier_status pier__class_match(pier_archive *archive, pier__stream_class *of_stream, const pier_class *class_of_record) {
    const binding *found = find_binding(of_stream, class_of_record);
    if (found == NULL) {
        binding made = {.own = class_of_record};
        pier_status status = match(archive, of_stream, &made);
        if (status == PIER_OK) {
            status = keep(archive, of_stream, &made, &found);
        }
        if (status != PIER_OK) {
            return status;
        }
    }
    if (found->is_refused) {
        pier__definition_tell(archive, of_stream, &found->refusal);
        return found->refusal.status;
    }
    of_stream->bound = class_of_record;
    of_stream->plan = found->plan;
    return PIER_OK;
}
