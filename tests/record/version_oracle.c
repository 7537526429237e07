/* What docs/versions.md says of versions, written down once more, without a look at the library; see
 * version_model.h. */
#include "record/version_model.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

typedef struct oracle {
    const model *loader;
    const model *writer;
    bool visited[MODEL_TYPES][MODEL_TYPES];
    pier_status status;
    char path[256];
} oracle;

static oracle_verdict worse(oracle_verdict one, oracle_verdict other) {
    return one > other ? one : other;
}

static bool has(const model_field *field, unsigned flag) {
    return (field->flags & flag) != 0;
}

/* Kinds ------------------------------------------------------------------------------------------------------------ */

/* Bits for the numbers below zero, and for those from zero on; 0: not an integer. */
static unsigned bits_of(pier_field_kind kind, bool *is_signed) {
    static const struct {
        pier_field_kind kind;
        unsigned bits;
        bool is_signed;
    } integers[] = {{PIER_FIELD_I8, 7, true},    {PIER_FIELD_I16, 15, true},  {PIER_FIELD_I32, 31, true},
                    {PIER_FIELD_I64, 63, true},  {PIER_FIELD_U8, 8, false},   {PIER_FIELD_U16, 16, false},
                    {PIER_FIELD_U32, 32, false}, {PIER_FIELD_U64, 64, false}, {PIER_FIELD_ENUM, 31, true}};
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
        if (integers[i].kind == kind) {
            *is_signed = integers[i].is_signed;
            return integers[i].bits;
        }
    }
    return 0;
}

static oracle_verdict kinds_meet(const model_field *loader, const model_field *writer) {
    bool loader_signed = false;
    bool writer_signed = false;
    unsigned loader_bits = bits_of(loader->kind, &loader_signed);
    unsigned writer_bits = bits_of(writer->kind, &writer_signed);
    if (loader_bits != 0 && writer_bits != 0) {
        bool all = loader_bits >= writer_bits && (loader_signed || !writer_signed);
        return all ? ORACLE_LOADS : ORACLE_CHECKED;
    }
    if (loader_bits != 0 && writer->kind == PIER_FIELD_BOOL) {
        return ORACLE_LOADS;
    }
    if (writer_bits != 0 && loader->kind == PIER_FIELD_BOOL) {
        return ORACLE_CHECKED;
    }
    if (loader->kind == PIER_FIELD_F32 && writer->kind == PIER_FIELD_F64) {
        return ORACLE_CHECKED;
    }
    if (loader->kind == PIER_FIELD_F64 && writer->kind == PIER_FIELD_F32) {
        return ORACLE_LOADS;
    }
    bool loader_text = loader->kind == PIER_FIELD_TEXT || loader->kind == PIER_FIELD_BYTES;
    bool writer_text = writer->kind == PIER_FIELD_TEXT || writer->kind == PIER_FIELD_BYTES;
    if (loader_text && writer_text) {
        uint32_t room = loader->capacity - (loader->capacity != 0 && loader->kind == PIER_FIELD_TEXT);
        uint32_t most = writer->capacity - (writer->capacity != 0 && writer->kind == PIER_FIELD_TEXT);
        bool fits = loader->capacity == 0 || (writer->capacity != 0 && most <= room);
        bool is_text = loader->kind == PIER_FIELD_BYTES || writer->kind == PIER_FIELD_TEXT;
        return fits && is_text ? ORACLE_LOADS : ORACLE_CHECKED;
    }
    return loader->kind == writer->kind ? ORACLE_LOADS : ORACLE_REFUSED;
}

/* Definitions ------------------------------------------------------------------------------------------------------ */

static oracle_verdict types_meet(oracle *o, int loader_type, int writer_type);

static bool is_always_there(const model_field *field) {
    return field->oneof == 0 && !has(field, PIER_FIELD_REPEATED) && !has(field, PIER_FIELD_PRESENCE);
}

static oracle_verdict fields_meet(oracle *o, const model_field *loader, const model_field *writer) {
    if (has(loader, PIER_FIELD_SHARED) != has(writer, PIER_FIELD_SHARED)) {
        return ORACLE_REFUSED;
    }
    bool many_here = has(loader, PIER_FIELD_REPEATED);
    bool many_there = has(writer, PIER_FIELD_REPEATED);
    if (has(loader, PIER_FIELD_MAP) != has(writer, PIER_FIELD_MAP)) {
        if (!many_here || !many_there || loader->kind != PIER_FIELD_RECORD || writer->kind != PIER_FIELD_RECORD) {
            return ORACLE_REFUSED;
        }
        const model_type *records = &o->writer->types[writer->type];
        if (has(loader, PIER_FIELD_MAP) &&
            (model_find_field(records, 1) == NULL || model_find_field(records, 2) == NULL)) {
            return ORACLE_REFUSED;
        }
    }
    oracle_verdict verdict = kinds_meet(loader, writer);
    if (verdict != ORACLE_REFUSED && loader->kind == PIER_FIELD_RECORD) {
        verdict = types_meet(o, loader->type, writer->type);
    }
    if (verdict == ORACLE_REFUSED) {
        return verdict;
    }
    uint32_t room = has(loader, PIER_FIELD_LIST) ? UINT32_MAX : loader->count_max;
    uint32_t most = !many_there ? 1 : has(writer, PIER_FIELD_LIST) ? UINT32_MAX : writer->count_max;
    bool checks = (many_there && !many_here) || (many_here && room < most) ||
                  (has(loader, PIER_FIELD_REQUIRED) && !is_always_there(writer));
    return checks ? worse(verdict, ORACLE_CHECKED) : verdict;
}

