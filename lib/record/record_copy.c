/* Copies of records, and freeing them; see <pier/record_generic.h>.
 *
 * Floor 5 (record). A struct is copied as it is; then everything in it that points elsewhere gets a place of its own in
 * the arena. */
#include <pier/record_generic.h>

#include <stdalign.h>
#include <string.h>

#include "base/allocator_internal.h"
#include "base/arena_internal.h"
#include "record/interpret_internal.h"
#include "record/visited_internal.h"

typedef struct copying {
    pier_arena *arena;
    uint32_t depth_left;
    pier_status status;
    pier__visited *visited; /* with the copies of the objects; NULL: the class has no fields that lead to others */
} copying;

static bool fail(copying *c, pier_status status) {
    c->status = status;
    return false;
}

/* Returns a copy in the arena; NULL after a failure. `size` is not 0. */
static void *copy_bytes(copying *c, const void *bytes, size_t size, size_t alignment) {
    if (bytes == NULL) {
        (void)fail(c, PIER_RANGE);
        return NULL;
    }
    void *copy = pier_arena_allocate(c->arena, size, alignment);
    if (copy == NULL) {
        (void)fail(c, pier_arena_status(c->arena));
        return NULL;
    }
    memcpy(copy, bytes, size);
    return copy;
}

static bool own_text(copying *c, uint8_t *member) {
    pier_text text;
    memcpy(&text, member, sizeof text);
    if (text.size == 0) {
        text.data = NULL;
    } else {
        text.data = (const char *)copy_bytes(c, text.data, text.size, 1);
    }
    memcpy(member, &text, sizeof text);
    return text.data != NULL || text.size == 0;
}

static bool own_bytes(copying *c, uint8_t *member) {
    pier_bytes bytes;
    memcpy(&bytes, member, sizeof bytes);
    bytes.data = bytes.size == 0 ? NULL : copy_bytes(c, bytes.data, bytes.size, alignof(max_align_t));
    memcpy(member, &bytes, sizeof bytes);
    return bytes.data != NULL || bytes.size == 0;
}

static bool own_record(copying *c, const pier_class *type, uint8_t *record);

static bool own_behind(copying *c, const pier_class *type, uint8_t *member) {
    void *pointed;
    memcpy(&pointed, member, sizeof pointed);
    pointed = copy_bytes(c, pointed, type->record_bytes, pier__alignment_of(type->record_bytes));
    memcpy(member, &pointed, sizeof pointed);
    return pointed != NULL && own_record(c, type, (uint8_t *)pointed);
}

/* Gets the copy of an object that may be shared, which is made when it is met first; what it holds follows later. type:
 * NULL: the bytes of a value that was kept. Returns NULL after a failure. */
static void *copy_object(copying *c, const pier_class *type, const void *object, size_t size) {
    size_t index;
    bool is_new;
    if (c->visited == NULL || object == NULL) {
        (void)fail(c, object == NULL ? PIER_RANGE : PIER_UNSUPPORTED);
        return NULL;
    }
    if (!pier__visited_find(c->visited, type, object, &index, &is_new)) {
        (void)fail(c, PIER_NO_MEMORY);
        return NULL;
    }
    if (is_new) {
        c->visited->list[index].copy = copy_bytes(c, object, size, type != NULL ? pier__alignment_of(size) : 1);
    }
    return c->visited->list[index].copy;
}

static bool own_shared(copying *c, const pier_class *type, uint8_t *member) {
    void *object;
    memcpy(&object, member, sizeof object);
    if (object != NULL) {
        object = copy_object(c, type, object, type->record_bytes);
        memcpy(member, &object, sizeof object);
        return object != NULL;
    }
    return true;
}

/* Copies a value of a class that is not known: its bytes once, wherever it is shared. */
static bool own_kept(copying *c, pier_any *any, bool is_shared) {
    any->record = NULL;
    if (any->raw.size > 0) {
        any->raw.data = is_shared ? copy_object(c, NULL, any->raw.data, any->raw.size)
                                  : copy_bytes(c, any->raw.data, any->raw.size, 1);
    }
    return (any->raw.data != NULL || any->raw.size == 0) && own_text(c, (uint8_t *)&any->name) &&
           own_bytes(c, (uint8_t *)&any->definition);
}

static bool own_any(copying *c, const pier_field *field, uint8_t *member) {
    bool is_shared = (field->flags & PIER_FIELD_SHARED) != 0;
    pier_any any;
    memcpy(&any, member, sizeof any);
    if (pier_any_is_none(&any)) {
        return true;
    }
    if (c->visited == NULL) {
        return fail(c, PIER_UNSUPPORTED);
    }
    if (any.type == NULL) {
        if (!own_kept(c, &any, is_shared)) {
            return false;
        }
        memcpy(member, &any, sizeof any);
        return true;
    }
    size_t size = any.type->record_bytes;
    void *copy = is_shared ? copy_object(c, any.type, any.record, size)
                           : copy_bytes(c, any.record, size, pier__alignment_of(size));
    any = (pier_any){.type = any.type, .record = copy};
    memcpy(member, &any, sizeof any);
    return copy != NULL && (is_shared || own_record(c, any.type, (uint8_t *)copy));
}

