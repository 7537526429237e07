/* Beginning a record that is passed on as it came; see storer_internal.h.
 *
 * The bytes of a record may hold ids of classes, where a field of kind any does. So the definition is looked through
 * for such fields, once. Ids are then the same in both streams; that costs an epoch when a stream is put together of
 * several. */
#include "archive/loader_internal.h"
#include "archive/storer_internal.h"
#include "archive/token_internal.h"

/* The kind of such fields: proto/wire.md, Definitions. */
enum { KIND_ANY = 18 };

/* A place in a closure, which is whole, but says what it likes. */
typedef struct place {
    const uint8_t *at;
    const uint8_t *end;
} place;

static bool take(place *from, pier_token *token) {
    if (from->at == from->end) {
        return false;
    }
    from->at += pier__read_token(from->at, token);
    return true;
}

static void pass(place *from, uint32_t count) {
    while (count-- > 0 && from->at != from->end) {
        from->at += pier__scan_extent(from->at, (size_t)(from->end - from->at));
    }
}

/* Takes the head of an array. Returns how many values follow; 0 when it is another value, which is passed over. */
static uint32_t take_array(place *from) {
    const uint8_t *before = from->at;
    pier_token token;
    if (!take(from, &token) || token.kind == PIER_KIND_ARRAY) {
        return from->at != before ? token.as.count : 0;
    }
    from->at = before;
    pass(from, 1);
    return 0;
}

/* Whether the next field of a class is of kind any: `[ number, name, kind, … ]`. */
static bool take_field(place *from) {
    uint32_t parts = take_array(from);
    if (parts < 3) {
        pass(from, parts);
        return false;
    }
    pass(from, 2);
    pier_token kind;
    place at_kind = *from;
    bool is_any = take(&at_kind, &kind) && kind.kind == PIER_KIND_UINT && kind.as.uint == KIND_ANY;
    pass(from, parts - 2);
    return is_any;
}

/* Whether a class whose closure this is reaches a field of kind any. A type is `[ 0, name, version, fields ]`. */
static bool holds_ids(const uint8_t *closure, size_t bytes) {
    place from = {closure, closure + bytes};
    bool found = false;
    for (uint32_t types = take_array(&from); types > 0; types--) {
        uint32_t parts = take_array(&from);
        if (parts < 4) {
            pass(&from, parts);
            continue;
        }
        pass(&from, 3);
        for (uint32_t fields = take_array(&from); fields > 0; fields--) {
            found = take_field(&from) || found;
        }
        pass(&from, parts - 4);
    }
    return found;
}

static bool is_known_alike(const pier__storer *storer, const pier__stream_class *found) {
    const pier__stored_class *there = pier__storer_find_id(storer, found->id);
    return there != NULL && there->fingerprint_high == found->fingerprint_high &&
           there->fingerprint_low == found->fingerprint_low;
}

/* Whether the ids of the loader's epoch can be those of the storer's. */
static bool ids_agree(const pier__storer *storer, const pier__loader *loader) {
    for (size_t i = 0; i < loader->class_count; i++) {
        const pier__stream_class *one = loader->classes[i].defined;
        if (pier__storer_find_id(storer, one->id) != NULL && !is_known_alike(storer, one)) {
            return false;
        }
    }
    return true;
}

pier_status pier__storer_begin_forwarded(pier__storer *storer, const pier_archive *load,
                                         pier__stream_class *class_of_record) {
    enum { NOT_LOOKED = 0, HOLDS_NONE = 1, HOLDS_IDS = 2 };
    const pier__loader *loader = pier__loader_of_const(load);
    if (class_of_record->holds_ids == NOT_LOOKED) {
        bool holds = holds_ids(class_of_record->closure, class_of_record->closure_bytes);
        class_of_record->holds_ids = holds ? HOLDS_IDS : HOLDS_NONE;
    }
    bool by_id = class_of_record->holds_ids == HOLDS_IDS;
    bool is_ready = !storer->in_record && !storer->raw_is_open && !storer->is_ended;
    if (by_id && is_ready && storer->common.failure == PIER_OK && !ids_agree(storer, loader)) {
        pier__storer_begin_epoch(storer);
    }
    pier_status status = pier__storer_begin(storer);
    if (status != PIER_OK || storer->common.format == PIER_FORMAT_PLAIN) {
        return status;
    }
    for (size_t i = 0; by_id && status == PIER_OK && i < loader->class_count; i++) {
        if (!is_known_alike(storer, loader->classes[i].defined)) {
            status = pier__storer_define_as(storer, loader->classes[i].defined);
        }
    }
    if (status != PIER_OK) {
        pier_archive_abandon(&storer->common.window);
        return status;
    }
    if (by_id) {
        return pier__storer_switch_to_id(storer, class_of_record->id);
    }
    /* The loader has compared the fingerprint with the closure: it is not computed again for each record. */
    return pier__storer_begin_class(storer, NULL, class_of_record->fingerprint_high, class_of_record->fingerprint_low,
                                    (pier_bytes){class_of_record->closure, class_of_record->closure_bytes});
}
