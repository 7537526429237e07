/* Reading values that must be there, with errors that tell where: see <pier/value.h>.
 *
 * Floor 4 (archive). */
#include <pier/value.h>

#include <float.h>
#include <math.h>

#include "archive/value_internal.h"

static const char *const kind_names[] = {"nothing", "nil",   "bool",  "integer", "integer", "float32",  "float64",
                                         "text",    "bytes", "array", "map",     "ext",     "timestamp"};

/* Fills the error of a value with its path. Returns `status`. */
static pier_status tell(const pier_value *value, pier_status status, pier_error *error) {
    if (error != NULL && value != NULL) {
        (void)pier_value_path(value, error->path, sizeof error->path);
    }
    return status;
}

/* Looks whether a value is there and of a kind; an integer may have either sign. */
static pier_status expect(const pier_value *value, pier_kind kind, const char *expected, pier_error *error) {
    pier_kind found = pier_value_kind(value);
    if (found == kind || (kind == PIER_KIND_UINT && found == PIER_KIND_INT)) {
        pier_error_clear(error);
        return PIER_OK;
    }
    if (value == NULL) {
        return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_ARCHIVE, 0, "expected %s, found no value", expected);
    }
    return tell(
        value,
        pier__error_set(error, PIER_TYPE, PIER_FLOOR_ARCHIVE, 0, "expected %s, found %s", expected, kind_names[found]),
        error);
}

static pier_status out_of_range(const pier_value *value, const char *expected, pier_error *error) {
    pier_status status = value->kind == PIER_KIND_INT
                             ? pier__error_set(error, PIER_RANGE, PIER_FLOOR_ARCHIVE, 0, "%lld does not fit into %s",
                                               (long long)value->as.sint, expected)
                             : pier__error_set(error, PIER_RANGE, PIER_FLOOR_ARCHIVE, 0, "%llu does not fit into %s",
                                               (unsigned long long)value->as.uint, expected);
    return tell(value, status, error);
}

static pier_status get_unsigned(const pier_value *value, uint64_t most, const char *expected, uint64_t *out,
                                pier_error *error) {
    *out = 0;
    pier_status status = expect(value, PIER_KIND_UINT, expected, error);
    if (status != PIER_OK) {
        return status;
    }
    if (value->kind == PIER_KIND_INT || value->as.uint > most) {
        return out_of_range(value, expected, error);
    }
    *out = value->as.uint;
    return PIER_OK;
}

static pier_status get_signed(const pier_value *value, int64_t least, int64_t most, const char *expected, int64_t *out,
                              pier_error *error) {
    *out = 0;
    pier_status status = expect(value, PIER_KIND_UINT, expected, error);
    if (status != PIER_OK) {
        return status;
    }
    bool fits = value->kind == PIER_KIND_INT ? value->as.sint >= least : value->as.uint <= (uint64_t)most;
    if (!fits) {
        return out_of_range(value, expected, error);
    }
    *out = value->as.sint;
    return PIER_OK;
}

pier_status pier_value_get_bool(const pier_value *value, bool *out, pier_error *error) {
    pier_status status = expect(value, PIER_KIND_BOOL, "bool", error);
    *out = status == PIER_OK && value->as.boolean;
    return status;
}

pier_status pier_value_get_u64(const pier_value *value, uint64_t *out, pier_error *error) {
    return get_unsigned(value, UINT64_MAX, "u64", out, error);
}

pier_status pier_value_get_u32(const pier_value *value, uint32_t *out, pier_error *error) {
    uint64_t found;
    pier_status status = get_unsigned(value, UINT32_MAX, "u32", &found, error);
    *out = (uint32_t)found;
    return status;
}

pier_status pier_value_get_i64(const pier_value *value, int64_t *out, pier_error *error) {
    return get_signed(value, INT64_MIN, INT64_MAX, "i64", out, error);
}

pier_status pier_value_get_i32(const pier_value *value, int32_t *out, pier_error *error) {
    int64_t found;
    pier_status status = get_signed(value, INT32_MIN, INT32_MAX, "i32", &found, error);
    *out = (int32_t)found;
    return status;
}

pier_status pier_value_get_f64(const pier_value *value, double *out, pier_error *error) {
    pier_kind kind = pier_value_kind(value);
    pier_status status = expect(value, kind == PIER_KIND_F32 ? PIER_KIND_F32 : PIER_KIND_F64, "float", error);
    *out = status == PIER_OK ? pier_value_f64(value, 0) : 0;
    return status;
}

pier_status pier_value_get_f32(const pier_value *value, float *out, pier_error *error) {
    double found;
    *out = 0;
    pier_status status = pier_value_get_f64(value, &found, error);
    if (status != PIER_OK) {
        return status;
    }
    /* Narrowing a double outside float's range is undefined, so infinity passes first. */
    bool is_exact = found != found || found == (double)INFINITY || found == -(double)INFINITY ||
                    (found >= -(double)FLT_MAX && found <= (double)FLT_MAX && (double)(float)found == found);
    if (!is_exact) {
        return tell(value,
                    pier__error_set(error, PIER_RANGE, PIER_FLOOR_ARCHIVE, 0, "%.17g does not fit into f32", found),
                    error);
    }
    *out = value->kind == PIER_KIND_F32 ? value->as.f32 : (float)found;
    return PIER_OK;
}

pier_status pier_value_get_text(const pier_value *value, pier_text *out, pier_error *error) {
    pier_status status = expect(value, PIER_KIND_TEXT, "text", error);
    *out = pier_value_text(value);
    return status;
}

pier_status pier_value_get_bytes(const pier_value *value, pier_bytes *out, pier_error *error) {
    pier_status status = expect(value, PIER_KIND_BYTES, "bytes", error);
    *out = pier_value_bytes(value);
    return status;
}

pier_status pier_value_get_ext(const pier_value *value, pier_ext *out, pier_error *error) {
    pier_status status = expect(value, PIER_KIND_EXT, "ext", error);
    *out = pier_value_ext(value);
    return status;
}

pier_status pier_value_get_time(const pier_value *value, pier_time *out, pier_error *error) {
    pier_status status = expect(value, PIER_KIND_TIME, "timestamp", error);
    *out = pier_value_time(value);
    return status;
}
