/* Loading values of any class; see links_internal.h.
 *
 * Floor 5 (record). The class stands before the value: framed by its id, plain by its name, in a table of objects by
 * the number of its type, too. Only classes that the registry has are loaded. */
#include <string.h>

#include "record/definition_internal.h"
#include "record/links_internal.h"

/* What the definition of a class of the stream reaches: pier__stream_class.reaches. */
enum { REACH_KNOWN = 1, REACH_ANY = 2, REACH_SHARED = 4 };

/* Looks once at all that the definition of a class says: there may be very many values of it. */
static unsigned reach_of(pier__stream_class *of_stream, const pier_definition *definition) {
    if (of_stream->reaches == 0) {
        unsigned reaches = REACH_KNOWN;
        for (uint32_t i = 0; i < definition->type_count; i++) {
            for (uint32_t j = 0; j < definition[i].field_count; j++) {
                const pier__defined_field *field = &definition[i].fields[j];
                /* What a later version adds may be anything. */
                reaches |= field->kind == PIER_FIELD_ANY || !pier__field_is_known(field) ? REACH_ANY : 0;
                reaches |= (field->flags & PIER_FIELD_SHARED) != 0 ? REACH_SHARED : 0;
            }
        }
        of_stream->reaches = (uint8_t)reaches;
    }
    return of_stream->reaches;
}

static const pier_class *find_class(const pier__loading *from, bool is_in_table, pier_text name) {
    const pier__links *links = from->links;
    const pier_class *type = links->registry != NULL ? pier_registry_find(links->registry, name) : NULL;
    return type == NULL && is_in_table ? pier__numbering_find(links->graph.numbering, name) : type;
}

/* Finds the class that has an id in the stream, and matches the two. */
static bool find_by_id(pier__loading *from, bool is_in_table, uint64_t id, pier__found_class *found) {
    found->of_stream = pier__archive_class_of_id(from->archive, id);
    if (found->of_stream == NULL) {
        return pier__load_fail(from, found->at, PIER_UNKNOWN_CLASS, "class id %llu is not defined in this epoch",
                               (unsigned long long)id);
    }
    const pier_definition *definition = pier__definition_of(from->archive, found->of_stream);
    if (definition == NULL) {
        from->status = pier_archive_status(from->archive);
        return false;
    }
    found->name = (pier_text){definition->name, definition->name_bytes};
    found->type = find_class(from, is_in_table, found->name);
    if (found->type != NULL && found->of_stream->bound != found->type) {
        from->status = pier__class_match(from->archive, found->of_stream, found->type);
    }
    found->plan = found->type != NULL ? (const pier__plan *)found->of_stream->plan : NULL;
    return from->status == PIER_OK;
}

/* Finds the class that a type has in the closure of the root's class. Where a plan loads the root that is the writer's,
 * and which class of ours loads it may be left to those that refer to the object. */
static bool find_by_number(pier__loading *from, uint64_t number, pier__found_class *found) {
    const pier__graph *graph = &from->links->graph;
    const pier_definition *writer = graph->plan != NULL ? graph->plan->records[0].writer : NULL;
    uint32_t count = writer != NULL ? writer->type_count : graph->numbering->number_count;
    if (writer != NULL && number < count && writer[number].is_class) {
        found->writer = &writer[number];
        found->name = (pier_text){found->writer->name, found->writer->name_bytes};
        found->type = find_class(from, true, found->name);
        return true;
    }
    found->type = writer == NULL ? pier__numbering_class(graph->numbering, number) : NULL;
    if (found->type != NULL) {
        return true;
    }
    if (number < count) {
        return pier__load_fail(from, found->at, PIER_PROTOCOL, "type %llu is an enum, where a class must be",
                               (unsigned long long)number);
    }
    return pier__load_fail(from, found->at, PIER_PROTOCOL, "type %llu, and there are %u in the definition",
                           (unsigned long long)number, count);
}

bool pier__load_class(pier__loading *from, bool is_in_table, pier__found_class *found) {
    pier__found value = pier__load_take(from);
    *found = (pier__found_class){.at = value.at};
    if (!from->is_typed) {
        if (value.token.kind != PIER_KIND_TEXT) {
            return pier__load_fail_type(from, &value, "str, the name of a class");
        }
        found->name = value.token.as.text;
        found->type = find_class(from, is_in_table, found->name);
        return true;
    }
    if (value.token.kind == PIER_KIND_UINT) {
        return is_in_table ? find_by_number(from, value.token.as.uint, found)
                           : find_by_id(from, false, value.token.as.uint, found);
    }
    if (value.token.kind == PIER_KIND_INT && is_in_table) {
        return find_by_id(from, true, 0 - (uint64_t)value.token.as.sint, found);
    }
    return pier__load_fail_type(from, &value, is_in_table ? "integer" : "integer from 1, the id of a class");
}

