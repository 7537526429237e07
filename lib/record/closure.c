/* Writing the closure of a class; see proto/wire.md, Definitions.
 *
 * Floor 5 (record). Equal definitions must have equal bytes, whoever writes them: everything is in its smallest form,
 * the types behind the first are sorted by name. One name is one type: the classes of two source files that describe
 * the same record are the same type, two classes that only share a name are a mistake of the program. */
#include <string.h>

#include "base/error_internal.h"
#include "base/utf8_internal.h"
#include "record/definition_internal.h"
#include "record/record_internal.h"

enum { NAME_BYTES_MAX = 255, FIELD_BYTES_MAX = 32, TYPE_BYTES_MAX = 16 };

static bool collect_one(const pier_class *found, pier__buffer *list) {
    for (size_t i = 0; i < pier__class_list_count(list); i++) {
        if (pier__class_list_at(list, i) == found) {
            return true;
        }
    }
    return pier__buffer_append(list, &found, sizeof found);
}

bool pier__class_collect(const pier_class *root, pier__buffer *list) {
    if (!collect_one(root, list)) {
        return false;
    }
    for (size_t i = 0; i < pier__class_list_count(list); i++) {
        const pier_class *next = pier__class_list_at(list, i);
        const pier_field *fields = next->fields(next);
        for (uint32_t j = 0; j < next->field_count; j++) {
            if (fields[j].type != NULL && !collect_one(fields[j].type, list)) {
                return false;
            }
        }
    }
    return true;
}

static pier_status no_memory(pier_error *error) {
    return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_RECORD, 0, "no memory to define a class");
}

static bool name_is_good(const char *name, size_t bytes) {
    return bytes >= 1 && bytes <= NAME_BYTES_MAX && pier__utf8_valid_bytes(name, bytes) == bytes;
}

/* Classes come from the compiler, which checked their numbers; their names only meet the rules here. */
static pier_status check_class(const pier_class *class_to_check, pier_error *error) {
    if (!name_is_good(class_to_check->name, strlen(class_to_check->name))) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                               "the name of a class is 1 to %d bytes of UTF-8: \"%.40s\"", NAME_BYTES_MAX,
                               class_to_check->name);
    }
    const pier_field *fields = class_to_check->fields(class_to_check);
    for (uint32_t i = 0; i < class_to_check->field_count; i++) {
        if (!name_is_good(fields[i].name, fields[i].name_bytes)) {
            return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                                   "class %s: the name of a field is 1 to %d bytes of UTF-8: \"%.40s\"",
                                   class_to_check->name, NAME_BYTES_MAX, fields[i].name);
        }
    }
    return PIER_OK;
}

static uint8_t *put_name(uint8_t *at, const char *name, size_t bytes) {
    return pier__put_body(pier__put_text_head(at, bytes), name, bytes);
}

static uint8_t *put_field(uint8_t *at, const pier_field *field) {
    unsigned flags = field->flags & PIER__DEFINED_FLAGS;
    at = pier__put_count(at, 7);
    at = pier__put_unsigned(at, field->number);
    at = put_name(at, field->name, field->name_bytes);
    at = pier__put_unsigned(at, (uint64_t)field->kind);
    at = pier__put_unsigned(at, flags);
    at = field->type != NULL ? put_name(at, field->type->name, strlen(field->type->name)) : pier__put_nil(at);
    at = pier__put_nil(at);
    return pier__put_nil(at);
}

/* Appends one type to `out`. Returns false when there is no memory. */
static bool encode_type(const pier_class *type, pier__buffer *out) {
    const pier_field *fields = type->fields(type);
    if (!pier__buffer_reserve(out, TYPE_BYTES_MAX + NAME_BYTES_MAX + PIER__OVERHANG_BYTES)) {
        return false;
    }
    uint8_t *at = out->data + out->size;
    at = pier__put_count(at, 4);
    at = pier__put_unsigned(at, 0);
    at = put_name(at, type->name, strlen(type->name));
    at = pier__put_unsigned(at, type->version);
    at = pier__put_count(at, type->field_count);
    out->size = (size_t)(at - out->data);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (!pier__buffer_reserve(out, FIELD_BYTES_MAX + 2 * (NAME_BYTES_MAX + 1) + PIER__OVERHANG_BYTES)) {
            return false;
        }
        out->size = (size_t)(put_field(out->data + out->size, &fields[i]) - out->data);
    }
    return true;
}

/* Compares what two classes of one name define. Returns PIER_OK when it is the same; PIER_USAGE; PIER_NO_MEMORY. */
static pier_status compare_namesakes(const pier_class *one, const pier_class *other, const pier_allocator *allocator,
                                     pier_error *error) {
    pier__buffer first;
    pier__buffer second;
    pier__buffer_init(&first, allocator);
    pier__buffer_init(&second, allocator);
    pier_status status = PIER_OK;
    if (!encode_type(one, &first) || !encode_type(other, &second)) {
        status = no_memory(error);
    } else if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0) {
        status =
            pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0, "two different classes are named %s", one->name);
    }
    pier__buffer_deinit(&first);
    pier__buffer_deinit(&second);
    return status;
}

/* Sorts the types behind the first by name and drops those that are there already. Insertion: a class rarely reaches
 * more than a few others. */
static pier_status sort_types(pier__buffer *list, pier_error *error) {
    size_t count = pier__class_list_count(list);
    size_t kept = 1;
    const pier_class *root = pier__class_list_at(list, 0);
    for (size_t i = 1; i < count; i++) {
        const pier_class *next = pier__class_list_at(list, i);
        size_t place = kept;
        int order = strcmp(root->name, next->name) == 0 ? 0 : 1;
        const pier_class *namesake = root;
        while (order != 0 && place > 1) {
            namesake = pier__class_list_at(list, place - 1);
            order = strcmp(namesake->name, next->name);
            if (order < 0) {
                break;
            }
            place -= order > 0;
        }
        if (order == 0) {
            pier_status status = compare_namesakes(namesake, next, list->allocator, error);
            if (status != PIER_OK) {
                return status;
            }
            continue;
        }
        uint8_t *slot = list->data + place * sizeof next;
        memmove(slot + sizeof next, slot, (kept - place) * sizeof next);
        memcpy(slot, &next, sizeof next);
        kept++;
    }
    list->size = kept * sizeof root;
    return PIER_OK;
}

static pier_status encode_types(pier__buffer *list, pier__buffer *closure, pier_error *error) {
    for (size_t i = 0; i < pier__class_list_count(list); i++) {
        pier_status status = check_class(pier__class_list_at(list, i), error);
        if (status != PIER_OK) {
            return status;
        }
    }
    pier_status status = sort_types(list, error);
    if (status != PIER_OK) {
        return status;
    }
    if (!pier__buffer_reserve(closure, PIER__OVERHANG_BYTES)) {
        return no_memory(error);
    }
    uint8_t *at = pier__put_count(closure->data + closure->size, (uint32_t)pier__class_list_count(list));
    closure->size = (size_t)(at - closure->data);
    for (size_t i = 0; i < pier__class_list_count(list); i++) {
        if (!encode_type(pier__class_list_at(list, i), closure)) {
            return no_memory(error);
        }
    }
    return PIER_OK;
}

pier_status pier__class_encode_closure(const void *class_to_encode, pier__buffer *closure, pier_error *error) {
    pier__buffer list;
    pier__buffer_init(&list, closure->allocator);
    pier_status status = pier__class_collect((const pier_class *)class_to_encode, &list)
                             ? encode_types(&list, closure, error)
                             : no_memory(error);
    pier__buffer_deinit(&list);
    return status;
}
