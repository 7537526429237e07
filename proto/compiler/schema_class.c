/* Classes at run time: the tables that protoc-gen-pier writes, made of the model in memory.
 *
 * Members are laid out in their order, each at the next place that its alignment allows, as compilers of C do. */
#include <stdalign.h>
#include <string.h>

#include <pier/any.h>

#include "schema_internal.h"

/* A class with its table behind it, which the class itself leads to. */
typedef struct made_class {
    pier_class made;
    pier_field *fields;
    size_t alignment;
} made_class;

typedef struct extent {
    size_t bytes;
    size_t alignment;
} extent;

/* Inline bytes lie behind their size. */
typedef struct inline_bytes {
    uint32_t size;
    uint8_t data[1];
} inline_bytes;

static size_t round_up(size_t size, size_t alignment) {
    return (size + alignment - 1) / alignment * alignment;
}

static extent extent_of_number(pier_field_kind kind) {
    static const extent extents[] = {
        {0, 1},
        {sizeof(bool), alignof(bool)},
        {sizeof(int8_t), alignof(int8_t)},
        {sizeof(int16_t), alignof(int16_t)},
        {sizeof(int32_t), alignof(int32_t)},
        {sizeof(int64_t), alignof(int64_t)},
        {sizeof(uint8_t), alignof(uint8_t)},
        {sizeof(uint16_t), alignof(uint16_t)},
        {sizeof(uint32_t), alignof(uint32_t)},
        {sizeof(uint64_t), alignof(uint64_t)},
        {sizeof(float), alignof(float)},
        {sizeof(double), alignof(double)},
    };
    return extents[kind];
}

/* Of one value, or of one element. */
static extent extent_of_value(const schema_field *field) {
    static const extent pointer = {sizeof(void *), alignof(void *)};
    extent answer = {field->capacity, 1};
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        return field->capacity != 0 ? answer : (extent){sizeof(pier_text), alignof(pier_text)};
    case PIER_FIELD_BYTES:
        answer.alignment = alignof(uint32_t);
        answer.bytes = round_up(offsetof(inline_bytes, data) + field->capacity, answer.alignment);
        return field->capacity != 0 ? answer : (extent){sizeof(pier_bytes), alignof(pier_bytes)};
    case PIER_FIELD_TIME:
        return (extent){sizeof(pier_time), alignof(pier_time)};
    case PIER_FIELD_DURATION:
        return (extent){sizeof(pier_duration), alignof(pier_duration)};
    case PIER_FIELD_ANY:
        return (extent){sizeof(pier_any), alignof(pier_any)};
    case PIER_FIELD_ENUM:
        return (extent){sizeof(int32_t), alignof(int32_t)};
    case PIER_FIELD_RECORD:
        if ((field->flags & (PIER_FIELD_POINTER | PIER_FIELD_SHARED)) != 0) {
            return pointer;
        }
        answer.bytes = field->message->made_class->record_bytes;
        answer.alignment = ((const made_class *)field->message->made_class)->alignment;
        return answer;
    default:
        return extent_of_number(field->kind);
    }
}

/* Makes room for a member in a struct, and returns where it lies. */
static size_t place(extent *whole, extent part) {
    size_t offset = round_up(whole->bytes, part.alignment);
    whole->bytes = offset + part.bytes;
    whole->alignment = part.alignment > whole->alignment ? part.alignment : whole->alignment;
    return offset;
}

static size_t place_value(extent *whole, const schema_field *field) {
    if ((field->flags & PIER_FIELD_LIST) != 0) {
        return place(whole, (extent){sizeof(void *), alignof(void *)});
    }
    extent value = extent_of_value(field);
    value.bytes *= field->count_max != 0 ? field->count_max : 1;
    return place(whole, value);
}

