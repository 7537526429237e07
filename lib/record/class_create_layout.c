/* The structs of classes that are made at run time, and what is special in them; see class_create_internal.h.
 *
 * Floor 5 (record). How many classes there are, and how deep they lie in one another, comes from outside: nothing here
 * recurses, and each field is looked at a fixed number of times. */
#include "record/class_create_internal.h"
#include "record/layout_internal.h"

/* Structs ---------------------------------------------------------------------------------------------------------- */

/* What is known of the struct of a class, in its `depth` while it is laid out. */
enum { NOT_YET = 0, UNDER_WAY = 1, LAID_OUT = 2 };

static pier__made_class *class_at(const pier__making *m, uint32_t place) {
    return &m->types[place].of.of_class;
}

static bool is_class_at(const pier__making *m, uint32_t place) {
    return m->root[m->order[place]].is_class;
}

static uint32_t place_of(const pier__making *m, const pier_definition *type) {
    return m->place[type - m->root];
}

/* Lays out a class, and before it those whose records lie in its own. `next` counts the fields that were gone through:
 * one number for each class, kept in its `values_max` for the time being. */
static pier_status lay_out_one(pier__making *m, uint32_t first) {
    uint32_t depth = 0;
    m->stack[depth++] = first;
    while (depth > 0) {
        uint32_t place = m->stack[depth - 1];
        const pier_definition *definition = &m->root[m->order[place]];
        pier__made_class *laid = class_at(m, place);
        laid->made.depth = UNDER_WAY;
        uint32_t next = laid->made.values_max++;
        if (next < definition->field_count) {
            if (!pier__layout_is_inline_record(&laid->fields[next])) {
                continue;
            }
            uint32_t inner = place_of(m, definition->fields[next].type);
            if (class_at(m, inner)->made.depth == UNDER_WAY) {
                return pier__making_fail(m, PIER_PROTOCOL, definition, &definition->fields[next],
                                         "the class holds itself, and no record of it would end");
            }
            if (class_at(m, inner)->made.depth == NOT_YET) {
                m->stack[depth++] = inner;
            }
            continue;
        }
        if (!pier__layout_class(&laid->made, laid->fields, (pier_oneof *)(uintptr_t)laid->made.oneofs)) {
            return pier__making_fail(m, PIER_LIMIT, definition, NULL, "a record would have more than 16 MiB");
        }
        laid->made.depth = LAID_OUT;
        depth--;
    }
    return PIER_OK;
}

pier_status pier__making_lay_out(pier__making *m) {
    for (uint32_t i = 0; i < m->count; i++) {
        if (is_class_at(m, i)) {
            class_at(m, i)->made.depth = NOT_YET;
            class_at(m, i)->made.values_max = 0;
        }
    }
    for (uint32_t i = 0; i < m->count; i++) {
        if (is_class_at(m, i) && class_at(m, i)->made.depth == NOT_YET) {
            pier_status status = lay_out_one(m, i);
            if (status != PIER_OK) {
                return status;
            }
        }
    }
    for (uint32_t i = 0; i < m->count; i++) {
        if (is_class_at(m, i)) {
            pier__made_class *laid = class_at(m, i);
            pier__layout_elements(&laid->made, laid->fields);
            /* Without a codec nobody asks how large a record can be: it is counted while it is stored. */
            laid->made.depth = UINT32_MAX;
            laid->made.values_max = UINT32_MAX;
        }
    }
    return PIER_OK;
}

/* Flags ------------------------------------------------------------------------------------------------------------ */

static uint32_t flags_of_field(const pier_field *field) {
    uint32_t flags = 0;
    if ((field->flags & (PIER_FIELD_LIST | PIER_FIELD_POINTER)) != 0) {
        flags |= PIER_CLASS_UNBOUNDED;
    }
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        flags |= PIER_CLASS_GRAPH | PIER_CLASS_UNBOUNDED;
    }
    if (field->kind == PIER_FIELD_ANY) {
        flags |= PIER_CLASS_ANY | PIER_CLASS_UNBOUNDED;
    }
    return field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES ? flags | PIER_CLASS_VIEWS : flags;
}

/* Lists, for each class, the classes that have fields of it: those of the class at place i are `users` from index
 * `begin[i]` to `begin[i + 1]`. Sets the flags that each has of its own. */
static void find_users(pier__making *m, uint32_t *begin, uint32_t *users) {
    memset(begin, 0, ((size_t)m->count + 1) * sizeof *begin);
    for (uint32_t i = 0; i < m->count; i++) {
        const pier_definition *definition = &m->root[m->order[i]];
        for (uint32_t j = 0; j < definition->field_count; j++) {
            class_at(m, i)->made.flags |= flags_of_field(&class_at(m, i)->fields[j]);
            if (definition->fields[j].type != NULL) {
                begin[place_of(m, definition->fields[j].type)]++;
            }
        }
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i <= m->count; i++) {
        sum += begin[i];
        begin[i] = sum;
    }
    for (uint32_t i = 0; i < m->count; i++) {
        const pier_definition *definition = &m->root[m->order[i]];
        for (uint32_t j = 0; j < definition->field_count; j++) {
            if (definition->fields[j].type != NULL) {
                users[--begin[place_of(m, definition->fields[j].type)]] = i;
            }
        }
    }
}

/* Hands one flag on to every class from which a class that has it is reached. */
static void spread(pier__making *m, uint32_t flag, const uint32_t *begin, const uint32_t *users) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        if (is_class_at(m, i) && (class_at(m, i)->made.flags & flag) != 0) {
            m->stack[count++] = i;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = begin[m->stack[i]]; j < begin[m->stack[i] + 1]; j++) {
            pier_class *user = &class_at(m, users[j])->made;
            if ((user->flags & flag) == 0) {
                user->flags |= flag;
                m->stack[count++] = users[j];
            }
        }
    }
}

pier_status pier__making_flag(pier__making *m, const pier_allocator *allocator) {
    size_t count = (size_t)m->count + 1 + m->edge_count;
    uint32_t *begin = (uint32_t *)pier__allocate_array(allocator, count, sizeof *begin);
    if (begin == NULL) {
        return pier__making_fail(m, PIER_NO_MEMORY, &m->root[m->order[0]], NULL, "no memory to make a class");
    }
    uint32_t *users = begin + m->count + 1;
    find_users(m, begin, users);
    spread(m, PIER_CLASS_UNBOUNDED, begin, users);
    spread(m, PIER_CLASS_GRAPH, begin, users);
    spread(m, PIER_CLASS_ANY, begin, users);
    spread(m, PIER_CLASS_VIEWS, begin, users);
    pier__release(allocator, begin, count * sizeof *begin);
    return PIER_OK;
}
