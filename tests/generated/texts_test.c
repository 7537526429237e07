/* Text and bytes in structs, of every capacity up to the largest that kernels take without a branch on the size and one
 * behind it, stored and loaded by programs and by tokens: of every size, text that nothing ends and what is above the
 * capacity, too, with a default and without. The kernels of codecs have record/texts_test.c. */
#include <stdlib.h>

#include <pier/arena.h>

#include "generated/ways.h"

enum { CAPACITY_MAX = 65, BYTES_AT = 68, DATA_AT = BYTES_AT + 4, RECORD_BYTES_MAX = DATA_AT + CAPACITY_MAX + 1 };

/* The numbers lie behind text and bytes, and are loaded before them: they show what is written beyond. */
static char default_text[CAPACITY_MAX];
static pier_field fields[] = {
    {.name = "behind_text", .name_bytes = 11, .number = 1, .kind = PIER_FIELD_U8},
    {.name = "behind_data", .name_bytes = 11, .number = 2, .kind = PIER_FIELD_U8},
    {.name = "text", .name_bytes = 4, .number = 3, .kind = PIER_FIELD_TEXT},
    {.name = "data", .name_bytes = 4, .number = 4, .kind = PIER_FIELD_BYTES, .offset = BYTES_AT},
};

static const pier_field *fields_of(const pier_class *self) {
    (void)self;
    return fields;
}

static pier_class type = {.size = sizeof(pier_class),
                          .name = "test.Short",
                          .field_count = 4,
                          .values_max = 5,
                          .depth = 1,
                          .fields = fields_of};

static void set_type(uint32_t capacity, bool has_default) {
    memset(default_text, 0, sizeof default_text);
    memset(default_text, 'd', capacity - 1);
    fields[0].offset = capacity;
    fields[1].offset = DATA_AT + capacity;
    fields[2].capacity = capacity;
    fields[2].default_value = has_default ? default_text : NULL;
    fields[3].capacity = capacity;
    type.record_bytes = DATA_AT + capacity + 1;
}

/* What stands at the end of a text. */
typedef enum odd { NOTHING, TWO_BYTES, NO_UTF_8, ZERO, ODDS } odd;

static void make_text(char *text, size_t size, odd what) {
    memset(text, 'x', size);
    if (what == TWO_BYTES && size >= 2) {
        memcpy(text + size - 2, "\xc3\xa4", 2);
    } else if (what == NO_UTF_8 && size >= 1) {
        text[size - 1] = '\xff';
    } else if (what == ZERO && size >= 2) {
        text[size - 2] = '\0';
    }
}

/* Fills a record, in which a text of its whole capacity is not ended. */
static void fill(uint8_t *record, uint32_t capacity, size_t text_bytes, uint32_t data_bytes, odd what) {
    memset(record, 0x81, type.record_bytes);
    make_text((char *)record, text_bytes, what);
    if (text_bytes < capacity) {
        record[text_bytes] = '\0';
    }
    memcpy(record + BYTES_AT, &data_bytes, sizeof data_bytes);
}

static void check_store(uint32_t capacity, size_t text_bytes, uint32_t data_bytes, odd what) {
    static const pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    /* Memory of exactly the size, so that a sanitizer sees what is read behind it. */
    uint8_t *record = (uint8_t *)malloc(type.record_bytes);
    assert_non_null(record);
    fill(record, capacity, text_bytes, data_bytes, what);
    bool is_ended = text_bytes < capacity || (what == ZERO && text_bytes >= 2);
    pier_status expected = !is_ended                             ? PIER_RANGE
                           : what == NO_UTF_8 && text_bytes >= 1 ? PIER_TEXT
                           : data_bytes > capacity               ? PIER_RANGE
                                                                 : PIER_OK;
    assert_status(test_store_ways(&type, record, NULL), expected);
    assert_status(test_store_ways(&type, record, &plain), expected);
    free(record);
}

static void check_load(uint32_t capacity, size_t text_bytes, uint32_t data_bytes, odd what) {
    static uint8_t record[TEST_RECORD_BYTES];
    uint8_t expected[RECORD_BYTES_MAX];
    char text[CAPACITY_MAX + 1];
    uint8_t bytes[2 * CAPACITY_MAX + 32] = {0x94, 0xcc, 0x81, 0xcc, 0x81};
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    make_text(text, text_bytes, what);
    uint8_t *at = pier__put_text_head(bytes + 5, text_bytes);
    at = pier__put_body(at, text, text_bytes);
    at = pier__put_bytes_head(at, data_bytes);
    memset(at, 0x81, data_bytes);
    size_t size = (size_t)(at - bytes) + data_bytes;
    bool is_good = text_bytes < capacity && data_bytes <= capacity && !(what == NO_UTF_8 && text_bytes >= 1) &&
                   !(what == ZERO && text_bytes >= 2);
    pier_status status = test_load_ways(&type, bytes, size, record, &arena, NULL);
    assert_status(test_plain_ways(&type, bytes, size, record, &arena), status);
    assert_int_equal(status == PIER_OK, is_good);
    if (is_good) {
        fill(expected, capacity, text_bytes, data_bytes, what);
        assert_equal_records(&type, record, expected);
    }
    pier_arena_deinit(&arena);
}

static void test_every_capacity(void **state) {
    (void)state;
    for (uint32_t capacity = 1; capacity <= CAPACITY_MAX; capacity++) {
        for (uint32_t size = 0; size <= capacity + 1; size++) {
            set_type(capacity, size % 2 == 0);
            for (int what = NOTHING; what < ODDS; what++) {
                check_store(capacity, size < capacity ? size : capacity, size, (odd)what);
                check_load(capacity, size < capacity ? size : capacity, size, (odd)what);
            }
            check_store(capacity, 0, size, NOTHING);
            check_load(capacity, 0, size, NOTHING);
            set_type(capacity, size % 2 == 1);
            check_load(capacity, size < capacity ? size : 0, 0, NOTHING);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