/* Gives a value that is there what it points to. */
static bool own_value(copying *c, const pier_field *field, uint8_t *member) {
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        return field->capacity != 0 || own_text(c, member);
    case PIER_FIELD_BYTES:
        return field->capacity != 0 || own_bytes(c, member);
    case PIER_FIELD_RECORD:
        if ((field->flags & PIER_FIELD_SHARED) != 0) {
            return own_shared(c, field->type, member);
        }
        return pier__field_is_pointer(field) ? own_behind(c, field->type, member) : own_record(c, field->type, member);
    case PIER_FIELD_ANY:
        return own_any(c, field, member);
    default:
        return true;
    }
}

/* Whether values of the field point to anything. */
static bool is_flat(const pier_field *field) {
    bool is_view = (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) && field->capacity == 0;
    return field->kind != PIER_FIELD_RECORD && field->kind != PIER_FIELD_ANY && !is_view;
}

static bool own_elements(copying *c, const pier_field *field, uint8_t *record) {
    uint32_t count = pier__field_count(field, record);
    uint8_t *elements = record + field->offset;
    if (count > field->count_max) {
        return fail(c, PIER_RANGE);
    }
    if ((field->flags & PIER_FIELD_LIST) != 0) {
        void *list;
        memcpy(&list, elements, sizeof list);
        bool overflows = count > (size_t)PTRDIFF_MAX / field->element_bytes;
        size_t bytes = overflows ? (size_t)PTRDIFF_MAX : count * field->element_bytes;
        list = count > 0 ? copy_bytes(c, list, bytes, pier__alignment_of(field->element_bytes)) : NULL;
        memcpy(elements, &list, sizeof list);
        elements = (uint8_t *)list;
        if (count > 0 && elements == NULL) {
            return false;
        }
    }
    for (uint32_t i = 0; i < count && !is_flat(field); i++) {
        if (!own_value(c, field, elements + i * field->element_bytes)) {
            return false;
        }
    }
    return true;
}

/* A field without a value must not keep what it pointed to in the record that was copied. */
static void clear_absent(const pier_field *field, uint8_t *record) {
    uint8_t *member = record + field->offset;
    if (field->oneof != 0) {
        return;
    }
    memset(member, 0, pier__field_bytes(field));
    if (field->default_value != NULL) {
        memcpy(member, field->default_value, pier__field_bytes(field));
    }
}

static bool own_record(copying *c, const pier_class *type, uint8_t *record) {
    if (c->depth_left == 0) {
        return fail(c, PIER_LIMIT);
    }
    c->depth_left--;
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const pier_field *field = &fields[i];
        if (!pier__field_is_set(type, field, record)) {
            clear_absent(field, record);
        } else if (pier__field_is_repeated(field)) {
            if (!own_elements(c, field, record)) {
                return false;
            }
        } else if (!own_value(c, field, record + field->offset)) {
            return false;
        }
    }
    c->depth_left++;
    return true;
}

/* Copies what a record reaches: object by object, each of which may bring others. */
static bool own_graph(copying *c, pier__visited *visited, const pier_class *type, const void *from, uint8_t *to) {
    if (!pier__visited_begin(visited, type, from)) {
        return fail(c, PIER_NO_MEMORY);
    }
    c->visited = visited;
    visited->list[0].copy = to;
    for (size_t i = 0; i < visited->count; i++) {
        const pier__visited_object object = visited->list[i];
        c->depth_left = PIER_DEPTH_MAX_HIGHEST;
        if (object.type != NULL && !own_record(c, object.type, (uint8_t *)object.copy)) {
            return false;
        }
    }
    return true;
}

pier_status pier_record_copy(const pier_class *class_of_record, const void *from, pier_arena *arena, void *to) {
    pier__visited visited = {.allocator = &arena->allocator};
    copying c = {arena, PIER_DEPTH_MAX_HIGHEST, PIER_OK, NULL};
    pier__arena_place place = pier__arena_here(arena);
    memcpy(to, from, class_of_record->record_bytes);
    bool copied = pier__class_is_linked(class_of_record) ? own_graph(&c, &visited, class_of_record, from, (uint8_t *)to)
                                                         : own_record(&c, class_of_record, (uint8_t *)to);
    pier__visited_deinit(&visited);
    if (!copied) {
        memset(to, 0, class_of_record->record_bytes);
        pier__arena_go_back(arena, &place);
    }
    return c.status;
}

/* A clone: its memory, with this in front of the struct. */
typedef struct clone {
    alignas(max_align_t) pier_arena arena;
} clone;

pier_status pier_record_clone(const pier_class *class_of_record, const void *from, const pier_allocator *allocator,
                              void **out) {
    *out = NULL;
    pier_arena arena;
    pier_arena_init(&arena, allocator, 0);
    clone *made =
        (clone *)pier_arena_allocate(&arena, sizeof *made + class_of_record->record_bytes, alignof(max_align_t));
    pier_status status = made != NULL ? pier_record_copy(class_of_record, from, &arena, made + 1) : PIER_NO_MEMORY;
    if (status != PIER_OK) {
        pier_arena_deinit(&arena);
        return status;
    }
    made->arena = arena;
    *out = made + 1;
    return PIER_OK;
}

void pier_record_free(void *record) {
    if (record != NULL) {
        /* The arena lies in memory of its own. */
        pier_arena arena = ((clone *)record - 1)->arena;
        pier_arena_deinit(&arena);
    }
}
