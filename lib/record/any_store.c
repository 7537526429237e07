/* Storing values of any class, and beginning again when their classes were not defined yet; see links_internal.h.
 *
 * Floor 5 (record). A definition goes before the block that its class is used in, so it must be there before the record
 * is. Which classes a record needs only shows when it is stored. So it is stored as if all were known; those that were
 * not are then defined, all at once, and the record is stored again. After the first record of its kind nothing is
 * stored twice. */
#include <string.h>

#include "record/links_internal.h"

/* Notes a class that the stream does not know. Returns false, with the record refused, for want of memory. */
static bool note_further(pier__storing *to, const pier_class *type, pier_bytes closure) {
    pier__links *links = to->links;
    for (size_t i = 0; i < links->further_count; i++) {
        const pier__further_class *noted = &links->further[i];
        if (noted->class_of_caller == type && noted->closure.data == closure.data) {
            return true;
        }
    }
    if (!pier__links_room(&links->allocator, &links->further, links->further_count, &links->further_capacity,
                          sizeof *links->further)) {
        return pier__store_refuse(to, PIER_NO_MEMORY, "no memory to define a class");
    }
    links->further[links->further_count++] = (pier__further_class){type, closure};
    return true;
}

static bool is_plain(const pier__storing *to) {
    return to->form != PIER__FORM_SLOTS;
}

/* Finds the id of a class in the stream. One that has none is noted, and -1 stands in its place: the record is stored
 * again when the class is defined, and what was stored so far never leaves. */
static bool find_id(pier__storing *to, const pier_class *type, const pier_any *any, int64_t *id) {
    pier_bytes closure = type == NULL ? any->definition : (pier_bytes){NULL, 0};
    *id = type != NULL ? pier__archive_class_id(to->archive, type) : pier__archive_closure_id(to->archive, closure);
    if (*id != 0) {
        return true;
    }
    *id = -1;
    return note_further(to, type, closure);
}

/* Within a graph a class has the number of its type, or the id below zero. */
static bool find_number(pier__storing *to, const pier_class *type, const pier_any *any, int64_t *number) {
    pier__graph *graph = &to->links->graph;
    if (type != NULL && type == graph->last) {
        *number = graph->last_number;
        return true;
    }
    *number = type != NULL ? pier__numbering_number(graph->numbering, type) : -1;
    if (*number < 0) {
        int64_t id;
        if (!find_id(to, type, any, &id)) {
            return false;
        }
        *number = -id;
    }
    graph->last = type;
    graph->last_number = *number;
    return true;
}

bool pier__store_class(pier__storing *to, const pier_class *type, const pier_any *any, bool is_in_table) {
    if (is_plain(to)) {
        pier_text name = type != NULL ? (pier_text){type->name, strlen(type->name)} : any->name;
        pier_store_text(to->archive, name);
        return true;
    }
    int64_t number;
    if (!(is_in_table ? find_number(to, type, any, &number) : find_id(to, type, any, &number))) {
        return false;
    }
    pier_store_i64(to->archive, number);
    return true;
}

bool pier__store_kept(pier__storing *to, const pier_any *any) {
    if (is_plain(to) != (any->definition.size == 0)) {
        return pier__store_refuse(to, PIER_UNSUPPORTED,
                                  is_plain(to) ? "a value of class %.*s that was kept from a framed archive"
                                               : "a value of class %.*s that was kept without its definition",
                                  (int)(any->name.size < 80 ? any->name.size : 80), any->name.data);
    }
    if (is_plain(to) && to->links->graph.is_open) {
        return pier__store_refuse(to, PIER_UNSUPPORTED,
                                  "a value of class %.*s that was kept as it came, and may refer to objects",
                                  (int)(any->name.size < 80 ? any->name.size : 80), any->name.data);
    }
    if (!pier__archive_reserve(to->archive, any->raw.size + 1)) {
        return false;
    }
    if (any->raw.size > 0) {
        memcpy(to->archive->cursor, any->raw.data, any->raw.size);
        to->archive->cursor += any->raw.size;
    }
    return true;
}

/* Refuses what is no value: a class without a record, a record that the library cannot read. */
static bool check_any(pier__storing *to, const pier_any *any) {
    if (any->type == NULL) {
        return true;
    }
    if (any->type->size != sizeof *any->type) {
        return pier__store_refuse(to, PIER_USAGE, "its class was compiled for another version of pier_class");
    }
    if (any->record == NULL) {
        return pier__store_refuse(to, PIER_RANGE, "its class is %.80s, and its record is NULL", any->type->name);
    }
    return true;
}

bool pier__store_any(pier__storing *to, const pier_field *field, const uint8_t *member) {
    pier_any any;
    memcpy(&any, member, sizeof any);
    if (pier_any_is_none(&any)) {
        pier_store_nil(to->archive);
        return true;
    }
    if (to->links == NULL) {
        return pier__store_refuse(to, PIER_USAGE, "the class lacks the flag PIER_CLASS_ANY");
    }
    if (!check_any(to, &any)) {
        return false;
    }
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        return pier__store_reference(to, any.type, any.type != NULL ? any.record : (const void *)member);
    }
    bool stored =
        pier__store_array(to, 2) && pier__store_class(to, any.type, &any, false) &&
        (any.type != NULL ? pier__store_whole(to, any.type, (const uint8_t *)any.record) : pier__store_kept(to, &any));
    if (stored) {
        pier__store_close(to);
    }
    return stored;
}

bool pier__store_linked(pier__storing *to, const pier_class *type, const uint8_t *record) {
    to->links = pier__links_of(to->archive);
    if (to->links == NULL) {
        return pier__store_refuse(to, PIER_NO_MEMORY, "no memory to store a record");
    }
    pier__storing at_first = *to;
    bool stored = pier__store_whole(to, type, record);
    while (stored && to->links->further_count > 0) {
        stored = pier__archive_define_further(to->archive, to->links->further, to->links->further_count,
                                              pier__class_encode_closure);
        pier__links_clear(to->links);
        if (stored) {
            *to = at_first;
            stored = pier__store_whole(to, type, record);
        }
    }
    pier__links_clear(to->links);
    return stored;
}
