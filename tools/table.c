/* Records as a table: see table.h. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "date_text.h"
#include "json_write.h"

enum {
    /* Enough lines to know how wide a column is, and bytes that are worth to be held back for it. */
    ROWS_MAX = 256,
    CELLS_BYTES_MAX = 1 << 20,
    /* A cell that is longer does not move the others. */
    WIDTH_MAX = 40
};

/* What stands in front of the text of a cell: whether it is a number. */
enum { CELL_NUMBER = 'n', CELL_OTHER = 't' };

/* The characters of UTF-8 text. */
static size_t width_of(const char *text) {
    size_t width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0u) != 0x80u ? 1 : 0;
    }
    return width;
}

/* Columns ---------------------------------------------------------------------------------------------------------- */

static void forget_columns(table *rows) {
    for (size_t i = 0; i < rows->column_count; i++) {
        free(rows->columns[i].name);
        rows->columns[i] = (table_column){.name = NULL};
    }
    rows->column_count = 0;
    rows->head_is_printed = false;
    text_index_clear(&rows->places);
}

static size_t bytes_of_name(pier_text name) {
    return strnlen(name.data, name.size);
}

/* Returns the place of a column; where it would be, when there is none. Records mostly keep an order, so the place
 * `expected`, behind the last one, is tried first. */
static size_t find_column(const table *rows, size_t expected, pier_text name) {
    size_t size = bytes_of_name(name);
    if (expected < rows->column_count) {
        const char *known = rows->columns[expected].name;
        if (strncmp(known, name.data, size) == 0 && known[size] == '\0') {
            return expected;
        }
    }
    const size_t *found = text_index_find(&rows->places, name.data, size);
    return found != NULL ? *found : rows->column_count;
}

static void add_column(table *rows, pier_text name) {
    if (rows->column_count == rows->column_capacity) {
        size_t capacity = rows->column_capacity == 0 ? 16 : rows->column_capacity * 2;
        table_column *columns = (table_column *)realloc(rows->columns, capacity * sizeof *columns);
        if (columns == NULL) {
            rows->failed = true;
            return;
        }
        rows->columns = columns;
        rows->column_capacity = capacity;
    }
    char *copy = strndup(name.data, name.size);
    if (copy == NULL || text_index_add(&rows->places, copy, strlen(copy), rows->column_count) == NULL) {
        free(copy);
        rows->failed = true;
        return;
    }
    rows->columns[rows->column_count++] = (table_column){.name = copy, .width = width_of(copy)};
}

/* Begins the columns of a class. */
static void take_class(table *rows, const pier_definition *definition) {
    forget_columns(rows);
    free(rows->class_name);
    rows->class_name = NULL;
    if (definition == NULL) {
        return;
    }
    rows->class_name = strdup(pier_definition_name(definition));
    rows->failed = rows->failed || rows->class_name == NULL;
    for (uint32_t i = 0; i < pier_definition_field_count(definition); i++) {
        const char *name = pier_definition_field_at(definition, i).name;
        add_column(rows, (pier_text){name, strlen(name)});
    }
}

/* Returns whether the columns are those of the record's class. */
static bool has_columns_of(const table *rows, const pier_definition *definition) {
    if (definition == NULL || rows->class_name == NULL) {
        return definition == NULL && rows->class_name == NULL;
    }
    uint32_t count = pier_definition_field_count(definition);
    if (strcmp(rows->class_name, pier_definition_name(definition)) != 0 || count != rows->column_count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(rows->columns[i].name, pier_definition_field_at(definition, i).name) != 0) {
            return false;
        }
    }
    return true;
}

/* The text of a key, as it heads a column. */
static pier_text text_of_key(const pier_value *key, text_buffer *room) {
    if (pier_value_kind(key) == PIER_KIND_TEXT) {
        return pier_value_text(key);
    }
    room->size = 0;
    json_write(room, key, false);
    return (pier_text){room->data, room->size};
}

/* Makes sure of a column for each key of a record without a class. A new one needs a new head: what is held back goes
 * first. */
static void take_keys(table *rows, const pier_value *record, text_buffer *out) {
    text_buffer room = {NULL, 0, 0, false};
    static const pier_text value_name = {"value", 5};
    bool is_map = pier_value_kind(record) == PIER_KIND_MAP;
    uint32_t count = is_map ? pier_value_count(record) : 1;
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        pier_value *key = NULL;
        if (is_map) {
            (void)pier_value_pair_at(record, i, &key);
        }
        pier_text name = is_map ? text_of_key(key, &room) : value_name;
        found = find_column(rows, found, name);
        if (found == rows->column_count) {
            table_print(rows, out);
            rows->head_is_printed = false;
            add_column(rows, name);
        }
        found++;
    }
    rows->failed = rows->failed || room.failed;
    text_buffer_deinit(&room);
}

/* Cells ------------------------------------------------------------------------------------------------------------ */

