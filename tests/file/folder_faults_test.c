/* Folders of the machine when system calls fail: an honest answer, no handle left open, and nothing lost of what was
 * written before.
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
#include <unistd.h>

#include "file/folder_internal.h"
#include "support/fault_system.h"

#define assert_status(call, expected) assert_string_equal(pier_status_name(call), pier_status_name(expected))

static char path[64];

static int make_path(void **state) {
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/pier-test-%ld-folder", (long)getpid());
    return 0;
}

static int remove_path(void **state) {
    (void)state;
    static const char *const names[] = {"/one", "/two", "/lock", ""};
    char inside[96];
    /* By the C library, whose calls are not struck. */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(inside, sizeof inside, "%s%s", path, names[i]);
        (void)remove(inside);
    }
    return 0;
}

/* A call that was struck tells why. */
static bool done(pier_status status, const pier_error *error) {
    if (status == PIER_OK) {
        return true;
    }
    assert_true(fault_system_struck() > 0);
    assert_true(status < 0 && error->status == status && (error->os_error != 0 || status == PIER_IN_USE) &&
                error->text[0] != '\0');
    return false;
}

static bool take_name(void *user, const char *name) {
    (void)name;
    (*(int *)user)++;
    return true;
}

static void use_file(const pier__folder *folder, int file) {
    const pier__folder_ops *ops = folder->ops;
    pier_error error;
    const pier_bytes spans[] = {{"some", 4}, {"thing", 5}};
    char buffer[16];
    size_t size = 0;
    uint64_t length = 0;
    pier_status reserved = ops->reserve(folder->self, file, 8192, &error);
    assert_true(reserved == PIER_UNSUPPORTED || done(reserved, &error) || reserved < 0);
    if (done(ops->write(folder->self, file, 0, spans, 2, &error), &error) &&
        done(ops->read(folder->self, file, 0, buffer, sizeof buffer, &size, &error), &error)) {
        assert_int_equal(size, 9);
        assert_memory_equal(buffer, "something", 9);
    }
    (void)(done(ops->sync(folder->self, file, &error), &error) &&
           done(ops->size(folder->self, file, &length, &error), &error));
    (void)done(ops->cut(folder->self, file, 0, &error), &error);
    (void)done(ops->close(folder->self, file, &error), &error);
}

static void use_folder(void *user) {
    (void)user;
    pier__folder folder;
    pier_error error;
    assert_int_equal(remove_path(NULL), 0);
    if (!done(pier__folder_open_disk(&folder, path, true, NULL, &error), &error)) {
        assert_null(folder.ops);
        return;
    }
    const pier__folder_ops *ops = folder.ops;
    int file = PIER__FOLDER_NO_FILE;
    (void)done(ops->lock(folder.self, &error), &error);
    if (done(ops->create(folder.self, "one", &file, &error), &error)) {
        use_file(&folder, file);
    }
    if (done(ops->rename(folder.self, "one", "two", &error), &error)) {
        (void)done(ops->sync_folder(folder.self, &error), &error);
        if (done(ops->open(folder.self, "two", true, &file, &error), &error)) {
            (void)done(ops->close(folder.self, file, &error), &error);
        }
        (void)done(ops->remove(folder.self, "two", &error), &error);
    }
    int names = 0;
    (void)done(ops->list(folder.self, take_name, &names, &error), &error);
    uint8_t life[PIER__FOLDER_LIFE_BYTES];
    ops->life(folder.self, life);
    pier__folder_close(&folder);
}

static void survives_every_failing_call(void **state) {
    (void)state;
    assert_true(fault_system_sweep(use_folder, NULL) > 20);
    assert_true(fault_system_sweep_shortages(use_folder, NULL, NULL) > 20);
}

static void goes_on_after_interruptions_and_short_writes(void **state) {
    (void)state;
    fault_system_reset();
    fault_system_interrupt(2);
    fault_system_shorten(2);
    pier__folder folder;
    pier_error error;
    assert_status(pier__folder_open_disk(&folder, path, true, NULL, &error), PIER_OK);
    int file = PIER__FOLDER_NO_FILE;
    assert_status(folder.ops->create(folder.self, "one", &file, &error), PIER_OK);
    const pier_bytes spans[] = {{"abc", 3}, {"", 0}, {"defghi", 6}};
    assert_status(folder.ops->write(folder.self, file, 0, spans, 3, &error), PIER_OK);
    char buffer[16];
    size_t size = 0;
    assert_status(folder.ops->read(folder.self, file, 0, buffer, sizeof buffer, &size, &error), PIER_OK);
    assert_int_equal(size, 9);
    assert_memory_equal(buffer, "abcdefghi", 9);
    assert_status(folder.ops->sync(folder.self, file, &error), PIER_OK);
    assert_status(folder.ops->sync_folder(folder.self, &error), PIER_OK);
    assert_status(folder.ops->cut(folder.self, file, 3, &error), PIER_OK);
    assert_status(folder.ops->close(folder.self, file, &error), PIER_OK);
    assert_true(fault_system_struck() > 5);
    pier__folder_close(&folder);
    fault_system_reset();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(survives_every_failing_call, make_path, remove_path),
        cmocka_unit_test_setup_teardown(goes_on_after_interruptions_and_short_writes, make_path, remove_path),
    };
    return cmocka_run_group_tests_name("folders when calls fail", tests, NULL, NULL);
}
