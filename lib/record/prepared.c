/* What an archive prepares for the classes that it stores or loads; see program_internal.h.
 *
 * Floor 5 (record). An archive has few classes, and mostly the same as just before: a list, the last one first. It is
 * made when a class is first stored or loaded by other ways than its codec, and goes with the archive. */
#include "record/program_internal.h"

static bool programs_are_allowed = true;

void pier__allow_programs(bool allowed) {
    programs_are_allowed = allowed;
}

static void release_prepared(const pier_allocator *allocator, pier__prepared *list) {
    for (pier__prepared *one = list; one != NULL;) {
        pier__prepared *next = one->next;
        for (size_t form = 0; form < 3; form++) {
            pier__program_destroy(allocator, one->programs[form]);
        }
        pier__release(allocator, one, sizeof *one);
        one = next;
    }
}

/* Whether the plain array of the class's own fields is what its slots are: each at the place of its number. */
static bool has_slots_for_places(const pier_class *type) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (fields[i].number != i + 1) {
            return false;
        }
    }
    return type->oneof_count == 0 && type->field_count <= PIER__PLACES_MAX;
}

/* Whether that is so for the class and all that it reaches. Entries of maps are pairs in either form. */
static bool find_dense(const pier_class *type, const pier_allocator *allocator, bool *is_dense) {
    pier__buffer list;
    pier__buffer_init(&list, allocator);
    bool is_whole = pier__class_collect(type, &list);
    *is_dense = is_whole && type->encode != NULL && (type->flags & (PIER_CLASS_ANY | PIER_CLASS_GRAPH)) == 0;
    for (size_t i = 0; *is_dense && i < pier__class_list_count(&list); i++) {
        *is_dense = has_slots_for_places(pier__class_list_at(&list, i));
    }
    pier__buffer_deinit(&list);
    return is_whole;
}

static pier__prepared *prepare(const pier_allocator *allocator, const pier_class *class_of_record) {
    pier__prepared *made = (pier__prepared *)pier__allocate(allocator, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    *made = (pier__prepared){.of = class_of_record};
    if (!find_dense(class_of_record, allocator, &made->is_dense)) {
        pier__release(allocator, made, sizeof *made);
        return NULL;
    }
    return made;
}

pier__prepared *pier__prepared_of(pier_archive *archive, const pier_class *class_of_record) {
    pier__archive *common = pier__archive_of(archive);
    pier__prepared *first = common->prepared;
    if (PIER_LIKELY(first != NULL && first->of == class_of_record)) {
        return first;
    }
    pier__prepared **at = &common->prepared;
    while (*at != NULL && (*at)->of != class_of_record) {
        at = &(*at)->next;
    }
    pier__prepared *found = *at;
    if (found != NULL) {
        *at = found->next;
    } else {
        found = prepare(&common->allocator, class_of_record);
    }
    if (found != NULL) {
        found->next = common->prepared;
        common->prepared = found;
        common->release_prepared = release_prepared;
    }
    return found;
}

const pier__program *pier__prepared_program(pier_archive *archive, const pier_class *class_of_record, pier__form form) {
    pier__prepared *of = programs_are_allowed ? pier__prepared_of(archive, class_of_record) : NULL;
    if (of == NULL) {
        return NULL;
    }
    if (PIER_UNLIKELY(!of->is_tried[form])) {
        of->is_tried[form] =
            pier__program_create(class_of_record, form, &pier__archive_of(archive)->allocator, &of->programs[form]);
    }
    return of->programs[form];
}