/* Appends a value: a time as a date, all else as JSON. */
static void add_value(text_buffer *to, const pier_value *value) {
    char date[DATE_TEXT_BYTES];
    if (pier_value_kind(value) == PIER_KIND_TIME && date_text_write(pier_value_time(value), date)) {
        text_buffer_append_string(to, date);
    } else {
        json_write(to, value, false);
    }
}

/* Appends a cell: text as it is, if it is on one line, a time as a date, all else as JSON. */
static void add_cell(table *rows, table_column *column, const pier_value *value) {
    pier_kind kind = value != NULL ? pier_value_kind(value) : PIER_KIND_NIL;
    bool is_number = kind == PIER_KIND_INT || kind == PIER_KIND_UINT || kind == PIER_KIND_F32 || kind == PIER_KIND_F64;
    size_t begin = rows->cells.size + 1;
    text_buffer_append_char(&rows->cells, is_number ? CELL_NUMBER : CELL_OTHER);
    if (value != NULL) {
        add_value(&rows->cells, value);
    }
    text_buffer_append_char(&rows->cells, '\0');
    if (rows->cells.failed) {
        rows->failed = true;
        return;
    }
    char *cell = rows->cells.data + begin;
    size_t length = rows->cells.size - 1 - begin;
    if (kind == PIER_KIND_TEXT && length >= 2 && cell[0] == '"' && memchr(cell, '\\', length) == NULL) {
        memmove(cell, cell + 1, length - 2);
        cell[length - 2] = '\0';
        rows->cells.size -= 2;
    }
    size_t width = width_of(cell);
    column->width = width > column->width && width <= WIDTH_MAX ? width : column->width;
    column->is_left = column->is_left || (!is_number && value != NULL && kind != PIER_KIND_NIL);
}

/* Finds the value that a record has for each column: the first under its name. */
static void take_values(table *rows, const pier_value *record) {
    text_buffer room = {NULL, 0, 0, false};
    bool is_map = pier_value_kind(record) == PIER_KIND_MAP;
    static const pier_text value_name = {"value", 5};
    uint32_t count = is_map ? pier_value_count(record) : 1;
    size_t found = 0;
    for (size_t i = 0; i < rows->column_count; i++) {
        rows->columns[i].value = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        pier_value *key = NULL;
        const pier_value *value = is_map ? pier_value_pair_at(record, i, &key) : record;
        size_t place = find_column(rows, found, is_map ? text_of_key(key, &room) : value_name);
        if (place < rows->column_count) {
            rows->columns[place].value = rows->columns[place].value != NULL ? rows->columns[place].value : value;
            found = place + 1;
        }
    }
    rows->failed = rows->failed || room.failed;
    text_buffer_deinit(&room);
}

void table_add(table *rows, const pier_value *record, const pier_definition *definition, text_buffer *out) {
    if (!has_columns_of(rows, definition)) {
        table_print(rows, out);
        take_class(rows, definition);
    }
    if (definition == NULL) {
        take_keys(rows, record, out);
    }
    take_values(rows, record);
    for (size_t i = 0; i < rows->column_count && !rows->failed; i++) {
        add_cell(rows, &rows->columns[i], rows->columns[i].value);
    }
    rows->row_count++;
    if (rows->row_count >= ROWS_MAX || rows->cells.size >= CELLS_BYTES_MAX || rows->failed) {
        table_print(rows, out);
    }
}

/* Printing --------------------------------------------------------------------------------------------------------- */

static void print_spaces(text_buffer *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        text_buffer_append_char(out, ' ');
    }
}

static void print_cell(const table *rows, size_t place, const char *text, text_buffer *out) {
    const table_column *column = &rows->columns[place];
    size_t width = width_of(text);
    size_t spaces = width < column->width ? column->width - width : 0;
    bool is_last = place + 1 == rows->column_count;
    if (!column->is_left && text[0] != '\0') {
        print_spaces(out, spaces);
    }
    text_buffer_append_string(out, text);
    if ((column->is_left || text[0] == '\0') && !is_last) {
        print_spaces(out, spaces);
    }
    text_buffer_append_string(out, is_last ? "\n" : "  ");
}

static void print_head(table *rows, text_buffer *out) {
    if (rows->class_name != NULL) {
        text_buffer_append_string(out, rows->class_name);
        text_buffer_append_char(out, '\n');
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        print_cell(rows, i, rows->columns[i].name, out);
    }
    rows->head_is_printed = true;
}

void table_print(table *rows, text_buffer *out) {
    if (rows->row_count > 0 && !rows->failed) {
        if (!rows->head_is_printed) {
            print_head(rows, out);
        }
        const char *cell = rows->cells.data;
        for (size_t row = 0; row < rows->row_count; row++) {
            for (size_t i = 0; i < rows->column_count; i++) {
                print_cell(rows, i, cell + 1, out);
                cell += strlen(cell) + 1;
            }
        }
    }
    out->failed = out->failed || rows->failed;
    rows->row_count = 0;
    rows->cells.size = 0;
}

void table_deinit(table *rows) {
    forget_columns(rows);
    free(rows->columns);
    free(rows->class_name);
    text_buffer_deinit(&rows->cells);
}
