/* Loading graphs; see links_internal.h, and proto/wire.md, Graphs.
 *
 * Floor 5 (record). The objects of the table stand in the order in which they are first referred to. So one pass is
 * enough: a reference to the next object that was not met yet makes it, all zero, and by the time its entry comes it is
 * filled in. A reference by a field of kind any does not tell the class; such fields wait, chained through themselves,
 * until the entry does. An object is never made before the table is known to be long enough.
 *
 * A record of another version is loaded by a plan, which passes over fields that are not known here, references among
 * them. What only those refer to is never met, and the order in which objects are met is another one. From the first
 * such record on a graph is *relaxed*: where the entries lie is noted once, and each object that is met is loaded from
 * there. */
#include <string.h>

#include "record/links_internal.h"

/* Meets an object for the first time. Returns NULL after a failure. */
static pier__object *meet_object(pier__loading *from, const pier__found *value, uint32_t number) {
    pier__graph *graph = &from->links->graph;
    if (graph->is_relaxed) {
        graph->order[graph->count++] = number - 1;
        graph->objects[number - 1].is_met = true;
        return &graph->objects[number - 1];
    }
    if (number > graph->count + 1) {
        (void)pier__load_fail(from, value->at, PIER_PROTOCOL, "a reference to object %u before one to object %u",
                              number, graph->count + 1);
        return NULL;
    }
    pier__object *added = pier__graph_add(from->links);
    if (added == NULL) {
        (void)pier__load_fail(from, value->at, PIER_NO_MEMORY, "no memory for the objects of a graph");
        return NULL;
    }
    *added = (pier__object){.is_met = true};
    return added;
}

/* Finds what a reference refers to, which may be an object that is met now. Returns NULL after a failure. */
static pier__object *find_object(pier__loading *from, const pier__found *value, pier__object *room) {
    pier__graph *graph = &from->links->graph;
    uint64_t number = value->token.as.uint;
    if (value->token.kind == PIER_KIND_INT) {
        number = 0 - (uint64_t)value->token.as.sint;
        const pier__registered *registered = pier__links_registered(from->links, number);
        if (registered == NULL) {
            (void)pier__load_fail(from, value->at, PIER_PROTOCOL, "no object is registered under the number %llu",
                                  (unsigned long long)number);
            return NULL;
        }
        *room = (pier__object){.object = registered->object, .type = registered->type};
        return room;
    }
    if (value->token.kind != PIER_KIND_UINT) {
        (void)pier__load_fail_type(from, value, "integer or nil");
        return NULL;
    }
    if (number == 0) {
        *room = (pier__object){.object = graph->root, .type = graph->root_type};
        return room;
    }
    if (number > graph->table_count) {
        (void)pier__load_fail(from, value->at, PIER_PROTOCOL, "a reference to object %llu, and the table has %u",
                              (unsigned long long)number, graph->table_count);
        return NULL;
    }
    if (graph->is_relaxed ? graph->objects[number - 1].is_met : number <= graph->count) {
        return &graph->objects[number - 1];
    }
    return meet_object(from, value, (uint32_t)number);
}

/* Makes the struct of an object whose class is known now. */
static bool make_object(pier__loading *from, const uint8_t *at, pier__object *object, const pier_class *type) {
    object->object = pier__load_allocate(from, at, 1, type->record_bytes);
    object->type = type;
    return object->object != NULL;
}

