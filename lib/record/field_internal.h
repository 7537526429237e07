/* How the value of a field lies in a struct; see <pier/class.h>.
 *
 * Floor 5 (record). For all that goes by a class's table: storing and loading without a codec, init, copy, compare and
 * print. Members are read and written with memcpy, since the library does not know their types. */
#ifndef PIER_RECORD_FIELD_INTERNAL_H
#define PIER_RECORD_FIELD_INTERNAL_H

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include <pier/any.h>
#include <pier/class.h>

/* Ext type of a typed array: proto/wire.md, Records. */
enum { PIER__EXT_TYPED = 65 };

static inline bool pier__field_is_repeated(const pier_field *field) {
    return (field->flags & PIER_FIELD_REPEATED) != 0;
}

/* Whether the member holds a pointer to a record instead of the record: recursive, or shared. */
static inline bool pier__field_is_pointer(const pier_field *field) {
    return (field->flags & (PIER_FIELD_POINTER | PIER_FIELD_SHARED)) != 0 && field->kind == PIER_FIELD_RECORD;
}

/* Returns the size of a number of this kind; 0 for other kinds. */
static inline size_t pier__kind_bytes(pier_field_kind kind) {
    switch (kind) {
    case PIER_FIELD_BOOL:
        return sizeof(bool);
    case PIER_FIELD_I8:
    case PIER_FIELD_U8:
        return 1;
    case PIER_FIELD_I16:
    case PIER_FIELD_U16:
        return 2;
    case PIER_FIELD_I32:
    case PIER_FIELD_U32:
    case PIER_FIELD_F32:
    case PIER_FIELD_ENUM:
        return 4;
    case PIER_FIELD_I64:
    case PIER_FIELD_U64:
    case PIER_FIELD_F64:
        return 8;
    default:
        return 0;
    }
}

/* Whether the numbers of a kind, which may be one that this version does not know, are integers that may be below 0. */
static inline bool pier__kind_is_signed(uint64_t kind) {
    return (kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_I64) || kind == PIER_FIELD_ENUM;
}

/* Returns the integer that a member of such a kind holds. */
static inline int64_t pier__read_signed(pier_field_kind kind, const uint8_t *member) {
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    switch (kind) {
    case PIER_FIELD_I8:
        memcpy(&i8, member, sizeof i8);
        return i8;
    case PIER_FIELD_I16:
        memcpy(&i16, member, sizeof i16);
        return i16;
    case PIER_FIELD_I64:
        memcpy(&i64, member, sizeof i64);
        return i64;
    default:
        memcpy(&i32, member, sizeof i32);
        return i32;
    }
}

/* Returns the integer that a member of another kind holds: of a bool 0 or 1, of a float its bits. */
static inline uint64_t pier__read_unsigned(pier_field_kind kind, const uint8_t *member) {
    bool boolean;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (kind) {
    case PIER_FIELD_BOOL:
        memcpy(&boolean, member, sizeof boolean);
        return boolean ? 1 : 0;
    case PIER_FIELD_U8:
        return *member;
    case PIER_FIELD_U16:
        memcpy(&u16, member, sizeof u16);
        return u16;
    case PIER_FIELD_U32:
    case PIER_FIELD_F32:
        memcpy(&u32, member, sizeof u32);
        return u32;
    default:
        memcpy(&u64, member, sizeof u64);
        return u64;
    }
}

/* Sets a member of `bytes` bytes, 1, 2, 4 or 8, to the low bytes of a number: to that integer, or the float of these
 * bits. */
static inline void pier__write_number(uint8_t *member, uint64_t number, size_t bytes) {
    uint8_t of_8 = (uint8_t)number;
    uint16_t of_16 = (uint16_t)number;
    uint32_t of_32 = (uint32_t)number;
    const void *from = bytes == 1   ? (const void *)&of_8
                       : bytes == 2 ? (const void *)&of_16
                       : bytes == 4 ? (const void *)&of_32
                                    : (const void *)&number;
    memcpy(member, from, bytes);
}

/* Returns the number that a member of a kind of floats holds. */
static inline double pier__read_float(pier_field_kind kind, const uint8_t *member) {
    float f32;
    double f64;
    if (kind == PIER_FIELD_F32) {
        memcpy(&f32, member, sizeof f32);
        return (double)f32;
    }
    memcpy(&f64, member, sizeof f64);
    return f64;
}

/* Returns the size of a member that holds one value of the field; 0 for kinds that are not known. */
static inline size_t pier__field_bytes(const pier_field *field) {
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        return field->capacity != 0 ? field->capacity : sizeof(pier_text);
    case PIER_FIELD_BYTES:
        /* A struct of a uint32_t and an array. */
        return field->capacity != 0 ? (sizeof(uint32_t) + field->capacity + 3u) / 4 * 4 : sizeof(pier_bytes);
    case PIER_FIELD_TIME:
        return sizeof(pier_time);
    case PIER_FIELD_DURATION:
        return sizeof(pier_duration);
    case PIER_FIELD_ANY:
        return sizeof(pier_any);
    case PIER_FIELD_RECORD:
        return pier__field_is_pointer(field) ? sizeof(void *) : field->type->record_bytes;
    default:
        return pier__kind_bytes(field->kind);
    }
}