/* The fields of one oneof of the loader, as the writer has them. */
static oracle_verdict oneof_meets(const model_type *here, unsigned oneof, const model_type *there) {
    unsigned always = 0;
    unsigned slots = 0;
    bool counted[MODEL_ONEOFS + 1] = {false};
    for (unsigned i = 0; i < here->field_count; i++) {
        const model_field *stored =
            here->fields[i].oneof == oneof ? model_find_field(there, here->fields[i].number) : NULL;
        if (stored == NULL) {
            continue;
        }
        always += is_always_there(stored);
        slots += stored->oneof == 0 || !counted[stored->oneof];
        counted[stored->oneof] = stored->oneof != 0;
    }
    return always > 1 ? ORACLE_REFUSED : slots > 1 ? ORACLE_CHECKED : ORACLE_LOADS;
}

static oracle_verdict types_meet(oracle *o, int loader_type, int writer_type) {
    if (o->visited[loader_type][writer_type]) {
        return ORACLE_LOADS;
    }
    o->visited[loader_type][writer_type] = true;
    const model_type *here = &o->loader->types[loader_type];
    const model_type *there = &o->writer->types[writer_type];
    oracle_verdict verdict = ORACLE_LOADS;
    for (unsigned i = 0; i < here->field_count; i++) {
        const model_field *stored = model_find_field(there, here->fields[i].number);
        if (stored != NULL) {
            verdict = worse(verdict, fields_meet(o, &here->fields[i], stored));
        } else if (has(&here->fields[i], PIER_FIELD_REQUIRED)) {
            verdict = ORACLE_REFUSED;
        }
    }
    for (unsigned oneof = 1; oneof <= here->oneof_count; oneof++) {
        verdict = worse(verdict, oneof_meets(here, oneof, there));
    }
    return verdict;
}

oracle_verdict oracle_meet(const model *loader, const model *writer) {
    oracle o = {.loader = loader, .writer = writer};
    return types_meet(&o, 0, 0);
}

/* Values ----------------------------------------------------------------------------------------------------------- */

static bool refuse(oracle *o, pier_status status) {
    o->status = status;
    return false;
}

static bool fits_integer(const value *number, pier_field_kind kind) {
    bool is_signed = false;
    unsigned bits = bits_of(kind, &is_signed);
    if (number->negative) {
        return is_signed && (bits == 63 || ~number->number >> bits == 0);
    }
    return bits == 64 || number->number >> bits == 0;
}

static bool load_text(oracle *o, const model_field *field, value *becomes) {
    bool to_text = field->kind == PIER_FIELD_TEXT;
    if (to_text && becomes->is == VALUE_BYTES && !pier_text_is_valid(becomes->data, becomes->size)) {
        return refuse(o, PIER_TEXT);
    }
    becomes->is = to_text ? VALUE_TEXT : VALUE_BYTES;
    if (field->capacity == 0) {
        return true;
    }
    bool has_zero = becomes->size > 0 && memchr(becomes->data, 0, becomes->size) != NULL;
    bool fits = to_text ? becomes->size < field->capacity && !has_zero : becomes->size <= field->capacity;
    return fits || refuse(o, PIER_RANGE);
}

static bool load_record(oracle *o, int loader_type, int writer_type, const value *stored, value *becomes);

/* Loads one value that is there. */
static bool load_one(oracle *o, const model_field *here, const model_field *there, const value *stored,
                     value *becomes) {
    *becomes = *stored;
    switch (here->kind) {
    case PIER_FIELD_RECORD:
        return load_record(o, here->type, there->type, stored, becomes);
    case PIER_FIELD_TEXT:
    case PIER_FIELD_BYTES:
        return load_text(o, here, becomes);
    case PIER_FIELD_F32:
        becomes->is = VALUE_F32;
        if (isnan(stored->real) || isinf(stored->real)) {
            return true;
        }
        return (fabs(stored->real) <= (double)FLT_MAX && (double)(float)stored->real == stored->real) ||
               refuse(o, PIER_RANGE);
    case PIER_FIELD_F64:
        becomes->is = VALUE_F64;
        return true;
    case PIER_FIELD_TIME:
    case PIER_FIELD_DURATION:
        return true;
    case PIER_FIELD_BOOL:
        becomes->is = VALUE_BOOL;
        return (!stored->negative && stored->number <= 1) || refuse(o, PIER_RANGE);
    default:
        becomes->is = VALUE_INTEGER;
        return fits_integer(stored, here->kind) || refuse(o, PIER_RANGE);
    }
}

