/* The contract of files: what a kind of the program's own may do, and what it is not believed.
 *
 * Floor 3 (file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <pier/file.h>

#include "base/error_internal.h"
#include "support/fault_allocator.h"

/* A kind that answers what it is told. */
typedef struct told_file {
    pier_status status;
    size_t size;
    uint32_t ready;
    bool fills_error;
    int calls;
    int closes;
    int destroys;
} told_file;

static pier_status answer(told_file *told, pier_error *error) {
    told->calls++;
    if (told->status < 0 && told->fills_error) {
        return pier__error_set(error, told->status, PIER_FLOOR_CHANNEL, EIO, "told so");
    }
    return told->status;
}

static pier_status told_read(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                             pier_error *error) {
    told_file *told = self;
    (void)buffer;
    (void)capacity_bytes;
    (void)deadline;
    assert_int_equal(*size, 0);
    *size = told->size;
    return answer(told, error);
}

static pier_status told_write(void *self, const pier_bytes *spans, size_t count, size_t *size, pier_deadline deadline,
                              pier_error *error) {
    told_file *told = self;
    (void)spans;
    (void)count;
    (void)deadline;
    assert_int_equal(*size, 0);
    *size = told->size;
    return answer(told, error);
}

static pier_status told_wait(void *self, uint32_t events, uint32_t *ready, pier_deadline deadline, pier_error *error) {
    told_file *told = self;
    (void)events;
    (void)deadline;
    assert_int_equal(*ready, 0);
    *ready = told->ready;
    return answer(told, error);
}

static pier_status told_seek(void *self, uint64_t offset, pier_error *error) {
    (void)offset;
    return answer(self, error);
}

static pier_status told_length(void *self, uint64_t *length_bytes, pier_error *error) {
    *length_bytes = 0;
    return answer(self, error);
}

static pier_status told_plain(void *self, pier_error *error) {
    return answer(self, error);
}

static pier_status told_close(void *self, pier_error *error) {
    told_file *told = self;
    told->closes++;
    return answer(told, error);
}

static void told_destroy(void *self) {
    told_file *told = self;
    told->destroys++;
}

static int told_handle(void *self) {
    (void)self;
    return 77;
}

static pier_status told_truncate(void *self, uint64_t length_bytes, pier_error *error) {
    (void)length_bytes;
    return told_plain(self, error);
}

static const pier_file_ops whole_ops = {
    .size = sizeof whole_ops,
    .capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE | PIER_FILE_CAN_WAIT | PIER_FILE_CAN_SEEK |
                    PIER_FILE_CAN_SYNC | PIER_FILE_CAN_SHUTDOWN | PIER_FILE_CAN_TRUNCATE,
    .read = told_read,
    .write = told_write,
    .wait = told_wait,
    .seek = told_seek,
    .length = told_length,
    .sync = told_plain,
    .shutdown = told_plain,
    .close = told_close,
    .destroy = told_destroy,
    .handle = told_handle,
    .truncate = told_truncate,
};

static pier_file *open_told(told_file *told) {
    pier_file *file = NULL;
    memset(told, 0, sizeof *told);
    assert_int_equal(pier_file_create(&file, &whole_ops, told, NULL, NULL), PIER_OK);
    return file;
}

static void assert_refused(const pier_file_ops *ops) {
    told_file told;
    pier_error error;
    pier_file *file = (pier_file *)&told;
    assert_int_equal(pier_file_create(&file, ops, &told, NULL, &error), PIER_USAGE);
    assert_null(file);
    assert_int_equal(error.status, PIER_USAGE);
    assert_int_equal(pier_file_create(&file, ops, &told, NULL, NULL), PIER_USAGE);
}

static void ops_must_have_what_they_claim(void **state) {
    (void)state;
    pier_file_ops ops = whole_ops;
    assert_refused(NULL);
    ops.size--;
    assert_refused(&ops);
    ops = whole_ops;
    ops.capabilities |= 128;
    assert_refused(&ops);
    ops = whole_ops;
    ops.capabilities = PIER_FILE_CAN_SEEK;
    assert_refused(&ops);
    ops = whole_ops;
    ops.read = NULL;
    assert_refused(&ops);
    ops = whole_ops;
    ops.write = NULL;
    assert_refused(&ops);
    ops = whole_ops;
    ops.wait = NULL;
    assert_refused(&ops);
    ops = whole_ops;
    ops.seek = NULL;
    assert_refused(&ops);
    ops = whole_ops;
    ops.length = NULL;
    assert_refused(&ops);
    ops = whole_ops;
    ops.sync = NULL;
    assert_refused(&ops);
    ops = whole_ops;
    ops.shutdown = NULL;
    assert_refused(&ops);
    ops = whole_ops;
    ops.capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_SYNC;
    assert_refused(&ops);
    ops.capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_SHUTDOWN;
    assert_refused(&ops);
    ops.capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_SEEK | PIER_FILE_CAN_TRUNCATE;
    assert_refused(&ops);
    ops.capabilities = PIER_FILE_CAN_WRITE | PIER_FILE_CAN_TRUNCATE;
    assert_refused(&ops);
    ops = whole_ops;
    ops.truncate = NULL;
    assert_refused(&ops);
    assert_int_equal(pier_file_create(NULL, &whole_ops, NULL, NULL, NULL), PIER_USAGE);
}