static void place_field(extent *whole, const schema_field *field, pier_field *row) {
    if (field->c_has != NULL) {
        row->presence_offset = place(whole, (extent){sizeof(bool), alignof(bool)});
    }
    if ((field->flags & PIER_FIELD_REPEATED) != 0) {
        /* The elements of a list of messages may be of a class that is not laid out yet: see finish_rows. */
        row->count_offset = place(whole, (extent){sizeof(uint32_t), alignof(uint32_t)});
        row->count_max = field->count_max != 0 ? field->count_max : UINT32_MAX;
    }
    row->offset = place_value(whole, field);
}

static pier_field *row_of(const made_class *target, const schema_field *field) {
    size_t low = 0;
    size_t high = field->owner->field_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (field->owner->fields[middle]->number <= field->number) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &target->fields[low];
}

/* The union of a oneof lies behind its case, and all members at its beginning. */
static void place_oneof(extent *whole, made_class *target, const schema_oneof *oneof, pier_oneof *row) {
    row->name = oneof->name;
    row->case_offset = place(whole, (extent){sizeof(uint32_t), alignof(uint32_t)});
    extent members = {0, 1};
    for (size_t i = 0; i < oneof->field_count; i++) {
        extent member = {0, 1};
        (void)place_value(&member, oneof->fields[i]);
        members.bytes = member.bytes > members.bytes ? member.bytes : members.bytes;
        members.alignment = member.alignment > members.alignment ? member.alignment : members.alignment;
    }
    members.bytes = round_up(members.bytes, members.alignment);
    size_t offset = place(whole, members);
    for (size_t i = 0; i < oneof->field_count; i++) {
        row_of(target, oneof->fields[i])->offset = offset;
    }
}

static const pier_field *fields_of(const pier_class *self) {
    return ((const made_class *)self)->fields;
}

static void put_bytes(unsigned char *value, const schema_field *field, size_t bytes) {
    pier_bytes given = field->default_value.bytes;
    if (field->capacity == 0) {
        /* Both kinds of views are a pointer and a size, and of their own types. */
        pier_text text = {(const char *)given.data, given.size};
        memcpy(value, field->kind == PIER_FIELD_TEXT ? (const void *)&text : (const void *)&given, bytes);
    } else if (field->kind == PIER_FIELD_TEXT) {
        memcpy(value, given.data, given.size);
    } else {
        uint32_t size = (uint32_t)given.size;
        memcpy(value, &size, sizeof size);
        memcpy(value + offsetof(inline_bytes, data), given.data, given.size);
    }
}

/* Integers lie as their low bytes, whatever comes first on this machine. */
static void put_integer(unsigned char *value, int64_t integer, size_t bytes) {
    int32_t i32 = (int32_t)integer;
    int16_t i16 = (int16_t)integer;
    int8_t i8 = (int8_t)integer;
    const void *from = bytes == 8   ? (const void *)&integer
                       : bytes == 4 ? (const void *)&i32
                       : bytes == 2 ? (const void *)&i16
                                    : (const void *)&i8;
    memcpy(value, from, bytes);
}

static const void *make_default(schema *owner, const schema_field *field) {
    if (!field->has_default) {
        return NULL;
    }
    size_t bytes = extent_of_value(field).bytes;
    unsigned char *value = (unsigned char *)schema__allocate(owner, bytes);
    if (value == NULL) {
        return NULL;
    }
    switch (field->kind) {
    case PIER_FIELD_TEXT:
    case PIER_FIELD_BYTES:
        put_bytes(value, field, bytes);
        break;
    case PIER_FIELD_BOOL:
        memcpy(value, &field->default_value.boolean, bytes);
        break;
    case PIER_FIELD_F32: {
        float number = (float)field->default_value.number;
        memcpy(value, &number, bytes);
        break;
    }
    case PIER_FIELD_F64:
        memcpy(value, &field->default_value.number, bytes);
        break;
    default:
        put_integer(value, field->default_value.integer, bytes);
        break;
    }
    return value;
}