static void push_index(oracle *o, unsigned index) {
    size_t length = strlen(o->path);
    (void)snprintf(o->path + length, sizeof o->path - length, "[%u]", index);
}

/* Loads what the writer has in a field, into a record of the loader's type. */
static bool load_field(oracle *o, const model_type *type, const model_field *here, const model_field *there,
                       const value *stored, value *record) {
    unsigned index = (unsigned)(here - type->fields);
    value *becomes = &record->children[index];
    bool many_here = has(here, PIER_FIELD_REPEATED);
    if (stored->is == VALUE_ABSENT) {
        return !has(here, PIER_FIELD_REQUIRED) || refuse(o, PIER_MISMATCH);
    }
    const value *elements = stored->is == VALUE_LIST ? stored->children : stored;
    unsigned count = stored->is == VALUE_LIST ? stored->count : 1;
    if (many_here) {
        if (!has(here, PIER_FIELD_LIST) && count > here->count_max) {
            return refuse(o, PIER_RANGE);
        }
        becomes->is = VALUE_LIST;
        becomes->count = count;
        becomes->children = (value *)pool_take((count + 1) * sizeof(value));
        for (unsigned i = 0; i < count; i++) {
            size_t length = strlen(o->path);
            if (stored->is == VALUE_LIST) {
                push_index(o, i);
            }
            if (!load_one(o, here, there, &elements[i], &becomes->children[i])) {
                return false;
            }
            o->path[length] = '\0';
        }
        return true;
    }
    if (count == 0) {
        return !has(here, PIER_FIELD_REQUIRED) || refuse(o, PIER_MISMATCH);
    }
    if (count > 1) {
        return refuse(o, PIER_RANGE);
    }
    for (unsigned i = 0; here->oneof != 0 && i < type->field_count; i++) {
        if (i != index && type->fields[i].oneof == here->oneof && record->children[i].is != VALUE_ABSENT) {
            return refuse(o, PIER_RANGE);
        }
    }
    return load_one(o, here, there, elements, becomes);
}

/* The writer's field that stands in the slot which begins with the field at `index`: of a oneof the one that is set,
 * or, if none is, that field itself. */
static unsigned field_in_slot(const model_type *there, unsigned index, const value *stored) {
    for (unsigned i = index; there->fields[index].oneof != 0 && i < there->field_count; i++) {
        if (there->fields[i].oneof == there->fields[index].oneof && stored->children[i].is != VALUE_ABSENT) {
            return i;
        }
    }
    return index;
}

static bool begins_slot(const model_type *there, unsigned index) {
    for (unsigned i = 0; i < index; i++) {
        if (there->fields[index].oneof != 0 && there->fields[i].oneof == there->fields[index].oneof) {
            return false;
        }
    }
    return true;
}

/* A field that the loader requires must not be one of a oneof's members that is not set. set: the one that is. */
static const model_field *find_lacking(const model_type *here, const model_type *there, unsigned set,
                                       const value *stored) {
    for (unsigned i = 0; i < there->field_count; i++) {
        bool is_set = i == set && stored->children[i].is != VALUE_ABSENT;
        const model_field *field = model_find_field(here, there->fields[i].number);
        if (there->fields[i].oneof == there->fields[set].oneof && !is_set && field != NULL &&
            has(field, PIER_FIELD_REQUIRED)) {
            return field;
        }
    }
    return NULL;
}

static bool load_record(oracle *o, int loader_type, int writer_type, const value *stored, value *becomes) {
    const model_type *here = &o->loader->types[loader_type];
    const model_type *there = &o->writer->types[writer_type];
    *becomes = value_of_defaults(o->loader, loader_type);
    size_t length = strlen(o->path);
    for (unsigned i = 0; i < there->field_count; i++) {
        unsigned j = begins_slot(there, i) ? field_in_slot(there, i, stored) : MODEL_FIELDS;
        const model_field *lacking =
            j < MODEL_FIELDS && there->fields[j].oneof != 0 ? find_lacking(here, there, j, stored) : NULL;
        if (lacking != NULL) {
            (void)snprintf(o->path + length, sizeof o->path - length, ".%s", lacking->name);
            return refuse(o, PIER_MISMATCH);
        }
        const model_field *field = j < MODEL_FIELDS ? model_find_field(here, there->fields[j].number) : NULL;
        if (field == NULL) {
            continue;
        }
        (void)snprintf(o->path + length, sizeof o->path - length, ".%s", field->name);
        if (!load_field(o, here, field, &there->fields[j], &stored->children[j], becomes)) {
            return false;
        }
        o->path[length] = '\0';
    }
    return true;
}

oracle_answer oracle_load(const model *loader, const model *writer, const value *stored) {
    oracle o = {.loader = loader, .writer = writer, .status = PIER_OK};
    oracle_answer answer = {.status = PIER_OK};
    (void)snprintf(o.path, sizeof o.path, "%s", loader->types[0].name);
    (void)load_record(&o, 0, 0, stored, &answer.record);
    answer.status = o.status;
    memcpy(answer.path, o.path, sizeof answer.path);
    return answer;
}