static void ops_need_no_more_than_they_claim(void **state) {
    (void)state;
    static const pier_file_ops reads = {.size = sizeof reads, .capabilities = PIER_FILE_CAN_READ, .read = told_read};
    static const pier_file_ops writes_and_knows_its_length = {.size = sizeof reads,
                                                              .capabilities = PIER_FILE_CAN_WRITE | PIER_FILE_CAN_SEEK,
                                                              .write = told_write,
                                                              .length = told_length};
    told_file told = {.status = PIER_OK, .size = 1};
    pier_file *file = NULL;
    char got[1];
    size_t size = 0;
    uint64_t length = 99;
    assert_int_equal(pier_file_create(&file, &reads, &told, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_read(file, got, 1, &size, PIER_NEVER), PIER_OK);
    assert_int_equal(pier_file_handle(file), -1);
    assert_int_equal(pier_file_close(file), PIER_OK);
    pier_file_destroy(file);
    assert_int_equal(pier_file_create(&file, &writes_and_knows_its_length, &told, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_length(file, &length), PIER_OK);
    assert_int_equal(pier_file_seek(file, 0), PIER_UNSUPPORTED);
    assert_int_equal(pier_file_memory_bytes(file).size, 0);
    pier_file_destroy(file);
}

static void answers_are_not_believed_blindly(void **state) {
    (void)state;
    told_file told;
    pier_file *file = open_told(&told);
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    pier_bytes spans[2] = {{"abc", 3}, {"de", 2}};
    /* No byte, and more than fits. */
    static const size_t read_sizes[] = {0, 9};
    static const size_t write_sizes[] = {0, 6};
    for (size_t i = 0; i < 2; i++) {
        told.size = read_sizes[i];
        assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_USAGE);
        assert_int_equal(size, 0);
        assert_non_null(strstr(pier_file_error(file)->text, "the file's own read"));
        told.size = write_sizes[i];
        assert_int_equal(pier_file_write(file, spans, 2, &size, PIER_NOW), PIER_USAGE);
        assert_int_equal(size, 0);
        assert_non_null(strstr(pier_file_error(file)->text, "the file's own write"));
    }
    told.size = 5;
    assert_int_equal(pier_file_write(file, spans, 2, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 5);
    told.ready = PIER_WRITABLE;
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NOW), PIER_USAGE);
    assert_int_equal(ready, 0);
    told.ready = 0xFF;
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NOW), PIER_OK);
    assert_int_equal(ready, PIER_READABLE);
    /* A count beside another answer than OK is dropped. */
    told.status = PIER_WOULD_BLOCK;
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(size, 0);
    assert_int_equal(pier_file_write(file, spans, 2, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(size, 0);
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(ready, 0);
    told.status = PIER_OK;
    pier_file_destroy(file);
}

static void spans_beyond_the_address_space_are_no_overflow(void **state) {
    (void)state;
    told_file told;
    pier_file *file = open_told(&told);
    size_t size = 0;
    /* Their sum overflows to 1; the file may still take more than one byte. */
    pier_bytes spans[2] = {{"ab", SIZE_MAX}, {"cd", 2}};
    told.size = 100;
    assert_int_equal(pier_file_write(file, spans, 2, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 100);
    pier_file_destroy(file);
}

static void errors_are_kept_for_each_direction(void **state) {
    (void)state;
    told_file told;
    pier_file *file = open_told(&told);
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    pier_bytes span = {"x", 1};
    told.fills_error = true;
    told.status = PIER_RESET;
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_RESET);
    assert_ptr_equal(pier_file_error(file), pier_file_read_error(file));
    assert_int_equal(pier_file_error(file)->status, PIER_RESET);
    assert_int_equal(pier_file_error(file)->os_error, EIO);
    assert_int_equal(pier_file_error(file)->floor, PIER_FLOOR_CHANNEL);
    assert_string_equal(pier_file_error(file)->text, "told so");
    assert_int_equal(pier_file_write_error(file)->status, PIER_OK);
    told.status = PIER_CLOSED;
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_CLOSED);
    assert_ptr_equal(pier_file_error(file), pier_file_write_error(file));
    assert_int_equal(pier_file_write_error(file)->status, PIER_CLOSED);
    assert_int_equal(pier_file_read_error(file)->status, PIER_RESET);
    told.status = PIER_SYSTEM;
    assert_int_equal(pier_file_wait(file, PIER_WRITABLE, &ready, PIER_NOW), PIER_SYSTEM);
    assert_int_equal(pier_file_write_error(file)->status, PIER_SYSTEM);
    assert_int_equal(pier_file_wait(file, PIER_READABLE | PIER_WRITABLE, &ready, PIER_NOW), PIER_SYSTEM);
    assert_int_equal(pier_file_read_error(file)->status, PIER_SYSTEM);
    /* What is "not now" leaves the error as it was. */
    told.status = PIER_END;
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_END);
    assert_int_equal(pier_file_read_error(file)->status, PIER_SYSTEM);
    told.status = PIER_OK;
    pier_file_destroy(file);
}

