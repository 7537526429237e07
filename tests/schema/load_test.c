/* Reading schemas from files: by protoc, and from descriptor sets; and what goes wrong with that. */
#include <fcntl.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "schema_support.h"
#include "support/fault_system.h"

static pier_status load(const char *path, const schema_load_options *options, pier_error *error) {
    schema *made;
    pier_status status = schema_load(path, options, &made, error);
    assert_true((status == PIER_OK) == (made != NULL));
    if (status != PIER_OK) {
        assert_int_equal(error->status, status);
        assert_true(error->text[0] != '\0');
    }
    schema_destroy(made);
    return status;
}

static void test_descriptor_set(void **state) {
    (void)state;
    schema *made;
    pier_error error;
    assert_int_equal(schema_load(SCHEMA_TEST_KINDS, NULL, &made, &error), PIER_OK);
    const schema_message *scalars = schema_find_message(made, "test.kinds.Scalars");
    assert_int_equal(scalars->field_count, 20);
    assert_int_equal(field_of(scalars, "tiny")->kind, PIER_FIELD_I8);
    assert_true(scalars->place.line > 0);
    schema_destroy(made);
}

static void test_files_that_are_not_there(void **state) {
    (void)state;
    pier_error error;
    assert_int_equal(load("/missing/x.ds", NULL, &error), PIER_NOT_FOUND);
    assert_string_equal(error.text, "/missing/x.ds: it cannot be opened: No such file or directory");
    assert_int_equal(load("/", NULL, &error), PIER_SYSTEM);
    assert_string_equal(error.text, "/: it cannot be read: Is a directory");
    /* A file that is no set. */
    assert_int_equal(load(SCHEMA_TEST_PROTOS "/../CMakeLists.txt", NULL, &error), PIER_PROTOCOL);
    /* An empty set is one. */
    assert_int_equal(load("/dev/null", NULL, &error), PIER_OK);
    assert_int_equal(schema_load("/missing/x.ds", NULL, &(schema *){NULL}, NULL), PIER_NOT_FOUND);
}

static void test_protoc_that_is_not_there(void **state) {
    (void)state;
    pier_error error;
    schema_load_options options = {NULL, 0, "/missing/protoc", NULL};
    assert_int_equal(load("x.proto", &options, &error), PIER_NOT_FOUND);
    assert_string_equal(error.text, "/missing/protoc: it cannot be run: No such file or directory");
    options.protoc = "/dev/null";
    assert_int_equal(load("x.proto", &options, &error), PIER_DENIED);
}

/* Standard error output, without what protoc has to say. */
static int hush(void) {
    int kept = dup(STDERR_FILENO);
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(kept >= 0 && nothing >= 0);
    assert_int_equal(dup2(nothing, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(nothing), 0);
    return kept;
}

static void unhush(int kept) {
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(kept), 0);
}

static void test_protoc_that_refuses(void **state) {
    (void)state;
    pier_error error;
    schema_load_options options = {NULL, 0, SCHEMA_TEST_PROTOC, NULL};
    char path[] = "/tmp/pier-XXXXXX.proto";
    int handle = mkstemps(path, 6);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, "message", 7), 7);
    assert_int_equal(close(handle), 0);
    int kept = hush();
    pier_status status = load(path, &options, &error);
    pier_error missing_error;
    pier_status missing = load("/missing/x.proto", &options, &missing_error);
    unhush(kept);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(status, PIER_TYPE);
    char expected[100];
    (void)snprintf(expected, sizeof expected, "protoc refuses %s: exit status 1", path);
    assert_string_equal(error.text, expected);
    assert_int_equal(missing, PIER_NOT_FOUND);
    assert_string_equal(missing_error.text, "/missing/x.proto: it cannot be opened: No such file or directory");
}

static void test_protoc_that_is_killed(void **state) {
    (void)state;
    char path[] = "/tmp/pier-test-XXXXXX";
    pier_error error;
    int handle = mkstemp(path);
    static const char script[] = "#!/bin/sh\nkill -9 $$\n";
    assert_true(handle >= 0);
    assert_int_equal(write(handle, script, sizeof script - 1), sizeof script - 1);
    assert_int_equal(fchmod(handle, 0700), 0);
    assert_int_equal(close(handle), 0);
    schema_load_options options = {NULL, 0, path, NULL};
    pier_status status = load("x.proto", &options, &error);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(status, PIER_TYPE);
    assert_string_equal(error.text, "protoc refuses x.proto: exit status 137");
}

static void test_system_calls_that_fail(void **state) {
    static const fault_call calls[] = {FAULT_OPEN, FAULT_READ, FAULT_PIPE2};
    static const char *const folders[] = {SCHEMA_TEST_PROTOS, SCHEMA_TEST_OPTIONS};
    (void)state;
    schema_load_options options = {folders, 2, SCHEMA_TEST_PROTOC, NULL};
    pier_error error;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const char *path = calls[i] == FAULT_OPEN ? SCHEMA_TEST_KINDS : SCHEMA_TEST_PROTOS "/kinds.proto";
        for (int is_end = 0; is_end < 2; is_end++) {
            fault_system_reset();
            fault_system_fail(calls[i], 1, is_end, EIO);
            assert_int_equal(load(path, &options, &error), PIER_SYSTEM);
            assert_int_equal(error.os_error, EIO);
        }
    }
    fault_system_reset();
    fault_system_interrupt(2);
    assert_int_equal(load(SCHEMA_TEST_KINDS, &options, &error), PIER_OK);
    assert_int_equal(load(SCHEMA_TEST_PROTOS "/kinds.proto", &options, &error), PIER_OK);
    fault_system_reset();
}

static void load_pass(fault_allocator *faults, void *user) {
    static const char *const folders[] = {SCHEMA_TEST_PROTOS, SCHEMA_TEST_OPTIONS};
    schema_load_options options = {folders, 2, SCHEMA_TEST_PROTOC, &faults->allocator};
    pier_error error;
    pier_status status = load((const char *)user, &options, &error);
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck != 0));
}

static void test_memory_that_runs_out(void **state) {
    (void)state;
    static char set[] = SCHEMA_TEST_KINDS;
    static char small[] = SCHEMA_TEST_PROTOS "/house/wall.proto";
    assert_true(fault_allocator_sweep(load_pass, set) > 4);
    /* protoc runs for each pass: a small schema. */
    assert_true(fault_allocator_sweep(load_pass, small) > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptor_set),           cmocka_unit_test(test_files_that_are_not_there),
        cmocka_unit_test(test_protoc_that_is_not_there), cmocka_unit_test(test_protoc_that_refuses),
        cmocka_unit_test(test_protoc_that_is_killed),    cmocka_unit_test(test_system_calls_that_fail),
        cmocka_unit_test(test_memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
