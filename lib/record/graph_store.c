/* Storing graphs; see links_internal.h, and proto/wire.md, Graphs.
 *
 * Floor 5 (record). The root is stored, then the objects one by one in the order in which they were met; each may add
 * others behind them. So the list of objects is the worklist as well, and nothing recurses over references. How many
 * there are shows at the end: the head of the table has room, and is put into its smallest form then. */
#include <string.h>

#include "record/links_internal.h"

enum { HEAD_BYTES_MAX = 5 };

static bool refuse_type(pier__storing *to, const pier_class *met, const pier_class *type) {
    return pier__store_refuse(to, PIER_TYPE, "a reference to a %.60s, and the object is a %.60s",
                              type != NULL ? type->name : "value kept as it came",
                              met != NULL ? met->name : "value kept as it came");
}

static bool check_type(pier__storing *to, const pier_class *met, const pier_class *type) {
    bool is_same = met == NULL || type == NULL ? met == type : pier__class_is_same(met, type);
    return is_same || refuse_type(to, met, type);
}

/* Finds the number of an object; one that was not met yet joins the table. */
static bool refer(pier__storing *to, const pier_class *type, const void *what, int32_t *number) {
    pier__links *links = to->links;
    pier__graph *graph = &links->graph;
    /* A value that was kept is the same one wherever its bytes are the same. */
    const void *object = type != NULL ? what : ((const pier_any *)what)->raw.data;
    if (object == graph->root) {
        *number = 0;
        return check_type(to, graph->root_type, type);
    }
    if (pier__places_find(&graph->places, object, number)) {
        return check_type(to, graph->objects[*number - 1].type, type);
    }
    if (pier__places_find(&links->registered_places, object, number)) {
        return check_type(to, pier__links_registered(links, (uint64_t) - (int64_t)*number)->type, type);
    }
    pier__object *added = pier__graph_add(links);
    if (added == NULL || !pier__places_add(&graph->places, &links->allocator, object, (int32_t)graph->count)) {
        return pier__store_refuse(to, PIER_NO_MEMORY, "no memory for the objects of a graph");
    }
    *added = (pier__object){.object = (void *)(uintptr_t)what, .type = type};
    *number = (int32_t)graph->count;
    return true;
}

bool pier__store_reference(pier__storing *to, const pier_class *type, const void *object) {
    int32_t number;
    if (to->links == NULL || !to->links->graph.is_open) {
        return pier__store_refuse(to, PIER_USAGE, "the class lacks the flag PIER_CLASS_GRAPH");
    }
    if (!refer(to, type, object, &number)) {
        return false;
    }
    pier_store_i64(to->archive, number);
    return true;
}

bool pier__store_shared(pier__storing *to, const pier_field *field, const uint8_t *member) {
    const void *object = pier__read_pointer(member);
    if (object == NULL) {
        pier_store_nil(to->archive);
        return true;
    }
    return pier__store_reference(to, field->type, object);
}

/* Stores the object at `index` of the table. */
static bool store_object(pier__storing *to, uint32_t index) {
    /* By value: storing it may make the list grow and move. */
    const pier__object object = to->links->graph.objects[index];
    const char *name = object.type != NULL ? object.type->name : "any";
    pier__path_init(&to->path, name);
    (void)pier__path_index(&to->path, index + 1);
    if (to->elements_left == 0) {
        return pier__store_refuse(to, PIER_LIMIT, "more than %llu elements in a record (elements_max)",
                                  (unsigned long long)to->limits->elements_max);
    }
    to->elements_left--;
    const pier_any *kept = object.type == NULL ? (const pier_any *)object.object : NULL;
    bool stored = pier__store_array(to, 2) && pier__store_class(to, object.type, kept, true) &&
                  (object.type != NULL ? pier__store_record(to, object.type, (const uint8_t *)object.object)
                                       : pier__store_kept(to, kept));
    if (stored) {
        pier__store_close(to);
    }
    return stored;
}

/* Puts the head of the table at `head`, where there is room for the longest, and closes the gap behind it. */
static void put_head(pier__storing *to, size_t head, uint32_t count) {
    uint8_t *at = pier__archive_stored_at(to->archive, head);
    uint8_t room[HEAD_BYTES_MAX + PIER__OVERHANG_BYTES];
    size_t bytes = (size_t)(pier__put_count(room, count) - room);
    memcpy(at, room, bytes);
    uint8_t *body = at + HEAD_BYTES_MAX;
    memmove(at + bytes, body, (size_t)(to->archive->cursor - body));
    to->archive->cursor -= HEAD_BYTES_MAX - bytes;
}

static bool store_table(pier__storing *to) {
    size_t head = pier__archive_stored_bytes(to->archive);
    if (!pier__store_array(to, 0) || !pier__archive_reserve(to->archive, HEAD_BYTES_MAX)) {
        return false;
    }
    to->archive->cursor = pier__archive_stored_at(to->archive, head) + HEAD_BYTES_MAX;
    pier__graph *graph = &to->links->graph;
    for (uint32_t i = 0; i < graph->count; i++) {
        if (!store_object(to, i)) {
            return false;
        }
    }
    put_head(to, head, graph->count);
    pier__store_close(to);
    return true;
}

static bool store_graph(pier__storing *to, const pier_class *type, const uint8_t *record) {
    pier__graph *graph = &to->links->graph;
    graph->numbering = pier__links_numbering(to->links, type);
    if (graph->numbering == NULL) {
        return pier__store_refuse(to, PIER_NO_MEMORY, "no memory for the objects of a graph");
    }
    graph->is_open = true;
    graph->root_type = type;
    graph->root = (void *)(uintptr_t)record;
    graph->last = NULL;
    /* A graph within a record has another one's objects behind it. */
    graph->count = 0;
    pier__places_clear(&graph->places, &to->links->allocator, SIZE_MAX);
    pier__path path = to->path;
    bool stored = pier__store_array(to, 2) && pier__store_record(to, type, record) && store_table(to);
    if (stored) {
        pier__store_close(to);
        to->path = path;
    }
    graph->is_open = false;
    return stored;
}

bool pier__store_whole(pier__storing *to, const pier_class *type, const uint8_t *record) {
    bool begins_graph = (type->flags & PIER_CLASS_GRAPH) != 0 && !to->links->graph.is_open;
    return begins_graph ? store_graph(to, type, record) : pier__store_record(to, type, record);
}
