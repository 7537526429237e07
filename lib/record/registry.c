/* Registries; see <pier/registry.h>.
 *
 * Floor 5 (record). A sorted array: classes are added a few times and looked up with every record. */
#include <pier/registry.h>

#include <string.h>

#include "record/record_internal.h"

struct pier_registry {
    pier_allocator allocator;
    const pier_class **classes; /* by ascending name */
    size_t count;
    size_t capacity;
};

pier_status pier_registry_create(pier_registry **out, const pier_allocator *allocator) {
    pier_allocator chosen = pier__allocator_choose(allocator);
    *out = (pier_registry *)pier__allocate(&chosen, sizeof **out);
    if (*out == NULL) {
        return PIER_NO_MEMORY;
    }
    **out = (pier_registry){chosen, NULL, 0, 0};
    return PIER_OK;
}

void pier_registry_destroy(pier_registry *registry) {
    if (registry == NULL) {
        return;
    }
    pier_allocator allocator = registry->allocator;
    pier__release(&allocator, (void *)registry->classes, registry->capacity * sizeof *registry->classes);
    pier__release(&allocator, registry, sizeof *registry);
}

static int compare(const pier_class *one, pier_text name) {
    size_t bytes = strlen(one->name);
    size_t both = bytes < name.size ? bytes : name.size;
    int order = both > 0 ? memcmp(one->name, name.data, both) : 0;
    return order != 0 ? order : (bytes > name.size) - (bytes < name.size);
}

/* Returns the place of the class with the name, or where it belongs. */
static size_t find(const pier_registry *registry, pier_text name, bool *is_there) {
    size_t low = 0;
    size_t high = registry->count;
    *is_there = false;
    while (low < high && !*is_there) {
        size_t middle = low + (high - low) / 2;
        int order = compare(registry->classes[middle], name);
        if (order == 0) {
            *is_there = true;
            low = middle;
        } else if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool make_room(pier_registry *registry) {
    if (registry->count < registry->capacity) {
        return true;
    }
    size_t capacity = registry->capacity == 0 ? 8 : registry->capacity * 2;
    const pier_class **classes =
        (const pier_class **)pier__reallocate(&registry->allocator, (void *)registry->classes,
                                              registry->capacity * sizeof *classes, capacity * sizeof *classes);
    if (classes == NULL) {
        return false;
    }
    registry->classes = classes;
    registry->capacity = capacity;
    return true;
}

/* Compares a class with the one that has its name: they may be added both when they are defined alike, nested classes
 * included. */
static pier_status compare_namesakes(const pier_registry *registry, const pier_class *one, const pier_class *other) {
    pier__buffer closures[2];
    pier_error error;
    pier__buffer_init(&closures[0], &registry->allocator);
    pier__buffer_init(&closures[1], &registry->allocator);
    pier_status status = pier__class_encode_closure(one, &closures[0], &error);
    if (status == PIER_OK) {
        status = pier__class_encode_closure(other, &closures[1], &error);
    }
    if (status == PIER_OK &&
        (closures[0].size != closures[1].size || memcmp(closures[0].data, closures[1].data, closures[0].size) != 0)) {
        status = PIER_USAGE;
    }
    pier__buffer_deinit(&closures[0]);
    pier__buffer_deinit(&closures[1]);
    return status;
}

pier_status pier_registry_add(pier_registry *registry, const pier_class *class_to_add) {
    if (class_to_add->size != sizeof *class_to_add) {
        return PIER_USAGE;
    }
    bool is_there;
    pier_text name = {class_to_add->name, strlen(class_to_add->name)};
    size_t place = find(registry, name, &is_there);
    if (is_there) {
        const pier_class *there = registry->classes[place];
        return there == class_to_add ? PIER_OK : compare_namesakes(registry, there, class_to_add);
    }
    if (!make_room(registry)) {
        return PIER_NO_MEMORY;
    }
    const pier_class **slot = registry->classes + place;
    memmove((void *)(slot + 1), (const void *)slot, (registry->count - place) * sizeof *slot);
    *slot = class_to_add;
    registry->count++;
    return PIER_OK;
}

const pier_class *pier_registry_find(const pier_registry *registry, pier_text name) {
    bool is_there;
    size_t place = find(registry, name, &is_there);
    return is_there ? registry->classes[place] : NULL;
}

size_t pier_registry_count(const pier_registry *registry) {
    return registry->count;
}

const pier_class *pier_registry_at(const pier_registry *registry, size_t index) {
    return index < registry->count ? registry->classes[index] : NULL;
}
