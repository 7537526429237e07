/* What an archive keeps for values of any class and for graphs; see links_internal.h.
 *
 * Floor 5 (record). */
#include <pier/graph.h>

#include <string.h>

#include "base/error_internal.h"
#include "record/links_internal.h"

/* What a table keeps from record to record; what a large graph took beyond goes back. */
enum { KEPT_BYTES = 1 << 20 };

static void destroy_numbering(const pier_allocator *allocator, pier__numbering *numbering) {
    pier__release(allocator, numbering->types, numbering->type_count * sizeof *numbering->types);
    pier__release(allocator, numbering->by_number, numbering->type_count * sizeof *numbering->by_number);
    pier__release(allocator, numbering, sizeof *numbering);
}

static void release_links(const pier_allocator *allocator, void *records) {
    pier__links *links = (pier__links *)records;
    for (size_t i = 0; i < links->numbering_count; i++) {
        destroy_numbering(allocator, links->numberings[i]);
    }
    pier__release(allocator, (void *)links->numberings, links->numbering_capacity * sizeof *links->numberings);
    pier__release(allocator, links->registered, links->registered_capacity * sizeof *links->registered);
    pier__release(allocator, links->further, links->further_capacity * sizeof *links->further);
    pier__release(allocator, links->graph.ways, links->graph.way_capacity * sizeof *links->graph.ways);
    pier__release(allocator, links->graph.order, links->graph.order_capacity * sizeof *links->graph.order);
    pier__release(allocator, links->graph.objects, links->graph.object_capacity * sizeof *links->graph.objects);
    pier__places_deinit(&links->graph.places, allocator);
    pier__places_deinit(&links->registered_places, allocator);
    pier__release(allocator, links, sizeof *links);
}

pier__links *pier__links_of(pier_archive *archive) {
    pier__archive *common = pier__archive_of(archive);
    if (common->records == NULL) {
        pier__links *links = (pier__links *)pier__allocate(&common->allocator, sizeof *links);
        if (links != NULL) {
            memset(links, 0, sizeof *links);
            links->allocator = common->allocator;
            common->records = links;
            common->release_records = release_links;
        }
    }
    return (pier__links *)common->records;
}

void pier__links_clear(pier__links *links) {
    pier__graph *graph = &links->graph;
    pier__places_clear(&graph->places, &links->allocator, KEPT_BYTES);
    if (graph->object_capacity * sizeof *graph->objects > KEPT_BYTES) {
        pier__release(&links->allocator, graph->objects, graph->object_capacity * sizeof *graph->objects);
        graph->objects = NULL;
        graph->object_capacity = 0;
    }
    if (graph->order_capacity * sizeof *graph->order > KEPT_BYTES) {
        pier__release(&links->allocator, graph->order, graph->order_capacity * sizeof *graph->order);
        graph->order = NULL;
        graph->order_capacity = 0;
    }
    graph->is_open = false;
    graph->count = 0;
    links->further_count = 0;
    links->copied_from = NULL;
}

bool pier__links_room(const pier_allocator *allocator, void *array_pointer, size_t count, size_t *capacity,
                      size_t element_bytes) {
    if (count < *capacity) {
        return true;
    }
    void *array;
    memcpy(&array, array_pointer, sizeof array);
    size_t more = *capacity == 0 ? 8 : *capacity * 2;
    if (more > (size_t)PTRDIFF_MAX / element_bytes) {
        return false;
    }
    array = pier__reallocate(allocator, array, *capacity * element_bytes, more * element_bytes);
    if (array == NULL) {
        return false;
    }
    memcpy(array_pointer, &array, sizeof array);
    *capacity = more;
    return true;
}

pier__object *pier__graph_add(pier__links *links) {
    pier__graph *graph = &links->graph;
    if (graph->count == INT32_MAX || !pier__links_room(&links->allocator, &graph->objects, graph->count,
                                                       &graph->object_capacity, sizeof *graph->objects)) {
        return NULL;
    }
    return &graph->objects[graph->count++];
}

/* Numberings ------------------------------------------------------------------------------------------------------ */

/* Numbers the types: the root's is 0, the others count up by name. */
static void number_types(pier__numbering *numbering, const pier__buffer *types) {
    uint32_t next = 1;
    for (uint32_t i = 0; i < numbering->type_count; i++) {
        pier__type type = pier__type_at(types, i);
        bool is_namesake = i > 0 && strcmp(numbering->types[i - 1].name, type.name) == 0;
        bool is_root = strcmp(type.name, numbering->root->name) == 0;
        uint32_t number = is_root ? 0 : is_namesake ? next - 1 : next++;
        numbering->types[i] = (pier__numbered_type){type.name, type.of_class, number};
        if (!is_namesake) {
            numbering->by_number[number] = i;
        }
    }
    numbering->number_count = next;
}

static pier__numbering *make_numbering(const pier_allocator *allocator, const pier_class *root) {
    pier__buffer types;
    pier__buffer classes;
    pier__buffer_init(&types, allocator);
    pier__buffer_init(&classes, allocator);
    pier__numbering *made = NULL;
    if (pier__types_collect(root, &types, &classes)) {
        made = (pier__numbering *)pier__allocate(allocator, sizeof *made);
    }
    if (made != NULL) {
        size_t count = pier__type_count(&types);
        *made = (pier__numbering){.root = root, .type_count = (uint32_t)count};
        made->types = (pier__numbered_type *)pier__allocate_array(allocator, count, sizeof *made->types);
        made->by_number = (uint32_t *)pier__allocate_array(allocator, count, sizeof *made->by_number);
        if (made->types != NULL && made->by_number != NULL) {
            number_types(made, &types);
        } else {
            destroy_numbering(allocator, made);
            made = NULL;
        }
    }
    pier__buffer_deinit(&classes);
    pier__buffer_deinit(&types);
    return made;
}

