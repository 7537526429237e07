/* The lock of a disk file: one writer at a time, in this process and in all.
 *
 * Floor 3 (file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/file.h>

static char path[64];

static int make_path(void **state) {
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/pier-test-%ld-lock", (long)getpid());
    return 0;
}

static int remove_path(void **state) {
    (void)state;
    (void)unlink(path);
    return 0;
}

static void write_text(pier_file *file, const char *text) {
    size_t size = 0;
    pier_bytes span = {text, strlen(text)};
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NEVER), PIER_OK);
    assert_int_equal(size, strlen(text));
}

static void assert_length(uint64_t expected) {
    pier_file *file = NULL;
    uint64_t length = 0;
    assert_int_equal(pier_file_open_disk(&file, path, PIER_FILE_READ, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_length(file, &length), PIER_OK);
    assert_int_equal(length, expected);
    pier_file_destroy(file);
}

/* Opens the file as another process would, and ends. Returns what it met. */
static pier_status open_elsewhere(pier_file_mode mode) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_file *file = NULL;
        pier_status status = pier_file_open_disk_locked(&file, path, mode, NULL, NULL);
        /* Without closing: the lock ends with the process. */
        _exit(status == PIER_OK ? 0 : status == PIER_IN_USE ? 1 : 2);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) <= 1);
    return WEXITSTATUS(how) == 0 ? PIER_OK : PIER_IN_USE;
}

static pier_status open_unlocked(pier_file_mode mode) {
    pier_file *file = NULL;
    pier_status status = pier_file_open_disk(&file, path, mode, NULL, NULL);
    pier_file_destroy(file);
    return status;
}

static void a_locked_file_has_one_writer(void **state) {
    (void)state;
    static const pier_file_mode modes[] = {PIER_FILE_CREATE, PIER_FILE_REPLACE, PIER_FILE_APPEND};
    for (size_t i = 0; i < 3; i++) {
        pier_file *file = NULL;
        pier_file *other = NULL;
        pier_error error;
        assert_int_equal(pier_file_open_disk_locked(&file, path, modes[i], NULL, &error), PIER_OK);
        write_text(file, "whole");
        for (size_t j = 1; j < 3; j++) {
            other = (pier_file *)&error;
            assert_int_equal(pier_file_open_disk_locked(&other, path, modes[j], NULL, &error), PIER_IN_USE);
            assert_null(other);
            assert_int_equal(error.status, PIER_IN_USE);
            assert_int_equal(error.offset, PIER_NO_OFFSET);
            assert_non_null(strstr(error.text, "is locked by another writer"));
            assert_non_null(strstr(error.text, path));
            assert_int_equal(open_elsewhere(modes[j]), PIER_IN_USE);
        }
        assert_length(5);
        /* Others are not held off. */
        assert_int_equal(open_unlocked(PIER_FILE_READ), PIER_OK);
        assert_int_equal(open_unlocked(PIER_FILE_APPEND), PIER_OK);
        assert_int_equal(open_elsewhere(PIER_FILE_APPEND), PIER_IN_USE);
        assert_int_equal(pier_file_close(file), PIER_OK);
        pier_file_destroy(file);
        assert_int_equal(open_elsewhere(PIER_FILE_APPEND), PIER_OK);
        assert_int_equal(open_elsewhere(PIER_FILE_REPLACE), PIER_OK);
        assert_length(0);
        assert_int_equal(unlink(path), 0);
    }
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_error error;
    pier_file *file = (pier_file *)&error;
    assert_int_equal(pier_file_open_disk_locked(&file, path, PIER_FILE_READ, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_disk_locked(NULL, path, PIER_FILE_READ, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_disk_locked(NULL, path, PIER_FILE_CREATE, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_disk_locked(&file, NULL, PIER_FILE_APPEND, NULL, &error), PIER_USAGE);
    assert_null(file);
    assert_int_equal(access(path, F_OK), -1);
}

static void what_is_no_disk_file_is_not_locked(void **state) {
    (void)state;
    pier_error error;
    pier_file *file = (pier_file *)&error;
    assert_int_equal(pier_file_open_disk_locked(&file, "/dev/null", PIER_FILE_APPEND, NULL, &error), PIER_UNSUPPORTED);
    assert_null(file);
    assert_int_equal(error.status, PIER_UNSUPPORTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_locked_file_has_one_writer, make_path, remove_path),
        cmocka_unit_test_setup_teardown(misuse_is_refused, make_path, remove_path),
        cmocka_unit_test_setup_teardown(what_is_no_disk_file_is_not_locked, make_path, remove_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