/* Copies into the arena what is to outlive the record. Returns false after a failure. */
static bool own(pier__loading *from, const uint8_t *at, const void **data, size_t size) {
    if (size == 0) {
        return true;
    }
    uint8_t *copy = pier__load_allocate(from, at, size, 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, *data, size);
    *data = copy;
    return true;
}

/* What the stream says of a class is copied once for all of the values of it that stand side by side. */
static bool own_class(pier__loading *from, const pier__found_class *found, pier_any *any) {
    pier__links *links = from->links;
    const void *key = found->of_stream;
    if (key == NULL || links->copied_from != key) {
        const void *name = any->name.data;
        if (!own(from, found->at, &name, any->name.size) ||
            !own(from, found->at, &any->definition.data, any->definition.size)) {
            return false;
        }
        any->name.data = (const char *)name;
        links->copied_from = key;
        links->copied_name = any->name;
        links->copied_definition = any->definition;
        return true;
    }
    any->name = links->copied_name;
    any->definition = links->copied_definition;
    return true;
}

/* Keeps a value of a class that is not known as it came. */
static bool keep(pier__loading *from, const pier__found_class *found, pier_any *any) {
    int shown = (int)(found->name.size < 120 ? found->name.size : 120);
    if (from->links->unknown == PIER_UNKNOWN_REFUSE) {
        return pier__load_fail(from, found->at, PIER_UNKNOWN_CLASS, "class %.*s is not in the registry", shown,
                               found->name.data);
    }
    unsigned reach = 0;
    if (found->of_stream != NULL) {
        const pier_definition *definition = (const pier_definition *)found->of_stream->definition;
        reach = reach_of(found->of_stream, definition);
    }
    /* What it refers to shows to nobody here. */
    if (from->links->graph.is_open && reach != REACH_KNOWN && !pier__graph_relax(from)) {
        return false;
    }
    const uint8_t *begin = from->archive->cursor;
    pier_load_skip(from->archive);
    any->name = found->name;
    any->raw = (pier_bytes){begin, (size_t)(from->archive->cursor - begin)};
    if (found->of_stream != NULL && (reach & (REACH_ANY | REACH_SHARED)) == 0) {
        any->definition = (pier_bytes){found->of_stream->closure, found->of_stream->closure_bytes};
    }
    return !from->owns || (own_class(from, found, any) && own(from, begin, &any->raw.data, any->raw.size));
}

bool pier__load_of_class(pier__loading *from, const pier__found_class *found, void *object, pier_any *any) {
    if (found->type == NULL) {
        return keep(from, found, any);
    }
    uint8_t *record = (uint8_t *)object;
    if (record == NULL) {
        record = pier__load_allocate(from, found->at, 1, found->type->record_bytes);
        if (record == NULL) {
            return false;
        }
    }
    any->type = found->type;
    any->record = record;
    pier__init_fields(found->type, record);
    return pier__load_whole(from, found->type, found->plan, found->plan_record, record);
}

bool pier__load_any(pier__loading *from, const pier_field *field, uint8_t *member) {
    if (from->links == NULL) {
        return pier__load_fail(from, from->archive->cursor, PIER_USAGE, "the class lacks the flag PIER_CLASS_ANY");
    }
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        return pier__load_shared(from, field, member);
    }
    pier__found head = pier__load_take(from);
    if (head.token.kind == PIER_KIND_NIL) {
        return true;
    }
    if (!pier__load_pair(from, &head, "array or nil", "class and record")) {
        return false;
    }
    pier_any any = {NULL, NULL, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    pier__found_class found;
    if (!pier__load_class(from, false, &found) || !pier__load_of_class(from, &found, NULL, &any)) {
        return false;
    }
    memcpy(member, &any, sizeof any);
    return true;
}

bool pier__load_linked(pier__loading *from, const pier_class *type, const pier__plan *plan, uint8_t *record) {
    from->links = pier__links_of(from->archive);
    if (from->links == NULL) {
        return pier__load_fail(from, from->archive->cursor, PIER_NO_MEMORY, "no memory to load a record");
    }
    bool loaded = pier__load_whole(from, type, plan, 0, record);
    pier__links_clear(from->links);
    return loaded;
}