static inline const void *pier__read_pointer(const uint8_t *member) {
    const void *pointer;
    memcpy(&pointer, member, sizeof pointer);
    return pointer;
}

static inline uint32_t pier__field_count(const pier_field *field, const uint8_t *record) {
    uint32_t count;
    memcpy(&count, record + field->count_offset, sizeof count);
    return count;
}

/* Returns where the first element of a repeated field lies; NULL when a list has none. */
static inline const uint8_t *pier__field_elements(const pier_field *field, const uint8_t *record) {
    const uint8_t *member = record + field->offset;
    return (field->flags & PIER_FIELD_LIST) != 0 ? (const uint8_t *)pier__read_pointer(member) : member;
}

/* Returns the number of the member of a oneof that is set; 0: none. oneof: as in pier_field. */
static inline uint32_t pier__oneof_case(const pier_class *type, uint32_t oneof, const uint8_t *record) {
    uint32_t number;
    memcpy(&number, record + type->oneofs[oneof - 1].case_offset, sizeof number);
    return number;
}

/* Whether a field is set: always, unless it has presence, is of a oneof that has another member set, or a pointer that
 * is NULL. */
static inline bool pier__field_is_set(const pier_class *type, const pier_field *field, const uint8_t *record) {
    if (field->oneof != 0 && pier__oneof_case(type, field->oneof, record) != field->number) {
        return false;
    }
    if (pier__field_is_repeated(field)) {
        return true;
    }
    if (pier__field_is_pointer(field)) {
        return pier__read_pointer(record + field->offset) != NULL;
    }
    if (field->kind == PIER_FIELD_ANY) {
        pier_any any;
        memcpy(&any, record + field->offset, sizeof any);
        return !pier_any_is_none(&any);
    }
    bool has = true;
    if ((field->flags & PIER_FIELD_PRESENCE) != 0) {
        memcpy(&has, record + field->presence_offset, sizeof has);
    }
    return has;
}

/* Whether this is the field at whose place the slot of its oneof stands: the one with the lowest number. */
static inline bool pier__oneof_begins(const pier_field *fields, uint32_t index) {
    for (uint32_t i = index; i > 0; i--) {
        if (fields[i - 1].oneof == fields[index].oneof) {
            return false;
        }
    }
    return true;
}

/* Returns the field that is in the slot at the place of a field: itself, or of a oneof the member that is set, at the
 * place of the first one. NULL: nothing is set, or there is no slot. */
static inline const pier_field *pier__field_in_slot(const pier_class *type, const pier_field *fields, uint32_t index,
                                                    const uint8_t *record) {
    if (fields[index].oneof == 0) {
        return pier__field_is_set(type, &fields[index], record) ? &fields[index] : NULL;
    }
    for (uint32_t i = index; pier__oneof_begins(fields, index) && i < type->field_count; i++) {
        if (fields[i].oneof == fields[index].oneof && pier__field_is_set(type, &fields[i], record)) {
            return &fields[i];
        }
    }
    return NULL;
}

/* How many slots a framed record of the class has: one a field, and one a oneof. */
static inline uint32_t pier__class_slots(const pier_class *type) {
    const pier_field *fields = type->fields(type);
    uint32_t slots = type->oneof_count;
    for (uint32_t i = 0; i < type->field_count; i++) {
        slots += fields[i].oneof == 0 ? 1 : 0;
    }
    return slots;
}

/* Returns the text or bytes of a member, wherever they lie; those that break the rules as far as they may be read. */
static inline pier_bytes pier__field_view(const pier_field *field, const uint8_t *member) {
    pier_bytes view = {NULL, 0};
    if (field->kind == PIER_FIELD_TEXT && field->capacity != 0) {
        const void *end = memchr(member, 0, field->capacity);
        view.data = member;
        view.size = end != NULL ? (size_t)((const uint8_t *)end - member) : field->capacity;
    } else if (field->kind == PIER_FIELD_TEXT) {
        pier_text text;
        memcpy(&text, member, sizeof text);
        view.data = text.data;
        view.size = text.data != NULL ? text.size : 0;
    } else if (field->capacity != 0) {
        uint32_t size;
        memcpy(&size, member, sizeof size);
        view.data = member + sizeof size;
        view.size = size < field->capacity ? size : field->capacity;
    } else {
        memcpy(&view, member, sizeof view);
        view.size = view.data != NULL ? view.size : 0;
    }
    return view;
}

/* The largest alignment that things of this size can need: a size is a multiple of its type's. */
static inline size_t pier__alignment_of(size_t bytes) {
    size_t lowest = bytes & (~bytes + 1);
    return lowest < alignof(max_align_t) ? lowest : alignof(max_align_t);
}

#endif
