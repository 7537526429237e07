/* Names in C: package and message in snake case, joined by underscores.
 *
 * A name that a file gives with an option is taken as it is. Words that C has another use for get an underscore:
 * schema_words.c. */
#include <string.h>

#include "schema_internal.h"

static bool is_upper(char letter) {
    return letter >= 'A' && letter <= 'Z';
}

static bool is_lower_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

const char *schema__snake(schema *owner, const char *prefix, const char *name, bool to_upper) {
    size_t prefix_length = strlen(prefix);
    char *text = (char *)schema__allocate(owner, prefix_length + 2 * strlen(name) + 1);
    if (text == NULL) {
        return NULL;
    }
    memcpy(text, prefix, prefix_length);
    char *at = text + prefix_length;
    for (size_t i = 0; name[i] != '\0'; i++) {
        /* A word begins at the upper-case letter behind another kind of letter, and at the last of several that has
         * a lower-case one behind it. */
        if (i > 0 && is_upper(name[i]) &&
            (is_lower_or_digit(name[i - 1]) || (is_upper(name[i - 1]) && name[i + 1] >= 'a' && name[i + 1] <= 'z'))) {
            *at++ = '_';
        }
        char letter = name[i] == '.' ? '_' : name[i];
        if (to_upper && letter >= 'a' && letter <= 'z') {
            letter = (char)(letter - 'a' + 'A');
        } else if (!to_upper && is_upper(letter)) {
            letter = (char)(letter - 'A' + 'a');
        }
        *at++ = letter;
    }
    return text;
}

/* In upper case, letter by letter: the words are told apart already. */
static const char *upper(schema *owner, const char *name) {
    char *text = (char *)schema__print(owner, "%s", name);
    for (size_t i = 0; text != NULL && text[i] != '\0'; i++) {
        text[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
    }
    return text;
}

/* Returns what the names of a file begin with. */
static const char *prefix_of(schema *owner, const schema__file *file) {
    const ProtobufCMessage *options = (const ProtobufCMessage *)file->proto->options;
    const char *given = schema__option_name(owner, options, file->made.place);
    const char *name = given != NULL ? given : schema__snake(owner, "", file->made.package, false);
    return name == NULL || name[0] == '\0' ? name : schema__print(owner, "%s_", name);
}

/* Gives a name by the full name, without the package. */
static const char *name_type(schema *owner, const schema__file *file, const char *full_name) {
    size_t package = strlen(file->made.package);
    const char *own = full_name + (package != 0 ? package + 1 : 0);
    const char *name = schema__snake(owner, file->prefix, own, false);
    return name != NULL ? schema__safe_type_name(owner, name) : NULL;
}

/* MARKET_SIDE_BUY for SIDE_BUY, and for BUY: the enum's own name is not said twice. */
static bool name_values(schema *owner, schema_enum *named) {
    const char *own = schema__snake(owner, "", named->name, true);
    size_t length = own != NULL ? strlen(own) : 0;
    for (size_t i = 0; own != NULL && i < named->value_count; i++) {
        schema_value *value = &named->values[i];
        if (value->c_name != NULL) {
            continue;
        }
        const char *name = upper(owner, value->name);
        if (name != NULL && strncmp(name, own, length) == 0 && name[length] == '_' && name[length + 1] != '\0') {
            name += length + 1;
        }
        value->c_name = name != NULL ? schema__print(owner, "%s_%s", named->c_constant, name) : NULL;
    }
    return !owner->no_memory;
}

static bool name_enum(schema *owner, const schema__file *file, schema_enum *named) {
    if (named->c_name == NULL) {
        named->c_name = name_type(owner, file, named->full_name);
    }
    named->c_constant = named->c_name != NULL ? upper(owner, named->c_name) : NULL;
    named->c_table = named->c_name != NULL ? schema__print(owner, "%s_enum", named->c_name) : NULL;
    return named->c_table != NULL && named->c_constant != NULL && name_values(owner, named);
}

static bool name_field(schema *owner, schema_field *field) {
    if (field->c_name == NULL) {
        field->c_name = schema__safe_name(owner, field->name);
    }
    if (field->c_name == NULL) {
        return false;
    }
    bool has_bool = (field->flags & PIER_FIELD_PRESENCE) != 0 && (field->flags & PIER_FIELD_POINTER) == 0;
    field->c_has = has_bool ? schema__print(owner, "has_%s", field->c_name) : NULL;
    field->c_count = (field->flags & PIER_FIELD_REPEATED) != 0 ? schema__print(owner, "%s_count", field->c_name) : NULL;
    if (field->oneof != NULL) {
        const char *of_union = upper(owner, field->oneof->c_name);
        const char *own = upper(owner, field->name);
        field->c_case = of_union != NULL && own != NULL
                            ? schema__print(owner, "%s_%s_%s", field->owner->c_constant, of_union, own)
                            : NULL;
    }
    return !owner->no_memory;
}

static bool name_message(schema *owner, const schema__file *file, schema_message *named) {
    if (named->c_name == NULL) {
        named->c_name = name_type(owner, file, named->full_name);
    }
    named->c_constant = named->c_name != NULL ? upper(owner, named->c_name) : NULL;
    named->c_class = named->c_name != NULL ? schema__print(owner, "%s_class", named->c_name) : NULL;
    for (size_t i = 0; named->c_class != NULL && i < named->oneof_count; i++) {
        schema_oneof *oneof = &named->oneofs[i];
        if (oneof->c_name == NULL) {
            oneof->c_name = schema__safe_name(owner, oneof->name);
        }
        if (oneof->c_name == NULL) {
            return owner->no_memory ? false : schema__malformed(owner, "a oneof of %s has no name", named->full_name);
        }
        oneof->c_case = schema__print(owner, "%s_case", oneof->c_name);
    }
    for (size_t i = 0; !owner->no_memory && i < named->field_count; i++) {
        if (!name_field(owner, &named->declared[i])) {
            return false;
        }
    }
    return !owner->no_memory;
}

bool schema__name(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        schema__file *file = (schema__file *)owner->files[i];
        if (!file->made.is_proto3) {
            continue;
        }
        file->prefix = prefix_of(owner, file);
        for (size_t j = 0; file->prefix != NULL && j < file->made.enum_count; j++) {
            if (!name_enum(owner, file, file->made.enums[j])) {
                return false;
            }
        }
        for (size_t j = 0; file->prefix != NULL && j < file->messages.count; j++) {
            if (!name_message(owner, file, schema__message_at(&file->made, j))) {
                return false;
            }
        }
    }
    return !owner->no_memory;
}
