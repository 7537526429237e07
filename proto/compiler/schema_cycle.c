/* Finding messages that reach themselves, what classes have in them, and an order in which structs can be defined.
 *
 * Messages that reach one another are a strongly connected component: Tarjan's algorithm, with a stack of its own, so
 * that a chain of messages as long as memory allows needs no stack of the machine's. A message field within one
 * component is a pointer; what is left of structs in one another has no cycle. References are none of this: they lead
 * out of the tree that a record is. */
#include <string.h>

#include "schema_internal.h"

typedef struct visit {
    schema__message *message;
    size_t next; /* field to look at */
} visit;

typedef struct search {
    schema *owner;
    visit *path;
    size_t path_length;
    schema__message **open; /* visited, and not yet of a component */
    size_t open_count;
    schema__message **closed; /* of a component, those that they reach before them */
    size_t closed_count;
    uint32_t visited;
    uint32_t components;
} search;

static schema__message *contained(const schema_field *field) {
    return field->message != NULL && (field->flags & PIER_FIELD_SHARED) == 0 ? (schema__message *)field->message : NULL;
}

static void enter(search *at, schema__message *message) {
    at->visited++;
    message->order = at->visited;
    message->lowest = at->visited;
    message->is_on_stack = true;
    at->open[at->open_count++] = message;
    at->path[at->path_length].message = message;
    at->path[at->path_length++].next = 0;
}

static void close_component(search *at, const schema__message *first) {
    at->components++;
    bool is_alone = at->open[at->open_count - 1] == first;
    schema__message *message;
    do {
        message = at->open[--at->open_count];
        message->is_on_stack = false;
        at->closed[at->closed_count++] = message;
        message->made.component = at->components;
        message->made.is_recursive = !is_alone;
    } while (message != first);
    for (size_t i = 0; is_alone && i < message->made.field_count; i++) {
        message->made.is_recursive = message->made.is_recursive || contained(&message->made.declared[i]) == message;
    }
}

static void search_from(search *at, schema__message *root) {
    enter(at, root);
    while (at->path_length != 0) {
        visit *top = &at->path[at->path_length - 1];
        schema__message *message = top->message;
        if (top->next < message->made.field_count) {
            schema__message *next = contained(&message->made.declared[top->next++]);
            if (next != NULL && next->order == 0) {
                enter(at, next);
            } else if (next != NULL && next->is_on_stack && next->order < message->lowest) {
                message->lowest = next->order;
            }
            continue;
        }
        at->path_length--;
        if (at->path_length != 0 && message->lowest < at->path[at->path_length - 1].message->lowest) {
            at->path[at->path_length - 1].message->lowest = message->lowest;
        }
        if (message->lowest == message->order) {
            close_component(at, message);
        }
    }
}

static size_t count_messages(const schema *owner) {
    size_t count = 0;
    for (size_t i = 0; i < owner->file_count; i++) {
        count += schema__message_count(owner->files[i]);
    }
    return count;
}

static void make_pointers(schema_message *message) {
    for (size_t i = 0; i < message->field_count; i++) {
        schema_field *field = &message->declared[i];
        /* The value of a map's entry lies in it: entries are in lists, and a list is a pointer. */
        if (contained(field) != NULL && (field->flags & PIER_FIELD_REPEATED) == 0 && !message->is_entry &&
            field->message->component == message->component) {
            field->flags |= PIER_FIELD_POINTER;
        }
    }
}

/* What a field makes of the class that it is in. */
static uint32_t flags_of_field(const schema_field *field) {
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
    if ((field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) && field->capacity == 0) {
        flags |= PIER_CLASS_VIEWS;
    }
    return field->message != NULL ? flags | field->message->class_flags : flags;
}

/* Flags travel from message to message until none changes: at once in the order in which the search closed them, but
 * for what references lead to. */
static void find_class_flags(const search *at) {
    bool is_changed = true;
    while (is_changed) {
        is_changed = false;
        for (size_t i = 0; i < at->closed_count; i++) {
            schema_message *message = &at->closed[i]->made;
            uint32_t flags = message->class_flags;
            for (size_t j = 0; j < message->field_count; j++) {
                flags |= flags_of_field(&message->declared[j]);
            }
            is_changed = is_changed || flags != message->class_flags;
            message->class_flags = flags;
        }
    }
}

bool schema__find_cycles(schema *owner) {
    size_t count = count_messages(owner);
    search at = {owner, NULL, 0, NULL, 0, NULL, 0, 0, 0};
    at.path = (visit *)schema__allocate_array(owner, count, sizeof *at.path);
    at.open = (schema__message **)schema__allocate_array(owner, count, sizeof(schema__message *));
    at.closed = (schema__message **)schema__allocate_array(owner, count, sizeof(schema__message *));
    if (at.path == NULL || at.open == NULL || at.closed == NULL) {
        return false;
    }
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < schema__message_count(owner->files[i]); j++) {
            schema__message *message = (schema__message *)schema__message_at(owner->files[i], j);
            if (message->order == 0) {
                search_from(&at, message);
            }
        }
    }
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < schema__message_count(owner->files[i]); j++) {
            make_pointers(schema__message_at(owner->files[i], j));
        }
    }
    find_class_flags(&at);
    return true;
}

/* Returns the message whose struct must be complete before that of the field's; NULL: none. */
static schema__message *part_of(const schema_field *field) {
    return field->message != NULL && (field->flags & (PIER_FIELD_POINTER | PIER_FIELD_LIST | PIER_FIELD_SHARED)) == 0
               ? (schema__message *)field->message
               : NULL;
}

/* Puts a message behind those that it consists of. */
static void place_message(schema_file *file, visit *path, schema__message *root) {
    size_t length = 1;
    path[0].message = root;
    path[0].next = 0;
    root->is_placed = true;
    while (length != 0) {
        visit *top = &path[length - 1];
        if (top->next == top->message->made.field_count) {
            file->messages[file->message_count++] = &top->message->made;
            length--;
            continue;
        }
        schema__message *part = part_of(&top->message->made.declared[top->next++]);
        if (part != NULL && !part->is_placed && part->made.file == file) {
            part->is_placed = true;
            path[length].message = part;
            path[length++].next = 0;
        }
    }
}

bool schema__order(schema *owner) {
    visit *path = (visit *)schema__allocate_array(owner, count_messages(owner), sizeof *path);
    for (size_t i = 0; path != NULL && i < owner->file_count; i++) {
        schema_file *file = owner->files[i];
        file->messages =
            (schema_message **)schema__allocate_array(owner, schema__message_count(file), sizeof(schema_message *));
        for (size_t j = 0; file->messages != NULL && j < schema__message_count(file); j++) {
            schema__message *message = (schema__message *)schema__message_at(file, j);
            if (!message->is_placed) {
                place_message(file, path, message);
            }
        }
    }
    return !owner->no_memory;
}