/* Lets a field of kind any refer to an object: at once, or when the object's class is known. */
static void refer_by_any(pier__object *object, pier_any *member) {
    *member = (pier_any){NULL, NULL, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    if (object->type != NULL) {
        member->type = object->type;
        member->record = object->object;
    } else if (object->object != NULL) {
        *member = *(const pier_any *)object->object;
    } else {
        member->record = object->any;
        object->any = member;
    }
}

bool pier__load_shared(pier__loading *from, const pier_field *field, uint8_t *member) {
    return pier__load_reference(from, field, NULL, 0, member);
}

bool pier__load_reference(pier__loading *from, const pier_field *field, const pier__plan *plan, uint32_t plan_record,
                          uint8_t *member) {
    pier__found value = pier__load_take(from);
    if (value.token.kind == PIER_KIND_NIL) {
        return true;
    }
    if (from->links == NULL || !from->links->graph.is_open) {
        return pier__load_fail(from, value.at, PIER_USAGE, "the class lacks the flag PIER_CLASS_GRAPH");
    }
    pier__object room;
    pier__object *object = find_object(from, &value, &room);
    if (object == NULL) {
        return false;
    }
    if (field->kind == PIER_FIELD_ANY) {
        refer_by_any(object, (pier_any *)(void *)member);
        return true;
    }
    if (object->type == NULL && object->object == NULL) {
        if (!make_object(from, value.at, object, field->type)) {
            return false;
        }
        object->plan = plan;
        object->plan_record = plan_record;
    } else if (object->type == NULL || !pier__class_is_same(object->type, field->type)) {
        const char *found = object->type != NULL ? object->type->name : "class that is not in the registry";
        return pier__load_fail(from, value.at, PIER_TYPE, "expected a reference to a %.80s, found one to a %.80s",
                               field->type->name, found);
    }
    memcpy(member, &object->object, sizeof object->object);
    return true;
}

/* Whether a record of a plan makes this class of ours of that type of the writer's. */
static bool plan_fits(const pier__plan *plan, uint32_t index, const pier_class *type, const pier_definition *writer) {
    return plan != NULL && pier__class_is_same(plan->records[index].own, type) &&
           strcmp(plan->records[index].writer->name, writer->name) == 0;
}

/* Finds how an object is loaded that has the number of a type of the writer's: as those that refer to it have it, or as
 * the plan of the root has it. Otherwise its class is not known here. */
static void find_plan(pier__loading *from, const pier__object *object, pier__found_class *found) {
    const pier__plan *plan = from->links->graph.plan;
    const pier_class *type = object->type != NULL ? object->type : found->type;
    found->type = NULL;
    if (type == NULL) {
        return;
    }
    if (plan_fits(object->plan, object->plan_record, type, found->writer)) {
        found->type = type;
        found->plan = object->plan;
        found->plan_record = object->plan_record;
        return;
    }
    /* A writer can make plans of very many records, and objects by the million. */
    uint32_t *way = &from->links->graph.ways[found->writer - plan->records[0].writer];
    bool was_in_vain = *way == UINT32_MAX && object->type == NULL;
    if (was_in_vain) {
        return;
    }
    bool is_known = *way > 0 && *way != UINT32_MAX;
    uint32_t i = is_known && plan_fits(plan, *way - 1, type, found->writer) ? *way - 1 : 0;
    while (i < plan->record_count && !plan_fits(plan, i, type, found->writer)) {
        i++;
    }
    if (i < plan->record_count) {
        *way = i + 1;
        found->type = type;
        found->plan = plan;
        found->plan_record = i;
    } else if (object->type == NULL) {
        *way = UINT32_MAX;
    }
}

/* Makes room for that, with no way found yet. */
static bool begin_ways(pier__loading *from, const pier__plan *plan) {
    pier__graph *graph = &from->links->graph;
    uint32_t count = plan->records[0].writer->type_count;
    for (uint32_t i = 0; i < count; i++) {
        if (!pier__links_room(&from->links->allocator, &graph->ways, i, &graph->way_capacity, sizeof *graph->ways)) {
            return pier__load_fail(from, from->archive->cursor, PIER_NO_MEMORY, "no memory for the objects of a graph");
        }
        graph->ways[i] = 0;
    }
    return true;
}

/* The class of an object is known: checks it against what references to it expected, or makes the object. */
static bool settle_type(pier__loading *from, pier__object *object, pier__found_class *found) {
    if (found->writer != NULL) {
        find_plan(from, object, found);
    }
    if (object->type == NULL) {
        return found->type == NULL || make_object(from, found->at, object, found->type);
    }
    if (found->type != NULL && pier__class_is_same(object->type, found->type)) {
        return true;
    }
    pier_text name = found->type != NULL ? (pier_text){found->type->name, strlen(found->type->name)} : found->name;
    return pier__load_fail(from, found->at, PIER_TYPE, "references to the object expect a %.80s, it is a %.*s",
                           object->type->name, (int)(name.size < 80 ? name.size : 80), name.data);
}

static void answer_waiting(pier__object *object, const pier_any *any) {
    pier_any *waiting = object->any;
    object->any = NULL;
    while (waiting != NULL) {
        pier_any *next = (pier_any *)(uintptr_t)waiting->record;
        *waiting = *any;
        waiting = next;
    }
}

/* Keeps an object of a class that is not known for references that may yet come. */
static bool load_kept(pier__loading *from, uint32_t index, const pier__found_class *found) {
    pier_any any = {NULL, NULL, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    if (!pier__load_of_class(from, found, NULL, &any)) {
        return false;
    }
    pier_any *kept = (pier_any *)(void *)pier__load_allocate(from, found->at, 1, sizeof any);
    if (kept == NULL) {
        return false;
    }
    *kept = any;
    from->links->graph.objects[index].object = kept;
    answer_waiting(&from->links->graph.objects[index], kept);
    return true;
}

/* Loads the entry of the object at `index` of the table. */
static bool load_object(pier__loading *from, uint32_t index) {
    pier__graph *graph = &from->links->graph;
    pier__found head = pier__load_take(from);
    if (!pier__load_pair(from, &head, "array", "class and record")) {
        return false;
    }
    pier__found_class found;
    if (!pier__load_class(from, true, &found)) {
        return false;
    }
    pier__object *object = &graph->objects[index];
    if (!settle_type(from, object, &found)) {
        return false;
    }
    if (found.type == NULL) {
        return load_kept(from, index, &found);
    }
    pier__path_init(&from->path, found.type->name);
    (void)pier__path_index(&from->path, index + 1);
    pier_any any = {object->type, object->object, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    answer_waiting(object, &any);
    return pier__load_of_class(from, &found, object->object, &any);
}

/* Reads the head of the table, which stands behind the root, and goes back to the root. */
static bool find_table(pier__loading *from) {
    pier__graph *graph = &from->links->graph;
    uint8_t *root = from->archive->cursor;
    pier_load_skip(from->archive);
    pier__found table = pier__load_take(from);
    if (table.token.kind != PIER_KIND_ARRAY) {
        return pier__load_fail_type(from, &table, "array, the table of objects");
    }
    graph->table = from->archive->cursor;
    graph->table_count = table.token.as.count;
    from->archive->cursor = root;
    return true;
}

bool pier__graph_relax(pier__loading *from) {
    pier__graph *graph = &from->links->graph;
    if (graph->is_relaxed) {
        return true;
    }
    uint8_t *cursor = from->archive->cursor;
    uint32_t met = graph->count;
    while (graph->count < graph->table_count) {
        pier__object *object = pier__graph_add(from->links);
        if (object == NULL) {
            return pier__load_fail(from, cursor, PIER_NO_MEMORY, "no memory for the objects of a graph");
        }
        *object = (pier__object){.is_met = false};
    }
    graph->count = met;
    from->archive->cursor = graph->table;
    for (uint32_t i = 0; i < graph->table_count; i++) {
        if (!pier__links_room(&from->links->allocator, &graph->order, i, &graph->order_capacity,
                              sizeof *graph->order)) {
            return pier__load_fail(from, cursor, PIER_NO_MEMORY, "no memory for the objects of a graph");
        }
        graph->order[i] = i;
        graph->objects[i].at = from->archive->cursor;
        pier_load_skip(from->archive);
    }
    graph->table_end = from->archive->cursor;
    from->archive->cursor = cursor;
    graph->is_relaxed = true;
    return true;
}

/* Loads the objects that were met, which become more by that. */
static bool load_table(pier__loading *from) {
    pier__graph *graph = &from->links->graph;
    from->archive->cursor = graph->table;
    for (uint32_t next = 0; next < graph->count; next++) {
        uint32_t index = graph->is_relaxed ? graph->order[next] : next;
        if (graph->is_relaxed) {
            from->archive->cursor = (uint8_t *)(uintptr_t)graph->objects[index].at;
        }
        pier__path_init(&from->path, graph->root_type->name);
        (void)pier__path_index(&from->path, index + 1);
        if (!load_object(from, index)) {
            return false;
        }
    }
    if (graph->is_relaxed) {
        from->archive->cursor = graph->table_end;
    } else if (graph->count < graph->table_count) {
        pier__path_init(&from->path, graph->root_type->name);
        (void)pier__path_index(&from->path, graph->count + 1);
        return pier__load_fail(from, from->archive->cursor, PIER_PROTOCOL, "nothing before it refers to object %u",
                               graph->count + 1);
    }
    return true;
}

static bool load_root(pier__loading *from, const pier_class *type, const pier__plan *plan, uint8_t *record) {
    return plan != NULL
               ? begin_ways(from, plan) && pier__graph_relax(from) && pier__plan_load_record(from, plan, 0, record)
               : pier__load_record(from, type, record);
}

static bool load_graph(pier__loading *from, const pier_class *type, const pier__plan *plan, uint8_t *record) {
    pier__found head = pier__load_take(from);
    if (!pier__load_pair(from, &head, "array", "root and objects")) {
        return false;
    }
    pier__graph *graph = &from->links->graph;
    graph->count = 0;
    graph->is_relaxed = false;
    graph->plan = plan;
    if (!find_table(from)) {
        return false;
    }
    graph->numbering = pier__links_numbering(from->links, type);
    if (graph->numbering == NULL) {
        return pier__load_fail(from, head.at, PIER_NO_MEMORY, "no memory for the objects of a graph");
    }
    graph->is_open = true;
    graph->root_type = type;
    graph->root = record;
    pier__path path = from->path;
    bool loaded = load_root(from, type, plan, record) && load_table(from);
    if (loaded) {
        from->path = path;
    }
    graph->is_open = false;
    return loaded;
}

bool pier__load_whole(pier__loading *from, const pier_class *type, const pier__plan *plan, uint32_t plan_record,
                      uint8_t *record) {
    bool is_open = from->links->graph.is_open;
    bool is_graph = plan != NULL ? plan->writer_is_graph : (type->flags & PIER_CLASS_GRAPH) != 0;
    if (is_graph && !is_open) {
        return load_graph(from, type, plan, record);
    }
    if (plan == NULL) {
        return pier__load_record(from, type, record);
    }
    return (!is_open || pier__graph_relax(from)) && pier__plan_load_record(from, plan, plan_record, record);
}
