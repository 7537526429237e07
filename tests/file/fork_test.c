/* Files after fork, as docs/sockets.md says it: a disk file has one place for both processes, a file in memory is each
 * one's own, and closing in one leaves the other's alone.
 *
 * Floor 3 (file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/file.h>

#include "socket/joint.h"

static char folder[64];
static char path[96];

static int make_folder(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/pier-test-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    (void)snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static bool put(pier_file *file, const char *text) {
    pier_bytes span = {text, strlen(text)};
    size_t size = 0;
    return pier_file_write(file, &span, 1, &size, joint_patience()) == PIER_OK && size == span.size;
}

/* Returns whether so many bytes are read, and are these. */
static bool get(pier_file *file, const char *text) {
    char got[16];
    size_t size = 0;
    return pier_file_read(file, got, strlen(text), &size, joint_patience()) == PIER_OK && size == strlen(text) &&
           memcmp(got, text, size) == 0;
}

static void assert_child_went_well(pid_t child) {
    int outcome = -1;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_true(WIFEXITED(outcome));
    assert_int_equal(WEXITSTATUS(outcome), 0);
}

static void a_disk_file_has_one_place(void **state) {
    (void)state;
    pier_file *writer = NULL;
    pier_file *reader = NULL;
    assert_int_equal(pier_file_open_disk(&writer, path, PIER_FILE_CREATE, NULL, NULL), PIER_OK);
    assert_true(put(writer, "one "));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool is_put = put(writer, "two ");
        pier_file_destroy(writer);
        _exit(is_put ? 0 : 1);
    }
    assert_child_went_well(child);
    assert_true(put(writer, "three"));
    assert_int_equal(pier_file_close(writer), PIER_OK);
    pier_file_destroy(writer);
    assert_int_equal(pier_file_open_disk(&reader, path, PIER_FILE_READ, NULL, NULL), PIER_OK);
    assert_true(get(reader, "one "));
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool is_got = get(reader, "two ");
        pier_file_destroy(reader);
        _exit(is_got ? 0 : 1);
    }
    assert_child_went_well(child);
    assert_true(get(reader, "three"));
    pier_file_destroy(reader);
}

static void a_lock_ends_with_the_last_copy(void **state) {
    (void)state;
    pier_file *writer = NULL;
    pier_file *second = NULL;
    char byte = 0;
    int gate[2];
    assert_int_equal(pipe(gate), 0);
    assert_int_equal(pier_file_open_disk_locked(&writer, path, PIER_FILE_APPEND, NULL, NULL), PIER_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(gate[1]);
        /* Until the parent has let it go. */
        _exit(read(gate[0], &byte, 1) == 0 ? 0 : 1);
    }
    pier_file_destroy(writer);
    assert_int_equal(pier_file_open_disk_locked(&second, path, PIER_FILE_APPEND, NULL, NULL), PIER_IN_USE);
    assert_int_equal(close(gate[1]), 0);
    assert_child_went_well(child);
    assert_int_equal(pier_file_open_disk_locked(&second, path, PIER_FILE_APPEND, NULL, NULL), PIER_OK);
    pier_file_destroy(second);
    assert_int_equal(close(gate[0]), 0);
}

static void a_file_in_memory_is_each_one_s_own(void **state) {
    (void)state;
    pier_file *memory = NULL;
    assert_int_equal(pier_file_open_memory(&memory, NULL, NULL), PIER_OK);
    assert_true(put(memory, "both "));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool went_well = put(memory, "child") && get(memory, "both child");
        pier_file_destroy(memory);
        _exit(went_well ? 0 : 1);
    }
    assert_child_went_well(child);
    assert_true(put(memory, "parent"));
    assert_true(get(memory, "both parent"));
    pier_file_destroy(memory);
}

static void a_child_that_closes_a_socket_s_file_disturbs_nobody(void **state) {
    (void)state;
    joint ends;
    pier_file *file = NULL;
    joint_open(&ends, JOINT_PAIR);
    assert_int_equal(pier_file_open_socket(&file, ends.client, NULL, NULL), PIER_OK);
    ends.client = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_file_destroy(file);
        pier_socket_destroy(ends.server);
        _exit(0);
    }
    assert_child_went_well(child);
    joint_write(ends.server, "still", 5);
    assert_true(get(file, "still"));
    pier_file_destroy(file);
    joint_close(&ends);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_disk_file_has_one_place, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_lock_ends_with_the_last_copy, make_folder, remove_folder),
        cmocka_unit_test(a_file_in_memory_is_each_one_s_own),
        cmocka_unit_test(a_child_that_closes_a_socket_s_file_disturbs_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