static const pier_enum *make_enum(schema *owner, const schema_enum *from) {
    pier_enum_value *values = (pier_enum_value *)schema__allocate_array(owner, from->value_count, sizeof *values);
    pier_enum *made = (pier_enum *)schema__allocate(owner, sizeof *made);
    if (values == NULL || made == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < from->value_count; i++) {
        values[i].number = from->sorted[i]->number;
        values[i].name = from->sorted[i]->name;
    }
    made->name = from->full_name;
    made->value_count = (uint32_t)from->value_count;
    made->values = values;
    return made;
}

static bool fill_row(schema *owner, const schema_field *field, pier_field *row) {
    row->name = field->name;
    row->name_bytes = strlen(field->name);
    row->number = (uint16_t)field->number;
    row->flags = (uint16_t)field->flags;
    row->oneof = field->oneof != NULL ? (uint16_t)(field->oneof->index + 1) : 0;
    row->kind = field->kind;
    row->capacity = field->capacity;
    if (field->enumeration != NULL) {
        if (field->enumeration->made_enum == NULL) {
            field->enumeration->made_enum = make_enum(owner, field->enumeration);
        }
        row->enum_type = field->enumeration->made_enum;
    }
    row->default_value = make_default(owner, field);
    return !owner->no_memory;
}

static bool make_class(schema *owner, schema_message *message) {
    made_class *target = (made_class *)schema__allocate(owner, sizeof *target);
    pier_field *rows = (pier_field *)schema__allocate_array(owner, message->field_count, sizeof *rows);
    pier_oneof *oneofs = (pier_oneof *)schema__allocate_array(owner, message->oneof_count, sizeof *oneofs);
    if (target == NULL || rows == NULL || oneofs == NULL) {
        return false;
    }
    extent whole = {0, 1};
    target->fields = rows;
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = &message->declared[i];
        pier_field *row = row_of(target, field);
        if (field->oneof == NULL) {
            place_field(&whole, field, row);
        } else if (field == field->oneof->fields[0]) {
            place_oneof(&whole, target, field->oneof, &oneofs[field->oneof->index]);
        }
        if (!fill_row(owner, field, row)) {
            return false;
        }
    }
    target->alignment = whole.alignment;
    pier_class *made = &target->made;
    made->size = sizeof *made;
    made->name = message->full_name;
    made->version = message->version;
    made->flags = message->class_flags;
    made->field_count = (uint32_t)message->field_count;
    made->oneof_count = (uint32_t)message->oneof_count;
    made->oneofs = message->oneof_count != 0 ? oneofs : NULL;
    made->values_max = message->values_max;
    made->depth = message->depth;
    made->record_bytes = whole.bytes != 0 ? round_up(whole.bytes, whole.alignment) : 1;
    made->fields = fields_of;
    message->made_class = made;
    return true;
}

/* What could not be told before all classes were there: types, and the size of elements. */
static void finish_rows(schema_message *message) {
    const made_class *target = (const made_class *)message->made_class;
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = message->fields[i];
        target->fields[i].type = field->message != NULL ? field->message->made_class : NULL;
        if ((field->flags & PIER_FIELD_REPEATED) != 0) {
            target->fields[i].element_bytes = extent_of_value(field).bytes;
        }
    }
}

static bool make_classes(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < owner->files[i]->message_count; j++) {
            schema_message *message = owner->files[i]->messages[j];
            if (message->is_needed && message->made_class == NULL && !make_class(owner, message)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < owner->files[i]->message_count; j++) {
            if (owner->files[i]->messages[j]->is_needed) {
                finish_rows(owner->files[i]->messages[j]);
            }
        }
    }
    return true;
}

pier_status schema_class_of(schema *owner, const schema_message *message, const pier_class **out) {
    *out = NULL;
    if (!owner->has_classes) {
        owner->has_classes = make_classes(owner);
    }
    if (!owner->has_classes) {
        /* Classes that were made already are taken up again by the next call. */
        owner->no_memory = false;
        return PIER_NO_MEMORY;
    }
    *out = message->made_class;
    return PIER_OK;
}