static void an_unfilled_error_gets_the_words_of_its_status(void **state) {
    (void)state;
    told_file told;
    pier_file *file = open_told(&told);
    uint64_t length = 99;
    told.status = PIER_NO_SPACE;
    assert_int_equal(pier_file_seek(file, 1), PIER_NO_SPACE);
    assert_string_equal(pier_file_error(file)->text, pier_status_text(PIER_NO_SPACE));
    told.status = PIER_SYSTEM;
    assert_int_equal(pier_file_length(file, &length), PIER_SYSTEM);
    assert_string_equal(pier_file_error(file)->text, pier_status_text(PIER_SYSTEM));
    told.status = PIER_OK;
    pier_file_destroy(file);
}

static void a_failed_sync_is_final(void **state) {
    (void)state;
    told_file told;
    pier_file *file = open_told(&told);
    size_t size = 99;
    char got[8];
    pier_bytes span = {"x", 1};
    assert_int_equal(pier_file_sync(file), PIER_OK);
    told.status = PIER_NO_SPACE;
    told.fills_error = true;
    assert_int_equal(pier_file_sync(file), PIER_NO_SPACE);
    /* The kind would be well again, but the bytes are gone. */
    told.status = PIER_OK;
    told.size = 1;
    int calls = told.calls;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pier_file_sync(file), PIER_NO_SPACE);
        assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_NO_SPACE);
        assert_int_equal(size, 0);
        assert_int_equal(pier_file_error(file)->os_error, EIO);
        assert_non_null(strstr(pier_file_error(file)->text, "an earlier sync failed"));
    }
    assert_int_equal(told.calls, calls);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    pier_file_destroy(file);
}

static void an_end_that_failed_may_be_tried_again(void **state) {
    (void)state;
    told_file told;
    pier_file *file = open_told(&told);
    size_t size = 99;
    pier_bytes span = {"x", 1};
    told.status = PIER_RESET;
    assert_int_equal(pier_file_shutdown(file), PIER_RESET);
    told.status = PIER_OK;
    told.size = 1;
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(pier_file_shutdown(file), PIER_OK);
    assert_int_equal(pier_file_shutdown(file), PIER_OK);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_USAGE);
    pier_file_destroy(file);
}

static void it_is_closed_once_and_freed_once(void **state) {
    (void)state;
    told_file told;
    pier_file *file = open_told(&told);
    assert_int_equal(pier_file_handle(file), 77);
    pier_file_destroy(file);
    assert_int_equal(told.closes, 1);
    assert_int_equal(told.destroys, 1);

    file = open_told(&told);
    told.status = PIER_SYSTEM;
    assert_int_equal(pier_file_close(file), PIER_SYSTEM);
    assert_int_equal(pier_file_close(file), PIER_OK);
    assert_int_equal(pier_file_handle(file), -1);
    pier_file_destroy(file);
    assert_int_equal(told.closes, 1);
    assert_int_equal(told.destroys, 1);
}

static void what_was_not_made_is_not_taken(void **state) {
    (void)state;
    told_file told;
    fault_allocator faults;
    pier_error error;
    pier_file *file = (pier_file *)&told;
    memset(&told, 0, sizeof told);
    fault_allocator_init(&faults);
    fault_allocator_fail(&faults, 1, true);
    assert_int_equal(pier_file_create(&file, &whole_ops, &told, &faults.allocator, &error), PIER_NO_MEMORY);
    assert_null(file);
    assert_int_equal(error.status, PIER_NO_MEMORY);
    assert_int_equal(told.closes + told.destroys, 0);
    fault_allocator_check(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ops_must_have_what_they_claim),
        cmocka_unit_test(ops_need_no_more_than_they_claim),
        cmocka_unit_test(answers_are_not_believed_blindly),
        cmocka_unit_test(spans_beyond_the_address_space_are_no_overflow),
        cmocka_unit_test(errors_are_kept_for_each_direction),
        cmocka_unit_test(an_unfilled_error_gets_the_words_of_its_status),
        cmocka_unit_test(a_failed_sync_is_final),
        cmocka_unit_test(an_end_that_failed_may_be_tried_again),
        cmocka_unit_test(it_is_closed_once_and_freed_once),
        cmocka_unit_test(what_was_not_made_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
