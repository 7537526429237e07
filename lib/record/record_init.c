/* Records before anything is in them; see <pier/record_generic.h>.
 *
 * Floor 5 (record). Records that lie in one another are as deep as the program's structs are, so recursion is bounded
 * by the program itself. */
#include <pier/record_generic.h>

#include <string.h>

#include "record/program_internal.h"

void pier__init_fields(const pier_class *type, uint8_t *record) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const pier_field *field = &fields[i];
        if (field->default_value != NULL) {
            memcpy(record + field->offset, field->default_value, pier__field_bytes(field));
        } else if (field->kind == PIER_FIELD_RECORD && field->oneof == 0 && !pier__field_is_pointer(field) &&
                   (field->flags & (PIER_FIELD_REPEATED | PIER_FIELD_PRESENCE)) == 0) {
            pier__init_fields(field->type, record + field->offset);
        }
    }
}

bool pier__class_has_defaults(const pier_class *type) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        unsigned elsewhere = fields[i].flags & (PIER_FIELD_REPEATED | PIER_FIELD_POINTER | PIER_FIELD_SHARED);
        if (fields[i].default_value != NULL ||
            (fields[i].kind == PIER_FIELD_RECORD && elsewhere == 0 && pier__class_has_defaults(fields[i].type))) {
            return true;
        }
    }
    return false;
}

void pier_record_init(const pier_class *class_of_record, void *record) {
    memset(record, 0, class_of_record->record_bytes);
    pier__init_fields(class_of_record, (uint8_t *)record);
}