const pier__numbering *pier__links_numbering(pier__links *links, const pier_class *root) {
    for (size_t i = 0; i < links->numbering_count; i++) {
        if (links->numberings[i]->root == root) {
            return links->numberings[i];
        }
    }
    if (!pier__links_room(&links->allocator, &links->numberings, links->numbering_count, &links->numbering_capacity,
                          sizeof(pier__numbering *))) {
        return NULL;
    }
    pier__numbering *made = make_numbering(&links->allocator, root);
    if (made != NULL) {
        links->numberings[links->numbering_count++] = made;
    }
    return made;
}

/* Returns the first of the types with the name, or NULL. */
static const pier__numbered_type *find_type(const pier__numbering *numbering, pier_text name) {
    uint32_t low = 0;
    uint32_t high = numbering->type_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *there = numbering->types[middle].name;
        size_t bytes = strlen(there);
        int order = memcmp(there, name.data, bytes < name.size ? bytes : name.size);
        if (order < 0 || (order == 0 && bytes < name.size)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == numbering->type_count || strlen(numbering->types[low].name) != name.size ||
        memcmp(numbering->types[low].name, name.data, name.size) != 0) {
        return NULL;
    }
    return &numbering->types[low];
}

int64_t pier__numbering_number(const pier__numbering *numbering, const pier_class *type) {
    const pier__numbered_type *found = find_type(numbering, (pier_text){type->name, strlen(type->name)});
    return found != NULL && found->type != NULL ? (int64_t)found->number : -1;
}

const pier_class *pier__numbering_class(const pier__numbering *numbering, uint64_t number) {
    return number < numbering->number_count ? numbering->types[numbering->by_number[number]].type : NULL;
}

const pier_class *pier__numbering_find(const pier__numbering *numbering, pier_text name) {
    const pier__numbered_type *found = name.size > 0 ? find_type(numbering, name) : NULL;
    return found != NULL ? found->type : NULL;
}

/* Registered objects, and the registry ----------------------------------------------------------------------------- */

static size_t find_registered(const pier__links *links, uint64_t number) {
    size_t low = 0;
    size_t high = links->registered_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (links->registered[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const pier__registered *pier__links_registered(const pier__links *links, uint64_t number) {
    size_t place = find_registered(links, number);
    return place < links->registered_count && links->registered[place].number == number ? &links->registered[place]
                                                                                        : NULL;
}

/* Takes the object at `place` back: the table of the others is made anew, which needs no more room than there is. */
static void unregister(pier__links *links, size_t place) {
    links->registered_count--;
    memmove(&links->registered[place], &links->registered[place + 1],
            (links->registered_count - place) * sizeof *links->registered);
    pier__places_clear(&links->registered_places, &links->allocator, SIZE_MAX);
    for (size_t i = 0; i < links->registered_count; i++) {
        (void)pier__places_add(&links->registered_places, &links->allocator, links->registered[i].object,
                               -(int32_t)links->registered[i].number);
    }
}

static pier_status register_object(pier__links *links, const pier__registered *added) {
    const pier__registered *there = pier__links_registered(links, added->number);
    int32_t number;
    bool has_number = pier__places_find(&links->registered_places, added->object, &number);
    if (there != NULL || has_number) {
        bool is_same = there != NULL && there->object == added->object && there->type == added->type;
        return is_same ? PIER_OK : PIER_USAGE;
    }
    if (!pier__links_room(&links->allocator, &links->registered, links->registered_count, &links->registered_capacity,
                          sizeof *links->registered) ||
        !pier__places_add(&links->registered_places, &links->allocator, added->object, -(int32_t)added->number)) {
        return PIER_NO_MEMORY;
    }
    size_t place = find_registered(links, added->number);
    memmove(&links->registered[place + 1], &links->registered[place],
            (links->registered_count - place) * sizeof *links->registered);
    links->registered[place] = *added;
    links->registered_count++;
    return PIER_OK;
}

static pier_status tell(pier_archive *archive, pier_status status, const char *text) {
    return pier__error_set(&pier__archive_of(archive)->error, status, PIER_FLOOR_RECORD, 0, "%s", text);
}

pier_status pier_archive_register_object(pier_archive *archive, uint32_t number, const pier_class *class_of_object,
                                         void *object) {
    if (number == 0 || number > PIER_OBJECT_NUMBER_MAX || (class_of_object == NULL) != (object == NULL)) {
        return tell(archive, PIER_USAGE, "an object is registered under a number from 1 on, with its class");
    }
    pier__links *links = pier__links_of(archive);
    if (links == NULL) {
        return tell(archive, PIER_NO_MEMORY, "no memory to register an object");
    }
    if (object == NULL) {
        if (pier__links_registered(links, number) != NULL) {
            unregister(links, find_registered(links, number));
        }
        return PIER_OK;
    }
    pier__registered added = {number, class_of_object, object};
    pier_status status = register_object(links, &added);
    return status == PIER_OK
               ? status
               : tell(archive, status,
                      status == PIER_USAGE ? "the number stands for another object, or the object has another"
                                           : "no memory to register an object");
}

pier_status pier_archive_set_registry(pier_archive *archive, const pier_registry *registry, pier_unknown unknown) {
    if (archive->storing) {
        return tell(archive, PIER_USAGE, "a storing archive asks no registry");
    }
    pier__links *links = pier__links_of(archive);
    if (links == NULL) {
        return tell(archive, PIER_NO_MEMORY, "no memory for a registry");
    }
    links->registry = registry;
    links->unknown = unknown;
    return PIER_OK;
}
