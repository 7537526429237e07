/* Making a class of a definition at run time; see <pier/class.h>.
 *
 * Floor 5 (record). The class, all that it reaches and their tables lie in one piece of memory, whose size is counted
 * first: in proportion to the definition, which came from outside and was checked. So were the names and numbers; what
 * is left to refuse is what this version does not know, and structs that cannot be. */
#include <stdio.h>
#include <string.h>

#include "record/class_create_internal.h"

pier_status pier__making_fail(pier__making *m, pier_status status, const pier_definition *owner,
                              const pier__defined_field *field, const char *text) {
    (void)pier__error_set(m->error, status, PIER_FLOOR_RECORD, 0, "%s", text);
    if (m->error != NULL && owner != NULL) {
        pier__path path;
        pier__path_init(&path, owner->name);
        if (field != NULL) {
            (void)pier__path_field(&path, field->name);
        }
        memcpy(m->error->path, path.text, sizeof m->error->path);
    }
    return status;
}

static const pier_field *fields_of(const pier_class *self) {
    return ((const pier__made_class *)(const void *)self)->fields;
}

/* What there is to make ------------------------------------------------------------------------------------------- */

static pier_status count_field(pier__making *m, const pier_definition *owner, const pier__defined_field *field) {
    if (!pier__field_is_known(field)) {
        return pier__making_fail(m, PIER_VERSION, owner, field, "the field is of a kind or form of a later version");
    }
    m->text_bytes += field->name_bytes + 1;
    m->default_count += field->default_data != NULL ? 1 : 0;
    m->text_bytes += field->default_bytes;
    m->text_bytes += field->oneof != 0 && field->opens_slot ? field->oneof_bytes + 1 : 0;
    m->edge_count += field->type != NULL ? 1 : 0;
    return PIER_OK;
}

static pier_status count_type(pier__making *m, const pier_definition *type) {
    if (type->kind > PIER_DEFINITION_ENUM) {
        return pier__making_fail(m, PIER_VERSION, type, NULL, "the type is of a later version");
    }
    m->text_bytes += type->name_bytes + 1;
    m->field_count += type->field_count;
    m->oneof_count += type->oneof_count;
    m->value_count += type->value_count;
    for (uint32_t i = 0; i < type->value_count; i++) {
        m->text_bytes += type->values[i].name_bytes + 1;
    }
    pier_status status = PIER_OK;
    for (uint32_t i = 0; i < type->field_count && status == PIER_OK; i++) {
        status = count_field(m, type, &type->fields[i]);
    }
    return status;
}

/* Lists the types that the definition reaches, itself first, and counts what is in them. */
static pier_status find_types(pier__making *m, const pier_definition *definition) {
    for (uint32_t i = 0; i < m->root->type_count; i++) {
        m->place[i] = PIER__NO_PLACE;
    }
    m->place[definition - m->root] = 0;
    m->order[m->count++] = (uint32_t)(definition - m->root);
    for (uint32_t i = 0; i < m->count; i++) {
        const pier_definition *type = &m->root[m->order[i]];
        pier_status status = count_type(m, type);
        if (status != PIER_OK) {
            return status;
        }
        for (uint32_t j = 0; j < type->field_count; j++) {
            const pier_definition *next = type->fields[j].type;
            if (next != NULL && m->place[next - m->root] == PIER__NO_PLACE) {
                m->place[next - m->root] = m->count;
                m->order[m->count++] = (uint32_t)(next - m->root);
            }
        }
    }
    return PIER_OK;
}

/* Filling it in ---------------------------------------------------------------------------------------------------- */

static const char *copy_text(pier__making *m, const char *text, size_t bytes) {
    char *copy = m->next_text;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    m->next_text += bytes + 1;
    return copy;
}

static uint16_t flags_of(const pier__defined_field *field) {
    unsigned flags = field->flags & PIER__DEFINED_FLAGS;
    if ((flags & PIER_FIELD_REPEATED) != 0) {
        return (uint16_t)(flags | PIER_FIELD_LIST);
    }
    /* A record that may be absent is a pointer, so that the structs of classes that reach themselves end. */
    bool may_be_absent = field->oneof != 0 || (flags & (PIER_FIELD_PRESENCE | PIER_FIELD_SHARED)) != 0;
    return (uint16_t)(field->kind == PIER_FIELD_RECORD && may_be_absent ? flags | PIER_FIELD_POINTER : flags);
}

static void fill_field(pier__making *m, const pier__defined_field *field, pier_field *to) {
    *to = (pier_field){.name_bytes = field->name_bytes,
                       .number = field->number,
                       .flags = flags_of(field),
                       .oneof = (uint16_t)field->oneof,
                       .kind = (pier_field_kind)field->kind};
    to->name = copy_text(m, field->name, field->name_bytes);
    to->count_max = (to->flags & PIER_FIELD_LIST) != 0 ? UINT32_MAX : 0;
    if (field->type != NULL) {
        pier__made_type *type = &m->types[m->place[field->type - m->root]];
        to->type = field->type->is_class ? &type->of.of_class.made : NULL;
        to->enum_type = field->type->is_class ? NULL : &type->of.of_enum;
    }
    if (field->default_data != NULL) {
        memcpy(m->next_text, field->default_data, field->default_bytes);
        pier__default_decode(field->kind, (const uint8_t *)m->next_text, m->next_default);
        m->next_text += field->default_bytes;
        to->default_value = m->next_default++;
    }
}

