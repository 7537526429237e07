/* Every cell of docs/versions.md, in both directions: the rows are read from the document itself.
 *
 * Floor 5 (record). A row is a change of a class. Records of the one version are made up, stored, and loaded as the
 * other; the oracle says what must come of each. "loads" means that all of them load, "checked" that some do and some
 * do not, "refused" that the definition is. */
#include "record/version_model.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINES = 400, CELLS = 16, RECORDS = 400 };

typedef struct document {
    char *text;
    char *lines[LINES];
    unsigned line_count;
    model types; /* those that stand in the tables, and an empty class in front */
} document;

static document doc;
static uint64_t seed;

static void read_lines(void) {
    FILE *file = fopen(PIER_SOURCE_DIR "/docs/versions.md", "rb");
    assert_non_null(file);
    enum { DOCUMENT_BYTES_MAX = 1 << 16 };
    doc.text = (char *)calloc(1, DOCUMENT_BYTES_MAX);
    assert_non_null(doc.text);
    size_t size = fread(doc.text, 1, DOCUMENT_BYTES_MAX - 1, file);
    assert_true(size < DOCUMENT_BYTES_MAX - 1);
    assert_int_equal(fclose(file), 0);
    for (char *line = strtok(doc.text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        assert_true(doc.line_count < LINES);
        doc.lines[doc.line_count++] = line;
    }
}

/* Takes a line of a table apart, without the signs of code. Returns how many cells it has; 0 for other lines. */
static unsigned split(const char *line, char cells[CELLS][256]) {
    unsigned count = 0;
    if (strncmp(line, "| ", 2) != 0) {
        return 0;
    }
    for (line += 2; *line != '\0'; count++) {
        assert_true(count < CELLS);
        const char *end = strstr(line, " |");
        assert_non_null(end);
        size_t length = 0;
        for (; line < end; line++) {
            if (*line != '`') {
                assert_true(length < 255);
                cells[count][length++] = *line;
            }
        }
        cells[count][length] = '\0';
        line = end + 2;
        line += *line == ' ';
    }
    return count;
}

/* Calls `row` for each row of the tables that have this head. Returns how many. */
static unsigned for_rows(const char *head, void (*row)(unsigned count, char cells[CELLS][256])) {
    unsigned rows = 0;
    bool in_table = false;
    for (unsigned i = 0; i < doc.line_count; i++) {
        static char cells[CELLS][256];
        if (strncmp(doc.lines[i], head, strlen(head)) == 0) {
            in_table = true;
        } else if (strncmp(doc.lines[i], "|", 1) != 0) {
            in_table = false;
        } else if (in_table && strncmp(doc.lines[i], "|---", 4) != 0) {
            row(split(doc.lines[i], cells), cells);
            rows++;
        }
    }
    return rows;
}

/* The types ------------------------------------------------------------------------------------------------------- */

static void describe_enum(model_type *type, char *text) {
    type->is_enum = true;
    for (char *word = strtok(text, "; "); word != NULL; word = strtok(NULL, "; ")) {
        assert_true(type->value_count < MODEL_FIELDS);
        type->values[type->value_count] = (int32_t)strtol(word, NULL, 10);
        word = strtok(NULL, "; ");
        assert_non_null(word);
        (void)snprintf(type->value_names[type->value_count++], MODEL_NAME, "%s", word);
    }
}

static void take_type(unsigned count, char cells[CELLS][256]) {
    assert_int_equal(count, 2);
    int type = model_add_type(&doc.types, cells[0]);
    if (strncmp(cells[1], "enum: ", 6) == 0) {
        describe_enum(&doc.types.types[type], cells[1] + 6);
    } else {
        assert_int_equal(strncmp(cells[1], "record: ", 8), 0);
        model_describe(&doc.types, type, cells[1] + 8);
    }
}

static int read_document(void **state) {
    (void)state;
    seed = test_seed();
    read_lines();
    (void)model_add_type(&doc.types, "test.Changed");
    assert_int_equal(for_rows("| type | what it is |", take_type), 8);
    return 0;
}

static int free_document(void **state) {
    (void)state;
    free(doc.text);
    return 0;
}

/* The changes ------------------------------------------------------------------------------------------------------ */

static model *model_of(const char *description) {
    model *made = (model *)malloc(sizeof *made);
    assert_non_null(made);
    *made = doc.types;
    model_describe(made, 0, description);
    return made;
}

static void check_direction(const model *loader, const model *writer, const char *cell) {
    bool is_refused = strcmp(cell, "refused") == 0;
    bool is_checked = strncmp(cell, "checked", 7) == 0 && (cell[7] == ':' || cell[7] == '\0');
    assert_true(is_refused || is_checked || strcmp(cell, "loads") == 0);
    oracle_verdict verdict = oracle_meet(loader, writer);
    assert_int_equal(verdict, is_refused ? ORACLE_REFUSED : is_checked ? ORACLE_CHECKED : ORACLE_LOADS);
    if (is_refused) {
        version_check_refusal(loader, writer);
        return;
    }
    version_counts counts = version_check_records(loader, writer, RECORDS, &seed);
    /* Chance may leave out what only few values show. */
    for (unsigned more = 0; more < 100 && (counts.loaded == 0 || (is_checked && counts.refused == 0)); more++) {
        version_counts found = version_check_records(loader, writer, RECORDS, &seed);
        counts.loaded += found.loaded;
        counts.refused += found.refused;
    }
    assert_true(counts.loaded > 0);
    assert_int_equal(counts.refused > 0, is_checked);
}

static void check_change(unsigned count, char cells[CELLS][256]) {
    assert_int_equal(count, 5);
    print_message("%s: %s | %s\n", cells[0], cells[1], cells[2]);
    model *old_one = model_of(cells[1]);
    model *new_one = model_of(cells[2]);
    check_direction(new_one, old_one, cells[3]);
    check_direction(old_one, new_one, cells[4]);
    version_check_compat(old_one, new_one);
    free(old_one);
    free(new_one);
}

static void every_change_is_as_the_document_says(void **state) {
    (void)state;
    assert_true(for_rows("| change | old | new | new loads old | old loads new |", check_change) >= 50);
}

/* Numbers ---------------------------------------------------------------------------------------------------------- */

static const char *const numbers[] = {"i8",  "i16", "i32",  "i64",  "u8",  "u16",
                                      "u32", "u64", "bool", "Side", "f32", "f64"};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
static unsigned next_number;

static void check_number(unsigned count, char cells[CELLS][256]) {
    assert_int_equal(count, NUMBERS + 1);
    assert_true(next_number < NUMBERS);
    assert_string_equal(cells[0], numbers[next_number++]);
    for (unsigned i = 0; i < NUMBERS; i++) {
        print_message("%s loads %s: %s\n", numbers[i], cells[0], cells[i + 1]);
        model *writer = model_of(cells[0]);
        model *loader = model_of(numbers[i]);
        check_direction(loader, writer, cells[i + 1]);
        version_check_compat(writer, loader);
        free(writer);
        free(loader);
    }
}

static void every_pair_of_numbers_is_as_the_document_says(void **state) {
    (void)state;
    char head[256] = "| stored |";
    for (unsigned i = 0; i < NUMBERS; i++) {
        size_t length = strlen(head);
        (void)snprintf(head + length, sizeof head - length, " `%s` |", numbers[i]);
    }
    assert_int_equal(for_rows(head, check_number), NUMBERS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_is_as_the_document_says),
        cmocka_unit_test(every_pair_of_numbers_is_as_the_document_says),
    };
    return cmocka_run_group_tests(tests, read_document, free_document);
}