static void fill_class(pier__making *m, const pier_definition *definition, pier__made_class *to) {
    pier_field *fields = m->next_field;
    pier_oneof *oneofs = m->next_oneof;
    m->next_field += definition->field_count;
    m->next_oneof += definition->oneof_count;
    to->fields = fields;
    to->closure = m->closure;
    to->made = (pier_class){.size = sizeof(pier_class),
                            .name = copy_text(m, definition->name, definition->name_bytes),
                            .version = definition->version,
                            .field_count = definition->field_count,
                            .oneof_count = definition->oneof_count,
                            .values_max = UINT32_MAX,
                            .depth = UINT32_MAX,
                            .fields = fields_of,
                            .oneofs = definition->oneof_count > 0 ? oneofs : NULL};
    for (uint32_t i = 0; i < definition->field_count; i++) {
        const pier__defined_field *field = &definition->fields[i];
        fill_field(m, field, &fields[i]);
        if (field->oneof != 0 && field->opens_slot) {
            oneofs[field->oneof - 1] = (pier_oneof){copy_text(m, field->oneof_name, field->oneof_bytes), 0};
        }
    }
}

static void fill_enum(pier__making *m, const pier_definition *definition, pier_enum *to) {
    pier_enum_value *values = m->next_value;
    m->next_value += definition->value_count;
    *to = (pier_enum){copy_text(m, definition->name, definition->name_bytes), definition->value_count, values};
    for (uint32_t i = 0; i < definition->value_count; i++) {
        const pier__defined_value *value = &definition->values[i];
        values[i] = (pier_enum_value){value->number, copy_text(m, value->name, value->name_bytes)};
    }
}

/* Takes the memory and divides it. */
static bool allocate(pier__making *m, const pier_allocator *allocator) {
    size_t bytes = sizeof(pier__made_closure) + m->count * sizeof(pier__made_type) +
                   m->field_count * sizeof(pier_field) + m->oneof_count * sizeof(pier_oneof) +
                   m->default_count * sizeof(pier__default_slot) + m->value_count * sizeof(pier_enum_value) +
                   m->text_bytes;
    m->closure = (pier__made_closure *)pier__allocate(allocator, bytes);
    if (m->closure == NULL) {
        return false;
    }
    m->closure->allocator = *allocator;
    m->closure->memory_bytes = bytes;
    m->next_default = (pier__default_slot *)(void *)(m->closure + 1);
    m->types = (pier__made_type *)(void *)(m->next_default + m->default_count);
    m->next_field = (pier_field *)(void *)(m->types + m->count);
    m->next_oneof = (pier_oneof *)(void *)(m->next_field + m->field_count);
    m->next_value = (pier_enum_value *)(void *)(m->next_oneof + m->oneof_count);
    m->next_text = (char *)(m->next_value + m->value_count);
    return true;
}

static pier_status make(pier__making *m, const pier_definition *definition, const pier_allocator *allocator) {
    pier_status status = find_types(m, definition);
    if (status != PIER_OK) {
        return status;
    }
    if (!allocate(m, allocator)) {
        return pier__making_fail(m, PIER_NO_MEMORY, definition, NULL, "no memory to make a class");
    }
    for (uint32_t i = 0; i < m->count; i++) {
        const pier_definition *type = &m->root[m->order[i]];
        if (type->is_class) {
            fill_class(m, type, &m->types[i].of.of_class);
        } else {
            fill_enum(m, type, &m->types[i].of.of_enum);
        }
    }
    status = pier__making_lay_out(m);
    return status == PIER_OK ? pier__making_flag(m, allocator) : status;
}

pier_status pier_class_create(const pier_definition *definition, const pier_allocator *allocator,
                              const pier_class **out, pier_error *error) {
    pier_allocator chosen = pier__allocator_choose(allocator);
    pier__making m = {.root = pier__definition_root(definition), .error = error};
    *out = NULL;
    pier_error_clear(error);
    if (!definition->is_class) {
        return pier__making_fail(&m, PIER_USAGE, definition, NULL, "a class is made of the definition of a class");
    }
    /* Three numbers for each type: its place, the types in order, and the stack of laying them out. */
    size_t scratch_count = (size_t)m.root->type_count * 3;
    m.place = (uint32_t *)pier__allocate_array(&chosen, scratch_count, sizeof *m.place);
    if (m.place == NULL) {
        return pier__making_fail(&m, PIER_NO_MEMORY, definition, NULL, "no memory to make a class");
    }
    m.order = m.place + m.root->type_count;
    m.stack = m.order + m.root->type_count;
    pier_status status = make(&m, definition, &chosen);
    pier__release(&chosen, m.place, scratch_count * sizeof *m.place);
    if (status == PIER_OK) {
        *out = &m.types[0].of.of_class.made;
    } else if (m.closure != NULL) {
        pier__release(&chosen, m.closure, m.closure->memory_bytes);
    }
    return status;
}

void pier_class_destroy(const pier_class *made) {
    if (made != NULL) {
        pier__made_closure *closure = ((const pier__made_class *)(const void *)made)->closure;
        pier_allocator allocator = closure->allocator;
        pier__release(&allocator, closure, closure->memory_bytes);
    }
}
